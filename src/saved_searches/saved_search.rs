//! The noun: one search that somebody saved.

use chrono::TimeDelta;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::saved_searches;
use crate::db::text_enum;
use crate::ids::{PersonId, SavedSearchId};

/// The most searches that one person saves.
pub const MOST: i64 = 30;

/// A search that finds more than this tells no news.
pub const MOST_MATCHES: usize = 1_000;

/// The most letters of a name.
pub(super) const LONGEST_NAME: usize = 100;

text_enum! {
    /// How often letters come.
    pub enum Alerts {
        /// Never.
        None = "none",
        /// Once a day at most.
        Daily = "daily",
        /// Once a week at most.
        Weekly = "weekly",
    }
}

impl Alerts {
    /// How much time lies between two letters; none where there are no letters.
    #[must_use]
    pub fn period(self) -> Option<TimeDelta> {
        match self {
            Self::None => None,
            Self::Daily => Some(TimeDelta::days(1)),
            Self::Weekly => Some(TimeDelta::days(7)),
        }
    }
}

/// One saved search as its row is.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = saved_searches, treat_none_as_default_value = false)]
pub struct SavedSearch {
    /// Which.
    pub id: SavedSearchId,
    /// Whose.
    pub person_id: PersonId,
    /// What its person calls it.
    pub name: String,
    /// The address of the search on this site.
    pub address: String,
    /// How often letters come.
    pub alerts: Alerts,
    /// The end of the link that stops them.
    pub stop_token: String,
    /// When it was saved.
    pub created_at: UtcTime,
    /// Up to when its person has seen what is new.
    pub seen_at: UtcTime,
    /// When the last letter went out.
    pub last_letter_at: Option<UtcTime>,
    /// Whether news is looked for: not where the search finds too much.
    pub watched: bool,
}

impl SavedSearch {
    /// Whether a letter may go out now: one period after the last, or after it was saved.
    #[must_use]
    pub fn letter_is_due(&self, now: UtcTime) -> bool {
        let since = self.last_letter_at.unwrap_or(self.created_at);
        self.alerts.period().is_some_and(|period| since + period <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_due_a_period_after_the_last() {
        let start = UtcTime::default();
        let mut search = SavedSearch {
            id: SavedSearchId::named("x"),
            person_id: PersonId::named("x"),
            name: "x".into(),
            address: "/search".into(),
            alerts: Alerts::Daily,
            stop_token: String::new(),
            created_at: start,
            seen_at: start,
            last_letter_at: None,
            watched: true,
        };
        assert!(!search.letter_is_due(start + TimeDelta::hours(23)));
        assert!(search.letter_is_due(start + TimeDelta::hours(24)));
        search.last_letter_at = Some(start + TimeDelta::hours(24));
        assert!(!search.letter_is_due(start + TimeDelta::hours(25)));
        search.alerts = Alerts::Weekly;
        assert!(search.letter_is_due(start + TimeDelta::days(8)));
        search.alerts = Alerts::None;
        assert!(!search.letter_is_due(start + TimeDelta::days(800)));
    }
}
