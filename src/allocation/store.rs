//! All SQL of questionnaires and self-assessments.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{assessments, authorities, questionnaires};
use crate::db::{Conn, locked};
use crate::identity::{AuthorityAdministrator, PlanReader, Planner};
use crate::ids::{AssessmentId, AuthorityId, PersonId, QuestionnaireId};

use super::assessment::{AnsweredAs, Answers, Assessment, AssessmentState};
use super::questionnaire::{Questionnaire, QuestionnaireState, Version};
use super::working::Working;

/// A document that we have written ourselves; one that cannot be read is a failure of ours.
fn read<T: serde::de::DeserializeOwned>(text: &str) -> QueryResult<T> {
    serde_json::from_str(text).map_err(|cause| diesel::result::Error::DeserializationError(Box::new(cause)))
}

fn written(document: &impl serde::Serialize) -> QueryResult<String> {
    serde_json::to_string(document).map_err(|cause| diesel::result::Error::SerializationError(Box::new(cause)))
}

type VersionRow =
    (QuestionnaireId, AuthorityId, i32, QuestionnaireState, String, Option<NaiveDate>, Option<NaiveDate>, UtcTime);

macro_rules! version_columns {
    () => {
        (
            questionnaires::id,
            questionnaires::authority_id,
            questionnaires::number,
            questionnaires::state,
            questionnaires::content,
            questionnaires::effective_from,
            questionnaires::effective_until,
            questionnaires::changed_at,
        )
    };
}

fn version_of(row: VersionRow) -> QueryResult<Version> {
    let (id, authority, number, state, content, effective_from, effective_until, changed_at) = row;
    let content = read(&content)?;
    Ok(Version { id, authority, number, state, content, effective_from, effective_until, changed_at })
}

/// The version of an authority's questionnaire that holds on a day.
pub fn in_force(conn: &mut Conn, authority: AuthorityId, on: NaiveDate) -> QueryResult<Option<Version>> {
    let row: Option<VersionRow> = questionnaires::table
        .filter(questionnaires::authority_id.eq(authority))
        .filter(questionnaires::state.eq(QuestionnaireState::Published))
        .filter(questionnaires::effective_from.le(on))
        .filter(questionnaires::effective_until.is_null().or(questionnaires::effective_until.gt(on)))
        .select(version_columns!())
        .first(conn)
        .optional()?;
    row.map(version_of).transpose()
}

/// Every version of an authority's questionnaire, newest first.
pub fn versions(conn: &mut Conn, authority: AuthorityId) -> QueryResult<Vec<Version>> {
    let rows: Vec<VersionRow> = questionnaires::table
        .filter(questionnaires::authority_id.eq(authority))
        .order(questionnaires::number.desc())
        .select(version_columns!())
        .load(conn)?;
    rows.into_iter().map(version_of).collect()
}

/// One version of an authority's questionnaire.
pub fn version(conn: &mut Conn, authority: AuthorityId, id: QuestionnaireId) -> QueryResult<Option<Version>> {
    let row: Option<VersionRow> = questionnaires::table
        .find(id)
        .filter(questionnaires::authority_id.eq(authority))
        .select(version_columns!())
        .first(conn)
        .optional()?;
    row.map(version_of).transpose()
}

/// What a version asks.
pub fn content(conn: &mut Conn, id: QuestionnaireId) -> QueryResult<Questionnaire> {
    let text: String = questionnaires::table.find(id).select(questionnaires::content).first(conn)?;
    read(&text)
}

/// Keeps others from writing this authority's questionnaires until the transaction ends.
pub(super) fn lock_authority(tx: &mut Conn, authority: AuthorityId) -> QueryResult<()> {
    let _held: AuthorityId = locked(authorities::table.find(authority).select(authorities::id)).get_result(tx)?;
    Ok(())
}

pub(super) fn insert_draft(
    tx: &mut Conn,
    id: QuestionnaireId,
    authority: AuthorityId,
    number: i32,
    content: &Questionnaire,
    by: Option<PersonId>,
    now: UtcTime,
) -> QueryResult<()> {
    diesel::insert_into(questionnaires::table)
        .values((
            questionnaires::id.eq(id),
            questionnaires::authority_id.eq(authority),
            questionnaires::number.eq(number),
            questionnaires::state.eq(QuestionnaireState::Draft),
            questionnaires::content.eq(written(content)?),
            questionnaires::created_by.eq(by),
            questionnaires::created_at.eq(now),
            questionnaires::changed_at.eq(now),
        ))
        .execute(tx)
        .map(drop)
}

pub(super) fn save_content(
    tx: &mut Conn,
    id: QuestionnaireId,
    content: &Questionnaire,
    now: UtcTime,
) -> QueryResult<()> {
    diesel::update(questionnaires::table.find(id))
        .set((questionnaires::content.eq(written(content)?), questionnaires::changed_at.eq(now)))
        .execute(tx)
        .map(drop)
}

pub(super) fn delete_draft(tx: &mut Conn, id: QuestionnaireId) -> QueryResult<()> {
    diesel::delete(questionnaires::table.find(id)).execute(tx).map(drop)
}

/// Ends a published version: its last day is the day before.
pub(super) fn end_on(tx: &mut Conn, id: QuestionnaireId, until: NaiveDate) -> QueryResult<()> {
    diesel::update(questionnaires::table.find(id)).set(questionnaires::effective_until.eq(until)).execute(tx).map(drop)
}

pub(super) fn publish(
    tx: &mut Conn,
    id: QuestionnaireId,
    (from, until): (NaiveDate, Option<NaiveDate>),
    by: Option<PersonId>,
    now: UtcTime,
) -> QueryResult<()> {
    diesel::update(questionnaires::table.find(id))
        .set((
            questionnaires::state.eq(QuestionnaireState::Published),
            questionnaires::effective_from.eq(from),
            questionnaires::effective_until.eq(until),
            questionnaires::published_by.eq(by),
            questionnaires::published_at.eq(now),
        ))
        .execute(tx)
        .map(drop)
}

type AssessmentRow = (
    (AssessmentId, AuthorityId, PersonId, QuestionnaireId, AssessmentState),
    (String, Option<String>),
    (UtcTime, UtcTime, Option<UtcTime>, Option<AnsweredAs>),
);

macro_rules! assessment_columns {
    () => {
        (
            (
                assessments::id,
                assessments::authority_id,
                assessments::person_id,
                assessments::questionnaire_id,
                assessments::state,
            ),
            (assessments::answers, assessments::working),
            (assessments::started_at, assessments::changed_at, assessments::finished_at, assessments::finished_as),
        )
    };
}

fn assessment_of(row: AssessmentRow) -> QueryResult<Assessment> {
    let (
        (id, authority, person, questionnaire, state),
        (answers, working),
        (started_at, changed_at, finished_at, finished_as),
    ) = row;
    let answers = read(&answers)?;
    let working = working.map(|text| read(&text)).transpose()?;
    Ok(Assessment {
        id,
        authority,
        person,
        questionnaire,
        state,
        answers,
        working,
        started_at,
        changed_at,
        finished_at,
        finished_as,
    })
}

/// The assessment of this person that is still open.
pub fn open_one(conn: &mut Conn, reader: &PlanReader) -> QueryResult<Option<Assessment>> {
    let row: Option<AssessmentRow> = assessments::table
        .filter(assessments::person_id.eq(reader.person()))
        .filter(assessments::state.eq(AssessmentState::Open))
        .select(assessment_columns!())
        .first(conn)
        .optional()?;
    row.map(assessment_of).transpose()
}

/// Every assessment of this person, newest first.
pub fn assessments_of(conn: &mut Conn, reader: &PlanReader) -> QueryResult<Vec<Assessment>> {
    let rows: Vec<AssessmentRow> = assessments::table
        .filter(assessments::person_id.eq(reader.person()))
        .order((assessments::started_at.desc(), assessments::id.desc()))
        .limit(50)
        .select(assessment_columns!())
        .load(conn)?;
    rows.into_iter().map(assessment_of).collect()
}

/// One assessment of this person.
pub fn assessment(conn: &mut Conn, reader: &PlanReader, id: AssessmentId) -> QueryResult<Option<Assessment>> {
    let row: Option<AssessmentRow> = assessments::table
        .find(id)
        .filter(assessments::person_id.eq(reader.person()))
        .select(assessment_columns!())
        .first(conn)
        .optional()?;
    row.map(assessment_of).transpose()
}

/// The newest finished assessment of this person.
pub fn newest_finished(conn: &mut Conn, reader: &PlanReader) -> QueryResult<Option<Assessment>> {
    let row: Option<AssessmentRow> = assessments::table
        .filter(assessments::person_id.eq(reader.person()))
        .filter(assessments::state.eq(AssessmentState::Finished))
        .order((assessments::finished_at.desc(), assessments::id.desc()))
        .select(assessment_columns!())
        .first(conn)
        .optional()?;
    row.map(assessment_of).transpose()
}

/// One assessment of this person, kept from others until the transaction ends.
pub(super) fn lock(tx: &mut Conn, writer: &Planner, id: AssessmentId) -> QueryResult<Option<Assessment>> {
    let row: Option<AssessmentRow> = locked(
        assessments::table.find(id).filter(assessments::person_id.eq(writer.person())).select(assessment_columns!()),
    )
    .get_result(tx)
    .optional()?;
    row.map(assessment_of).transpose()
}

pub(super) fn begin(
    tx: &mut Conn,
    writer: &Planner,
    (id, authority, questionnaire): (AssessmentId, AuthorityId, QuestionnaireId),
    now: UtcTime,
) -> QueryResult<()> {
    diesel::insert_into(assessments::table)
        .values((
            assessments::id.eq(id),
            assessments::authority_id.eq(authority),
            assessments::person_id.eq(writer.person()),
            assessments::questionnaire_id.eq(questionnaire),
            assessments::state.eq(AssessmentState::Open),
            assessments::answers.eq("{}"),
            assessments::started_by.eq(writer.who().person()),
            assessments::started_at.eq(now),
            assessments::changed_at.eq(now),
        ))
        .execute(tx)
        .map(drop)
}

pub(super) fn save_answers(tx: &mut Conn, id: AssessmentId, answers: &Answers, now: UtcTime) -> QueryResult<()> {
    diesel::update(assessments::table.find(id))
        .set((assessments::answers.eq(written(answers)?), assessments::changed_at.eq(now)))
        .execute(tx)
        .map(drop)
}

pub(super) fn save_finished(
    tx: &mut Conn,
    writer: &Planner,
    id: AssessmentId,
    working: &Working,
    now: UtcTime,
) -> QueryResult<()> {
    diesel::update(assessments::table.find(id))
        .set((
            assessments::state.eq(AssessmentState::Finished),
            assessments::points.eq(working.points),
            assessments::weekly_pence.eq(working.weekly_pence),
            assessments::working.eq(written(working)?),
            assessments::changed_at.eq(now),
            assessments::finished_by.eq(writer.who().person()),
            assessments::finished_as.eq(writer.answers_as()),
            assessments::finished_at.eq(now),
        ))
        .execute(tx)
        .map(drop)
}

/// The newest finished answers of each person of the administrator's authority, without the people: some of them after an id.
pub(super) fn answers_after(
    conn: &mut Conn,
    administrator: &AuthorityAdministrator,
    after: &str,
    limit: i64,
) -> QueryResult<Vec<(AssessmentId, Answers)>> {
    let later = diesel::alias!(assessments as later);
    let newer = later
        .filter(later.field(assessments::person_id).eq(assessments::person_id))
        .filter(later.field(assessments::state).eq(AssessmentState::Finished))
        .filter(later.field(assessments::finished_at).gt(assessments::finished_at));
    let rows: Vec<(AssessmentId, String)> = assessments::table
        .filter(assessments::authority_id.eq(administrator.authority()))
        .filter(assessments::state.eq(AssessmentState::Finished).and(assessments::answers.ne("{}")))
        .filter(assessments::id.gt(after.to_owned()))
        .filter(diesel::dsl::not(diesel::dsl::exists(newer)))
        .order(assessments::id)
        .limit(limit)
        .select((assessments::id, assessments::answers))
        .load(conn)?;
    rows.into_iter().map(|(id, answers)| Ok((id, read(&answers)?))).collect()
}

pub(super) fn erase_words(tx: &mut Conn, person: PersonId) -> QueryResult<()> {
    let theirs = assessments::table.filter(assessments::person_id.eq(person));
    diesel::delete(theirs.filter(assessments::state.eq(AssessmentState::Open))).execute(tx)?;
    // The working repeats what was answered; points and amount have columns of their own.
    diesel::update(theirs)
        .set((assessments::answers.eq("{}"), assessments::working.eq(r#"{"lines":[],"points":0,"weekly_pence":0}"#)))
        .execute(tx)
        .map(drop)
}
