//! Roles that are held for a provider or an authority.

use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::error::AppError;
use crate::identity::{Membership, Standing};
use crate::ids::{AuthorityId, OrganizationId};
use crate::web::page::Visitor;

use super::{Answer, RoleName, SignedIn, signed_in};

/// Someone who works the account of one provider.
#[derive(Clone, Debug)]
pub struct ProviderMember {
    who: SignedIn,
    organization: OrganizationId,
    standing: Standing,
}

impl ProviderMember {
    /// Who.
    #[must_use]
    pub fn who(&self) -> &SignedIn {
        &self.who
    }

    /// For which provider.
    #[must_use]
    pub fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// What they may do for it.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// The provider that a person works for, where there is one.
    #[must_use]
    pub fn find(who: &SignedIn) -> Option<Self> {
        let membership = who.membership(RoleName::ProviderMember)?;
        let (organization, standing) = membership.organization_id.zip(membership.standing)?;
        Some(Self { who: who.clone(), organization, standing })
    }
}

/// A provider member who may write its services and its profile: an owner or a manager.
#[derive(Clone, Debug)]
pub struct ProviderManager(ProviderMember);

/// A provider member who may also decide about members: an owner.
#[derive(Clone, Debug)]
pub struct ProviderOwner(ProviderMember);

macro_rules! of_a_provider {
    ($($role:ident: $($may:path)|+;)+) => {$(
        impl $role {
            /// The member that they are.
            #[must_use]
            pub fn member(&self) -> &ProviderMember {
                &self.0
            }

            /// Who.
            #[must_use]
            pub fn who(&self) -> &SignedIn {
                &self.0.who
            }

            /// For which provider.
            #[must_use]
            pub fn organization(&self) -> OrganizationId {
                self.0.organization
            }

            /// The right of a member, where their standing reaches that far.
            #[must_use]
            pub fn of(member: ProviderMember) -> Option<Self> {
                matches!(member.standing, $($may)|+).then_some(Self(member))
            }
        }
    )+};
}
of_a_provider! {
    ProviderManager: Standing::Owner | Standing::Manager;
    ProviderOwner: Standing::Owner;
}

/// Someone who reads the aggregated demand of one authority.
#[derive(Clone, Debug)]
pub struct Commissioner {
    who: SignedIn,
    role: RoleName,
    authority: AuthorityId,
}

/// Someone who settles the invoices of one authority.
#[derive(Clone, Debug)]
pub struct FinanceOfficer {
    who: SignedIn,
    role: RoleName,
    authority: AuthorityId,
}

/// Someone who handles reviews, reports, approvals and the checking of providers for one authority.
#[derive(Clone, Debug)]
pub struct Moderator {
    who: SignedIn,
    role: RoleName,
    authority: AuthorityId,
}

/// Someone who looks after people, roles and settings of one authority.
#[derive(Clone, Debug)]
pub struct AuthorityAdministrator {
    who: SignedIn,
    role: RoleName,
    authority: AuthorityId,
}

/// Someone who looks after people of one authority: whose plan they see is for [`super::AssignedCareManager`] to say.
#[derive(Clone, Debug)]
pub struct CareDesk {
    who: SignedIn,
    role: RoleName,
    authority: AuthorityId,
}

/// Someone who may read what one authority has set: who looks after it, or an auditor.
#[derive(Clone, Debug)]
pub struct AuthorityReader {
    who: SignedIn,
    role: RoleName,
    authority: AuthorityId,
}

macro_rules! of_an_authority {
    ($($role:ident: $($name:ident)|+;)+) => {$(
        impl $role {
            /// Who.
            #[must_use]
            pub fn who(&self) -> &SignedIn {
                &self.who
            }

            /// In which role: an auditor reads what this one reads.
            #[must_use]
            pub fn role(&self) -> RoleName {
                self.role
            }

            /// For which authority.
            #[must_use]
            pub fn authority(&self) -> AuthorityId {
                self.authority
            }

            /// The authority that a person has this role for, where there is one.
            #[must_use]
            pub fn find(who: &SignedIn) -> Option<Self> {
                Self::by(who, None$(.or_else(|| who.membership(RoleName::$name)))+)
            }

            fn by(who: &SignedIn, membership: Option<&Membership>) -> Option<Self> {
                let membership = membership?;
                Some(Self { who: who.clone(), role: membership.role, authority: membership.authority_id? })
            }
        }
    )+};
}
of_an_authority! {
    Commissioner: Commissioner;
    FinanceOfficer: FinanceOfficer;
    Moderator: Moderator | SafeguardingLead;
    AuthorityAdministrator: AuthorityAdministrator;
    CareDesk: CareManager;
    AuthorityReader: AuthorityAdministrator | Auditor;
}

/// Roles in whose place an auditor reads: everything of one authority, and nothing is changed.
macro_rules! read_by_auditors {
    ($($role:ident)+) => {$(
        impl $role {
            fn audits(who: &SignedIn) -> Option<Self> {
                Self::by(who, who.membership(RoleName::Auditor))
            }
        }
    )+};
}
read_by_auditors! { Commissioner FinanceOfficer Moderator AuthorityAdministrator Practitioner }

/// Someone with a role; or, where something is only read, an auditor of the same authority.
async fn or_auditor<R>(
    request: &HttpRequest,
    find: fn(&SignedIn) -> Option<R>,
    audits: fn(&SignedIn) -> Option<R>,
) -> Result<R, AppError> {
    let who = signed_in(request).await?;
    if let Some(role) = find(&who) {
        return Ok(role);
    }
    let role = audits(&who).filter(|_| request.method() == Method::GET).ok_or(AppError::NotFound)?;
    let visitor = Visitor { reads_only: true, ..who.as_visitor() };
    request.extensions_mut().insert(Rc::new(visitor));
    Ok(role)
}

/// Someone of an authority who records who acts for its people: a care manager, or an administrator.
#[derive(Clone, Debug)]
pub struct Practitioner {
    who: SignedIn,
    role: RoleName,
    authority: AuthorityId,
}

impl Practitioner {
    /// Who.
    #[must_use]
    pub fn who(&self) -> &SignedIn {
        &self.who
    }

    /// In which of the two roles, or as an auditor who reads.
    #[must_use]
    pub fn role(&self) -> RoleName {
        self.role
    }

    /// For which authority.
    #[must_use]
    pub fn authority(&self) -> AuthorityId {
        self.authority
    }

    /// The authority that a person has one of these roles for, where there is one.
    #[must_use]
    pub fn find(who: &SignedIn) -> Option<Self> {
        let roles = [RoleName::CareManager, RoleName::AuthorityAdministrator];
        Self::by(who, roles.iter().find_map(|role| who.membership(*role)))
    }

    fn by(who: &SignedIn, membership: Option<&Membership>) -> Option<Self> {
        let membership = membership?;
        Some(Self { who: who.clone(), role: membership.role, authority: membership.authority_id? })
    }
}

from_request! {
    ProviderMember: request => ProviderMember::find(&signed_in(&request).await?).ok_or(AppError::NotFound);
    ProviderManager: request => {
        ProviderMember::find(&signed_in(&request).await?).and_then(ProviderManager::of).ok_or(AppError::NotFound)
    };
    ProviderOwner: request => {
        ProviderMember::find(&signed_in(&request).await?).and_then(ProviderOwner::of).ok_or(AppError::NotFound)
    };
    Commissioner: request => or_auditor(&request, Commissioner::find, Commissioner::audits).await;
    FinanceOfficer: request => or_auditor(&request, FinanceOfficer::find, FinanceOfficer::audits).await;
    Moderator: request => or_auditor(&request, Moderator::find, Moderator::audits).await;
    CareDesk: request => CareDesk::find(&signed_in(&request).await?).ok_or(AppError::NotFound);
    AuthorityReader: request => AuthorityReader::find(&signed_in(&request).await?).ok_or(AppError::NotFound);
    AuthorityAdministrator: request => {
        or_auditor(&request, AuthorityAdministrator::find, AuthorityAdministrator::audits).await
    };
    Practitioner: request => or_auditor(&request, Practitioner::find, Practitioner::audits).await;
}
