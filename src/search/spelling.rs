//! Spelling: a word that is in no service is put right to one that is.
//!
//! Candidates come from the words of the index, walked with a Levenshtein automaton, and from the everyday words.
//! One wrong letter is tried before two; among equals the word that more services use wins.

use std::collections::HashMap;

use tantivy::Term;
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::Field;

use super::ranking::Ranking;
use super::snapshot::Snapshot;
use super::synonyms::EverydayWords;

/// A word of fewer letters has at most one wrong.
const TWO_WRONG_FROM: usize = 6;

/// Each part of two words that were written as one has at least so many letters.
const SHORTEST_PART: usize = 3;

/// A word of so few services may be a mistake itself.
const FEW: u64 = 3;

/// A word is commoner than another if so many times as many services use it.
const COMMONER: u64 = 8;

/// The same for a word that is two letters away.
const MUCH_COMMONER: u64 = 40;

/// How many services an everyday word is worth.
const EVERYDAY: u64 = 20;

/// How much likelier a word is that begins with the same letter.
const BEGINS_ALIKE: u64 = 30;

/// So many other words may have been meant.
const OTHERS: usize = 3;

/// What a word was put right to.
pub(super) struct Correction {
    /// One word, or two that were written as one.
    pub(super) words: Vec<String>,
    /// What it counts.
    pub(super) weight: f32,
    /// Other words that may have been meant, and what each counts.
    pub(super) or: Vec<(String, f32)>,
}

/// Puts a word right, if there is a word near it.
pub(super) fn correct(word: &str, snapshot: &Snapshot) -> Option<Correction> {
    let weights = &Ranking::shared().matching;
    let letters = word.chars().count();
    if letters < weights.spelling_minimum || word.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    let further = || if letters >= TWO_WRONG_FROM { near(word, 2, snapshot) } else { Vec::new() }.into_iter();
    let one = |word: String, weight, or| Some(Correction { words: vec![word], weight, or });
    let others = |words: std::vec::IntoIter<(String, u64)>, weight| -> Vec<(String, f32)> {
        words.take(OTHERS).map(|(word, _)| (word, weight)).collect()
    };
    let mut nearest = near(word, 1, snapshot).into_iter();
    if let Some((best, uses)) = nearest.next() {
        let mut or = others(nearest, weights.spelling_one);
        if uses > FEW {
            return one(best, weights.spelling_one, or);
        }
        // A rare word one letter away, or a common one two letters away: both may be meant.
        return match further().next().filter(|(other, more)| *more >= uses.max(1) * MUCH_COMMONER && *other != best) {
            Some((common, _)) => {
                or.insert(0, (best, weights.spelling_one));
                one(common, weights.spelling_two, or)
            }
            None => one(best, weights.spelling_one, or),
        };
    }
    if let Some(words) = two_in_one(word, snapshot) {
        return Some(Correction { words, weight: weights.spelling_one, or: Vec::new() });
    }
    let mut further = further();
    one(further.next()?.0, weights.spelling_two, others(further, weights.spelling_two))
}

/// The likeliest word with one letter put right.
pub(super) fn one_letter(word: &str, snapshot: &Snapshot) -> Option<String> {
    let is_long = word.chars().count() >= Ranking::shared().matching.spelling_minimum;
    let words = if is_long { near(word, 1, snapshot) } else { Vec::new() };
    words.into_iter().map(|(right, _)| right).find(|right| right != word)
}

/// A much commoner word one letter away from a word that is in few services: who types "gardner" may mean "gardener".
pub(super) fn commoner(word: &str, snapshot: &Snapshot) -> Option<(String, f32)> {
    let weights = &Ranking::shared().matching;
    let uses = snapshot.services_with_word(word);
    let may_be_a_mistake = word.chars().count() > weights.spelling_minimum && uses <= FEW;
    if !may_be_a_mistake || word.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    let mut others = near(word, 1, snapshot).into_iter().filter(|(other, _)| other != word);
    others.find(|(_, more)| *more >= uses.max(1) * COMMONER).map(|(other, _)| (other, weights.spelling_one))
}

/// The words within `distance` wrong letters, the likeliest first, and how many services use each.
fn near(word: &str, distance: u8, snapshot: &Snapshot) -> Vec<(String, u64)> {
    let mut uses: HashMap<String, u64> = HashMap::new();
    for segment in &snapshot.segments {
        let fuzzy = FuzzyTermQuery::new(Term::from_field_text(Field::from_field_id(0), word), distance, true);
        let Ok(automaton) = fuzzy.automaton() else { continue };
        let Ok(mut found) = segment.words.terms().search(automaton).into_stream() else { continue };
        while let Some((term, info)) = found.next() {
            if let Ok(term) = std::str::from_utf8(term) {
                *uses.entry(term.to_owned()).or_default() += u64::from(info.doc_freq);
            }
        }
    }
    for known in EverydayWords::shared().words() {
        if known.len().abs_diff(word.len()) <= usize::from(distance)
            && wrong_letters(known, word) <= usize::from(distance)
        {
            *uses.entry(known.to_owned()).or_default() += EVERYDAY;
        }
    }
    let begins_alike = |known: &str| known.chars().next() == word.chars().next();
    let rank = |word: &str, uses: u64| uses.saturating_mul(if begins_alike(word) { BEGINS_ALIKE } else { 1 });
    let usable = uses.into_iter().filter(|(known, _)| known.chars().count() + 1 >= word.chars().count().min(4));
    let mut words: Vec<(String, u64)> = usable.collect();
    words.sort_by(|(a, uses_a), (b, uses_b)| rank(b, *uses_b).cmp(&rank(a, *uses_a)).then_with(|| a.cmp(b)));
    words
}

/// Two words that stand together somewhere and were written as one: "lunchclub".
fn two_in_one(word: &str, snapshot: &Snapshot) -> Option<Vec<String>> {
    let cuts =
        word.char_indices().map(|(at, _)| at).filter(|at| *at >= SHORTEST_PART && word.len() - at >= SHORTEST_PART);
    let parts = cuts.filter_map(|at| word.split_at_checked(at)).map(|(left, right)| {
        let used = snapshot.services_with_word(left).min(snapshot.services_with_word(right));
        (used, left, right)
    });
    let mut parts: Vec<_> = parts.filter(|(used, ..)| *used > 0).collect();
    parts.sort_by_key(|(used, ..)| std::cmp::Reverse(*used));
    let stand_together = |words: &Vec<String>| {
        snapshot.segments.iter().any(|segment| segment.with_phrase(words).is_ok_and(|docs| !docs.is_empty()))
    };
    parts.into_iter().map(|(_, left, right)| vec![left.to_owned(), right.to_owned()]).find(stand_together)
}

/// How many letters are wrong, missing, too many or swapped with their neighbour.
fn wrong_letters(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (above[j] + usize::from(x != y)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && x == &b[j - 1] && y == &a[i - 1] {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::wrong_letters;

    #[test]
    fn wrong_letters_are_counted() {
        let cases = [
            ("libary", "library", 1),
            ("cleaing", "cleaning", 1),
            ("gradener", "gardener", 1),
            ("cat", "dog", 3),
            ("", "ab", 2),
        ];
        for (a, b, wrong) in cases {
            assert_eq!((wrong_letters(a, b), wrong_letters(b, a)), (wrong, wrong), "{a} {b}");
        }
    }
}
