//! Programs that act in somebody's place, no further than was said.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::over_the_api::{bought, purchase};
use crate::support::{Api, Told, Town};

fn asks(api: &Api, fields: &[(&str, &str)]) -> Told {
    let form: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    api.send("POST", "/oauth/token", &[("Content-Type", "application/x-www-form-urlencoded")], Some(form.as_bytes()))
}

/// Fails unless there was no token for this reason, as RFC 6749 tells it.
#[track_caller]
fn no_token(told: Told, status: u16, error: &str) {
    assert_eq!((told.status, told.body["error"].as_str()), (status, Some(error)), "{}", told.body);
    assert!(told.body["error_description"].is_string());
    assert_eq!(told.answer.header("content-type"), Some("application/json"));
    assert_eq!(told.answer.header("cache-control"), Some("no-store"));
    let challenge = told.answer.header("www-authenticate").map(|said| said.starts_with("Basic "));
    assert_eq!(challenge, (status == 401).then_some(true));
}

fn made(town: &Town, name: &str, scopes: &[&str]) -> (String, String, String) {
    let document = json!({ "name": "My spreadsheet", "scopes": scopes, "days": 30 });
    let made = town.api_of(name).post("/me/programs", &document).expect(201);
    let text = |key: &str| made[key].as_str().unwrap().to_owned();
    (text("id"), text("secret"), text("personal_token"))
}

fn program(town: &Town, name: &str, scopes: &[&str]) -> Api {
    let (id, secret, _) = made(town, name, scopes);
    let told =
        asks(&town.api(), &[("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", &secret)]);
    let token = told.expect(200)["access_token"].as_str().unwrap().to_owned();
    town.api().with_token(&token)
}

#[test]
fn a_program_reaches_no_further_than_its_scopes() {
    let town = Town::open();
    let budget = format!("/budgets/{}", town.budget_of("Amira"));
    let reads = program(&town, "Amira", &["read"]);
    reads.get(&budget).expect(200);
    reads.get("/me").expect(200);
    let before = town.counts();
    assert_eq!(reads.post_once(&format!("{budget}/purchases"), "k", &purchase(&town, "Lunch club", 1)).status, 404);
    reads.post("/me/data", &Value::Null).refused(403, "scope-missing");
    let further = json!({ "name": "More", "scopes": ["buy"], "days": 30 });
    reads.post("/me/programs", &further).refused(403, "scope-missing");
    assert_eq!(town.counts(), before);

    let buys = program(&town, "Amira", &["read", "buy"]);
    bought(&town, &buys, "Amira", "Lunch club", 1, "one");
    buys.get("/provider/purchases").refused(404, "not-found");
    let looks = town.api_of("Amira").get("/me/looks").expect(200);
    assert_eq!(looks["looks"][0]["way"], "api");

    // The same role as the person's, and only with its scope.
    let delivers = program(&town, "Pat", &["deliver"]);
    assert_eq!(delivers.get("/provider/purchases").expect(200)["purchases"].as_array().unwrap().len(), 1);
    program(&town, "Pat", &["read"]).get("/provider/purchases").refused(404, "not-found");
    delivers.get("/budgets").refused(403, "scope-missing");
    program(&town, "Fay", &["demand"]).get("/finance/invoices").refused(404, "not-found");
    program(&town, "Fay", &["settle"]).get("/finance/invoices").expect(200);
    town.holds_together();
}

#[test]
fn revoking_a_program_ends_its_tokens_at_once_and_tokens_end_by_themselves() {
    let town = Town::open();
    let (id, secret, personal) = made(&town, "Amira", &["read", "buy"]);
    let narrow = [("grant_type", "client_credentials"), ("client_secret", personal.as_str()), ("scope", "read")];
    let told = asks(&town.api(), &narrow).expect(200);
    assert_eq!((told["scope"].as_str(), told["expires_in"].as_i64()), (Some("read"), Some(900)));
    let api = town.api().with_token(told["access_token"].as_str().unwrap());
    api.get("/budgets").expect(200);
    town.pass(TimeDelta::minutes(18));
    assert_eq!(api.get("/budgets").status, 401, "its quarter of an hour is over");

    let told = asks(&town.api(), &narrow).expect(200);
    let api = town.api().with_token(told["access_token"].as_str().unwrap());
    api.get("/budgets").expect(200);
    let amira = town.person("Amira");
    amira
        .open("/account/programs")
        .expect("My spreadsheet")
        .press("Revoke My spreadsheet", &[])
        .expect("It is revoked");
    assert_eq!(api.get("/budgets").status, 401);
    let again = [("grant_type", "client_credentials"), ("client_id", id.as_str()), ("client_secret", secret.as_str())];
    no_token(asks(&town.api(), &again), 401, "invalid_client");
}

#[test]
fn a_secret_is_shown_once_and_guessing_is_slowed_down() {
    let town = Town::open();
    let amira = town.person("Amira");
    let page = amira.open("/account/programs").press("Make it", &[("name", "Rota")]);
    assert_eq!(page.status(), 422);
    let page =
        amira.open("/account/programs").press("Make it", &[("name", "Rota"), ("scopes", "read"), ("days", "90")]);
    let shown = page.all("code.secret");
    assert_eq!(shown.len(), 3);
    assert!(!amira.open("/account/programs").answer.text().contains(&shown[1]));
    let right =
        [("grant_type", "client_credentials"), ("client_id", shown[0].as_str()), ("client_secret", shown[1].as_str())];
    asks(&town.api(), &right).expect(200);
    no_token(asks(&town.api(), &[]), 400, "invalid_request");
    no_token(asks(&town.api(), &[("grant_type", "password")]), 400, "unsupported_grant_type");
    no_token(asks(&town.api(), &[("grant_type", "client_credentials")]), 401, "invalid_client");
    let narrow: Vec<(&str, &str)> = right.iter().copied().chain([("scope", "settle")]).collect();
    no_token(asks(&town.api(), &narrow), 400, "invalid_scope");
    let wrong = [("grant_type", "client_credentials"), ("client_id", shown[0].as_str()), ("client_secret", "guess")];
    let statuses: Vec<u16> = (0..8).map(|_| asks(&town.api(), &wrong).status).collect();
    assert_eq!((statuses[0], statuses[7]), (401, 429), "{statuses:?}");
    town.person("Noor").open("/account/programs");
    let id = &shown[0];
    assert_eq!(town.api_of("Noor").post(&format!("/me/programs/{id}/revocation"), &Value::Null).status, 404);
}

#[test]
fn keys_rotate_while_programs_ask_and_nobody_is_turned_away() {
    let town = Town::open();
    let made: Vec<(String, String, String)> = ["Amira", "Noor", "Pat"].map(|name| made(&town, name, &["read"])).into();
    let (stop, asked) = (AtomicBool::new(false), AtomicU64::new(0));
    let mut kids = BTreeSet::new();
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = made
            .iter()
            .map(|(id, secret, _)| {
                let (town, stop, asked) = (&town, &stop, &asked);
                scope.spawn(move || {
                    let fields = [
                        ("grant_type", "client_credentials"),
                        ("client_id", id.as_str()),
                        ("client_secret", secret.as_str()),
                    ];
                    let mut wrong = Vec::new();
                    while !stop.load(Ordering::Relaxed) {
                        let told = asks(&town.api(), &fields);
                        let token = told.body["access_token"].as_str().unwrap_or_default().to_owned();
                        let me = town.api().with_token(&token).get("/me");
                        if (told.status, me.status) != (200, 200) {
                            wrong.push(format!("{} {} {}", told.body, me.status, me.body));
                        }
                        asked.fetch_add(1, Ordering::Relaxed);
                    }
                    wrong
                })
            })
            .collect();
        for _ in 0..4 {
            let before = asked.load(Ordering::Relaxed);
            waymark::identity::SigningKeys::rotate(&town.app.db, &town.app.vault, town.app.clock.now()).unwrap();
            town.pass(TimeDelta::minutes(11));
            town.within(std::time::Duration::from_secs(30), "they ask", || asked.load(Ordering::Relaxed) >= before + 9);
            let jwks = town.visitor().send("GET", "/.well-known/jwks.json", &[], None).text();
            let jwks: Value = serde_json::from_str(&jwks).unwrap();
            kids.extend(jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()));
        }
        stop.store(true, Ordering::Relaxed);
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(kids.len() >= 4, "{kids:?}");
}
