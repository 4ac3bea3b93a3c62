//! The pages of a provider: the desk, and one purchase to answer and deliver.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::app::App;
use crate::audit::{self, Why};
use crate::catalogue;
use crate::clock::long_date;
use crate::enquiries;
use crate::error::{AppError, FieldError};
use crate::identity::{self, ProviderMember};
use crate::ids::{InvoiceId, PurchaseId, SubmissionKey};
use crate::providers::views::desk_nav;
use crate::web::form::{Ask, Form};
use crate::web::page::{Errors, Link, Page, Tile, html, html_with, see_other};

use super::pages::{Done, Names, Pressed, ReasonForm};
use super::purchase::Purchase;
use super::shown;
use super::state::PurchaseState;
use super::views::{DeskDelivery, DeskPage, ProviderPurchasePage, PurchaseRow};
use super::{Delivered, agree, decline, issue_invoice, record_delivery, say_received, store};

/// Rows of each list on the desk.
const ROWS: i64 = 30;

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/provider", get().to(get_desk))
        .route("/provider/purchases/{purchase_id}", get().to(get_purchase))
        .route("/provider/purchases/{purchase_id}/agreement", post().to(post_agreement))
        .route("/provider/purchases/{purchase_id}/refusal", post().to(post_refusal))
        .route("/provider/purchases/{purchase_id}/deliveries", post().to(post_delivery))
        .route("/provider/purchases/{purchase_id}/invoices", post().to(post_invoice))
        .route("/provider/purchases/{purchase_id}/invoices/{invoice_id}/payment", post().to(post_payment));
}

/// `GET /provider`: what waits, what is agreed, what was delivered, what is invoiced.
pub async fn get_desk(member: ProviderMember, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let looking = member.clone();
    let nav = desk_nav(&member, "/provider");
    let (provider, counts, questions, waiting, agreed, deliveries, invoices, names) = app
        .db
        .read(move |conn| {
            let provider = catalogue::store::provider_name(conn, member.organization())?;
            let counts = store::counts_by_state(conn, &member)?;
            let questions = enquiries::store::count_waiting(conn, &member)?;
            let waiting = store::purchases_at(conn, &member, PurchaseState::Requested, ROWS)?;
            let agreed = store::purchases_at(conn, &member, PurchaseState::Agreed, ROWS)?;
            let deliveries = store::deliveries_open(conn, &member, ROWS)?;
            let invoices = store::invoices_of(conn, &member, 10)?;
            let all: Vec<&Purchase> = waiting
                .iter()
                .chain(&agreed)
                .map(|(purchase, _)| purchase)
                .chain(deliveries.iter().map(|(_, purchase, _)| purchase))
                .chain(invoices.iter().map(|(_, purchase)| purchase))
                .collect();
            let names = Names::of(conn, &all)?;
            Ok::<_, AppError>((provider, counts, questions, waiting, agreed, deliveries, invoices, names))
        })
        .await?;
    let seen = waiting.iter().chain(&agreed).map(|(purchase, _)| purchase);
    let seen = seen.chain(deliveries.iter().map(|(_, purchase, _)| purchase));
    let seen = seen.chain(invoices.iter().map(|(_, purchase)| purchase));
    audit::looks(&app.db, shown::looks_in_a_list(&looking, Why::ToSeeWhatWaits, seen, app.clock.now())).await?;
    let count = |state| counts.iter().find(|(each, _)| *each == state).map_or(0, |(_, count)| *count);
    let tile = |state, label: &str| Tile { value: count(state).to_string(), label: label.into(), note: None };
    let rows = |list: &[(Purchase, String)]| -> Vec<PurchaseRow> {
        list.iter().map(|(purchase, person)| names.row(purchase, Some(person))).collect()
    };
    let path = |purchase: &Purchase| format!("/provider/purchases/{}", purchase.id);
    let delivery = |(delivery, purchase, person): &(super::Delivery, Purchase, String)| DeskDelivery {
        purchase: Link { label: names.heading(purchase), href: path(purchase) },
        person: format!("for {}", shown::first_name(person)),
        on: long_date(delivery.delivered_on),
        quantity: purchase.unit.counted(i64::from(delivery.quantity)),
        amount: delivery.amount_pence.to_string(),
        state: catalogue::card::tag(delivery.state.as_str()),
        disputed_because: delivery.dispute.clone(),
    };
    html(&DeskPage {
        page: Page::of(&request, "Provider desk"),
        nav,
        provider,
        tiles: vec![
            tile(PurchaseState::Requested, "waiting for your answer"),
            Tile { value: questions.to_string(), label: "questions to answer".into(), note: None },
            tile(PurchaseState::Agreed, "to be delivered"),
            tile(PurchaseState::Delivered, "delivered, to be paid"),
            tile(PurchaseState::Settled, "paid so far"),
        ],
        waiting: rows(&waiting),
        agreed: rows(&agreed),
        deliveries: deliveries.iter().map(delivery).collect(),
        invoices: invoices
            .iter()
            .map(|(invoice, purchase)| names.invoice(invoice, purchase, &path(purchase)))
            .collect(),
    })
}

/// `GET /provider/purchases/{purchase_id}`
pub async fn get_purchase(
    member: ProviderMember,
    id: Path<String>,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let notice = match done.done.as_deref() {
        Some("agreed") => Some("You have said yes. The person can see it."),
        Some("declined") => Some("You have declined. The person can see your reason."),
        Some("recorded") => Some("The delivery is recorded. The person is asked whether it happened."),
        Some("invoiced") => Some("The invoice is on its way to whoever pays it."),
        Some("paid") => Some("Thank you. The invoice is noted as paid."),
        _ => None,
    };
    let page = purchase_page(&app, &request, member, parse(&id)?, Typed::default()).await?;
    html(&ProviderPurchasePage { page: page.page.with_notice(notice), ..page })
}

/// What was typed before, and what is wrong with it.
#[derive(Default)]
struct Typed {
    reason: String,
    delivery: DeliveryForm,
    errors: Errors,
}

async fn purchase_page(
    app: &App,
    request: &HttpRequest,
    member: ProviderMember,
    id: PurchaseId,
    typed: Typed,
) -> Result<ProviderPurchasePage, AppError> {
    let looking = member.clone();
    let (whole, taken, names, option, person, acted) = app
        .db
        .read(move |conn| {
            let whole = store::whole_for_member(conn, &member, id)?;
            let taken = store::steps(conn, &whole.purchase)?;
            let names = Names::of(conn, &[&whole.purchase])?;
            let option = catalogue::store::option_label(conn, whole.purchase.cost_option_id)?;
            let person = identity::store::name(conn, whole.purchase.person_id)?.unwrap_or_default();
            let acted = store::actors(conn, &whole.purchase, &taken)?;
            Ok::<_, AppError>((whole, taken, names, option, person, acted))
        })
        .await?;
    let purchase = &whole.purchase;
    audit::looks(&app.db, vec![shown::look(&looking, purchase, app.clock.now())]).await?;
    let left = purchase.still_to_deliver(&whole.deliveries);
    let path = |open: bool, what: &str| open.then(|| format!("/provider/purchases/{id}/{what}"));
    let own_path = format!("/provider/purchases/{id}");
    let says_paid = (true, own_path.as_str(), "We have the money");
    let today = app.clock.now().date();
    let typed_or = |text: String, usual: String| if text.is_empty() { usual } else { text };
    let person = shown::first_name(&person);
    let acted: HashMap<_, _> = acted.into_iter().map(|(by, name)| (Some(by), format!("{name} for {person}"))).collect();
    Ok(ProviderPurchasePage {
        page: Page::of(request, names.heading(purchase)),
        heading: names.heading(purchase),
        service: names.service(purchase).to_owned(),
        kind_slug: names.kind_slug(purchase),
        state: catalogue::card::tag(purchase.state.as_str()),
        state_sentence: shown::state_sentence(&whole, "", true),
        quantity: shown::quantity(purchase),
        option,
        unit_price: format!("{} {}", purchase.unit_price_pence, purchase.unit.each()),
        total: purchase.total_pence.to_string(),
        starts: Some(long_date(purchase.starts_on)),
        note: (!purchase.note.is_empty()).then(|| purchase.note.clone()),
        reference: shown::reference(purchase),
        picture: shown::money(&whole),
        steps: shown::steps(purchase, &taken, |by| acted.get(&by).cloned().unwrap_or_else(|| person.clone()), "you"),
        person,
        accept_path: path(purchase.state == PurchaseState::Requested, "agreement"),
        decline_path: path(purchase.state == PurchaseState::Requested, "refusal"),
        reason: typed.reason,
        record_path: path(left > 0, "deliveries"),
        invoice_path: path(whole.has_something_to_invoice(), "invoices"),
        left_to_deliver: format!("{} left to deliver", purchase.unit.counted(i64::from(left))),
        units: catalogue::pages::unit_words(purchase.unit).1,
        delivered_on: typed_or(typed.delivery.delivered_on, today.to_string()),
        delivered_quantity: typed_or(typed.delivery.quantity, left.to_string()),
        delivered_note: typed.delivery.note,
        today: today.to_string(),
        deliveries: whole.deliveries.iter().map(|delivery| shown::delivery(purchase, delivery, false)).collect(),
        invoices: whole.invoices.iter().map(|invoice| names.invoice_to_answer(invoice, purchase, says_paid)).collect(),
        submission_key: SubmissionKey::new().to_string(),
        errors: typed.errors,
    })
}

/// `POST /provider/purchases/{purchase_id}/agreement`
pub async fn post_agreement(
    member: ProviderMember,
    id: Path<String>,
    _: Form<Pressed>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id = parse(&id)?;
    let now = app.clock.now();
    app.db.write(move |tx| agree(tx, &member, id, now)).await?;
    Ok(see_other(&format!("/provider/purchases/{id}?done=agreed")))
}

/// `POST /provider/purchases/{purchase_id}/refusal`
pub async fn post_refusal(
    member: ProviderMember,
    id: Path<String>,
    Form(form): Form<ReasonForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = parse(&id)?;
    let now = app.clock.now();
    let (asking, reason) = (member.clone(), form.reason.clone());
    match app.db.write(move |tx| decline(tx, &asking, id, &reason, now)).await {
        Ok(_) => Ok(see_other(&format!("/provider/purchases/{id}?done=declined"))),
        Err(refused @ super::AnswerError::NoReason) => {
            let typed = Typed { reason: form.reason, errors: fields_of(refused.into()).into(), ..Typed::default() };
            again(&app, &request, member, id, typed).await
        }
        Err(other) => Err(other.into()),
    }
}

/// The form that records a delivery, as it was sent.
#[derive(Clone, Default, Deserialize)]
pub struct DeliveryForm {
    #[serde(default)]
    delivered_on: String,
    #[serde(default)]
    quantity: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    submission_key: String,
}

impl DeliveryForm {
    fn checked(&self) -> Result<Delivered, Vec<FieldError>> {
        let on: Option<NaiveDate> = self.delivered_on.trim().parse().ok();
        let quantity: Option<i32> = self.quantity.trim().parse().ok();
        let key: Option<SubmissionKey> = self.submission_key.parse().ok();
        let mut wrong = Vec::new();
        if on.is_none() {
            wrong.push(FieldError::new("delivered_on", "Enter the day of the delivery."));
        }
        if quantity.is_none() {
            wrong.push(FieldError::new("quantity", "Enter how many were delivered: a whole number."));
        }
        match (on, quantity) {
            (Some(on), Some(quantity)) => {
                Ok(Delivered { quantity, on, note: self.note.clone(), key: key.unwrap_or_else(SubmissionKey::new) })
            }
            _ => Err(wrong),
        }
    }
}

/// `POST /provider/purchases/{purchase_id}/deliveries`
pub async fn post_delivery(
    member: ProviderMember,
    id: Path<String>,
    Form(form): Form<DeliveryForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = parse(&id)?;
    let now = app.clock.now();
    let errors = match form.checked() {
        Err(wrong) => wrong,
        Ok(delivered) => {
            let asking = member.clone();
            match app.db.write(move |tx| record_delivery(tx, &asking, id, &delivered, now)).await {
                Ok(_) => return Ok(see_other(&format!("/provider/purchases/{id}?done=recorded"))),
                Err(refused @ (super::DeliverError::TooMany(_) | super::DeliverError::NotThatDay)) => {
                    fields_of(refused.into())
                }
                Err(other) => return Err(other.into()),
            }
        }
    };
    again(&app, &request, member, id, Typed { delivery: form, errors: errors.into(), ..Typed::default() }).await
}

/// `POST /provider/purchases/{purchase_id}/invoices`: asks for what is confirmed so far.
pub async fn post_invoice(
    member: ProviderMember,
    id: Path<String>,
    _: Form<Pressed>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id = parse(&id)?;
    let now = app.clock.now();
    app.db.write(move |tx| issue_invoice(tx, &member, id, now)).await?;
    Ok(see_other(&format!("/provider/purchases/{id}?done=invoiced")))
}

/// `POST /provider/purchases/{purchase_id}/invoices/{invoice_id}/payment`: the money has come.
pub async fn post_payment(
    member: ProviderMember,
    path: Path<(String, String)>,
    _: Form<Pressed>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let purchase = parse(&path.0)?;
    let invoice: InvoiceId = path.1.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    app.db.write(move |tx| say_received(tx, &member, (purchase, invoice), now)).await?;
    Ok(see_other(&format!("/provider/purchases/{purchase}?done=paid")))
}

async fn again(
    app: &App,
    request: &HttpRequest,
    member: ProviderMember,
    id: PurchaseId,
    typed: Typed,
) -> Result<HttpResponse, AppError> {
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &purchase_page(app, request, member, id, typed).await?)
}

fn fields_of(error: AppError) -> Vec<FieldError> {
    match error {
        AppError::Refused(refusal) => refusal.fields,
        _ => Vec::new(),
    }
}

fn parse(id: &str) -> Result<PurchaseId, AppError> {
    id.parse().map_err(|_not_an_id| AppError::NotFound)
}
