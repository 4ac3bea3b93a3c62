//! Ratings and reviews: what people say of services they bought.
//!
//! - Only who bought a service and confirmed a delivery may rate it: each is a *verified purchase* (seeds/002, eBay-style).
//! - One review for each person and service, which can be changed.
//! - Stars are kept as counts; the score shown is a Bayesian average (see [`crate::catalogue::Rating`]).
//! - Low ratings are published like high ones (Digital Markets, Competition and Consumers Act 2024, schedule 20).
//!
//! - The provider may answer each review once, beside it; the writer may stay anonymous to the provider.
//! - Anybody may say that a review should not stand; a moderator decides with a reason, and removals are listed in public.
//! - A review that hints at harm waits until somebody has looked.
//!
//! Who: [`crate::identity::PurchaseOwner`] writes; anyone reads and reports; [`crate::identity::ProviderMember`] answers;
//! [`crate::identity::Moderator`] decides.

pub mod api;
pub mod care;
pub mod care_pages;
mod moderate;
pub mod pages;
mod review;
pub mod store;
pub mod views;
mod write;

pub use moderate::{CareError, decide, hints_at_harm, object, reply};
pub use review::{Review, Stars};
pub use write::{ReviewError, Written, write};
