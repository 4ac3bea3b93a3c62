//! The verbs of the parent folder as a finance officer does them: the same rules, with who did it in the person's chain.

use chrono::NaiveDate;

use crate::app::App;
use crate::audit::{self, Deed, Entry, What as Of, Why};
use crate::clock::{UtcTime, day};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::FinanceOfficer;
use crate::ids::{BudgetId, MoneyMoveId, PeriodId, SubmissionKey, TermsId};
use crate::places::settings::{self, Setting};

use super::super::change::{self, Change, Changed};
use super::super::close::{self, Closed};
use super::super::fund::Adjusted;
use super::super::move_money::{self, Move};
use super::super::store::{self as budgets, MoneyMove};
use super::super::{Agreed, Given, MoneyError, give};
use super::store;

/// What was done to a budget, for whoever reads it.
pub(super) fn entry(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    budget: BudgetId,
    deed: Deed,
    now: UtcTime,
) -> Result<Entry, MoneyError> {
    let (authority, person) = budgets::whose(tx, budget)?.ok_or(diesel::result::Error::NotFound)?;
    if authority != officer.authority() {
        return Err(diesel::result::Error::NotFound.into());
    }
    Ok(Entry::new(officer, (deed, Why::ToLookAfterBudgets), person, (Of::Budget, budget.as_str()), now))
}

fn changed(tx: &mut Conn, officer: &FinanceOfficer, budget: BudgetId, now: UtcTime) -> Result<(), MoneyError> {
    let entry = entry(tx, officer, budget, Deed::Changed, now)?;
    Ok(audit::record(tx, &[entry])?)
}

/// Gives a person of the officer's authority an agreed budget.
pub(super) fn gives(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    agreed: &Agreed,
    now: UtcTime,
) -> Result<Given, MoneyError> {
    if !store::is_citizen(tx, officer, agreed.person)? {
        return Err(diesel::result::Error::NotFound.into());
    }
    let given = give(tx, officer.authority(), Some(officer.who().person()), agreed, now)?;
    changed(tx, officer, given.budget, now)?;
    Ok(given)
}

/// Changes a budget from a date on.
pub(super) fn changes(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    budget: BudgetId,
    asked: &Change,
    now: UtcTime,
) -> Result<Changed, MoneyError> {
    changed(tx, officer, budget, now)?;
    change::change(tx, (officer.authority(), budget), Some(officer.who().person()), asked, now)
}

/// Raises a budget's rate from a date on.
pub(super) fn uprates(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    budget: BudgetId,
    from: (NaiveDate, i32),
    now: UtcTime,
) -> Result<Changed, MoneyError> {
    changed(tx, officer, budget, now)?;
    change::uprate(tx, (officer.authority(), budget), Some(officer.who().person()), from, now)
}

/// Raises the rates of the next budgets of the authority from a date on, once for each date; how many were raised, and
/// the last one that was looked at.
fn uprates_some(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    (from, by_percent): (NaiveDate, i32),
    after: Option<BudgetId>,
    now: UtcTime,
) -> Result<(usize, Option<BudgetId>), MoneyError> {
    const AT_ONCE: i64 = 100;
    let next = store::budgets_to_uprate(tx, officer, from, after, AT_ONCE)?;
    let mut raised = 0;
    for budget in &next {
        match uprates(tx, officer, *budget, (from, by_percent), now) {
            Ok(_) => raised += 1,
            // Over by then, or so small that it stays the same.
            Err(MoneyError::OutsideTheBudget(..) | MoneyError::NothingChanges) => {}
            Err(other) => return Err(other),
        }
    }
    let full = i64::try_from(next.len()).is_ok_and(|count| count == AT_ONCE);
    Ok((raised, next.last().copied().filter(|_| full)))
}

/// What is wrong with a rise of all rates: its day, and its share in hundredths of a percent.
pub(super) fn wrong_with_a_rise(from: Option<NaiveDate>, share: Option<i32>, now: UtcTime) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    match from {
        None => wrong.push(FieldError::new("from", "Enter a date, like 2027-04-06.")),
        Some(from) if from < day(now) => wrong.push(FieldError::new("from", "Choose today or a later day.")),
        Some(_) => {}
    }
    if !share.is_some_and(|share| (1..=5_000).contains(&share)) {
        wrong.push(FieldError::new("share", "Enter a percentage of more than 0 and at most 50, like 2.5."));
    }
    wrong
}

/// Raises every budget of the authority that the rise has not reached, a hundred in one transaction: so doing it again after
/// it broke off goes on where it stopped. How many were raised.
pub(super) async fn uprates_all(
    app: &App,
    officer: &FinanceOfficer,
    rise: (NaiveDate, i32),
) -> Result<usize, AppError> {
    let now = app.clock.now();
    let (mut raised, mut after) = (0, None);
    loop {
        let officer = officer.clone();
        let step = app.db.write(move |tx| uprates_some(tx, &officer, rise, after, now).map_err(AppError::from)).await?;
        raised += step.0;
        after = step.1;
        if after.is_none() {
            return Ok(raised);
        }
    }
}

/// Takes back a planned change.
pub(super) fn withdraws(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    budget: BudgetId,
    terms: TermsId,
    now: UtcTime,
) -> Result<Adjusted, MoneyError> {
    changed(tx, officer, budget, now)?;
    change::withdraw(tx, (officer.authority(), budget), Some(officer.who().person()), terms, now)
}

/// Closes a period.
pub(super) fn closes(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    budget: BudgetId,
    period: PeriodId,
    now: UtcTime,
) -> Result<Closed, MoneyError> {
    changed(tx, officer, budget, now)?;
    close::close(tx, (officer.authority(), budget), Some(officer.who().person()), period, now)
}

/// Moves money by hand.
pub(super) fn moves(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    budget: BudgetId,
    asked: &Move,
    now: UtcTime,
) -> Result<MoneyMove, MoneyError> {
    changed(tx, officer, budget, now)?;
    move_money::move_money(tx, (officer.authority(), budget), Some(officer.who().person()), asked, now)
}

/// Turns a move back.
pub(super) fn reverses(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    budget: BudgetId,
    asked: (MoneyMoveId, &str, SubmissionKey),
    now: UtcTime,
) -> Result<MoneyMove, MoneyError> {
    changed(tx, officer, budget, now)?;
    move_money::reverse(tx, (officer.authority(), budget), Some(officer.who().person()), asked, now)
}

/// How amounts are rounded for the officer's authority.
pub(super) fn rounds_to(conn: &mut Conn, officer: &FinanceOfficer) -> diesel::QueryResult<i64> {
    settings::setting(conn, officer.authority(), Setting::RoundToPence)
}
