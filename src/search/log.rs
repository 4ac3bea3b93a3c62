//! The log of searches, without the people: what was looked for, from which area, and how much there was.
//!
//! A search only adds to a small table in memory; a thread writes it to the database every few seconds. What waits when
//! the machine dies is lost, which changes no figure that anybody relies on. Nothing tells who asked or at what time.
//! Words are kept only when several services or our own lists know them, or when they were asked for often: a name that
//! somebody typed by mistake is written as "?" (`docs/decisions/0011-searches-without-people.md`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::NaiveDate;

use crate::db::{Db, text_enum};
use crate::ids::AuthorityId;

use super::asked::{Asked, Understood};
use super::synonyms::EverydayWords;
use super::{Found, Index, analysis, store};

/// So many different searches wait at most; others are not logged until the next writing.
const MOST_WAITING: usize = 5_000;

/// So many words that few services know are remembered at most.
const MOST_RARE: usize = 20_000;

/// A word that was asked for so often is kept, whoever knows it.
const OFTEN: u8 = 5;

/// A word that stands in so many services is kept.
const KNOWN_TO: u64 = 3;

/// No more words of a search are kept.
const MOST_WORDS: usize = 8;

/// How often the log is written.
const EVERY: Duration = Duration::from_secs(10);

text_enum! {
    /// How somebody searched.
    pub enum Through {
        /// On our pages.
        Page = "page",
        /// Over `/api/v1`.
        Program = "program",
    }
}

/// One kind of search of one day.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Searched {
    /// The day.
    pub day: NaiveDate,
    /// The council of the place, where one was given.
    pub authority: Option<AuthorityId>,
    /// The postcode district of the place.
    pub district: Option<String>,
    /// The words that are kept.
    pub words: String,
    /// The filters, as an address says them.
    pub filters: String,
    /// How.
    pub through: Through,
    /// How many results there were.
    pub found: i64,
}

#[derive(Default)]
struct Waiting {
    searches: HashMap<Searched, i64>,
    /// How often words were asked for that are not kept yet.
    rare: HashMap<String, u8>,
}

/// What waits to be written. Cheap to clone.
#[derive(Clone, Default)]
pub struct SearchLog(Arc<Mutex<Waiting>>);

impl SearchLog {
    /// Notes a search: its first page, so that turning pages counts once.
    pub(super) fn note(
        &self,
        index: &Index,
        asked: &Asked,
        understood: &Understood,
        found: &Found,
        (through, day): (Through, NaiveDate),
    ) {
        if understood.search.page > 1 {
            return;
        }
        let said = found.corrected.as_ref().unwrap_or(&understood.words);
        let mut filters = url::form_urlencoded::Serializer::new(String::new());
        filters.extend_pairs(asked.filters_on());
        let place = understood.place.as_ref();
        let words = self.kept(index, said);
        let searched = Searched {
            day,
            authority: place.and_then(|place| place.authority),
            district: place.and_then(|place| place.district.clone()),
            words,
            filters: filters.finish().chars().take(400).collect(),
            through,
            found: i64::try_from(found.total).unwrap_or(i64::MAX),
        };
        let mut waiting = self.waiting();
        if waiting.searches.len() < MOST_WAITING || waiting.searches.contains_key(&searched) {
            *waiting.searches.entry(searched).or_default() += 1;
        }
    }

    /// The words of a search that may be kept; "?" for each other.
    fn kept(&self, index: &Index, text: &str) -> String {
        let everyday = EverydayWords::shared();
        let said = analysis::words(text);
        let mut words: Vec<String> = Vec::new();
        for word in said.into_iter().filter(|word| !everyday.is_stop_word(word)).take(MOST_WORDS) {
            let is_number = word.bytes().filter(u8::is_ascii_digit).count() > 2;
            let known = everyday.knows(&word) || index.services_with_word(&word) >= KNOWN_TO;
            words.push(if !is_number && (known || self.is_often(&word)) { word } else { "?".into() });
        }
        words.join(" ")
    }

    fn is_often(&self, word: &str) -> bool {
        let mut waiting = self.waiting();
        if waiting.rare.len() >= MOST_RARE && !waiting.rare.contains_key(word) {
            waiting.rare.clear(); // begins anew rather than growing for ever
        }
        let times = waiting.rare.entry(word.to_owned()).or_default();
        *times = times.saturating_add(1);
        *times >= OFTEN
    }

    /// Writes what waits. What cannot be written is lost.
    pub fn write(&self, db: &Db) -> diesel::QueryResult<()> {
        let searches = std::mem::take(&mut self.waiting().searches);
        if searches.is_empty() {
            return Ok(());
        }
        let searches: Vec<(Searched, i64)> = searches.into_iter().collect();
        db.write_now(move |tx| store::insert_searches(tx, &searches))
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes the log every few seconds.
pub struct Writing {
    log: SearchLog,
    db: Db,
    written: Instant,
}

impl Writing {
    /// A writer of this log to this database.
    #[must_use]
    pub fn new(log: SearchLog, db: Db) -> Self {
        Self { log, db, written: Instant::now() }
    }

    /// Writes the log if it is time. Never says that there is more to do: there is no hurry.
    pub fn step(&mut self) -> diesel::QueryResult<bool> {
        if self.written.elapsed() >= EVERY {
            self.written = Instant::now();
            self.log.write(&self.db)?;
        }
        Ok(false)
    }
}
