//! From what was typed to what is meant: words are put right, everyday words get their other names, and words that say
//! nothing are dropped.

use tantivy::postings::TermInfo;

use crate::places::{Gazetteer, Precision};

use super::analysis;
use super::fields::TEXT_FIELDS;
use super::ranking::Ranking;
use super::snapshot::Snapshot;
use super::spelling;
use super::synonyms::EverydayWords;

/// No more letters of a search are read.
const MOST_LETTERS: usize = 200;

/// No more words of a search are read; one bit of a mask stands for each.
const MOST_WORDS: usize = 20;

/// A word is the name of a place only if so many services are there.
const FEW_PLACES: u64 = 2;

/// A search, understood.
#[derive(Debug, Default)]
pub(super) struct Meaning {
    pub(super) concepts: Vec<Concept>,
    /// The words as they were put right, if they were.
    pub(super) corrected: Option<String>,
    /// What was understood beyond the words, in sentences.
    pub(super) understood: Vec<String>,
    /// All words that were searched, with spaces between.
    pub(super) phrase: String,
    /// The words, for services that are called so.
    pub(super) called: Vec<Called>,
    /// Words that were asked for exactly and are nowhere, as they would be put right.
    pub(super) did_you_mean: Option<String>,
}

/// A word of a name that may have been typed.
#[derive(Debug)]
pub(super) struct Called {
    /// Its stem, and those of other words that may have been meant.
    pub(super) stems: Vec<String>,
    /// Whether it says what is looked for.
    pub(super) says_something: bool,
}

/// One thing that is asked for. A service meets it with any of the alternatives.
#[derive(Debug, Default)]
pub(super) struct Concept {
    pub(super) alternatives: Vec<Alternative>,
    /// How much of the question it is.
    pub(super) weight: f32,
    /// Words that have to stand in a service as they are, one after the other; empty if stems are enough.
    pub(super) exactly: Vec<String>,
    /// Whether it is the name of a place: good to have, but what is near there answers the question without it.
    pub(super) is_place: bool,
    /// Whether it says much less than the rest of the question: "help" in "help to find a job".
    pub(super) is_minor: bool,
}

/// One way to say it. A service meets it if all its words are somewhere in it.
#[derive(Debug)]
pub(super) struct Alternative {
    pub(super) words: Vec<Word>,
    pub(super) weight: f32,
}

/// One stem, and where it stands.
#[derive(Debug)]
pub(super) struct Word {
    /// How rare it is.
    pub(super) rarity: f32,
    pub(super) postings: Vec<Posting>,
}

/// Where a stem stands in one field of one segment.
#[derive(Debug)]
pub(super) struct Posting {
    pub(super) segment: usize,
    pub(super) field: usize,
    pub(super) info: TermInfo,
}

/// A typed word after correction.
struct Typed {
    word: String,
    stem: String,
    weight: f32,
    /// Other words that may have been meant, and what each counts.
    or: Vec<(String, f32)>,
}

impl Typed {
    fn called(&self, says_something: bool) -> Called {
        let others = self.or.iter().flat_map(|(word, _)| analysis::stems(word));
        Called { stems: std::iter::once(self.stem.clone()).chain(others).collect(), says_something }
    }
}

/// Understands `text` with the words of `snapshot`. What stands between quotation marks is taken exactly as it was typed.
pub(super) fn understand(text: &str, snapshot: &Snapshot) -> Meaning {
    let text: String = text.chars().take(MOST_LETTERS).collect();
    let mut meaning = Meaning::default();
    let mut phrases = Vec::new();
    let mut left = MOST_WORDS;
    for (part, is_quoted) in parts(&text) {
        if is_quoted {
            let words: Vec<String> = analysis::words(part).into_iter().take(left).collect();
            left -= words.len();
            meaning.add_exactly(&words, snapshot);
            phrases.push(words.join(" "));
        } else {
            let (typed, any_corrected) = put_right(part, left, snapshot);
            left -= typed.len();
            let phrase = typed.iter().map(|typed| typed.word.as_str()).collect::<Vec<_>>().join(" ");
            if any_corrected {
                meaning.corrected = Some(phrase.clone());
            }
            meaning.add(&typed, snapshot);
            phrases.push(phrase);
        }
    }
    phrases.retain(|phrase| !phrase.is_empty());
    meaning.phrase = phrases.join(" ");
    let most = meaning.concepts.iter().filter(|c| !c.is_place).map(|concept| concept.weight).fold(0.0, f32::max);
    for concept in meaning.concepts.iter_mut().filter(|concept| concept.exactly.is_empty()) {
        concept.is_minor = concept.weight < most * Ranking::shared().matching.minor_share;
    }
    if meaning.corrected.is_some() {
        meaning.corrected = Some(meaning.phrase.clone());
    }
    meaning
}

/// A text cut at its quotation marks. A mark without its partner is none.
fn parts(text: &str) -> Vec<(&str, bool)> {
    let is_mark = |c: char| matches!(c, '"' | '“' | '”' | '„' | '«' | '»');
    let mut parts: Vec<(&str, bool)> = text.split(is_mark).enumerate().map(|(at, part)| (part, at % 2 == 1)).collect();
    if parts.len().is_multiple_of(2)
        && let Some(last) = parts.last_mut()
    {
        last.1 = false;
    }
    parts.retain(|(part, _)| part.chars().any(char::is_alphanumeric));
    parts
}

/// The words of a text, each put right if it is nowhere in the catalogue. Says whether any was.
fn put_right(text: &str, most: usize, snapshot: &Snapshot) -> (Vec<Typed>, bool) {
    let everyday = EverydayWords::shared();
    let mut typed = Vec::new();
    let mut any_corrected = false;
    for (word, stem) in analysis::words(text).into_iter().zip(analysis::stems(text)).take(most) {
        if let Some(meant) = everyday.meant_by(&word) {
            any_corrected = true;
            let stem = analysis::stems(meant).pop().unwrap_or_default();
            typed.push(Typed { word: meant.to_owned(), stem, weight: 1.0, or: Vec::new() });
            continue;
        }
        let is_known = everyday.knows(&word)
            || (0..TEXT_FIELDS).any(|field| snapshot.segments.iter().any(|s| s.look_up(field, &stem).is_some()));
        let corrected = if is_known { None } else { spelling::correct(&word, snapshot) };
        if let Some(corrected) = corrected {
            any_corrected = true;
            let mut or = corrected.or;
            typed.extend(corrected.words.into_iter().map(|word| {
                let stem = analysis::stems(&word).pop().unwrap_or_default();
                Typed { word, stem, weight: corrected.weight, or: std::mem::take(&mut or) }
            }));
        } else {
            let or = if everyday.knows(&word) { None } else { spelling::commoner(&word, snapshot) };
            typed.push(Typed { word, stem, weight: 1.0, or: or.into_iter().collect() });
        }
    }
    typed.truncate(most);
    (typed, any_corrected)
}

impl Meaning {
    /// The bits of a service that meets the whole question: all but places and what says little, unless that is all.
    pub(super) fn whole(&self) -> u32 {
        let bits = |wanted: fn(&Concept) -> bool| {
            let all = self.concepts.iter().enumerate().filter(|(_, concept)| wanted(concept));
            all.fold(0, |bits, (bit, _)| bits | 1 << bit)
        };
        let choices: [fn(&Concept) -> bool; 3] =
            [|concept| !concept.is_place && !concept.is_minor, |concept| !concept.is_place, |_| true];
        choices.into_iter().map(bits).find(|bits| *bits != 0).unwrap_or_default()
    }

    /// The bits of what was asked for exactly.
    pub(super) fn required(&self) -> u32 {
        let exact = self.concepts.iter().enumerate().filter(|(_, concept)| !concept.exactly.is_empty());
        exact.fold(0, |bits, (bit, _)| bits | 1 << bit)
    }

    /// Words that have to be there as they are.
    fn add_exactly(&mut self, words: &[String], snapshot: &Snapshot) {
        if words.is_empty() {
            return;
        }
        let stems: Vec<String> = words.iter().flat_map(|word| analysis::stems(word)).collect();
        let stems: Vec<&str> = stems.iter().map(String::as_str).collect();
        let mut concept = Concept { exactly: words.to_vec(), ..Concept::default() };
        concept.add(&stems, 1.0, snapshot);
        self.called.extend(stems.iter().map(|stem| Called { stems: vec![(*stem).to_owned()], says_something: true }));
        concept.weigh();
        self.concepts.push(concept);
        let right: Vec<String> = words
            .iter()
            .map(|word| match snapshot.services_with_word(word) {
                0 => spelling::correct(word, snapshot).map_or_else(|| word.clone(), |right| right.words.join(" ")),
                _ => word.clone(),
            })
            .collect();
        if right != words {
            self.did_you_mean = Some(right.join(" "));
        }
    }

    /// What was typed without quotation marks; if all of it says nothing, it is taken at its word.
    fn add(&mut self, typed: &[Typed], snapshot: &Snapshot) {
        let before = self.concepts.len();
        let everyday = EverydayWords::shared();
        self.add_concepts(typed, snapshot, everyday, false);
        if self.concepts.len() == before && before == 0 {
            self.called.clear();
            self.add_concepts(typed, snapshot, everyday, true);
        }
    }

    /// One concept for each phrase that is understood, and for each other word that says something.
    fn add_concepts(&mut self, typed: &[Typed], snapshot: &Snapshot, everyday: &EverydayWords, stop_words_too: bool) {
        let stems: Vec<String> = typed.iter().map(|typed| typed.stem.clone()).collect();
        let mut at = 0;
        while let Some(first) = typed.get(at) {
            let phrase = everyday.longest_at(stems.get(at..).unwrap_or_default());
            let length = phrase.map_or(1, |(length, _)| length);
            let said = typed.get(at..at + length).unwrap_or_default();
            at += length;
            if phrase.is_none() && !stop_words_too && everyday.is_stop_word(&first.word) {
                self.called.push(first.called(false));
                continue;
            }
            let says_something = |typed: &&Typed| length == 1 || !everyday.is_stop_word(&typed.word);
            let own: Vec<&str> = said.iter().filter(says_something).map(|typed| typed.stem.as_str()).collect();
            let mut concept = Concept::default();
            concept.add(&own, first.weight, snapshot);
            let also = phrase.map(|(_, meanings)| meanings).unwrap_or_default();
            for meaning in also {
                let stems: Vec<&str> = meaning.stems.iter().map(String::as_str).collect();
                concept.add(&stems, first.weight * Ranking::shared().matching.synonym, snapshot);
            }
            for (word, weight) in first.or.iter().filter(|_| length == 1) {
                concept.add_meant(word, *weight, snapshot, everyday);
                if first.weight >= 1.0 {
                    self.understood.push(format!("“{}” is rare here, so “{word}” was looked for too.", first.word));
                }
            }
            concept.is_place = length == 1 && also.is_empty() && is_place(&first.word, &first.stem, snapshot);
            for typed in said {
                let says_something = !concept.is_place && !everyday.is_stop_word(&typed.word);
                self.called.push(typed.called(says_something));
            }
            concept.weigh();
            if !also.is_empty() {
                let words = said.iter().map(|typed| typed.word.as_str()).collect::<Vec<_>>().join(" ");
                let others = also.iter().take(4).map(|m| format!("“{}”", m.shown)).collect::<Vec<_>>().join(", ");
                self.understood.push(format!("“{words}” also finds {others}."));
            }
            self.concepts.push(concept);
        }
    }
}

impl Concept {
    /// Adds a way to say it, if all its words are somewhere in the catalogue.
    fn add(&mut self, stems: &[&str], weight: f32, snapshot: &Snapshot) {
        let words: Vec<Word> = stems.iter().map(|stem| look_up(stem, snapshot)).collect();
        if self.alternatives.is_empty() || (!words.is_empty() && words.iter().all(Word::is_somewhere)) {
            self.alternatives.push(Alternative { words, weight });
        }
    }

    /// Adds another word that may have been meant, with what it also stands for.
    fn add_meant(&mut self, word: &str, weight: f32, snapshot: &Snapshot, everyday: &EverydayWords) {
        let stems = analysis::stems(word);
        let own: Vec<&str> = stems.iter().map(String::as_str).collect();
        self.add(&own, weight, snapshot);
        for meaning in everyday.longest_at(&stems).map(|(_, meanings)| meanings).unwrap_or_default() {
            let stems: Vec<&str> = meaning.stems.iter().map(String::as_str).collect();
            self.add(&stems, weight * Ranking::shared().matching.synonym, snapshot);
        }
    }

    /// A concept is as much of the question as the commonest way to say it is rare; the typed words decide if they
    /// are anywhere.
    fn weigh(&mut self) {
        let rarity =
            |alternative: &Alternative| -> f32 { alternative.words.iter().map(|w| w.rarity).fold(0.0, f32::max) };
        let usable = self.alternatives.iter().filter(|a| !a.words.is_empty() && a.words.iter().all(Word::is_somewhere));
        let least = usable.map(rarity).fold(f32::INFINITY, f32::min);
        let typed = self.alternatives.first().map(rarity).unwrap_or_default();
        self.weight = if least.is_finite() { least } else { typed }.max(0.1);
    }
}

impl Word {
    fn is_somewhere(&self) -> bool {
        !self.postings.is_empty()
    }
}

/// Whether a word is where services are rather than what they are: "timperley" in "library timperley".
fn is_place(word: &str, stem: &str, snapshot: &Snapshot) -> bool {
    let mut services = [0_u64; TEXT_FIELDS];
    for (field, services) in services.iter_mut().enumerate() {
        let found = snapshot.segments.iter().filter_map(|segment| segment.look_up(field, stem));
        *services = found.map(|info| u64::from(info.doc_freq)).sum();
    }
    let [_, category, needs, _, place, description] = services;
    place >= FEW_PLACES
        && category + needs == 0
        && (description <= place
            || Gazetteer::shared().find(word).is_ok_and(|place| place.precision == Precision::Named))
}

/// Looks a stem up in every field of every segment. It is as rare as the field that has it most often says.
fn look_up(stem: &str, snapshot: &Snapshot) -> Word {
    let mut frequency = [0_u64; TEXT_FIELDS];
    let mut postings = Vec::new();
    for (segment, place) in snapshot.segments.iter().enumerate() {
        for (field, frequency) in frequency.iter_mut().enumerate() {
            if let Some(info) = place.look_up(field, stem) {
                *frequency += u64::from(info.doc_freq);
                postings.push(Posting { segment, field, info });
            }
        }
    }
    let most = frequency.into_iter().max().unwrap_or_default() as f32;
    let all = (snapshot.documents as f32).max(most);
    Word { rarity: (1.0 + (all - most + 0.5) / (most + 0.5)).ln(), postings }
}
