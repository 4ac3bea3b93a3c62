//! What must stay true of the house as a whole.

#[path = "../support/mod.rs"]
mod support;

mod every_page_can_be_used;
mod every_route_says_who;
mod nothing_is_rewritten;
mod open_api;
mod schemas_agree;
