//! Keeping people safe: what waits for a moderator, in one place.
//!
//! Each capability that leaves something for a moderator to decide (reports of wrong entries, papers, reviews, changes)
//! tells here how much of it waits, and how much of it waits too long. The pages that decide belong to the capability.
//!
//! Who: [`crate::identity::Moderator`], for the organisations that their authority looks after.

pub mod pages;
pub mod views;

use chrono::NaiveDate;

use crate::db::Conn;
use crate::identity::Moderator;

/// One kind of thing that waits for a moderator.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// "Papers to check".
    pub label: &'static str,
    /// One sentence about it.
    pub about: &'static str,
    /// Where it is decided.
    pub href: &'static str,
    /// The icon that stands for it.
    pub icon: &'static str,
    /// How many wait.
    pub count: i64,
    /// How many of them wait longer than they should.
    pub overdue: i64,
    /// The day by which the first should be decided, where there is one.
    pub due_on: Option<NaiveDate>,
}

/// Everything that waits for this moderator; what waits too long comes first. Other capabilities add theirs here.
pub fn waiting(_conn: &mut Conn, _moderator: &Moderator, _today: NaiveDate) -> diesel::QueryResult<Vec<Waiting>> {
    let mut all: Vec<Waiting> = vec![];
    all.sort_by_key(|each| (std::cmp::Reverse(each.overdue.min(1)), each.due_on));
    Ok(all)
}
