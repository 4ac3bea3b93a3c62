//! The ledger's nouns: accounts, and transfers that always balance.
//!
//! Chart of accounts. Of an authority: `outside` (the world that money comes from and goes to), `fund` (what it has for
//! budgets), `suspense` (money that nobody could place yet). Of a budget, one for each source of money: `available`,
//! `committed`, `owed`, `paid`, `carried over` (between two periods). Of a budget, what others owe it for: `contribution
//! due` (what the person is still to pay) and `handed over` (what is with a holder: the person, a third party, a
//! provider); these two never stand above nothing.

use std::collections::BTreeMap;

use crate::clock::UtcTime;
use crate::db::text_enum;
use crate::ids::{AccountId, AuthorityId, PersonId, TransferId};
use crate::money::Money;

text_enum! {
    /// What an account is for.
    pub enum AccountKind {
        /// The world that money comes from.
        Outside = "outside",
        /// What the authority has for budgets.
        Fund = "fund",
        /// Money that came in and could not be placed yet.
        Suspense = "suspense",
        /// Free to spend.
        Available = "available",
        /// Promised to a provider.
        Committed = "committed",
        /// Delivered and confirmed, waiting to be paid.
        Owed = "owed",
        /// Paid.
        Paid = "paid",
        /// On its way from one period to the next.
        CarriedOver = "carried over",
        /// What the person is still to pay towards their support; at most nothing.
        ContributionDue = "contribution due",
        /// What is with whoever holds the budget; at most nothing.
        HandedOver = "handed over",
    }
}

impl AccountKind {
    /// The four parts that a budget's money is in.
    pub const PARTS: [Self; 4] = [Self::Available, Self::Committed, Self::Owed, Self::Paid];
}

text_enum! {
    /// Where money of a budget came from.
    pub enum Source {
        /// The council's social care.
        SocialCare = "social care",
        /// The health service.
        Health = "health",
        /// Housing-related support.
        HousingSupport = "housing support",
        /// Education and learning.
        Learning = "learning",
        /// What the person pays towards it, after a financial assessment.
        ClientContribution = "client contribution",
        /// What the person, or somebody for them, adds: kept apart, used last.
        TopUp = "top-up",
        /// A self-funder's money.
        OwnMoney = "own money",
    }
}

impl Source {
    /// The sources that an agreed budget may be pooled from.
    pub const POOLED: [Self; 4] = [Self::SocialCare, Self::Health, Self::HousingSupport, Self::Learning];

    /// Whether it is the person's own: nobody takes it back at the end of a period.
    #[must_use]
    pub const fn is_the_persons(self) -> bool {
        matches!(self, Self::ClientContribution | Self::TopUp | Self::OwnMoney)
    }

    /// Whether it is touched only when everything else is used up.
    #[must_use]
    pub const fn is_used_last(self) -> bool {
        matches!(self, Self::TopUp)
    }
}

text_enum! {
    /// Why money moved.
    pub enum Reason {
        /// Money came to the authority's fund.
        Grant = "grant",
        /// The authority put money into a budget, or took back what a new rate no longer gives.
        Allocation = "allocation",
        /// Money beside the rate, while somebody gets used to less.
        Bridging = "bridging",
        /// Money for something once.
        OneOff = "one-off",
        /// A purchase was requested.
        Commitment = "commitment",
        /// A purchase was declined or cancelled.
        Release = "release",
        /// A delivery was confirmed.
        Delivery = "delivery",
        /// An invoice was paid.
        Settlement = "settlement",
        /// What the person is to pay towards it.
        ClientContribution = "client contribution",
        /// The person paid it.
        ContributionReceived = "contribution received",
        /// Somebody added money of their own.
        TopUp = "top-up",
        /// A self-funder paid in.
        OwnMoney = "own money",
        /// A provider gave money back.
        Refund = "refund",
        /// The council took money back, after notice.
        Clawback = "clawback",
        /// Unspent money went on to the next period.
        CarryOver = "carry-over",
        /// Unspent money went back to the council, or own money to the person.
        Return = "return",
        /// From one budget to another.
        BetweenBudgets = "transfer between budgets",
        /// From one source of a budget to another.
        BetweenSources = "transfer between sources",
        /// Money was handed to whoever holds the budget.
        Payment = "payment",
        /// It came back.
        PaymentReturned = "payment returned",
        /// Money came in that could not be placed yet.
        Received = "received",
        /// A mistake was put right.
        Reversal = "reversal",
    }
}

/// An account and what stands on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Which account.
    pub account: AccountId,
    /// Its balance.
    pub balance: Money,
}

impl Holding {
    /// A new account with nothing on it.
    #[must_use]
    pub fn empty() -> Self {
        Self { account: AccountId::new(), balance: Money::ZERO }
    }
}

/// One part of a budget's money, over the sources that it came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// All of it.
    pub balance: Money,
    pots: Vec<(Source, Holding)>,
}

/// In which order sources give money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// A top-up last.
    TopUpLast,
    /// A top-up first: what comes back fills it up again.
    TopUpFirst,
}

impl Part {
    /// A new part with nothing in it yet, over some sources.
    #[must_use]
    pub fn empty(sources: &[Source]) -> Self {
        let pots = sources.iter().map(|source| (*source, Holding::empty())).collect();
        Self { balance: Money::ZERO, pots }
    }

    /// A part as its accounts are.
    #[must_use]
    pub(super) fn of(mut pots: Vec<(Source, Holding)>) -> Self {
        pots.sort_by_key(|(source, _)| *source);
        let balance = pots.iter().fold(0, |sum, (_, holding)| sum + holding.balance.as_pence());
        Self { balance: Money::pence(balance), pots }
    }

    /// Its sources, each with its account and what stands on it.
    #[must_use]
    pub fn pots(&self) -> &[(Source, Holding)] {
        &self.pots
    }

    /// What stands there from one source.
    #[must_use]
    pub fn from_source(&self, source: Source) -> Money {
        self.pots.iter().find(|(each, _)| *each == source).map_or(Money::ZERO, |(_, holding)| holding.balance)
    }

    /// Opens an account for another source; nothing if there is one.
    pub(super) fn open(&mut self, source: Source) -> Option<Holding> {
        if self.pots.iter().any(|(each, _)| *each == source) {
            return None;
        }
        let holding = Holding::empty();
        self.pots.push((source, holding));
        self.pots.sort_by_key(|(source, _)| *source);
        Some(holding)
    }

    /// How an amount is drawn from the sources: in the proportion of what is there, to the penny; a top-up last. `None`
    /// if there is not so much, or nothing is asked for.
    fn drawn(&self, amount: Money, order: Order) -> Option<Vec<(Source, Money)>> {
        if amount <= Money::ZERO || amount > self.balance {
            return None;
        }
        if let [(source, _)] = self.pots.as_slice() {
            return Some(vec![(*source, amount)]);
        }
        let mut left = amount;
        let mut drawn = Vec::with_capacity(self.pots.len());
        for last in [order == Order::TopUpFirst, order == Order::TopUpLast] {
            let tier = self.pots.iter().filter(|(source, _)| source.is_used_last() == last);
            let (sources, weights): (Vec<Source>, Vec<i64>) =
                tier.map(|(source, holding)| (*source, holding.balance.as_pence())).unzip();
            let there = Money::pence(weights.iter().sum());
            let of_these = left.min(there);
            drawn.extend(sources.into_iter().zip(super::shares::split(of_these, &weights)));
            left = left.less(of_these)?;
        }
        drawn.retain(|(_, amount)| *amount > Money::ZERO);
        Some(drawn)
    }

    /// Adds to (or takes from) what stands there from one source, and gives the leg.
    pub(super) fn add(&mut self, source: Source, amount: Money) -> Option<Leg> {
        let (_, holding) = self.pots.iter_mut().find(|(each, _)| *each == source)?;
        let after = holding.balance.plus(amount).filter(|after| *after >= Money::ZERO)?;
        self.balance = self.balance.plus(amount)?;
        holding.balance = after;
        Some(Leg { account: holding.account, amount })
    }
}

/// One side of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Which account.
    pub account: AccountId,
    /// What comes (above zero) or goes (below).
    pub amount: Money,
}

/// One movement of money, which balances.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// Which.
    pub id: TransferId,
    /// Whose money.
    pub authority: AuthorityId,
    /// Why.
    pub reason: Reason,
    /// What caused it: the id of a purchase, delivery, invoice or budget.
    pub cause: String,
    /// Who did it; none for the program itself.
    pub acted_by: Option<PersonId>,
    /// The same movement is never made twice.
    pub key: String,
    /// When.
    pub at: UtcTime,
    legs: Vec<Leg>,
}

/// What every transfer of one step shares.
#[derive(Clone, Copy, Debug)]
pub(super) struct Movement<'a> {
    /// Why.
    pub reason: Reason,
    /// What caused it.
    pub cause: &'a str,
    /// Who did it.
    pub acted_by: Option<PersonId>,
    /// When.
    pub at: UtcTime,
    /// Whether its cause can move money for this reason once only.
    pub once: Once,
}

/// What keeps a movement from being made twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Once {
    /// The cause: a delivery is confirmed once, an invoice paid once. The ledger refuses a second transfer.
    ForEachCause,
    /// Whoever makes it, who looks at what was moved already, under the budget's lock.
    Each,
}

impl Transfer {
    /// Moves `amount` from one part of a budget to another, source by source, if there is so much and it is more than
    /// nothing.
    pub(super) fn across(
        authority: AuthorityId,
        from: &mut Part,
        to: &mut Part,
        amount: Money,
        movement: Movement<'_>,
    ) -> Option<Self> {
        let back = movement.reason == Reason::Release;
        let drawn = from.drawn(amount, if back { Order::TopUpFirst } else { Order::TopUpLast })?;
        let (mut from_after, mut to_after) = (from.clone(), to.clone());
        let mut legs = Vec::with_capacity(drawn.len() * 2);
        for (source, amount) in drawn {
            legs.push(from_after.add(source, amount.negated())?);
            legs.push(to_after.add(source, amount)?);
        }
        (*from, *to) = (from_after, to_after);
        Self::of(authority, legs, movement)
    }

    /// A movement between accounts that were changed already; `None` unless it balances and moves something.
    pub(super) fn of(authority: AuthorityId, legs: Vec<Leg>, movement: Movement<'_>) -> Option<Self> {
        let mut accounts: BTreeMap<AccountId, i64> = BTreeMap::new();
        for leg in &legs {
            let sum = accounts.entry(leg.account).or_default();
            *sum = sum.checked_add(leg.amount.as_pence())?;
        }
        let legs: Vec<Leg> = accounts
            .into_iter()
            .filter(|(_, pence)| *pence != 0)
            .map(|(account, pence)| Leg { account, amount: Money::pence(pence) })
            .collect();
        let sum: i128 = legs.iter().map(|leg| i128::from(leg.amount.as_pence())).sum();
        if legs.len() < 2 || sum != 0 {
            return None;
        }
        let id = TransferId::new();
        let key = match movement.once {
            Once::ForEachCause => format!("{}:{}", movement.reason, movement.cause),
            Once::Each => format!("{}:{}:{id}", movement.reason, movement.cause),
        };
        Some(Self {
            id,
            authority,
            reason: movement.reason,
            cause: movement.cause.to_owned(),
            acted_by: movement.acted_by,
            key,
            at: movement.at,
            legs,
        })
    }

    /// Its legs, which add up to zero.
    #[must_use]
    pub fn legs(&self) -> &[Leg] {
        &self.legs
    }
}

/// What an authority has for budgets.
#[derive(Clone, Debug)]
pub struct Fund {
    /// Whose.
    pub authority: AuthorityId,
    /// Where it came from.
    pub outside: Holding,
    /// What is left of it.
    pub fund: Holding,
}

impl Fund {
    /// Brings money into the fund.
    pub(super) fn grant(&mut self, amount: Money, movement: Movement<'_>) -> Option<Transfer> {
        let movement = Movement { reason: Reason::Grant, ..movement };
        let legs = [leg_of(&mut self.outside, amount.negated())?, leg_of(&mut self.fund, amount)?];
        Transfer::of(self.authority, legs.to_vec(), movement)
    }
}

/// Adds to (or takes from) an account of any sign, and gives the leg.
pub(super) fn leg_of(holding: &mut Holding, amount: Money) -> Option<Leg> {
    holding.balance = holding.balance.plus(amount)?;
    Some(Leg { account: holding.account, amount })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(pots: &[(Source, i64)]) -> Part {
        let pot =
            |(source, pence): &(Source, i64)| (*source, Holding { balance: Money::pence(*pence), ..Holding::empty() });
        Part::of(pots.iter().map(pot).collect())
    }

    fn sums(part: &Part) -> Vec<i64> {
        part.pots().iter().map(|(_, holding)| holding.balance.as_pence()).collect()
    }

    fn movement(reason: Reason) -> Movement<'static> {
        Movement { reason, cause: "x", acted_by: None, at: UtcTime::default(), once: Once::Each }
    }

    const POOL: [Source; 3] = [Source::SocialCare, Source::Health, Source::HousingSupport];

    #[test]
    fn a_pooled_budget_pays_in_the_shares_that_it_was_funded_in() {
        // £1,000 of 58, 17 and 25 percent; £100.01 are promised: 58.0058, 17.0017, 25.0025.
        let mut available = part(&[(POOL[0], 58_000), (POOL[1], 17_000), (POOL[2], 25_000)]);
        let mut committed = Part::empty(&POOL);
        let moved = Transfer::across(
            AuthorityId::new(),
            &mut available,
            &mut committed,
            Money::pence(10_001),
            movement(Reason::Commitment),
        );
        assert_eq!(sums(&committed), [5_801, 1_700, 2_500]);
        assert_eq!(sums(&available), [52_199, 15_300, 22_500]);
        assert_eq!(moved.unwrap().legs().len(), 6);
    }

    #[test]
    fn a_top_up_is_touched_last_and_comes_back_first() {
        let mut available = part(&[(Source::SocialCare, 5_000), (Source::TopUp, 2_000)]);
        let mut committed = Part::empty(&[Source::SocialCare, Source::TopUp]);
        let authority = AuthorityId::new();
        let commit = movement(Reason::Commitment);
        Transfer::across(authority, &mut available, &mut committed, Money::pence(4_000), commit).unwrap();
        assert_eq!(sums(&committed), [4_000, 0]);
        Transfer::across(authority, &mut available, &mut committed, Money::pence(1_500), commit).unwrap();
        assert_eq!(sums(&committed), [5_000, 500]);
        Transfer::across(authority, &mut committed, &mut available, Money::pence(700), movement(Reason::Release))
            .unwrap();
        assert_eq!((sums(&available), sums(&committed)), (vec![200, 2_000], vec![4_800, 0]));
    }

    proptest! {
        #[test]
        fn sources_never_go_below_zero_and_always_add_up(
            there in prop::collection::vec(0..20_000_i64, 4),
            steps in prop::collection::vec((any::<bool>(), 0..9_000_i64), 0..40),
        ) {
            let sources = [Source::SocialCare, Source::Health, Source::Learning, Source::TopUp];
            let pots: Vec<(Source, i64)> = sources.iter().copied().zip(there.iter().copied()).collect();
            let (mut available, mut committed) = (part(&pots), Part::empty(&sources));
            for (back, pence) in steps {
                let (from, to, reason) = if back {
                    (&mut committed, &mut available, Reason::Release)
                } else {
                    (&mut available, &mut committed, Reason::Commitment)
                };
                let enough = pence > 0 && from.balance.as_pence() >= pence;
                let moved = Transfer::across(AuthorityId::new(), from, to, Money::pence(pence), movement(reason));
                prop_assert_eq!(moved.is_some(), enough);
                if let Some(moved) = moved {
                    prop_assert_eq!(moved.legs().iter().map(|leg| leg.amount.as_pence()).sum::<i64>(), 0);
                }
                for (at, source) in sources.iter().enumerate() {
                    let (free, held) = (available.from_source(*source), committed.from_source(*source));
                    prop_assert!(free >= Money::ZERO && held >= Money::ZERO);
                    prop_assert_eq!(free.as_pence() + held.as_pence(), there[at]);
                }
                prop_assert_eq!(sums(&available).iter().sum::<i64>(), available.balance.as_pence());
            }
        }
    }
}
