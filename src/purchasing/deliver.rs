//! The verbs: a provider records a delivery; the budget holder confirms or disputes it.

use chrono::NaiveDate;

use crate::audit::{self, Deed, Entry, What, Why};
use crate::budgets;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::{ProviderMember, PurchaseParty};
use crate::ids::{DeliveryId, PurchaseId, SubmissionKey};

use super::invoice::who_pays;
use super::purchase::{Delivery, Invoice, Journal, move_on};
use super::state::{DeliveryState, IllegalStep, PurchaseState};
use super::store::{self, WholePurchase};

/// What a provider says was delivered.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// How many units.
    pub quantity: i32,
    /// On which day.
    pub on: NaiveDate,
    /// A note for the holder.
    pub note: String,
    /// The form it came in.
    pub key: SubmissionKey,
}

/// Why a delivery was not recorded, confirmed or disputed.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// The purchase was not agreed, or is over.
    #[error("this purchase is {0}, so nothing can be delivered on it now")]
    NotAgreed(PurchaseState),
    /// More than was bought.
    #[error("only {0} are still to be delivered on this purchase")]
    TooMany(i32),
    /// A day that cannot be.
    #[error("the day of delivery cannot be in the future, or before the purchase was asked for")]
    NotThatDay,
    /// It was answered already.
    #[error("this delivery is {0} already")]
    Answered(DeliveryState),
    /// No reason was given.
    #[error("say what was wrong, in up to 500 letters")]
    NoReason,
    /// A step outside the diagram.
    #[error(transparent)]
    IllegalStep(#[from] IllegalStep),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<DeliverError> for AppError {
    fn from(error: DeliverError) -> Self {
        match &error {
            DeliverError::Database(_) => match error {
                DeliverError::Database(cause) => cause.into(),
                other => Self::unexpected(other),
            },
            DeliverError::TooMany(_) => Self::invalid(vec![FieldError::new("quantity", sentence(&error))]),
            DeliverError::NotThatDay => Self::invalid(vec![FieldError::new("delivered_on", sentence(&error))]),
            DeliverError::NoReason => Self::invalid(vec![FieldError::new("reason", sentence(&error))]),
            DeliverError::NotAgreed(_) | DeliverError::Answered(_) | DeliverError::IllegalStep(_) => {
                Self::refused("not-now", error)
            }
        }
    }
}

fn sentence(error: &DeliverError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

/// Records a delivery. Sending the same form again records it once.
#[tracing::instrument(skip_all, fields(purchase.id = %purchase))]
pub fn record_delivery(
    tx: &mut Conn,
    member: &ProviderMember,
    purchase: PurchaseId,
    delivered: &Delivered,
    now: UtcTime,
) -> Result<Delivery, DeliverError> {
    let WholePurchase { purchase, deliveries, .. } = store::lock_for_member(tx, member, purchase)?;
    if let Some(earlier) = deliveries.iter().find(|earlier| earlier.submission_key == delivered.key) {
        return Ok(earlier.clone());
    }
    if purchase.state != PurchaseState::Agreed {
        return Err(DeliverError::NotAgreed(purchase.state));
    }
    let left = purchase.still_to_deliver(&deliveries);
    if !(1..=left).contains(&delivered.quantity) {
        return Err(DeliverError::TooMany(left));
    }
    if delivered.on > now.date() || delivered.on < purchase.requested_at.date() {
        return Err(DeliverError::NotThatDay);
    }
    let mut journal = Journal::default();
    let note: String = delivered.note.trim().chars().take(500).collect();
    let by = Some(member.who().person());
    let delivery =
        Delivery::record(&purchase, delivered.quantity, delivered.on, note, delivered.key, by, now, &mut journal)
            .ok_or(DeliverError::TooMany(left))?;
    store::insert_deliveries(tx, std::slice::from_ref(&delivery))?;
    store::record(tx, &journal)?;
    let done = (Deed::RecordedADeliveryOf, Why::ToBePaid);
    audit::record(tx, &[Entry::new(member, done, purchase.person_id, (What::Purchase, purchase.id.as_str()), now)])?;
    Ok(delivery)
}

/// Confirms a delivery: the money is owed, and when nothing is left open an invoice arises.
#[tracing::instrument(skip_all, fields(purchase.id = %party.purchase(), delivery.id = %delivery))]
pub fn confirm(tx: &mut Conn, party: &PurchaseParty, delivery: DeliveryId, now: UtcTime) -> Result<(), DeliverError> {
    let mut whole = store::lock_for_party(tx, party)?;
    let mut budget = budgets::store::lock(tx, party.holder())?;
    let mut journal = Journal::default();
    let this = find(&mut whole.deliveries, delivery)?;
    match this.state {
        DeliveryState::Confirmed => return Ok(()),
        DeliveryState::Disputed => return Err(DeliverError::Answered(this.state)),
        DeliveryState::Recorded => {}
    }
    let by = party.holder().who().person();
    this.confirm(&whole.purchase, &mut budget, by, now, &mut journal)
        .ok_or(diesel::result::Error::RollbackTransaction)?;
    let before = whole.purchase.state;
    move_on(&mut whole.purchase, &whole.deliveries, &whole.invoices, now, &mut journal)?;
    if nothing_is_open(&whole) {
        let payer = who_pays(tx, &budget, &whole.purchase, now)?;
        let invoice = Invoice::issue(&whole.purchase, &mut whole.deliveries, payer, now, &mut journal);
        store::insert_invoices(tx, invoice.as_slice())?;
    }
    store::update_deliveries(tx, &whole.deliveries)?;
    if whole.purchase.state != before {
        store::update_state(tx, &whole.purchase)?;
    }
    store::record(tx, &journal)?;
    Ok(noted(tx, party, Deed::ConfirmedADeliveryOf, &whole, now)?)
}

/// Disputes a delivery: nothing is paid for it.
#[tracing::instrument(skip_all, fields(purchase.id = %party.purchase(), delivery.id = %delivery))]
pub fn dispute(
    tx: &mut Conn,
    party: &PurchaseParty,
    delivery: DeliveryId,
    why: &str,
    now: UtcTime,
) -> Result<(), DeliverError> {
    let why = why.trim();
    if why.is_empty() || why.chars().count() > 500 {
        return Err(DeliverError::NoReason);
    }
    let mut whole = store::lock_for_party(tx, party)?;
    let mut budget = budgets::store::lock(tx, party.holder())?;
    let mut journal = Journal::default();
    let this = find(&mut whole.deliveries, delivery)?;
    match this.state {
        DeliveryState::Disputed => return Ok(()),
        DeliveryState::Confirmed => return Err(DeliverError::Answered(this.state)),
        DeliveryState::Recorded => {}
    }
    let said = (party.holder().who().person(), why.to_owned());
    this.dispute(&whole.purchase, &mut budget, said, now, &mut journal)
        .ok_or(diesel::result::Error::RollbackTransaction)?;
    if nothing_is_open(&whole) {
        let payer = who_pays(tx, &budget, &whole.purchase, now)?;
        let invoice = Invoice::issue(&whole.purchase, &mut whole.deliveries, payer, now, &mut journal);
        store::insert_invoices(tx, invoice.as_slice())?;
    }
    store::update_deliveries(tx, &whole.deliveries)?;
    store::record(tx, &journal)?;
    Ok(noted(tx, party, Deed::DisputedADeliveryOf, &whole, now)?)
}

fn noted(
    tx: &mut Conn,
    party: &PurchaseParty,
    deed: Deed,
    whole: &WholePurchase,
    now: UtcTime,
) -> Result<(), diesel::result::Error> {
    let purchase = (What::Purchase, whole.purchase.id.as_str());
    let entry = Entry::new(party.holder(), (deed, Why::ForOneself), whole.purchase.person_id, purchase, now);
    audit::record(tx, &[entry])
}

/// Whether nothing more will come: all is confirmed, or the purchase was called off and every delivery answered.
#[must_use]
pub fn nothing_is_open(whole: &WholePurchase) -> bool {
    let answered = whole.deliveries.iter().all(|delivery| delivery.state != DeliveryState::Recorded);
    match whole.purchase.state {
        PurchaseState::Delivered => true,
        PurchaseState::Cancelled => answered,
        _ => false,
    }
}

fn find(deliveries: &mut [Delivery], wanted: DeliveryId) -> Result<&mut Delivery, DeliverError> {
    let found = deliveries.iter_mut().find(|delivery| delivery.id == wanted);
    Ok(found.ok_or(diesel::result::Error::NotFound)?)
}
