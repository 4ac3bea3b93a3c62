//! Writing a service: drafts, versions, approval, and what becomes public.
//!
//! A service is one document ([`Entry`]) that is written in parts ([`Part`]). Each version of it is kept; the one that is
//! *approved* is in the catalogue. Parts read and show themselves as fields with names, so that a page, a row of a CSV
//! file and the API follow the same rules.
//!
//! Who: [`crate::identity::ProviderManager`] writes and publishes; [`crate::identity::ProviderMember`] tells how many
//! places are free; [`crate::identity::Moderator`] approves or sends back.

pub mod api;
pub mod approval_pages;
mod approve;
pub mod availability;
pub mod difference;
pub mod draft;
pub mod entry;
pub mod fields;
pub mod form;
mod loaded;
pub mod pages;
pub mod part;
pub mod part_pages;
pub mod preview;
pub mod publish;
pub mod start;
pub mod start_pages;
pub mod status;
pub mod store;
pub mod version;
pub mod views;

pub use approve::{approve, send_back};
pub use entry::{Day, DayTimes, Entry, PlaceMode, Price};
pub use fields::Fields;
pub use part::{Known, Part};
pub use version::{Version, VersionState};
