//! Somebody rates what was delivered.

use std::time::Duration;

use crate::buying::{buys, opens_first};
use crate::support::{Town, service_id};

#[test]
fn a_rating_shows_as_a_verified_purchase_and_counts_in_search_within_two_seconds() {
    let town = Town::open();
    let amira = town.person("Amira");
    let receipt = buys(&amira, "Lunch club", "1");
    assert_eq!(amira.open(&format!("{}/review", receipt.path.split('?').next().unwrap())).status(), 200);
    let pat = town.person("Pat");
    opens_first(&pat).press("Yes, agree", &[]).press("Record it", &[]);
    amira.open(&receipt.path).press("Yes, it happened", &[]);

    let form = amira.open(&receipt.path).go("Rate Lunch club");
    let none = form.press("Publish my rating", &[("words", "Warm and friendly.")]).expect_status(422);
    assert_eq!(none.problems(), ["Choose from 1 to 5 stars."]);
    none.press("Publish my rating", &[("stars", "5"), ("kindness", "5")]).expect("Your rating is published.");

    let visitor = town.visitor();
    let page = visitor.open(&format!("/services/{}", service_id("Lunch club")));
    page.expect("Warm and friendly.").expect("Verified purchase").expect("Amira E");
    let rated = || visitor.open("/search?min_rating=3").all(".card__name").iter().any(|name| name == "Lunch club");
    town.within(Duration::from_secs(2), "the rating counts in search", rated);

    let form = amira.open(&receipt.path).go("Change my rating");
    form.press("Change my rating", &[("stars", "1"), ("anonymous", "yes")]);
    let page = visitor.open(&format!("/services/{}", service_id("Lunch club")));
    assert!(!page.main().contains("Amira"), "she asked us not to show her name");
    assert_eq!(page.all(".review").len(), 1, "one rating for each person and service");
    town.holds_together();
}

#[test]
fn nobody_rates_what_was_not_delivered() {
    let town = Town::open();
    let amira = town.person("Amira");
    let receipt = buys(&amira, "Lunch club", "1");
    let path = format!("{}/review", receipt.path.split('?').next().unwrap());

    let early = amira.open(&path).press("Publish my rating", &[("stars", "1")]).expect_status(409);

    early.expect("You can rate this once something was delivered");
    let noor = town.person("Noor");
    assert_eq!(noor.open(&path).status(), 404);
    town.holds_together();
}
