//! The catalogue: everything that people can find, paid for or free.
//!
//! A *service* (Open Referral's word) is anything in the catalogue, from home care to a library. It is offered by an
//! *organisation*, belongs to a category of the taxonomy, is used at its locations or comes out to an area, and is
//! paid by one of its *cost options*, or is free.
//!
//! - A regulated activity is published only with a registration that was checked (seeds/002; a constraint says so too).
//! - Where a page's words come from shows on the page: open data with its source, or invented for the demo town.
//! - Nothing pays for a higher place in the results.
//!
//! Who: [`crate::identity::Anyone`] reads the whole catalogue, free and without an account.

pub mod api;
pub mod card;
mod detail;
pub mod pages;
pub mod rating;
mod service;
mod shelf;
pub mod store;
pub mod taxonomy;
pub mod views;

pub use detail::{AreaKind, CheckState, Details, Freq, Paper, Rate, Schedule, Verification};
pub use rating::Rating;
pub use service::{CostOption, Kind, Location, Offer, Origin, ProviderType, Service, Unit, WholeService};
pub use shelf::Shelf;
