//! All SQL of statements: it only reads the ledger.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::budgets::{AccountKind, Reason, Source};
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
    /// Of which source, for the four parts; else the way of holding, or nothing.
    pub source: String,
    /// What came or went.
    pub amount: Money,
}

/// What stands on a budget's accounts: the four parts of each source, and what was paid out to whoever holds it.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    pub(super) parts: BTreeMap<Source, Parts>,
    pub(super) paid_out: i64,
}

impl Standing {
    fn add(&mut self, kind: AccountKind, part: &str, pence: i64) {
        if kind == AccountKind::HandedOver {
            self.paid_out -= pence;
        } else if let Ok(source) = part.parse() {
            self.parts.entry(source).or_default().add(kind, pence);
        }
    }

    /// What stands there after one more leg.
    pub(super) fn after(mut self, leg: &LegRow) -> Self {
        self.add(leg.part, &leg.source, leg.amount.as_pence());
        self
    }
}

/// What stood on the holder's budget at a moment.
pub(super) fn stood_before(conn: &mut Conn, reader: &BudgetReader, moment: UtcTime) -> QueryResult<Standing> {
    let rows: Vec<(AccountKind, String, i64)> = legs::table
        .inner_join(transfers::table)
        .inner_join(accounts::table)
        .filter(accounts::owner_id.eq(reader.budget().as_str()).and(accounts::authority_id.eq(reader.authority())))
        .filter(transfers::recorded_at.lt(moment))
        .group_by((accounts::kind, accounts::part))
        .select((accounts::kind, accounts::part, sum_i64(legs::amount_pence)))
        .load(conn)?;
    let mut standing = Standing::default();
    for (kind, part, pence) in rows {
        standing.add(kind, &part, pence);
    }
    Ok(standing)
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
