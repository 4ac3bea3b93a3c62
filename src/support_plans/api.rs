//! Support plans, their agreement and their reviews over `/api/v1`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, ServiceConfig, delete, get, post, put};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::allocation::AnsweredAs;
use crate::app::App;
use crate::budgets::FundingRoute;
use crate::budgets::terms::Holder;
use crate::clock::{UtcTime, day, rfc3339};
use crate::db::Conn;
use crate::error::AppError;
use crate::identity::{AssignedCareManager, NeedGroup, PlanReader, PlanSigner, Planner};
use crate::ids::{BudgetId, OrganizationId, PlanCommentId, PlanReviewId, SharedPlanId};
use crate::money::Money;
use crate::web::form::Json as Sent;
use crate::web::render::Problem;

use super::agree::{Decision, agree, decline, send_back, sign};
use super::content::{PlanContent, RiskLevel};
use super::costing::{Costing, Year, cost};
use super::difference::difference;
use super::plan::{Check, PlanState};
use super::review::{ReviewContent, ReviewState, hold};
use super::share::{AgeBand, SharedPlan, share, similar, withdraw};
use super::store::{self, Agreed};
use super::write::{PlanError, begin, comment, hand_over, reopen, replace, settle, weekly_budget};
use super::{review_store, templates, told};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/support/{person_id}/plan", get().to(get_plan))
        .route("/support/{person_id}/plan", post().to(post_plan))
        .route("/support/{person_id}/plan", put().to(put_plan))
        .route("/support/{person_id}/plan/handing-over", post().to(post_handing_over))
        .route("/support/{person_id}/plan/reopening", post().to(post_reopening))
        .route("/support/{person_id}/plan/comments", post().to(post_comment))
        .route("/support/{person_id}/plan/comments/{comment_id}/settling", post().to(post_settling))
        .route("/support/{person_id}/plan/versions", get().to(get_versions))
        .route("/support/{person_id}/plan/versions/{version}", get().to(get_version))
        .route("/support/{person_id}/plan/agreement", post().to(post_agreement))
        .route("/support/{person_id}/plan/sending-back", post().to(post_sending_back))
        .route("/support/{person_id}/plan/signature", post().to(post_signature))
        .route("/support/{person_id}/plan/signature-refusal", post().to(post_signature_refusal))
        .route("/support/{person_id}/plan/sharing", put().to(put_sharing))
        .route("/support/{person_id}/plan/sharing", delete().to(delete_sharing))
        .route("/support/{person_id}/shared-plans", get().to(get_shared_plans))
        .route("/support/{person_id}/reviews", get().to(get_reviews))
        .route("/support/{person_id}/reviews/{plan_review_id}/holding", post().to(post_holding));
}

/// A support plan with what it costs.
#[derive(Serialize, ToSchema)]
pub struct PlanDocument {
    /// How far it has come.
    pub state: PlanState,
    /// Counts up with each change; sent back with the next one.
    pub revision: i64,
    /// The newest version that was handed over; 0 before the first.
    pub version: i32,
    /// What stands in it.
    pub content: PlanContent,
    /// What it costs in its year, beside the agreed or indicative budget.
    pub costing: Costing,
    /// What is missing before it can be handed over.
    pub missing: Vec<String>,
    /// What was said of it.
    pub comments: Vec<PlanCommentDocument>,
}

/// One comment on a plan.
#[derive(Serialize, ToSchema)]
pub struct PlanCommentDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: PlanCommentId,
    /// The name of the entry that it is about; empty for the whole.
    pub about: String,
    /// What it says.
    pub words: String,
    /// Who wrote it.
    pub by: String,
    /// As what.
    pub written_as: AnsweredAs,
    /// When.
    #[serde(serialize_with = "rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub written_at: UtcTime,
    /// Whether somebody said that it is settled.
    pub settled: bool,
}

async fn document(app: &App, reader: PlanReader) -> Result<PlanDocument, AppError> {
    let today = day(app.clock.now());
    let read = move |conn: &mut Conn| {
        let plan = store::plan_of(conn, &reader)?.ok_or(PlanError::NotHere)?;
        let weekly = weekly_budget(conn, &reader)?.map(|(weekly, _)| weekly);
        let comments = store::comments(conn, &plan)?;
        let costing = cost(&plan.content, Year::from(plan.content.starts_on.unwrap_or(today)), weekly);
        let comment = |each: store::Comment| PlanCommentDocument {
            id: each.id,
            about: each.about,
            words: each.words,
            by: each.by,
            written_as: each.by_as,
            written_at: each.at,
            settled: each.settled_at.is_some(),
        };
        Ok::<_, PlanError>(PlanDocument {
            state: plan.state,
            revision: plan.revision,
            version: plan.version,
            missing: plan.content.missing().into_iter().map(str::to_owned).collect(),
            content: plan.content,
            costing,
            comments: comments.into_iter().map(comment).collect(),
        })
    };
    Ok(app.db.read(read).await?)
}

/// One person's support plan.
#[utoipa::path(get, path = "/api/v1/support/{person_id}/plan", tag = "support plans", security(("bearer" = [])),
    params(("person_id" = String, Path)),
    responses((status = 200, body = PlanDocument), (status = 404, body = Problem)))]
pub async fn get_plan(reader: PlanReader, app: Data<App>) -> Result<Json<PlanDocument>, AppError> {
    Ok(Json(document(&app, reader).await?))
}

/// With what a plan begins.
#[derive(Deserialize, ToSchema)]
pub struct NewPlan {
    /// The name of a template; empty for nothing.
    #[serde(default)]
    pub template: String,
}

/// Begins a plan; one that there is stays as it is.
#[utoipa::path(post, path = "/api/v1/support/{person_id}/plan", tag = "support plans", security(("bearer" = [])),
    params(("person_id" = String, Path)), request_body = NewPlan,
    responses((status = 201, body = PlanDocument), (status = 404, body = Problem)))]
pub async fn post_plan(writer: Planner, Sent(sent): Sent<NewPlan>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let (now, reader) = (app.clock.now(), (*writer).clone());
    let content = match sent.template.as_str() {
        "" => PlanContent::default(),
        key => templates::content(key).ok_or(AppError::NotFound)?,
    };
    app.db.write(move |tx| begin(tx, &writer, &content, now)).await?;
    Ok(HttpResponse::Created().json(document(&app, reader).await?))
}

/// A whole plan, written anew.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangedPlan {
    /// The revision that was read.
    pub revision: i64,
    /// What is to stand in it.
    pub content: PlanContent,
}

/// Writes a plan that is being written anew, if nobody has changed it since it was read.
#[utoipa::path(put, path = "/api/v1/support/{person_id}/plan", tag = "support plans", security(("bearer" = [])),
    params(("person_id" = String, Path)), request_body = ChangedPlan,
    responses((status = 200, body = PlanDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn put_plan(
    writer: Planner,
    Sent(sent): Sent<ChangedPlan>,
    app: Data<App>,
) -> Result<Json<PlanDocument>, AppError> {
    let (now, reader) = (app.clock.now(), (*writer).clone());
    app.db.write(move |tx| replace(tx, &writer, (&sent.content, sent.revision), now)).await?;
    Ok(Json(document(&app, reader).await?))
}

/// Hands a plan over to the council: what stands in it becomes a version.
#[utoipa::path(post, path = "/api/v1/support/{person_id}/plan/handing-over", tag = "support plans",
    security(("bearer" = [])), params(("person_id" = String, Path)),
    responses((status = 200, body = PlanDocument), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn post_handing_over(writer: Planner, app: Data<App>) -> Result<Json<PlanDocument>, AppError> {
    let (now, reader) = (app.clock.now(), (*writer).clone());
    let url = app.post.public_url.clone();
    let write = move |tx: &mut Conn| {
        hand_over(tx, &writer, now)?;
        told::it_waits(tx, &writer, &url, now)
    };
    app.db.write(write).await?;
    Ok(Json(document(&app, reader).await?))
}

/// Takes a plan back before the council has answered, or begins to change one that is agreed.
#[utoipa::path(post, path = "/api/v1/support/{person_id}/plan/reopening", tag = "support plans",
    security(("bearer" = [])), params(("person_id" = String, Path)),
    responses((status = 200, body = PlanDocument), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn post_reopening(writer: Planner, app: Data<App>) -> Result<Json<PlanDocument>, AppError> {
    let (now, reader) = (app.clock.now(), (*writer).clone());
    app.db.write(move |tx| reopen(tx, &writer, now)).await?;
    Ok(Json(document(&app, reader).await?))
}

/// A comment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    /// The name of an entry; empty for the whole.
    #[serde(default)]
    pub about: String,
    /// Up to 2,000 letters.
    pub words: String,
}

/// The id of what was made.
#[derive(Serialize, ToSchema)]
pub struct MadeComment {
    /// Its id.
    #[schema(value_type = String)]
    pub id: PlanCommentId,
}

/// Comments on a plan, or on one entry of it.
#[utoipa::path(post, path = "/api/v1/support/{person_id}/plan/comments", tag = "support plans",
    security(("bearer" = [])), params(("person_id" = String, Path)), request_body = NewComment,
    responses((status = 201, body = MadeComment), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn post_comment(
    writer: Planner,
    Sent(sent): Sent<NewComment>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let id = app.db.write(move |tx| comment(tx, &writer, (&sent.about, &sent.words), now)).await?;
    Ok(HttpResponse::Created().json(MadeComment { id }))
}

/// Says that a comment is settled.
#[utoipa::path(post, path = "/api/v1/support/{person_id}/plan/comments/{comment_id}/settling", tag = "support plans",
    security(("bearer" = [])), params(("person_id" = String, Path), ("comment_id" = String, Path)),
    responses((status = 204, description = "It is settled."), (status = 404, body = Problem)))]
pub async fn post_settling(
    writer: Planner,
    path: Path<(String, String)>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id: PlanCommentId = path.1.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    app.db.write(move |tx| settle(tx, &writer, id, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// One version of a plan.
#[derive(Serialize, ToSchema)]
pub struct PlanVersionDocument {
    /// 1, 2, 3 …
    pub number: i32,
    /// What stood in it.
    pub content: PlanContent,
    /// What it costs in its year.
    pub cost_pence: Money,
    /// Who handed it over.
    pub handed_over_by: String,
    /// When.
    #[serde(serialize_with = "rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub handed_over_at: UtcTime,
    /// What changed since the version before, entry by entry: what went and what came.
    pub changes: Vec<ChangeDocument>,
    /// The council's checks.
    pub checks: Vec<CheckDocument>,
    /// What was agreed.
    pub agreed: Option<AgreedDocument>,
    /// Who has signed: "person", "council".
    pub signed_by: Vec<String>,
}

/// One entry that changed.
#[derive(Serialize, ToSchema)]
#[schema(as = PlanChange)]
pub struct ChangeDocument {
    /// Of which part.
    pub part: String,
    /// As it stood before.
    pub before: String,
    /// As it stands now.
    pub after: String,
}

/// One check.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlanCheck)]
pub struct CheckDocument {
    /// Which.
    pub check: Check,
    /// Whether it is so.
    pub passed: bool,
    /// Why, or what is missing.
    #[serde(default)]
    pub note: String,
}

/// What was agreed.
#[derive(Serialize, ToSchema)]
pub struct AgreedDocument {
    /// A week.
    pub weekly_pence: Money,
    /// What was shown up front, a week.
    pub indicative_weekly_pence: Option<Money>,
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
    /// The personal budget, once both have signed.
    #[schema(value_type = Option<String>)]
    pub budget_id: Option<BudgetId>,
}

fn agreed_document(agreed: Agreed) -> AgreedDocument {
    AgreedDocument {
        weekly_pence: agreed.weekly_pence,
        indicative_weekly_pence: agreed.indicative_weekly_pence,
        reason: agreed.reason,
        starts_on: agreed.starts_on,
        ends_on: agreed.ends_on,
        bridge_weekly_pence: agreed.bridge_weekly_pence,
        bridge_weeks: agreed.bridge_weeks,
        budget_id: agreed.budget_id,
    }
}

fn version_document(conn: &mut Conn, reader: &PlanReader, number: i32) -> Result<PlanVersionDocument, PlanError> {
    let plan = store::plan_of(conn, reader)?.ok_or(PlanError::NotHere)?;
    let version = store::version(conn, &plan, number)?.ok_or(PlanError::NotHere)?;
    let before = store::version(conn, &plan, number - 1)?;
    let words = |pieces: &[super::Piece], without: fn(&super::Piece) -> bool| -> String {
        pieces.iter().filter(|each| !without(each)).map(|each| each.text.as_str()).collect()
    };
    let changes = before.map(|before| difference(&before.content, &version.content)).unwrap_or_default();
    let change = |each: &super::Changed| ChangeDocument {
        part: each.part.into(),
        before: words(&each.words, |piece| piece.added),
        after: words(&each.words, |piece| piece.removed),
    };
    let checks = store::checks(conn, version.id)?;
    let check = |each: store::Checked| CheckDocument { check: each.check, passed: each.passed, note: each.note };
    Ok(PlanVersionDocument {
        number: version.number,
        cost_pence: version.cost,
        handed_over_by: version.by,
        handed_over_at: version.at,
        changes: changes.iter().map(change).collect(),
        checks: checks.into_iter().map(check).collect(),
        agreed: store::agreed_of(conn, version.id)?.map(agreed_document),
        signed_by: store::signatures(conn, version.id)?.into_iter().map(|each| each.side).collect(),
        content: version.content,
    })
}

/// The numbers of the versions that there are.
#[derive(Serialize, ToSchema)]
pub struct PlanVersionsDocument {
    /// Newest first.
    pub versions: Vec<i32>,
}

/// Which versions of a plan were handed over.
#[utoipa::path(get, path = "/api/v1/support/{person_id}/plan/versions", tag = "support plans",
    security(("bearer" = [])), params(("person_id" = String, Path)),
    responses((status = 200, body = PlanVersionsDocument), (status = 404, body = Problem)))]
pub async fn get_versions(reader: PlanReader, app: Data<App>) -> Result<Json<PlanVersionsDocument>, AppError> {
    let read = move |conn: &mut Conn| {
        let plan = store::plan_of(conn, &reader)?.ok_or(PlanError::NotHere)?;
        Ok::<_, PlanError>((1..=plan.version).rev().collect())
    };
    Ok(Json(PlanVersionsDocument { versions: app.db.read(read).await? }))
}

/// One version of a plan, with what changed, what was checked, agreed and signed.
#[utoipa::path(get, path = "/api/v1/support/{person_id}/plan/versions/{version}", tag = "support plans",
    security(("bearer" = [])), params(("person_id" = String, Path), ("version" = i32, Path)),
    responses((status = 200, body = PlanVersionDocument), (status = 404, body = Problem)))]
pub async fn get_version(
    reader: PlanReader,
    path: Path<(String, String)>,
    app: Data<App>,
) -> Result<Json<PlanVersionDocument>, AppError> {
    let number: i32 = path.1.parse().map_err(|_no_number| AppError::NotFound)?;
    Ok(Json(app.db.read(move |conn| version_document(conn, &reader, number)).await?))
}

/// What the council agrees.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAgreement {
    /// The checks; all four have to be passed.
    #[serde(default)]
    pub checks: Vec<CheckDocument>,
    /// What is agreed, a week.
    pub weekly_pence: Money,
    /// Why it differs from the indicative budget.
    #[serde(default)]
    pub reason: String,
    /// Its first day; the plan's own where none is sent.
    #[serde(default)]
    pub starts_on: Option<NaiveDate>,
    /// Where it falls, the difference is paid for so many weeks.
    #[serde(default)]
    pub bridge_weeks: i32,
}

fn checks(sent: Vec<CheckDocument>) -> Vec<(Check, bool, String)> {
    sent.into_iter().map(|each| (each.check, each.passed, each.note)).collect()
}

/// Agrees a plan for the council, and signs it.
#[utoipa::path(post, path = "/api/v1/support/{person_id}/plan/agreement", tag = "support plans",
    security(("bearer" = [])), params(("person_id" = String, Path)), request_body = NewAgreement,
    responses((status = 200, body = PlanDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn post_agreement(
    manager: AssignedCareManager,
    Sent(sent): Sent<NewAgreement>,
    app: Data<App>,
) -> Result<Json<PlanDocument>, AppError> {
    let (now, reader) = (app.clock.now(), (*manager).clone());
    let decision = Decision {
        checks: checks(sent.checks),
        weekly: Some(sent.weekly_pence),
        reason: sent.reason,
        from: sent.starts_on,
        bridge_weeks: sent.bridge_weeks,
    };
    let url = app.post.public_url.clone();
    let write = move |tx: &mut Conn| {
        agree(tx, &manager, &decision, now)?;
        told::it_is_to_be_signed(tx, &manager, &url, now)
    };
    app.db.write(write).await?;
    Ok(Json(document(&app, reader).await?))
}

/// What the council asks to be changed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlanSendingBack)]
pub struct SendingBack {
    /// The checks that were made so far.
    #[serde(default)]
    pub checks: Vec<CheckDocument>,
    /// What is to be changed.
    pub reason: String,
}

/// Sends a plan back with what is to be changed.
#[utoipa::path(post, path = "/api/v1/support/{person_id}/plan/sending-back", tag = "support plans",
    security(("bearer" = [])), params(("person_id" = String, Path)), request_body = SendingBack,
    responses((status = 200, body = PlanDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn post_sending_back(
    manager: AssignedCareManager,
    Sent(sent): Sent<SendingBack>,
    app: Data<App>,
) -> Result<Json<PlanDocument>, AppError> {
    let (now, reader) = (app.clock.now(), (*manager).clone());
    let (checks, reason) = (checks(sent.checks), sent.reason);
    let url = app.post.public_url.clone();
    let write = move |tx: &mut Conn| {
        send_back(tx, &manager, (&checks, &reason), now)?;
        told::it_came_back(tx, &manager, &url, now)
    };
    app.db.write(write).await?;
    Ok(Json(document(&app, reader).await?))
}

/// How the money is to be held.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSignature {
    /// Any way but own money; left out where a budget runs that is to be held as it is.
    pub funding_route: Option<FundingRoute>,
    /// Who holds it: a third party, a trust or a broker.
    #[serde(default)]
    pub holder_name: String,
    /// The provider that holds an individual service fund.
    #[schema(value_type = Option<String>)]
    pub organization_id: Option<OrganizationId>,
}

/// The budget that a signature opened.
#[derive(Serialize, ToSchema)]
pub struct SignedDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub budget_id: BudgetId,
}

/// Signs a plan that the council has signed: both have agreed, and the personal budget opens.
#[utoipa::path(post, path = "/api/v1/support/{person_id}/plan/signature", tag = "support plans",
    security(("bearer" = [])), params(("person_id" = String, Path)), request_body = NewSignature,
    responses((status = 201, body = SignedDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn post_signature(
    signer: PlanSigner,
    Sent(sent): Sent<NewSignature>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let holder = sent.funding_route.map(|route| Holder {
        name: sent.holder_name.trim().to_owned(),
        organization: sent.organization_id.filter(|_| route == FundingRoute::ServiceFund),
        ..Holder::of(route)
    });
    let budget_id = app.db.write(move |tx| sign(tx, &signer, holder.as_ref(), now)).await?;
    Ok(HttpResponse::Created().json(SignedDocument { budget_id }))
}

/// Why somebody does not sign.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignatureRefusal {
    /// In a few words.
    pub reason: String,
}

/// Does not sign: the plan is open again.
#[utoipa::path(post, path = "/api/v1/support/{person_id}/plan/signature-refusal", tag = "support plans",
    security(("bearer" = [])), params(("person_id" = String, Path)), request_body = SignatureRefusal,
    responses((status = 200, body = PlanDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn post_signature_refusal(
    signer: PlanSigner,
    Sent(sent): Sent<SignatureRefusal>,
    app: Data<App>,
) -> Result<Json<PlanDocument>, AppError> {
    let (now, reader) = (app.clock.now(), (*signer).clone());
    app.db.write(move |tx| decline(tx, &signer, &sent.reason, now)).await?;
    Ok(Json(document(&app, reader).await?))
}

/// One review.
#[derive(Serialize, ToSchema)]
pub struct PlanReviewDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: PlanReviewId,
    /// How far it has come.
    pub state: ReviewState,
    /// How heavy the risk was.
    pub risk: RiskLevel,
    /// When it is to be held.
    pub due_on: NaiveDate,
    /// When it was held.
    pub held_on: Option<NaiveDate>,
    /// What came of it.
    pub content: Option<ReviewContent>,
}

/// One person's reviews.
#[derive(Serialize, ToSchema)]
pub struct PlanReviewsDocument {
    /// Newest first.
    pub reviews: Vec<PlanReviewDocument>,
}

/// The reviews of one person's plan: due and held.
#[utoipa::path(get, path = "/api/v1/support/{person_id}/reviews", tag = "support plans", security(("bearer" = [])),
    params(("person_id" = String, Path)),
    responses((status = 200, body = PlanReviewsDocument), (status = 404, body = Problem)))]
pub async fn get_reviews(reader: PlanReader, app: Data<App>) -> Result<Json<PlanReviewsDocument>, AppError> {
    let read = move |conn: &mut Conn| {
        let mut reviews = Vec::new();
        for (review, _) in review_store::reviews_of(conn, &reader)? {
            reviews.push(PlanReviewDocument {
                id: review.id,
                state: review.state,
                risk: review.risk,
                due_on: review.due_on,
                held_on: review.held_on,
                content: review.content()?,
            });
        }
        Ok::<_, AppError>(reviews)
    };
    Ok(Json(PlanReviewsDocument { reviews: app.db.read(read).await? }))
}

/// Holds a review: what came of each outcome is kept, and the next one is set by risk.
#[utoipa::path(post, path = "/api/v1/support/{person_id}/reviews/{plan_review_id}/holding", tag = "support plans",
    security(("bearer" = [])), params(("person_id" = String, Path), ("plan_review_id" = String, Path)),
    request_body = ReviewContent,
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn post_holding(
    manager: AssignedCareManager,
    path: Path<(String, String)>,
    Sent(sent): Sent<ReviewContent>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id: PlanReviewId = path.1.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    app.db.write(move |tx| hold(tx, &manager, id, &sent, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// That the owner has read what others see.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSharing {
    /// Nothing in it leads to them or to anybody else.
    pub has_read: bool,
}

/// Shares the newest version of a plan without names.
#[utoipa::path(put, path = "/api/v1/support/{person_id}/plan/sharing", tag = "support plans", security(("bearer" = [])),
    params(("person_id" = String, Path)), request_body = NewSharing,
    responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn put_sharing(
    signer: PlanSigner,
    Sent(sent): Sent<NewSharing>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    app.db.write(move |tx| share(tx, &signer, sent.has_read, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes a shared plan back.
#[utoipa::path(delete, path = "/api/v1/support/{person_id}/plan/sharing", tag = "support plans",
    security(("bearer" = [])), params(("person_id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn delete_sharing(signer: PlanSigner, app: Data<App>) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    app.db.write(move |tx| withdraw(tx, &signer, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A plan that somebody shares without their name.
#[derive(Serialize, ToSchema)]
pub struct SharedPlanDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: SharedPlanId,
    /// What support is mostly about.
    #[schema(value_type = String)]
    pub need: NeedGroup,
    /// How old, roughly.
    pub age: AgeBand,
    /// What stands in it, without names.
    pub content: PlanContent,
    /// What was learned.
    pub worked: String,
}

/// Plans of others.
#[derive(Serialize, ToSchema)]
pub struct SharedPlansDocument {
    /// The likest first.
    pub shared_plans: Vec<SharedPlanDocument>,
}

/// Plans that others share, those of people with similar needs first.
#[utoipa::path(get, path = "/api/v1/support/{person_id}/shared-plans", tag = "support plans", security(("bearer" = [])),
    params(("person_id" = String, Path)),
    responses((status = 200, body = SharedPlansDocument), (status = 404, body = Problem)))]
pub async fn get_shared_plans(reader: PlanReader, app: Data<App>) -> Result<Json<SharedPlansDocument>, AppError> {
    let now = app.clock.now();
    let found = app.db.read(move |conn| similar(conn, &reader, now)).await?;
    let document = |each: SharedPlan| SharedPlanDocument {
        id: each.id,
        need: each.need,
        age: each.age,
        content: each.content,
        worked: each.worked,
    };
    Ok(Json(SharedPlansDocument { shared_plans: found.into_iter().map(document).collect() }))
}
