//! The verbs: a finance officer lists what is due, or takes a run back that nobody has approved.

use chrono::{Days, NaiveDate};

use crate::budgets::FundingRoute;
use crate::clock::{UtcTime, day};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::FinanceOfficer;
use crate::ids::{PaymentRunId, SubmissionKey};

use super::run::{Run, RunState};
use super::store;

/// A run to be made.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Of one deployment option; none for all.
    pub funding_route: Option<FundingRoute>,
    /// The day on which the bank should pay.
    pub pay_on: NaiveDate,
    /// The form or request that it came in: sending it again makes no other run.
    pub key: SubmissionKey,
}

/// Why a run was not made or taken back.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// A day that was, or far away.
    #[error("choose a day to pay that is today or within the next 60 days")]
    Day,
    /// There is nothing to pay.
    #[error("nothing is due that can be paid: {0}")]
    NothingDue(String),
    /// Somebody approved it already.
    #[error("this run was approved already, so it cannot be taken back")]
    Approved,
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<MakeError> for AppError {
    fn from(error: MakeError) -> Self {
        match error {
            MakeError::Database(cause) => cause.into(),
            MakeError::Day => {
                let message = "Choose a day to pay that is today or within the next 60 days.";
                Self::invalid(vec![FieldError::new("pay_on", message)])
            }
            MakeError::NothingDue(_) => Self::refused("nothing-due", error),
            MakeError::Approved => Self::refused("not-now", error),
        }
    }
}

/// Lists everything that is due and can be paid. A run started twice is the same run: by its key, or because one of the same
/// option still waits to be approved.
#[tracing::instrument(skip_all, fields(authority.id = %officer.authority()))]
pub fn make(tx: &mut Conn, officer: &FinanceOfficer, wanted: &Wanted, now: UtcTime) -> Result<Run, MakeError> {
    let today = day(now);
    let number = store::lock_numbers(tx, officer.authority(), now)?; // others who make a run wait here
    if let Some(run) = store::run_by_key(tx, officer.authority(), wanted.key)? {
        return Ok(run);
    }
    if let Some(run) = store::run_that_waits(tx, officer.authority(), wanted.funding_route)? {
        return Ok(run);
    }
    if wanted.pay_on < today || wanted.pay_on > today + Days::new(60) {
        return Err(MakeError::Day);
    }
    let id = PaymentRunId::new();
    store::insert_run(tx, officer, id, number, wanted, now)?;
    store::insert_lines(tx, officer.authority(), id, wanted.funding_route)?;
    let run = store::sum_up(tx, officer.authority(), id, wanted.funding_route)?;
    if run.line_count == 0 {
        let why = match run.left_out {
            0 => "there is no invoice that waits".to_owned(),
            1 => "1 invoice waits, and its provider has given no bank account".to_owned(),
            more => format!("{more} invoices wait, and their providers have given no bank account"),
        };
        return Err(MakeError::NothingDue(why));
    }
    store::note_step(tx, &run, "made", officer.who().person(), "", now)?;
    Ok(run)
}

/// Takes a run back before anybody has approved it: its invoices are due for another.
#[tracing::instrument(skip_all, fields(run.id = %id))]
pub fn withdraw(tx: &mut Conn, officer: &FinanceOfficer, id: PaymentRunId, now: UtcTime) -> Result<Run, MakeError> {
    let run = store::lock_run(tx, officer.authority(), id)?;
    match run.state {
        RunState::Withdrawn => return Ok(run),
        RunState::Made => {}
        RunState::Approved | RunState::Settled => return Err(MakeError::Approved),
    }
    store::drop_lines(tx, &run)?;
    store::set_state(tx, &run, RunState::Withdrawn)?;
    store::note_step(tx, &run, "withdrawn", officer.who().person(), "", now)?;
    Ok(Run { state: RunState::Withdrawn, ..run })
}
