//! The ledger's nouns: accounts, and transfers that always balance.

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
        /// Free to spend.
        Available = "available",
        /// Promised to a provider.
        Committed = "committed",
        /// Delivered and confirmed, waiting to be paid.
        Owed = "owed",
        /// Paid.
        Paid = "paid",
    }
}

text_enum! {
    /// Why money moved.
    pub enum Reason {
        /// Money came to the authority's fund.
        Grant = "grant",
        /// The authority put money into a budget.
        Allocation = "allocation",
        /// A purchase was requested.
        Commitment = "commitment",
        /// A purchase was declined or cancelled.
        Release = "release",
        /// A delivery was confirmed.
        Delivery = "delivery",
        /// An invoice was paid.
        Settlement = "settlement",
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
}

impl Transfer {
    /// Moves `amount` from one account to another, if there is so much and it is more than nothing.
    pub(super) fn between(
        authority: AuthorityId,
        from: &mut Holding,
        to: &mut Holding,
        amount: Money,
        movement: Movement<'_>,
    ) -> Option<Self> {
        let left = from.balance.less(amount)?;
        Self::unguarded(authority, from, left, to, amount, movement)
    }

    /// Brings money in from outside, which alone may go below zero.
    pub(super) fn from_outside(
        authority: AuthorityId,
        outside: &mut Holding,
        to: &mut Holding,
        amount: Money,
        movement: Movement<'_>,
    ) -> Option<Self> {
        let left = outside.balance.plus(amount.negated())?;
        Self::unguarded(authority, outside, left, to, amount, movement)
    }

    fn unguarded(
        authority: AuthorityId,
        from: &mut Holding,
        left: Money,
        to: &mut Holding,
        amount: Money,
        movement: Movement<'_>,
    ) -> Option<Self> {
        if amount <= Money::ZERO || from.account == to.account {
            return None;
        }
        to.balance = to.balance.plus(amount)?;
        from.balance = left;
        Some(Self {
            id: TransferId::new(),
            authority,
            reason: movement.reason,
            cause: movement.cause.to_owned(),
            acted_by: movement.acted_by,
            key: format!("{}:{}", movement.reason, movement.cause),
            at: movement.at,
            legs: vec![Leg { account: from.account, amount: amount.negated() }, Leg { account: to.account, amount }],
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
    pub fn grant(&mut self, amount: Money, cause: &str, at: UtcTime) -> Option<Transfer> {
        let movement = Movement { reason: Reason::Grant, cause, acted_by: None, at };
        Transfer::from_outside(self.authority, &mut self.outside, &mut self.fund, amount, movement)
    }
}
