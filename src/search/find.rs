//! Searching: understand the words, meet them, collect, answer with ids.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole metres on this planet, never below nought"
)]

use std::sync::{Arc, PoisonError};

use crate::ids::ServiceId;
use crate::places::distance_metres;

use super::collector::{Candidate, Collector};
use super::counts::{Counts, Tally};
use super::filters::{Lies, Ready};
use super::indexing::{Index, SearchError};
use super::matching::{Matched, Scratch};
use super::query::Search;
use super::snapshot::Snapshot;
use super::understanding::{Meaning, understand};

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// How many services were found, on all pages.
    pub total: usize,
    /// How many of them meet the whole question; they come first.
    pub exact: usize,
    /// Those of the page that was asked for.
    pub hits: Vec<Hit>,
    /// How many results each filter would leave.
    pub counts: Counts,
    /// How many of them meet the whole question.
    pub whole: usize,
    /// The words as they were put right, if they were: "library" for "libary".
    pub corrected: Option<String>,
    /// Words that were asked for exactly and are nowhere, as they would be put right.
    pub did_you_mean: Option<String>,
    /// What was understood beyond the words, in sentences.
    pub understood: Vec<String>,
    /// Whether there are results that meet only part of the question, because too few meet all of it.
    pub relaxed: bool,
}

/// One service that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// Which service.
    pub id: ServiceId,
    /// How well it fits; only to compare with others of the same search.
    pub score: f32,
    /// How far it is from where it is wanted.
    pub distance_metres: Option<u32>,
    /// Whether it comes out to people, and as far as there.
    pub comes_to_you: bool,
    /// Degrees north of where it is.
    pub latitude: Option<f64>,
    /// Degrees east of where it is.
    pub longitude: Option<f64>,
}

impl Index {
    /// Finds what `search` asks for. Every text is a search; what makes no sense finds nothing.
    pub fn find(&self, search: &Search) -> Result<Found, SearchError> {
        let snapshot = self.snapshot();
        let meaning = understand(&search.words, &snapshot);
        let mut collector = Collector::new(search, &snapshot, &self.freshness(), &meaning);
        let has_words = search.words.chars().any(char::is_alphanumeric);
        if has_words {
            self.with_scratch(|scratch| {
                collector.wait_in(std::mem::take(&mut scratch.partial));
                let collected = collect_matching(&meaning, &snapshot, &mut collector, scratch);
                scratch.partial = collector.finish();
                collected
            })?;
        } else if search.words.trim().is_empty() {
            collect_all(&snapshot, &mut collector);
        }
        Ok(answer(search, meaning, &snapshot, collector))
    }

    /// The whole catalogue on a day, counted once for each state of the index.
    pub fn whole_catalogue(&self, today: i32) -> Result<Arc<Found>, SearchError> {
        let snapshot = self.snapshot();
        let mut counted = snapshot.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = counted.as_ref().filter(|(day, _)| *day == today) {
            return Ok(Arc::clone(found));
        }
        let search = Search { per_page: 1, page: 1, today: Some(today), ..Search::default() };
        let found = Arc::new(self.find(&search)?);
        *counted = Some((today, Arc::clone(&found)));
        Ok(found)
    }
}

fn collect_matching(
    meaning: &Meaning,
    snapshot: &Snapshot,
    collector: &mut Collector<'_>,
    scratch: &mut Scratch,
) -> tantivy::Result<()> {
    for (number, segment) in snapshot.segments.iter().enumerate() {
        let alive = segment.reader.alive_bitset();
        scratch.each(meaning, snapshot, number, |matched| {
            let is_alive = |matched: &&Matched| alive.is_none_or(|alive| alive.is_alive(matched.doc));
            collector.take_matched(number, matched.iter().filter(is_alive));
        })?;
    }
    Ok(())
}

fn collect_all(snapshot: &Snapshot, collector: &mut Collector<'_>) {
    for (number, segment) in snapshot.segments.iter().enumerate() {
        let alive = segment.reader.alive_bitset();
        for (doc, row) in (0_u32..).zip(segment.rows.iter()) {
            if alive.is_none_or(|alive| alive.is_alive(doc)) {
                collector.take(number, doc, row);
            }
        }
    }
}

fn answer(search: &Search, meaning: Meaning, snapshot: &Snapshot, mut collector: Collector<'_>) -> Found {
    let shown = collector.levels_shown();
    let window = search.window();
    let hits = collector.best(shown).into_iter().skip(window.start).take(window.len());
    let hits = hits.filter_map(|candidate| hit(&candidate, search, snapshot, &collector.ready)).collect();
    let levels = collector.levels.get(..shown).unwrap_or_default();
    Found {
        exact: levels.first().map_or(0, |level| level.total),
        total: levels.iter().map(|level| level.total).sum(),
        hits,
        counts: Tally::sum(levels.iter().map(|level| &level.tally), &snapshot.vocabulary),
        whole: levels.first().map_or(0, |level| level.total),
        corrected: meaning.corrected,
        did_you_mean: meaning.did_you_mean,
        understood: meaning.understood,
        relaxed: levels.iter().skip(1).any(|level| level.total > 0),
    }
}

fn hit(candidate: &Candidate, search: &Search, snapshot: &Snapshot, ready: &Ready) -> Option<Hit> {
    let segment = snapshot.segments.get(candidate.segment as usize)?;
    let row = segment.rows.get(candidate.doc as usize)?;
    let place = (!row.latitude.is_nan()).then(|| (f64::from(row.latitude), f64::from(row.longitude)));
    let metres = search.near.zip(place).map(|(near, place)| distance_metres(near, place));
    Some(Hit {
        id: segment.id(candidate.doc)?,
        score: candidate.score,
        distance_metres: metres.map(|metres| metres as u32),
        comes_to_you: matches!(ready.lies(row), Some(Lies::ComesOut(_))),
        latitude: place.map(|(latitude, _)| latitude),
        longitude: place.map(|(_, longitude)| longitude),
    })
}
