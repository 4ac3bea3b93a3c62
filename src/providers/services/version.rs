//! The noun: one version of a service, and how it moves.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::service_versions;
use crate::db::text_enum;
use crate::ids::{OrganizationId, PersonId, ServiceId, VersionId};

use super::entry::Entry;

text_enum! {
    /// Where a version stands.
    pub enum VersionState {
        /// Being written.
        Draft = "draft",
        /// For a moderator to look at.
        Waiting = "waiting",
        /// In the catalogue.
        Approved = "approved",
        /// Not like this: the reason says why.
        SentBack = "sent back",
        /// Another version took its place.
        Superseded = "superseded",
    }
}

/// What may happen to a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionEvent {
    /// The provider is done, and the authority wants to look.
    Submitted,
    /// The provider takes it back to go on writing.
    TakenBack,
    /// It goes into the catalogue.
    Approved,
    /// The moderator does not want it like this.
    SentBack,
    /// Another version goes into the catalogue.
    Superseded,
}

/// A step that a version cannot take from where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this version is {from} and cannot be changed like that any more. Load the page again to see where it stands")]
pub struct IllegalStep {
    /// Where it stands.
    pub from: VersionState,
}

impl VersionState {
    /// The only way a version moves. Read it as the diagram.
    pub fn after(self, event: VersionEvent) -> Result<Self, IllegalStep> {
        match (self, event) {
            (Self::Draft, VersionEvent::Submitted) => Ok(Self::Waiting),
            (Self::Waiting, VersionEvent::TakenBack) => Ok(Self::Draft),
            (Self::Draft | Self::Waiting, VersionEvent::Approved) => Ok(Self::Approved),
            (Self::Waiting, VersionEvent::SentBack) => Ok(Self::SentBack),
            (Self::Approved, VersionEvent::Superseded) => Ok(Self::Superseded),
            (from, _) => Err(IllegalStep { from }),
        }
    }
}

/// One version as its row is.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = service_versions, treat_none_as_default_value = false)]
pub struct Version {
    /// Which.
    pub id: VersionId,
    /// Of which service.
    pub service_id: ServiceId,
    /// Of which provider.
    pub organization_id: OrganizationId,
    /// Counts up from 1.
    pub number: i32,
    /// Where it stands.
    pub state: VersionState,
    /// The entry, as JSON.
    pub document: String,
    /// Counts up with each saving.
    pub revision: i32,
    /// Who wrote on it last.
    pub written_by: Option<PersonId>,
    /// When.
    pub written_at: UtcTime,
    /// When it was handed to the moderators.
    pub submitted_at: Option<UtcTime>,
    /// Who decided.
    pub decided_by: Option<PersonId>,
    /// When.
    pub decided_at: Option<UtcTime>,
    /// Why it was sent back.
    pub reason: Option<String>,
}

impl Version {
    /// What was written.
    pub fn entry(&self) -> Result<Entry, diesel::result::Error> {
        serde_json::from_str(&self.document).map_err(|cause| diesel::result::Error::DeserializationError(cause.into()))
    }
}

/// An entry as it is kept.
pub fn document(entry: &Entry) -> Result<String, diesel::result::Error> {
    serde_json::to_string(entry).map_err(|cause| diesel::result::Error::SerializationError(cause.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_moves_like_this() {
        use VersionEvent::{Approved, SentBack, Submitted, Superseded, TakenBack};
        let mut table = String::new();
        for state in VersionState::ALL {
            for event in [Submitted, TakenBack, Approved, SentBack, Superseded] {
                let after = state.after(event).map_or("–", VersionState::as_str);
                table += &format!("{state} + {event:?} = {after}\n");
            }
        }
        insta::assert_snapshot!(table);
    }
}
