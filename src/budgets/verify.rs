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
    WHERE (kind NOT IN ('outside', 'contribution due', 'handed over') AND balance_pence < 0)
        OR (kind IN ('contribution due', 'handed over') AND balance_pence > 0) LIMIT 20";

const NO_WHOLE: &str = "SELECT terms_id AS id, CAST(SUM(share) AS BIGINT) AS \"is\", CAST(10000 AS BIGINT) AS should_be
    FROM (SELECT 'sources' AS of_what, terms_id, share FROM budget_sources
        UNION ALL SELECT 'holders' AS of_what, terms_id, share FROM budget_holders) AS shares
    GROUP BY of_what, terms_id HAVING SUM(share) <> 10000 LIMIT 20";

const OFF_FUNDED: &str =
    "SELECT budget_periods.id AS id, funded_pence AS \"is\", CAST(COALESCE(told.pence, 0) AS BIGINT)
        AS should_be
    FROM budget_periods LEFT JOIN (
        SELECT transfers.cause_id, accounts.owner_id, SUM(legs.amount_pence) AS pence FROM transfers
        JOIN legs ON legs.transfer_id = transfers.id JOIN accounts ON accounts.id = legs.account_id
        WHERE transfers.reason IN ('allocation', 'bridging') AND accounts.kind = 'available'
        GROUP BY transfers.cause_id, accounts.owner_id
    ) AS told ON told.cause_id = budget_periods.id AND told.owner_id = budget_periods.budget_id
    WHERE funded_pence <> COALESCE(told.pence, 0) LIMIT 20";

const OVERLAPS: &str =
    "SELECT one.id AS id, CAST(one.number AS BIGINT) AS \"is\", CAST(other.number AS BIGINT) AS should_be
    FROM budget_periods one JOIN budget_periods other ON other.budget_id = one.budget_id AND other.number > one.number
    AND other.starts_on < one.ends_on LIMIT 20";

const ON_THE_WAY: &str = "SELECT id, balance_pence AS \"is\", CAST(0 AS BIGINT) AS should_be FROM accounts
    WHERE kind = 'carried over' AND balance_pence <> 0 LIMIT 20";

/// Names everything in the ledger that does not hold.
pub fn differences(conn: &mut Conn) -> QueryResult<Vec<String>> {
    let mut found = Vec::new();
    for (what, sql) in [
        ("transfer does not balance", UNBALANCED),
        ("transfer has no legs", WITHOUT_LEGS),
        ("balance is not the sum of the legs", OFF_BALANCE),
        ("account is below zero, or above it where it may not be", BELOW_ZERO),
        ("shares are no whole", NO_WHOLE),
        ("what a period was funded with is not what the ledger says", OFF_FUNDED),
        ("period reaches into a later one", OVERLAPS),
        ("money is stuck between two periods", ON_THE_WAY),
    ] {
        let rows: Vec<Wrong> = diesel::sql_query(sql).load(conn)?;
        found.extend(rows.iter().map(|r| format!("{what}: {} is {} and should be {} pence", r.id, r.is, r.should_be)));
    }
    Ok(found)
}
