//! The seam to the money: a plan that both have signed gives the personal budget that it stands on, or changes it.

use chrono::Days;

use crate::allocation::a_year_of;
use crate::budgets::shares::Shares;
use crate::budgets::terms::{Bridging, Holder, RatePer};
use crate::budgets::{self, Change, FundingRoute, MoneyError, NewBudget};
use crate::clock::{UtcTime, month_name};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::ids::{BudgetId, PersonId};
use crate::money::Money;

use super::costing::Year;
use super::store::Agreed;
use super::write::PlanError;

/// What an agreement comes to in its year, what falls away more slowly included.
#[must_use]
pub(super) fn total(agreed: &Agreed) -> Money {
    let year = Year { from: agreed.starts_on, until: agreed.ends_on };
    let bridge = agreed.bridge_weekly_pence.times(agreed.bridge_weeks).unwrap_or_default();
    let weekly = a_year_of(agreed.weekly_pence, year.days());
    weekly.plus(bridge).unwrap_or(weekly)
}

/// Funds an agreement. A budget that is running is changed from the agreement's first day on, with a bridging payment where
/// it falls; it is held by whom the person chose, or as it is, and goes on year after year. Where there is none, or the one
/// there was ends before, a budget is given: its first year has its money at once, the next follows by itself, and what is
/// unspent goes on within the rule.
pub(super) fn fund(
    tx: &mut Conn,
    agreed: &Agreed,
    (holder, by): (Option<&Holder>, PersonId),
    review_on: chrono::NaiveDate,
    now: UtcTime,
) -> Result<BudgetId, PlanError> {
    let running = match agreed.changes_budget_id {
        Some(budget) => Some(budgets::store::lock_of(tx, agreed.authority_id, budget)?),
        None => None,
    };
    let running = running.filter(|running| (running.starts_on..running.ends_on).contains(&agreed.starts_on));
    if let Some(running) = running {
        return change(tx, agreed, (&running, holder, by), review_on, now);
    }
    give(tx, agreed, (holder.ok_or_else(not_chosen)?, by), review_on, now)
}

/// Whether the person has to choose who holds the money: where no budget goes on being held as it is.
pub(super) fn not_chosen() -> PlanError {
    let sentence = "Choose how the money is to be held. It can be changed later.";
    PlanError::Wrong(vec![FieldError::new("route", sentence)])
}

fn bridging(agreed: &Agreed) -> Option<Bridging> {
    let weeks = u64::try_from(agreed.bridge_weeks).unwrap_or(0);
    let until = agreed.starts_on + Days::new(weeks * 7);
    (weeks > 0).then_some(Bridging { weekly: agreed.bridge_weekly_pence, until })
}

fn change(
    tx: &mut Conn,
    agreed: &Agreed,
    (running, holder, by): (&budgets::Budget, Option<&Holder>, PersonId),
    review_on: chrono::NaiveDate,
    now: UtcTime,
) -> Result<BudgetId, PlanError> {
    let change = Change {
        from: agreed.starts_on,
        rate: Some((agreed.weekly_pence, RatePer::Week)),
        bridging: bridging(agreed),
        holders: holder.cloned().map(Shares::all),
        reason: "The support plan was agreed anew".into(),
        ..Change::default()
    };
    match budgets::change::change(tx, (agreed.authority_id, running.id), Some(by), &change, now) {
        Ok(_) | Err(MoneyError::NothingChanges) => {}
        Err(other) => return Err(refused(other)),
    }
    budgets::store::go_on(tx, running, agreed.ends_on, review_on)?;
    Ok(running.id)
}

fn give(
    tx: &mut Conn,
    agreed: &Agreed,
    (holder, by): (&Holder, PersonId),
    review_on: chrono::NaiveDate,
    now: UtcTime,
) -> Result<BudgetId, PlanError> {
    let name = format!("Personal budget from {}", month_name(agreed.starts_on));
    if agreed.weekly_pence == Money::ZERO {
        return open_empty(tx, agreed, (holder.route, name), review_on, now);
    }
    let budget = budgets::Agreed {
        name,
        review_on,
        holders: Shares::all(holder.clone()),
        bridging: bridging(agreed),
        reason: "The support plan was agreed".into(),
        ..budgets::Agreed::weekly(agreed.person_id, agreed.weekly_pence, agreed.starts_on)
    };
    let given = budgets::give(tx, agreed.authority_id, Some(by), &budget, now).map_err(refused)?;
    Ok(given.budget)
}

/// A plan of free things alone: a budget with nothing in it, which a later agreement may change.
fn open_empty(
    tx: &mut Conn,
    agreed: &Agreed,
    (funding_route, name): (FundingRoute, String),
    review_on: chrono::NaiveDate,
    now: UtcTime,
) -> Result<BudgetId, PlanError> {
    let (person, starts_on, ends_on) = (agreed.person_id, agreed.starts_on, agreed.ends_on);
    let new = NewBudget { person, name, funding_route, starts_on, ends_on, review_on, amount: Money::ZERO };
    let opened = budgets::open(tx, agreed.authority_id, &[new], now)?;
    opened.first().map(|budget| budget.id).ok_or(PlanError::NotHere)
}

/// What stands in the way of a budget, on the field of the signature that it is about.
fn refused(error: MoneyError) -> PlanError {
    match error {
        MoneyError::WhoHolds(_) => {
            let sentence = "Say who holds the money: the name of the person, the trust, the broker or the provider.";
            PlanError::Wrong(vec![FieldError::new("holder", sentence)])
        }
        MoneyError::NoSuchProvider => {
            PlanError::Wrong(vec![FieldError::new("holder", "We do not know a provider of this name.")])
        }
        other => PlanError::Other(AppError::from(other)),
    }
}
