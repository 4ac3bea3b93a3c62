//! Direct payments are looked after with a light touch: people say what they spent, and are asked before anything else.

use chrono::{Days, TimeDelta};
use serde_json::json;
use waymark::money::Money;

use crate::a_year_of_money::trafford;
use crate::payment_runs::a_second_officer;
use crate::support::{ASHTON, Town};

#[test]
fn amira_says_what_the_money_went_on_and_nothing_is_attached() {
    let town = Town::open();
    let before = town.money_of("Amira");
    let amira = town.person("Amira");
    let page = amira.open("/budgets").go("Personal budget").go("Say what the money went on");
    let wrong = page.press("Say it", &[("spent", "a lot"), ("left", ""), ("words", " ")]).expect_status(422);
    assert_eq!(wrong.problems().len(), 2, "{:?}", wrong.problems());
    let turned = page.press(
        "Say it",
        &[("from", "2026-05-20"), ("to", "2026-05-01"), ("spent", "1"), ("left", "2"), ("words", "x")],
    );
    turned.expect_status(422).expect("not before the first");
    let told = [("spent", "40"), ("left", "80"), ("words", "Swimming, and a new kettle")];
    let page =
        page.press("Say it", &told).expect("Thank you. That is all we need.").expect("Swimming, and a new kettle");
    page.expect("£40");
    assert_eq!(town.money_of("Amira"), before);
    town.person("Fay").open("/finance").go("Direct payments").expect("Amira Example").expect("new kettle");
    assert!(!town.person("Finn").open("/finance/monitoring").says("Amira"));
    let path = format!("/budgets/{}/spending", town.budget_of("Amira"));
    for other in ["Noor", "Pat", "Fay", "Cate"] {
        assert_eq!(town.person(other).open(&path).status(), 404, "{other}");
    }
    // Who may look but not manage money may not speak.
    town.acts_for("Noor", "Amira", "family or friend", true);
    assert!(!town.person("Noor").open(&path).has_button("Say it"));
    let tomorrow = (town.today() + Days::new(1)).to_string();
    let said = json!({ "from_on": "2026-05-01", "to_on": tomorrow, "spent_pence": 1, "left_pence": 1, "words": "x" });
    town.api_of("Amira").post_once(&path, "x", &said).refused(422, "invalid-input");
    let said =
        json!({ "from_on": "2026-05-01", "to_on": "2026-05-02", "spent_pence": -1, "left_pence": 1, "words": "x" });
    town.api_of("Amira").post_once(&path, "x", &said).refused(422, "invalid-input");
    town.api_of("Noor")
        .post_once(
            &path,
            "x",
            &json!({ "from_on": "2026-05-01", "to_on": "2026-05-02", "spent_pence": 1, "left_pence": 1, "words": "x" }),
        )
        .refused(404, "not-found");
}

#[test]
fn whoever_has_much_unspent_is_asked_first_and_nothing_is_taken_without_notice_reason_and_appeal() {
    let town = Town::open();
    a_second_officer(&town);
    town.work_of_the_day();
    let fay = town.person("Fay");
    fay.open("/finance/monitoring").expect("Nobody is flagged");
    // More than twelve weeks of the year have gone by, and nothing was spent.
    town.pass(TimeDelta::days(70));
    town.work_of_the_day();
    town.work_of_the_day();
    let money = town.money_of("Amira");
    let fay = town.person("Fay");
    let flagged = fay
        .open("/finance/monitoring")
        .expect("Amira Example")
        .expect("flagged")
        .expect("weeks’ money was unspent: £120.");
    let amira = town.person("Amira");
    let path = format!("/budgets/{}/spending", town.budget_of("Amira"));
    assert!(!amira.open(&path).says("The council asks"), "she is asked by a person, not by a machine");
    // Nobody gives notice before the person was asked.
    assert!(!flagged.has_button("Give notice"));
    let api = town.api_of("Fay");
    let all = api.get("/finance/monitoring").expect(200);
    let mine = all["questions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|each| each["budget_id"] == town.budget_of("Amira").to_string());
    let id = mine.unwrap()["id"].as_str().unwrap().to_owned();
    let notice = json!({ "amount_pence": 5_000, "reason": "Unspent." });
    api.post(&format!("/finance/questions/{id}/notice"), &notice).refused(409, "not-now");

    api.post(&format!("/finance/questions/{id}/asking"), &json!({ "words": "Is it hard to use?" })).expect(200);
    let letter = town.letter("Amira", "A question about your budget");
    assert!(letter.words.contains("Nothing is blocked"), "{}", letter.words);
    let asked = amira.open(&town.link_in(&letter)).expect("Is it hard to use?");
    asked.press("Answer", &[("words", "I am saving for a holiday.")]).expect("Thank you for your answer.");
    fay.open("/finance/monitoring").expect("I am saving for a holiday.");

    let far = json!({ "amount_pence": 50_000, "reason": "Unspent." });
    api.post(&format!("/finance/questions/{id}/notice"), &far).refused(422, "invalid-input");
    let given = api.post(&format!("/finance/questions/{id}/notice"), &notice).expect(201);
    assert_eq!(given["not_before"], (town.today() + Days::new(28)).to_string());
    let letter = town.letter("Amira", "About your direct payment");
    assert!(letter.words.contains("£50") && letter.words.contains("You can appeal"), "{}", letter.words);
    amira.open(&path).press("Appeal", &[("words", "It is for my holiday.")]).expect("Your appeal is in.");
    let decide = format!("/finance/notices/{}/decision", given["id"].as_str().unwrap());
    api.post(&decide, &json!({ "stands": true, "words": "No." })).refused(409, "second-person");
    town.api_of("Finn").post(&decide, &json!({ "stands": true, "words": "No." })).refused(404, "not-found");
    let fred = town.person("Fred");
    let page = fred.open("/finance/monitoring").expect("It is for my holiday.");
    page.press("Take the notice back", &[("words", "A holiday is a good reason.")]).expect("the person was told");
    town.after_letters(&crate::support::email("Amira"), "About your direct payment", 2);
    amira.open(&path).expect("A holiday is a good reason.");
    assert_eq!(town.money_of("Amira"), money, "nothing moved");
    amira.open("/account/looked").expect("gave notice about").expect("to look after direct payments");
    // She is not flagged again the next day.
    town.pass(TimeDelta::days(1));
    town.work_of_the_day();
    assert!(
        !town
            .person("Fay")
            .open("/finance/monitoring")
            .all("h3")
            .iter()
            .any(|each| each.contains("Amira Example flagged"))
    );
    town.holds_together();
}

/// Amira is flagged, asked, and given notice of £50: the notice's id.
fn notice_of_fifty(town: &Town) -> String {
    a_second_officer(town);
    town.pass(TimeDelta::days(100));
    town.work_of_the_day();
    let api = town.api_of("Fay");
    let budget = town.budget_of("Amira").to_string();
    let all = api.get("/finance/monitoring").expect(200);
    let mine = all["questions"].as_array().unwrap().iter().find(|each| each["budget_id"] == budget).unwrap().clone();
    let id = mine["id"].as_str().unwrap();
    api.post(&format!("/finance/questions/{id}/asking"), &json!({ "words": "Is it hard to use?" })).expect(200);
    let notice = json!({ "amount_pence": 5_000, "reason": "It stood unspent for a long time." });
    let given = api.post(&format!("/finance/questions/{id}/notice"), &notice).expect(201);
    given["id"].as_str().unwrap().to_owned()
}

#[test]
fn money_goes_back_only_after_the_day_of_a_notice_and_never_while_an_appeal_is_open() {
    let town = Town::open();
    let id = notice_of_fifty(&town);
    let path = format!("/finance/notices/{id}/carrying-out");
    let (fay, fred) = (town.api_of("Fay"), town.api_of("Fred"));
    let spending = format!("/budgets/{}/spending", town.budget_of("Amira"));
    let take = |api: &crate::support::Api, key: &str| api.post_once(&path, key, &json!(null));
    let before = town.money_of("Amira");

    // Not on the day before its day; and not by anybody else.
    assert!(
        take(&fay, "one").refused(409, "not-now")["title"]
            .as_str()
            .unwrap()
            .contains("until then the person can appeal")
    );
    town.person("Fay").open("/finance/monitoring").expect("No money can be taken back now.");
    take(&town.api_of("Finn"), "one").refused(404, "not-found");
    for other in ["Amira", "Pat", "Ada"] {
        assert!(matches!(take(&town.api_of(other), "one").status, 403 | 404), "{other}");
    }
    town.pass(TimeDelta::days(27));
    let (fay, amira) = (town.api_of("Fay"), town.person("Amira"));
    take(&fay, "two").refused(409, "not-now");
    amira.open(&spending).press("Appeal", &[("words", "It is for my holiday.")]).expect("Your appeal is in.");
    // The day has come, and there is an appeal.
    town.pass(TimeDelta::days(5));
    let (fay, fred) = (town.api_of("Fay"), {
        drop(fred);
        town.api_of("Fred")
    });
    assert!(take(&fay, "three").refused(409, "not-now")["title"].as_str().unwrap().contains("There is an appeal"));
    assert!(!town.person("Fay").open("/finance/monitoring").has_button("Take £50 back from Amira Example"));
    assert_eq!(town.money_of("Amira"), before, "nothing moved");
    let decide = format!("/finance/notices/{id}/decision");
    fred.post(&decide, &json!({ "stands": true, "words": "There is enough for the holiday." })).expect(200);

    // Somebody else has decided: now it may. Amira has spent all but £8 meanwhile: no more than that goes back.
    let lunches = json!({
        "service_id": crate::support::service_id("Lunch club").to_string(),
        "cost_option_id": crate::support::option_id("Lunch club").to_string(),
        "quantity": 14,
        "starts_on": town.today().to_string(),
    });
    let buys = format!("/budgets/{}/purchases", town.budget_of("Amira"));
    town.api_of("Amira").post_once(&buys, "lunches", &lunches).expect(201);
    assert_eq!(town.money_of("Amira")[0], 800);
    let page = town.person("Fay").open("/finance/monitoring").expect("no appeal is open");
    page.press("Take £50 back from Amira Example", &[])
        .expect("the person was told")
        .expect("£8 went back to the council");
    assert_eq!(town.money_of("Amira"), [0, 11_200, 0, 0]);
    let again = take(&fay, "four").expect(200);
    assert_eq!((&again["state"], &again["taken_pence"]), (&json!("carried out"), &json!(800)));
    assert_eq!(town.money_of("Amira"), [0, 11_200, 0, 0], "once");
    town.after_letters(&crate::support::email("Amira"), "About your direct payment", 3);
    town.person("Amira").open(&spending).expect("£8 went back to the council").expect("taken off the next payments");

    // The database says it again.
    {
        use diesel::connection::SimpleConnection;
        let mut conn = town.connect();
        let early = "UPDATE take_back_notices SET carried_out_on = '2026-01-01'";
        assert!(conn.batch_execute(early).is_err());
        let transfer = format!(
            "INSERT INTO transfers (id, authority_id, reason, cause_id, idempotency_key, recorded_at)
             VALUES ('x', '{}', 'clawback', 'x', 'x', '2026-10-01 10:00:00')",
            trafford()
        );
        let why = conn.batch_execute(&transfer).unwrap_err().to_string();
        assert!(why.contains("only after a notice"), "{why}");
    }
    town.holds_together();
}

#[test]
fn what_somebody_says_of_their_spending_is_kept_once_for_each_key() {
    let town = Town::open();
    let amira = town.api_of("Amira");
    let path = format!("/budgets/{}/spending", town.budget_of("Amira"));
    let said = |pence: i64| json!({ "from_on": "2026-05-01", "to_on": "2026-05-02", "spent_pence": pence, "left_pence": 1, "words": "Bus" });
    let first = amira.post_once(&path, "may", &said(500)).expect(201);
    assert_eq!(amira.post_once(&path, "may", &said(500)).expect(201)["id"], first["id"]);
    amira.post_once(&path, "may", &said(501)).refused(409, "key-used-differently");
    amira.post(&path, &said(500)).refused(422, "invalid-input");
    assert_eq!(amira.get(&path).expect(200)["declarations"].as_array().unwrap().len(), 1);
}

#[test]
fn many_who_are_flagged_come_page_by_page_and_those_who_were_asked_last() {
    let town = Town::open();
    (0..22).for_each(|number| town.new_holder(&format!("Holder{number}"), ASHTON, Money::pounds(120)));
    town.pass(TimeDelta::days(70));
    town.work_of_the_day();
    town.work_of_the_day();
    let api = town.api_of("Fay");
    let first = api.get("/finance/monitoring").expect(200);
    let count = first["question_count"].as_u64().unwrap();
    let ids = |told: &serde_json::Value| -> Vec<String> {
        told["questions"].as_array().unwrap().iter().map(|each| each["id"].as_str().unwrap().to_owned()).collect()
    };
    let (asked, rest) = (ids(&first)[0].clone(), ids(&api.get("/finance/monitoring?page=2").expect(200)));
    assert_eq!((ids(&first).len(), ids(&first).len() + rest.len()), (20, usize::try_from(count).unwrap()));
    assert!(rest.iter().all(|id| !ids(&first).contains(id)), "nobody twice");
    api.post(&format!("/finance/questions/{asked}/asking"), &json!({ "words": "Is it hard to use?" })).expect(200);
    assert_eq!(ids(&api.get("/finance/monitoring?page=2").expect(200)).last(), Some(&asked));
    let page = town.person("Fay").open("/finance/monitoring?page=2");
    assert_eq!(page.all("#ask ~ .panel h3").len(), rest.len());
    page.expect("Is it hard to use?");
    assert_eq!(ids(&api.get("/finance/monitoring?page=99").expect(200)).len(), 0);
}
