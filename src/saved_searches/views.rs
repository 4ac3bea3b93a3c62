//! The structs behind the templates: saved searches, and the page that stops letters.
use crate::catalogue::views::ServiceCard;
use crate::web::page::{Choice, Errors, Page};
use askama::Template;

/// What somebody saved, with what is new.
#[derive(Template)]
#[template(path = "saved_searches/list.html")]
pub struct SavedSearchesPage {
    pub page: Page,
    pub searches: Vec<SavedSearchShown>,
    pub errors: Errors,
}

/// One saved search.
#[derive(Clone, Debug, Default)]
pub struct SavedSearchShown {
    pub id: String,
    pub name: String,
    /// The search itself.
    pub href: String,
    /// none, daily, weekly.
    pub alerts: Vec<Choice>,
    /// "2 new since 3 March 2026".
    pub news: String,
    pub new: Vec<ServiceCard>,
    /// "and 12 more".
    pub more: Option<String>,
    /// It finds so much that letters make no sense.
    pub broad: bool,
}

/// The page behind the link that stops letters.
#[derive(Template)]
#[template(path = "saved_searches/stop.html")]
pub struct StopPage {
    pub page: Page,
    pub name: String,
    pub token: String,
    /// Already stopped.
    pub stopped: bool,
}
