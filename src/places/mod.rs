//! Places: postcodes, wards, councils, and how far apart they are.
//!
//! People say where they are in the way that comes to them: a whole postcode, its first part, a ward, a council. The
//! [`Gazetteer`] turns that into a point. It is made of the open data that is embedded in the program: unit postcodes
//! where we have them, otherwise the postcode's sector ("M33 7") or outward code ("M33").
//!
//! - A text we do not know is refused with a sentence that says what to type instead.
//! - No text makes it panic, however long or strange.

pub mod api;
pub mod authority_pages;
pub mod councils;
mod distance;
mod free_text;
mod gazetteer;
pub mod pages;
mod postcode;
pub mod reference;
pub mod settings;
pub mod store;
pub mod views;

pub use distance::{distance_metres, miles_text};
pub use free_text::split_query;
pub use gazetteer::{Gazetteer, Place, PlaceError, PlaceName, Precision};
