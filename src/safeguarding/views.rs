//! The structs behind the templates: the moderator's hub.

use askama::Template;

use crate::web::page::{Page, Tile};

/// What waits for a moderator.
#[derive(Template)]
#[template(path = "safeguarding/moderation.html")]
pub struct ModerationPage {
    pub page: Page,
    pub authority: String,
    pub tiles: Vec<Tile>,
    pub queues: Vec<QueueShown>,
}

/// One queue.
#[derive(Clone, Debug, Default)]
pub struct QueueShown {
    pub label: String,
    pub about: String,
    pub href: String,
    pub icon: String,
    /// "3 wait", "nothing waits".
    pub count: String,
    /// "2 are overdue".
    pub overdue: Option<String>,
    /// "The first by 3 May 2026".
    pub due: Option<String>,
}
