//! An example made of a schema: every field has a value of its type, and words that belong to its name.

use serde_json::{Map, Value, json};

use super::words;

/// Deeper than this nothing more is shown: a list there is empty.
const DEEPEST: usize = 8;

/// The schemas of the document, by name.
pub(super) struct Schemas(pub(super) Value);

/// The field that a value is for: the schema that it stands in, and its name there.
#[derive(Clone, Copy)]
struct Field<'a> {
    of: &'a str,
    name: &'a str,
}

impl Schemas {
    /// An example of this schema.
    pub(super) fn example(&self, schema: &Value) -> Value {
        self.made(schema, Field { of: "", name: "" }, 0)
    }

    fn made(&self, schema: &Value, field: Field<'_>, depth: usize) -> Value {
        if let Some(given) = schema.get("example") {
            return given.clone();
        }
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            let named = &self.0[name];
            // What has fields gives them its own name; an amount or a word stays the field's.
            let of = if named["properties"].is_object() || named["allOf"].is_array() { name } else { field.of };
            return self.made(named, Field { of, ..field }, depth);
        }
        if let Some(one) = words::of(field.of, field.name).filter(|one| fits(schema, one)) {
            return one;
        }
        let is_nothing = |choice: &&Value| choice["type"] != "null";
        if let Some(choice) = schema["oneOf"].as_array().and_then(|choices| choices.iter().find(is_nothing)) {
            return self.made(choice, field, depth);
        }
        if let Some(parts) = schema["allOf"].as_array() {
            let parts = parts.iter().filter_map(|part| match self.made(part, field, depth) {
                Value::Object(fields) => Some(fields),
                _ => None,
            });
            return Value::Object(parts.flatten().collect());
        }
        if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
            return first.clone();
        }
        match kind(schema) {
            "object" => self.object(schema, field, depth),
            "array" if depth >= DEEPEST => json!([]),
            "array" => json!([self.made(&schema["items"], field, depth + 1)]),
            "boolean" => json!(true),
            "integer" => whole(schema, field.name),
            "number" => json!(53.42),
            "string" => string(schema, field),
            _ => Value::Null,
        }
    }

    fn object(&self, schema: &Value, field: Field<'_>, depth: usize) -> Value {
        let mut made = Map::new();
        for (name, of) in schema["properties"].as_object().into_iter().flatten() {
            made.insert(name.clone(), self.made(of, Field { of: field.of, name }, depth + 1));
        }
        let more = &schema["additionalProperties"];
        if more.is_object() {
            made.insert(words::key_of(field.name).to_owned(), self.made(more, field, depth + 1));
        }
        Value::Object(made)
    }
}

/// The type of a schema, where it may be nothing too.
fn kind(schema: &Value) -> &str {
    match &schema["type"] {
        Value::String(one) => one,
        Value::Array(several) => several.iter().filter_map(Value::as_str).find(|one| *one != "null").unwrap_or(""),
        _ => "",
    }
}

/// Whether a value may stand where the schema is: words are kept by name, and a name may be used for two types.
fn fits(schema: &Value, value: &Value) -> bool {
    let allowed = schema["enum"].as_array().is_none_or(|all| all.contains(value));
    allowed
        && match kind(schema) {
            "string" => value.is_string() && (schema["format"].is_null() || words::is_time(value)),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "array" => value.as_array().is_some_and(|all| all.iter().all(|one| fits(&schema["items"], one))),
            _ => false,
        }
}

fn whole(schema: &Value, name: &str) -> Value {
    let usual = if name.ends_with("_pence") || name == "pence" { 4_800 } else { 3 };
    let least = schema["minimum"].as_i64().unwrap_or(i64::MIN);
    let most = schema["maximum"].as_i64().unwrap_or(i64::MAX);
    json!(usual.clamp(least, most))
}

fn string(schema: &Value, field: Field<'_>) -> Value {
    let name = field.name;
    let is_later =
        ["until", "ends", "to_", "due", "review", "runs_out", "valid_to"].iter().any(|end| name.contains(end));
    match schema["format"].as_str() {
        Some("date") if is_later || name == "to" => json!("2027-03-31"),
        Some("date") => json!("2026-06-01"),
        Some("date-time") if is_later => json!("2026-07-01T09:30:00Z"),
        Some("date-time") => json!("2026-06-01T09:30:00Z"),
        _ if name == "id" || name.ends_with("_id") => json!("0197f0c2-6a53-7cc0-8d5e-2f3f0f6d9a11"),
        _ => json!(words::WORDLESS),
    }
}
