//! Somebody who knows the addresses tries what no page offers: things of one person through another's, codes and offers at
//! the same moment, words that are no words.

use std::sync::Barrier;

use chrono::TimeDelta;
use serde_json::{Value, json};
use waymark::identity::Waiver;
use waymark::identity::second_factor::code_now;

use super::planning::{asks, home};
use crate::support::{Api, PASSWORD, Town, email, option_id, service_id};

/// The same request from several at the same moment; the statuses, in order.
fn at_once(times: usize, ask: impl Fn() -> u16 + Sync) -> Vec<u16> {
    let (barrier, ask) = (Barrier::new(times), &ask);
    let mut statuses: Vec<u16> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..times)
            .map(|_| {
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    ask()
                })
            })
            .collect();
        asked.into_iter().map(|each| each.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    statuses
}

/// Carol with a second factor: its secret and her recovery codes.
fn with_a_phone(town: &Town) -> (String, Vec<String>) {
    let api = town.api();
    let given = json!({ "email": email("Carol"), "password": PASSWORD });
    let secret = api.post("/second-factors", &given).expect(201)["secret"].as_str().unwrap().replace(' ', "");
    let code = code_now(&secret, town.app.clock.now()).unwrap();
    let given = json!({ "email": email("Carol"), "password": PASSWORD, "code": code });
    let codes = api.post("/second-factors/confirmation", &given).expect(200);
    town.pass(TimeDelta::seconds(30));
    let codes = codes["recovery_codes"].as_array().unwrap();
    (secret, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

#[test]
fn a_code_that_several_send_at_once_lets_one_in() {
    let mut town = Town::open();
    town.app.waiver = Waiver::Nobody;
    town.serve_again();
    let (secret, recovery) = with_a_phone(&town);
    let code = code_now(&secret, town.app.clock.now()).unwrap();
    let given = json!({ "email": email("Carol"), "password": PASSWORD, "code": code });
    let statuses = at_once(4, || town.api().post("/tokens", &given).status);
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    town.pass(TimeDelta::hours(3));
    let given = json!({ "email": email("Carol"), "password": PASSWORD, "recovery_code": recovery[0] });
    let statuses = at_once(4, || town.api().post("/tokens", &given).status);
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    town.holds_together();
}

#[test]
fn an_offer_that_is_taken_up_twice_at_once_is_taken_up_once() {
    let town = Town::open();
    let ada = town.api_of("Ada");
    let offer = json!({ "email": email("Noor"), "role": "moderator", "reason": "Joins the team" });
    assert_eq!(ada.post("/authority/invitations", &offer).status, 202);
    let link = town.link_to(&email("Noor"), "asks you to join");
    let token = json!({ "token": link.split("token=").nth(1).unwrap() });
    let noor = town.api_of("Noor");
    let statuses = at_once(4, || noor.post("/role-invitations/acceptance", &token).status);
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    let roles = town.api_of("Noor").get("/me").expect(200)["roles"].as_array().map(Vec::len);
    assert_eq!(roles, Some(1));
    town.holds_together();
}

#[test]
fn what_is_ones_own_is_no_way_to_what_is_anothers() {
    let town = Town::open();
    asks(&town);
    town.pass(TimeDelta::days(70));
    for _ in 0..3 {
        town.work_of_the_day();
    }
    let (amira, noor, fay, cate) = (town.api_of("Amira"), town.api_of("Noor"), town.api_of("Fay"), town.api_of("Cate"));
    let (hers, others) = (town.budget_of("Noor"), town.budget_of("Amira"));

    // A question about Amira's money, answered through Noor's budget.
    let flagged = fay.get("/finance/monitoring").expect(200);
    let question = flagged["questions"].as_array().unwrap().iter().find(|each| each["budget_id"] == others.to_string());
    let question = question.unwrap()["id"].as_str().unwrap().to_owned();
    fay.post(&format!("/finance/questions/{question}/asking"), &json!({ "words": "Is it hard to use?" })).expect(200);
    let words = json!({ "words": "Not mine" });
    noor.post(&format!("/budgets/{hers}/questions/{question}/answer"), &words).refused(404, "not-found");
    noor.post(&format!("/budgets/{others}/questions/{question}/answer"), &words).refused(404, "not-found");

    // A wish about Amira's budget, taken back through Noor's, and answered by an officer through another budget.
    let wish = json!({ "funding_route": "trust", "from": town.today().to_string() });
    let wish = amira.post(&format!("/budgets/{others}/holding-requests"), &wish).expect(201);
    let wish = wish["id"].as_str().unwrap().to_owned();
    noor.post(&format!("/budgets/{hers}/holding-requests/{wish}/withdrawal"), &Value::Null).refused(404, "not-found");
    let done = json!({ "done": true });
    let through =
        |api: &Api, budget: &str| api.post(&format!("/finance/budgets/{budget}/holding-requests/{wish}/answer"), &done);
    through(&fay, hers.as_str()).refused(404, "not-found");
    through(&town.api_of("Finn"), others.as_str()).refused(404, "not-found");
    town.api_of("Finn").get(&format!("/finance/budgets/{others}/holding-requests")).refused(404, "not-found");
    assert_eq!(through(&fay, others.as_str()).status, 204);

    // A comment on Amira's plan, settled through Noor's.
    for (api, name) in [(&amira, "Amira"), (&noor, "Noor")] {
        api.post(&format!("{}/plan", home(name)), &json!({ "template": "" })).expect(201);
    }
    let comment = json!({ "about": "", "words": "On which days?" });
    let comment = amira.post(&format!("{}/plan/comments", home("Amira")), &comment).expect(201);
    let comment = comment["id"].as_str().unwrap();
    noor.post(&format!("{}/plan/comments/{comment}/settling", home("Noor")), &Value::Null).refused(404, "not-found");
    cate.post(&format!("{}/plan/comments/{comment}/settling", home("Amira")), &Value::Null).refused(404, "not-found");
    assert_eq!(amira.post(&format!("{}/plan/comments/{comment}/settling", home("Amira")), &Value::Null).status, 204);
    town.holds_together();
}

#[test]
fn where_money_goes_is_not_changed_by_who_works_the_desk() {
    let town = Town::open();
    let account = json!({ "name": "Sale Neighbours", "sort_code": "20-00-00", "number": "12345678" });
    let pat = town.api_of("Pat");
    // A program for the rota: it delivers, and does not say where money goes.
    let made =
        pat.post("/me/programs", &json!({ "name": "Rota", "scopes": ["read", "deliver"], "days": 30 })).expect(201);
    let form = format!("grant_type=client_credentials&client_secret={}", made["personal_token"].as_str().unwrap());
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    let token = town.api().send("POST", "/oauth/token", &kind, Some(form.as_bytes())).expect(200);
    let rota = town.api().with_token(token["access_token"].as_str().unwrap());
    rota.get("/provider/purchases").expect(200);
    rota.put("/provider/bank-account", &account).refused(403, "scope-missing");
    assert_eq!(pat.put("/provider/bank-account", &account).status, 204);
    let shown = pat.get("/provider/bank-account").expect(200);
    assert_eq!(shown["bank_account"]["ends_with"], "account ending 678");
    assert!(!shown.to_string().contains("12345678"));
    town.letter_to(&email("Pat"), "A bank account was changed");
    for name in ["Olu", "Amira", "Fay"] {
        assert_ne!(
            town.api_of(name).get("/provider/bank-account").body["bank_account"]["ends_with"],
            "account ending 678"
        );
    }
    town.api_of("Amira").put("/finance/bank-account", &account).refused(404, "not-found");
}

#[test]
fn words_that_are_code_stay_words() {
    let town = Town::open();
    let (amira, pat) = (town.api_of("Amira"), town.api_of("Pat"));
    let nasty = "<script>alert(1)</script><img src=x onerror=alert(1)>\r\nBcc: all@example.org";
    assert_eq!(amira.put("/me/name", &json!({ "name": "<script>alert(1)</script>" })).status, 204);
    let wanted = json!({
        "service_id": service_id("Lunch club").to_string(), "cost_option_id": option_id("Lunch club").to_string(),
        "quantity": 1, "starts_on": town.today().to_string(), "note": nasty,
    });
    let purchases = format!("/budgets/{}/purchases", town.budget_of("Amira"));
    let made = amira.post_once(&purchases, "one", &wanted).expect(201);
    let question = json!({ "name": nasty.replace("\r\n", " "), "email": email("Amira"), "question": nasty });
    let asked = amira.post(&format!("/services/{}/enquiries", service_id("Lunch club")), &question);
    assert!(asked.status == 201 || asked.status == 422, "{}", asked.body);
    let refusal = json!({ "reason": nasty });
    pat.post(&format!("/provider/purchases/{}/refusal", made["id"].as_str().unwrap()), &refusal).expect(200);
    let (at_the_desk, at_home) = (town.person("Pat"), town.person("Amira"));
    for (person, path) in [
        (&at_the_desk, "/provider".to_owned()),
        (&at_the_desk, "/provider/enquiries".into()),
        (&at_home, format!("/purchases/{}", made["id"].as_str().unwrap())),
        (&at_home, format!("/budgets/{}", town.budget_of("Amira"))),
        (&at_home, "/account".into()),
    ] {
        let text = person.open(&path).answer.text();
        assert!(!text.contains("<script>alert") && !text.contains("<img src=x"), "{path}");
    }
    // Nor do letters take a line of theirs for a header, or their tags for tags.
    for letter in town.letters_of("Amira").into_iter().chain(town.letters_of("Pat")) {
        assert!(!letter.subject.contains('\n') && !letter.html.contains("<script>alert"), "{letter:?}");
    }
    assert!(town.letters_to("all@example.org", "").is_empty());
}
