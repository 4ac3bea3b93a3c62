//! Places inside of a search: "libary near M33 7" asks for "libary", near "M33 7".

use super::gazetteer::{Gazetteer, Precision};
use super::postcode::Shape;

/// Words that say "what follows is a place", whatever follows.
const SURE: &[&str] = &["near", "around", "close to", "near to"];

/// Words that say so only if what follows is a place that we know: "help in the house" is not about one.
const PERHAPS: &[&str] = &["in", "at", "by", "within"];

/// Words that mean the place somebody is at, which we do not know.
const HERE: &[&str] =
    &["near me", "near you", "near by", "nearby", "close by", "around here", "near here", "in my area", "local to me"];

/// Takes the place out of what somebody typed into one box: the words to search for, and the place as it was typed.
///
/// A place after "near" is taken even if nobody knows it, so that the person can be told; after "in", or at the end
/// as a postcode, only if it is one.
#[must_use]
pub fn split_query(text: &str) -> (String, Option<String>) {
    let text: String = text.chars().take(200).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    for phrase in HERE {
        if let Some(at) = last(&lower, phrase)
            && at + phrase.split(' ').count() == words.len()
        {
            return (words.get(..at).unwrap_or_default().join(" "), None);
        }
    }
    for (phrases, sure) in [(SURE, true), (PERHAPS, false)] {
        for phrase in phrases.iter().rev() {
            let Some(at) = last(&lower, phrase) else { continue };
            let place = words.get(at + phrase.split(' ').count()..).unwrap_or_default().join(" ");
            if !place.is_empty() && (sure || Gazetteer::shared().find(&place).is_ok()) {
                return (words.get(..at).unwrap_or_default().join(" "), Some(place));
            }
        }
    }
    for length in [2, 1] {
        let Some(cut) = words.len().checked_sub(length) else { continue };
        let end = words.get(cut..).unwrap_or_default().join(" ");
        if Shape::of(&end).is_some() && Gazetteer::shared().find(&end).is_ok_and(|p| p.precision != Precision::Named) {
            return (words.get(..cut).unwrap_or_default().join(" "), Some(end));
        }
    }
    (words.join(" "), None)
}

/// Where a phrase of one or two words stands last.
fn last(words: &[String], phrase: &str) -> Option<usize> {
    let phrase: Vec<&str> = phrase.split(' ').collect();
    words.windows(phrase.len()).rposition(|window| window.iter().eq(phrase.iter()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> (String, Option<String>) {
        split_query(text)
    }

    fn of(words: &str, place: &str) -> (String, Option<String>) {
        (words.into(), Some(place.into()))
    }

    #[test]
    fn a_place_is_taken_out_of_the_words() {
        assert_eq!(split("libary near M33 7"), of("libary", "M33 7"));
        assert_eq!(split("lunch club close to m337xb"), of("lunch club", "m337xb"));
        assert_eq!(split("gardener in Trafford"), of("gardener", "Trafford"));
        assert_eq!(split("gardener M33"), of("gardener", "M33"));
        assert_eq!(split("M33 7"), of("", "M33 7"));
        assert_eq!(split("library near Atlantis"), of("library", "Atlantis"));
    }

    #[test]
    fn words_that_are_no_place_stay() {
        assert_eq!(split("help in the house"), ("help in the house".into(), None));
        assert_eq!(split("library near me"), ("library".into(), None));
        assert_eq!(split("a flat with support near by"), ("a flat with support".into(), None));
        assert_eq!(split("near"), ("near".into(), None));
        assert_eq!(split(""), (String::new(), None));
        assert_eq!(split(&"near ".repeat(5_000)).1, None);
    }
}
