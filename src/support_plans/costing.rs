//! The noun: what a plan costs in its own year, to the penny. Pure.
//!
//! A plan's year goes from its first day to the day before the same date a year later: 365 days, or 366 where it has a
//! 29 February. Something weekly costs its amount for every seven days, and a seventh for each further day; something
//! monthly its amount for each whole month of the calendar, and the part of it that the days of a part of a month are.

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::allocation::{a_year_of, part};
use crate::db::text_enum;
use crate::money::Money;

use super::content::PlanContent;

text_enum! {
    /// How often something is wanted.
    #[derive(Default)]
    pub enum Rhythm {
        /// Every week.
        #[default]
        Weekly = "weekly",
        /// Every month.
        Monthly = "monthly",
        /// Once in the year.
        Once = "once",
    }
}

/// The year of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Year {
    /// Its first day.
    pub from: NaiveDate,
    /// The day after its last.
    pub until: NaiveDate,
}

impl Year {
    /// The year that begins on a day. One that begins on 29 February ends before 28 February of the next year.
    #[must_use]
    pub fn from(day: NaiveDate) -> Self {
        Self { from: day, until: day.checked_add_months(Months::new(12)).unwrap_or(NaiveDate::MAX) }
    }

    /// How many days it has.
    #[must_use]
    pub fn days(self) -> i64 {
        (self.until - self.from).num_days().max(1)
    }
}

/// What an amount at a rhythm costs within a year.
#[must_use]
pub fn in_year(rhythm: Rhythm, amount: Money, year: Year) -> Money {
    match rhythm {
        Rhythm::Weekly => a_year_of(amount, year.days()),
        Rhythm::Monthly => monthly(amount, year),
        Rhythm::Once => amount,
    }
}

fn monthly(amount: Money, year: Year) -> Money {
    let mut pence = 0;
    let mut month = year.from.with_day(1).unwrap_or(year.from);
    while month < year.until {
        let Some(next) = month.checked_add_months(Months::new(1)) else { break };
        let days = (next.min(year.until) - month.max(year.from)).num_days();
        pence += part(amount.as_pence(), days, (next - month).num_days());
        month = next;
    }
    Money::pence(pence)
}

/// What a total of the year comes to a week.
#[must_use]
pub(super) fn a_week_of(total: Money, year: Year) -> Money {
    Money::pence(part(total.as_pence(), 7, year.days()))
}

/// What one line costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineCost {
    /// Which.
    pub key: String,
    /// In the year.
    pub year_pence: Money,
    /// On average a week.
    pub weekly_pence: Money,
}

/// What a whole plan costs, beside the budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Costing {
    /// The year that it is for.
    pub year: Year,
    /// Each line.
    pub lines: Vec<LineCost>,
    /// What goes on week by week and month by month, in the year.
    pub running_pence: Money,
    /// What is wanted once.
    pub once_pence: Money,
    /// What is kept for what nobody foresees.
    pub contingency_pence: Money,
    /// All together.
    pub total_pence: Money,
    /// The agreed or indicative budget of that year, where there is one.
    pub budget_pence: Option<Money>,
    /// What is left of it; below nought for too much.
    pub left_pence: Option<i64>,
}

/// Works out what a plan costs; `weekly` is the budget a week.
#[must_use]
pub(super) fn cost(content: &PlanContent, year: Year, weekly: Option<Money>) -> Costing {
    let (mut running, mut once) = (0, 0);
    let mut lines = Vec::with_capacity(content.lines.len());
    for line in &content.lines {
        let total = in_year(line.rhythm, line.amount(), year);
        match line.rhythm {
            Rhythm::Once => once += total.as_pence(),
            Rhythm::Weekly | Rhythm::Monthly => running += total.as_pence(),
        }
        lines.push(LineCost { key: line.key.clone(), year_pence: total, weekly_pence: a_week_of(total, year) });
    }
    let contingency = content.contingency_pence;
    let total = running + once + contingency.as_pence();
    let budget = weekly.map(|weekly| a_year_of(weekly, year.days()));
    Costing {
        year,
        lines,
        running_pence: Money::pence(running),
        once_pence: Money::pence(once),
        contingency_pence: contingency,
        total_pence: Money::pence(total),
        budget_pence: budget,
        left_pence: budget.map(|budget| budget.as_pence() - total),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn year(text: &str) -> Year {
        Year::from(day(text))
    }

    /// By hand: £10.50 a week is £1.50 a day: 365 days £547.50, 366 days £549.
    #[test]
    fn a_leap_year_has_a_day_more() {
        let weekly = Money::pence(1_050);
        assert_eq!(in_year(Rhythm::Weekly, weekly, year("2026-04-06")), Money::pence(54_750));
        assert_eq!(year("2027-04-06").days(), 366); // holds 29 February 2028
        assert_eq!(in_year(Rhythm::Weekly, weekly, year("2027-04-06")), Money::pence(54_900));
        assert_eq!(year("2028-02-29").until, day("2029-02-28"));
        assert_eq!(year("2028-02-29").days(), 365);
        assert_eq!(year("2028-03-01").days(), 365);
    }

    /// By hand: twelve whole months; or 17 of 31 days of May, eleven months, and 14 of 31 days of May again.
    #[test]
    fn months_are_months_of_the_calendar() {
        let monthly = Money::pounds(31);
        assert_eq!(in_year(Rhythm::Monthly, monthly, year("2026-06-01")), Money::pounds(372));
        assert_eq!(in_year(Rhythm::Monthly, monthly, year("2026-05-15")), Money::pounds(17 + 11 * 31 + 14));
        // February 2028 has 29 days, and is one month all the same.
        assert_eq!(in_year(Rhythm::Monthly, monthly, year("2028-02-01")), Money::pounds(372));
        // From 16 February 2028: 14 of 29 days, eleven months, and 15 of 28 days of February 2029.
        let parts = 3_100 * 14 / 29 + 1 + 11 * 3_100 + 3_100 * 15 / 28 + 1; // both parts round upwards
        assert_eq!(in_year(Rhythm::Monthly, monthly, year("2028-02-16")), Money::pence(parts));
        assert_eq!(in_year(Rhythm::Once, monthly, year("2026-05-15")), monthly);
    }

    proptest! {
        /// A year of a weekly amount is within half a penny of the amount for each of its days; a month never costs more
        /// than it says.
        #[test]
        fn sums_stay_within_half_a_penny(pence in 0..1_000_000_i64, start in 0..3_000_u64) {
            let year = Year::from(day("2024-01-01") + chrono::Days::new(start));
            let weekly = in_year(Rhythm::Weekly, Money::pence(pence), year).as_pence();
            prop_assert!((weekly * 7 - pence * year.days()).abs() <= 3);
            let monthly = in_year(Rhythm::Monthly, Money::pence(pence), year).as_pence();
            prop_assert!((monthly - 12 * pence).abs() <= 12 + pence / 15, "{} for {}", monthly, pence);
        }
    }
}
