//! The verb: hands a draft in. It becomes public, or waits for a moderator where the authority asks for that.

use chrono::NaiveDate;

use crate::catalogue;
use crate::catalogue::store::NewService;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::identity::ProviderManager;
use crate::ids::{PersonId, ServiceId};
use crate::places::settings::{self, Setting};

use super::draft::WriteError;
use super::entry::{Entry, Registration, is_plain};
use super::store::{self, Provider};
use super::version::{Version, VersionEvent, VersionState};

/// Hands a draft in; says whether it is public now or waits.
#[tracing::instrument(skip_all, fields(service.id = %service))]
pub fn hand_in(
    tx: &mut Conn,
    manager: &ProviderManager,
    service: ServiceId,
    now: UtcTime,
) -> Result<VersionState, WriteError> {
    let provider = store::provider_to_change(tx, manager.organization())?;
    let mut version = store::open_version(tx, provider.id, service)?.ok_or(WriteError::NoDraft)?;
    if version.state == VersionState::Waiting {
        return Ok(VersionState::Waiting);
    }
    let entry = version.entry()?;
    let missing = entry.missing(provider.provider_type);
    if !missing.is_empty() {
        return Err(WriteError::Missing(missing));
    }
    let approves = match provider.authority_id {
        Some(authority) => settings::setting(tx, authority, Setting::ApproveServices)? == 1,
        None => false,
    };
    if approves {
        registration(tx, &provider, service, &entry, now.date())?;
        if provider.status != "active" {
            return Err(WriteError::Suspended);
        }
        version.state = version.state.after(VersionEvent::Submitted)?;
        version.submitted_at = Some(now);
        store::save_state(tx, &version)?;
    } else {
        make_public(tx, &provider, &mut version, manager.who().person(), now)?;
    }
    Ok(version.state)
}

/// Writes a version into the catalogue. The one that was there before is superseded.
pub fn make_public(
    tx: &mut Conn,
    provider: &Provider,
    version: &mut Version,
    by: PersonId,
    now: UtcTime,
) -> Result<(), WriteError> {
    if provider.status != "active" {
        return Err(WriteError::Suspended);
    }
    let today = now.date();
    let mut entry = version.entry()?;
    entry.prices = entry.prices.into_iter().map(|price| price.on(today)).collect();
    let registration = registration(tx, provider, version.service_id, &entry, today)?;
    let before = catalogue::rewrite::kept(tx, version.service_id, today)?;
    let new = as_new(&entry, version.service_id, provider, before.as_ref(), registration.as_ref(), now);
    match &before {
        Some(before) => {
            let same_place = Entry::of_catalogue(before, today).same_place(&entry);
            catalogue::rewrite::replace(tx, &new, same_place, is_plain, now)?;
        }
        None => catalogue::store::insert_services(tx, &[new])?,
    }
    if let Some(earlier) = store::approved_version(tx, version.service_id)? {
        store::note_superseded(tx, earlier.id)?;
    }
    version.state = version.state.after(VersionEvent::Approved)?;
    version.decided_by = Some(by);
    version.decided_at = Some(now);
    Ok(store::save_state(tx, version)?)
}

/// The service that an entry makes.
#[must_use]
pub fn as_new(
    entry: &Entry,
    service: ServiceId,
    provider: &Provider,
    before: Option<&NewService>,
    registration: Option<&Registration>,
    now: UtcTime,
) -> NewService {
    let kept = before.map(|before| &before.service);
    entry.as_service(service, provider.id, provider.provider_type, kept, registration, now)
}

/// The checked registration that a regulated activity is published with; none where none is needed.
pub fn registration(
    conn: &mut Conn,
    provider: &Provider,
    service: ServiceId,
    entry: &Entry,
    today: NaiveDate,
) -> Result<Option<Registration>, WriteError> {
    if !entry.is_regulated(provider.provider_type) {
        return Ok(None);
    }
    let plain = |number: &str| -> String {
        number.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
    };
    let wanted = plain(&entry.registration_number);
    if wanted.is_empty() {
        return Err(WriteError::RegistrationNotChecked);
    }
    // "CQC 1-555": the number is one of the words.
    let names = |detail: &str| plain(detail) == wanted || detail.split_whitespace().any(|word| plain(word) == wanted);
    let papers: Vec<(Registration, bool)> =
        store::registrations(conn, provider.id, today)?.into_iter().filter(|(one, _)| names(&one.number)).collect();
    if let Some((found, _)) = papers.iter().find(|(_, holds)| *holds) {
        return Ok(Some(Registration { number: entry.registration_number.clone(), ..found.clone() }));
    }
    if !papers.is_empty() {
        return Err(WriteError::RegistrationNotChecked); // it is over, refused, or not looked at yet
    }
    // A registration that came with the regulator's own data was checked there.
    let kept = catalogue::rewrite::kept(conn, service, today)?.map(|kept| kept.service);
    let known =
        kept.filter(|service| service.registration_number.as_deref().is_some_and(|number| plain(number) == wanted));
    let known = known.and_then(|service| {
        Some(Registration {
            number: service.registration_number?,
            source: service.registration_source.unwrap_or_default(),
            checked_on: service.registration_checked_on?,
        })
    });
    known.map(Some).ok_or(WriteError::RegistrationNotChecked)
}
