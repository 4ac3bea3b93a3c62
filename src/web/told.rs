//! Pages that only say something.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::error::AppError;

use super::page::{Page, html};

/// How usable the pages are, and what is not good enough yet.
#[derive(Template)]
#[template(path = "accessibility.html")]
pub struct AccessibilityPage {
    pub page: Page,
}

/// What is kept about people.
#[derive(Template)]
#[template(path = "privacy.html")]
pub struct PrivacyPage {
    pub page: Page,
}

/// `GET /accessibility`: open to anyone.
pub async fn get_accessibility(request: HttpRequest) -> Result<HttpResponse, AppError> {
    html(&AccessibilityPage { page: Page::of(&request, "Accessibility") })
}

/// `GET /privacy`: open to anyone.
pub async fn get_privacy(request: HttpRequest) -> Result<HttpResponse, AppError> {
    html(&PrivacyPage { page: Page::of(&request, "Privacy") })
}
