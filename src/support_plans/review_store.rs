//! All SQL of reviews.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{people, plan_reviews, plan_versions};
use crate::db::{Conn, among};
use crate::identity::PlanReader;
use crate::ids::{AuthorityId, PersonId, PlanReviewId, PlanVersionId, SupportPlanId};

use super::content::RiskLevel;
use super::plan::SupportPlan;
use super::review::{ReviewContent, ReviewState};
use super::store::{self, PlanVersion, read, written};

/// One review.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = plan_reviews)]
pub struct Review {
    /// Which.
    pub id: PlanReviewId,
    /// Of whose council.
    pub authority_id: AuthorityId,
    /// Whose.
    pub person_id: PersonId,
    /// About which version.
    pub version_id: PlanVersionId,
    /// How far it has come.
    pub state: ReviewState,
    /// How heavy the risk was.
    pub risk: RiskLevel,
    /// When it is to be held.
    pub due_on: NaiveDate,
    content: Option<String>,
    /// When it was held.
    pub held_on: Option<NaiveDate>,
}

impl Review {
    /// What came of it.
    pub fn content(&self) -> QueryResult<Option<ReviewContent>> {
        self.content.as_deref().filter(|text| *text != "{}").map(read).transpose()
    }
}

/// The reviews of this person, newest first.
pub fn reviews_of(conn: &mut Conn, reader: &PlanReader) -> QueryResult<Vec<(Review, Option<String>)>> {
    plan_reviews::table
        .left_join(people::table.on(people::id.nullable().eq(plan_reviews::held_by)))
        .filter(plan_reviews::person_id.eq(reader.person()))
        .filter(plan_reviews::state.ne(ReviewState::Overtaken))
        .order((plan_reviews::due_on.desc(), plan_reviews::id.desc()))
        .limit(50)
        .select((Review::as_select(), people::display_name.nullable()))
        .load(conn)
}

/// One review of this person.
pub fn review(conn: &mut Conn, reader: &PlanReader, id: PlanReviewId) -> QueryResult<Option<Review>> {
    plan_reviews::table
        .find(id)
        .filter(plan_reviews::person_id.eq(reader.person()))
        .select(Review::as_select())
        .first(conn)
        .optional()
}

/// The reviews that are due of these people.
pub(super) fn due_of(conn: &mut Conn, people: &[PersonId]) -> QueryResult<Vec<Review>> {
    plan_reviews::table
        .filter(among(plan_reviews::person_id, people))
        .filter(plan_reviews::state.eq(ReviewState::Due))
        .order((plan_reviews::due_on, plan_reviews::id))
        .select(Review::as_select())
        .load(conn)
}

/// Reviews due until a day of which nobody was told, after an id.
pub(super) fn due_by(conn: &mut Conn, until: NaiveDate, after: &str, limit: i64) -> QueryResult<Vec<Review>> {
    plan_reviews::table
        .filter(plan_reviews::state.eq(ReviewState::Due).and(plan_reviews::told_at.is_null()))
        .filter(plan_reviews::due_on.le(until).and(plan_reviews::id.gt(after.to_owned())))
        .order(plan_reviews::id)
        .limit(limit)
        .select(Review::as_select())
        .load(conn)
}

/// The version of a plan that a review is about.
pub(super) fn version_of(conn: &mut Conn, plan: &SupportPlan, id: PlanVersionId) -> QueryResult<Option<PlanVersion>> {
    let number: Option<i32> = plan_versions::table
        .find(id)
        .filter(plan_versions::plan_id.eq(plan.id))
        .select(plan_versions::number)
        .first(conn)
        .optional()?;
    match number {
        Some(number) => store::version(conn, plan, number),
        None => Ok(None),
    }
}

pub(super) fn overtake(tx: &mut Conn, plan: SupportPlanId) -> QueryResult<()> {
    let due = plan_reviews::table.filter(plan_reviews::plan_id.eq(plan).and(plan_reviews::state.eq(ReviewState::Due)));
    diesel::update(due).set(plan_reviews::state.eq(ReviewState::Overtaken)).execute(tx).map(drop)
}

pub(super) fn insert_due(
    tx: &mut Conn,
    plan: &SupportPlan,
    (authority, version): (AuthorityId, PlanVersionId),
    (risk, due_on): (RiskLevel, NaiveDate),
    now: UtcTime,
) -> QueryResult<()> {
    diesel::insert_into(plan_reviews::table)
        .values((
            plan_reviews::id.eq(PlanReviewId::new()),
            plan_reviews::authority_id.eq(authority),
            plan_reviews::person_id.eq(plan.person),
            plan_reviews::plan_id.eq(plan.id),
            plan_reviews::version_id.eq(version),
            plan_reviews::state.eq(ReviewState::Due),
            plan_reviews::risk.eq(risk),
            plan_reviews::due_on.eq(due_on),
            plan_reviews::created_at.eq(now),
        ))
        .execute(tx)
        .map(drop)
}

pub(super) fn note_told(tx: &mut Conn, id: PlanReviewId, now: UtcTime) -> QueryResult<()> {
    diesel::update(plan_reviews::table.find(id)).set(plan_reviews::told_at.eq(now)).execute(tx).map(drop)
}

pub(super) fn save_held(
    tx: &mut Conn,
    id: PlanReviewId,
    content: &ReviewContent,
    (on, by): (NaiveDate, PersonId),
) -> QueryResult<()> {
    diesel::update(plan_reviews::table.find(id))
        .set((
            plan_reviews::state.eq(ReviewState::Held),
            plan_reviews::content.eq(written(content)?),
            plan_reviews::held_on.eq(on),
            plan_reviews::held_by.eq(by),
        ))
        .execute(tx)
        .map(drop)
}

/// Takes away the words of a person's reviews: when they close their account.
pub fn erase_words(tx: &mut Conn, person: PersonId) -> QueryResult<()> {
    let held = plan_reviews::table.filter(plan_reviews::person_id.eq(person).and(plan_reviews::content.is_not_null()));
    diesel::update(held).set(plan_reviews::content.eq("{}")).execute(tx).map(drop)
}
