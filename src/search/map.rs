//! Where the results are: a simple map with numbered pins, drawn here as SVG beside the list that says the same.

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

/// The most names of postcode districts, so that they do not cover each other.
const MOST_DISTRICTS: usize = 12;

/// Draws pins around the place that was asked for, or around their own middle; none for no pins.
pub(super) fn draw(pins: &[Pin<'_>], near: Option<((f64, f64), &str)>, size: Size) -> Option<String> {
    let Size { width, height, radius: pin_radius } = size;
    let first = pins.first()?;
    let middle = near.map_or_else(|| middle(pins), |(at, _)| at);
    let furthest = pins.iter().map(|pin| distance_metres(middle, pin.at)).fold(400.0, f64::max);
    let scale = (height / 2.0 - pin_radius - 4.0) / furthest; // pixels for a metre
    let mut svg = String::with_capacity(4_000);
    let around = near.map(|(_, label)| format!(" around {}", escape(label))).unwrap_or_default();
    let _ = write!(
        svg,
        r#"<svg class="map" viewBox="0 0 {width} {height}" role="group" aria-label="{} numbered places{around}; number {} is {}"><rect class="map-ground" width="{width}" height="{height}"/>"#,
        pins.len(),
        first.number,
        escape(first.name),
    );
    let (x0, y0) = (width / 2.0, height / 2.0);
    let on_paper = |at: (f64, f64)| {
        let east = distance_metres(middle, (middle.0, at.1)).copysign(at.1 - middle.1);
        let north = distance_metres(middle, (at.0, middle.1)).copysign(at.0 - middle.0);
        (x0 + east * scale, y0 - north * scale)
    };
    let mut placed: Vec<(f64, f64)> = Vec::with_capacity(pins.len());
    for pin in pins {
        placed.push(apart(on_paper(pin.at), &placed, size));
    }
    let mut named: Vec<(f64, f64)> = Vec::new();
    for (code, at) in Gazetteer::shared().districts_within(middle, furthest * 1.2) {
        let (x, y) = on_paper(at);
        let inside = (24.0..width - 24.0).contains(&x) && (34.0..height - 8.0).contains(&y);
        let on_words = (x - x0).abs() < 60.0 && ((y - y0).abs() < 34.0 || (y - y0 / 2.0).abs() < 26.0);
        if inside
            && !on_words
            && named.len() < MOST_DISTRICTS
            && is_clear(&named, (x, y), 40.0)
            && is_clear(&placed, (x, y - 4.0), pin_radius + 18.0)
        {
            named.push((x, y));
            let _ = write!(
                svg,
                r#"<text class="map-district" x="{x:.0}" y="{y:.0}" text-anchor="middle" aria-hidden="true">{}</text>"#,
                escape(code)
            );
        }
    }
    for part in [0.5, 1.0] {
        let radius = (height / 2.0 - pin_radius - 4.0) * part;
        let _ = write!(
            svg,
            r#"<circle class="map-ring" cx="{x0}" cy="{y0}" r="{radius:.0}"/><text class="map-label" x="{x0}" y="{:.0}" text-anchor="middle">{}</text>"#,
            y0 - radius + 12.0,
            miles_text(furthest * part),
        );
    }
    if let Some((_, label)) = near {
        let _ = write!(
            svg,
            r#"<circle class="map-here" cx="{x0}" cy="{y0}" r="6"/><text class="map-place" x="{x0}" y="{:.0}" text-anchor="middle">{}</text>"#,
            y0 + 20.0,
            escape(label.split(',').next().unwrap_or(label)),
        );
    }
    for (pin, at) in pins.iter().zip(placed) {
        let _ = write!(
            svg,
            r#"<a href="{}" class="map-pin kind-{}" aria-label="{}: {}"><circle cx="{:.0}" cy="{:.0}" r="{pin_radius}"/><text x="{:.0}" y="{:.0}" text-anchor="middle">{}</text></a>"#,
            escape(pin.href),
            pin.kind_slug,
            pin.number,
            escape(pin.name),
            at.0,
            at.1,
            at.0,
            at.1 + 5.0,
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
}
