//! The structs behind the templates: the moderator's hub.

use askama::Template;

use crate::purchasing::views::StateTag;
use crate::verification::views::{PaperRow, StepShown};
use crate::web::page::{Errors, Link, Page, Pagination, Row, Tile};

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

/// Whom to ring when somebody may be in danger.
#[derive(Template)]
#[template(path = "safeguarding/concern.html")]
pub struct ConcernPage {
    pub page: Page,
    /// The service it is about, with its address.
    pub about: Option<Link>,
    /// "Trafford"
    pub authority: Option<String>,
    /// Label and telephone number.
    pub phones: Vec<Row>,
    pub website: Option<String>,
    /// Whether a regulator looks after the service.
    pub regulated: bool,
}

/// The providers that an authority looks after.
#[derive(Template)]
#[template(path = "safeguarding/providers.html")]
pub struct ProvidersPage {
    pub page: Page,
    pub words: String,
    pub providers: Vec<ProviderRow>,
    pub pagination: Pagination,
}

/// One provider in a list.
#[derive(Clone, Debug, Default)]
pub struct ProviderRow {
    pub href: String,
    pub name: String,
    pub state: StateTag,
}

/// One provider as its moderator sees it.
#[derive(Template)]
#[template(path = "safeguarding/provider.html")]
pub struct ProviderPage {
    pub page: Page,
    pub name: String,
    pub state: StateTag,
    pub entries: Vec<Link>,
    pub papers: Vec<PaperRow>,
    pub steps: Vec<StepShown>,
    /// What a suspension would touch.
    pub running: String,
    pub suspend_path: Option<String>,
    pub lift_path: Option<String>,
    pub reason: String,
    pub errors: Errors,
}
