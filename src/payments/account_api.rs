//! Where providers and those who hold budgets are paid, and from where a council pays, over `/api/v1`. Numbers go in and never
//! come out.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json as JsonAnswer, Path, ServiceConfig, get, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::clock::UtcTime;
use crate::error::AppError;
use crate::identity::{BudgetReader, FinanceOfficer, ProviderOwner, Scope, SignedIn};
use crate::ids::BudgetId;
use crate::web::form::Json;
use crate::web::render::Problem;

use super::account::{BankAccount, Payee};
use super::account_pages::{looked, may_give, of_council, of_holder, of_person, of_provider};
use super::give_account::{Given, keep};
use super::store;

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/provider/bank-account", get().to(get_provider_account))
        .route("/provider/bank-account", put().to(put_provider_account))
        .route("/finance/bank-account", get().to(get_council_account))
        .route("/finance/bank-account", put().to(put_council_account))
        .route("/budgets/{budget_id}/bank-account", get().to(get_own_account))
        .route("/budgets/{budget_id}/bank-account", put().to(put_own_account))
        .route("/finance/budgets/{budget_id}/bank-accounts/{funding_route}", get().to(get_holder_account))
        .route("/finance/budgets/{budget_id}/bank-accounts/{funding_route}", put().to(put_holder_account));
}

/// A bank account that is kept sealed.
#[derive(Serialize, ToSchema)]
pub struct SealedAccount {
    /// "account ending 678"
    pub ends_with: String,
    /// Since when.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub given_at: UtcTime,
    /// Who gave it.
    pub given_by: String,
}

/// The bank account that counts.
#[derive(Serialize, ToSchema)]
pub struct BankAccountDocument {
    /// None where none was given.
    pub bank_account: Option<SealedAccount>,
}

async fn shown(app: &App, payee: Payee) -> Result<JsonAnswer<BankAccountDocument>, AppError> {
    let now = app.db.read(move |conn| store::account_shown(conn, &payee)).await.map_err(AppError::from)?;
    let sealed = |(ends_with, given_at, given_by)| SealedAccount { ends_with, given_at, given_by };
    Ok(JsonAnswer(BankAccountDocument { bank_account: now.map(sealed) }))
}

/// A bank account: sort code and number, or an IBAN.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewBankAccount {
    /// The name on it.
    pub name: String,
    /// Six digits, for an account in the United Kingdom.
    pub sort_code: String,
    /// Eight digits.
    pub number: String,
    /// For an account elsewhere.
    pub iban: String,
}

/// To where money goes is not for every program that works a desk: it takes the scope that changes accounts, too.
fn may_change(who: &SignedIn) -> Result<(), AppError> {
    let wanted = Scope::Account;
    if who.allowed().may(wanted) {
        return Ok(());
    }
    let why = format!("this token lacks the scope \"{wanted}\": {}", wanted.about());
    Err(AppError::refused_as(StatusCode::FORBIDDEN, "scope-missing", why))
}

async fn changed(app: &App, who: &SignedIn, given: Given, new: NewBankAccount) -> Result<HttpResponse, AppError> {
    may_change(who)?;
    let account = BankAccount::checked(&new.name, &new.sort_code, &new.number, &new.iban)?;
    let (now, vault) = (app.clock.now(), app.vault.clone());
    app.db.write(move |tx| keep(tx, &vault, &given, &account, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Where the caller's organisation is paid.
#[utoipa::path(get, path = "/api/v1/provider/bank-account", tag = "payments", security(("bearer" = [])),
    responses((status = 200, body = BankAccountDocument), (status = 404, body = Problem)))]
pub async fn get_provider_account(
    owner: ProviderOwner,
    app: Data<App>,
) -> Result<JsonAnswer<BankAccountDocument>, AppError> {
    shown(&app, Payee::Organization(owner.organization())).await
}

/// Says where the caller's organisation is paid. A letter tells its owner.
#[utoipa::path(put, path = "/api/v1/provider/bank-account", tag = "payments", security(("bearer" = [])),
    request_body = NewBankAccount,
    responses((status = 204, description = "It is changed."), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn put_provider_account(
    owner: ProviderOwner,
    Json(new): Json<NewBankAccount>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    changed(&app, owner.who(), of_provider(&owner), new).await
}

/// From where the caller's council pays.
#[utoipa::path(get, path = "/api/v1/finance/bank-account", tag = "payments", security(("bearer" = [])),
    responses((status = 200, body = BankAccountDocument), (status = 404, body = Problem)))]
pub async fn get_council_account(
    officer: FinanceOfficer,
    app: Data<App>,
) -> Result<JsonAnswer<BankAccountDocument>, AppError> {
    shown(&app, Payee::Authority(officer.authority())).await
}

/// Says from where the caller's council pays. A letter tells who said so.
#[utoipa::path(put, path = "/api/v1/finance/bank-account", tag = "payments", security(("bearer" = [])),
    request_body = NewBankAccount,
    responses((status = 204, description = "It is changed."), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn put_council_account(
    officer: FinanceOfficer,
    Json(new): Json<NewBankAccount>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    changed(&app, officer.who(), of_council(&officer), new).await
}

/// Where a direct payment is paid.
#[utoipa::path(get, path = "/api/v1/budgets/{budget_id}/bank-account", tag = "payments", security(("bearer" = [])),
    params(("budget_id" = String, Path)),
    responses((status = 200, body = BankAccountDocument), (status = 404, body = Problem)))]
pub async fn get_own_account(
    reader: BudgetReader,
    app: Data<App>,
) -> Result<JsonAnswer<BankAccountDocument>, AppError> {
    may_give(&app, &reader).await?;
    shown(&app, of_person(&app, &reader).payee).await
}

/// Says where a direct payment is paid. Letters tell the person, and who said so.
#[utoipa::path(put, path = "/api/v1/budgets/{budget_id}/bank-account", tag = "payments", security(("bearer" = [])),
    params(("budget_id" = String, Path)), request_body = NewBankAccount,
    responses((status = 204, description = "It is changed."), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn put_own_account(
    reader: BudgetReader,
    Json(new): Json<NewBankAccount>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    may_give(&app, &reader).await?;
    changed(&app, reader.who(), of_person(&app, &reader), new).await
}

/// Where whoever holds a budget in one way is paid.
#[utoipa::path(get, path = "/api/v1/finance/budgets/{budget_id}/bank-accounts/{funding_route}", tag = "payments",
    security(("bearer" = [])), params(("budget_id" = String, Path), ("funding_route" = String, Path)),
    responses((status = 200, body = BankAccountDocument), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn get_holder_account(
    officer: FinanceOfficer,
    path: Path<(String, String)>,
    app: Data<App>,
) -> Result<JsonAnswer<BankAccountDocument>, AppError> {
    let budget = budget_id(&path.0)?;
    let (_, given) = of_holder(&app, &officer, budget, &path.1).await?;
    looked(&app, &officer, &given, budget).await?;
    shown(&app, given.payee).await
}

/// Says where whoever holds a budget in one way is paid. Letters tell the person, and who said so.
#[utoipa::path(put, path = "/api/v1/finance/budgets/{budget_id}/bank-accounts/{funding_route}", tag = "payments",
    security(("bearer" = [])), params(("budget_id" = String, Path), ("funding_route" = String, Path)),
    request_body = NewBankAccount,
    responses((status = 204, description = "It is changed."), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn put_holder_account(
    officer: FinanceOfficer,
    path: Path<(String, String)>,
    Json(new): Json<NewBankAccount>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (_, given) = of_holder(&app, &officer, budget_id(&path.0)?, &path.1).await?;
    changed(&app, officer.who(), given, new).await
}

fn budget_id(text: &str) -> Result<BudgetId, AppError> {
    text.parse().map_err(|_not_an_id| AppError::NotFound)
}
