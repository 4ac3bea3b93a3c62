//! Bringing services up to date with the register.

use std::collections::{BTreeSet, HashMap};

use crate::app::App;
use crate::catalogue::Service;
use crate::catalogue::open_referral::fetch::FetchError;
use crate::catalogue::open_referral::says_it_is_active;
use crate::clock::{UtcTime, long_date};
use crate::db::Conn;

use super::directory::Directory;
use super::fetch::Cqc;
use super::place::{NOT_RATED, Place};
use super::store;

/// Places written in one transaction.
const BATCH: usize = 400;

/// Places asked for before what they say is written.
const ASKED: usize = 50;

/// What we read, and where.
const API: &str = "Care Quality Commission, API";

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Places that were read.
    pub places: usize,
    /// Services whose registration was confirmed.
    pub confirmed: usize,
    /// Services whose rating changed, with it.
    pub rated: Vec<String>,
    /// Services that waited for a checked registration and are published now.
    pub published: Vec<String>,
    /// Services that are no longer published, and why.
    pub closed: Vec<String>,
    /// Numbers that the register does not know.
    pub unknown: Vec<String>,
    /// Rows that could not be used: line and why.
    pub refused: Vec<(u64, String)>,
}

/// Why it was not all done. What was done before stays.
#[derive(Debug, thiserror::Error)]
pub enum CqcError {
    /// The database.
    #[error("the database failed: {0}")]
    Database(#[from] diesel::result::Error),
    /// The API.
    #[error(transparent)]
    Fetch(#[from] FetchError),
}

/// Takes a directory in, and brings the services with its numbers up to date.
pub fn take_directory(app: &App, directory: Directory) -> Result<Report, CqcError> {
    let mut report = Report { places: directory.places.len(), refused: directory.refused, ..Report::default() };
    for places in directory.places.chunks(BATCH) {
        take(app, places.to_vec(), false, &mut report)?;
    }
    // A file of one region is a directory too, so a number that is not in it is only told.
    let listed: BTreeSet<&str> =
        directory.places.iter().flat_map(|place| [place.location_id.as_str(), place.provider_id.as_str()]).collect();
    each_number(app, |numbers| {
        report.unknown.extend(numbers.into_iter().filter(|number| !listed.contains(number.as_str())));
        Ok(())
    })?;
    Ok(report)
}

/// Asks for every registration number that services have.
pub fn check_all(app: &App, cqc: &Cqc, progress: impl Fn(u64)) -> Result<Report, CqcError> {
    let (mut report, began) = (Report::default(), app.clock.now());
    each_number(app, |numbers| {
        progress(u64::try_from(numbers.len()).unwrap_or(0));
        ask(app, cqc, &numbers, &mut report)
    })?;
    app.db.write_now(move |tx: &mut Conn| store::note_read_to(tx, began))?;
    Ok(report)
}

/// Asks which places changed since the last time, and for those that services here have.
pub fn check_changes(app: &App, cqc: &Cqc, progress: impl Fn(u64)) -> Result<Report, CqcError> {
    let (mut report, now) = (Report::default(), app.clock.now());
    let Some(since) = app.db.read_now(store::read_to)? else { return check_all(app, cqc, progress) };
    let changed: BTreeSet<String> = cqc.changes(since, now)?.into_iter().map(|id| id.to_uppercase()).collect();
    let changed: Vec<String> = changed.into_iter().collect();
    for numbers in changed.chunks(BATCH) {
        let known = numbers.to_vec();
        let ours = app.db.read_now(|conn| {
            let services = store::services_with(conn, &known)?;
            let places = store::places(conn, &known)?;
            let numbers = services.into_iter().filter_map(|service| service.registration_number);
            let numbers: BTreeSet<String> = numbers.chain(places.into_iter().map(|place| place.location_id)).collect();
            Ok::<_, diesel::result::Error>(numbers)
        })?;
        let ours: Vec<String> = numbers.iter().filter(|number| ours.contains(*number)).cloned().collect();
        progress(u64::try_from(ours.len()).unwrap_or(0));
        ask(app, cqc, &ours, &mut report)?;
    }
    app.db.write_now(move |tx: &mut Conn| store::note_read_to(tx, now))?;
    Ok(report)
}

fn each_number(app: &App, mut todo: impl FnMut(Vec<String>) -> Result<(), CqcError>) -> Result<(), CqcError> {
    let mut after = String::new();
    loop {
        let numbers = app.db.read_now(|conn| store::numbers_after(conn, &after, 400))?;
        let Some(last) = numbers.last().cloned() else { return Ok(()) };
        todo(numbers)?;
        after = last;
    }
}

/// Asks for each of these, and writes what comes a few at a time, so that little is lost when the API stops answering.
fn ask(app: &App, cqc: &Cqc, numbers: &[String], report: &mut Report) -> Result<(), CqcError> {
    let today = app.clock.now().date();
    for part in numbers.chunks(ASKED) {
        let (mut places, mut problem) = (Vec::new(), None);
        for number in part {
            match cqc.location(number) {
                Ok(Some(told)) => places.extend(Place::of(&told, API, today)),
                Ok(None) => report.unknown.push(number.clone()),
                Err(cause) => {
                    problem = Some(cause);
                    break;
                }
            }
        }
        report.places += places.len();
        take(app, places, true, report)?;
        if let Some(cause) = problem {
            return Err(cause.into());
        }
    }
    Ok(())
}

/// Remembers what the register says, and brings the services with these numbers up to date.
fn take(app: &App, places: Vec<Place>, with_ratings: bool, report: &mut Report) -> Result<(), CqcError> {
    let now = app.clock.now();
    let done = app.db.write_now(move |tx: &mut Conn| {
        store::remember(tx, &places, with_ratings)?;
        let mut numbers: Vec<String> = places.iter().map(|place| place.location_id.clone()).collect();
        numbers.extend(places.iter().map(|place| place.provider_id.clone()).filter(|number| !number.is_empty()));
        update_services(tx, &numbers, now)
    })?;
    report.confirmed += done.confirmed;
    report.rated.extend(done.rated);
    report.published.extend(done.published);
    report.closed.extend(done.closed);
    Ok(())
}

/// Brings the services with these numbers up to date with what the register said.
fn update_services(tx: &mut Conn, numbers: &[String], now: UtcTime) -> diesel::QueryResult<Report> {
    let mut report = Report::default();
    let services = store::services_with(tx, numbers)?;
    if services.is_empty() {
        return Ok(report);
    }
    let wanted: Vec<String> = services.iter().filter_map(|service| service.registration_number.clone()).collect();
    let places = store::places(tx, &wanted)?;
    let waiting: Vec<_> = services
        .iter()
        .filter(|service| service.status == "inactive" && service.registration_checked_on.is_none())
        .map(|service| service.id)
        .collect();
    let documents: HashMap<_, String> = store::documents_of(tx, &waiting)?.into_iter().collect();
    for before in services {
        let Some(said) = said_of(&before, &places) else { continue };
        let wants_to_be_open = documents.get(&before.id).is_some_and(|document| says_it_is_active(document));
        let after = brought_up_to_date(&before, &said, wants_to_be_open, now);
        tell(&before, &after, &said, &mut report);
        if !is_same(&before, &after) {
            store::update_registration(tx, &after)?;
        }
    }
    Ok(report)
}

/// What the register says of a service: of its place; or of who runs it, whose rating counts only if there is one place.
fn said_of(service: &Service, places: &[Place]) -> Option<Place> {
    let number = service.registration_number.as_deref()?;
    if let Some(place) = places.iter().find(|place| place.location_id == number) {
        return Some(place.clone());
    }
    let run: Vec<&Place> = places.iter().filter(|place| place.provider_id == number).collect();
    let first = run.iter().find(|place| place.registered).or(run.first())?;
    let only = run.len() == 1;
    Some(Place {
        rating: first.rating.clone().filter(|_| only),
        rated_on: first.rated_on.filter(|_| only),
        inherited: first.inherited && only,
        ..(*first).clone()
    })
}

fn brought_up_to_date(before: &Service, said: &Place, wants_to_be_open: bool, now: UtcTime) -> Service {
    let mut after = before.clone();
    after.last_modified = now;
    if !said.registered {
        if after.status == "active" {
            after.status = "inactive".into();
        }
        after.registration_source = Some(match said.ended_on {
            Some(on) => format!("{}: no longer registered since {}", said.source, long_date(on)),
            None => format!("{}: no longer registered", said.source),
        });
        after.registration_checked_on = Some(said.checked_on);
        return after;
    }
    after.regulated = true;
    after.registration_source = Some(said.source.clone());
    after.registration_checked_on = Some(said.checked_on);
    let knows_ratings = said.rating.is_some() || said.source == API;
    if knows_ratings {
        after.regulator_rating = Some(said.rating.clone().unwrap_or_else(|| NOT_RATED.into()));
        after.regulator_inspected_on = said.rated_on;
        after.rating_inherited = said.inherited;
    } else if after.regulator_rating.is_none() {
        after.regulator_rating = Some(NOT_RATED.into());
    }
    if wants_to_be_open {
        after.status = "active".into();
    }
    after
}

fn is_same(before: &Service, after: &Service) -> bool {
    before.status == after.status
        && before.regulated == after.regulated
        && before.registration_source == after.registration_source
        && before.registration_checked_on == after.registration_checked_on
        && before.regulator_rating == after.regulator_rating
        && before.regulator_inspected_on == after.regulator_inspected_on
        && before.rating_inherited == after.rating_inherited
}

fn tell(before: &Service, after: &Service, said: &Place, report: &mut Report) {
    let what = format!("{} ({})", before.name, said.location_id);
    if said.registered {
        report.confirmed += 1;
    }
    if before.status == "active" && after.status != "active" {
        report.closed.push(format!("{what}: {}", after.registration_source.as_deref().unwrap_or_default()));
    }
    if before.status != "active" && after.status == "active" {
        report.published.push(what.clone());
    }
    if before.regulator_rating != after.regulator_rating {
        report.rated.push(format!("{what}: {}", after.regulator_rating.as_deref().unwrap_or(NOT_RATED)));
    }
}
