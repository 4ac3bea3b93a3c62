//! The verb: closing an account.

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::AppError;
use crate::identity::SignedIn;

use super::store;

/// Why an account was not closed.
#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    /// Somebody counts on what is running.
    #[error("{0} of your purchases are still open. Call them off, or wait until they are delivered and paid")]
    StillOpen(i64),
    /// Others count on the role.
    #[error("you hold a role for others. Give it back first, on your account's page")]
    HoldsARole,
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<CloseError> for AppError {
    fn from(error: CloseError) -> Self {
        match error {
            CloseError::StillOpen(_) => Self::refused("purchases-open", error),
            CloseError::HoldsARole => Self::refused("holds-a-role", error),
            CloseError::Database(cause) => cause.into(),
        }
    }
}

/// Whether something keeps this account open.
pub(super) fn what_keeps_it_open(conn: &mut Conn, who: &SignedIn) -> Result<(), CloseError> {
    if !who.granted().is_empty() {
        return Err(CloseError::HoldsARole);
    }
    match store::open_purchases(conn, who)? {
        0 => Ok(()),
        open => Err(CloseError::StillOpen(open)),
    }
}

/// Closes an account: name, address, password, sessions, helpers and copies go; reviews stay without a name; what was bought
/// and paid stays, of "closed account".
#[tracing::instrument(skip_all)]
pub fn close(tx: &mut Conn, who: &SignedIn, now: UtcTime) -> Result<(), CloseError> {
    what_keeps_it_open(tx, who)?;
    Ok(store::erase(tx, who, now)?)
}
