//! Individual service funds over `/api/v1`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json as Answer, Path, ServiceConfig, get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit;
use crate::clock::day;
use crate::db::Conn;
use crate::error::AppError;
use crate::identity::{FinanceOfficer, ProviderMember};
use crate::ids::{BudgetId, FundReturnId};
use crate::money::Money;
use crate::web::form::Json;
use crate::web::render::Problem;

use super::file::{Filed, decide, file};
use super::finance_pages::looks;
use super::fund_return::{FundReturn, ReturnState};
use super::pages::{look, told};
use super::store;

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/provider/funds", get().to(get_funds))
        .route("/provider/funds/returns/{return_id}", post().to(post_return))
        .route("/finance/returns", get().to(get_returns))
        .route("/finance/returns/{return_id}", post().to(post_decision));
}

/// A fund that the caller's provider holds.
#[derive(Serialize, ToSchema)]
pub struct FundDocument {
    /// Which budget.
    #[schema(value_type = String)]
    pub budget_id: BudgetId,
    /// Whose.
    pub person: String,
    /// Since when the provider holds it.
    pub since: NaiveDate,
    /// What came from the council.
    pub received_pence: Money,
    /// What was paid for deliveries.
    pub spent_pence: Money,
    /// What should be left.
    pub balance_pence: Money,
}

/// A return.
#[derive(Serialize, ToSchema)]
pub struct FundReturnDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: FundReturnId,
    /// About which budget.
    #[schema(value_type = String)]
    pub budget_id: BudgetId,
    /// Its first day.
    pub covers_from: NaiveDate,
    /// The day after its last.
    pub covers_until: NaiveDate,
    /// By when.
    pub due_on: NaiveDate,
    /// How far it has come.
    pub state: ReturnState,
    /// What the provider held on the first day.
    pub opening_pence: Money,
    /// What came from the council.
    pub received_pence: Money,
    /// What was spent for the person.
    pub spent_pence: Money,
    /// What the provider holds at the end.
    pub balance_pence: Money,
    /// By how much that differs from the ledger.
    pub difference_pence: Money,
    /// Hours that the person used, in quarters of an hour.
    pub quarter_hours: i32,
    /// What the provider says about it.
    pub note: String,
    /// What the council says about it.
    pub answer: String,
}

fn document(of: FundReturn) -> FundReturnDocument {
    FundReturnDocument {
        id: of.id,
        budget_id: of.budget_id,
        covers_from: of.covers_from,
        covers_until: of.covers_until,
        due_on: of.due_on,
        state: of.state,
        opening_pence: of.opening_pence,
        received_pence: of.received_pence,
        spent_pence: of.spent_pence,
        balance_pence: of.balance_pence,
        difference_pence: of.difference(),
        quarter_hours: of.quarter_hours,
        note: of.note,
        answer: of.answer,
    }
}

/// The funds of a provider, and its returns.
#[derive(Serialize, ToSchema)]
pub struct FundsDocument {
    /// By the name of the person.
    pub funds: Vec<FundDocument>,
    /// The newest first.
    pub returns: Vec<FundReturnDocument>,
}

/// The funds that the caller's provider holds, and the returns about them.
#[utoipa::path(get, path = "/api/v1/provider/funds", tag = "provider", security(("bearer" = [])),
    responses((status = 200, body = FundsDocument)))]
pub async fn get_funds(member: ProviderMember, app: Data<App>) -> Result<Answer<FundsDocument>, AppError> {
    let now = app.clock.now();
    let today = day(now);
    let looking = member.clone();
    let (funds, returns) = app
        .db
        .read(move |conn| {
            let mut funds = Vec::new();
            for fund in store::funds_of(conn, &member)? {
                let (standing, ..) = told(conn, &fund, today)?;
                funds.push((fund, standing));
            }
            Ok::<_, AppError>((funds, store::returns_of(conn, &member)?))
        })
        .await?;
    audit::looks(&app.db, funds.iter().map(|(fund, _)| look(&looking, fund, now)).collect()).await?;
    let funds = funds.into_iter().map(|(fund, standing)| FundDocument {
        budget_id: fund.budget,
        person: fund.name,
        since: fund.since,
        received_pence: Money::pence(standing.opening.as_pence() + standing.received.as_pence()),
        spent_pence: standing.spent,
        balance_pence: standing.balance(),
    });
    Ok(Answer(FundsDocument { funds: funds.collect(), returns: returns.into_iter().map(document).collect() }))
}

/// What a provider says of a fund.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFundReturn {
    /// What it held on the first day.
    pub opening_pence: Money,
    /// What came from the council.
    pub received_pence: Money,
    /// What was spent for the person.
    pub spent_pence: Money,
    /// What it holds at the end: opening + received − spent.
    pub balance_pence: Money,
    /// Hours that the person used, in quarters of an hour.
    #[serde(default)]
    pub quarter_hours: i32,
    /// What it says about it; needed where the balance differs from the ledger.
    #[serde(default)]
    pub note: String,
}

/// Files a return, or files it anew until the council has taken it.
#[utoipa::path(post, path = "/api/v1/provider/funds/returns/{return_id}", tag = "provider", security(("bearer" = [])),
    params(("return_id" = String, Path)), request_body = NewFundReturn,
    responses((status = 200, body = FundReturnDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn post_return(
    member: ProviderMember,
    path: Path<String>,
    Json(sent): Json<NewFundReturn>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id: FundReturnId = path.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    let filed = Filed {
        opening: sent.opening_pence,
        received: sent.received_pence,
        spent: sent.spent_pence,
        balance: sent.balance_pence,
        quarter_hours: sent.quarter_hours,
        note: sent.note,
    };
    let told = app.db.write(move |tx| file(tx, &member, id, &filed, now)).await?;
    Ok(HttpResponse::Ok().json(document(told)))
}

/// Returns to an authority.
#[derive(Serialize, ToSchema)]
pub struct FundReturnsDocument {
    /// Those that were filed or are missing, the longest waiting first.
    pub returns: Vec<FundReturnDocument>,
}

/// The returns to the caller's authority that were filed and wait, and those that are missing.
#[utoipa::path(get, path = "/api/v1/finance/returns", tag = "finance", security(("bearer" = [])),
    responses((status = 200, body = FundReturnsDocument)))]
pub async fn get_returns(officer: FinanceOfficer, app: Data<App>) -> Result<Answer<FundReturnsDocument>, AppError> {
    let states = [ReturnState::Filed, ReturnState::Due, ReturnState::SentBack];
    let now = app.clock.now();
    let read = move |conn: &mut Conn| {
        let rows = store::returns_at(conn, &officer, &states, 500)?;
        let looks = looks(conn, &officer, rows.iter().map(|(told, ..)| told), now)?;
        Ok::<_, diesel::result::Error>((rows, looks))
    };
    let (rows, looks) = app.db.read(read).await.map_err(AppError::from)?;
    audit::looks(&app.db, looks).await?;
    Ok(Answer(FundReturnsDocument { returns: rows.into_iter().map(|(told, ..)| document(told)).collect() }))
}

/// Whether a return is taken.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FundReturnDecision {
    /// Taken, or sent back.
    pub accepted: bool,
    /// What is to be put right; for a return that is sent back.
    #[serde(default)]
    pub words: String,
}

/// Takes a return, or sends it back.
#[utoipa::path(post, path = "/api/v1/finance/returns/{return_id}", tag = "finance", security(("bearer" = [])),
    params(("return_id" = String, Path)), request_body = FundReturnDecision,
    responses((status = 200, body = FundReturnDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn post_decision(
    officer: FinanceOfficer,
    path: Path<String>,
    Json(sent): Json<FundReturnDecision>,
    app: Data<App>,
) -> Result<Answer<FundReturnDocument>, AppError> {
    let id: FundReturnId = path.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (now, public_url) = (app.clock.now(), app.post.public_url.clone());
    let told = app.db.write(move |tx| decide(tx, &officer, id, (sent.accepted, &sent.words), &public_url, now)).await?;
    Ok(Answer(document(told)))
}
