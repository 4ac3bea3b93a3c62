//! What a run would pay: invoices that the council pays itself, and what is due to those who hold budgets.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::budgets::FundingRoute;
use crate::budgets::due::{DueToHolder, due_to_holders};
use crate::db::Conn;
use crate::ids::{AuthorityId, BudgetId, PayeeAccountId};

use super::account::Payee;
use super::store;

/// So many budgets are looked at together.
const AT_ONCE: i64 = 500;

/// What is due to one holder, and to which account.
#[derive(Clone, Debug)]
pub struct HolderDue {
    /// How much, to whom, of which budget.
    pub due: DueToHolder,
    /// To which account; none where nobody has given one.
    pub account: Option<PayeeAccountId>,
}

/// What is due to the holders of the next budgets after one, of one deployment option or of all, by the end of a day, and not
/// listed in a run; and after which budget to go on.
pub fn holders_due(
    conn: &mut Conn,
    authority: AuthorityId,
    (route, by): (Option<FundingRoute>, NaiveDate),
    after: Option<BudgetId>,
) -> diesel::QueryResult<(Vec<HolderDue>, Option<BudgetId>)> {
    let (mut due, next) = due_to_holders(conn, authority, by, after, AT_ONCE)?;
    due.retain(|each| route.is_none_or(|route| each.holder.route == route));
    let budgets: Vec<BudgetId> = due.iter().map(|each| each.budget).collect();
    let listed = store::holders_in_runs(conn, &budgets)?;
    due.retain(|each| !listed.contains(&(each.budget, each.holder.route)));
    let keys: Vec<_> = due.iter().map(|each| Payee::of_holder(each.budget, &each.holder).key()).collect();
    let accounts = store::accounts_of(conn, &keys)?;
    let each = due.into_iter().zip(keys).map(|(due, key)| HolderDue { due, account: accounts.get(&key).copied() });
    Ok((each.collect(), next))
}

/// What is due by deployment option.
#[derive(Clone, Debug, Default)]
pub struct Due {
    /// For each option how many payments, and what they add up to in pence.
    pub by_option: BTreeMap<FundingRoute, (i64, i64)>,
    /// Holders that nobody has given an account for: the first of them.
    pub without: Vec<DueToHolder>,
    /// Whether there are more budgets than were looked at.
    pub more: bool,
}

/// Sums up what is due by the end of a day, over so many times five hundred budgets at most: a page does not look at a
/// hundred thousand.
pub fn sum_up(conn: &mut Conn, authority: AuthorityId, by: NaiveDate, at_most: usize) -> diesel::QueryResult<Due> {
    let mut told = Due::default();
    let invoices = store::invoices_due(conn, authority)?;
    if invoices.0 > 0 {
        told.by_option.insert(FundingRoute::CouncilManaged, invoices);
    }
    let mut after = None;
    for _ in 0..at_most {
        let (due, next) = holders_due(conn, authority, (None, by), after)?;
        for each in due {
            let (count, sum) = told.by_option.entry(each.due.holder.route).or_default();
            *count += 1;
            *sum += each.due.amount.as_pence();
            if each.account.is_none() && told.without.len() < 50 {
                told.without.push(each.due);
            }
        }
        after = next;
        if after.is_none() {
            return Ok(told);
        }
    }
    told.more = true;
    Ok(told)
}
