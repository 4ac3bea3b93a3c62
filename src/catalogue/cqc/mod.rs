//! The Care Quality Commission, which registers and rates personal care and care homes in England.
//!
//! Its care directory (a file) and its API tell which places are registered and how they are rated. What we keep is the
//! register's answer for each place ([`Place`]); services are joined to it by their registration number.
//!
//! - Of ratings in the older and the newer framework the newest counts; a place without one is "Not yet rated".
//! - A rating from before the registration was given to an earlier owner, and is marked as inherited.
//! - A service whose registration has ended is no longer published, and the report says so.
//! - Names of registered managers and nominated individuals are never read, let alone kept.
//! - Invented services have invented numbers, and are left alone.
//!
//! Contains CQC information licensed under the Open Government Licence v3.0. Scotland, Wales and Northern Ireland have
//! regulators of their own. Who: `waymark import cqc`, and every day a server that has the key of the API.

mod directory;
mod fetch;
mod nightly;
pub mod place;
pub mod store;
mod update;

pub use directory::{Directory, DirectoryError};
pub use fetch::{ADDRESS, Cqc, Key};
pub use nightly::Registrar;
pub use place::{NOT_RATED, Place};
pub use update::{CqcError, Report, check_all, check_changes, take_directory};
