//! The pages of a finance officer for budgets.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::app::App;
use crate::audit::{self, Deed, Entry, What as Of, Why};
use crate::clock::{UtcTime, day, long_date};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::FinanceOfficer;
use crate::ids::{BudgetId, SubmissionKey};
use crate::money::{Money, thousands};
use crate::payments::{self, Payee};
use crate::places;
use crate::web::form::{Ask, Form};
use crate::web::page::{Choice, Errors, Link, Page, Row, Tile, html, html_with, see_other};
use crate::web::paging;

use super::super::due::{DueToHolder, due_of};
use super::super::ledger::{AccountKind, Reason, Source};
use super::super::pages::period;
use super::super::picture;
use super::super::shares::percent;
use super::super::store::{self as budgets, BudgetSummary, Period};
use super::super::terms::{self, Frame, Holder, PeriodLength, RatePer, Terms, TermsKind};
use super::super::{FundingRoute, MoneyError, Move};
use super::asked::{self, ROUTES, Typed, slug};
use super::store::{self, HoldingRequest, RequestState, Which, with_name, with_names};
use super::views::{
    BudgetLine, BudgetPage, BudgetsPage, HeldUp, HolderShown, MoveForm, MoveShown, Nav, PeriodShown, RequestShown,
    ShareField, SourceRow, TermsPage, TermsShown, UpratingPage,
};
use super::{api, deed};

/// Budgets on one page.
const PER_PAGE: u32 = 30;

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/finance/budgets", get().to(get_budgets))
        .route("/finance/budgets", post().to(post_budget))
        .route("/finance/budgets/new", get().to(get_new))
        .route("/finance/uprating", get().to(get_uprating))
        .route("/finance/uprating", post().to(post_uprating))
        .route("/finance/budgets/{budget_id}", get().to(get_budget))
        .route("/finance/budgets/{budget_id}/change", get().to(get_change))
        .route("/finance/budgets/{budget_id}/change", post().to(post_change))
        .route("/finance/budgets/{budget_id}/terms/{terms_id}/withdrawal", post().to(post_withdrawal))
        .route("/finance/budgets/{budget_id}/periods/{period_id}/closing", post().to(post_closing))
        .route("/finance/budgets/{budget_id}/moves", post().to(post_move))
        .route("/finance/budgets/{budget_id}/moves/{move_id}/reversal", post().to(post_reversal))
        .route("/finance/budgets/{budget_id}/requests/{request_id}", post().to(post_answer));
}

/// The links of every finance page.
pub(crate) fn nav(at: &str) -> Nav {
    let links = [
        ("Invoices", "/finance"),
        ("Budgets", "/finance/budgets"),
        ("Uprating", "/finance/uprating"),
        ("Returns", "/finance/returns"),
    ];
    let link = |(label, href): (&str, &str)| (Link { label: label.into(), href: href.into() }, href == at);
    Nav { links: links.into_iter().map(link).collect() }
}

/// Looks at budgets in a list, or at one, for whoever reads who looked.
pub(super) fn looks(officer: &FinanceOfficer, rows: &[(BudgetSummary, String)], now: UtcTime) -> Vec<Entry> {
    let why = (Deed::LookedAt, Why::ToLookAfterBudgets);
    let look = |(summary, _): &(BudgetSummary, String)| {
        Entry::new(officer, why, summary.person_id, (Of::Budget, summary.id.as_str()), now)
    };
    rows.iter().map(look).collect()
}

fn id<T: std::str::FromStr>(text: &str) -> Result<T, AppError> {
    text.parse().map_err(|_not_an_id| AppError::NotFound)
}

/// Which budgets, and what was just done.
#[derive(Clone, Default, Deserialize)]
pub struct Shown {
    which: Option<String>,
    named: Option<String>,
    page: Option<String>,
    done: Option<String>,
}

/// `GET /finance/budgets`
pub async fn get_budgets(
    officer: FinanceOfficer,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let (page, today) = (paging::number(shown.page.as_deref()), day(now));
    let named = shown.named.unwrap_or_default().trim().to_owned();
    let chosen = shown.which.unwrap_or_default();
    let which = match chosen.as_str() {
        "to-close" => Which::ToClose,
        "asked" => Which::Asked,
        _ => Which::Running,
    };
    let (looking, typed) = (officer.clone(), named.clone());
    let (authority, counts, held_up, (rows, total)) = app
        .db
        .read(move |conn| {
            let authority = places::store::authority_name(conn, officer.authority())?;
            let counts = store::counts(conn, &officer, today)?;
            let held_up = budgets::all_held_up(conn, officer.authority())?;
            let wanted = (which, typed.as_str(), today);
            let rows = store::budgets(conn, &officer, wanted, (i64::from(page), i64::from(PER_PAGE)))?;
            Ok::<_, AppError>((authority, counts, held_up, rows))
        })
        .await?;
    let mut seen = looks(&looking, &rows, now);
    let why = (Deed::LookedAt, Why::ToLookAfterBudgets);
    seen.extend(
        held_up.iter().map(|each| Entry::new(&looking, why, each.person, (Of::Budget, each.budget.as_str()), now)),
    );
    audit::looks(&app.db, seen).await?;
    let tile = |at: usize, label: &str| Tile {
        value: thousands(counts.get(at).copied().unwrap_or(0).unsigned_abs()),
        label: label.into(),
        note: None,
    };
    let choice = |value: &str, label: &str, is: Which| Choice {
        value: value.into(),
        label: label.into(),
        count: None,
        chosen: is == which,
    };
    let total = u64::try_from(total).unwrap_or(0);
    let query = serde_html_form::to_string([("which", chosen.as_str()), ("named", named.as_str())]).unwrap_or_default();
    html(&BudgetsPage {
        page: Page::of(&request, "Budgets"),
        nav: nav("/finance/budgets"),
        authority,
        tiles: vec![tile(0, "running today"), tile(1, "with a period to close"), tile(2, "with a request to answer")],
        held_up: held_up
            .into_iter()
            .map(|each| HeldUp {
                budget: Link { label: each.name, href: format!("/finance/budgets/{}", each.budget) },
                why: each.reason,
                since: long_date(day(each.since)),
            })
            .collect(),
        which: vec![
            choice("running", "Running today", Which::Running),
            choice("to-close", "With a period to close", Which::ToClose),
            choice("asked", "With a request to answer", Which::Asked),
        ],
        named,
        lines: rows
            .iter()
            .map(|(summary, person)| BudgetLine {
                href: format!("/finance/budgets/{}", summary.id),
                person: person.clone(),
                name: summary.name.clone(),
                route: summary.funding_route.to_string(),
                period: period(summary),
            })
            .collect(),
        total: match total {
            1 => "1 budget".into(),
            more => format!("{} budgets", thousands(more)),
        },
        pagination: paging::pagination(total, page, PER_PAGE, |number| {
            format!("/finance/budgets?{query}&page={number}")
        }),
    })
}

/// Everything that the page of one budget shows.
struct Read {
    summary: BudgetSummary,
    person: String,
    budget: super::super::Budget,
    balances: budgets::Balances,
    frame: Frame,
    terms: Vec<Terms>,
    periods: Vec<Period>,
    ended: Vec<budgets::PeriodBalance>,
    moves: Vec<budgets::MoneyMove>,
    requests: Vec<HoldingRequest>,
    rhythm: (PeriodLength, bool),
    due: Vec<(DueToHolder, Option<String>)>,
    others: Vec<(BudgetId, String)>,
}

fn read(conn: &mut Conn, officer: &FinanceOfficer, budget: BudgetId, today: NaiveDate) -> Result<Read, AppError> {
    let (summary, person) = store::budget(conn, officer, budget)?;
    let authority = officer.authority();
    let periods = budgets::periods(conn, authority, budget)?;
    let ids: Vec<_> = periods.iter().map(|period| period.id).collect();
    let all = budgets::terms(conn, authority, budget)?;
    let mut due = Vec::new();
    for each in due_of(conn, authority, &[budget], today)? {
        let account = payments::store::account_shown(conn, &Payee::of_holder(budget, &each.holder))?;
        let holder = with_name(conn, &each.holder)?;
        due.push((DueToHolder { holder, ..each }, account.map(|(shown, ..)| shown)));
    }
    let frame =
        Frame { starts_on: summary.starts_on, ends_on: summary.ends_on, round_to: deed::rounds_to(conn, officer)? };
    Ok(Read {
        budget: budgets::read_of(conn, authority, budget)?,
        balances: budgets::balances(conn, authority, budget)?,
        terms: with_names(conn, all)?,
        ended: budgets::period_balances(conn, &ids)?,
        moves: budgets::moves_of(conn, authority, budget, 20)?,
        requests: store::requests_of(conn, budget)?,
        rhythm: budgets::rhythm(conn, budget)?,
        due,
        others: budgets::others_of(conn, authority, summary.person_id, budget, today)?,
        frame,
        periods,
        summary,
        person,
    })
}

/// `GET /finance/budgets/{budget_id}`
pub async fn get_budget(
    officer: FinanceOfficer,
    path: Path<String>,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let budget = id(&path)?;
    shown_budget(&app, &request, officer, budget, shown.done.as_deref(), (Typed::default(), Vec::new())).await
}

async fn shown_budget(
    app: &App,
    request: &HttpRequest,
    officer: FinanceOfficer,
    budget: BudgetId,
    done: Option<&str>,
    (typed, wrong): (Typed, Vec<FieldError>),
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let today = day(now);
    let looking = officer.clone();
    let read = app.db.read(move |conn| read(conn, &officer, budget, today)).await?;
    audit::looks(&app.db, looks(&looking, &[(read.summary.clone(), read.person.clone())], now)).await?;
    let notice = match done {
        Some("given") => Some("The budget is given, and its first period has its money."),
        Some("changed") => Some("The budget is changed. What moved stands below."),
        Some("withdrawn") => Some("The planned change is taken back."),
        Some("closed") => Some("The period is closed."),
        Some("moved") => Some("The money is moved."),
        Some("reversed") => Some("That is turned back."),
        Some("answered") => Some("The person is told."),
        _ => None,
    };
    let path = format!("/finance/budgets/{budget}");
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html_with(
        status,
        &BudgetPage {
            page: Page::of(request, format!("{} – {}", read.person, read.summary.name)).with_notice(notice),
            nav: nav("/finance/budgets"),
            errors: Errors::from(wrong),
            person: read.person.clone(),
            name: read.summary.name.clone(),
            period: period(&read.summary),
            picture: picture::of_budget(&read.budget),
            facts: facts(&read),
            sources: source_rows(&read.balances),
            requests: read.requests.iter().map(|each| request_shown(each, &format!("{path}/requests"))).collect(),
            terms: terms_shown(&read.terms, &read.frame, today, Some(&path)),
            periods: periods_shown(&read.periods, &read.ended, today, Some(&path)),
            moves: read.moves.iter().map(|each| move_shown(each, &path)).collect(),
            holders: read
                .due
                .iter()
                .map(|(due, account)| HolderShown {
                    who: who_holds(&due.holder),
                    share: format!("{} %", percent(i64::from(due.share))),
                    with_them: due.with_them.to_string(),
                    due: due.amount.to_string(),
                    account: account.clone(),
                    account_href: due
                        .holder
                        .organization
                        .is_none()
                        .then(|| format!("{path}/account?way={}", due.holder.route.as_str().replace(' ', "+"))),
                })
                .collect(),
            form: move_form(&read, &typed),
            submission_key: SubmissionKey::new().to_string(),
            path,
        },
    )
}

/// A way of holding in words: "held by Trafford Carers Trust (trust)".
pub(crate) fn who_holds(holder: &Holder) -> String {
    let way = holder.route.to_string();
    let mut letters = way.chars();
    let way = letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default();
    if holder.name.is_empty() { way } else { format!("{way}: {}", holder.name) }
}

fn facts(read: &Read) -> Vec<Row> {
    let row = |label: &str, value: String| Row { label: label.into(), value };
    let due = read.balances.all_of(AccountKind::ContributionDue).negated();
    let mut facts = vec![
        row(
            "Periods",
            match read.rhythm {
                (PeriodLength::Whole, _) => "one, for its whole time".into(),
                (length, true) => format!("each a {length}; it goes on year after year"),
                (length, false) => format!("each a {length}"),
            },
        ),
        row("Review", long_date(read.summary.review_on)),
    ];
    if read.balances.sources().contains(&Source::ClientContribution) {
        facts.push(row("The person is still to pay", due.to_string()));
    }
    facts
}

/// What stands there, source by source.
pub(crate) fn source_rows(all: &budgets::Balances) -> Vec<SourceRow> {
    let row = |source: Source| SourceRow {
        source: source.to_string(),
        available: all.of(AccountKind::Available, source).to_string(),
        committed: all.of(AccountKind::Committed, source).to_string(),
        owed: all.of(AccountKind::Owed, source).to_string(),
        paid: all.of(AccountKind::Paid, source).to_string(),
    };
    all.sources().into_iter().map(row).collect()
}

/// A wish in words; where its answer or its withdrawal goes stands after `at`.
pub(crate) fn request_shown(asked: &HoldingRequest, at: &str) -> RequestShown {
    RequestShown {
        route: asked.funding_route.to_string(),
        from: long_date(asked.starts_on),
        words: asked.words.clone(),
        state: asked.state.to_string(),
        tag: match asked.state {
            RequestState::Asked => "requested",
            RequestState::Done => "agreed",
            RequestState::Declined => "declined",
            RequestState::TakenBack => "settled",
        }
        .into(),
        answer: asked.answer.clone(),
        when: long_date(asked.asked_at.date()),
        path: (asked.state == RequestState::Asked).then(|| format!("{at}/{}", asked.id)),
    }
}

/// What holds, held and will hold, the newest first.
pub(crate) fn terms_shown(all: &[Terms], frame: &Frame, today: NaiveDate, path: Option<&str>) -> Vec<TermsShown> {
    let now = terms::on(all, today.max(frame.starts_on)).map(|terms| terms.id);
    let mut sorted: Vec<&Terms> = all.iter().collect();
    sorted.sort_by_key(|terms| std::cmp::Reverse((terms.starts_on, terms.number)));
    let shown = |terms: &&Terms| {
        let (state, tag) = match () {
            () if now == Some(terms.id) => ("now", "agreed"),
            () if all.iter().any(|other| other.starts_on == terms.starts_on && other.number > terms.number) => {
                ("replaced", "settled")
            }
            () if terms.starts_on > today => ("planned", "requested"),
            () => ("before", "settled"),
        };
        TermsShown {
            from: long_date(terms.starts_on),
            rate: rate(terms),
            state: state.into(),
            tag: tag.into(),
            details: details(terms, frame),
            reason: terms.reason.clone(),
            withdraw_path: path
                .filter(|_| terms.starts_on > today && terms.number > 1)
                .map(|path| format!("{path}/terms/{}/withdrawal", terms.id)),
        }
    };
    sorted.iter().map(shown).collect()
}

/// "£130 a week"
pub(crate) fn rate(terms: &Terms) -> String {
    match terms.per {
        RatePer::Week => format!("{} a week", terms.rate),
        RatePer::Year => format!("{} a year", terms.rate),
        RatePer::Whole => format!("{} in all", terms.rate),
    }
}

fn details(terms: &Terms, frame: &Frame) -> Vec<String> {
    let mut told = Vec::new();
    if terms.per != RatePer::Week {
        told.push(format!("about {} a week", terms.a_week(frame)));
    }
    if terms.contribution > Money::ZERO {
        told.push(format!("of which the person pays {} a week", terms.contribution));
    }
    if let Some(bridging) = terms.bridging {
        told.push(format!("and {} a week beside it until {}", bridging.weekly, long_date(bridging.until)));
    }
    let of = |word: &str, share: i32| format!("{} % {word}", percent(i64::from(share)));
    if terms.sources.parts().len() > 1 {
        let parts: Vec<String> =
            terms.sources.parts().iter().map(|(source, share)| of(source.as_str(), *share)).collect();
        told.push(format!("from {}", parts.join(", ")));
    }
    let held: Vec<String> = match terms.holders.parts() {
        [(holder, _)] if holder.name.is_empty() => vec![holder.route.to_string()],
        [(holder, _)] => vec![format!("{}: {}", holder.route, holder.name)],
        parts => parts.iter().map(|(holder, share)| of(&who_holds(holder), *share)).collect(),
    };
    told.push(format!("held as {}", held.join(", ")));
    if terms.kind == TermsKind::Uprated {
        told.push("uprated with prices".into());
    }
    told
}

/// Periods with how they ended, the newest first.
pub(crate) fn periods_shown(
    periods: &[Period],
    ended: &[budgets::PeriodBalance],
    today: NaiveDate,
    path: Option<&str>,
) -> Vec<PeriodShown> {
    let shown = |period: &Period| {
        let of_this = || ended.iter().filter(|each| each.period_id == period.id);
        let sum =
            |of: fn(&budgets::PeriodBalance) -> Money| Money::pence(of_this().map(|each| of(each).as_pence()).sum());
        let over = period.ends_on <= today;
        let (state, tag) = match () {
            () if period.closed_at.is_some() => ("closed", "settled"),
            () if over => ("to be closed", "requested"),
            () if period.starts_on > today => ("to come", "settled"),
            () => ("running", "agreed"),
        };
        let last = period.ends_on.pred_opt().unwrap_or(period.ends_on);
        PeriodShown {
            days: format!("{} to {}", long_date(period.starts_on), long_date(last)),
            funded: period.funded_pence.to_string(),
            state: state.into(),
            tag: tag.into(),
            ended: period.closed_at.map(|_| {
                format!(
                    "{} was unspent; {} went on, {} went back",
                    sum(|each| each.left_pence),
                    sum(|each| each.carried_pence),
                    sum(|each| each.returned_pence)
                )
            }),
            close_path: path
                .filter(|_| over && period.closed_at.is_none())
                .map(|path| format!("{path}/periods/{}/closing", period.id)),
        }
    };
    periods.iter().rev().map(shown).collect()
}

fn move_shown(moved: &budgets::MoneyMove, path: &str) -> MoveShown {
    let back = moved.reason == Reason::Reversal;
    MoveShown {
        when: long_date(moved.moved_at.date()),
        what: if back { "turned back".into() } else { format!("{} ({})", moved.reason, moved.source) },
        amount: moved.amount_pence.to_string(),
        note: moved.note.clone(),
        reverse_path: (!back).then(|| format!("{path}/moves/{}/reversal", moved.id)),
    }
}

/// What can be moved by hand, as a form says it.
const KINDS: [(Reason, &str); 10] = [
    (Reason::OneOff, "Put money in for something once"),
    (Reason::ContributionReceived, "The person paid their part"),
    (Reason::TopUp, "Somebody added money of their own (top-up)"),
    (Reason::OwnMoney, "A self-funder paid in"),
    (Reason::Refund, "A provider gave money back"),
    (Reason::Return, "Give the person their own money back"),
    (Reason::BetweenSources, "Move from one source to another"),
    (Reason::BetweenBudgets, "Move to another budget of the person"),
    (Reason::Payment, "Hand money to who holds it"),
    (Reason::PaymentReturned, "Who holds it gave money back"),
];

fn choices<T: Copy>(all: &[T], typed: &str, of: impl Fn(T) -> (String, String)) -> Vec<Choice> {
    let choice = |each: &T| {
        let (value, label) = of(*each);
        Choice { chosen: value == typed, value, label, count: None }
    };
    all.iter().map(choice).collect()
}

fn move_form(read: &Read, typed: &Typed) -> MoveForm {
    let word = |word: &str| (word.to_owned(), word.to_owned());
    let none = || Choice { label: "–".into(), chosen: true, ..Choice::default() };
    let with_none = |list: Vec<Choice>| std::iter::once(none()).chain(list).collect::<Vec<_>>();
    let mut sources = read.balances.sources();
    sources.extend(Source::POOLED.iter().filter(|source| !read.balances.sources().contains(source)));
    MoveForm {
        kinds: choices(&KINDS, typed.of("reason"), |(reason, label)| (reason.to_string(), label.to_owned())),
        sources: choices(&sources, typed.of("source"), |source| word(source.as_str())),
        to_sources: with_none(choices(&sources, typed.of("to_source"), |source| word(source.as_str()))),
        routes: with_none(choices(&ROUTES, typed.of("route"), |route| word(route.as_str()))),
        budgets: read
            .others
            .iter()
            .map(|(id, name)| Choice {
                value: id.to_string(),
                label: name.clone(),
                count: None,
                chosen: typed.of("budget") == id.as_str(),
            })
            .fold(vec![none()], |mut all, choice| {
                all.push(choice);
                all
            }),
        amount: typed.of("amount").to_owned(),
        note: typed.of("note").to_owned(),
    }
}

/// Sends a form back with what is wrong; anything else travels on.
fn wrong(error: AppError) -> Result<Vec<FieldError>, AppError> {
    match error {
        AppError::Refused(refusal) if refusal.fields.is_empty() => Ok(vec![FieldError::new("", refusal.sentence)]),
        AppError::Refused(refusal) => Ok(refusal.fields),
        other => Err(other),
    }
}

fn terms_page(
    request: &HttpRequest,
    typed: &Typed,
    errors: Vec<FieldError>,
    budget: Option<(BudgetId, &str)>,
) -> TermsPage {
    let text = |name: &str| typed.of(name).to_owned();
    let new = budget.is_none();
    let heading = if new { "Set up a budget" } else { "Change this budget" };
    let share = |label: &str, who: bool| {
        let name = slug(label);
        let who = who.then(|| format!("{name}-name"));
        ShareField {
            value: text(&name),
            label: label.to_owned(),
            who_value: who.as_deref().map(text).unwrap_or_default(),
            who,
            name,
        }
    };
    let named = [FundingRoute::ThirdParty, FundingRoute::Trust, FundingRoute::Broker];
    TermsPage {
        page: Page::of(request, heading),
        errors: Errors::from(errors),
        action: budget.map_or("/finance/budgets".into(), |(id, _)| format!("/finance/budgets/{id}/change")),
        back: match budget {
            Some((id, name)) => Link { label: name.to_owned(), href: format!("/finance/budgets/{id}") },
            None => Link { label: "Budgets".into(), href: "/finance/budgets".into() },
        },
        heading: heading.into(),
        lead: if new {
            "For what was agreed with the person: how much, from when on, where the money comes from, and who holds it."
                .into()
        } else {
            "From a day on. What was given for days before stays; what is promised already stays promised.".into()
        },
        new,
        person: text("person"),
        name: text("name"),
        starts_on: text("starts_on"),
        ends_on: text("ends_on"),
        review_on: text("review_on"),
        from: text("from"),
        periods: choices(PeriodLength::ALL, typed.of("period"), |length| {
            let label = match length {
                PeriodLength::Whole => "One, for its whole time",
                PeriodLength::Year => "A year",
                PeriodLength::Quarter => "Three months",
                PeriodLength::Month => "A month",
                PeriodLength::FourWeeks => "Four weeks",
            };
            (length.to_string(), label.to_owned())
        }),
        rate: text("rate"),
        per: choices(RatePer::ALL, typed.of("per"), |per| {
            let label = match per {
                RatePer::Week => "a week",
                RatePer::Year => "a year",
                RatePer::Whole => "for its whole time",
            };
            (per.to_string(), label.to_owned())
        }),
        contribution: text("contribution"),
        bridging: text("bridging"),
        bridging_until: text("bridging_until"),
        sources: Source::POOLED.iter().map(|source| share(source.as_str(), false)).collect(),
        holders: ROUTES.iter().map(|route| share(route.as_str(), named.contains(route))).collect(),
        provider: text("provider"),
        reason: text("reason"),
        button: if new { "Give this budget".into() } else { "Change it".into() },
    }
}

/// `GET /finance/budgets/new`
pub async fn get_new(_: FinanceOfficer, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let mut typed = Typed::default();
    typed.put("name", "Personal budget");
    typed.put("starts_on", day(app.clock.now()));
    typed.put("period", PeriodLength::Year);
    typed.put("per", RatePer::Week);
    typed.put(&slug(Source::SocialCare.as_str()), "100");
    typed.put(&slug(FundingRoute::CouncilManaged.as_str()), "100");
    html(&terms_page(&request, &typed, Vec::new(), None))
}

/// `POST /finance/budgets`
pub async fn post_budget(
    officer: FinanceOfficer,
    Form(form): Form<BTreeMap<String, String>>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (typed, now) = (Typed(form), app.clock.now());
    let sent = typed.clone();
    let given = app
        .db
        .write(move |tx| {
            let person = asked::person(tx, &officer, &sent)?;
            let provider = asked::provider(tx, &sent)?;
            let ((person, _), provider) = match (person, provider) {
                (Ok(person), Ok(provider)) => (person, provider),
                (person, provider) => {
                    return Err(AppError::invalid([person.err(), provider.err()].into_iter().flatten().collect()));
                }
            };
            Ok(deed::gives(tx, &officer, &asked::agreed(&sent, person, provider)?, now)?)
        })
        .await;
    match given {
        Ok(given) => Ok(see_other(&format!("/finance/budgets/{}?done=given", given.budget))),
        Err(error) => html_with(StatusCode::UNPROCESSABLE_ENTITY, &terms_page(&request, &typed, wrong(error)?, None)),
    }
}

/// `GET /finance/budgets/{budget_id}/change`
pub async fn get_change(
    officer: FinanceOfficer,
    path: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (budget, today) = (id::<BudgetId>(&path)?, day(app.clock.now()));
    let (name, mut typed) = app
        .db
        .read(move |conn| {
            let (summary, _) = store::budget(conn, &officer, budget)?;
            let all = budgets::terms(conn, officer.authority(), budget)?;
            let typed = match terms::on(&all, today.max(summary.starts_on)) {
                Some(holds) => asked::typed_of(conn, holds)?,
                None => Typed::default(),
            };
            Ok::<_, AppError>((summary.name, typed))
        })
        .await?;
    typed.put("from", today);
    html(&terms_page(&request, &typed, Vec::new(), Some((budget, &name))))
}

/// `POST /finance/budgets/{budget_id}/change`
pub async fn post_change(
    officer: FinanceOfficer,
    path: Path<String>,
    Form(form): Form<BTreeMap<String, String>>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (typed, now) = (Typed(form), app.clock.now());
    let (budget, sent) = (id::<BudgetId>(&path)?, typed.clone());
    let changed = app
        .db
        .write(move |tx| {
            let provider = asked::provider(tx, &sent)?.map_err(|unknown| AppError::invalid(vec![unknown]))?;
            let change = asked::change(&sent, provider)?;
            deed::changes(tx, &officer, budget, &change, now).map_err(AppError::from)
        })
        .await;
    match changed {
        Ok(_) => Ok(see_other(&format!("/finance/budgets/{budget}?done=changed"))),
        Err(error) => {
            let page = terms_page(&request, &typed, wrong(error)?, Some((budget, "The budget")));
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// A button that was pressed.
#[derive(Deserialize)]
pub struct Pressed {}

/// Where an officer goes back to, or the page with what is wrong.
async fn back<T>(
    app: &App,
    request: &HttpRequest,
    (officer, budget): (FinanceOfficer, BudgetId),
    (done, typed): (&str, Typed),
    result: Result<T, AppError>,
) -> Result<HttpResponse, AppError> {
    match result {
        Ok(_) => Ok(see_other(&format!("/finance/budgets/{budget}?done={done}"))),
        Err(error) => shown_budget(app, request, officer, budget, None, (typed, wrong(error)?)).await,
    }
}

/// `POST /finance/budgets/{budget_id}/terms/{terms_id}/withdrawal`
pub async fn post_withdrawal(
    officer: FinanceOfficer,
    path: Path<(String, String)>,
    _: Form<Pressed>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (budget, terms) = (id::<BudgetId>(&path.0)?, id(&path.1)?);
    let (now, again) = (app.clock.now(), officer.clone());
    let done = app.db.write(move |tx| deed::withdraws(tx, &officer, budget, terms, now).map_err(AppError::from)).await;
    back(&app, &request, (again, budget), ("withdrawn", Typed::default()), done).await
}

/// `POST /finance/budgets/{budget_id}/periods/{period_id}/closing`
pub async fn post_closing(
    officer: FinanceOfficer,
    path: Path<(String, String)>,
    _: Form<Pressed>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (budget, period) = (id::<BudgetId>(&path.0)?, id(&path.1)?);
    let (now, again) = (app.clock.now(), officer.clone());
    let done = app.db.write(move |tx| deed::closes(tx, &officer, budget, period, now).map_err(AppError::from)).await;
    back(&app, &request, (again, budget), ("closed", Typed::default()), done).await
}

/// `POST /finance/budgets/{budget_id}/moves`
pub async fn post_move(
    officer: FinanceOfficer,
    path: Path<String>,
    Form(form): Form<BTreeMap<String, String>>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (typed, now) = (Typed(form), app.clock.now());
    let (budget, again) = (id::<BudgetId>(&path)?, officer.clone());
    let done = match read_move(&typed) {
        Ok(asked) => {
            app.db.write(move |tx| deed::moves(tx, &officer, budget, &asked, now).map_err(AppError::from)).await
        }
        Err(error) => Err(error),
    };
    back(&app, &request, (again, budget), ("moved", typed), done).await
}

fn read_move(typed: &Typed) -> Result<Move, AppError> {
    let mut wrong = Vec::new();
    let amount = typed.money("amount", &mut wrong);
    let parts = (typed.of("source").parse().ok(), typed.of("to_source").parse().ok());
    let reason = typed.of("reason").parse::<Reason>().ok();
    if reason == Some(Reason::Clawback) {
        return Err(MoneyError::NeedsNotice.into());
    }
    let what = reason
        .and_then(|reason| api::what(reason, parts, typed.of("budget").parse().ok(), typed.of("route").parse().ok()));
    if what.is_none() {
        let why = "Choose what is to happen, and the source, budget or holder that it takes.";
        wrong.push(FieldError::new("reason", why));
    }
    let key = typed.of("submission_key").parse::<SubmissionKey>();
    let (Some(what), Ok(key), true) = (what, key, wrong.is_empty()) else { return Err(AppError::invalid(wrong)) };
    Ok(Move { what, amount, note: typed.of("note").to_owned(), key })
}

/// Why, and the form that it came in.
#[derive(Deserialize)]
pub struct NoteForm {
    #[serde(default)]
    note: String,
    #[serde(default)]
    submission_key: String,
}

/// `POST /finance/budgets/{budget_id}/moves/{move_id}/reversal`
pub async fn post_reversal(
    officer: FinanceOfficer,
    path: Path<(String, String)>,
    Form(form): Form<NoteForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (budget, first) = (id::<BudgetId>(&path.0)?, id(&path.1)?);
    let key = id::<SubmissionKey>(&form.submission_key)?;
    let (now, again) = (app.clock.now(), officer.clone());
    let done = app
        .db
        .write(move |tx| deed::reverses(tx, &officer, budget, (first, &form.note, key), now).map_err(AppError::from))
        .await;
    back(&app, &request, (again, budget), ("reversed", Typed::default()), done).await
}

/// An answer to a wish.
#[derive(Deserialize)]
pub struct AnswerForm {
    #[serde(default)]
    answer: String,
    #[serde(default)]
    say: String,
}

/// `POST /finance/budgets/{budget_id}/requests/{request_id}`
pub async fn post_answer(
    officer: FinanceOfficer,
    path: Path<(String, String)>,
    Form(form): Form<AnswerForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (budget, wish) = (id::<BudgetId>(&path.0)?, id(&path.1)?);
    let (now, again, public_url) = (app.clock.now(), officer.clone(), app.post.public_url.clone());
    let done = app
        .db
        .write(move |tx| {
            let said = (form.say == "done", form.answer.as_str());
            super::super::holding::answer(tx, &officer, (budget, wish), said, &public_url, now)
        })
        .await;
    back(&app, &request, (again, budget), ("answered", Typed::default()), done).await
}

fn uprating_page(request: &HttpRequest, typed: &Typed, errors: Vec<FieldError>, notice: Option<&str>) -> UpratingPage {
    UpratingPage {
        page: Page::of(request, "Uprating").with_notice(notice),
        nav: nav("/finance/uprating"),
        errors: Errors::from(errors),
        from: typed.of("from").to_owned(),
        percent: typed.of("percent").to_owned(),
    }
}

/// `GET /finance/uprating`
pub async fn get_uprating(
    _: FinanceOfficer,
    Ask(shown): Ask<Shown>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let raised = shown.done.and_then(|done| done.parse::<u64>().ok()).map(|number| match number {
        0 => "There was no budget that this rise had not reached.".to_owned(),
        1 => "1 budget is uprated.".to_owned(),
        more => format!("{} budgets are uprated.", thousands(more)),
    });
    html(&uprating_page(&request, &Typed::default(), Vec::new(), raised.as_deref()))
}

/// `POST /finance/uprating`: every budget of the authority that the rise has not reached.
pub async fn post_uprating(
    officer: FinanceOfficer,
    Form(form): Form<BTreeMap<String, String>>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let typed = Typed(form);
    let from: Option<NaiveDate> = typed.of("from").parse().ok();
    let share = super::super::shares::read_percent(typed.of("percent"));
    let mut problems = deed::wrong_with_a_rise(from, share, app.clock.now());
    let (Some(from), Some(share), true) = (from, share, problems.is_empty()) else {
        for problem in problems.iter_mut().filter(|problem| problem.field == "share") {
            problem.field = "percent".into();
        }
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &uprating_page(&request, &typed, problems, None));
    };
    let raised = deed::uprates_all(&app, &officer, (from, share)).await?;
    Ok(see_other(&format!("/finance/uprating?done={raised}")))
}
