//! Freshness over `/api/v1`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json as JsonAnswer, Path, ServiceConfig, get, post};
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::catalogue::upkeep::{self, Entry};
use crate::clock::day;
use crate::error::AppError;
use crate::identity::{Anyone, Moderator, ProviderMember};
use crate::ids::ServiceId;
use crate::web::form::{Ask, Json};
use crate::web::paging;

use super::answer::{self, Which};
use super::ask::{AllLimits, asked_since};
use super::schedule::{Asked, Limits};
use super::store::{self, Answer};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/still-right/{token}", get().to(get_questions))
        .route("/still-right/{token}/services/{service_id}/answer", post().to(post_answer))
        .route("/provider/freshness", get().to(get_provider_entries))
        .route("/provider/services/{service_id}/check", post().to(post_provider_check))
        .route("/moderation/freshness", get().to(get_moderator_entries))
        .route("/moderation/services/{service_id}/check", post().to(post_moderator_check));
}

/// One entry and the age of its last check.
#[derive(Serialize, ToSchema)]
pub struct FreshnessDocument {
    /// Which service.
    #[schema(value_type = String)]
    pub service_id: ServiceId,
    /// Its name.
    pub name: String,
    /// Who offers it.
    pub provider: String,
    /// When it was last checked.
    pub assured_on: NaiveDate,
    /// When its provider is asked.
    pub asked_from: NaiveDate,
    /// When searches stop showing it.
    pub leaves_on: NaiveDate,
    /// When its provider was last asked since the last check.
    pub last_asked_on: Option<NaiveDate>,
}

/// Entries and the ages of their last checks.
#[derive(Serialize, ToSchema)]
pub struct FreshnessListDocument {
    /// Oldest first.
    pub entries: Vec<FreshnessDocument>,
}

fn document(entry: &Entry, asked: Option<Asked>, limits: Limits) -> FreshnessDocument {
    FreshnessDocument {
        service_id: entry.id,
        name: entry.name.clone(),
        provider: entry.provider.clone(),
        assured_on: entry.assured_on,
        asked_from: entry.assured_on + TimeDelta::days(limits.check_after),
        leaves_on: entry.assured_on + TimeDelta::days(limits.leave_after),
        last_asked_on: asked.map(|asked| asked.on),
    }
}

/// The entries of one's own organisation, by the age of their last check.
#[utoipa::path(get, path = "/api/v1/provider/freshness", tag = "freshness", security(("bearer" = [])),
    responses((status = 200, body = FreshnessListDocument), (status = 404, body = crate::web::render::Problem)))]
pub async fn get_provider_entries(
    member: ProviderMember,
    app: Data<App>,
) -> Result<JsonAnswer<FreshnessListDocument>, AppError> {
    let read = app.db.read(move |conn| {
        let asked = store::asked(conn, member.organization())?;
        let mut limits = AllLimits::default();
        let mut all = Vec::new();
        for entry in upkeep::entries_of(conn, member.organization(), 1_000)? {
            let limits = limits.of(conn, entry.authority)?;
            all.push(document(&entry, asked_since(&entry, &asked), limits));
        }
        Ok::<_, AppError>(all)
    });
    Ok(JsonAnswer(FreshnessListDocument { entries: read.await? }))
}

/// Says that an entry of one's own organisation is still right.
#[utoipa::path(post, path = "/api/v1/provider/services/{service_id}/check", tag = "freshness", security(("bearer" = [])),
    params(("service_id" = String, Path)),
    responses((status = 204), (status = 404, body = crate::web::render::Problem)))]
pub async fn post_provider_check(
    member: ProviderMember,
    id: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let service: ServiceId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    app.db.write(move |tx| answer::check_as_member(tx, &member, service, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Which page.
#[derive(Deserialize)]
pub struct Shown {
    page: Option<String>,
}

/// Entries of the authority's providers that nobody checked in time, 50 on a page.
#[utoipa::path(get, path = "/api/v1/moderation/freshness", tag = "freshness", security(("bearer" = [])),
    params(("page" = Option<u32>, Query)),
    responses((status = 200, body = FreshnessListDocument), (status = 404, body = crate::web::render::Problem)))]
pub async fn get_moderator_entries(
    moderator: Moderator,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
) -> Result<JsonAnswer<FreshnessListDocument>, AppError> {
    let today = day(app.clock.now());
    let page = i64::from(paging::number(shown.page.as_deref()));
    let read = app.db.read(move |conn| {
        let limits = AllLimits::default().of(conn, Some(moderator.authority()))?;
        let since = today - TimeDelta::days(limits.check_after);
        let mut all = Vec::new();
        for entry in upkeep::unchecked_since(conn, moderator.authority(), since, page, 50)? {
            let asked = asked_since(&entry, &store::asked(conn, entry.organization)?);
            all.push(document(&entry, asked, limits));
        }
        Ok::<_, AppError>(all)
    });
    Ok(JsonAnswer(FreshnessListDocument { entries: read.await? }))
}

/// Says as a moderator, who has asked the provider, that an entry is right.
#[utoipa::path(post, path = "/api/v1/moderation/services/{service_id}/check", tag = "freshness", security(("bearer" = [])),
    params(("service_id" = String, Path)),
    responses((status = 204), (status = 404, body = crate::web::render::Problem)))]
pub async fn post_moderator_check(
    moderator: Moderator,
    id: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let service: ServiceId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    app.db.write(move |tx| answer::check_as_moderator(tx, &moderator, service, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// One question of a letter.
#[derive(Serialize, ToSchema)]
pub struct QuestionDocument {
    /// About which service.
    #[schema(value_type = String)]
    pub service_id: ServiceId,
    /// Its name.
    pub name: String,
    /// When it was last checked.
    pub assured_on: NaiveDate,
    /// What was answered; none while it waits.
    pub answer: Option<Answer>,
}

/// The questions of a letter.
#[derive(Serialize, ToSchema)]
pub struct QuestionsDocument {
    /// Until when the link works.
    pub ends_on: NaiveDate,
    /// What it asks about.
    pub questions: Vec<QuestionDocument>,
}

/// What the link in a letter asks. Changes nothing.
#[utoipa::path(get, path = "/api/v1/still-right/{token}", tag = "freshness", params(("token" = String, Path)),
    responses((status = 200, body = QuestionsDocument), (status = 404, body = crate::web::render::Problem),
              (status = 410, body = crate::web::render::Problem)))]
pub async fn get_questions(
    _: Anyone,
    token: Path<String>,
    app: Data<App>,
) -> Result<JsonAnswer<QuestionsDocument>, AppError> {
    let now = app.clock.now();
    let letter = app.db.read(move |conn| answer::open(conn, &token, now)).await?;
    let question = |(entry, answered): &(Entry, Option<(Answer, crate::clock::UtcTime)>)| QuestionDocument {
        service_id: entry.id,
        name: entry.name.clone(),
        assured_on: entry.assured_on,
        answer: answered.map(|(answer, _)| answer),
    };
    Ok(JsonAnswer(QuestionsDocument {
        ends_on: letter.ends_on,
        questions: letter.questions.iter().map(question).collect(),
    }))
}

/// An answer on its way in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnswer {
    /// What is so.
    pub answer: Answer,
    /// What has changed, where something has.
    #[serde(default)]
    pub words: String,
}

/// Answers one question of a letter, once.
#[utoipa::path(post, path = "/api/v1/still-right/{token}/services/{service_id}/answer", tag = "freshness",
    params(("token" = String, Path), ("service_id" = String, Path)), request_body = NewAnswer,
    responses((status = 204), (status = 404, body = crate::web::render::Problem),
              (status = 409, body = crate::web::render::Problem), (status = 410, body = crate::web::render::Problem)))]
pub async fn post_answer(
    _: Anyone,
    path: Path<(String, String)>,
    Json(new): Json<NewAnswer>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (token, service) = path.into_inner();
    let service: ServiceId = service.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    let written = app.db.write(move |tx| match new.answer {
        Answer::StillRight => answer::confirm(tx, &token, Which::One(service), now).map(drop),
        Answer::Changed => answer::changed(tx, &token, service, &new.words, now),
        Answer::TemporarilyClosed => answer::close(tx, &token, service, false, now),
        Answer::ClosedForGood => answer::close(tx, &token, service, true, now),
    });
    written.await?;
    Ok(HttpResponse::NoContent().finish())
}
