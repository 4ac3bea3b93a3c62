//! The gazetteer: from what somebody typed to a point on the map.

use std::sync::OnceLock;

use super::postcode::Shape;

const UNITS: &str = include_str!("../../data/trafford-datalab-postcodes/trafford_postcodes.csv");
const SECTORS: &str = include_str!("../../data/ons-nspl-derived-outcodes/postcode_sectors.csv");
const OUTWARD: &str = include_str!("../../data/ons-nspl-derived-outcodes/outward_codes.csv");
const WARDS: &str = include_str!("../../data/wards.csv");
const AUTHORITIES: &str = include_str!("../../data/mysociety-uk-local-authorities/uk_local_authorities.csv");

/// A text that is longer than any name of a place is not looked up.
const LONGEST: usize = 80;

/// How exactly a place is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// A whole postcode: a few houses.
    Postcode,
    /// The postcode's sector ("M33 7"): a neighbourhood.
    Sector,
    /// The first part of the postcode ("M33"): a town.
    Outward,
    /// A ward, a town or a council, by its name.
    Named,
}

/// A point that a text stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// How to show it: "M33 7XB", "Sale Moor, Trafford".
    pub label: String,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// How exactly it is known.
    pub precision: Precision,
    /// The ward it lies in, if that is certain.
    pub ward_code: Option<&'static str>,
}

/// A text that stands for no place we know. Its sentence can be shown as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// Nothing was typed.
    #[error("Enter a postcode, such as M33 7XB, or only its first part, such as M33.")]
    Empty,
    /// It looks like a postcode, and there is none such.
    #[error("We do not know the postcode \"{0}\". Check it, or use only its first part, such as M33.")]
    UnknownPostcode(String),
    /// It is no postcode, and no name we have.
    #[error("We do not know the place \"{0}\". Use a postcode, or only its first part, such as M33.")]
    UnknownName(String),
}

/// A point and what it belongs to.
struct Point {
    code: Box<str>,
    latitude: f32,
    longitude: f32,
    ward: u16,
}

struct Named {
    key: String,
    label: String,
    latitude: f64,
    longitude: f64,
    ward_code: Option<String>,
}

/// Every place the program knows. Made once, and small.
pub struct Gazetteer {
    units: Vec<Point>,
    sectors: Vec<Point>,
    outward: Vec<Point>,
    ward_codes: Vec<String>,
    names: Vec<Named>,
}

impl Gazetteer {
    /// The one gazetteer, read from the embedded data at first use.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Gazetteer> = OnceLock::new();
        SHARED.get_or_init(Self::read)
    }

    /// Finds the place that `text` stands for.
    pub fn find(&'static self, text: &str) -> Result<Place, PlaceError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PlaceError::Empty);
        }
        match Shape::of(text) {
            Some(shape) => self.by_postcode(&shape).ok_or_else(|| PlaceError::UnknownPostcode(shown(text))),
            None => self.by_name(text).ok_or_else(|| PlaceError::UnknownName(shown(text))),
        }
    }

    /// The code of the ward that a whole postcode lies in, if we have that postcode.
    #[must_use]
    pub fn ward_of(&'static self, postcode: &str) -> Option<&'static str> {
        let unit = Shape::of(postcode)?.unit?;
        look_up(&self.units, &unit).and_then(|point| self.ward(point))
    }

    /// The outward code whose middle is nearest.
    #[must_use]
    pub fn nearest_outward(&self, (latitude, longitude): (f64, f64)) -> String {
        let east = latitude.to_radians().cos();
        let far = |point: &Point| {
            let (north, east) = (f64::from(point.latitude) - latitude, (f64::from(point.longitude) - longitude) * east);
            north * north + east * east
        };
        self.outward
            .iter()
            .min_by(|a, b| far(a).total_cmp(&far(b)))
            .map(|point| point.code.to_string())
            .unwrap_or_default()
    }

    fn ward(&'static self, point: &Point) -> Option<&'static str> {
        self.ward_codes.get(usize::from(point.ward)).map(String::as_str)
    }

    /// The best point we have for a postcode: its unit, else its sector, else its outward code.
    fn by_postcode(&'static self, shape: &Shape) -> Option<Place> {
        let place = |point: &Point, label: &str, precision, ward_code| Place {
            label: label.to_owned(),
            latitude: f64::from(point.latitude),
            longitude: f64::from(point.longitude),
            precision,
            ward_code,
        };
        let label = shape.unit.as_ref().or(shape.sector.as_ref()).unwrap_or(&shape.outward);
        if let Some(point) = shape.unit.as_ref().and_then(|unit| look_up(&self.units, unit)) {
            return Some(place(point, label, Precision::Postcode, self.ward(point)));
        }
        if let Some(point) = shape.sector.as_ref().and_then(|sector| look_up(&self.sectors, sector)) {
            return Some(place(point, label, Precision::Sector, None));
        }
        let point = look_up(&self.outward, &shape.outward)?;
        // A sector that nobody lives in is a slip of the pen, not a place: only the outward code alone is taken.
        shape.sector.is_none().then(|| place(point, label, Precision::Outward, None))
    }

    /// A ward or council of that name; else the middle of the wards whose names begin with it ("Sale").
    fn by_name(&'static self, text: &str) -> Option<Place> {
        let key = name_key(text);
        if key.is_empty() {
            return None;
        }
        if let Some(named) = self.names.iter().find(|named| named.key == key) {
            return Some(Place {
                label: named.label.clone(),
                latitude: named.latitude,
                longitude: named.longitude,
                precision: Precision::Named,
                ward_code: named.ward_code.as_deref(),
            });
        }
        let beginning = format!("{key} ");
        let wards: Vec<&Named> =
            self.names.iter().filter(|n| n.ward_code.is_some() && n.key.starts_with(&beginning)).collect();
        let count = u32::try_from(wards.len()).ok().filter(|count| *count > 0)?;
        Some(Place {
            label: capitalised(&key),
            latitude: wards.iter().map(|ward| ward.latitude).sum::<f64>() / f64::from(count),
            longitude: wards.iter().map(|ward| ward.longitude).sum::<f64>() / f64::from(count),
            precision: Precision::Named,
            ward_code: None,
        })
    }

    fn read() -> Self {
        let mut ward_codes: Vec<String> = Vec::new();
        let mut units = points(UNITS, |row| {
            let code = row.get(1).unwrap_or_default();
            let at = ward_codes.iter().rposition(|known| known == code).unwrap_or_else(|| {
                ward_codes.push(code.to_owned());
                ward_codes.len() - 1
            });
            (row.get(5), row.get(4), u16::try_from(at).unwrap_or(u16::MAX))
        });
        let mut sectors = points(SECTORS, |row| (row.get(1), row.get(2), u16::MAX));
        let mut outward = points(OUTWARD, |row| (row.get(1), row.get(2), u16::MAX));
        for list in [&mut units, &mut sectors, &mut outward] {
            list.sort_by(|a, b| a.code.cmp(&b.code));
        }
        let mut names = Vec::new();
        for row in rows(AUTHORITIES) {
            names.extend(named(&[row.get(2), row.get(1)], row.get(2), None, row.get(8), row.get(9)));
        }
        for row in rows(WARDS) {
            let (ward, authority) = (row.get(1).unwrap_or_default(), row.get(3).unwrap_or_default());
            let label = format!("{ward}, {authority}");
            names.extend(named(&[Some(ward), Some(&label)], Some(&label), row.get(0), row.get(4), row.get(5)));
        }
        Self { units, sectors, outward, ward_codes, names }
    }
}

fn look_up<'a>(points: &'a [Point], code: &str) -> Option<&'a Point> {
    points.binary_search_by(|point| (*point.code).cmp(code)).ok().and_then(|at| points.get(at))
}

fn rows(csv: &'static str) -> impl Iterator<Item = csv::StringRecord> {
    csv::Reader::from_reader(csv.as_bytes()).into_records().flatten()
}

/// Reads points of which `parts` picks latitude, longitude and ward; the code comes first in each file.
fn points(
    csv: &'static str,
    mut parts: impl for<'r> FnMut(&'r csv::StringRecord) -> (Option<&'r str>, Option<&'r str>, u16),
) -> Vec<Point> {
    let mut points = Vec::with_capacity(12_000);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row).unwrap_or(false) {
        let (latitude, longitude, ward) = parts(&row);
        let number = |text: Option<&str>| text.and_then(|text| text.parse::<f32>().ok());
        if let (Some(code), Some(latitude), Some(longitude)) = (row.get(0), number(latitude), number(longitude)) {
            points.push(Point { code: code.into(), latitude, longitude, ward });
        }
    }
    points
}

/// One entry for each of the names that a place goes by.
fn named(
    keys: &[Option<&str>],
    label: Option<&str>,
    ward_code: Option<&str>,
    latitude: Option<&str>,
    longitude: Option<&str>,
) -> Vec<Named> {
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<f64>().ok());
    let (Some(latitude), Some(longitude), Some(label)) = (number(latitude), number(longitude), label) else {
        return Vec::new();
    };
    let one = |key: &&str| Named {
        key: name_key(key),
        label: label.to_owned(),
        latitude,
        longitude,
        ward_code: ward_code.map(str::to_owned),
    };
    keys.iter().flatten().map(one).collect()
}

/// The words of a name in small letters, so that "Stretford & Humphrey Park" is also "stretford and humphrey park".
fn name_key(text: &str) -> String {
    if text.len() > LONGEST {
        return String::new();
    }
    let text = text.to_lowercase().replace('&', " and ").replace(['\'', '’'], "");
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

fn capitalised(key: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    key.split(' ').map(capital).collect::<Vec<_>>().join(" ")
}

/// What somebody typed, short enough to show back.
fn shown(text: &str) -> String {
    let clean: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
    if clean.len() < text.len() { format!("{clean}…") } else { clean }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str) -> Result<Place, PlaceError> {
        Gazetteer::shared().find(text)
    }

    #[test]
    fn a_whole_postcode_of_trafford_has_its_ward() {
        let place = find("m337xb").or_else(|_| find("M33 7ND")).unwrap();
        assert_eq!(place.label.get(..5), Some("M33 7"));
        assert!((53.3..53.5).contains(&place.latitude) && (-2.5..-2.2).contains(&place.longitude));
        let unit = find("M15 4AD").unwrap();
        assert_eq!((unit.precision, unit.ward_code), (Precision::Postcode, Some("E05015253")));
        assert_eq!(Gazetteer::shared().ward_of("m154ad"), Some("E05015253"));
        assert_eq!(Gazetteer::shared().ward_of("M1"), None);
    }

    #[test]
    fn elsewhere_the_sector_or_the_outward_code_is_found() {
        assert_eq!(find("M33 7").unwrap().precision, Precision::Sector);
        assert_eq!(find("bl1 1se").unwrap().precision, Precision::Sector);
        assert_eq!(find("M33").unwrap().precision, Precision::Outward);
    }

    #[test]
    fn wards_towns_and_councils_are_found_by_name() {
        assert_eq!(find("Old Trafford").unwrap().ward_code, Some("E05015253"));
        assert_eq!(find("trafford").unwrap().label, "Trafford");
        assert_eq!(find("Trafford Metropolitan Borough Council").unwrap().label, "Trafford");
        let sale = find("sale").unwrap();
        assert_eq!(sale.label, "Sale");
        assert!(crate::places::distance_metres((sale.latitude, sale.longitude), (53.4243, -2.3225)) < 3_000.0);
    }

    #[test]
    fn what_is_not_known_is_refused_with_a_sentence() {
        let said = find("ZZ9 9ZZ").unwrap_err().to_string();
        assert_eq!(said, "We do not know the postcode \"ZZ9 9ZZ\". Check it, or use only its first part, such as M33.");
        assert_eq!(find("  "), Err(PlaceError::Empty));
        assert!(find("Atlantis").unwrap_err().to_string().contains("Atlantis"));
    }

    #[test]
    fn no_text_is_too_strange() {
        let long = "é".repeat(10_000);
        for text in ["\0", "🏠🏠🏠", "'; DROP TABLE", "M33 7XB M33 7XB", "\u{202e}", "ﬁ", long.as_str()] {
            assert!(find(text).unwrap_err().to_string().len() < 250, "{text}");
        }
    }
}
