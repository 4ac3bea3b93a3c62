//! The demo town (being merged).
pub mod people;
use crate::app::App;
use crate::config::Place;
use crate::db::Conn;
use crate::start::Failure;

/// tmp
pub fn is_half_built(_: &Place) -> Result<bool, Failure> { Ok(false) }
/// tmp
pub fn throw_away(_: &Place) -> Result<(), Failure> { Ok(()) }
/// tmp
pub fn is_built(_: &mut Conn) -> diesel::QueryResult<bool> { Ok(true) }
/// tmp
pub fn build(_: &App) -> Result<(), Failure> { Ok(()) }
