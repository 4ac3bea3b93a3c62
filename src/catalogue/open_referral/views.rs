//! The structs behind the templates: feeds and their reports.

use askama::Template;

use crate::web::page::{Choice, Errors, Link, Page, Row, Tile};

/// The feeds of an authority.
#[derive(Template)]
#[template(path = "catalogue/feeds.html")]
pub struct FeedsPage {
    pub page: Page,
    pub authority: String,
    pub feeds: Vec<FeedLine>,
    pub form: FeedForm,
    pub errors: Errors,
}

/// One feed in the list.
#[derive(Clone, Debug, Default)]
pub struct FeedLine {
    pub name: String,
    pub href: String,
    /// "Read every day; next on 3 March 2026, 04:00".
    pub when: String,
    /// "Read 2 March 2026, 04:00: 12 added, 3 changed".
    pub last: String,
    /// A word and its class.
    pub state: String,
    pub state_class: String,
}

/// What is told of a feed, as a form.
#[derive(Clone, Debug, Default)]
pub struct FeedForm {
    pub action: String,
    pub button: String,
    pub name: String,
    pub url: String,
    pub licence: String,
    pub attribution: String,
    pub every: Vec<Choice>,
    pub accepts_checks: bool,
    pub paused: bool,
    /// Whether it can be paused: not before it is there.
    pub is_there: bool,
}

/// One feed.
#[derive(Template)]
#[template(path = "catalogue/feed.html")]
pub struct FeedPage {
    pub page: Page,
    pub name: String,
    pub facts: Vec<Row>,
    /// What is going on or waits for somebody, as a sentence.
    pub now: Option<String>,
    pub look_path: String,
    pub can_read: bool,
    pub waiting: Option<Link>,
    pub runs: Vec<RunLine>,
    pub form: FeedForm,
    pub errors: Errors,
}

/// One reading in a list.
#[derive(Clone, Debug, Default)]
pub struct RunLine {
    pub href: String,
    pub when: String,
    pub state: String,
    pub state_class: String,
    pub counts: Vec<String>,
    pub problem: Option<String>,
}

/// The report of one reading.
#[derive(Template)]
#[template(path = "catalogue/feed_report.html")]
pub struct ReportPage {
    pub page: Page,
    pub feed: Link,
    pub state: String,
    pub state_class: String,
    pub tiles: Vec<Tile>,
    pub problem: Option<String>,
    /// Where "take these in" goes, where there is anything to take in.
    pub approve_path: Option<String>,
    pub approve_label: String,
    pub csv_href: String,
    pub filters: Vec<FilterLink>,
    pub rows: Vec<ReportRow>,
    pub next: Option<String>,
}

/// A way to see only some rows.
#[derive(Clone, Debug, Default)]
pub struct FilterLink {
    pub label: String,
    pub href: String,
    pub current: bool,
}

/// One row of a report.
#[derive(Clone, Debug, Default)]
pub struct ReportRow {
    pub position: String,
    pub outcome: String,
    pub name: String,
    pub source_id: String,
    /// The service's page, where it is here.
    pub href: Option<String>,
    pub notes: Vec<String>,
}
