//! The page on which a finance officer reads returns about individual service funds.

use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::audit::{self, Deed, Entry, What, Why};
use crate::clock::{UtcTime, day};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::FinanceOfficer;
use crate::ids::FundReturnId;
use crate::web::form::{Ask, Form};
use crate::web::page::{Errors, Page, Tile, html_with, see_other};

use super::super::council::pages::nav;
use super::super::store::whose;
use super::file::decide;
use super::fund_return::{FundReturn, ReturnState};
use super::pages::shown;
use super::store::{self, Told};
use super::views::{ReturnShown, ReturnsPage};

/// The routes of this page.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/finance/returns", get().to(get_returns))
        .route("/finance/returns/{return_id}", post().to(post_decision));
}

/// What was just done.
#[derive(Deserialize)]
pub struct Done {
    done: Option<String>,
}

/// `GET /finance/returns`
pub async fn get_returns(
    officer: FinanceOfficer,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let notice = match done.done.as_deref() {
        Some("accepted") => Some("The return is taken."),
        Some("sent-back") => Some("The return is sent back, and the provider gets a letter."),
        _ => None,
    };
    page(&app, &request, officer, notice, Vec::new()).await
}

/// What a look at these returns writes down about the people of the budgets.
pub(super) fn looks<'a>(
    conn: &mut Conn,
    officer: &FinanceOfficer,
    seen: impl Iterator<Item = &'a FundReturn>,
    now: UtcTime,
) -> diesel::QueryResult<Vec<Entry>> {
    let looked = (Deed::LookedAt, Why::ToLookAfterBudgets);
    let mut looks = Vec::new();
    for told in seen {
        let budget = (What::Budget, told.budget_id.as_str());
        let person = whose(conn, told.budget_id)?.map(|(_, person)| person);
        looks.extend(person.map(|person| Entry::new(officer, looked, person, budget, now)));
    }
    Ok(looks)
}

async fn page(
    app: &App,
    request: &HttpRequest,
    officer: FinanceOfficer,
    notice: Option<&str>,
    errors: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let today = day(now);
    let (filed, missing, accepted, looks) = app
        .db
        .read(move |conn| {
            let filed = store::returns_at(conn, &officer, &[ReturnState::Filed], 100)?;
            let missing = store::returns_at(conn, &officer, &[ReturnState::Due, ReturnState::SentBack], 100)?;
            let accepted = store::returns_at(conn, &officer, &[ReturnState::Accepted], 20)?;
            let all = filed.iter().chain(&missing).chain(&accepted).map(|(told, ..)| told);
            let looks = looks(conn, &officer, all, now)?;
            Ok::<_, AppError>((filed, missing, accepted, looks))
        })
        .await?;
    audit::looks(&app.db, looks).await?;
    let line = |(told, provider, person): &Told| ReturnShown {
        provider: provider.clone(),
        href: format!("/finance/budgets/{}", told.budget_id),
        decide_path: (told.state == ReturnState::Filed).then(|| format!("/finance/returns/{}", told.id)),
        ..shown(told, person, today)
    };
    let late = missing.iter().filter(|(told, ..)| told.is_late(today)).count();
    let tile = |value: usize, label: &str| Tile { value: value.to_string(), label: label.into(), note: None };
    let status = if errors.is_empty() { 200 } else { 422 };
    let status = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
    html_with(
        status,
        &ReturnsPage {
            page: Page::of(request, "Returns").with_notice(notice),
            nav: nav("/finance/returns"),
            errors: Errors::from(errors),
            tiles: vec![
                tile(filed.len(), "to be read"),
                tile(missing.len(), "not filed yet"),
                tile(late, "of those late"),
            ],
            filed: filed.iter().map(line).collect(),
            missing: missing.iter().map(line).collect(),
            accepted: accepted.iter().map(line).collect(),
        },
    )
}

/// What the officer says.
#[derive(Deserialize)]
pub struct DecisionForm {
    #[serde(default)]
    say: String,
    #[serde(default)]
    words: String,
}

/// `POST /finance/returns/{return_id}`
pub async fn post_decision(
    officer: FinanceOfficer,
    path: Path<String>,
    Form(form): Form<DecisionForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id: FundReturnId = path.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (now, again, public_url) = (app.clock.now(), officer.clone(), app.post.public_url.clone());
    let takes = form.say == "take";
    let done = app.db.write(move |tx| decide(tx, &officer, id, (takes, &form.words), &public_url, now)).await;
    match done {
        Ok(_) if takes => Ok(see_other("/finance/returns?done=accepted")),
        Ok(_) => Ok(see_other("/finance/returns?done=sent-back")),
        Err(AppError::Refused(refusal)) => {
            page(&app, &request, again, None, vec![FieldError::new("", refusal.sentence)]).await
        }
        Err(other) => Err(other),
    }
}
