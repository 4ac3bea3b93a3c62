//! The verbs: a provider asks for what is confirmed; it is paid.
//!
//! Each invoice is paid from the part of the budget that the purchase was made from, as that is held when the invoice
//! arises. What the council holds it pays itself, in a run or one by one. What it has handed over is paid by whoever holds
//! it: they say that they have paid, or the provider says that the money came.

use crate::audit::{self, Actor, Deed, Entry, What, Why};
use crate::budgets::{self, Budget, FundingRoute, terms};
use crate::clock::{UtcTime, day};
use crate::db::Conn;
use crate::error::AppError;
use crate::identity::{FinanceOfficer, ProviderMember, PurchaseParty};
use crate::ids::{AuthorityId, InvoiceId, PersonId, PurchaseId};
use crate::money::Money;
use crate::payments;

use super::purchase::{Invoice, Journal, Purchase, move_on};
use super::state::{IllegalStep, InvoiceState, PaidBy};
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
    /// The council has handed so much over that the rest does not pay it.
    #[error(
        "the council holds {0} of this budget: the rest was handed over, and this invoice is to be paid from that. Money that \
         comes back is entered on the budget's page"
    )]
    HandedOver(Money),
    /// What the council holds, it pays itself.
    #[error("the council holds this money, so the council pays this invoice")]
    PaidByTheCouncil,
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
            InvoiceError::HandedOver(_) => Self::refused("handed-over", error),
            InvoiceError::PaidByTheCouncil => Self::refused("paid-by-the-council", error),
            InvoiceError::PaidAlready | InvoiceError::NotPaid | InvoiceError::IllegalStep(_) => {
                Self::refused("not-now", error)
            }
        }
    }
}

/// Who pays: a finance officer, a payment run in the name of who approved it, or whoever says that the holder has paid.
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
    let budget = budgets::store::read_of(tx, whole.purchase.authority_id, whole.purchase.budget_id)?;
    let payer = who_pays(tx, &budget, &whole.purchase, now)?;
    let invoice = Invoice::issue(&whole.purchase, &mut whole.deliveries, payer, now, &mut journal)
        .ok_or(InvoiceError::NothingConfirmed)?;
    store::insert_invoices(tx, std::slice::from_ref(&invoice))?;
    store::update_deliveries(tx, &whole.deliveries)?;
    store::record(tx, &journal)?;
    let (whose, purchase) = (whole.purchase.person_id, (What::Purchase, whole.purchase.id.as_str()));
    audit::record(tx, &[Entry::new(member, (Deed::SentAnInvoiceFor, Why::ToBePaid), whose, purchase, now)])?;
    Ok(invoice)
}

/// From money that is held in which way an invoice is to be paid that arises now: as the purchase was made, while the budget
/// is still held in that way too; else as most of it is held today.
pub(super) fn who_pays(
    tx: &mut Conn,
    budget: &Budget,
    purchase: &Purchase,
    now: UtcTime,
) -> Result<FundingRoute, diesel::result::Error> {
    let bought = purchase.funding_route;
    if bought == budget.funding_route {
        return Ok(bought);
    }
    let all = budgets::store::terms(tx, budget.authority, budget.id)?;
    let today = terms::on(&all, day(now).clamp(budget.starts_on, budget.ends_on));
    let still = today.is_some_and(|held| held.is_held(bought));
    Ok(if still { bought } else { budget.funding_route })
}

/// Settles an invoice: owed → paid. Settling it again changes nothing; one that a payment run pays is left to it. An invoice
/// that a holder is to pay may be paid by the council too, as long as it has not handed the money over.
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
    pay(tx, (&payer, PaidBy::Council), whole, invoice, now)
}

/// Settles an invoice for the payment run that pays it.
pub fn settle_in_run(tx: &mut Conn, payer: &Payer, invoice: InvoiceId, now: UtcTime) -> Result<Invoice, InvoiceError> {
    let whole = store::lock_for_payment(tx, payer.authority, invoice)?;
    if whole.invoices.iter().any(|each| each.id == invoice && each.state == InvoiceState::Settled) {
        return Err(InvoiceError::PaidAlready);
    }
    pay(tx, (payer, PaidBy::Council), whole, invoice, now)
}

/// Whoever may speak for the holder says that they have paid an invoice. Saying it again changes nothing.
#[tracing::instrument(skip_all, fields(invoice.id = %invoice))]
pub fn say_paid(
    tx: &mut Conn,
    party: &PurchaseParty,
    invoice: InvoiceId,
    now: UtcTime,
) -> Result<Invoice, InvoiceError> {
    let whole = store::lock_for_party(tx, party)?;
    let (authority, person) = (whole.purchase.authority_id, party.holder().who().person());
    pay_from_what_is_held(tx, &Payer { authority, person, actor: party.holder().into() }, whole, invoice, now)
}

/// The provider says that whoever holds the money has paid an invoice. Saying it again changes nothing.
#[tracing::instrument(skip_all, fields(invoice.id = %invoice))]
pub fn say_received(
    tx: &mut Conn,
    member: &ProviderMember,
    (purchase, invoice): (PurchaseId, InvoiceId),
    now: UtcTime,
) -> Result<Invoice, InvoiceError> {
    let whole = store::lock_for_member(tx, member, purchase)?;
    let (authority, person) = (whole.purchase.authority_id, member.who().person());
    pay_from_what_is_held(tx, &Payer { authority, person, actor: member.into() }, whole, invoice, now)
}

fn pay_from_what_is_held(
    tx: &mut Conn,
    payer: &Payer,
    whole: WholePurchase,
    invoice: InvoiceId,
    now: UtcTime,
) -> Result<Invoice, InvoiceError> {
    let this = whole.invoices.iter().find(|each| each.id == invoice).ok_or(diesel::result::Error::NotFound)?;
    if this.state == InvoiceState::Settled {
        return Ok(this.clone());
    }
    if this.funding_route.is_paid_by_the_council() {
        return Err(InvoiceError::PaidByTheCouncil);
    }
    if payments::store::is_in_a_run(tx, invoice)? {
        return Err(InvoiceError::InARun);
    }
    pay(tx, (payer, PaidBy::Holder), whole, invoice, now)
}

fn pay(
    tx: &mut Conn,
    (payer, paid_by): (&Payer, PaidBy),
    mut whole: WholePurchase,
    invoice: InvoiceId,
    now: UtcTime,
) -> Result<Invoice, InvoiceError> {
    let purchase = &mut whole.purchase;
    let mut budget = budgets::store::lock_of(tx, purchase.authority_id, purchase.budget_id)?;
    let this = whole.invoices.iter_mut().find(|each| each.id == invoice).ok_or(diesel::result::Error::NotFound)?;
    if paid_by == PaidBy::Council && !budget.council_may_pay(this.amount_pence) {
        return Err(InvoiceError::HandedOver(budget.with_the_council()));
    }
    let mut journal = Journal::default();
    this.settle(&mut budget, (paid_by, Some(payer.person)), now, &mut journal)
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
