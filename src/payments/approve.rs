//! The verbs: a second person approves a run; then its lines are settled, some at a time.

use crate::audit::Actor;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::AppError;
use crate::identity::{FinanceOfficer, RoleName};
use crate::ids::PaymentRunId;
use crate::money::Money;
use crate::purchasing::{self, InvoiceError, Payer};

use super::run::{LineState, Run, RunState};
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

/// Settles the next lines of an approved run; whether there may be more. In the name of who approved it.
pub fn settle_some(tx: &mut Conn, id: PaymentRunId, at_most: i64, now: UtcTime) -> Result<bool, InvoiceError> {
    let Some(run) = store::lock_approved(tx, id)? else { return Ok(false) };
    let Some(person) = run.approved_by else { return Ok(false) };
    let actor = Actor::in_office(person, RoleName::FinanceOfficer, run.authority_id);
    let payer = Payer { authority: run.authority_id, person, actor };
    let lines = store::lines_at(tx, &run, LineState::Waiting, at_most)?;
    for line in &lines {
        match purchasing::settle_in_run(tx, &payer, line.invoice_id, now) {
            Ok(_) => store::set_line(tx, line, LineState::Sent, None)?,
            // Paid in another way meanwhile: it is not paid twice.
            Err(InvoiceError::PaidAlready) => {
                store::set_line(tx, line, LineState::Dropped, Some("paid in another way"))?;
                store::take_off(tx, &run, line.amount_pence)?;
            }
            Err(other) => return Err(other),
        }
    }
    if i64::try_from(lines.len()).unwrap_or(0) == at_most {
        return Ok(true);
    }
    store::set_settled(tx, &run, now)?;
    Ok(false)
}
