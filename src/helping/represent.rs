//! The verbs: letting somebody act for somebody, taking it up, and ending it.

use chrono::{Days, NaiveDate, TimeDelta};
use sha2::{Digest, Sha256};

use crate::audit::{self, Deed, Entry, What, Why};
use crate::clock::{UtcTime, beginning_of};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::{Practitioner, RoleName, SignedIn};
use crate::ids::{PersonId, RepresentativeId, random_token};
use crate::post::{self, Office};

use super::letters;
use super::representative::{RepresentativeKind, Scopes, Wanted};
use super::store::{self, NewRow, Row};

/// An invitation can be taken up for so long.
const INVITATION_LASTS: TimeDelta = TimeDelta::days(14);

/// A helper on the phone acts for so long.
const CALL_LASTS: TimeDelta = TimeDelta::hours(2);

/// The most who may act for one person, invitations included.
const MOST: usize = 20;

/// Why nobody acts for nobody.
#[derive(Debug, thiserror::Error)]
pub enum HelpError {
    /// Oneself.
    #[error("you act for yourself already")]
    Oneself,
    /// Too many.
    #[error("there are {MOST} already. End one of them first")]
    TooMany,
    /// Nobody here with that address.
    #[error("nobody of your authority has an account with this e-mail address")]
    NobodyOfOurs,
    /// Nobody who could be assigned.
    #[error("no care manager of your authority has an account with this e-mail address")]
    NoCareManager,
    /// Used, ended or never sent.
    #[error("this invitation does not hold any more. Ask for a new one")]
    Worthless,
    /// Sent to another mailbox.
    #[error("this invitation went to another e-mail address than yours. Sign in with the account of that address")]
    OtherAddress,
    /// What a council has recorded, the council ends.
    #[error("this was recorded by the council on a legal ground, so only the council can end it. Ask them")]
    Councils,
    /// No such one.
    #[error("we cannot find that")]
    NotHere,
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
    /// Ours.
    #[error(transparent)]
    Other(#[from] AppError),
}

impl From<HelpError> for AppError {
    fn from(error: HelpError) -> Self {
        let on = |field: &str, error: &HelpError| {
            let text = error.to_string();
            let mut letters = text.chars();
            let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
            Self::invalid(vec![FieldError::new(field, format!("{first}{}.", letters.as_str()))])
        };
        match error {
            HelpError::Oneself | HelpError::NoCareManager => on("email", &error),
            HelpError::NobodyOfOurs => on("person", &error),
            HelpError::TooMany => Self::refused("too-many", error),
            HelpError::Worthless => Self::refused_as(actix_web::http::StatusCode::GONE, "link-used-up", error),
            HelpError::OtherAddress => Self::refused("other-address", error),
            HelpError::Councils => Self::refused("council-ends-this", error),
            HelpError::NotHere => Self::NotFound,
            HelpError::Database(cause) => cause.into(),
            HelpError::Other(other) => other,
        }
    }
}

pub(super) fn hash_of(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// The moment at which a last day is over, by the clock on the wall.
fn end_of(day: NaiveDate) -> UtcTime {
    beginning_of(day + Days::new(1))
}

fn row(person: PersonId, by: PersonId, kind: RepresentativeKind, scopes: Scopes, now: UtcTime) -> NewRow {
    NewRow {
        id: RepresentativeId::new(),
        person_id: person,
        helper_id: None,
        email: None,
        kind,
        may_plan: scopes.plan,
        may_buy: scopes.buy,
        may_manage_money: scopes.money,
        authority_id: None,
        evidence: String::new(),
        granted_by: by,
        granted_at: now,
        token_hash: None,
        accepted_at: None,
        ends_at: None,
    }
}

fn changed(
    tx: &mut Conn,
    actor: impl Into<audit::Actor>,
    why: Why,
    person: PersonId,
    now: UtcTime,
) -> Result<(), HelpError> {
    Ok(audit::record(tx, &[Entry::new(actor, (Deed::Changed, why), person, (What::Helpers, ""), now)])?)
}

/// A person asks somebody to act for them: a letter goes out, and whoever has that mailbox can take it up.
pub fn invite(
    tx: &mut Conn,
    office: &Office,
    who: &SignedIn,
    wanted: &Wanted,
    now: UtcTime,
) -> Result<RepresentativeId, HelpError> {
    if store::person_with(tx, &wanted.email)? == Some(who.person()) {
        return Err(HelpError::Oneself);
    }
    if store::open_ones(tx, who.person(), now)? >= MOST {
        return Err(HelpError::TooMany);
    }
    let row = row(who.person(), who.person(), wanted.kind, wanted.scopes, now);
    let id = send(tx, office, row, wanted, who.name(), now)?;
    changed(tx, who, Why::ForOneself, who.person(), now)?;
    Ok(id)
}

/// A council records who acts for one of its people on a legal ground: both are told, and the representative takes it up.
pub fn record(
    tx: &mut Conn,
    office: &Office,
    practitioner: &Practitioner,
    (person, wanted): (&str, &Wanted),
    now: UtcTime,
) -> Result<RepresentativeId, HelpError> {
    let (person, name, address) = store::citizen_with(tx, practitioner, person)?.ok_or(HelpError::NobodyOfOurs)?;
    if store::person_with(tx, &wanted.email)? == Some(person) {
        return Err(HelpError::Oneself);
    }
    if store::open_ones(tx, person, now)? >= MOST {
        return Err(HelpError::TooMany);
    }
    let by = practitioner.who().person();
    let authority_id = Some(practitioner.authority());
    let row =
        NewRow { authority_id, evidence: wanted.evidence.clone(), ..row(person, by, wanted.kind, wanted.scopes, now) };
    let id = send(tx, office, row, wanted, &name, now)?;
    let told = letters::recorded(office, &address, &name, practitioner.who().body(), wanted.kind, wanted.scopes)?;
    post::queue(tx, &told, now)?;
    changed(tx, practitioner, Why::OnALegalGround, person, now)?;
    Ok(id)
}

fn send(
    tx: &mut Conn,
    office: &Office,
    row: NewRow,
    wanted: &Wanted,
    name: &str,
    now: UtcTime,
) -> Result<RepresentativeId, HelpError> {
    let token = random_token();
    let row = NewRow {
        email: Some(wanted.email.clone()),
        token_hash: Some(hash_of(&token)),
        ends_at: wanted.until.map(end_of),
        ..row
    };
    store::insert(tx, &row)?;
    let letter = letters::asked(office, &wanted.email, name, wanted.scopes, &token)?;
    post::queue(tx, &letter, now)?;
    Ok(row.id)
}

/// A council assigns one of its care managers to somebody, or notes that somebody is on the phone with the one who notes it.
pub fn assign(
    tx: &mut Conn,
    office: &Office,
    practitioner: &Practitioner,
    (person, wanted): (&str, &Wanted),
    now: UtcTime,
) -> Result<RepresentativeId, HelpError> {
    let (person, name, address) = store::citizen_with(tx, practitioner, person)?.ok_or(HelpError::NobodyOfOurs)?;
    let by = practitioner.who().person();
    let (helper, ends_at) = if wanted.kind == RepresentativeKind::Phone {
        (by, Some(now + CALL_LASTS))
    } else {
        let found = store::colleague_with(tx, practitioner, &wanted.email, RoleName::CareManager)?;
        (found.ok_or(HelpError::NoCareManager)?, wanted.until.map(end_of))
    };
    if helper == person {
        return Err(HelpError::Oneself);
    }
    let row = NewRow {
        helper_id: Some(helper),
        accepted_at: Some(now),
        authority_id: Some(practitioner.authority()),
        evidence: wanted.evidence.clone(),
        ends_at,
        ..row(person, by, wanted.kind, wanted.scopes, now)
    };
    store::insert(tx, &row)?;
    let told = letters::recorded(office, &address, &name, practitioner.who().body(), wanted.kind, wanted.scopes)?;
    post::queue(tx, &told, now)?;
    changed(tx, practitioner, Why::ToHelp, person, now)?;
    Ok(row.id)
}

/// What an invitation is about, for whoever has the link.
pub(super) fn invitation(conn: &mut Conn, token: &str, now: UtcTime) -> Result<(Row, String), HelpError> {
    let row = store::invitation(conn, &hash_of(token), now - INVITATION_LASTS, now)?;
    row.ok_or(HelpError::Worthless)
}

/// Takes an invitation up: once, by whoever has the mailbox that it went to.
pub fn accept(tx: &mut Conn, who: &SignedIn, token: &str, now: UtcTime) -> Result<Row, HelpError> {
    let (row, _) = invitation(tx, token, now)?;
    if row.email.is_none() || store::address_of(tx, who)? != row.email {
        return Err(HelpError::OtherAddress);
    }
    if row.person_id == who.person() {
        return Err(HelpError::Oneself);
    }
    if !store::take_up(tx, row.id, who, now)? {
        return Err(HelpError::Worthless);
    }
    changed(tx, who, Why::ToHelp, row.person_id, now)?;
    Ok(row)
}

/// Says no to an invitation.
pub fn decline(tx: &mut Conn, who: &SignedIn, token: &str, now: UtcTime) -> Result<(), HelpError> {
    let (row, _) = invitation(tx, token, now)?;
    if row.email.is_none() || store::address_of(tx, who)? != row.email {
        return Err(HelpError::OtherAddress);
    }
    store::end(tx, row.id, who, now)?;
    changed(tx, who, Why::ToHelp, row.person_id, now)
}

/// The person takes back what they granted: the helper's next request finds nothing. Taking it back again changes nothing.
pub fn end_as_person(
    tx: &mut Conn,
    office: &Office,
    who: &SignedIn,
    id: RepresentativeId,
    now: UtcTime,
) -> Result<(), HelpError> {
    let row = store::of_person(tx, who, id)?.ok_or(HelpError::NotHere)?;
    if row.authority_id.is_some() && row.kind != RepresentativeKind::Phone {
        return Err(HelpError::Councils);
    }
    if store::end(tx, id, who, now)? {
        tell_the_helper(tx, office, &row, who.name(), now)?;
        changed(tx, who, Why::ForOneself, row.person_id, now)?;
    }
    Ok(())
}

/// The helper gives it back.
pub fn end_as_helper(tx: &mut Conn, who: &SignedIn, id: RepresentativeId, now: UtcTime) -> Result<(), HelpError> {
    let row = store::of_helper(tx, who, id)?.ok_or(HelpError::NotHere)?;
    if store::end(tx, id, who, now)? {
        changed(tx, who, Why::ToHelp, row.person_id, now)?;
    }
    Ok(())
}

/// The council ends what it has recorded.
pub fn end_as_council(
    tx: &mut Conn,
    office: &Office,
    practitioner: &Practitioner,
    id: RepresentativeId,
    now: UtcTime,
) -> Result<(), HelpError> {
    let row = store::of_authority(tx, practitioner, id)?.ok_or(HelpError::NotHere)?;
    if store::end(tx, id, practitioner.who(), now)? {
        let name = store::name_of(tx, row.person_id)?;
        tell_the_helper(tx, office, &row, &name, now)?;
        changed(tx, practitioner, Why::OnALegalGround, row.person_id, now)?;
    }
    Ok(())
}

fn tell_the_helper(tx: &mut Conn, office: &Office, row: &Row, name: &str, now: UtcTime) -> Result<(), HelpError> {
    if let (Some(address), Some(_)) = (&row.email, row.helper_id) {
        post::queue(tx, &letters::ended(office, address, name)?, now)?;
    }
    Ok(())
}
