//! The pages of the short path.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::error::AppError;
use crate::identity::{ProviderManager, ProviderMember, SignedIn};
use crate::ids::ServiceId;
use crate::web::form::Form;
use crate::web::page::{self, Errors, html, html_with, see_other};

use super::super::views::desk_nav;
use super::Fields;
use super::draft::{Change, WriteError, edit};
use super::loaded::load;
use super::pages::{HERE, parse};
use super::part::Part;
use super::part_pages::{Sent, Typed, again};
use super::start::{Page, begin_path, first_form, page_form, page_read, page_show};
use super::views::{PartPage, StartCheckPage, StartPage};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/provider/start", get().to(get_start))
        .route("/provider/start", post().to(post_start))
        .route("/provider/start/{own_service_id}/{step}", get().to(get_step))
        .route("/provider/start/{own_service_id}/{step}", post().to(post_step));
}

/// `GET /provider/start`: who you are.
pub async fn get_start(who: SignedIn, request: HttpRequest) -> Result<HttpResponse, AppError> {
    if ProviderMember::find(&who).is_some() {
        return Ok(see_other(HERE));
    }
    html(&start_page(&request, &Fields::default().with("name", who.name()), Errors::default()))
}

fn start_page(request: &HttpRequest, fields: &Fields, errors: Errors) -> StartPage {
    StartPage { page: page::Page::of(request, "Offer your help"), fields: first_form(fields), errors }
}

/// `POST /provider/start`
pub async fn post_start(
    who: SignedIn,
    Form(sent): Form<Sent>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    if ProviderMember::find(&who).is_some() {
        return Ok(see_other(HERE));
    }
    let fields = Fields::from(sent);
    let (typed, now) = (fields.clone(), app.clock.now());
    match app.db.write(move |tx| begin_path(tx, &who, &typed, now)).await {
        Ok(service) => Ok(see_other(&format!("/provider/start/{service}/{}", Page::What))),
        Err(WriteError::Invalid(wrong)) => {
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &start_page(&request, &fields, wrong.into()))
        }
        Err(other) => Err(other.into()),
    }
}

/// `GET /provider/start/{own_service_id}/{step}`
pub async fn get_step(
    manager: ProviderManager,
    path: Path<(String, String)>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = parse(&path.0)?;
    if path.1 == "check" {
        return check_page(&app, &request, manager, id).await;
    }
    let step: Page = path.1.parse().map_err(|_no_step| AppError::NotFound)?;
    html(&step_page(&app, &request, manager, id, step, Typed::default()).await?)
}

async fn step_page(
    app: &App,
    request: &HttpRequest,
    manager: ProviderManager,
    id: ServiceId,
    step: Page,
    typed: Typed,
) -> Result<PartPage, AppError> {
    let nav = desk_nav(manager.member(), HERE);
    let today = app.clock.now().date();
    let loaded = app.db.read(move |conn| load(conn, &manager, id, today)).await?;
    let known = loaded.known(app);
    let kept = page_show(step, &loaded.entry, &known);
    let before = Page::ALL.iter().rev().skip_while(|each| **each != step).nth(1);
    Ok(PartPage {
        page: page::Page::of(request, step.title()),
        nav,
        back_href: before.map_or_else(|| format!("{HERE}/{id}"), |page| format!("/provider/start/{id}/{page}")),
        heading: step.title().into(),
        about: step.about().into(),
        action: format!("/provider/start/{id}/{step}"),
        button: "Go on".into(),
        seen: String::new(),
        fields: page_form(step, typed.fields.as_ref().unwrap_or(&kept), &known),
        folded_label: String::new(),
        prices: Vec::new(),
        add_price_href: None,
        theirs: Vec::new(),
        preview_href: None,
        step: Some(step.step()),
        errors: typed.errors,
    })
}

/// `POST /provider/start/{own_service_id}/{step}`
pub async fn post_step(
    manager: ProviderManager,
    path: Path<(String, String)>,
    Form(sent): Form<Sent>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = parse(&path.0)?;
    let step: Page = path.1.parse().map_err(|_no_step| AppError::NotFound)?;
    let fields = Fields::from(sent);
    let (who, typed, taxonomy, now) = (manager.clone(), fields.clone(), app.taxonomy.clone(), app.clock.now());
    let saved = app
        .db
        .write(move |tx| {
            let change = Change { service: id, part: Part::What, seen: None };
            edit(tx, &who, &change, &taxonomy, now, |entry, known| page_read(step, &typed, known, entry))
        })
        .await;
    match saved {
        Ok(_) => {
            let next = step.next().map_or("check", Page::as_str);
            Ok(see_other(&format!("/provider/start/{id}/{next}")))
        }
        Err(error) => {
            let (status, typed) = again(error, fields)?;
            html_with(status, &step_page(&app, &request, manager, id, step, typed).await?)
        }
    }
}

async fn check_page(
    app: &App,
    request: &HttpRequest,
    manager: ProviderManager,
    id: ServiceId,
) -> Result<HttpResponse, AppError> {
    let nav = desk_nav(manager.member(), HERE);
    let today = app.clock.now().date();
    let loaded = app.db.read(move |conn| load(conn, &manager, id, today)).await?;
    let known = loaded.known(app);
    let told = super::difference::difference(None, &loaded.entry, &known);
    let rows = told.into_iter().map(|changed| page::Row {
        label: changed.label.into(),
        value: changed.words.into_iter().map(|piece| piece.text).collect(),
    });
    html(&StartCheckPage {
        page: page::Page::of(request, "Look once more"),
        nav,
        id: id.to_string(),
        rows: rows.filter(|row| row.value != "not told" && row.value != "no").collect(),
        publish_label: if loaded.approves { "Send for approval" } else { "Publish my page" }.into(),
        errors: Errors::default(),
    })
}
