//! Somebody looks at their money as a picture, tries something out, and reads a statement.

use std::sync::Arc;
use std::thread;

use chrono::{Days, TimeDelta};
use serde_json::{Value, json};
use waymark::budgets::AccountKind;
use waymark::ids::{InvoiceId, PersonId};
use waymark::statements::{Parts, Period, Statement};

use crate::buying::{buys, opens_first};
use crate::support::{ASHTON, Api, Town, encoded, pounds, service_id};

#[test]
fn amira_sees_what_is_left_what_is_promised_and_what_is_spent() {
    let town = Town::open();
    let amira = town.person("Amira");
    let page = amira.open("/my-money").expect_status(200);
    assert_eq!(page.heading(), "My money");
    let page = page.expect("£120 is left").expect("£0 is promised").expect("36 weeks until your review");
    page.expect("The review is on 1 February 2027");

    buys(&amira, "Someone to sit with mum or dad", "4");
    let page = amira.open("/budgets").go("All the money as a simple picture");
    let page = page.expect("£48 is left").expect("£72 is promised").expect("4 hours of Someone to sit with mum or dad");
    assert!(page.all(".nav__link").contains(&"My money".to_owned()));
    assert_eq!(page.all(".jar .jar__left").len(), 1);

    opens_first(&town.person("Pat")).press("Yes, agree", &[]).press("Record it", &[("quantity", "4")]);
    let receipt = amira.open("/my-money").go("4 hours of Someone to sit with mum or dad");
    receipt.press("Yes, it happened", &[]);
    town.person("Fay").open("/finance").press("Pay £72", &[]);
    let page = amira.open("/my-money").expect("£48 is left").expect("£0 is promised").expect("£72 is spent");
    page.expect("Nothing is waiting to be paid.");
    town.holds_together();
}

#[test]
fn trying_something_out_shows_the_jar_and_moves_nothing() {
    let town = Town::open();
    let amira = town.person("Amira");
    buys(&amira, "Lunch club", "2");
    let before = town.counts();

    let chosen = amira.open("/my-money").go("Lunch club").expect_status(200);
    assert_eq!(chosen.heading(), "What if I buy this?");
    let chosen = chosen.expect("It costs £8 each week.").expect("£104 left");
    let more = chosen.press("Show me", &[("units", "3")]).expect("It costs £24 each week.");
    let more = more.expect("There is not enough for the whole time.").expect("The money would last 4 weeks");
    assert!(!more.says("Go on to buy it"));

    let other = amira.open("/my-money").go("Something else").press("Show me", &[("amount", "30")]);
    let other = other.expect("It costs £30.").expect("You would have £74 left.");
    other.press("Show me", &[("amount", "thirty")]).expect_status(422).expect("Enter what it costs in pounds");
    assert_eq!(town.counts(), before);

    let api = town.api_of("Amira");
    let budget = town.budget_of("Amira");
    let told = api.get(&format!("/budgets/{budget}/what-if?amount_pence=3000")).expect(200);
    assert_eq!(told["left_at_end_pence"], 7_400);
    api.get(&format!("/budgets/{budget}/what-if?amount_pence=-1&often=never")).refused(422, "invalid-input");
    let money = api.get("/my-money").expect(200);
    assert_eq!((&money["left_pence"], &money["promised_pence"]), (&json!(10_400), &json!(1_600)));
    assert_eq!(town.counts(), before);
}

#[test]
fn who_acts_for_somebody_sees_their_money_and_the_person_reads_that_they_looked() {
    let town = Town::open();
    town.new_holder("Rae", ASHTON, pounds(70));
    town.acts_for("Rae", "Amira", "family or friend", false);
    let rae = town.person("Rae");
    let own = rae.open("/my-money").expect("£70 is left");
    let hers = own.go("Amira Example").expect("£120 is left");
    assert_eq!(hers.heading(), "Money of Amira Example");
    hers.go("Something else").press("Show me", &[("amount", "20")]).expect("Amira Example would have £100 left.");
    town.person("Amira").open("/account/looked").expect("Rae Example").expect("to help");

    let amira = PersonId::named("Amira");
    assert_eq!(town.person("Noor").open(&format!("/my-money?person={amira}")).status(), 404);
    assert_eq!(town.person("Noor").open("/my-money?person=nobody").status(), 404);
    town.api_of("Noor").get(&format!("/my-money?person_id={amira}")).refused(404, "not-found");
    assert_eq!(town.person("Fay").open("/my-money").status(), 200);
}

/// Everything that can happen to a purchase, over the API; what is refused is refused.
fn something_happens(town: &Town, [amira, pat, fay]: &[Api; 3], step: u64) {
    let budget = town.budget_of("Amira");
    let all = amira.get(&format!("/budgets/{budget}/purchases")).expect(200);
    let purchases: Vec<String> =
        all["purchases"].as_array().unwrap().iter().map(|each| each["id"].as_str().unwrap().to_owned()).collect();
    let some = purchases.get(usize::try_from(step * 7).unwrap() % purchases.len().max(1));
    match (step % 6, some) {
        (0 | 1, _) | (_, None) => {
            let document = json!({
                "service_id": service_id("Lunch club").to_string(),
                "cost_option_id": crate::support::option_id("Lunch club").to_string(),
                "quantity": 1 + step % 3,
                "starts_on": town.today().to_string(),
            });
            amira.post_once(&format!("/budgets/{budget}/purchases"), &format!("key-{step}"), &document);
        }
        (2, Some(id)) => {
            pat.post(&format!("/provider/purchases/{id}/agreement"), &Value::Null);
            let delivered = json!({ "quantity": 1, "delivered_on": town.today().to_string() });
            pat.post_once(&format!("/provider/purchases/{id}/deliveries"), &format!("d-{step}"), &delivered);
        }
        (3, Some(id)) => {
            let told = amira.get(&format!("/purchases/{id}")).expect(200);
            for delivery in told["deliveries"].as_array().unwrap() {
                let path = format!("/purchases/{id}/deliveries/{}/confirmation", delivery["id"].as_str().unwrap());
                amira.post(&path, &Value::Null);
            }
        }
        (4, Some(id)) => {
            pat.post(&format!("/provider/purchases/{id}/invoices"), &Value::Null);
            for invoice in fay.get("/finance/invoices").expect(200)["invoices"].as_array().unwrap() {
                let id: InvoiceId = invoice["id"].as_str().unwrap().parse().unwrap();
                fay.post(&format!("/finance/invoices/{id}/settlement"), &Value::Null);
            }
        }
        (_, Some(id)) => drop(amira.post(&format!("/purchases/{id}/cancellation"), &json!({ "reason": "" }))),
    }
}

fn statement(town: &Town, from: chrono::NaiveDate, to: chrono::NaiveDate) -> Statement {
    let holder = town.holder("Amira");
    town.app.db.read_now(|conn| waymark::statements::read(conn, &holder, Period { from, to })).unwrap()
}

/// Whatever happened in whatever order over the days, also at once from several threads: a statement of any time begins
/// where the one before ended, its movements are what changed, and the last one ends with what the accounts hold.
#[test]
fn statements_equal_the_ledger() {
    let town = Arc::new(Town::open());
    let began = town.today() - Days::new(1);
    for days in 0..6_u64 {
        let apis = ["Amira", "Pat", "Fay"].map(|name| town.api_of(name));
        let threads: Vec<_> = (0..3_u64)
            .map(|nth| {
                let (town, apis) = (Arc::clone(&town), apis.clone());
                thread::spawn(move || {
                    (0..3).for_each(|step| something_happens(&town, &apis, days * 31 + nth * 11 + step * 5));
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        // Now and then over midnight, when the days of the kingdom and of the clock differ.
        town.pass(TimeDelta::hours(if days % 2 == 0 { 13 } else { 23 }));
    }
    let ends = town.today() + Days::new(1);
    let whole = statement(&town, began, ends);
    assert!(whole.lines.len() > 12, "only {} movements", whole.lines.len());
    let [available, committed, owed, paid] = town.money_of("Amira");
    assert_eq!(whole.after, Parts { available, committed, owed, paid });
    assert_eq!(whole.before.plus(whole.change()), whole.after);
    let days = (ends - began).num_days().unsigned_abs();
    for cut in 0..days {
        let day = began + Days::new(cut);
        let (first, second) = (statement(&town, began, day), statement(&town, day + Days::new(1), ends));
        assert_eq!(first.after, second.before, "{day}");
        assert_eq!(first.lines.len() + second.lines.len(), whole.lines.len(), "{day}");
        for line in &first.lines {
            assert_eq!(
                line.change.total(),
                if line.reason == waymark::budgets::Reason::Allocation { 12_000 } else { 0 }
            );
            assert!(
                [line.after.available, line.after.committed, line.after.owed, line.after.paid].iter().all(|p| *p >= 0)
            );
        }
    }
    assert!(AccountKind::ALL.contains(&AccountKind::Available));
    town.holds_together();
}

#[test]
fn a_statement_is_a_page_a_table_and_a_document_with_the_same_figures() {
    let town = Town::open();
    let amira = town.person("Amira");
    buys(&amira, "Lunch club", "2");
    let page = amira.open("/budgets").go("Personal budget").go("Statement").expect_status(200);
    assert_eq!(page.heading(), "Statement");
    let page = page.expect("Put into the budget").expect("Set aside: 2 sessions of Lunch club").expect("£104 is left");
    page.go("This month").expect("1 May 2026 to 20 May 2026");
    let csv = amira.send("GET", &page.link("Take it with you"), &[], None);
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    let text = csv.text();
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows.len(), 5, "{text}");
    assert!(rows[1].starts_with("2026-04-06,At the beginning,") && rows[1].ends_with(",0.00,0.00,0.00,0.00,0.00"));
    assert!(rows[3].contains("Set aside,2 sessions of Lunch club,Sale Neighbours,"), "{}", rows[3]);
    assert!(rows[3].contains(",-16.00,16.00,0.00,0.00,104.00,16.00,0.00,0.00,120.00"), "{}", rows[3]);
    assert!(rows[4].ends_with("At the end,,,,,,,,104.00,16.00,0.00,0.00,120.00"), "{}", rows[4]);

    let budget = town.budget_of("Amira");
    let told = town.api_of("Amira").get(&format!("/budgets/{budget}/statement")).expect(200);
    assert_eq!(told["after"]["available_pence"], 10_400);
    assert_eq!(told["lines"].as_array().unwrap().len(), 2);
    let wrong = amira.open(&format!("/budgets/{budget}/statement?{}", encoded(&[("from", "2026-13-01")])));
    wrong.expect_status(422).expect("Enter a day, such as 31/3/2027.");
    let turned = format!("/budgets/{budget}/statement?from=2026-06-01&to=2026-05-01");
    town.api_of("Amira").get(&turned).refused(422, "invalid-input");
    amira.open(&turned).expect_status(422).expect("not before the first");
    for other in ["Noor", "Fay", "Pat"] {
        assert_eq!(town.person(other).open(&format!("/budgets/{budget}/statement")).status(), 404, "{other}");
        assert_eq!(town.person(other).open(&format!("/budgets/{budget}/statement.csv")).status(), 404, "{other}");
    }
}
