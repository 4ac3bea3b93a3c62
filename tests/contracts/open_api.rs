//! The OpenAPI document: a change of it shows up in review.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;
use waymark::api_examples::WORDLESS;

use crate::support::Town;
use crate::support::routes::{files_below, source};

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

/// Every body that the document tells of: where, and its content as the document has it.
fn bodies(document: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    let mut add = |place: String, content: &Value| {
        let kinds = content.as_object().into_iter().flatten();
        all.extend(kinds.map(|(kind, content)| (format!("{place} ({kind})"), content.clone())));
    };
    let paths = document["paths"].as_object().unwrap();
    for (path, methods) in paths {
        for (method, told) in methods.as_object().unwrap() {
            add(format!("what {method} {path} takes"), &told["requestBody"]["content"]);
            for (status, response) in told["responses"].as_object().unwrap() {
                add(format!("what {method} {path} answers with {status}"), &response["content"]);
            }
        }
    }
    for (name, response) in document["components"]["responses"].as_object().unwrap() {
        add(format!("the failure {name}"), &response["content"]);
    }
    all
}

#[test]
fn every_body_has_an_example_of_its_schema() {
    let document = serde_json::to_value(waymark::api_document::document()).unwrap();
    let mut wrong = Vec::new();
    for (place, content) in bodies(&document) {
        let Some(example) = content.get("example") else {
            let of_bytes = ["(application/zip)", "(*/*)"];
            if !of_bytes.iter().any(|kind| place.ends_with(kind)) {
                wrong.push(format!("{place}: no example"));
            }
            continue;
        };
        if example.to_string().contains(WORDLESS) {
            wrong.push(format!("{place}: give its words in src/api_examples/words.rs: {example}"));
        }
        let mut schema = content["schema"].clone();
        schema["components"] = document["components"].clone();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let errors = validator.iter_errors(example);
        wrong.extend(errors.map(|error| format!("{place}: {} {error}", error.instance_path())));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_two_schemas_have_one_name() {
    let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files_below(&source()) {
        let text = fs::read_to_string(&file).unwrap();
        let mut told = String::new();
        for raw in text.lines() {
            let line = raw.trim();
            if line.starts_with("#[") || line.starts_with("///") {
                told.push_str(line);
                continue;
            }
            let declared = ["struct ", "enum "].iter().find_map(|word| line.split_once(word));
            // Within `text_enum!`, which is the only place where one stands further in.
            let in_words = raw.starts_with("    ") && line.contains("enum ") && text.contains("text_enum! {");
            let has_schema = told.contains("ToSchema") || in_words;
            let of_its_own = |(before, _): &(&str, &str)| before.is_empty() || before.starts_with("pub");
            if let Some((_, name)) = declared.filter(|declared| has_schema && of_its_own(declared)) {
                let renamed = told.split_once("schema(as = ").and_then(|(_, rest)| rest.split(')').next());
                let name = renamed.unwrap_or_else(|| name.split([' ', '<', '(', ';', '{']).next().unwrap());
                by_name.entry(name.to_owned()).or_default().push(file.display().to_string());
            }
            told.clear();
        }
    }
    let twice: Vec<_> = by_name.into_iter().filter(|(_, files)| files.len() > 1).collect();
    assert!(twice.is_empty(), "one of each would stand for both: give it a name with #[schema(as = …)]: {twice:#?}");
}
