//! What the address of a search says, checked: the same for the page and for `/api/v1`.
//!
//! A value that is not known is left out with a note: the page shows it, the API refuses the request with it.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::app::App;
use crate::budgets::FundingRoute;
use crate::catalogue::{Kind, ProviderType};
use crate::error::{AppError, FieldError};
use crate::places::{Gazetteer, Place, split_query};
use crate::web::paging;

use super::counts::{DAYS, MILE_METRES, PARTS};
use super::opening::{WHOLE_DAY, bits};
use super::query::{Ages, Home};
use super::{Filters, Search, Sort};

/// More letters than this are a mistake or an attack.
const LONGEST: usize = 300;

/// No more values of one filter are read.
const MOST_VALUES: usize = 50;

/// The furthest that anybody is asked to go.
const FURTHEST_MILES: u32 = 500;

/// The query of the address, as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Words.
    pub q: String,
    /// A place.
    pub near: String,
    /// Kinds.
    pub kind: Vec<String>,
    /// Categories, by id.
    pub category: Vec<String>,
    /// Needs, by id.
    pub need: Vec<String>,
    /// An age, or a band of ages: "65+".
    pub age: String,
    /// At most so many pounds.
    pub max_price: String,
    /// Only what is free: 1.
    pub free: String,
    /// At least so many stars.
    pub min_rating: String,
    /// Features of accessibility, by id; all of them.
    pub accessibility: Vec<String>,
    /// Ways of holding a budget.
    pub funding: Vec<String>,
    /// Only what is registered: 1.
    pub registered: String,
    /// Only what has places free: 1.
    pub has_places: String,
    /// Types of provider.
    pub provider_type: Vec<String>,
    /// Languages.
    pub language: Vec<String>,
    /// Days of the week.
    pub day: Vec<String>,
    /// Parts of the day.
    pub time: Vec<String>,
    /// Within so many miles of the place.
    pub within: String,
    /// Only what comes to the place: 1.
    pub serves_home: String,
    /// The order.
    pub sort: String,
    /// `map` for the large map above the list.
    pub view: String,
    /// The page.
    pub page: String,
    /// Rows of a page, for programs.
    pub per_page: String,
}

/// A search that was understood.
pub struct Understood {
    /// The search itself.
    pub search: Search,
    /// The words that are searched for, without the place.
    pub words: String,
    /// The place, where one was given and is known.
    pub place: Option<Place>,
    /// What was not understood, by field, and left out.
    pub notes: Vec<FieldError>,
}

impl Understood {
    /// What was not understood about a field.
    #[must_use]
    pub fn note_on(&self, field: &str) -> Option<&str> {
        self.notes.iter().find(|note| note.field == field).map(|note| note.message.as_str())
    }
}

/// Collects what was not understood.
#[derive(Default)]
struct Notes(Vec<FieldError>);

impl Notes {
    fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError::new(field, message));
    }

    /// The values that are known; the others become a note.
    fn known(&mut self, field: &str, values: &[String], what: &str, is_known: impl Fn(&str) -> bool) -> Vec<String> {
        let mut known = Vec::new();
        for value in values.iter().map(|value| value.trim()).filter(|value| !value.is_empty()).take(MOST_VALUES) {
            if is_known(value) {
                known.push(value.to_owned());
            } else {
                self.add(field, format!("We do not know the {what} “{}”.", short(value)));
            }
        }
        known
    }

    fn yes(&mut self, field: &str, value: &str) -> bool {
        match value.trim() {
            "1" | "true" | "yes" | "on" => true,
            "" | "0" | "false" | "no" => false,
            _ => {
                self.add(field, "Send 1 for yes, or leave it out.");
                false
            }
        }
    }

    fn number(&mut self, field: &str, value: &str, least: u32, most: u32) -> Option<u32> {
        let value = value.trim();
        let number = value.parse::<u32>().ok().filter(|number| (least..=most).contains(number));
        if number.is_none() && !value.is_empty() {
            self.add(field, format!("Use a whole number from {least} to {most}."));
        }
        number
    }
}

impl Asked {
    /// Understands what was asked; only what is too long is refused.
    pub fn understood(&self, app: &App, per_page: u32) -> Result<Understood, AppError> {
        if self.q.chars().count() > LONGEST || self.near.chars().count() > LONGEST {
            let why = format!("that is too long to search for. Use fewer than {LONGEST} letters");
            return Err(AppError::refused_as(actix_web::http::StatusCode::BAD_REQUEST, "query-too-long", why));
        }
        let mut notes = Notes::default();
        let (words, place) = self.words_and_place(&mut notes);
        let filters = self.filters(app, place.is_some(), &mut notes);
        let home = Home {
            district: place.as_ref().and_then(|place| place.district.clone()),
            authority: place.as_ref().and_then(|place| place.authority).map(|id| id.to_string()),
        };
        let search = Search {
            words: words.clone(),
            near: place.as_ref().map(|place| (place.latitude, place.longitude)),
            home,
            today: Some(days(app.clock.now().date())),
            filters,
            sort: self.sort(place.is_some(), &mut notes),
            page: paging::number(Some(&self.page)),
            per_page,
        };
        Ok(Understood { search, words, place, notes: notes.0 })
    }

    fn words_and_place(&self, notes: &mut Notes) -> (String, Option<Place>) {
        let (words, said) = split_query(&self.q);
        let typed = self.near.trim();
        let (words, wanted) = match (typed.is_empty(), said) {
            (true, said) => (words, said),
            (false, _) => (self.q.trim().to_owned(), Some(typed.to_owned())),
        };
        match wanted.as_deref().map(|text| Gazetteer::shared().find(text)) {
            None => (words, None),
            Some(Ok(place)) => (words, Some(place)),
            Some(Err(unknown)) => {
                notes.add("near", unknown.to_string());
                (words, None)
            }
        }
    }

    fn filters(&self, app: &App, placed: bool, notes: &mut Notes) -> Filters {
        let is_term = |taxonomy: &'static str| {
            move |id: &str| app.taxonomy.term(id).is_some_and(|term| term.taxonomy == taxonomy)
        };
        let languages = if self.language.is_empty() { Vec::new() } else { app.index.languages() };
        let (max_price_pence, price_problem) = pounds(&self.max_price);
        if let Some(problem) = price_problem {
            notes.add("max_price", problem);
        }
        let ages = Ages::read(self.age.trim());
        if ages.is_none() && !self.age.trim().is_empty() {
            let bands = Ages::BANDS.map(Ages::word).join(", ");
            notes.add("age", format!("Use an age in whole years, or one of {bands}."));
        }
        let within = notes.number("within", &self.within, 1, FURTHEST_MILES);
        let serves_home = notes.yes("serves_home", &self.serves_home);
        for (field, is_on) in [("within", within.is_some()), ("serves_home", serves_home)] {
            if is_on && !placed {
                notes.add(field, "Say where: a postcode, or its first part, such as M33.");
            }
        }
        let days = notes.known("day", &self.day, "day", |day| DAYS.contains(&day));
        let parts = notes.known("time", &self.time, "time of day", |part| PARTS.contains(&part));
        Filters {
            kinds: notes.known("kind", &self.kind, "kind", |kind| kind.parse::<Kind>().is_ok()),
            categories: narrowest(app, notes.known("category", &self.category, "category", is_term("category"))),
            provider_types: notes.known("provider_type", &self.provider_type, "type of provider", |word| {
                word.parse::<ProviderType>().is_ok()
            }),
            needs: notes.known("need", &self.need, "need", is_term("need")),
            accessibility: notes.known("accessibility", &self.accessibility, "feature", is_term("accessibility")),
            max_price_pence,
            min_rating: notes.number("min_rating", &self.min_rating, 1, 5).map(|stars| stars * 10),
            free_only: notes.yes("free", &self.free),
            registered_only: notes.yes("registered", &self.registered),
            has_places: notes.yes("has_places", &self.has_places),
            within_metres: within.filter(|_| placed).map(metres),
            serves_home: serves_home && placed,
            ages,
            funding: notes.known("funding", &self.funding, "way of holding a budget", |word| {
                word.parse::<FundingRoute>().is_ok()
            }),
            languages: notes.known("language", &self.language, "language", |word| languages.iter().any(|l| l == word)),
            open: open(&days, &parts),
        }
    }

    fn sort(&self, placed: bool, notes: &mut Notes) -> Sort {
        match self.sort.as_str() {
            "" | "relevance" => Sort::Relevance,
            "distance" if placed => Sort::Distance,
            "distance" => {
                notes.add("sort", "To put the nearest first, say where: a postcode, or its first part, such as M33.");
                Sort::Relevance
            }
            "rating" => Sort::Rating,
            "price" => Sort::Price,
            "checked" => Sort::Freshness,
            other => {
                notes.add("sort", format!("We do not know the order “{}”.", short(other)));
                Sort::Relevance
            }
        }
    }

    /// The search that an address of this site asks for; none if it is no search.
    #[must_use]
    pub fn of_address(address: &str) -> Option<Self> {
        let query = address.trim().strip_prefix("/search")?;
        let query = if query.is_empty() { query } else { query.strip_prefix('?')? };
        let short = query.len() <= 4_000 && !query.contains("%00");
        let query = query.split('#').next().unwrap_or_default();
        short.then(|| serde_html_form::from_str(query).ok()).flatten()
    }

    /// A name for this search, made of its words and its place.
    #[must_use]
    pub fn in_words(&self) -> String {
        let words = self.q.split_whitespace().chain(self.kind.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
        let words = if words.is_empty() { "Everything".to_owned() } else { words };
        let near = self.near.trim();
        let name = if near.is_empty() { words } else { format!("{words} near {near}") };
        name.chars().take(100).collect()
    }

    /// The place as it was typed, wherever it was typed.
    #[must_use]
    pub fn near_or(&self, understood: &Understood) -> String {
        match (self.near.trim(), &understood.place) {
            ("", Some(place)) => place.label.clone(),
            (near, _) => near.to_owned(),
        }
    }

    /// The filters that are on: the name of each in the address, with its value.
    #[must_use]
    pub fn filters_on(&self) -> Vec<(&'static str, &str)> {
        self.pairs().into_iter().filter(|(name, _)| !matches!(*name, "q" | "near" | "sort" | "view")).collect()
    }

    /// The same search without one value of one filter.
    #[must_use]
    pub fn without(&self, name: &str, value: &str) -> Self {
        let mut other = self.clone();
        let lists = [
            ("kind", &mut other.kind),
            ("category", &mut other.category),
            ("need", &mut other.need),
            ("accessibility", &mut other.accessibility),
            ("funding", &mut other.funding),
            ("provider_type", &mut other.provider_type),
            ("language", &mut other.language),
            ("day", &mut other.day),
            ("time", &mut other.time),
        ];
        for (list, values) in lists {
            if list == name {
                values.retain(|known| known != value);
            }
        }
        let single = [
            ("age", &mut other.age),
            ("max_price", &mut other.max_price),
            ("free", &mut other.free),
            ("min_rating", &mut other.min_rating),
            ("registered", &mut other.registered),
            ("has_places", &mut other.has_places),
            ("within", &mut other.within),
            ("serves_home", &mut other.serves_home),
        ];
        for (field, known) in single {
            if field == name {
                known.clear();
            }
        }
        Self { page: String::new(), ..other }
    }

    /// The same search without any filter.
    #[must_use]
    pub fn without_filters(&self) -> Self {
        let (q, near, view) = (self.q.clone(), self.near.clone(), self.view.clone());
        Self { q, near, view, sort: self.sort.clone(), ..Self::default() }
    }

    /// Everything that is not empty, but the page.
    fn pairs(&self) -> Vec<(&'static str, &str)> {
        let mut pairs = vec![("q", self.q.as_str()), ("near", &self.near)];
        for (name, values) in [
            ("kind", &self.kind),
            ("category", &self.category),
            ("need", &self.need),
            ("accessibility", &self.accessibility),
            ("funding", &self.funding),
            ("provider_type", &self.provider_type),
            ("language", &self.language),
            ("day", &self.day),
            ("time", &self.time),
        ] {
            pairs.extend(values.iter().map(|value| (name, value.as_str())));
        }
        pairs.extend([
            ("age", self.age.as_str()),
            ("max_price", &self.max_price),
            ("free", &self.free),
            ("min_rating", &self.min_rating),
            ("registered", &self.registered),
            ("has_places", &self.has_places),
            ("within", &self.within),
            ("serves_home", &self.serves_home),
            ("sort", &self.sort),
            ("view", &self.view),
        ]);
        pairs.retain(|(_, value)| !value.is_empty());
        pairs
    }

    /// The address of this search on another page.
    #[must_use]
    pub fn address(&self, page: u32) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.pairs());
        if page > 1 {
            query.append_pair("page", &page.to_string());
        }
        match query.finish() {
            query if query.is_empty() => "/search".into(),
            query => format!("/search?{query}"),
        }
    }
}

/// Categories without those that another one of them lies below: whoever chooses both means the narrower.
fn narrowest(app: &App, chosen: Vec<String>) -> Vec<String> {
    let above: Vec<&str> =
        chosen.iter().filter_map(|id| app.taxonomy.term(id)).filter_map(|term| term.parent_id.as_deref()).collect();
    chosen.iter().filter(|id| !above.contains(&id.as_str())).cloned().collect()
}

/// Days since 1970.
pub(super) fn days(day: NaiveDate) -> i32 {
    chrono::Datelike::num_days_from_ce(&day) - 719_163
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 500 miles, never below nought")]
fn metres(miles: u32) -> u32 {
    (miles as f32 * MILE_METRES) as u32
}

/// The parts of the week that were chosen; 0 for whenever.
fn open(days: &[String], parts: &[String]) -> u32 {
    if days.is_empty() && parts.is_empty() {
        return 0;
    }
    let part = |word: &String| PARTS.iter().position(|known| known == word).map_or(0, |at| 1 << at);
    let parts = if parts.is_empty() { WHOLE_DAY } else { parts.iter().map(part).fold(0, |all, bit| all | bit) };
    let on = |day: &usize| days.is_empty() || days.iter().any(|word| Some(word.as_str()) == DAYS.get(*day).copied());
    bits((0..DAYS.len()).filter(on), parts)
}

/// What somebody typed, short enough to show back.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// Pounds as they are typed: "20", "£18.50".
fn pounds(typed: &str) -> (Option<i64>, Option<String>) {
    let text = typed.trim().trim_start_matches('£').replace(',', "");
    if text.is_empty() {
        return (None, None);
    }
    let (whole, part) = text.split_once('.').unwrap_or((&text, "0"));
    let part = if part.len() == 1 { format!("{part}0") } else { part.to_owned() };
    let digits = |text: &str, most| text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
    match (whole.parse::<i64>(), part.parse::<i64>()) {
        (Ok(pounds), Ok(pence)) if digits(whole, 7) && digits(&part, 2) => (Some(pounds * 100 + pence), None),
        _ => (None, Some("Enter a price in pounds, such as 20 or 18.50.".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pounds_are_read_as_people_write_them() {
        assert_eq!(pounds("£18.5").0, Some(1850));
        assert_eq!(pounds(" 1,200 ").0, Some(120_000));
        assert_eq!(pounds("").1, None);
        for wrong in ["-3", "abc", "1.234", "99999999999999999999", "1.x"] {
            assert!(pounds(wrong).1.is_some(), "{wrong}");
        }
    }

    #[test]
    fn the_place_is_taken_out_of_the_words() {
        let mut notes = Notes::default();
        let asked = Asked { q: "libary near M33 7".into(), ..Asked::default() };
        let (words, place) = asked.words_and_place(&mut notes);
        assert_eq!((words.as_str(), place.is_some(), notes.0.len()), ("libary", true, 0));
        let asked = Asked { q: "library".into(), near: "ZZ99 9ZZ".into(), ..Asked::default() };
        assert!(asked.words_and_place(&mut notes).1.is_none());
        assert_eq!(notes.0.first().map(|note| note.field.as_str()), Some("near"));
    }

    #[test]
    fn a_part_of_the_week_is_some_bits() {
        let of = |days: &[&str], parts: &[&str]| {
            open(
                &days.iter().map(ToString::to_string).collect::<Vec<_>>(),
                &parts.iter().map(ToString::to_string).collect::<Vec<_>>(),
            )
        };
        assert_eq!(of(&[], &[]), 0);
        assert_eq!(of(&["monday"], &[]), 0b111);
        assert_eq!(of(&["tuesday"], &["evening"]), 0b100_000);
        assert_eq!(of(&[], &["morning"]), 0o1_111_111);
    }

    #[test]
    fn an_address_keeps_the_whole_search() {
        let asked =
            Asked { q: "a & b".into(), kind: vec!["equipment".into()], sort: "price".into(), ..Asked::default() };
        assert_eq!(asked.address(2), "/search?q=a+%26+b&kind=equipment&sort=price&page=2");
        assert_eq!(asked.filters_on(), [("kind", "equipment")]);
        assert_eq!(asked.without("kind", "equipment").address(1), "/search?q=a+%26+b&sort=price");
        assert_eq!(Asked::default().address(1), "/search");
    }
}
