//! "My money" over `/api/v1`.

use actix_web::web::{Data, Json, ServiceConfig, get};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit;
use crate::budgets::purse::purse_of;
use crate::budgets::{FundingRoute, Source};
use crate::clock::day;
use crate::error::{AppError, FieldError};
use crate::identity::{BudgetReader, SignedIn};
use crate::ids::{BudgetId, PersonId};
use crate::money::Money;
use crate::web::form::Ask;
use crate::web::render::Problem;

use super::money::{OfSource, read};
use super::what_if::{Often, of_an_amount};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/my-money", get().to(get_my_money)).route("/budgets/{budget_id}/what-if", get().to(get_what_if));
}

/// Everything that somebody has to live on today.
#[derive(Serialize, ToSchema)]
pub struct MyMoneyDocument {
    /// Whose.
    #[schema(value_type = String)]
    pub person_id: PersonId,
    /// Their name.
    pub person: String,
    /// Free to spend.
    pub left_pence: Money,
    /// Asked for, or delivered and not yet paid.
    pub promised_pence: Money,
    /// Gone to providers.
    pub spent_pence: Money,
    /// The next review that is still to come.
    pub review_on: Option<NaiveDate>,
    /// About how much there is for each week until the budgets end, in whole pounds.
    pub a_week_pence: Money,
    /// Whether the money goes faster than the time.
    pub goes_fast: bool,
    /// The budgets that run today.
    pub budgets: Vec<OneBudgetDocument>,
}

/// One budget that runs today.
#[derive(Serialize, ToSchema)]
pub struct OneBudgetDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: BudgetId,
    /// What pages call it.
    pub name: String,
    /// How it is held.
    pub funding_route: FundingRoute,
    /// Free to spend.
    pub left_pence: Money,
    /// Asked for.
    pub committed_pence: Money,
    /// Delivered and confirmed, to be paid.
    pub owed_pence: Money,
    /// Gone to providers.
    pub paid_pence: Money,
    /// When it is looked at together.
    pub review_on: NaiveDate,
    /// The day after its last.
    pub ends_on: NaiveDate,
    /// The same of each source that the money came from.
    pub sources: Vec<MyMoneyOfSource>,
    /// The first day of the period that runs.
    pub period_starts_on: Option<NaiveDate>,
    /// The day after its last.
    pub period_ends_on: Option<NaiveDate>,
    /// What the council put in for it.
    pub period_funded_pence: Option<Money>,
}

/// What stands there of one source of a budget.
#[derive(Serialize, ToSchema)]
pub struct MyMoneyOfSource {
    /// Which.
    pub source: Source,
    /// Free to spend.
    pub left_pence: Money,
    /// Asked for.
    pub committed_pence: Money,
    /// Delivered and confirmed, to be paid.
    pub owed_pence: Money,
    /// Gone to providers.
    pub paid_pence: Money,
}

impl From<OfSource> for MyMoneyOfSource {
    fn from(of: OfSource) -> Self {
        let OfSource { source, left, committed, owed, paid } = of;
        Self { source, left_pence: left, committed_pence: committed, owed_pence: owed, paid_pence: paid }
    }
}

/// Whose money.
#[derive(Deserialize)]
pub struct Whose {
    #[serde(default)]
    person_id: String,
}

/// What somebody has, all budgets together: one's own, or that of a person whom one acts for.
#[utoipa::path(get, path = "/api/v1/my-money", tag = "budgets", security(("bearer" = [])),
    params(("person_id" = Option<String>, Query, description = "Somebody whom the caller acts for")),
    responses((status = 200, body = MyMoneyDocument), (status = 404, body = Problem)))]
pub async fn get_my_money(
    who: SignedIn,
    Ask(whose): Ask<Whose>,
    app: Data<App>,
) -> Result<Json<MyMoneyDocument>, AppError> {
    let now = app.clock.now();
    let today = day(now);
    let person: Option<PersonId> = match whose.person_id.trim() {
        "" => None,
        id => Some(id.parse().map_err(|_not_an_id| AppError::NotFound)?),
    };
    let money = app.db.read(move |conn| read(conn, &who, person, today)).await?.ok_or(AppError::NotFound)?;
    audit::looks(&app.db, money.budgets.iter().map(|one| audit::at_a_budget(&one.reader, now)).collect()).await?;
    let budgets = money.budgets.iter().map(|one| OneBudgetDocument {
        id: one.summary.id,
        name: one.summary.name.clone(),
        funding_route: one.summary.funding_route,
        left_pence: one.left(),
        committed_pence: one.budget.committed.balance,
        owed_pence: one.budget.owed.balance,
        paid_pence: one.spent(),
        review_on: one.summary.review_on,
        ends_on: one.summary.ends_on,
        sources: one.by_source().into_iter().map(MyMoneyOfSource::from).collect(),
        period_starts_on: one.period.as_ref().map(|period| period.starts_on),
        period_ends_on: one.period.as_ref().map(|period| period.ends_on),
        period_funded_pence: one.period.as_ref().map(|period| period.funded_pence),
    });
    Ok(Json(MyMoneyDocument {
        person_id: money.person,
        person: money.name.clone(),
        left_pence: money.left(),
        promised_pence: money.promised(),
        spent_pence: money.spent(),
        review_on: money.next_mark(today).filter(|(_, review)| *review).map(|(on, _)| on),
        a_week_pence: money.a_week(today),
        goes_fast: money.goes_fast(today),
        budgets: budgets.collect(),
    }))
}

/// An amount to try out.
#[derive(Deserialize)]
pub struct Tried {
    #[serde(default)]
    amount_pence: String,
    #[serde(default)]
    often: String,
}

/// What an amount would mean for a budget.
#[derive(Serialize, ToSchema)]
pub struct WhatIfDocument {
    /// Free to spend today.
    pub available_pence: Money,
    /// How many whole weeks the money lasts, at most until the budget ends.
    pub weeks: i64,
    /// The day that cannot be paid for any more; none if the money lasts until the budget ends.
    pub runs_out_on: Option<NaiveDate>,
    /// What is left at the review; none if that is over, or after the budget ends.
    pub left_at_review_pence: Option<Money>,
    /// What is left when the budget ends.
    pub left_at_end_pence: Money,
    /// What the whole time until the budget ends would cost.
    pub until_end_pence: Money,
}

/// What if something cost so much, once or every week? Nothing moves. For a service see `/budgets/{budget_id}/meaning`.
#[utoipa::path(get, path = "/api/v1/budgets/{budget_id}/what-if", tag = "budgets", security(("bearer" = [])),
    params(("budget_id" = String, Path), ("amount_pence" = i64, Query), ("often" = Option<Often>, Query)),
    responses((status = 200, body = WhatIfDocument), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn get_what_if(
    reader: BudgetReader,
    Ask(tried): Ask<Tried>,
    app: Data<App>,
) -> Result<Json<WhatIfDocument>, AppError> {
    let mut wrong = Vec::new();
    let amount = tried.amount_pence.trim().parse::<i64>().ok().filter(|pence| (1..=100_000_000).contains(pence));
    if amount.is_none() {
        wrong.push(FieldError::new("amount_pence", "Send whole pence, from 1 to 100000000."));
    }
    let often = if tried.often.is_empty() { Some(Often::Once) } else { tried.often.parse().ok() };
    if often.is_none() {
        wrong.push(FieldError::new("often", "Send \u{201c}once\u{201d} or \u{201c}every week\u{201d}."));
    }
    let (Some(amount), Some(often)) = (amount, often) else { return Err(AppError::invalid(wrong)) };
    let now = app.clock.now();
    let today = day(now);
    let purse = app.db.read(move |conn| purse_of(conn, &reader, today)).await?;
    let told = of_an_amount(Money::pence(amount), often, &purse, today)
        .ok_or_else(|| AppError::refused("no-price", "there is nothing to work out"))?;
    Ok(Json(WhatIfDocument {
        available_pence: purse.available,
        weeks: told.weeks,
        runs_out_on: told.runs_out_on,
        left_at_review_pence: told.left_at_review,
        left_at_end_pence: told.left_at_end,
        until_end_pence: told.until_end,
    }))
}
