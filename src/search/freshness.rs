//! After how many days without a check a service sinks in the results, and after how many it leaves them.
//!
//! Each authority sets both for the entries that it looks after (`places::settings`); the defaults hold for all others.

use std::collections::HashMap;

use diesel::QueryResult;

use crate::db::Conn;
use crate::places::settings::{self, Setting};

/// What one authority makes of days without a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) sink_after: i32,
    pub(super) leave_after: i32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sink_after: days(Setting::SinkAfterDays.default_value()),
            leave_after: days(Setting::LeaveAfterDays.default_value()),
        }
    }
}

/// What every authority makes of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Freshness(HashMap<String, Limits>);

impl Freshness {
    /// Reads what authorities have set.
    pub fn read(conn: &mut Conn) -> QueryResult<Self> {
        let mut all: HashMap<String, Limits> = HashMap::new();
        for (authority, value) in settings::changed(conn, Setting::SinkAfterDays)? {
            all.entry(authority.to_string()).or_default().sink_after = days(value);
        }
        for (authority, value) in settings::changed(conn, Setting::LeaveAfterDays)? {
            all.entry(authority.to_string()).or_default().leave_after = days(value);
        }
        Ok(Self(all))
    }

    /// For each authority of a vocabulary, what it makes of it.
    pub(super) fn for_each(&self, authorities: &[String]) -> Vec<Limits> {
        authorities.iter().map(|id| self.0.get(id).copied().unwrap_or_default()).collect()
    }
}

fn days(value: i64) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}
