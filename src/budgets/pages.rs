//! The pages of personal budgets.

use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::audit;
use crate::catalogue;
use crate::clock::long_date;
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
    let seen = budgets.iter().map(|(.., reader)| audit::at_a_budget(reader, app.clock.now()));
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
        spending_href: (summary.funding_route == super::FundingRoute::DirectPayment)
            .then(|| format!("/budgets/{}/spending", summary.id)),
        may_buy: scopes.buy,
        holding: format!("/budgets/{}/holding", summary.id),
        purchases: purchases.iter().map(|purchase| names.row(purchase, None)).collect(),
        movements: told(&movements, budget.available.balance),
        pagination: paging::pagination(u64::try_from(total).unwrap_or(0), page, PER_PAGE, |number| {
            format!("/budgets/{}?page={number}", summary.id)
        }),
    })
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

/// Movements in words, newest first, with what was available after each. A movement over several sources is one line.
fn told(movements: &[MovementRow], available_now: Money) -> Vec<Movement> {
    let mut available = available_now.as_pence();
    movements
        .chunk_by(|one, other| one.transfer == other.transfer)
        .filter_map(|legs| {
            let row = legs.first()?;
            let after = Money::pence(available);
            let sum = |part: AccountKind| -> i64 {
                legs.iter().filter(|leg| leg.part == part).map(|leg| leg.amount.as_pence()).sum()
            };
            let by = sum(AccountKind::Available);
            available -= by;
            let parts = AccountKind::PARTS.map(|part| (part, sum(part)));
            let amount = parts.iter().map(|(_, pence)| pence.abs()).max().filter(|pence| *pence > 0)?;
            let one = |sign: i64| parts.iter().find(|(_, pence)| pence.signum() == sign).map(|(part, _)| part.as_str());
            Some(Movement {
                when: long_date(row.at.date()),
                what: words(row.reason, by).into(),
                href: None,
                amount: Money::pence(amount).to_string(),
                from: one(-1).map(catalogue::card::tag),
                to: one(1).map(catalogue::card::tag),
                available_after: after.to_string(),
            })
        })
        .collect()
}

/// Why money moved, as the person reads it.
#[must_use]
pub fn words(reason: Reason, available_by: i64) -> &'static str {
    match reason {
        Reason::Grant | Reason::Allocation if available_by < 0 => "Taken back, because the budget changed",
        Reason::Grant | Reason::Allocation => "Put into your budget",
        Reason::Bridging if available_by < 0 => "Bridging payment taken back",
        Reason::Bridging => "Bridging payment, while your budget changes",
        Reason::OneOff => "Put into your budget for something once",
        Reason::Commitment => "Set aside for a purchase",
        Reason::Release => "Given back to you",
        Reason::Delivery => "Delivered, and confirmed by you",
        Reason::Settlement => "Paid to the provider",
        Reason::ClientContribution if available_by < 0 => "Your part, taken off again",
        Reason::ClientContribution => "Your part of your budget",
        Reason::ContributionReceived => "Your part, paid",
        Reason::TopUp => "Added by you or for you",
        Reason::OwnMoney => "Paid in by you",
        Reason::Refund => "Given back by a provider",
        Reason::Clawback => "Taken back by the council",
        Reason::CarryOver if available_by < 0 => "Unspent, on its way to the next period",
        Reason::CarryOver => "Unspent before, carried over",
        Reason::Return => "Unspent, gone back",
        Reason::BetweenBudgets => "Moved between your budgets",
        Reason::BetweenSources => "Moved between where the money comes from",
        Reason::Payment => "Handed to who holds your budget",
        Reason::PaymentReturned => "Handed back to the council",
        Reason::Received => "Received",
        Reason::Reversal => "Put right",
    }
}
