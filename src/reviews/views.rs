//! The structs behind the templates: Ratings and reviews.
use crate::purchasing::views::StateTag;
use crate::verification::views::StepShown;
use crate::web::page::{Choice, Errors, Page, Pagination};
use askama::Template;

/// A score with the number of people behind it.
#[derive(Clone, Debug, Default)]
pub struct Rating {
    /// "4.6".
    pub score: String,
    /// The score in half stars, 0 to 10.
    pub half_stars: u32,
    /// "23 ratings".
    pub count: String,
}

/// How a service is rated, with the spread.
#[derive(Clone, Debug, Default)]
pub struct RatingsSummary {
    pub rating: Rating,
    /// Five stars first.
    pub spread: Vec<SpreadRow>,
    /// Reliability, kindness, communication, value, what matters to me.
    pub aspects: Vec<AspectScore>,
}

/// How many gave one number of stars.
#[derive(Clone, Debug, Default)]
pub struct SpreadRow {
    /// "5 stars".
    pub label: String,
    pub count: String,
    /// How long its bar is, 0 to 100.
    pub percent: u32,
}

/// The mean for one aspect.
#[derive(Clone, Debug, Default)]
pub struct AspectScore {
    pub label: String,
    /// "4.8".
    pub score: String,
    pub half_stars: u32,
}

/// One published review.
#[derive(Clone, Debug, Default)]
pub struct ReviewShown {
    /// "Amira K." or "Somebody who bought this".
    pub who: String,
    pub half_stars: u32,
    /// "5 out of 5".
    pub stars: String,
    /// "March 2026".
    pub when: String,
    /// Words, in paragraphs; may be empty.
    pub words: Vec<String>,
    /// Whether it follows a purchase made here.
    pub verified: bool,
    /// Said about it: invented for the demo.
    pub invented: bool,
    pub reply: Option<Reply>,
    /// Where anybody says that it should not stand.
    pub report_href: String,
}

/// The provider's answer to a review.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    pub provider: String,
    pub when: String,
    pub words: String,
}

/// The form that rates. Posts to `/purchases/{id}/review`.
#[derive(Template)]
#[template(path = "reviews/review.html")]
pub struct ReviewPage {
    pub page: Page,
    pub action: String,
    pub back_href: String,
    pub service: String,
    pub provider: String,
    /// Radios called `stars`: the number chosen, 0 for none.
    pub stars: u32,
    /// Radios per aspect, called by its `name`.
    pub aspects: Vec<AspectAsked>,
    /// As typed.
    pub words: String,
    pub anonymous: bool,
    /// Whether a rating given before is being changed.
    pub changing: bool,
    pub errors: Errors,
}

/// One aspect to rate; none is required.
#[derive(Clone, Debug, Default)]
pub struct AspectAsked {
    /// Name of the field: `kindness`.
    pub name: String,
    /// "Kindness".
    pub label: String,
    /// The number chosen, 0 for none.
    pub stars: u32,
}

/// Every review that was removed, and why.
#[derive(Template)]
#[template(path = "reviews/removed.html")]
pub struct RemovalsPage {
    pub page: Page,
    pub removals: Vec<RemovalShown>,
    pub pagination: Pagination,
}

/// One removal: neither words nor writer.
#[derive(Clone, Debug, Default)]
pub struct RemovalShown {
    pub service: String,
    /// "2 stars"
    pub stars: String,
    pub when: String,
    pub reason: String,
}

/// The form that reports a review.
#[derive(Template)]
#[template(path = "reviews/report.html")]
pub struct ReportReviewPage {
    pub page: Page,
    pub action: String,
    pub back_href: String,
    pub service: String,
    pub words_of_review: Vec<String>,
    pub stars: String,
    pub choices: Vec<Choice>,
    pub words: String,
    /// Whether it was just sent.
    pub thanked: bool,
    pub errors: Errors,
}

/// What people say of a provider's services, with the form that answers.
#[derive(Template)]
#[template(path = "reviews/own.html")]
pub struct OwnReviewsPage {
    pub page: Page,
    pub reviews: Vec<OwnReview>,
    pub pagination: Pagination,
    pub errors: Errors,
}

/// One review as its provider sees it.
#[derive(Clone, Debug, Default)]
pub struct OwnReview {
    pub id: String,
    pub service: String,
    pub who: String,
    pub half_stars: u32,
    pub stars: String,
    pub when: String,
    pub words: Vec<String>,
    pub reply: Option<Reply>,
    /// Where the answer goes, while there is none.
    pub reply_path: Option<String>,
    pub typed: String,
    pub problem: Option<String>,
}

/// Reviews that wait for a moderator.
#[derive(Template)]
#[template(path = "reviews/queue.html")]
pub struct ReviewQueuePage {
    pub page: Page,
    pub waiting: Vec<ReviewRow>,
}

/// One review in the queue.
#[derive(Clone, Debug, Default)]
pub struct ReviewRow {
    pub href: String,
    pub service: String,
    pub provider: String,
    pub words: String,
    pub why: String,
    pub state: StateTag,
}

/// One review, what people say about it, and the decision.
#[derive(Template)]
#[template(path = "reviews/decide.html")]
pub struct DecidePage {
    pub page: Page,
    pub service: String,
    pub service_href: String,
    pub provider: String,
    pub who: String,
    pub stars: String,
    pub half_stars: u32,
    pub when: String,
    pub words: Vec<String>,
    pub state: StateTag,
    /// Whether it may tell of harm.
    pub danger: bool,
    pub objections: Vec<String>,
    pub decisions: Vec<StepShown>,
    pub action: String,
    pub choices: Vec<Choice>,
    pub reason: String,
    pub errors: Errors,
}
