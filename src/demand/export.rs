//! A released table as CSV: the same figures as on the page, nothing more.

use crate::web::cell::harmless;

use super::{Figure, Measure, Released};

/// What stands where a figure was withheld.
pub const SUPPRESSED: &str = "suppressed";

/// Writes a released table as CSV: a heading, a line for each row, and the totals.
pub fn csv(released: &Released) -> Result<Vec<u8>, csv::Error> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let total = format!("all ({})", unit(released.query.measure));
    let names = released.columns.iter().map(|heading| heading.name.as_str());
    let first = [released.query.rows.as_str(), "id"];
    out.write_record(first.into_iter().chain(names).chain([total.as_str()]))?;
    for (index, (heading, all)) in released.rows.iter().zip(&released.row_totals).enumerate() {
        let cells = released.row(index).iter().chain([all]).map(|figure| cell(released.query.measure, *figure));
        out.write_record([harmless(&heading.name), heading.id.clone()].into_iter().chain(cells))?;
    }
    let cells =
        released.column_totals.iter().chain([&released.total]).map(|figure| cell(released.query.measure, *figure));
    out.write_record(["all".to_owned(), String::new()].into_iter().chain(cells))?;
    out.into_inner().map_err(|cause| csv::Error::from(std::io::Error::other(cause.to_string())))
}

/// What the figures count.
#[must_use]
pub const fn unit(measure: Measure) -> &'static str {
    match measure {
        Measure::Spend => "spend in pounds",
        other => other.as_str(),
    }
}

fn cell(measure: Measure, figure: Figure) -> String {
    match (measure, figure) {
        (_, Figure::Suppressed) => SUPPRESSED.to_owned(),
        (Measure::Spend, Figure::Released(pence)) => format!("{}.{:02}", pence / 100, pence % 100),
        (_, Figure::Released(number)) => number.to_string(),
    }
}
