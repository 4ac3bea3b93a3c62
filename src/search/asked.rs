//! What the address of a search says, checked: the same for the page and for `/api/v1`.

use serde::Deserialize;

use crate::error::AppError;
use crate::places::{Gazetteer, Place, split_query};
use crate::web::paging;

use super::{Filters, Search, Sort};

/// More letters than this are a mistake or an attack.
const LONGEST: usize = 300;

/// The query of the address, as it was sent.
#[derive(Clone, Debug, Default, Deserialize)]
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
    /// At most so many pounds.
    pub max_price: String,
    /// At least so many stars.
    pub min_rating: String,
    /// The order.
    pub sort: String,
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
    /// Why the place is not known.
    pub place_problem: Option<String>,
    /// Why the price is not understood.
    pub price_problem: Option<String>,
}

impl Asked {
    /// Understands what was asked; only what is too long is refused.
    pub fn understood(&self, per_page: u32) -> Result<Understood, AppError> {
        if self.q.chars().count() > LONGEST || self.near.chars().count() > LONGEST {
            let why = format!("that is too long to search for. Use fewer than {LONGEST} letters");
            return Err(AppError::refused_as(actix_web::http::StatusCode::BAD_REQUEST, "query-too-long", why));
        }
        let (words, said) = split_query(&self.q);
        let typed = self.near.trim();
        let (words, wanted) = match (typed.is_empty(), said) {
            (true, said) => (words, said),
            (false, _) => (self.q.trim().to_owned(), Some(typed.to_owned())),
        };
        let (place, place_problem) = match wanted.as_deref().map(|text| Gazetteer::shared().find(text)) {
            None => (None, None),
            Some(Ok(place)) => (Some(place), None),
            Some(Err(unknown)) => (None, Some(unknown.to_string())),
        };
        let (max_price_pence, price_problem) = pounds(&self.max_price);
        let some =
            |list: &[String]| list.iter().filter(|value| !value.is_empty()).take(50).cloned().collect::<Vec<_>>();
        let search = Search {
            words: words.clone(),
            near: place.as_ref().map(|place| (place.latitude, place.longitude)),
            filters: Filters {
                kinds: some(&self.kind),
                categories: some(&self.category),
                max_price_pence,
                min_rating: self
                    .min_rating
                    .trim()
                    .parse::<u32>()
                    .ok()
                    .filter(|stars| (1..=5).contains(stars))
                    .map(|s| s * 10),
                ..Filters::default()
            },
            sort: self.sort(),
            page: paging::number(Some(&self.page)),
            per_page,
        };
        Ok(Understood { search, words, place, place_problem, price_problem })
    }

    fn sort(&self) -> Sort {
        match self.sort.as_str() {
            "distance" => Sort::Distance,
            "rating" => Sort::Rating,
            "price" => Sort::Price,
            _ => Sort::Relevance,
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

    /// The address of this search on another page.
    #[must_use]
    pub fn address(&self, page: u32) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("q", &self.q), ("near", &self.near)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        for (name, values) in [("kind", &self.kind), ("category", &self.category)] {
            for value in values.iter().filter(|value| !value.is_empty()) {
                query.append_pair(name, value);
            }
        }
        for (name, value) in [("max_price", &self.max_price), ("min_rating", &self.min_rating), ("sort", &self.sort)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if page > 1 {
            query.append_pair("page", &page.to_string());
        }
        match query.finish() {
            query if query.is_empty() => "/search".into(),
            query => format!("/search?{query}"),
        }
    }
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
        let asked = Asked { q: "libary near M33 7".into(), ..Asked::default() };
        let understood = asked.understood(20).unwrap();
        assert_eq!(understood.words, "libary");
        assert!(understood.place.is_some());
        let unknown =
            Asked { q: "library".into(), near: "ZZ99 9ZZ".into(), ..Asked::default() }.understood(20).unwrap();
        assert!(unknown.place_problem.is_some() && unknown.search.near.is_none());
    }

    #[test]
    fn an_address_keeps_the_whole_search() {
        let asked =
            Asked { q: "a & b".into(), kind: vec!["equipment".into()], sort: "price".into(), ..Asked::default() };
        assert_eq!(asked.address(2), "/search?q=a+%26+b&kind=equipment&sort=price&page=2");
        assert_eq!(Asked::default().address(1), "/search");
    }
}
