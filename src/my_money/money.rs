//! What somebody has, all budgets together.

use chrono::NaiveDate;
use diesel::QueryResult;

use crate::budgets::store::{BudgetSummary, Period};
use crate::budgets::{self, Budget, Source};
use crate::db::Conn;
use crate::identity::{BudgetReader, SignedIn};
use crate::ids::PersonId;
use crate::money::Money;

/// One budget that runs today, and who asks.
#[derive(Clone, Debug)]
pub struct OneBudget {
    /// What it is called, and its days.
    pub summary: BudgetSummary,
    /// What stands on it.
    pub budget: Budget,
    /// The right to look at it.
    pub reader: BudgetReader,
    /// The period that runs today.
    pub period: Option<Period>,
}

/// What stands there of one source of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfSource {
    /// Which.
    pub source: Source,
    /// Free to spend.
    pub left: Money,
    /// Asked for.
    pub committed: Money,
    /// Delivered and confirmed.
    pub owed: Money,
    /// Gone to providers.
    pub paid: Money,
}

/// Everything that somebody has to live on today.
#[derive(Clone, Debug)]
pub struct MyMoney {
    /// Whose.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Whether who asks looks at their own.
    pub own: bool,
    /// The budgets that run today.
    pub budgets: Vec<OneBudget>,
    /// A budget that begins later: the next.
    pub coming: Option<BudgetSummary>,
    /// Others whose money they may look at: id and name.
    pub others: Vec<(PersonId, String)>,
}

/// Reads what somebody has: their own money, or that of the person whom they act for. None: that is not theirs to see.
pub fn read(
    conn: &mut Conn,
    who: &SignedIn,
    whose: Option<PersonId>,
    today: NaiveDate,
) -> QueryResult<Option<MyMoney>> {
    let all = budgets::store::budgets_of(conn, who)?;
    let first = all.first().map_or(who.person(), |budget| budget.person_id);
    let person = whose.unwrap_or(first);
    if person != who.person() && all.iter().all(|budget| budget.person_id != person) {
        return Ok(None);
    }
    let mut told = MyMoney {
        person,
        name: who.name().to_owned(),
        own: person == who.person(),
        budgets: Vec::new(),
        coming: None,
        others: Vec::new(),
    };
    for summary in &all {
        let theirs = summary.person_id == person;
        let runs = summary.starts_on <= today && today < summary.ends_on;
        if !theirs {
            let known = told.others.iter().any(|(other, _)| *other == summary.person_id);
            if !known && let Some(reader) = BudgetReader::find(conn, who, summary.id)? {
                told.others.push((summary.person_id, reader.person_name().to_owned()));
            }
            continue;
        }
        if summary.starts_on > today {
            let sooner = told.coming.as_ref().is_none_or(|coming| summary.starts_on < coming.starts_on);
            if sooner {
                told.coming = Some(summary.clone());
            }
        }
        if !runs && !told.own {
            // Only so that the page knows the name where nothing runs.
            if told.name == who.name()
                && let Some(reader) = BudgetReader::find(conn, who, summary.id)?
            {
                reader.person_name().clone_into(&mut told.name);
            }
            continue;
        }
        if runs && let Some(reader) = BudgetReader::find(conn, who, summary.id)? {
            reader.person_name().clone_into(&mut told.name);
            let budget = budgets::store::read(conn, &reader)?;
            let begun = budgets::store::periods_begun(conn, budget.authority, &[budget.id], today)?;
            let period = begun.into_iter().rev().find(|period| today < period.ends_on);
            told.budgets.push(OneBudget { summary: summary.clone(), budget, reader, period });
        }
    }
    Ok(Some(told))
}

impl OneBudget {
    /// Free to spend.
    #[must_use]
    pub fn left(&self) -> Money {
        self.budget.available.balance
    }

    /// Asked for, or delivered and not yet paid.
    #[must_use]
    pub fn promised(&self) -> Money {
        sum([self.budget.committed.balance, self.budget.owed.balance])
    }

    /// Gone to providers.
    #[must_use]
    pub fn spent(&self) -> Money {
        self.budget.paid.balance
    }

    /// What stands there of each source that its money came from.
    #[must_use]
    pub fn by_source(&self) -> Vec<OfSource> {
        let of = |source: Source| OfSource {
            source,
            left: self.budget.available.from_source(source),
            committed: self.budget.committed.from_source(source),
            owed: self.budget.owed.from_source(source),
            paid: self.budget.paid.from_source(source),
        };
        self.budget.sources().into_iter().map(of).collect()
    }

    /// Whole weeks until it ends.
    #[must_use]
    pub fn weeks_until_it_ends(&self, today: NaiveDate) -> i64 {
        (self.summary.ends_on - today).num_days().max(0) / 7
    }
}

impl MyMoney {
    /// Free to spend, all together.
    #[must_use]
    pub fn left(&self) -> Money {
        sum(self.budgets.iter().map(OneBudget::left))
    }

    /// Promised, all together.
    #[must_use]
    pub fn promised(&self) -> Money {
        sum(self.budgets.iter().map(OneBudget::promised))
    }

    /// Spent, all together.
    #[must_use]
    pub fn spent(&self) -> Money {
        sum(self.budgets.iter().map(OneBudget::spent))
    }

    /// Everything that was put in.
    #[must_use]
    pub fn whole(&self) -> Money {
        sum([self.left(), self.promised(), self.spent()])
    }

    /// The next review that is still to come, or else the day after the last of the budget that ends first; and whether it is
    /// a review.
    #[must_use]
    pub fn next_mark(&self, today: NaiveDate) -> Option<(NaiveDate, bool)> {
        let reviews = self.budgets.iter().map(|one| one.summary.review_on).filter(|day| *day >= today);
        let ends = self.budgets.iter().map(|one| one.summary.ends_on);
        reviews.min().map(|day| (day, true)).or_else(|| ends.min().map(|day| (day, false)))
    }

    /// About how much there is for each week until the budgets end; in whole pounds, so that nobody counts on pennies.
    #[must_use]
    pub fn a_week(&self, today: NaiveDate) -> Money {
        let pounds = self.budgets.iter().map(|one| one.left().as_pence() / 100 / one.weeks_until_it_ends(today).max(1));
        Money::pence(pounds.sum::<i64>() * 100)
    }

    /// Whether the money goes faster than the time: by more than a tenth of it.
    #[must_use]
    pub fn goes_fast(&self, today: NaiveDate) -> bool {
        let whole = self.whole().as_pence();
        let time: i64 = self
            .budgets
            .iter()
            .map(|one| {
                let days = (one.summary.ends_on - one.summary.starts_on).num_days().max(1);
                let gone = (today - one.summary.starts_on).num_days().clamp(0, days);
                sum([one.left(), one.promised(), one.spent()]).as_pence() / 100 * gone * 100 / days
            })
            .sum();
        let gone = whole - self.left().as_pence();
        whole > 0 && gone > time + whole / 10
    }
}

/// All of them together. Balances of one person never come near the end of an `i64`.
fn sum(parts: impl IntoIterator<Item = Money>) -> Money {
    parts.into_iter().fold(Money::ZERO, |all, part| all.plus(part).unwrap_or(all))
}
