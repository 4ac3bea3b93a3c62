//! The verbs of an authority: beginning a version of its questionnaire, writing it, and letting it hold from a day on.

use chrono::NaiveDate;

use crate::clock::{UtcTime, day};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::AuthorityAdministrator;
use crate::ids::{AuthorityId, PersonId, QuestionnaireId};

use super::questionnaire::{Questionnaire, QuestionnaireState, Version};
use super::store;

const STANDARD: &str = include_str!("../../data/self-assessment/questionnaire.json");

/// A questionnaire to begin with: an authority makes its own of it.
#[must_use]
pub fn standard() -> Questionnaire {
    serde_json::from_str(STANDARD).unwrap_or_default()
}

/// Why a questionnaire was not written or published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// There is none, or it is another authority's.
    #[error("we cannot find that")]
    NotHere,
    /// It is published.
    #[error("this version is published and stays as it is. Begin a new version")]
    Published,
    /// Somebody else wrote in the meantime.
    #[error("somebody else changed this version while you were writing. Look at it again, then change it")]
    ChangedMeanwhile,
    /// Something in it cannot stay as it is.
    #[error("something needs another look")]
    Wrong(Vec<FieldError>),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<PublishError> for AppError {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::NotHere => Self::NotFound,
            PublishError::Published => Self::refused("questionnaire-published", error),
            PublishError::ChangedMeanwhile => Self::refused("changed-meanwhile", error),
            PublishError::Wrong(fields) => Self::invalid(fields),
            PublishError::Database(cause) => cause.into(),
        }
    }
}

/// Begins a version: a copy of the newest one, or of the standard questionnaire. A draft that there is goes on instead.
#[tracing::instrument(skip_all)]
pub fn begin(
    tx: &mut Conn,
    administrator: &AuthorityAdministrator,
    now: UtcTime,
) -> Result<QuestionnaireId, PublishError> {
    let authority = administrator.authority();
    store::lock_authority(tx, authority)?;
    let versions = store::versions(tx, authority)?;
    if let Some(draft) = versions.iter().find(|version| version.state == QuestionnaireState::Draft) {
        return Ok(draft.id);
    }
    let content = versions.first().map_or_else(standard, |newest| newest.content.clone());
    let number = versions.iter().map(|version| version.number).max().unwrap_or(0) + 1;
    let id = QuestionnaireId::new();
    store::insert_draft(tx, id, authority, number, &content, Some(administrator.who().person()), now)?;
    Ok(id)
}

/// Writes a draft anew. `seen` is when it was last changed, as its writer saw it; none writes over whatever is there. What is
/// not sound yet is kept all the same: it is a draft, and only sound ones are published.
#[tracing::instrument(skip_all)]
pub fn write(
    tx: &mut Conn,
    administrator: &AuthorityAdministrator,
    id: QuestionnaireId,
    (content, seen): (&Questionnaire, Option<UtcTime>),
    now: UtcTime,
) -> Result<(), PublishError> {
    let draft = draft_of(tx, administrator, id)?;
    if seen.is_some_and(|seen| seen != draft.changed_at) {
        return Err(PublishError::ChangedMeanwhile);
    }
    Ok(store::save_content(tx, id, content, now)?)
}

/// Throws a draft away.
#[tracing::instrument(skip_all)]
pub fn discard(tx: &mut Conn, administrator: &AuthorityAdministrator, id: QuestionnaireId) -> Result<(), PublishError> {
    let draft = draft_of(tx, administrator, id)?;
    Ok(store::delete_draft(tx, draft.id)?)
}

/// A draft of the administrator's authority, kept from others until the transaction ends.
pub(super) fn draft_of(
    tx: &mut Conn,
    administrator: &AuthorityAdministrator,
    id: QuestionnaireId,
) -> Result<Version, PublishError> {
    store::lock_authority(tx, administrator.authority())?;
    let found = store::version(tx, administrator.authority(), id)?.ok_or(PublishError::NotHere)?;
    if found.state == QuestionnaireState::Published { Err(PublishError::Published) } else { Ok(found) }
}

/// Lets a draft hold from a day on. The version that holds until then ends on that day; any other overlap is refused.
#[tracing::instrument(skip_all)]
pub fn publish(
    tx: &mut Conn,
    administrator: &AuthorityAdministrator,
    id: QuestionnaireId,
    (from, until): (NaiveDate, Option<NaiveDate>),
    now: UtcTime,
) -> Result<(), PublishError> {
    let draft = draft_of(tx, administrator, id)?;
    let mut wrong = draft.content.problems();
    if from < day(now) {
        wrong.push(FieldError::new(
            "from",
            "Choose a day that is today or later: what was asked before stays as it was.",
        ));
    }
    if until.is_some_and(|until| until <= from) {
        wrong.push(FieldError::new("until", "Choose an end that is after the first day, or leave it out."));
    }
    let others = store::versions(tx, administrator.authority())?;
    for other in others.iter().filter(|other| other.state == QuestionnaireState::Published) {
        let Some(begins) = other.effective_from else { continue };
        let gives_way = other.effective_until.is_none() && begins < from;
        let overlaps = until.is_none_or(|until| begins < until) && other.effective_until.is_none_or(|ends| ends > from);
        if overlaps && !gives_way {
            let message =
                format!("Version {} holds on some of these days. Choose days on which no other holds.", other.number);
            wrong.push(FieldError::new("from", message));
        }
    }
    if !wrong.is_empty() {
        return Err(PublishError::Wrong(wrong));
    }
    for other in others.iter().filter(|other| other.state == QuestionnaireState::Published) {
        if other.effective_until.is_none() && other.effective_from.is_some_and(|begins| begins < from) {
            store::end_on(tx, other.id, from)?;
        }
    }
    Ok(store::publish(tx, id, (from, until), Some(administrator.who().person()), now)?)
}

/// Publishes a questionnaire as an installation comes with it: for the demo town and tests.
pub fn put(
    tx: &mut Conn,
    authority: AuthorityId,
    content: &Questionnaire,
    from: NaiveDate,
    by: Option<PersonId>,
    now: UtcTime,
) -> diesel::QueryResult<QuestionnaireId> {
    let id = QuestionnaireId::new();
    store::insert_draft(tx, id, authority, 1, content, by, now)?;
    store::publish(tx, id, (from, None), by, now)?;
    Ok(id)
}
