//! [`Db`]: reading off the async threads, and writing in one transaction on either database.

use std::cell::Cell;
use std::error::Error as StdError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use diesel::connection::{Connection, SimpleConnection};
use diesel::r2d2::{Pool, PooledConnection};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::conn::{Conn, DatabaseUrl};
use super::file::DatabaseFile;
use super::writer::Writer;

/// How often a transaction that lost a race on PostgreSQL is tried.
const TRIES: u32 = 8;

/// What a transaction may fail with: a refusal of its own, or the database.
pub trait DbError: From<DieselError> + StdError + Send + 'static {}
impl<E: From<DieselError> + StdError + Send + 'static> DbError for E {}

/// The database could not take the work in time; nothing was done.
#[derive(Debug, thiserror::Error)]
#[error("the database did not take the work: {0}")]
pub struct Overloaded(pub String);

impl Overloaded {
    /// As the error that every use case already knows.
    pub(super) fn into_diesel(self) -> DieselError {
        DieselError::QueryBuilderError(Box::new(self))
    }
}

/// The database of one installation.
#[derive(Clone)]
pub struct Db {
    readers: Pool<DatabaseUrl>,
    writer: Option<Writer>,
    file: Option<Arc<DatabaseFile>>,
    committed: Arc<Committed>,
}

/// Counts commits, so that followers need not poll.
#[derive(Default)]
struct Committed {
    count: AtomicU64,
    changed: (Mutex<()>, Condvar),
}

impl Db {
    /// Opens the database with so many connections for reading (and, on PostgreSQL, for writing).
    pub fn open(url: &DatabaseUrl, connections: u32) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        url.connect()?; // so that the first failure tells its cause
        let readers = Pool::builder()
            .max_size(connections)
            .min_idle(Some(1))
            .test_on_check_out(matches!(url, DatabaseUrl::Postgres(_)))
            .connection_timeout(Duration::from_secs(5))
            .build(url.clone())?;
        let file = match url {
            DatabaseUrl::Sqlite(path) => Some(Arc::new(DatabaseFile::of(path))),
            DatabaseUrl::Postgres(_) => None,
        };
        let writer = match &file {
            Some(file) => Some(Writer::start(url.connect()?, Arc::clone(file))?),
            None => None,
        };
        Ok(Self { readers, writer, file, committed: Arc::default() })
    }

    /// Whether the database is where it was opened; whether it answers, only a question tells.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.file.as_ref().is_none_or(|file| file.is_there())
    }

    /// Runs a question off the async threads.
    pub async fn read<T, E, F>(&self, question: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: DbError,
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let db = self.clone();
        off_the_async_threads(move || db.read_now(question)).await
    }

    /// Runs a question on this thread. Never within another question: with every connection held by somebody who waits for
    /// a second one, nobody goes on.
    pub fn read_now<T, E: DbError>(&self, question: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        let _alone = OneConnection::take();
        question(&mut *self.connection()?)
    }

    /// Runs a use case in one transaction, off the async threads; answers after the commit.
    pub async fn write<T, E, F>(&self, case: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: DbError,
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let done = if let Some(writer) = &self.writer {
            writer.queue(case).await.unwrap_or_else(|_writer_is_gone| Err(gone().into()))
        } else {
            let db = self.clone();
            off_the_async_threads(move || db.write_on_postgres(&case)).await
        };
        self.announce(done.is_ok());
        done
    }

    /// Runs a use case in one transaction on this thread: for commands and followers.
    pub fn write_now<T, E, F>(&self, case: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: DbError,
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let done = match &self.writer {
            Some(writer) => writer.queue(case).blocking_recv().unwrap_or_else(|_writer_is_gone| Err(gone().into())),
            None => self.write_on_postgres(&case),
        };
        self.announce(done.is_ok());
        done
    }

    /// Waits until something was committed after the `seen`th commit, or the time is up; tells the number of commits.
    #[must_use]
    pub fn wait_for_commit(&self, seen: u64, at_most: Duration) -> u64 {
        let (lock, changed) = &self.committed.changed;
        let guard = lock.lock().unwrap_or_else(PoisonError::into_inner);
        let unchanged = |(): &mut ()| self.committed.count.load(Ordering::Acquire) == seen;
        drop(changed.wait_timeout_while(guard, at_most, unchanged));
        self.committed.count.load(Ordering::Acquire)
    }

    /// How many commits of this node there were: as long as the number stays, nothing has changed here.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.committed.count.load(Ordering::Acquire)
    }

    fn announce(&self, committed: bool) {
        if committed {
            let (lock, changed) = &self.committed.changed;
            self.committed.count.fetch_add(1, Ordering::AcqRel);
            drop(lock.lock());
            changed.notify_all();
        }
    }

    fn connection(&self) -> Result<PooledConnection<DatabaseUrl>, DieselError> {
        self.readers.get().map_err(|cause| Overloaded(cause.to_string()).into_diesel())
    }

    fn write_on_postgres<T, E: DbError>(&self, case: &impl Fn(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        let _alone = OneConnection::take();
        let mut conn = self.connection()?;
        for attempt in 1.. {
            match conn.transaction(|tx| case(tx)) {
                Err(lost) if attempt < TRIES && lost_a_race(&lost) => {
                    let jitter = crate::ids::random_key().unsigned_abs() % (4_u64 << attempt.min(6));
                    std::thread::sleep(Duration::from_millis(1 + jitter));
                }
                done => return done,
            }
        }
        Err(gone().into())
    }
}

fn gone() -> DieselError {
    Overloaded("the writer has stopped".into()).into_diesel()
}

/// Tries something within a transaction: what fails is undone alone, and the transaction may go on.
pub fn attempt<T, E: From<DieselError>>(tx: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
    tx.batch_execute("SAVEPOINT attempt")?;
    match work(tx) {
        Ok(done) => {
            tx.batch_execute("RELEASE SAVEPOINT attempt")?;
            Ok(done)
        }
        Err(error) => {
            tx.batch_execute("ROLLBACK TO SAVEPOINT attempt")?;
            tx.batch_execute("RELEASE SAVEPOINT attempt")?;
            Err(error)
        }
    }
}

/// Whether the transaction failed only because of others at the same time: 40001 or 40P01.
fn lost_a_race(error: &(dyn StdError + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        match error.downcast_ref::<DieselError>() {
            Some(DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _)) => return true,
            Some(DieselError::DatabaseError(_, told)) if told.message().contains("deadlock detected") => return true,
            _ => cause = error.source(),
        }
    }
    false
}

thread_local! {
    static HOLDS_ONE: Cell<bool> = const { Cell::new(false) };
}

/// Shows in every test that no thread holds two connections at once.
struct OneConnection;

impl OneConnection {
    fn take() -> Self {
        let held = HOLDS_ONE.replace(true);
        debug_assert!(!held, "a question is asked within another one");
        Self
    }
}

impl Drop for OneConnection {
    fn drop(&mut self) {
        HOLDS_ONE.set(false);
    }
}

/// Runs blocking work away from the threads that serve requests; a panic there becomes a failure here.
pub async fn off_the_async_threads<T, E, F>(work: F) -> Result<T, E>
where
    T: Send + 'static,
    E: DbError,
    F: FnOnce() -> Result<T, E> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer,
        Err(_panicked) => Err(Overloaded("the work stopped half-way".into()).into_diesel().into()),
    }
}
