//! Amira, Pat, Fay and Carol walk the whole journey, on a phone and on a wide screen.

use chrono::TimeDelta;

use crate::browser::{Browser, driver};
use crate::support::{ASHTON, BOWDON, Town, service_id};

fn walk(driver: &str, wide: u32) {
    let town = Town::open_as_demo();
    town.lunches(ASHTON, 30);
    town.lunches(BOWDON, 3);
    town.pass(TimeDelta::days(31));
    town.holds_together();
    let mut browser = Browser::open(driver, &town, wide, true);

    // A visitor looks around.
    browser.goes_to("/");
    browser.types("q", "libary near M33 7");
    browser.presses("Search");
    browser.reads("Sale Library");
    browser.goes_to("/search?q=xylophone");
    browser.goes_to("/search?near=ZZ99&max_price=x");
    browser.goes_to("/search?kind=support+service&min_rating=&sort=price");
    browser.presses("Lunch club");
    browser.goes_to("/about-search");
    browser.goes_to("/credits");
    browser.goes_to("/accessibility");
    browser.goes_to("/privacy");
    browser.goes_to("/api/v1/docs");
    browser.goes_to("/demo");
    browser.goes_to("/nowhere");
    browser.goes_to(&format!("/services/{}", service_id("Sale Library")));

    // Amira buys.
    let service = format!("/services/{}", service_id("Lunch club"));
    browser.goes_to(&service);
    browser.presses("Sign in to buy");
    browser.presses("Sign in");
    browser.reads("Enter your e-mail address.");
    browser.signs_in("Amira");
    browser.goes_to(&service);
    browser.presses("Buy with my budget");
    browser.types("quantity", "100");
    browser.presses("Buy");
    browser.reads("is missing");
    browser.types("quantity", "2");
    browser.presses("Work out the cost");
    browser.reads("would be left");
    browser.presses("Buy");
    browser.reads("the money is set aside");
    let receipt = browser.path();
    browser.goes_to("/budgets");
    browser.goes_to(&format!("/budgets/{}", town.budget_of("Amira")));
    browser.presses("Sign out");

    // Pat agrees and delivers.
    browser.signs_in("Pat");
    browser.goes_to(&format!("/provider{receipt}"));
    browser.presses("Yes, agree");
    browser.types("quantity", "9");
    browser.presses("Record it");
    browser.reads("still to be delivered");
    browser.types("quantity", "2");
    browser.presses("Record it");
    browser.reads("The delivery is recorded");
    browser.goes_to("/provider");
    browser.presses("Sign out");

    // Amira confirms and rates.
    browser.signs_in("Amira");
    browser.goes_to(&receipt);
    browser.unfolds("No, or not like this");
    browser.looks();
    browser.presses("Yes, it happened");
    browser.reads("The delivery is confirmed");
    browser.presses("Rate Lunch club");
    browser.presses("Publish my rating");
    browser.reads("Choose from 1 to 5 stars.");
    browser.chooses("label.star-pick:nth-of-type(5)");
    browser.types("words", "Warm and friendly");
    browser.presses("Publish my rating");
    browser.reads("Your rating is published");
    browser.goes_to(&service);
    browser.reads("Verified purchase");
    browser.presses("Sign out");

    // The council pays, and looks at what people want.
    browser.signs_in("Fay");
    browser.goes_to("/finance");
    browser.presses("Pay £16");
    browser.reads("The invoice is settled.");
    browser.presses("Sign out");
    browser.signs_in("Carol");
    browser.goes_to("/demand");
    browser.goes_to("/demand?measure=purchases&months=1&to=2026-05");
    browser.reads("Nobody can be found in these figures");
    browser.goes_to("/demand?months=7");
    browser.closes();
    town.holds_together();
}

#[test]
fn the_whole_journey_on_a_phone() {
    if let Some(driver) = driver() {
        walk(&driver, 320);
    }
}

#[test]
fn the_whole_journey_on_a_wide_screen() {
    if let Some(driver) = driver() {
        walk(&driver, 1280);
    }
}
