//! Pictures of released figures: SVG text, made on the server, for beside the table that says the same.
//!
//! They know nothing but [`Released`]. Colours, lines and the typeface come from the style sheet by class; sizes are in
//! the drawing's own units, which are pixels on a wide screen, and no text is below 12 of them.

use std::fmt::Write as _;

use super::{Figure, Heading, Measure, Released};

/// How many shades of heat there are.
const HEATS: usize = 7;

/// The size of one picture.
const WIDTH: f64 = 760.0;

/// The class of each figure: `heat-0` to `heat-6`, each for about as many released figures, or `suppressed`.
#[must_use]
pub fn heat(figures: &[Figure]) -> Vec<String> {
    let mut sorted: Vec<i64> = figures.iter().filter_map(|figure| figure.released()).collect();
    sorted.sort_unstable();
    sorted.dedup();
    let class = |figure: &Figure| match figure.released() {
        None => "suppressed".to_owned(),
        Some(number) => {
            let rank = sorted.partition_point(|other| *other < number);
            format!("heat-{}", rank * HEATS / sorted.len().max(1))
        }
    };
    figures.iter().map(class).collect()
}

/// A line through the rows of a table by month; it breaks where a figure is withheld.
#[must_use]
pub fn line(released: &Released, title: &str) -> String {
    let mut svg = Svg::new(WIDTH, 300.0, title, &told(released));
    let frame = Frame { left: 70.0, top: 16.0, width: WIDTH - 86.0, height: 232.0 };
    let top = frame.grid(&mut svg, released.query.measure, &released.row_totals);
    frame.months(&mut svg, &released.rows, 12);
    frame.line(&mut svg, released.query.measure, &released.rows, &released.row_totals, top);
    svg.finish()
}

/// One horizontal bar for each row.
#[must_use]
pub fn bars(released: &Released, title: &str) -> String {
    let row = 40.0;
    let (left, right) = (210.0, 110.0);
    let measure = released.query.measure;
    let top = highest(&released.row_totals);
    let mut svg = Svg::new(WIDTH, row * count(released.rows.len()) + 8.0, title, &told(released));
    for (index, (heading, figure)) in released.rows.iter().zip(&released.row_totals).enumerate() {
        let y = row * count(index) + 6.0;
        let said = measure.say(*figure);
        svg.text(left - 12.0, y + 19.0, "end", "chart-label", &heading.name);
        let length = figure.released().map_or(0.0, |number| (WIDTH - left - right) * real(number) / real(top));
        if length > 0.0 {
            svg.titled(
                &format!("{}: {said}", heading.name),
                &format!(
                    r#"<rect class="chart-bar" x="{left:.1}" y="{y:.1}" width="{length:.1}" height="28" rx="3"/>"#
                ),
            );
        }
        let class = if length > 0.0 { "chart-label" } else { "chart-label suppressed" };
        svg.text(left + length + 10.0, y + 19.0, "start", class, &said);
    }
    svg.finish()
}

/// One bar for each month, of the columns on top of each other; what is withheld is left out.
#[must_use]
pub fn stacked(released: &Released, title: &str) -> String {
    let shown: Vec<usize> = (0..released.columns.len())
        .filter(|column| (0..released.rows.len()).any(|row| at(released, row, *column).released().is_some()))
        .collect();
    let legend = 26.0 * count(shown.len().div_ceil(3));
    let mut svg = Svg::new(WIDTH, 300.0 + legend, title, &told(released));
    let frame = Frame { left: 70.0, top: 16.0, width: WIDTH - 86.0, height: 232.0 };
    let sum = |row: usize| released.row(row).iter().filter_map(|figure| figure.released()).sum();
    let sums: Vec<Figure> = (0..released.rows.len()).map(|row| Figure::Released(sum(row))).collect();
    let top = frame.grid(&mut svg, released.query.measure, &sums);
    frame.months(&mut svg, &released.rows, 12);
    for (row, heading) in released.rows.iter().enumerate() {
        let (x, width) = frame.bar(row, released.rows.len());
        let mut base = frame.top + frame.height;
        for column in &shown {
            let figure = at(released, row, *column);
            let Some(number) = figure.released() else { continue };
            let height = frame.height * real(number) / real(top);
            base -= height;
            let name = released.columns.get(*column).map_or("", |column| column.name.as_str());
            let said = format!("{}, {name}: {}", heading.name, released.query.measure.say(figure));
            let rect = format!(
                r#"<rect class="chart-bar series-{column}" x="{x:.1}" y="{base:.1}" width="{width:.1}" height="{height:.1}"/>"#
            );
            svg.titled(&said, &rect);
        }
    }
    for (index, column) in shown.iter().enumerate() {
        let x = 70.0 + 226.0 * count(index % 3);
        let y = 296.0 + 26.0 * count(index / 3);
        svg.add(&format!(
            r#"<rect class="chart-bar series-{column}" x="{x:.1}" y="{:.1}" width="14" height="14" rx="3"/>"#,
            y - 12.0
        ));
        let name = released.columns.get(*column).map_or("", |column| column.name.as_str());
        svg.text(x + 22.0, y, "start", "chart-label", name);
    }
    svg.finish()
}

/// A small line for each row over the months in the columns, all to the same scale, four beside each other.
#[must_use]
pub fn small_multiples(released: &Released, title: &str) -> String {
    const BESIDE: usize = 3;
    let (width, height) = (WIDTH / 3.0, 150.0);
    let rows = released.rows.len().div_ceil(BESIDE);
    let mut svg = Svg::new(WIDTH, height * count(rows), title, &told(released));
    let top = nice(highest(&released.cells));
    for (index, heading) in released.rows.iter().enumerate() {
        let (x, y) = (width * count(index % BESIDE), height * count(index / BESIDE));
        svg.text(x + 8.0, y + 20.0, "start", "chart-label", &heading.name);
        let frame = Frame { left: x + 8.0, top: y + 32.0, width: width - 24.0, height: height - 60.0 };
        frame.base(&mut svg);
        frame.line(&mut svg, released.query.measure, &released.columns, released.row(index), top);
        let ends = [(released.columns.first(), frame.left, "start"), (released.columns.last(), frame.right(), "end")];
        for (month, x, anchor) in ends {
            svg.text(x, y + height - 10.0, anchor, "chart-axis", &month.map(short_month).unwrap_or_default());
        }
    }
    svg.finish()
}

/// Each ward as a circle about where it is, moved apart so that names can be read: larger and darker for more.
#[must_use]
pub fn ward_map(released: &Released, title: &str) -> String {
    let classes = heat(&released.row_totals);
    let spots = spread(&released.rows);
    let bottom = spots.iter().map(|(_, y)| *y).fold(0.0, f64::max) + 56.0;
    let mut svg = Svg::new(WIDTH, bottom, title, &told(released));
    for (((heading, figure), class), (x, y)) in released.rows.iter().zip(&released.row_totals).zip(&classes).zip(&spots)
    {
        let step: f64 = class.strip_prefix("heat-").and_then(|heat| heat.parse().ok()).unwrap_or(0.0);
        let radius = 8.0 + 2.0 * step;
        let said = format!("{}: {}", heading.name, released.query.measure.say(*figure));
        let circle = format!(r#"<circle class="map-ward {class}" cx="{x:.1}" cy="{y:.1}" r="{radius:.1}"/>"#);
        svg.titled(&said, &circle);
        for (line, words) in two_lines(&heading.name).iter().enumerate() {
            svg.text(*x, y + 34.0 + 14.0 * count(line), "middle", "chart-label", words);
        }
    }
    svg.finish()
}

/// Where to draw the wards: north up, each with room for its name.
fn spread(wards: &[Heading]) -> Vec<(f64, f64)> {
    const ROOM: (f64, f64) = (104.0, 68.0);
    let places: Vec<(f64, f64)> = wards.iter().map(|ward| ward.place.unwrap_or_default()).collect();
    let middle = places.iter().map(|(latitude, _)| *latitude).sum::<f64>() / count(places.len().max(1));
    let flat: Vec<(f64, f64)> =
        places.iter().map(|(latitude, longitude)| (longitude * middle.to_radians().cos(), -latitude)).collect();
    let bounds = |of: fn(&(f64, f64)) -> f64| {
        let values = flat.iter().map(of);
        (values.clone().fold(f64::INFINITY, f64::min), values.fold(f64::NEG_INFINITY, f64::max))
    };
    let ((west, east), (north, south)) = (bounds(|place| place.0), bounds(|place| place.1));
    let scale = ((WIDTH - ROOM.0) / (east - west).max(1e-6)).min(620.0 / (south - north).max(1e-6));
    let left = (WIDTH - (east - west) * scale) / 2.0;
    let mut spots: Vec<(f64, f64)> =
        flat.iter().map(|(x, y)| (left + (x - west) * scale, 24.0 + (y - north) * scale)).collect();
    for _ in 0..300 {
        for one in 0..spots.len() {
            for other in one + 1..spots.len() {
                push_apart(&mut spots, one, other, ROOM);
            }
        }
        for (x, y) in &mut spots {
            *x = x.clamp(ROOM.0 / 2.0, WIDTH - ROOM.0 / 2.0);
            *y = y.max(24.0);
        }
    }
    spots
}

/// Moves two spots apart, a little, in the direction in which they overlap less.
fn push_apart(spots: &mut [(f64, f64)], one: usize, other: usize, room: (f64, f64)) {
    let (Some(&first), Some(&second)) = (spots.get(one), spots.get(other)) else { return };
    let (across, down) = (second.0 - first.0, second.1 - first.1);
    let overlap = (room.0 - across.abs(), room.1 - down.abs());
    if overlap.0 <= 0.0 || overlap.1 <= 0.0 {
        return;
    }
    let push = if overlap.0 / room.0 < overlap.1 / room.1 {
        (overlap.0.copysign(across) / 4.0, 0.0)
    } else {
        (0.0, overlap.1.copysign(down) / 4.0)
    };
    for (index, sign) in [(one, -1.0), (other, 1.0)] {
        if let Some(spot) = spots.get_mut(index) {
            *spot = (spot.0 + sign * push.0, spot.1 + sign * push.1);
        }
    }
}

/// A long name in two lines, as even as its spaces allow.
fn two_lines(name: &str) -> Vec<&str> {
    if name.chars().count() <= 14 {
        return vec![name];
    }
    let middle = name.len() / 2;
    match name.match_indices(' ').map(|(at, _)| at).min_by_key(|at| at.abs_diff(middle)) {
        Some(at) => vec![name.get(..at).unwrap_or_default(), name.get(at + 1..).unwrap_or_default()],
        None => vec![name],
    }
}

/// The part of a picture where figures are drawn.
struct Frame {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

impl Frame {
    fn right(&self) -> f64 {
        self.left + self.width
    }

    fn base(&self, svg: &mut Svg) {
        let (y, right) = (self.top + self.height, self.right());
        svg.add(&format!(
            r#"<line class="chart-grid" x1="{:.1}" x2="{right:.1}" y1="{y:.1}" y2="{y:.1}"/>"#,
            self.left
        ));
    }

    /// Draws horizontal lines with their figures; tells what the top stands for.
    fn grid(&self, svg: &mut Svg, measure: Measure, figures: &[Figure]) -> i64 {
        let top = nice(highest(figures));
        for step in 0..=4_i64 {
            let y = self.top + self.height * (1.0 - real(step) / 4.0);
            let right = self.right();
            svg.add(&format!(
                r#"<line class="chart-grid" x1="{:.1}" x2="{right:.1}" y1="{y:.1}" y2="{y:.1}"/>"#,
                self.left
            ));
            let said = measure.say(Figure::Released(top / 4 * step));
            svg.text(self.left - 10.0, y + 5.0, "end", "chart-axis", &said);
        }
        top
    }

    /// Writes at most so many months under the frame, the last one always.
    fn months(&self, svg: &mut Svg, months: &[Heading], at_most: usize) {
        let every = months.len().div_ceil(at_most.max(1)).max(1);
        for (index, month) in months.iter().enumerate() {
            if (months.len() - 1 - index).is_multiple_of(every) {
                let (x, y) = (self.middle(index, months.len()), self.top + self.height + 22.0);
                svg.text(x, y, "middle", "chart-axis", &short_month(month));
            }
        }
    }

    /// The left edge and the width of one bar of several.
    fn bar(&self, index: usize, of: usize) -> (f64, f64) {
        let room = self.width / count(of.max(1));
        (self.left + room * (count(index) + 0.15), room * 0.7)
    }

    fn middle(&self, index: usize, of: usize) -> f64 {
        self.left + self.width / count(of.max(1)) * (count(index) + 0.5)
    }

    fn line(&self, svg: &mut Svg, measure: Measure, months: &[Heading], figures: &[Figure], top: i64) {
        let height = |number: i64| self.top + self.height * (1.0 - real(number) / real(top));
        let mut path = String::new();
        let mut pen = 'M';
        for (index, figure) in figures.iter().enumerate() {
            match figure.released() {
                None => pen = 'M',
                Some(number) => {
                    let (x, y) = (self.middle(index, figures.len()), height(number));
                    write!(path, "{pen}{x:.1} {y:.1}").ok();
                    pen = 'L';
                }
            }
        }
        if !path.is_empty() {
            svg.add(&format!(r#"<path class="chart-line" fill="none" d="{path}"/>"#));
        }
        for (index, (month, figure)) in months.iter().zip(figures).enumerate() {
            let x = self.middle(index, figures.len());
            let (class, y) = figure
                .released()
                .map_or(("chart-point suppressed", self.top + self.height), |number| ("chart-point", height(number)));
            let said = format!("{}: {}", month.name, measure.say(*figure));
            svg.titled(&said, &format!(r#"<circle class="{class}" cx="{x:.1}" cy="{y:.1}" r="4"/>"#));
        }
    }
}

/// An SVG being written.
struct Svg(String);

impl Svg {
    fn new(width: f64, height: f64, title: &str, description: &str) -> Self {
        let (title, description) = (escaped(title), escaped(description));
        Self(format!(
            r#"<svg class="chart-svg" viewBox="0 0 {width:.0} {height:.0}" role="img" aria-label="{title}"><title>{title}</title><desc>{description}</desc>"#
        ))
    }

    fn add(&mut self, element: &str) {
        self.0.push_str(element);
    }

    /// An element that tells what it stands for when pointed at.
    fn titled(&mut self, said: &str, element: &str) {
        let said = escaped(said);
        write!(self.0, "<g><title>{said}</title>{element}</g>").ok();
    }

    fn text(&mut self, x: f64, y: f64, anchor: &str, class: &str, words: &str) {
        let words = escaped(words);
        write!(
            self.0,
            r#"<text class="{class}" x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" font-size="13">{words}</text>"#
        )
        .ok();
    }

    fn finish(mut self) -> String {
        self.0.push_str("</svg>");
        self.0
    }
}

/// What the picture shows, in one sentence for those who do not see it.
fn told(released: &Released) -> String {
    let figures = released.row_totals.iter().zip(&released.rows);
    let highest = figures.filter_map(|(figure, row)| Some((figure.released()?, figure, row))).max_by_key(|one| one.0);
    match highest {
        None => "All figures are withheld because they are about too few people.".to_owned(),
        Some((_, figure, row)) => {
            let withheld = released.row_totals.iter().filter(|figure| figure.released().is_none()).count();
            let measure = released.query.measure;
            format!(
                "The highest is {} with {}; {withheld} withheld. The table has every figure.",
                row.name,
                measure.say(*figure)
            )
        }
    }
}

fn at(released: &Released, row: usize, column: usize) -> Figure {
    released.row(row).get(column).copied().unwrap_or(Figure::Suppressed)
}

fn highest(figures: &[Figure]) -> i64 {
    figures.iter().filter_map(|figure| figure.released()).max().unwrap_or(0).max(1)
}

/// The next number of the form 4, 8, 20, 40, 80, 200 … that four lines can be drawn to.
fn nice(number: i64) -> i64 {
    let mut power = 1_i64;
    loop {
        for step in [4, 8, 20] {
            let Some(top) = power.checked_mul(step) else { return number };
            if top >= number {
                return top;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// "Mar 26" from "March 2026".
fn short_month(month: &Heading) -> String {
    let mut words = month.name.split(' ');
    let short = |word: Option<&str>, from: usize, to: usize| {
        word.and_then(|word| word.get(from..to)).unwrap_or_default().to_owned()
    };
    format!("{} {}", short(words.next(), 0, 3), short(words.next(), 2, 4))
}

#[expect(clippy::cast_precision_loss, reason = "a picture, not a sum")]
fn real(number: i64) -> f64 {
    number as f64
}

#[expect(clippy::cast_precision_loss, reason = "a picture, not a sum")]
fn count(number: usize) -> f64 {
    number as f64
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demand::{Dimension, Query};

    fn heading(name: &str, place: Option<(f64, f64)>) -> Heading {
        Heading { id: name.to_lowercase(), name: name.into(), place }
    }

    fn table(rows: Dimension, headings: Vec<Heading>, figures: Vec<Figure>) -> Released {
        let query = Query::of(Measure::Spend, rows, 12, 24_300);
        let empty = Vec::new;
        Released {
            query,
            rows: headings,
            columns: Vec::new(),
            cells: empty(),
            row_totals: figures,
            column_totals: empty(),
            total: Figure::Suppressed,
        }
    }

    #[test]
    fn a_line_breaks_where_a_figure_is_withheld() {
        let months = ["January 2026", "February 2026", "March 2026"].map(|name| heading(name, None));
        let figures = vec![Figure::Released(10_000), Figure::Suppressed, Figure::Released(20_000)];
        let svg = line(&table(Dimension::Month, months.to_vec(), figures), "Spend");
        assert_eq!(svg.matches('M').count() - svg.matches("Mar").count(), 2, "two pieces of line: {svg}");
        assert!(svg.contains("February 2026: withheld"));
        assert!(svg.contains(r#"role="img" aria-label="Spend""#) && !svg.contains("style="));
    }

    #[test]
    fn names_cannot_break_out_of_the_picture() {
        let wards = vec![heading("<Ward> & \"Son\"", Some((53.4, -2.3)))];
        let svg = ward_map(&table(Dimension::Ward, wards, vec![Figure::Released(500)]), "A & B");
        assert!(svg.contains("&lt;Ward&gt;") && svg.contains("&amp;") && !svg.contains("<Ward>"));
    }

    #[test]
    fn wards_close_together_are_moved_apart() {
        let at = |n: u32| (53.4 + 0.01 * f64::from(n / 6), -2.3 + 0.01 * f64::from(n % 6));
        let wards: Vec<Heading> = (0..32).map(|n| heading(&format!("Ward {n}"), Some(at(n)))).collect();
        let spots = spread(&wards);
        for (index, one) in spots.iter().enumerate() {
            for other in spots.iter().skip(index + 1) {
                assert!((one.0 - other.0).abs() > 80.0 || (one.1 - other.1).abs() > 50.0, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn heat_goes_from_least_to_most() {
        let figures = [Figure::Suppressed, Figure::Released(5), Figure::Released(500), Figure::Released(50)];
        assert_eq!(heat(&figures), ["suppressed", "heat-0", "heat-4", "heat-2"]);
    }

    #[test]
    fn axes_end_in_round_numbers() {
        for (number, top) in [(1, 4), (5, 8), (9, 20), (21, 40), (41, 80), (81, 200), (1_000_000, 2_000_000)] {
            assert_eq!(nice(number), top);
        }
    }
}
