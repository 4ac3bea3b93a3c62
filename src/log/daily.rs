//! Jobs of the day: followers of the calendar instead of the log.
//!
//! Each job goes through something (organisations, papers) once a day, in bounded steps. Where it stands is a row that a
//! step holds until it commits; so however many nodes run, each piece of work is done once, and a crash repeats nothing.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::daily_jobs;
use crate::db::{Conn, both};

/// Whether the job of this name still has work today, without taking its row.
pub fn has_work(conn: &mut Conn, name: &str, today: NaiveDate) -> QueryResult<bool> {
    let row: Option<(NaiveDate, bool)> =
        daily_jobs::table.find(name).select((daily_jobs::day, daily_jobs::finished)).first(conn).optional()?;
    Ok(row.is_none_or(|(day, finished)| day < today || (day == today && !finished)))
}

/// Takes the job's row until the transaction ends: what today's work goes on after ("" at its start), or nothing when
/// today is done.
pub fn turn(tx: &mut Conn, name: &str, today: NaiveDate) -> QueryResult<Option<String>> {
    let never = (
        daily_jobs::name.eq(name),
        daily_jobs::day.eq(NaiveDate::default()),
        daily_jobs::after.eq(""),
        daily_jobs::finished.eq(true),
        daily_jobs::updated_at.eq(UtcTime::default()),
    );
    both(diesel::insert_into(daily_jobs::table).values(never).on_conflict_do_nothing()).execute(tx)?;
    let (day, after, finished): (NaiveDate, String, bool) = crate::db::locked(
        daily_jobs::table.find(name.to_owned()).select((daily_jobs::day, daily_jobs::after, daily_jobs::finished)),
    )
    .get_result(tx)?;
    Ok(match day.cmp(&today) {
        std::cmp::Ordering::Less => Some(String::new()),
        std::cmp::Ordering::Equal => (!finished).then_some(after),
        std::cmp::Ordering::Greater => None, // the clock was set back: that day is done
    })
}

/// Notes how far today's work has come; nothing to go on after means that it is done.
pub fn note_turn(tx: &mut Conn, name: &str, today: NaiveDate, after: Option<&str>, now: UtcTime) -> QueryResult<()> {
    diesel::update(daily_jobs::table.find(name))
        .set((
            daily_jobs::day.eq(today),
            daily_jobs::after.eq(after.unwrap_or_default()),
            daily_jobs::finished.eq(after.is_none()),
            daily_jobs::updated_at.eq(now),
        ))
        .execute(tx)
        .map(drop)
}
