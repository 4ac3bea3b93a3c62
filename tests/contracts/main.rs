//! What must stay true of the house as a whole.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::pedantic,
    reason = "a test that fails should stop there and say so"
)]

#[path = "../support/mod.rs"]
mod support;

mod answers_match_the_document;
mod every_page_can_be_used;
mod every_route_says_who;
mod everything_about_a_person;
mod nothing_is_rewritten;
mod open_api;
mod open_referral;
mod pages_have_twins;
mod schemas_agree;
