//! What a commissioner's page shows for one question: tiles, a heat table, months and funding routes.
//!
//! Everything comes through the gate; nothing is worked out from what the gate did not release.

use crate::clock::{UtcTime, month_number};
use crate::db::Conn;
use crate::ids::AuthorityId;

use super::{Dimension, Door, Figure, Heading, Measure, NotReleased, Query, Released, Rules, charts};

/// A change smaller than this, in percent, is within what noise and rounding do to a middling figure.
const ABOUT_THE_SAME: i64 = 3;

/// What the page was asked to show.
#[derive(Clone, Debug)]
pub struct Request {
    /// What to count in the table and the charts.
    pub measure: Measure,
    /// How many months: 1, 3, 6, 12 or 24.
    pub months: i32,
    /// The last of them; the last one that is over if none is named.
    pub to_month: Option<i32>,
    /// Only this ward.
    pub ward: Option<String>,
    /// Only this category and what lies under it.
    pub category: Option<String>,
    /// Only this funding route.
    pub funding_route: Option<String>,
}

impl Default for Request {
    fn default() -> Self {
        Self { measure: Measure::People, months: 12, to_month: None, ward: None, category: None, funding_route: None }
    }
}

impl Request {
    /// The question that the heat table answers, also for the CSV.
    #[must_use]
    pub fn table(&self, now: UtcTime) -> Query {
        self.query(self.measure, Dimension::Ward, Some(Dimension::Category), now)
    }

    fn query(&self, measure: Measure, rows: Dimension, columns: Option<Dimension>, now: UtcTime) -> Query {
        let last = self.to_month.unwrap_or_else(|| month_number(now.date()) - 1);
        Query {
            columns,
            ward: self.ward.clone(),
            category: self.category.clone(),
            funding_route: self.funding_route.clone(),
            ..Query::of(measure, rows, self.months, last)
        }
    }
}

/// One headline figure.
#[derive(Clone, Debug)]
pub struct Tile {
    /// What it counts.
    pub measure: Measure,
    /// The figure of the whole period.
    pub figure: Figure,
    /// How it changed on the period before.
    pub change: Change,
}

/// How a figure changed on the period before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// One of the two is withheld, or the period before is not recorded in full.
    Unknown,
    /// By less than noise and rounding can do.
    AboutTheSame,
    /// Up by so many percent.
    Up(i64),
    /// Down by so many percent.
    Down(i64),
}

/// What one page shows.
#[derive(Clone, Debug)]
pub struct View {
    /// People, purchases, spend, declined.
    pub tiles: Vec<Tile>,
    /// Ward by category.
    pub table: Released,
    /// The shade of each of the table's cells, in their order.
    pub heat: Vec<String>,
    /// By month.
    pub months: Released,
    /// By month and funding route.
    pub routes: Released,
    /// By category and month.
    pub categories: Released,
}

impl View {
    /// The columns of the heat table that have at least one released figure.
    #[must_use]
    pub fn shown_columns(&self) -> Vec<(usize, &Heading)> {
        let width = self.table.columns.len().max(1);
        let shown = |column: usize| {
            let mut cells = self.table.cells.iter().skip(column).step_by(width);
            cells.any(|figure| figure.released().is_some())
        };
        self.table.columns.iter().enumerate().filter(|(column, _)| shown(*column)).collect()
    }
}

/// Asks the gate for everything that the page shows.
pub fn view(conn: &mut Conn, authority: AuthorityId, request: &Request, now: UtcTime) -> Result<View, NotReleased> {
    let mut door = Door::open(conn, authority, Rules::default(), now)?;
    let mut ask = |query: &Query| door.release(query);
    let table = ask(&request.table(now))?;
    let heat = charts::heat(&table.cells);
    let mut tiles = Vec::with_capacity(4);
    let months = ask(&request.query(request.measure, Dimension::Month, None, now))?;
    for measure in [Measure::People, Measure::Purchases, Measure::Spend, Measure::Declined] {
        let query = request.query(measure, Dimension::Month, None, now);
        let before =
            Query { from_month: query.from_month - request.months, to_month: query.from_month - 1, ..query.clone() };
        let period = if measure == request.measure { months.clone() } else { ask(&query)? };
        let earlier = ask(&before)?;
        tiles.push(Tile { measure, figure: period.total, change: change(&earlier, &period) });
    }
    let routes = ask(&request.query(request.measure, Dimension::Month, Some(Dimension::FundingRoute), now))?;
    let categories = ask(&request.query(request.measure, Dimension::Category, Some(Dimension::Month), now))?;
    Ok(View { tiles, table, heat, months, routes, categories })
}

fn change(earlier: &Released, period: &Released) -> Change {
    let recorded = earlier.row_totals.first().is_some_and(|first| first.released().is_some());
    let (Some(before), Some(after), true) = (earlier.total.released(), period.total.released(), recorded) else {
        return Change::Unknown;
    };
    let percent = (after - before).saturating_mul(100) / before.max(1);
    match percent {
        _ if percent.abs() < ABOUT_THE_SAME => Change::AboutTheSame,
        1.. => Change::Up(percent),
        _ => Change::Down(-percent),
    }
}
