//! The structs behind the templates: home, results, and how results are ordered.
use crate::catalogue::views::ServiceCard;
use crate::web::page::{Choice, Errors, Link, Page, Pagination, Row, Tile};
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
    /// What was not understood, and left out.
    pub notes: Vec<String>,
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
    /// Why results stand in this order, in sentences; the first says most of it.
    pub order: Vec<String>,
    /// "“hoover” also finds “cleaning”."
    pub also: Vec<String>,
    /// "2 services have all of your words. The others have some of them."
    pub relaxed: Option<String>,
    pub results: Vec<ServiceCard>,
    /// Other searches that find something, when this one finds little: "12 results without “4 stars and up”".
    pub close: Vec<Link>,
    /// The best of the first of these.
    pub near_misses: Vec<ServiceCard>,
    /// Why these are shown: "Without “4 stars and up”", "Within 10 miles".
    pub near_misses_reason: String,
    /// "I was looking for…", when nothing was found.
    pub wanted: Option<WantedForm>,
    /// Nothing: that form was not sent yet.
    pub no_errors: Errors,
    /// Where to say what is missing.
    pub wanted_href: String,
    /// List and map, each with its address; the one that is shown has none.
    pub list_href: Option<String>,
    pub map_href: Option<String>,
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

/// The filters beside the results: a panel whose parts unfold.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    pub groups: Vec<FilterGroup>,
    /// Pounds typed under `max_price`.
    pub max_price: String,
    /// What is wrong with `max_price`, if anything.
    pub max_price_problem: Option<String>,
    /// "3 filters on", for the closed panel on a phone; empty when none is.
    pub on: String,
    /// Shown as `map`.
    pub view: String,
}

/// One part of the panel.
#[derive(Clone, Debug, Default)]
pub struct FilterGroup {
    pub title: String,
    /// Whether it is unfolded from the start.
    pub open: bool,
    /// How many of its filters are on; empty when none is.
    pub on: String,
    /// Whether the highest price belongs to it.
    pub has_price: bool,
    /// A sentence below the title.
    pub hint: Option<String>,
    pub fields: Vec<FilterField>,
}

/// Checkboxes or radios of one name.
#[derive(Clone, Debug, Default)]
pub struct FilterField {
    pub legend: String,
    /// Whether the legend is for screen readers alone, because the group's title says it.
    pub quiet: bool,
    pub name: &'static str,
    pub radio: bool,
    pub picks: Vec<Pick>,
}

/// One checkbox or radio.
#[derive(Clone, Debug, Default)]
pub struct Pick {
    pub choice: Choice,
    /// The kind's name with dashes, for its colour.
    pub slug: Option<String>,
    /// Whether it stands below the one before it.
    pub under: bool,
}

/// "I was looking for…": what somebody did not find.
#[derive(Clone, Debug, Default)]
pub struct WantedForm {
    /// What they typed under `words`.
    pub words: String,
    /// What they typed under `near`.
    pub near: String,
    /// Categories, as a select called `category`; the first is "I am not sure".
    pub categories: Vec<Choice>,
    pub submission_key: String,
}

/// "I was looking for…" on a page of its own.
#[derive(Template)]
#[template(path = "search/wanted.html")]
pub struct WantedPage {
    pub page: Page,
    pub errors: Errors,
    pub form: WantedForm,
}

/// Thanks for saying so.
#[derive(Template)]
#[template(path = "search/wanted_thanks.html")]
pub struct WantedThanksPage {
    pub page: Page,
}

/// How results are ordered, for everybody to read.
#[derive(Template)]
#[template(path = "search/about.html")]
pub struct AboutSearchPage {
    pub page: Page,
    /// What counts, strongest first, from `search-index/ranking.toml`.
    pub weights: Vec<RankingRow>,
    /// What the sum of the words is multiplied by.
    pub factors: Vec<Row>,
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
