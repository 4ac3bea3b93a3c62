//! Statements over `/api/v1`.

use actix_web::web::{Data, Json, ServiceConfig, get};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::budgets::{self, Reason, Source};
use crate::clock::{UtcTime, day};
use crate::error::AppError;
use crate::identity::BudgetReader;
use crate::ids::{BudgetId, PurchaseId, TransferId};
use crate::web::form::Ask;
use crate::web::render::Problem;

use super::pages::Asked;
use super::statement::{Line, Parts, Period, read};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/budgets/{budget_id}/statement", get().to(get_statement));
}

/// What stands on the four parts of a budget, or by how much they change.
#[derive(Serialize, ToSchema)]
pub struct PartsDocument {
    /// Free to spend.
    pub available_pence: i64,
    /// Promised.
    pub committed_pence: i64,
    /// Delivered and confirmed.
    pub owed_pence: i64,
    /// Paid.
    pub paid_pence: i64,
}

impl From<Parts> for PartsDocument {
    fn from(parts: Parts) -> Self {
        let Parts { available, committed, owed, paid } = parts;
        Self { available_pence: available, committed_pence: committed, owed_pence: owed, paid_pence: paid }
    }
}

/// One movement.
#[derive(Serialize, ToSchema)]
pub struct StatementLine {
    /// Which transfer of the ledger.
    #[schema(value_type = String)]
    pub transfer_id: TransferId,
    /// When.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub at: UtcTime,
    /// Why.
    pub reason: Reason,
    /// The purchase behind it, where there is one.
    #[schema(value_type = Option<String>)]
    pub purchase_id: Option<PurchaseId>,
    /// What it did to each part.
    pub change: PartsDocument,
    /// What it did beside them: to what was paid out to whoever holds the budget, or to what the person still owes.
    pub beside_pence: i64,
    /// What stood on each part after it.
    pub after: PartsDocument,
}

/// Every movement of one budget in a time.
#[derive(Serialize, ToSchema)]
pub struct StatementDocument {
    /// Which budget.
    #[schema(value_type = String)]
    pub budget_id: BudgetId,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// What stood on it before its first day.
    pub before: PartsDocument,
    /// Oldest first.
    pub lines: Vec<StatementLine>,
    /// What stood on it after its last day.
    pub after: PartsDocument,
    /// The same of each source that the money came from.
    pub by_source: Vec<SourceStanding>,
    /// What was paid out until the last day to whoever holds the budget; no part of the figures above.
    pub paid_out_pence: i64,
}

/// What stands there of one source.
#[derive(Serialize, ToSchema)]
pub struct SourceStanding {
    /// Which.
    pub source: Source,
    /// Before the first day.
    pub before: PartsDocument,
    /// After the last day.
    pub after: PartsDocument,
}

/// The statement of a budget for a time; both days belong to it. Without days: the budget until today.
#[utoipa::path(get, path = "/api/v1/budgets/{budget_id}/statement", tag = "budgets", security(("bearer" = [])),
    params(("budget_id" = String, Path), ("from" = Option<NaiveDate>, Query), ("to" = Option<NaiveDate>, Query)),
    responses((status = 200, body = StatementDocument), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn get_statement(
    reader: BudgetReader,
    Ask(asked): Ask<Asked>,
    app: Data<App>,
) -> Result<Json<StatementDocument>, AppError> {
    let now = app.clock.now();
    let statement = app
        .db
        .read(move |conn| {
            let summary = budgets::store::summary(conn, &reader)?;
            let period = Period::checked(&asked.from, &asked.to, &summary, day(now))?;
            Ok::<_, AppError>((summary.id, read(conn, &reader, period)?))
        })
        .await?;
    let (budget_id, statement) = statement;
    let line = |line: &Line| StatementLine {
        transfer_id: line.transfer,
        at: line.at,
        reason: line.reason,
        purchase_id: line.purchase.as_ref().map(|purchase| purchase.id),
        change: line.change.into(),
        beside_pence: line.beside,
        after: line.after.into(),
    };
    Ok(Json(StatementDocument {
        budget_id,
        from: statement.period.from,
        to: statement.period.to,
        before: statement.before.into(),
        lines: statement.lines.iter().map(line).collect(),
        after: statement.after.into(),
        by_source: statement
            .by_source
            .iter()
            .map(|each| SourceStanding { source: each.source, before: each.before.into(), after: each.after.into() })
            .collect(),
        paid_out_pence: statement.paid_out.1,
    }))
}
