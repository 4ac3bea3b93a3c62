//! Who looked at somebody's records, who changed them, and why: written down for the person themselves to read.
//!
//! - Each person has a *chain* of entries. An entry holds a hash of itself and of the entry before, so that none can be
//!   changed or taken out unseen; the database refuses both, and `waymark verify` walks every chain
//!   (`docs/decisions/0014-a-chain-for-each-person.md`).
//! - A *change* writes its entry in its own transaction: neither is there without the other.
//! - A *look* by somebody else is written before the page is answered: who cannot be written down sees nothing. The same
//!   look by the same person again within the hour is not written again.
//! - Entries hold ids and words of ours, never names: a name is looked up when the page is shown.
//!
//! Who: everybody reads the chain about themselves ([`crate::identity::SignedIn`]).

mod acting;
pub mod api;
mod entry;
pub mod pages;
mod record;
pub mod store;
pub mod verify;
pub mod views;

pub use acting::{at_a_budget, at_a_plan, at_a_purchase};
pub use entry::{Actor, Deed, Entry, What, Why};
pub use record::{looks, record};
