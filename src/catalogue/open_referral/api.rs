//! Feeds over `/api/v1`: the same as the pages, for programs.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path, ServiceConfig, get, post, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::clock::{UtcTime, rfc3339};
use crate::db::Conn;
use crate::error::AppError;
use crate::identity::AuthorityAdministrator;
use crate::ids::{FeedId, FeedRunId};
use crate::web::form::{Ask, Json as Sent};
use crate::web::render::Problem;

use super::enter::{FeedRequest, approve, ask_for, change, enter};
use super::feed::{Feed, FeedState, Finding, Outcome, Run, RunState, Wanted};
use super::store;

/// Findings of one page.
const ROWS: i64 = 200;

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/authority/feeds", get().to(get_feeds))
        .route("/authority/feeds", post().to(post_feed))
        .route("/authority/feeds/{feed_id}", get().to(get_feed))
        .route("/authority/feeds/{feed_id}", put().to(put_feed))
        .route("/authority/feeds/{feed_id}/readings", post().to(post_reading))
        .route("/authority/feeds/{feed_id}/readings/{run_id}", get().to(get_reading))
        .route("/authority/feeds/{feed_id}/readings/{run_id}/findings", get().to(get_findings))
        .route("/authority/feeds/{feed_id}/readings/{run_id}/application", post().to(post_application));
}

/// What is told of a feed.
#[derive(Clone, Deserialize, ToSchema)]
pub struct FeedToEnter {
    /// What it is called: the source that pages show.
    name: String,
    /// Where it is.
    url: String,
    /// Under which licence it is published.
    licence: String,
    /// The words that the licence asks for.
    #[serde(default)]
    attribution: String,
    /// How often it is read, in hours; 0 for only when asked.
    every_hours: i32,
    /// Whether registrations that it says were checked count as checked here.
    #[serde(default)]
    accepts_checks: bool,
    /// Whether it is left alone for now.
    #[serde(default)]
    paused: bool,
}

impl FeedToEnter {
    fn checked(self) -> Result<FeedRequest, AppError> {
        let Self { name, url, licence, attribution, every_hours, accepts_checks, paused } = self;
        FeedRequest { name, url, licence, attribution, every_hours, accepts_checks, paused }.checked()
    }
}

/// One feed.
#[derive(Serialize, ToSchema)]
pub struct FeedDocument {
    /// Its id.
    #[schema(value_type = String)]
    id: FeedId,
    /// What it is called.
    name: String,
    /// Where it is; none if it comes as a file.
    url: Option<String>,
    /// Under which licence it is published.
    licence: String,
    /// The words that the licence asks for.
    attribution: String,
    /// How often it is read, in hours.
    every_hours: i32,
    /// Whether registrations that it says were checked count as checked here.
    accepts_checks: bool,
    /// Whether it is read at its times.
    state: FeedState,
    /// What was asked for and has not begun yet.
    wanted: Wanted,
    /// The last readings, the newest first.
    readings: Vec<ReadingDocument>,
}

impl FeedDocument {
    fn of(feed: Feed, runs: Vec<Run>) -> Self {
        Self {
            id: feed.id,
            name: feed.name,
            url: feed.url,
            licence: feed.licence,
            attribution: feed.attribution,
            every_hours: feed.every_hours,
            accepts_checks: feed.accepts_checks,
            state: feed.state,
            wanted: feed.wanted,
            readings: runs.into_iter().map(ReadingDocument::of).collect(),
        }
    }
}

/// One reading of a feed.
#[derive(Serialize, ToSchema)]
pub struct ReadingDocument {
    /// Its id.
    #[schema(value_type = String)]
    id: FeedRunId,
    /// How far it has come.
    state: RunState,
    /// When it began.
    #[serde(serialize_with = "rfc3339::serialize")]
    #[schema(value_type = String)]
    started_at: UtcTime,
    /// Whether everything was read.
    complete: bool,
    /// Whether somebody has to say that it is right before it is taken in.
    held: bool,
    /// What went wrong, or has to be decided.
    problem: Option<String>,
    /// Records read.
    read: i32,
    /// New ones.
    added: i32,
    /// Changed ones.
    changed: i32,
    /// Those as before.
    unchanged: i32,
    /// Those that cannot be taken in.
    refused: i32,
    /// Those that are gone.
    vanished: i32,
    /// How many were taken in.
    applied: i32,
}

impl ReadingDocument {
    fn of(run: Run) -> Self {
        Self {
            held: run.is_held(),
            id: run.id,
            state: run.state,
            started_at: run.started_at,
            complete: run.complete,
            problem: run.problem,
            read: run.read,
            added: run.added,
            changed: run.changed,
            unchanged: run.unchanged,
            refused: run.refused,
            vanished: run.vanished,
            applied: run.applied,
        }
    }
}

/// The feeds of the authority.
#[derive(Serialize, ToSchema)]
pub struct FeedList {
    /// By name.
    feeds: Vec<FeedDocument>,
}

/// What was found of one record.
#[derive(Serialize, ToSchema)]
pub struct FindingDocument {
    /// The how manieth of the feed.
    row: i32,
    /// Its id in the feed.
    source_id: String,
    /// Its name.
    name: String,
    /// What was found.
    outcome: Outcome,
    /// What was cleaned, or why it was refused.
    notes: Vec<String>,
    /// The service here.
    service_id: Option<String>,
    /// Whether it was taken in.
    applied: bool,
}

/// What a reading found.
#[derive(Serialize, ToSchema)]
pub struct FindingList {
    /// In the order of the feed.
    findings: Vec<FindingDocument>,
    /// For the next page: `after`.
    next: Option<i32>,
}

/// What is asked for.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReadingKind)]
pub enum What {
    /// To read it and say what would change.
    Look,
    /// To read it and take it in.
    Import,
}

/// A reading that is asked for.
#[derive(Deserialize, ToSchema)]
pub struct ReadingToAskFor {
    /// What for.
    what: What,
}

/// Which findings.
#[derive(Deserialize)]
pub struct Shown {
    outcome: Option<String>,
    after: Option<String>,
}

fn parse<T: std::str::FromStr>(id: &str) -> Result<T, AppError> {
    id.parse().map_err(|_not_an_id| AppError::NotFound)
}

/// The feeds of the authority.
#[utoipa::path(get, path = "/api/v1/authority/feeds", tag = "feeds", security(("bearer" = [])),
    responses((status = 200, body = FeedList), (status = 404, body = Problem)))]
pub async fn get_feeds(administrator: AuthorityAdministrator, app: Data<App>) -> Result<Json<FeedList>, AppError> {
    let authority = administrator.authority();
    let read = app.db.read(move |conn| {
        let mut all = Vec::new();
        for feed in store::feeds_of(conn, authority)? {
            let runs = store::runs_of(conn, feed.id, 1)?;
            all.push(FeedDocument::of(feed, runs));
        }
        Ok::<_, diesel::result::Error>(all)
    });
    Ok(Json(FeedList { feeds: read.await? }))
}

/// Enters a feed; it is read at once if it is read at times.
#[utoipa::path(post, path = "/api/v1/authority/feeds", tag = "feeds", security(("bearer" = [])), request_body = FeedToEnter,
    responses((status = 201, body = FeedDocument), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn post_feed(
    administrator: AuthorityAdministrator,
    Sent(sent): Sent<FeedToEnter>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (asked, id, now) = (sent.checked()?, FeedId::new(), app.clock.now());
    let feed = app.db.write(move |tx: &mut Conn| enter(tx, &administrator, id, &asked, now)).await?;
    Ok(HttpResponse::Created().json(FeedDocument::of(feed, Vec::new())))
}

/// One feed with its last readings.
#[utoipa::path(get, path = "/api/v1/authority/feeds/{feed_id}", tag = "feeds", security(("bearer" = [])),
    params(("feed_id" = String, Path)), responses((status = 200, body = FeedDocument), (status = 404, body = Problem)))]
pub async fn get_feed(
    administrator: AuthorityAdministrator,
    id: Path<String>,
    app: Data<App>,
) -> Result<Json<FeedDocument>, AppError> {
    let (id, authority): (FeedId, _) = (parse(&id)?, administrator.authority());
    let read = app.db.read(move |conn| {
        let feed = store::feed_of(conn, authority, id)?.ok_or(AppError::NotFound)?;
        let runs = store::runs_of(conn, id, 10)?;
        Ok::<_, AppError>(FeedDocument::of(feed, runs))
    });
    Ok(Json(read.await?))
}

/// Changes what is told of a feed.
#[utoipa::path(put, path = "/api/v1/authority/feeds/{feed_id}", tag = "feeds", security(("bearer" = [])),
    params(("feed_id" = String, Path)), request_body = FeedToEnter,
    responses((status = 200, body = FeedDocument), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn put_feed(
    administrator: AuthorityAdministrator,
    id: Path<String>,
    Sent(sent): Sent<FeedToEnter>,
    app: Data<App>,
) -> Result<Json<FeedDocument>, AppError> {
    let (asked, id, now) = (sent.checked()?, parse(&id)?, app.clock.now());
    let feed = app.db.write(move |tx: &mut Conn| change(tx, &administrator, id, &asked, now)).await?;
    Ok(Json(FeedDocument::of(feed, Vec::new())))
}

/// Asks for a reading as soon as there is time.
#[utoipa::path(post, path = "/api/v1/authority/feeds/{feed_id}/readings", tag = "feeds", security(("bearer" = [])),
    params(("feed_id" = String, Path)), request_body = ReadingToAskFor,
    responses((status = 202, body = FeedDocument), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn post_reading(
    administrator: AuthorityAdministrator,
    id: Path<String>,
    Sent(sent): Sent<ReadingToAskFor>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (id, now) = (parse(&id)?, app.clock.now());
    let wanted = match sent.what {
        What::Look => Wanted::Look,
        What::Import => Wanted::Import,
    };
    let feed = app.db.write(move |tx: &mut Conn| ask_for(tx, &administrator, id, wanted, now)).await?;
    Ok(HttpResponse::build(StatusCode::ACCEPTED).json(FeedDocument::of(feed, Vec::new())))
}

/// One reading: how far it has come, and what it counted.
#[utoipa::path(get, path = "/api/v1/authority/feeds/{feed_id}/readings/{run_id}", tag = "feeds", security(("bearer" = [])),
    params(("feed_id" = String, Path), ("run_id" = String, Path)),
    responses((status = 200, body = ReadingDocument), (status = 404, body = Problem)))]
pub async fn get_reading(
    administrator: AuthorityAdministrator,
    ids: Path<(String, String)>,
    app: Data<App>,
) -> Result<Json<ReadingDocument>, AppError> {
    let (feed, run) = ids.into_inner();
    let (feed, run): (FeedId, FeedRunId) = (parse(&feed)?, parse(&run)?);
    let authority = administrator.authority();
    let read = app.db.read(move |conn| {
        store::feed_of(conn, authority, feed)?.ok_or(AppError::NotFound)?;
        store::run_of(conn, feed, run)?.ok_or(AppError::NotFound)
    });
    Ok(Json(ReadingDocument::of(read.await?)))
}

/// What a reading found of each record.
#[utoipa::path(get, path = "/api/v1/authority/feeds/{feed_id}/readings/{run_id}/findings", tag = "feeds", security(("bearer" = [])),
    params(("feed_id" = String, Path), ("run_id" = String, Path), ("outcome" = Option<String>, Query), ("after" = Option<i32>, Query)),
    responses((status = 200, body = FindingList), (status = 404, body = Problem)))]
pub async fn get_findings(
    administrator: AuthorityAdministrator,
    ids: Path<(String, String)>,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
) -> Result<Json<FindingList>, AppError> {
    let (feed, run) = ids.into_inner();
    let (feed, run): (FeedId, FeedRunId) = (parse(&feed)?, parse(&run)?);
    let authority = administrator.authority();
    let outcome = shown.outcome.as_deref().and_then(|word| word.parse().ok());
    let after = shown.after.as_deref().and_then(|text| text.parse().ok()).unwrap_or(0);
    let read = app.db.read(move |conn| {
        store::feed_of(conn, authority, feed)?.ok_or(AppError::NotFound)?;
        store::run_of(conn, feed, run)?.ok_or(AppError::NotFound)?;
        Ok::<_, AppError>(store::findings(conn, run, outcome, after, ROWS)?)
    });
    let rows = read.await?;
    let more = i64::try_from(rows.len()).unwrap_or(0) == ROWS;
    let next = rows.last().filter(|_| more).map(|last| last.position);
    let document = |found: Finding| FindingDocument {
        row: found.position,
        source_id: found.source_id,
        name: found.name,
        outcome: found.outcome,
        notes: found.notes.lines().map(str::to_owned).collect(),
        service_id: found.service_id,
        applied: found.applied,
    };
    Ok(Json(FindingList { findings: rows.into_iter().map(document).collect(), next }))
}

/// Says that what a reading found is right, and asks for it to be taken in.
#[utoipa::path(post, path = "/api/v1/authority/feeds/{feed_id}/readings/{run_id}/application", tag = "feeds", security(("bearer" = [])),
    params(("feed_id" = String, Path), ("run_id" = String, Path)),
    responses((status = 202, body = ReadingDocument), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn post_application(
    administrator: AuthorityAdministrator,
    ids: Path<(String, String)>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (feed, run) = ids.into_inner();
    let (feed, run): (FeedId, FeedRunId) = (parse(&feed)?, parse(&run)?);
    let now = app.clock.now();
    let run = app.db.write(move |tx: &mut Conn| approve(tx, &administrator, feed, run, now)).await?;
    Ok(HttpResponse::build(StatusCode::ACCEPTED).json(ReadingDocument::of(run)))
}
