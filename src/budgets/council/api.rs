//! What a finance officer does with budgets, over `/api/v1`.

use actix_web::web::{Data, Json as Answer, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::{self, Deed};
use crate::clock::{UtcTime, day};
use crate::error::{AppError, FieldError};
use crate::identity::FinanceOfficer;
use crate::ids::{BudgetId, HoldingRequestId, MoneyMoveId, OrganizationId, PeriodId, PersonId, SubmissionKey, TermsId};
use crate::money::Money;
use crate::purchasing::api::idempotency_key;
use crate::web::form::{Ask, Json};
use crate::web::paging;
use crate::web::render::Problem;

use super::super::change::Change;
use super::super::due::due_to_holders;
use super::super::fund::Adjusted;
use super::super::holding::api::{BudgetInFull, HolderDocument, HoldingRequestsDocument, SourceDocument, in_full};
use super::super::ledger::{Reason, Source};
use super::super::shares::Shares;
use super::super::store::{MoneyMove, all_held_up};
use super::super::terms::{Bridging, Holder, PeriodLength, RatePer};
use super::super::{Agreed, FundingRoute, MoneyError, Move, What};
use super::deed;
use super::store::{self, Which};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/finance/budgets", get().to(get_budgets))
        .route("/finance/budgets", post().to(post_budget))
        .route("/finance/budgets/{budget_id}", get().to(get_budget))
        .route("/finance/budgets/{budget_id}/changes", post().to(post_change))
        .route("/finance/budgets/{budget_id}/uprating", post().to(post_uprating))
        .route("/finance/budgets/{budget_id}/terms/{terms_id}/withdrawal", post().to(post_withdrawal))
        .route("/finance/budgets/{budget_id}/periods/{period_id}/closing", post().to(post_closing))
        .route("/finance/budgets/{budget_id}/moves", get().to(get_moves))
        .route("/finance/budgets/{budget_id}/moves", post().to(post_move))
        .route("/finance/budgets/{budget_id}/moves/{move_id}/reversal", post().to(post_reversal))
        .route("/finance/budgets/{budget_id}/holding-requests", get().to(get_holding_requests))
        .route("/finance/budgets/{budget_id}/holding-requests/{request_id}/answer", post().to(post_answer))
        .route("/finance/uprating", post().to(post_uprating_of_all))
        .route("/finance/due", get().to(get_due));
}

/// The `Idempotency-Key` of a request about one budget: the same words about another budget are another key.
fn of_this_budget(request: &HttpRequest, budget: BudgetId) -> Result<SubmissionKey, AppError> {
    let key = idempotency_key(request)?;
    Ok(SubmissionKey::named(&format!("{budget}:{key}")))
}

fn id<T: std::str::FromStr>(text: &str) -> Result<T, AppError> {
    text.parse().map_err(|_not_an_id| AppError::NotFound)
}

/// Which budgets.
#[derive(Deserialize)]
pub struct Wanted {
    named: Option<String>,
    page: Option<String>,
}

/// One budget of a list.
#[derive(Serialize, ToSchema)]
pub struct BudgetLine {
    /// Its id.
    #[schema(value_type = String)]
    pub id: BudgetId,
    /// Who it is for.
    pub person: String,
    /// What pages call it.
    pub name: String,
    /// How most of it is held.
    pub funding_route: FundingRoute,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// The day after its last.
    pub ends_on: NaiveDate,
}

/// Budgets of the caller's authority.
#[derive(Serialize, ToSchema)]
pub struct BudgetLines {
    /// By the name of the person; 50 on a page.
    pub budgets: Vec<BudgetLine>,
    /// How many there are.
    pub total: i64,
    /// Those that the work of the day could not bring up to the day: it is tried again each day.
    pub held_up: Vec<HeldUpDocument>,
}

/// A budget whose period could not be closed, or the next one opened.
#[derive(Serialize, ToSchema)]
pub struct HeldUpDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub budget_id: BudgetId,
    /// Why.
    pub reason: String,
    /// Since when.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub since: UtcTime,
}

/// The budgets of the caller's authority that run today.
#[utoipa::path(get, path = "/api/v1/finance/budgets", tag = "finance", security(("bearer" = [])),
    params(("named" = Option<String>, Query, description = "Part of the person's name"), ("page" = Option<u32>, Query)),
    responses((status = 200, body = BudgetLines)))]
pub async fn get_budgets(
    officer: FinanceOfficer,
    Ask(wanted): Ask<Wanted>,
    app: Data<App>,
) -> Result<Answer<BudgetLines>, AppError> {
    let now = app.clock.now();
    let page = (i64::from(paging::number(wanted.page.as_deref())), 50);
    let named = wanted.named.unwrap_or_default();
    let looking = officer.clone();
    let ((rows, total), held_up) = app
        .db
        .read(move |conn| {
            let rows = store::budgets(conn, &officer, (Which::Running, named.trim(), day(now)), page)?;
            Ok::<_, AppError>((rows, all_held_up(conn, officer.authority())?))
        })
        .await?;
    audit::looks(&app.db, super::pages::looks(&looking, &rows, now)).await?;
    let budgets = rows
        .into_iter()
        .map(|(summary, person)| BudgetLine {
            id: summary.id,
            person,
            name: summary.name,
            funding_route: summary.funding_route,
            starts_on: summary.starts_on,
            ends_on: summary.ends_on,
        })
        .collect();
    let held_up = held_up
        .into_iter()
        .map(|each| HeldUpDocument { budget_id: each.budget, reason: each.reason, since: each.since })
        .collect();
    Ok(Answer(BudgetLines { budgets, total, held_up }))
}

/// A budget that was agreed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBudgetDocument {
    /// Who it is for: a citizen of the caller's authority.
    #[schema(value_type = String)]
    pub person_id: PersonId,
    /// What pages call it.
    pub name: String,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// The day after its last; none for a budget that goes on year after year.
    pub ends_on: Option<NaiveDate>,
    /// How long its periods are; a year unless it says otherwise.
    pub period: Option<PeriodLength>,
    /// When it is looked at together; a year later unless it says otherwise.
    pub review_on: Option<NaiveDate>,
    /// How much.
    pub rate_pence: Money,
    /// For a week, a year, or its whole time.
    pub per: RatePer,
    /// Where the money comes from; shares add up to 10,000.
    pub sources: Vec<SourceDocument>,
    /// Who holds it; shares add up to 10,000.
    pub holders: Vec<HolderDocument>,
    /// What the person pays of it each week.
    #[serde(default)]
    pub contribution_pence: Money,
    /// What is paid beside it each week for a while.
    pub bridging: Option<BridgingDocument>,
    /// On what ground.
    #[serde(default)]
    pub reason: String,
}

/// Money beside the rate for a while.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BridgingDocument {
    /// How much a week.
    pub weekly_pence: Money,
    /// The first day without it.
    pub until: NaiveDate,
}

impl From<BridgingDocument> for Bridging {
    fn from(sent: BridgingDocument) -> Self {
        Self { weekly: sent.weekly_pence, until: sent.until }
    }
}

fn sources(sent: Vec<SourceDocument>) -> Result<Shares<Source>, MoneyError> {
    let known = sent.iter().all(|part| Source::POOLED.contains(&part.source));
    if !known {
        return Err(MoneyError::OtherSource);
    }
    Shares::new(sent.into_iter().map(|part| (part.source, part.share)).collect()).map_err(MoneyError::Sources)
}

fn holders(sent: Vec<HolderDocument>) -> Result<Shares<Holder>, MoneyError> {
    let parts = sent.into_iter().map(|part| {
        let (route, name, organization) = (part.funding_route, part.name, part.organization_id);
        (Holder { route, name, organization }, part.share)
    });
    let parts: Vec<(Holder, i32)> = parts.collect();
    let twice = parts
        .iter()
        .enumerate()
        .any(|(at, (one, _))| parts.iter().skip(at + 1).any(|(other, _)| other.route == one.route));
    if twice {
        return Err(MoneyError::Holders(super::super::shares::NotAWhole::Twice));
    }
    if parts.iter().any(|(holder, _)| holder.route == FundingRoute::OwnMoney) {
        return Err(MoneyError::WhoHolds(FundingRoute::OwnMoney.to_string()));
    }
    Shares::new(parts).map_err(MoneyError::Holders)
}

/// What moved.
#[derive(Serialize, ToSchema)]
pub struct AdjustedDocument {
    /// The budget.
    #[schema(value_type = String)]
    pub budget_id: BudgetId,
    /// Put in by the council.
    pub put_in_pence: Money,
    /// Taken back by the council.
    pub taken_back_pence: Money,
    /// Not taken back, because it is promised or paid already.
    pub left_in_pence: Money,
    /// The person's part that was added, or taken off where it is below zero.
    pub contribution_pence: Money,
}

fn adjusted(budget_id: BudgetId, moved: Adjusted) -> AdjustedDocument {
    AdjustedDocument {
        budget_id,
        put_in_pence: moved.put_in,
        taken_back_pence: moved.taken_back,
        left_in_pence: moved.left_in,
        contribution_pence: moved.contribution,
    }
}

/// Gives a person an agreed budget.
#[utoipa::path(post, path = "/api/v1/finance/budgets", tag = "finance", security(("bearer" = [])),
    request_body = NewBudgetDocument,
    responses((status = 201, body = AdjustedDocument), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub async fn post_budget(
    officer: FinanceOfficer,
    Json(new): Json<NewBudgetDocument>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let plain = Agreed::weekly(new.person_id, new.rate_pence, new.starts_on);
    if new.name.trim().is_empty() || new.name.chars().count() > 100 {
        return Err(AppError::invalid(vec![FieldError::new("name", "Send a name of 1 to 100 letters.")]));
    }
    let agreed = Agreed {
        name: new.name,
        ends_on: new.ends_on,
        period_length: new.period.unwrap_or(PeriodLength::Year),
        review_on: new.review_on.unwrap_or(plain.review_on),
        per: new.per,
        sources: sources(new.sources)?,
        holders: holders(new.holders)?,
        contribution: new.contribution_pence,
        bridging: new.bridging.map(Bridging::from),
        reason: new.reason,
        ..plain
    };
    let given = app.db.write(move |tx| deed::gives(tx, &officer, &agreed, now)).await?;
    let place = format!("/api/v1/finance/budgets/{}", given.budget);
    Ok(HttpResponse::Created().insert_header(("Location", place)).json(adjusted(given.budget, given.adjusted)))
}

/// One budget of the caller's authority with everything that holds for it.
#[utoipa::path(get, path = "/api/v1/finance/budgets/{budget_id}", tag = "finance", security(("bearer" = [])),
    params(("budget_id" = String, Path)), responses((status = 200, body = BudgetInFull), (status = 404, body = Problem)))]
pub async fn get_budget(
    officer: FinanceOfficer,
    path: Path<String>,
    app: Data<App>,
) -> Result<Answer<BudgetInFull>, AppError> {
    let (budget, now) = (id::<BudgetId>(&path)?, app.clock.now());
    let looking = officer.clone();
    let (row, full) = app
        .db
        .read(move |conn| {
            let row = store::budget(conn, &officer, budget)?;
            let full = in_full(conn, officer.authority(), budget, row.1.clone())?;
            Ok::<_, AppError>((row, full))
        })
        .await?;
    audit::looks(&app.db, super::pages::looks(&looking, &[row], now)).await?;
    Ok(Answer(full))
}

/// What is to be otherwise from a date on; what is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeDocument {
    /// From when on.
    pub from: NaiveDate,
    /// How much.
    pub rate_pence: Option<Money>,
    /// For what; a week unless it says otherwise.
    pub per: Option<RatePer>,
    /// Where the money comes from.
    pub sources: Option<Vec<SourceDocument>>,
    /// Who holds it.
    pub holders: Option<Vec<HolderDocument>>,
    /// What the person pays of it each week.
    pub contribution_pence: Option<Money>,
    /// What is paid beside it each week for a while.
    pub bridging: Option<BridgingDocument>,
    /// Why.
    pub reason: String,
}

/// Changes a budget from a date on.
#[utoipa::path(post, path = "/api/v1/finance/budgets/{budget_id}/changes", tag = "finance", security(("bearer" = [])),
    params(("budget_id" = String, Path)), request_body = ChangeDocument,
    responses((status = 200, body = AdjustedDocument), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub async fn post_change(
    officer: FinanceOfficer,
    path: Path<String>,
    Json(sent): Json<ChangeDocument>,
    app: Data<App>,
) -> Result<Answer<AdjustedDocument>, AppError> {
    let (budget, now) = (id::<BudgetId>(&path)?, app.clock.now());
    if sent.reason.trim().is_empty() {
        return Err(MoneyError::Why.into());
    }
    let change = Change {
        from: sent.from,
        rate: sent.rate_pence.map(|rate| (rate, sent.per.unwrap_or(RatePer::Week))),
        sources: sent.sources.map(sources).transpose()?,
        holders: sent.holders.map(holders).transpose()?,
        contribution: sent.contribution_pence,
        bridging: sent.bridging.map(Bridging::from),
        reason: sent.reason,
    };
    let changed = app.db.write(move |tx| deed::changes(tx, &officer, budget, &change, now)).await?;
    Ok(Answer(adjusted(budget, changed.adjusted)))
}

/// By how much a rate is raised.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpratingDocument {
    /// From when on: today or later.
    pub from: NaiveDate,
    /// In hundredths of a percent: 250 for 2.5 %.
    pub share: i32,
}

/// Raises a budget's rate from a date on.
#[utoipa::path(post, path = "/api/v1/finance/budgets/{budget_id}/uprating", tag = "finance", security(("bearer" = [])),
    params(("budget_id" = String, Path)), request_body = UpratingDocument,
    responses((status = 200, body = AdjustedDocument), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub async fn post_uprating(
    officer: FinanceOfficer,
    path: Path<String>,
    Json(sent): Json<UpratingDocument>,
    app: Data<App>,
) -> Result<Answer<AdjustedDocument>, AppError> {
    let (budget, now) = (id::<BudgetId>(&path)?, app.clock.now());
    let from = (sent.from, sent.share);
    let changed = app.db.write(move |tx| deed::uprates(tx, &officer, budget, from, now)).await?;
    Ok(Answer(adjusted(budget, changed.adjusted)))
}

/// How many budgets were raised.
#[derive(Serialize, ToSchema)]
pub struct UpratedDocument {
    /// Those that the rise had not reached.
    pub budgets: usize,
}

/// Raises every budget of the authority that the rise has not reached. Sent again after it broke off it goes on where it
/// stopped.
#[utoipa::path(post, path = "/api/v1/finance/uprating", tag = "finance", security(("bearer" = [])),
    request_body = UpratingDocument,
    responses((status = 200, body = UpratedDocument), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn post_uprating_of_all(
    officer: FinanceOfficer,
    Json(sent): Json<UpratingDocument>,
    app: Data<App>,
) -> Result<Answer<UpratedDocument>, AppError> {
    let wrong = deed::wrong_with_a_rise(Some(sent.from), Some(sent.share), app.clock.now());
    if !wrong.is_empty() {
        return Err(AppError::invalid(wrong));
    }
    let budgets = deed::uprates_all(&app, &officer, (sent.from, sent.share)).await?;
    Ok(Answer(UpratedDocument { budgets }))
}

/// How the person of a budget asked for it to be held.
#[utoipa::path(get, path = "/api/v1/finance/budgets/{budget_id}/holding-requests", tag = "finance",
    security(("bearer" = [])), params(("budget_id" = String, Path)),
    responses((status = 200, body = HoldingRequestsDocument), (status = 404, body = Problem)))]
pub async fn get_holding_requests(
    officer: FinanceOfficer,
    path: Path<String>,
    app: Data<App>,
) -> Result<Answer<HoldingRequestsDocument>, AppError> {
    let budget = id::<BudgetId>(&path)?;
    let (looking, now) = (officer.clone(), app.clock.now());
    let (row, wishes) = app
        .db
        .read(move |conn| {
            let row = store::budget(conn, &officer, budget)?;
            Ok::<_, AppError>((row, store::requests_of(conn, budget)?))
        })
        .await?;
    audit::looks(&app.db, super::pages::looks(&looking, &[row], now)).await?;
    Ok(Answer(HoldingRequestsDocument { holding_requests: wishes.into_iter().map(Into::into).collect() }))
}

/// What is answered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldingAnswer {
    /// Whether it is done as it was wished.
    pub done: bool,
    /// Why not; the person reads it.
    #[serde(default)]
    pub words: String,
}

/// Answers how a budget is to be held.
#[utoipa::path(post, path = "/api/v1/finance/budgets/{budget_id}/holding-requests/{request_id}/answer", tag = "finance",
    security(("bearer" = [])), params(("budget_id" = String, Path), ("request_id" = String, Path)),
    request_body = HoldingAnswer,
    responses((status = 204, description = "It is answered."), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub async fn post_answer(
    officer: FinanceOfficer,
    path: Path<(String, String)>,
    Json(sent): Json<HoldingAnswer>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (budget, wish) = (id::<BudgetId>(&path.0)?, id::<HoldingRequestId>(&path.1)?);
    let (now, public_url) = (app.clock.now(), app.post.public_url.clone());
    let answer = move |tx: &mut crate::db::Conn| {
        super::super::holding::answer(tx, &officer, (budget, wish), (sent.done, &sent.words), &public_url, now)
    };
    app.db.write(answer).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes back a change that was planned and has not begun.
#[utoipa::path(post, path = "/api/v1/finance/budgets/{budget_id}/terms/{terms_id}/withdrawal", tag = "finance",
    security(("bearer" = [])), params(("budget_id" = String, Path), ("terms_id" = String, Path)),
    responses((status = 200, body = AdjustedDocument), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn post_withdrawal(
    officer: FinanceOfficer,
    path: Path<(String, String)>,
    app: Data<App>,
) -> Result<Answer<AdjustedDocument>, AppError> {
    let (budget, terms) = (id::<BudgetId>(&path.0)?, id::<TermsId>(&path.1)?);
    let now = app.clock.now();
    let moved = app.db.write(move |tx| deed::withdraws(tx, &officer, budget, terms, now)).await?;
    Ok(Answer(adjusted(budget, moved)))
}

/// How a period ended.
#[derive(Serialize, ToSchema)]
pub struct ClosedDocument {
    /// Which.
    #[schema(value_type = String)]
    pub period_id: PeriodId,
    /// What was unspent.
    pub left_pence: Money,
    /// What of it went on to the next period.
    pub carried_pence: Money,
    /// What of it went back to the council.
    pub returned_pence: Money,
    /// The period that follows.
    #[schema(value_type = Option<String>)]
    pub next_period_id: Option<PeriodId>,
}

/// Closes a period that is over.
#[utoipa::path(post, path = "/api/v1/finance/budgets/{budget_id}/periods/{period_id}/closing", tag = "finance",
    security(("bearer" = [])), params(("budget_id" = String, Path), ("period_id" = String, Path)),
    responses((status = 200, body = ClosedDocument), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn post_closing(
    officer: FinanceOfficer,
    path: Path<(String, String)>,
    app: Data<App>,
) -> Result<Answer<ClosedDocument>, AppError> {
    let (budget, period) = (id::<BudgetId>(&path.0)?, id::<PeriodId>(&path.1)?);
    let now = app.clock.now();
    let closed = app.db.write(move |tx| deed::closes(tx, &officer, budget, period, now)).await?;
    Ok(Answer(ClosedDocument {
        period_id: closed.period,
        left_pence: closed.left,
        carried_pence: closed.carried,
        returned_pence: closed.returned,
        next_period_id: closed.next,
    }))
}

/// An amount that was moved by hand.
#[derive(Serialize, ToSchema)]
pub struct MoveDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: MoneyMoveId,
    /// Why money moved.
    pub reason: Reason,
    /// From which source, or in which way it was handed over.
    pub source: String,
    /// How much.
    pub amount_pence: Money,
    /// What whoever did it wrote.
    pub note: String,
    /// When.
    #[serde(with = "crate::clock::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub moved_at: crate::clock::UtcTime,
}

fn moved(row: MoneyMove) -> MoveDocument {
    MoveDocument {
        id: row.id,
        reason: row.reason,
        source: row.source,
        amount_pence: row.amount_pence,
        note: row.note,
        moved_at: row.moved_at,
    }
}

/// What was moved by hand of a budget.
#[derive(Serialize, ToSchema)]
pub struct MovesDocument {
    /// Newest first, 200 at most.
    pub moves: Vec<MoveDocument>,
}

/// What was moved by hand of a budget, newest first.
#[utoipa::path(get, path = "/api/v1/finance/budgets/{budget_id}/moves", tag = "finance", security(("bearer" = [])),
    params(("budget_id" = String, Path)), responses((status = 200, body = MovesDocument), (status = 404, body = Problem)))]
pub async fn get_moves(
    officer: FinanceOfficer,
    path: Path<String>,
    app: Data<App>,
) -> Result<Answer<MovesDocument>, AppError> {
    let (budget, now) = (id::<BudgetId>(&path)?, app.clock.now());
    let looking = officer.clone();
    let (row, moves) = app
        .db
        .read(move |conn| {
            let row = store::budget(conn, &officer, budget)?;
            Ok::<_, AppError>((row, super::super::store::moves_of(conn, officer.authority(), budget, 200)?))
        })
        .await?;
    audit::looks(&app.db, super::pages::looks(&looking, &[row], now)).await?;
    Ok(Answer(MovesDocument { moves: moves.into_iter().map(moved).collect() }))
}

/// What is to be moved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMove {
    /// `one-off`, `top-up`, `own money`, `contribution received`, `refund`, `return`, `transfer between sources`,
    /// `transfer between budgets`, `payment` or `payment returned`.
    pub reason: Reason,
    /// From which source (not for top-ups, own money, contributions and payments).
    pub source: Option<Source>,
    /// To which source of the same budget.
    pub to_source: Option<Source>,
    /// To which other budget of the same person.
    #[schema(value_type = Option<String>)]
    pub to_budget_id: Option<BudgetId>,
    /// In which way the money is held that is handed over or back.
    pub funding_route: Option<FundingRoute>,
    /// How much.
    pub amount_pence: Money,
    /// Why.
    pub note: String,
}

/// What a reason and its parts mean; none where a part is missing, or somebody else moves money for this reason.
pub(super) fn what(
    reason: Reason,
    (source, to): (Option<Source>, Option<Source>),
    to_budget: Option<BudgetId>,
    route: Option<FundingRoute>,
) -> Option<What> {
    Some(match reason {
        Reason::OneOff => What::OneOff(source.filter(|source| Source::POOLED.contains(source))?),
        Reason::TopUp => What::TopUp,
        Reason::OwnMoney => What::PayIn,
        Reason::ContributionReceived => What::ContributionReceived,
        Reason::Refund => What::Refund(source?),
        Reason::Return => What::GiveBack(source?),
        Reason::BetweenSources => What::BetweenSources(source?, to?),
        Reason::BetweenBudgets => What::ToBudget(to_budget?, source?),
        Reason::Payment => What::HandOver(route?),
        Reason::PaymentReturned => What::HandedBack(route?),
        _ => return None,
    })
}

/// Moves money of a budget by hand. Sending the same `Idempotency-Key` again moves nothing more.
#[utoipa::path(post, path = "/api/v1/finance/budgets/{budget_id}/moves", tag = "finance", security(("bearer" = [])),
    params(("budget_id" = String, Path), ("Idempotency-Key" = String, Header)), request_body = NewMove,
    responses((status = 201, body = MoveDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn post_move(
    officer: FinanceOfficer,
    path: Path<String>,
    Json(sent): Json<NewMove>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (budget, now) = (id::<BudgetId>(&path)?, app.clock.now());
    let key = of_this_budget(&request, budget)?;
    if sent.reason == Reason::Clawback {
        return Err(MoneyError::NeedsNotice.into());
    }
    let parts = (sent.source, sent.to_source);
    let what = what(sent.reason, parts, sent.to_budget_id, sent.funding_route).ok_or_else(|| {
        let why =
            "Send a reason that money is moved for by hand, with the source, budget or funding route that it takes.";
        AppError::invalid(vec![FieldError::new("reason", why)])
    })?;
    let asked = Move { what, amount: sent.amount_pence, note: sent.note, key };
    let row = app.db.write(move |tx| deed::moves(tx, &officer, budget, &asked, now)).await?;
    Ok(HttpResponse::Created().json(moved(row)))
}

/// Why something is turned back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReversalDocument {
    /// Why.
    pub note: String,
}

/// Turns a move back by another. Sending the same `Idempotency-Key` again moves nothing more.
#[utoipa::path(post, path = "/api/v1/finance/budgets/{budget_id}/moves/{move_id}/reversal", tag = "finance",
    security(("bearer" = [])),
    params(("budget_id" = String, Path), ("move_id" = String, Path), ("Idempotency-Key" = String, Header)),
    request_body = ReversalDocument,
    responses((status = 201, body = MoveDocument), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn post_reversal(
    officer: FinanceOfficer,
    path: Path<(String, String)>,
    Json(sent): Json<ReversalDocument>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (budget, first) = (id::<BudgetId>(&path.0)?, id::<MoneyMoveId>(&path.1)?);
    let (key, now) = (of_this_budget(&request, budget)?, app.clock.now());
    let row = app.db.write(move |tx| deed::reverses(tx, &officer, budget, (first, &sent.note, key), now)).await?;
    Ok(HttpResponse::Created().json(moved(row)))
}

/// What is due by when, and after which budget to go on.
#[derive(Deserialize)]
pub struct DueWanted {
    by: Option<NaiveDate>,
    after: Option<String>,
}

/// What is due to one holder.
#[derive(Serialize, ToSchema)]
pub struct DueDocument {
    /// Of which budget.
    #[schema(value_type = String)]
    pub budget_id: BudgetId,
    /// In which way it is held.
    pub funding_route: FundingRoute,
    /// Who holds it, where that is not the person.
    pub name: String,
    /// The provider of a service fund.
    #[schema(value_type = Option<String>)]
    pub organization_id: Option<OrganizationId>,
    /// How much is to be handed over.
    pub amount_pence: Money,
}

/// What is due to holders of budgets.
#[derive(Serialize, ToSchema)]
pub struct DueDocuments {
    /// In the order of the budgets' ids.
    pub due: Vec<DueDocument>,
    /// Send it as `after` to go on; none at the end.
    pub next: Option<String>,
}

/// What is due by the end of a day (today unless it says otherwise) to those who hold budgets of the caller's authority.
#[utoipa::path(get, path = "/api/v1/finance/due", tag = "finance", security(("bearer" = [])),
    params(("by" = Option<String>, Query), ("after" = Option<String>, Query)), responses((status = 200, body = DueDocuments)))]
pub async fn get_due(
    officer: FinanceOfficer,
    Ask(wanted): Ask<DueWanted>,
    app: Data<App>,
) -> Result<Answer<DueDocuments>, AppError> {
    let now = app.clock.now();
    let by = wanted.by.unwrap_or_else(|| day(now));
    let after = wanted.after.as_deref().map(id::<BudgetId>).transpose()?;
    let looking = officer.clone();
    let (due, next) = app
        .db
        .read(move |conn| due_to_holders(conn, officer.authority(), by, after, 500))
        .await
        .map_err(AppError::from)?;
    let seen = due.iter().map(|each| {
        let what = (audit::What::Budget, each.budget.as_str().to_owned());
        audit::Entry::new(
            &looking,
            (Deed::LookedAt, audit::Why::ToLookAfterBudgets),
            each.person,
            (what.0, what.1.as_str()),
            now,
        )
    });
    audit::looks(&app.db, seen.collect()).await?;
    let due = due
        .into_iter()
        .map(|each| DueDocument {
            budget_id: each.budget,
            funding_route: each.holder.route,
            name: each.holder.name,
            organization_id: each.holder.organization,
            amount_pence: each.amount,
        })
        .collect();
    Ok(Answer(DueDocuments { due, next: next.map(|id| id.to_string()) }))
}
