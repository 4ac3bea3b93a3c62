//! The pages: asking on the page of a service, answering at the desk.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::audit;
use crate::catalogue;
use crate::clock::long_time;
use crate::error::{AppError, FieldError};
use crate::identity::attempts::{self, Tried};
use crate::identity::{self, Anyone, ProviderMember, SignedIn};
use crate::ids::{EnquiryId, ServiceId, SubmissionKey, random_token};
use crate::providers::store::has_members;
use crate::providers::views::desk_nav;
use crate::web::csrf;
use crate::web::form::{Ask, Form};
use crate::web::page::{Errors, Page, html, html_with, see_other};
use crate::web::session::{form_token, visit_cookie};

use super::views::{AskPage, EnquiriesPage, EnquiryRow};
use super::{Enquiry, Question, answer, ask, looks, store};

const DESK: &str = "/provider/enquiries";

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/services/{service_id}/questions", get().to(get_question))
        .route("/services/{service_id}/questions", post().to(post_question))
        .route("/provider/enquiries", get().to(get_enquiries))
        .route("/provider/enquiries/{enquiry_id}/answer", post().to(post_answer));
}

/// What was just done.
#[derive(Deserialize)]
pub struct Done {
    done: Option<String>,
}

/// A question as it was sent. `company` is for machines: people do not see it.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct QuestionForm {
    name: String,
    email: String,
    question: String,
    submission_key: String,
    company: String,
}

/// `GET /services/{service_id}/questions`
pub async fn get_question(
    anyone: Anyone,
    id: Path<String>,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = parse_service(&id)?;
    let mut form = QuestionForm { submission_key: SubmissionKey::new().to_string(), ..QuestionForm::default() };
    if let Some(who) = anyone.visitor() {
        let person = who.person();
        form.name = who.name().to_owned();
        form.email = app
            .db
            .read(move |conn| identity::store::email(conn, person))
            .await
            .map_err(AppError::from)?
            .unwrap_or_default();
    }
    let asked = done.done.as_deref() == Some("asked");
    ask_page(&app, &request, id, form, asked, StatusCode::OK, Vec::new()).await
}

async fn ask_page(
    app: &App,
    request: &HttpRequest,
    id: ServiceId,
    form: QuestionForm,
    asked: bool,
    status: StatusCode,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let (provider, service, answers_here) = app
        .db
        .read(move |conn| {
            let (organization, service) = store::open_service(conn, id)?.ok_or(AppError::NotFound)?;
            let answers_here = has_members(conn, organization)?;
            Ok::<_, AppError>((catalogue::store::provider_name(conn, organization)?, service, answers_here))
        })
        .await?;
    let mut page = Page::of(request, format!("Ask about {service}"));
    // Whoever has not signed in needs something that ties the form to the browser.
    let fresh = form_token(request).is_none().then(random_token);
    if let Some(secret) = &fresh {
        page.csrf = csrf::token_for(secret);
    }
    let mut answer = html_with(
        status,
        &AskPage {
            page,
            service_href: format!("/services/{id}"),
            action: format!("/services/{id}/questions"),
            service,
            provider,
            name: form.name,
            email: form.email,
            question: form.question,
            submission_key: form.submission_key,
            answers_here,
            asked,
            errors: wrong.into(),
        },
    )?;
    if let Some(secret) = fresh {
        answer.add_cookie(&visit_cookie(request, secret)).map_err(AppError::unexpected)?;
    }
    Ok(answer)
}

/// `POST /services/{service_id}/questions`
pub async fn post_question(
    anyone: Anyone,
    id: Path<String>,
    Form(form): Form<QuestionForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = parse_service(&id)?;
    let asked = format!("/services/{id}/questions?done=asked");
    if !form.company.is_empty() {
        return Ok(see_other(&asked)); // a machine filled in what people cannot see: it learns nothing
    }
    attempts::limit(&app, &request, &anyone, Tried::Enquiry).await?;
    let question = Question {
        service: id,
        name: form.name.clone(),
        email: form.email.clone(),
        question: form.question.clone(),
        key: form.submission_key.parse().unwrap_or_else(|_no_key| SubmissionKey::new()),
    };
    let (now, url) = (app.clock.now(), app.post.public_url.clone());
    let who: Option<SignedIn> = anyone.visitor().cloned();
    match app.db.write(move |tx| ask(tx, who.as_ref(), &question, &url, now)).await.map_err(AppError::from) {
        Ok(_) => Ok(see_other(&asked)),
        Err(AppError::Refused(refusal)) => {
            let wrong =
                if refusal.fields.is_empty() { vec![FieldError::new("", refusal.sentence)] } else { refusal.fields };
            ask_page(&app, &request, id, form, false, refusal.status, wrong).await
        }
        Err(other) => Err(other),
    }
}

/// `GET /provider/enquiries`
pub async fn get_enquiries(
    member: ProviderMember,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let notice = done.done.as_deref().filter(|done| *done == "answered").map(|_| "Your answer is on its way.");
    let page = enquiries_page(&app, &request, member, None).await?;
    html(&EnquiriesPage { page: page.page.with_notice(notice), ..page })
}

async fn enquiries_page(
    app: &App,
    request: &HttpRequest,
    member: ProviderMember,
    typed: Option<(EnquiryId, String, Vec<FieldError>)>,
) -> Result<EnquiriesPage, AppError> {
    let nav = desk_nav(&member, DESK);
    let asked = member.clone();
    let all = app.db.read(move |conn| store::of_provider(conn, &asked)).await.map_err(AppError::from)?;
    audit::looks(&app.db, looks(&member, &all, app.clock.now())).await?;
    let paragraphs = |text: &str| text.split("\n\n").map(str::to_owned).collect::<Vec<_>>();
    let row = |(one, service): &(Enquiry, String)| {
        let again = typed.as_ref().filter(|(id, ..)| *id == one.id);
        EnquiryRow {
            id: one.id.to_string(),
            name: one.first_name().to_owned(),
            service: service.clone(),
            service_href: format!("/services/{}", one.service_id),
            question: paragraphs(&one.question),
            asked: long_time(one.asked_at),
            answer: one.answer.as_deref().map(paragraphs).unwrap_or_default(),
            answered: one.answered_at.map(long_time).unwrap_or_default(),
            typed: again.map(|(_, words, _)| words.clone()).unwrap_or_default(),
            problem: again.and_then(|(.., wrong)| wrong.first().map(|error| error.message.clone())),
        }
    };
    let wrong = |(id, _, wrong): &(EnquiryId, String, Vec<FieldError>)| -> Vec<FieldError> {
        wrong.iter().map(|error| FieldError::new(&format!("answer-{id}"), error.message.clone())).collect()
    };
    Ok(EnquiriesPage {
        page: Page::of(request, "Questions"),
        nav,
        waiting: all.iter().filter(|(one, _)| one.answer.is_none()).map(row).collect(),
        answered: all.iter().filter(|(one, _)| one.answer.is_some()).map(row).collect(),
        errors: Errors::from(typed.as_ref().map(wrong).unwrap_or_default()),
    })
}

/// An answer as it was sent.
#[derive(Deserialize)]
pub struct AnswerForm {
    #[serde(default)]
    answer: String,
}

/// `POST /provider/enquiries/{enquiry_id}/answer`
pub async fn post_answer(
    member: ProviderMember,
    id: Path<String>,
    Form(form): Form<AnswerForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id: EnquiryId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (who, words, now, url) = (member.clone(), form.answer.clone(), app.clock.now(), app.post.public_url.clone());
    match app.db.write(move |tx| answer(tx, &who, id, &words, &url, now)).await.map_err(AppError::from) {
        Ok(()) => Ok(see_other(&format!("{DESK}?done=answered"))),
        Err(AppError::Refused(refusal)) if !refusal.fields.is_empty() => {
            let page = enquiries_page(&app, &request, member, Some((id, form.answer, refusal.fields))).await?;
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other),
    }
}

fn parse_service(id: &str) -> Result<ServiceId, AppError> {
    id.parse().map_err(|_not_an_id| AppError::NotFound)
}
