//! The same journeys in a real browser, with accessibility checks on every page.
//!
//! Runs where `WEBDRIVER_URL` says where a chromedriver listens; `script/test` starts one. Without it these tests say
//! so and do nothing.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::pedantic,
    reason = "a test that fails should stop there and say so"
)]

#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod browser;
mod keeping;
mod keeping_true;
mod searching;
mod the_desk;
mod the_journey;
mod without_scripts;
