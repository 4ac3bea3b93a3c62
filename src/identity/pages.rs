//! The pages that sign people in and out.

use actix_web::http::StatusCode;
use actix_web::web::{Data, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::demo::{self, people::PEOPLE};
use crate::error::{AppError, FieldError};
use crate::ids::PersonId;
use crate::shortlists::{self, ListKeeper};
use crate::web::form::{Ask, Form};
use crate::web::page::{Errors, Page, html_with, local_path, see_other};
use crate::web::session::{no_session_cookie, session_cookie, session_token};

use super::sign_in::check_password;
use super::views::{DemoGroup, DemoPeoplePage, DemoPerson, SignInPage};
use super::{Anyone, SignInError, sign_in, sign_in_as_demo_person, sign_out};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/sign-in", get().to(get_sign_in))
        .route("/sign-in", post().to(post_sign_in))
        .route("/sign-out", post().to(post_sign_out))
        .route("/demo", get().to(get_demo_people))
        .route("/demo/sign-in", post().to(post_demo_sign_in));
}

/// Where to go on to.
#[derive(Deserialize)]
pub struct Next {
    next: Option<String>,
}

/// `GET /sign-in`
pub async fn get_sign_in(
    _: Anyone,
    Ask(next): Ask<Next>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let form = SignInForm { next: next.next.unwrap_or_default(), ..SignInForm::default() };
    sign_in_page(&app, &request, form, StatusCode::OK, Vec::new()).await
}

/// The form that signs in, as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    next: String,
    email: String,
    password: String,
}

/// `POST /sign-in`: a wrong e-mail address and a wrong password look the same.
pub async fn post_sign_in(
    _: Anyone,
    Form(form): Form<SignInForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let mut wrong = Vec::new();
    if form.email.trim().is_empty() {
        wrong.push(FieldError::new("email", "Enter your e-mail address."));
    }
    if form.password.is_empty() {
        wrong.push(FieldError::new("password", "Enter your password."));
    }
    if !wrong.is_empty() {
        return sign_in_page(&app, &request, form, StatusCode::UNPROCESSABLE_ENTITY, wrong).await;
    }
    let (email, password) = (form.email.clone(), form.password.chars().take(1_000).collect::<String>());
    match app.db.read(move |conn| check_password(conn, &email, &password)).await {
        Ok(person) => open(&app, &request, person, &form.next, false).await,
        Err(refused @ SignInError::Wrong) => {
            let sentence = AppError::from(refused).to_string();
            let wrong = vec![FieldError::new("email", sentence)];
            sign_in_page(&app, &request, form, StatusCode::UNPROCESSABLE_ENTITY, wrong).await
        }
        Err(other) => Err(other.into()),
    }
}

/// One of the demo's people.
#[derive(Deserialize)]
pub struct DemoForm {
    person: String,
    #[serde(default)]
    next: String,
}

/// `POST /demo/sign-in`: as one of the demo's people, without a password; only in the demo.
pub async fn post_demo_sign_in(
    _: Anyone,
    Form(form): Form<DemoForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let person: PersonId = form.person.parse().map_err(|_not_an_id| AppError::NotFound)?;
    if !app.demo {
        return Err(AppError::NotFound);
    }
    open(&app, &request, person, &form.next, true).await
}

async fn open(
    app: &App,
    request: &HttpRequest,
    person: PersonId,
    next: &str,
    demo: bool,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let token = app
        .db
        .write(move |tx| if demo { sign_in_as_demo_person(tx, person, now) } else { sign_in(tx, person, now) })
        .await
        .map_err(AppError::from)?;
    if let Some(old) = session_token(request) {
        app.db.write(move |tx| sign_out(tx, &old)).await.map_err(AppError::from)?;
    }
    let home = app.db.read(move |conn| super::SignedIn::known(conn, person)).await.map_err(AppError::from)?;
    let home = home.map_or_else(|| "/".to_owned(), |who| who.home_path().to_owned());
    let mut answer = see_other(if next.is_empty() { &home } else { local_path(next) });
    answer.add_cookie(&session_cookie(request, token)).map_err(AppError::unexpected)?;
    if let Some(list) = ListKeeper::browsers(request) {
        app.db.write(move |tx| shortlists::merge(tx, person, &list, now)).await.map_err(AppError::from)?;
        answer.add_cookie(&shortlists::no_list_cookie(request)).map_err(AppError::unexpected)?;
    }
    Ok(answer)
}

/// `POST /sign-out`
pub async fn post_sign_out(
    _: Anyone,
    _: Form<crate::purchasing::pages::Pressed>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    if let Some(token) = session_token(&request) {
        app.db.write(move |tx| sign_out(tx, &token)).await.map_err(AppError::from)?;
    }
    let mut answer = see_other("/");
    answer.add_cookie(&no_session_cookie(&request)).map_err(AppError::unexpected)?;
    Ok(answer)
}

async fn sign_in_page(
    app: &App,
    request: &HttpRequest,
    form: SignInForm,
    status: StatusCode,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let people = demo_groups(app).await?.into_iter().filter_map(|group| group.people.into_iter().next()).collect();
    let make =
        |page: Page| SignInPage { page, next: form.next, email: form.email, errors: Errors::from(wrong), people };
    tied_to_the_visit(request, "Sign in", status, make)
}

/// `GET /demo`: the people of the demo town; only in the demo.
pub async fn get_demo_people(_: Anyone, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    if !app.demo {
        return Err(AppError::NotFound);
    }
    let groups = demo_groups(&app).await?;
    let make = |page: Page| DemoPeoplePage { page, groups, password: demo::people::PASSWORD.into() };
    tied_to_the_visit(&request, "People of the demo town", StatusCode::OK, make)
}

/// A page with forms, whose token is tied to a cookie that is set here where there is none yet.
fn tied_to_the_visit<T: askama::Template>(
    request: &HttpRequest,
    title: &str,
    status: StatusCode,
    make: impl FnOnce(Page) -> T,
) -> Result<HttpResponse, AppError> {
    let (page, tie) = Page::tied(request, title);
    tie.onto(html_with(status, &make(page))?)
}

/// The demo's people by role; none outside the demo.
async fn demo_groups(app: &App) -> Result<Vec<DemoGroup>, AppError> {
    if !app.demo {
        return Ok(Vec::new());
    }
    let accounts = app.db.read(super::store::people_with_accounts).await.map_err(AppError::from)?;
    let person = |told: &demo::people::DemoPerson| {
        let (id, name, email) = accounts.iter().find(|(id, ..)| *id == told.id())?;
        Some(DemoPerson {
            id: id.to_string(),
            name: name.clone(),
            role_label: told.role_label.into(),
            story: told.story.into(),
            email: email.clone(),
            initials: told.initials(),
            next: told.next().into(),
        })
    };
    let groups = [
        (
            "Budget holders",
            "Find support, buy it from their budget, confirm what was delivered, and rate it.",
            "/budgets",
        ),
        ("Providers", "Answer requests, record what they delivered, and see their invoices.", "/provider"),
        ("Commissioners", "See what is bought, wanted and missing, without seeing anybody.", "/demand"),
        ("Finance officers", "Settle the invoices of their authority.", "/finance"),
    ];
    let group = |(role, about, next): (&str, &str, &str)| DemoGroup {
        role: role.into(),
        about: about.into(),
        people: PEOPLE.iter().filter(|told| told.next() == next).filter_map(person).collect(),
    };
    Ok(groups.into_iter().map(group).collect())
}
