//! Taking records in: a few hundred in one transaction, new ones in bulk, changed ones one by one.
//!
//! A feed never touches what is not its own: an id of it that something else here has already is replaced.

use std::collections::{HashMap, HashSet};

use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use crate::budgets::FundingRoute;
use crate::catalogue::store::{NewOrganization, NewService, insert_organizations, insert_services};
use crate::catalogue::{AreaKind, CostOption, Details, Location, Origin, Schedule, Service};
use crate::clock::UtcTime;
use crate::db::schema::{
    areas_served, attributes, cost_options, feed_documents, feed_findings, feed_runs, funding_accepted, locations,
    organizations, schedules, service_areas, service_at_locations, services, source_organizations, source_records,
};
use crate::db::{Conn, among};
use crate::ids::{CostOptionId, FeedRunId, LocationId, OrganizationId, ScheduleId, ServiceId};
use crate::log::{EventKind, NewEvent};

use super::super::document::named_id;
use super::super::feed::{Feed, Outcome};
use super::super::record::Incoming;

/// Rows of one INSERT: few enough for the parameters of either database.
const BATCH: usize = 400;

/// A record with its place in the reading, as it came.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its place.
    pub position: i32,
    /// As it came.
    pub text: String,
    /// Its fingerprint.
    pub fingerprint: String,
    /// In our words.
    pub incoming: Incoming,
}

/// The next documents after a place that were read and not taken in.
pub fn documents(conn: &mut Conn, run: FeedRunId, after: i32, most: i64) -> QueryResult<Vec<(i32, String)>> {
    feed_documents::table
        .filter(feed_documents::run_id.eq(run).and(feed_documents::position.gt(after)))
        .order(feed_documents::position)
        .select((feed_documents::position, feed_documents::document))
        .limit(most)
        .load(conn)
}

/// Takes records in, and remembers where each comes from.
pub fn apply(tx: &mut Conn, feed: &Feed, run: FeedRunId, rows: &[Document], now: UtcTime) -> QueryResult<()> {
    let mut incoming: Vec<Incoming> = rows.iter().map(|row| row.incoming.clone()).collect();
    let known = settle_services(tx, feed, &mut incoming)?;
    settle_organizations(tx, feed, &mut incoming, now)?;
    settle_parts(tx, feed, &mut incoming)?;
    keep_checked_registrations(tx, &mut incoming, &known)?;
    let all_places = write_locations(tx, &incoming)?;
    let (old, new): (Vec<&Incoming>, Vec<&Incoming>) =
        incoming.iter().partition(|incoming| known.contains(&incoming.service.id));
    let fresh: Vec<NewService> = new.iter().map(|incoming| bare(incoming)).collect();
    insert_services(tx, &fresh)?;
    clear(tx, &old.iter().map(|incoming| incoming.service.id).collect::<Vec<_>>())?;
    let today = now.date();
    for incoming in &old {
        update_service(tx, &incoming.service)?;
    }
    update_options(tx, &old, today)?;
    write_parts(tx, &incoming, &old, &all_places)?;
    let changed: Vec<NewEvent> = old
        .iter()
        .map(|incoming| NewEvent::plain(None, EventKind::ServiceChanged, &incoming.service.id, now))
        .collect();
    crate::log::append(tx, &changed)?;
    remember(tx, feed, rows, &incoming, &known, now)?;
    note_applied(tx, run, &rows.iter().map(|row| row.position).collect::<Vec<_>>())?;
    for (row, incoming) in rows.iter().zip(&incoming) {
        diesel::update(feed_findings::table.find((run, row.position)))
            .set(feed_findings::service_id.eq(incoming.service.id.to_string()))
            .execute(tx)?;
    }
    let last = rows.last().map_or(0, |row| row.position);
    let done = feed_documents::run_id.eq(run).and(feed_documents::position.le(last));
    diesel::delete(feed_documents::table.filter(done)).execute(tx).map(drop)
}

/// Forgets documents that cannot be read after all.
pub fn drop_documents(tx: &mut Conn, run: FeedRunId, positions: &[i32]) -> QueryResult<()> {
    let those = feed_documents::run_id.eq(run).and(feed_documents::position.eq_any(positions.to_vec()));
    diesel::delete(feed_documents::table.filter(those)).execute(tx).map(drop)
}

fn note_applied(tx: &mut Conn, run: FeedRunId, positions: &[i32]) -> QueryResult<()> {
    for part in positions.chunks(BATCH) {
        let those = feed_findings::run_id.eq(run).and(feed_findings::position.eq_any(part.to_vec()));
        diesel::update(feed_findings::table.filter(those)).set(feed_findings::applied.eq(true)).execute(tx)?;
    }
    let more = i32::try_from(positions.len()).unwrap_or(0);
    diesel::update(feed_runs::table.find(run))
        .set(feed_runs::applied.eq(feed_runs::applied + more))
        .execute(tx)
        .map(drop)
}

/// Another id for a thing of this feed, since something else here has the one it came with.
fn another(feed: &Feed, source_id: &str) -> String {
    named_id(&format!("feed:{}:instead of:{source_id}", feed.id))
}

/// Gives each record the id of its service here: the one it had before, its own if that is free, or another.
fn settle_services(tx: &mut Conn, feed: &Feed, incoming: &mut [Incoming]) -> QueryResult<HashSet<ServiceId>> {
    let before: Vec<(String, ServiceId)> = source_records::table
        .filter(source_records::feed_id.eq(feed.id))
        .filter(among(source_records::source_id, incoming.iter().map(|each| &each.source_id)))
        .select((source_records::source_id, source_records::service_id))
        .load(tx)?;
    let before: HashMap<String, ServiceId> = before.into_iter().collect();
    let taken: Vec<ServiceId> = services::table
        .filter(among(services::id, incoming.iter().map(|each| each.service.id)))
        .select(services::id)
        .load(tx)?;
    let mut taken: HashSet<ServiceId> = taken.into_iter().collect();
    let mut known = HashSet::new();
    for each in incoming {
        let id = match before.get(&each.source_id) {
            Some(id) => {
                known.insert(*id);
                *id
            }
            None if taken.insert(each.service.id) => each.service.id,
            None => {
                let other = another(feed, &each.source_id);
                other.parse().unwrap_or_else(|_never| ServiceId::named(&other))
            }
        };
        each.service.id = id;
        each.options.iter_mut().for_each(|option| option.service_id = id);
        each.details.schedules.iter_mut().for_each(|schedule| schedule.service_id = id);
    }
    Ok(known)
}

/// Gives each organisation its id here, and writes what is new or changed of it.
fn settle_organizations(tx: &mut Conn, feed: &Feed, incoming: &mut [Incoming], now: UtcTime) -> QueryResult<()> {
    let before: Vec<(String, OrganizationId)> = source_organizations::table
        .filter(source_organizations::feed_id.eq(feed.id))
        .filter(among(source_organizations::source_id, incoming.iter().map(|each| &each.organization.source_id)))
        .select((source_organizations::source_id, source_organizations::organization_id))
        .load(tx)?;
    let mut settled: HashMap<String, OrganizationId> = before.into_iter().collect();
    let taken: Vec<OrganizationId> = organizations::table
        .filter(among(organizations::id, incoming.iter().map(|each| each.organization.id)))
        .select(organizations::id)
        .load(tx)?;
    let mut taken: HashSet<OrganizationId> = taken.into_iter().collect();
    let (mut new, mut links, mut written) = (Vec::new(), Vec::new(), HashSet::new());
    for each in incoming {
        let told = &each.organization;
        let id = if let Some(id) = settled.get(&told.source_id) {
            if written.insert(*id) {
                let row = organizations::table.find(*id);
                diesel::update(row)
                    .set((
                        organizations::name.eq(&told.name),
                        organizations::description.eq(&told.description),
                        organizations::website.eq(&told.website),
                        organizations::email.eq(&told.email),
                        organizations::charity_number.eq(&told.charity_number),
                        organizations::company_number.eq(&told.company_number),
                    ))
                    .execute(tx)?;
            }
            *id
        } else {
            let other = another(feed, &told.source_id);
            let other = || other.parse().unwrap_or_else(|_never| OrganizationId::named(&other));
            let id = if taken.contains(&told.id) { other() } else { told.id };
            taken.insert(id);
            settled.insert(told.source_id.clone(), id);
            written.insert(id);
            new.push(NewOrganization {
                id,
                name: told.name.clone(),
                description: told.description.clone(),
                provider_type: told.provider_type,
                status: "active",
                website: told.website.clone(),
                origin: Origin::OpenData,
                created_at: now,
                authority_id: Some(feed.authority_id),
                email: told.email.clone(),
                phone: None,
                charity_number: told.charity_number.clone(),
                company_number: told.company_number.clone(),
            });
            links.push((
                source_organizations::feed_id.eq(feed.id),
                source_organizations::source_id.eq(told.source_id.clone()),
                source_organizations::organization_id.eq(id),
            ));
            id
        };
        each.service.organization_id = id;
    }
    insert_organizations(tx, &new)?;
    crate::both!(tx, c => diesel::insert_into(source_organizations::table).values(links).execute(c)).map(drop)
}

/// Gives locations, prices and schedules other ids where something of somebody else has theirs.
fn settle_parts(tx: &mut Conn, feed: &Feed, incoming: &mut [Incoming]) -> QueryResult<()> {
    let ids = incoming.iter().flat_map(|each| each.locations.iter().map(|at| at.id));
    let foreign: Vec<LocationId> = service_at_locations::table
        .left_join(source_records::table.on(
            source_records::service_id.eq(service_at_locations::service_id).and(source_records::feed_id.eq(feed.id)),
        ))
        .filter(among(service_at_locations::location_id, ids))
        .filter(source_records::service_id.is_null())
        .select(service_at_locations::location_id)
        .load(tx)?;
    let foreign: HashSet<LocationId> = foreign.into_iter().collect();
    let ids = incoming.iter().flat_map(|each| each.options.iter().map(|option| option.id));
    let options: Vec<(CostOptionId, ServiceId)> = cost_options::table
        .filter(among(cost_options::id, ids))
        .select((cost_options::id, cost_options::service_id))
        .load(tx)?;
    let mut options: HashMap<CostOptionId, ServiceId> = options.into_iter().collect();
    let ids = incoming.iter().flat_map(|each| each.details.schedules.iter().map(|schedule| schedule.id));
    let rules: Vec<(ScheduleId, ServiceId)> =
        schedules::table.filter(among(schedules::id, ids)).select((schedules::id, schedules::service_id)).load(tx)?;
    let mut rules: HashMap<ScheduleId, ServiceId> = rules.into_iter().collect();
    for each in incoming {
        let service = each.service.id;
        for at in each.locations.iter_mut().filter(|at| foreign.contains(&at.id)) {
            let other = another(feed, at.id.as_str());
            at.id = other.parse().unwrap_or_else(|_never| LocationId::named(&other));
        }
        for option in &mut each.options {
            if options.get(&option.id).is_some_and(|owner| *owner != service) {
                option.id = CostOptionId::named(&format!("{service}:{}", option.id));
            }
            options.insert(option.id, service);
        }
        for rule in &mut each.details.schedules {
            if rules.get(&rule.id).is_some_and(|owner| *owner != service) {
                rule.id = ScheduleId::named(&format!("{service}:{}", rule.id));
            }
            rules.insert(rule.id, service);
        }
    }
    Ok(())
}

/// A registration that was checked here outlives a feed that knows nothing of it.
fn keep_checked_registrations(tx: &mut Conn, incoming: &mut [Incoming], known: &HashSet<ServiceId>) -> QueryResult<()> {
    let rows: Vec<Service> = services::table
        .filter(among(services::id, known))
        .filter(services::registration_checked_on.is_not_null())
        .select(Service::as_select())
        .load(tx)?;
    let rows: HashMap<ServiceId, Service> = rows.into_iter().map(|row| (row.id, row)).collect();
    for each in incoming.iter_mut().filter(|each| each.service.registration_checked_on.is_none()) {
        let Some(row) = rows.get(&each.service.id) else { continue };
        let told = &mut each.service;
        if told.registration_number.is_some() && told.registration_number != row.registration_number {
            continue;
        }
        let waited = told.regulated && told.status == "inactive" && row.status == "active";
        told.registration_number.clone_from(&row.registration_number);
        told.registration_source.clone_from(&row.registration_source);
        told.registration_checked_on = row.registration_checked_on;
        told.regulator_rating.clone_from(&row.regulator_rating);
        told.regulator_inspected_on = row.regulator_inspected_on;
        told.rating_inherited = row.rating_inherited;
        if waited {
            told.status = "active".into();
        }
    }
    Ok(())
}

/// A new service without the parts that are written for all together.
fn bare(incoming: &Incoming) -> NewService {
    NewService {
        service: incoming.service.clone(),
        options: incoming.options.clone(),
        locations: Vec::new(),
        radius_metres: incoming.radius_metres,
        attributes: incoming.attributes.clone(),
        details: Details::default(),
    }
}

/// Writes the places, each once; what is there already is brought up to date.
fn write_locations(tx: &mut Conn, incoming: &[Incoming]) -> QueryResult<HashSet<LocationId>> {
    let mut places: HashMap<LocationId, &Location> = HashMap::new();
    for at in incoming.iter().flat_map(|each| &each.locations) {
        places.insert(at.id, at);
    }
    let there: Vec<Location> =
        locations::table.filter(among(locations::id, places.keys())).select(Location::as_select()).load(tx)?;
    for row in there {
        let Some(at) = places.remove(&row.id) else { continue };
        let same = at.address == row.address
            && at.postal_code == row.postal_code
            && (at.latitude - row.latitude).abs() < 1e-9
            && (at.longitude - row.longitude).abs() < 1e-9;
        if !same {
            diesel::update(locations::table.find(row.id))
                .set((
                    locations::address.eq(&at.address),
                    locations::postal_code.eq(&at.postal_code),
                    locations::latitude.eq(at.latitude),
                    locations::longitude.eq(at.longitude),
                ))
                .execute(tx)?;
        }
    }
    let rows: Vec<&Location> = places.into_values().collect();
    for rows in rows.chunks(BATCH) {
        crate::both!(tx, c => diesel::insert_into(locations::table).values(rows.to_vec()).execute(c))?;
    }
    Ok(incoming.iter().flat_map(|each| &each.locations).map(|at| at.id).collect())
}

/// Takes away what a changed service has many of, but its prices: purchases point to them.
fn clear(tx: &mut Conn, ids: &[ServiceId]) -> QueryResult<()> {
    if ids.is_empty() {
        return Ok(());
    }
    diesel::delete(attributes::table.filter(attributes::service_id.eq_any(ids.to_vec()))).execute(tx)?;
    diesel::delete(service_at_locations::table.filter(service_at_locations::service_id.eq_any(ids.to_vec())))
        .execute(tx)?;
    diesel::delete(service_areas::table.filter(service_areas::service_id.eq_any(ids.to_vec()))).execute(tx)?;
    diesel::delete(schedules::table.filter(schedules::service_id.eq_any(ids.to_vec()))).execute(tx)?;
    diesel::delete(areas_served::table.filter(areas_served::service_id.eq_any(ids.to_vec()))).execute(tx)?;
    diesel::delete(funding_accepted::table.filter(funding_accepted::service_id.eq_any(ids.to_vec())))
        .execute(tx)
        .map(drop)
}

fn update_service(tx: &mut Conn, service: &Service) -> QueryResult<()> {
    let what = (
        services::organization_id.eq(service.organization_id),
        services::kind.eq(service.kind),
        services::category_id.eq(&service.category_id),
        services::name.eq(&service.name),
        services::description.eq(&service.description),
        services::status.eq(&service.status),
        services::url.eq(&service.url),
        services::email.eq(&service.email),
        services::phone.eq(&service.phone),
        services::minimum_age.eq(service.minimum_age),
        services::maximum_age.eq(service.maximum_age),
        services::opening_hours.eq(&service.opening_hours),
        services::languages.eq(&service.languages),
        services::regulated.eq(service.regulated),
    );
    let rest = (
        services::registration_number.eq(&service.registration_number),
        services::registration_source.eq(&service.registration_source),
        services::registration_checked_on.eq(service.registration_checked_on),
        services::regulator_rating.eq(&service.regulator_rating),
        services::regulator_inspected_on.eq(service.regulator_inspected_on),
        services::rating_inherited.eq(service.rating_inherited),
        services::places_free.eq(service.places_free),
        services::waiting_days.eq(service.waiting_days),
        services::origin.eq(service.origin),
        services::source.eq(&service.source),
        services::assured_on.eq(service.assured_on),
        services::last_modified.eq(service.last_modified),
    );
    diesel::update(services::table.find(service.id)).set((what, rest)).execute(tx).map(drop)
}

/// Brings prices up to date. One that is told no more ends; it stays for whoever bought at it.
fn update_options(tx: &mut Conn, changed: &[&Incoming], today: NaiveDate) -> QueryResult<()> {
    let ids: Vec<ServiceId> = changed.iter().map(|each| each.service.id).collect();
    let there: Vec<CostOption> =
        cost_options::table.filter(among(cost_options::service_id, &ids)).select(CostOption::as_select()).load(tx)?;
    let told: HashMap<CostOptionId, &CostOption> =
        changed.iter().flat_map(|each| &each.options).map(|option| (option.id, option)).collect();
    let yesterday = today - Days::new(1);
    for row in &there {
        match told.get(&row.id) {
            Some(option) => {
                diesel::update(cost_options::table.find(row.id))
                    .set((
                        cost_options::label.eq(&option.label),
                        cost_options::unit.eq(option.unit),
                        cost_options::amount_pence.eq(option.amount_pence),
                        cost_options::valid_from.eq(option.valid_from),
                        cost_options::valid_to.eq(option.valid_to),
                        cost_options::position.eq(option.position),
                        cost_options::rate.eq(option.rate),
                        cost_options::includes.eq(&option.includes),
                        cost_options::direct_pence.eq(option.direct_pence),
                        cost_options::management_pence.eq(option.management_pence),
                        cost_options::overhead_pence.eq(option.overhead_pence),
                    ))
                    .execute(tx)?;
            }
            None if row.valid_to.is_none_or(|last| last >= today) => {
                diesel::update(cost_options::table.find(row.id))
                    .set(cost_options::valid_to.eq(yesterday))
                    .execute(tx)?;
            }
            None => {}
        }
    }
    let there: HashSet<CostOptionId> = there.iter().map(|row| row.id).collect();
    let new: Vec<&CostOption> = told.into_values().filter(|option| !there.contains(&option.id)).collect();
    for rows in new.chunks(BATCH / 2) {
        crate::both!(tx, c => diesel::insert_into(cost_options::table).values(rows.to_vec()).execute(c))?;
    }
    Ok(())
}

/// Writes what services have many of, for all together. The area and the tags of new ones are written already.
fn write_parts(
    tx: &mut Conn,
    all: &[Incoming],
    changed: &[&Incoming],
    places: &HashSet<LocationId>,
) -> QueryResult<()> {
    let mut at = Vec::new();
    for each in all {
        for place in each.locations.iter().filter(|place| places.contains(&place.id)) {
            at.push((
                service_at_locations::service_id.eq(each.service.id),
                service_at_locations::location_id.eq(place.id),
            ));
        }
    }
    for rows in at.chunks(BATCH) {
        crate::both!(tx, c => diesel::insert_into(service_at_locations::table).values(rows.to_vec()).on_conflict_do_nothing().execute(c))?;
    }
    let rules: Vec<&Schedule> = all.iter().flat_map(|each| &each.details.schedules).collect();
    for rows in rules.chunks(BATCH) {
        crate::both!(tx, c => diesel::insert_into(schedules::table).values(rows.to_vec()).execute(c))?;
    }
    let area = |id: ServiceId, (kind, code): &(AreaKind, String)| {
        (areas_served::service_id.eq(id), areas_served::area_kind.eq(*kind), areas_served::code.eq(code.clone()))
    };
    let areas: Vec<_> =
        all.iter().flat_map(|each| each.details.areas.iter().map(|told| area(each.service.id, told))).collect();
    for rows in areas.chunks(BATCH) {
        crate::both!(tx, c => diesel::insert_into(areas_served::table).values(rows.to_vec()).execute(c))?;
    }
    let paid = |id: ServiceId, route: &FundingRoute| {
        (funding_accepted::service_id.eq(id), funding_accepted::funding_route.eq(*route))
    };
    let routes: Vec<_> =
        all.iter().flat_map(|each| each.details.funding.iter().map(|route| paid(each.service.id, route))).collect();
    for rows in routes.chunks(BATCH) {
        crate::both!(tx, c => diesel::insert_into(funding_accepted::table).values(rows.to_vec()).execute(c))?;
    }
    let circles: Vec<_> = changed
        .iter()
        .filter_map(|each| {
            Some((service_areas::service_id.eq(each.service.id), service_areas::radius_metres.eq(each.radius_metres?)))
        })
        .collect();
    for rows in circles.chunks(BATCH) {
        crate::both!(tx, c => diesel::insert_into(service_areas::table).values(rows.to_vec()).execute(c))?;
    }
    let tags: Vec<_> = changed
        .iter()
        .flat_map(|each| {
            let id = each.service.id;
            each.attributes
                .iter()
                .map(move |term| (attributes::service_id.eq(id), attributes::taxonomy_term_id.eq(term.clone())))
        })
        .collect();
    for rows in tags.chunks(BATCH) {
        crate::both!(tx, c => diesel::insert_into(attributes::table).values(rows.to_vec()).execute(c))?;
    }
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = source_records, treat_none_as_default_value = false)]
struct SourceRecord<'a> {
    feed_id: crate::ids::FeedId,
    source_id: &'a str,
    service_id: ServiceId,
    fingerprint: &'a str,
    document: &'a str,
    source_url: Option<String>,
    licence: &'a str,
    taken_at: UtcTime,
    written_at: UtcTime,
    vanished_on: Option<NaiveDate>,
}

/// Remembers where each record comes from, as it came.
fn remember(
    tx: &mut Conn,
    feed: &Feed,
    rows: &[Document],
    incoming: &[Incoming],
    known: &HashSet<ServiceId>,
    now: UtcTime,
) -> QueryResult<()> {
    let url = |source_id: &str| {
        let base = feed.url.as_deref()?.trim_end_matches('/').trim_end_matches("/services");
        Some(format!(
            "{base}/services/{}",
            percent_encoding::utf8_percent_encode(source_id, percent_encoding::NON_ALPHANUMERIC)
        ))
    };
    let mut new = Vec::new();
    for (row, each) in rows.iter().zip(incoming) {
        if known.contains(&each.service.id) {
            diesel::update(source_records::table.find((feed.id, &each.source_id)))
                .set((
                    source_records::fingerprint.eq(&row.fingerprint),
                    source_records::document.eq(&row.text),
                    source_records::licence.eq(&feed.licence),
                    source_records::taken_at.eq(now),
                    source_records::written_at.eq(each.service.last_modified),
                    source_records::vanished_on.eq(None::<NaiveDate>),
                ))
                .execute(tx)?;
            continue;
        }
        new.push(SourceRecord {
            feed_id: feed.id,
            source_id: &each.source_id,
            service_id: each.service.id,
            fingerprint: &row.fingerprint,
            document: &row.text,
            source_url: url(&each.source_id),
            licence: &feed.licence,
            taken_at: now,
            written_at: each.service.last_modified,
            vanished_on: None,
        });
    }
    for rows in new.chunks(BATCH) {
        crate::both!(tx, c => diesel::insert_into(source_records::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// Closes the next services that are gone from the feed; how many.
pub fn close_vanished(tx: &mut Conn, feed: &Feed, run: FeedRunId, most: i64, now: UtcTime) -> QueryResult<usize> {
    let gone: Vec<(i32, String, Option<String>)> = feed_findings::table
        .filter(feed_findings::run_id.eq(run).and(feed_findings::outcome.eq(Outcome::Vanished)))
        .filter(feed_findings::applied.eq(false))
        .order(feed_findings::position)
        .select((feed_findings::position, feed_findings::source_id, feed_findings::service_id))
        .limit(most)
        .load(tx)?;
    let mut changed = Vec::new();
    for (_, source_id, service) in &gone {
        let Some(service) = service.as_deref().and_then(|id| id.parse::<ServiceId>().ok()) else { continue };
        let open = services::table.find(service).filter(services::status.eq("active"));
        diesel::update(open)
            .set((services::status.eq("temporarily closed"), services::last_modified.eq(now)))
            .execute(tx)?;
        let written: UtcTime = services::table.find(service).select(services::last_modified).first(tx)?;
        diesel::update(source_records::table.find((feed.id, source_id)))
            .set((source_records::vanished_on.eq(now.date()), source_records::written_at.eq(written)))
            .execute(tx)?;
        changed.push(NewEvent::plain(None, EventKind::ServiceChanged, &service, now));
    }
    crate::log::append(tx, &changed)?;
    note_applied(tx, run, &gone.iter().map(|(position, ..)| *position).collect::<Vec<_>>())?;
    Ok(gone.len())
}
