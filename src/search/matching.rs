//! Which services meet which words, and how well: window by window over the postings of all words, so that what is added
//! up stays in the processor's nearest memory and services come out in the order in which their rows lie.
//!
//! A word counts by its rarity, by the weight of the field it stands in, and less for each time it is said again
//! (BM25). Alternatives of one concept do not add up: the best counts.

use tantivy::DocId;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::BlockSegmentPostings;
use tantivy::schema::IndexRecordOption;

use super::collector::Partial;
use super::fields::TEXT_FIELDS;
use super::ranking::Ranking;
use super::snapshot::{Segment, Snapshot};
use super::understanding::{Alternative, Called, Meaning, Word};

/// No longer part of a question is looked up as a name; the whole of it always is.
const LONGEST_PART: usize = 6;

/// So many services are looked at together.
const WINDOW: usize = 2_048;
const WINDOW_DOCS: DocId = 2_048;

/// Memory to work in, lent from search to search. Always left empty.
#[derive(Default)]
pub(super) struct Scratch {
    total: Layer,
    concept: Layer,
    alternative: Layer,
    matched: Vec<Matched>,
    /// Where services that meet a part of a question wait.
    pub(super) partial: Vec<Partial>,
}

/// A service that meets any concept: one bit for each that it meets, and how well.
#[derive(Clone, Copy)]
pub(super) struct Matched {
    pub(super) doc: DocId,
    pub(super) met: u32,
    pub(super) score: f32,
}

/// For each service of a window, how well it does and which bits it has.
struct Layer {
    cells: [Cell; WINDOW],
    touched: [u64; WINDOW / 64],
}

#[derive(Clone, Copy)]
struct Cell {
    bits: u32,
    score: f32,
}

impl Cell {
    const EMPTY: Self = Self { bits: 0, score: 0.0 };
}

impl Default for Layer {
    fn default() -> Self {
        Self { cells: [Cell::EMPTY; WINDOW], touched: [0; WINDOW / 64] }
    }
}

impl Layer {
    #[inline]
    fn touch(&mut self, at: DocId) -> &mut Cell {
        let at = at as usize;
        self.touched[at % WINDOW / 64] |= 1 << (at % 64);
        &mut self.cells[at % WINDOW]
    }

    #[inline]
    fn add(&mut self, at: DocId, bits: u32, score: f32) {
        let cell = self.touch(at);
        cell.bits |= bits;
        cell.score += score;
    }

    /// Keeps the better of what is known and `score`.
    #[inline]
    fn best(&mut self, at: DocId, score: f32) {
        let cell = self.touch(at);
        cell.bits = 1;
        cell.score = cell.score.max(score);
    }

    fn multiply(&mut self, at: DocId, factor: f32) {
        self.cells[at as usize % WINDOW].score *= factor;
    }

    /// Hands out every service with its bits and its score, in order, and is empty afterwards.
    fn drain(&mut self, mut take: impl FnMut(DocId, u32, f32)) {
        for (first, bits) in (0..).step_by(64).zip(&mut self.touched) {
            let mut left = std::mem::take(bits);
            while left != 0 {
                let at: DocId = first + left.trailing_zeros();
                left &= left - 1;
                let Cell { bits, score } = std::mem::replace(&mut self.cells[at as usize % WINDOW], Cell::EMPTY);
                take(at, bits, score);
            }
        }
    }
}

/// The postings of one word in one field, and how far they were read.
struct Cursor<'a> {
    postings: BlockSegmentPostings,
    at: usize,
    /// What standing there counts at most.
    counts: f32,
    norms: &'a [f32; 256],
    lengths: &'a FieldNormReader,
}

impl Cursor<'_> {
    /// Where it stands; none at the end.
    fn doc(&self) -> Option<DocId> {
        self.postings.docs().get(self.at).copied()
    }

    /// Adds what the word counts to every service from `start` to before `end`.
    fn add_to(&mut self, layer: &mut Layer, bit: u32, start: DocId, end: DocId) {
        while self.doc().is_some_and(|doc| doc < end) {
            let (docs, times) = (self.postings.docs(), self.postings.freqs());
            let docs = docs.get(self.at..).unwrap_or_default();
            let within = docs.partition_point(|doc| *doc < end);
            let times = times.get(self.at..).unwrap_or_default();
            for (doc, times) in docs.iter().zip(times).take(within) {
                let times = *times as f32;
                let norm = self.norms[usize::from(self.lengths.fieldnorm_id(*doc))];
                layer.add(doc - start, bit, self.counts * times / (times + norm));
            }
            let is_read = within == docs.len();
            self.at += within;
            if is_read {
                self.postings.advance();
                self.at = 0;
            }
        }
    }
}

/// A word in every field that has it.
type Fields<'a> = Vec<Cursor<'a>>;

/// A search in one segment, ready to be read from the first service to the last.
struct Reading<'a> {
    concepts: Vec<ConceptReading<'a>>,
    /// Services that are called what was typed or a part of it, or whose category is, and what that multiplies by.
    named: Vec<(BlockSegmentPostings, usize, f32)>,
}

/// A concept in one segment.
struct ConceptReading<'a> {
    /// The ways to say it; for each of those, its words.
    ways: Vec<Vec<Fields<'a>>>,
    /// The only services that it can be in, in order, where it has to stand there as it was typed.
    exactly: Option<Vec<DocId>>,
}

impl<'a> Reading<'a> {
    fn of(meaning: &Meaning, snapshot: &'a Snapshot, segment: &'a Segment, number: usize) -> tantivy::Result<Self> {
        let mut concepts = Vec::with_capacity(meaning.concepts.len());
        for concept in &meaning.concepts {
            let mut ways = Vec::with_capacity(concept.alternatives.len());
            for Alternative { words, weight } in &concept.alternatives {
                let fields = |word| open(word, *weight, snapshot, segment, number);
                ways.push(words.iter().map(fields).collect::<tantivy::Result<Vec<_>>>()?);
            }
            let exactly = if concept.exactly.is_empty() { None } else { Some(segment.with_phrase(&concept.exactly)?) };
            concepts.push(ConceptReading { ways, exactly });
        }
        Ok(Self { concepts, named: named(&meaning.called, segment)? })
    }

    /// The first service that any word still has.
    fn next(&self) -> Option<DocId> {
        self.concepts.iter().flat_map(|concept| &concept.ways).flatten().flatten().filter_map(Cursor::doc).min()
    }
}

/// Services that are called what was typed or a part of it, or whose category is: the more the larger the part.
fn named(called: &[Called], segment: &Segment) -> tantivy::Result<Vec<(BlockSegmentPostings, usize, f32)>> {
    let saying = |part: &[Called]| part.iter().filter(|word| word.says_something).count() as f32;
    let all = saying(called).max(1.0);
    let mut named = Vec::new();
    for from in 0..called.len() {
        for until in from + 1..=called.len() {
            let Some(part) = called.get(from..until) else { continue };
            let share = saying(part) / all;
            if share <= 0.0 || (part.len() > LONGEST_PART && part.len() < called.len()) {
                continue;
            }
            let factor = 1.0 + (Ranking::shared().matching.exact_name - 1.0) * share;
            for name in names(part) {
                let Some(info) = segment.phrases.terms().get(&name)? else { continue };
                let postings = segment.phrases.read_block_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
                named.push((postings, 0, factor));
            }
        }
    }
    Ok(named)
}

/// The words as they were put right, and again with each of the others that may have been meant.
fn names(part: &[Called]) -> impl Iterator<Item = String> {
    let with = |at: usize, choice: usize| -> String {
        let chosen = |(place, word): (usize, &Called)| {
            word.stems.get(if place == at { choice } else { 0 }).cloned().unwrap_or_default()
        };
        part.iter().enumerate().map(chosen).collect::<Vec<_>>().join(" ")
    };
    let others = part.iter().enumerate().flat_map(|(at, word)| (1..word.stems.len()).map(move |choice| (at, choice)));
    std::iter::once((0, 0)).chain(others).map(move |(at, choice)| with(at, choice))
}

fn open<'a>(
    word: &Word,
    weight: f32,
    snapshot: &'a Snapshot,
    segment: &'a Segment,
    number: usize,
) -> tantivy::Result<Fields<'a>> {
    let weights: [f32; TEXT_FIELDS] = Ranking::shared().field_weights();
    let mut fields = Vec::new();
    for posting in word.postings.iter().filter(|posting| posting.segment == number) {
        let field = posting.field;
        let (Some((inverted, lengths)), Some(norms)) = (segment.text.get(field), snapshot.norms.get(field)) else {
            continue;
        };
        let postings = inverted.read_block_postings_from_terminfo(&posting.info, IndexRecordOption::WithFreqs)?;
        let counts = weight * word.rarity * weights.get(field).copied().unwrap_or_default();
        fields.push(Cursor { postings, at: 0, counts, norms, lengths });
    }
    Ok(fields)
}

impl Scratch {
    /// Hands out, in order and some at a time, the services of one segment that meet any concept of `meaning`.
    pub(super) fn each(
        &mut self,
        meaning: &Meaning,
        snapshot: &Snapshot,
        number: usize,
        mut take: impl FnMut(&[Matched]),
    ) -> tantivy::Result<()> {
        let Some(segment) = snapshot.segments.get(number) else { return Ok(()) };
        let mut reading = Reading::of(meaning, snapshot, segment, number)?;
        while let Some(first) = reading.next() {
            let start = first - first % WINDOW_DOCS;
            self.fill(&mut reading, start, start + WINDOW_DOCS);
            let matched = &mut self.matched;
            self.total.drain(|at, met, score| matched.push(Matched { doc: start + at, met, score }));
            take(matched);
            matched.clear();
        }
        Ok(())
    }

    /// Adds up what every concept counts for the services from `start` to before `end`.
    fn fill(&mut self, reading: &mut Reading<'_>, start: DocId, end: DocId) {
        for (bit, ConceptReading { ways, exactly }) in reading.concepts.iter_mut().enumerate() {
            if exactly.is_none()
                && let [words] = ways.as_mut_slice()
                && let [fields] = words.as_mut_slice()
            {
                for field in fields {
                    field.add_to(&mut self.total, 1 << bit, start, end);
                }
                continue;
            }
            for words in ways {
                for (word, fields) in words.iter_mut().enumerate() {
                    for field in fields {
                        field.add_to(&mut self.alternative, 1 << word, start, end);
                    }
                }
                let all = (1 << words.len()) - 1;
                let concept = &mut self.concept;
                self.alternative.drain(|at, mask, score| {
                    if mask == all && exactly.as_ref().is_none_or(|docs| docs.binary_search(&(start + at)).is_ok()) {
                        concept.best(at, score);
                    }
                });
            }
            let total = &mut self.total;
            self.concept.drain(|at, _, score| total.add(at, 1 << bit, score));
        }
        self.raise_names(reading, start, end);
    }

    /// Raises services that are called so.
    fn raise_names(&mut self, reading: &mut Reading<'_>, start: DocId, end: DocId) {
        for (postings, at, factor) in &mut reading.named {
            while let Some(doc) = postings.docs().get(*at).copied().filter(|doc| *doc < end) {
                if doc >= start {
                    self.total.multiply(doc - start, *factor);
                }
                *at += 1;
                if *at >= postings.docs().len() {
                    postings.advance();
                    *at = 0;
                }
            }
        }
    }
}
