//! The nouns: a feed that an authority takes in, one reading of it, and what was found of each record.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{feed_findings, feed_runs, feeds};
use crate::db::text_enum;
use crate::ids::{AuthorityId, FeedId, FeedRunId};

text_enum! {
    /// Whether a feed is read at its times.
    pub enum FeedState {
        /// It is.
        Active = "active",
        /// Not for now.
        Paused = "paused",
    }
}

text_enum! {
    /// What somebody asked for that has not begun yet.
    pub enum Wanted {
        /// Nothing.
        Nothing = "nothing",
        /// To read it and say what would change.
        Look = "a look",
        /// To read it and take it in.
        Import = "an import",
    }
}

text_enum! {
    /// How far a reading has come.
    #[schema(as = ReadingState)]
    pub enum RunState {
        /// Records are being read.
        Reading = "reading",
        /// Everything was read; nothing was taken in yet.
        Staged = "staged",
        /// Records are being taken in.
        Applying = "applying",
        /// Everything was taken in.
        Applied = "applied",
        /// It was left.
        GivenUp = "given up",
    }
}

text_enum! {
    /// What was found of a record.
    #[schema(as = ReadingOutcome)]
    pub enum Outcome {
        /// It is new.
        Added = "added",
        /// It differs from what was taken in before.
        Changed = "changed",
        /// It does not.
        Unchanged = "unchanged",
        /// It cannot be taken in.
        Refused = "refused",
        /// It was there before and is there no more.
        Vanished = "vanished",
    }
}

/// A feed as its row is.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = feeds, treat_none_as_default_value = false)]
pub struct Feed {
    /// Which.
    pub id: FeedId,
    /// Who takes it in.
    pub authority_id: AuthorityId,
    /// What it is called.
    pub name: String,
    /// Where it is; none if it comes as a file.
    pub url: Option<String>,
    /// Under which licence.
    pub licence: String,
    /// The words that the licence asks for.
    pub attribution: String,
    /// How often it is read; 0 for only when asked.
    pub every_hours: i32,
    /// Whether registrations that it says were checked count as checked.
    pub accepts_checks: bool,
    /// Whether it is read at its times.
    pub state: FeedState,
    /// What somebody asked for.
    pub wanted: Wanted,
    /// When it is read next.
    pub next_run_at: Option<UtcTime>,
    /// Which node is reading it.
    pub lease_holder: Option<String>,
    /// Until when.
    pub lease_until: Option<UtcTime>,
    /// When it was entered.
    pub created_at: UtcTime,
}

/// One reading as its row is.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = feed_runs, treat_none_as_default_value = false)]
pub struct Run {
    /// Which.
    pub id: FeedRunId,
    /// Of which feed.
    pub feed_id: FeedId,
    /// How far it has come.
    pub state: RunState,
    /// When it began.
    pub started_at: UtcTime,
    /// When it ended.
    pub finished_at: Option<UtcTime>,
    /// Whether everything was read.
    pub complete: bool,
    /// What went wrong, or has to be decided.
    pub problem: Option<String>,
    /// The page to read next.
    pub next_page: i32,
    /// Records read.
    pub read: i32,
    /// New ones.
    pub added: i32,
    /// Changed ones.
    pub changed: i32,
    /// Those as before.
    pub unchanged: i32,
    /// Those that cannot be taken in.
    pub refused: i32,
    /// Those that are gone.
    pub vanished: i32,
    /// How many of the added, changed and vanished were taken in.
    pub applied: i32,
}

impl Run {
    /// A reading that begins.
    #[must_use]
    pub fn of(feed: FeedId, now: UtcTime) -> Self {
        Self {
            id: FeedRunId::new(),
            feed_id: feed,
            state: RunState::Reading,
            started_at: now,
            finished_at: None,
            complete: false,
            problem: None,
            next_page: 1,
            read: 0,
            added: 0,
            changed: 0,
            unchanged: 0,
            refused: 0,
            vanished: 0,
            applied: 0,
        }
    }

    /// Whether a person has to say that it may be taken in: everything was read, and too much is gone.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.complete && self.problem.is_some() && matches!(self.state, RunState::Staged | RunState::Applying)
    }

    /// Whether it was read, may be taken in, and was not yet.
    #[must_use]
    pub fn waits_to_be_taken_in(&self) -> bool {
        matches!(self.state, RunState::Staged | RunState::Applying) && !self.is_held() && self.to_apply() > 0
    }

    /// How much there is to take in.
    #[must_use]
    pub fn to_apply(&self) -> i32 {
        self.added + self.changed + self.vanished - self.applied
    }
}

/// What was found of one record.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = feed_findings, treat_none_as_default_value = false)]
pub struct Finding {
    /// In which reading.
    pub run_id: FeedRunId,
    /// The how manieth of it.
    pub position: i32,
    /// Its id in the feed; empty if it has none.
    pub source_id: String,
    /// What was found.
    pub outcome: Outcome,
    /// Its name.
    pub name: String,
    /// What was cleaned, or why it was refused; one in each line.
    pub notes: String,
    /// Our service.
    pub service_id: Option<String>,
    /// Whether it was taken in.
    pub applied: bool,
}
