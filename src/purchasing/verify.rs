//! Proof that the ledger and the purchases tell the same story: what each budget has committed, owed and paid is what
//! its purchases, deliveries and invoices add up to.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::db::Conn;

#[derive(QueryableByName)]
struct Wrong {
    #[diesel(sql_type = Text)]
    budget: String,
    #[diesel(sql_type = Text)]
    part: String,
    #[diesel(sql_type = BigInt)]
    kept: i64,
    #[diesel(sql_type = BigInt)]
    told: i64,
}

/// Committed: what open purchases hold beyond their confirmed deliveries, and what waits on cancelled ones. Owed:
/// confirmed deliveries that no settled invoice asks for. Paid: settled invoices.
const STORY: &str = "
    WITH confirmed AS (
        SELECT purchase_id, SUM(amount_pence) AS pence FROM deliveries WHERE state = 'confirmed' GROUP BY purchase_id
    ), recorded AS (
        SELECT purchase_id, SUM(amount_pence) AS pence FROM deliveries WHERE state = 'recorded' GROUP BY purchase_id
    ), paid AS (
        SELECT purchase_id, SUM(amount_pence) AS pence FROM invoices WHERE state = 'settled' GROUP BY purchase_id
    ), each_purchase AS (
        SELECT purchases.budget_id,
            CASE WHEN state IN ('requested', 'agreed') THEN total_pence - COALESCE(confirmed.pence, 0)
                 WHEN state = 'cancelled' THEN COALESCE(recorded.pence, 0) ELSE 0 END AS committed,
            COALESCE(confirmed.pence, 0) - COALESCE(paid.pence, 0) AS owed,
            COALESCE(paid.pence, 0) AS paid
        FROM purchases
        LEFT JOIN confirmed ON confirmed.purchase_id = purchases.id
        LEFT JOIN recorded ON recorded.purchase_id = purchases.id
        LEFT JOIN paid ON paid.purchase_id = purchases.id
    ), told AS (
        SELECT budget_id, SUM(committed) AS committed, SUM(owed) AS owed, SUM(paid) AS paid
        FROM each_purchase GROUP BY budget_id
    ), held AS (
        SELECT owner_id AS budget, kind AS part, CAST(SUM(balance_pence) AS BIGINT) AS kept FROM accounts
        WHERE owner_kind = 'budget' AND kind IN ('committed', 'owed', 'paid') GROUP BY owner_id, kind
    ), compared AS (
        SELECT held.budget, held.part, held.kept,
            CASE held.part WHEN 'committed' THEN COALESCE(told.committed, 0) WHEN 'owed' THEN COALESCE(told.owed, 0)
                ELSE COALESCE(told.paid, 0) END AS told
        FROM held LEFT JOIN told ON told.budget_id = held.budget
    )
    SELECT budget, part, kept, CAST(told AS BIGINT) AS told FROM compared WHERE kept <> told LIMIT 20";

/// What the council paid out of each budget; and invoices that are paid by nobody, or not paid and yet by somebody.
const BY_THE_COUNCIL: &str = "
    SELECT budgets.id AS budget, 'paid by the council' AS part, council_paid_pence AS kept,
        CAST(COALESCE(told.pence, 0) AS BIGINT) AS told
    FROM budgets LEFT JOIN (
        SELECT purchases.budget_id, SUM(invoices.amount_pence) AS pence FROM invoices
        JOIN purchases ON purchases.id = invoices.purchase_id WHERE invoices.paid_by = 'council' GROUP BY purchases.budget_id
    ) AS told ON told.budget_id = budgets.id WHERE council_paid_pence <> COALESCE(told.pence, 0)
    UNION ALL SELECT purchases.budget_id, 'paid by somebody', invoices.amount_pence, CAST(0 AS BIGINT)
    FROM invoices JOIN purchases ON purchases.id = invoices.purchase_id
    WHERE (invoices.state = 'settled') <> (invoices.paid_by IS NOT NULL)
    LIMIT 20";

/// Names every part of a budget that is not what its purchases say.
pub fn differences(conn: &mut Conn) -> QueryResult<Vec<String>> {
    let mut rows: Vec<Wrong> = diesel::sql_query(STORY).load(conn)?;
    rows.extend(diesel::sql_query(BY_THE_COUNCIL).load::<Wrong>(conn)?);
    let said = |wrong: &Wrong| {
        format!("budget {}: {} is {} and its purchases say {} pence", wrong.budget, wrong.part, wrong.kept, wrong.told)
    };
    Ok(rows.iter().map(said).collect())
}
