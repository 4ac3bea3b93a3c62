//! The index on disk: opened, followed, rebuilt.
//!
//! Services and the position in the event log move in the same commit, so that after a crash the follower goes on from
//! exactly what the index has. A search reads a [`Snapshot`], which a commit replaces and never changes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tantivy::directory::MmapDirectory;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::{IndexReader, IndexWriter, ReloadPolicy, Term};

use crate::ids::ServiceId;
use crate::log::Position;

use super::document::ServiceDocument;
use super::fields::Fields;
use super::freshness::Freshness;
use super::matching::Scratch;
use super::snapshot::Snapshot;
use super::{analysis, folder};

/// What services wait in before they are written to disk.
const HEAP_BYTES: usize = 50_000_000;

/// What went wrong with the index. Always ours, never the searcher's.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The folder cannot be read or written.
    #[error("the folder of the search index cannot be used: {0}")]
    Folder(#[from] std::io::Error),
    /// The index itself failed.
    #[error("the search index failed: {0}")]
    Index(#[from] tantivy::TantivyError),
}

/// The search index of this node. Cheap to clone; searches and writes go on side by side.
#[derive(Clone)]
pub struct Index(Arc<Inner>);

struct Inner {
    dir: PathBuf,
    fields: Fields,
    open: RwLock<Open>,
    /// Made at the first write, so that a program that only reads does not lock the folder.
    writer: Mutex<Option<IndexWriter>>,
    scratch: Mutex<Vec<Box<Scratch>>>,
    /// More searches at once than processors only take each other's cache and memory.
    turns: tokio::sync::Semaphore,
    /// When services sink and leave; the follower keeps it.
    freshness: RwLock<Arc<Freshness>>,
}

struct Open {
    index: tantivy::Index,
    reader: IndexReader,
    snapshot: Arc<Snapshot>,
    position: Option<Position>,
}

impl Index {
    /// Opens the index in `dir`. If there is none, or one of another version, it is empty and
    /// [needs a rebuild](Self::needs_rebuild).
    pub fn open_or_create(dir: &Path) -> Result<Self, SearchError> {
        let fields = Fields::new();
        let opened = folder::current(dir).map(|path| Open::existing(&path, &fields));
        let open = match opened {
            Some(Ok(open)) => open,
            other => {
                if let Some(Err(cause)) = other {
                    tracing::warn!(error = %cause, "the search index cannot be read and will be built anew");
                }
                let path = folder::fresh(dir)?;
                let open = Open::new(&path, &fields)?;
                folder::make_current(dir, &path)?;
                open
            }
        };
        let turns = tokio::sync::Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from));
        Ok(Self(Arc::new(Inner {
            dir: dir.to_owned(),
            fields,
            open: RwLock::new(open),
            writer: Mutex::default(),
            scratch: Mutex::default(),
            freshness: RwLock::default(),
            turns,
        })))
    }

    /// Waits for one's turn to search, as long as what is returned is held.
    pub async fn turn(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        self.0.turns.acquire().await.ok()
    }

    /// Whether the index has never seen the database, and must be rebuilt from it.
    #[must_use]
    pub fn needs_rebuild(&self) -> bool {
        self.position().is_none()
    }

    /// Up to where in the event log the index has followed; none if it was never built.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.open(|open| open.position)
    }

    /// Adds or replaces services, removes others, and moves to `position`: all in one commit, or nothing.
    pub fn apply(
        &self,
        upserts: &[ServiceDocument],
        deletes: &[ServiceId],
        position: Position,
    ) -> Result<(), SearchError> {
        let mut writer = self.writer();
        let done = self.write(&mut writer, upserts, deletes, position);
        if done.is_err() {
            *writer = None; // what was not committed is forgotten
        }
        done
    }

    fn write(
        &self,
        writer: &mut Option<IndexWriter>,
        upserts: &[ServiceDocument],
        deletes: &[ServiceId],
        position: Position,
    ) -> Result<(), SearchError> {
        let writer = match writer {
            Some(writer) => writer,
            none => none.insert(new_writer(&self.open(|open| open.index.clone()))?),
        };
        let fields = &self.0.fields;
        for id in upserts.iter().map(|service| &service.id).chain(deletes) {
            writer.delete_term(Term::from_field_text(fields.id, id.as_str()));
        }
        for service in upserts {
            writer.add_document(fields.lay_out(service))?;
        }
        commit(writer, position)?;
        let (reader, before) = self.open(|open| (open.reader.clone(), Arc::clone(&open.snapshot)));
        reader.reload()?;
        let snapshot = Arc::new(Snapshot::of(&reader.searcher(), fields, Some(&before))?);
        let mut open = self.0.open.write().unwrap_or_else(PoisonError::into_inner);
        open.snapshot = snapshot;
        open.position = Some(position);
        Ok(())
    }

    /// Builds the index anew beside the old one, from every service there is at `position`, and then swaps them.
    /// Searches go on in the old one meanwhile.
    pub fn rebuild<E: From<SearchError>>(
        &self,
        services: impl IntoIterator<Item = Result<ServiceDocument, E>>,
        position: Position,
    ) -> Result<(), E> {
        let mut writer = self.writer();
        let path = folder::fresh(&self.0.dir).map_err(SearchError::from)?;
        let build = || -> Result<Open, E> {
            let open = Open::new(&path, &self.0.fields)?;
            let mut writer = new_writer(&open.index)?;
            for service in services {
                writer.add_document(self.0.fields.lay_out(&service?)).map_err(SearchError::from)?;
            }
            commit(&mut writer, position)?;
            writer.wait_merging_threads().map_err(SearchError::from)?;
            folder::make_current(&self.0.dir, &path).map_err(SearchError::from)?;
            Ok(Open::existing(&path, &self.0.fields)?)
        };
        let built = build().inspect_err(|_| drop(std::fs::remove_dir_all(&path)))?;
        *writer = None;
        *self.0.open.write().unwrap_or_else(PoisonError::into_inner) = built;
        folder::remove_others(&self.0.dir, &path);
        Ok(())
    }

    /// Every service of the index with its [fingerprint](ServiceDocument::fingerprint), to compare with the database.
    #[must_use]
    pub fn all_ids(&self) -> Vec<(ServiceId, u64)> {
        self.snapshot().ids()
    }

    /// Takes over when services sink and leave.
    pub fn set_freshness(&self, freshness: Freshness) {
        let mut held = self.0.freshness.write().unwrap_or_else(PoisonError::into_inner);
        if **held != freshness {
            *held = Arc::new(freshness);
        }
    }

    pub(super) fn freshness(&self) -> Arc<Freshness> {
        Arc::clone(&self.0.freshness.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Languages that are spoken somewhere besides English, by name.
    #[must_use]
    pub fn languages(&self) -> Vec<String> {
        let mut all = self.snapshot().vocabulary.languages.words.all().to_vec();
        all.sort();
        all
    }

    /// In how many services a word stands, as it was written.
    pub(super) fn services_with_word(&self, word: &str) -> u64 {
        self.snapshot().services_with_word(word)
    }

    /// The state of the index as it is now.
    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        self.open(|open| Arc::clone(&open.snapshot))
    }

    /// Lends memory to work in, so that a search does not allocate what an earlier one already did.
    pub(super) fn with_scratch<T>(&self, work: impl FnOnce(&mut Scratch) -> T) -> T {
        let pool = || self.0.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scratch = pool().pop().unwrap_or_default();
        let result = work(&mut scratch);
        pool().push(scratch);
        result
    }

    fn open<T>(&self, look: impl FnOnce(&Open) -> T) -> T {
        look(&self.0.open.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn writer(&self) -> MutexGuard<'_, Option<IndexWriter>> {
        self.0.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn new(path: &Path, fields: &Fields) -> Result<Self, SearchError> {
        let directory = MmapDirectory::open(path).map_err(tantivy::TantivyError::from)?;
        Self::over(tantivy::Index::create(directory, fields.schema.clone(), tantivy::IndexSettings::default())?, fields)
    }

    fn existing(path: &Path, fields: &Fields) -> Result<Self, SearchError> {
        Self::over(tantivy::Index::open_in_dir(path)?, fields)
    }

    fn over(index: tantivy::Index, fields: &Fields) -> Result<Self, SearchError> {
        analysis::register(index.tokenizers());
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let snapshot = Arc::new(Snapshot::of(&reader.searcher(), fields, None)?);
        let payload = index.load_metas()?.payload;
        let position = payload.and_then(|payload| serde_json::from_str(&payload).ok());
        Ok(Self { index, reader, snapshot, position })
    }
}

fn new_writer(index: &tantivy::Index) -> Result<IndexWriter, SearchError> {
    let options = IndexWriterOptions::builder()
        .memory_budget_per_thread(HEAP_BYTES)
        .num_worker_threads(1)
        .num_merge_threads(1)
        .build();
    let writer = index.writer_with_options(options)?;
    let mut merges = LogMergePolicy::default();
    merges.set_min_num_segments(4);
    merges.set_min_layer_size(1_000);
    writer.set_merge_policy(Box::new(merges));
    Ok(writer)
}

/// Commits with the position, so that both are on disk or neither is.
fn commit(writer: &mut IndexWriter, position: Position) -> Result<(), SearchError> {
    let mut commit = writer.prepare_commit()?;
    commit.set_payload(&serde_json::to_string(&position).unwrap_or_default());
    commit.commit()?;
    Ok(())
}
