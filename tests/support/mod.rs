//! What all tests share: the running service, a database for each test, people with browsers, programs with tokens.
#![allow(dead_code, unused_imports, unreachable_pub, reason = "each test binary uses its own part of this")]

mod api;
mod bank;
mod database;
pub mod elsewhere;
pub mod feed;
mod openid;
mod page;
mod people;
mod person;
pub mod routes;
mod town;

pub use api::{Api, Told};
pub use bank::a_bank_takes;
pub use database::{TestDatabase, on_postgres};
pub use openid::Elsewhere;
pub use page::Seen;
pub use people::person as add_person;
pub use people::{ASHTON, BOWDON, PASSWORD, TRAFFORD, email, option_id, pounds, service_id, settle};
pub use person::{Answer, Person, encoded};
pub use town::Town;
