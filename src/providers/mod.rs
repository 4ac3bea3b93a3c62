//! Providers keep their own pages.
//!
//! A *provider* (an organisation, a micro-provider, a personal assistant) has a profile, members, and services. What a
//! member may do is their *standing*: staff do the daily work (availability, questions, purchases), managers write
//! services, prices and the profile, owners also decide who the members are.
//!
//! - A service is written as a draft, one small page after the other, with a preview. Publishing writes the catalogue.
//! - Where the authority asks for it, a change waits for a moderator; the last approved version stays public.
//! - A regulated activity is published only with a registration that was checked; a personal assistant whom people
//!   employ themselves is exempt (seeds/002).
//! - A price changes from a day on. What was bought before keeps its price, and old prices stay in the books.
//! - A provider always has an owner.
//!
//! Who: [`crate::identity::ProviderMember`], [`crate::identity::ProviderManager`], [`crate::identity::ProviderOwner`];
//! [`crate::identity::Moderator`] approves.

pub mod api;
pub mod letters;
pub mod members;
pub mod organisation;
pub mod pages;
pub mod services;
pub mod sheet;
pub mod statistics;
pub mod store;
pub mod typed;
pub mod views;
