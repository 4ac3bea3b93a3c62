//! The verb: a council opens a budget and puts money into it.

use chrono::NaiveDate;

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::ids::{AuthorityId, BudgetId, PersonId};
use crate::log::{EventKind, NewEvent};
use crate::money::Money;

use super::ledger::{Fund, Holding, Transfer};
use super::{Budget, FundingRoute, store};

/// A budget to be opened.
#[derive(Clone, Debug)]
pub struct NewBudget {
    /// Who it is for.
    pub person: PersonId,
    /// What pages call it.
    pub name: String,
    /// How it is held.
    pub funding_route: FundingRoute,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// The day after its last.
    pub ends_on: NaiveDate,
    /// When it is looked at together.
    pub review_on: NaiveDate,
    /// How much is put into it.
    pub amount: Money,
}

/// Opens budgets of one authority and allocates money to each, bringing the money into the authority's fund first.
pub fn open(
    tx: &mut Conn,
    authority: AuthorityId,
    new: &[NewBudget],
    now: UtcTime,
) -> Result<Vec<Budget>, diesel::result::Error> {
    let mut fund: Fund = store::lock_fund(tx, authority)?;
    let mut transfers: Vec<Transfer> = Vec::with_capacity(new.len() * 2);
    let mut budgets = Vec::with_capacity(new.len());
    let mut events = Vec::with_capacity(new.len());
    for wanted in new {
        let mut budget = Budget {
            id: BudgetId::new(),
            authority,
            person: wanted.person,
            funding_route: wanted.funding_route,
            starts_on: wanted.starts_on,
            ends_on: wanted.ends_on,
            available: Holding::empty(),
            committed: Holding::empty(),
            owed: Holding::empty(),
            paid: Holding::empty(),
        };
        let cause = budget.id.to_string();
        transfers.extend(fund.grant(wanted.amount, &cause, now));
        transfers.extend(budget.allocate(&mut fund, wanted.amount, &cause, now));
        events.push(NewEvent::plain(Some(authority), EventKind::BudgetOpened, &budget.id, now));
        budgets.push(budget);
    }
    store::insert(tx, new, &budgets, now)?;
    store::record(tx, &transfers)?;
    crate::log::append(tx, &events)?;
    Ok(budgets)
}
