//! From what was typed to what is meant: words are put right, everyday words get their other names, and words that say
//! nothing are dropped.

use tantivy::postings::TermInfo;

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
}

/// One thing that is asked for. A service meets it with any of the alternatives.
#[derive(Debug)]
pub(super) struct Concept {
    pub(super) alternatives: Vec<Alternative>,
    /// How much of the question it is.
    pub(super) weight: f32,
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
}

/// Understands `text` with the words of `snapshot`.
pub(super) fn understand(text: &str, snapshot: &Snapshot) -> Meaning {
    let text: String = text.chars().take(MOST_LETTERS).collect();
    let everyday = EverydayWords::shared();
    let mut typed = Vec::new();
    let mut any_corrected = false;
    for (word, stem) in analysis::words(&text).into_iter().zip(analysis::stems(&text)).take(MOST_WORDS) {
        let is_known = everyday.knows(&word) || everyday.is_stop_word(&word) || look_up(&stem, snapshot).is_somewhere();
        match (!is_known).then(|| spelling::correct(&word, snapshot)).flatten() {
            Some(corrected) => {
                any_corrected = true;
                typed.extend(corrected.words.into_iter().map(|word| {
                    let stem = analysis::stems(&word).pop().unwrap_or_default();
                    Typed { word, stem, weight: corrected.weight }
                }));
            }
            None => typed.push(Typed { word, stem, weight: 1.0 }),
        }
    }
    typed.truncate(MOST_WORDS);
    let phrase = typed.iter().map(|typed| typed.word.as_str()).collect::<Vec<_>>().join(" ");
    let mut meaning = Meaning { corrected: any_corrected.then(|| phrase.clone()), phrase, ..Meaning::default() };
    meaning.add_concepts(&typed, snapshot, everyday, false);
    if meaning.concepts.is_empty() {
        meaning.add_concepts(&typed, snapshot, everyday, true);
    }
    meaning
}

impl Meaning {
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
                continue;
            }
            let says_something = |typed: &&Typed| length == 1 || !everyday.is_stop_word(&typed.word);
            let own: Vec<&str> = said.iter().filter(says_something).map(|typed| typed.stem.as_str()).collect();
            let mut concept = Concept { alternatives: Vec::new(), weight: 0.0 };
            concept.add(&own, first.weight, snapshot);
            let also = phrase.map(|(_, meanings)| meanings).unwrap_or_default();
            for meaning in also {
                let stems: Vec<&str> = meaning.stems.iter().map(String::as_str).collect();
                concept.add(&stems, first.weight * Ranking::shared().matching.synonym, snapshot);
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
