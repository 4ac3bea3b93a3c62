//! The verb: a budget holder buys.

use chrono::{Days, NaiveDate};

use crate::audit::{self, Deed, Entry, What, Why};
use crate::budgets::{self, Budget, FundingRoute, NotEnoughMoney, terms};
use crate::catalogue;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::{AppError, FieldError, Refusal};
use crate::identity::{self, BudgetHolder};
use crate::ids::{CostOptionId, ServiceId, SubmissionKey};
use crate::money::Money;
use crate::spending_rules::{self, Judged, Rules, SpendingRule};

use super::purchase::{Asked, Home, Journal, Purchase};
use super::store;

/// What a budget holder asks for.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which service.
    pub service: ServiceId,
    /// At which of its prices.
    pub cost_option: CostOptionId,
    /// How many units: 1 to 999.
    pub quantity: i32,
    /// From when on: today or later.
    pub starts_on: NaiveDate,
    /// A note for the provider.
    pub note: String,
    /// From which part, where a budget is held in several ways; without it, from the largest.
    pub funding_route: Option<FundingRoute>,
    /// What the person answers to the question of a rule, where one asks.
    pub answer: String,
    /// The form or request it came in: sending it again buys nothing more.
    pub key: SubmissionKey,
}

impl Request {
    /// The most units of one purchase.
    pub const MOST: i32 = 999;

    /// Checks what can be checked without the database.
    pub fn checked(self, today: NaiveDate) -> Result<Self, AppError> {
        let mut wrong = Vec::new();
        if !(1..=Self::MOST).contains(&self.quantity) {
            wrong.push(FieldError::new(
                "quantity",
                format!("Choose how many: a whole number from 1 to {}.", Self::MOST),
            ));
        }
        if self.starts_on < today {
            wrong.push(FieldError::new("starts_on", "Choose a start date that is today or later."));
        } else if self.starts_on > today + Days::new(366) {
            wrong.push(FieldError::new("starts_on", "Choose a start date within the next year."));
        }
        if self.note.chars().count() > 1_000 {
            wrong.push(FieldError::new("note", "Shorten your note to 1,000 letters or fewer."));
        }
        if self.answer.chars().count() > 1_000 {
            wrong.push(FieldError::new("answer", "Shorten your answer to 1,000 letters or fewer."));
        }
        if wrong.is_empty() { Ok(self) } else { Err(AppError::invalid(wrong)) }
    }
}

/// Why something was not bought.
#[derive(Debug, thiserror::Error)]
pub enum BuyError {
    /// It cannot be bought, or not at this price any more.
    #[error("this service is not on offer at this price at the moment. Look at its page again")]
    NotOnOffer,
    /// The budget does not cover that day.
    #[error("this budget does not cover {0}. Choose a start date between its first and last day")]
    BudgetNotOpen(String),
    /// It is not held in that way on that day.
    #[error("no part of this budget is {0} on that day. Choose a part that it has")]
    NoSuchPart(FundingRoute),
    /// There is not enough money.
    #[error(transparent)]
    NotEnoughMoney(#[from] NotEnoughMoney),
    /// A rule of the council that pays says no.
    #[error("{}. {}. You can challenge this rule: a person of the council answers", .0.words.trim_end_matches('.'), .0.origin().trim_end_matches('.'))]
    AgainstARule(Box<SpendingRule>),
    /// A rule of the council that pays asks a question first.
    #[error("one question first: {}", .0.question.as_deref().unwrap_or(&.0.words))]
    QuestionFirst(Box<SpendingRule>),
    /// The same key came with another request.
    #[error("this form was already used to buy something else. Open the service again to buy more")]
    KeyUsedDifferently,
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<BuyError> for AppError {
    fn from(error: BuyError) -> Self {
        match error {
            BuyError::Database(cause) => cause.into(),
            BuyError::NotOnOffer => Self::refused("not-on-offer", error),
            BuyError::BudgetNotOpen(_) => Self::refused("budget-not-open", error),
            BuyError::NoSuchPart(_) => {
                let why = FieldError::new("funding_route", error.to_string());
                with_fields(Self::refused("no-such-part", &error), vec![why])
            }
            BuyError::NotEnoughMoney(_) => Self::refused("not-enough-money", error),
            BuyError::KeyUsedDifferently => Self::refused("key-used-differently", error),
            BuyError::AgainstARule(ref rule) => {
                let id = FieldError::new("rule_id", rule.id.to_string());
                with_fields(Self::refused("against-a-rule", &error), vec![id])
            }
            BuyError::QuestionFirst(ref rule) => {
                let question = FieldError::new("answer", rule.question.clone().unwrap_or_default());
                with_fields(Self::refused("question-first", &error), vec![question])
            }
        }
    }
}

fn with_fields(error: AppError, fields: Vec<FieldError>) -> AppError {
    match error {
        AppError::Refused(refusal) => AppError::Refused(Refusal { fields, ..refusal }),
        other => other,
    }
}

/// Buys a service from the holder's budget, within the rules of the authority that pays.
///
/// Pressing the button twice buys once: the second call returns the first purchase.
#[tracing::instrument(skip_all, fields(budget.id = %holder.budget()))]
pub fn buy(
    tx: &mut Conn,
    holder: &BudgetHolder,
    request: &Request,
    rules: &Rules,
    now: UtcTime,
) -> Result<Purchase, BuyError> {
    let mut budget = budgets::store::lock(tx, holder)?; // other purchases from it wait here
    if let Some(earlier) = store::by_submission(tx, holder, request.key)? {
        let same = earlier.cost_option_id == request.cost_option
            && earlier.quantity == request.quantity
            && request.funding_route.is_none_or(|part| part == earlier.funding_route);
        return if same { Ok(earlier) } else { Err(BuyError::KeyUsedDifferently) };
    }
    let offer = catalogue::store::open_offer(tx, request.service, request.cost_option, request.starts_on)?
        .ok_or(BuyError::NotOnOffer)?;
    if !budget.is_open_on(request.starts_on) {
        return Err(BuyError::BudgetNotOpen(crate::clock::long_date(request.starts_on)));
    }
    let total = offer.price.times(request.quantity).unwrap_or(Money::pence(i64::MAX));
    let funding_route = part_that_pays(tx, &budget, request)?;
    // By the budget, not by the part that was chosen: what is available is one sum, and a choice goes round no rule.
    let judged = match budget.funding_route {
        FundingRoute::OwnMoney => Judged::Fine, // nobody else's rules
        _ => spending_rules::judge(tx, rules, holder, (&offer, total), request.starts_on, now)?,
    };
    let answered = match judged {
        Judged::Fine => None,
        Judged::Refused(rule) => return Err(BuyError::AgainstARule(rule)),
        Judged::Ask(rule) if request.answer.trim().is_empty() => return Err(BuyError::QuestionFirst(rule)),
        Judged::Ask(rule) => Some(rule.id),
    };
    let (_, ward_code) = identity::store::home_of(tx, budget.person)?.ok_or(diesel::result::Error::NotFound)?;
    let asked = Asked {
        quantity: request.quantity,
        starts_on: request.starts_on,
        note: request.note.clone(),
        key: request.key,
        by: holder.who().person(),
        funding_route,
    };
    let mut journal = Journal::default();
    let purchase = Purchase::request(&mut budget, &Home { ward_code }, &offer, asked, now, &mut journal)?;
    store::insert(tx, std::slice::from_ref(&purchase))?;
    store::record(tx, &journal)?;
    if let Some(rule) = answered {
        spending_rules::store::keep_answer(tx, purchase.id, rule, request.answer.trim(), now)?;
    }
    let asked = (Deed::AskedFor, Why::ForOneself);
    audit::record(tx, &[Entry::new(holder, asked, budget.person, (What::Purchase, purchase.id.as_str()), now)])?;
    Ok(purchase)
}

/// In which way the money is held that a purchase is paid from: the part that was chosen, if the budget has it on that day.
fn part_that_pays(tx: &mut Conn, budget: &Budget, request: &Request) -> Result<FundingRoute, BuyError> {
    let Some(wanted) = request.funding_route.filter(|wanted| *wanted != budget.funding_route) else {
        return Ok(budget.funding_route);
    };
    let all = budgets::store::terms(tx, budget.authority, budget.id)?;
    let held = terms::on(&all, request.starts_on).is_some_and(|terms| terms.is_held(wanted));
    if held { Ok(wanted) } else { Err(BuyError::NoSuchPart(wanted)) }
}
