//! All SQL of the register.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::catalogue::{Origin, Service};
use crate::clock::UtcTime;
use crate::db::schema::{cqc_locations, cqc_readings, services, source_records};
use crate::db::{Conn, among, both};
use crate::ids::ServiceId;
use crate::log::{EventKind, NewEvent};

use super::place::Place;

/// What is read of the API.
const CHANGES: &str = "changes of locations";

/// What the register said of the place with this number when it was last asked.
pub fn place(conn: &mut Conn, number: &str) -> QueryResult<Option<Place>> {
    cqc_locations::table.find(number).select(Place::as_select()).first(conn).optional()
}

/// What the register says of these numbers, which may be those of places or of who runs them.
pub fn places(conn: &mut Conn, numbers: &[String]) -> QueryResult<Vec<Place>> {
    cqc_locations::table
        .filter(among(cqc_locations::location_id, numbers).or(among(cqc_locations::provider_id, numbers)))
        .order(cqc_locations::location_id)
        .select(Place::as_select())
        .load(conn)
}

/// Writes what the register says. A directory knows no ratings, so it leaves those that are there.
pub fn remember(tx: &mut Conn, places: &[Place], with_ratings: bool) -> QueryResult<()> {
    let numbers = places.iter().map(|place| &place.location_id);
    let there: Vec<String> = cqc_locations::table
        .filter(among(cqc_locations::location_id, numbers))
        .select(cqc_locations::location_id)
        .load(tx)?;
    let there: std::collections::HashSet<String> = there.into_iter().collect();
    let mut new: HashMap<&str, &Place> = HashMap::new();
    for place in places {
        if !there.contains(&place.location_id) {
            new.insert(&place.location_id, place);
            continue;
        }
        let row = cqc_locations::table.find(&place.location_id);
        diesel::update(row)
            .set((
                cqc_locations::provider_id.eq(&place.provider_id),
                cqc_locations::name.eq(&place.name),
                cqc_locations::postal_code.eq(&place.postal_code),
                cqc_locations::registered.eq(place.registered),
                cqc_locations::ended_on.eq(place.ended_on),
                cqc_locations::source.eq(&place.source),
                cqc_locations::checked_on.eq(place.checked_on),
            ))
            .execute(tx)?;
        if with_ratings {
            diesel::update(row)
                .set((
                    cqc_locations::rating.eq(&place.rating),
                    cqc_locations::rated_on.eq(place.rated_on),
                    cqc_locations::inherited.eq(place.inherited),
                ))
                .execute(tx)?;
        }
    }
    let new: Vec<&Place> = new.into_values().collect();
    for rows in new.chunks(400) {
        crate::both!(tx, c => diesel::insert_into(cqc_locations::table).values(rows.to_vec()).execute(c))?;
    }
    Ok(())
}

/// The registration numbers of services, in order; not of invented ones.
pub fn numbers_after(conn: &mut Conn, after: &str, most: i64) -> QueryResult<Vec<String>> {
    let found: Vec<Option<String>> = services::table
        .filter(services::registration_number.gt(after.to_owned()))
        .filter(services::origin.ne(Origin::Invented))
        .filter(services::status.ne("defunct"))
        .select(services::registration_number)
        .distinct()
        .order(services::registration_number)
        .limit(most)
        .load(conn)?;
    Ok(found.into_iter().flatten().collect())
}

/// The services with these registration numbers; not invented ones.
pub fn services_with(conn: &mut Conn, numbers: &[String]) -> QueryResult<Vec<Service>> {
    services::table
        .filter(services::registration_number.eq_any(numbers.to_vec()))
        .filter(services::origin.ne(Origin::Invented))
        .filter(services::status.ne("defunct"))
        .order(services::id)
        .select(Service::as_select())
        .load(conn)
}

/// The records as they came of services that were taken from a feed.
pub fn documents_of(conn: &mut Conn, ids: &[ServiceId]) -> QueryResult<Vec<(ServiceId, String)>> {
    source_records::table
        .filter(among(source_records::service_id, ids))
        .filter(source_records::vanished_on.is_null())
        .select((source_records::service_id, source_records::document))
        .load(conn)
}

/// Writes what the register says of a service, and whether that closes or opens it.
pub fn update_registration(tx: &mut Conn, service: &Service) -> QueryResult<()> {
    let before: UtcTime = services::table.find(service.id).select(services::last_modified).first(tx)?;
    diesel::update(services::table.find(service.id))
        .set((
            services::status.eq(&service.status),
            services::regulated.eq(service.regulated),
            services::registration_source.eq(&service.registration_source),
            services::registration_checked_on.eq(service.registration_checked_on),
            services::regulator_rating.eq(&service.regulator_rating),
            services::regulator_inspected_on.eq(service.regulator_inspected_on),
            services::rating_inherited.eq(service.rating_inherited),
            services::last_modified.eq(service.last_modified),
        ))
        .execute(tx)?;
    // It was not edited by anybody here, so its feed may go on bringing it up to date.
    let taken = source_records::service_id.eq(service.id).and(source_records::written_at.eq(before));
    diesel::update(source_records::table.filter(taken))
        .set(source_records::written_at.eq(service.last_modified))
        .execute(tx)?;
    crate::log::append(tx, &[NewEvent::plain(None, EventKind::ServiceChanged, &service.id, service.last_modified)])
}

/// Until when the changes were read.
pub fn read_to(conn: &mut Conn) -> QueryResult<Option<UtcTime>> {
    cqc_readings::table.find(CHANGES).select(cqc_readings::read_to).first(conn).optional()
}

/// Notes until when the changes were read.
pub fn note_read_to(tx: &mut Conn, to: UtcTime) -> QueryResult<()> {
    both(
        diesel::insert_into(cqc_readings::table)
            .values((cqc_readings::what.eq(CHANGES), cqc_readings::read_to.eq(to)))
            .on_conflict(cqc_readings::what)
            .do_update()
            .set(cqc_readings::read_to.eq(to)),
    )
    .execute(tx)
    .map(drop)
}
