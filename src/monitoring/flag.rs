//! The work of the day: direct payments of which more stands unspent than so many weeks need are flagged to finance officers.

use chrono::NaiveDate;

use crate::clock::{UtcTime, day};
use crate::db::Conn;
use crate::error::AppError;
use crate::ids::AuthorityId;
use crate::log::daily;
use crate::money::Money;
use crate::places::settings::{self, Setting};

use super::store;

/// The job of the day.
pub const JOB: &str = "unspent direct payments";

/// So many budgets are looked at in one step.
const AT_ONCE: i64 = 300;

/// For how many weeks beyond what was planned until today the money would last: what is left, less what is planned for the
/// rest of the budget, by what is planned for a week. Nothing for a budget that has not begun, or whose week costs nothing.
#[must_use]
pub fn weeks_unspent(
    (put_in, left): (Money, Money),
    (starts_on, ends_on): (NaiveDate, NaiveDate),
    today: NaiveDate,
) -> i64 {
    let days = (ends_on - starts_on).num_days();
    let ahead = (ends_on - today).num_days().clamp(0, days.max(0));
    if days <= 0 || today <= starts_on || put_in <= Money::ZERO {
        return 0;
    }
    let planned = i128::from(put_in.as_pence()) * i128::from(ahead) / i128::from(days);
    let beyond = i128::from(left.as_pence()) - planned;
    let weeks = beyond * i128::from(days) / (i128::from(put_in.as_pence()) * 7);
    i64::try_from(weeks.max(0)).unwrap_or(i64::MAX)
}

/// Looks at the next direct payments of the day; whether there are more.
pub fn flag_some(tx: &mut Conn, now: UtcTime) -> Result<bool, AppError> {
    let today = day(now);
    let Some(after) = daily::turn(tx, JOB, today)? else { return Ok(false) };
    let budgets = store::direct_payments_after(tx, &after, today, AT_ONCE)?;
    let mut known: Vec<(AuthorityId, i64)> = Vec::new();
    for budget in &budgets {
        if known.iter().all(|(authority, _)| *authority != budget.authority) {
            known.push((budget.authority, settings::setting(tx, budget.authority, Setting::AskAboveWeeks)?));
        }
        let own = known.iter().find(|(authority, _)| *authority == budget.authority);
        let most = own.map_or(i64::MAX, |(_, weeks)| *weeks);
        let weeks = weeks_unspent((budget.put_in, budget.left), (budget.starts_on, budget.ends_on), today);
        if weeks > most {
            store::flag(tx, budget, weeks, now)?;
        }
    }
    let full = i64::try_from(budgets.len()).unwrap_or(0) == AT_ONCE;
    let last = budgets.last().map(|budget| budget.id.to_string()).filter(|_| full);
    daily::note_turn(tx, JOB, today, last.as_deref(), now)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn what_was_planned_for_later_is_not_unspent() {
        let year = (day("2026-04-06"), day("2027-04-05")); // 52 weeks
        let weeks =
            |left: i32, today: &str| weeks_unspent((Money::pounds(5_200), Money::pounds(left)), year, day(today));
        assert_eq!(weeks(5_200, "2026-04-06"), 0);
        assert_eq!(weeks(5_200, "2026-07-06"), 13); // a quarter, nothing spent
        assert_eq!(weeks(3_900, "2026-07-06"), 0); // as planned
        assert_eq!(weeks(3_950, "2026-07-06"), 0);
        assert_eq!(weeks(4_000, "2026-07-06"), 1);
        assert_eq!(weeks(1_000, "2026-07-06"), 0); // more spent than planned
        assert_eq!(weeks(5_200, "2027-05-01"), 52);
        assert_eq!(weeks_unspent((Money::ZERO, Money::ZERO), year, day("2026-07-06")), 0);
        assert_eq!(weeks_unspent((Money::pounds(1), Money::pounds(1)), (year.0, year.0), day("2026-07-06")), 0);
    }
}
