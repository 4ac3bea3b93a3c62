//! Buying: from a request to a settled invoice.
//!
//! A *purchase* is a budget holder's request to one provider for so many units of one service at the price on offer
//! when they asked.
//!
//! - The money is committed when the purchase is requested, and comes back if the provider declines or the holder
//!   cancels; what was delivered and confirmed is owed; a settled invoice is paid.
//! - Pressing **Buy** twice buys once.
//! - Silence never means consent: only the budget holder confirms a delivery.
//! - A disputed delivery is not paid; the provider may record it again, put right.
//! - What the council holds of a budget, it pays itself; what it has handed over, whoever holds it pays, and says so.
//! - An invoice arises when everything that was bought is confirmed, or earlier when the provider asks for it.
//!
//! Who: [`BudgetHolder`] buys; [`PurchaseParty`] cancels, confirms and disputes; [`ProviderMember`] agrees, declines,
//! records deliveries and invoices; [`FinanceOfficer`] settles. Care Act 2014 s.26, s.31; seeds/002 Shop 4 Support.
//!
//! [`BudgetHolder`]: crate::identity::BudgetHolder
//! [`PurchaseParty`]: crate::identity::PurchaseParty
//! [`ProviderMember`]: crate::identity::ProviderMember
//! [`FinanceOfficer`]: crate::identity::FinanceOfficer

mod answer;
pub mod api;
mod buy;
mod cancel;
mod deliver;
mod fact;
pub mod finance_pages;
mod invoice;
pub mod pages;
pub mod provider_pages;
mod purchase;
mod shown;
mod state;
pub mod store;
pub mod verify;
pub mod views;

pub use answer::{AnswerError, agree, decline};
pub use buy::{BuyError, Request, buy};
pub use cancel::{CancelError, cancel};
pub use deliver::{DeliverError, Delivered, confirm, dispute, nothing_is_open, record_delivery};
pub use fact::PurchaseFact;
pub use invoice::{InvoiceError, Payer, issue_invoice, payment_failed, say_paid, say_received, settle, settle_in_run};
pub use purchase::{Asked, Delivery, Home, Invoice, Journal, Purchase, Step, move_on};
pub use shown::invoice_number;
pub use state::{DeliveryState, IllegalStep, InvoiceState, PaidBy, PurchaseEvent, PurchaseState};
