//! Programs that act with the rights of whoever made them.
//!
//! - A program has an id and a secret, shown once and kept as a hash. With them it gets tokens that last a quarter of an hour
//!   (OAuth 2.0 client credentials, RFC 6749 §4.4); both in one word are a *personal token*.
//! - *Scopes* say how far it reaches, never further than its person. They are checked where roles are built
//!   (`identity/roles`), so that no handler can forget them.
//! - Revoking a program ends its tokens at once.
//!
//! Who: [`crate::identity::SignedIn`], for their own.

pub mod api;
pub mod pages;
mod program;
pub mod store;
pub mod views;

pub use program::{Made, ProgramError, Wanted, make, revoke, token};
