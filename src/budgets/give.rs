//! The verb: a person gets an agreed budget from a date on.

use chrono::{Days, Months, NaiveDate};

use crate::clock::{UtcTime, day};
use crate::db::Conn;
use crate::ids::{AuthorityId, BudgetId, PeriodId, PersonId, TermsId};
use crate::log::{EventKind, NewEvent};
use crate::money::Money;

use super::fund::{Adjusted, Work};
use super::ledger::Source;
use super::refusal::MOST;
use super::shares::Shares;
use super::store::{self, Opening, Period};
use super::terms::{Bridging, Frame, Holder, PeriodLength, RatePer, Terms, TermsKind};
use super::{Budget, FundingRoute, MoneyError};

/// What is agreed for a person: the budget to be given.
#[derive(Clone, Debug)]
pub struct Agreed {
    /// Who it is for.
    pub person: PersonId,
    /// What pages call it.
    pub name: String,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// The day after its last; none for a budget that goes on year after year.
    pub ends_on: Option<NaiveDate>,
    /// How long its periods are.
    pub period_length: PeriodLength,
    /// When it is looked at together.
    pub review_on: NaiveDate,
    /// How much it is for `per`.
    pub rate: Money,
    /// A week, a year, or its whole time.
    pub per: RatePer,
    /// Where the money comes from.
    pub sources: Shares<Source>,
    /// Who holds it.
    pub holders: Shares<Holder>,
    /// What the person pays of it each week, after a financial assessment.
    pub contribution: Money,
    /// What is paid beside it for a while.
    pub bridging: Option<Bridging>,
    /// On what ground: the plan that was agreed.
    pub reason: String,
}

impl Agreed {
    /// A weekly budget of one year that the council manages, of its own money: to be changed where it is otherwise.
    #[must_use]
    pub fn weekly(person: PersonId, weekly: Money, starts_on: NaiveDate) -> Self {
        let next_year = starts_on.checked_add_months(Months::new(12)).unwrap_or(starts_on);
        Self {
            person,
            name: "Personal budget".into(),
            starts_on,
            ends_on: None,
            period_length: PeriodLength::Year,
            review_on: next_year,
            rate: weekly,
            per: RatePer::Week,
            sources: Shares::all(Source::SocialCare),
            holders: Shares::all(Holder::of(FundingRoute::CouncilManaged)),
            contribution: Money::ZERO,
            bridging: None,
            reason: String::new(),
        }
    }
}

/// A budget as it was given.
#[derive(Clone, Debug)]
pub struct Given {
    /// Which.
    pub budget: BudgetId,
    /// What was put into it.
    pub adjusted: Adjusted,
}

/// Gives a person an agreed budget: its terms, its accounts, and the money of every period that has begun; the first
/// period has its money at once, so that support can be arranged before it begins.
#[tracing::instrument(skip_all)]
pub fn give(
    tx: &mut Conn,
    authority: AuthorityId,
    by: Option<PersonId>,
    agreed: &Agreed,
    now: UtcTime,
) -> Result<Given, MoneyError> {
    let today = day(now);
    let year = agreed.starts_on.checked_add_months(Months::new(12)).ok_or(MoneyError::Time)?;
    let ends_on = agreed.ends_on.unwrap_or(year);
    let decade = agreed.starts_on.checked_add_months(Months::new(120)).ok_or(MoneyError::Time)?;
    if ends_on <= agreed.starts_on || ends_on > decade {
        return Err(MoneyError::Time);
    }
    if agreed.starts_on < today - Days::new(366) || agreed.starts_on > today + Days::new(366) {
        return Err(MoneyError::TooFar);
    }
    let terms = Terms {
        id: TermsId::new(),
        number: 1,
        starts_on: agreed.starts_on,
        kind: TermsKind::Agreed,
        rate: agreed.rate,
        per: agreed.per,
        contribution: agreed.contribution,
        bridging: agreed.bridging,
        sources: agreed.sources.clone(),
        holders: agreed.holders.clone(),
        reason: agreed.reason.trim().to_owned(),
        set_by: by,
        set_at: now,
    };
    let frame = Frame { starts_on: agreed.starts_on, ends_on, round_to: 1 };
    checked(tx, &terms, &frame)?;
    let days = (agreed.starts_on, ends_on);
    let sources: Vec<Source> = agreed.sources.parts().iter().map(|(source, _)| *source).collect();
    let budget = Budget::new(authority, agreed.person, terms.main_route(), days, &sources);
    let opening = Opening {
        name: agreed.name.trim(),
        review_on: agreed.review_on,
        period_length: agreed.period_length,
        renews: agreed.ends_on.is_none(),
    };
    store::insert(tx, &[(&budget, opening)], now)?;
    store::insert_terms(tx, &[(&budget, &terms)])?;
    crate::log::append(tx, &[NewEvent::plain(Some(authority), EventKind::BudgetOpened, &budget.id, now)])?;
    let id = budget.id;
    let mut work = Work::on(tx, budget, vec![terms], by, now)?;
    let mut adjusted = Adjusted::default();
    let mut last = None;
    while let Some(period) = work.open_next(tx, last.as_ref(), (agreed.period_length, agreed.ends_on.is_none()))? {
        adjusted = adjusted.and(period.1);
        let more = period.0.ends_on <= today;
        last = Some(period.0);
        if !more {
            break;
        }
    }
    Ok(Given { budget: id, adjusted })
}

/// Whether terms make sense.
pub(super) fn checked(tx: &mut Conn, terms: &Terms, frame: &Frame) -> Result<(), MoneyError> {
    // Nothing is given at first; later an allocation may fall to nothing.
    let least = if terms.kind == TermsKind::Agreed { Money::pence(1) } else { Money::ZERO };
    if terms.rate < least || terms.rate > MOST {
        return Err(MoneyError::Rate);
    }
    let a_week = terms.a_week(frame);
    if terms.contribution < Money::ZERO || terms.contribution > a_week {
        return Err(MoneyError::Contribution(a_week));
    }
    if let Some(bridging) = terms.bridging
        && (bridging.weekly <= Money::ZERO || bridging.weekly > MOST || bridging.until <= terms.starts_on)
    {
        return Err(MoneyError::Bridging);
    }
    if terms.reason.chars().count() > 500 {
        return Err(MoneyError::Why);
    }
    for (holder, _) in terms.holders.parts() {
        match holder.route {
            FundingRoute::ThirdParty | FundingRoute::Trust | FundingRoute::Broker
                if holder.name.trim().is_empty() || holder.name.chars().count() > 200 =>
            {
                return Err(MoneyError::WhoHolds(holder.route.to_string()));
            }
            FundingRoute::ServiceFund => {
                let provider = holder.organization.ok_or_else(|| MoneyError::WhoHolds(holder.route.to_string()))?;
                if !store::provider_exists(tx, provider)? {
                    return Err(MoneyError::NoSuchProvider);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

impl Work {
    /// Opens the period after the last one and gives it its money; none where the budget is over. A budget that renews
    /// goes on for another year.
    pub(super) fn open_next(
        &mut self,
        tx: &mut Conn,
        last: Option<&Period>,
        (length, renews): (PeriodLength, bool),
    ) -> Result<Option<(Period, Adjusted)>, MoneyError> {
        let number = last.map_or(1, |last| last.number + 1);
        let starts_on = last.map_or(self.budget.starts_on, |last| last.ends_on);
        if starts_on >= self.budget.ends_on {
            if !renews {
                return Ok(None);
            }
            let later = self.budget.ends_on.checked_add_months(Months::new(12)).ok_or(MoneyError::Time)?;
            self.budget.ends_on = later;
            self.frame.ends_on = later;
            store::update_budget(tx, &self.budget)?;
        }
        let counted = u32::try_from(number - 1).map_err(|_negative| MoneyError::Time)?;
        let whole = (self.budget.starts_on, self.budget.ends_on);
        let ends_on = match length.period(whole, counted) {
            Some((first, end)) if first == starts_on => end,
            // A budget that was one whole period, and goes on.
            _ => starts_on
                .checked_add_months(Months::new(12))
                .map_or(self.budget.ends_on, |end| end.min(self.budget.ends_on)),
        };
        let mut period = Period {
            id: PeriodId::new(),
            authority_id: self.budget.authority,
            budget_id: self.budget.id,
            number,
            starts_on,
            ends_on,
            funded_pence: Money::ZERO,
            closed_at: None,
            closed_by: None,
        };
        store::insert_periods(tx, std::slice::from_ref(&period))?;
        let adjusted = self.settle_up(tx, &mut period)?;
        Ok(Some((period, adjusted)))
    }
}
