//! All SQL of versions.

use diesel::dsl::max;
use diesel::prelude::*;

use crate::catalogue::{Kind, Paper, ProviderType, Verification};
use crate::clock::UtcTime;
use crate::db::schema::{authorities, organizations, people, service_versions, services, verifications};
use crate::db::{Conn, among, locked};
use crate::identity::{Moderator, ProviderMember};
use crate::ids::{AuthorityId, OrganizationId, PersonId, ServiceId, VersionId};

use super::entry::Registration;
use super::version::{Version, VersionState};

/// A service of a provider in a list.
#[derive(Clone, Debug, Queryable)]
pub struct Listed {
    /// Which.
    pub id: ServiceId,
    /// Its name.
    pub name: String,
    /// What kind of thing it is.
    pub kind: Kind,
    /// Its status.
    pub status: String,
    /// How many places are free.
    pub places_free: Option<i32>,
    /// How long people wait.
    pub waiting_days: Option<i32>,
    /// When it was last checked.
    pub assured_on: chrono::NaiveDate,
}

/// The provider of a version, as decisions need it.
#[derive(Clone, Debug, Queryable)]
pub struct Provider {
    /// Which.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// What it is.
    pub provider_type: ProviderType,
    /// active or suspended.
    pub status: String,
    /// The authority that looks after its entries.
    pub authority_id: Option<AuthorityId>,
}

/// The services of the member's provider that are in the catalogue, by name.
pub fn listed(conn: &mut Conn, member: &ProviderMember) -> QueryResult<Vec<Listed>> {
    services::table
        .filter(services::organization_id.eq(member.organization()).and(services::status.ne("defunct")))
        .order((services::name, services::id))
        .select((
            services::id,
            services::name,
            services::kind,
            services::status,
            services::places_free,
            services::waiting_days,
            services::assured_on,
        ))
        .limit(2_000)
        .load(conn)
}

/// Every version of the member's provider that is being written or waits, and the last ones that were sent back.
pub fn open_versions(conn: &mut Conn, member: &ProviderMember) -> QueryResult<Vec<Version>> {
    service_versions::table
        .filter(service_versions::organization_id.eq(member.organization()))
        .filter(service_versions::state.eq_any([VersionState::Draft, VersionState::Waiting, VersionState::SentBack]))
        .order((service_versions::service_id, service_versions::number.desc()))
        .select(Version::as_select())
        .limit(4_000)
        .load(conn)
}

/// Whether a service is this provider's: in the catalogue, or only written so far.
pub fn is_theirs(conn: &mut Conn, organization: OrganizationId, service: ServiceId) -> QueryResult<bool> {
    let live: Option<OrganizationId> =
        services::table.find(service).select(services::organization_id).first(conn).optional()?;
    if let Some(owner) = live {
        return Ok(owner == organization);
    }
    let written: Option<OrganizationId> = service_versions::table
        .filter(service_versions::service_id.eq(service))
        .select(service_versions::organization_id)
        .first(conn)
        .optional()?;
    Ok(written == Some(organization))
}

/// The provider; its row is ours until the transaction ends, so that two members write one after the other.
pub fn provider_to_change(tx: &mut Conn, organization: OrganizationId) -> QueryResult<Provider> {
    locked(organizations::table.find(organization).select((
        organizations::id,
        organizations::name,
        organizations::provider_type,
        organizations::status,
        organizations::authority_id,
    )))
    .get_result(tx)
}

/// The provider.
pub fn provider(conn: &mut Conn, organization: OrganizationId) -> QueryResult<Provider> {
    organizations::table
        .find(organization)
        .select((
            organizations::id,
            organizations::name,
            organizations::provider_type,
            organizations::status,
            organizations::authority_id,
        ))
        .first(conn)
}

/// The version that is being written or waits.
pub fn open_version(conn: &mut Conn, organization: OrganizationId, service: ServiceId) -> QueryResult<Option<Version>> {
    service_versions::table
        .filter(service_versions::service_id.eq(service))
        .filter(service_versions::organization_id.eq(organization))
        .filter(service_versions::state.eq_any([VersionState::Draft, VersionState::Waiting]))
        .select(Version::as_select())
        .first(conn)
        .optional()
}

/// The newest version of a service, whatever its state.
pub fn newest_version(
    conn: &mut Conn,
    organization: OrganizationId,
    service: ServiceId,
) -> QueryResult<Option<Version>> {
    service_versions::table
        .filter(service_versions::service_id.eq(service))
        .filter(service_versions::organization_id.eq(organization))
        .order(service_versions::number.desc())
        .select(Version::as_select())
        .first(conn)
        .optional()
}

/// The version that is in the catalogue.
pub fn approved_version(conn: &mut Conn, service: ServiceId) -> QueryResult<Option<Version>> {
    service_versions::table
        .filter(service_versions::service_id.eq(service))
        .filter(service_versions::state.eq(VersionState::Approved))
        .select(Version::as_select())
        .first(conn)
        .optional()
}

/// A version with the names of who wrote and who decided.
pub type WithNames = (Version, Option<String>, Option<String>);

/// Every version of a service of the member's provider, newest first, with the names of who wrote and who decided.
pub fn versions(conn: &mut Conn, member: &ProviderMember, service: ServiceId) -> QueryResult<Vec<WithNames>> {
    let rows: Vec<Version> = service_versions::table
        .filter(service_versions::service_id.eq(service))
        .filter(service_versions::organization_id.eq(member.organization()))
        .order(service_versions::number.desc())
        .limit(100)
        .select(Version::as_select())
        .load(conn)?;
    let names = names(conn, rows.iter().flat_map(|row| [row.written_by, row.decided_by]).flatten().collect())?;
    let name = |id: Option<PersonId>| names.iter().find(|(each, _)| Some(*each) == id).map(|(_, name)| name.clone());
    Ok(rows
        .into_iter()
        .map(|row| {
            let (by, decided) = (name(row.written_by), name(row.decided_by));
            (row, by, decided)
        })
        .collect())
}

fn names(conn: &mut Conn, ids: Vec<PersonId>) -> QueryResult<Vec<(PersonId, String)>> {
    people::table.filter(among(people::id, ids)).select((people::id, people::display_name)).load(conn)
}

/// The number that the next version of a service has.
pub fn next_number(tx: &mut Conn, service: ServiceId) -> QueryResult<i32> {
    let last: Option<i32> = service_versions::table
        .filter(service_versions::service_id.eq(service))
        .select(max(service_versions::number))
        .get_result(tx)?;
    Ok(last.unwrap_or(0) + 1)
}

/// Keeps a new version.
pub fn insert(tx: &mut Conn, new: &Version) -> QueryResult<()> {
    crate::both!(tx, c => diesel::insert_into(service_versions::table).values(new).execute(c)).map(drop)
}

/// Keeps what was written on an open version.
pub fn save_document(tx: &mut Conn, version: &Version, document: &str, by: PersonId, now: UtcTime) -> QueryResult<()> {
    diesel::update(service_versions::table.find(version.id))
        .set((
            service_versions::document.eq(document),
            service_versions::revision.eq(version.revision + 1),
            service_versions::written_by.eq(by),
            service_versions::written_at.eq(now),
        ))
        .execute(tx)
        .map(drop)
}

/// Keeps where a version stands.
pub fn save_state(tx: &mut Conn, version: &Version) -> QueryResult<()> {
    diesel::update(service_versions::table.find(version.id))
        .set((
            service_versions::state.eq(version.state),
            service_versions::submitted_at.eq(version.submitted_at),
            service_versions::decided_by.eq(version.decided_by),
            service_versions::decided_at.eq(version.decided_at),
            service_versions::reason.eq(&version.reason),
        ))
        .execute(tx)
        .map(drop)
}

/// Notes that another version took the place of this one.
pub fn note_superseded(tx: &mut Conn, version: VersionId) -> QueryResult<()> {
    diesel::update(service_versions::table.find(version))
        .set(service_versions::state.eq(VersionState::Superseded))
        .execute(tx)
        .map(drop)
}

/// Throws a draft away.
pub fn delete_draft(tx: &mut Conn, version: VersionId) -> QueryResult<()> {
    let draft = service_versions::table.filter(service_versions::id.eq(version));
    diesel::delete(draft.filter(service_versions::state.eq(VersionState::Draft))).execute(tx).map(drop)
}

/// Every paper of a provider that says something about a registration, whether it holds on that day or not.
pub fn registrations(
    conn: &mut Conn,
    organization: OrganizationId,
    on: chrono::NaiveDate,
) -> QueryResult<Vec<(Registration, bool)>> {
    let rows: Vec<Verification> = verifications::table
        .filter(verifications::organization_id.eq(organization))
        .filter(verifications::paper.eq(Paper::Registration))
        .select(Verification::as_select())
        .load(conn)?;
    let registration = |paper: Verification| {
        let holds = paper.holds_on(on) && paper.checked_on.is_some();
        let told = Registration {
            number: paper.detail,
            source: paper.checked_by.unwrap_or_default(),
            checked_on: paper.checked_on.unwrap_or_default(),
        };
        (told, holds)
    };
    Ok(rows.into_iter().map(registration).collect())
}

/// Ids and names of all authorities, by name.
pub fn authority_names(conn: &mut Conn) -> QueryResult<Vec<(String, String)>> {
    let rows: Vec<(AuthorityId, String)> =
        authorities::table.order(authorities::name).select((authorities::id, authorities::name)).load(conn)?;
    Ok(rows.into_iter().map(|(id, name)| (id.to_string(), name)).collect())
}

/// The versions that wait for the moderator's authority, longest waiting first, with their providers.
pub fn waiting(conn: &mut Conn, moderator: &Moderator) -> QueryResult<Vec<(Version, String)>> {
    service_versions::table
        .inner_join(organizations::table)
        .filter(organizations::authority_id.eq(moderator.authority()))
        .filter(service_versions::state.eq(VersionState::Waiting))
        .order((service_versions::submitted_at, service_versions::id))
        .limit(200)
        .select((Version::as_select(), organizations::name))
        .load(conn)
}

/// How many versions wait for an authority.
pub fn count_waiting(conn: &mut Conn, moderator: &Moderator) -> QueryResult<i64> {
    service_versions::table
        .inner_join(organizations::table)
        .filter(organizations::authority_id.eq(moderator.authority()))
        .filter(service_versions::state.eq(VersionState::Waiting))
        .count()
        .get_result(conn)
}

/// One version of a provider that the moderator's authority looks after.
pub fn for_moderator(conn: &mut Conn, moderator: &Moderator, id: VersionId) -> QueryResult<Option<Version>> {
    service_versions::table
        .inner_join(organizations::table)
        .filter(service_versions::id.eq(id).and(organizations::authority_id.eq(moderator.authority())))
        .filter(service_versions::state.ne(VersionState::Draft))
        .select(Version::as_select())
        .first(conn)
        .optional()
}
