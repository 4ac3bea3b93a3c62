//! Suspending providers over `/api/v1`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json as JsonAnswer, Path, ServiceConfig, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::catalogue::upkeep;
use crate::clock::UtcTime;
use crate::error::AppError;
use crate::identity::Moderator;
use crate::ids::OrganizationId;
use crate::web::form::Json;

use super::store::{self, OrganizationStep};
use super::suspend::{lift, suspend};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/moderation/queues", get().to(get_queues))
        .route("/moderation/providers/{organization_id}", get().to(get_provider))
        .route("/moderation/providers/{organization_id}/suspension", post().to(post_suspension))
        .route("/moderation/providers/{organization_id}/lifting", post().to(post_lifting));
}

/// One kind of thing that waits for the moderator.
#[derive(Serialize, ToSchema)]
pub struct QueueDocument {
    /// What it is.
    pub label: String,
    /// How many wait.
    pub count: i64,
    /// How many of them wait longer than they should.
    pub overdue: i64,
    /// The day by which the first should be decided.
    pub due_on: Option<chrono::NaiveDate>,
}

/// Everything that waits for the moderator.
#[derive(Serialize, ToSchema)]
pub struct QueuesDocument {
    /// What waits too long comes first.
    pub queues: Vec<QueueDocument>,
}

/// What waits for the moderator.
#[utoipa::path(get, path = "/api/v1/moderation/queues", tag = "moderation", security(("bearer" = [])),
    responses((status = 200, body = QueuesDocument), (status = 404, body = crate::web::render::Problem)))]
pub async fn get_queues(moderator: Moderator, app: Data<App>) -> Result<JsonAnswer<QueuesDocument>, AppError> {
    let today = crate::clock::day(app.clock.now());
    let all = app.db.read(move |conn| super::waiting(conn, &moderator, today)).await.map_err(AppError::from)?;
    let document = |queue: super::Waiting| QueueDocument {
        label: queue.label.into(),
        count: queue.count,
        overdue: queue.overdue,
        due_on: queue.due_on,
    };
    Ok(JsonAnswer(QueuesDocument { queues: all.into_iter().map(document).collect() }))
}

/// One step of a provider.
#[derive(Serialize, ToSchema)]
pub struct OrganizationStepDocument {
    /// What happened.
    pub step: OrganizationStep,
    /// When.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub taken_at: UtcTime,
    /// By whom.
    pub taken_by: String,
    /// Why.
    pub reason: String,
}

/// A provider as its moderator sees it.
#[derive(Serialize, ToSchema)]
pub struct ModeratedProvider {
    /// Its id.
    #[schema(value_type = String)]
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// active or suspended.
    pub status: String,
    /// How many purchases run with it.
    pub running_purchases: i64,
    /// Suspensions, in order.
    pub steps: Vec<OrganizationStepDocument>,
}

fn id_of(id: &str) -> Result<OrganizationId, AppError> {
    id.parse().map_err(|_not_an_id| AppError::NotFound)
}

/// A provider that the moderator's authority looks after.
#[utoipa::path(get, path = "/api/v1/moderation/providers/{organization_id}", tag = "moderation", security(("bearer" = [])),
    params(("organization_id" = String, Path)),
    responses((status = 200, body = ModeratedProvider), (status = 404, body = crate::web::render::Problem)))]
pub async fn get_provider(
    moderator: Moderator,
    id: Path<String>,
    app: Data<App>,
) -> Result<JsonAnswer<ModeratedProvider>, AppError> {
    let id = id_of(&id)?;
    let read = app.db.read(move |conn| {
        let organization = upkeep::organization(conn, id)?
            .filter(|organization| organization.authority == Some(moderator.authority()))
            .ok_or(AppError::NotFound)?;
        let steps = store::steps(conn, id)?.into_iter().map(|step| OrganizationStepDocument {
            step: step.step,
            taken_at: step.at,
            taken_by: step.by,
            reason: step.reason,
        });
        Ok::<_, AppError>(ModeratedProvider {
            id,
            name: organization.name,
            status: organization.status,
            running_purchases: store::count_running(conn, id)?,
            steps: steps.collect(),
        })
    });
    Ok(JsonAnswer(read.await?))
}

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSuspension {
    /// In up to 500 letters; the provider reads it.
    pub reason: String,
}

/// Suspends a provider: new purchases stop at once, and people affected are told.
#[utoipa::path(post, path = "/api/v1/moderation/providers/{organization_id}/suspension", tag = "moderation",
    security(("bearer" = [])), params(("organization_id" = String, Path)), request_body = NewSuspension,
    responses((status = 204), (status = 404, body = crate::web::render::Problem),
              (status = 409, body = crate::web::render::Problem), (status = 422, body = crate::web::render::Problem)))]
pub async fn post_suspension(
    moderator: Moderator,
    id: Path<String>,
    Json(new): Json<NewSuspension>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (id, now, public_url) = (id_of(&id)?, app.clock.now(), app.post.public_url.clone());
    app.db.write(move |tx| suspend(tx, &moderator, id, &new.reason, &public_url, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Lifts the suspension of a provider.
#[utoipa::path(post, path = "/api/v1/moderation/providers/{organization_id}/lifting", tag = "moderation",
    security(("bearer" = [])), params(("organization_id" = String, Path)), request_body = NewSuspension,
    responses((status = 204), (status = 404, body = crate::web::render::Problem),
              (status = 409, body = crate::web::render::Problem), (status = 422, body = crate::web::render::Problem)))]
pub async fn post_lifting(
    moderator: Moderator,
    id: Path<String>,
    Json(new): Json<NewSuspension>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (id, now, public_url) = (id_of(&id)?, app.clock.now(), app.post.public_url.clone());
    app.db.write(move |tx| lift(tx, &moderator, id, &new.reason, &public_url, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}
