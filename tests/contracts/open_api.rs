//! The OpenAPI document: a change of it shows up in review.

use crate::support::Town;

#[test]
fn the_document_is_what_was_agreed() {
    let town = Town::open();
    let document = town.api().get("/openapi.json").expect(200);
    insta::assert_snapshot!("open_api", serde_json::to_string_pretty(&document).unwrap());
}

#[test]
fn every_operation_says_what_it_does_and_who_may() {
    let document = serde_json::to_value(waymark::api_document::document()).unwrap();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, told) in methods.as_object().unwrap() {
            assert!(told["summary"].is_string(), "{method} {path} has no summary");
            assert!(!told["responses"].as_object().unwrap().is_empty(), "{method} {path} has no answers");
            let private = ["budgets", "purchases", "provider", "finance", "demand"];
            if private.contains(&told["tags"][0].as_str().unwrap()) {
                assert!(told["security"].is_array(), "{method} {path} does not say that it needs a token");
            }
        }
    }
}

#[test]
fn every_example_is_of_its_schema() {
    let document = serde_json::to_value(waymark::api_document::document()).unwrap();
    let check = |what: &str, schema: &serde_json::Value, example: &serde_json::Value| {
        let mut schema = schema.clone();
        schema["components"] = document["components"].clone();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let wrong: Vec<String> = validator.iter_errors(example).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{what}: {wrong:?}");
    };
    let mut seen = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, told) in methods.as_object().unwrap() {
            for content in told["requestBody"]["content"].as_object().into_iter().flatten().map(|(_, content)| content)
            {
                if let Some(example) = content.get("example") {
                    check(&format!("{method} {path}"), &content["schema"], example);
                    seen += 1;
                }
            }
        }
    }
    for name in ["Problem", "TokenError"] {
        let schema = &document["components"]["schemas"][name];
        check(name, schema, &schema["example"]);
    }
    assert!(seen > 30, "{seen} examples");
}
