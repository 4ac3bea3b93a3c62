//! The structs behind the templates: data to take away, and the end of an account.
use crate::web::page::{Errors, Page};
use askama::Template;

/// Everything about me, to take away.
#[derive(Template)]
#[template(path = "own_data/data.html")]
pub struct DataPage {
    pub page: Page,
    pub copies: Vec<CopyLine>,
    /// What a copy holds.
    pub sections: Vec<String>,
    /// Whether one is being made.
    pub waiting: bool,
}

/// One copy.
#[derive(Clone, Debug, Default)]
pub struct CopyLine {
    /// "20 May 2026, 10:00"
    pub asked: String,
    /// "ready until 27 May 2026"
    pub state: String,
    /// Where to fetch it, while it is there.
    pub href: Option<String>,
}

/// The end of an account.
#[derive(Template)]
#[template(path = "own_data/close.html")]
pub struct ClosePage {
    pub page: Page,
    /// What keeps it open, if something does.
    pub obstacle: Option<String>,
    pub has_password: bool,
    pub errors: Errors,
}

/// It is closed.
#[derive(Template)]
#[template(path = "own_data/closed.html")]
pub struct ClosedPage {
    pub page: Page,
}
