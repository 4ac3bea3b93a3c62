//! What is due to whoever holds a budget: the person, a third party, a trust, a broker, the provider of a service fund.
//!
//! - Money is handed over in advance, in equal steps of so many days from the first day of each period: at a step the
//!   holder gets their share of what the council put in for the days until the next. What was handed over already is
//!   taken off, so a change in the middle of a period is made good by the next step.
//! - A share holds for its own days: who holds a budget from July on is due nothing of June. What somebody held before and
//!   did not get, what they were paid too much, and what the council held and did not pay out, is for those who hold it now.
//! - One-off amounts are due at once; what was taken back, or went back at the end of a period, is due no more.
//! - What the council keeps (council-managed) and the person's own money are due to nobody: the council pays from them what
//!   providers invoice.
//! - Whatever else is so: all that the council hands over, has paid to providers and is still to pay them is never more than
//!   it put in. So an invoice that is paid out of money that was handed over is not paid again by the council.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Days, NaiveDate};

use crate::clock::{beginning_of, day};
use crate::db::Conn;
use crate::ids::{AuthorityId, BudgetId, PersonId};
use crate::money::Money;
use crate::places::settings::{self, Setting};

use super::FundingRoute;
use super::shares::split;
use super::store::{self, InTurn, Period};
use super::terms::{self, Holder, Terms, rounded};

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
    /// Their share, in hundredths of a percent.
    pub share: i32,
    /// How much is to be handed over now.
    pub amount: Money,
    /// What was handed to them already.
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

    /// Whether the council itself pays what providers invoice.
    #[must_use]
    pub const fn is_paid_by_the_council(self) -> bool {
        matches!(self, Self::CouncilManaged)
    }
}

impl Steps {
    fn of(conn: &mut Conn, authority: AuthorityId) -> diesel::QueryResult<Self> {
        Ok(Self {
            holders: settings::setting(conn, authority, Setting::PayHoldersEveryDays)?,
            funds: settings::setting(conn, authority, Setting::PayFundsEveryDays)?,
        })
    }

    /// Until before which day of a period a holder is paid in advance on a day.
    fn until(self, period: &Period, route: FundingRoute, by: NaiveDate) -> NaiveDate {
        let every = match route {
            FundingRoute::ServiceFund => self.funds,
            FundingRoute::CouncilManaged | FundingRoute::OwnMoney => 1,
            _ => self.holders,
        };
        let begun = (by - period.starts_on).num_days() / every.max(1) + 1;
        let days = u64::try_from(begun * every.max(1)).unwrap_or(0);
        (period.starts_on + Days::new(days)).min(period.ends_on)
    }
}

/// What the council put into a budget, and what of it is gone or promised beside what was handed over.
#[derive(Clone, Copy, Debug, Default)]
struct Kept {
    put_in: i64,
    paid: i64,
    to_pay: i64,
}

/// What one budget has.
struct One<'a> {
    terms: &'a [Terms],
    ends_on: NaiveDate,
    periods: Vec<&'a Period>,
    /// By which day what came beside the rate (above zero) or went.
    beside: &'a [(NaiveDate, i64)],
    handed_over: &'a BTreeMap<FundingRoute, i64>,
    kept: Kept,
}

/// What some budgets have, read once for all of them.
struct Whole {
    terms: HashMap<BudgetId, Vec<Terms>>,
    periods: Vec<Period>,
    beside: HashMap<BudgetId, Vec<(NaiveDate, i64)>>,
    handed_over: HashMap<BudgetId, BTreeMap<FundingRoute, i64>>,
    kept: HashMap<BudgetId, Kept>,
}

impl Whole {
    fn read(conn: &mut Conn, authority: AuthorityId, budgets: &[InTurn], by: NaiveDate) -> diesel::QueryResult<Self> {
        let ids: Vec<BudgetId> = budgets.iter().map(|budget| budget.id).collect();
        let terms = store::terms_of(conn, authority, &ids)?;
        // Of a budget that the council never handed to anybody nothing is due.
        let ids: Vec<BudgetId> =
            ids.into_iter().filter(|id| terms.get(id).is_some_and(|all| is_handed_over(all))).collect();
        let mut kept: HashMap<BudgetId, Kept> = HashMap::with_capacity(ids.len());
        for (id, pence) in store::put_in_by_the_council(conn, &ids)? {
            kept.entry(id).or_default().put_in = pence;
        }
        for budget in budgets {
            if let Some(kept) = kept.get_mut(&budget.id) {
                kept.paid = budget.council_paid.as_pence();
            }
        }
        let by_the_council =
            ids.iter().filter(|id| terms.get(id).is_some_and(|all| all.iter().any(|each| share(each, COUNCIL) > 0)));
        for (id, pence) in store::invoiced_to_the_council(conn, &by_the_council.copied().collect::<Vec<_>>())? {
            kept.entry(id).or_default().to_pay = pence;
        }
        let mut handed_over: HashMap<BudgetId, BTreeMap<FundingRoute, i64>> = HashMap::new();
        for (id, route, amount) in store::handed_over(conn, &ids)? {
            handed_over.entry(id).or_default().insert(route, amount.as_pence());
        }
        let mut beside: HashMap<BudgetId, Vec<(NaiveDate, i64)>> = HashMap::new();
        for (id, at, amount) in store::moved_beside(conn, &ids, beginning_of(by + Days::new(1)))? {
            beside.entry(id).or_default().push((day(at), amount.as_pence()));
        }
        let periods = store::periods_begun(conn, authority, &ids, by)?;
        let ended = periods.iter().filter(|period| period.closed_at.is_some() && period.ends_on <= by);
        let last_days: HashMap<_, _> =
            ended.map(|period| (period.id, (period.budget_id, period.ends_on - Days::new(1)))).collect();
        let closed: Vec<_> = last_days.keys().copied().collect();
        for ended in store::period_balances(conn, &closed)? {
            if let Some((id, last)) = last_days.get(&ended.period_id) {
                beside.entry(*id).or_default().push((*last, -ended.returned_pence.as_pence()));
            }
        }
        Ok(Self { terms, periods, beside, handed_over, kept })
    }

    fn one(&self, budget: &InTurn) -> Option<One<'_>> {
        static NOTHING: BTreeMap<FundingRoute, i64> = BTreeMap::new();
        let first = self.periods.partition_point(|period| period.budget_id < budget.id);
        Some(One {
            terms: self.terms.get(&budget.id)?,
            ends_on: budget.ends_on,
            periods: self.periods.iter().skip(first).take_while(|period| period.budget_id == budget.id).collect(),
            beside: self.beside.get(&budget.id).map(Vec::as_slice).unwrap_or_default(),
            handed_over: self.handed_over.get(&budget.id).unwrap_or(&NOTHING),
            kept: self.kept.get(&budget.id).copied().unwrap_or_default(),
        })
    }

    fn due(&self, budgets: &[InTurn], by: NaiveDate, steps: Steps) -> Vec<DueToHolder> {
        let mut due = Vec::new();
        for budget in budgets {
            let Some(one) = self.one(budget) else { continue };
            due.extend(one.due(by, steps).into_iter().map(|(holder, share, with_them, amount)| DueToHolder {
                budget: budget.id,
                name: budget.name.clone(),
                person: budget.person,
                holder,
                share,
                amount,
                with_them,
            }));
        }
        due
    }
}

const COUNCIL: FundingRoute = FundingRoute::CouncilManaged;

fn is_handed_over(all: &[Terms]) -> bool {
    all.iter().any(|each| each.holders.parts().iter().any(|(holder, _)| holder.route.is_handed_over()))
}

fn share(terms: &Terms, route: FundingRoute) -> i32 {
    terms.holders.parts().iter().find(|(holder, _)| holder.route == route).map_or(0, |(_, share)| *share)
}

/// The part of an amount that is held in one way, where all parts add up to the amount.
fn part(terms: &Terms, route: FundingRoute, pence: i64) -> i64 {
    let mut parts = terms.holders.split(Money::pence(pence));
    parts.find(|(holder, _)| holder.route == route).map_or(0, |(_, amount)| amount.as_pence())
}

impl One<'_> {
    /// Each holder with their share, what was handed to them, and what is due to them by the end of a day.
    fn due(&self, by: NaiveDate, steps: Steps) -> Vec<(Holder, i32, Money, Money)> {
        let Some(now) = terms::on(self.terms, by.min(self.ends_on - Days::new(1))) else { return Vec::new() };
        let held: Vec<&(Holder, i32)> =
            now.holders.parts().iter().filter(|(holder, _)| holder.route.is_handed_over()).collect();
        let weights: Vec<i64> = held.iter().map(|(_, share)| i64::from(*share)).collect();
        let left_over = split(Money::pence(self.left_over(now, by, steps)), &weights);
        let all_handed_over: i64 = self.handed_over.values().sum();
        let mut most = (self.kept.put_in - all_handed_over - self.kept.paid - self.kept.to_pay).max(0);
        let mut due = Vec::with_capacity(held.len());
        for ((holder, share), left_over) in held.into_iter().zip(left_over) {
            let with_them = self.handed_over.get(&holder.route).copied().unwrap_or(0);
            let wanted = self.entitled(holder.route, by, steps) + left_over.as_pence();
            let amount = (wanted - with_them).clamp(0, most);
            most -= amount;
            due.push((holder.clone(), *share, Money::pence(with_them), Money::pence(amount)));
        }
        due
    }

    /// What is for those who hold the budget now, beside their own shares: what others held before them and did not get
    /// (below zero: got too much), and what the council held and did not pay out. Where the council still holds a part,
    /// it keeps that.
    fn left_over(&self, now: &Terms, by: NaiveDate, steps: Steps) -> i64 {
        if share(now, COUNCIL) > 0 {
            return 0;
        }
        let routes = self.terms.iter().flat_map(|each| each.holders.parts()).map(|(holder, _)| holder.route);
        let before: BTreeSet<FundingRoute> =
            routes.filter(|route| route.is_handed_over() && share(now, *route) == 0).collect();
        let others: i64 = before
            .into_iter()
            .map(|route| self.entitled(route, by, steps) - self.handed_over.get(&route).copied().unwrap_or(0))
            .sum();
        others + self.entitled(COUNCIL, by, steps) - self.kept.paid - self.kept.to_pay
    }

    /// What is to be held in one way by the end of a day, of all periods that have begun and what came beside them.
    fn entitled(&self, route: FundingRoute, by: NaiveDate, steps: Steps) -> i64 {
        let mut pence = 0;
        for period in &self.periods {
            pence += self.of_a_period(period, route, steps.until(period, route, by));
        }
        for (on, amount) in self.beside {
            let held = terms::on(self.terms, *on).or(self.terms.first());
            pence += held.map_or(0, |held| part(held, route, *amount));
        }
        pence
    }

    /// The same of one period until before a day: for each stretch of days the share that held on them.
    fn of_a_period(&self, period: &Period, route: FundingRoute, until: NaiveDate) -> i64 {
        let days = i128::from((period.ends_on - period.starts_on).num_days());
        let changes = self.terms.iter().map(|each| each.starts_on);
        let mut stretches: BTreeSet<NaiveDate> =
            changes.filter(|day| *day > period.starts_on && *day < until).collect();
        stretches.extend([period.starts_on, until]);
        let stretches: Vec<NaiveDate> = stretches.into_iter().collect();
        let mut pence = 0;
        for stretch in stretches.windows(2) {
            let [first, end] = *stretch else { continue };
            let Some(held) = terms::on(self.terms, first) else { continue };
            let theirs = Money::pence(part(held, route, period.funded_pence.as_pence()));
            let upto =
                |day: NaiveDate| rounded(theirs, i128::from((day - period.starts_on).num_days()), days, 1).as_pence();
            pence += upto(end) - upto(first);
        }
        pence
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
    let mut due = Whole::read(conn, authority, &budgets, by)?.due(&budgets, by, steps);
    due.retain(|each| each.amount > Money::ZERO);
    let full = i64::try_from(budgets.len()).is_ok_and(|count| count == at_most);
    Ok((due, budgets.last().map(|budget| budget.id).filter(|_| full)))
}

/// Each holder of some budgets, with what is due to them by the end of a day; nothing too.
pub fn due_of(
    conn: &mut Conn,
    authority: AuthorityId,
    of: &[BudgetId],
    by: NaiveDate,
) -> diesel::QueryResult<Vec<DueToHolder>> {
    let steps = Steps::of(conn, authority)?;
    let budgets = store::budgets_named(conn, authority, of)?;
    Ok(Whole::read(conn, authority, &budgets, by)?.due(&budgets, by, steps))
}
