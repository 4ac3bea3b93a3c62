//! A visitor finds, keeps, compares and shares without an account, then signs in and keeps it for good.

use crate::browser::{Browser, driver};
use crate::support::{Town, service_id};

fn walk(driver: &str, wide: u32) {
    let town = Town::open_as_demo();
    town.holds_together();
    let mut browser = Browser::open(driver, &town, wide, true);
    browser.goes_to("/shortlist");
    browser.reads("Nothing on it yet");
    browser.goes_to("/search?q=lunch");
    browser.presses("Keep");
    browser.reads("Kept");
    browser.goes_to(&format!("/services/{}", service_id("Sale Library")));
    browser.presses("Keep");
    browser.goes_to("/shortlist");
    browser.presses("Compare side by side");
    browser.reads("Side by side");
    browser.types("near", "M33 7ZF");
    browser.presses("Show distances");
    browser.reads("away");
    browser.goes_to("/shortlist");
    browser.presses("Make a link");
    browser.reads("Whoever has this link");
    browser.signs_in("Amira");
    browser.goes_to("/shortlist");
    browser.unfolds("Write a note");
    browser.presses("Save the note");
    browser.goes_to(&format!("/services/{}", service_id("Lunch club")));
    browser.reads("What it means for my budget");
    browser.types("units", "2");
    browser.presses("Work it out");
    browser.reads("£16 a week for 2 sessions");
    browser.goes_to("/search?q=lunch");
    browser.presses("Save this search");
    browser.reads("The search is saved");
    browser.unfolds("Name and letters");
    browser.looks();
    browser.closes();
}

#[test]
fn a_visitor_keeps_what_they_found_on_a_phone() {
    if let Some(driver) = driver() {
        walk(&driver, 320);
    }
}

#[test]
fn a_visitor_keeps_what_they_found_on_a_wide_screen() {
    if let Some(driver) = driver() {
        walk(&driver, 1280);
    }
}
