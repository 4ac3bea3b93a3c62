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
        "/search?near=M33+7&within=1&kind=universal+service&category=community&view=map",
        "/search?q=library&min_rating=4&near=M33",
        "/wanted",
        "/wanted/thanks",
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

    check(&visitor.open("/shortlist"));
    check(&visitor.open(&format!("/services/{library}")).press("Keep", &[]));
    check(&visitor.open("/search?q=lunch").press("Keep", &[]));
    check(&visitor.open("/shortlist"));
    check(&visitor.open("/shortlist").press("Make a link", &[]));
    let link = visitor.open("/shortlist").one(".share-link");
    check(&visitor.open(&format!("/shared/{}", link.rsplit('/').next().unwrap())));
    check(&visitor.open(&format!("/compare?service={lunch}&service={library}&near=M33")));
    check(&visitor.open("/compare?near=Nowhere"));

    let amira = town.person("Amira");
    check(&amira.open("/search?q=lunch").press("Keep", &[]));
    check(&amira.open("/shortlist").press("Save the note", &[("note", "Ask about Tuesdays")]));
    check(&amira.open("/shortlist").press("Save the note", &[("note", &"x".repeat(600))]));
    check(&amira.open("/search?q=lunch").press("Save this search", &[]));
    check(&amira.open("/saved-searches").press("Change it", &[("name", "")]));
    check(&amira.open(&format!("/services/{lunch}")).press("Work it out", &[("units", "many")]));
    for path in [
        "/budgets".to_owned(),
        format!("/budgets/{budget}"),
        format!("/services/{lunch}"),
        format!("/services/{lunch}/buy"),
        format!("/purchases/{waiting}"),
        format!("/purchases/{running}?done=confirmed"),
        format!("/purchases/{running}/review"),
        format!("/purchases/{waiting}/review"),
        "/my-money".to_owned(),
        "/my-money/what-if".to_owned(),
        format!("/my-money/what-if?what={lunch}&units=3"),
        format!("/my-money/what-if?what={lunch}&units=many"),
        "/my-money/what-if?what=other".to_owned(),
        "/my-money/what-if?what=other&amount=30&often=every+week".to_owned(),
        "/my-money/what-if?what=other&amount=many".to_owned(),
        format!("/budgets/{budget}/statement"),
        format!("/budgets/{budget}/statement?from=never"),
        "/challenges".to_owned(),
        "/rules".to_owned(),
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
    check(&ada.open("/authority/rules/new"));
    check(&ada.open("/authority/rules/new").press("Set this rule", &[]));
    let rule =
        [("category", "gardening"), ("says", "not allowed"), ("words", "No gardening."), ("ground", "Minute 1.")];
    check(&ada.open("/authority/rules/new").press("Set this rule", &rule));
    check(&ada.open("/authority/rules").go("End this rule"));
    check(&ada.open("/authority/rules").go("End this rule").press("End this rule", &[("ends_on", "never")]));
    check(&visitor.open("/rules").go("Trafford"));
    let garden = amira.open(&format!("/services/{}/buy", service_id("Garden tidy")));
    let stopped = garden.press("Buy", &[("quantity", "1")]);
    check(&stopped);
    let asked = stopped.press("Challenge this rule", &[("words", "The hedge is high.")]);
    check(&asked);
    check(&amira.open("/challenges"));
    check(&ada.open("/authority/challenges"));
    check(&ada.open("/authority/challenges").go("Garden tidy"));
    check(&ada.open("/authority/challenges").go("Garden tidy").press("Answer", &[]));
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
    let fay = town.person("Fay");
    for path in [
        "/finance".to_owned(),
        "/finance/budgets".to_owned(),
        "/finance/budgets/new".to_owned(),
        "/finance/uprating".to_owned(),
        "/finance/returns".to_owned(),
        format!("/finance/budgets/{budget}"),
        format!("/finance/budgets/{budget}/change"),
    ] {
        check(&fay.open(&path));
    }
    check(&fay.open("/finance/budgets/new").press("Give this budget", &[("starts_on", "soon"), ("health", "x")]));
    check(&fay.open(&format!("/finance/budgets/{budget}")).press("Move it", &[("amount", "much")]));
    check(&fay.open("/finance/uprating").press("Uprate them", &[]));
    check(&pat.open("/provider/funds"));
    check(&amira.open(&format!("/budgets/{budget}/holding")).press("Ask the council", &[("from", "")]));
    let ada = town.person("Ada");
    for path in ["/authority", "/authority/settings/approve-services", "/authority/settings/check-after-days"] {
        check(&ada.open(path));
    }
    check(&ada.open("/authority/settings/check-after-days").press("Change it", &[("value", "soon")]));
    check(&ada.open("/authority/settings/check-after-days").press("Change it", &[("value", "60")]));
    check(&ada.open("/authority/contact"));
    check(&ada.open("/authority/contact").press("Change it", &[("adult_care", "no")]));
    for path in [
        format!("/services/{lunch}/wrong"),
        format!("/services/{lunch}/wrong/thanks"),
        format!("/concern?service={lunch}"),
        "/concern".to_owned(),
    ] {
        check(&visitor.open(&path));
    }
    check(&visitor.open(&format!("/services/{lunch}/wrong")).press("Tell them", &[("email", "x")]));
    visitor.open(&format!("/services/{lunch}/wrong")).press("Tell them", &[("what", "price"), ("words", "£9")]);
    let paper = json!({ "paper": "insurance", "detail": "Public liability", "expires_on": "2027-01-01" });
    town.api_of("Pat").post("/provider/papers", &paper).expect(201);
    check(&visitor.open("/reviews/removed"));
    let review = visitor.open(&format!("/services/{lunch}")).link("Report the review");
    check(&visitor.open(&review));
    check(&visitor.open(&review).press("Report it", &[]));
    check(&visitor.open(&review).press("Report it", &[("what", "not real")]));
    check(&pat.open("/provider/reviews"));
    check(&pat.open("/provider/reviews").press("Publish my answer", &[("words", "")]));
    for path in ["/provider/freshness", "/provider/reports", "/provider/papers", "/provider/papers/new"] {
        check(&pat.open(path));
    }
    check(&pat.open("/provider/reports").go("Lunch club"));
    check(&pat.open("/provider/reports").go("Lunch club").press("Answer", &[]));
    check(&pat.open("/provider/papers").go("Insurance"));
    let mo = town.person("Mo");
    for path in [
        "/moderation",
        "/moderation/freshness",
        "/moderation/reports",
        "/moderation/papers",
        "/moderation/reviews",
        "/moderation/providers",
        "/moderation/providers?q=nobody",
    ] {
        check(&mo.open(path));
    }
    check(&mo.open("/moderation/reports").go("Lunch club"));
    check(&mo.open("/moderation/reviews").go("Lunch club"));
    check(&mo.open("/moderation/reviews").go("Lunch club").press("Decide", &[]));
    let paper = mo.open("/moderation/papers").go("Insurance");
    check(&paper);
    check(&paper.press("Checked", &[("expires_on", "")]));
    check(&paper.press("Refuse it", &[]));
    let provider = mo.open("/moderation/providers").go("Sale Neighbours");
    check(&provider);
    check(&provider.press("Suspend", &[]));
    let carol = town.person("Carol");
    check(&carol.open("/demand"));
    check(&carol.open("/demand?measure=spend&months=3"));
    check(&carol.open("/demand?months=7"));

    let note = pat.open(&format!("/provider/purchases/{running}"));
    assert!(note.says("<b>By</b> the side door"), "what people type is shown as they typed it, never run");
}

#[test]
fn every_page_of_a_provider_has_one_heading_and_labelled_fields() {
    let town = Town::open();
    let pat = town.person("Pat");
    let lunch = format!("/provider/services/{}", service_id("Lunch club"));
    for path in
        ["", "/organisation", "/members", "/services", "/services/new", "/enquiries", "/statistics?weeks=4", "/sheet"]
    {
        check(&pat.open(&format!("/provider{path}")));
    }
    let parts = ["what", "who", "where", "when", "prices", "places", "access", "contact", "registration"];
    for part in parts {
        let page = pat.open(&format!("{lunch}/parts/{part}"));
        check(&page);
        check(&page.press("Save", &[]));
    }
    check(&pat.open(&format!("{lunch}/parts/where")).press("Save", &[("postcode", "nowhere")]));
    check(&pat.open(&format!("{lunch}/parts/when")).press("Save", &[("MO_opens", "noon")]));
    for path in ["", "/prices/1", "/prices/new", "/preview", "/history"] {
        check(&pat.open(&format!("{lunch}{path}")));
    }
    check(&pat.open(&format!("{lunch}/prices/new")).press("Save the price", &[("amount", "x")]));
    check(&pat.open("/provider/organisation").press("Save the profile", &[("name", "")]));
    check(&pat.open("/provider/members").press("Send the invitation", &[("email", "x")]));
    check(&pat.open("/provider/members").go("Leave"));
    check(&pat.open("/provider/services/new").press("Save and go on", &[]));
    let ask = town.visitor().open(&format!("/services/{}/questions", service_id("Lunch club")));
    check(&ask);
    check(&ask.press("Send the question", &[]));
    let filled = [("question", "Is there a <b>place</b>?"), ("name", "Jo"), ("email", "jo@example.net")];
    check(&ask.press("Send the question", &filled));
    let desk = pat.open("/provider/enquiries");
    check(&desk);
    check(&desk.press("Send the answer", &[]));
    let noor = town.person("Noor");
    let start = noor.open("/provider/start");
    check(&start);
    check(&start.press("Go on", &[]));
    let mut page = start.press("Go on", &[("provider_type", "micro-provider"), ("name", "Noor"), ("postcode", "M33")]);
    let answers: [&[(&str, &str)]; 4] = [
        &[("category_id", "gardening"), ("name", "Gardening"), ("description", "Hedges and lawns, side by side.")],
        &[("miles", "3")],
        &[("free", "no"), ("amount", "15")],
        &[("phone", "0161 496 0000")],
    ];
    for answer in answers {
        check(&page);
        page = page.press("Go on", answer);
    }
    check(&page);
    check(&town.person("Mo").open("/moderation/changes"));
}

#[test]
fn the_pages_of_feeds_can_be_used_too() {
    let town = Town::without_followers();
    let ada = town.person("Ada");
    let feeds = ada.open("/authority/feeds");
    check(&feeds);
    check(&feeds.press("Add this feed", &[]));
    let filled = [("name", "Hale"), ("url", "https://example.org/v3"), ("licence", "OGL"), ("every_hours", "0")];
    let feed = feeds.press("Add this feed", &filled);
    check(&feed);
    check(&feed.press("Save", &[("url", "")]));
    check(&feed.press("See what would change", &[]));
    check(&ada.open("/authority/feeds"));
}

#[test]
fn the_pages_of_plans_can_be_used_too() {
    let town = Town::without_followers();
    let now = town.app.clock.now();
    let trafford = waymark::places::reference::authority_id(crate::support::TRAFFORD);
    let put = move |tx: &mut waymark::db::Conn| {
        waymark::allocation::put(tx, trafford, &waymark::allocation::standard(), now.date(), None, now)
    };
    town.app.db.write_now(put).unwrap();
    town.acts_for("Cate", "Amira", "care manager", false);
    let (amira, cate, ada) = (town.person("Amira"), town.person("Cate"), town.person("Ada"));
    let base = format!("/support/{}", waymark::ids::PersonId::named("Amira"));
    for path in ["/support".to_owned(), base.clone(), format!("{base}/assessment"), format!("{base}/plan")] {
        check(&amira.open(&path));
    }
    check(&town.person("Pat").open("/support"));
    let mut question = amira.open(&format!("{base}/assessment")).press("Begin", &[]);
    for number in 1..=11 {
        check(&question);
        let answer: &[(&str, &str)] = match number {
            1 | 11 => &[("answer", "<b>Tea</b>")],
            2 | 3 => &[("choice", "daily")],
            4 => &[("choice", "money")],
            5 => &[("answer", "2")],
            6 | 9 => &[("choice", "none")],
            7 | 10 => &[("choice", "no")],
            _ => &[("choice", "hours")],
        };
        check(&question.press("Save and go on", &[]));
        question = question.press("Save and go on", answer);
    }
    check(&question);
    check(&question.press("Finish, and see what it comes to", &[]));
    check(&amira.open(&format!("{base}/assessment")));
    let plan = amira.open(&format!("{base}/plan")).press("Begin with this", &[]);
    check(&plan);
    for path in [
        "matters",
        "money",
        "outcomes/new",
        "outcomes/outcome-1",
        "risks/risk-1",
        "circle/circle-1",
        "lines/new",
        "lines/line-1",
        "find",
        "find?q=lunch",
    ] {
        check(&amira.open(&format!("{base}/plan/{path}")));
    }
    check(&amira.open(&format!("{base}/plan/money")).press("Save", &[("starts_on", "x"), ("contingency", "y")]));
    check(&amira.open(&format!("{base}/plan/lines/new")).press("Put it into the plan", &[("price", "x")]));
    check(&amira.open(&format!("{base}/plan/lines/new?service={}", service_id("Lunch club"))));
    check(&amira.open(&format!("{base}/plan/risks/new")).press("Save", &[("words", "")]));
    amira.open(&format!("{base}/plan/money")).press("Save", &[("starts_on", "2026-06-01")]);
    let plan = amira.open(&format!("{base}/plan")).press("Hand the plan over", &[]);
    check(&plan);
    check(&plan.press("Save the comment", &[("words", "<i>Why?</i>")]));
    check(&amira.open(&format!("{base}/plan/versions/1")));
    check(&amira.open(&format!("{base}/plan/sharing")));
    check(&amira.open(&format!("{base}/plan/sharing")).press("Share it", &[]));
    check(&amira.open(&format!("{base}/plan/sharing")).press("Share it", &[("has_read", "yes")]));
    check(&amira.open(&format!("{base}/plan/sharing")));
    let noor = format!("/support/{}", waymark::ids::PersonId::named("Noor"));
    check(&town.person("Noor").open(&format!("{noor}/shared-plans")));
    check(&town.person("Noor").open(&format!("{noor}/shared-plans")).go("An older person"));
    check(&cate.open("/care"));
    let agreement = cate.open(&format!("{base}/plan/agreement"));
    check(&agreement);
    check(&agreement.press("Agree it and sign", &[("weekly", "x")]));
    let yes = [("healthy", "yes"), ("outcomes", "yes"), ("risk", "yes"), ("affordable", "yes")];
    check(&agreement.press("Agree it and sign", &yes));
    check(&amira.open(&format!("{base}/plan/signing")));
    check(&amira.open(&format!("{base}/plan/signing")).press("Sign the plan", &[]));
    check(&amira.open(&format!("{base}/plan/signing")).press("Do not sign", &[]));
    check(&amira.open(&format!("{base}/plan/signing")).press("Sign the plan", &[("route", "council-managed")]));
    let review = cate.open("/care").go("Hold the review");
    check(&review);
    check(&review.press("Keep the review", &[]));
    let said = [("outcome-1", "achieved"), ("outcome-2", "not yet"), ("worked", "Tea")];
    check(&review.press("Keep the review", &said));
    check(&amira.open(&base));
    check(&ada.open("/authority/questionnaires"));
    let draft = ada.open("/authority/questionnaires").press("Begin a new version", &[]);
    check(&draft);
    for path in [
        "about",
        "prices",
        "questions/new",
        "questions/washing",
        "adjustments/new",
        "adjustments/travel",
        "preview/1",
        "preview/5",
        "simulation",
    ] {
        check(&ada.open(&format!("{}/{path}", draft.path)));
    }
    check(&ada.open(&format!("{}/prices", draft.path)).press("Save", &[("from-1", "x"), ("price-1", "")]));
    check(&ada.open(&format!("{}/questions/new", draft.path)).press("Save", &[]));
    check(&ada.open(&format!("{}/adjustments/new", draft.path)).press("Save", &[("percent", "x")]));
    check(&ada.open(&format!("{}/simulation?percent=x", draft.path)));
    check(&draft.press("Publish it", &[("from", "")]));
}
