//! All SQL that changes what is in the catalogue already.

use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::db::schema::{
    areas_served, attributes, cost_options, funding_accepted, schedules, service_areas, service_at_locations, services,
};
use crate::ids::{CostOptionId, OrganizationId, ServiceId};
use crate::log::{EventKind, NewEvent};

use super::service::{CostOption, Location, Service};
use super::store::{self, NewService};

/// A service as the catalogue keeps it, whatever its status, with prices in force on that day or later.
pub fn kept(conn: &mut Conn, id: ServiceId, today: NaiveDate) -> QueryResult<Option<NewService>> {
    let found: Option<Service> = services::table.find(id).select(Service::as_select()).first(conn).optional()?;
    let Some(service) = found else { return Ok(None) };
    let options: Vec<CostOption> = cost_options::table
        .filter(cost_options::service_id.eq(id))
        .filter(cost_options::valid_to.is_null().or(cost_options::valid_to.ge(today)))
        .order((cost_options::position, cost_options::valid_from))
        .select(CostOption::as_select())
        .load(conn)?;
    let locations: Vec<Location> = service_at_locations::table
        .inner_join(crate::db::schema::locations::table)
        .filter(service_at_locations::service_id.eq(id))
        .order(service_at_locations::location_id)
        .select(Location::as_select())
        .load(conn)?;
    let radius_metres = service_areas::table.find(id).select(service_areas::radius_metres).first(conn).optional()?;
    let attributes = attributes::table
        .filter(attributes::service_id.eq(id))
        .order(attributes::taxonomy_term_id)
        .select(attributes::taxonomy_term_id)
        .load(conn)?;
    let details = store::details(conn, id, service.organization_id)?;
    Ok(Some(NewService { service, options, locations, radius_metres, attributes, details }))
}

/// Every price that a service ever had, newest first.
pub fn price_history(conn: &mut Conn, id: ServiceId) -> QueryResult<Vec<CostOption>> {
    cost_options::table
        .filter(cost_options::service_id.eq(id))
        .order((cost_options::valid_from.desc(), cost_options::position))
        .limit(200)
        .select(CostOption::as_select())
        .load(conn)
}

/// Writes a service anew, and tells the log. Prices that were in force end and stay in the books; places stay as they
/// are where `same_place` says so; rules of the week that `is_plain` does not know stay.
pub fn replace(
    tx: &mut Conn,
    new: &NewService,
    same_place: bool,
    is_plain: impl Fn(&super::Schedule) -> bool,
    now: UtcTime,
) -> QueryResult<()> {
    let id = new.service.id;
    update_service(tx, &new.service)?;
    replace_prices(tx, id, &new.options, now.date())?;
    if !same_place {
        diesel::delete(service_at_locations::table.filter(service_at_locations::service_id.eq(id))).execute(tx)?;
        diesel::delete(service_areas::table.find(id)).execute(tx)?;
        diesel::delete(areas_served::table.filter(areas_served::service_id.eq(id))).execute(tx)?;
        store::insert_places(tx, new)?;
    }
    diesel::delete(attributes::table.filter(attributes::service_id.eq(id))).execute(tx)?;
    store::insert_attributes(tx, new)?;
    diesel::delete(funding_accepted::table.filter(funding_accepted::service_id.eq(id))).execute(tx)?;
    let before = store::details(tx, id, new.service.organization_id)?;
    for plain in before.schedules.iter().filter(|schedule| is_plain(schedule)) {
        diesel::delete(schedules::table.find(plain.id)).execute(tx)?;
    }
    let mut details = new.details.clone();
    if same_place {
        details.areas.clear();
    }
    store::insert_details(tx, id, &details)?;
    tell(tx, id, now)
}

fn tell(tx: &mut Conn, id: ServiceId, now: UtcTime) -> QueryResult<()> {
    crate::log::append(tx, &[NewEvent::plain(None, EventKind::ServiceChanged, &id, now)])
}

fn update_service(tx: &mut Conn, new: &Service) -> QueryResult<()> {
    let words = (
        services::kind.eq(new.kind),
        services::category_id.eq(&new.category_id),
        services::name.eq(&new.name),
        services::description.eq(&new.description),
        services::status.eq(&new.status),
        services::url.eq(&new.url),
        services::email.eq(&new.email),
        services::phone.eq(&new.phone),
        services::minimum_age.eq(new.minimum_age),
        services::maximum_age.eq(new.maximum_age),
        services::opening_hours.eq(&new.opening_hours),
        services::languages.eq(&new.languages),
    );
    let checks = (
        services::regulated.eq(new.regulated),
        services::registration_number.eq(&new.registration_number),
        services::registration_source.eq(&new.registration_source),
        services::registration_checked_on.eq(new.registration_checked_on),
        services::regulator_rating.eq(&new.regulator_rating),
        services::regulator_inspected_on.eq(new.regulator_inspected_on),
        services::rating_inherited.eq(new.rating_inherited),
        services::places_free.eq(new.places_free),
        services::waiting_days.eq(new.waiting_days),
        services::origin.eq(new.origin),
        services::source.eq(&new.source),
        services::assured_on.eq(new.assured_on),
        services::last_modified.eq(new.last_modified),
    );
    diesel::update(services::table.find(new.id)).set((words, checks)).execute(tx).map(drop)
}

fn same_offer(a: &CostOption, b: &CostOption) -> bool {
    a.label == b.label
        && a.unit == b.unit
        && a.rate == b.rate
        && a.amount_pence == b.amount_pence
        && a.includes == b.includes
        && (a.direct_pence, a.management_pence, a.overhead_pence)
            == (b.direct_pence, b.management_pence, b.overhead_pence)
}

/// Prices are never rewritten: one that changes ends the day before, and another begins. What was to begin later and
/// could not have been bought yet is taken back first.
fn replace_prices(tx: &mut Conn, id: ServiceId, new: &[CostOption], today: NaiveDate) -> QueryResult<()> {
    let later = cost_options::table.filter(cost_options::service_id.eq(id).and(cost_options::valid_from.gt(today)));
    diesel::delete(later).execute(tx)?;
    let mut old: Vec<CostOption> = cost_options::table
        .filter(cost_options::service_id.eq(id))
        .filter(cost_options::valid_to.is_null().or(cost_options::valid_to.ge(today)))
        .select(CostOption::as_select())
        .load(tx)?;
    for price in new {
        let same = |each: &CostOption| price.valid_from <= today && same_offer(each, price);
        let by_id = old.iter().position(|each| each.id == price.id && same(each));
        if let Some(at) = by_id.or_else(|| old.iter().position(same)) {
            let kept = old.swap_remove(at);
            diesel::update(cost_options::table.find(kept.id))
                .set((cost_options::position.eq(price.position), cost_options::valid_to.eq(price.valid_to)))
                .execute(tx)?;
        } else {
            let row = CostOption { id: CostOptionId::new(), ..price.clone() };
            crate::both!(tx, c => diesel::insert_into(cost_options::table).values(&row).execute(c))?;
        }
    }
    for gone in old {
        diesel::update(cost_options::table.find(gone.id))
            .set(cost_options::valid_to.eq(today - Days::new(1)))
            .execute(tx)?;
    }
    Ok(())
}

/// Gives a service of this provider another status; says whether it is theirs.
pub fn set_status(
    tx: &mut Conn,
    organization: OrganizationId,
    id: ServiceId,
    status: &str,
    now: UtcTime,
) -> QueryResult<bool> {
    let theirs = services::table.filter(services::id.eq(id).and(services::organization_id.eq(organization)));
    let changed =
        diesel::update(theirs).set((services::status.eq(status), services::last_modified.eq(now))).execute(tx)?;
    if changed > 0 {
        tell(tx, id, now)?;
    }
    Ok(changed > 0)
}

/// Tells how many places are free and how long people wait; says whether the service is this provider's.
pub fn set_availability(
    tx: &mut Conn,
    organization: OrganizationId,
    id: ServiceId,
    places_free: Option<i32>,
    waiting_days: Option<i32>,
    now: UtcTime,
) -> QueryResult<bool> {
    let theirs = services::table.filter(services::id.eq(id).and(services::organization_id.eq(organization)));
    let changed = diesel::update(theirs)
        .set((
            services::places_free.eq(places_free),
            services::waiting_days.eq(waiting_days),
            services::last_modified.eq(now),
        ))
        .execute(tx)?;
    if changed > 0 {
        tell(tx, id, now)?;
    }
    Ok(changed > 0)
}
