//! The shelf: services that were read lately, kept in memory for the pages that show them.
//!
//! A change shows at once on the node that made it, and within [`LOOK`] on the others: before anything is taken from the
//! shelf, whatever the log says has changed is thrown away. What must be right to the penny, a purchase, is read in its
//! own transaction and never from here.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use diesel::QueryResult;

use crate::db::{Db, off_the_async_threads};
use crate::ids::ServiceId;
use crate::log::{self, EventKind, Position};

use super::service::WholeService;
use super::store;

/// So many services are kept at most: about 2 kB each.
const MOST: usize = 20_000;

/// How long a node may not notice what another one committed.
const LOOK: Duration = Duration::from_millis(500);

/// Nothing is kept longer, whatever the log says.
const OLDEST: Duration = Duration::from_mins(1);

/// With more events than this to read, everything is thrown away instead.
const FAR_BEHIND: i64 = 50_000;

/// Events that change nothing a page of the catalogue shows. The subject of any other, if it is a service or a provider,
/// is thrown away: a new kind of event is never forgotten here.
const CHANGES_NOTHING: &[EventKind] = &[
    EventKind::BudgetOpened,
    EventKind::PurchaseRequested,
    EventKind::PurchaseAgreed,
    EventKind::PurchaseDeclined,
    EventKind::PurchaseCancelled,
    EventKind::DeliveryRecorded,
    EventKind::DeliveryConfirmed,
    EventKind::DeliveryDisputed,
    EventKind::InvoiceIssued,
    EventKind::InvoiceSettled,
    EventKind::InvoiceReturned,
    EventKind::SupportWanted,
];

/// The services of one node's memory. Cheap to clone.
#[derive(Clone)]
pub struct Shelf(Arc<Inner>);

struct Inner {
    db: Db,
    kept: Mutex<Kept>,
    read: Mutex<Read>,
}

/// What is kept: what was asked for since the last half of [`MOST`], and what was before.
struct Kept {
    /// The day whose prices these are.
    day: NaiveDate,
    /// Grows whenever something is thrown away, so that nothing older is put back.
    generation: u64,
    new: HashMap<ServiceId, Book>,
    old: HashMap<ServiceId, Book>,
}

#[derive(Clone)]
struct Book {
    whole: Arc<WholeService>,
    /// Others of its kind nearby, once somebody looked for them; they themselves are taken from the shelf.
    similar: Option<Arc<[ServiceId]>>,
    since: Instant,
}

/// How far the log was read.
struct Read {
    position: Option<Position>,
    /// The commits of this node that are accounted for.
    commits: u64,
    looked: Instant,
}

impl Read {
    fn is_up_to_date(&self, commits: u64) -> bool {
        self.position.is_some() && self.commits >= commits && self.looked.elapsed() < LOOK
    }
}

impl Shelf {
    /// An empty shelf in front of this database.
    #[must_use]
    pub fn new(db: Db) -> Self {
        let kept = Kept { day: NaiveDate::MIN, generation: 0, new: HashMap::new(), old: HashMap::new() };
        let read = Read { position: None, commits: 0, looked: Instant::now() };
        Self(Arc::new(Inner { db, kept: Mutex::new(kept), read: Mutex::new(read) }))
    }

    /// Active services with all that belongs to them, in the order of `ids`; reads those that are not at hand.
    pub fn services(&self, ids: &[ServiceId], on: NaiveDate) -> QueryResult<Vec<Arc<WholeService>>> {
        self.throw_away_what_changed()?;
        let (mut found, generation) = self.take(ids, on);
        let missing: Vec<ServiceId> = ids.iter().filter(|id| !found.contains_key(id)).copied().collect();
        if !missing.is_empty() {
            let read = self.0.db.read_now(|conn| store::whole_services(conn, &missing, on))?;
            let read: Vec<Arc<WholeService>> = read.into_iter().map(Arc::new).collect();
            self.put(&read, generation, on);
            found.extend(read.into_iter().map(|whole| (whole.service.id, whole)));
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// Others like a service that is at hand, if they are kept.
    #[must_use]
    pub fn similar(&self, id: ServiceId) -> Option<Arc<[ServiceId]>> {
        self.kept().book(id)?.similar.clone()
    }

    /// Keeps which others are like a service, as long as it is at hand itself.
    #[must_use]
    pub fn keep_similar(&self, id: ServiceId, others: Vec<ServiceId>) -> Arc<[ServiceId]> {
        let others: Arc<[ServiceId]> = others.into();
        if let Some(book) = self.kept().book(id) {
            book.similar = Some(Arc::clone(&others));
        }
        others
    }

    /// One active service: at once if it is at hand, or else read off the async threads.
    pub async fn find(&self, id: ServiceId, on: NaiveDate) -> QueryResult<Option<Arc<WholeService>>> {
        if let Some(whole) = self.at_hand(id, on) {
            return Ok(Some(whole));
        }
        let shelf = self.clone();
        off_the_async_threads(move || Ok(shelf.services(&[id], on)?.pop())).await
    }

    /// One active service, if that takes no question to the database.
    fn at_hand(&self, id: ServiceId, on: NaiveDate) -> Option<Arc<WholeService>> {
        let commits = self.0.db.commits();
        self.0.read.try_lock().is_ok_and(|read| read.is_up_to_date(commits)).then_some(())?;
        self.take(&[id], on).0.remove(&id)
    }

    fn take(&self, ids: &[ServiceId], on: NaiveDate) -> (HashMap<ServiceId, Arc<WholeService>>, u64) {
        let mut kept = self.kept();
        if kept.day < on {
            *kept = Kept { day: on, generation: kept.generation + 1, new: HashMap::new(), old: HashMap::new() };
        }
        let mut found = HashMap::with_capacity(ids.len());
        if kept.day == on {
            for id in ids {
                if let Some(whole) = kept.take(*id) {
                    found.insert(*id, whole);
                }
            }
        }
        (found, kept.generation)
    }

    /// Keeps what was read, unless something was thrown away meanwhile that may be among it.
    fn put(&self, read: &[Arc<WholeService>], generation: u64, on: NaiveDate) {
        let mut kept = self.kept();
        if kept.generation == generation && kept.day == on {
            let since = Instant::now();
            for whole in read {
                kept.put(whole.service.id, Book { whole: Arc::clone(whole), similar: None, since });
            }
        }
    }

    /// Reads what the log says since the last time. Whoever waits for another to do so need not do it again.
    fn throw_away_what_changed(&self) -> QueryResult<()> {
        let commits = self.0.db.commits();
        let mut read = self.0.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read.is_up_to_date(commits) {
            return Ok(());
        }
        let commits = self.0.db.commits();
        let looked = Instant::now();
        let (changed, head) = self.0.db.read_now(|conn| {
            let head = log::head(conn)?;
            match read.position.filter(|from| head.seq.saturating_sub(from.seq) < FAR_BEHIND) {
                Some(from) => log::told_after(conn, from, CHANGES_NOTHING).map(|changed| (Some(changed), head)),
                None => Ok((None, head)),
            }
        })?;
        match changed {
            Some(changed) if changed.is_empty() => {}
            Some(changed) => self.kept().throw_away(&changed),
            None => self.kept().throw_all_away(),
        }
        *read = Read { position: Some(head), commits, looked };
        Ok(())
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn book(&mut self, id: ServiceId) -> Option<&mut Book> {
        match self.new.get_mut(&id) {
            Some(book) => Some(book),
            None => self.old.get_mut(&id),
        }
    }

    fn take(&mut self, id: ServiceId) -> Option<Arc<WholeService>> {
        if let Some(book) = self.new.get(&id) {
            return (book.since.elapsed() < OLDEST).then(|| Arc::clone(&book.whole));
        }
        let book = self.old.remove(&id).filter(|book| book.since.elapsed() < OLDEST)?;
        let whole = Arc::clone(&book.whole);
        self.put(id, book);
        Some(whole)
    }

    fn put(&mut self, id: ServiceId, book: Book) {
        if self.new.len() >= MOST / 2 {
            self.old = std::mem::take(&mut self.new);
        }
        self.new.insert(id, book);
    }

    fn throw_away(&mut self, changed: &[(EventKind, String)]) {
        self.generation += 1;
        let mut others = HashSet::new();
        for (kind, subject) in changed {
            let id = subject.parse::<ServiceId>().ok();
            let gone = id.is_some_and(|id| self.new.remove(&id).is_some() | self.old.remove(&id).is_some());
            if !gone && !matches!(kind, EventKind::ServiceChanged | EventKind::ReviewWritten) {
                others.insert(subject.as_str());
            }
        }
        if !others.is_empty() {
            let stays = |_: &ServiceId, book: &mut Book| !others.contains(book.whole.service.organization_id.as_str());
            self.new.retain(stays);
            self.old.retain(stays);
        }
    }

    fn throw_all_away(&mut self) {
        self.generation += 1;
        self.new.clear();
        self.old.clear();
    }
}
