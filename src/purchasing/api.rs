//! Purchases over `/api/v1`: buying, answering, delivering, invoicing, settling. A verb is a noun to be created.

use actix_web::web::{Data, Json as JsonAnswer, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::{self, Why};
use crate::budgets::FundingRoute;
use crate::catalogue::Unit;
use crate::clock::UtcTime;
use crate::error::{AppError, FieldError};
use crate::identity::{
    BudgetHolder, BudgetReader, FinanceOfficer, ProviderMember, PurchaseBuyer, PurchaseParty, PurchaseReader,
};
use crate::ids::{BudgetId, CostOptionId, DeliveryId, InvoiceId, PurchaseId, ServiceId, SubmissionKey};
use crate::money::Money;
use crate::web::form::{Ask, Json};
use crate::web::render::Problem;

use super::state::{DeliveryState, InvoiceState, PaidBy, PurchaseState};
use super::store::WholePurchase;
use super::{
    Delivered, Delivery, Invoice, Purchase, Request, agree, buy, cancel, confirm, decline, dispute, issue_invoice,
    record_delivery, say_paid, say_received, settle, shown, store,
};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/budgets/{budget_id}/purchases", post().to(post_purchase))
        .route("/budgets/{budget_id}/purchases", get().to(get_purchases))
        .route("/purchases/{purchase_id}", get().to(get_purchase))
        .route("/purchases/{purchase_id}/cancellation", post().to(post_cancellation))
        .route("/purchases/{purchase_id}/deliveries/{delivery_id}/confirmation", post().to(post_confirmation))
        .route("/purchases/{purchase_id}/deliveries/{delivery_id}/dispute", post().to(post_dispute))
        .route("/provider/purchases", get().to(get_provider_purchases))
        .route("/provider/purchases/{purchase_id}", get().to(get_provider_purchase))
        .route("/provider/purchases/{purchase_id}/agreement", post().to(post_agreement))
        .route("/provider/purchases/{purchase_id}/refusal", post().to(post_refusal))
        .route("/provider/purchases/{purchase_id}/deliveries", post().to(post_delivery))
        .route("/provider/purchases/{purchase_id}/invoices", post().to(post_invoice))
        .route("/finance/invoices", get().to(get_invoices))
        .route("/finance/invoices/{invoice_id}/settlement", post().to(post_settlement))
        .route("/purchases/{purchase_id}/invoices/{invoice_id}/payment", post().to(post_payment))
        .route("/provider/purchases/{purchase_id}/invoices/{invoice_id}/payment", post().to(post_receipt));
}

/// A purchase with what became of it.
#[derive(Serialize, ToSchema)]
pub struct PurchaseDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: PurchaseId,
    /// The budget that pays.
    #[schema(value_type = String)]
    pub budget_id: BudgetId,
    /// What was bought.
    #[schema(value_type = String)]
    pub service_id: ServiceId,
    /// At which of its prices.
    #[schema(value_type = String)]
    pub cost_option_id: CostOptionId,
    /// What is counted.
    pub unit: Unit,
    /// The price when it was bought.
    pub unit_price_pence: Money,
    /// How many.
    pub quantity: i32,
    /// Price × quantity.
    pub total_pence: Money,
    /// In which way the money is held that it was bought with.
    pub funding_route: FundingRoute,
    /// Where it stands.
    pub state: PurchaseState,
    /// A note for the provider.
    pub note: String,
    /// From when on.
    pub starts_on: NaiveDate,
    /// When.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub requested_at: UtcTime,
    /// What the provider recorded.
    pub deliveries: Vec<DeliveryDocument>,
    /// What was asked for it.
    pub invoices: Vec<InvoiceDocument>,
}

/// One delivery.
#[derive(Serialize, ToSchema)]
pub struct DeliveryDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: DeliveryId,
    /// How many.
    pub quantity: i32,
    /// Their price.
    pub amount_pence: Money,
    /// On which day.
    pub delivered_on: NaiveDate,
    /// Where it stands.
    pub state: DeliveryState,
    /// The provider's note.
    pub note: String,
    /// What the holder says was wrong.
    pub dispute: Option<String>,
}

/// One invoice.
#[derive(Serialize, ToSchema)]
pub struct InvoiceDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: InvoiceId,
    /// For which purchase.
    #[schema(value_type = String)]
    pub purchase_id: PurchaseId,
    /// How much.
    pub amount_pence: Money,
    /// Where it stands.
    pub state: InvoiceState,
    /// In which way the money is held that it is to be paid from.
    pub funding_route: FundingRoute,
    /// Who paid it.
    pub paid_by: Option<PaidBy>,
    /// When it arose.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub issued_at: UtcTime,
}

/// Purchases in a list.
#[derive(Serialize, ToSchema)]
pub struct PurchasesDocument {
    /// The purchases.
    pub purchases: Vec<PurchaseDocument>,
}

/// Invoices in a list.
#[derive(Serialize, ToSchema)]
pub struct InvoicesDocument {
    /// Longest waiting first.
    pub invoices: Vec<InvoiceDocument>,
}

fn document(whole: WholePurchase) -> PurchaseDocument {
    let bare = bare(whole.purchase);
    PurchaseDocument {
        deliveries: whole.deliveries.into_iter().map(delivery_document).collect(),
        invoices: whole.invoices.into_iter().map(invoice_document).collect(),
        ..bare
    }
}

fn bare(purchase: Purchase) -> PurchaseDocument {
    PurchaseDocument {
        id: purchase.id,
        budget_id: purchase.budget_id,
        service_id: purchase.service_id,
        cost_option_id: purchase.cost_option_id,
        unit: purchase.unit,
        unit_price_pence: purchase.unit_price_pence,
        quantity: purchase.quantity,
        total_pence: purchase.total_pence,
        funding_route: purchase.funding_route,
        state: purchase.state,
        note: purchase.note,
        starts_on: purchase.starts_on,
        requested_at: purchase.requested_at,
        deliveries: Vec::new(),
        invoices: Vec::new(),
    }
}

fn delivery_document(delivery: Delivery) -> DeliveryDocument {
    DeliveryDocument {
        id: delivery.id,
        quantity: delivery.quantity,
        amount_pence: delivery.amount_pence,
        delivered_on: delivery.delivered_on,
        state: delivery.state,
        note: delivery.note,
        dispute: delivery.dispute,
    }
}

fn invoice_document(invoice: Invoice) -> InvoiceDocument {
    InvoiceDocument {
        id: invoice.id,
        purchase_id: invoice.purchase_id,
        amount_pence: invoice.amount_pence,
        state: invoice.state,
        funding_route: invoice.funding_route,
        paid_by: invoice.paid_by,
        issued_at: invoice.issued_at,
    }
}

/// What a budget holder asks for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPurchase {
    /// Which service.
    #[schema(value_type = String)]
    pub service_id: ServiceId,
    /// At which of its prices.
    #[schema(value_type = String)]
    pub cost_option_id: CostOptionId,
    /// How many: 1 to 999.
    pub quantity: i32,
    /// Today or later.
    pub starts_on: NaiveDate,
    /// A note for the provider.
    #[serde(default)]
    pub note: String,
    /// From which part, where the budget is held in several ways; without it, from the largest (`no-such-part`).
    #[serde(default)]
    pub funding_route: Option<FundingRoute>,
    /// The answer to the question of a rule, where one was asked (`question-first`).
    #[serde(default)]
    pub answer: String,
}

/// The `Idempotency-Key` of a request that moves money: sending it again changes nothing.
pub(crate) fn idempotency_key(request: &HttpRequest) -> Result<SubmissionKey, AppError> {
    let sent = request.headers().get("Idempotency-Key").and_then(|value| value.to_str().ok()).unwrap_or("").trim();
    if sent.is_empty() || sent.len() > 200 {
        let why = "Send an Idempotency-Key header of 1 to 200 letters, new for each purchase or delivery.";
        return Err(AppError::invalid(vec![FieldError::new("Idempotency-Key", why)]));
    }
    Ok(SubmissionKey::named(sent))
}

/// Buys a service. Sending the same `Idempotency-Key` again returns the first purchase.
#[utoipa::path(post, path = "/api/v1/budgets/{budget_id}/purchases", tag = "purchases", security(("bearer" = [])),
    params(("budget_id" = String, Path), ("Idempotency-Key" = String, Header)), request_body = NewPurchase,
    responses((status = 201, body = PurchaseDocument), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn post_purchase(
    holder: BudgetHolder,
    Json(new): Json<NewPurchase>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let key = idempotency_key(&request)?;
    let NewPurchase { service_id, cost_option_id, quantity, starts_on, note, funding_route, answer } = new;
    let now = app.clock.now();
    let (service, cost_option) = (service_id, cost_option_id);
    let wanted = Request { service, cost_option, quantity, starts_on, note, funding_route, answer, key };
    let wanted = wanted.checked(now.date())?;
    let rules = app.rules.rules(holder.authority()).await?;
    let purchase = app.db.write(move |tx| buy(tx, &holder, &wanted, &rules, now)).await?;
    let place = format!("/api/v1/purchases/{}", purchase.id);
    Ok(HttpResponse::Created().insert_header(("Location", place)).json(bare(purchase)))
}

/// Which page.
#[derive(Deserialize)]
pub struct Shown {
    page: Option<String>,
}

/// The purchases from one budget, newest first, 20 on a page.
#[utoipa::path(get, path = "/api/v1/budgets/{budget_id}/purchases", tag = "purchases", security(("bearer" = [])),
    params(("budget_id" = String, Path), ("page" = Option<u32>, Query)), responses((status = 200, body = PurchasesDocument)))]
pub async fn get_purchases(
    holder: BudgetReader,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
) -> Result<JsonAnswer<PurchasesDocument>, AppError> {
    let page = i64::from(crate::web::paging::number(shown.page.as_deref()));
    let rows = app.db.read(move |conn| store::purchases_from(conn, &holder, page, 20)).await.map_err(AppError::from)?;
    Ok(JsonAnswer(PurchasesDocument { purchases: rows.into_iter().map(bare).collect() }))
}

/// One purchase of the caller.
#[utoipa::path(get, path = "/api/v1/purchases/{purchase_id}", tag = "purchases", security(("bearer" = [])),
    params(("purchase_id" = String, Path)), responses((status = 200, body = PurchaseDocument), (status = 404, body = Problem)))]
pub async fn get_purchase(party: PurchaseReader, app: Data<App>) -> Result<JsonAnswer<PurchaseDocument>, AppError> {
    let whole = app.db.read(move |conn| store::whole_for_party(conn, &party)).await.map_err(AppError::from)?;
    Ok(JsonAnswer(document(whole)))
}

/// A reason.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonDocument {
    /// For the other side to read.
    #[serde(default)]
    pub reason: String,
}

/// Cancels a purchase: what was not delivered is available again.
#[utoipa::path(post, path = "/api/v1/purchases/{purchase_id}/cancellation", tag = "purchases", security(("bearer" = [])),
    params(("purchase_id" = String, Path)), request_body = ReasonDocument,
    responses((status = 200, body = PurchaseDocument), (status = 409, body = Problem)))]
pub async fn post_cancellation(
    party: PurchaseBuyer,
    Json(given): Json<ReasonDocument>,
    app: Data<App>,
) -> Result<JsonAnswer<PurchaseDocument>, AppError> {
    let now = app.clock.now();
    Ok(JsonAnswer(bare(app.db.write(move |tx| cancel(tx, &party, &given.reason, now)).await?)))
}

/// Confirms a delivery: its money is owed.
#[utoipa::path(post, path = "/api/v1/purchases/{purchase_id}/deliveries/{delivery_id}/confirmation", tag = "purchases",
    security(("bearer" = [])), params(("purchase_id" = String, Path), ("delivery_id" = String, Path)),
    responses((status = 204), (status = 409, body = Problem)))]
pub async fn post_confirmation(
    party: PurchaseParty,
    path: Path<(String, String)>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let delivery = path.1.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    app.db.write(move |tx| confirm(tx, &party, delivery, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Disputes a delivery: nothing is paid for it.
#[utoipa::path(post, path = "/api/v1/purchases/{purchase_id}/deliveries/{delivery_id}/dispute", tag = "purchases",
    security(("bearer" = [])), params(("purchase_id" = String, Path), ("delivery_id" = String, Path)),
    request_body = ReasonDocument, responses((status = 204), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn post_dispute(
    party: PurchaseParty,
    path: Path<(String, String)>,
    Json(given): Json<ReasonDocument>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let delivery = path.1.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    app.db.write(move |tx| dispute(tx, &party, delivery, &given.reason, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Which purchases of the provider.
#[derive(Deserialize)]
pub struct AtState {
    state: Option<PurchaseState>,
}

/// The purchases made from the caller's organisation that stand at one state (`requested` unless asked otherwise).
#[utoipa::path(get, path = "/api/v1/provider/purchases", tag = "provider", security(("bearer" = [])),
    params(("state" = Option<PurchaseState>, Query)), responses((status = 200, body = PurchasesDocument)))]
pub async fn get_provider_purchases(
    member: ProviderMember,
    Ask(wanted): Ask<AtState>,
    app: Data<App>,
) -> Result<JsonAnswer<PurchasesDocument>, AppError> {
    let state = wanted.state.unwrap_or(PurchaseState::Requested);
    let looking = member.clone();
    let rows = app.db.read(move |conn| store::purchases_at(conn, &member, state, 100)).await.map_err(AppError::from)?;
    let seen = rows.iter().map(|(purchase, _)| purchase);
    audit::looks(&app.db, shown::looks_in_a_list(&looking, Why::ToSeeWhatWaits, seen, app.clock.now())).await?;
    Ok(JsonAnswer(PurchasesDocument { purchases: rows.into_iter().map(|(purchase, _)| bare(purchase)).collect() }))
}

/// One purchase made from the caller's organisation.
#[utoipa::path(get, path = "/api/v1/provider/purchases/{purchase_id}", tag = "provider", security(("bearer" = [])),
    params(("purchase_id" = String, Path)), responses((status = 200, body = PurchaseDocument), (status = 404, body = Problem)))]
pub async fn get_provider_purchase(
    member: ProviderMember,
    id: Path<String>,
    app: Data<App>,
) -> Result<JsonAnswer<PurchaseDocument>, AppError> {
    let id = parse(&id)?;
    let looking = member.clone();
    let whole = app.db.read(move |conn| store::whole_for_member(conn, &member, id)).await.map_err(AppError::from)?;
    audit::looks(&app.db, vec![shown::look(&looking, &whole.purchase, app.clock.now())]).await?;
    Ok(JsonAnswer(document(whole)))
}

/// Agrees to a purchase.
#[utoipa::path(post, path = "/api/v1/provider/purchases/{purchase_id}/agreement", tag = "provider", security(("bearer" = [])),
    params(("purchase_id" = String, Path)), responses((status = 200, body = PurchaseDocument), (status = 409, body = Problem)))]
pub async fn post_agreement(
    member: ProviderMember,
    id: Path<String>,
    app: Data<App>,
) -> Result<JsonAnswer<PurchaseDocument>, AppError> {
    let (id, now) = (parse(&id)?, app.clock.now());
    Ok(JsonAnswer(bare(app.db.write(move |tx| agree(tx, &member, id, now)).await?)))
}

/// Declines a purchase, with a reason: the money is available again.
#[utoipa::path(post, path = "/api/v1/provider/purchases/{purchase_id}/refusal", tag = "provider", security(("bearer" = [])),
    params(("purchase_id" = String, Path)), request_body = ReasonDocument,
    responses((status = 200, body = PurchaseDocument), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn post_refusal(
    member: ProviderMember,
    id: Path<String>,
    Json(given): Json<ReasonDocument>,
    app: Data<App>,
) -> Result<JsonAnswer<PurchaseDocument>, AppError> {
    let (id, now) = (parse(&id)?, app.clock.now());
    Ok(JsonAnswer(bare(app.db.write(move |tx| decline(tx, &member, id, &given.reason, now)).await?)))
}

/// What was delivered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDelivery {
    /// How many.
    pub quantity: i32,
    /// On which day.
    pub delivered_on: NaiveDate,
    /// A note for the holder.
    #[serde(default)]
    pub note: String,
}

/// Records a delivery. Sending the same `Idempotency-Key` again returns the first one.
#[utoipa::path(post, path = "/api/v1/provider/purchases/{purchase_id}/deliveries", tag = "provider", security(("bearer" = [])),
    params(("purchase_id" = String, Path), ("Idempotency-Key" = String, Header)), request_body = NewDelivery,
    responses((status = 201, body = DeliveryDocument), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn post_delivery(
    member: ProviderMember,
    id: Path<String>,
    Json(new): Json<NewDelivery>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (id, now) = (parse(&id)?, app.clock.now());
    let key = idempotency_key(&request)?;
    let delivered = Delivered { quantity: new.quantity, on: new.delivered_on, note: new.note, key };
    let delivery = app.db.write(move |tx| record_delivery(tx, &member, id, &delivered, now)).await?;
    Ok(HttpResponse::Created().json(delivery_document(delivery)))
}

/// Issues an invoice for what is confirmed so far.
#[utoipa::path(post, path = "/api/v1/provider/purchases/{purchase_id}/invoices", tag = "provider", security(("bearer" = [])),
    params(("purchase_id" = String, Path)), responses((status = 201, body = InvoiceDocument), (status = 409, body = Problem)))]
pub async fn post_invoice(member: ProviderMember, id: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let (id, now) = (parse(&id)?, app.clock.now());
    let invoice = app.db.write(move |tx| issue_invoice(tx, &member, id, now)).await?;
    Ok(HttpResponse::Created().json(invoice_document(invoice)))
}

/// Which invoices.
#[derive(Deserialize)]
pub struct InvoicesAt {
    state: Option<InvoiceState>,
    page: Option<String>,
}

/// Invoices to the caller's authority at one state (`issued` unless asked otherwise), 50 on a page.
#[utoipa::path(get, path = "/api/v1/finance/invoices", tag = "finance", security(("bearer" = [])),
    params(("state" = Option<InvoiceState>, Query), ("page" = Option<u32>, Query)),
    responses((status = 200, body = InvoicesDocument)))]
pub async fn get_invoices(
    officer: FinanceOfficer,
    Ask(wanted): Ask<InvoicesAt>,
    app: Data<App>,
) -> Result<JsonAnswer<InvoicesDocument>, AppError> {
    let state = wanted.state.unwrap_or(InvoiceState::Issued);
    let page = i64::from(crate::web::paging::number(wanted.page.as_deref()));
    let looking = officer.clone();
    let rows =
        app.db.read(move |conn| store::invoices_to(conn, &officer, state, page, 50)).await.map_err(AppError::from)?;
    let seen = rows.iter().map(|(_, purchase)| purchase);
    audit::looks(&app.db, shown::looks_in_a_list(&looking, Why::ToPayInvoices, seen, app.clock.now())).await?;
    Ok(JsonAnswer(InvoicesDocument {
        invoices: rows.into_iter().map(|(invoice, _)| invoice_document(invoice)).collect(),
    }))
}

/// Says that whoever holds the money (the person, a third party, a trust, a broker) has paid an invoice. Saying it again
/// changes nothing.
#[utoipa::path(post, path = "/api/v1/purchases/{purchase_id}/invoices/{invoice_id}/payment", tag = "purchases",
    security(("bearer" = [])), params(("purchase_id" = String, Path), ("invoice_id" = String, Path)),
    responses((status = 200, body = InvoiceDocument), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn post_payment(
    party: PurchaseParty,
    path: Path<(String, String)>,
    app: Data<App>,
) -> Result<JsonAnswer<InvoiceDocument>, AppError> {
    let invoice: InvoiceId = path.1.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    let paid = app.db.write(move |tx| say_paid(tx, &party, invoice, now)).await?;
    Ok(JsonAnswer(invoice_document(paid)))
}

/// Says that the money for an invoice has come from whoever holds it. Saying it again changes nothing.
#[utoipa::path(post, path = "/api/v1/provider/purchases/{purchase_id}/invoices/{invoice_id}/payment", tag = "provider",
    security(("bearer" = [])), params(("purchase_id" = String, Path), ("invoice_id" = String, Path)),
    responses((status = 200, body = InvoiceDocument), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn post_receipt(
    member: ProviderMember,
    path: Path<(String, String)>,
    app: Data<App>,
) -> Result<JsonAnswer<InvoiceDocument>, AppError> {
    let purchase = parse(&path.0)?;
    let invoice: InvoiceId = path.1.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    let paid = app.db.write(move |tx| say_received(tx, &member, (purchase, invoice), now)).await?;
    Ok(JsonAnswer(invoice_document(paid)))
}

/// Settles an invoice.
#[utoipa::path(post, path = "/api/v1/finance/invoices/{invoice_id}/settlement", tag = "finance", security(("bearer" = [])),
    params(("invoice_id" = String, Path)), responses((status = 200, body = InvoiceDocument), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn post_settlement(
    officer: FinanceOfficer,
    id: Path<String>,
    app: Data<App>,
) -> Result<JsonAnswer<InvoiceDocument>, AppError> {
    let invoice: InvoiceId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    let invoice = app.db.write(move |tx| settle(tx, &officer, invoice, now)).await?;
    Ok(JsonAnswer(invoice_document(invoice)))
}

fn parse(id: &str) -> Result<PurchaseId, AppError> {
    id.parse().map_err(|_not_an_id| AppError::NotFound)
}
