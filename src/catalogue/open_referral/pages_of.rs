//! The pages of a feed at an address: whichever version it speaks, whatever its envelope looks like.

use std::collections::HashSet;
use std::path::Path;

use futures_util::{StreamExt, stream};
use serde_json::Value;
use tokio::runtime::Runtime;
use url::Url;

use super::fetch::{FetchError, Fetcher};
use super::file::{FileError, records_of};
use super::reading::{field, moment, text, whole};
use super::record::source_id;
use super::take_in::TakeInError;

/// Rows that are asked for at once; many servers give what they like.
const PER_PAGE: u32 = 100;

/// The most pages of one feed.
const MOST_PAGES: i32 = 50_000;

/// What a row has when it is more than a row.
const WHOLE: [&str; 14] = [
    "attributes",
    "schedules",
    "regular_schedules",
    "service_at_locations",
    "service_areas",
    "cost_options",
    "contacts",
    "languages",
    "funding",
    "service_taxonomys",
    "service_taxonomies",
    "eligibilitys",
    "eligibilities",
    "locations",
];

/// One page.
pub struct Page {
    /// Its number.
    pub number: i32,
    /// Its records.
    pub records: Vec<Value>,
}

/// Walks through the pages.
pub struct Pages {
    fetcher: Fetcher,
    runtime: Runtime,
    base: Url,
    next: i32,
    seen: HashSet<u64>,
    before: i32,
    total: Option<i32>,
    over: bool,
    whole_document: Option<Vec<Value>>,
    problem: Option<String>,
}

impl Pages {
    /// The pages of the feed at this address, from this one on; so many records were read before.
    pub fn of(address: &str, fetcher: Fetcher, next: i32, before: i32) -> Result<Self, TakeInError> {
        let base = Url::parse(address).map_err(|_not_one| FetchError::NotAnAddress(address.to_owned()))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|cause| FetchError::Network(cause.to_string()))?;
        let mut pages = Self {
            fetcher,
            runtime,
            base,
            next,
            seen: HashSet::new(),
            before,
            total: None,
            over: false,
            whole_document: None,
            problem: None,
        };
        pages.find_beginning();
        Ok(pages)
    }

    /// The address may be that of the feed, of its list of services, or of a document that holds all of them.
    fn find_beginning(&mut self) {
        let mut path = self.base.path().trim_end_matches('/').to_owned();
        if let Some(stub) = path.strip_suffix("/services") {
            path = stub.to_owned();
        } else if Path::new(&path).extension().is_some_and(|end| end == "json" || end == "ndjson") {
            if let Ok(body) =
                self.runtime.block_on(self.fetcher.bytes_with(&self.base, &reqwest::header::HeaderMap::new()))
            {
                let mut records = Vec::new();
                let read = super::file::read(body.as_slice(), |record: Result<Value, String>| {
                    records.extend(record.ok());
                    true
                });
                self.problem = read.err().map(|cause| cause.to_string());
                self.whole_document = Some(records);
            }
            return;
        }
        self.base.set_path(&path);
        self.base.set_fragment(None);
    }

    fn address(&self, of: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{of}", self.base.path().trim_end_matches('/')));
        url
    }

    /// The next page; none after the last.
    pub fn next_page(&mut self) -> Result<Option<Page>, TakeInError> {
        if let Some(records) = self.whole_document.take() {
            self.over = true;
            return Ok(Some(Page { number: 1, records }));
        }
        if self.over {
            return Ok(None);
        }
        if self.next > MOST_PAGES {
            self.over = true;
            self.problem = Some(format!("there are more than {MOST_PAGES} pages"));
            return Ok(None);
        }
        let mut url = self.address("services");
        url.query_pairs_mut()
            .append_pair("page", &self.next.to_string())
            .append_pair("per_page", &PER_PAGE.to_string())
            .append_pair("full", "true");
        let answer = self.runtime.block_on(self.fetcher.json(&url))?;
        let number = self.next;
        let total_pages = whole(&answer, &["total_pages", "totalpages"], 0, i32::MAX);
        let total = whole(&answer, &["total_items", "totalelements", "total"], 0, i32::MAX);
        let last = field(&answer, &["last_page", "last"]).and_then(Value::as_bool);
        let Ok(records) = records_of(answer) else { return Err(FileError::NothingThere.into()) };
        self.total = total.or(self.total);
        let mut fresh = 0;
        for record in &records {
            let known = source_id(record).is_some_and(|id| !self.seen.insert(hash(&id)));
            fresh += i32::from(!known);
        }
        self.next += 1;
        // Some say "last" on no page, some on every page: what adds up counts more than what is said.
        let by_count = total_pages.is_some_and(|pages| number >= pages);
        if records.is_empty() || by_count || (last == Some(true) && total_pages.is_none_or(|pages| number >= pages)) {
            self.over = true;
        } else if fresh == 0 {
            self.over = true;
            self.problem = Some(format!("page {number} brings nothing new, so the feed goes round in circles"));
            return Ok(None);
        }
        if records.is_empty() {
            return Ok(None);
        }
        Ok(Some(Page { number, records }))
    }

    /// Why what was read is not everything; none if it is.
    #[must_use]
    pub fn why_not_all(&self) -> Option<String> {
        if self.problem.is_some() {
            return self.problem.clone();
        }
        let read = i32::try_from(self.seen.len()).unwrap_or(i32::MAX).saturating_add(self.before);
        let total = self.total.filter(|total| *total > read)?;
        Some(format!("the feed says that it has {total} services and gave {read}"))
    }

    /// Fetches the whole record for each row that is only a row, a few at once. `known` gives the one that we have, if it
    /// is still as new.
    pub fn with_everything(
        &self,
        rows: Vec<Value>,
        known: impl Fn(&Value) -> Option<Value>,
    ) -> Vec<Result<Value, String>> {
        let fetched = stream::iter(rows.into_iter().map(|row| {
            let is_whole = WHOLE.iter().any(|name| field(&row, &[name]).is_some());
            let have = if is_whole { Some(row.clone()) } else { known(&row) };
            let address = source_id(&row).map(|id| {
                let id = percent_encoding::utf8_percent_encode(&id, percent_encoding::NON_ALPHANUMERIC).to_string();
                self.address(&format!("services/{id}"))
            });
            async move {
                if let Some(have) = have {
                    return Ok(have);
                }
                let Some(url) = address else { return Ok(row) }; // without an id it is refused anyway
                let problem = match self.fetcher.json(&url).await {
                    Ok(whole) if whole.is_object() => return Ok(whole),
                    Ok(_) => "it holds no service".to_owned(),
                    Err(problem) => problem.to_string(),
                };
                // Less than was there before must not take its place: the row is refused, and what stands here stays.
                let mut row = row;
                row["x_unreachable"] = problem.into();
                Ok(row)
            }
        }))
        .buffered(self.fetcher.at_once())
        .collect::<Vec<Result<Value, String>>>();
        self.runtime.block_on(fetched)
    }
}

fn hash(id: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

/// Whether what we have is the same record as the row, and the row tells of no later change.
#[must_use]
pub fn is_newer_than(have: &Value, row: &Value) -> bool {
    let changed = |value| moment(value, &["last_modified", "updated_at", "modified_date"]);
    source_id(have) == source_id(row)
        && changed(row).is_some()
        && changed(have) == changed(row)
        && text(have, &["name"]) == text(row, &["name"])
}
