//! Counting in memory: a look or an appearance costs a request one short lock, and the database nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::NaiveDate;

use crate::db::{Conn, Db};
use crate::ids::ServiceId;

use super::store;

/// So long are counts kept in memory at most, while nothing stops the program.
const KEPT: Duration = Duration::from_secs(2);

/// So many services are counted between two writings at most; what is beyond is not counted.
const MOST: usize = 100_000;

/// Rows of one transaction.
const BATCH: usize = 500;

/// Counts since the last writing: looks and appearances of each service and day.
type Counts = BTreeMap<(ServiceId, NaiveDate), (i64, i64)>;

/// What was counted and not yet written. Cheap to clone.
#[derive(Clone, Default)]
pub struct Tally(Arc<Mutex<Counts>>);

impl Tally {
    /// Somebody looked at a service.
    pub fn looked_at(&self, service: ServiceId, day: NaiveDate) {
        self.count(&[service], day, (1, 0));
    }

    /// Services were shown in results.
    pub fn appeared(&self, services: &[ServiceId], day: NaiveDate) {
        self.count(services, day, (0, 1));
    }

    fn count(&self, services: &[ServiceId], day: NaiveDate, (looks, appearances): (i64, i64)) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for service in services {
            if counts.len() < MOST || counts.contains_key(&(*service, day)) {
                let count = counts.entry((*service, day)).or_default();
                count.0 += looks;
                count.1 += appearances;
            }
        }
    }

    /// Writes what was counted; what cannot be written now is kept for the next time.
    pub fn write(&self, db: &Db) -> Result<bool, diesel::result::Error> {
        let taken: Vec<_> = {
            let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *counts).into_iter().collect()
        };
        for (nth, batch) in taken.chunks(BATCH).enumerate() {
            let rows = batch.to_vec();
            if let Err(cause) = db.write_now(move |tx: &mut Conn| store::add_counts(tx, &rows)) {
                let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                for (key, (looks, appearances)) in taken.iter().skip(nth * BATCH) {
                    let count = counts.entry(*key).or_default();
                    count.0 += looks;
                    count.1 += appearances;
                }
                return Err(cause);
            }
        }
        Ok(!taken.is_empty())
    }

    /// A step of a follower: writes every two seconds.
    pub fn step(&self, db: &Db, last: &mut Instant) -> Result<bool, diesel::result::Error> {
        if last.elapsed() < KEPT {
            return Ok(false);
        }
        *last = Instant::now();
        self.write(db)?;
        Ok(false)
    }
}
