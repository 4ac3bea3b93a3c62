//! The verbs: somebody asks to have their budget held in another way; a finance officer answers.
//!
//! A request changes nothing by itself: the council sets up what it takes (an agreement with a provider, an account for a
//! third party), changes the budget from a date on, and says that it is done; or says no, with the reason.

pub mod api;
pub mod pages;

use chrono::{Days, NaiveDate};

use crate::audit::{self, Deed, Entry, What, Why};
use crate::clock::{UtcTime, day, long_date};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::{self, BudgetReader, FinanceOfficer};
use crate::ids::{BudgetId, HoldingRequestId};
use crate::post::{self, Told};
use crate::web::page::Link;

use super::FundingRoute;
use super::council::store::{self, HoldingRequest, RequestState};

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct Wish {
    /// In which way.
    pub route: FundingRoute,
    /// From when on.
    pub from: NaiveDate,
    /// In their words: who should hold it, and why.
    pub words: String,
}

/// Asks to have a budget held in another way: the person, or who may manage money for them.
#[tracing::instrument(skip_all, fields(budget.id = %reader.budget()))]
pub fn ask(tx: &mut Conn, reader: &BudgetReader, wish: &Wish, now: UtcTime) -> Result<HoldingRequest, AppError> {
    if !reader.scopes().money {
        return Err(AppError::NotFound);
    }
    let today = day(now);
    let mut wrong = Vec::new();
    if wish.route == FundingRoute::OwnMoney {
        wrong.push(FieldError::new("route", "Choose how the budget should be held."));
    }
    if wish.from < today || wish.from > today + Days::new(366) {
        wrong.push(FieldError::new("from", "Choose a day from today on, within the next year."));
    }
    let words = wish.words.trim();
    if words.chars().count() > 1_000 {
        wrong.push(FieldError::new("words", "Shorten this to 1,000 letters or fewer."));
    }
    if !wrong.is_empty() {
        return Err(AppError::invalid(wrong));
    }
    super::store::lock(tx, reader)?; // so that two requests at once do not both find none
    if store::requests_of(tx, reader.budget())?.iter().any(|request| request.state == RequestState::Asked) {
        let why = "you have asked already, and nobody has answered yet. Take that back first to ask for something else";
        return Err(AppError::refused("asked-already", why));
    }
    let request = HoldingRequest {
        id: HoldingRequestId::new(),
        authority_id: reader.authority(),
        budget_id: reader.budget(),
        funding_route: wish.route,
        starts_on: wish.from,
        words: words.to_owned(),
        state: RequestState::Asked,
        answer: String::new(),
        asked_by: reader.who().person(),
        asked_at: now,
        answered_by: None,
        answered_at: None,
    };
    store::insert_request(tx, &request)?;
    noted(tx, reader, now)?;
    Ok(request)
}

/// Takes a request back.
#[tracing::instrument(skip_all, fields(budget.id = %reader.budget()))]
pub fn take_back(
    tx: &mut Conn,
    reader: &BudgetReader,
    request: HoldingRequestId,
    now: UtcTime,
) -> Result<(), AppError> {
    if !reader.scopes().money || !store::take_back_request(tx, reader, request, now)? {
        return Err(AppError::NotFound);
    }
    noted(tx, reader, now)
}

fn noted(tx: &mut Conn, reader: &BudgetReader, now: UtcTime) -> Result<(), AppError> {
    let budget = reader.budget();
    let of = (What::Budget, budget.as_str());
    Ok(audit::record(tx, &[Entry::new(reader, (Deed::Changed, Why::ForOneself), reader.person(), of, now)])?)
}

/// Answers a request: it is done, or the council says no with a reason. The person gets a letter.
#[tracing::instrument(skip_all, fields(budget.id = %budget))]
pub fn answer(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    (budget, request): (BudgetId, HoldingRequestId),
    (done, words): (bool, &str),
    public_url: &str,
    now: UtcTime,
) -> Result<(), AppError> {
    let words = words.trim();
    if words.chars().count() > 1_000 || (!done && words.is_empty()) {
        let why = "Say why, in up to 1,000 letters: the person reads it.";
        return Err(AppError::invalid(vec![FieldError::new("answer", why)]));
    }
    let state = if done { RequestState::Done } else { RequestState::Declined };
    let asked =
        store::requests_of(tx, budget)?.into_iter().find(|each| each.id == request).ok_or(AppError::NotFound)?;
    if !store::answer_request(tx, officer, (budget, request), (state, words), now)? {
        return Err(AppError::NotFound);
    }
    let (_, person) = super::store::whose(tx, budget)?.ok_or(AppError::NotFound)?;
    if let Some(address) = identity::store::email(tx, person)? {
        let heading = if done { "Your budget is held as you asked" } else { "About how your budget is held" };
        let first = if done {
            let from = long_date(asked.starts_on);
            format!(
                "You asked for your budget to be held as: {}, from {from} on. That is arranged.",
                asked.funding_route
            )
        } else {
            format!(
                "You asked for your budget to be held as: {}. The council has said no for now.",
                asked.funding_route
            )
        };
        let told = Told {
            heading: heading.into(),
            paragraphs: std::iter::once(first)
                .chain((!words.is_empty()).then(|| format!("The council says: {words}")))
                .collect(),
            action: Some(Link {
                label: "How your budget is held".into(),
                href: format!("{public_url}/budgets/{budget}/holding"),
            }),
            after: vec!["Whatever way it is held, you can buy the same things from it.".into()],
            ..Told::default()
        };
        post::queue(tx, &told.letter("budget holding", &address)?, now)?;
    }
    let of = (What::Budget, budget.as_str());
    Ok(audit::record(tx, &[Entry::new(officer, (Deed::Changed, Why::ToLookAfterBudgets), person, of, now)])?)
}
