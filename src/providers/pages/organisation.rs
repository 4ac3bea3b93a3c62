//! The profile.

use actix_web::http::StatusCode;
use actix_web::web::{Data, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::error::AppError;
use crate::identity::ProviderManager;
use crate::places;
use crate::web::form::{Ask, Form};
use crate::web::page::{Choice, Page, html, html_with, see_other};

use super::super::organisation::{Typed, change};
use super::super::store;
use super::super::views::{OrganisationPage, desk_nav};
use super::{Done, fields_of};

const HERE: &str = "/provider/organisation";

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/provider/organisation", get().to(get_organisation))
        .route("/provider/organisation", post().to(post_organisation));
}

/// `GET /provider/organisation`
pub async fn get_organisation(
    manager: ProviderManager,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let notice = done.done.as_deref().filter(|done| *done == "saved").map(|_| "Your profile is saved.");
    let page = organisation_page(&app, &request, manager, None).await?;
    html(&OrganisationPage { page: page.page.with_notice(notice), ..page })
}

async fn organisation_page(
    app: &App,
    request: &HttpRequest,
    manager: ProviderManager,
    typed: Option<Typed>,
) -> Result<OrganisationPage, AppError> {
    let nav = desk_nav(manager.member(), HERE);
    let (organisation, authority) = app
        .db
        .read(move |conn| {
            let organisation = store::organisation(conn, manager.member())?;
            let authority = match organisation.authority_id {
                Some(id) => Some(places::store::authority_name(conn, id)?),
                None => None,
            };
            Ok::<_, AppError>((organisation, authority))
        })
        .await?;
    let types = organisation.may_become();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let shown = typed.unwrap_or_else(|| Typed {
        name: organisation.name.clone(),
        about: organisation.description.clone(),
        provider_type: organisation.provider_type.to_string(),
        website: text(&organisation.website),
        email: text(&organisation.email),
        phone: text(&organisation.phone),
        charity_number: text(&organisation.charity_number),
        company_number: text(&organisation.company_number),
    });
    let choice = |kind: &crate::catalogue::ProviderType| Choice {
        value: kind.to_string(),
        label: kind.to_string(),
        count: None,
        chosen: kind.as_str() == shown.provider_type,
    };
    Ok(OrganisationPage {
        page: Page::of(request, "Your profile"),
        nav,
        fixed_type: (types.len() == 1).then(|| format!("{}. Only the council can change this.", types[0])),
        types: types.iter().map(choice).collect(),
        name: shown.name,
        about: shown.about,
        website: shown.website,
        email: shown.email,
        phone: shown.phone,
        charity_number: shown.charity_number,
        company_number: shown.company_number,
        authority,
        errors: Vec::new().into(),
    })
}

/// The profile as it was sent.
#[derive(Clone, Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct OrganisationForm {
    name: String,
    about: String,
    provider_type: String,
    website: String,
    email: String,
    phone: String,
    charity_number: String,
    company_number: String,
}

/// `POST /provider/organisation`
pub async fn post_organisation(
    manager: ProviderManager,
    Form(form): Form<OrganisationForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let typed = Typed {
        name: form.name,
        about: form.about,
        provider_type: form.provider_type,
        website: form.website,
        email: form.email,
        phone: form.phone,
        charity_number: form.charity_number,
        company_number: form.company_number,
    };
    let (who, sent, now) = (manager.clone(), typed.clone(), app.clock.now());
    match app.db.write(move |tx| change(tx, &who, &sent, now)).await {
        Ok(_) => Ok(see_other("/provider/organisation?done=saved")),
        Err(refused) => {
            let errors = fields_of(refused)?.into();
            let page = organisation_page(&app, &request, manager, Some(typed)).await?;
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &OrganisationPage { errors, ..page })
        }
    }
}
