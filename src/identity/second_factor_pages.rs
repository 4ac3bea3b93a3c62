//! The pages that set a second factor up, and look after it. Who has to set one up first comes here right after the
//! password, and sees nothing else until then.

use actix_web::http::StatusCode;
use actix_web::web::{Data, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::audit::Actor;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::helping;
use crate::web::csrf;
use crate::web::form::{Ask, Form};
use crate::web::page::{Errors, Page, html_with, see_other};
use crate::web::session::session_cookie;
use serde::Deserialize;

use super::account_pages::own_password;
use super::arriving::Proven;
use super::pages::{CodeForm, Next, go_on};
use super::second_factor::{self, CodeError};
use super::sign_in::renew;
use super::store::factors;
use super::store::sessions::Change;
use super::views::{RecoveryCodesPage, SecondFactorPage, SetUpPage};
use super::{Arriving, SignedIn, Stage, Way, Whence};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/second-factor", get().to(get_second_factor))
        .route("/second-factor", post().to(post_second_factor))
        .route("/second-factor/confirmation", post().to(post_confirmation))
        .route("/second-factor/paper", post().to(post_paper))
        .route("/second-factor/on", get().to(get_on))
        .route("/second-factor/recovery-codes", post().to(post_recovery_codes))
        .route("/second-factor/removal", post().to(post_removal));
}

/// Whether somebody who has come so far may set one up: not who should show the code of one that is there.
fn may_set_up(who: &Arriving) -> Result<(), AppError> {
    if who.stage() == Stage::Code { Err(AppError::SignInFirst) } else { Ok(()) }
}

/// `GET /second-factor`: why, then how, then how it is looked after.
pub async fn get_second_factor(
    who: Arriving,
    Ask(next): Ask<Next>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    may_set_up(&who)?;
    page(&app, &request, &who, next.path(), StatusCode::OK, Vec::new()).await
}

/// A form of these pages.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    password: String,
    next: String,
}

/// `POST /second-factor`: begins. Who has been in for a while proves again who sits there.
pub async fn post_second_factor(
    who: Arriving,
    Form(form): Form<PasswordForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    may_set_up(&who)?;
    if who.stage() == Stage::In {
        let signed_in = SignedIn::of(who.arrival().clone());
        if let Some(wrong) = own_password(&app, &request, &signed_in, &form.password, "password").await? {
            return page(&app, &request, &who, form.next, StatusCode::UNPROCESSABLE_ENTITY, vec![wrong]).await;
        }
    }
    let (person, now) = (who.person(), app.clock.now());
    let vault = app.vault.clone();
    app.db.write(move |tx| second_factor::begin(tx, &vault, person, now)).await.map_err(AppError::from)?;
    let next = percent_encoding::utf8_percent_encode(&form.next, percent_encoding::NON_ALPHANUMERIC);
    Ok(see_other(&format!("/second-factor?next={next}")))
}

/// `POST /second-factor/confirmation`: the first code; the recovery codes come with the answer, this once.
pub async fn post_confirmation(
    who: Arriving,
    Form(form): Form<CodeForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    may_set_up(&who)?;
    let (person, now, token) = (who.person(), app.clock.now(), who.token().to_owned());
    let (code, of_app) = (form.code.clone(), app.get_ref().clone());
    let begun = app.db.read(move |conn| factors::factor(conn, person)).await?;
    if begun.is_none_or(|factor| factor.confirmed_at.is_some()) {
        return Err(CodeError::OutOfDate.into()); // before the slow work for nothing
    }
    let codes = second_factor::fresh_codes(&app, person).await?;
    let kept = codes.clone();
    let confirm = app.db.write(move |tx: &mut Conn| {
        let actor = Actor::oneself(person, Way::Page);
        second_factor::confirm(tx, &of_app, actor, (person, &code, &kept), now)?;
        Ok::<_, CodeError>(renew(tx, &token, &Change::Proven(Proven::SecondFactor))?)
    });
    match second_factor::counted(&app, person, &Whence::of(&request), confirm).await {
        Ok(token) => codes_page(&request, codes.shown, &form.next, token.ok_or(AppError::SignInFirst)?),
        Err(wrong @ CodeError::Wrong) => {
            let wrong = vec![FieldError::new("code", AppError::from(wrong).to_string())];
            page(&app, &request, &who, form.next, StatusCode::UNPROCESSABLE_ENTITY, wrong).await
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /second-factor/paper`: codes on paper alone, for who has no phone for this and holds no role.
pub async fn post_paper(
    who: Arriving,
    Form(form): Form<PasswordForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    may_set_up(&who)?;
    let signed_in = SignedIn::of(who.arrival().clone());
    if !signed_in.granted().is_empty() {
        return Err(AppError::NotFound);
    }
    if let Some(wrong) = own_password(&app, &request, &signed_in, &form.password, "paper").await? {
        return page(&app, &request, &who, form.next, StatusCode::UNPROCESSABLE_ENTITY, vec![wrong]).await;
    }
    let (person, now, token) = (who.person(), app.clock.now(), who.token().to_owned());
    let (codes, of_app) = (second_factor::fresh_codes(&app, person).await?, app.get_ref().clone());
    let kept = codes.clone();
    let set_up = move |tx: &mut Conn| {
        second_factor::on_paper(tx, &of_app, Actor::oneself(person, Way::Page), (person, &kept), now)?;
        Ok::<_, CodeError>(renew(tx, &token, &Change::Proven(Proven::SecondFactor))?)
    };
    let token = app.db.write(set_up).await.map_err(AppError::from)?;
    codes_page(&request, codes.shown, &form.next, token.ok_or(AppError::SignInFirst)?)
}

/// The codes on a page of their own, with the session's new cookie.
fn codes_page(request: &HttpRequest, codes: Vec<String>, next: &str, token: String) -> Result<HttpResponse, AppError> {
    let page = Page { csrf: csrf::token_for(&token), ..Page::of(request, "Keep your recovery codes") };
    let next = percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC).to_string();
    let mut answer = html_with(StatusCode::OK, &RecoveryCodesPage { page, codes, next })?;
    answer.add_cookie(&session_cookie(request, token)).map_err(AppError::unexpected)?;
    Ok(answer)
}

/// `GET /second-factor/on`: from the codes on to where somebody was going.
pub async fn get_on(
    who: Arriving,
    Ask(next): Ask<Next>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let next = next.path();
    let next =
        if next.is_empty() && who.stage() == Stage::In { "/account?done=second-factor".to_owned() } else { next };
    go_on(&app, &request, who.token(), &next).await
}

/// `POST /second-factor/recovery-codes`: new ones instead of all before.
pub async fn post_recovery_codes(
    who: SignedIn,
    arriving: Arriving,
    Form(form): Form<PasswordForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    if let Some(wrong) = own_password(&app, &request, &who, &form.password, "password").await? {
        return page(&app, &request, &arriving, String::new(), StatusCode::UNPROCESSABLE_ENTITY, vec![wrong]).await;
    }
    if !who.has_second_factor() {
        return Err(AppError::NotFound);
    }
    let (person, token, now) = (who.person(), arriving.token().to_owned(), app.clock.now());
    let codes = second_factor::fresh_codes(&app, person).await?;
    let kept = codes.clone();
    let make = move |tx: &mut Conn| {
        second_factor::replace_codes(tx, (&who).into(), person, &kept, now)?;
        Ok::<_, CodeError>(renew(tx, &token, &Change::Nothing)?)
    };
    let token = app.db.write(make).await.map_err(AppError::from)?;
    codes_page(&request, codes.shown, "/account", token.ok_or(AppError::SignInFirst)?)
}

/// `POST /second-factor/removal`: for whom no role asks for one.
pub async fn post_removal(
    who: SignedIn,
    arriving: Arriving,
    Form(form): Form<PasswordForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    if who.needs_second_factor(app.waiver) {
        return Err(CodeError::Needed.into());
    }
    if let Some(wrong) = own_password(&app, &request, &who, &form.password, "removal").await? {
        return page(&app, &request, &arriving, String::new(), StatusCode::UNPROCESSABLE_ENTITY, vec![wrong]).await;
    }
    let (person, now, token) = (who.person(), app.clock.now(), arriving.token().to_owned());
    let of_app = app.get_ref().clone();
    let remove = move |tx: &mut Conn| {
        second_factor::remove(tx, &of_app, (&who).into(), person, now)?;
        Ok::<_, CodeError>(renew(tx, &token, &Change::Proven(Proven::Password))?)
    };
    let token = app.db.write(remove).await.map_err(AppError::from)?;
    let mut answer = see_other("/account?done=no-second-factor");
    let cookie = session_cookie(&request, token.ok_or(AppError::SignInFirst)?);
    answer.add_cookie(&cookie).map_err(AppError::unexpected)?;
    Ok(answer)
}

async fn page(
    app: &App,
    request: &HttpRequest,
    who: &Arriving,
    next: String,
    status: StatusCode,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let person = who.person();
    let signed_in = SignedIn::of(who.arrival().clone());
    let asked = signed_in.clone();
    let vault = app.vault.clone();
    let (setting, codes_left, helps) = app
        .db
        .read(move |conn| {
            let helps = helping::store::acts_for_anybody(conn, &asked)?;
            Ok::<_, CodeError>((
                second_factor::setting(conn, &vault, person)?,
                factors::codes_left(conn, person)?,
                helps,
            ))
        })
        .await
        .map_err(AppError::from)?;
    let errors = Errors::from(wrong);
    if let Some(setting) = setting {
        let page = Page::of(request, "Set up codes from your phone");
        return html_with(status, &SetUpPage { page, setting, next, errors });
    }
    let on = signed_in.has_second_factor();
    let needed = signed_in.needs_second_factor(app.waiver);
    let why = match (needed, helps) {
        (true, _) => "role",
        (false, true) => "helps",
        (false, false) => "",
    };
    let page = Page::of(request, if on { "Codes for signing in" } else { "Protect your account with your phone" });
    html_with(
        status,
        &SecondFactorPage {
            page,
            on,
            why: why.into(),
            ask_password: who.stage() == Stage::In,
            codes_left,
            next,
            errors,
        },
    )
}
