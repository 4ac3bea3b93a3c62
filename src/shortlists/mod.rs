//! Shortlists: what somebody wants to look at again, compare, print and show to others.
//!
//! A *shortlist* belongs to a person, or to a browser whose visitor has no account; signing in brings the browser's list
//! into the person's. A *link* shows the list, without notes, to whoever has it, until it is withdrawn.
//!
//! - One service stands on a list once. A list holds at most [`MOST`] services.
//! - The cookie of a browser's list is kept as a hash only. A list that no browser used for [`KEPT_DAYS`] days is gone.
//! - Notes are for a person alone: they are on no link and in no list of a browser.
//!
//! Who: [`ListKeeper`] is whoever the list belongs to; [`crate::identity::Anyone`] reads what was shared.

pub mod api;
mod compare;
mod keep;
mod keeper;
pub mod pages;
mod shortlist;
pub mod store;
pub mod views;

pub use keep::{KeepError, keep, let_go, merge, share, withdraw, write_note};
pub use keeper::{ListKeeper, Whose, no_list_cookie};
pub use shortlist::{Entry, KEPT_DAYS, LONGEST_NOTE, MOST, Shortlist};
