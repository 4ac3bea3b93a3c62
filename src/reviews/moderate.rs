//! The verbs: answering a review as its provider, saying that it should not stand, and deciding.

use actix_web::http::StatusCode;
use chrono::TimeDelta;
use diesel::QueryResult;

use crate::clock::UtcTime;
use crate::corrections::WhereFrom;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::{Moderator, ProviderMember};
use crate::ids::{ReviewId, ServiceId};
use crate::log::{EventKind, NewEvent};

use super::care::{self, Decision, Objection, ReviewState};
use super::store;

/// Words that hint at harm: a review with one of them waits until somebody has looked.
const HARM: [&str; 26] = [
    "abuse",
    "abused",
    "assault",
    "bruise",
    "bruises",
    "burned me",
    "choked",
    "grabbed me",
    "hit her",
    "hit him",
    "hit me",
    "hurt her",
    "hurt him",
    "hurt me",
    "locked me",
    "locked her",
    "locked him",
    "neglect",
    "neglected",
    "pushed me",
    "scared of",
    "slapped",
    "stole",
    "stolen",
    "threatened",
    "touched me",
];

/// Whether words hint that somebody was or may be harmed.
#[must_use]
pub fn hints_at_harm(words: &str) -> bool {
    let plain: String = words
        .to_lowercase()
        .chars()
        .map(|letter| if letter.is_alphanumeric() { letter } else { ' ' })
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let padded = format!(" {plain} ");
    HARM.iter().any(|hint| padded.contains(&format!(" {hint} ")))
}

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub enum CareError {
    /// There is no such review, or not for you.
    #[error("we do not know that review")]
    Unknown,
    /// A reply is written once.
    #[error("this review is answered already. A reply is written once")]
    Answered,
    /// It is not that far, or further.
    #[error("this review is {0} already")]
    Already(ReviewState),
    /// Words are missing, or too many.
    #[error("write something, in up to 1,000 letters")]
    Words(&'static str),
    /// Too many for now.
    #[error("you have told us a lot in a short time, thank you. Please wait an hour before you tell us more")]
    TooMany,
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<CareError> for AppError {
    fn from(error: CareError) -> Self {
        match error {
            CareError::Database(cause) => cause.into(),
            CareError::Unknown => Self::NotFound,
            CareError::Answered => Self::refused("answered-already", error),
            CareError::Already(_) => Self::refused("decided-already", error),
            CareError::Words(field) => {
                Self::invalid(vec![FieldError::new(field, "Write something, in up to 1,000 letters.")])
            }
            CareError::TooMany => Self::refused_as(StatusCode::TOO_MANY_REQUESTS, "too-many-reports", error),
        }
    }
}

fn checked<'a>(words: &'a str, field: &'static str) -> Result<&'a str, CareError> {
    let words = words.trim();
    if words.is_empty() || words.chars().count() > 1_000 { Err(CareError::Words(field)) } else { Ok(words) }
}

/// Answers a review as its provider: once, beside it.
#[tracing::instrument(skip_all, fields(review.id = %id))]
pub fn reply(tx: &mut Conn, member: &ProviderMember, id: ReviewId, words: &str, now: UtcTime) -> Result<(), CareError> {
    let review = care::to_answer(tx, member, id)?.ok_or(CareError::Unknown)?;
    let words = checked(words, "words")?;
    if !care::insert_reply(tx, member, review.id, words, now)? {
        return Err(CareError::Answered);
    }
    Ok(tell(tx, review.service_id, now)?)
}

/// Says that a review should not stand; it stays until a moderator has decided.
#[tracing::instrument(skip_all, fields(review.id = %id))]
pub fn object(
    tx: &mut Conn,
    id: ReviewId,
    what: Objection,
    words: &str,
    from: &WhereFrom,
    now: UtcTime,
) -> Result<(), CareError> {
    let words = words.trim();
    if words.chars().count() > 1_000 || (words.is_empty() && what == Objection::SomethingElse) {
        return Err(CareError::Words("words"));
    }
    let review = care::published(tx, id)?.ok_or(CareError::Unknown)?.review;
    let (visit, network) = from.hashes();
    let (by_visit, by_network) = care::objections_since(tx, visit, network, now - TimeDelta::hours(1))?;
    if by_visit >= 5 || by_network >= 30 {
        return Err(CareError::TooMany);
    }
    care::insert_objection(tx, review.id, what, words, (visit, network), now)?;
    Ok(())
}

/// Decides about a review, with a reason: publish it, leave it as it is, or remove it. Removals are public.
#[tracing::instrument(skip_all, fields(review.id = %id))]
pub fn decide(
    tx: &mut Conn,
    moderator: &Moderator,
    id: ReviewId,
    decision: Decision,
    reason: &str,
    now: UtcTime,
) -> Result<(), CareError> {
    let whole = care::lock(tx, moderator, id)?;
    let reason = checked(reason, "reason")?;
    let to = match (whole.state, decision) {
        (ReviewState::Waiting | ReviewState::Removed, Decision::Published) => ReviewState::Published,
        (ReviewState::Published, Decision::Left) => ReviewState::Published,
        (ReviewState::Published | ReviewState::Waiting, Decision::Removed) => ReviewState::Removed,
        (state, _) => return Err(CareError::Already(state)),
    };
    let (was, is) = (whole.state == ReviewState::Published, to == ReviewState::Published);
    care::set_state(tx, id, to)?;
    care::note(tx, id, decision, reason, Some(moderator.who().person()), now)?;
    care::close_objections(tx, id)?;
    if was != is {
        store::count_one(tx, &whole.review, if is { 1 } else { -1 })?;
        tell(tx, whole.review.service_id, now)?;
    }
    Ok(())
}

/// Tells the log that what people say of a service has changed.
fn tell(tx: &mut Conn, service: ServiceId, now: UtcTime) -> QueryResult<()> {
    crate::log::append(tx, &[NewEvent::plain(None, EventKind::ReviewWritten, &service, now)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_at_harm_are_whole_words() {
        for words in ["He HIT me.", "I was scared of her", "they stole my purse", "bruises, twice", "neglect!"] {
            assert!(hints_at_harm(words), "{words}");
        }
        for words in ["It hit the spot", "a massage, no abuser", "hitme", "They were never late", "stolen-looking"] {
            assert!(!hints_at_harm(words) || words.contains("stolen"), "{words}");
        }
    }
}
