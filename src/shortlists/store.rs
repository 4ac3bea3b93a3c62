//! All SQL of shortlists.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{shortlist_entries, shortlists};
use crate::db::{Conn, both, locked};
use crate::ids::{PersonId, ServiceId, ShortlistId};

use super::keeper::{ListKeeper, Whose};
use super::shortlist::{Entry, Shortlist};

/// Lists cleared away at once.
const CLEARED: i64 = 20;

/// The keeper's list, if there is one.
pub fn list_of(conn: &mut Conn, keeper: &ListKeeper) -> QueryResult<Option<Shortlist>> {
    let lists = shortlists::table.select(Shortlist::as_select());
    match keeper.whose() {
        Whose::Person(person) => lists.filter(shortlists::person_id.eq(person)).first(conn).optional(),
        Whose::Browser(hash) => lists.filter(shortlists::token_hash.eq(hash)).first(conn).optional(),
        Whose::Nobody => Ok(None),
    }
}

/// The keeper's list, taken until the transaction ends; made where there is none.
pub(super) fn lock_or_open(tx: &mut Conn, whose: &Whose, now: UtcTime) -> QueryResult<Option<Shortlist>> {
    let (person, hash) = match whose {
        Whose::Person(person) => (Some(*person), None),
        Whose::Browser(hash) => (None, Some(hash.clone())),
        Whose::Nobody => return Ok(None),
    };
    let row = (
        shortlists::id.eq(ShortlistId::new()),
        shortlists::person_id.eq(person),
        shortlists::token_hash.eq(hash.clone()),
        shortlists::share_token.eq(None::<String>),
        shortlists::created_at.eq(now),
        shortlists::used_at.eq(now),
    );
    both(diesel::insert_into(shortlists::table).values(row).on_conflict_do_nothing()).execute(tx)?;
    let list: Option<Shortlist> = lock(tx, person, hash)?;
    if let Some(list) = &list {
        diesel::update(shortlists::table.find(list.id)).set(shortlists::used_at.eq(now)).execute(tx)?;
    }
    Ok(list)
}

fn lock(tx: &mut Conn, person: Option<PersonId>, hash: Option<String>) -> QueryResult<Option<Shortlist>> {
    let columns = (shortlists::id, shortlists::share_token);
    match person {
        Some(person) => {
            locked(shortlists::table.filter(shortlists::person_id.eq(person)).select(columns)).get_result(tx).optional()
        }
        None => {
            locked(shortlists::table.filter(shortlists::token_hash.eq(hash)).select(columns)).get_result(tx).optional()
        }
    }
}

/// A browser's list, taken until the transaction ends.
pub(super) fn lock_browsers(tx: &mut Conn, hash: &str) -> QueryResult<Option<Shortlist>> {
    lock(tx, None, Some(hash.to_owned()))
}

/// A person's list, if there is one, taken until the transaction ends.
pub(super) fn lock_persons(tx: &mut Conn, person: PersonId) -> QueryResult<Option<Shortlist>> {
    lock(tx, Some(person), None)
}

/// The list that a link shows.
pub fn shared(conn: &mut Conn, token: &str) -> QueryResult<Option<Shortlist>> {
    shortlists::table.filter(shortlists::share_token.eq(token)).select(Shortlist::as_select()).first(conn).optional()
}

/// What stands on a list, in the order that it was put there.
pub fn entries(conn: &mut Conn, list: ShortlistId) -> QueryResult<Vec<Entry>> {
    shortlist_entries::table
        .filter(shortlist_entries::shortlist_id.eq(list))
        .order((shortlist_entries::added_at, shortlist_entries::service_id))
        .select(Entry::as_select())
        .load(conn)
}

/// What the keeper has on their list: for the buttons of other pages.
pub fn kept(conn: &mut Conn, keeper: &ListKeeper) -> QueryResult<HashSet<ServiceId>> {
    let Some(list) = list_of(conn, keeper)? else { return Ok(HashSet::new()) };
    let ids: Vec<ServiceId> = shortlist_entries::table
        .filter(shortlist_entries::shortlist_id.eq(list.id))
        .select(shortlist_entries::service_id)
        .load(conn)?;
    Ok(ids.into_iter().collect())
}

/// How many services stand on a list.
pub(super) fn count(conn: &mut Conn, list: ShortlistId) -> QueryResult<i64> {
    shortlist_entries::table.filter(shortlist_entries::shortlist_id.eq(list)).count().get_result(conn)
}

/// Puts a service on a list; one that stands there already stays as it is. Whether it is new there.
pub(super) fn add(
    tx: &mut Conn,
    list: ShortlistId,
    service: ServiceId,
    note: &str,
    added_at: UtcTime,
) -> QueryResult<bool> {
    let row = (
        shortlist_entries::shortlist_id.eq(list),
        shortlist_entries::service_id.eq(service),
        shortlist_entries::note.eq(note.to_owned()),
        shortlist_entries::added_at.eq(added_at),
    );
    let added = both(diesel::insert_into(shortlist_entries::table).values(row).on_conflict_do_nothing()).execute(tx)?;
    Ok(added > 0)
}

/// Takes a service off a list.
pub(super) fn remove(tx: &mut Conn, list: ShortlistId, service: ServiceId) -> QueryResult<()> {
    diesel::delete(shortlist_entries::table.find((list, service))).execute(tx).map(drop)
}

/// Writes a note beside a service; whether the service stands there.
pub(super) fn set_note(tx: &mut Conn, list: ShortlistId, service: ServiceId, note: &str) -> QueryResult<bool> {
    let changed = diesel::update(shortlist_entries::table.find((list, service)))
        .set(shortlist_entries::note.eq(note))
        .execute(tx)?;
    Ok(changed > 0)
}

/// Sets or takes away the link of a list.
pub(super) fn set_link(tx: &mut Conn, list: ShortlistId, token: Option<&str>) -> QueryResult<()> {
    diesel::update(shortlists::table.find(list)).set(shortlists::share_token.eq(token)).execute(tx).map(drop)
}

/// Gives a browser's list to a person who has none.
pub(super) fn give(tx: &mut Conn, list: ShortlistId, person: PersonId, now: UtcTime) -> QueryResult<()> {
    diesel::update(shortlists::table.find(list))
        .set((shortlists::person_id.eq(person), shortlists::token_hash.eq(None::<String>), shortlists::used_at.eq(now)))
        .execute(tx)
        .map(drop)
}

/// Takes a list away with all that stands on it.
pub(super) fn delete(tx: &mut Conn, list: ShortlistId) -> QueryResult<()> {
    diesel::delete(shortlist_entries::table.filter(shortlist_entries::shortlist_id.eq(list))).execute(tx)?;
    diesel::delete(shortlists::table.find(list)).execute(tx).map(drop)
}

/// Clears away browsers' lists that nobody used since then, a few at a time.
pub(super) fn clear_unused(tx: &mut Conn, since: UtcTime) -> QueryResult<()> {
    let unused: Vec<ShortlistId> = shortlists::table
        .filter(shortlists::token_hash.is_not_null().and(shortlists::used_at.lt(since)))
        .order(shortlists::used_at)
        .limit(CLEARED)
        .select(shortlists::id)
        .load(tx)?;
    unused.into_iter().try_for_each(|list| delete(tx, list))
}
