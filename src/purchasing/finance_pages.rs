//! The page of a finance officer: invoices to be settled.

use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::audit::{self, Why};
use crate::error::AppError;
use crate::identity::FinanceOfficer;
use crate::ids::InvoiceId;
use crate::money::{Money, thousands};
use crate::places;
use crate::web::form::{Ask, Form};
use crate::web::page::{Errors, Page, Tile, html, see_other};
use crate::web::paging;

use super::pages::{Names, Pressed};
use super::purchase::Purchase;
use super::state::InvoiceState;
use super::views::{FinancePage, InvoiceShown};
use super::{settle, store};

/// Invoices on one page.
const PER_PAGE: u32 = 20;

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/finance", get().to(get_finance))
        .route("/finance/invoices/{invoice_id}/settlement", post().to(post_settlement));
}

/// Which page, and what was just done.
#[derive(Deserialize)]
pub struct Shown {
    page: Option<String>,
    done: Option<String>,
}

/// `GET /finance`: invoices of the authority's people, longest waiting first.
pub async fn get_finance(
    officer: FinanceOfficer,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = paging::number(shown.page.as_deref());
    let looking = officer.clone();
    let (authority, issued_sum, settled_sum, issued, settled, names) = app
        .db
        .read(move |conn| {
            let authority = places::store::authority_name(conn, officer.authority())?;
            let issued_sum = store::invoices_sum(conn, &officer, InvoiceState::Issued)?;
            let settled_sum = store::invoices_sum(conn, &officer, InvoiceState::Settled)?;
            let issued =
                store::invoices_to(conn, &officer, InvoiceState::Issued, i64::from(page), i64::from(PER_PAGE))?;
            let settled = store::invoices_just_settled(conn, &officer, 5)?;
            let all: Vec<&Purchase> = issued.iter().chain(&settled).map(|(_, purchase)| purchase).collect();
            let names = Names::of(conn, &all)?;
            Ok::<_, AppError>((authority, issued_sum, settled_sum, issued, settled, names))
        })
        .await?;
    let seen = issued.iter().chain(&settled).map(|(_, purchase)| purchase);
    audit::looks(&app.db, super::shown::looks_in_a_list(&looking, Why::ToPayInvoices, seen, app.clock.now())).await?;
    let tile = |(count, pence): (i64, i64), label: &str| Tile {
        value: Money::pence(pence).to_string(),
        label: label.into(),
        note: Some(format!("{} invoices", thousands(count.unsigned_abs()))),
    };
    let row = |(invoice, purchase): &(super::Invoice, Purchase)| {
        let waits = invoice.state == InvoiceState::Issued;
        InvoiceShown {
            settle_path: waits.then(|| format!("/finance/invoices/{}/settlement", invoice.id)),
            ..names.invoice(invoice, purchase, "")
        }
    };
    let notice = shown.done.is_some().then_some("The invoice is settled.");
    html(&FinancePage {
        page: Page::of(&request, "Invoices").with_notice(notice),
        nav: crate::budgets::council::pages::nav("/finance"),
        authority,
        tiles: vec![tile(issued_sum, "to be settled"), tile(settled_sum, "settled so far")],
        issued: issued.iter().map(row).collect(),
        settled: settled.iter().map(row).collect(),
        pagination: paging::pagination(u64::try_from(issued_sum.0).unwrap_or(0), page, PER_PAGE, |number| {
            format!("/finance?page={number}")
        }),
        errors: Errors::default(),
    })
}

/// `POST /finance/invoices/{invoice_id}/settlement`
pub async fn post_settlement(
    officer: FinanceOfficer,
    id: Path<String>,
    _: Form<Pressed>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id: InvoiceId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    app.db.write(move |tx| settle(tx, &officer, id, now)).await?;
    Ok(see_other("/finance?done=settled"))
}
