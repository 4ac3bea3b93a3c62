//! The verb: saying that an entry is wrong.

use actix_web::http::StatusCode;
use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use crate::catalogue::upkeep::{self, Entry};
use crate::clock::{UtcTime, day, long_date};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::ids::{AuthorityId, ReportId, ServiceId};
use crate::places;
use crate::places::settings::{self, Setting};
use crate::post::{self, Told};
use crate::web::page::Link;
use crate::working_days::working_days_after;

use super::report::{Report, ReportState, WhatIsWrong};
use super::store;

/// Reports that one browser may make in an hour.
const FROM_A_BROWSER: i64 = 5;

/// Reports that one network may make in an hour: a library or a council may sit behind one address.
const FROM_A_NETWORK: i64 = 30;

/// The most letters of what is said.
const MOST: usize = 2_000;

/// What somebody says.
#[derive(Clone, Debug)]
pub struct Said {
    /// What is wrong.
    pub what: WhatIsWrong,
    /// In words.
    pub words: String,
    /// Where to send the answer.
    pub address: Option<String>,
}

impl Said {
    /// Checks what was typed.
    pub fn checked(what: &str, words: &str, email: &str) -> Result<Self, AppError> {
        let mut wrong = Vec::new();
        let chosen: Option<WhatIsWrong> = what.parse().ok().filter(|what| WhatIsWrong::CHOICES.contains(what));
        if chosen.is_none() {
            wrong.push(FieldError::new("what", "Choose what is wrong."));
        }
        let (words, email) = (words.trim(), email.trim());
        if words.chars().count() > MOST {
            wrong.push(FieldError::new("words", "Shorten it to 2,000 letters or fewer."));
        } else if words.is_empty() && chosen != Some(WhatIsWrong::Closed) {
            wrong.push(FieldError::new("words", "Say what is wrong, as well as you know."));
        }
        let address = match email {
            "" => None,
            email if email.len() <= 254 && email.parse::<lettre::Address>().is_ok() => Some(email.to_owned()),
            _ => {
                let message = "Enter an e-mail address such as name@example.org, or leave it empty.";
                wrong.push(FieldError::new("email", message));
                None
            }
        };
        match chosen {
            Some(what) if wrong.is_empty() => Ok(Self { what, words: words.to_owned(), address }),
            _ => Err(AppError::invalid(wrong)),
        }
    }
}

/// Where a report comes from: hashes that slow down floods and tell nothing else.
#[derive(Clone, Debug, Default)]
pub struct WhereFrom {
    visit: Option<String>,
    network: Option<String>,
}

impl WhereFrom {
    /// A browser's cookie and its network, as hashes that change every day.
    #[must_use]
    pub fn of(visit: Option<&str>, network: &str, now: UtcTime) -> Self {
        let hash = |text: &str| hex::encode(Sha256::digest(format!("report:{}:{text}", now.date())));
        Self { visit: visit.map(hash), network: Some(hash(network)) }
    }

    /// The hashes: of the browser, and of the network.
    #[must_use]
    pub fn hashes(&self) -> (Option<&str>, Option<&str>) {
        (self.visit.as_deref(), self.network.as_deref())
    }
}

/// Why a report was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SayError {
    /// There is no such entry.
    #[error("we do not know that entry")]
    Unknown,
    /// Too many for now.
    #[error("you have told us a lot in a short time, thank you. Please wait an hour before you tell us more")]
    TooMany,
    /// A letter could not be written.
    #[error("a letter could not be written")]
    Letter(#[source] AppError),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<SayError> for AppError {
    fn from(error: SayError) -> Self {
        match error {
            SayError::Database(cause) => cause.into(),
            SayError::Letter(cause) => cause,
            SayError::Unknown => Self::NotFound,
            SayError::TooMany => Self::refused_as(StatusCode::TOO_MANY_REQUESTS, "too-many-reports", error),
        }
    }
}

/// Takes the report that an entry is wrong, and tells its provider; the day by which it is answered is in it.
#[tracing::instrument(skip_all, fields(service.id = %service))]
pub fn say(
    tx: &mut Conn,
    service: ServiceId,
    said: &Said,
    from: &WhereFrom,
    public_url: &str,
    now: UtcTime,
) -> Result<Report, SayError> {
    let entry = upkeep::entry(tx, service)?.filter(|entry| entry.status == "active").ok_or(SayError::Unknown)?;
    let since = now - TimeDelta::hours(1);
    let (visit, network) = (from.visit.as_deref(), from.network.as_deref());
    if store::count_since(tx, visit, None, since)? >= FROM_A_BROWSER
        || store::count_since(tx, None, network, since)? >= FROM_A_NETWORK
    {
        return Err(SayError::TooMany);
    }
    let first_today = !store::was_reported_since(tx, service, now - TimeDelta::hours(24))?;
    let report = Report {
        visit_hash: from.visit.clone(),
        network_hash: from.network.clone(),
        address: said.address.clone(),
        ..report(tx, &entry, said.what, &said.words, now)?
    };
    store::insert(tx, &report)?;
    if first_today {
        tell_provider(tx, &entry, &report, public_url, now)?;
    }
    Ok(report)
}

/// Takes a provider's own words about what has changed, from the link in a letter.
pub fn from_provider(tx: &mut Conn, entry: &Entry, words: &str, now: UtcTime) -> Result<(), diesel::result::Error> {
    let report = report(tx, entry, WhatIsWrong::Changed, words, now)?;
    store::insert(tx, &Report { from_provider: true, ..report })
}

fn report(
    tx: &mut Conn,
    entry: &Entry,
    what: WhatIsWrong,
    words: &str,
    now: UtcTime,
) -> Result<Report, diesel::result::Error> {
    let authority = whose(tx, entry)?;
    let within = settings::setting_of(tx, authority, Setting::AnswerWrongWithinDays)?;
    Ok(Report {
        id: ReportId::new(),
        service_id: entry.id,
        organization_id: entry.organization,
        authority_id: authority,
        what,
        words: words.to_owned(),
        address: None,
        from_provider: false,
        visit_hash: None,
        network_hash: None,
        reported_at: now,
        due_on: working_days_after(day(now), within),
        state: ReportState::Open,
        answered_at: None,
        answered_by: None,
        answered_as: None,
        reason: None,
    })
}

/// The authority whose moderator answers: the one that looks after the organisation, else the one where the service is.
fn whose(tx: &mut Conn, entry: &Entry) -> Result<Option<AuthorityId>, diesel::result::Error> {
    if entry.authority.is_some() {
        return Ok(entry.authority);
    }
    match upkeep::point_of(tx, entry.id)? {
        Some((latitude, longitude)) => places::store::nearest_authority(tx, latitude, longitude),
        None => Ok(None),
    }
}

fn tell_provider(
    tx: &mut Conn,
    entry: &Entry,
    report: &Report,
    public_url: &str,
    now: UtcTime,
) -> Result<(), SayError> {
    let told = Told {
        heading: format!("Somebody says that \u{201c}{}\u{201d} is wrong", entry.name),
        paragraphs: vec![
            format!("Hello {},", entry.provider),
            format!("Somebody looked at your entry and says: {}.", report.what.label()),
            format!(
                "Please look, and answer by {}. After that, the page tells people that it may be out of date.",
                long_date(report.due_on)
            ),
        ],
        action: Some(Link {
            label: "Look and answer".into(),
            href: format!("{public_url}/provider/reports/{}", report.id),
        }),
        ..Told::default()
    };
    for address in upkeep::addresses_of(tx, entry.organization)? {
        let letter = told.letter("entry is wrong", &address).map_err(SayError::Letter)?;
        post::queue(tx, &letter, now)?;
    }
    Ok(())
}
