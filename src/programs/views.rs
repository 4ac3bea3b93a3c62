//! The structs behind the templates: programs.
use crate::web::page::{Choice, Errors, Page};
use askama::Template;

/// One's programs, and the form that makes another.
#[derive(Template)]
#[template(path = "programs/programs.html")]
pub struct ProgramsPage {
    pub page: Page,
    pub programs: Vec<ProgramLine>,
    pub name: String,
    pub scopes: Vec<Choice>,
    pub days: Vec<Choice>,
    pub errors: Errors,
}

/// One program.
#[derive(Clone, Debug, Default)]
pub struct ProgramLine {
    pub id: String,
    pub name: String,
    /// "read, buy"
    pub scopes: String,
    /// "until 1 March 2027, last used 3 January 2027"
    pub when: String,
    /// Whether it holds.
    pub holds: bool,
}

/// A program that was just made: the only page that shows its secret.
#[derive(Template)]
#[template(path = "programs/made.html")]
pub struct MadePage {
    pub page: Page,
    pub name: String,
    pub id: String,
    pub secret: String,
    pub personal_token: String,
}
