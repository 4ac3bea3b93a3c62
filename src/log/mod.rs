//! The event log: what happened, in an order that no reader can fall through.
//!
//! Requests write facts and events in the same transaction. Everything derived (the search index, the demand cube)
//! *follows*: it reads from its own [`Position`], which moves together with the effect, so that a crash anywhere loses
//! nothing and counts nothing twice.
//!
//! On PostgreSQL a sequence number taken early may commit late. So the order is (writing transaction, number), and a
//! reader stops before the oldest transaction that is still running: whatever commits later sorts after everything
//! already read. SQLite has one writer, which commits in order.

pub mod daily;
mod event;
mod follower;
mod store;

pub use event::{Event, EventKind, NewEvent};
pub use follower::{Follower, Stop};
pub use store::{Position, append, behind, head, move_position, position, position_of, read_after, told_after};
