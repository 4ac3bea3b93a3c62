//! The pages of one's own account: name, address, password, devices, roles.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::audit::{self, Deed, Entry, What, Why};
use crate::clock::{UtcTime, long_time};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::ids::SessionId;
use crate::web::form::{Ask, Form};
use crate::web::page::{Choice, Errors, Page, html, html_with, see_other};
use crate::web::session::{no_session_cookie, session_cookie, session_token};

use super::attempts::{self, Tried, Trying};
use super::pages::Next;
use super::register::{self, LinkError};
use super::sign_in::{IDLE, renew};
use super::store::sessions::{self, Change, Listed};
use super::store::{self, external, factors};
use super::views::{AccountPage, EmailPage, NamePage, PasswordPage, RoleLine, SessionLine};
use super::{SignedIn, Whence, address, reset};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/account", get().to(get_account))
        .route("/account/name", get().to(get_name))
        .route("/account/name", post().to(post_name))
        .route("/account/email", get().to(get_email))
        .route("/account/email", post().to(post_email))
        .route("/account/password", get().to(get_password))
        .route("/account/password", post().to(post_password))
        .route("/account/sessions/{session_id}/end", post().to(post_end_session))
        .route("/account/sessions/end", post().to(post_end_sessions));
}

/// What was just done, once.
fn notice(done: Option<&str>) -> Option<&'static str> {
    match done? {
        "registered" => Some("Your account is ready. Welcome to Waymark."),
        "name" => Some("Your name is changed."),
        "email" => Some("We have written to both addresses. When both have confirmed it, your address is changed."),
        "password" => Some("Your password is changed, and every other device is signed out."),
        "second-factor" => Some("Signing in takes a code from your phone from now on."),
        "no-second-factor" => Some("Signing in no longer takes a code."),
        "ended" => Some("That device is signed out."),
        "left" => Some("You have given that role back."),
        "linked" => Some("You can sign in that way from now on."),
        "unlinked" => Some("You can no longer sign in that way."),
        _ => None,
    }
}

/// `GET /account`
pub async fn get_account(
    who: SignedIn,
    Ask(next): Ask<Next>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (person, now) = (who.person(), app.clock.now());
    let asked = move |conn: &mut Conn| {
        let account = store::own_account(conn, person)?;
        let sessions = sessions::sessions_of(conn, person, now, now - IDLE)?;
        let codes_left = factors::codes_left(conn, person)?;
        Ok::<_, diesel::result::Error>((account, sessions, codes_left, external::linked(conn, person)?))
    };
    let (account, sessions, codes_left, linked) = app.db.read(asked).await?;
    let session = |listed: Listed| SessionLine {
        here: Some(listed.id) == who.session(),
        id: listed.id.to_string(),
        device: listed.device,
        since: long_time(listed.created_at),
        seen: long_time(listed.last_seen_at),
    };
    let role = |granted: &super::Granted| RoleLine {
        membership: granted.membership.id.to_string(),
        words: granted.words(),
        now: who.holds(granted.membership.id),
    };
    html(&AccountPage {
        page: Page::of(&request, "Your account").with_notice(notice(next.done.as_deref())),
        name: account.name,
        email: account.email,
        has_password: account.has_password,
        has_second_factor: who.has_second_factor(),
        needs_second_factor: who.needs_second_factor(app.waiver),
        codes_left,
        providers: provider_choices(&app, &linked),
        sessions: sessions.into_iter().map(session).collect(),
        roles: who.granted().iter().map(role).collect(),
    })
}

/// The identity providers of this installation, with those chosen whose issuer is linked.
pub(super) fn provider_choices(app: &App, linked: &[String]) -> Vec<Choice> {
    let choice = |provider: &super::providers::Provider| Choice {
        value: provider.key.clone(),
        label: provider.name.clone(),
        count: None,
        chosen: linked.iter().any(|issuer| provider.is(issuer)),
    };
    app.providers.all().iter().map(choice).collect()
}

/// `GET /account/name`
pub async fn get_name(who: SignedIn, request: HttpRequest) -> Result<HttpResponse, AppError> {
    name_page(&request, who.name().to_owned(), StatusCode::OK, Vec::new())
}

/// Another name.
#[derive(Deserialize)]
pub struct NameForm {
    #[serde(default)]
    name: String,
}

/// `POST /account/name`
pub async fn post_name(
    who: SignedIn,
    Form(form): Form<NameForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let name = match register::name(&form.name) {
        Ok(name) => name,
        Err(wrong) => return name_page(&request, form.name, StatusCode::UNPROCESSABLE_ENTITY, vec![wrong]),
    };
    let now = app.clock.now();
    app.db.write(move |tx| rename(tx, &who, &name, now)).await?;
    Ok(see_other("/account?done=name"))
}

/// Gives somebody another name, as they wish.
pub(super) fn rename(tx: &mut Conn, who: &SignedIn, name: &str, now: UtcTime) -> diesel::QueryResult<()> {
    store::rename(tx, who.person(), name)?;
    let changed = (Deed::Changed, Why::ForOneself);
    audit::record(tx, &[Entry::new(who, changed, who.person(), (What::Account, ""), now)])
}

fn name_page(
    request: &HttpRequest,
    name: String,
    status: StatusCode,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    html_with(status, &NamePage { page: Page::of(request, "Change your name"), name, errors: Errors::from(wrong) })
}

/// `GET /account/email`
pub async fn get_email(who: SignedIn, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    email_page(&app, &request, &who, String::new(), StatusCode::OK, Vec::new()).await
}

/// Another address, and the password as proof.
#[derive(Deserialize)]
pub struct EmailForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

/// `POST /account/email`: writes to both mailboxes.
pub async fn post_email(
    who: SignedIn,
    Form(form): Form<EmailForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let mut wrong = Vec::new();
    let email = register::email(&form.email).map_err(|error| wrong.push(error)).unwrap_or_default();
    if wrong.is_empty() {
        wrong.extend(own_password(&app, &request, &who, &form.password, "password").await?);
    }
    if !wrong.is_empty() {
        return email_page(&app, &request, &who, form.email, StatusCode::UNPROCESSABLE_ENTITY, wrong).await;
    }
    address::begin(&app, who.person(), &email, &Whence::of(&request)).await?;
    Ok(see_other("/account?done=email"))
}

async fn email_page(
    app: &App,
    request: &HttpRequest,
    who: &SignedIn,
    email: String,
    status: StatusCode,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let person = who.person();
    let account = app.db.read(move |conn| store::own_account(conn, person)).await?;
    let page = Page::of(request, "Change your e-mail address");
    html_with(
        status,
        &EmailPage { page, now: account.email, email, has_password: account.has_password, errors: Errors::from(wrong) },
    )
}

/// `GET /account/password`
pub async fn get_password(who: SignedIn, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    password_page(&app, &request, &who, StatusCode::OK, Vec::new()).await
}

/// The old password and the new one.
#[derive(Deserialize)]
pub struct PasswordForm {
    #[serde(default)]
    current: String,
    #[serde(default)]
    password: String,
}

/// `POST /account/password`
pub async fn post_password(
    who: SignedIn,
    Form(form): Form<PasswordForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let mut wrong: Vec<FieldError> =
        own_password(&app, &request, &who, &form.current, "current").await?.into_iter().collect();
    let person = who.person();
    let account = app.db.read(move |conn| store::own_account(conn, person)).await?;
    let theirs = [account.name.as_str(), account.email.as_deref().unwrap_or_default()];
    let mut hash = String::new();
    if wrong.is_empty() {
        match register::chosen_password(&app, &form.password, &theirs).await? {
            Ok(made) => hash = made,
            Err(error) => wrong.push(error),
        }
    }
    if !wrong.is_empty() {
        return password_page(&app, &request, &who, StatusCode::UNPROCESSABLE_ENTITY, wrong).await;
    }
    let (now, of_app) = (app.clock.now(), app.get_ref().clone());
    let token = session_token(&request).ok_or(AppError::SignInFirst)?;
    let change = move |tx: &mut Conn| {
        reset::replace(tx, &of_app, (&who).into(), (person, &hash), Some(&token), now)?;
        Ok::<_, LinkError>(renew(tx, &token, &Change::Nothing)?)
    };
    let token = app.db.write(change).await.map_err(AppError::from)?;
    let mut answer = see_other("/account?done=password");
    let cookie = session_cookie(&request, token.ok_or(AppError::SignInFirst)?);
    answer.add_cookie(&cookie).map_err(AppError::unexpected)?;
    Ok(answer)
}

async fn password_page(
    app: &App,
    request: &HttpRequest,
    who: &SignedIn,
    status: StatusCode,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let person = who.person();
    let account = app.db.read(move |conn| store::own_account(conn, person)).await?;
    let title = if account.has_password { "Change your password" } else { "Choose a password" };
    let page = Page::of(request, title);
    let email = account.email.unwrap_or_default();
    html_with(status, &PasswordPage { page, email, has_password: account.has_password, errors: Errors::from(wrong) })
}

/// What is wrong with the password that proves who sits there; nothing where there is no password to ask for.
pub(crate) async fn own_password(
    app: &App,
    request: &HttpRequest,
    who: &SignedIn,
    given: &str,
    field: &str,
) -> Result<Option<FieldError>, AppError> {
    let person = who.person();
    let Some(kept) = app.db.read(move |conn| store::password_of(conn, person)).await? else { return Ok(None) };
    if given.is_empty() {
        return Ok(Some(FieldError::new(field, "Enter the password that you have now.")));
    }
    let whence = Whence::of(request);
    let trying = Trying::at_an_account(Tried::SignIn, person.as_str(), &whence.address, whence.device.as_deref());
    attempts::take(app, &trying).await?;
    let given = given.chars().take(1_000).collect();
    if app.passwords.is_right(given, Some(kept)).await? {
        attempts::give_back(app, &trying).await?;
        return Ok(None);
    }
    Ok(Some(FieldError::new(field, "That is not your password. Check it and try again.")))
}

/// Nothing but a press.
#[derive(Deserialize)]
pub struct Press {}

/// `POST /account/sessions/{session_id}/end`
pub async fn post_end_session(
    who: SignedIn,
    path: Path<String>,
    Form(Press {}): Form<Press>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let session: SessionId = path.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let person = who.person();
    let ended = app.db.write(move |tx| sessions::end_one(tx, person, session)).await?;
    if ended { Ok(see_other("/account?done=ended")) } else { Err(AppError::NotFound) }
}

/// `POST /account/sessions/end`: signs out everywhere, here too.
pub async fn post_end_sessions(
    who: SignedIn,
    Form(Press {}): Form<Press>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (person, now) = (who.person(), app.clock.now());
    app.db.write(move |tx| sessions::end_everything(tx, person, now)).await?;
    let mut answer = see_other("/sign-in?done=everywhere");
    answer.add_cookie(&no_session_cookie(&request)).map_err(AppError::unexpected)?;
    Ok(answer)
}
