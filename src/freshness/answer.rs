//! The verbs: saying that entries are still right, have changed, or are closed.

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use crate::catalogue::upkeep::{self, Entry};
use crate::clock::{UtcTime, long_date};
use crate::corrections;
use crate::db::Conn;
use crate::error::AppError;
use crate::identity::{Moderator, ProviderMember};
use crate::ids::{OrganizationId, ServiceId, StillRightLetterId};
use crate::post::{self, Told};

use super::store::{self, Answer, How};

/// Why an answer does not count.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// There is no such link, or no such entry in its letter.
    #[error("we do not know that link")]
    Unknown,
    /// The link has ended.
    #[error("this link has ended. Sign in to look after your entries, or wait for the next letter")]
    Ended,
    /// The question has its answer.
    #[error("this was answered already. Each entry can be answered once with a link; sign in to change more")]
    Answered,
    /// The words are too long, or missing.
    #[error("say what has changed, in up to 2,000 letters")]
    NoWords,
    /// A letter could not be written.
    #[error("a letter could not be written")]
    Letter(#[source] AppError),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<AnswerError> for AppError {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::Database(cause) => cause.into(),
            AnswerError::Letter(cause) => cause,
            AnswerError::Unknown => Self::NotFound,
            AnswerError::Ended => Self::refused_as(actix_web::http::StatusCode::GONE, "link-ended", error),
            AnswerError::Answered => Self::refused("answered-already", error),
            AnswerError::NoWords => Self::invalid(vec![crate::error::FieldError::new(
                "words",
                "Say what has changed, in up to 2,000 letters.",
            )]),
        }
    }
}

/// What the database keeps of a link: whoever reads the table cannot use it.
pub(super) fn hash_of(token: &str) -> String {
    hex::encode(Sha256::digest(format!("still right:{token}")))
}

/// A letter with its entries, as its link finds it.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Which.
    pub(super) id: StillRightLetterId,
    /// Whom it asked.
    pub organization: OrganizationId,
    /// Until when the link works.
    pub ends_on: NaiveDate,
    /// What it asks about, with what was answered and when.
    pub questions: Vec<(Entry, Option<(Answer, UtcTime)>)>,
}

impl Letter {
    /// The entries that wait for an answer.
    pub fn waiting(&self) -> impl Iterator<Item = &Entry> {
        self.questions.iter().filter(|(_, answer)| answer.is_none()).map(|(entry, _)| entry)
    }

    /// One entry that waits for an answer.
    pub fn question(&self, service: ServiceId) -> Result<&Entry, AnswerError> {
        match self.questions.iter().find(|(entry, _)| entry.id == service) {
            None => Err(AnswerError::Unknown),
            Some((_, Some(_))) => Err(AnswerError::Answered),
            Some((entry, None)) => Ok(entry),
        }
    }
}

/// The letter behind a link, while the link works.
pub fn open(conn: &mut Conn, token: &str, now: UtcTime) -> Result<Letter, AnswerError> {
    let row = store::letter(conn, &hash_of(token))?;
    read(conn, row, now)
}

fn open_locked(tx: &mut Conn, token: &str, now: UtcTime) -> Result<Letter, AnswerError> {
    let row = store::lock_letter(tx, &hash_of(token))?;
    read(tx, row, now)
}

fn read(conn: &mut Conn, row: Option<store::LetterRow>, now: UtcTime) -> Result<Letter, AnswerError> {
    let row = row.ok_or(AnswerError::Unknown)?;
    if row.expires_at <= now {
        return Err(AnswerError::Ended);
    }
    let questions = store::questions(conn, row.id)?;
    let ids: Vec<ServiceId> = questions.iter().map(|question| question.service).collect();
    let mut entries = upkeep::entries(conn, &ids)?;
    entries.sort_by(|a, b| (a.assured_on, &a.name).cmp(&(b.assured_on, &b.name)));
    let answer = |entry: Entry| {
        let question = questions.iter().find(|question| question.service == entry.id);
        let answered = question.and_then(|question| question.answer.zip(question.answered_at));
        (entry, answered)
    };
    Ok(Letter {
        id: row.id,
        organization: row.organization,
        ends_on: crate::clock::day(row.expires_at),
        questions: entries.into_iter().map(answer).collect(),
    })
}

/// Which entries of a letter an answer is about.
#[derive(Clone, Copy, Debug)]
pub enum Which {
    /// All that wait.
    All,
    /// One.
    One(ServiceId),
}

/// Says by the link that entries are still right; how many.
#[tracing::instrument(skip_all)]
pub fn confirm(tx: &mut Conn, token: &str, which: Which, now: UtcTime) -> Result<usize, AnswerError> {
    let letter = open_locked(tx, token, now)?;
    let ids: Vec<ServiceId> = match which {
        Which::One(service) => vec![letter.question(service)?.id],
        Which::All => letter.waiting().filter(|entry| entry.status == "active").map(|entry| entry.id).collect(),
    };
    if ids.is_empty() {
        return Err(AnswerError::Answered);
    }
    store::answer(tx, letter.id, &ids, Answer::StillRight, now)?;
    store::note_checks(tx, &ids, How::Link, None, now)?;
    Ok(ids.len())
}

/// Says by the link that a provider has closed what an entry offers, for a while or for good.
#[tracing::instrument(skip_all, fields(service.id = %service))]
pub fn close(tx: &mut Conn, token: &str, service: ServiceId, for_good: bool, now: UtcTime) -> Result<(), AnswerError> {
    let letter = open_locked(tx, token, now)?;
    let entry = letter.question(service)?;
    let (answer, status) =
        if for_good { (Answer::ClosedForGood, "defunct") } else { (Answer::TemporarilyClosed, "temporarily closed") };
    store::answer(tx, letter.id, &[service], answer, now)?;
    upkeep::set_status(tx, service, status, now)?;
    let told = Told {
        heading: format!("\u{201c}{}\u{201d} is no longer shown", entry.name),
        paragraphs: vec![
            format!(
                "On {} somebody used the link in our letter to say that \u{201c}{}\u{201d} is {}. We have taken the entry \
                 out of the searches, and nobody can buy it any more. What is running goes on until you or the people \
                 concerned end it.",
                long_date(crate::clock::day(now)),
                entry.name,
                answer
            ),
            "If that was not you, or if it opens again, sign in and publish the entry again, or answer this letter."
                .into(),
        ],
        ..Told::default()
    };
    for address in upkeep::addresses_of(tx, letter.organization)? {
        let letter = told.letter("closed", &address).map_err(AnswerError::Letter)?;
        post::queue(tx, &letter, now)?;
    }
    Ok(())
}

/// Says by the link that something has changed, in words that the moderator and the provider's members read.
#[tracing::instrument(skip_all, fields(service.id = %service))]
pub fn changed(tx: &mut Conn, token: &str, service: ServiceId, words: &str, now: UtcTime) -> Result<(), AnswerError> {
    let words = words.trim();
    if words.is_empty() || words.chars().count() > 2_000 {
        return Err(AnswerError::NoWords);
    }
    let letter = open_locked(tx, token, now)?;
    let entry = letter.question(service)?;
    store::answer(tx, letter.id, &[service], Answer::Changed, now)?;
    corrections::from_provider(tx, entry, words, now)?;
    Ok(())
}

/// Says as somebody of the provider that an entry is still right.
#[tracing::instrument(skip_all, fields(service.id = %service))]
pub fn check_as_member(
    tx: &mut Conn,
    member: &ProviderMember,
    service: ServiceId,
    now: UtcTime,
) -> Result<(), AnswerError> {
    let entry = upkeep::entry(tx, service)?.filter(|entry| entry.organization == member.organization());
    check(tx, entry, How::Member, member.who().person(), now)
}

/// Says as a moderator, who has asked the provider, that an entry is right.
#[tracing::instrument(skip_all, fields(service.id = %service))]
pub fn check_as_moderator(
    tx: &mut Conn,
    moderator: &Moderator,
    service: ServiceId,
    now: UtcTime,
) -> Result<(), AnswerError> {
    let entry = upkeep::entry(tx, service)?.filter(|entry| entry.authority == Some(moderator.authority()));
    check(tx, entry, How::Moderator, moderator.who().person(), now)
}

fn check(
    tx: &mut Conn,
    entry: Option<Entry>,
    how: How,
    person: crate::ids::PersonId,
    now: UtcTime,
) -> Result<(), AnswerError> {
    let entry = entry.filter(|entry| entry.status == "active").ok_or(AnswerError::Unknown)?;
    store::note_checks(tx, &[entry.id], how, Some(person), now)?;
    Ok(())
}
