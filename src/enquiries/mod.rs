//! Questions about a service, and their answers.
//!
//! Anybody may ask on the page of a service, with or without an account. The provider sees a first name and the
//! question, never the address: the answer goes by letter, through us. Both get letters; what waits is counted.
//!
//! - One address asks at most five questions a day, so that nobody's mailbox is filled through us; a service takes at
//!   most forty.
//! - A service whose provider nobody can reach takes no questions: the page says so instead of swallowing them.
//!
//! Who: [`crate::identity::Anyone`] asks, [`crate::identity::ProviderMember`] answers.

mod answer;
pub mod api;
mod ask;
pub mod pages;
pub mod store;
pub mod views;

pub use answer::{AnswerError, answer};
pub use ask::{AskError, Question, ask};

use diesel::prelude::*;

use crate::audit::{Deed, Entry, What, Why};
use crate::clock::UtcTime;
use crate::db::schema::enquiries;
use crate::identity::ProviderMember;
use crate::ids::{EnquiryId, OrganizationId, PersonId, ServiceId};

/// One question, as its provider may see it: without the address.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = enquiries)]
pub struct Enquiry {
    /// Which.
    pub id: EnquiryId,
    /// To which provider.
    pub organization_id: OrganizationId,
    /// About which service.
    pub service_id: ServiceId,
    /// Who asked, where they had signed in. Not for the provider: so that the person can read who looked.
    person_id: Option<PersonId>,
    /// The name that was given.
    pub name: String,
    /// The question.
    pub question: String,
    /// When.
    pub asked_at: UtcTime,
    /// The answer.
    pub answer: Option<String>,
    /// When.
    pub answered_at: Option<UtcTime>,
}

impl Enquiry {
    /// As much of the name as the provider needs.
    #[must_use]
    pub fn first_name(&self) -> &str {
        self.name.split_whitespace().next().unwrap_or(&self.name)
    }
}

/// What a member's look at these questions writes down about the people who asked them.
fn looks(member: &ProviderMember, seen: &[(Enquiry, String)], now: UtcTime) -> Vec<Entry> {
    let look = |(one, _): &(Enquiry, String)| {
        let looked = (Deed::LookedAt, Why::ToAnswerIt);
        Some(Entry::new(member, looked, one.person_id?, (What::Question, one.id.as_str()), now))
    };
    seen.iter().filter_map(look).collect()
}
