//! The verbs: a provider asks for what is confirmed; a finance officer pays.

use crate::audit::{self, Deed, Entry, What, Why};
use crate::budgets;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::AppError;
use crate::identity::{FinanceOfficer, ProviderMember};
use crate::ids::{InvoiceId, PurchaseId};

use super::purchase::{Invoice, Journal, move_on};
use super::state::{IllegalStep, InvoiceState};
use super::store;

/// Why an invoice was not issued or settled.
#[derive(Debug, thiserror::Error)]
pub enum InvoiceError {
    /// Everything confirmed is on an invoice already.
    #[error("there is nothing to invoice yet: the person has to confirm a delivery first")]
    NothingConfirmed,
    /// A step outside the diagram.
    #[error(transparent)]
    IllegalStep(#[from] IllegalStep),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<InvoiceError> for AppError {
    fn from(error: InvoiceError) -> Self {
        match error {
            InvoiceError::Database(cause) => cause.into(),
            InvoiceError::NothingConfirmed => Self::refused("nothing-to-invoice", error),
            InvoiceError::IllegalStep(_) => Self::refused("not-now", error),
        }
    }
}

/// Issues an invoice for what is confirmed so far.
#[tracing::instrument(skip_all, fields(purchase.id = %purchase))]
pub fn issue_invoice(
    tx: &mut Conn,
    member: &ProviderMember,
    purchase: PurchaseId,
    now: UtcTime,
) -> Result<Invoice, InvoiceError> {
    let mut whole = store::lock_for_member(tx, member, purchase)?;
    let mut journal = Journal::default();
    let invoice = Invoice::issue(&whole.purchase, &mut whole.deliveries, now, &mut journal)
        .ok_or(InvoiceError::NothingConfirmed)?;
    store::insert_invoices(tx, std::slice::from_ref(&invoice))?;
    store::update_deliveries(tx, &whole.deliveries)?;
    store::record(tx, &journal)?;
    let (whose, purchase) = (whole.purchase.person_id, (What::Purchase, whole.purchase.id.as_str()));
    audit::record(tx, &[Entry::new(member, (Deed::SentAnInvoiceFor, Why::ToBePaid), whose, purchase, now)])?;
    Ok(invoice)
}

/// Settles an invoice: owed → paid. Settling it again changes nothing.
#[tracing::instrument(skip_all, fields(invoice.id = %invoice))]
pub fn settle(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    invoice: InvoiceId,
    now: UtcTime,
) -> Result<Invoice, InvoiceError> {
    let mut whole = store::lock_for_officer(tx, officer, invoice)?;
    let purchase = &mut whole.purchase;
    let mut budget = budgets::store::lock_of(tx, purchase.authority_id, purchase.budget_id)?;
    let this = whole.invoices.iter_mut().find(|each| each.id == invoice).ok_or(diesel::result::Error::NotFound)?;
    if this.state == InvoiceState::Settled {
        return Ok(this.clone());
    }
    let mut journal = Journal::default();
    this.settle(&mut budget, Some(officer.who().person()), now, &mut journal)
        .ok_or(diesel::result::Error::RollbackTransaction)?;
    let settled = this.clone();
    let before = purchase.state;
    move_on(purchase, &whole.deliveries, &whole.invoices, now, &mut journal)?;
    store::update_invoice(tx, &settled)?;
    if purchase.state != before {
        store::update_state(tx, purchase)?;
    }
    store::record(tx, &journal)?;
    let (whose, purchase) = (purchase.person_id, (What::Purchase, purchase.id.as_str()));
    audit::record(tx, &[Entry::new(officer, (Deed::Paid, Why::ToPayInvoices), whose, purchase, now)])?;
    Ok(settled)
}
