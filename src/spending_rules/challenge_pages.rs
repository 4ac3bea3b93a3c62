//! The pages of challenges: raising one, seeing where it stands, answering.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::app::App;
use crate::audit::{self, Deed, Entry, What, Why};
use crate::catalogue::{self, card::tag};
use crate::clock::{day, long_date};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::{self, BudgetHolder, Practitioner, SignedIn};
use crate::ids::{ServiceId, SpendingChallengeId, SpendingRuleId};
use crate::web::form::{Ask, Form};
use crate::web::page::{Link, Page, html, html_with, see_other};

use super::challenge::{Challenge, ChallengeState, answer, due_words, raise};
use super::pages::shown;
use super::rule::SpendingRule;
use super::store;
use super::views::{ChallengePage, ChallengeRow, ChallengesPage};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/budgets/{budget_id}/challenges", post().to(post_challenge))
        .route("/challenges", get().to(get_challenges))
        .route("/challenges/{challenge_id}", get().to(get_challenge))
        .route("/authority/challenges", get().to(get_queue))
        .route("/authority/challenges/{challenge_id}", get().to(get_to_answer))
        .route("/authority/challenges/{challenge_id}/answer", post().to(post_answer));
}

/// The form that challenges a rule, as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ChallengeForm {
    rule: String,
    service: String,
    words: String,
}

/// `POST /budgets/{budget_id}/challenges`
pub async fn post_challenge(
    holder: BudgetHolder,
    Form(form): Form<ChallengeForm>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let rule: SpendingRuleId = form.rule.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let service: ServiceId = form.service.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (now, public_url) = (app.clock.now(), app.post.public_url.clone());
    let raised = app.db.write(move |tx| raise(tx, &holder, (rule, service), &form.words, &public_url, now)).await?;
    Ok(see_other(&format!("/challenges/{}?done=raised", raised.id)))
}

/// What was just done.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

/// A challenge with what pages say of it.
struct Whole {
    challenge: Challenge,
    rule: SpendingRule,
    service: String,
    answered_by: String,
    person: String,
}

fn whole(conn: &mut Conn, challenge: Challenge) -> diesel::QueryResult<Whole> {
    let rule = store::rule(conn, challenge.rule_id)?.ok_or(diesel::result::Error::NotFound)?;
    let names = catalogue::store::service_names(conn, &[challenge.service_id])?;
    let service = names.get(&challenge.service_id).map(|(name, _)| name.clone()).unwrap_or_default();
    let answered_by = match challenge.answered_by {
        Some(person) => identity::store::name(conn, person)?.unwrap_or_default(),
        None => String::new(),
    };
    let person = identity::store::name(conn, challenge.person_id)?.unwrap_or_default();
    Ok(Whole { challenge, rule, service, answered_by, person })
}

fn page(page: Page, whole: &Whole, today: NaiveDate, back: Link) -> ChallengePage {
    let challenge = &whole.challenge;
    let open = challenge.state == ChallengeState::Open;
    let overdue = challenge.is_overdue(today);
    ChallengePage {
        page,
        back,
        heading: format!("May I buy {}?", whole.service),
        service: Link { label: whole.service.clone(), href: format!("/services/{}", challenge.service_id) },
        person: None,
        rule: shown(&whole.rule),
        rules_href: format!("/rules/{}", challenge.authority_id),
        words: challenge.words.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect(),
        raised: format!("Asked on {}.", long_date(day(challenge.raised_at))),
        due: if open { due_words(challenge, today) } else { String::new() },
        state: if overdue { tag("overdue") } else { tag(challenge.state.as_str()) },
        overdue,
        answered: challenge.answered_at.map(|at| {
            let what = if challenge.state == ChallengeState::Allowed { "Allowed" } else { "The rule stays, said" };
            let by = if challenge.state == ChallengeState::Allowed { " by" } else { "" };
            format!("{what}{by} {} on {}.", whole.answered_by, long_date(day(at)))
        }),
        reason: challenge.reason.clone(),
        buy_href: (challenge.state == ChallengeState::Allowed)
            .then(|| format!("/services/{}/buy?budget={}", challenge.service_id, challenge.budget_id)),
        appeal: challenge.state == ChallengeState::NotAllowed,
        answer_path: None,
        chosen: String::new(),
        typed: String::new(),
        errors: Vec::new().into(),
    }
}

/// `GET /challenges/{challenge_id}`: where it stands.
pub async fn get_challenge(
    who: SignedIn,
    id: Path<String>,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id: SpendingChallengeId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    let asking = who.clone();
    let whole = app
        .db
        .read(move |conn| {
            let challenge = store::challenge_for(conn, &asking, id)?.ok_or(AppError::NotFound)?;
            Ok::<_, AppError>(whole(conn, challenge)?)
        })
        .await?;
    let person = whole.challenge.person_id;
    if person != who.person() {
        let subject = (What::Challenge, whole.challenge.id.as_str());
        let look = Entry::new(&who, (Deed::LookedAt, Why::ToHelp), person, subject, now);
        audit::looks(&app.db, vec![look]).await?;
    }
    let notice =
        (done.done == "raised").then_some("Your question is with the council. You get a letter with the answer.");
    let frame = Page::of(&request, format!("May I buy {}?", whole.service)).with_notice(notice);
    let back = Link { label: "All my questions to the council".into(), href: "/challenges".into() };
    html(&page(frame, &whole, day(now), back))
}

/// `GET /challenges`: everything that somebody asked the council.
pub async fn get_challenges(who: SignedIn, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let today = day(app.clock.now());
    let all = app
        .db
        .read(move |conn| {
            let mut all = Vec::new();
            for challenge in store::challenges_of(conn, &who)? {
                all.push(whole(conn, challenge)?);
            }
            Ok::<_, AppError>(all)
        })
        .await?;
    let row = |whole: &Whole| row(whole, String::new(), "/challenges", today);
    html(&ChallengesPage {
        page: Page::of(&request, "My questions to the council"),
        heading: "My questions to the council".into(),
        lead: "What a rule said no to, and what the council answered.".into(),
        back: Link { label: "My budgets".into(), href: "/budgets".into() },
        open: all.iter().filter(|each| each.challenge.state == ChallengeState::Open).map(row).collect(),
        answered: all.iter().filter(|each| each.challenge.state != ChallengeState::Open).map(row).collect(),
        nothing: "You have not challenged a rule.".into(),
    })
}

fn row(whole: &Whole, who: String, path: &str, today: NaiveDate) -> ChallengeRow {
    let challenge = &whole.challenge;
    let raised = long_date(day(challenge.raised_at));
    ChallengeRow {
        link: Link { label: whole.service.clone(), href: format!("{path}/{}", challenge.id) },
        who,
        rule: format!("The rule: {}", whole.rule.words),
        when: match challenge.answered_at {
            None => format!("Asked on {raised}, answer by {}", long_date(challenge.due_on)),
            Some(at) => format!("Asked on {raised}, answered on {}", long_date(day(at))),
        },
        state: if challenge.is_overdue(today) { tag("overdue") } else { tag(challenge.state.as_str()) },
    }
}

/// `GET /authority/challenges`: what waits for an answer, due first on top.
pub async fn get_queue(
    practitioner: Practitioner,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let today = day(now);
    let asking = practitioner.clone();
    let (open, answered) = app
        .db
        .read(move |conn| {
            let mut both = (Vec::new(), Vec::new());
            for (challenge, _) in store::queue(conn, &asking, true)? {
                both.0.push(whole(conn, challenge)?);
            }
            for (challenge, _) in store::queue(conn, &asking, false)? {
                both.1.push(whole(conn, challenge)?);
            }
            Ok::<_, AppError>(both)
        })
        .await?;
    let look = |each: &Whole| {
        Entry::new(
            &practitioner,
            (Deed::LookedAt, Why::ToAnswerIt),
            each.challenge.person_id,
            (What::Challenge, each.challenge.id.as_str()),
            now,
        )
    };
    audit::looks(&app.db, open.iter().chain(&answered).map(look).collect()).await?;
    let row = |whole: &Whole| row(whole, whole.person.clone(), "/authority/challenges", today);
    let notice = (done.done == "answered").then_some("That is answered. The person gets a letter.");
    html(&ChallengesPage {
        page: Page::of(&request, "Challenges to our rules").with_notice(notice),
        heading: "Challenges to our rules".into(),
        lead: "People who think that a rule should not stop them. Each gets an answer with a reason, by the day."
            .into(),
        back: Link { label: "Back".into(), href: practitioner.who().home_path().into() },
        open: open.iter().map(row).collect(),
        answered: answered.iter().map(row).collect(),
        nothing: "Nobody waits for an answer.".into(),
    })
}

/// `GET /authority/challenges/{challenge_id}`
pub async fn get_to_answer(
    practitioner: Practitioner,
    id: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    html(&to_answer(&app, &request, &practitioner, &id, &AnswerForm::default(), Vec::new()).await?)
}

/// The form that answers, as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct AnswerForm {
    decision: String,
    reason: String,
}

async fn to_answer(
    app: &App,
    request: &HttpRequest,
    practitioner: &Practitioner,
    id: &str,
    typed: &AnswerForm,
    errors: Vec<FieldError>,
) -> Result<ChallengePage, AppError> {
    let id: SpendingChallengeId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    let asking = practitioner.clone();
    let whole = app
        .db
        .read(move |conn| {
            let challenge = store::challenge(conn, &asking, id)?.ok_or(AppError::NotFound)?;
            Ok::<_, AppError>(whole(conn, challenge)?)
        })
        .await?;
    let subject = (What::Challenge, whole.challenge.id.as_str());
    let look = (Deed::LookedAt, Why::ToAnswerIt);
    audit::looks(&app.db, vec![Entry::new(practitioner, look, whole.challenge.person_id, subject, now)]).await?;
    let back = Link { label: "Back to all of them".into(), href: "/authority/challenges".into() };
    let frame = Page::of(request, "A challenge to our rules");
    let open = whole.challenge.state == ChallengeState::Open;
    Ok(ChallengePage {
        heading: format!("May {} buy {}?", whole.person, whole.service),
        person: Some(whole.person.clone()),
        buy_href: None,
        appeal: false,
        answer_path: open.then(|| format!("/authority/challenges/{id}/answer")),
        chosen: typed.decision.clone(),
        typed: typed.reason.clone(),
        errors: errors.into(),
        ..page(frame, &whole, day(now), back)
    })
}

/// `POST /authority/challenges/{challenge_id}/answer`
pub async fn post_answer(
    practitioner: Practitioner,
    id: Path<String>,
    Form(form): Form<AnswerForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let challenge: SpendingChallengeId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let allowed = match form.decision.parse() {
        Ok(ChallengeState::Allowed) => Some(true),
        Ok(ChallengeState::NotAllowed) => Some(false),
        _ => None,
    };
    let fields = match allowed {
        None => vec![FieldError::new("decision", "Choose the answer.")],
        Some(allowed) => {
            let (now, public_url) = (app.clock.now(), app.post.public_url.clone());
            let (asking, reason) = (practitioner.clone(), form.reason.clone());
            let done = app.db.write(move |tx| answer(tx, &asking, challenge, allowed, &reason, &public_url, now)).await;
            match done.map_err(AppError::from) {
                Ok(_) => return Ok(see_other("/authority/challenges?done=answered")),
                Err(AppError::Refused(refusal)) if !refusal.fields.is_empty() => refusal.fields,
                Err(other) => return Err(other),
            }
        }
    };
    let page = to_answer(&app, &request, &practitioner, &id, &form, fields).await?;
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
