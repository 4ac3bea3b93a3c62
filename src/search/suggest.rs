//! Suggestions while somebody types: names of services and categories that begin so.

use std::collections::HashMap;

use super::fields::phrase;
use super::indexing::Index;
use super::snapshot::Snapshot;

/// No more names are looked through.
const MOST_LOOKED_AT: usize = 5_000;

impl Index {
    /// At most `n` names that begin with what was typed, or that go on from its last word; the commonest first.
    #[must_use]
    pub fn suggest(&self, typed: &str, n: usize) -> Vec<String> {
        let typed = phrase(typed);
        if typed.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
            return Vec::new();
        }
        let snapshot = self.snapshot();
        let mut names = beginning_with(&typed, &snapshot, |segment| segment.phrases.terms());
        if names.len() < n {
            let (before, last) =
                typed.rsplit_once(' ').map_or((String::new(), typed.as_str()), |(b, l)| (format!("{b} "), l));
            if last.chars().count() >= 2 {
                let words = beginning_with(last, &snapshot, |segment| segment.words.terms());
                names.extend(words.into_iter().map(|word| format!("{before}{word}")));
            }
        }
        let mut seen = std::collections::HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names.truncate(n);
        names
    }
}

/// The terms of a dictionary that begin with `prefix`, those of most services first, then the shortest.
fn beginning_with(
    prefix: &str,
    snapshot: &Snapshot,
    dictionary: impl Fn(&super::snapshot::Segment) -> &tantivy::termdict::TermDictionary,
) -> Vec<String> {
    let mut uses: HashMap<String, u32> = HashMap::new();
    for segment in &snapshot.segments {
        let Ok(mut terms) = dictionary(segment).range().ge(prefix).into_stream() else { continue };
        let mut looked_at = 0;
        while let Some((term, info)) = terms.next() {
            looked_at += 1;
            if !term.starts_with(prefix.as_bytes()) || looked_at > MOST_LOOKED_AT {
                break;
            }
            if let Ok(term) = std::str::from_utf8(term) {
                *uses.entry(term.to_owned()).or_default() += info.doc_freq;
            }
        }
    }
    let mut names: Vec<(String, u32)> = uses.into_iter().collect();
    names.sort_by(|(a, uses_a), (b, uses_b)| uses_b.cmp(uses_a).then(a.len().cmp(&b.len())).then(a.cmp(b)));
    names.into_iter().map(|(name, _)| name).collect()
}
