//! All SQL of saved searches.

use std::collections::{BTreeMap, HashSet};

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{people, saved_search_matches, saved_searches};
use crate::db::{Conn, among, locked};
use crate::identity::SignedIn;
use crate::ids::{SavedSearchId, ServiceId};

use super::saved_search::{Alerts, SavedSearch};

/// Rows of one INSERT.
const BATCH: usize = 400;

/// What somebody saved, newest first.
pub fn searches_of(conn: &mut Conn, who: &SignedIn) -> QueryResult<Vec<SavedSearch>> {
    saved_searches::table
        .filter(saved_searches::person_id.eq(who.person()))
        .order((saved_searches::created_at.desc(), saved_searches::id))
        .select(SavedSearch::as_select())
        .load(conn)
}

/// One of somebody's own saved searches, taken until the transaction ends.
pub(super) fn lock_own(tx: &mut Conn, who: &SignedIn, id: SavedSearchId) -> QueryResult<Option<SavedSearch>> {
    let own = saved_searches::table.find(id).filter(saved_searches::person_id.eq(who.person()));
    locked(own.select(saved_searches::all_columns)).get_result(tx).optional()
}

/// The search whose letters this link stops.
pub fn by_stop_token(conn: &mut Conn, token: &str) -> QueryResult<Option<SavedSearch>> {
    saved_searches::table
        .filter(saved_searches::stop_token.eq(token))
        .select(SavedSearch::as_select())
        .first(conn)
        .optional()
}

/// Searches of everybody after `after`, in order: the follower looks at them bit by bit.
pub(super) fn searches_after(
    conn: &mut Conn,
    after: Option<SavedSearchId>,
    at_most: i64,
) -> QueryResult<Vec<(SavedSearchId, String)>> {
    let mut question = saved_searches::table
        .filter(saved_searches::watched.eq(true))
        .order(saved_searches::id)
        .select((saved_searches::id, saved_searches::address))
        .limit(at_most)
        .into_boxed();
    if let Some(after) = after {
        question = question.filter(saved_searches::id.gt(after));
    }
    question.load(conn)
}

/// Saves a search; whether it is new (one of the same address stays as it is).
pub(super) fn insert(tx: &mut Conn, search: &SavedSearch) -> QueryResult<bool> {
    let rows = [search];
    let inserted = crate::both!(tx, c => diesel::insert_into(saved_searches::table).values(rows).on_conflict_do_nothing().execute(c))?;
    Ok(inserted > 0)
}

/// Notes what matches a search; what is known already stays as it is.
pub(super) fn note_matches(
    tx: &mut Conn,
    search: SavedSearchId,
    services: &[ServiceId],
    is_new: bool,
    now: UtcTime,
) -> QueryResult<()> {
    for batch in services.chunks(BATCH) {
        let row = |service: &ServiceId| {
            (
                saved_search_matches::saved_search_id.eq(search),
                saved_search_matches::service_id.eq(*service),
                saved_search_matches::found_at.eq(now),
                saved_search_matches::is_new.eq(is_new),
                saved_search_matches::seen.eq(!is_new),
            )
        };
        let rows: Vec<_> = batch.iter().map(row).collect();
        crate::both!(tx, c => diesel::insert_into(saved_search_matches::table).values(rows).on_conflict_do_nothing().execute(c))?;
    }
    Ok(())
}

/// Which of these services a search knows already.
pub(super) fn known(conn: &mut Conn, search: SavedSearchId, services: &[ServiceId]) -> QueryResult<HashSet<ServiceId>> {
    let ids: Vec<ServiceId> = saved_search_matches::table
        .filter(saved_search_matches::saved_search_id.eq(search))
        .filter(among(saved_search_matches::service_id, services))
        .select(saved_search_matches::service_id)
        .load(conn)?;
    Ok(ids.into_iter().collect())
}

/// What is new in each of somebody's searches since they last looked: newest first.
pub fn unseen(conn: &mut Conn, search: &SavedSearch) -> QueryResult<Vec<ServiceId>> {
    saved_search_matches::table
        .filter(saved_search_matches::saved_search_id.eq(search.id))
        .filter(saved_search_matches::seen.eq(false))
        .order((saved_search_matches::found_at.desc(), saved_search_matches::service_id))
        .select(saved_search_matches::service_id)
        .load(conn)
}

/// Changes the name and how often letters come.
pub(super) fn set(tx: &mut Conn, id: SavedSearchId, name: &str, alerts: Alerts) -> QueryResult<()> {
    diesel::update(saved_searches::table.find(id))
        .set((saved_searches::name.eq(name), saved_searches::alerts.eq(alerts)))
        .execute(tx)
        .map(drop)
}

/// Begins to look for news.
pub(super) fn set_watched(tx: &mut Conn, id: SavedSearchId) -> QueryResult<()> {
    diesel::update(saved_searches::table.find(id)).set(saved_searches::watched.eq(true)).execute(tx).map(drop)
}

/// Notes that its person has seen what is new.
pub(super) fn set_seen(tx: &mut Conn, id: SavedSearchId, now: UtcTime) -> QueryResult<()> {
    diesel::update(saved_search_matches::table.filter(saved_search_matches::saved_search_id.eq(id)))
        .set(saved_search_matches::seen.eq(true))
        .execute(tx)?;
    diesel::update(saved_searches::table.find(id)).set(saved_searches::seen_at.eq(now)).execute(tx).map(drop)
}

/// Forgets a search with all that it matched.
pub(super) fn delete(tx: &mut Conn, id: SavedSearchId) -> QueryResult<()> {
    diesel::delete(saved_search_matches::table.filter(saved_search_matches::saved_search_id.eq(id))).execute(tx)?;
    diesel::delete(saved_searches::table.find(id)).execute(tx).map(drop)
}

/// Stops the letters of a search.
pub(super) fn stop_letters(tx: &mut Conn, token: &str) -> QueryResult<bool> {
    let stopped = diesel::update(saved_searches::table.filter(saved_searches::stop_token.eq(token)))
        .set(saved_searches::alerts.eq(Alerts::None))
        .execute(tx)?;
    Ok(stopped > 0)
}

/// How many searches somebody has saved.
pub(super) fn count_of(conn: &mut Conn, who: &SignedIn) -> QueryResult<i64> {
    saved_searches::table.filter(saved_searches::person_id.eq(who.person())).count().get_result(conn)
}

/// Searches that have news nobody was told of, and whose person wants letters.
pub(super) fn with_news(conn: &mut Conn) -> QueryResult<Vec<SavedSearch>> {
    let news: Vec<(SavedSearchId, i64)> = saved_search_matches::table
        .filter(saved_search_matches::is_new.eq(true).and(saved_search_matches::told_at.is_null()))
        .group_by(saved_search_matches::saved_search_id)
        .select((saved_search_matches::saved_search_id, count_star()))
        .load(conn)?;
    let ids: BTreeMap<SavedSearchId, i64> = news.into_iter().collect();
    saved_searches::table
        .filter(among(saved_searches::id, ids.keys()))
        .filter(saved_searches::alerts.ne(Alerts::None))
        .order(saved_searches::id)
        .select(SavedSearch::as_select())
        .load(conn)
}

/// A search with the address of its person, taken until the transaction ends.
pub(super) fn lock_for_letter(tx: &mut Conn, id: SavedSearchId) -> QueryResult<Option<(SavedSearch, Option<String>)>> {
    let search: Option<SavedSearch> =
        locked(saved_searches::table.find(id).select(saved_searches::all_columns)).get_result(tx).optional()?;
    let Some(search) = search else { return Ok(None) };
    let email = people::table.find(search.person_id).select(people::email).first(tx)?;
    Ok(Some((search, email)))
}

/// What nobody was told of yet, in the order that it was found.
pub(super) fn untold(conn: &mut Conn, id: SavedSearchId) -> QueryResult<Vec<ServiceId>> {
    saved_search_matches::table
        .filter(saved_search_matches::saved_search_id.eq(id))
        .filter(saved_search_matches::is_new.eq(true).and(saved_search_matches::told_at.is_null()))
        .order((saved_search_matches::found_at, saved_search_matches::service_id))
        .select(saved_search_matches::service_id)
        .load(conn)
}

/// Notes that these were told, and when the letter went out.
pub(super) fn note_told(tx: &mut Conn, id: SavedSearchId, told: &[ServiceId], now: UtcTime) -> QueryResult<()> {
    diesel::update(
        saved_search_matches::table
            .filter(saved_search_matches::saved_search_id.eq(id))
            .filter(among(saved_search_matches::service_id, told)),
    )
    .set(saved_search_matches::told_at.eq(now))
    .execute(tx)?;
    diesel::update(saved_searches::table.find(id)).set(saved_searches::last_letter_at.eq(now)).execute(tx).map(drop)
}

/// Whether a search is still there: its person may have removed it meanwhile. It stays until the transaction ends.
pub(super) fn exists(tx: &mut Conn, id: SavedSearchId) -> QueryResult<bool> {
    let found: Option<SavedSearchId> =
        locked(saved_searches::table.find(id).select(saved_searches::id)).get_result(tx).optional()?;
    Ok(found.is_some())
}
