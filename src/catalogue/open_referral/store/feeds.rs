//! Feeds, their readings and reports.

use chrono::TimeDelta;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::db::schema::{feed_documents, feed_findings, feed_runs, feeds, source_records};
use crate::ids::{AuthorityId, FeedId, FeedRunId, ServiceId};

use super::super::feed::{Feed, FeedState, Finding, Outcome, Run, RunState, Wanted};

/// How long a node that is not heard of keeps a feed.
const LEASE: TimeDelta = TimeDelta::minutes(10);

/// Readings of a feed whose reports are kept.
const REPORTS: i64 = 10;

/// The feeds of an authority, by name.
pub fn feeds_of(conn: &mut Conn, authority: AuthorityId) -> QueryResult<Vec<Feed>> {
    feeds::table
        .filter(feeds::authority_id.eq(authority))
        .order((feeds::name, feeds::id))
        .select(Feed::as_select())
        .load(conn)
}

/// One feed of an authority.
pub fn feed_of(conn: &mut Conn, authority: AuthorityId, id: FeedId) -> QueryResult<Option<Feed>> {
    feeds::table.find(id).filter(feeds::authority_id.eq(authority)).select(Feed::as_select()).first(conn).optional()
}

/// The feed of this name.
pub fn feed_by_name(conn: &mut Conn, authority: AuthorityId, name: &str) -> QueryResult<Option<Feed>> {
    feeds::table
        .filter(feeds::authority_id.eq(authority).and(feeds::name.eq(name)))
        .select(Feed::as_select())
        .first(conn)
        .optional()
}

/// Where something was taken from: the feed's name, an address, its licence, its attribution.
type Source = (String, Option<String>, String, String);

/// Every feed that has brought anything, with its attribution: for the credits.
pub fn attributions(conn: &mut Conn) -> QueryResult<Vec<Source>> {
    feeds::table
        .filter(diesel::dsl::exists(source_records::table.filter(source_records::feed_id.eq(feeds::id))))
        .order((feeds::name, feeds::id))
        .select((feeds::name, feeds::url, feeds::licence, feeds::attribution))
        .load(conn)
}

/// Where a service was taken from: the feed's name, address, licence and attribution.
pub fn source_of(conn: &mut Conn, service: ServiceId) -> QueryResult<Option<Source>> {
    source_records::table
        .inner_join(feeds::table)
        .filter(source_records::service_id.eq(service))
        .select((feeds::name, source_records::source_url, source_records::licence, feeds::attribution))
        .first(conn)
        .optional()
}

/// Writes a new feed.
pub fn insert_feed(tx: &mut Conn, feed: &Feed) -> QueryResult<()> {
    crate::both!(tx, c => diesel::insert_into(feeds::table).values(feed).execute(c)).map(drop)
}

/// Writes what an administrator may change of a feed.
pub fn update_feed(tx: &mut Conn, feed: &Feed) -> QueryResult<()> {
    diesel::update(feeds::table.find(feed.id).filter(feeds::authority_id.eq(feed.authority_id)))
        .set((
            feeds::name.eq(&feed.name),
            feeds::url.eq(&feed.url),
            feeds::licence.eq(&feed.licence),
            feeds::attribution.eq(&feed.attribution),
            feeds::every_hours.eq(feed.every_hours),
            feeds::accepts_checks.eq(feed.accepts_checks),
            feeds::state.eq(feed.state),
            feeds::wanted.eq(feed.wanted),
            feeds::next_run_at.eq(feed.next_run_at),
        ))
        .execute(tx)
        .map(drop)
}

/// The feed that waits longest for being read, if nobody has it.
pub fn due(conn: &mut Conn, now: UtcTime) -> QueryResult<Option<Feed>> {
    let asked = feeds::wanted.ne(Wanted::Nothing);
    feeds::table
        .filter(feeds::url.is_not_null())
        .filter(feeds::next_run_at.le(now))
        .filter(feeds::state.eq(FeedState::Active).or(asked))
        .filter(feeds::lease_until.is_null().or(feeds::lease_until.lt(now)))
        .order((feeds::next_run_at, feeds::id))
        .select(Feed::as_select())
        .first(conn)
        .optional()
}

/// Takes a feed for this holder, if nobody has it; or keeps it, if the holder still has it.
pub fn take_lease(tx: &mut Conn, feed: FeedId, holder: &str, now: UtcTime) -> QueryResult<bool> {
    let free = feeds::lease_until.is_null().or(feeds::lease_until.lt(now)).or(feeds::lease_holder.eq(holder));
    let taken = diesel::update(feeds::table.find(feed).filter(free))
        .set((feeds::lease_holder.eq(holder), feeds::lease_until.eq(now + LEASE)))
        .execute(tx)?;
    Ok(taken == 1)
}

/// Keeps a feed for its holder: false once another has taken it.
pub fn keep_lease(tx: &mut Conn, feed: FeedId, holder: &str, now: UtcTime) -> QueryResult<bool> {
    let kept = diesel::update(feeds::table.find(feed).filter(feeds::lease_holder.eq(holder)))
        .set(feeds::lease_until.eq(now + LEASE))
        .execute(tx)?;
    Ok(kept == 1)
}

/// Lets a feed go, and says when it is read next and for what.
pub fn let_go(tx: &mut Conn, feed: FeedId, holder: &str, wanted: Wanted, next: Option<UtcTime>) -> QueryResult<()> {
    diesel::update(feeds::table.find(feed).filter(feeds::lease_holder.eq(holder)))
        .set((
            feeds::lease_holder.eq(None::<String>),
            feeds::lease_until.eq(None::<UtcTime>),
            feeds::wanted.eq(wanted),
            feeds::next_run_at.eq(next),
        ))
        .execute(tx)
        .map(drop)
}

/// Writes a new reading, and forgets the reports of old ones.
pub fn insert_run(tx: &mut Conn, run: &Run) -> QueryResult<()> {
    crate::both!(tx, c => diesel::insert_into(feed_runs::table).values(run).execute(c))?;
    let old: Vec<FeedRunId> = feed_runs::table
        .filter(feed_runs::feed_id.eq(run.feed_id))
        .order(feed_runs::started_at.desc())
        .select(feed_runs::id)
        .offset(REPORTS)
        .limit(100)
        .load(tx)?;
    for id in old {
        diesel::delete(feed_documents::table.filter(feed_documents::run_id.eq(id))).execute(tx)?;
        diesel::delete(feed_findings::table.filter(feed_findings::run_id.eq(id))).execute(tx)?;
        diesel::delete(feed_runs::table.find(id)).execute(tx)?;
    }
    Ok(())
}

/// One reading.
pub fn run(conn: &mut Conn, id: FeedRunId) -> QueryResult<Option<Run>> {
    feed_runs::table.find(id).select(Run::as_select()).first(conn).optional()
}

/// One reading of a feed.
pub fn run_of(conn: &mut Conn, feed: FeedId, id: FeedRunId) -> QueryResult<Option<Run>> {
    feed_runs::table.find(id).filter(feed_runs::feed_id.eq(feed)).select(Run::as_select()).first(conn).optional()
}

/// The last readings of a feed, the newest first.
pub fn runs_of(conn: &mut Conn, feed: FeedId, most: i64) -> QueryResult<Vec<Run>> {
    feed_runs::table
        .filter(feed_runs::feed_id.eq(feed))
        .order((feed_runs::started_at.desc(), feed_runs::id.desc()))
        .select(Run::as_select())
        .limit(most)
        .load(conn)
}

/// Writes how far a reading has come.
pub fn note_run(
    tx: &mut Conn,
    id: FeedRunId,
    state: RunState,
    complete: bool,
    problem: Option<&str>,
    finished_at: Option<UtcTime>,
) -> QueryResult<()> {
    diesel::update(feed_runs::table.find(id))
        .set((
            feed_runs::state.eq(state),
            feed_runs::complete.eq(complete),
            feed_runs::problem.eq(problem),
            feed_runs::finished_at.eq(finished_at),
        ))
        .execute(tx)
        .map(drop)
}

/// Takes away what holds a reading back: somebody said that it is right.
pub fn release_run(tx: &mut Conn, id: FeedRunId) -> QueryResult<()> {
    diesel::update(feed_runs::table.find(id)).set(feed_runs::problem.eq(None::<String>)).execute(tx).map(drop)
}

/// Leaves whatever of a feed was read and not taken in.
pub fn give_up(tx: &mut Conn, feed: FeedId, now: UtcTime) -> QueryResult<()> {
    let open = [RunState::Reading, RunState::Staged, RunState::Applying];
    let left: Vec<FeedRunId> = feed_runs::table
        .filter(feed_runs::feed_id.eq(feed).and(feed_runs::state.eq_any(open)))
        .select(feed_runs::id)
        .load(tx)?;
    for id in left {
        diesel::delete(feed_documents::table.filter(feed_documents::run_id.eq(id))).execute(tx)?;
        diesel::update(feed_runs::table.find(id))
            .set((feed_runs::state.eq(RunState::GivenUp), feed_runs::finished_at.eq(now)))
            .execute(tx)?;
    }
    Ok(())
}

/// What was found, in the order of the feed; all outcomes, or one.
pub fn findings(
    conn: &mut Conn,
    run: FeedRunId,
    outcome: Option<Outcome>,
    after: i32,
    most: i64,
) -> QueryResult<Vec<Finding>> {
    let mut query = feed_findings::table
        .filter(feed_findings::run_id.eq(run).and(feed_findings::position.gt(after)))
        .order(feed_findings::position)
        .select(Finding::as_select())
        .limit(most)
        .into_boxed();
    if let Some(outcome) = outcome {
        query = query.filter(feed_findings::outcome.eq(outcome));
    }
    query.load(conn)
}
