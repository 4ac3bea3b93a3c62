//! What a program asks of the feed: each parameter of the standard, checked. What is unknown is left aside.

use chrono::{NaiveDate, NaiveDateTime};
use serde::Deserialize;

use crate::catalogue::taxonomy::Taxonomy;
use crate::clock::UtcTime;
use crate::error::{AppError, FieldError};
use crate::ids::OrganizationId;
use crate::places::councils::council_of;
use crate::places::{Gazetteer, Precision};

use super::terms::{Kept, Terms, find_taxonomy};

/// Rows of a page when nothing is said, and at most.
const PER_PAGE: (i64, i64) = (50, 500);

/// The furthest that `proximity` reaches, in metres.
const FURTHEST: f64 = 200_000.0;

/// The parameters as they arrive.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Parameters {
    search: Option<String>,
    page: Option<String>,
    per_page: Option<String>,
    taxonomy_term_id: Option<String>,
    taxonomy_id: Option<String>,
    parent_id: Option<String>,
    top_only: Option<String>,
    minimum_age: Option<String>,
    maximum_age: Option<String>,
    start_time: Option<String>,
    end_time: Option<String>,
    day: Option<String>,
    postcode: Option<String>,
    proximity: Option<String>,
    organization_id: Option<String>,
    modified_after: Option<String>,
    minimal: Option<String>,
    full: Option<String>,
    full_service: Option<String>,
    format: Option<String>,
}

/// What services have to be tagged with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tagged {
    /// With something that nothing here is tagged with.
    Nothing,
    /// Any of these categories.
    Categories(Vec<String>),
    /// Any of these needs or accessibility features.
    Attributes(Vec<String>),
    /// Any of these ratings of the regulator.
    Ratings(Vec<String>),
}

/// Where a service is to come to, or to be near.
#[derive(Clone, Debug)]
pub struct Point {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// The first part of the postcode.
    pub district: String,
    /// The id of the council.
    pub authority: Option<String>,
}

/// The rest of what may be asked.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a parameter of the standard")]
pub struct Asked {
    /// Every word that has to be there, in small letters.
    pub words: Vec<String>,
    /// What services have to be tagged with.
    pub tagged: Option<Tagged>,
    /// A minimum age of at least this.
    pub minimum_age: Option<i32>,
    /// A maximum age of at most this.
    pub maximum_age: Option<i32>,
    /// Opens at or after, "09:30".
    pub start_time: Option<String>,
    /// Closes at or before.
    pub end_time: Option<String>,
    /// Open on this day: "MO".
    pub day: Option<String>,
    /// Where.
    pub point: Option<Point>,
    /// Within so many metres of it.
    pub proximity: Option<f64>,
    /// Only of this organisation.
    pub organization_id: Option<OrganizationId>,
    /// Changed at or after this.
    pub modified_after: Option<UtcTime>,
    /// The page, from 1.
    pub page: i64,
    /// Its rows.
    pub per_page: i64,
    /// Whether a page was asked for by number or size.
    pub paged: bool,
    /// Only ids and dates, all at once.
    pub minimal: bool,
    /// Rows with everything.
    pub full: bool,
    /// One document on each line.
    pub lines: bool,
    /// Only terms without a term above them.
    pub top_only: bool,
    /// Only terms below this one.
    pub parent_id: Option<String>,
    /// Only terms of this taxonomy.
    pub taxonomy_id: Option<String>,
}

impl Asked {
    /// How many rows to pass over.
    #[must_use]
    pub fn skip(&self) -> i64 {
        (self.page - 1).saturating_mul(self.per_page)
    }
}

/// Collects what cannot be understood.
#[derive(Default)]
struct Wrong(Vec<FieldError>);

impl Wrong {
    fn note(&mut self, field: &str, message: &str) {
        self.0.push(FieldError::new(field, message));
    }

    fn whole(&mut self, field: &str, text: Option<&String>, from: i64, to: i64) -> Option<i64> {
        let text = given(text)?;
        match text.parse() {
            Ok(number) if (from..=to).contains(&number) => Some(number),
            _ => {
                self.note(field, &format!("{field} must be a whole number from {from} to {to}"));
                None
            }
        }
    }

    fn yes(&mut self, field: &str, text: Option<&String>) -> bool {
        match given(text).map(str::to_lowercase).as_deref() {
            None | Some("false" | "0" | "no") => false,
            Some("true" | "1" | "yes") => true,
            Some(_) => {
                self.note(field, &format!("{field} must be true or false"));
                false
            }
        }
    }

    fn time(&mut self, field: &str, text: Option<&String>) -> Option<String> {
        let text = given(text)?;
        let time = time_of_day(text);
        if time.is_none() {
            self.note(field, &format!("{field} must be a time such as 09:30"));
        }
        time
    }
}

fn given(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// "09:30" of "9:30", "09:30:00", "09:30Z".
#[must_use]
pub fn time_of_day(text: &str) -> Option<String> {
    let mut parts = text.trim().trim_end_matches(['Z', 'z']).split(['+', '-']).next()?.split(':');
    let hour: u32 = parts.next()?.trim().parse().ok()?;
    let minute: u32 = parts.next()?.trim().get(..2)?.parse().ok()?;
    (hour < 24 && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}

/// "MO" of "mo", "Monday", "monday".
#[must_use]
pub fn day_code(text: &str) -> Option<&'static str> {
    const DAYS: [(&str, &str); 7] = [
        ("MO", "monday"),
        ("TU", "tuesday"),
        ("WE", "wednesday"),
        ("TH", "thursday"),
        ("FR", "friday"),
        ("SA", "saturday"),
        ("SU", "sunday"),
    ];
    let small = text.trim().to_lowercase();
    let is = |(code, name): &&(&str, &str)| {
        small == code.to_lowercase() || small == *name || (small.len() >= 3 && name.starts_with(&small))
    };
    DAYS.iter().find(is).map(|(code, _)| *code)
}

fn moment(text: &str) -> Option<UtcTime> {
    if let Ok(time) = chrono::DateTime::parse_from_rfc3339(text) {
        return Some(time.naive_utc());
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|day| day.and_hms_opt(0, 0, 0));
    day.or_else(|| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").ok())
}

/// Words in small letters, the plural's end left off, so that "gardens" finds "garden".
fn words(text: &str) -> Vec<String> {
    let word = |word: &str| {
        let small = word.to_lowercase();
        match small.strip_suffix('s') {
            Some(stem) if stem.chars().count() >= 4 && !stem.ends_with('s') => stem.to_owned(),
            _ => small,
        }
    };
    let clean: String = text.chars().take(500).map(|c| if c.is_control() { ' ' } else { c }).collect();
    clean.split_whitespace().take(12).map(word).collect()
}

impl Parameters {
    /// What is asked, or 400 with every parameter that cannot be understood.
    pub fn checked(&self, taxonomy: &Taxonomy, terms: &Terms) -> Result<Asked, AppError> {
        let mut wrong = Wrong::default();
        let page = wrong.whole("page", self.page.as_ref(), 1, 1_000_000);
        let per_page = wrong.whole("per_page", self.per_page.as_ref(), 1, i64::MAX);
        let age =
            |wrong: &mut Wrong, field, text| wrong.whole(field, text, 0, 150).and_then(|age| i32::try_from(age).ok());
        let day = given(self.day.as_ref()).and_then(|text| {
            let day = day_code(text);
            if day.is_none() {
                wrong.note("day", "day must be one of MO, TU, WE, TH, FR, SA, SU");
            }
            day.map(str::to_owned)
        });
        let point = given(self.postcode.as_ref()).and_then(|text| {
            let point = point(text);
            if point.is_none() {
                wrong.note("postcode", "postcode is not one that we know");
            }
            point
        });
        let proximity = given(self.proximity.as_ref()).and_then(|text| match text.parse::<f64>() {
            Ok(metres) if metres.is_finite() && metres > 0.0 => Some(metres.min(FURTHEST)),
            _ => {
                wrong.note("proximity", "proximity must be a number of metres");
                None
            }
        });
        if proximity.is_some() && given(self.postcode.as_ref()).is_none() {
            wrong.note("proximity", "proximity needs a postcode to be near to");
        }
        let modified_after = given(self.modified_after.as_ref()).and_then(|text| {
            let time = moment(text);
            if time.is_none() {
                wrong.note("modified_after", "modified_after must be a date such as 2026-03-01");
            }
            time
        });
        let lines = match given(self.format.as_ref()) {
            None | Some("json") => false,
            Some("ndjson") => true,
            Some(_) => {
                wrong.note("format", "format must be json or ndjson");
                false
            }
        };
        let organization = given(self.organization_id.as_ref()).map(|text| text.parse().ok());
        let mut tagged =
            given(self.taxonomy_term_id.as_ref()).map(|id| by_term(terms.find(id).map(|term| &term.kept), taxonomy));
        if tagged.is_none() {
            tagged = given(self.taxonomy_id.as_ref()).map(|id| by_taxonomy(id, taxonomy));
        }
        if organization == Some(None) {
            tagged = Some(Tagged::Nothing); // what is no id is nobody's
        }
        let asked = Asked {
            words: given(self.search.as_ref()).map(words).unwrap_or_default(),
            tagged,
            minimum_age: age(&mut wrong, "minimum_age", self.minimum_age.as_ref()),
            maximum_age: age(&mut wrong, "maximum_age", self.maximum_age.as_ref()),
            start_time: wrong.time("start_time", self.start_time.as_ref()),
            end_time: wrong.time("end_time", self.end_time.as_ref()),
            day,
            point,
            proximity,
            organization_id: organization.flatten(),
            modified_after,
            page: page.unwrap_or(1),
            per_page: per_page.unwrap_or(PER_PAGE.0).min(PER_PAGE.1),
            paged: page.is_some() || per_page.is_some(),
            minimal: wrong.yes("minimal", self.minimal.as_ref()),
            full: wrong.yes("full", self.full.as_ref()) | wrong.yes("full_service", self.full_service.as_ref()),
            lines,
            top_only: wrong.yes("top_only", self.top_only.as_ref()),
            parent_id: given(self.parent_id.as_ref()).map(str::to_owned),
            taxonomy_id: given(self.taxonomy_id.as_ref()).map(str::to_owned),
        };
        if wrong.0.is_empty() { Ok(asked) } else { Err(bad_request(wrong.0)) }
    }
}

fn bad_request(fields: Vec<FieldError>) -> AppError {
    match AppError::invalid(fields) {
        AppError::Refused(refusal) => AppError::Refused(crate::error::Refusal {
            status: actix_web::http::StatusCode::BAD_REQUEST,
            code: "bad-request",
            ..refusal
        }),
        other => other,
    }
}

fn point(text: &str) -> Option<Point> {
    let place = Gazetteer::shared().find(text).ok().filter(|place| place.precision != Precision::Named)?;
    let authority = council_of(text, (place.latitude, place.longitude)).map(|council| council.id.to_string());
    Some(Point {
        latitude: place.latitude,
        longitude: place.longitude,
        district: place.label.split(' ').next().unwrap_or_default().to_owned(),
        authority,
    })
}

fn by_term(kept: Option<&Kept>, taxonomy: &Taxonomy) -> Tagged {
    match kept {
        None => Tagged::Nothing,
        Some(Kept::Category(id)) => {
            let below = taxonomy.all("category").into_iter().filter(|term| term.parent_id.as_deref() == Some(id));
            Tagged::Categories(below.map(|term| term.id.clone()).chain([id.clone()]).collect())
        }
        Some(Kept::ServiceType(curie)) => {
            let tagged = taxonomy.all("category").into_iter().filter(|term| term.curie.as_deref() == Some(curie));
            Tagged::Categories(tagged.map(|term| term.id.clone()).collect())
        }
        Some(Kept::Attribute(id)) => Tagged::Attributes(vec![id.clone()]),
        Some(Kept::Rating(word)) => Tagged::Ratings(vec![word.clone()]),
    }
}

fn by_taxonomy(id: &str, taxonomy: &Taxonomy) -> Tagged {
    let all = |kind: &str| taxonomy.all(kind).into_iter().map(|term| term.id.clone()).collect();
    match find_taxonomy(id).map(|(key, ..)| *key) {
        Some("category") => Tagged::Categories(all("category")),
        Some("esd") => {
            let tagged = taxonomy.all("category").into_iter().filter(|term| term.curie.is_some());
            Tagged::Categories(tagged.map(|term| term.id.clone()).collect())
        }
        Some(kind @ ("need" | "accessibility")) => Tagged::Attributes(all(kind)),
        Some("rating") => Tagged::Ratings(super::terms::RATINGS.iter().map(ToString::to_string).collect()),
        _ => Tagged::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_days_are_understood_in_their_many_forms() {
        for text in ["9:30", "09:30:00", "09:30Z", "09:30+01:00", " 09:30 "] {
            assert_eq!(time_of_day(text).as_deref(), Some("09:30"), "{text}");
        }
        for text in ["", "25:00", "9", "ten", "10:61", "::"] {
            assert_eq!(time_of_day(text), None, "{text}");
        }
        assert_eq!(
            (day_code("mo"), day_code("Wednesday"), day_code("thurs"), day_code("x")),
            (Some("MO"), Some("WE"), Some("TH"), None)
        );
    }
}
