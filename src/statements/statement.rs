//! The noun: a statement, and reading one.

use std::collections::HashMap;

use chrono::{Datelike, Months, NaiveDate, TimeDelta};
use diesel::QueryResult;

use crate::budgets::store::BudgetSummary;
use crate::budgets::{AccountKind, Reason, Source};
use crate::clock::{UtcTime, wall_clock};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::BudgetReader;
use crate::ids::TransferId;
use crate::money::Money;
use crate::purchasing::{self, Purchase};

use super::store::{self, LegRow};

/// The longest time of one statement.
const LONGEST_YEARS: i32 = 11;

/// The moment at which a day begins in the United Kingdom. Clocks change at one in the morning, so midnight is always once.
#[must_use]
pub fn start_of(day: NaiveDate) -> UtcTime {
    let midnight = UtcTime::from(day);
    let an_hour_before = midnight - TimeDelta::hours(1);
    if wall_clock(an_hour_before) == midnight { an_hour_before } else { midnight }
}

/// The time of a statement: both days belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

impl Period {
    /// The time that somebody typed; where nothing is typed, the budget until today.
    pub fn checked(from: &str, to: &str, summary: &BudgetSummary, today: NaiveDate) -> Result<Self, AppError> {
        let mut wrong = Vec::new();
        let mut day = |field: &str, typed: &str, usual: NaiveDate| match typed.trim() {
            "" => usual,
            typed => {
                typed.parse().ok().filter(|day: &NaiveDate| (2000..2200).contains(&day.year())).unwrap_or_else(|| {
                    wrong.push(FieldError::new(field, "Enter a day, such as 31/3/2027."));
                    usual
                })
            }
        };
        let last = summary.ends_on.pred_opt().unwrap_or(summary.ends_on);
        let to = day("to", to, today.min(last).max(summary.starts_on));
        let from = day("from", from, summary.starts_on.min(to));
        if wrong.is_empty() && from > to {
            wrong.push(FieldError::new("to", "Choose a last day that is not before the first."));
        }
        let longest = from.checked_add_months(Months::new(12 * LONGEST_YEARS.unsigned_abs()));
        if wrong.is_empty() && longest.is_some_and(|most| to > most) {
            wrong.push(FieldError::new("from", format!("Choose at most {LONGEST_YEARS} years.")));
        }
        if wrong.is_empty() { Ok(Self { from, to }) } else { Err(AppError::invalid(wrong)) }
    }
}

/// What stands on the four parts of a budget, or by how much they change: in pence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Free to spend.
    pub available: i64,
    /// Promised.
    pub committed: i64,
    /// Delivered and confirmed.
    pub owed: i64,
    /// Paid.
    pub paid: i64,
}

impl Parts {
    /// Adds to one part. A kind that belongs to no part of a budget changes nothing.
    pub(super) fn add(&mut self, kind: AccountKind, pence: i64) {
        match kind {
            AccountKind::Available => self.available += pence,
            AccountKind::Committed => self.committed += pence,
            AccountKind::Owed => self.owed += pence,
            AccountKind::Paid => self.paid += pence,
            _ => {}
        }
    }

    /// Both together, part by part.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            available: self.available + other.available,
            committed: self.committed + other.committed,
            owed: self.owed + other.owed,
            paid: self.paid + other.paid,
        }
    }

    /// All parts together.
    #[must_use]
    pub fn total(self) -> i64 {
        self.available + self.committed + self.owed + self.paid
    }
}

/// One movement.
#[derive(Clone, Debug)]
pub struct Line {
    /// Which transfer.
    pub transfer: TransferId,
    /// When.
    pub at: UtcTime,
    /// Why.
    pub reason: Reason,
    /// What it did to each part.
    pub change: Parts,
    /// What stood on each part after it.
    pub after: Parts,
    /// What it did beside the parts, in pence: to what was paid out to whoever holds the budget, or to what the person still
    /// owes of their part.
    pub beside: i64,
    /// The purchase behind it, where there is one.
    pub purchase: Option<Purchase>,
}

impl Line {
    /// How much moved.
    #[must_use]
    pub fn amount(&self) -> Money {
        let Parts { available, committed, owed, paid } = self.change;
        let moved = [available, committed, owed, paid, self.beside].into_iter().map(i64::abs).max();
        Money::pence(moved.unwrap_or_default())
    }

    /// What it is, in words.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self.reason {
            Reason::Grant | Reason::Allocation => "Put into the budget",
            Reason::Commitment => "Set aside",
            Reason::Release => "Given back",
            Reason::Delivery => "Delivered and confirmed",
            Reason::Settlement => "Paid to the provider",
            Reason::Reversal => "Put right",
            Reason::Bridging => "Put in for a while, to get used to less",
            Reason::OneOff => "Put in once",
            Reason::ClientContribution => "The person\u{2019}s part",
            Reason::ContributionReceived => "The person\u{2019}s part was paid",
            Reason::TopUp => "Added on top",
            Reason::OwnMoney => "Paid in, own money",
            Reason::Refund => "The provider gave back",
            Reason::Clawback => "Taken back by the council",
            Reason::CarryOver => "On to the next period",
            Reason::Return => "Went back",
            Reason::BetweenBudgets => "Between two budgets",
            Reason::BetweenSources => "Between two sources",
            Reason::Payment => "Paid out to whoever holds the budget",
            Reason::PaymentReturned => "Came back from whoever holds the budget",
            Reason::Received => "Received",
        }
    }
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Which time.
    pub period: Period,
    /// What stood on it before its first day.
    pub before: Parts,
    /// Every movement, oldest first.
    pub lines: Vec<Line>,
    /// What stood on it after its last day.
    pub after: Parts,
    /// The same of each source that the money came from: before and after.
    pub by_source: Vec<BySource>,
    /// What was paid out to whoever holds the budget: before and after, in pence.
    pub paid_out: (i64, i64),
}

/// One source of a budget's money in a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BySource {
    /// Which.
    pub source: Source,
    /// What stood there before the first day.
    pub before: Parts,
    /// What stood there after the last day.
    pub after: Parts,
}

impl Statement {
    /// By how much each part changed.
    #[must_use]
    pub fn change(&self) -> Parts {
        self.lines.iter().fold(Parts::default(), |sum, line| sum.plus(line.change))
    }
}

/// Reads the statement of the holder's budget for a time.
pub fn read(conn: &mut Conn, reader: &BudgetReader, period: Period) -> QueryResult<Statement> {
    let (from, until) = (start_of(period.from), start_of(period.to.succ_opt().unwrap_or(period.to)));
    let stood = store::stood_before(conn, reader, from)?;
    let before = stood.parts.values().fold(Parts::default(), |sum, parts| sum.plus(*parts));
    let legs = store::legs_between(conn, reader, from, until)?;
    let stands = legs.iter().fold(stood.clone(), store::Standing::after);
    let causes: Vec<&str> = legs.iter().map(|leg| leg.cause.as_str()).collect();
    let purchases = purchasing::store::purchases_behind(conn, reader, &causes)?;
    let each = stands.parts.iter().map(|(source, after)| BySource {
        source: *source,
        before: stood.parts.get(source).copied().unwrap_or_default(),
        after: *after,
    });
    let by_source = each.collect();
    let paid_out = (stood.paid_out, stands.paid_out);
    let mut statement = Statement { period, before, lines: Vec::new(), after: before, by_source, paid_out };
    for leg in legs {
        let pence = leg.amount.as_pence();
        match statement.lines.last_mut().filter(|line| line.transfer == leg.transfer) {
            Some(line) => {
                line.change.add(leg.part, pence);
                line.after.add(leg.part, pence);
                line.beside += beside(&leg);
            }
            None => statement.lines.push(line(leg, statement.after, &purchases)),
        }
        statement.after = statement.lines.last().map_or(before, |line| line.after);
    }
    Ok(statement)
}

/// What a leg did beside the four parts.
fn beside(leg: &LegRow) -> i64 {
    match leg.part {
        AccountKind::HandedOver | AccountKind::ContributionDue => leg.amount.as_pence(),
        _ => 0,
    }
}

fn line(leg: LegRow, before: Parts, purchases: &HashMap<String, Purchase>) -> Line {
    let mut change = Parts::default();
    change.add(leg.part, leg.amount.as_pence());
    Line {
        transfer: leg.transfer,
        at: leg.at,
        reason: leg.reason,
        change,
        after: before.plus(change),
        beside: beside(&leg),
        purchase: purchases.get(&leg.cause).cloned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::day;
    use proptest::prelude::*;

    #[test]
    fn a_day_begins_when_clocks_here_say_so() {
        let begins = |text: &str| start_of(text.parse().unwrap()).to_string();
        assert_eq!(begins("2026-01-15"), "2026-01-15 00:00:00");
        assert_eq!(begins("2026-03-29"), "2026-03-29 00:00:00");
        assert_eq!(begins("2026-03-30"), "2026-03-29 23:00:00");
        assert_eq!(begins("2026-10-25"), "2026-10-24 23:00:00");
        assert_eq!(begins("2026-10-26"), "2026-10-26 00:00:00");
        assert_eq!(begins("2028-02-29"), "2028-02-29 00:00:00");
    }

    proptest! {
        /// Every day ends where the next one begins, also where clocks change and on leap days.
        #[test]
        fn days_follow_each_other(number in 0_u64..20_000) {
            let this = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + chrono::Days::new(number);
            let (begins, ends) = (start_of(this), start_of(this.succ_opt().unwrap()));
            prop_assert_eq!(day(begins), this);
            prop_assert_eq!(day(ends - TimeDelta::seconds(1)), this);
            prop_assert!((23..=25).contains(&(ends - begins).num_hours()));
        }
    }
}
