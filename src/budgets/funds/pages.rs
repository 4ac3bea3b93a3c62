//! The pages of a provider that holds individual service funds.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{Days, NaiveDate};
use serde::Deserialize;

use crate::app::App;
use crate::audit::{self, Deed, Entry, What, Why};
use crate::clock::{UtcTime, beginning_of, day, long_date};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::ProviderMember;
use crate::ids::{BudgetId, FundReturnId};
use crate::money::Money;
use crate::places;
use crate::places::settings::{self, Setting};
use crate::providers::typed::{self, as_pounds};
use crate::providers::views::desk_nav;
use crate::web::form::{Ask, Form};
use crate::web::page::{Errors, Link, Page, Tile, html, html_with, see_other};

use super::super::council::pages::rate;
use super::super::ledger::{AccountKind, Reason};
use super::super::picture::picture;
use super::super::shares::WHOLE;
use super::super::terms::{self, Frame, rounded};
use super::super::{FundingRoute, store as budgets};
use super::file::{Filed, file};
use super::fund_return::{FundReturn, ReturnState, Standing};
use super::store::{self, Held};
use super::views::{FundLine, FundMovement, FundPage, FundsPage, ReturnPage, ReturnShown};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/provider/funds", get().to(get_funds))
        .route("/provider/funds/returns/{return_id}", get().to(get_return))
        .route("/provider/funds/returns/{return_id}", post().to(post_return))
        .route("/provider/funds/{budget_id}", get().to(get_fund));
}

/// What was just done.
#[derive(Deserialize)]
pub struct Done {
    done: Option<String>,
}

/// A look at somebody's fund.
pub(super) fn look(member: &ProviderMember, fund: &Held, now: UtcTime) -> Entry {
    let of = (What::Budget, fund.budget.as_str());
    Entry::new(member, (Deed::LookedAt, Why::ToAccountForIt), fund.person, of, now)
}

/// A fund with what the ledger says of it until the end of today, and what it is for.
pub(super) fn told(conn: &mut Conn, fund: &Held, today: NaiveDate) -> diesel::QueryResult<(Standing, String, Money)> {
    let standing = store::standing(conn, fund, (fund.starts_on, today + Days::new(1)))?;
    let all = budgets::terms(conn, fund.authority, fund.budget)?;
    let frame = Frame { starts_on: fund.starts_on, ends_on: fund.ends_on, round_to: 1 };
    let holds = terms::on(&all, today.max(fund.starts_on));
    let weekly = holds.map(|terms| rounded(terms.a_week(&frame), i128::from(fund.share), i128::from(WHOLE), 1));
    Ok((standing, holds.map(rate).unwrap_or_default(), weekly.unwrap_or_default()))
}

/// "1 April 2026 to 30 June 2026"
fn days(of: &FundReturn) -> String {
    let last = of.covers_until.pred_opt().unwrap_or(of.covers_until);
    format!("{} to {}", long_date(of.covers_from), long_date(last))
}

/// A return in a list.
pub(super) fn shown(of: &FundReturn, person: &str, today: NaiveDate) -> ReturnShown {
    let late = of.is_late(today);
    let (state, tag) = match of.state {
        _ if late => ("late".to_owned(), "declined"),
        ReturnState::Due => (of.state.to_string(), "requested"),
        ReturnState::Filed => (of.state.to_string(), "delivered"),
        ReturnState::Accepted => (of.state.to_string(), "agreed"),
        ReturnState::SentBack => (of.state.to_string(), "declined"),
    };
    let remark = match of.state {
        ReturnState::Due => format!("due on {}", long_date(of.due_on)),
        _ if of.difference() == Money::ZERO => format!("balance {}, which agrees with the ledger", of.balance_pence),
        _ => format!("balance {}; the ledger says {}", of.balance_pence, of.ledger_pence),
    };
    ReturnShown {
        id: of.id.to_string(),
        href: format!("/provider/funds/returns/{}", of.id),
        person: person.to_owned(),
        provider: String::new(),
        days: days(of),
        state,
        tag: tag.into(),
        remark,
        note: of.note.clone(),
        decide_path: None,
    }
}

/// `GET /provider/funds`
pub async fn get_funds(
    member: ProviderMember,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let today = day(now);
    let looking = member.clone();
    let (funds, returns) = app
        .db
        .read(move |conn| {
            let mut funds = Vec::new();
            for fund in store::funds_of(conn, &member)? {
                let told = told(conn, &fund, today)?;
                funds.push((fund, told));
            }
            Ok::<_, AppError>((funds, store::returns_of(conn, &member)?))
        })
        .await?;
    audit::looks(&app.db, funds.iter().map(|(fund, _)| look(&looking, fund, now)).collect()).await?;
    let names: HashMap<BudgetId, &str> = funds.iter().map(|(fund, _)| (fund.budget, fund.name.as_str())).collect();
    let line = |each: &FundReturn| shown(each, names.get(&each.budget_id).copied().unwrap_or_default(), today);
    let open = |each: &&FundReturn| matches!(each.state, ReturnState::Due | ReturnState::SentBack);
    let balance: i64 = funds.iter().map(|(_, (standing, ..))| standing.balance().as_pence()).sum();
    let late = returns.iter().filter(|each| each.is_late(today)).count();
    let tile = |value: String, label: &str| Tile { value, label: label.into(), note: None };
    let notice = done.done.is_some().then_some("The return is filed. Thank you.");
    html(&FundsPage {
        page: Page::of(&request, "Individual service funds").with_notice(notice),
        nav: desk_nav(&looking, "/provider/funds"),
        tiles: vec![
            tile(funds.len().to_string(), "people whose fund you hold"),
            tile(Money::pence(balance).to_string(), "with you, of all of them"),
            tile(late.to_string(), "late returns"),
        ],
        due: returns.iter().filter(open).map(line).collect(),
        funds: funds
            .iter()
            .map(|(fund, (standing, weekly, _))| FundLine {
                person: Link { label: fund.name.clone(), href: format!("/provider/funds/{}", fund.budget) },
                weekly: weekly.clone(),
                received: Money::pence(standing.opening.as_pence() + standing.received.as_pence()).to_string(),
                spent: standing.spent.to_string(),
                balance: standing.balance().to_string(),
            })
            .collect(),
        filed: returns.iter().filter(|each| !open(each)).take(50).map(line).collect(),
    })
}

/// `GET /provider/funds/{budget_id}`: what came, what was spent, what is left, for one person.
pub async fn get_fund(
    member: ProviderMember,
    path: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let budget: BudgetId = path.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    let today = day(now);
    let looking = member.clone();
    let (fund, (standing, weekly, week), authority, percent, legs, returns) = app
        .db
        .read(move |conn| {
            let fund = store::fund_of(conn, &member, budget)?;
            let told = told(conn, &fund, today)?;
            let authority = places::store::authority_name(conn, fund.authority)?;
            let percent = settings::setting(conn, fund.authority, Setting::FundCarryOverPercent)?;
            let span = (beginning_of(fund.since), beginning_of(today + Days::new(1)));
            let legs = budgets::movements_between(conn, fund.authority, fund.budget, span)?;
            let mut returns = store::returns_of(conn, &member)?;
            returns.retain(|each| each.budget_id == budget);
            Ok::<_, AppError>((fund, told, authority, percent, legs, returns))
        })
        .await?;
    audit::looks(&app.db, vec![look(&looking, &fund, now)]).await?;
    let theirs = |amount: Money| rounded(amount, i128::from(fund.share), i128::from(WHOLE), 1);
    let movement = |leg: &budgets::MovementLeg| {
        let route = FundingRoute::ServiceFund.as_str();
        let (what, came, went) = match (leg.kind, leg.reason) {
            (AccountKind::HandedOver, Reason::PaymentReturned) if leg.part == route => {
                ("Handed back to the council", Money::ZERO, leg.amount)
            }
            (AccountKind::HandedOver, _) if leg.part == route => {
                ("Came from the council", leg.amount.negated(), Money::ZERO)
            }
            (AccountKind::Paid, Reason::Settlement) => ("Paid for what was delivered", Money::ZERO, theirs(leg.amount)),
            _ => return None,
        };
        let told = |amount: Money| if amount == Money::ZERO { String::new() } else { amount.to_string() };
        Some(FundMovement { when: long_date(leg.at.date()), what: what.into(), came: told(came), went: told(went) })
    };
    let most = rounded(week, i128::from(percent), 100, 1);
    let came = Money::pence(standing.opening.as_pence() + standing.received.as_pence());
    let left = standing.balance().max(Money::ZERO);
    html(&FundPage {
        page: Page::of(&request, format!("Fund of {}", fund.name)),
        nav: desk_nav(&looking, "/provider/funds"),
        person: fund.name.clone(),
        name: fund.title.clone(),
        authority,
        weekly,
        picture: picture(
            &format!("came in; {came} in all"),
            &[
                ("paid", "Spent", "for what was delivered", standing.spent),
                ("available", "With you", "to be used as the person likes", left),
            ],
        ),
        rule: format!(
            "Hours are used as {} likes. At the end of a period up to {most} that is unspent goes on into the next; that is \
             {percent} % of what the fund is for one week.",
            fund.name
        ),
        movements: legs.iter().rev().filter_map(movement).take(100).collect(),
        returns: returns.iter().map(|each| shown(each, &fund.name, today)).collect(),
    })
}

/// A return, as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReturnForm {
    opening: String,
    received: String,
    spent: String,
    balance: String,
    hours: String,
    note: String,
}

impl ReturnForm {
    fn of(told: &FundReturn, ledger: Standing) -> Self {
        let pounds = |amount: Money| {
            let pence = amount.as_pence();
            let sign = if pence < 0 { "-" } else { "" };
            format!("{sign}{}", as_pounds(pence.abs()))
        };
        let hours = |quarters: i32| format!("{}.{:02}", quarters / 4, quarters % 4 * 25);
        if told.state == ReturnState::Due {
            return Self {
                opening: pounds(ledger.opening),
                received: pounds(ledger.received),
                spent: pounds(ledger.spent),
                balance: pounds(ledger.balance()),
                ..Self::default()
            };
        }
        Self {
            opening: pounds(told.opening_pence),
            received: pounds(told.received_pence),
            spent: pounds(told.spent_pence),
            balance: pounds(told.balance_pence),
            hours: hours(told.quarter_hours),
            note: told.note.clone(),
        }
    }

    fn read(&self) -> Result<Filed, AppError> {
        let mut wrong = Vec::new();
        let mut money = |field: &str, typed: &str| {
            let (below, text) = match typed.trim().strip_prefix(['-', '−']) {
                Some(rest) => (true, rest),
                None => (false, typed.trim()),
            };
            match typed::pounds(text) {
                Ok(pence) => Money::pence(if below { -pence } else { pence }),
                Err(why) => {
                    wrong.push(FieldError::new(field, why));
                    Money::ZERO
                }
            }
        };
        let (opening, received) = (money("opening", &self.opening), money("received", &self.received));
        let (spent, balance) = (money("spent", &self.spent), money("balance", &self.balance));
        let quarter_hours = read_hours(&self.hours);
        if quarter_hours.is_none() {
            wrong.push(FieldError::new("hours", "Enter hours in quarters, like 36.25."));
        }
        match (quarter_hours, wrong.is_empty()) {
            (Some(quarter_hours), true) => {
                Ok(Filed { opening, received, spent, balance, quarter_hours, note: self.note.clone() })
            }
            _ => Err(AppError::invalid(wrong)),
        }
    }
}

/// Hours in quarters: "36.25" is 145; nothing is nought.
fn read_hours(text: &str) -> Option<i32> {
    let text = text.trim();
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if text.is_empty() {
        return Some(0);
    }
    let quarters = match part.trim_end_matches('0') {
        "" => 0,
        "25" => 1,
        "5" => 2,
        "75" => 3,
        _ => return None,
    };
    let whole: i32 = whole.parse().ok().filter(|hours| (0..=10_000).contains(hours))?;
    Some(whole * 4 + quarters)
}

/// `GET /provider/funds/returns/{return_id}`
pub async fn get_return(
    member: ProviderMember,
    path: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id: FundReturnId = path.parse().map_err(|_not_an_id| AppError::NotFound)?;
    page(&app, &request, member, id, None).await
}

async fn page(
    app: &App,
    request: &HttpRequest,
    member: ProviderMember,
    id: FundReturnId,
    sent: Option<(ReturnForm, Vec<FieldError>)>,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let looking = member.clone();
    let (told, fund, ledger) = app
        .db
        .read(move |conn| {
            let told = store::return_of(conn, &member, id)?;
            let fund = store::fund_of(conn, &member, told.budget_id)?;
            let ledger = store::standing(conn, &fund, (told.covers_from, told.covers_until))?;
            Ok::<_, AppError>((told, fund, ledger))
        })
        .await?;
    audit::looks(&app.db, vec![look(&looking, &fund, now)]).await?;
    let status = if sent.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (form, errors) = sent.unwrap_or_else(|| (ReturnForm::of(&told, ledger), Vec::new()));
    html_with(
        status,
        &ReturnPage {
            page: Page::of(request, format!("Return for {}", fund.name)),
            nav: desk_nav(&looking, "/provider/funds"),
            errors: Errors::from(errors),
            path: format!("/provider/funds/returns/{id}"),
            person: fund.name.clone(),
            days: days(&told),
            due: long_date(told.due_on),
            answer: told.answer.clone(),
            open: told.state != ReturnState::Accepted,
            ledger: format!(
                "The ledger knows of {} that you held before, {} that came, and {} that was paid for deliveries: {} should be left.",
                ledger.opening,
                ledger.received,
                ledger.spent,
                ledger.balance()
            ),
            opening: form.opening,
            received: form.received,
            spent: form.spent,
            balance: form.balance,
            hours: form.hours,
            note: form.note,
        },
    )
}

/// `POST /provider/funds/returns/{return_id}`
pub async fn post_return(
    member: ProviderMember,
    path: Path<String>,
    Form(form): Form<ReturnForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id: FundReturnId = path.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (now, again) = (app.clock.now(), member.clone());
    let done = match form.read() {
        Ok(filed) => app.db.write(move |tx| file(tx, &member, id, &filed, now)).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => Ok(see_other("/provider/funds?done=filed")),
        Err(AppError::Refused(refusal)) => {
            let wrong =
                if refusal.fields.is_empty() { vec![FieldError::new("", refusal.sentence)] } else { refusal.fields };
            page(&app, &request, again, id, Some((form, wrong))).await
        }
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_in_quarters() {
        for (typed, quarters) in [
            ("36.25", Some(145)),
            ("36", Some(144)),
            ("0.5", Some(2)),
            (" 7.750 ", Some(31)),
            ("", Some(0)),
            ("1.3", None),
            ("-1", None),
        ] {
            assert_eq!(read_hours(typed), quarters, "{typed}");
        }
    }
}
