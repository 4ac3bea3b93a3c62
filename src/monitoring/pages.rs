//! The pages: what the money went on, for the person; questions and notices, for the finance officer.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::audit::{self, Deed, Entry, What, Why};
use crate::budgets;
use crate::catalogue::card::tag;
use crate::clock::{day, long_date};
use crate::error::{AppError, FieldError};
use crate::identity::{BudgetReader, FinanceOfficer};
use crate::ids::{BalanceQuestionId, SubmissionKey, TakeBackNoticeId};
use crate::money::Money;
use crate::places;
use crate::places::settings::{self, Setting};
use crate::providers::typed;
use crate::web::form::{Ask, Form};
use crate::web::page::{Page, html, html_with, see_other};
use crate::web::paging;

use super::notice::{Notice, NoticeState, appeal, carry_out, decide, give_notice};
use super::say::{Declaration, Question, QuestionState, Said, answer, ask, close, declare};
use super::store;
use super::views::{MonitoringPage, NoticeShown, QuestionShown, SaidRow, SpendingPage};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/budgets/{budget_id}/spending", get().to(get_spending))
        .route("/budgets/{budget_id}/spending", post().to(post_spending))
        .route("/budgets/{budget_id}/questions/{question_id}/answer", post().to(post_answer))
        .route("/budgets/{budget_id}/notices/{notice_id}/appeal", post().to(post_appeal))
        .route("/finance/monitoring", get().to(get_monitoring))
        .route("/finance/questions/{question_id}/asking", post().to(post_asking))
        .route("/finance/questions/{question_id}/closing", post().to(post_closing))
        .route("/finance/questions/{question_id}/notice", post().to(post_notice))
        .route("/finance/notices/{notice_id}/decision", post().to(post_decision))
        .route("/finance/notices/{notice_id}/carrying-out", post().to(post_carrying_out));
}

/// Who may speak for a budget's money: the person, or who manages money for them.
pub(super) fn speaks(reader: &BudgetReader) -> Result<(), AppError> {
    let may = reader.acting_for().is_none() || reader.scopes().money;
    if may { Ok(()) } else { Err(AppError::NotFound) }
}

/// What was just done.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
    page: Option<String>,
}

/// The form that says what the money went on, as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct SpendingForm {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) spent: String,
    pub(super) left: String,
    pub(super) words: String,
    submission_key: String,
}

impl SpendingForm {
    fn checked(&self) -> Result<Said, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let from_on = self.from.trim().parse().ok();
        let to_on = self.to.trim().parse().ok();
        for (field, day) in [("from", from_on), ("to", to_on)] {
            if day.is_none() {
                wrong.push(FieldError::new(field, "Enter a day, such as 31/3/2027."));
            }
        }
        let mut pounds = |field: &str, typed: &str| {
            let read = typed::pounds(typed);
            if let Err(why) = &read {
                wrong.push(FieldError::new(field, why.clone()));
            }
            Money::pence(read.unwrap_or_default())
        };
        let (spent, left) = (pounds("spent", &self.spent), pounds("left", &self.left));
        let key: SubmissionKey = self.submission_key.parse().unwrap_or_else(|_not_an_id| SubmissionKey::new());
        match (from_on, to_on) {
            (Some(from_on), Some(to_on)) if wrong.is_empty() => {
                Ok(Said { from_on, to_on, spent, left, words: self.words.clone(), key })
            }
            _ => Err(wrong),
        }
    }
}

/// `GET /budgets/{budget_id}/spending`
pub async fn get_spending(
    reader: BudgetReader,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let notice = match done.done.as_str() {
        "said" => Some("Thank you. That is all we need."),
        "answered" => Some("Thank you for your answer."),
        "appealed" => Some("Your appeal is in. Nothing happens until somebody else has decided."),
        _ => None,
    };
    let page = spending_page(&app, &request, &reader, SpendingForm::default(), Vec::new()).await?;
    html(&SpendingPage { page: page.page.with_notice(notice), ..page })
}

async fn spending_page(
    app: &App,
    request: &HttpRequest,
    reader: &BudgetReader,
    typed: SpendingForm,
    errors: Vec<FieldError>,
) -> Result<SpendingPage, AppError> {
    let now = app.clock.now();
    let asking = reader.clone();
    let (summary, said, questions, notices) = app
        .db
        .read(move |conn| {
            let summary = budgets::store::summary(conn, &asking)?;
            let said = store::declarations_of(conn, &asking)?;
            let questions = store::questions_of(conn, &asking)?;
            Ok::<_, AppError>((summary, said, questions, store::notices_of(conn, &asking)?))
        })
        .await?;
    let may_say = speaks(reader).is_ok();
    let path = format!("/budgets/{}", summary.id);
    let today = day(now);
    let last = said.first().map(|said| said.to_on);
    let usual = last.and_then(|day| day.succ_opt()).filter(|day| *day <= today).unwrap_or(summary.starts_on.min(today));
    let or = |typed: String, usual: String| if typed.is_empty() { usual } else { typed };
    Ok(SpendingPage {
        page: Page::of(request, "What the money went on"),
        own: reader.acting_for().is_none(),
        person: reader.person_name().to_owned(),
        budget: summary.name.clone(),
        budget_href: path.clone(),
        may_say,
        action: format!("{path}/spending"),
        submission_key: SubmissionKey::new().to_string(),
        from: or(typed.from, usual.to_string()),
        to: or(typed.to, today.to_string()),
        spent: typed.spent,
        left: typed.left,
        words: typed.words,
        said: said.iter().map(|each| said_row(each, "")).collect(),
        questions: questions
            .iter()
            .map(|each| QuestionShown {
                answer_path: (may_say && each.state == QuestionState::Asked)
                    .then(|| format!("{path}/questions/{}/answer", each.id)),
                ..question_shown(each, "")
            })
            .collect(),
        notices: notices
            .iter()
            .map(|each| NoticeShown {
                appeal_path: (may_say && each.state == NoticeState::Given)
                    .then(|| format!("{path}/notices/{}/appeal", each.id)),
                ..notice_shown(each, "")
            })
            .collect(),
        errors: errors.into(),
    })
}

fn said_row(said: &Declaration, who: &str) -> SaidRow {
    SaidRow {
        who: who.to_owned(),
        time: format!("{} to {}", long_date(said.from_on), long_date(said.to_on)),
        spent: said.spent_pence.to_string(),
        left: said.left_pence.to_string(),
        words: said.words.clone(),
        when: format!("said on {}", long_date(day(said.declared_at))),
    }
}

fn question_shown(question: &Question, person: &str) -> QuestionShown {
    QuestionShown {
        id: question.id.to_string(),
        person: person.to_owned(),
        about: format!(
            "On {} about {} weeks\u{2019} money was unspent: {}.",
            long_date(day(question.flagged_at)),
            question.weeks,
            question.left_pence
        ),
        state: tag(question.state.as_str()),
        asked: question.asked_words.clone(),
        answer: question.answer.clone(),
        note: question.note.clone(),
        ..QuestionShown::default()
    }
}

fn notice_shown(notice: &Notice, person: &str) -> NoticeShown {
    NoticeShown {
        id: notice.id.to_string(),
        person: person.to_owned(),
        amount: notice.amount_pence.to_string(),
        reason: notice.reason.clone(),
        about: format!("Notice of {}: not before {}.", long_date(day(notice.given_at)), long_date(notice.not_before)),
        done: notice
            .taken_pence
            .zip(notice.carried_out_on)
            .map(|(taken, on)| format!("{taken} went back to the council on {}.", long_date(on))),
        state: tag(notice.state.as_str()),
        appeal: notice.appeal.clone(),
        decision: notice.decision.clone(),
        ..NoticeShown::default()
    }
}

/// `POST /budgets/{budget_id}/spending`
pub async fn post_spending(
    reader: BudgetReader,
    Form(form): Form<SpendingForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    speaks(&reader)?;
    let now = app.clock.now();
    let wrong = match form.checked() {
        Err(wrong) => wrong,
        Ok(said) => {
            let asking = reader.clone();
            match app.db.write(move |tx| declare(tx, &asking, &said, now)).await.map_err(AppError::from) {
                Ok(_) => return Ok(see_other(&format!("/budgets/{}/spending?done=said", reader.budget()))),
                Err(AppError::Refused(refusal)) if !refusal.fields.is_empty() => {
                    let page_field = |error: FieldError| match error.field.as_str() {
                        "to_on" => FieldError { field: "to".into(), ..error },
                        _ => error,
                    };
                    refusal.fields.into_iter().map(page_field).collect()
                }
                Err(other) => return Err(other),
            }
        }
    };
    let page = spending_page(&app, &request, &reader, form, wrong).await?;
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Words that were typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct WordsForm {
    words: String,
}

/// `POST /budgets/{budget_id}/questions/{question_id}/answer`
pub async fn post_answer(
    reader: BudgetReader,
    path: Path<(String, String)>,
    Form(form): Form<WordsForm>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    speaks(&reader)?;
    let id: BalanceQuestionId = path.1.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (now, budget) = (app.clock.now(), reader.budget());
    app.db.write(move |tx| answer(tx, &reader, id, &form.words, now)).await?;
    Ok(see_other(&format!("/budgets/{budget}/spending?done=answered")))
}

/// `POST /budgets/{budget_id}/notices/{notice_id}/appeal`
pub async fn post_appeal(
    reader: BudgetReader,
    path: Path<(String, String)>,
    Form(form): Form<WordsForm>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    speaks(&reader)?;
    let id: TakeBackNoticeId = path.1.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (now, budget) = (app.clock.now(), reader.budget());
    app.db.write(move |tx| appeal(tx, &reader, id, &form.words, now)).await?;
    Ok(see_other(&format!("/budgets/{budget}/spending?done=appealed")))
}

/// `GET /finance/monitoring`: whom to ask, who answered, who appeals, and what people say.
pub async fn get_monitoring(
    officer: FinanceOfficer,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let number = paging::number(done.page.as_deref());
    let asking = officer.clone();
    let (authority, weeks, (questions, total), notices, said) = app
        .db
        .read(move |conn| {
            let authority = places::store::authority_name(conn, asking.authority())?;
            let weeks = settings::setting(conn, asking.authority(), Setting::AskAboveWeeks)?;
            let questions = store::open_questions(conn, &asking, number)?;
            let notices = store::notices_to(conn, &asking)?;
            Ok::<_, AppError>((authority, weeks, questions, notices, store::declarations_to(conn, &asking)?))
        })
        .await?;
    let seen = questions
        .iter()
        .map(|(each, _)| (each.person_id, each.budget_id))
        .chain(notices.iter().map(|(each, _)| (each.person_id, each.budget_id)))
        .chain(said.iter().map(|(each, _)| (each.person_id, each.budget_id)));
    let looks = seen.map(|(person, budget)| {
        let deed = (Deed::LookedAt, Why::ToLookAfterMoney);
        Entry::new(&officer, deed, person, (What::Budget, budget.as_str()), now)
    });
    audit::looks(&app.db, looks.collect()).await?;
    let notice = (!done.done.is_empty()).then_some("That is done, and the person was told.");
    let (me, today) = (officer.who().person(), day(now));
    html(&MonitoringPage {
        page: Page::of(&request, "Direct payments").with_notice(notice),
        authority,
        above: Setting::AskAboveWeeks.shown(weeks),
        questions: questions
            .iter()
            .map(|(each, name)| {
                let path = |what: &str| format!("/finance/questions/{}/{what}", each.id);
                let was_asked = matches!(each.state, QuestionState::Asked | QuestionState::Answered);
                QuestionShown {
                    ask_path: (each.state == QuestionState::Flagged).then(|| path("asking")),
                    close_path: Some(path("closing")),
                    notice_path: was_asked.then(|| path("notice")),
                    ..question_shown(each, name)
                }
            })
            .collect(),
        pagination: paging::pagination(total, number, store::QUESTIONS, |number| {
            format!("/finance/monitoring?page={number}")
        }),
        notices: notices
            .iter()
            .map(|(each, name)| {
                let open = matches!(each.state, NoticeState::Given | NoticeState::Appealed);
                NoticeShown {
                    carry_out_path: each
                        .ripe(today)
                        .is_ok()
                        .then(|| format!("/finance/notices/{}/carrying-out", each.id)),
                    submission_key: SubmissionKey::new().to_string(),
                    decide_path: open.then(|| format!("/finance/notices/{}/decision", each.id)),
                    may_stand: each.state == NoticeState::Appealed && each.given_by != me,
                    ..notice_shown(each, name)
                }
            })
            .collect(),
        said: said.iter().map(|(each, name)| said_row(each, name)).collect(),
        errors: Vec::new().into(),
    })
}

/// `POST /finance/questions/{question_id}/asking`
pub async fn post_asking(
    officer: FinanceOfficer,
    id: Path<String>,
    Form(form): Form<WordsForm>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id: BalanceQuestionId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (now, url) = (app.clock.now(), app.post.public_url.clone());
    app.db.write(move |tx| ask(tx, &officer, id, &form.words, &url, now)).await?;
    Ok(see_other("/finance/monitoring?done=asked"))
}

/// `POST /finance/questions/{question_id}/closing`
pub async fn post_closing(
    officer: FinanceOfficer,
    id: Path<String>,
    Form(form): Form<WordsForm>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id: BalanceQuestionId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    app.db.write(move |tx| close(tx, &officer, id, &form.words, now)).await?;
    Ok(see_other("/finance/monitoring?done=closed"))
}

/// The form that gives notice, as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct NoticeForm {
    amount: String,
    words: String,
}

/// `POST /finance/questions/{question_id}/notice`
pub async fn post_notice(
    officer: FinanceOfficer,
    id: Path<String>,
    Form(form): Form<NoticeForm>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id: BalanceQuestionId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (now, url) = (app.clock.now(), app.post.public_url.clone());
    let amount = typed::pounds(&form.amount)
        .map(Money::pence)
        .map_err(|why| AppError::invalid(vec![FieldError::new("amount", why)]))?;
    app.db.write(move |tx| give_notice(tx, &officer, id, (amount, &form.words), &url, now)).await?;
    Ok(see_other("/finance/monitoring?done=noticed"))
}

/// The form that decides about a notice, as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct DecisionForm {
    decision: String,
    words: String,
}

/// `POST /finance/notices/{notice_id}/decision`
pub async fn post_decision(
    officer: FinanceOfficer,
    id: Path<String>,
    Form(form): Form<DecisionForm>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id: TakeBackNoticeId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (now, url) = (app.clock.now(), app.post.public_url.clone());
    let stands = match form.decision.as_str() {
        "stands" => true,
        "withdrawn" => false,
        _ => return Err(AppError::invalid(vec![FieldError::new("decision", "Choose what becomes of it.")])),
    };
    app.db.write(move |tx| decide(tx, &officer, id, (stands, &form.words), &url, now)).await?;
    Ok(see_other("/finance/monitoring?done=decided"))
}

/// The form that takes money back, as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct CarryOutForm {
    submission_key: String,
}

/// `POST /finance/notices/{notice_id}/carrying-out`
pub async fn post_carrying_out(
    officer: FinanceOfficer,
    id: Path<String>,
    Form(form): Form<CarryOutForm>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id: TakeBackNoticeId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let key: SubmissionKey = form.submission_key.parse().unwrap_or_else(|_not_an_id| SubmissionKey::new());
    let (now, url) = (app.clock.now(), app.post.public_url.clone());
    app.db.write(move |tx| carry_out(tx, &officer, (id, key), &url, now)).await?;
    Ok(see_other("/finance/monitoring?done=carried-out"))
}
