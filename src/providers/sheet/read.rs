//! Reads the bytes of a file into rows with names, whatever a spreadsheet made of it.

use crate::error::{AppError, FieldError};
use crate::web::cell::as_meant;

use super::columns::columns;

/// The most rows of one file.
pub(super) const MOST_ROWS: usize = 1_000;

/// The most letters of one cell.
const LONGEST_CELL: usize = 10_000;

/// One row: the number of its line, and its cells by the names of their columns.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: i32,
    pub(super) cells: Vec<(String, String)>,
    pub(super) problems: Vec<FieldError>,
}

impl Row {
    pub(super) fn cell(&self, name: &str) -> &str {
        self.cells.iter().find(|(each, _)| each == name).map_or("", |(_, value)| value)
    }
}

fn refused(why: impl Into<String>) -> AppError {
    AppError::invalid(vec![FieldError::new("file", why)])
}

/// The rows of a file, or why it cannot be read at all.
pub(super) fn rows(bytes: &[u8]) -> Result<Vec<Row>, AppError> {
    let text = decoded(bytes)?;
    let first = text.lines().next().unwrap_or_default();
    let delimiter =
        [b',', b';', b'\t'].into_iter().max_by_key(|each| first.bytes().filter(|byte| byte == each).count());
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter.unwrap_or(b',')).flexible(true).from_reader(text.as_bytes());
    let names: Vec<String> = reader
        .headers()
        .map_err(|_broken| refused("We cannot read the first line of that file."))?
        .iter()
        .map(|name| name.trim().to_lowercase())
        .collect();
    let known: Vec<String> = columns().into_iter().map(|column| column.name).collect();
    if !names.iter().any(|name| name == "reference") {
        return Err(refused(
            "The first line has to name the columns, and one of them is \"reference\". Begin with the template.",
        ));
    }
    if let Some(strange) = names.iter().find(|name| !name.is_empty() && !known.contains(name)) {
        let strange: String = strange.chars().take(40).collect();
        return Err(refused(format!("We know no column \"{strange}\". Begin with the template.")));
    }
    if let Some(twice) = names.iter().enumerate().find(|(at, name)| !name.is_empty() && names[..*at].contains(name)) {
        return Err(refused(format!("The column \"{}\" is there twice.", twice.1)));
    }
    let mut all = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|cause| {
            let line = cause.position().map_or(0, csv::Position::line);
            refused(format!("We cannot read line {line} of that file. Save it as CSV (UTF-8) and try again."))
        })?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if all.len() == MOST_ROWS {
            return Err(refused(format!("That file has more than {MOST_ROWS} rows. Split it into several.")));
        }
        let line = record.position().map_or(0, csv::Position::line);
        all.push(row(i32::try_from(line).unwrap_or(i32::MAX), &names, &record));
    }
    if all.is_empty() {
        return Err(refused("There is no row in that file, only the names of the columns."));
    }
    Ok(all)
}

fn row(line: i32, names: &[String], record: &csv::StringRecord) -> Row {
    let mut row = Row { line, cells: Vec::new(), problems: Vec::new() };
    if record.len() > names.len() {
        row.problems.push(FieldError::new("reference", "This row has more cells than the first line has names."));
    }
    for (name, value) in names.iter().zip(record) {
        if name.is_empty() {
            continue;
        }
        if value.chars().count() > LONGEST_CELL {
            row.problems.push(FieldError::new(name, format!("More than {LONGEST_CELL} letters.")));
            continue;
        }
        let marked = as_meant(value);
        if marked == value && is_formula(value) {
            row.problems
                .push(FieldError::new(name, "This begins like a formula of a spreadsheet. Write it as plain text."));
            continue;
        }
        row.cells.push((name.clone(), marked.to_owned()));
    }
    row
}

/// Whether a spreadsheet would run this: `=cmd`, `@SUM`, `+A1`; not `+44 161 496 0000` and not `-5`.
fn is_formula(text: &str) -> bool {
    match text.chars().next() {
        Some('=' | '@' | '\t' | '\r') => true,
        Some('+' | '-') => !text[1..].chars().all(|c| c.is_ascii_digit() || " ().-".contains(c)),
        _ => false,
    }
}

/// UTF-8 with or without a mark, UTF-16 with one, or else what Windows writes in Britain.
fn decoded(bytes: &[u8]) -> Result<String, AppError> {
    let (encoding, mark) = encoding_rs::Encoding::for_bom(bytes).unwrap_or((encoding_rs::UTF_8, 0));
    let rest = bytes.get(mark..).unwrap_or_default();
    let text = match encoding.decode_without_bom_handling_and_without_replacement(rest) {
        Some(text) => text.into_owned(),
        None if mark == 0 => encoding_rs::WINDOWS_1252.decode_without_bom_handling(rest).0.into_owned(),
        None => return Err(refused("We cannot read the letters of that file. Save it as CSV (UTF-8) and try again.")),
    };
    if text.contains('\0') {
        return Err(refused("That is not a CSV file. In your spreadsheet choose \"Save as\" and then CSV (UTF-8)."));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spreadsheets_write_is_read() {
        let plain = rows("reference,name\nr1,Café\n".as_bytes()).unwrap();
        assert_eq!(plain[0].cell("name"), "Café");
        let windows = rows(b"reference;name\r\nr1;Caf\xe9 \x80 5\r\n").unwrap();
        assert_eq!(windows[0].cell("name"), "Café € 5");
        let marked = rows("\u{feff}reference\tname\nr1\tCafé\n".as_bytes()).unwrap();
        assert_eq!(marked[0].cell("reference"), "r1");
        let wide: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain("reference,name\nr1,Café".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(rows(&wide).unwrap()[0].cell("name"), "Café");
    }

    #[test]
    fn formulas_are_refused_and_numbers_are_not() {
        let read = rows(b"reference,name,phone\nr1,=cmd|' /C calc'!A0,+44 161 496 0000\nr2,'=1+1,0161\n").unwrap();
        assert_eq!(read[0].problems.len(), 1);
        assert_eq!(read[0].problems[0].field, "name");
        assert_eq!(read[0].cell("phone"), "+44 161 496 0000");
        assert_eq!(read[1].cell("name"), "=1+1", "what an export marked is meant as text");
    }

    #[test]
    fn what_is_no_such_file_is_refused_with_a_sentence() {
        for bad in [
            &b""[..],
            b"name\nLunch\n",
            b"reference,colour\nr1,red\n",
            b"reference\n",
            b"reference,name,name\n1,2,3",
            b"PK\x03\x04\0\0\0",
            b"reference,name\n\0,x",
        ] {
            assert!(rows(bad).is_err(), "{}", String::from_utf8_lossy(bad));
        }
        let many = format!("reference\n{}", "r\n".repeat(MOST_ROWS + 1));
        assert!(rows(many.as_bytes()).is_err());
    }
}
