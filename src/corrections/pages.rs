//! The pages: saying that an entry is wrong, and answering.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::app::App;
use crate::catalogue::card::tag;
use crate::catalogue::upkeep::{self, Entry};
use crate::clock::{day, long_date};
use crate::error::{AppError, FieldError};
use crate::identity::attempts::{self, Tried};
use crate::identity::{self, Anyone, Moderator, ProviderMember};
use crate::ids::{ReportId, ServiceId};
use crate::places::settings::{self, Setting};
use crate::purchasing::views::StateTag;
use crate::web::client;
use crate::web::form::{Ask, Form};
use crate::web::page::{Choice, Errors, Page, html, html_with, see_other};
use crate::web::paging;
use crate::web::session::form_token;
use crate::web::visit::html_for_anyone;

use super::answer::{Answering, Resolution, answer};
use super::report::{Report, ReportState, WhatIsWrong};
use super::say::{Said, WhereFrom, say};
use super::store;
use super::views::{ReportPage, ReportRow, ReportsPage, ThanksPage, WrongPage};

/// Reports on one page.
const PER_PAGE: u32 = 20;

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/services/{service_id}/wrong", get().to(get_wrong))
        .route("/services/{service_id}/wrong", post().to(post_wrong))
        .route("/services/{service_id}/wrong/thanks", get().to(get_thanks))
        .route("/provider/reports", get().to(get_provider_reports))
        .route("/provider/reports/{report_id}", get().to(get_provider_report))
        .route("/provider/reports/{report_id}/answer", post().to(post_provider_answer))
        .route("/moderation/reports", get().to(get_moderator_reports))
        .route("/moderation/reports/{report_id}", get().to(get_moderator_report))
        .route("/moderation/reports/{report_id}/answer", post().to(post_moderator_answer));
}

async fn entry(app: &App, id: &str) -> Result<(Entry, i64), AppError> {
    let id: ServiceId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let read = app.db.read(move |conn| {
        let entry = upkeep::entry(conn, id)?.filter(|entry| entry.status == "active").ok_or(AppError::NotFound)?;
        let within = settings::setting_of(conn, entry.authority, Setting::AnswerWrongWithinDays)?;
        Ok::<_, AppError>((entry, within))
    });
    read.await
}

/// `GET /services/{service_id}/wrong`
pub async fn get_wrong(
    _: Anyone,
    id: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let entry = entry(&app, &id).await?;
    wrong_page(&request, StatusCode::OK, &entry, &WrongForm::default(), Vec::new())
}

/// The form that says what is wrong, as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct WrongForm {
    what: String,
    words: String,
    email: String,
}

fn wrong_page(
    request: &HttpRequest,
    status: StatusCode,
    (entry, within): &(Entry, i64),
    typed: &WrongForm,
    errors: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let choice = |what: WhatIsWrong| Choice {
        value: what.to_string(),
        label: what.label().into(),
        count: None,
        chosen: typed.what == what.as_str(),
    };
    html_for_anyone(request, "This is wrong", status, |page| WrongPage {
        page,
        name: entry.name.clone(),
        provider: entry.provider.clone(),
        back_href: format!("/services/{}", entry.id),
        action: format!("/services/{}/wrong", entry.id),
        concern_href: format!("/concern?service={}", entry.id),
        choices: WhatIsWrong::CHOICES.map(choice).into(),
        words: typed.words.clone(),
        email: typed.email.clone(),
        within: Setting::AnswerWrongWithinDays.shown(*within),
        errors: Errors::from(errors),
    })
}

/// `POST /services/{service_id}/wrong`
pub async fn post_wrong(
    anyone: Anyone,
    id: Path<String>,
    Form(form): Form<WrongForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    attempts::limit(&app, &request, &anyone, Tried::Correction).await?;
    let entry = entry(&app, &id).await?;
    let said = match Said::checked(&form.what, &form.words, &form.email) {
        Ok(said) => said,
        Err(AppError::Refused(refusal)) => {
            return wrong_page(&request, StatusCode::UNPROCESSABLE_ENTITY, &entry, &form, refusal.fields);
        }
        Err(other) => return Err(other),
    };
    let now = app.clock.now();
    let network = client::household(client::address(&request));
    let from = WhereFrom::of(form_token(&request).as_deref(), &network, now);
    let (service, public_url) = (entry.0.id, app.post.public_url.clone());
    let answer_comes = said.address.is_some();
    let report = app.db.write(move |tx| say(tx, service, &said, &from, &public_url, now)).await?;
    let comes = if answer_comes { "&answer=comes" } else { "" };
    Ok(see_other(&format!("/services/{service}/wrong/thanks?by={}{comes}", report.due_on)))
}

/// What was just said.
#[derive(Deserialize)]
pub struct Thanked {
    by: Option<String>,
    answer: Option<String>,
}

/// `GET /services/{service_id}/wrong/thanks`
pub async fn get_thanks(
    _: Anyone,
    id: Path<String>,
    Ask(thanked): Ask<Thanked>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (entry, within) = entry(&app, &id).await?;
    let usual = crate::working_days::working_days_after(day(app.clock.now()), within);
    let due: NaiveDate = thanked.by.and_then(|day| day.parse().ok()).unwrap_or(usual);
    html(&ThanksPage {
        page: Page::of(&request, "Thank you"),
        name: entry.name,
        back_href: format!("/services/{}", entry.id),
        due: long_date(due),
        answer_comes: thanked.answer.is_some(),
    })
}

/// Which page, and what was just done.
#[derive(Deserialize)]
pub struct Shown {
    page: Option<String>,
    done: Option<String>,
}

/// `GET /provider/reports`
pub async fn get_provider_reports(
    member: ProviderMember,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    reports_page(&app, &request, Answering::Provider(member), shown).await
}

/// `GET /moderation/reports`
pub async fn get_moderator_reports(
    moderator: Moderator,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    reports_page(&app, &request, Answering::Moderator(moderator), shown).await
}

async fn reports_page(app: &App, request: &HttpRequest, by: Answering, shown: Shown) -> Result<HttpResponse, AppError> {
    let page = paging::number(shown.page.as_deref());
    let path = by.path();
    let (lead, back_href, back_label) = match &by {
        Answering::Provider(_) => (
            "What people say is wrong with your entries. Answer by the day; after that the public page says that it may be \
             out of date.",
            "/provider",
            "Back to the desk",
        ),
        Answering::Moderator(_) => (
            "What people say is wrong with entries of your providers. The provider can answer as well; what is overdue is \
             yours to chase.",
            "/moderation",
            "Back to moderation",
        ),
    };
    let (open, total, answered) = app
        .db
        .read(move |conn| {
            let open = store::open(conn, &by, i64::from(page), i64::from(PER_PAGE))?;
            Ok::<_, AppError>((open, store::count_open(conn, &by)?, store::answered(conn, &by, 10)?))
        })
        .await?;
    let today = day(app.clock.now());
    let row = |(report, service): &(Report, String)| report_row(report, service, path, today);
    let notice = shown.done.is_some().then_some("That is answered. Thank you.");
    html(&ReportsPage {
        page: Page::of(request, "What people say is wrong").with_notice(notice),
        lead: lead.into(),
        back_href: back_href.into(),
        back_label: back_label.into(),
        open: open.iter().map(row).collect(),
        answered: answered.iter().map(row).collect(),
        pagination: paging::pagination(u64::try_from(total).unwrap_or(0), page, PER_PAGE, |number| {
            format!("{path}?page={number}")
        }),
    })
}

fn report_row(report: &Report, service: &str, path: &str, today: NaiveDate) -> ReportRow {
    let said = long_date(day(report.reported_at));
    let short: String = report.words.chars().take(140).collect();
    let dots = if report.words.chars().count() > 140 { "…" } else { "" };
    ReportRow {
        href: format!("{path}/{}", report.id),
        service: service.to_owned(),
        says: if short.is_empty() {
            report.what.label().to_owned()
        } else {
            format!("{}: {short}{dots}", report.what.label())
        },
        when: match report.answered_at {
            None => format!("Said on {said}, answer by {}", long_date(report.due_on)),
            Some(at) => format!("Said on {said}, answered on {}", long_date(day(at))),
        },
        state: state_tag(report, today),
    }
}

fn state_tag(report: &Report, today: NaiveDate) -> StateTag {
    if report.is_overdue(today) { tag("overdue") } else { tag(report.state.as_str()) }
}

/// `GET /provider/reports/{report_id}`
pub async fn get_provider_report(
    member: ProviderMember,
    id: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = report_page(&app, &request, Answering::Provider(member), &id, AnswerForm::default(), Vec::new());
    html(&page.await?)
}

/// `GET /moderation/reports/{report_id}`
pub async fn get_moderator_report(
    moderator: Moderator,
    id: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = report_page(&app, &request, Answering::Moderator(moderator), &id, AnswerForm::default(), Vec::new());
    html(&page.await?)
}

/// The form that answers, as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct AnswerForm {
    resolution: String,
    reason: String,
}

async fn report_page(
    app: &App,
    request: &HttpRequest,
    by: Answering,
    id: &str,
    typed: AnswerForm,
    errors: Vec<FieldError>,
) -> Result<ReportPage, AppError> {
    let id: ReportId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let path = by.path();
    let is_provider = matches!(by, Answering::Provider(_));
    let (report, entry, answered_by) = app
        .db
        .read(move |conn| {
            let report = store::one(conn, &by, id)?;
            let entry = upkeep::entry(conn, report.service_id)?.ok_or(AppError::NotFound)?;
            let name = match report.answered_by {
                Some(person) => identity::store::name(conn, person)?,
                None => None,
            };
            Ok::<_, AppError>((report, entry, name))
        })
        .await?;
    let today = day(app.clock.now());
    let open = report.state == ReportState::Open;
    let choice = |resolution: &Resolution| Choice {
        value: resolution.to_string(),
        label: resolution.label().into(),
        count: None,
        chosen: typed.resolution == resolution.as_str(),
    };
    let who = if report.from_provider { "The provider, by the link in our letter," } else { "Somebody" };
    let answered = report.answered_at.map(|at| {
        let name = answered_by.unwrap_or_default();
        let role = report.answered_as.clone().unwrap_or_default();
        format!("Answered on {} by {name} ({role}): {}.", long_date(day(at)), report.state)
    });
    Ok(ReportPage {
        page: Page::of(request, format!("Is {} wrong?", entry.name)),
        service_href: format!("/services/{}", entry.id),
        edit_href: is_provider.then(|| format!("/provider/services/{}", entry.id)),
        provider: entry.provider,
        service: entry.name,
        back_href: path.into(),
        what: report.what.label().into(),
        words: report.words.split("\n\n").filter(|part| !part.trim().is_empty()).map(str::to_owned).collect(),
        said: format!("{who} said this on {}.", long_date(day(report.reported_at))),
        due: if report.is_overdue(today) {
            format!(
                "This was due on {}. Until it is answered, the public page says that it may be out of date.",
                long_date(report.due_on)
            )
        } else {
            format!("Please answer by {}.", long_date(report.due_on))
        },
        state: state_tag(&report, today),
        wants_answer: report.address.is_some(),
        answer_path: open.then(|| format!("{path}/{id}/answer")),
        choices: Resolution::ALL.iter().map(choice).collect(),
        reason: typed.reason,
        answered,
        answer_words: report.reason,
        errors: Errors::from(errors),
    })
}

/// `POST /provider/reports/{report_id}/answer`
pub async fn post_provider_answer(
    member: ProviderMember,
    id: Path<String>,
    Form(form): Form<AnswerForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    post_answer(&app, &request, Answering::Provider(member), &id, form).await
}

/// `POST /moderation/reports/{report_id}/answer`
pub async fn post_moderator_answer(
    moderator: Moderator,
    id: Path<String>,
    Form(form): Form<AnswerForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    post_answer(&app, &request, Answering::Moderator(moderator), &id, form).await
}

async fn post_answer(
    app: &App,
    request: &HttpRequest,
    by: Answering,
    id: &str,
    form: AnswerForm,
) -> Result<HttpResponse, AppError> {
    let report: ReportId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let path = by.path();
    let fields = match form.resolution.parse::<Resolution>() {
        Err(_not_chosen) => vec![FieldError::new("resolution", "Choose what came of it.")],
        Ok(resolution) => {
            let (now, asking, reason) = (app.clock.now(), by.clone(), form.reason.clone());
            let public_url = app.post.public_url.clone();
            let done = app.db.write(move |tx| answer(tx, &asking, report, resolution, &reason, &public_url, now)).await;
            match done.map_err(AppError::from) {
                Ok(_) => return Ok(see_other(&format!("{path}?done=answered"))),
                Err(AppError::Refused(refusal)) if !refusal.fields.is_empty() => refusal.fields,
                Err(other) => return Err(other),
            }
        }
    };
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &report_page(app, request, by, id, form, fields).await?)
}
