//! The verbs: a second person approves a run; then its lines are settled, some at a time.

use crate::audit::{self, Actor, Deed, Entry, What, Why};
use crate::budgets::{self, FundingRoute, Handing, MoneyError};
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::AppError;
use crate::identity::{FinanceOfficer, RoleName};
use crate::ids::{BudgetId, InvoiceId, PaymentRunId};
use crate::money::Money;
use crate::purchasing::{self, InvoiceError, Payer};

use super::run::{Line, LineState, Pays, Run, RunState, reference};
use super::store;

/// Why a run was not approved.
#[derive(Debug, thiserror::Error)]
pub enum ApproveError {
    /// One person alone never pays.
    #[error("you made this run, so somebody else has to approve it")]
    SamePerson,
    /// It was taken back.
    #[error("this run was taken back")]
    Withdrawn,
    /// It is not what the approver saw.
    #[error("this run has changed since you opened it. Look at it again")]
    AnotherTotal,
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<ApproveError> for AppError {
    fn from(error: ApproveError) -> Self {
        match error {
            ApproveError::Database(cause) => cause.into(),
            ApproveError::SamePerson => Self::refused("second-person", error),
            ApproveError::Withdrawn => Self::refused("not-now", error),
            ApproveError::AnotherTotal => Self::refused("another-total", error),
        }
    }
}

/// Why lines were not settled.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// An invoice could not be settled.
    #[error(transparent)]
    Invoice(#[from] InvoiceError),
    /// Money could not be handed over, or brought back.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<SettleError> for AppError {
    fn from(error: SettleError) -> Self {
        match error {
            SettleError::Invoice(cause) => cause.into(),
            SettleError::Money(cause) => cause.into(),
            SettleError::Database(cause) => cause.into(),
        }
    }
}

/// Approves a run of exactly this total, which is what the second person has looked at. Approving again changes nothing.
#[tracing::instrument(skip_all, fields(run.id = %id))]
pub fn approve(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    id: PaymentRunId,
    total: Money,
    now: UtcTime,
) -> Result<Run, ApproveError> {
    let run = store::lock_run(tx, officer.authority(), id)?;
    match run.state {
        RunState::Withdrawn => return Err(ApproveError::Withdrawn),
        RunState::Approved | RunState::Settled => return Ok(run),
        RunState::Made => {}
    }
    if run.made_by == officer.who().person() {
        return Err(ApproveError::SamePerson);
    }
    if run.total_pence != total {
        return Err(ApproveError::AnotherTotal);
    }
    store::set_approved(tx, &run, officer.who().person(), now)?;
    store::note_step(tx, &run, "approved", officer.who().person(), "", now)?;
    Ok(Run { state: RunState::Approved, approved_by: Some(officer.who().person()), approved_at: Some(now), ..run })
}

fn pay_invoice(
    tx: &mut Conn,
    run: &Run,
    payer: &Payer,
    (line, invoice): (&Line, InvoiceId),
    now: UtcTime,
) -> Result<(), SettleError> {
    match purchasing::settle_in_run(tx, payer, invoice, now) {
        Ok(_) => Ok(store::set_line(tx, line, LineState::Sent, None)?),
        // Paid in another way meanwhile: it is not paid twice.
        Err(InvoiceError::PaidAlready) => Ok(drop_line(tx, run, line, "paid in another way")?),
        Err(InvoiceError::HandedOver(_)) => Ok(drop_line(tx, run, line, "the money for it was handed over")?),
        Err(other) => Err(other.into()),
    }
}

fn pay_holders(
    tx: &mut Conn,
    run: &Run,
    payer: &Payer,
    lines: &[(&Line, BudgetId, FundingRoute)],
    now: UtcTime,
) -> Result<(), SettleError> {
    if lines.is_empty() {
        return Ok(());
    }
    let all: Vec<Handing> = lines
        .iter()
        .map(|(line, budget, route)| Handing {
            budget: *budget,
            route: *route,
            amount: line.amount_pence,
            cause: reference(run.number, line.number),
        })
        .collect();
    let office = (run.authority_id, Some(payer.person));
    let done = budgets::hand_over::hand_over(tx, office, &all, run.pay_on, now)?;
    let whose = budgets::store::people_of(tx, &all.iter().map(|each| each.budget).collect::<Vec<_>>())?;
    let mut entries = Vec::with_capacity(all.len());
    for ((line, budget, _), done) in lines.iter().zip(done) {
        if !done {
            drop_line(tx, run, line, "less is due than when it was listed")?;
            continue;
        }
        store::set_line(tx, line, LineState::Sent, None)?;
        if let Some(person) = whose.get(budget) {
            let deed = (Deed::HandedOver, Why::ToPayHolders);
            entries.push(Entry::new(payer.actor.clone(), deed, *person, (What::Budget, budget.as_str()), now));
        }
    }
    Ok(audit::record(tx, &entries)?)
}

/// A line that is not paid after all, and why: it does not count in the run any more.
fn drop_line(tx: &mut Conn, run: &Run, line: &Line, why: &str) -> Result<(), diesel::result::Error> {
    store::set_line(tx, line, LineState::Dropped, Some(why))?;
    store::take_off(tx, run, line.amount_pence)
}

/// Settles the next lines of an approved run; whether there may be more. In the name of who approved it.
pub fn settle_some(tx: &mut Conn, id: PaymentRunId, at_most: i64, now: UtcTime) -> Result<bool, SettleError> {
    let Some(run) = store::lock_approved(tx, id)? else { return Ok(false) };
    let Some(person) = run.approved_by else { return Ok(false) };
    let actor = Actor::in_office(person, RoleName::FinanceOfficer, run.authority_id);
    let payer = Payer { authority: run.authority_id, person, actor };
    let lines = store::lines_at(tx, &run, LineState::Waiting, at_most)?;
    let mut holders = Vec::new();
    for line in &lines {
        match line.pays() {
            Some(Pays::Invoice(invoice)) => pay_invoice(tx, &run, &payer, (line, invoice), now)?,
            Some(Pays::Holder(budget, route)) => holders.push((line, budget, route)),
            None => drop_line(tx, &run, line, "it pays nobody")?,
        }
    }
    pay_holders(tx, &run, &payer, &holders, now)?;
    if i64::try_from(lines.len()).unwrap_or(0) == at_most {
        return Ok(true);
    }
    store::set_settled(tx, &run, now)?;
    Ok(false)
}
