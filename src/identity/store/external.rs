//! SQL of who somebody is with an identity provider, and of those on their way there and back.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{external_identities, provider_visits};
use crate::db::{Conn, both};
use crate::ids::PersonId;

/// Somebody on their way to a provider and back.
#[derive(Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = provider_visits, treat_none_as_default_value = false)]
pub(in crate::identity) struct Visit {
    pub(in crate::identity) state_hash: String,
    pub(in crate::identity) issuer: String,
    pub(in crate::identity) browser_hash: String,
    pub(in crate::identity) nonce: String,
    pub(in crate::identity) code_verifier: String,
    pub(in crate::identity) person_id: Option<PersonId>,
    pub(in crate::identity) next: String,
    pub(in crate::identity) ends_at: UtcTime,
}

/// Keeps a visit, and clears away those that have ended.
pub(in crate::identity) fn insert_visit(tx: &mut Conn, visit: &Visit, now: UtcTime) -> QueryResult<()> {
    diesel::delete(provider_visits::table.filter(provider_visits::ends_at.lt(now))).execute(tx)?;
    diesel::insert_into(provider_visits::table).values(visit).execute(tx).map(drop)
}

/// Takes the visit of this state and browser: the second who asks finds none.
pub(in crate::identity) fn take_visit(
    tx: &mut Conn,
    state_hash: &str,
    browser_hash: &str,
    now: UtcTime,
) -> QueryResult<Option<Visit>> {
    let visit: Option<Visit> = provider_visits::table
        .find(state_hash)
        .filter(provider_visits::browser_hash.eq(browser_hash).and(provider_visits::ends_at.gt(now)))
        .select(Visit::as_select())
        .first(tx)
        .optional()?;
    let taken =
        diesel::delete(provider_visits::table.find(state_hash).filter(provider_visits::browser_hash.eq(browser_hash)))
            .execute(tx)?;
    Ok(visit.filter(|_| taken == 1))
}

/// Whose identity this is here.
pub(in crate::identity) fn person_of(conn: &mut Conn, issuer: &str, subject: &str) -> QueryResult<Option<PersonId>> {
    external_identities::table.find((issuer, subject)).select(external_identities::person_id).first(conn).optional()
}

/// The issuers that somebody has linked.
pub(in crate::identity) fn linked(conn: &mut Conn, person: PersonId) -> QueryResult<Vec<String>> {
    external_identities::table
        .filter(external_identities::person_id.eq(person))
        .select(external_identities::issuer)
        .load(conn)
}

/// Links an identity; whether it was free, and the person had none with this issuer.
pub(in crate::identity) fn link(
    tx: &mut Conn,
    issuer: &str,
    subject: &str,
    person: PersonId,
    now: UtcTime,
) -> QueryResult<bool> {
    let new = (
        external_identities::issuer.eq(issuer),
        external_identities::subject.eq(subject),
        external_identities::person_id.eq(person),
        external_identities::linked_at.eq(now),
    );
    let made =
        both(diesel::insert_into(external_identities::table).values(new).on_conflict_do_nothing()).execute(tx)?;
    Ok(made == 1 || person_of(tx, issuer, subject)? == Some(person))
}

/// Unlinks somebody's identity with an issuer; whether there was one.
pub(in crate::identity) fn unlink(tx: &mut Conn, issuer: &str, person: PersonId) -> QueryResult<bool> {
    let theirs = external_identities::table
        .filter(external_identities::person_id.eq(person).and(external_identities::issuer.eq(issuer)));
    Ok(diesel::delete(theirs).execute(tx)? > 0)
}
