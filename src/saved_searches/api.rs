//! Saved searches over `/api/v1`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, ServiceConfig, delete, get, post, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::clock::{UtcTime, rfc3339};
use crate::error::AppError;
use crate::identity::{Anyone, SignedIn};
use crate::ids::{SavedSearchId, ServiceId, random_token};
use crate::web::form::Json as Sent;
use crate::web::render::Problem;

use super::save::ToSave;
use super::saved_search::{Alerts, SavedSearch};
use super::{change, forget, save, see, stop, store};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/saved-searches", get().to(get_saved_searches))
        .route("/saved-searches", post().to(post_saved_search))
        .route("/saved-searches/{saved_search_id}", put().to(put_saved_search))
        .route("/saved-searches/{saved_search_id}", delete().to(delete_saved_search))
        .route("/saved-searches/{saved_search_id}/seen", post().to(post_seen))
        .route("/stop-letters", post().to(post_stop));
}

/// One saved search.
#[derive(Serialize, ToSchema)]
pub struct SavedSearchDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: SavedSearchId,
    /// What its person calls it.
    pub name: String,
    /// The address of the search on this site; its query works on `/api/v1/services` too.
    pub address: String,
    /// How often letters come.
    pub alerts: Alerts,
    /// Whether news is looked for: not where the search finds more than 1,000 services.
    pub watched: bool,
    /// When it was saved.
    #[serde(serialize_with = "rfc3339::serialize")]
    #[schema(value_type = String)]
    pub created_at: UtcTime,
    /// Services that match since the person last looked, newest first.
    #[schema(value_type = Vec<String>)]
    pub new: Vec<ServiceId>,
}

/// Everything that somebody saved.
#[derive(Serialize, ToSchema)]
pub struct SavedSearchesDocument {
    /// Newest first.
    pub saved_searches: Vec<SavedSearchDocument>,
}

/// A search to save.
#[derive(Deserialize, ToSchema)]
pub struct NewSavedSearch {
    /// What to call it; made of its words where none is sent.
    #[serde(default)]
    pub name: String,
    /// "/search?q=cleaning&near=M33".
    pub address: String,
    /// How often letters come; none where nothing is sent.
    #[serde(default = "no_letters")]
    pub alerts: Alerts,
}

/// What may be changed.
#[derive(Deserialize, ToSchema)]
pub struct ChangedSavedSearch {
    /// What to call it.
    pub name: String,
    /// How often letters come.
    pub alerts: Alerts,
}

fn no_letters() -> Alerts {
    Alerts::None
}

fn document(search: SavedSearch, new: Vec<ServiceId>) -> SavedSearchDocument {
    SavedSearchDocument {
        id: search.id,
        name: search.name,
        address: search.address,
        alerts: search.alerts,
        watched: search.watched,
        created_at: search.created_at,
        new,
    }
}

/// The caller's saved searches, with what is new.
#[utoipa::path(get, path = "/api/v1/saved-searches", tag = "saved searches", security(("bearer" = [])),
    responses((status = 200, body = SavedSearchesDocument), (status = 401, body = Problem)))]
pub async fn get_saved_searches(who: SignedIn, app: Data<App>) -> Result<Json<SavedSearchesDocument>, AppError> {
    let saved_searches = app
        .db
        .read(move |conn| {
            let mut all = Vec::new();
            for search in store::searches_of(conn, &who)? {
                let new = store::unseen(conn, &search)?;
                all.push(document(search, new));
            }
            Ok::<_, AppError>(all)
        })
        .await?;
    Ok(Json(SavedSearchesDocument { saved_searches }))
}

/// Saves a search; one of the same address stays as it is.
#[utoipa::path(post, path = "/api/v1/saved-searches", tag = "saved searches", security(("bearer" = [])),
    request_body = NewSavedSearch,
    responses((status = 201, body = SavedSearchDocument), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn post_saved_search(
    who: SignedIn,
    Sent(new): Sent<NewSavedSearch>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (now, token, with) = (app.clock.now(), random_token(), app.clone());
    let read = app.db.read(move |_| ToSave::read(&with, &new.name, &new.address, new.alerts, token)).await?;
    let search = app.db.write(move |tx| save(tx, &who, &read, now)).await?;
    Ok(HttpResponse::Created().json(document(search, Vec::new())))
}

/// Changes the name of a saved search and how often its letters come.
#[utoipa::path(put, path = "/api/v1/saved-searches/{saved_search_id}", tag = "saved searches",
    security(("bearer" = [])), params(("saved_search_id" = String, Path)), request_body = ChangedSavedSearch,
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn put_saved_search(
    who: SignedIn,
    id: Path<String>,
    Sent(sent): Sent<ChangedSavedSearch>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id: SavedSearchId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (now, with) = (app.clock.now(), app.clone());
    app.db.write(move |tx| change(tx, &who, id, &sent.name, sent.alerts, &with, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Forgets a saved search.
#[utoipa::path(delete, path = "/api/v1/saved-searches/{saved_search_id}", tag = "saved searches",
    security(("bearer" = [])), params(("saved_search_id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn delete_saved_search(who: SignedIn, id: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let id: SavedSearchId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    app.db.write(move |tx| forget(tx, &who, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Says that what is new in a saved search was seen.
#[utoipa::path(post, path = "/api/v1/saved-searches/{saved_search_id}/seen", tag = "saved searches",
    security(("bearer" = [])), params(("saved_search_id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn post_seen(who: SignedIn, id: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let id: SavedSearchId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    app.db.write(move |tx| see(tx, &who, id, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The token of a letter.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StopToken {
    /// What the link that stops the letters ends with.
    pub token: String,
}

/// Stops the letters of one saved search, with what its letters carry: no account is asked for.
#[utoipa::path(post, path = "/api/v1/stop-letters", tag = "saved searches", request_body = StopToken,
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn post_stop(_: Anyone, Sent(letter): Sent<StopToken>, app: Data<App>) -> Result<HttpResponse, AppError> {
    app.db.write(move |tx| stop(tx, &letter.token)).await?;
    Ok(HttpResponse::NoContent().finish())
}
