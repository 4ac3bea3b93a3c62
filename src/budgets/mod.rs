//! Personal budgets, and the ledger they are kept in.
//!
//! A *personal budget* is money for one person's support (Care Act 2014 s.26). It has four parts, which are accounts
//! of a double-entry ledger: *available*, *committed* (promised to providers), *owed* (delivered and confirmed) and
//! *paid*, each over the sources that the money came from (social care, health…). Every pound moves by a [`Transfer`],
//! whose legs add up to zero; transfers are never changed or deleted.
//!
//! - Only `outside`, which stands for the world, and what others owe a budget (`contribution due`, `handed over`) are ever
//!   below zero.
//! - Buying moves available → committed; a confirmed delivery committed → owed; settlement owed → paid. Where a budget is
//!   pooled, each step draws on its sources in the proportion of what they have, to the penny.
//! - What holds for a budget from a date on are its [`terms`]; it is funded period by period ([`mod@give`], [`mod@change`]),
//!   and what is unspent at the end of a period goes on as far as a rule says ([`mod@close`]).
//! - The same pages and rules for every way of holding a budget (seeds/002: a virtual budget buys what a direct
//!   payment buys). What is handed to its holder is a matter of payments ([`due`], [`mod@hand_over`]), not of buying.
//! - [`meaning`] says what a service would mean for a budget before anything is bought; it moves nothing.
//!
//! Who: [`crate::identity::BudgetHolder`] sees and spends; the council gives, changes and closes. Decision 0048.

pub mod api;
mod budget;
pub mod change;
pub mod close;
pub mod council;
pub mod due;
mod fund;
pub mod funds;
pub mod give;
pub mod hand_over;
pub mod holding;
mod ledger;
pub mod meaning;
pub mod meaning_shown;
pub mod move_money;
mod open;
pub mod pages;
pub mod picture;
pub mod purse;
mod refusal;
pub mod shares;
pub mod store;
pub mod terms;
pub mod verify;
pub mod views;

pub use budget::{Budget, FundingRoute, NotEnoughMoney};
pub use change::{Change, Changed};
pub use fund::Adjusted;
pub use give::{Agreed, Given, give};
pub use hand_over::Handing;
pub use ledger::{AccountKind, Fund, Holding, Leg, Part, Reason, Source, Transfer};
pub use move_money::{Move, What, move_money, reverse};
pub use open::{NewBudget, open};
pub use refusal::MoneyError;
