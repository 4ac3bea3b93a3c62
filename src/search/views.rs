//! The structs behind the templates: home, results, and how results are ordered.
use crate::catalogue::views::ServiceCard;
use crate::web::page::{Choice, Link, Page, Pagination, Tile};
use askama::Template;

/// The front door.
#[derive(Template)]
#[template(path = "search/home.html")]
pub struct HomePage {
    pub page: Page,
    /// Every kind of service, with how many there are.
    pub kinds: Vec<KindTile>,
    /// Searches to try: "library near M33 7".
    pub examples: Vec<Link>,
    /// Three or four figures about what is here.
    pub figures: Vec<Tile>,
}

/// One kind of service on the home page.
#[derive(Clone, Debug, Default)]
pub struct KindTile {
    /// The kind's name: "support service".
    pub label: String,
    /// The kind's name with dashes: its colour and mark.
    pub slug: String,
    /// A few words about it: "Help at home, company, a break for carers".
    pub about: String,
    /// "214 services".
    pub count: String,
    /// Where it leads: `/search?kind=…`.
    pub href: String,
}

/// What a search found.
#[derive(Template)]
#[template(path = "search/results.html")]
pub struct ResultsPage {
    pub page: Page,
    /// What was typed under "what".
    pub q: String,
    /// What was typed under "near".
    pub near: String,
    /// The heading: "34 results for “library” near M33 7" or "Everything on Waymark".
    pub heading: String,
    /// The place as understood: "M33 7, Sale, Trafford".
    pub place: Option<String>,
    /// Why the place was not understood: a sentence; results are then not ordered by distance.
    pub place_problem: Option<String>,
    /// "Did you mean library?": the words with a link to that search.
    pub did_you_mean: Option<Link>,
    /// "We searched for library instead of libary": the words used, with a link to search exactly as typed.
    pub searched_instead: Option<SearchedInstead>,
    /// "Showing 1 to 20 of 34".
    pub range: String,
    /// In which order, as a select called `sort`.
    pub sorts: Vec<Choice>,
    pub filters: Filters,
    /// Filters that are on, each with the address without it.
    pub chosen: Vec<Link>,
    /// The address of this search, to save it.
    pub save_address: String,
    /// The address without any filter.
    pub clear_href: String,
    /// One sentence on why results stand in this order.
    pub order_sentence: String,
    pub results: Vec<ServiceCard>,
    /// What is close to what was asked, when nothing was found.
    pub near_misses: Vec<ServiceCard>,
    /// Why these are shown: "Without the filter “4 stars and up”", "Within 10 miles".
    pub near_misses_reason: String,
    /// SVG made on the server, with numbered pins that match the cards; trusted markup.
    pub map: Option<String>,
    pub pagination: Pagination,
}

/// A spelling that was put right without asking.
#[derive(Clone, Debug, Default)]
pub struct SearchedInstead {
    /// The words that were used.
    pub used: String,
    /// The words that were typed.
    pub typed: String,
    /// Address that searches for exactly what was typed.
    pub exact_href: String,
}

/// The filters beside the results; each list is sent under its own name.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    /// Checkboxes called `kind`.
    pub kinds: Vec<KindChoice>,
    /// Checkboxes called `category`.
    pub categories: Vec<Choice>,
    /// Radios called `min_rating`: any, 3, 4.
    pub ratings: Vec<Choice>,
    /// Pounds typed under `max_price`.
    pub max_price: String,
    /// What is wrong with `max_price`, if anything.
    pub max_price_problem: Option<String>,
    /// "3 filters on", for the closed panel on a phone; empty when none is.
    pub on: String,
}

/// A kind of service as a checkbox with its mark.
#[derive(Clone, Debug, Default)]
pub struct KindChoice {
    /// The kind's name with dashes: its colour and mark.
    pub slug: String,
    pub choice: Choice,
}

/// How results are ordered, for everybody to read.
#[derive(Template)]
#[template(path = "search/about.html")]
pub struct AboutSearchPage {
    pub page: Page,
    /// What counts, strongest first, from `search-index/ranking.toml`.
    pub weights: Vec<RankingRow>,
}

/// One thing that counts in the order of results.
#[derive(Clone, Debug, Default)]
pub struct RankingRow {
    /// "Words in the name of the service".
    pub what: String,
    /// How much, in words or a number: "8".
    pub weight: String,
    /// How long its bar is, 0 to 100.
    pub percent: u32,
    /// Why it counts.
    pub why: String,
}
