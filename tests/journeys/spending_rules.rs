//! A council says what budgets may be used for; somebody is stopped by a rule, challenges it, and gets an answer.

use chrono::{Days, TimeDelta};
use serde_json::{Value, json};
use waymark::places::reference::authority_id;

use crate::buying::buys;
use crate::support::{Town, email, option_id, service_id};

const TRAFFORD: &str = crate::support::TRAFFORD;

fn sets(town: &Town, who: &str, fields: &[(&str, &str)]) -> crate::support::Seen {
    town.person(who).open("/authority/rules/new").press("Set this rule", fields)
}

const NO_LUNCH: [(&str, &str); 4] = [
    ("category", "lunch-clubs"),
    ("says", "not allowed"),
    ("words", "A budget does not pay for lunch."),
    ("ground", "Everybody has to eat (minute 12)."),
];

#[test]
fn a_refusal_shows_the_rule_and_opens_a_challenge_that_a_person_answers() {
    let town = Town::open();
    let before = town.money_of("Amira");
    sets(&town, "Ada", &NO_LUNCH)
        .expect("The rule is set. Everybody can read it now.")
        .expect("A budget does not pay for lunch.");

    // Everybody reads it.
    let trafford = authority_id(TRAFFORD);
    let public = town.visitor().open(&format!("/rules/{trafford}")).expect_status(200);
    let public = public.expect("Not allowed").expect("Set by Ada Example for Trafford, since 20 May 2026");
    public.expect("Everybody has to eat (minute 12).").expect("Nobody has challenged a rule yet.");
    town.visitor().open("/rules").go("Trafford").expect("Lunch clubs");

    // It stops Amira, and says everything about itself.
    let amira = town.person("Amira");
    let refused = buys(&amira, "Lunch club", "2").expect_status(409);
    let refused = refused.expect("A rule of your council says no").expect("A budget does not pay for lunch.");
    let refused = refused.expect("Set by Ada Example for Trafford, since 20 May 2026").expect("within 5 working days");
    assert_eq!(town.money_of("Amira"), before);

    let silent = refused.press("Challenge this rule", &[("words", " ")]);
    silent.expect_status(422).expect("Say in a few words why this matters to you.");
    let asked = refused.press("Challenge this rule", &[("words", "It is the only time that I see people.")]);
    assert_eq!(asked.heading(), "May I buy Lunch club?");
    let asked = asked.expect("The council answers by 28 May 2026.").expect("It is the only time that I see people.");
    assert_eq!(
        refused.press("Challenge this rule", &[("words", "Please!")]).path.split('?').next(),
        asked.path.split('?').next()
    );
    let arrived = town.letter("Amira", "Your question to the council has arrived");
    assert!(arrived.words.contains("28 May 2026"), "{}", arrived.words);
    let told = town.letter("Ada", "Somebody challenges a rule");
    assert!(!told.words.contains("Amira") && !told.words.contains("see people"), "{}", told.words);

    // Another council does not see it; Cate is not Amira's care manager.
    for other in ["Aled", "Cate", "Clem"] {
        town.person(other).open("/authority/challenges").expect("Nobody waits for an answer.");
    }
    let ada = town.person("Ada");
    let page = ada.open(&town.link_in(&told)).expect("Amira Example").expect("It is the only time that I see people.");
    page.press("Answer", &[("decision", "allowed")]).expect_status(422).expect("Say why: the person will read it.");
    page.press("Answer", &[("reason", "yes")]).expect_status(422).expect("Choose the answer.");
    let done = page.press("Answer", &[("decision", "allowed"), ("reason", "It is company, not food.")]);
    done.expect("That is answered. The person gets a letter.");
    page.press("Answer", &[("decision", "not allowed"), ("reason", "No")])
        .expect_status(409)
        .expect("answered already");

    let letter = town.letter("Amira", "You may buy");
    assert!(letter.words.contains("It is company, not food."), "{}", letter.words);
    let told = amira.open(&town.link_in(&letter)).expect("Allowed by Ada Example on 20 May 2026.");
    told.go("Go on to buy it").press("Buy", &[("quantity", "2")]).expect("You have asked for this");
    assert_eq!(town.money_of("Amira"), [10_400, 1_600, 0, 0]);
    // For her alone.
    buys(&town.person("Noor"), "Lunch club", "1").expect_status(409);
    amira.open("/account/looked").expect("Ada Example").expect("your question to the council about a rule");
    town.holds_together();
}

#[test]
fn a_question_is_asked_once_and_it_goes_on_whatever_the_answer() {
    let town = Town::open();
    let question = "Has anybody told you that it is free on Fridays?";
    sets(
        &town,
        "Ada",
        &[
            ("category", "things-to-do"),
            ("says", "needs a question"),
            ("words", "We ask before people pay for what is free."),
            ("ground", "Some of it is free."),
            ("question", question),
        ],
    );
    let amira = town.person("Amira");
    let asked = buys(&amira, "Lunch club", "1").expect_status(409);
    let asked = asked.expect(&format!("One question first: {question}")).expect("Set by Ada Example");
    let bought = asked.press("Buy", &[("answer", "I do not like Fridays")]).expect_status(200);
    bought.expect("You have asked for this");

    let api = town.api_of("Noor");
    let path = format!("/budgets/{}/purchases", town.budget_of("Noor"));
    let mut document = json!({
        "service_id": service_id("Lunch club").to_string(),
        "cost_option_id": option_id("Lunch club").to_string(),
        "quantity": 1,
        "starts_on": town.today().to_string(),
    });
    let told = api.post_once(&path, "first", &document).refused(409, "question-first");
    assert_eq!(told["errors"], json!([{ "field": "answer", "message": question }]));
    document["answer"] = json!("No");
    api.post_once(&path, "first", &document).expect(201);
    town.holds_together();
}

#[test]
fn a_limit_counts_and_no_rule_means_no_refusal() {
    let town = Town::open();
    sets(
        &town,
        "Ada",
        &[
            ("category", "lunch-clubs"),
            ("says", "allowed"),
            ("words", "Lunch up to £24 a week."),
            ("ground", "So that the money lasts."),
            ("limit", "24"),
            ("limit_per", "week"),
        ],
    );
    let noor = town.person("Noor");
    buys(&noor, "Lunch club", "3").expect_status(200);
    buys(&noor, "Lunch club", "1").expect_status(409).expect("up to £24 in a week");
    let next_week = (town.today() + Days::new(7)).to_string();
    let form = noor.open(&format!("/services/{}/buy", service_id("Lunch club")));
    form.press("Buy", &[("quantity", "3"), ("start_on", &next_week)]).expect_status(200);
    // What no rule speaks of is nobody's business; and another council's rule stops nobody here.
    buys(&noor, "Garden tidy", "2").expect_status(200);
    let rule = json!({ "says": "not allowed", "words": "Nothing at all.", "ground": "None." });
    town.api_of("Aled").post("/authority/spending-rules", &rule).expect(201);
    buys(&noor, "Someone to sit with mum or dad", "1").expect_status(200);
    town.holds_together();
}

#[test]
fn rules_begin_today_or_later_and_end_but_never_change() {
    let town = Town::open();
    let ada = town.api_of("Ada");
    let tomorrow = (town.today() + Days::new(1)).to_string();
    let rule = |from_on: &str| json!({ "category_id": "lunch-clubs", "says": "not allowed", "words": "No lunch.", "ground": "Minute 12.", "from_on": from_on });
    ada.post("/authority/spending-rules", &rule("2026-05-19")).refused(422, "invalid-input");
    ada.post("/authority/spending-rules", &rule("2026-02-30")).refused(422, "invalid-input");
    let id = ada.post("/authority/spending-rules", &rule(&tomorrow)).expect(201)["id"].as_str().unwrap().to_owned();
    let amira = town.person("Amira");
    buys(&amira, "Lunch club", "1").expect_status(200);
    town.pass(TimeDelta::days(1));
    let amira = town.person("Amira");
    buys(&amira, "Lunch club", "1").expect_status(409);
    let ending = format!("/authority/spending-rules/{id}/ending");
    let ada = town.api_of("Ada");
    ada.post(&ending, &json!({ "ends_on": "2026-05-20" })).refused(422, "invalid-input");
    town.api_of("Aled").post(&ending, &json!({ "ends_on": tomorrow })).refused(404, "not-found");
    assert_eq!(ada.post(&ending, &json!({ "ends_on": tomorrow })).status, 204);
    ada.post(&ending, &json!({ "ends_on": tomorrow })).refused(409, "rule-ended");
    buys(&amira, "Lunch club", "1").expect_status(409);
    town.pass(TimeDelta::days(1));
    buys(&town.person("Amira"), "Lunch club", "1").expect_status(200);
    let trafford = authority_id(TRAFFORD);
    let told = town.api().get(&format!("/authorities/{trafford}/spending-rules")).expect(200);
    assert_eq!(told["spending_rules"][0]["ends_on"], tomorrow);
    town.visitor().open(&format!("/rules/{trafford}")).expect("Rules that have ended").expect("No lunch.");
    for wrong in [
        json!({ "says": "maybe", "words": "x", "ground": "y" }),
        json!({ "says": "allowed", "words": "", "ground": "y" }),
        json!({ "says": "allowed", "words": "x", "ground": " " }),
        json!({ "says": "needs a question", "words": "x", "ground": "y" }),
        json!({ "says": "not allowed", "words": "x", "ground": "y", "limit_pence": 500, "limit_per": "week" }),
        json!({ "says": "allowed", "words": "x", "ground": "y", "limit_pence": -1, "limit_per": "week" }),
        json!({ "says": "allowed", "words": "x", "ground": "y", "limit_pence": 5, "limit_per": "moon" }),
        json!({ "says": "allowed", "words": "x", "ground": "y", "category_id": "needs-nothing" }),
        json!({ "says": "allowed", "words": "x", "ground": "y", "category_id": "arts", "kind": "equipment" }),
    ] {
        town.api_of("Ada").post("/authority/spending-rules", &wrong).refused(422, "invalid-input");
    }
    for other in ["Amira", "Pat", "Carol", "Fay", "Cate"] {
        town.api_of(other).post("/authority/spending-rules", &rule("")).refused(404, "not-found");
    }
}

#[test]
fn what_is_overdue_is_seen_by_everybody_and_reminded_of_each_day() {
    let town = Town::open();
    sets(&town, "Ada", &NO_LUNCH);
    let amira = town.api_of("Amira");
    let trafford = authority_id(TRAFFORD);
    let rules = town.api().get(&format!("/authorities/{trafford}/spending-rules")).expect(200);
    let rule = rules["spending_rules"][0]["id"].clone();
    let path = format!("/budgets/{}/challenges", town.budget_of("Amira"));
    let asked = json!({ "rule_id": rule, "service_id": service_id("Lunch club").to_string(), "words": "Please" });
    let raised = amira.post(&path, &asked).expect(201);
    assert_eq!((&raised["due_on"], &raised["overdue"]), (&json!("2026-05-28"), &json!(false)));
    amira
        .post(&path, &json!({ "rule_id": rule, "service_id": service_id("Lunch club").to_string(), "words": "" }))
        .refused(422, "invalid-input");
    let noors = format!("/budgets/{}/challenges", town.budget_of("Noor"));
    amira.post(&noors, &asked).refused(404, "not-found");

    town.pass(TimeDelta::days(9));
    town.work_of_the_day();
    town.letter("Ada", "A challenge waits too long");
    let public = town.visitor().open(&format!("/rules/{trafford}"));
    public.expect("1 person waits for an answer; 1 of them longer than promised.");
    let amira = town.api_of("Amira");
    assert_eq!(amira.get("/challenges").expect(200)["challenges"][0]["overdue"], true);
    town.person("Amira").open("/challenges").go("Lunch club").expect("This should have been answered by 28 May 2026.");

    let id = raised["id"].as_str().unwrap();
    let answer = format!("/authority/challenges/{id}/answer");
    let no = json!({ "allowed": false, "reason": "Lunch is lunch." });
    town.api_of("Aled").post(&answer, &no).refused(404, "not-found");
    town.api_of("Carol").post(&answer, &no).refused(404, "not-found");
    assert_eq!(town.api_of("Ada").post(&answer, &no).expect(200)["state"], "not allowed");
    town.api_of("Ada").post(&answer, &no).refused(409, "answered-already");
    let letter = town.letter("Amira", "About");
    assert!(letter.words.contains("Ombudsman") && letter.words.contains("Lunch is lunch."), "{}", letter.words);
    town.person("Amira").open(&format!("/challenges/{id}")).expect("The rule stays, said Ada Example");
    assert_eq!(town.person("Noor").open(&format!("/challenges/{id}")).status(), 404);
    assert_eq!(amira.get("/authority/challenges").status, 404);
    let _: Value = json!(email("Ada"));
}
