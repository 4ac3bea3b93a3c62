//! SQL of roles: who holds them for an authority, what became of them and why, and those that are offered by letter.

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{authorities, memberships, people, role_changes, role_invitations, second_factors};
use crate::db::{Conn, locked};
use crate::ids::{AuthorityId, MembershipId, OrganizationId, PersonId, RoleChangeId, RoleInvitationId};

use crate::identity::granting::RoleChange;
use crate::identity::person::{Membership, RoleName, Standing};
use crate::identity::{AuthorityAdministrator, SignedIn};

/// Takes the authority until the transaction ends: two administrators cannot end each other at once.
pub(in crate::identity) fn lock_authority(tx: &mut Conn, authority: AuthorityId) -> QueryResult<()> {
    let _id: AuthorityId = locked(authorities::table.find(authority).select(authorities::id)).get_result(tx)?;
    Ok(())
}

/// One role of somebody who works for the authority.
#[derive(Clone, Debug, Queryable)]
pub(in crate::identity) struct Holder {
    pub(in crate::identity) person: PersonId,
    pub(in crate::identity) name: String,
    pub(in crate::identity) email: Option<String>,
    pub(in crate::identity) membership: MembershipId,
    pub(in crate::identity) role: RoleName,
    pub(in crate::identity) granted_at: UtcTime,
    pub(in crate::identity) second_factor: Option<UtcTime>,
}

/// Everybody who holds a role for the administrator's authority, by name.
pub(in crate::identity) fn holders(
    conn: &mut Conn,
    administrator: &AuthorityAdministrator,
) -> QueryResult<Vec<Holder>> {
    memberships::table
        .inner_join(people::table.on(people::id.eq(memberships::person_id)))
        .left_join(second_factors::table.on(second_factors::person_id.eq(people::id)))
        .filter(memberships::authority_id.eq(administrator.authority()))
        .order((people::display_name, people::id, memberships::granted_at))
        .select((
            people::id,
            people::display_name,
            people::email,
            memberships::id,
            memberships::role,
            memberships::granted_at,
            second_factors::confirmed_at.nullable(),
        ))
        .load(conn)
}

/// A role that somebody holds for the administrator's authority, and who.
pub(in crate::identity) fn held_here(
    conn: &mut Conn,
    administrator: &AuthorityAdministrator,
    membership: MembershipId,
) -> QueryResult<Option<(PersonId, Membership)>> {
    memberships::table
        .find(membership)
        .filter(memberships::authority_id.eq(administrator.authority()))
        .select((memberships::person_id, Membership::as_select()))
        .first(conn)
        .optional()
}

/// One role of one's own.
pub(in crate::identity) fn own(
    conn: &mut Conn,
    who: &SignedIn,
    membership: MembershipId,
) -> QueryResult<Option<Membership>> {
    memberships::table
        .find(membership)
        .filter(memberships::person_id.eq(who.person()))
        .select(Membership::as_select())
        .first(conn)
        .optional()
}

/// How many people hold a role for an authority.
pub(in crate::identity) fn holders_of(conn: &mut Conn, authority: AuthorityId, role: RoleName) -> QueryResult<i64> {
    memberships::table
        .filter(memberships::authority_id.eq(authority).and(memberships::role.eq(role)))
        .select(count_star())
        .first(conn)
}

/// How many owners an organisation has.
pub(in crate::identity) fn owners_of(conn: &mut Conn, organization: OrganizationId) -> QueryResult<i64> {
    memberships::table
        .filter(memberships::organization_id.eq(organization).and(memberships::standing.eq(Standing::Owner)))
        .select(count_star())
        .first(conn)
}

/// Whether somebody holds this role for the authority already.
pub(in crate::identity) fn holds(
    conn: &mut Conn,
    person: PersonId,
    role: RoleName,
    authority: AuthorityId,
) -> QueryResult<bool> {
    let found: Option<MembershipId> = memberships::table
        .filter(memberships::person_id.eq(person).and(memberships::role.eq(role)))
        .filter(memberships::authority_id.eq(authority))
        .select(memberships::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Ends a role.
pub(in crate::identity) fn end(tx: &mut Conn, membership: MembershipId) -> QueryResult<()> {
    diesel::delete(memberships::table.find(membership)).execute(tx).map(drop)
}

/// What became of a role.
pub(in crate::identity) struct Changed<'a> {
    pub(in crate::identity) person: PersonId,
    pub(in crate::identity) change: RoleChange,
    pub(in crate::identity) role: RoleName,
    pub(in crate::identity) authority: Option<AuthorityId>,
    pub(in crate::identity) organization: Option<OrganizationId>,
    pub(in crate::identity) reason: &'a str,
    pub(in crate::identity) by: Option<PersonId>,
}

/// Writes down what became of a role.
pub(in crate::identity) fn note(tx: &mut Conn, changed: &Changed<'_>, now: UtcTime) -> QueryResult<()> {
    diesel::insert_into(role_changes::table)
        .values((
            role_changes::id.eq(RoleChangeId::new()),
            role_changes::person_id.eq(changed.person),
            role_changes::change.eq(changed.change),
            role_changes::role.eq(changed.role),
            role_changes::authority_id.eq(changed.authority),
            role_changes::organization_id.eq(changed.organization),
            role_changes::reason.eq(changed.reason),
            role_changes::changed_by.eq(changed.by),
            role_changes::changed_at.eq(now),
        ))
        .execute(tx)
        .map(drop)
}

/// One line of what became of roles.
#[derive(Clone, Debug, Queryable)]
pub(in crate::identity) struct Line {
    pub(in crate::identity) name: String,
    pub(in crate::identity) change: RoleChange,
    pub(in crate::identity) role: RoleName,
    pub(in crate::identity) reason: String,
    pub(in crate::identity) by: Option<String>,
    pub(in crate::identity) at: UtcTime,
}

/// What became of the roles of the administrator's authority, the newest first.
pub(in crate::identity) fn history(conn: &mut Conn, administrator: &AuthorityAdministrator) -> QueryResult<Vec<Line>> {
    let by = diesel::alias!(people as changers);
    role_changes::table
        .inner_join(people::table.on(people::id.eq(role_changes::person_id)))
        .left_join(by.on(by.field(people::id).nullable().eq(role_changes::changed_by)))
        .filter(role_changes::authority_id.eq(administrator.authority()))
        .order((role_changes::changed_at.desc(), role_changes::id.desc()))
        .select((
            people::display_name,
            role_changes::change,
            role_changes::role,
            role_changes::reason,
            by.field(people::display_name).nullable(),
            role_changes::changed_at,
        ))
        .limit(50)
        .load(conn)
}

/// A role that is offered by letter.
#[derive(Clone, Debug, Queryable)]
pub(in crate::identity) struct Offer {
    pub(in crate::identity) id: RoleInvitationId,
    pub(in crate::identity) authority: AuthorityId,
    pub(in crate::identity) authority_name: String,
    pub(in crate::identity) role: RoleName,
    pub(in crate::identity) email: String,
    pub(in crate::identity) reason: String,
    pub(in crate::identity) invited_by: PersonId,
    pub(in crate::identity) ends_at: UtcTime,
}

/// Keeps an offer.
pub(in crate::identity) fn insert_offer(
    tx: &mut Conn,
    administrator: &AuthorityAdministrator,
    token_hash: &str,
    (role, email, reason): (RoleName, &str, &str),
    now: UtcTime,
    ends_at: UtcTime,
) -> QueryResult<()> {
    diesel::insert_into(role_invitations::table)
        .values((
            role_invitations::token_hash.eq(token_hash),
            role_invitations::id.eq(RoleInvitationId::new()),
            role_invitations::authority_id.eq(administrator.authority()),
            role_invitations::role.eq(role),
            role_invitations::email.eq(email),
            role_invitations::reason.eq(reason),
            role_invitations::invited_by.eq(administrator.who().person()),
            role_invitations::invited_at.eq(now),
            role_invitations::ends_at.eq(ends_at),
        ))
        .execute(tx)
        .map(drop)
}

macro_rules! offers {
    () => {
        role_invitations::table.inner_join(authorities::table).select((
            role_invitations::id,
            role_invitations::authority_id,
            authorities::name,
            role_invitations::role,
            role_invitations::email,
            role_invitations::reason,
            role_invitations::invited_by,
            role_invitations::ends_at,
        ))
    };
}

/// The offers of the administrator's authority that nobody has taken up yet.
pub(in crate::identity) fn open_offers(
    conn: &mut Conn,
    administrator: &AuthorityAdministrator,
    now: UtcTime,
) -> QueryResult<Vec<Offer>> {
    offers!()
        .filter(role_invitations::authority_id.eq(administrator.authority()))
        .filter(role_invitations::closed_at.is_null().and(role_invitations::ends_at.gt(now)))
        .order(role_invitations::invited_at.desc())
        .load(conn)
}

/// The offer of this token, if it still holds.
pub(in crate::identity) fn offer(conn: &mut Conn, token_hash: &str, now: UtcTime) -> QueryResult<Option<Offer>> {
    offers!()
        .filter(role_invitations::token_hash.eq(token_hash))
        .filter(role_invitations::closed_at.is_null().and(role_invitations::ends_at.gt(now)))
        .first(conn)
        .optional()
}

/// Closes the offer of this token for whoever takes it up: only the first finds it open.
pub(in crate::identity) fn take_offer(
    tx: &mut Conn,
    token_hash: &str,
    person: PersonId,
    now: UtcTime,
) -> QueryResult<bool> {
    let open = role_invitations::table.find(token_hash).filter(role_invitations::closed_at.is_null());
    let closed = diesel::update(open)
        .set((role_invitations::closed_at.eq(now), role_invitations::taken_by.eq(person)))
        .execute(tx)?;
    Ok(closed == 1)
}

/// Takes an offer of the administrator's authority back; whether it was open.
pub(in crate::identity) fn withdraw_offer(
    tx: &mut Conn,
    administrator: &AuthorityAdministrator,
    offer: RoleInvitationId,
    now: UtcTime,
) -> QueryResult<bool> {
    let open = role_invitations::table
        .filter(role_invitations::id.eq(offer).and(role_invitations::closed_at.is_null()))
        .filter(role_invitations::authority_id.eq(administrator.authority()));
    Ok(diesel::update(open).set(role_invitations::closed_at.eq(now)).execute(tx)? == 1)
}
