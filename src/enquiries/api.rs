//! Questions and answers over `/api/v1`.

use actix_web::web::{Data, Json as JsonAnswer, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit;
use crate::clock::UtcTime;
use crate::error::AppError;
use crate::identity::attempts::{self, Tried};
use crate::identity::{Anyone, ProviderMember};
use crate::ids::{EnquiryId, ServiceId, SubmissionKey};
use crate::web::form::Json;
use crate::web::render::Problem;

use super::{Enquiry, Question, answer, ask, looks, store};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/services/{service_id}/enquiries", post().to(post_enquiry))
        .route("/provider/enquiries", get().to(get_enquiries))
        .route("/provider/enquiries/{enquiry_id}/answer", post().to(post_answer));
}

/// A question.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEnquiry {
    /// Who asks; a first name is enough.
    pub name: String,
    /// Where the answer goes. The provider does not see it.
    pub email: String,
    /// The question.
    pub question: String,
}

/// The question that was passed on.
#[derive(Serialize, ToSchema)]
pub struct AskedDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: EnquiryId,
}

/// Asks about a service. Both sides get letters.
#[utoipa::path(post, path = "/api/v1/services/{service_id}/enquiries", tag = "services",
    params(("service_id" = String, Path)), request_body = NewEnquiry,
    responses((status = 201, body = AskedDocument), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn post_enquiry(
    anyone: Anyone,
    id: Path<String>,
    Json(new): Json<NewEnquiry>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    attempts::limit(&app, &request, &anyone, Tried::Enquiry).await?;
    let service: ServiceId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let NewEnquiry { name, email, question } = new;
    let question = Question { service, name, email, question, key: SubmissionKey::new() };
    let (who, now, url) = (anyone.visitor().cloned(), app.clock.now(), app.post.public_url.clone());
    let id = app.db.write(move |tx| ask(tx, who.as_ref(), &question, &url, now)).await?;
    Ok(HttpResponse::Created().json(AskedDocument { id }))
}

/// A question to the caller's provider.
#[derive(Serialize, ToSchema)]
pub struct EnquiryDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: EnquiryId,
    /// About which service.
    #[schema(value_type = String)]
    pub service_id: ServiceId,
    /// As much of the name as is needed.
    pub name: String,
    /// The question.
    pub question: String,
    /// When.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub asked_at: UtcTime,
    /// The answer; none while it waits.
    pub answer: Option<String>,
}

/// Questions.
#[derive(Serialize, ToSchema)]
pub struct EnquiriesDocument {
    /// Those that wait come first.
    pub enquiries: Vec<EnquiryDocument>,
}

/// The questions to the caller's provider (every member).
#[utoipa::path(get, path = "/api/v1/provider/enquiries", tag = "provider", security(("bearer" = [])),
    responses((status = 200, body = EnquiriesDocument), (status = 404, body = Problem)))]
pub async fn get_enquiries(member: ProviderMember, app: Data<App>) -> Result<JsonAnswer<EnquiriesDocument>, AppError> {
    let asked = member.clone();
    let all = app.db.read(move |conn| store::of_provider(conn, &asked)).await.map_err(AppError::from)?;
    audit::looks(&app.db, looks(&member, &all, app.clock.now())).await?;
    let row = |(one, _): (Enquiry, String)| EnquiryDocument {
        id: one.id,
        service_id: one.service_id,
        name: one.first_name().to_owned(),
        question: one.question,
        asked_at: one.asked_at,
        answer: one.answer,
    };
    Ok(JsonAnswer(EnquiriesDocument { enquiries: all.into_iter().map(row).collect() }))
}

/// An answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerDocument {
    /// For who asked to read.
    pub answer: String,
}

/// Answers a question, once (every member). The answer goes by letter.
#[utoipa::path(post, path = "/api/v1/provider/enquiries/{enquiry_id}/answer", tag = "provider", security(("bearer" = [])),
    params(("enquiry_id" = String, Path)), request_body = AnswerDocument,
    responses((status = 204), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn post_answer(
    member: ProviderMember,
    id: Path<String>,
    Json(given): Json<AnswerDocument>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id: EnquiryId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (now, url) = (app.clock.now(), app.post.public_url.clone());
    app.db.write(move |tx| answer(tx, &member, id, &given.answer, &url, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}
