//! The structs behind the templates: the demo town's letters.

use askama::Template;

use crate::web::page::Page;

/// Every letter that the demo town sent: what people would find in their mailboxes.
#[derive(Template)]
#[template(path = "post/demo_post.html")]
pub struct DemoPostPage {
    pub page: Page,
    pub letters: Vec<LetterShown>,
}

/// One letter.
#[derive(Clone, Debug, Default)]
pub struct LetterShown {
    /// To whom.
    pub to: String,
    pub subject: String,
    /// "12 March 2026, 14:05"
    pub when: String,
    /// Its lines; those that are an address of ours can be followed.
    pub lines: Vec<LetterLine>,
}

/// One line of a letter.
#[derive(Clone, Debug, Default)]
pub struct LetterLine {
    pub words: String,
    /// The path on this site, where the line is a link.
    pub href: Option<String>,
}
