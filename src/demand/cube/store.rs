//! All SQL of the cube.

use std::collections::{BTreeMap, HashMap, HashSet};

use diesel::dsl::max;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::sql_types::BigInt;
use diesel::upsert::excluded;
use roaring::RoaringBitmap;

use crate::clock::UtcTime;
use crate::db::schema::{
    authorities, deliveries, demand_cells as cells, demand_members as members, demand_noise, purchases, taxonomy_terms,
    wards,
};
use crate::db::{Conn, MultiBackend, both};
use crate::ids::{AuthorityId, OrganizationId, PersonId, random_token};

use super::follow::{Ordinals, Words};
use super::gate::Measure;
use super::{Cell, Grain, Place, Slice, Step};

/// Rows of one statement: well under the number of parameters that either database takes.
const BATCH: usize = 500;

#[derive(Insertable)]
#[diesel(table_name = cells)]
#[diesel(treat_none_as_default_value = false)] // so that SQLite takes many rows in one statement
struct Row {
    authority_id: AuthorityId,
    grain: i32,
    step: Step,
    month: i32,
    ward_code: String,
    category_id: String,
    funding_route: String,
    lines: i64,
    units: i64,
    pence: i64,
    people: Vec<u8>,
    providers: Vec<u8>,
}

/// The numbers that stand for these members; those who have none get the next ones.
///
/// Only the follower calls this, while it holds its position, so no two members get the same number.
pub(super) fn ordinals_given(tx: &mut Conn, ids: HashSet<String>) -> QueryResult<Ordinals> {
    let ids: Vec<String> = ids.into_iter().collect();
    let mut known = ordinals(tx, &ids)?;
    let mut new: Vec<String> = ids.into_iter().filter(|id| !known.contains_key(id)).collect();
    new.sort_unstable();
    let highest: Option<i32> = members::table.select(max(members::ordinal)).get_result(tx)?;
    let rows: Vec<(String, i32)> = new.into_iter().zip(highest.unwrap_or(0) + 1..).collect();
    for batch in rows.chunks(BATCH) {
        let rows: Vec<_> =
            batch.iter().map(|(id, ordinal)| (members::member_id.eq(id), members::ordinal.eq(ordinal))).collect();
        crate::both!(tx, c => diesel::insert_into(members::table).values(&rows).execute(c))?;
    }
    known.extend(rows.into_iter().map(|(id, ordinal)| (id, ordinal.unsigned_abs())));
    Ok(known)
}

/// The numbers that stand for those of these members who have one.
pub(super) fn ordinals(conn: &mut Conn, ids: &[String]) -> QueryResult<Ordinals> {
    let mut found = Ordinals::with_capacity(ids.len());
    for batch in ids.chunks(BATCH) {
        let rows: Vec<(String, i32)> = members::table
            .filter(members::member_id.eq_any(batch))
            .select((members::member_id, members::ordinal))
            .load(conn)?;
        found.extend(rows.into_iter().map(|(id, ordinal)| (id, ordinal.unsigned_abs())));
    }
    Ok(found)
}

/// Adds what was counted to the cells of one slice.
pub(super) fn add(tx: &mut Conn, slice: Slice, mut counted: HashMap<Place, Cell>) -> QueryResult<()> {
    for (place, stored) in stored_among(tx, slice, &counted)? {
        if let Some(cell) = counted.get_mut(&place) {
            cell.add(&stored);
        }
    }
    let mut rows = Vec::with_capacity(counted.len());
    for (place, cell) in counted {
        rows.push(Row {
            authority_id: slice.authority,
            grain: slice.grain.0,
            step: slice.step,
            month: slice.month,
            ward_code: place.ward_code.to_string(),
            category_id: place.category_id.to_string(),
            funding_route: place.funding_route.to_string(),
            lines: cell.lines,
            units: cell.units,
            pence: cell.pence,
            people: bytes_of_people(&cell.people)?,
            providers: bytes_of_providers(&cell.providers),
        });
    }
    for batch in rows.chunks(BATCH) {
        crate::both!(tx, c => diesel::insert_into(cells::table)
            .values(batch)
            .on_conflict((
                cells::authority_id,
                cells::grain,
                cells::step,
                cells::month,
                cells::ward_code,
                cells::category_id,
                cells::funding_route,
            ))
            .do_update()
            .set((
                cells::lines.eq(excluded(cells::lines)),
                cells::units.eq(excluded(cells::units)),
                cells::pence.eq(excluded(cells::pence)),
                cells::people.eq(excluded(cells::people)),
                cells::providers.eq(excluded(cells::providers)),
            ))
            .execute(c))?;
    }
    Ok(())
}

/// The stored cells of a slice that may be among those counted: its wards × its categories × its funding routes.
fn stored_among(
    tx: &mut Conn,
    slice: Slice,
    counted: &HashMap<Place, Cell>,
) -> QueryResult<Vec<(Place, Cell)>> {
    let words = |of: fn(&Place) -> &str| -> Vec<String> {
        counted.keys().map(of).collect::<HashSet<_>>().into_iter().map(str::to_owned).collect()
    };
    let rows = of_slice(slice)
        .filter(cells::ward_code.eq_any(words(|place| &place.ward_code)))
        .filter(cells::category_id.eq_any(words(|place| &place.category_id)))
        .filter(cells::funding_route.eq_any(words(|place| &place.funding_route)))
        .select(WHOLE)
        .load(tx)?;
    decoded(rows)
}

/// The cells of one slice.
fn of_slice(slice: Slice) -> cells::BoxedQuery<'static, MultiBackend> {
    cells::table
        .filter(cells::authority_id.eq(slice.authority))
        .filter(cells::grain.eq(slice.grain.0))
        .filter(cells::step.eq(slice.step))
        .filter(cells::month.eq(slice.month))
        .into_boxed()
}

type Whole = (String, String, String, i64, i64, i64, Vec<u8>, Vec<u8>);
const WHOLE: (
    cells::ward_code,
    cells::category_id,
    cells::funding_route,
    cells::lines,
    cells::units,
    cells::pence,
    cells::people,
    cells::providers,
) = (
    cells::ward_code,
    cells::category_id,
    cells::funding_route,
    cells::lines,
    cells::units,
    cells::pence,
    cells::people,
    cells::providers,
);

fn decoded(rows: Vec<Whole>) -> QueryResult<Vec<(Place, Cell)>> {
    let mut words = Words::default();
    let mut cells = Vec::with_capacity(rows.len());
    for (ward, category, route, lines, units, pence, people, providers) in rows {
        let people = people_of_bytes(&people)?;
        let providers = providers_of_bytes(&providers)?.collect();
        cells.push((words.place(&ward, &category, &route), Cell { lines, units, pence, people, providers }));
    }
    Ok(cells)
}

/// Every slice of one grain that an authority has.
pub(super) fn slices(conn: &mut Conn, authority: AuthorityId, grain: Grain) -> QueryResult<Vec<Slice>> {
    let rows: Vec<(Step, i32)> = cells::table
        .filter(cells::authority_id.eq(authority))
        .filter(cells::grain.eq(grain.0))
        .select((cells::step, cells::month))
        .distinct()
        .load(conn)?;
    Ok(rows.into_iter().map(|(step, month)| Slice { authority, grain, step, month }).collect())
}

/// All cells of a slice.
pub(super) fn stored(conn: &mut Conn, slice: Slice) -> QueryResult<Vec<(Place, Cell)>> {
    decoded(of_slice(slice).select(WHOLE).load(conn)?)
}

/// Forgets every cell; members keep their numbers.
pub(super) fn empty(tx: &mut Conn) -> QueryResult<()> {
    diesel::delete(cells::table).execute(tx).map(drop)
}

/// Which cells a question needs.
pub(super) struct Wanted<'a> {
    pub(super) authority: AuthorityId,
    pub(super) grain: Grain,
    pub(super) measure: Measure,
    pub(super) from_month: i32,
    pub(super) to_month: i32,
    pub(super) ward_code: Option<&'a str>,
    pub(super) category_ids: Option<&'a [String]>,
    pub(super) funding_route: Option<&'a str>,
}

/// A cell as the gate reads it: one measure, and its members still packed.
#[derive(Queryable)]
pub(super) struct Packed {
    pub(super) month: i32,
    pub(super) ward_code: String,
    pub(super) category_id: String,
    pub(super) funding_route: String,
    pub(super) value: i64,
    pub(super) people: Vec<u8>,
    pub(super) providers: Vec<u8>,
}

/// The cells that a question needs, of one grain and one step.
pub(super) fn wanted(conn: &mut Conn, wanted: &Wanted<'_>) -> QueryResult<Vec<Packed>> {
    type Value = Box<dyn BoxableExpression<cells::table, MultiBackend, SqlType = BigInt>>;
    let (step, value): (Step, Value) = match wanted.measure {
        Measure::People | Measure::Purchases => (Step::Requested, Box::new(cells::lines)),
        Measure::Units => (Step::Requested, Box::new(cells::units)),
        Measure::Declined => (Step::Declined, Box::new(cells::lines)),
        Measure::Spend => (Step::Delivered, Box::new(cells::pence)),
    };
    let mut query = cells::table
        .filter(cells::authority_id.eq(wanted.authority))
        .filter(cells::grain.eq(wanted.grain.0))
        .filter(cells::step.eq(step))
        .filter(cells::month.between(wanted.from_month, wanted.to_month))
        .into_boxed();
    if let Some(ward) = wanted.ward_code {
        query = query.filter(cells::ward_code.eq(ward));
    }
    if let Some(categories) = wanted.category_ids {
        query = query.filter(cells::category_id.eq_any(categories));
    }
    if let Some(route) = wanted.funding_route {
        query = query.filter(cells::funding_route.eq(route));
    }
    query
        .select((
            cells::month,
            cells::ward_code,
            cells::category_id,
            cells::funding_route,
            value,
            cells::people,
            cells::providers,
        ))
        .load(conn)
}

/// Makes the secret behind the noise, unless there is one.
pub(super) fn make_noise_secret(tx: &mut Conn) -> QueryResult<()> {
    if noise_secret(tx)?.is_none() {
        let new = (demand_noise::id.eq(1), demand_noise::secret.eq(random_token()));
        both(diesel::insert_into(demand_noise::table).values(new).on_conflict_do_nothing()).execute(tx)?;
    }
    Ok(())
}

/// The secret behind the noise; none before anything was counted.
pub(super) fn noise_secret(conn: &mut Conn) -> QueryResult<Option<String>> {
    demand_noise::table.find(1).select(demand_noise::secret).get_result(conn).optional()
}

/// The wards of an authority: code, name, latitude, longitude.
pub(super) fn wards_of(conn: &mut Conn, authority: AuthorityId) -> QueryResult<Vec<(String, String, f64, f64)>> {
    wards::table
        .filter(wards::authority_id.eq(authority))
        .order(wards::name)
        .select((wards::code, wards::name, wards::latitude, wards::longitude))
        .load(conn)
}

/// The categories of the catalogue: id, name, parent.
pub(super) fn categories(conn: &mut Conn) -> QueryResult<Vec<(String, String, Option<String>)>> {
    taxonomy_terms::table
        .filter(taxonomy_terms::taxonomy.eq("category"))
        .order(taxonomy_terms::name)
        .select((taxonomy_terms::id, taxonomy_terms::name, taxonomy_terms::parent_id))
        .load(conn)
}

/// Every authority.
pub(super) fn authority_ids(conn: &mut Conn) -> QueryResult<Vec<AuthorityId>> {
    authorities::table.order(authorities::id).select(authorities::id).load(conn)
}

/// A purchase, as far as a recount needs it.
#[derive(Queryable)]
pub(super) struct Bought {
    pub(super) id: String,
    pub(super) person: PersonId,
    pub(super) organization: OrganizationId,
    pub(super) ward_code: String,
    pub(super) category_id: String,
    pub(super) funding_route: String,
    pub(super) quantity: i32,
    pub(super) state: String,
    pub(super) requested_at: UtcTime,
}

/// The next purchases of an authority after `last`, in order of their ids.
pub(super) fn purchases_after(
    conn: &mut Conn,
    authority: AuthorityId,
    last: &str,
    at_most: i64,
) -> QueryResult<Vec<Bought>> {
    purchases::table
        .filter(purchases::authority_id.eq(authority))
        .filter(purchases::id.gt(last))
        .order(purchases::id)
        .limit(at_most)
        .select((
            purchases::id,
            purchases::person_id,
            purchases::organization_id,
            purchases::ward_code,
            purchases::category_id,
            purchases::funding_route,
            purchases::quantity,
            purchases::state,
            purchases::requested_at,
        ))
        .load(conn)
}

/// A confirmed delivery, as far as a recount needs it.
#[derive(Queryable)]
pub(super) struct Confirmed {
    pub(super) id: String,
    pub(super) person: PersonId,
    pub(super) organization: OrganizationId,
    pub(super) ward_code: String,
    pub(super) category_id: String,
    pub(super) funding_route: String,
    pub(super) quantity: i32,
    pub(super) amount_pence: i64,
    pub(super) delivered_on: chrono::NaiveDate,
}

/// The next confirmed deliveries of an authority after `last`, in order of their ids.
pub(super) fn confirmed_after(
    conn: &mut Conn,
    authority: AuthorityId,
    last: &str,
    at_most: i64,
) -> QueryResult<Vec<Confirmed>> {
    deliveries::table
        .inner_join(purchases::table)
        .filter(deliveries::authority_id.eq(authority))
        .filter(deliveries::state.eq("confirmed"))
        .filter(deliveries::id.gt(last))
        .order(deliveries::id)
        .limit(at_most)
        .select((
            deliveries::id,
            purchases::person_id,
            purchases::organization_id,
            purchases::ward_code,
            purchases::category_id,
            purchases::funding_route,
            deliveries::quantity,
            deliveries::amount_pence,
            deliveries::delivered_on,
        ))
        .load(conn)
}

fn bytes_of_people(people: &RoaringBitmap) -> QueryResult<Vec<u8>> {
    let mut bytes = Vec::with_capacity(people.serialized_size());
    people.serialize_into(&mut bytes).map_err(|cause| DieselError::SerializationError(cause.into()))?;
    Ok(bytes)
}

/// Unpacks people.
pub(super) fn people_of_bytes(bytes: &[u8]) -> QueryResult<RoaringBitmap> {
    RoaringBitmap::deserialize_from(bytes).map_err(|cause| DieselError::DeserializationError(cause.into()))
}

/// Each provider takes twelve bytes: its ordinal and its pence, low byte first.
fn bytes_of_providers(providers: &BTreeMap<u32, i64>) -> Vec<u8> {
    providers.iter().flat_map(|(ordinal, pence)| ordinal.to_le_bytes().into_iter().chain(pence.to_le_bytes())).collect()
}

/// Unpacks providers.
pub(super) fn providers_of_bytes(bytes: &[u8]) -> QueryResult<impl Iterator<Item = (u32, i64)>> {
    let (providers, rest) = bytes.as_chunks::<12>();
    if !rest.is_empty() {
        return Err(DieselError::DeserializationError("a cell's providers are cut off".into()));
    }
    Ok(providers.iter().map(|&[a, b, c, d, pence @ ..]| (u32::from_le_bytes([a, b, c, d]), i64::from_le_bytes(pence))))
}
