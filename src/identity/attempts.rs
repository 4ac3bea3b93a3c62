//! How often something may be tried: signing in, codes, tokens, registration, reset, enquiries.
//!
//! - A try is counted *before* it is known whether it was right, and given back afterwards: so a hundred tries at the same
//!   moment are a hundred tries. The counts are in the database, so that many nodes count together.
//! - Guessing at an account is counted for this account *from this address*; so nobody can lock somebody else out. A browser
//!   that its owner has signed in from before is counted apart, and goes past the limit of the address too.
//! - After a few free tries the wait doubles each time, up to a bound. Nothing is kept longer than a day, and only as hashes.

use chrono::TimeDelta;
use diesel::QueryResult;
use sha2::{Digest, Sha256};

use actix_web::HttpRequest;
use actix_web::http::StatusCode;

use crate::app::App;
use crate::clock::UtcTime;
use crate::db::{Conn, text_enum};
use crate::error::AppError;
use crate::ids::PersonId;
use crate::web::client;

use super::store::attempts::{self as store, Counted};
use super::{Anyone, SignedIn};

text_enum! {
    /// What is tried.
    pub enum Tried {
        /// A password on the page.
        SignIn = "sign in",
        /// A password over the API.
        Token = "token",
        /// A code of the second factor, or a recovery code.
        Code = "code",
        /// Making an account.
        Register = "register",
        /// Asking for a new password.
        Reset = "reset",
        /// Asking a provider something.
        Enquiry = "enquiry",
        /// Saying what is missing.
        Wanted = "wanted",
        /// Saying that an entry is wrong.
        Correction = "correction",
        /// Reporting a review.
        Report = "report",
    }
}

/// Forgotten after so long without another try.
const FORGOTTEN: TimeDelta = TimeDelta::hours(24);

/// How many tries are free, and how the wait grows from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limit {
    free: i32,
    first: TimeDelta,
    longest: TimeDelta,
    forgotten: TimeDelta,
}

impl Limit {
    /// The wait after so many tries in vain.
    fn wait_after(self, failures: i32) -> TimeDelta {
        match failures - self.free {
            ..0 => TimeDelta::zero(),
            beyond => (self.first * (1 << beyond.min(16))).min(self.longest),
        }
    }
}

/// Whoever tries: one line of the counts each.
#[derive(Clone, Debug)]
pub struct Trying {
    what: Tried,
    subjects: Vec<(String, Limit)>,
}

/// Tried too often.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub enum AttemptError {
    /// Not before this many seconds.
    #[error("that was tried too often. Wait {} and try again", in_words(*.0))]
    Wait(i64),
    /// Ours.
    #[error("the database failed")]
    Database,
}

fn in_words(seconds: i64) -> String {
    match seconds {
        ..=1 => "a second".into(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", (seconds + 59) / 60),
    }
}

impl AttemptError {
    fn into_app(self) -> AppError {
        match self {
            Self::Wait(seconds) => AppError::later(StatusCode::TOO_MANY_REQUESTS, "too-many-tries", seconds, self),
            Self::Database => AppError::unexpected(self),
        }
    }
}

/// What the limits are about, hashed: whoever reads the table learns no address.
fn subject(kind: &str, parts: &[&str]) -> String {
    hex::encode(Sha256::digest(format!("{kind}\n{}", parts.join("\n")))).chars().take(32).collect()
}

impl Trying {
    /// Somebody guesses at an account, from an address or from a browser that its owner has used before.
    #[must_use]
    pub(crate) fn at_an_account(what: Tried, account: &str, address: &str, device: Option<&str>) -> Self {
        let minutes = TimeDelta::minutes;
        let pair = Limit { free: 5, first: TimeDelta::seconds(10), longest: minutes(15), forgotten: minutes(60) };
        let house = Limit { free: 60, first: TimeDelta::seconds(5), longest: minutes(5), forgotten: minutes(15) };
        let subjects = match device {
            Some(device) => vec![(subject("device", &[account, device]), pair)],
            None => vec![(subject("pair", &[account, address]), pair), (subject("address", &[address]), house)],
        };
        Self { what, subjects }
    }

    /// Somebody who knows the password guesses at a code: wherever they are, for they may be in many places.
    #[must_use]
    pub(super) fn at_a_code(account: &str, device: Option<&str>) -> Self {
        let minutes = TimeDelta::minutes;
        let limit = Limit { free: 5, first: TimeDelta::seconds(10), longest: minutes(30), forgotten: minutes(120) };
        let subject = match device {
            Some(device) => subject("device", &[account, device]),
            None => subject("account", &[account]),
        };
        Self { what: Tried::Code, subjects: vec![(subject, limit)] }
    }

    /// Somebody makes us send letters: limited for where the letters go, and for where the asking comes from.
    #[must_use]
    pub(super) fn to_send_letters(what: Tried, to: &str, address: &str) -> Self {
        let minutes = TimeDelta::minutes;
        let mailbox = Limit { free: 4, first: minutes(1), longest: minutes(60), forgotten: minutes(240) };
        let house = Limit { free: 30, first: minutes(1), longest: minutes(30), forgotten: minutes(60) };
        Self { what, subjects: vec![(subject("mailbox", &[to]), mailbox), (subject("address", &[address]), house)] }
    }

    /// Somebody sends something that needs no account: counted for where it comes from, and for who it is where that is
    /// known. A library or a council has many people behind one address, so an address has more.
    #[must_use]
    pub fn to_send(what: Tried, account: Option<&str>, address: &str) -> Self {
        let minutes = TimeDelta::minutes;
        let house = Limit { free: 60, first: minutes(1), longest: minutes(30), forgotten: minutes(60) };
        let own = Limit { free: 20, ..house };
        let account = account.map(|account| (subject("account", &[account]), own));
        Self { what, subjects: account.into_iter().chain([(subject("address", &[address]), house)]).collect() }
    }
}

/// Counts one try from where this request comes: for whatever anybody may send without an account. 429 when it is too much.
pub async fn limit(app: &App, request: &HttpRequest, who: &Anyone, what: Tried) -> Result<(), AppError> {
    let address = client::household(client::address(request));
    let person = who.visitor().map(SignedIn::person);
    take(app, &Trying::to_send(what, person.as_ref().map(PersonId::as_str), &address)).await
}

/// Takes one try, or says how long to wait.
pub(crate) async fn take(app: &App, who: &Trying) -> Result<(), AppError> {
    let now = app.clock.now();
    let asked = who.clone();
    // Who has to wait is told so without a write.
    let waits = app.db.read(move |conn| waits(conn, &asked, now)).await?;
    if let Some(wait) = waits {
        return Err(wait.into_app());
    }
    let asked = who.clone();
    app.db.write(move |tx| count(tx, &asked, now)).await?.map_err(AttemptError::into_app)
}

/// Gives a try back that was right: the account is forgotten, the address has one less.
pub(crate) async fn give_back(app: &App, who: &Trying) -> Result<(), AppError> {
    let who = who.clone();
    Ok(app.db.write(move |tx| forgive(tx, &who)).await?)
}

fn wait_of(counted: Option<Counted>, now: UtcTime) -> Option<AttemptError> {
    let (_, free_at, _) = counted.filter(|(_, free_at, _)| *free_at > now)?;
    Some(AttemptError::Wait((free_at - now).num_seconds() + 1))
}

fn waits(conn: &mut Conn, who: &Trying, now: UtcTime) -> QueryResult<Option<AttemptError>> {
    for (subject, _) in &who.subjects {
        if let Some(wait) = wait_of(store::counted(conn, who.what, subject)?, now) {
            return Ok(Some(wait));
        }
    }
    Ok(None)
}

fn count(tx: &mut Conn, who: &Trying, now: UtcTime) -> QueryResult<Result<(), AttemptError>> {
    let mut counts = Vec::new();
    let mut subjects: Vec<&(String, Limit)> = who.subjects.iter().collect();
    subjects.sort_by(|a, b| a.0.cmp(&b.0)); // always in one order, so that no two wait for each other
    for (subject, limit) in subjects {
        let counted = store::lock(tx, who.what, subject, (now - FORGOTTEN, now))?;
        if let Some(wait) = wait_of(Some(counted), now) {
            return Ok(Err(wait));
        }
        let (failures, _, last_at) = counted;
        let failures = if now - last_at > limit.forgotten { 1 } else { failures.saturating_add(1) };
        // Whoever need not wait is free since long ago: clocks differ between nodes, and this moment is not over everywhere.
        let wait = limit.wait_after(failures);
        let free_at = if wait.is_zero() { now - FORGOTTEN } else { now + wait };
        counts.push((subject, (failures, free_at, now)));
    }
    for (subject, counted) in counts {
        store::note(tx, who.what, subject, counted)?;
    }
    store::forget_before(tx, now - FORGOTTEN)?;
    Ok(Ok(()))
}

fn forgive(tx: &mut Conn, who: &Trying) -> QueryResult<()> {
    for (nth, (subject, _)) in who.subjects.iter().enumerate() {
        match nth {
            0 => store::forget(tx, who.what, subject)?,
            _ => store::one_less(tx, who.what, subject)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_and_has_an_end() {
        let limit = Trying::at_an_account(Tried::SignIn, "a", "b", None).subjects[0].1;
        let waits: Vec<i64> = (1..=14).map(|failures| limit.wait_after(failures).num_seconds()).collect();
        assert_eq!(waits, [0, 0, 0, 0, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]);
    }

    #[test]
    fn an_account_is_counted_apart_from_each_address_and_each_known_browser() {
        let subjects = |trying: Trying| trying.subjects.into_iter().map(|(subject, _)| subject).collect::<Vec<_>>();
        let here = subjects(Trying::at_an_account(Tried::SignIn, "amira", "203.0.113.1", None));
        let there = subjects(Trying::at_an_account(Tried::SignIn, "amira", "203.0.113.2", None));
        let known = subjects(Trying::at_an_account(Tried::SignIn, "amira", "203.0.113.1", Some("device")));
        assert!(here.iter().all(|subject| !there.contains(subject) && !known.contains(subject)));
        assert!(here.iter().all(|subject| !subject.contains("203")));
    }
}
