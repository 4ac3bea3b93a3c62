//! The verbs: an authority sets a rule, and ends one.

use chrono::{Days, NaiveDate};

use crate::catalogue::Kind;
use crate::catalogue::taxonomy::Taxonomy;
use crate::clock::{UtcTime, day};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::AuthorityAdministrator;
use crate::ids::SpendingRuleId;
use crate::money::Money;
use crate::providers::typed;

use super::rule::{LimitPer, Says};
use super::store;

/// A rule to be set, as it was typed.
#[derive(Clone, Debug, Default)]
pub struct NewRule {
    /// A category, or nothing.
    pub category: String,
    /// A kind of service, or nothing.
    pub kind: String,
    /// allowed, needs a question, not allowed.
    pub says: String,
    /// What it asks.
    pub question: String,
    /// In pounds.
    pub limit: String,
    /// purchase, week, budget.
    pub limit_per: String,
    /// The rule in plain words.
    pub words: String,
    /// On what ground.
    pub ground: String,
    /// From when on.
    pub from_on: String,
}

/// A rule that was checked.
#[derive(Clone, Debug)]
pub struct CheckedRule {
    pub(super) category: Option<String>,
    pub(super) kind: Option<Kind>,
    pub(super) says: Says,
    pub(super) question: Option<String>,
    pub(super) limit: Option<(Money, LimitPer)>,
    pub(super) words: String,
    pub(super) ground: String,
    pub(super) from_on: NaiveDate,
}

impl CheckedRule {
    /// The same rule with an earlier first day: for what an authority has brought along, and for the demo town.
    #[must_use]
    pub fn beginning_on(self, from_on: NaiveDate) -> Self {
        Self { from_on, ..self }
    }
}

/// Why a rule was not set or ended.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// It has ended already.
    #[error("this rule has ended already")]
    Ended,
    /// A last day that was.
    #[error("choose a last day that is today or later, and not before the rule begins")]
    InThePast,
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<SetError> for AppError {
    fn from(error: SetError) -> Self {
        match error {
            SetError::Database(cause) => cause.into(),
            SetError::Ended => Self::refused("rule-ended", error),
            SetError::InThePast => {
                let message = "Choose a last day that is today or later, and not before the rule begins.";
                Self::invalid(vec![FieldError::new("ends_on", message)])
            }
        }
    }
}

impl NewRule {
    /// Checks everything that was typed: rules begin today or later, so that nobody is judged by one that they could not read.
    pub fn checked(&self, taxonomy: &Taxonomy, today: NaiveDate) -> Result<CheckedRule, AppError> {
        let mut wrong = Vec::new();
        let category = Some(self.category.trim().to_owned()).filter(|text| !text.is_empty());
        if category.as_ref().is_some_and(|id| taxonomy.term(id).is_none_or(|term| term.taxonomy != "category")) {
            wrong.push(FieldError::new("category", "Choose a category of the list."));
        }
        let kind: Option<Kind> = match self.kind.trim() {
            "" => None,
            kind => kind.parse().ok().or_else(|| {
                wrong.push(FieldError::new("kind", "Choose a kind of the list."));
                None
            }),
        };
        if category.is_some() && kind.is_some() {
            wrong.push(FieldError::new("kind", "Choose a category or a kind, not both."));
        }
        let says: Option<Says> = self.says.trim().parse().ok();
        if says.is_none() {
            wrong.push(FieldError::new("says", "Choose what the rule says."));
        }
        let mut words = |field: &str, text: &str, most: usize, missing: &str| {
            let tidy = typed::line(text, most, "This").unwrap_or_else(|why| {
                wrong.push(FieldError::new(field, why));
                "-".into()
            });
            if tidy.is_empty() {
                wrong.push(FieldError::new(field, missing));
            }
            tidy
        };
        let rule = words("words", &self.words, 300, "Say the rule in plain words.");
        let ground = words("ground", &self.ground, 500, "Say on what ground it stands: people will read it.");
        let question = match says {
            Some(Says::NeedsQuestion) => {
                Some(words("question", &self.question, 200, "Write the one question that is asked."))
            }
            _ => None,
        };
        let limit = self.limit_checked(says, &mut wrong);
        let from_on = match self.from_on.trim() {
            "" => today,
            typed => typed.parse().unwrap_or_else(|_no_day| {
                wrong.push(FieldError::new("from_on", "Enter a day, such as 31/3/2027."));
                today
            }),
        };
        if from_on < today || from_on > today + Days::new(366 * 3) {
            wrong.push(FieldError::new("from_on", "Choose a first day that is today or later, within three years."));
        }
        let Some(says) = says.filter(|_| wrong.is_empty()) else { return Err(AppError::invalid(wrong)) };
        Ok(CheckedRule { category, kind, says, question, limit, words: rule, ground, from_on })
    }

    fn limit_checked(&self, says: Option<Says>, wrong: &mut Vec<FieldError>) -> Option<(Money, LimitPer)> {
        if self.limit.trim().is_empty() {
            return None;
        }
        if says.is_some_and(|says| says != Says::Allowed) {
            wrong.push(FieldError::new("limit", "A limit belongs to what is allowed: choose \u{201c}allowed\u{201d}."));
            return None;
        }
        let amount = typed::pounds(&self.limit).map(Money::pence);
        let per: Option<LimitPer> = self.limit_per.trim().parse().ok();
        match (amount, per) {
            (Ok(amount), Some(per)) if amount > Money::ZERO => return Some((amount, per)),
            (Ok(_), Some(_)) => wrong.push(FieldError::new("limit", "Enter an amount above nothing.")),
            (Err(why), _) => wrong.push(FieldError::new("limit", why)),
            (_, None) => wrong.push(FieldError::new("limit_per", "Choose what the limit is counted by.")),
        }
        None
    }
}

/// Sets a rule for the administrator's authority.
#[tracing::instrument(skip_all, fields(authority.id = %administrator.authority()))]
pub fn set(
    tx: &mut Conn,
    administrator: &AuthorityAdministrator,
    rule: &CheckedRule,
    now: UtcTime,
) -> Result<SpendingRuleId, SetError> {
    Ok(store::insert(tx, administrator.authority(), administrator.who().person(), rule, now)?)
}

/// Ends a rule of the administrator's authority with a last day: today or later; one that has not begun never holds.
#[tracing::instrument(skip_all, fields(rule.id = %rule))]
pub fn end(
    tx: &mut Conn,
    administrator: &AuthorityAdministrator,
    rule: SpendingRuleId,
    last_day: NaiveDate,
    now: UtcTime,
) -> Result<(), SetError> {
    let (from_on, ended) = store::lock_rule(tx, administrator.authority(), rule)?;
    if ended {
        return Err(SetError::Ended);
    }
    if last_day < day(now) || last_day < from_on {
        return Err(SetError::InThePast);
    }
    Ok(store::end(tx, rule, last_day, administrator.who().person(), now)?)
}
