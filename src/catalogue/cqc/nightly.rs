//! What changed in the register, asked once a day.
//!
//! The day is claimed before the register is asked, so that of many nodes one asks. A node that dies while it asks loses
//! nothing: up to when the register was read is noted at the end, and the next day goes on from there.

use std::time::{Duration, Instant};

use crate::app::App;
use crate::clock::{UtcTime, day};
use crate::db::Conn;
use crate::log::{Stop, daily};

use super::fetch::{Cqc, Key};
use super::update::{CqcError, check_changes};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What the job of the day is called.
const JOB: &str = "register of the Care Quality Commission";

/// A register that did not answer is asked again after this.
const AGAIN: Duration = Duration::from_hours(1);

/// Somebody who asks the register every day.
pub struct Registrar {
    app: App,
    address: String,
    key: Key,
    stop: Stop,
    failed: Option<Instant>,
}

impl Registrar {
    /// Somebody who asks with this key.
    #[must_use]
    pub fn new(app: App, address: String, key: Key, stop: Stop) -> Self {
        Self { app, address, key, stop, failed: None }
    }

    /// Asks what changed, if nobody has today; whether there was anything to do.
    pub fn step(&mut self) -> Result<bool, Failure> {
        let now = self.app.clock.now();
        let today = day(now);
        let waits = self.failed.is_some_and(|at| at.elapsed() < AGAIN);
        if waits || !self.app.db.read_now(|conn| daily::has_work(conn, JOB, today))? {
            return Ok(false);
        }
        if !self.app.db.write_now(move |tx: &mut Conn| claim(tx, now))? {
            return Ok(true); // another node has it
        }
        let register = Cqc::at(&self.address, &self.key, &self.app.manners)?.until(self.stop.clone());
        match check_changes(&self.app, &register, |_| {}) {
            Ok(report) => tracing::info!(
                places = report.places,
                confirmed = report.confirmed,
                closed = report.closed.len(),
                "the register was read"
            ),
            Err(problem) => {
                self.app.db.write_now(move |tx: &mut Conn| daily::note_turn(tx, JOB, today, Some(""), now))?;
                self.failed = Some(Instant::now());
                match problem {
                    CqcError::Database(cause) => return Err(cause.into()),
                    CqcError::Fetch(cause) => tracing::warn!(problem = %cause, "the register could not be read"),
                }
            }
        }
        Ok(true)
    }
}

/// Takes the day for this node; not if another has it.
fn claim(tx: &mut Conn, now: UtcTime) -> diesel::QueryResult<bool> {
    let today = day(now);
    if daily::turn(tx, JOB, today)?.is_none() {
        return Ok(false);
    }
    daily::note_turn(tx, JOB, today, None, now)?;
    Ok(true)
}
