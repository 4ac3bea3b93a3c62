//! The states, as tables that can be read.

use crate::db::text_enum;

text_enum! {
    /// Where a purchase stands.
    pub enum PurchaseState {
        /// Asked for; the money is committed.
        Requested = "requested",
        /// The provider said yes.
        Agreed = "agreed",
        /// The provider said no; the money is back.
        Declined = "declined",
        /// The holder called it off; what was not delivered is back.
        Cancelled = "cancelled",
        /// Everything was delivered and confirmed.
        Delivered = "delivered",
        /// Everything was paid.
        Settled = "settled",
    }
}

text_enum! {
    /// What moves a purchase.
    pub enum PurchaseEvent {
        /// The holder asks.
        HolderRequests = "requested",
        /// The provider says yes.
        ProviderAgrees = "agreed",
        /// The provider says no.
        ProviderDeclines = "declined",
        /// The holder calls it off.
        HolderCancels = "cancelled",
        /// The last unit was confirmed.
        AllConfirmed = "delivered",
        /// The last invoice was paid.
        AllPaid = "settled",
        /// The bank did not pay after all.
        PaymentFailed = "payment failed",
    }
}

text_enum! {
    /// Where a delivery stands.
    pub enum DeliveryState {
        /// The provider says that it happened.
        Recorded = "recorded",
        /// The holder says so too.
        Confirmed = "confirmed",
        /// The holder says otherwise.
        Disputed = "disputed",
    }
}

text_enum! {
    /// Where an invoice stands.
    pub enum InvoiceState {
        /// To be paid.
        Issued = "issued",
        /// Paid.
        Settled = "settled",
    }
}

text_enum! {
    /// Who paid an invoice.
    pub enum PaidBy {
        /// The council, out of what it holds.
        Council = "council",
        /// Whoever holds the money: the person, a third party, a trust, a broker, the provider of a service fund.
        Holder = "holder",
    }
}

/// A step that is not in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this purchase is {from}, so it cannot become {}", .event.as_str())]
pub struct IllegalStep {
    /// Where it stands.
    pub from: PurchaseState,
    /// What was tried.
    pub event: PurchaseEvent,
}

impl PurchaseState {
    /// The only way a purchase moves. Read it as the diagram.
    pub fn after(self, event: PurchaseEvent) -> Result<Self, IllegalStep> {
        use PurchaseEvent::{AllConfirmed, AllPaid, HolderCancels, PaymentFailed, ProviderAgrees, ProviderDeclines};
        use PurchaseState::{Agreed, Cancelled, Declined, Delivered, Requested, Settled};
        match (self, event) {
            (Requested, ProviderAgrees) => Ok(Agreed),
            (Requested, ProviderDeclines) => Ok(Declined),
            (Requested | Agreed, HolderCancels) => Ok(Cancelled),
            (Agreed, AllConfirmed) => Ok(Delivered),
            (Delivered, AllPaid) => Ok(Settled),
            (Settled, PaymentFailed) => Ok(Delivered),
            (from, event) => Err(IllegalStep { from, event }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_table() {
        let mut table = String::new();
        for from in PurchaseState::ALL {
            for event in PurchaseEvent::ALL {
                if let Ok(to) = from.after(*event) {
                    table.push_str(&format!("{from} --{event:?}--> {to}\n"));
                }
            }
        }
        insta::assert_snapshot!(table, @r"
        requested --ProviderAgrees--> agreed
        requested --ProviderDeclines--> declined
        requested --HolderCancels--> cancelled
        agreed --HolderCancels--> cancelled
        agreed --AllConfirmed--> delivered
        delivered --AllPaid--> settled
        settled --PaymentFailed--> delivered
        ");
    }
}
