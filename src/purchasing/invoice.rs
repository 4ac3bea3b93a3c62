//! The verbs: a provider asks for what is confirmed; a finance officer pays.

use crate::audit::{self, Actor, Deed, Entry, What, Why};
use crate::budgets;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::AppError;
use crate::identity::{FinanceOfficer, ProviderMember};
use crate::ids::{AuthorityId, InvoiceId, PersonId, PurchaseId};
use crate::payments;

use super::purchase::{Invoice, Journal, move_on};
use super::state::{IllegalStep, InvoiceState};
use super::store::{self, WholePurchase};

/// Why an invoice was not issued or settled.
#[derive(Debug, thiserror::Error)]
pub enum InvoiceError {
    /// Everything confirmed is on an invoice already.
    #[error("there is nothing to invoice yet: the person has to confirm a delivery first")]
    NothingConfirmed,
    /// A payment run pays it.
    #[error("this invoice is part of a payment run, which pays it")]
    InARun,
    /// It is paid.
    #[error("this invoice is paid already")]
    PaidAlready,
    /// It is not paid, so that no payment can have failed.
    #[error("this invoice is not paid")]
    NotPaid,
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
            InvoiceError::InARun => Self::refused("in-a-run", error),
            InvoiceError::PaidAlready | InvoiceError::NotPaid | InvoiceError::IllegalStep(_) => {
                Self::refused("not-now", error)
            }
        }
    }
}

/// Who pays: a finance officer, or a payment run in the name of who approved it.
#[derive(Clone, Debug)]
pub struct Payer {
    /// Whose money.
    pub authority: AuthorityId,
    /// Who.
    pub person: PersonId,
    /// In which role, for the person whose purchase it is.
    pub actor: Actor,
}

impl From<&FinanceOfficer> for Payer {
    fn from(officer: &FinanceOfficer) -> Self {
        Self { authority: officer.authority(), person: officer.who().person(), actor: officer.into() }
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

/// Settles an invoice: owed → paid. Settling it again changes nothing; one that a payment run pays is left to it.
#[tracing::instrument(skip_all, fields(invoice.id = %invoice))]
pub fn settle(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    invoice: InvoiceId,
    now: UtcTime,
) -> Result<Invoice, InvoiceError> {
    let payer = Payer::from(officer);
    let whole = store::lock_for_payment(tx, payer.authority, invoice)?;
    if let Some(settled) = whole.invoices.iter().find(|each| each.id == invoice && each.state == InvoiceState::Settled)
    {
        return Ok(settled.clone());
    }
    if payments::store::is_in_a_run(tx, invoice)? {
        return Err(InvoiceError::InARun);
    }
    pay(tx, &payer, whole, invoice, now)
}

/// Settles an invoice for the payment run that pays it.
pub fn settle_in_run(tx: &mut Conn, payer: &Payer, invoice: InvoiceId, now: UtcTime) -> Result<Invoice, InvoiceError> {
    let whole = store::lock_for_payment(tx, payer.authority, invoice)?;
    if whole.invoices.iter().any(|each| each.id == invoice && each.state == InvoiceState::Settled) {
        return Err(InvoiceError::PaidAlready);
    }
    pay(tx, payer, whole, invoice, now)
}

fn pay(
    tx: &mut Conn,
    payer: &Payer,
    mut whole: WholePurchase,
    invoice: InvoiceId,
    now: UtcTime,
) -> Result<Invoice, InvoiceError> {
    let purchase = &mut whole.purchase;
    let mut budget = budgets::store::lock_of(tx, purchase.authority_id, purchase.budget_id)?;
    let this = whole.invoices.iter_mut().find(|each| each.id == invoice).ok_or(diesel::result::Error::NotFound)?;
    let mut journal = Journal::default();
    this.settle(&mut budget, Some(payer.person), now, &mut journal)
        .ok_or(diesel::result::Error::RollbackTransaction)?;
    let settled = this.clone();
    let before = purchase.state;
    move_on(purchase, &whole.deliveries, &whole.invoices, now, &mut journal)?;
    store::again(tx, purchase, &mut journal)?;
    store::update_invoice(tx, &settled)?;
    if purchase.state != before {
        store::update_state(tx, purchase)?;
    }
    store::record(tx, &journal)?;
    let (whose, purchase) = (purchase.person_id, (What::Purchase, purchase.id.as_str()));
    audit::record(tx, &[Entry::new(payer.actor.clone(), (Deed::Paid, Why::ToPayInvoices), whose, purchase, now)])?;
    Ok(settled)
}

/// The bank did not pay: the money goes back from paid to owed by a transfer, and the invoice is due again.
#[tracing::instrument(skip_all, fields(invoice.id = %invoice))]
pub fn payment_failed(tx: &mut Conn, payer: &Payer, invoice: InvoiceId, now: UtcTime) -> Result<Invoice, InvoiceError> {
    let mut whole = store::lock_for_payment(tx, payer.authority, invoice)?;
    let purchase = &mut whole.purchase;
    let mut budget = budgets::store::lock_of(tx, purchase.authority_id, purchase.budget_id)?;
    let this = whole.invoices.iter_mut().find(|each| each.id == invoice).ok_or(diesel::result::Error::NotFound)?;
    let mut journal = Journal::default();
    this.unsettle(&mut budget, Some(payer.person), now, &mut journal).ok_or(InvoiceError::NotPaid)?;
    let due_again = this.clone();
    let before = purchase.state;
    purchase.payment_failed(now, &mut journal)?;
    store::again(tx, purchase, &mut journal)?;
    store::update_invoice(tx, &due_again)?;
    if purchase.state != before {
        store::update_state(tx, purchase)?;
    }
    store::record(tx, &journal)?;
    let (whose, purchase) = (purchase.person_id, (What::Purchase, purchase.id.as_str()));
    let done = (Deed::TurnedBack, Why::ToPayInvoices);
    audit::record(tx, &[Entry::new(payer.actor.clone(), done, whose, purchase, now)])?;
    Ok(due_again)
}
