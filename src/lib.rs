//! Waymark: a marketplace for personal budgets.

pub mod clock;
pub mod config;
pub mod db;
pub mod demand;
pub mod error;
pub mod ids;
pub mod log;
pub mod money;
pub mod purchasing;
