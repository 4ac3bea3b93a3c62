//! Opening times as people read them, and when a service is on next. Pure: rules of the week and the month in, words
//! out. Times are those of a clock on the wall in England.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Weekday};
use rrule::{RRuleSet, Tz};

use crate::clock::{UtcTime, wall_clock};

use super::bank_holidays::bank_holiday;
use super::detail::{Freq, Schedule};

/// So many dates of one rule are looked at.
const DATES: u16 = 12;

/// A line of opening times: on which days, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Times {
    /// "Monday to Friday", "Second Tuesday of the month".
    pub days: String,
    /// "9am to 1pm, 2pm to 5.30pm"; "any time" where nothing is told.
    pub hours: String,
}

/// The next time that a service is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// When it begins, or began.
    pub starts: NaiveDateTime,
    /// Whether an hour is told, or only the day.
    pub timed: bool,
    /// When it ends, where that is told.
    pub ends: Option<NaiveDateTime>,
    /// Whether it has begun.
    pub on_now: bool,
}

/// Opening times in words, a line for each set of days; rules that are over or have not begun are left out.
#[must_use]
pub fn in_words(schedules: &[Schedule], today: NaiveDate) -> Vec<Times> {
    let mut lines: Vec<Times> = Vec::new();
    for schedule in schedules.iter().filter(|schedule| schedule.valid_to.is_none_or(|last| today <= last)) {
        let days = days_in_words(schedule, today);
        let mut hours = hours_in_words(schedule);
        if !schedule.description.is_empty() {
            hours = format!("{hours}. {}", schedule.description);
        }
        match lines.iter_mut().find(|line| line.days == days) {
            Some(line) => line.hours = format!("{}, {hours}", line.hours),
            None => lines.push(Times { days, hours }),
        }
    }
    lines
}

/// When a service is on next, or that it is on now.
#[must_use]
pub fn next(schedules: &[Schedule], now: UtcTime) -> Option<Next> {
    let now = wall_clock(now);
    schedules.iter().filter_map(|schedule| next_of(schedule, now)).min_by_key(|next| next.starts)
}

/// "On now, until 5pm", "Next: Tuesday 1 December, 10am".
#[must_use]
pub fn next_in_words(next: &Next, now: UtcTime) -> String {
    let now = wall_clock(now);
    let midnight = |time: NaiveDateTime| time.time() == NaiveTime::MIN;
    if next.on_now {
        return match next.ends {
            Some(ends) if midnight(next.starts) && midnight(ends) => "Open day and night".into(),
            Some(ends) if ends.date() == now.date() => format!("Open now, until {}", clock_time(ends.time())),
            Some(ends) => format!("Open now, until {} tomorrow", clock_time(ends.time())),
            None => "Today".into(),
        };
    }
    let day = match (next.starts.date() - now.date()).num_days() {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        _ => next.starts.format("%A %-d %B").to_string(),
    };
    let time = if next.timed { format!(", {}", clock_time(next.starts.time())) } else { String::new() };
    let holiday = bank_holiday(next.starts.date())
        .map(|name| format!(". That is a bank holiday ({name}): check before you go"))
        .unwrap_or_default();
    format!("Next: {day}{time}{holiday}")
}

/// "9am", "9.30am", "noon".
#[must_use]
pub(super) fn clock_time(time: NaiveTime) -> String {
    use chrono::Timelike;
    match (time.hour(), time.minute()) {
        (0, 0) => "midnight".into(),
        (12, 0) => "noon".into(),
        (_, 0) => time.format("%-I%P").to_string(),
        _ => time.format("%-I.%M%P").to_string(),
    }
}

/// "09:30" as a time.
pub(super) fn time(text: Option<&String>) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text?, "%H:%M").ok()
}

fn hours_in_words(schedule: &Schedule) -> String {
    match (time(schedule.opens_at.as_ref()), time(schedule.closes_at.as_ref())) {
        (Some(opens), Some(closes)) if opens == closes => "day and night".into(),
        (Some(opens), Some(closes)) => format!("{} to {}", clock_time(opens), clock_time(closes)),
        (Some(opens), None) => format!("from {}", clock_time(opens)),
        (None, Some(closes)) => format!("until {}", clock_time(closes)),
        (None, None) => "ask for the times".into(),
    }
}

const WEEK: [(&str, Weekday, &str); 7] = [
    ("MO", Weekday::Mon, "Monday"),
    ("TU", Weekday::Tue, "Tuesday"),
    ("WE", Weekday::Wed, "Wednesday"),
    ("TH", Weekday::Thu, "Thursday"),
    ("FR", Weekday::Fri, "Friday"),
    ("SA", Weekday::Sat, "Saturday"),
    ("SU", Weekday::Sun, "Sunday"),
];

fn days_in_words(schedule: &Schedule, today: NaiveDate) -> String {
    let codes: Vec<&str> = schedule.byday.split(',').map(str::trim).filter(|code| !code.is_empty()).collect();
    let words = match schedule.freq {
        Freq::Weekly => weekdays_in_words(&codes),
        Freq::Monthly => days_of_the_month(&codes),
    };
    let every = match (schedule.every, schedule.freq) {
        (1, _) => String::new(),
        (2, Freq::Weekly) => ", every other week".into(),
        (weeks, Freq::Weekly) => format!(", every {weeks} weeks"),
        (2, Freq::Monthly) => ", every other month".into(),
        (months, Freq::Monthly) => format!(", every {months} months"),
    };
    let from = schedule.valid_from.filter(|first| *first > today);
    let from = from.map(|first| format!(", from {}", first.format("%-d %B"))).unwrap_or_default();
    let until = schedule.valid_to.map(|last| format!(", until {}", last.format("%-d %B"))).unwrap_or_default();
    format!("{words}{every}{from}{until}")
}

fn weekdays_in_words(codes: &[&str]) -> String {
    let on: Vec<usize> = (0..7).filter(|day| codes.contains(&WEEK[*day].0)).collect();
    let name = |day: &usize| WEEK[*day].2.to_owned();
    match on.as_slice() {
        [] => "Every day".into(),
        all if all.len() == 7 => "Every day".into(),
        days => match run(days) {
            Some((first, last)) => format!("{} to {}", name(&first), name(&last)),
            None => listed(&days.iter().map(name).collect::<Vec<_>>()),
        },
    }
}

/// Three or more days in a row, over the weekend too: the first and the last.
fn run(days: &[usize]) -> Option<(usize, usize)> {
    let first = days.iter().copied().find(|day| !days.contains(&((day + 6) % 7)))?;
    let in_a_row = (0..days.len()).all(|step| days.contains(&((first + step) % 7)));
    (days.len() > 2 && in_a_row).then(|| (first, (first + days.len() - 1) % 7))
}

fn days_of_the_month(codes: &[&str]) -> String {
    let mut days: Vec<(String, Vec<&str>)> = Vec::new();
    for code in codes {
        let (number, day) = code.split_at(code.len().saturating_sub(2));
        let which = match number.trim_start_matches('+') {
            "1" => "first",
            "2" => "second",
            "3" => "third",
            "4" => "fourth",
            "5" => "fifth",
            "-1" => "last",
            _ => "every",
        };
        let name = WEEK.iter().find(|(code, ..)| *code == day).map_or(day, |(_, _, name)| name).to_owned();
        match days.iter_mut().find(|(each, _)| *each == name) {
            Some((_, whichs)) => whichs.push(which),
            None => days.push((name, vec![which])),
        }
    }
    let words: Vec<String> = days.iter().map(|(day, whichs)| format!("{} {day}", listed(whichs))).collect();
    let words = listed(&words);
    let mut letters = words.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{} of the month", letters.as_str())
}

/// "a", "a and b", "a, b and c".
pub(super) fn listed<T: AsRef<str>>(words: &[T]) -> String {
    match words {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// The first date of a rule that is not over at this moment.
fn next_of(schedule: &Schedule, now: NaiveDateTime) -> Option<Next> {
    let opens = time(schedule.opens_at.as_ref());
    let closes = time(schedule.closes_at.as_ref());
    dates(schedule, now).into_iter().find_map(|date| {
        let valid =
            schedule.valid_from.is_none_or(|first| first <= date) && schedule.valid_to.is_none_or(|last| date <= last);
        let starts = date.and_time(opens.unwrap_or(NaiveTime::MIN));
        let ends = closes.map(|closes| match opens {
            Some(opens) if closes <= opens => (date + Days::new(1)).and_time(closes),
            _ => date.and_time(closes),
        });
        // What begins at a time and has no end is taken to be over an hour later; what has no time lasts the day.
        let over = ends.unwrap_or(match opens {
            Some(_) => starts + TimeDelta::hours(1),
            None => (date + Days::new(1)).and_time(NaiveTime::MIN),
        });
        (valid && over > now).then_some(Next { starts, timed: opens.is_some(), ends, on_now: starts <= now })
    })
}

/// The dates of a rule from yesterday on, as RFC 5545 counts them.
fn dates(schedule: &Schedule, now: NaiveDateTime) -> Vec<NaiveDate> {
    let yesterday = now.date() - Days::new(1);
    let from = schedule.valid_from.map_or(yesterday, |first| first.max(yesterday));
    let counted_from = schedule.starts_on.unwrap_or(from);
    let byday = if schedule.byday.is_empty() { "MO,TU,WE,TH,FR,SA,SU" } else { &schedule.byday };
    let counted_from = match schedule.freq {
        // Weeks are counted on in steps, so that a rule of long ago costs no more than one of today.
        Freq::Weekly if counted_from < from => {
            let step = i64::from(schedule.every.max(1)) * 7;
            let monday = counted_from - Days::new(u64::from(counted_from.weekday().num_days_from_monday()));
            monday + TimeDelta::days((from - monday).num_days() / step * step)
        }
        _ => counted_from,
    };
    let rule = format!(
        "DTSTART:{}T120000Z\nRRULE:FREQ={};INTERVAL={};WKST=MO;BYDAY={byday}",
        counted_from.format("%Y%m%d"),
        schedule.freq,
        schedule.every.max(1),
    );
    let Ok(rule) = rule.parse::<RRuleSet>() else { return Vec::new() };
    let after = Tz::UTC.from_utc_datetime(&from.and_time(NaiveTime::MIN));
    rule.after(after).all(DATES).dates.into_iter().map(|date| date.date_naive()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::opening_text;
    use crate::ids::ServiceId;

    fn read(text: &str) -> Vec<Schedule> {
        opening_text::read(ServiceId::named("x"), text).unwrap_or_else(|| panic!("{text:?} is not understood"))
    }

    fn at(text: &str) -> UtcTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    fn told(text: &str, now: &str) -> String {
        next_in_words(&next(&read(text), at(now)).unwrap(), at(now))
    }

    #[test]
    fn opening_times_read_as_people_say_them() {
        let said = |text: &str| -> Vec<String> {
            let lines = in_words(&read(text), NaiveDate::from_ymd_opt(2026, 11, 24).unwrap());
            lines.into_iter().map(|line| format!("{}: {}", line.days, line.hours)).collect()
        };
        for (typed, shown) in [
            ("Monday to Friday, 9am to 5pm", "Monday to Friday: 9am to 5pm"),
            ("Every day, 6.30am to 10.30pm", "Every day: 6.30am to 10.30pm"),
            ("Tuesday, Wednesday and Friday, 10am to 4pm", "Tuesday, Wednesday and Friday: 10am to 4pm"),
            ("Second Tuesday of the month, 2pm to 4pm", "Second Tuesday of the month: 2pm to 4pm"),
            ("First and third Monday, 10.30am to 12.30pm", "First and third Monday of the month: 10.30am to 12.30pm"),
            ("Wednesday, 10am to noon", "Wednesday: 10am to noon"),
            ("First Sunday of the month, 2pm", "First Sunday of the month: from 2pm"),
            ("Sunday to Thursday nights, 9.30pm to 7.30am", "Sunday to Thursday: 9.30pm to 7.30am"),
            ("Monday, Wednesday and Friday", "Monday, Wednesday and Friday: ask for the times"),
        ] {
            assert_eq!(said(typed).len(), 1, "{typed}");
            assert_eq!(said(typed), [shown], "{typed}");
        }
        assert_eq!(
            said("Monday to Friday, 8.30am to 6pm, Saturday morning"),
            ["Monday to Friday: 8.30am to 6pm. Saturday morning"]
        );
    }

    #[test]
    fn the_next_time_is_told_by_the_clock_on_the_wall() {
        // A Tuesday.
        assert_eq!(told("Tuesday, 10am to 4pm", "2026-11-24 09:00"), "Next: today, 10am");
        assert_eq!(told("Tuesday, 10am to 4pm", "2026-11-24 11:00"), "Open now, until 4pm");
        assert_eq!(told("Tuesday, 10am to 4pm", "2026-11-24 16:00"), "Next: Tuesday 1 December, 10am");
        assert_eq!(told("Wednesday, 2pm to 3pm", "2026-11-24 16:00"), "Next: tomorrow, 2pm");
        assert_eq!(
            told("Second Tuesday of the month, 2pm to 4pm", "2026-11-24 16:00"),
            "Next: Tuesday 8 December, 2pm"
        );
        // In summer the clock on the wall is an hour ahead of UTC.
        assert_eq!(told("Tuesday, 10am to 4pm", "2026-07-07 09:30"), "Open now, until 4pm");
        // A night goes on after midnight.
        assert_eq!(told("Answered day and night", "2026-11-24 03:00"), "Open day and night");
        assert_eq!(told("Every night, 10pm to 8am", "2026-11-24 03:00"), "Open now, until 8am");
        assert_eq!(told("Every night, 10pm to 8am", "2026-11-24 23:00"), "Open now, until 8am tomorrow");
    }

    #[test]
    fn a_bank_holiday_is_said() {
        let told = told("Monday, 10am to noon", "2026-12-22 10:00");
        assert_eq!(told, "Next: Monday 28 December, 10am. That is a bank holiday (Boxing Day): check before you go");
    }

    #[test]
    fn every_other_week_keeps_its_step() {
        let mut schedule = read("Monday, 10am to noon").remove(0);
        schedule.every = 2;
        schedule.starts_on = NaiveDate::from_ymd_opt(2020, 1, 6); // a Monday
        let first = next(std::slice::from_ref(&schedule), at("2026-11-24 10:00")).unwrap().starts.date();
        let weeks = (first - schedule.starts_on.unwrap()).num_weeks();
        assert_eq!((weeks % 2, first.weekday()), (0, Weekday::Mon));
        assert!((first - NaiveDate::from_ymd_opt(2026, 11, 24).unwrap()).num_days() <= 14);
    }

    #[test]
    fn a_rule_that_makes_no_sense_has_no_next() {
        let mut schedule = read("Monday, 10am to noon").remove(0);
        schedule.byday = "2XX".into();
        assert_eq!(next(std::slice::from_ref(&schedule), at("2026-11-24 10:00")), None);
        schedule.byday = "MO".into();
        schedule.valid_to = NaiveDate::from_ymd_opt(2026, 1, 1);
        assert_eq!(next(&[schedule], at("2026-11-24 10:00")), None);
    }
}
