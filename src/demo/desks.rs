//! What the desks of the demo's providers show besides purchases: looks by week, questions, a change to be approved.

use chrono::{Datelike, Days, TimeDelta};
use rand::RngExt;

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::enquiries::{Question, ask};
use crate::error::AppError;
use crate::identity::{ProviderManager, ProviderMember, SignedIn};
use crate::ids::{SubmissionKey, seeded};
use crate::places::reference::authority_id;
use crate::providers;
use crate::providers::services::draft::{to_write, write_staged};
use crate::providers::services::store::{is_theirs, listed, save_state};
use crate::providers::services::version::VersionEvent;

use super::people::{Does, PEOPLE};

/// Weeks of looks.
const WEEKS: u64 = 30;

/// Questions that were asked about the services of a provider, so many days ago.
const QUESTIONS: [(&str, i64, &str, &str); 4] = [
    (
        "maureen",
        1,
        "Jo Barlow",
        "My father comes home from hospital on Friday. Could somebody come twice a day from then on?",
    ),
    ("maureen", 3, "Anwar Aziz", "Do your care workers speak Urdu? My mother's English is not so good any more."),
    ("colin", 2, "Dot Hargreaves", "Is there room for a wheelchair at the table, and is there a ramp at the door?"),
    ("bisi", 4, "Karen Lowe", "Do you drive? I would like somebody to take me swimming on Wednesdays."),
];

/// Fills the desks. The council of Trafford looks after the entries of the providers that one can sign in as.
pub(super) fn fill(tx: &mut Conn, now: UtcTime) -> Result<(), AppError> {
    looks(tx, now)?;
    for person in &PEOPLE {
        if !matches!(person.does, Does::WorksFor(_)) {
            continue;
        }
        let Some(who) = SignedIn::known(tx, person.id())? else { continue };
        let Some(manager) = ProviderMember::find(&who).and_then(ProviderManager::of) else { continue };
        providers::store::look_after(tx, manager.organization(), authority_id("E08000009"))?;
        let Some(service) = listed(tx, manager.member())?.into_iter().find(|service| service.status == "active") else {
            continue;
        };
        for (_, days, name, question) in QUESTIONS.iter().filter(|(key, ..)| *key == person.key) {
            let question = Question {
                service: service.id,
                name: (*name).into(),
                email: format!("{}@demo.waymark.example", name.to_lowercase().replace(' ', ".")),
                question: (*question).into(),
                key: SubmissionKey::named(name),
            };
            ask(tx, None, &question, "http://127.0.0.1:8080", now - TimeDelta::days(*days))?;
        }
        if person.key == "maureen" && is_theirs(tx, manager.organization(), service.id)? {
            let (mut draft, mut entry) = to_write(tx, &manager, service.id, now - TimeDelta::hours(20))?;
            entry.description +=
                "\n\nSince this spring we also come at weekends, with the same two or three people whom you know.";
            entry.languages = "Urdu, Polish".into();
            entry.waiting_days = Some(7);
            write_staged(tx, &manager, &draft, &entry, now - TimeDelta::hours(19))?;
            draft.state = draft.state.after(VersionEvent::Submitted).map_err(AppError::unexpected)?;
            draft.submitted_at = Some(now - TimeDelta::hours(19));
            save_state(tx, &draft)?;
        }
    }
    Ok(())
}

/// Looks and appearances of every invented service, one number a week.
fn looks(tx: &mut Conn, now: UtcTime) -> diesel::QueryResult<()> {
    let mut rng = seeded(7);
    let monday = now.date() - Days::new(u64::from(now.date().weekday().num_days_from_monday()));
    let mut counts = Vec::new();
    for service in providers::statistics::store::invented(tx)? {
        let fame = rng.random_range(4..40_i64);
        for week in 1..=WEEKS {
            let looks = fame + rng.random_range(0..=fame / 2) - i64::try_from(week / 4).unwrap_or(0).min(fame / 2);
            counts.push(((service, monday - Days::new(week * 7 - 3)), (looks, looks * rng.random_range(5..9_i64))));
        }
    }
    for batch in counts.chunks(2_000) {
        providers::statistics::store::add_counts(tx, batch)?;
    }
    Ok(())
}
