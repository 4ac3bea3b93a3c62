//! All SQL of what is due: invoices that the council pays, and where holders are listed already.

use std::collections::HashSet;

use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::budgets::FundingRoute;
use crate::db::schema::{invoices, organizations, payee_accounts, payment_lines};
use crate::db::{Conn, among, sum_i64};
use crate::ids::{AuthorityId, BudgetId, OrganizationId, PayeeAccountId, PaymentRunId};
use crate::money::Money;

use super::super::account::PayeeKind;
use super::super::due::HolderDue;
use super::super::run::LineState;

// The invoices that are due and that the council pays from what it holds, that no run pays; those of payees with an account
// in the order in which they were issued. In one statement: a run of a hundred thousand lines never passes through the
// program's memory.
const INSERT_INVOICES: &str = "INSERT INTO payment_lines (run_id, number, invoice_id, organization_id, account_id, amount_pence, state)
    SELECT {1}, ROW_NUMBER() OVER (ORDER BY i.issued_at, i.id), i.id, i.organization_id, a.id, i.amount_pence, 'waiting'
    FROM invoices i
    JOIN payee_accounts a ON a.holder_kind = 'organization' AND a.holder_id = i.organization_id AND a.ended_at IS NULL
    WHERE i.authority_id = {2} AND i.state = 'issued' AND i.funding_route = 'council-managed'
      AND NOT EXISTS (SELECT 1 FROM payment_lines l WHERE l.invoice_id = i.id AND l.state IN ('waiting', 'sent', 'paid'))";

/// Writes the lines of a run that pay invoices; how many.
pub(in super::super) fn insert_invoices(
    tx: &mut Conn,
    authority: AuthorityId,
    run: PaymentRunId,
) -> QueryResult<usize> {
    match tx {
        Conn::Sqlite(lite) => {
            let sql = INSERT_INVOICES.replace("{1}", "?1").replace("{2}", "?2");
            diesel::sql_query(sql).bind::<Text, _>(run.to_string()).bind::<Text, _>(authority.to_string()).execute(lite)
        }
        Conn::Postgres(pg) => {
            let sql = INSERT_INVOICES.replace("{1}", "$1").replace("{2}", "$2");
            diesel::sql_query(sql).bind::<Text, _>(run.to_string()).bind::<Text, _>(authority.to_string()).execute(pg)
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = payment_lines, treat_none_as_default_value = false)]
struct HolderRow {
    run_id: PaymentRunId,
    number: i64,
    organization_id: Option<OrganizationId>,
    account_id: PayeeAccountId,
    amount_pence: Money,
    state: LineState,
    budget_id: BudgetId,
    funding_route: FundingRoute,
}

/// Writes lines of a run that pay holders, numbered from the one after `last`; the last number.
pub(in super::super) fn insert_holders(
    tx: &mut Conn,
    run: PaymentRunId,
    last: i64,
    due: &[HolderDue],
) -> QueryResult<i64> {
    let mut rows = Vec::with_capacity(due.len());
    let mut number = last;
    for each in due {
        let Some(account_id) = each.account else { continue };
        number += 1;
        rows.push(HolderRow {
            run_id: run,
            number,
            organization_id: each.due.holder.organization,
            account_id,
            amount_pence: each.due.amount,
            state: LineState::Waiting,
            budget_id: each.due.budget,
            funding_route: each.due.holder.route,
        });
    }
    crate::insert_rows!(tx, payment_lines::table, &rows)?;
    Ok(number)
}

/// The holders of some budgets that a run lists already which is not settled.
pub(in super::super) fn holders_in_runs(
    conn: &mut Conn,
    of: &[BudgetId],
) -> QueryResult<HashSet<(BudgetId, FundingRoute)>> {
    let rows: Vec<(Option<BudgetId>, Option<FundingRoute>)> = payment_lines::table
        .filter(among(payment_lines::budget_id.assume_not_null(), of))
        .filter(payment_lines::state.eq(LineState::Waiting))
        .select((payment_lines::budget_id, payment_lines::funding_route))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(budget, route)| Some((budget?, route?))).collect())
}

/// Providers whose invoices the council is to pay and who have given no account: which, name, how many invoices, and what
/// they add up to.
pub fn without_account(
    conn: &mut Conn,
    authority: AuthorityId,
) -> QueryResult<Vec<(OrganizationId, String, i64, i64)>> {
    invoices::table
        .inner_join(organizations::table)
        .left_join(
            payee_accounts::table.on(payee_accounts::holder_id
                .eq(diesel::dsl::sql::<Text>("invoices.organization_id"))
                .and(payee_accounts::holder_kind.eq(PayeeKind::Organization))
                .and(payee_accounts::ended_at.is_null())),
        )
        .filter(invoices::authority_id.eq(authority).and(invoices::state.eq("issued")))
        .filter(invoices::funding_route.eq(FundingRoute::CouncilManaged))
        .filter(payee_accounts::id.is_null())
        .group_by((organizations::id, organizations::name))
        .select((organizations::id, organizations::name, count_star(), sum_i64(invoices::amount_pence)))
        .order((organizations::name, organizations::id))
        .load(conn)
}

/// How many invoices are due that the council pays and no run does yet, and what they add up to.
pub fn invoices_due(conn: &mut Conn, authority: AuthorityId) -> QueryResult<(i64, i64)> {
    invoices::table
        .left_join(
            payment_lines::table.on(payment_lines::invoice_id.eq(invoices::id.nullable()).and(
                payment_lines::state
                    .eq(LineState::Waiting)
                    .or(payment_lines::state.eq(LineState::Sent))
                    .or(payment_lines::state.eq(LineState::Paid)),
            )),
        )
        .filter(invoices::authority_id.eq(authority).and(invoices::state.eq("issued")))
        .filter(invoices::funding_route.eq(FundingRoute::CouncilManaged))
        .filter(payment_lines::run_id.is_null())
        .select((count_star(), sum_i64(invoices::amount_pence)))
        .first(conn)
}
