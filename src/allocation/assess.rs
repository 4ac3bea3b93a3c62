//! The verbs: beginning a self-assessment, answering one question, finishing it.

use crate::audit::{self, Deed, Entry, What, Why};
use crate::clock::{UtcTime, day};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::{PlanReader, Planner};
use crate::ids::{AssessmentId, PersonId};

use super::assessment::{Assessment, AssessmentState, Given, checked};
use super::questionnaire::Questionnaire;
use super::store;
use super::working::work_out;

/// Why something was not done with a self-assessment.
#[derive(Debug, thiserror::Error)]
pub enum AssessError {
    /// The council asks nothing here.
    #[error("your council has not put its questions here yet. Ask them how they work out a budget")]
    NoQuestions,
    /// There is none, or it is somebody else's.
    #[error("we cannot find that")]
    NotHere,
    /// It stays as it is.
    #[error("these answers are finished and stay as they are. You can answer the questions anew")]
    Finished,
    /// An answer cannot stay as it is.
    #[error("an answer needs another look")]
    Wrong(FieldError),
    /// Some questions have no answer.
    #[error("question {0} has no answer yet")]
    Unanswered(usize),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<AssessError> for AppError {
    fn from(error: AssessError) -> Self {
        match error {
            AssessError::NoQuestions => Self::refused("no-questionnaire", error),
            AssessError::NotHere => Self::NotFound,
            AssessError::Finished => Self::refused("assessment-finished", error),
            AssessError::Wrong(field) => Self::invalid(vec![field]),
            AssessError::Unanswered(_) => Self::refused("questions-unanswered", error),
            AssessError::Database(cause) => cause.into(),
        }
    }
}

fn changed(tx: &mut Conn, writer: &Planner, id: AssessmentId, now: UtcTime) -> diesel::QueryResult<()> {
    let why = if writer.acting_for().is_some() { Why::ToHelp } else { Why::ForOneself };
    let reader: &PlanReader = writer;
    audit::record(
        tx,
        &[Entry::new(reader, (Deed::Changed, why), writer.person(), (What::Assessment, id.as_str()), now)],
    )
}

/// Begins a self-assessment with the version that holds today; the one that is open goes on instead.
#[tracing::instrument(skip_all)]
pub fn start(tx: &mut Conn, writer: &Planner, now: UtcTime) -> Result<AssessmentId, AssessError> {
    if let Some(open) = store::open_one(tx, writer)? {
        return Ok(open.id);
    }
    let authority = writer.authority().ok_or(AssessError::NoQuestions)?;
    let version = store::in_force(tx, authority, day(now))?.ok_or(AssessError::NoQuestions)?;
    let id = AssessmentId::new();
    store::begin(tx, writer, (id, authority, version.id), now)?;
    changed(tx, writer, id, now)?;
    Ok(id)
}

/// Keeps one answer. Another answer to the same question takes its place.
#[tracing::instrument(skip_all)]
pub fn answer(
    tx: &mut Conn,
    writer: &Planner,
    id: AssessmentId,
    (key, given): (&str, &Given),
    now: UtcTime,
) -> Result<(), AssessError> {
    let (mut assessment, content) = open_for_change(tx, writer, id)?;
    let question = content.question(key).ok_or(AssessError::NotHere)?;
    let answer = checked(question, given, writer.who().person(), writer.answers_as()).map_err(AssessError::Wrong)?;
    if assessment.answers.get(key) == Some(&answer) {
        return Ok(());
    }
    assessment.answers.insert(key.to_owned(), answer);
    store::save_answers(tx, id, &assessment.answers, now)?;
    changed(tx, writer, id, now)?;
    Ok(())
}

/// Finishes a self-assessment: the indicative budget is worked out and kept with each line of its working.
#[tracing::instrument(skip_all)]
pub fn finish(tx: &mut Conn, writer: &Planner, id: AssessmentId, now: UtcTime) -> Result<(), AssessError> {
    let (assessment, content) = open_for_change(tx, writer, id)?;
    if let Some(number) = assessment.first_unanswered(&content) {
        return Err(AssessError::Unanswered(number));
    }
    let working = work_out(&content, &assessment.answers);
    store::save_finished(tx, writer, id, &working, now)?;
    changed(tx, writer, id, now)?;
    Ok(())
}

fn open_for_change(
    tx: &mut Conn,
    writer: &Planner,
    id: AssessmentId,
) -> Result<(Assessment, Questionnaire), AssessError> {
    let assessment = store::lock(tx, writer, id)?.ok_or(AssessError::NotHere)?;
    if assessment.state == AssessmentState::Finished {
        return Err(AssessError::Finished);
    }
    let content = store::content(tx, assessment.questionnaire)?;
    Ok((assessment, content))
}

/// Writes a self-assessment that somebody has finished, as if they had answered here: for the demo town.
pub fn put_finished(
    tx: &mut Conn,
    writer: &Planner,
    answers: &super::Answers,
    at: UtcTime,
) -> Result<AssessmentId, AssessError> {
    let id = start(tx, writer, at)?;
    let (_, content) = open_for_change(tx, writer, id)?;
    store::save_answers(tx, id, answers, at)?;
    store::save_finished(tx, writer, id, &work_out(&content, answers), at)?;
    Ok(id)
}

/// Takes away what somebody has written and answered: when they close their account. The sums stay.
pub fn erase_words(tx: &mut Conn, person: PersonId) -> diesel::QueryResult<()> {
    store::erase_words(tx, person)
}
