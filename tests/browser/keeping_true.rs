//! In a browser: "still right?" by the link in a letter, and "this is wrong".

use chrono::TimeDelta;

use crate::browser::{Browser, driver};
use crate::support::{Town, service_id};

fn walk(driver: &str, wide: u32) {
    let town = Town::open();
    town.pass(TimeDelta::days(90));
    let link = town.link_in(&town.letter("Pat", "still right?"));
    let mut browser = Browser::open(driver, &town, wide, true);

    // Pat follows the link in the letter.
    browser.goes_to(&link);
    browser.presses("We have closed: Lunch club");
    browser.presses("Go on");
    browser.reads("Take Lunch club out of Waymark?");
    browser.presses("No, leave it as it is");
    browser.presses("No, something has changed: Lunch club");
    browser.presses("Send it");
    browser.reads("Say what has changed");
    browser.goes_to(&link);
    browser.presses("Yes, all 2 are still right");
    browser.reads("Everything here is answered");

    // Somebody says that something is wrong, and Mo answers.
    browser.goes_to(&format!("/services/{}", service_id("Lunch club")));
    browser.reads("by its provider");
    browser.presses("This is wrong");
    browser.presses("Tell them");
    browser.reads("Choose what is wrong.");
    browser.chooses("label[for=what-4]");
    browser.types("words", "Lunch costs £9 now");
    browser.presses("Tell them");
    browser.reads("They answer by");
    browser.goes_to("/concern");
    browser.signs_in("Mo");
    browser.goes_to("/moderation");
    browser.presses("What people say is wrong");
    browser.presses("Lunch club");
    browser.chooses("label[for=resolution]");
    browser.presses("Answer");
    browser.reads("That is answered.");
    browser.closes();
}

#[test]
fn keeping_entries_true_on_a_phone() {
    if let Some(driver) = driver() {
        walk(&driver, 320);
    }
}

#[test]
fn keeping_entries_true_on_a_wide_screen() {
    if let Some(driver) = driver() {
        walk(&driver, 1280);
    }
}
