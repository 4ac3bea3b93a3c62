//! Somebody sees what money there would be, plans their support, agrees it with the council, and looks back.

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use waymark::allocation;
use waymark::db::Conn;
use waymark::ids::PersonId;
use waymark::places::reference::authority_id;

use crate::support::{Person, Seen, TRAFFORD, Town, service_id};

/// Trafford asks the standard questions since April.
pub(crate) fn asks(town: &Town) {
    let now = town.app.clock.now();
    let from = "2026-04-06".parse().unwrap();
    let put =
        move |tx: &mut Conn| allocation::put(tx, authority_id(TRAFFORD), &allocation::standard(), from, None, now);
    town.app.db.write_now(put).unwrap();
}

/// Lets somebody act for somebody, with or without the scope to plan.
pub(crate) fn helps(town: &Town, helper: &str, person: &str, kind: &str, plans: bool) {
    town.acts_for(helper, person, kind, false);
    let id = PersonId::named(&format!("{helper} for {person}"));
    let plans = if plans { "TRUE" } else { "FALSE" };
    town.connect().batch_execute(&format!("UPDATE representatives SET may_plan = {plans} WHERE id = '{id}'")).unwrap();
}

pub(crate) fn home(name: &str) -> String {
    format!("/support/{}", PersonId::named(name))
}

/// The answers that are worked out by hand in `allocation::working`: £132 a week.
pub(crate) const ANSWERS: [(&str, &str); 11] = [
    ("answer", "My garden, and my sister"),
    ("choice", "daily"),
    ("choice", "daily"),
    ("", ""),
    ("answer", "2"),
    ("choice", "none"),
    ("choice", "no"),
    ("choice", "hours"),
    ("choice", "little"),
    ("choice", "no"),
    ("answer", ""),
];

/// Answers from one question to another; begins on the page of the first.
fn answers(page: Seen, from: usize, to: usize) -> Seen {
    let mut page = page;
    for (field, value) in &ANSWERS[from - 1..to] {
        page = page.expect_status(200);
        page = if field.is_empty() {
            page.press("Save and go on", &[])
        } else {
            page.press("Save and go on", &[(field, value)])
        };
    }
    page
}

/// Answers everything and finishes: the page with the indicative budget.
pub(crate) fn assessed(person: &Person, name: &str) -> Seen {
    let first = person.open(&format!("{}/assessment", home(name))).press("Begin", &[]);
    answers(first, 1, 11).press("Finish, and see what it comes to", &[])
}

#[test]
fn amira_answers_question_by_question_and_sees_at_once_how_her_budget_is_worked_out() {
    let town = Town::open();
    let amira = town.person("Amira");
    amira.open("/support").expect("My support, step by step").go("Begin").expect("has not put its questions here yet");
    asks(&town);

    let start = amira.open("/support").go("Begin").expect("11 questions from Trafford");
    let third = answers(start.press("Begin", &[]), 1, 2);
    assert_eq!(third.heading(), "How much help do you need to eat and drink well?");
    let wrong = third.press("Save and go on", &[]).expect_status(422);
    assert_eq!(wrong.problems(), ["Choose the answer that is nearest. You can change it later."]);
    let later = wrong.press("Save and stop here", &[("choice", "daily")]);
    later.expect("What you have answered is kept.").expect("You have begun to answer");

    let on = amira.open("/support").go("Go on");
    let on = on.expect("Question 5 of 11 is next").go("Go on");
    let wrong = on.press("Save and go on", &[("answer", "8")]).expect_status(422);
    assert_eq!(wrong.problems(), ["Enter a whole number from 0 to 7."]);
    drop(wrong);
    let done = answers(amira.open("/support").go("Go on").go("Go on"), 5, 11).expect("Every question has its answer.");
    let result = done.press("Finish, and see what it comes to", &[]);

    let result = result.expect("£132 a week").expect("£6,882.86 for a year of 365 days");
    assert_eq!(
        result.all(".sum div"),
        [
            "How much help do you need to wash, dress and use the toilet? Help several times a day 10 points",
            "How much help do you need to eat and drink well? Help with most meals 8 points",
            "On how many nights a week do you need somebody? 2 6 points",
            "How much help do you need to see people and to be part of things? None, or very little 0 points",
            "Do you look after children, and need help to do it? No 0 points",
            "How safe are you when nobody is with you? Safe for some hours, with a way to call somebody 4 points",
            "How much of this help do family and friends give, and want to go on giving? A little of it 0 points",
            "Is there a bus or tram that you can use near your home? No 0 points",
            "All points 28",
            "Points 1 to 20 20 × £4.20 a week £84",
            "Points 21 to 28 8 × £6.10 a week £48.80",
            "Family and friends give a little of it −10% of £132.80 −£13.28",
            "No bus or tram that you can use a week +£12",
            "Rounding to the nearest £1, and never below nought £0.48",
            "Indicative budget a week £132",
        ]
    );
    amira.open("/support").expect("The indicative budget is £132 a week");
}

#[test]
fn a_sister_and_a_care_manager_answer_with_amira_and_each_answer_says_who_gave_it() {
    let town = Town::open();
    asks(&town);
    helps(&town, "Noor", "Amira", "family or friend", true);
    helps(&town, "Cate", "Amira", "care manager", false);
    let (amira, noor, cate) = (town.person("Amira"), town.person("Noor"), town.person("Cate"));

    let start = noor.open(&format!("{}/assessment", home("Amira"))).expect("What help does Amira Example need?");
    let fourth = answers(start.press("Begin", &[]), 1, 3);
    assert!(fourth.one(".acting-strip").contains("Amira Example"));
    let on = cate.open("/care").go("Amira Example").go("Go on").go("Go on");
    let checked = answers(on, 5, 11);
    let checked =
        checked.expect("answered by Noor Example, representative").expect("answered by Cate Example, care manager");
    let result = checked.press("Finish, and see what it comes to", &[]).expect("with their care manager");
    amira.open(&result.path).expect("£132 a week").expect("answered by Noor Example, representative");
    let looked = amira.open("/account/looked");
    looked.expect("Cate Example of Trafford changed your answers about your needs").expect("Noor Example");

    // Who may only look, looks; who has nothing to do with her, finds nothing.
    let town = Town::open();
    asks(&town);
    helps(&town, "Noor", "Amira", "family or friend", false);
    let (noor, pat, clem) = (town.person("Noor"), town.person("Pat"), town.person("Clem"));
    let start = noor.open(&format!("{}/assessment", home("Amira"))).expect_status(200);
    assert!(!start.has_button("Begin"));
    let csrf = noor.csrf();
    assert_eq!(noor.post(&format!("{}/assessment", home("Amira")), &[("csrf", &csrf)]).status(), 404);
    for somebody in [pat, clem, town.person("Cate"), town.person("Ada")] {
        assert_eq!(somebody.open(&home("Amira")).status(), 404);
        assert_eq!(somebody.open(&format!("{}/plan", home("Amira"))).status(), 404);
    }
}

/// Writes a plan that is ready to be handed over.
pub(crate) fn planned(person: &Person, name: &str) -> Seen {
    let base = home(name);
    person.open(&format!("{base}/plan")).press("Begin with an empty page", &[]);
    person.open(&format!("{base}/plan/matters")).press("Save", &[("matters", "My garden, and my sister")]);
    person
        .open(&format!("{base}/plan/outcomes/new"))
        .press("Save", &[("words", "I see people every week"), ("sign", "Two visits a week")]);
    person.open(&format!("{base}/plan/risks/new")).press(
        "Save",
        &[("words", "I could fall"), ("handling", "An alarm, and Dot rings in the evening"), ("level", "medium")],
    );
    person
        .open(&format!("{base}/plan/circle/new"))
        .press("Save", &[("name", "Dot"), ("relation", "neighbour"), ("brings", "rings every evening")]);
    let line = person.open(&format!("{base}/plan/find?q=lunch")).go("Choose Lunch club");
    line.expect("Sale Neighbours").press("Put it into the plan", &[("quantity", "2"), ("outcome", "outcome-1")]);
    person.open(&format!("{base}/plan/money")).press(
        "Save",
        &[("starts_on", "2026-06-01"), ("contingency", "200"), ("contingency_for", "More help when I am ill")],
    )
}

#[test]
fn amira_writes_a_plan_with_lines_that_are_bought_free_and_in_her_own_words() {
    let town = Town::open();
    asks(&town);
    let amira = town.person("Amira");
    assessed(&amira, "Amira");

    // 2 × £8 a week for 365 days: 1,600 × 365 ÷ 7 = £834.29; with £200 in hand £1,034.29 of £6,882.86.
    let plan = planned(&amira, "Amira").expect("£834.29 in the year").expect("£5,848.57 of the indicative budget");
    let plan = plan.expect("Begins on 1 June 2026").expect("For: I see people every week");

    let own = plan.go("Say it in my own words");
    let wrong =
        own.press("Put it into the plan", &[("words", "A piano teacher"), ("unit", "lesson")]).expect_status(422);
    assert_eq!(wrong.problems(), ["Say what one costs, or tick that it is free."]);
    let wrong = wrong.press("Put it into the plan", &[("price", "-5")]).expect_status(422);
    assert_eq!(wrong.problems(), ["Enter an amount in pounds and pence, like 18.50."]);
    let cost = wrong.press("Work it out", &[("price", "30"), ("rhythm", "monthly"), ("quantity", "2")]);
    // 2 × £30 a month from the first of a month: £720.
    let cost = cost.expect_status(200).expect("That is £720 in the year. £5,128.57 would be left.");
    let plan = cost.press("Put it into the plan", &[]).expect("A piano teacher would like to buy");
    let library = plan.go("Find something").press("Find", &[("q", "library")]).go("Choose Sale Library");
    let plan = library.press("Put it into the plan", &[]).expect("Sale Library free");

    let changed = plan.go("Change: A piano teacher").press("Put it into the plan", &[("price", "500")]);
    changed.expect("more than the indicative budget");
    let csrf = amira.csrf();
    let plan = amira.post(&format!("{}/plan/lines/line-2/remove", home("Amira")), &[("csrf", &csrf)]);
    assert!(!plan.says("A piano teacher"));
    plan.press("Hand the plan over", &[]).expect("The plan is handed over.").expect("with the council");
    let late = amira.open(&format!("{}/plan/matters", home("Amira"))).press("Save", &[("matters", "Else")]);
    late.expect_status(409).expect("plan is with the council");
}

#[test]
fn the_council_asks_for_a_change_agrees_and_both_sign() {
    let town = Town::open();
    asks(&town);
    helps(&town, "Cate", "Amira", "care manager", false);
    helps(&town, "Noor", "Amira", "family or friend", true);
    let (amira, cate, noor) = (town.person("Amira"), town.person("Cate"), town.person("Noor"));
    assessed(&amira, "Amira");
    planned(&noor, "Amira").press("Hand the plan over", &[]);
    let base = home("Amira");

    town.after_letters("cate@example.org", "A support plan waits for you", 1);
    let desk = cate.open("/care").expect("handed over on 20 May 2026");
    let plan = desk.go("Amira Example").go("Read the plan");
    let csrf = cate.csrf();
    let on_line = [("csrf", csrf.as_str()), ("about", "line-1"), ("words", "On which days?")];
    cate.post(&format!("{base}/plan/comments"), &on_line).expect("On which days?");
    let agreement = plan.go("Check and agree");
    let wrong = agreement.press("Send it back", &[("risk", "no")]).expect_status(422);
    assert_eq!(wrong.problems(), ["Say what is missing, so that it can be put right."]);
    let wrong = wrong.press("Send it back", &[("risk-note", "Who has a key?")]).expect_status(422);
    assert_eq!(wrong.problems(), ["Say what you would like to be changed, in up to 2,000 letters."]);
    wrong.press("Send it back", &[("words", "Please say who has a key.")]).expect("with what you have written");

    let plan = amira.open(&format!("{base}/plan")).expect("sent back").expect("Please say who has a key.");
    plan.expect("On which days? Cate Example, care manager, 20 May 2026");
    let risk = amira.open(&format!("{base}/plan/risks/risk-1"));
    let plan = risk.press("Save", &[("handling", "An alarm, and Dot has a key")]);
    let plan = plan.press("Hand the plan over", &[]);
    let second = plan.go("Version 2").expect("What changed since version 1");
    let words = |tag: &str| second.all(tag).join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!((words("del").as_str(), words("ins").as_str()), ("rings in the evening", "has a key"));

    let checks = [("healthy", "yes"), ("outcomes", "yes"), ("risk", "yes"), ("affordable", "yes")];
    let agreement = cate.open(&format!("{base}/plan/agreement"));
    let mut fields = checks.to_vec();
    fields.push(("weekly", "125.00"));
    let wrong = agreement.press("Agree it and sign", &fields).expect_status(422);
    assert_eq!(wrong.problems(), ["It differs from the indicative budget: say why. The person reads this."]);
    fields.retain(|(name, _)| *name != "risk");
    let wrong = wrong.press("Agree it and sign", &[("risk", "no"), ("risk-note", "x"), ("reason", "Lunch is cheaper")]);
    assert_eq!(wrong.expect_status(422).problems(), ["Answer this with yes, or send the plan back."]);
    let agreement = cate.open(&format!("{base}/plan/agreement"));
    fields.push(("risk", "yes"));
    fields.push(("reason", "Lunch is cheaper than we thought"));
    agreement.press("Agree it and sign", &fields).expect("You have agreed the plan for the council.");

    town.after_letters("amira@example.org", "Your support plan came back with questions", 1);
    town.after_letters("amira@example.org", "Your support plan is to be signed", 1);

    // A sister helps to plan; she does not sign.
    let seen = noor.open(&format!("{base}/plan/signing")).expect("Only the person signs");
    assert!(!seen.has_button("Sign the plan"));
    let csrf = noor.csrf();
    let sent = [("csrf", csrf.as_str()), ("route", "direct payment")];
    assert_eq!(noor.post(&format!("{base}/plan/signing"), &sent).status(), 404);
    let csrf = cate.csrf();
    let sent = [("csrf", csrf.as_str()), ("route", "direct payment")];
    assert_eq!(cate.post(&format!("{base}/plan/signing"), &sent).status(), 404);

    let signing =
        amira.open(&base).go("Read and sign").expect("£125 a week").expect("Lunch is cheaper than we thought");
    let wrong = signing.press("Sign the plan", &[]).expect_status(422);
    assert_eq!(wrong.problems(), ["Choose how the money is to be held. It can be changed later."]);
    wrong.press("Sign the plan", &[("route", "direct payment")]).expect("Both have signed.");
    // £125 a week for the 365 days from 1 June 2026: 12,500 × 365 ÷ 7 = £6,517.86.
    amira.open("/budgets").expect("£6,517.86").expect("1 June 2026 to 31 May 2027");
    amira
        .open(&format!("{base}/plan"))
        .expect("Both have signed.")
        .go("Version 2")
        .expect("For the council: Cate Example");
    town.holds_together();

    // 56 days after 1 June: the first review. Letters go out 28 days before.
    amira.open(&base).expect("The next review is on or about 27 July 2026");
    town.pass(chrono::TimeDelta::days(40));
    town.work_of_the_day();
    town.work_of_the_day();
    town.after_letters("amira@example.org", "Let us look at your support plan together", 1);
    town.after_letters("cate@example.org", "A review of a support plan is due", 1);
    assert_eq!(town.letters_to("amira@example.org", "Let us look at your support plan").len(), 1);

    let (amira, cate) = (town.person("Amira"), town.person("Cate"));
    let review = cate.open("/care").expect("due on 27 July 2026").go("Hold the review");
    let wrong = review.press("Keep the review", &[("worked", "Lunch")]).expect_status(422);
    assert_eq!(wrong.problems(), ["Say what came of \u{201c}I see people every week\u{201d}."]);
    let fields = [
        ("outcome-1", "partly"),
        ("outcome-1-words", "Once a week so far"),
        ("worked", "The lunch club"),
        ("risk", "high"),
        ("change", "yes"),
    ];
    wrong.press("Keep the review", &fields).expect("What came of the plan");
    let read = amira.open(&base).go("The last review").expect("partly").expect("Once a week so far");
    drop(read);
    // 91 days after 29 June.
    amira.open(&base).expect("The next review is on or about 28 September 2026");
    amira.open(&format!("{base}/plan")).expect("being written");
}

#[test]
fn amira_does_not_sign_and_says_why() {
    let town = Town::open();
    asks(&town);
    helps(&town, "Cate", "Amira", "care manager", false);
    let (amira, cate) = (town.person("Amira"), town.person("Cate"));
    planned(&amira, "Amira").press("Hand the plan over", &[]);
    let fields = [("healthy", "yes"), ("outcomes", "yes"), ("risk", "yes"), ("affordable", "yes"), ("weekly", "20")];
    let base = home("Amira");
    cate.open(&format!("{base}/plan/agreement")).press("Agree it and sign", &fields).expect("You have agreed");

    let signing = amira.open(&format!("{base}/plan/signing"));
    let silent = signing.press("Do not sign", &[]).expect_status(422);
    assert_eq!(silent.problems(), ["Say what you do not agree with, in a few words."]);
    silent.press("Do not sign", &[("words", "That is one lunch a week")]).expect("The plan is open again");
    cate.open(&format!("{base}/plan")).expect("sent back").expect("That is one lunch a week");
    amira.open("/budgets").expect("£120");
    town.holds_together();
}

#[test]
fn a_program_answers_plans_hands_over_agrees_and_signs() {
    let town = Town::open();
    asks(&town);
    helps(&town, "Cate", "Amira", "care manager", false);
    let (amira, cate) = (town.api_of("Amira"), town.api_of("Cate"));
    let base = home("Amira");
    let asked = amira.get(&format!("{base}/questionnaire")).expect(200);
    assert_eq!(asked["questions"].as_array().unwrap().len(), 11);

    let made = amira.post(&format!("{base}/assessments"), &Value::Null).expect(201);
    let path = format!("{base}/assessments/{}", made["id"].as_str().unwrap());
    amira.post(&format!("{path}/completion"), &Value::Null).refused(409, "questions-unanswered");
    for (question, answer) in [
        ("washing", json!({ "choices": ["daily"] })),
        ("eating", json!({ "choices": ["daily"] })),
        ("nights", json!({ "number": 2 })),
        ("people", json!({ "choices": ["none"] })),
        ("children", json!({ "choices": ["no"] })),
        ("safe", json!({ "choices": ["hours"] })),
        ("carer", json!({ "choices": ["little"] })),
        ("travel", json!({ "choices": ["no"] })),
    ] {
        assert_eq!(amira.put(&format!("{path}/answers/{question}"), &answer).status, 204);
    }
    amira.put(&format!("{path}/answers/nights"), &json!({ "number": -1 })).refused(422, "invalid-input");
    amira.put(&format!("{path}/answers/nothing"), &json!({ "number": 1 })).refused(404, "not-found");
    let done = amira.post(&format!("{path}/completion"), &Value::Null).expect(200);
    assert_eq!((done["weekly_pence"].as_i64(), done["working"]["points"].as_i64()), (Some(13_200), Some(28)));
    amira.put(&format!("{path}/answers/nights"), &json!({ "number": 3 })).refused(409, "assessment-finished");

    let plan = amira.post(&format!("{base}/plan"), &json!({ "template": "staying-at-home" })).expect(201);
    assert_eq!(plan["missing"], json!(["the day on which it begins"]));
    amira.post(&format!("{base}/plan/handing-over"), &Value::Null).refused(409, "plan-incomplete");
    let mut content = plan["content"].clone();
    content["starts_on"] = json!("2026-06-01");
    content["lines"][1]["price_pence"] = json!(0);
    let sent = json!({ "revision": plan["revision"], "content": content });
    amira.put(&format!("{base}/plan"), &sent).refused(422, "invalid-input");
    content["lines"][1]["price_pence"] = json!(850);
    content["lines"][1]["service_id"] = json!(service_id("Lunch club").to_string());
    let sent = json!({ "revision": plan["revision"], "content": content });
    let plan = amira.put(&format!("{base}/plan"), &sent).expect(200);
    // A week: 7 × £22 and £8.50: £162.50; for 365 days 16,250 × 365 ÷ 7, each line rounded for itself; £200 kept in hand.
    assert_eq!(plan["costing"]["running_pence"], 803_000 + 44_321);
    assert_eq!(plan["costing"]["left_pence"], 688_286 - 803_000 - 44_321 - 20_000);
    amira.put(&format!("{base}/plan"), &sent).refused(409, "changed-meanwhile");
    let over = amira.post(&format!("{base}/plan/handing-over"), &Value::Null).expect(200);
    assert_eq!((over["state"].as_str(), over["version"].as_i64()), (Some("with the council"), Some(1)));

    let check = |name: &str| json!({ "check": name, "passed": true });
    let agreed = json!({
        "checks": [check("healthy, safe and well"), check("outcomes"), check("risk"), check("affordable")],
        "weekly_pence": 13_200,
    });
    amira.post(&format!("{base}/plan/agreement"), &agreed).refused(404, "not-found");
    cate.post(&format!("{base}/plan/agreement"), &agreed).expect(200);
    cate.post(&format!("{base}/plan/agreement"), &agreed).refused(409, "wrong-step");
    let sign = json!({ "funding_route": "council-managed" });
    cate.post(&format!("{base}/plan/signature"), &sign).refused(404, "not-found");
    amira
        .post(&format!("{base}/plan/signature"), &json!({ "funding_route": "own money" }))
        .refused(422, "invalid-input");
    let signed = amira.post(&format!("{base}/plan/signature"), &sign).expect(201);
    let budget = amira.get(&format!("/budgets/{}", signed["budget_id"].as_str().unwrap())).expect(200);
    assert_eq!(budget["available_pence"], 688_286);
    let version = amira.get(&format!("{base}/plan/versions/1")).expect(200);
    assert_eq!(version["signed_by"], json!(["council", "person"]));
    let reviews = amira.get(&format!("{base}/reviews")).expect(200);
    assert_eq!(reviews["reviews"][0]["due_on"], "2026-07-27");
    town.holds_together();
}

#[test]
fn a_signature_and_a_version_stay_as_they_are() {
    let town = Town::open();
    asks(&town);
    let amira = town.person("Amira");
    assessed(&amira, "Amira");
    planned(&amira, "Amira").press("Hand the plan over", &[]);
    let mut conn = town.connect();
    for sql in [
        "UPDATE plan_versions SET number = 7",
        "UPDATE plan_versions SET content = 'else'",
        "DELETE FROM plan_versions",
        "UPDATE assessments SET weekly_pence = 1 WHERE state = 'finished'",
        "UPDATE questionnaires SET content = '{}'",
        "UPDATE plan_lines SET price_pence = 0",
        "UPDATE plan_lines SET price_pence = -1",
    ] {
        assert!(conn.batch_execute(sql).is_err(), "{sql}");
    }
    let overlaps = format!(
        "INSERT INTO questionnaires (id, authority_id, number, state, content, effective_from, created_at, changed_at, published_at)
         VALUES ('x', '{}', 9, 'published', '{{}}', '2026-07-01', '2026-05-01 10:00:00', '2026-05-01 10:00:00', '2026-05-01 10:00:00')",
        authority_id(TRAFFORD)
    );
    assert!(conn.batch_execute(&overlaps).unwrap_err().to_string().contains("overlap"));
}

#[test]
fn an_allocation_that_falls_changes_the_budget_from_a_day_on_with_a_bridge() {
    let town = Town::open();
    asks(&town);
    helps(&town, "Cate", "Amira", "care manager", false);
    let (amira, cate) = (town.api_of("Amira"), town.api_of("Cate"));
    let base = home("Amira");
    planned(&town.person("Amira"), "Amira").press("Hand the plan over", &[]);
    let check = |name: &str| json!({ "check": name, "passed": true });
    let checks = json!([check("healthy, safe and well"), check("outcomes"), check("risk"), check("affordable")]);
    let agreed = json!({ "checks": checks, "weekly_pence": 14_000 });
    cate.post(&format!("{base}/plan/agreement"), &agreed).expect(200);
    let sign = json!({ "funding_route": "council-managed" });
    let first = amira.post(&format!("{base}/plan/signature"), &sign).expect(201);
    amira.post(&format!("{base}/plan/reopening"), &Value::Null).expect(200);
    amira.post(&format!("{base}/plan/handing-over"), &Value::Null).expect(200);
    let agreed = json!({ "checks": checks, "weekly_pence": 10_500, "starts_on": "2026-08-31", "bridge_weeks": 4, "reason": "Less" });
    cate.post(&format!("{base}/plan/agreement"), &agreed).expect(200);
    let second = amira.post(&format!("{base}/plan/signature"), &sign).expect(201);
    assert_eq!(first["budget_id"], second["budget_id"], "the budget goes on");
    // 91 days from 1 June at £20 a day; 274 days to 31 May at £15 a day; four weeks of £35 more.
    let budget = amira.get(&format!("/budgets/{}", first["budget_id"].as_str().unwrap())).expect(200);
    assert_eq!(budget["available_pence"], 91 * 2_000 + 274 * 1_500 + 4 * 3_500);
    // It goes on after its year: nothing else is opened for the rest of the plan's.
    let all = amira.get("/budgets").expect(200);
    assert!(all["budgets"].as_array().unwrap().iter().all(|each| each["starts_on"] != "2027-06-01"), "{all}");
    let version = amira.get(&format!("{base}/plan/versions/2")).expect(200);
    assert_eq!(
        (version["agreed"]["bridge_weekly_pence"].as_i64(), version["agreed"]["bridge_weeks"].as_i64()),
        (Some(3_500), Some(4))
    );
    // On 1 June 2027 the next year opens: 366 days at £15, and of what is unspent eight weeks of £105 go on.
    let days = (chrono::NaiveDate::from_ymd_opt(2027, 6, 1).unwrap() - town.today()).num_days();
    town.pass(chrono::TimeDelta::days(days));
    town.work_of_the_day();
    let path = format!("/budgets/{}", first["budget_id"].as_str().unwrap());
    let next = town.api_of("Amira").get(&path).expect(200);
    assert_eq!(next["available_pence"], 366 * 1_500 + 8 * 10_500);
    town.holds_together();
}

#[test]
fn who_signs_says_who_holds_the_money_and_a_new_plan_may_change_that_from_its_day() {
    let town = Town::open();
    asks(&town);
    helps(&town, "Cate", "Amira", "care manager", false);
    let (amira, cate) = (town.api_of("Amira"), town.api_of("Cate"));
    let base = home("Amira");
    planned(&town.person("Amira"), "Amira").press("Hand the plan over", &[]);
    let check = |name: &str| json!({ "check": name, "passed": true });
    let checks = json!([check("healthy, safe and well"), check("outcomes"), check("risk"), check("affordable")]);
    cate.post(&format!("{base}/plan/agreement"), &json!({ "checks": checks, "weekly_pence": 14_000 })).expect(200);

    // A trust has a name; a provider is known; and where no budget runs, somebody has to be chosen.
    let signing = town.person("Amira").open(&format!("{base}/plan/signing"));
    assert!(!signing.says("As it is held now"));
    let wrong = signing.press("Sign the plan", &[("route", "as it is")]).expect_status(422);
    let wrong = wrong.expect("Choose how the money is to be held.").press("Sign the plan", &[("route", "trust")]);
    let wrong = wrong.expect_status(422).expect("Say who holds the money");
    let fund = [("route", "individual service fund"), ("holder", "Nobody & Sons")];
    wrong.press("Sign the plan", &fund).expect_status(422).expect("We do not know a provider of this name");
    assert_eq!(amira.get(&format!("{base}/plan")).expect(200)["state"], "to be signed");
    let fund = [("route", "individual service fund"), ("holder", "Sale Neighbours")];
    signing.press("Sign the plan", &fund).expect("Both have signed.");
    let all = amira.get("/budgets").expect(200);
    let of_plan = |each: &&Value| each["starts_on"] == "2026-06-01";
    let given = all["budgets"].as_array().unwrap().iter().find(of_plan).unwrap().clone();
    let id = given["id"].as_str().unwrap().to_owned();
    assert_eq!(given["name"], "Personal budget from June 2026");
    let terms = amira.get(&format!("/budgets/{id}/terms")).expect(200);
    assert_eq!(terms["terms"][0]["holders"][0]["funding_route"], "individual service fund", "{terms}");
    assert!(terms["terms"][0]["holders"][0]["organization_id"].is_string(), "{terms}");
    // The provider sees the fund at its desk, and a run pays it.
    town.person("Pat").open("/provider/funds").expect("Amira");
    let due = town.api_of("Fay").get("/finance/due?by=2026-06-01").expect(200);
    let of_it = due["due"].as_array().unwrap().iter().find(|each| each["budget_id"] == id.as_str()).unwrap();
    assert_eq!(of_it["amount_pence"], 2 * 14_000, "two weeks in advance");

    // A new plan from 31 August, and she wants to hold it herself from then on.
    amira.post(&format!("{base}/plan/reopening"), &Value::Null).expect(200);
    amira.post(&format!("{base}/plan/handing-over"), &Value::Null).expect(200);
    let more = json!({ "checks": checks, "weekly_pence": 15_000, "starts_on": "2026-08-31", "reason": "More" });
    cate.post(&format!("{base}/plan/agreement"), &more).expect(200);
    let signing = town.person("Amira").open(&format!("{base}/plan/signing")).expect("As it is held now");
    signing.press("Sign the plan", &[("route", "direct payment")]).expect("Both have signed.");
    let terms = amira.get(&format!("/budgets/{id}/terms")).expect(200);
    let held = |at: usize| terms["terms"][at]["holders"][0]["funding_route"].clone();
    let mut both = [held(0), held(1)].map(|route| route.as_str().unwrap().to_owned());
    both.sort();
    assert_eq!(both, ["direct payment", "individual service fund"]);
    // And once more, as it is: nothing about holding changes.
    amira.post(&format!("{base}/plan/reopening"), &Value::Null).expect(200);
    amira.post(&format!("{base}/plan/handing-over"), &Value::Null).expect(200);
    let less = json!({ "checks": checks, "weekly_pence": 12_000, "starts_on": "2026-10-05", "reason": "Less" });
    cate.post(&format!("{base}/plan/agreement"), &less).expect(200);
    assert_eq!(amira.post(&format!("{base}/plan/signature"), &json!({})).expect(201)["budget_id"], id.as_str());
    let terms = amira.get(&format!("/budgets/{id}/terms")).expect(200);
    let newest = terms["terms"].as_array().unwrap().iter().find(|each| each["starts_on"] == "2026-10-05").unwrap();
    assert_eq!(newest["holders"][0]["funding_route"], "direct payment", "{terms}");
    town.holds_together();
}
