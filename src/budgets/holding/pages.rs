//! The page on which a person sees how their budget is held, and asks for another way.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::clock::{UtcTime, day, long_date};
use crate::error::{AppError, FieldError};
use crate::identity::BudgetReader;
use crate::money::Money;
use crate::payments::{self, Payee};
use crate::places::settings::{self, Setting};
use crate::web::form::{Ask, Form};
use crate::web::page::{Choice, Errors, Page, html_with, see_other};

use super::super::council::pages::{periods_shown, rate, request_shown, source_rows, terms_shown, who_holds};
use super::super::council::store::{RequestState, requests_of, with_names};
use super::super::ledger::{AccountKind, Source};
use super::super::shares::percent;
use super::super::terms::{self, Frame};
use super::super::views::{HeldBy, HoldingPage};
use super::super::{FundingRoute, store};
use super::{self as holding, Wish};

/// The routes of this page.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/budgets/{budget_id}/holding", get().to(get_holding))
        .route("/budgets/{budget_id}/holding", post().to(post_holding))
        .route("/budgets/{budget_id}/holding/{request_id}", post().to(post_withdrawal));
}

/// The ways to hold a budget that somebody can ask for, in words.
const WAYS: [(FundingRoute, &str, &str); 6] = [
    (FundingRoute::DirectPayment, "Paid to me", "The money comes to you, and you pay those who help you."),
    (FundingRoute::ThirdParty, "Paid to somebody I trust", "Somebody you name gets the money and pays for you."),
    (FundingRoute::Trust, "Held by a trust", "A small group of people looks after the money with you."),
    (FundingRoute::Broker, "Held by a broker", "Somebody whose work it is arranges and pays."),
    (
        FundingRoute::ServiceFund,
        "Held by a provider for me",
        "An individual service fund: a provider keeps it for you alone, and accounts for each pound.",
    ),
    (
        FundingRoute::CouncilManaged,
        "Kept by the council",
        "The council pays what you decide. No money passes through your hands.",
    ),
];

/// A way of holding, as its person reads it.
#[must_use]
pub fn plain(route: FundingRoute) -> (&'static str, &'static str) {
    let found = WAYS.iter().find(|(way, ..)| *way == route);
    found.map_or(("Your own money", "You pay from your own money."), |(_, label, about)| (*label, *about))
}

/// What was just done.
#[derive(Deserialize)]
pub struct Done {
    done: Option<String>,
}

/// The form, as it was sent.
#[derive(Clone, Default, Deserialize)]
pub struct WishForm {
    #[serde(default)]
    route: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    words: String,
}

/// `GET /budgets/{budget_id}/holding`
pub async fn get_holding(
    reader: BudgetReader,
    Ask(shown): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let notice = match shown.done.as_deref() {
        Some("asked") => Some("You have asked. The council answers by letter, and here."),
        Some("taken-back") => Some("You have taken that back."),
        _ => None,
    };
    let form = WishForm { from: day(app.clock.now()).to_string(), ..WishForm::default() };
    page(&app, &request, reader, notice, (form, Vec::new())).await
}

async fn page(
    app: &App,
    request: &HttpRequest,
    reader: BudgetReader,
    notice: Option<&str>,
    (form, wrong): (WishForm, Vec<FieldError>),
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let today = day(now);
    let asked = reader.clone();
    let (summary, balances, all, periods, ended, requests, round_to, account) = app
        .db
        .read(move |conn| {
            let (authority, budget) = (asked.authority(), asked.budget());
            let own_account = Payee::Holder(budget, FundingRoute::DirectPayment, String::new());
            let periods = store::periods(conn, authority, budget)?;
            let ids: Vec<_> = periods.iter().map(|period| period.id).collect();
            let all = store::terms(conn, authority, budget)?;
            Ok::<_, AppError>((
                store::summary(conn, &asked)?,
                store::balances(conn, authority, budget)?,
                with_names(conn, all)?,
                periods,
                store::period_balances(conn, &ids)?,
                requests_of(conn, budget)?,
                settings::setting(conn, authority, Setting::RoundToPence)?,
                payments::store::account_shown(conn, &own_account)?,
            ))
        })
        .await?;
    let frame = Frame { starts_on: summary.starts_on, ends_on: summary.ends_on, round_to };
    let holds = terms::on(&all, today.max(summary.starts_on));
    let path = format!("/budgets/{}/holding", summary.id);
    let own = reader.acting_for().is_none();
    let waiting = requests.iter().any(|request| request.state == RequestState::Asked);
    let due = balances.all_of(AccountKind::ContributionDue).negated();
    let has = |source: Source| balances.sources().contains(&source);
    let top_up = balances.of(AccountKind::Available, Source::TopUp);
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html_with(
        status,
        &HoldingPage {
            page: Page::of(request, "How the budget is held").with_notice(notice),
            errors: Errors::from(wrong),
            back: format!("/budgets/{}", summary.id),
            name: summary.name.clone(),
            own,
            person: reader.person_name().to_owned(),
            rate: holds.map(rate).unwrap_or_default(),
            held: holds
                .map(|terms| {
                    let parts = terms.holders.parts();
                    let held = |(holder, share): &(terms::Holder, i32)| {
                        let (label, about) = plain(holder.route);
                        HeldBy {
                            label: label.into(),
                            about: about.into(),
                            who: if holder.name.is_empty() { String::new() } else { who_holds(holder) },
                            share: (parts.len() > 1).then(|| format!("{} %", percent(i64::from(*share)))),
                            account: (holder.route == FundingRoute::DirectPayment).then(|| paid_into(account.as_ref())),
                            account_href: (holder.route == FundingRoute::DirectPayment && reader.scopes().money)
                                .then(|| format!("/budgets/{}/account", summary.id)),
                        }
                    };
                    parts.iter().map(held).collect()
                })
                .unwrap_or_default(),
            contribution: holds.filter(|terms| terms.contribution > Money::ZERO).map(|terms| {
                format!(
                    "{} a week of this is your part, after a financial assessment. {due} of it is still to be paid.",
                    terms.contribution
                )
            }),
            top_up: has(Source::TopUp).then(|| {
                format!(
                    "{top_up} that was added to it is kept apart: it is used last, and what is left of it is yours."
                )
            }),
            sources: if balances.sources().len() > 1 { source_rows(&balances) } else { Vec::new() },
            terms: terms_shown(&all, &frame, today, None),
            periods: periods_shown(&periods, &ended, today, None),
            requests: requests.iter().map(|each| request_shown(each, &path)).collect(),
            may_ask: reader.scopes().money && !waiting && summary.funding_route != FundingRoute::OwnMoney,
            ways: WAYS
                .iter()
                .map(|(way, label, about)| {
                    let choice = Choice {
                        value: way.to_string(),
                        label: (*label).to_owned(),
                        count: None,
                        chosen: form.route == way.as_str(),
                    };
                    (choice, (*about).to_owned())
                })
                .collect(),
            review: long_date(summary.review_on),
            from: form.from,
            words: form.words,
            path,
        },
    )
}

/// Where a direct payment goes, in a sentence.
fn paid_into(account: Option<&(String, UtcTime, String)>) -> String {
    match account {
        Some((shown, ..)) => format!("It is paid into the {shown}."),
        None => "Nobody has said yet into which account it is to be paid.".into(),
    }
}

/// `POST /budgets/{budget_id}/holding`
pub async fn post_holding(
    reader: BudgetReader,
    Form(form): Form<WishForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let mut wrong = Vec::new();
    let route = form.route.parse().ok();
    if route.is_none() {
        wrong.push(FieldError::new("route", "Choose how the budget should be held."));
    }
    let from = form.from.trim().parse().ok();
    if from.is_none() {
        wrong.push(FieldError::new("from", "Choose a day from today on, within the next year."));
    }
    let (Some(route), Some(from)) = (route, from) else {
        return page(&app, &request, reader, None, (form, wrong)).await;
    };
    let wish = Wish { route, from, words: form.words.clone() };
    let asks = reader.clone();
    match app.db.write(move |tx| holding::ask(tx, &asks, &wish, now)).await {
        Ok(_) => Ok(see_other(&format!("/budgets/{}/holding?done=asked", reader.budget()))),
        Err(AppError::Refused(refusal)) => {
            let wrong =
                if refusal.fields.is_empty() { vec![FieldError::new("", refusal.sentence)] } else { refusal.fields };
            page(&app, &request, reader, None, (form, wrong)).await
        }
        Err(other) => Err(other),
    }
}

/// A button that was pressed.
#[derive(Deserialize)]
pub struct Pressed {}

/// `POST /budgets/{budget_id}/holding/{request_id}`: takes a request back.
pub async fn post_withdrawal(
    reader: BudgetReader,
    path: Path<(String, String)>,
    _: Form<Pressed>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let request = path.1.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (now, budget) = (app.clock.now(), reader.budget());
    app.db.write(move |tx| holding::take_back(tx, &reader, request, now)).await?;
    Ok(see_other(&format!("/budgets/{budget}/holding?done=taken-back")))
}
