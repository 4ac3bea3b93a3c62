//! Writing services, availability and approval over `/api/v1`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json as JsonAnswer, Path, ServiceConfig, delete, get, post, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::catalogue::ProviderType;
use crate::clock::UtcTime;
use crate::error::{AppError, FieldError};
use crate::identity::{Moderator, ProviderManager, ProviderMember, SignedIn};
use crate::ids::{ServiceId, VersionId};
use crate::web::form::Json;
use crate::web::render::Problem;

use super::approval_pages::see;
use super::draft::{begin, checked, discard, take_back, write_whole};
use super::loaded::load;
use super::pages::parse;
use super::publish::hand_in;
use super::start::begin_path;
use super::status::{self, Step};
use super::version::{Version, VersionState};
use super::{Entry, Fields, approve, availability, send_back, store};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/provider/start", post().to(post_start))
        .route("/provider/services", get().to(get_services))
        .route("/provider/services", post().to(post_service))
        .route("/provider/services/{own_service_id}", get().to(get_service))
        .route("/provider/services/{own_service_id}/draft", put().to(put_draft))
        .route("/provider/services/{own_service_id}/draft", delete().to(delete_draft))
        .route("/provider/services/{own_service_id}/publication", post().to(post_publication))
        .route("/provider/services/{own_service_id}/publication", delete().to(delete_publication))
        .route("/provider/services/{own_service_id}/withdrawal", post().to(post_withdrawal))
        .route("/provider/services/{own_service_id}/closure", post().to(post_closure))
        .route("/provider/services/{own_service_id}/reopening", post().to(post_reopening))
        .route("/provider/services/{own_service_id}/availability", put().to(put_availability))
        .route("/moderation/changes", get().to(get_changes))
        .route("/moderation/changes/{version_id}", get().to(get_change))
        .route("/moderation/changes/{version_id}/approval", post().to(post_approval))
        .route("/moderation/changes/{version_id}/sending-back", post().to(post_sending_back));
}

/// Who begins to offer something.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProvider {
    /// personal assistant, micro-provider, or voluntary and community.
    pub provider_type: ProviderType,
    /// The name that people see.
    pub name: String,
    /// Where it is; only the first part is ever shown.
    pub postcode: String,
}

/// What was begun.
#[derive(Serialize, ToSchema)]
pub struct BegunDocument {
    /// The service whose draft is there to be written.
    #[schema(value_type = String)]
    pub service_id: ServiceId,
}

/// Makes the caller the owner of a new provider, with a first service begun (anybody with an account).
#[utoipa::path(post, path = "/api/v1/provider/start", tag = "provider", security(("bearer" = [])),
    request_body = NewProvider, responses((status = 201, body = BegunDocument), (status = 422, body = Problem)))]
pub async fn post_start(who: SignedIn, Json(new): Json<NewProvider>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let fields = Fields::default()
        .with("provider_type", new.provider_type)
        .with("name", new.name)
        .with("postcode", new.postcode);
    let now = app.clock.now();
    let service_id = app.db.write(move |tx| begin_path(tx, &who, &fields, now)).await?;
    Ok(HttpResponse::Created().json(BegunDocument { service_id }))
}

/// A service of the caller's provider in a list.
#[derive(Serialize, ToSchema)]
pub struct OwnServiceDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ServiceId,
    /// Its name.
    pub name: String,
    /// Its status in the catalogue; none if it was never published.
    pub status: Option<String>,
    /// Where the version that is being written stands; none if nothing is.
    pub writing: Option<VersionState>,
    /// How many places are free.
    pub places_free: Option<i32>,
    /// How long people wait, in days.
    pub waiting_days: Option<i32>,
}

/// The services of the caller's provider.
#[derive(Serialize, ToSchema)]
pub struct OwnServicesDocument {
    /// Those in the catalogue by name, then those that were never published.
    pub services: Vec<OwnServiceDocument>,
}

/// The services of the caller's provider, with what is being written on them.
#[utoipa::path(get, path = "/api/v1/provider/services", tag = "provider", security(("bearer" = [])),
    responses((status = 200, body = OwnServicesDocument), (status = 404, body = Problem)))]
pub async fn get_services(member: ProviderMember, app: Data<App>) -> Result<JsonAnswer<OwnServicesDocument>, AppError> {
    let (listed, open) = app
        .db
        .read(move |conn| Ok::<_, AppError>((store::listed(conn, &member)?, store::open_versions(conn, &member)?)))
        .await?;
    let writing = |id: ServiceId| open.iter().find(|version| version.service_id == id).map(|version| version.state);
    let mut services: Vec<OwnServiceDocument> = listed
        .into_iter()
        .map(|service| OwnServiceDocument {
            id: service.id,
            writing: writing(service.id),
            name: service.name,
            status: Some(service.status),
            places_free: service.places_free,
            waiting_days: service.waiting_days,
        })
        .collect();
    for version in &open {
        if services.iter().all(|service| service.id != version.service_id) {
            let entry = version.entry()?;
            services.push(OwnServiceDocument {
                id: version.service_id,
                name: entry.name,
                status: None,
                writing: Some(version.state),
                places_free: entry.places_free,
                waiting_days: entry.waiting_days,
            });
        }
    }
    Ok(JsonAnswer(OwnServicesDocument { services }))
}

/// What is written of a service.
#[derive(Serialize, ToSchema)]
pub struct WrittenDocument {
    /// The service.
    #[schema(value_type = String)]
    pub id: ServiceId,
    /// Its status in the catalogue; none if it was never published.
    pub status: Option<String>,
    /// Where the version that is being written stands; none if what follows is public.
    pub writing: Option<VersionState>,
    /// Send it with the next change, so that nobody's work is written over.
    pub revision: Option<i32>,
    /// Why it was sent back.
    pub reason: Option<String>,
    /// What it says.
    pub entry: Entry,
    /// What is missing before it can be published.
    pub missing: Vec<FieldError>,
}

/// A service with what is being written on it (managers and owners).
#[utoipa::path(get, path = "/api/v1/provider/services/{own_service_id}", tag = "provider", security(("bearer" = [])),
    params(("own_service_id" = String, Path)), responses((status = 200, body = WrittenDocument), (status = 404, body = Problem)))]
pub async fn get_service(
    manager: ProviderManager,
    id: Path<String>,
    app: Data<App>,
) -> Result<JsonAnswer<WrittenDocument>, AppError> {
    let (id, today) = (parse(&id)?, app.clock.now().date());
    let loaded = app.db.read(move |conn| load(conn, &manager, id, today)).await?;
    let missing = loaded.entry.missing(loaded.provider.provider_type);
    Ok(JsonAnswer(WrittenDocument {
        id,
        status: loaded.kept.map(|kept| kept.service.status),
        writing: loaded.version.as_ref().map(|version| version.state),
        revision: loaded.version.as_ref().map(|version| version.revision),
        reason: loaded.version.and_then(|version| version.reason),
        missing: missing.into_iter().map(|(part, why)| FieldError::new(part.as_str(), why)).collect(),
        entry: loaded.entry,
    }))
}

/// A version that was written.
#[derive(Serialize, ToSchema)]
pub struct VersionDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: VersionId,
    /// Of which service.
    #[schema(value_type = String)]
    pub service_id: ServiceId,
    /// Where it stands.
    pub state: VersionState,
    /// Send it with the next change.
    pub revision: i32,
}

fn version_document(version: Version) -> VersionDocument {
    VersionDocument { id: version.id, service_id: version.service_id, state: version.state, revision: version.revision }
}

/// Begins a service that is not there yet, as a draft (managers and owners).
#[utoipa::path(post, path = "/api/v1/provider/services", tag = "provider", security(("bearer" = [])),
    request_body = Entry, responses((status = 201, body = VersionDocument), (status = 422, body = Problem)))]
pub async fn post_service(
    manager: ProviderManager,
    Json(new): Json<Entry>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (taxonomy, now) = (app.taxonomy.clone(), app.clock.now());
    let version = app
        .db
        .write(move |tx| {
            let mut entry = checked(tx, manager.organization(), &new, &taxonomy, now.date())?;
            entry.prices.iter_mut().for_each(|price| price.id = None);
            begin(tx, &manager, &entry, now)
        })
        .await?;
    Ok(HttpResponse::Created().json(version_document(version)))
}

/// A draft to be kept, whole.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDraft {
    /// The revision that was read; without it, whatever is there is written over.
    pub revision: Option<i32>,
    /// What it says.
    pub entry: Entry,
}

/// Writes a draft (managers and owners). 409 when somebody else wrote meanwhile.
#[utoipa::path(put, path = "/api/v1/provider/services/{own_service_id}/draft", tag = "provider", security(("bearer" = [])),
    params(("own_service_id" = String, Path)), request_body = NewDraft,
    responses((status = 200, body = VersionDocument), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn put_draft(
    manager: ProviderManager,
    id: Path<String>,
    Json(new): Json<NewDraft>,
    app: Data<App>,
) -> Result<JsonAnswer<VersionDocument>, AppError> {
    let (id, taxonomy, now) = (parse(&id)?, app.taxonomy.clone(), app.clock.now());
    let written =
        app.db.write(move |tx| write_whole(tx, &manager, id, new.revision, &new.entry, &taxonomy, now)).await?;
    Ok(JsonAnswer(version_document(written)))
}

/// Throws a draft away (managers and owners).
#[utoipa::path(delete, path = "/api/v1/provider/services/{own_service_id}/draft", tag = "provider", security(("bearer" = [])),
    params(("own_service_id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn delete_draft(
    manager: ProviderManager,
    id: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id = parse(&id)?;
    app.db.write(move |tx| discard(tx, &manager, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Where a version stands after it was handed in.
#[derive(Serialize, ToSchema)]
pub struct HandedInDocument {
    /// approved, or waiting where the authority wants to look first.
    pub state: VersionState,
}

/// Publishes the draft, or hands it to the authority where it approves (managers and owners).
#[utoipa::path(post, path = "/api/v1/provider/services/{own_service_id}/publication", tag = "provider", security(("bearer" = [])),
    params(("own_service_id" = String, Path)),
    responses((status = 200, body = HandedInDocument), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn post_publication(
    manager: ProviderManager,
    id: Path<String>,
    app: Data<App>,
) -> Result<JsonAnswer<HandedInDocument>, AppError> {
    let (id, now) = (parse(&id)?, app.clock.now());
    let state = app.db.write(move |tx| hand_in(tx, &manager, id, now)).await?;
    Ok(JsonAnswer(HandedInDocument { state }))
}

/// Takes a version back that waits for approval (managers and owners).
#[utoipa::path(delete, path = "/api/v1/provider/services/{own_service_id}/publication", tag = "provider", security(("bearer" = [])),
    params(("own_service_id" = String, Path)), responses((status = 204), (status = 409, body = Problem)))]
pub async fn delete_publication(
    manager: ProviderManager,
    id: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id = parse(&id)?;
    app.db.write(move |tx| take_back(tx, &manager, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes a service out of the catalogue (managers and owners).
#[utoipa::path(post, path = "/api/v1/provider/services/{own_service_id}/withdrawal", tag = "provider", security(("bearer" = [])),
    params(("own_service_id" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub async fn post_withdrawal(
    manager: ProviderManager,
    id: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    step(&app, manager, &id, Step::Withdraw).await
}

/// Closes a service for a while (managers and owners).
#[utoipa::path(post, path = "/api/v1/provider/services/{own_service_id}/closure", tag = "provider", security(("bearer" = [])),
    params(("own_service_id" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub async fn post_closure(
    manager: ProviderManager,
    id: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    step(&app, manager, &id, Step::Close).await
}

/// Opens a service again (managers and owners).
#[utoipa::path(post, path = "/api/v1/provider/services/{own_service_id}/reopening", tag = "provider", security(("bearer" = [])),
    params(("own_service_id" = String, Path)), responses((status = 204), (status = 409, body = Problem)))]
pub async fn post_reopening(
    manager: ProviderManager,
    id: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    step(&app, manager, &id, Step::Reopen).await
}

async fn step(app: &App, manager: ProviderManager, id: &str, step: Step) -> Result<HttpResponse, AppError> {
    let (id, now) = (parse(id)?, app.clock.now());
    app.db.write(move |tx| status::take(tx, &manager, id, step, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// How many places are free, and how long people wait.
#[derive(Deserialize, ToSchema)]
#[schema(as = PlacesFree)]
#[serde(deny_unknown_fields)]
pub struct AvailabilityDocument {
    /// none if places are not counted.
    pub places_free: Option<i32>,
    /// In days; none if not told.
    pub waiting_days: Option<i32>,
}

/// Tells how many places are free (every member). Public at once.
#[utoipa::path(put, path = "/api/v1/provider/services/{own_service_id}/availability", tag = "provider", security(("bearer" = [])),
    params(("own_service_id" = String, Path)), request_body = AvailabilityDocument,
    responses((status = 204), (status = 422, body = Problem)))]
pub async fn put_availability(
    member: ProviderMember,
    id: Path<String>,
    Json(new): Json<AvailabilityDocument>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (id, now) = (parse(&id)?, app.clock.now());
    app.db.write(move |tx| availability::tell(tx, &member, id, new.places_free, new.waiting_days, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A version that waits for the caller's authority.
#[derive(Serialize, ToSchema)]
pub struct WaitingDocument {
    /// The version.
    #[schema(value_type = String)]
    pub id: VersionId,
    /// Of which service.
    #[schema(value_type = String)]
    pub service_id: ServiceId,
    /// The provider's name.
    pub provider: String,
    /// Since when.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub waiting_since: UtcTime,
}

/// What waits.
#[derive(Serialize, ToSchema)]
pub struct WaitingListDocument {
    /// Longest waiting first.
    pub changes: Vec<WaitingDocument>,
}

/// What waits for approval by the caller's authority (moderators).
#[utoipa::path(get, path = "/api/v1/moderation/changes", tag = "moderation", security(("bearer" = [])),
    responses((status = 200, body = WaitingListDocument), (status = 404, body = Problem)))]
pub async fn get_changes(moderator: Moderator, app: Data<App>) -> Result<JsonAnswer<WaitingListDocument>, AppError> {
    let rows = app.db.read(move |conn| store::waiting(conn, &moderator)).await.map_err(AppError::from)?;
    let row = |(version, provider): (Version, String)| WaitingDocument {
        id: version.id,
        service_id: version.service_id,
        provider,
        waiting_since: version.submitted_at.unwrap_or(version.written_at),
    };
    Ok(JsonAnswer(WaitingListDocument { changes: rows.into_iter().map(row).collect() }))
}

/// A field that changed.
#[derive(Serialize, ToSchema)]
#[schema(as = ServiceChange)]
pub struct ChangeDocument {
    /// What it is called.
    pub field: String,
    /// What was public before.
    pub before: String,
    /// What is to be public.
    pub after: String,
}

/// One version with what is different.
#[derive(Serialize, ToSchema)]
pub struct DifferenceDocument {
    /// Where it stands.
    pub state: VersionState,
    /// What it says.
    pub entry: Entry,
    /// What is different from what is public; everything for a new service.
    pub changes: Vec<ChangeDocument>,
}

/// One version, and what is different (moderators).
#[utoipa::path(get, path = "/api/v1/moderation/changes/{version_id}", tag = "moderation", security(("bearer" = [])),
    params(("version_id" = String, Path)), responses((status = 200, body = DifferenceDocument), (status = 404, body = Problem)))]
pub async fn get_change(
    moderator: Moderator,
    id: Path<String>,
    app: Data<App>,
) -> Result<JsonAnswer<DifferenceDocument>, AppError> {
    let id: VersionId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let seen = app.db.read(move |conn| see(conn, &moderator, id)).await?;
    let changes = seen.changes(&app)?.into_iter().map(|changed| {
        let side = |gone: fn(&super::difference::Piece) -> bool| -> String {
            changed.words.iter().filter(|piece| !gone(piece)).map(|piece| piece.text.as_str()).collect()
        };
        ChangeDocument {
            field: changed.label.into(),
            before: side(|piece| piece.added),
            after: side(|piece| piece.removed),
        }
    });
    Ok(JsonAnswer(DifferenceDocument {
        state: seen.version.state,
        changes: changes.collect(),
        entry: seen.version.entry()?,
    }))
}

/// Approves a version: it is public from now on (moderators).
#[utoipa::path(post, path = "/api/v1/moderation/changes/{version_id}/approval", tag = "moderation", security(("bearer" = [])),
    params(("version_id" = String, Path)), responses((status = 200, body = VersionDocument), (status = 409, body = Problem)))]
pub async fn post_approval(
    moderator: Moderator,
    id: Path<String>,
    app: Data<App>,
) -> Result<JsonAnswer<VersionDocument>, AppError> {
    let id: VersionId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (now, url) = (app.clock.now(), app.post.public_url.clone());
    Ok(JsonAnswer(version_document(app.db.write(move |tx| approve(tx, &moderator, id, &url, now)).await?)))
}

/// Why a version goes back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendingBack {
    /// For the provider to read.
    #[serde(default)]
    pub reason: String,
}

/// Sends a version back with a reason (moderators).
#[utoipa::path(post, path = "/api/v1/moderation/changes/{version_id}/sending-back", tag = "moderation", security(("bearer" = [])),
    params(("version_id" = String, Path)), request_body = SendingBack,
    responses((status = 200, body = VersionDocument), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn post_sending_back(
    moderator: Moderator,
    id: Path<String>,
    Json(given): Json<SendingBack>,
    app: Data<App>,
) -> Result<JsonAnswer<VersionDocument>, AppError> {
    let id: VersionId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (now, url) = (app.clock.now(), app.post.public_url.clone());
    let back = app.db.write(move |tx| send_back(tx, &moderator, id, &given.reason, &url, now)).await?;
    Ok(JsonAnswer(version_document(back)))
}
