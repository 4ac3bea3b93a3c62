//! All SQL of the log.

use diesel::dsl::{max, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use serde::{Deserialize, Serialize};

use crate::clock::UtcTime;
use crate::db::schema::{events, followers};
use crate::db::{Conn, MultiBackend, both};

use super::{Event, EventKind, NewEvent};

/// Rows of one INSERT: well under the number of parameters that either database takes.
const BATCH: usize = 500;

/// A place in the log: everything up to and including it has been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// The transaction that wrote (0 on SQLite).
    pub tx: i64,
    /// The number within the log.
    pub seq: i64,
}

#[derive(Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
struct Row<'a> {
    authority_id: Option<crate::ids::AuthorityId>,
    kind: EventKind,
    subject_id: &'a str,
    detail: &'a str,
    recorded_at: UtcTime,
}

/// Writes events into the log, in the transaction of what they tell.
pub fn append(tx: &mut Conn, new: &[NewEvent]) -> QueryResult<()> {
    for batch in new.chunks(BATCH) {
        let rows: Vec<Row<'_>> = batch
            .iter()
            .map(|e| Row {
                authority_id: e.authority,
                kind: e.kind,
                subject_id: &e.subject,
                detail: &e.detail,
                recorded_at: e.at,
            })
            .collect();
        crate::insert_rows!(tx, events::table, &rows)?;
    }
    Ok(())
}

/// The oldest transaction that still runs: nothing at or after it may be read yet.
fn horizon(conn: &mut Conn) -> QueryResult<i64> {
    match conn {
        Conn::Sqlite(_) => Ok(i64::MAX),
        Conn::Postgres(pg) => {
            diesel::select(sql::<BigInt>("pg_snapshot_xmin(pg_current_snapshot())::TEXT::BIGINT")).get_result(pg)
        }
    }
}

type Condition = Box<dyn BoxableExpression<events::table, MultiBackend, SqlType = Bool>>;

/// Whether a row comes after `position`. SQLite walks an index by the first column of a row value only, which there is
/// always 0, so its answer is by the number alone.
fn after(conn: &Conn, position: Position) -> Condition {
    match conn {
        Conn::Sqlite(_) => Box::new(events::seq.gt(position.seq)),
        Conn::Postgres(_) => {
            let row = sql::<Bool>("(tx_id, seq) > (")
                .bind::<BigInt, _>(position.tx)
                .sql(", ")
                .bind::<BigInt, _>(position.seq)
                .sql(")");
            Box::new(row)
        }
    }
}

/// The next events after `position`, in order, without any that could still be overtaken.
pub fn read_after(conn: &mut Conn, position: Position, at_most: i64) -> QueryResult<Vec<Event>> {
    let horizon = horizon(conn)?;
    let query = events::table
        .filter(after(conn, position))
        .select((events::tx_id, events::seq, events::kind, events::subject_id, events::detail))
        .limit(at_most)
        .into_boxed();
    let query = match conn {
        Conn::Sqlite(_) => query.order(events::seq),
        Conn::Postgres(_) => query.filter(events::tx_id.lt(horizon)).order((events::tx_id, events::seq)),
    };
    let rows: Vec<(i64, i64, EventKind, String, String)> = query.load(conn)?;
    let event = |(tx, seq, kind, subject, detail)| Event { position: Position { tx, seq }, kind, subject, detail };
    Ok(rows.into_iter().map(event).collect())
}

/// What is told after `position` of other kinds than these, those that could still be overtaken included: for whoever
/// only has to forget what it keeps, and may do so twice.
pub fn told_after(conn: &mut Conn, position: Position, not: &[EventKind]) -> QueryResult<Vec<(EventKind, String)>> {
    events::table
        .filter(after(conn, position))
        .filter(events::kind.ne_all(not))
        .select((events::kind, events::subject_id))
        .load(conn)
}

/// How many events of these kinds a follower at `position` has still to read, counting those not yet readable.
pub fn behind(conn: &mut Conn, position: Position, kinds: &[EventKind]) -> QueryResult<i64> {
    events::table.filter(after(conn, position)).filter(events::kind.eq_any(kinds)).count().get_result(conn)
}

/// The end of what may be read now.
pub fn head(conn: &mut Conn) -> QueryResult<Position> {
    let horizon = horizon(conn)?;
    let tx: Option<i64> =
        events::table.filter(events::tx_id.lt(horizon)).select(max(events::tx_id)).get_result(conn)?;
    let Some(tx) = tx else { return Ok(Position::default()) };
    let seq: Option<i64> = events::table.filter(events::tx_id.eq(tx)).select(max(events::seq)).get_result(conn)?;
    Ok(Position { tx, seq: seq.unwrap_or(0) })
}

/// Where the follower of this name stands; the row stays ours, so that no second node moves it meanwhile.
pub fn position(tx: &mut Conn, name: &str) -> QueryResult<Position> {
    if let Some(position) = locked_position(tx, name)? {
        return Ok(position);
    }
    // There must be a row to hold: two nodes that both start at nothing would both count everything.
    let start = (followers::tx_id.eq(0), followers::seq.eq(0), followers::updated_at.eq(UtcTime::default()));
    let row = (followers::name.eq(name), start);
    both(diesel::insert_into(followers::table).values(row).on_conflict_do_nothing()).execute(tx)?;
    Ok(locked_position(tx, name)?.unwrap_or_default())
}

fn locked_position(tx: &mut Conn, name: &str) -> QueryResult<Option<Position>> {
    let row: Option<(i64, i64)> =
        crate::db::locked(followers::table.find(name).select((followers::tx_id, followers::seq)))
            .get_result(tx)
            .optional()?;
    Ok(row.map(|(tx, seq)| Position { tx, seq }))
}

/// Moves the follower of this name.
pub fn move_position(tx: &mut Conn, name: &str, to: Position, now: UtcTime) -> QueryResult<()> {
    let row = (followers::tx_id.eq(to.tx), followers::seq.eq(to.seq), followers::updated_at.eq(now));
    both(
        diesel::insert_into(followers::table)
            .values((followers::name.eq(name), row))
            .on_conflict(followers::name)
            .do_update()
            .set(row),
    )
    .execute(tx)
    .map(drop)
}

/// Where the follower of this name stands, without taking its row.
pub fn position_of(conn: &mut Conn, name: &str) -> QueryResult<Position> {
    let row: Option<(i64, i64)> =
        followers::table.find(name).select((followers::tx_id, followers::seq)).get_result(conn).optional()?;
    Ok(row.map(|(tx, seq)| Position { tx, seq }).unwrap_or_default())
}
