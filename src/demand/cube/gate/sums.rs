//! What is in the cells behind the figures of a table: raw, and only for this folder.

use diesel::QueryResult;

use crate::db::Conn;
use crate::ids::AuthorityId;

use super::super::packed::{self, Distinct, PackedCell, Takings};
use super::super::store::{self, Wanted};
use super::super::{Grain, Step};
use super::lists::{Axis, Filters};
use super::question::{Dimension, Measure, Query};

/// What is known of one figure before the rules.
#[derive(Clone, Default)]
pub(super) struct Raw {
    pub(super) lines: i64,
    pub(super) units: i64,
    pub(super) pence: i64,
    pub(super) people: u64,
    /// What each provider took; only of deliveries.
    pub(super) takings: Vec<i64>,
}

/// Which figures: two questions that agree in this have the same sums, whatever they measure.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Which {
    step: Step,
    rows: Option<Dimension>,
    columns: Option<Dimension>,
    from_month: i32,
    to_month: i32,
    ward: Option<String>,
    category: Option<String>,
    funding_route: Option<String>,
}

impl Which {
    pub(super) fn of(query: &Query, rows: Option<&Axis>, columns: Option<&Axis>) -> Self {
        Self {
            step: match query.measure {
                Measure::People | Measure::Purchases | Measure::Units => Step::Requested,
                Measure::Declined => Step::Declined,
                Measure::Spend => Step::Delivered,
            },
            rows: rows.map(|axis| axis.dimension),
            columns: columns.map(|axis| axis.dimension),
            from_month: query.from_month,
            to_month: query.to_month,
            ward: query.ward.clone(),
            category: query.category.clone(),
            funding_route: query.funding_route.clone(),
        }
    }

    /// The rows of the coarsest grain that can answer.
    fn wanted(&self, authority: AuthorityId) -> Wanted<'_> {
        let shown = |dimension| [self.rows, self.columns].contains(&Some(dimension));
        let grain = Grain::keeping(
            self.ward.is_some() || shown(Dimension::Ward),
            self.category.is_some() || shown(Dimension::Category),
            self.funding_route.is_some() || shown(Dimension::FundingRoute),
        );
        let Self { step, from_month, to_month, .. } = *self;
        Wanted { authority, grain, step, from_month, to_month, ward_code: self.ward.as_deref() }
    }
}

/// One sum for each row and column; without an axis, all of it together.
pub(super) fn of(
    conn: &mut Conn,
    authority: AuthorityId,
    which: &Which,
    filters: &Filters,
    [rows, columns]: [Option<&Axis>; 2],
) -> QueryResult<Vec<Raw>> {
    let width = columns.map_or(1, |axis| axis.headings.len());
    let height = rows.map_or(1, |axis| axis.headings.len());
    let packed = store::wanted(conn, &which.wanted(authority))?;
    let mut found = Vec::new();
    for (month, ward, cells) in &packed {
        for cell in packed::each(cells) {
            let cell = cell?;
            let place = |axis: Option<&Axis>| {
                axis.map_or(Some(0), |axis| axis.index_of(*month - which.from_month, ward, &cell))
            };
            if filters.let_through(&cell)
                && let (Some(row), Some(column)) = (place(rows), place(columns))
            {
                found.push((row * width + column, cell));
            }
        }
    }
    together(found, which.step, width * height)
}

/// Sums cells by figure: distinct people and each provider's takings are counted over all of a figure's cells.
fn together(mut cells: Vec<(usize, PackedCell<'_>)>, step: Step, figures: usize) -> QueryResult<Vec<Raw>> {
    let mut raw = vec![Raw::default(); figures];
    let (mut people, mut takings) = (Distinct::default(), Takings::default());
    cells.sort_by_key(|(figure, _)| *figure);
    for cells in cells.chunk_by(|(one, _), (other, _)| one == other) {
        let Some(raw) = cells.first().and_then(|(figure, _)| raw.get_mut(*figure)) else { continue };
        for (_, cell) in cells {
            raw.lines = raw.lines.saturating_add(cell.lines);
            raw.units = raw.units.saturating_add(cell.units);
            raw.pence = raw.pence.saturating_add(cell.pence);
            people.add(cell)?;
            if step == Step::Delivered {
                takings.add(cell)?;
            }
        }
        raw.people = people.take();
        raw.takings = takings.take();
    }
    Ok(raw)
}
