//! How a provider's services do: looked at, shown in results, asked about, bought; beside what is usual in the market.
//!
//! - Looks and appearances are counted without people: two numbers for each service and day ([`Tally`]), kept in memory
//!   and written in batches off the request's path.
//! - What is usual is the median of *other* providers of the same category, of whole weeks that are over, rounded to
//!   fives; it is told only where at least three of them stand behind it, and for purchases at least five people.
//!
//! Who: [`crate::identity::ProviderMember`], about their own services.

pub mod api;
mod chart;
pub mod figures;
pub mod pages;
pub mod store;
mod tally;
pub mod views;

pub use tally::Tally;
