//! One pass over the services that were met: filters, order and counts together.
//!
//! Services are kept apart by how much of the question they meet. Those that meet all of it come first; the others are
//! shown only if there are too few of those.

use std::cmp::Ordering;

use tantivy::DocId;

use super::counts::Tally;
use super::filters::{Lies, Ready};
use super::freshness::{Freshness, Limits};
use super::matching::Matched;
use super::query::{Search, Sort};
use super::ranking::Ranking;
use super::rows::Row;
use super::snapshot::Snapshot;
use super::understanding::{Concept, Meaning};

/// A service on its way into the results.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    first: f32,
    second: f32,
    tie: u32,
    pub(super) segment: u32,
    pub(super) doc: DocId,
    pub(super) score: f32,
}

impl Candidate {
    fn order(&self, other: &Self) -> Ordering {
        let better = other.first.total_cmp(&self.first).then_with(|| other.second.total_cmp(&self.second));
        better.then_with(|| self.tie.cmp(&other.tie))
    }
}

/// The best candidates, and no more memory than twice what is wanted.
struct Best {
    wanted: usize,
    kept: Vec<Candidate>,
    /// What a candidate must be before to be kept at all.
    limit: Option<Candidate>,
}

impl Best {
    fn new(wanted: usize) -> Self {
        Self { wanted, kept: Vec::new(), limit: None }
    }

    /// Whether whatever comes first with at most so much cannot be among the best any more.
    #[inline]
    fn is_full_of_better(&self, first: f32) -> bool {
        self.limit.is_some_and(|limit| first < limit.first)
    }

    #[inline]
    fn offer(&mut self, candidate: Candidate) {
        if self.wanted == 0 || self.limit.is_some_and(|limit| candidate.order(&limit).is_ge()) {
            return;
        }
        self.kept.push(candidate);
        if self.kept.len() >= 2 * self.wanted + 32 {
            self.kept.select_nth_unstable_by(self.wanted - 1, Candidate::order);
            self.kept.truncate(self.wanted);
            self.limit = self.kept.last().copied();
        }
    }
}

/// Those that meet the same part of the question: all, most, some.
pub(super) struct Level {
    pub(super) total: usize,
    pub(super) tally: Tally,
    best: Best,
}

/// Collects the services of one search.
pub(super) struct Collector<'a> {
    pub(super) ready: Ready,
    sort: Sort,
    snapshot: &'a Snapshot,
    /// The most that a place multiplies by.
    most: f32,
    /// All bits of a service that meets the whole question.
    whole: u32,
    /// The bits that a service must have to be shown at all: what was asked for exactly.
    required: u32,
    /// The weight of each concept.
    weights: Vec<f32>,
    /// Those that meet a part of the question, until it is known whether they are shown.
    partial: Vec<Partial>,
    pub(super) levels: [Level; 3],
}

/// Services whose rows are fetched some at a time: one after the other, each would be waited for.
struct Waiting<'a> {
    snapshot: &'a Snapshot,
    services: Vec<(&'a Row, usize, DocId, usize, f32)>,
    /// The category of the best that meets the whole question: what meets a part and is of the same is near to it.
    kindred: Option<u16>,
}

/// So many rows are fetched together.
const TOGETHER: usize = 64;

impl<'a> Waiting<'a> {
    fn new(snapshot: &'a Snapshot) -> Self {
        Self { snapshot, services: Vec::with_capacity(TOGETHER), kindred: None }
    }

    /// Adds a service; says whether there are enough to go on with.
    #[inline]
    fn push(&mut self, segment: usize, doc: DocId, level: usize, score: f32) -> bool {
        let row = self.snapshot.segments.get(segment).and_then(|segment| segment.rows.get(doc as usize));
        if let Some(row) = row {
            self.services.push((row, segment, doc, level, score));
        }
        self.services.len() >= TOGETHER
    }

    fn judge(&mut self, collector: &mut Collector<'_>) {
        // A look at each row before any is judged: the processor fetches them side by side.
        std::hint::black_box(self.services.iter().fold(0, |all, (row, ..)| all ^ row.tie));
        for (row, segment, doc, level, score) in self.services.drain(..) {
            let kin = if self.kindred == Some(row.category) { Ranking::shared().matching.same_category } else { 1.0 };
            collector.judge(level, segment, doc, row, score * kin);
        }
    }
}

/// A service that meets a part of the question.
#[derive(Clone, Copy)]
pub(super) struct Partial {
    segment: u32,
    doc: DocId,
    met: u32,
    score: f32,
}

impl<'a> Collector<'a> {
    pub(super) fn new(search: &Search, snapshot: &'a Snapshot, freshness: &Freshness, meaning: &Meaning) -> Self {
        let whole = meaning.whole();
        let weigh = |(bit, concept): (usize, &Concept)| if whole >> bit & 1 == 1 { concept.weight } else { 0.0 };
        let weights: Vec<f32> = meaning.concepts.iter().enumerate().map(weigh).collect();
        let wanted = search.window().end;
        let level = |tally| Level { total: 0, tally, best: Best::new(wanted) };
        let sort = match search.sort {
            Sort::Relevance if weights.is_empty() && search.near.is_some() => Sort::Distance,
            Sort::Distance if search.near.is_none() => Sort::Relevance,
            sort => sort,
        };
        Self {
            ready: Ready::of(search, &snapshot.vocabulary, freshness, snapshot.latest),
            sort,
            snapshot,
            most: Ranking::shared().distance.outside_area.max(Ranking::shared().distance.unknown_place).max(1.0),
            whole,
            required: meaning.required(),
            weights,
            partial: Vec::new(),
            levels: [Tally::new(&snapshot.vocabulary), Tally::default(), Tally::default()].map(level),
        }
    }

    /// Takes one service that was not asked for by any word.
    #[inline]
    pub(super) fn take(&mut self, segment: usize, doc: DocId, row: &Row) {
        self.judge(0, segment, doc, row, 1.0);
    }

    /// Takes services of one segment: which concepts they meet, and how well. Those that meet a part only wait.
    pub(super) fn take_matched<'m>(&mut self, segment: usize, matched: impl Iterator<Item = &'m Matched>) {
        let factor = if self.whole.count_ones() < 2 { 1.0 } else { Ranking::shared().matching.all_words };
        let number = u32::try_from(segment).unwrap_or_default();
        let mut waiting = Waiting::new(self.snapshot);
        for Matched { doc, met, score } in matched.copied() {
            if met & self.whole == self.whole {
                if waiting.push(segment, doc, 0, score * factor) {
                    waiting.judge(self);
                }
            } else if self.has_enough() {
                self.partial.clear();
            } else if met & self.required == self.required && met & self.whole != 0 {
                self.partial.push(Partial { segment: number, doc, met, score });
            }
        }
        waiting.judge(self);
    }

    /// Whether so many meet the whole question that the others are not shown.
    #[inline]
    fn has_enough(&self) -> bool {
        self.levels[0].total >= Ranking::shared().matching.enough
    }

    /// Lends the memory in which those that meet a part wait.
    pub(super) fn wait_in(&mut self, memory: Vec<Partial>) {
        self.partial = memory;
    }

    /// Takes those that meet a part, if too few meet the whole. Gives the memory in which they waited back, empty.
    pub(super) fn finish(&mut self) -> Vec<Partial> {
        let mut partial = std::mem::take(&mut self.partial);
        if !self.has_enough() && !partial.is_empty() {
            self.take_partial(&partial);
        }
        partial.clear();
        partial
    }

    fn take_partial(&mut self, partial: &[Partial]) {
        for level in self.levels.iter_mut().skip(1) {
            level.tally = Tally::new(&self.snapshot.vocabulary);
        }
        let kindred = self.levels[0].best.kept.iter().min_by(|a, b| a.order(b)).and_then(|best| self.category_of(best));
        let mut waiting = Waiting { kindred, ..Waiting::new(self.snapshot) };
        for Partial { segment, doc, met, score } in partial.iter().copied() {
            let (level, coverage) = self.coverage(met);
            if waiting.push(segment as usize, doc, level, score * coverage) {
                waiting.judge(self);
            }
        }
        waiting.judge(self);
    }

    fn category_of(&self, candidate: &Candidate) -> Option<u16> {
        let segment = self.snapshot.segments.get(candidate.segment as usize)?;
        segment.rows.get(candidate.doc as usize).map(|row| row.category)
    }

    /// Filters, counts and orders one service.
    #[inline]
    fn judge(&mut self, level: usize, segment: usize, doc: DocId, row: &Row, score: f32) {
        let Some((unchecked, limits)) = self.ready.unchecked_for(row) else { return };
        let lies = self.ready.lies(row);
        let fails = self.ready.failed(row, lies);
        if fails & fails.wrapping_sub(1) != 0 || fails & super::filters::failed::ALWAYS != 0 {
            return; // fails two filters, or one that narrows every count
        }
        let Some(level) = self.levels.get_mut(level) else { return };
        level.tally.add(row, lies, fails);
        if fails != 0 {
            return;
        }
        level.total += 1;
        if self.sort == Sort::Relevance && level.best.is_full_of_better(score * row.quality * self.most) {
            return; // however near it is
        }
        let score = score * factor(row, lies, unchecked, limits);
        let metres = lies.map_or(0.0, |lies| lies.metres().unwrap_or(f32::MAX));
        let (first, second) = match self.sort {
            Sort::Relevance => (score, -metres),
            Sort::Distance => (-metres, score),
            Sort::Rating => (if row.tenths == 0 { 0.0 } else { row.score }, score),
            Sort::Price => (-(row.pence as f32), score),
            Sort::Freshness => (row.assured as f32, score),
        };
        let segment = u32::try_from(segment).unwrap_or_default();
        level.best.offer(Candidate { first, second, tie: row.tie, segment, doc, score });
    }

    /// How much of the question was met in part: the level, and what it multiplies the score by.
    fn coverage(&self, met: u32) -> (usize, f32) {
        let words = &Ranking::shared().matching;
        let all: f32 = self.weights.iter().sum();
        let part: f32 = self.weights.iter().enumerate().filter(|(bit, _)| met & (1 << bit) != 0).map(|(_, w)| w).sum();
        let share = part / all;
        (if share >= words.near_miss_share { 1 } else { 2 }, share.powf(words.coverage_power))
    }

    /// How many levels are shown: more than the first only if it has too few.
    pub(super) fn levels_shown(&self) -> usize {
        let enough = Ranking::shared().matching.enough;
        let [all, most, some] = self.levels.each_ref().map(|level| level.total);
        if all >= enough || most + some == 0 {
            1
        } else if all + most > 0 || some == 0 {
            2
        } else {
            3
        }
    }

    /// The best candidates of the first so many levels, from the best on.
    pub(super) fn best(&mut self, levels: usize) -> Vec<Candidate> {
        let mut all: Vec<Candidate> = self.levels.iter_mut().take(levels).flat_map(|l| l.best.kept.drain(..)).collect();
        all.sort_unstable_by(Candidate::order);
        all
    }
}

/// What the service itself and its place multiply the relevance by.
#[inline]
fn factor(row: &Row, lies: Option<Lies>, unchecked: i32, limits: Limits) -> f32 {
    let ranking = Ranking::shared();
    let place = match lies {
        None | Some(Lies::ComesOut(_)) => 1.0,
        Some(Lies::Away(metres)) => ranking.distance_factor(metres),
        Some(Lies::OutsideArea(_)) => ranking.distance.outside_area,
        Some(Lies::Unknown) => ranking.distance.unknown_place,
    };
    row.quality * place * ranking.freshness_factor(unchecked as f32, limits)
}
