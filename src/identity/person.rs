//! The nouns: what a person may be.

use diesel::prelude::*;

use crate::db::schema::memberships;
use crate::db::text_enum;
use crate::ids::{AuthorityId, MembershipId, OrganizationId};

text_enum! {
    /// A role that is granted; a budget holder is whoever a budget is for, a citizen whoever has an account.
    pub enum RoleName {
        /// Works the account of a provider organisation.
        ProviderMember = "provider member",
        /// Helps people to plan and arrange, by their consent.
        SupportPlanner = "support planner",
        /// Council practitioner: assesses, agrees plans, reviews them.
        CareManager = "care manager",
        /// Sees the aggregated demand of one authority.
        Commissioner = "commissioner",
        /// Accountable for named contracts.
        AuthorisedOfficer = "authorised officer",
        /// Settles the invoices of one authority.
        FinanceOfficer = "finance officer",
        /// Handles concerns.
        SafeguardingLead = "safeguarding lead",
        /// Handles reviews, reports of wrong entries, approvals and the checking of providers.
        Moderator = "moderator",
        /// Looks after people, roles and settings of one authority.
        AuthorityAdministrator = "authority administrator",
        /// Reads everything of one authority and changes nothing.
        Auditor = "auditor",
    }
}

impl RoleName {
    /// As the top of a page says it: "Commissioner", "Provider".
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::ProviderMember => "Provider",
            Self::SupportPlanner => "Support planner",
            Self::CareManager => "Care manager",
            Self::Commissioner => "Commissioner",
            Self::AuthorisedOfficer => "Authorised officer",
            Self::FinanceOfficer => "Finance officer",
            Self::SafeguardingLead => "Safeguarding lead",
            Self::Moderator => "Moderator",
            Self::AuthorityAdministrator => "Authority administrator",
            Self::Auditor => "Auditor",
        }
    }

    /// In the middle of a sentence: "a commissioner", "an auditor".
    #[must_use]
    pub fn with_article(self) -> String {
        let word = self.as_str();
        format!("{} {word}", if word.starts_with('a') { "an" } else { "a" })
    }

    /// What somebody with this role does.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::ProviderMember => "works the account of a provider.",
            Self::SupportPlanner => "helps people to plan and arrange, with their consent.",
            Self::CareManager => "assesses, agrees plans and reviews them.",
            Self::Commissioner => "sees what people buy and miss, without seeing anybody.",
            Self::AuthorisedOfficer => "is accountable for named contracts.",
            Self::FinanceOfficer => "funds budgets and settles invoices.",
            Self::SafeguardingLead => "handles concerns about people's safety.",
            Self::Moderator => "handles reviews, reports and the checking of providers.",
            Self::AuthorityAdministrator => "looks after people, roles and settings.",
            Self::Auditor => "reads everything and changes nothing.",
        }
    }
}

text_enum! {
    /// What a provider member may do for the provider.
    pub enum Standing {
        /// Everything.
        Owner = "owner",
        /// Everything but members.
        Manager = "manager",
        /// The daily work: answering, delivering, availability.
        Staff = "staff",
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
    /// Which one.
    pub id: MembershipId,
    /// Which role.
    pub role: RoleName,
    /// For which authority.
    pub authority_id: Option<AuthorityId>,
    /// For which provider.
    pub organization_id: Option<OrganizationId>,
    /// What they may do for the provider.
    pub standing: Option<Standing>,
}
