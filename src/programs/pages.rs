//! The pages on which people make and revoke programs.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::clock::{UtcTime, long_date};
use crate::error::{AppError, FieldError};
use crate::identity::{Scope, SignedIn};
use crate::ids::ProgramId;
use crate::web::form::{Ask, Form};
use crate::web::page::{Choice, Errors, Page, html, html_with, see_other};

use super::store::{self, Row};
use super::views::{MadePage, ProgramLine, ProgramsPage};
use super::{Wanted, make, revoke};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/account/programs", get().to(get_programs))
        .route("/account/programs", post().to(post_program))
        .route("/account/programs/{program_id}/revocation", post().to(post_revocation));
}

/// What was just done.
#[derive(Deserialize)]
pub struct Done {
    done: Option<String>,
}

/// A program, as the form sends it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ProgramForm {
    name: String,
    scopes: Vec<String>,
    days: String,
}

fn line(row: &Row, now: UtcTime) -> ProgramLine {
    let used = row.last_used_at.map_or("never used".into(), |at| format!("last used {}", long_date(at.date())));
    let end = row.revoked_at.map_or_else(
        || format!("until {}", long_date(row.ends_at.date())),
        |at| format!("revoked {}", long_date(at.date())),
    );
    ProgramLine {
        id: row.id.to_string(),
        name: row.name.clone(),
        scopes: row.scopes.replace(' ', ", "),
        when: format!("since {}, {end}, {used}", long_date(row.created_at.date())),
        holds: row.revoked_at.is_none() && row.ends_at > now,
    }
}

async fn page(
    app: &App,
    request: &HttpRequest,
    who: SignedIn,
    (form, wrong): (ProgramForm, Vec<FieldError>),
    notice: Option<&str>,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let rows = app.db.read(move |conn| store::programs_of(conn, &who)).await.map_err(AppError::from)?;
    let scope = |scope: &Scope| Choice {
        value: scope.to_string(),
        label: scope.about().into(),
        count: None,
        chosen: form.scopes.iter().any(|each| each == scope.as_str()),
    };
    let days = |(days, label): (&str, &str)| Choice {
        value: days.into(),
        label: label.into(),
        count: None,
        chosen: form.days == days,
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html_with(
        status,
        &ProgramsPage {
            page: Page::of(request, "Programs").with_notice(notice),
            programs: rows.iter().map(|row| line(row, now)).collect(),
            scopes: Scope::ALL.iter().map(scope).collect(),
            days: [("30", "30 days"), ("90", "90 days"), ("366", "a year")].into_iter().map(days).collect(),
            name: form.name,
            errors: Errors::from(wrong),
        },
    )
}

/// `GET /account/programs`
pub async fn get_programs(
    who: SignedIn,
    Ask(shown): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let notice = shown.done.is_some().then_some("It is revoked: its tokens have ended.");
    page(&app, &request, who, (ProgramForm::default(), Vec::new()), notice).await
}

/// `POST /account/programs`: makes one, and shows its secret once.
pub async fn post_program(
    who: SignedIn,
    Form(form): Form<ProgramForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let scopes: Vec<Scope> = form.scopes.iter().filter_map(|scope| scope.parse().ok()).collect();
    let wanted = Wanted { name: form.name.clone(), scopes, days: form.days.parse().unwrap_or(0) };
    let wanted = match wanted.checked() {
        Ok(wanted) => wanted,
        Err(AppError::Refused(refusal)) if !refusal.fields.is_empty() => {
            return page(&app, &request, who, (form, refusal.fields), None).await;
        }
        Err(other) => return Err(other),
    };
    let (now, name) = (app.clock.now(), wanted.name.clone());
    let made = app.db.write(move |tx| make(tx, &who, &wanted, now)).await?;
    html(&MadePage {
        page: Page::of(&request, "Keep these now"),
        name,
        id: made.id.to_string(),
        personal_token: made.personal_token(),
        secret: made.secret,
    })
}

/// Nothing but the button.
#[derive(Deserialize)]
pub struct Press {}

/// `POST /account/programs/{program_id}/revocation`
pub async fn post_revocation(
    who: SignedIn,
    path: Path<String>,
    Form(Press {}): Form<Press>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id: ProgramId = path.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    app.db.write(move |tx| revoke(tx, &who, id, now)).await?;
    Ok(see_other("/account/programs?done=revoked"))
}
