//! A provider, somebody who begins, and an approver at their desks, on a phone and on a wide screen.

use diesel::connection::SimpleConnection;
use waymark::db::Conn;
use waymark::ids::{OrganizationId, PersonId};
use waymark::places::reference::authority_id;
use waymark::places::settings::{self, Setting};

use crate::browser::{Browser, driver};
use crate::support::{Town, service_id};

/// Trafford looks after Pat's provider, and wants to see changes first.
fn trafford_approves(town: &Town) {
    let (authority, provider) = (authority_id("E08000009"), OrganizationId::named("Sale Neighbours"));
    let sql = format!("UPDATE organizations SET authority_id = '{authority}' WHERE id = '{provider}'");
    town.connect().batch_execute(&sql).unwrap();
    let now = town.app.clock.now();
    let approve = move |tx: &mut Conn| {
        let who = waymark::identity::SignedIn::known(tx, PersonId::named("Ada"))?.unwrap();
        let ada = waymark::identity::AuthorityAdministrator::find(&who).unwrap();
        settings::set(tx, &ada, Setting::ApproveServices, 1, now).unwrap();
        Ok::<_, diesel::result::Error>(())
    };
    town.app.db.write_now(approve).unwrap();
}

fn walk(driver: &str, wide: u32) {
    let town = Town::open();
    trafford_approves(&town);
    let mut browser = Browser::open(driver, &town, wide, true);

    // A visitor asks.
    browser.goes_to(&format!("/services/{}", service_id("Lunch club")));
    browser.presses("Ask a question");
    browser.presses("Send the question");
    browser.reads("Write your question.");
    browser.types("question", "Is there a place on Tuesdays?");
    browser.types("name", "Jo");
    browser.types("email", "jo@example.net");
    browser.presses("Send the question");
    browser.reads("Your question is on its way");

    // Pat answers, and writes a service.
    browser.signs_in("Pat");
    for path in ["", "/organisation", "/members", "/services", "/enquiries", "/statistics", "/sheet", "/services/new"] {
        browser.goes_to(&format!("/provider{path}"));
    }
    browser.goes_to("/provider/enquiries");
    browser.presses("Send the answer");
    browser.reads("Write an answer");
    browser.goes_to(&format!("/provider/services/{}", service_id("Lunch club")));
    for part in ["who", "where", "when", "prices", "places", "access", "contact", "registration"] {
        browser.goes_to(&format!("/provider/services/{}/parts/{part}", service_id("Lunch club")));
    }
    browser.types("registration_number", "1-23");
    browser.presses("Save");
    browser.goes_to(&format!("/provider/services/{}/prices/1", service_id("Lunch club")));
    browser.goes_to(&format!("/provider/services/{}/parts/what", service_id("Lunch club")));
    browser.types("description", "A hot meal around a big table with other people.");
    browser.presses("Save");
    browser.presses("See it as people will");
    browser.goes_to(&format!("/provider/services/{}/history", service_id("Lunch club")));
    browser.goes_to(&format!("/provider/services/{}", service_id("Lunch club")));
    browser.presses("Send for approval");
    browser.reads("With the council");
    browser.presses("Sign out");

    // Mo approves.
    browser.signs_in("Mo");
    browser.goes_to("/moderation/changes");
    browser.presses("Lunch club");
    browser.presses("Send it back");
    browser.reads("Say what should be different");
    browser.presses("Approve and publish");
    browser.reads("It is published");
    browser.presses("Sign out");

    // Noor begins.
    browser.signs_in("Noor");
    browser.goes_to("/provider/start");
    browser.presses("Go on");
    browser.reads("Choose who you are.");
    browser.chooses("#provider_type-1");
    browser.types("name", "Noor E.");
    browser.types("postcode", "M33 7ZF");
    browser.presses("Go on");
    browser.types("description", "I help with shopping, cooking and getting out, at your pace.");
    browser.presses("Go on");
    browser.presses("Go on");
    browser.types("amount", "16.50");
    browser.chooses("#free-1");
    browser.presses("Go on");
    browser.types("phone", "0161 496 0333");
    browser.presses("Go on");
    browser.reads("Look once more");
    browser.presses("Send for approval");
    browser.reads("with the council");
    browser.closes();
    town.holds_together();
}

#[test]
fn the_desk_on_a_phone() {
    if let Some(driver) = driver() {
        walk(&driver, 320);
    }
}

#[test]
fn the_desk_on_a_wide_screen() {
    if let Some(driver) = driver() {
        walk(&driver, 1280);
    }
}
