//! The only door: a question in, protected figures out.
//!
//! What is released, and against what:
//!
//! | rule | against |
//! |---|---|
//! | fewer than 5 distinct people (0 too): withheld | reading a person's purchase off a small cell, or that there is one |
//! | people are those of the step asked about: who asked, who was declined, who was served | one person's pounds among five who only asked |
//! | spend: fewer than 3 providers, or all but the two largest take less than a tenth of the largest: withheld | a provider that takes off its own |
//! | noise that belongs to the cell asked for (`noise`), up to five people's worth | differences, comparisons, repeats, means |
//! | rounding | reading the noise's last digit |
//! | totals from their own cells, with their own noise | taking the others off a total |
//! | periods of 1, 3, 6, 12 or 24 whole months | averaging the noise away over hundreds of periods: with these, the best a least-squares attack gets for one withheld month is 1.7 times the noise of a single figure, with all periods 1.0 times |
//! | no month that is still running | watching a figure move |
//! | rows and columns from the public lists | learning from a row that it has somebody |
//!
//! What remains: a cell that goes from 4 people to 5 appears, as the threshold is known; and a late confirmation or
//! refusal still moves a month that is over.

use std::collections::HashMap;

use diesel::QueryResult;

use crate::clock::{UtcTime, month_name, month_number, month_start};
use crate::db::{Conn, text_enum};
use crate::ids::AuthorityId;
use crate::money::{Money, thousands};

use super::noise::Noise;
use super::packed::{self, Distinct, PackedCell, Takings};
use super::store::{self, Wanted};
use super::{ALL, Grain, Step};

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

/// Each way to hold a budget.
const FUNDING_ROUTES: [&str; 7] = [
    "direct payment",
    "nominated third party",
    "trust",
    "broker",
    "individual service fund",
    "council-managed",
    "own money",
];

/// How many months a question may span.
const PERIODS: [i32; 5] = [1, 3, 6, 12, 24];

/// A question about demand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// What to count.
    pub measure: Measure,
    /// What the rows are.
    pub rows: Dimension,
    /// What the columns are, if any.
    pub columns: Option<Dimension>,
    /// The first month, as [`month_number`].
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
#[derive(Clone, Copy, Debug)]
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

/// Answers a question about one authority's demand with protected figures.
///
/// The caller has shown that it may ask for this authority; the gate sees to the rest.
pub fn release(
    conn: &mut Conn,
    authority: AuthorityId,
    query: &Query,
    rules: &Rules,
    now: UtcTime,
) -> Result<Released, NotReleased> {
    check_period(query, now)?;
    if query.columns == Some(query.rows) {
        return Err(NotReleased::TwiceTheSame);
    }
    let lists = Lists::read(conn, authority)?;
    let filters = lists.filters(query)?;
    let rows = lists.axis(query.rows, query);
    let columns = query.columns.map(|dimension| lists.axis(dimension, query));
    let noise = store::noise_secret(conn)?.map(Noise::of);
    let mut asked = Asked { conn, authority, query, rules, filters, noise };
    let cells = match &columns {
        Some(columns) => asked.figures(Some(&rows), Some(columns))?,
        None => Vec::new(),
    };
    let row_totals = asked.figures(Some(&rows), None)?;
    let column_totals = match &columns {
        Some(columns) => asked.figures(None, Some(columns))?,
        None => Vec::new(),
    };
    let total = asked.figures(None, None)?.first().copied().unwrap_or(Figure::Suppressed);
    let columns = columns.map(|axis| axis.headings).unwrap_or_default();
    Ok(Released { query: query.clone(), rows: rows.headings, columns, cells, row_totals, column_totals, total })
}

fn check_period(query: &Query, now: UtcTime) -> Result<(), NotReleased> {
    let span = i64::from(query.to_month) - i64::from(query.from_month) + 1;
    if !PERIODS.iter().any(|months| i64::from(*months) == span) {
        return Err(NotReleased::NotAPeriod);
    }
    if query.to_month >= month_number(now.date()) {
        return Err(NotReleased::NotOver);
    }
    Ok(())
}

/// The public lists that rows and columns come from.
struct Lists {
    wards: Vec<Heading>,
    categories: Vec<Heading>,
    parents: HashMap<String, String>,
}

/// The rows or the columns of a table.
struct Axis {
    dimension: Dimension,
    headings: Vec<Heading>,
    /// From what cells keep to the heading it belongs under.
    under: HashMap<String, usize>,
}

/// What a question is limited to, beside the ward.
struct Filters {
    category_ids: Option<Vec<String>>,
    funding_route: Option<String>,
}

impl Lists {
    fn read(conn: &mut Conn, authority: AuthorityId) -> QueryResult<Self> {
        let wards = store::wards_of(conn, authority)?
            .into_iter()
            .map(|(id, name, latitude, longitude)| Heading { id, name, place: Some((latitude, longitude)) })
            .collect();
        let mut lists = Self { wards, categories: Vec::new(), parents: HashMap::new() };
        for (id, name, parent) in store::categories(conn)? {
            if let Some(parent) = parent {
                lists.parents.insert(id.clone(), parent);
            }
            lists.categories.push(Heading { id, name, place: None });
        }
        Ok(lists)
    }

    fn filters(&self, query: &Query) -> Result<Filters, NotReleased> {
        let listed = |headings: &[Heading], id: &str| headings.iter().any(|heading| heading.id == id);
        if query.ward.as_deref().is_some_and(|ward| !listed(&self.wards, ward)) {
            return Err(NotReleased::Unknown(Dimension::Ward));
        }
        if query.funding_route.as_deref().is_some_and(|route| !FUNDING_ROUTES.contains(&route)) {
            return Err(NotReleased::Unknown(Dimension::FundingRoute));
        }
        let Some(category) = query.category.as_deref() else {
            return Ok(Filters { category_ids: None, funding_route: query.funding_route.clone() });
        };
        if !listed(&self.categories, category) {
            return Err(NotReleased::Unknown(Dimension::Category));
        }
        let under = self.categories.iter().filter(|other| self.way_up(&other.id).any(|id| id == category));
        let category_ids = Some(under.map(|heading| heading.id.clone()).collect());
        Ok(Filters { category_ids, funding_route: query.funding_route.clone() })
    }

    /// A category, its parent, its parent's parent; a loop in the list ends it.
    fn way_up<'a>(&'a self, category: &'a str) -> impl Iterator<Item = &'a str> {
        let up = |id: &&'a str| self.parents.get(*id).map(String::as_str);
        std::iter::successors(Some(category), up).take(10)
    }

    fn axis(&self, dimension: Dimension, query: &Query) -> Axis {
        let only = |headings: &[Heading], wanted: &Option<String>| -> Vec<Heading> {
            headings.iter().filter(|heading| wanted.as_ref().is_none_or(|id| *id == heading.id)).cloned().collect()
        };
        let headings = match dimension {
            Dimension::Ward => only(&self.wards, &query.ward),
            Dimension::Category => self.categories_under(query.category.as_deref()),
            Dimension::FundingRoute => {
                let route = |word: &&str| Heading { id: (*word).into(), name: (*word).into(), place: None };
                only(&FUNDING_ROUTES.iter().map(route).collect::<Vec<_>>(), &query.funding_route)
            }
            Dimension::Month => (query.from_month..=query.to_month).map(month_heading).collect(),
        };
        let position: HashMap<&str, usize> =
            headings.iter().enumerate().map(|(index, heading)| (heading.id.as_str(), index)).collect();
        let under = match dimension {
            Dimension::Category => {
                let place = |id: &str| self.way_up(id).find_map(|above| position.get(above).copied());
                self.categories.iter().filter_map(|one| Some((one.id.clone(), place(&one.id)?))).collect()
            }
            _ => position.into_iter().map(|(id, index)| (id.to_owned(), index)).collect(),
        };
        Axis { dimension, headings, under }
    }

    /// What lies right under a category, or the category itself if nothing does; the top without one.
    fn categories_under(&self, category: Option<&str>) -> Vec<Heading> {
        let right_under = |heading: &&Heading| self.parents.get(&heading.id).map(String::as_str) == category;
        let below: Vec<Heading> = self.categories.iter().filter(right_under).cloned().collect();
        match category {
            Some(id) if below.is_empty() => self.categories.iter().filter(|one| one.id == id).cloned().collect(),
            _ => below,
        }
    }
}

fn month_heading(month: i32) -> Heading {
    let start = month_start(month);
    Heading { id: start.format("%Y-%m").to_string(), name: month_name(start), place: None }
}

impl Axis {
    /// Under which heading a cell belongs.
    fn index_of(&self, month: i32, ward_code: &str, cell: &PackedCell<'_>) -> Option<usize> {
        let word = match self.dimension {
            Dimension::Ward => ward_code,
            Dimension::Category => cell.category_id,
            Dimension::FundingRoute => cell.funding_route,
            Dimension::Month => return usize::try_from(month).ok(),
        };
        self.under.get(word).copied()
    }
}

impl Filters {
    /// Whether a cell is among those asked for; wards and months are chosen by the query.
    fn let_through(&self, cell: &PackedCell<'_>) -> bool {
        self.category_ids.as_ref().is_none_or(|ids| ids.iter().any(|id| id == cell.category_id))
            && self.funding_route.as_ref().is_none_or(|route| route == cell.funding_route)
    }
}

/// Sums cells by figure: distinct people and each provider's takings are counted over all of a figure's cells.
fn together(mut cells: Vec<(usize, PackedCell<'_>)>, measure: Measure, figures: usize) -> QueryResult<Vec<Raw>> {
    let mut raw = vec![Raw::default(); figures];
    let (mut people, mut takings) = (Distinct::default(), Takings::default());
    cells.sort_by_key(|(figure, _)| *figure);
    for cells in cells.chunk_by(|(one, _), (other, _)| one == other) {
        let Some(raw) = cells.first().and_then(|(figure, _)| raw.get_mut(*figure)) else { continue };
        for (_, cell) in cells {
            let value = match measure {
                Measure::People | Measure::Purchases | Measure::Declined => cell.lines,
                Measure::Units => cell.units,
                Measure::Spend => cell.pence,
            };
            raw.value = raw.value.saturating_add(value);
            people.add(cell)?;
            if measure == Measure::Spend {
                takings.add(cell)?;
            }
        }
        raw.people = people.take();
        raw.takings = takings.take();
    }
    Ok(raw)
}

/// What is known of one figure before the rules.
#[derive(Clone, Default)]
struct Raw {
    value: i64,
    people: u64,
    /// What each provider took.
    takings: Vec<i64>,
}

/// A question being answered.
struct Asked<'a> {
    conn: &'a mut Conn,
    authority: AuthorityId,
    query: &'a Query,
    rules: &'a Rules,
    filters: Filters,
    noise: Option<Noise>,
}

impl Asked<'_> {
    /// One figure for each row and column; without an axis, all of it together.
    fn figures(&mut self, rows: Option<&Axis>, columns: Option<&Axis>) -> QueryResult<Vec<Figure>> {
        let width = columns.map_or(1, |axis| axis.headings.len());
        let height = rows.map_or(1, |axis| axis.headings.len());
        let Some(noise) = &self.noise else { return Ok(vec![Figure::Suppressed; width * height]) };
        let wanted = wanted(self.authority, self.query, rows, columns);
        let packed = store::wanted(self.conn, &wanted)?;
        let mut found = Vec::new();
        for (month, ward, cells) in &packed {
            for cell in packed::each(cells) {
                let cell = cell?;
                let place = |axis: Option<&Axis>| {
                    axis.map_or(Some(0), |axis| axis.index_of(*month - wanted.from_month, ward, &cell))
                };
                if self.filters.let_through(&cell)
                    && let (Some(row), Some(column)) = (place(rows), place(columns))
                {
                    found.push((row * width + column, cell));
                }
            }
        }
        let raw = together(found, self.query.measure, width * height)?;
        let heading = |axis: Option<&'_ Axis>, index: usize| {
            axis.and_then(|axis| Some((axis.dimension, axis.headings.get(index)?.id.clone())))
        };
        let figure = |(index, raw): (usize, &Raw)| {
            self.figure(noise, raw, [heading(rows, index / width), heading(columns, index % width)])
        };
        Ok(raw.iter().enumerate().map(figure).collect())
    }

    /// Applies the rules to one figure.
    fn figure(&self, noise: &Noise, raw: &Raw, headings: [Option<(Dimension, String)>; 2]) -> Figure {
        let measure = self.query.measure;
        let people = raw.people;
        if people < self.rules.people || (measure == Measure::Spend && !self.enough_providers(raw)) {
            return Figure::Suppressed;
        }
        let value = match measure {
            Measure::People => i64::try_from(people).unwrap_or(i64::MAX),
            _ => raw.value,
        };
        let step = match measure {
            Measure::Spend => self.rules.round_pence,
            _ => self.rules.round_count,
        };
        let (place, period) = self.coordinates(headings);
        let moved = value.saturating_add(noise.for_figure(&place, &period, value, people));
        Figure::Released(moved.saturating_add(step / 2).div_euclid(step).saturating_mul(step).max(step))
    }

    /// Whether no provider can learn another's takings.
    fn enough_providers(&self, raw: &Raw) -> bool {
        if raw.takings.len() < self.rules.providers {
            return false;
        }
        let mut takings: Vec<i128> = raw.takings.iter().map(|pence| i128::from(*pence)).collect();
        takings.sort_unstable_by(|one, other| other.cmp(one));
        let rest: i128 = takings.iter().skip(2).sum();
        takings.first().is_some_and(|largest| rest * 100 >= largest * i128::from(self.rules.dominance_percent))
    }

    /// Which place and period a figure is of, always in the same words, whatever table it stands in.
    fn coordinates(&self, headings: [Option<(Dimension, String)>; 2]) -> (String, String) {
        let [mut ward, mut category, mut route] =
            [&self.query.ward, &self.query.category, &self.query.funding_route].map(|filter| filter.as_deref());
        let mut months = match (self.query.from_month, self.query.to_month) {
            (from, to) if from == to => month_heading(from).id,
            (from, to) => format!("{}–{}", month_heading(from).id, month_heading(to).id),
        };
        let [row, column] = &headings;
        for (dimension, id) in [row, column].into_iter().flatten() {
            match dimension {
                Dimension::Ward => ward = Some(id),
                Dimension::Category => category = Some(id),
                Dimension::FundingRoute => route = Some(id),
                Dimension::Month => months.clone_from(id),
            }
        }
        let words = [ward, category, route].map(|word| word.unwrap_or(ALL)).join("|");
        (format!("{}|{}|{words}", self.authority, self.query.measure), months)
    }
}

/// The rows of the coarsest grain that can answer.
fn wanted<'a>(authority: AuthorityId, query: &'a Query, rows: Option<&Axis>, columns: Option<&Axis>) -> Wanted<'a> {
    let shown = |dimension| [rows, columns].into_iter().flatten().any(|axis| axis.dimension == dimension);
    let grain = Grain::keeping(
        query.ward.is_some() || shown(Dimension::Ward),
        query.category.is_some() || shown(Dimension::Category),
        query.funding_route.is_some() || shown(Dimension::FundingRoute),
    );
    let step = match query.measure {
        Measure::People | Measure::Purchases | Measure::Units => Step::Requested,
        Measure::Declined => Step::Declined,
        Measure::Spend => Step::Delivered,
    };
    let Query { from_month, to_month, .. } = *query;
    Wanted { authority, grain, step, from_month, to_month, ward_code: query.ward.as_deref() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use crate::log::EventKind;
    use crate::purchasing::PurchaseFact;

    use super::super::support::{CATEGORIES, Council, ROUTES, WARDS, last_month, now};
    use super::*;

    fn ask(council: &mut Council, query: &Query) -> Result<Released, NotReleased> {
        release(&mut council.conn, council.authority, query, &Rules::default(), now())
    }

    fn by_ward(measure: Measure) -> Query {
        Query::of(measure, Dimension::Ward, 1, last_month())
    }

    #[test]
    fn a_figure_about_four_people_is_withheld_like_one_about_nobody() {
        let mut council = Council::open();
        for n in 0..4 {
            let fact = council.fact(&format!("person {n}"), "provider");
            council.happened(EventKind::PurchaseRequested, &fact);
            council.happened(EventKind::PurchaseRequested, &fact);
        }
        council.follow();
        for measure in [Measure::People, Measure::Purchases, Measure::Units, Measure::Spend, Measure::Declined] {
            let told = ask(&mut council, &by_ward(measure)).unwrap();
            assert_eq!(told.row_totals, [Figure::Suppressed; 3], "{measure}");
            assert_eq!(told.total, Figure::Suppressed);
        }
    }

    #[test]
    fn a_figure_about_five_people_is_near_the_truth_and_round() {
        let mut council = Council::open();
        for n in 0..200 {
            let fact = council.fact(&format!("person {n}"), "provider");
            council.happened(EventKind::PurchaseRequested, &fact);
        }
        for n in 0..5 {
            let fact = PurchaseFact { ward_code: WARDS[1].into(), ..council.fact(&format!("other {n}"), "provider") };
            council.happened(EventKind::PurchaseRequested, &fact);
        }
        council.follow();
        let told = ask(&mut council, &by_ward(Measure::People)).unwrap();
        let figures: Vec<Option<i64>> = told.row_totals.iter().map(|figure| figure.released()).collect();
        let [Some(many), Some(few), None] = figures.as_slice() else { panic!("{figures:?}") };
        assert!(many % 5 == 0 && (195..=205).contains(many), "{many}");
        assert!(few % 5 == 0 && (5..=10).contains(few), "{few}");
    }

    #[test]
    fn who_only_asked_does_not_hide_the_one_who_was_served() {
        let mut council = Council::open();
        for n in 0..20 {
            let fact = council.fact(&format!("person {n}"), &format!("provider {n}"));
            council.happened(EventKind::PurchaseRequested, &fact);
            if n < 4 {
                council.happened(EventKind::DeliveryConfirmed, &fact);
                council.happened(EventKind::PurchaseDeclined, &fact);
            }
        }
        council.follow();
        assert!(ask(&mut council, &by_ward(Measure::People)).unwrap().total.released().is_some());
        assert_eq!(ask(&mut council, &by_ward(Measure::Spend)).unwrap().total, Figure::Suppressed);
        assert_eq!(ask(&mut council, &by_ward(Measure::Declined)).unwrap().total, Figure::Suppressed);
    }

    /// Spend of twenty people at so many providers, who take so many pence of each.
    fn spend(takings: &[i64]) -> Figure {
        let mut council = Council::open();
        for n in 0..20 {
            for (provider, pence) in takings.iter().enumerate() {
                let fact = council.fact(&format!("person {n}"), &format!("provider {provider}"));
                council.happened(EventKind::DeliveryConfirmed, &PurchaseFact { amount_pence: *pence, ..fact });
            }
        }
        council.follow();
        ask(&mut council, &by_ward(Measure::Spend)).unwrap().total
    }

    #[test]
    fn spend_needs_three_providers_none_of_whom_stands_out() {
        assert_eq!(spend(&[10_000, 10_000]), Figure::Suppressed);
        assert_eq!(spend(&[100_000, 20_000, 9_000]), Figure::Suppressed);
        // £6,000, moved by up to five times the £300 of one person.
        let told = spend(&[10_000, 10_000, 10_000]).released().unwrap();
        assert!(told % 1000 == 0 && (450_000..=750_000).contains(&told), "{told}");
    }

    #[test]
    fn a_table_goes_down_the_list_of_categories() {
        let mut council = Council::open();
        for n in 0..30 {
            let category = CATEGORIES[n % 2].to_owned();
            let fact = PurchaseFact { category_id: category, ..council.fact(&format!("person {n}"), "provider") };
            council.happened(EventKind::PurchaseRequested, &fact);
        }
        council.follow();
        let top = Query { rows: Dimension::Category, ..by_ward(Measure::People) };
        let names = |told: &Released| told.rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>();
        let told = ask(&mut council, &top).unwrap();
        assert_eq!(names(&told), ["help-at-home", "things-to-do"]);
        let under = Query { category: Some("help-at-home".into()), columns: Some(Dimension::Ward), ..top };
        let below = ask(&mut council, &under).unwrap();
        assert_eq!(names(&below), ["home-care", "sitting"]);
        assert_eq!(below.total, told.row_totals[0], "the same cell, the same figure");
        assert!(below.row_totals.iter().all(|figure| figure.released().is_some()));
    }

    #[test]
    fn what_cannot_be_asked_is_refused() {
        let mut council = Council::open();
        let refused = |council: &mut Council, query: Query| ask(council, &query).unwrap_err().to_string();
        let fine = by_ward(Measure::People);
        let running = Query { from_month: last_month() + 1, to_month: last_month() + 1, ..fine.clone() };
        assert_eq!(refused(&mut council, running), "figures of a month appear when the month is over");
        let odd = Query { from_month: fine.to_month - 1, ..fine.clone() };
        assert_eq!(refused(&mut council, odd), "choose a period of 1, 3, 6, 12 or 24 months");
        let huge = Query { from_month: i32::MIN, to_month: i32::MAX, ..fine.clone() };
        assert_eq!(refused(&mut council, huge), "choose a period of 1, 3, 6, 12 or 24 months");
        let elsewhere = Query { ward: Some("W9".into()), ..fine.clone() };
        assert_eq!(refused(&mut council, elsewhere), "we do not know that ward");
        let twice = Query { columns: Some(Dimension::Ward), ..fine.clone() };
        assert_eq!(refused(&mut council, twice), "choose something else for the columns than for the rows");
        let route = Query { funding_route: Some(ROUTES[0].into()), ..fine };
        assert_eq!(ask(&mut council, &route).unwrap().total, Figure::Suppressed);
    }
}
