//! SQL of second factors and recovery codes.

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{recovery_codes, second_factors};
use crate::db::{Conn, both, locked};
use crate::ids::PersonId;

/// The second factor of somebody.
#[derive(Clone, Queryable)]
pub(in crate::identity) struct Factor {
    pub(in crate::identity) secret: String,
    pub(in crate::identity) confirmed_at: Option<UtcTime>,
    pub(in crate::identity) last_step: i64,
}

/// The second factor of somebody, set up or only begun.
pub(in crate::identity) fn factor(conn: &mut Conn, person: PersonId) -> QueryResult<Option<Factor>> {
    second_factors::table
        .find(person)
        .select((second_factors::secret, second_factors::confirmed_at, second_factors::last_step))
        .first(conn)
        .optional()
}

/// The same, held until the transaction ends, so that no code is taken twice.
pub(in crate::identity) fn lock_factor(tx: &mut Conn, person: PersonId) -> QueryResult<Option<Factor>> {
    locked(second_factors::table.find(person).select((
        second_factors::secret,
        second_factors::confirmed_at,
        second_factors::last_step,
    )))
    .get_result(tx)
    .optional()
}

/// Begins a second factor that counts for nothing yet; one that is set up stays.
pub(in crate::identity) fn begin_factor(
    tx: &mut Conn,
    person: PersonId,
    secret: &str,
    now: UtcTime,
) -> QueryResult<()> {
    let begun = second_factors::table.find(person).filter(second_factors::confirmed_at.is_null());
    diesel::delete(begun).execute(tx)?;
    let new = (
        second_factors::person_id.eq(person),
        second_factors::secret.eq(secret),
        second_factors::last_step.eq(0),
        second_factors::created_at.eq(now),
    );
    both(diesel::insert_into(second_factors::table).values(new).on_conflict_do_nothing()).execute(tx).map(drop)
}

/// Notes that a code of this time step was used.
pub(in crate::identity) fn note_step(tx: &mut Conn, person: PersonId, step: i64) -> QueryResult<()> {
    diesel::update(second_factors::table.find(person)).set(second_factors::last_step.eq(step)).execute(tx).map(drop)
}

/// Notes that the second factor is set up.
pub(in crate::identity) fn confirm_factor(tx: &mut Conn, person: PersonId, now: UtcTime) -> QueryResult<()> {
    let theirs = second_factors::table.find(person);
    diesel::update(theirs).set(second_factors::confirmed_at.eq(now)).execute(tx).map(drop)
}

/// Takes the second factor of somebody away, with its recovery codes.
pub(in crate::identity) fn remove_factor(tx: &mut Conn, person: PersonId) -> QueryResult<()> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::person_id.eq(person))).execute(tx)?;
    diesel::delete(second_factors::table.find(person)).execute(tx).map(drop)
}

/// Keeps new recovery codes instead of all before.
pub(in crate::identity) fn replace_codes(tx: &mut Conn, person: PersonId, hashes: &[String]) -> QueryResult<()> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::person_id.eq(person))).execute(tx)?;
    for hash in hashes {
        diesel::insert_into(recovery_codes::table)
            .values((recovery_codes::person_id.eq(person), recovery_codes::code_hash.eq(hash)))
            .execute(tx)?;
    }
    Ok(())
}

/// Uses up a recovery code; whether there was one.
pub(in crate::identity) fn use_code(tx: &mut Conn, person: PersonId, hash: &str, now: UtcTime) -> QueryResult<bool> {
    let unused = recovery_codes::table.find((person, hash)).filter(recovery_codes::used_at.is_null());
    Ok(diesel::update(unused).set(recovery_codes::used_at.eq(now)).execute(tx)? == 1)
}

/// How many recovery codes somebody has left.
pub(in crate::identity) fn codes_left(conn: &mut Conn, person: PersonId) -> QueryResult<i64> {
    recovery_codes::table
        .filter(recovery_codes::person_id.eq(person).and(recovery_codes::used_at.is_null()))
        .select(count_star())
        .first(conn)
}
