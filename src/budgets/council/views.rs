//! The structs behind the templates of finance officers.
use askama::Template;

use crate::web::page::{Choice, Errors, Link, Page, Pagination, Row, Tile};

use super::super::views::MoneyPicture;

/// Where a finance officer can go, as a row of links.
#[derive(Clone, Debug, Default)]
pub struct Nav {
    /// The links, and whether one is where the officer is.
    pub links: Vec<(Link, bool)>,
}

/// Budgets of an authority.
#[derive(Template)]
#[template(path = "budgets/council/list.html")]
pub struct BudgetsPage {
    pub page: Page,
    pub nav: Nav,
    pub authority: String,
    pub tiles: Vec<Tile>,
    /// Budgets that the work of the day could not bring up to the day.
    pub held_up: Vec<HeldUp>,
    pub which: Vec<Choice>,
    pub named: String,
    pub lines: Vec<BudgetLine>,
    /// "1,240 budgets"
    pub total: String,
    pub pagination: Pagination,
}

/// A budget that needs somebody to look at it.
#[derive(Clone, Debug, Default)]
pub struct HeldUp {
    pub budget: Link,
    pub why: String,
    /// "1 June 2026"
    pub since: String,
}

/// One budget of the list.
#[derive(Clone, Debug, Default)]
pub struct BudgetLine {
    pub href: String,
    pub person: String,
    pub name: String,
    pub route: String,
    pub period: String,
}

/// One budget with everything that holds for it.
#[derive(Template)]
#[template(path = "budgets/council/budget.html")]
pub struct BudgetPage {
    pub page: Page,
    pub nav: Nav,
    pub errors: Errors,
    pub path: String,
    pub person: String,
    pub name: String,
    pub period: String,
    pub picture: MoneyPicture,
    pub facts: Vec<Row>,
    pub sources: Vec<SourceRow>,
    pub requests: Vec<RequestShown>,
    pub terms: Vec<TermsShown>,
    pub periods: Vec<PeriodShown>,
    pub moves: Vec<MoveShown>,
    pub holders: Vec<HolderShown>,
    pub form: MoveForm,
    pub submission_key: String,
}

/// What stands there from one source.
#[derive(Clone, Debug, Default)]
pub struct SourceRow {
    pub source: String,
    pub available: String,
    pub committed: String,
    pub owed: String,
    pub paid: String,
}

/// A wish of the person.
#[derive(Clone, Debug, Default)]
pub struct RequestShown {
    pub route: String,
    pub from: String,
    pub words: String,
    pub state: String,
    /// The colour of its tag.
    pub tag: String,
    pub answer: String,
    pub when: String,
    /// Where an answer or a withdrawal goes, while it waits.
    pub path: Option<String>,
}

/// What holds from a date on.
#[derive(Clone, Debug, Default)]
pub struct TermsShown {
    pub from: String,
    /// "£130 a week"
    pub rate: String,
    /// "now", "planned" or "before"
    pub state: String,
    pub tag: String,
    pub details: Vec<String>,
    pub reason: String,
    pub withdraw_path: Option<String>,
}

/// One period.
#[derive(Clone, Debug, Default)]
pub struct PeriodShown {
    pub days: String,
    pub funded: String,
    pub state: String,
    pub tag: String,
    /// How it ended, once it is closed.
    pub ended: Option<String>,
    pub close_path: Option<String>,
}

/// What was moved by hand.
#[derive(Clone, Debug, Default)]
pub struct MoveShown {
    pub when: String,
    pub what: String,
    pub amount: String,
    pub note: String,
    pub reverse_path: Option<String>,
}

/// Who holds a part, what they have and what is due to them.
#[derive(Clone, Debug, Default)]
pub struct HolderShown {
    pub who: String,
    pub share: String,
    pub with_them: String,
    pub due: String,
    /// "account ending 678", where they are paid.
    pub account: Option<String>,
    /// Where a finance officer gives it; none where the holder does.
    pub account_href: Option<String>,
}

/// The form that moves money.
#[derive(Clone, Debug, Default)]
pub struct MoveForm {
    pub kinds: Vec<Choice>,
    pub sources: Vec<Choice>,
    pub to_sources: Vec<Choice>,
    pub routes: Vec<Choice>,
    pub budgets: Vec<Choice>,
    pub amount: String,
    pub note: String,
}

/// The form of what holds: a new budget, or a change.
#[derive(Template)]
#[template(path = "budgets/council/terms.html")]
pub struct TermsPage {
    pub page: Page,
    pub errors: Errors,
    pub action: String,
    pub back: Link,
    pub heading: String,
    pub lead: String,
    /// Whether a budget is given: it asks for the person, a name and its time.
    pub new: bool,
    pub person: String,
    pub name: String,
    pub starts_on: String,
    pub ends_on: String,
    pub review_on: String,
    pub from: String,
    pub periods: Vec<Choice>,
    pub rate: String,
    pub per: Vec<Choice>,
    pub contribution: String,
    pub bridging: String,
    pub bridging_until: String,
    pub sources: Vec<ShareField>,
    pub holders: Vec<ShareField>,
    pub provider: String,
    pub reason: String,
    pub button: String,
}

/// One share of a form.
#[derive(Clone, Debug, Default)]
pub struct ShareField {
    pub name: String,
    pub label: String,
    pub value: String,
    /// The name of the field that says who, where one is asked for.
    pub who: Option<String>,
    pub who_value: String,
}

/// Raising rates with prices.
#[derive(Template)]
#[template(path = "budgets/council/uprating.html")]
pub struct UpratingPage {
    pub page: Page,
    pub nav: Nav,
    pub errors: Errors,
    pub from: String,
    pub percent: String,
}
