//! Letters: what the service has to tell people when they are not looking.
//!
//! A use case *queues* a letter in its own transaction; so nobody is told of what did not happen, and nothing that
//! happened goes untold. A follower ([`Postman`]) carries letters out after the commit: over SMTP where a server is set,
//! otherwise into a folder of `.eml` files. A server that is down makes a letter wait (longer each time), not vanish.
//!
//! - One letter goes out once: a node takes it for two minutes before it sends, so that no other does.
//! - Words are wiped once a letter is sent: it may hold a link that opens doors.
//! - Addresses and words never reach the logs.

mod carry;
mod letter;
pub mod pages;
mod postbox;
pub mod store;
mod told;
pub mod views;

pub use carry::{Office, Postman};
pub use letter::{Letter, LetterState};
pub use postbox::{Received, received};
pub use store::queue;
pub use told::Told;
