//! The structs behind the templates: an authority's own pages.

use askama::Template;

use crate::web::page::{Errors, Link, Page};

/// What the administrator of an authority looks after.
#[derive(Template)]
#[template(path = "places/authority.html")]
pub struct AuthorityPage {
    pub page: Page,
    pub authority: String,
    /// Whether the reader may change anything.
    pub may_change: bool,
    /// Other pages of the administrator, each with a sentence.
    pub ways: Vec<(Link, String)>,
    pub settings: Vec<SettingShown>,
    /// What was changed, newest first.
    pub changes: Vec<ChangeShown>,
}

/// One setting as the page shows it.
#[derive(Clone, Debug, Default)]
pub struct SettingShown {
    pub label: String,
    pub about: String,
    /// "90 days"
    pub value: String,
    /// "The default." or "Changed by Helen Marsh on 3 May 2026; the default is 90 days."
    pub since: String,
    pub change_href: String,
}

/// One change of a setting.
#[derive(Clone, Debug, Default)]
pub struct ChangeShown {
    /// "3 May 2026, 14:05"
    pub when: String,
    pub who: String,
    /// "Ask whether an entry is still right: from 90 days to 60 days"
    pub what: String,
}

/// The form that changes one setting.
#[derive(Template)]
#[template(path = "places/setting.html")]
pub struct SettingPage {
    pub page: Page,
    pub label: String,
    pub about: String,
    /// "From 7 to 1825. The default is 90 days."
    pub hint: String,
    pub action: String,
    pub yes_or_no: bool,
    /// As typed; "1" and "0" for yes and no.
    pub value: String,
    pub errors: Errors,
}

/// The form that changes whom to ring.
#[derive(Template)]
#[template(path = "places/contact.html")]
pub struct ContactPage {
    pub page: Page,
    pub authority: String,
    pub adult_care: String,
    pub out_of_hours: String,
    pub children: String,
    pub website: String,
    pub errors: Errors,
}
