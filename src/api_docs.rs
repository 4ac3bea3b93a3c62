//! The page that shows the OpenAPI document to people: everything that can be asked for, and each part of it in full.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use serde_json::Value;

use crate::api_document::document;
use crate::error::AppError;
use crate::identity::Anyone;
use crate::web::form::Ask;
use crate::web::page::{Page, html};

/// Everything that can be asked for, in a table for each part.
#[derive(Template)]
#[template(path = "api_docs.html")]
struct DocsPage {
    page: Page,
    about: String,
    groups: Vec<Group>,
}

/// One part with its examples.
#[derive(Template)]
#[template(path = "api_docs_part.html")]
struct PartPage {
    page: Page,
    group: Group,
}

/// Requests of one tag.
struct Group {
    name: String,
    href: String,
    operations: Vec<Operation>,
}

/// One request.
struct Operation {
    /// Where it is on the page of its part.
    anchor: String,
    method: String,
    path: String,
    summary: String,
    needs_token: bool,
    parameters: Vec<(String, String)>,
    /// What is sent: its type, and an example.
    sends: Option<(String, String)>,
    /// What comes back: the status, what it is, and an example.
    answers: Vec<(String, String, String)>,
    /// What may be told instead: the status, and why.
    failures: Vec<(String, String)>,
}

/// Which part.
#[derive(Deserialize)]
pub struct Shown {
    part: Option<String>,
}

/// `GET /api/v1/docs`: all parts, or one of them with its examples.
pub async fn get_docs(_: Anyone, Ask(shown): Ask<Shown>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let document = serde_json::to_value(document()).map_err(AppError::unexpected)?;
    let groups = groups(&document);
    let Some(part) = shown.part else {
        let about = document["info"]["description"].as_str().unwrap_or_default().to_owned();
        return html(&DocsPage { page: Page::of(&request, "For programs: the API"), about, groups });
    };
    let group = groups.into_iter().find(|group| group.name == part).ok_or(AppError::NotFound)?;
    html(&PartPage { page: Page::of(&request, format!("The API: {}", group.name)), group })
}

fn groups(document: &Value) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, told) in methods.as_object().into_iter().flatten() {
            let name = told["tags"][0].as_str().unwrap_or("other").to_owned();
            let operation = operation(document, (method, path), told);
            if let Some(group) = groups.iter_mut().find(|group| group.name == name) {
                group.operations.push(operation);
                continue;
            }
            let part = percent_encoding::utf8_percent_encode(&name, percent_encoding::NON_ALPHANUMERIC);
            let href = format!("/api/v1/docs?part={part}");
            groups.push(Group { name, href, operations: vec![operation] });
        }
    }
    groups
}

fn operation(document: &Value, (method, path): (&str, &str), told: &Value) -> Operation {
    let words = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let parameter = |each: &Value| (words(&each["name"]), words(&each["description"]));
    let (mut answers, mut failures) = (Vec::new(), Vec::new());
    for (status, response) in told["responses"].as_object().into_iter().flatten() {
        if let Some(name) = response["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            failures.push((status.clone(), words(&document["components"]["responses"][name]["description"])));
        } else if status.starts_with('2') {
            let (kind, example) = example_of(&response["content"]).unwrap_or_default();
            let what = [words(&response["description"]), kind].into_iter().filter(|words| !words.is_empty());
            answers.push((status.clone(), what.collect::<Vec<_>>().join(", "), example));
        } else {
            failures.push((status.clone(), words(&response["description"])));
        }
    }
    let anchor = format!("{method}{path}").replace(|letter: char| !letter.is_alphanumeric(), "-");
    Operation {
        anchor,
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: words(&told["summary"]),
        needs_token: told["security"].is_array(),
        parameters: told["parameters"].as_array().into_iter().flatten().map(parameter).collect(),
        sends: example_of(&told["requestBody"]["content"]),
        answers,
        failures,
    }
}

/// The type of a body and its example, as people read it.
fn example_of(content: &Value) -> Option<(String, String)> {
    let (kind, content) = content.as_object()?.iter().next()?;
    let example = match &content["example"] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    };
    Some((kind.clone(), example))
}
