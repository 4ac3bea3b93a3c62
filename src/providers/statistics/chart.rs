//! The picture of looks by week: SVG text, beside the table that says the same.

use std::fmt::Write as _;

use chrono::NaiveDate;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 56.0;
const BOTTOM: f64 = 36.0;
const TOP: f64 = 14.0;

/// One bar for each week.
pub(super) fn bars(weeks: &[(NaiveDate, i64)], title: &str) -> String {
    let top = nice(weeks.iter().map(|(_, looks)| *looks).max().unwrap_or(0));
    let (width, height) = (WIDTH - LEFT - 8.0, HEIGHT - BOTTOM - TOP);
    let mut svg = format!(
        r#"<svg class="chart-svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}"><title>{title}</title>"#
    );
    for step in 0..=4 {
        let y = TOP + height * (1.0 - f64::from(step) / 4.0);
        let value = top * i64::from(step) / 4;
        let _ = write!(
            svg,
            r#"<line class="chart-grid" x1="{LEFT}" x2="{:.1}" y1="{y:.1}" y2="{y:.1}"/><text class="chart-axis" x="{:.1}" y="{:.1}" text-anchor="end">{value}</text>"#,
            WIDTH - 8.0,
            LEFT - 8.0,
            y + 5.0
        );
    }
    let each = width / weeks.len().max(1) as f64;
    let every = weeks.len().div_ceil(7).max(1);
    for (nth, (monday, looks)) in weeks.iter().enumerate() {
        let x = LEFT + each * nth as f64 + each * 0.15;
        let tall = height * *looks as f64 / top as f64;
        let day = monday.format("%-d %b");
        let _ = write!(
            svg,
            r#"<g><title>Week of {day}: {looks}</title><rect class="chart-bar" x="{x:.1}" y="{:.1}" width="{:.1}" height="{tall:.1}" rx="3"/></g>"#,
            TOP + height - tall,
            each * 0.7
        );
        if nth % every == 0 {
            let _ = write!(svg, r#"<text class="chart-axis" x="{x:.1}" y="{:.1}">{day}</text>"#, HEIGHT - 12.0);
        }
    }
    svg + "</svg>"
}

/// The next number that a scale likes to end at; at least 4, so that its steps are whole.
fn nice(highest: i64) -> i64 {
    let mut step = 1;
    loop {
        for factor in [4, 8, 20] {
            if step * factor >= highest {
                return step * factor;
            }
        }
        step *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_ends_at_a_whole_number_of_steps() {
        for (highest, top) in [(0, 4), (5, 8), (9, 20), (21, 40), (1_000, 2_000)] {
            assert_eq!(nice(highest), top);
        }
    }
}
