//! Rules and challenges over `/api/v1`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json as JsonAnswer, Path, ServiceConfig, get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::{self, Deed, Entry, What, Why};
use crate::catalogue::Kind;
use crate::clock::day;
use crate::error::AppError;
use crate::identity::{Anyone, AuthorityAdministrator, BudgetHolder, Practitioner, SignedIn};
use crate::ids::{AuthorityId, BudgetId, ServiceId, SpendingChallengeId, SpendingRuleId};
use crate::money::Money;
use crate::web::form::Json;
use crate::web::render::Problem;

use super::challenge::{Challenge, ChallengeState, answer, raise};
use super::rule::{LimitPer, Says, SpendingRule};
use super::set::{NewRule, end, set};
use super::store;

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/authorities/{authority_id}/spending-rules", get().to(get_rules))
        .route("/authority/spending-rules", post().to(post_rule))
        .route("/authority/spending-rules/{rule_id}/ending", post().to(post_ending))
        .route("/budgets/{budget_id}/challenges", post().to(post_challenge))
        .route("/challenges", get().to(get_challenges))
        .route("/authority/challenges", get().to(get_queue))
        .route("/authority/challenges/{challenge_id}/answer", post().to(post_answer));
}

/// One rule of what budgets may be used for.
#[derive(Serialize, ToSchema)]
pub struct SpendingRuleDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: SpendingRuleId,
    /// Of which category, and everything below it.
    pub category_id: Option<String>,
    /// Of which kind of service.
    pub kind: Option<Kind>,
    /// What it says.
    pub says: Says,
    /// What it asks.
    pub question: Option<String>,
    /// Up to how much.
    pub limit_pence: Option<Money>,
    /// What the limit is counted by.
    pub limit_per: Option<LimitPer>,
    /// In plain words.
    pub words: String,
    /// On what ground.
    pub ground: String,
    /// Its first day.
    pub from_on: NaiveDate,
    /// Its last day; none if open.
    pub ends_on: Option<NaiveDate>,
    /// Who set it.
    pub set_by: String,
}

impl From<&SpendingRule> for SpendingRuleDocument {
    fn from(rule: &SpendingRule) -> Self {
        let (limit_pence, limit_per) = rule.limit.unzip();
        Self {
            id: rule.id,
            category_id: rule.category.clone(),
            kind: rule.kind,
            says: rule.says,
            question: rule.question.clone(),
            limit_pence,
            limit_per,
            words: rule.words.clone(),
            ground: rule.ground.clone(),
            from_on: rule.from_on,
            ends_on: rule.ends_on,
            set_by: rule.set_by.clone(),
        }
    }
}

/// The rules of one authority.
#[derive(Serialize, ToSchema)]
pub struct SpendingRulesDocument {
    /// Ended ones and those to come too; newest first.
    pub spending_rules: Vec<SpendingRuleDocument>,
    /// Challenges that wait for an answer.
    pub challenges_waiting: i64,
    /// Those of them that wait longer than promised.
    pub challenges_overdue: i64,
}

/// What budgets of an authority may be used for: public. Whatever no rule forbids may be bought.
#[utoipa::path(get, path = "/api/v1/authorities/{authority_id}/spending-rules", tag = "spending rules",
    params(("authority_id" = String, Path)),
    responses((status = 200, body = SpendingRulesDocument), (status = 404, body = Problem)))]
pub async fn get_rules(
    _: Anyone,
    id: Path<String>,
    app: Data<App>,
) -> Result<JsonAnswer<SpendingRulesDocument>, AppError> {
    let id: AuthorityId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let today = day(app.clock.now());
    let (rules, (waiting, late, _)) = app
        .db
        .read(move |conn| {
            crate::places::store::authority(conn, id)?.ok_or(AppError::NotFound)?;
            Ok::<_, AppError>((store::rules_of(conn, id)?, store::counts(conn, id, today)?))
        })
        .await?;
    Ok(JsonAnswer(SpendingRulesDocument {
        spending_rules: rules.iter().map(Into::into).collect(),
        challenges_waiting: waiting,
        challenges_overdue: late,
    }))
}

/// A rule to be set.
#[derive(Deserialize, ToSchema)]
pub struct NewSpendingRule {
    /// A category, and everything below it; with neither a category nor a kind the rule is about everything.
    #[serde(default)]
    pub category_id: String,
    /// A kind of service.
    #[serde(default)]
    pub kind: String,
    /// allowed, needs a question, not allowed.
    pub says: String,
    /// The one question.
    #[serde(default)]
    pub question: String,
    /// Up to how much, for what is allowed.
    #[serde(default)]
    pub limit_pence: Option<i64>,
    /// purchase, week, budget.
    #[serde(default)]
    pub limit_per: String,
    /// In plain words.
    pub words: String,
    /// On what ground.
    pub ground: String,
    /// Its first day: today or later.
    #[serde(default)]
    pub from_on: String,
}

/// The rule that was set.
#[derive(Serialize, ToSchema)]
pub struct RuleSet {
    /// Its id.
    #[schema(value_type = String)]
    pub id: SpendingRuleId,
}

/// Sets a rule: public from that moment, and never changed.
#[utoipa::path(post, path = "/api/v1/authority/spending-rules", tag = "spending rules", security(("bearer" = [])),
    request_body = NewSpendingRule, responses((status = 201, body = RuleSet), (status = 422, body = Problem)))]
pub async fn post_rule(
    administrator: AuthorityAdministrator,
    Json(new): Json<NewSpendingRule>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let NewSpendingRule { category_id, kind, says, question, limit_pence, limit_per, words, ground, from_on } = new;
    let limit = match limit_pence {
        None => String::new(),
        Some(pence) if pence < 0 => "less than nothing".into(),
        Some(pence) => crate::providers::typed::as_pounds(pence),
    };
    let typed = NewRule { category: category_id, kind, says, question, limit, limit_per, words, ground, from_on };
    let checked = typed.checked(&app.taxonomy, day(now))?;
    let authority = administrator.authority();
    let id = app.db.write(move |tx| set(tx, &administrator, &checked, now)).await?;
    app.rules.forget(authority);
    Ok(HttpResponse::Created().json(RuleSet { id }))
}

/// The last day of a rule.
#[derive(Deserialize, ToSchema)]
pub struct RuleEnding {
    /// Today or later.
    pub ends_on: NaiveDate,
}

/// Ends a rule.
#[utoipa::path(post, path = "/api/v1/authority/spending-rules/{rule_id}/ending", tag = "spending rules",
    security(("bearer" = [])), params(("rule_id" = String, Path)), request_body = RuleEnding,
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn post_ending(
    administrator: AuthorityAdministrator,
    id: Path<String>,
    Json(ending): Json<RuleEnding>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id: SpendingRuleId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (now, authority) = (app.clock.now(), administrator.authority());
    app.db.write(move |tx| end(tx, &administrator, id, ending.ends_on, now)).await?;
    app.rules.forget(authority);
    Ok(HttpResponse::NoContent().finish())
}

/// A challenge to a rule.
#[derive(Deserialize, ToSchema)]
pub struct NewChallenge {
    /// Which rule said no.
    #[schema(value_type = String)]
    pub rule_id: SpendingRuleId,
    /// What was to be bought.
    #[schema(value_type = String)]
    pub service_id: ServiceId,
    /// Why it matters.
    pub words: String,
}

/// A challenge and what became of it.
#[derive(Serialize, ToSchema)]
pub struct ChallengeDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: SpendingChallengeId,
    /// Which rule said no.
    #[schema(value_type = String)]
    pub rule_id: SpendingRuleId,
    /// What was to be bought.
    #[schema(value_type = String)]
    pub service_id: ServiceId,
    /// From which budget.
    #[schema(value_type = String)]
    pub budget_id: BudgetId,
    /// Why it matters.
    pub words: String,
    /// By which day it is answered.
    pub due_on: NaiveDate,
    /// Whether that day has passed without an answer.
    pub overdue: bool,
    /// Where it stands.
    pub state: ChallengeState,
    /// Why it was answered so.
    pub reason: Option<String>,
}

fn document(challenge: &Challenge, today: NaiveDate) -> ChallengeDocument {
    ChallengeDocument {
        id: challenge.id,
        rule_id: challenge.rule_id,
        service_id: challenge.service_id,
        budget_id: challenge.budget_id,
        words: challenge.words.clone(),
        due_on: challenge.due_on,
        overdue: challenge.is_overdue(today),
        state: challenge.state,
        reason: challenge.reason.clone(),
    }
}

/// Challenges a rule that said no. Challenging the same again gives the one that waits.
#[utoipa::path(post, path = "/api/v1/budgets/{budget_id}/challenges", tag = "spending rules", security(("bearer" = [])),
    params(("budget_id" = String, Path)), request_body = NewChallenge,
    responses((status = 201, body = ChallengeDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn post_challenge(
    holder: BudgetHolder,
    Json(new): Json<NewChallenge>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (now, public_url) = (app.clock.now(), app.post.public_url.clone());
    let raised =
        app.db.write(move |tx| raise(tx, &holder, (new.rule_id, new.service_id), &new.words, &public_url, now)).await?;
    Ok(HttpResponse::Created().json(document(&raised, day(now))))
}

/// Several challenges.
#[derive(Serialize, ToSchema)]
pub struct ChallengesDocument {
    /// All of them.
    pub challenges: Vec<ChallengeDocument>,
}

/// What the caller asked the council about its rules, newest first.
#[utoipa::path(get, path = "/api/v1/challenges", tag = "spending rules", security(("bearer" = [])),
    responses((status = 200, body = ChallengesDocument)))]
pub async fn get_challenges(who: SignedIn, app: Data<App>) -> Result<JsonAnswer<ChallengesDocument>, AppError> {
    let today = day(app.clock.now());
    let all = app.db.read(move |conn| store::challenges_of(conn, &who)).await?;
    Ok(JsonAnswer(ChallengesDocument { challenges: all.iter().map(|each| document(each, today)).collect() }))
}

/// What waits for an answer of the authority, due first on top.
#[utoipa::path(get, path = "/api/v1/authority/challenges", tag = "spending rules", security(("bearer" = [])),
    responses((status = 200, body = ChallengesDocument)))]
pub async fn get_queue(practitioner: Practitioner, app: Data<App>) -> Result<JsonAnswer<ChallengesDocument>, AppError> {
    let now = app.clock.now();
    let asking = practitioner.clone();
    let all = app.db.read(move |conn| store::queue(conn, &asking, true)).await?;
    let look = |(each, _): &(Challenge, String)| {
        let subject = (What::Challenge, each.id.as_str());
        Entry::new(&practitioner, (Deed::LookedAt, Why::ToAnswerIt), each.person_id, subject, now)
    };
    audit::looks(&app.db, all.iter().map(look).collect()).await?;
    let challenges = all.iter().map(|(each, _)| document(each, day(now))).collect();
    Ok(JsonAnswer(ChallengesDocument { challenges }))
}

/// An answer to a challenge.
#[derive(Deserialize, ToSchema)]
pub struct ChallengeAnswer {
    /// Whether it may be bought, for this person from this budget.
    pub allowed: bool,
    /// Why: the person reads it.
    pub reason: String,
}

/// Answers a challenge; the person gets a letter.
#[utoipa::path(post, path = "/api/v1/authority/challenges/{challenge_id}/answer", tag = "spending rules",
    security(("bearer" = [])), params(("challenge_id" = String, Path)), request_body = ChallengeAnswer,
    responses((status = 200, body = ChallengeDocument), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn post_answer(
    practitioner: Practitioner,
    id: Path<String>,
    Json(given): Json<ChallengeAnswer>,
    app: Data<App>,
) -> Result<JsonAnswer<ChallengeDocument>, AppError> {
    let id: SpendingChallengeId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (now, public_url) = (app.clock.now(), app.post.public_url.clone());
    let answered =
        app.db.write(move |tx| answer(tx, &practitioner, id, given.allowed, &given.reason, &public_url, now)).await?;
    Ok(JsonAnswer(document(&answered, day(now))))
}
