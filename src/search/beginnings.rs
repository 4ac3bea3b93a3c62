//! What stands behind each short beginning: "li" begins so many words that nobody could look through them between two
//! letters. So the best of each are gathered once, when a segment of the index is opened.

use std::cmp::Reverse;
use std::collections::HashMap;

use tantivy::termdict::{TermDictionary, TermOrdinal};

use super::fields::SHOWN_AS;

/// Nothing shorter is completed.
pub(super) const SHORTEST: usize = 2;

/// The longest beginning that is gathered. Few terms have more letters in common, so they are looked through.
const LONGEST: usize = 4;

/// How many terms of each beginning are kept.
const KEPT: usize = 12;

/// No more terms behind a longer beginning are looked through.
const MOST_LOOKED_AT: usize = 100;

/// The best terms of one dictionary behind each short beginning.
#[derive(Default)]
pub(super) struct Beginnings(HashMap<Box<str>, Vec<(TermOrdinal, u32)>>);

/// Those that begin alike, while they pass by in order.
#[derive(Default)]
struct Alike {
    beginning: String,
    best: Vec<(Rank, TermOrdinal, u32)>,
}

/// Names that begin so come before names with a later word that does; then what more services have; then what is shorter.
type Rank = (Reverse<bool>, Reverse<u32>, usize);

impl Beginnings {
    /// Looks through a whole dictionary once.
    pub(super) fn of(dictionary: &TermDictionary) -> std::io::Result<Self> {
        let mut gathered = Self::default();
        let mut passing: [Alike; LONGEST - SHORTEST + 1] = Default::default();
        let mut terms = dictionary.stream()?;
        while terms.advance() {
            let (ordinal, uses) = (terms.term_ord(), terms.value().doc_freq);
            let Ok(term) = std::str::from_utf8(terms.key()) else { continue };
            let (looked_up, shown) = term.split_once(SHOWN_AS).unwrap_or((term, term));
            for (alike, letters) in passing.iter_mut().zip(SHORTEST..) {
                let Some(beginning) = beginning(looked_up, letters) else { continue };
                if alike.beginning != beginning {
                    gathered.keep(alike);
                    beginning.clone_into(&mut alike.beginning);
                }
                let begins = shown.len() == looked_up.len();
                alike.best.push(((Reverse(begins), Reverse(uses), shown.len()), ordinal, uses));
                if alike.best.len() >= 4 * KEPT {
                    alike.best.select_nth_unstable(KEPT);
                    alike.best.truncate(KEPT);
                }
            }
        }
        for alike in &mut passing {
            gathered.keep(alike);
        }
        Ok(gathered)
    }

    fn keep(&mut self, alike: &mut Alike) {
        let mut best = std::mem::take(&mut alike.best);
        if best.is_empty() {
            return;
        }
        best.sort_unstable();
        let best = best.into_iter().take(KEPT).map(|(_, ordinal, uses)| (ordinal, uses)).collect();
        self.0.insert(alike.beginning.as_str().into(), best);
    }

    /// Hands out terms that begin so, and how many services have each.
    pub(super) fn each(&self, dictionary: &TermDictionary, begins: &str, mut take: impl FnMut(&str, u32)) {
        let mut bytes = Vec::new();
        if begins.chars().count() <= LONGEST {
            for (ordinal, uses) in self.0.get(begins).into_iter().flatten() {
                bytes.clear();
                if let (Ok(true), Ok(term)) =
                    (dictionary.ord_to_term(*ordinal, &mut bytes), std::str::from_utf8(&bytes))
                {
                    take(term, *uses);
                }
            }
            return;
        }
        let Ok(mut terms) = dictionary.range().ge(begins).into_stream() else { return };
        let mut looked_at = 0;
        while let Some((term, info)) = terms.next() {
            looked_at += 1;
            if !term.starts_with(begins.as_bytes()) || looked_at > MOST_LOOKED_AT {
                return;
            }
            if let Ok(term) = std::str::from_utf8(term) {
                take(term, info.doc_freq);
            }
        }
    }
}

/// The first letters of a term, if it has so many.
fn beginning(term: &str, letters: usize) -> Option<&str> {
    let (last, letter) = term.char_indices().nth(letters.checked_sub(1)?)?;
    term.get(..last + letter.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::beginning;

    #[test]
    fn a_beginning_is_so_many_whole_letters() {
        assert_eq!(beginning("église", 2), Some("ég"));
        assert_eq!(beginning("ab", 2), Some("ab"));
        assert_eq!(beginning("a", 2), None);
    }
}
