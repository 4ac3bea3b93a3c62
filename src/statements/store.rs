//! All SQL of statements: it only reads the ledger.

use diesel::prelude::*;

use crate::budgets::{AccountKind, Reason};
use crate::clock::UtcTime;
use crate::db::schema::{accounts, legs, transfers};
use crate::db::{Conn, sum_i64};
use crate::identity::BudgetReader;
use crate::ids::TransferId;
use crate::money::Money;

use super::statement::Parts;

/// One leg of a transfer on one part of a budget.
#[derive(Clone, Debug, Queryable)]
pub struct LegRow {
    /// Which transfer.
    pub transfer: TransferId,
    /// When.
    pub at: UtcTime,
    /// Why.
    pub reason: Reason,
    /// What caused it.
    pub cause: String,
    /// On which part.
    pub part: AccountKind,
    /// What came or went.
    pub amount: Money,
}

/// What stood on each part of the holder's budget at a moment.
pub(super) fn parts_before(conn: &mut Conn, reader: &BudgetReader, moment: UtcTime) -> QueryResult<Parts> {
    let rows: Vec<(AccountKind, i64)> = legs::table
        .inner_join(transfers::table)
        .inner_join(accounts::table)
        .filter(accounts::owner_id.eq(reader.budget().as_str()).and(accounts::authority_id.eq(reader.authority())))
        .filter(transfers::recorded_at.lt(moment))
        .group_by(accounts::kind)
        .select((accounts::kind, sum_i64(legs::amount_pence)))
        .load(conn)?;
    let mut parts = Parts::default();
    for (kind, pence) in rows {
        parts.add(kind, pence);
    }
    Ok(parts)
}

/// Every leg on the holder's budget from one moment until before another, oldest first, those of one transfer together.
pub(super) fn legs_between(
    conn: &mut Conn,
    reader: &BudgetReader,
    from: UtcTime,
    until: UtcTime,
) -> QueryResult<Vec<LegRow>> {
    legs::table
        .inner_join(transfers::table)
        .inner_join(accounts::table)
        .filter(accounts::owner_id.eq(reader.budget().as_str()).and(accounts::authority_id.eq(reader.authority())))
        .filter(transfers::recorded_at.ge(from).and(transfers::recorded_at.lt(until)))
        .order((transfers::recorded_at, transfers::id, accounts::kind))
        .select((
            transfers::id,
            transfers::recorded_at,
            transfers::reason,
            transfers::cause_id,
            accounts::kind,
            legs::amount_pence,
        ))
        .load(conn)
}
