//! The noun: one report that an entry is wrong.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::wrong_reports;
use crate::db::text_enum;
use crate::ids::{AuthorityId, OrganizationId, PersonId, ReportId, ServiceId};

text_enum! {
    /// What is wrong with an entry.
    pub enum WhatIsWrong {
        /// It is no more.
        Closed = "closed",
        /// Telephone, e-mail or website.
        Contact = "contact",
        /// Where or when it is.
        PlaceOrTimes = "place or times",
        /// What it costs.
        Price = "price",
        /// It does something else than it says.
        NotWhatItSays = "not what it says",
        /// The provider itself says so, by the link in a letter.
        Changed = "changed",
        /// Whatever else.
        SomethingElse = "something else",
    }
}

impl WhatIsWrong {
    /// What people choose from.
    pub const CHOICES: [Self; 6] =
        [Self::Closed, Self::Contact, Self::PlaceOrTimes, Self::Price, Self::NotWhatItSays, Self::SomethingElse];

    /// As people choose it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Closed => "It has closed, or never was",
            Self::Contact => "The telephone number, e-mail or website",
            Self::PlaceOrTimes => "Where or when it is",
            Self::Price => "The price",
            Self::NotWhatItSays => "It does not do what it says here",
            Self::Changed => "Something has changed",
            Self::SomethingElse => "Something else",
        }
    }
}

text_enum! {
    /// How far a report has come.
    pub enum ReportState {
        /// Nobody has answered.
        Open = "open",
        /// The entry was wrong and is right now.
        PutRight = "put right",
        /// The entry is right as it is.
        IsRight = "is right",
        /// The service is closed, and the entry gone from the searches.
        Closed = "closed",
    }
}

/// One report as its row is.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = wrong_reports, treat_none_as_default_value = false)]
pub struct Report {
    /// Which.
    pub id: ReportId,
    /// About which entry.
    pub service_id: ServiceId,
    /// Whose.
    pub organization_id: OrganizationId,
    /// The authority whose moderator answers.
    pub authority_id: Option<AuthorityId>,
    /// What is wrong.
    pub what: WhatIsWrong,
    /// In words.
    pub words: String,
    /// Where the answer goes.
    pub address: Option<String>,
    /// Whether the provider itself says so.
    pub from_provider: bool,
    /// The browser it came from, hashed.
    pub visit_hash: Option<String>,
    /// The network it came from, hashed.
    pub network_hash: Option<String>,
    /// When.
    pub reported_at: UtcTime,
    /// The day by which it is answered.
    pub due_on: NaiveDate,
    /// How far it has come.
    pub state: ReportState,
    /// When it was answered.
    pub answered_at: Option<UtcTime>,
    /// By whom.
    pub answered_by: Option<PersonId>,
    /// As what: provider or moderator.
    pub answered_as: Option<String>,
    /// What they said.
    pub reason: Option<String>,
}

impl Report {
    /// Whether nobody answered it by its day.
    #[must_use]
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        self.state == ReportState::Open && self.due_on < today
    }
}
