//! Reading feeds at their times: a thread on every node, of which one at a time has a feed.

use chrono::TimeDelta;

use crate::app::App;
use crate::log::Stop;

use super::feed::{Run, Wanted};
use super::fetch::Fetcher;
use super::store;
use super::take_in::{TakeIn, TakeInError};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A feed that could not be read is tried again after this.
const AGAIN: TimeDelta = TimeDelta::hours(1);

/// What was read longer ago than this is read anew rather than taken in.
const FRESH: TimeDelta = TimeDelta::hours(24);

/// Somebody who reads feeds when they are due.
pub struct Librarian {
    app: App,
    stop: Stop,
}

impl Librarian {
    /// Somebody who reads the feeds of this installation.
    #[must_use]
    pub fn new(app: App, stop: Stop) -> Self {
        Self { app, stop }
    }

    /// Reads the feed that is due; whether there was one.
    pub fn step(&self) -> Result<bool, Failure> {
        let now = self.app.clock.now();
        let Some(feed) = self.app.db.read_now(|conn| store::due(conn, now))? else { return Ok(false) };
        let (wanted, every, name) = (feed.wanted, feed.every_hours, feed.id);
        let again = feed.next_run_at;
        let taken = match TakeIn::of(&self.app, feed, self.stop.clone(), |_| {}) {
            Err(TakeInError::TakenElsewhere) => return Ok(false),
            taken => taken?,
        };
        let next = (every > 0).then(|| now + TimeDelta::hours(i64::from(every)));
        match self.read(&taken, wanted) {
            Ok(run) => {
                tracing::info!(feed.id = %name, run.id = %run.id, run.read = run.read, run.applied = run.applied, "a feed was read");
                taken.done(Wanted::Nothing, next)?;
            }
            Err(TakeInError::Stopped) => taken.done(wanted, again)?,
            Err(problem @ TakeInError::Database(_)) => {
                taken.done(wanted, Some(now + AGAIN))?;
                return Err(problem.into());
            }
            Err(problem) => {
                tracing::warn!(feed.id = %name, problem = %problem, "a feed could not be read");
                taken.done(Wanted::Nothing, next.map(|next| next.min(now + AGAIN)))?;
            }
        }
        Ok(true)
    }

    fn read(&self, taken: &TakeIn<'_>, wanted: Wanted) -> Result<Run, TakeInError> {
        let feed = taken.feed.id;
        let last = self.app.db.read_now(|conn| store::runs_of(conn, feed, 1))?.pop();
        let waits = |run: &Run| run.waits_to_be_taken_in() && self.app.clock.now() - run.started_at < FRESH;
        if let Some(run) = last.filter(|run| wanted == Wanted::Import && waits(run)) {
            return taken.apply(&run);
        }
        let fetcher = Fetcher::new(&self.app.manners)?;
        let run = taken.look_at_url(&fetcher)?;
        if wanted == Wanted::Look || run.is_held() {
            return Ok(run);
        }
        taken.apply(&run)
    }
}
