//! The verbs: somebody challenges a rule that said no; a person of the authority answers by a day, with a reason.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::audit::{self, Deed, Entry, What, Why};
use crate::clock::{UtcTime, day, long_date};
use crate::db::schema::spending_challenges;
use crate::db::{Conn, text_enum};
use crate::error::{AppError, FieldError};
use crate::identity::{BudgetHolder, Practitioner};
use crate::ids::{AuthorityId, BudgetId, PersonId, ServiceId, SpendingChallengeId, SpendingRuleId};
use crate::places::settings::{self, Setting};
use crate::working_days::working_days_after;

use super::{letters, store};

text_enum! {
    /// Where a challenge stands.
    pub enum ChallengeState {
        /// It waits for an answer.
        Open = "open",
        /// This person may buy this from this budget, whatever the rule says.
        Allowed = "allowed",
        /// The rule stays as it is for them.
        NotAllowed = "not allowed",
    }
}

/// One challenge as its row is.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = spending_challenges, treat_none_as_default_value = false)]
pub struct Challenge {
    /// Which.
    pub id: SpendingChallengeId,
    /// Who answers.
    pub authority_id: AuthorityId,
    /// Which rule said no.
    pub rule_id: SpendingRuleId,
    /// Which budget would have paid.
    pub budget_id: BudgetId,
    /// Who it is for.
    pub person_id: PersonId,
    /// What they wanted to buy.
    pub service_id: ServiceId,
    /// Why it matters to them.
    pub words: String,
    /// Who asks: the person, or who buys for them.
    pub raised_by: PersonId,
    /// When.
    pub raised_at: UtcTime,
    /// By which day it is answered.
    pub due_on: NaiveDate,
    /// Where it stands.
    pub state: ChallengeState,
    /// Who answered.
    pub answered_by: Option<PersonId>,
    /// When.
    pub answered_at: Option<UtcTime>,
    /// Why.
    pub reason: Option<String>,
}

impl Challenge {
    /// Whether it should have been answered before this day.
    #[must_use]
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        self.state == ChallengeState::Open && self.due_on < today
    }
}

/// Why a challenge was not raised or answered.
#[derive(Debug, thiserror::Error)]
pub enum ChallengeError {
    /// Nothing was said.
    #[error("say in a few words why this matters to you")]
    NoWords,
    /// Too much was said.
    #[error("shorten this to 1,000 letters or fewer")]
    TooLong,
    /// There is no such rule of this authority.
    #[error("this rule does not belong to the council that pays. Open the service again")]
    AnotherRule,
    /// An answer without a reason.
    #[error("say why: the person will read it")]
    NoReason,
    /// Somebody was faster.
    #[error("this was answered already")]
    Answered,
    /// A letter could not be written.
    #[error("a letter could not be written")]
    Letter(#[source] AppError),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<ChallengeError> for AppError {
    fn from(error: ChallengeError) -> Self {
        match error {
            ChallengeError::Database(cause) => cause.into(),
            ChallengeError::Letter(cause) => cause,
            ChallengeError::Answered => Self::refused("answered-already", error),
            ChallengeError::AnotherRule => Self::refused("another-rule", error),
            ChallengeError::NoWords => {
                Self::invalid(vec![FieldError::new("words", "Say in a few words why this matters to you.")])
            }
            ChallengeError::TooLong => {
                Self::invalid(vec![FieldError::new("words", "Shorten this to 1,000 letters or fewer.")])
            }
            ChallengeError::NoReason => {
                Self::invalid(vec![FieldError::new("reason", "Say why: the person will read it.")])
            }
        }
    }
}

/// Challenges a rule for something that the holder wants to buy. Challenging the same again gives the open one.
#[tracing::instrument(skip_all, fields(budget.id = %holder.budget()))]
pub fn raise(
    tx: &mut Conn,
    holder: &BudgetHolder,
    (rule, service): (SpendingRuleId, ServiceId),
    words: &str,
    public_url: &str,
    now: UtcTime,
) -> Result<Challenge, ChallengeError> {
    let words = words.trim();
    if words.is_empty() {
        return Err(ChallengeError::NoWords);
    }
    if words.chars().count() > 1_000 {
        return Err(ChallengeError::TooLong);
    }
    let authority = holder.authority();
    let told = store::rule(tx, rule)?.filter(|told| told.authority == authority).ok_or(ChallengeError::AnotherRule)?;
    if let Some(open) = store::open_challenge(tx, holder.budget(), service, rule)? {
        return Ok(open);
    }
    let within = settings::setting(tx, authority, Setting::AnswerChallengesWithinDays)?;
    let challenge = Challenge {
        id: SpendingChallengeId::new(),
        authority_id: authority,
        rule_id: rule,
        budget_id: holder.budget(),
        person_id: holder.person(),
        service_id: service,
        words: words.to_owned(),
        raised_by: holder.who().person(),
        raised_at: now,
        due_on: working_days_after(day(now), within),
        state: ChallengeState::Open,
        answered_by: None,
        answered_at: None,
        reason: None,
    };
    store::insert_challenge(tx, &challenge)?;
    let subject = (What::Challenge, challenge.id.as_str());
    let raised = (Deed::Raised, Why::ForOneself);
    audit::record(tx, &[Entry::new(holder, raised, challenge.person_id, subject, now)])?;
    letters::tell_the_authority(tx, &challenge, &told, public_url, now).map_err(ChallengeError::Letter)?;
    letters::tell_the_person_it_arrived(tx, &challenge, &told, public_url, now).map_err(ChallengeError::Letter)?;
    Ok(challenge)
}

/// Answers a challenge, with a reason; the person gets a letter.
#[tracing::instrument(skip_all, fields(challenge.id = %id))]
pub fn answer(
    tx: &mut Conn,
    practitioner: &Practitioner,
    id: SpendingChallengeId,
    allowed: bool,
    reason: &str,
    public_url: &str,
    now: UtcTime,
) -> Result<Challenge, ChallengeError> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(ChallengeError::NoReason);
    }
    if reason.chars().count() > 1_000 {
        return Err(ChallengeError::TooLong);
    }
    let challenge = store::lock_challenge(tx, practitioner, id)?;
    if challenge.state != ChallengeState::Open {
        return Err(ChallengeError::Answered);
    }
    let answered = Challenge {
        state: if allowed { ChallengeState::Allowed } else { ChallengeState::NotAllowed },
        answered_by: Some(practitioner.who().person()),
        answered_at: Some(now),
        reason: Some(reason.to_owned()),
        ..challenge
    };
    store::save_answer(tx, &answered)?;
    let subject = (What::Challenge, answered.id.as_str());
    let done = (Deed::Answered, Why::ToAnswerIt);
    audit::record(tx, &[Entry::new(practitioner, done, answered.person_id, subject, now)])?;
    let told = store::rule(tx, answered.rule_id)?.ok_or(diesel::result::Error::NotFound)?;
    letters::tell_the_person(tx, &answered, &told, public_url, now).map_err(ChallengeError::Letter)?;
    Ok(answered)
}

/// "It should be answered by 27 May 2026." or that it is overdue.
#[must_use]
pub(super) fn due_words(challenge: &Challenge, today: NaiveDate) -> String {
    if challenge.is_overdue(today) {
        format!("This should have been answered by {}. The council is reminded each day.", long_date(challenge.due_on))
    } else {
        format!("The council answers by {}.", long_date(challenge.due_on))
    }
}
