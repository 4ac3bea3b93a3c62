//! The verbs of the agreement: the council checks, agrees a budget and signs, or sends the plan back; the person signs, or
//! does not.

use chrono::NaiveDate;

use crate::allocation::{self, AnsweredAs};
use crate::audit::{Deed, Why};
use crate::budgets::FundingRoute;
use crate::budgets::terms::Holder;
use crate::clock::{UtcTime, day};
use crate::db::Conn;
use crate::error::FieldError;
use crate::identity::{AssignedCareManager, PlanSigner};
use crate::ids::{AllocationId, BudgetId};
use crate::money::Money;

use super::content::DEAREST;
use super::costing::Year;
use super::funding;
use super::plan::{Check, PlanEvent, PlanState, SupportPlan};
use super::store::{self, Agreed, PlanVersion};
use super::write::{PlanError, note};

/// What a care manager has found and decided.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// Each check that was answered: whether it is so, and why.
    pub checks: Vec<(Check, bool, String)>,
    /// What is agreed, a week; none while that is open.
    pub weekly: Option<Money>,
    /// Why it differs from the indicative budget.
    pub reason: String,
    /// Its first day; none: the day on which the plan begins.
    pub from: Option<NaiveDate>,
    /// For so many weeks, where it falls, the difference is paid on top.
    pub bridge_weeks: i32,
}

/// The plan and the version that lies with the council.
fn with_council(tx: &mut Conn, manager: &AssignedCareManager) -> Result<(SupportPlan, PlanVersion), PlanError> {
    let plan = store::lock(tx, manager)?.ok_or(PlanError::NotHere)?;
    if plan.state != PlanState::WithCouncil {
        return Err(plan.state.after(PlanEvent::CouncilSigned).err().map_or(PlanError::NotHere, PlanError::Step));
    }
    let version = store::version(tx, &plan, plan.version)?.ok_or(PlanError::NotHere)?;
    Ok((plan, version))
}

/// Keeps the checks that were made so far.
#[tracing::instrument(skip_all)]
pub fn check(
    tx: &mut Conn,
    manager: &AssignedCareManager,
    checks: &[(Check, bool, String)],
    now: UtcTime,
) -> Result<(), PlanError> {
    let (_, version) = with_council(tx, manager)?;
    keep_checks(tx, manager, &version, checks, now)?;
    note(tx, manager, (Deed::Changed, Some(Why::ToAgreeIt)), now)?;
    Ok(())
}

fn keep_checks(
    tx: &mut Conn,
    manager: &AssignedCareManager,
    version: &PlanVersion,
    checks: &[(Check, bool, String)],
    now: UtcTime,
) -> Result<(), PlanError> {
    let mut wrong = Vec::new();
    for (check, passed, words) in checks {
        let letters = words.trim().chars().count();
        if letters > 1_000 {
            wrong.push(FieldError::new(&format!("{}-note", check.slug()), "Shorten this to 1,000 letters or fewer."));
        }
        if !passed && letters == 0 {
            wrong.push(FieldError::new(
                &format!("{}-note", check.slug()),
                "Say what is missing, so that it can be put right.",
            ));
        }
    }
    if !wrong.is_empty() {
        return Err(PlanError::Wrong(wrong));
    }
    for (check, passed, words) in checks {
        store::put_check(tx, version.id, (*check, *passed, words.trim()), manager.who().person(), now)?;
    }
    Ok(())
}

/// Sends a plan back with what is to be changed.
#[tracing::instrument(skip_all)]
pub fn send_back(
    tx: &mut Conn,
    manager: &AssignedCareManager,
    (checks, words): (&[(Check, bool, String)], &str),
    now: UtcTime,
) -> Result<(), PlanError> {
    let (plan, version) = with_council(tx, manager)?;
    keep_checks(tx, manager, &version, checks, now)?;
    let words = words.trim();
    if words.is_empty() || words.chars().count() > 2_000 {
        let sentence = "Say what you would like to be changed, in up to 2,000 letters.";
        return Err(PlanError::Wrong(vec![FieldError::new("words", sentence)]));
    }
    store::insert_comment(tx, &plan, manager, ("", words), now)?;
    store::set_state(tx, &plan, plan.state.after(PlanEvent::SentBack)?, manager.who().person(), now)?;
    note(tx, manager, (Deed::Changed, Some(Why::ToAgreeIt)), now)?;
    Ok(())
}

/// Agrees a plan for the council: all four checks are passed, a budget is agreed, and the care manager signs.
#[tracing::instrument(skip_all)]
pub fn agree(tx: &mut Conn, manager: &AssignedCareManager, decision: &Decision, now: UtcTime) -> Result<(), PlanError> {
    let (plan, version) = with_council(tx, manager)?;
    keep_checks(tx, manager, &version, &decision.checks, now)?;
    let kept = store::checks(tx, version.id)?;
    let assessed = allocation::store::newest_finished(tx, manager)?;
    let indicative = assessed.and_then(|each| each.working).map(|working| working.weekly_pence);
    let before = store::agreed_budgets_of(tx, manager)?;
    let starts_on = decision.from.or(plan.content.starts_on).unwrap_or_else(|| day(now));
    let mut wrong = Vec::new();
    for check in Check::ALL {
        if !kept.iter().any(|each| each.check == *check && each.passed) {
            wrong.push(FieldError::new(check.slug(), "Answer this with yes, or send the plan back."));
        }
    }
    let weekly = decision.weekly.unwrap_or_default();
    if decision.weekly.is_none() || !(0..=DEAREST).contains(&weekly.as_pence()) {
        wrong.push(FieldError::new("weekly", "Say how much a week is agreed, from £0 to £100,000."));
    }
    let reason = decision.reason.trim();
    if reason.is_empty() && indicative.is_some_and(|indicative| indicative != weekly) {
        let sentence = "It differs from the indicative budget: say why. The person reads this.";
        wrong.push(FieldError::new("reason", sentence));
    }
    if reason.chars().count() > 1_000 {
        wrong.push(FieldError::new("reason", "Shorten this to 1,000 letters or fewer."));
    }
    let year = Year::from(starts_on);
    if (starts_on - day(now)).num_days().abs() > 366 {
        wrong.push(FieldError::new("from", "Choose a first day within a year from today."));
    }
    if !(0..=52).contains(&decision.bridge_weeks) {
        wrong.push(FieldError::new("bridge_weeks", "Enter a whole number of weeks from 0 to 52."));
    }
    if !wrong.is_empty() {
        return Err(PlanError::Wrong(wrong));
    }
    let falls_by = before.first().and_then(|before| before.weekly_pence.less(weekly)).unwrap_or_default();
    let bridged = falls_by > Money::ZERO && decision.bridge_weeks > 0;
    let agreed = Agreed {
        id: AllocationId::new(),
        authority_id: plan.authority.ok_or(PlanError::NotHere)?,
        person_id: manager.person(),
        version_id: version.id,
        indicative_weekly_pence: indicative,
        weekly_pence: weekly,
        reason: reason.to_owned(),
        starts_on,
        ends_on: year.until,
        bridge_weekly_pence: if bridged { falls_by } else { Money::ZERO },
        bridge_weeks: if bridged { decision.bridge_weeks } else { 0 },
        changes_budget_id: before
            .first()
            .filter(|before| before.ends_on > starts_on)
            .and_then(|before| before.budget_id),
        budget_id: None,
        decided_by: manager.who().person(),
        decided_at: now,
    };
    store::insert_agreed(tx, &agreed)?;
    store::sign(tx, version.id, ("council", manager.who().person(), AnsweredAs::CareManager), now)?;
    store::set_state(tx, &plan, plan.state.after(PlanEvent::CouncilSigned)?, manager.who().person(), now)?;
    note(tx, manager, (Deed::Changed, Some(Why::ToAgreeIt)), now)?;
    Ok(())
}

/// The plan, the version and what was agreed, that wait for the person's signature.
fn to_sign(tx: &mut Conn, signer: &PlanSigner) -> Result<(SupportPlan, PlanVersion, Agreed), PlanError> {
    let plan = store::lock(tx, signer)?.ok_or(PlanError::NotHere)?;
    plan.state.after(PlanEvent::PersonSigned)?;
    let version = store::version(tx, &plan, plan.version)?.ok_or(PlanError::NotHere)?;
    let agreed = store::agreed_of(tx, version.id)?.ok_or(PlanError::NotHere)?;
    Ok((plan, version, agreed))
}

/// The person signs, and says who is to hold the money (where a budget runs, it may stay as it is): both have agreed, and
/// the personal budget is given, or changed.
#[tracing::instrument(skip_all)]
pub fn sign(tx: &mut Conn, signer: &PlanSigner, holder: Option<&Holder>, now: UtcTime) -> Result<BudgetId, PlanError> {
    let (plan, version, agreed) = to_sign(tx, signer)?;
    if holder.is_some_and(|holder| holder.route == FundingRoute::OwnMoney) {
        return Err(PlanError::Wrong(vec![FieldError::new("route", "Choose how the council's money is to be held.")]));
    }
    let review_on = super::review::first_review(tx, signer, &version, &agreed, now)?;
    let budget = funding::fund(tx, &agreed, (holder, signer.who().person()), review_on, now)?;
    signed(tx, signer, (&plan, &version, &agreed), budget, now)?;
    Ok(budget)
}

/// The person signs what a budget stands on that is there already: no money moves. For agreements that are taken over.
pub fn sign_onto(tx: &mut Conn, signer: &PlanSigner, budget: BudgetId, now: UtcTime) -> Result<(), PlanError> {
    let (plan, version, agreed) = to_sign(tx, signer)?;
    super::review::first_review(tx, signer, &version, &agreed, now)?;
    signed(tx, signer, (&plan, &version, &agreed), budget, now)
}

fn signed(
    tx: &mut Conn,
    signer: &PlanSigner,
    (plan, version, agreed): (&SupportPlan, &PlanVersion, &Agreed),
    budget: BudgetId,
    now: UtcTime,
) -> Result<(), PlanError> {
    store::set_budget(tx, agreed.id, budget)?;
    store::sign(tx, version.id, ("person", signer.who().person(), signer.answers_as()), now)?;
    store::set_state(tx, plan, plan.state.after(PlanEvent::PersonSigned)?, signer.who().person(), now)?;
    note(tx, signer, (Deed::Changed, None), now)?;
    Ok(())
}

/// The person does not sign, and says why: the plan is open again, for both to talk.
#[tracing::instrument(skip_all)]
pub fn decline(tx: &mut Conn, signer: &PlanSigner, words: &str, now: UtcTime) -> Result<(), PlanError> {
    let (plan, _, _) = to_sign(tx, signer)?;
    let words = words.trim();
    if words.is_empty() || words.chars().count() > 2_000 {
        return Err(PlanError::Wrong(vec![FieldError::new(
            "words",
            "Say what you do not agree with, in a few words.",
        )]));
    }
    store::insert_comment(tx, &plan, signer, ("", words), now)?;
    store::set_state(tx, &plan, plan.state.after(PlanEvent::PersonDeclined)?, signer.who().person(), now)?;
    note(tx, signer, (Deed::Changed, None), now)?;
    Ok(())
}
