//! The structs behind the template of demand.
use crate::web::page::{Choice, Page, Tile};
use askama::Template;

/// Demand in one authority: figures, table, charts; every figure has passed the gate.
#[derive(Template)]
#[template(path = "demand/demand.html")]
pub struct DemandPage {
    pub page: Page,
    pub authority: String,
    pub filters: DemandFilters,
    /// What is shown, in one sentence: "Spend on all categories in all wards, April 2025 to March 2026".
    pub sentence: String,
    pub tiles: Vec<Tile>,
    pub heat: HeatTable,
    /// Line or bars by month: SVG made on the server; trusted markup.
    pub month_chart: String,
    /// The same figures.
    pub months: Vec<Bar>,
    /// Bars by funding route: SVG made on the server; trusted markup.
    pub route_chart: String,
    /// The same figures.
    pub routes: Vec<Bar>,
    /// One small chart per category: SVG made on the server; trusted markup.
    pub multiples: String,
    /// Map of wards: SVG made on the server; trusted markup.
    pub map: Option<String>,
    /// The name of the measure: "people", "spend".
    pub measure: String,
    pub csv_href: String,
    pub gate: GateNote,
}

/// What the form above the figures offers.
#[derive(Clone, Debug, Default)]
pub struct DemandFilters {
    /// Select `months`: how long a period.
    pub months: Vec<Choice>,
    /// Select `to`: the last month, `2025-04`.
    pub to: Vec<Choice>,
    /// Select `ward`.
    pub wards: Vec<Choice>,
    /// Select `category`.
    pub categories: Vec<Choice>,
    /// Select `route`.
    pub routes: Vec<Choice>,
    /// Radios `measure`: people, purchases, units, spend.
    pub measures: Vec<Choice>,
    /// What could not be understood, as a sentence.
    pub problem: Option<String>,
}

/// Wards down, categories across.
#[derive(Clone, Debug, Default)]
pub struct HeatTable {
    /// "Ward".
    pub row_heading: String,
    pub columns: Vec<String>,
    pub rows: Vec<HeatRow>,
    /// What each shade means.
    pub legend: Vec<LegendStep>,
}

/// One ward.
#[derive(Clone, Debug, Default)]
pub struct HeatRow {
    pub label: String,
    pub cells: Vec<HeatCell>,
    pub total: HeatCell,
}

/// One figure that passed the gate, or was held back by it.
#[derive(Clone, Debug, Default)]
pub struct HeatCell {
    /// "£1,240", "35", "fewer than 5", "none".
    pub text: String,
    /// 0 (none) to 6 (most): its colour.
    pub shade: u32,
    /// Held back so that nobody can be found.
    pub suppressed: bool,
}

/// One shade and what it stands for.
#[derive(Clone, Debug, Default)]
pub struct LegendStep {
    pub shade: u32,
    pub label: String,
}

/// One bar of a chart, as a row of the table beside it.
#[derive(Clone, Debug, Default)]
pub struct Bar {
    pub label: String,
    pub value: String,
    pub suppressed: bool,
}

/// How the figures are protected, with the settings in force.
#[derive(Clone, Debug, Default)]
pub struct GateNote {
    /// "5".
    pub fewest_people: String,
    /// "3".
    pub fewest_providers: String,
    /// "the nearest 5", "the nearest £10".
    pub rounding: String,
}
