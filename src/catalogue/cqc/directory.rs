//! The care directory: a CSV file with some lines of title, in UTF-8 with or without a mark, or in Windows-1252.

use std::collections::HashMap;
use std::io::Read;

use chrono::NaiveDate;

use super::place::Place;

/// The most bytes of a directory: the real one has about 30 MB.
const LARGEST: u64 = 300 * 1024 * 1024;

/// Why the file is no directory.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The disk.
    #[error("the file cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// No line begins with "Name,".
    #[error("this is no care directory: no line begins with \"Name,\"")]
    NoHeader,
    /// A column is missing.
    #[error("this is no care directory: it has no column {0:?}")]
    NoColumn(&'static str),
}

/// What a directory tells: every place, and the rows that are none.
#[derive(Debug, Default)]
pub struct Directory {
    /// Registered places.
    pub places: Vec<Place>,
    /// Rows that could not be used: line and why.
    pub refused: Vec<(u64, String)>,
}

impl Directory {
    /// Reads a directory.
    pub fn read(file: impl Read, today: NaiveDate) -> Result<Self, DirectoryError> {
        let mut bytes = Vec::new();
        file.take(LARGEST).read_to_end(&mut bytes)?;
        let text = decoded(&bytes);
        let produced = produced_on(&text);
        let (skipped, table) = table(&text).ok_or(DirectoryError::NoHeader)?;
        let source = match produced {
            Some(on) => format!("Care Quality Commission, care directory of {}", crate::clock::long_date(on)),
            None => "Care Quality Commission, care directory".into(),
        };
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(table.as_bytes());
        let header = reader.headers().cloned().unwrap_or_default();
        let columns: HashMap<String, usize> =
            header.iter().enumerate().map(|(at, name)| (name.trim().to_lowercase(), at)).collect();
        let column = |beginning: &'static str| {
            let found = columns.iter().find(|(name, _)| name.starts_with(&beginning.to_lowercase()));
            found.map(|(_, at)| *at).ok_or(DirectoryError::NoColumn(beginning))
        };
        let (name, postcode) = (column("Name")?, column("Postcode")?);
        let (location, provider) = (column("CQC Location")?, column("CQC Provider")?);
        let mut directory = Self::default();
        for (line, row) in (skipped + 2..).zip(reader.records()) {
            let Ok(row) = row else {
                directory.refused.push((line, "this line is no CSV".into()));
                continue;
            };
            let cell = |at: usize| row.get(at).unwrap_or_default().trim().to_owned();
            if row.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let location_id = cell(location);
            if !is_number(&location_id) {
                directory.refused.push((
                    line,
                    format!("{:?} is no number of a place", location_id.chars().take(30).collect::<String>()),
                ));
                continue;
            }
            directory.places.push(Place {
                location_id,
                provider_id: cell(provider),
                name: cell(name),
                postal_code: cell(postcode),
                registered: true,
                ended_on: None,
                rating: None,
                rated_on: None,
                inherited: false,
                source: source.clone(),
                checked_on: produced.unwrap_or(today).min(today),
            });
        }
        Ok(directory)
    }
}

/// "1-123456789", or letters and digits of older numbers.
fn is_number(text: &str) -> bool {
    (3..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn decoded(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)) {
        Ok(text) => text.to_owned(),
        Err(_not_utf8) => encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned(),
    }
}

/// The lines from the header on, and how many come before.
fn table(text: &str) -> Option<(u64, &str)> {
    let mut at = 0;
    for (line, words) in (0..).zip(text.split_inclusive('\n').take(50)) {
        let start: String = words.trim_start_matches('"').chars().take(5).collect::<String>().to_lowercase();
        if start == "name," || start == "name\"" {
            return Some((line, text.get(at..)?));
        }
        at += words.len();
    }
    None
}

/// "This data was produced on 19 August 2026", somewhere above the table.
fn produced_on(text: &str) -> Option<NaiveDate> {
    let line = text.lines().take(10).find(|line| line.to_lowercase().contains("produced on"))?;
    let (_, date) = line.split_once(" on ")?;
    NaiveDate::parse_from_str(date.trim_matches([',', '"', ' ', '.', '\r']), "%d %B %Y").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();

    #[test]
    fn the_header_is_found_in_any_case_and_encoding() {
        let head = "CQC Locations data,,,,\n,,,,\nThis data was produced on 19 August 2026,,,,\n,,,,\n";
        let columns = "name,Postcode,Service types,cqc location id (for office use only),CQC PROVIDER ID\n";
        let row = "Caf\u{e9} House,M41 5BU,Residential homes|Homecare agencies,1-900000001,1-800000001\n";
        let text = format!("{head}{columns}{row}=cmd,x,y,=1+1,z\n,,,,\n");
        let western: Vec<u8> = text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
        let marked = format!("\u{feff}{text}").into_bytes();
        for bytes in [text.clone().into_bytes(), marked, western, text.replace('\n', "\r\n").into_bytes()] {
            let read = Directory::read(bytes.as_slice(), TODAY).unwrap();
            assert_eq!(read.places.len(), 1);
            assert_eq!(
                (read.places[0].name.as_str(), read.places[0].location_id.as_str()),
                ("Café House", "1-900000001")
            );
            assert_eq!(read.places[0].source, "Care Quality Commission, care directory of 19 August 2026");
            assert_eq!(read.refused.len(), 1);
            assert_eq!(read.refused[0].0, 7);
        }
        assert!(matches!(Directory::read(&b"a,b\n1,2\n"[..], TODAY), Err(DirectoryError::NoHeader)));
        assert!(matches!(Directory::read(&b"Name,Postcode\n"[..], TODAY), Err(DirectoryError::NoColumn(_))));
    }
}
