//! A council writes what it asks, tries it out, and lets it hold from a day on.

use serde_json::json;
use waymark::ids::{PersonId, QuestionnaireId};

use super::planning::{asks, assessed, home};
use crate::support::{ASHTON, Town, pounds};

#[test]
fn ada_writes_a_new_version_looks_at_it_and_publishes_it() {
    let town = Town::open();
    asks(&town);
    let ada = town.person("Ada");
    let list = ada.open("/authority").go("How budgets are worked out").expect("holds today");
    let draft = list.press("Begin a new version", &[]).expect("Version 2").expect("draft");
    let base = draft.path.clone();

    let question = draft.go("Change: How much help do you need to eat and drink well?");
    let wrong = question.press("Save", &[("option-2-points", "-3")]).expect_status(422);
    assert_eq!(wrong.problems(), ["Points are from 0 to 1000, never below nought."]);
    let draft = wrong.press("Save", &[("option-2-points", "5")]);
    let draft = draft.expect("Help with shopping, or with a hot meal now and then: 5 points");
    let new = draft.go("Add a question");
    let fields = [
        ("text", "Do you have a dog to walk?"),
        ("topic", "Your home"),
        ("kind", "one of"),
        ("option-1-label", "Yes"),
        ("option-1-points", "2"),
        ("option-2-label", "No"),
        ("option-2-points", "0"),
    ];
    let draft = new.press("Save", &fields).expect("12. Do you have a dog to walk?").expect("Yes: 2 points");
    let prices = draft.go("Change the prices");
    let wrong = prices.press("Save", &[("from-2", "1")]).expect_status(422);
    assert_eq!(wrong.problems(), ["Each price begins at more points than the one before."]);
    let wrong = wrong.press("Save", &[("from-2", "-21")]).expect_status(422);
    assert_eq!(wrong.problems(), ["Enter a whole number of points, never below nought."]);
    let draft = wrong.press("Save", &[("from-2", "21"), ("price-1", "4.50")]).expect("£4.50 a week for each");
    let adjustment = draft.go("Add something");
    let fields = [("label", "A dog"), ("follows", "do-you-have-a-dog-to-walk/yes"), ("weekly", "5")];
    let draft = adjustment.press("Save", &fields).expect("+£5 a week");
    draft.go("See it as people will").expect("This is a preview.").expect("Question 1 of 12");

    let past = ada.open(&base).press("Publish it", &[("from", "2026-05-01")]).expect_status(422);
    assert_eq!(past.problems(), ["Choose a day that is today or later: what was asked before stays as it was."]);
    let end = past.press("Publish it", &[("from", "2026-07-01"), ("until", "2026-06-01")]).expect_status(422);
    assert_eq!(end.problems(), ["Choose an end that is after the first day, or leave it out."]);
    let list = end.press("Publish it", &[("from", "2026-07-01"), ("until", "")]).expect("It is published.");
    list.expect("from 1 July 2026").expect("6 April 2026 to 30 June 2026");

    // A third that would begin before the second has begun overlaps with it.
    let third = ada.open("/authority/questionnaires").press("Begin a new version", &[]);
    let overlap = third.press("Publish it", &[("from", "2026-06-15")]).expect_status(422);
    let holds =
        |number: i32| format!("Version {number} holds on some of these days. Choose days on which no other holds.");
    assert_eq!(overlap.problems(), [holds(2), holds(1)]);
    overlap.press("Throw the draft away", &[]).expect("The draft is gone.");
    let late = ada.post(&format!("{base}/about"), &[("csrf", &ada.csrf()), ("name", "Else")]);
    late.expect_status(409).expect("version is published and stays as it is");

    // Whoever begins before July is asked the old questions, and finishes with them.
    let amira = town.person("Amira");
    let begun = amira.open(&format!("{}/assessment", home("Amira"))).press("Begin", &[]).expect("Question 1 of 11");
    town.pass(chrono::TimeDelta::days(50));
    let amira = town.person("Amira");
    amira.open(&begun.path).expect("Question 1 of 11");
    let noor = town.person("Noor");
    noor.open(&format!("{}/assessment", home("Noor"))).expect("12 questions from Trafford");
}

#[test]
fn a_new_version_is_tried_out_on_answers_without_a_person() {
    let town = Town::open();
    asks(&town);
    let (ada, amira) = (town.person("Ada"), town.person("Amira"));
    assessed(&amira, "Amira");
    let draft = ada.open("/authority/questionnaires").press("Begin a new version", &[]);
    let few = draft.go("Try it out").expect("needs the answers of at least 10 people");
    assert!(!few.says("Amira"));
    for number in 0..11 {
        let name = format!("Holder{number}");
        town.new_holder(&name, ASHTON, pounds(100));
        assessed(&town.person(&name), &name);
    }
    // Again: only the newest of each person counts.
    let again = amira.open(&format!("{}/assessment", home("Amira")));
    again.press("Answer the questions anew", &[]);
    let draft =
        draft.go("Change the prices").press("Save", &[("price-1", "5.04"), ("price-2", "7.32"), ("price-3", "10.68")]);
    let tried = draft.go("Try it out").expect("people whose newest answers were taken 12");
    // Everybody has £132 today. A fifth more for the points: 159.36 − 15.94 + 12 = £155.42, rounded to £155: 17.4 % more.
    let tried = tried.expect("as it is worked out today £1,584").expect("by this version £1,860 £276 more than today");
    tried
        .expect("would gain more than 10% 12")
        .expect("would lose more than 10% nobody")
        .expect("more by 10% to 25% 12");
    draft.go("Try it out").press("Show", &[("percent", "20")]).expect("would gain more than 20% nobody");
    draft.go("Try it out").press("Show", &[("percent", "x")]).expect_status(422);

    let api = town.api_of("Ada");
    let versions = api.get("/authority/questionnaires").expect(200);
    let id: QuestionnaireId = versions["versions"][0]["id"].as_str().unwrap().parse().unwrap();
    let tried = api.get(&format!("/authority/questionnaires/{id}/simulation?percent=10")).expect(200);
    assert_eq!((tried["gain"].as_str(), tried["after_weekly_pence"].as_i64()), (Some("12"), Some(186_000)));
    assert!(!tried.to_string().contains(PersonId::named("Amira").as_str()));
    let mut content = versions["versions"][0]["content"].clone();
    content["questions"][1]["options"][1]["points"] = json!(-1);
    assert_eq!(api.put(&format!("/authority/questionnaires/{id}"), &content).status, 204);
    api.get(&format!("/authority/questionnaires/{id}/simulation")).refused(409, "questionnaire-not-sound");
    let publication = json!({ "effective_from": "2026-07-01" });
    api.post(&format!("/authority/questionnaires/{id}/publication"), &publication).refused(422, "invalid-input");
    for other in ["Aled", "Cate", "Carol", "Amira"] {
        let api = town.api_of(other);
        api.get(&format!("/authority/questionnaires/{id}/simulation")).refused(404, "not-found");
        api.put(&format!("/authority/questionnaires/{id}"), &content).refused(404, "not-found");
    }
}
