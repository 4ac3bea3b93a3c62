//! Who looked at whose records, and that nobody can change what was written about it.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use waymark::db::Conn;

use crate::buying::buys;
use crate::over_the_api::bought;
use crate::support::{Seen, Town};

fn lines(page: &Seen) -> Vec<String> {
    page.all(".line__words > span:first-child")
}

#[test]
fn amira_reads_who_looked_at_her_purchase_and_why() {
    let town = Town::open();
    let amira = town.person("Amira");
    amira.open("/account/looked").expect("Nobody has looked at anything of yours yet");
    let receipt = buys(&amira, "Lunch club", "2").path.split('?').next().unwrap().to_owned();
    let pat = town.person("Pat");
    let desk = format!("/provider{receipt}");
    pat.open("/provider");
    pat.open(&desk);
    pat.open(&desk).press("Yes, agree", &[]);
    pat.open(&desk);
    pat.open("/provider");

    let page = amira.open("/account").expect("Who looked at your records");
    assert_eq!(page.status(), 200);
    assert_eq!(
        lines(&amira.open("/account/looked")),
        [
            "Pat Example of Sale Neighbours said yes to your purchase of 2 sessions of Lunch club, to answer it.",
            "Pat Example of Sale Neighbours looked at your purchase of 2 sessions of Lunch club, to answer it.",
            "Pat Example of Sale Neighbours looked at your purchases, in a list, to see what waits for them.",
        ]
    );
    let own = lines(&amira.open("/account/looked?own=yes"));
    assert_eq!(own.len(), 4);
    assert_eq!(own[3], "You asked for your purchase of 2 sessions of Lunch club.");

    // Once an hour is enough; and nobody else's list has any of it.
    town.pass(TimeDelta::minutes(61));
    town.person("Pat").open(&desk);
    let page = town.person("Amira").open("/account/looked");
    assert_eq!(lines(&page).len(), 5, "the desk, where signing in leads, and the purchase");
    assert!(lines(&page)[0].ends_with("to deliver it."), "{:?}", lines(&page));
    assert!(page.says("20 May 2026 at 12:01"), "{}", page.main());
    town.person("Noor").open("/account/looked").expect("Nobody has looked at anything of yours yet");
    town.holds_together();
}

#[test]
fn the_finance_officer_and_programs_are_written_down_too() {
    let town = Town::open();
    let amira = town.api_of("Amira");
    let id = bought(&town, &amira, "Amira", "Lunch club", 2, "one")["id"].as_str().unwrap().to_owned();
    let pat = town.api_of("Pat");
    pat.get("/provider/purchases").expect(200);
    pat.get(&format!("/provider/purchases/{id}")).expect(200);
    pat.post(&format!("/provider/purchases/{id}/agreement"), &Value::Null).expect(200);
    let delivered = json!({ "quantity": 2, "delivered_on": town.today().to_string() });
    let delivery = pat.post_once(&format!("/provider/purchases/{id}/deliveries"), "d", &delivered).expect(201);
    let confirmation = format!("/purchases/{id}/deliveries/{}/confirmation", delivery["id"].as_str().unwrap());
    assert_eq!(amira.post(&confirmation, &Value::Null).status, 204);
    town.person("Fay").open("/finance");
    let invoice = amira.get(&format!("/purchases/{id}")).expect(200)["invoices"][0]["id"].as_str().unwrap().to_owned();
    town.api_of("Fay").post(&format!("/finance/invoices/{invoice}/settlement"), &Value::Null).expect(200);
    let rated = amira.put(&format!("/purchases/{id}/review"), &json!({ "stars": 5, "words": "" }));
    assert_eq!(rated.status, 204);

    let told = amira.get("/me/looks").expect(200);
    let looks: Vec<String> = told["looks"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|look| format!("{} {} {} {}", look["by"].as_str().unwrap(), look["deed"], look["what"], look["way"]))
        .collect();
    let looks: Vec<String> = looks.into_iter().map(|line| line.replace('"', "")).collect();
    assert_eq!(
        looks,
        [
            "Amira Example asked for purchase api",
            "Pat Example looked at purchases api",
            "Pat Example looked at purchase api",
            "Pat Example said yes to purchase api",
            "Pat Example recorded a delivery of purchase api",
            "Amira Example confirmed a delivery of purchase api",
            "Fay Example looked at purchases page",
            "Fay Example paid an invoice for purchase api",
            "Amira Example rated purchase api",
        ]
    );
    assert_eq!(told["total"], 9);
    assert_eq!(told["looks"][1]["body"], "Trafford");
    assert_eq!(told["looks"][0]["myself"], true);
    assert_eq!(town.api_of("Noor").get("/me/looks").expect(200)["total"], 0);
    town.holds_together();
}

/// Takes the guards away, as somebody who owns the database could.
fn without_guards(conn: &mut Conn) {
    let drop = match conn {
        Conn::Postgres(_) => {
            "DROP TRIGGER audit_entries_refuse_change ON audit_entries; DROP TRIGGER audit_heads_refuse_delete ON audit_heads"
        }
        Conn::Sqlite(_) => {
            "DROP TRIGGER audit_entries_refuse_update; DROP TRIGGER audit_entries_refuse_delete;
             DROP TRIGGER audit_heads_refuse_delete; PRAGMA foreign_keys = OFF"
        }
    };
    conn.batch_execute(drop).unwrap();
}

fn town_with_a_chain() -> Town {
    let town = Town::open();
    let amira = town.person("Amira");
    for quantity in ["1", "2", "3", "4"] {
        buys(&amira, "Lunch club", quantity);
    }
    town.holds_together();
    town
}

#[test]
fn what_was_written_about_a_look_is_never_changed_or_deleted() {
    let town = town_with_a_chain();
    let mut conn = town.connect();
    for sql in [
        "UPDATE audit_entries SET why = 'to help'",
        "DELETE FROM audit_entries",
        "DELETE FROM audit_entries WHERE position = 4",
        "DELETE FROM audit_heads",
    ] {
        let why = conn.batch_execute(sql).unwrap_err().to_string();
        assert!(why.contains("are never"), "{sql}: {why}");
    }
    town.holds_together();
}

#[test]
fn verify_names_the_first_broken_link() {
    for (sql, found) in [
        ("UPDATE audit_entries SET why = 'to help' WHERE position >= 2", "entry 2 about person"),
        ("UPDATE audit_entries SET recorded_at = '2026-05-20 09:00:00' WHERE position = 3", "entry 3 about person"),
        ("DELETE FROM audit_entries WHERE position = 2", "is missing"),
        ("DELETE FROM audit_entries WHERE position = 4", "ends at entry 3 instead of 4"),
        ("DELETE FROM audit_heads", "has lost its end"),
    ] {
        let town = town_with_a_chain();
        let mut conn = town.connect();
        without_guards(&mut conn);
        conn.batch_execute(sql).unwrap();
        let wrong = town.wrong();
        assert!(wrong.len() == 1 && wrong[0].contains(found), "{sql}: {wrong:?}");
    }
}

#[test]
fn many_who_change_the_same_persons_records_at_once_make_one_chain() {
    let town = Town::open();
    town.new_holder("Hana", crate::support::ASHTON, crate::support::pounds(5_000));
    let hana = town.api_of("Hana");
    std::thread::scope(|scope| {
        for number in 0..8 {
            let (town, hana) = (&town, &hana);
            scope.spawn(move || {
                for again in 0..4 {
                    bought(town, hana, "Hana", "Lunch club", 1, &format!("{number}-{again}"));
                }
            });
        }
    });
    assert_eq!(hana.get("/me/looks").expect(200)["total"], 32);
    town.holds_together();
}
