//! The structs behind the templates: who looked.
use crate::web::page::{Page, Pagination};
use askama::Template;

/// Who looked at one's records, and what was changed.
#[derive(Template)]
#[template(path = "audit/looked.html")]
pub struct LookedPage {
    pub page: Page,
    pub lines: Vec<LookedLine>,
    /// Whether one's own deeds are shown too.
    pub own: bool,
    pub pagination: Pagination,
}

/// One look or change.
#[derive(Clone, Debug, Default)]
pub struct LookedLine {
    /// "Pat Example of Sale Neighbours"
    pub who: String,
    /// "looked at your purchase of 2 sessions of Lunch club, to answer it."
    pub did: String,
    /// "20 May 2026 at 11:00"
    pub when: String,
    /// Whether it was no more than a look.
    pub look: bool,
}
