//! The noun: what stands in a plan. Pure.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::text_enum;
use crate::error::FieldError;
use crate::ids::{CostOptionId, ServiceId};
use crate::money::Money;

use super::costing::Rhythm;

/// The most entries of each part.
pub(super) const MOST: usize = 40;
/// The longest answer in own words, and the longest line.
const LONG: usize = 4_000;
const SHORT: usize = 200;
/// The dearest thing: £100,000.
pub(super) const DEAREST: i64 = 10_000_000;

text_enum! {
    /// How heavy a risk is: it decides how soon the plan is reviewed.
    #[derive(Default)]
    pub enum RiskLevel {
        /// Seldom, or soon put right.
        #[default]
        Low = "low",
        /// Now and then, or some harm.
        Medium = "medium",
        /// Often, or serious harm.
        High = "high",
    }
}

text_enum! {
    /// The parts of a plan that hold several entries.
    #[schema(as = PlanPart)]
    pub enum Part {
        /// What the person wants to be different.
        Outcomes = "outcomes",
        /// What could go wrong, and what is done about it.
        Risks = "risks",
        /// People, and what they bring.
        Circle = "circle",
        /// What they want to buy or arrange.
        Lines = "lines",
    }
}

/// Everything that stands in a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PlanContent {
    /// What matters to the person, in their words.
    pub matters: String,
    /// What they want to be different.
    pub outcomes: Vec<Outcome>,
    /// What could go wrong.
    pub risks: Vec<Risk>,
    /// Who is around them.
    pub circle: Vec<CirclePerson>,
    /// What they want to buy or arrange.
    pub lines: Vec<Line>,
    /// Kept in the year for what nobody foresees.
    pub contingency_pence: Money,
    /// What it may be for.
    pub contingency_for: String,
    /// The first day of the plan's year; none until somebody says so.
    pub starts_on: Option<NaiveDate>,
}

/// What somebody wants to be different.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = PlanOutcome)]
pub struct Outcome {
    /// Its name within the plan.
    pub key: String,
    /// In their words: "I want to swim once a week".
    pub words: String,
    /// How they will know.
    pub sign: String,
}

/// What could go wrong, and what is done about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Risk {
    /// Its name within the plan.
    pub key: String,
    /// What could go wrong.
    pub words: String,
    /// What is done about it.
    pub handling: String,
    /// How heavy it is.
    pub level: RiskLevel,
}

/// Somebody of the circle.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CirclePerson {
    /// Its name within the plan.
    pub key: String,
    /// Their name.
    pub name: String,
    /// Who they are: sister, neighbour, minister.
    pub relation: String,
    /// What they bring: what they like to do, and can.
    pub brings: String,
}

/// Something that somebody wants to buy or arrange.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Line {
    /// Its name within the plan.
    pub key: String,
    /// What: the name of a service, or own words ("I would like to buy…").
    pub words: String,
    /// The service of the catalogue; none for own words.
    #[schema(value_type = Option<String>)]
    pub service_id: Option<ServiceId>,
    /// Which of its prices.
    #[schema(value_type = Option<String>)]
    pub cost_option_id: Option<CostOptionId>,
    /// Who offers it.
    pub provider: String,
    /// What is counted: "hour", "session", "month".
    pub unit: String,
    /// How often.
    pub rhythm: Rhythm,
    /// How many each time.
    pub quantity: i32,
    /// The price of one.
    pub price_pence: Money,
    /// Whether it costs nothing.
    pub is_free: bool,
    /// Which outcome it is for.
    pub outcome: String,
    /// Anything else.
    pub note: String,
}

impl Line {
    /// What it costs each week, month or once.
    #[must_use]
    pub fn amount(&self) -> Money {
        self.price_pence.times(self.quantity).unwrap_or_default()
    }
}

impl PlanContent {
    /// The heaviest of its risks.
    #[must_use]
    pub fn risk(&self) -> RiskLevel {
        self.risks.iter().map(|risk| risk.level).max().unwrap_or_default()
    }

    /// The words of an outcome, or nothing.
    #[must_use]
    pub fn outcome(&self, key: &str) -> &str {
        self.outcomes.iter().find(|outcome| outcome.key == key).map_or("", |outcome| outcome.words.as_str())
    }

    /// What a comment or a review is about: the words of an entry by its name.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&str> {
        let outcomes = self.outcomes.iter().map(|each| (&each.key, &each.words));
        let risks = self.risks.iter().map(|each| (&each.key, &each.words));
        let circle = self.circle.iter().map(|each| (&each.key, &each.name));
        let lines = self.lines.iter().map(|each| (&each.key, &each.words));
        let found = outcomes.chain(risks).chain(circle).chain(lines).find(|(each, _)| *each == key);
        found.map(|(_, words)| words.as_str())
    }

    /// A name within the plan that is not taken: "line-3".
    #[must_use]
    pub fn fresh_key(&self, stem: &str) -> String {
        let taken = self.keys().count();
        (1..=2 * taken + 2)
            .map(|number| format!("{stem}-{number}"))
            .find(|key| self.entry(key).is_none() && !self.keys().any(|each| each == key))
            .unwrap_or_default()
    }

    fn keys(&self) -> impl Iterator<Item = &String> {
        let outcomes = self.outcomes.iter().map(|each| &each.key);
        let risks = self.risks.iter().map(|each| &each.key);
        outcomes
            .chain(risks)
            .chain(self.circle.iter().map(|each| &each.key))
            .chain(self.lines.iter().map(|each| &each.key))
    }

    /// Everything that cannot stay as it is. The fields are named after the parts of the forms.
    #[must_use]
    pub fn problems(&self) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        let mut say = |field: &str, message: String| wrong.push(FieldError::new(field, message));
        if self.matters.chars().count() > LONG {
            say("matters", "Shorten this to 4,000 letters or fewer.".into());
        }
        for (part, number) in [
            ("outcomes", self.outcomes.len()),
            ("risks", self.risks.len()),
            ("circle", self.circle.len()),
            ("lines", self.lines.len()),
        ] {
            if number > MOST {
                say(part, format!("There may be at most {MOST} of these."));
            }
        }
        let mut keys = BTreeSet::new();
        if self.keys().any(|key| !is_key(key) || !keys.insert(key)) {
            say("", "Each entry needs a short name of its own: small letters, digits and dashes.".into());
        }
        if !(0..=DEAREST).contains(&self.contingency_pence.as_pence()) {
            say("contingency", "Keep between £0 and £100,000.".into());
        }
        if self.contingency_for.chars().count() > LONG {
            say("contingency_for", "Shorten this to 4,000 letters or fewer.".into());
        }
        for outcome in &self.outcomes {
            wrong.extend(outcome.problems());
        }
        for risk in &self.risks {
            wrong.extend(risk.problems());
        }
        for person in &self.circle {
            wrong.extend(person.problems());
        }
        for line in &self.lines {
            wrong.extend(line.problems());
            if !line.outcome.is_empty() && self.outcome(&line.outcome).is_empty() {
                wrong.push(FieldError::new("outcome", "Choose one of the outcomes of this plan."));
            }
        }
        wrong
    }

    /// What is missing before it can be handed over.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let missing = [
            (self.matters.trim().is_empty(), "what matters to me"),
            (self.outcomes.is_empty(), "at least one outcome"),
            (self.lines.is_empty(), "at least one thing to buy or arrange"),
            (self.starts_on.is_none(), "the day on which it begins"),
        ];
        missing.into_iter().filter(|(is_missing, _)| *is_missing).map(|(_, what)| what).collect()
    }
}

fn is_key(key: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    (1..=40).contains(&key.len()) && key.chars().all(plain)
}

fn needed(wrong: &mut Vec<FieldError>, field: &str, text: &str, most: usize, what: &str) {
    let letters = text.trim().chars().count();
    if letters == 0 {
        wrong.push(FieldError::new(field, format!("Say {what}.")));
    } else if letters > most {
        wrong.push(FieldError::new(field, format!("Shorten this to {most} letters or fewer.")));
    }
}

fn short(wrong: &mut Vec<FieldError>, field: &str, text: &str, most: usize) {
    if text.chars().count() > most {
        wrong.push(FieldError::new(field, format!("Shorten this to {most} letters or fewer.")));
    }
}

impl Outcome {
    pub(super) fn problems(&self) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        needed(&mut wrong, "words", &self.words, 500, "what you would like to be different");
        short(&mut wrong, "sign", &self.sign, 500);
        wrong
    }
}

impl Risk {
    pub(super) fn problems(&self) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        needed(&mut wrong, "words", &self.words, 500, "what could go wrong");
        needed(&mut wrong, "handling", &self.handling, 1_000, "what is done about it");
        wrong
    }
}

impl CirclePerson {
    pub(super) fn problems(&self) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        needed(&mut wrong, "name", &self.name, SHORT, "who it is");
        short(&mut wrong, "relation", &self.relation, SHORT);
        short(&mut wrong, "brings", &self.brings, 1_000);
        wrong
    }
}

impl Line {
    pub(super) fn problems(&self) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        needed(&mut wrong, "words", &self.words, SHORT, "what you would like to buy or arrange");
        short(&mut wrong, "note", &self.note, 1_000);
        short(&mut wrong, "unit", &self.unit, 40);
        short(&mut wrong, "provider", &self.provider, SHORT);
        if !(1..=999).contains(&self.quantity) {
            wrong.push(FieldError::new("quantity", "Say how many each time: a whole number from 1 to 999."));
        }
        let price = self.price_pence.as_pence();
        if self.is_free && price != 0 {
            wrong.push(FieldError::new("price", "What is free has no price. Leave the price out, or untick free."));
        }
        if !self.is_free && price == 0 {
            wrong.push(FieldError::new("price", "Say what one costs, or tick that it is free."));
        }
        if !(0..=DEAREST).contains(&price) {
            wrong.push(FieldError::new("price", "Enter a price from £0.01 to £100,000."));
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Line {
        Line {
            key: "line-1".into(),
            words: "Swimming".into(),
            quantity: 1,
            price_pence: Money::pence(650),
            ..Line::default()
        }
    }

    fn fields(wrong: &[FieldError]) -> Vec<&str> {
        wrong.iter().map(|each| each.field.as_str()).collect()
    }

    #[test]
    fn a_line_has_a_price_or_is_free() {
        assert!(line().problems().is_empty());
        assert_eq!(fields(&Line { price_pence: Money::ZERO, ..line() }.problems()), ["price"]);
        assert!(Line { price_pence: Money::ZERO, is_free: true, ..line() }.problems().is_empty());
        assert_eq!(fields(&Line { is_free: true, ..line() }.problems()), ["price"]);
        assert_eq!(fields(&Line { price_pence: Money::pence(-1), ..line() }.problems()), ["price"]);
        assert_eq!(fields(&Line { quantity: 0, ..line() }.problems()), ["quantity"]);
        assert_eq!(fields(&Line { words: " ".into(), ..line() }.problems()), ["words"]);
    }

    #[test]
    fn names_within_a_plan_are_fresh_and_their_own() {
        let mut content = PlanContent { lines: vec![line()], ..PlanContent::default() };
        assert_eq!(content.fresh_key("line"), "line-2");
        content.lines.push(line());
        assert_eq!(content.problems().len(), 1);
        content.lines[1] = Line { key: "line-2".into(), outcome: "outcome-1".into(), ..line() };
        assert_eq!(fields(&content.problems()), ["outcome"]);
    }

    #[test]
    fn the_heaviest_risk_counts() {
        let risk = |level| Risk { level, ..Risk::default() };
        let content =
            PlanContent { risks: vec![risk(RiskLevel::Medium), risk(RiskLevel::Low)], ..PlanContent::default() };
        assert_eq!(content.risk(), RiskLevel::Medium);
        assert_eq!(PlanContent::default().risk(), RiskLevel::Low);
    }
}
