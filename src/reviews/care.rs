//! All SQL of looking after reviews: answers of providers, reports, decisions.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::audit::{Deed, Entry, What, Why};
use crate::clock::UtcTime;
use crate::db::schema::{organizations, people, review_decisions, review_replies, review_reports, reviews, services};
use crate::db::{Conn, among, text_enum};
use crate::identity::{Moderator, ProviderMember};
use crate::ids::{OrganizationId, PersonId, ReportId, ReviewId, ServiceId, StepId};

use super::review::Review;

text_enum! {
    /// Whether people can read a review.
    #[schema(as = RatingState)]
    pub enum ReviewState {
        /// Everybody can.
        Published = "published",
        /// Nobody can until somebody has looked.
        Waiting = "waiting",
        /// Nobody can any more.
        Removed = "removed",
    }
}

text_enum! {
    /// What was decided about a review.
    pub enum Decision {
        /// The filter wants somebody to look first.
        HeldBack = "held back",
        /// Everybody can read it.
        Published = "published",
        /// What was said about it does not stand.
        Left = "left as it is",
        /// Nobody can read it any more.
        Removed = "removed",
    }
}

text_enum! {
    /// Why somebody thinks that a review should not stand.
    pub enum Objection {
        /// Bought, made up, or by somebody who was never there.
        NotReal = "not real",
        /// It names a person, or tells of somebody's health.
        NamesSomebody = "names somebody",
        /// It insults, threatens or lies.
        Hurtful = "hurtful or unlawful",
        /// It tells of harm.
        Danger = "somebody may be in danger",
        /// Whatever else.
        SomethingElse = "something else",
    }
}

impl Objection {
    /// As people choose it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::NotReal => "It is not real: bought, made up, or by somebody who was never there",
            Self::NamesSomebody => "It names a person, or tells of somebody’s health",
            Self::Hurtful => "It insults, threatens, or says what is not true",
            Self::Danger => "Somebody may be in danger",
            Self::SomethingElse => "Something else",
        }
    }
}

/// The provider's answer to a review.
#[derive(Clone, Debug, Queryable)]
pub struct ReplyRow {
    /// To which.
    pub review: ReviewId,
    /// Whose.
    pub provider: String,
    /// What it says.
    pub words: String,
    /// When.
    pub at: UtcTime,
}

/// A review with what is around it.
#[derive(Clone, Debug)]
pub struct WholeReview {
    /// Itself.
    pub review: Review,
    /// Whether people can read it.
    pub state: ReviewState,
    /// Of what.
    pub service: String,
    /// Whose.
    pub organization: OrganizationId,
    /// The provider's name.
    pub provider: String,
    /// Who wrote it.
    pub writer: String,
}

/// One decision, with the name of who made it.
#[derive(Clone, Debug, Queryable)]
pub struct DecisionRow {
    /// What.
    pub decision: Decision,
    /// Why.
    pub reason: String,
    /// By whom; none: the filter.
    pub by: Option<String>,
    /// When.
    pub at: UtcTime,
}

/// One report that waits.
#[derive(Clone, Debug, Queryable)]
pub struct ObjectionRow {
    /// What is said.
    pub what: Objection,
    /// In words.
    pub words: String,
    /// When.
    pub at: UtcTime,
}

/// Whether people can read a review.
pub(super) fn state(conn: &mut Conn, review: ReviewId) -> QueryResult<ReviewState> {
    reviews::table.find(review).select(reviews::state).first(conn)
}

/// Says whether people can read a review.
pub(super) fn set_state(tx: &mut Conn, review: ReviewId, state: ReviewState) -> QueryResult<()> {
    diesel::update(reviews::table.find(review)).set(reviews::state.eq(state)).execute(tx).map(drop)
}

/// Notes a decision.
pub(super) fn note(
    tx: &mut Conn,
    review: ReviewId,
    decision: Decision,
    reason: &str,
    by: Option<PersonId>,
    now: UtcTime,
) -> QueryResult<()> {
    diesel::insert_into(review_decisions::table)
        .values((
            review_decisions::id.eq(StepId::new()),
            review_decisions::review_id.eq(review),
            review_decisions::decision.eq(decision),
            review_decisions::reason.eq(reason),
            review_decisions::decided_by.eq(by),
            review_decisions::decided_at.eq(now),
        ))
        .execute(tx)
        .map(drop)
}

type WholeRow = (Review, ReviewState, String, OrganizationId, String, String);

fn whole((review, state, service, organization, provider, writer): WholeRow) -> WholeReview {
    WholeReview { review, state, service, organization, provider, writer }
}

/// One published review: what anybody may report.
pub fn published(conn: &mut Conn, id: ReviewId) -> QueryResult<Option<WholeReview>> {
    let row: Option<WholeRow> = reviews::table
        .inner_join(people::table)
        .inner_join(services::table.inner_join(organizations::table))
        .filter(reviews::id.eq(id).and(reviews::state.eq(ReviewState::Published)))
        .select((
            Review::as_select(),
            reviews::state,
            services::name,
            organizations::id,
            organizations::name,
            people::display_name,
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(whole))
}

/// One review of a service of the moderator's authority.
pub fn of_moderator(conn: &mut Conn, moderator: &Moderator, id: ReviewId) -> QueryResult<WholeReview> {
    let row: WholeRow = reviews::table
        .inner_join(people::table)
        .inner_join(services::table.inner_join(organizations::table))
        .filter(reviews::id.eq(id).and(organizations::authority_id.eq(moderator.authority())))
        .select((
            Review::as_select(),
            reviews::state,
            services::name,
            organizations::id,
            organizations::name,
            people::display_name,
        ))
        .first(conn)?;
    Ok(whole(row))
}

/// Takes a review of a service of the moderator's authority until the transaction ends.
pub(super) fn lock(tx: &mut Conn, moderator: &Moderator, id: ReviewId) -> QueryResult<WholeReview> {
    let _: ReviewId = crate::db::locked(reviews::table.find(id).select(reviews::id)).get_result(tx)?;
    of_moderator(tx, moderator, id)
}

/// Reviews that wait for the moderator: held back, or reported; longest first.
pub fn waiting(conn: &mut Conn, moderator: &Moderator, at_most: i64) -> QueryResult<Vec<WholeReview>> {
    let reported = review_reports::table.filter(review_reports::open.eq(true)).select(review_reports::review_id);
    let rows: Vec<WholeRow> = reviews::table
        .inner_join(people::table)
        .inner_join(services::table.inner_join(organizations::table))
        .filter(organizations::authority_id.eq(moderator.authority()))
        .filter(reviews::state.eq(ReviewState::Waiting).or(reviews::id.eq_any(reported)))
        .order((reviews::written_at, reviews::id))
        .limit(at_most)
        .select((
            Review::as_select(),
            reviews::state,
            services::name,
            organizations::id,
            organizations::name,
            people::display_name,
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(whole).collect())
}

/// What a moderator's look at these reviews writes down about who wrote them.
pub(super) fn looks(moderator: &Moderator, seen: &[WholeReview], now: UtcTime) -> Vec<Entry> {
    let looked = (Deed::LookedAt, Why::ToKeepReviewsFair);
    let look = |whole: &WholeReview| {
        Entry::new(moderator, looked, whole.review.person_id, (What::Review, whole.review.id.as_str()), now)
    };
    seen.iter().map(look).collect()
}

/// How many these are, and since when the first waits.
pub fn count_waiting(conn: &mut Conn, moderator: &Moderator) -> QueryResult<i64> {
    let reported = review_reports::table.filter(review_reports::open.eq(true)).select(review_reports::review_id);
    reviews::table
        .inner_join(services::table.inner_join(organizations::table))
        .filter(organizations::authority_id.eq(moderator.authority()))
        .filter(reviews::state.eq(ReviewState::Waiting).or(reviews::id.eq_any(reported)))
        .select(count_star())
        .get_result(conn)
}

/// What was decided about a review, in order.
pub fn decisions(conn: &mut Conn, review: ReviewId) -> QueryResult<Vec<DecisionRow>> {
    review_decisions::table
        .left_join(people::table)
        .filter(review_decisions::review_id.eq(review))
        .order((review_decisions::decided_at, review_decisions::id))
        .select((
            review_decisions::decision,
            review_decisions::reason,
            people::display_name.nullable(),
            review_decisions::decided_at,
        ))
        .load(conn)
}

/// What people say about a review, and nobody has decided.
pub fn objections(conn: &mut Conn, review: ReviewId) -> QueryResult<Vec<ObjectionRow>> {
    review_reports::table
        .filter(review_reports::review_id.eq(review).and(review_reports::open.eq(true)))
        .order((review_reports::reported_at, review_reports::id))
        .select((review_reports::what, review_reports::words, review_reports::reported_at))
        .load(conn)
}

/// Writes what somebody says about a review.
pub(super) fn insert_objection(
    tx: &mut Conn,
    review: ReviewId,
    what: Objection,
    words: &str,
    (visit, network): (Option<&str>, Option<&str>),
    now: UtcTime,
) -> QueryResult<()> {
    diesel::insert_into(review_reports::table)
        .values((
            review_reports::id.eq(ReportId::new()),
            review_reports::review_id.eq(review),
            review_reports::what.eq(what),
            review_reports::words.eq(words),
            review_reports::visit_hash.eq(visit),
            review_reports::network_hash.eq(network),
            review_reports::reported_at.eq(now),
            review_reports::open.eq(true),
        ))
        .execute(tx)
        .map(drop)
}

/// How much this browser, and this network, has said about reviews since then.
pub(super) fn objections_since(
    conn: &mut Conn,
    visit: Option<&str>,
    network: Option<&str>,
    since: UtcTime,
) -> QueryResult<(i64, i64)> {
    let recent = || review_reports::table.filter(review_reports::reported_at.gt(since));
    let by_visit = match visit {
        Some(visit) => recent().filter(review_reports::visit_hash.eq(visit)).count().get_result(conn)?,
        None => 0,
    };
    let by_network = match network {
        Some(network) => recent().filter(review_reports::network_hash.eq(network)).count().get_result(conn)?,
        None => 0,
    };
    Ok((by_visit, by_network))
}

/// Closes what was said about a review.
pub(super) fn close_objections(tx: &mut Conn, review: ReviewId) -> QueryResult<()> {
    diesel::update(review_reports::table.filter(review_reports::review_id.eq(review)))
        .set((
            review_reports::open.eq(false),
            review_reports::visit_hash.eq(None::<String>),
            review_reports::network_hash.eq(None::<String>),
        ))
        .execute(tx)
        .map(drop)
}

/// The answers to these reviews.
pub fn replies(conn: &mut Conn, ids: &[ReviewId]) -> QueryResult<HashMap<ReviewId, ReplyRow>> {
    let rows: Vec<ReplyRow> = review_replies::table
        .inner_join(organizations::table)
        .filter(among(review_replies::review_id, ids))
        .select((review_replies::review_id, organizations::name, review_replies::words, review_replies::replied_at))
        .load(conn)?;
    Ok(rows.into_iter().map(|reply| (reply.review, reply)).collect())
}

/// Writes the answer of a provider, unless there is one; whether it was written.
pub(super) fn insert_reply(
    tx: &mut Conn,
    member: &ProviderMember,
    review: ReviewId,
    words: &str,
    now: UtcTime,
) -> QueryResult<bool> {
    let row = (
        review_replies::review_id.eq(review),
        review_replies::organization_id.eq(member.organization()),
        review_replies::words.eq(words),
        review_replies::replied_by.eq(member.who().person()),
        review_replies::replied_at.eq(now),
    );
    let written = crate::db::both(diesel::insert_into(review_replies::table).values(row).on_conflict_do_nothing());
    Ok(written.execute(tx)? > 0)
}

/// Published reviews of the member's organisation, newest first, with the service's name and the writer's.
pub fn of_provider(
    conn: &mut Conn,
    member: &ProviderMember,
    page: i64,
    per_page: i64,
) -> QueryResult<Vec<(Review, String, String)>> {
    reviews::table
        .inner_join(people::table)
        .inner_join(services::table)
        .filter(services::organization_id.eq(member.organization()))
        .filter(reviews::state.eq(ReviewState::Published))
        .order((reviews::written_at.desc(), reviews::id))
        .limit(per_page)
        .offset((page - 1) * per_page)
        .select((Review::as_select(), services::name, people::display_name))
        .load(conn)
}

/// How many these are.
pub fn count_of_provider(conn: &mut Conn, member: &ProviderMember) -> QueryResult<i64> {
    reviews::table
        .inner_join(services::table)
        .filter(services::organization_id.eq(member.organization()))
        .filter(reviews::state.eq(ReviewState::Published))
        .count()
        .get_result(conn)
}

/// The published review that a member may answer.
pub(super) fn to_answer(conn: &mut Conn, member: &ProviderMember, id: ReviewId) -> QueryResult<Option<Review>> {
    reviews::table
        .inner_join(services::table)
        .filter(reviews::id.eq(id).and(services::organization_id.eq(member.organization())))
        .filter(reviews::state.eq(ReviewState::Published))
        .select(Review::as_select())
        .first(conn)
        .optional()
}

/// One removal: no words and no names.
#[derive(Clone, Debug, Queryable)]
pub struct RemovalRow {
    /// Of which service.
    pub service: ServiceId,
    /// Its name.
    pub name: String,
    /// How many stars it gave.
    pub stars: i32,
    /// Why it was removed.
    pub reason: String,
    /// When.
    pub at: UtcTime,
}

/// Removed reviews, newest first.
pub fn removals(conn: &mut Conn, page: i64, per_page: i64) -> QueryResult<Vec<RemovalRow>> {
    review_decisions::table
        .inner_join(reviews::table.inner_join(services::table))
        .filter(review_decisions::decision.eq(Decision::Removed))
        .order((review_decisions::decided_at.desc(), review_decisions::id))
        .limit(per_page)
        .offset((page - 1) * per_page)
        .select((services::id, services::name, reviews::stars, review_decisions::reason, review_decisions::decided_at))
        .load(conn)
}

/// How many were removed.
pub fn count_removals(conn: &mut Conn) -> QueryResult<i64> {
    review_decisions::table.filter(review_decisions::decision.eq(Decision::Removed)).count().get_result(conn)
}
