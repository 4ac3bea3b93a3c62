//! The verbs: signing in and out.

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::AppError;
use crate::ids::{PersonId, random_token};

use super::{password, store};

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
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<SignInError> for AppError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Database(cause) => cause.into(),
            SignInError::Wrong => {
                Self::refused_as(actix_web::http::StatusCode::UNPROCESSABLE_ENTITY, "wrong-password", error)
            }
        }
    }
}

/// Who this e-mail address and password belong to. Slow on purpose: never inside a transaction.
pub(super) fn check_password(conn: &mut Conn, email: &str, given: &str) -> Result<PersonId, SignInError> {
    let account = store::account(conn, &email.trim().to_lowercase())?;
    let kept = account.as_ref().and_then(|(_, hash)| hash.as_deref());
    let right = password::is_right(given, kept);
    account.filter(|_| right).map(|(person, _)| person).ok_or(SignInError::Wrong)
}

/// Opens a session for a person and gives its token: a new one at each sign-in, so that none can be planted before.
pub fn sign_in(tx: &mut Conn, person: PersonId, now: UtcTime) -> Result<String, diesel::result::Error> {
    let token = random_token();
    store::open_session(tx, person, &hash_of(&token), now, now + LASTS)?;
    Ok(token)
}

/// Opens a session for one of the demo's people, who need no password.
pub fn sign_in_as_demo_person(tx: &mut Conn, person: PersonId, now: UtcTime) -> Result<String, diesel::result::Error> {
    let listed = store::people_with_accounts(tx)?.iter().any(|(id, ..)| *id == person);
    if listed { sign_in(tx, person, now) } else { Err(diesel::result::Error::NotFound) }
}

/// Ends the session of this token.
pub fn sign_out(tx: &mut Conn, token: &str) -> Result<(), diesel::result::Error> {
    store::end_session(tx, &hash_of(token))
}

/// What the database keeps of a token: whoever reads the table cannot use it.
pub(super) fn hash_of(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}
