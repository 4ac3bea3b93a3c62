//! An authority takes the directories of others in: from files, from servers, at its times, and against all odds.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use diesel::prelude::*;
use serde_json::{Value, json};
use waymark::app::App;
use waymark::catalogue::open_referral::feed::{Feed, FeedState, Finding, Run, RunState, Wanted};
use waymark::catalogue::open_referral::fetch::{Fetcher, Manners};
use waymark::catalogue::open_referral::job::Librarian;
use waymark::catalogue::open_referral::take_in::{TakeIn, TakeInError};
use waymark::catalogue::open_referral::{export, store};
use waymark::catalogue::{Service, store as catalogue_store};
use waymark::clock::Clock;
use waymark::config::Place;
use waymark::db::Conn;
use waymark::db::schema::{services, source_records};
use waymark::ids::FeedId;
use waymark::log::Stop;
use waymark::places::reference::authority_id;
use waymark::start;

use crate::support::elsewhere::{Elsewhere, Given};
use crate::support::{Town, feed as published, service_id};

const TRAFFORD: &str = "E08000009";

/// A program that may fetch from this machine, and does not wait long.
fn with_manners(town: &Town) -> App {
    App { manners: manners(), ..town.app.clone() }
}

fn manners() -> Manners {
    Manners { may_be_private: true, pause: Duration::from_millis(5), at_once: 4 }
}

fn enter(app: &App, name: &str, url: Option<String>, accepts_checks: bool) -> Feed {
    let feed = Feed {
        id: FeedId::named(name),
        authority_id: authority_id(TRAFFORD),
        name: name.into(),
        url,
        licence: "Open Government Licence v3.0".into(),
        attribution: "With thanks to them".into(),
        every_hours: 24,
        accepts_checks,
        state: FeedState::Active,
        wanted: Wanted::Nothing,
        next_run_at: None,
        lease_holder: None,
        lease_until: None,
        created_at: app.clock.now(),
    };
    let new = feed.clone();
    app.db.write_now(move |tx: &mut Conn| store::insert_feed(tx, &new)).unwrap();
    feed
}

fn take_file(app: &App, feed: &Feed, text: impl Read) -> Run {
    let taken = TakeIn::of(app, feed.clone(), Stop::default(), |_| {}).unwrap();
    let run = taken.look_at_file(text).unwrap();
    let run = taken.apply(&run).unwrap();
    taken.done(Wanted::Nothing, None).unwrap();
    run
}

fn take_url(app: &App, feed: &Feed) -> Result<Run, TakeInError> {
    let taken = TakeIn::of(app, feed.clone(), Stop::default(), |_| {}).unwrap();
    let run = taken.look_at_url(&Fetcher::new(&manners()).unwrap());
    let run = run.and_then(|run| if run.is_held() { Ok(run) } else { taken.apply(&run) });
    taken.done(Wanted::Nothing, None).unwrap();
    run
}

fn counts(run: &Run) -> [i32; 5] {
    [run.added, run.changed, run.unchanged, run.refused, run.vanished]
}

fn findings(app: &App, run: &Run) -> Vec<Finding> {
    app.db.read_now(|conn| store::findings(conn, run.id, None, 0, 1_000)).unwrap()
}

/// The service that a feed's record became.
fn taken(app: &App, feed: &Feed, source_id: &str) -> Service {
    app.db
        .read_now(|conn| {
            services::table
                .inner_join(source_records::table)
                .filter(source_records::feed_id.eq(feed.id).and(source_records::source_id.eq(source_id)))
                .select(Service::as_select())
                .first(conn)
        })
        .unwrap()
}

fn exported(app: &App) -> String {
    let mut text = Vec::new();
    export::write(app, &mut text, true, |_| {}).unwrap();
    String::from_utf8(text).unwrap()
}

fn service(id: usize) -> Value {
    json!({
        "id": format!("s-{id}"), "name": format!("Coffee morning {id}"), "description": "<p>Come &amp; talk.</p>", "status": "active",
        "organization": { "id": "o-1", "name": "Hale Hub", "description": "A hub" },
        "service_at_locations": [{ "location": { "id": format!("l-{id}"), "addresses": [{ "address_1": "1 Green", "city": "Hale", "postal_code": "WA15 9SQ" }] } }],
        "attributes": [{ "taxonomy_term": { "term_uri": "http://id.esd.org.uk/service/1806", "name": "Social clubs" } }],
    })
}

fn page_of(services: &[Value], page: usize, per_page: usize) -> Value {
    let pages = services.len().div_ceil(per_page);
    let rows: Vec<Value> = services.iter().skip((page - 1) * per_page).take(per_page).cloned().collect();
    json!({
        "total_items": services.len(), "total_pages": pages, "page_number": page, "size": rows.len(),
        "first_page": page == 1, "last_page": page >= pages, "empty": rows.is_empty(), "contents": rows,
    })
}

#[test]
fn our_own_feed_taken_in_elsewhere_and_given_away_again_is_the_same_feed() {
    let town = Town::without_followers();
    published::publish_everything(&town);
    let ours = exported(&town.app);
    assert!(ours.lines().count() >= 6);

    let folder = tempfile::TempDir::new().unwrap();
    let database = crate::support::TestDatabase::empty(folder.path());
    let place = Place { data_dir: folder.path().to_owned(), database_url: Some(database.url.clone()) };
    let empty = start::open(&place, &Clock::standing_at(town.app.clock.now()), false).unwrap();
    let feed = enter(&empty, "Waymark Trafford", None, true);
    let run = take_file(&empty, &feed, ours.as_bytes());
    assert_eq!(run.refused, 0, "{:#?}", findings(&empty, &run));
    assert_eq!((run.state, run.complete, run.applied), (RunState::Applied, true, run.added));
    let theirs = exported(&empty);
    for (ours, theirs) in ours.lines().zip(theirs.lines()) {
        let (ours, theirs): (Value, Value) =
            (serde_json::from_str(ours).unwrap(), serde_json::from_str(theirs).unwrap());
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours, theirs);
    let again = take_file(&empty, &feed, theirs.as_bytes());
    assert_eq!(counts(&again), [0, 0, run.added, 0, 0], "taking the same in again changes nothing");

    let whole = folder.path().join("feed.json");
    let mut file = std::fs::File::create(&whole).unwrap();
    export::write(&empty, &mut file, false, |_| {}).unwrap();
    let document: Value = serde_json::from_str(&std::fs::read_to_string(&whole).unwrap()).unwrap();
    assert_eq!(document["contents"].as_array().unwrap().len(), ours.lines().count());
    let again = take_file(&empty, &feed, std::fs::File::open(&whole).unwrap());
    assert_eq!(counts(&again), [0, 0, run.added, 0, 0]);
}

#[test]
fn the_demo_town_makes_the_same_round_trip() {
    let town = Town::without_followers();
    published::publish_demo_listings(&town);
    let ours = exported(&town.app);
    let folder = tempfile::TempDir::new().unwrap();
    let database = crate::support::TestDatabase::empty(folder.path());
    let place = Place { data_dir: folder.path().to_owned(), database_url: Some(database.url.clone()) };
    let empty = start::open(&place, &Clock::standing_at(town.app.clock.now()), false).unwrap();
    let feed = enter(&empty, "Demo town", None, true);
    let run = take_file(&empty, &feed, ours.as_bytes());
    assert_eq!(run.refused, 0);
    let theirs = exported(&empty);
    assert_eq!(ours.lines().count(), theirs.lines().count());
    for (ours, theirs) in ours.lines().zip(theirs.lines()) {
        let (ours, theirs): (Value, Value) =
            (serde_json::from_str(ours).unwrap(), serde_json::from_str(theirs).unwrap());
        assert_eq!(ours, theirs);
    }
}

#[test]
fn feeds_as_they_are_in_the_wild_are_understood() {
    let town = Town::without_followers();
    let app = &town.app;
    // Integer ids, "organisation", a GeoJSON point, amounts as text, nulls everywhere.
    let buckinghamshire = json!({
        "number": 1, "size": 1, "totalPages": 1, "totalElements": 1, "first": true, "last": true, "perPage": 1,
        "content": [{
            "id": 2830, "updated_at": "2026-05-14T10:31:48.143Z", "name": "Example Nursery", "description": "Full day care.", "url": null,
            "min_age": null, "status": "active",
            "service_at_locations": [{ "id": 540, "location_id": 540, "location": {
                "id": 540, "name": "", "address_1": "1 Example Street", "city": "Aylesbury", "state_province": "Buckinghamshire",
                "postal_code": "HP18 0AA", "geometry": { "type": "Point", "coordinates": [-0.92, 51.84] },
                "accessibilities": [{ "name": "Wheelchair accessible entrance", "slug": "wheelchair-accessible-entrance" }] } }],
            "regular_schedules": [{ "id": 385, "weekday": "Monday", "opens_at": "08:00", "closes_at": "18:00", "dtstart": null, "freq": null, "interval": null }],
            "contacts": [{ "id": 787, "name": "", "email": "office@example.org", "phone": "01632 960000" }],
            "organisation": { "id": 1373, "name": "Example Nurseries", "description": null, "email": null, "url": null },
            "taxonomies": [{ "id": 21, "name": "Childcare and early years" }, { "id": 414, "name": "Day nurseries ", "parent_id": 21 }],
            "cost_options": [{ "id": 151, "option": "0-4's ", "amount": "83.50", "cost_type": "per day" }], "local_offer": { "description": "" },
        }],
    });
    let feed = enter(app, "Buckinghamshire", None, false);
    let run = take_file(app, &feed, buckinghamshire.to_string().as_bytes());
    assert_eq!(counts(&run), [1, 0, 0, 0, 0]);
    let nursery = taken(app, &feed, "2830");
    assert_eq!((nursery.category_id.as_str(), nursery.status.as_str()), ("family-support", "active"));
    assert_eq!(
        (nursery.phone.as_deref(), nursery.email.as_deref()),
        (Some("01632 960000"), Some("office@example.org"))
    );
    let whole =
        app.db.read_now(|conn| catalogue_store::whole_service(conn, nursery.id, town.today())).unwrap().unwrap();
    assert_eq!(whole.options[0].amount_pence.as_pence(), 8_350);
    assert_eq!(whole.locations[0].address.as_deref(), Some("1 Example Street, Aylesbury"));
    assert!((whole.locations[0].latitude - 51.84).abs() < 0.001);
    assert_eq!(whole.attributes, ["step-free"]);
    assert_eq!(whole.provider, "Example Nurseries");
    let (option, today) = (whole.options[0].id, town.today());
    let offer = app.db.read_now(|conn| catalogue_store::open_offer(conn, nursery.id, option, today)).unwrap();
    assert!(offer.is_none(), "nobody there would hear of a purchase");

    // Version 1.0 with its own names, both spellings, an alert that is an object, and reviews that have no home here.
    let version_1 = |taxonomies: &str, eligibility: &str| {
        let mut record = json!({
            "id": "cf26dff0-ec9e-476e-8811-72df1114e010", "name": "Welcome lunch", "status": "active", "fees": "Donations welcome",
            "description": "Lunch &amp; company<script>alert(1)</script>",
            "organization": { "id": "3c09531e-780d-41bb-839d-26e6386ddffa", "name": "Life Path Trust Limited", "url": "www.example.org" },
            "service_areas": [{ "service_area": "Trafford" }], "languages": [{ "language": "Urdu" }], "alert": { "title": "Closed in August" },
            "regular_schedules": [{ "weekday": "Friday", "opens_at": "12:00:00", "closes_at": "14:00:00", "freq": "weekly", "byday": "FR" }],
            "reviews": [{ "title": "Good", "score": "5" }],
        });
        record[taxonomies] =
            json!([{ "id": "1", "taxonomy": { "id": "esdServiceType:640", "name": "Activities for older people" } }]);
        record[eligibility] = json!([{ "eligibility": "adult", "minimum_age": 60, "maximum_age": 120 }]);
        json!({ "totalElements": 1, "totalPages": 1, "number": 1, "size": 1, "first": true, "last": true, "content": [record] })
    };
    for (name, feed) in [
        ("One", version_1("service_taxonomys", "eligibilitys")),
        ("Two", version_1("service_taxonomies", "eligibilities")),
    ] {
        let text = feed
            .to_string()
            .replace("cf26dff0", if name == "One" { "cf26dff0" } else { "cf26dff1" })
            .replace("Welcome", name);
        let feed = enter(app, name, None, false);
        assert_eq!(counts(&take_file(app, &feed, text.as_bytes())), [1, 0, 0, 0, 0]);
        let id =
            if name == "One" { "cf26dff0-ec9e-476e-8811-72df1114e010" } else { "cf26dff1-ec9e-476e-8811-72df1114e010" };
        let lunch = taken(app, &feed, id);
        assert_eq!(lunch.id.to_string(), id, "their id is ours where it is a UUID");
        assert_eq!(
            (lunch.category_id.as_str(), lunch.minimum_age, lunch.languages.as_str()),
            ("lunch-clubs", Some(60), "Urdu")
        );
        assert_eq!(
            lunch.description,
            "Lunch & company\n\nPlease note: Closed in August\n\nWhat it costs: Donations welcome"
        );
    }

    // All in small letters, first and not last, and nothing in it.
    let hull = json!({ "totalelements": 0, "totalpages": 0, "number": 1, "size": 0, "first": true, "last": false, "content": [] });
    let feed = enter(app, "Hull", None, false);
    let run = take_file(app, &feed, hull.to_string().as_bytes());
    assert_eq!((counts(&run), run.complete), ([0; 5], false), "an empty feed is no reason to close anything");
}

#[test]
fn hostile_feeds_are_cleaned_or_refused_row_by_row_and_nothing_is_lost() {
    let town = Town::without_followers();
    let app = &town.app;
    let mut records = vec![
        json!({ "id": "1", "name": "Latitude", "organization": { "name": "A" }, "service_at_locations": [{ "location": { "id": "x", "latitude": 100, "longitude": 101, "postal_code": "M33 7ZF" } }] }),
        json!({ "id": "2", "name": "Swapped", "organization": { "name": "A" }, "locations": [{ "latitude": -2.3, "longitude": 53.4 }] }),
        json!({ "id": "2", "name": "The same id again", "organization": { "name": "A" } }),
        json!({ "name": "No id", "organization": { "name": "A" } }),
        json!({ "id": "3", "organization": { "name": "A" } }),
        json!({ "id": "4", "name": "Nobody offers it" }),
        json!(["a list"]),
        json!("a text"),
        json!(null),
        json!({ "id": { "deep": true }, "name": ["a"], "organization": 7 }),
        json!({ "id": "5", "name": "Wrong types", "organization": { "name": "A" }, "description": 7, "minimum_age": "old", "maximum_age": -5, "cost_options": [{ "amount": "lots" }, { "amount": -3 }, { "amount": 1e300 }], "schedules": "always", "service_areas": 9, "languages": [1, null, {}], "attributes": { "taxonomy_term": 5 }, "last_modified": "someday", "assured_date": "2999-01-01", "status": "haunted" }),
        json!({ "id": "6", "name": "<script>alert(1)</script>Bold <b>club</b>", "organization": { "name": "<i>B</i>" }, "description": "x".repeat(50_000), "url": "javascript:alert(1)", "email": "no address" }),
        json!({ "id": service_id("Lunch club").to_string(), "name": "Takes an id that is taken", "organization": { "id": "o9", "name": "C" } }),
        json!({ "id": "7", "name": "Lunch club", "organization": { "name": "Sale Neighbours" }, "locations": [{ "postal_code": "M33 7ZF" }] }),
        json!({ "id": "8", "name": "Control \u{0}\u{7}characters", "organization": { "name": "A\u{0}" }, "description": "one\u{0}two" }),
        json!({ "id": "9", "name": "Ages", "organization": { "name": "A" }, "minimum_age": 70, "maximum_age": 20 }),
    ];
    let good = records.len();
    let before = app
        .db
        .read_now(|conn| services::table.find(service_id("Lunch club")).select(Service::as_select()).first(conn))
        .unwrap();
    let feed = enter(app, "Hostile", None, false);
    let run = take_file(app, &feed, Value::from(records.clone()).to_string().as_bytes());
    assert_eq!(run.read, i32::try_from(good).unwrap(), "every row is in the report");
    assert_eq!(counts(&run), [7, 0, 0, 9, 0], "{:#?}", findings(app, &run));
    let notes = |row: usize| findings(app, &run)[row].notes.clone();
    assert!(notes(0).contains("latitude 100"), "{}", notes(0));
    assert!(notes(2).contains("came before"));
    assert!(notes(3).contains("no id") && notes(4).contains("no name") && notes(5).contains("who offers it"));
    assert!(notes(13).contains("here already"), "{}", notes(13));
    let placed = taken(app, &feed, "1").id;
    let at: (f64, f64) = app
        .db
        .read_now(|conn| {
            let whole = catalogue_store::whole_service(conn, placed, town.today())?.unwrap();
            Ok::<_, diesel::result::Error>((whole.locations[0].latitude, whole.locations[0].longitude))
        })
        .unwrap();
    assert!((53.0..54.0).contains(&at.0) && (-3.0..-2.0).contains(&at.1), "the postcode says where it is");
    let wrong = taken(app, &feed, "5");
    assert_eq!((wrong.status.as_str(), wrong.minimum_age, wrong.maximum_age), ("inactive", None, None));
    assert!(wrong.assured_on <= town.today());
    let bold = taken(app, &feed, "6");
    assert_eq!((bold.name.as_str(), bold.url, bold.email), ("Bold club", None, None));
    assert!(bold.description.len() <= 8_000);
    assert_ne!(taken(app, &feed, before.id.as_str()).id, before.id);
    let after = app
        .db
        .read_now(|conn| services::table.find(service_id("Lunch club")).select(Service::as_select()).first(conn))
        .unwrap();
    assert_eq!(
        (after.name, after.last_modified),
        (before.name, before.last_modified),
        "what is not the feed's is not touched"
    );

    // A file that breaks off: what came before is kept, and nothing vanishes.
    records.truncate(1);
    let broken = format!("{{\"contents\":[{},{{\"id\":", records[0]);
    let run = take_file(app, &feed, broken.as_bytes());
    assert_eq!((counts(&run), run.complete), ([0, 0, 1, 0, 0], false));
    assert!(run.problem.unwrap().contains("breaks off"));
}

#[test]
fn what_changes_is_changed_and_what_is_gone_is_closed_but_not_deleted() {
    let town = Town::without_followers();
    let app = &town.app;
    let feed = enter(app, "Hale", None, false);
    let all: Vec<Value> = (1..=30).map(service).collect();
    let text = |records: &[Value]| records.iter().map(|record| format!("{record}\n")).collect::<String>();
    assert_eq!(counts(&take_file(app, &feed, text(&all).as_bytes())), [30, 0, 0, 0, 0]);
    let first = taken(app, &feed, "s-1");
    assert_eq!((first.description.as_str(), first.source.as_deref()), ("Come & talk.", Some("Hale")));

    let mut changed = all.clone();
    changed[0]["name"] = "Tea morning".into();
    changed[0]["cost_options"] = json!([{ "amount": 2, "amount_description": "per session" }]);
    let gone = changed.split_off(28);
    let run = take_file(app, &feed, text(&changed).as_bytes());
    assert_eq!(counts(&run), [0, 1, 27, 0, 2]);
    let tea = taken(app, &feed, "s-1");
    assert_eq!((tea.id, tea.name.as_str()), (first.id, "Tea morning"));
    assert_eq!(taken(app, &feed, "s-30").status, "temporarily closed");

    let back: Vec<Value> = changed.iter().chain(&gone).cloned().collect();
    let run = take_file(app, &feed, text(&back).as_bytes());
    assert_eq!(counts(&run), [0, 2, 28, 0, 0]);
    assert_eq!(taken(app, &feed, "s-30").status, "active", "what comes back is open again");

    // Somebody edits an entry here: the feed no longer overwrites it.
    let edit = move |tx: &mut Conn| {
        let now = first.last_modified + chrono::TimeDelta::days(1);
        diesel::update(services::table.find(first.id))
            .set((services::name.eq("Ours now"), services::last_modified.eq(now)))
            .execute(tx)
    };
    app.db.write_now(edit).unwrap();
    let mut again = back.clone();
    again[0]["name"] = "Theirs again".into();
    let run = take_file(app, &feed, text(&again).as_bytes());
    assert_eq!(counts(&run), [0, 0, 29, 1, 0]);
    assert_eq!(taken(app, &feed, "s-1").name, "Ours now");

    // Nearly everything gone at once is more likely a mistake than the truth: a person has to say so.
    let taken_now = TakeIn::of(app, feed.clone(), Stop::default(), |_| {}).unwrap();
    let run = taken_now.look_at_file(text(&again[..5]).as_bytes()).unwrap();
    assert!(run.is_held(), "{run:?}");
    taken_now.done(Wanted::Nothing, None).unwrap();
    assert_eq!(taken(app, &feed, "s-20").status, "active");
}

#[test]
fn a_feed_is_read_page_by_page_politely_and_a_failure_closes_nothing() {
    let town = Town::without_followers();
    let app = &with_manners(&town);
    let all: Vec<Value> = (1..=25).map(service).collect();
    let rows = all.clone();
    let broken = Arc::new(AtomicUsize::new(0));
    let mood = Arc::clone(&broken);
    let server = Elsewhere::answering(move |asked, before| match asked.bare() {
        // It stumbles once on each page, and ignores how many rows are asked for.
        "/api/services" if before == 0 && asked.parameter("page").as_deref() == Some("2") => Given::status(503),
        "/api/services" if mood.load(Ordering::SeqCst) == 1 && asked.parameter("page").as_deref() == Some("3") => {
            Given::status(500)
        }
        "/api/services" => {
            let page: usize = asked.parameter("page").unwrap().parse().unwrap();
            let mut page = page_of(&rows, page, 10);
            for row in page["contents"].as_array_mut().unwrap() {
                for many in ["service_at_locations", "attributes"] {
                    row.as_object_mut().unwrap().remove(many); // a list tells little
                }
                row["last_modified"] = "2026-05-01T00:00:00Z".into();
            }
            Given::json(&page)
        }
        path => {
            let id = path.rsplit('/').next().unwrap().replace("%2D", "-");
            match rows.iter().find(|row| row["id"] == id) {
                Some(_) if id == "s-7" => Given::status(500),
                Some(_) if id == "s-8" => Given::json(&json!([])),
                Some(row) => {
                    let mut row = row.clone();
                    row["last_modified"] = "2026-05-01T00:00:00Z".into();
                    Given::json(&row)
                }
                None => Given::status(404),
            }
        }
    });
    let feed = enter(app, "Paged", Some(format!("{}/api/", server.base)), false);
    let run = take_url(app, &feed).unwrap();
    assert_eq!((counts(&run), run.complete), ([23, 0, 0, 2, 0], true), "{:#?}", findings(app, &run));
    assert!(findings(app, &run)[6].notes.contains("could not be read"));
    assert_eq!(taken(app, &feed, "s-3").category_id, "social-clubs", "the whole record was looked up");
    let looked_up = server.asked().iter().filter(|asked| asked.bare().starts_with("/api/services/s")).count();

    // The second time only what is not known is looked up.
    let run = take_url(app, &feed).unwrap();
    assert_eq!(counts(&run), [0, 0, 23, 2, 0]);
    let again = server.asked().iter().filter(|asked| asked.bare().starts_with("/api/services/s")).count() - looked_up;
    assert_eq!(again, 5, "only those that failed: one as often as it is tried");

    // A page that fails: nothing vanishes, and what was read counts.
    broken.store(1, Ordering::SeqCst);
    let run = take_url(app, &feed).unwrap();
    assert_eq!((run.complete, run.vanished, run.read), (false, 0, 20));
    assert!(run.problem.unwrap().contains("500"));
    assert_eq!(taken(app, &feed, "s-25").status, "active");

    // A server that is gone altogether.
    let nobody = enter(app, "Nobody", Some("http://127.0.0.1:9/api".into()), false);
    assert!(matches!(take_url(app, &nobody), Err(TakeInError::Fetch(_))));
}

#[test]
fn loops_endless_bodies_and_ways_inward_end_soon() {
    let town = Town::without_followers();
    let app = &with_manners(&town);
    let rows: Vec<Value> = (1..=3).map(service).collect();
    let server = Elsewhere::answering(move |asked, _| match asked.bare() {
        "/loop/services" => Given::json(&json!({ "last": false, "content": rows })),
        "/huge/services" => Given { status: 200, headers: Vec::new(), body: vec![b' '; 40_000_000] },
        "/inward/services" => Given::sent_on("http://169.254.169.254/latest/meta-data"),
        "/round/services" => Given::sent_on("/round/services"),
        "/html/services" => Given { status: 200, headers: Vec::new(), body: b"<html>".to_vec() },
        _ => Given::status(404),
    });
    let run = take_url(app, &enter(app, "Loop", Some(format!("{}/loop", server.base)), false)).unwrap();
    assert_eq!((counts(&run), run.complete), ([3, 0, 0, 0, 0], false));
    assert!(run.problem.unwrap().contains("round in circles"));
    for (name, says) in [("huge", "larger than"), ("round", "sent us on"), ("html", "no JSON"), ("nothing", "404")] {
        let failed =
            take_url(app, &enter(app, name, Some(format!("{}/{name}", server.base)), false)).unwrap_err().to_string();
        assert!(failed.contains(says), "{name}: {failed}");
    }
    // As it is in earnest: nothing on this machine, nothing behind a redirect, no name that leads inward.
    let strict = Fetcher::new(&Manners { pause: Duration::ZERO, ..Manners::default() }).unwrap();
    let feed = enter(app, "Inward", Some(format!("{}/inward", server.base)), false);
    let taken = TakeIn::of(app, feed, Stop::default(), |_| {}).unwrap();
    let asked_before = server.asked().len();
    for inward in [
        server.base.clone(),
        server.base.replace("127.0.0.1", "localhost"),
        server.base.replace("127.0.0.1", "[::ffff:127.0.0.1]"),
    ] {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let problem =
            runtime.block_on(strict.json(&format!("{inward}/loop/services").parse().unwrap())).unwrap_err().to_string();
        assert!(problem.contains("not on the public internet"), "{problem}");
    }
    assert_eq!(server.asked().len(), asked_before, "nothing was sent");
    drop(taken);
}

#[test]
fn a_reading_that_was_killed_goes_on_where_it_was() {
    let town = Town::without_followers();
    let app = &town.app;
    let feed = enter(app, "Killed", None, false);
    let text: String = (1..=900).map(|id| format!("{}\n", service(id))).collect();
    let stop = Stop::default();
    let taken_by = TakeIn::of(app, feed.clone(), stop.clone(), |_| {}).unwrap();
    let run = taken_by.look_at_file(text.as_bytes()).unwrap();
    assert_eq!(run.added, 900);
    // Stopped after the first transaction of taking in: the progress tells.
    drop(taken_by);
    let (stop, asked) = (Stop::default(), Stop::default());
    town.app.clock.pass(chrono::TimeDelta::minutes(11)); // nobody is heard of, so the feed is free again
    let stopping = stop.clone();
    let first = TakeIn::of(app, feed.clone(), stop, move |_| stopping.ask()).unwrap();
    assert!(matches!(first.apply(&run), Err(TakeInError::Stopped)));
    drop(first);
    town.app.clock.pass(chrono::TimeDelta::minutes(11));
    let second = TakeIn::of(app, feed.clone(), asked, |_| {}).unwrap();
    let half = app.db.read_now(|conn| store::run(conn, run.id)).unwrap().unwrap();
    assert!(half.applied > 0 && half.applied < 900, "{}", half.applied);
    let done = second.apply(&half).unwrap();
    assert_eq!((done.applied, done.state), (900, RunState::Applied));
    let there: i64 = app.db.read_now(|conn| source_records::table.count().get_result(conn)).unwrap();
    assert_eq!(there, 900);
    // Another node cannot have it meanwhile.
    assert!(matches!(TakeIn::of(app, feed.clone(), Stop::default(), |_| {}), Err(TakeInError::TakenElsewhere)));
    second.done(Wanted::Nothing, None).unwrap();
    assert_eq!(counts(&take_file(app, &feed, text.as_bytes())), [0, 0, 900, 0, 0]);
}

#[test]
fn a_regulated_service_waits_for_its_registration() {
    let town = Town::without_followers();
    let app = &town.app;
    let mut care = service(1);
    care["attributes"] =
        json!([{ "taxonomy_term": { "term_uri": "http://id.esd.org.uk/service/242", "name": "Care at home" } }]);
    care["accreditations"] = "CQC overall rating: Good, https://www.cqc.org.uk/location/1-900000001".into();
    care["x_waymark"] = json!({ "regulated": true, "registration": { "number": "1-900000001", "source": "us", "checked_on": "2026-01-01", "rating": "Outstanding" } });
    let feed = enter(app, "Care", None, false);
    let run = take_file(app, &feed, care.to_string().as_bytes());
    let waits = taken(app, &feed, "s-1");
    assert_eq!((waits.status.as_str(), waits.registration_number.as_deref()), ("inactive", Some("1-900000001")));
    assert_eq!(
        (waits.registration_checked_on, waits.regulator_rating),
        (None, None),
        "what a feed says is not a check"
    );
    assert!(findings(app, &run)[0].notes.contains("waits for a registration"));
}

#[test]
fn ada_enters_a_feed_looks_and_takes_it_in() {
    let town = Town::without_followers();
    let rows: Vec<Value> = (1..=3).map(service).collect();
    let server = Elsewhere::answering(move |asked, _| match asked.bare() {
        "/v3/services" => Given::json(&page_of(&rows, asked.parameter("page").unwrap().parse().unwrap(), 50)),
        _ => Given::status(404),
    });
    let librarian = Librarian::new(with_manners(&town), Stop::default());
    let ada = town.person("Ada");
    let page = ada.open("/authority/feeds").expect("No feed is read yet");
    let again =
        page.press("Add this feed", &[("name", "Hale"), ("url", "not an address"), ("licence", "")]).expect_status(422);
    assert_eq!(again.problems().len(), 2, "{:?}", again.problems());
    let url = format!("{}/v3", server.base);
    let filled = [
        ("name", "Hale Directory"),
        ("url", url.as_str()),
        ("licence", "Open Government Licence v3.0"),
        ("attribution", "Thanks to Hale"),
        ("every_hours", "0"),
    ];
    let page = page.press("Add this feed", &filled).expect("Open Government Licence v3.0");
    assert_eq!(page.heading(), "Hale Directory");
    let path = page.path.clone();
    page.press("See what would change", &[]).expect("will be read in a moment");
    assert!(librarian.step().unwrap() && !librarian.step().unwrap());
    let report = ada.open(&path).expect("3 added").go("Read the report");
    let report = report.expect("Coffee morning 1").expect("looked at");
    assert!(town.api().get("/services?q=coffee").status == 200);
    report.press("Take this in", &[]);
    assert!(librarian.step().unwrap());
    assert_eq!(server.asked().len(), 1, "what was looked at is what is taken in");
    let report = ada.open(&path).expect("taken in").go("20 May 2026").expect("taken in");
    let csv = ada.open(&format!("{}/report.csv", report.path)).answer.text();
    assert!(csv.starts_with("row,outcome,id in the feed") && csv.contains("s-2"), "{csv}");
    let seen = report.go("Coffee morning 2");
    assert_eq!(seen.heading(), "Coffee morning 2");
    seen.expect("Hale Directory");
    ada.open("/credits").expect("Thanks to Hale");

    // Somebody else's feed is nobody's business, and only administrators have feeds.
    for (who, status) in [("Aled", 404), ("Amira", 404), ("Carol", 404)] {
        assert_eq!(town.person(who).open(&path).status(), status, "{who}");
    }
    let api = town.api_of("Ada");
    let feeds = api.get("/authority/feeds").expect(200);
    let id = feeds["feeds"][0]["id"].as_str().unwrap().to_owned();
    let run = feeds["feeds"][0]["readings"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(feeds["feeds"][0]["readings"][0]["applied"], 3);
    let found = api.get(&format!("/authority/feeds/{id}/readings/{run}/findings?outcome=added")).expect(200);
    assert_eq!(found["findings"].as_array().unwrap().len(), 3);
    api.post(&format!("/authority/feeds/{id}/readings/{run}/application"), &Value::Null)
        .refused(409, "nothing-to-take-in");
    api.post("/authority/feeds", &json!({ "name": "", "url": "x", "licence": "", "every_hours": -1 }))
        .refused(422, "invalid-input");
    let made = api
        .post(
            "/authority/feeds",
            &json!({ "name": "Second", "url": "https://example.org/v3", "licence": "OGL", "every_hours": 24 }),
        )
        .expect(201);
    let second = made["id"].as_str().unwrap().to_owned();
    api.post(
        "/authority/feeds",
        &json!({ "name": "Second", "url": "https://example.org/v3", "licence": "OGL", "every_hours": 24 }),
    )
    .refused(422, "invalid-input");
    let paused = json!({ "name": "Second", "url": "https://example.org/v3", "licence": "OGL", "every_hours": 24, "paused": true });
    assert_eq!(api.put(&format!("/authority/feeds/{second}"), &paused).expect(200)["state"], "paused");
    assert!(!librarian.step().unwrap(), "a paused feed is left alone");
    town.api_of("Aled").get(&format!("/authority/feeds/{second}")).refused(404, "not-found");
    api.post(&format!("/authority/feeds/{id}/readings"), &json!({ "what": "look" })).expect(202);
    assert!(librarian.step().unwrap());
    let feeds = api.get(&format!("/authority/feeds/{id}")).expect(200);
    assert_eq!(feeds["readings"][0]["unchanged"], 3);
}
