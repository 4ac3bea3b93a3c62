//! Every page has one heading, labelled fields, forms with their token, and nothing that the content policy forbids.

use std::collections::BTreeSet;

use scraper::{ElementRef, Html, Selector};
use serde_json::{Value, json};

use crate::support::{Seen, Town, option_id, service_id};

fn select(selector: &str) -> Selector {
    Selector::parse(selector).unwrap()
}

fn check(page: &Seen) {
    let (path, html) = (page.path.as_str(), page.html());
    let all = |selector: &str| -> Vec<String> { html.select(&select(selector)).map(|each| each.html()).collect() };
    assert_eq!(all("h1").len(), 1, "{path}: headings {:?}", all("h1"));
    assert_eq!(all("main").len(), 1, "{path}");
    assert_eq!(all("html[lang=en]").len(), 1, "{path}");
    let title = html.select(&select("title")).next().unwrap().text().collect::<String>();
    assert!(title.ends_with("– Waymark") && title.len() > 12, "{path}: {title}");
    for forbidden in
        ["script:not([src])", "style", "[style]", "[onclick]", "iframe", "a[href^='javascript:']", "img:not([alt])"]
    {
        assert!(all(forbidden).is_empty(), "{path} has {forbidden}: {:?}", all(forbidden));
    }
    unique_ids(path, &html);
    for field in html.select(&select("input:not([type=hidden]), textarea, select")) {
        assert!(is_labelled(&html, field), "{path}: no label for {}", field.html());
    }
    for form in html.select(&select("form[method=post]")) {
        let token = form.select(&select("input[name=csrf]")).next().and_then(|field| field.attr("value"));
        assert!(token.is_some_and(|token| token.len() == 64), "{path}: a form without its token: {}", form.html());
    }
    for link in html.select(&select("a[href^='#']")) {
        let target = link.attr("href").unwrap().trim_start_matches('#');
        assert!(html.select(&select(&format!("[id='{target}']"))).next().is_some(), "{path}: #{target} leads nowhere");
    }
    let policy = page.answer.header("content-security-policy").unwrap_or_default();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
    assert_eq!(page.answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    assert!(page.answer.header("cache-control").is_some(), "{path}");
}

fn unique_ids(path: &str, html: &Html) {
    let mut seen = BTreeSet::new();
    for element in html.select(&select("[id]")) {
        let id = element.attr("id").unwrap();
        assert!(seen.insert(id.to_owned()), "{path}: two elements are called {id}");
    }
}

fn is_labelled(html: &Html, field: ElementRef<'_>) -> bool {
    let by_id = field.attr("id").is_some_and(|id| html.select(&select(&format!("label[for='{id}']"))).next().is_some());
    let around = field.ancestors().filter_map(ElementRef::wrap).any(|element| element.value().name() == "label");
    by_id || around || field.attr("aria-label").is_some() || field.attr("aria-labelledby").is_some()
}

#[test]
fn every_page_has_one_heading_and_labelled_fields() {
    let town = Town::open();
    let (amira, pat) = (town.api_of("Amira"), town.api_of("Pat"));
    let budget = town.budget_of("Amira");
    let buy = |quantity: i64, key: &str| {
        let document = json!({
            "service_id": service_id("Lunch club").to_string(),
            "cost_option_id": option_id("Lunch club").to_string(),
            "quantity": quantity,
            "starts_on": town.today().to_string(),
            "note": "<b>By</b> the side door",
        });
        let made = amira.post_once(&format!("/budgets/{budget}/purchases"), key, &document).expect(201);
        made["id"].as_str().unwrap().to_owned()
    };
    let waiting = buy(1, "waiting");
    let running = buy(3, "running");
    pat.post(&format!("/provider/purchases/{running}/agreement"), &Value::Null).expect(200);
    let deliver = |key: &str| {
        let delivered = json!({ "quantity": 1, "delivered_on": town.today().to_string(), "note": "Soup" });
        let made = pat.post_once(&format!("/provider/purchases/{running}/deliveries"), key, &delivered).expect(201);
        made["id"].as_str().unwrap().to_owned()
    };
    let path = format!("/purchases/{running}/deliveries/{}/confirmation", deliver("one"));
    assert_eq!(amira.post(&path, &Value::Null).status, 204);
    pat.post(&format!("/provider/purchases/{running}/invoices"), &Value::Null).expect(201);
    deliver("two");
    assert!(amira.put(&format!("/purchases/{running}/review"), &json!({ "stars": 5, "words": "Fine" })).status < 300);

    let lunch = service_id("Lunch club");
    let library = service_id("Sale Library");
    let anyone = [
        "/",
        "/search",
        "/search?q=library&near=M33",
        "/search?q=xylophone",
        "/search?near=ZZ9",
        "/about-search",
        "/credits",
        "/accessibility",
        "/privacy",
        "/sign-in",
        "/register",
        "/register/sent",
        "/register/confirm?token=0",
        "/forgotten",
        "/forgotten/sent",
        "/nowhere",
        "/api/v1/docs",
        "/search?q=%FF",
    ];
    let visitor = town.visitor();
    anyone.iter().for_each(|path| check(&visitor.open(path)));
    check(&visitor.open(&format!("/services/{lunch}")));
    check(&visitor.open(&format!("/services/{library}")));
    check(&visitor.open("/sign-in").press("Sign in", &[]));
    check(&visitor.open("/register").press("Send me the letter", &[]));
    check(&visitor.open("/forgotten").press("Send me the link", &[("email", "nobody")]));
    visitor.open("/register").press("Send me the letter", &[("name", "Lea"), ("email", "lea@example.net")]);
    let link = town.link_to("lea@example.net", "Confirm your e-mail address");
    check(&visitor.follow_letter(&link));
    check(&visitor.follow_letter(&link).press("Make my account", &[("password", "short")]));

    let amira = town.person("Amira");
    for path in [
        "/budgets".to_owned(),
        format!("/budgets/{budget}"),
        format!("/services/{lunch}"),
        format!("/services/{lunch}/buy"),
        format!("/purchases/{waiting}"),
        format!("/purchases/{running}?done=confirmed"),
        format!("/purchases/{running}/review"),
        format!("/purchases/{waiting}/review"),
        "/demand".to_owned(),
        "/account".to_owned(),
        "/account/name".to_owned(),
        "/account/email".to_owned(),
        "/account/password".to_owned(),
        "/second-factor".to_owned(),
        "/sign-in/role".to_owned(),
    ] {
        check(&amira.open(&path));
    }
    let begun = amira.open("/second-factor").press("Set it up", &[("password", crate::support::PASSWORD)]);
    check(&begun);
    let secret = begun.one(".secret code").replace(' ', "");
    let code = waymark::identity::second_factor::code_now(&secret, town.app.clock.now()).unwrap();
    check(&begun.press("Turn it on", &[("code", &code)]));
    check(&amira.open("/second-factor"));
    let elsewhere = town.visitor();
    check(&elsewhere.sign_in(&crate::support::email("Amira")));
    let ada = town.person("Ada");
    check(&ada.open("/authority/people"));
    check(&ada.open("/authority/people/invite").press("Send the invitation", &[]));
    check(&ada.open(&format!("/authority/people/{}", waymark::ids::PersonId::named("Mo"))));
    let form = amira.open(&format!("/services/{lunch}/buy"));
    check(&form.press("Buy", &[("quantity", "0"), ("start_on", ""), ("note", &"x".repeat(2_000))]));
    check(&form.press("Buy", &[("quantity", "500")]));
    check(&form.press("Work out the cost", &[]));
    check(&amira.open(&format!("/purchases/{running}/review")).press("Change my rating", &[("stars", "9")]));
    check(&amira.open(&format!("/purchases/{running}")).press("Say that it was not right", &[]));

    let pat = town.person("Pat");
    for path in
        ["/provider".to_owned(), format!("/provider/purchases/{waiting}"), format!("/provider/purchases/{running}")]
    {
        check(&pat.open(&path));
    }
    check(&pat.open(&format!("/provider/purchases/{waiting}")).press("Decline", &[]));
    check(
        &pat.open(&format!("/provider/purchases/{running}"))
            .press("Record it", &[("quantity", "77"), ("delivered_on", "")]),
    );
    check(&town.person("Fay").open("/finance"));
    let ada = town.person("Ada");
    for path in ["/authority", "/authority/settings/approve-services", "/authority/settings/check-after-days"] {
        check(&ada.open(path));
    }
    check(&ada.open("/authority/settings/check-after-days").press("Change it", &[("value", "soon")]));
    check(&ada.open("/authority/settings/check-after-days").press("Change it", &[("value", "60")]));
    check(&town.person("Mo").open("/moderation"));
    let carol = town.person("Carol");
    check(&carol.open("/demand"));
    check(&carol.open("/demand?measure=spend&months=3"));
    check(&carol.open("/demand?months=7"));

    let note = pat.open(&format!("/provider/purchases/{running}"));
    assert!(note.says("<b>By</b> the side door"), "what people type is shown as they typed it, never run");
}
