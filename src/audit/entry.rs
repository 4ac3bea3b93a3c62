//! The noun: one look or one change. Pure.

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::clock::UtcTime;
use crate::db::text_enum;
use crate::identity::{
    AssignedCareManager, AuthorityAdministrator, BudgetHolder, BudgetReader, CareDesk, FinanceOfficer, Moderator,
    PlanReader, Practitioner, ProviderMember, RoleName, SignedIn, Way,
};
use crate::ids::{AuthorityId, OrganizationId, PersonId};

text_enum! {
    /// What was done, as the sentence about it says: "Pat of Sale Neighbours *looked at* your purchase".
    pub enum Deed {
        /// A look.
        LookedAt = "looked at",
        /// A request to a provider.
        AskedFor = "asked for",
        /// The provider's yes.
        SaidYesTo = "said yes to",
        /// The provider's no.
        Declined = "declined",
        /// The holder's change of mind.
        Cancelled = "cancelled",
        /// The provider says that something was delivered.
        RecordedADeliveryOf = "recorded a delivery of",
        /// The holder says that it was.
        ConfirmedADeliveryOf = "confirmed a delivery of",
        /// The holder says that it was not.
        DisputedADeliveryOf = "disputed a delivery of",
        /// The provider asks for money.
        SentAnInvoiceFor = "sent an invoice for",
        /// The council pays.
        Paid = "paid an invoice for",
        /// The council pays whoever holds a budget.
        HandedOver = "paid out money of",
        /// The bank did not pay.
        TurnedBack = "turned back a failed payment for",
        /// A rating, or another one.
        Rated = "rated",
        /// A new value.
        Changed = "changed",
        /// The end.
        Closed = "closed",
        /// What a direct payment went on.
        Declared = "said what the money went on in",
        /// A question about unspent money.
        AskedAbout = "asked about",
        /// A notice of money to be taken back.
        GaveNoticeAbout = "gave notice about",
        /// An appeal against it.
        AppealedAbout = "appealed about",
        /// A decision about it.
        DecidedAbout = "decided about",
        /// A question to the council.
        Raised = "raised",
        /// The council's answer.
        Answered = "answered",
    }
}

text_enum! {
    /// To what it was done.
    #[schema(as = RecordKind)]
    pub enum What {
        /// One purchase; the subject is its id.
        Purchase = "purchase",
        /// A list with purchases of several people.
        Purchases = "purchases",
        /// One budget; the subject is its id.
        Budget = "budget",
        /// Who may act for somebody.
        Helpers = "helpers",
        /// Name, roles, ways of signing in.
        Account = "account",
        /// The password.
        Password = "password",
        /// The e-mail address.
        Address = "e-mail address",
        /// Codes from one's phone, and recovery codes.
        SecondFactor = "second factor",
        /// A question to a provider; the subject is its id.
        Question = "question",
        /// A review; the subject is its id.
        Review = "review",
        /// What somebody answered about their needs; the subject is its id.
        Assessment = "self-assessment",
        /// A support plan, its agreement and its reviews; the subject is the person's.
        SupportPlan = "support plan",
        /// A question to the council about a rule; the subject is its id.
        Challenge = "challenge",
        /// A paper of somebody who works for people: identity, right to work, criminal record, references; the subject is its id.
        Paper = "paper",
    }
}

text_enum! {
    /// Why, as the sentence about it ends: "…, *to answer it*".
    pub enum Why {
        /// A provider who was asked.
        ToAnswerIt = "to answer it",
        /// A provider who has work to plan and record.
        ToDeliverIt = "to deliver it",
        /// A provider at the desk.
        ToSeeWhatWaits = "to see what waits for them",
        /// A provider who wants to be paid.
        ToBePaid = "to be paid for it",
        /// A finance officer.
        ToPayInvoices = "to pay invoices",
        /// A finance officer.
        ToPayHolders = "to pay what is due",
        /// A provider that holds somebody's fund.
        ToAccountForIt = "to account for it",
        /// A finance officer who gives, changes and closes budgets.
        ToLookAfterBudgets = "to look after budgets",
        /// A finance officer who looks after direct payments.
        ToLookAfterMoney = "to look after direct payments",
        /// The person themselves, or somebody in their name.
        ForOneself = "because that was wanted",
        /// An administrator.
        ToLookAfterRoles = "to look after people and roles",
        /// A council that records what the law or a court has decided.
        OnALegalGround = "on a legal ground",
        /// A representative, planner or care manager.
        ToHelp = "to help",
        /// A moderator.
        ToKeepReviewsFair = "to keep reviews fair",
        /// An auditor.
        ToAudit = "to audit",
        /// A moderator who checks who works for people.
        ToCheckPapers = "to check papers",
        /// A care manager who agrees a plan or reviews it.
        ToAgreeIt = "to agree it with you",
    }
}

/// Who did something: a person in a role, for somebody perhaps, over pages or the API.
#[derive(Clone, Debug)]
pub struct Actor {
    person: PersonId,
    role: Option<RoleName>,
    organization: Option<OrganizationId>,
    authority: Option<AuthorityId>,
    acting_for: Option<PersonId>,
    way: Way,
}

impl Actor {
    /// A person themselves who is not signed in: they hold what only they can have, such as the link of a letter.
    #[must_use]
    pub fn oneself(person: PersonId, way: Way) -> Self {
        Self { person, role: None, organization: None, authority: None, acting_for: None, way }
    }
}

impl From<&SignedIn> for Actor {
    fn from(who: &SignedIn) -> Self {
        Self::oneself(who.person(), who.way())
    }
}

impl From<&BudgetReader> for Actor {
    fn from(reader: &BudgetReader) -> Self {
        let acting_for = reader.acting_for().map(|_| reader.person());
        Self { acting_for, ..Self::from(reader.who()) }
    }
}

impl From<&BudgetHolder> for Actor {
    fn from(holder: &BudgetHolder) -> Self {
        let reader: &BudgetReader = holder;
        Self::from(reader)
    }
}

impl From<&PlanReader> for Actor {
    fn from(reader: &PlanReader) -> Self {
        let acting_for = reader.acting_for().map(|_| reader.person());
        let authority = reader.authority().filter(|_| reader.is_care_manager());
        let role = authority.map(|_| RoleName::CareManager);
        Self { role, authority, acting_for, ..Self::from(reader.who()) }
    }
}

impl From<&CareDesk> for Actor {
    fn from(desk: &CareDesk) -> Self {
        let (role, authority) = (Some(RoleName::CareManager), Some(desk.authority()));
        Self { role, authority, ..Self::from(desk.who()) }
    }
}

impl From<&AssignedCareManager> for Actor {
    fn from(manager: &AssignedCareManager) -> Self {
        let (role, authority) = (Some(RoleName::CareManager), manager.authority());
        Self { role, authority, ..Self::from(manager.who()) }
    }
}

impl From<&AuthorityAdministrator> for Actor {
    fn from(administrator: &AuthorityAdministrator) -> Self {
        let (role, authority) = (Some(administrator.role()), Some(administrator.authority()));
        Self { role, authority, ..Self::from(administrator.who()) }
    }
}

impl From<&Moderator> for Actor {
    fn from(moderator: &Moderator) -> Self {
        let (role, authority) = (Some(moderator.role()), Some(moderator.authority()));
        Self { role, authority, ..Self::from(moderator.who()) }
    }
}

impl From<&Practitioner> for Actor {
    fn from(practitioner: &Practitioner) -> Self {
        let (role, authority) = (Some(practitioner.role()), Some(practitioner.authority()));
        Self { role, authority, ..Self::from(practitioner.who()) }
    }
}

impl From<&ProviderMember> for Actor {
    fn from(member: &ProviderMember) -> Self {
        let (role, organization) = (Some(RoleName::ProviderMember), Some(member.organization()));
        Self { role, organization, ..Self::from(member.who()) }
    }
}

impl From<&FinanceOfficer> for Actor {
    fn from(officer: &FinanceOfficer) -> Self {
        let (role, authority) = (Some(officer.role()), Some(officer.authority()));
        Self { role, authority, ..Self::from(officer.who()) }
    }
}

impl Actor {
    /// Somebody in an office of an authority, whose right was checked before: for work that goes on after their request.
    #[must_use]
    pub fn in_office(person: PersonId, role: RoleName, authority: AuthorityId) -> Self {
        let (role, authority) = (Some(role), Some(authority));
        Self { person, role, organization: None, authority, acting_for: None, way: Way::Command }
    }
}

/// One look or one change, on its way into the chain of the person whose records they are.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Whose records.
    pub person: PersonId,
    /// Who; none for the program itself.
    pub actor: Option<PersonId>,
    /// In which role.
    pub role: Option<RoleName>,
    /// For which provider.
    pub organization: Option<OrganizationId>,
    /// For which authority.
    pub authority: Option<AuthorityId>,
    /// In whose name.
    pub acting_for: Option<PersonId>,
    /// What was done.
    pub deed: Deed,
    /// To what.
    pub what: What,
    /// To which one of them: an id, or nothing.
    pub subject: String,
    /// Why.
    pub why: Why,
    /// Over what.
    pub way: Way,
    /// When.
    pub at: UtcTime,
}

impl Entry {
    /// What `actor` did to something of `person`.
    #[must_use]
    pub fn new(
        actor: impl Into<Actor>,
        (deed, why): (Deed, Why),
        person: PersonId,
        (what, subject): (What, &str),
        at: UtcTime,
    ) -> Self {
        let Actor { person: who, role, organization, authority, acting_for, way } = actor.into();
        let (actor, subject) = (Some(who), subject.to_owned());
        // An auditor sees the pages of others, each of which says why these look.
        let why = if role == Some(RoleName::Auditor) { Why::ToAudit } else { why };
        Self { person, actor, role, organization, authority, acting_for, deed, what, subject, why, way, at }
    }

    /// The hash that follows `before` in a chain: over everything that the entry says.
    #[must_use]
    pub fn hash_after(&self, before: &str, position: i64) -> String {
        let said = json!([
            before,
            position,
            self.person,
            self.actor,
            self.role,
            self.organization,
            self.authority,
            self.acting_for,
            self.deed,
            self.what,
            self.subject,
            self.why,
            self.way,
            self.at.and_utc().timestamp_micros(),
        ]);
        hex::encode(Sha256::digest(said.to_string().as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_an_entry_is_in_its_hash() {
        let entry = Entry {
            person: PersonId::named("Amira"),
            actor: Some(PersonId::named("Pat")),
            role: Some(RoleName::ProviderMember),
            organization: Some(OrganizationId::named("Sale Neighbours")),
            authority: None,
            acting_for: None,
            deed: Deed::LookedAt,
            what: What::Purchase,
            subject: "one".into(),
            why: Why::ToAnswerIt,
            way: Way::Page,
            at: UtcTime::default(),
        };
        let others = [
            Entry { person: PersonId::named("Noor"), ..entry.clone() },
            Entry { actor: None, ..entry.clone() },
            Entry { role: None, ..entry.clone() },
            Entry { organization: None, ..entry.clone() },
            Entry { authority: Some(AuthorityId::named("Trafford")), ..entry.clone() },
            Entry { acting_for: Some(PersonId::named("Noor")), ..entry.clone() },
            Entry { deed: Deed::Changed, ..entry.clone() },
            Entry { what: What::Budget, ..entry.clone() },
            Entry { subject: "two".into(), ..entry.clone() },
            Entry { why: Why::ToHelp, ..entry.clone() },
            Entry { way: Way::Api, ..entry.clone() },
            Entry { at: UtcTime::default() + chrono::TimeDelta::microseconds(1), ..entry.clone() },
        ];
        let hash = entry.hash_after("", 1);
        assert_eq!(hash, entry.clone().hash_after("", 1));
        assert_ne!(hash, entry.hash_after("", 2));
        assert_ne!(hash, entry.hash_after("x", 1));
        for other in others {
            assert_ne!(hash, other.hash_after("", 1), "{other:?}");
        }
    }
}
