//! What people of the town say: reviews, reasons, notes.

use std::collections::{BTreeMap, BTreeSet};

use rand::RngExt;
use rand_chacha::ChaCha12Rng;
use serde::Deserialize;

use crate::catalogue::taxonomy::Taxonomy;
use crate::reviews::Stars;

use super::listing::TownError;

const REVIEW_WORDS: &str = include_str!("../../data/demo-town/review_words.csv");
const DECLINE_REASONS: &str = include_str!("../../data/demo-town/decline_reasons.txt");
const DISPUTE_REASONS: &str = include_str!("../../data/demo-town/dispute_reasons.txt");

/// What holders write to providers.
const NOTES: [&str; 10] = [
    "Please use the side door; the bell at the front does not work.",
    "Mornings are best for me.",
    "I use a wheelchair, and there is one step.",
    "Please ring the day before.",
    "The same person as last time, if you can.",
    "My daughter would like to be there the first time.",
    "There is a small dog who is friendly.",
    "I need a little more time to answer on the telephone.",
    "Parking is at the back.",
    "Not on Thursdays, please.",
];

/// What holders say when they call something off.
pub(super) const CANCEL_REASONS: [&str; 5] = [
    "I am in hospital until the end of the month.",
    "My sister is coming to stay and will help me.",
    "I found somebody nearer.",
    "I have changed my mind.",
    "The dates do not suit me any more.",
];

/// What providers note with a delivery.
const DELIVERY_NOTES: [&str; 6] = [
    "All went well.",
    "Stayed ten minutes longer to finish.",
    "A lovely morning.",
    "Arrived at half past nine as agreed.",
    "As agreed.",
    "Next time we will bring the other chair.",
];

#[derive(Deserialize)]
struct Line {
    stars: i32,
    group: String,
    category: String,
    text: String,
}

/// Everything that can be said.
pub(super) struct Words {
    lines: Vec<Line>,
    groups: BTreeMap<String, String>,
    used: BTreeMap<usize, BTreeSet<usize>>,
    declines: Vec<&'static str>,
    disputes: Vec<&'static str>,
}

impl Words {
    /// Reads what can be said.
    pub(super) fn read() -> Result<Self, TownError> {
        let lines: Result<Vec<Line>, csv::Error> =
            csv::Reader::from_reader(REVIEW_WORDS.as_bytes()).into_deserialize().collect();
        let groups = Taxonomy::shipped()?.into_iter().map(|term| (term.id.clone(), term.parent_id.unwrap_or(term.id)));
        Ok(Self {
            lines: lines?,
            groups: groups.collect(),
            used: BTreeMap::new(),
            declines: DECLINE_REASONS.lines().collect(),
            disputes: DISPUTE_REASONS.lines().collect(),
        })
    }

    /// Words for a review that nobody used of this service yet; half of the time there are none.
    pub(super) fn review(&mut self, sale: usize, category: &str, stars: i32, rng: &mut ChaCha12Rng) -> String {
        if rng.random_bool(0.45) {
            return String::new();
        }
        let group = self.groups.get(category).map_or("", String::as_str);
        let used = self.used.entry(sale).or_default();
        let fits = |line: &Line| {
            line.stars == stars
                && if line.category.is_empty() { line.group == group } else { line.category == category }
        };
        let fitting: Vec<usize> =
            (0..self.lines.len()).filter(|at| fits(&self.lines[*at]) && !used.contains(at)).collect();
        if fitting.is_empty() {
            return String::new();
        }
        let chosen = fitting[rng.random_range(0..fitting.len())];
        used.insert(chosen);
        self.lines[chosen].text.clone()
    }

    /// Why a provider says no.
    pub(super) fn decline(&self, rng: &mut ChaCha12Rng) -> String {
        super::holders::one_of(&self.declines, rng).to_owned()
    }

    /// What was wrong with a delivery.
    pub(super) fn dispute(&self, rng: &mut ChaCha12Rng) -> String {
        super::holders::one_of(&self.disputes, rng).to_owned()
    }
}

/// A note for a provider, now and then.
pub(super) fn note(rng: &mut ChaCha12Rng) -> String {
    if rng.random_bool(0.15) { super::holders::one_of(&NOTES, rng).to_owned() } else { String::new() }
}

/// A note with a delivery, now and then.
pub(super) fn delivery_note(rng: &mut ChaCha12Rng) -> String {
    if rng.random_bool(0.2) { super::holders::one_of(&DELIVERY_NOTES, rng).to_owned() } else { String::new() }
}

/// Stars for a service of this quality (0 to 1): many fives, and a few ones for whatever went wrong.
pub(super) fn stars(quality: f64, disputed: bool, rng: &mut ChaCha12Rng) -> Stars {
    let shares = [0.11 - 0.10 * quality, 0.10 - 0.08 * quality, 0.18 - 0.12 * quality, 0.33 - 0.07 * quality];
    let mut at = rng.random_range(0.0..1.0_f64);
    let mut overall = 5;
    for (stars, share) in (1..).zip(shares) {
        if at < share {
            overall = stars;
            break;
        }
        at -= share;
    }
    if disputed {
        overall = (overall - 2).max(1);
    }
    let mut aspect = || rng.random_bool(0.55).then(|| (overall + [-1, 0, 0, 0, 1][rng.random_range(0..5)]).clamp(1, 5));
    Stars {
        stars: overall,
        reliability: aspect(),
        kindness: aspect(),
        communication: aspect(),
        value: aspect(),
        outcome: aspect(),
    }
}
