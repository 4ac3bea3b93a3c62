//! When a provider is asked about an entry. Pure.

use chrono::NaiveDate;

/// Days between the first and the second letter.
const BETWEEN: i64 = 14;

/// Days before an entry leaves the results, when its provider is asked for the last time.
const LAST_CALL: i64 = 14;

/// Days that have to pass between any two letters to one provider.
pub(super) const QUIET: i64 = 7;

/// What an authority has set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// After so many days without a check, the provider is asked.
    pub check_after: i64,
    /// After so many, the entry leaves the results.
    pub leave_after: i64,
}

/// That a provider was asked about an entry since its last check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// For the first, the second or the last time.
    pub step: i32,
    /// When.
    pub on: NaiveDate,
}

/// Whether to ask about an entry today: for the first (1), the second (2) or the last time (3).
#[must_use]
pub fn due(today: NaiveDate, assured_on: NaiveDate, asked: Option<Asked>, limits: Limits) -> Option<i32> {
    let age = (today - assured_on).num_days();
    if age < limits.check_after {
        return None;
    }
    let leaves_soon = age >= limits.leave_after - LAST_CALL;
    let since = |asked: Asked| (today - asked.on).num_days();
    match asked {
        None => Some(if leaves_soon { 3 } else { 1 }),
        Some(asked) if asked.step < 3 && leaves_soon && since(asked) >= QUIET => Some(3),
        Some(asked) if asked.step == 1 && !leaves_soon && since(asked) >= BETWEEN => Some(2),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use chrono::Days;

    use super::*;

    const USUAL: Limits = Limits { check_after: 90, leave_after: 365 };

    /// The days, counted from the last check, on which a provider who never answers is asked, and for which time.
    fn asked_on(limits: Limits, checked: &str) -> Vec<(i64, i32)> {
        let checked: NaiveDate = checked.parse().unwrap();
        let mut asked = None;
        let mut all = Vec::new();
        for age in 0..800_u32 {
            let today = checked + Days::new(age.into());
            if let Some(step) = due(today, checked, asked, limits) {
                asked = Some(Asked { step, on: today });
                all.push((age.into(), step));
            }
        }
        all
    }

    #[test]
    fn who_never_answers_is_asked_three_times() {
        assert_eq!(asked_on(USUAL, "2026-01-10"), [(90, 1), (104, 2), (351, 3)]);
        assert_eq!(asked_on(USUAL, "2028-02-29"), [(90, 1), (104, 2), (351, 3)], "a leap day is a day");
        assert_eq!(asked_on(USUAL, "2026-10-24"), [(90, 1), (104, 2), (351, 3)], "and so is one of 25 hours");
    }

    #[test]
    fn short_times_leave_a_week_between_letters() {
        assert_eq!(asked_on(Limits { check_after: 30, leave_after: 50 }, "2026-01-10"), [(30, 1), (37, 3)]);
        assert_eq!(asked_on(Limits { check_after: 30, leave_after: 30 }, "2026-01-10"), [(30, 3)]);
        assert_eq!(asked_on(Limits { check_after: 60, leave_after: 30 }, "2026-01-10"), [(60, 3)]);
    }

    #[test]
    fn a_job_that_slept_for_months_asks_once() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(due(day("2027-06-01"), day("2026-01-10"), None, USUAL), Some(3));
        let asked = Some(Asked { step: 3, on: day("2027-06-01") });
        assert_eq!(due(day("2027-12-01"), day("2026-01-10"), asked, USUAL), None);
    }
}
