//! Keeping people safe: what waits for a moderator, in one place.
//!
//! Each capability that leaves something for a moderator to decide (reports of wrong entries, papers, reviews, changes)
//! tells here how much of it waits, and how much of it waits too long. The pages that decide belong to the capability.
//!
//! A moderator may *suspend* a provider, with a reason: nobody new can find it or buy from it from that moment; who has
//! bought is told, and decides whether it goes on. It can be lifted. Each step is kept for ever.
//!
//! Who: [`crate::identity::Moderator`], for the organisations that their authority looks after.

pub mod api;
pub mod pages;
pub mod provider_pages;
pub mod store;
mod suspend;
pub mod views;

pub use suspend::{SuspendError, lift, suspend};

use chrono::NaiveDate;

use crate::catalogue::upkeep;
use crate::corrections;
use crate::db::Conn;
use crate::identity::Moderator;
use crate::places::settings::{self, Setting};
use crate::{providers, reviews, verification};

/// A paper should be looked at within so many days.
const PAPERS_WITHIN: i64 = 10;

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
pub fn waiting(conn: &mut Conn, moderator: &Moderator, today: NaiveDate) -> diesel::QueryResult<Vec<Waiting>> {
    let (reports, overdue, due_on) = corrections::store::waiting(conn, moderator, today)?;
    let sink = settings::setting(conn, moderator.authority(), Setting::SinkAfterDays)?;
    let unchecked = upkeep::count_unchecked_since(conn, moderator.authority(), today - chrono::TimeDelta::days(sink))?;
    let long_ago = (today - chrono::TimeDelta::days(PAPERS_WITHIN)).and_time(chrono::NaiveTime::MIN);
    let (papers, late, first) = verification::store::count_waiting(conn, moderator, long_ago)?;
    let mut all = vec![
        Waiting {
            label: "Changes to approve",
            about: "What providers wrote and want to publish.",
            href: "/moderation/changes",
            icon: "list",
            count: providers::services::store::count_waiting(conn, moderator)?,
            overdue: 0,
            due_on: None,
        },
        Waiting {
            label: "Papers to check",
            about: "Registrations, insurance, DBS checks and the like that providers have sent.",
            href: "/moderation/papers",
            icon: "badge",
            count: papers,
            overdue: late,
            due_on: first.map(|first| crate::clock::day(first) + chrono::TimeDelta::days(PAPERS_WITHIN)),
        },
        Waiting {
            label: "What people say is wrong",
            about: "Somebody says that an entry is wrong. The provider or you answer.",
            href: "/moderation/reports",
            icon: "flag",
            count: reports,
            overdue,
            due_on,
        },
        Waiting {
            label: "Reviews to look at",
            about: "Held back because they may tell of harm, or reported by somebody.",
            href: "/moderation/reviews",
            icon: "star",
            count: reviews::care::count_waiting(conn, moderator)?,
            overdue: 0,
            due_on: None,
        },
        Waiting {
            label: "Entries that nobody checks",
            about: "Their providers did not answer our letters, so they have sunk in the results.",
            href: "/moderation/freshness",
            icon: "calendar",
            count: unchecked,
            overdue: 0,
            due_on: None,
        },
    ];
    all.sort_by_key(|each| (std::cmp::Reverse(each.overdue.min(1)), std::cmp::Reverse(each.count.min(1))));
    Ok(all)
}
