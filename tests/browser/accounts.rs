//! Lea makes an account and protects it with her phone; and signs in with an account from elsewhere.

use std::sync::Arc;

use chrono::TimeDelta;
use waymark::identity::second_factor::code_now;
use waymark::identity::{Providers, Waiver};

use crate::browser::{Browser, driver};
use crate::support::{Elsewhere, PASSWORD, Town, email};

const LEA: &str = "lea.smith@example.net";
const GOOD: &str = "teapot lorry moon";

fn walk(driver: &str, wide: u32) {
    let mut town = Town::open();
    town.app.waiver = Waiver::Nobody;
    let base = town.serve_at_its_address();
    let mut browser = Browser::open(driver, &town, wide, true);
    let path = |link: String| link.strip_prefix(&base).unwrap().to_owned();

    // From the first page to an account of her own.
    browser.goes_to("/register");
    browser.presses("Send me the letter");
    browser.reads("Enter your e-mail address.");
    browser.types("name", "Lea Smith");
    browser.types("email", LEA);
    browser.presses("Send me the letter");
    browser.reads("We have sent a letter");
    browser.goes_to(&path(town.link_to(LEA, "Confirm your e-mail address")));
    browser.types("password", "password123");
    browser.presses("Make my account");
    browser.reads("Too many people use that password");
    browser.types("password", GOOD);
    browser.presses("Make my account");
    browser.reads("Your account is ready.");

    // Her phone.
    browser.goes_to("/second-factor");
    browser.types("password", GOOD);
    browser.presses("Set it up");
    let secret = browser.words_of(".secret code").replace(' ', "");
    browser.types("code", "000000");
    browser.presses("Turn it on");
    browser.reads("That code is not right");
    browser.types("code", &code_now(&secret, town.app.clock.now()).unwrap());
    browser.presses("Turn it on");
    browser.reads("They are shown only now");
    browser.presses("I have kept them");
    browser.reads("Signing in takes a code from your phone");

    // Signed out everywhere, and in again with both.
    browser.presses("Sign out everywhere");
    browser.reads("You are signed out everywhere.");
    browser.types("email", LEA);
    browser.types("password", GOOD);
    browser.presses("Sign in");
    browser.reads("It shows six digits for Waymark.");
    town.pass(TimeDelta::seconds(30));
    browser.types("code", &code_now(&secret, town.app.clock.now()).unwrap());
    browser.presses("Go on");
    browser.reads("Where you are signed in");
    for page in ["/account/name", "/account/email", "/account/password", "/second-factor", "/forgotten"] {
        browser.goes_to(page);
    }
    browser.presses("Sign out");

    // Ada has to set her phone up before she sees anything; then she looks after her people.
    browser.goes_to("/authority/people");
    browser.types("email", &email("Ada"));
    browser.types("password", PASSWORD);
    browser.presses("Sign in");
    browser.reads("Your role lets you see other people's records");
    browser.presses("Set it up");
    let secret = browser.words_of(".secret code").replace(' ', "");
    browser.types("code", &code_now(&secret, town.app.clock.now()).unwrap());
    browser.presses("Turn it on");
    browser.presses("I have kept them");
    browser.reads("People and roles");
    browser.presses("Invite somebody");
    browser.presses("Send the invitation");
    browser.reads("Choose a role.");
    browser.goes_to("/authority/people");
    browser.presses("Mo Example");
    browser.unfolds("End this role");
    browser.looks();
    browser.goes_to("/sign-in/role");
    browser.closes();
}

#[test]
fn an_account_of_ones_own_on_a_phone() {
    if let Some(driver) = driver() {
        walk(&driver, 320);
    }
}

#[test]
fn an_account_of_ones_own_on_a_wide_screen() {
    if let Some(driver) = driver() {
        walk(&driver, 1280);
    }
}

#[test]
fn signing_in_with_an_account_from_elsewhere() {
    let Some(driver) = driver() else { return };
    let mut town = Town::open();
    let real = waymark::clock::Clock::of_the_machine().now();
    town.pass(real - town.app.clock.now());
    let base = town.serve_at_its_address();
    let Some(elsewhere) = Elsewhere::start(&format!("{base}/sign-in/from/elsewhere"), None) else { return };
    let settings = elsewhere.settings(town.data_dir(), None);
    town.app.providers = Arc::new(Providers::open(Some(&settings)).unwrap());
    town.serve_at_the_same_address();
    let mut browser = Browser::open(&driver, &town, 1280, true);
    browser.goes_to("/sign-in?next=%2Fbudgets");
    browser.presses_on("Elsewhere");
    browser.types("login", "lea");
    browser.presses_on("Sign in with a password");
    browser.reads("You have no personal budget on Waymark yet.");
    browser.goes_to("/account");
    browser.reads("Lea Elsewhere");
    browser.presses("Sign out");
    browser.closes();
}
