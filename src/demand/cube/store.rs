//! All SQL of the cube.

use std::collections::HashSet;

use diesel::dsl::max;
use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::clock::UtcTime;
use crate::db::schema::{
    authorities, deliveries, demand_cells as cells, demand_changes, demand_members as members, demand_noise, purchases,
    taxonomy_terms, wards,
};
use crate::db::{Conn, both, sum_i64};
use crate::ids::{AuthorityId, OrganizationId, PersonId, random_token};

use super::follow::Ordinals;
use super::{Cells, Grain, Slice, Step, packed};

/// Rows of one statement: well under the number of parameters that either database takes.
const BATCH: usize = 500;

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

/// Every slice of one grain that an authority has.
pub(super) fn slices(conn: &mut Conn, authority: AuthorityId, grain: Grain) -> QueryResult<Vec<Slice>> {
    let rows: Vec<(Step, i32, String)> = cells::table
        .filter(cells::authority_id.eq(authority))
        .filter(cells::grain.eq(grain.0))
        .order((cells::step, cells::month, cells::ward_code))
        .select((cells::step, cells::month, cells::ward_code))
        .load(conn)?;
    let slice =
        |(step, month, ward): (Step, i32, String)| Slice { authority, grain, step, month, ward_code: ward.into() };
    Ok(rows.into_iter().map(slice).collect())
}

/// The stored cells of a slice.
pub(super) fn cells(conn: &mut Conn, slice: &Slice) -> QueryResult<Cells> {
    let row: Option<Vec<u8>> = cells::table
        .find((slice.authority, slice.grain.0, slice.step, slice.month, &*slice.ward_code))
        .select(cells::cells)
        .get_result(conn)
        .optional()?;
    row.map_or_else(|| Ok(Cells::new()), |bytes| packed::cells(&bytes))
}

/// Stores the cells of a slice in place of what was there.
pub(super) fn put(tx: &mut Conn, slice: &Slice, new: &Cells) -> QueryResult<()> {
    let row = (
        cells::authority_id.eq(slice.authority),
        cells::grain.eq(slice.grain.0),
        cells::step.eq(slice.step),
        cells::month.eq(slice.month),
        cells::ward_code.eq(&*slice.ward_code),
        cells::cells.eq(packed::bytes(new)?),
    );
    both(
        diesel::insert_into(cells::table)
            .values(row)
            .on_conflict((cells::authority_id, cells::grain, cells::step, cells::month, cells::ward_code))
            .do_update()
            .set(cells::cells.eq(excluded(cells::cells))),
    )
    .execute(tx)
    .map(drop)
}

/// Forgets every cell; members keep their numbers.
pub(super) fn empty(tx: &mut Conn) -> QueryResult<()> {
    diesel::update(demand_changes::table).set(demand_changes::changes.eq(demand_changes::changes + 1)).execute(tx)?;
    diesel::delete(cells::table).execute(tx).map(drop)
}

/// Which rows a question needs.
pub(super) struct Wanted<'a> {
    pub(super) authority: AuthorityId,
    pub(super) grain: Grain,
    pub(super) step: Step,
    pub(super) from_month: i32,
    pub(super) to_month: i32,
    pub(super) ward_code: Option<&'a str>,
}

/// The rows that a question needs, still packed: month, ward, cells.
pub(super) fn wanted(conn: &mut Conn, wanted: &Wanted<'_>) -> QueryResult<Vec<(i32, String, Vec<u8>)>> {
    let mut query = cells::table
        .filter(cells::authority_id.eq(wanted.authority))
        .filter(cells::grain.eq(wanted.grain.0))
        .filter(cells::step.eq(wanted.step))
        .filter(cells::month.between(wanted.from_month, wanted.to_month))
        .into_boxed();
    if let Some(ward) = wanted.ward_code {
        query = query.filter(cells::ward_code.eq(ward));
    }
    query.select((cells::month, cells::ward_code, cells::cells)).load(conn)
}

/// How many changes were made to the cells of these months so far: whatever was worked out before is right as long as
/// the number stays.
pub(super) fn changes(conn: &mut Conn, authority: AuthorityId, from_month: i32, to_month: i32) -> QueryResult<i64> {
    demand_changes::table
        .filter(demand_changes::authority_id.eq(authority))
        .filter(demand_changes::month.between(from_month, to_month))
        .select(sum_i64(demand_changes::changes))
        .first(conn)
}

/// Notes that cells of a month change in this transaction.
pub(super) fn note_change(tx: &mut Conn, authority: AuthorityId, month: i32) -> QueryResult<()> {
    let row = (
        demand_changes::authority_id.eq(authority),
        demand_changes::month.eq(month),
        demand_changes::changes.eq(1_i64),
    );
    both(
        diesel::insert_into(demand_changes::table)
            .values(row)
            .on_conflict((demand_changes::authority_id, demand_changes::month))
            .do_update()
            .set(demand_changes::changes.eq(demand_changes::changes + 1)),
    )
    .execute(tx)
    .map(drop)
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
