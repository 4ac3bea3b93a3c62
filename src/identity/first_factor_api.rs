//! The first second factor of somebody who gets no token without one, over `/api/v1`: by address and password.

use actix_web::http::StatusCode;
use actix_web::web::{Data, ServiceConfig, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::Actor;
use crate::db::Conn;
use crate::error::AppError;
use crate::ids::PersonId;
use crate::web::form::Json;
use crate::web::render::Problem;

use super::account_api::{RecoveryCodesDocument, SecondFactorSecret, secret};
use super::attempts::Tried;
use super::second_factor::{self, CodeError};
use super::sign_in::check_password;
use super::store::factors;
use super::{Anyone, Way, Whence};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/second-factors", post().to(post_second_factor))
        .route("/second-factors/confirmation", post().to(post_confirmation));
}

/// Who sets up a first second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstFactor {
    /// The e-mail address of the account.
    pub email: String,
    /// Its password.
    pub password: String,
}

/// The same, with the first code of the app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstFactorCode {
    /// The e-mail address of the account.
    pub email: String,
    /// Its password.
    pub password: String,
    /// Six digits.
    pub code: String,
}

/// Whoever has a second factor proves themselves with it, and changes it with a token.
async fn has_none(app: &App, person: PersonId) -> Result<(), AppError> {
    let factor = app.db.read(move |conn| factors::factor(conn, person)).await?;
    if factor.is_some_and(|factor| factor.confirmed_at.is_some()) {
        return Err(CodeError::OutOfDate.into());
    }
    Ok(())
}

/// Begins to set up the first second factor (TOTP) of an account whose roles ask for one.
#[utoipa::path(post, path = "/api/v1/second-factors", tag = "identity", request_body = FirstFactor,
    responses((status = 201, body = SecondFactorSecret), (status = 409, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)))]
pub async fn post_second_factor(
    _: Anyone,
    Json(given): Json<FirstFactor>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let person = check_password(&app, Tried::Token, &given.email, &given.password, &Whence::of(&request)).await?;
    has_none(&app, person).await?;
    let now = app.clock.now();
    let vault = app.vault.clone();
    let begin = move |tx: &mut Conn| {
        second_factor::begin(tx, &vault, person, now)?;
        second_factor::setting(tx, &vault, person)?.ok_or(CodeError::OutOfDate)
    };
    let setting = app.db.write(begin).await.map_err(AppError::from)?;
    Ok(secret(StatusCode::CREATED, &SecondFactorSecret { secret: setting.secret, address: setting.address }))
}

/// Turns it on with its first code. Get a token with the next one.
#[utoipa::path(post, path = "/api/v1/second-factors/confirmation", tag = "identity", request_body = FirstFactorCode,
    responses((status = 200, body = RecoveryCodesDocument), (status = 409, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)))]
pub async fn post_confirmation(
    _: Anyone,
    Json(given): Json<FirstFactorCode>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let whence = Whence::of(&request);
    let person = check_password(&app, Tried::Token, &given.email, &given.password, &whence).await?;
    let begun = app.db.read(move |conn| factors::factor(conn, person)).await?;
    if begun.is_none_or(|factor| factor.confirmed_at.is_some()) {
        return Err(CodeError::OutOfDate.into()); // before the slow work for nothing
    }
    let (now, of_app) = (app.clock.now(), app.get_ref().clone());
    let codes = second_factor::fresh_codes(&app, person).await?;
    let kept = codes.clone();
    let confirm = app.db.write(move |tx: &mut Conn| {
        let actor = Actor::oneself(person, Way::Api);
        second_factor::confirm(tx, &of_app, actor, (person, &given.code, &kept), now)
    });
    second_factor::counted(&app, person, &whence, confirm).await?;
    Ok(secret(StatusCode::OK, &RecoveryCodesDocument { recovery_codes: codes.shown }))
}
