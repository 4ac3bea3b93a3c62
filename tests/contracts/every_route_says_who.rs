//! Every route, tried as everybody: a door that somebody left open shows up in the table.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Value, json};
use waymark::corrections::{Said, WhatIsWrong, WhereFrom, say};
use waymark::ids::{OrganizationId, PersonId};
use waymark::places::reference::authority_id;

use crate::support::routes::{Route, every_route};
use crate::support::{ASHTON, Api, Person, TRAFFORD, Town, option_id, pounds, service_id};

/// Whoever may do it comes last, so that the others try while there is still something to do.
const PEOPLE: [&str; 19] = [
    "Noor", "Bela", "Rae", "Reg", "Olu", "Audra", "Audrey", "Colin", "Carol", "Finn", "Fay", "Milly", "Mo", "Clem",
    "Cate", "Aled", "Ada", "Pat", "Hana",
];

/// What a request to this route may be about.
struct Subject {
    purchase: String,
    delivery: String,
    invoice: String,
}

/// A purchase of Hana from Pat's organisation, as far as the route needs it.
fn prepare(town: &Town, hana: &Api, pat: &Api, route: &str, number: usize) -> Subject {
    let path = format!("/budgets/{}/purchases", town.budget_of("Hana"));
    let document = json!({
        "service_id": service_id("Lunch club").to_string(),
        "cost_option_id": option_id("Lunch club").to_string(),
        "quantity": 3,
        "starts_on": town.today().to_string(),
    });
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    let purchase = id(&hana.post_once(&path, &format!("route-{number}"), &document).expect(201));
    if ["agreement", "refusal", "cancellation"].iter().any(|end| route.ends_with(end)) {
        return Subject { purchase, delivery: String::new(), invoice: String::new() };
    }
    pat.post(&format!("/provider/purchases/{purchase}/agreement"), &Value::Null).expect(200);
    let deliver = |key: &str| {
        let delivered = json!({ "quantity": 1, "delivered_on": town.today().to_string() });
        id(&pat.post_once(&format!("/provider/purchases/{purchase}/deliveries"), key, &delivered).expect(201))
    };
    let confirm = |delivery: &str| {
        let path = format!("/purchases/{purchase}/deliveries/{delivery}/confirmation");
        assert_eq!(hana.post(&path, &Value::Null).status, 204);
    };
    confirm(&deliver("first"));
    let invoice = id(&pat.post(&format!("/provider/purchases/{purchase}/invoices"), &Value::Null).expect(201));
    let delivery = deliver("second");
    if route.ends_with("invoices") {
        confirm(&delivery);
    }
    Subject { purchase, delivery, invoice }
}

/// Something that waits for Pat or Mo: what a route about reports or papers is about.
fn waits(town: &Town, pat: &Api, mo: &Api, route: &str) -> String {
    if route.contains("{report_id}") {
        let said = Said { what: WhatIsWrong::Price, words: "It is more now".into(), address: None };
        let (service, now) = (service_id("Lunch club"), town.app.clock.now());
        let url = town.app.post.public_url.clone();
        let say = move |tx: &mut waymark::db::Conn| say(tx, service, &said, &WhereFrom::default(), &url, now);
        return town.app.db.write_now(say).unwrap().id.to_string();
    }
    let paper = json!({ "paper": "identity", "detail": "passport" });
    let paper = pat.post("/provider/papers", &paper).expect(201)["id"].as_str().unwrap().to_owned();
    if route.ends_with("withdrawal") {
        mo.post(&format!("/moderation/papers/{paper}/check"), &json!({})).expect(200);
    }
    paper
}

/// What the route asks for, so that only the person decides what comes back.
fn document(town: &Town, path: &str) -> Value {
    let end = path.rsplit('/').next().unwrap();
    match end {
        "purchases" => json!({
            "service_id": service_id("Lunch club").to_string(),
            "cost_option_id": option_id("Lunch club").to_string(),
            "quantity": 1,
            "starts_on": town.today().to_string(),
        }),
        "cancellation" => json!({}),
        "plan" => json!({ "revision": 0, "content": {} }),
        "{question}" => json!({ "number": 1 }),
        "comments" => json!({ "words": "Yes" }),
        "agreement" if path.contains("/support/") => json!({ "weekly_pence": 100 }),
        "signature" => json!({ "funding_route": "direct payment" }),
        "signature-refusal" => json!({ "reason": "because" }),
        "holding" | "{funding_route}" => json!({}),
        "sharing" => json!({ "has_read": true }),
        "{questionnaire_id}" => json!({ "name": "", "questions": [], "prices": [], "round_to_pence": 1 }),
        "publication" if path.contains("questionnaires") => json!({ "effective_from": town.today().to_string() }),
        "refusal" | "dispute" => json!({ "reason": "because" }),
        "deliveries" => json!({ "quantity": 1, "delivered_on": town.today().to_string() }),
        "review" => json!({ "stars": 4, "words": "" }),
        "ending" if path.contains("spending-rules") => json!({ "ends_on": town.today().to_string() }),
        "ending" => json!({ "reason": "because" }),
        "registrations" => json!({ "name": "", "email": somebody() }),
        "password-resets" => json!({ "email": "nobody" }),
        "second-factors" => json!({ "email": somebody(), "password": "none" }),
        "confirmation" if path.contains("second-factors") => {
            json!({ "email": somebody(), "password": "none", "code": "000000" })
        }
        "confirmation" if path.contains("second-factor") => json!({ "code": "000000" }),
        "confirmation" if path.contains("email-changes") => json!({ "token": "none" }),
        "confirmation" if path.contains("registrations") || path.contains("resets") => {
            json!({ "token": "none", "password": "none" })
        }
        "name" => json!({ "name": "" }),
        "email-changes" => json!({ "email": somebody(), "password": "" }),
        "password" => json!({ "current": "", "password": "none" }),
        "second-factor" | "paper" | "recovery-codes" | "removal" => json!({ "password": "" }),
        "closing" if path.contains("questions") => json!({ "words": "Because" }),
        "closing" => json!({ "password": "", "sure": false }),
        "acceptance" | "stop-letters" => json!({ "token": "none" }),
        "account" => json!({ "token": "none", "name": "", "password": "" }),
        "roles" => json!({ "role": "moderator", "reason": "because" }),
        "invitations" if path.contains("/provider/") => json!({ "email": "nobody", "standing": "staff" }),
        "invitations" => json!({ "email": somebody(), "role": "moderator", "reason": "because" }),
        "spending-rules" => {
            json!({ "category_id": "arts", "says": "allowed", "words": "Arts are fine.", "ground": "Minute 34." })
        }
        "challenges" => json!({
            "rule_id": service_id("no rule").to_string(),
            "service_id": service_id("Lunch club").to_string(),
            "words": "Please",
        }),
        "payment-runs" => json!({ "pay_on": town.today().to_string() }),
        "approval" if path.contains("payment-runs") => json!({ "total_pence": 1 }),
        "spending" => {
            let today = town.today().to_string();
            json!({ "from_on": today, "to_on": today, "spent_pence": 1, "left_pence": 1, "words": "Bread" })
        }
        "asking" | "appeal" => json!({ "words": "Because" }),
        "notice" => json!({ "amount_pence": 1, "reason": "Because" }),
        "decision" if path.contains("finance") => json!({ "stands": false, "words": "Because" }),
        "answer" if path.contains("challenges") => json!({ "allowed": true, "reason": "Because" }),
        "answer" if path.contains("holding-requests") => json!({ "done": true }),
        "bank-account" => json!({}),
        "answer" if path.contains("questions") => json!({ "words": "Because" }),
        "programs" => json!({ "name": "Rota", "scopes": ["read"], "days": 30 }),
        "helpers" => json!({ "email": somebody(), "kind": "family or friend" }),
        "helping" => json!({ "token": "none", "accept": true }),
        "representatives" => {
            json!({ "person": somebody(), "email": somebody(), "kind": "attorney", "evidence": "a document" })
        }
        "tokens" => json!({ "email": somebody(), "password": "none" }),
        "feeds" | "{feed_id}" => json!({ "name": "", "url": "", "licence": "", "every_hours": 0 }),
        "readings" => json!({ "what": "look" }),
        "{service_id}" => json!({}),
        "saved-searches" => json!({ "address": "/search?q=lunch" }),
        "{saved_search_id}" => json!({ "name": "Lunch", "alerts": "none" }),
        "{setting}" => json!({ "value": 91 }),
        "organisation" => json!({ "name": "", "provider_type": "private" }),
        "services" => json!({ "name": "" }),
        "start" => json!({ "provider_type": "private", "name": "", "postcode": "" }),
        "draft" => json!({ "entry": { "name": "" } }),
        "availability" => json!({ "places_free": 1 }),
        "{member_id}" => json!({ "standing": "staff" }),
        "enquiries" => json!({ "name": "Jo", "email": "nobody", "question": "" }),
        "answer" if path.contains("challenges") => json!({ "allowed": true, "reason": "because" }),
        "answer" if path.contains("enquiries") => json!({ "answer": "Yes" }),
        "sending-back" => json!({ "reason": "because" }),
        "import" => json!({ "only_good": false }),
        "contact" | "check" => json!({}),
        "answer" if path.contains("still-right") => json!({ "answer": "still right" }),
        "answer" => json!({ "resolution": "put right" }),
        "reports" if path.contains("review_id") => json!({ "what": "not real" }),
        "reports" => json!({ "what": "closed" }),
        "reply" => json!({ "words": "Thank you" }),
        "decision" => json!({ "decision": "removed", "reason": "because" }),
        "papers" => json!({ "paper": "identity", "detail": "passport" }),
        "withdrawal" | "suspension" | "lifting" => json!({ "reason": "because" }),
        "wanted-support" => json!({ "words": "a choir for men" }),
        "budgets" => json!({
            "person_id": service_id("nobody").to_string(), "name": "", "starts_on": town.today().to_string(),
            "rate_pence": 100, "per": "week", "sources": [], "holders": [],
        }),
        "changes" => json!({ "from": town.today().to_string(), "reason": "because" }),
        "uprating" => json!({ "from": town.today().to_string(), "share": 0 }),
        "moves" => json!({ "reason": "one-off", "source": "health", "amount_pence": 100, "note": "because" }),
        "reversal" => json!({ "note": "because" }),
        "holding-requests" => json!({ "funding_route": "trust", "from": town.today().to_string() }),
        "{return_id}" if path.contains("/finance/") => json!({ "accepted": true }),
        "{return_id}" => {
            json!({ "opening_pence": 0, "received_pence": 0, "spent_pence": 0, "balance_pence": 0 })
        }
        _ => Value::Null,
    }
}

/// An address that nobody has tried before: guessing at one would soon be too much.
fn somebody() -> String {
    format!("{}@example.org", waymark::ids::random_token())
}

fn fields(town: &Town, path: &str, csrf: &str) -> Vec<(&'static str, String)> {
    let end = path.rsplit('/').next().unwrap();
    let mut fields = vec![("csrf", csrf.to_owned())];
    match end {
        "purchases" => fields.extend([
            ("service", service_id("Lunch club").to_string()),
            ("option", option_id("Lunch club").to_string()),
            ("quantity", "1".into()),
            ("start_on", town.today().to_string()),
            ("submission_key", service_id(path).to_string()),
        ]),
        "refusal" | "dispute" => fields.push(("reason", "because".into())),
        "deliveries" => fields.extend([("quantity", "1".into()), ("delivered_on", town.today().to_string())]),
        "new" if path.ends_with("/rules/new") => fields.extend([
            ("category", "arts".into()),
            ("says", "allowed".into()),
            ("words", "Arts are fine.".into()),
            ("ground", "Minute 34.".into()),
        ]),
        "spending" => fields.extend([
            ("from", town.today().to_string()),
            ("to", town.today().to_string()),
            ("spent", "1".into()),
            ("left", "1".into()),
            ("words", "Bread".into()),
        ]),
        "runs" => {
            fields.extend([("pay_on", town.today().to_string()), ("submission_key", service_id(path).to_string())])
        }
        "bank-account" | "account" if path.contains("provider") || path.contains("finance") => fields.extend([
            ("name", "Sale Neighbours".into()),
            ("sort_code", "200000".into()),
            ("number", "12345678".into()),
        ]),
        "challenges" => fields.extend([
            ("rule", service_id("no rule").to_string()),
            ("service", service_id("Lunch club").to_string()),
            ("words", "Please".into()),
        ]),
        "review" => fields.push(("stars", "4".into())),
        "note" => fields.push(("note", "Ask about Tuesdays".into())),
        "saved-searches" => fields.push(("address", "/search?q=lunch".into())),
        "{saved_search_id}" => fields.extend([("name", "Lunch".into()), ("alerts", "none".into())]),
        "{setting}" => fields.push(("value", "92".into())),
        "answer" => fields.push(("resolution", "put right".into())),
        "wrong" => fields.push(("what", "closed".into())),
        "freshness" => fields.push(("service", service_id("Lunch club").to_string())),
        "changed" => fields.push(("words", "more".into())),
        "closed" => fields.push(("how", "while".into())),
        "withdrawal" | "suspension" | "lifting" => fields.push(("reason", "because".into())),
        "wanted" => fields.push(("words", "a choir for men".into())),
        "sign-in" => fields.extend([
            ("email", somebody()),
            ("password", "none".into()),
            ("person", service_id("nobody").to_string()),
        ]),
        _ => {}
    }
    fields
}

fn asks_page(town: &Town, person: &Person, method: &str, path: &str, route: &str) -> String {
    // Looked up each time: changing role or password changes the session, and with it the token of its forms.
    let csrf = if method == "GET" { String::new() } else { person.csrf() };
    let csrf = csrf.as_str();
    let form: String =
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields(town, route, csrf)).finish();
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    // A file is asked for here: without one, whether that or the person is noticed first is not fixed.
    let with_file = [("Content-Type", "multipart/form-data; boundary=b")];
    let file = format!(
        "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--b\r\nContent-Disposition: form-data; \
         name=\"file\"; filename=\"answers.csv\"\r\nContent-Type: text/csv\r\n\r\nreference,answer\r\n--b--\r\n"
    );
    let answer = match method {
        "GET" => person.send("GET", path, &[], None),
        _ if route.ends_with("/runs/{run_id}/answers") => person.send(method, path, &with_file, Some(file.as_bytes())),
        _ => person.send(method, path, &kind, Some(form.as_bytes())),
    };
    match answer.header("location") {
        Some(place) if place.starts_with("/sign-in") => "sign in".into(),
        _ => answer.status.to_string(),
    }
}

fn asks_api(town: &Town, api: &Api, method: &str, path: &str, route: &str) -> String {
    let path = path.strip_prefix("/api/v1").unwrap();
    let told = match method {
        "GET" => api.get(path),
        "PUT" => api.put(path, &document(town, route)),
        "DELETE" => api.delete(path),
        _ if route.ends_with("{person_id}/plan") => api.post_once(path, "third", &json!({ "template": "" })),
        _ => api.post_once(path, "third", &document(town, route)),
    };
    told.status.to_string()
}

#[test]
fn every_route_tried_as_everybody() {
    let town = Town::open();
    town.new_holder("Hana", ASHTON, pounds(20_000));
    // Rae may look at what is Hana's, Reg may buy for her; Cate is her care manager.
    town.new_holder("Rae", ASHTON, pounds(100));
    town.new_holder("Reg", ASHTON, pounds(100));
    for (helper, kind, buys) in
        [("Rae", "family or friend", false), ("Reg", "family or friend", true), ("Cate", "care manager", false)]
    {
        town.acts_for(helper, "Hana", kind, buys);
    }
    let apis: Vec<Api> = std::iter::once(town.api()).chain(PEOPLE.iter().map(|name| town.api_of(name))).collect();
    let people: Vec<Person> =
        std::iter::once(town.visitor()).chain(PEOPLE.iter().map(|name| town.person(name))).collect();
    let (hana, pat) = (apis.last().unwrap(), &apis[apis.len() - 2]);
    let mo = &apis[1 + PEOPLE.iter().position(|name| *name == "Mo").unwrap()];

    let keep = |path: &str| hana.put(&format!("/shortlist/services/{path}"), &json!({}));
    assert_eq!(keep(service_id("Lunch club").as_str()).status, 204);
    let link = hana.post("/shortlist/link", &Value::Null).expect(201);
    let token = link["link"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let saved = || {
        let made = hana.post("/saved-searches", &json!({ "address": "/search?q=lunch" })).expect(201);
        made["id"].as_str().unwrap().to_owned()
    };

    let mut table = String::new();
    write!(table, "{:<72}{:>9}", "", "anyone").unwrap();
    PEOPLE.iter().for_each(|name| write!(table, "{name:>9}").unwrap());
    for (number, (method, route)) in every_route().into_iter().enumerate() {
        if ["/sign-out", "/account/sessions/end", "/api/v1/me/sessions/ending"].contains(&route.as_str()) {
            continue; // ends the session that the next route needs; told below
        }
        let saved = if route.contains("{saved_search_id}") { saved() } else { String::new() };
        let subject = route.contains("{purchase_id}") || route.contains("{invoice_id}");
        let subject = subject.then(|| prepare(&town, hana, pat, &route, number));
        let about = if route.contains("/support/") { PersonId::named("Hana") } else { PersonId::named("nobody") };
        let path = route
            .replace("{person_id}", about.as_str())
            .replace("{service_id}", service_id("Lunch club").as_str())
            .replace("{own_service_id}", service_id("Someone to sit with mum or dad").as_str())
            .replace("{part}", "access")
            .replace("{price}", "1")
            .replace("{step}", "what")
            .replace("{id}", service_id("Lunch club").as_str())
            .replace("{feed_id}", service_id("no feed").as_str())
            .replace("{run_id}", service_id("no reading").as_str())
            .replace("{budget_id}", town.budget_of("Hana").as_str())
            .replace("{provider}", "nowhere")
            .replace("{session_id}", service_id("nobody").as_str())
            .replace("{invitation_id}", service_id("nobody").as_str())
            .replace("{membership_id}", service_id("nobody").as_str())
            .replace("{role_id}", service_id("nobody").as_str())
            .replace("{representative_id}", service_id("nobody").as_str())
            .replace("{program_id}", service_id("nobody").as_str())
            .replace("{copy_id}", service_id("nobody").as_str())
            .replace("{person_id}", service_id("nobody").as_str())
            .replace("{terms_id}", service_id("nobody").as_str())
            .replace("{period_id}", service_id("nobody").as_str())
            .replace("{move_id}", service_id("nobody").as_str())
            .replace("{request_id}", service_id("nobody").as_str())
            .replace("{return_id}", service_id("nobody").as_str())
            .replace("{authority_id}", authority_id(TRAFFORD).as_str())
            .replace("{rule_id}", service_id("no rule").as_str())
            .replace("{challenge_id}", service_id("nobody").as_str())
            .replace("{question_id}", service_id("nobody").as_str())
            .replace("{notice_id}", service_id("nobody").as_str())
            .replace("{setting}", "check-after-days")
            .replace("{saved_search_id}", &saved)
            .replace("{token}", &token)
            .replace("{review_id}", service_id("nobody").as_str())
            .replace("{token}", &"0".repeat(64))
            .replace("{organization_id}", OrganizationId::named("Trafford Libraries").as_str())
            .replace("{assessment_id}", service_id("nobody").as_str())
            .replace("{comment_id}", service_id("nobody").as_str())
            .replace("{plan_review_id}", service_id("nobody").as_str())
            .replace("{shared_plan_id}", service_id("nobody").as_str())
            .replace("{questionnaire_id}", service_id("nobody").as_str())
            .replace("{question}", "1")
            .replace("{plan_part}", "outcomes")
            .replace("{entry}", "new")
            .replace("{version}", "1")
            .replace("{path:.*}", "favicon.svg");
        let path = match route.contains("{report_id}") || route.contains("{paper_id}") {
            true => {
                let id = waits(&town, pat, mo, &route);
                path.replace("{report_id}", &id).replace("{paper_id}", &id)
            }
            false => path,
        };
        let path = match &subject {
            Some(Subject { purchase, delivery, invoice }) => path
                .replace("{purchase_id}", purchase)
                .replace("{delivery_id}", delivery)
                .replace("{invoice_id}", invoice),
            None => path,
        };
        write!(table, "\n{:<72}", format!("{method:<5}{route}")).unwrap();
        for (nth, person) in people.iter().enumerate() {
            let told = match path.starts_with("/api/v1") {
                true => asks_api(&town, &apis[nth], &method, &path, &route),
                false => asks_page(&town, person, &method, &path, &route),
            };
            write!(table, "{told:>9}").unwrap();
        }
    }
    insta::assert_snapshot!("every_route_says_who", table);
    town.holds_together();
}

#[test]
fn the_document_names_every_route_of_the_api() {
    let document = serde_json::to_value(waymark::api_document::document()).unwrap();
    let mut told = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        told.extend(methods.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())));
    }
    let about_itself = ["/api/v1/openapi.json", "/api/v1/docs"];
    let routes: BTreeSet<Route> = every_route()
        .into_iter()
        .filter(|(_, path)| path.starts_with("/api/v1") && !about_itself.contains(&path.as_str()))
        .collect();
    assert_eq!(routes, told);
}

#[test]
fn signing_out_everywhere_ends_every_session_and_needs_its_token() {
    let town = Town::open();
    let (amira, elsewhere) = (town.person("Amira"), town.person("Amira"));
    assert_eq!(amira.post("/account/sessions/end", &[]).status(), 403);
    let csrf = amira.csrf();
    amira.post("/account/sessions/end", &[("csrf", &csrf)]).expect("You are signed out everywhere");
    assert_eq!(amira.open("/budgets").heading(), "Sign in");
    assert_eq!(elsewhere.open("/budgets").heading(), "Sign in");
}

#[test]
fn signing_out_ends_the_session_and_needs_its_token() {
    let town = Town::open();
    let amira = town.person("Amira");
    assert_eq!(amira.post("/sign-out", &[]).status(), 403);
    assert_eq!(amira.open("/budgets").status(), 200);
    let csrf = amira.csrf();
    amira.post("/sign-out", &[("csrf", &csrf)]);
    assert_eq!(amira.open("/budgets").heading(), "Sign in");
}

#[test]
fn a_cookie_counts_for_nothing_over_the_api() {
    let town = Town::open();
    let amira = town.person("Amira");
    assert_eq!(amira.send("GET", "/api/v1/me", &[], None).status, 401);
}
