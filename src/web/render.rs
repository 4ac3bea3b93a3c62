//! The two renderers of whatever went wrong: a page with a way back, or `application/problem+json` (RFC 9457).

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, ContentType};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse};
use askama::Template;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{FieldError, Said};

use super::page::{Link, Page, see_other};

/// The code of a refusal that only says what comes first: on pages it leads there.
pub const SECOND_FACTOR_FIRST: &str = "second-factor-first";

/// What a program is told when something went wrong (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "/api/v1/problems/invalid-input",
    "title": "Enter an e-mail address such as name@example.org.",
    "status": 422,
    "code": "invalid-input",
    "errors": [{ "field": "email", "message": "Enter an e-mail address such as name@example.org." }]
}))]
pub struct Problem {
    /// A stable address for this kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The sentence for people.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// A stable word for this kind of problem.
    pub code: String,
    /// The fields it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// What to quote when it was ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// Wraps `/api/v1`: every failure leaves as `application/problem+json`.
pub async fn as_problem_json(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let answer = next.call(request).await?.map_into_boxed_body();
    let Some((status, said)) = what_went_wrong(&answer) else { return Ok(answer) };
    let problem = Problem {
        kind: format!("/api/v1/problems/{}", said.code),
        title: said.sentence,
        status: status.as_u16(),
        code: said.code.into(),
        errors: said.fields,
        reference: said.reference.map(|reference| reference.to_string()),
    };
    let mut response = HttpResponse::build(status);
    if status == StatusCode::UNAUTHORIZED {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    if let Some(seconds) = said.retry_after {
        response.insert_header((header::RETRY_AFTER, seconds));
    }
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let response = response.content_type("application/problem+json").body(body);
    Ok(ServiceResponse::new(answer.request().clone(), response))
}

/// A refusal or a failure as a page, with a way back.
#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Page,
    /// `lost` (404), `refused` (other 4xx) or `broken` (5xx): which drawing.
    look: String,
    heading: String,
    sentences: Vec<String>,
    /// Ways on; the first is a button.
    ways: Vec<Link>,
    reference: Option<String>,
}

/// Wraps the pages: every failure leaves as a page; who has to sign in first is led there.
pub async fn as_page(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let answer = next.call(request).await?.map_into_boxed_body();
    let Some((status, said)) = what_went_wrong(&answer) else { return Ok(answer) };
    let request = answer.request().clone();
    let first = match status {
        StatusCode::UNAUTHORIZED => Some("/sign-in"),
        _ if said.code == SECOND_FACTOR_FIRST => Some("/second-factor"),
        _ => None,
    };
    let response = if let Some(first) = first {
        let back = if request.method() == Method::GET { Page::of(&request, "").path } else { "/".into() };
        let next = percent_encoding::utf8_percent_encode(&back, percent_encoding::NON_ALPHANUMERIC);
        see_other(&format!("{first}?next={next}"))
    } else {
        error_page(&request, status, said)
    };
    Ok(ServiceResponse::new(request, response))
}

fn error_page(request: &HttpRequest, status: StatusCode, said: Said) -> HttpResponse {
    let (look, heading) = match status {
        StatusCode::NOT_FOUND => ("lost", "We cannot find that page"),
        StatusCode::TOO_MANY_REQUESTS => ("refused", "Please wait a little"),
        _ if said.code == "busy" => ("refused", "Many people are signing in just now"),
        status if status.is_server_error() => ("broken", "Something went wrong"),
        _ => ("refused", "That did not work"),
    };
    let mut sentences = vec![said.sentence];
    sentences.extend(
        said.fields
            .into_iter()
            .map(|field| field.message)
            .filter(|message| *message != sentences[0])
            .collect::<Vec<_>>(),
    );
    match look {
        "lost" => {
            sentences.push("It may have moved, or it may be for somebody else. Searching usually finds it.".into());
        }
        "broken" => sentences.push("Please try again in a moment.".into()),
        _ => {}
    }
    let mut page = Page::of(request, heading);
    let mut ways = vec![Link { label: "Find support".into(), href: "/search".into() }];
    if let Some(visitor) = &page.signed_in {
        ways.insert(0, Link { label: visitor.home_label.clone(), href: visitor.home_path.clone() });
    }
    page.path = String::new();
    let page = ErrorPage {
        page,
        look: look.into(),
        heading: heading.into(),
        sentences,
        ways,
        reference: said.reference.map(|reference| reference.to_string()),
    };
    let body = page.render().unwrap_or_else(|_| heading.into());
    let mut response = HttpResponse::build(status);
    if let Some(seconds) = said.retry_after {
        response.insert_header((header::RETRY_AFTER, seconds));
    }
    response.content_type(ContentType::html()).body(body)
}

/// What a failed answer has to say: our own word for it, or one by its status when the framework answered.
fn what_went_wrong(answer: &ServiceResponse) -> Option<(StatusCode, Said)> {
    let status = answer.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    if let Some(said) = answer.response().extensions().get::<Said>() {
        return Some((status, said.clone()));
    }
    let already_said = answer.response().headers().contains_key(header::CONTENT_TYPE) && !is_plain_text(answer);
    (!already_said).then(|| (status, Said::by_status(status)))
}

fn is_plain_text(answer: &ServiceResponse) -> bool {
    let kind = answer.response().headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/plain"))
}
