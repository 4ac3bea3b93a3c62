//! A program that speaks `/api/v1`.

use serde_json::Value;
use ureq::Agent;

use super::person::{Answer, agent, send};

/// A program with a token, or without one.
#[derive(Clone)]
pub struct Api {
    base: String,
    agent: Agent,
    token: Option<String>,
}

/// What the service told it.
#[derive(Debug)]
pub struct Told {
    /// The HTTP status.
    pub status: u16,
    /// The document; null where there is none.
    pub body: Value,
    /// The answer itself.
    pub answer: Answer,
}

impl Told {
    /// Fails unless the status is this; gives the document.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// Fails unless it was refused like this, as `application/problem+json`.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{}", self.body);
        assert_eq!(self.answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(self.body["status"], status);
        self.body
    }
}

impl Api {
    /// A program without a token.
    pub fn at(base: &str) -> Self {
        Self { base: base.to_owned(), agent: agent(), token: None }
    }

    /// A program with the token of this person.
    pub fn signed_in(base: &str, email: &str) -> Self {
        let anyone = Self::at(base);
        let told = anyone.post("/tokens", &serde_json::json!({ "email": email, "password": super::PASSWORD }));
        let token = told.expect(200)["access_token"].as_str().unwrap().to_owned();
        Self { token: Some(token), ..anyone }
    }

    /// The same program with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// Its token.
    pub fn token(&self) -> Option<String> {
        self.token.clone()
    }

    /// Sends whatever.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Told {
        let bearer = self.token.as_ref().map(|token| format!("Bearer {token}"));
        let mut headers = headers.to_vec();
        if let Some(bearer) = &bearer {
            headers.push(("Authorization", bearer));
        }
        let answer = send(&self.agent, method, &format!("{}/api/v1{path}", self.base), &headers, body);
        Told { status: answer.status, body: serde_json::from_slice(&answer.body).unwrap_or_default(), answer }
    }

    /// `GET`
    pub fn get(&self, path: &str) -> Told {
        self.send("GET", path, &[], None)
    }

    /// `POST` of a document.
    pub fn post(&self, path: &str, document: &Value) -> Told {
        self.send("POST", path, &[("Content-Type", "application/json")], Some(document.to_string().as_bytes()))
    }

    /// `POST` of a document with an `Idempotency-Key`.
    pub fn post_once(&self, path: &str, key: &str, document: &Value) -> Told {
        let headers = [("Content-Type", "application/json"), ("Idempotency-Key", key)];
        self.send("POST", path, &headers, Some(document.to_string().as_bytes()))
    }

    /// `DELETE`
    pub fn delete(&self, path: &str) -> Told {
        self.send("DELETE", path, &[], None)
    }

    /// `PUT` of a document.
    pub fn put(&self, path: &str, document: &Value) -> Told {
        self.send("PUT", path, &[("Content-Type", "application/json")], Some(document.to_string().as_bytes()))
    }
}
