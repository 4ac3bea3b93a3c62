//! The verbs of a moderator: a version goes into the catalogue, or back to its provider with a reason.

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::identity::Moderator;
use crate::ids::VersionId;
use crate::post;
use crate::web::page::Link;

use super::super::letters::letter;
use super::super::store as providers;
use super::draft::WriteError;
use super::publish::make_public;
use super::store;
use super::version::{Version, VersionEvent, VersionState};

/// Approves a version: it is public from now on. Approving again changes nothing.
#[tracing::instrument(skip_all, fields(version.id = %id))]
pub fn approve(
    tx: &mut Conn,
    moderator: &Moderator,
    id: VersionId,
    public_url: &str,
    now: UtcTime,
) -> Result<Version, WriteError> {
    let mut version = take(tx, moderator, id)?;
    if version.state == VersionState::Approved {
        return Ok(version);
    }
    version.state.after(VersionEvent::Approved)?;
    let provider = store::provider(tx, version.organization_id)?;
    make_public(tx, &provider, &mut version, moderator.who().person(), now)?;
    let name = version.entry()?.name;
    let told = [format!("What you wrote about {name} was approved and is public now.")];
    let link = Link { label: "See the page".into(), href: format!("{public_url}/services/{}", version.service_id) };
    tell(tx, &version, "change approved", &format!("{name} is published"), &told, &link, now)?;
    Ok(version)
}

/// Sends a version back. What is public stays public.
#[tracing::instrument(skip_all, fields(version.id = %id))]
pub fn send_back(
    tx: &mut Conn,
    moderator: &Moderator,
    id: VersionId,
    reason: &str,
    public_url: &str,
    now: UtcTime,
) -> Result<Version, WriteError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 1_000 {
        return Err(WriteError::NoReason);
    }
    let mut version = take(tx, moderator, id)?;
    version.state = version.state.after(VersionEvent::SentBack)?;
    version.decided_by = Some(moderator.who().person());
    version.decided_at = Some(now);
    version.reason = Some(reason.to_owned());
    store::save_state(tx, &version)?;
    let name = version.entry()?.name;
    let told = [
        format!("What you wrote about {name} is not public yet. The council asks you to change something first:"),
        reason.to_owned(),
        "What was public before stays as it is meanwhile.".to_owned(),
    ];
    let href = format!("{public_url}/provider/services/{}", version.service_id);
    let link = Link { label: "Go on writing".into(), href };
    tell(tx, &version, "change sent back", &format!("Something to change on {name}"), &told, &link, now)?;
    Ok(version)
}

/// The version; its provider's row is ours until the transaction ends, so that nobody takes it back meanwhile.
fn take(tx: &mut Conn, moderator: &Moderator, id: VersionId) -> Result<Version, WriteError> {
    let found = store::for_moderator(tx, moderator, id)?.ok_or(WriteError::NotTheirs)?;
    store::provider_to_change(tx, found.organization_id)?;
    store::for_moderator(tx, moderator, id)?.ok_or(WriteError::NotTheirs)
}

fn tell(
    tx: &mut Conn,
    version: &Version,
    kind: &'static str,
    heading: &str,
    told: &[String],
    link: &Link,
    now: UtcTime,
) -> Result<(), WriteError> {
    for address in providers::letter_addresses(tx, version.organization_id)? {
        let letter = letter(kind, &address, heading, told, Some(link)).map_err(WriteError::Letter)?;
        post::queue(tx, &letter, now)?;
    }
    Ok(())
}
