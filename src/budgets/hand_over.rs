//! The verbs of a payment run: money is handed to holders of budgets, some at a time; and comes back where the bank did not
//! pay.
//!
//! Handing over moves nothing in a budget: what is available stays available, whoever holds it. It is kept on the account
//! `handed over` of that budget and way of holding, against `outside`.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::ids::{AuthorityId, BudgetId, PersonId};
use crate::money::Money;

use super::due::due_of;
use super::ledger::{AccountKind, Holding, Movement, Once, Reason, Transfer, leg_of};
use super::store;
use super::{FundingRoute, MoneyError};

/// An amount on its way to whoever holds a budget in one way.
#[derive(Clone, Debug)]
pub struct Handing {
    /// Of which budget.
    pub budget: BudgetId,
    /// In which way it is held.
    pub route: FundingRoute,
    /// How much.
    pub amount: Money,
    /// What causes it: the reference of a payment. It is handed over for this once.
    pub cause: String,
}

/// Hands money to holders of budgets, and tells for each whether it was done: it is not where less is due by the day than
/// was listed, as when somebody else has paid meanwhile, or the budget was changed.
pub fn hand_over(
    tx: &mut Conn,
    (authority, by): (AuthorityId, Option<PersonId>),
    all: &[Handing],
    due_by: NaiveDate,
    now: UtcTime,
) -> Result<Vec<bool>, MoneyError> {
    let ids: Vec<BudgetId> = all.iter().map(|each| each.budget).collect();
    store::lock_some(tx, authority, &ids)?;
    let due = due_of(tx, authority, &ids, due_by)?;
    let mut due: HashMap<(BudgetId, FundingRoute), Money> =
        due.into_iter().map(|each| ((each.budget, each.holder.route), each.amount)).collect();
    let mut with_them = store::holdings_of(tx, &ids, AccountKind::HandedOver)?;
    let mut fund = store::lock_fund(tx, authority)?;
    let (mut done, mut opened, mut moved) = (Vec::with_capacity(all.len()), Vec::new(), Vec::new());
    for each in all {
        let Some(due) = due.get_mut(&(each.budget, each.route)).filter(|due| **due >= each.amount) else {
            done.push(false);
            continue;
        };
        *due = due.less(each.amount).unwrap_or_default();
        let holding = with_them.entry((each.budget, each.route)).or_insert_with(|| {
            let holding = Holding::empty();
            opened.push((each.budget, each.route, holding));
            holding
        });
        let legs = [leg_of(holding, each.amount.negated()), leg_of(&mut fund.outside, each.amount)];
        let legs = legs.into_iter().collect::<Option<Vec<_>>>().ok_or(MoneyError::TooMuch)?;
        moved.push(transfer(authority, by, Reason::Payment, &each.cause, legs, now)?);
        done.push(true);
    }
    store::open_handed_over(tx, authority, &opened)?;
    store::record(tx, &moved)?;
    Ok(done)
}

/// The bank did not pay: the money is not with the holder, and is due again.
pub fn came_back(
    tx: &mut Conn,
    (authority, by): (AuthorityId, Option<PersonId>),
    back: &Handing,
    now: UtcTime,
) -> Result<(), MoneyError> {
    store::lock_some(tx, authority, &[back.budget])?;
    let mut with_them = store::holdings_of(tx, &[back.budget], AccountKind::HandedOver)?;
    let mut fund = store::lock_fund(tx, authority)?;
    let holding = with_them.get_mut(&(back.budget, back.route)).ok_or(diesel::result::Error::NotFound)?;
    if holding.balance.negated() < back.amount {
        return Err(MoneyError::NotSoMuch { there: holding.balance.negated(), asked: back.amount });
    }
    let legs = [leg_of(&mut fund.outside, back.amount.negated()), leg_of(holding, back.amount)];
    let legs = legs.into_iter().collect::<Option<Vec<_>>>().ok_or(MoneyError::TooMuch)?;
    let moved = transfer(authority, by, Reason::PaymentReturned, &back.cause, legs, now)?;
    Ok(store::record(tx, &[moved])?)
}

fn transfer(
    authority: AuthorityId,
    acted_by: Option<PersonId>,
    reason: Reason,
    cause: &str,
    legs: Vec<super::Leg>,
    at: UtcTime,
) -> Result<Transfer, MoneyError> {
    let movement = Movement { reason, cause, acted_by, at, once: Once::ForEachCause };
    Transfer::of(authority, legs, movement).ok_or(MoneyError::Amount)
}
