//! What people do, told as they would tell it, through the real service.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::pedantic,
    reason = "a test that fails should stop there and say so"
)]

#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod authority;
mod bad_input;
mod buying;
mod demand;
mod finding;
mod followers;
mod helping;
mod identity_providers;
mod kept_in_memory;
mod looked;
mod over_the_api;
mod own_data;
mod programs;
mod rating;
mod roles;
mod second_factor;
mod somebody_else;
mod together;
mod when_things_break;
