//! All SQL of programs.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::db::schema::programs;
use crate::identity::{SignedIn, write_scopes};
use crate::ids::{MembershipId, PersonId, ProgramId};

use super::program::Wanted;

/// A program as its owner sees it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = programs)]
pub struct Row {
    /// Which.
    pub id: ProgramId,
    /// What its person calls it.
    pub name: String,
    /// How far it reaches.
    pub scopes: String,
    /// Since when.
    pub created_at: UtcTime,
    /// Until when.
    pub ends_at: UtcTime,
    /// When it last got a token.
    pub last_used_at: Option<UtcTime>,
    /// When it was revoked.
    pub revoked_at: Option<UtcTime>,
}

/// A program that holds, as giving a token needs it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = programs)]
pub(super) struct Open {
    pub(super) person_id: PersonId,
    pub(super) membership_id: Option<MembershipId>,
    pub(super) scopes: String,
}

/// The programs of somebody, newest first.
pub fn programs_of(conn: &mut Conn, who: &SignedIn) -> QueryResult<Vec<Row>> {
    programs::table
        .filter(programs::person_id.eq(who.person()))
        .order((programs::created_at.desc(), programs::id.desc()))
        .select(Row::as_select())
        .limit(100)
        .load(conn)
}

pub(super) fn count_open(conn: &mut Conn, who: &SignedIn, now: UtcTime) -> QueryResult<i64> {
    programs::table
        .filter(programs::person_id.eq(who.person()).and(programs::revoked_at.is_null()))
        .filter(programs::ends_at.gt(now))
        .count()
        .get_result(conn)
}

#[expect(clippy::too_many_arguments, reason = "one row, told whole")]
pub(super) fn insert(
    tx: &mut Conn,
    who: &SignedIn,
    id: ProgramId,
    secret_hash: &str,
    wanted: &Wanted,
    role: Option<MembershipId>,
    now: UtcTime,
    ends_at: UtcTime,
) -> QueryResult<()> {
    diesel::insert_into(programs::table)
        .values((
            programs::id.eq(id),
            programs::person_id.eq(who.person()),
            programs::name.eq(&wanted.name),
            programs::secret_hash.eq(secret_hash),
            programs::scopes.eq(write_scopes(&wanted.scopes)),
            programs::membership_id.eq(role),
            programs::created_at.eq(now),
            programs::ends_at.eq(ends_at),
        ))
        .execute(tx)
        .map(drop)
}

/// Revokes one's own program; whether there is such a one.
pub(super) fn revoke(tx: &mut Conn, who: &SignedIn, id: ProgramId, now: UtcTime) -> QueryResult<bool> {
    let own = programs::table.find(id).filter(programs::person_id.eq(who.person()));
    let there = own.select(programs::revoked_at).first::<Option<UtcTime>>(tx).optional()?;
    if there == Some(None) {
        diesel::update(programs::table.find(id)).set(programs::revoked_at.eq(now)).execute(tx)?;
    }
    Ok(there.is_some())
}

/// A program that holds, if the secret is its own.
pub(super) fn open(conn: &mut Conn, id: ProgramId, secret_hash: &str, now: UtcTime) -> QueryResult<Option<Open>> {
    programs::table
        .find(id)
        .filter(programs::secret_hash.eq(secret_hash).and(programs::revoked_at.is_null()))
        .filter(programs::ends_at.gt(now))
        .select(Open::as_select())
        .first(conn)
        .optional()
}

pub(super) fn note_used(tx: &mut Conn, id: ProgramId, now: UtcTime) -> QueryResult<()> {
    diesel::update(programs::table.find(id)).set(programs::last_used_at.eq(now)).execute(tx).map(drop)
}

/// Whether tokens of this program still hold.
pub fn still_holds(conn: &mut Conn, id: ProgramId, now: UtcTime) -> QueryResult<bool> {
    let holds = programs::table.find(id).filter(programs::revoked_at.is_null().and(programs::ends_at.gt(now)));
    let found: Option<ProgramId> = holds.select(programs::id).first(conn).optional()?;
    Ok(found.is_some())
}
