//! The demo town: real places and services from open data, invented people, and eighteen months of their history.
//!
//! - Real is what open data tells (`open_data.rs`); invented is everything that can be bought and everybody who buys
//!   (`invented.rs`, `holders.rs`, `people.rs`), and every record says which it is.
//! - The history goes through the same rules and the same ledger as live traffic (`history.rs`); only the writing is
//!   done in bulk, a month in one transaction.
//! - The same clock gives the same town: all chance comes from one seed.
//! - A mark is written last. A town without it was left half-built and has to be made anew.
//!
//! Who: `waymark demo`, and nobody else.

mod build;
mod desks;
mod details;
mod funds;
mod history;
mod holders;
mod invented;
mod listing;
mod looks;
mod market;
mod open_data;
pub mod people;
mod place;
mod plan;
mod planning;
mod rules;
mod scenes;
mod upkeep;
mod words;

pub use build::{BuildError, Size, Summary, TownState, build, build_catalogue, build_of_size, state};
pub use listing::TownError;
pub use place::{make, table, throw_away};
