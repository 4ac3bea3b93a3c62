//! The structs behind the template: a provider's figures.
use super::super::views::DeskNav;
use crate::web::page::{Choice, Page, Tile};
use askama::Template;

/// How one's services do.
#[derive(Template)]
#[template(path = "providers/statistics.html")]
pub struct StatisticsPage {
    pub page: Page,
    pub nav: DeskNav,
    pub periods: Vec<Choice>,
    /// "20 April to 17 May 2026".
    pub period: String,
    pub weeks: u32,
    pub tiles: Vec<Tile>,
    /// SVG made on the server; trusted markup.
    pub chart: String,
    pub weekly: Vec<WeekRow>,
    pub services: Vec<FiguresRow>,
}

/// One week.
#[derive(Clone, Debug, Default)]
pub struct WeekRow {
    pub week: String,
    pub looks: String,
    pub appearances: String,
}

/// One service beside what is usual.
#[derive(Clone, Debug, Default)]
pub struct FiguresRow {
    pub name: String,
    pub href: String,
    pub category: String,
    pub figures: Vec<FigureShown>,
}

/// One figure: mine, and what is usual.
#[derive(Clone, Debug, Default)]
pub struct FigureShown {
    pub label: String,
    pub mine: String,
    /// "about 50", or why it is not told.
    pub usual: String,
}
