//! The pages: my money as a picture, and "what if I buy this?".

use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::app::App;
use crate::audit;
use crate::budgets::meaning::{Meaning, Plan, Purse};
use crate::budgets::meaning_shown;
use crate::budgets::purse::{Week, miles_there_and_back, purse_of};
use crate::catalogue::{self, CostOption, Kind, WholeService};
use crate::clock::{day, long_date};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::SignedIn;
use crate::ids::{BudgetId, PersonId, ServiceId};
use crate::money::Money;
use crate::providers::typed;
use crate::purchasing::{self, PurchaseState};
use crate::shortlists::{self, ListKeeper};
use crate::web::form::Ask;
use crate::web::page::{Choice, Errors, Link, Page, html, html_with};

use super::jar;
use super::money::{MyMoney, OfSource, OneBudget, read};
use super::views::{Answer, BudgetRow, Idea, MyMoneyPage, Promise, Shown, WhatIfPage};
use super::what_if::{Often, of_an_amount};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/my-money", get().to(get_my_money)).route("/my-money/what-if", get().to(get_what_if));
}

/// The most things to try out on the page.
const IDEAS: usize = 6;

/// So many of the newest purchases of a budget are looked through for what is promised.
const NEWEST: i64 = 60;

/// Whose money.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Whose {
    person: String,
}

impl Whose {
    /// The person that was asked for, if one was; what is no id is nobody.
    fn person(&self) -> Result<Option<PersonId>, AppError> {
        match self.person.trim() {
            "" => Ok(None),
            id => id.parse().map(Some).map_err(|_not_an_id| AppError::NotFound),
        }
    }
}

/// Somebody's money, with the look at each budget noted where it is somebody else's.
async fn seen(app: &App, who: &SignedIn, whose: Option<PersonId>) -> Result<MyMoney, AppError> {
    let now = app.clock.now();
    let asking = who.clone();
    let money = app.db.read(move |conn| read(conn, &asking, whose, day(now))).await?.ok_or(AppError::NotFound)?;
    let looks = money.budgets.iter().map(|one| audit::at_a_budget(&one.reader, now)).collect();
    audit::looks(&app.db, looks).await?;
    Ok(money)
}

/// `GET /my-money`
pub async fn get_my_money(
    who: SignedIn,
    Ask(whose): Ask<Whose>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let money = seen(&app, &who, whose.person()?).await?;
    if let Some(one) = money.budgets.first() {
        one.reader.announce(&request);
    }
    let today = day(app.clock.now());
    let (asking, told) = (who.clone(), money.clone());
    let (ideas, promises) = app
        .db
        .read(move |conn| Ok::<_, AppError>((ideas(conn, &asking, &told, today)?, promises(conn, &told)?)))
        .await?;
    let title = if money.own { "My money".to_owned() } else { format!("Money of {}", money.name) };
    html(&MyMoneyPage {
        page: Page::of(&request, title),
        own: money.own,
        person: money.name.clone(),
        others: money
            .others
            .iter()
            .map(|(id, name)| Link { label: name.clone(), href: format!("/my-money?person={id}") })
            .collect(),
        shown: (!money.budgets.is_empty()).then(|| shown(&money, today)),
        coming: money
            .coming
            .as_ref()
            .map(|coming| format!("{} begins on {}.", coming.name, long_date(coming.starts_on))),
        other_href: what_if_href(&money, "other"),
        ideas,
        promises,
    })
}

/// The address of the page that tries out `what`.
fn what_if_href(money: &MyMoney, what: &str) -> String {
    let person = if money.own { String::new() } else { format!("&person={}", money.person) };
    format!("/my-money/what-if?what={what}{person}")
}

fn shown(money: &MyMoney, today: NaiveDate) -> Shown {
    let (left, promised, spent, whole) = (money.left(), money.promised(), money.spent(), money.whole());
    let mark = money.next_mark(today);
    let weeks = mark.map_or(0, |(on, _)| (on - today).num_days().max(0) / 7);
    let a_week = money.a_week(today);
    let row = |one: &OneBudget| BudgetRow {
        name: Link { label: one.summary.name.clone(), href: format!("/budgets/{}", one.summary.id) },
        route: one.summary.funding_route.to_string(),
        left: one.left().to_string(),
        promised: one.budget.committed.balance.to_string(),
        owed: one.budget.owed.balance.to_string(),
        paid: one.spent().to_string(),
        whole: one.left().plus(one.promised()).and_then(|sum| sum.plus(one.spent())).unwrap_or_default().to_string(),
        review: long_date(one.summary.review_on),
        ends: long_date(one.summary.ends_on.pred_opt().unwrap_or(one.summary.ends_on)),
        statement_href: format!("/budgets/{}/statement", one.summary.id),
        sources: if one.budget.sources().len() > 1 {
            one.by_source().iter().map(source_row).collect()
        } else {
            Vec::new()
        },
        period: one.period.as_ref().map(|period| {
            let last = period.ends_on.pred_opt().unwrap_or(period.ends_on);
            format!("{} to {}: {} was put in", long_date(period.starts_on), long_date(last), period.funded_pence)
        }),
    };
    let all = |of: fn(&OneBudget) -> Money| {
        money.budgets.iter().map(of).fold(Money::ZERO, |sum, each| sum.plus(each).unwrap_or(sum)).to_string()
    };
    let told = format!("A jar. {left} is left in it, {promised} of what is in it is promised. {spent} is spent.");
    let whose = if money.own { "your" } else { "the" };
    Shown {
        jar: jar::jar("now", &told, whole, &[("left", left), ("promised", promised)]),
        left: left.to_string(),
        promised: promised.to_string(),
        spent: spent.to_string(),
        whole: whole.to_string(),
        anything_promised: promised > Money::ZERO,
        anything_spent: spent > Money::ZERO,
        path: jar::path(weeks),
        until: match (weeks, mark.is_some_and(|(_, review)| review)) {
            (0, true) => format!("Less than a week until {whose} review"),
            (1, true) => format!("1 week until {whose} review"),
            (weeks, true) => format!("{weeks} weeks until {whose} review"),
            (0, false) => format!("Less than a week until {whose} budget ends"),
            (1, false) => format!("1 week until {whose} budget ends"),
            (weeks, false) => format!("{weeks} weeks until {whose} budget ends"),
        },
        mark: mark.map_or_else(String::new, |(on, review)| {
            if review {
                format!("The review is on {}.", long_date(on))
            } else {
                format!("The last day is {}.", long_date(on.pred_opt().unwrap_or(on)))
            }
        }),
        a_week: (a_week > Money::ZERO).then(|| a_week.to_string()),
        goes_fast: money.goes_fast(today),
        rows: money.budgets.iter().map(row).collect(),
        together: (money.budgets.len() > 1).then(|| BudgetRow {
            left: left.to_string(),
            promised: all(|one| one.budget.committed.balance),
            owed: all(|one| one.budget.owed.balance),
            paid: spent.to_string(),
            whole: whole.to_string(),
            ..BudgetRow::default()
        }),
    }
}

/// What stands there of one source.
fn source_row(of: &OfSource) -> BudgetRow {
    let whole = [of.left, of.committed, of.owed, of.paid].iter().map(|part| part.as_pence()).sum();
    BudgetRow {
        route: of.source.to_string(),
        left: of.left.to_string(),
        promised: of.committed.to_string(),
        owed: of.owed.to_string(),
        paid: of.paid.to_string(),
        whole: Money::pence(whole).to_string(),
        ..BudgetRow::default()
    }
}

/// What the promised money is for: open purchases, newest first.
fn promises(conn: &mut Conn, money: &MyMoney) -> diesel::QueryResult<Vec<Promise>> {
    let mut open = Vec::new();
    for one in &money.budgets {
        if one.promised() == Money::ZERO {
            continue;
        }
        let newest = purchasing::store::purchases_from(conn, &one.reader, 1, NEWEST)?;
        let waits = |state| matches!(state, PurchaseState::Requested | PurchaseState::Agreed);
        open.extend(newest.into_iter().filter(|purchase| waits(purchase.state)));
    }
    open.truncate(8);
    let names = purchasing::pages::Names::of(conn, &open.iter().collect::<Vec<_>>())?;
    let promise = |purchase: &purchasing::Purchase| Promise {
        link: Link { label: names.heading(purchase), href: format!("/purchases/{}", purchase.id) },
        with: names.provider(purchase).to_owned(),
        amount: purchase.total_pence.to_string(),
        kind_slug: names.kind_slug(purchase),
    };
    Ok(open.iter().map(promise).collect())
}

/// What somebody may want to try out: what is on their shortlist, then what they bought lately.
fn ideas(conn: &mut Conn, who: &SignedIn, money: &MyMoney, today: NaiveDate) -> diesel::QueryResult<Vec<Idea>> {
    let mut services: Vec<ServiceId> = Vec::new();
    if money.own
        && let Some(list) = shortlists::store::list_of(conn, &ListKeeper::of(who))?
    {
        services.extend(shortlists::store::entries(conn, list.id)?.iter().map(|entry| entry.service_id));
    }
    for one in &money.budgets {
        let bought = purchasing::store::purchases_from(conn, &one.reader, 1, 20)?;
        services.extend(bought.iter().map(|purchase| purchase.service_id));
    }
    let mut once: Vec<ServiceId> = Vec::new();
    for service in services {
        if !once.contains(&service) && once.len() < IDEAS * 2 {
            once.push(service);
        }
    }
    let whole = catalogue::store::whole_services(conn, &once, today)?;
    let priced = whole.iter().filter(|whole| whole.cheapest().is_some() && whole.service.kind != Kind::Information);
    Ok(priced
        .take(IDEAS)
        .map(|whole| Idea {
            link: Link { label: whole.service.name.clone(), href: what_if_href(money, whole.service.id.as_str()) },
            with: whole.provider.clone(),
            kind_slug: whole.service.kind.slug(),
        })
        .collect())
}

/// What is tried out.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Tried {
    what: String,
    person: String,
    amount: String,
    often: String,
}

/// Everything that is read for trying something out.
struct Read {
    money: MyMoney,
    purse: Purse,
    service: Option<(WholeService, Vec<CostOption>, bool)>,
    ideas: Vec<Idea>,
}

/// `GET /my-money/what-if`: choose something, say how much of it, see the jar change. Nothing moves.
pub async fn get_what_if(
    who: SignedIn,
    Ask(tried): Ask<Tried>,
    Ask(week): Ask<Week>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let whose = Whose { person: tried.person.clone() }.person()?;
    let money = seen(&app, &who, whose).await?;
    let Some(first) = money.budgets.first().cloned() else {
        return Err(AppError::refused("no-budget", "no budget runs today, so there is nothing to try out with"));
    };
    first.reader.announce(&request);
    let wanted: Option<BudgetId> = week.budget.parse().ok();
    let chosen = money.budgets.iter().find(|one| Some(one.summary.id) == wanted).cloned().unwrap_or(first);
    let today = day(app.clock.now());
    let service: Option<ServiceId> = tried.what.parse().ok();
    let asking = who.clone();
    let read = app
        .db
        .read(move |conn| {
            let purse = purse_of(conn, &chosen.reader, today)?;
            let service = match service {
                None => None,
                Some(id) => {
                    let whole = catalogue::store::whole_service(conn, id, today)?.ok_or(AppError::NotFound)?;
                    let takes = catalogue::store::details(conn, id, whole.service.organization_id)?.takes(purse.route);
                    Some((whole, catalogue::store::prices(conn, id)?, takes))
                }
            };
            let ideas = if service.is_some() { Vec::new() } else { ideas(conn, &asking, &money, today)? };
            Ok::<_, AppError>(Read { money, purse, service, ideas })
        })
        .await?;
    let page = Page::of(&request, "What if I buy this?");
    let shown = what_if(page, &read, &tried, &week, today);
    let status = if shown.errors.is_empty() { 200 } else { 422 };
    html_with(actix_web::http::StatusCode::from_u16(status).unwrap_or_default(), &shown)
}

fn what_if(page: Page, read: &Read, tried: &Tried, week: &Week, today: NaiveDate) -> WhatIfPage {
    let Read { money, purse, service, ideas } = read;
    let person = if money.own { String::new() } else { format!("?person={}", money.person) };
    let mut hidden = vec![("what".to_owned(), tried.what.clone())];
    if !money.own {
        hidden.push(("person".into(), money.person.to_string()));
    }
    let budget = |one: &OneBudget| Choice {
        value: one.summary.id.to_string(),
        label: format!("{} ({} left)", one.summary.name, one.left()),
        count: None,
        chosen: one.summary.id == purse.budget,
    };
    let base = WhatIfPage {
        page,
        own: money.own,
        person: money.name.clone(),
        back_href: format!("/my-money{person}"),
        what: None,
        service_href: None,
        ideas: ideas.clone(),
        other_href: what_if_href(money, "other"),
        hidden,
        budgets: if money.budgets.len() > 1 { money.budgets.iter().map(budget).collect() } else { Vec::new() },
        options: Vec::new(),
        numbers: Vec::new(),
        amount: None,
        often: Vec::new(),
        answer: None,
        errors: Errors::default(),
    };
    match service {
        Some((whole, options, takes)) => of_a_service(base, (whole, options, *takes), purse, money, week, today),
        None if tried.what == "other" => of_something_else(base, purse, money, tried, today),
        None => base,
    }
}

fn of_a_service(
    base: WhatIfPage,
    (whole, options, takes): (&WholeService, &[CostOption], bool),
    purse: &Purse,
    money: &MyMoney,
    week: &Week,
    today: NaiveDate,
) -> WhatIfPage {
    let (asked, wrong) = week.read();
    let place = whole.locations.first().map(|at| (at.latitude, at.longitude));
    let service_href = Some(format!("/services/{}", whole.service.id));
    let base = WhatIfPage { what: Some(whole.service.name.clone()), service_href, ..base };
    let Some(plan) = Plan::of(options, &asked, today, miles_there_and_back(purse, place)) else {
        let no_price = "This tells no price to work with. Ask its provider, or try out an amount.";
        return WhatIfPage { errors: vec![FieldError::new("", no_price)].into(), ..base };
    };
    let told = plan.meaning(purse);
    let shown = meaning_shown::shown((&plan, &told), purse, &[], takes, String::new(), &wrong);
    let may_buy = money.budgets.iter().any(|one| one.summary.id == purse.budget && one.reader.scopes().buy);
    let buy_href = may_buy.then(|| format!("/services/{}/buy?budget={}", whole.service.id, purse.budget));
    WhatIfPage {
        options: shown.options,
        numbers: shown.numbers,
        answer: Some(Answer { rows: shown.rows, remarks: shown.remarks, buy_href, ..answer(&told, purse, money) }),
        errors: wrong.into(),
        ..base
    }
}

fn of_something_else(base: WhatIfPage, purse: &Purse, money: &MyMoney, tried: &Tried, today: NaiveDate) -> WhatIfPage {
    let often = tried.often.parse().unwrap_or(Often::Once);
    let choice = |each: &Often| Choice {
        value: each.to_string(),
        label: if *each == Often::Once { "One time".into() } else { "Every week".into() },
        count: None,
        chosen: *each == often,
    };
    let base = WhatIfPage {
        what: Some("Something else".into()),
        amount: Some(tried.amount.clone()),
        often: Often::ALL.iter().map(choice).collect(),
        ..base
    };
    if tried.amount.trim().is_empty() {
        return base;
    }
    let told =
        typed::pounds(&tried.amount).ok().and_then(|pence| of_an_amount(Money::pence(pence), often, purse, today));
    if let Some(told) = told {
        return WhatIfPage { answer: Some(answer(&told, purse, money)), ..base };
    }
    let wrong = "Enter what it costs in pounds, such as 25 or 12.50.";
    WhatIfPage { errors: vec![FieldError::new("amount", wrong)].into(), ..base }
}

/// The two jars and what they say.
fn answer(told: &Meaning, purse: &Purse, money: &MyMoney) -> Answer {
    let one = money.budgets.iter().find(|one| one.summary.id == purse.budget);
    let promised = one.map_or(Money::ZERO, OneBudget::promised);
    let spent = one.map_or(Money::ZERO, OneBudget::spent);
    let whole = [promised, spent].iter().fold(purse.available, |sum, each| sum.plus(*each).unwrap_or(sum));
    let this = purse.available.less(told.left_at_end).unwrap_or_default();
    let left = told.left_at_end;
    let once = told.a_week == Money::ZERO;
    let costs = match (once, told.once > Money::ZERO) {
        (true, _) => format!("It costs {}.", told.once),
        (false, false) => format!("It costs {} each week.", told.a_week),
        (false, true) => format!("It costs {} once, and {} each week.", told.once, told.a_week),
    };
    let last = |day: NaiveDate| long_date(day.pred_opt().unwrap_or(day));
    let whose = if money.own { "You" } else { money.name.as_str() };
    let (leaves, gone) = match told.runs_out_on {
        None if once => (format!("{whose} would have {left} left."), None),
        None => (format!("{whose} would have {left} left when the budget ends on {}.", last(purse.ends_on)), None),
        Some(_) if once => {
            let short = told.once.less(purse.available).unwrap_or_default();
            (format!("That is too much. {short} is missing."), None)
        }
        Some(day) => {
            let short = told.until_end.less(purse.available).unwrap_or_default();
            let gone = match told.weeks {
                0 => "The money would not last a week.".to_owned(),
                1 => format!("The money would last 1 week, until {}.", last(day)),
                weeks => format!("The money would last {weeks} weeks, until {}.", last(day)),
            };
            (format!("There is not enough for the whole time. {short} is missing."), Some(gone))
        }
    };
    Answer {
        now: jar::jar(
            "now",
            &format!("Now: {} is left.", purse.available),
            whole,
            &[("left", purse.available), ("promised", promised)],
        ),
        then: jar::jar(
            "then",
            &format!("If you buy this: {left} is left, and {this} is for this."),
            whole,
            &[("left", left), ("this", this), ("promised", promised)],
        ),
        left_now: purse.available.to_string(),
        left_then: left.to_string(),
        costs,
        leaves,
        enough: told.runs_out_on.is_none(),
        gone,
        ..Answer::default()
    }
}
