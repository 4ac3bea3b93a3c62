//! The moderator's pages about providers: who they are, what was checked, and suspending them.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::catalogue::card::tag;
use crate::catalogue::upkeep;
use crate::clock::{day, long_date};
use crate::error::{AppError, FieldError};
use crate::identity::Moderator;
use crate::ids::OrganizationId;
use crate::verification;
use crate::verification::views::StepShown;
use crate::web::form::{Ask, Form};
use crate::web::page::{Errors, Page, html, html_with, see_other};
use crate::web::paging;

use super::store::{self, OrganizationStep};
use super::suspend::{SuspendError, lift, suspend};
use super::views::{ProviderPage, ProviderRow, ProvidersPage};

/// Providers on one page.
const PER_PAGE: u32 = 30;

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/moderation/providers", get().to(get_providers))
        .route("/moderation/providers/{organization_id}", get().to(get_provider))
        .route("/moderation/providers/{organization_id}/suspension", post().to(post_suspension))
        .route("/moderation/providers/{organization_id}/lifting", post().to(post_lifting));
}

/// Which providers, and what was just done.
#[derive(Deserialize)]
pub struct Shown {
    q: Option<String>,
    page: Option<String>,
    done: Option<String>,
}

/// `GET /moderation/providers`
pub async fn get_providers(
    moderator: Moderator,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = paging::number(shown.page.as_deref());
    let words: String = shown.q.unwrap_or_default().trim().chars().take(100).collect();
    let asked = words.clone();
    let found = app.db.read(move |conn| {
        upkeep::organizations_of(conn, moderator.authority(), &asked, i64::from(page), i64::from(PER_PAGE))
    });
    let (rows, total) = found.await.map_err(AppError::from)?;
    let encoded = percent_encoding::utf8_percent_encode(&words, percent_encoding::NON_ALPHANUMERIC).to_string();
    html(&ProvidersPage {
        page: Page::of(&request, "Providers"),
        providers: rows
            .into_iter()
            .map(|row| ProviderRow {
                href: format!("/moderation/providers/{}", row.id),
                name: row.name,
                state: tag(&row.status),
            })
            .collect(),
        pagination: paging::pagination(u64::try_from(total).unwrap_or(0), page, PER_PAGE, |number| {
            format!("/moderation/providers?q={encoded}&page={number}")
        }),
        words,
    })
}

fn id_of(id: &str) -> Result<OrganizationId, AppError> {
    id.parse().map_err(|_not_an_id| AppError::NotFound)
}

/// `GET /moderation/providers/{organization_id}`
pub async fn get_provider(
    moderator: Moderator,
    id: Path<String>,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let notice = match shown.done.as_deref() {
        Some("suspended") => Some("The provider is suspended. Everybody whom it concerns gets a letter."),
        Some("lifted") => Some("The suspension is lifted. The provider is told."),
        _ => None,
    };
    let page = provider_page(&app, &request, moderator, id_of(&id)?, String::new(), Vec::new()).await?;
    html(&ProviderPage { page: page.page.with_notice(notice), ..page })
}

async fn provider_page(
    app: &App,
    request: &HttpRequest,
    moderator: Moderator,
    id: OrganizationId,
    reason: String,
    errors: Vec<FieldError>,
) -> Result<ProviderPage, AppError> {
    let looking = moderator.clone();
    let (organization, entries, papers, steps, running) = app
        .db
        .read(move |conn| {
            let organization = upkeep::organization(conn, id)?
                .filter(|organization| organization.authority == Some(moderator.authority()))
                .ok_or(AppError::NotFound)?;
            let entries = upkeep::entries_of(conn, id, 100)?;
            let papers = verification::store::papers_of(conn, id)?;
            Ok::<_, AppError>((organization, entries, papers, store::steps(conn, id)?, store::count_running(conn, id)?))
        })
        .await?;
    verification::look_at(app, &looking, &papers).await?;
    let today = day(app.clock.now());
    let active = organization.status == "active";
    let path = |may: bool, what: &str| may.then(|| format!("/moderation/providers/{id}/{what}"));
    let step = |step: &store::StepRow| StepShown {
        what: format!(
            "{} on {} by {}",
            match step.step {
                OrganizationStep::Suspended => "Suspended",
                OrganizationStep::Lifted => "Lifted",
            },
            long_date(day(step.at)),
            step.by
        ),
        until: None,
        why: Some(step.reason.clone()),
    };
    Ok(ProviderPage {
        page: Page::of(request, organization.name.clone()),
        name: organization.name,
        state: tag(&organization.status),
        entries: entries
            .iter()
            .map(|entry| crate::web::page::Link { label: entry.name.clone(), href: format!("/services/{}", entry.id) })
            .collect(),
        papers: papers.iter().map(|paper| verification::pages::row(paper, None, "/moderation/papers", today)).collect(),
        steps: steps.iter().map(step).collect(),
        running: match running {
            0 => "Nothing that people have bought runs with it.".into(),
            1 => "One purchase runs with it. The person gets a letter, and decides whether it goes on.".into(),
            more => {
                format!("{more} purchases run with it. Each person gets a letter, and decides whether theirs goes on.")
            }
        },
        suspend_path: path(active, "suspension"),
        lift_path: path(!active, "lifting"),
        reason,
        errors: Errors::from(errors),
    })
}

/// The forms, as they were sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReasonForm {
    reason: String,
}

async fn changed(
    app: &App,
    request: &HttpRequest,
    moderator: Moderator,
    id: OrganizationId,
    reason: String,
    (done, word): (Result<(), SuspendError>, &str),
) -> Result<HttpResponse, AppError> {
    match done.map_err(AppError::from) {
        Ok(()) => Ok(see_other(&format!("/moderation/providers/{id}?done={word}"))),
        Err(AppError::Refused(refusal)) if !refusal.fields.is_empty() => {
            let page = provider_page(app, request, moderator, id, reason, refusal.fields).await?;
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other),
    }
}

/// `POST /moderation/providers/{organization_id}/suspension`
pub async fn post_suspension(
    moderator: Moderator,
    id: Path<String>,
    Form(form): Form<ReasonForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let (now, asking, public_url) = (app.clock.now(), moderator.clone(), app.post.public_url.clone());
    let reason = form.reason.clone();
    let done = app.db.write(move |tx| suspend(tx, &asking, id, &reason, &public_url, now)).await;
    changed(&app, &request, moderator, id, form.reason, (done, "suspended")).await
}

/// `POST /moderation/providers/{organization_id}/lifting`
pub async fn post_lifting(
    moderator: Moderator,
    id: Path<String>,
    Form(form): Form<ReasonForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let (now, asking, public_url) = (app.clock.now(), moderator.clone(), app.post.public_url.clone());
    let reason = form.reason.clone();
    let done = app.db.write(move |tx| lift(tx, &asking, id, &reason, &public_url, now)).await;
    changed(&app, &request, moderator, id, form.reason, (done, "lifted")).await
}
