//! What is due to whoever holds a budget: the person, a third party, a trust, a broker, the provider of a service fund.
//!
//! Money is handed over in advance, in equal steps of so many days from the first day of each period: at a step the
//! holder gets their share of what the council put in for the days until the next. What was handed over already is
//! taken off, so a change in the middle of a period is made good by the next step. One-off amounts are due at once. What
//! the council keeps (council-managed) and the person's own money are due to nobody: the council pays from them what
//! providers invoice.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};

use crate::clock::beginning_of;
use crate::db::Conn;
use crate::ids::{AuthorityId, BudgetId, PersonId};
use crate::money::Money;
use crate::places::settings::{self, Setting};

use super::FundingRoute;
use super::store::{self, Period};
use super::terms::{self, Holder, rounded};

/// What is due to one holder of one budget.
#[derive(Clone, Debug)]
pub struct DueToHolder {
    /// Of which budget.
    pub budget: BudgetId,
    /// What pages call it.
    pub name: String,
    /// Whose it is.
    pub person: PersonId,
    /// Who holds it, and how.
    pub holder: Holder,
    /// How much is to be handed over now.
    pub amount: Money,
    /// What is with them already.
    pub with_them: Money,
}

/// How often holders are paid.
#[derive(Clone, Copy)]
struct Steps {
    holders: i64,
    funds: i64,
}

impl FundingRoute {
    /// Whether somebody else than the council holds money of it.
    #[must_use]
    pub const fn is_handed_over(self) -> bool {
        !matches!(self, Self::CouncilManaged | Self::OwnMoney)
    }
}

impl Steps {
    fn of(conn: &mut Conn, authority: AuthorityId) -> diesel::QueryResult<Self> {
        Ok(Self {
            holders: settings::setting(conn, authority, Setting::PayHoldersEveryDays)?,
            funds: settings::setting(conn, authority, Setting::PayFundsEveryDays)?,
        })
    }
}

/// What some budgets have, read once for all of them.
struct Whole {
    terms: HashMap<BudgetId, Vec<terms::Terms>>,
    periods: Vec<Period>,
    handed_over: HashMap<(String, String), i64>,
    one_offs: HashMap<BudgetId, i64>,
}

impl Whole {
    fn read(conn: &mut Conn, authority: AuthorityId, ids: &[BudgetId], by: NaiveDate) -> diesel::QueryResult<Self> {
        let mut one_offs: HashMap<BudgetId, i64> = HashMap::new();
        for (id, amount) in store::one_offs(conn, ids, beginning_of(by + Days::new(1)))? {
            *one_offs.entry(id).or_default() += amount.as_pence();
        }
        let handed_over = store::handed_over(conn, ids)?;
        Ok(Self {
            terms: store::terms_of(conn, authority, ids)?,
            periods: store::periods_begun(conn, authority, ids, by)?,
            handed_over: handed_over.into_iter().map(|(id, route, amount)| ((id, route), amount.as_pence())).collect(),
            one_offs,
        })
    }

    /// Each holder of a budget with their share, what is with them, and what is due to them by the end of a day.
    fn of(
        &self,
        budget: BudgetId,
        ends_on: NaiveDate,
        by: NaiveDate,
        steps: Steps,
    ) -> Vec<(Holder, i32, Money, Money)> {
        let Some(all) = self.terms.get(&budget) else { return Vec::new() };
        let first = self.periods.partition_point(|period| period.budget_id < budget);
        let of_this: Vec<&Period> =
            self.periods.iter().skip(first).take_while(|period| period.budget_id == budget).collect();
        let Some(now) = terms::on(all, by.min(ends_on - Days::new(1))) else { return Vec::new() };
        let once = Money::pence(self.one_offs.get(&budget).copied().unwrap_or(0));
        let handed_over = now.holders.parts().iter().filter(|(holder, _)| holder.route.is_handed_over());
        handed_over
            .map(|(holder, share)| {
                let of_once = rounded(once, i128::from(*share), i128::from(super::shares::WHOLE), 1).as_pence();
                let wanted = so_far(all, &of_this, holder, by, steps) + of_once;
                let key = (budget.to_string(), holder.route.to_string());
                let with_them = -self.handed_over.get(&key).copied().unwrap_or(0);
                let due = Money::pence((wanted - with_them).max(0));
                (holder.clone(), *share, Money::pence(with_them), due)
            })
            .collect()
    }
}

/// What is due by a day (its end) to the holders of an authority's budgets, in the order of the budgets' ids, after one
/// of them: so many budgets are looked at, and the last that was looked at is told, to go on after; none at the end.
pub fn due_to_holders(
    conn: &mut Conn,
    authority: AuthorityId,
    by: NaiveDate,
    after: Option<BudgetId>,
    at_most: i64,
) -> diesel::QueryResult<(Vec<DueToHolder>, Option<BudgetId>)> {
    let steps = Steps::of(conn, authority)?;
    let budgets = store::budgets_after(conn, authority, after, by, at_most)?;
    let ids: Vec<BudgetId> = budgets.iter().map(|budget| budget.id).collect();
    let whole = Whole::read(conn, authority, &ids, by)?;
    let mut due = Vec::new();
    for budget in &budgets {
        for (holder, _, with_them, amount) in whole.of(budget.id, budget.ends_on, by, steps) {
            if amount > Money::ZERO {
                let (name, person) = (budget.name.clone(), budget.person);
                due.push(DueToHolder { budget: budget.id, name, person, holder, amount, with_them });
            }
        }
    }
    let full = i64::try_from(budgets.len()).is_ok_and(|count| count == at_most);
    Ok((due, ids.last().copied().filter(|_| full)))
}

/// Each holder of one budget with their share, what is with them, and what is due to them by the end of a day.
pub fn due_of(
    conn: &mut Conn,
    authority: AuthorityId,
    budget: BudgetId,
    by: NaiveDate,
) -> diesel::QueryResult<Vec<(Holder, i32, Money, Money)>> {
    let steps = Steps::of(conn, authority)?;
    let ends_on = store::last_day_of(conn, authority, budget)?;
    Ok(Whole::read(conn, authority, &[budget], by)?.of(budget, ends_on, by, steps))
}

/// What a holder should have had by the end of a day, of all periods that have begun.
fn so_far(all: &[terms::Terms], periods: &[&Period], holder: &Holder, by: NaiveDate, steps: Steps) -> i64 {
    let every = if holder.route == FundingRoute::ServiceFund { steps.funds } else { steps.holders };
    let mut pence = 0;
    for period in periods {
        // The share of the day the period began on, or of a change within it.
        let on = by.min(period.ends_on - Days::new(1));
        let share = terms::on(all, on)
            .and_then(|terms| terms.holders.parts().iter().find(|(each, _)| each.route == holder.route))
            .map_or(0, |(_, share)| *share);
        let days = (period.ends_on - period.starts_on).num_days();
        let begun = (by - period.starts_on).num_days() / every + 1;
        let until = (begun * every).min(days);
        let theirs = rounded(period.funded_pence, i128::from(share), i128::from(super::shares::WHOLE), 1);
        pence += rounded(theirs, i128::from(until), i128::from(days), 1).as_pence();
    }
    pence
}
