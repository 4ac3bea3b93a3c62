//! The structs behind the templates: is this still right?

use askama::Template;

use crate::web::page::{Choice, Errors, Page, Pagination, Row};

/// What the link in a letter opens: what people read now, and the question.
#[derive(Template)]
#[template(path = "freshness/still_right.html")]
pub struct StillRightPage {
    pub page: Page,
    pub provider: String,
    /// Where the answers go.
    pub action: String,
    /// "3 May 2026"
    pub ends: String,
    pub entries: Vec<EntryAsked>,
    /// "Yes, all 3 are still right", where more than one waits.
    pub all_label: Option<String>,
    /// Whether nothing waits for an answer any more.
    pub all_done: bool,
}

/// One entry as people read it now.
#[derive(Clone, Debug, Default)]
pub struct EntryAsked {
    pub id: String,
    pub name: String,
    pub kind: String,
    pub kind_slug: String,
    pub href: String,
    /// "3 May 2026"
    pub last_checked: String,
    pub description: Vec<String>,
    pub facts: Vec<Row>,
    /// "You said on 3 May 2026: still right."
    pub answered: Option<String>,
    /// Whether people can find it now.
    pub shown: bool,
    pub changed_href: String,
    pub closed_href: String,
}

/// "Something has changed": in words, or by signing in.
#[derive(Template)]
#[template(path = "freshness/changed.html")]
pub struct ChangedPage {
    pub page: Page,
    pub name: String,
    pub action: String,
    pub back_href: String,
    /// Where whoever has an account changes it at once.
    pub sign_in_href: String,
    pub words: String,
    pub errors: Errors,
}

/// "We have closed": for a while or for good, and then once more.
#[derive(Template)]
#[template(path = "freshness/closed.html")]
pub struct ClosedPage {
    pub page: Page,
    pub name: String,
    pub action: String,
    pub back_href: String,
    /// Chosen already: asks once more before anything happens.
    pub sure: Option<Choice>,
    pub errors: Errors,
}

/// A provider's entries by the age of their last check.
#[derive(Template)]
#[template(path = "freshness/entries.html")]
pub struct EntriesPage {
    pub page: Page,
    pub title: String,
    pub lead: String,
    /// The words of the button.
    pub button: String,
    pub action: String,
    pub empty: String,
    pub entries: Vec<EntryRow>,
    pub pagination: Pagination,
}

/// One entry with the age of its last check.
#[derive(Clone, Debug, Default)]
pub struct EntryRow {
    pub id: String,
    pub name: String,
    pub provider: Option<String>,
    pub kind_slug: String,
    pub href: String,
    /// "Last checked 3 May 2026, 112 days ago, by its provider"
    pub checked: String,
    /// "We asked on 3 May 2026. Searches stop showing it on 2 June 2026."
    pub what_next: Option<String>,
    /// Whether it is older than it should be.
    pub old: bool,
}
