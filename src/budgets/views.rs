//! The structs behind the templates: Personal budgets as pictures and figures.
use crate::purchasing::views::{PurchaseRow, StateTag};
use crate::web::page::{Choice, Errors, Link, Page, Pagination};

use super::council::views::{PeriodShown, RequestShown, SourceRow, TermsShown};
use askama::Template;

/// An amount of money cut into parts, drawn as one bar with a legend that holds the same figures.
#[derive(Clone, Debug, Default)]
pub struct MoneyPicture {
    /// All parts together: "£4,200.00".
    pub total: String,
    /// What the total is: "in your budget this year".
    pub total_label: String,
    /// The parts in order; together `width` makes 1000.
    pub parts: Vec<Part>,
}

/// One part of a money picture.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// "Available".
    pub label: String,
    /// Its colour: `available`, `committed`, `owed`, `paid`, `direct`, `management`, `overhead`, `this` or `short`.
    pub class: String,
    /// "£1,020.00".
    pub amount: String,
    /// A few words on what it is: "yours to spend".
    pub about: String,
    /// Rounded percent, for the legend.
    pub percent: u32,
    /// Where its rectangle begins, in thousandths of the bar.
    pub x: u32,
    /// How long its rectangle is, in thousandths of the bar.
    pub width: u32,
}

/// All budgets that the visitor may use.
#[derive(Template)]
#[template(path = "budgets/list.html")]
pub struct BudgetsPage {
    pub page: Page,
    pub budgets: Vec<BudgetCard>,
    /// Whether one of them is somebody else's.
    pub others: bool,
}

/// One budget in the list.
#[derive(Clone, Debug, Default)]
pub struct BudgetCard {
    pub href: String,
    /// "Personal budget 2026 to 2027".
    pub name: String,
    /// Whose it is.
    pub person: String,
    /// "direct payment".
    pub route: String,
    /// "1 April 2026 to 31 March 2027".
    pub period: String,
    pub picture: MoneyPicture,
}

/// One budget: its picture, what waits for an answer, purchases, and every movement.
#[derive(Template)]
#[template(path = "budgets/budget.html")]
pub struct BudgetPage {
    pub page: Page,
    pub name: String,
    pub person: String,
    /// Whether the visitor looks at their own budget ("Your budget") or another's.
    pub own: bool,
    pub authority: String,
    pub route: String,
    /// "1 April 2026 to 31 March 2027".
    pub period: String,
    /// "£1,020.00", said first and large.
    pub available: String,
    /// "About £85 a week until 31 March 2027"; a sentence.
    pub pace: Option<String>,
    pub picture: MoneyPicture,
    /// The simple picture of all the money.
    pub money_href: String,
    /// The statement.
    pub statement_href: String,
    /// Where it is said what a direct payment went on.
    pub spending_href: Option<String>,
    /// Whether the visitor may buy from it.
    pub may_buy: bool,
    /// Where it says how the budget is held.
    pub holding: String,
    /// Things that wait for the visitor: deliveries to confirm, purchases to rate.
    pub to_do: Vec<Task>,
    pub purchases: Vec<PurchaseRow>,
    pub movements: Vec<Movement>,
    pub pagination: Pagination,
}

/// Something that waits for the visitor.
#[derive(Clone, Debug, Default)]
pub struct Task {
    /// "Lunch club says it delivered 2 sessions on 3 March. Did it happen?"
    pub text: String,
    pub link: Link,
}

/// One movement of money, in words.
#[derive(Clone, Debug, Default)]
pub struct Movement {
    /// "3 March 2026".
    pub when: String,
    /// "Set aside for 4 hours of Companion visits".
    pub what: String,
    pub href: Option<String>,
    /// "£74.00".
    pub amount: String,
    /// From which part of the budget; none for money that comes in.
    pub from: Option<StateTag>,
    /// To which part of the budget; none for money that leaves.
    pub to: Option<StateTag>,
    /// What was available afterwards.
    pub available_after: String,
}

/// How a budget is held, and asking for another way.
#[derive(Template)]
#[template(path = "budgets/holding.html")]
pub struct HoldingPage {
    pub page: Page,
    pub errors: Errors,
    pub back: String,
    pub name: String,
    pub own: bool,
    pub person: String,
    /// "£130 a week"
    pub rate: String,
    pub held: Vec<HeldBy>,
    pub contribution: Option<String>,
    pub top_up: Option<String>,
    pub sources: Vec<SourceRow>,
    pub terms: Vec<TermsShown>,
    pub periods: Vec<PeriodShown>,
    pub requests: Vec<RequestShown>,
    pub may_ask: bool,
    /// Ways to hold it, each with a sentence about it.
    pub ways: Vec<(Choice, String)>,
    pub review: String,
    pub from: String,
    pub words: String,
    pub path: String,
}

/// One way in which a budget is held.
#[derive(Clone, Debug, Default)]
pub struct HeldBy {
    pub label: String,
    pub about: String,
    pub who: String,
    pub share: Option<String>,
    /// Where it is paid, in a sentence, where that is for the person to say.
    pub account: Option<String>,
    /// Where they say it.
    pub account_href: Option<String>,
}
