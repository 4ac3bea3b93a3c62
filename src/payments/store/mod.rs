//! All SQL of payment runs and payees' accounts: here the runs; beside it accounts, what is due, and lines.

mod accounts;
mod due;
mod lines;

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::budgets::FundingRoute;
use crate::clock::UtcTime;
use crate::db::schema::{payment_lines, payment_run_numbers, payment_run_steps, payment_runs, people};
use crate::db::{Conn, both, locked, sum_i64};
use crate::identity::FinanceOfficer;
use crate::ids::{AuthorityId, PaymentRunId, PersonId, SubmissionKey};
use crate::money::Money;

use super::make::Wanted;
use super::run::{LineState, Run, RunState};

pub use accounts::*;
pub use due::*;
pub use lines::*;

/// Writes what the lines of a run add up to, and how many payments that are due it leaves out.
pub(super) fn sum_up(tx: &mut Conn, id: PaymentRunId, left_out: i64) -> QueryResult<Run> {
    let (count, total): (i64, i64) = payment_lines::table
        .filter(payment_lines::run_id.eq(id).and(payment_lines::state.ne(LineState::Dropped)))
        .select((count_star(), sum_i64(payment_lines::amount_pence)))
        .first(tx)?;
    diesel::update(payment_runs::table.find(id))
        .set((
            payment_runs::line_count.eq(count),
            payment_runs::total_pence.eq(Money::pence(total)),
            payment_runs::left_out.eq(left_out),
        ))
        .execute(tx)?;
    payment_runs::table.find(id).select(Run::as_select()).first(tx)
}

/// Takes the authority's numbers until the transaction ends: the next number of a run.
pub(super) fn lock_numbers(tx: &mut Conn, authority: AuthorityId, _now: UtcTime) -> QueryResult<i32> {
    both(
        diesel::insert_into(payment_run_numbers::table)
            .values((payment_run_numbers::authority_id.eq(authority), payment_run_numbers::number.eq(0)))
            .on_conflict_do_nothing(),
    )
    .execute(tx)?;
    let last: i32 =
        locked(payment_run_numbers::table.find(authority).select(payment_run_numbers::number)).get_result(tx)?;
    Ok(last + 1)
}

/// The run that came from this form, if it was sent before.
pub(super) fn run_by_key(conn: &mut Conn, authority: AuthorityId, key: SubmissionKey) -> QueryResult<Option<Run>> {
    payment_runs::table
        .filter(payment_runs::authority_id.eq(authority).and(payment_runs::submission_key.eq(key)))
        .select(Run::as_select())
        .first(conn)
        .optional()
}

/// The run of one option that still waits to be approved.
pub(super) fn run_that_waits(
    conn: &mut Conn,
    authority: AuthorityId,
    route: Option<FundingRoute>,
) -> QueryResult<Option<Run>> {
    let waiting: Vec<Run> = payment_runs::table
        .filter(payment_runs::authority_id.eq(authority).and(payment_runs::state.eq(RunState::Made)))
        .order(payment_runs::number.desc())
        .select(Run::as_select())
        .load(conn)?;
    Ok(waiting.into_iter().find(|run| run.funding_route == route))
}

/// Writes a run, still without lines.
pub(super) fn insert_run(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    id: PaymentRunId,
    number: i32,
    wanted: &Wanted,
    now: UtcTime,
) -> QueryResult<()> {
    diesel::update(payment_run_numbers::table.find(officer.authority()))
        .set(payment_run_numbers::number.eq(number))
        .execute(tx)?;
    diesel::insert_into(payment_runs::table)
        .values((
            payment_runs::id.eq(id),
            payment_runs::authority_id.eq(officer.authority()),
            payment_runs::number.eq(number),
            payment_runs::funding_route.eq(wanted.funding_route),
            payment_runs::pay_on.eq(wanted.pay_on),
            payment_runs::state.eq(RunState::Made),
            payment_runs::line_count.eq(0),
            payment_runs::total_pence.eq(Money::ZERO),
            payment_runs::left_out.eq(0),
            payment_runs::made_by.eq(officer.who().person()),
            payment_runs::made_at.eq(now),
            payment_runs::submission_key.eq(wanted.key),
        ))
        .execute(tx)
        .map(drop)
}

/// A run of an authority.
pub fn run(conn: &mut Conn, authority: AuthorityId, id: PaymentRunId) -> QueryResult<Run> {
    payment_runs::table.find(id).filter(payment_runs::authority_id.eq(authority)).select(Run::as_select()).first(conn)
}

/// The run of this number.
pub(super) fn run_by_number(conn: &mut Conn, authority: AuthorityId, number: i32) -> QueryResult<Option<Run>> {
    payment_runs::table
        .filter(payment_runs::authority_id.eq(authority).and(payment_runs::number.eq(number)))
        .select(Run::as_select())
        .first(conn)
        .optional()
}

/// The runs of an authority, newest first.
pub fn runs(conn: &mut Conn, authority: AuthorityId, page: i64, per_page: i64) -> QueryResult<Vec<Run>> {
    payment_runs::table
        .filter(payment_runs::authority_id.eq(authority))
        .order(payment_runs::number.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
        .select(Run::as_select())
        .load(conn)
}

/// How many runs an authority has made.
pub fn count_runs(conn: &mut Conn, authority: AuthorityId) -> QueryResult<i64> {
    payment_runs::table.filter(payment_runs::authority_id.eq(authority)).count().get_result(conn)
}

/// Takes a run until the transaction ends.
pub(super) fn lock_run(tx: &mut Conn, authority: AuthorityId, id: PaymentRunId) -> QueryResult<Run> {
    let _: PaymentRunId =
        locked(payment_runs::table.find(id).filter(payment_runs::authority_id.eq(authority)).select(payment_runs::id))
            .get_result(tx)?;
    run(tx, authority, id)
}

/// Takes an approved run whose lines are still to be settled.
pub(super) fn lock_approved(tx: &mut Conn, id: PaymentRunId) -> QueryResult<Option<Run>> {
    let _: Option<PaymentRunId> =
        locked(payment_runs::table.find(id).select(payment_runs::id)).get_result(tx).optional()?;
    payment_runs::table
        .find(id)
        .filter(payment_runs::state.eq(RunState::Approved))
        .select(Run::as_select())
        .first(tx)
        .optional()
}

/// An approved run whose lines are still to be settled: the one that has waited longest.
pub fn next_approved(conn: &mut Conn) -> QueryResult<Option<PaymentRunId>> {
    payment_runs::table
        .filter(payment_runs::state.eq(RunState::Approved))
        .order((payment_runs::approved_at, payment_runs::id))
        .select(payment_runs::id)
        .first(conn)
        .optional()
}

/// Notes who approved a run.
pub(super) fn set_approved(tx: &mut Conn, run: &Run, by: PersonId, now: UtcTime) -> QueryResult<()> {
    diesel::update(payment_runs::table.find(run.id))
        .set((
            payment_runs::state.eq(RunState::Approved),
            payment_runs::approved_by.eq(Some(by)),
            payment_runs::approved_at.eq(Some(now)),
        ))
        .execute(tx)
        .map(drop)
}

/// Notes that every line of a run is settled.
pub(super) fn set_settled(tx: &mut Conn, run: &Run, now: UtcTime) -> QueryResult<()> {
    diesel::update(payment_runs::table.find(run.id))
        .set((payment_runs::state.eq(RunState::Settled), payment_runs::settled_at.eq(Some(now))))
        .execute(tx)
        .map(drop)
}

/// Notes where a run stands.
pub(super) fn set_state(tx: &mut Conn, run: &Run, state: RunState) -> QueryResult<()> {
    diesel::update(payment_runs::table.find(run.id)).set(payment_runs::state.eq(state)).execute(tx).map(drop)
}

/// Notes that a run was taken to the bank.
pub(super) fn set_exported(tx: &mut Conn, run: &Run, now: UtcTime) -> QueryResult<()> {
    diesel::update(payment_runs::table.find(run.id).filter(payment_runs::exported_at.is_null()))
        .set(payment_runs::exported_at.eq(Some(now)))
        .execute(tx)
        .map(drop)
}

/// Notes who did what with a run.
pub(super) fn note_step(
    tx: &mut Conn,
    run: &Run,
    what: &str,
    by: PersonId,
    note: &str,
    now: UtcTime,
) -> QueryResult<()> {
    let before: i64 = payment_run_steps::table.filter(payment_run_steps::run_id.eq(run.id)).count().get_result(tx)?;
    diesel::insert_into(payment_run_steps::table)
        .values((
            payment_run_steps::run_id.eq(run.id),
            payment_run_steps::position.eq(i32::try_from(before + 1).unwrap_or(i32::MAX)),
            payment_run_steps::what.eq(what),
            payment_run_steps::person_id.eq(by),
            payment_run_steps::note.eq(note),
            payment_run_steps::taken_at.eq(now),
        ))
        .execute(tx)
        .map(drop)
}

/// Who did what with a run, in order: what, who, note, when.
pub fn steps(conn: &mut Conn, run: &Run) -> QueryResult<Vec<(String, String, String, UtcTime)>> {
    payment_run_steps::table
        .inner_join(people::table)
        .filter(payment_run_steps::run_id.eq(run.id))
        .order(payment_run_steps::position)
        .select((payment_run_steps::what, people::display_name, payment_run_steps::note, payment_run_steps::taken_at))
        .load(conn)
}
