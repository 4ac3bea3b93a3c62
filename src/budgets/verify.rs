//! Proof of the ledger: every transfer balances, balances equal legs, nothing is below zero.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::db::Conn;

#[derive(QueryableByName)]
struct Wrong {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = BigInt)]
    is: i64,
    #[diesel(sql_type = BigInt)]
    should_be: i64,
}

const UNBALANCED: &str =
    "SELECT transfer_id AS id, CAST(SUM(amount_pence) AS BIGINT) AS \"is\", CAST(0 AS BIGINT) AS should_be
    FROM legs GROUP BY transfer_id HAVING SUM(amount_pence) <> 0 OR COUNT(*) < 2 LIMIT 20";

const WITHOUT_LEGS: &str = "SELECT id, CAST(0 AS BIGINT) AS \"is\", CAST(2 AS BIGINT) AS should_be FROM transfers
    WHERE NOT EXISTS (SELECT 1 FROM legs WHERE transfer_id = transfers.id) LIMIT 20";

const OFF_BALANCE: &str =
    "SELECT accounts.id AS id, balance_pence AS \"is\", CAST(COALESCE(told.pence, 0) AS BIGINT) AS should_be
    FROM accounts LEFT JOIN (SELECT account_id, SUM(amount_pence) AS pence FROM legs GROUP BY account_id) AS told
    ON told.account_id = accounts.id WHERE balance_pence <> COALESCE(told.pence, 0) LIMIT 20";

const BELOW_ZERO: &str = "SELECT id, balance_pence AS \"is\", CAST(0 AS BIGINT) AS should_be FROM accounts
    WHERE kind <> 'outside' AND balance_pence < 0 LIMIT 20";

/// Names everything in the ledger that does not hold.
pub fn differences(conn: &mut Conn) -> QueryResult<Vec<String>> {
    let mut found = Vec::new();
    for (what, sql) in [
        ("transfer does not balance", UNBALANCED),
        ("transfer has no legs", WITHOUT_LEGS),
        ("balance is not the sum of the legs", OFF_BALANCE),
        ("account is below zero", BELOW_ZERO),
    ] {
        let rows: Vec<Wrong> = diesel::sql_query(sql).load(conn)?;
        found.extend(rows.iter().map(|r| format!("{what}: {} is {} and should be {} pence", r.id, r.is, r.should_be)));
    }
    Ok(found)
}
