//! Answers that were given before, kept as they left: months that are over seldom change.
//!
//! Only protected figures are kept. An answer counts as long as no cell of its months has changed: the follower numbers
//! every change (`demand_changes`), in the transaction that makes it. So an answer is never older than the cells, on
//! whatever node the follower runs.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::ids::AuthorityId;

use super::super::noise::Noise;
use super::question::{Query, Released, Rules};

/// So many answers are kept at most: the largest table has about 20 kB.
const MOST: usize = 500;

/// Nothing is kept longer: the names of wards and categories may change too.
const OLDEST: Duration = Duration::from_mins(10);

/// What was asked, and of which installation.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Asked {
    secret: String,
    authority: AuthorityId,
    query: Query,
    rules: Rules,
}

struct Answer {
    changes: i64,
    since: Instant,
    released: Released,
}

static KEPT: LazyLock<Mutex<HashMap<Asked, Answer>>> = LazyLock::new(Mutex::default);

impl Asked {
    pub(super) fn of(noise: &Noise, authority: AuthorityId, query: &Query, rules: &Rules) -> Self {
        Self { secret: noise.secret().to_owned(), authority, query: query.clone(), rules: *rules }
    }
}

/// The answer that was given when the same number of changes had been made.
pub(super) fn find(asked: &Asked, changes: i64) -> Option<Released> {
    let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let answer = kept.get(asked).filter(|answer| answer.changes == changes && answer.since.elapsed() < OLDEST)?;
    Some(answer.released.clone())
}

/// Keeps an answer; with too many of them, the older half goes.
pub(super) fn keep(asked: Asked, changes: i64, released: &Released) {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= MOST {
        let mut ages: Vec<Instant> = kept.values().map(|answer| answer.since).collect();
        let (_, middle, _) = ages.select_nth_unstable(MOST / 2);
        let middle = *middle;
        kept.retain(|_, answer| answer.since > middle);
    }
    kept.insert(asked, Answer { changes, since: Instant::now(), released: released.clone() });
}
