//! The verbs: a finance officer lists what is due by the day to pay, or takes a run back that nobody has approved.

use chrono::{Days, NaiveDate};

use crate::budgets::FundingRoute;
use crate::clock::{UtcTime, day};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::FinanceOfficer;
use crate::ids::{PaymentRunId, SubmissionKey};

use super::due::holders_due;
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
    let left_out = list(tx, officer, id, wanted)?;
    let run = store::sum_up(tx, id, left_out)?;
    if run.line_count == 0 {
        let why = match run.left_out {
            0 => "nothing waits".to_owned(),
            1 => "1 payment waits, and nobody has given a bank account for it".to_owned(),
            more => format!("{more} payments wait, and nobody has given a bank account for them"),
        };
        return Err(MakeError::NothingDue(why));
    }
    store::note_step(tx, &run, "made", officer.who().person(), "", now)?;
    Ok(run)
}

/// Writes the lines of a run: invoices that the council pays, then holders, some budgets at a time; how many are left out.
fn list(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    run: PaymentRunId,
    wanted: &Wanted,
) -> Result<i64, diesel::result::Error> {
    let authority = officer.authority();
    let mut left_out = 0;
    let mut last = 0;
    if wanted.funding_route.is_none_or(FundingRoute::is_paid_by_the_council) {
        last = i64::try_from(store::insert_invoices(tx, authority, run)?).unwrap_or(0);
        left_out += store::without_account(tx, authority)?.iter().map(|(_, _, invoices, _)| invoices).sum::<i64>();
    }
    if wanted.funding_route.is_some_and(FundingRoute::is_paid_by_the_council) {
        return Ok(left_out);
    }
    let mut after = None;
    loop {
        let (due, next) = holders_due(tx, authority, (wanted.funding_route, wanted.pay_on), after)?;
        let without = due.iter().filter(|each| each.account.is_none()).count();
        left_out += i64::try_from(without).unwrap_or(0);
        last = store::insert_holders(tx, run, last, &due)?;
        after = next;
        if after.is_none() {
            return Ok(left_out);
        }
    }
}

/// Takes a run back before anybody has approved it: what it lists is due for another.
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
