//! A commissioner's view over a million purchase lines, against the same view over a tenth of them.

use std::time::{Duration, Instant};

use rand::RngExt;
use rand::seq::IndexedRandom;

use crate::app::App;
use crate::clock::{Clock, month_number};
use crate::command::{progress, say};
use crate::db::Conn;
use crate::demand::view::{Request, view};
use crate::ids::{AuthorityId, DeliveryId, OrganizationId, PersonId, PurchaseId, seeded};
use crate::log::{self, EventKind, NewEvent};
use crate::purchasing::PurchaseFact;
use crate::start::{self, Failure};
use crate::{demand, places};

use super::{Folder, Row, ms, percentile};

/// Purchase lines of one person, about.
const LINES_EACH: u32 = 20;

/// Events written and counted at once.
const BATCH: u32 = 20_000;

/// Both views in turn; the medians.
pub(super) fn measure(folder: &Folder, clock: &Clock, lines: u32) -> Result<Vec<Row>, Failure> {
    let (small, large) = (lines / 10, lines);
    let mut apps = Vec::new();
    for (name, lines) in [("demand-small", small), ("demand-large", large)] {
        say(&format!("Counting {lines} purchase lines…"));
        let app = start::open(&folder.place(name), clock, true)?;
        let authority = make(&app, lines)?;
        apps.push((app, authority));
    }
    let mut times: [[Vec<Duration>; 2]; 2] = Default::default();
    for round in 0..30 {
        for ((app, authority), [again, anew]) in apps.iter().zip(&mut times) {
            change_a_month(app, *authority, round)?;
            for times in [anew, again] {
                let asked = Instant::now();
                let now = app.clock.now();
                let shown = app.db.read_now(|conn| {
                    view(conn, *authority, &Request::default(), now).map_err(|cause| match cause {
                        demand::NotReleased::Database(cause) => cause,
                        other => diesel::result::Error::QueryBuilderError(Box::new(other)),
                    })
                })?;
                if round > 4 {
                    times.push(asked.elapsed());
                }
                if shown.table.total.released().is_none() {
                    return Err("the view shows nothing".into());
                }
            }
        }
    }
    let [[mut few_again, mut few_anew], [mut many_again, mut many_anew]] = times;
    let mut rows = Vec::new();
    for (how, few, many) in [
        ("worked out after a change", &mut few_anew, &mut many_anew),
        ("asked again without one", &mut few_again, &mut many_again),
    ] {
        let (few, many) = (percentile(few, 50), percentile(many, 50));
        rows.push(Row::new(
            format!("demand page's figures over {large} purchase lines, {how}: median, against {small} lines"),
            format!("{}, {:.2} times {}", ms(many), many.as_secs_f64() / few.as_secs_f64(), ms(few)),
            "under 20 ms, less than 2 times",
        ));
    }
    Ok(rows)
}

/// One more purchase in a month that is over, so that nothing about it can be remembered.
fn change_a_month(app: &App, authority: AuthorityId, round: i32) -> Result<(), Failure> {
    let now = app.clock.now();
    let wards = app.db.read_now(|conn| places::store::wards_of(conn, authority))?;
    let fact = PurchaseFact {
        authority,
        ward_code: wards.first().ok_or("no wards")?.code.clone(),
        category_id: "home-care".into(),
        funding_route: "direct payment".into(),
        person: PersonId::new(),
        organization: OrganizationId::new(),
        month: month_number(now.date()) - 1 - round % 12,
        quantity: 1,
        amount_pence: 2_000,
    };
    app.db.write_now(move |tx: &mut Conn| {
        let event = NewEvent::plain(Some(authority), EventKind::PurchaseRequested, &PurchaseId::new(), now).with(&fact);
        log::append(tx, &[event])?;
        demand::follow(tx, 10, now).map(drop)
    })?;
    Ok(())
}

/// Writes events of so many purchase lines of one authority into the log, and counts them.
fn make(app: &App, lines: u32) -> Result<AuthorityId, Failure> {
    let authority = app
        .db
        .read_now(|conn| places::store::authority_by_gss(conn, "E08000009"))?
        .ok_or("Trafford is missing from the reference data")?
        .id;
    let wards = app.db.read_now(|conn| places::store::wards_of(conn, authority))?;
    let categories: Vec<String> = app
        .taxonomy
        .all("category")
        .iter()
        .filter(|term| term.parent_id.is_some())
        .map(|term| term.id.clone())
        .collect();
    let mut random = seeded(11);
    let people: Vec<(PersonId, String)> = (0..=(lines / LINES_EACH))
        .map(|_| (PersonId::new(), wards.choose(&mut random).map(|ward| ward.code.clone()).unwrap_or_default()))
        .collect();
    let providers: Vec<OrganizationId> = (0..300).map(|_| OrganizationId::new()).collect();
    let routes = ["direct payment", "council-managed", "individual service fund", "own money"];
    let now = app.clock.now();
    let last = month_number(now.date()) - 1;
    let bar = progress("Writing purchase lines", u64::from(lines));
    let mut left = lines;
    while left > 0 {
        let batch = left.min(BATCH);
        left -= batch;
        let mut events = Vec::with_capacity(batch as usize * 2);
        for _ in 0..batch {
            let (Some((person, ward)), Some(category), Some(route), Some(provider)) = (
                people.choose(&mut random),
                categories.choose(&mut random),
                routes.choose(&mut random),
                providers.choose(&mut random),
            ) else {
                continue;
            };
            let quantity = random.random_range(1..12);
            let fact = PurchaseFact {
                authority,
                ward_code: ward.clone(),
                category_id: category.clone(),
                funding_route: (*route).to_owned(),
                person: *person,
                organization: *provider,
                month: last - random.random_range(0..18),
                quantity,
                amount_pence: quantity * random.random_range(800..3_000),
            };
            events.push(
                NewEvent::plain(Some(authority), EventKind::PurchaseRequested, &PurchaseId::new(), now).with(&fact),
            );
            events.push(
                NewEvent::plain(Some(authority), EventKind::DeliveryConfirmed, &DeliveryId::new(), now).with(&fact),
            );
        }
        bar.inc(u64::from(batch));
        app.db.write_now(move |tx: &mut Conn| log::append(tx, &events))?;
    }
    bar.finish_and_clear();
    demand::rebuild(&app.db, now, |_| {})?;
    Ok(authority)
}
