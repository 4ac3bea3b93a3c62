//! Payment runs over `/api/v1`.

use actix_web::web::{Data, Json as JsonAnswer, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit;
use crate::budgets::FundingRoute;
use crate::error::AppError;
use crate::identity::FinanceOfficer;
use crate::ids::{BudgetId, InvoiceId, PaymentRunId};
use crate::money::Money;
use crate::purchasing::api::idempotency_key;
use crate::web::form::{Ask, Json};
use crate::web::render::Problem;
use crate::web::upload::FileBody;

use super::AT_ONCE;
use super::approve::{approve, settle_some};
use super::export::Format;
use super::make::{Wanted, make, withdraw};
use super::pages::{file, looks};
use super::read_back::{apply, read};
use super::run::{LineState, Run, RunState, reference};
use super::store;

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/finance/payment-runs", get().to(get_runs))
        .route("/finance/payment-runs", post().to(post_run))
        .route("/finance/payment-runs/{run_id}", get().to(get_run))
        .route("/finance/payment-runs/{run_id}/payments", get().to(get_payments))
        .route("/finance/payment-runs/{run_id}/approval", post().to(post_approval))
        .route("/finance/payment-runs/{run_id}/withdrawal", post().to(post_withdrawal))
        .route("/finance/payment-runs/{run_id}/answers", post().to(post_answers))
        .route("/finance/payment-runs/{run_id}/pain-001", get().to(get_pain))
        .route("/finance/payment-runs/{run_id}/payments.csv", get().to(get_csv));
}

/// One payment run.
#[derive(Serialize, ToSchema)]
pub struct PaymentRunDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: PaymentRunId,
    /// Counted up for each authority.
    pub number: i32,
    /// Of one deployment option; none for all.
    pub funding_route: Option<FundingRoute>,
    /// The day on which the bank should pay.
    pub pay_on: NaiveDate,
    /// Where it stands.
    pub state: RunState,
    /// How many payments.
    pub payments: i64,
    /// What they add up to.
    pub total_pence: Money,
    /// Payments that are due and were left out, because nobody has given an account for them.
    pub left_out: i64,
    /// Payments by where they stand.
    pub by_state: Vec<PaymentsAt>,
    /// Payments by deployment option: to holders for those that are handed over, of invoices for what the council holds.
    pub by_option: Vec<PaymentsOf>,
}

/// Payments of one deployment option.
#[derive(Serialize, ToSchema)]
pub struct PaymentsOf {
    /// Which.
    pub funding_route: FundingRoute,
    /// How many.
    pub payments: i64,
    /// What they add up to.
    pub total_pence: Money,
}

/// What one payment pays.
#[derive(Serialize, ToSchema)]
pub struct PaymentDocument {
    /// What the bank is told it is called.
    pub reference: String,
    /// To whom.
    pub payee: String,
    /// "account ending 678".
    pub account: String,
    /// How much.
    pub amount_pence: Money,
    /// Where it stands.
    pub state: LineState,
    /// What the bank said.
    pub reason: Option<String>,
    /// The invoice that it pays, where it pays one.
    #[schema(value_type = Option<String>)]
    pub invoice_id: Option<InvoiceId>,
    /// Or the budget of which it pays the holder.
    #[schema(value_type = Option<String>)]
    pub budget_id: Option<BudgetId>,
    /// In which way that is held.
    pub funding_route: Option<FundingRoute>,
}

/// Payments of a run.
#[derive(Serialize, ToSchema)]
pub struct PaymentsDocument {
    /// In their order.
    pub payments: Vec<PaymentDocument>,
    /// Send it as `after` to go on; none at the end.
    pub next: Option<i64>,
}

/// After which payment.
#[derive(Deserialize)]
pub struct PaymentsAfter {
    after: Option<i64>,
}

/// Payments of one answer.
const PAYMENTS: i64 = 500;

/// Payments at one state.
#[derive(Serialize, ToSchema)]
pub struct PaymentsAt {
    /// Where they stand.
    pub state: LineState,
    /// How many.
    pub payments: i64,
    /// What they add up to.
    pub total_pence: Money,
}

fn document(run: &Run, by_state: Vec<PaymentsAt>, by_option: Vec<PaymentsOf>) -> PaymentRunDocument {
    PaymentRunDocument {
        id: run.id,
        number: run.number,
        funding_route: run.funding_route,
        pay_on: run.pay_on,
        state: run.state,
        payments: run.line_count,
        total_pence: run.total_pence,
        left_out: run.left_out,
        by_state,
        by_option,
    }
}

async fn told(app: &App, officer: &FinanceOfficer, id: PaymentRunId) -> Result<PaymentRunDocument, AppError> {
    let authority = officer.authority();
    let (run, states, options) = app
        .db
        .read(move |conn| {
            let run = store::run(conn, authority, id)?;
            let states = store::by_state(conn, &run)?;
            let options = store::by_option(conn, &run)?;
            Ok::<_, AppError>((run, states, options))
        })
        .await?;
    let at = LineState::ALL.iter().filter_map(|state| {
        let (payments, sum) = states.get(state)?;
        Some(PaymentsAt { state: *state, payments: *payments, total_pence: Money::pence(*sum) })
    });
    let of = options.into_iter().map(|(funding_route, payments, sum)| PaymentsOf {
        funding_route,
        payments,
        total_pence: Money::pence(sum),
    });
    Ok(document(&run, at.collect(), of.collect()))
}

/// Payment runs.
#[derive(Serialize, ToSchema)]
pub struct PaymentRunsDocument {
    /// Newest first.
    pub payment_runs: Vec<PaymentRunDocument>,
}

/// The newest payment runs of the caller's authority.
#[utoipa::path(get, path = "/api/v1/finance/payment-runs", tag = "finance", security(("bearer" = [])),
    responses((status = 200, body = PaymentRunsDocument)))]
pub async fn get_runs(officer: FinanceOfficer, app: Data<App>) -> Result<JsonAnswer<PaymentRunsDocument>, AppError> {
    let runs = app.db.read(move |conn| store::runs(conn, officer.authority(), 1, 50)).await?;
    Ok(JsonAnswer(PaymentRunsDocument {
        payment_runs: runs.iter().map(|run| document(run, Vec::new(), Vec::new())).collect(),
    }))
}

/// A run to be made.
#[derive(Deserialize, ToSchema)]
pub struct NewPaymentRun {
    /// Of one deployment option; left out for all.
    pub funding_route: Option<FundingRoute>,
    /// The day on which the bank should pay: today or within 60 days.
    pub pay_on: NaiveDate,
}

/// Lists everything that is due by the day to pay and can be paid: to holders of budgets, and of invoices what the council
/// pays itself. A run started twice is the same run.
#[utoipa::path(post, path = "/api/v1/finance/payment-runs", tag = "finance", security(("bearer" = [])),
    params(("Idempotency-Key" = String, Header)), request_body = NewPaymentRun,
    responses((status = 201, body = PaymentRunDocument), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn post_run(
    officer: FinanceOfficer,
    Json(new): Json<NewPaymentRun>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (key, now) = (idempotency_key(&request)?, app.clock.now());
    let wanted = Wanted { funding_route: new.funding_route, pay_on: new.pay_on, key };
    let asking = officer.clone();
    let run = app.db.write(move |tx| make(tx, &asking, &wanted, now)).await?;
    Ok(HttpResponse::Created().json(told(&app, &officer, run.id).await?))
}

fn id(text: &str) -> Result<PaymentRunId, AppError> {
    text.parse().map_err(|_not_an_id| AppError::NotFound)
}

/// One run.
#[utoipa::path(get, path = "/api/v1/finance/payment-runs/{run_id}", tag = "finance", security(("bearer" = [])),
    params(("run_id" = String, Path)), responses((status = 200, body = PaymentRunDocument)))]
pub async fn get_run(
    officer: FinanceOfficer,
    run: Path<String>,
    app: Data<App>,
) -> Result<JsonAnswer<PaymentRunDocument>, AppError> {
    Ok(JsonAnswer(told(&app, &officer, id(&run)?).await?))
}

/// The payments of a run, five hundred at a time, in their order after one.
#[utoipa::path(get, path = "/api/v1/finance/payment-runs/{run_id}/payments", tag = "finance", security(("bearer" = [])),
    params(("run_id" = String, Path), ("after" = Option<i64>, Query)),
    responses((status = 200, body = PaymentsDocument), (status = 404, body = Problem)))]
pub async fn get_payments(
    officer: FinanceOfficer,
    run: Path<String>,
    Ask(wanted): Ask<PaymentsAfter>,
    app: Data<App>,
) -> Result<JsonAnswer<PaymentsDocument>, AppError> {
    let (id, after) = (id(&run)?, wanted.after.unwrap_or(0));
    let authority = officer.authority();
    let (run, lines) = app
        .db
        .read(move |conn| {
            let run = store::run(conn, authority, id)?;
            let lines = store::lines_after(conn, &run, after, PAYMENTS)?;
            Ok::<_, AppError>((run, lines))
        })
        .await?;
    let paid = lines.iter().filter_map(|shown| shown.person.zip(shown.line.budget_id));
    audit::looks(&app.db, looks(&officer, paid, app.clock.now())).await?;
    let full = i64::try_from(lines.len()).is_ok_and(|count| count == PAYMENTS);
    let next = lines.last().map(|shown| shown.line.number).filter(|_| full);
    let payments = lines.into_iter().map(|shown| PaymentDocument {
        reference: reference(run.number, shown.line.number),
        payee: shown.payee,
        account: shown.shown,
        amount_pence: shown.line.amount_pence,
        state: shown.line.state,
        reason: shown.line.reason,
        invoice_id: shown.line.invoice_id,
        budget_id: shown.line.budget_id,
        funding_route: shown.line.funding_route,
    });
    Ok(JsonAnswer(PaymentsDocument { payments: payments.collect(), next }))
}

/// What the second person has looked at.
#[derive(Deserialize, ToSchema)]
pub struct RunApproval {
    /// The total that is approved.
    pub total_pence: i64,
}

/// Approves a run, as a second person. Its lines are settled from then on, some at a time.
#[utoipa::path(post, path = "/api/v1/finance/payment-runs/{run_id}/approval", tag = "finance", security(("bearer" = [])),
    params(("run_id" = String, Path)), request_body = RunApproval,
    responses((status = 200, body = PaymentRunDocument), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn post_approval(
    officer: FinanceOfficer,
    run: Path<String>,
    Json(given): Json<RunApproval>,
    app: Data<App>,
) -> Result<JsonAnswer<PaymentRunDocument>, AppError> {
    let (id, now) = (id(&run)?, app.clock.now());
    let asking = officer.clone();
    app.db.write(move |tx| approve(tx, &asking, id, Money::pence(given.total_pence), now)).await?;
    app.db.write(move |tx| settle_some(tx, id, AT_ONCE, now)).await?;
    Ok(JsonAnswer(told(&app, &officer, id).await?))
}

/// Takes back a run that nobody has approved.
#[utoipa::path(post, path = "/api/v1/finance/payment-runs/{run_id}/withdrawal", tag = "finance", security(("bearer" = [])),
    params(("run_id" = String, Path)),
    responses((status = 200, body = PaymentRunDocument), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn post_withdrawal(
    officer: FinanceOfficer,
    run: Path<String>,
    app: Data<App>,
) -> Result<JsonAnswer<PaymentRunDocument>, AppError> {
    let (id, now) = (id(&run)?, app.clock.now());
    let asking = officer.clone();
    app.db.write(move |tx| withdraw(tx, &asking, id, now)).await?;
    Ok(JsonAnswer(told(&app, &officer, id).await?))
}

/// What was taken in.
#[derive(Serialize, ToSchema)]
pub struct AnswersDocument {
    /// Payments that are paid now.
    pub paid: usize,
    /// Payments that failed: their money is turned back, and due again.
    pub failed: usize,
    /// Rows that said nothing new.
    pub nothing_new: usize,
}

/// Reads back what the bank says: a pain.002, or a CSV with the columns reference, status and reason. One row that cannot be
/// placed refuses the whole file.
#[utoipa::path(post, path = "/api/v1/finance/payment-runs/{run_id}/answers", tag = "finance", security(("bearer" = [])),
    params(("run_id" = String, Path)), request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = AnswersDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn post_answers(
    officer: FinanceOfficer,
    run: Path<String>,
    FileBody(bytes): FileBody,
    app: Data<App>,
) -> Result<JsonAnswer<AnswersDocument>, AppError> {
    let (id, now) = (id(&run)?, app.clock.now());
    let authority = officer.authority();
    let run = app.db.read(move |conn| store::run(conn, authority, id)).await?;
    let said = read(&bytes)?;
    let told = app.db.write(move |tx| apply(tx, &officer, &run, &said, now)).await?;
    Ok(JsonAnswer(AnswersDocument { paid: told.paid, failed: told.failed, nothing_new: told.nothing_new }))
}

/// The payments of a run that the bank has not answered, as ISO 20022 pain.001.001.09.
#[utoipa::path(get, path = "/api/v1/finance/payment-runs/{run_id}/pain-001", tag = "finance", security(("bearer" = [])),
    params(("run_id" = String, Path)),
    responses((status = 200, content_type = "application/xml", body = String), (status = 404, body = Problem),
              (status = 409, body = Problem)))]
pub async fn get_pain(officer: FinanceOfficer, run: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    file(&app, officer, id(&run)?, Format::Pain).await
}

/// The same as CSV: reference, payee, account, amount, invoice.
#[utoipa::path(get, path = "/api/v1/finance/payment-runs/{run_id}/payments.csv", tag = "finance", security(("bearer" = [])),
    params(("run_id" = String, Path)),
    responses((status = 200, content_type = "text/csv", body = String), (status = 404, body = Problem),
              (status = 409, body = Problem)))]
pub async fn get_csv(officer: FinanceOfficer, run: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    file(&app, officer, id(&run)?, Format::Csv).await
}
