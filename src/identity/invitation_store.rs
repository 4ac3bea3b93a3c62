//! All SQL of invitations.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{invitations, memberships};
use crate::db::{Conn, locked};
use crate::ids::{AuthorityId, InvitationId, MembershipId, OrganizationId, PersonId};

use super::invitation::Invitation;
use super::{RoleName, Standing};

/// Keeps an invitation with the hash of its link.
pub(super) fn insert(tx: &mut Conn, new: &Invitation, token_hash: &str) -> QueryResult<()> {
    diesel::insert_into(invitations::table)
        .values((
            invitations::id.eq(new.id),
            invitations::token_hash.eq(token_hash),
            invitations::organization_id.eq(new.organization_id),
            invitations::authority_id.eq(new.authority_id),
            invitations::role.eq(new.role),
            invitations::standing.eq(new.standing),
            invitations::email.eq(&new.email),
            invitations::invited_by.eq(new.invited_by),
            invitations::invited_at.eq(new.invited_at),
            invitations::expires_at.eq(new.expires_at),
        ))
        .execute(tx)
        .map(drop)
}

/// The invitation of a link.
pub(super) fn by_hash(conn: &mut Conn, token_hash: &str) -> QueryResult<Option<Invitation>> {
    invitations::table
        .filter(invitations::token_hash.eq(token_hash))
        .select(Invitation::as_select())
        .first(conn)
        .optional()
}

/// Takes the invitation of a link until the transaction ends: it opens once.
pub(super) fn take(tx: &mut Conn, token_hash: &str) -> QueryResult<Option<Invitation>> {
    let row = invitations::table.filter(invitations::token_hash.eq(token_hash)).select(invitations::id);
    let _: Option<InvitationId> = locked(row).get_result(tx).optional()?;
    by_hash(tx, token_hash)
}

/// Notes who accepted.
pub(super) fn note_accepted(tx: &mut Conn, id: InvitationId, by: PersonId, now: UtcTime) -> QueryResult<()> {
    diesel::update(invitations::table.find(id))
        .set((invitations::accepted_at.eq(now), invitations::accepted_by.eq(by)))
        .execute(tx)
        .map(drop)
}

/// The invitations to one provider or authority, newest first.
pub fn invitations(
    conn: &mut Conn,
    organization: Option<OrganizationId>,
    authority: Option<AuthorityId>,
) -> QueryResult<Vec<Invitation>> {
    let asked = invitations::table.order(invitations::invited_at.desc()).limit(200).into_boxed();
    let asked = match (organization, authority) {
        (Some(organization), _) => asked.filter(invitations::organization_id.eq(organization)),
        (None, authority) => asked.filter(invitations::authority_id.eq(authority)),
    };
    asked.select(Invitation::as_select()).load(conn)
}

/// Takes back an open invitation to one provider; says whether there was one.
pub fn withdraw_from_provider(
    tx: &mut Conn,
    organization: OrganizationId,
    id: InvitationId,
    now: UtcTime,
) -> QueryResult<bool> {
    let open = invitations::accepted_at.is_null().and(invitations::withdrawn_at.is_null());
    let mine = invitations::table.filter(invitations::id.eq(id).and(invitations::organization_id.eq(organization)));
    let taken = diesel::update(mine.filter(open)).set(invitations::withdrawn_at.eq(now)).execute(tx)?;
    Ok(taken > 0)
}

/// Whether somebody holds this role there.
pub(super) fn belongs(
    conn: &mut Conn,
    person: PersonId,
    role: RoleName,
    authority: Option<AuthorityId>,
    organization: Option<OrganizationId>,
) -> QueryResult<bool> {
    let held: Vec<(Option<AuthorityId>, Option<OrganizationId>)> = memberships::table
        .filter(memberships::person_id.eq(person).and(memberships::role.eq(role)))
        .select((memberships::authority_id, memberships::organization_id))
        .load(conn)?;
    Ok(held.contains(&(authority, organization)))
}

/// Grants the role that was offered.
pub(super) fn admit(
    tx: &mut Conn,
    person: PersonId,
    role: RoleName,
    authority: Option<AuthorityId>,
    provider: Option<(OrganizationId, Standing)>,
    now: UtcTime,
) -> QueryResult<()> {
    diesel::insert_into(memberships::table)
        .values((
            memberships::id.eq(MembershipId::new()),
            memberships::person_id.eq(person),
            memberships::role.eq(role),
            memberships::authority_id.eq(authority),
            memberships::organization_id.eq(provider.map(|(organization, _)| organization)),
            memberships::standing.eq(provider.map(|(_, standing)| standing)),
            memberships::granted_at.eq(now),
        ))
        .execute(tx)
        .map(drop)
}
