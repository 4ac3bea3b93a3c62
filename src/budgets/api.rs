//! Personal budgets over `/api/v1`.

use actix_web::web::{Data, Json, ServiceConfig, get};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::audit;
use crate::error::AppError;
use crate::identity::{BudgetReader, SignedIn};
use crate::ids::BudgetId;
use crate::money::Money;

use super::pages::look;
use super::store::{self, BudgetSummary};
use super::{Budget, FundingRoute};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/budgets", get().to(get_budgets)).route("/budgets/{budget_id}", get().to(get_budget));
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
                    looks.push(look(&reader, now));
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
    audit::looks(&app.db, vec![look(&holder, app.clock.now())]).await?;
    let read = move |conn: &mut crate::db::Conn| {
        Ok::<_, AppError>(document(store::summary(conn, &holder)?, &store::read(conn, &holder)?, &holder))
    };
    Ok(Json(app.db.read(read).await?))
}
