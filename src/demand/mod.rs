//! What commissioners may see: who buys what, where and how, without anybody being found in it.
//!
//! Every step of buying is counted into *cells* by ward, category, funding route and month, with the set of people it
//! concerns, by a follower of the event log (`cube/`). Nothing of a cell leaves that folder but through
//! [`release`]: it takes a question, not a table, and answers with [`Figure`]s.
//!
//! - A figure about fewer than 5 people is withheld; none is fewer than 5, so a nought never shows either.
//! - Spend also needs 3 providers, and no provider may learn another's takings by taking off its own.
//! - Every figure is moved by up to five people's worth of noise and rounded. The same cell always has the same figure,
//!   whatever table it stands in; totals are protected like all others, so they do not add up exactly.
//! - A period is 1, 3, 6, 12 or 24 whole months that are over: nobody watches a figure move while somebody buys.
//!
//! Who: a commissioner, for their own authority. No function here can return a person.
//! What each rule is against: `cube/gate/mod.rs`. What was measured: `cube/attack.rs`.

pub mod api;
mod asked;
pub mod charts;
mod cube;
pub mod export;
pub mod pages;
pub mod view;
pub mod views;

pub use cube::{
    Dimension, Door, FOLLOWER, Figure, Heading, Measure, NotReleased, Query, Released, Rules, differences, follow,
    rebuild, release,
};
