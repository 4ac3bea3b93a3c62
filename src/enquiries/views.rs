//! The structs behind the templates: asking, and answering.
use crate::providers::views::DeskNav;
use crate::web::page::{Errors, Page};
use askama::Template;

/// Asking about a service.
#[derive(Template)]
#[template(path = "enquiries/ask.html")]
pub struct AskPage {
    pub page: Page,
    pub service: String,
    pub service_href: String,
    pub provider: String,
    pub action: String,
    pub name: String,
    pub email: String,
    pub question: String,
    pub submission_key: String,
    /// Whether somebody would read it.
    pub answers_here: bool,
    /// Whether it was just asked.
    pub asked: bool,
    pub errors: Errors,
}

/// The questions to a provider.
#[derive(Template)]
#[template(path = "enquiries/desk.html")]
pub struct EnquiriesPage {
    pub page: Page,
    pub nav: DeskNav,
    pub waiting: Vec<EnquiryRow>,
    pub answered: Vec<EnquiryRow>,
    pub errors: Errors,
}

/// One question.
#[derive(Clone, Debug, Default)]
pub struct EnquiryRow {
    pub id: String,
    pub name: String,
    pub service: String,
    pub service_href: String,
    pub question: Vec<String>,
    pub asked: String,
    pub answer: Vec<String>,
    pub answered: String,
    /// The answer typed before, when it was refused.
    pub typed: String,
    /// The field and what is wrong with it.
    pub problem: Option<String>,
}
