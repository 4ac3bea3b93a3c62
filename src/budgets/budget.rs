//! The noun: one person's budget in its four parts. Pure: it decides, the store remembers.

use chrono::NaiveDate;

use crate::clock::UtcTime;
use crate::db::text_enum;
use crate::ids::{AuthorityId, BudgetId, PersonId};
use crate::money::Money;

use super::ledger::{Fund, Leg, Movement, Once, Part, Reason, Source, Transfer, leg_of};

text_enum! {
    /// How a budget is held (seeds/002, deploying budgets).
    pub enum FundingRoute {
        /// Paid to the person.
        DirectPayment = "direct payment",
        /// Paid to somebody they named.
        ThirdParty = "nominated third party",
        /// Held by a trust.
        Trust = "trust",
        /// Held by a broker.
        Broker = "broker",
        /// Held by a provider and accounted for person by person.
        ServiceFund = "individual service fund",
        /// Kept by the council: a virtual budget.
        CouncilManaged = "council-managed",
        /// The person's own money.
        OwnMoney = "own money",
    }
}

/// There is not enough money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this costs {cost} and your budget has {available} available: {} is missing", self.missing())]
pub struct NotEnoughMoney {
    /// What it costs.
    pub cost: Money,
    /// What there is.
    pub available: Money,
}

impl NotEnoughMoney {
    /// How much is missing.
    #[must_use]
    pub fn missing(self) -> Money {
        self.cost.less(self.available).unwrap_or_default()
    }
}

/// One person's budget and what stands on its accounts.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Which.
    pub id: BudgetId,
    /// Whose money it was.
    pub authority: AuthorityId,
    /// Who it is for.
    pub person: PersonId,
    /// How it is held.
    pub funding_route: FundingRoute,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// The day after its last.
    pub ends_on: NaiveDate,
    /// Free to spend.
    pub available: Part,
    /// Promised.
    pub committed: Part,
    /// Delivered and confirmed.
    pub owed: Part,
    /// Paid.
    pub paid: Part,
    /// What was handed to those who hold it.
    pub handed_over: Money,
    /// What the council itself paid of it to providers.
    pub paid_by_council: Money,
}

impl Budget {
    /// A new budget with nothing in it yet.
    #[must_use]
    pub(super) fn new(
        authority: AuthorityId,
        person: PersonId,
        funding_route: FundingRoute,
        (starts_on, ends_on): (NaiveDate, NaiveDate),
        sources: &[Source],
    ) -> Self {
        let empty = || Part::empty(sources);
        let (available, committed, owed, paid) = (empty(), empty(), empty(), empty());
        let id = BudgetId::new();
        Self {
            id,
            authority,
            person,
            funding_route,
            starts_on,
            ends_on,
            available,
            committed,
            owed,
            paid,
            handed_over: Money::ZERO,
            paid_by_council: Money::ZERO,
        }
    }

    /// Whether it may be spent from on this day.
    #[must_use]
    pub fn is_open_on(&self, day: NaiveDate) -> bool {
        self.starts_on <= day && day < self.ends_on
    }

    /// What of it the council has neither handed over nor paid to providers.
    #[must_use]
    pub fn with_the_council(&self) -> Money {
        let whole = [&self.available, &self.committed, &self.owed, &self.paid];
        let whole: i64 = whole.iter().map(|part| part.balance.as_pence()).sum();
        Money::pence((whole - self.handed_over.as_pence() - self.paid_by_council.as_pence()).max(0))
    }

    /// Whether the council may pay a provider so much out of it: not out of what it has handed over already.
    #[must_use]
    pub fn council_may_pay(&self, amount: Money) -> bool {
        self.handed_over == Money::ZERO || amount <= self.with_the_council()
    }

    /// What is free of the council's own money.
    #[must_use]
    pub fn free_of_the_council(&self) -> Money {
        let of_the_council = self.available.pots().iter().filter(|(source, _)| !source.is_the_persons());
        Money::pence(of_the_council.map(|(_, holding)| holding.balance.as_pence()).sum())
    }

    /// The sources that it has accounts for.
    #[must_use]
    pub fn sources(&self) -> Vec<Source> {
        self.available.pots().iter().map(|(source, _)| *source).collect()
    }

    /// Puts money from the authority's fund into the budget, source by source; below zero it goes back.
    pub(super) fn fund(
        &mut self,
        fund: &mut Fund,
        amounts: &[(Source, Money)],
        movement: Movement<'_>,
    ) -> Option<Transfer> {
        let mut legs: Vec<Leg> = Vec::with_capacity(amounts.len() + 1);
        let mut all = Money::ZERO;
        for (source, amount) in amounts {
            legs.push(self.available.add(*source, *amount)?);
            all = all.plus(*amount)?;
        }
        legs.push(leg_of(&mut fund.fund, all.negated())?);
        if fund.fund.balance < Money::ZERO {
            return None;
        }
        Transfer::of(self.authority, legs, movement)
    }

    /// Promises money to a provider: available → committed.
    pub fn commit(
        &mut self,
        cost: Money,
        cause: &str,
        by: Option<PersonId>,
        at: UtcTime,
    ) -> Result<Transfer, NotEnoughMoney> {
        let short = NotEnoughMoney { cost, available: self.available.balance };
        let movement = Movement { reason: Reason::Commitment, cause, acted_by: by, at, once: Once::ForEachCause };
        Transfer::across(self.authority, &mut self.available, &mut self.committed, cost, movement).ok_or(short)
    }

    /// Gives promised money back: committed → available.
    pub fn release(&mut self, amount: Money, cause: &str, by: Option<PersonId>, at: UtcTime) -> Option<Transfer> {
        let movement = Movement { reason: Reason::Release, cause, acted_by: by, at, once: Once::ForEachCause };
        Transfer::across(self.authority, &mut self.committed, &mut self.available, amount, movement)
    }

    /// A delivery was confirmed: committed → owed.
    pub fn owe(&mut self, amount: Money, cause: &str, by: Option<PersonId>, at: UtcTime) -> Option<Transfer> {
        let movement = Movement { reason: Reason::Delivery, cause, acted_by: by, at, once: Once::ForEachCause };
        Transfer::across(self.authority, &mut self.committed, &mut self.owed, amount, movement)
    }

    /// An invoice is settled: owed → paid.
    pub fn settle(&mut self, amount: Money, cause: &str, by: Option<PersonId>, at: UtcTime) -> Option<Transfer> {
        let movement = Movement { reason: Reason::Settlement, cause, acted_by: by, at, once: Once::ForEachCause };
        Transfer::across(self.authority, &mut self.owed, &mut self.paid, amount, movement)
    }

    /// A payment did not arrive: paid → owed.
    pub fn unsettle(&mut self, amount: Money, cause: &str, by: Option<PersonId>, at: UtcTime) -> Option<Transfer> {
        let movement = Movement { reason: Reason::Reversal, cause, acted_by: by, at, once: Once::ForEachCause };
        Transfer::across(self.authority, &mut self.paid, &mut self.owed, amount, movement)
    }
}

#[cfg(test)]
mod tests {
    use super::super::ledger::Holding;
    use super::*;
    use proptest::prelude::*;

    fn budget() -> Budget {
        let day = NaiveDate::from_ymd_opt(2026, 4, 6).unwrap();
        Budget {
            id: BudgetId::new(),
            authority: AuthorityId::new(),
            person: PersonId::new(),
            funding_route: FundingRoute::DirectPayment,
            starts_on: day,
            ends_on: day + chrono::Days::new(365),
            available: Part::of(vec![(
                Source::SocialCare,
                Holding { balance: Money::pounds(100), ..Holding::empty() },
            )]),
            committed: Part::empty(&[Source::SocialCare]),
            owed: Part::empty(&[Source::SocialCare]),
            paid: Part::empty(&[Source::SocialCare]),
            handed_over: Money::ZERO,
            paid_by_council: Money::ZERO,
        }
    }

    #[test]
    fn the_council_does_not_pay_out_of_what_it_has_handed_over() {
        let with = |handed_over: i32, paid: i32| Budget {
            handed_over: Money::pounds(handed_over),
            paid_by_council: Money::pounds(paid),
            ..budget()
        };
        assert!(
            with(0, 500).council_may_pay(Money::pounds(1_000)),
            "nothing was handed over: the parts say what there is"
        );
        assert!(with(60, 0).council_may_pay(Money::pounds(40)));
        assert!(!with(60, 0).council_may_pay(Money::pence(4_001)));
        assert!(!with(60, 30).council_may_pay(Money::pounds(11)));
        assert!(with(60, 30).council_may_pay(Money::pounds(10)));
    }

    #[test]
    fn a_refusal_says_how_much_is_missing() {
        let at = UtcTime::default();
        let refused = budget().commit(Money::pence(14_850), "p", None, at).unwrap_err();
        assert_eq!(refused.to_string(), "this costs £148.50 and your budget has £100 available: £48.50 is missing");
    }

    proptest! {
        /// Whatever is tried in whatever order: each transfer balances, nothing is below zero, nothing is lost.
        #[test]
        fn any_sequence_of_steps_keeps_the_money(steps in prop::collection::vec((0..4_u8, -50..9_000_i64), 0..60)) {
            let mut budget = budget();
            let at = UtcTime::default();
            for (step, pence) in steps {
                let amount = Money::pence(pence);
                let transfer = match step {
                    0 => budget.commit(amount, "x", None, at).ok(),
                    1 => budget.release(amount, "x", None, at),
                    2 => budget.owe(amount, "x", None, at),
                    _ => budget.settle(amount, "x", None, at),
                };
                if let Some(transfer) = transfer {
                    prop_assert_eq!(transfer.legs().iter().map(|leg| leg.amount.as_pence()).sum::<i64>(), 0);
                    prop_assert!(pence > 0);
                }
                let parts = [&budget.available, &budget.committed, &budget.owed, &budget.paid];
                prop_assert!(parts.iter().all(|part| part.balance >= Money::ZERO));
                prop_assert_eq!(parts.iter().map(|part| part.balance.as_pence()).sum::<i64>(), 10_000);
            }
        }
    }
}
