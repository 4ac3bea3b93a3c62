//! Whatever arrives: a clear message, the right status, nothing half done, never a 500 that was the caller's fault.

use serde_json::{Value, json};

use crate::over_the_api::{bought, purchase};
use crate::support::{Town, option_id, service_id};

#[test]
fn searches_of_every_kind_are_answered() {
    let town = Town::open();
    let visitor = town.visitor();
    let long = "a".repeat(10_000);
    for (query, status) in [
        ("q=&near=ZZ99+9ZZ", 200),
        ("q=", 200),
        ("q=%20%20", 200),
        ("page=0", 200),
        ("page=-1", 200),
        ("page=99999999999999999999", 200),
        ("page=10000", 200),
        ("per_page=0", 200),
        ("max_price=-3", 200),
        ("max_price=1e9", 200),
        ("min_rating=9", 200),
        ("sort=sideways", 200),
        ("kind=nothing&category=nothing", 200),
        ("q=%22%22%22", 200),
        ("q=%2B-%21%28%29%7B%7D%5B%5D%5E%22~*%3F%3A%5C%2F%26%26%7C%7C", 200),
        ("q=%E2%80%AE%F0%9F%91%B5%F0%9F%8F%BD+%D8%A3%D9%85%D9%8A", 200),
        ("unknown=1", 200),
        ("q=%FF%FE", 400),
        ("q=%00", 400),
        (&format!("q={long}"), 400),
        (&format!("q=tea&near={long}"), 400),
    ] {
        let shown: String = query.chars().take(60).collect();
        let page = visitor.open(&format!("/search?{query}"));
        assert_eq!(page.status(), status, "{shown}: {}", page.main());
        assert_eq!(page.all("h1").len(), 1, "{shown}");
    }
    let unknown = visitor.open("/search?q=library&near=ZZ99+9ZZ");
    assert!(!unknown.one(".remark--warn").is_empty(), "an unknown place is said so");
    assert_eq!(unknown.all(".card__name").len(), 2, "and the words still find something");
    let empty = visitor.open("/search?q=");
    assert_eq!(empty.all(".card__name").len(), 5);
}

#[test]
fn searches_over_the_api_are_stricter() {
    let town = Town::open();
    let api = town.api();
    for query in ["near=ZZ99+9ZZ", "page=0", "page=x", "per_page=0", "per_page=101", "max_price=cheap", "page=-1"] {
        let told = api.get(&format!("/services?{query}"));
        assert_eq!(told.body["code"], "invalid-input", "{query}: {}", told.body);
        assert_eq!(told.status, 422);
    }
    api.get(&format!("/services?q={}", "a".repeat(10_000))).refused(400, "query-too-long");
    api.get("/services?q=%FF").refused(400, "bad-letters");
    api.get("/services/not-an-id").refused(404, "not-found");
    api.get("/nowhere").refused(404, "not-found");
    api.send("DELETE", "/services", &[], None);
}

#[test]
fn a_purchase_form_with_nonsense_comes_back_with_what_to_put_right() {
    let town = Town::open();
    let amira = town.person("Amira");
    let form = amira.open(&format!("/services/{}/buy", service_id("Lunch club")));
    let before = town.counts();
    let yesterday = (town.today() - chrono::Days::new(1)).to_string();
    let long = "x".repeat(1_001);
    for (fields, problem) in [
        (vec![("quantity", "-1")], "from 1 to 999"),
        (vec![("quantity", "0")], "from 1 to 999"),
        (vec![("quantity", "1000")], "from 1 to 999"),
        (vec![("quantity", "99999999999999999999")], "from 1 to 999"),
        (vec![("quantity", "1.5")], "from 1 to 999"),
        (vec![("quantity", "two")], "from 1 to 999"),
        (vec![("quantity", "")], "from 1 to 999"),
        (vec![("start_on", yesterday.as_str())], "today or later"),
        (vec![("start_on", "2099-01-01")], "within the next year"),
        (vec![("start_on", "31/02/2027")], "Enter a start date"),
        (vec![("start_on", "")], "Enter a start date"),
        (vec![("option", "")], "Choose one of the prices"),
        (vec![("option", "not-an-id")], "Choose one of the prices"),
        (vec![("note", long.as_str())], "1,000 letters"),
    ] {
        let back = form.press("Buy", &fields).expect_status(422);
        let problems = back.problems().join(" ");
        assert!(problems.contains(problem), "{fields:?}: {problems}");
        assert!(!back.all(".govuk-error-message").is_empty(), "{fields:?}: beside the field too");
    }
    // The price of another service, or the right price of a service that is not there.
    let other = option_id("Garden tidy").to_string();
    assert_eq!(form.press("Buy", &[("option", &other)]).status(), 409);
    let nobody = service_id("nobody").to_string();
    assert!([404, 409].contains(&form.press("Buy", &[("service", &nobody)]).status()));
    assert_eq!(form.press("Buy", &[("submission_key", "x")]).status(), 400);
    assert_eq!(form.press("Buy", &[("service", "x")]).status(), 404);
    assert_eq!(town.counts(), before);
    town.holds_together();
}

#[test]
fn a_form_without_its_token_or_of_another_kind_does_nothing() {
    let town = Town::open();
    let amira = town.person("Amira");
    let path = format!("/budgets/{}/purchases", town.budget_of("Amira"));
    let before = town.counts();
    let form = amira.open(&format!("/services/{}/buy", service_id("Lunch club")));

    assert_eq!(form.press("Buy", &[("csrf", "")]).status(), 403);
    assert_eq!(form.press("Buy", &[("csrf", &town.visitor().csrf())]).status(), 403);
    assert_eq!(amira.post(&path, &[]).status(), 403);
    let (_, action, sent) = form.filled("Buy", &[]);
    let sent: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&sent).finish();
    for (kind, status) in [("application/json", 415), ("text/plain", 415), ("", 415), ("multipart/form-data", 415)] {
        let answer = amira.send("POST", &action, &[("Content-Type", kind)], Some(sent.as_bytes()));
        assert_eq!(answer.status, status, "{kind}");
    }
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    let broken = amira.send("POST", &action, &kind, Some(format!("{sent}&note=%FF%FE").as_bytes()));
    assert_eq!(broken.status, 400);
    let raw = amira.send("POST", &action, &kind, Some(&[0xFF, 0xFE, b'=', 0x80]));
    assert_eq!(raw.status, 400);
    let huge = amira.send("POST", &action, &kind, Some(format!("{sent}&note={}", "x".repeat(300_000)).as_bytes()));
    assert_eq!(huge.status, 413);
    let delete = amira.send("DELETE", &action, &[], None);
    assert!([404, 405].contains(&delete.status), "{}", delete.status);
    assert_eq!(town.counts(), before);
    assert_eq!(town.money_of("Amira"), [12_000, 0, 0, 0]);
}

#[test]
fn documents_that_cannot_be_read_are_refused_before_anything_happens() {
    let town = Town::open();
    let amira = town.api_of("Amira");
    let path = format!("/budgets/{}/purchases", town.budget_of("Amira"));
    let good = purchase(&town, "Lunch club", 1);
    let before = town.counts();
    let json_kind = ("Content-Type", "application/json");
    let key = ("Idempotency-Key", "k");

    let raw = |body: &[u8]| amira.send("POST", &path, &[json_kind, key], Some(body));
    raw(b"{").refused(400, "bad-json");
    raw(b"").refused(400, "bad-json");
    raw(b"[]").refused(400, "bad-json");
    raw(b"\xFF\xFE").refused(400, "bad-json");
    raw("[".repeat(100_000).as_bytes()).refused(400, "bad-json");
    raw("x".repeat(300_000).as_bytes()).refused(413, "too-large");
    amira.send("POST", &path, &[("Content-Type", "text/plain"), key], Some(b"{}")).refused(415, "wrong-content-type");
    amira.send("POST", &path, &[key], Some(b"{}")).refused(415, "wrong-content-type");
    amira.post(&path, &good).refused(422, "invalid-input");
    amira.post_once(&path, &"k".repeat(201), &good).refused(422, "invalid-input");

    let changed = |field: &str, value: Value| {
        let mut document = good.clone();
        document[field] = value;
        amira.post_once(&path, "k", &document)
    };
    changed("colour", json!("red")).refused(400, "bad-json");
    changed("service_id", json!("x")).refused(400, "bad-json");
    changed("quantity", json!("two")).refused(400, "bad-json");
    changed("quantity", json!(1.5)).refused(400, "bad-json");
    changed("quantity", json!(99_999_999_999_i64)).refused(400, "bad-json");
    changed("starts_on", json!("2026-02-31")).refused(400, "bad-json");
    changed("quantity", json!(-1)).refused(422, "invalid-input");
    changed("quantity", json!(0)).refused(422, "invalid-input");
    changed("quantity", json!(1_000)).refused(422, "invalid-input");
    changed("starts_on", json!("2020-01-01")).refused(422, "invalid-input");
    changed("cost_option_id", json!(option_id("Garden tidy").to_string())).refused(409, "not-on-offer");
    changed("service_id", json!(service_id("nobody").to_string())).refused(409, "not-on-offer");
    changed("note", json!("x\u{0}y"));
    assert_eq!(
        town.counts()[0].1,
        before[0].1 + i64::from(town.counts() != before),
        "at most the note with a zero in it"
    );
    town.holds_together();
}

#[test]
fn ids_that_are_none_are_not_found_and_free_things_are_not_bought() {
    let town = Town::open();
    let amira = town.person("Amira");
    for path in [
        "/services/x",
        "/services/%00",
        "/purchases/1",
        "/budgets/..%2f..",
        "/static/../Cargo.toml",
        "/static/%2e%2e/%2e%2e/Cargo.toml",
        "/nowhere",
    ] {
        let status = amira.open(path).status();
        assert!([400, 404].contains(&status), "{path}: {status}");
    }
    let library = amira.open(&format!("/services/{}/buy", service_id("Sale Library")));
    assert_eq!(library.status(), 409);
    library.expect("cannot be bought");
    let pat = town.person("Pat").open(&format!("/services/{}/buy", service_id("Lunch club")));
    assert_eq!(pat.status(), 409);
    pat.expect("no budget");
}

#[test]
fn nonsense_from_a_provider_changes_nothing() {
    let town = Town::open();
    let (amira, pat) = (town.api_of("Amira"), town.api_of("Pat"));
    let made = bought(&town, &amira, "Amira", "Lunch club", 2, "one");
    let id = made["id"].as_str().unwrap();
    pat.post(&format!("/provider/purchases/{id}/agreement"), &Value::Null).expect(200);
    let before = town.counts();
    let path = format!("/provider/purchases/{id}/deliveries");
    let today = town.today().to_string();
    for (document, status) in [
        (json!({ "quantity": 0, "delivered_on": today }), 422),
        (json!({ "quantity": -5, "delivered_on": today }), 422),
        (json!({ "quantity": 3, "delivered_on": today }), 422),
        (json!({ "quantity": 1, "delivered_on": "2030-01-01" }), 422),
        (json!({ "quantity": 1, "delivered_on": "2020-01-01" }), 422),
        (json!({ "quantity": 1 }), 400),
        (json!({ "quantity": 1, "delivered_on": today, "price": 1 }), 400),
    ] {
        let told = pat.post_once(&path, "d", &document);
        assert_eq!(told.status, status, "{document}: {}", told.body);
    }
    pat.post(&path, &json!({ "quantity": 1, "delivered_on": today })).refused(422, "invalid-input");
    for document in [json!({ "reason": "" }), json!({ "reason": "x".repeat(501) })] {
        let told = pat.post(&format!("/provider/purchases/{id}/refusal"), &document);
        assert!([409, 422].contains(&told.status), "{}", told.body);
    }
    pat.get("/provider/purchases?state=nothing").expect(400);
    assert_eq!(town.counts(), before);
    town.holds_together();
}

#[test]
fn stars_outside_one_to_five_are_refused() {
    let town = Town::open();
    let amira = town.api_of("Amira");
    let made = bought(&town, &amira, "Amira", "Lunch club", 1, "one");
    let path = format!("/purchases/{}/review", made["id"].as_str().unwrap());
    for document in
        [json!({ "stars": 0 }), json!({ "stars": 6 }), json!({ "stars": -1 }), json!({ "stars": 3, "value": 9 })]
    {
        amira.put(&path, &document).refused(422, "invalid-input");
    }
    amira.put(&path, &json!({ "stars": "five" })).refused(400, "bad-json");
    amira.put(&path, &json!({ "stars": 3, "words": "x".repeat(4_001) })).refused(422, "invalid-input");
}

#[test]
fn a_database_that_is_missing_or_of_no_known_kind_is_said_so() {
    use waymark::clock::Clock;
    use waymark::config::Place;
    use waymark::start;
    let folder = tempfile::TempDir::new().unwrap();
    let said = |url: Option<&str>| {
        let place = Place { data_dir: folder.path().to_owned(), database_url: url.map(str::to_owned) };
        start::open_existing(&place, &Clock::of_the_machine()).err().map(|cause| cause.to_string()).unwrap_or_default()
    };
    assert!(said(None).contains("there is no database at"), "{}", said(None));
    assert!(said(Some("mysql://x")).contains("must begin with sqlite: or postgres:"));
    assert!(said(Some("nonsense")).contains("must begin with"));
    assert!(!said(Some("postgres://nobody@127.0.0.1:1/none")).is_empty());
    assert!(!said(Some("sqlite:/proc/nowhere/x.sqlite")).is_empty());
}
