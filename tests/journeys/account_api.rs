//! Everything that a person does with their account on pages, a program does for them over `/api/v1`.

use chrono::TimeDelta;
use serde_json::{Value, json};
use waymark::identity::Waiver;
use waymark::identity::second_factor::code_now;

use crate::support::{Api, PASSWORD, Town, email};

const GOOD: &str = "teapot lorry moon";
const LEA: &str = "lea@example.net";

/// What a link in a letter ends with.
fn token_in(link: &str) -> String {
    link.rsplit(['=', '/']).next().unwrap().to_owned()
}

fn token(town: &Town, email: &str, password: &str) -> Api {
    let told = town.api().post("/tokens", &json!({ "email": email, "password": password })).expect(200);
    town.api().with_token(told["access_token"].as_str().unwrap())
}

fn registers(town: &Town) -> Api {
    let told = town.api().post("/registrations", &json!({ "name": "Lea Smith", "email": LEA }));
    assert_eq!((told.status, told.body), (202, Value::Null));
    let letter = token_in(&town.link_to(LEA, "Confirm your e-mail address"));
    let confirm = |password: &str| {
        town.api().post("/registrations/confirmation", &json!({ "token": letter, "password": password }))
    };
    confirm("password123").refused(422, "invalid-input");
    assert_eq!(confirm(GOOD).status, 204);
    confirm(GOOD).refused(410, "link-used-up");
    token(town, LEA, GOOD)
}

#[test]
fn lea_makes_an_account_and_changes_it_without_a_page() {
    let town = Town::open();
    town.api().post("/registrations", &json!({ "name": "", "email": "nobody" })).refused(422, "invalid-input");
    // An address that has an account is answered like any other.
    assert_eq!(town.api().post("/registrations", &json!({ "name": "A", "email": email("Amira") })).status, 202);
    let lea = registers(&town);
    assert_eq!(lea.put("/me/name", &json!({ "name": " Lea  Jones " })).status, 204);
    assert_eq!(lea.get("/me").expect(200)["name"], "Lea Jones");

    // Another address: both mailboxes agree.
    let new = "lea@example.com";
    lea.post("/me/email-changes", &json!({ "email": new, "password": "no" })).refused(422, "invalid-input");
    assert_eq!(lea.post("/me/email-changes", &json!({ "email": new, "password": GOOD })).status, 202);
    let letters = [(LEA, "Is your e-mail address", "half way"), (new, "Confirm your new e-mail address", "done")];
    for (mailbox, subject, state) in letters {
        let letter = token_in(&town.link_to(mailbox, subject));
        let told = town.api().post("/email-changes/confirmation", &json!({ "token": letter })).expect(200);
        assert_eq!(told["state"], state);
    }

    // Another password ends what was given before.
    town.pass(TimeDelta::seconds(2));
    let page = town.visitor();
    page.open("/sign-in").press("Sign in", &[("email", new), ("password", GOOD)]);
    let better = "four kites over moors";
    let change = |api: &Api, current: &str| api.put("/me/password", &json!({ "current": current, "password": better }));
    change(&lea, "wrong").refused(422, "invalid-input");
    assert_eq!(change(&lea, GOOD).status, 204);
    assert_eq!(lea.get("/me").status, 401, "the token was given for the old password");
    assert_eq!(page.open("/account").heading(), "Sign in");
    let lea = token(&town, new, better);
    let looks = lea.get("/me/looks").expect(200);
    let whats: Vec<&str> = looks["looks"].as_array().unwrap().iter().filter_map(|look| look["what"].as_str()).collect();
    assert_eq!(whats, ["password", "e-mail address", "account"]);

    // Forgotten, and chosen anew.
    assert_eq!(town.api().post("/password-resets", &json!({ "email": new })).status, 202);
    assert_eq!(town.api().post("/password-resets", &json!({ "email": "nobody@example.net" })).status, 202);
    let letter = token_in(&town.link_to(new, "Choose a new password"));
    town.pass(TimeDelta::seconds(2));
    let reset = json!({ "token": letter, "password": GOOD });
    assert_eq!(town.api().post("/password-resets/confirmation", &reset).status, 204);
    town.api().post("/password-resets/confirmation", &reset).refused(410, "link-used-up");
    assert_eq!(lea.get("/me").status, 401);

    // Signing out everywhere, and the end of the account.
    let lea = token(&town, new, GOOD);
    town.pass(TimeDelta::seconds(2));
    assert_eq!(lea.post("/me/sessions/ending", &Value::Null).status, 204);
    assert_eq!(lea.get("/me").status, 401);
    let lea = token(&town, new, GOOD);
    lea.post("/me/closing", &json!({ "password": GOOD, "sure": false })).refused(422, "invalid-input");
    lea.post("/me/closing", &json!({ "password": "no", "sure": true })).refused(422, "invalid-input");
    assert_eq!(lea.post("/me/closing", &json!({ "password": GOOD, "sure": true })).status, 204);
    assert_eq!(lea.get("/me").status, 401);
    town.holds_together();
}

#[test]
fn a_second_factor_is_set_up_used_and_given_up_without_a_page() {
    let town = Town::open();
    let amira = town.api_of("Amira");
    assert_eq!(amira.get("/me/second-factor").expect(200)["on"], false);
    amira.post("/me/second-factor", &json!({ "password": "no" })).refused(422, "invalid-input");
    amira.post("/me/second-factor/confirmation", &json!({ "code": "000000" })).refused(409, "out-of-date");
    let made = amira.post("/me/second-factor", &json!({ "password": PASSWORD }));
    assert_eq!(made.answer.header("cache-control"), Some("no-store"));
    let secret = made.expect(201)["secret"].as_str().unwrap().replace(' ', "");
    let code = || code_now(&secret, town.app.clock.now()).unwrap();
    amira.post("/me/second-factor/confirmation", &json!({ "code": "000000" })).refused(422, "wrong-code");
    let codes = amira.post("/me/second-factor/confirmation", &json!({ "code": code() })).expect(200);
    let codes: Vec<String> = serde_json::from_value(codes["recovery_codes"].clone()).unwrap();
    assert_eq!(codes.len(), 10);

    let asks = |extra: Value| {
        let mut document = json!({ "email": email("Amira"), "password": PASSWORD });
        document.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        town.api().post("/tokens", &document)
    };
    asks(json!({})).refused(422, "wrong-code");
    asks(json!({ "recovery_code": "aaaa-bbbb-cccc" })).refused(422, "wrong-code");
    let told = asks(json!({ "recovery_code": codes[0] })).expect(200);
    asks(json!({ "recovery_code": codes[0] })).refused(422, "wrong-code");
    let amira = town.api().with_token(told["access_token"].as_str().unwrap());
    let state = amira.get("/me/second-factor").expect(200);
    assert_eq!((&state["on"], &state["recovery_codes_left"]), (&json!(true), &json!(9)));
    let fresh = amira.post("/me/second-factor/recovery-codes", &json!({ "password": PASSWORD })).expect(200);
    assert_eq!(fresh["recovery_codes"].as_array().unwrap().len(), 10);

    town.pass(TimeDelta::seconds(30));
    assert_eq!(amira.post("/me/second-factor/removal", &json!({ "password": PASSWORD })).status, 204);
    assert_eq!(amira.get("/me").status, 401, "what was given with the code ends with it");
    let amira = town.api_of("Amira");
    amira.post("/me/second-factor/recovery-codes", &json!({ "password": PASSWORD })).refused(404, "not-found");
    let looks = amira.get("/me/looks").expect(200);
    assert_eq!(looks["looks"].as_array().unwrap().len(), 3, "on, new codes, off: {looks}");
}

#[test]
fn an_authority_invites_and_takes_back_and_people_join_without_a_page() {
    let town = Town::open();
    let ada = town.api_of("Ada");
    let invite = |to: &str| {
        let new = json!({ "email": to, "role": "moderator", "reason": "Reviews wait" });
        assert_eq!(ada.post("/authority/invitations", &new).status, 202);
    };
    for to in ["new@example.net", "gone@example.net", &email("Amira")] {
        invite(to);
    }
    let people = ada.get("/authority/people").expect(200);
    let offers = people["invitations"].as_array().unwrap();
    assert_eq!(offers.len(), 3);
    let gone = offers.iter().find(|offer| offer["email"] == "gone@example.net").unwrap()["id"].as_str().unwrap();
    let withdraw = format!("/authority/invitations/{gone}/withdrawal");
    assert_eq!(town.api_of("Aled").post(&withdraw, &Value::Null).status, 404);
    assert_eq!(ada.post(&withdraw, &Value::Null).status, 204);
    assert_eq!(ada.post(&withdraw, &Value::Null).status, 404);

    let offer = |to: &str| token_in(&town.link_to(to, "asks you"));
    let joins = |to: &str, name: &str| {
        let document = json!({ "token": offer(to), "name": name, "password": GOOD });
        town.api().post("/role-invitations/account", &document)
    };
    joins("gone@example.net", "Gone").refused(410, "link-used-up");
    joins("new@example.net", "").refused(422, "invalid-input");
    joins("new@example.net", "Newt").expect(201);
    joins("new@example.net", "Newt").refused(410, "link-used-up");
    joins(&email("Amira"), "Amira").refused(409, "address-taken");
    let amira = json!({ "token": offer(&email("Amira")) });
    town.api_of("Noor").post("/role-invitations/acceptance", &amira).refused(404, "not-found");
    assert_eq!(town.api_of("Amira").post("/role-invitations/acceptance", &amira).status, 204);
    town.api_of("Amira").post("/role-invitations/acceptance", &amira).refused(410, "link-used-up");
    let changes = ada.get("/authority/people").expect(200);
    assert_eq!(changes["changes"].as_array().unwrap().len(), 2);
    // Whose names were looked at can read it.
    let looks = token(&town, "new@example.net", GOOD).get("/me/looks").expect(200);
    assert_eq!(looks["looks"][0]["what"], "account", "{looks}");
}

#[test]
fn a_helper_needs_a_second_factor_before_they_see_what_is_somebody_elses() {
    let mut town = Town::open();
    town.acts_for("Noor", "Amira", "family or friend", true);
    town.app.waiver = Waiver::Nobody;
    town.serve_again();
    let budget = format!("/budgets/{}", town.budget_of("Amira"));
    let noor = town.person("Noor");
    assert_eq!(noor.open(&format!("/budgets/{}", town.budget_of("Noor"))).status(), 200, "what is hers needs no code");
    assert!(!noor.open("/budgets").says("Amira"));
    assert_eq!(town.person("Bela").open(&budget).status(), 404, "who is nothing to her learns nothing");
    town.api_of("Noor").get(&budget).refused(403, "second-factor-first");
    assert_eq!(town.api_of("Bela").get(&budget).status, 404);

    noor.open("/helping").expect("One more step").go("Set up a code").expect("You look after things for somebody");
    let why = noor.open(&budget);
    assert_eq!(why.heading(), "Protect your account with your phone");
    assert_eq!(why.press("Give me codes on paper", &[("password", "no")]).status(), 422);
    let kept = why.press("Give me codes on paper", &[("password", PASSWORD)]);
    let codes = kept.all(".codes code");
    assert_eq!(codes.len(), 10);
    assert_eq!(kept.go("I have kept them").path, budget, "and on to where she was going");
    assert_eq!(noor.open(&budget).expect("Budget of Amira").status(), 200);

    // From then on signing in asks for one of them; when few are left it leads to new ones.
    for (nth, code) in codes.iter().enumerate().take(7) {
        let again = town.visitor();
        let asked = again.sign_in(&email("Noor"));
        assert_eq!(asked.heading(), "Enter one of your codes on paper");
        let inside = asked.press("Go on", &[("recovery", code)]);
        assert_eq!(inside.path == "/second-factor", nth == 6, "{nth}: {}", inside.path);
        again.open("/account").press("Sign out everywhere", &[]);
    }
    let noor = town.visitor();
    let asked = noor.sign_in(&email("Noor"));
    assert_eq!(asked.press("Go on", &[("recovery", &codes[0])]).status(), 422, "each once");
    assert_eq!(asked.press("Go on", &[("recovery", &codes[8])]).path, "/second-factor");
    let fresh = noor.open("/second-factor").press("Give me new recovery codes", &[("password", PASSWORD)]);
    assert_eq!(fresh.all(".codes code").len(), 10);
    town.holds_together();
}

#[test]
fn whoever_sends_too_much_is_told_to_wait_by_account_and_by_address() {
    let mut town = Town::open();
    town.serve_behind("127.0.0.1");
    let from = |api: &Api, address: &str| {
        let headers = [("Content-Type", "application/json"), ("X-Forwarded-For", address)];
        let body = json!({ "words": "a choir for men" }).to_string();
        api.send("POST", "/wanted-support", &headers, Some(body.as_bytes()))
    };
    let amira = town.api_of("Amira");
    let statuses: Vec<u16> = (0..21).map(|nth| from(&amira, &format!("203.0.113.{nth}")).status).collect();
    assert_eq!((statuses[18], statuses[20]), (204, 429), "{statuses:?}");
    let anyone = town.api();
    let statuses: Vec<u16> = (0..61).map(|_| from(&anyone, "198.51.100.7").status).collect();
    assert_eq!((statuses[58], statuses[60]), (204, 429), "{statuses:?}");
    assert_eq!(from(&anyone, "198.51.100.8").status, 204, "others go on");
    let told = from(&anyone, "198.51.100.7");
    assert!(told.answer.header("retry-after").is_some());
    told.refused(429, "too-many-tries");
}

#[test]
fn who_asked_a_provider_reads_that_it_was_looked_at() {
    let town = Town::open();
    let amira = town.api_of("Amira");
    let lunch = crate::support::service_id("Lunch club");
    let question = json!({ "name": "Amira", "email": email("Amira"), "question": "Is there a ramp?" });
    let asked = amira.post(&format!("/services/{lunch}/enquiries"), &question).expect(201);
    town.person("Pat").open("/provider/enquiries").expect("Is there a ramp?");
    let looks = amira.get("/me/looks").expect(200);
    assert_eq!((&looks["looks"][0]["what"], &looks["looks"][0]["subject_id"]), (&json!("question"), &asked["id"]));
    let page = town.person("Amira").open("/account/looked");
    assert!(page.says("looked at a question that you asked, to answer it"), "{}", page.main());
}
