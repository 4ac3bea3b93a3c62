//! The verbs: a moderator checks a paper, refuses it, or withdraws what was checked.

use chrono::NaiveDate;

use crate::catalogue::{CheckState, Paper, Verification, upkeep};
use crate::clock::{UtcTime, day, long_date};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::Moderator;
use crate::ids::VerificationId;
use crate::places;
use crate::post::{self, Told};
use crate::providers;
use crate::web::page::Link;

use super::paper::{has_an_end, label};
use super::store::{self, PaperStep};

/// Why a decision does not count.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// Somebody was faster, or it was never checked.
    #[error("this paper is {0} already")]
    Decided(CheckState),
    /// A refusal needs words.
    #[error("say why, in up to 500 letters: the provider reads it")]
    NoReason,
    /// The last day is over, or missing.
    #[error("enter its last day: today or later")]
    NoEnd,
    /// A letter could not be written.
    #[error("a letter could not be written")]
    Letter(#[source] AppError),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<DecideError> for AppError {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::Database(cause) => cause.into(),
            DecideError::Letter(cause) => cause,
            DecideError::Decided(_) => Self::refused("decided-already", error),
            DecideError::NoReason => {
                Self::invalid(vec![FieldError::new("reason", "Say why, in up to 500 letters: the provider reads it.")])
            }
            DecideError::NoEnd => {
                Self::invalid(vec![FieldError::new("expires_on", "Enter its last day: today or later.")])
            }
        }
    }
}

/// Finds a paper right until its last day; none means that it has no end. A registration lets services be published.
#[tracing::instrument(skip_all, fields(paper.id = %id))]
pub fn check(
    tx: &mut Conn,
    moderator: &Moderator,
    id: VerificationId,
    expires_on: Option<NaiveDate>,
    public_url: &str,
    now: UtcTime,
) -> Result<Verification, DecideError> {
    let today = day(now);
    let paper = store::lock(tx, moderator, id)?;
    if paper.state != CheckState::Waiting {
        return Err(DecideError::Decided(paper.state));
    }
    if expires_on.is_some_and(|last| last < today) || (has_an_end(paper.paper) && expires_on.is_none()) {
        return Err(DecideError::NoEnd);
    }
    let authority = places::store::authority_name(tx, moderator.authority())?;
    let paper = Verification {
        state: CheckState::Checked,
        checked_by: Some(authority.clone()),
        checked_on: Some(today),
        expires_on,
        ..paper
    };
    store::save(tx, &paper, PaperStep::Checked, moderator.who().person(), None, now)?;
    if paper.paper == Paper::Registration {
        let source = format!("checked by {authority}");
        upkeep::note_registration(tx, paper.organization_id, paper.detail.trim(), &source, today, now)?;
    }
    let until = expires_on.map(|last| format!(" It holds until {}.", long_date(last))).unwrap_or_default();
    let said = format!("{authority} has checked it.{until} People see it on your pages.");
    tell(tx, &paper, "is checked", vec![said], public_url, now)?;
    Ok(paper)
}

/// Finds a paper wrong, with a reason.
#[tracing::instrument(skip_all, fields(paper.id = %id))]
pub fn refuse(
    tx: &mut Conn,
    moderator: &Moderator,
    id: VerificationId,
    reason: &str,
    public_url: &str,
    now: UtcTime,
) -> Result<Verification, DecideError> {
    turn_down(tx, moderator, id, (CheckState::Waiting, PaperStep::Refused), reason, public_url, now)
}

/// Withdraws what was checked, with a reason.
#[tracing::instrument(skip_all, fields(paper.id = %id))]
pub fn withdraw(
    tx: &mut Conn,
    moderator: &Moderator,
    id: VerificationId,
    reason: &str,
    public_url: &str,
    now: UtcTime,
) -> Result<Verification, DecideError> {
    turn_down(tx, moderator, id, (CheckState::Checked, PaperStep::Withdrawn), reason, public_url, now)
}

fn turn_down(
    tx: &mut Conn,
    moderator: &Moderator,
    id: VerificationId,
    (from, step): (CheckState, PaperStep),
    reason: &str,
    public_url: &str,
    now: UtcTime,
) -> Result<Verification, DecideError> {
    let reason = reason.trim();
    let paper = store::lock(tx, moderator, id)?;
    if paper.state != from {
        return Err(DecideError::Decided(paper.state));
    }
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(DecideError::NoReason);
    }
    let today = day(now);
    let authority = places::store::authority_name(tx, moderator.authority())?;
    let paper = Verification {
        state: CheckState::Refused,
        checked_by: Some(authority.clone()),
        checked_on: Some(today),
        ..paper
    };
    store::save(tx, &paper, step, moderator.who().person(), Some(reason), now)?;
    let mut said = vec![format!("{authority} says why: {reason}")];
    if paper.paper == Paper::Registration {
        let taken_out = take_out(tx, &paper, today, now)?;
        if !taken_out.is_empty() {
            said.push(format!(
                "A regulated service can only be shown with a registration that was checked. So these are out of the \
                 searches, and nobody new can buy them: {}. What is running goes on until people decide otherwise.",
                taken_out.join(", ")
            ));
        }
    }
    let words = if step == PaperStep::Withdrawn { "no longer counts" } else { "was refused" };
    tell(tx, &paper, words, said, public_url, now)?;
    Ok(paper)
}

/// Takes the services out of the searches that stand on a registration which no longer counts.
fn take_out(tx: &mut Conn, paper: &Verification, today: NaiveDate, now: UtcTime) -> Result<Vec<String>, DecideError> {
    let number = paper.detail.trim();
    let other = store::checked_registration(tx, paper.organization_id, today)?;
    if other.is_some_and(|other| other.detail.trim() == number) {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for (service, name) in store::standing_on(tx, paper.organization_id, number)? {
        upkeep::set_status(tx, service, "inactive", now)?;
        names.push(name);
    }
    Ok(names)
}

fn tell(
    tx: &mut Conn,
    paper: &Verification,
    became: &str,
    said: Vec<String>,
    public_url: &str,
    now: UtcTime,
) -> Result<(), DecideError> {
    let told = Told {
        heading: format!("Your paper \u{201c}{}\u{201d} {became}", label(paper.paper)),
        paragraphs: said,
        action: Some(Link { label: "See your papers".into(), href: format!("{public_url}/provider/papers") }),
        ..Told::default()
    };
    providers::store::tell_that_services_changed(tx, paper.organization_id, now)?;
    for address in upkeep::addresses_of(tx, paper.organization_id)? {
        let letter = told.letter("paper decided", &address).map_err(DecideError::Letter)?;
        post::queue(tx, &letter, now)?;
    }
    Ok(())
}
