//! Suggestions while somebody types: categories, services by name, words, places; and what may have been meant.
//!
//! Names and words are as people write them, never stems.

use std::collections::HashMap;

use tantivy::termdict::TermDictionary;

use crate::catalogue::taxonomy::Taxonomy;
use crate::db::text_enum;
use crate::places::Gazetteer;

use super::beginnings::{Beginnings, SHORTEST};
use super::fields::{SHOWN_AS, phrase};
use super::indexing::Index;
use super::snapshot::{Segment, Snapshot};
use super::synonyms::EverydayWords;
use super::{analysis, spelling};

/// A shorter text is not put right.
const SHORTEST_MEANT: usize = 4;

/// How many of each kind, and of all.
const CATEGORIES: usize = 2;
const SERVICES: usize = 4;
const PLACES: usize = 2;
const ALL: usize = 8;

/// Words after which a place is typed.
const BEFORE_PLACES: [&str; 3] = [" near ", " in ", " around "];

text_enum! {
    /// What a suggestion is.
    pub enum SuggestionKind {
        /// A category of services.
        Category = "category",
        /// A service by its name.
        Service = "service",
        /// A place to look near.
        Place = "place",
        /// Words to search for.
        Words = "words",
        /// The words put right.
        Meant = "did you mean",
    }
}

/// One way to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What it is.
    pub kind: SuggestionKind,
    /// What to type for it.
    pub text: String,
    /// A few words about it.
    pub detail: Option<String>,
    /// The page that it leads to.
    pub path: String,
}

/// How what is typed may go on, best first; only of one kind if one is given.
#[must_use]
pub fn suggestions(index: &Index, taxonomy: &Taxonomy, typed: &str, only: Option<SuggestionKind>) -> Vec<Suggestion> {
    let wanted = |kind| only.is_none_or(|only| only == kind);
    let text = phrase(typed);
    if text.chars().filter(|c| c.is_alphanumeric()).count() < SHORTEST {
        return Vec::new();
    }
    let mut all = Vec::new();
    if wanted(SuggestionKind::Category) {
        all.extend(categories(taxonomy, &text));
    }
    let snapshot = index.snapshot();
    if wanted(SuggestionKind::Service) {
        all.extend(services(&snapshot, &text));
    }
    if wanted(SuggestionKind::Place) {
        all.extend(places(&text, only.is_some()));
    }
    if wanted(SuggestionKind::Words) {
        let room = ALL.saturating_sub(all.len());
        let said: Vec<String> = all.iter().map(|s: &Suggestion| s.text.to_lowercase()).collect();
        let words = words(&snapshot, &text).into_iter().filter(|words| *words != text && !said.contains(words));
        all.extend(words.take(room).map(|words| found(SuggestionKind::Words, words, None)));
    }
    if all.is_empty() && wanted(SuggestionKind::Meant) && text.chars().count() >= SHORTEST_MEANT {
        all.extend(put_right(&text, &snapshot).map(|right| found(SuggestionKind::Meant, right, None)));
    }
    all.truncate(ALL);
    all
}

/// What was typed with its last word put right, where one letter of it is wrong: more takes too long while somebody types.
fn put_right(text: &str, snapshot: &Snapshot) -> Option<String> {
    let (before, last) = text.rsplit_once(' ').map_or((String::new(), text), |(b, l)| (format!("{b} "), l));
    let last = analysis::words(last).pop()?;
    spelling::one_letter(&last, snapshot).map(|right| format!("{before}{right}"))
}

/// A suggestion that leads to a search for its words.
fn found(kind: SuggestionKind, text: String, detail: Option<String>) -> Suggestion {
    let path = address(&[("q", &text)]);
    Suggestion { kind, text, detail, path }
}

fn address(pairs: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    format!("/search?{}", query.finish())
}

/// Categories with a word that begins so, and those that everyday words lead to: "hoov" leads to cleaning.
fn categories(taxonomy: &Taxonomy, text: &str) -> Vec<Suggestion> {
    let terms = taxonomy.all("category");
    let mut best: Vec<(u8, &str, &str, Option<String>)> = Vec::new();
    for term in &terms {
        let name = term.name.to_lowercase();
        let rank = match name.match_indices(text).find(|(at, _)| *at == 0 || name.as_bytes().get(at - 1) == Some(&b' '))
        {
            Some((0, _)) => 0,
            Some(_) => 1,
            None => continue,
        };
        best.push((rank, &term.id, &term.name, None));
    }
    for (said, meant) in EverydayWords::shared().beginning_with(text) {
        let leads = terms.iter().find(|term| means(&term.name.to_lowercase(), meant));
        if let Some(term) = leads.filter(|term| best.iter().all(|(_, id, ..)| *id != term.id)) {
            best.push((2, &term.id, &term.name, Some(format!("for “{said}”"))));
        }
    }
    best.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.2.len().cmp(&b.2.len())));
    let suggestion = |(_, id, name, detail): (u8, &str, &str, Option<String>)| Suggestion {
        kind: SuggestionKind::Category,
        text: name.to_owned(),
        detail,
        path: address(&[("category", id)]),
    };
    best.into_iter().take(CATEGORIES).map(suggestion).collect()
}

/// Whether a category is called what a phrase means, as far as the beginnings of its words tell.
fn means(name: &str, phrase: &str) -> bool {
    let beginning = |word: &str| word.chars().take(6).collect::<String>();
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 3).map(beginning).collect()
    };
    let (name, wanted) = (words(name), words(&phrase.to_lowercase()));
    !wanted.is_empty() && name.first() == wanted.first() && wanted.iter().all(|word| name.contains(word))
}

fn services(snapshot: &Snapshot, text: &str) -> Vec<Suggestion> {
    let mut shown: HashMap<String, u32> = HashMap::new();
    for (name, uses) in beginning_with(text, snapshot, |s| (&s.begun.names, s.names.terms())) {
        if let Some((_, name)) = name.split_once(SHOWN_AS) {
            let known = shown.entry(name.to_owned()).or_default();
            *known = uses.max(*known);
        }
    }
    let begins = |name: &str| name.to_lowercase().starts_with(text);
    let mut names: Vec<(String, u32)> = shown.into_iter().collect();
    names.sort_by(|(a, uses_a), (b, uses_b)| {
        let order = begins(b).cmp(&begins(a)).then(uses_b.cmp(uses_a));
        order.then(a.len().cmp(&b.len())).then_with(|| a.cmp(b))
    });
    let suggestion = |(name, uses): (String, u32)| {
        let detail = (uses > 1).then(|| format!("{uses} services"));
        found(SuggestionKind::Service, name, detail)
    };
    names.into_iter().take(SERVICES).map(suggestion).collect()
}

/// Places that begin so; after "near", what was typed before it goes along.
fn places(text: &str, places_only: bool) -> Vec<Suggestion> {
    let cut = BEFORE_PLACES.iter().filter_map(|word| Some((text.rfind(word)?, word.len()))).max();
    let (before, begins) = match cut {
        Some((at, length)) => (text.get(..at).unwrap_or_default(), text.get(at + length..).unwrap_or_default()),
        None => ("", text),
    };
    let most = if places_only { ALL } else { PLACES };
    let suggestion = |place: crate::places::PlaceName| {
        let query: &[(&str, &str)] = &[("q", before), ("near", &place.name)];
        let query = if before.is_empty() { query.get(1..).unwrap_or_default() } else { query };
        let text = if before.is_empty() { place.name.clone() } else { format!("{before} near {}", place.name) };
        Suggestion { kind: SuggestionKind::Place, path: address(query), text, detail: Some(place.what.to_owned()) }
    };
    Gazetteer::shared().beginning_with(begins, most).into_iter().map(suggestion).collect()
}

/// What was typed, with its last word gone on to a whole one.
fn words(snapshot: &Snapshot, text: &str) -> Vec<String> {
    let (before, last) = text.rsplit_once(' ').map_or((String::new(), text), |(b, l)| (format!("{b} "), l));
    if last.chars().count() < SHORTEST {
        return Vec::new();
    }
    let mut words: Vec<(String, u32)> =
        beginning_with(last, snapshot, |s| (&s.begun.words, s.words.terms())).into_iter().collect();
    words.sort_by(|(a, uses_a), (b, uses_b)| uses_b.cmp(uses_a).then(a.len().cmp(&b.len())).then(a.cmp(b)));
    words.into_iter().take(ALL).map(|(word, _)| format!("{before}{word}")).collect()
}

/// Terms that begin with `prefix`, and how many services have each.
fn beginning_with(
    prefix: &str,
    snapshot: &Snapshot,
    of: impl Fn(&Segment) -> (&Beginnings, &TermDictionary),
) -> HashMap<String, u32> {
    let mut uses: HashMap<String, u32> = HashMap::new();
    for segment in &snapshot.segments {
        let (beginnings, dictionary) = of(segment);
        beginnings.each(dictionary, prefix, |term, more| match uses.get_mut(term) {
            Some(known) => *known += more,
            None => drop(uses.insert(term.to_owned(), more)),
        });
    }
    uses
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(found: Vec<Suggestion>) -> Vec<(String, String)> {
        found.into_iter().map(|s| (s.text, s.path)).collect()
    }

    #[test]
    fn categories_are_suggested_by_name_and_by_everyday_words() {
        let taxonomy = Taxonomy::of(Taxonomy::shipped().unwrap());
        assert_eq!(names(categories(&taxonomy, "libr")), [("Libraries".into(), "/search?category=libraries".into())]);
        assert_eq!(categories(&taxonomy, "hoov")[0].text, "Cleaning and laundry");
        assert!(categories(&taxonomy, "zzz").is_empty());
    }

    #[test]
    fn places_take_along_what_was_typed_before_them() {
        let found = names(places("library near m33", false));
        assert_eq!(found[0], ("library near M33".into(), "/search?q=library&near=M33".into()));
        assert_eq!(names(places("traff", true))[0].1, "/search?near=Trafford");
    }
}
