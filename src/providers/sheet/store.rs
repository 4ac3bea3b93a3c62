//! All SQL of files that were sent.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{provider_references, service_upload_rows, service_uploads};
use crate::db::{Conn, both, text_enum};
use crate::identity::{ProviderManager, ProviderMember};
use crate::ids::{OrganizationId, PersonId, ServiceId, UploadId};

use super::super::services::store::is_theirs;

/// Rows of one INSERT.
const BATCH: usize = 200;

text_enum! {
    /// What a row would do.
    #[schema(as = UploadOutcome)]
    pub enum Outcome {
        /// A service that is not there yet.
        New = "new",
        /// Something is different.
        Changed = "changed",
        /// Nothing is different.
        Unchanged = "unchanged",
        /// It cannot be imported like this.
        Refused = "refused",
    }
}

/// A file as its row is.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = service_uploads, treat_none_as_default_value = false)]
pub struct Upload {
    /// Which.
    pub id: UploadId,
    /// Of which provider.
    pub organization_id: OrganizationId,
    /// Who sent it.
    pub uploaded_by: PersonId,
    /// When.
    pub uploaded_at: UtcTime,
    /// What it was called.
    pub file_name: String,
    /// staged or imported.
    pub state: String,
    /// When it was imported.
    pub imported_at: Option<UtcTime>,
}

/// A row of a file with what it would do.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = service_upload_rows, treat_none_as_default_value = false)]
pub struct StagedRow {
    /// Of which file.
    pub upload_id: UploadId,
    /// On which line.
    pub line: i32,
    /// The provider's reference.
    pub reference: String,
    /// The name of the service.
    pub name: String,
    /// What it would do.
    pub outcome: Outcome,
    /// The service it is about, if that is there.
    pub service_id: Option<ServiceId>,
    /// The entry, as JSON; empty where the row is refused.
    pub document: String,
    /// What is wrong, as JSON.
    pub problems: String,
}

/// Keeps a staged file.
pub(super) fn insert(tx: &mut Conn, upload: &Upload, rows: &[StagedRow]) -> QueryResult<()> {
    crate::both!(tx, c => diesel::insert_into(service_uploads::table).values(upload).execute(c))?;
    for batch in rows.chunks(BATCH) {
        crate::both!(tx, c => diesel::insert_into(service_upload_rows::table).values(batch).execute(c))?;
    }
    Ok(())
}

/// One file of the manager's provider.
pub fn upload(conn: &mut Conn, manager: &ProviderManager, id: UploadId) -> QueryResult<Option<Upload>> {
    service_uploads::table
        .filter(service_uploads::id.eq(id).and(service_uploads::organization_id.eq(manager.organization())))
        .select(Upload::as_select())
        .first(conn)
        .optional()
}

/// The rows of a file of the manager's provider.
pub fn rows(conn: &mut Conn, manager: &ProviderManager, id: UploadId) -> QueryResult<Vec<StagedRow>> {
    service_upload_rows::table
        .inner_join(service_uploads::table)
        .filter(service_uploads::id.eq(id).and(service_uploads::organization_id.eq(manager.organization())))
        .order(service_upload_rows::line)
        .select(StagedRow::as_select())
        .load(conn)
}

/// The last files of the manager's provider, newest first.
pub fn uploads(conn: &mut Conn, manager: &ProviderManager) -> QueryResult<Vec<Upload>> {
    service_uploads::table
        .filter(service_uploads::organization_id.eq(manager.organization()))
        .order(service_uploads::uploaded_at.desc())
        .limit(10)
        .select(Upload::as_select())
        .load(conn)
}

/// Notes that a file was imported.
pub(super) fn note_imported(tx: &mut Conn, manager: &ProviderManager, id: UploadId, now: UtcTime) -> QueryResult<()> {
    let mine = service_uploads::table.filter(service_uploads::organization_id.eq(manager.organization()));
    diesel::update(mine.filter(service_uploads::id.eq(id)))
        .set((service_uploads::state.eq("imported"), service_uploads::imported_at.eq(now)))
        .execute(tx)
        .map(drop)
}

/// The service that a provider calls so: by its reference, or by our own id, which the export writes where there is none.
pub(super) fn service_of(
    conn: &mut Conn,
    organization: OrganizationId,
    reference: &str,
) -> QueryResult<Option<ServiceId>> {
    let named: Option<ServiceId> = provider_references::table
        .find((organization, reference))
        .select(provider_references::service_id)
        .first(conn)
        .optional()?;
    if named.is_some() {
        return Ok(named);
    }
    match reference.parse::<ServiceId>() {
        Ok(id) if is_theirs(conn, organization, id)? => Ok(Some(id)),
        _ => Ok(None),
    }
}

/// The references of a provider, by service.
pub fn references(conn: &mut Conn, member: &ProviderMember) -> QueryResult<Vec<(ServiceId, String)>> {
    provider_references::table
        .filter(provider_references::organization_id.eq(member.organization()))
        .select((provider_references::service_id, provider_references::reference))
        .load(conn)
}

/// Keeps what a provider calls a service.
pub(super) fn note_reference(
    tx: &mut Conn,
    manager: &ProviderManager,
    reference: &str,
    service: ServiceId,
) -> QueryResult<()> {
    if reference == service.as_str() {
        return Ok(());
    }
    both(
        diesel::insert_into(provider_references::table)
            .values((
                provider_references::organization_id.eq(manager.organization()),
                provider_references::reference.eq(reference),
                provider_references::service_id.eq(service),
            ))
            .on_conflict_do_nothing(),
    )
    .execute(tx)
    .map(drop)
}
