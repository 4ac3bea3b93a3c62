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
mod bank_holidays;
pub mod card;
pub mod cqc;
mod detail;
mod detail_api;
pub mod open_referral;
mod opening;
mod opening_text;
pub mod pages;
mod price_days;
mod prices;
pub mod rating;
pub mod rewrite;
mod service;
mod shelf;
pub mod store;
mod story;
pub mod taxonomy;
mod told;
pub mod upkeep;
pub mod views;

pub use bank_holidays::bank_holiday;
pub use detail::{AreaKind, CheckState, Details, Freq, Paper, Rate, Schedule, Verification};
pub use opening::{Next, Times, in_words, next, next_in_words};
pub use opening_text::{read as read_opening_times, weekly};
pub use price_days::{PRICES, tell_price_days};
pub use prices::{PriceOverTime, over_time, same_price};
pub use rating::Rating;
pub use service::{CostOption, Kind, Location, Offer, Origin, ProviderType, Service, Unit, WholeService};
pub use shelf::Shelf;
