//! The structs behind the templates: sending a file, and its report.
use super::super::views::DeskNav;
use crate::purchasing::views::StateTag;
use crate::web::page::{Errors, Page, Tile};
use askama::Template;

/// Where a file is sent.
#[derive(Template)]
#[template(path = "providers/sheet.html")]
pub struct SheetPage {
    pub page: Page,
    pub nav: DeskNav,
    pub columns: Vec<ColumnRow>,
    pub most_rows: usize,
    pub uploads: Vec<UploadRow>,
    pub errors: Errors,
}

/// One column of the template.
#[derive(Clone, Debug, Default)]
pub struct ColumnRow {
    pub name: String,
    pub about: String,
    pub example: String,
}

/// A file that was sent.
#[derive(Clone, Debug, Default)]
pub struct UploadRow {
    pub href: String,
    pub name: String,
    pub when: String,
    pub state: StateTag,
}

/// What each row would do.
#[derive(Template)]
#[template(path = "providers/upload.html")]
pub struct UploadPage {
    pub page: Page,
    pub nav: DeskNav,
    pub id: String,
    pub file_name: String,
    pub tiles: Vec<Tile>,
    pub rows: Vec<ReportRow>,
    /// Rows that the page does not show.
    pub more: usize,
    pub is_imported: bool,
    /// Rows that can be imported.
    pub good: usize,
    pub refused: usize,
    /// Whether the council looks at them first.
    pub approves: bool,
    pub errors: Errors,
}

/// One row of the report.
#[derive(Clone, Debug, Default)]
pub struct ReportRow {
    pub line: i32,
    pub reference: String,
    pub name: String,
    pub outcome: StateTag,
    pub problems: Vec<String>,
}
