//! Working days: deadlines do not run on weekends and bank holidays (England and Wales).

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// The day that is so many working days after `day`.
#[must_use]
pub fn working_days_after(day: NaiveDate, count: i64) -> NaiveDate {
    let mut day = day;
    let mut left = count;
    while left > 0 {
        day = day + Days::new(1);
        if is_working_day(day) {
            left -= 1;
        }
    }
    day
}

/// Whether people are at work: no weekend, no bank holiday.
#[must_use]
pub fn is_working_day(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !is_bank_holiday(day)
}

/// By the Banking and Financial Dealings Act 1971; days that are proclaimed once are not foreseen.
fn is_bank_holiday(day: NaiveDate) -> bool {
    let easter = easter(day.year());
    let monday = day.weekday() == Weekday::Mon;
    match (day.month(), day.day()) {
        (1, 1) | (12, 25 | 26) => true,
        // The first working day instead of a New Year's Day or Christmas on a weekend.
        (1, 2 | 3) => monday,
        (12, 27) => matches!(day.weekday(), Weekday::Mon | Weekday::Tue),
        (12, 28) => matches!(day.weekday(), Weekday::Mon | Weekday::Tue),
        (5, 1..=7 | 25..=31) | (8, 25..=31) => monday,
        _ => day + Days::new(2) == easter || easter + Days::new(1) == day,
    }
}

/// Easter Sunday of the Gregorian calendar (Butcher's rule).
fn easter(year: i32) -> NaiveDate {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    let part = |n: i32| u32::try_from(n).unwrap_or(1);
    NaiveDate::from_ymd_opt(year, part(n / 31), part(n % 31 + 1)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn bank_holidays_are_those_of_the_government_s_list() {
        // <https://www.gov.uk/bank-holidays>, 2021 to 2028, without days proclaimed once.
        let listed = [
            "2021-12-27",
            "2021-12-28",
            "2022-01-03",
            "2022-12-26",
            "2022-12-27",
            "2023-01-02",
            "2024-03-29",
            "2024-04-01",
            "2024-05-06",
            "2024-05-27",
            "2024-08-26",
            "2025-04-18",
            "2025-04-21",
            "2026-01-01",
            "2026-04-03",
            "2026-04-06",
            "2026-05-04",
            "2026-05-25",
            "2026-08-31",
            "2026-12-25",
            "2026-12-28",
            "2027-03-26",
            "2027-03-29",
            "2027-12-27",
            "2027-12-28",
            "2028-01-03",
            "2028-04-14",
            "2028-04-17",
        ];
        for holiday in listed {
            assert!(!is_working_day(day(holiday)), "{holiday}");
        }
        for working in
            ["2026-04-02", "2026-04-07", "2026-05-05", "2026-12-29", "2026-01-02", "2022-12-28", "2028-02-29"]
        {
            assert!(is_working_day(day(working)), "{working}");
        }
    }

    #[test]
    fn weekends_and_holidays_are_stepped_over() {
        assert_eq!(working_days_after(day("2026-05-20"), 5), day("2026-05-28"), "Whit Monday is the 25th");
        assert_eq!(working_days_after(day("2026-12-23"), 3), day("2026-12-30"));
        assert_eq!(working_days_after(day("2026-05-23"), 1), day("2026-05-26"));
        assert_eq!(working_days_after(day("2028-02-28"), 1), day("2028-02-29"));
        assert_eq!(working_days_after(day("2026-05-20"), 0), day("2026-05-20"));
    }
}
