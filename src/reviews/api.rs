//! Ratings and reviews over `/api/v1`.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::web::{Data, Json as JsonAnswer, Path, ServiceConfig, get, post, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit;
use crate::catalogue::pages::short_name;
use crate::clock::UtcTime;
use crate::corrections::WhereFrom;
use crate::error::AppError;
use crate::identity::attempts::{self, Tried};
use crate::identity::{Anyone, Moderator, ProviderMember, PurchaseOwner};
use crate::ids::{ReviewId, ServiceId};
use crate::web::client;
use crate::web::form::{Ask, Json};
use crate::web::paging;

use super::care::{self, Decision, Objection, ReviewState};
use super::{Stars, Written, decide, object, reply, store, write};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/services/{service_id}/reviews", get().to(get_reviews))
        .route("/purchases/{purchase_id}/review", put().to(put_review))
        .route("/reviews/removals", get().to(get_removals))
        .route("/reviews/{review_id}/reports", post().to(post_report))
        .route("/provider/reviews/{review_id}/reply", post().to(post_reply))
        .route("/moderation/reviews", get().to(get_queue))
        .route("/moderation/reviews/{review_id}/decision", post().to(post_decision));
}

/// One published review.
#[derive(Serialize, ToSchema)]
pub struct ReviewDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ReviewId,
    /// 1 to 5.
    pub stars: i32,
    /// In their own words; may be empty.
    pub words: String,
    /// First name and initial; none if they stay anonymous.
    pub written_by: Option<String>,
    /// Always: only who bought it may rate it.
    pub verified_purchase: bool,
    /// The provider's answer, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    /// When it was written or last changed.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub written_at: UtcTime,
}

/// Reviews of one service.
#[derive(Serialize, ToSchema)]
pub struct ReviewsDocument {
    /// Newest first.
    pub reviews: Vec<ReviewDocument>,
}

/// Which page.
#[derive(Deserialize)]
pub struct Shown {
    page: Option<String>,
}

/// The reviews of a service, 20 on a page.
#[utoipa::path(get, path = "/api/v1/services/{service_id}/reviews", tag = "reviews",
    params(("service_id" = String, Path), ("page" = Option<u32>, Query)), responses((status = 200, body = ReviewsDocument)))]
pub async fn get_reviews(
    _: Anyone,
    id: Path<String>,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
) -> Result<JsonAnswer<ReviewsDocument>, AppError> {
    let id: ServiceId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let page = i64::from(paging::number(shown.page.as_deref()));
    let read = app.db.read(move |conn| {
        let rows = store::reviews_of(conn, id, page, 20)?;
        let ids: Vec<ReviewId> = rows.iter().map(|(review, _)| review.id).collect();
        Ok::<_, AppError>((rows, care::replies(conn, &ids)?))
    });
    let (rows, mut replies) = read.await?;
    let document = |(review, name): (super::Review, String)| ReviewDocument {
        reply: replies.remove(&review.id).map(|reply| reply.words),
        id: review.id,
        stars: review.stars,
        words: review.words,
        written_by: (!review.anonymous).then(|| short_name(&name)),
        verified_purchase: true,
        written_at: review.written_at,
    };
    Ok(JsonAnswer(ReviewsDocument { reviews: rows.into_iter().map(document).collect() }))
}

/// A review on its way in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReview {
    /// Overall: 1 to 5.
    pub stars: i32,
    /// Did they come, and on time?
    pub reliability: Option<i32>,
    /// Were they kind?
    pub kindness: Option<i32>,
    /// Did they tell you what you needed to know?
    pub communication: Option<i32>,
    /// Was it worth the money?
    pub value: Option<i32>,
    /// Did it help with what matters to you?
    pub outcome: Option<i32>,
    /// In your own words.
    #[serde(default)]
    pub words: String,
    /// Keep the name from everybody.
    #[serde(default)]
    pub anonymous: bool,
}

/// Rates what was delivered, or changes what was said before.
#[utoipa::path(put, path = "/api/v1/purchases/{purchase_id}/review", tag = "reviews", security(("bearer" = [])),
    params(("purchase_id" = String, Path)), request_body = NewReview,
    responses((status = 204), (status = 409, body = crate::web::render::Problem), (status = 422, body = crate::web::render::Problem)))]
pub async fn put_review(
    party: PurchaseOwner,
    Json(new): Json<NewReview>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let NewReview { stars, reliability, kindness, communication, value, outcome, words, anonymous } = new;
    let stars = Stars { stars, reliability, kindness, communication, value, outcome };
    let written = Written { stars, words, anonymous }.checked()?;
    let now = app.clock.now();
    app.db.write(move |tx| write(tx, &party, &written, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn id_of(id: &str) -> Result<ReviewId, AppError> {
    id.parse().map_err(|_not_an_id| AppError::NotFound)
}

/// One removal: neither words nor writer.
#[derive(Serialize, ToSchema)]
pub struct RemovalDocument {
    /// Of which service.
    #[schema(value_type = String)]
    pub service_id: ServiceId,
    /// Its name.
    pub service: String,
    /// How many stars it gave.
    pub stars: i32,
    /// Why it was removed.
    pub reason: String,
    /// When.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub removed_at: UtcTime,
}

/// Removed reviews.
#[derive(Serialize, ToSchema)]
pub struct RemovalsDocument {
    /// Newest first.
    pub removals: Vec<RemovalDocument>,
}

/// Every review that was removed, and why, 50 on a page.
#[utoipa::path(get, path = "/api/v1/reviews/removals", tag = "reviews", params(("page" = Option<u32>, Query)),
    responses((status = 200, body = RemovalsDocument)))]
pub async fn get_removals(
    _: Anyone,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
) -> Result<JsonAnswer<RemovalsDocument>, AppError> {
    let page = i64::from(paging::number(shown.page.as_deref()));
    let rows = app.db.read(move |conn| care::removals(conn, page, 50)).await.map_err(AppError::from)?;
    let document = |row: care::RemovalRow| RemovalDocument {
        service_id: row.service,
        service: row.name,
        stars: row.stars,
        reason: row.reason,
        removed_at: row.at,
    };
    Ok(JsonAnswer(RemovalsDocument { removals: rows.into_iter().map(document).collect() }))
}

/// Why a review should not stand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewObjection {
    /// What is wrong with it.
    pub what: Objection,
    /// In words.
    #[serde(default)]
    pub words: String,
}

/// Says that a review should not stand; it stays until a moderator has decided.
#[utoipa::path(post, path = "/api/v1/reviews/{review_id}/reports", tag = "reviews", params(("review_id" = String, Path)),
    request_body = NewObjection,
    responses((status = 204), (status = 404, body = crate::web::render::Problem),
              (status = 422, body = crate::web::render::Problem), (status = 429, body = crate::web::render::Problem)))]
pub async fn post_report(
    anyone: Anyone,
    id: Path<String>,
    Json(new): Json<NewObjection>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    attempts::limit(&app, &request, &anyone, Tried::Report).await?;
    let (id, now) = (id_of(&id)?, app.clock.now());
    let from = WhereFrom::of(None, &client::household(client::address(&request)), now);
    app.db.write(move |tx| object(tx, id, new.what, &new.words, &from, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The provider's answer on its way in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReply {
    /// In up to 1,000 letters.
    pub words: String,
}

/// Answers a review of one's own service, once.
#[utoipa::path(post, path = "/api/v1/provider/reviews/{review_id}/reply", tag = "reviews", security(("bearer" = [])),
    params(("review_id" = String, Path)), request_body = NewReply,
    responses((status = 204), (status = 404, body = crate::web::render::Problem),
              (status = 409, body = crate::web::render::Problem), (status = 422, body = crate::web::render::Problem)))]
pub async fn post_reply(
    member: ProviderMember,
    id: Path<String>,
    Json(new): Json<NewReply>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (id, now) = (id_of(&id)?, app.clock.now());
    app.db.write(move |tx| reply(tx, &member, id, &new.words, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A review that waits for the moderator.
#[derive(Serialize, ToSchema)]
pub struct WaitingReviewDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ReviewId,
    /// Of what.
    pub service: String,
    /// Whose.
    pub provider: String,
    /// 1 to 5.
    pub stars: i32,
    /// What it says.
    pub words: String,
    /// Whether people can read it.
    pub state: ReviewState,
}

/// Reviews that wait for the moderator.
#[derive(Serialize, ToSchema)]
pub struct WaitingReviewsDocument {
    /// Longest first.
    pub reviews: Vec<WaitingReviewDocument>,
}

/// Reviews of the authority's providers that were held back or reported.
#[utoipa::path(get, path = "/api/v1/moderation/reviews", tag = "reviews", security(("bearer" = [])),
    responses((status = 200, body = WaitingReviewsDocument), (status = 404, body = crate::web::render::Problem)))]
pub async fn get_queue(moderator: Moderator, app: Data<App>) -> Result<JsonAnswer<WaitingReviewsDocument>, AppError> {
    let asked = moderator.clone();
    let rows = app.db.read(move |conn| care::waiting(conn, &asked, 100)).await.map_err(AppError::from)?;
    audit::looks(&app.db, care::looks(&moderator, &rows, app.clock.now())).await?;
    let document = |whole: care::WholeReview| WaitingReviewDocument {
        id: whole.review.id,
        service: whole.service,
        provider: whole.provider,
        stars: whole.review.stars,
        words: whole.review.words,
        state: whole.state,
    };
    Ok(JsonAnswer(WaitingReviewsDocument { reviews: rows.into_iter().map(document).collect() }))
}

/// A decision on its way in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDecision {
    /// Publish it, leave it as it is, or remove it.
    pub decision: Decision,
    /// Why; public when it is removed.
    pub reason: String,
}

/// Decides about a review.
#[utoipa::path(post, path = "/api/v1/moderation/reviews/{review_id}/decision", tag = "reviews", security(("bearer" = [])),
    params(("review_id" = String, Path)), request_body = NewDecision,
    responses((status = 204), (status = 404, body = crate::web::render::Problem),
              (status = 409, body = crate::web::render::Problem), (status = 422, body = crate::web::render::Problem)))]
pub async fn post_decision(
    moderator: Moderator,
    id: Path<String>,
    Json(new): Json<NewDecision>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (id, now) = (id_of(&id)?, app.clock.now());
    app.db.write(move |tx| decide(tx, &moderator, id, new.decision, &new.reason, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}
