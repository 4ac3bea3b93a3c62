//! "My money": what is there, what is promised, what is left until the review; and "what if I buy this?".
//!
//! One page that anybody understands: a jar, a path to the review, few words, large figures; the exact figures beneath,
//! for each budget and all together. Trying something out moves nothing: [`crate::budgets::meaning`] works it out.
//!
//! - Only budgets that run today are in the jar; one that begins later is named.
//! - *Promised* is what was asked for and what was delivered but not yet paid: it is there, and it is not free.
//! - Whoever acts for somebody sees the same page for that person, and the person can read that they looked.
//!
//! Who: [`crate::identity::SignedIn`], for themselves and for those they act for.

pub mod api;
mod jar;
mod money;
pub mod pages;
pub mod views;
mod what_if;

pub use money::{MyMoney, OfSource, OneBudget, read};
pub use what_if::{Often, of_an_amount};
