//! The pages of saved searches, and the page that stops letters.

use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::catalogue::{self, WholeService, card};
use crate::clock::long_date;
use crate::error::{AppError, FieldError};
use crate::identity::{Anyone, SignedIn};
use crate::ids::{SavedSearchId, random_token};
use crate::web::form::{Ask, Form};
use crate::web::page::{Choice, Errors, Page, html, html_with, see_other};

use super::save::ToSave;
use super::saved_search::{Alerts, SavedSearch};
use super::store;
use super::views::{SavedSearchShown, SavedSearchesPage, StopPage};
use super::{change, forget, save, see, stop};

/// New matches shown of each search.
const SHOWN: usize = 5;

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/saved-searches", get().to(get_saved_searches))
        .route("/saved-searches", post().to(post_saved_search))
        .route("/saved-searches/{saved_search_id}", post().to(post_change))
        .route("/saved-searches/{saved_search_id}/seen", post().to(post_seen))
        .route("/saved-searches/{saved_search_id}/removal", post().to(post_removal))
        .route("/stop-letters/{token}", get().to(get_stop))
        .route("/stop-letters/{token}", post().to(post_stop));
}

/// What was just done.
#[derive(Deserialize)]
pub struct Done {
    done: Option<String>,
}

/// `GET /saved-searches`: what the visitor saved, and what is new.
pub async fn get_saved_searches(
    who: SignedIn,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let notice = match done.done.as_deref() {
        Some("saved") => Some("The search is saved. You can ask for letters about what is new."),
        Some("changed") => Some("That is changed."),
        Some("removed") => Some("The search is removed."),
        _ => None,
    };
    saved_searches_page(who, &app, &request, notice, Errors::default()).await
}

async fn saved_searches_page(
    who: SignedIn,
    app: &Data<App>,
    request: &HttpRequest,
    notice: Option<&str>,
    errors: Errors,
) -> Result<HttpResponse, AppError> {
    let today = app.clock.now().date();
    let searches = app
        .db
        .read(move |conn| {
            let mut all = Vec::new();
            for search in store::searches_of(conn, &who)? {
                let unseen = store::unseen(conn, &search)?;
                let services = catalogue::store::whole_services(conn, &unseen, today)?;
                all.push((search, services));
            }
            Ok::<_, AppError>(all)
        })
        .await?;
    let page = SavedSearchesPage {
        page: Page::of(request, "My saved searches").with_notice(notice),
        searches: searches.iter().map(|(search, services)| shown(search, services)).collect(),
        errors,
    };
    let status = if page.errors.is_empty() { 200 } else { 422 };
    html_with(actix_web::http::StatusCode::from_u16(status).unwrap_or_default(), &page)
}

fn shown(search: &SavedSearch, services: &[WholeService]) -> SavedSearchShown {
    let since = long_date(search.seen_at.date());
    SavedSearchShown {
        id: search.id.to_string(),
        name: search.name.clone(),
        href: search.address.clone(),
        alerts: alerts(search.alerts),
        news: match services.len() {
            0 => format!("Nothing new since {since}"),
            1 => format!("1 new since {since}"),
            many => format!("{many} new since {since}"),
        },
        new: services.iter().take(SHOWN).map(|whole| card::card(whole, None, None)).collect(),
        more: (services.len() > SHOWN).then(|| format!("And {} more.", services.len() - SHOWN)),
        broad: !search.watched,
    }
}

/// How often letters may come, to choose from.
fn alerts(chosen: Alerts) -> Vec<Choice> {
    let choice = |each: &Alerts| Choice {
        value: each.to_string(),
        label: match each {
            Alerts::None => "No letters".into(),
            Alerts::Daily => "Once a day, when there is something new".into(),
            Alerts::Weekly => "Once a week, when there is something new".into(),
        },
        count: None,
        chosen: *each == chosen,
    };
    Alerts::ALL.iter().map(choice).collect()
}

/// A search to save.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct SaveForm {
    name: String,
    address: String,
    alerts: String,
}

fn read_alerts(typed: &str) -> Result<Alerts, AppError> {
    let wrong = |_not_one| AppError::invalid(vec![FieldError::new("alerts", "Choose none, daily or weekly.")]);
    if typed.is_empty() { Ok(Alerts::None) } else { typed.parse().map_err(wrong) }
}

/// `POST /saved-searches`: save the search of an address.
pub async fn post_saved_search(
    who: SignedIn,
    Form(form): Form<SaveForm>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let alerts = read_alerts(&form.alerts)?;
    let (now, token, with) = (app.clock.now(), random_token(), app.clone());
    let done = app.db.read(move |_| ToSave::read(&with, &form.name, &form.address, alerts, token)).await?;
    app.db.write(move |tx| save(tx, &who, &done, now)).await?;
    Ok(see_other("/saved-searches?done=saved"))
}

fn own_id(id: &Path<String>) -> Result<SavedSearchId, AppError> {
    id.parse().map_err(|_not_an_id| AppError::NotFound)
}

/// `POST /saved-searches/{saved_search_id}`: another name, or letters more or less often.
pub async fn post_change(
    who: SignedIn,
    id: Path<String>,
    Form(form): Form<SaveForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (id, alerts) = (own_id(&id)?, read_alerts(&form.alerts)?);
    let (now, with, person) = (app.clock.now(), app.clone(), who.clone());
    let changed = app.db.write(move |tx| change(tx, &person, id, &form.name, alerts, &with, now)).await;
    match changed.map_err(AppError::from) {
        Ok(()) => Ok(see_other("/saved-searches?done=changed")),
        Err(AppError::Refused(refusal)) => {
            let field = if refusal.code == "search-too-broad" { "alerts" } else { "name" };
            let wrong = vec![FieldError::new(&format!("{field}-{id}"), refusal.sentence)];
            saved_searches_page(who, &app, &request, None, wrong.into()).await
        }
        Err(other) => Err(other),
    }
}

/// A form with a button and nothing else.
#[derive(Deserialize)]
pub struct Pressed {}

/// `POST /saved-searches/{saved_search_id}/seen`: what is new was seen.
pub async fn post_seen(
    who: SignedIn,
    id: Path<String>,
    _: Form<Pressed>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (id, now) = (own_id(&id)?, app.clock.now());
    app.db.write(move |tx| see(tx, &who, id, now)).await?;
    Ok(see_other("/saved-searches"))
}

/// `POST /saved-searches/{saved_search_id}/removal`
pub async fn post_removal(
    who: SignedIn,
    id: Path<String>,
    _: Form<Pressed>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id = own_id(&id)?;
    app.db.write(move |tx| forget(tx, &who, id)).await?;
    Ok(see_other("/saved-searches?done=removed"))
}

/// `GET /stop-letters/{token}`: asks whether to stop; stops nothing by itself, because mail programs read links ahead.
pub async fn get_stop(
    _: Anyone,
    token: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let token = token.into_inner();
    let wanted = token.clone();
    let search = app.db.read(move |conn| store::by_stop_token(conn, &wanted)).await.map_err(AppError::from)?;
    let search = search.ok_or(AppError::NotFound)?;
    let (page, tie) = Page::tied(&request, "Stop these letters");
    tie.onto(html(&StopPage { page, name: search.name, token, stopped: search.alerts == Alerts::None })?)
}

/// `POST /stop-letters/{token}`: stops the letters of one search.
pub async fn post_stop(
    _: Anyone,
    token: Path<String>,
    _: Form<Pressed>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let token = token.into_inner();
    let back = format!("/stop-letters/{token}");
    app.db.write(move |tx| stop(tx, &token)).await?;
    Ok(see_other(&back))
}
