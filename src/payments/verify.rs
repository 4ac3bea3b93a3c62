//! Proof that payment runs and the ledger tell the same story: each payment to a holder moved its money once, and came back
//! once where the bank did not pay; each invoice that a run has paid is paid, by the council.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::db::Conn;

#[derive(QueryableByName)]
struct Wrong {
    #[diesel(sql_type = Text)]
    payment: String,
    #[diesel(sql_type = BigInt)]
    moved: i64,
    #[diesel(sql_type = BigInt)]
    listed: i64,
}

/// What is with the holder because of each line: all of it while it is sent or paid, nothing before and after.
const HOLDERS: &str = "
    WITH listed AS (
        SELECT r.authority_id, 'WM-' || r.number || '-' || l.number AS cause, l.budget_id, l.funding_route,
            CASE WHEN l.state IN ('sent', 'paid') THEN l.amount_pence ELSE 0 END AS pence
        FROM payment_lines l JOIN payment_runs r ON r.id = l.run_id WHERE l.budget_id IS NOT NULL
    ), moved AS (
        SELECT t.authority_id, t.cause_id, a.owner_id, a.part, SUM(g.amount_pence) AS pence
        FROM transfers t JOIN legs g ON g.transfer_id = t.id JOIN accounts a ON a.id = g.account_id
        WHERE t.reason IN ('payment', 'payment returned') AND a.kind = 'handed over'
        GROUP BY t.authority_id, t.cause_id, a.owner_id, a.part
    )
    SELECT listed.cause AS payment, CAST(COALESCE(-moved.pence, 0) AS BIGINT) AS moved, listed.pence AS listed
    FROM listed LEFT JOIN moved ON moved.authority_id = listed.authority_id AND moved.cause_id = listed.cause
        AND moved.owner_id = listed.budget_id AND moved.part = listed.funding_route
    WHERE COALESCE(-moved.pence, 0) <> listed.pence LIMIT 20";

const INVOICES: &str = "
    SELECT 'WM-' || r.number || '-' || l.number AS payment,
        CASE WHEN i.paid_by = 'council' THEN i.amount_pence ELSE 0 END AS moved, l.amount_pence AS listed
    FROM payment_lines l JOIN payment_runs r ON r.id = l.run_id JOIN invoices i ON i.id = l.invoice_id
    WHERE l.state IN ('sent', 'paid') AND (i.paid_by IS NULL OR i.paid_by <> 'council' OR i.amount_pence <> l.amount_pence)
    LIMIT 20";

/// Names every payment of a run that the ledger does not show as the run does.
pub fn differences(conn: &mut Conn) -> QueryResult<Vec<String>> {
    let mut found = Vec::new();
    for sql in [HOLDERS, INVOICES] {
        let rows: Vec<Wrong> = diesel::sql_query(sql).load(conn)?;
        found.extend(rows.iter().map(|wrong| {
            format!("payment {}: {} pence moved, and the run says {}", wrong.payment, wrong.moved, wrong.listed)
        }));
    }
    Ok(found)
}
