//! The rules of each authority, kept in memory: a purchase asks for them without a question to the database.
//!
//! What this node sets holds here at once; what another node sets, within [`LOOK`]. A purchase that was pressed just before
//! a rule was set is judged by the rules that its buyer could read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use diesel::QueryResult;

use crate::db::{Db, off_the_async_threads};
use crate::ids::AuthorityId;

use super::rule::Rules;
use super::store;

/// How long a node may not notice what another one set: each authority's rules are read at most twice a second.
const LOOK: Duration = Duration::from_millis(500);

/// The rules of every authority that somebody asked for. Cheap to clone.
#[derive(Clone)]
pub struct RuleBook(Arc<Inner>);

struct Inner {
    db: Db,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    rules: HashMap<AuthorityId, (Arc<Rules>, Instant)>,
    /// Grows whenever something is thrown away, so that nothing older is put back.
    generation: u64,
}

impl RuleBook {
    /// An empty book in front of this database.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self(Arc::new(Inner { db, kept: Mutex::default() }))
    }

    /// The rules of an authority: at once if they are at hand, or else read off the async threads.
    pub async fn rules(&self, authority: AuthorityId) -> QueryResult<Arc<Rules>> {
        if let Some(rules) = self.at_hand(authority) {
            return Ok(rules);
        }
        let book = self.clone();
        off_the_async_threads(move || book.rules_now(authority)).await
    }

    /// The same on this thread.
    pub fn rules_now(&self, authority: AuthorityId) -> QueryResult<Arc<Rules>> {
        if let Some(rules) = self.at_hand(authority) {
            return Ok(rules);
        }
        let (generation, looked) = (self.kept().generation, Instant::now());
        let rules = Arc::new(Rules::of(self.0.db.read_now(|conn| store::rules_of(conn, authority))?));
        let mut kept = self.kept();
        if kept.generation == generation {
            kept.rules.insert(authority, (Arc::clone(&rules), looked));
        }
        Ok(rules)
    }

    /// Throws away what was kept of an authority: after a rule was set or ended here.
    pub fn forget(&self, authority: AuthorityId) {
        let mut kept = self.kept();
        kept.rules.remove(&authority);
        kept.generation += 1;
    }

    fn at_hand(&self, authority: AuthorityId) -> Option<Arc<Rules>> {
        let kept = self.kept();
        let (rules, since) = kept.rules.get(&authority)?;
        (since.elapsed() < LOOK).then(|| Arc::clone(rules))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
