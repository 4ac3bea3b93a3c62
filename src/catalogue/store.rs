//! All SQL of the catalogue.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use crate::budgets::FundingRoute;
use crate::db::schema::{
    areas_served, attributes, cost_options, funding_accepted, locations, organizations, schedules, service_areas,
    service_at_locations, service_ratings, services, source_records, taxonomy_terms, verifications,
};
use crate::db::{Conn, among};
use crate::ids::{AuthorityId, CostOptionId, LocationId, OrganizationId, ServiceId};
use crate::log::{EventKind, NewEvent};
use crate::money::Money;

use super::detail::{AreaKind, Details, Schedule, Verification};
use super::rating::Rating;
use super::service::{CostOption, Location, Offer, Origin, ProviderType, Service, Unit, WholeService};
use super::taxonomy::Term;

/// Rows of one INSERT.
const BATCH: usize = 400;

/// One service at one price, if it is on offer on that day: active, provider active, price in force and not free. What was
/// taken from another directory is not: nobody there would hear of it.
pub fn open_offer(
    conn: &mut Conn,
    service: ServiceId,
    option: CostOptionId,
    on: NaiveDate,
) -> QueryResult<Option<Offer>> {
    let row: Option<(OrganizationId, String, Unit, Money)> = cost_options::table
        .inner_join(services::table.inner_join(organizations::table))
        .filter(cost_options::id.eq(option).and(services::id.eq(service)))
        .filter(services::status.eq("active").and(organizations::status.eq("active")))
        .filter(not(exists(source_records::table.filter(source_records::service_id.eq(services::id)))))
        .filter(cost_options::amount_pence.gt(Money::ZERO))
        .filter(cost_options::valid_from.le(on))
        .filter(cost_options::valid_to.is_null().or(cost_options::valid_to.ge(on)))
        .select((services::organization_id, services::category_id, cost_options::unit, cost_options::amount_pence))
        .first(conn)
        .optional()?;
    let offer = |(organization, category_id, unit, price)| Offer {
        service,
        organization,
        category_id,
        cost_option: option,
        unit,
        price,
    };
    Ok(row.map(offer))
}

/// One active service with all that belongs to it.
pub fn whole_service(conn: &mut Conn, id: ServiceId, on: NaiveDate) -> QueryResult<Option<WholeService>> {
    Ok(whole_services(conn, &[id], on)?.pop())
}

type ServiceRow = (Service, String, ProviderType, String, Option<(i32, i32, i32, i32, i32)>, Option<i32>);

/// Active services with all that belongs to them, in the order of `ids`; those that are not active are left out.
pub fn whole_services(conn: &mut Conn, ids: &[ServiceId], on: NaiveDate) -> QueryResult<Vec<WholeService>> {
    let rows: Vec<ServiceRow> = services::table
        .inner_join(organizations::table)
        .left_join(service_ratings::table)
        .left_join(service_areas::table)
        .filter(among(services::id, ids))
        .filter(services::status.eq("active").and(organizations::status.eq("active")))
        .select((
            Service::as_select(),
            organizations::name,
            organizations::provider_type,
            organizations::description,
            (
                service_ratings::ones,
                service_ratings::twos,
                service_ratings::threes,
                service_ratings::fours,
                service_ratings::fives,
            )
                .nullable(),
            service_areas::radius_metres.nullable(),
        ))
        .load(conn)?;
    let mut options: HashMap<ServiceId, Vec<CostOption>> = HashMap::new();
    for option in options_of(conn, ids, on)? {
        options.entry(option.service_id).or_default().push(option);
    }
    let mut places: HashMap<ServiceId, Vec<Location>> = HashMap::new();
    let at: Vec<(ServiceId, Location)> = service_at_locations::table
        .inner_join(locations::table)
        .filter(among(service_at_locations::service_id, ids))
        .select((service_at_locations::service_id, Location::as_select()))
        .load(conn)?;
    for (service, location) in at {
        places.entry(service).or_default().push(location);
    }
    let mut terms: HashMap<ServiceId, Vec<String>> = HashMap::new();
    let has: Vec<(ServiceId, String)> =
        attributes::table.filter(among(attributes::service_id, ids)).order(attributes::taxonomy_term_id).load(conn)?;
    for (service, term) in has {
        terms.entry(service).or_default().push(term);
    }
    let mut found: HashMap<ServiceId, WholeService> = rows
        .into_iter()
        .map(|(service, provider, provider_type, provider_about, stars, radius_metres)| {
            let id = service.id;
            let rating = stars.map(|(a, b, c, d, e)| Rating { counts: [a, b, c, d, e] }).unwrap_or_default();
            let whole = WholeService {
                service,
                provider,
                provider_type,
                provider_about,
                options: options.remove(&id).unwrap_or_default(),
                locations: places.remove(&id).unwrap_or_default(),
                radius_metres,
                attributes: terms.remove(&id).unwrap_or_default(),
                rating,
            };
            (id, whole)
        })
        .collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Every price of a service, past and to come too.
pub fn prices(conn: &mut Conn, id: ServiceId) -> QueryResult<Vec<CostOption>> {
    cost_options::table
        .filter(cost_options::service_id.eq(id))
        .order((cost_options::position, cost_options::valid_from))
        .select(CostOption::as_select())
        .load(conn)
}

/// Prices of services that are in force on that day or will be: for sums that look ahead.
pub fn prices_ahead(
    conn: &mut Conn,
    ids: &[ServiceId],
    on: NaiveDate,
) -> QueryResult<HashMap<ServiceId, Vec<CostOption>>> {
    let rows: Vec<CostOption> = cost_options::table
        .filter(among(cost_options::service_id, ids))
        .filter(cost_options::valid_to.is_null().or(cost_options::valid_to.ge(on)))
        .order((cost_options::service_id, cost_options::position, cost_options::valid_from))
        .select(CostOption::as_select())
        .load(conn)?;
    let mut options: HashMap<ServiceId, Vec<CostOption>> = HashMap::new();
    for option in rows {
        options.entry(option.service_id).or_default().push(option);
    }
    Ok(options)
}

/// Services with a price that begins or has ended after `last` and up to `today`.
pub(super) fn prices_that_change(conn: &mut Conn, last: NaiveDate, today: NaiveDate) -> QueryResult<Vec<ServiceId>> {
    let begins = cost_options::valid_from.gt(last).and(cost_options::valid_from.le(today));
    let ended = cost_options::valid_to.ge(last).and(cost_options::valid_to.lt(today));
    cost_options::table.filter(begins.or(ended)).select(cost_options::service_id).distinct().load(conn)
}

fn options_of(conn: &mut Conn, ids: &[ServiceId], on: NaiveDate) -> QueryResult<Vec<CostOption>> {
    cost_options::table
        .filter(among(cost_options::service_id, ids))
        .filter(cost_options::valid_from.le(on))
        .filter(cost_options::valid_to.is_null().or(cost_options::valid_to.ge(on)))
        .order((cost_options::service_id, cost_options::position))
        .select(CostOption::as_select())
        .load(conn)
}

/// What only search needs of services besides what [`whole_services`] gives.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Postcode districts and authorities that it comes to as a whole.
    pub areas: Vec<(AreaKind, String)>,
    /// Which money it takes; none means all.
    pub funding: Vec<FundingRoute>,
    /// When it is on.
    pub schedules: Vec<Schedule>,
    /// The authority that looks after its entry.
    pub authority: Option<AuthorityId>,
}

/// Where services come to, what money they take, when they are on and who looks after their entries.
pub fn reach_of(conn: &mut Conn, ids: &[ServiceId]) -> QueryResult<HashMap<ServiceId, Reach>> {
    let mut all: HashMap<ServiceId, Reach> = HashMap::new();
    let areas: Vec<(ServiceId, AreaKind, String)> = areas_served::table
        .filter(among(areas_served::service_id, ids))
        .order((areas_served::service_id, areas_served::area_kind, areas_served::code))
        .select((areas_served::service_id, areas_served::area_kind, areas_served::code))
        .load(conn)?;
    for (id, kind, code) in areas {
        all.entry(id).or_default().areas.push((kind, code));
    }
    let funding: Vec<(ServiceId, FundingRoute)> = funding_accepted::table
        .filter(among(funding_accepted::service_id, ids))
        .order((funding_accepted::service_id, funding_accepted::funding_route))
        .select((funding_accepted::service_id, funding_accepted::funding_route))
        .load(conn)?;
    for (id, route) in funding {
        all.entry(id).or_default().funding.push(route);
    }
    let on: Vec<Schedule> = schedules::table
        .filter(among(schedules::service_id, ids))
        .order(schedules::id)
        .select(Schedule::as_select())
        .load(conn)?;
    for schedule in on {
        all.entry(schedule.service_id).or_default().schedules.push(schedule);
    }
    let looked_after: Vec<(ServiceId, Option<AuthorityId>)> = services::table
        .inner_join(organizations::table)
        .filter(among(services::id, ids))
        .filter(organizations::authority_id.is_not_null())
        .select((services::id, organizations::authority_id))
        .load(conn)?;
    for (id, authority) in looked_after {
        all.entry(id).or_default().authority = authority;
    }
    Ok(all)
}

/// The ids of all active services after `after`, in order: for rebuilding the index bit by bit.
pub fn active_ids_after(conn: &mut Conn, after: Option<ServiceId>, at_most: i64) -> QueryResult<Vec<ServiceId>> {
    let mut question = services::table
        .inner_join(organizations::table)
        .filter(services::status.eq("active").and(organizations::status.eq("active")))
        .order(services::id)
        .select(services::id)
        .limit(at_most)
        .into_boxed();
    if let Some(after) = after {
        question = question.filter(services::id.gt(after));
    }
    question.load(conn)
}

/// How many services are active: the home page says so.
pub fn active_services(conn: &mut Conn) -> QueryResult<i64> {
    services::table.filter(services::status.eq("active")).count().get_result(conn)
}

/// The names of services, for lists of purchases.
pub fn service_names(conn: &mut Conn, ids: &[ServiceId]) -> QueryResult<HashMap<ServiceId, (String, super::Kind)>> {
    let rows: Vec<(ServiceId, String, super::Kind)> = services::table
        .filter(among(services::id, ids))
        .select((services::id, services::name, services::kind))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, name, kind)| (id, (name, kind))).collect())
}

/// What a price is called.
pub fn option_label(conn: &mut Conn, id: CostOptionId) -> QueryResult<String> {
    cost_options::table.find(id).select(cost_options::label).first(conn)
}

/// The name of a provider.
pub fn provider_name(conn: &mut Conn, id: OrganizationId) -> QueryResult<String> {
    organizations::table.find(id).select(organizations::name).first(conn)
}

/// The names of providers, for lists of purchases.
pub fn provider_names(conn: &mut Conn, ids: &[OrganizationId]) -> QueryResult<HashMap<OrganizationId, String>> {
    let rows: Vec<(OrganizationId, String)> = organizations::table
        .filter(among(organizations::id, ids))
        .select((organizations::id, organizations::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Every term of the taxonomies.
pub fn terms(conn: &mut Conn) -> QueryResult<Vec<Term>> {
    taxonomy_terms::table.order(taxonomy_terms::id).select(Term::as_select()).load(conn)
}

/// An organisation on its way into the table.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = organizations, treat_none_as_default_value = false)]
pub struct NewOrganization {
    /// Which.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// What it says of itself.
    pub description: String,
    /// What it is.
    pub provider_type: ProviderType,
    /// active or suspended.
    pub status: &'static str,
    /// Its web address.
    pub website: Option<String>,
    /// Where the record comes from.
    pub origin: Origin,
    /// When.
    pub created_at: crate::clock::UtcTime,
    /// The authority that looks after its entries.
    pub authority_id: Option<AuthorityId>,
    /// Its e-mail address.
    pub email: Option<String>,
    /// Its telephone.
    pub phone: Option<String>,
    /// Its number as a charity.
    pub charity_number: Option<String>,
    /// Its number as a company.
    pub company_number: Option<String>,
}

/// A service on its way into the tables.
#[derive(Clone, Debug)]
pub struct NewService {
    /// Itself.
    pub service: Service,
    /// Its prices.
    pub options: Vec<CostOption>,
    /// Where it is used.
    pub locations: Vec<Location>,
    /// How far it comes out to people.
    pub radius_metres: Option<i32>,
    /// Ids of needs and accessibility terms.
    pub attributes: Vec<String>,
    /// When it is on, where it comes to, which money it takes. What was checked of the provider is not written here.
    pub details: Details,
}

/// Writes the terms of the taxonomies; parents first.
pub fn insert_terms(tx: &mut Conn, new: &[Term]) -> QueryResult<()> {
    for rows in new.chunks(BATCH) {
        crate::both!(tx, c => diesel::insert_into(taxonomy_terms::table).values(rows).on_conflict_do_nothing().execute(c))?;
    }
    Ok(())
}

/// Writes organisations.
pub fn insert_organizations(tx: &mut Conn, new: &[NewOrganization]) -> QueryResult<()> {
    for rows in new.chunks(BATCH) {
        crate::both!(tx, c => diesel::insert_into(organizations::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// Publishes services with all that belongs to them, and tells the log.
pub fn insert_services(tx: &mut Conn, new: &[NewService]) -> QueryResult<()> {
    for batch in new.chunks(BATCH) {
        let rows: Vec<&Service> = batch.iter().map(|new| &new.service).collect();
        crate::both!(tx, c => diesel::insert_into(services::table).values(rows).execute(c))?;
        let rows: Vec<&CostOption> = batch.iter().flat_map(|new| &new.options).collect();
        crate::both!(tx, c => diesel::insert_into(cost_options::table).values(rows).execute(c))?;
        let rows: Vec<&Location> = batch.iter().flat_map(|new| &new.locations).collect();
        crate::both!(tx, c => diesel::insert_into(locations::table).values(rows).execute(c))?;
        let rows: Vec<_> = batch.iter().flat_map(located).collect();
        crate::both!(tx, c => diesel::insert_into(service_at_locations::table).values(rows).execute(c))?;
        let rows: Vec<_> = batch
            .iter()
            .filter_map(|new| {
                let radius = new.radius_metres?;
                Some((service_areas::service_id.eq(new.service.id), service_areas::radius_metres.eq(radius)))
            })
            .collect();
        crate::both!(tx, c => diesel::insert_into(service_areas::table).values(rows).execute(c))?;
        let rows: Vec<_> = batch.iter().flat_map(attributed).collect();
        crate::both!(tx, c => diesel::insert_into(attributes::table).values(rows).execute(c))?;
        for new in batch {
            insert_details(tx, new.service.id, &new.details)?;
        }
        let changed = |new: &NewService| {
            NewEvent::plain(None, EventKind::ServiceChanged, &new.service.id, new.service.last_modified)
        };
        crate::log::append(tx, &batch.iter().map(changed).collect::<Vec<_>>())?;
    }
    Ok(())
}

/// Writes where a service is used, and how far it comes out.
pub fn insert_places(tx: &mut Conn, new: &NewService) -> QueryResult<()> {
    if !new.locations.is_empty() {
        let rows = &new.locations;
        crate::both!(tx, c => diesel::insert_into(locations::table).values(rows).execute(c))?;
        let rows = located(new);
        crate::both!(tx, c => diesel::insert_into(service_at_locations::table).values(rows).execute(c))?;
    }
    if let Some(radius) = new.radius_metres {
        diesel::insert_into(service_areas::table)
            .values((service_areas::service_id.eq(new.service.id), service_areas::radius_metres.eq(radius)))
            .execute(tx)?;
    }
    Ok(())
}

/// Writes the needs and accessibility terms of a service.
pub fn insert_attributes(tx: &mut Conn, new: &NewService) -> QueryResult<()> {
    if !new.attributes.is_empty() {
        let rows = attributed(new);
        crate::both!(tx, c => diesel::insert_into(attributes::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// Writes when a service is on, where it comes to and which money it takes.
pub fn insert_details(tx: &mut Conn, id: ServiceId, details: &Details) -> QueryResult<()> {
    if !details.schedules.is_empty() {
        let rows = &details.schedules;
        crate::both!(tx, c => diesel::insert_into(schedules::table).values(rows).execute(c))?;
    }
    if !details.areas.is_empty() {
        let row = |(kind, code): &(AreaKind, String)| {
            (areas_served::service_id.eq(id), areas_served::area_kind.eq(*kind), areas_served::code.eq(code.clone()))
        };
        let rows: Vec<_> = details.areas.iter().map(row).collect();
        crate::both!(tx, c => diesel::insert_into(areas_served::table).values(rows).execute(c))?;
    }
    if !details.funding.is_empty() {
        let row =
            |route: &FundingRoute| (funding_accepted::service_id.eq(id), funding_accepted::funding_route.eq(*route));
        let rows: Vec<_> = details.funding.iter().map(row).collect();
        crate::both!(tx, c => diesel::insert_into(funding_accepted::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// Writes what was checked of providers.
pub fn insert_verifications(tx: &mut Conn, new: &[Verification]) -> QueryResult<()> {
    for rows in new.chunks(BATCH) {
        crate::both!(tx, c => diesel::insert_into(verifications::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// When a service is on, where it comes to, which money it takes, and what was checked of its provider.
pub fn details(conn: &mut Conn, id: ServiceId, organization: OrganizationId) -> QueryResult<Details> {
    Ok(Details {
        schedules: schedules::table
            .filter(schedules::service_id.eq(id))
            .order(schedules::id)
            .select(Schedule::as_select())
            .load(conn)?,
        areas: areas_served::table
            .filter(areas_served::service_id.eq(id))
            .order((areas_served::area_kind, areas_served::code))
            .select((areas_served::area_kind, areas_served::code))
            .load(conn)?,
        funding: funding_accepted::table
            .filter(funding_accepted::service_id.eq(id))
            .order(funding_accepted::funding_route)
            .select(funding_accepted::funding_route)
            .load(conn)?,
        verifications: verifications::table
            .filter(verifications::organization_id.eq(organization))
            .order(verifications::paper)
            .select(Verification::as_select())
            .load(conn)?,
    })
}

type Located = (
    diesel::dsl::Eq<service_at_locations::service_id, ServiceId>,
    diesel::dsl::Eq<service_at_locations::location_id, LocationId>,
);

fn located(new: &NewService) -> Vec<Located> {
    let id = new.service.id;
    let row =
        |place: &Location| (service_at_locations::service_id.eq(id), service_at_locations::location_id.eq(place.id));
    new.locations.iter().map(row).collect()
}

type Attributed =
    (diesel::dsl::Eq<attributes::service_id, ServiceId>, diesel::dsl::Eq<attributes::taxonomy_term_id, String>);

fn attributed(new: &NewService) -> Vec<Attributed> {
    let id = new.service.id;
    let row = |term: &String| (attributes::service_id.eq(id), attributes::taxonomy_term_id.eq(term.clone()));
    new.attributes.iter().map(row).collect()
}
