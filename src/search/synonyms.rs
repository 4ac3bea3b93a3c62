//! Everyday words: what people say, and what it is called in the catalogue.
//!
//! `search-index/synonyms.txt` has three kinds of line. `hoover, vacuum => cleaning` reads one way: who says "hoover" also
//! finds "cleaning". `taxi, minicab, cab` reads all ways. Each side may be several words. `hover ~> hoover` is a mistake and
//! the word that was meant. `#` begins a comment.
//! `search-index/stop-words.txt` lists words that say nothing about a service.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use super::analysis;

/// What people may mean by a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    /// The phrase as it is shown.
    pub(super) shown: String,
    /// The stems of it.
    pub(super) stems: Vec<String>,
}

/// The two lists, ready to look up.
#[derive(Debug, Default)]
pub(super) struct EverydayWords {
    /// From the stems of a phrase, with spaces between, to what it also means.
    meanings: HashMap<String, Vec<Meaning>>,
    longest: usize,
    /// Phrases in small letters with what each also means, in the order of the alphabet.
    said: Vec<(String, String)>,
    /// Single words of phrases, for corrections.
    words: HashSet<String>,
    /// Mistakes that are no letter away from anything, or are words themselves, and what is meant.
    mistakes: HashMap<String, String>,
    stop_words: HashSet<String>,
}

impl EverydayWords {
    /// The lists that are embedded in the program.
    pub(super) fn shared() -> &'static Self {
        static SHARED: OnceLock<EverydayWords> = OnceLock::new();
        SHARED.get_or_init(|| {
            Self::read(
                include_str!("../../search-index/synonyms.txt"),
                include_str!("../../search-index/stop-words.txt"),
            )
        })
    }

    fn read(synonyms: &str, stop_words: &str) -> Self {
        let mut all = Self::default();
        for line in lines(synonyms) {
            if let Some((mistakes, meant)) = line.split_once("~>") {
                let meant = meant.trim().to_lowercase();
                all.mistakes.extend(analysis::words(mistakes).into_iter().map(|mistake| (mistake, meant.clone())));
                continue;
            }
            match line.split_once("=>") {
                Some((said, meant)) => all.add(&phrases(said), &phrases(meant)),
                None => all.add(&phrases(line), &phrases(line)),
            }
        }
        all.said.sort();
        all.stop_words = lines(stop_words).flat_map(analysis::words).collect();
        all
    }

    fn add(&mut self, said: &[Meaning], meant: &[Meaning]) {
        for phrase in said {
            self.longest = self.longest.max(phrase.stems.len());
            self.words.extend(analysis::words(&phrase.shown));
            let meant = meant.iter().filter(|meaning| meaning.stems != phrase.stems);
            self.said.extend(meant.clone().map(|meaning| (phrase.shown.to_lowercase(), meaning.shown.clone())));
            let known = self.meanings.entry(phrase.stems.join(" ")).or_default();
            for meaning in meant {
                if !known.contains(meaning) {
                    known.push(meaning.clone());
                }
            }
        }
    }

    /// The longest phrase that `stems` begins with: how many words it takes, and what it also means.
    pub(super) fn longest_at(&self, stems: &[String]) -> Option<(usize, &[Meaning])> {
        (1..=self.longest.min(stems.len())).rev().find_map(|length| {
            let key = stems.get(..length)?.join(" ");
            self.meanings.get(&key).map(|meanings| (length, meanings.as_slice()))
        })
    }

    /// Phrases that begin so, each with something that it also means.
    pub(super) fn beginning_with<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let from = self.said.partition_point(|(said, _)| said.as_str() < text);
        let begins = move |(said, _): &&(String, String)| said.starts_with(text);
        self.said.iter().skip(from).take_while(begins).map(|(said, meant)| (said.as_str(), meant.as_str()))
    }

    /// Whether the word says nothing about a service.
    pub(super) fn is_stop_word(&self, word: &str) -> bool {
        word.chars().count() < 2 || self.stop_words.contains(word)
    }

    /// Whether the word is part of a phrase that is understood.
    pub(super) fn knows(&self, word: &str) -> bool {
        self.words.contains(word) || self.stop_words.contains(word)
    }

    /// What is meant by a common mistake.
    pub(super) fn meant_by(&self, mistake: &str) -> Option<&str> {
        self.mistakes.get(mistake).map(String::as_str)
    }

    /// The words of phrases, for corrections.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()).filter(|line| !line.is_empty())
}

fn phrases(list: &str) -> Vec<Meaning> {
    list.split(',')
        .map(|phrase| Meaning { shown: phrase.trim().to_owned(), stems: analysis::stems(phrase) })
        .filter(|meaning| !meaning.stems.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> EverydayWords {
        EverydayWords::read(
            "# everyday words\nhoover, hoovering => cleaning\ntaxi, minicab\nsomeone to sit with => sitting service, respite\n\
             hover, huver ~> hoover\n",
            "the\nwith # and so on\nto\n",
        )
    }

    fn meant(text: &str) -> Option<(usize, Vec<String>)> {
        let words = sample();
        words.longest_at(&analysis::stems(text)).map(|(n, m)| (n, m.iter().map(|m| m.shown.clone()).collect()))
    }

    #[test]
    fn one_way_and_all_ways() {
        assert_eq!(meant("hoovers"), Some((1, vec!["cleaning".into()])));
        assert_eq!(meant("cleaning"), None);
        assert_eq!(meant("taxis"), Some((1, vec!["minicab".into()])));
        assert_eq!(meant("minicab"), Some((1, vec!["taxi".into()])));
    }

    #[test]
    fn the_longest_phrase_wins() {
        assert_eq!(meant("someone to sit with mum"), Some((4, vec!["sitting service".into(), "respite".into()])));
        assert_eq!(meant("someone else"), None);
    }

    #[test]
    fn mistakes_are_no_words_but_lead_to_one() {
        let words = sample();
        assert_eq!((words.meant_by("huver"), words.meant_by("hoover")), (Some("hoover"), None));
        assert!(!words.knows("hover") && words.knows("hoover"));
    }

    #[test]
    fn stop_words_say_nothing() {
        let words = sample();
        assert!(words.is_stop_word("the") && words.is_stop_word("s") && !words.is_stop_word("taxi"));
    }

    #[test]
    fn the_embedded_lists_are_not_empty() {
        assert!(EverydayWords::shared().is_stop_word("the"));
        assert!(EverydayWords::shared().longest_at(&analysis::stems("hoover")).is_some());
    }
}
