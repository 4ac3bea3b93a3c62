//! Planners and brokers by consent for a time, each scope of a representative for what it is, and starting afresh without a
//! phone.

use std::io::Write;
use std::process::{Command, Stdio};

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use waymark::ids::PersonId;

use super::planning::{asks, home};
use crate::support::{PASSWORD, Town, email, option_id, service_id};

#[test]
fn a_planner_helps_until_the_last_day_is_over_in_the_middle_of_a_session() {
    let town = Town::open();
    asks(&town);
    let noor = town.api_of("Noor");
    let consent = json!({
        "email": email("Carol"), "kind": "support planner", "may_plan": true, "until": town.today().to_string(),
    });
    let without_end = json!({ "email": email("Carol"), "kind": "support planner", "may_plan": true });
    noor.post("/me/helpers", &without_end).refused(422, "invalid-input");
    noor.post("/me/helpers", &consent).expect(201);
    let link = town.link_to(&email("Carol"), "would like you to help");
    // Five in the afternoon: her session would hold until long after midnight.
    town.pass(TimeDelta::hours(6));
    let carol = town.person("Carol");
    carol.follow_letter(&link).press("Yes, I help", &[]).expect("You can act for them from now on.");
    let plan = format!("{}/plan", home("Noor"));
    let begun = carol.open(&plan);
    assert_eq!(begun.one(".acting-strip"), "You are acting for Noor Example");
    begun.press("Begin with an empty page", &[]);
    let matters = carol.open(&format!("{plan}/matters"));
    assert_eq!(matters.status(), 200);
    // She plans; she neither signs nor buys.
    let csrf = carol.csrf();
    let signing = carol.post(&format!("{plan}/signing"), &[("csrf", &csrf), ("route", "direct payment")]);
    assert_eq!(signing.status(), 404);
    let buy = format!("/services/{}/buy?budget={}", service_id("Lunch club"), town.budget_of("Noor"));
    assert_eq!(carol.open(&buy).status(), 409, "there is no budget that she may buy from");

    // Until midnight here, which is eleven at night by universal time, pages open; then they do not, in the same session.
    for _ in 0..3 {
        town.pass(TimeDelta::minutes(110));
        assert_eq!(carol.open(&plan).status(), 200);
    }
    town.pass(TimeDelta::minutes(89));
    assert_eq!(carol.open(&plan).status(), 200, "a minute before midnight");
    town.pass(TimeDelta::minutes(2));
    let csrf = carol.csrf();
    assert_eq!(carol.open(&plan).status(), 404, "the last day is over");
    let late = carol.post(&format!("{plan}/matters"), &[("csrf", &csrf), ("words", "Too late")]);
    assert_eq!(late.status(), 404);
    assert_eq!(carol.open("/account").status(), 200, "she is signed in as before");
    let noor = town.person("Noor").open("/account/looked");
    assert!(noor.says("Carol Example looked at your support plan for you, to help."), "{}", noor.main());
    town.holds_together();
}

/// Lets Carol act for Noor with one scope, or with none but looking.
fn with_scope(town: &Town, scope: &str) {
    town.acts_for("Carol", "Noor", "family or friend", false);
    let id = PersonId::named("Carol for Noor");
    let scope = if scope == "view" { String::new() } else { format!(", {scope} = TRUE") };
    // As Noor grants it herself, and not her council.
    let grant = format!("UPDATE representatives SET authority_id = NULL, evidence = ''{scope} WHERE id = '{id}'");
    town.connect().batch_execute(&grant).unwrap();
}

#[test]
fn each_scope_reaches_as_far_as_it_says() {
    for (scope, plans, buys, money) in [
        ("view", false, false, false),
        ("may_plan", true, false, false),
        ("may_buy", false, true, false),
        ("may_manage_money", false, false, true),
    ] {
        let town = Town::open();
        asks(&town);
        with_scope(&town, scope);
        let (noor, carol, pat) = (town.api_of("Noor"), town.api_of("Carol"), town.api_of("Pat"));
        let budget = format!("/budgets/{}", town.budget_of("Noor"));
        let wanted = json!({
            "service_id": service_id("Lunch club").to_string(), "cost_option_id": option_id("Lunch club").to_string(),
            "quantity": 2, "starts_on": town.today().to_string(),
        });
        let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
        let purchases = format!("{budget}/purchases");
        let purchase = id(&noor.post_once(&purchases, "one", &wanted).expect(201));
        pat.post(&format!("/provider/purchases/{purchase}/agreement"), &Value::Null).expect(200);
        let delivered = json!({ "quantity": 1, "delivered_on": town.today().to_string() });
        let delivery =
            id(&pat.post_once(&format!("/provider/purchases/{purchase}/deliveries"), "d", &delivered).expect(201));

        let may = |allowed: bool, done: u16| if allowed { done } else { 404 };
        let saying = json!({
            "from_on": town.today().to_string(), "to_on": town.today().to_string(), "spent_pence": 100, "left_pence": 100,
            "words": "Bread",
        });
        let today = town.today().to_string();
        let other_way = json!({ "funding_route": "trust", "from": today });
        let said = [
            ("looks", carol.get(&budget).status, 200),
            ("looks at a purchase", carol.get(&format!("/purchases/{purchase}")).status, 200),
            (
                "plans",
                carol.post(&format!("{}/plan", home("Noor")), &json!({ "template": "" })).status,
                may(plans, 201),
            ),
            ("buys", carol.post_once(&purchases, "hers", &wanted).status, may(buys, 201)),
            (
                "confirms",
                {
                    let path = format!("/purchases/{purchase}/deliveries/{delivery}/confirmation");
                    carol.post(&path, &Value::Null).status
                },
                may(buys || money, 204),
            ),
            (
                "says what it went on",
                carol.post_once(&format!("{budget}/spending"), "went on", &saying).status,
                may(money, 201),
            ),
            (
                "has it held otherwise",
                carol.post(&format!("{budget}/holding-requests"), &other_way).status,
                may(money, 201),
            ),
            ("rates", carol.put(&format!("/purchases/{purchase}/review"), &json!({ "stars": 5 })).status, 404),
            (
                "cancels",
                {
                    let path = format!("/purchases/{purchase}/cancellation");
                    carol.post(&path, &json!({ "reason": "" })).status
                },
                may(buys, 200),
            ),
        ];
        let wrong: Vec<_> = said.iter().filter(|(_, status, expected)| status != expected).collect();
        assert!(wrong.is_empty(), "{scope}: {wrong:?}");
        // It ends at once, for the token that is out.
        let id = PersonId::named("Carol for Noor");
        let ended = noor.post(&format!("/me/helpers/{id}/end"), &Value::Null);
        assert!(ended.status < 300, "{}", ended.body);
        carol.get(&budget).refused(404, "not-found");
        town.holds_together();
    }
}

#[test]
fn who_has_lost_phone_and_codes_is_started_afresh_on_the_machine() {
    let mut town = Town::open();
    town.app.waiver = waymark::identity::Waiver::Nobody;
    town.serve_again();
    let api = town.api();
    let given = json!({ "email": email("Carol"), "password": PASSWORD });
    api.post("/tokens", &given).refused(403, "second-factor-first");
    let secret = api.post("/second-factors", &given).expect(201)["secret"].as_str().unwrap().replace(' ', "");
    let code = waymark::identity::second_factor::code_now(&secret, town.app.clock.now()).unwrap();
    let with_code = json!({ "email": email("Carol"), "password": PASSWORD, "code": code });
    let codes = api.post("/second-factors/confirmation", &with_code).expect(200);
    assert_eq!(codes["recovery_codes"].as_array().unwrap().len(), 10);
    // It is on: nobody begins another one with the password alone, and the same code gives no token.
    api.post("/second-factors", &given).refused(409, "out-of-date");
    api.post("/tokens", &with_code).refused(422, "wrong-code");
    town.pass(TimeDelta::seconds(30));
    let code = waymark::identity::second_factor::code_now(&secret, town.app.clock.now()).unwrap();
    let token = json!({ "email": email("Carol"), "password": PASSWORD, "code": code });
    let token = api.post("/tokens", &token).expect(200)["access_token"].as_str().unwrap().to_owned();
    let carol = api.with_token(&token);
    carol.get("/me").expect(200);

    let mut command = Command::new(env!("CARGO_BIN_EXE_waymark"))
        .args(["user", "--new-phone", "--email", &email("Carol"), "--name", "Carol Example", "--data-dir"])
        .arg(town.data_dir())
        .env("WAYMARK_DATABASE_URL", town.database_url())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    command.stdin.take().unwrap().write_all(b"seven grey herons\n").unwrap();
    let done = command.wait_with_output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));

    // What was open is closed, and the way in begins with a new phone.
    carol.get("/me").refused(401, "sign-in-first");
    let given = json!({ "email": email("Carol"), "password": "seven grey herons" });
    api.post("/tokens", &given).refused(403, "second-factor-first");
    api.post("/second-factors", &given).expect(201);
    town.holds_together();
}
