//! What every page and every document share. No rule of the service lives here.

pub mod assets;
pub mod cell;
pub mod client;
pub mod csrf;
pub mod form;
pub mod form_with_file;
pub mod guard;
pub mod page;
pub mod paging;
pub mod render;
pub mod session;
pub mod told;
pub mod upload;
pub mod visit;
