//! The verbs: suspending a provider, and lifting that.

use std::collections::BTreeMap;

use crate::catalogue::upkeep::{self, Organization};
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::Moderator;
use crate::ids::OrganizationId;
use crate::post::{self, Told};
use crate::web::page::Link;

use super::store::{self, OrganizationStep};

/// Why a provider was not suspended, or the suspension not lifted.
#[derive(Debug, thiserror::Error)]
pub enum SuspendError {
    /// It is not among the providers of this authority.
    #[error("we do not know that provider")]
    Unknown,
    /// It is so already.
    #[error("this provider is {0} already")]
    Already(String),
    /// Words are needed.
    #[error("say why, in up to 500 letters")]
    NoReason,
    /// A letter could not be written.
    #[error("a letter could not be written")]
    Letter(#[source] AppError),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<SuspendError> for AppError {
    fn from(error: SuspendError) -> Self {
        match error {
            SuspendError::Database(cause) => cause.into(),
            SuspendError::Letter(cause) => cause,
            SuspendError::Unknown => Self::NotFound,
            SuspendError::Already(_) => Self::refused("so-already", error),
            SuspendError::NoReason => Self::invalid(vec![FieldError::new("reason", "Say why, in up to 500 letters.")]),
        }
    }
}

/// Suspends a provider: nobody new can buy from it or find it; who has bought decides for themselves, and is told.
#[tracing::instrument(skip_all, fields(organization.id = %id))]
pub fn suspend(
    tx: &mut Conn,
    moderator: &Moderator,
    id: OrganizationId,
    reason: &str,
    public_url: &str,
    now: UtcTime,
) -> Result<(), SuspendError> {
    let (organization, reason) = change(tx, moderator, id, reason, "suspended")?;
    upkeep::set_organization_status(tx, id, "suspended", now)?;
    store::note(tx, id, OrganizationStep::Suspended, moderator.who().person(), reason, now)?;
    let mut affected: BTreeMap<String, Vec<store::Running>> = BTreeMap::new();
    for running in store::running_with(tx, id)? {
        affected.entry(running.address.clone()).or_default().push(running);
    }
    for (address, running) in affected {
        let letter = told_person(&organization, &running, public_url).letter("provider suspended", &address);
        post::queue(tx, &letter.map_err(SuspendError::Letter)?, now)?;
    }
    let told = Told {
        heading: format!("{} is suspended", organization.name),
        paragraphs: vec![
            format!("The council has suspended your entries, and says why: {reason}"),
            "Nobody new can find you or buy from you. Support that runs goes on for as long as the people want it: they \
             have been told. Answer the council to have this lifted."
                .into(),
        ],
        action: Some(Link { label: "Go to your desk".into(), href: format!("{public_url}/provider") }),
        ..Told::default()
    };
    tell_provider(tx, id, &told, now)
}

/// Lifts the suspension of a provider.
#[tracing::instrument(skip_all, fields(organization.id = %id))]
pub fn lift(
    tx: &mut Conn,
    moderator: &Moderator,
    id: OrganizationId,
    reason: &str,
    public_url: &str,
    now: UtcTime,
) -> Result<(), SuspendError> {
    let (organization, reason) = change(tx, moderator, id, reason, "active")?;
    upkeep::set_organization_status(tx, id, "active", now)?;
    store::note(tx, id, OrganizationStep::Lifted, moderator.who().person(), reason, now)?;
    let told = Told {
        heading: format!("{} is no longer suspended", organization.name),
        paragraphs: vec![
            format!("The council says why: {reason}"),
            "People can find your entries and buy from you again.".into(),
        ],
        action: Some(Link { label: "Go to your desk".into(), href: format!("{public_url}/provider") }),
        ..Told::default()
    };
    tell_provider(tx, id, &told, now)
}

fn change<'a>(
    tx: &mut Conn,
    moderator: &Moderator,
    id: OrganizationId,
    reason: &'a str,
    to: &str,
) -> Result<(Organization, &'a str), SuspendError> {
    let organization = upkeep::lock_organization(tx, id)?
        .filter(|organization| organization.authority == Some(moderator.authority()))
        .ok_or(SuspendError::Unknown)?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(SuspendError::NoReason);
    }
    if organization.status == to {
        return Err(SuspendError::Already(organization.status));
    }
    Ok((organization, reason))
}

/// What people who have bought are told: that it is theirs to decide.
fn told_person(organization: &Organization, running: &[store::Running], public_url: &str) -> Told {
    let first = running.first().map(|one| format!("{public_url}/purchases/{}", one.purchase)).unwrap_or_default();
    Told {
        heading: format!("{} is suspended: what this means for you", organization.name),
        paragraphs: vec![
            format!(
                "Your council has suspended {}. Nobody new can buy from it until that is sorted out.",
                organization.name
            ),
            "What you have bought goes on unless you decide otherwise. You can leave it as it is, or cancel it: what was not \
             delivered comes back to your budget. If you are worried, talk to your council or to somebody you trust."
                .into(),
        ],
        items: running.iter().map(|one| (one.service.clone(), one.state.to_string())).collect(),
        action: Some(Link { label: "Look at what you have bought".into(), href: first }),
        ..Told::default()
    }
}

fn tell_provider(tx: &mut Conn, id: OrganizationId, told: &Told, now: UtcTime) -> Result<(), SuspendError> {
    for address in upkeep::addresses_of(tx, id)? {
        let letter = told.letter("suspension", &address).map_err(SuspendError::Letter)?;
        post::queue(tx, &letter, now)?;
    }
    Ok(())
}
