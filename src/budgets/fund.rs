//! The step that every change of a budget ends with: each period that is open gets what its terms say, no more, no less.
//!
//! What was put in so far is read from the ledger, under the budget's lock; the difference moves. Where a period is due
//! less than it got, what is still free goes back; what is promised already stays promised, and the council bears it.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::ids::PersonId;
use crate::money::Money;
use crate::places::settings::{self, Setting};

use super::ledger::{AccountKind, Fund, Leg, Movement, Once, Reason, Source, Transfer, leg_of};
use super::store::{self, Period};
use super::terms::{self, Frame, Terms};
use super::{Budget, MoneyError};

/// What moved when periods got what they are due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Adjusted {
    /// Put in by the council.
    pub put_in: Money,
    /// Taken back by the council.
    pub taken_back: Money,
    /// Not taken back, because it is promised or paid already.
    pub left_in: Money,
    /// The person's part that was added or, below zero, taken off.
    pub contribution: Money,
}

/// A budget while it is worked on: locked, with its terms, its authority's fund and how that rounds.
pub(super) struct Work {
    pub budget: Budget,
    pub terms: Vec<Terms>,
    pub fund: Fund,
    pub frame: Frame,
    pub by: Option<PersonId>,
    pub now: UtcTime,
    pub transfers: Vec<Transfer>,
}

impl Work {
    /// Takes a budget, then its authority's fund, until the transaction ends.
    pub(super) fn on(
        tx: &mut Conn,
        budget: Budget,
        terms: Vec<Terms>,
        by: Option<PersonId>,
        now: UtcTime,
    ) -> diesel::QueryResult<Self> {
        let fund = store::lock_fund(tx, budget.authority)?;
        let round_to = settings::setting(tx, budget.authority, Setting::RoundToPence)?;
        let frame = Frame { starts_on: budget.starts_on, ends_on: budget.ends_on, round_to };
        Ok(Self { budget, terms, fund, frame, by, now, transfers: Vec::new() })
    }

    pub(super) fn movement<'a>(&self, reason: Reason, cause: &'a str) -> Movement<'a> {
        Movement { reason, cause, acted_by: self.by, at: self.now, once: Once::Each }
    }

    /// Writes every transfer that was made.
    pub(super) fn record(&mut self, tx: &mut Conn) -> diesel::QueryResult<()> {
        let moved = std::mem::take(&mut self.transfers);
        store::record(tx, &moved)
    }

    /// Gives a period what its terms say.
    pub(super) fn settle_up(&mut self, tx: &mut Conn, period: &mut Period) -> Result<Adjusted, MoneyError> {
        let due = terms::due(&self.terms, &self.frame, (period.starts_on, period.ends_on));
        let mut wanted: BTreeSet<Source> = due.rate.keys().chain(due.bridging.keys()).copied().collect();
        if due.contribution > Money::ZERO {
            wanted.insert(Source::ClientContribution);
        }
        let sources: Vec<Source> = wanted.into_iter().collect();
        store::open_sources(tx, &mut self.budget, &sources)?;
        let so_far = store::put_in(tx, self.budget.id, period.id)?;
        let mut adjusted = Adjusted::default();
        for (reason, amounts) in [(Reason::Allocation, &due.rate), (Reason::Bridging, &due.bridging)] {
            let mut of_each: BTreeMap<Source, i64> =
                amounts.iter().map(|(source, amount)| (*source, amount.as_pence())).collect();
            for ((_, source), amount) in so_far.iter().filter(|((why, _), _)| *why == reason) {
                *of_each.entry(*source).or_default() -= amount.as_pence();
            }
            self.move_by(period, reason, &of_each, &mut adjusted)?;
        }
        let key = (Reason::ClientContribution, Source::ClientContribution);
        let had = so_far.get(&key).copied().unwrap_or_default();
        self.charge(tx, period, due.contribution.as_pence() - had.as_pence(), &mut adjusted)?;
        store::update_funded(tx, period)?;
        self.record(tx)?;
        Ok(adjusted)
    }

    /// Moves the differences of each source between the fund and the budget.
    fn move_by(
        &mut self,
        period: &mut Period,
        reason: Reason,
        of_each: &BTreeMap<Source, i64>,
        adjusted: &mut Adjusted,
    ) -> Result<(), MoneyError> {
        let mut moves: Vec<(Source, Money)> = Vec::with_capacity(of_each.len());
        let mut net = 0;
        for (source, pence) in of_each.iter().filter(|(_, pence)| **pence != 0) {
            let free = self.budget.available.from_source(*source).as_pence();
            let possible = (*pence).max(-free);
            adjusted.left_in = sum(adjusted.left_in, possible - pence)?;
            adjusted.put_in = sum(adjusted.put_in, possible.max(0))?;
            adjusted.taken_back = sum(adjusted.taken_back, (-possible).max(0))?;
            net += possible;
            if possible != 0 {
                moves.push((*source, Money::pence(possible)));
            }
        }
        if moves.is_empty() {
            return Ok(());
        }
        let cause = period.id.to_string();
        let movement = self.movement(reason, &cause);
        if net > 0 {
            self.transfers.extend(self.fund.grant(Money::pence(net), movement));
        }
        let moved = self.budget.fund(&mut self.fund, &moves, movement).ok_or(MoneyError::TooMuch)?;
        self.transfers.push(moved);
        period.funded_pence = sum(period.funded_pence, net)?;
        Ok(())
    }

    /// Charges the person's part, or takes it off again as far as it is neither spent nor paid.
    fn charge(
        &mut self,
        tx: &mut Conn,
        period: &Period,
        pence: i64,
        adjusted: &mut Adjusted,
    ) -> Result<(), MoneyError> {
        if pence == 0 {
            return Ok(());
        }
        let source = Source::ClientContribution;
        let mut due = store::account(tx, &self.budget, AccountKind::ContributionDue, "")?;
        let free = self.budget.available.from_source(source).as_pence().min(-due.balance.as_pence());
        let possible = pence.max(-free);
        if possible == 0 {
            return Ok(());
        }
        let amount = Money::pence(possible);
        let legs: Vec<Leg> = [leg_of(&mut due, amount.negated()), self.budget.available.add(source, amount)]
            .into_iter()
            .collect::<Option<_>>()
            .ok_or(MoneyError::TooMuch)?;
        let cause = period.id.to_string();
        let movement = self.movement(Reason::ClientContribution, &cause);
        self.transfers.extend(Transfer::of(self.budget.authority, legs, movement));
        adjusted.contribution = sum(adjusted.contribution, possible)?;
        Ok(())
    }
}

fn sum(amount: Money, pence: i64) -> Result<Money, MoneyError> {
    amount.plus(Money::pence(pence)).ok_or(MoneyError::TooMuch)
}

impl Adjusted {
    /// Both together.
    pub(super) fn and(self, other: Self) -> Self {
        let both = |one: Money, other: Money| one.plus(other).unwrap_or(one);
        Self {
            put_in: both(self.put_in, other.put_in),
            taken_back: both(self.taken_back, other.taken_back),
            left_in: both(self.left_in, other.left_in),
            contribution: both(self.contribution, other.contribution),
        }
    }
}
