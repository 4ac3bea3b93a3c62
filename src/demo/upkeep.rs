//! What there is to do for whoever keeps the town's entries true: entries that somebody says are wrong, and papers that
//! wait. Entries that nobody has checked for long are in the list of services; their providers get letters on the first day.

use chrono::{Days, NaiveTime, TimeDelta};

use crate::catalogue::{CheckState, Origin, Paper, Verification};
use crate::clock::{UtcTime, day};
use crate::corrections::{self, Report, ReportState, WhatIsWrong};
use crate::db::Conn;
use crate::ids::{PersonId, ReportId, ServiceId, VerificationId};
use crate::places::reference::authority_id;
use crate::verification;
use crate::working_days::working_days_after;

use super::listing::provider_id;
use super::people::TRAFFORD;

/// Where letters to a provider of Trafford go; the others of Greater Manchester have told none.
pub(super) fn address(name: &str, la_code: &str) -> Option<String> {
    let letters: String =
        name.to_lowercase().chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    let name = letters.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    (la_code == TRAFFORD).then(|| format!("{name}@demo.waymark.example"))
}

fn person(key: &str) -> PersonId {
    PersonId::named(&format!("demo person:{key}"))
}

struct Told<'a> {
    provider: &'a str,
    service: &'a str,
    what: WhatIsWrong,
    words: &'a str,
    days_ago: u64,
    answered: Option<(ReportState, &'a str)>,
}

const TOLD: [Told<'_>; 4] = [
    Told {
        provider: "Soup Spoon Society",
        service: "Soup and a song",
        what: WhatIsWrong::PlaceOrTimes,
        words: "It says Wednesday, but they told me that it is on Thursdays since the summer.",
        days_ago: 13,
        answered: None,
    },
    Told {
        provider: "Wrenmoor Care at Home",
        service: "Waking night sitting",
        what: WhatIsWrong::Contact,
        words: "Nobody answers this number at night, which is when I needed it.",
        days_ago: 2,
        answered: None,
    },
    Told {
        provider: "Wheels by Wanda",
        service: "Driver with an adapted car",
        what: WhatIsWrong::Closed,
        words: "",
        days_ago: 1,
        answered: None,
    },
    Told {
        provider: "Soup Spoon Society",
        service: "Community table",
        what: WhatIsWrong::Price,
        words: "I paid more than it says here.",
        days_ago: 30,
        answered: Some((
            ReportState::IsRight,
            "The price is for the meal; the taxi home is extra, and the page says so.",
        )),
    },
];

/// Writes all of it.
pub(super) fn write(tx: &mut Conn, now: UtcTime) -> diesel::QueryResult<()> {
    let reports: Vec<Report> = TOLD.iter().map(|told| report(told, now)).collect();
    corrections::store::insert_all(tx, &reports)?;
    verification::store::insert_all(tx, &papers(now))
}

fn report(told: &Told<'_>, now: UtcTime) -> Report {
    let Told { provider, service, what, words, days_ago, answered } = told;
    let reported_at = now - TimeDelta::days(i64::try_from(*days_ago).unwrap_or(0));
    let answered_at = answered.map(|_| reported_at + TimeDelta::days(2));
    Report {
        id: ReportId::named(&format!("report:{provider}:{service}")),
        service_id: ServiceId::named(&format!("invented:service:{provider}:{service}")),
        organization_id: provider_id(Origin::Invented, provider),
        authority_id: Some(authority_id(TRAFFORD)),
        what: *what,
        words: (*words).to_owned(),
        address: None,
        from_provider: false,
        visit_hash: None,
        network_hash: None,
        reported_at,
        due_on: working_days_after(day(reported_at), 5),
        state: answered.map_or(ReportState::Open, |(state, _)| state),
        answered_at,
        answered_by: answered.map(|_| person("colin")),
        answered_as: answered.map(|_| "provider".into()),
        reason: answered.map(|(_, reason)| reason.to_owned()),
    }
}

/// A registration and an insurance that wait, one that was refused, and one that ends soon.
fn papers(now: UtcTime) -> Vec<(Verification, PersonId, Option<PersonId>)> {
    let today = day(now);
    let paper =
        |provider: &str, paper: Paper, detail: &str, state: CheckState, sent: u64, left: Option<u64>| Verification {
            id: VerificationId::named(&format!("paper that waits:{provider}:{paper}:{state}")),
            organization_id: provider_id(Origin::Invented, provider),
            paper,
            detail: detail.to_owned(),
            state,
            sent_at: (today - Days::new(sent)).and_time(NaiveTime::from_hms_opt(9, 30, 0).unwrap_or_default()),
            checked_by: (state != CheckState::Waiting).then(|| "Trafford".into()),
            checked_on: (state != CheckState::Waiting).then(|| today - Days::new(sent.saturating_sub(3))),
            expires_on: left.map(|left| today + Days::new(left)),
            reminded_on: None,
        };
    let sunita = Some(person("sunita"));
    vec![
        (
            paper("Wrenmoor Care at Home", Paper::Registration, "1-4400000017", CheckState::Waiting, 12, None),
            person("maureen"),
            None,
        ),
        (
            paper(
                "Soup Spoon Society",
                Paper::Insurance,
                "Public liability, £5 million",
                CheckState::Waiting,
                1,
                Some(364),
            ),
            person("colin"),
            None,
        ),
        (
            paper("Bisi A.", Paper::CriminalRecord, "Enhanced DBS", CheckState::Refused, 40, None),
            person("bisi"),
            sunita,
        ),
        (
            paper("Bisi A.", Paper::Insurance, "Public liability, £2 million", CheckState::Checked, 345, Some(20)),
            person("bisi"),
            sunita,
        ),
    ]
}
