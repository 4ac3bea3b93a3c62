//! Personal budgets, and the ledger they are kept in.
//!
//! A *personal budget* is money for one person's support (Care Act 2014 s.26). It has four parts, which are accounts
//! of a double-entry ledger: *available*, *committed* (promised to providers), *owed* (delivered and confirmed) and
//! *paid*. Every pound moves by a [`Transfer`], whose legs add up to zero; transfers are never changed or deleted.
//!
//! - Nothing but `outside`, which stands for the world that money comes from, is ever below zero.
//! - Buying moves available → committed; a confirmed delivery committed → owed; settlement owed → paid.
//! - The same pages and rules for every way of holding a budget (seeds/002: a virtual budget buys what a direct
//!   payment buys).
//! - [`meaning`] says what a service would mean for a budget before anything is bought; it moves nothing.
//!
//! Who: [`crate::identity::BudgetHolder`] sees and spends; the council opens budgets.

pub mod api;
mod budget;
mod ledger;
pub mod meaning;
pub mod meaning_shown;
mod open;
pub mod pages;
pub mod picture;
pub mod purse;
pub mod store;
pub mod verify;
pub mod views;

pub use budget::{Budget, FundingRoute, NotEnoughMoney};
pub use ledger::{AccountKind, Fund, Holding, Leg, Reason, Transfer};
pub use open::{NewBudget, open};
