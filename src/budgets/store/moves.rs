//! All SQL of what was moved by hand; and what statements, payment runs and "My money" read.

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{accounts, budgets, legs, money_moves, transfers};
use crate::db::{Conn, among, sum_i64};
use crate::ids::{AccountId, AuthorityId, BudgetId, MoneyMoveId, PersonId, SubmissionKey, TransferId};
use crate::money::Money;

use super::super::FundingRoute;
use super::super::ledger::{AccountKind, Reason, Source};

/// An amount that somebody moved by hand, as its row is.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = money_moves, treat_none_as_default_value = false)]
pub struct MoneyMove {
    /// Which: the cause of its transfers.
    pub id: MoneyMoveId,
    /// Whose money.
    pub authority_id: AuthorityId,
    /// Of which budget.
    pub budget_id: BudgetId,
    /// To which other one.
    pub other_budget_id: Option<BudgetId>,
    /// Why.
    pub reason: Reason,
    /// From which source, or in which way it was handed over.
    pub source: String,
    /// How much.
    pub amount_pence: Money,
    /// What whoever did it wrote.
    pub note: String,
    /// Who.
    pub moved_by: Option<PersonId>,
    /// When.
    pub moved_at: UtcTime,
    /// The form or request that it came in.
    pub submission_key: SubmissionKey,
}

/// What was moved with this key already.
pub fn move_by_key(conn: &mut Conn, authority: AuthorityId, key: SubmissionKey) -> QueryResult<Option<MoneyMove>> {
    money_moves::table
        .filter(money_moves::authority_id.eq(authority).and(money_moves::submission_key.eq(key)))
        .select(MoneyMove::as_select())
        .first(conn)
        .optional()
}

/// Writes what was moved.
pub(crate) fn insert_move(tx: &mut Conn, moved: &MoneyMove) -> QueryResult<()> {
    crate::both!(tx, c => diesel::insert_into(money_moves::table).values(moved).execute(c)).map(drop)
}

/// What was moved by hand of a budget, newest first.
pub fn moves_of(
    conn: &mut Conn,
    authority: AuthorityId,
    budget: BudgetId,
    at_most: i64,
) -> QueryResult<Vec<MoneyMove>> {
    money_moves::table
        .filter(money_moves::budget_id.eq(budget).or(money_moves::other_budget_id.eq(budget)))
        .filter(money_moves::authority_id.eq(authority))
        .order((money_moves::moved_at.desc(), money_moves::id.desc()))
        .select(MoneyMove::as_select())
        .limit(at_most)
        .load(conn)
}

/// One leg of a movement on one of a budget's accounts.
#[derive(Clone, Debug, Queryable)]
pub struct MovementLeg {
    /// Which transfer.
    pub transfer: TransferId,
    /// When.
    pub at: UtcTime,
    /// Why.
    pub reason: Reason,
    /// What caused it: a purchase, delivery, invoice, period or move.
    pub cause: String,
    /// Which account.
    pub kind: AccountKind,
    /// Of its money the source; of what was handed over the way; else nothing.
    pub part: String,
    /// What came (above zero) or went (below).
    pub amount: Money,
}

impl MovementLeg {
    /// Where the money came from, for the parts of a budget's money.
    #[must_use]
    pub fn source(&self) -> Option<Source> {
        self.part.parse().ok()
    }
}

/// Every movement of a budget from one moment until before another, in the order of time.
pub fn movements_between(
    conn: &mut Conn,
    authority: AuthorityId,
    budget: BudgetId,
    (from, until): (UtcTime, UtcTime),
) -> QueryResult<Vec<MovementLeg>> {
    transfers::table
        .inner_join(legs::table.inner_join(accounts::table))
        .filter(accounts::owner_id.eq(budget.as_str()).and(accounts::authority_id.eq(authority)))
        .filter(transfers::recorded_at.ge(from).and(transfers::recorded_at.lt(until)))
        .order((transfers::recorded_at, transfers::id, accounts::kind, accounts::part))
        .select((
            transfers::id,
            transfers::recorded_at,
            transfers::reason,
            transfers::cause_id,
            accounts::kind,
            accounts::part,
            legs::amount_pence,
        ))
        .load(conn)
}

/// What stands on a budget's accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balances(BTreeMap<(AccountKind, String), Money>);

impl Balances {
    /// Of one part of one source.
    #[must_use]
    pub fn of(&self, kind: AccountKind, source: Source) -> Money {
        self.0.get(&(kind, source.as_str().to_owned())).copied().unwrap_or_default()
    }

    /// Of one kind of account, all together.
    #[must_use]
    pub fn all_of(&self, kind: AccountKind) -> Money {
        Money::pence(self.0.iter().filter(|((each, _), _)| *each == kind).map(|(_, amount)| amount.as_pence()).sum())
    }

    /// The sources that a budget's money came from.
    #[must_use]
    pub fn sources(&self) -> Vec<Source> {
        let available = self.0.keys().filter(|(kind, _)| *kind == AccountKind::Available);
        available.filter_map(|(_, part)| part.parse().ok()).collect()
    }

    /// Every account: its kind, its part and what stands there.
    pub fn iter(&self) -> impl Iterator<Item = (AccountKind, &str, Money)> {
        self.0.iter().map(|((kind, part), amount)| (*kind, part.as_str(), *amount))
    }
}

/// What stands on a budget's accounts now.
pub fn balances(conn: &mut Conn, authority: AuthorityId, budget: BudgetId) -> QueryResult<Balances> {
    let rows: Vec<(AccountKind, String, Money)> = accounts::table
        .filter(accounts::owner_id.eq(budget.as_str()).and(accounts::authority_id.eq(authority)))
        .select((accounts::kind, accounts::part, accounts::balance_pence))
        .load(conn)?;
    Ok(Balances(rows.into_iter().map(|(kind, part, amount)| ((kind, part), amount)).collect()))
}

/// What stood on a budget's accounts before a moment: the sum of everything that had moved.
pub fn balances_at(conn: &mut Conn, authority: AuthorityId, budget: BudgetId, at: UtcTime) -> QueryResult<Balances> {
    let rows: Vec<(AccountKind, String, i64)> = accounts::table
        .inner_join(legs::table.inner_join(transfers::table))
        .filter(accounts::owner_id.eq(budget.as_str()).and(accounts::authority_id.eq(authority)))
        .filter(transfers::recorded_at.lt(at))
        .group_by((accounts::kind, accounts::part))
        .select((accounts::kind, accounts::part, sum_i64(legs::amount_pence)))
        .load(conn)?;
    Ok(Balances(rows.into_iter().map(|(kind, part, pence)| ((kind, part), Money::pence(pence))).collect()))
}

/// What was handed to the holders of some budgets so far: the way, and how much.
pub(crate) fn handed_over(conn: &mut Conn, of: &[BudgetId]) -> QueryResult<Vec<(BudgetId, FundingRoute, Money)>> {
    let rows: Vec<(String, String, Money)> = accounts::table
        .filter(among(accounts::owner_id, of))
        .filter(accounts::kind.eq(AccountKind::HandedOver))
        .select((accounts::owner_id, accounts::part, accounts::balance_pence))
        .load(conn)?;
    let each = rows
        .into_iter()
        .filter_map(|(id, route, amount)| Some((id.parse().ok()?, route.parse().ok()?, amount.negated())));
    Ok(each.collect())
}

/// What the council has in some budgets, spent or not: all parts, of its own sources.
pub(crate) fn put_in_by_the_council(conn: &mut Conn, of: &[BudgetId]) -> QueryResult<Vec<(BudgetId, i64)>> {
    let rows: Vec<(String, i64)> = accounts::table
        .filter(among(accounts::owner_id, of))
        .filter(
            accounts::kind.eq_any(AccountKind::PARTS).and(accounts::part.eq_any(Source::POOLED.map(Source::as_str))),
        )
        .group_by(accounts::owner_id)
        .select((accounts::owner_id, sum_i64(accounts::balance_pence)))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(id, pence)| Some((id.parse().ok()?, pence))).collect())
}

/// What came into some budgets beside their rate until a moment (above zero), or went out of them: one-off amounts, what
/// providers gave back, what was taken back, and what went from one budget to another. Nothing that was turned back, and
/// nothing of the person's own.
pub(crate) fn moved_beside(
    conn: &mut Conn,
    of: &[BudgetId],
    until: UtcTime,
) -> QueryResult<Vec<(BudgetId, UtcTime, Money)>> {
    type Row = (MoneyMoveId, BudgetId, Option<BudgetId>, Reason, String, Money, UtcTime);
    let columns = (
        money_moves::id,
        money_moves::budget_id,
        money_moves::other_budget_id,
        money_moves::reason,
        money_moves::source,
        money_moves::amount_pence,
        money_moves::moved_at,
    );
    let own: Vec<Row> = money_moves::table.filter(among(money_moves::budget_id, of)).select(columns).load(conn)?;
    let incoming = money_moves::table.filter(among(money_moves::other_budget_id.assume_not_null(), of));
    let others: Vec<Row> = incoming.select(columns).load(conn)?;
    let reversals = own.iter().chain(&others).filter(|row| row.3 == Reason::Reversal);
    let turned_back: HashSet<String> = reversals.map(|row| row.4.clone()).collect();
    let counts = |row: &&Row| {
        let of_the_council =
            row.3 == Reason::Clawback || row.4.parse().is_ok_and(|source: Source| !source.is_the_persons());
        of_the_council && row.6 < until && !turned_back.contains(row.0.as_str())
    };
    let mut moved = Vec::new();
    for (_, budget, _, reason, _, amount, at) in own.iter().filter(counts) {
        match reason {
            Reason::OneOff | Reason::Refund => moved.push((*budget, *at, *amount)),
            Reason::Clawback | Reason::BetweenBudgets => moved.push((*budget, *at, amount.negated())),
            _ => {}
        }
    }
    for (_, _, other, reason, _, amount, at) in others.iter().filter(counts) {
        if let (Some(other), Reason::BetweenBudgets) = (other, reason) {
            moved.push((*other, *at, *amount));
        }
    }
    Ok(moved)
}

/// What providers have invoiced that the council is still to pay out of some budgets.
pub(crate) fn invoiced_to_the_council(conn: &mut Conn, of: &[BudgetId]) -> QueryResult<Vec<(BudgetId, i64)>> {
    use crate::db::schema::{invoices, purchases};
    if of.is_empty() {
        return Ok(Vec::new());
    }
    purchases::table
        .inner_join(invoices::table)
        .filter(among(purchases::budget_id, of))
        .filter(invoices::state.eq("issued").and(invoices::funding_route.eq(FundingRoute::CouncilManaged)))
        .group_by(purchases::budget_id)
        .select((purchases::budget_id, sum_i64(invoices::amount_pence)))
        .load(conn)
}

/// One budget of a long list.
#[derive(Clone, Debug, Queryable)]
pub(crate) struct InTurn {
    pub(crate) id: BudgetId,
    pub(crate) person: PersonId,
    pub(crate) name: String,
    pub(crate) ends_on: NaiveDate,
    pub(crate) council_paid: Money,
}

type InTurnColumns = (budgets::id, budgets::person_id, budgets::name, budgets::ends_on, budgets::council_paid_pence);
const IN_TURN: InTurnColumns =
    (budgets::id, budgets::person_id, budgets::name, budgets::ends_on, budgets::council_paid_pence);

/// The next budgets of an authority in the order of their ids that began by a day.
pub(crate) fn budgets_after(
    conn: &mut Conn,
    authority: AuthorityId,
    after: Option<BudgetId>,
    begun_by: NaiveDate,
    at_most: i64,
) -> QueryResult<Vec<InTurn>> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    budgets::table
        .filter(budgets::authority_id.eq(authority).and(budgets::starts_on.le(begun_by)))
        .filter(budgets::id.gt(after))
        .order(budgets::id)
        .select(IN_TURN)
        .limit(at_most)
        .load(conn)
}

/// Some budgets of an authority, in the order of their ids.
pub(crate) fn budgets_named(conn: &mut Conn, authority: AuthorityId, of: &[BudgetId]) -> QueryResult<Vec<InTurn>> {
    budgets::table
        .filter(budgets::authority_id.eq(authority).and(among(budgets::id, of)))
        .order(budgets::id)
        .select(IN_TURN)
        .load(conn)
}

/// Notes that the council paid so much more (below zero: that a payment came back) out of a budget to providers.
pub(crate) fn note_council_paid(tx: &mut Conn, budget: BudgetId, by_pence: i64) -> QueryResult<()> {
    diesel::update(budgets::table.find(budget))
        .set(budgets::council_paid_pence.eq(budgets::council_paid_pence + by_pence))
        .execute(tx)
        .map(drop)
}

/// One move of a budget.
pub fn find_move(
    conn: &mut Conn,
    authority: AuthorityId,
    budget: BudgetId,
    moved: MoneyMoveId,
) -> QueryResult<MoneyMove> {
    money_moves::table
        .find(moved)
        .filter(money_moves::authority_id.eq(authority).and(money_moves::budget_id.eq(budget)))
        .select(MoneyMove::as_select())
        .first(conn)
}

/// The legs of the transfer that something caused: which account of what kind, what stands on it, and the amount.
pub(crate) fn legs_caused_by(
    conn: &mut Conn,
    authority: AuthorityId,
    cause: &str,
    reason: Reason,
) -> QueryResult<Vec<(AccountId, AccountKind, Money, Money)>> {
    transfers::table
        .inner_join(legs::table.inner_join(accounts::table))
        .filter(transfers::authority_id.eq(authority))
        .filter(transfers::cause_id.eq(cause).and(transfers::reason.eq(reason)))
        .select((accounts::id, accounts::kind, accounts::balance_pence, legs::amount_pence))
        .load(conn)
}

/// Whether what something caused was turned back already.
pub(crate) fn is_reversed(conn: &mut Conn, authority: AuthorityId, cause: &str) -> QueryResult<bool> {
    let reversal = transfers::table
        .filter(transfers::authority_id.eq(authority))
        .filter(transfers::cause_id.eq(cause).and(transfers::reason.eq(Reason::Reversal)));
    diesel::select(diesel::dsl::exists(reversal)).get_result(conn)
}

/// Other budgets of a person with the same authority that run on a day: which, and what pages call them.
pub(crate) fn others_of(
    conn: &mut Conn,
    authority: AuthorityId,
    person: PersonId,
    but: BudgetId,
    day: NaiveDate,
) -> QueryResult<Vec<(BudgetId, String)>> {
    budgets::table
        .filter(budgets::person_id.eq(person).and(budgets::authority_id.eq(authority)).and(budgets::id.ne(but)))
        .filter(budgets::ends_on.gt(day))
        .order((budgets::starts_on, budgets::id))
        .select((budgets::id, budgets::name))
        .load(conn)
}
