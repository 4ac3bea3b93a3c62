//! A person with a browser that runs no scripts: keeps cookies, opens pages, presses buttons.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use ureq::Agent;
use ureq::http::{Request, Response};

use super::page::Seen;

/// What came back, before anybody reads it.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Every header.
    pub headers: Vec<(String, String)>,
    /// The bytes.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header, if it is there.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(each, _)| each.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends one request and follows nothing.
pub fn send(agent: &Agent, method: &str, url: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Answer {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = match body {
        Some(body) => agent.run(request.body(body.to_vec()).unwrap()),
        None => agent.run(request.body(()).unwrap()),
    };
    read(response.unwrap_or_else(|cause| panic!("{method} {url}: {cause}")))
}

fn read(mut response: Response<ureq::Body>) -> Answer {
    let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect();
    let body = response.body_mut().with_config().limit(50_000_000).read_to_vec().unwrap();
    Answer { status: response.status().as_u16(), headers, body }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A client that shows every status and follows nothing by itself.
pub fn agent() -> Agent {
    let config =
        Agent::config_builder().http_status_as_error(false).max_redirects(0).max_redirects_will_error(false).build();
    config.into()
}

/// A person at a browser.
#[derive(Clone)]
pub struct Person {
    base: String,
    agent: Agent,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Person {
    /// Somebody who has just opened the browser.
    pub fn at(base: &str) -> Self {
        Self { base: base.to_owned(), agent: agent(), cookies: Arc::default() }
    }

    /// Sends a request with this person's cookies and keeps those that come back.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Answer {
        let cookies: Vec<String> =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut headers = headers.to_vec();
        if !cookies.is_empty() {
            headers.push(("Cookie", &cookies));
        }
        let answer = send(&self.agent, method, &format!("{}{path}", self.base), &headers, body);
        for (_, cookie) in answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            self.keep(cookie);
        }
        answer
    }

    fn keep(&self, cookie: &str) {
        let (pair, rules) = cookie.split_once(';').unwrap_or((cookie, ""));
        let (name, value) = pair.split_once('=').unwrap();
        let mut cookies = self.cookies.lock().unwrap();
        if value.is_empty() || rules.contains("Max-Age=0") {
            cookies.remove(name);
        } else {
            cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Opens a page, following where it leads.
    pub fn open(&self, path: &str) -> Seen {
        let answer = self.send("GET", path, &[], None);
        self.follow(path, answer)
    }

    /// Sends a form, following where it leads.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let body = encoded(fields);
        let kind = [("Content-Type", "application/x-www-form-urlencoded")];
        let answer = self.send("POST", path, &kind, Some(body.as_bytes()));
        self.follow(path, answer)
    }

    fn follow(&self, path: &str, mut answer: Answer) -> Seen {
        let mut path = path.to_owned();
        for _ in 0..5 {
            let Some(next) = answer.header("location").filter(|_| (300..400).contains(&answer.status)) else { break };
            path = next.to_owned();
            answer = self.send("GET", &path, &[], None);
        }
        Seen::new(self.clone(), path, answer)
    }

    /// Signs in with the password of the tests.
    pub fn sign_in(&self, email: &str) -> Seen {
        self.open("/sign-in").press("Sign in", &[("email", email), ("password", super::PASSWORD)])
    }

    /// The value of a cookie, if the browser has it.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    /// Gives the browser a cookie, as somebody who means harm might.
    pub fn plant(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    /// Opens an address that a letter of the town links to.
    pub fn follow_letter(&self, address: &str) -> Seen {
        let path = address.splitn(4, '/').nth(3).unwrap_or_default();
        self.open(&format!("/{path}"))
    }

    /// The token of forms, as any page with a form shows it.
    pub fn csrf(&self) -> String {
        self.open("/sign-in").hidden("csrf")
    }
}

/// Fields as a form sends them.
pub fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
