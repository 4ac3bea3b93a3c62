//! The verb: answering a report that an entry is wrong.

use crate::catalogue::upkeep;
use crate::clock::UtcTime;
use crate::db::{Conn, text_enum};
use crate::error::{AppError, FieldError};
use crate::freshness::{self, How};
use crate::identity::{Moderator, ProviderMember, SignedIn};
use crate::ids::ReportId;
use crate::post::{self, Told};
use crate::web::page::Link;

use super::report::{Report, ReportState};
use super::store;

/// Who answers: somebody of the provider, or the moderator of the authority.
#[derive(Clone, Debug)]
pub enum Answering {
    /// For the entries of their own organisation.
    Provider(ProviderMember),
    /// For the entries that their authority looks after.
    Moderator(Moderator),
}

impl Answering {
    pub(super) fn who(&self) -> &SignedIn {
        match self {
            Self::Provider(member) => member.who(),
            Self::Moderator(moderator) => moderator.who(),
        }
    }

    /// The word in the database.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Provider(_) => "provider",
            Self::Moderator(_) => "moderator",
        }
    }

    /// Where their pages are.
    pub(super) fn path(&self) -> &'static str {
        match self {
            Self::Provider(_) => "/provider/reports",
            Self::Moderator(_) => "/moderation/reports",
        }
    }
}

text_enum! {
    /// What came of a report.
    pub enum Resolution {
        /// The entry was wrong and is right now.
        PutRight = "put right",
        /// It is right as it is.
        IsRight = "is right",
        /// The service is closed for a while.
        ClosedForAWhile = "closed for a while",
        /// The service is no more.
        ClosedForGood = "closed for good",
    }
}

impl Resolution {
    /// As people choose it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::PutRight => "It was wrong, and the entry is put right now",
            Self::IsRight => "It is right as it is",
            Self::ClosedForAWhile => "It is closed for a while: take it out of the searches",
            Self::ClosedForGood => "It is closed for good: take it out of the searches",
        }
    }
}

/// Why a report was not answered.
#[derive(Debug, thiserror::Error)]
pub enum AnswerReportError {
    /// Somebody was faster.
    #[error("this was answered already")]
    Answered,
    /// It cannot be right without a reason.
    #[error("say why it is right, so that whoever asked understands")]
    NoReason,
    /// Too many words.
    #[error("shorten your answer to 1,000 letters or fewer")]
    TooLong,
    /// A letter could not be written.
    #[error("a letter could not be written")]
    Letter(#[source] AppError),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<AnswerReportError> for AppError {
    fn from(error: AnswerReportError) -> Self {
        match error {
            AnswerReportError::Database(cause) => cause.into(),
            AnswerReportError::Letter(cause) => cause,
            AnswerReportError::Answered => Self::refused("answered-already", error),
            AnswerReportError::NoReason => {
                let message = "Say why it is right, so that whoever asked understands.";
                Self::invalid(vec![FieldError::new("reason", message)])
            }
            AnswerReportError::TooLong => {
                Self::invalid(vec![FieldError::new("reason", "Shorten your answer to 1,000 letters or fewer.")])
            }
        }
    }
}

/// Answers a report; whoever asked gets a letter, if they left an address, which is then forgotten.
#[tracing::instrument(skip_all, fields(report.id = %id))]
pub fn answer(
    tx: &mut Conn,
    by: &Answering,
    id: ReportId,
    resolution: Resolution,
    reason: &str,
    public_url: &str,
    now: UtcTime,
) -> Result<Report, AnswerReportError> {
    let reason = reason.trim();
    if reason.chars().count() > 1_000 {
        return Err(AnswerReportError::TooLong);
    }
    if reason.is_empty() && resolution == Resolution::IsRight {
        return Err(AnswerReportError::NoReason);
    }
    let report = store::lock(tx, by, id)?;
    if report.state != ReportState::Open {
        return Err(AnswerReportError::Answered);
    }
    let (service, person) = (report.service_id, by.who().person());
    let state = match resolution {
        Resolution::PutRight | Resolution::IsRight => {
            freshness::store::note_checks(tx, &[service], How::Report, Some(person), now)?;
            if resolution == Resolution::PutRight { ReportState::PutRight } else { ReportState::IsRight }
        }
        Resolution::ClosedForAWhile => {
            upkeep::set_status(tx, service, "temporarily closed", now)?;
            ReportState::Closed
        }
        Resolution::ClosedForGood => {
            upkeep::set_status(tx, service, "defunct", now)?;
            ReportState::Closed
        }
    };
    if let Some(address) = &report.address {
        let letter = told(tx, &report, state, reason, public_url)?;
        let letter = letter.letter("report answered", address).map_err(AnswerReportError::Letter)?;
        post::queue(tx, &letter, now)?;
    }
    let answered = Report {
        state,
        address: None,
        answered_at: Some(now),
        answered_by: Some(person),
        answered_as: Some(by.word().into()),
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
        ..report
    };
    store::save_answer(tx, &answered)?;
    Ok(answered)
}

fn told(
    tx: &mut Conn,
    report: &Report,
    state: ReportState,
    reason: &str,
    public_url: &str,
) -> Result<Told, diesel::result::Error> {
    let name = upkeep::entry(tx, report.service_id)?.map(|entry| entry.name).unwrap_or_default();
    let came = match state {
        ReportState::PutRight => "You were right. The entry is put right now.",
        ReportState::IsRight => "We have looked, and it is right as it is.",
        ReportState::Closed => "You were right: it is closed, and searches no longer show it.",
        ReportState::Open => "",
    };
    let mut paragraphs = vec![
        format!(
            "On {} you told us that something is wrong with \u{201c}{name}\u{201d}.",
            crate::clock::long_date(crate::clock::day(report.reported_at))
        ),
        came.to_owned(),
    ];
    if !reason.is_empty() {
        paragraphs.push(format!("They say: {reason}"));
    }
    let shown = state != ReportState::Closed;
    Ok(Told {
        heading: format!("About \u{201c}{name}\u{201d}"),
        paragraphs,
        action: shown.then(|| Link {
            label: "See the entry".into(),
            href: format!("{public_url}/services/{}", report.service_id),
        }),
        after: vec!["Thank you for keeping this true for everybody. We have forgotten your address.".into()],
        ..Told::default()
    })
}
