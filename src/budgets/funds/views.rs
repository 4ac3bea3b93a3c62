//! The structs behind the templates of individual service funds.
use askama::Template;

use crate::providers::views::DeskNav;
use crate::web::page::{Errors, Link, Page, Tile};

use super::super::council::views::Nav;
use super::super::views::MoneyPicture;

/// The funds that a provider holds.
#[derive(Template)]
#[template(path = "budgets/funds/list.html")]
pub struct FundsPage {
    pub page: Page,
    pub nav: DeskNav,
    pub tiles: Vec<Tile>,
    /// Returns that are due or were sent back.
    pub due: Vec<ReturnShown>,
    pub funds: Vec<FundLine>,
    pub filed: Vec<ReturnShown>,
}

/// One fund of the list.
#[derive(Clone, Debug, Default)]
pub struct FundLine {
    pub person: Link,
    pub weekly: String,
    pub received: String,
    pub spent: String,
    pub balance: String,
}

/// One return in a list.
#[derive(Clone, Debug, Default)]
pub struct ReturnShown {
    pub id: String,
    pub href: String,
    pub person: String,
    /// To whom it is for finance officers: the provider.
    pub provider: String,
    pub days: String,
    pub state: String,
    pub tag: String,
    /// "due on 31 July 2026", "balance £120; agrees with the ledger"
    pub remark: String,
    pub note: String,
    /// Where a finance officer's decision goes, while it waits.
    pub decide_path: Option<String>,
}

/// One fund.
#[derive(Template)]
#[template(path = "budgets/funds/fund.html")]
pub struct FundPage {
    pub page: Page,
    pub nav: DeskNav,
    pub person: String,
    pub name: String,
    pub authority: String,
    pub weekly: String,
    pub picture: MoneyPicture,
    /// "Up to £32.50 of what is unspent goes on into the next period."
    pub rule: String,
    pub movements: Vec<FundMovement>,
    pub returns: Vec<ReturnShown>,
}

/// What came to a fund or went from it.
#[derive(Clone, Debug, Default)]
pub struct FundMovement {
    pub when: String,
    pub what: String,
    pub came: String,
    pub went: String,
}

/// The form of one return.
#[derive(Template)]
#[template(path = "budgets/funds/return.html")]
pub struct ReturnPage {
    pub page: Page,
    pub nav: DeskNav,
    pub errors: Errors,
    pub path: String,
    pub person: String,
    pub days: String,
    pub due: String,
    /// What the council said when it sent the return back.
    pub answer: String,
    /// Whether it can still be filed.
    pub open: bool,
    /// "We know of £1,300 that came, £1,120 that was paid, and £180 that should be left."
    pub ledger: String,
    pub opening: String,
    pub received: String,
    pub spent: String,
    pub balance: String,
    pub hours: String,
    pub note: String,
}

/// The returns to an authority.
#[derive(Template)]
#[template(path = "budgets/funds/finance.html")]
pub struct ReturnsPage {
    pub page: Page,
    pub nav: Nav,
    pub errors: Errors,
    pub tiles: Vec<Tile>,
    pub filed: Vec<ReturnShown>,
    pub missing: Vec<ReturnShown>,
    pub accepted: Vec<ReturnShown>,
}
