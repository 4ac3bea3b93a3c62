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

//!
//! Reading order: `question` (what may be asked, what is answered), `lists` (rows and columns), `sums` (what is in the
//! cells), this file (the rules), `kept` (answers that were given before).

mod kept;
mod lists;
mod question;
mod sums;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::rc::Rc;

use diesel::QueryResult;

use crate::clock::{UtcTime, month_number};
use crate::db::Conn;
use crate::ids::AuthorityId;

use super::noise::Noise;
use super::{ALL, store};
use lists::{Axis, Lists, month_heading};
use question::PERIODS;
use sums::{Raw, Which};

pub use question::{Dimension, Figure, Heading, Measure, NotReleased, Query, Released, Rules};

/// Answers one question about one authority's demand with protected figures.
///
/// The caller has shown that it may ask for this authority; the gate sees to the rest.
pub fn release(
    conn: &mut Conn,
    authority: AuthorityId,
    query: &Query,
    rules: &Rules,
    now: UtcTime,
) -> Result<Released, NotReleased> {
    Door::open(conn, authority, *rules, now)?.release(query)
}

/// Several questions about one authority, asked together: what two of them have in common is summed once.
pub struct Door<'a> {
    conn: &'a mut Conn,
    authority: AuthorityId,
    rules: Rules,
    now: UtcTime,
    /// The noise; none before anything was counted.
    noise: Option<Noise>,
    lists: Option<Rc<Lists>>,
    sums: HashMap<Which, Rc<Vec<Raw>>>,
}

impl<'a> Door<'a> {
    /// Opens the door for a while; what is asked through it is answered from one state of the cells, or nearly so.
    pub fn open(conn: &'a mut Conn, authority: AuthorityId, rules: Rules, now: UtcTime) -> QueryResult<Self> {
        let noise = store::noise_secret(conn)?.map(Noise::of);
        Ok(Self { conn, authority, rules, now, noise, lists: None, sums: HashMap::new() })
    }

    /// Answers one question with protected figures.
    pub fn release(&mut self, query: &Query) -> Result<Released, NotReleased> {
        check_period(query, self.now)?;
        if query.columns == Some(query.rows) {
            return Err(NotReleased::TwiceTheSame);
        }
        let Some(noise) = &self.noise else { return self.work_out(query) };
        let changes = store::changes(self.conn, self.authority, query.from_month, query.to_month)?;
        let asked = kept::Asked::of(noise, self.authority, query, &self.rules);
        if let Some(released) = kept::find(&asked, changes) {
            return Ok(released);
        }
        let released = self.work_out(query)?;
        kept::keep(asked, changes, &released);
        Ok(released)
    }

    fn work_out(&mut self, query: &Query) -> Result<Released, NotReleased> {
        let lists = match &self.lists {
            Some(lists) => Rc::clone(lists),
            None => Rc::clone(self.lists.insert(Rc::new(Lists::read(self.conn, self.authority)?))),
        };
        let filters = lists.filters(query)?;
        let rows = lists.axis(query.rows, query);
        let columns = query.columns.map(|dimension| lists.axis(dimension, query));
        let mut figures = |rows: Option<&Axis>, columns: Option<&Axis>| -> QueryResult<Vec<Figure>> {
            let which = Which::of(query, rows, columns);
            let sums = if let Some(sums) = self.sums.get(&which) {
                Rc::clone(sums)
            } else {
                let sums = Rc::new(sums::of(self.conn, self.authority, &which, &filters, [rows, columns])?);
                self.sums.insert(which, Rc::clone(&sums));
                sums
            };
            Ok(self.protected(query, &sums, rows, columns))
        };
        let cells = match &columns {
            Some(columns) => figures(Some(&rows), Some(columns))?,
            None => Vec::new(),
        };
        let row_totals = figures(Some(&rows), None)?;
        let column_totals = match &columns {
            Some(columns) => figures(Some(columns), None)?,
            None => Vec::new(),
        };
        let total = figures(None, None)?.first().copied().unwrap_or(Figure::Suppressed);
        let columns = columns.map(|axis| axis.headings).unwrap_or_default();
        Ok(Released { query: query.clone(), rows: rows.headings, columns, cells, row_totals, column_totals, total })
    }

    /// Applies the rules to every figure.
    fn protected(&self, query: &Query, sums: &[Raw], rows: Option<&Axis>, columns: Option<&Axis>) -> Vec<Figure> {
        let Some(noise) = &self.noise else { return vec![Figure::Suppressed; sums.len()] };
        let width = columns.map_or(1, |axis| axis.headings.len());
        let heading = |axis: Option<&'_ Axis>, index: usize| {
            axis.and_then(|axis| Some((axis.dimension, axis.headings.get(index)?.id.clone())))
        };
        let figure = |(index, raw): (usize, &Raw)| {
            self.figure(query, noise, raw, [heading(rows, index / width), heading(columns, index % width)])
        };
        sums.iter().enumerate().map(figure).collect()
    }

    /// Applies the rules to one figure.
    fn figure(&self, query: &Query, noise: &Noise, raw: &Raw, headings: [Option<(Dimension, String)>; 2]) -> Figure {
        let measure = query.measure;
        let people = raw.people;
        if people < self.rules.people || (measure == Measure::Spend && !self.enough_providers(raw)) {
            return Figure::Suppressed;
        }
        let value = match measure {
            Measure::People => i64::try_from(people).unwrap_or(i64::MAX),
            Measure::Purchases | Measure::Declined => raw.lines,
            Measure::Units => raw.units,
            Measure::Spend => raw.pence,
        };
        let step = match measure {
            Measure::Spend => self.rules.round_pence,
            _ => self.rules.round_count,
        };
        let (place, period) = self.coordinates(query, headings);
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
    fn coordinates(&self, query: &Query, headings: [Option<(Dimension, String)>; 2]) -> (String, String) {
        let [mut ward, mut category, mut route] =
            [&query.ward, &query.category, &query.funding_route].map(|filter| filter.as_deref());
        let mut months = match (query.from_month, query.to_month) {
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
        (format!("{}|{}|{words}", self.authority, query.measure), months)
    }
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
