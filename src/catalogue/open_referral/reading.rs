//! Reading JSON of others: the same thing under many names, in many types, or not at all.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use ammonia::Builder;
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde_json::Value;

use crate::clock::UtcTime;
use crate::money::Money;

/// A field under the first of these names that holds anything.
#[must_use]
pub fn field<'a>(value: &'a Value, names: &[&str]) -> Option<&'a Value> {
    let map = value.as_object()?;
    names.iter().find_map(|name| {
        let found =
            map.get(*name).or_else(|| map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v));
        found.filter(|found| !found.is_null())
    })
}

/// A text, or a number as one. Control characters are left out.
#[must_use]
pub fn text(value: &Value, names: &[&str]) -> Option<String> {
    as_text(field(value, names)?)
}

fn as_text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let text: &str = text.trim();
    (!text.is_empty() && !text.eq_ignore_ascii_case("null")).then(|| text.to_owned())
}

/// A list; a single object counts as a list of one.
#[must_use]
pub fn list<'a>(value: &'a Value, names: &[&str]) -> Vec<&'a Value> {
    match field(value, names) {
        Some(Value::Array(list)) => list.iter().filter(|each| !each.is_null()).collect(),
        Some(one @ Value::Object(_)) => vec![one],
        _ => Vec::new(),
    }
}

/// Yes or no, in the ways that people write it.
#[must_use]
pub fn yes(value: &Value, names: &[&str]) -> Option<bool> {
    match field(value, names)? {
        Value::Bool(said) => Some(*said),
        Value::String(said) => match said.trim().to_lowercase().as_str() {
            "true" | "yes" | "y" | "1" => Some(true),
            "false" | "no" | "n" | "0" => Some(false),
            _ => None,
        },
        Value::Number(number) => number.as_i64().map(|number| number != 0),
        _ => None,
    }
}

/// A number, or a text that is one.
#[must_use]
pub fn number(value: &Value, names: &[&str]) -> Option<f64> {
    let found = match field(value, names)? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    found.is_finite().then_some(found)
}

/// A whole number within bounds.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "within the bounds of the range")]
pub fn whole(value: &Value, names: &[&str], from: i32, to: i32) -> Option<i32> {
    let found = number(value, names)?.floor();
    (f64::from(from)..=f64::from(to)).contains(&found).then_some(found as i32)
}

/// The date at the beginning of a text.
#[must_use]
pub fn date(value: &Value, names: &[&str]) -> Option<NaiveDate> {
    let text = text(value, names)?;
    let start = text.get(..10).unwrap_or(&text);
    ["%Y-%m-%d", "%d/%m/%Y"].iter().find_map(|form| NaiveDate::parse_from_str(start, form).ok())
}

/// A moment, to the millisecond.
#[must_use]
pub fn moment(value: &Value, names: &[&str]) -> Option<UtcTime> {
    let text = text(value, names)?;
    let time = DateTime::parse_from_rfc3339(&text)
        .map(|time| time.naive_utc())
        .or_else(|_| NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f"))
        .or_else(|_| NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S%.f"))
        .ok()
        .or_else(|| date(value, names)?.and_hms_opt(0, 0, 0))?;
    let millis = time.and_utc().timestamp_millis();
    DateTime::from_timestamp_millis(millis).map(|time| time.naive_utc())
}

/// An amount in pounds, written as a number or in words: 83.5, "83.50", "£1,200".
#[must_use]
pub fn amount(value: &Value, names: &[&str]) -> Option<Money> {
    let written = match field(value, names)? {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().trim_start_matches(['£', ' ']).replace(',', ""),
        _ => return None,
    };
    let (pounds, pence) = written.split_once('.').unwrap_or((&written, ""));
    let only_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if pounds.is_empty() || pounds.len() > 7 || !only_digits(pounds) || !only_digits(pence) {
        return None;
    }
    let pounds: i64 = pounds.parse().ok()?;
    let mut cents: String = pence.chars().take(2).collect();
    while cents.len() < 2 {
        cents.push('0');
    }
    Some(Money::pence(pounds * 100 + cents.parse::<i64>().ok()?))
}

/// Words without markup: tags become line breaks or nothing, scripts go with all they hold.
#[must_use]
pub fn plain(text: &str) -> String {
    let stripped = if text.contains('<') || text.contains('&') { stripped(text) } else { text.to_owned() };
    let mut lines: Vec<&str> = stripped.lines().map(str::trim).collect();
    while lines.first().is_some_and(|line| line.is_empty()) {
        lines.remove(0);
    }
    let mut out = String::with_capacity(stripped.len());
    let mut empty = 0;
    for line in lines {
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if empty > 0 { "\n\n" } else { "\n" });
        }
        empty = 0;
        out.push_str(line);
    }
    out
}

fn stripped(text: &str) -> String {
    static CLEANER: OnceLock<Builder<'static>> = OnceLock::new();
    let cleaner = CLEANER.get_or_init(|| {
        let mut cleaner = Builder::default();
        cleaner
            .tags(HashSet::new())
            .clean_content_tags(HashSet::from(["script", "style"]))
            .generic_attributes(HashSet::new())
            .tag_attributes(HashMap::new());
        cleaner
    });
    let mut broken = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        broken.push_str(&rest[..at]);
        rest = &rest[at..];
        let name: String =
            rest[1..].chars().take_while(|c| *c == '/' || c.is_ascii_alphanumeric()).collect::<String>().to_lowercase();
        match name.as_str() {
            "/p" | "/div" | "/ul" | "/ol" | "/h1" | "/h2" | "/h3" | "/h4" | "/h5" | "/table" => broken.push_str("\n\n"),
            "br" | "br/" | "/li" | "/tr" | "hr" => broken.push('\n'),
            _ => {}
        }
        broken.push('<');
        rest = &rest[1..];
    }
    broken.push_str(rest);
    let clean = cleaner.clean(&broken).to_string();
    clean
        .replace("&nbsp;", " ")
        .replace('\u{a0}', " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

/// One line of words.
#[must_use]
pub fn one_line(text: &str) -> String {
    plain(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// At most so many letters; whether anything was cut.
#[must_use]
pub fn at_most(text: String, most: usize) -> (String, bool) {
    match text.char_indices().nth(most) {
        Some((end, _)) => (text.get(..end).unwrap_or_default().trim_end().to_owned(), true),
        None => (text, false),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn markup_becomes_plain_paragraphs() {
        let html = "<p>We <b>help</b> &amp; listen.</p><p>Come in!<br>Free.</p><script>alert(1)</script><ul><li>One</li><li>Two</li></ul>";
        assert_eq!(plain(html), "We help & listen.\n\nCome in!\nFree.\n\nOne\nTwo");
        assert_eq!(plain("a < b & c"), "a < b & c");
        assert_eq!(plain("<img src=x onerror=alert(1)>Hello"), "Hello");
        assert_eq!(plain("one\n\n\n\ntwo  "), "one\n\ntwo");
    }

    #[test]
    fn amounts_are_read_to_the_penny() {
        let read = |value: Value| amount(&json!({ "a": value }), &["a"]).map(Money::as_pence);
        assert_eq!(read(json!("83.50")), Some(8_350));
        assert_eq!(read(json!(18.35)), Some(1_835));
        assert_eq!(read(json!("£1,200")), Some(120_000));
        assert_eq!(read(json!(0)), Some(0));
        for not in [json!(-5), json!("lots"), json!(1e30), json!("99999999999"), json!(true), json!("")] {
            assert_eq!(read(not.clone()), None, "{not}");
        }
    }

    #[test]
    fn dates_and_moments_are_read_in_their_forms() {
        let value = json!({ "a": "2026-07-14T10:31:48.143Z", "b": "14/07/2026", "c": "soon", "d": 7 });
        assert_eq!(date(&value, &["a"]), NaiveDate::from_ymd_opt(2026, 7, 14));
        assert_eq!(date(&value, &["b"]), NaiveDate::from_ymd_opt(2026, 7, 14));
        assert_eq!((date(&value, &["c"]), date(&value, &["d"])), (None, None));
        assert_eq!(moment(&value, &["a"]).unwrap().to_string(), "2026-07-14 10:31:48.143");
    }
}
