//! All SQL of letters.

use chrono::TimeDelta;
use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::db::schema::letters;
use crate::ids::LetterId;

use super::letter::{Letter, LetterState, next_try};

/// A node that took a letter has it for so long.
const TAKEN: TimeDelta = TimeDelta::minutes(2);

/// A letter that was taken to be sent.
#[derive(Queryable)]
pub(super) struct Taken {
    pub(super) id: LetterId,
    pub(super) kind: String,
    pub(super) address: String,
    pub(super) subject: String,
    pub(super) words: String,
    pub(super) html: String,
    pub(super) tries: i32,
}

/// Queues a letter: it goes out after the commit, and only then.
pub fn queue(tx: &mut Conn, letter: &Letter, now: UtcTime) -> QueryResult<LetterId> {
    let id = LetterId::new();
    diesel::insert_into(letters::table)
        .values((
            letters::id.eq(id),
            letters::kind.eq(letter.kind),
            letters::address.eq(&letter.address),
            letters::subject.eq(&letter.subject),
            letters::words.eq(&letter.words),
            letters::html.eq(&letter.html),
            letters::state.eq(LetterState::Waiting),
            letters::tries.eq(0),
            letters::next_try_at.eq(now),
            letters::queued_at.eq(now),
        ))
        .execute(tx)?;
    Ok(id)
}

/// Whether a letter is due.
pub(super) fn any_due(conn: &mut Conn, now: UtcTime) -> QueryResult<bool> {
    let due = letters::table.filter(letters::state.eq(LetterState::Waiting)).filter(letters::next_try_at.le(now));
    let first: Option<LetterId> = due.select(letters::id).first(conn).optional()?;
    Ok(first.is_some())
}

/// Takes letters that are due, so that no other node sends them meanwhile.
pub(super) fn take_due(tx: &mut Conn, at_most: i64, now: UtcTime) -> QueryResult<Vec<Taken>> {
    let due = letters::table
        .filter(letters::state.eq(LetterState::Waiting))
        .filter(letters::next_try_at.le(now))
        .order((letters::next_try_at, letters::id))
        .limit(at_most)
        .select((
            letters::id,
            letters::kind,
            letters::address,
            letters::subject,
            letters::words,
            letters::html,
            letters::tries,
        ));
    let taken: Vec<Taken> = crate::db::locked(due).load(tx)?;
    let ids: Vec<LetterId> = taken.iter().map(|letter| letter.id).collect();
    diesel::update(letters::table.filter(letters::id.eq_any(ids)))
        .set(letters::next_try_at.eq(now + TAKEN))
        .execute(tx)?;
    Ok(taken)
}

/// Notes that a letter went out, and wipes its words.
pub(super) fn note_sent(tx: &mut Conn, letter: LetterId, now: UtcTime) -> QueryResult<()> {
    diesel::update(letters::table.find(letter))
        .set((
            letters::state.eq(LetterState::Sent),
            letters::sent_at.eq(now),
            letters::words.eq(""),
            letters::html.eq(""),
            letters::last_problem.eq(None::<String>),
        ))
        .execute(tx)
        .map(drop)
}

/// Notes that a letter could not be sent: it waits, longer each time, or is given up.
pub(super) fn note_problem(tx: &mut Conn, letter: &Taken, problem: &str, now: UtcTime) -> QueryResult<()> {
    let tries = letter.tries + 1;
    let next = next_try(tries, now);
    let state = if next.is_some() { LetterState::Waiting } else { LetterState::GivenUp };
    diesel::update(letters::table.find(letter.id))
        .set((
            letters::state.eq(state),
            letters::tries.eq(tries),
            letters::next_try_at.eq(next.unwrap_or(now)),
            letters::last_problem.eq(problem),
        ))
        .execute(tx)
        .map(drop)
}

/// How many letters are in each state: for whoever looks after the installation.
pub fn letters_by_state(conn: &mut Conn) -> QueryResult<Vec<(LetterState, i64)>> {
    letters::table.group_by(letters::state).select((letters::state, count_star())).load(conn)
}

/// What troubles the letters that wait, newest first: kind, tries, problem; no addresses and no words.
pub fn troubled(conn: &mut Conn, at_most: i64) -> QueryResult<Vec<(String, i32, String)>> {
    letters::table
        .filter(letters::last_problem.is_not_null().and(letters::state.ne(LetterState::Sent)))
        .order(letters::queued_at.desc())
        .limit(at_most)
        .select((letters::kind, letters::tries, letters::last_problem.assume_not_null()))
        .load(conn)
}
