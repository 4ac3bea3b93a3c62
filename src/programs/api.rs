//! Programs over `/api/v1`, and the tokens that they get (OAuth 2.0 client credentials).

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::web::{Bytes, Data, Json as JsonAnswer, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use base64::Engine;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::clock::UtcTime;
use crate::error::AppError;
use crate::identity::attempts::{self, Tried, Trying};
use crate::identity::{Anyone, Scope, SignedIn, read_scopes, write_scopes};
use crate::ids::ProgramId;
use crate::web::client;
use crate::web::form::Json;
use crate::web::render::Problem;

use super::{Wanted, make, revoke, store, token};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/oauth/token", post().to(post_token))
        .route("/me/programs", get().to(get_programs))
        .route("/me/programs", post().to(post_program))
        .route("/me/programs/{program_id}/revocation", post().to(post_revocation));
}

/// What a program sends for a token, as `application/x-www-form-urlencoded` (RFC 6749).
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct TokenRequest {
    /// Always `client_credentials`.
    pub grant_type: String,
    /// The program's id; or send id and secret as HTTP Basic.
    pub client_id: String,
    /// Its secret; or a whole personal token, without an id.
    pub client_secret: String,
    /// Fewer scopes than the program has, with blanks between them.
    pub scope: Option<String>,
}

/// A token that lasts a quarter of an hour.
#[derive(Serialize, ToSchema)]
pub struct AccessToken {
    /// Send it as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds.
    pub expires_in: i64,
    /// How far it reaches.
    pub scope: String,
}

/// Id and secret, wherever they were sent.
fn credentials(request: &HttpRequest, sent: &TokenRequest) -> Option<(ProgramId, String)> {
    let basic = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Basic "));
    let (id, secret) = match basic {
        Some(basic) => {
            let decoded = base64::engine::general_purpose::STANDARD.decode(basic).ok()?;
            let text = String::from_utf8(decoded).ok()?;
            let (id, secret) = text.split_once(':')?;
            (id.to_owned(), secret.to_owned())
        }
        None if sent.client_id.is_empty() => {
            let (id, secret) = sent.client_secret.strip_prefix("wm_")?.split_once('_')?;
            (id.to_owned(), secret.to_owned())
        }
        None => (sent.client_id.clone(), sent.client_secret.clone()),
    };
    Some((id.parse().ok()?, secret))
}

/// Why there is no token, as RFC 6749 section 5.2 has it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "error": "invalid_client", "error_description": "No program has this id and secret." }))]
pub struct TokenError {
    /// `invalid_request`, `invalid_client`, `unsupported_grant_type`, `invalid_scope`, `temporarily_unavailable` or
    /// `server_error`.
    pub error: String,
    /// A sentence for whoever writes the program.
    pub error_description: String,
}

/// Gives a program a token for its id and secret (OAuth 2.0 client credentials, RFC 6749 section 4.4).
#[utoipa::path(post, path = "/api/v1/oauth/token", tag = "identity",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = AccessToken), (status = 400, body = TokenError), (status = 401, body = TokenError),
        (status = 413, body = Problem), (status = 429, body = TokenError), (status = 503, body = TokenError)))]
pub async fn post_token(_: Anyone, body: Bytes, app: Data<App>, request: HttpRequest) -> HttpResponse {
    let mut answer = match grant_token(&body, &app, &request).await {
        Ok(token) => HttpResponse::Ok().json(token),
        Err(refused) => oauth_error(&refused),
    };
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

async fn grant_token(body: &[u8], app: &App, request: &HttpRequest) -> Result<AccessToken, AppError> {
    let refused = |code: &'static str, status, why: &str| AppError::refused_as(status, code, why.to_owned());
    let unreadable =
        |_cause| refused("invalid_request", StatusCode::BAD_REQUEST, "send the fields as a form (RFC 6749)");
    let sent: TokenRequest = serde_html_form::from_bytes(body).map_err(unreadable)?;
    if sent.grant_type.is_empty() {
        return Err(refused("invalid_request", StatusCode::BAD_REQUEST, "the grant_type is missing"));
    }
    if sent.grant_type != "client_credentials" {
        let why = "the grant_type is always client_credentials";
        return Err(refused("unsupported_grant_type", StatusCode::BAD_REQUEST, why));
    }
    let wrong = || refused("invalid_client", StatusCode::UNAUTHORIZED, "no program has this id and secret");
    let (id, secret) = credentials(request, &sent).ok_or_else(wrong)?;
    let address = client::household(client::address(request));
    let trying = Trying::at_an_account(Tried::Token, id.as_str(), &address, None);
    attempts::take(app, &trying).await?;
    let now = app.clock.now();
    let write = move |tx: &mut crate::db::Conn| token(tx, (id, &secret), sent.scope.as_deref(), now);
    let grant = app.db.write(write).await.map_err(AppError::from)?.ok_or_else(wrong)?;
    attempts::give_back(app, &trying).await?;
    let scope = write_scopes(&grant.scopes);
    if scope.is_empty() {
        return Err(refused("invalid_scope", StatusCode::BAD_REQUEST, "the program has none of these scopes"));
    }
    let (access_token, lasts) = app
        .keys
        .issue_to_program(grant.person, grant.role, grant.program, &scope, now)
        .map_err(AppError::unexpected)?;
    Ok(AccessToken { access_token, token_type: "Bearer".into(), expires_in: lasts.num_seconds(), scope })
}

/// What went wrong, in the words of RFC 6749.
fn oauth_error(refused: &AppError) -> HttpResponse {
    let status = refused.status_code();
    let error = match refused {
        AppError::Refused(refusal) => refusal.code,
        _ if status == StatusCode::INTERNAL_SERVER_ERROR => "server_error",
        _ => "temporarily_unavailable",
    };
    let mut answer = HttpResponse::build(status);
    if status == StatusCode::UNAUTHORIZED {
        answer.insert_header((WWW_AUTHENTICATE, "Basic realm=\"waymark\", charset=\"UTF-8\""));
    }
    if let AppError::Later { seconds, .. } = refused {
        answer.insert_header((RETRY_AFTER, *seconds));
    }
    answer.json(TokenError { error: error.to_owned(), error_description: refused.to_string() })
}

/// One program of the caller.
#[derive(Serialize, ToSchema)]
pub struct ProgramDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ProgramId,
    /// What its person calls it.
    pub name: String,
    /// How far it reaches.
    pub scopes: Vec<Scope>,
    /// Whether it holds.
    pub holds: bool,
    /// Since when.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: UtcTime,
    /// Until when.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub ends_at: UtcTime,
}

/// The programs of the caller.
#[derive(Serialize, ToSchema)]
pub struct ProgramsDocument {
    /// Newest first.
    pub programs: Vec<ProgramDocument>,
}

/// The programs of the caller.
#[utoipa::path(get, path = "/api/v1/me/programs", tag = "identity", security(("bearer" = [])),
    responses((status = 200, body = ProgramsDocument), (status = 401, body = Problem)))]
pub async fn get_programs(who: SignedIn, app: Data<App>) -> Result<JsonAnswer<ProgramsDocument>, AppError> {
    let now = app.clock.now();
    let rows = app.db.read(move |conn| store::programs_of(conn, &who)).await.map_err(AppError::from)?;
    let document = |row: store::Row| ProgramDocument {
        id: row.id,
        name: row.name,
        scopes: read_scopes(&row.scopes),
        holds: row.revoked_at.is_none() && row.ends_at > now,
        created_at: row.created_at,
        ends_at: row.ends_at,
    };
    Ok(JsonAnswer(ProgramsDocument { programs: rows.into_iter().map(document).collect() }))
}

/// A program to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProgram {
    /// What its person calls it.
    pub name: String,
    /// How far it reaches.
    pub scopes: Vec<Scope>,
    /// After how many days it ends: 1 to 366.
    pub days: i64,
}

/// A program that was made.
#[derive(Serialize, ToSchema)]
pub struct MadeProgram {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ProgramId,
    /// Its secret, told this once.
    pub secret: String,
    /// Both in one word.
    pub personal_token: String,
}

/// Makes a program that acts with the caller's rights, within scopes. Its secret is told this once.
#[utoipa::path(post, path = "/api/v1/me/programs", tag = "identity", security(("bearer" = [])), request_body = NewProgram,
    responses((status = 201, body = MadeProgram), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn post_program(
    who: SignedIn,
    Json(new): Json<NewProgram>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let wanted = Wanted { name: new.name, scopes: new.scopes, days: new.days }.checked()?;
    let now = app.clock.now();
    let made = app.db.write(move |tx| make(tx, &who, &wanted, now)).await?;
    let told = MadeProgram { id: made.id, personal_token: made.personal_token(), secret: made.secret };
    Ok(HttpResponse::Created().insert_header((CACHE_CONTROL, "no-store")).json(told))
}

/// Revokes a program: its tokens end at once.
#[utoipa::path(post, path = "/api/v1/me/programs/{program_id}/revocation", tag = "identity", security(("bearer" = [])),
    params(("program_id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn post_revocation(who: SignedIn, path: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let id: ProgramId = path.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    app.db.write(move |tx| revoke(tx, &who, id, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}
