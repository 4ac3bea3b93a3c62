//! All SQL of budgets and the ledger: here the budgets, their accounts and what moves between them; beside it what holds
//! for a budget over time, and what was moved by hand.

mod moves;
mod over_time;

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{accounts, budgets, legs, transfers};
use crate::db::{Conn, among, both, locked};
use crate::identity::{BudgetHolder, BudgetReader, SignedIn};
use crate::ids::{AccountId, AuthorityId, BudgetId, PersonId, TransferId};
use crate::money::Money;

use super::ledger::{AccountKind, Fund, Holding, Part, Reason, Source, Transfer};
use super::terms::PeriodLength;
use super::{Budget, FundingRoute};

pub use moves::*;
pub use over_time::*;

/// Rows of one INSERT.
const BATCH: usize = 500;

/// What a list of budgets shows.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = budgets, treat_none_as_default_value = false)]
pub struct BudgetSummary {
    /// Which.
    pub id: BudgetId,
    /// Whose money.
    pub authority_id: AuthorityId,
    /// Who it is for.
    pub person_id: PersonId,
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
}

/// Whose budget it is: the authority's money, and the person it is for.
pub fn whose(conn: &mut Conn, budget: BudgetId) -> QueryResult<Option<(AuthorityId, PersonId)>> {
    budgets::table.find(budget).select((budgets::authority_id, budgets::person_id)).first(conn).optional()
}

/// Who some budgets are for.
pub fn people_of(conn: &mut Conn, of: &[BudgetId]) -> QueryResult<HashMap<BudgetId, PersonId>> {
    let rows: Vec<(BudgetId, PersonId)> =
        budgets::table.filter(among(budgets::id, of)).select((budgets::id, budgets::person_id)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The budgets that this person may look at: their own, then those of whom they act for, each newest first. Whether they may
/// buy from one is [`BudgetHolder::find`]'s to say.
pub fn budgets_of(conn: &mut Conn, who: &SignedIn) -> QueryResult<Vec<BudgetSummary>> {
    let helped = crate::helping::store::people_helped(conn, who)?;
    let people: Vec<PersonId> =
        std::iter::once(who.person()).chain(helped.iter().map(|helped| helped.person)).collect();
    let mut budgets: Vec<BudgetSummary> = budgets::table
        .filter(among(budgets::person_id, &people))
        .order((budgets::starts_on.desc(), budgets::id))
        .select(BudgetSummary::as_select())
        .load(conn)?;
    budgets.sort_by_key(|budget| people.iter().position(|person| *person == budget.person_id));
    Ok(budgets)
}

/// The budgets that this person may buy from.
pub fn budgets_to_buy_from(conn: &mut Conn, who: &SignedIn) -> QueryResult<Vec<(BudgetSummary, BudgetHolder)>> {
    let mut budgets = Vec::new();
    for summary in budgets_of(conn, who)? {
        if let Some(holder) = BudgetHolder::find(conn, who, summary.id)? {
            budgets.push((summary, holder));
        }
    }
    Ok(budgets)
}

/// One budget, as lists show it.
pub fn summary(conn: &mut Conn, holder: &BudgetReader) -> QueryResult<BudgetSummary> {
    budgets::table
        .find(holder.budget())
        .filter(budgets::authority_id.eq(holder.authority()))
        .select(BudgetSummary::as_select())
        .first(conn)
}

type BudgetRow = (BudgetId, AuthorityId, PersonId, FundingRoute, NaiveDate, NaiveDate, Money);

/// Takes the holder's budget until the transaction ends, and reads it.
pub fn lock(tx: &mut Conn, holder: &BudgetReader) -> QueryResult<Budget> {
    lock_of(tx, holder.authority(), holder.budget())
}

/// Takes the budget that a purchase is paid from until the transaction ends, and reads it.
pub fn lock_of(tx: &mut Conn, authority: AuthorityId, budget: BudgetId) -> QueryResult<Budget> {
    let row: BudgetRow = locked(budgets::table.find(budget).filter(budgets::authority_id.eq(authority)).select((
        budgets::id,
        budgets::authority_id,
        budgets::person_id,
        budgets::funding_route,
        budgets::starts_on,
        budgets::ends_on,
        budgets::council_paid_pence,
    )))
    .get_result(tx)?;
    with_balances(tx, row)
}

/// Reads the holder's budget without taking it.
pub fn read(conn: &mut Conn, holder: &BudgetReader) -> QueryResult<Budget> {
    read_of(conn, holder.authority(), holder.budget())
}

/// Reads a budget of an authority without taking it.
pub fn read_of(conn: &mut Conn, authority: AuthorityId, budget: BudgetId) -> QueryResult<Budget> {
    let row: BudgetRow = budgets::table
        .find(budget)
        .filter(budgets::authority_id.eq(authority))
        .select((
            budgets::id,
            budgets::authority_id,
            budgets::person_id,
            budgets::funding_route,
            budgets::starts_on,
            budgets::ends_on,
            budgets::council_paid_pence,
        ))
        .first(conn)?;
    with_balances(conn, row)
}

fn with_balances(conn: &mut Conn, row: BudgetRow) -> QueryResult<Budget> {
    let (id, authority, person, funding_route, starts_on, ends_on, paid_by_council) = row;
    let (mut accounts, handed_over) = holdings(conn, id.as_str())?;
    let mut of = |kind| match accounts.remove(&kind) {
        Some(pots) => Ok(Part::of(pots)),
        None => Err(diesel::result::Error::NotFound),
    };
    Ok(Budget {
        id,
        authority,
        person,
        funding_route,
        starts_on,
        ends_on,
        available: of(AccountKind::Available)?,
        committed: of(AccountKind::Committed)?,
        owed: of(AccountKind::Owed)?,
        paid: of(AccountKind::Paid)?,
        handed_over,
        paid_by_council,
    })
}

/// The accounts of one kind, source by source.
type Pots = HashMap<AccountKind, Vec<(Source, Holding)>>;

/// The accounts of a budget's money, source by source; and what was handed to those who hold it.
fn holdings(conn: &mut Conn, owner: &str) -> QueryResult<(Pots, Money)> {
    let rows: Vec<(AccountKind, String, AccountId, Money)> = accounts::table
        .filter(accounts::owner_id.eq(owner))
        .select((accounts::kind, accounts::part, accounts::id, accounts::balance_pence))
        .load(conn)?;
    let mut kinds: Pots = HashMap::with_capacity(4);
    let mut handed_over = 0;
    for (kind, part, account, balance) in rows {
        if kind == AccountKind::HandedOver {
            handed_over -= balance.as_pence();
        } else if let Ok(source) = part.parse() {
            kinds.entry(kind).or_default().push((source, Holding { account, balance }));
        }
    }
    Ok((kinds, Money::pence(handed_over)))
}

/// Takes some budgets until the transaction ends, in the order of their ids.
pub(super) fn lock_some(tx: &mut Conn, authority: AuthorityId, ids: &[BudgetId]) -> QueryResult<()> {
    let of_these = budgets::table.filter(among(budgets::id, ids).and(budgets::authority_id.eq(authority)));
    locked(of_these.order(budgets::id).select(budgets::id)).get_results::<BudgetId>(tx).map(drop)
}

/// What stands on the accounts of some budgets for each way of holding.
pub(super) fn holdings_of(
    conn: &mut Conn,
    of: &[BudgetId],
    kind: AccountKind,
) -> QueryResult<HashMap<(BudgetId, FundingRoute), Holding>> {
    let rows: Vec<(String, String, AccountId, Money)> = accounts::table
        .filter(among(accounts::owner_id, of).and(accounts::kind.eq(kind)))
        .select((accounts::owner_id, accounts::part, accounts::id, accounts::balance_pence))
        .load(conn)?;
    let each = rows.into_iter().filter_map(|(owner, part, account, balance)| {
        Some(((owner.parse().ok()?, part.parse().ok()?), Holding { account, balance }))
    });
    Ok(each.collect())
}

/// Opens accounts for what is handed over, still empty: the transfers fill them.
pub(super) fn open_handed_over(
    tx: &mut Conn,
    authority: AuthorityId,
    opened: &[(BudgetId, FundingRoute, Holding)],
) -> QueryResult<()> {
    let row = |(budget, route, holding): &(BudgetId, FundingRoute, Holding)| NewAccountRow {
        id: holding.account,
        authority_id: authority,
        owner_kind: "budget",
        owner_id: budget.to_string(),
        kind: AccountKind::HandedOver,
        part: route.to_string(),
        balance_pence: Money::ZERO,
    };
    insert_accounts(tx, &opened.iter().map(row).collect::<Vec<_>>())
}

/// One account of a budget beside its money, opened where it is not there yet. The budget is locked already.
pub(super) fn account(tx: &mut Conn, budget: &Budget, kind: AccountKind, part: &str) -> QueryResult<Holding> {
    let find = accounts::table
        .filter(accounts::owner_id.eq(budget.id.as_str()).and(accounts::kind.eq(kind)).and(accounts::part.eq(part)))
        .select((accounts::id, accounts::balance_pence));
    if let Some((account, balance)) = find.first(tx).optional()? {
        return Ok(Holding { account, balance });
    }
    let holding = Holding::empty();
    insert_accounts(tx, &[account_row(budget, kind, part, holding)])?;
    Ok(holding)
}

/// Opens the four accounts of each source that a budget has none for yet.
pub(super) fn open_sources(tx: &mut Conn, budget: &mut Budget, sources: &[Source]) -> QueryResult<()> {
    let mut rows = Vec::new();
    for source in sources {
        let opened = [
            (AccountKind::Available, budget.available.open(*source)),
            (AccountKind::Committed, budget.committed.open(*source)),
            (AccountKind::Owed, budget.owed.open(*source)),
            (AccountKind::Paid, budget.paid.open(*source)),
        ];
        for (kind, holding) in opened {
            if let Some(holding) = holding {
                rows.push(account_row(budget, kind, source.as_str(), holding));
            }
        }
    }
    insert_accounts(tx, &rows)
}

/// Takes the authority's fund until the transaction ends, opening its accounts the first time.
pub fn lock_fund(tx: &mut Conn, authority: AuthorityId) -> QueryResult<Fund> {
    for kind in [AccountKind::Outside, AccountKind::Fund] {
        both(
            diesel::insert_into(accounts::table)
                .values((
                    accounts::id.eq(AccountId::new()),
                    accounts::authority_id.eq(authority),
                    accounts::owner_kind.eq("authority"),
                    accounts::owner_id.eq(authority.as_str()),
                    accounts::kind.eq(kind),
                    accounts::part.eq(""),
                    accounts::balance_pence.eq(Money::ZERO),
                ))
                .on_conflict_do_nothing(),
        )
        .execute(tx)?;
    }
    let rows: Vec<(AccountKind, AccountId, Money)> =
        locked(accounts::table.filter(accounts::owner_id.eq(authority.as_str())).order(accounts::id).select((
            accounts::kind,
            accounts::id,
            accounts::balance_pence,
        )))
        .get_results(tx)?;
    let of = |wanted| {
        let found = rows.iter().find(|(kind, ..)| *kind == wanted);
        found
            .map(|(_, account, balance)| Holding { account: *account, balance: *balance })
            .ok_or(diesel::result::Error::NotFound)
    };
    Ok(Fund { authority, outside: of(AccountKind::Outside)?, fund: of(AccountKind::Fund)? })
}

/// A budget on its way into its table: what the noun does not hold.
#[derive(Clone, Debug)]
pub(super) struct Opening<'a> {
    /// What pages call it.
    pub name: &'a str,
    /// When it is looked at together.
    pub review_on: NaiveDate,
    /// How long its periods are.
    pub period_length: PeriodLength,
    /// Whether it goes on after its end.
    pub renews: bool,
}

#[derive(Insertable)]
#[diesel(table_name = budgets, treat_none_as_default_value = false)]
struct NewBudgetRow<'a> {
    id: BudgetId,
    authority_id: AuthorityId,
    person_id: PersonId,
    name: &'a str,
    funding_route: FundingRoute,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    review_on: NaiveDate,
    created_at: UtcTime,
    period_length: PeriodLength,
    renews: bool,
}

#[derive(Insertable)]
#[diesel(table_name = accounts, treat_none_as_default_value = false)]
struct NewAccountRow {
    id: AccountId,
    authority_id: AuthorityId,
    owner_kind: &'static str,
    owner_id: String,
    kind: AccountKind,
    part: String,
    balance_pence: Money,
}

fn account_row(budget: &Budget, kind: AccountKind, part: &str, holding: Holding) -> NewAccountRow {
    NewAccountRow {
        id: holding.account,
        authority_id: budget.authority,
        owner_kind: "budget",
        owner_id: budget.id.to_string(),
        kind,
        part: part.to_owned(),
        balance_pence: Money::ZERO,
    }
}

fn insert_accounts(tx: &mut Conn, rows: &[NewAccountRow]) -> QueryResult<()> {
    for rows in rows.chunks(BATCH) {
        crate::insert_rows!(tx, accounts::table, rows)?;
    }
    Ok(())
}

/// Writes new budgets with their accounts, still empty: the transfers fill them.
pub(super) fn insert(tx: &mut Conn, budgets: &[(&Budget, Opening<'_>)], now: UtcTime) -> QueryResult<()> {
    let rows: Vec<NewBudgetRow<'_>> = budgets
        .iter()
        .map(|(budget, opening)| NewBudgetRow {
            id: budget.id,
            authority_id: budget.authority,
            person_id: budget.person,
            name: opening.name,
            funding_route: budget.funding_route,
            starts_on: budget.starts_on,
            ends_on: budget.ends_on,
            review_on: opening.review_on,
            created_at: now,
            period_length: opening.period_length,
            renews: opening.renews,
        })
        .collect();
    for rows in rows.chunks(BATCH) {
        crate::insert_rows!(tx, budgets::table, rows)?;
    }
    let mut rows: Vec<NewAccountRow> = Vec::with_capacity(budgets.len() * 4);
    for (budget, _) in budgets {
        let parts = [
            (AccountKind::Available, &budget.available),
            (AccountKind::Committed, &budget.committed),
            (AccountKind::Owed, &budget.owed),
            (AccountKind::Paid, &budget.paid),
        ];
        for (kind, part) in parts {
            let row = |(source, holding): &(Source, Holding)| account_row(budget, kind, source.as_str(), *holding);
            rows.extend(part.pots().iter().map(row));
        }
    }
    insert_accounts(tx, &rows)
}

#[derive(Insertable)]
#[diesel(table_name = transfers, treat_none_as_default_value = false)]
struct TransferRow<'a> {
    id: TransferId,
    authority_id: AuthorityId,
    reason: Reason,
    cause_id: &'a str,
    acted_by: Option<PersonId>,
    idempotency_key: &'a str,
    recorded_at: UtcTime,
}

#[derive(Insertable)]
#[diesel(table_name = legs, treat_none_as_default_value = false)]
struct LegRow {
    transfer_id: TransferId,
    account_id: AccountId,
    amount_pence: Money,
}

/// Writes transfers and moves the balances by exactly their legs; accounts in the order of their ids.
pub fn record(tx: &mut Conn, moved: &[Transfer]) -> QueryResult<()> {
    let mut sums: BTreeMap<AccountId, i64> = BTreeMap::new();
    for batch in moved.chunks(BATCH) {
        let rows: Vec<TransferRow<'_>> = batch
            .iter()
            .map(|t| TransferRow {
                id: t.id,
                authority_id: t.authority,
                reason: t.reason,
                cause_id: &t.cause,
                acted_by: t.acted_by,
                idempotency_key: &t.key,
                recorded_at: t.at,
            })
            .collect();
        crate::insert_rows!(tx, transfers::table, &rows)?;
        let of_each = |t: &Transfer| {
            let id = t.id;
            t.legs()
                .iter()
                .map(move |l| LegRow { transfer_id: id, account_id: l.account, amount_pence: l.amount })
                .collect::<Vec<_>>()
        };
        let rows: Vec<LegRow> = batch.iter().flat_map(of_each).collect();
        for leg in &rows {
            *sums.entry(leg.account_id).or_default() += leg.amount_pence.as_pence();
        }
        crate::insert_rows!(tx, legs::table, &rows)?;
    }
    for (account, by) in sums.into_iter().filter(|(_, by)| *by != 0) {
        diesel::update(accounts::table.find(account))
            .set(accounts::balance_pence.eq(accounts::balance_pence + by))
            .execute(tx)?;
    }
    Ok(())
}

/// One leg of a movement of a budget's money, as a budget page shows it.
#[derive(Clone, Debug, Queryable)]
pub struct MovementRow {
    /// Which transfer.
    pub transfer: TransferId,
    /// When.
    pub at: UtcTime,
    /// Why.
    pub reason: Reason,
    /// In which part of the budget.
    pub part: AccountKind,
    /// How much came, or went where it is below zero.
    pub amount: Money,
}

/// What came to and went from each part of the holder's budget, newest first: whole transfers, so many at most.
pub fn movements(conn: &mut Conn, holder: &BudgetReader, at_most: i64) -> QueryResult<Vec<MovementRow>> {
    let budget = holder.budget();
    let own = accounts::owner_id.eq(budget.as_str()).and(accounts::authority_id.eq(holder.authority()));
    let newest: Vec<(UtcTime, TransferId)> = legs::table
        .inner_join(transfers::table)
        .inner_join(accounts::table)
        .filter(own)
        .order((transfers::recorded_at.desc(), transfers::id.desc()))
        .select((transfers::recorded_at, transfers::id))
        .distinct()
        .limit(at_most)
        .load(conn)?;
    let ids: Vec<TransferId> = newest.iter().map(|(_, id)| *id).collect();
    legs::table
        .inner_join(transfers::table)
        .inner_join(accounts::table)
        .filter(own)
        .filter(among(transfers::id, &ids))
        .order((transfers::recorded_at.desc(), transfers::id.desc(), accounts::kind, legs::amount_pence))
        .select((transfers::id, transfers::recorded_at, transfers::reason, accounts::kind, legs::amount_pence))
        .load(conn)
}

/// How often something caused a movement of this reason.
pub fn times(conn: &mut Conn, cause: &str, reason: Reason) -> QueryResult<i64> {
    transfers::table.filter(transfers::cause_id.eq(cause).and(transfers::reason.eq(reason))).count().get_result(conn)
}
