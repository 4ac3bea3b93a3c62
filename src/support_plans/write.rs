//! The verbs: beginning a plan, writing it, handing it over and taking it back, and commenting on it.

use crate::allocation;
use crate::audit::{self, Deed, Entry, What, Why};
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::{PlanReader, Planner};
use crate::ids::PlanCommentId;
use crate::money::Money;

use super::content::PlanContent;
use super::costing::{Year, cost};
use super::plan::{IllegalStep, PlanEvent, SupportPlan};
use super::store;

/// The longest comment.
const LONGEST: usize = 2_000;

/// Why something was not done with a plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// There is none.
    #[error("we cannot find that")]
    NotHere,
    /// It is not being written now.
    #[error("this plan is {0}, so it cannot be changed now. Take it back or begin a change first")]
    NotOpen(super::PlanState),
    /// It cannot take this step.
    #[error(transparent)]
    Step(#[from] IllegalStep),
    /// Somebody else wrote in the meantime.
    #[error("somebody else changed this plan while you were writing. Look at it again, then change it")]
    ChangedMeanwhile,
    /// Something is missing before it can be handed over.
    #[error("before it can be handed over, the plan needs {0}")]
    Incomplete(String),
    /// Something cannot stay as it is.
    #[error("something needs another look")]
    Wrong(Vec<FieldError>),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
    /// Ours, or a letter's.
    #[error(transparent)]
    Other(#[from] AppError),
}

impl From<PlanError> for AppError {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::NotHere => Self::NotFound,
            PlanError::NotOpen(_) => Self::refused("plan-not-open", error),
            PlanError::Step(_) => Self::refused("wrong-step", error),
            PlanError::ChangedMeanwhile => Self::refused("changed-meanwhile", error),
            PlanError::Incomplete(_) => Self::refused("plan-incomplete", error),
            PlanError::Wrong(fields) => Self::invalid(fields),
            PlanError::Database(cause) => cause.into(),
            PlanError::Other(other) => other,
        }
    }
}

pub(super) fn note(
    tx: &mut Conn,
    reader: &PlanReader,
    (deed, why): (Deed, Option<Why>),
    now: UtcTime,
) -> diesel::QueryResult<()> {
    let why = why.unwrap_or(if reader.acting_for().is_some() { Why::ToHelp } else { Why::ForOneself });
    let about = (What::SupportPlan, reader.person().as_str().to_owned());
    audit::record(tx, &[Entry::new(reader, (deed, why), reader.person(), (about.0, &about.1), now)])
}

/// Begins a plan with what is given; one that there is stays as it is.
#[tracing::instrument(skip_all)]
pub fn begin(tx: &mut Conn, writer: &Planner, content: &PlanContent, now: UtcTime) -> Result<SupportPlan, PlanError> {
    let problems = content.problems();
    if !problems.is_empty() {
        return Err(PlanError::Wrong(problems));
    }
    if store::insert(tx, writer, content, now)? {
        let plan = store::lock(tx, writer)?.ok_or(PlanError::NotHere)?;
        if !content.lines.is_empty() {
            store::save_content(tx, &plan, content, writer.who().person(), now)?;
        }
        note(tx, writer, (Deed::Changed, None), now)?;
    }
    store::plan_of(tx, writer)?.ok_or(PlanError::NotHere)
}

/// Changes a plan that is being written. Two who change different entries at once both get their way.
#[tracing::instrument(skip_all)]
pub fn change<T>(
    tx: &mut Conn,
    writer: &Planner,
    now: UtcTime,
    change: impl Fn(&mut PlanContent) -> Result<T, PlanError>,
) -> Result<T, PlanError> {
    let plan = store::lock(tx, writer)?.ok_or(PlanError::NotHere)?;
    if !plan.state.is_open() {
        return Err(PlanError::NotOpen(plan.state));
    }
    let mut content = plan.content.clone();
    let done = change(&mut content)?;
    let problems = content.problems();
    if !problems.is_empty() {
        return Err(PlanError::Wrong(problems));
    }
    if content != plan.content {
        store::save_content(tx, &plan, &content, writer.who().person(), now)?;
        note(tx, writer, (Deed::Changed, None), now)?;
    }
    Ok(done)
}

/// Writes a whole plan anew, if nobody has changed it since `revision`.
pub fn replace(
    tx: &mut Conn,
    writer: &Planner,
    (content, revision): (&PlanContent, i64),
    now: UtcTime,
) -> Result<(), PlanError> {
    let plan = store::lock(tx, writer)?.ok_or(PlanError::NotHere)?;
    if plan.revision != revision {
        return Err(PlanError::ChangedMeanwhile);
    }
    change(tx, writer, now, |old| {
        *old = content.clone();
        Ok(())
    })
}

/// The budget a week that a plan is written against: what is agreed, or else what the newest self-assessment came to.
pub fn weekly_budget(conn: &mut Conn, reader: &PlanReader) -> diesel::QueryResult<Option<(Money, bool)>> {
    let agreed = store::agreed_budgets_of(conn, reader)?;
    let assessed = allocation::store::newest_finished(conn, reader)?;
    let indicative = assessed.as_ref().and_then(|each| each.working.as_ref()).map(|working| working.weekly_pence);
    match (agreed.first(), assessed.and_then(|each| each.finished_at)) {
        // A self-assessment after the agreement is what the next plan is written against.
        (Some(agreed), Some(finished)) if finished > agreed.decided_at => Ok(indicative.map(|weekly| (weekly, false))),
        (Some(agreed), _) => Ok(Some((agreed.weekly_pence, true))),
        (None, _) => Ok(indicative.map(|weekly| (weekly, false))),
    }
}

/// Hands a plan over: what stands in it becomes a version that stays as it is.
#[tracing::instrument(skip_all)]
pub fn hand_over(tx: &mut Conn, writer: &Planner, now: UtcTime) -> Result<(), PlanError> {
    let plan = store::lock(tx, writer)?.ok_or(PlanError::NotHere)?;
    let to = plan.state.after(PlanEvent::HandedOver)?;
    let missing = plan.content.missing();
    if !missing.is_empty() {
        return Err(PlanError::Incomplete(missing.join(", ")));
    }
    let problems = plan.content.problems();
    if !problems.is_empty() {
        return Err(PlanError::Wrong(problems));
    }
    let budget = weekly_budget(tx, writer)?.map(|(weekly, _)| weekly);
    let assessment = allocation::store::newest_finished(tx, writer)?.map(|assessment| assessment.id);
    let year = Year::from(plan.content.starts_on.unwrap_or_else(|| now.date()));
    let costing = cost(&plan.content, year, budget);
    store::insert_version(tx, &plan, writer, (costing.total_pence, budget, assessment), now)?;
    store::set_state(tx, &plan, to, writer.who().person(), now)?;
    note(tx, writer, (Deed::Changed, None), now)?;
    Ok(())
}

/// Takes a plan back before the council has answered, or begins to change one that is agreed.
#[tracing::instrument(skip_all)]
pub fn reopen(tx: &mut Conn, writer: &Planner, now: UtcTime) -> Result<(), PlanError> {
    let plan = store::lock(tx, writer)?.ok_or(PlanError::NotHere)?;
    let event = if plan.state == super::PlanState::Agreed { PlanEvent::ChangeBegun } else { PlanEvent::TakenBack };
    let to = plan.state.after(event)?;
    store::set_state(tx, &plan, to, writer.who().person(), now)?;
    note(tx, writer, (Deed::Changed, None), now)?;
    Ok(())
}

/// Comments on a plan, or on one entry of it.
#[tracing::instrument(skip_all)]
pub fn comment(
    tx: &mut Conn,
    writer: &Planner,
    (about, words): (&str, &str),
    now: UtcTime,
) -> Result<PlanCommentId, PlanError> {
    let plan = store::lock(tx, writer)?.ok_or(PlanError::NotHere)?;
    let words = words.trim();
    let letters = words.chars().count();
    if letters == 0 || letters > LONGEST {
        let sentence = "Write a comment of up to 2,000 letters.";
        return Err(PlanError::Wrong(vec![FieldError::new("words", sentence)]));
    }
    if !about.is_empty() && plan.content.entry(about).is_none() {
        return Err(PlanError::NotHere);
    }
    let id = store::insert_comment(tx, &plan, writer, (about, words), now)?;
    note(tx, writer, (Deed::Changed, None), now)?;
    Ok(id)
}

/// Says that a comment is settled.
pub fn settle(tx: &mut Conn, writer: &Planner, id: PlanCommentId, now: UtcTime) -> Result<(), PlanError> {
    let plan = store::lock(tx, writer)?.ok_or(PlanError::NotHere)?;
    if store::settle_comment(tx, &plan, id, now)? { Ok(()) } else { Err(PlanError::NotHere) }
}
