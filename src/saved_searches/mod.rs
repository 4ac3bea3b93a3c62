//! Saved searches, and letters about what newly matches them.
//!
//! A person *saves* a search with everything that its address says. Whatever matches then is known; a follower of the
//! log notices services that match later, and once a day or a week, as the person chose, one letter tells of them.
//!
//! - A service is in one letter of a search only, however often it changes. A letter goes out with the note that it did.
//! - What meets only part of the question is not a match: near misses are for people who look, not for letters.
//! - A search that finds more than [`MOST_MATCHES`] services can be saved, but tells no news: everything would be some.
//! - The link that stops letters works without signing in, and is good for nothing else. Reading it stops nothing (mail
//!   programs read links ahead); pressing its button does.
//!
//! Who: [`crate::identity::SignedIn`] keeps their own; whoever has the link stops one.

pub mod api;
mod follow;
mod letter;
pub mod pages;
mod save;
mod saved_search;
pub mod store;
pub mod views;

pub use follow::{FOLLOWER, Watch};
pub use save::{SaveError, change, forget, save, see, stop};
pub use saved_search::{Alerts, MOST, MOST_MATCHES, SavedSearch};
