//! All SQL of individual service funds. A provider sees funds that it holds or held; an officer those of the authority.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::clock::{UtcTime, beginning_of};
use crate::db::schema::{
    accounts, budget_holders, budget_terms, budgets, fund_returns, legs, organizations, people, transfers,
};
use crate::db::{Conn, among};
use crate::identity::{FinanceOfficer, ProviderMember};
use crate::ids::{AuthorityId, BudgetId, FundReturnId, OrganizationId, PersonId};
use crate::money::Money;

use super::super::FundingRoute;
use super::super::ledger::{AccountKind, Reason};
use super::super::shares::WHOLE;
use super::super::terms::rounded;
use super::fund_return::{FundReturn, ReturnState, Standing};

/// A fund that a provider holds, or held.
#[derive(Clone, Debug, Queryable)]
pub struct Held {
    /// Which budget.
    pub budget: BudgetId,
    /// Whose money.
    pub authority: AuthorityId,
    /// Who it is for.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// What pages call the budget.
    pub title: String,
    /// The first day of the budget.
    pub starts_on: NaiveDate,
    /// The day after its last.
    pub ends_on: NaiveDate,
    /// When the provider came to hold it.
    pub since: NaiveDate,
    /// The provider's share of the budget, in hundredths of a percent.
    pub share: i32,
    /// Which provider.
    pub organization: OrganizationId,
}

macro_rules! held {
    ($($filter:expr),+) => {
        budget_holders::table
            .inner_join(budget_terms::table.inner_join(budgets::table.inner_join(people::table)))
            .filter(budget_holders::funding_route.eq(FundingRoute::ServiceFund))
            .filter(budget_terms::withdrawn_at.is_null())
            $(.filter($filter))+
            .order((people::display_name, budgets::id, budget_terms::starts_on, budget_terms::number))
            .select((
                budgets::id,
                budgets::authority_id,
                budgets::person_id,
                people::display_name,
                budgets::name,
                budgets::starts_on,
                budgets::ends_on,
                budget_terms::starts_on,
                budget_holders::share,
                budget_holders::organization_id.assume_not_null(),
            ))
    };
}

/// One row for each fund: since when the provider holds it, and the share that was set last.
fn once_each(rows: Vec<Held>) -> Vec<Held> {
    let mut funds: Vec<Held> = Vec::new();
    for row in rows {
        match funds.iter_mut().find(|fund| fund.budget == row.budget && fund.organization == row.organization) {
            Some(fund) => fund.share = row.share,
            None => funds.push(row),
        }
    }
    funds
}

/// The funds that the member's provider holds or held, by the name of the person.
pub fn funds_of(conn: &mut Conn, member: &ProviderMember) -> QueryResult<Vec<Held>> {
    let rows = held!(budget_holders::organization_id.eq(member.organization())).load(conn)?;
    Ok(once_each(rows))
}

/// One fund of the member's provider.
pub fn fund_of(conn: &mut Conn, member: &ProviderMember, budget: BudgetId) -> QueryResult<Held> {
    let rows = held!(budget_holders::organization_id.eq(member.organization()), budgets::id.eq(budget)).load(conn)?;
    once_each(rows).pop().ok_or(diesel::result::Error::NotFound)
}

/// Every fund that began before a day and whose budget had not ended by another.
pub(super) fn funds_between(conn: &mut Conn, (from, until): (NaiveDate, NaiveDate)) -> QueryResult<Vec<Held>> {
    let rows = held!(
        budget_holders::organization_id.is_not_null(),
        budget_terms::starts_on.lt(until),
        budgets::ends_on.gt(from)
    )
    .load(conn)?;
    Ok(once_each(rows))
}

/// What the ledger says of a fund for some days: what was handed over, and the provider's share of what was paid.
pub fn standing(conn: &mut Conn, fund: &Held, (from, until): (NaiveDate, NaiveDate)) -> QueryResult<Standing> {
    let rows: Vec<(UtcTime, AccountKind, Money)> = transfers::table
        .inner_join(legs::table.inner_join(accounts::table))
        .filter(accounts::owner_id.eq(fund.budget.as_str()).and(accounts::authority_id.eq(fund.authority)))
        .filter(transfers::recorded_at.lt(beginning_of(until)))
        .filter(
            accounts::kind
                .eq(AccountKind::HandedOver)
                .and(accounts::part.eq(FundingRoute::ServiceFund.as_str()))
                .or(accounts::kind.eq(AccountKind::Paid).and(transfers::reason.eq(Reason::Settlement))),
        )
        .select((transfers::recorded_at, accounts::kind, legs::amount_pence))
        .load(conn)?;
    let begins = beginning_of(from);
    let mut sums: HashMap<(bool, AccountKind), i64> = HashMap::new();
    for (at, kind, amount) in rows {
        *sums.entry((at >= begins, kind)).or_default() += amount.as_pence();
    }
    let of = |within: bool, kind| sums.get(&(within, kind)).copied().unwrap_or(0);
    let theirs = |pence: i64| rounded(Money::pence(pence), i128::from(fund.share), i128::from(WHOLE), 1).as_pence();
    let before = -of(false, AccountKind::HandedOver) - theirs(of(false, AccountKind::Paid));
    Ok(Standing {
        opening: Money::pence(before),
        received: Money::pence(-of(true, AccountKind::HandedOver)),
        spent: Money::pence(theirs(of(true, AccountKind::Paid))),
    })
}

/// The returns of a provider, those that are late first.
pub fn returns_of(conn: &mut Conn, member: &ProviderMember) -> QueryResult<Vec<FundReturn>> {
    fund_returns::table
        .filter(fund_returns::organization_id.eq(member.organization()))
        .order((fund_returns::covers_from.desc(), fund_returns::budget_id))
        .select(FundReturn::as_select())
        .limit(1_000)
        .load(conn)
}

/// One return of the member's provider.
pub fn return_of(conn: &mut Conn, member: &ProviderMember, id: FundReturnId) -> QueryResult<FundReturn> {
    fund_returns::table
        .find(id)
        .filter(fund_returns::organization_id.eq(member.organization()))
        .select(FundReturn::as_select())
        .first(conn)
}

/// A return with the name of its provider and of the person.
pub type Told = (FundReturn, String, String);

/// The returns of an authority at some states, the longest waiting first.
pub fn returns_at(
    conn: &mut Conn,
    officer: &FinanceOfficer,
    states: &[ReturnState],
    at_most: i64,
) -> QueryResult<Vec<Told>> {
    fund_returns::table
        .inner_join(organizations::table)
        .inner_join(budgets::table.inner_join(people::table))
        .filter(fund_returns::authority_id.eq(officer.authority()))
        .filter(among(fund_returns::state, states))
        .order((fund_returns::due_on, organizations::name, people::display_name))
        .select((FundReturn::as_select(), organizations::name, people::display_name))
        .limit(at_most)
        .load(conn)
}

/// One return of an authority.
pub fn return_to(conn: &mut Conn, officer: &FinanceOfficer, id: FundReturnId) -> QueryResult<FundReturn> {
    fund_returns::table
        .find(id)
        .filter(fund_returns::authority_id.eq(officer.authority()))
        .select(FundReturn::as_select())
        .first(conn)
}

/// Writes returns that are due; those that are there already stay.
pub(super) fn insert_due(tx: &mut Conn, due: &FundReturn) -> QueryResult<()> {
    crate::both!(tx, c => diesel::insert_into(fund_returns::table).values(due).on_conflict_do_nothing().execute(c))
        .map(drop)
}

/// Keeps what was filed or decided; whether it was still at the state that was read.
pub(super) fn update(tx: &mut Conn, told: &FundReturn, was: ReturnState) -> QueryResult<bool> {
    let this = fund_returns::table.filter(fund_returns::id.eq(told.id).and(fund_returns::state.eq(was)));
    let changed = diesel::update(this)
        .set((
            fund_returns::state.eq(told.state),
            fund_returns::opening_pence.eq(told.opening_pence),
            fund_returns::received_pence.eq(told.received_pence),
            fund_returns::spent_pence.eq(told.spent_pence),
            fund_returns::balance_pence.eq(told.balance_pence),
            fund_returns::ledger_pence.eq(told.ledger_pence),
            fund_returns::quarter_hours.eq(told.quarter_hours),
            fund_returns::note.eq(&told.note),
            fund_returns::filed_by.eq(told.filed_by),
            fund_returns::filed_at.eq(told.filed_at),
            fund_returns::answer.eq(&told.answer),
            fund_returns::decided_by.eq(told.decided_by),
            fund_returns::decided_at.eq(told.decided_at),
        ))
        .execute(tx)?;
    Ok(changed == 1)
}

/// Returns that are late on a day, after one of them, in the order of their ids.
pub(super) fn late(conn: &mut Conn, today: NaiveDate, after: &str, at_most: i64) -> QueryResult<Vec<FundReturn>> {
    fund_returns::table
        .filter(among(fund_returns::state, [ReturnState::Due, ReturnState::SentBack]))
        .filter(fund_returns::due_on.lt(today).and(fund_returns::id.gt(after.to_owned())))
        .order(fund_returns::id)
        .select(FundReturn::as_select())
        .limit(at_most)
        .load(conn)
}

/// Notes that the provider was asked for it.
pub(super) fn note_chased(tx: &mut Conn, id: FundReturnId, today: NaiveDate) -> QueryResult<()> {
    diesel::update(fund_returns::table.find(id)).set(fund_returns::chased_on.eq(today)).execute(tx).map(drop)
}
