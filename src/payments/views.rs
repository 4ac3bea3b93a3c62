//! The structs behind the templates: payment runs and bank accounts.
use crate::purchasing::views::StateTag;
use crate::web::page::{Choice, Errors, Link, Page, Pagination, Row, Tile};
use askama::Template;

/// What is due, and the runs.
#[derive(Template)]
#[template(path = "payments/runs.html")]
pub struct RunsPage {
    pub page: Page,
    pub authority: String,
    pub tiles: Vec<Tile>,
    /// What is due by deployment option.
    pub by_option: Vec<OptionRow>,
    /// By which day.
    pub by: String,
    /// Whether there are more budgets than were looked at.
    pub more: bool,
    /// Deployment options to choose from.
    pub routes: Vec<Choice>,
    pub pay_on: String,
    pub submission_key: String,
    /// "account ending 678", from which the council pays.
    pub own_account: Option<String>,
    /// Providers without an account: name, and what waits.
    pub without: Vec<Row>,
    /// Holders without an account: who, where to give it, and what is due.
    pub holders_without: Vec<(Link, String)>,
    pub runs: Vec<RunRow>,
    pub pagination: Pagination,
    pub errors: Errors,
}

/// What is due, or paid in a run, of one deployment option.
#[derive(Clone, Debug, Default)]
pub struct OptionRow {
    pub option: String,
    pub payments: String,
    pub total: String,
}

/// One run in the list.
#[derive(Clone, Debug, Default)]
pub struct RunRow {
    pub link: Link,
    pub about: String,
    pub total: String,
    pub state: StateTag,
}

/// One run.
#[derive(Template)]
#[template(path = "payments/run.html")]
pub struct RunPage {
    pub page: Page,
    pub number: i32,
    pub state: StateTag,
    /// What comes next, in a sentence.
    pub next: String,
    pub tiles: Vec<Tile>,
    pub facts: Vec<Row>,
    /// Sums by deployment option.
    pub by_option: Vec<OptionRow>,
    /// Lines that are not paid after all, and why.
    pub dropped: Vec<Row>,
    pub lines: Vec<LineRow>,
    pub pagination: Pagination,
    pub steps: Vec<Row>,
    /// Accounts that changed lately: look twice.
    pub changed: Vec<Row>,
    pub approve_path: Option<String>,
    pub total_pence: i64,
    pub total: String,
    pub withdraw_path: Option<String>,
    pub csv_href: Option<String>,
    pub xml_href: Option<String>,
    pub answers_path: Option<String>,
    pub errors: Errors,
}

/// One line of a run.
#[derive(Clone, Debug, Default)]
pub struct LineRow {
    pub reference: String,
    pub payee: String,
    pub account: String,
    /// What it pays, and where to look at it.
    pub about: Link,
    pub amount: String,
    pub state: StateTag,
    pub reason: String,
}

/// Giving a bank account.
#[derive(Template)]
#[template(path = "payments/account.html")]
pub struct AccountPage {
    pub page: Page,
    pub heading: String,
    pub lead: String,
    pub back: Link,
    /// "account ending 678, since 3 May 2026, given by Pat".
    pub now: Option<String>,
    pub action: String,
    pub name: String,
    pub sort_code: String,
    pub number: String,
    pub iban: String,
    pub errors: Errors,
}
