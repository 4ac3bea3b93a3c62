//! Ratings and reviews over `/api/v1`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json as JsonAnswer, Path, ServiceConfig, get, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::catalogue::pages::short_name;
use crate::clock::UtcTime;
use crate::error::AppError;
use crate::identity::{Anyone, PurchaseOwner};
use crate::ids::{ReviewId, ServiceId};
use crate::web::form::{Ask, Json};
use crate::web::paging;

use super::{Stars, Written, store, write};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/services/{service_id}/reviews", get().to(get_reviews))
        .route("/purchases/{purchase_id}/review", put().to(put_review));
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
    let rows = app.db.read(move |conn| store::reviews_of(conn, id, page, 20)).await.map_err(AppError::from)?;
    let document = |(review, name): (super::Review, String)| ReviewDocument {
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
