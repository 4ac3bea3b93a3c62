//! Personal budgets over `/api/v1`.

use actix_web::web::{Data, Json, ServiceConfig, get};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit;
use crate::catalogue;
use crate::error::{AppError, FieldError};
use crate::identity::{BudgetHolder, BudgetReader, SignedIn};
use crate::ids::{BudgetId, ServiceId};
use crate::money::Money;
use crate::web::form::Ask;
use crate::web::render::Problem;

use super::meaning::Plan;
use super::purse::{Week, miles_there_and_back, purse_of};
use super::store::{self, BudgetSummary};
use super::{Budget, FundingRoute};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/budgets", get().to(get_budgets))
        .route("/budgets/{budget_id}", get().to(get_budget))
        .route("/budgets/{budget_id}/meaning", get().to(get_meaning));
}

/// A personal budget in its four parts.
#[derive(Serialize, ToSchema)]
pub struct BudgetDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: BudgetId,
    /// Who it is for.
    pub person: String,
    /// What pages call it.
    pub name: String,
    /// How it is held.
    pub funding_route: FundingRoute,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// The day after its last.
    pub ends_on: NaiveDate,
    /// Free to spend.
    pub available_pence: Money,
    /// Promised to providers.
    pub committed_pence: Money,
    /// Delivered and confirmed, to be paid.
    pub owed_pence: Money,
    /// Paid.
    pub paid_pence: Money,
}

/// The budgets of one person.
#[derive(Serialize, ToSchema)]
pub struct BudgetsDocument {
    /// Newest first.
    pub budgets: Vec<BudgetDocument>,
}

fn document(summary: BudgetSummary, budget: &Budget, reader: &BudgetReader) -> BudgetDocument {
    BudgetDocument {
        id: summary.id,
        person: reader.person_name().to_owned(),
        name: summary.name,
        funding_route: summary.funding_route,
        starts_on: summary.starts_on,
        ends_on: summary.ends_on,
        available_pence: budget.available.balance,
        committed_pence: budget.committed.balance,
        owed_pence: budget.owed.balance,
        paid_pence: budget.paid.balance,
    }
}

/// The budgets that the caller may look at: their own, and those of people whom they act for.
#[utoipa::path(get, path = "/api/v1/budgets", tag = "budgets", security(("bearer" = [])),
    responses((status = 200, body = BudgetsDocument)))]
pub async fn get_budgets(who: SignedIn, app: Data<App>) -> Result<Json<BudgetsDocument>, AppError> {
    let now = app.clock.now();
    let (budgets, looks) = app
        .db
        .read(move |conn| {
            let (mut budgets, mut looks) = (Vec::new(), Vec::new());
            for summary in store::budgets_of(conn, &who)? {
                if let Some(reader) = BudgetReader::find(conn, &who, summary.id)? {
                    budgets.push(document(summary, &store::read(conn, &reader)?, &reader));
                    looks.push(audit::at_a_budget(&reader, now));
                }
            }
            Ok::<_, AppError>((budgets, looks))
        })
        .await?;
    audit::looks(&app.db, looks).await?;
    Ok(Json(BudgetsDocument { budgets }))
}

/// One budget.
#[utoipa::path(get, path = "/api/v1/budgets/{budget_id}", tag = "budgets", security(("bearer" = [])),
    params(("budget_id" = String, Path)), responses((status = 200, body = BudgetDocument)))]
pub async fn get_budget(holder: BudgetReader, app: Data<App>) -> Result<Json<BudgetDocument>, AppError> {
    let read = move |conn: &mut crate::db::Conn| {
        Ok::<_, AppError>(document(store::summary(conn, &holder)?, &store::read(conn, &holder)?, &holder))
    };
    Ok(Json(app.db.read(read).await?))
}

/// Which service, besides the week.
#[derive(Deserialize)]
pub struct About {
    #[serde(default)]
    service_id: String,
}

/// What a service would mean for a budget.
#[derive(Serialize, ToSchema)]
pub struct MeaningDocument {
    /// In a few words.
    pub in_short: String,
    /// What is wanted each week, or once.
    pub wanted: Vec<WantedDocument>,
    /// Miles a week, where the service asks a price for them.
    pub miles: Option<i32>,
    /// What an ordinary week costs.
    pub a_week_pence: Money,
    /// What is paid once.
    pub once_pence: Money,
    /// Bank holidays within the time that is paid for, that cost more.
    pub bank_holidays: u32,
    /// What they cost beyond ordinary days.
    pub bank_holidays_pence: Money,
    /// Price changes within the time.
    pub changes: Vec<ChangeDocument>,
    /// Free to spend today.
    pub available_pence: Money,
    /// How many whole weeks the money lasts, at most until the budget ends.
    pub weeks: i64,
    /// The day that cannot be paid for any more; none if the money lasts until the budget ends.
    pub runs_out_on: Option<NaiveDate>,
    /// When the budget is reviewed.
    pub review_on: NaiveDate,
    /// What is left then; none if that is over, or after the budget ends.
    pub left_at_review_pence: Option<Money>,
    /// What is left when the budget ends.
    pub left_at_end_pence: Money,
    /// Whether the service takes money held in this way.
    pub funding_accepted: bool,
}

/// One price and how many of it each week.
#[derive(Serialize, ToSchema)]
#[schema(as = WantedWeek)]
pub struct WantedDocument {
    /// Which price.
    #[schema(value_type = String)]
    pub cost_option_id: crate::ids::CostOptionId,
    /// What it is called.
    pub label: String,
    /// How many.
    pub units: i32,
}

/// A price change: what the same week costs from a day on.
#[derive(Serialize, ToSchema)]
#[schema(as = PriceChange)]
pub struct ChangeDocument {
    /// From when on.
    pub from: NaiveDate,
    /// What a week costs then.
    pub a_week_pence: Money,
}

/// What a service would mean for the budget: a week's cost, how long the money lasts, what is left at the review.
#[utoipa::path(get, path = "/api/v1/budgets/{budget_id}/meaning", tag = "budgets", security(("bearer" = [])),
    params(("budget_id" = String, Path), ("service_id" = String, Query),
           ("option" = Option<String>, Query, description = "Which price, where several can be had at any time"),
           ("units" = Option<i32>, Query, description = "Units a week at any time"),
           ("weekday" = Option<i32>, Query), ("evening" = Option<i32>, Query), ("weekend" = Option<i32>, Query),
           ("miles" = Option<i32>, Query, description = "Miles a week")),
    responses((status = 200, body = MeaningDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn get_meaning(
    holder: BudgetHolder,
    Ask(about): Ask<About>,
    Ask(week): Ask<Week>,
    app: Data<App>,
) -> Result<Json<MeaningDocument>, AppError> {
    let (asked, mut wrong) = week.read();
    let Ok(service) = about.service_id.parse::<ServiceId>() else {
        wrong.push(FieldError::new("service_id", "Send the id of a service."));
        return Err(AppError::invalid(wrong));
    };
    if !wrong.is_empty() {
        return Err(AppError::invalid(wrong));
    }
    let today = app.clock.now().date();
    let (purse, options, place, accepted) = app
        .db
        .read(move |conn| {
            let whole = catalogue::store::whole_service(conn, service, today)?.ok_or(AppError::NotFound)?;
            let details = catalogue::store::details(conn, service, whole.service.organization_id)?;
            let purse = purse_of(conn, &holder, today)?;
            let accepted = details.takes(purse.route);
            let place = whole.locations.first().map(|at| (at.latitude, at.longitude));
            Ok::<_, AppError>((purse, catalogue::store::prices(conn, service)?, place, accepted))
        })
        .await?;
    let no_price = || AppError::refused("no-price", "this service tells no price to plan with. Ask its provider");
    let plan = Plan::of(&options, &asked, today, miles_there_and_back(&purse, place)).ok_or_else(no_price)?;
    let told = plan.meaning(&purse);
    let wanted = plan.wanted.iter().map(|wanted| WantedDocument {
        cost_option_id: wanted.option.id,
        label: wanted.option.label.clone(),
        units: wanted.units,
    });
    Ok(Json(MeaningDocument {
        in_short: told.in_short(&purse),
        wanted: wanted.collect(),
        miles: plan.miles,
        a_week_pence: told.a_week,
        once_pence: told.once,
        bank_holidays: told.bank_holidays,
        bank_holidays_pence: told.holidays_cost,
        changes: told.changes.iter().map(|(from, week)| ChangeDocument { from: *from, a_week_pence: *week }).collect(),
        available_pence: purse.available,
        weeks: told.weeks,
        runs_out_on: told.runs_out_on,
        review_on: purse.review_on,
        left_at_review_pence: told.left_at_review,
        left_at_end_pence: told.left_at_end,
        funding_accepted: accepted,
    }))
}
