//! The national standard: Open Referral UK, out and in.
//!
//! *Out*: every active service as a document of HSDS-UK 3.0 below `/open-referral/v3`, open to anyone, without a key.
//! What the standard has no word for (kinds, rates, ratings, free places) stands below `x_waymark`.
//!
//! - A document never holds a null, an empty text or an empty list, and every id is a UUID that stays the same.
//! - Pages are ordered by name and id, so that nothing moves between two of them.
//! - The contact details of a person who works alone are not published.
//!
//! *In*: an authority enters a *feed*, and each *reading* of it compares record by record with what was taken in before,
//! reports, and is then *applied*.
//!
//! - No feed without a licence; each record keeps its source, its licence and its text as it came.
//! - A service that is gone from a feed is closed for now, and only when the whole feed was read. Nothing is deleted.
//! - What somebody edited here is not overwritten; what another source has here is not touched.
//! - A regulated service is published only with a registration that was checked, whatever the feed says.
//!
//! Who: anyone reads; [`crate::identity::AuthorityAdministrator`] looks after feeds; `waymark import open-referral`.
//! Human Services Data Specification UK: an Open Referral UK resource (<https://openreferraluk.org/>). Decision 0020.

pub mod api;
pub mod asked;
pub mod categories;
pub mod document;
pub mod enter;
pub mod export;
pub mod feed;
pub mod fetch;
pub mod file;
pub mod job;
pub mod measure;
pub mod pages;
pub mod pages_of;
pub mod published;
pub mod reading;
pub mod record;
pub mod report;
pub mod store;
pub mod take_in;
pub mod terms;
pub mod views;

pub use document::prune;
pub use record::says_it_is_active;
