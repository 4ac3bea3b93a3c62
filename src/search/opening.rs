//! When a service is on, as 21 bits: morning, afternoon and evening of each day of the week, Monday first.
//!
//! Schedules say it exactly. Where there are none, the opening hours are read as far as people write them alike:
//! "Monday to Friday, 9.30am to 4.30pm". What cannot be read is no answer, so that nothing is promised.

use crate::catalogue::Schedule;

use super::counts::{DAYS, EVERY_DAY};

/// Noon, and the beginning of the evening, in minutes.
const NOON: u32 = 12 * 60;
const EVENING: u32 = 17 * 60;
const MIDNIGHT: u32 = 24 * 60;

/// The parts of the week that a service is on.
pub(super) fn open(schedules: &[Schedule], hours: &str) -> u32 {
    let by_schedule = schedules.iter().map(of_schedule).fold(0, |all, bits| all | bits);
    if by_schedule != 0 {
        return by_schedule;
    }
    hours.to_lowercase().split(['\n', ';']).map(of_line).fold(0, |all, bits| all | bits)
}

/// The bits of parts on days: for filters.
pub(super) fn bits(days: impl IntoIterator<Item = usize>, parts: u32) -> u32 {
    days.into_iter().filter(|day| *day < 7).fold(0, |all, day| all | parts << (3 * day))
}

/// The days that a service is on, by name: so that "pharmacy sunday" finds them.
pub(super) fn days(open: u32) -> Vec<&'static str> {
    let on = |day: &usize| open >> (3 * day) & WHOLE_DAY != 0;
    (0..DAYS.len()).filter(on).filter_map(|day| DAYS.get(day).copied()).collect()
}

/// All parts of a day.
pub(super) const WHOLE_DAY: u32 = 0b111;

fn of_schedule(schedule: &Schedule) -> u32 {
    let days = schedule.byday.split(',').filter_map(|day| {
        let word = day.trim().trim_start_matches(|c: char| c.is_ascii_digit() || c == '-' || c == '+').to_lowercase();
        DAYS.iter().position(|known| word.len() == 2 && known.starts_with(&word))
    });
    let time = |text: &Option<String>| text.as_deref().and_then(clock);
    let parts = match (time(&schedule.opens_at), time(&schedule.closes_at)) {
        (Some(opens), Some(closes)) => parts(opens, closes),
        _ => WHOLE_DAY,
    };
    bits(days, parts)
}

/// The parts of the day that a time from one minute to another touches.
fn parts(opens: u32, closes: u32) -> u32 {
    let closes = if closes <= opens { MIDNIGHT } else { closes };
    let touches = |from: u32, to: u32| u32::from(opens < to && closes > from);
    touches(0, NOON) | touches(NOON, EVENING) << 1 | touches(EVENING, MIDNIGHT) << 2
}

/// One line or clause in small letters.
fn of_line(line: &str) -> u32 {
    if line.contains("closed") && !line.contains(" to ") {
        return 0;
    }
    if line.contains("day and night") || line.contains("24 hours") {
        return EVERY_DAY * WHOLE_DAY;
    }
    let words = line.split(|c: char| !(c.is_alphanumeric() || c == '.' || c == ':'));
    let words: Vec<&str> = words.map(|word| word.trim_matches(['.', ':'])).collect();
    let days = days_of(&words, line);
    let mut times = words.iter().filter_map(|word| clock(word));
    let mut on = 0;
    while let Some(opens) = times.next() {
        on |= parts(opens, times.next().unwrap_or(opens + 1));
    }
    let named = [("morning", 1), ("lunchtime", 0b11), ("afternoon", 0b10), ("evening", 0b100), ("night", 0b100)];
    if on == 0 {
        on = named.iter().filter(|(word, _)| line.contains(word)).fold(0, |all, (_, bits)| all | bits);
    }
    bits(days, if on == 0 { WHOLE_DAY } else { on })
}

fn days_of(words: &[&str], line: &str) -> Vec<usize> {
    if line.contains("every day") || line.contains("every night") || line.contains("daily") {
        return (0..7).collect();
    }
    let day = |word: &str| DAYS.iter().position(|known| word.strip_suffix('s').unwrap_or(word) == *known);
    let mut all = Vec::new();
    if words.iter().any(|word| word.starts_with("weekday")) {
        all.extend(0..5);
    }
    if words.iter().any(|word| word.starts_with("weekend")) {
        all.extend([5, 6]);
    }
    let said: Vec<&str> = words.iter().copied().filter(|word| !word.is_empty()).collect();
    for (at, word) in said.iter().enumerate() {
        let Some(from) = day(word) else { continue };
        all.push(from);
        if let (Some(&"to"), Some(until)) = (said.get(at + 1), said.get(at + 2).and_then(|word| day(word))) {
            let count = (until + 7 - from) % 7;
            all.extend((0..=count).map(|step| (from + step) % 7));
        }
    }
    all
}

/// A time of the day in minutes: "09:30", "9.30am", "7pm", "noon".
fn clock(word: &str) -> Option<u32> {
    match word {
        "noon" => return Some(NOON),
        "midnight" => return Some(MIDNIGHT),
        _ => {}
    }
    let (digits, later) = match (word.strip_suffix("pm"), word.strip_suffix("am")) {
        (Some(digits), _) => (digits, Some(true)),
        (None, Some(digits)) => (digits, Some(false)),
        (None, None) => (word, None),
    };
    let (hours, minutes) = match digits.split_once([':', '.']) {
        Some((hours, minutes)) => (hours, minutes),
        None if later.is_some() => (digits, "0"),
        None => return None,
    };
    let (hours, minutes) = (hours.parse::<u32>().ok()?, minutes.parse::<u32>().ok()?);
    if hours > 24 || minutes > 59 {
        return None;
    }
    let hours = match later {
        Some(true) => hours % 12 + 12,
        Some(false) => hours % 12,
        None => hours,
    };
    Some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As one letter for each part that is on, day by day: "mae" is a whole day.
    fn read(hours: &str) -> String {
        let bits = open(&[], hours);
        let day = |day: u32| -> String {
            let part = |(at, letter): (u32, char)| if bits >> (3 * day + at) & 1 == 1 { letter } else { '-' };
            [(0, 'm'), (1, 'a'), (2, 'e')].into_iter().map(part).collect()
        };
        (0..7).map(day).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn hours_are_read_as_people_write_them() {
        assert_eq!(read("Monday to Friday, 9.30am to 4.30pm"), "ma- ma- ma- ma- ma- --- ---");
        assert_eq!(read("Monday: 09:00 to 13:00, 14:00 to 18:30\nSunday: closed"), "mae --- --- --- --- --- ---");
        assert_eq!(days(open(&[], "Weekends")), ["saturday", "sunday"]);
        assert_eq!(read("Every day, 7am to 11pm; office Monday to Friday, 9am to 5pm"), "mae ".repeat(7).trim());
        assert_eq!(read("Friday to Monday and in the holidays"), "mae --- --- --- mae mae mae");
        assert_eq!(read("Tuesday, 6pm to 7.30pm"), "--- --e --- --- --- --- ---");
        assert_eq!(read("Every night, 10pm to 8am"), "--e ".repeat(7).trim());
        assert_eq!(read("Evenings and weekends"), "--- --- --- --- --- --e --e");
        assert_eq!(read("First Saturday of the month, 11am to 1pm"), "--- --- --- --- --- ma- ---");
        assert_eq!(read("By arrangement"), "--- --- --- --- --- --- ---");
        assert_eq!(read(&"monday to ".repeat(10_000)), "mae --- --- --- --- --- ---");
    }
}
