//! The verb: a provider sends a paper.

use chrono::NaiveDate;

use crate::catalogue::{CheckState, Paper, Verification};
use crate::clock::{UtcTime, day};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::{ProviderMember, Standing};
use crate::ids::VerificationId;

use super::files::FileKind;
use super::paper::has_an_end;
use super::store;

/// A paper on its way in.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Which.
    pub paper: Paper,
    /// Its number or level.
    pub detail: String,
    /// When it was issued.
    pub issued_on: Option<NaiveDate>,
    /// Its last day.
    pub expires_on: Option<NaiveDate>,
}

impl Sent {
    /// Checks what was typed.
    pub fn checked(
        paper: &str,
        detail: &str,
        issued_on: &str,
        expires_on: &str,
        today: NaiveDate,
    ) -> Result<Self, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let paper: Option<Paper> = paper.trim().parse().ok();
        if paper.is_none() {
            wrong.push(FieldError::new("paper", "Choose which paper it is."));
        }
        let detail = detail.trim();
        if detail.is_empty() || detail.chars().count() > 200 {
            wrong.push(FieldError::new("detail", "Write its number, level or what it covers, in up to 200 letters."));
        }
        let issued_on = date(issued_on).unwrap_or_else(|()| {
            wrong.push(FieldError::new("issued_on", "Enter the day it was issued, or leave it empty."));
            None
        });
        if issued_on.is_some_and(|on| on > today || (today - on).num_days() > 36_525) {
            wrong.push(FieldError::new("issued_on", "Enter the day it was issued: not after today."));
        }
        let expires_on = date(expires_on).unwrap_or_else(|()| {
            wrong.push(FieldError::new("expires_on", "Enter its last day, or leave it empty if it has no end."));
            None
        });
        if expires_on.is_some_and(|last| last < today || (last - today).num_days() > 36_525) {
            wrong.push(FieldError::new("expires_on", "Enter its last day: today or later."));
        }
        match paper {
            Some(paper) if has_an_end(paper) && expires_on.is_none() && wrong.is_empty() => {
                Err(vec![FieldError::new("expires_on", "Enter the last day of the insurance.")])
            }
            Some(paper) if wrong.is_empty() => Ok(Self { paper, detail: detail.to_owned(), issued_on, expires_on }),
            _ => Err(wrong),
        }
    }
}

fn date(text: &str) -> Result<Option<NaiveDate>, ()> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_not_a_day| ()),
    }
}

/// Why a paper was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Staff do the daily work only.
    #[error("only an owner or a manager can send papers. Ask one of them")]
    NotYours,
    /// Too many wait.
    #[error("20 papers of yours wait already. Let them be looked at first")]
    TooMany,
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<SendError> for AppError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Database(cause) => cause.into(),
            SendError::NotYours => Self::refused_as(actix_web::http::StatusCode::FORBIDDEN, "not-yours", error),
            SendError::TooMany => Self::refused("too-many-papers", error),
        }
    }
}

/// Whether this member may send papers.
pub(super) fn may_send(member: &ProviderMember) -> Result<(), SendError> {
    if member.standing() == Standing::Staff { Err(SendError::NotYours) } else { Ok(()) }
}

/// Takes a paper; it waits for the moderator.
#[tracing::instrument(skip_all, fields(organization.id = %member.organization()))]
pub fn send(
    tx: &mut Conn,
    member: &ProviderMember,
    sent: &Sent,
    file: Option<&(String, FileKind)>,
    now: UtcTime,
) -> Result<Verification, SendError> {
    may_send(member)?;
    let waiting = store::papers_of(tx, member.organization())?;
    if waiting.iter().filter(|paper| paper.state == CheckState::Waiting).count() >= 20 {
        return Err(SendError::TooMany);
    }
    let paper = Verification {
        id: VerificationId::new(),
        organization_id: member.organization(),
        paper: sent.paper,
        detail: sent.detail.clone(),
        state: CheckState::Waiting,
        sent_at: now,
        checked_by: None,
        checked_on: None,
        expires_on: sent.expires_on,
        reminded_on: None,
    };
    store::insert(tx, &paper, member.who().person(), sent.issued_on, file)?;
    tracing::debug!(day = %day(now), "a paper was sent");
    Ok(paper)
}
