//! The seam to the money: a plan that both have signed opens the personal budget that it stands on, or changes it.

use chrono::{Datelike, Days, NaiveDate};

use crate::allocation::a_year_of;
use crate::budgets::terms::{Bridging, RatePer};
use crate::budgets::{self, Change, FundingRoute, MoneyError, NewBudget};
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::AppError;
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

/// Funds an agreement: a budget that is running is changed from its first day on, with a bridging payment where it falls,
/// and goes on being held as it is; for the days after its end, or where there is none, a budget is opened.
pub(super) fn fund(
    tx: &mut Conn,
    agreed: &Agreed,
    (route, by): (FundingRoute, PersonId),
    review_on: NaiveDate,
    now: UtcTime,
) -> Result<BudgetId, PlanError> {
    let Some(budget) = agreed.changes_budget_id else {
        return open(tx, agreed, (agreed.starts_on, total(agreed)), route, (review_on, now));
    };
    let running = budgets::store::lock_of(tx, agreed.authority_id, budget)?;
    if !(running.starts_on..running.ends_on).contains(&agreed.starts_on) {
        return open(tx, agreed, (agreed.starts_on, total(agreed)), route, (review_on, now));
    }
    let weeks = u64::try_from(agreed.bridge_weeks).unwrap_or(0);
    let change = Change {
        from: agreed.starts_on,
        rate: Some((agreed.weekly_pence, RatePer::Week)),
        bridging: (weeks > 0)
            .then(|| Bridging { weekly: agreed.bridge_weekly_pence, until: agreed.starts_on + Days::new(weeks * 7) }),
        reason: "The support plan was agreed anew".into(),
        ..Change::default()
    };
    match budgets::change::change(tx, (agreed.authority_id, budget), Some(by), &change, now) {
        Ok(_) | Err(MoneyError::NothingChanges) => {}
        Err(other) => return Err(PlanError::Other(AppError::from(other))),
    }
    if agreed.ends_on > running.ends_on {
        let rest = Year { from: running.ends_on, until: agreed.ends_on };
        let amount = a_year_of(agreed.weekly_pence, rest.days());
        open(tx, agreed, (running.ends_on, amount), running.funding_route, (review_on.max(running.ends_on), now))?;
    }
    Ok(budget)
}

fn open(
    tx: &mut Conn,
    agreed: &Agreed,
    (starts_on, amount): (NaiveDate, Money),
    funding_route: FundingRoute,
    (review_on, now): (NaiveDate, UtcTime),
) -> Result<BudgetId, PlanError> {
    let last = agreed.ends_on.pred_opt().unwrap_or(agreed.ends_on);
    let years = match (starts_on.year(), last.year()) {
        (from, until) if from == until => from.to_string(),
        (from, until) => format!("{from} to {until}"),
    };
    let new = NewBudget {
        person: agreed.person_id,
        name: format!("Personal budget {years}"),
        funding_route,
        starts_on,
        ends_on: agreed.ends_on,
        review_on,
        amount,
    };
    let opened = budgets::open(tx, agreed.authority_id, &[new], now)?;
    opened.first().map(|budget| budget.id).ok_or(PlanError::NotHere)
}
