//! One's own account over `/api/v1`: making it, its name, address, password and second factor, and being asked to join.
//!
//! Whatever takes the password on the pages takes it here too. An account without one, which signs in elsewhere, has
//! nothing here to prove itself with: its owner changes it on the pages.

use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, Json as JsonAnswer, Path, ServiceConfig, delete, get, post, put};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep_until};
use utoipa::ToSchema;

use crate::app::App;
use crate::db::{Conn, text_enum};
use crate::error::{AppError, FieldError};
use crate::ids::PersonId;
use crate::web::form::Json;
use crate::web::render::Problem;

use super::account_pages::{self, own_password};
use super::address::Changed;
use super::link::Purpose;
use super::providers::pages::unlink;
use super::register_pages::AT_LEAST;
use super::second_factor::{self, CodeError};
use super::store::{self, external, factors, sessions};
use super::{Anyone, SignedIn, Way, Whence, address, invitation, people_pages, register, reset};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/registrations", post().to(post_registration))
        .route("/registrations/confirmation", post().to(post_registration_confirmation))
        .route("/password-resets", post().to(post_reset))
        .route("/password-resets/confirmation", post().to(post_reset_confirmation))
        .route("/email-changes/confirmation", post().to(post_email_confirmation))
        .route("/me/name", put().to(put_name))
        .route("/me/email-changes", post().to(post_email_change))
        .route("/me/password", put().to(put_password))
        .route("/me/second-factor", get().to(get_second_factor))
        .route("/me/second-factor", post().to(post_second_factor))
        .route("/me/second-factor/confirmation", post().to(post_second_factor_confirmation))
        .route("/me/second-factor/paper", post().to(post_paper))
        .route("/me/second-factor/recovery-codes", post().to(post_recovery_codes))
        .route("/me/second-factor/removal", post().to(post_second_factor_removal))
        .route("/me/sessions/ending", post().to(post_sessions_ending))
        .route("/me/identity-providers", get().to(get_identity_providers))
        .route("/me/identity-providers/{provider}", delete().to(delete_identity_provider))
        .route("/role-invitations/acceptance", post().to(post_joining))
        .route("/role-invitations/account", post().to(post_joining_account))
        .route("/provider-invitations/acceptance", post().to(post_provider_joining));
}

/// Who would like an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRegistration {
    /// The name, as they would like to be greeted.
    pub name: String,
    /// Where the letter goes.
    pub email: String,
}

/// Asks for an account. The answer is the same whether there is one with this address or not; a letter leads on.
#[utoipa::path(post, path = "/api/v1/registrations", tag = "identity", request_body = NewRegistration,
    responses((status = 202, description = "A letter is on its way."), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn post_registration(
    _: Anyone,
    Json(new): Json<NewRegistration>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let not_before = Instant::now() + AT_LEAST;
    let mut wrong = Vec::new();
    let name = register::name(&new.name).map_err(|error| wrong.push(error)).unwrap_or_default();
    let email = register::email(&new.email).map_err(|error| wrong.push(error)).unwrap_or_default();
    if !wrong.is_empty() {
        return Err(AppError::invalid(wrong));
    }
    register::begin(&app, &name, &email, &Whence::of(&request)).await?;
    sleep_until(not_before).await;
    Ok(HttpResponse::Accepted().finish())
}

/// The token of a letter, and the password that was chosen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChosenPassword {
    /// What the link in the letter ends with.
    pub token: String,
    /// At least ten letters, none of the commonest.
    pub password: String,
}

/// Makes the account that a letter was about: once. Sign in with `POST /api/v1/tokens` from then on.
#[utoipa::path(post, path = "/api/v1/registrations/confirmation", tag = "identity", request_body = ChosenPassword,
    responses((status = 204, description = "The account is there."), (status = 409, body = Problem), (status = 410, body = Problem), (status = 422, body = Problem)))]
pub async fn post_registration_confirmation(
    _: Anyone,
    Json(chosen): Json<ChosenPassword>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (_, found) = register::look(&app, &chosen.token, &[Purpose::Register]).await?;
    let name = found.name.unwrap_or_default();
    let hash = hashed(&app, &chosen.password, &[&name, &found.email]).await?;
    let now = app.clock.now();
    app.db.write(move |tx| register::finish(tx, &chosen.token, &hash, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn hashed(app: &App, password: &str, theirs: &[&str]) -> Result<String, AppError> {
    register::chosen_password(app, password, theirs).await?.map_err(|wrong| AppError::invalid(vec![wrong]))
}

/// Whose password is forgotten.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReset {
    /// The e-mail address of the account.
    pub email: String,
}

/// Asks for a link to choose a new password. The answer is the same whether there is an account or not.
#[utoipa::path(post, path = "/api/v1/password-resets", tag = "identity", request_body = NewReset,
    responses((status = 202, description = "A letter is on its way."), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn post_reset(
    _: Anyone,
    Json(new): Json<NewReset>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let not_before = Instant::now() + AT_LEAST;
    let email = register::email(&new.email).map_err(|wrong| AppError::invalid(vec![wrong]))?;
    reset::begin(&app, &email, &Whence::of(&request)).await?;
    sleep_until(not_before).await;
    Ok(HttpResponse::Accepted().finish())
}

/// Sets the password that was chosen with a letter's link: once. Every session and every token ends.
#[utoipa::path(post, path = "/api/v1/password-resets/confirmation", tag = "identity", request_body = ChosenPassword,
    responses((status = 204, description = "The password is changed."), (status = 410, body = Problem), (status = 422, body = Problem)))]
pub async fn post_reset_confirmation(
    _: Anyone,
    Json(chosen): Json<ChosenPassword>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (_, found) = register::look(&app, &chosen.token, &[Purpose::Reset]).await?;
    let hash = hashed(&app, &chosen.password, &[&found.email]).await?;
    let (now, of_app) = (app.clock.now(), app.get_ref().clone());
    app.db
        .write(move |tx| reset::finish(tx, &of_app, Way::Api, (&chosen.token, &hash), now))
        .await
        .map_err(AppError::from)?;
    Ok(HttpResponse::NoContent().finish())
}

/// The token of a letter.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterToken {
    /// What the link in the letter ends with.
    pub token: String,
}

text_enum! {
    /// How far a change of address has come.
    pub enum AddressChange {
        /// The other mailbox has still to agree.
        HalfWay = "half way",
        /// The address is changed.
        Done = "done",
    }
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub struct AddressChangeDocument {
    /// How far it has come.
    pub state: AddressChange,
}

/// One of the two mailboxes agrees that an account gets another address.
#[utoipa::path(post, path = "/api/v1/email-changes/confirmation", tag = "identity", request_body = LetterToken,
    responses((status = 200, body = AddressChangeDocument), (status = 409, body = Problem), (status = 410, body = Problem)))]
pub async fn post_email_confirmation(
    _: Anyone,
    Json(letter): Json<LetterToken>,
    app: Data<App>,
) -> Result<JsonAnswer<AddressChangeDocument>, AppError> {
    let now = app.clock.now();
    let changed =
        app.db.write(move |tx| address::agree(tx, Way::Api, &letter.token, now)).await.map_err(AppError::from)?;
    let state = if changed == Changed::Done { AddressChange::Done } else { AddressChange::HalfWay };
    Ok(JsonAnswer(AddressChangeDocument { state }))
}

/// Another name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewName {
    /// As they would like to be greeted.
    pub name: String,
}

/// Changes the caller's name.
#[utoipa::path(put, path = "/api/v1/me/name", tag = "identity", security(("bearer" = [])), request_body = NewName,
    responses((status = 204, description = "It is changed."), (status = 401, body = Problem), (status = 422, body = Problem)))]
pub async fn put_name(who: SignedIn, Json(new): Json<NewName>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let name = register::name(&new.name).map_err(|wrong| AppError::invalid(vec![wrong]))?;
    let now = app.clock.now();
    app.db.write(move |tx| account_pages::rename(tx, &who, &name, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Proves who sits there with the account's password.
pub(crate) async fn prove(
    app: &App,
    request: &HttpRequest,
    who: &SignedIn,
    given: &str,
    field: &str,
) -> Result<(), AppError> {
    let person = who.person();
    if !app.db.read(move |conn| store::has_password(conn, person)).await? {
        let why = "this account has no password to prove it with. Change it on the pages";
        return Err(AppError::refused("no-password", why));
    }
    match own_password(app, request, who, given, field).await? {
        Some(wrong) => Err(AppError::invalid(vec![wrong])),
        None => Ok(()),
    }
}

/// Another address, and the password as proof.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEmailChange {
    /// The new address.
    pub email: String,
    /// The account's password.
    pub password: String,
}

/// Begins a change of the caller's address: letters go to both mailboxes, and both have to agree.
#[utoipa::path(post, path = "/api/v1/me/email-changes", tag = "identity", security(("bearer" = [])), request_body = NewEmailChange,
    responses((status = 202, description = "Two letters are on their way."), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn post_email_change(
    who: SignedIn,
    Json(new): Json<NewEmailChange>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let email = register::email(&new.email).map_err(|wrong| AppError::invalid(vec![wrong]))?;
    prove(&app, &request, &who, &new.password, "password").await?;
    address::begin(&app, who.person(), &email, &Whence::of(&request)).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// The old password and the new one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// The password so far.
    pub current: String,
    /// At least ten letters, none of the commonest.
    pub password: String,
}

/// Changes the caller's password. Every session and every token ends, this one too.
#[utoipa::path(put, path = "/api/v1/me/password", tag = "identity", security(("bearer" = [])), request_body = NewPassword,
    responses((status = 204, description = "It is changed."), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn put_password(
    who: SignedIn,
    Json(new): Json<NewPassword>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    prove(&app, &request, &who, &new.current, "current").await?;
    let person = who.person();
    let account = app.db.read(move |conn| store::own_account(conn, person)).await?;
    let theirs = [account.name.as_str(), account.email.as_deref().unwrap_or_default()];
    let hash = hashed(&app, &new.password, &theirs).await?;
    let (now, of_app) = (app.clock.now(), app.get_ref().clone());
    let change = move |tx: &mut Conn| reset::replace(tx, &of_app, (&who).into(), (person, &hash), None, now);
    app.db.write(change).await.map_err(AppError::from)?;
    Ok(HttpResponse::NoContent().finish())
}

/// The caller's second factor.
#[derive(Serialize, ToSchema)]
pub struct SecondFactorDocument {
    /// Whether signing in takes a code.
    pub on: bool,
    /// Whether a role of the caller asks for one.
    pub needed: bool,
    /// Recovery codes that have not been used.
    pub recovery_codes_left: i64,
}

/// Whether signing in takes a code.
#[utoipa::path(get, path = "/api/v1/me/second-factor", tag = "identity", security(("bearer" = [])),
    responses((status = 200, body = SecondFactorDocument), (status = 401, body = Problem)))]
pub async fn get_second_factor(who: SignedIn, app: Data<App>) -> Result<JsonAnswer<SecondFactorDocument>, AppError> {
    let person = who.person();
    let recovery_codes_left = app.db.read(move |conn| factors::codes_left(conn, person)).await?;
    let (on, needed) = (who.has_second_factor(), who.needs_second_factor(app.waiver));
    Ok(JsonAnswer(SecondFactorDocument { on, needed, recovery_codes_left }))
}

/// The account's password, as proof.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordProof {
    /// The account's password.
    pub password: String,
}

/// A secret for an app that shows codes. It counts once a code of it was confirmed.
#[derive(Serialize, ToSchema)]
pub struct SecondFactorSecret {
    /// For typing: Base32 in groups of four.
    pub secret: String,
    /// For an app: `otpauth://…`.
    pub address: String,
}

/// Answers that hold secrets are kept nowhere.
pub(super) fn secret<T: Serialize>(status: StatusCode, told: &T) -> HttpResponse {
    HttpResponse::build(status).insert_header((CACHE_CONTROL, "no-store")).json(told)
}

/// Begins to set up a second factor (TOTP).
#[utoipa::path(post, path = "/api/v1/me/second-factor", tag = "identity", security(("bearer" = [])), request_body = PasswordProof,
    responses((status = 201, body = SecondFactorSecret), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn post_second_factor(
    who: SignedIn,
    Json(proof): Json<PasswordProof>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    prove(&app, &request, &who, &proof.password, "password").await?;
    let (person, now) = (who.person(), app.clock.now());
    let vault = app.vault.clone();
    let begin = move |tx: &mut Conn| {
        second_factor::begin(tx, &vault, person, now)?;
        second_factor::setting(tx, &vault, person)?.ok_or(CodeError::OutOfDate)
    };
    let setting = app.db.write(begin).await.map_err(AppError::from)?;
    let told = SecondFactorSecret { secret: setting.secret, address: setting.address };
    Ok(secret(StatusCode::CREATED, &told))
}

/// A code of the app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstCode {
    /// Six digits.
    pub code: String,
}

/// Recovery codes, told this once. Each works once.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodesDocument {
    /// Ten of them.
    pub recovery_codes: Vec<String>,
}

/// Turns the second factor on with its first code.
#[utoipa::path(post, path = "/api/v1/me/second-factor/confirmation", tag = "identity", security(("bearer" = [])), request_body = FirstCode,
    responses((status = 200, body = RecoveryCodesDocument), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn post_second_factor_confirmation(
    who: SignedIn,
    Json(first): Json<FirstCode>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (person, now, of_app) = (who.person(), app.clock.now(), app.get_ref().clone());
    let begun = app.db.read(move |conn| factors::factor(conn, person)).await?;
    if begun.is_none_or(|factor| factor.confirmed_at.is_some()) {
        return Err(CodeError::OutOfDate.into()); // before the slow work for nothing
    }
    let codes = second_factor::fresh_codes(&app, person).await?;
    let kept = codes.clone();
    let confirm = app.db.write(move |tx: &mut Conn| {
        second_factor::confirm(tx, &of_app, (&who).into(), (person, &first.code, &kept), now)
    });
    second_factor::counted(&app, person, &Whence::of(&request), confirm).await?;
    Ok(secret(StatusCode::OK, &RecoveryCodesDocument { recovery_codes: codes.shown }))
}

/// Turns the second factor on with codes on paper alone, for who has no phone for this and holds no role.
#[utoipa::path(post, path = "/api/v1/me/second-factor/paper", tag = "identity", security(("bearer" = [])), request_body = PasswordProof,
    responses((status = 200, body = RecoveryCodesDocument), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn post_paper(
    who: SignedIn,
    Json(proof): Json<PasswordProof>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    if !who.granted().is_empty() {
        return Err(AppError::NotFound);
    }
    if who.has_second_factor() {
        return Err(CodeError::OutOfDate.into());
    }
    prove(&app, &request, &who, &proof.password, "password").await?;
    let (person, now, of_app) = (who.person(), app.clock.now(), app.get_ref().clone());
    let codes = second_factor::fresh_codes(&app, person).await?;
    let kept = codes.clone();
    let set_up = move |tx: &mut Conn| second_factor::on_paper(tx, &of_app, (&who).into(), (person, &kept), now);
    app.db.write(set_up).await.map_err(AppError::from)?;
    Ok(secret(StatusCode::OK, &RecoveryCodesDocument { recovery_codes: codes.shown }))
}

/// Gives new recovery codes instead of all before.
#[utoipa::path(post, path = "/api/v1/me/second-factor/recovery-codes", tag = "identity", security(("bearer" = [])), request_body = PasswordProof,
    responses((status = 200, body = RecoveryCodesDocument), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn post_recovery_codes(
    who: SignedIn,
    Json(proof): Json<PasswordProof>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    if !who.has_second_factor() {
        return Err(AppError::NotFound);
    }
    prove(&app, &request, &who, &proof.password, "password").await?;
    let (person, now) = (who.person(), app.clock.now());
    let codes = second_factor::fresh_codes(&app, person).await?;
    let kept = codes.clone();
    let keep = move |tx: &mut Conn| second_factor::replace_codes(tx, (&who).into(), person, &kept, now);
    app.db.write(keep).await.map_err(AppError::from)?;
    Ok(secret(StatusCode::OK, &RecoveryCodesDocument { recovery_codes: codes.shown }))
}

/// Takes the second factor away, where no role of the caller asks for one. Tokens end.
#[utoipa::path(post, path = "/api/v1/me/second-factor/removal", tag = "identity", security(("bearer" = [])), request_body = PasswordProof,
    responses((status = 204, description = "Signing in takes no code any more."), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn post_second_factor_removal(
    who: SignedIn,
    Json(proof): Json<PasswordProof>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    if who.needs_second_factor(app.waiver) {
        return Err(CodeError::Needed.into());
    }
    prove(&app, &request, &who, &proof.password, "password").await?;
    let (person, now, of_app) = (who.person(), app.clock.now(), app.get_ref().clone());
    let remove = move |tx: &mut Conn| second_factor::remove(tx, &of_app, (&who).into(), person, now);
    app.db.write(remove).await.map_err(AppError::from)?;
    Ok(HttpResponse::NoContent().finish())
}

/// Signs the caller out everywhere: every session and every token ends, this one too.
#[utoipa::path(post, path = "/api/v1/me/sessions/ending", tag = "identity", security(("bearer" = [])),
    responses((status = 204, description = "Signed out everywhere."), (status = 401, body = Problem)))]
pub async fn post_sessions_ending(who: SignedIn, app: Data<App>) -> Result<HttpResponse, AppError> {
    let (person, now) = (who.person(), app.clock.now());
    app.db.write(move |tx| sessions::end_everything(tx, person, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// An identity provider of this installation.
#[derive(Serialize, ToSchema)]
pub struct IdentityProviderDocument {
    /// Its key in the settings of this installation.
    pub provider: String,
    /// What people call it.
    pub name: String,
    /// Whether the caller can sign in with it.
    pub linked: bool,
}

/// The identity providers of this installation.
#[derive(Serialize, ToSchema)]
pub struct IdentityProvidersDocument {
    /// In the order of the settings.
    pub identity_providers: Vec<IdentityProviderDocument>,
}

/// With whom one can sign in here, and with whom the caller can.
#[utoipa::path(get, path = "/api/v1/me/identity-providers", tag = "identity", security(("bearer" = [])),
    responses((status = 200, body = IdentityProvidersDocument), (status = 401, body = Problem)))]
pub async fn get_identity_providers(
    who: SignedIn,
    app: Data<App>,
) -> Result<JsonAnswer<IdentityProvidersDocument>, AppError> {
    let person = who.person();
    let linked = app.db.read(move |conn| external::linked(conn, person)).await?;
    let document = |choice: crate::web::page::Choice| IdentityProviderDocument {
        provider: choice.value,
        name: choice.label,
        linked: choice.chosen,
    };
    let all = account_pages::provider_choices(&app, &linked).into_iter().map(document).collect();
    Ok(JsonAnswer(IdentityProvidersDocument { identity_providers: all }))
}

/// Takes away a way of signing in: an account elsewhere that was linked. Linking one takes a browser.
#[utoipa::path(delete, path = "/api/v1/me/identity-providers/{provider}", tag = "identity", security(("bearer" = [])),
    params(("provider" = String, Path, description = "Its key in the settings of this installation")),
    responses((status = 204, description = "It is unlinked."), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn delete_identity_provider(
    who: SignedIn,
    path: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    unlink(&app, who, &path).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes up a role of an authority that a letter offered: by whoever has the mailbox that it went to, once. Get another
/// token afterwards.
#[utoipa::path(post, path = "/api/v1/role-invitations/acceptance", tag = "identity", security(("bearer" = [])), request_body = LetterToken,
    responses((status = 204, description = "The role is yours."), (status = 401, body = Problem), (status = 404, body = Problem), (status = 410, body = Problem)))]
pub async fn post_joining(
    who: SignedIn,
    Json(letter): Json<LetterToken>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    people_pages::join(&app, who, letter.token).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Who takes a role up with a new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoiningAccount {
    /// What the link in the letter ends with.
    pub token: String,
    /// The name, as they would like to be greeted.
    pub name: String,
    /// At least ten letters, none of the commonest.
    pub password: String,
}

/// An account that was made.
#[derive(Serialize, ToSchema)]
pub struct MadeAccount {
    /// The person.
    #[schema(value_type = String)]
    pub id: PersonId,
}

/// Makes an account for the mailbox that an offer of a role went to, and takes the role up with it: once.
#[utoipa::path(post, path = "/api/v1/role-invitations/account", tag = "identity", request_body = JoiningAccount,
    responses((status = 201, body = MadeAccount), (status = 409, body = Problem), (status = 410, body = Problem), (status = 422, body = Problem)))]
pub async fn post_joining_account(
    _: Anyone,
    Json(joining): Json<JoiningAccount>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let email = people_pages::offered_to(&app, &joining.token).await?;
    let mut wrong: Vec<FieldError> = Vec::new();
    let name = register::name(&joining.name).map_err(|error| wrong.push(error)).unwrap_or_default();
    if !wrong.is_empty() {
        return Err(AppError::invalid(wrong));
    }
    let hash = hashed(&app, &joining.password, &[&name, &email]).await?;
    let id = people_pages::join_with_account(&app, joining.token, email, name, hash).await?;
    Ok(HttpResponse::Created().json(MadeAccount { id }))
}

/// Joins a provider that a letter asked the caller to work for: once. Get another token afterwards.
#[utoipa::path(post, path = "/api/v1/provider-invitations/acceptance", tag = "identity", security(("bearer" = [])), request_body = LetterToken,
    responses((status = 204, description = "You have joined."), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 410, body = Problem)))]
pub async fn post_provider_joining(
    who: SignedIn,
    Json(letter): Json<LetterToken>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    app.db.write(move |tx| invitation::accept(tx, &who, &letter.token, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}
