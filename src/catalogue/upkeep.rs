//! All SQL that keeps entries true: the day of the last check, closing, and whom to write to.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{locations, memberships, organizations, people, service_at_locations, services};
use crate::db::{Conn, among};
use crate::identity::{RoleName, Standing};
use crate::ids::{AuthorityId, OrganizationId, ServiceId};
use crate::log::{EventKind, NewEvent};

use super::{Kind, Origin};

diesel::define_sql_function! {
    /// A text in small letters.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// What those who keep an entry need to know of it.
#[derive(Clone, Debug, Queryable)]
pub struct Entry {
    /// Which.
    pub id: ServiceId,
    /// Whose.
    pub organization: OrganizationId,
    /// Its name.
    pub name: String,
    /// What kind of thing it is.
    pub kind: Kind,
    /// active, inactive, defunct, temporarily closed.
    pub status: String,
    /// When it was last checked.
    pub assured_on: NaiveDate,
    /// Where the record comes from.
    pub origin: Origin,
    /// Its e-mail address.
    pub email: Option<String>,
    /// The provider's name.
    pub provider: String,
    /// The authority that looks after it.
    pub authority: Option<AuthorityId>,
}

type EntryColumns = (
    services::id,
    services::organization_id,
    services::name,
    services::kind,
    services::status,
    services::assured_on,
    services::origin,
    services::email,
    organizations::name,
    organizations::authority_id,
);

const ENTRY: EntryColumns = (
    services::id,
    services::organization_id,
    services::name,
    services::kind,
    services::status,
    services::assured_on,
    services::origin,
    services::email,
    organizations::name,
    organizations::authority_id,
);

/// One entry, whatever its status.
pub fn entry(conn: &mut Conn, id: ServiceId) -> QueryResult<Option<Entry>> {
    services::table.inner_join(organizations::table).filter(services::id.eq(id)).select(ENTRY).first(conn).optional()
}

/// Entries by their ids, in no order.
pub fn entries(conn: &mut Conn, ids: &[ServiceId]) -> QueryResult<Vec<Entry>> {
    services::table.inner_join(organizations::table).filter(among(services::id, ids)).select(ENTRY).load(conn)
}

/// The active entries of an organisation, oldest check first.
pub fn entries_of(conn: &mut Conn, organization: OrganizationId, at_most: i64) -> QueryResult<Vec<Entry>> {
    services::table
        .inner_join(organizations::table)
        .filter(services::organization_id.eq(organization).and(services::status.eq("active")))
        .order((services::assured_on, services::id))
        .limit(at_most)
        .select(ENTRY)
        .load(conn)
}

/// The active entries of an authority's organisations that nobody checked since that day, oldest first.
pub fn unchecked_since(
    conn: &mut Conn,
    authority: AuthorityId,
    day: NaiveDate,
    page: i64,
    per_page: i64,
) -> QueryResult<Vec<Entry>> {
    services::table
        .inner_join(organizations::table)
        .filter(organizations::authority_id.eq(authority).and(organizations::status.eq("active")))
        .filter(services::status.eq("active").and(services::assured_on.le(day)))
        .order((services::assured_on, services::id))
        .limit(per_page)
        .offset((page - 1) * per_page)
        .select(ENTRY)
        .load(conn)
}

/// How many these are.
pub fn count_unchecked_since(conn: &mut Conn, authority: AuthorityId, day: NaiveDate) -> QueryResult<i64> {
    services::table
        .inner_join(organizations::table)
        .filter(organizations::authority_id.eq(authority).and(organizations::status.eq("active")))
        .filter(services::status.eq("active").and(services::assured_on.le(day)))
        .count()
        .get_result(conn)
}

/// The next active organisations, by id, with an entry of their own that nobody checked since that day. What comes from
/// open data is checked where it comes from.
pub fn organizations_unchecked_since(
    conn: &mut Conn,
    day: NaiveDate,
    after: &str,
    at_most: i64,
) -> QueryResult<Vec<OrganizationId>> {
    services::table
        .inner_join(organizations::table)
        .filter(services::status.eq("active").and(services::assured_on.le(day)))
        .filter(services::origin.ne(Origin::OpenData).and(organizations::status.eq("active")))
        .filter(services::organization_id.gt(after.to_owned()))
        .select(services::organization_id)
        .distinct()
        .order(services::organization_id)
        .limit(at_most)
        .load(conn)
}

/// Whom to write to about an organisation: its owners, else its own address.
pub fn addresses_of(conn: &mut Conn, organization: OrganizationId) -> QueryResult<Vec<String>> {
    let owners: Vec<String> = memberships::table
        .inner_join(people::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::role.eq(RoleName::ProviderMember).and(memberships::standing.eq(Standing::Owner)))
        .filter(people::email.is_not_null())
        .order(memberships::granted_at)
        .limit(3)
        .select(people::email.assume_not_null())
        .load(conn)?;
    if !owners.is_empty() {
        return Ok(owners);
    }
    let own: Option<String> = organizations::table.find(organization).select(organizations::email).first(conn)?;
    Ok(own.into_iter().collect())
}

/// Whether a regulator looks after a service.
pub fn is_regulated(conn: &mut Conn, id: ServiceId) -> QueryResult<bool> {
    services::table.find(id).select(services::regulated).first(conn)
}

/// Where a service is used.
pub fn point_of(conn: &mut Conn, id: ServiceId) -> QueryResult<Option<(f64, f64)>> {
    service_at_locations::table
        .inner_join(locations::table)
        .filter(service_at_locations::service_id.eq(id))
        .select((locations::latitude, locations::longitude))
        .first(conn)
        .optional()
}

/// Notes that entries were found right on that day; search learns of it.
pub fn assure(tx: &mut Conn, ids: &[ServiceId], on: NaiveDate, now: UtcTime) -> QueryResult<()> {
    diesel::update(services::table.filter(among(services::id, ids)).filter(services::assured_on.lt(on)))
        .set((services::assured_on.eq(on), services::last_modified.eq(now)))
        .execute(tx)?;
    tell(tx, ids, now)
}

/// Gives an entry another status; search learns of it.
pub fn set_status(tx: &mut Conn, id: ServiceId, status: &str, now: UtcTime) -> QueryResult<()> {
    diesel::update(services::table.find(id))
        .set((services::status.eq(status), services::last_modified.eq(now)))
        .execute(tx)?;
    tell(tx, &[id], now)
}

/// Tells the log that entries changed.
fn tell(tx: &mut Conn, ids: &[ServiceId], now: UtcTime) -> QueryResult<()> {
    let events: Vec<NewEvent> =
        ids.iter().map(|id| NewEvent::plain(None, EventKind::ServiceChanged, id, now)).collect();
    crate::log::append(tx, &events)
}

/// Notes a registration that was checked on the regulated services of an organisation that stand on it, or on none yet.
pub fn note_registration(
    tx: &mut Conn,
    organization: OrganizationId,
    number: &str,
    source: &str,
    on: NaiveDate,
    now: UtcTime,
) -> QueryResult<()> {
    let ids: Vec<ServiceId> = services::table
        .filter(services::organization_id.eq(organization).and(services::regulated.eq(true)))
        .filter(
            services::registration_number
                .is_null()
                .or(services::registration_checked_on.is_null())
                .or(services::registration_number.assume_not_null().eq(number.to_owned())),
        )
        .select(services::id)
        .load(tx)?;
    diesel::update(services::table.filter(among(services::id, &ids)))
        .set((
            services::registration_number.eq(number),
            services::registration_source.eq(source),
            services::registration_checked_on.eq(on),
            services::last_modified.eq(now),
        ))
        .execute(tx)?;
    tell(tx, &ids, now)
}

/// What an organisation is called, which authority looks after it, and whether it is active or suspended.
#[derive(Clone, Debug, Queryable)]
pub struct Organization {
    /// Which.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// active or suspended.
    pub status: String,
    /// The authority that looks after it.
    pub authority: Option<AuthorityId>,
}

/// The organisations that an authority looks after and whose name holds these words, by name.
pub fn organizations_of(
    conn: &mut Conn,
    authority: AuthorityId,
    words: &str,
    page: i64,
    per_page: i64,
) -> QueryResult<(Vec<Organization>, i64)> {
    let pattern = format!("%{}%", words.to_lowercase().replace(['%', '_', '\\'], " "));
    let found = || {
        organizations::table
            .filter(organizations::authority_id.eq(authority))
            .filter(lower(organizations::name).like(pattern.clone()))
    };
    let rows = found()
        .order((organizations::status.desc(), organizations::name, organizations::id))
        .limit(per_page)
        .offset((page - 1) * per_page)
        .select((organizations::id, organizations::name, organizations::status, organizations::authority_id))
        .load(conn)?;
    let total = found().count().get_result(conn)?;
    Ok((rows, total))
}

/// One organisation, taken until the transaction ends.
pub fn lock_organization(tx: &mut Conn, id: OrganizationId) -> QueryResult<Option<Organization>> {
    crate::db::locked(organizations::table.find(id).select((
        organizations::id,
        organizations::name,
        organizations::status,
        organizations::authority_id,
    )))
    .get_result(tx)
    .optional()
}

/// Whether an organisation is active, rather than suspended.
pub fn is_active(conn: &mut Conn, id: OrganizationId) -> QueryResult<bool> {
    Ok(organization(conn, id)?.is_some_and(|organization| organization.status == "active"))
}

/// One organisation.
pub fn organization(conn: &mut Conn, id: OrganizationId) -> QueryResult<Option<Organization>> {
    organizations::table
        .find(id)
        .select((organizations::id, organizations::name, organizations::status, organizations::authority_id))
        .first(conn)
        .optional()
}

/// Gives an organisation another status; search learns of all its services.
pub fn set_organization_status(tx: &mut Conn, id: OrganizationId, status: &str, now: UtcTime) -> QueryResult<()> {
    diesel::update(organizations::table.find(id)).set(organizations::status.eq(status)).execute(tx)?;
    let ids: Vec<ServiceId> = services::table.filter(services::organization_id.eq(id)).select(services::id).load(tx)?;
    tell(tx, &ids, now)
}
