//! Search: from what somebody types to the services that help, in an order that can be explained.
//!
//! The index is a follower of the event log. It knows what search needs and answers with ids; prices, places and
//! availability shown on a page come from the database. It can be thrown away and rebuilt at any time.
//!
//! - Misspelt words are put right if they are in no service; everyday words find what the catalogue calls otherwise.
//! - Services that meet every word come first; those that meet part of it are shown only if there are too few.
//! - Nothing can be paid for. Every weight is in `search-index/ranking.toml`, and [`explain_order`] says it in words.
//! - The index and its position in the log move in one commit; a crash loses nothing and repeats nothing.
//!
//! The way of a search: [`Search`] → `understanding` (with `spelling`, `synonyms`) → `matching` (the words) →
//! `collector` (with `filters`, `counts`) → [`Found`]. The way of a service: [`ServiceDocument`] → `fields` →
//! `indexing` → `snapshot` and `rows`.

mod analysis;
pub mod api;
mod asked;
mod beginnings;
mod close;
mod collector;
mod counts;
mod document;
mod explain;
mod fields;
mod filters;
mod find;
mod folder;
pub mod follow;
mod freshness;
mod indexing;
mod log;
mod map;
mod matching;
mod opening;
pub mod pages;
mod panel;
mod query;
mod ranking;
mod rows;
mod sets;
mod snapshot;
mod spelling;
pub mod store;
mod suggest;
mod synonyms;
mod understanding;
pub mod views;
pub mod wanted;

#[cfg(test)]
mod tests;

pub use asked::Asked;
pub use counts::Counts;
pub use document::ServiceDocument;
pub use explain::explain_order;
pub use find::{Found, Hit};
pub use freshness::Freshness;
pub use indexing::{Index, SearchError};
pub use log::{SearchLog, Searched, Through, Writing};
pub(crate) use map::of_service;
pub use query::{Ages, Filters, Home, Search, Sort};
pub use suggest::{Suggestion, SuggestionKind, suggestions};
