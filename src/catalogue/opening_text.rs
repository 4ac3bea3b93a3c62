//! Opening times as people write them, read into rules: "Tuesday and Friday, 10am to noon", "Second Tuesday of the
//! month, 2pm to 4pm". What is not understood whole stays as it was written.

use chrono::NaiveTime;

use crate::ids::{ScheduleId, ServiceId};

use super::detail::{Freq, Schedule};

/// Reads opening times; none unless all of the text is understood.
#[must_use]
pub fn read(service: ServiceId, text: &str) -> Option<Vec<Schedule>> {
    let text = text.trim().trim_end_matches('.').to_lowercase();
    if text.ends_with("day and night") {
        return Some(vec![weekly(service, 0, "MO,TU,WE,TH,FR,SA,SU", "00:00", "00:00")]);
    }
    if let Some(week) = read_week(service, &text) {
        return Some(week);
    }
    let mut all = Vec::new();
    for piece in text.split([';', '\n']).filter(|piece| !piece.trim().is_empty()) {
        let id = ScheduleId::named(&format!("schedule {} of service:{service}", all.len()));
        all.push(read_piece(id, service, piece)?);
    }
    (!all.is_empty()).then_some(all)
}

/// When a day is open: from and to.
type Spans = Vec<(String, String)>;

/// Reads a table of the week: lines of "monday: 09:00 to 13:00, 14:00 to 17:30". Days that are alike are one rule.
fn read_week(service: ServiceId, text: &str) -> Option<Vec<Schedule>> {
    let mut alike: Vec<(Spans, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        let (day, hours) = line.split_once(": ")?;
        let code = DAYS.iter().find(|(name, _)| *name == day.trim()).map(|(_, code)| *code)?;
        if hours.trim() == "closed" {
            continue;
        }
        let span = |span: &str| {
            let (opens, closes) = span.trim().split_once(" to ")?;
            let time = |text: &str| NaiveTime::parse_from_str(text.trim(), "%H:%M").ok();
            Some((time(opens)?.format("%H:%M").to_string(), time(closes)?.format("%H:%M").to_string()))
        };
        let spans = hours.split(',').map(span).collect::<Option<Vec<_>>>()?;
        match alike.iter_mut().find(|(each, _)| *each == spans) {
            Some((_, days)) => days.push(code),
            None => alike.push((spans, vec![code])),
        }
    }
    let rules = alike.iter().flat_map(|(spans, days)| spans.iter().map(move |span| (span, days.join(","))));
    let rules: Vec<Schedule> = rules
        .enumerate()
        .map(|(number, ((opens, closes), byday))| weekly(service, number, &byday, opens, closes))
        .collect();
    (!rules.is_empty()).then_some(rules)
}

/// A rule for days of the week with an opening and a closing time: for data that comes in columns.
#[must_use]
pub fn weekly(service: ServiceId, number: usize, byday: &str, opens: &str, closes: &str) -> Schedule {
    Schedule {
        id: ScheduleId::named(&format!("schedule {number} of service:{service}")),
        service_id: service,
        freq: Freq::Weekly,
        every: 1,
        byday: byday.to_owned(),
        starts_on: None,
        opens_at: Some(opens.to_owned()),
        closes_at: Some(closes.to_owned()),
        valid_from: None,
        valid_to: None,
        description: String::new(),
    }
}

fn read_piece(id: ScheduleId, service: ServiceId, piece: &str) -> Option<Schedule> {
    let spaced = piece.replace(',', " , ").replace(['–', '-'], " to ").replace('&', " and ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let first_time = words.iter().position(|word| Time::of(word).is_some()).unwrap_or(words.len());
    let (days, times) = words.split_at_checked(first_time)?;
    let (freq, byday, office) = read_days(days)?;
    let (opens, closes, rest) = read_times(times)?;
    let rest = rest.join(" ").replace(" ,", ",").trim_start_matches(", ").to_owned();
    let description = if office { "Office hours".to_owned() } else { capital(&rest) };
    let hours = |time: NaiveTime| time.format("%H:%M").to_string();
    Some(Schedule {
        opens_at: opens.map(hours),
        closes_at: closes.map(hours),
        freq,
        description,
        ..weekly_of(id, service, byday)
    })
}

fn weekly_of(id: ScheduleId, service: ServiceId, byday: String) -> Schedule {
    Schedule { id, byday, opens_at: None, closes_at: None, ..weekly(service, 0, "", "", "") }
}

fn capital(text: &str) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    for word in &mut words {
        let is_name = day_of(word).is_some() || MONTHS.contains(&word.as_str());
        if is_name && let Some(first) = word.get_mut(..1) {
            first.make_ascii_uppercase();
        }
    }
    let mut text = words.join(" ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const DAYS: [(&str, &str); 7] = [
    ("monday", "MO"),
    ("tuesday", "TU"),
    ("wednesday", "WE"),
    ("thursday", "TH"),
    ("friday", "FR"),
    ("saturday", "SA"),
    ("sunday", "SU"),
];

/// Which day of the week a word is: "tuesday", "tuesdays", "tue", "weds".
fn day_of(word: &str) -> Option<usize> {
    let word = word.strip_suffix('s').filter(|rest| rest.ends_with("day")).unwrap_or(word);
    let short = |day: &str| (3..=5).contains(&word.len()) && day.starts_with(word);
    DAYS.iter().position(|(day, _)| word == *day || short(day) || (word == "weds" && *day == "wednesday"))
}

fn nth_of(word: &str) -> Option<&'static str> {
    Some(match word {
        "first" | "1st" => "1",
        "second" | "2nd" => "2",
        "third" | "3rd" => "3",
        "fourth" | "4th" => "4",
        "last" => "-1",
        _ => return None,
    })
}

/// The days of a piece, and whether it speaks of an office.
fn read_days(words: &[&str]) -> Option<(Freq, String, bool)> {
    let (mut nths, mut on, mut up_to, mut office) = (Vec::new(), Vec::new(), false, false);
    for word in words {
        match *word {
            "," | "and" | "every" | "each" | "on" | "from" | "of" | "the" | "month" | "night" | "nights" | "open" => {
                let all = *word == "night" || *word == "nights";
                if all && on.is_empty() {
                    on.extend(0..7);
                }
            }
            "day" | "daily" | "days" => on.extend(0..7),
            "weekday" | "weekdays" => on.extend(0..5),
            "weekend" | "weekends" => on.extend(5..7),
            "to" => up_to = true,
            "office" => office = true,
            word => match (nth_of(word), day_of(word)) {
                (Some(nth), _) => nths.push(nth),
                (_, Some(day)) if up_to => {
                    let from = *on.last()?;
                    on.extend((1..7).map(|step| (from + step) % 7).take_while(|each| *each != (day + 1) % 7));
                    up_to = false;
                }
                (_, Some(day)) => on.push(day),
                _ => return None,
            },
        }
    }
    on.sort_unstable();
    on.dedup();
    if on.is_empty() || up_to {
        return None;
    }
    let code = |day: &usize| DAYS.get(*day).map_or("", |(_, code)| code).to_owned();
    let byday: Vec<String> = match nths.as_slice() {
        [] => on.iter().map(code).collect(),
        nths => on.iter().flat_map(|day| nths.iter().map(move |nth| format!("{nth}{}", code(day)))).collect(),
    };
    let freq = if nths.is_empty() { Freq::Weekly } else { Freq::Monthly };
    Some((freq, byday.join(","), office))
}

/// A time of the day as it is written, perhaps without am or pm.
#[derive(Clone, Copy)]
struct Time {
    hour: u32,
    minute: u32,
    half: Option<bool>,
}

impl Time {
    fn of(word: &str) -> Option<Self> {
        match word {
            "noon" | "12noon" => return Some(Self { hour: 12, minute: 0, half: Some(true) }),
            "midnight" => return Some(Self { hour: 12, minute: 0, half: Some(false) }),
            _ => {}
        }
        let (digits, half) = match (word.strip_suffix("am"), word.strip_suffix("pm")) {
            (Some(digits), _) => (digits, Some(false)),
            (_, Some(digits)) => (digits, Some(true)),
            _ => (word, None),
        };
        let (hour, minute) = digits.split_once(['.', ':']).unwrap_or((digits, "0"));
        let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
        let fits = minute < 60 && if half.is_some() { (1..=12).contains(&hour) } else { hour < 24 };
        fits.then_some(Self { hour, minute, half })
    }

    fn at(self, half: Option<bool>) -> Option<NaiveTime> {
        let hour = match half {
            Some(after_noon) => self.hour % 12 + if after_noon { 12 } else { 0 },
            None => self.hour,
        };
        NaiveTime::from_hms_opt(hour, self.minute, 0)
    }
}

type Hours<'a> = (Option<NaiveTime>, Option<NaiveTime>, Vec<&'a str>);

/// "9am to 5pm", "1.30 to 3.30pm", "2pm"; and what is left after them.
fn read_times<'a>(words: &[&'a str]) -> Option<Hours<'a>> {
    let Some(first) = words.first().and_then(|word| Time::of(word)) else { return Some((None, None, Vec::new())) };
    let closes = (words.get(1) == Some(&"to")).then(|| words.get(2).and_then(|word| Time::of(word))).flatten();
    let rest = words.get(if closes.is_some() { 3 } else { 1 }..).unwrap_or_default();
    let hours = match closes {
        None => (first.at(Some(first.half?)), None),
        Some(last) => {
            let closes = last.at(last.half);
            // "1.30 to 3.30pm" means the afternoon; "10 to 2pm" the morning.
            let same_half = first.at(first.half.or(last.half));
            let opens = if first.half.is_none() && same_half > closes { first.at(Some(false)) } else { same_half };
            (opens, closes)
        }
    };
    let (opens, closes) = (hours.0?, hours.1);
    // Another time in the rest would be lost.
    let all_said = !rest.iter().any(|word| Time::of(word).is_some());
    all_said.then(|| (Some(opens), closes, rest.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_read_or_left_alone() {
        let read = |text: &str| -> Option<Vec<String>> {
            let all = super::read(ServiceId::named("x"), text)?;
            let told = |s: &Schedule| {
                let hour = |time: &Option<String>| time.clone().unwrap_or_default();
                format!("{} {} {}-{} {}", s.freq, s.byday, hour(&s.opens_at), hour(&s.closes_at), s.description)
            };
            Some(all.iter().map(|s| told(s).trim_end().to_owned()).collect())
        };
        for (text, wanted) in [
            ("Thursday 1.30 - 3.30pm", "WEEKLY TH 13:30-15:30"),
            ("Wednesday 9:30am - 12noon", "WEEKLY WE 09:30-12:00"),
            ("Tuesday - Friday 12noon - 2pm", "WEEKLY TU,WE,TH,FR 12:00-14:00"),
            ("Friday from 6pm", "WEEKLY FR 18:00-"),
            ("Every Wednesday, 7pm to 8.30pm", "WEEKLY WE 19:00-20:30"),
            ("Weekdays, 9am to 3pm", "WEEKLY MO,TU,WE,TH,FR 09:00-15:00"),
            ("First and third Saturday, 1pm to 4pm", "MONTHLY 1SA,3SA 13:00-16:00"),
            ("Every night, 10pm to 7am", "WEEKLY MO,TU,WE,TH,FR,SA,SU 22:00-07:00"),
            ("Thursday, 10am to 1pm, March to November", "WEEKLY TH 10:00-13:00 March to November"),
        ] {
            assert_eq!(read(text), Some(vec![wanted.to_owned()]), "{text}");
        }
        assert_eq!(
            read("Every day, 7am to 11pm; office Monday to Friday, 9am to 5pm").unwrap()[1],
            "WEEKLY MO,TU,WE,TH,FR 09:00-17:00 Office hours"
        );
        assert_eq!(
            read("Monday: 09:00 to 13:00, 14:00 to 17:30\nTuesday: 09:00 to 13:00, 14:00 to 17:30\nSunday: closed"),
            Some(vec!["WEEKLY MO,TU 09:00-13:00".into(), "WEEKLY MO,TU 14:00-17:30".into()])
        );
        for text in ["Flexible", "", "Not known", "One morning per week", "Monday 6-7pm, Tuesday 12-1pm"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
