//! The verbs by which somebody moves money of a budget by hand. Each is one move with its reason, and one transfer.
//!
//! - A one-off amount, a top-up, own money paid in, a contribution received, a refund from a provider.
//! - Money taken back by the council (a *clawback*): only with a notice whose day has come and no appeal open; own money given back to the person.
//! - From one source to another, and from one budget of a person to another.
//! - Money handed to a holder (a *payment*), as far as the council still has it, and what came back of it.
//! - A move made by mistake is turned back by a *reversal*; nothing is ever changed or deleted.
//!
//! Sending the same move twice moves money once.

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::ids::{AuthorityId, BudgetId, MoneyMoveId, PersonId, SubmissionKey};
use crate::money::Money;
use crate::monitoring::Ripe;

use super::fund::Work;
use super::ledger::{AccountKind, Leg, Movement, Once, Reason, Source, Transfer, leg_of};
use super::refusal::MOST;
use super::shares::split;
use super::store::{self, MoneyMove};
use super::{FundingRoute, MoneyError};

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct Move {
    /// What is to happen.
    pub what: What,
    /// How much.
    pub amount: Money,
    /// Why, in their words.
    pub note: String,
    /// The form or request that it came in.
    pub key: SubmissionKey,
}

/// What is to happen with an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The council puts money in for something once, from a source.
    OneOff(Source),
    /// The person, or somebody for them, adds money of their own; it is kept apart and used last.
    TopUp,
    /// A self-funder pays in.
    PayIn,
    /// The person paid what they are to pay towards it.
    ContributionReceived,
    /// A provider gave money back.
    Refund(Source),
    /// The council takes money back: only after a notice whose day has come, from what is free of its sources.
    Clawback(Ripe),
    /// Own money goes back to the person.
    GiveBack(Source),
    /// From one source to another.
    BetweenSources(Source, Source),
    /// To another budget of the same person, from a source.
    ToBudget(BudgetId, Source),
    /// The council hands money to a holder.
    HandOver(FundingRoute),
    /// A holder gives money back, or a payment failed.
    HandedBack(FundingRoute),
}

impl What {
    /// The reason that the ledger keeps.
    #[must_use]
    pub const fn reason(self) -> Reason {
        match self {
            Self::OneOff(_) => Reason::OneOff,
            Self::TopUp => Reason::TopUp,
            Self::PayIn => Reason::OwnMoney,
            Self::ContributionReceived => Reason::ContributionReceived,
            Self::Refund(_) => Reason::Refund,
            Self::Clawback(_) => Reason::Clawback,
            Self::GiveBack(_) => Reason::Return,
            Self::BetweenSources(..) => Reason::BetweenSources,
            Self::ToBudget(..) => Reason::BetweenBudgets,
            Self::HandOver(_) => Reason::Payment,
            Self::HandedBack(_) => Reason::PaymentReturned,
        }
    }

    /// The source, or the way of holding, that it is about.
    fn part(self) -> &'static str {
        match self {
            Self::OneOff(source)
            | Self::Refund(source)
            | Self::GiveBack(source)
            | Self::BetweenSources(source, _)
            | Self::ToBudget(_, source) => source.as_str(),
            Self::Clawback(_) => "after notice",
            Self::TopUp => Source::TopUp.as_str(),
            Self::PayIn => Source::OwnMoney.as_str(),
            Self::ContributionReceived => Source::ClientContribution.as_str(),
            Self::HandOver(route) | Self::HandedBack(route) => route.as_str(),
        }
    }

    const fn other_budget(self) -> Option<BudgetId> {
        match self {
            Self::ToBudget(budget, _) => Some(budget),
            _ => None,
        }
    }
}

/// Moves money of a budget. The same key again gives the first move, and moves nothing.
#[tracing::instrument(skip_all, fields(budget.id = %budget, money.reason = %asked.what.reason()))]
pub fn move_money(
    tx: &mut Conn,
    (authority, budget): (AuthorityId, BudgetId),
    by: Option<PersonId>,
    asked: &Move,
    now: UtcTime,
) -> Result<MoneyMove, MoneyError> {
    if asked.amount <= Money::ZERO || asked.amount > MOST {
        return Err(MoneyError::Amount);
    }
    let note = asked.note.trim();
    if note.is_empty() || note.chars().count() > 500 {
        return Err(MoneyError::Why);
    }
    // Budgets are taken in the order of their ids, whichever way the money goes.
    let mut locked = Vec::with_capacity(2);
    let mut ids: Vec<BudgetId> = std::iter::once(budget).chain(asked.what.other_budget()).collect();
    ids.sort();
    ids.dedup();
    for id in &ids {
        locked.push(store::lock_of(tx, authority, *id)?);
    }
    if let Some(earlier) = store::move_by_key(tx, authority, asked.key)? {
        let same = (earlier.budget_id, earlier.reason, earlier.amount_pence, earlier.source.as_str())
            == (budget, asked.what.reason(), asked.amount, asked.what.part());
        return if same { Ok(earlier) } else { Err(MoneyError::KeyUsedDifferently) };
    }
    let moved = MoneyMove {
        id: MoneyMoveId::new(),
        authority_id: authority,
        budget_id: budget,
        other_budget_id: asked.what.other_budget(),
        reason: asked.what.reason(),
        source: asked.what.part().to_owned(),
        amount_pence: asked.amount,
        note: note.to_owned(),
        moved_by: by,
        moved_at: now,
        submission_key: asked.key,
    };
    let at = locked.iter().position(|each| each.id == budget).ok_or(diesel::result::Error::NotFound)?;
    let this = locked.swap_remove(at);
    let mut other = locked.pop();
    let mut work = Work::on(tx, this, Vec::new(), by, now)?;
    let cause = moved.id.to_string();
    let legs = work.legs(tx, asked, other.as_mut(), &cause)?;
    let once = Once::ForEachCause;
    let movement = Movement { reason: asked.what.reason(), cause: &cause, acted_by: by, at: now, once };
    let transfer = Transfer::of(authority, legs, movement).ok_or(MoneyError::Amount)?;
    work.transfers.push(transfer);
    store::insert_move(tx, &moved)?;
    work.record(tx)?;
    Ok(moved)
}

impl Work {
    fn legs(
        &mut self,
        tx: &mut Conn,
        asked: &Move,
        other: Option<&mut super::Budget>,
        cause: &str,
    ) -> Result<Vec<Leg>, MoneyError> {
        let (amount, back) = (asked.amount, asked.amount.negated());
        let too_much = MoneyError::TooMuch;
        match asked.what {
            What::OneOff(source) => {
                store::open_sources(tx, &mut self.budget, &[source])?;
                let granted = self.fund.grant(amount, self.movement(Reason::Grant, cause));
                self.transfers.extend(granted);
                let out = leg_of(&mut self.fund.fund, back);
                both(out, self.budget.available.add(source, amount)).ok_or(too_much)
            }
            What::TopUp | What::PayIn | What::Refund(_) => {
                let source = match asked.what {
                    What::TopUp => Source::TopUp,
                    What::PayIn => Source::OwnMoney,
                    What::Refund(source) => source,
                    _ => return Err(MoneyError::OtherSource),
                };
                if !matches!(asked.what, What::Refund(_)) {
                    store::open_sources(tx, &mut self.budget, &[source])?;
                }
                self.known(source)?;
                let out = leg_of(&mut self.fund.outside, back);
                both(out, self.budget.available.add(source, amount)).ok_or(too_much)
            }
            What::ContributionReceived => {
                let mut due = store::account(tx, &self.budget, AccountKind::ContributionDue, "")?;
                enough(due.balance.negated(), amount)?;
                both(leg_of(&mut self.fund.outside, back), leg_of(&mut due, amount)).ok_or(too_much)
            }
            What::Clawback(ripe) => {
                if ripe.budget() != self.budget.id || amount > ripe.at_most() {
                    return Err(MoneyError::NeedsNotice);
                }
                enough(self.budget.free_of_the_council(), amount)?;
                self.taken_back(amount).ok_or(too_much)
            }
            What::GiveBack(source) => {
                if !source.is_the_persons() {
                    return Err(MoneyError::OtherSource);
                }
                self.free(source, amount)?;
                both(self.budget.available.add(source, back), leg_of(&mut self.fund.outside, amount)).ok_or(too_much)
            }
            What::BetweenSources(from, to) => {
                // The person's own money never becomes the council's, nor the other way round.
                if from == to || from.is_the_persons() != to.is_the_persons() {
                    return Err(MoneyError::OtherSource);
                }
                self.free(from, amount)?;
                store::open_sources(tx, &mut self.budget, &[to])?;
                both(self.budget.available.add(from, back), self.budget.available.add(to, amount)).ok_or(too_much)
            }
            What::ToBudget(id, source) => {
                let other = other.filter(|other| other.id == id && other.person == self.budget.person);
                let other = other.ok_or(MoneyError::OtherBudget)?;
                self.free(source, amount)?;
                store::open_sources(tx, other, &[source])?;
                both(self.budget.available.add(source, back), other.available.add(source, amount)).ok_or(too_much)
            }
            What::HandOver(route) => {
                let mut with_them = self.with_holder(tx, route)?;
                enough(self.budget.with_the_council(), amount)?;
                both(leg_of(&mut with_them, back), leg_of(&mut self.fund.outside, amount)).ok_or(too_much)
            }
            What::HandedBack(route) => {
                let mut with_them = self.with_holder(tx, route)?;
                enough(with_them.balance.negated(), amount)?;
                both(leg_of(&mut self.fund.outside, back), leg_of(&mut with_them, amount)).ok_or(too_much)
            }
        }
    }

    /// Takes from the council's sources in the proportion of what is free of each.
    fn taken_back(&mut self, amount: Money) -> Option<Vec<Leg>> {
        let pots = self.budget.available.pots();
        let (sources, free): (Vec<Source>, Vec<i64>) = pots
            .iter()
            .filter(|(source, _)| !source.is_the_persons())
            .map(|(source, holding)| (*source, holding.balance.as_pence()))
            .unzip();
        let mut legs = vec![leg_of(&mut self.fund.fund, amount)?];
        for (source, part) in sources.into_iter().zip(split(amount, &free)).filter(|(_, part)| *part > Money::ZERO) {
            legs.push(self.budget.available.add(source, part.negated())?);
        }
        Some(legs)
    }

    fn with_holder(&self, tx: &mut Conn, route: FundingRoute) -> Result<super::ledger::Holding, MoneyError> {
        if !route.is_handed_over() {
            return Err(MoneyError::WhoHolds(route.to_string()));
        }
        Ok(store::account(tx, &self.budget, AccountKind::HandedOver, route.as_str())?)
    }

    fn known(&self, source: Source) -> Result<(), MoneyError> {
        if self.budget.sources().contains(&source) { Ok(()) } else { Err(MoneyError::OtherSource) }
    }

    /// Whether so much of a source is free.
    fn free(&self, source: Source, amount: Money) -> Result<(), MoneyError> {
        self.known(source)?;
        enough(self.budget.available.from_source(source), amount)
    }
}

fn enough(there: Money, asked: Money) -> Result<(), MoneyError> {
    if there >= asked { Ok(()) } else { Err(MoneyError::NotSoMuch { there, asked }) }
}

fn both(one: Option<Leg>, other: Option<Leg>) -> Option<Vec<Leg>> {
    Some(vec![one?, other?])
}

/// Turns a move back: the same legs the other way round. Refused where the money is no longer there.
#[tracing::instrument(skip_all, fields(budget.id = %budget))]
pub fn reverse(
    tx: &mut Conn,
    (authority, budget): (AuthorityId, BudgetId),
    by: Option<PersonId>,
    (moved, note, key): (MoneyMoveId, &str, SubmissionKey),
    now: UtcTime,
) -> Result<MoneyMove, MoneyError> {
    let note = note.trim();
    if note.is_empty() || note.chars().count() > 500 {
        return Err(MoneyError::Why);
    }
    let first = store::find_move(tx, authority, budget, moved)?;
    let mut ids: Vec<BudgetId> = std::iter::once(budget).chain(first.other_budget_id).collect();
    ids.sort();
    for id in &ids {
        store::lock_of(tx, authority, *id)?;
    }
    if let Some(earlier) = store::move_by_key(tx, authority, key)? {
        let same = earlier.reason == Reason::Reversal && earlier.source == moved.to_string();
        return if same { Ok(earlier) } else { Err(MoneyError::KeyUsedDifferently) };
    }
    if first.reason == Reason::Reversal {
        return Err(MoneyError::NotReversible);
    }
    store::lock_fund(tx, authority)?;
    let cause = moved.to_string();
    let mut legs = Vec::new();
    for (account, kind, balance, amount) in store::legs_caused_by(tx, authority, &cause, first.reason)? {
        let after = balance.plus(amount.negated()).ok_or(MoneyError::TooMuch)?;
        let stands = match kind {
            AccountKind::Outside => true,
            AccountKind::ContributionDue | AccountKind::HandedOver => after <= Money::ZERO,
            _ => after >= Money::ZERO,
        };
        if !stands {
            return Err(MoneyError::NotSoMuch { there: balance, asked: amount });
        }
        legs.push(Leg { account, amount: amount.negated() });
    }
    if store::is_reversed(tx, authority, &cause)? {
        return Err(MoneyError::NotReversible);
    }
    let once = Once::ForEachCause;
    let movement = Movement { reason: Reason::Reversal, cause: &cause, acted_by: by, at: now, once };
    let transfer = Transfer::of(authority, legs, movement).ok_or(MoneyError::NotReversible)?;
    let back = MoneyMove {
        id: MoneyMoveId::new(),
        reason: Reason::Reversal,
        source: cause.clone(),
        note: note.to_owned(),
        moved_by: by,
        moved_at: now,
        submission_key: key,
        ..first
    };
    store::insert_move(tx, &back)?;
    store::record(tx, &[transfer])?;
    Ok(back)
}
