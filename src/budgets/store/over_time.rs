//! All SQL of what holds for a budget over time: terms, periods, and how they ended.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{
    accounts, budget_holders, budget_periods, budget_sources, budget_terms, budgets, budgets_held_up, legs, people,
    period_balances, transfers,
};
use crate::db::{Conn, among};
use crate::ids::{AuthorityId, BudgetId, OrganizationId, PeriodId, PersonId, TermsId};
use crate::money::Money;

use super::super::ledger::{AccountKind, Reason, Source};
use super::super::shares::Shares;
use super::super::terms::{Bridging, Holder, PeriodLength, RatePer, Terms, TermsKind};
use super::super::{Budget, FundingRoute};
use super::BATCH;

/// One period that a budget is funded for.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = budget_periods, treat_none_as_default_value = false)]
pub struct Period {
    /// Which.
    pub id: PeriodId,
    /// Whose money.
    pub authority_id: AuthorityId,
    /// Of which budget.
    pub budget_id: BudgetId,
    /// Its number, from 1.
    pub number: i32,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// The day after its last.
    pub ends_on: NaiveDate,
    /// What the council put in for it.
    pub funded_pence: Money,
    /// When it was closed.
    pub closed_at: Option<UtcTime>,
    /// By whom; none for the program itself.
    pub closed_by: Option<PersonId>,
}

/// How a period ended, of one source.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = period_balances, treat_none_as_default_value = false)]
pub struct PeriodBalance {
    /// Of which period.
    pub period_id: PeriodId,
    /// Of which source.
    pub source: Source,
    /// What was left of it.
    pub left_pence: Money,
    /// What of that went on to the next period.
    pub carried_pence: Money,
    /// What of that went back.
    pub returned_pence: Money,
    /// Promised at the close.
    pub committed_pence: Money,
    /// Owed at the close.
    pub owed_pence: Money,
    /// Paid until the close, since the budget began.
    pub paid_pence: Money,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = budget_terms, treat_none_as_default_value = false)]
struct TermsRow {
    id: TermsId,
    authority_id: AuthorityId,
    budget_id: BudgetId,
    number: i32,
    starts_on: NaiveDate,
    kind: TermsKind,
    rate_pence: Money,
    rate_per: RatePer,
    contribution_pence: Money,
    bridging_pence: Money,
    bridging_until: Option<NaiveDate>,
    reason: String,
    set_by: Option<PersonId>,
    set_at: UtcTime,
}

#[derive(Insertable)]
#[diesel(table_name = budget_sources, treat_none_as_default_value = false)]
struct SourceRow {
    terms_id: TermsId,
    position: i32,
    source: Source,
    share: i32,
}

#[derive(Insertable)]
#[diesel(table_name = budget_holders, treat_none_as_default_value = false)]
struct HolderRow<'a> {
    terms_id: TermsId,
    position: i32,
    funding_route: FundingRoute,
    share: i32,
    name: &'a str,
    organization_id: Option<OrganizationId>,
}

/// How long a budget's periods are, and whether it goes on after its end.
pub fn rhythm(conn: &mut Conn, budget: BudgetId) -> QueryResult<(PeriodLength, bool)> {
    budgets::table.find(budget).select((budgets::period_length, budgets::renews)).first(conn)
}

/// What holds and held for a budget, in the order it was set; not what was withdrawn.
pub fn terms(conn: &mut Conn, authority: AuthorityId, budget: BudgetId) -> QueryResult<Vec<Terms>> {
    Ok(terms_of(conn, authority, &[budget])?.remove(&budget).unwrap_or_default())
}

/// A holder as it is read: of which terms, in which way, with what share, who.
type HolderRead = (TermsId, FundingRoute, i32, String, Option<OrganizationId>);

/// The same of several budgets.
pub fn terms_of(
    conn: &mut Conn,
    authority: AuthorityId,
    of: &[BudgetId],
) -> QueryResult<HashMap<BudgetId, Vec<Terms>>> {
    let rows: Vec<TermsRow> = budget_terms::table
        .filter(among(budget_terms::budget_id, of))
        .filter(budget_terms::authority_id.eq(authority).and(budget_terms::withdrawn_at.is_null()))
        .order((budget_terms::budget_id, budget_terms::number))
        .select(TermsRow::as_select())
        .load(conn)?;
    let ids: Vec<TermsId> = rows.iter().map(|row| row.id).collect();
    let mut sources: HashMap<TermsId, Vec<(Source, i32)>> = HashMap::new();
    for (terms, source, share) in budget_sources::table
        .filter(among(budget_sources::terms_id, &ids))
        .order((budget_sources::terms_id, budget_sources::position))
        .select((budget_sources::terms_id, budget_sources::source, budget_sources::share))
        .load::<(TermsId, Source, i32)>(conn)?
    {
        sources.entry(terms).or_default().push((source, share));
    }
    let mut holders: HashMap<TermsId, Vec<(Holder, i32)>> = HashMap::new();
    for (terms, route, share, name, organization) in budget_holders::table
        .filter(among(budget_holders::terms_id, &ids))
        .order((budget_holders::terms_id, budget_holders::position))
        .select((
            budget_holders::terms_id,
            budget_holders::funding_route,
            budget_holders::share,
            budget_holders::name,
            budget_holders::organization_id,
        ))
        .load::<HolderRead>(conn)?
    {
        holders.entry(terms).or_default().push((Holder { route, name, organization }, share));
    }
    let mut all: HashMap<BudgetId, Vec<Terms>> = HashMap::new();
    for row in rows {
        all.entry(row.budget_id).or_default().push(Terms {
            sources: Shares::stored(sources.remove(&row.id).unwrap_or_default()),
            holders: Shares::stored(holders.remove(&row.id).unwrap_or_default()),
            id: row.id,
            number: row.number,
            starts_on: row.starts_on,
            kind: row.kind,
            rate: row.rate_pence,
            per: row.rate_per,
            contribution: row.contribution_pence,
            bridging: row.bridging_until.map(|until| Bridging { weekly: row.bridging_pence, until }),
            reason: row.reason,
            set_by: row.set_by,
            set_at: row.set_at,
        });
    }
    Ok(all)
}

/// The highest number of a budget's terms, withdrawn ones too.
pub(crate) fn last_number(conn: &mut Conn, budget: BudgetId) -> QueryResult<i32> {
    let last: Option<i32> = budget_terms::table
        .filter(budget_terms::budget_id.eq(budget))
        .select(diesel::dsl::max(budget_terms::number))
        .first(conn)?;
    Ok(last.unwrap_or(0))
}

/// Writes what holds for budgets from a date on.
pub(crate) fn insert_terms(tx: &mut Conn, all: &[(&Budget, &Terms)]) -> QueryResult<()> {
    let (mut rows, mut sources, mut holders) = (Vec::new(), Vec::new(), Vec::new());
    let position = |at: usize| i32::try_from(at + 1).unwrap_or(i32::MAX);
    for (budget, terms) in all {
        rows.push(TermsRow {
            id: terms.id,
            authority_id: budget.authority,
            budget_id: budget.id,
            number: terms.number,
            starts_on: terms.starts_on,
            kind: terms.kind,
            rate_pence: terms.rate,
            rate_per: terms.per,
            contribution_pence: terms.contribution,
            bridging_pence: terms.bridging.map_or(Money::ZERO, |bridging| bridging.weekly),
            bridging_until: terms.bridging.map(|bridging| bridging.until),
            reason: terms.reason.clone(),
            set_by: terms.set_by,
            set_at: terms.set_at,
        });
        let each = terms.sources.parts().iter().enumerate();
        sources.extend(each.map(|(at, (source, share))| SourceRow {
            terms_id: terms.id,
            position: position(at),
            source: *source,
            share: *share,
        }));
        let each = terms.holders.parts().iter().enumerate();
        holders.extend(each.map(|(at, (holder, share))| HolderRow {
            terms_id: terms.id,
            position: position(at),
            funding_route: holder.route,
            share: *share,
            name: &holder.name,
            organization_id: holder.organization,
        }));
    }
    for rows in rows.chunks(BATCH) {
        crate::insert_rows!(tx, budget_terms::table, rows)?;
    }
    for rows in sources.chunks(BATCH) {
        crate::insert_rows!(tx, budget_sources::table, rows)?;
    }
    for rows in holders.chunks(BATCH) {
        crate::insert_rows!(tx, budget_holders::table, rows)?;
    }
    Ok(())
}

/// Takes back terms that have not begun.
pub(crate) fn withdraw_terms(tx: &mut Conn, terms: TermsId, now: UtcTime) -> QueryResult<()> {
    diesel::update(budget_terms::table.find(terms)).set(budget_terms::withdrawn_at.eq(now)).execute(tx).map(drop)
}

/// The periods of a budget, in their order.
pub fn periods(conn: &mut Conn, authority: AuthorityId, budget: BudgetId) -> QueryResult<Vec<Period>> {
    budget_periods::table
        .filter(budget_periods::budget_id.eq(budget).and(budget_periods::authority_id.eq(authority)))
        .order(budget_periods::number)
        .select(Period::as_select())
        .load(conn)
}

/// The periods of several budgets that have begun by a day, in their order.
pub fn periods_begun(
    conn: &mut Conn,
    authority: AuthorityId,
    of: &[BudgetId],
    day: NaiveDate,
) -> QueryResult<Vec<Period>> {
    budget_periods::table
        .filter(among(budget_periods::budget_id, of))
        .filter(budget_periods::authority_id.eq(authority).and(budget_periods::starts_on.le(day)))
        .order((budget_periods::budget_id, budget_periods::number))
        .select(Period::as_select())
        .load(conn)
}

/// Writes periods.
pub(crate) fn insert_periods(tx: &mut Conn, periods: &[Period]) -> QueryResult<()> {
    for rows in periods.chunks(BATCH) {
        crate::insert_rows!(tx, budget_periods::table, rows)?;
    }
    Ok(())
}

/// Keeps the running total of what the council put in for a period.
pub(crate) fn update_funded(tx: &mut Conn, period: &Period) -> QueryResult<()> {
    diesel::update(budget_periods::table.find(period.id))
        .set(budget_periods::funded_pence.eq(period.funded_pence))
        .execute(tx)
        .map(drop)
}

/// Closes a period, with how it ended.
pub(crate) fn close(tx: &mut Conn, period: &Period, balances: &[PeriodBalance]) -> QueryResult<()> {
    diesel::update(budget_periods::table.find(period.id))
        .set((budget_periods::closed_at.eq(period.closed_at), budget_periods::closed_by.eq(period.closed_by)))
        .execute(tx)?;
    crate::insert_rows!(tx, period_balances::table, balances)
}

/// How the periods of a budget ended, source by source.
pub fn period_balances(conn: &mut Conn, periods: &[PeriodId]) -> QueryResult<Vec<PeriodBalance>> {
    period_balances::table
        .filter(among(period_balances::period_id, periods))
        .order((period_balances::period_id, period_balances::source))
        .select(PeriodBalance::as_select())
        .load(conn)
}

/// What was put into a budget for a cause (a period) so far, by reason and source.
pub fn put_in(conn: &mut Conn, budget: BudgetId, cause: PeriodId) -> QueryResult<BTreeMap<(Reason, Source), Money>> {
    let rows: Vec<(Reason, String, Money)> = transfers::table
        .inner_join(legs::table.inner_join(accounts::table))
        .filter(transfers::cause_id.eq(cause.as_str()))
        .filter(accounts::owner_id.eq(budget.as_str()).and(accounts::kind.eq(AccountKind::Available)))
        .select((transfers::reason, accounts::part, legs::amount_pence))
        .load(conn)?;
    let mut sums: BTreeMap<(Reason, Source), Money> = BTreeMap::new();
    for (reason, source, amount) in rows {
        let Ok(source) = source.parse::<Source>() else { continue };
        let sum = sums.entry((reason, source)).or_insert(Money::ZERO);
        *sum = sum.plus(amount).unwrap_or(*sum);
    }
    Ok(sums)
}

/// Says how a budget is held and until when it runs.
pub(crate) fn update_budget(tx: &mut Conn, budget: &Budget) -> QueryResult<()> {
    diesel::update(budgets::table.find(budget.id))
        .set((budgets::funding_route.eq(budget.funding_route), budgets::ends_on.eq(budget.ends_on)))
        .execute(tx)
        .map(drop)
}

/// Lets a budget go on year after year where an agreement reaches beyond its end, and says when it is looked at together.
pub(crate) fn go_on(tx: &mut Conn, budget: &Budget, until: NaiveDate, review_on: NaiveDate) -> QueryResult<()> {
    diesel::update(budgets::table.find(budget.id)).set(budgets::review_on.eq(review_on)).execute(tx)?;
    if until > budget.ends_on {
        diesel::update(budgets::table.find(budget.id)).set(budgets::renews.eq(true)).execute(tx)?;
    }
    Ok(())
}

/// Open periods that end by a day, after the last one that was looked at: which budget of whom.
pub fn periods_ending(
    conn: &mut Conn,
    day: NaiveDate,
    after: &str,
    at_most: i64,
) -> QueryResult<Vec<(PeriodId, AuthorityId, BudgetId)>> {
    budget_periods::table
        .filter(budget_periods::closed_at.is_null().and(budget_periods::ends_on.le(day)))
        .filter(budget_periods::id.gt(after.to_owned()))
        .order(budget_periods::id)
        .select((budget_periods::id, budget_periods::authority_id, budget_periods::budget_id))
        .limit(at_most)
        .load(conn)
}

/// Notes that a budget could not be brought up to the day, and why.
pub(crate) fn held_up(
    tx: &mut Conn,
    (authority, budget): (AuthorityId, BudgetId),
    why: &str,
    now: UtcTime,
) -> QueryResult<()> {
    let again = diesel::update(budgets_held_up::table.find(budget))
        .set((budgets_held_up::reason.eq(why), budgets_held_up::tried_at.eq(now)))
        .execute(tx)?;
    if again == 0 {
        diesel::insert_into(budgets_held_up::table)
            .values((
                budgets_held_up::budget_id.eq(budget),
                budgets_held_up::authority_id.eq(authority),
                budgets_held_up::reason.eq(why),
                budgets_held_up::since.eq(now),
                budgets_held_up::tried_at.eq(now),
            ))
            .execute(tx)?;
    }
    Ok(())
}

/// Notes that a budget is up to the day again.
pub(crate) fn goes_on(tx: &mut Conn, budget: BudgetId) -> QueryResult<()> {
    diesel::delete(budgets_held_up::table.find(budget)).execute(tx).map(drop)
}

/// A budget that could not be brought up to the day.
#[derive(Clone, Debug, Queryable)]
pub struct HeldUp {
    /// Which.
    pub budget: BudgetId,
    /// Whose.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Why.
    pub reason: String,
    /// Since when.
    pub since: UtcTime,
}

/// Budgets of an authority that could not be brought up to the day, longest first.
pub fn all_held_up(conn: &mut Conn, authority: AuthorityId) -> QueryResult<Vec<HeldUp>> {
    budgets_held_up::table
        .inner_join(budgets::table.inner_join(people::table))
        .filter(budgets_held_up::authority_id.eq(authority))
        .order((budgets_held_up::since, budgets_held_up::budget_id))
        .select((
            budgets_held_up::budget_id,
            budgets::person_id,
            people::display_name,
            budgets_held_up::reason,
            budgets_held_up::since,
        ))
        .limit(100)
        .load(conn)
}

/// Budgets whose terms begin on a day, beyond their first: they may be held in another way from now on.
pub fn terms_beginning(conn: &mut Conn, day: NaiveDate) -> QueryResult<Vec<(AuthorityId, BudgetId)>> {
    budget_terms::table
        .filter(
            budget_terms::starts_on.eq(day).and(budget_terms::number.gt(1)).and(budget_terms::withdrawn_at.is_null()),
        )
        .select((budget_terms::authority_id, budget_terms::budget_id))
        .load(conn)
}

/// Whether there is such a provider.
pub(crate) fn provider_exists(conn: &mut Conn, provider: OrganizationId) -> QueryResult<bool> {
    use crate::db::schema::organizations;
    diesel::select(diesel::dsl::exists(organizations::table.find(provider))).get_result(conn)
}
