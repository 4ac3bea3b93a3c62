//! The same journey, as a program makes it over `/api/v1`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Api, Town, option_id, service_id};

/// The document that buys.
pub(crate) fn purchase(town: &Town, service: &str, quantity: i64) -> Value {
    json!({
        "service_id": service_id(service).to_string(),
        "cost_option_id": option_id(service).to_string(),
        "quantity": quantity,
        "starts_on": town.today().to_string(),
        "note": "By the side door, please",
    })
}

/// Buys for somebody.
pub(crate) fn bought(town: &Town, api: &Api, name: &str, service: &str, quantity: i64, key: &str) -> Value {
    let path = format!("/budgets/{}/purchases", town.budget_of(name));
    api.post_once(&path, key, &purchase(town, service, quantity)).expect(201)
}

#[test]
fn a_program_goes_through_all_six_steps() {
    let town = Town::open();
    let anyone = town.api();

    let found = anyone.get("/services?q=libary+near+M33+7&per_page=1").expect(200);
    assert_eq!(found["services"][0]["name"], "Sale Library");
    assert_eq!((found["total"].as_i64(), found["corrected"].as_str()), (Some(2), Some("library")));
    let service = anyone.get(&format!("/services/{}", service_id("Lunch club"))).expect(200);
    assert_eq!(service["cost_options"][0]["amount_pence"], 800);

    let amira = town.api_of("Amira");
    assert_eq!(amira.get("/me").expect(200)["name"], "Amira Example");
    let made = bought(&town, &amira, "Amira", "Lunch club", 3, "monday");
    assert_eq!((made["state"].as_str(), made["total_pence"].as_i64()), (Some("requested"), Some(2_400)));
    let id = made["id"].as_str().unwrap().to_owned();
    let budget = amira.get("/budgets").expect(200)["budgets"][0].clone();
    assert_eq!((budget["available_pence"].as_i64(), budget["committed_pence"].as_i64()), (Some(9_600), Some(2_400)));

    let pat = town.api_of("Pat");
    assert_eq!(pat.get("/provider/purchases").expect(200)["purchases"][0]["id"], id);
    let agreed = pat.post(&format!("/provider/purchases/{id}/agreement"), &Value::Null).expect(200);
    assert_eq!(agreed["state"], "agreed");
    let delivered = json!({ "quantity": 3, "delivered_on": town.today().to_string() });
    let path = format!("/provider/purchases/{id}/deliveries");
    let delivery = pat.post_once(&path, "first", &delivered).expect(201);
    let again = pat.post_once(&path, "first", &delivered).expect(201);
    assert_eq!(delivery["id"], again["id"]);

    let path = format!("/purchases/{id}/deliveries/{}/confirmation", delivery["id"].as_str().unwrap());
    assert_eq!(amira.post(&path, &Value::Null).status, 204);
    let whole = amira.get(&format!("/purchases/{id}")).expect(200);
    assert_eq!(
        (whole["state"].as_str(), whole["invoices"][0]["amount_pence"].as_i64()),
        (Some("delivered"), Some(2_400))
    );

    let fay = town.api_of("Fay");
    let invoice = fay.get("/finance/invoices").expect(200)["invoices"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        fay.post(&format!("/finance/invoices/{invoice}/settlement"), &Value::Null).expect(200)["state"],
        "settled"
    );
    assert_eq!(
        fay.post(&format!("/finance/invoices/{invoice}/settlement"), &Value::Null).expect(200)["state"],
        "settled"
    );
    assert_eq!(town.money_of("Amira"), [9_600, 0, 0, 2_400]);
    assert_eq!(amira.get(&format!("/purchases/{id}")).expect(200)["state"], "settled");

    let review = amira.put(&format!("/purchases/{id}/review"), &json!({ "stars": 4, "words": "Good company" }));
    assert!(review.status < 300, "{}", review.body);
    let reviews = anyone.get(&format!("/services/{}/reviews", service_id("Lunch club"))).expect(200);
    assert_eq!(reviews["reviews"][0]["verified_purchase"], true);
    let rated = || anyone.get("/services?min_rating=3").body["total"] == 1;
    town.within(Duration::from_secs(2), "the rating counts in search", rated);

    let demand = town.api_of("Carol").get("/demand").expect(200);
    assert_eq!(demand["measure"], "people");
    town.holds_together();
}

#[test]
fn the_same_idempotency_key_buys_once() {
    let town = Town::open();
    let amira = town.api_of("Amira");

    let first = bought(&town, &amira, "Amira", "Lunch club", 2, "tuesday");
    let second = bought(&town, &amira, "Amira", "Lunch club", 2, "tuesday");
    assert_eq!(first["id"], second["id"]);
    let path = format!("/budgets/{}/purchases", town.budget_of("Amira"));
    amira.post_once(&path, "tuesday", &purchase(&town, "Lunch club", 5)).refused(409, "key-used-differently");
    assert_eq!(amira.get(&path).expect(200)["purchases"].as_array().unwrap().len(), 1);

    // The same key of somebody else is another key.
    bought(&town, &town.api_of("Noor"), "Noor", "Lunch club", 2, "tuesday");
    assert_eq!(town.money_of("Amira"), [10_400, 1_600, 0, 0]);
    assert_eq!(town.money_of("Noor"), [48_400, 1_600, 0, 0]);
    town.holds_together();
}

#[test]
fn too_much_is_refused_with_how_much_is_missing() {
    let town = Town::open();
    let amira = town.api_of("Amira");
    let path = format!("/budgets/{}/purchases", town.budget_of("Amira"));

    let refused = amira.post_once(&path, "much", &purchase(&town, "Garden tidy", 5)).refused(409, "not-enough-money");

    assert_eq!(refused["title"], "This costs £125 and your budget has £120 available: £5 is missing.");
    assert_eq!(town.money_of("Amira"), [12_000, 0, 0, 0]);
}

#[test]
fn steps_out_of_order_are_refused_and_change_nothing() {
    let town = Town::open();
    let (amira, pat) = (town.api_of("Amira"), town.api_of("Pat"));
    let made = bought(&town, &amira, "Amira", "Lunch club", 1, "one");
    let id = made["id"].as_str().unwrap();
    let delivery = json!({ "quantity": 1, "delivered_on": town.today().to_string() });

    pat.post_once(&format!("/provider/purchases/{id}/deliveries"), "d", &delivery).refused(409, "not-now");
    pat.post(&format!("/provider/purchases/{id}/invoices"), &Value::Null).answer.header("x");
    amira.post(&format!("/purchases/{id}/cancellation"), &json!({})).expect(200);
    let before = town.counts();
    pat.post(&format!("/provider/purchases/{id}/agreement"), &Value::Null).refused(409, "not-now");
    pat.post(&format!("/provider/purchases/{id}/refusal"), &json!({ "reason": "late" })).refused(409, "not-now");
    amira.put(&format!("/purchases/{id}/review"), &json!({ "stars": 4 })).expect(409);
    assert_eq!(town.counts(), before);
    assert_eq!(town.money_of("Amira"), [12_000, 0, 0, 0]);
    town.holds_together();
}

#[test]
fn a_token_ends_after_an_hour_and_a_foreign_one_is_none() {
    let town = Town::open();
    let amira = town.api_of("Amira");
    town.pass(chrono::TimeDelta::minutes(58));
    amira.get("/me").expect(200);
    town.pass(chrono::TimeDelta::minutes(6));
    amira.get("/me").refused(401, "sign-in-first");
    let forged = [("Authorization", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.")];
    town.api().send("GET", "/me", &forged, None).refused(401, "sign-in-first");
    town.api().get("/budgets").refused(401, "sign-in-first");
}
