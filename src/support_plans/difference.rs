//! What is different between two versions, entry by entry and word by word. Pure.

use similar::{Algorithm, ChangeTag, utils::diff_words};

use crate::clock::long_date;
use crate::money::Money;

use super::content::{Line, PlanContent};

/// One entry that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Of which part: "Outcomes".
    pub part: &'static str,
    /// The words, in order.
    pub words: Vec<Piece>,
}

/// Words that stayed, came or went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Whether they are new.
    pub added: bool,
    /// Whether they are gone.
    pub removed: bool,
    /// The words.
    pub text: String,
}

/// Everything that changed from one version to another.
#[must_use]
pub fn difference(old: &PlanContent, new: &PlanContent) -> Vec<Changed> {
    let (before, after) = (told(old), told(new));
    let mut changed = Vec::new();
    for (part, key, words) in &before {
        let now = after.iter().find(|(_, other, _)| other == key).map_or("", |(_, _, words)| words.as_str());
        if now != words {
            changed.push(Changed { part, words: pieces(words, now) });
        }
    }
    for (part, key, words) in &after {
        if !before.iter().any(|(_, other, _)| other == key) {
            changed.push(Changed { part, words: pieces("", words) });
        }
    }
    changed
}

fn pieces(old: &str, new: &str) -> Vec<Piece> {
    let piece = |(tag, text): (ChangeTag, &str)| Piece {
        added: tag == ChangeTag::Insert,
        removed: tag == ChangeTag::Delete,
        text: text.to_owned(),
    };
    diff_words(Algorithm::Myers, old, new).into_iter().map(piece).collect()
}

/// Every entry in words, with its name.
fn told(content: &PlanContent) -> Vec<(&'static str, String, String)> {
    let mut all = vec![("What matters to me", "matters".to_owned(), content.matters.clone())];
    for each in &content.outcomes {
        let sign = if each.sign.is_empty() { String::new() } else { format!(" I will know it by this: {}", each.sign) };
        all.push(("Outcomes", each.key.clone(), format!("{}{sign}", each.words)));
    }
    for each in &content.risks {
        let words = format!("{} ({} risk). What is done about it: {}", each.words, each.level, each.handling);
        all.push(("Risks", each.key.clone(), words));
    }
    for each in &content.circle {
        all.push(("My circle", each.key.clone(), format!("{} ({}): {}", each.name, each.relation, each.brings)));
    }
    for each in &content.lines {
        all.push(("What I want to buy or arrange", each.key.clone(), line_told(each, content)));
    }
    let kept = content.contingency_pence;
    if kept > Money::ZERO || !content.contingency_for.is_empty() {
        all.push(("Kept in hand", "contingency".into(), format!("{kept} for: {}", content.contingency_for)));
    }
    if let Some(day) = content.starts_on {
        all.push(("Begins", "starts-on".into(), long_date(day)));
    }
    all
}

/// A line in words: "Swimming: 2 sessions weekly at £6.50, for: I want to swim".
fn line_told(line: &Line, content: &PlanContent) -> String {
    let price = if line.is_free { "free".to_owned() } else { format!("at {} each", line.price_pence) };
    let unit = if line.unit.is_empty() { "×" } else { line.unit.as_str() };
    let outcome = content.outcome(&line.outcome);
    let outcome = if outcome.is_empty() { String::new() } else { format!(", for: {outcome}") };
    let note = if line.note.is_empty() { String::new() } else { format!(". {}", line.note) };
    format!("{}: {} {unit} {}, {price}{outcome}{note}", line.words, line.quantity, line.rhythm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support_plans::Outcome;

    #[test]
    fn only_what_changed_is_told_word_by_word() {
        let outcome = |key: &str, words: &str| Outcome { key: key.into(), words: words.into(), ..Outcome::default() };
        let old = PlanContent {
            matters: "My garden".into(),
            outcomes: vec![outcome("outcome-1", "Swim once a week"), outcome("outcome-2", "See Dot")],
            ..PlanContent::default()
        };
        let new = PlanContent {
            outcomes: vec![outcome("outcome-1", "Swim twice a week"), outcome("outcome-3", "Paint")],
            ..old.clone()
        };
        let changed = difference(&old, &new);
        assert_eq!(changed.len(), 3);
        let gone = |words: &[Piece]| -> String {
            words.iter().filter(|each| each.removed).map(|each| each.text.as_str()).collect()
        };
        let came = |words: &[Piece]| -> String {
            words.iter().filter(|each| each.added).map(|each| each.text.as_str()).collect()
        };
        assert_eq!((gone(&changed[0].words).as_str(), came(&changed[0].words).as_str()), ("once", "twice"));
        assert_eq!(gone(&changed[1].words), "See Dot");
        assert_eq!(came(&changed[2].words), "Paint");
        assert!(difference(&old, &old).is_empty());
    }
}
