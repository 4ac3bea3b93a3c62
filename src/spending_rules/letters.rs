//! Letters about challenges: to the people of the authority who answer, and to the person who asked.

use chrono::NaiveDate;

use crate::catalogue;
use crate::clock::{UtcTime, day, long_date};
use crate::db::Conn;
use crate::error::AppError;
use crate::identity;
use crate::ids::{AuthorityId, PersonId};
use crate::post::{self, Told};
use crate::web::page::Link;

use super::challenge::{Challenge, ChallengeState};
use super::rule::SpendingRule;
use super::store;

/// The job of the day that reminds of what is overdue.
pub const JOB: &str = "remind of challenges";

fn service_name(conn: &mut Conn, challenge: &Challenge) -> diesel::QueryResult<String> {
    let mut names = catalogue::store::service_names(conn, &[challenge.service_id])?;
    Ok(names.remove(&challenge.service_id).map_or_else(|| "a service".into(), |(name, _)| name))
}

fn to_person(tx: &mut Conn, person: PersonId, kind: &'static str, told: &Told, now: UtcTime) -> Result<(), AppError> {
    if let Some(address) = identity::store::email(tx, person)? {
        post::queue(tx, &told.letter(kind, &address)?, now)?;
    }
    Ok(())
}

/// To everybody of the authority who may answer: no names and no reasons travel by mail.
pub(super) fn tell_the_authority(
    tx: &mut Conn,
    challenge: &Challenge,
    rule: &SpendingRule,
    public_url: &str,
    now: UtcTime,
) -> Result<(), AppError> {
    let told = Told {
        heading: "Somebody challenges a rule".into(),
        paragraphs: vec![
            format!("A person has challenged this rule of {}: \u{201c}{}\u{201d}", rule.authority_name, rule.words),
            format!("Please answer by {}.", long_date(challenge.due_on)),
        ],
        action: Some(Link {
            label: "Read and answer".into(),
            href: format!("{public_url}/authority/challenges/{}", challenge.id),
        }),
        ..Told::default()
    };
    for address in store::who_answers(tx, challenge.authority_id, challenge.person_id, now)? {
        post::queue(tx, &told.letter("challenge raised", &address)?, now)?;
    }
    Ok(())
}

/// To the person: it has arrived, and the day.
pub(super) fn tell_the_person_it_arrived(
    tx: &mut Conn,
    challenge: &Challenge,
    rule: &SpendingRule,
    public_url: &str,
    now: UtcTime,
) -> Result<(), AppError> {
    let name = service_name(tx, challenge)?;
    let told = Told {
        heading: "Your question to the council has arrived".into(),
        paragraphs: vec![
            format!("You would like to buy \u{201c}{name}\u{201d}, and a rule said no: \u{201c}{}\u{201d}", rule.words),
            format!("Somebody at {} answers by {}.", rule.authority_name, long_date(challenge.due_on)),
        ],
        action: Some(Link {
            label: "See where it stands".into(),
            href: format!("{public_url}/challenges/{}", challenge.id),
        }),
        ..Told::default()
    };
    to_person(tx, challenge.person_id, "challenge arrived", &told, now)
}

/// To the person: the answer, with its reason and the way on.
pub(super) fn tell_the_person(
    tx: &mut Conn,
    challenge: &Challenge,
    rule: &SpendingRule,
    public_url: &str,
    now: UtcTime,
) -> Result<(), AppError> {
    let name = service_name(tx, challenge)?;
    let allowed = challenge.state == ChallengeState::Allowed;
    let told = Told {
        heading: if allowed {
            format!("You may buy \u{201c}{name}\u{201d}")
        } else {
            format!("About \u{201c}{name}\u{201d}")
        },
        paragraphs: vec![
            if allowed {
                "The council has answered: you may buy it, whatever the rule says.".into()
            } else {
                format!("The council has answered: the rule stays. It says: \u{201c}{}\u{201d}", rule.words)
            },
            format!("The reason: {}", challenge.reason.clone().unwrap_or_default()),
        ],
        action: Some(Link {
            label: if allowed { "Go on".into() } else { "Read the answer".into() },
            href: format!("{public_url}/challenges/{}", challenge.id),
        }),
        after: if allowed {
            Vec::new()
        } else {
            vec![
                "If you think that this is wrong, you can complain to the council, and after that to the Local Government and \
                 Social Care Ombudsman (www.lgo.org.uk, 0300 061 0614)."
                    .into(),
            ]
        },
        ..Told::default()
    };
    to_person(tx, challenge.person_id, "challenge answered", &told, now)
}

/// Reminds one authority after another, each day, of challenges that wait too long; whether there is more to do.
pub fn remind_some(tx: &mut Conn, public_url: &str, now: UtcTime) -> Result<(), AppError> {
    let today = day(now);
    let Some(after) = crate::log::daily::turn(tx, JOB, today)? else { return Ok(()) };
    let late = store::late_authorities(tx, &after, today, 20)?;
    for (authority, count) in &late {
        remind(tx, *authority, *count, today, public_url, now)?;
    }
    let last = late.last().map(|(authority, _)| authority.to_string()).filter(|_| late.len() == 20);
    crate::log::daily::note_turn(tx, JOB, today, last.as_deref(), now)?;
    Ok(())
}

fn remind(
    tx: &mut Conn,
    authority: AuthorityId,
    count: i64,
    today: NaiveDate,
    public_url: &str,
    now: UtcTime,
) -> Result<(), AppError> {
    let told = Told {
        heading: if count == 1 {
            "A challenge waits too long".into()
        } else {
            format!("{count} challenges wait too long")
        },
        paragraphs: vec![format!(
            "On {} people still wait for an answer that was promised for an earlier day. The public page of your rules says so.",
            long_date(today)
        )],
        action: Some(Link { label: "Answer them".into(), href: format!("{public_url}/authority/challenges") }),
        ..Told::default()
    };
    for address in store::administrators(tx, authority)? {
        post::queue(tx, &told.letter("challenges overdue", &address)?, now)?;
    }
    Ok(())
}
