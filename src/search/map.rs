//! Where the results are: a simple map with numbered pins, drawn here as SVG beside the list that says the same. And where
//! one service is, beside its address.

use std::fmt::Write;

use crate::places::{Gazetteer, distance_metres, miles_text};

/// One numbered result on the map.
pub(super) struct Pin<'a> {
    pub(super) number: u32,
    pub(super) href: &'a str,
    pub(super) name: &'a str,
    pub(super) kind_slug: &'a str,
    pub(super) at: (f64, f64),
}

/// How large a map is, in its own units.
#[derive(Clone, Copy)]
pub(super) struct Size {
    width: f64,
    height: f64,
    /// Of a pin.
    radius: f64,
}

impl Size {
    /// Beside a list.
    pub(super) const SMALL: Self = Self { width: 300.0, height: 280.0, radius: 15.0 };
    /// Above a list. A pin is large enough for a finger where the map fills a small phone.
    pub(super) const LARGE: Self = Self { width: 400.0, height: 380.0, radius: 17.0 };
}

/// How much of the land around a place is drawn: two miles.
const AROUND: f64 = 2.0 * 1_609.344;

/// The most names of postcode districts, so that they do not cover each other.
const MOST_DISTRICTS: usize = 12;

/// A piece of the land, drawn around its middle.
struct Paper {
    middle: (f64, f64),
    size: Size,
    /// How far it reaches up and down.
    reach: f64,
}

impl Paper {
    /// Paper that has everything on it that is not further away than `furthest`.
    fn around(middle: (f64, f64), furthest: f64, size: Size) -> Self {
        Self { middle, size, reach: furthest }
    }

    fn centre(&self) -> (f64, f64) {
        (self.size.width / 2.0, self.size.height / 2.0)
    }

    /// How long so many metres are.
    fn length(&self, metres: f64) -> f64 {
        metres * (self.size.height / 2.0 - self.size.radius - 4.0) / self.reach
    }

    fn at(&self, at: (f64, f64)) -> (f64, f64) {
        let (middle, (x, y)) = (self.middle, self.centre());
        let east = distance_metres(middle, (middle.0, at.1)).copysign(at.1 - middle.1);
        let north = distance_metres(middle, (at.0, middle.1)).copysign(at.0 - middle.0);
        (x + self.length(east), y - self.length(north))
    }

    /// The ground, with what it shows in words.
    fn begin(&self, role: &str, label: &str) -> String {
        let Size { width, height, .. } = self.size;
        let mut svg = String::with_capacity(2_000);
        let _ = write!(
            svg,
            r#"<svg class="map" viewBox="0 0 {width} {height}" role="{role}" aria-label="{}"><rect class="map-ground" width="{width}" height="{height}"/>"#,
            escape(label)
        );
        svg
    }

    /// Names of postcode districts, clear of each other, of the middle and of what lies there already.
    fn name_districts(&self, svg: &mut String, placed: &[(f64, f64)]) {
        let (Size { width, height, radius }, (x0, y0)) = (self.size, self.centre());
        let mut named: Vec<(f64, f64)> = Vec::new();
        for (code, at) in Gazetteer::shared().districts_within(self.middle, self.reach * 1.2) {
            let (x, y) = self.at(at);
            let inside = (24.0..width - 24.0).contains(&x) && (34.0..height - 8.0).contains(&y);
            let on_words = (x - x0).abs() < 60.0 && ((y - y0).abs() < 34.0 || (y - y0 / 2.0).abs() < 26.0);
            if inside
                && !on_words
                && named.len() < MOST_DISTRICTS
                && is_clear(&named, (x, y), 40.0)
                && is_clear(placed, (x, y - 4.0), radius + 18.0)
            {
                named.push((x, y));
                let _ = write!(
                    svg,
                    r#"<text class="map-district" x="{x:.0}" y="{y:.0}" text-anchor="middle" aria-hidden="true">{}</text>"#,
                    escape(code)
                );
            }
        }
    }

    /// A ring so far from the middle, with how far that is.
    fn ring(&self, svg: &mut String, metres: f64, class: &str) {
        let ((x, y), radius) = (self.centre(), self.length(metres));
        let _ = write!(
            svg,
            r#"<circle class="{class}" cx="{x}" cy="{y}" r="{radius:.0}"/><text class="map-label" x="{x}" y="{:.0}" text-anchor="middle">{}</text>"#,
            y - radius + 12.0,
            miles_text(metres),
        );
    }

    /// What lies in the middle.
    fn here(&self, svg: &mut String, label: &str) {
        let (x, y) = self.centre();
        let _ = write!(
            svg,
            r#"<circle class="map-here" cx="{x}" cy="{y}" r="6"/><text class="map-place" x="{x}" y="{:.0}" text-anchor="middle">{}</text>"#,
            y + 20.0,
            escape(label.split(',').next().unwrap_or(label)),
        );
    }
}

/// Draws where one service is, and how far it comes to people.
pub(crate) fn of_service(at: (f64, f64), comes_within: Option<f64>, label: &str) -> String {
    let paper = Paper::around(at, comes_within.unwrap_or(AROUND).max(400.0), Size::SMALL);
    let told = match comes_within {
        Some(metres) => format!("Comes to people within {} of {label}", miles_text(metres)),
        None => format!("It is at {label}, in the middle of {} around it", miles_text(AROUND)),
    };
    let mut svg = paper.begin("img", &told);
    match comes_within {
        Some(metres) => paper.ring(&mut svg, metres, "map-served"),
        None => [0.5, 1.0].into_iter().for_each(|part| paper.ring(&mut svg, AROUND * part, "map-ring")),
    }
    paper.name_districts(&mut svg, &[]);
    paper.here(&mut svg, label);
    svg.push_str("</svg>");
    svg
}

/// Draws pins around the place that was asked for, or around their own middle; none for no pins.
pub(super) fn draw(pins: &[Pin<'_>], near: Option<((f64, f64), &str)>, size: Size) -> Option<String> {
    let first = pins.first()?;
    let middle = near.map_or_else(|| middle(pins), |(at, _)| at);
    let furthest = pins.iter().map(|pin| distance_metres(middle, pin.at)).fold(400.0, f64::max);
    let paper = Paper::around(middle, furthest, size);
    let around = near.map(|(_, label)| format!(" around {label}")).unwrap_or_default();
    let told = format!("{} numbered places{around}; number {} is {}", pins.len(), first.number, first.name);
    let mut svg = paper.begin("group", &told);
    let mut placed: Vec<(f64, f64)> = Vec::with_capacity(pins.len());
    for pin in pins {
        placed.push(apart(paper.at(pin.at), &placed, size));
    }
    paper.name_districts(&mut svg, &placed);
    for part in [0.5, 1.0] {
        paper.ring(&mut svg, furthest * part, "map-ring");
    }
    if let Some((_, label)) = near {
        paper.here(&mut svg, label);
    }
    for (pin, (x, y)) in pins.iter().zip(placed) {
        let _ = write!(
            svg,
            r#"<a href="{}" class="map-pin kind-{}" aria-label="{}: {}"><circle cx="{x:.0}" cy="{y:.0}" r="{}"/><text x="{x:.0}" y="{:.0}" text-anchor="middle">{}</text></a>"#,
            escape(pin.href),
            pin.kind_slug,
            pin.number,
            escape(pin.name),
            size.radius,
            y + 5.0,
            pin.number,
        );
    }
    svg.push_str("</svg>");
    Some(svg)
}

fn middle(pins: &[Pin<'_>]) -> (f64, f64) {
    let count = pins.iter().map(|_| 1.0).sum::<f64>().max(1.0);
    (pins.iter().map(|pin| pin.at.0).sum::<f64>() / count, pins.iter().map(|pin| pin.at.1).sum::<f64>() / count)
}

/// Whether nothing stands nearer than that.
fn is_clear(taken: &[(f64, f64)], at: (f64, f64), away: f64) -> bool {
    taken.iter().all(|other| (other.0 - at.0).hypot(other.1 - at.1) > away)
}

/// Moves a pin aside, in a spiral, until it covers none that is already there.
fn apart(wanted: (f64, f64), placed: &[(f64, f64)], size: Size) -> (f64, f64) {
    let Size { width, height, radius } = size;
    let clamp = |(x, y): (f64, f64)| (x.clamp(radius, width - radius), y.clamp(radius, height - radius));
    let mut at = clamp(wanted);
    for turn in 1..400 {
        if placed.iter().all(|other| (other.0 - at.0).hypot(other.1 - at.1) >= 2.0 * radius) {
            break;
        }
        let (angle, away) = (f64::from(turn) * 2.4, 6.0 * f64::from(turn).sqrt() * 1.6);
        at = clamp((wanted.0 + angle.cos() * away, wanted.1 + angle.sin() * away));
    }
    at
}

/// Text inside SVG: never markup.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_text_and_pins_do_not_cover_each_other() {
        let pin = |number| Pin {
            number,
            href: "/services/x",
            name: "A <b> & \"c\"",
            kind_slug: "equipment",
            at: (53.4, -2.3),
        };
        let svg = draw(&[pin(1), pin(2), pin(3)], Some(((53.4, -2.3), "M33 7")), Size::SMALL).unwrap();
        assert!(svg.contains("A &lt;b&gt; &amp; &quot;c&quot;") && !svg.contains("<b>"));
        let placed = [(100.0, 100.0)];
        let moved = apart((100.0, 100.0), &placed, Size::SMALL);
        assert!((moved.0 - 100.0).hypot(moved.1 - 100.0) >= 30.0);
        assert!(draw(&[], None, Size::LARGE).is_none());
    }

    #[test]
    fn one_service_lies_in_the_middle_of_what_it_serves() {
        let served = of_service((53.42, -2.32), Some(8_046.72), "M33 <7>");
        assert!(served.contains("aria-label=\"Comes to people within 5 miles of M33 &lt;7&gt;\""), "{served}");
        assert!(served.contains("map-served") && served.contains(">M33</text>") && !served.contains("map-ring"));
        let fixed = of_service((53.42, -2.32), None, "M33 7XY");
        assert!(fixed.contains(">2 miles</text>") && !fixed.contains("map-served"));
    }
}
