//! The demo town (being merged).
pub mod people;
