//! The structs behind the templates: Buying, delivering, invoicing, settling.
use crate::budgets::views::MoneyPicture;
use crate::providers::views::DeskNav;
use crate::web::page::{Errors, Link, Page, Pagination, Tile};
use askama::Template;

/// A state as a small label: class is the word with dashes (`requested`, `fewer`, `available`…).
#[derive(Clone, Debug, Default)]
pub struct StateTag {
    /// "requested".
    pub label: String,
    /// Its colour: a purchase, delivery or invoice state, or a part of a budget.
    pub class: String,
}

/// One purchase in a list.
#[derive(Clone, Debug, Default)]
pub struct PurchaseRow {
    pub href: String,
    pub service: String,
    /// The provider for a budget holder; the person for a provider.
    pub with: String,
    pub kind_slug: String,
    /// "4 hours".
    pub quantity: String,
    /// "£74.00".
    pub total: String,
    pub state: StateTag,
    /// "Asked for on 1 March 2026".
    pub when: String,
}

/// The form that buys. Posts to `/budgets/{budget_id}/purchases`; the button's `step` is `check` or `buy`.
#[derive(Template)]
#[template(path = "purchasing/buy.html")]
pub struct BuyPage {
    pub page: Page,
    pub service: String,
    pub service_id: String,
    pub service_href: String,
    pub kind_slug: String,
    pub provider: String,
    /// The budget that pays.
    pub budget_id: String,
    pub budget_name: String,
    pub available: String,
    /// The same amount in pence, for the script that shows the cost at once.
    pub available_pence: i64,
    /// Other budgets to pay from: name and address of this form with it.
    pub other_budgets: Vec<Link>,
    /// The budget as it is now.
    pub picture: MoneyPicture,
    /// Radios called `option`.
    pub options: Vec<BuyOption>,
    /// Radios called `part`, where the budget is held in several ways.
    pub parts: Vec<Part>,
    /// As typed.
    pub quantity: String,
    /// As typed, `2026-03-01`.
    pub start_on: String,
    /// The first date that may be chosen.
    pub earliest: String,
    /// As typed.
    pub note: String,
    pub submission_key: String,
    /// What was answered to the question of a rule.
    pub answer: String,
    /// What budgets may be used for.
    pub rules_href: String,
    /// "5 working days": how soon a challenge is answered.
    pub within: String,
    /// A rule that said no, or that asks something.
    pub on_the_way: Option<crate::spending_rules::views::RuleOnTheWay>,
    pub errors: Errors,
    /// What the cost would be, after "Work out the cost", or when there is not enough.
    pub check: Option<Check>,
}

/// One part of a budget as a radio.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// The way of holding it.
    pub value: String,
    /// "Kept by the council"
    pub label: String,
    /// "The council pays what you decide. 40 % of your budget"
    pub about: String,
    pub chosen: bool,
}

/// One cost option as a radio.
#[derive(Clone, Debug, Default)]
pub struct BuyOption {
    /// Id of the cost option.
    pub value: String,
    /// "Weekday daytime".
    pub label: String,
    /// "£18.50 an hour".
    pub price: String,
    /// Price of one in pence, for the script that shows the cost at once.
    pub price_pence: i64,
    /// "hour", and "hours".
    pub unit: String,
    pub units: String,
    /// "Your budget covers up to 55 hours".
    pub covers: String,
    pub chosen: bool,
}

/// What a purchase would cost and leave.
#[derive(Clone, Debug, Default)]
pub struct Check {
    /// "4 hours at £18.50 cost £74.00".
    pub sentence: String,
    /// "£946.00 would be left", or "That is £12.00 more than is available".
    pub consequence: String,
    /// Whether the budget has enough.
    pub enough: bool,
    /// The budget as it would be.
    pub picture: MoneyPicture,
}

/// One purchase as its buyer sees it: receipt, steps, deliveries, invoices.
#[derive(Template)]
#[template(path = "purchasing/purchase.html")]
pub struct PurchasePage {
    pub page: Page,
    pub id: String,
    /// The heading: "4 hours of Companion visits".
    pub heading: String,
    pub service: String,
    pub service_href: String,
    pub kind_slug: String,
    pub provider: String,
    pub state: StateTag,
    /// What the state means and what comes next, in one or two sentences.
    pub state_sentence: String,
    pub budget: Link,
    pub quantity: String,
    pub unit_price: String,
    pub total: String,
    pub option: String,
    /// "Monday 9 March 2026".
    pub starts: Option<String>,
    pub note: Option<String>,
    /// Short reference for the telephone: "WM-7K2P-9QXD".
    pub reference: String,
    /// Where this purchase's money is: committed, owed, paid, given back.
    pub picture: MoneyPicture,
    pub steps: Vec<Step>,
    pub deliveries: Vec<DeliveryShown>,
    pub invoices: Vec<InvoiceShown>,
    /// Where to post a cancellation (fields `csrf`, `submission_key`, `reason`), when it may be cancelled.
    pub cancel_path: Option<String>,
    pub cancel_reason: String,
    /// Where the rating form is, when it may be rated.
    pub review_path: Option<String>,
    /// The stars given before, 0 for none.
    pub stars_given: u32,
    pub submission_key: String,
    pub errors: Errors,
}

/// One step in the life of a purchase.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// "Asked for", "Agreed", "Delivered", "Settled".
    pub label: String,
    /// "1 March 2026, 10:42"; none when it has not happened.
    pub when: Option<String>,
    /// "by Amira Khan".
    pub who: Option<String>,
    /// A reason, when there is one.
    pub why: Option<String>,
    pub done: bool,
    /// Where the purchase stands now.
    pub current: bool,
}

/// One delivery: it happened, and who says so.
#[derive(Clone, Debug, Default)]
pub struct DeliveryShown {
    pub id: String,
    /// "3 March 2026".
    pub on: String,
    /// "2 hours".
    pub quantity: String,
    /// "£37.00".
    pub amount: String,
    pub note: Option<String>,
    pub state: StateTag,
    /// Why it was disputed.
    pub disputed_because: Option<String>,
    /// Where the budget holder says yes (fields `csrf`, `submission_key`), when an answer is awaited.
    pub confirm_path: Option<String>,
    /// Where the budget holder says no (fields `csrf`, `submission_key`, `reason`).
    pub dispute_path: Option<String>,
    /// The hidden key of its two forms.
    pub submission_key: String,
    /// The reason typed before, when it was refused.
    pub reason: String,
    /// What is wrong with that reason.
    pub reason_problem: Option<String>,
}

/// One invoice in a list.
#[derive(Clone, Debug, Default)]
pub struct InvoiceShown {
    /// "INV-000123".
    pub number: String,
    /// For a provider or finance officer: which purchase.
    pub purchase: Link,
    pub provider: String,
    pub amount: String,
    pub issued: String,
    /// "paid 12 March 2026".
    pub settled: Option<String>,
    pub state: StateTag,
    /// From what it is to be paid, or was: "from the direct payment".
    pub payer: String,
    /// Where a finance officer settles it, or somebody says that the holder has paid (fields `csrf`, `submission_key`).
    pub settle_path: Option<String>,
    /// What the button says.
    pub settle_label: String,
    pub submission_key: String,
}

/// The provider's desk.
#[derive(Template)]
#[template(path = "purchasing/desk.html")]
pub struct DeskPage {
    pub page: Page,
    pub nav: DeskNav,
    pub provider: String,
    pub tiles: Vec<Tile>,
    /// Requests that wait for an answer.
    pub waiting: Vec<PurchaseRow>,
    /// Agreed purchases, to be delivered.
    pub agreed: Vec<PurchaseRow>,
    /// Deliveries that wait for the person or are disputed.
    pub deliveries: Vec<DeskDelivery>,
    pub invoices: Vec<InvoiceShown>,
}

/// A delivery on the provider's desk.
#[derive(Clone, Debug, Default)]
pub struct DeskDelivery {
    pub purchase: Link,
    /// "for Amira K."
    pub person: String,
    pub on: String,
    pub quantity: String,
    pub amount: String,
    pub state: StateTag,
    pub disputed_because: Option<String>,
}

/// One purchase as its provider sees it: answer, record deliveries.
#[derive(Template)]
#[template(path = "purchasing/provider_purchase.html")]
pub struct ProviderPurchasePage {
    pub page: Page,
    pub heading: String,
    pub service: String,
    pub kind_slug: String,
    /// As much of the name as the provider needs: "Amira K."
    pub person: String,
    pub state: StateTag,
    pub state_sentence: String,
    pub quantity: String,
    pub option: String,
    pub unit_price: String,
    pub total: String,
    pub starts: Option<String>,
    pub note: Option<String>,
    pub reference: String,
    pub picture: MoneyPicture,
    pub steps: Vec<Step>,
    /// Where to say yes (fields `csrf`, `submission_key`), while it is requested.
    pub accept_path: Option<String>,
    /// Where to say no (fields `csrf`, `submission_key`, `reason`).
    pub decline_path: Option<String>,
    /// The reason typed before.
    pub reason: String,
    /// Where to record a delivery (fields `csrf`, `submission_key`, `delivered_on`, `quantity`, `note`).
    pub record_path: Option<String>,
    /// Where to send an invoice early, while something confirmed is on none (fields `csrf`, `submission_key`).
    pub invoice_path: Option<String>,
    /// "3 hours left to deliver".
    pub left_to_deliver: String,
    /// "hours".
    pub units: String,
    /// As typed.
    pub delivered_on: String,
    pub delivered_quantity: String,
    pub delivered_note: String,
    /// The latest date that may be chosen.
    pub today: String,
    pub deliveries: Vec<DeliveryShown>,
    pub invoices: Vec<InvoiceShown>,
    pub submission_key: String,
    pub errors: Errors,
}

/// Issued invoices of one authority, to be settled.
#[derive(Template)]
#[template(path = "purchasing/finance.html")]
pub struct FinancePage {
    pub page: Page,
    pub nav: crate::budgets::council::views::Nav,
    pub authority: String,
    pub tiles: Vec<Tile>,
    pub issued: Vec<InvoiceShown>,
    pub settled: Vec<InvoiceShown>,
    pub pagination: Pagination,
    pub errors: Errors,
}

impl BuyPage {
    /// A rule that stands in the way of what the page is about, with where to go from there.
    #[must_use]
    pub fn on_the_way_of(
        &self,
        rule: crate::spending_rules::views::RuleOnTheWay,
    ) -> crate::spending_rules::views::RuleOnTheWay {
        crate::spending_rules::views::RuleOnTheWay {
            answer: self.answer.clone(),
            challenge_path: format!("/budgets/{}/challenges", self.budget_id),
            within: self.within.clone(),
            rules_href: self.rules_href.clone(),
            service_id: self.service_id.clone(),
            ..rule
        }
    }
}
