//! Where a provider is paid and from where a council pays, over `/api/v1`. Numbers go in and never come out.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json as JsonAnswer, ServiceConfig, get, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::clock::UtcTime;
use crate::error::AppError;
use crate::identity::{FinanceOfficer, ProviderOwner, Scope, SignedIn};
use crate::web::form::Json;
use crate::web::render::Problem;

use super::account::Payee;
use super::account_pages::{AccountForm, COUNCIL, PROVIDER, keep};
use super::store;

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/provider/bank-account", get().to(get_provider_account))
        .route("/provider/bank-account", put().to(put_provider_account))
        .route("/finance/bank-account", get().to(get_council_account))
        .route("/finance/bank-account", put().to(put_council_account));
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

async fn changed(
    app: &App,
    payee: Payee,
    who: &SignedIn,
    new: NewBankAccount,
    what: &'static str,
) -> Result<HttpResponse, AppError> {
    may_change(who)?;
    let NewBankAccount { name, sort_code, number, iban } = new;
    let wrong = keep(app, payee, who.person(), &AccountForm { name, sort_code, number, iban }, what).await?;
    if wrong.is_empty() { Ok(HttpResponse::NoContent().finish()) } else { Err(AppError::invalid(wrong)) }
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
    changed(&app, Payee::Organization(owner.organization()), owner.who(), new, PROVIDER).await
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
    changed(&app, Payee::Authority(officer.authority()), officer.who(), new, COUNCIL).await
}
