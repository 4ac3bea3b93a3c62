//! The verb: a council opens budgets with a whole year's money in them.

use chrono::NaiveDate;

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::ids::{AuthorityId, BudgetId, PeriodId, PersonId, TermsId};
use crate::log::{EventKind, NewEvent};
use crate::money::Money;

use super::ledger::{Fund, Movement, Once, Reason, Source, Transfer};
use super::shares::Shares;
use super::store::Opening;
use super::terms::{Holder, PeriodLength, RatePer, Terms, TermsKind};
use super::{Budget, FundingRoute, store};

/// A budget to be opened.
#[derive(Clone, Debug)]
pub struct NewBudget {
    /// Who it is for.
    pub person: PersonId,
    /// What pages call it.
    pub name: String,
    /// How it is held.
    pub funding_route: FundingRoute,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// The day after its last.
    pub ends_on: NaiveDate,
    /// When it is looked at together.
    pub review_on: NaiveDate,
    /// How much is put into it.
    pub amount: Money,
}

impl NewBudget {
    /// Where the money of a budget comes from that is held in this way.
    fn source(&self) -> Source {
        if self.funding_route == FundingRoute::OwnMoney { Source::OwnMoney } else { Source::SocialCare }
    }
}

/// Opens budgets of one authority and allocates money to each, bringing the money into the authority's fund first. Each
/// has one period, one source and one holder; its period and its terms have the budget's id.
pub fn open(
    tx: &mut Conn,
    authority: AuthorityId,
    new: &[NewBudget],
    now: UtcTime,
) -> Result<Vec<Budget>, diesel::result::Error> {
    let mut fund: Fund = store::lock_fund(tx, authority)?;
    let mut transfers: Vec<Transfer> = Vec::with_capacity(new.len() * 2);
    let mut budgets = Vec::with_capacity(new.len());
    let mut events = Vec::with_capacity(new.len());
    let mut periods = Vec::with_capacity(new.len());
    let mut terms = Vec::with_capacity(new.len());
    for wanted in new {
        let (source, days) = (wanted.source(), (wanted.starts_on, wanted.ends_on));
        let mut budget = Budget::new(authority, wanted.person, wanted.funding_route, days, &[source]);
        let cause = budget.id.to_string();
        let once = Once::ForEachCause;
        let movement = Movement { reason: Reason::Allocation, cause: &cause, acted_by: None, at: now, once };
        transfers.extend(fund.grant(wanted.amount, movement));
        transfers.extend(budget.fund(&mut fund, &[(source, wanted.amount)], movement));
        events.push(NewEvent::plain(Some(authority), EventKind::BudgetOpened, &budget.id, now));
        periods.push(store::Period {
            id: same_as::<PeriodId>(budget.id)?,
            authority_id: authority,
            budget_id: budget.id,
            number: 1,
            starts_on: wanted.starts_on,
            ends_on: wanted.ends_on,
            funded_pence: wanted.amount,
            closed_at: None,
            closed_by: None,
        });
        terms.push(Terms {
            id: same_as::<TermsId>(budget.id)?,
            number: 1,
            starts_on: wanted.starts_on,
            kind: TermsKind::Agreed,
            rate: wanted.amount,
            per: RatePer::Whole,
            contribution: Money::ZERO,
            bridging: None,
            sources: Shares::all(source),
            holders: Shares::all(Holder::of(wanted.funding_route)),
            reason: String::new(),
            set_by: None,
            set_at: now,
        });
        budgets.push(budget);
    }
    let mut rows: Vec<(&Budget, Opening<'_>)> = Vec::with_capacity(budgets.len());
    for (budget, wanted) in budgets.iter().zip(new) {
        let (name, review_on) = (wanted.name.as_str(), wanted.review_on);
        rows.push((budget, Opening { name, review_on, period_length: PeriodLength::Whole, renews: false }));
    }
    store::insert(tx, &rows, now)?;
    store::insert_terms(tx, &budgets.iter().zip(&terms).collect::<Vec<_>>())?;
    store::insert_periods(tx, &periods)?;
    store::record(tx, &transfers)?;
    crate::log::append(tx, &events)?;
    Ok(budgets)
}

/// The id of another kind with the same letters.
fn same_as<T: std::str::FromStr>(id: BudgetId) -> Result<T, diesel::result::Error> {
    id.as_str().parse().map_err(|_never| diesel::result::Error::NotFound)
}
