//! What people do, told as they would tell it, through the real service.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::pedantic,
    reason = "a test that fails should stop there and say so"
)]

#[path = "../support/mod.rs"]
mod support;

mod a_year_of_money;
mod account_api;
mod accounts;
mod acting_for_a_time;
mod attacks;
mod auditing;
mod authority;
mod bad_input;
mod buying;
mod council_money;
mod cqc;
mod demand;
mod every_look_is_written_down;
mod feeds;
mod finding;
mod followers;
mod freshness;
mod helping;
mod identity_providers;
mod kept_in_memory;
mod looked;
mod money_under_load;
mod monitoring;
mod my_money;
mod over_the_api;
mod own_data;
mod paying_holders;
mod payment_runs;
mod planning;
mod programs;
mod provider_figures;
mod provider_files;
mod provider_members;
mod provider_questions;
mod provider_services;
mod questionnaires;
mod rating;
mod review_care;
mod roles;
mod saved_searches;
mod searching;
mod second_factor;
mod sharing_plans;
mod shortlists;
mod somebody_else;
mod spending_rules;
mod telling;
mod together;
mod verification;
mod when_things_break;
mod wrong_reports;
