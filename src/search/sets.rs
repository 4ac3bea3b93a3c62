//! Words as small numbers, and sets of words as one number.
//!
//! Many services have the same needs, features or areas. Each different set is kept once, and a row of memory holds only
//! its number: a filter decides once for every set instead of once for every service, and a count adds up once.

use std::collections::HashMap;
use std::sync::Arc;

/// A list of words, each known by its number.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    all: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Words {
    /// The number of a word, which is new if it was not there.
    pub(super) fn number(&mut self, word: &str) -> usize {
        if let Some(number) = self.find(word) {
            return number;
        }
        self.all.push(word.to_owned());
        self.numbers.insert(word.to_owned(), self.all.len() - 1);
        self.all.len() - 1
    }

    /// The number of a word that is there.
    pub(super) fn find(&self, word: &str) -> Option<usize> {
        self.numbers.get(word).copied()
    }

    /// The words, in the order of their numbers.
    pub(super) fn all(&self) -> &[String] {
        &self.all
    }
}

/// Sets of words, each known by its number; 0 is the empty one.
#[derive(Clone, Debug)]
pub(super) struct Sets {
    pub(super) words: Words,
    sets: Vec<Arc<[usize]>>,
    numbers: HashMap<Arc<[usize]>, u32>,
}

impl Default for Sets {
    fn default() -> Self {
        let mut empty = Self { words: Words::default(), sets: Vec::new(), numbers: HashMap::new() };
        empty.number(&[]);
        empty
    }
}

impl Sets {
    /// The number of a set, given as the numbers of its words in rising order.
    pub(super) fn number(&mut self, members: &[usize]) -> u32 {
        if let Some(number) = self.numbers.get(members) {
            return *number;
        }
        let set: Arc<[usize]> = members.into();
        let number = u32::try_from(self.sets.len()).unwrap_or(u32::MAX);
        self.sets.push(Arc::clone(&set));
        self.numbers.insert(set, number);
        number
    }

    /// How many sets there are.
    pub(super) fn len(&self) -> usize {
        self.sets.len()
    }

    /// For each set, whether it has any of these words.
    pub(super) fn with_any<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Vec<bool> {
        let wanted: Vec<usize> = words.into_iter().filter_map(|word| self.words.find(word)).collect();
        self.sets.iter().map(|set| wanted.iter().any(|word| set.contains(word))).collect()
    }

    /// For each set, whether it has all of these words; a word that nobody has is in no set.
    pub(super) fn with_all(&self, words: &[String]) -> Vec<bool> {
        let wanted: Option<Vec<usize>> = words.iter().map(|word| self.words.find(word)).collect();
        let Some(wanted) = wanted else { return vec![false; self.sets.len()] };
        self.sets.iter().map(|set| wanted.iter().all(|word| set.contains(word))).collect()
    }

    /// How often each word stands in sets that were counted.
    pub(super) fn spread(&self, counted: &[u32]) -> Vec<u32> {
        let mut each = vec![0; self.words.all().len()];
        for (set, count) in self.sets.iter().zip(counted).filter(|(_, count)| **count > 0) {
            for word in set.iter() {
                if let Some(sum) = each.get_mut(*word) {
                    *sum += count;
                }
            }
        }
        each
    }
}

/// Masks of bits, each known by its number.
#[derive(Clone, Debug, Default)]
pub(super) struct Masks {
    all: Vec<u32>,
    numbers: HashMap<u32, u32>,
}

impl Masks {
    /// The number of a mask, which is new if it was not there.
    pub(super) fn number(&mut self, mask: u32) -> u32 {
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(mask).or_insert(next);
        if number == next {
            self.all.push(mask);
        }
        number
    }

    /// The masks, in the order of their numbers.
    pub(super) fn all(&self) -> &[u32] {
        &self.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_set_has_the_same_number() {
        let mut sets = Sets::default();
        let [step_free, bsl] = ["step-free", "bsl"].map(|word| sets.words.number(word));
        let both = sets.number(&[step_free, bsl]);
        assert_eq!((sets.number(&[]), both, sets.number(&[step_free, bsl])), (0, 1, 1));
        assert_eq!(sets.number(&[bsl]), 2);
        assert_eq!(sets.with_any(["bsl"]), [false, true, true]);
        assert_eq!(sets.with_all(&["step-free".into(), "bsl".into()]), [false, true, false]);
        assert_eq!(sets.with_all(&["nowhere".into()]), [false; 3]);
        assert_eq!(sets.spread(&[7, 2, 5]), [2, 7]);
    }
}
