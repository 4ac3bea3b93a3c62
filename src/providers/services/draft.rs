//! The verbs of writing: beginning a draft, saving a part of it, taking it back, throwing it away.

use chrono::NaiveDate;

use crate::catalogue::{self, ProviderType, taxonomy::Taxonomy};
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::{ProviderManager, ProviderMember};
use crate::ids::{OrganizationId, PersonId, ServiceId, VersionId};

use super::entry::Entry;
use super::part::{Known, Part};
use super::store;
use super::version::{IllegalStep, Version, VersionEvent, VersionState, document};

/// Why something was not written or published.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Not a service of this provider.
    #[error("there is no such service")]
    NotTheirs,
    /// Fields that cannot stay.
    #[error("some answers need another look")]
    Invalid(Vec<FieldError>),
    /// Another member was faster.
    #[error("somebody else changed this while you were writing. Look at what they wrote, then save again")]
    ChangedMeanwhile,
    /// It lies with the moderators.
    #[error("this version is with the council for approval. Take it back first to go on writing")]
    Waiting,
    /// Nothing is being written.
    #[error("there is no draft of this service")]
    NoDraft,
    /// Something is not said yet.
    #[error("something is missing before this can be published")]
    Missing(Vec<(Part, &'static str)>),
    /// No checked registration.
    #[error("this is a regulated activity. It is published once your registration with the regulator has been checked")]
    RegistrationNotChecked,
    /// The provider is suspended.
    #[error("this provider is suspended and publishes nothing at the moment")]
    Suspended,
    /// No reason was given.
    #[error("say what should be different, in up to 1,000 letters")]
    NoReason,
    /// It stands elsewhere.
    #[error(transparent)]
    IllegalStep(#[from] IllegalStep),
    /// A letter could not be written.
    #[error("a letter could not be written")]
    Letter(AppError),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<WriteError> for AppError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::NotTheirs | WriteError::NoDraft => Self::NotFound,
            WriteError::Invalid(fields) => Self::invalid(fields),
            WriteError::ChangedMeanwhile => Self::refused("changed-meanwhile", error),
            WriteError::Waiting => Self::refused("waiting-for-approval", error),
            WriteError::Missing(parts) => {
                Self::invalid(parts.into_iter().map(|(part, why)| FieldError::new(part.as_str(), why)).collect())
            }
            WriteError::RegistrationNotChecked => Self::refused("registration-not-checked", error),
            WriteError::Suspended => Self::refused("provider-suspended", error),
            WriteError::NoReason => {
                Self::invalid(vec![FieldError::new("reason", "Say what should be different, in up to 1,000 letters.")])
            }
            WriteError::IllegalStep(_) => Self::refused("not-now", error),
            WriteError::Letter(cause) => cause,
            WriteError::Database(cause) => cause.into(),
        }
    }
}

/// Begins a service that is not there yet, with what is known of it so far.
#[tracing::instrument(skip_all, fields(organization.id = %manager.organization()))]
pub fn begin(tx: &mut Conn, manager: &ProviderManager, entry: &Entry, now: UtcTime) -> Result<Version, WriteError> {
    let version = new_draft(ServiceId::new(), manager.organization(), manager.who().person(), 1, entry, now)?;
    store::insert(tx, &version)?;
    Ok(version)
}

fn new_draft(
    service: ServiceId,
    organization: OrganizationId,
    by: PersonId,
    number: i32,
    entry: &Entry,
    now: UtcTime,
) -> Result<Version, WriteError> {
    Ok(Version {
        id: VersionId::new(),
        service_id: service,
        organization_id: organization,
        number,
        state: VersionState::Draft,
        document: document(entry)?,
        revision: 1,
        written_by: Some(by),
        written_at: now,
        submitted_at: None,
        decided_by: None,
        decided_at: None,
        reason: None,
    })
}

/// What a member sees when a part is opened: the version that is being written, or else what is public, or was sent back.
pub fn current(
    conn: &mut Conn,
    member: &ProviderMember,
    service: ServiceId,
    today: NaiveDate,
) -> Result<(Option<Version>, Entry), WriteError> {
    if !store::is_theirs(conn, member.organization(), service)? {
        return Err(WriteError::NotTheirs);
    }
    let newest = store::newest_version(conn, member.organization(), service)?;
    let go_on = |version: &Version| {
        matches!(version.state, VersionState::Draft | VersionState::Waiting | VersionState::SentBack)
    };
    if let Some(version) = newest.filter(go_on) {
        let entry = version.entry()?;
        return Ok((Some(version), with_prices_of(entry, today)));
    }
    let kept = catalogue::rewrite::kept(conn, service, today)?.ok_or(WriteError::NotTheirs)?;
    Ok((None, Entry::of_catalogue(&kept, today)))
}

fn with_prices_of(mut entry: Entry, today: NaiveDate) -> Entry {
    entry.prices = entry.prices.into_iter().map(|price| price.on(today)).collect();
    entry
}

/// The draft of a service to write on, begun from what is public if there is none. What was sent back is gone on with.
pub fn to_write(
    tx: &mut Conn,
    manager: &ProviderManager,
    service: ServiceId,
    now: UtcTime,
) -> Result<(Version, Entry), WriteError> {
    let organization = manager.organization();
    store::provider_to_change(tx, organization)?; // other members wait here
    let (version, entry) = current(tx, manager.member(), service, now.date())?;
    match version {
        Some(version) if version.state == VersionState::Draft => return Ok((version, entry)),
        Some(version) if version.state == VersionState::Waiting => return Err(WriteError::Waiting),
        _ => {}
    }
    keep_what_is_public(tx, organization, service, now)?;
    let number = store::next_number(tx, service)?;
    let draft = new_draft(service, organization, manager.who().person(), number, &entry, now)?;
    store::insert(tx, &draft)?;
    Ok((draft, entry))
}

/// Before anything is written on a service that came into the catalogue by another way, that becomes its first version.
fn keep_what_is_public(
    tx: &mut Conn,
    organization: OrganizationId,
    service: ServiceId,
    now: UtcTime,
) -> Result<(), WriteError> {
    if store::approved_version(tx, service)?.is_some() {
        return Ok(());
    }
    let Some(kept) = catalogue::rewrite::kept(tx, service, now.date())? else { return Ok(()) };
    let number = store::next_number(tx, service)?;
    let version = Version {
        id: VersionId::new(),
        service_id: service,
        organization_id: organization,
        number,
        state: VersionState::Approved,
        document: document(&Entry::of_catalogue(&kept, now.date()))?,
        revision: 1,
        written_by: None,
        written_at: kept.service.last_modified,
        submitted_at: None,
        decided_by: None,
        decided_at: Some(kept.service.last_modified),
        reason: None,
    };
    Ok(store::insert(tx, &version)?)
}

/// Which part is changed, and what it looked like when the page was opened.
pub struct Change<'a> {
    /// Which service.
    pub service: ServiceId,
    /// Which part.
    pub part: Part,
    /// The mark of the part as it was seen; none to write over whatever is there.
    pub seen: Option<&'a str>,
}

/// Changes one part of a draft. Two members who write on different parts do not disturb each other; who was slower on
/// the same part is told.
#[tracing::instrument(skip_all, fields(service.id = %change.service))]
pub fn edit(
    tx: &mut Conn,
    manager: &ProviderManager,
    change: &Change<'_>,
    taxonomy: &Taxonomy,
    now: UtcTime,
    apply: impl FnOnce(&mut Entry, &Known<'_>) -> Result<(), Vec<FieldError>>,
) -> Result<Version, WriteError> {
    let (version, mut entry) = to_write(tx, manager, change.service, now)?;
    let provider_type = store::provider(tx, manager.organization())?.provider_type;
    let authorities = store::authority_names(tx)?;
    let known = Known { taxonomy, authorities: &authorities, provider_type, today: now.date() };
    if change.seen.is_some_and(|seen| seen != change.part.show(&entry, &known).mark()) {
        return Err(WriteError::ChangedMeanwhile);
    }
    apply(&mut entry, &known).map_err(WriteError::Invalid)?;
    store::save_document(tx, &version, &document(&entry)?, manager.who().person(), now)?;
    Ok(Version { document: document(&entry)?, revision: version.revision + 1, ..version })
}

/// Writes a whole draft at once, if nobody wrote since the given revision.
#[tracing::instrument(skip_all, fields(service.id = %service))]
pub fn write_whole(
    tx: &mut Conn,
    manager: &ProviderManager,
    service: ServiceId,
    revision: Option<i32>,
    new: &Entry,
    taxonomy: &Taxonomy,
    now: UtcTime,
) -> Result<Version, WriteError> {
    let (version, _) = to_write(tx, manager, service, now)?;
    if revision.is_some_and(|seen| seen != version.revision) {
        return Err(WriteError::ChangedMeanwhile);
    }
    let tidy = checked(tx, manager.organization(), new, taxonomy, now.date())?;
    store::save_document(tx, &version, &document(&tidy)?, manager.who().person(), now)?;
    Ok(Version { document: document(&tidy)?, revision: version.revision + 1, ..version })
}

/// Writes an entry that was checked before onto a draft: for files.
pub fn write_staged(
    tx: &mut Conn,
    manager: &ProviderManager,
    draft: &Version,
    entry: &Entry,
    now: UtcTime,
) -> Result<(), WriteError> {
    Ok(store::save_document(tx, draft, &document(entry)?, manager.who().person(), now)?)
}

/// An entry, tidied; or everything that cannot stay.
pub fn checked(
    conn: &mut Conn,
    organization: OrganizationId,
    new: &Entry,
    taxonomy: &Taxonomy,
    today: NaiveDate,
) -> Result<Entry, WriteError> {
    let provider_type: ProviderType = store::provider(conn, organization)?.provider_type;
    let authorities = store::authority_names(conn)?;
    new.checked(&Known { taxonomy, authorities: &authorities, provider_type, today }).map_err(WriteError::Invalid)
}

/// Takes a version back from the moderators, to go on writing.
#[tracing::instrument(skip_all, fields(service.id = %service))]
pub fn take_back(tx: &mut Conn, manager: &ProviderManager, service: ServiceId) -> Result<(), WriteError> {
    store::provider_to_change(tx, manager.organization())?;
    let mut version = store::open_version(tx, manager.organization(), service)?.ok_or(WriteError::NoDraft)?;
    version.state = version.state.after(VersionEvent::TakenBack)?;
    version.submitted_at = None;
    Ok(store::save_state(tx, &version)?)
}

/// Throws a draft away; what is public stays.
#[tracing::instrument(skip_all, fields(service.id = %service))]
pub fn discard(tx: &mut Conn, manager: &ProviderManager, service: ServiceId) -> Result<(), WriteError> {
    store::provider_to_change(tx, manager.organization())?;
    let version = store::open_version(tx, manager.organization(), service)?.ok_or(WriteError::NoDraft)?;
    if version.state == VersionState::Waiting {
        return Err(WriteError::Waiting);
    }
    Ok(store::delete_draft(tx, version.id)?)
}
