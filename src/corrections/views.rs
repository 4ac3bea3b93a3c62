//! The structs behind the templates: "this is wrong", and its answers.

use askama::Template;

use crate::purchasing::views::StateTag;
use crate::web::page::{Choice, Errors, Page, Pagination};

/// "This is wrong": the form.
#[derive(Template)]
#[template(path = "corrections/wrong.html")]
pub struct WrongPage {
    pub page: Page,
    pub name: String,
    pub provider: String,
    pub back_href: String,
    pub action: String,
    pub concern_href: String,
    pub choices: Vec<Choice>,
    pub words: String,
    pub email: String,
    /// "5 working days"
    pub within: String,
    pub errors: Errors,
}

/// "Thank you": what happens now.
#[derive(Template)]
#[template(path = "corrections/thanks.html")]
pub struct ThanksPage {
    pub page: Page,
    pub name: String,
    pub back_href: String,
    /// "28 May 2026"
    pub due: String,
    pub answer_comes: bool,
}

/// Reports for a provider or a moderator.
#[derive(Template)]
#[template(path = "corrections/reports.html")]
pub struct ReportsPage {
    pub page: Page,
    pub lead: String,
    pub back_href: String,
    pub back_label: String,
    pub open: Vec<ReportRow>,
    pub answered: Vec<ReportRow>,
    pub pagination: Pagination,
}

/// One report in a list.
#[derive(Clone, Debug, Default)]
pub struct ReportRow {
    pub href: String,
    pub service: String,
    /// "The price: it is £9 now"
    pub says: String,
    /// "Said on 20 May 2026, answer by 28 May 2026"
    pub when: String,
    pub state: StateTag,
}

/// One report, with its answer or the form for it.
#[derive(Template)]
#[template(path = "corrections/report.html")]
pub struct ReportPage {
    pub page: Page,
    pub service: String,
    pub service_href: String,
    /// Where a provider's member changes the entry.
    pub edit_href: Option<String>,
    pub provider: String,
    pub back_href: String,
    pub what: String,
    pub words: Vec<String>,
    /// "Somebody without a name said this on 20 May 2026."
    pub said: String,
    /// "Answer by 28 May 2026." or "This was due on 28 May 2026."
    pub due: String,
    pub state: StateTag,
    pub wants_answer: bool,
    pub answer_path: Option<String>,
    pub choices: Vec<Choice>,
    pub reason: String,
    /// "Put right on 21 May 2026 by Pat Example (provider)"
    pub answered: Option<String>,
    pub answer_words: Option<String>,
    pub errors: Errors,
}
