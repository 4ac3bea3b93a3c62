//! The structs behind the templates: what the money went on, questions, notices.
use crate::purchasing::views::StateTag;
use crate::web::page::{Errors, Page, Pagination};
use askama::Template;

/// What the money of one budget went on.
#[derive(Template)]
#[template(path = "monitoring/spending.html")]
pub struct SpendingPage {
    pub page: Page,
    pub own: bool,
    pub person: String,
    pub budget: String,
    pub budget_href: String,
    /// Whether the visitor may say something.
    pub may_say: bool,
    pub action: String,
    pub submission_key: String,
    pub from: String,
    pub to: String,
    pub spent: String,
    pub left: String,
    pub words: String,
    pub said: Vec<SaidRow>,
    pub questions: Vec<QuestionShown>,
    pub notices: Vec<NoticeShown>,
    pub errors: Errors,
}

/// What somebody said.
#[derive(Clone, Debug, Default)]
pub struct SaidRow {
    pub who: String,
    pub time: String,
    pub spent: String,
    pub left: String,
    pub words: String,
    pub when: String,
}

/// A question about unspent money.
#[derive(Clone, Debug, Default)]
pub struct QuestionShown {
    pub id: String,
    pub person: String,
    pub about: String,
    pub state: StateTag,
    pub asked: Option<String>,
    pub answer: Option<String>,
    pub note: Option<String>,
    /// Where the person answers.
    pub answer_path: Option<String>,
    /// Where the officer asks, closes, gives notice.
    pub ask_path: Option<String>,
    pub close_path: Option<String>,
    pub notice_path: Option<String>,
}

/// A notice.
#[derive(Clone, Debug, Default)]
pub struct NoticeShown {
    pub id: String,
    pub person: String,
    pub amount: String,
    pub reason: String,
    pub about: String,
    pub state: StateTag,
    pub appeal: Option<String>,
    pub decision: Option<String>,
    pub appeal_path: Option<String>,
    pub decide_path: Option<String>,
    /// Where the money is taken back, once it may be.
    pub carry_out_path: Option<String>,
    pub submission_key: String,
    /// What went back, and when.
    pub done: Option<String>,
    /// Whether the visitor may let it stand: somebody else than who gave it, once there is an appeal.
    pub may_stand: bool,
}

/// What a finance officer looks after.
#[derive(Template)]
#[template(path = "monitoring/officer.html")]
pub struct MonitoringPage {
    pub page: Page,
    pub authority: String,
    /// "12 weeks".
    pub above: String,
    /// A page of them.
    pub questions: Vec<QuestionShown>,
    pub pagination: Pagination,
    pub notices: Vec<NoticeShown>,
    pub said: Vec<SaidRow>,
    pub errors: Errors,
}
