//! Waymark: a marketplace for personal budgets.

pub mod app;
pub mod budgets;
pub mod catalogue;
pub mod clock;
pub mod config;
pub mod db;
pub mod demo;
pub mod error;
pub mod identity;
pub mod ids;
pub mod log;
pub mod money;
pub mod places;
pub mod purchasing;
pub mod reviews;
pub mod web;
