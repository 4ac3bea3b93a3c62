//! Statements: every movement of one budget in a time, with what stood on it before and after.
//!
//! - A statement is the ledger read out: before, each transfer, after; nothing is added up elsewhere. What stands at its
//!   end is what the accounts hold, to the penny, and one statement begins where the one before ended.
//! - Days are days in the United Kingdom: a movement late on a summer evening belongs to the day that people lived in.
//! - As a page to read and print, as CSV, as JSON.
//!
//! Who: [`crate::identity::BudgetReader`]. Care Act 2014 s.26; PRODUCT §4.

pub mod api;
pub mod pages;
mod statement;
pub mod store;
pub mod views;

pub use statement::{BySource, Line, Parts, Period, Statement, read, start_of};
