//! What may be asked of the gate, and the answer as it leaves it.

use crate::db::text_enum;
use crate::money::{Money, thousands};

text_enum! {
    /// What is counted.
    pub enum Measure {
        /// Distinct people who asked to buy.
        People = "people",
        /// Purchases asked for.
        Purchases = "purchases",
        /// Units asked for: hours, visits, items.
        Units = "units",
        /// Pence of confirmed deliveries.
        Spend = "spend",
        /// Purchases that a provider declined.
        Declined = "declined",
    }
}

text_enum! {
    /// What a table is broken down by.
    pub enum Dimension {
        /// Where the person lives.
        Ward = "ward",
        /// What is bought: the top of the list of categories, or what lies under the category asked for.
        Category = "category",
        /// How the budget is held.
        FundingRoute = "funding route",
        /// The month of the request, or of the delivery.
        Month = "month",
    }
}

/// How many months a question may span.
pub(super) const PERIODS: [i32; 5] = [1, 3, 6, 12, 24];

/// A question about demand.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    /// What to count.
    pub measure: Measure,
    /// What the rows are.
    pub rows: Dimension,
    /// What the columns are, if any.
    pub columns: Option<Dimension>,
    /// The first month, as [`crate::clock::month_number`].
    pub from_month: i32,
    /// The last month.
    pub to_month: i32,
    /// Only this ward.
    pub ward: Option<String>,
    /// Only this category and what lies under it.
    pub category: Option<String>,
    /// Only this way to hold a budget.
    pub funding_route: Option<String>,
}

impl Query {
    /// All of `measure` in the months that end with `to_month`, by `rows`.
    #[must_use]
    pub fn of(measure: Measure, rows: Dimension, months: i32, to_month: i32) -> Self {
        Self {
            measure,
            rows,
            columns: None,
            from_month: to_month.saturating_add(1).saturating_sub(months),
            to_month,
            ward: None,
            category: None,
            funding_route: None,
        }
    }
}

/// From when on a figure is released, and how coarse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rules {
    /// Distinct people at least.
    pub people: u64,
    /// Distinct providers at least, for spend.
    pub providers: usize,
    /// How many percent of the largest provider's takings all but the two largest must take together, for spend.
    pub dominance_percent: i64,
    /// People, purchases and units are rounded to multiples of this.
    pub round_count: i64,
    /// Spend is rounded to multiples of this.
    pub round_pence: i64,
}

impl Default for Rules {
    fn default() -> Self {
        Self { people: 5, providers: 3, dominance_percent: 10, round_count: 5, round_pence: 1000 }
    }
}

/// A figure as anybody may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Protected and rounded; pence for spend.
    Released(i64),
    /// Withheld: too few people or providers, possibly none.
    Suppressed,
}

impl Figure {
    /// The figure, if it was released.
    #[must_use]
    pub const fn released(self) -> Option<i64> {
        match self {
            Self::Released(figure) => Some(figure),
            Self::Suppressed => None,
        }
    }
}

impl Measure {
    /// A figure as people read it.
    #[must_use]
    pub fn say(self, figure: Figure) -> String {
        match (self, figure) {
            (_, Figure::Suppressed) => "withheld".to_owned(),
            (Self::Spend, Figure::Released(pence)) => Money::pence(pence).to_string(),
            (_, Figure::Released(number)) => thousands(number.unsigned_abs()),
        }
    }
}

/// A row or a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Heading {
    /// The ward's code, the category's id, the funding route's word, or the month as `2026-03`.
    pub id: String,
    /// How people call it.
    pub name: String,
    /// Where it is, if it is a ward: latitude and longitude.
    pub place: Option<(f64, f64)>,
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Released {
    /// The question.
    pub query: Query,
    /// The rows, from the public lists.
    pub rows: Vec<Heading>,
    /// The columns; none if the question has none.
    pub columns: Vec<Heading>,
    /// Row after row, one figure for each column.
    pub cells: Vec<Figure>,
    /// One figure for each row.
    pub row_totals: Vec<Figure>,
    /// One figure for each column.
    pub column_totals: Vec<Figure>,
    /// All together.
    pub total: Figure,
}

impl Released {
    /// The figures of one row, by column.
    #[must_use]
    pub fn row(&self, row: usize) -> &[Figure] {
        let width = self.columns.len();
        self.cells.get(row * width..(row + 1) * width).unwrap_or_default()
    }
}

/// Why a question is not answered.
#[derive(Debug, thiserror::Error)]
pub enum NotReleased {
    /// Other periods would let the noise be averaged away.
    #[error("choose a period of 1, 3, 6, 12 or 24 months")]
    NotAPeriod,
    /// Somebody could watch it move.
    #[error("figures of a month appear when the month is over")]
    NotOver,
    /// Rows and columns are the same.
    #[error("choose something else for the columns than for the rows")]
    TwiceTheSame,
    /// A ward, category or funding route that is not on the list.
    #[error("we do not know that {0}")]
    Unknown(Dimension),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] diesel::result::Error),
}
