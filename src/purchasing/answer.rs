//! The verbs: a provider agrees to a purchase, or declines with a reason.

use crate::audit::{self, Deed, Entry, What, Why};
use crate::budgets;
use crate::catalogue;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::ProviderMember;
use crate::ids::PurchaseId;

use super::purchase::{Journal, Purchase};
use super::state::IllegalStep;
use super::store;

/// Why a purchase was not answered.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// It was answered or called off already.
    #[error(transparent)]
    IllegalStep(#[from] IllegalStep),
    /// The council has suspended the provider.
    #[error("your organisation is suspended, so it can take on nothing new. Answer the council first")]
    Suspended,
    /// No reason was given.
    #[error("say why you decline, in up to 500 letters: the person who asked will read it")]
    NoReason,
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<AnswerError> for AppError {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::Database(cause) => cause.into(),
            AnswerError::IllegalStep(_) => Self::refused("not-now", error),
            AnswerError::Suspended => Self::refused("suspended", error),
            AnswerError::NoReason => {
                Self::invalid(vec![FieldError::new("reason", "Say why you decline, in up to 500 letters.")])
            }
        }
    }
}

/// Agrees to a purchase. Agreeing again changes nothing.
#[tracing::instrument(skip_all, fields(purchase.id = %purchase))]
pub fn agree(
    tx: &mut Conn,
    member: &ProviderMember,
    purchase: PurchaseId,
    now: UtcTime,
) -> Result<Purchase, AnswerError> {
    let mut purchase = store::lock_for_member(tx, member, purchase)?.purchase;
    if purchase.state == super::PurchaseState::Agreed {
        return Ok(purchase);
    }
    if !catalogue::upkeep::is_active(tx, member.organization())? {
        return Err(AnswerError::Suspended);
    }
    let mut journal = Journal::default();
    purchase.agree(Some(member.who().person()), now, &mut journal)?;
    store::update_state(tx, &purchase)?;
    store::record(tx, &journal)?;
    let done = (Deed::SaidYesTo, Why::ToAnswerIt);
    audit::record(tx, &[Entry::new(member, done, purchase.person_id, (What::Purchase, purchase.id.as_str()), now)])?;
    Ok(purchase)
}

/// Declines a purchase: the money is available again at once.
#[tracing::instrument(skip_all, fields(purchase.id = %purchase))]
pub fn decline(
    tx: &mut Conn,
    member: &ProviderMember,
    purchase: PurchaseId,
    reason: &str,
    now: UtcTime,
) -> Result<Purchase, AnswerError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(AnswerError::NoReason);
    }
    let mut purchase = store::lock_for_member(tx, member, purchase)?.purchase;
    if purchase.state == super::PurchaseState::Declined {
        return Ok(purchase);
    }
    let mut budget = budgets::store::lock_of(tx, purchase.authority_id, purchase.budget_id)?;
    let mut journal = Journal::default();
    purchase.decline(&mut budget, Some(member.who().person()), reason.to_owned(), now, &mut journal)?;
    store::update_state(tx, &purchase)?;
    store::record(tx, &journal)?;
    let done = (Deed::Declined, Why::ToAnswerIt);
    audit::record(tx, &[Entry::new(member, done, purchase.person_id, (What::Purchase, purchase.id.as_str()), now)])?;
    Ok(purchase)
}
