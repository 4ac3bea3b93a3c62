//! An authority's questionnaires over `/api/v1`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, ServiceConfig, delete, get, post, put};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::clock::day;
use crate::error::{AppError, FieldError};
use crate::identity::{AuthorityAdministrator, AuthorityReader};
use crate::ids::QuestionnaireId;
use crate::money::Money;
use crate::web::form::{Ask, Json as Sent};
use crate::web::render::Problem;

use crate::allocation::publish::{begin, discard, publish, write};
use crate::allocation::questionnaire::{Questionnaire, QuestionnaireState, Version};
use crate::allocation::simulate::{shown, simulate};
use crate::allocation::store;

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/authority/questionnaires", get().to(get_questionnaires))
        .route("/authority/questionnaires", post().to(post_questionnaire))
        .route("/authority/questionnaires/{questionnaire_id}", put().to(put_questionnaire))
        .route("/authority/questionnaires/{questionnaire_id}", delete().to(delete_questionnaire))
        .route("/authority/questionnaires/{questionnaire_id}/publication", post().to(post_publication))
        .route("/authority/questionnaires/{questionnaire_id}/simulation", get().to(get_simulation));
}

/// One version of an authority's questionnaire.
#[derive(Serialize, ToSchema)]
#[schema(as = QuestionnaireVersion)]
pub struct VersionDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: QuestionnaireId,
    /// 1, 2, 3 …
    pub number: i32,
    /// How far it has come.
    pub state: QuestionnaireState,
    /// Its first day.
    pub effective_from: Option<NaiveDate>,
    /// The day after its last; none: until another begins.
    pub effective_until: Option<NaiveDate>,
    /// What it asks.
    pub content: Questionnaire,
    /// What cannot stay as it is.
    pub problems: Vec<FieldError>,
}

/// Every version of an authority's questionnaire.
#[derive(Serialize, ToSchema)]
pub struct VersionsDocument {
    /// Newest first.
    pub versions: Vec<VersionDocument>,
}

fn document(version: Version) -> VersionDocument {
    VersionDocument {
        id: version.id,
        number: version.number,
        state: version.state,
        effective_from: version.effective_from,
        effective_until: version.effective_until,
        problems: version.content.problems(),
        content: version.content,
    }
}

fn id(text: &str) -> Result<QuestionnaireId, AppError> {
    text.parse().map_err(|_not_an_id| AppError::NotFound)
}

/// Every version of the caller's authority.
#[utoipa::path(get, path = "/api/v1/authority/questionnaires", tag = "authority", security(("bearer" = [])),
    responses((status = 200, body = VersionsDocument), (status = 404, body = Problem)))]
pub async fn get_questionnaires(reader: AuthorityReader, app: Data<App>) -> Result<Json<VersionsDocument>, AppError> {
    let all = app.db.read(move |conn| store::versions(conn, reader.authority())).await.map_err(AppError::from)?;
    Ok(Json(VersionsDocument { versions: all.into_iter().map(document).collect() }))
}

/// Begins a version: a copy of the newest, or of the standard questionnaire. A draft that there is goes on instead.
#[utoipa::path(post, path = "/api/v1/authority/questionnaires", tag = "authority", security(("bearer" = [])),
    responses((status = 201, body = VersionDocument), (status = 404, body = Problem)))]
pub async fn post_questionnaire(
    administrator: AuthorityAdministrator,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (now, authority) = (app.clock.now(), administrator.authority());
    let id = app.db.write(move |tx| begin(tx, &administrator, now)).await?;
    let version = app.db.read(move |conn| store::version(conn, authority, id)).await.map_err(AppError::from)?;
    Ok(HttpResponse::Created().json(document(version.ok_or(AppError::NotFound)?)))
}

/// Writes a draft anew.
#[utoipa::path(put, path = "/api/v1/authority/questionnaires/{questionnaire_id}", tag = "authority",
    security(("bearer" = [])), params(("questionnaire_id" = String, Path)), request_body = Questionnaire,
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn put_questionnaire(
    administrator: AuthorityAdministrator,
    path: Path<String>,
    Sent(content): Sent<Questionnaire>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (id, now) = (id(&path)?, app.clock.now());
    app.db.write(move |tx| write(tx, &administrator, id, (&content, None), now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Throws a draft away.
#[utoipa::path(delete, path = "/api/v1/authority/questionnaires/{questionnaire_id}", tag = "authority",
    security(("bearer" = [])), params(("questionnaire_id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn delete_questionnaire(
    administrator: AuthorityAdministrator,
    path: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id = id(&path)?;
    app.db.write(move |tx| discard(tx, &administrator, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// From when on a version is to hold.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPublication {
    /// Its first day: today or later.
    pub effective_from: NaiveDate,
    /// The day after its last; none: until another begins.
    #[serde(default)]
    pub effective_until: Option<NaiveDate>,
}

/// Publishes a draft: the version that holds until then ends on its first day; any other overlap is refused.
#[utoipa::path(post, path = "/api/v1/authority/questionnaires/{questionnaire_id}/publication", tag = "authority",
    security(("bearer" = [])), params(("questionnaire_id" = String, Path)), request_body = NewPublication,
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn post_publication(
    administrator: AuthorityAdministrator,
    path: Path<String>,
    Sent(sent): Sent<NewPublication>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (id, now) = (id(&path)?, app.clock.now());
    let days = (sent.effective_from, sent.effective_until);
    app.db.write(move |tx| publish(tx, &administrator, id, days, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What a version would come to on the newest answers of everybody. Numbers of people below 5 are not told.
#[derive(Serialize, ToSchema)]
pub struct SimulationDocument {
    /// So many people have answered.
    pub people: usize,
    /// What the version of today gives all of them, a week.
    pub before_weekly_pence: Money,
    /// What this one would.
    pub after_weekly_pence: Money,
    /// So many would gain more than the share that was asked for: a number, "nobody" or "fewer than 5".
    pub gain: String,
    /// So many would lose more.
    pub lose: String,
    /// How many are in each band of change.
    pub bands: Vec<BandDocument>,
}

/// One band of change.
#[derive(Serialize, ToSchema)]
pub struct BandDocument {
    /// "more by up to 10%"
    pub change: String,
    /// A number, "nobody" or "fewer than 5".
    pub people: String,
}

/// From which share on somebody counts.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Beyond {
    percent: Option<i64>,
}

/// Tries a version out on answers that were given before. Nothing is written, and nobody is named.
#[utoipa::path(get, path = "/api/v1/authority/questionnaires/{questionnaire_id}/simulation", tag = "authority",
    security(("bearer" = [])),
    params(("questionnaire_id" = String, Path), ("percent" = Option<i64>, Query, description = "1 to 100; 10 unless told")),
    responses((status = 200, body = SimulationDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn get_simulation(
    administrator: AuthorityAdministrator,
    path: Path<String>,
    Ask(beyond): Ask<Beyond>,
    app: Data<App>,
) -> Result<Json<SimulationDocument>, AppError> {
    let (id, today, percent) = (id(&path)?, day(app.clock.now()), beyond.percent.unwrap_or(10));
    if !(1..=100).contains(&percent) {
        return Err(AppError::invalid(vec![FieldError::new("percent", "Send a whole number from 1 to 100.")]));
    }
    let all = app.db.read(move |conn| simulate(conn, &administrator, id, (percent, today))).await?;
    let band =
        |(label, people): &(&'static str, usize)| BandDocument { change: (*label).into(), people: shown(*people) };
    Ok(Json(SimulationDocument {
        people: all.people,
        before_weekly_pence: all.before,
        after_weekly_pence: all.after,
        gain: shown(all.gain),
        lose: shown(all.lose),
        bands: all.bands.iter().map(band).collect(),
    }))
}
