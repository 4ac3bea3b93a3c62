//! Leon's individual service fund: who holds it, and what came to them every two weeks; and what Amira asks for.

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};

use crate::budgets::shares::Shares;
use crate::budgets::terms::Holder;
use crate::budgets::{self, Change, FundingRoute, Handing, MoneyError, Move, What, move_money};
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::AppError;
use crate::identity::{BudgetReader, ProviderMember, SignedIn};
use crate::ids::{BudgetId, SubmissionKey};
use crate::money::Money;
use crate::places::reference::authority_id;

use super::people::{PEOPLE, TRAFFORD};

/// Writes it, from the first day of the budget that runs now.
pub(super) fn write(tx: &mut Conn, now: UtcTime) -> Result<(), AppError> {
    let authority = authority_id(TRAFFORD);
    let Some(member) = someone(tx, "maureen")?.as_ref().and_then(ProviderMember::find) else { return Ok(()) };
    let provider = member.organization();
    let Some((budget, starts_on)) = running(tx, "leon", now)? else { return Ok(()) };
    let holder = Holder { organization: Some(provider), ..Holder::of(FundingRoute::ServiceFund) };
    let change = Change {
        from: starts_on,
        holders: Some(Shares::all(holder)),
        reason: "Leon chose who holds his money".into(),
        ..Change::default()
    };
    match budgets::change::change(tx, (authority, budget), None, &change, now) {
        Ok(_) | Err(MoneyError::NothingChanges) => {}
        Err(error) => return Err(error.into()),
    }
    let mut day = starts_on;
    while day <= now.date() {
        let at = day.and_time(NaiveTime::MIN) + TimeDelta::hours(9);
        for each in budgets::due::due_of(tx, authority, &[budget], day)? {
            if each.amount > Money::ZERO {
                let what = What::HandOver(each.holder.route);
                let key = SubmissionKey::named(&format!("{budget} on {day}"));
                let asked = Move { what, amount: each.amount, note: "Two weeks in advance".into(), key };
                move_money(tx, (authority, budget), None, &asked, at.min(now))?;
            }
        }
        day = day + Days::new(14);
    }
    steps_so_far(tx, now)?;
    asks(tx, now)
}

/// Whoever holds a budget has had their steps until four weeks ago: what is due since is for the next run.
fn steps_so_far(tx: &mut Conn, now: UtcTime) -> Result<(), AppError> {
    let last = now.date() - Days::new(28);
    for (gss, ..) in super::holders::AUTHORITIES {
        let authority = authority_id(gss);
        for step in (0..10).rev() {
            let by = last - Days::new(step * 28);
            let at = by.and_time(NaiveTime::MIN) + TimeDelta::hours(9);
            let mut after = None;
            loop {
                let (due, next) = budgets::due::due_to_holders(tx, authority, by, after, 500)?;
                let all: Vec<Handing> = due
                    .iter()
                    .map(|each| Handing {
                        budget: each.budget,
                        route: each.holder.route,
                        amount: each.amount,
                        cause: format!("{} {} on {by}", each.budget, each.holder.route),
                    })
                    .collect();
                budgets::hand_over::hand_over(tx, (authority, None), &all, by, at)?;
                after = next;
                if after.is_none() {
                    break;
                }
            }
        }
    }
    Ok(())
}

/// Amira would like her direct payment to be paid to somebody she trusts.
fn asks(tx: &mut Conn, now: UtcTime) -> Result<(), AppError> {
    let Some(who) = someone(tx, "amira")? else { return Ok(()) };
    for summary in budgets::store::budgets_of(tx, &who)? {
        let runs = summary.starts_on <= now.date() && summary.ends_on > now.date();
        if !runs || summary.funding_route != FundingRoute::DirectPayment {
            continue;
        }
        if let Some(reader) = BudgetReader::find(tx, &who, summary.id)? {
            let words = "My hands are bad on some days. My sister Sadia could pay Bisi for me.".to_owned();
            let wish =
                budgets::holding::Wish { route: FundingRoute::ThirdParty, from: now.date() + Days::new(21), words };
            budgets::holding::ask(tx, &reader, &wish, now - TimeDelta::hours(20))?;
        }
    }
    Ok(())
}

fn someone(tx: &mut Conn, key: &str) -> Result<Option<SignedIn>, AppError> {
    let Some(person) = PEOPLE.iter().find(|person| person.key == key) else { return Ok(None) };
    Ok(SignedIn::known(tx, person.id())?)
}

/// The budget of somebody that runs now, and its first day.
fn running(tx: &mut Conn, key: &str, now: UtcTime) -> Result<Option<(BudgetId, NaiveDate)>, AppError> {
    let Some(who) = someone(tx, key)? else { return Ok(None) };
    let all = budgets::store::budgets_of(tx, &who)?;
    let runs = all.iter().find(|budget| budget.starts_on <= now.date() && budget.ends_on > now.date());
    Ok(runs.map(|budget| (budget.id, budget.starts_on)))
}
