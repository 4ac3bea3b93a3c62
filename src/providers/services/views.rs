//! The structs behind the templates: services, their parts, approvals, the short path.
use super::super::views::DeskNav;
use super::difference::Piece;
use super::form::Field;
use crate::purchasing::views::StateTag;
use crate::web::page::{Errors, Page};
use askama::Template;

/// All services of a provider.
#[derive(Template)]
#[template(path = "providers/services.html")]
pub struct ServicesPage {
    pub page: Page,
    pub nav: DeskNav,
    pub services: Vec<ServiceRow>,
    /// Whether the member writes services.
    pub may_write: bool,
    pub errors: Errors,
}

/// One service in that list.
#[derive(Clone, Debug, Default)]
pub struct ServiceRow {
    pub id: String,
    pub name: String,
    pub kind_slug: String,
    /// "active", "draft", "waiting for approval"…
    pub tags: Vec<StateTag>,
    pub is_public: bool,
    pub is_listed: bool,
    pub places_free: String,
    pub waiting_days: String,
    /// "3 places free · people wait about 2 weeks".
    pub availability: String,
    pub checked: String,
}

/// The task list of one service.
#[expect(clippy::struct_excessive_bools, reason = "each decides about another corner of the page")]
#[derive(Template)]
#[template(path = "providers/service.html")]
pub struct ServiceTasksPage {
    pub page: Page,
    pub nav: DeskNav,
    pub id: String,
    pub name: String,
    pub tags: Vec<StateTag>,
    /// What is public and what is not, in one or two sentences.
    pub sentence: String,
    /// What a moderator asked for.
    pub sent_back: Option<String>,
    pub tasks: Vec<Task>,
    pub done: usize,
    pub may_publish: bool,
    /// "Publish", "Publish the changes", "Send for approval".
    pub publish_label: String,
    pub is_waiting: bool,
    pub has_draft: bool,
    pub is_public: bool,
    pub is_closed: bool,
    pub errors: Errors,
}

/// One page of the list.
#[derive(Clone, Debug, Default)]
pub struct Task {
    pub title: String,
    pub href: String,
    /// What was said there, shortly.
    pub hint: String,
    pub state: StateTag,
}

/// One part as a form.
#[derive(Template)]
#[template(path = "providers/part.html")]
pub struct PartPage {
    pub page: Page,
    pub nav: DeskNav,
    pub back_href: String,
    pub heading: String,
    pub about: String,
    pub action: String,
    pub button: String,
    /// What the part looked like when this page was opened.
    pub seen: String,
    pub fields: Vec<Field>,
    pub folded_label: String,
    /// The prices, on the page of prices.
    pub prices: Vec<PriceRow>,
    pub add_price_href: Option<String>,
    /// What somebody else wrote meanwhile.
    pub theirs: Vec<Theirs>,
    pub preview_href: Option<String>,
    /// The step of the short path: 2 of 5.
    pub step: Option<String>,
    pub errors: Errors,
}

/// A field as somebody else wrote it meanwhile.
#[derive(Clone, Debug, Default)]
pub struct Theirs {
    pub label: String,
    pub value: String,
}

/// One price in a list.
#[derive(Clone, Debug, Default)]
pub struct PriceRow {
    pub words: String,
    pub href: String,
    pub remove_path: String,
}

/// What happened to a service: versions, and prices since the beginning.
#[derive(Template)]
#[template(path = "providers/history.html")]
pub struct HistoryPage {
    pub page: Page,
    pub nav: DeskNav,
    pub back_href: String,
    pub name: String,
    pub versions: Vec<VersionRow>,
    pub prices: Vec<PastPrice>,
}

/// One version.
#[derive(Clone, Debug, Default)]
pub struct VersionRow {
    pub number: i32,
    pub state: StateTag,
    pub written: String,
    pub decided: Option<String>,
    pub reason: Option<String>,
}

/// One price that holds, held or will hold.
#[derive(Clone, Debug, Default)]
pub struct PastPrice {
    pub label: String,
    pub amount: String,
    pub from: String,
    pub to: String,
}

/// What waits for approval.
#[derive(Template)]
#[template(path = "providers/approvals.html")]
pub struct ApprovalsPage {
    pub page: Page,
    pub authority: String,
    pub waiting: Vec<WaitingRow>,
}

/// One of them.
#[derive(Clone, Debug, Default)]
pub struct WaitingRow {
    pub href: String,
    pub name: String,
    pub provider: String,
    pub kind_slug: String,
    pub since: String,
    /// "a new service" or "3 changes".
    pub what: String,
}

/// One change, to be approved or sent back.
#[derive(Template)]
#[template(path = "providers/approval.html")]
pub struct ApprovalPage {
    pub page: Page,
    pub id: String,
    pub name: String,
    pub provider: String,
    pub provider_type: String,
    pub kind_slug: String,
    pub state: StateTag,
    pub is_new: bool,
    pub is_waiting: bool,
    pub written: String,
    pub public_href: Option<String>,
    pub changes: Vec<ChangeShown>,
    pub regulated: Option<String>,
    pub reason: String,
    pub errors: Errors,
}

/// One field that changed.
#[derive(Clone, Debug, Default)]
pub struct ChangeShown {
    pub part: String,
    pub label: String,
    pub words: Vec<Piece>,
}

/// The first page of the short path.
#[derive(Template)]
#[template(path = "providers/start.html")]
pub struct StartPage {
    pub page: Page,
    pub fields: Vec<Field>,
    pub errors: Errors,
}

/// The last page of the short path: look once more, then publish.
#[derive(Template)]
#[template(path = "providers/start_check.html")]
pub struct StartCheckPage {
    pub page: Page,
    pub nav: DeskNav,
    pub id: String,
    pub rows: Vec<crate::web::page::Row>,
    pub publish_label: String,
    pub errors: Errors,
}
