//! Many services at once over `/api/v1`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json as JsonAnswer, Path, ServiceConfig, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::error::{AppError, FieldError};
use crate::identity::ProviderManager;
use crate::ids::{ServiceId, UploadId};
use crate::web::form::Json;
use crate::web::render::Problem;
use crate::web::upload::FileBody;

use super::pages::{csv_file, export, parse, problems};
use super::store::{self, Outcome};
use super::{import, stage};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/provider/services.csv", get().to(get_export))
        .route("/provider/uploads", post().to(post_upload))
        .route("/provider/uploads/{upload_id}", get().to(get_upload))
        .route("/provider/uploads/{upload_id}/import", post().to(post_import));
}

/// The caller's services as CSV, in the form that an upload takes (managers and owners).
#[utoipa::path(get, path = "/api/v1/provider/services.csv", tag = "provider", security(("bearer" = [])),
    responses((status = 200, content_type = "text/csv", body = String), (status = 404, body = Problem)))]
pub async fn get_export(manager: ProviderManager, app: Data<App>) -> Result<HttpResponse, AppError> {
    csv_file("my-services.csv", &export(&app, manager).await?)
}

/// What one row would do.
#[derive(Serialize, ToSchema)]
pub struct UploadRowDocument {
    /// On which line.
    pub line: i32,
    /// The caller's own reference.
    pub reference: String,
    /// The name of the service.
    pub name: String,
    /// new, changed, unchanged or refused.
    pub outcome: Outcome,
    /// The service it is about, where that is there already.
    #[schema(value_type = Option<String>)]
    pub service_id: Option<ServiceId>,
    /// Why it is refused.
    pub problems: Vec<FieldError>,
}

/// A file that was staged.
#[derive(Serialize, ToSchema)]
pub struct UploadDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: UploadId,
    /// staged or imported.
    pub state: String,
    /// What each row would do, or did.
    pub rows: Vec<UploadRowDocument>,
}

async fn document(app: &App, manager: ProviderManager, id: UploadId) -> Result<UploadDocument, AppError> {
    let (upload, rows) = app
        .db
        .read(move |conn| {
            let upload = store::upload(conn, &manager, id)?.ok_or(AppError::NotFound)?;
            Ok::<_, AppError>((upload, store::rows(conn, &manager, id)?))
        })
        .await?;
    let mut told = Vec::new();
    for row in rows {
        told.push(UploadRowDocument {
            problems: problems(&row)?,
            line: row.line,
            reference: row.reference,
            name: row.name,
            outcome: row.outcome,
            service_id: row.service_id,
        });
    }
    Ok(UploadDocument { id, state: upload.state, rows: told })
}

/// Stages a CSV file: says what each row would do, and imports nothing (managers and owners).
#[utoipa::path(post, path = "/api/v1/provider/uploads", tag = "provider", security(("bearer" = [])),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 201, body = UploadDocument), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub async fn post_upload(
    manager: ProviderManager,
    FileBody(bytes): FileBody,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (who, taxonomy, now) = (manager.clone(), app.taxonomy.clone(), app.clock.now());
    let id = app.db.write(move |tx| stage(tx, &who, "over the API", &bytes, &taxonomy, now)).await?;
    Ok(HttpResponse::Created().json(document(&app, manager, id).await?))
}

/// A file that was staged (managers and owners).
#[utoipa::path(get, path = "/api/v1/provider/uploads/{upload_id}", tag = "provider", security(("bearer" = [])),
    params(("upload_id" = String, Path)), responses((status = 200, body = UploadDocument), (status = 404, body = Problem)))]
pub async fn get_upload(
    manager: ProviderManager,
    id: Path<String>,
    app: Data<App>,
) -> Result<JsonAnswer<UploadDocument>, AppError> {
    Ok(JsonAnswer(document(&app, manager, parse(&id)?).await?))
}

/// Which rows are wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportDocument {
    /// Whether to import the good rows though others are refused.
    #[serde(default)]
    pub only_good: bool,
}

/// Imports a staged file; again changes nothing (managers and owners).
#[utoipa::path(post, path = "/api/v1/provider/uploads/{upload_id}/import", tag = "provider", security(("bearer" = [])),
    params(("upload_id" = String, Path)), request_body = ImportDocument,
    responses((status = 200, body = UploadDocument), (status = 409, body = Problem)))]
pub async fn post_import(
    manager: ProviderManager,
    id: Path<String>,
    Json(wanted): Json<ImportDocument>,
    app: Data<App>,
) -> Result<JsonAnswer<UploadDocument>, AppError> {
    let (id, who, now) = (parse(&id)?, manager.clone(), app.clock.now());
    app.db.write(move |tx| import(tx, &who, id, wanted.only_good, now)).await?;
    Ok(JsonAnswer(document(&app, manager, id).await?))
}
