//! Pages with a form for people who have not signed in: the form is tied to a cookie of their visit.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::error::AppError;
use crate::ids::random_token;

use super::csrf;
use super::page::{Page, html_with};
use super::session::{form_token, visit_cookie};

/// A page with a form, for anybody: who has no cookie yet gets one that the form is tied to.
pub fn html_for_anyone<T: Template>(
    request: &HttpRequest,
    title: impl Into<String>,
    status: StatusCode,
    make: impl FnOnce(Page) -> T,
) -> Result<HttpResponse, AppError> {
    let page = Page::of(request, title);
    if form_token(request).is_some() {
        return html_with(status, &make(page));
    }
    let secret = random_token();
    let mut answer = html_with(status, &make(Page { csrf: csrf::token_for(&secret), ..page }))?;
    answer.add_cookie(&visit_cookie(request, secret)).map_err(AppError::unexpected)?;
    Ok(answer)
}
