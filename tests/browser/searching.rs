//! A visitor types, is helped to go on, narrows what was found, looks at the map, and says what is missing.

use crate::browser::{Browser, driver};
use crate::support::Town;

/// Keys as a browser's driver knows them.
const DOWN: &str = "\u{E015}";
const ENTER: &str = "\u{E007}";
const ESCAPE: &str = "\u{E00C}";

fn searches(driver: &str, wide: u32) {
    let town = Town::open();
    let mut browser = Browser::open(driver, &town, wide, true);

    // Suggestions, by keyboard alone.
    browser.goes_to("/");
    browser.types("q", "libr");
    browser.attribute(".suggest:not([hidden]) [role=option]", "id");
    assert_eq!(browser.attribute("#q", "aria-expanded").as_deref(), Some("true"));
    browser.keys("q", DOWN);
    let marked = browser.attribute("#q", "aria-activedescendant");
    assert_eq!(browser.attribute("[role=option][aria-selected=true]", "id"), marked);
    browser.looks();
    browser.keys("q", ESCAPE);
    assert_eq!(browser.attribute("#q", "aria-expanded").as_deref(), Some("false"));
    browser.types("q", "sale libr");
    browser.attribute(".suggest:not([hidden]) [role=option]", "id");
    browser.keys("q", DOWN);
    browser.keys("q", ENTER);
    browser.reads("Sale Library");
    browser.goes_to("/search?q=library");
    browser.types("near", "urms");
    browser.attribute("[data-suggest=place] .suggest:not([hidden]) [role=option]", "id");
    browser.keys("near", DOWN);
    browser.keys("near", ENTER);
    browser.presses("Search");
    browser.reads("near Urmston");

    // Filters and the map.
    browser.goes_to("/search?near=M33+7");
    if wide < 992 {
        browser.unfolds("Filters");
    }
    browser.unfolds("Who it is for");
    browser.unfolds("Price");
    browser.looks();
    browser.chooses("input[name=kind][value='universal service']");
    browser.reads("2 services");
    browser.presses("List with map");
    browser.attribute(".map-box--large .map-pin", "href");
    browser.unfolds("You typed no words");
    browser.looks();
    browser.presses("List");

    // Nothing found, and saying so.
    browser.goes_to("/search?q=library&min_rating=4&near=M33+7");
    browser.reads("Close to what you asked");
    browser.goes_to("/search?q=%22libary%22");
    browser.reads("Did you mean");
    browser.types("words", "A library of things");
    browser.presses("Tell the council");
    browser.reads("Thank you for saying so");
    browser.goes_to("/wanted");
    browser.goes_to("/about-search");
    browser.closes();
}

#[test]
fn a_visitor_searches_on_a_phone() {
    if let Some(driver) = driver() {
        searches(&driver, 320);
    }
}

#[test]
fn a_visitor_searches_on_a_wide_screen() {
    if let Some(driver) = driver() {
        searches(&driver, 1280);
    }
}
