//! The structs behind the templates: papers.

use askama::Template;

use crate::purchasing::views::StateTag;
use crate::web::page::{Choice, Errors, Page, Pagination};

/// The papers of a provider.
#[derive(Template)]
#[template(path = "verification/papers.html")]
pub struct PapersPage {
    pub page: Page,
    pub provider: String,
    pub may_send: bool,
    pub papers: Vec<PaperRow>,
    /// Papers that people look for and that this provider has not sent.
    pub missing: Vec<String>,
}

/// One paper in a list.
#[derive(Clone, Debug, Default)]
pub struct PaperRow {
    pub href: String,
    pub label: String,
    pub provider: Option<String>,
    pub detail: String,
    /// "Checked by Trafford on 3 May 2026, holds until 2 May 2027"
    pub when: String,
    pub state: StateTag,
}

/// The form that sends a paper.
#[derive(Template)]
#[template(path = "verification/send.html")]
pub struct SendPage {
    pub page: Page,
    pub choices: Vec<Choice>,
    /// What to write about each paper.
    pub hints: Vec<(String, String)>,
    pub detail: String,
    pub issued_on: String,
    pub expires_on: String,
    pub today: String,
    pub errors: Errors,
}

/// One paper with its history, and what its reader may do.
#[derive(Template)]
#[template(path = "verification/paper.html")]
pub struct PaperPage {
    pub page: Page,
    pub label: String,
    pub provider: String,
    pub provider_href: Option<String>,
    pub back_href: String,
    pub detail: String,
    pub issued: Option<String>,
    pub expires: Option<String>,
    pub state: StateTag,
    pub file_href: Option<String>,
    /// "PDF"
    pub file_kind: String,
    pub steps: Vec<StepShown>,
    /// Where a moderator checks, refuses or withdraws.
    pub check_path: Option<String>,
    pub refuse_path: Option<String>,
    pub withdraw_path: Option<String>,
    /// As typed.
    pub expires_on: String,
    pub reason: String,
    pub today: String,
    /// What a decision about this paper brings with it.
    pub consequence: Option<String>,
    pub errors: Errors,
}

/// One step in the history of a paper or an organisation.
#[derive(Clone, Debug, Default)]
pub struct StepShown {
    /// "Checked on 3 May 2026 by Sunita Rao"
    pub what: String,
    /// "until 2 May 2027"
    pub until: Option<String>,
    pub why: Option<String>,
}

/// The papers that wait for a moderator.
#[derive(Template)]
#[template(path = "verification/queue.html")]
pub struct QueuePage {
    pub page: Page,
    pub waiting: Vec<PaperRow>,
    pub ending: Vec<PaperRow>,
    pub pagination: Pagination,
}
