//! What is published: active services of active organisations, and nothing else.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use crate::budgets::FundingRoute;
use crate::catalogue::taxonomy::Taxonomy;
use crate::catalogue::{AreaKind, CostOption, Details, ProviderType, Schedule, WholeService};
use crate::clock::UtcTime;
use crate::db::schema::{
    areas_served, attributes, cost_options, funding_accepted, locations, organizations, schedules,
    service_at_locations, services, source_records,
};
use crate::db::{Conn, MultiBackend, among};
use crate::ids::{LocationId, OrganizationId, ServiceId};

use super::super::asked::{Asked, Point, Tagged};

/// An organisation as the standard tells of it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = organizations)]
pub struct Organization {
    /// Which.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// What it says of itself.
    pub description: String,
    /// What it is.
    pub provider_type: ProviderType,
    /// Its web address.
    pub website: Option<String>,
    /// Its e-mail address.
    pub email: Option<String>,
    /// Its number as a charity.
    pub charity_number: Option<String>,
    /// Its number as a company.
    pub company_number: Option<String>,
}

/// Everything that is published of one service.
#[derive(Clone, Debug)]
pub struct Told {
    /// The service, its prices from today on, its places.
    pub whole: WholeService,
    /// Who offers it.
    pub organization: Organization,
    /// When it is on, where it comes to, which money it takes.
    pub details: Details,
    /// The ids of its accessibility terms.
    pub accessibility: Vec<String>,
    /// The national id of its category.
    pub curie: Option<String>,
    /// The ratings that the feed it was taken from tells.
    pub ratings_elsewhere: Option<serde_json::Value>,
    /// The day it is told.
    pub on: NaiveDate,
    names: HashMap<String, String>,
}

impl Told {
    /// What people read for a term.
    #[must_use]
    pub fn name_of<'a>(&'a self, term: &'a str) -> &'a str {
        self.names.get(term).map_or(term, String::as_str)
    }
}

/// Where a stream of services has come to: name and id of the last.
#[derive(Clone, Debug, Default)]
pub struct After(pub Option<(String, ServiceId)>);

type Services = diesel::helper_types::InnerJoin<services::table, organizations::table>;
type Places = diesel::helper_types::InnerJoin<
    diesel::helper_types::InnerJoin<service_at_locations::table, locations::table>,
    Services,
>;

/// Leaves of a query only what is asked for. The same words for services and for services at their locations.
macro_rules! narrowed {
    ($query:expr, $asked:expr) => {{
        let asked: &Asked = $asked;
        let mut query = $query
            .filter(services::status.eq("active").and(organizations::status.eq("active")))
            .into_boxed::<MultiBackend>();
        for word in &asked.words {
            let like = like(word);
            query = query.filter(
                sql::<Bool>("(lower(services.name) LIKE ")
                    .bind::<Text, _>(like.clone())
                    .sql(" ESCAPE '\\' OR lower(services.description) LIKE ")
                    .bind::<Text, _>(like.clone())
                    .sql(" ESCAPE '\\' OR lower(organizations.name) LIKE ")
                    .bind::<Text, _>(like.clone())
                    .sql(
                        " ESCAPE '\\' OR EXISTS (SELECT 1 FROM taxonomy_terms t WHERE t.id = services.category_id \
                         AND lower(t.name) LIKE ",
                    )
                    .bind::<Text, _>(like)
                    .sql(" ESCAPE '\\'))"),
            );
        }
        match &asked.tagged {
            None => {}
            Some(Tagged::Nothing) => query = query.filter(sql::<Bool>("1 = 0")),
            Some(Tagged::Categories(ids)) => query = query.filter(among(services::category_id, ids)),
            Some(Tagged::Attributes(ids)) => {
                let has = attributes::table
                    .filter(attributes::service_id.eq(services::id))
                    .filter(among(attributes::taxonomy_term_id, ids));
                query = query.filter(exists(has));
            }
            Some(Tagged::Ratings(words)) => query = query.filter(services::regulator_rating.eq_any(words.clone())),
        }
        if let Some(age) = asked.minimum_age {
            query = query.filter(services::minimum_age.ge(age));
        }
        if let Some(age) = asked.maximum_age {
            query = query.filter(services::maximum_age.le(age));
        }
        if let Some(organization) = asked.organization_id {
            query = query.filter(services::organization_id.eq(organization));
        }
        if let Some(since) = asked.modified_after {
            query = query.filter(services::last_modified.ge(since));
        }
        if asked.day.is_some() || asked.start_time.is_some() || asked.end_time.is_some() {
            let day = format!("%{}%", asked.day.as_deref().unwrap_or_default());
            query = query.filter(
                sql::<Bool>("EXISTS (SELECT 1 FROM schedules h WHERE h.service_id = services.id AND h.byday LIKE ")
                    .bind::<Text, _>(day)
                    .sql(" AND COALESCE(h.opens_at, '') >= ")
                    .bind::<Text, _>(asked.start_time.clone().unwrap_or_default())
                    .sql(" AND COALESCE(h.closes_at, '99:99') <= ")
                    .bind::<Text, _>(asked.end_time.clone().unwrap_or_else(|| "99:99".into()))
                    .sql(")"),
            );
        }
        if let (Some(point), None) = (&asked.point, asked.proximity) {
            query = query.filter(
                sql::<Bool>(&in_circle(point))
                    .bind::<Text, _>(point.district.clone())
                    .sql(") OR (d.area_kind = 'authority' AND d.code = ")
                    .bind::<Text, _>(point.authority.clone().unwrap_or_default())
                    .sql("))))"),
            );
        }
        query
    }};
}

/// A word anywhere in a text.
fn like(word: &str) -> String {
    format!("%{}%", word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// The square of the way from a point to a location, in metres: flat, which is right to half a percent within a county.
fn squared_metres(point: &Point, table: &str) -> String {
    let east = 111_195.0 * point.latitude.to_radians().cos();
    let (latitude, longitude) = (point.latitude, point.longitude);
    let north = format!("(({table}.latitude - ({latitude:.6})) * 111195.0)");
    let east = format!("(({table}.longitude - ({longitude:.6})) * {east:.3})");
    format!("({north} * {north} + {east} * {east})")
}

/// Whether a service's area holds the point, as far as the first postcode district: its circle, its districts, its councils.
fn in_circle(point: &Point) -> String {
    format!(
        "(EXISTS (SELECT 1 FROM service_areas a JOIN service_at_locations s ON s.service_id = a.service_id JOIN locations l ON l.id = \
         s.location_id WHERE a.service_id = services.id AND {} <= CAST(a.radius_metres AS DOUBLE PRECISION) * a.radius_metres) OR EXISTS \
         (SELECT 1 FROM areas_served d WHERE d.service_id = services.id AND ((d.area_kind = 'postcode district' AND d.code = ",
        squared_metres(point, "l")
    )
}

/// The services that are asked for.
fn wanted<'a>(asked: &Asked) -> diesel::helper_types::IntoBoxed<'a, Services, MultiBackend> {
    let mut query = narrowed!(services::table.inner_join(organizations::table), asked);
    if let (Some(point), Some(metres)) = (&asked.point, asked.proximity) {
        query = query.filter(sql::<Bool>(&format!(
            "EXISTS (SELECT 1 FROM service_at_locations s JOIN locations l ON l.id = s.location_id \
             WHERE s.service_id = services.id AND {} <= {:.1})",
            squared_metres(point, "l"),
            metres * metres
        )));
    }
    query
}

/// The services at locations that are asked for.
fn wanted_places<'a>(asked: &Asked) -> diesel::helper_types::IntoBoxed<'a, Places, MultiBackend> {
    let joined = service_at_locations::table
        .inner_join(locations::table)
        .inner_join(services::table.inner_join(organizations::table));
    let mut query = narrowed!(joined, asked);
    if let (Some(point), Some(metres)) = (&asked.point, asked.proximity) {
        query = query.filter(sql::<Bool>(&format!("{} <= {:.1}", squared_metres(point, "locations"), metres * metres)));
    }
    query
}

/// How many services are asked for.
pub fn services_counted(conn: &mut Conn, asked: &Asked) -> QueryResult<i64> {
    wanted(asked).count().get_result(conn)
}

/// The ids of one page of services, by name and id.
pub fn ids_on_page(conn: &mut Conn, asked: &Asked, skip: i64, most: i64) -> QueryResult<Vec<ServiceId>> {
    wanted(asked).order((services::name, services::id)).select(services::id).offset(skip).limit(most).load(conn)
}

/// The next services of a stream, by name and id.
pub fn ids_after(conn: &mut Conn, asked: &Asked, after: &After, most: i64) -> QueryResult<Vec<(ServiceId, String)>> {
    let mut query = wanted(asked);
    if let Some((name, id)) = &after.0 {
        query =
            query.filter(services::name.gt(name.clone()).or(services::name.eq(name.clone()).and(services::id.gt(*id))));
    }
    query.order((services::name, services::id)).select((services::id, services::name)).limit(most).load(conn)
}

/// The next ids and dates of a stream.
pub fn minimal_after(
    conn: &mut Conn,
    asked: &Asked,
    after: &After,
    most: i64,
) -> QueryResult<Vec<(ServiceId, String, UtcTime)>> {
    let mut query = wanted(asked);
    if let Some((name, id)) = &after.0 {
        query =
            query.filter(services::name.gt(name.clone()).or(services::name.eq(name.clone()).and(services::id.gt(*id))));
    }
    query
        .order((services::name, services::id))
        .select((services::id, services::name, services::last_modified))
        .limit(most)
        .load(conn)
}

/// The ids of services that begin like this one: a service at a location carries the beginning of its service's id.
pub fn services_like(conn: &mut Conn, beginning: &str) -> QueryResult<Vec<ServiceId>> {
    services::table
        .filter(services::id.between(beginning.to_owned(), format!("{beginning}~")))
        .select(services::id)
        .limit(50)
        .load(conn)
}

/// Where a service is used.
pub fn location_ids_of(conn: &mut Conn, service: ServiceId) -> QueryResult<Vec<LocationId>> {
    service_at_locations::table
        .filter(service_at_locations::service_id.eq(service))
        .select(service_at_locations::location_id)
        .load(conn)
}

/// How many services at locations are asked for.
pub fn at_locations_counted(conn: &mut Conn, asked: &Asked) -> QueryResult<i64> {
    wanted_places(asked).count().get_result(conn)
}

/// One page of services at locations, by the service's name and both ids.
pub fn at_locations(conn: &mut Conn, asked: &Asked, skip: i64, most: i64) -> QueryResult<Vec<(ServiceId, LocationId)>> {
    wanted_places(asked)
        .order((services::name, services::id, locations::id))
        .select((services::id, locations::id))
        .offset(skip)
        .limit(most)
        .load(conn)
}

/// Everything that is published of these services, in their order.
pub fn told(conn: &mut Conn, ids: &[ServiceId], taxonomy: &Taxonomy, on: NaiveDate) -> QueryResult<Vec<Told>> {
    let mut wholes = crate::catalogue::store::whole_services(conn, ids, on)?;
    let mut options: HashMap<ServiceId, Vec<CostOption>> = HashMap::new();
    let rows: Vec<CostOption> = cost_options::table
        .filter(among(cost_options::service_id, ids))
        .filter(cost_options::valid_to.is_null().or(cost_options::valid_to.ge(on)))
        .order((cost_options::service_id, cost_options::position, cost_options::id))
        .select(CostOption::as_select())
        .load(conn)?;
    for option in rows {
        options.entry(option.service_id).or_default().push(option);
    }
    let owners = wholes.iter().map(|whole| whole.service.organization_id);
    let rows: Vec<Organization> =
        organizations::table.filter(among(organizations::id, owners)).select(Organization::as_select()).load(conn)?;
    let owners: HashMap<OrganizationId, Organization> = rows.into_iter().map(|row| (row.id, row)).collect();
    let mut details = details_of(conn, ids)?;
    let unrated: Vec<ServiceId> =
        wholes.iter().filter(|whole| whole.rating.ratings() == 0).map(|whole| whole.service.id).collect();
    let mut elsewhere = rated_elsewhere(conn, &unrated)?;
    let mut all = Vec::with_capacity(wholes.len());
    for mut whole in wholes.drain(..) {
        let id = whole.service.id;
        whole.options = options.remove(&id).unwrap_or_default();
        whole.locations.sort_by_key(|at| at.id);
        let Some(organization) = owners.get(&whole.service.organization_id).cloned() else { continue };
        let access: Vec<&crate::catalogue::taxonomy::Term> = whole
            .attributes
            .iter()
            .filter_map(|term| taxonomy.term(term))
            .filter(|term| term.taxonomy == "accessibility")
            .collect();
        all.push(Told {
            accessibility: access.iter().map(|term| term.id.clone()).collect(),
            names: access.iter().map(|term| (term.id.clone(), term.name.clone())).collect(),
            curie: taxonomy.term(&whole.service.category_id).and_then(|term| term.curie.clone()),
            details: details.remove(&id).unwrap_or_default(),
            ratings_elsewhere: elsewhere.remove(&id),
            organization,
            whole,
            on,
        });
    }
    Ok(all)
}

/// The ratings that the feeds of these services told with them.
fn rated_elsewhere(conn: &mut Conn, ids: &[ServiceId]) -> QueryResult<HashMap<ServiceId, serde_json::Value>> {
    let rows: Vec<(ServiceId, String)> = source_records::table
        .filter(among(source_records::service_id, ids))
        .filter(source_records::document.like("%\"ratings\":%"))
        .select((source_records::service_id, source_records::document))
        .load(conn)?;
    let ratings = |(id, document): (ServiceId, String)| {
        let record: serde_json::Value = serde_json::from_str(&document).ok()?;
        Some((id, record.get("x_waymark")?.get("ratings")?.clone()))
    };
    Ok(rows.into_iter().filter_map(ratings).collect())
}

/// When services are on, where they come to and which money they take.
fn details_of(conn: &mut Conn, ids: &[ServiceId]) -> QueryResult<HashMap<ServiceId, Details>> {
    let mut all: HashMap<ServiceId, Details> = HashMap::new();
    let rows: Vec<Schedule> = schedules::table
        .filter(among(schedules::service_id, ids))
        .order(schedules::id)
        .select(Schedule::as_select())
        .load(conn)?;
    for row in rows {
        all.entry(row.service_id).or_default().schedules.push(row);
    }
    let rows: Vec<(ServiceId, AreaKind, String)> = areas_served::table
        .filter(among(areas_served::service_id, ids))
        .order((areas_served::area_kind, areas_served::code))
        .select((areas_served::service_id, areas_served::area_kind, areas_served::code))
        .load(conn)?;
    for (id, kind, code) in rows {
        all.entry(id).or_default().areas.push((kind, code));
    }
    let rows: Vec<(ServiceId, FundingRoute)> = funding_accepted::table
        .filter(among(funding_accepted::service_id, ids))
        .order(funding_accepted::funding_route)
        .select((funding_accepted::service_id, funding_accepted::funding_route))
        .load(conn)?;
    for (id, route) in rows {
        all.entry(id).or_default().funding.push(route);
    }
    Ok(all)
}

type Organizations<'a> = diesel::helper_types::IntoBoxed<'a, organizations::table, MultiBackend>;

/// Active organisations that offer something.
fn offering<'a>(words: &[String]) -> Organizations<'a> {
    let offers =
        services::table.filter(services::organization_id.eq(organizations::id)).filter(services::status.eq("active"));
    let mut query = organizations::table
        .filter(organizations::status.eq("active"))
        .filter(exists(offers))
        .into_boxed::<MultiBackend>();
    for word in words {
        let like = like(word);
        query = query.filter(
            sql::<Bool>("(lower(organizations.name) LIKE ")
                .bind::<Text, _>(like.clone())
                .sql(" ESCAPE '\\' OR lower(organizations.description) LIKE ")
                .bind::<Text, _>(like)
                .sql(" ESCAPE '\\')"),
        );
    }
    query
}

/// How many organisations are asked for.
pub fn organizations_counted(conn: &mut Conn, words: &[String]) -> QueryResult<i64> {
    offering(words).count().get_result(conn)
}

/// One page of organisations, by name and id.
pub fn organizations_on_page(
    conn: &mut Conn,
    words: &[String],
    skip: i64,
    most: i64,
) -> QueryResult<Vec<Organization>> {
    offering(words)
        .order((organizations::name, organizations::id))
        .select(Organization::as_select())
        .offset(skip)
        .limit(most)
        .load(conn)
}

/// One active organisation that offers something.
pub fn organization(conn: &mut Conn, id: OrganizationId) -> QueryResult<Option<Organization>> {
    offering(&[]).filter(organizations::id.eq(id)).select(Organization::as_select()).first(conn).optional()
}

/// The active services of an organisation, by name and id.
pub fn organization_service_ids(conn: &mut Conn, id: OrganizationId, most: i64) -> QueryResult<Vec<ServiceId>> {
    let asked = Asked { organization_id: Some(id), ..Asked::default() };
    ids_on_page(conn, &asked, 0, most)
}
