//! The one writer of a SQLite installation: takes what is queued, runs each use case in its own savepoint, commits
//! once for all, then answers all.
//!
//! SQLite lets one transaction write at a time and each commit waits for the disk. Waiting once for many is what makes
//! the difference (`docs/decisions/0003-group-commit.md`).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::result::{DatabaseErrorKind, Error as DieselError, QueryResult};
use tokio::sync::oneshot;

use super::conn::Conn;
use super::file::DatabaseFile;
use super::transaction::{DbError, Overloaded};

/// How many use cases share one commit at most.
const GROUP: usize = 64;

/// How long whoever was in the last group is waited for. A commit costs more.
const PATIENCE: Duration = Duration::from_micros(150);

/// The queue in front of the writer thread.
#[derive(Clone)]
pub(super) struct Writer {
    queue: Sender<Box<dyn Job>>,
}

/// A use case that waits for its turn.
trait Job: Send {
    /// Runs it; `Ok` to keep what it wrote.
    fn run(&mut self, conn: &mut Conn) -> Result<(), Undo>;
    /// Tells whoever waits how it went.
    fn answer(self: Box<Self>, commit: Result<(), String>);
}

/// What the use case wrote is to be taken back.
struct Undo;

struct Waiting<T, E, F> {
    case: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Waiting<T, E, F>
where
    T: Send,
    E: DbError,
    F: Fn(&mut Conn) -> Result<T, E> + Send,
{
    fn run(&mut self, conn: &mut Conn) -> Result<(), Undo> {
        let result = catch_unwind(AssertUnwindSafe(|| (self.case)(conn)))
            .unwrap_or_else(|_panic| Err(Overloaded("the use case stopped half-way".into()).into_diesel().into()));
        let keep = result.is_ok();
        self.result = Some(result);
        if keep { Ok(()) } else { Err(Undo) }
    }

    fn answer(self: Box<Self>, commit: Result<(), String>) {
        let answer = match (self.result, commit) {
            (Some(Err(refused)), _) => Err(refused),
            (Some(Ok(done)), Ok(())) => Ok(done),
            (_, Err(cause)) => Err(not_saved(cause).into()),
            (None, Ok(())) => Err(not_saved("it did not run".into()).into()),
        };
        drop(self.reply.send(answer)); // nobody waits any more when the request was given up
    }
}

fn not_saved(cause: String) -> DieselError {
    DieselError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(cause))
}

impl Writer {
    /// Starts the writer thread; it ends when nobody can queue any more.
    pub(super) fn start(conn: Conn, file: Arc<DatabaseFile>) -> std::io::Result<Self> {
        let (queue, jobs) = channel();
        std::thread::Builder::new().name("writer".into()).spawn(move || write_until_closed(conn, &file, &jobs))?;
        Ok(Self { queue })
    }

    /// Queues a use case; the answer comes after its commit.
    pub(super) fn queue<T, E, F>(&self, case: F) -> oneshot::Receiver<Result<T, E>>
    where
        T: Send + 'static,
        E: DbError,
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        drop(self.queue.send(Box::new(Waiting { case, result: None, reply }))); // a closed queue drops `reply`
        answer
    }
}

fn write_until_closed(mut conn: Conn, file: &DatabaseFile, jobs: &Receiver<Box<dyn Job>>) {
    let mut likely = 1;
    while let Ok(first) = jobs.recv() {
        let mut group = gather(first, likely, jobs);
        likely = group.len();
        let commit = begin(&mut conn, file).and_then(|()| {
            let commit = commit_together(&mut conn, &mut group);
            if commit.is_err() && group.len() > 1 {
                for job in std::mem::take(&mut group) {
                    let mut alone = vec![job];
                    let commit = begin(&mut conn, file).and_then(|()| commit_together(&mut conn, &mut alone));
                    answer_all(alone, &commit);
                }
            }
            commit
        });
        answer_all(group, &commit);
    }
}

/// Whoever is queued, and for a moment whoever is likely to be: those of the last group have just been answered, and
/// busy clients come again at once.
fn gather(first: Box<dyn Job>, likely: usize, jobs: &Receiver<Box<dyn Job>>) -> Vec<Box<dyn Job>> {
    let until = Instant::now() + PATIENCE;
    let mut group = vec![first];
    while group.len() < GROUP {
        let next = if group.len() < likely {
            jobs.recv_timeout(until.saturating_duration_since(Instant::now())).ok()
        } else {
            jobs.try_recv().ok()
        };
        let Some(next) = next else { break };
        group.push(next);
    }
    group
}

/// Takes the file for writing; while another process has it, nobody in the group needs to try again.
fn begin(conn: &mut Conn, file: &DatabaseFile) -> QueryResult<()> {
    if !file.is_there() {
        return Err(Overloaded("the database file is not where it was".into()).into_diesel());
    }
    conn.batch_execute("BEGIN IMMEDIATE")
}

fn answer_all(group: Vec<Box<dyn Job>>, commit: &QueryResult<()>) {
    for job in group {
        job.answer(commit.as_ref().copied().map_err(ToString::to_string));
    }
}

/// One transaction for the whole group; on failure nothing of it stays.
fn commit_together(conn: &mut Conn, group: &mut [Box<dyn Job>]) -> QueryResult<()> {
    let done = run_each(conn, group).and_then(|()| conn.batch_execute("COMMIT"));
    if done.is_err() {
        drop(conn.batch_execute("ROLLBACK")); // SQLite may have rolled back by itself already
    }
    done
}

fn run_each(conn: &mut Conn, group: &mut [Box<dyn Job>]) -> QueryResult<()> {
    if let [alone] = group {
        // Rolling back takes it back; a savepoint would hold in memory every page that a long import changes.
        return alone.run(conn).map_err(|Undo| DieselError::RollbackTransaction);
    }
    for job in group {
        conn.batch_execute("SAVEPOINT one")?;
        match job.run(conn) {
            Ok(()) => conn.batch_execute("RELEASE one")?,
            Err(Undo) => conn.batch_execute("ROLLBACK TO one; RELEASE one")?,
        }
    }
    Ok(())
}
