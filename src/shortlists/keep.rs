//! The verbs: keep a service, let it go, write a note, share the list, withdraw the link, bring a browser's list along.

use chrono::TimeDelta;

use crate::catalogue;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::SignedIn;
use crate::ids::{PersonId, ServiceId};

use super::keeper::{ListKeeper, Whose};
use super::shortlist::{KEPT_DAYS, LONGEST_NOTE, MOST};
use super::store;

/// Why something was not done with a list.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// There is no such service, or it is not on this list.
    #[error("we cannot find that")]
    NotThere,
    /// The list is full.
    #[error("a shortlist holds {MOST} services. Take one off first")]
    Full,
    /// The note is too long.
    #[error("shorten your note to {LONGEST_NOTE} letters or fewer")]
    LongNote,
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<KeepError> for AppError {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::NotThere => Self::NotFound,
            KeepError::Full => Self::refused("shortlist-full", error),
            KeepError::LongNote => {
                let sentence = format!("Shorten your note to {LONGEST_NOTE} letters or fewer.");
                Self::invalid(vec![FieldError::new("note", sentence)])
            }
            KeepError::Database(cause) => cause.into(),
        }
    }
}

/// Puts a service on the keeper's list; one that stands there already stays as it is.
pub fn keep(tx: &mut Conn, keeper: &ListKeeper, service: ServiceId, now: UtcTime) -> Result<(), KeepError> {
    if catalogue::store::whole_service(tx, service, now.date())?.is_none() {
        return Err(KeepError::NotThere);
    }
    if matches!(keeper.whose(), Whose::Browser(_)) {
        store::clear_unused(tx, now - TimeDelta::days(KEPT_DAYS))?;
    }
    let list = store::lock_or_open(tx, keeper.whose(), now)?.ok_or(KeepError::NotThere)?;
    if store::add(tx, list.id, service, "", now)? && store::count(tx, list.id)? > MOST {
        return Err(KeepError::Full);
    }
    Ok(())
}

/// Takes a service off the keeper's list; one that does not stand there is no trouble.
pub fn let_go(tx: &mut Conn, keeper: &ListKeeper, service: ServiceId) -> Result<(), KeepError> {
    match store::list_of(tx, keeper)? {
        Some(list) => Ok(store::remove(tx, list.id, service)?),
        None => Ok(()),
    }
}

/// Writes a note to oneself beside a service.
pub fn write_note(tx: &mut Conn, who: &SignedIn, service: ServiceId, note: &str) -> Result<(), KeepError> {
    let note = note.trim();
    if note.chars().count() > LONGEST_NOTE {
        return Err(KeepError::LongNote);
    }
    let list = store::list_of(tx, &ListKeeper::of(who))?.ok_or(KeepError::NotThere)?;
    if store::set_note(tx, list.id, service, note)? { Ok(()) } else { Err(KeepError::NotThere) }
}

/// Makes a link that shows the list; the one that there is stays. `token` is new and random.
pub fn share(tx: &mut Conn, keeper: &ListKeeper, token: &str, now: UtcTime) -> Result<String, KeepError> {
    let list = store::lock_or_open(tx, keeper.whose(), now)?.ok_or(KeepError::NotThere)?;
    if let Some(shared) = list.share_token {
        return Ok(shared);
    }
    store::set_link(tx, list.id, Some(token))?;
    Ok(token.to_owned())
}

/// Withdraws the link: whoever has it sees nothing any more.
pub fn withdraw(tx: &mut Conn, keeper: &ListKeeper) -> Result<(), KeepError> {
    match store::list_of(tx, keeper)? {
        Some(list) => Ok(store::set_link(tx, list.id, None)?),
        None => Ok(()),
    }
}

/// Brings a browser's list into a person's: at sign-in. What does not fit any more stays behind.
pub fn merge(tx: &mut Conn, person: PersonId, browser: &str, now: UtcTime) -> Result<(), diesel::result::Error> {
    let Some(brought) = store::lock_browsers(tx, browser)? else { return Ok(()) };
    let Some(own) = store::lock_persons(tx, person)? else {
        return store::give(tx, brought.id, person, now);
    };
    let mut room = MOST - store::count(tx, own.id)?;
    for entry in store::entries(tx, brought.id)? {
        if room > 0 && store::add(tx, own.id, entry.service_id, &entry.note, entry.added_at)? {
            room -= 1;
        }
    }
    store::delete(tx, brought.id)?;
    // A link that was given away goes on showing the list.
    match (own.share_token, brought.share_token) {
        (None, Some(token)) => store::set_link(tx, own.id, Some(&token)),
        _ => Ok(()),
    }
}
