//! The verb: a budget is changed from a date on. Also: its rate is raised with prices, and a planned change taken back.

use chrono::NaiveDate;

use crate::clock::{UtcTime, day};
use crate::db::Conn;
use crate::ids::{AuthorityId, BudgetId, PersonId, TermsId};
use crate::money::Money;

use super::fund::{Adjusted, Work};
use super::ledger::Source;
use super::shares::{Shares, WHOLE};
use super::terms::{self, Bridging, Holder, RatePer, Terms, TermsKind, rounded};
use super::{MoneyError, give, store};

/// What is to be otherwise from a date on; what is left out stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// From when on.
    pub from: NaiveDate,
    /// How much, and for what.
    pub rate: Option<(Money, RatePer)>,
    /// Where the money comes from.
    pub sources: Option<Shares<Source>>,
    /// Who holds it.
    pub holders: Option<Shares<Holder>>,
    /// What the person pays of it each week.
    pub contribution: Option<Money>,
    /// What is paid beside it for a while.
    pub bridging: Option<Bridging>,
    /// Why.
    pub reason: String,
}

/// What a change came to.
#[derive(Clone, Copy, Debug)]
pub struct Changed {
    /// The terms that hold now, or will.
    pub terms: TermsId,
    /// What moved in periods that are open already.
    pub adjusted: Adjusted,
}

/// Changes a budget from a date on: within an open period, or later.
#[tracing::instrument(skip_all, fields(budget.id = %budget))]
pub fn change(
    tx: &mut Conn,
    (authority, budget): (AuthorityId, BudgetId),
    by: Option<PersonId>,
    change: &Change,
    now: UtcTime,
) -> Result<Changed, MoneyError> {
    set(tx, (authority, budget), by, change, TermsKind::Changed, now)
}

/// Raises a budget's rate by hundredths of a percent from a date on: today or later.
#[tracing::instrument(skip_all, fields(budget.id = %budget))]
pub fn uprate(
    tx: &mut Conn,
    (authority, budget): (AuthorityId, BudgetId),
    by: Option<PersonId>,
    (from, by_percent): (NaiveDate, i32),
    now: UtcTime,
) -> Result<Changed, MoneyError> {
    if !(1..=WHOLE / 2).contains(&by_percent) {
        return Err(MoneyError::Uprating);
    }
    if from < day(now) {
        return Err(MoneyError::UpratingInThePast);
    }
    let locked = store::lock_of(tx, authority, budget)?;
    let all = store::terms(tx, authority, budget)?;
    let outside = || MoneyError::OutsideTheBudget(locked.starts_on, locked.ends_on);
    let before = terms::on(&all, from).ok_or_else(outside)?;
    let rate = rounded(before.rate, i128::from(WHOLE + by_percent), i128::from(WHOLE), 1);
    let change = Change {
        from,
        rate: Some((rate, before.per)),
        reason: format!("Uprated by {} %", super::shares::percent(i64::from(by_percent))),
        ..Change::default()
    };
    set(tx, (authority, budget), by, &change, TermsKind::Uprated, now)
}

fn set(
    tx: &mut Conn,
    (authority, budget): (AuthorityId, BudgetId),
    by: Option<PersonId>,
    change: &Change,
    kind: TermsKind,
    now: UtcTime,
) -> Result<Changed, MoneyError> {
    let locked = store::lock_of(tx, authority, budget)?;
    let all = store::terms(tx, authority, budget)?;
    let (_, renews) = store::rhythm(tx, budget)?;
    if change.from < locked.starts_on || (change.from >= locked.ends_on && !renews) {
        return Err(MoneyError::OutsideTheBudget(locked.starts_on, locked.ends_on));
    }
    let periods = store::periods(tx, authority, budget)?;
    if let Some(closed) = periods.iter().find(|period| period.closed_at.is_some() && change.from < period.ends_on) {
        return Err(MoneyError::PeriodClosed(closed.ends_on));
    }
    let before = terms::on(&all, change.from).ok_or(diesel::result::Error::NotFound)?;
    let (rate, per) = change.rate.unwrap_or((before.rate, before.per));
    let terms = Terms {
        id: TermsId::new(),
        number: store::last_number(tx, budget)? + 1,
        starts_on: change.from,
        kind,
        rate,
        per,
        contribution: change.contribution.unwrap_or(before.contribution),
        bridging: change.bridging.or(before.bridging.filter(|bridging| bridging.until > change.from)),
        sources: change.sources.clone().unwrap_or_else(|| before.sources.clone()),
        holders: change.holders.clone().unwrap_or_else(|| before.holders.clone()),
        reason: change.reason.trim().to_owned(),
        set_by: by,
        set_at: now,
    };
    let same = (terms.rate, terms.per, terms.contribution, terms.bridging)
        == (before.rate, before.per, before.contribution, before.bridging)
        && (&terms.sources, &terms.holders) == (&before.sources, &before.holders);
    if same {
        return Err(MoneyError::NothingChanges);
    }
    store::insert_terms(tx, &[(&locked, &terms)])?;
    let id = terms.id;
    let all = store::terms(tx, authority, budget)?;
    let mut work = Work::on(tx, locked, all, by, now)?;
    give::checked(tx, &terms, &work.frame)?;
    let adjusted = work.settle_all(tx, change.from, &periods)?;
    work.held_as(tx)?;
    Ok(Changed { terms: id, adjusted })
}

/// Takes back a change that was planned and has not begun.
#[tracing::instrument(skip_all, fields(budget.id = %budget))]
pub fn withdraw(
    tx: &mut Conn,
    (authority, budget): (AuthorityId, BudgetId),
    by: Option<PersonId>,
    terms: TermsId,
    now: UtcTime,
) -> Result<Adjusted, MoneyError> {
    let locked = store::lock_of(tx, authority, budget)?;
    let mut all = store::terms(tx, authority, budget)?;
    let planned = all.iter().find(|each| each.id == terms).ok_or(diesel::result::Error::NotFound)?;
    let from = planned.starts_on;
    if from <= day(now) || planned.number == 1 {
        return Err(MoneyError::HasBegun);
    }
    store::withdraw_terms(tx, terms, now)?;
    all.retain(|each| each.id != terms);
    let periods = store::periods(tx, authority, budget)?;
    Work::on(tx, locked, all, by, now)?.settle_all(tx, from, &periods)
}

impl Work {
    /// Gives every open period that reaches beyond a day what its terms say now.
    pub(super) fn settle_all(
        &mut self,
        tx: &mut Conn,
        from: NaiveDate,
        periods: &[store::Period],
    ) -> Result<Adjusted, MoneyError> {
        let mut adjusted = Adjusted::default();
        for period in periods.iter().filter(|period| period.closed_at.is_none() && period.ends_on > from) {
            adjusted = adjusted.and(self.settle_up(tx, &mut period.clone())?);
        }
        Ok(adjusted)
    }

    /// Says on the budget itself how it is held today.
    pub(super) fn held_as(&mut self, tx: &mut Conn) -> Result<(), MoneyError> {
        let today = day(self.now).max(self.budget.starts_on);
        let route = terms::on(&self.terms, today).map(Terms::main_route);
        if let Some(route) = route.filter(|route| *route != self.budget.funding_route) {
            self.budget.funding_route = route;
            store::update_budget(tx, &self.budget)?;
        }
        Ok(())
    }
}
