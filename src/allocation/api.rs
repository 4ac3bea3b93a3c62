//! Self-assessments over `/api/v1`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, ServiceConfig, get, post, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit;
use crate::clock::{UtcTime, day, rfc3339};
use crate::error::AppError;
use crate::identity::{PlanReader, Planner};
use crate::ids::{AssessmentId, PersonId};
use crate::money::Money;
use crate::web::form::Json as Sent;
use crate::web::render::Problem;

use super::assessment::{AnsweredAs, Assessment, AssessmentState, Given};
use super::pages::look;
use super::questionnaire::Questionnaire;
use super::working::Working;
use super::{answer, finish, start, store};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/support/{person_id}/questionnaire", get().to(get_questionnaire))
        .route("/support/{person_id}/assessments", get().to(get_assessments))
        .route("/support/{person_id}/assessments", post().to(post_assessment))
        .route("/support/{person_id}/assessments/{assessment_id}", get().to(get_assessment))
        .route("/support/{person_id}/assessments/{assessment_id}/answers/{question}", put().to(put_answer))
        .route("/support/{person_id}/assessments/{assessment_id}/completion", post().to(post_completion));
}

/// One self-assessment.
#[derive(Serialize, ToSchema)]
pub struct AssessmentDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: AssessmentId,
    /// How far it has come.
    pub state: AssessmentState,
    /// The answers, in the order of the questions.
    pub answers: Vec<AnswerDocument>,
    /// The indicative budget a week, once finished.
    pub weekly_pence: Option<Money>,
    /// How it was worked out, once finished.
    pub working: Option<Working>,
    /// As what it was finished.
    pub finished_as: Option<AnsweredAs>,
    /// When it began.
    #[serde(serialize_with = "rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub started_at: UtcTime,
}

/// One answer, with who gave it.
#[derive(Serialize, ToSchema)]
#[schema(as = AssessmentAnswer)]
pub struct AnswerDocument {
    /// The name of the question.
    pub question: String,
    /// What was chosen.
    pub choices: Vec<String>,
    /// A number.
    pub number: Option<i32>,
    /// Own words.
    pub words: String,
    /// Who gave it.
    #[schema(value_type = String)]
    pub given_by: PersonId,
    /// As what.
    pub given_as: AnsweredAs,
}

/// One person's self-assessments.
#[derive(Serialize, ToSchema)]
pub struct AssessmentsDocument {
    /// Newest first.
    pub assessments: Vec<AssessmentDocument>,
}

/// An answer to one question: what its kind asks for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAssessmentAnswer)]
pub struct NewAnswer {
    /// What was chosen.
    #[serde(default)]
    pub choices: Vec<String>,
    /// A number.
    #[serde(default)]
    pub number: Option<i64>,
    /// Own words.
    #[serde(default)]
    pub words: String,
}

fn document(assessment: Assessment) -> AssessmentDocument {
    let answers = assessment.answers.into_iter().map(|(question, answer)| AnswerDocument {
        question,
        choices: answer.choices,
        number: answer.number,
        words: answer.words,
        given_by: answer.given_by,
        given_as: answer.given_as,
    });
    AssessmentDocument {
        id: assessment.id,
        state: assessment.state,
        answers: answers.collect(),
        weekly_pence: assessment.working.as_ref().map(|working| working.weekly_pence),
        working: assessment.working,
        finished_as: assessment.finished_as,
        started_at: assessment.started_at,
    }
}

fn id(text: &str) -> Result<AssessmentId, AppError> {
    text.parse().map_err(|_not_an_id| AppError::NotFound)
}

async fn one(app: &App, reader: PlanReader, id: AssessmentId) -> Result<AssessmentDocument, AppError> {
    let found = app.db.read(move |conn| store::assessment(conn, &reader, id)).await.map_err(AppError::from)?;
    found.map(document).ok_or(AppError::NotFound)
}

/// What the person's council asks today.
#[utoipa::path(get, path = "/api/v1/support/{person_id}/questionnaire", tag = "support plans", security(("bearer" = [])),
    params(("person_id" = String, Path)),
    responses((status = 200, body = Questionnaire), (status = 404, body = Problem)))]
pub async fn get_questionnaire(reader: PlanReader, app: Data<App>) -> Result<Json<Questionnaire>, AppError> {
    let today = day(app.clock.now());
    let authority = reader.authority().ok_or(AppError::NotFound)?;
    let found = app.db.read(move |conn| store::in_force(conn, authority, today)).await;
    Ok(Json(found.map_err(AppError::from)?.ok_or(AppError::NotFound)?.content))
}

/// The self-assessments of one person.
#[utoipa::path(get, path = "/api/v1/support/{person_id}/assessments", tag = "support plans", security(("bearer" = [])),
    params(("person_id" = String, Path)),
    responses((status = 200, body = AssessmentsDocument), (status = 404, body = Problem)))]
pub async fn get_assessments(reader: PlanReader, app: Data<App>) -> Result<Json<AssessmentsDocument>, AppError> {
    audit::looks(&app.db, vec![look(&reader, "", app.clock.now())]).await?;
    let all = app.db.read(move |conn| store::assessments_of(conn, &reader)).await.map_err(AppError::from)?;
    Ok(Json(AssessmentsDocument { assessments: all.into_iter().map(document).collect() }))
}

/// Begins a self-assessment; the one that is open goes on instead.
#[utoipa::path(post, path = "/api/v1/support/{person_id}/assessments", tag = "support plans", security(("bearer" = [])),
    params(("person_id" = String, Path)),
    responses((status = 201, body = AssessmentDocument), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn post_assessment(writer: Planner, app: Data<App>) -> Result<HttpResponse, AppError> {
    let (now, reader) = (app.clock.now(), (*writer).clone());
    let id = app.db.write(move |tx| start(tx, &writer, now)).await?;
    Ok(HttpResponse::Created().json(one(&app, reader, id).await?))
}

/// One self-assessment, with the working of its indicative budget once it is finished.
#[utoipa::path(get, path = "/api/v1/support/{person_id}/assessments/{assessment_id}", tag = "support plans",
    security(("bearer" = [])), params(("person_id" = String, Path), ("assessment_id" = String, Path)),
    responses((status = 200, body = AssessmentDocument), (status = 404, body = Problem)))]
pub async fn get_assessment(
    reader: PlanReader,
    path: Path<(String, String)>,
    app: Data<App>,
) -> Result<Json<AssessmentDocument>, AppError> {
    let id = id(&path.1)?;
    audit::looks(&app.db, vec![look(&reader, id.as_str(), app.clock.now())]).await?;
    Ok(Json(one(&app, reader, id).await?))
}

/// Answers one question; another answer to it takes its place.
#[utoipa::path(put, path = "/api/v1/support/{person_id}/assessments/{assessment_id}/answers/{question}",
    tag = "support plans", security(("bearer" = [])),
    params(("person_id" = String, Path), ("assessment_id" = String, Path), ("question" = String, Path)),
    request_body = NewAnswer,
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn put_answer(
    writer: Planner,
    path: Path<(String, String, String)>,
    Sent(sent): Sent<NewAnswer>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (id, key, now) = (id(&path.1)?, path.2.clone(), app.clock.now());
    let number = sent.number.map(|number| number.to_string()).unwrap_or_default();
    let given = Given { choices: sent.choices, number, words: sent.words };
    app.db.write(move |tx| answer(tx, &writer, id, (&key, &given), now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Finishes a self-assessment: works out the indicative budget.
#[utoipa::path(post, path = "/api/v1/support/{person_id}/assessments/{assessment_id}/completion", tag = "support plans",
    security(("bearer" = [])), params(("person_id" = String, Path), ("assessment_id" = String, Path)),
    responses((status = 200, body = AssessmentDocument), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn post_completion(
    writer: Planner,
    path: Path<(String, String)>,
    app: Data<App>,
) -> Result<Json<AssessmentDocument>, AppError> {
    let (id, now, reader) = (id(&path.1)?, app.clock.now(), (*writer).clone());
    app.db.write(move |tx| finish(tx, &writer, id, now)).await?;
    Ok(Json(one(&app, reader, id).await?))
}
