//! The verbs: asking for a copy of everything, and making it in the background.

use std::io::{Cursor, Write};

use askama::Template;
use chrono::TimeDelta;
use serde_json::{Map, Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::clock::{Clock, UtcTime, long_time};
use crate::db::{Conn, Db, text_enum};
use crate::error::AppError;
use crate::identity::{Said, SignedIn};
use crate::post::{self, Office};
use crate::web::cell::harmless;

use super::sections::{SECTIONS, Section};
use super::store::{self, Row};

text_enum! {
    /// How far a copy has come.
    pub enum CopyState {
        /// To be made.
        Asked = "asked",
        /// There to be fetched.
        Ready = "ready",
        /// Wiped.
        Gone = "gone",
    }
}

/// A copy is kept for so long.
const KEPT: TimeDelta = TimeDelta::days(7);

/// Asks for a copy; asking again while one is being made changes nothing.
pub fn ask(tx: &mut Conn, who: &SignedIn, now: UtcTime) -> Result<Row, AppError> {
    if let Some(waiting) = store::copies_of(tx, who)?.into_iter().find(|copy| copy.state == CopyState::Asked) {
        return Ok(waiting);
    }
    Ok(store::insert(tx, who, now)?)
}

/// Makes copies that were asked for, and wipes those that are old.
pub struct Maker {
    db: Db,
    clock: Clock,
    office: Office,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A copy to be read: everything in tables.
#[derive(Template)]
#[template(path = "own_data/copy.html")]
struct ReadMe<'a> {
    made: String,
    sections: Vec<Shown<'a>>,
}

struct Shown<'a> {
    name: &'a str,
    title: &'a str,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Maker {
    /// A maker of copies for this installation.
    #[must_use]
    pub fn new(db: Db, clock: Clock, office: Office) -> Self {
        Self { db, clock, office }
    }

    /// Makes one copy, or wipes what is old; whether there was anything to do.
    pub fn step(&self) -> Result<bool, Failure> {
        let now = self.clock.now();
        if self.db.read_now(|conn| store::any_old(conn, now))? {
            self.db.write_now(move |tx: &mut Conn| store::wipe_old(tx, now))?;
        }
        let Some((copy, person)) = self.db.read_now(store::next_asked)? else { return Ok(false) };
        let content = self.db.read_now(|conn| {
            let mut sections = Vec::new();
            for section in SECTIONS {
                sections.push((section, store::rows(conn, section, person)?));
            }
            Ok::<_, diesel::result::Error>(sections)
        })?;
        let content = packed(&content, now)?;
        let office = self.office.clone();
        let done = move |tx: &mut Conn| {
            if store::note_ready(tx, copy, &content, now, now + KEPT)?
                && let Some((name, address)) = store::name_and_address(tx, person)?
            {
                post::queue(tx, &letter(&office, &address, &name)?, now)?;
            }
            Ok::<_, AppError>(())
        };
        self.db.write_now(done)?;
        Ok(true)
    }
}

fn letter(office: &Office, address: &str, name: &str) -> Result<post::Letter, AppError> {
    let said = Said {
        subject: "Your data is ready to be taken away".into(),
        hello: format!("Hello {name},"),
        before: vec![
            "You asked for everything that Waymark holds about you. It is ready: to read, and as files for programs."
                .into(),
        ],
        link: Some(("Fetch it".into(), format!("{}/account/data", office.public_url))),
        after: vec![
            "You sign in to fetch it. It is kept for seven days, then wiped.".into(),
            "If you did not ask for this, change your password.".into(),
        ],
    };
    said.to("data ready", address)
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Everything in one file: a page to read, one JSON document, and a CSV file for each section.
fn packed(sections: &[(&Section, Vec<Map<String, Value>>)], now: UtcTime) -> Result<Vec<u8>, Failure> {
    let mut file = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    let mut everything = Map::new();
    everything.insert("made_at".into(), json!(now.and_utc().to_rfc3339()));
    let mut shown = Vec::new();
    for (section, rows) in sections {
        let columns: Vec<String> = section.columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        let cells: Vec<Vec<String>> = rows
            .iter()
            .map(|row| columns.iter().map(|column| row.get(column).map(text).unwrap_or_default()).collect())
            .collect();
        file.start_file(format!("{}.csv", section.name), options)?;
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(&columns)?;
        for row in &cells {
            table.write_record(row.iter().map(|cell| harmless(cell)))?;
        }
        file.write_all(&table.into_inner()?)?;
        everything.insert(section.name.into(), json!(rows));
        shown.push(Shown { name: section.name, title: section.title, columns, rows: cells });
    }
    file.start_file("everything.json", options)?;
    file.write_all(serde_json::to_string_pretty(&Value::Object(everything))?.as_bytes())?;
    file.start_file("read-me.html", options)?;
    file.write_all(ReadMe { made: long_time(now), sections: shown }.render()?.as_bytes())?;
    Ok(file.finish()?.into_inner())
}
