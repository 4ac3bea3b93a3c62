//! What a finance officer does with budgets: gives and changes them, closes their periods, moves money by hand, raises
//! rates with prices, and answers people who would like their budget held in another way.
//!
//! Who: [`crate::identity::FinanceOfficer`], for the budgets of their own authority; every look and every change is in the
//! chain of the person whose budget it is.

pub mod api;
mod asked;
mod deed;
pub mod pages;
pub mod store;
pub mod views;
