//! The verbs: signing in and out.

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use actix_web::HttpRequest;
use actix_web::http::StatusCode;

use crate::app::App;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::AppError;
use crate::ids::{PersonId, SessionId, random_token};
use crate::web::client;
use crate::web::session::device_token;

use super::arriving::Proven;
use super::attempts::{self, Tried, Trying};
use super::store;
use super::store::sessions::{self, Change, NewSession};

/// A session ends after so long, used or not.
const LASTS: TimeDelta = TimeDelta::hours(12);

/// A session that nobody used for so long has ended.
pub(super) const IDLE: TimeDelta = TimeDelta::hours(2);

/// Why somebody could not sign in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Which of the two is wrong is not told.
    #[error("that e-mail address and password do not belong together. Check both and try again")]
    Wrong,
    /// Too often, too many at once, or ours.
    #[error(transparent)]
    Other(#[from] AppError),
}

impl From<SignInError> for AppError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Wrong => Self::refused_as(StatusCode::UNPROCESSABLE_ENTITY, "wrong-password", error),
            SignInError::Other(other) => other,
        }
    }
}

/// Where somebody signs in from.
#[derive(Clone, Debug)]
pub struct Whence {
    /// The address, as far as it stands for one household.
    pub(super) address: String,
    /// Hash of the cookie of a browser that somebody has signed in from before.
    pub(super) device: Option<String>,
    /// "Firefox on Windows"
    pub(super) words: String,
}

impl Whence {
    /// Where a request comes from.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        Self {
            address: client::household(client::address(request)),
            device: device_token(request).map(|token| hash_of(&token)),
            words: client::device(request),
        }
    }
}

/// An e-mail address as it is kept and looked for.
pub(super) fn tidy_email(typed: &str) -> String {
    typed.trim().to_lowercase()
}

/// Who this e-mail address and password belong to. Each try is counted, and takes as long whether there is an account or
/// not.
pub(super) async fn check_password(
    app: &App,
    what: Tried,
    email: &str,
    given: &str,
    whence: &Whence,
) -> Result<PersonId, SignInError> {
    app.passwords.are_there_too_many().map_err(AppError::from)?;
    let email = tidy_email(email);
    let device = whence.device.clone();
    let asked = email.clone();
    let (account, device) = app
        .db
        .read(move |conn| {
            let known = match &device {
                Some(device) => sessions::knows_device(conn, device, &asked)?,
                None => false,
            };
            Ok::<_, diesel::result::Error>((store::account(conn, &asked)?, device.filter(|_| known)))
        })
        .await
        .map_err(AppError::from)?;
    let trying = Trying::at_an_account(what, &email, &whence.address, device.as_deref());
    attempts::take(app, &trying).await?;
    let (person, kept) = account.map_or((None, None), |(person, kept)| (Some(person), kept));
    let given = given.chars().take(1_000).collect();
    match app.passwords.is_right(given, kept).await {
        Ok(true) => {
            attempts::give_back(app, &trying).await?;
            person.ok_or(SignInError::Wrong)
        }
        Ok(false) => Err(SignInError::Wrong),
        Err(busy) => {
            attempts::give_back(app, &trying).await?;
            Err(busy.into())
        }
    }
}

/// Opens a session for a person and gives its token: a new one at each sign-in, so that none can be planted before.
pub fn sign_in(
    tx: &mut Conn,
    person: PersonId,
    proven: Proven,
    device: &str,
    now: UtcTime,
) -> Result<String, diesel::result::Error> {
    let token = random_token();
    let new = NewSession {
        token_hash: hash_of(&token),
        id: SessionId::new(),
        person_id: person,
        proven,
        membership_id: None,
        for_oneself: false,
        acting_for: None,
        device: device.to_owned(),
        created_at: now,
        last_seen_at: now,
        ends_at: now + LASTS,
    };
    sessions::open_session(tx, &new)?;
    Ok(token)
}

/// Opens a session for one of the demo's people, who need no password.
pub fn sign_in_as_demo_person(
    tx: &mut Conn,
    person: PersonId,
    device: &str,
    now: UtcTime,
) -> Result<String, diesel::result::Error> {
    let listed =
        crate::demo::people::PEOPLE.iter().any(|listed| listed.id() == person) && store::name(tx, person)?.is_some();
    if listed { sign_in(tx, person, Proven::Demo, device, now) } else { Err(diesel::result::Error::NotFound) }
}

/// Ends the session of this token.
pub fn sign_out(tx: &mut Conn, token: &str) -> Result<(), diesel::result::Error> {
    sessions::end_session(tx, &hash_of(token))
}

/// Gives a session a new token, with what changed: whoever knew the old one has nothing. None where it has ended.
pub(super) fn renew(tx: &mut Conn, token: &str, change: &Change) -> Result<Option<String>, diesel::result::Error> {
    let new = random_token();
    let there = sessions::rotate(tx, &hash_of(token), &hash_of(&new), change)?;
    Ok(there.then_some(new))
}

/// What the database keeps of a token: whoever reads the table cannot use it.
pub(super) fn hash_of(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}
