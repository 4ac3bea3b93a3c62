//! The pages for who cannot sign in yet: making an account, and a new password for who has forgotten theirs.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::{Data, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use tokio::time::{Instant, sleep_until};

use crate::app::App;
use crate::error::{AppError, FieldError};
use crate::web::form::{Ask, Form};
use crate::web::page::{Errors, Page, see_other};

use super::address::Changed;
use super::arriving::Proven;
use super::link::Purpose;
use super::pages::{enter, tied_to_the_visit};
use super::register;
use super::views::{ChoosePasswordPage, ConfirmAddressPage, ForgottenPage, RegisterPage, SentPage};
use super::{Anyone, Way, Whence, address, reset};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/register", get().to(get_register))
        .route("/register", post().to(post_register))
        .route("/register/sent", get().to(get_register_sent))
        .route("/register/confirm", get().to(get_confirm))
        .route("/register/confirm", post().to(post_confirm))
        .route("/forgotten", get().to(get_forgotten))
        .route("/forgotten", post().to(post_forgotten))
        .route("/forgotten/sent", get().to(get_forgotten_sent))
        .route("/reset", get().to(get_reset))
        .route("/reset", post().to(post_reset))
        .route("/account/email/confirm", get().to(get_confirm_email))
        .route("/account/email/confirm", post().to(post_confirm_email));
}

/// An answer about an address takes at least so long, whether the address has an account or not.
pub(super) const AT_LEAST: Duration = Duration::from_millis(400);

const REGISTER: &[Purpose] = &[Purpose::Register];
const RESET: &[Purpose] = &[Purpose::Reset];
const ADDRESS: &[Purpose] = &[Purpose::OldAddress, Purpose::NewAddress];

/// `GET /register`
pub async fn get_register(_: Anyone, request: HttpRequest) -> Result<HttpResponse, AppError> {
    register_page(&request, RegisterForm::default(), StatusCode::OK, Vec::new())
}

/// Who would like an account.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct RegisterForm {
    name: String,
    email: String,
}

/// `POST /register`: the same page comes whether there is such an account or not.
pub async fn post_register(
    _: Anyone,
    Form(form): Form<RegisterForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let not_before = Instant::now() + AT_LEAST;
    let (name, email) = match (register::name(&form.name), register::email(&form.email)) {
        (Ok(name), Ok(email)) => (name, email),
        (name, email) => {
            let wrong = [name.err(), email.err()].into_iter().flatten().collect();
            return register_page(&request, form, StatusCode::UNPROCESSABLE_ENTITY, wrong);
        }
    };
    register::begin(&app, &name, &email, &Whence::of(&request)).await?;
    sleep_until(not_before).await;
    Ok(see_other("/register/sent"))
}

fn register_page(
    request: &HttpRequest,
    form: RegisterForm,
    status: StatusCode,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let make = |page: Page| RegisterPage { page, name: form.name, email: form.email, errors: Errors::from(wrong) };
    tied_to_the_visit(request, "Make an account", status, make)
}

/// `GET /register/sent`
pub async fn get_register_sent(_: Anyone, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let make = |page: Page| SentPage { page, again: "/register".into(), about_password: false };
    tied_to_the_visit(&request, "Look into your mailbox", StatusCode::OK, make)
}

/// What a link carries.
#[derive(Deserialize)]
pub struct Token {
    #[serde(default)]
    token: String,
}

/// `GET /register/confirm`: looking uses nothing up, for some mail programs look at links by themselves.
pub async fn get_confirm(
    _: Anyone,
    Ask(link): Ask<Token>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (_, found) = register::look(&app, &link.token, REGISTER).await?;
    choose_page(&request, Choosing::new(link.token, found.email, "/register/confirm"), StatusCode::OK, Vec::new())
}

/// The password that somebody chose.
#[derive(Deserialize)]
pub struct ChooseForm {
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
}

/// `POST /register/confirm`: makes the account, and signs in.
pub async fn post_confirm(
    _: Anyone,
    Form(form): Form<ChooseForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (_, found) = register::look(&app, &form.token, REGISTER).await?;
    let name = found.name.clone().unwrap_or_default();
    let hash = match register::chosen_password(&app, &form.password, &[&name, &found.email]).await? {
        Ok(hash) => hash,
        Err(wrong) => {
            let choosing = Choosing::new(form.token, found.email, "/register/confirm");
            return choose_page(&request, choosing, StatusCode::UNPROCESSABLE_ENTITY, vec![wrong]);
        }
    };
    let now = app.clock.now();
    let person = app.db.write(move |tx| register::finish(tx, &form.token, &hash, now)).await?;
    enter(&app, &request, person, Proven::Password, "/account?done=registered").await
}

/// A password being chosen.
struct Choosing {
    token: String,
    email: String,
    action: &'static str,
}

impl Choosing {
    fn new(token: String, email: String, action: &'static str) -> Self {
        Self { token, email, action }
    }
}

fn choose_page(
    request: &HttpRequest,
    choosing: Choosing,
    status: StatusCode,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let title = if choosing.action == "/reset" { "Choose a new password" } else { "Choose a password" };
    let make = |page: Page| ChoosePasswordPage {
        page,
        token: choosing.token,
        email: choosing.email,
        action: choosing.action.into(),
        errors: Errors::from(wrong),
    };
    tied_to_the_visit(request, title, status, make)
}

/// `GET /forgotten`
pub async fn get_forgotten(_: Anyone, request: HttpRequest) -> Result<HttpResponse, AppError> {
    forgotten_page(&request, String::new(), StatusCode::OK, Vec::new())
}

/// Who has forgotten their password.
#[derive(Deserialize)]
pub struct ForgottenForm {
    #[serde(default)]
    email: String,
}

/// `POST /forgotten`: the same page, after the same time, whether there is such an account or not.
pub async fn post_forgotten(
    _: Anyone,
    Form(form): Form<ForgottenForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let not_before = Instant::now() + AT_LEAST;
    let email = match register::email(&form.email) {
        Ok(email) => email,
        Err(wrong) => return forgotten_page(&request, form.email, StatusCode::UNPROCESSABLE_ENTITY, vec![wrong]),
    };
    reset::begin(&app, &email, &Whence::of(&request)).await?;
    sleep_until(not_before).await;
    Ok(see_other("/forgotten/sent"))
}

fn forgotten_page(
    request: &HttpRequest,
    email: String,
    status: StatusCode,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let make = |page: Page| ForgottenPage { page, email, errors: Errors::from(wrong) };
    tied_to_the_visit(request, "Forgotten your password?", status, make)
}

/// `GET /forgotten/sent`
pub async fn get_forgotten_sent(_: Anyone, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let make = |page: Page| SentPage { page, again: "/forgotten".into(), about_password: true };
    tied_to_the_visit(&request, "Look into your mailbox", StatusCode::OK, make)
}

/// `GET /reset`
pub async fn get_reset(
    _: Anyone,
    Ask(link): Ask<Token>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (_, found) = register::look(&app, &link.token, RESET).await?;
    choose_page(&request, Choosing::new(link.token, found.email, "/reset"), StatusCode::OK, Vec::new())
}

/// `POST /reset`: sets the password, ends every session, and leads to signing in: a second factor stays one.
pub async fn post_reset(
    _: Anyone,
    Form(form): Form<ChooseForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (_, found) = register::look(&app, &form.token, RESET).await?;
    let hash = match register::chosen_password(&app, &form.password, &[&found.email]).await? {
        Ok(hash) => hash,
        Err(wrong) => {
            let choosing = Choosing::new(form.token, found.email, "/reset");
            return choose_page(&request, choosing, StatusCode::UNPROCESSABLE_ENTITY, vec![wrong]);
        }
    };
    let (now, of_app) = (app.clock.now(), app.get_ref().clone());
    app.db
        .write(move |tx| reset::finish(tx, &of_app, Way::Page, (&form.token, &hash), now))
        .await
        .map_err(AppError::from)?;
    Ok(see_other("/sign-in?done=password"))
}

/// `GET /account/email/confirm`: for whoever opens the link, signed in or not.
pub async fn get_confirm_email(
    _: Anyone,
    Ask(link): Ask<Token>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (purpose, found) = register::look(&app, &link.token, ADDRESS).await?;
    let make = |page: Page| ConfirmAddressPage {
        page,
        token: link.token,
        email: found.email,
        at_the_old: purpose == Purpose::OldAddress,
        done: String::new(),
    };
    tied_to_the_visit(&request, "Change your e-mail address", StatusCode::OK, make)
}

/// `POST /account/email/confirm`
pub async fn post_confirm_email(
    _: Anyone,
    Form(form): Form<Token>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let changed = app.db.write(move |tx| address::agree(tx, Way::Page, &form.token, now)).await;
    let done = match changed {
        Ok(Changed::HalfWay) => {
            "Thank you. As soon as the other mailbox has confirmed it too, your address is changed: we have written there."
        }
        Ok(Changed::Done) => "Your e-mail address is changed. Use the new one from now on to sign in.",
        Err(error) => return Err(error.into()),
    };
    let make = |page: Page| ConfirmAddressPage {
        page,
        token: String::new(),
        email: String::new(),
        at_the_old: false,
        done: done.into(),
    };
    tied_to_the_visit(&request, "Change your e-mail address", StatusCode::OK, make)
}
