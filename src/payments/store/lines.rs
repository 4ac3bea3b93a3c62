//! All SQL of the lines of a run.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::budgets::FundingRoute;
use crate::clock::UtcTime;
use crate::db::schema::{budgets, organizations, payee_accounts, payment_lines, payment_runs, people};
use crate::db::{Conn, sum_i64};
use crate::ids::{InvoiceId, PersonId};
use crate::money::Money;

use super::super::run::{Line, LineState, Run};

/// Takes a line that is paid in another way off a run's sum.
pub(in super::super) fn take_off(tx: &mut Conn, run: &Run, amount: Money) -> QueryResult<()> {
    diesel::update(payment_runs::table.find(run.id))
        .set((
            payment_runs::line_count.eq(payment_runs::line_count - 1),
            payment_runs::total_pence.eq(payment_runs::total_pence - amount.as_pence()),
        ))
        .execute(tx)
        .map(drop)
}

/// Drops every line of a run that was taken back.
pub(in super::super) fn drop_lines(tx: &mut Conn, run: &Run) -> QueryResult<()> {
    diesel::update(payment_lines::table.filter(payment_lines::run_id.eq(run.id)))
        .set(payment_lines::state.eq(LineState::Dropped))
        .execute(tx)
        .map(drop)
}

/// The next lines of a run at a state.
pub(in super::super) fn lines_at(conn: &mut Conn, run: &Run, state: LineState, at_most: i64) -> QueryResult<Vec<Line>> {
    payment_lines::table
        .filter(payment_lines::run_id.eq(run.id).and(payment_lines::state.eq(state)))
        .order(payment_lines::number)
        .limit(at_most)
        .select(Line::as_select())
        .load(conn)
}

/// One line of a run.
pub(in super::super) fn line(conn: &mut Conn, run: &Run, number: i64) -> QueryResult<Option<Line>> {
    payment_lines::table.find((run.id, number)).select(Line::as_select()).first(conn).optional()
}

/// Notes where a line stands.
pub(in super::super) fn set_line(
    tx: &mut Conn,
    line: &Line,
    state: LineState,
    reason: Option<&str>,
) -> QueryResult<()> {
    diesel::update(payment_lines::table.find((line.run_id, line.number)))
        .set((payment_lines::state.eq(state), payment_lines::reason.eq(reason)))
        .execute(tx)
        .map(drop)
}

/// A line as pages and files show it.
#[derive(Clone, Debug)]
pub struct LineShown {
    /// The line itself.
    pub line: Line,
    /// Who is paid: a provider, a third party, a trust, a broker, or the person.
    pub payee: String,
    /// Of whose budget the holder is paid, where one is.
    pub person: Option<PersonId>,
    /// Their name, and what pages call the budget.
    pub budget: Option<(String, String)>,
    /// "account ending 678".
    pub shown: String,
    /// Since when that is the account.
    pub since: UtcTime,
    /// The account, sealed.
    pub sealed: String,
}

type LineRow =
    (Line, Option<String>, Option<PersonId>, Option<String>, Option<String>, (String, String, UtcTime, String));

fn shown(row: LineRow) -> LineShown {
    let (line, provider, whose, person, budget, (holder, shown, since, sealed)) = row;
    let named = Some(holder).filter(|name| !name.is_empty());
    LineShown {
        line,
        payee: provider.or(named).or_else(|| person.clone()).unwrap_or_default(),
        person: whose,
        budget: person.zip(budget),
        shown,
        since,
        sealed,
    }
}

/// Lines of a run after one, with where each is paid to.
pub fn lines_after(conn: &mut Conn, run: &Run, after: i64, at_most: i64) -> QueryResult<Vec<LineShown>> {
    let rows: Vec<LineRow> = payment_lines::table
        .inner_join(payee_accounts::table)
        .left_join(organizations::table)
        .left_join(budgets::table)
        .left_join(people::table.on(people::id.nullable().eq(budgets::person_id.nullable())))
        .filter(payment_lines::run_id.eq(run.id).and(payment_lines::number.gt(after)))
        .filter(payment_lines::state.ne(LineState::Dropped))
        .order(payment_lines::number)
        .limit(at_most)
        .select((
            Line::as_select(),
            organizations::name.nullable(),
            budgets::person_id.nullable(),
            people::display_name.nullable(),
            budgets::name.nullable(),
            (payee_accounts::holder_name, payee_accounts::shown, payee_accounts::set_at, payee_accounts::sealed),
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(shown).collect())
}

/// How many lines of a run there are for each deployment option, and what they add up to.
pub fn by_option(conn: &mut Conn, run: &Run) -> QueryResult<Vec<(FundingRoute, i64, i64)>> {
    let rows: Vec<(Option<FundingRoute>, i64, i64)> = payment_lines::table
        .filter(payment_lines::run_id.eq(run.id).and(payment_lines::state.ne(LineState::Dropped)))
        .group_by(payment_lines::funding_route)
        .select((payment_lines::funding_route, count_star(), sum_i64(payment_lines::amount_pence)))
        .load(conn)?;
    let option = |(route, count, sum): (Option<FundingRoute>, i64, i64)| {
        (route.unwrap_or(FundingRoute::CouncilManaged), count, sum)
    };
    let mut all: Vec<_> = rows.into_iter().map(option).collect();
    all.sort_unstable();
    Ok(all)
}

/// Lines that were listed and are not paid after all: their number and why.
pub fn dropped(conn: &mut Conn, run: &Run) -> QueryResult<Vec<(i64, Money, Option<String>)>> {
    payment_lines::table
        .filter(payment_lines::run_id.eq(run.id).and(payment_lines::state.eq(LineState::Dropped)))
        .filter(payment_lines::reason.is_not_null())
        .order(payment_lines::number)
        .select((payment_lines::number, payment_lines::amount_pence, payment_lines::reason))
        .limit(50)
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

/// Accounts that a run pays into and that are younger than a moment: whose, how it is shown, since when.
pub fn young_accounts(conn: &mut Conn, run: &Run, since: UtcTime) -> QueryResult<Vec<(String, String, UtcTime)>> {
    type Row = (Option<String>, Option<String>, (String, String, UtcTime));
    let rows: Vec<Row> = payment_lines::table
        .inner_join(payee_accounts::table)
        .left_join(organizations::table)
        .left_join(budgets::table)
        .left_join(people::table.on(people::id.nullable().eq(budgets::person_id.nullable())))
        .filter(payment_lines::run_id.eq(run.id).and(payee_accounts::set_at.gt(since)))
        .select((
            organizations::name.nullable(),
            people::display_name.nullable(),
            (payee_accounts::holder_name, payee_accounts::shown, payee_accounts::set_at),
        ))
        .distinct()
        .order((payee_accounts::set_at.desc(), payee_accounts::shown))
        .limit(50)
        .load(conn)?;
    let whose = |(provider, person, (holder, shown, since)): Row| {
        let named = Some(holder).filter(|name| !name.is_empty());
        (provider.or(named).or(person).unwrap_or_default(), shown, since)
    };
    Ok(rows.into_iter().map(whose).collect())
}
