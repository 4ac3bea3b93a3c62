//! The verb: reminding providers of papers that end.

use chrono::{NaiveDate, TimeDelta};

use crate::catalogue::{Verification, upkeep};
use crate::clock::{UtcTime, day, long_date};
use crate::db::Conn;
use crate::error::AppError;
use crate::log::daily;
use crate::places::settings::{self, Setting};
use crate::post::{self, Told};
use crate::web::page::Link;

use super::paper::{label, reminder_step};
use super::store;

/// The name of this daily job.
pub const JOB: &str = "papers";

/// Papers of one step.
const AT_ONCE: i64 = 60;

/// Why providers could not be reminded.
#[derive(Debug, thiserror::Error)]
pub enum RemindError {
    /// The database.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
    /// A letter could not be written.
    #[error("a letter could not be written")]
    Letter(#[source] AppError),
}

/// Reminds the next providers of today, one letter for each paper and step; whether there are more.
pub fn remind_some(tx: &mut Conn, public_url: &str, now: UtcTime) -> Result<bool, RemindError> {
    let today = day(now);
    let Some(after) = daily::turn(tx, JOB, today)? else { return Ok(false) };
    let (_, furthest) = Setting::RemindPapersDays.range();
    let (from, until) = (today - TimeDelta::days(31), today + TimeDelta::days(furthest));
    let papers = store::ending_by(tx, from, until, &after, AT_ONCE)?;
    for (paper, authority) in &papers {
        let Some(last_day) = paper.expires_on else { continue };
        let days = settings::setting_of(tx, *authority, Setting::RemindPapersDays)?;
        let Some(step) = reminder_step(today, last_day, days) else { continue };
        if store::reminded(tx, paper.id)? >= step || store::is_renewed(tx, paper)? {
            continue;
        }
        store::note_reminder(tx, paper.id, step, today)?;
        let told = told(paper, last_day, step, public_url);
        for address in upkeep::addresses_of(tx, paper.organization_id)? {
            let letter = told.letter("paper ends", &address).map_err(RemindError::Letter)?;
            post::queue(tx, &letter, now)?;
        }
    }
    let full = i64::try_from(papers.len()).is_ok_and(|count| count == AT_ONCE);
    let next = papers.last().filter(|_| full).map(|(paper, _)| paper.id.to_string());
    daily::note_turn(tx, JOB, today, next.as_deref(), now)?;
    Ok(next.is_some())
}

fn told(paper: &Verification, last_day: NaiveDate, step: i32, public_url: &str) -> Told {
    let (name, on) = (label(paper.paper), long_date(last_day));
    let (heading, said) = match step {
        3 => (
            format!("{name} ended on {on}"),
            "Its badge is gone from your pages. Send the new paper, and it comes back when it is checked.".to_owned(),
        ),
        _ => (
            format!("{name} ends on {on}"),
            "After that day its badge disappears from your pages. Send the new paper in time, so that it can be checked \
             before."
                .to_owned(),
        ),
    };
    Told {
        heading,
        paragraphs: vec![said],
        action: Some(Link { label: "Send the new paper".into(), href: format!("{public_url}/provider/papers/new") }),
        ..Told::default()
    }
}
