//! Inviting somebody to work for a provider or an authority, and saying yes to it.
//!
//! - The link is known to the letter alone: the table keeps its hash. It holds for [`LASTS`], opens once, and only for
//!   the e-mail address that was invited.
//! - Who has no account yet makes one first; the invitation waits.

use chrono::TimeDelta;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::db::schema::invitations;
use crate::error::AppError;
use crate::ids::{AuthorityId, InvitationId, OrganizationId, PersonId, random_token};

use super::sign_in::hash_of;
use super::{RoleName, SignedIn, Standing, invitation_store, store};

/// An invitation holds for so long.
pub const LASTS: TimeDelta = TimeDelta::days(14);

/// An invitation as its row is, without its link.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = invitations)]
pub struct Invitation {
    /// Which.
    pub id: InvitationId,
    /// To work for which provider.
    pub organization_id: Option<OrganizationId>,
    /// To work for which authority.
    pub authority_id: Option<AuthorityId>,
    /// In which role.
    pub role: RoleName,
    /// What they may do for the provider.
    pub standing: Option<Standing>,
    /// Who is invited.
    pub email: String,
    /// By whom.
    pub invited_by: PersonId,
    /// When.
    pub invited_at: UtcTime,
    /// Until when it holds.
    pub expires_at: UtcTime,
    /// When it was accepted.
    pub accepted_at: Option<UtcTime>,
    /// When it was taken back.
    pub withdrawn_at: Option<UtcTime>,
}

impl Invitation {
    /// Whether it can still be accepted.
    #[must_use]
    pub fn is_open(&self, now: UtcTime) -> bool {
        self.accepted_at.is_none() && self.withdrawn_at.is_none() && now < self.expires_at
    }
}

/// Where somebody is invited to, and as what.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// To a provider.
    Provider(OrganizationId, Standing),
    /// To an authority.
    Authority(AuthorityId, RoleName),
}

/// Why nobody was invited, or an invitation not accepted.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// Not an address.
    #[error("enter an e-mail address, like name@example.org")]
    NotAnAddress,
    /// They belong already.
    #[error("somebody with this e-mail address is a member already")]
    AlreadyThere,
    /// An open invitation is on its way.
    #[error("this address has been invited already. Take the first invitation back to send a new one")]
    AlreadyInvited,
    /// Used, taken back, too old or invented.
    #[error("this invitation does not hold any more. Ask whoever invited you for a new one")]
    Over,
    /// The account has another address.
    #[error("this invitation was sent to another e-mail address. Sign in with the account of that address")]
    AnotherAddress,
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<InviteError> for AppError {
    fn from(error: InviteError) -> Self {
        let field = |why: &InviteError| {
            let mut sentence = format!("{why}.");
            if let Some(first) = sentence.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            Self::invalid(vec![crate::error::FieldError::new("email", sentence)])
        };
        match error {
            InviteError::Database(cause) => cause.into(),
            InviteError::NotAnAddress | InviteError::AlreadyThere | InviteError::AlreadyInvited => field(&error),
            InviteError::Over => Self::refused("invitation-over", error),
            InviteError::AnotherAddress => Self::refused("invitation-for-somebody-else", error),
        }
    }
}

/// Invites an address. The token belongs into a letter and nowhere else.
pub fn invite(
    tx: &mut Conn,
    by: &SignedIn,
    place: Place,
    email: &str,
    now: UtcTime,
) -> Result<(Invitation, String), InviteError> {
    let email = email.trim().to_lowercase();
    if email.len() > 254 || email.parse::<lettre::Address>().is_err() {
        return Err(InviteError::NotAnAddress);
    }
    let (organization_id, authority_id, role, standing) = match place {
        Place::Provider(organization, standing) => (Some(organization), None, RoleName::ProviderMember, Some(standing)),
        Place::Authority(authority, role) => (None, Some(authority), role, None),
    };
    if let Some((person, _)) = store::account(tx, &email)?
        && invitation_store::belongs(tx, person, role, authority_id, organization_id)?
    {
        return Err(InviteError::AlreadyThere);
    }
    let earlier = invitation_store::invitations(tx, organization_id, authority_id)?;
    if earlier.iter().any(|one| one.is_open(now) && one.email == email && one.role == role) {
        return Err(InviteError::AlreadyInvited);
    }
    let token = random_token();
    let invitation = Invitation {
        id: InvitationId::new(),
        organization_id,
        authority_id,
        role,
        standing,
        email,
        invited_by: by.person(),
        invited_at: now,
        expires_at: now + LASTS,
        accepted_at: None,
        withdrawn_at: None,
    };
    invitation_store::insert(tx, &invitation, &hash_of(&token))?;
    Ok((invitation, token))
}

/// The invitation behind a link, whether it still holds or not.
pub fn behind(conn: &mut Conn, token: &str) -> QueryResult<Option<Invitation>> {
    invitation_store::by_hash(conn, &hash_of(token))
}

/// Says yes: `who` holds the role from now on. A link opens once.
pub fn accept(tx: &mut Conn, who: &SignedIn, token: &str, now: UtcTime) -> Result<Invitation, InviteError> {
    let hash = hash_of(token);
    let invitation = invitation_store::take(tx, &hash)?.filter(|one| one.is_open(now)).ok_or(InviteError::Over)?;
    let address = store::email(tx, who.person())?.unwrap_or_default();
    if !address.eq_ignore_ascii_case(&invitation.email) {
        return Err(InviteError::AnotherAddress);
    }
    invitation_store::note_accepted(tx, invitation.id, who.person(), now)?;
    let Invitation { role, authority_id, organization_id, standing, .. } = invitation;
    if !invitation_store::belongs(tx, who.person(), role, authority_id, organization_id)? {
        invitation_store::admit(tx, who.person(), role, authority_id, organization_id.zip(standing), now)?;
    }
    Ok(invitation)
}
