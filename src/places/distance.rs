//! How far apart two points are, and how that is said.

/// The mean radius of the Earth.
const EARTH_METRES: f64 = 6_371_008.8;

/// One mile.
const MILE_METRES: f64 = 1_609.344;

/// Measures the way between two points (latitude, longitude) as the crow flies.
#[must_use]
pub fn distance_metres(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (lat1, lat2) = (from.0.to_radians(), to.0.to_radians());
    let half_lat = ((lat2 - lat1) / 2.0).sin();
    let half_lon = ((to.1 - from.1).to_radians() / 2.0).sin();
    let chord = half_lat * half_lat + lat1.cos() * lat2.cos() * half_lon * half_lon;
    2.0 * EARTH_METRES * chord.sqrt().min(1.0).asin()
}

/// Says a distance the way people do here: "0.4 miles", "12 miles".
#[must_use]
pub fn miles_text(metres: f64) -> String {
    let miles = metres.max(0.0) / MILE_METRES;
    if !miles.is_finite() {
        "an unknown distance".into()
    } else if miles < 0.1 {
        "less than 0.1 miles".into()
    } else if miles < 9.95 {
        let text = format!("{miles:.1}");
        if text == "1.0" { "1 mile".into() } else { format!("{} miles", text.trim_end_matches(".0")) }
    } else {
        format!("{miles:.0} miles")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sale_to_manchester_is_about_five_miles() {
        let metres = distance_metres((53.4243, -2.3225), (53.4794, -2.2453));
        assert!((7_500.0..8_500.0).contains(&metres), "{metres}");
    }

    #[test]
    fn a_place_is_no_way_from_itself() {
        assert!(distance_metres((53.4, -2.3), (53.4, -2.3)).abs() < 0.001);
    }

    #[test]
    fn miles_read_well() {
        assert_eq!(miles_text(10.0), "less than 0.1 miles");
        assert_eq!(miles_text(644.0), "0.4 miles");
        assert_eq!(miles_text(1_609.344), "1 mile");
        assert_eq!(miles_text(3_218.7), "2 miles");
        assert_eq!(miles_text(20_000.0), "12 miles");
        assert_eq!(miles_text(f64::NAN), "less than 0.1 miles");
    }
}
