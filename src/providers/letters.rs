//! The letters of this capability: a few paragraphs and one link, in words and as HTML.

use askama::Template;

use crate::error::AppError;
use crate::post::Letter;
use crate::web::page::Link;

#[derive(Template)]
#[template(path = "letters/provider.txt")]
struct Words<'a> {
    heading: &'a str,
    paragraphs: &'a [String],
    action: Option<&'a Link>,
}

#[derive(Template)]
#[template(path = "letters/provider.html")]
struct Html<'a> {
    heading: &'a str,
    paragraphs: &'a [String],
    action: Option<&'a Link>,
}

/// A letter with a heading that is also its subject.
pub fn letter(
    kind: &'static str,
    address: &str,
    heading: &str,
    paragraphs: &[String],
    action: Option<&Link>,
) -> Result<Letter, AppError> {
    let words = Words { heading, paragraphs, action };
    let html = Html { heading, paragraphs, action };
    Letter::of(kind, address, heading, &words, &html)
}
