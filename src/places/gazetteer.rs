//! The gazetteer: from what somebody typed to a point on the map.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use crate::ids::AuthorityId;

use super::distance::distance_metres;
use super::postcode::Shape;
use super::reference::authority_id;

const UNITS: &str = include_str!("../../data/trafford-datalab-postcodes/trafford_postcodes.csv");
const SECTORS: &str = include_str!("../../data/ons-nspl-derived-outcodes/postcode_sectors.csv");
const OUTWARD: &str = include_str!("../../data/ons-nspl-derived-outcodes/outward_codes.csv");
const SECTOR_WARDS: &str = include_str!("../../data/sector_wards.csv");
const WARDS: &str = include_str!("../../data/wards.csv");
const AUTHORITIES: &str = include_str!("../../data/mysociety-uk-local-authorities/uk_local_authorities.csv");

/// A text that is longer than any name of a place is not looked up.
const LONGEST: usize = 80;

/// Whoever is further from every postcode, in metres, is not in Great Britain.
const NEARBY: f64 = 30_000.0;

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
    /// The first part of its postcode ("M33"), where a postcode was given.
    pub district: Option<String>,
    /// The council it lies in, as far as the postcode's sector or the name tells.
    pub authority: Option<AuthorityId>,
}

/// A place whose name or postcode begins as somebody types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceName {
    /// What to type for it: "M33", "Sale Moor, Trafford".
    pub name: String,
    /// What it is: "postcode district", "ward", "council".
    pub what: &'static str,
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
    authority: AuthorityId,
}

/// Every place the program knows. Made once, and small.
pub struct Gazetteer {
    units: Vec<Point>,
    sectors: Vec<Point>,
    outward: Vec<Point>,
    ward_codes: Vec<String>,
    names: Vec<Named>,
    /// The council of each ward, of each sector, and of each outward code that lies in one council alone.
    councils: HashMap<String, AuthorityId>,
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
    pub fn nearest_outward(&self, at: (f64, f64)) -> String {
        nearest(&self.outward, at).map(|point| point.code.to_string()).unwrap_or_default()
    }

    /// The postcode's sector ("M33 7") whose middle is nearest, unless all are further than 30 km away.
    #[must_use]
    pub fn nearest_sector(&self, at: (f64, f64)) -> Option<&str> {
        let near = |point: &&Point| distance_metres(at, (point.latitude.into(), point.longitude.into())) <= NEARBY;
        nearest(&self.sectors, at).filter(near).map(|point| &*point.code)
    }

    fn ward(&'static self, point: &Point) -> Option<&'static str> {
        self.ward_codes.get(usize::from(point.ward)).map(String::as_str)
    }

    /// The best point we have for a postcode: its unit, else its sector, else its outward code.
    fn by_postcode(&'static self, shape: &Shape) -> Option<Place> {
        let council = |key: Option<&str>| key.and_then(|key| self.councils.get(key)).copied();
        let place = |point: &Point, label: &str, precision, ward_code: Option<&'static str>| Place {
            label: label.to_owned(),
            latitude: f64::from(point.latitude),
            longitude: f64::from(point.longitude),
            precision,
            ward_code,
            district: Some(shape.outward.clone()),
            authority: council(ward_code)
                .or_else(|| council(shape.sector.as_deref()))
                .or_else(|| council(Some(&shape.outward))),
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
                district: None,
                authority: Some(named.authority),
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
            district: None,
            authority: wards
                .first()
                .map(|ward| ward.authority)
                .filter(|first| wards.iter().all(|ward| ward.authority == *first)),
        })
    }

    /// Postcode districts whose middle is within so many metres of a point, the nearest first.
    #[must_use]
    pub fn districts_within(&self, point: (f64, f64), metres: f64) -> Vec<(&str, (f64, f64))> {
        let near = |at: (f64, f64)| (at.0 - point.0).abs() * 111_195.0 <= metres; // most are ruled out by this alone
        let at = |district: &Point| (f64::from(district.latitude), f64::from(district.longitude));
        let mut all: Vec<(f64, &Point)> = self
            .outward
            .iter()
            .filter(|district| near(at(district)))
            .map(|district| (distance_metres(point, at(district)), district))
            .filter(|(away, _)| *away <= metres)
            .collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        all.into_iter().map(|(_, district)| (&*district.code, at(district))).collect()
    }

    /// At most `n` places that begin with what was typed: postcode districts, then councils, then wards.
    #[must_use]
    pub fn beginning_with(&self, typed: &str, n: usize) -> Vec<PlaceName> {
        let code: String = typed.chars().filter(|c| !c.is_whitespace()).take(8).collect::<String>().to_uppercase();
        let key = name_key(typed);
        if key.len() < 2 {
            return Vec::new();
        }
        let mut found = Vec::new();
        if code.bytes().any(|byte| byte.is_ascii_digit()) {
            let from = self.outward.partition_point(|point| *point.code < *code);
            let districts = self.outward.iter().skip(from).take_while(|point| point.code.starts_with(&code));
            found.extend(
                districts.take(n).map(|point| PlaceName { name: point.code.to_string(), what: "postcode district" }),
            );
        }
        let begins = |named: &&Named| named.key.starts_with(&key);
        for is_ward in [false, true] {
            let names = self.names.iter().filter(|named| named.ward_code.is_some() == is_ward).filter(begins);
            let what = if is_ward { "ward" } else { "council" };
            found.extend(names.take(n * 2).map(|named| PlaceName { name: named.label.clone(), what }));
        }
        found.dedup();
        found.truncate(n);
        found
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
            let council = authority_id(row.get(3).unwrap_or_default());
            names.extend(named(&[row.get(2), row.get(1)], row.get(2), (None, council), row.get(8), row.get(9)));
        }
        let mut councils = HashMap::new();
        for row in rows(WARDS) {
            let (ward, authority) = (row.get(1).unwrap_or_default(), row.get(3).unwrap_or_default());
            let label = format!("{ward}, {authority}");
            let council = authority_id(row.get(2).unwrap_or_default());
            let place = (row.get(0), council);
            names.extend(named(&[Some(ward), Some(&label)], Some(&label), place, row.get(4), row.get(5)));
            councils.insert(row.get(0).unwrap_or_default().to_owned(), council);
        }
        councils.extend(councils_of_postcodes());
        Self { units, sectors, outward, ward_codes, names, councils }
    }
}

/// The council of each sector that we know one of, and of each outward code whose sectors all lie in one.
fn councils_of_postcodes() -> HashMap<String, AuthorityId> {
    let mut sectors: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
    for row in rows(SECTOR_WARDS) {
        if let (Some(sector), Some(council)) = (row.get(0), row.get(2)) {
            let weight = row.get(3).and_then(|weight| weight.parse().ok()).unwrap_or(1);
            *sectors.entry(sector.to_owned()).or_default().entry(council.to_owned()).or_default() += weight;
        }
    }
    let mut districts: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut councils = HashMap::new();
    for (sector, shares) in sectors {
        let Some((council, _)) = shares.into_iter().max_by_key(|(_, weight)| *weight) else { continue };
        let district = sector.split(' ').next().unwrap_or_default().to_owned();
        let alone = districts.entry(district).or_insert_with(|| Some(council.clone()));
        if alone.as_ref() != Some(&council) {
            *alone = None;
        }
        councils.insert(sector, authority_id(&council));
    }
    councils.extend(districts.into_iter().filter_map(|(district, council)| Some((district, authority_id(&council?)))));
    councils
}

fn nearest(points: &[Point], (latitude, longitude): (f64, f64)) -> Option<&Point> {
    let east = latitude.to_radians().cos();
    let far = |point: &Point| {
        let (north, east) = (f64::from(point.latitude) - latitude, (f64::from(point.longitude) - longitude) * east);
        north * north + east * east
    };
    points.iter().min_by(|a, b| far(a).total_cmp(&far(b)))
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
    (ward_code, authority): (Option<&str>, AuthorityId),
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
        authority,
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
    fn a_point_lies_in_a_neighbourhood_or_nowhere_we_know() {
        let gazetteer = Gazetteer::shared();
        let sale = find("M33 7").unwrap();
        assert_eq!(gazetteer.nearest_sector((sale.latitude, sale.longitude)), Some("M33 7"));
        assert_eq!(gazetteer.nearest_sector((48.86, 2.35)), None, "Paris");
        assert_eq!(gazetteer.nearest_sector((f64::NAN, 0.0)), None);
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
    fn a_home_knows_its_district_and_its_council() {
        let trafford = Some(authority_id("E08000009"));
        let place = find("M33 7ND").unwrap();
        assert_eq!((place.district.as_deref(), place.authority), (Some("M33"), trafford));
        assert_eq!(find("M33").unwrap().authority, trafford);
        assert_eq!(find("Old Trafford").unwrap().authority, trafford);
        assert_eq!(find("bl1 1se").unwrap().authority, Some(authority_id("E08000001")));
        assert_eq!(find("AB10").unwrap().authority, None);
    }

    #[test]
    fn places_are_suggested_by_their_beginning() {
        let names = |typed| -> Vec<String> {
            Gazetteer::shared().beginning_with(typed, 3).into_iter().map(|place| place.name).collect()
        };
        assert_eq!(names("m33").first().map(String::as_str), Some("M33"));
        assert!(names("traff").contains(&"Trafford".to_owned()));
        assert!(names("sale m").iter().any(|name| name.starts_with("Sale Moor")), "{:?}", names("sale m"));
        assert!(names("").is_empty() && names("🏠").is_empty());
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
