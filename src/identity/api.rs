//! Tokens for programs over `/api/v1`.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json as JsonAnswer, ServiceConfig, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::error::{AppError, FieldError};
use crate::ids::{MembershipId, PersonId};
use crate::web::form::Json;

use super::attempts::Tried;
use super::sign_in::check_password;
use super::{Anyone, RoleName, SignedIn, Whence, second_factor, tokens};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/tokens", post().to(post_token)).route("/me", get().to(get_me));
}

/// Who asks for a token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The e-mail address of the account.
    pub email: String,
    /// Its password.
    pub password: String,
    /// The code of the second factor, where the account has one.
    #[serde(default)]
    pub code: Option<String>,
    /// The role to act in, as `GET /api/v1/me` names it, where roles conflict.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub role_id: Option<MembershipId>,
}

/// A short-lived token.
#[derive(Serialize, ToSchema)]
pub struct TokenDocument {
    /// Send it as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds.
    pub expires_in: i64,
}

/// Gives a token for an e-mail address and a password.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "identity", request_body = Credentials,
    responses((status = 200, body = TokenDocument), (status = 403, body = crate::web::render::Problem),
        (status = 409, body = crate::web::render::Problem), (status = 422, body = crate::web::render::Problem),
        (status = 429, body = crate::web::render::Problem), (status = 503, body = crate::web::render::Problem)))]
pub async fn post_token(
    _: Anyone,
    Json(given): Json<Credentials>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<JsonAnswer<TokenDocument>, AppError> {
    let whence = Whence::of(&request);
    let person = check_password(&app, Tried::Token, &given.email, &given.password, &whence).await?;
    let chosen = given.role_id;
    let who = app.db.read(move |conn| SignedIn::known_as(conn, person, chosen)).await?.ok_or(AppError::NotFound)?;
    let now = app.clock.now();
    if who.has_second_factor() {
        let code = given.code.unwrap_or_default();
        let check = app.db.write(move |tx| second_factor::check(tx, person, &code, now));
        second_factor::counted(&app, person, &whence, check).await?;
    } else if who.needs_second_factor(app.waiver) {
        let why = "this account's roles need a second factor. Sign in on the pages and set it up first";
        return Err(AppError::refused_as(StatusCode::FORBIDDEN, "second-factor-first", why));
    }
    if who.granted().iter().any(|granted| Some(granted.membership.id) == chosen) != chosen.is_some() {
        return Err(AppError::invalid(vec![FieldError::new("role_id", "This is no role of yours.")]));
    }
    if chosen.is_none() && who.role().is_none() && !who.granted().is_empty() {
        let why = "these roles cannot be held together: say which one in role_id";
        return Err(AppError::refused("choose-a-role", why));
    }
    let access_token = app.keys.issue(person, chosen, now).map_err(AppError::unexpected)?;
    Ok(JsonAnswer(TokenDocument { access_token, token_type: "Bearer".into(), expires_in: tokens::LASTS.num_seconds() }))
}

/// Who the token is for.
#[derive(Serialize, ToSchema)]
pub struct MeDocument {
    /// The person.
    #[schema(value_type = String)]
    pub id: PersonId,
    /// The name that pages show.
    pub name: String,
    /// The first role that is held now; none for a citizen.
    pub role: Option<RoleName>,
    /// Every role that was granted.
    pub roles: Vec<RoleDocument>,
}

/// A role that was granted.
#[derive(Serialize, ToSchema)]
pub struct RoleDocument {
    /// For `role_id` when asking for a token.
    #[schema(value_type = String)]
    pub id: MembershipId,
    /// Which role.
    pub role: RoleName,
    /// Whom it is held for.
    pub held_for: String,
    /// Whether it is held now: where roles conflict, only the one that was chosen is.
    pub held_now: bool,
}

/// Who is asking.
#[utoipa::path(get, path = "/api/v1/me", tag = "identity", security(("bearer" = [])),
    responses((status = 200, body = MeDocument), (status = 401, body = crate::web::render::Problem)))]
pub async fn get_me(who: SignedIn) -> JsonAnswer<MeDocument> {
    let role = |granted: &super::Granted| RoleDocument {
        id: granted.membership.id,
        role: granted.membership.role,
        held_for: granted.body.clone(),
        held_now: who.holds(granted.membership.id),
    };
    JsonAnswer(MeDocument {
        id: who.person(),
        name: who.name().to_owned(),
        role: who.role(),
        roles: who.granted().iter().map(role).collect(),
    })
}
