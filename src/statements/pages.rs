//! The statement as a page and as CSV.

use actix_web::http::StatusCode;
use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use crate::app::App;
use crate::budgets::store::BudgetSummary;
use crate::budgets::{self, Reason};
use crate::clock::{day, long_date};
use crate::error::{AppError, FieldError};
use crate::identity::BudgetReader;
use crate::money::Money;
use crate::places;
use crate::providers::typed::as_pounds;
use crate::purchasing::{Purchase, pages::Names};
use crate::web::cell::harmless;
use crate::web::form::Ask;
use crate::web::page::{Link, Page, html_with};

use super::statement::{Line, Parts, Period, Statement, read};
use super::views::{LineShown, PartsShown, StatementPage, StatementShown};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/budgets/{budget_id}/statement", get().to(get_statement))
        .route("/budgets/{budget_id}/statement.csv", get().to(get_statement_csv));
}

/// Which time.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub(super) from: String,
    pub(super) to: String,
}

/// What a statement is about.
struct About {
    summary: BudgetSummary,
    authority: String,
    period: Result<Period, Vec<FieldError>>,
    statement: Option<(Statement, Names)>,
    /// The periods of the budget that have begun.
    periods: Vec<budgets::store::Period>,
}

async fn about(app: &App, reader: &BudgetReader, asked: &Asked) -> Result<About, AppError> {
    let now = app.clock.now();
    let (reader, asked, today) = (reader.clone(), asked.clone(), day(now));
    app.db
        .read(move |conn| {
            let summary = budgets::store::summary(conn, &reader)?;
            let authority = places::store::authority_name(conn, summary.authority_id)?;
            let periods = budgets::store::periods_begun(conn, summary.authority_id, &[summary.id], today)?;
            let period = match Period::checked(&asked.from, &asked.to, &summary, today) {
                Ok(period) => period,
                Err(AppError::Refused(refusal)) => {
                    let period = Err(refusal.fields);
                    return Ok(About { summary, authority, period, statement: None, periods });
                }
                Err(other) => return Err(other),
            };
            let statement = read(conn, &reader, period)?;
            let purchases: Vec<&Purchase> = statement.lines.iter().filter_map(|line| line.purchase.as_ref()).collect();
            let names = Names::of(conn, &purchases)?;
            Ok(About { summary, authority, period: Ok(period), statement: Some((statement, names)), periods })
        })
        .await
}

/// `GET /budgets/{budget_id}/statement`
pub async fn get_statement(
    reader: BudgetReader,
    Ask(asked): Ask<Asked>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let About { summary, authority, period, statement, periods } = about(&app, &reader, &asked).await?;
    let today = day(app.clock.now());
    let path = format!("/budgets/{}/statement", summary.id);
    let (from, to, errors) = match &period {
        Ok(period) => (period.from.to_string(), period.to.to_string(), Vec::new()),
        Err(wrong) => (asked.from.clone(), asked.to.clone(), wrong.clone()),
    };
    let shown_period = period.as_ref().ok().copied();
    let mut usual: Vec<(String, Period)> =
        usual_times(&summary, today).into_iter().map(|(label, time)| (label.to_owned(), time)).collect();
    if periods.len() > 1 {
        usual.extend(periods.iter().rev().take(8).map(|each| of_a_period(each, today)));
    }
    let times = usual.into_iter().map(|(label, time)| {
        let href = format!("{path}?from={}&to={}", time.from, time.to);
        (Link { label, href }, Some(time) == shown_period)
    });
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = StatementPage {
        page: Page::of(&request, "Statement"),
        person: reader.person_name().to_owned(),
        own: reader.acting_for().is_none(),
        budget: summary.name.clone(),
        budget_href: format!("/budgets/{}", summary.id),
        route: summary.funding_route.to_string(),
        authority,
        period: shown_period
            .map_or_else(String::new, |time| format!("{} to {}", long_date(time.from), long_date(time.to))),
        made: long_date(today),
        csv_href: format!("{path}.csv?from={from}&to={to}"),
        from,
        to,
        times: times.collect(),
        action: path,
        shown: statement.map(|(statement, names)| shown(&statement, &names)),
        errors: errors.into(),
        budgets: Vec::new(),
    };
    html_with(status, &page)
}

/// The times that people mostly ask for.
fn usual_times(summary: &BudgetSummary, today: NaiveDate) -> Vec<(&'static str, Period)> {
    let first = today.with_day(1).unwrap_or(today);
    let end_of_last = first.pred_opt().unwrap_or(first);
    let last = summary.ends_on.pred_opt().unwrap_or(summary.ends_on);
    let mut times = Vec::new();
    if summary.starts_on <= today && first <= last {
        times.push(("This month", Period { from: first, to: today }));
    }
    if summary.starts_on <= end_of_last && first <= summary.ends_on {
        times.push(("Last month", Period { from: end_of_last.with_day(1).unwrap_or(end_of_last), to: end_of_last }));
    }
    times.push(("The whole budget", Period { from: summary.starts_on, to: today.min(last).max(summary.starts_on) }));
    times
}

/// A period of the budget, as far as it has gone: "Period 2, from 1 September 2026".
fn of_a_period(each: &budgets::store::Period, today: NaiveDate) -> (String, Period) {
    let last = each.ends_on.pred_opt().unwrap_or(each.ends_on).min(today);
    let label = format!("Period {}, from {}", each.number, long_date(each.starts_on));
    (label, Period { from: each.starts_on, to: last })
}

pub(super) fn money(pence: i64) -> String {
    Money::pence(pence).to_string()
}

fn parts(parts: Parts) -> PartsShown {
    PartsShown {
        available: money(parts.available),
        committed: money(parts.committed),
        owed: money(parts.owed),
        paid: money(parts.paid),
        total: money(parts.total()),
    }
}

fn shown(statement: &Statement, names: &Names) -> StatementShown {
    let sum = |wanted: fn(&Line) -> bool| -> i64 {
        statement.lines.iter().filter(|line| wanted(line)).map(|line| line.amount().as_pence()).sum()
    };
    let put_in = statement.change().total();
    let paid = statement.change().paid;
    let back = sum(|line| line.reason == Reason::Release);
    let mut said = Vec::new();
    if statement.before.total() > 0 {
        said.push(format!("{} was there at the beginning", money(statement.before.total())));
    }
    if put_in != 0 || said.is_empty() {
        said.push(format!("{} was put in", money(put_in)));
    }
    said.push(format!("{} was paid to providers", money(paid)));
    let out = statement.paid_out.1 - statement.paid_out.0;
    if out != 0 {
        said.push(format!("{} was paid out to whoever holds it", money(out)));
    }
    if back > 0 {
        said.push(format!("{} was given back", money(back)));
    }
    StatementShown {
        before: parts(statement.before),
        after: parts(statement.after),
        by_source: statement
            .by_source
            .iter()
            .map(|each| (each.source.to_string(), parts(each.before), parts(each.after)))
            .collect(),
        paid_out: (statement.paid_out.1 != 0).then(|| money(statement.paid_out.1)),
        lines: statement.lines.iter().map(|line| line_shown(line, names)).collect(),
        in_short: format!("{}.", said.join(", ")),
    }
}

fn line_shown(line: &Line, names: &Names) -> LineShown {
    LineShown {
        when: long_date(day(line.at)),
        what: line.words().into(),
        about: line
            .purchase
            .as_ref()
            .map(|purchase| Link { label: names.heading(purchase), href: format!("/purchases/{}", purchase.id) }),
        with: line.purchase.as_ref().map(|purchase| names.provider(purchase).to_owned()).unwrap_or_default(),
        amount: line.amount().to_string(),
        available: money(line.after.available),
        promised: money(line.after.committed + line.after.owed),
        paid: money(line.after.paid),
    }
}

/// The columns of the CSV.
const COLUMNS: [&str; 14] = [
    "date",
    "what",
    "about",
    "with",
    "reference",
    "available_change",
    "set_aside_change",
    "owed_change",
    "paid_change",
    "available",
    "set_aside",
    "owed",
    "paid",
    "total",
];

/// `GET /budgets/{budget_id}/statement.csv`: the same figures, for a spreadsheet.
pub async fn get_statement_csv(
    reader: BudgetReader,
    Ask(asked): Ask<Asked>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let About { summary, period, statement, .. } = about(&app, &reader, &asked).await?;
    let period = period.map_err(AppError::invalid)?;
    let (statement, names) = statement.ok_or(AppError::NotFound)?;
    let body = csv(&statement, &names).map_err(AppError::unexpected)?;
    let name = format!("statement-{}-{}-{}.csv", summary.id, period.from, period.to);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("Content-Disposition", format!("attachment; filename=\"{name}\"")))
        .body(body))
}

fn csv(statement: &Statement, names: &Names) -> Result<Vec<u8>, csv::Error> {
    let mut rows = csv::Writer::from_writer(Vec::new());
    rows.write_record(COLUMNS)?;
    let standing = |parts: Parts| [parts.available, parts.committed, parts.owed, parts.paid, parts.total()].map(signed);
    let mark = |day: NaiveDate, what: &str, at: Parts| {
        let mut row = vec![day.to_string(), what.to_owned()];
        row.extend(std::iter::repeat_n(String::new(), 7));
        row.extend(standing(at));
        row
    };
    rows.write_record(mark(statement.period.from, "At the beginning", statement.before))?;
    for line in &statement.lines {
        let (about, with) = line
            .purchase
            .as_ref()
            .map_or_else(Default::default, |purchase| (names.heading(purchase), names.provider(purchase).to_owned()));
        let change = [line.change.available, line.change.committed, line.change.owed, line.change.paid];
        let mut row = vec![
            day(line.at).to_string(),
            line.words().to_owned(),
            harmless(&about),
            harmless(&with),
            line.transfer.to_string(),
        ];
        row.extend(change.map(signed));
        row.extend(standing(line.after));
        rows.write_record(row)?;
    }
    rows.write_record(mark(statement.period.to, "At the end", statement.after))?;
    rows.into_inner().map_err(|cause| cause.into_error().into())
}

/// "-18.50"
fn signed(pence: i64) -> String {
    if pence < 0 { format!("-{}", as_pounds(-pence)) } else { as_pounds(pence) }
}
