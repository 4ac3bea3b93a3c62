//! Which of our categories a record of another directory belongs to: by its terms, else by its words.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::catalogue::Kind;
use crate::catalogue::taxonomy::Taxonomy;

const WORDS: &str = include_str!("../../../data/open-referral/category_words.csv");

/// Where what fits nowhere is put.
const ANYTHING_ELSE: &str = "community-groups";

/// How the category was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A term says so.
    Told,
    /// The words of a term, or of the name, say so.
    Words,
    /// Nothing says so.
    Guessed,
}

/// A term as another directory tells it.
#[derive(Clone, Debug, Default)]
pub struct ForeignTerm {
    /// Ids, URIs and short names, any of which may be known.
    pub keys: Vec<String>,
    /// What people read.
    pub label: String,
}

#[derive(Deserialize)]
struct Line {
    words: String,
    category: String,
}

fn words() -> &'static [Line] {
    static LINES: OnceLock<Vec<Line>> = OnceLock::new();
    LINES.get_or_init(|| {
        let mut lines: Vec<Line> = csv::Reader::from_reader(WORDS.as_bytes()).into_deserialize().flatten().collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.words.len())); // the longest says most
        lines
    })
}

/// The category of a record.
#[must_use]
pub fn category_of(terms: &[ForeignTerm], name: &str, description: &str, taxonomy: &Taxonomy) -> (String, Found) {
    for term in terms {
        if let Some(id) = term.keys.iter().find_map(|key| by_key(key, taxonomy)) {
            return (id, Found::Told);
        }
    }
    for term in terms {
        let label = small(&term.label);
        if let Some(known) = taxonomy.all("category").into_iter().find(|known| small(&known.name) == label) {
            return (known.id.clone(), Found::Told);
        }
    }
    let labels = terms.iter().map(|term| term.label.as_str());
    let start: String = description.chars().take(400).collect();
    for text in labels.chain([name, start.as_str()]) {
        if let Some(id) = by_words(text, taxonomy) {
            return (id, Found::Words);
        }
    }
    (ANYTHING_ELSE.into(), Found::Guessed)
}

/// Our own term, or the national one that one of our categories stands for.
fn by_key(key: &str, taxonomy: &Taxonomy) -> Option<String> {
    if let Some(own) = key.strip_prefix("urn:waymark:category:") {
        return taxonomy.term(own).filter(|term| term.taxonomy == "category").map(|term| term.id.clone());
    }
    let number = key
        .strip_prefix("esdServiceType:")
        .or_else(|| key.strip_prefix("http://id.esd.org.uk/service/"))
        .or_else(|| key.strip_prefix("https://id.esd.org.uk/service/"))?;
    let curie = format!("esdServiceType:{}", number.trim());
    taxonomy.all("category").into_iter().find(|term| term.curie.as_deref() == Some(&curie)).map(|term| term.id.clone())
}

fn by_words(text: &str, taxonomy: &Taxonomy) -> Option<String> {
    let text = format!(" {} ", small(text));
    let says =
        |line: &&Line| text.contains(&format!(" {} ", line.words)) || text.contains(&format!(" {}s ", line.words));
    words().iter().find(says).filter(|line| taxonomy.term(&line.category).is_some()).map(|line| line.category.clone())
}

/// Small letters, and a single space between words.
fn small(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// What kind of thing a service of this category is.
#[must_use]
pub fn kind_of(category: &str, taxonomy: &Taxonomy) -> Kind {
    let parent = taxonomy.term(category).and_then(|term| term.parent_id.as_deref()).unwrap_or(category);
    match (category, parent) {
        ("personal-assistants", _) => Kind::PersonalAssistant,
        ("payroll-accounts", _) => Kind::Money,
        ("brokerage" | "advocacy", _) => Kind::Planning,
        ("libraries" | "pharmacies" | "food-banks" | "transport", _) => Kind::Universal,
        ("benefits-advice" | "housing-advice" | "grants-funds", _) => Kind::Information,
        (_, "places-to-live") => Kind::Accommodation,
        (_, "equipment-adaptations") => Kind::Equipment,
        (_, "things-to-do" | "community") => Kind::Community,
        _ => Kind::Support,
    }
}

/// Whether what belongs here is personal care or a care home, which a regulator has to register.
#[must_use]
pub fn is_regulated(category: &str) -> bool {
    matches!(category, "home-care" | "live-in-care" | "care-homes" | "nursing-homes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taxonomy() -> Taxonomy {
        Taxonomy::of(Taxonomy::shipped().unwrap())
    }

    #[test]
    fn every_word_leads_to_a_category_that_is_there() {
        let taxonomy = taxonomy();
        assert!(words().len() > 100);
        for line in words() {
            assert!(taxonomy.term(&line.category).is_some(), "{}", line.category);
        }
    }

    #[test]
    fn terms_come_before_words_and_words_before_guesses() {
        let taxonomy = taxonomy();
        let term = |key: &str, label: &str| [ForeignTerm { keys: vec![key.into()], label: label.into() }];
        let of = |terms: &[ForeignTerm], name: &str| category_of(terms, name, "", &taxonomy);
        assert_eq!(of(&term("esdServiceType:242", ""), "Library"), ("home-care".into(), Found::Told));
        assert_eq!(of(&term("http://id.esd.org.uk/service/437", ""), ""), ("libraries".into(), Found::Told));
        assert_eq!(of(&term("21", "Lunch clubs"), ""), ("lunch-clubs".into(), Found::Told));
        assert_eq!(of(&term("21", "Day nurseries"), "Example Nursery"), ("family-support".into(), Found::Words));
        assert_eq!(of(&[], "St Mary's Memory Café"), ("dementia-support".into(), Found::Words));
        assert_eq!(of(&[], "Zzyzx"), ("community-groups".into(), Found::Guessed));
    }
}
