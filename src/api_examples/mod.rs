//! Examples in the OpenAPI document: of what is sent, of what is answered, and of each kind of failure. Those that tell a
//! story are written here, the others are made of their schemas. Each is checked against its schema
//! (`tests/contracts/open_api.rs`).

mod made;
mod words;

use serde_json::{Value, json};
use utoipa::Modify;
use utoipa::openapi::{Content, RefOr};

use made::Schemas;

pub use words::WORDLESS;

/// Adds them.
pub(super) struct Examples;

impl Modify for Examples {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = serde_json::to_value(&document.components).unwrap_or_default();
        let schemas = Schemas(components["schemas"].clone());
        for (path, item) in &mut document.paths.paths {
            let operations = [
                ("get", &mut item.get),
                ("post", &mut item.post),
                ("put", &mut item.put),
                ("delete", &mut item.delete),
            ];
            for (method, operation) in operations {
                let Some(operation) = operation else { continue };
                if let Some(RefOr::T(body)) = &mut operation.request_body {
                    for (kind, content) in &mut body.content {
                        show(kind, content, &schemas, sent(method, path));
                    }
                }
                for response in operation.responses.responses.values_mut() {
                    let RefOr::T(response) = response else { continue };
                    for (kind, content) in &mut response.content {
                        show(kind, content, &schemas, None);
                    }
                }
            }
        }
    }
}

fn show(kind: &str, content: &mut RefOr<Content>, schemas: &Schemas, written: Option<Value>) {
    let RefOr::T(content) = content else { return };
    let made = || match kind {
        "text/csv" => Some(json!("reference,answer\r\nWM-000123-1,paid\r\n")),
        "application/xml" => Some(json!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document>…</Document>")),
        _ if kind.ends_with("json") || kind.ends_with("urlencoded") => {
            let schema = serde_json::to_value(content.schema.as_ref()?).ok()?;
            Some(schemas.example(&schema))
        }
        _ => None, // a file of bytes
    };
    content.example = written.or_else(made);
}

/// What is sent to this address.
fn sent(method: &str, path: &str) -> Option<Value> {
    let email = "amira@example.org";
    let (password, other) = ("three quiet herons", "four kites over moors");
    let token = "8d0c4f…";
    let id = "0197f0c2-6a53-7cc0-8d5e-2f3f0f6d9a11";
    Some(match (method, path.strip_prefix("/api/v1")?) {
        ("post", "/tokens") => json!({ "email": email, "password": password, "code": "287082" }),
        ("post", "/oauth/token") => {
            json!({ "grant_type": "client_credentials", "client_id": id, "client_secret": token, "scope": "read buy" })
        }
        ("post", "/registrations") => json!({ "name": "Amira Khan", "email": email }),
        ("post", "/registrations/confirmation" | "/password-resets/confirmation") => {
            json!({ "token": token, "password": password })
        }
        ("post", "/password-resets") => json!({ "email": email }),
        (
            "post",
            "/email-changes/confirmation"
            | "/role-invitations/acceptance"
            | "/provider-invitations/acceptance"
            | "/stop-letters",
        ) => json!({ "token": token }),
        ("post", "/role-invitations/account") => json!({ "token": token, "name": "Amira Khan", "password": password }),
        ("put", "/me/name") => json!({ "name": "Amira Khan" }),
        ("post", "/me/email-changes") => json!({ "email": "amira@example.com", "password": password }),
        ("put", "/me/password") => json!({ "current": password, "password": other }),
        ("post", "/me/second-factor" | "/me/second-factor/recovery-codes" | "/me/second-factor/removal") => {
            json!({ "password": password })
        }
        ("post", "/me/second-factor/confirmation") => json!({ "code": "287082" }),
        ("post", "/me/closing") => json!({ "password": password, "sure": true }),
        ("post", "/me/programs") => json!({ "name": "My spreadsheet", "scopes": ["read"], "days": 30 }),
        ("post", "/me/helpers") => {
            json!({ "email": "hana@example.org", "kind": "family or friend", "may_buy": true, "until": "2027-03-31" })
        }
        ("post", "/me/helping") => json!({ "token": token, "accept": true }),
        ("post", "/authority/invitations") => {
            json!({ "email": "noor@example.org", "role": "moderator", "reason": "Joins the reviews team" })
        }
        ("post", "/authority/people/{person_id}/roles") => {
            json!({ "role": "moderator", "reason": "Helps the reviews team" })
        }
        ("post", "/authority/roles/{role_id}/ending") => json!({ "reason": "Has moved to another team" }),
        ("post", "/budgets/{budget_id}/purchases") => {
            json!({ "service_id": id, "cost_option_id": id, "quantity": 4, "starts_on": "2026-06-01" })
        }
        ("post", "/provider/purchases/{purchase_id}/deliveries") => {
            json!({ "quantity": 1, "delivered_on": "2026-06-01" })
        }
        ("post", "/provider/purchases/{purchase_id}/refusal") => json!({ "reason": "We are full until September." }),
        ("put", "/purchases/{purchase_id}/review") => json!({ "stars": 4, "words": "Kind, and always on time." }),
        ("post", "/services/{service_id}/enquiries") => {
            json!({ "name": "Amira", "email": email, "question": "Is there a step at the door?" })
        }
        ("post", "/services/{service_id}/reports") => json!({ "what": "closed", "words": "It shut in March." }),
        ("post", "/wanted-support") => json!({ "words": "a choir for men", "near": "M33 7ZF" }),
        ("post", "/saved-searches") => json!({ "name": "Lunch near me", "address": "/search?q=lunch&near=M33+7ZF" }),
        ("put", "/saved-searches/{saved_search_id}") => json!({ "name": "Lunch near me", "alerts": "weekly" }),
        _ => return None,
    })
}
