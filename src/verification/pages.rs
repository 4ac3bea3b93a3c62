//! The pages: a provider's papers, and the moderator's queue.

use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Data, Path, Payload, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{NaiveDate, TimeDelta};
use serde::Deserialize;

use crate::app::App;
use crate::catalogue::card::tag;
use crate::catalogue::{CheckState, Paper, Verification};
use crate::clock::{day, long_date};
use crate::error::{AppError, FieldError};
use crate::identity::{Moderator, ProviderMember, Standing};
use crate::ids::VerificationId;
use crate::purchasing::views::StateTag;
use crate::web::form::{Ask, Form};
use crate::web::form_with_file::Upload;
use crate::web::page::{Choice, Errors, Page, html, html_with, see_other};
use crate::web::paging;

use super::files::{FileKind, LARGEST};
use super::paper::{about, asked_of, label};
use super::send::{Sent, may_send, send};
use super::store::{self, StepRow, WholePaper};
use super::views::{PaperPage, PaperRow, PapersPage, QueuePage, SendPage, StepShown};
use super::{check, look_at, refuse, withdraw};

/// Papers on one page of the queue.
const PER_PAGE: u32 = 20;

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/provider/papers", get().to(get_papers))
        .route("/provider/papers", post().to(post_paper))
        .route("/provider/papers/new", get().to(get_new))
        .route("/provider/papers/{paper_id}", get().to(get_own_paper))
        .route("/provider/papers/{paper_id}/file", get().to(get_own_file))
        .route("/moderation/papers", get().to(get_queue))
        .route("/moderation/papers/{paper_id}", get().to(get_paper))
        .route("/moderation/papers/{paper_id}/file", get().to(get_file))
        .route("/moderation/papers/{paper_id}/check", post().to(post_check))
        .route("/moderation/papers/{paper_id}/refusal", post().to(post_refusal))
        .route("/moderation/papers/{paper_id}/withdrawal", post().to(post_withdrawal));
}

/// Which page, and what was just done.
#[derive(Deserialize)]
pub struct Shown {
    page: Option<String>,
    done: Option<String>,
}

/// `GET /provider/papers`
pub async fn get_papers(
    member: ProviderMember,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let today = day(app.clock.now());
    let may_send = member.standing() != Standing::Staff;
    let (papers, (provider, kind, _)) = app
        .db
        .read(move |conn| {
            let papers = store::papers_of(conn, member.organization())?;
            Ok::<_, AppError>((papers, store::provider(conn, member.organization())?))
        })
        .await?;
    let counts =
        |paper: Paper| papers.iter().any(|p| p.paper == paper && (p.state == CheckState::Waiting || p.holds_on(today)));
    let missing =
        asked_of(kind).iter().filter(|paper| !counts(**paper)).map(|paper| label(*paper).to_owned()).collect();
    let notice = shown.done.is_some().then_some("Your paper is sent. It is looked at within a few days.");
    html(&PapersPage {
        page: Page::of(&request, "Your papers").with_notice(notice),
        provider,
        may_send,
        papers: papers.iter().map(|paper| row(paper, None, "/provider/papers", today)).collect(),
        missing,
    })
}

/// One paper in a list.
pub(crate) fn row(paper: &Verification, provider: Option<&str>, path: &str, today: NaiveDate) -> PaperRow {
    PaperRow {
        href: format!("{path}/{}", paper.id),
        label: label(paper.paper).into(),
        provider: provider.map(str::to_owned),
        detail: paper.detail.clone(),
        when: when(paper, today),
        state: state_tag(paper, today),
    }
}

fn when(paper: &Verification, today: NaiveDate) -> String {
    let by = paper.checked_by.as_deref().unwrap_or("the council");
    let on = paper.checked_on.map(long_date).unwrap_or_default();
    match (paper.state, paper.expires_on) {
        (CheckState::Waiting, _) => format!("Sent on {}", long_date(day(paper.sent_at))),
        (CheckState::Refused, _) => format!("Refused by {by} on {on}"),
        (CheckState::Checked, None) => format!("Checked by {by} on {on}"),
        (CheckState::Checked, Some(last)) if last < today => format!("Ended on {}", long_date(last)),
        (CheckState::Checked, Some(last)) => format!("Checked by {by} on {on}, holds until {}", long_date(last)),
    }
}

fn state_tag(paper: &Verification, today: NaiveDate) -> StateTag {
    if paper.state == CheckState::Checked && !paper.holds_on(today) { tag("ended") } else { tag(paper.state.as_str()) }
}

/// What was typed about a paper.
#[derive(Clone, Default)]
struct Typed {
    paper: String,
    detail: String,
    issued_on: String,
    expires_on: String,
}

/// `GET /provider/papers/new`
pub async fn get_new(member: ProviderMember, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    may_send(&member)?;
    let today = day(app.clock.now());
    let organization = member.organization();
    let (_, kind, _) = app.db.read(move |conn| store::provider(conn, organization)).await.map_err(AppError::from)?;
    html(&send_page(&request, asked_of(kind), &Typed::default(), Vec::new(), today))
}

fn send_page(
    request: &HttpRequest,
    asked: &[Paper],
    typed: &Typed,
    errors: Vec<FieldError>,
    today: NaiveDate,
) -> SendPage {
    // Those that people look for first, then the others.
    let all = asked.iter().chain(Paper::ALL.iter().filter(|paper| !asked.contains(paper))).copied();
    let choice = |paper: Paper| Choice {
        value: paper.to_string(),
        label: label(paper).into(),
        count: None,
        chosen: typed.paper == paper.as_str(),
    };
    SendPage {
        page: Page::of(request, "Send a paper"),
        choices: all.clone().map(choice).collect(),
        hints: all.map(|paper| (label(paper).to_owned(), about(paper).to_owned())).collect(),
        detail: typed.detail.clone(),
        issued_on: typed.issued_on.clone(),
        expires_on: typed.expires_on.clone(),
        today: today.to_string(),
        errors: Errors::from(errors),
    }
}

/// `POST /provider/papers`: a paper, perhaps with a file.
pub async fn post_paper(
    member: ProviderMember,
    payload: Payload,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    may_send(&member)?;
    let upload = Upload::read(&request, payload, LARGEST).await?;
    let (now, today) = (app.clock.now(), day(app.clock.now()));
    let typed = Typed {
        paper: upload.field("paper").into(),
        detail: upload.field("detail").into(),
        issued_on: upload.field("issued_on").into(),
        expires_on: upload.field("expires_on").into(),
    };
    let mut wrong = Vec::new();
    let sent = Sent::checked(&typed.paper, &typed.detail, &typed.issued_on, &typed.expires_on, today);
    let kind = upload.file.as_deref().map(FileKind::of);
    if upload.too_large {
        wrong.push(FieldError::new("file", "Choose a file of at most 5 MB."));
    } else if kind == Some(None) {
        wrong.push(FieldError::new("file", "Choose a PDF, a PNG or a JPEG picture. This file is something else."));
    }
    match sent {
        Ok(sent) if wrong.is_empty() => {
            let file = upload.file.zip(kind.flatten());
            keep_and_send(&app, member, sent, file, now).await?;
            Ok(see_other("/provider/papers?done=sent"))
        }
        sent => {
            let errors = sent.err().into_iter().flatten().chain(wrong).collect();
            let organization = member.organization();
            let (_, kind, _) =
                app.db.read(move |conn| store::provider(conn, organization)).await.map_err(AppError::from)?;
            let page = send_page(&request, asked_of(kind), &typed, errors, today);
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// Keeps the file, then the paper; a file whose paper was not taken is thrown away.
pub(super) async fn keep_and_send(
    app: &App,
    member: ProviderMember,
    sent: Sent,
    file: Option<(Vec<u8>, FileKind)>,
    now: crate::clock::UtcTime,
) -> Result<Verification, AppError> {
    let kept = match file {
        None => None,
        Some((bytes, kind)) => {
            let papers = app.papers.clone();
            let kept = web::block(move || papers.keep(&bytes)).await.map_err(AppError::unexpected)?;
            Some((kept.map_err(AppError::unexpected)?, kind))
        }
    };
    let file = kept.clone();
    let done = app.db.write(move |tx| send(tx, &member, &sent, file.as_ref(), now)).await;
    if let (Err(_), Some((key, _))) = (&done, &kept) {
        app.papers.forget(key);
    }
    Ok(done?)
}

fn id_of(id: &str) -> Result<VerificationId, AppError> {
    id.parse().map_err(|_not_an_id| AppError::NotFound)
}

/// `GET /provider/papers/{paper_id}`
pub async fn get_own_paper(
    member: ProviderMember,
    id: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let whole = app.db.read(move |conn| store::paper_of_member(conn, &member, id)).await.map_err(AppError::from)?;
    let today = day(app.clock.now());
    html(&paper_page(&request, &whole, "/provider/papers", today))
}

fn paper_page(request: &HttpRequest, whole: &WholePaper, path: &str, today: NaiveDate) -> PaperPage {
    let paper = &whole.paper;
    let file = whole.file.as_ref();
    let kind = file.and_then(|file| file.kind);
    PaperPage {
        page: Page::of(request, format!("{} of {}", label(paper.paper), whole.provider)),
        label: label(paper.paper).into(),
        provider: whole.provider.clone(),
        provider_href: None,
        back_href: path.into(),
        detail: paper.detail.clone(),
        issued: file.and_then(|file| file.issued_on).map(long_date),
        expires: paper.expires_on.map(long_date),
        state: state_tag(paper, today),
        file_href: kind.map(|_| format!("{path}/{}/file", paper.id)),
        file_kind: kind.map(|kind| kind.as_str().to_uppercase()).unwrap_or_default(),
        steps: whole.steps.iter().map(step_shown).collect(),
        check_path: None,
        refuse_path: None,
        withdraw_path: None,
        expires_on: paper.expires_on.map(|last| last.to_string()).unwrap_or_default(),
        reason: String::new(),
        today: today.to_string(),
        consequence: None,
        errors: Errors::default(),
    }
}

fn step_shown(step: &StepRow) -> StepShown {
    let mut word = step.step.as_str().to_owned();
    if let Some(first) = word.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    StepShown {
        what: format!("{word} on {} by {}", long_date(day(step.at)), step.by),
        until: step.expires_on.map(|last| format!("until {}", long_date(last))),
        why: step.reason.clone(),
    }
}

/// `GET /provider/papers/{paper_id}/file`: a download, never a page.
pub async fn get_own_file(member: ProviderMember, id: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let whole = app.db.read(move |conn| store::paper_of_member(conn, &member, id)).await.map_err(AppError::from)?;
    download(&app, &whole).await
}

/// `GET /moderation/papers/{paper_id}/file`
pub async fn get_file(moderator: Moderator, id: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let looking = moderator.clone();
    let whole =
        app.db.read(move |conn| store::paper_of_moderator(conn, &moderator, id)).await.map_err(AppError::from)?;
    look_at(&app, &looking, [&whole.paper]).await?;
    download(&app, &whole).await
}

async fn download(app: &App, whole: &WholePaper) -> Result<HttpResponse, AppError> {
    let file = whole.file.clone().and_then(|file| file.key.zip(file.kind));
    let (key, kind) = file.ok_or(AppError::NotFound)?;
    let papers = app.papers.clone();
    let bytes = web::block(move || papers.read(&key)).await.map_err(AppError::unexpected)?;
    let name = whole.paper.paper.as_str().replace(' ', "-");
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, kind.media_type()))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{kind}\"")))
        .body(bytes.map_err(AppError::unexpected)?))
}

/// `GET /moderation/papers`
pub async fn get_queue(
    moderator: Moderator,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = paging::number(shown.page.as_deref());
    let today = day(app.clock.now());
    let long_ago = app.clock.now();
    let looking = moderator.clone();
    let (waiting, total, ending) = app
        .db
        .read(move |conn| {
            let waiting = store::waiting(conn, &moderator, i64::from(page), i64::from(PER_PAGE))?;
            let (total, ..) = store::count_waiting(conn, &moderator, long_ago)?;
            let ending = store::ending(conn, &moderator, today, today + TimeDelta::days(60))?;
            Ok::<_, AppError>((waiting, total, ending))
        })
        .await?;
    look_at(&app, &looking, waiting.iter().chain(&ending).map(|(paper, _)| paper)).await?;
    let notice = match shown.done.as_deref() {
        Some("checked") => Some("The paper is checked. The provider is told, and people see it."),
        Some("refused") => Some("The paper is refused. The provider reads your reason."),
        Some("withdrawn") => Some("The paper no longer counts. The provider reads your reason."),
        _ => None,
    };
    let rows = |list: &[(Verification, String)]| -> Vec<PaperRow> {
        list.iter().map(|(paper, provider)| row(paper, Some(provider), "/moderation/papers", today)).collect()
    };
    html(&QueuePage {
        page: Page::of(&request, "Papers to check").with_notice(notice),
        waiting: rows(&waiting),
        ending: rows(&ending),
        pagination: paging::pagination(u64::try_from(total).unwrap_or(0), page, PER_PAGE, |number| {
            format!("/moderation/papers?page={number}")
        }),
    })
}

/// `GET /moderation/papers/{paper_id}`
pub async fn get_paper(
    moderator: Moderator,
    id: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    html(&moderator_page(&app, &request, moderator, id_of(&id)?).await?)
}

async fn moderator_page(
    app: &App,
    request: &HttpRequest,
    moderator: Moderator,
    id: VerificationId,
) -> Result<PaperPage, AppError> {
    let looking = moderator.clone();
    let whole =
        app.db.read(move |conn| store::paper_of_moderator(conn, &moderator, id)).await.map_err(AppError::from)?;
    look_at(app, &looking, [&whole.paper]).await?;
    let today = day(app.clock.now());
    let path =
        |state: CheckState, what: &str| (whole.paper.state == state).then(|| format!("/moderation/papers/{id}/{what}"));
    let registration = whole.paper.paper == Paper::Registration;
    Ok(PaperPage {
        provider_href: Some(format!("/moderation/providers/{}", whole.paper.organization_id)),
        check_path: path(CheckState::Waiting, "check"),
        refuse_path: path(CheckState::Waiting, "refusal"),
        withdraw_path: path(CheckState::Checked, "withdrawal"),
        consequence: registration.then(|| {
            "Regulated services stand on this registration: once it is checked they can be published, and when it is refused \
             or withdrawn they leave the searches at once."
                .to_owned()
        }),
        ..paper_page(request, &whole, "/moderation/papers", today)
    })
}

/// The forms that decide, as they were sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct DecisionForm {
    expires_on: String,
    reason: String,
}

async fn decided<E>(
    app: &App,
    request: &HttpRequest,
    moderator: Moderator,
    id: VerificationId,
    form: DecisionForm,
    (done, word): (Result<Verification, E>, &str),
) -> Result<HttpResponse, AppError>
where
    AppError: From<E>,
{
    match done.map_err(AppError::from) {
        Ok(_) => Ok(see_other(&format!("/moderation/papers?done={word}"))),
        Err(AppError::Refused(refusal)) if !refusal.fields.is_empty() => {
            let page = moderator_page(app, request, moderator, id).await?;
            let page = PaperPage {
                errors: Errors::from(refusal.fields),
                expires_on: form.expires_on,
                reason: form.reason,
                ..page
            };
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other),
    }
}

/// `POST /moderation/papers/{paper_id}/check`
pub async fn post_check(
    moderator: Moderator,
    id: Path<String>,
    Form(form): Form<DecisionForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let last_day = match form.expires_on.trim() {
        "" => None,
        // What is no day is before every day.
        text => Some(text.parse().unwrap_or(NaiveDate::MIN)),
    };
    let (now, asking, public_url) = (app.clock.now(), moderator.clone(), app.post.public_url.clone());
    let done = app.db.write(move |tx| check(tx, &asking, id, last_day, &public_url, now)).await;
    decided(&app, &request, moderator, id, form, (done, "checked")).await
}

/// `POST /moderation/papers/{paper_id}/refusal`
pub async fn post_refusal(
    moderator: Moderator,
    id: Path<String>,
    Form(form): Form<DecisionForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let (now, asking, public_url) = (app.clock.now(), moderator.clone(), app.post.public_url.clone());
    let reason = form.reason.clone();
    let done = app.db.write(move |tx| refuse(tx, &asking, id, &reason, &public_url, now)).await;
    decided(&app, &request, moderator, id, form, (done, "refused")).await
}

/// `POST /moderation/papers/{paper_id}/withdrawal`
pub async fn post_withdrawal(
    moderator: Moderator,
    id: Path<String>,
    Form(form): Form<DecisionForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let (now, asking, public_url) = (app.clock.now(), moderator.clone(), app.post.public_url.clone());
    let reason = form.reason.clone();
    let done = app.db.write(move |tx| withdraw(tx, &asking, id, &reason, &public_url, now)).await;
    decided(&app, &request, moderator, id, form, (done, "withdrawn")).await
}
