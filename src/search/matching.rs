//! Which services meet which words, and how well: one pass over the postings of each word, into plain arrays.
//!
//! A word counts by its rarity, by the weight of the field it stands in, and less for each time it is said again
//! (BM25). Alternatives of one concept do not add up: the best counts.

use tantivy::DocId;
use tantivy::schema::IndexRecordOption;

use super::fields::TEXT_FIELDS;
use super::ranking::Ranking;
use super::snapshot::{Segment, Snapshot};
use super::understanding::{Alternative, Meaning, Word};

/// No longer part of a question is looked up as a name.
const LONGEST_NAME: usize = 6;

/// Memory to work in, lent from search to search. Always left empty.
#[derive(Default)]
pub(super) struct Scratch {
    /// What the concepts add up to: one bit for each that was met.
    pub(super) total: Layer,
    concept: Layer,
    alternative: Layer,
}

/// For each service of a segment, how well it does and which bits it has.
#[derive(Default)]
pub(super) struct Layer {
    cells: Vec<Cell>,
    touched: Vec<DocId>,
}

#[derive(Clone, Copy, Default)]
struct Cell {
    bits: u32,
    score: f32,
}

impl Layer {
    fn reserve(&mut self, documents: usize) {
        if self.cells.len() < documents {
            self.cells.resize(documents, Cell::default());
        }
    }

    #[inline]
    fn add(&mut self, doc: DocId, bits: u32, score: f32) {
        if let Some(cell) = self.cells.get_mut(doc as usize) {
            if cell.bits == 0 {
                self.touched.push(doc);
            }
            cell.bits |= bits;
            cell.score += score;
        }
    }

    /// Keeps the better of what is known and `score`.
    #[inline]
    fn best(&mut self, doc: DocId, score: f32) {
        if let Some(cell) = self.cells.get_mut(doc as usize) {
            if cell.bits == 0 {
                self.touched.push(doc);
            }
            cell.bits = 1;
            cell.score = cell.score.max(score);
        }
    }

    fn multiply(&mut self, doc: DocId, factor: f32) {
        if let Some(cell) = self.cells.get_mut(doc as usize) {
            cell.score *= factor;
        }
    }

    /// Hands out every service with its bits and its score, and is empty afterwards.
    pub(super) fn drain(&mut self, mut take: impl FnMut(DocId, u32, f32)) {
        for doc in self.touched.drain(..) {
            if let Some(cell) = self.cells.get_mut(doc as usize) {
                let Cell { bits, score } = std::mem::take(cell);
                take(doc, bits, score);
            }
        }
    }
}

impl Scratch {
    /// Fills `total` with the services of one segment that meet any concept of `meaning`.
    pub(super) fn fill(&mut self, meaning: &Meaning, snapshot: &Snapshot, number: usize) -> tantivy::Result<()> {
        let Some(segment) = snapshot.segments.get(number) else { return Ok(()) };
        let documents = segment.rows.len();
        for layer in [&mut self.total, &mut self.concept, &mut self.alternative] {
            layer.reserve(documents);
        }
        for (bit, concept) in meaning.concepts.iter().enumerate() {
            if concept.exactly.is_empty()
                && let [Alternative { words, weight }] = concept.alternatives.as_slice()
                && let [word] = words.as_slice()
            {
                scan(word, *weight, 1 << bit, &mut self.total, (snapshot, segment, number))?;
                continue;
            }
            let exactly = if concept.exactly.is_empty() { None } else { Some(segment.with_phrase(&concept.exactly)?) };
            for Alternative { words, weight } in &concept.alternatives {
                for (bit, word) in words.iter().enumerate() {
                    scan(word, *weight, 1 << bit, &mut self.alternative, (snapshot, segment, number))?;
                }
                let all = (1 << words.len()) - 1;
                let (alternative, concept) = (&mut self.alternative, &mut self.concept);
                alternative.drain(|doc, mask, score| {
                    if mask == all && exactly.as_ref().is_none_or(|docs| docs.binary_search(&doc).is_ok()) {
                        concept.best(doc, score);
                    }
                });
            }
            let total = &mut self.total;
            self.concept.drain(|doc, _, score| total.add(doc, 1 << bit, score));
        }
        self.raise_names(&meaning.stems, segment)
    }

    /// Raises services that are called what was typed or a part of it, or whose category is: the more the larger the part.
    fn raise_names(&mut self, stems: &[(String, bool)], segment: &Segment) -> tantivy::Result<()> {
        let saying = |part: &[(String, bool)]| part.iter().filter(|(_, says)| *says).count() as f32;
        let all = saying(stems).max(1.0);
        for from in 0..stems.len() {
            for until in from + 1..=stems.len().min(from + LONGEST_NAME) {
                let Some(part) = stems.get(from..until) else { continue };
                let share = saying(part) / all;
                if share <= 0.0 {
                    continue;
                }
                let name = part.iter().map(|(stem, _)| stem.as_str()).collect::<Vec<_>>().join(" ");
                let Some(info) = segment.phrases.terms().get(&name)? else { continue };
                let factor = 1.0 + (Ranking::shared().matching.exact_name - 1.0) * share;
                let mut named = segment.phrases.read_block_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
                while !named.docs().is_empty() {
                    for doc in named.docs() {
                        self.total.multiply(*doc, factor);
                    }
                    named.advance();
                }
            }
        }
        Ok(())
    }
}

/// Adds what one word counts to every service of the segment that has it.
fn scan(
    word: &Word,
    weight: f32,
    bit: u32,
    into: &mut Layer,
    (snapshot, segment, number): (&Snapshot, &Segment, usize),
) -> tantivy::Result<()> {
    let weights: [f32; TEXT_FIELDS] = Ranking::shared().field_weights();
    for posting in word.postings.iter().filter(|posting| posting.segment == number) {
        let field = posting.field;
        let (Some((inverted, lengths)), Some(norms)) = (segment.text.get(field), snapshot.norms.get(field)) else {
            continue;
        };
        let counts = weight * word.rarity * weights.get(field).copied().unwrap_or_default();
        let mut postings = inverted.read_block_postings_from_terminfo(&posting.info, IndexRecordOption::WithFreqs)?;
        while !postings.docs().is_empty() {
            for (doc, times) in postings.docs().iter().zip(postings.freqs()) {
                let times = *times as f32;
                let norm = norms[usize::from(lengths.fieldnorm_id(*doc))];
                into.add(*doc, bit, counts * times / (times + norm));
            }
            postings.advance();
        }
    }
    Ok(())
}
