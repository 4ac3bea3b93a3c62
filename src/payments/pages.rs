//! The pages of payment runs.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{Days, NaiveDate};
use serde::Deserialize;

use crate::app::App;
use crate::audit::{self, Deed, Entry, What, Why};
use crate::budgets::due::DueToHolder;
use crate::budgets::{self, FundingRoute};
use crate::catalogue::card::tag;
use crate::clock::{UtcTime, day, long_date, long_time};
use crate::error::{AppError, FieldError};
use crate::identity::{self, FinanceOfficer, RoleName};
use crate::ids::{BudgetId, PaymentRunId, PersonId, SubmissionKey};
use crate::money::{Money, thousands};
use crate::places;
use crate::purchasing;
use crate::web::form::{Ask, Form};
use crate::web::page::{Choice, Errors, Link, Page, Row, Tile, html, html_with, see_other};
use crate::web::paging;
use crate::web::upload::FileForm;

use super::AT_ONCE;
use super::account::Payee;
use super::approve::{approve, settle_some};
use super::export::{self, Format, stream};
use super::make::{MakeError, Wanted, make, withdraw};
use super::read_back::{apply, read};
use super::run::{LineState, Pays, Run, RunState, reference};
use super::views::{LineRow, OptionRow, RunPage, RunRow, RunsPage};
use super::{due, store};

/// Runs on one page.
const RUNS: u32 = 20;

/// Lines on one page.
const LINES: u32 = 50;

/// Lines are settled so many times while somebody waits; the rest follows by itself.
const WHILE_WAITING: usize = 5;

/// The page looks at so many times five hundred budgets; beyond that the sums are worked out when a run is made.
const LOOKED_AT: usize = 8;

/// An account that is younger than so many days is looked at twice.
const YOUNG_DAYS: u64 = 30;

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/finance/runs", get().to(get_runs))
        .route("/finance/runs", post().to(post_run))
        .route("/finance/runs/{run_id}", get().to(get_run))
        .route("/finance/runs/{run_id}/approval", post().to(post_approval))
        .route("/finance/runs/{run_id}/withdrawal", post().to(post_withdrawal))
        .route("/finance/runs/{run_id}/answers", post().to(post_answers))
        .route("/finance/runs/{run_id}/payments.csv", get().to(get_csv))
        .route("/finance/runs/{run_id}/payments.xml", get().to(get_xml));
}

/// Which page, and what was just done.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    page: Option<String>,
    done: String,
}

/// `GET /finance/runs`: what is due, and the runs.
pub async fn get_runs(
    officer: FinanceOfficer,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    html(&runs_page(&app, &request, &officer, &shown, &RunForm::default(), Vec::new()).await?)
}

/// The form that makes a run, as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct RunForm {
    route: String,
    pay_on: String,
    submission_key: String,
}

async fn runs_page(
    app: &App,
    request: &HttpRequest,
    officer: &FinanceOfficer,
    shown: &Shown,
    typed: &RunForm,
    errors: Vec<FieldError>,
) -> Result<RunsPage, AppError> {
    let page = paging::number(shown.page.as_deref());
    let id = officer.authority();
    let usual = day(app.clock.now()) + Days::new(2);
    let pay_on: NaiveDate = typed.pay_on.parse().unwrap_or(usual);
    let (authority, due, holders_without, without, runs, total, own) = app
        .db
        .read(move |conn| {
            let authority = places::store::authority_name(conn, id)?;
            let due = due::sum_up(conn, id, pay_on, LOOKED_AT)?;
            let without = store::without_account(conn, id)?;
            let mut holders_without = Vec::with_capacity(due.without.len());
            for each in &due.without {
                let holder = budgets::council::store::with_name(conn, &each.holder)?;
                let person = identity::store::name(conn, each.person)?.unwrap_or_default();
                holders_without.push((DueToHolder { holder, ..each.clone() }, person));
            }
            let runs = store::runs(conn, id, i64::from(page), i64::from(RUNS))?;
            let total = store::count_runs(conn, id)?;
            let own = store::account_shown(conn, &Payee::Authority(id))?;
            Ok::<_, AppError>((authority, due, holders_without, without, runs, total, own))
        })
        .await?;
    let waiting = holders_without.iter().map(|(each, _)| (each.person, each.budget));
    audit::looks(&app.db, looks(officer, waiting, app.clock.now())).await?;
    let sum: i64 = due.by_option.values().map(|(_, sum)| sum).sum();
    let count: i64 = due.by_option.values().map(|(count, _)| count).sum();
    let tiles = vec![tile("due, all together", sum, count)];
    let mut routes =
        vec![Choice { value: String::new(), label: "All of them".into(), count: None, chosen: typed.route.is_empty() }];
    let options = FundingRoute::ALL.iter().filter(|route| **route != FundingRoute::OwnMoney);
    routes.extend(options.filter(|route| due.more || due.by_option.contains_key(route)).map(|route| Choice {
        value: route.to_string(),
        label: option_label(*route).into(),
        count: None,
        chosen: typed.route == route.as_str(),
    }));
    let notice = (shown.done == "withdrawn").then_some("The run is taken back. What it listed is due for another.");
    Ok(RunsPage {
        page: Page::of(request, "Payment runs").with_notice(notice),
        authority,
        tiles,
        by_option: due.by_option.iter().map(|(route, (count, sum))| option_row(*route, *count, *sum)).collect(),
        by: long_date(pay_on),
        more: due.more,
        routes,
        pay_on: if typed.pay_on.is_empty() { usual.to_string() } else { typed.pay_on.clone() },
        submission_key: SubmissionKey::new().to_string(),
        own_account: own.map(|(shown, ..)| shown),
        without: without
            .into_iter()
            .map(|(_, name, count, sum)| Row {
                label: name,
                value: format!("{}, {}", counted(count, "invoice"), Money::pence(sum)),
            })
            .collect(),
        holders_without: holders_without.iter().map(holder_without).collect(),
        runs: runs.iter().map(run_row).collect(),
        pagination: paging::pagination(u64::try_from(total).unwrap_or(0), page, RUNS, |number| {
            format!("/finance/runs?page={number}")
        }),
        errors: errors.into(),
    })
}

/// Looks at those whose budgets are paid out: for each of them to read.
pub(super) fn looks(
    officer: &FinanceOfficer,
    seen: impl Iterator<Item = (PersonId, BudgetId)>,
    now: UtcTime,
) -> Vec<Entry> {
    let why = (Deed::LookedAt, Why::ToPayHolders);
    seen.map(|(person, budget)| Entry::new(officer, why, person, (What::Budget, budget.as_str()), now)).collect()
}

fn counted(count: i64, what: &str) -> String {
    let many = thousands(count.unsigned_abs());
    if count == 1 { format!("1 {what}") } else { format!("{many} {what}s") }
}

fn tile(label: &str, sum: i64, count: i64) -> Tile {
    Tile { value: Money::pence(sum).to_string(), label: label.into(), note: Some(counted(count, "payment")) }
}

/// What a run of one deployment option pays.
fn option_label(route: FundingRoute) -> &'static str {
    match route {
        FundingRoute::DirectPayment => "Direct payments, to the people themselves",
        FundingRoute::ThirdParty => "Nominated third parties",
        FundingRoute::Trust => "Trusts",
        FundingRoute::Broker => "Brokers",
        FundingRoute::ServiceFund => "Individual service funds, to the providers that hold them",
        FundingRoute::CouncilManaged => "Council-managed: what providers invoiced",
        FundingRoute::OwnMoney => "Own money",
    }
}

fn option_row(route: FundingRoute, count: i64, sum: i64) -> OptionRow {
    OptionRow {
        option: option_label(route).into(),
        payments: thousands(count.unsigned_abs()),
        total: Money::pence(sum).to_string(),
    }
}

/// A holder that nobody has given an account for, with where to give one.
fn holder_without((due, person): &(DueToHolder, String)) -> (Link, String) {
    let who = budgets::council::pages::who_holds(&due.holder);
    let href = match due.holder.organization {
        Some(_) => format!("/finance/budgets/{}", due.budget),
        None => format!("/finance/budgets/{}/account?way={}", due.budget, due.holder.route.as_str().replace(' ', "+")),
    };
    (Link { label: format!("{person}: {who}"), href }, due.amount.to_string())
}

fn run_row(run: &Run) -> RunRow {
    let of = run.funding_route.map_or_else(|| "all options".to_owned(), |route| route.to_string());
    RunRow {
        link: Link { label: format!("Run {}", run.number), href: format!("/finance/runs/{}", run.id) },
        about: format!("{}, {of}, to be paid on {}", counted(run.line_count, "payment"), long_date(run.pay_on)),
        total: run.total_pence.to_string(),
        state: tag(run.state.as_str()),
    }
}

/// `POST /finance/runs`
pub async fn post_run(
    officer: FinanceOfficer,
    Form(form): Form<RunForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let key: SubmissionKey = form.submission_key.parse().map_err(|_not_an_id| {
        AppError::refused_as(StatusCode::BAD_REQUEST, "bad-request", "this form is broken. Open the page again")
    })?;
    let mut wrong = Vec::new();
    let funding_route = route_of(&form.route, &mut wrong);
    let pay_on = form.pay_on.trim().parse().unwrap_or_else(|_no_day| {
        wrong.push(FieldError::new("pay_on", "Enter a day, such as 31/3/2027."));
        day(now)
    });
    if wrong.is_empty() {
        let (asking, wanted) = (officer.clone(), Wanted { funding_route, pay_on, key });
        match app.db.write(move |tx| make(tx, &asking, &wanted, now)).await {
            Ok(run) => return Ok(see_other(&format!("/finance/runs/{}?done=made", run.id))),
            Err(refused @ (MakeError::Day | MakeError::NothingDue(_))) => {
                let AppError::Refused(refusal) = AppError::from(refused) else { return Err(AppError::NotFound) };
                wrong = refusal.fields;
                if wrong.is_empty() {
                    wrong.push(FieldError::new("route", refusal.sentence));
                }
            }
            Err(other) => return Err(other.into()),
        }
    }
    let page = runs_page(&app, &request, &officer, &Shown::default(), &form, wrong).await?;
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// The deployment option that was typed; none for all.
pub(super) fn route_of(typed: &str, wrong: &mut Vec<FieldError>) -> Option<FundingRoute> {
    if typed.trim().is_empty() {
        return None;
    }
    let route: Option<FundingRoute> = typed.trim().parse().ok().filter(|route| *route != FundingRoute::OwnMoney);
    if route.is_none() {
        wrong.push(FieldError::new("route", "Choose a deployment option of the list."));
    }
    route
}

fn id(text: &str) -> Result<PaymentRunId, AppError> {
    text.parse().map_err(|_not_an_id| AppError::NotFound)
}

/// `GET /finance/runs/{run_id}`
pub async fn get_run(
    officer: FinanceOfficer,
    run: Path<String>,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    html(&run_page(&app, &request, &officer, id(&run)?, &shown, Vec::new()).await?)
}

async fn run_page(
    app: &App,
    request: &HttpRequest,
    officer: &FinanceOfficer,
    id: PaymentRunId,
    shown: &Shown,
    errors: Vec<FieldError>,
) -> Result<RunPage, AppError> {
    let page = paging::number(shown.page.as_deref());
    let authority = officer.authority();
    let (run, lines, states, options, dropped, steps, changed) = app
        .db
        .read(move |conn| {
            let run = store::run(conn, authority, id)?;
            let after = i64::from(page - 1) * i64::from(LINES);
            let lines = store::lines_after(conn, &run, after, i64::from(LINES))?;
            let states = store::by_state(conn, &run)?;
            let options = store::by_option(conn, &run)?;
            let dropped = store::dropped(conn, &run)?;
            let steps = store::steps(conn, &run)?;
            let young = run.made_at - chrono::TimeDelta::days(i64::try_from(YOUNG_DAYS).unwrap_or(0));
            let changed = store::young_accounts(conn, &run, young)?;
            Ok::<_, AppError>((run, lines, states, options, dropped, steps, changed))
        })
        .await?;
    let paid = lines.iter().filter_map(|shown| shown.person.zip(shown.line.budget_id));
    audit::looks(&app.db, looks(officer, paid, app.clock.now())).await?;
    let own = run.made_by == officer.who().person();
    let path = format!("/finance/runs/{}", run.id);
    let settled = run.state == RunState::Settled;
    let (tiles, next) = standing(&run, &states, own);
    let fact = |label: &str, value: String| Row { label: label.into(), value };
    let notice = match shown.done.as_str() {
        "made" => Some("The run is made. A second person approves it."),
        "approved" => Some("The run is approved."),
        "answered" => Some("The bank\u{2019}s answer is taken in."),
        _ => None,
    };
    Ok(RunPage {
        page: Page::of(request, format!("Payment run {}", run.number)).with_notice(notice),
        number: run.number,
        state: tag(run.state.as_str()),
        next,
        tiles,
        facts: vec![
            fact("Deployment option", run.funding_route.map_or_else(|| "all".into(), |route| route.to_string())),
            fact("To be paid on", long_date(run.pay_on)),
            fact("Left out, without a bank account", counted(run.left_out, "payment")),
        ],
        lines: lines
            .iter()
            .map(|shown| LineRow {
                reference: reference(run.number, shown.line.number),
                payee: shown.payee.clone(),
                account: shown.shown.clone(),
                about: about(shown),
                amount: shown.line.amount_pence.to_string(),
                state: tag(shown.line.state.as_str()),
                reason: shown.line.reason.clone().unwrap_or_default(),
            })
            .collect(),
        pagination: paging::pagination(u64::try_from(run.line_count).unwrap_or(0), page, LINES, |number| {
            format!("{path}?page={number}")
        }),
        steps: steps
            .into_iter()
            .map(|(what, who, note, at)| Row {
                label: format!("{what} by {who}{}", if note.is_empty() { String::new() } else { format!(": {note}") }),
                value: long_time(at),
            })
            .collect(),
        changed: changed
            .into_iter()
            .map(|(name, shown, at)| Row { label: name, value: format!("{shown}, new since {}", long_date(day(at))) })
            .collect(),
        by_option: options.into_iter().map(|(route, count, sum)| option_row(route, count, sum)).collect(),
        dropped: dropped
            .into_iter()
            .map(|(line, amount, why)| Row {
                label: format!("{}, {amount}", reference(run.number, line)),
                value: why.unwrap_or_default(),
            })
            .collect(),
        approve_path: (run.state == RunState::Made && !own).then(|| format!("{path}/approval")),
        total_pence: run.total_pence.as_pence(),
        total: run.total_pence.to_string(),
        withdraw_path: (run.state == RunState::Made).then(|| format!("{path}/withdrawal")),
        csv_href: settled.then(|| format!("{path}/payments.csv")),
        xml_href: settled.then(|| format!("{path}/payments.xml")),
        answers_path: settled.then(|| format!("{path}/answers")),
        errors: Errors::from(errors),
    })
}

/// What a line pays: an invoice, or the next step of a budget.
fn about(shown: &store::LineShown) -> Link {
    match (shown.line.pays(), &shown.budget) {
        (Some(Pays::Invoice(invoice)), _) => {
            Link { label: format!("Invoice {}", purchasing::invoice_number(invoice)), href: String::new() }
        }
        (Some(Pays::Holder(budget, route)), named) => {
            let who = named.as_ref().map(|(person, budget)| format!(", {person}, {budget}")).unwrap_or_default();
            Link { label: format!("{route}{who}"), href: format!("/finance/budgets/{budget}") }
        }
        (None, _) => Link::default(),
    }
}

/// Where a run stands in figures, and what comes next in a sentence.
fn standing(run: &Run, states: &HashMap<LineState, (i64, i64)>, own: bool) -> (Vec<Tile>, String) {
    let of = |state: LineState| states.get(&state).copied().unwrap_or_default();
    let mut tiles = vec![Tile {
        value: run.total_pence.to_string(),
        label: "in this run".into(),
        note: Some(counted(run.line_count, "payment")),
    }];
    for (state, label) in [
        (LineState::Sent, "sent, no answer yet"),
        (LineState::Paid, "paid"),
        (LineState::Failed, "failed, turned back"),
    ] {
        let (count, sum) = of(state);
        if count > 0 {
            let note = Some(counted(count, "payment"));
            tiles.push(Tile { value: Money::pence(sum).to_string(), label: label.into(), note });
        }
    }
    let next = match run.state {
        RunState::Made if own => "A second finance officer approves it now. You made it, so you cannot.".to_owned(),
        RunState::Made => "Look through it, then approve it. Nothing is paid before.".to_owned(),
        RunState::Approved => {
            let (waiting, _) = of(LineState::Waiting);
            format!("Approved. {} still to be settled; load the page again in a moment.", counted(waiting, "line"))
        }
        RunState::Settled if of(LineState::Sent).0 > 0 => {
            "Take the file to the bank; then read back what the bank says.".to_owned()
        }
        RunState::Settled => "The bank has answered for every payment.".to_owned(),
        RunState::Withdrawn => "This run was taken back. Nothing of it was paid.".to_owned(),
    };
    (tiles, next)
}

/// What the second person has looked at.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ApprovalForm {
    total: String,
}

/// `POST /finance/runs/{run_id}/approval`
pub async fn post_approval(
    officer: FinanceOfficer,
    run: Path<String>,
    Form(form): Form<ApprovalForm>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (id, now) = (id(&run)?, app.clock.now());
    let total = Money::pence(form.total.parse().unwrap_or(-1));
    let run = app.db.write(move |tx| approve(tx, &officer, id, total, now)).await?;
    for _ in 0..WHILE_WAITING {
        if !app.db.write(move |tx| settle_some(tx, id, AT_ONCE, now)).await? {
            break;
        }
    }
    Ok(see_other(&format!("/finance/runs/{}?done=approved", run.id)))
}

/// Nothing but the button.
#[derive(Deserialize)]
pub struct Pressed {}

/// `POST /finance/runs/{run_id}/withdrawal`
pub async fn post_withdrawal(
    officer: FinanceOfficer,
    run: Path<String>,
    _: Form<Pressed>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (id, now) = (id(&run)?, app.clock.now());
    app.db.write(move |tx| withdraw(tx, &officer, id, now)).await?;
    Ok(see_other("/finance/runs?done=withdrawn"))
}

/// `POST /finance/runs/{run_id}/answers`: a file of the bank.
pub async fn post_answers(
    officer: FinanceOfficer,
    run: Path<String>,
    file: FileForm,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (id, now) = (id(&run)?, app.clock.now());
    let asking = officer.clone();
    let done = match read(&file.bytes) {
        Err(unreadable) => Err(AppError::from(unreadable)),
        Ok(said) => {
            let authority = officer.authority();
            let run = app.db.read(move |conn| store::run(conn, authority, id)).await?;
            app.db.write(move |tx| apply(tx, &asking, &run, &said, now)).await.map_err(AppError::from)
        }
    };
    match done {
        Ok(_) => Ok(see_other(&format!("/finance/runs/{id}?done=answered"))),
        Err(AppError::Refused(refusal)) if !refusal.fields.is_empty() => {
            let mut fields = refusal.fields;
            if fields.len() > 1 || refusal.code == "rows-not-placed" {
                fields.insert(0, FieldError::new("file", refusal.sentence));
            }
            let page = run_page(&app, &request, &officer, id, &Shown::default(), fields).await?;
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other),
    }
}

/// `GET /finance/runs/{run_id}/payments.csv`
pub async fn get_csv(officer: FinanceOfficer, run: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    file(&app, officer, id(&run)?, Format::Csv).await
}

/// `GET /finance/runs/{run_id}/payments.xml`
pub async fn get_xml(officer: FinanceOfficer, run: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    file(&app, officer, id(&run)?, Format::Pain).await
}

/// The file for the bank, in parts.
pub(super) async fn file(
    app: &App,
    officer: FinanceOfficer,
    id: PaymentRunId,
    format: Format,
) -> Result<HttpResponse, AppError> {
    if officer.role() == RoleName::Auditor {
        return Err(AppError::NotFound); // account numbers leave only for the bank, and that they left is noted
    }
    let (now, vault) = (app.clock.now(), app.vault.clone());
    let authority = officer.authority();
    let run = app.db.read(move |conn| store::run(conn, authority, id)).await?;
    let (run, debtor) = app.db.write(move |tx| export::note(tx, &vault, &officer, &run, format, now)).await?;
    let counting = run.clone();
    let states = app.db.read(move |conn| store::by_state(conn, &counting)).await?;
    let (count, total) = states.get(&LineState::Sent).copied().unwrap_or_default();
    let (kind, ending) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
        Format::Pain => ("application/xml; charset=utf-8", "xml"),
    };
    let name = format!("attachment; filename=\"payments-{}.{ending}\"", run.number);
    let summed = (count, Money::pence(total));
    let parts = stream(app.db.clone(), app.vault.clone(), run, (format, debtor), summed, now)?;
    Ok(HttpResponse::Ok().content_type(kind).insert_header(("Content-Disposition", name)).streaming(Box::pin(parts)))
}
