//! The structs behind the templates: the list, what others see of it, and services side by side.
use crate::web::page::{Link, Page};
use askama::Template;

use super::compare::Line;

/// What somebody wants to look at again.
#[derive(Template)]
#[template(path = "shortlists/shortlist.html")]
pub struct ShortlistPage {
    pub page: Page,
    pub items: Vec<Item>,
    /// Whether notes can be written: only by who has signed in.
    pub notes: bool,
    /// Where a visitor signs in to keep the list.
    pub sign_in_href: Option<String>,
    /// The link that shows the list, where it is shared.
    pub link: Option<String>,
    /// What is wrong with a note that came back: which service, and a sentence.
    pub problem: Option<(String, String)>,
    /// When it was printed.
    pub today: String,
}

/// A list that was shared.
#[derive(Template)]
#[template(path = "shortlists/shared.html")]
pub struct SharedPage {
    pub page: Page,
    pub items: Vec<Item>,
    /// Where all of it is compared, if it fits.
    pub compare_href: Option<String>,
    pub today: String,
}

/// One service on a list.
#[derive(Clone, Debug, Default)]
pub struct Item {
    pub id: String,
    pub href: String,
    pub name: String,
    pub kind: String,
    pub kind_slug: String,
    pub provider: String,
    /// "£18.50 an hour"; "Free".
    pub price: String,
    /// "£84 a week, lasts 31 weeks, £1,020 left at your review".
    pub means: Option<String>,
    pub place: String,
    pub phone: Option<String>,
    pub website: Option<String>,
    /// "Next: Tuesday 1 December, 10am".
    pub next_on: Option<String>,
    /// "Monday to Friday: 9am to 5pm".
    pub times: Vec<String>,
    pub places: Option<String>,
    /// What the keeper wrote.
    pub note: String,
    /// Not offered at the moment.
    pub gone: bool,
}

/// Services side by side.
#[derive(Template)]
#[template(path = "shortlists/compare.html")]
pub struct ComparePage {
    pub page: Page,
    pub columns: Vec<Column>,
    pub lines: Vec<Line>,
    /// What was typed under "near".
    pub near: String,
    /// Why that is not understood.
    pub near_problem: Option<String>,
    /// What is not shown and why, in sentences.
    pub remarks: Vec<String>,
    pub today: String,
}

/// One service at the head of its column.
#[derive(Clone, Debug, Default)]
pub struct Column {
    pub id: String,
    pub link: Link,
    pub kind_slug: String,
    /// The address without this service; none for the last one.
    pub without: Option<String>,
}
