//! Searches that people save, and the letters about what is new.

use std::time::Duration;

use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::json;
use waymark::catalogue::store::{NewService, insert_services, whole_service};
use waymark::clock::UtcTime;
use waymark::db::Conn;
use waymark::db::schema::letters;
use waymark::ids::LocationId;
use waymark::log::{EventKind, NewEvent};
use waymark::post::{Received, received};

use crate::support::{Town, service_id};

const SOON: Duration = Duration::from_secs(20);

/// Publishes a service like the lunch club under another name.
pub(crate) fn open_service(tx: &mut Conn, name: &str, about: &str, now: UtcTime) {
    let like = whole_service(tx, service_id("Lunch club"), now.date()).unwrap().unwrap();
    let id = service_id(name);
    let mut service = like.service.clone();
    (service.id, service.name, service.description) = (id, name.into(), about.into());
    service.last_modified = now;
    if name.starts_with("Gardening") {
        (service.category_id, service.description) = ("gardening".into(), "Planting beans.".into());
    }
    let mut place = like.locations[0].clone();
    place.id = LocationId::named(name);
    let new = NewService {
        service,
        options: Vec::new(),
        locations: vec![place],
        radius_metres: None,
        attributes: Vec::new(),
        details: waymark::catalogue::Details::default(),
    };
    insert_services(tx, &[new]).unwrap();
}

fn publish(town: &Town, name: &'static str) {
    let now = town.app.clock.now();
    town.app
        .db
        .write_now(move |tx: &mut Conn| {
            open_service(tx, name, "A cooked meal around a table with other people.", now);
            Ok::<_, diesel::result::Error>(())
        })
        .unwrap();
}

/// Says again that a service changed, as an edit does.
fn touch(town: &Town, name: &str) {
    let (id, now) = (service_id(name), town.app.clock.now());
    let event =
        move |tx: &mut Conn| waymark::log::append(tx, &[NewEvent::plain(None, EventKind::ServiceChanged, &id, now)]);
    town.app.db.write_now(event).unwrap();
}

fn letters_about_news(town: &Town) -> Vec<Received> {
    let all = received(&town.app.post.folder);
    all.into_iter().filter(|letter| letter.subject.contains("new service")).collect()
}

fn queued(town: &Town) -> i64 {
    let queued = |conn: &mut Conn| letters::table.filter(letters::kind.eq("new matches")).count().get_result(conn);
    town.app.db.read_now(queued).unwrap()
}

fn news(town: &Town, name: &str) -> usize {
    let told = town.api_of(name).get("/saved-searches").expect(200);
    told["saved_searches"][0]["new"].as_array().unwrap().len()
}

#[test]
fn amira_saves_a_search_and_gets_one_letter_about_what_is_new() {
    let town = Town::open();
    let amira = town.person("Amira");
    let saved = amira.open("/search?q=lunch&near=M33").press("Save this search", &[]);
    let saved = saved.expect("The search is saved").expect("lunch near M33").expect("Nothing new");
    saved.press("Change it", &[("alerts", "daily")]).expect("That is changed.");

    publish(&town, "Lunch at the chapel");
    publish(&town, "Gardening for beginners");
    town.within(SOON, "the new lunch club is noticed", || news(&town, "Amira") == 1);
    amira.open("/saved-searches").expect("1 new since 20 May 2026").expect("Lunch at the chapel");
    assert_eq!(queued(&town), 0, "a day is not over");

    town.pass(TimeDelta::days(1));
    town.within(SOON, "the letter is there", || letters_about_news(&town).len() == 1);
    let letter = letters_about_news(&town).remove(0);
    assert_eq!(letter.to, "amira@example.org");
    assert_eq!(letter.subject, "1 new service matches “lunch near M33”");
    assert!(letter.words.contains("Lunch at the chapel") && !letter.words.contains("Gardening"), "{}", letter.words);

    // It changes, and is no news again; what comes next is in the next letter, alone.
    touch(&town, "Lunch at the chapel");
    publish(&town, "Lunch and a song");
    town.within(SOON, "the next one is noticed", || news(&town, "Amira") == 2);
    town.pass(TimeDelta::hours(23));
    touch(&town, "Lunch and a song");
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(queued(&town), 1, "one letter a day");
    town.pass(TimeDelta::hours(2));
    town.within(SOON, "the second letter is there", || letters_about_news(&town).len() == 2);
    let both = letters_about_news(&town);
    let second = both.iter().find(|letter| letter.words.contains("Lunch and a song")).unwrap();
    assert!(!second.words.contains("Lunch at the chapel"), "nothing is told twice: {}", second.words);

    // Stopping works without signing in; reading the link stops nothing.
    let link = second.words.lines().find(|line| line.contains("/stop-letters/")).unwrap();
    let path = link.trim().strip_prefix(&town.app.post.public_url).unwrap();
    let visitor = town.visitor();
    let asked = visitor.open(path).expect("Stop these letters?");
    asked.press("Stop the letters", &[]).expect("These letters are stopped");
    publish(&town, "Lunch with a view");
    town.within(SOON, "it is still noticed", || news(&town, "Amira") == 3);
    town.pass(TimeDelta::days(3));
    std::thread::sleep(Duration::from_millis(800));
    assert_eq!(queued(&town), 2);

    let amira = town.person("Amira");
    amira.open("/saved-searches").press("I have seen these", &[]).expect("Nothing new since");
    amira.open("/saved-searches").press("Remove this search", &[]).expect("Nothing saved yet");
    assert_eq!(visitor.open(path).status(), 404);
}

#[test]
fn nothing_is_lost_and_nothing_told_twice_when_the_machine_stops() {
    let mut town = Town::open();
    let saved = json!({ "address": "/search?q=lunch", "name": "Lunch", "alerts": "daily" });
    town.api_of("Noor").post("/saved-searches", &saved).expect(201);
    publish(&town, "Lunch before the stop");
    town.within(SOON, "it is noticed", || news(&town, "Noor") == 1);
    town.restart();
    town.pass(TimeDelta::days(1));
    town.within(SOON, "the letter is queued once", || queued(&town) == 1);
    town.restart();
    publish(&town, "Lunch after the stop");
    town.within(SOON, "it is noticed", || news(&town, "Noor") == 2);
    town.pass(TimeDelta::days(1));
    town.within(SOON, "the second letter is queued", || queued(&town) == 2);
    town.within(SOON, "both are out", || letters_about_news(&town).len() == 2);
    let words: String = letters_about_news(&town).into_iter().map(|letter| letter.words).collect();
    assert_eq!(words.matches("Lunch before the stop").count(), 1);
    assert_eq!(words.matches("Lunch after the stop").count(), 1);
}

#[test]
fn nobody_sees_or_changes_anothers_saved_search() {
    let town = Town::open();
    let (amira, noor) = (town.api_of("Amira"), town.api_of("Noor"));
    let made = amira.post("/saved-searches", &json!({ "address": "/search?q=lunch" })).expect(201);
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["name"], "lunch");
    assert_eq!(noor.get("/saved-searches").expect(200)["saved_searches"], json!([]));
    let change = json!({ "name": "Mine", "alerts": "daily" });
    assert_eq!(noor.put(&format!("/saved-searches/{id}"), &change).status, 404);
    assert_eq!(noor.delete(&format!("/saved-searches/{id}")).status, 404);
    assert_eq!(town.api().get("/saved-searches").status, 401);
    let page = town.person("Noor");
    let csrf = page.csrf();
    for end in ["", "/seen", "/removal"] {
        let fields = [("csrf", csrf.as_str()), ("name", "Mine"), ("alerts", "daily")];
        assert_eq!(page.post(&format!("/saved-searches/{id}{end}"), &fields).status(), 404);
    }
    assert_eq!(amira.get("/saved-searches").expect(200)["saved_searches"][0]["alerts"], "none");
    assert_eq!(amira.put(&format!("/saved-searches/{id}"), &change).status, 204);
    assert_eq!(amira.delete(&format!("/saved-searches/{id}")).status, 204);
}

#[test]
fn what_is_no_search_is_refused() {
    let town = Town::open();
    let amira = town.api_of("Amira");
    for address in ["", "https://example.org/search?q=x", "/budgets", "/searching", "/search?near=Nowhereville"] {
        amira.post("/saved-searches", &json!({ "address": address })).refused(422, "invalid-input");
    }
    let long = "x".repeat(101);
    amira.post("/saved-searches", &json!({ "address": "/search?q=x", "name": long })).refused(422, "invalid-input");
    assert_eq!(amira.post("/saved-searches", &json!({ "address": "/search", "alerts": "hourly" })).status, 400);
    let first = amira.post("/saved-searches", &json!({ "address": "/search?page=3&q=x" })).expect(201);
    assert_eq!(first["address"], "/search?q=x", "the page of results is no part of it");
    let again = amira.post("/saved-searches", &json!({ "address": "/search?q=x" })).expect(201);
    assert_eq!(again["id"], first["id"], "the same search is saved once");
    assert_eq!(amira.get("/saved-searches").expect(200)["saved_searches"].as_array().map(Vec::len), Some(1));
    for number in 0..29 {
        amira.post("/saved-searches", &json!({ "address": format!("/search?q=x{number}") })).expect(201);
    }
    amira.post("/saved-searches", &json!({ "address": "/search?q=more" })).refused(409, "too-many-saved-searches");
}
