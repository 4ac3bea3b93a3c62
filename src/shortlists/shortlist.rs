//! The noun: a list and what stands on it.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{shortlist_entries, shortlists};
use crate::ids::{ServiceId, ShortlistId};

/// The most services of one list.
pub const MOST: i64 = 50;

/// The most letters of a note.
pub const LONGEST_NOTE: usize = 500;

/// A browser's list that was not used for so many days is gone.
pub const KEPT_DAYS: i64 = 90;

/// A list as its row is.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = shortlists)]
pub struct Shortlist {
    /// Which.
    pub id: ShortlistId,
    /// The end of the link that shows it; none when it is not shared.
    pub share_token: Option<String>,
}

/// One service on a list.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = shortlist_entries)]
pub struct Entry {
    /// Which service.
    pub service_id: ServiceId,
    /// What its keeper wrote about it.
    pub note: String,
    /// When it was put there.
    pub added_at: UtcTime,
}
