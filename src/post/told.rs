//! The usual letter: a heading, some paragraphs, perhaps a list, and one link.

use askama::Template;

use crate::error::AppError;
use crate::web::page::Link;

use super::Letter;

/// What the usual letter says.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Its heading, and its subject.
    pub heading: String,
    /// What it says first.
    pub paragraphs: Vec<String>,
    /// What it is about, where that is several things: each with a remark.
    pub items: Vec<(String, String)>,
    /// Where it leads.
    pub action: Option<Link>,
    /// What it says after the link.
    pub after: Vec<String>,
}

#[derive(Template)]
#[template(path = "letters/told.txt")]
struct Words<'a> {
    told: &'a Told,
}

#[derive(Template)]
#[template(path = "letters/told.html")]
struct Html<'a> {
    told: &'a Told,
}

impl Told {
    /// The letter to one address.
    pub fn letter(&self, kind: &'static str, address: &str) -> Result<Letter, AppError> {
        Letter::of(kind, address, &self.heading, &Words { told: self }, &Html { told: self })
    }
}
