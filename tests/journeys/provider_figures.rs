//! A provider sees how its services do, and what is usual where enough others stand behind it.

use std::time::Duration;

use crate::support::{Town, service_id};

#[test]
fn looks_and_appearances_are_counted_without_people_and_shown_by_week() {
    let town = Town::open();
    let visitor = town.visitor();
    let public = format!("/services/{}", service_id("Lunch club"));
    for _ in 0..3 {
        visitor.open(&public);
    }
    town.person("Pat").open(&public);
    visitor.open("/search?q=lunch+club");
    visitor.open("/search?q=garden");
    let written = || {
        use diesel::prelude::*;
        use waymark::db::schema::service_days::dsl::{appearances, service_days, service_id as of, views};
        let row: Option<(i64, i64)> = town
            .app
            .db
            .read_now(|conn| {
                service_days.filter(of.eq(service_id("Lunch club"))).select((views, appearances)).first(conn).optional()
            })
            .unwrap();
        row == Some((3, 1))
    };
    town.within(
        Duration::from_secs(10),
        "three looks (not the provider's own) and one appearance are written",
        written,
    );

    let pat = town.person("Pat");
    pat.open("/provider/statistics").expect("How your services do").expect("Lunch club");
    town.pass(chrono::TimeDelta::days(7));
    let figures = town.api_of("Pat").get("/provider/statistics?weeks=4").expect(200);
    let lunch = figures["services"].as_array().unwrap().iter().find(|one| one["name"] == "Lunch club").unwrap();
    assert_eq!((lunch["own"]["looks"].as_i64(), lunch["own"]["appearances"].as_i64()), (Some(3), Some(1)));
    assert!(lunch["usual"]["looks"].is_null(), "nobody else offers this here: {lunch}");
    let pat = town.person("Pat");
    let page = pat.open("/provider").go("Figures").expect("too few to say");
    assert_eq!(page.all(".tile__value")[1], "3");
    let csv = pat.send("GET", "/provider/statistics.csv?weeks=4", &[], None).text();
    assert!(csv.contains("Lunch club,Lunch clubs,"), "{csv}");
    let olu = town.api_of("Olu").get("/provider/statistics").expect(200);
    assert!(!olu.to_string().contains("Lunch club"));
    assert_eq!(town.person("Amira").open("/provider/statistics").status(), 404);
}
