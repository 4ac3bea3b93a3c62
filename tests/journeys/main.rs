//! What people do, told as they would tell it, through the real service.

#[path = "../support/mod.rs"]
mod support;

mod bad_input;
mod buying;
mod demand;
mod finding;
mod followers;
mod over_the_api;
mod rating;
mod somebody_else;
mod together;
