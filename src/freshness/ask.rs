//! The verb: asking providers whether their entries are still right.

use std::collections::HashMap;

use chrono::{NaiveDate, TimeDelta};

use crate::catalogue::Origin;
use crate::catalogue::upkeep::{self, Entry};
use crate::clock::{UtcTime, day, long_date};
use crate::db::Conn;
use crate::error::AppError;
use crate::ids::{AuthorityId, OrganizationId, ServiceId, random_token};
use crate::log::daily;
use crate::places::settings::{self, Setting};
use crate::post::{self, Told};
use crate::web::page::Link;

use super::answer::hash_of;
use super::schedule::{Asked, Limits, QUIET, due};
use super::store;

/// The name of this daily job.
pub const JOB: &str = "still right";

/// Organisations of one step.
const AT_ONCE: i64 = 40;

/// Entries that one letter asks about; the rest waits for the next letter.
const MOST_ENTRIES: usize = 40;

/// A link works for so long.
const LASTS: TimeDelta = TimeDelta::days(60);

/// Why providers could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The database.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
    /// A letter could not be written.
    #[error("a letter could not be written")]
    Letter(#[source] AppError),
}

/// Asks the next providers of today, one letter each; whether there are more.
pub fn ask_some(tx: &mut Conn, public_url: &str, now: UtcTime) -> Result<bool, AskError> {
    let today = day(now);
    let Some(after) = daily::turn(tx, JOB, today)? else { return Ok(false) };
    let mut all = AllLimits::default();
    let oldest = today - TimeDelta::days(AllLimits::shortest(tx)?);
    let organizations = upkeep::organizations_unchecked_since(tx, oldest, &after, AT_ONCE)?;
    for organization in &organizations {
        ask(tx, *organization, public_url, &mut all, today, now)?;
    }
    let full = i64::try_from(organizations.len()).is_ok_and(|count| count == AT_ONCE);
    let next = organizations.last().filter(|_| full).map(ToString::to_string);
    daily::note_turn(tx, JOB, today, next.as_deref(), now)?;
    Ok(next.is_some())
}

fn ask(
    tx: &mut Conn,
    organization: OrganizationId,
    public_url: &str,
    all: &mut AllLimits,
    today: NaiveDate,
    now: UtcTime,
) -> Result<(), AskError> {
    if store::last_letter(tx, organization)?.is_some_and(|last| (today - last).num_days() < QUIET) {
        return Ok(());
    }
    let entries = upkeep::entries_of(tx, organization, 2_000)?;
    let Some(first) = entries.first() else { return Ok(()) };
    let limits = all.of(tx, first.authority)?;
    let asked = store::asked(tx, organization)?;
    let due: Vec<(&Entry, i32)> = entries
        .iter()
        .filter(|entry| entry.origin != Origin::OpenData)
        .filter_map(|entry| {
            let asked = asked_since(entry, &asked);
            due(today, entry.assured_on, asked, limits).map(|step| (entry, step))
        })
        .take(MOST_ENTRIES)
        .collect();
    if due.is_empty() {
        return Ok(());
    }
    let mut addresses = upkeep::addresses_of(tx, organization)?;
    if addresses.is_empty() {
        addresses.extend(due.iter().find_map(|(entry, _)| entry.email.clone()));
    }
    if addresses.is_empty() {
        return Ok(()); // nobody to write to: the moderator's list has it
    }
    let token = random_token();
    let questions: Vec<(ServiceId, i32)> = due.iter().map(|(entry, step)| (entry.id, *step)).collect();
    store::insert_letter(tx, organization, &hash_of(&token), &questions, today, now + LASTS)?;
    let told = told(&due, limits, &format!("{public_url}/still-right/{token}"), now);
    for address in addresses {
        let letter = told.letter("still right", &address).map_err(AskError::Letter)?;
        post::queue(tx, &letter, now)?;
    }
    Ok(())
}

/// The newest time that the provider was asked about an entry, if that was after its last check.
pub(super) fn asked_since(entry: &Entry, asked: &[(ServiceId, Asked)]) -> Option<Asked> {
    let about = asked.iter().filter(|(service, asked)| *service == entry.id && asked.on > entry.assured_on);
    about.map(|(_, asked)| *asked).max_by_key(|asked| (asked.on, asked.step))
}

fn told(due: &[(&Entry, i32)], limits: Limits, link: &str, now: UtcTime) -> Told {
    let last_call = due.iter().filter(|(_, step)| *step == 3).map(|(entry, _)| entry.assured_on).min();
    let provider = due.first().map_or("", |(entry, _)| entry.provider.as_str());
    let (heading, ask) = match due {
        [(only, _)] => (
            format!("Is \u{201c}{}\u{201d} still right?", only.name),
            format!("People find your entry on Waymark. It was last checked on {}.", long_date(only.assured_on)),
        ),
        several => (
            format!("Are these {} entries of {provider} still right?", several.len()),
            "People find these entries of yours on Waymark. Nobody has checked them for a while.".to_owned(),
        ),
    };
    let mut paragraphs = vec![format!("Hello {provider},"), ask];
    if let Some(oldest) = last_call {
        let leaves = oldest + TimeDelta::days(limits.leave_after);
        let when = if leaves <= day(now) { "now".to_owned() } else { format!("on {}", long_date(leaves)) };
        paragraphs
            .push(format!("This is the last time that we ask: without an answer, searches stop showing it {when}."));
    }
    paragraphs.push(
        "Follow the link, look at what people read, and press one button. You need no password. You can also say that \
         something has changed, or that you have closed."
            .to_owned(),
    );
    Told {
        heading,
        paragraphs,
        items: if due.len() > 1 {
            due.iter()
                .map(|(entry, _)| (entry.name.clone(), format!("last checked {}", long_date(entry.assured_on))))
                .collect()
        } else {
            Vec::new()
        },
        action: Some(Link { label: "Look and answer".into(), href: link.to_owned() }),
        after: vec![format!("The link works until {}, once for each entry.", long_date(day(now + LASTS)))],
    }
}

/// What each authority has set, read once.
#[derive(Default)]
pub(super) struct AllLimits(HashMap<Option<AuthorityId>, Limits>);

impl AllLimits {
    /// What holds for the entries that an authority looks after; the defaults where none does.
    pub(super) fn of(&mut self, conn: &mut Conn, authority: Option<AuthorityId>) -> diesel::QueryResult<Limits> {
        if let Some(known) = self.0.get(&authority) {
            return Ok(*known);
        }
        let limits = Limits {
            check_after: settings::setting_of(conn, authority, Setting::CheckAfterDays)?,
            leave_after: settings::setting_of(conn, authority, Setting::LeaveAfterDays)?,
        };
        self.0.insert(authority, limits);
        Ok(limits)
    }

    /// After how many days the most careful authority asks.
    fn shortest(conn: &mut Conn) -> diesel::QueryResult<i64> {
        let changed = settings::changed(conn, Setting::CheckAfterDays)?;
        let usual = Setting::CheckAfterDays.default_value();
        Ok(changed.into_iter().map(|(_, days)| days).fold(usual, i64::min))
    }
}
