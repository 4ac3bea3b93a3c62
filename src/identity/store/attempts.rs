//! SQL of how often something was tried.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::attempts;
use crate::db::{Conn, both, locked};
use crate::identity::attempts::Tried;

/// Failures so far, the moment before which nobody may try again, and when it was tried last.
pub(in crate::identity) type Counted = (i32, UtcTime, UtcTime);

/// What is counted of a subject.
pub(in crate::identity) fn counted(conn: &mut Conn, what: Tried, subject: &str) -> QueryResult<Option<Counted>> {
    attempts::table
        .find((what, subject))
        .select((attempts::failures, attempts::free_at, attempts::last_at))
        .first(conn)
        .optional()
}

/// Takes the count of a subject until the transaction ends; one that was not there begins at nought, free since `free_at`.
pub(in crate::identity) fn lock(
    tx: &mut Conn,
    what: Tried,
    subject: &str,
    (free_at, now): (UtcTime, UtcTime),
) -> QueryResult<Counted> {
    let new = (
        attempts::kind.eq(what),
        attempts::subject.eq(subject),
        attempts::failures.eq(0),
        attempts::free_at.eq(free_at),
        attempts::last_at.eq(now),
    );
    both(diesel::insert_into(attempts::table).values(new).on_conflict_do_nothing()).execute(tx)?;
    let count = attempts::table.find((what, subject.to_owned()));
    locked(count.select((attempts::failures, attempts::free_at, attempts::last_at))).get_result(tx)
}

/// Notes so many failures, and when the subject may try again.
pub(in crate::identity) fn note(
    tx: &mut Conn,
    what: Tried,
    subject: &str,
    (failures, free_at, last_at): Counted,
) -> QueryResult<()> {
    diesel::update(attempts::table.find((what, subject)))
        .set((attempts::failures.eq(failures), attempts::free_at.eq(free_at), attempts::last_at.eq(last_at)))
        .execute(tx)
        .map(drop)
}

/// Forgets a subject.
pub(in crate::identity) fn forget(tx: &mut Conn, what: Tried, subject: &str) -> QueryResult<()> {
    diesel::delete(attempts::table.find((what, subject))).execute(tx).map(drop)
}

/// Counts one failure less.
pub(in crate::identity) fn one_less(tx: &mut Conn, what: Tried, subject: &str) -> QueryResult<()> {
    diesel::update(attempts::table.find((what, subject)).filter(attempts::failures.gt(0)))
        .set(attempts::failures.eq(attempts::failures - 1))
        .execute(tx)
        .map(drop)
}

/// Forgets whatever was last tried before then.
pub(in crate::identity) fn forget_before(tx: &mut Conn, then: UtcTime) -> QueryResult<()> {
    diesel::delete(attempts::table.filter(attempts::last_at.lt(then))).execute(tx).map(drop)
}
