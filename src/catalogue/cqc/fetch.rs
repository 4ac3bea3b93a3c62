//! The API. It wants a key, and is asked slowly.

use std::fmt;
use std::str::FromStr;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tokio::runtime::Runtime;
use url::Url;

use crate::catalogue::open_referral::fetch::{FetchError, Fetcher, Manners};
use crate::catalogue::open_referral::reading::{list, text, whole};
use crate::clock::UtcTime;
use crate::log::Stop;

/// Where the API is.
pub const ADDRESS: &str = "https://api.service.cqc.org.uk/public/v1";

/// Ids that are asked for at once.
const PER_PAGE: u32 = 500;

/// The key of the API. It never prints.
#[derive(Clone)]
pub struct Key(String);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(a key)")
    }
}

impl FromStr for Key {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(text.to_owned())).ok_or("the key of the Care Quality Commission's API is one word")
    }
}

/// Somebody who asks the API.
pub struct Cqc {
    base: Url,
    headers: HeaderMap,
    fetcher: Fetcher,
    runtime: Runtime,
    stop: Stop,
}

impl Cqc {
    /// Somebody with this key.
    pub fn at(address: &str, key: &Key, manners: &Manners) -> Result<Self, FetchError> {
        let base =
            Url::parse(address.trim_end_matches('/')).map_err(|_not_one| FetchError::NotAnAddress(address.into()))?;
        let mut value =
            HeaderValue::from_str(&key.0).map_err(|_letters| FetchError::Network("the key cannot be sent".into()))?;
        value.set_sensitive(true);
        let headers =
            [(HeaderName::from_static("ocp-apim-subscription-key"), value)].into_iter().collect::<HeaderMap>();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|cause| FetchError::Network(cause.to_string()))?;
        Ok(Self { base, headers, fetcher: Fetcher::new(manners)?, runtime, stop: Stop::default() })
    }

    /// The same, who asks nothing more once told to stop.
    #[must_use]
    pub fn until(self, stop: Stop) -> Self {
        Self { stop, ..self }
    }

    fn get(&self, path: &str, query: &[(&str, String)]) -> Result<Value, FetchError> {
        if self.stop.is_asked() {
            return Err(FetchError::Stopped);
        }
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{path}", self.base.path().trim_end_matches('/')));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.runtime.block_on(self.fetcher.json_with(&url, &self.headers))
    }

    /// One place; none if the API does not know it.
    pub fn location(&self, id: &str) -> Result<Option<Value>, FetchError> {
        let path = |id: &str| {
            format!("locations/{}", percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC))
        };
        let answer = match self.get(&path(id), &[]) {
            // Older numbers have letters, and the API minds their case.
            Err(FetchError::Status(StatusCode::BAD_REQUEST)) => self.get(&path(&id.to_uppercase()), &[]),
            answer => answer,
        };
        match answer {
            Ok(told) => Ok(Some(told)),
            Err(FetchError::Status(StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST)) => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    /// The numbers of places that changed between two moments.
    pub fn changes(&self, from: UtcTime, to: UtcTime) -> Result<Vec<String>, FetchError> {
        let moment = |time: UtcTime| time.and_utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let mut all = Vec::new();
        for page in 1.. {
            let query = [
                ("startTimestamp", moment(from)),
                ("endTimestamp", moment(to)),
                ("page", page.to_string()),
                ("perPage", PER_PAGE.to_string()),
            ];
            let answer = self.get("changes/location", &query)?;
            let before = all.len();
            if let Some(Value::Array(ids)) = answer.get("changes") {
                all.extend(ids.iter().filter_map(|id| id.as_str().map(str::to_owned)));
            } else {
                all.extend(list(&answer, &["changes"]).into_iter().filter_map(|row| text(row, &["locationId"])));
            }
            let pages = whole(&answer, &["totalPages"], 0, 1_000_000).unwrap_or(1);
            if page >= pages || all.len() == before {
                return Ok(all);
            }
        }
        Ok(all)
    }
}
