//! Everything works with scripts switched off.

use crate::browser::{Browser, driver};
use crate::support::Town;

fn buys(driver: &str) {
    let town = Town::open();
    let mut browser = Browser::open(driver, &town, 1280, false);

    browser.goes_to("/search?q=lunch+club");
    browser.presses("Lunch club");
    browser.presses("Sign in to buy");
    browser.types("email", "amira@example.org");
    browser.types("password", crate::support::PASSWORD);
    browser.presses("Sign in");
    browser.reads("Buy Lunch club");
    browser.types("quantity", "3");
    browser.presses("Work out the cost");
    browser.reads("3 sessions of Lunch club at £8 a session cost £24");
    browser.presses("Buy");
    browser.reads("the money is set aside");
    browser.unfolds("Cancel this purchase");
    browser.types("reason", "I chose the wrong day");
    browser.presses("Cancel it");
    browser.reads("This is cancelled.");
    browser.closes();
    assert_eq!(town.money_of("Amira"), [12_000, 0, 0, 0]);
    town.holds_together();
}

#[test]
fn amira_buys_and_cancels_with_scripts_switched_off() {
    if let Some(driver) = driver() {
        buys(&driver);
    }
}
