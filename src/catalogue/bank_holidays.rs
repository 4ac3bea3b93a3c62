//! Bank holidays of England and Wales: as the government lists them, and by the rule of the law for other years.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::Deserialize;

/// From <https://www.gov.uk/bank-holidays> (Open Government Licence v3.0).
const LISTED: &str = include_str!("../../data/bank-holidays/england-and-wales.csv");

#[derive(Deserialize)]
struct Line {
    date: NaiveDate,
    name: String,
}

fn listed() -> &'static BTreeMap<NaiveDate, String> {
    static DAYS: OnceLock<BTreeMap<NaiveDate, String>> = OnceLock::new();
    DAYS.get_or_init(|| {
        let lines = csv::Reader::from_reader(LISTED.as_bytes()).into_deserialize::<Line>();
        lines.filter_map(Result::ok).map(|line| (line.date, line.name)).collect()
    })
}

/// What a day is called, if it is a bank holiday of England and Wales.
#[must_use]
pub fn bank_holiday(day: NaiveDate) -> Option<&'static str> {
    let days = listed();
    let (first, last) = (days.keys().next()?.year(), days.keys().next_back()?.year());
    if (first..=last).contains(&day.year()) {
        return days.get(&day).map(String::as_str);
    }
    by_rule(day.year()).into_iter().find(|(each, _)| *each == day).map(|(_, name)| name)
}

/// The days of a year by the Banking and Financial Dealings Act 1971; one-off holidays are proclaimed and only listed.
fn by_rule(year: i32) -> Vec<(NaiveDate, &'static str)> {
    let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    let first_monday = |month| to_monday(day(month, 1));
    let easter = easter(year);
    let christmas = to_working_day(day(12, 25));
    let boxing = to_working_day(day(12, 26));
    vec![
        (to_working_day(day(1, 1)), "New Year’s Day"),
        (easter - Days::new(2), "Good Friday"),
        (easter + Days::new(1), "Easter Monday"),
        (first_monday(5), "Early May bank holiday"),
        (back_to_monday(day(5, 31)), "Spring bank holiday"),
        (back_to_monday(day(8, 31)), "Summer bank holiday"),
        (christmas, "Christmas Day"),
        // When both fall on the weekend, Boxing Day is kept on the day after Christmas Day is.
        (if boxing <= christmas { christmas + Days::new(1) } else { boxing }, "Boxing Day"),
    ]
}

fn to_working_day(day: NaiveDate) -> NaiveDate {
    match day.weekday() {
        Weekday::Sat => day + Days::new(2),
        Weekday::Sun => day + Days::new(1),
        _ => day,
    }
}

fn to_monday(day: NaiveDate) -> NaiveDate {
    day + Days::new(u64::from((7 - day.weekday().num_days_from_monday()) % 7))
}

fn back_to_monday(day: NaiveDate) -> NaiveDate {
    day - Days::new(u64::from(day.weekday().num_days_from_monday()))
}

/// Easter Sunday of the Gregorian calendar (the “anonymous” computus of 1876).
fn easter(year: i32) -> NaiveDate {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let (month, day) = ((h + l - 7 * m + 114) / 31, (h + l - 7 * m + 114) % 31 + 1);
    NaiveDate::from_ymd_opt(year, month.unsigned_abs(), day.unsigned_abs()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_gives_what_the_government_lists() {
        for year in 2025..=2028 {
            let by_rule: BTreeMap<_, _> = by_rule(year).into_iter().collect();
            let listed: BTreeMap<_, _> = listed()
                .iter()
                .filter(|(day, _)| day.year() == year)
                .map(|(day, name)| (*day, name.as_str()))
                .collect();
            assert_eq!(by_rule, listed, "{year}");
        }
    }

    #[test]
    fn years_beyond_the_list_have_holidays_too() {
        let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        assert_eq!(bank_holiday(day(2029, 3, 30)), Some("Good Friday"));
        assert_eq!(bank_holiday(day(2032, 12, 28)), Some("Boxing Day"));
        assert_eq!(bank_holiday(day(2026, 12, 26)), None, "a Saturday: kept on the Monday after");
        assert_eq!(bank_holiday(day(2026, 12, 28)), Some("Boxing Day"));
    }
}
