//! The noun: one return about one person's fund. Pure.

use chrono::{Datelike, Months, NaiveDate};
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::fund_returns;
use crate::db::text_enum;
use crate::ids::{AuthorityId, BudgetId, FundReturnId, OrganizationId, PersonId};
use crate::money::Money;

text_enum! {
    /// How far a return has come.
    pub enum ReturnState {
        /// The provider has not filed it.
        Due = "due",
        /// It waits for the council.
        Filed = "filed",
        /// The council has taken it.
        Accepted = "accepted",
        /// The council wants something put right.
        SentBack = "sent back",
    }
}

/// One return as its row is.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = fund_returns, treat_none_as_default_value = false)]
pub struct FundReturn {
    /// Which.
    pub id: FundReturnId,
    /// To whom.
    pub authority_id: AuthorityId,
    /// From whom.
    pub organization_id: OrganizationId,
    /// About which budget.
    pub budget_id: BudgetId,
    /// Its first day.
    pub covers_from: NaiveDate,
    /// The day after its last.
    pub covers_until: NaiveDate,
    /// By when.
    pub due_on: NaiveDate,
    /// How far it has come.
    pub state: ReturnState,
    /// What the provider held on the first day.
    pub opening_pence: Money,
    /// What came from the council.
    pub received_pence: Money,
    /// What was spent for the person.
    pub spent_pence: Money,
    /// What the provider holds at the end.
    pub balance_pence: Money,
    /// What the ledger said of that when it was filed.
    pub ledger_pence: Money,
    /// Hours that the person used, in quarters of an hour.
    pub quarter_hours: i32,
    /// What the provider says about it.
    pub note: String,
    /// Who filed it.
    pub filed_by: Option<PersonId>,
    /// When.
    pub filed_at: Option<UtcTime>,
    /// What the council says about it.
    pub answer: String,
    /// Who decided.
    pub decided_by: Option<PersonId>,
    /// When.
    pub decided_at: Option<UtcTime>,
    /// When the provider was last asked for it.
    pub chased_on: Option<NaiveDate>,
}

/// What the ledger says of a fund for some days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// With the provider before the first day.
    pub opening: Money,
    /// Handed over, less what was handed back.
    pub received: Money,
    /// Paid for deliveries.
    pub spent: Money,
}

impl Standing {
    /// With the provider at the end.
    #[must_use]
    pub fn balance(self) -> Money {
        Money::pence(self.opening.as_pence() + self.received.as_pence() - self.spent.as_pence())
    }
}

impl FundReturn {
    /// By how much the provider's balance differs from the ledger's.
    #[must_use]
    pub fn difference(&self) -> Money {
        Money::pence(self.balance_pence.as_pence() - self.ledger_pence.as_pence())
    }

    /// Whether it is late on a day.
    #[must_use]
    pub fn is_late(&self, today: NaiveDate) -> bool {
        matches!(self.state, ReturnState::Due | ReturnState::SentBack) && self.due_on < today
    }
}

/// The last whole stretch of so many months that was over on a day: calendar quarters where that is three.
#[must_use]
pub fn quarter_of(today: NaiveDate, months: i64) -> Option<(NaiveDate, NaiveDate)> {
    let months = u32::try_from(months).ok().filter(|months| (1..=12).contains(months))?;
    let first = today.with_day(1)?;
    let until = first.checked_sub_months(Months::new(first.month0() % months))?;
    Some((until.checked_sub_months(Months::new(months))?, until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_are_those_of_the_calendar() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (today, months, from, until) in [
            ("2026-07-01", 3, "2026-04-01", "2026-07-01"),
            ("2026-09-30", 3, "2026-04-01", "2026-07-01"),
            ("2027-01-01", 3, "2026-10-01", "2027-01-01"),
            ("2028-03-01", 1, "2028-02-01", "2028-03-01"),
            ("2026-11-24", 12, "2025-01-01", "2026-01-01"),
            ("2026-03-31", 2, "2026-01-01", "2026-03-01"),
        ] {
            assert_eq!(quarter_of(day(today), months), Some((day(from), day(until))), "{today} {months}");
        }
        assert_eq!(quarter_of(day("2026-01-01"), 0), None);
    }
}
