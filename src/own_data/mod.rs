//! What belongs to a person: everything about them to take away, and the end of their account.
//!
//! - A *copy* holds every row about a person (`sections`) three times: to read, as JSON and as CSV. It is made in the
//!   background; a letter says when it is there; whoever fetches it has signed in. After a week it is wiped.
//! - *Closing* an account erases who somebody was, in one transaction. What was bought and paid stays, as the law wants it, of
//!   "closed account": the page says both before.
//!
//! Every table that speaks of people is in a copy, or left out for a reason that stands beside it
//! (`tests/contracts/everything_about_a_person.rs`).
//!
//! Who: [`crate::identity::SignedIn`], for themselves only: nobody takes somebody else's data away, or closes their account.

pub mod api;
mod close;
mod copy;
pub mod pages;
mod sections;
pub mod store;
pub mod views;

pub use close::{CloseError, close};
pub use copy::{CopyState, Maker, ask};
pub use sections::{LEFT_OUT, SECTIONS, Section};
