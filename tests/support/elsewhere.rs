//! A server of somebody else: answers what it is told to, and remembers what it was asked.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What it answers with.
#[derive(Clone, Debug)]
pub struct Given {
    /// The HTTP status.
    pub status: u16,
    /// More headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Given {
    /// A JSON document.
    pub fn json(value: &serde_json::Value) -> Self {
        Self { status: 200, headers: Vec::new(), body: value.to_string().into_bytes() }
    }

    /// Nothing but a status.
    pub fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: b"{\"message\":\"no\"}".to_vec() }
    }

    /// Go elsewhere.
    pub fn sent_on(to: &str) -> Self {
        Self { status: 302, headers: vec![("Location".into(), to.into())], body: Vec::new() }
    }
}

/// One request: path with query, and headers in small letters.
#[derive(Clone, Debug)]
pub struct Asked {
    /// "/services?page=1".
    pub path: String,
    /// Every header.
    pub headers: HashMap<String, String>,
}

impl Asked {
    /// A parameter of the query.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let url = url::Url::parse(&format!("http://x{}", self.path)).unwrap();
        url.query_pairs().find(|(each, _)| each == name).map(|(_, value)| value.into_owned())
    }

    /// The path without its query.
    pub fn bare(&self) -> &str {
        self.path.split('?').next().unwrap()
    }
}

/// A server of somebody else, as long as it lives.
pub struct Elsewhere {
    /// Where it is.
    pub base: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Elsewhere {
    /// A server that answers like this; the number is how often the same path was asked before.
    pub fn answering(answer: impl Fn(&Asked, usize) -> Given + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (seen, answer) = (Arc::clone(&asked), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (Ok(stream), seen, answer) = (stream, Arc::clone(&seen), Arc::clone(&answer)) else { break };
                std::thread::spawn(move || serve(stream, &seen, &*answer));
            }
        });
        Self { base, asked }
    }

    /// The paths that were asked for, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, seen: &Mutex<Vec<Asked>>, answer: &(dyn Fn(&Asked, usize) -> Given + Send + Sync)) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let path = line.split(' ').nth(1).unwrap_or("/").to_owned();
        let mut headers = HashMap::new();
        loop {
            let mut header = String::new();
            if reader.read_line(&mut header).unwrap_or(0) == 0 || header.trim().is_empty() {
                break;
            }
            if let Some((name, value)) = header.trim().split_once(':') {
                headers.insert(name.to_lowercase(), value.trim().to_owned());
            }
        }
        let asked = Asked { path, headers };
        let before = {
            let mut seen = seen.lock().unwrap();
            let before = seen.iter().filter(|each| each.path == asked.path).count();
            seen.push(asked.clone());
            before
        };
        let given = answer(&asked, before);
        let mut head = format!("HTTP/1.1 {} X\r\nContent-Length: {}\r\n", given.status, given.body.len());
        for (name, value) in &given.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("Content-Type: application/json\r\n\r\n");
        if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&given.body)).is_err() {
            return;
        }
    }
}
