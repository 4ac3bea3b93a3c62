//! Reviews are answered, reported, held back and decided about.

use serde_json::{Value, json};

use crate::buying::{buys, opens_first};
use crate::support::{Seen, Town, service_id};

/// Amira buys a lunch, gets it, and rates it.
pub(crate) fn amira_rates(town: &Town, stars: i64, words: &str) -> String {
    let amira = town.person("Amira");
    let receipt = buys(&amira, "Lunch club", "1");
    let pat = town.person("Pat");
    opens_first(&pat).press("Yes, agree", &[]).press("Record it", &[("quantity", "1")]);
    amira.open(&receipt.path).press("Yes, it happened", &[]);
    let purchase = receipt.path.split('?').next().unwrap().to_owned();
    let said = json!({ "stars": stars, "words": words });
    assert_eq!(town.api_of("Amira").put(&format!("{purchase}/review"), &said).status, 204);
    purchase
}

fn reviews(town: &Town) -> Vec<Value> {
    let path = format!("/services/{}/reviews", service_id("Lunch club"));
    town.api().get(&path).expect(200)["reviews"].as_array().unwrap().clone()
}

fn lunch(town: &Town) -> Seen {
    town.visitor().open(&format!("/services/{}", service_id("Lunch club")))
}

#[test]
fn pat_answers_once_and_the_answer_stands_beside_the_review() {
    let town = Town::open();
    amira_rates(&town, 2, "The soup was cold.");
    let pat = town.person("Pat").open("/provider/reviews").expect("The soup was cold.").expect("Amira E.");
    assert!(!lunch(&town).expect("The soup was cold.").says("answered"), "the page is kept in memory from here on");
    let silent = pat.press("Publish my answer", &[("words", " ")]).expect_status(422);
    assert_eq!(silent.problems(), ["Write something, in up to 1,000 letters."]);
    silent
        .press("Publish my answer", &[("words", "Sorry. We have a new cooker now.")])
        .expect("Your answer is published");

    lunch(&town).expect("Sale Neighbours answered").expect("We have a new cooker now.");
    let id = reviews(&town)[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(reviews(&town)[0]["reply"], "Sorry. We have a new cooker now.");
    let again = json!({ "words": "And new spoons." });
    town.api_of("Pat").post(&format!("/provider/reviews/{id}/reply"), &again).refused(409, "answered-already");
    town.api_of("Olu").post(&format!("/provider/reviews/{id}/reply"), &again).refused(404, "not-found");
    town.api_of("Amira").post(&format!("/provider/reviews/{id}/reply"), &again).refused(404, "not-found");
    town.holds_together();
}

#[test]
fn a_reported_review_stays_until_mo_decides_and_a_removal_is_public() {
    let town = Town::open();
    amira_rates(&town, 1, "Mr Jones of number 4 is a fool.");
    let form = lunch(&town).go("Report the review of Amira E.").expect("A low rating is no reason");
    assert_eq!(form.press("Report it", &[]).problems(), ["Choose what is wrong with it."]);
    form.press("Report it", &[("what", "names somebody")]).expect("Until then it stays.");
    lunch(&town).expect("number 4");

    let mo = town.person("Mo");
    let review = mo.open("/moderation").go("Reviews to look at").go("Lunch club").expect("It names a person");
    let silent = review.press("Decide", &[("decision", "removed")]).expect_status(422);
    assert_eq!(silent.problems(), ["Write something, in up to 1,000 letters."]);
    silent.press("Decide", &[("decision", "removed"), ("reason", "It named a neighbour.")]).expect("No review waits");

    assert!(reviews(&town).is_empty() && !lunch(&town).says("number 4"));
    let removed = town.visitor().open("/reviews/removed").expect("It named a neighbour.").expect("1 star");
    assert!(!removed.says("fool") && !removed.says("Amira"));
    assert_eq!(town.api().get("/reviews/removals").expect(200)["removals"][0]["reason"], "It named a neighbour.");
    town.holds_together();
}

#[test]
fn words_that_hint_at_harm_wait_and_count_nowhere_until_somebody_has_looked() {
    let town = Town::open();
    let purchase = amira_rates(&town, 1, "Somebody there hit me.");
    assert!(reviews(&town).is_empty());
    lunch(&town).expect("Nobody has rated this yet.");
    let changed = json!({ "stars": 5, "words": "All was fine." });
    assert_eq!(town.api_of("Amira").put(&format!("{purchase}/review"), &changed).status, 204);
    assert!(reviews(&town).is_empty(), "changing the words does not pass the one who looks");
    town.holds_together();

    let waiting = town.api_of("Mo").get("/moderation/reviews").expect(200);
    let id = waiting["reviews"][0]["id"].as_str().unwrap().to_owned();
    town.person("Mo")
        .open(&format!("/moderation/reviews/{id}"))
        .expect("This may tell of harm.")
        .expect("by the filter");
    let decision = json!({ "decision": "published", "reason": "We have spoken with her." });
    let path = format!("/moderation/reviews/{id}/decision");
    for who in ["Milly", "Pat", "Amira", "Carol"] {
        town.api_of(who).post(&path, &decision).refused(404, "not-found");
    }
    assert!(town.api_of("Milly").get("/moderation/reviews").expect(200)["reviews"].as_array().unwrap().is_empty());
    let wrong = json!({ "decision": "left as it is", "reason": "x" });
    town.api_of("Mo").post(&path, &wrong).refused(409, "decided-already");
    assert_eq!(town.api_of("Mo").post(&path, &decision).status, 204);
    assert_eq!(reviews(&town).len(), 1);
    lunch(&town).expect("All was fine.");
    town.holds_together();
}

#[test]
fn floods_of_reports_are_slowed() {
    let town = Town::open();
    amira_rates(&town, 5, "Lovely.");
    let form = lunch(&town).go("Report the review of Amira E.");
    let told: Vec<u16> = (0..6).map(|_| form.press("Report it", &[("what", "not real")]).status()).collect();
    // Each press comes from a visit of its own here, so only the network is counted.
    assert!(told.iter().all(|status| *status == 200 || *status == 429), "{told:?}");
    let id = reviews(&town)[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/reviews/{id}/reports");
    let many: Vec<u16> = (0..31).map(|_| town.api().post(&path, &json!({ "what": "not real" })).status).collect();
    assert_eq!(many.last(), Some(&429));
    town.api().post(&path, &json!({ "what": "dull" })).refused(400, "bad-json");
    let wordless = json!({ "what": "something else" });
    town.api().post(&path, &wordless).refused(422, "invalid-input");
}
