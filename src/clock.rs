//! Time: UTC everywhere, asked of one injected clock, and shown to people in one way.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta};

/// A moment, in UTC.
pub type UtcTime = NaiveDateTime;

/// Where the program asks for the time.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn of_the_machine() -> Self {
        Self(None)
    }

    /// A clock that stands still until it is moved: for tests.
    #[must_use]
    pub fn standing_at(time: UtcTime) -> Self {
        Self(Some(Arc::new(AtomicI64::new(time.and_utc().timestamp_micros()))))
    }

    /// The moment that it is, to the microsecond (what both databases keep).
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place where the time comes from")]
    pub fn now(&self) -> UtcTime {
        let micros = match &self.0 {
            None => chrono::Utc::now().timestamp_micros(),
            Some(standing) => standing.load(Ordering::SeqCst),
        };
        DateTime::from_timestamp_micros(micros).unwrap_or_default().naive_utc()
    }

    /// Moves a standing clock on; a machine's clock is left alone.
    pub fn pass(&self, time: TimeDelta) {
        if let Some(standing) = &self.0 {
            standing.fetch_add(time.num_microseconds().unwrap_or_default(), Ordering::SeqCst);
        }
    }
}

/// The day that it is in the United Kingdom: papers end and deadlines pass at midnight there, summer time included.
#[must_use]
pub fn day(now: UtcTime) -> NaiveDate {
    wall_clock(now).date()
}

/// What clocks in the United Kingdom show: an hour ahead from the last Sunday of March to that of October, 01:00 UTC.
#[must_use]
pub fn wall_clock(now: UtcTime) -> NaiveDateTime {
    let change = |month| {
        let last = NaiveDate::from_ymd_opt(now.year(), month, 31)?;
        let sunday = last - TimeDelta::days(i64::from(last.weekday().num_days_from_sunday()));
        sunday.and_hms_opt(1, 0, 0)
    };
    let summer = change(3).zip(change(10)).is_some_and(|(from, to)| (from..to).contains(&now));
    if summer { now + TimeDelta::hours(1) } else { now }
}

/// The moment at which a day begins in the United Kingdom: an hour before midnight UTC while it is summer.
#[must_use]
pub fn beginning_of(date: NaiveDate) -> UtcTime {
    let midnight = date.and_time(chrono::NaiveTime::MIN);
    let hour_before = midnight - TimeDelta::hours(1);
    if day(hour_before) == date { hour_before } else { midnight }
}

/// "12 March 2026"
#[must_use]
pub fn long_date(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

/// "March 2026"
#[must_use]
pub fn month_name(date: NaiveDate) -> String {
    date.format("%B %Y").to_string()
}

/// "12 March 2026, 14:05"
#[must_use]
pub fn long_time(time: UtcTime) -> String {
    time.format("%-d %B %Y, %H:%M").to_string()
}

/// The month as one number that counts up: 2026 × 12 + 2 for March 2026.
#[must_use]
pub fn month_number(date: NaiveDate) -> i32 {
    date.year() * 12 + i32::try_from(date.month0()).unwrap_or(0)
}

/// The first day of the month that [`month_number`] counted.
#[must_use]
pub fn month_start(number: i32) -> NaiveDate {
    let month = u32::try_from(number.rem_euclid(12)).unwrap_or(0) + 1;
    NaiveDate::from_ymd_opt(number.div_euclid(12), month, 1).unwrap_or_default()
}

/// RFC 3339 with `Z`, for JSON.
pub mod rfc3339 {
    use serde::{Serialize, Serializer};

    use super::UtcTime;

    /// Writes a moment as RFC 3339.
    pub fn serialize<S: Serializer>(time: &UtcTime, to: S) -> Result<S::Ok, S::Error> {
        time.and_utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, true).serialize(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UtcTime {
        text.parse().unwrap()
    }

    #[test]
    fn the_day_changes_when_clocks_here_say_so() {
        let days = [
            ("2026-01-31T23:59:59", "2026-01-31"),
            ("2026-03-29T00:59:59", "2026-03-29"),
            ("2026-06-30T22:59:59", "2026-06-30"),
            ("2026-06-30T23:00:00", "2026-07-01"),
            ("2026-10-24T23:30:00", "2026-10-25"),
            ("2026-10-25T23:30:00", "2026-10-25"),
            ("2028-02-28T23:59:59", "2028-02-28"),
            ("2028-02-29T00:00:00", "2028-02-29"),
        ];
        for (now, expected) in days {
            assert_eq!(day(at(now)).to_string(), expected, "{now}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight_here() {
        for (date, begins) in [
            ("2026-03-29", "2026-03-29T00:00:00"), // the clocks go forward an hour later
            ("2026-03-30", "2026-03-29T23:00:00"),
            ("2026-10-25", "2026-10-24T23:00:00"),
            ("2026-10-26", "2026-10-26T00:00:00"),
            ("2028-02-29", "2028-02-29T00:00:00"),
        ] {
            let date: NaiveDate = date.parse().unwrap();
            assert_eq!(beginning_of(date), at(begins));
            assert_eq!(day(beginning_of(date)), date);
            assert_eq!(day(beginning_of(date) - TimeDelta::microseconds(1)), date.pred_opt().unwrap());
        }
    }

    #[test]
    fn clocks_go_forward_and_back_on_the_last_sunday() {
        assert_eq!(wall_clock(at("2026-03-29T00:59:59")), at("2026-03-29T00:59:59"));
        assert_eq!(wall_clock(at("2026-03-29T01:00:00")), at("2026-03-29T02:00:00"));
        assert_eq!(wall_clock(at("2026-10-25T00:59:59")), at("2026-10-25T01:59:59"));
        assert_eq!(wall_clock(at("2026-10-25T01:00:00")), at("2026-10-25T01:00:00"));
    }
}
