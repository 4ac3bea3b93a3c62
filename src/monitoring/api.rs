//! Looking after direct payments over `/api/v1`.

use actix_web::web::{Data, Json as JsonAnswer, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::{self, Deed, Entry, What, Why};
use crate::error::{AppError, FieldError};
use crate::identity::{BudgetReader, FinanceOfficer};
use crate::ids::{BalanceQuestionId, BudgetId, DeclarationId, TakeBackNoticeId};
use crate::money::Money;
use crate::purchasing::api::idempotency_key;
use crate::web::form::{Ask, Json};
use crate::web::paging;
use crate::web::render::Problem;

use super::notice::{Notice, NoticeState, appeal, carry_out, decide, give_notice};
use super::pages::speaks;
use super::say::{Declaration, Question, QuestionState, Said, answer, ask, close, declare};
use super::store;

/// The routes of these documents.
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

/// What somebody says that the money went on.
#[derive(Serialize, ToSchema)]
pub struct DeclarationDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: DeclarationId,
    /// The first day.
    pub from_on: NaiveDate,
    /// The last day.
    pub to_on: NaiveDate,
    /// How much was spent.
    pub spent_pence: Money,
    /// How much was left.
    pub left_pence: Money,
    /// On what.
    pub words: String,
}

impl From<&Declaration> for DeclarationDocument {
    fn from(said: &Declaration) -> Self {
        Self {
            id: said.id,
            from_on: said.from_on,
            to_on: said.to_on,
            spent_pence: said.spent_pence,
            left_pence: said.left_pence,
            words: said.words.clone(),
        }
    }
}

/// A question about unspent money.
#[derive(Serialize, ToSchema)]
pub struct BalanceQuestionDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: BalanceQuestionId,
    /// About which budget.
    #[schema(value_type = String)]
    pub budget_id: BudgetId,
    /// What stood unspent.
    pub left_pence: Money,
    /// For so many weeks.
    pub weeks: i32,
    /// Where it stands.
    pub state: QuestionState,
    /// What the officer asked.
    pub asked: Option<String>,
    /// What the person answered.
    pub answer: Option<String>,
    /// How it was closed.
    pub note: Option<String>,
}

impl From<&Question> for BalanceQuestionDocument {
    fn from(question: &Question) -> Self {
        Self {
            id: question.id,
            budget_id: question.budget_id,
            left_pence: question.left_pence,
            weeks: question.weeks,
            state: question.state,
            asked: question.asked_words.clone(),
            answer: question.answer.clone(),
            note: question.note.clone(),
        }
    }
}

/// A notice of money to be taken back.
#[derive(Serialize, ToSchema)]
pub struct TakeBackNoticeDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: TakeBackNoticeId,
    /// Of which budget.
    #[schema(value_type = String)]
    pub budget_id: BudgetId,
    /// How much.
    pub amount_pence: Money,
    /// Why.
    pub reason: String,
    /// Not before this day.
    pub not_before: NaiveDate,
    /// Where it stands.
    pub state: NoticeState,
    /// What the person says against it.
    pub appeal: Option<String>,
    /// Why it was decided so.
    pub decision: Option<String>,
    /// How much went back to the council, where it was carried out.
    pub taken_pence: Option<Money>,
    /// When.
    pub carried_out_on: Option<NaiveDate>,
}

impl From<&Notice> for TakeBackNoticeDocument {
    fn from(notice: &Notice) -> Self {
        Self {
            id: notice.id,
            budget_id: notice.budget_id,
            amount_pence: notice.amount_pence,
            reason: notice.reason.clone(),
            not_before: notice.not_before,
            state: notice.state,
            appeal: notice.appeal.clone(),
            decision: notice.decision.clone(),
            taken_pence: notice.taken_pence,
            carried_out_on: notice.carried_out_on,
        }
    }
}

/// Which page.
#[derive(Deserialize)]
pub struct Shown {
    page: Option<String>,
}

/// What is said, asked and given notice of.
#[derive(Serialize, ToSchema)]
pub struct MonitoringDocument {
    /// What people say that the money went on, newest first.
    pub declarations: Vec<DeclarationDocument>,
    /// Questions about unspent money.
    pub questions: Vec<BalanceQuestionDocument>,
    /// How many questions there are, on all pages.
    pub question_count: u64,
    /// Notices of money to be taken back.
    pub notices: Vec<TakeBackNoticeDocument>,
}

/// What was said of a budget, what its holder was asked, and notices.
#[utoipa::path(get, path = "/api/v1/budgets/{budget_id}/spending", tag = "direct payments", security(("bearer" = [])),
    params(("budget_id" = String, Path)), responses((status = 200, body = MonitoringDocument)))]
pub async fn get_spending(reader: BudgetReader, app: Data<App>) -> Result<JsonAnswer<MonitoringDocument>, AppError> {
    let read = app.db.read(move |conn| {
        let said = store::declarations_of(conn, &reader)?;
        let questions = store::questions_of(conn, &reader)?;
        Ok::<_, AppError>(MonitoringDocument {
            declarations: said.iter().map(Into::into).collect(),
            questions: questions.iter().map(Into::into).collect(),
            question_count: u64::try_from(questions.len()).unwrap_or(0),
            notices: store::notices_of(conn, &reader)?.iter().map(Into::into).collect(),
        })
    });
    Ok(JsonAnswer(read.await?))
}

/// What the money went on.
#[derive(Deserialize, ToSchema)]
pub struct NewDeclaration {
    /// The first day.
    pub from_on: NaiveDate,
    /// The last day: today or earlier.
    pub to_on: NaiveDate,
    /// How much was spent.
    pub spent_pence: i64,
    /// How much was left.
    pub left_pence: i64,
    /// On what, in a few words.
    pub words: String,
}

/// Says what the money went on. Nothing is attached, and nothing depends on it. Sending the same `Idempotency-Key` again keeps
/// it once.
#[utoipa::path(post, path = "/api/v1/budgets/{budget_id}/spending", tag = "direct payments", security(("bearer" = [])),
    params(("budget_id" = String, Path), ("Idempotency-Key" = String, Header)), request_body = NewDeclaration,
    responses((status = 201, body = DeclarationDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn post_spending(
    reader: BudgetReader,
    Json(new): Json<NewDeclaration>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    speaks(&reader)?;
    let mut wrong = Vec::new();
    for (field, pence) in [("spent_pence", new.spent_pence), ("left_pence", new.left_pence)] {
        if !(0..=100_000_000).contains(&pence) {
            wrong.push(FieldError::new(field, "Send whole pence, from 0 to 100000000."));
        }
    }
    if !wrong.is_empty() {
        return Err(AppError::invalid(wrong));
    }
    let said = Said {
        from_on: new.from_on,
        to_on: new.to_on,
        spent: Money::pence(new.spent_pence),
        left: Money::pence(new.left_pence),
        words: new.words,
        key: idempotency_key(&request)?,
    };
    let now = app.clock.now();
    let kept = app.db.write(move |tx| declare(tx, &reader, &said, now)).await?;
    Ok(HttpResponse::Created().json(DeclarationDocument::from(&kept)))
}

/// A few words.
#[derive(Deserialize, ToSchema)]
#[schema(as = MonitoringWords)]
pub struct Words {
    /// At most 1,000 letters.
    pub words: String,
}

fn id<T: std::str::FromStr>(text: &str) -> Result<T, AppError> {
    text.parse().map_err(|_not_an_id| AppError::NotFound)
}

/// Answers a question about unspent money.
#[utoipa::path(post, path = "/api/v1/budgets/{budget_id}/questions/{question_id}/answer", tag = "direct payments",
    security(("bearer" = [])), params(("budget_id" = String, Path), ("question_id" = String, Path)), request_body = Words,
    responses((status = 200, body = BalanceQuestionDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn post_answer(
    reader: BudgetReader,
    path: Path<(String, String)>,
    Json(given): Json<Words>,
    app: Data<App>,
) -> Result<JsonAnswer<BalanceQuestionDocument>, AppError> {
    speaks(&reader)?;
    let (question, now) = (id(&path.1)?, app.clock.now());
    let told = app.db.write(move |tx| answer(tx, &reader, question, &given.words, now)).await?;
    Ok(JsonAnswer((&told).into()))
}

/// Appeals against a notice: nothing happens until somebody else has decided.
#[utoipa::path(post, path = "/api/v1/budgets/{budget_id}/notices/{notice_id}/appeal", tag = "direct payments",
    security(("bearer" = [])), params(("budget_id" = String, Path), ("notice_id" = String, Path)), request_body = Words,
    responses((status = 200, body = TakeBackNoticeDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn post_appeal(
    reader: BudgetReader,
    path: Path<(String, String)>,
    Json(given): Json<Words>,
    app: Data<App>,
) -> Result<JsonAnswer<TakeBackNoticeDocument>, AppError> {
    speaks(&reader)?;
    let (notice, now) = (id(&path.1)?, app.clock.now());
    let told = app.db.write(move |tx| appeal(tx, &reader, notice, &given.words, now)).await?;
    Ok(JsonAnswer((&told).into()))
}

/// What a finance officer looks after: whom to ask (20 on a page), who appeals, and what people say.
#[utoipa::path(get, path = "/api/v1/finance/monitoring", tag = "direct payments", security(("bearer" = [])),
    params(("page" = Option<u32>, Query)), responses((status = 200, body = MonitoringDocument)))]
pub async fn get_monitoring(
    officer: FinanceOfficer,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
) -> Result<JsonAnswer<MonitoringDocument>, AppError> {
    let now = app.clock.now();
    let asking = officer.clone();
    let page = paging::number(shown.page.as_deref());
    let (said, (questions, total), notices) = app
        .db
        .read(move |conn| {
            let said = store::declarations_to(conn, &asking)?;
            let questions = store::open_questions(conn, &asking, page)?;
            Ok::<_, AppError>((said, questions, store::notices_to(conn, &asking)?))
        })
        .await?;
    let seen = said
        .iter()
        .map(|(each, _)| (each.person_id, each.budget_id))
        .chain(questions.iter().map(|(each, _)| (each.person_id, each.budget_id)))
        .chain(notices.iter().map(|(each, _)| (each.person_id, each.budget_id)));
    let looks = seen.map(|(person, budget)| {
        let deed = (Deed::LookedAt, Why::ToLookAfterMoney);
        Entry::new(&officer, deed, person, (What::Budget, budget.as_str()), now)
    });
    audit::looks(&app.db, looks.collect()).await?;
    Ok(JsonAnswer(MonitoringDocument {
        declarations: said.iter().map(|(each, _)| each.into()).collect(),
        questions: questions.iter().map(|(each, _)| each.into()).collect(),
        question_count: total,
        notices: notices.iter().map(|(each, _)| each.into()).collect(),
    }))
}

/// Asks the person, before anything else.
#[utoipa::path(post, path = "/api/v1/finance/questions/{question_id}/asking", tag = "direct payments",
    security(("bearer" = [])), params(("question_id" = String, Path)), request_body = Words,
    responses((status = 200, body = BalanceQuestionDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn post_asking(
    officer: FinanceOfficer,
    question: Path<String>,
    Json(given): Json<Words>,
    app: Data<App>,
) -> Result<JsonAnswer<BalanceQuestionDocument>, AppError> {
    let (question, now, url) = (id(&question)?, app.clock.now(), app.post.public_url.clone());
    let told = app.db.write(move |tx| ask(tx, &officer, question, &given.words, &url, now)).await?;
    Ok(JsonAnswer((&told).into()))
}

/// Closes a question, with a note that the person can read.
#[utoipa::path(post, path = "/api/v1/finance/questions/{question_id}/closing", tag = "direct payments",
    security(("bearer" = [])), params(("question_id" = String, Path)), request_body = Words,
    responses((status = 200, body = BalanceQuestionDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn post_closing(
    officer: FinanceOfficer,
    question: Path<String>,
    Json(given): Json<Words>,
    app: Data<App>,
) -> Result<JsonAnswer<BalanceQuestionDocument>, AppError> {
    let (question, now) = (id(&question)?, app.clock.now());
    let told = app.db.write(move |tx| close(tx, &officer, question, &given.words, now)).await?;
    Ok(JsonAnswer((&told).into()))
}

/// A notice to be given.
#[derive(Deserialize, ToSchema)]
pub struct NewTakeBackNotice {
    /// How much: no more than stood unspent.
    pub amount_pence: i64,
    /// Why.
    pub reason: String,
}

/// Gives notice of money to be taken back, four weeks ahead; only of what the person was asked about.
#[utoipa::path(post, path = "/api/v1/finance/questions/{question_id}/notice", tag = "direct payments",
    security(("bearer" = [])), params(("question_id" = String, Path)), request_body = NewTakeBackNotice,
    responses((status = 201, body = TakeBackNoticeDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn post_notice(
    officer: FinanceOfficer,
    question: Path<String>,
    Json(new): Json<NewTakeBackNotice>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (question, now, url) = (id(&question)?, app.clock.now(), app.post.public_url.clone());
    let amount = Money::pence(new.amount_pence);
    let given = app.db.write(move |tx| give_notice(tx, &officer, question, (amount, &new.reason), &url, now)).await?;
    Ok(HttpResponse::Created().json(TakeBackNoticeDocument::from(&given)))
}

/// A decision about a notice.
#[derive(Deserialize, ToSchema)]
pub struct NoticeDecision {
    /// Whether it stands; otherwise it is taken back.
    pub stands: bool,
    /// Why: the person reads it.
    pub words: String,
}

/// Takes back what a notice speaks of, once its day has come and no appeal is open: as much of it as is still free. Doing it
/// again changes nothing.
#[utoipa::path(post, path = "/api/v1/finance/notices/{notice_id}/carrying-out", tag = "direct payments",
    security(("bearer" = [])), params(("notice_id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = TakeBackNoticeDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn post_carrying_out(
    officer: FinanceOfficer,
    notice: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<JsonAnswer<TakeBackNoticeDocument>, AppError> {
    let (notice, key) = (id(&notice)?, idempotency_key(&request)?);
    let (now, url) = (app.clock.now(), app.post.public_url.clone());
    let told = app.db.write(move |tx| carry_out(tx, &officer, (notice, key), &url, now)).await?;
    Ok(JsonAnswer((&told).into()))
}

/// Decides about an appeal, as somebody else than who gave the notice; or takes a notice back.
#[utoipa::path(post, path = "/api/v1/finance/notices/{notice_id}/decision", tag = "direct payments",
    security(("bearer" = [])), params(("notice_id" = String, Path)), request_body = NoticeDecision,
    responses((status = 200, body = TakeBackNoticeDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn post_decision(
    officer: FinanceOfficer,
    notice: Path<String>,
    Json(given): Json<NoticeDecision>,
    app: Data<App>,
) -> Result<JsonAnswer<TakeBackNoticeDocument>, AppError> {
    let (notice, now, url) = (id(&notice)?, app.clock.now(), app.post.public_url.clone());
    let told = app.db.write(move |tx| decide(tx, &officer, notice, (given.stands, &given.words), &url, now)).await?;
    Ok(JsonAnswer((&told).into()))
}
