//! The verb: a budget holder calls a purchase off.

use crate::audit::{self, Deed, Entry, What, Why};
use crate::budgets;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::AppError;
use crate::identity::PurchaseBuyer;

use super::purchase::{Journal, Purchase};
use super::state::{IllegalStep, PurchaseState};
use super::store;

/// Why a purchase was not cancelled.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// It is over already.
    #[error(transparent)]
    IllegalStep(#[from] IllegalStep),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<CancelError> for AppError {
    fn from(error: CancelError) -> Self {
        match error {
            CancelError::Database(cause) => cause.into(),
            CancelError::IllegalStep(_) => Self::refused("not-now", error),
        }
    }
}

/// Cancels a purchase: what was not delivered is available again at once. Cancelling again changes nothing.
#[tracing::instrument(skip_all, fields(purchase.id = %party.purchase()))]
pub fn cancel(tx: &mut Conn, party: &PurchaseBuyer, reason: &str, now: UtcTime) -> Result<Purchase, CancelError> {
    let mut whole = store::lock_for_party(tx, party)?;
    if whole.purchase.state == PurchaseState::Cancelled {
        return Ok(whole.purchase);
    }
    let mut budget = budgets::store::lock(tx, party.holder())?;
    let reason: String = reason.trim().chars().take(500).collect();
    let mut journal = Journal::default();
    let reason = (!reason.is_empty()).then_some(reason);
    let why = (party.holder().who().person(), reason);
    whole.purchase.cancel(&mut budget, &whole.deliveries, why, now, &mut journal)?;
    store::update_state(tx, &whole.purchase)?;
    store::record(tx, &journal)?;
    let done = (Deed::Cancelled, Why::ForOneself);
    let purchase = (What::Purchase, whole.purchase.id.as_str());
    audit::record(tx, &[Entry::new(party.holder(), done, whole.purchase.person_id, purchase, now)])?;
    Ok(whole.purchase)
}
