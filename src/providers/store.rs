//! All SQL of a provider's profile and members.

use diesel::prelude::*;

use crate::catalogue::ProviderType;
use crate::clock::UtcTime;
use crate::db::schema::{authorities, memberships, organizations, people, services, wards};
use crate::db::{Conn, locked};
use crate::identity::invitation::Invitation;
use crate::identity::{ProviderManager, ProviderMember, ProviderOwner, RoleName, Standing, invitation_store};
use crate::ids::{AuthorityId, InvitationId, MembershipId, OrganizationId, PersonId, ServiceId};
use crate::log::{EventKind, NewEvent};
use crate::places::{Place, distance_metres};

use super::members::Member;
use super::organisation::Organisation;

/// The member's provider.
pub fn organisation(conn: &mut Conn, member: &ProviderMember) -> QueryResult<Organisation> {
    organizations::table.find(member.organization()).select(Organisation::as_select()).first(conn)
}

/// The member's provider; the row is ours until the transaction ends.
pub fn organisation_to_change(tx: &mut Conn, member: &ProviderMember) -> QueryResult<Organisation> {
    let row = organizations::table.find(member.organization()).select(organizations::id);
    let _: OrganizationId = locked(row).get_result(tx)?;
    organisation(tx, member)
}

/// Keeps a changed profile.
pub fn save_organisation(tx: &mut Conn, manager: &ProviderManager, new: &Organisation) -> QueryResult<()> {
    diesel::update(organizations::table.find(manager.organization()))
        .set((
            organizations::name.eq(&new.name),
            organizations::description.eq(&new.description),
            organizations::provider_type.eq(new.provider_type),
            organizations::website.eq(&new.website),
            organizations::email.eq(&new.email),
            organizations::phone.eq(&new.phone),
            organizations::charity_number.eq(&new.charity_number),
            organizations::company_number.eq(&new.company_number),
        ))
        .execute(tx)
        .map(drop)
}

/// Tells the log that every active service of a provider shows something else now.
pub fn tell_that_services_changed(tx: &mut Conn, organization: OrganizationId, now: UtcTime) -> QueryResult<()> {
    let ids: Vec<ServiceId> = services::table
        .filter(services::organization_id.eq(organization).and(services::status.eq("active")))
        .select(services::id)
        .load(tx)?;
    let event = |id: &ServiceId| NewEvent::plain(None, EventKind::ServiceChanged, id, now);
    crate::log::append(tx, &ids.iter().map(event).collect::<Vec<_>>())
}

/// The authority of a place: that of its ward, or else the one whose middle is nearest.
pub fn authority_at(conn: &mut Conn, place: &Place) -> QueryResult<Option<AuthorityId>> {
    if let Some(code) = place.ward_code {
        let found = wards::table.find(code).select(wards::authority_id).first(conn).optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    let all: Vec<(AuthorityId, f64, f64)> =
        authorities::table.select((authorities::id, authorities::latitude, authorities::longitude)).load(conn)?;
    let here = (place.latitude, place.longitude);
    let nearest =
        all.into_iter().min_by(|a, b| distance_metres(here, (a.1, a.2)).total_cmp(&distance_metres(here, (b.1, b.2))));
    Ok(nearest.map(|(id, ..)| id))
}

/// Gives the entries of a provider into the care of an authority.
pub fn look_after(tx: &mut Conn, organization: OrganizationId, authority: AuthorityId) -> QueryResult<()> {
    diesel::update(organizations::table.find(organization))
        .set(organizations::authority_id.eq(authority))
        .execute(tx)
        .map(drop)
}

/// Makes a provider of a person who becomes its owner.
pub fn found_organisation(
    tx: &mut Conn,
    person: PersonId,
    name: &str,
    provider_type: ProviderType,
    authority: Option<AuthorityId>,
    now: UtcTime,
) -> QueryResult<OrganizationId> {
    let id = OrganizationId::new();
    diesel::insert_into(organizations::table)
        .values((
            organizations::id.eq(id),
            organizations::name.eq(name),
            organizations::description.eq(""),
            organizations::provider_type.eq(provider_type),
            organizations::status.eq("active"),
            organizations::origin.eq(crate::catalogue::Origin::Provider),
            organizations::created_at.eq(now),
            organizations::authority_id.eq(authority),
        ))
        .execute(tx)?;
    diesel::insert_into(memberships::table)
        .values((
            memberships::id.eq(MembershipId::new()),
            memberships::person_id.eq(person),
            memberships::role.eq(RoleName::ProviderMember),
            memberships::organization_id.eq(id),
            memberships::standing.eq(Standing::Owner),
            memberships::granted_at.eq(now),
        ))
        .execute(tx)?;
    Ok(id)
}

/// The members of the owner's provider, in the order in which they came.
pub fn members(conn: &mut Conn, owner: &ProviderOwner) -> QueryResult<Vec<Member>> {
    memberships::table
        .inner_join(people::table)
        .filter(memberships::organization_id.eq(owner.organization()))
        .filter(memberships::role.eq(RoleName::ProviderMember))
        .order((memberships::granted_at, memberships::id))
        .select((
            memberships::id,
            people::id,
            people::display_name,
            people::email,
            memberships::standing,
            memberships::granted_at,
        ))
        .load(conn)
}

/// The memberships of a provider with their standing; theirs rows are ours until the transaction ends.
pub fn members_to_change(tx: &mut Conn, member: &ProviderMember) -> QueryResult<Vec<(MembershipId, Standing)>> {
    let all = memberships::table
        .filter(memberships::organization_id.eq(member.organization()))
        .filter(memberships::role.eq(RoleName::ProviderMember))
        .order(memberships::id)
        .select((memberships::id, memberships::standing));
    let rows: Vec<(MembershipId, Option<Standing>)> = locked(all).load(tx)?;
    Ok(rows.into_iter().filter_map(|(id, standing)| Some((id, standing?))).collect())
}

/// The member's own membership.
pub fn membership_of(conn: &mut Conn, member: &ProviderMember) -> QueryResult<Option<MembershipId>> {
    memberships::table
        .filter(memberships::organization_id.eq(member.organization()))
        .filter(memberships::person_id.eq(member.who().person()))
        .select(memberships::id)
        .first(conn)
        .optional()
}

/// Keeps a changed standing.
pub fn set_standing(tx: &mut Conn, owner: &ProviderOwner, id: MembershipId, standing: Standing) -> QueryResult<()> {
    let mine = memberships::table.filter(memberships::organization_id.eq(owner.organization()));
    diesel::update(mine.filter(memberships::id.eq(id))).set(memberships::standing.eq(standing)).execute(tx).map(drop)
}

/// Takes a member out of a provider.
pub fn remove_member(tx: &mut Conn, organization: OrganizationId, id: MembershipId) -> QueryResult<()> {
    let mine = memberships::table.filter(memberships::organization_id.eq(organization));
    diesel::delete(mine.filter(memberships::id.eq(id))).execute(tx).map(drop)
}

/// The invitations of the owner's provider that can still be accepted.
pub fn open_invitations(conn: &mut Conn, owner: &ProviderOwner, now: UtcTime) -> QueryResult<Vec<Invitation>> {
    let all = invitation_store::invitations(conn, Some(owner.organization()), None)?;
    Ok(all.into_iter().filter(|one| one.is_open(now)).collect())
}

/// Takes an invitation back; says whether it was open.
pub fn withdraw_invitation(tx: &mut Conn, owner: &ProviderOwner, id: InvitationId, now: UtcTime) -> QueryResult<bool> {
    invitation_store::withdraw_from_provider(tx, owner.organization(), id, now)
}

/// Whether anybody works the account of a provider.
pub fn has_members(conn: &mut Conn, organization: OrganizationId) -> QueryResult<bool> {
    let one: Option<MembershipId> = memberships::table
        .filter(memberships::organization_id.eq(organization))
        .select(memberships::id)
        .first(conn)
        .optional()?;
    Ok(one.is_some())
}

/// The addresses that letters about a provider's daily work go to: its own, or its owners'.
pub fn letter_addresses(conn: &mut Conn, organization: OrganizationId) -> QueryResult<Vec<String>> {
    let own: Option<Option<String>> =
        organizations::table.find(organization).select(organizations::email).first(conn).optional()?;
    if let Some(own) = own.flatten().filter(|address| address.parse::<lettre::Address>().is_ok()) {
        return Ok(vec![own]);
    }
    memberships::table
        .inner_join(people::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::standing.eq(Standing::Owner))
        .filter(people::email.is_not_null())
        .order(memberships::id)
        .limit(5)
        .select(people::email.assume_not_null())
        .load(conn)
}
