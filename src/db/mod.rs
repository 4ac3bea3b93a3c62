//! One database behind one door: [`Db::read`] and [`Db::write`], on SQLite or on PostgreSQL.
//!
//! - SQLite has one writer thread that commits in groups; readers have a pool of their own.
//! - PostgreSQL has one pool; a transaction that lost a race (deadlock, serialization) is tried again with jitter.
//! - A transaction's closure may run twice, so it has no effect outside the database.
//! - An answer is given only after the commit.

mod both;
mod conn;
mod file;
mod migrations;
pub mod schema;
mod transaction;
mod words;
mod writer;

pub use both::{Among, Both, FEW_ROWS, Locked, among, both, locked, sum_i64};
pub use conn::{Conn, DatabaseUrl, MultiBackend, UnknownScheme};
pub use migrations::{migrate, migrations_are_done, revert_all};
pub use transaction::{Db, DbError, Overloaded, attempt, off_the_async_threads};
pub(crate) use words::text_enum;
