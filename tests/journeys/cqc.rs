//! Registrations and ratings are checked with the Care Quality Commission: from its file, and from its API.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel::prelude::*;
use serde_json::{Value, json};
use waymark::catalogue::cqc::{Cqc, Directory, Key, Registrar, check_all, check_changes, store, take_directory};
use waymark::catalogue::open_referral::fetch::Manners;
use waymark::catalogue::store::insert_services;
use waymark::catalogue::{Origin, Service};
use waymark::db::Conn;
use waymark::db::schema::{cqc_locations, services};
use waymark::log::Stop;

use crate::support::elsewhere::{Elsewhere, Given};
use crate::support::{Town, feed, service_id};

fn fixture(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cqc");
    serde_json::from_str(&fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

fn read(town: &Town, id: &str) -> Service {
    let id: waymark::ids::ServiceId = id.parse().unwrap();
    town.app.db.read_now(|conn| services::table.find(id).select(Service::as_select()).first(conn)).unwrap()
}

/// A town with two real services that are registered, and one that is invented and says it is.
fn registered_town() -> Town {
    let town = Town::without_followers();
    feed::publish_everything(&town);
    let mut house = feed::home_care(&town);
    house.service.id = HOUSE.parse().unwrap();
    house.service.name = "Example House".into();
    house.service.registration_number = Some("1-900000001".into());
    house.service.regulator_rating = None;
    house.service.regulator_inspected_on = None;
    house.service.rating_inherited = false;
    house.options = Vec::new();
    house.locations = Vec::new();
    house.details = Default::default();
    let mut invented = house.clone();
    invented.service.id = service_id("Invented home care");
    invented.service.name = "Invented home care".into();
    invented.service.origin = Origin::Invented;
    let new = vec![house, invented];
    town.app.db.write_now(move |tx: &mut Conn| insert_services(tx, &new)).unwrap();
    town
}

const HOUSE: &str = "0190aaaa-1111-7111-8111-0000000000aa";

#[test]
fn the_directory_confirms_registrations_and_tells_which_numbers_it_does_not_have() {
    let town = registered_town();
    let file =
        fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cqc/care_directory_sample_invented.csv")).unwrap();
    let directory = Directory::read(file.as_slice(), town.today()).unwrap();
    let report = take_directory(&town.app, directory).unwrap();
    assert_eq!((report.places, report.confirmed), (1, 1), "{report:?}");
    assert_eq!(report.unknown, ["1-900000002"], "told, and left as it is");
    let house = read(&town, HOUSE);
    assert_eq!(house.registration_source.as_deref(), Some("Care Quality Commission, care directory of 19 August 2026"));
    assert_eq!(house.regulator_rating.as_deref(), Some("Not yet rated"), "no rating is no bad rating");
    assert_eq!(read(&town, feed::HOME_CARE).status, "active");
    let invented = read(&town, service_id("Invented home care").as_str());
    assert_eq!(invented.regulator_rating, None, "invented numbers are left alone");
    let page = town.visitor().open(&format!("/services/{HOUSE}"));
    page.expect("Contains CQC information licensed under the Open Government Licence v3.0");
}

#[test]
fn the_api_is_asked_with_its_key_and_patience_and_both_kinds_of_rating_are_read() {
    let town = registered_town();
    let (house, homecare) = (fixture("location-currentRatings.json"), fixture("location-assessment-framework.json"));
    let now = Arc::new(Mutex::new(house.clone()));
    let answers = Arc::clone(&now);
    let server = Elsewhere::answering(move |asked, before| {
        if asked.headers.get("ocp-apim-subscription-key").map(String::as_str) != Some("secret-key")
            || !asked.headers.contains_key("user-agent")
        {
            return Given::status(403);
        }
        match (asked.bare(), before) {
            ("/public/v1/locations/1%2D900000001", 0) => {
                Given { headers: vec![("Retry-After".into(), "0".into())], ..Given::status(429) }
            }
            ("/public/v1/locations/1%2D900000001", 1) => Given::status(500),
            ("/public/v1/locations/1%2D900000001", _) => Given::json(&answers.lock().unwrap()),
            ("/public/v1/locations/1%2D900000002", _) => Given::json(&homecare),
            ("/public/v1/changes/location", _) => {
                let page: i64 = asked.parameter("page").unwrap().parse().unwrap();
                let ids = if page == 1 { json!(["1-900000001", "1-777777777"]) } else { json!(["1-888888888"]) };
                Given::json(&json!({ "total": 3, "page": page, "totalPages": 2, "perPage": 2, "changes": ids }))
            }
            _ => Given::status(404),
        }
    });
    let manners = Manners { may_be_private: true, pause: Duration::from_millis(2), at_once: 2 };
    let key: Key = "secret-key".parse().unwrap();
    assert!(!format!("{key:?}").contains("secret"), "the key never prints");
    let cqc = Cqc::at(&format!("{}/public/v1/", server.base), &key, &manners).unwrap();
    let report = check_all(&town.app, &cqc, |_| {}).unwrap();
    assert_eq!((report.places, report.confirmed), (2, 2), "{report:?}");
    let of = |id: &str| {
        let service = read(&town, id);
        (
            service.regulator_rating.unwrap(),
            service.regulator_inspected_on.unwrap().to_string(),
            service.rating_inherited,
        )
    };
    assert_eq!(of(HOUSE), ("Outstanding".into(), "2019-10-31".into(), false));
    assert_eq!(
        of(feed::HOME_CARE),
        ("Requires improvement".into(), "2026-09-17".into(), false),
        "the newer framework, in one spelling"
    );
    let kept: String = town
        .app
        .db
        .read_now(|conn| {
            let place = store::place(conn, "1-900000001")?.unwrap();
            Ok::<_, diesel::result::Error>(format!("{place:?}"))
        })
        .unwrap();
    assert!(kept.contains("Example House") && !kept.contains("Manager") && !kept.contains("Sample"), "{kept}");

    // A month later one of them has ended; of what changed, only what we have is asked for.
    town.app.clock.pass(chrono::TimeDelta::days(30));
    {
        let mut ended = house.clone();
        ended["registrationStatus"] = "Deregistered".into();
        ended["deregistrationDate"] = "2026-06-01".into();
        *now.lock().unwrap() = ended;
    }
    let before = server.asked().len();
    let report = check_changes(&town.app, &cqc, |_| {}).unwrap();
    assert_eq!(report.closed.len(), 1, "{report:?}");
    assert!(report.closed[0].contains("no longer registered since 1 June 2026"));
    let ended = read(&town, HOUSE);
    assert_eq!(ended.status, "inactive");
    assert_eq!(town.visitor().open(&format!("/services/{HOUSE}")).status(), 404);
    let asked: Vec<String> = server.asked()[before..].iter().map(|asked| asked.bare().to_owned()).collect();
    assert_eq!(
        asked,
        ["/public/v1/changes/location", "/public/v1/changes/location", "/public/v1/locations/1%2D900000001"]
    );
    let since = server.asked()[before].parameter("startTimestamp").unwrap();
    assert_eq!(since, "2026-05-20T10:00:00Z");

    // A wrong key is said so, and changes nothing.
    let wrong = Cqc::at(&format!("{}/public/v1", server.base), &"wrong".parse().unwrap(), &manners).unwrap();
    let problem = check_all(&town.app, &wrong, |_| {}).unwrap_err().to_string();
    assert!(problem.contains("403") && !problem.contains("wrong"), "{problem}");
    let places: i64 = town.app.db.read_now(|conn| cqc_locations::table.count().get_result(conn)).unwrap();
    assert_eq!(places, 2);
}

#[test]
fn a_server_with_the_key_asks_once_a_day_and_again_later_when_nobody_answered() {
    let town = registered_town();
    let house = fixture("location-currentRatings.json");
    let server = Elsewhere::answering(move |asked, before| match asked.bare() {
        "/public/v1/locations/1%2D900000001" if before > 0 => Given::json(&house),
        "/public/v1/changes/location" => {
            Given::json(&json!({ "total": 1, "page": 1, "totalPages": 1, "changes": ["1-900000001"] }))
        }
        "/public/v1/locations/1%2D900000001" => Given::status(401),
        _ => Given::status(404),
    });
    let mut app = town.app.clone();
    app.manners = Manners { may_be_private: true, pause: Duration::from_millis(1), at_once: 1 };
    let registrar = |stop: &Stop| {
        let key: Key = "secret-key".parse().unwrap();
        Registrar::new(app.clone(), format!("{}/public/v1", server.base), key, stop.clone())
    };
    let (stop, mut first) = (Stop::default(), registrar(&Stop::default()));
    assert!(first.step().unwrap(), "asked, and refused");
    assert!(!first.step().unwrap(), "it waits before it asks again");
    assert_eq!(read(&town, HOUSE).regulator_rating, None);

    let mut second = registrar(&stop);
    assert!(second.step().unwrap(), "the day is not done, so another node tries");
    assert_eq!(read(&town, HOUSE).regulator_rating.as_deref(), Some("Outstanding"));
    let asked = server.asked().len();
    assert!(!second.step().unwrap() && !registrar(&stop).step().unwrap(), "once a day, whoever asks");
    assert_eq!(server.asked().len(), asked);

    town.app.clock.pass(chrono::TimeDelta::days(1));
    assert!(second.step().unwrap());
    assert!(server.asked()[asked..].iter().any(|asked| asked.bare() == "/public/v1/changes/location"));

    // Told to stop, it asks nothing more, and the day is not done.
    town.app.clock.pass(chrono::TimeDelta::days(1));
    stop.ask();
    let asked = server.asked().len();
    assert!(second.step().unwrap());
    assert_eq!(server.asked().len(), asked);
    assert!(registrar(&Stop::default()).step().unwrap());
    assert!(server.asked().len() > asked);
}
