//! Somebody asks about a service; the provider answers; nobody's address is passed on.

use serde_json::json;

use crate::provider_members::letters;
use crate::support::{Town, email, service_id};

#[test]
fn a_visitor_asks_the_provider_answers_and_both_get_letters() {
    let town = Town::open();
    let visitor = town.visitor();
    let page = visitor.open(&format!("/services/{}", service_id("Lunch club"))).go("Ask a question");
    let refused = page.press("Send the question", &[("question", ""), ("email", "nobody")]).expect_status(422);
    assert_eq!(refused.problems().len(), 3, "{:?}", refused.problems());
    let filled = [("question", "Is there a place on Tuesdays?"), ("name", "Jo Whitworth"), ("email", "jo@example.net")];
    refused.press("Send the question", &filled).expect("Your question is on its way");
    refused.press("Send the question", &filled).expect("Your question is on its way");

    assert!(letters(&town, "jo@example.net", 1)[0].subject.contains("Your question about Lunch club"));
    let told = letters(&town, &email("Pat"), 1);
    assert_eq!(told.len(), 1, "asked once, told once");
    assert!(told[0].words.contains("Is there a place") && !told[0].words.contains("jo@example.net"));

    let pat = town.person("Pat");
    let desk = pat.open("/provider").go("Questions").expect("Jo asks about Lunch club");
    assert!(!desk.answer.text().contains("jo@example.net") && !desk.answer.text().contains("Whitworth"));
    let silent = desk.press("Send the answer", &[("answer", " ")]).expect_status(422);
    silent.press("Send the answer", &[("answer", "Yes, two. Come and see us.")]).expect("Your answer is on its way.");
    let answer = letters(&town, "jo@example.net", 2).pop().unwrap();
    assert!(answer.words.contains("Yes, two. Come and see us."), "{}", answer.words);
    pat.open("/provider/enquiries").expect("Nobody is waiting for an answer.").expect("Answered");
}

#[test]
fn questions_are_limited_and_somebody_else_reads_none() {
    let town = Town::open();
    let path = format!("/services/{}/enquiries", service_id("Lunch club"));
    let ask =
        |email: &str| town.api().post(&path, &json!({ "name": "Jo", "email": email, "question": "Is there a place?" }));
    for _ in 0..5 {
        ask("jo@example.net").expect(201);
    }
    ask("jo@example.net").refused(429, "too-many-questions");
    ask("ann@example.net").expect(201);
    ask("not an address").refused(422, "invalid-input");
    let nobody = format!("/services/{}/enquiries", service_id("Sale Library"));
    town.api()
        .post(&nobody, &json!({ "name": "Jo", "email": "jo@example.net", "question": "Open today?" }))
        .refused(409, "nobody-to-ask");

    let pat = town.api_of("Pat");
    let asked = pat.get("/provider/enquiries").expect(200);
    assert_eq!(asked["enquiries"].as_array().unwrap().len(), 6);
    assert!(!asked.to_string().contains("example.net"));
    let id = asked["enquiries"][0]["id"].as_str().unwrap();
    let olu = town.api_of("Olu");
    assert!(olu.get("/provider/enquiries").expect(200)["enquiries"].as_array().unwrap().is_empty());
    olu.post(&format!("/provider/enquiries/{id}/answer"), &json!({ "answer": "Mine" })).refused(404, "not-found");
    assert_eq!(pat.post(&format!("/provider/enquiries/{id}/answer"), &json!({ "answer": "Yes" })).status, 204);
    pat.post(&format!("/provider/enquiries/{id}/answer"), &json!({ "answer": "No" })).refused(409, "answered-already");
}

#[test]
fn a_machine_that_fills_in_everything_asks_nothing() {
    let town = Town::open();
    let page = town.visitor().open(&format!("/services/{}/questions", service_id("Lunch club")));
    let filled =
        [("question", "Buy my pills"), ("name", "Bot"), ("email", "bot@example.net"), ("company", "Pills Ltd")];
    page.press("Send the question", &filled).expect("Your question is on its way");
    assert!(town.api_of("Pat").get("/provider/enquiries").expect(200)["enquiries"].as_array().unwrap().is_empty());
}
