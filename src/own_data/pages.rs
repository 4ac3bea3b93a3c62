//! The pages on which people take their data away, or close their account.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::clock::{day, long_date, long_time};
use crate::error::{AppError, FieldError};
use crate::identity::account_pages::own_password;
use crate::identity::{Anyone, SignedIn};
use crate::ids::DataCopyId;
use crate::web::form::{Ask, Form};
use crate::web::page::{Errors, Page, html, html_with, see_other};
use crate::web::session::no_session_cookie;

use super::close::what_keeps_it_open;
use super::copy::CopyState;
use super::sections::SECTIONS;
use super::views::{ClosePage, ClosedPage, CopyLine, DataPage};
use super::{CloseError, ask, close, store};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/account/data", get().to(get_data))
        .route("/account/data", post().to(post_data))
        .route("/account/data/{copy_id}", get().to(get_copy))
        .route("/account/close", get().to(get_close))
        .route("/account/close", post().to(post_close))
        .route("/closed", get().to(get_closed));
}

/// What was just done.
#[derive(Deserialize)]
pub struct Done {
    done: Option<String>,
}

/// `GET /account/data`
pub async fn get_data(
    who: SignedIn,
    Ask(shown): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let notice = shown.done.is_some().then_some("We are putting it together. You get a letter when it is ready.");
    let copies = app.db.read(move |conn| store::copies_of(conn, &who)).await.map_err(AppError::from)?;
    let now = app.clock.now();
    let line = |copy: &store::Row| {
        let there = copy.state == CopyState::Ready && copy.ends_at.is_some_and(|end| end > now);
        CopyLine {
            asked: long_time(copy.asked_at),
            state: match (copy.state, copy.ends_at) {
                (CopyState::Asked, _) => "being made".into(),
                (_, Some(end)) if there => format!("ready until {}", long_date(day(end))),
                _ => "wiped".into(),
            },
            href: there.then(|| format!("/account/data/{}", copy.id)),
        }
    };
    html(&DataPage {
        page: Page::of(&request, "Take your data with you").with_notice(notice),
        copies: copies.iter().map(line).collect(),
        sections: SECTIONS.iter().map(|section| section.title.to_owned()).collect(),
        waiting: copies.iter().any(|copy| copy.state == CopyState::Asked),
    })
}

/// Nothing but the button.
#[derive(Deserialize)]
pub struct Press {}

/// `POST /account/data`: asks for a copy.
pub async fn post_data(who: SignedIn, Form(Press {}): Form<Press>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    app.db.write(move |tx| ask(tx, &who, now)).await?;
    Ok(see_other("/account/data?done=asked"))
}

/// `GET /account/data/{copy_id}`: the file.
pub async fn get_copy(who: SignedIn, path: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    file(&app, who, &path).await
}

pub(super) async fn file(app: &App, who: SignedIn, id: &str) -> Result<HttpResponse, AppError> {
    let id: DataCopyId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    let content = app.db.read(move |conn| store::content(conn, &who, id, now)).await.map_err(AppError::from)?;
    let content = content.ok_or(AppError::NotFound)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/zip"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"my-waymark-data.zip\""))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(content))
}

async fn close_page(
    app: &App,
    request: &HttpRequest,
    who: SignedIn,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let read = move |conn: &mut crate::db::Conn| {
        let obstacle = match what_keeps_it_open(conn, &who) {
            Err(CloseError::Database(cause)) => return Err(CloseError::Database(cause)),
            other => other.err(),
        };
        let has_password = crate::identity::store::has_password(conn, who.person())?;
        Ok((obstacle, has_password))
    };
    let (obstacle, has_password) = app.db.read(read).await?;
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let obstacle = obstacle.map(|obstacle| match AppError::from(obstacle) {
        AppError::Refused(refusal) => refusal.sentence,
        other => other.to_string(),
    });
    let page = Page::of(request, "Close your account");
    html_with(status, &ClosePage { page, obstacle, has_password, errors: Errors::from(wrong) })
}

/// `GET /account/close`: what is erased and what is kept, before anything is done.
pub async fn get_close(who: SignedIn, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    close_page(&app, &request, who, Vec::new()).await
}

/// The password as proof, and a tick.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CloseForm {
    password: String,
    sure: Option<String>,
}

/// `POST /account/close`
pub async fn post_close(
    who: SignedIn,
    Form(form): Form<CloseForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let mut wrong: Vec<FieldError> =
        own_password(&app, &request, &who, &form.password, "password").await?.into_iter().collect();
    if form.sure.is_none() {
        wrong.push(FieldError::new("sure", "Tick the box to say that you are sure."));
    }
    if !wrong.is_empty() {
        return close_page(&app, &request, who, wrong).await;
    }
    let now = app.clock.now();
    app.db.write(move |tx| close(tx, &who, now)).await?;
    let mut answer = see_other("/closed");
    answer.add_cookie(&no_session_cookie(&request)).map_err(AppError::unexpected)?;
    Ok(answer)
}

/// `GET /closed`
pub async fn get_closed(_: Anyone, request: HttpRequest) -> Result<HttpResponse, AppError> {
    html(&ClosedPage { page: Page::of(&request, "Your account is closed") })
}
