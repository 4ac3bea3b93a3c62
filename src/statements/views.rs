//! The structs behind the template: a statement to read and to print.
use crate::web::page::{Choice, Errors, Link, Page};
use askama::Template;

/// A statement.
#[derive(Template)]
#[template(path = "statements/statement.html")]
pub struct StatementPage {
    pub page: Page,
    pub person: String,
    pub own: bool,
    pub budget: String,
    pub budget_href: String,
    pub route: String,
    pub authority: String,
    /// "1 May 2026 to 31 May 2026".
    pub period: String,
    /// "20 May 2026".
    pub made: String,
    pub from: String,
    pub to: String,
    pub action: String,
    pub csv_href: String,
    /// Usual times: label and address, the one shown marked.
    pub times: Vec<(Link, bool)>,
    pub shown: Option<StatementShown>,
    pub errors: Errors,
    /// Other budgets with statements.
    pub budgets: Vec<Choice>,
}

/// Its figures.
#[derive(Clone, Debug, Default)]
pub struct StatementShown {
    pub before: PartsShown,
    pub after: PartsShown,
    /// The same of each source: which, before, after.
    pub by_source: Vec<(String, PartsShown, PartsShown)>,
    /// What was paid out so far to whoever holds the budget.
    pub paid_out: Option<String>,
    pub lines: Vec<LineShown>,
    /// "£200 was put in, £84 was paid to providers."
    pub in_short: String,
}

/// Four parts as they are read.
#[derive(Clone, Debug, Default)]
pub struct PartsShown {
    pub available: String,
    pub committed: String,
    pub owed: String,
    pub paid: String,
    pub total: String,
}

/// One movement as it is read.
#[derive(Clone, Debug, Default)]
pub struct LineShown {
    pub when: String,
    pub what: String,
    pub about: Option<Link>,
    pub with: String,
    pub amount: String,
    pub available: String,
    pub promised: String,
    pub paid: String,
}
