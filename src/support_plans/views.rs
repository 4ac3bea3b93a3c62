//! The structs behind the templates: the seven steps, the plan, its parts, its agreement and its reviews.
use crate::budgets::views::MoneyPicture;
use crate::providers::services::form::Field;
use crate::purchasing::views::StateTag;
use crate::web::page::{Choice, Errors, Link, Page};
use askama::Template;

use super::difference::Changed;

/// Whose support the visitor looks after, besides their own.
#[derive(Template)]
#[template(path = "support_plans/people.html")]
pub struct PeoplePage {
    pub page: Page,
    /// Whether the visitor belongs to a council themselves.
    pub own: Option<String>,
    pub people: Vec<Link>,
}

/// The seven steps of one person's support.
#[derive(Template)]
#[template(path = "support_plans/overview.html")]
pub struct OverviewPage {
    pub page: Page,
    pub person: Option<String>,
    pub authority: String,
    pub steps: Vec<StepShown>,
    pub may_invite: bool,
}

/// One of the seven steps.
#[derive(Clone, Debug, Default)]
pub struct StepShown {
    pub number: usize,
    pub title: String,
    /// Where it stands, in a sentence.
    pub about: String,
    pub tag: StateTag,
    pub links: Vec<Link>,
    pub is_current: bool,
}

/// Beginning a plan.
#[derive(Template)]
#[template(path = "support_plans/begin.html")]
pub struct BeginPage {
    pub page: Page,
    pub back: String,
    pub person: Option<String>,
    pub action: String,
    pub may_write: bool,
    pub budget: Option<String>,
    pub templates: Vec<TemplateShown>,
    pub shared_href: String,
}

/// A plan to begin with.
#[derive(Clone, Debug, Default)]
pub struct TemplateShown {
    pub key: String,
    pub name: String,
    pub about: String,
}

/// A whole plan.
#[derive(Template)]
#[template(path = "support_plans/plan.html")]
pub struct PlanPage {
    pub page: Page,
    pub back: String,
    pub base: String,
    pub person: Option<String>,
    pub tag: StateTag,
    /// Where it stands, in one or two sentences.
    pub sentence: String,
    /// Whether what is shown may be changed on this page.
    pub may_write: bool,
    pub may_comment: bool,
    pub may_hand_over: bool,
    /// "the day on which it begins"; nothing when it is complete.
    pub missing: Vec<String>,
    /// "Take it back", "Change the plan"; nothing where neither is possible.
    pub reopen_label: Option<String>,
    pub sign_href: Option<String>,
    pub agree_href: Option<String>,
    pub matters: String,
    pub outcomes: Vec<EntryShown>,
    pub risks: Vec<EntryShown>,
    pub circle: Vec<EntryShown>,
    pub lines: Vec<LineShown>,
    pub money: CostShown,
    pub begins: Option<String>,
    pub comments: Vec<CommentShown>,
    pub versions: Vec<VersionLine>,
    /// Plans of others.
    pub shared_href: String,
    /// Where somebody shares it without their name.
    pub share_href: Option<String>,
}

/// What a plan costs, as a picture and in words.
#[derive(Clone, Debug, Default)]
pub struct CostShown {
    pub picture: MoneyPicture,
    /// "£1,204 of your indicative budget is left for the year."
    pub sentence: String,
    pub is_over: bool,
    /// "£132 a week, £6,882.86 for the year from 1 June 2026"
    pub against: Option<String>,
    pub contingency_for: String,
}

/// One entry of a plan with what was said of it.
#[derive(Clone, Debug, Default)]
pub struct EntryShown {
    pub key: String,
    pub words: String,
    /// Further words, each with what they are.
    pub more: Vec<String>,
    pub edit_href: String,
    pub remove_path: String,
    pub comments: Vec<CommentShown>,
}

/// One line.
#[derive(Clone, Debug, Default)]
pub struct LineShown {
    pub entry: EntryShown,
    /// The service's page, for what is in the catalogue.
    pub service_href: Option<String>,
    /// "2 sessions every week at £6.50"
    pub how: String,
    /// "£13 a week" or "Free"
    pub cost: String,
    /// "£677.86 in the year"
    pub year: String,
    pub is_free: bool,
    pub is_wanted: bool,
}

/// One comment.
#[derive(Clone, Debug, Default)]
pub struct CommentShown {
    pub words: String,
    /// "Cate Example, care manager, 20 May 2026"
    pub by: String,
    pub settle_path: Option<String>,
    pub is_settled: bool,
}

/// One version in a list.
#[derive(Clone, Debug, Default)]
pub struct VersionLine {
    pub href: String,
    /// "Version 2"
    pub name: String,
    /// "handed over on 20 May 2026 by Amira Khan · signed by both"
    pub about: String,
}

/// One version, and what changed since the one before.
#[derive(Template)]
#[template(path = "support_plans/version.html")]
pub struct VersionPage {
    pub page: Page,
    pub back: String,
    pub name: String,
    pub about: String,
    /// "version 1"; none for the first.
    pub before: Option<String>,
    pub changed: Vec<Changed>,
    pub stood: PlainPlan,
    pub checks: Vec<CheckShown>,
    pub agreed: Vec<crate::web::page::Row>,
    pub signatures: Vec<String>,
}

/// A plan to read, without buttons.
#[derive(Clone, Debug, Default)]
pub struct PlainPlan {
    pub matters: String,
    pub outcomes: Vec<EntryShown>,
    pub risks: Vec<EntryShown>,
    pub circle: Vec<EntryShown>,
    pub lines: Vec<LineShown>,
    pub money: CostShown,
}

/// One check as it was answered.
#[derive(Clone, Debug, Default)]
pub struct CheckShown {
    pub slug: String,
    pub question: String,
    pub yes: bool,
    pub no: bool,
    pub note: String,
    /// "Cate Example, 20 May 2026"
    pub by: String,
}

/// One part of a plan as a form.
#[derive(Template)]
#[template(path = "support_plans/part.html")]
pub struct PartPage {
    pub page: Page,
    pub back: String,
    pub person: Option<String>,
    pub heading: String,
    pub about: String,
    pub action: String,
    pub fields: Vec<Field>,
    pub errors: Errors,
}

/// One line as a form, with what it costs while it is typed.
#[derive(Template)]
#[template(path = "support_plans/line.html")]
pub struct LinePage {
    pub page: Page,
    pub back: String,
    pub heading: String,
    pub action: String,
    /// The service of the catalogue: its name, its provider and its page.
    pub service: Option<(String, String, String)>,
    pub service_id: String,
    /// Its prices; the chosen one counts.
    pub prices: Vec<PriceChoice>,
    pub fields: Vec<Field>,
    pub after: Vec<Field>,
    pub rhythms: Vec<Choice>,
    pub quantity: String,
    pub price: String,
    pub is_free: bool,
    /// What it comes to, once it was worked out.
    pub worked_out: Option<String>,
    pub is_over: bool,
    /// For sums while typing: the days of the year, and what is left in pence without this line.
    pub days: i64,
    pub left_pence: Option<i64>,
    pub find_href: String,
    pub errors: Errors,
}

/// One price of a service.
#[derive(Clone, Debug, Default)]
pub struct PriceChoice {
    pub value: String,
    pub label: String,
    pub pence: i64,
    pub chosen: bool,
}

/// Finding a service for a plan.
#[derive(Template)]
#[template(path = "support_plans/find.html")]
pub struct FindPage {
    pub page: Page,
    pub back: String,
    pub q: String,
    pub asked: bool,
    pub found: Vec<FoundShown>,
    pub own_words_href: String,
}

/// A service that was found.
#[derive(Clone, Debug, Default)]
pub struct FoundShown {
    pub kind_slug: String,
    pub name: String,
    pub provider: String,
    pub summary: String,
    /// "from £18 an hour" or "Free"
    pub price: String,
    pub add_href: String,
}

/// The council's checks, and what it agrees.
#[derive(Template)]
#[template(path = "support_plans/agreement.html")]
pub struct AgreementPage {
    pub page: Page,
    pub back: String,
    pub person: String,
    pub action: String,
    pub version: String,
    pub checks: Vec<CheckShown>,
    pub money: CostShown,
    /// "£132 a week"
    pub indicative: Option<String>,
    /// What held before: "£150 a week since 6 April 2026"
    pub before: Option<String>,
    pub weekly: String,
    pub reason: String,
    pub from: String,
    pub bridge_weeks: String,
    pub words: String,
    pub outcomes: Vec<EntryShown>,
    pub errors: Errors,
}

/// What a person signs.
#[derive(Template)]
#[template(path = "support_plans/signing.html")]
pub struct SigningPage {
    pub page: Page,
    pub back: String,
    pub person: Option<String>,
    pub authority: String,
    pub weekly: String,
    pub rows: Vec<crate::web::page::Row>,
    pub reason: String,
    pub differs: bool,
    pub action: String,
    pub decline: String,
    pub may_sign: bool,
    pub routes: Vec<Choice>,
    /// Who holds it, as it was typed.
    pub holder: String,
    pub checks: Vec<CheckShown>,
    pub words: String,
    pub errors: Errors,
}

/// A care manager's plans and reviews.
#[derive(Template)]
#[template(path = "support_plans/desk.html")]
pub struct DeskPage {
    pub page: Page,
    pub authority: String,
    pub waiting: Vec<DeskLine>,
    pub reviews: Vec<DeskLine>,
    pub others: Vec<DeskLine>,
}

/// One person on that desk.
#[derive(Clone, Debug, Default)]
pub struct DeskLine {
    pub href: String,
    pub person: String,
    pub about: String,
    pub tag: StateTag,
    pub action: Link,
}

/// A review, to be held or held.
#[derive(Template)]
#[template(path = "support_plans/review.html")]
pub struct ReviewPage {
    pub page: Page,
    pub back: String,
    pub person: Option<String>,
    pub heading: String,
    pub about: String,
    pub action: Option<String>,
    pub outcomes: Vec<OutcomeShown>,
    pub worked: String,
    pub did_not: String,
    pub next: String,
    pub risks: Vec<Choice>,
    pub change: bool,
    pub errors: Errors,
}

/// One outcome in a review.
#[derive(Clone, Debug, Default)]
pub struct OutcomeShown {
    pub key: String,
    pub words: String,
    pub sign: String,
    pub choices: Vec<Choice>,
    /// "achieved"
    pub came: String,
    pub tag: StateTag,
    pub said: String,
}

/// Sharing a plan without names.
#[derive(Template)]
#[template(path = "support_plans/sharing.html")]
pub struct SharingPage {
    pub page: Page,
    pub back: String,
    pub action: String,
    pub withdraw: String,
    pub is_shared: bool,
    pub worked: String,
    pub stood: PlainPlan,
    pub errors: Errors,
}

/// Plans of others.
#[derive(Template)]
#[template(path = "support_plans/shared_plans.html")]
pub struct SharedPlansPage {
    pub page: Page,
    pub back: String,
    pub found: Vec<SharedCard>,
}

/// One of them, in short.
#[derive(Clone, Debug, Default)]
pub struct SharedCard {
    pub href: String,
    pub who: String,
    pub matters: String,
    pub outcomes: Vec<String>,
}

/// One plan that somebody shares.
#[derive(Template)]
#[template(path = "support_plans/shared.html")]
pub struct SharedPage {
    pub page: Page,
    pub back: String,
    pub who: String,
    pub worked: String,
    /// Where something is taken over; none for who may not write.
    pub action: Option<String>,
    pub stood: PlainPlan,
}
