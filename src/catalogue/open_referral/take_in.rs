//! Taking a feed in: read and compare first, report, then apply in small transactions.
//!
//! - Killed at any moment it goes on where it was: what was read is kept, what was taken in is known.
//! - Only a reading that came to its end can say that something vanished; nothing is ever deleted.
//! - One node at a time has a feed, by a lease that each transaction renews.

use std::io::Read;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::catalogue::taxonomy::Taxonomy;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::ids::FeedRunId;
use crate::log::Stop;

use super::feed::{Feed, Run, RunState, Wanted};
use super::fetch::{FetchError, Fetcher};
use super::file::{self, FileError};
use super::pages_of::{Pages, is_newer_than};
use super::record::{Incoming, READ_AS, Reader, Refused};
use super::store::{self, Document, Staged};

/// Records compared in one transaction.
const STAGE: usize = 400;

/// Records taken in in one transaction.
const APPLY: i64 = 250;

/// The most records of one feed.
const MOST: i32 = 2_000_000;

/// Why a feed could not be taken in.
#[derive(Debug, thiserror::Error)]
pub enum TakeInError {
    /// The database.
    #[error("the database failed: {0}")]
    Database(#[from] diesel::result::Error),
    /// The server.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// Another node has the feed.
    #[error("this feed is being read elsewhere at the moment; try again in ten minutes")]
    TakenElsewhere,
    /// The program stops.
    #[error("stopped; it goes on where it was when it is started again")]
    Stopped,
    /// There is no such reading, or it is over.
    #[error("there is nothing to take in")]
    NothingToApply,
}

/// Somebody who takes one feed in.
pub struct TakeIn<'a> {
    app: &'a App,
    /// Which feed.
    pub feed: Feed,
    holder: String,
    stop: Stop,
    progress: Box<dyn Fn(u64) + 'a>,
}

impl<'a> TakeIn<'a> {
    /// Takes the feed for this node.
    pub fn of(app: &'a App, feed: Feed, stop: Stop, progress: impl Fn(u64) + 'a) -> Result<Self, TakeInError> {
        let holder = crate::ids::random_token();
        let (id, who, now) = (feed.id, holder.clone(), app.clock.now());
        if !app.db.write_now(move |tx: &mut Conn| store::take_lease(tx, id, &who, now))? {
            return Err(TakeInError::TakenElsewhere);
        }
        Ok(Self { app, feed, holder, stop, progress: Box::new(progress) })
    }

    /// Lets the feed go; it is read again at `next`.
    pub fn done(self, wanted: Wanted, next: Option<UtcTime>) -> Result<(), TakeInError> {
        let Self { app, feed, holder, .. } = self;
        Ok(app.db.write_now(move |tx: &mut Conn| store::let_go(tx, feed.id, &holder, wanted, next))?)
    }

    /// Reads a file, and says what would change.
    pub fn look_at_file(&self, source: impl Read) -> Result<Run, TakeInError> {
        let run = self.begin(false)?;
        let mut waiting = Vec::with_capacity(STAGE);
        let mut failed = None;
        let mut read = 0;
        let done = file::read(source, |record: Result<Value, String>| {
            read += 1;
            waiting.push(record);
            if waiting.len() == STAGE {
                let records = std::mem::replace(&mut waiting, Vec::with_capacity(STAGE));
                failed = self.stage(run.id, records, 1).err();
            }
            failed.is_none() && read < MOST
        });
        if let Some(failed) = failed {
            return Err(failed);
        }
        self.stage(run.id, waiting, 1)?;
        match done {
            Err(FileError::NothingThere) => {
                self.close(run.id, RunState::GivenUp, "the file holds no list of services")?;
                Err(FileError::NothingThere.into())
            }
            Err(problem) => self.look_is_over(run.id, false, Some(problem.to_string())),
            Ok(()) if read == MOST => {
                self.look_is_over(run.id, false, Some("there are more than two million records".into()))
            }
            Ok(()) => self.look_is_over(run.id, true, None),
        }
    }

    /// Reads the feed's address page by page, and says what would change. Goes on where an earlier reading was broken off.
    pub fn look_at_url(&self, fetcher: &Fetcher) -> Result<Run, TakeInError> {
        let run = self.begin(true)?;
        let address = self.feed.url.clone().unwrap_or_default();
        let read = self.read_pages(&run, &address, fetcher);
        match read {
            Ok(end) => self.look_is_over(run.id, end.is_none(), end),
            Err(problem @ (TakeInError::Fetch(_) | TakeInError::File(_))) => {
                let words = problem.to_string();
                let so_far = self.reload(run.id)?;
                if so_far.read == 0 {
                    self.close(run.id, RunState::GivenUp, &words)?;
                    return Err(problem);
                }
                self.look_is_over(run.id, false, Some(words))
            }
            Err(other) => Err(other),
        }
    }

    /// Reads pages until the last. Says why it was not the last, where that is so.
    fn read_pages(&self, run: &Run, address: &str, fetcher: &Fetcher) -> Result<Option<String>, TakeInError> {
        let mut pages = Pages::of(address, fetcher.clone(), run.next_page, run.read)?;
        loop {
            let Some(page) = pages.next_page()? else { return Ok(pages.why_not_all()) };
            let known = self.known(&page.records)?;
            let records = pages
                .with_everything(page.records, |row| known.iter().find(|known| is_newer_than(known, row)).cloned());
            for (at, part) in records.chunks(STAGE).enumerate() {
                // The page counts as read once its last part is.
                let next = if (at + 1) * STAGE >= records.len() { page.number + 1 } else { page.number };
                self.stage(run.id, part.to_vec(), next)?;
            }
            if self.reload(run.id)?.read >= MOST {
                return Ok(Some("there are more than two million records".into()));
            }
        }
    }

    /// What was taken in before of these records, as it came.
    fn known(&self, records: &[Value]) -> Result<Vec<Value>, TakeInError> {
        let ids: Vec<String> = records.iter().filter_map(super::record::source_id).collect();
        let feed = self.feed.id;
        let known = self.app.db.read_now(|conn| store::taken_before(conn, feed, &ids))?;
        Ok(known.into_values().filter_map(|text| serde_json::from_str(&text).ok()).collect())
    }

    /// A new reading, or the one that was broken off.
    fn begin(&self, may_go_on: bool) -> Result<Run, TakeInError> {
        let (feed, now) = (self.feed.id, self.app.clock.now());
        let last = self.app.db.read_now(|conn| store::runs_of(conn, feed, 1))?.pop();
        let fresh = |run: &Run| now - run.started_at < chrono::TimeDelta::hours(24);
        if let Some(run) = last.filter(|run| may_go_on && run.state == RunState::Reading && fresh(run)) {
            return Ok(run);
        }
        let run = Run::of(feed, now);
        let new = run.clone();
        self.write(move |tx| {
            store::give_up(tx, feed, now)?;
            store::insert_run(tx, &new)
        })?;
        Ok(run)
    }

    fn write<T: Send + 'static>(
        &self,
        case: impl Fn(&mut Conn) -> diesel::QueryResult<T> + Send + 'static,
    ) -> Result<T, TakeInError> {
        if self.stop.is_asked() {
            return Err(TakeInError::Stopped);
        }
        let (feed, holder, now) = (self.feed.id, self.holder.clone(), self.app.clock.now());
        let done = self.app.db.write_now(move |tx: &mut Conn| {
            if !store::keep_lease(tx, feed, &holder, now)? {
                return Ok(None);
            }
            case(tx).map(Some)
        })?;
        done.ok_or(TakeInError::TakenElsewhere)
    }

    fn reload(&self, run: FeedRunId) -> Result<Run, TakeInError> {
        self.app.db.read_now(|conn| store::run(conn, run))?.ok_or(TakeInError::NothingToApply)
    }

    fn close(&self, run: FeedRunId, state: RunState, problem: &str) -> Result<(), TakeInError> {
        let (problem, now) = (problem.to_owned(), self.app.clock.now());
        self.write(move |tx| store::note_run(tx, run, state, false, Some(&problem), Some(now)))
    }

    fn stage(&self, run: FeedRunId, records: Vec<Result<Value, String>>, next_page: i32) -> Result<(), TakeInError> {
        let count = u64::try_from(records.len()).unwrap_or(0);
        let now = self.app.clock.now();
        let (key, reader_of) = (self.feed.id.to_string(), Arc::clone(&self.app.taxonomy));
        let reader = reader(&self.feed, &key, &reader_of, now);
        let staged: Vec<Staged> = records.into_iter().map(|record| staged(&reader, record)).collect();
        let feed = self.feed.id;
        self.write(move |tx| store::stage(tx, feed, run, &staged, next_page))?;
        (self.progress)(count);
        Ok(())
    }

    fn look_is_over(&self, run: FeedRunId, complete: bool, problem: Option<String>) -> Result<Run, TakeInError> {
        let feed = self.feed.id;
        let read = self.reload(run)?;
        let complete = complete && read.read > 0;
        self.write(move |tx| {
            let mut problem = problem.clone();
            if complete {
                let (vanished, before) = store::note_vanished(tx, feed, run)?;
                if i64::from(vanished) > (before / 5).max(10) {
                    problem = Some(format!(
                        "{vanished} of {before} services are not in the feed any more: more than a fifth. Somebody has to say that this is right"
                    ));
                }
            }
            store::note_run(tx, run, RunState::Staged, complete, problem.as_deref(), None)
        })?;
        self.reload(run)
    }

    /// Takes in what a reading found, whatever is left of it.
    pub fn apply(&self, run: &Run) -> Result<Run, TakeInError> {
        if !matches!(run.state, RunState::Staged | RunState::Applying) {
            return Err(TakeInError::NothingToApply);
        }
        let (id, complete, problem) = (run.id, run.complete, run.problem.clone());
        let noted = problem.clone();
        self.write(move |tx| store::note_run(tx, id, RunState::Applying, complete, noted.as_deref(), None))?;
        // What comes next is understood while what came before is written.
        let (hand_over, next) = sync_channel(1);
        let (app, feed) = (self.app.clone(), self.feed.clone());
        let reading = std::thread::spawn(move || understand_all(&app, &feed, id, &hand_over));
        let written = next.iter().try_for_each(|understood| self.apply_some(id, understood));
        drop(next);
        reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        written?;
        loop {
            let (feed, now) = (self.feed.clone(), self.app.clock.now());
            if self.write(move |tx| store::close_vanished(tx, &feed, id, APPLY, now))? == 0 {
                break;
            }
        }
        let now = self.app.clock.now();
        self.write(move |tx| {
            store::forget_unchanged(tx, id)?;
            store::note_run(tx, id, RunState::Applied, complete, problem.as_deref(), Some(now))
        })?;
        self.reload(id)
    }

    fn apply_some(&self, run: FeedRunId, Understood { rows, lost }: Understood) -> Result<(), TakeInError> {
        let count = u64::try_from(rows.len() + lost.len()).unwrap_or(0);
        let (feed, now) = (self.feed.clone(), self.app.clock.now());
        self.write(move |tx| {
            store::drop_documents(tx, run, &lost)?;
            store::apply(tx, &feed, run, &rows, now)
        })?;
        (self.progress)(count);
        Ok(())
    }
}

/// Some records in our words, and the places of those that make no sense any more.
struct Understood {
    rows: Vec<Document>,
    lost: Vec<i32>,
}

/// Hands over everything that waits, in order, until there is no more or nobody takes it.
fn understand_all(
    app: &App,
    feed: &Feed,
    run: FeedRunId,
    hand_over: &SyncSender<Understood>,
) -> diesel::QueryResult<()> {
    let mut after = -1;
    loop {
        let found = app.db.read_now(|conn| store::documents(conn, run, after, APPLY))?;
        let Some((last, _)) = found.last() else { return Ok(()) };
        after = *last;
        if hand_over.send(understand(app, feed, found)).is_err() {
            return Ok(());
        }
    }
}

fn understand(app: &App, feed: &Feed, found: Vec<(i32, String)>) -> Understood {
    let key = feed.id.to_string();
    let reader = reader(feed, &key, &app.taxonomy, app.clock.now());
    let (mut rows, mut lost) = (Vec::with_capacity(found.len()), Vec::new());
    for (position, text) in found {
        match serde_json::from_str(&text).map(|record| reader.read(&record)) {
            Ok(Ok(incoming)) => {
                let fingerprint = fingerprint(&text);
                rows.push(Document { position, text, fingerprint, incoming });
            }
            Ok(Err(_)) | Err(_) => lost.push(position), // it was understood when it was read, so this does not happen
        }
    }
    Understood { rows, lost }
}

fn reader<'r>(feed: &'r Feed, key: &'r str, taxonomy: &'r Taxonomy, now: UtcTime) -> Reader<'r> {
    Reader { feed: key, feed_name: &feed.name, accepts_checks: feed.accepts_checks, taxonomy, today: now.date(), now }
}

/// Of a document as we keep it; another way of reading makes another one.
fn fingerprint(document: &str) -> String {
    hex::encode(Sha256::digest(format!("{READ_AS}\n{document}")))
}

fn staged(reader: &Reader<'_>, record: Result<Value, String>) -> Staged {
    let refused = |refused: Refused| Staged {
        source_id: refused.source_id,
        name: refused.name,
        notes: refused.reasons,
        refused: true,
        fingerprint: String::new(),
        document: String::new(),
        provider: String::new(),
        postcodes: Vec::new(),
    };
    let record = match record {
        Ok(record) => record,
        Err(why) => return refused(Refused { source_id: String::new(), name: String::new(), reasons: vec![why] }),
    };
    match reader.read(&record) {
        Err(why) => refused(why),
        Ok(Incoming { source_id, organization, service, locations, notes, .. }) => {
            let document = record.to_string();
            Staged {
                source_id,
                name: service.name,
                notes,
                refused: false,
                fingerprint: fingerprint(&document),
                document,
                provider: organization.name,
                postcodes: locations.into_iter().map(|at| at.postal_code).collect(),
            }
        }
    }
}
