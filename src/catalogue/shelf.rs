//! The shelf: services that were read lately, and what their own pages tell, kept in memory for the pages that show them.
//!
//! A change shows at once on the node that made it, and within [`LOOK`] on the others: before anything is taken from the
//! shelf, whatever the log says has changed is thrown away. What must be right to the penny, a purchase, is read in its
//! own transaction and never from here.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use diesel::QueryResult;

use crate::db::Db;
use crate::ids::ServiceId;
use crate::log::{self, EventKind, Position};

use super::service::WholeService;
use super::store;
use super::story::{Opened, Story};

/// So many services are kept at most, about 2 kB each: all of a region, the sought ones of a nation.
const MOST: usize = 100_000;

/// So many stories are kept at most: about 8 kB each.
const MOST_STORIES: usize = 6_000;

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
    /// Who reads a story: the others who ask for it meanwhile wait, and find it. A few stories share one of these.
    reading: [Mutex<()>; 64],
    spread: RandomState,
}

/// What is kept.
struct Kept {
    /// The day whose prices these are.
    day: NaiveDate,
    /// Grows whenever something is thrown away, so that nothing older is put back.
    generation: u64,
    services: Lately<WholeService>,
    stories: Lately<Story>,
}

/// What was asked for since the last half of `most`, and what was before; each with the time it was read.
struct Lately<T> {
    most: usize,
    new: HashMap<ServiceId, (Instant, Arc<T>)>,
    old: HashMap<ServiceId, (Instant, Arc<T>)>,
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
        let kept = Kept::new(NaiveDate::MIN, 0);
        let read = Read { position: None, commits: 0, looked: Instant::now() };
        let reading = std::array::from_fn(|_| Mutex::new(()));
        Self(Arc::new(Inner {
            db,
            kept: Mutex::new(kept),
            read: Mutex::new(read),
            reading,
            spread: RandomState::new(),
        }))
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

    /// What one active service tells everybody; `read` reads it if it is not at hand, once for all who ask meanwhile.
    pub fn story<E: From<diesel::result::Error>>(
        &self,
        id: ServiceId,
        on: NaiveDate,
        read: impl FnOnce(Arc<WholeService>) -> Result<Story, E>,
    ) -> Result<Option<Opened>, E> {
        let nth = usize::try_from(self.0.spread.hash_one(id) % 64).unwrap_or(0);
        let alone = self.0.reading.get(nth);
        let _alone = alone.map(|alone| alone.lock().unwrap_or_else(PoisonError::into_inner));
        let Some(whole) = self.services(&[id], on)?.pop() else { return Ok(None) };
        let (kept, generation) = {
            let mut kept = self.kept();
            (kept.stories.take(id).filter(|story| Arc::ptr_eq(&story.whole, &whole)), kept.generation)
        };
        let story = if let Some(story) = kept {
            story
        } else {
            let story = Arc::new(read(whole)?);
            let mut kept = self.kept();
            if kept.generation == generation && kept.day == on {
                kept.stories.put(id, Instant::now(), Arc::clone(&story));
            }
            story
        };
        let similar = self.services(&story.similar, on)?;
        Ok(Some(Opened { story, similar }))
    }

    /// The same, if that takes no question to the database.
    #[must_use]
    pub fn story_at_hand(&self, id: ServiceId, on: NaiveDate) -> Option<Opened> {
        let commits = self.0.db.commits();
        self.0.read.try_lock().is_ok_and(|read| read.is_up_to_date(commits)).then_some(())?;
        let mut kept = self.kept();
        let story = kept.stories.take(id).filter(|_| kept.day == on)?;
        let similar: Option<Vec<_>> = story.similar.iter().map(|other| kept.services.take(*other)).collect();
        Some(Opened { similar: similar?, story })
    }

    fn take(&self, ids: &[ServiceId], on: NaiveDate) -> (HashMap<ServiceId, Arc<WholeService>>, u64) {
        let mut kept = self.kept();
        if kept.day < on {
            *kept = Kept::new(on, kept.generation + 1);
        }
        let mut found = HashMap::with_capacity(ids.len());
        if kept.day == on {
            found.extend(ids.iter().filter_map(|id| Some((*id, kept.services.take(*id)?))));
        }
        (found, kept.generation)
    }

    /// Keeps what was read, unless something was thrown away meanwhile that may be among it.
    fn put(&self, read: &[Arc<WholeService>], generation: u64, on: NaiveDate) {
        let mut kept = self.kept();
        if kept.generation == generation && kept.day == on {
            let since = Instant::now();
            for whole in read {
                kept.services.put(whole.service.id, since, Arc::clone(whole));
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
    fn new(day: NaiveDate, generation: u64) -> Self {
        Self { day, generation, services: Lately::new(MOST), stories: Lately::new(MOST_STORIES) }
    }

    fn throw_away(&mut self, changed: &[(EventKind, String)]) {
        self.generation += 1;
        let mut others = HashSet::new();
        for (kind, subject) in changed {
            let id = subject.parse::<ServiceId>().ok();
            let gone = id.is_some_and(|id| self.services.remove(id) | self.stories.remove(id));
            if !gone && !matches!(kind, EventKind::ServiceChanged | EventKind::ReviewWritten) {
                others.insert(subject.as_str());
            }
        }
        if !others.is_empty() {
            self.services.retain(|whole| !others.contains(whole.service.organization_id.as_str()));
            self.stories.retain(|story| !others.contains(story.whole.service.organization_id.as_str()));
        }
    }

    fn throw_all_away(&mut self) {
        *self = Self::new(self.day, self.generation + 1);
    }
}

impl<T> Lately<T> {
    fn new(most: usize) -> Self {
        Self { most, new: HashMap::new(), old: HashMap::new() }
    }

    fn take(&mut self, id: ServiceId) -> Option<Arc<T>> {
        if let Some((since, kept)) = self.new.get(&id) {
            return (since.elapsed() < OLDEST).then(|| Arc::clone(kept));
        }
        let (since, kept) = self.old.remove(&id).filter(|(since, _)| since.elapsed() < OLDEST)?;
        self.put(id, since, Arc::clone(&kept));
        Some(kept)
    }

    fn put(&mut self, id: ServiceId, since: Instant, kept: Arc<T>) {
        if self.new.len() >= self.most / 2 {
            self.old = std::mem::take(&mut self.new);
        }
        self.new.insert(id, (since, kept));
    }

    fn remove(&mut self, id: ServiceId) -> bool {
        self.new.remove(&id).is_some() | self.old.remove(&id).is_some()
    }

    fn retain(&mut self, stays: impl Fn(&T) -> bool) {
        self.new.retain(|_, (_, kept)| stays(kept));
        self.old.retain(|_, (_, kept)| stays(kept));
    }
}
