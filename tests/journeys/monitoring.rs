//! Direct payments are looked after with a light touch: people say what they spent, and are asked before anything else.

use chrono::{Days, TimeDelta};
use serde_json::json;
use waymark::db::Conn;
use waymark::identity::RoleName;
use waymark::identity::store::grant;
use waymark::places::reference::authority_id;

use crate::support::{TRAFFORD, Town};

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
    town.api_of("Amira").post(&path, &said).refused(422, "invalid-input");
    let said =
        json!({ "from_on": "2026-05-01", "to_on": "2026-05-02", "spent_pence": -1, "left_pence": 1, "words": "x" });
    town.api_of("Amira").post(&path, &said).refused(422, "invalid-input");
    town.api_of("Noor")
        .post(
            &path,
            &json!({ "from_on": "2026-05-01", "to_on": "2026-05-02", "spent_pence": 1, "left_pence": 1, "words": "x" }),
        )
        .refused(404, "not-found");
}

#[test]
fn whoever_has_much_unspent_is_asked_first_and_nothing_is_taken_without_notice_reason_and_appeal() {
    let town = Town::open();
    let now = town.app.clock.now();
    let add = move |tx: &mut Conn| {
        let id = crate::support::add_person(tx, "Fred", now);
        grant(tx, id, RoleName::FinanceOfficer, Some(authority_id(TRAFFORD)), None, now)
    };
    town.app.db.write_now(add).unwrap();
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
