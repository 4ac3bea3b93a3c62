//! Everything below `/open-referral/v3` is what the national standard says, by its own schemas.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::support::{Answer, Person, Town, feed};

struct Schemas {
    service: Validator,
    service_list: Validator,
    at_location: Validator,
    at_location_list: Validator,
    organization: Validator,
    organization_list: Validator,
    taxonomy: Validator,
    term: Validator,
    page: Validator,
}

fn read(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/open-referral-schemas");
    serde_json::from_str(&fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

fn validator(schema: &Value) -> Validator {
    jsonschema::options().should_validate_formats(true).should_ignore_unknown_formats(true).build(schema).unwrap()
}

impl Schemas {
    fn official() -> Self {
        let term = read("taxonomy_term.json");
        let mut taxonomy = read("taxonomy.json");
        taxonomy["properties"]["taxonomy_terms"]["items"] = term.clone(); // the file's only reference, to its neighbour
        let page = json!({
            "type": "object",
            "required": ["total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents"],
            "properties": {
                "total_items": { "type": "integer" }, "total_pages": { "type": "integer" },
                "page_number": { "type": "integer", "minimum": 1 }, "size": { "type": "integer" },
                "first_page": { "type": "boolean" }, "last_page": { "type": "boolean" }, "empty": { "type": "boolean" },
                "contents": { "type": "array" },
            },
        });
        Self {
            service: validator(&read("service.json")),
            service_list: validator(&read("service_list.json")),
            at_location: validator(&read("service_at_location.json")),
            at_location_list: validator(&read("service_at_location_list.json")),
            organization: validator(&read("organization.json")),
            organization_list: validator(&read("organization_list.json")),
            taxonomy: validator(&taxonomy),
            term: validator(&term),
            page: validator(&page),
        }
    }
}

#[track_caller]
fn holds(validator: &Validator, document: &Value, what: &str) {
    let wrong: Vec<String> =
        validator.iter_errors(document).map(|wrong| format!("{}: {wrong}", wrong.instance_path())).collect();
    assert!(wrong.is_empty(), "{what}: {wrong:#?}\n{document:#}");
    nothing_is_empty(document, what);
    if let Some(id) = document.get("id") {
        assert!(uuid::Uuid::try_parse(id.as_str().unwrap()).is_ok(), "{what}: {id}");
    }
}

fn nothing_is_empty(value: &Value, what: &str) {
    match value {
        Value::Null => panic!("{what} holds a null"),
        Value::String(text) => assert!(!text.trim().is_empty(), "{what} holds an empty text"),
        Value::Array(list) => list.iter().for_each(|each| nothing_is_empty(each, what)),
        Value::Object(map) => map.iter().for_each(|(key, each)| nothing_is_empty(each, &format!("{what}.{key}"))),
        Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What a program reads at this address, and that every program may.
#[track_caller]
fn get(program: &Person, path: &str, status: u16) -> (Value, Answer) {
    let answer = program.send("GET", &format!("/open-referral/v3{path}"), &[], None);
    assert_eq!(answer.status, status, "{path}: {}", answer.text());
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
    assert!(answer.header("content-type").unwrap().contains("json"), "{path}");
    (serde_json::from_slice(&answer.body).unwrap_or_default(), answer)
}

#[track_caller]
fn contents(program: &Person, schemas: &Schemas, path: &str) -> Vec<Value> {
    let (page, _) = get(program, path, 200);
    assert!(schemas.page.is_valid(&page), "{path}: {page}");
    let rows = page["contents"].as_array().unwrap().clone();
    assert_eq!(page["size"], rows.len());
    assert_eq!(page["empty"], rows.is_empty());
    rows
}

fn ids(rows: &[Value]) -> Vec<String> {
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

fn names(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["name"].as_str().unwrap()).collect()
}

/// Reads every list and every document that it leads to, and validates all of them.
fn validate_everything(program: &Person, schemas: &Schemas, at_most: usize) {
    let services = contents(program, schemas, "/services?per_page=500");
    assert!(!services.is_empty());
    services.iter().for_each(|row| holds(&schemas.service_list, row, "a service in the list"));
    for row in services.iter().take(at_most) {
        let (whole, _) = get(program, &format!("/services/{}", row["id"].as_str().unwrap()), 200);
        holds(&schemas.service, &whole, "a service");
        for key in row.as_object().unwrap().keys().filter(|key| *key != "organization") {
            assert_eq!(whole[key], row[key], "{key}");
        }
        let mut seen = BTreeSet::new();
        for attribute in whole["attributes"].as_array().unwrap() {
            assert!(seen.insert(attribute["id"].to_string()), "an attribute comes twice");
        }
    }
    for row in contents(program, schemas, "/services?per_page=20&full=true") {
        holds(&schemas.service, &row, "a service in a full list");
    }
    let at = contents(program, schemas, "/service_at_locations?per_page=500");
    assert!(!at.is_empty());
    at.iter().for_each(|row| holds(&schemas.at_location_list, row, "a service at a location in the list"));
    for row in at.iter().take(at_most) {
        let (whole, _) = get(program, &format!("/service_at_locations/{}", row["id"].as_str().unwrap()), 200);
        holds(&schemas.at_location, &whole, "a service at a location");
        assert_eq!(whole["id"], row["id"]);
    }
    let organizations = contents(program, schemas, "/organizations?per_page=500");
    organizations.iter().for_each(|row| holds(&schemas.organization_list, row, "an organisation in the list"));
    for row in organizations.iter().take(at_most) {
        let (whole, _) = get(program, &format!("/organizations/{}", row["id"].as_str().unwrap()), 200);
        holds(&schemas.organization, &whole, "an organisation");
        assert!(whole["services"].as_array().is_some_and(|services| !services.is_empty()));
    }
    let taxonomies = contents(program, schemas, "/taxonomies");
    assert_eq!(taxonomies.len(), 5);
    for row in &taxonomies {
        holds(&schemas.taxonomy, row, "a taxonomy in the list");
        let (whole, _) = get(program, &format!("/taxonomies/{}", row["id"].as_str().unwrap()), 200);
        holds(&schemas.taxonomy, &whole, "a taxonomy");
    }
    let terms = contents(program, schemas, "/taxonomy_terms?per_page=500");
    assert!(terms.len() > 100);
    for row in &terms {
        holds(&schemas.term, row, "a term in the list");
        let (whole, _) = get(program, &format!("/taxonomy_terms/{}", row["id"].as_str().unwrap()), 200);
        holds(&schemas.term, &whole, "a term");
    }
}

#[test]
fn every_answer_is_valid_by_the_official_schemas() {
    let town = Town::open();
    feed::publish_everything(&town);
    let (program, schemas) = (town.visitor(), Schemas::official());
    for base in ["", "/"] {
        let (about, _) = get(&program, base, 200);
        assert_eq!(about["version"], "HSDS-UK-3.0");
        for uri in ["profile", "openapi_url"] {
            assert!(url::Url::parse(about[uri].as_str().unwrap()).is_ok());
        }
    }
    validate_everything(&program, &schemas, usize::MAX);
    assert!(contents(&program, &schemas, "/services?page=900").is_empty(), "beyond the last page there is nothing");
}

#[test]
fn what_a_service_tells_finds_its_place() {
    let town = Town::open();
    feed::publish_everything(&town);
    let program = town.visitor();
    let (told, _) = get(&program, &format!("/services/{}", feed::HOME_CARE), 200);
    assert_eq!(told["alert"], Value::Null, "only invented services are marked as invented");
    assert!(
        told["accreditations"]
            .as_str()
            .unwrap()
            .contains("Overall rating: Good (given to an earlier owner of the same place), 31 October 2024")
    );
    assert_eq!(told["schedules"][0]["byday"], "MO,TU,WE");
    assert_eq!(told["schedules"][0]["freq"], "WEEKLY");
    assert_eq!(told["organization"]["organization_identifiers"][0]["identifier_scheme"], "GB-CHC");
    assert_eq!(told["organization"]["organization_identifiers"][1]["identifier_scheme"], "GB-COH");
    let areas: Vec<&str> =
        told["service_areas"].as_array().unwrap().iter().map(|area| area["name"].as_str().unwrap()).collect();
    assert_eq!(areas, ["Within 5 miles of M33 7ZF", "Trafford", "M41 postcode district"]);
    assert!(told["service_areas"][1]["uri"].as_str().unwrap().ends_with("E08000009"));
    assert_eq!(told["cost_options"][0]["amount"], json!(23.45));
    assert_eq!(told["cost_options"][1]["valid_from"], "2026-10-01", "a price that is announced is told too");
    assert_eq!(told["languages"][1]["code"], "pa");
    assert_eq!(told["funding"][0]["source"], "Can be paid from: direct payment");
    assert_eq!(told["service_at_locations"][0]["location"]["accessibility"][0]["accessibility"], "Step-free entrance");
    assert_eq!(told["service_at_locations"][0]["location"]["addresses"][0]["state_province"], "Trafford");
    assert_eq!(told["contacts"][0]["phones"][0]["number"], "0161 496 0123");
    assert_eq!(told["last_modified"], "2026-05-20T09:00:00.123Z");
    assert_eq!(told["x_waymark"]["registration"]["number"], "1-900000002");

    let (lunch, _) = get(&program, &format!("/services/{}", crate::support::service_id("Lunch club")), 200);
    assert!(lunch["alert"].as_str().unwrap().contains("does not exist"), "invented services say so in the feed too");

    let (alone, _) = get(&program, &format!("/services/{}", feed::ASSISTANT), 200);
    let text = alone.to_string();
    for private in ["robin@example.org", "0161 496 0999", "12 Home Road", "M33 7ZF"] {
        assert!(!text.contains(private), "the feed gives {private} of somebody who works alone");
    }
    for hidden in [feed::RESTING, feed::SUSPENDED] {
        get(&program, &format!("/services/{hidden}"), 404);
    }
}

#[test]
fn every_parameter_does_what_the_standard_says() {
    let town = Town::open();
    feed::publish_everything(&town);
    let (program, schemas) = (town.visitor(), Schemas::official());
    let find = |query: &str| {
        let rows = contents(&program, &schemas, &format!("/services?{query}"));
        rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let term = |name: &str| {
        let rows = contents(&program, &schemas, "/taxonomy_terms?per_page=500");
        rows.iter().find(|row| row["name"] == name).unwrap()["id"].as_str().unwrap().to_owned()
    };
    let taxonomy = |name: &str| {
        let rows = contents(&program, &schemas, "/taxonomies");
        rows.iter().find(|row| row["name"] == name).unwrap()["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(find("search=libraries"), ["Sale Library", "Urmston Library"], "the category's name counts");
    assert_eq!(find("search=LUNCH"), ["Lunch club"]);
    assert_eq!(find("search=%25"), Vec::<String>::new(), "a percent sign is only a percent sign");
    assert_eq!(find(&format!("taxonomy_term_id={}", term("Libraries"))), ["Sale Library", "Urmston Library"]);
    assert_eq!(find(&format!("taxonomy_term_id={}", term("Care at home"))), ["Care at home"]);
    assert!(
        find(&format!("taxonomy_term_id={}", term("Help at home"))).contains(&"Care at home".to_owned()),
        "and all below it"
    );
    assert_eq!(find(&format!("taxonomy_term_id={}", term("Good"))), ["Care at home"]);
    assert_eq!(find(&format!("taxonomy_term_id={}", term("Step-free entrance"))), ["Care at home"]);
    assert_eq!(find(&format!("taxonomy_id={}", taxonomy("Care Quality Commission ratings"))), ["Care at home"]);
    assert!(find("taxonomy_term_id=nonsense").is_empty() && find("taxonomy_id=nonsense").is_empty());
    assert_eq!(find("minimum_age=18"), ["Care at home"]);
    assert!(find("minimum_age=19").is_empty());
    assert_eq!(find("maximum_age=99"), ["Care at home"]);
    assert_eq!(find("day=MO&start_time=08:00&end_time=18:00:00"), ["Care at home"]);
    assert!(find("day=SU").is_empty() && find("start_time=09:01").is_empty());
    assert_eq!(find("postcode=M41%205BU"), ["Care at home"], "its area holds the postcode");
    assert!(find("postcode=SW1A").is_empty());
    assert!(find("postcode=M33%207ZF&proximity=500").contains(&"Lunch club".to_owned()));
    assert!(!find("postcode=M33%207ZF&proximity=500").contains(&"Garden tidy".to_owned()));
    assert_eq!(find(&format!("organization_id={}", feed::CARERS)), ["Care at home"]);
    assert_eq!(find("modified_after=2026-05-21").len(), 0);
    assert_eq!(find("modified_after=2026-05-20").len(), find("").len());

    let all = contents(&program, &schemas, "/services?per_page=500");
    let mut paged = Vec::new();
    for page in 1..=4 {
        paged.extend(contents(&program, &schemas, &format!("/services?per_page=2&page={page}")));
    }
    assert_eq!(ids(&paged), ids(&all));
    assert!(names(&all).is_sorted());
    let (minimal, _) = get(&program, "/services?minimal=true", 200);
    assert_eq!(ids(minimal["contents"].as_array().unwrap()), ids(&all));
    assert_eq!(minimal["contents"][0].as_object().unwrap().keys().collect::<Vec<_>>(), ["id", "last_modified"]);
    let (_, lines) = get(&program, "/services?format=ndjson&full=true", 200);
    let lines: Vec<Value> = lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(ids(&lines), ids(&all));
    lines.iter().for_each(|line| holds(&schemas.service, line, "a line"));
    let top = contents(&program, &schemas, "/taxonomy_terms?per_page=500&top_only=true");
    assert!(top.iter().all(|term| term.get("parent_id").is_none()) && !top.is_empty());
    let below = contents(&program, &schemas, &format!("/taxonomy_terms?parent_id={}", term("Community")));
    assert!(
        below.iter().any(|term| term["name"] == "Libraries") && below.iter().all(|term| term["parent_id"].is_string())
    );
    let needs = contents(&program, &schemas, &format!("/taxonomy_terms?taxonomy_id={}", taxonomy("Waymark needs")));
    assert_eq!(needs.len(), 7);
    let near = contents(&program, &schemas, "/service_at_locations?postcode=M33%207ZF&proximity=500&per_page=2");
    assert_eq!(near.len(), 2);
    assert_eq!(names(&contents(&program, &schemas, "/organizations?search=altrincham")), ["Altrincham Home Help"]);
}

#[test]
fn what_cannot_be_answered_is_refused_as_json() {
    let town = Town::open();
    let program = town.visitor();
    for query in [
        "page=0",
        "page=abc",
        "page=-1",
        "per_page=0",
        "per_page=x",
        "minimum_age=old",
        "start_time=noon",
        "day=someday",
        "postcode=ZZ99",
        "proximity=near",
        "postcode=M33&proximity=-1",
        "proximity=100",
        "modified_after=yesterday",
        "format=xml",
        "full=perhaps",
        "search=%FF",
    ] {
        let (problem, _) = get(&program, &format!("/services?{query}"), 400);
        assert_eq!(problem["status"], 400, "{query}");
    }
    for path in [
        "/services/nonsense",
        "/services/00000000-0000-4000-8000-000000000000",
        "/taxonomies/x",
        "/taxonomy_terms/x",
        "/service_at_locations/x",
        "/service_at_locations/00000000-0000-4000-8000-000000000000",
        "/organizations/x",
        "/nowhere",
    ] {
        let (problem, _) = get(&program, path, 404);
        assert_eq!(problem["status"], 404, "{path}");
    }
    let long = format!("/services?search={}", "a%20".repeat(3_000));
    get(&program, &long, 200);
}

#[test]
fn the_demo_town_is_valid_too() {
    let town = Town::open();
    feed::publish_demo_listings(&town);
    let (program, schemas) = (town.visitor(), Schemas::official());
    validate_everything(&program, &schemas, 15);
    let (_, lines) = get(&program, "/services?format=ndjson&full=true", 200);
    let mut read = 0;
    for line in lines.text().lines() {
        holds(&schemas.service, &serde_json::from_str(line).unwrap(), "a service of the demo town");
        read += 1;
    }
    assert!(read > 1_000, "{read}");
}
