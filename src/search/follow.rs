//! The index's follower: reads the log and brings the index up to date, or rebuilds it from the database.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::NaiveDate;

use crate::catalogue::store::Reach;
use crate::catalogue::taxonomy::Taxonomy;
use crate::catalogue::{self, WholeService};
use crate::clock::Clock;
use crate::db::{Conn, Db};
use crate::ids::ServiceId;
use crate::log::{self, EventKind, Position};

use super::{Freshness, Index, SearchError, ServiceDocument, opening};

/// Events read in one step.
const BATCH: i64 = 2_000;

/// So many events beyond the last commit, the position is committed even when no service changed.
const FAR_AHEAD: i64 = 20_000;

/// Services read in one step of a rebuild.
const SERVICES: i64 = 500;

/// What authorities set is read again after so long.
const SETTINGS: Duration = Duration::from_secs(2);

/// The events that search has to look at; the subject of each is a service.
pub const KINDS: &[EventKind] = &[EventKind::ServiceChanged, EventKind::ReviewWritten];

/// Why the index could not follow.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The database.
    #[error("the database failed: {0}")]
    Database(#[from] diesel::result::Error),
    /// The index.
    #[error(transparent)]
    Search(#[from] SearchError),
}

/// The index's follower, with how far it has read beyond what the index has committed.
pub struct Following {
    index: Index,
    db: Db,
    taxonomy: Arc<Taxonomy>,
    clock: Clock,
    read: Position,
    settings_read: Option<Instant>,
}

impl Following {
    /// A follower of this database that keeps this index.
    #[must_use]
    pub fn new(index: Index, db: Db, taxonomy: Arc<Taxonomy>, clock: Clock) -> Self {
        Self { index, db, taxonomy, clock, read: Position::default(), settings_read: None }
    }

    /// Reads the next events and indexes the services they tell of. Says whether there was anything.
    pub fn step(&mut self) -> Result<bool, FollowError> {
        if self.settings_read.is_none_or(|read| read.elapsed() > SETTINGS) {
            self.index.set_freshness(self.db.read_now(Freshness::read)?);
            self.settings_read = Some(Instant::now());
        }
        let today = self.clock.now().date();
        let Some(committed) = self.index.position().filter(|_| !self.index.needs_rebuild()) else {
            rebuild(&self.index, &self.db, &self.taxonomy, today, |_| {})?;
            return Ok(true);
        };
        let from = self.read.max(committed);
        let events = self.db.read_now(|conn| log::read_after(conn, from, BATCH))?;
        let Some(last) = events.last().map(|event| event.position) else { return Ok(false) };
        let changed: BTreeSet<ServiceId> = events
            .iter()
            .filter(|event| KINDS.contains(&event.kind))
            .filter_map(|event| event.subject.parse().ok())
            .collect();
        // What tells of no service is only remembered here: it costs nothing to read it again after a restart.
        if !changed.is_empty() || last.seq - committed.seq > FAR_AHEAD {
            self.index_services(changed.into_iter().collect(), last, today)?;
        }
        self.read = last;
        Ok(true)
    }

    fn index_services(&self, changed: Vec<ServiceId>, position: Position, today: NaiveDate) -> Result<(), FollowError> {
        let documents = self.db.read_now(|conn| documents(conn, &changed, &self.taxonomy, today))?;
        let present: BTreeSet<ServiceId> = documents.iter().map(|document| document.id).collect();
        let gone: Vec<ServiceId> = changed.into_iter().filter(|id| !present.contains(id)).collect();
        Ok(self.index.apply(&documents, &gone, position)?)
    }
}

/// How many events that change a service the index has still to read: for `/readyz` and `waymark verify`.
pub fn behind(index: &Index, db: &Db) -> diesel::QueryResult<i64> {
    let position = index.position().unwrap_or_default();
    db.read_now(|conn| log::behind(conn, position, KINDS))
}

/// Builds the index anew from the database, a few hundred services at a time.
pub fn rebuild(
    index: &Index,
    db: &Db,
    taxonomy: &Taxonomy,
    today: NaiveDate,
    progress: impl Fn(u64),
) -> Result<(), FollowError> {
    let position = db.read_now(log::head)?; // before reading: what changes meanwhile is read again
    let mut after = None;
    let mut waiting: Vec<ServiceDocument> = Vec::new();
    let mut over = false;
    let documents = std::iter::from_fn(|| {
        if waiting.is_empty() && !over {
            match chunk(db, taxonomy, today, after) {
                Ok((last, documents)) => {
                    progress(u64::try_from(documents.len()).unwrap_or(0));
                    over = last.is_none();
                    after = last;
                    waiting = documents;
                    waiting.reverse();
                }
                Err(cause) => {
                    over = true;
                    return Some(Err(FollowError::from(cause)));
                }
            }
        }
        waiting.pop().map(Ok)
    });
    index.rebuild(documents, position)
}

type Chunk = (Option<ServiceId>, Vec<ServiceDocument>);

fn chunk(db: &Db, taxonomy: &Taxonomy, today: NaiveDate, after: Option<ServiceId>) -> diesel::QueryResult<Chunk> {
    db.read_now(|conn| {
        let ids = catalogue::store::active_ids_after(conn, after, SERVICES)?;
        Ok((ids.last().copied(), documents(conn, &ids, taxonomy, today)?))
    })
}

/// The documents of services that are active.
fn documents(
    conn: &mut Conn,
    ids: &[ServiceId],
    taxonomy: &Taxonomy,
    today: NaiveDate,
) -> diesel::QueryResult<Vec<ServiceDocument>> {
    let services = catalogue::store::whole_services(conn, ids, today)?;
    let reach: HashMap<ServiceId, Reach> = catalogue::store::reach_of(conn, ids)?;
    let nothing = Reach::default();
    let document = |whole: &WholeService| document(whole, reach.get(&whole.service.id).unwrap_or(&nothing), taxonomy);
    Ok(services.iter().map(document).collect())
}

/// Every document that the index should hold, and its fingerprint: for `waymark verify`.
pub fn expected(db: &Db, taxonomy: &Taxonomy, today: NaiveDate) -> diesel::QueryResult<Vec<(ServiceId, u64)>> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let (last, documents) = chunk(db, taxonomy, today, after)?;
        all.extend(documents.iter().map(|document| (document.id, document.fingerprint())));
        if last.is_none() {
            return Ok(all);
        }
        after = last;
    }
}

/// What search needs of a service.
fn document(whole: &WholeService, reach: &Reach, taxonomy: &Taxonomy) -> ServiceDocument {
    let service = &whole.service;
    let category = taxonomy.term(&service.category_id);
    let parent = category.and_then(|term| term.parent_id.as_deref()).unwrap_or("");
    let of = |wanted: &str| -> Vec<String> {
        let terms = whole.attributes.iter().filter_map(|id| taxonomy.term(id));
        terms.filter(|term| term.taxonomy == wanted).map(|term| term.id.clone()).collect()
    };
    let at = whole.locations.first();
    let town = at.and_then(|at| at.address.as_deref()).and_then(|address| address.rsplit(',').next()).unwrap_or("");
    let free = catalogue::card::is_free(whole);
    ServiceDocument {
        id: service.id,
        name: service.name.clone(),
        description: service.description.clone(),
        provider_name: whole.provider.clone(),
        provider_type: whole.provider_type.to_string(),
        kind: service.kind.to_string(),
        category_id: service.category_id.clone(),
        category_name: category.map(|term| term.name.clone()).unwrap_or_default(),
        category_parent_id: parent.to_owned(),
        category_parent_name: taxonomy.term(parent).map(|term| term.name.clone()).unwrap_or_default(),
        needs: of("need"),
        accessibility: of("accessibility"),
        place_words: format!("{town} {}", at.map_or("", |at| &at.postal_code)),
        latitude: at.map(|at| at.latitude),
        longitude: at.map(|at| at.longitude),
        radius_metres: whole.radius_metres,
        from_pence: match whole.cheapest() {
            Some(option) => Some(option.amount_pence.as_pence()),
            None if free => None,
            None => Some(i64::MAX),
        },
        has_places: service.places_free.is_some_and(|free| free > 0),
        registered: service.regulated,
        stars_total: whole.rating.stars(),
        ratings: whole.rating.ratings(),
        assured_on_days: chrono::Datelike::num_days_from_ce(&service.assured_on) - 719_163,
        minimum_age: service.minimum_age,
        maximum_age: service.maximum_age,
        funding: reach.funding.iter().map(ToString::to_string).collect(),
        languages: languages(&service.languages),
        areas: reach.areas.iter().map(|(_, code)| code.clone()).collect(),
        open: opening::open(&reach.schedules, &service.opening_hours),
        authority_id: reach.authority.map(|id| id.to_string()).unwrap_or_default(),
        invented: service.origin == catalogue::Origin::Invented,
    }
}

/// The languages of a list as it is written, English left out: everybody speaks it.
fn languages(list: &str) -> Vec<String> {
    let each = list.split([',', ';', '|', '/', '\n']).map(|language| language.trim().trim_end_matches('.'));
    let mut all: Vec<String> = each
        .filter(|language| !language.is_empty() && language.chars().count() <= 40)
        .filter(|language| !language.eq_ignore_ascii_case("English"))
        .map(str::to_owned)
        .collect();
    all.sort();
    all.dedup();
    all
}
