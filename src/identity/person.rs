//! The nouns: what a person may be.

use diesel::prelude::*;

use crate::db::schema::memberships;
use crate::db::text_enum;
use crate::ids::{AuthorityId, OrganizationId};

text_enum! {
    /// A role that is granted; a budget holder is whoever a budget is for.
    pub enum RoleName {
        /// Works the account of a provider organisation.
        ProviderMember = "provider member",
        /// Sees the aggregated demand of one authority.
        Commissioner = "commissioner",
        /// Settles the invoices of one authority.
        FinanceOfficer = "finance officer",
    }
}

text_enum! {
    /// What a citizen's support is mostly about.
    pub enum NeedGroup {
        /// Older people.
        Older = "older people",
        /// Physical disability.
        Physical = "physical disability",
        /// Learning disability.
        Learning = "learning disability",
        /// Mental health.
        Mental = "mental health",
        /// Sight or hearing.
        Sensory = "sensory impairment",
        /// Autism.
        Autism = "autism",
        /// Carers.
        Carers = "carers",
    }
}

/// One granted role, and where it holds.
#[derive(Clone, Debug, Queryable, Selectable)]
pub struct Membership {
    /// Which role.
    pub role: RoleName,
    /// For which authority.
    pub authority_id: Option<AuthorityId>,
    /// For which provider.
    pub organization_id: Option<OrganizationId>,
}
