//! Somebody else tries it: a neighbour, another provider, another council. They learn nothing, and nothing happens.

use serde_json::{Value, json};

use crate::buying::buys;
use crate::over_the_api::{bought, purchase};
use crate::support::{Town, service_id};

#[test]
fn a_neighbour_sees_and_touches_nothing_of_amiras() {
    let town = Town::open();
    let amira = town.person("Amira");
    let receipt = buys(&amira, "Lunch club", "2").path.split('?').next().unwrap().to_owned();
    let budget = town.budget_of("Amira");
    let before = town.counts();

    let noor = town.person("Noor");
    let csrf = noor.open(&format!("/services/{}/buy", service_id("Lunch club"))).hidden("csrf");
    for path in [format!("/budgets/{budget}"), receipt.clone(), format!("{receipt}/review")] {
        assert_eq!(noor.open(&path).status(), 404, "{path}");
    }
    for (path, fields) in [
        (format!("{receipt}/cancellation"), vec![("reason", "mine now")]),
        (format!("{receipt}/review"), vec![("stars", "1")]),
        (format!("/budgets/{budget}/purchases"), vec![("service", "x"), ("quantity", "1"), ("submission_key", "x")]),
    ] {
        let fields: Vec<(&str, &str)> = fields.into_iter().chain([("csrf", csrf.as_str())]).collect();
        assert_eq!(noor.post(&path, &fields).status(), 404, "{path}");
    }
    let page = noor.open(&format!("/services/{}/buy?budget={budget}", service_id("Lunch club")));
    let form = page.press("Buy", &[]);
    assert!(form.heading().starts_with("1 session"), "she buys from her own budget instead");
    assert_eq!(town.money_of("Amira"), [10_400, 1_600, 0, 0]);
    assert_eq!(town.money_of("Noor"), [49_200, 800, 0, 0]);
    assert_ne!(town.counts(), before);
    town.holds_together();
}

#[test]
fn another_provider_and_another_council_get_nowhere() {
    let town = Town::open();
    let amira = town.api_of("Amira");
    let id = bought(&town, &amira, "Amira", "Lunch club", 2, "one")["id"].as_str().unwrap().to_owned();
    let pat = town.api_of("Pat");
    pat.post(&format!("/provider/purchases/{id}/agreement"), &Value::Null).expect(200);
    let delivered = json!({ "quantity": 2, "delivered_on": town.today().to_string() });
    let delivery = pat.post_once(&format!("/provider/purchases/{id}/deliveries"), "d", &delivered).expect(201);
    let delivery = delivery["id"].as_str().unwrap();
    let before = town.counts();

    let olu = town.api_of("Olu");
    olu.get(&format!("/provider/purchases/{id}")).refused(404, "not-found");
    for (what, body) in [("agreement", Value::Null), ("refusal", json!({ "reason": "no" })), ("invoices", Value::Null)]
    {
        olu.post(&format!("/provider/purchases/{id}/{what}"), &body).refused(404, "not-found");
    }
    olu.post_once(&format!("/provider/purchases/{id}/deliveries"), "e", &delivered).refused(404, "not-found");
    for name in ["Noor", "Bela", "Pat", "Carol", "Fay"] {
        let other = town.api_of(name);
        other.get(&format!("/purchases/{id}")).refused(404, "not-found");
        other
            .post(&format!("/purchases/{id}/deliveries/{delivery}/confirmation"), &Value::Null)
            .refused(404, "not-found");
        let path = format!("/purchases/{id}/deliveries/{delivery}/dispute");
        other.post(&path, &json!({ "reason": "no" })).refused(404, "not-found");
        other.post(&format!("/purchases/{id}/cancellation"), &json!({})).refused(404, "not-found");
        let path = format!("/budgets/{}/purchases", town.budget_of("Amira"));
        other.post_once(&path, "k", &purchase(&town, "Lunch club", 1)).refused(404, "not-found");
    }
    assert_eq!(town.counts(), before);

    amira.post(&format!("/purchases/{id}/deliveries/{delivery}/confirmation"), &Value::Null);
    let invoice = amira.get(&format!("/purchases/{id}")).expect(200)["invoices"][0]["id"].as_str().unwrap().to_owned();
    let before = town.counts();
    let finn = town.api_of("Finn");
    assert!(finn.get("/finance/invoices").expect(200)["invoices"].as_array().unwrap().is_empty());
    for name in ["Finn", "Carol", "Pat", "Amira"] {
        town.api_of(name)
            .post(&format!("/finance/invoices/{invoice}/settlement"), &Value::Null)
            .refused(404, "not-found");
    }
    assert_eq!(town.counts(), before);
    assert_eq!(town.money_of("Amira"), [10_400, 0, 1_600, 0]);
    town.holds_together();
}

#[test]
fn a_delivery_of_one_purchase_cannot_be_confirmed_through_another() {
    let town = Town::open();
    let (amira, noor, pat) = (town.api_of("Amira"), town.api_of("Noor"), town.api_of("Pat"));
    let hers = bought(&town, &amira, "Amira", "Lunch club", 1, "a")["id"].as_str().unwrap().to_owned();
    let mine = bought(&town, &noor, "Noor", "Lunch club", 1, "b")["id"].as_str().unwrap().to_owned();
    pat.post(&format!("/provider/purchases/{hers}/agreement"), &Value::Null).expect(200);
    let delivered = json!({ "quantity": 1, "delivered_on": town.today().to_string() });
    let delivery = pat.post_once(&format!("/provider/purchases/{hers}/deliveries"), "d", &delivered).expect(201);
    let delivery = delivery["id"].as_str().unwrap();

    noor.post(&format!("/purchases/{mine}/deliveries/{delivery}/confirmation"), &Value::Null).refused(404, "not-found");

    assert_eq!(town.money_of("Amira"), [11_200, 800, 0, 0]);
    town.holds_together();
}

#[test]
fn a_commissioner_sees_only_their_own_council() {
    let town = Town::open();
    let carol = town.person("Carol").open("/demand").expect_status(200);
    assert_eq!(carol.heading(), "What people in Trafford buy");
    let colin = town.person("Colin").open("/demand");
    assert_eq!(colin.heading(), "What people in Bolton buy");
    let wards = town.api_of("Colin").get("/demand").expect(200)["rows"].to_string();
    assert!(wards.contains("Astley Bridge") && !wards.contains("Bowdon"));
    for name in ["Amira", "Pat", "Fay"] {
        town.api_of(name).get("/demand").refused(404, "not-found");
        assert_eq!(town.person(name).open("/demand.csv").status(), 404);
    }
    // A ward of another council is not one to ask about.
    let asked = town.api_of("Colin").get("/demand?ward=E05015241");
    assert_eq!(asked.status, 422, "{}", asked.body);
}
