//! All SQL of support plans and their agreement.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::allocation::AnsweredAs;
use crate::clock::UtcTime;
use crate::db::schema::{
    agreed_budgets, people, plan_checks, plan_comments, plan_lines, plan_signatures, plan_versions, support_plans,
};
use crate::db::{Conn, among, both, locked};
use crate::identity::PlanReader;
use crate::ids::{
    AllocationId, AssessmentId, AuthorityId, BudgetId, PersonId, PlanCommentId, PlanVersionId, ServiceId, SupportPlanId,
};
use crate::money::Money;

use super::content::PlanContent;
use super::costing::Rhythm;
use super::plan::{Check, PlanState, SupportPlan};

/// A document that we have written ourselves; one that cannot be read is a failure of ours.
pub(super) fn read<T: serde::de::DeserializeOwned>(text: &str) -> QueryResult<T> {
    serde_json::from_str(text).map_err(|cause| diesel::result::Error::DeserializationError(Box::new(cause)))
}

pub(super) fn written(document: &impl serde::Serialize) -> QueryResult<String> {
    serde_json::to_string(document).map_err(|cause| diesel::result::Error::SerializationError(Box::new(cause)))
}

type PlanRow = (SupportPlanId, Option<AuthorityId>, PersonId, PlanState, String, i64, i32, UtcTime);

macro_rules! plan_columns {
    () => {
        (
            support_plans::id,
            support_plans::authority_id,
            support_plans::person_id,
            support_plans::state,
            support_plans::content,
            support_plans::revision,
            support_plans::version,
            support_plans::changed_at,
        )
    };
}

fn plan_of_row(row: PlanRow) -> QueryResult<SupportPlan> {
    let (id, authority, person, state, content, revision, version, changed_at) = row;
    let content = read(&content)?;
    Ok(SupportPlan { id, authority, person, state, content, revision, version, changed_at })
}

/// This person's plan.
pub fn plan_of(conn: &mut Conn, reader: &PlanReader) -> QueryResult<Option<SupportPlan>> {
    let row: Option<PlanRow> = support_plans::table
        .filter(support_plans::person_id.eq(reader.person()))
        .select(plan_columns!())
        .first(conn)
        .optional()?;
    row.map(plan_of_row).transpose()
}

/// This person's plan, kept from others until the transaction ends.
pub(super) fn lock(tx: &mut Conn, reader: &PlanReader) -> QueryResult<Option<SupportPlan>> {
    let row: Option<PlanRow> =
        locked(support_plans::table.filter(support_plans::person_id.eq(reader.person())).select(plan_columns!()))
            .get_result(tx)
            .optional()?;
    row.map(plan_of_row).transpose()
}

/// How far the plans of these people have come, and since when.
pub(super) fn states_of(conn: &mut Conn, people: &[PersonId]) -> QueryResult<Vec<(PersonId, PlanState, UtcTime)>> {
    support_plans::table
        .filter(among(support_plans::person_id, people))
        .select((support_plans::person_id, support_plans::state, support_plans::changed_at))
        .load(conn)
}

/// Makes a plan; whether there was none before.
pub(super) fn insert(tx: &mut Conn, reader: &PlanReader, content: &PlanContent, now: UtcTime) -> QueryResult<bool> {
    let row = (
        support_plans::id.eq(SupportPlanId::new()),
        support_plans::authority_id.eq(reader.authority()),
        support_plans::person_id.eq(reader.person()),
        support_plans::state.eq(PlanState::Writing),
        support_plans::content.eq(written(content)?),
        support_plans::revision.eq(1_i64),
        support_plans::version.eq(0),
        support_plans::created_by.eq(reader.who().person()),
        support_plans::created_at.eq(now),
        support_plans::changed_by.eq(reader.who().person()),
        support_plans::changed_at.eq(now),
    );
    let made = both(diesel::insert_into(support_plans::table).values(row).on_conflict_do_nothing()).execute(tx)?;
    Ok(made == 1)
}

#[derive(Insertable)]
#[diesel(table_name = plan_lines, treat_none_as_default_value = false)]
struct LineRow {
    plan_id: SupportPlanId,
    position: i32,
    service_id: Option<ServiceId>,
    words: String,
    rhythm: Rhythm,
    quantity: i32,
    price_pence: Money,
    is_free: bool,
}

/// Writes what stands in a plan, and its lines one by one.
pub(super) fn save_content(
    tx: &mut Conn,
    plan: &SupportPlan,
    content: &PlanContent,
    by: PersonId,
    now: UtcTime,
) -> QueryResult<()> {
    diesel::update(support_plans::table.find(plan.id))
        .set((
            support_plans::content.eq(written(content)?),
            support_plans::revision.eq(plan.revision + 1),
            support_plans::changed_by.eq(by),
            support_plans::changed_at.eq(now),
        ))
        .execute(tx)?;
    diesel::delete(plan_lines::table.filter(plan_lines::plan_id.eq(plan.id))).execute(tx)?;
    let rows: Vec<LineRow> = content
        .lines
        .iter()
        .zip(1..)
        .map(|(line, position)| LineRow {
            plan_id: plan.id,
            position,
            service_id: line.service_id,
            words: line.words.clone(),
            rhythm: line.rhythm,
            quantity: line.quantity,
            price_pence: line.price_pence,
            is_free: line.is_free,
        })
        .collect();
    crate::insert_rows!(tx, plan_lines::table, &rows)
}

pub(super) fn set_state(
    tx: &mut Conn,
    plan: &SupportPlan,
    to: PlanState,
    by: PersonId,
    now: UtcTime,
) -> QueryResult<()> {
    diesel::update(support_plans::table.find(plan.id))
        .set((
            support_plans::state.eq(to),
            support_plans::revision.eq(plan.revision + 1),
            support_plans::changed_by.eq(by),
            support_plans::changed_at.eq(now),
        ))
        .execute(tx)
        .map(drop)
}

/// One version, as it was handed over.
#[derive(Clone, Debug)]
pub struct PlanVersion {
    /// Which.
    pub id: PlanVersionId,
    /// 1, 2, 3 …
    pub number: i32,
    /// What stood in it.
    pub content: PlanContent,
    /// What it costs in its year.
    pub cost: Money,
    /// The budget a week that it was written against.
    pub budget_weekly: Option<Money>,
    /// Which self-assessment that came from.
    pub assessment: Option<AssessmentId>,
    /// Who handed it over.
    pub by: String,
    /// As what.
    pub by_as: AnsweredAs,
    /// When.
    pub at: UtcTime,
}

type VersionRow = (PlanVersionId, i32, String, Money, Option<Money>, Option<AssessmentId>, String, AnsweredAs, UtcTime);

macro_rules! versions_of_plan {
    ($plan:expr) => {
        plan_versions::table
            .inner_join(people::table.on(people::id.eq(plan_versions::handed_over_by)))
            .filter(plan_versions::plan_id.eq($plan))
            .select((
                plan_versions::id,
                plan_versions::number,
                plan_versions::content,
                plan_versions::cost_pence,
                plan_versions::budget_pence,
                plan_versions::assessment_id,
                people::display_name,
                plan_versions::handed_over_as,
                plan_versions::handed_over_at,
            ))
    };
}

fn version_of_row(row: VersionRow) -> QueryResult<PlanVersion> {
    let (id, number, content, cost, budget_weekly, assessment, by, by_as, at) = row;
    let content = read(&content)?;
    Ok(PlanVersion { id, number, content, cost, budget_weekly, assessment, by, by_as, at })
}

/// Every version of a plan, newest first.
pub fn versions(conn: &mut Conn, plan: &SupportPlan) -> QueryResult<Vec<PlanVersion>> {
    let rows: Vec<VersionRow> = versions_of_plan!(plan.id).order(plan_versions::number.desc()).limit(200).load(conn)?;
    rows.into_iter().map(version_of_row).collect()
}

/// One version of a plan.
pub fn version(conn: &mut Conn, plan: &SupportPlan, number: i32) -> QueryResult<Option<PlanVersion>> {
    let row: Option<VersionRow> =
        versions_of_plan!(plan.id).filter(plan_versions::number.eq(number)).first(conn).optional()?;
    row.map(version_of_row).transpose()
}

/// Makes the next version of a plan.
pub(super) fn insert_version(
    tx: &mut Conn,
    plan: &SupportPlan,
    reader: &PlanReader,
    (cost, budget, assessment): (Money, Option<Money>, Option<AssessmentId>),
    now: UtcTime,
) -> QueryResult<()> {
    diesel::insert_into(plan_versions::table)
        .values((
            plan_versions::id.eq(PlanVersionId::new()),
            plan_versions::plan_id.eq(plan.id),
            plan_versions::number.eq(plan.version + 1),
            plan_versions::content.eq(written(&plan.content)?),
            plan_versions::cost_pence.eq(cost),
            plan_versions::budget_pence.eq(budget),
            plan_versions::assessment_id.eq(assessment),
            plan_versions::handed_over_by.eq(reader.who().person()),
            plan_versions::handed_over_as.eq(reader.answers_as()),
            plan_versions::handed_over_at.eq(now),
        ))
        .execute(tx)?;
    diesel::update(support_plans::table.find(plan.id))
        .set(support_plans::version.eq(plan.version + 1))
        .execute(tx)
        .map(drop)
}

/// One comment.
#[derive(Clone, Debug, Queryable)]
pub struct Comment {
    /// Which.
    pub id: PlanCommentId,
    /// On what: the name of an entry, or nothing for the whole.
    pub about: String,
    /// What it says.
    pub words: String,
    /// Who wrote it.
    pub by: String,
    /// As what.
    pub by_as: AnsweredAs,
    /// When.
    pub at: UtcTime,
    /// When somebody said that it is settled.
    pub settled_at: Option<UtcTime>,
}

/// Every comment on a plan, in order.
pub fn comments(conn: &mut Conn, plan: &SupportPlan) -> QueryResult<Vec<Comment>> {
    plan_comments::table
        .inner_join(people::table.on(people::id.eq(plan_comments::written_by)))
        .filter(plan_comments::plan_id.eq(plan.id))
        .order((plan_comments::written_at, plan_comments::id))
        .limit(1_000)
        .select((
            plan_comments::id,
            plan_comments::about,
            plan_comments::words,
            people::display_name,
            plan_comments::written_as,
            plan_comments::written_at,
            plan_comments::settled_at,
        ))
        .load(conn)
}

pub(super) fn insert_comment(
    tx: &mut Conn,
    plan: &SupportPlan,
    reader: &PlanReader,
    (about, words): (&str, &str),
    now: UtcTime,
) -> QueryResult<PlanCommentId> {
    let id = PlanCommentId::new();
    diesel::insert_into(plan_comments::table)
        .values((
            plan_comments::id.eq(id),
            plan_comments::plan_id.eq(plan.id),
            plan_comments::about.eq(about),
            plan_comments::words.eq(words),
            plan_comments::written_by.eq(reader.who().person()),
            plan_comments::written_as.eq(reader.answers_as()),
            plan_comments::written_at.eq(now),
        ))
        .execute(tx)?;
    Ok(id)
}

/// Notes that a comment is settled; whether it is one of this plan.
pub(super) fn settle_comment(tx: &mut Conn, plan: &SupportPlan, id: PlanCommentId, now: UtcTime) -> QueryResult<bool> {
    let open = plan_comments::table.find(id).filter(plan_comments::plan_id.eq(plan.id));
    Ok(diesel::update(open).set(plan_comments::settled_at.eq(now)).execute(tx)? == 1)
}

/// One check of the council.
#[derive(Clone, Debug, Queryable)]
pub struct Checked {
    /// What was looked at.
    pub check: Check,
    /// Whether it is so.
    pub passed: bool,
    /// Why, or why not.
    pub note: String,
    /// Who looked.
    pub by: String,
    /// When.
    pub at: UtcTime,
}

/// The council's checks of a version.
pub fn checks(conn: &mut Conn, version: PlanVersionId) -> QueryResult<Vec<Checked>> {
    plan_checks::table
        .inner_join(people::table.on(people::id.eq(plan_checks::checked_by)))
        .filter(plan_checks::version_id.eq(version))
        .select((
            plan_checks::question,
            plan_checks::passed,
            plan_checks::note,
            people::display_name,
            plan_checks::checked_at,
        ))
        .load(conn)
}

pub(super) fn put_check(
    tx: &mut Conn,
    version: PlanVersionId,
    (check, passed, note): (Check, bool, &str),
    by: PersonId,
    now: UtcTime,
) -> QueryResult<()> {
    let said = (
        plan_checks::passed.eq(passed),
        plan_checks::note.eq(note.to_owned()),
        plan_checks::checked_by.eq(by),
        plan_checks::checked_at.eq(now),
    );
    let key = (plan_checks::version_id.eq(version), plan_checks::question.eq(check));
    both(
        diesel::insert_into(plan_checks::table)
            .values((key, said.clone()))
            .on_conflict((plan_checks::version_id, plan_checks::question))
            .do_update()
            .set(said),
    )
    .execute(tx)
    .map(drop)
}

/// One signature under a version.
#[derive(Clone, Debug, Queryable)]
pub struct Signature {
    /// "person" or "council".
    pub side: String,
    /// Who signed.
    pub by: String,
    /// As what.
    pub by_as: AnsweredAs,
    /// When.
    pub at: UtcTime,
}

/// The signatures under a version.
pub fn signatures(conn: &mut Conn, version: PlanVersionId) -> QueryResult<Vec<Signature>> {
    plan_signatures::table
        .inner_join(people::table.on(people::id.eq(plan_signatures::signed_by)))
        .filter(plan_signatures::version_id.eq(version))
        .order((plan_signatures::signed_at, plan_signatures::side))
        .select((plan_signatures::side, people::display_name, plan_signatures::signed_as, plan_signatures::signed_at))
        .load(conn)
}

pub(super) fn sign(
    tx: &mut Conn,
    version: PlanVersionId,
    (side, by, by_as): (&str, PersonId, AnsweredAs),
    now: UtcTime,
) -> QueryResult<()> {
    diesel::insert_into(plan_signatures::table)
        .values((
            plan_signatures::version_id.eq(version),
            plan_signatures::side.eq(side),
            plan_signatures::signed_by.eq(by),
            plan_signatures::signed_as.eq(by_as),
            plan_signatures::signed_at.eq(now),
        ))
        .execute(tx)
        .map(drop)
}

/// What the council agreed to give.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = agreed_budgets, treat_none_as_default_value = false)]
pub struct Agreed {
    /// Which.
    pub id: AllocationId,
    /// Whose money.
    pub authority_id: AuthorityId,
    /// For whom.
    pub person_id: PersonId,
    /// For which version of the plan.
    pub version_id: PlanVersionId,
    /// What was shown up front, a week.
    pub indicative_weekly_pence: Option<Money>,
    /// What is agreed, a week.
    pub weekly_pence: Money,
    /// Why it differs.
    pub reason: String,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// The day after its last.
    pub ends_on: NaiveDate,
    /// So much a week more, where it falls,
    pub bridge_weekly_pence: Money,
    /// for so many weeks.
    pub bridge_weeks: i32,
    /// The budget that it is to change; none: it opens one.
    pub changes_budget_id: Option<BudgetId>,
    /// The budget that it opened or changed, once both have signed.
    pub budget_id: Option<BudgetId>,
    /// Who decided.
    pub decided_by: PersonId,
    /// When.
    pub decided_at: UtcTime,
}

pub(super) fn insert_agreed(tx: &mut Conn, agreed: &Agreed) -> QueryResult<()> {
    diesel::insert_into(agreed_budgets::table).values(agreed.clone()).execute(tx).map(drop)
}

/// What was agreed for a version.
pub fn agreed_of(conn: &mut Conn, version: PlanVersionId) -> QueryResult<Option<Agreed>> {
    agreed_budgets::table
        .filter(agreed_budgets::version_id.eq(version))
        .select(Agreed::as_select())
        .first(conn)
        .optional()
}

/// What both have signed for this person, newest first.
pub fn agreed_budgets_of(conn: &mut Conn, reader: &PlanReader) -> QueryResult<Vec<Agreed>> {
    agreed_budgets::table
        .filter(agreed_budgets::person_id.eq(reader.person()))
        .filter(agreed_budgets::budget_id.is_not_null())
        .order((agreed_budgets::starts_on.desc(), agreed_budgets::decided_at.desc()))
        .select(Agreed::as_select())
        .load(conn)
}

pub(super) fn set_budget(tx: &mut Conn, agreed: AllocationId, budget: BudgetId) -> QueryResult<()> {
    diesel::update(agreed_budgets::table.find(agreed)).set(agreed_budgets::budget_id.eq(budget)).execute(tx).map(drop)
}

/// Takes away the words of a person's plans: when they close their account. Sums, dates and signatures stay.
pub fn erase_words(tx: &mut Conn, person: PersonId) -> QueryResult<()> {
    let plans: Vec<SupportPlanId> =
        support_plans::table.filter(support_plans::person_id.eq(person)).select(support_plans::id).load(tx)?;
    for plan in plans {
        diesel::delete(plan_lines::table.filter(plan_lines::plan_id.eq(plan))).execute(tx)?;
        diesel::delete(plan_comments::table.filter(plan_comments::plan_id.eq(plan))).execute(tx)?;
        diesel::update(plan_versions::table.filter(plan_versions::plan_id.eq(plan)))
            .set(plan_versions::content.eq("{}"))
            .execute(tx)?;
        let of_plan = plan_versions::table.filter(plan_versions::plan_id.eq(plan)).select(plan_versions::id);
        let versions: Vec<PlanVersionId> = of_plan.load(tx)?;
        diesel::update(
            plan_checks::table.filter(among(plan_checks::version_id, &versions)).filter(plan_checks::passed),
        )
        .set(plan_checks::note.eq(""))
        .execute(tx)?;
        diesel::update(agreed_budgets::table.filter(among(agreed_budgets::version_id, &versions)))
            .filter(agreed_budgets::reason.ne(""))
            .set(agreed_budgets::reason.eq("erased"))
            .execute(tx)?;
        diesel::update(support_plans::table.find(plan)).set(support_plans::content.eq("{}")).execute(tx)?;
    }
    Ok(())
}
