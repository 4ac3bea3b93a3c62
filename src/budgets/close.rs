//! The verb: a period is closed, what is unspent goes on as far as the rule says, and the next period opens.
//!
//! - Unspent is what was free when the period ended; whatever was spent since then counts against it first.
//! - Of a council-managed budget as much goes on as the authority says: so many percent of a week's money (eight weeks
//!   unless it says otherwise); of an individual service fund a quarter of a week's money (seeds/002, Bath & North East
//!   Somerset). The rest goes back to the council.
//! - Money that is with a person, a third party, a trust or a broker is never taken back here: all of it goes on, and
//!   somebody asks first (direct-payment monitoring).
//! - The person's own money (their contribution, a top-up, own money) always goes on.
//! - What is promised, owed or paid stays where it is.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use diesel::result::Error as DieselError;

use crate::clock::{UtcTime, day};
use crate::db::{Conn, attempt};
use crate::error::AppError;
use crate::ids::{AuthorityId, BudgetId, PeriodId, PersonId};
use crate::log::daily;
use crate::money::Money;
use crate::places::settings::{self, Setting};

use super::fund::Work;
use super::ledger::{AccountKind, Leg, Reason, Source, Transfer, leg_of};
use super::store::{self, Period, PeriodBalance};
use super::terms::{self, rounded};
use super::{FundingRoute, MoneyError, shares};

/// The name of this daily job.
pub const JOB: &str = "periods";

/// Periods of one step.
const AT_ONCE: i64 = 40;

/// How a period ended.
#[derive(Clone, Debug)]
pub struct Closed {
    /// Which.
    pub period: PeriodId,
    /// What was unspent.
    pub left: Money,
    /// What of it went on.
    pub carried: Money,
    /// What of it went back to the council.
    pub returned: Money,
    /// The period that follows.
    pub next: Option<PeriodId>,
}

/// What of a week's money goes on to the next period, in percent; none where everything does.
#[derive(Clone, Copy, Debug)]
struct Rule {
    managed: i64,
    funds: i64,
}

impl Rule {
    fn of(tx: &mut Conn, authority: AuthorityId) -> diesel::QueryResult<Self> {
        Ok(Self {
            managed: settings::setting(tx, authority, Setting::CarryOverPercent)?,
            funds: settings::setting(tx, authority, Setting::FundCarryOverPercent)?,
        })
    }

    /// How much of the council's money goes on at most; none for all of it.
    fn at_most(self, terms: &terms::Terms, frame: &terms::Frame) -> Option<Money> {
        let week = terms.a_week(frame);
        let mut most = 0;
        for (holder, share) in terms.holders.parts() {
            let percent = match holder.route {
                FundingRoute::CouncilManaged => self.managed,
                FundingRoute::ServiceFund => self.funds,
                _ => return None,
            };
            let of = i128::from(shares::WHOLE) * 100;
            most += rounded(week, i128::from(*share) * i128::from(percent), of, 1).as_pence();
        }
        Some(Money::pence(most))
    }
}

/// Closes a period that is over, and opens the next where the budget goes on.
#[tracing::instrument(skip_all, fields(budget.id = %budget))]
pub fn close(
    tx: &mut Conn,
    (authority, budget): (AuthorityId, BudgetId),
    by: Option<PersonId>,
    period: PeriodId,
    now: UtcTime,
) -> Result<Closed, MoneyError> {
    let locked = store::lock_of(tx, authority, budget)?;
    let periods = store::periods(tx, authority, budget)?;
    let at = periods.iter().position(|each| each.id == period).ok_or(diesel::result::Error::NotFound)?;
    let closing = periods.get(at).ok_or(diesel::result::Error::NotFound)?;
    if closing.closed_at.is_some() {
        return Err(MoneyError::ClosedAlready);
    }
    if closing.ends_on > day(now) {
        return Err(MoneyError::PeriodRuns(closing.ends_on));
    }
    if periods.iter().take(at).any(|earlier| earlier.closed_at.is_none()) {
        return Err(MoneyError::EarlierPeriodOpen);
    }
    let all = store::terms(tx, authority, budget)?;
    let rhythm = store::rhythm(tx, budget)?;
    let rule = Rule::of(tx, authority)?;
    let mut work = Work::on(tx, locked, all, by, now)?;
    let next = match periods.get(at + 1) {
        Some(next) => Some(next.clone()),
        None => work.open_next(tx, Some(closing), rhythm)?.map(|(next, _)| next),
    };
    // Whatever later periods were given is not unspent money of this one.
    let mut later: BTreeMap<Source, i64> = BTreeMap::new();
    let given = periods.iter().skip(at + 2).chain(&next);
    for period in given {
        for ((_, source), amount) in store::put_in(tx, budget, period.id)? {
            *later.entry(source).or_default() += amount.as_pence();
        }
    }
    let left = |source: Source, there: Money| {
        Money::pence((there.as_pence() - later.get(&source).copied().unwrap_or(0)).max(0))
    };
    let lefts: Vec<(Source, Money)> =
        work.budget.available.pots().iter().map(|(source, pot)| (*source, left(*source, pot.balance))).collect();
    let last_day = closing.ends_on - Days::new(1);
    let holds = terms::on(&work.terms, last_day).ok_or(diesel::result::Error::NotFound)?;
    let at_most = rule.at_most(holds, &work.frame);
    let ended = ended(closing.id, &lefts, at_most, next.is_some(), &work);
    let closed = Period { closed_at: Some(now), closed_by: by, ..closing.clone() };
    work.carry(tx, &closed, next.as_ref(), &ended)?;
    store::close(tx, &closed, &ended)?;
    let sum = |of: fn(&PeriodBalance) -> Money| Money::pence(ended.iter().map(|each| of(each).as_pence()).sum());
    Ok(Closed {
        period,
        left: sum(|each| each.left_pence),
        carried: sum(|each| each.carried_pence),
        returned: sum(|each| each.returned_pence),
        next: next.map(|next| next.id),
    })
}

/// What of each source goes on, and what goes back.
fn ended(
    period: PeriodId,
    lefts: &[(Source, Money)],
    at_most: Option<Money>,
    goes_on: bool,
    work: &Work,
) -> Vec<PeriodBalance> {
    let of_the_council: Vec<i64> =
        lefts.iter().map(|(source, left)| if source.is_the_persons() { 0 } else { left.as_pence() }).collect();
    let all = Money::pence(of_the_council.iter().sum());
    let carried = match at_most {
        None => all,
        Some(_) if !goes_on => Money::ZERO,
        Some(most) => most.min(all),
    };
    let carried = shares::split(carried, &of_the_council);
    let each = lefts.iter().zip(carried).map(|((source, left), carried)| {
        let own = source.is_the_persons();
        PeriodBalance {
            period_id: period,
            source: *source,
            left_pence: *left,
            carried_pence: if !goes_on {
                Money::ZERO
            } else if own {
                *left
            } else {
                carried
            },
            returned_pence: if own { Money::ZERO } else { left.less(carried).unwrap_or_default() },
            committed_pence: work.budget.committed.from_source(*source),
            owed_pence: work.budget.owed.from_source(*source),
            paid_pence: work.budget.paid.from_source(*source),
        }
    });
    each.collect()
}

impl Work {
    /// Moves what goes on out of the old period and into the new one, and the rest to the council.
    fn carry(
        &mut self,
        tx: &mut Conn,
        closed: &Period,
        next: Option<&Period>,
        ended: &[PeriodBalance],
    ) -> Result<(), MoneyError> {
        let authority = self.budget.authority;
        let (mut out, mut on, mut back) = (Vec::<Leg>::new(), Vec::<Leg>::new(), Vec::<Leg>::new());
        let mut returned = Money::ZERO;
        let too_much = || MoneyError::TooMuch;
        for each in ended {
            if each.carried_pence > Money::ZERO {
                let mut way = store::account(tx, &self.budget, AccountKind::CarriedOver, each.source.as_str())?;
                let (amount, less) = (each.carried_pence, each.carried_pence.negated());
                out.push(self.budget.available.add(each.source, less).ok_or_else(too_much)?);
                out.push(leg_of(&mut way, amount).ok_or_else(too_much)?);
                on.push(leg_of(&mut way, less).ok_or_else(too_much)?);
                on.push(self.budget.available.add(each.source, amount).ok_or_else(too_much)?);
            }
            if each.returned_pence > Money::ZERO {
                back.push(self.budget.available.add(each.source, each.returned_pence.negated()).ok_or_else(too_much)?);
                returned = returned.plus(each.returned_pence).ok_or_else(too_much)?;
            }
        }
        if returned > Money::ZERO {
            back.push(leg_of(&mut self.fund.fund, returned).ok_or_else(too_much)?);
        }
        let from = closed.id.to_string();
        let moved = [
            Transfer::of(authority, out, self.movement(Reason::CarryOver, &from)),
            next.and_then(|next| {
                let to = next.id.to_string();
                Transfer::of(authority, on, self.movement(Reason::CarryOver, &to))
            }),
            Transfer::of(authority, back, self.movement(Reason::Return, &from)),
        ];
        self.transfers.extend(moved.into_iter().flatten());
        Ok(self.record(tx)?)
    }
}

/// Brings a budget up to a day: opens the period that has begun, closes what is over where the authority wants that, and
/// says on the budget how it is held.
pub fn catch_up(
    tx: &mut Conn,
    (authority, budget): (AuthorityId, BudgetId),
    closes: bool,
    now: UtcTime,
) -> Result<(), MoneyError> {
    let today = day(now);
    // Longer than any budget may be behind: a period is at least a day.
    for _ in 0..4_000 {
        let periods = store::periods(tx, authority, budget)?;
        let over = periods.iter().find(|period| period.closed_at.is_none() && period.ends_on <= today);
        if let Some(over) = over.filter(|_| closes) {
            close(tx, (authority, budget), None, over.id, now)?;
            continue;
        }
        let Some(last) = periods.last().filter(|last| last.ends_on <= today) else { break };
        let locked = store::lock_of(tx, authority, budget)?;
        let (all, rhythm) = (store::terms(tx, authority, budget)?, store::rhythm(tx, budget)?);
        if Work::on(tx, locked, all, None, now)?.open_next(tx, Some(last), rhythm)?.is_none() {
            break;
        }
    }
    let locked = store::lock_of(tx, authority, budget)?;
    let all = store::terms(tx, authority, budget)?;
    Work::on(tx, locked, all, None, now)?.held_as(tx)
}

/// Why the day's work on periods failed.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    /// The database.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<TurnError> for AppError {
    fn from(error: TurnError) -> Self {
        Self::unexpected(error)
    }
}

/// Does something with one budget. What fails is undone, noted for finance officers and in the log, and tried again the next
/// day; the other budgets go on.
fn tried(
    tx: &mut Conn,
    (authority, budget): (AuthorityId, BudgetId),
    now: UtcTime,
    work: impl FnOnce(&mut Conn) -> Result<(), MoneyError>,
) -> Result<(), TurnError> {
    match attempt(tx, work) {
        Ok(()) => Ok(store::goes_on(tx, budget)?),
        Err(MoneyError::Database(cause)) if !is_about_the_budget(&cause) => Err(cause.into()),
        Err(refused) => {
            let code = refused.code();
            tracing::error!(budget.id = %budget, refusal = code, "a budget could not be brought up to the day");
            let why = match refused {
                MoneyError::Database(_) => "What is stored about it does not fit together.".to_owned(),
                other => other.to_string(),
            };
            Ok(store::held_up(tx, (authority, budget), &why, now)?)
        }
    }
}

/// Whether the database refuses what is stored of one budget, and would again: not that it is out of reach, or that somebody
/// else was quicker.
fn is_about_the_budget(cause: &DieselError) -> bool {
    use diesel::result::DatabaseErrorKind::{CheckViolation, ForeignKeyViolation, NotNullViolation, UniqueViolation};
    match cause {
        DieselError::NotFound => true,
        DieselError::DatabaseError(kind, _) => {
            matches!(kind, CheckViolation | ForeignKeyViolation | NotNullViolation | UniqueViolation)
        }
        _ => false,
    }
}

/// Brings the next budgets up to today; whether there are more. One that fails does not keep the others.
pub fn turn_some(tx: &mut Conn, now: UtcTime) -> Result<bool, TurnError> {
    let today: NaiveDate = day(now);
    let Some(after) = daily::turn(tx, JOB, today)? else { return Ok(false) };
    if after.is_empty() {
        for (authority, budget) in store::terms_beginning(tx, today)? {
            tried(tx, (authority, budget), now, |tx| {
                let locked = store::lock_of(tx, authority, budget)?;
                let all = store::terms(tx, authority, budget)?;
                Work::on(tx, locked, all, None, now)?.held_as(tx)
            })?;
        }
    }
    let ending = store::periods_ending(tx, today, &after, AT_ONCE)?;
    for (_, authority, budget) in &ending {
        let closes = settings::setting(tx, *authority, Setting::ClosePeriods)? == 1;
        tried(tx, (*authority, *budget), now, |tx| catch_up(tx, (*authority, *budget), closes, now))?;
    }
    let full = i64::try_from(ending.len()).is_ok_and(|count| count == AT_ONCE);
    let next = ending.last().filter(|_| full).map(|(period, ..)| period.to_string());
    daily::note_turn(tx, JOB, today, next.as_deref(), now)?;
    Ok(next.is_some())
}
