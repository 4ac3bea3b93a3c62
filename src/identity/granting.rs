//! The verbs: giving roles and taking them away.
//!
//! - An administrator gives roles of their own authority to others, never to themselves; each change has a reason that stays.
//! - Who is invited gets a letter; the link in it works once, for whoever has that mailbox.
//! - Anybody may give a role of their own back.
//! - An authority keeps an administrator, an organisation an owner: the last one hands over first.
//! - A role that has ended is gone at the next request, in every session.

use chrono::TimeDelta;

use crate::app::App;
use crate::audit::{self, Deed, Entry, What, Why};
use crate::clock::UtcTime;
use crate::db::{Conn, text_enum};
use crate::error::AppError;
use crate::ids::{AuthorityId, MembershipId, OrganizationId, PersonId, random_token};
use crate::post;

use super::register::LinkError;
use super::sign_in::hash_of;
use super::store::roles::{self, Changed, Offer};
use super::store::{self, factors, sessions};
use super::{AuthorityAdministrator, RoleName, SignedIn, Standing, letters};

text_enum! {
    /// What became of a role.
    pub enum RoleChange {
        /// Given.
        Granted = "granted",
        /// Taken away by somebody else.
        Ended = "ended",
        /// Given back.
        Left = "left",
    }
}

/// An offer holds for so long.
const OFFER_LASTS: TimeDelta = TimeDelta::days(7);

/// The most letters of a reason.
const LONGEST_REASON: usize = 500;

/// Why a role was not given or taken away.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// Roles come from others.
    #[error("nobody gives a role to themselves. Ask another administrator")]
    ToYourself,
    /// This role belongs to organisations, which look after it themselves.
    #[error("this role is not an authority's to give")]
    NotOurs,
    /// They have it.
    #[error("this person has that role already")]
    HasIt,
    /// An authority without an administrator is nobody's.
    #[error("this is the last administrator. Make somebody else an administrator first")]
    LastAdministrator,
    /// An organisation without an owner is nobody's.
    #[error("you are the last owner of this organisation. Make somebody else an owner first")]
    LastOwner,
    /// Nothing, or too much.
    #[error("say why, in at most 500 letters")]
    Reason,
    /// No such role or person here.
    #[error("we cannot find that")]
    NotHere,
    /// Used, ended or taken back.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
    /// Ours.
    #[error(transparent)]
    Other(#[from] AppError),
}

impl From<GrantError> for AppError {
    fn from(error: GrantError) -> Self {
        match error {
            GrantError::ToYourself => Self::refused("to-yourself", error),
            GrantError::NotOurs => Self::refused("not-ours", error),
            GrantError::HasIt => Self::refused("has-it", error),
            GrantError::LastAdministrator => Self::refused("last-administrator", error),
            GrantError::LastOwner => Self::refused("last-owner", error),
            GrantError::Reason => {
                Self::invalid(vec![crate::error::FieldError::new("reason", "Say why, in at most 500 letters.")])
            }
            GrantError::NotHere => Self::NotFound,
            GrantError::Link(link) => link.into(),
            GrantError::Database(cause) => cause.into(),
            GrantError::Other(other) => other,
        }
    }
}

/// A reason as somebody typed it.
fn reason(typed: &str) -> Result<String, GrantError> {
    let typed = typed.trim();
    if (1..=LONGEST_REASON).contains(&typed.chars().count()) { Ok(typed.to_owned()) } else { Err(GrantError::Reason) }
}

/// The roles that an authority gives.
#[must_use]
pub(super) fn roles_of_an_authority() -> Vec<RoleName> {
    RoleName::ALL.iter().copied().filter(|role| *role != RoleName::ProviderMember).collect()
}

/// Offers a role to whoever has this mailbox.
pub(super) fn invite(
    tx: &mut Conn,
    app: &App,
    administrator: &AuthorityAdministrator,
    (email, role, why): (&str, RoleName, &str),
    now: UtcTime,
) -> Result<(), GrantError> {
    let why = reason(why)?;
    if role == RoleName::ProviderMember {
        return Err(GrantError::NotOurs);
    }
    let account = store::account(tx, email)?.map(|(person, _)| person);
    if account == Some(administrator.who().person()) {
        return Err(GrantError::ToYourself);
    }
    if let Some(person) = account
        && roles::holds(tx, person, role, administrator.authority())?
    {
        return Err(GrantError::HasIt);
    }
    let token = random_token();
    roles::insert_offer(tx, administrator, &hash_of(&token), (role, email, &why), now, now + OFFER_LASTS)?;
    let from = administrator.who();
    let letter = letters::invited(&app.post, email, from.name(), from.body(), role, &token)?;
    post::queue(tx, &letter, now)?;
    Ok(())
}

/// Takes up an offer: once, by whoever has the mailbox that it went to.
pub(super) fn take_up(tx: &mut Conn, token: &str, person: PersonId, now: UtcTime) -> Result<Offer, GrantError> {
    let hash = hash_of(token);
    let offer = roles::offer(tx, &hash, now)?.ok_or(LinkError::Worthless)?;
    let account = store::own_account(tx, person)?;
    if account.email.as_deref() != Some(offer.email.as_str()) {
        return Err(GrantError::NotHere);
    }
    if !roles::take_offer(tx, &hash, person, now)? {
        return Err(LinkError::Worthless.into());
    }
    if !roles::holds(tx, person, offer.role, offer.authority)? {
        store::grant(tx, person, offer.role, Some(offer.authority), None, now)?;
        let changed = Changed {
            person,
            change: RoleChange::Granted,
            role: offer.role,
            authority: Some(offer.authority),
            organization: None,
            reason: &offer.reason,
            by: Some(offer.invited_by),
        };
        roles::note(tx, &changed, now)?;
    }
    Ok(offer)
}

/// Gives another role to somebody who works for the authority already.
pub(super) fn grant(
    tx: &mut Conn,
    app: &App,
    administrator: &AuthorityAdministrator,
    (person, role, why): (PersonId, RoleName, &str),
    now: UtcTime,
) -> Result<(), GrantError> {
    let why = reason(why)?;
    if role == RoleName::ProviderMember {
        return Err(GrantError::NotOurs);
    }
    if person == administrator.who().person() {
        return Err(GrantError::ToYourself);
    }
    let here = roles::holders(tx, administrator)?;
    if !here.iter().any(|holder| holder.person == person) {
        return Err(GrantError::NotHere);
    }
    if here.iter().any(|holder| holder.person == person && holder.role == role) {
        return Err(GrantError::HasIt);
    }
    let authority = administrator.authority();
    store::grant(tx, person, role, Some(authority), None, now)?;
    let changed = Changed {
        person,
        change: RoleChange::Granted,
        role,
        authority: Some(authority),
        organization: None,
        reason: &why,
        by: Some(administrator.who().person()),
    };
    roles::note(tx, &changed, now)?;
    tell(tx, app, administrator, person, &letters::role_given(role), now)
}

/// Gives a role by a command on the machine itself; giving it again changes nothing.
pub fn grant_by_command(
    tx: &mut Conn,
    person: PersonId,
    role: RoleName,
    authority: Option<AuthorityId>,
    organization: Option<OrganizationId>,
    now: UtcTime,
) -> Result<(), diesel::result::Error> {
    let before = sessions::granted(tx, person)?.len();
    store::grant(tx, person, role, authority, organization, now)?;
    if sessions::granted(tx, person)?.len() > before {
        let reason = "given by a command on the machine";
        let change = RoleChange::Granted;
        roles::note(tx, &Changed { person, change, role, authority, organization, reason, by: None }, now)?;
    }
    Ok(())
}

/// Ends a role of somebody who works for the authority.
pub(super) fn end(
    tx: &mut Conn,
    app: &App,
    administrator: &AuthorityAdministrator,
    (membership, why): (MembershipId, &str),
    now: UtcTime,
) -> Result<PersonId, GrantError> {
    let why = reason(why)?;
    let authority = administrator.authority();
    roles::lock_authority(tx, authority)?;
    let (person, held) = roles::held_here(tx, administrator, membership)?.ok_or(GrantError::NotHere)?;
    if held.role == RoleName::AuthorityAdministrator && roles::holders_of(tx, authority, held.role)? < 2 {
        return Err(GrantError::LastAdministrator);
    }
    roles::end(tx, membership)?;
    let changed = Changed {
        person,
        change: RoleChange::Ended,
        role: held.role,
        authority: Some(authority),
        organization: None,
        reason: &why,
        by: Some(administrator.who().person()),
    };
    roles::note(tx, &changed, now)?;
    tell(tx, app, administrator, person, &letters::role_ended(held.role), now)?;
    Ok(person)
}

/// Gives a role of one's own back.
pub(super) fn leave(tx: &mut Conn, who: &SignedIn, membership: MembershipId, now: UtcTime) -> Result<(), GrantError> {
    let own = roles::own(tx, who, membership)?.ok_or(GrantError::NotHere)?;
    if let Some(authority) = own.authority_id {
        roles::lock_authority(tx, authority)?;
        if own.role == RoleName::AuthorityAdministrator && roles::holders_of(tx, authority, own.role)? < 2 {
            return Err(GrantError::LastAdministrator);
        }
    }
    if let Some(organization) = own.organization_id
        && own.standing == Some(Standing::Owner)
        && roles::owners_of(tx, organization)? < 2
    {
        return Err(GrantError::LastOwner);
    }
    roles::end(tx, membership)?;
    let changed = Changed {
        person: who.person(),
        change: RoleChange::Left,
        role: own.role,
        authority: own.authority_id,
        organization: own.organization_id,
        reason: "given back",
        by: Some(who.person()),
    };
    Ok(roles::note(tx, &changed, now)?)
}

/// Lets somebody who has lost phone and recovery codes set up a new phone: they still need their password.
pub(super) fn start_afresh(
    tx: &mut Conn,
    app: &App,
    administrator: &AuthorityAdministrator,
    person: PersonId,
    now: UtcTime,
) -> Result<(), GrantError> {
    if person == administrator.who().person() {
        return Err(GrantError::ToYourself);
    }
    if !roles::holders(tx, administrator)?.iter().any(|holder| holder.person == person) {
        return Err(GrantError::NotHere);
    }
    factors::remove_factor(tx, person)?;
    sessions::end_everything(tx, person, now)?;
    tell(tx, app, administrator, person, &letters::starts_afresh(), now)
}

/// Writes down what an administrator did, and writes to whom they did it.
fn tell(
    tx: &mut Conn,
    app: &App,
    administrator: &AuthorityAdministrator,
    person: PersonId,
    news: &letters::News,
    now: UtcTime,
) -> Result<(), GrantError> {
    let changed = (Deed::Changed, Why::ToLookAfterRoles);
    audit::record(tx, &[Entry::new(administrator, changed, person, (What::Account, ""), now)])?;
    let account = store::own_account(tx, person)?;
    if let Some(email) = account.email {
        let by = administrator.who();
        post::queue(tx, &letters::news(&app.post, &email, &account.name, by.name(), by.body(), news)?, now)?;
    }
    Ok(())
}
