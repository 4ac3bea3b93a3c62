//! Bank accounts over `/api/v1`: they are given, and never read back whole.

use actix_web::web::{Data, Json as JsonAnswer, Path, ServiceConfig, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::error::AppError;
use crate::identity::{BudgetReader, FinanceOfficer, ProviderOwner};
use crate::ids::BudgetId;
use crate::web::form::Json;
use crate::web::render::Problem;

use super::account::BankAccount;
use super::account_pages::{may_give, of_council, of_holder, of_person, of_provider};
use super::give_account::{Given, keep};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/provider/bank-account", put().to(put_provider_account))
        .route("/finance/bank-account", put().to(put_council_account))
        .route("/budgets/{budget_id}/bank-account", put().to(put_own_account))
        .route("/finance/budgets/{budget_id}/bank-accounts/{funding_route}", put().to(put_holder_account));
}

/// A bank account: a name, and either a sort code with an account number, or an IBAN.
#[derive(Deserialize, ToSchema)]
#[serde(default)]
#[derive(Default)]
pub struct NewBankAccount {
    /// The name on it.
    pub name: String,
    /// Six digits.
    pub sort_code: String,
    /// Eight digits.
    pub account_number: String,
    /// For an account outside the United Kingdom.
    pub iban: String,
}

/// A bank account that was given, as everybody sees it.
#[derive(Serialize, ToSchema)]
pub struct BankAccountDocument {
    /// "account ending 678".
    pub shown: String,
}

async fn kept(app: &App, given: Given, new: NewBankAccount) -> Result<JsonAnswer<BankAccountDocument>, AppError> {
    let account = BankAccount::checked(&new.name, &new.sort_code, &new.account_number, &new.iban)?;
    let (shown, now, vault) = (account.shown(), app.clock.now(), app.vault.clone());
    app.db.write(move |tx| keep(tx, &vault, &given, &account, now)).await?;
    Ok(JsonAnswer(BankAccountDocument { shown }))
}

/// Says where the caller's organisation is paid.
#[utoipa::path(put, path = "/api/v1/provider/bank-account", tag = "provider", security(("bearer" = [])),
    request_body = NewBankAccount, responses((status = 200, body = BankAccountDocument), (status = 422, body = Problem)))]
pub async fn put_provider_account(
    owner: ProviderOwner,
    Json(new): Json<NewBankAccount>,
    app: Data<App>,
) -> Result<JsonAnswer<BankAccountDocument>, AppError> {
    kept(&app, of_provider(&owner), new).await
}

/// Says from where the caller's council pays.
#[utoipa::path(put, path = "/api/v1/finance/bank-account", tag = "finance", security(("bearer" = [])),
    request_body = NewBankAccount, responses((status = 200, body = BankAccountDocument), (status = 422, body = Problem)))]
pub async fn put_council_account(
    officer: FinanceOfficer,
    Json(new): Json<NewBankAccount>,
    app: Data<App>,
) -> Result<JsonAnswer<BankAccountDocument>, AppError> {
    kept(&app, of_council(&officer), new).await
}

/// Says where a direct payment is paid.
#[utoipa::path(put, path = "/api/v1/budgets/{budget_id}/bank-account", tag = "budgets", security(("bearer" = [])),
    params(("budget_id" = String, Path)), request_body = NewBankAccount,
    responses((status = 200, body = BankAccountDocument), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn put_own_account(
    reader: BudgetReader,
    Json(new): Json<NewBankAccount>,
    app: Data<App>,
) -> Result<JsonAnswer<BankAccountDocument>, AppError> {
    may_give(&app, &reader).await?;
    kept(&app, of_person(&app, &reader), new).await
}

/// Says where whoever holds a budget in one way is paid.
#[utoipa::path(put, path = "/api/v1/finance/budgets/{budget_id}/bank-accounts/{funding_route}", tag = "finance",
    security(("bearer" = [])), params(("budget_id" = String, Path), ("funding_route" = String, Path)),
    request_body = NewBankAccount,
    responses((status = 200, body = BankAccountDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn put_holder_account(
    officer: FinanceOfficer,
    path: Path<(String, String)>,
    Json(new): Json<NewBankAccount>,
    app: Data<App>,
) -> Result<JsonAnswer<BankAccountDocument>, AppError> {
    let budget: BudgetId = path.0.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (_, given) = of_holder(&app, &officer, budget, &path.1).await?;
    kept(&app, given, new).await
}
