//! Individual service funds: budgets that a provider holds for one person, and accounts for person by person.
//!
//! After seeds/002, Bath & North East Somerset: money comes to the provider every two weeks for what was agreed, hours are
//! used as the person likes, a quarter of a week's money may go on into the next month (the close of a period sees to that),
//! and every quarter the provider files a return for each person that shows the balance. All of these are settings of the
//! authority, with these defaults.
//!
//! - What a provider should hold is known from the ledger: what was handed over, less what was paid for deliveries. A
//!   return says the same from the provider's books. Where the two differ the provider says why, and a finance officer
//!   looks.
//! - A return adds up by itself (opening + received − spent = balance), or it is not taken.
//! - Late returns are asked for by letter, again and again, until they are there.
//!
//! Who: [`crate::identity::ProviderMember`] for funds that their provider holds; [`crate::identity::FinanceOfficer`] for those
//! of their authority.

pub mod api;
pub mod chase;
pub mod file;
pub mod finance_pages;
mod fund_return;
pub mod pages;
pub mod store;
pub mod views;

pub use fund_return::{FundReturn, ReturnState, Standing, quarter_of};
