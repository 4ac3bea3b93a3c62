//! The pages of personal budgets.

use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::audit::{self, Deed, Entry, What, Why};
use crate::catalogue;
use crate::clock::{UtcTime, long_date};
use crate::error::AppError;
use crate::identity::{BudgetReader, SignedIn};
use crate::money::Money;
use crate::places;
use crate::purchasing::{self, Purchase};
use crate::web::form::Ask;
use crate::web::page::{Link, Page, html};
use crate::web::paging;

use super::ledger::{AccountKind, Reason};
use super::store::{self, BudgetSummary, MovementRow};
use super::views::{BudgetCard, BudgetPage, BudgetsPage, Movement, Task};
use super::{Budget, picture};

/// Purchases on one page.
const PER_PAGE: u32 = 10;

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/budgets", get().to(get_budgets)).route("/budgets/{budget_id}", get().to(get_budget));
}

/// `GET /budgets`: the budgets that the visitor may spend from.
pub async fn get_budgets(who: SignedIn, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let person = who.clone();
    let budgets = app
        .db
        .read(move |conn| {
            let mut all = Vec::new();
            for summary in store::budgets_of(conn, &person)? {
                let Some(reader) = BudgetReader::find(conn, &person, summary.id)? else { continue };
                let budget = store::read(conn, &reader)?;
                all.push((summary, budget, reader));
            }
            Ok::<_, AppError>(all)
        })
        .await?;
    let seen = budgets.iter().map(|(.., reader)| look(reader, app.clock.now()));
    audit::looks(&app.db, seen.collect()).await?;
    let card = |(summary, budget, reader): &(BudgetSummary, Budget, BudgetReader)| BudgetCard {
        href: format!("/budgets/{}", summary.id),
        name: summary.name.clone(),
        person: reader.person_name().to_owned(),
        route: summary.funding_route.to_string(),
        period: period(summary),
        picture: picture::of_budget(budget),
    };
    let others = budgets.iter().any(|(.., reader)| reader.acting_for().is_some());
    html(&BudgetsPage { page: Page::of(&request, "My budgets"), budgets: budgets.iter().map(card).collect(), others })
}

/// Which page of the purchases.
#[derive(Deserialize)]
pub struct Shown {
    page: Option<String>,
}

/// `GET /budgets/{budget_id}`: one budget as a picture and as figures.
pub async fn get_budget(
    holder: BudgetReader,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = paging::number(shown.page.as_deref());
    let asked = holder.clone();
    let (summary, budget, authority, purchases, total, names, waiting, movements) = app
        .db
        .read(move |conn| {
            let summary = store::summary(conn, &asked)?;
            let budget = store::read(conn, &asked)?;
            let authority = places::store::authority_name(conn, summary.authority_id)?;
            let purchases = purchasing::store::purchases_from(conn, &asked, i64::from(page), i64::from(PER_PAGE))?;
            let total = purchasing::store::count_from(conn, &asked)?;
            let waiting = purchasing::store::deliveries_awaiting_answer(conn, &asked)?;
            let all: Vec<&Purchase> = purchases.iter().chain(waiting.iter().map(|(_, purchase)| purchase)).collect();
            let names = purchasing::pages::Names::of(conn, &all)?;
            let movements = store::movements(conn, &asked, 20)?;
            Ok::<_, AppError>((summary, budget, authority, purchases, total, names, waiting, movements))
        })
        .await?;
    audit::looks(&app.db, vec![look(&holder, app.clock.now())]).await?;
    let scopes = holder.scopes();
    let may_answer = scopes.buy || scopes.money;
    let to_do = waiting.iter().map(|(delivery, purchase)| Task {
        text: format!(
            "{} says it delivered {} on {}. Did it happen?",
            names.provider(purchase),
            purchase.unit.counted(i64::from(delivery.quantity)),
            long_date(delivery.delivered_on)
        ),
        link: Link { label: "Answer".into(), href: format!("/purchases/{}", purchase.id) },
    });
    html(&BudgetPage {
        page: Page::of(&request, summary.name.clone()),
        name: summary.name.clone(),
        person: holder.person_name().to_owned(),
        own: holder.acting_for().is_none(),
        authority,
        route: summary.funding_route.to_string(),
        period: period(&summary),
        available: budget.available.balance.to_string(),
        pace: pace(&summary, budget.available.balance, app.clock.now().date()),
        picture: picture::of_budget(&budget),
        to_do: to_do.filter(|_| may_answer).collect(),
        money_href: match holder.acting_for() {
            None => "/my-money".into(),
            Some(_) => format!("/my-money?person={}", holder.person()),
        },
        statement_href: format!("/budgets/{}/statement", summary.id),
        may_buy: scopes.buy,
        purchases: purchases.iter().map(|purchase| names.row(purchase, None)).collect(),
        movements: told(&movements, budget.available.balance),
        pagination: paging::pagination(u64::try_from(total).unwrap_or(0), page, PER_PAGE, |number| {
            format!("/budgets/{}?page={number}", summary.id)
        }),
    })
}

/// A look at a budget, for whoever reads who looked.
pub(crate) fn look(reader: &BudgetReader, now: UtcTime) -> Entry {
    Entry::new(reader, (Deed::LookedAt, Why::ToHelp), reader.person(), (What::Budget, reader.budget().as_str()), now)
}

/// "6 April 2026 to 5 April 2027"
pub(super) fn period(summary: &BudgetSummary) -> String {
    format!("{} to {}", long_date(summary.starts_on), long_date(summary.ends_on.pred_opt().unwrap_or(summary.ends_on)))
}

/// How much a week is left until the budget ends, while it runs.
fn pace(summary: &BudgetSummary, available: Money, today: chrono::NaiveDate) -> Option<String> {
    let weeks = (summary.ends_on - today).num_weeks();
    (weeks > 0 && today >= summary.starts_on && available > Money::ZERO).then(|| {
        let a_week = Money::pounds(i32::try_from(available.as_pence() / 100 / weeks).unwrap_or(i32::MAX));
        let last = summary.ends_on.pred_opt().unwrap_or(summary.ends_on);
        format!("That is about {a_week} a week until {}.", long_date(last))
    })
}

/// Movements in words, newest first, with what was available after each.
fn told(movements: &[MovementRow], available_now: Money) -> Vec<Movement> {
    let mut available = available_now.as_pence();
    movements
        .iter()
        .map(|row| {
            let after = Money::pence(available);
            let (what, from, to, by) = match row.reason {
                Reason::Grant | Reason::Allocation => {
                    ("Put into your budget", None, "available", row.amount.as_pence())
                }
                Reason::Commitment => {
                    ("Set aside for a purchase", Some("available"), "committed", -row.amount.as_pence())
                }
                Reason::Release => ("Given back to you", Some("committed"), "available", row.amount.as_pence()),
                Reason::Delivery => ("Delivered, and confirmed by you", Some("committed"), "owed", 0),
                Reason::Settlement => ("Paid to the provider", Some("owed"), "paid", 0),
                Reason::Reversal if row.part == AccountKind::Available => {
                    ("Put right", None, "available", row.amount.as_pence())
                }
                Reason::Reversal => ("Put right", None, row.part.as_str(), 0),
            };
            available -= by;
            Movement {
                when: long_date(row.at.date()),
                what: what.into(),
                href: None,
                amount: row.amount.to_string(),
                from: from.map(catalogue::card::tag),
                to: Some(catalogue::card::tag(to)),
                available_after: after.to_string(),
            }
        })
        .collect()
}
