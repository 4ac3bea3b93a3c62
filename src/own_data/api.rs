//! One's own data, over `/api/v1`.

use actix_web::web::{Data, Json as JsonAnswer, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::clock::UtcTime;
use crate::error::{AppError, FieldError};
use crate::identity::SignedIn;
use crate::identity::account_api::prove;
use crate::ids::DataCopyId;
use crate::web::form::Json;
use crate::web::render::Problem;

use super::copy::CopyState;
use super::store::Row;
use super::{ask, close, pages, store};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/me/data", get().to(get_data))
        .route("/me/data", post().to(post_data))
        .route("/me/data/{copy_id}", get().to(get_copy))
        .route("/me/closing", post().to(post_closing));
}

/// A copy of everything about the caller.
#[derive(Serialize, ToSchema)]
pub struct CopyDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: DataCopyId,
    /// How far it has come.
    pub state: CopyState,
    /// When it was asked for.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub asked_at: UtcTime,
}

/// The copies of the caller.
#[derive(Serialize, ToSchema)]
pub struct CopiesDocument {
    /// Newest first.
    pub copies: Vec<CopyDocument>,
}

fn document(copy: Row) -> CopyDocument {
    CopyDocument { id: copy.id, state: copy.state, asked_at: copy.asked_at }
}

/// The copies that the caller has asked for.
#[utoipa::path(get, path = "/api/v1/me/data", tag = "identity", security(("bearer" = [])),
    responses((status = 200, body = CopiesDocument), (status = 401, body = Problem)))]
pub async fn get_data(who: SignedIn, app: Data<App>) -> Result<JsonAnswer<CopiesDocument>, AppError> {
    let copies = app.db.read(move |conn| store::copies_of(conn, &who)).await.map_err(AppError::from)?;
    Ok(JsonAnswer(CopiesDocument { copies: copies.into_iter().map(document).collect() }))
}

/// Asks for a copy of everything about the caller: it is made in the background.
#[utoipa::path(post, path = "/api/v1/me/data", tag = "identity", security(("bearer" = [])),
    responses((status = 202, body = CopyDocument), (status = 401, body = Problem)))]
pub async fn post_data(who: SignedIn, app: Data<App>) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let copy = app.db.write(move |tx| ask(tx, &who, now)).await?;
    Ok(HttpResponse::Accepted().json(document(copy)))
}

/// A copy: a ZIP file with a page to read, one JSON document, and a CSV file for each section.
#[utoipa::path(get, path = "/api/v1/me/data/{copy_id}", tag = "identity", security(("bearer" = [])),
    params(("copy_id" = String, Path)),
    responses((status = 200, content_type = "application/zip", body = Vec<u8>), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub async fn get_copy(who: SignedIn, path: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    pages::file(&app, who, &path).await
}

/// That an account is to be closed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// The account's password, as proof.
    pub password: String,
    /// Always `true`.
    pub sure: bool,
}

/// Closes the caller's account. Name, address, password, sessions, helpers and copies of data are erased, and reviews stay
/// without a name; what was bought and paid is kept, of "closed account", as the law wants it. There is no way back.
#[utoipa::path(post, path = "/api/v1/me/closing", tag = "identity", security(("bearer" = [])), request_body = Closing,
    responses((status = 204), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)))]
pub async fn post_closing(
    who: SignedIn,
    Json(closing): Json<Closing>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    if !closing.sure {
        return Err(AppError::invalid(vec![FieldError::new("sure", "Say that you are sure: there is no way back.")]));
    }
    prove(&app, &request, &who, &closing.password, "password").await?;
    let now = app.clock.now();
    app.db.write(move |tx| close(tx, &who, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}
