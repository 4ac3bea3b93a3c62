//! What is really answered is what the OpenAPI document says.

use serde_json::{Value, json};

use crate::support::{ASHTON, Api, Told, Town, email, option_id, pounds, service_id};

struct Document(Value);

impl Document {
    /// What the document says of the answer to a request: its status has to be there, and its body of that shape.
    #[track_caller]
    fn holds(&self, method: &str, path: &str, told: &Told) {
        let place = path.split('?').next().unwrap();
        let full = format!("/api/v1{place}");
        let operation = self.operation(method, &full);
        let response = &operation["responses"][told.status.to_string()];
        assert!(response.is_object(), "{method} {path} answers {}, which its document does not name", told.status);
        let response = match response["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            Some(name) => &self.0["components"]["responses"][name],
            None => response,
        };
        let content = response["content"].as_object();
        let sent = told.answer.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
        let Some(content) = content.filter(|content| !content.is_empty()) else {
            assert!(told.answer.body.is_empty(), "{method} {path}: a body that its document does not name");
            return;
        };
        let said = content.get(sent);
        let said =
            said.unwrap_or_else(|| panic!("{method} {path} answers {sent}, its document says {:?}", content.keys()));
        if !sent.ends_with("json") {
            return;
        }
        let mut schema = said["schema"].clone();
        schema["components"] = self.0["components"].clone();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let wrong: Vec<String> =
            validator.iter_errors(&told.body).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{method} {path} ({}): {wrong:#?}\n{}", told.status, told.body);
    }

    fn operation(&self, method: &str, path: &str) -> &Value {
        let fits = |template: &str| {
            let (one, two): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
            one.len() == two.len() && one.iter().zip(&two).all(|(t, p)| t == p || t.starts_with('{'))
        };
        let paths = self.0["paths"].as_object().unwrap();
        let exact = paths.get_key_value(path).or_else(|| paths.iter().find(|(template, _)| fits(template)));
        let (_, item) = exact.unwrap_or_else(|| panic!("{path} is not in the document"));
        let operation = &item[method.to_lowercase()];
        assert!(operation.is_object(), "{method} {path} is not in the document");
        operation
    }
}

#[test]
fn every_answer_is_what_the_document_says() {
    let town = Town::open();
    town.new_holder("Hana", ASHTON, pounds(500));
    let document = Document(town.api().get("/openapi.json").expect(200));
    let asks = |api: &Api, path: &str| {
        let told = api.get(path);
        document.holds("GET", path, &told);
        told.body
    };
    let sends = |api: &Api, path: &str, body: &Value| {
        let told = api.post_once(path, path, body);
        document.holds("POST", path, &told);
        told.body
    };
    let id = |value: &Value| value["id"].as_str().unwrap_or_default().to_owned();
    let anyone = town.api();
    let [hana, pat, fay, carol, ada] = ["Hana", "Pat", "Fay", "Carol", "Ada"].map(|name| town.api_of(name));

    let lunch = service_id("Lunch club");
    for path in [
        "/services?q=lunch+near+M33+7ZF".to_owned(),
        "/services?q=nothing+of+that+kind".into(),
        format!("/services/{lunch}"),
        "/services/none".into(),
        format!("/services/{lunch}/reviews"),
        "/suggestions?q=lun".into(),
        "/budgets".into(),
    ] {
        asks(&anyone, &path);
    }
    sends(&anyone, "/tokens", &json!({ "email": email("Hana"), "password": "wrong" }));
    sends(&anyone, "/tokens", &json!({ "email": email("Hana"), "password": crate::support::PASSWORD }));
    sends(&anyone, "/tokens", &json!({ "nonsense": 1 }));

    let budget = town.budget_of("Hana");
    let wanted = json!({
        "service_id": lunch.to_string(), "cost_option_id": option_id("Lunch club").to_string(), "quantity": 2,
        "starts_on": town.today().to_string(),
    });
    let purchases = format!("/budgets/{budget}/purchases");
    let purchase = id(&sends(&hana, &purchases, &wanted));
    sends(&pat, &purchases, &wanted);
    document.holds("POST", &purchases, &hana.post(&purchases, &wanted));
    for path in ["/me", "/budgets", "/me/looks", "/me/helpers", "/me/helping", "/me/data", "/me/programs"] {
        asks(&hana, path);
    }
    asks(&hana, &format!("/budgets/{budget}"));
    asks(&hana, &purchases);
    asks(&hana, &format!("/purchases/{purchase}"));
    asks(&pat, "/provider/purchases");
    asks(&pat, "/provider/purchases?state=nonsense");
    asks(&pat, &format!("/provider/purchases/{purchase}"));
    asks(&hana, "/provider/purchases");
    sends(&pat, &format!("/provider/purchases/{purchase}/agreement"), &Value::Null);
    let delivered = json!({ "quantity": 2, "delivered_on": town.today().to_string(), "note": "Soup" });
    let delivery = id(&sends(&pat, &format!("/provider/purchases/{purchase}/deliveries"), &delivered));
    sends(&pat, &format!("/provider/purchases/{purchase}/invoices"), &Value::Null);
    sends(&hana, &format!("/purchases/{purchase}/deliveries/{delivery}/confirmation"), &Value::Null);
    sends(&hana, &format!("/purchases/{purchase}/deliveries/{delivery}/dispute"), &json!({ "reason": "late" }));
    let invoice = id(&asks(&hana, &format!("/purchases/{purchase}"))["invoices"][0]);
    asks(&fay, "/finance/invoices");
    for path in ["/finance/budgets", "/finance/due", "/finance/returns"] {
        asks(&fay, path);
    }
    for path in ["terms", "holding-requests"] {
        asks(&hana, &format!("/budgets/{budget}/{path}"));
    }
    asks(&fay, &format!("/finance/budgets/{budget}"));
    asks(&fay, &format!("/finance/budgets/{budget}/moves"));
    sends(&fay, &format!("/finance/budgets/{budget}/changes"), &json!({ "from": "2026-06-01", "reason": "" }));
    sends(&fay, &format!("/finance/budgets/{budget}/uprating"), &json!({ "from": "2026-06-01", "share": 250 }));
    let one_off = json!({ "reason": "one-off", "source": "health", "amount_pence": 100, "note": "A ramp" });
    sends(&fay, &format!("/finance/budgets/{budget}/moves"), &one_off);
    sends(
        &hana,
        &format!("/budgets/{budget}/holding-requests"),
        &json!({ "funding_route": "trust", "from": "2026-06-01" }),
    );
    asks(&pat, "/provider/funds");
    sends(&fay, &format!("/finance/invoices/{invoice}/settlement"), &Value::Null);
    sends(&hana, &format!("/purchases/{purchase}/cancellation"), &json!({ "reason": "" }));
    let review = format!("/purchases/{purchase}/review");
    document.holds("PUT", &review, &hana.put(&review, &json!({ "stars": 5 })));
    document.holds("PUT", &review, &hana.put(&review, &json!({ "stars": 9 })));
    asks(&anyone, &format!("/services/{lunch}/reviews"));

    let helper = json!({ "email": email("Noor"), "kind": "family or friend", "may_buy": true });
    let made = id(&sends(&hana, "/me/helpers", &helper));
    sends(&hana, "/me/helpers", &json!({ "email": "nobody", "kind": "broker" }));
    asks(&hana, "/me/helpers");
    sends(&hana, "/me/helping", &json!({ "token": "none", "accept": true }));
    sends(&hana, &format!("/me/helpers/{made}/end"), &Value::Null);
    sends(
        &ada,
        "/authority/representatives",
        &json!({
            "person": email("Hana"), "email": email("Noor"), "kind": "deputy", "evidence": "An order", "may_buy": true,
        }),
    );
    asks(&ada, "/authority/representatives");
    let copy = id(&sends(&hana, "/me/data", &Value::Null));
    let there = || hana.get("/me/data").body["copies"][0]["state"] == "ready";
    town.within(std::time::Duration::from_secs(10), "the copy is made", there);
    asks(&hana, &format!("/me/data/{copy}"));
    let program = sends(&hana, "/me/programs", &json!({ "name": "Rota", "scopes": ["read"], "days": 3 }));
    asks(&hana, "/me/programs");
    let form = format!("grant_type=client_credentials&client_secret={}", program["personal_token"].as_str().unwrap());
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    document.holds("POST", "/oauth/token", &anyone.send("POST", "/oauth/token", &kind, Some(form.as_bytes())));
    document.holds("POST", "/oauth/token", &anyone.send("POST", "/oauth/token", &kind, Some(b"grant_type=none")));

    asks(&carol, "/demand");
    asks(&carol, "/demand?by=nonsense");
    asks(&ada, "/authority/settings");
    asks(&hana, "/authority/settings");
}

#[test]
fn the_document_is_of_version_3_1_and_words_are_those_that_are_sent() {
    let document = serde_json::to_value(waymark::api_document::document()).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let roles = &document["components"]["schemas"]["RoleName"]["enum"];
    assert!(roles.as_array().unwrap().contains(&json!("provider member")), "{roles}");
}
