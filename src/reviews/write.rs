//! The verb: a budget holder rates what was delivered.

use crate::audit::{self, Deed, Entry, What, Why};
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::PurchaseOwner;
use crate::ids::ReviewId;
use crate::log::{EventKind, NewEvent};
use crate::purchasing::{self, DeliveryState};

use super::care::{self, Decision, ReviewState};
use super::moderate::hints_at_harm;
use super::review::{Review, Stars};
use super::store;

/// What a budget holder says.
#[derive(Clone, Debug)]
pub struct Written {
    /// Their stars.
    pub stars: Stars,
    /// Their words.
    pub words: String,
    /// Whether their name is kept from everybody.
    pub anonymous: bool,
}

impl Written {
    /// Checks what can be checked without the database.
    pub fn checked(self) -> Result<Self, AppError> {
        let Stars { stars, reliability, kindness, communication, value, outcome } = self.stars;
        let mut wrong = Vec::new();
        if !(1..=5).contains(&stars) {
            wrong.push(FieldError::new("stars", "Choose from 1 to 5 stars."));
        }
        let aspects = [
            ("reliability", reliability),
            ("kindness", kindness),
            ("communication", communication),
            ("value", value),
            ("outcome", outcome),
        ];
        for (name, given) in aspects {
            if given.is_some_and(|stars| !(1..=5).contains(&stars)) {
                wrong.push(FieldError::new(name, "Choose from 1 to 5 stars, or leave it out."));
            }
        }
        if self.words.chars().count() > 4_000 {
            wrong.push(FieldError::new("words", "Shorten your review to 4,000 letters or fewer."));
        }
        if wrong.is_empty() { Ok(self) } else { Err(AppError::invalid(wrong)) }
    }
}

/// Why a review was not written.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// Nothing was delivered and confirmed.
    #[error("you can rate this once something was delivered and you have confirmed it")]
    NothingDelivered,
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<ReviewError> for AppError {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::Database(cause) => cause.into(),
            ReviewError::NothingDelivered => Self::refused("nothing-delivered", error),
        }
    }
}

/// Writes the review of the service behind a purchase, or changes the one written before.
#[tracing::instrument(skip_all, fields(purchase.id = %party.purchase()))]
pub fn write(tx: &mut Conn, party: &PurchaseOwner, written: &Written, now: UtcTime) -> Result<Review, ReviewError> {
    let whole = purchasing::store::lock_for_party(tx, party)?;
    if !whole.deliveries.iter().any(|delivery| delivery.state == DeliveryState::Confirmed) {
        return Err(ReviewError::NothingDelivered);
    }
    let (service_id, person_id) = (whole.purchase.service_id, whole.purchase.person_id);
    let earlier = store::review_by(tx, service_id, person_id)?;
    let Stars { stars, reliability, kindness, communication, value, outcome } = written.stars;
    let review = Review {
        id: earlier.as_ref().map_or_else(ReviewId::new, |review| review.id),
        service_id,
        person_id,
        purchase_id: whole.purchase.id,
        stars,
        reliability,
        kindness,
        communication,
        value,
        outcome,
        words: written.words.trim().to_owned(),
        anonymous: written.anonymous,
        written_at: now,
    };
    // A review that hints at harm waits; one that waits or was removed does not come back by being changed.
    let before = match &earlier {
        Some(earlier) => Some(care::state(tx, earlier.id)?),
        None => None,
    };
    let harm = hints_at_harm(&review.words);
    let state = match before {
        Some(ReviewState::Removed) => ReviewState::Removed,
        Some(ReviewState::Waiting) => ReviewState::Waiting,
        Some(ReviewState::Published) | None if harm => ReviewState::Waiting,
        Some(ReviewState::Published) | None => ReviewState::Published,
    };
    store::save(tx, &review, state, earlier.as_ref().zip(before))?;
    if harm && state == ReviewState::Waiting && before != Some(ReviewState::Waiting) {
        let why = "Its words hint that somebody was or may be harmed.";
        care::note(tx, review.id, Decision::HeldBack, why, None, now)?;
    }
    crate::log::append(tx, &[NewEvent::plain(None, EventKind::ReviewWritten, &service_id, now)])?;
    let rated = (Deed::Rated, Why::ForOneself);
    let purchase = (What::Purchase, whole.purchase.id.as_str());
    audit::record(tx, &[Entry::new(party.holder(), rated, person_id, purchase, now)])?;
    Ok(review)
}
