//! Papers over `/api/v1`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json as JsonAnswer, Path, ServiceConfig, get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::catalogue::{CheckState, Paper, Verification};
use crate::clock::{UtcTime, day};
use crate::error::AppError;
use crate::identity::{Moderator, ProviderMember};
use crate::ids::{OrganizationId, VerificationId};
use crate::web::form::{Ask, Json};
use crate::web::paging;

use super::pages::keep_and_send;
use super::send::Sent;
use super::{check, look_at, refuse, store, withdraw};

/// The routes of these documents. A file is sent with the form of the page.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/provider/papers", get().to(get_own_papers))
        .route("/provider/papers", post().to(post_paper))
        .route("/provider/papers/{paper_id}/file", get().to(get_own_file))
        .route("/moderation/papers/{paper_id}/file", get().to(get_file))
        .route("/moderation/papers", get().to(get_queue))
        .route("/moderation/papers/{paper_id}/check", post().to(post_check))
        .route("/moderation/papers/{paper_id}/refusal", post().to(post_refusal))
        .route("/moderation/papers/{paper_id}/withdrawal", post().to(post_withdrawal));
}

/// One paper.
#[derive(Serialize, ToSchema)]
pub struct PaperDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: VerificationId,
    /// Of which provider.
    #[schema(value_type = String)]
    pub organization_id: OrganizationId,
    /// Which paper.
    pub paper: Paper,
    /// Its number or level.
    pub detail: String,
    /// How far it has come.
    pub state: CheckState,
    /// Whether it is a badge today.
    pub holds: bool,
    /// When it was sent.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub sent_at: UtcTime,
    /// Who looked.
    pub checked_by: Option<String>,
    /// When.
    pub checked_on: Option<NaiveDate>,
    /// Its last day.
    pub expires_on: Option<NaiveDate>,
}

/// Papers.
#[derive(Serialize, ToSchema)]
pub struct PapersDocument {
    /// One's own newest first; those that wait for a moderator longest first.
    pub papers: Vec<PaperDocument>,
}

fn document(paper: Verification, today: NaiveDate) -> PaperDocument {
    PaperDocument {
        holds: paper.holds_on(today),
        id: paper.id,
        organization_id: paper.organization_id,
        paper: paper.paper,
        detail: paper.detail,
        state: paper.state,
        sent_at: paper.sent_at,
        checked_by: paper.checked_by,
        checked_on: paper.checked_on,
        expires_on: paper.expires_on,
    }
}

/// The papers of one's own organisation.
#[utoipa::path(get, path = "/api/v1/provider/papers", tag = "papers", security(("bearer" = [])),
    responses((status = 200, body = PapersDocument), (status = 404, body = crate::web::render::Problem)))]
pub async fn get_own_papers(member: ProviderMember, app: Data<App>) -> Result<JsonAnswer<PapersDocument>, AppError> {
    let today = day(app.clock.now());
    let papers =
        app.db.read(move |conn| store::papers_of(conn, member.organization())).await.map_err(AppError::from)?;
    Ok(JsonAnswer(PapersDocument { papers: papers.into_iter().map(|paper| document(paper, today)).collect() }))
}

/// A paper on its way in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPaper {
    /// Which paper.
    pub paper: Paper,
    /// Its number or level.
    pub detail: String,
    /// When it was issued.
    pub issued_on: Option<NaiveDate>,
    /// Its last day; insurance has one.
    pub expires_on: Option<NaiveDate>,
}

/// Sends a paper of one's own organisation; it waits for the moderator.
#[utoipa::path(post, path = "/api/v1/provider/papers", tag = "papers", security(("bearer" = [])), request_body = NewPaper,
    responses((status = 201, body = PaperDocument), (status = 404, body = crate::web::render::Problem),
              (status = 422, body = crate::web::render::Problem)))]
pub async fn post_paper(
    member: ProviderMember,
    Json(new): Json<NewPaper>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (now, today) = (app.clock.now(), day(app.clock.now()));
    let text = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let (issued_on, expires_on) = (text(new.issued_on), text(new.expires_on));
    let sent = Sent::checked(new.paper.as_str(), &new.detail, &issued_on, &expires_on, today);
    let paper = keep_and_send(&app, member, sent.map_err(AppError::invalid)?, None, now).await?;
    Ok(HttpResponse::Created().json(document(paper, today)))
}

/// Which page.
#[derive(Deserialize)]
pub struct Shown {
    page: Option<String>,
}

/// Papers that wait for the moderator, 50 on a page.
#[utoipa::path(get, path = "/api/v1/moderation/papers", tag = "papers", security(("bearer" = [])),
    params(("page" = Option<u32>, Query)),
    responses((status = 200, body = PapersDocument), (status = 404, body = crate::web::render::Problem)))]
pub async fn get_queue(
    moderator: Moderator,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
) -> Result<JsonAnswer<PapersDocument>, AppError> {
    let today = day(app.clock.now());
    let page = i64::from(paging::number(shown.page.as_deref()));
    let looking = moderator.clone();
    let rows = app.db.read(move |conn| store::waiting(conn, &moderator, page, 50)).await.map_err(AppError::from)?;
    look_at(&app, &looking, rows.iter().map(|(paper, _)| paper)).await?;
    Ok(JsonAnswer(PapersDocument { papers: rows.into_iter().map(|(paper, _)| document(paper, today)).collect() }))
}

/// The file of a paper of one's own organisation: a PDF, or a picture.
#[utoipa::path(get, path = "/api/v1/provider/papers/{paper_id}/file", tag = "papers", security(("bearer" = [])),
    params(("paper_id" = String, Path)),
    responses((status = 200, content_type = "*/*", body = Vec<u8>), (status = 404, body = crate::web::render::Problem)))]
pub async fn get_own_file(member: ProviderMember, id: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    super::pages::get_own_file(member, id, app).await
}

/// The file of a paper that a provider has sent: a PDF, or a picture.
#[utoipa::path(get, path = "/api/v1/moderation/papers/{paper_id}/file", tag = "papers", security(("bearer" = [])),
    params(("paper_id" = String, Path)),
    responses((status = 200, content_type = "*/*", body = Vec<u8>), (status = 404, body = crate::web::render::Problem)))]
pub async fn get_file(moderator: Moderator, id: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    super::pages::get_file(moderator, id, app).await
}

/// That a paper is right.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCheck {
    /// Its last day; none if it has no end.
    pub expires_on: Option<NaiveDate>,
}

/// Why a paper does not count.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPaperRefusal {
    /// In up to 500 letters; the provider reads it.
    pub reason: String,
}

fn id_of(id: &str) -> Result<VerificationId, AppError> {
    id.parse().map_err(|_not_an_id| AppError::NotFound)
}

/// Finds a paper right until its last day.
#[utoipa::path(post, path = "/api/v1/moderation/papers/{paper_id}/check", tag = "papers", security(("bearer" = [])),
    params(("paper_id" = String, Path)), request_body = NewCheck,
    responses((status = 200, body = PaperDocument), (status = 404, body = crate::web::render::Problem),
              (status = 409, body = crate::web::render::Problem), (status = 422, body = crate::web::render::Problem)))]
pub async fn post_check(
    moderator: Moderator,
    id: Path<String>,
    Json(new): Json<NewCheck>,
    app: Data<App>,
) -> Result<JsonAnswer<PaperDocument>, AppError> {
    let (id, now, public_url) = (id_of(&id)?, app.clock.now(), app.post.public_url.clone());
    let done = app.db.write(move |tx| check(tx, &moderator, id, new.expires_on, &public_url, now)).await?;
    Ok(JsonAnswer(document(done, day(now))))
}

/// Finds a paper wrong.
#[utoipa::path(post, path = "/api/v1/moderation/papers/{paper_id}/refusal", tag = "papers", security(("bearer" = [])),
    params(("paper_id" = String, Path)), request_body = NewPaperRefusal,
    responses((status = 200, body = PaperDocument), (status = 404, body = crate::web::render::Problem),
              (status = 409, body = crate::web::render::Problem), (status = 422, body = crate::web::render::Problem)))]
pub async fn post_refusal(
    moderator: Moderator,
    id: Path<String>,
    Json(new): Json<NewPaperRefusal>,
    app: Data<App>,
) -> Result<JsonAnswer<PaperDocument>, AppError> {
    let (id, now, public_url) = (id_of(&id)?, app.clock.now(), app.post.public_url.clone());
    let done = app.db.write(move |tx| refuse(tx, &moderator, id, &new.reason, &public_url, now)).await?;
    Ok(JsonAnswer(document(done, day(now))))
}

/// Withdraws what was checked.
#[utoipa::path(post, path = "/api/v1/moderation/papers/{paper_id}/withdrawal", tag = "papers", security(("bearer" = [])),
    params(("paper_id" = String, Path)), request_body = NewPaperRefusal,
    responses((status = 200, body = PaperDocument), (status = 404, body = crate::web::render::Problem),
              (status = 409, body = crate::web::render::Problem), (status = 422, body = crate::web::render::Problem)))]
pub async fn post_withdrawal(
    moderator: Moderator,
    id: Path<String>,
    Json(new): Json<NewPaperRefusal>,
    app: Data<App>,
) -> Result<JsonAnswer<PaperDocument>, AppError> {
    let (id, now, public_url) = (id_of(&id)?, app.clock.now(), app.post.public_url.clone());
    let done = app.db.write(move |tx| withdraw(tx, &moderator, id, &new.reason, &public_url, now)).await?;
    Ok(JsonAnswer(document(done, day(now))))
}
