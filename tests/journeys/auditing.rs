//! An auditor reads everything of one authority and changes nothing; whoever it is about reads that they looked.

use serde_json::{Value, json};

use crate::buying::buys;
use crate::support::{Town, email, service_id};

/// Every place of an office of the council.
const PLACES: [&str; 12] = [
    "/authority",
    "/authority/people",
    "/authority/representatives",
    "/authority/rules",
    "/authority/challenges",
    "/finance",
    "/finance/budgets",
    "/finance/runs",
    "/finance/monitoring",
    "/moderation",
    "/moderation/reviews",
    "/demand",
];

#[test]
fn audrey_reads_everything_of_her_authority_and_changes_nothing() {
    let town = Town::open();
    buys(&town.person("Amira"), "Lunch club", "2");
    let audrey = town.person("Audrey");
    let home = audrey.open("/authority").expect("Settings");
    let told = home.go("Money").one(".acting-strip");
    assert_eq!(told, "You are here as an auditor: you read everything and change nothing.");
    for place in PLACES {
        let page = audrey.open(place);
        assert_eq!(page.status(), 200, "{place}");
    }
    let budget = format!("/finance/budgets/{}", town.budget_of("Amira"));
    audrey.open(&budget).expect("Amira Example");
    // No form of an office is answered, neither on pages nor over the API.
    let csrf = audrey.csrf();
    for path in [
        "/authority/people/invite".to_owned(),
        "/authority/rules/new".into(),
        "/authority/contact".into(),
        "/finance/runs".into(),
        "/finance/uprating".into(),
        format!("{budget}/change"),
    ] {
        assert_eq!(audrey.post(&path, &[("csrf", &csrf)]).status(), 404, "{path}");
    }
    let api = town.api_of("Audrey");
    api.get("/finance/budgets").expect(200);
    api.get("/authority/people").expect(200);
    api.post("/finance/payment-runs", &json!({ "pay_on": town.today().to_string() })).refused(404, "not-found");
    let invitation = json!({ "email": email("Noor"), "role": "moderator", "reason": "because" });
    api.post("/authority/invitations", &invitation).refused(404, "not-found");
    let suspension = format!("/moderation/services/{}/check", service_id("Lunch club"));
    api.post(&suspension, &Value::Null).refused(404, "not-found");

    // Of another authority she sees nothing; nobody's own page is hers.
    let other = format!("/finance/budgets/{}", town.budget_of("Bela"));
    assert_eq!(audrey.open(&other).status(), 404);
    assert_eq!(audrey.open(&format!("/budgets/{}", town.budget_of("Amira"))).status(), 404);
    assert_eq!(town.person("Audra").open(&budget).status(), 404);

    let looked = town.person("Amira").open("/account/looked");
    assert!(
        looked.says("Audrey Example of Trafford") && looked.says("looked at your budget, to audit."),
        "{}",
        looked.main()
    );
    town.holds_together();
}

#[test]
fn account_numbers_do_not_leave_with_an_auditor() {
    let town = Town::open();
    let audrey = town.person("Audrey");
    let none = service_id("no run");
    for end in ["payments.csv", "payments.xml"] {
        let answer = audrey.send("GET", &format!("/finance/runs/{none}/{end}"), &[], None);
        assert_eq!(answer.status, 404, "{end}");
    }
}
