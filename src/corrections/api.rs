//! Reports that entries are wrong, over `/api/v1`.

use actix_web::web::{Data, Json as JsonAnswer, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::clock::{UtcTime, day};
use crate::error::AppError;
use crate::identity::attempts::{self, Tried};
use crate::identity::{Anyone, Moderator, ProviderMember};
use crate::ids::{ReportId, ServiceId};
use crate::web::client;
use crate::web::form::{Ask, Json};
use crate::web::paging;

use super::answer::{Answering, Resolution, answer};
use super::report::{Report, ReportState, WhatIsWrong};
use super::say::{Said, WhereFrom, say};
use super::store;

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/services/{service_id}/reports", post().to(post_report))
        .route("/provider/reports", get().to(get_provider_reports))
        .route("/provider/reports/{report_id}/answer", post().to(post_provider_answer))
        .route("/moderation/reports", get().to(get_moderator_reports))
        .route("/moderation/reports/{report_id}/answer", post().to(post_moderator_answer));
}

/// What is wrong, on its way in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReport {
    /// What is wrong.
    pub what: WhatIsWrong,
    /// In words; needed unless it has closed.
    #[serde(default)]
    pub words: String,
    /// Where to send the answer; forgotten with it.
    #[serde(default)]
    pub email: String,
}

/// That a report was taken.
#[derive(Serialize, ToSchema)]
pub struct ReportTaken {
    /// The day by which it is answered.
    pub due_on: NaiveDate,
}

/// Says that an entry is wrong. Needs no account; not more than a few in an hour.
#[utoipa::path(post, path = "/api/v1/services/{service_id}/reports", tag = "reports", params(("service_id" = String, Path)),
    request_body = NewReport,
    responses((status = 201, body = ReportTaken), (status = 404, body = crate::web::render::Problem),
              (status = 422, body = crate::web::render::Problem), (status = 429, body = crate::web::render::Problem)))]
pub async fn post_report(
    anyone: Anyone,
    id: Path<String>,
    Json(new): Json<NewReport>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    attempts::limit(&app, &request, &anyone, Tried::Correction).await?;
    let service: ServiceId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let said = Said::checked(new.what.as_str(), &new.words, &new.email)?;
    let now = app.clock.now();
    let from = WhereFrom::of(None, &client::household(client::address(&request)), now);
    let public_url = app.post.public_url.clone();
    let report = app.db.write(move |tx| say(tx, service, &said, &from, &public_url, now)).await?;
    Ok(HttpResponse::Created().json(ReportTaken { due_on: report.due_on }))
}

/// One report.
#[derive(Serialize, ToSchema)]
pub struct ReportDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ReportId,
    /// About which service.
    #[schema(value_type = String)]
    pub service_id: ServiceId,
    /// Its name.
    pub service: String,
    /// What is wrong.
    pub what: WhatIsWrong,
    /// In words.
    pub words: String,
    /// Whether the provider itself says so.
    pub from_provider: bool,
    /// When.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub reported_at: UtcTime,
    /// The day by which it is answered.
    pub due_on: NaiveDate,
    /// Whether that day has passed without an answer.
    pub overdue: bool,
    /// How far it has come.
    pub state: ReportState,
    /// What was answered.
    pub reason: Option<String>,
}

/// Reports.
#[derive(Serialize, ToSchema)]
pub struct ReportsDocument {
    /// Those due first on top.
    pub reports: Vec<ReportDocument>,
}

fn document(report: Report, service: String, today: NaiveDate) -> ReportDocument {
    ReportDocument {
        overdue: report.is_overdue(today),
        id: report.id,
        service_id: report.service_id,
        service,
        what: report.what,
        words: report.words,
        from_provider: report.from_provider,
        reported_at: report.reported_at,
        due_on: report.due_on,
        state: report.state,
        reason: report.reason,
    }
}

/// Which page.
#[derive(Deserialize)]
pub struct Shown {
    page: Option<String>,
}

async fn reports(app: &App, by: Answering, shown: Shown) -> Result<JsonAnswer<ReportsDocument>, AppError> {
    let today = day(app.clock.now());
    let page = i64::from(paging::number(shown.page.as_deref()));
    let rows = app.db.read(move |conn| store::open(conn, &by, page, 50)).await.map_err(AppError::from)?;
    let reports = rows.into_iter().map(|(report, service)| document(report, service, today)).collect();
    Ok(JsonAnswer(ReportsDocument { reports }))
}

/// Open reports about one's own entries, 50 on a page.
#[utoipa::path(get, path = "/api/v1/provider/reports", tag = "reports", security(("bearer" = [])),
    params(("page" = Option<u32>, Query)),
    responses((status = 200, body = ReportsDocument), (status = 404, body = crate::web::render::Problem)))]
pub async fn get_provider_reports(
    member: ProviderMember,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
) -> Result<JsonAnswer<ReportsDocument>, AppError> {
    reports(&app, Answering::Provider(member), shown).await
}

/// Open reports about entries that the moderator's authority looks after, 50 on a page.
#[utoipa::path(get, path = "/api/v1/moderation/reports", tag = "reports", security(("bearer" = [])),
    params(("page" = Option<u32>, Query)),
    responses((status = 200, body = ReportsDocument), (status = 404, body = crate::web::render::Problem)))]
pub async fn get_moderator_reports(
    moderator: Moderator,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
) -> Result<JsonAnswer<ReportsDocument>, AppError> {
    reports(&app, Answering::Moderator(moderator), shown).await
}

/// An answer on its way in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReportAnswer {
    /// What came of it.
    pub resolution: Resolution,
    /// Why; needed when the entry is right as it is.
    #[serde(default)]
    pub reason: String,
}

async fn answered(
    app: &App,
    by: Answering,
    id: &str,
    new: NewReportAnswer,
) -> Result<JsonAnswer<ReportDocument>, AppError> {
    let id: ReportId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (now, public_url) = (app.clock.now(), app.post.public_url.clone());
    let done = app.db.write(move |tx| {
        let report = answer(tx, &by, id, new.resolution, &new.reason, &public_url, now)?;
        let entry = crate::catalogue::upkeep::entry(tx, report.service_id)?;
        let service = entry.map(|entry| entry.name).unwrap_or_default();
        Ok::<_, super::AnswerReportError>(document(report, service, day(now)))
    });
    Ok(JsonAnswer(done.await?))
}

/// Answers a report about one's own entry.
#[utoipa::path(post, path = "/api/v1/provider/reports/{report_id}/answer", tag = "reports", security(("bearer" = [])),
    params(("report_id" = String, Path)), request_body = NewReportAnswer,
    responses((status = 200, body = ReportDocument), (status = 404, body = crate::web::render::Problem),
              (status = 409, body = crate::web::render::Problem), (status = 422, body = crate::web::render::Problem)))]
pub async fn post_provider_answer(
    member: ProviderMember,
    id: Path<String>,
    Json(new): Json<NewReportAnswer>,
    app: Data<App>,
) -> Result<JsonAnswer<ReportDocument>, AppError> {
    answered(&app, Answering::Provider(member), &id, new).await
}

/// Answers a report about an entry that the moderator's authority looks after.
#[utoipa::path(post, path = "/api/v1/moderation/reports/{report_id}/answer", tag = "reports", security(("bearer" = [])),
    params(("report_id" = String, Path)), request_body = NewReportAnswer,
    responses((status = 200, body = ReportDocument), (status = 404, body = crate::web::render::Problem),
              (status = 409, body = crate::web::render::Problem), (status = 422, body = crate::web::render::Problem)))]
pub async fn post_moderator_answer(
    moderator: Moderator,
    id: Path<String>,
    Json(new): Json<NewReportAnswer>,
    app: Data<App>,
) -> Result<JsonAnswer<ReportDocument>, AppError> {
    answered(&app, Answering::Moderator(moderator), &id, new).await
}
