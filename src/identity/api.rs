//! Tokens for programs over `/api/v1`.

use actix_web::web::{Data, Json as JsonAnswer, ServiceConfig, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::error::AppError;
use crate::ids::PersonId;
use crate::web::form::Json;

use super::sign_in::check_password;
use super::{Anyone, RoleName, SignedIn, tokens};

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
    responses((status = 200, body = TokenDocument), (status = 422, body = crate::web::render::Problem)))]
pub async fn post_token(
    _: Anyone,
    Json(given): Json<Credentials>,
    app: Data<App>,
) -> Result<JsonAnswer<TokenDocument>, AppError> {
    let password: String = given.password.chars().take(1_000).collect();
    let person = app.db.read(move |conn| check_password(conn, &given.email, &password)).await?;
    let access_token = app.keys.issue(person, app.clock.now()).map_err(AppError::unexpected)?;
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
    /// The role that was granted; none for a budget holder.
    pub role: Option<RoleName>,
}

/// Who is asking.
#[utoipa::path(get, path = "/api/v1/me", tag = "identity", security(("bearer" = [])),
    responses((status = 200, body = MeDocument), (status = 401, body = crate::web::render::Problem)))]
pub async fn get_me(who: SignedIn) -> JsonAnswer<MeDocument> {
    JsonAnswer(MeDocument { id: who.person(), name: who.name().to_owned(), role: who.role() })
}
