//! Many services at once, as a CSV file: a template, an export, and an import that is looked at before it happens.
//!
//! A row is the same fields with names as the pages ([`super::services::Part`]), so that the same rules hold. A file is
//! *staged* first: every row says what it would do, or why it is refused. Nothing is imported while any row is refused,
//! unless "import the good ones" is chosen. A row is known by the provider's own reference, so that sending the same
//! file again changes nothing.
//!
//! Who: [`crate::identity::ProviderManager`].

pub mod api;
pub mod columns;
mod import;
pub mod pages;
mod read;
mod stage;
pub mod store;
pub mod views;

pub use import::import;
pub use stage::stage;
