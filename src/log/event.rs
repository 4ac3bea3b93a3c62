//! The noun: one thing that happened.

use serde::Serialize;

use crate::clock::UtcTime;
use crate::db::text_enum;
use crate::ids::AuthorityId;

use super::Position;

text_enum! {
    /// What kind of thing happened.
    pub enum EventKind {
        /// A service appeared in the catalogue or changed; the subject is the service.
        ServiceChanged = "service changed",
        /// A budget was opened; the subject is the budget.
        BudgetOpened = "budget opened",
        /// A purchase was requested; the subject is the purchase.
        PurchaseRequested = "purchase requested",
        /// The provider agreed; the subject is the purchase.
        PurchaseAgreed = "purchase agreed",
        /// The provider declined; the subject is the purchase.
        PurchaseDeclined = "purchase declined",
        /// The budget holder cancelled; the subject is the purchase.
        PurchaseCancelled = "purchase cancelled",
        /// The provider recorded a delivery; the subject is the delivery.
        DeliveryRecorded = "delivery recorded",
        /// The budget holder confirmed it; the subject is the delivery.
        DeliveryConfirmed = "delivery confirmed",
        /// The budget holder disputed it; the subject is the delivery.
        DeliveryDisputed = "delivery disputed",
        /// An invoice arose; the subject is the invoice.
        InvoiceIssued = "invoice issued",
        /// An invoice was paid; the subject is the invoice.
        InvoiceSettled = "invoice settled",
        /// Its payment failed, and it is due again; the subject is the invoice.
        InvoiceReturned = "invoice returned",
        /// A review was written or changed; the subject is the service.
        ReviewWritten = "review written",
        /// Somebody said that they looked for something and did not find it; the subject is the wish.
        SupportWanted = "support wanted",
    }
}

/// An event on its way into the log.
#[derive(Debug)]
pub struct NewEvent {
    /// Whose it is; none for the national catalogue.
    pub authority: Option<AuthorityId>,
    /// What happened.
    pub kind: EventKind,
    /// To what: an id.
    pub subject: String,
    /// What followers need to know of it, as JSON.
    pub detail: String,
    /// When.
    pub at: UtcTime,
}

impl NewEvent {
    /// An event whose followers need no more than its subject.
    #[must_use]
    pub fn plain(authority: Option<AuthorityId>, kind: EventKind, subject: &impl ToString, at: UtcTime) -> Self {
        Self { authority, kind, subject: subject.to_string(), detail: "{}".into(), at }
    }

    /// An event that carries a fact for its followers.
    #[must_use]
    pub fn with(self, fact: &impl Serialize) -> Self {
        Self { detail: serde_json::to_string(fact).unwrap_or_default(), ..self }
    }
}

/// An event as followers read it.
#[derive(Debug)]
pub struct Event {
    /// Where it stands in the log.
    pub position: Position,
    /// What happened.
    pub kind: EventKind,
    /// To what: an id.
    pub subject: String,
    /// The fact it carries, as JSON.
    pub detail: String,
}
