//! A follower: a thread that does one step again and again, sleeps while nothing happens, and stops when told.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::db::Db;

/// Tells followers to finish their step and stop.
#[derive(Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks all who watch to stop.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether to stop.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// A running follower.
pub struct Follower {
    thread: JoinHandle<()>,
}

impl Follower {
    /// Starts a follower. A step tells whether it did anything; a step that fails is tried again after a pause.
    pub fn start<S>(name: &'static str, db: Db, stop: Stop, mut step: S) -> std::io::Result<Self>
    where
        S: FnMut() -> Result<bool, Box<dyn Error + Send + Sync>> + Send + 'static,
    {
        let thread = std::thread::Builder::new().name(name.into()).spawn(move || {
            let mut seen = 0;
            while !stop.is_asked() {
                match step() {
                    Ok(true) => {}
                    Ok(false) => seen = db.wait_for_commit(seen, Duration::from_millis(250)),
                    Err(cause) => {
                        tracing::error!(follower.name = name, error = %cause, "a follower could not take its step");
                        std::thread::sleep(Duration::from_secs(1));
                    }
                }
            }
        })?;
        Ok(Self { thread })
    }

    /// Waits until the follower has stopped.
    pub fn join(self) {
        drop(self.thread.join());
    }
}
