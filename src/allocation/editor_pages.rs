//! The pages on which an authority writes its questionnaire, looks at it as people will, tries it out and publishes it.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::clock::{UtcTime, day, long_date};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::{AuthorityAdministrator, AuthorityReader};
use crate::ids::QuestionnaireId;
use crate::money::Money;
use crate::places;
use crate::providers::services::form::Field;
use crate::providers::typed;
use crate::web::form::{Ask, Form};
use crate::web::page::{Choice, Errors, Page, Row, Tile, html, html_with, see_other};

use super::assessment::Given;
use super::pages::question_page;
use super::publish::{PublishError, begin, discard, publish, write};
use super::questionnaire::{
    Adjustment, AnswerOption, PriceBand, Question, QuestionKind, Questionnaire, QuestionnaireState, Version,
};
use super::simulate::{shown, simulate};
use super::store;
use super::views::{
    EditorPage, OptionRow, PriceRow, PricesPage, QuestionEditPage, QuestionLine, QuestionnairesPage, SimulationPage,
    VersionLine,
};

/// Rows for answers, and for prices, on their forms.
const OPTION_ROWS: usize = 8;
const PRICE_ROWS: usize = 6;

const BASE: &str = "/authority/questionnaires";

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/authority/questionnaires", get().to(get_versions))
        .route("/authority/questionnaires", post().to(post_version))
        .route("/authority/questionnaires/{questionnaire_id}", get().to(get_version))
        .route("/authority/questionnaires/{questionnaire_id}/about", get().to(get_about))
        .route("/authority/questionnaires/{questionnaire_id}/about", post().to(post_about))
        .route("/authority/questionnaires/{questionnaire_id}/prices", get().to(get_prices))
        .route("/authority/questionnaires/{questionnaire_id}/prices", post().to(post_prices))
        .route("/authority/questionnaires/{questionnaire_id}/questions/{entry}", get().to(get_question))
        .route("/authority/questionnaires/{questionnaire_id}/questions/{entry}", post().to(post_question))
        .route("/authority/questionnaires/{questionnaire_id}/questions/{entry}/move", post().to(post_move))
        .route("/authority/questionnaires/{questionnaire_id}/adjustments/{entry}", get().to(get_adjustment))
        .route("/authority/questionnaires/{questionnaire_id}/adjustments/{entry}", post().to(post_adjustment))
        .route("/authority/questionnaires/{questionnaire_id}/preview/{question}", get().to(get_preview))
        .route("/authority/questionnaires/{questionnaire_id}/simulation", get().to(get_simulation))
        .route("/authority/questionnaires/{questionnaire_id}/publication", post().to(post_publication))
        .route("/authority/questionnaires/{questionnaire_id}/discard", post().to(post_discard));
}

fn id(text: &str) -> Result<QuestionnaireId, AppError> {
    text.parse().map_err(|_not_an_id| AppError::NotFound)
}

/// "from 6 April 2026", "6 April 2026 to 5 April 2027", "draft"
fn holds(version: &Version) -> String {
    match (version.effective_from, version.effective_until) {
        (None, _) => "not published".into(),
        (Some(from), None) => format!("from {}", long_date(from)),
        (Some(from), Some(until)) => format!("{} to {}", long_date(from), long_date(until.pred_opt().unwrap_or(until))),
    }
}

/// What was just done.
#[derive(Deserialize)]
pub struct Done {
    done: Option<String>,
}

/// `GET /authority/questionnaires`
pub async fn get_versions(
    reader: AuthorityReader,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let may_change = AuthorityAdministrator::find(reader.who()).is_some();
    let today = day(app.clock.now());
    let (authority, versions) = app
        .db
        .read(move |conn| {
            let authority = places::store::authority_name(conn, reader.authority())?;
            Ok::<_, AppError>((authority, store::versions(conn, reader.authority())?))
        })
        .await?;
    let notice = match done.done.as_deref() {
        Some("published") => Some("It is published. It holds from the day that you have chosen."),
        Some("discarded") => Some("The draft is gone."),
        _ => None,
    };
    let line = |version: &Version| VersionLine {
        href: format!("{BASE}/{}", version.id),
        name: format!("Version {}: {}", version.number, version.content.name),
        about: holds(version),
        tag: crate::catalogue::card::tag(match version.state {
            QuestionnaireState::Draft => "draft",
            QuestionnaireState::Published if version.holds_on(today) => "holds today",
            QuestionnaireState::Published if version.effective_from.is_some_and(|from| from > today) => "to come",
            QuestionnaireState::Published => "over",
        }),
    };
    html(&QuestionnairesPage {
        page: Page::of(&request, "How budgets are worked out").with_notice(notice),
        authority,
        may_change,
        has_draft: versions.iter().any(|version| version.state == QuestionnaireState::Draft),
        versions: versions.iter().map(line).collect(),
    })
}

/// Nothing but the button.
#[derive(Deserialize)]
pub struct Press {}

/// `POST /authority/questionnaires`: begins a version.
pub async fn post_version(
    administrator: AuthorityAdministrator,
    Form(Press {}): Form<Press>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let id = app.db.write(move |tx| begin(tx, &administrator, now)).await?;
    Ok(see_other(&format!("{BASE}/{id}")))
}

/// `GET /authority/questionnaires/{questionnaire_id}`
pub async fn get_version(
    reader: AuthorityReader,
    path: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = id(&path)?;
    let may_change = AuthorityAdministrator::find(reader.who()).is_some();
    let version =
        app.db.read(move |conn| store::version(conn, reader.authority(), id)).await.map_err(AppError::from)?;
    let version = version.ok_or(AppError::NotFound)?;
    let next = day(app.clock.now()) + chrono::Days::new(28);
    editor_page(&request, &version, may_change, (next.to_string(), String::new()), Vec::new())
}

fn editor_page(
    request: &HttpRequest,
    version: &Version,
    may_change: bool,
    (from, until): (String, String),
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let base = format!("{BASE}/{}", version.id);
    let is_draft = version.state == QuestionnaireState::Draft;
    let content = &version.content;
    let question = |question: &Question| QuestionLine {
        key: question.key.clone(),
        topic: question.topic.clone(),
        text: question.text.clone(),
        href: format!("{base}/questions/{}", question.key),
        move_path: format!("{base}/questions/{}/move", question.key),
        answers: match question.kind {
            QuestionKind::Words => vec!["In own words, without points".into()],
            QuestionKind::Number => {
                vec![format!("A number from 0 to {}: {} for each", question.most, points(question.points_each))]
            }
            QuestionKind::OneOf | QuestionKind::SomeOf => {
                question.options.iter().map(|option| format!("{}: {}", option.label, points(option.points))).collect()
            }
        },
    };
    let band = |band: &PriceBand| Row {
        label: format!("From {} on", points(band.from_points)),
        value: format!("{} a week for each", Money::pence(band.pence_per_point)),
    };
    let adjustment = |each: &Adjustment| QuestionLine {
        key: each.key.clone(),
        topic: String::new(),
        text: each.label.clone(),
        href: format!("{base}/adjustments/{}", each.key),
        move_path: String::new(),
        answers: vec![adjusts(each)],
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html_with(
        status,
        &EditorPage {
            page: Page::of(request, format!("Version {}", version.number)),
            base: base.clone(),
            name: content.name.clone(),
            number: version.number,
            holds: holds(version),
            is_draft,
            may_change: may_change && is_draft,
            introduction: content.introduction.clone(),
            rounding: format!("Rounded to {}, half upwards", Money::pence(content.round_to_pence)),
            questions: content.questions.iter().map(question).collect(),
            prices: content.prices.iter().map(band).collect(),
            adjustments: content.adjustments.iter().map(adjustment).collect(),
            problems: if is_draft { content.problems() } else { Vec::new() },
            from,
            until,
            errors: Errors::from(wrong),
        },
    )
}

fn points(points: i32) -> String {
    if points == 1 { "1 point".into() } else { format!("{points} points") }
}

fn adjusts(each: &Adjustment) -> String {
    let mut parts = Vec::new();
    if each.percent != 0 {
        parts.push(format!(
            "{}{}% of what the points are worth",
            if each.percent < 0 { "−" } else { "+" },
            each.percent.abs()
        ));
    }
    if each.weekly_pence != 0 {
        let sign = if each.weekly_pence > 0 { "+" } else { "" };
        parts.push(format!("{sign}{} a week", Money::pence(each.weekly_pence)));
    }
    if parts.is_empty() { "Changes nothing".into() } else { parts.join(" and ") }
}

/// Changes a draft; two who change different entries both get their way.
fn change(
    tx: &mut Conn,
    administrator: &AuthorityAdministrator,
    id: QuestionnaireId,
    now: UtcTime,
    change: impl FnOnce(&mut Questionnaire) -> Result<(), PublishError>,
) -> Result<(), PublishError> {
    let draft = super::publish::draft_of(tx, administrator, id)?;
    let mut content = draft.content;
    change(&mut content)?;
    write(tx, administrator, id, (&content, None), now)
}

async fn draft(app: &App, administrator: &AuthorityAdministrator, id: QuestionnaireId) -> Result<Version, AppError> {
    let authority = administrator.authority();
    let found = app.db.read(move |conn| store::version(conn, authority, id)).await.map_err(AppError::from)?;
    let found = found.ok_or(AppError::NotFound)?;
    if found.state == QuestionnaireState::Draft { Ok(found) } else { Err(PublishError::Published.into()) }
}

fn fields(error: PublishError) -> Result<Vec<FieldError>, AppError> {
    match AppError::from(error) {
        AppError::Refused(refusal) if !refusal.fields.is_empty() => Ok(refusal.fields),
        other => Err(other),
    }
}

fn field(kind: &'static str, name: &str, label: &str, hint: &str, value: &str) -> Field {
    Field { kind, name: name.into(), label: label.into(), hint: hint.into(), value: value.into(), ..Field::default() }
}

fn chosen(mut field: Field, from: &[(&str, &str)], value: &str) -> Field {
    let choice = |(key, label): &(&str, &str)| Choice {
        value: (*key).into(),
        label: (*label).into(),
        count: None,
        chosen: *key == value,
    };
    field.choices = from.iter().map(choice).collect();
    field
}

/// What a form sent, by name.
type Sent = HashMap<String, String>;

fn one(sent: &Sent, name: &str) -> String {
    sent.get(name).map(|text| text.replace("\r\n", "\n").trim().to_owned()).unwrap_or_default()
}

fn edit_page(
    request: &HttpRequest,
    heading: &str,
    (action, back): (String, String),
    fields: Vec<Field>,
    (options, removable): (Vec<OptionRow>, bool),
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html_with(
        status,
        &QuestionEditPage {
            page: Page::of(request, heading),
            heading: heading.into(),
            back,
            action,
            fields,
            options,
            removable,
            errors: Errors::from(wrong),
        },
    )
}

const ROUNDING: [(&str, &str); 5] = [("1", "A penny"), ("10", "10p"), ("100", "£1"), ("500", "£5"), ("1000", "£10")];

fn about_fields(name: &str, introduction: &str, rounding: &str) -> Vec<Field> {
    vec![
        field("text", "name", "Name", "People see it first.", name),
        field("area", "introduction", "Introduction", "What is said before the first question.", introduction),
        chosen(
            field("select", "round_to_pence", "Round the week\u{2019}s amount to", "Half upwards.", ""),
            &ROUNDING,
            rounding,
        ),
    ]
}

/// `GET /authority/questionnaires/{questionnaire_id}/about`
pub async fn get_about(
    administrator: AuthorityAdministrator,
    path: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let version = draft(&app, &administrator, id(&path)?).await?;
    let base = format!("{BASE}/{}", version.id);
    let content = &version.content;
    let fields = about_fields(&content.name, &content.introduction, &content.round_to_pence.to_string());
    edit_page(
        &request,
        "Name, introduction, rounding",
        (format!("{base}/about"), base),
        fields,
        (Vec::new(), false),
        Vec::new(),
    )
}

/// `POST /authority/questionnaires/{questionnaire_id}/about`
pub async fn post_about(
    administrator: AuthorityAdministrator,
    path: Path<String>,
    Form(sent): Form<Sent>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (id, now) = (id(&path)?, app.clock.now());
    let (name, introduction, rounding) = (one(&sent, "name"), one(&sent, "introduction"), one(&sent, "round_to_pence"));
    let kept = (name.clone(), introduction.clone(), rounding.clone());
    let write = move |tx: &mut Conn| {
        change(tx, &administrator, id, now, |content| {
            content.name.clone_from(&name);
            content.introduction.clone_from(&introduction);
            content.round_to_pence = rounding.parse().unwrap_or(0);
            let of_these = ["name", "introduction", "round_to_pence"];
            let mut wrong = content.problems();
            wrong.retain(|problem| of_these.contains(&problem.field.as_str()));
            if wrong.is_empty() { Ok(()) } else { Err(PublishError::Wrong(wrong)) }
        })
    };
    let base = format!("{BASE}/{id}");
    match app.db.write(write).await {
        Ok(()) => Ok(see_other(&base)),
        Err(error) => {
            let fields_shown = about_fields(&kept.0, &kept.1, &kept.2);
            let at = (format!("{base}/about"), base);
            edit_page(&request, "Name, introduction, rounding", at, fields_shown, (Vec::new(), false), fields(error)?)
        }
    }
}

const KINDS: [(&str, &str); 4] = [
    ("one of", "One of some answers"),
    ("some of", "Any of some answers"),
    ("number", "A whole number"),
    ("own words", "In own words, without points"),
];

/// The address of one entry; `new` for one that is not there yet.
#[derive(Deserialize)]
pub struct EntryPath {
    questionnaire_id: String,
    entry: String,
}

fn question_fields(question: &Question) -> Vec<Field> {
    let required = if question.required { "yes" } else { "no" };
    let number = |number: i32| if number == 0 { String::new() } else { number.to_string() };
    vec![
        field("area", "text", "The question", "In plain words, about one thing.", &question.text),
        field("area", "help", "What helps to answer it", "", &question.help),
        field("text", "topic", "What it is about", "Questions about the same thing stand together.", &question.topic),
        chosen(field("radios", "kind", "How is it answered?", "", ""), &KINDS, question.kind.as_str()),
        chosen(field("radios", "required", "Must it be answered?", "", ""), &[("yes", "Yes"), ("no", "No")], required),
        field("whole", "most", "For a number: the largest", "", &number(question.most)),
        field("whole", "points_each", "For a number: points for each one", "", &number(question.points_each)),
    ]
}

fn option_rows(question: &Question) -> Vec<OptionRow> {
    (0..OPTION_ROWS.max(question.options.len()))
        .map(|index| {
            let option = question.options.get(index);
            OptionRow {
                number: index + 1,
                key: option.map(|option| option.key.clone()).unwrap_or_default(),
                label: option.map(|option| option.label.clone()).unwrap_or_default(),
                points: option.map(|option| option.points.to_string()).unwrap_or_default(),
            }
        })
        .collect()
}

/// `GET /authority/questionnaires/{questionnaire_id}/questions/{entry}`
pub async fn get_question(
    administrator: AuthorityAdministrator,
    path: Path<EntryPath>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let version = draft(&app, &administrator, id(&path.questionnaire_id)?).await?;
    let empty = Question { required: true, ..Question::default() };
    let question = match path.entry.as_str() {
        "new" => empty,
        key => version.content.question(key).cloned().ok_or(AppError::NotFound)?,
    };
    let base = format!("{BASE}/{}", version.id);
    let at = (format!("{base}/questions/{}", path.entry), base);
    let heading = if path.entry == "new" { "A new question" } else { "A question" };
    edit_page(
        &request,
        heading,
        at,
        question_fields(&question),
        (option_rows(&question), path.entry != "new"),
        Vec::new(),
    )
}

/// A short name made of words: "Help with meals" → "help-with-meals".
fn slug(words: &str, taken: &[&str]) -> String {
    let letters: String =
        words.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let stem: String =
        letters.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-").chars().take(30).collect();
    let stem = if stem.is_empty() { "entry".to_owned() } else { stem.trim_end_matches('-').to_owned() };
    if !taken.contains(&stem.as_str()) {
        return stem;
    }
    let mut numbered = (2..=taken.len() + 2).map(|number| format!("{stem}-{number}"));
    numbered.find(|key| !taken.contains(&key.as_str())).unwrap_or_default()
}

/// A question as its form says it.
#[expect(clippy::result_large_err, reason = "what is wrong comes back with the question, to be put right")]
fn read_question(sent: &Sent, key: String) -> Result<Question, (Question, Vec<FieldError>)> {
    let mut wrong = Vec::new();
    let mut number = |name: &str, typed: String| {
        if typed.is_empty() {
            return 0;
        }
        typed.parse::<i32>().unwrap_or_else(|_no_number| {
            wrong.push(FieldError::new(name, "Enter a whole number, such as 4."));
            0
        })
    };
    let (most, points_each) = (number("most", one(sent, "most")), number("points_each", one(sent, "points_each")));
    let mut options: Vec<AnswerOption> = Vec::new();
    for row in 1..=OPTION_ROWS {
        let label = one(sent, &format!("option-{row}-label"));
        let typed = one(sent, &format!("option-{row}-points"));
        if label.is_empty() {
            continue;
        }
        let points = number(&format!("option-{row}-points"), typed);
        let kept = one(sent, &format!("option-{row}-key"));
        let taken: Vec<&str> = options.iter().map(|option| option.key.as_str()).collect();
        let key = if kept.is_empty() || taken.contains(&kept.as_str()) { slug(&label, &taken) } else { kept };
        options.push(AnswerOption { key, label, points });
    }
    let kind: QuestionKind = one(sent, "kind").parse().unwrap_or_default();
    let chosen = matches!(kind, QuestionKind::OneOf | QuestionKind::SomeOf);
    let question = Question {
        key,
        topic: one(sent, "topic"),
        text: one(sent, "text"),
        help: one(sent, "help"),
        kind,
        options: if chosen { options } else { Vec::new() },
        most,
        points_each,
        required: one(sent, "required") == "yes",
    };
    wrong.extend(question.problems().into_iter().map(|problem| FieldError::new("text", capital(&problem))));
    if wrong.is_empty() { Ok(question) } else { Err((question, wrong)) }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// `POST /authority/questionnaires/{questionnaire_id}/questions/{entry}`
pub async fn post_question(
    administrator: AuthorityAdministrator,
    path: Path<EntryPath>,
    Form(sent): Form<Sent>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (id, now, entry) = (id(&path.questionnaire_id)?, app.clock.now(), path.entry.clone());
    let base = format!("{BASE}/{id}");
    let removes = one(&sent, "then") == "remove";
    let version = draft(&app, &administrator, id).await?;
    let keys: Vec<&str> = version.content.questions.iter().map(|question| question.key.as_str()).collect();
    if entry != "new" && !keys.contains(&entry.as_str()) {
        return Err(AppError::NotFound);
    }
    let key = if entry == "new" { slug(&one(&sent, "text"), &keys) } else { entry.clone() };
    let question = match read_question(&sent, key.clone()) {
        Ok(question) => question,
        Err((question, _)) if removes => question,
        Err((question, wrong)) => {
            let at = (format!("{base}/questions/{entry}"), base);
            return edit_page(
                &request,
                "A question",
                at,
                question_fields(&question),
                (option_rows(&question), entry != "new"),
                wrong,
            );
        }
    };
    let write = move |tx: &mut Conn| {
        change(tx, &administrator, id, now, |content| {
            let at = content.questions.iter().position(|each| each.key == key);
            match at {
                Some(at) if removes => {
                    content.questions.remove(at);
                    content.adjustments.retain(|each| each.question != key);
                }
                Some(at) => {
                    let kept = |answer: &String| question.options.iter().any(|option| option.key == *answer);
                    content.adjustments.retain(|each| each.question != key || kept(&each.answer));
                    content.questions[at] = question.clone();
                }
                None => content.questions.push(question.clone()),
            }
            Ok(())
        })
    };
    app.db.write(write).await?;
    Ok(see_other(&format!("{base}#questions")))
}

/// Where to.
#[derive(Deserialize)]
pub struct MoveForm {
    #[serde(default)]
    to: String,
}

/// `POST /authority/questionnaires/{questionnaire_id}/questions/{entry}/move`
pub async fn post_move(
    administrator: AuthorityAdministrator,
    path: Path<EntryPath>,
    Form(form): Form<MoveForm>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (id, now, key) = (id(&path.questionnaire_id)?, app.clock.now(), path.entry.clone());
    let write = move |tx: &mut Conn| {
        change(tx, &administrator, id, now, |content| {
            let at = content.questions.iter().position(|each| each.key == key).ok_or(PublishError::NotHere)?;
            let to = if form.to == "up" { at.saturating_sub(1) } else { (at + 1).min(content.questions.len() - 1) };
            content.questions.swap(at, to);
            Ok(())
        })
    };
    app.db.write(write).await?;
    Ok(see_other(&format!("{BASE}/{id}#questions")))
}

/// `GET /authority/questionnaires/{questionnaire_id}/prices`
pub async fn get_prices(
    administrator: AuthorityAdministrator,
    path: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let version = draft(&app, &administrator, id(&path)?).await?;
    let typed = |index: usize| {
        let band = version.content.prices.get(index);
        let from = band.map(|band| band.from_points.to_string()).unwrap_or_default();
        (from, band.map(|band| typed::as_pounds(band.pence_per_point)).unwrap_or_default())
    };
    prices_page(&request, version.id, (0..PRICE_ROWS).map(typed).collect(), Vec::new())
}

fn prices_page(
    request: &HttpRequest,
    id: QuestionnaireId,
    typed: Vec<(String, String)>,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let row = |(index, (from, price)): (usize, (String, String))| PriceRow { number: index + 1, from, price };
    html_with(
        status,
        &PricesPage {
            page: Page::of(request, "What a point is worth"),
            back: format!("{BASE}/{id}"),
            action: format!("{BASE}/{id}/prices"),
            rows: typed.into_iter().enumerate().map(row).collect(),
            errors: Errors::from(wrong),
        },
    )
}

/// `POST /authority/questionnaires/{questionnaire_id}/prices`
pub async fn post_prices(
    administrator: AuthorityAdministrator,
    path: Path<String>,
    Form(sent): Form<Sent>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (id, now) = (id(&path)?, app.clock.now());
    let typed: Vec<(String, String)> =
        (1..=PRICE_ROWS).map(|row| (one(&sent, &format!("from-{row}")), one(&sent, &format!("price-{row}")))).collect();
    let (mut prices, mut wrong) = (Vec::new(), Vec::new());
    for (row, (from, price)) in
        typed.iter().enumerate().filter(|(_, (from, price))| !from.is_empty() || !price.is_empty())
    {
        let from_points = from.parse().ok().filter(|points: &i32| *points >= 0);
        if from_points.is_none() {
            wrong.push(FieldError::new(
                &format!("from-{}", row + 1),
                "Enter a whole number of points, never below nought.",
            ));
        }
        match typed::pounds(price) {
            Ok(pence_per_point) => prices.push(PriceBand { from_points: from_points.unwrap_or(0), pence_per_point }),
            Err(message) => wrong.push(FieldError::new(&format!("price-{}", row + 1), message)),
        }
    }
    if !wrong.is_empty() {
        return prices_page(&request, id, typed, wrong);
    }
    let write = move |tx: &mut Conn| {
        change(tx, &administrator, id, now, |content| {
            content.prices.clone_from(&prices);
            let mut wrong = content.problems();
            wrong.retain(|problem| problem.field == "prices");
            for problem in &mut wrong {
                problem.field = "from-1".into();
            }
            if wrong.is_empty() { Ok(()) } else { Err(PublishError::Wrong(wrong)) }
        })
    };
    match app.db.write(write).await {
        Ok(()) => Ok(see_other(&format!("{BASE}/{id}#prices"))),
        Err(error) => prices_page(&request, id, typed, fields(error)?),
    }
}

/// Every answer that an adjustment may follow: "question/answer", and as people read it.
fn answers_of(content: &Questionnaire) -> Vec<(String, String)> {
    let of = |question: &Question| {
        let all: Vec<(String, String)> = question
            .options
            .iter()
            .map(|option| (format!("{}/{}", question.key, option.key), format!("{} {}", question.text, option.label)))
            .collect();
        all
    };
    content.questions.iter().flat_map(of).collect()
}

fn adjustment_fields(content: &Questionnaire, each: &Adjustment, weekly: &str) -> Vec<Field> {
    let answers = answers_of(content);
    let answers: Vec<(&str, &str)> = answers.iter().map(|(key, label)| (key.as_str(), label.as_str())).collect();
    let value = format!("{}/{}", each.question, each.answer);
    let percent = if each.percent == 0 { String::new() } else { each.percent.to_string() };
    vec![
        field(
            "text",
            "label",
            "What the working says",
            "\u{201c}Family and friends give about half of it\u{201d}",
            &each.label,
        ),
        chosen(field("select", "follows", "When somebody answers", "", ""), &answers, &value),
        field("text", "percent", "Percent of what the points are worth", "With a minus for less: -35", &percent),
        field("text", "weekly", "Pounds a week", "With a minus for less: -12.00", weekly),
    ]
}

/// `GET /authority/questionnaires/{questionnaire_id}/adjustments/{entry}`
pub async fn get_adjustment(
    administrator: AuthorityAdministrator,
    path: Path<EntryPath>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let version = draft(&app, &administrator, id(&path.questionnaire_id)?).await?;
    let each = match path.entry.as_str() {
        "new" => Adjustment::default(),
        key => version.content.adjustments.iter().find(|each| each.key == key).cloned().ok_or(AppError::NotFound)?,
    };
    let weekly = match each.weekly_pence {
        0 => String::new(),
        less if less < 0 => format!("-{}", typed::as_pounds(-less)),
        more => typed::as_pounds(more),
    };
    let base = format!("{BASE}/{}", version.id);
    let at = (format!("{base}/adjustments/{}", path.entry), base);
    let fields = adjustment_fields(&version.content, &each, &weekly);
    edit_page(&request, "What else changes the amount", at, fields, (Vec::new(), path.entry != "new"), Vec::new())
}

/// `POST /authority/questionnaires/{questionnaire_id}/adjustments/{entry}`
pub async fn post_adjustment(
    administrator: AuthorityAdministrator,
    path: Path<EntryPath>,
    Form(sent): Form<Sent>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (id, now, entry) = (id(&path.questionnaire_id)?, app.clock.now(), path.entry.clone());
    let base = format!("{BASE}/{id}");
    let version = draft(&app, &administrator, id).await?;
    let keys: Vec<&str> = version.content.adjustments.iter().map(|each| each.key.as_str()).collect();
    if entry != "new" && !keys.contains(&entry.as_str()) {
        return Err(AppError::NotFound);
    }
    let mut wrong = Vec::new();
    let follows = one(&sent, "follows");
    let (question, answer) = follows.split_once('/').unwrap_or_default();
    let percent = one(&sent, "percent").replace('−', "-");
    let percent = if percent.is_empty() { Ok(0) } else { percent.parse::<i32>() };
    let percent = percent.unwrap_or_else(|_no_number| {
        wrong.push(FieldError::new("percent", "Enter a whole number from -100 to 100."));
        0
    });
    let weekly = one(&sent, "weekly").replace('−', "-");
    let amount = match weekly.strip_prefix('-') {
        _ if weekly.is_empty() => Ok(0),
        Some(less) => typed::pounds(less).map(|pence| -pence),
        None => typed::pounds(&weekly),
    };
    let weekly_pence = amount.unwrap_or_else(|message| {
        wrong.push(FieldError::new("weekly", message));
        0
    });
    let key = if entry == "new" { slug(&one(&sent, "label"), &keys) } else { entry.clone() };
    let each = Adjustment {
        key: key.clone(),
        label: one(&sent, "label"),
        question: question.into(),
        answer: answer.into(),
        percent,
        weekly_pence,
    };
    let removes = one(&sent, "then") == "remove";
    let kept = each.clone();
    let done = if wrong.is_empty() || removes {
        let write = move |tx: &mut Conn| {
            change(tx, &administrator, id, now, |content| {
                let at = content.adjustments.iter().position(|other| other.key == key);
                match at {
                    Some(at) if removes => drop(content.adjustments.remove(at)),
                    Some(at) => content.adjustments[at] = each.clone(),
                    None => content.adjustments.push(each.clone()),
                }
                let mut wrong = content.problems();
                wrong.retain(|problem| problem.field == "adjustments" && problem.message.contains(&each.label));
                for problem in &mut wrong {
                    problem.field = "label".into();
                }
                if wrong.is_empty() || removes { Ok(()) } else { Err(PublishError::Wrong(wrong)) }
            })
        };
        app.db.write(write).await
    } else {
        Err(PublishError::Wrong(wrong))
    };
    match done {
        Ok(()) => Ok(see_other(&format!("{base}#adjustments"))),
        Err(error) => {
            let at = (format!("{base}/adjustments/{entry}"), base);
            let shown = adjustment_fields(&version.content, &kept, &weekly);
            edit_page(&request, "What else changes the amount", at, shown, (Vec::new(), entry != "new"), fields(error)?)
        }
    }
}

/// `GET /authority/questionnaires/{questionnaire_id}/preview/{question}`: a question as people see it.
pub async fn get_preview(
    reader: AuthorityReader,
    path: Path<(String, String)>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = id(&path.0)?;
    let number: usize = path.1.parse().map_err(|_no_number| AppError::NotFound)?;
    let version =
        app.db.read(move |conn| store::version(conn, reader.authority(), id)).await.map_err(AppError::from)?;
    let content = version.ok_or(AppError::NotFound)?.content;
    if number == 0 || number > content.questions.len() {
        return Err(AppError::NotFound);
    }
    let mut page = question_page(&request, &content, number, &Given::default(), Vec::new());
    let base = format!("{BASE}/{id}");
    page.back = if number > 1 { format!("{base}/preview/{}", number - 1) } else { base.clone() };
    page.next = (number < content.questions.len()).then(|| format!("{base}/preview/{}", number + 1));
    page.action = format!("{base}/preview/{number}");
    page.preview = true;
    html(&page)
}

/// From which share on somebody counts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Beyond {
    percent: String,
}

/// `GET /authority/questionnaires/{questionnaire_id}/simulation`
pub async fn get_simulation(
    administrator: AuthorityAdministrator,
    path: Path<String>,
    Ask(beyond): Ask<Beyond>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = id(&path)?;
    let today = day(app.clock.now());
    let percent = beyond.percent.trim().parse::<i64>().ok().filter(|percent| (1..=100).contains(percent));
    let (percent, wrong) = match percent {
        Some(percent) => (percent, Vec::new()),
        None if beyond.percent.is_empty() => (10, Vec::new()),
        None => (10, vec![FieldError::new("percent", "Enter a whole number from 1 to 100.")]),
    };
    let found = app.db.read(move |conn| simulate(conn, &administrator, id, (percent, today))).await;
    let (all, refusal) = match found.map_err(AppError::from) {
        Ok(all) => (all, None),
        Err(AppError::Refused(refusal)) => (super::simulate::Simulation::default(), Some(refusal.sentence)),
        Err(other) => return Err(other),
    };
    let wrong = if refusal.is_some() { Vec::new() } else { wrong };
    let tile = |value: String, label: String, note: Option<String>| Tile { value, label, note };
    let (before, after) = (all.before.as_pence(), all.after.as_pence());
    let change = match after - before {
        0 => "the same as today".to_owned(),
        more if more > 0 => format!("{} more than today", Money::pence(more)),
        less => format!("{} less than today", Money::pence(-less)),
    };
    let most = all.bands.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html_with(
        status,
        &SimulationPage {
            page: Page::of(&request, "Try it out"),
            back: format!("{BASE}/{id}"),
            action: format!("{BASE}/{id}/simulation"),
            refusal,
            percent: percent.to_string(),
            tiles: vec![
                tile(all.people.to_string(), "people whose newest answers were taken".into(), None),
                tile(all.before.to_string(), "a week, as it is worked out today".into(), None),
                tile(all.after.to_string(), "a week, by this version".into(), Some(change)),
                tile(shown(all.gain), format!("would gain more than {percent}%"), None),
                tile(shown(all.lose), format!("would lose more than {percent}%"), None),
            ],
            bands: all
                .bands
                .iter()
                .map(|(label, count)| super::views::BandRow {
                    label: (*label).into(),
                    people: shown(*count),
                    width: if *count < super::simulate::FEW {
                        u32::from(*count > 0) * 12
                    } else {
                        u32::try_from(count * 1_000 / most).unwrap_or(0)
                    },
                })
                .collect(),
            errors: Errors::from(wrong),
        },
    )
}

/// From when on it is to hold, and until when.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PublishForm {
    from: String,
    until: String,
}

/// `POST /authority/questionnaires/{questionnaire_id}/publication`
pub async fn post_publication(
    administrator: AuthorityAdministrator,
    path: Path<String>,
    Form(form): Form<PublishForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (id, now) = (id(&path)?, app.clock.now());
    let from = form.from.trim().parse();
    // People say the last day; the day after it is kept.
    let until: Result<Option<chrono::NaiveDate>, _> = match form.until.trim() {
        "" => Ok(None),
        last => last.parse::<chrono::NaiveDate>().map(|last| last.succ_opt()),
    };
    let by = administrator.clone();
    let write = move |tx: &mut Conn| {
        let mut wrong = Vec::new();
        if from.is_err() {
            wrong.push(FieldError::new("from", "Choose the first day."));
        }
        if until.is_err() {
            wrong.push(FieldError::new("until", "Choose the last day, or leave it out."));
        }
        match (&from, &until) {
            (Ok(from), Ok(until)) => publish(tx, &by, id, (*from, *until), now),
            _ => Err(PublishError::Wrong(wrong)),
        }
    };
    match app.db.write(write).await {
        Ok(()) => Ok(see_other(&format!("{BASE}?done=published"))),
        Err(error) => {
            let wrong = fields(error)?;
            let version = draft(&app, &administrator, id).await?;
            editor_page(&request, &version, true, (form.from, form.until), wrong)
        }
    }
}

/// `POST /authority/questionnaires/{questionnaire_id}/discard`
pub async fn post_discard(
    administrator: AuthorityAdministrator,
    path: Path<String>,
    Form(Press {}): Form<Press>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id = id(&path)?;
    app.db.write(move |tx| discard(tx, &administrator, id)).await?;
    Ok(see_other(&format!("{BASE}?done=discarded")))
}
