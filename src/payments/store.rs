//! All SQL of payment runs and payees' accounts.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use crate::budgets::FundingRoute;
use crate::clock::UtcTime;
use crate::db::schema::{
    invoices, organizations, payee_accounts, payment_lines, payment_run_numbers, payment_run_steps, payment_runs,
    people,
};
use crate::db::{Conn, both, locked, sum_i64};
use crate::identity::FinanceOfficer;
use crate::ids::{AuthorityId, InvoiceId, OrganizationId, PayeeAccountId, PaymentRunId, PersonId, SubmissionKey};
use crate::money::Money;

use super::account::Payee;
use super::make::Wanted;
use super::run::{Line, LineState, Run, RunState};

/// The account that a payee has now, sealed.
pub fn account_of(conn: &mut Conn, payee: &Payee) -> QueryResult<Option<(PayeeAccountId, String)>> {
    let (kind, id) = payee.key();
    payee_accounts::table
        .filter(payee_accounts::holder_kind.eq(kind).and(payee_accounts::holder_id.eq(id)))
        .filter(payee_accounts::ended_at.is_null())
        .select((payee_accounts::id, payee_accounts::sealed))
        .first(conn)
        .optional()
}

/// How the account that a payee has now is shown, and since when it is theirs.
pub fn account_shown(conn: &mut Conn, payee: &Payee) -> QueryResult<Option<(String, UtcTime, String)>> {
    let (kind, id) = payee.key();
    payee_accounts::table
        .inner_join(people::table)
        .filter(payee_accounts::holder_kind.eq(kind).and(payee_accounts::holder_id.eq(id)))
        .filter(payee_accounts::ended_at.is_null())
        .select((payee_accounts::shown, payee_accounts::set_at, people::display_name))
        .first(conn)
        .optional()
}

/// Writes a payee's account; the one before ends.
pub(super) fn insert_account(
    tx: &mut Conn,
    payee: &Payee,
    sealed: &str,
    shown: &str,
    by: PersonId,
    now: UtcTime,
) -> QueryResult<PayeeAccountId> {
    let (kind, holder) = payee.key();
    diesel::update(payee_accounts::table)
        .filter(payee_accounts::holder_kind.eq(kind).and(payee_accounts::holder_id.eq(&holder)))
        .filter(payee_accounts::ended_at.is_null())
        .set(payee_accounts::ended_at.eq(Some(now)))
        .execute(tx)?;
    let id = PayeeAccountId::new();
    diesel::insert_into(payee_accounts::table)
        .values((
            payee_accounts::id.eq(id),
            payee_accounts::holder_kind.eq(kind),
            payee_accounts::holder_id.eq(holder),
            payee_accounts::sealed.eq(sealed),
            payee_accounts::shown.eq(shown),
            payee_accounts::set_by.eq(by),
            payee_accounts::set_at.eq(now),
        ))
        .execute(tx)?;
    Ok(id)
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

// The invoices that are due, of one option or of all (but what people pay from their own money), that no run pays; those of
// payees with an account in the order in which they were issued. In one statement: a run of a hundred thousand lines never
// passes through the program's memory.
const INSERT_LINES: &str = "INSERT INTO payment_lines (run_id, number, invoice_id, organization_id, account_id, amount_pence, state)
    SELECT {1}, ROW_NUMBER() OVER (ORDER BY i.issued_at, i.id), i.id, i.organization_id, a.id, i.amount_pence, 'waiting'
    FROM invoices i
    JOIN purchases p ON p.id = i.purchase_id
    JOIN payee_accounts a ON a.holder_kind = 'organization' AND a.holder_id = i.organization_id AND a.ended_at IS NULL
    WHERE i.authority_id = {2} AND i.state = 'issued' AND p.funding_route <> 'own money'
      AND ({3} IS NULL OR p.funding_route = {3})
      AND NOT EXISTS (SELECT 1 FROM payment_lines l WHERE l.invoice_id = i.id AND l.state IN ('waiting', 'sent', 'paid'))";

/// Writes the lines of a run.
pub(super) fn insert_lines(
    tx: &mut Conn,
    authority: AuthorityId,
    run: PaymentRunId,
    route: Option<FundingRoute>,
) -> QueryResult<usize> {
    let route = route.map(FundingRoute::as_str);
    match tx {
        Conn::Sqlite(lite) => {
            let sql = INSERT_LINES.replace("{1}", "?1").replace("{2}", "?2").replace("{3}", "?3");
            diesel::sql_query(sql)
                .bind::<Text, _>(run.to_string())
                .bind::<Text, _>(authority.to_string())
                .bind::<Nullable<Text>, _>(route)
                .execute(lite)
        }
        Conn::Postgres(pg) => {
            let sql = INSERT_LINES.replace("{1}", "$1").replace("{2}", "$2").replace("{3}", "$3::text");
            diesel::sql_query(sql)
                .bind::<Text, _>(run.to_string())
                .bind::<Text, _>(authority.to_string())
                .bind::<Nullable<Text>, _>(route)
                .execute(pg)
        }
    }
}

/// Writes what the lines of a run add up to, and how many due invoices it leaves out.
pub(super) fn sum_up(
    tx: &mut Conn,
    authority: AuthorityId,
    id: PaymentRunId,
    route: Option<FundingRoute>,
) -> QueryResult<Run> {
    let (count, total): (i64, i64) = payment_lines::table
        .filter(payment_lines::run_id.eq(id).and(payment_lines::state.ne(LineState::Dropped)))
        .select((count_star(), sum_i64(payment_lines::amount_pence)))
        .first(tx)?;
    let left_out = without_account(tx, authority, route)?.iter().map(|(_, _, invoices, _)| invoices).sum::<i64>();
    diesel::update(payment_runs::table.find(id))
        .set((
            payment_runs::line_count.eq(count),
            payment_runs::total_pence.eq(Money::pence(total)),
            payment_runs::left_out.eq(left_out),
        ))
        .execute(tx)?;
    payment_runs::table.find(id).select(Run::as_select()).first(tx)
}

/// Providers whose invoices are due and who have given no account: which, name, how many invoices, and what they add up to.
pub fn without_account(
    conn: &mut Conn,
    authority: AuthorityId,
    route: Option<FundingRoute>,
) -> QueryResult<Vec<(OrganizationId, String, i64, i64)>> {
    use crate::db::schema::purchases;
    let mut due = invoices::table
        .inner_join(purchases::table)
        .inner_join(organizations::table)
        .left_join(
            payee_accounts::table.on(payee_accounts::holder_id
                .eq(diesel::dsl::sql::<Text>("invoices.organization_id"))
                .and(payee_accounts::ended_at.is_null())),
        )
        .filter(invoices::authority_id.eq(authority).and(invoices::state.eq("issued")))
        .filter(payee_accounts::id.is_null())
        .filter(purchases::funding_route.ne(FundingRoute::OwnMoney.as_str()))
        .group_by((organizations::id, organizations::name))
        .select((organizations::id, organizations::name, count_star(), sum_i64(invoices::amount_pence)))
        .order((organizations::name, organizations::id))
        .into_boxed();
    if let Some(route) = route {
        due = due.filter(purchases::funding_route.eq(route.as_str()));
    }
    due.load(conn)
}

/// What is due and can be paid, by deployment option: how many invoices, and what they add up to.
pub fn due_by_route(conn: &mut Conn, authority: AuthorityId) -> QueryResult<Vec<(FundingRoute, i64, i64)>> {
    use crate::db::schema::purchases;
    let rows: Vec<(String, i64, i64)> = invoices::table
        .inner_join(purchases::table)
        .left_join(
            payment_lines::table.on(payment_lines::invoice_id.eq(invoices::id).and(
                payment_lines::state
                    .eq(LineState::Waiting)
                    .or(payment_lines::state.eq(LineState::Sent))
                    .or(payment_lines::state.eq(LineState::Paid)),
            )),
        )
        .filter(invoices::authority_id.eq(authority).and(invoices::state.eq("issued")))
        .filter(payment_lines::run_id.is_null())
        .filter(purchases::funding_route.ne(FundingRoute::OwnMoney.as_str()))
        .group_by(purchases::funding_route)
        .select((purchases::funding_route, count_star(), sum_i64(invoices::amount_pence)))
        .order(purchases::funding_route)
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(route, count, sum)| Some((route.parse().ok()?, count, sum))).collect())
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

/// Takes a line that is paid in another way off a run's sum.
pub(super) fn take_off(tx: &mut Conn, run: &Run, amount: Money) -> QueryResult<()> {
    diesel::update(payment_runs::table.find(run.id))
        .set((
            payment_runs::line_count.eq(payment_runs::line_count - 1),
            payment_runs::total_pence.eq(payment_runs::total_pence - amount.as_pence()),
        ))
        .execute(tx)
        .map(drop)
}

/// Drops every line of a run that was taken back.
pub(super) fn drop_lines(tx: &mut Conn, run: &Run) -> QueryResult<()> {
    diesel::update(payment_lines::table.filter(payment_lines::run_id.eq(run.id)))
        .set(payment_lines::state.eq(LineState::Dropped))
        .execute(tx)
        .map(drop)
}

/// The next lines of a run at a state.
pub(super) fn lines_at(conn: &mut Conn, run: &Run, state: LineState, at_most: i64) -> QueryResult<Vec<Line>> {
    payment_lines::table
        .filter(payment_lines::run_id.eq(run.id).and(payment_lines::state.eq(state)))
        .order(payment_lines::number)
        .limit(at_most)
        .select(Line::as_select())
        .load(conn)
}

/// One line of a run.
pub(super) fn line(conn: &mut Conn, run: &Run, number: i64) -> QueryResult<Option<Line>> {
    payment_lines::table.find((run.id, number)).select(Line::as_select()).first(conn).optional()
}

/// Notes where a line stands.
pub(super) fn set_line(tx: &mut Conn, line: &Line, state: LineState, reason: Option<&str>) -> QueryResult<()> {
    diesel::update(payment_lines::table.find((line.run_id, line.number)))
        .set((payment_lines::state.eq(state), payment_lines::reason.eq(reason)))
        .execute(tx)
        .map(drop)
}

/// A line as pages and files show it.
#[derive(Clone, Debug, Queryable)]
pub struct LineShown {
    /// The line itself.
    pub line: Line,
    /// The name of the provider.
    pub provider: String,
    /// "account ending 678".
    pub shown: String,
    /// Since when that is the account.
    pub since: UtcTime,
    /// The account, sealed.
    pub sealed: String,
}

/// Lines of a run after one, with where each is paid to.
pub fn lines_after(conn: &mut Conn, run: &Run, after: i64, at_most: i64) -> QueryResult<Vec<LineShown>> {
    payment_lines::table
        .inner_join(organizations::table)
        .inner_join(payee_accounts::table)
        .filter(payment_lines::run_id.eq(run.id).and(payment_lines::number.gt(after)))
        .filter(payment_lines::state.ne(LineState::Dropped))
        .order(payment_lines::number)
        .limit(at_most)
        .select((
            Line::as_select(),
            organizations::name,
            payee_accounts::shown,
            payee_accounts::set_at,
            payee_accounts::sealed,
        ))
        .load(conn)
}

/// How many lines of a run stand at each state, and what they add up to.
pub fn by_state(conn: &mut Conn, run: &Run) -> QueryResult<HashMap<LineState, (i64, i64)>> {
    let rows: Vec<(LineState, i64, i64)> = payment_lines::table
        .filter(payment_lines::run_id.eq(run.id))
        .group_by(payment_lines::state)
        .select((payment_lines::state, count_star(), sum_i64(payment_lines::amount_pence)))
        .load(conn)?;
    Ok(rows.into_iter().map(|(state, count, sum)| (state, (count, sum))).collect())
}

/// Whether a run pays this invoice, or is going to.
pub fn is_in_a_run(conn: &mut Conn, invoice: InvoiceId) -> QueryResult<bool> {
    let active = payment_lines::table.filter(payment_lines::invoice_id.eq(invoice)).filter(
        payment_lines::state
            .eq(LineState::Waiting)
            .or(payment_lines::state.eq(LineState::Sent))
            .or(payment_lines::state.eq(LineState::Paid)),
    );
    diesel::select(diesel::dsl::exists(active)).get_result(conn)
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

/// Accounts that a run pays into and that are younger than a moment: whose, how it is shown, since when.
pub fn young_accounts(conn: &mut Conn, run: &Run, since: UtcTime) -> QueryResult<Vec<(String, String, UtcTime)>> {
    payment_lines::table
        .inner_join(organizations::table)
        .inner_join(payee_accounts::table)
        .filter(payment_lines::run_id.eq(run.id).and(payee_accounts::set_at.gt(since)))
        .select((organizations::name, payee_accounts::shown, payee_accounts::set_at))
        .distinct()
        .order((organizations::name, payee_accounts::shown, payee_accounts::set_at))
        .limit(50)
        .load(conn)
}
