//! How fast a feed is taken in: a synthetic one, the same on every run, for the bench.

use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::app::App;
use crate::db::Conn;
use crate::ids::FeedId;
use crate::log::Stop;
use crate::places::reference::authority_id;

use super::feed::{Feed, FeedState, Run, Wanted};
use super::store;
use super::take_in::{TakeIn, TakeInError};

/// What was measured.
#[derive(Debug)]
pub struct Measured {
    /// What came of it.
    pub run: Run,
    /// Reading and comparing.
    pub looking: Duration,
    /// Taking in.
    pub applying: Duration,
}

impl Measured {
    /// Services a second, from the file to the catalogue.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        f64::from(self.run.read) / (self.looking + self.applying).as_secs_f64().max(0.001)
    }
}

/// Writes a feed of so many services as one document: with organisations, places, prices, schedules, areas and terms.
pub fn write_feed(to: &mut impl Write, services: u32) -> io::Result<()> {
    to.write_all(b"{\"total_items\":")?;
    write!(to, "{services},\"contents\":[")?;
    for number in 0..services {
        if number > 0 {
            to.write_all(b",\n")?;
        }
        serde_json::to_writer(&mut *to, &service(number))?;
    }
    to.write_all(b"]}\n")
}

/// The service of this number.
fn service(number: u32) -> Value {
    const TYPES: [(u32, &str); 6] = [
        (640, "Activities for older people"),
        (1806, "Social clubs"),
        (437, "Libraries"),
        (297, "Befriending"),
        (272, "Accessible transport"),
        (1791, "Arts"),
    ];
    const DISTRICTS: [&str; 6] = ["M33 7ZF", "M41 5BU", "WA15 9SQ", "M32 0JG", "WA14 2DW", "M16 0RA"];
    let pick = |list: usize, of: u32| usize::try_from(of).unwrap_or(0) % list;
    let (kind, label) = TYPES[pick(TYPES.len(), number)];
    let postcode = DISTRICTS[pick(DISTRICTS.len(), number / 7)];
    let id = |what: &str, number: u32| super::document::named_id(&format!("synthetic:{what}:{number}"));
    let organization = number / 4;
    json!({
        "id": id("service", number),
        "name": format!("{label} number {number}"),
        "description": format!(
            "<p>{label} for people of all ages in the neighbourhood, every week of the year.</p><p>Come as you are &amp; bring a friend. \
             There is tea, there is company, and somebody who knows the way. Number {number}.</p>"
        ),
        "status": "active",
        "url": format!("https://example.org/services/{number}"),
        "email": "office@example.org",
        "minimum_age": 18,
        "assured_date": "2026-03-01",
        "last_modified": "2026-03-01T10:00:00.000Z",
        "organization": {
            "id": id("organization", organization),
            "name": format!("Neighbours {organization}"),
            "description": "People of the neighbourhood who help each other.",
            "website": "https://example.org",
        },
        "schedules": [{ "id": id("schedule", number), "freq": "WEEKLY", "byday": "MO,TH", "opens_at": "10:00", "closes_at": "12:30" }],
        "service_areas": [{ "id": id("area", number), "name": "Trafford" }],
        "service_at_locations": [{ "id": id("at", number), "location": {
            "id": id("location", number / 2),
            "location_type": "physical",
            "latitude": 53.3 + f64::from(number % 1_000) / 10_000.0,
            "longitude": -2.4 + f64::from(number % 997) / 10_000.0,
            "addresses": [{ "address_1": format!("{} High Street", number % 200 + 1), "city": "Sale", "state_province": "Trafford",
                "postal_code": postcode, "country": "GB", "address_type": "physical" }],
            "accessibility": [{ "id": id("accessibility", number), "description": "Step-free entrance" }],
        } }],
        "cost_options": [{ "id": id("cost", number), "option": "Each", "amount": 2.5, "amount_description": "per session" }],
        "contacts": [{ "id": id("contact", number), "phones": [{ "id": id("phone", number), "number": "01632 960000" }] }],
        "attributes": [{ "id": id("attribute", number), "taxonomy_term": {
            "id": id("term", kind), "name": label, "term_uri": format!("http://id.esd.org.uk/service/{kind}") } }],
    })
}

/// Takes a feed in from a file, and times it.
pub fn take_in(app: &App, name: &str, source: impl Read) -> Result<Measured, TakeInError> {
    let feed = Feed {
        id: FeedId::new(),
        authority_id: authority_id("E08000009"),
        name: name.to_owned(),
        url: None,
        licence: "Synthetic".into(),
        attribution: String::new(),
        every_hours: 0,
        accepts_checks: false,
        state: FeedState::Active,
        wanted: Wanted::Nothing,
        next_run_at: None,
        lease_holder: None,
        lease_until: None,
        created_at: app.clock.now(),
    };
    let new = feed.clone();
    app.db.write_now(move |tx: &mut Conn| store::insert_feed(tx, &new))?;
    let taken = TakeIn::of(app, feed, Stop::default(), |_| {})?;
    let began = Instant::now();
    let run = taken.look_at_file(source)?;
    let looking = began.elapsed();
    let began = Instant::now();
    let run = taken.apply(&run)?;
    let applying = began.elapsed();
    taken.done(Wanted::Nothing, None)?;
    Ok(Measured { run, looking, applying })
}
