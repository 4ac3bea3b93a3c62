//! Signing in with an account that somebody has elsewhere: OpenID Connect, authorization code with PKCE.
//!
//! - Several providers, named in a file; secrets stay in files of their own and are never printed.
//! - Whoever sets out from a browser comes back to it: state and nonce are tied to a cookie of it, work once and for ten
//!   minutes.
//! - An identity elsewhere belongs to one account here, and only its owner links it: an address that a provider names never
//!   opens an account that is there already.
//! - Where the provider says that it asked for a second factor (`amr`, `acr`), and the file says to believe it, no code is
//!   asked for here.

pub mod pages;
mod settings;
mod visit;

pub use settings::{Provider, Providers};
