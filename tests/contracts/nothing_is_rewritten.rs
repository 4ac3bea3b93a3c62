//! What happened stays as it happened: the databases themselves refuse to change it.

use diesel::connection::SimpleConnection;
use serde_json::json;
use waymark::db::Conn;

use crate::support::{Town, option_id, service_id};

fn refused(conn: &mut Conn, sql: &str) -> String {
    match conn.batch_execute(sql) {
        Ok(()) => panic!("the database lets this through: {sql}"),
        Err(cause) => cause.to_string(),
    }
}

fn town_with_a_purchase() -> Town {
    let town = Town::open();
    let document = json!({
        "service_id": service_id("Lunch club").to_string(),
        "cost_option_id": option_id("Lunch club").to_string(),
        "quantity": 1,
        "starts_on": town.today().to_string(),
    });
    let path = format!("/budgets/{}/purchases", town.budget_of("Amira"));
    town.api_of("Amira").post_once(&path, "one", &document).expect(201);
    town.holds_together();
    town
}

#[test]
fn events_transfers_and_legs_are_never_changed_or_deleted() {
    let town = town_with_a_purchase();
    let mut conn = town.connect();
    for (table, change) in
        [("events", "subject_id = 'x'"), ("transfers", "cause_id = 'x'"), ("legs", "amount_pence = 1")]
    {
        let why = refused(&mut conn, &format!("UPDATE {table} SET {change}"));
        assert!(why.contains("are never changed"), "{why}");
        let why = refused(&mut conn, &format!("DELETE FROM {table}"));
        assert!(why.contains("are never changed"), "{why}");
    }
    town.holds_together();
}

#[test]
fn no_balance_goes_below_zero_but_that_of_the_world_outside() {
    let town = town_with_a_purchase();
    let mut conn = town.connect();
    for kind in ["fund", "available", "committed", "owed", "paid"] {
        let why = refused(&mut conn, &format!("UPDATE accounts SET balance_pence = -1 WHERE kind = '{kind}'"));
        assert!(why.to_lowercase().contains("check"), "{why}");
    }
    conn.batch_execute("UPDATE accounts SET balance_pence = balance_pence WHERE kind = 'outside'").unwrap();
}

#[test]
fn what_the_rules_say_the_tables_say_again() {
    let town = town_with_a_purchase();
    let mut conn = town.connect();
    refused(&mut conn, "UPDATE purchases SET quantity = 0");
    refused(&mut conn, "UPDATE purchases SET quantity = 1000");
    refused(&mut conn, "UPDATE purchases SET total_pence = total_pence + 1");
    refused(&mut conn, "UPDATE purchases SET state = 'lost'");
    refused(&mut conn, "UPDATE purchases SET budget_id = 'nobody'");
    refused(&mut conn, "UPDATE services SET regulated = TRUE");
    refused(&mut conn, "INSERT INTO purchases SELECT * FROM purchases");
    town.holds_together();
}

/// `waymark verify` has to see what somebody did by hand.
#[test]
fn verify_names_a_balance_that_was_changed_by_hand() {
    let town = town_with_a_purchase();
    town.connect()
        .batch_execute("UPDATE accounts SET balance_pence = balance_pence + 1 WHERE kind = 'available'")
        .unwrap();
    assert!(!town.wrong().is_empty());
}

#[test]
fn verify_names_a_service_that_the_index_does_not_know() {
    let town = town_with_a_purchase();
    let sql = format!("UPDATE services SET name = 'Tea dance' WHERE id = '{}'", service_id("Lunch club"));
    town.connect().batch_execute(&sql).unwrap();
    let wrong = town.wrong();
    assert!(wrong.iter().any(|each| each.contains("stands otherwise in the index")), "{wrong:?}");
}
