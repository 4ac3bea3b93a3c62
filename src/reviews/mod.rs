//! Ratings and reviews: what people say of services they bought.
//!
//! - Only who bought a service and confirmed a delivery may rate it: each is a *verified purchase* (seeds/002, eBay-style).
//! - One review for each person and service, which can be changed.
//! - Stars are kept as counts; the score shown is a Bayesian average (see [`crate::catalogue::Rating`]).
//! - Low ratings are published like high ones (Digital Markets, Competition and Consumers Act 2024, schedule 20).
//!
//! Who: [`crate::identity::PurchaseOwner`] writes; anyone reads.

pub mod api;
pub mod pages;
mod review;
pub mod store;
pub mod views;
mod write;

pub use review::{Review, Stars};
pub use write::{ReviewError, Written, write};
