//! The pages of a self-assessment: one question a page, kept as one goes, and what it comes to.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::audit::{self, Deed, Entry, What, Why};
use crate::clock::{UtcTime, day, long_date};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::{self, PlanReader, Planner};
use crate::ids::{AssessmentId, PersonId};
use crate::money::Money;
use crate::places;
use crate::web::form::Form;
use crate::web::page::{Choice, Errors, Page, html, html_with, see_other};

use super::assessment::{Answer, AnsweredAs, Assessment, AssessmentState, Given};
use super::questionnaire::{Question, QuestionKind, Questionnaire};
use super::views::{AnswerRow, AnswersPage, FinishedLine, QuestionPage, ResultPage, ShownLine, StartPage};
use super::working::{LineKind, Working, a_year_of, told};
use super::{answer, finish, start, store};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/support/{person_id}/assessment", get().to(get_start))
        .route("/support/{person_id}/assessment", post().to(post_start))
        .route("/support/{person_id}/assessment/{assessment_id}", get().to(get_assessment))
        .route("/support/{person_id}/assessment/{assessment_id}/questions/{question}", get().to(get_question))
        .route("/support/{person_id}/assessment/{assessment_id}/questions/{question}", post().to(post_question))
        .route("/support/{person_id}/assessment/{assessment_id}/finish", post().to(post_finish));
}

/// A look at somebody's answers, for whoever reads who looked.
pub(super) fn look(reader: &PlanReader, subject: &str, now: UtcTime) -> Entry {
    Entry::new(reader, (Deed::LookedAt, Why::ToHelp), reader.person(), (What::Assessment, subject), now)
}

pub(super) fn base(reader: &PlanReader) -> String {
    format!("/support/{}", reader.person())
}

/// "£132 a week"
#[must_use]
pub fn a_week(amount: Money) -> String {
    format!("{amount} a week")
}

/// As what somebody answered, as a line says it.
#[must_use]
pub(super) fn how(given_as: AnsweredAs) -> &'static str {
    match given_as {
        AnsweredAs::Themselves => "on their own",
        AnsweredAs::Representative => "with their representative",
        AnsweredAs::Planner => "with their planner",
        AnsweredAs::CareManager => "with their care manager",
    }
}

/// `GET /support/{person_id}/assessment`
pub async fn get_start(reader: PlanReader, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let asked = reader.clone();
    let (authority, version, open, finished) = app
        .db
        .read(move |conn| {
            let authority = council_of(conn, &asked)?;
            let version = match asked.authority() {
                Some(authority) => store::in_force(conn, authority, day(now))?,
                None => None,
            };
            let open = match store::open_one(conn, &asked)? {
                Some(open) => Some((store::content(conn, open.questionnaire)?, open)),
                None => None,
            };
            Ok::<_, AppError>((authority, version, open, store::assessments_of(conn, &asked)?))
        })
        .await?;
    audit::looks(&app.db, vec![look(&reader, "", now)]).await?;
    let base = base(&reader);
    let going_on = open.as_ref().map(|(content, assessment)| {
        let of = content.questions.len();
        match assessment.first_unanswered(content) {
            Some(number) => (
                format!("{base}/assessment/{}/questions/{number}", assessment.id),
                format!("Question {number} of {of} is next."),
            ),
            None => (format!("{base}/assessment/{}", assessment.id), "Every question has its answer.".to_owned()),
        }
    });
    let content = open.map(|(content, _)| content).or_else(|| version.map(|version| version.content));
    let action = content.is_some().then(|| format!("{base}/assessment"));
    let content = content.unwrap_or_default();
    let finished = finished.iter().filter(|each| each.state == AssessmentState::Finished);
    html(&StartPage {
        page: Page::of(&request, "What help do I need?"),
        back: base.clone(),
        person: reader.acting_for().map(str::to_owned),
        authority,
        name: content.name,
        introduction: content.introduction,
        questions: content.questions.len(),
        action,
        going_on,
        may_write: reader.may_write(),
        finished: finished.map(|each| finished_line(&base, each)).collect(),
    })
}

/// The name of the person's council.
pub(crate) fn council_of(conn: &mut Conn, reader: &PlanReader) -> diesel::QueryResult<String> {
    match reader.authority() {
        Some(authority) => places::store::authority_name(conn, authority),
        None => Ok("your council".into()),
    }
}

fn finished_line(base: &str, assessment: &Assessment) -> FinishedLine {
    let amount = assessment.working.as_ref().map(|working| a_week(working.weekly_pence));
    FinishedLine {
        href: format!("{base}/assessment/{}", assessment.id),
        when: assessment.finished_at.map(|at| long_date(at.date())).unwrap_or_default(),
        how: assessment.finished_as.map(how).unwrap_or_default().into(),
        amount: amount.unwrap_or_default(),
    }
}

/// Nothing but the button.
#[derive(Deserialize)]
pub struct Press {}

/// `POST /support/{person_id}/assessment`
pub async fn post_start(
    writer: Planner,
    Form(Press {}): Form<Press>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (now, base) = (app.clock.now(), base(&writer));
    let (id, next) = app
        .db
        .write(move |tx| {
            let id = start(tx, &writer, now)?;
            let assessment = store::assessment(tx, &writer, id)?.ok_or(super::AssessError::NotHere)?;
            let content = store::content(tx, assessment.questionnaire)?;
            let fresh = assessment.answers.is_empty();
            let next = if fresh { Some(1) } else { assessment.first_unanswered(&content) };
            Ok::<_, super::AssessError>((id, next))
        })
        .await?;
    Ok(see_other(&match next {
        Some(number) => format!("{base}/assessment/{id}/questions/{number}"),
        None => format!("{base}/assessment/{id}"),
    }))
}

/// The address of one question.
#[derive(Deserialize)]
pub struct QuestionPath {
    assessment_id: String,
    question: String,
}

fn id(text: &str) -> Result<AssessmentId, AppError> {
    text.parse().map_err(|_not_an_id| AppError::NotFound)
}

async fn read(app: &App, reader: &PlanReader, id: AssessmentId) -> Result<(Assessment, Questionnaire, i32), AppError> {
    let asked = reader.clone();
    app.db
        .read(move |conn| {
            let assessment = store::assessment(conn, &asked, id)?.ok_or(AppError::NotFound)?;
            let version =
                store::version(conn, assessment.authority, assessment.questionnaire)?.ok_or(AppError::NotFound)?;
            Ok((assessment, version.content, version.number))
        })
        .await
}

/// `GET /support/{person_id}/assessment/{assessment_id}/questions/{question}`
pub async fn get_question(
    writer: Planner,
    path: Path<QuestionPath>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (assessment, content, _) = read(&app, &writer, id(&path.assessment_id)?).await?;
    if assessment.state == AssessmentState::Finished {
        return Ok(see_other(&format!("{}/assessment/{}", base(&writer), assessment.id)));
    }
    let number = number_of(&path.question, &content)?;
    audit::looks(&app.db, vec![look(&writer, assessment.id.as_str(), app.clock.now())]).await?;
    let question = &content.questions[number - 1];
    let given = assessment.answers.get(&question.key);
    let typed = given.map(typed).unwrap_or_default();
    let mut page = question_page(&request, &content, number, &typed, Vec::new());
    let here = format!("{}/assessment/{}", base(&writer), assessment.id);
    page.action = format!("{here}/questions/{number}");
    page.back =
        if number > 1 { format!("{here}/questions/{}", number - 1) } else { format!("{}/assessment", base(&writer)) };
    page.given = given
        .filter(|answer| answer.given_by != writer.who().person())
        .map(|answer| format!("This was answered {}.", how(answer.given_as)));
    html(&page)
}

fn number_of(text: &str, content: &Questionnaire) -> Result<usize, AppError> {
    let number: usize = text.parse().map_err(|_no_number| AppError::NotFound)?;
    if (1..=content.questions.len()).contains(&number) { Ok(number) } else { Err(AppError::NotFound) }
}

fn typed(answer: &Answer) -> Given {
    Given {
        choices: answer.choices.clone(),
        number: answer.number.map(|number| number.to_string()).unwrap_or_default(),
        words: answer.words.clone(),
    }
}

/// One question as a page; where it leads is for the caller to say.
pub(super) fn question_page(
    request: &HttpRequest,
    content: &Questionnaire,
    number: usize,
    given: &Given,
    wrong: Vec<FieldError>,
) -> QuestionPage {
    let question = &content.questions[number - 1];
    let choice = |option: &super::AnswerOption| Choice {
        value: option.key.clone(),
        label: option.label.clone(),
        count: None,
        chosen: given.choices.contains(&option.key),
    };
    QuestionPage {
        page: Page::of(request, question.text.clone()),
        action: String::new(),
        back: String::new(),
        step: format!("Question {number} of {}", content.questions.len()),
        number,
        of: content.questions.len(),
        topic: question.topic.clone(),
        question: question.text.clone(),
        help: question.help.clone(),
        kind: question.kind.to_string(),
        choices: question.options.iter().map(choice).collect(),
        value: if question.kind == QuestionKind::Number { given.number.clone() } else { given.words.clone() },
        most: question.most,
        required: question.required,
        given: None,
        errors: Errors::from(wrong),
        preview: false,
        next: None,
    }
}

/// An answer as its form sends it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AnswerForm {
    choice: Vec<String>,
    answer: String,
    then: String,
}

impl AnswerForm {
    fn given(&self, question: &Question) -> Given {
        match question.kind {
            QuestionKind::Number => Given { number: self.answer.clone(), ..Given::default() },
            QuestionKind::Words => Given { words: self.answer.clone(), ..Given::default() },
            QuestionKind::OneOf | QuestionKind::SomeOf => Given { choices: self.choice.clone(), ..Given::default() },
        }
    }
}

/// `POST /support/{person_id}/assessment/{assessment_id}/questions/{question}`
pub async fn post_question(
    writer: Planner,
    path: Path<QuestionPath>,
    Form(form): Form<AnswerForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (assessment, content, _) = read(&app, &writer, id(&path.assessment_id)?).await?;
    let number = number_of(&path.question, &content)?;
    let question = content.questions[number - 1].clone();
    let given = form.given(&question);
    let (base, id, now) = (base(&writer), assessment.id, app.clock.now());
    let sent = given.clone();
    let done = app.db.write(move |tx| answer(tx, &writer, id, (&question.key, &sent), now)).await;
    match done.map_err(AppError::from) {
        Ok(()) => {}
        Err(AppError::Refused(refusal)) if !refusal.fields.is_empty() => {
            let mut page = question_page(&request, &content, number, &given, refusal.fields);
            page.action = format!("{base}/assessment/{id}/questions/{number}");
            page.back = format!("{base}/assessment");
            return html_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
        Err(other) => return Err(other),
    }
    let answered_all = number == content.questions.len() || form.then == "check";
    Ok(see_other(&match form.then.as_str() {
        "later" => format!("{base}?done=kept"),
        _ if answered_all => format!("{base}/assessment/{id}"),
        _ => format!("{base}/assessment/{id}/questions/{}", number + 1),
    }))
}

/// `GET /support/{person_id}/assessment/{assessment_id}`: the answers, or what they came to.
pub async fn get_assessment(
    reader: PlanReader,
    path: Path<(String, String)>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (assessment, content, version) = read(&app, &reader, id(&path.1)?).await?;
    audit::looks(&app.db, vec![look(&reader, assessment.id.as_str(), app.clock.now())]).await?;
    let asked = (reader.clone(), assessment.clone());
    let (authority, names) = app
        .db
        .read(move |conn| {
            let authority = council_of(conn, &asked.0)?;
            Ok::<_, AppError>((authority, names(conn, &asked.1)?))
        })
        .await?;
    let base = base(&reader);
    let rows: Vec<AnswerRow> = content
        .questions
        .iter()
        .enumerate()
        .map(|(index, question)| answer_row(&base, &assessment, (index + 1, question), &names, reader.who().person()))
        .collect();
    let person = reader.acting_for().map(str::to_owned);
    match &assessment.working {
        Some(working) if assessment.state == AssessmentState::Finished => {
            let by = assessment.finished_as.map(how).unwrap_or_default();
            let when = assessment.finished_at.map(|at| long_date(at.date())).unwrap_or_default();
            html(&result_page(
                &request,
                (base, person, authority),
                working,
                (rows, format!("{when}, {by}"), version),
                reader.may_write(),
            ))
        }
        _ => html(&AnswersPage {
            page: Page::of(&request, "Look at your answers"),
            back: format!("{base}/assessment"),
            person,
            missing: rows.iter().filter(|row| row.is_missing).count(),
            rows,
            action: format!("{base}/assessment/{}/finish", assessment.id),
            may_write: reader.may_write(),
        }),
    }
}

/// The names of everybody who has answered.
fn names(conn: &mut Conn, assessment: &Assessment) -> diesel::QueryResult<HashMap<PersonId, String>> {
    let mut people: Vec<PersonId> = assessment.answers.values().map(|answer| answer.given_by).collect();
    people.sort();
    people.dedup();
    identity::store::names_of(conn, &people)
}

fn answer_row(
    base: &str,
    assessment: &Assessment,
    (number, question): (usize, &Question),
    names: &HashMap<PersonId, String>,
    me: PersonId,
) -> AnswerRow {
    let given = assessment.answers.get(&question.key);
    let by = given.filter(|answer| answer.given_by != assessment.person || me != assessment.person).map(|answer| {
        let name = names.get(&answer.given_by).map_or("somebody", String::as_str);
        match answer.given_as {
            AnsweredAs::Themselves => format!("answered by {name}"),
            helped => format!("answered by {name}, {helped}"),
        }
    });
    let answer = given.map(|answer| told(question, answer)).unwrap_or_default();
    AnswerRow {
        topic: question.topic.clone(),
        question: question.text.clone(),
        is_missing: given.is_none() && question.required,
        answer: if answer.is_empty() { "No answer".into() } else { answer },
        by: by.unwrap_or_default(),
        change: format!("{base}/assessment/{}/questions/{number}", assessment.id),
    }
}

fn result_page(
    request: &HttpRequest,
    (base, person, authority): (String, Option<String>, String),
    working: &Working,
    (answers, finished, version): (Vec<AnswerRow>, String, i32),
    may_write: bool,
) -> ResultPage {
    let line = |line: &super::WorkingLine| ShownLine {
        about: line.about.clone(),
        detail: line.detail.clone(),
        value: match line.kind {
            LineKind::Points if line.points == 1 => "1 point".into(),
            LineKind::Points => format!("{} points", line.points),
            _ if line.pence > 0 && line.kind == LineKind::Adjustment => format!("+{}", Money::pence(line.pence)),
            _ => Money::pence(line.pence).to_string(),
        },
    };
    let some = |points: bool| -> Vec<ShownLine> {
        working.lines.iter().filter(|each| (each.kind == LineKind::Points) == points).map(line).collect()
    };
    let heading = if person.is_some() { "The indicative budget" } else { "Your indicative budget" };
    ResultPage {
        page: Page::of(request, heading),
        back: base.clone(),
        person,
        authority,
        weekly: working.weekly_pence.to_string(),
        yearly: a_year_of(working.weekly_pence, 365).to_string(),
        finished,
        version: format!("version {version}"),
        points: some(true),
        total_points: working.points.to_string(),
        money: some(false),
        answers,
        plan_href: format!("{base}/plan"),
        may_write,
        is_erased: working.lines.is_empty(),
    }
}

/// `POST /support/{person_id}/assessment/{assessment_id}/finish`
pub async fn post_finish(
    writer: Planner,
    path: Path<(String, String)>,
    Form(Press {}): Form<Press>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (id, now, base) = (id(&path.1)?, app.clock.now(), base(&writer));
    match app.db.write(move |tx| finish(tx, &writer, id, now)).await {
        Ok(()) => Ok(see_other(&format!("{base}/assessment/{id}"))),
        Err(super::AssessError::Unanswered(number)) => {
            Ok(see_other(&format!("{base}/assessment/{id}/questions/{number}")))
        }
        Err(other) => Err(other.into()),
    }
}
