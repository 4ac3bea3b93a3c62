//! Reviewing a plan: when, by its risk; and what came of it.
//!
//! The first review comes soon after both have signed, a light one (statutory guidance to the Care Act 2014, chapter 13);
//! the next ones at intervals that the authority sets by risk (s.27; seeds/002, step 7). What came of each outcome, what
//! worked and what is next is kept, and the person reads it.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit::{Deed, Why};
use crate::clock::{UtcTime, day, long_date};
use crate::db::{Conn, text_enum};
use crate::error::{AppError, FieldError};
use crate::identity::{self, AssignedCareManager, PlanReader};
use crate::ids::PlanReviewId;
use crate::log::daily;
use crate::places::settings::{self, Setting};
use crate::post::{self, Told};
use crate::web::page::Link;

use super::content::RiskLevel;
use super::plan::{PlanEvent, PlanState};
use super::store::{Agreed, PlanVersion};
use super::write::{PlanError, note};
use super::{review_store as store, store as plans};

/// The name of this daily job.
pub const JOB: &str = "plan reviews";

/// Reviews of one step.
const AT_ONCE: i64 = 50;

text_enum! {
    /// What came of an outcome.
    pub enum Came {
        /// It is so.
        Achieved = "achieved",
        /// It has begun.
        Partly = "partly",
        /// It is not so.
        NotYet = "not yet",
    }
}

/// What came of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReviewContent {
    /// Each outcome.
    pub outcomes: Vec<OutcomeReviewed>,
    /// What worked.
    pub worked: String,
    /// What did not.
    pub did_not: String,
    /// What is next.
    pub next: String,
    /// How heavy the risk is now: it sets the next review.
    pub risk: RiskLevel,
    /// Whether the plan is to change.
    pub change: bool,
}

/// What came of one outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeReviewed {
    /// Which.
    pub key: String,
    /// What came of it.
    pub came: Came,
    /// In words.
    #[serde(default)]
    pub words: String,
}

/// After how many days the next review comes, by risk.
#[must_use]
pub const fn interval(risk: RiskLevel) -> Setting {
    match risk {
        RiskLevel::Low => Setting::ReviewLowRiskDays,
        RiskLevel::Medium => Setting::ReviewMediumRiskDays,
        RiskLevel::High => Setting::ReviewHighRiskDays,
    }
}

fn after_days(from: NaiveDate, days: i64) -> NaiveDate {
    from + Days::new(u64::try_from(days).unwrap_or(0))
}

/// Sets the first review of what was just signed; a review that was due for what held before is overtaken.
pub(super) fn first_review(
    tx: &mut Conn,
    reader: &PlanReader,
    version: &PlanVersion,
    agreed: &Agreed,
    now: UtcTime,
) -> Result<NaiveDate, PlanError> {
    let plan = plans::plan_of(tx, reader)?.ok_or(PlanError::NotHere)?;
    let days = settings::setting(tx, agreed.authority_id, Setting::FirstReviewDays)?;
    let due_on = after_days(agreed.starts_on.max(day(now)), days);
    store::overtake(tx, plan.id)?;
    let about = (agreed.authority_id, version.id);
    store::insert_due(tx, &plan, about, (version.content.risk(), due_on), now)?;
    Ok(due_on.min(agreed.ends_on))
}

/// Holds the review that is due: what came of each outcome is kept, and the next one is set by risk.
#[tracing::instrument(skip_all)]
pub fn hold(
    tx: &mut Conn,
    manager: &AssignedCareManager,
    id: PlanReviewId,
    content: &ReviewContent,
    now: UtcTime,
) -> Result<(), PlanError> {
    let plan = plans::lock(tx, manager)?.ok_or(PlanError::NotHere)?;
    let review = store::review(tx, manager, id)?.ok_or(PlanError::NotHere)?;
    if review.state != ReviewState::Due {
        return Err(PlanError::Other(AppError::refused("review-held", "this review was held already")));
    }
    let version = store::version_of(tx, &plan, review.version_id)?.ok_or(PlanError::NotHere)?;
    let mut wrong = Vec::new();
    for outcome in &version.content.outcomes {
        let came: Vec<&OutcomeReviewed> = content.outcomes.iter().filter(|each| each.key == outcome.key).collect();
        match came.as_slice() {
            [one] if one.words.chars().count() <= 1_000 => {}
            [_] => wrong
                .push(FieldError::new(&format!("{}-words", outcome.key), "Shorten this to 1,000 letters or fewer.")),
            _ => wrong
                .push(FieldError::new(&outcome.key, format!("Say what came of \u{201c}{}\u{201d}.", outcome.words))),
        }
    }
    if content.outcomes.iter().any(|each| version.content.outcome(&each.key).is_empty()) {
        wrong.push(FieldError::new("outcomes", "Say what came of the outcomes of this plan only."));
    }
    for (field, text) in [("worked", &content.worked), ("did_not", &content.did_not), ("next", &content.next)] {
        if text.chars().count() > 4_000 {
            wrong.push(FieldError::new(field, "Shorten this to 4,000 letters or fewer."));
        }
    }
    if content.worked.trim().is_empty() {
        wrong.push(FieldError::new("worked", "Say what worked, in a few words."));
    }
    if !wrong.is_empty() {
        return Err(PlanError::Wrong(wrong));
    }
    let today = day(now);
    store::save_held(tx, id, content, (today, manager.who().person()))?;
    let days = settings::setting(tx, review.authority_id, interval(content.risk))?;
    let about = (review.authority_id, version.id);
    store::insert_due(tx, &plan, about, (content.risk, after_days(today, days)), now)?;
    if content.change && plan.state == PlanState::Agreed {
        plans::set_state(tx, &plan, plan.state.after(PlanEvent::ChangeBegun)?, manager.who().person(), now)?;
    }
    note(tx, manager, (Deed::Changed, Some(Why::ToAgreeIt)), now)?;
    Ok(())
}

text_enum! {
    /// How far a review has come.
    #[schema(as = PlanReviewState)]
    pub enum ReviewState {
        /// It is to be held.
        Due = "due",
        /// It was held.
        Held = "held",
        /// Another version was signed before it was held.
        Overtaken = "overtaken",
    }
}

/// Tells the next people of today that their review comes, and their care managers; whether there are more.
pub fn tell_some(tx: &mut Conn, public_url: &str, now: UtcTime) -> Result<bool, PlanError> {
    let today = day(now);
    let Some(after) = daily::turn(tx, JOB, today)? else { return Ok(false) };
    let (_, furthest) = Setting::RemindReviewDays.range();
    let due = store::due_by(tx, after_days(today, furthest), &after, AT_ONCE)?;
    for review in &due {
        let days = settings::setting(tx, review.authority_id, Setting::RemindReviewDays)?;
        if after_days(today, days) < review.due_on {
            continue;
        }
        store::note_told(tx, review.id, now)?;
        let name = identity::store::names_of(tx, &[review.person_id])?.remove(&review.person_id).unwrap_or_default();
        if let Some(address) = identity::store::email(tx, review.person_id)? {
            let letter = to_the_person(&name, review, public_url).letter("plan review", &address)?;
            post::queue(tx, &letter, now)?;
        }
        for address in crate::helping::store::care_managers_of(tx, review.person_id, now)? {
            let letter = to_the_manager(&name, review, public_url).letter("plan review due", &address)?;
            post::queue(tx, &letter, now)?;
        }
    }
    let full = i64::try_from(due.len()).is_ok_and(|count| count == AT_ONCE);
    let next = due.last().filter(|_| full).map(|review| review.id.to_string());
    daily::note_turn(tx, JOB, today, next.as_deref(), now)?;
    Ok(next.is_some())
}

fn to_the_person(name: &str, review: &store::Review, public_url: &str) -> Told {
    Told {
        heading: "Let us look at your support plan together".into(),
        paragraphs: vec![
            format!("Hello {name},"),
            format!(
                "On or about {} you and your care manager look at how things are going: what has come of what you wanted, \
                 what worked, and what should change. Bring whom you like.",
                long_date(review.due_on)
            ),
            "Nothing is taken away by a review. You can read your plan beforehand.".into(),
        ],
        action: Some(Link {
            label: "Read my plan".into(),
            href: format!("{public_url}/support/{}/plan", review.person_id),
        }),
        ..Told::default()
    }
}

fn to_the_manager(name: &str, review: &store::Review, public_url: &str) -> Told {
    Told {
        heading: "A review of a support plan is due".into(),
        paragraphs: vec![format!("The plan of {name} is to be reviewed by {}.", long_date(review.due_on))],
        action: Some(Link { label: "Plans and reviews".into(), href: format!("{public_url}/care") }),
        ..Told::default()
    }
}
