//! The structs behind the templates: One service, and the card that stands for it everywhere.
use crate::budgets::meaning_shown::MeaningShown;
use crate::budgets::views::MoneyPicture;
use crate::reviews::views::{Rating, RatingsSummary, ReviewShown};
use crate::web::page::{Link, Page, Row};
use askama::Template;

/// A service in a list.
#[derive(Clone, Debug, Default)]
pub struct ServiceCard {
    pub href: String,
    pub name: String,
    /// The kind's name: "support service".
    pub kind: String,
    /// The kind's name with dashes: its colour and mark.
    pub kind_slug: String,
    pub provider: String,
    /// "voluntary and community", "micro-provider".
    pub provider_type: String,
    /// One or two plain sentences.
    pub summary: String,
    /// "0.4 miles away"; empty when no place was given.
    pub distance: Option<String>,
    /// "Sale Moor, Trafford" or "Comes to homes in Trafford".
    pub place: String,
    /// "£18.50 an hour", "from £12 a session".
    pub price: Option<String>,
    /// Open to anyone at no cost; shown instead of a price.
    pub free: bool,
    /// "Lasts 31 weeks from your budget", for a signed-in budget holder.
    pub means_for_budget: Option<String>,
    pub rating: Option<Rating>,
    /// Registered with a regulator, and checked: "Care Quality Commission".
    pub registered: Option<String>,
    /// "3 places free", "Waiting time about 2 weeks".
    pub places: Option<String>,
    /// Invented for the demo; otherwise from open data.
    pub invented: bool,
    /// "12 March 2026".
    pub last_checked: String,
    /// The number of its pin on the map beside the list.
    pub pin: Option<u32>,
    /// The button that keeps it on the visitor's shortlist, where there is one.
    pub keep: Option<KeepButton>,
}

/// The button that keeps a service on the visitor's shortlist, or lets it go.
#[derive(Clone, Debug, Default)]
pub struct KeepButton {
    /// Which service.
    pub id: String,
    /// Whether it is on the list.
    pub kept: bool,
    /// Where the page goes on.
    pub next: String,
}

/// Everything a service tells.
#[derive(Template)]
#[template(path = "catalogue/service.html")]
pub struct ServicePage {
    pub page: Page,
    /// Where it is put into one's own support plan; none for who is not here for themselves.
    pub plan_href: Option<String>,
    /// Back to the results this was opened from.
    pub back_href: String,
    pub name: String,
    pub kind: String,
    pub kind_slug: String,
    pub provider: ProviderBox,
    /// What it is, in paragraphs.
    pub description: Vec<String>,
    /// Needs it is for: "older people".
    pub needs: Vec<String>,
    /// "18 and over".
    pub ages: Option<String>,
    /// Taxonomy terms, each leading to its search.
    pub categories: Vec<Link>,
    /// Address, line by line; empty for a service that comes to people.
    pub address: Vec<String>,
    /// "Comes to homes in Sale, Stretford and Urmston (M33, M32, M41)".
    pub area_served: Option<String>,
    /// "0.4 miles from M33 7".
    pub distance: Option<String>,
    /// Opening times: day and hours.
    pub opening: Vec<Row>,
    /// "Next: Tuesday 1 December, 10am".
    pub next_on: Option<String>,
    /// Languages spoken besides English.
    pub languages: Option<String>,
    /// Which money it takes, in a sentence; none where nothing is to pay.
    pub funding: Option<String>,
    /// What was checked of the provider and holds.
    pub checks: Vec<CheckShown>,
    /// What it means for the visitor's budget.
    pub meaning: Option<MeaningShown>,
    /// The button that keeps it on the visitor's shortlist.
    pub keep: KeepButton,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub website: Option<String>,
    /// SVG made on the server; trusted markup.
    pub map: Option<String>,
    /// A street map on another site, for whoever wants to go there.
    pub street_map_href: Option<String>,
    /// Open to anyone at no cost.
    pub free: bool,
    pub prices: Vec<PriceOption>,
    /// Whether any price was different before.
    pub has_past: bool,
    /// How the price is made up: direct cost, management, overhead.
    pub price_made_of: Option<MoneyPicture>,
    pub buy: BuyBox,
    /// Where people ask the provider something.
    pub ask_href: Option<String>,
    /// "3 places free now".
    pub places: Option<String>,
    /// "People wait about 2 weeks".
    pub waiting: Option<String>,
    /// "Step-free entrance", "Hearing loop".
    pub accessibility: Vec<String>,
    pub regulation: Option<Regulation>,
    pub ratings: Option<RatingsSummary>,
    pub reviews: Vec<ReviewShown>,
    /// "Showing 5 of 23 reviews", when there are more.
    pub more_reviews: Option<Link>,
    pub origin: Origin,
    /// How true it is kept: doubts, and where to say that it is wrong.
    pub upkeep: Upkeep,
    /// Services like this one.
    pub similar: Vec<ServiceCard>,
}

/// Who offers a service.
#[derive(Clone, Debug, Default)]
pub struct ProviderBox {
    pub name: String,
    /// "user-led organisation".
    pub provider_type: String,
    /// One or two sentences about them.
    pub about: Option<String>,
    /// Charity or company number: "Charity 1062536".
    pub registration: Option<String>,
    /// "On Trafford's preferred-provider list".
    pub on_list: Option<String>,
}

/// One way to pay for a service (Open Referral: a cost option).
#[derive(Clone, Debug, Default)]
pub struct PriceOption {
    /// "Weekday daytime".
    pub label: String,
    /// "£18.50".
    pub amount: String,
    /// "hour".
    pub unit: String,
    /// "Monday to Friday, 7am to 7pm".
    pub when: String,
    /// What it includes.
    pub includes: String,
    /// "since 1 April 2026".
    pub since: Option<String>,
    /// "from 1 April 2027: £19.40".
    pub coming: Vec<String>,
    /// "until 31 March 2025: £17.90".
    pub past: Vec<String>,
}

/// A paper of the provider that was checked and holds.
#[derive(Clone, Debug, Default)]
pub struct CheckShown {
    /// "Insurance".
    pub label: String,
    /// Its number or level: "Enhanced DBS with barred lists".
    pub detail: String,
    /// "Checked by Trafford on 3 March 2026, holds until 2 March 2027".
    pub when: String,
}

/// What the box beside the service offers to do; for a free service nothing: people just go.
#[derive(Clone, Debug, Default)]
pub struct BuyBox {
    /// Where a budget holder buys.
    pub buy_href: Option<String>,
    /// "£74 a week. Your budget lasts 31 weeks."
    pub means_for_budget: Option<String>,
    /// Where a visitor signs in first.
    pub sign_in_href: Option<String>,
    /// Why it cannot be bought by this person, as a sentence.
    pub why_not: Option<String>,
}

/// What a regulator says about a service, and where we know it from.
#[derive(Clone, Debug, Default)]
pub struct Regulation {
    /// "Care Quality Commission".
    pub regulator: String,
    /// Registration number: "1-123456789".
    pub number: String,
    /// "Good"; none when not yet inspected.
    pub rating: Option<String>,
    /// "Inspected 12 March 2024, 2 years ago".
    pub inspected: Option<String>,
    /// Whether the rating was given to an earlier owner of the same place.
    pub inherited: bool,
    /// Where we checked: "CQC locations file, 1 June 2025".
    pub source: String,
    /// "Checked 3 March 2026".
    pub checked: String,
    /// The regulator's own page.
    pub href: Option<String>,
}

/// Where what the page says comes from, and how fresh it is.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// Invented for the demo.
    pub invented: bool,
    /// "Trafford Data Lab: Libraries in Greater Manchester"; empty when invented.
    pub source: String,
    pub source_href: Option<String>,
    /// "Open Government Licence v3.0".
    pub licence: Option<String>,
    /// "12 March 2026".
    pub last_checked: String,
}

/// How true an entry is kept.
#[derive(Clone, Debug, Default)]
pub struct Upkeep {
    /// "Somebody says that this may be out of date.", when nobody answered in time.
    pub doubt: Option<String>,
    /// "by its provider"
    pub checked_how: Option<String>,
    /// Where anybody says that it is wrong.
    pub wrong_href: String,
    /// Where anybody reads whom to ring.
    pub concern_href: String,
}
