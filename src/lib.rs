//! Waymark: a marketplace for personal budgets.
//!
//! In reading order: the small words that everybody uses, the database and the event log, then one folder for each
//! thing that a person may want to do. `docs/architecture.md` walks the folders and follows one purchase.

// The small words.
pub mod clock;
pub mod config;
pub mod error;
pub mod ids;
pub mod money;
pub mod working_days;

// What the rest stands on.
pub mod api_docs;
pub mod api_document;
pub mod api_examples;
pub mod app;
pub mod db;
pub mod log;
pub mod web;

// What people do here.
pub mod allocation;
pub mod audit;
pub mod budgets;
pub mod catalogue;
pub mod corrections;
pub mod demand;
pub mod enquiries;
pub mod freshness;
pub mod helping;
pub mod identity;
pub mod monitoring;
pub mod my_money;
pub mod own_data;
pub mod payments;
pub mod places;
pub mod post;
pub mod programs;
pub mod providers;
pub mod purchasing;
pub mod reviews;
pub mod safeguarding;
pub mod saved_searches;
pub mod search;
pub mod shortlists;
pub mod spending_rules;
pub mod statements;
pub mod support_plans;
pub mod vault;
pub mod verification;

// What starts, shows and proves it.
pub mod bench;
pub mod command;
pub mod demo;
pub mod exchange;
pub mod start;
pub mod verify;
