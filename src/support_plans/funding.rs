//! The seam to the money: a plan that both have signed opens the personal budget that it stands on.

use chrono::{Datelike, NaiveDate};

use crate::budgets::{self, FundingRoute, NewBudget};
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::ids::BudgetId;
use crate::money::Money;

use super::costing::Year;
use super::store::Agreed;

/// What an agreement comes to in its year, what falls away more slowly included.
#[must_use]
pub(super) fn total(agreed: &Agreed) -> Money {
    let year = Year { from: agreed.starts_on, until: agreed.ends_on };
    let bridge = agreed.bridge_weekly_pence.times(agreed.bridge_weeks).unwrap_or_default();
    let weekly = crate::allocation::a_year_of(agreed.weekly_pence, year.days());
    weekly.plus(bridge).unwrap_or(weekly)
}

/// Opens the personal budget of an agreement.
pub(super) fn fund(
    tx: &mut Conn,
    agreed: &Agreed,
    route: FundingRoute,
    review_on: NaiveDate,
    now: UtcTime,
) -> diesel::QueryResult<BudgetId> {
    let last = agreed.ends_on.pred_opt().unwrap_or(agreed.ends_on);
    let years = match (agreed.starts_on.year(), last.year()) {
        (from, until) if from == until => from.to_string(),
        (from, until) => format!("{from} to {until}"),
    };
    let new = NewBudget {
        person: agreed.person_id,
        name: format!("Personal budget {years}"),
        funding_route: route,
        starts_on: agreed.starts_on,
        ends_on: agreed.ends_on,
        review_on,
        amount: total(agreed),
    };
    let opened = budgets::open(tx, agreed.authority_id, &[new], now)?;
    opened.first().map(|budget| budget.id).ok_or(diesel::result::Error::NotFound)
}
