//! The pages of a moderator: what waits, what is different, yes or no.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::catalogue::card;
use crate::clock::long_time;
use crate::db::Conn;
use crate::error::AppError;
use crate::identity::{self, Moderator};
use crate::ids::VersionId;
use crate::places;
use crate::web::form::{Ask, Form};
use crate::web::page::{Errors, Page, html, html_with, see_other};

use super::super::pages::{Done, Pressed, fields_of};
use super::difference::{Changed, difference};
use super::draft::WriteError;
use super::part::Known;
use super::store;
use super::version::{Version, VersionState};
use super::views::{ApprovalPage, ApprovalsPage, ChangeShown, WaitingRow};
use super::{approve, send_back};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/moderation/changes", get().to(get_changes))
        .route("/moderation/changes/{version_id}", get().to(get_change))
        .route("/moderation/changes/{version_id}/approval", post().to(post_approval))
        .route("/moderation/changes/{version_id}/sending-back", post().to(post_sending_back));
}

/// One version with what was public before.
pub(super) struct Seen {
    pub(super) version: Version,
    pub(super) before: Option<Version>,
    pub(super) provider: store::Provider,
    pub(super) writer: Option<String>,
    pub(super) authorities: Vec<(String, String)>,
}

/// Reads a version that the moderator may decide about.
pub(super) fn see(conn: &mut Conn, moderator: &Moderator, id: VersionId) -> Result<Seen, WriteError> {
    let version = store::for_moderator(conn, moderator, id)?.ok_or(WriteError::NotTheirs)?;
    let before = store::approved_version(conn, version.service_id)?.filter(|before| before.id != version.id);
    let provider = store::provider(conn, version.organization_id)?;
    let writer = match version.written_by {
        Some(person) => identity::store::name(conn, person)?,
        None => None,
    };
    Ok(Seen { version, before, provider, writer, authorities: store::authority_names(conn)? })
}

impl Seen {
    /// What is different.
    pub(super) fn changes(&self, app: &App) -> Result<Vec<Changed>, AppError> {
        let known = Known {
            taxonomy: &app.taxonomy,
            authorities: &self.authorities,
            provider_type: self.provider.provider_type,
            today: app.clock.now().date(),
        };
        let before = match &self.before {
            Some(before) => Some(before.entry()?),
            None => None,
        };
        Ok(difference(before.as_ref(), &self.version.entry()?, &known))
    }
}

/// `GET /moderation/changes`
pub async fn get_changes(
    moderator: Moderator,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let notice = match done.done.as_deref() {
        Some("approved") => Some("It is published, and the provider gets a letter."),
        Some("sent-back") => Some("It is on its way back to the provider, with your reason."),
        _ => None,
    };
    let (authority, seen) = app
        .db
        .read(move |conn| {
            let authority = places::store::authority_name(conn, moderator.authority())?;
            let mut all = Vec::new();
            for (version, _) in store::waiting(conn, &moderator)? {
                all.push(see(conn, &moderator, version.id)?);
            }
            Ok::<_, WriteError>((authority, all))
        })
        .await?;
    let mut waiting = Vec::new();
    for one in &seen {
        let entry = one.version.entry()?;
        let what = match (&one.before, one.changes(&app)?.len()) {
            (None, _) => "a new service".to_owned(),
            (_, 1) => "1 change".to_owned(),
            (_, changes) => format!("{changes} changes"),
        };
        waiting.push(WaitingRow {
            href: format!("/moderation/changes/{}", one.version.id),
            name: entry.name,
            provider: one.provider.name.clone(),
            kind_slug: entry.kind.slug(),
            since: one.version.submitted_at.map(|at| format!("since {}", long_time(at))).unwrap_or_default(),
            what,
        });
    }
    html(&ApprovalsPage { page: Page::of(&request, "Changes to approve").with_notice(notice), authority, waiting })
}

/// `GET /moderation/changes/{version_id}`
pub async fn get_change(
    moderator: Moderator,
    id: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    html(&approval_page(&app, &request, moderator, parse(&id)?, String::new(), Errors::default()).await?)
}

async fn approval_page(
    app: &App,
    request: &HttpRequest,
    moderator: Moderator,
    id: VersionId,
    reason: String,
    errors: Errors,
) -> Result<ApprovalPage, AppError> {
    let seen = app.db.read(move |conn| see(conn, &moderator, id)).await?;
    let entry = seen.version.entry()?;
    let shown = |changed: Changed| ChangeShown {
        part: changed.part.title().into(),
        label: changed.label.into(),
        words: changed.words,
    };
    let by = seen.writer.as_ref().map(|name| format!(" by {name}")).unwrap_or_default();
    let regulated = entry.is_regulated(seen.provider.provider_type).then(|| {
        format!(
            "A regulated activity, with registration {}. It is published only while a check of it holds.",
            entry.registration_number
        )
    });
    Ok(ApprovalPage {
        page: Page::of(request, format!("Changes to {}", entry.name)),
        id: id.to_string(),
        provider: seen.provider.name.clone(),
        provider_type: seen.provider.provider_type.to_string(),
        kind_slug: entry.kind.slug(),
        state: card::tag(seen.version.state.as_str()),
        is_new: seen.before.is_none(),
        is_waiting: seen.version.state == VersionState::Waiting,
        written: format!("written {}{by}", long_time(seen.version.written_at)),
        public_href: seen.before.as_ref().map(|_| format!("/services/{}", seen.version.service_id)),
        changes: seen.changes(app)?.into_iter().map(shown).collect(),
        regulated,
        name: entry.name,
        reason,
        errors,
    })
}

/// `POST /moderation/changes/{version_id}/approval`
pub async fn post_approval(
    moderator: Moderator,
    id: Path<String>,
    _: Form<Pressed>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (id, now, url) = (parse(&id)?, app.clock.now(), app.post.public_url.clone());
    app.db.write(move |tx| approve(tx, &moderator, id, &url, now)).await?;
    Ok(see_other("/moderation/changes?done=approved"))
}

/// A reason as it was sent.
#[derive(Deserialize)]
pub struct ReasonForm {
    #[serde(default)]
    reason: String,
}

/// `POST /moderation/changes/{version_id}/sending-back`
pub async fn post_sending_back(
    moderator: Moderator,
    id: Path<String>,
    Form(form): Form<ReasonForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (id, now, url) = (parse(&id)?, app.clock.now(), app.post.public_url.clone());
    let (who, reason) = (moderator.clone(), form.reason.clone());
    match app.db.write(move |tx| send_back(tx, &who, id, &reason, &url, now)).await {
        Ok(_) => Ok(see_other("/moderation/changes?done=sent-back")),
        Err(refused) => {
            let errors = fields_of(refused.into())?.into();
            let page = approval_page(&app, &request, moderator, id, form.reason, errors).await?;
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

fn parse(id: &str) -> Result<VersionId, AppError> {
    id.parse().map_err(|_not_an_id| AppError::NotFound)
}
