//! The forms of a plan: what matters, the money, and each outcome, risk, person and line.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::app::App;
use crate::catalogue::{self, CostOption, Kind, Unit, WholeService};
use crate::clock::day;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::{PlanReader, Planner};
use crate::ids::{CostOptionId, ServiceId};
use crate::money::Money;
use crate::providers::services::form::Field;
use crate::providers::typed;
use crate::search::{self, Search};
use crate::web::form::{Ask, Form};
use crate::web::page::{Choice, Errors, Page, html, html_with, see_other};
use crate::{identity, places};

use super::content::{CirclePerson, Line, Outcome, Part, PlanContent, Risk, RiskLevel};
use super::costing::{Rhythm, Year, cost, in_year};
use super::store;
use super::views::{FindPage, FoundShown, LinePage, PartPage, PriceChoice};
use super::write::{PlanError, change, weekly_budget};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/support/{person_id}/plan/matters", get().to(get_matters))
        .route("/support/{person_id}/plan/matters", post().to(post_matters))
        .route("/support/{person_id}/plan/money", get().to(get_money))
        .route("/support/{person_id}/plan/money", post().to(post_money))
        .route("/support/{person_id}/plan/find", get().to(get_find))
        .route("/support/{person_id}/plan/{plan_part}/{entry}", get().to(get_entry))
        .route("/support/{person_id}/plan/{plan_part}/{entry}", post().to(post_entry))
        .route("/support/{person_id}/plan/{plan_part}/{entry}/remove", post().to(post_remove));
}

fn base(reader: &PlanReader) -> String {
    format!("/support/{}", reader.person())
}

fn field(kind: &'static str, name: &str, label: &str, hint: &str, value: &str) -> Field {
    Field { kind, name: name.into(), label: label.into(), hint: hint.into(), value: value.into(), ..Field::default() }
}

fn chosen(mut field: Field, from: &[(String, String)], value: &str) -> Field {
    let choice = |(key, label): &(String, String)| Choice {
        value: key.clone(),
        label: label.clone(),
        count: None,
        chosen: key == value,
    };
    field.choices = from.iter().map(choice).collect();
    field
}

/// What is wrong with a form, if that is all that is wrong.
pub(super) fn fields(error: PlanError) -> Result<Vec<FieldError>, AppError> {
    match AppError::from(error) {
        AppError::Refused(refusal) if !refusal.fields.is_empty() => Ok(refusal.fields),
        other => Err(other),
    }
}

struct Shown<'a> {
    heading: &'a str,
    about: &'a str,
    action: String,
    fields: Vec<Field>,
}

fn part_page(
    request: &HttpRequest,
    reader: &PlanReader,
    shown: Shown<'_>,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html_with(
        status,
        &PartPage {
            page: Page::of(request, shown.heading),
            back: format!("{}/plan", base(reader)),
            person: reader.acting_for().map(str::to_owned),
            heading: shown.heading.into(),
            about: shown.about.into(),
            action: shown.action,
            fields: shown.fields,
            errors: Errors::from(wrong),
        },
    )
}

async fn content(app: &App, reader: &PlanReader) -> Result<PlanContent, AppError> {
    let asked = reader.clone();
    let found = app.db.read(move |conn| store::plan_of(conn, &asked)).await.map_err(AppError::from)?;
    found.map(|plan| plan.content).ok_or(AppError::NotFound)
}

/// Everything that a form of a plan may send.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct EntryForm {
    words: String,
    sign: String,
    handling: String,
    level: String,
    name: String,
    relation: String,
    brings: String,
    unit: String,
    rhythm: String,
    quantity: String,
    price: String,
    is_free: String,
    outcome: String,
    note: String,
    service: String,
    option: String,
    matters: String,
    starts_on: String,
    contingency: String,
    contingency_for: String,
    then: String,
}

/// `GET /support/{person_id}/plan/matters`
pub async fn get_matters(writer: Planner, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let content = content(&app, &writer).await?;
    matters_page(&request, &writer, &content.matters, Vec::new())
}

fn matters_page(
    request: &HttpRequest,
    reader: &PlanReader,
    matters: &str,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let hint = "People, places, faith, work, music, a good day and a bad one. What you are good at, too.";
    let shown = Shown {
        heading: "What matters to me",
        about: "In your own words. Whoever helps you should know this first.",
        action: format!("{}/plan/matters", base(reader)),
        fields: vec![field("area", "matters", "What matters to me", hint, matters)],
    };
    part_page(request, reader, shown, wrong)
}

/// `POST /support/{person_id}/plan/matters`
pub async fn post_matters(
    writer: Planner,
    Form(form): Form<EntryForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (now, by, matters) = (app.clock.now(), writer.clone(), tidy(&form.matters));
    let write = move |tx: &mut Conn| {
        change(tx, &by, now, |content| {
            content.matters.clone_from(&matters);
            Ok(())
        })
    };
    match app.db.write(write).await {
        Ok(()) => Ok(see_other(&format!("{}/plan?done=kept#matters", base(&writer)))),
        Err(error) => matters_page(&request, &writer, &form.matters, fields(error)?),
    }
}

fn tidy(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

/// `GET /support/{person_id}/plan/money`
pub async fn get_money(writer: Planner, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let content = content(&app, &writer).await?;
    let form = EntryForm {
        starts_on: content.starts_on.map(|day| day.to_string()).unwrap_or_default(),
        contingency: if content.contingency_pence == Money::ZERO {
            String::new()
        } else {
            typed::as_pounds(content.contingency_pence.as_pence())
        },
        contingency_for: content.contingency_for,
        ..EntryForm::default()
    };
    money_page(&request, &writer, &form, Vec::new())
}

fn money_page(
    request: &HttpRequest,
    reader: &PlanReader,
    form: &EntryForm,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let shown = Shown {
        heading: "When it begins, and what is kept in hand",
        about: "A plan is for a year. Something kept in hand helps when life does not go to plan.",
        action: format!("{}/plan/money", base(reader)),
        fields: vec![
            field("date", "starts_on", "The first day", "The plan\u{2019}s year begins on this day.", &form.starts_on),
            field(
                "money",
                "contingency",
                "Kept in hand for the year",
                "Leave it empty for nothing.",
                &form.contingency,
            ),
            field("area", "contingency_for", "What it may be for", "", &form.contingency_for),
        ],
    };
    part_page(request, reader, shown, wrong)
}

/// `POST /support/{person_id}/plan/money`
pub async fn post_money(
    writer: Planner,
    Form(form): Form<EntryForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let mut wrong = Vec::new();
    let typed = form.contingency.trim();
    let kept = if typed.is_empty() { Ok(0) } else { typed::pounds(typed) };
    let kept = kept.unwrap_or_else(|message| {
        wrong.push(FieldError::new("contingency", message));
        0
    });
    let starts_on = first_day(form.starts_on.trim(), day(now)).unwrap_or_else(|message| {
        wrong.push(FieldError::new("starts_on", message));
        None
    });
    if !wrong.is_empty() {
        return money_page(&request, &writer, &form, wrong);
    }
    let (by, words) = (writer.clone(), tidy(&form.contingency_for));
    let write = move |tx: &mut Conn| {
        change(tx, &by, now, |content| {
            content.contingency_pence = Money::pence(kept);
            content.contingency_for.clone_from(&words);
            content.starts_on = starts_on;
            Ok(())
        })
    };
    match app.db.write(write).await {
        Ok(()) => Ok(see_other(&format!("{}/plan?done=kept#money", base(&writer)))),
        Err(error) => money_page(&request, &writer, &form, fields(error)?),
    }
}

/// A first day within a year from today, or none.
fn first_day(typed: &str, today: NaiveDate) -> Result<Option<NaiveDate>, String> {
    if typed.is_empty() {
        return Ok(None);
    }
    let near = |day: &NaiveDate| (*day - today).num_days().abs() <= 366;
    let day: Option<NaiveDate> = typed.parse().ok().filter(near);
    day.map(Some).ok_or_else(|| "Choose a day within a year from today.".into())
}

/// The address of one entry; `new` for one that is not there yet.
#[derive(Deserialize)]
pub struct EntryPath {
    plan_part: String,
    entry: String,
}

impl EntryPath {
    fn part(&self) -> Result<Part, AppError> {
        self.plan_part.parse().map_err(|_no_part| AppError::NotFound)
    }
}

/// Which service a new line is for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AskedLine {
    service: String,
}

/// `GET /support/{person_id}/plan/{plan_part}/{entry}`
pub async fn get_entry(
    writer: Planner,
    path: Path<EntryPath>,
    Ask(asked): Ask<AskedLine>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let part = path.part()?;
    let content = content(&app, &writer).await?;
    let form = form_of(&content, part, &path.entry, &asked)?;
    entry_page(&app, &request, &writer, (part, &path.entry), &form, &content, Vec::new()).await
}

/// A form filled with an entry that is there; an empty one for `new`.
fn form_of(content: &PlanContent, part: Part, key: &str, asked: &AskedLine) -> Result<EntryForm, AppError> {
    let empty = EntryForm {
        level: RiskLevel::Low.to_string(),
        rhythm: Rhythm::Weekly.to_string(),
        quantity: "1".into(),
        service: asked.service.clone(),
        ..EntryForm::default()
    };
    if key == "new" {
        return Ok(empty);
    }
    let found = match part {
        Part::Outcomes => content.outcomes.iter().find(|each| each.key == key).map(|each| EntryForm {
            words: each.words.clone(),
            sign: each.sign.clone(),
            ..empty
        }),
        Part::Risks => content.risks.iter().find(|each| each.key == key).map(|each| EntryForm {
            words: each.words.clone(),
            handling: each.handling.clone(),
            level: each.level.to_string(),
            ..empty
        }),
        Part::Circle => content.circle.iter().find(|each| each.key == key).map(|each| EntryForm {
            name: each.name.clone(),
            relation: each.relation.clone(),
            brings: each.brings.clone(),
            ..empty
        }),
        Part::Lines => content.lines.iter().find(|each| each.key == key).map(|each| EntryForm {
            words: each.words.clone(),
            unit: each.unit.clone(),
            rhythm: each.rhythm.to_string(),
            quantity: each.quantity.to_string(),
            price: if each.is_free { String::new() } else { typed::as_pounds(each.price_pence.as_pence()) },
            is_free: if each.is_free { "yes".into() } else { String::new() },
            outcome: each.outcome.clone(),
            note: each.note.clone(),
            service: each.service_id.map(|id| id.to_string()).unwrap_or_default(),
            option: each.cost_option_id.map(|id| id.to_string()).unwrap_or_default(),
            ..empty
        }),
    };
    found.ok_or(AppError::NotFound)
}

async fn entry_page(
    app: &Data<App>,
    request: &HttpRequest,
    reader: &PlanReader,
    (part, key): (Part, &str),
    form: &EntryForm,
    content: &PlanContent,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let action = format!("{}/plan/{part}/{key}", base(reader));
    let (heading, about, fields) = match part {
        Part::Outcomes => (
            "What I want to be different",
            "Something that would make life better: as you would say it to a friend.",
            vec![
                field("area", "words", "What I want", "\u{201c}I want to swim once a week.\u{201d}", &form.words),
                field(
                    "text",
                    "sign",
                    "How I will know",
                    "Something that you can see or count. You can leave it out.",
                    &form.sign,
                ),
            ],
        ),
        Part::Risks => {
            let levels: Vec<(String, String)> = [
                (RiskLevel::Low, "Low: seldom, or soon put right"),
                (RiskLevel::Medium, "Medium: now and then, or some harm"),
                (RiskLevel::High, "High: often, or serious harm"),
            ]
            .map(|(level, label)| (level.to_string(), label.to_owned()))
            .to_vec();
            let level = field(
                "radios",
                "level",
                "How heavy is it?",
                "It decides how soon you and the council look at the plan again.",
                "",
            );
            (
                "What could go wrong, and what is done about it",
                "Taking risks is part of life. A plan says which ones, and what makes them bearable.",
                vec![
                    field("area", "words", "What could go wrong", "", &form.words),
                    field("area", "handling", "What is done about it", "By you, by others, by things.", &form.handling),
                    chosen(level, &levels, &form.level),
                ],
            )
        }
        Part::Circle => (
            "Somebody of my circle",
            "Family, friends, neighbours: people and what they bring. Only what they like to do.",
            vec![
                field("text", "name", "Who", "Their name, or what you call them.", &form.name),
                field(
                    "text",
                    "relation",
                    "Who they are to you",
                    "Sister, neighbour, somebody from the choir.",
                    &form.relation,
                ),
                field(
                    "area",
                    "brings",
                    "What they bring",
                    "\u{201c}Drives me to the match and knows every player.\u{201d}",
                    &form.brings,
                ),
            ],
        ),
        Part::Lines => return line_page(app, request, reader, key, form, content, wrong).await,
    };
    part_page(request, reader, Shown { heading, about, action, fields }, wrong)
}

/// A service and its prices, where a line is for one.
async fn service_of(app: &Data<App>, form: &EntryForm) -> Result<Option<WholeService>, AppError> {
    let Ok(id) = form.service.parse::<ServiceId>() else { return Ok(None) };
    let today = day(app.clock.now());
    let found = app.db.read(move |conn| catalogue::store::whole_service(conn, id, today)).await;
    found.map_err(AppError::from)
}

fn paid(whole: &WholeService) -> Vec<&CostOption> {
    whole.options.iter().filter(|option| option.amount_pence > Money::ZERO).collect()
}

/// Whether something without a price is most likely free.
fn is_open_to_all(whole: &WholeService) -> bool {
    let open = matches!(whole.service.kind, Kind::Universal | Kind::Community | Kind::Information);
    paid(whole).is_empty() && (open || !whole.options.is_empty())
}

async fn line_page(
    app: &Data<App>,
    request: &HttpRequest,
    reader: &PlanReader,
    key: &str,
    form: &EntryForm,
    content: &PlanContent,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let whole = service_of(app, form).await?;
    let asked = reader.clone();
    let budget = app.db.read(move |conn| weekly_budget(conn, &asked)).await.map_err(AppError::from)?;
    let year = Year::from(content.starts_on.unwrap_or_else(|| day(app.clock.now())));
    let mut others = content.clone();
    others.lines.retain(|line| line.key != key);
    let left = cost(&others, year, budget.map(|(weekly, _)| weekly)).left_pence;
    let (worked_out, is_over) = match line_of(form, whole.as_ref(), key) {
        Ok(line) if !form.quantity.is_empty() && (line.is_free || line.price_pence > Money::ZERO) => {
            let total = in_year(line.rhythm, line.amount(), year);
            let (words, over) = worked_out(total, left);
            (Some(words), over)
        }
        _ => (None, false),
    };
    let options = whole.as_ref().map(paid).unwrap_or_default();
    let is_first_look = key == "new" && form.then.is_empty();
    let is_chosen = |option: &CostOption, index: usize| match form.option.as_str() {
        "" => index == 0,
        chosen => chosen == option.id.as_str(),
    };
    let price = |(index, option): (usize, &&CostOption)| PriceChoice {
        value: option.id.to_string(),
        label: format!("{} {} ({})", option.amount_pence, option.unit.each(), option.label),
        pence: option.amount_pence.as_pence(),
        chosen: is_chosen(option, index),
    };
    let mut outcomes = vec![(String::new(), "None in particular".to_owned())];
    outcomes.extend(content.outcomes.iter().map(|each| (each.key.clone(), each.words.clone())));
    let outcome = field("select", "outcome", "Which outcome is it for?", "", "");
    let before = if whole.is_some() { Vec::new() } else { in_own_words(form) };
    let heading = match &whole {
        Some(whole) => whole.service.name.clone(),
        None => "Something I would like to buy or arrange".into(),
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html_with(
        status,
        &LinePage {
            page: Page::of(request, heading.clone()),
            back: format!("{}/plan#lines", base(reader)),
            heading,
            action: format!("{}/plan/lines/{key}", base(reader)),
            service: whole.as_ref().map(|whole| {
                (whole.service.name.clone(), whole.provider.clone(), format!("/services/{}", whole.service.id))
            }),
            service_id: form.service.clone(),
            prices: options.iter().enumerate().map(price).collect(),
            fields: before,
            after: vec![
                chosen(outcome, &outcomes, &form.outcome),
                field("area", "note", "Anything else", "You can leave it out.", &form.note),
            ],
            rhythms: rhythms(form),
            quantity: form.quantity.clone(),
            price: form.price.clone(),
            is_free: form.is_free == "yes" || (is_first_look && whole.as_ref().is_some_and(is_open_to_all)),
            worked_out,
            is_over,
            days: year.days(),
            left_pence: left,
            find_href: format!("{}/plan/find", base(reader)),
            errors: Errors::from(wrong),
        },
    )
}

fn in_own_words(form: &EntryForm) -> Vec<Field> {
    let question = "What would you like to buy or arrange?";
    let hint = "In your own words. It need not be in the catalogue.";
    let unit = "An hour, a session, a ticket. You can leave it out.";
    vec![
        field("text", "words", question, hint, &form.words),
        field("text", "unit", "What is counted?", unit, &form.unit),
    ]
}

fn rhythms(form: &EntryForm) -> Vec<Choice> {
    let choice = |rhythm: &Rhythm| Choice {
        value: rhythm.to_string(),
        label: match rhythm {
            Rhythm::Weekly => "Every week".into(),
            Rhythm::Monthly => "Every month".into(),
            Rhythm::Once => "Once".into(),
        },
        count: None,
        chosen: form.rhythm == rhythm.as_str(),
    };
    Rhythm::ALL.iter().map(choice).collect()
}

/// What a line comes to, and what would be left.
fn worked_out(total: Money, left: Option<i64>) -> (String, bool) {
    match left.map(|left| left - total.as_pence()) {
        None => (format!("That is {total} in the year."), false),
        Some(after) if after < 0 => {
            (format!("That is {total} in the year: {} more than there is.", Money::pence(-after)), true)
        }
        Some(after) => (format!("That is {total} in the year. {} would be left.", Money::pence(after)), false),
    }
}

/// A line as the form says it; what comes from the catalogue is read there, not from the form.
fn line_of(form: &EntryForm, whole: Option<&WholeService>, key: &str) -> Result<Line, Vec<FieldError>> {
    let mut wrong = Vec::new();
    let mut line = Line {
        key: key.to_owned(),
        words: tidy(&form.words),
        unit: form.unit.trim().to_lowercase(),
        outcome: form.outcome.clone(),
        note: tidy(&form.note),
        is_free: form.is_free == "yes",
        ..Line::default()
    };
    match form.rhythm.parse() {
        Ok(rhythm) => line.rhythm = rhythm,
        Err(_) => wrong.push(FieldError::new("rhythm", "Choose how often.")),
    }
    match form.quantity.trim().parse() {
        Ok(quantity) => line.quantity = quantity,
        Err(_) => wrong.push(FieldError::new("quantity", "Say how many each time: a whole number from 1 to 999.")),
    }
    if let Some(whole) = whole {
        line.words.clone_from(&whole.service.name);
        line.service_id = Some(whole.service.id);
        line.provider.clone_from(&whole.provider);
        let options = paid(whole);
        let wanted: Option<CostOptionId> = form.option.parse().ok();
        let option = options
            .iter()
            .find(|option| Some(option.id) == wanted)
            .or_else(|| options.first().filter(|_| wanted.is_none()));
        if let Some(option) = option {
            line.cost_option_id = Some(option.id);
            line.unit = if option.unit == Unit::OneOff { String::new() } else { option.unit.to_string() };
            line.price_pence = option.amount_pence;
            line.is_free = false;
        } else if !options.is_empty() {
            wrong.push(FieldError::new("option", "Choose one of the prices."));
        }
    }
    if line.cost_option_id.is_none() && !form.price.trim().is_empty() {
        match typed::pounds(&form.price) {
            Ok(pence) => line.price_pence = Money::pence(pence),
            Err(message) => wrong.push(FieldError::new("price", message)),
        }
    }
    if wrong.is_empty() { Ok(line) } else { Err(wrong) }
}

/// `POST /support/{person_id}/plan/{plan_part}/{entry}`
pub async fn post_entry(
    writer: Planner,
    path: Path<EntryPath>,
    Form(form): Form<EntryForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (part, key) = (path.part()?, path.entry.clone());
    let whole = if part == Part::Lines { service_of(&app, &form).await? } else { None };
    let now = app.clock.now();
    if form.then == "cost" {
        let content = content(&app, &writer).await?;
        let wrong = match line_of(&form, whole.as_ref(), &key) {
            Ok(line) => line.problems(),
            Err(wrong) => wrong,
        };
        return entry_page(&app, &request, &writer, (part, &key), &form, &content, wrong).await;
    }
    let (by, sent, entry) = (writer.clone(), form.clone(), key.clone());
    let write = move |tx: &mut Conn| change(tx, &by, now, |content| put(content, part, &entry, &sent, whole.as_ref()));
    match app.db.write(write).await {
        Ok(()) if form.then == "another" => Ok(see_other(&format!("{}/plan/{part}/new", base(&writer)))),
        Ok(()) => Ok(see_other(&format!("{}/plan?done=kept#{part}", base(&writer)))),
        Err(error) => {
            let wrong = fields(error)?;
            let content = content(&app, &writer).await?;
            entry_page(&app, &request, &writer, (part, &key), &form, &content, wrong).await
        }
    }
}

/// Puts an entry into a plan: a new one at the end, another in its place.
fn put(
    content: &mut PlanContent,
    part: Part,
    key: &str,
    form: &EntryForm,
    whole: Option<&WholeService>,
) -> Result<(), PlanError> {
    fn place<T>(list: &mut Vec<T>, at: Option<usize>, is_new: bool, entry: T) -> Result<(), PlanError> {
        match at.and_then(|at| list.get_mut(at)) {
            Some(there) => *there = entry,
            None if is_new => list.push(entry),
            None => return Err(PlanError::NotHere),
        }
        Ok(())
    }
    let is_new = key == "new";
    let key = |stem: &str, content: &PlanContent| if is_new { content.fresh_key(stem) } else { key.to_owned() };
    match part {
        Part::Outcomes => {
            let key = key("outcome", content);
            let at = content.outcomes.iter().position(|each| each.key == key);
            let entry = Outcome { key, words: tidy(&form.words), sign: tidy(&form.sign) };
            place(&mut content.outcomes, at, is_new, entry)
        }
        Part::Risks => {
            let key = key("risk", content);
            let at = content.risks.iter().position(|each| each.key == key);
            let level = form.level.parse().map_err(|_no_level: String| {
                PlanError::Wrong(vec![FieldError::new("level", "Choose how heavy it is.")])
            })?;
            let entry = Risk { key, words: tidy(&form.words), handling: tidy(&form.handling), level };
            place(&mut content.risks, at, is_new, entry)
        }
        Part::Circle => {
            let key = key("circle", content);
            let at = content.circle.iter().position(|each| each.key == key);
            let entry = CirclePerson {
                key,
                name: tidy(&form.name),
                relation: tidy(&form.relation),
                brings: tidy(&form.brings),
            };
            place(&mut content.circle, at, is_new, entry)
        }
        Part::Lines => {
            let key = key("line", content);
            let at = content.lines.iter().position(|each| each.key == key);
            let entry = line_of(form, whole, &key).map_err(PlanError::Wrong)?;
            place(&mut content.lines, at, is_new, entry)
        }
    }
}

/// Nothing but the button.
#[derive(Deserialize)]
pub struct Press {}

/// `POST /support/{person_id}/plan/{plan_part}/{entry}/remove`
pub async fn post_remove(
    writer: Planner,
    path: Path<EntryPath>,
    Form(Press {}): Form<Press>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (part, key, now, base) = (path.part()?, path.entry.clone(), app.clock.now(), base(&writer));
    let write = move |tx: &mut Conn| {
        change(tx, &writer, now, |content| {
            if content.entry(&key).is_none() {
                return Err(PlanError::NotHere);
            }
            match part {
                Part::Outcomes => {
                    content.outcomes.retain(|each| each.key != key);
                    content.lines.iter_mut().filter(|line| line.outcome == key).for_each(|line| line.outcome.clear());
                }
                Part::Risks => content.risks.retain(|each| each.key != key),
                Part::Circle => content.circle.retain(|each| each.key != key),
                Part::Lines => content.lines.retain(|each| each.key != key),
            }
            Ok(())
        })
    };
    app.db.write(write).await?;
    Ok(see_other(&format!("{base}/plan?done=kept#{part}")))
}

/// What is looked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    q: String,
}

/// `GET /support/{person_id}/plan/find?q=…`: services for a plan, near where the person lives.
pub async fn get_find(
    writer: Planner,
    Ask(wanted): Ask<Wanted>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let asked = writer.clone();
    let near = app
        .db
        .read(move |conn| {
            let ward = identity::store::home_of(conn, asked.person())?.map(|(_, ward)| ward);
            match ward {
                Some(ward) => places::store::ward_point(conn, &ward),
                None => Ok(None),
            }
        })
        .await
        .map_err(AppError::from)?;
    let words = wanted.q.trim().to_owned();
    let found = if words.is_empty() {
        Vec::new()
    } else {
        let search = Search { words: words.clone(), near, page: 1, per_page: 12, ..Search::default() };
        search::pages::find(&app, search).await?.1
    };
    let base = base(&writer);
    let shown = |whole: &std::sync::Arc<WholeService>| FoundShown {
        kind_slug: whole.service.kind.slug(),
        name: whole.service.name.clone(),
        provider: whole.provider.clone(),
        summary: first_sentence(&whole.service.description),
        price: match whole.cheapest() {
            Some(option) => format!("from {} {}", option.amount_pence, option.unit.each()),
            None if whole.options.is_empty() => "Price not told".into(),
            None => "Free".into(),
        },
        add_href: format!("{base}/plan/lines/new?service={}", whole.service.id),
    };
    html(&FindPage {
        page: Page::of(&request, "Find something for the plan"),
        back: format!("{base}/plan#lines"),
        asked: !words.is_empty(),
        q: words,
        found: found.iter().map(shown).collect(),
        own_words_href: format!("{base}/plan/lines/new"),
    })
}

fn first_sentence(text: &str) -> String {
    let end = text.find(['.', '\n']).map_or(text.len(), |end| end + 1);
    text.get(..end).unwrap_or(text).trim().chars().take(160).collect()
}
