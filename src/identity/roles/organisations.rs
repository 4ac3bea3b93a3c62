//! Roles that are held for a provider or an authority.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::error::AppError;
use crate::ids::{AuthorityId, OrganizationId};

use super::{Answer, RoleName, SignedIn, signed_in};
use crate::identity::Standing;

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
    authority: AuthorityId,
}

/// Someone who settles the invoices of one authority.
#[derive(Clone, Debug)]
pub struct FinanceOfficer {
    who: SignedIn,
    authority: AuthorityId,
}

/// Someone who handles reviews, reports, approvals and the checking of providers for one authority.
#[derive(Clone, Debug)]
pub struct Moderator {
    who: SignedIn,
    authority: AuthorityId,
}

/// Someone who looks after people, roles and settings of one authority.
#[derive(Clone, Debug)]
pub struct AuthorityAdministrator {
    who: SignedIn,
    authority: AuthorityId,
}

/// Someone who looks after people of one authority: whose plan they see is for [`super::AssignedCareManager`] to say.
#[derive(Clone, Debug)]
pub struct CareDesk {
    who: SignedIn,
    authority: AuthorityId,
}

/// Someone who may read what one authority has set: who looks after it, or an auditor.
#[derive(Clone, Debug)]
pub struct AuthorityReader {
    who: SignedIn,
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

            /// For which authority.
            #[must_use]
            pub fn authority(&self) -> AuthorityId {
                self.authority
            }

            /// The authority that a person has this role for, where there is one.
            #[must_use]
            pub fn find(who: &SignedIn) -> Option<Self> {
                let membership = None$(.or_else(|| who.membership(RoleName::$name)))+;
                let authority = membership?.authority_id?;
                Some(Self { who: who.clone(), authority })
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

    /// In which of the two roles.
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
        let membership = roles.iter().find_map(|role| who.membership(*role))?;
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
    Commissioner: request => Commissioner::find(&signed_in(&request).await?).ok_or(AppError::NotFound);
    FinanceOfficer: request => FinanceOfficer::find(&signed_in(&request).await?).ok_or(AppError::NotFound);
    Moderator: request => Moderator::find(&signed_in(&request).await?).ok_or(AppError::NotFound);
    CareDesk: request => CareDesk::find(&signed_in(&request).await?).ok_or(AppError::NotFound);
    AuthorityReader: request => AuthorityReader::find(&signed_in(&request).await?).ok_or(AppError::NotFound);
    AuthorityAdministrator: request => {
        AuthorityAdministrator::find(&signed_in(&request).await?).ok_or(AppError::NotFound)
    };
    Practitioner: request => Practitioner::find(&signed_in(&request).await?).ok_or(AppError::NotFound);
}
