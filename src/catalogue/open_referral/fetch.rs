//! Fetching from servers of others: polite, bounded, and never from inside our own network.
//!
//! - Every address is looked up by us, and the connection goes to the very address that was checked, so that a name
//!   that answers differently the second time gains nothing. Each redirect is checked anew.
//! - A body, a page and a wait have limits. What fails for now is tried again, later each time.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use url::{Host, Url};

/// Redirects that are followed.
const HOPS: usize = 5;

/// How often one address is asked.
const TRIES: u32 = 4;

/// The most bytes of one answer.
const LARGEST: usize = 32 * 1024 * 1024;

/// No wait is longer.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Why nothing could be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The address is none, or not for the web.
    #[error("{0:?} is not a web address that begins with https:// or http://")]
    NotAnAddress(String),
    /// The address leads inward.
    #[error("{0} is not on the public internet, so it is not fetched")]
    Private(String),
    /// Sent on and on.
    #[error("the server sent us on more than {HOPS} times")]
    TooManyRedirects,
    /// More than anybody needs.
    #[error("the answer is larger than {} MB", LARGEST / 1024 / 1024)]
    TooLarge,
    /// The server said no.
    #[error("the server answered with {0}")]
    Status(StatusCode),
    /// The server did not answer.
    #[error("the server cannot be reached: {0}")]
    Network(String),
    /// It is no JSON.
    #[error("the answer is no JSON: {0}")]
    NotJson(String),
    /// We were told to stop asking.
    #[error("it was stopped before it was done")]
    Stopped,
}

/// How others are asked.
#[derive(Clone, Debug)]
pub struct Manners {
    /// Whether addresses inside our own network may be fetched: for tests, and for councils whose directory stands beside.
    pub may_be_private: bool,
    /// The first wait before something is tried again.
    pub pause: Duration,
    /// How many requests run at once.
    pub at_once: usize,
}

impl Default for Manners {
    fn default() -> Self {
        Self { may_be_private: false, pause: Duration::from_millis(500), at_once: 4 }
    }
}

/// Somebody who fetches.
#[derive(Clone)]
pub struct Fetcher {
    client: Client,
    manners: Manners,
}

/// Looks names up, and leaves out what is not public.
struct Lookup {
    may_be_private: bool,
}

impl Resolve for Lookup {
    fn resolve(&self, name: Name) -> Resolving {
        let may_be_private = self.may_be_private;
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let asked = host.clone();
            let found = tokio::task::spawn_blocking(move || (asked.as_str(), 0).to_socket_addrs().map(Vec::from_iter));
            let found: Vec<SocketAddr> = found.await??;
            let public: Vec<SocketAddr> = found.into_iter().filter(|at| may_be_private || is_public(at.ip())).collect();
            if public.is_empty() {
                return Err(FetchError::Private(host).into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is on the public internet.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_unspecified()
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_multicast()
        || address.is_documentation();
    // This network; carriers' own; protocol assignments; 6to4 relays; benchmarks; reserved.
    let reserved = a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b))
        || a >= 240;
    !special && !reserved
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let within = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match parts {
        // IPv4 in its many disguises: mapped, compatible, translated, 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low] => within(high, low),
        [0, 0, 0, 0, 0, 0, high, low] => high != 0 && within(high, low),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => within(high, low),
        [0x64, 0xff9b, ..] => false,
        [0x2002, high, low, ..] => within(high, low),
        // Teredo and other assignments, documentation, unique local, link local, site local, multicast.
        [0x2001, second, ..] if second < 0x200 => false,
        [0x2001, 0xdb8, ..] => false,
        [0x3fff, ..] => false,
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

impl Fetcher {
    /// Somebody with these manners.
    pub fn new(manners: &Manners) -> Result<Self, FetchError> {
        let client = Client::builder()
            .user_agent(concat!("Waymark/", env!("CARGO_PKG_VERSION"), " (directory of care and support)"))
            .redirect(Policy::none()) // each hop is checked here
            .no_proxy() // a proxy would look names up in our place
            .dns_resolver(Arc::new(Lookup { may_be_private: manners.may_be_private }))
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(50))
            .build()
            .map_err(|cause| FetchError::Network(cause.to_string()))?;
        Ok(Self { client, manners: manners.clone() })
    }

    /// How many requests run at once.
    #[must_use]
    pub fn at_once(&self) -> usize {
        self.manners.at_once
    }

    /// Fetches a JSON document.
    pub async fn json(&self, url: &Url) -> Result<Value, FetchError> {
        self.json_with(url, &HeaderMap::new()).await
    }

    /// Fetches a JSON document with headers of one's own. They go to this host only: with headers, nothing is followed.
    pub async fn json_with(&self, url: &Url, headers: &HeaderMap) -> Result<Value, FetchError> {
        let body = self.bytes_with(url, headers).await?;
        serde_json::from_slice(&body).map_err(|cause| FetchError::NotJson(cause.to_string()))
    }

    /// Fetches whatever is there.
    pub async fn bytes_with(&self, url: &Url, headers: &HeaderMap) -> Result<Vec<u8>, FetchError> {
        let mut wait = self.manners.pause;
        let mut tries = 1;
        loop {
            let (problem, asked_to_wait) = match self.follow(url.clone(), headers).await {
                Ok(response) => {
                    let status = response.status();
                    if status.is_success() {
                        match read(response).await {
                            Err(problem @ FetchError::Network(_)) => (problem, None),
                            read => return read,
                        }
                    } else if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
                        let seconds =
                            response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
                        (FetchError::Status(status), seconds.map(Duration::from_secs))
                    } else {
                        return Err(FetchError::Status(status));
                    }
                }
                Err(problem @ FetchError::Network(_)) => (problem, None),
                Err(problem) => return Err(problem),
            };
            if tries == TRIES {
                return Err(problem);
            }
            tokio::time::sleep(asked_to_wait.unwrap_or(wait).min(LONGEST_WAIT)).await;
            wait *= 2;
            tries += 1;
        }
    }

    async fn follow(&self, mut url: Url, headers: &HeaderMap) -> Result<Response, FetchError> {
        for _ in 0..=HOPS {
            self.check(&url)?;
            let request = self.client.get(url.clone()).header(ACCEPT, "application/json").headers(headers.clone());
            let response = request.send().await.map_err(|cause| told(cause, &url))?;
            let next = response.headers().get(LOCATION).filter(|_| response.status().is_redirection());
            let Some(next) = next.and_then(|value| value.to_str().ok()) else { return Ok(response) };
            if !headers.is_empty() {
                return Ok(response);
            }
            url = url.join(next).map_err(|_not_one| FetchError::NotAnAddress(next.to_owned()))?;
        }
        Err(FetchError::TooManyRedirects)
    }

    /// Refuses what is no web address, and numbers that lead inward; names are checked when they are looked up.
    fn check(&self, url: &Url) -> Result<(), FetchError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(FetchError::NotAnAddress(url.to_string()));
        }
        let number = match url.host() {
            Some(Host::Ipv4(v4)) => Some(IpAddr::V4(v4)),
            Some(Host::Ipv6(v6)) => Some(IpAddr::V6(v6)),
            Some(Host::Domain(_)) => None,
            None => return Err(FetchError::NotAnAddress(url.to_string())),
        };
        match number {
            Some(number) if !self.manners.may_be_private && !is_public(number) => {
                Err(FetchError::Private(number.to_string()))
            }
            _ => Ok(()),
        }
    }
}

/// The cause without the address, which may hold a key.
fn told(cause: reqwest::Error, url: &Url) -> FetchError {
    let mut inner: Option<&(dyn std::error::Error + 'static)> = Some(&cause);
    let mut words = String::new();
    while let Some(error) = inner {
        if let Some(FetchError::Private(host)) = error.downcast_ref::<FetchError>() {
            return FetchError::Private(host.clone());
        }
        words = error.to_string();
        inner = error.source();
    }
    // The lookup's own error is wrapped on its way out; its words are kept.
    if words.ends_with("is not on the public internet, so it is not fetched") {
        return FetchError::Private(url.host_str().unwrap_or_default().to_owned());
    }
    if words.contains("failed to lookup") {
        return FetchError::Network(format!("nobody knows the name {}", url.host_str().unwrap_or_default()));
    }
    FetchError::Network(words)
}

async fn read(mut response: Response) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > LARGEST => return Err(FetchError::TooLarge),
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(cause) => return Err(FetchError::Network(cause.without_url().to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_inside_is_public_in_any_disguise() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "0.1.2.3",
            "255.255.255.255",
            "224.0.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["8.8.8.8", "151.101.1.140", "2606:4700::1111", "2a00:1450:4009::1", "::ffff:8.8.8.8"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn addresses_that_lead_inward_are_refused_before_anything_is_sent() {
        drop(rustls::crypto::ring::default_provider().install_default());
        let fetcher = Fetcher::new(&Manners { pause: Duration::ZERO, ..Manners::default() }).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        for url in [
            "http://127.0.0.1:1/",
            "http://[::1]/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://localhost:1/",
            "http://[::ffff:7f00:1]/",
        ] {
            let problem = runtime.block_on(fetcher.json(&url.parse().unwrap())).unwrap_err();
            assert!(matches!(problem, FetchError::Private(_)), "{url}: {problem:?}");
        }
        let problem = runtime.block_on(fetcher.json(&"file:///etc/passwd".parse().unwrap())).unwrap_err();
        assert!(matches!(problem, FetchError::NotAnAddress(_)));
    }
}
