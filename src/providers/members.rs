//! Who works the account of a provider: inviting, changing a standing, leaving.

use crate::clock::{UtcTime, long_date};
use crate::db::Conn;
use crate::error::AppError;
use crate::identity::invitation::{self, InviteError, Place};
use crate::identity::{ProviderMember, ProviderOwner, Standing};
use crate::ids::{InvitationId, MembershipId, PersonId};
use crate::post;
use crate::web::page::Link;

use super::letters::letter;
use super::store;

/// One member of a provider.
#[derive(Clone, Debug, diesel::Queryable)]
pub struct Member {
    /// Which membership.
    pub id: MembershipId,
    /// Who.
    pub person_id: PersonId,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: Option<String>,
    /// What they may do.
    pub standing: Option<Standing>,
    /// Since when.
    pub granted_at: UtcTime,
}

/// Why the members stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum MemberError {
    /// Somebody has to be there.
    #[error("a provider always has an owner. Make somebody else an owner first")]
    LastOwner,
    /// No such member here.
    #[error("there is no such member")]
    NotHere,
    /// The invitation.
    #[error(transparent)]
    Invite(#[from] InviteError),
    /// A letter could not be written.
    #[error("a letter could not be written")]
    Letter(AppError),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<MemberError> for AppError {
    fn from(error: MemberError) -> Self {
        match error {
            MemberError::LastOwner => Self::refused("last-owner", error),
            MemberError::NotHere => Self::NotFound,
            MemberError::Invite(why) => why.into(),
            MemberError::Letter(cause) => cause,
            MemberError::Database(cause) => cause.into(),
        }
    }
}

/// Invites somebody by e-mail. The link in the letter opens once, for that address.
#[tracing::instrument(skip_all, fields(organization.id = %owner.organization()))]
pub fn invite(
    tx: &mut Conn,
    owner: &ProviderOwner,
    email: &str,
    standing: Standing,
    public_url: &str,
    now: UtcTime,
) -> Result<InvitationId, MemberError> {
    let place = Place::Provider(owner.organization(), standing);
    let (invitation, token) = invitation::invite(tx, owner.who(), place, email, now)?;
    let provider = store::organisation(tx, owner.member())?.name;
    let heading = format!("Join {provider} on Waymark");
    let paragraphs = [
        format!("{} invites you to work for {provider} on Waymark.", owner.who().name()),
        format!("The link below works once, until {}.", long_date(invitation.expires_at.date())),
        "If you have no account yet, you can make one on the way.".to_owned(),
    ];
    let link = Link { label: "Say yes".into(), href: format!("{public_url}/invitations/{token}") };
    let letter = letter("invitation", &invitation.email, &heading, &paragraphs, Some(&link));
    post::queue(tx, &letter.map_err(MemberError::Letter)?, now)?;
    Ok(invitation.id)
}

/// Gives a member another standing.
#[tracing::instrument(skip_all, fields(organization.id = %owner.organization()))]
pub fn change_standing(
    tx: &mut Conn,
    owner: &ProviderOwner,
    id: MembershipId,
    standing: Standing,
) -> Result<(), MemberError> {
    let all = store::members_to_change(tx, owner.member())?;
    let one = all.iter().find(|(each, _)| *each == id).ok_or(MemberError::NotHere)?;
    if one.1 == Standing::Owner && standing != Standing::Owner && is_last_owner(&all) {
        return Err(MemberError::LastOwner);
    }
    Ok(store::set_standing(tx, owner, id, standing)?)
}

/// Removes a member; an owner who is not the last may remove themselves.
#[tracing::instrument(skip_all, fields(organization.id = %owner.organization()))]
pub fn remove(tx: &mut Conn, owner: &ProviderOwner, id: MembershipId) -> Result<(), MemberError> {
    let all = store::members_to_change(tx, owner.member())?;
    let one = all.iter().find(|(each, _)| *each == id).ok_or(MemberError::NotHere)?;
    if one.1 == Standing::Owner && is_last_owner(&all) {
        return Err(MemberError::LastOwner);
    }
    Ok(store::remove_member(tx, owner.organization(), id)?)
}

/// Leaves the provider oneself.
#[tracing::instrument(skip_all, fields(organization.id = %member.organization()))]
pub fn leave(tx: &mut Conn, member: &ProviderMember) -> Result<(), MemberError> {
    let all = store::members_to_change(tx, member)?;
    let mine = store::membership_of(tx, member)?.ok_or(MemberError::NotHere)?;
    if member.standing() == Standing::Owner && is_last_owner(&all) {
        return Err(MemberError::LastOwner);
    }
    Ok(store::remove_member(tx, member.organization(), mine)?)
}

fn is_last_owner(all: &[(MembershipId, Standing)]) -> bool {
    all.iter().filter(|(_, standing)| *standing == Standing::Owner).count() <= 1
}
