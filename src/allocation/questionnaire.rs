//! The noun: what an authority asks, and what answers are worth. Pure.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::UtcTime;
use crate::db::text_enum;
use crate::error::FieldError;
use crate::ids::{AuthorityId, QuestionnaireId};

/// The most questions, and the most answers to choose from.
const MOST_QUESTIONS: usize = 60;
const MOST_OPTIONS: usize = 12;
/// The most points of one answer, and the dearest point.
const MOST_POINTS: i32 = 1_000;
const DEAREST_POINT: i64 = 100_000;

text_enum! {
    /// How a question is answered.
    #[derive(Default)]
    pub enum QuestionKind {
        /// One of some answers.
        #[default]
        OneOf = "one of",
        /// Any of some answers.
        SomeOf = "some of",
        /// A whole number.
        Number = "number",
        /// In own words; earns no points.
        Words = "own words",
    }
}

text_enum! {
    /// How far a version has come.
    pub enum QuestionnaireState {
        /// Still being written.
        Draft = "draft",
        /// Published: it stays as it is.
        Published = "published",
    }
}

/// What an authority asks, and what answers are worth.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Questionnaire {
    /// Its name: "What help do I need?"
    pub name: String,
    /// What is said before the first question.
    #[serde(default)]
    pub introduction: String,
    /// In the order in which they are asked.
    pub questions: Vec<Question>,
    /// What a point is worth each week, from so many points on.
    pub prices: Vec<PriceBand>,
    /// What else changes the amount.
    #[serde(default)]
    pub adjustments: Vec<Adjustment>,
    /// The week's amount is rounded to a multiple of so many pence, half upwards: 1, 10, 100, 500 or 1000.
    pub round_to_pence: i64,
}

/// One question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its name, the same in every version where it means the same.
    pub key: String,
    /// What it is about: "Your home".
    #[serde(default)]
    pub topic: String,
    /// The question.
    pub text: String,
    /// What helps to answer it.
    #[serde(default)]
    pub help: String,
    /// How it is answered.
    pub kind: QuestionKind,
    /// What there is to choose from.
    #[serde(default)]
    pub options: Vec<AnswerOption>,
    /// The largest number.
    #[serde(default)]
    pub most: i32,
    /// The points of each one of a number.
    #[serde(default)]
    pub points_each: i32,
    /// Whether there has to be an answer.
    #[serde(default = "yes")]
    pub required: bool,
}

fn yes() -> bool {
    true
}

/// One answer to choose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerOption {
    /// Its name within the question.
    pub key: String,
    /// What a person reads.
    pub label: String,
    /// What it is worth.
    pub points: i32,
}

/// What a point is worth each week, from so many points on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceBand {
    /// The first point with this price.
    pub from_points: i32,
    /// The price of one point for one week.
    pub pence_per_point: i64,
}

/// What changes the amount when somebody gives a certain answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    /// Its name.
    pub key: String,
    /// What the working says: "Family and friends give about half of it".
    pub label: String,
    /// Which question.
    pub question: String,
    /// Which of its answers.
    pub answer: String,
    /// So many percent of what the points are worth, less (below nought) or more.
    #[serde(default)]
    pub percent: i32,
    /// So many pence a week, less (below nought) or more.
    #[serde(default)]
    pub weekly_pence: i64,
}

/// One version of an authority's questionnaire.
#[derive(Clone, Debug)]
pub struct Version {
    /// Which.
    pub id: QuestionnaireId,
    /// Whose.
    pub authority: AuthorityId,
    /// 1, 2, 3 …
    pub number: i32,
    /// How far it has come.
    pub state: QuestionnaireState,
    /// What it asks.
    pub content: Questionnaire,
    /// Its first day.
    pub effective_from: Option<NaiveDate>,
    /// The day after its last; none: until another begins.
    pub effective_until: Option<NaiveDate>,
    /// When it was last changed.
    pub changed_at: UtcTime,
}

impl Version {
    /// Whether it holds on this day.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.state == QuestionnaireState::Published
            && self.effective_from.is_some_and(|from| from <= day)
            && self.effective_until.is_none_or(|until| day < until)
    }
}

impl Questionnaire {
    /// The question of this name.
    #[must_use]
    pub fn question(&self, key: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.key == key)
    }

    /// Everything that cannot stay as it is; the fields are named after what they are about.
    #[must_use]
    pub fn problems(&self) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        let mut say = |field: &str, message: String| wrong.push(FieldError::new(field, message));
        if !within(&self.name, 1, 120) {
            say("name", "Give it a name of up to 120 letters.".into());
        }
        if self.introduction.chars().count() > 2_000 {
            say("introduction", "Shorten the introduction to 2,000 letters or fewer.".into());
        }
        if self.questions.is_empty() || self.questions.len() > MOST_QUESTIONS {
            say("questions", format!("Ask between 1 and {MOST_QUESTIONS} questions."));
        }
        let mut keys = BTreeSet::new();
        for question in &self.questions {
            if !is_key(&question.key) || !keys.insert(question.key.as_str()) {
                say("questions", format!("Give each question a short name of its own: {:?} is not one.", question.key));
            }
            for problem in question.problems() {
                say("questions", format!("\u{201c}{}\u{201d}: {problem}", question.text));
            }
        }
        for problem in self.price_problems() {
            say("prices", problem);
        }
        for problem in self.adjustment_problems() {
            say("adjustments", problem);
        }
        if ![1, 10, 100, 500, 1_000].contains(&self.round_to_pence) {
            say("round_to_pence", "Choose what to round to: a penny, 10p, £1, £5 or £10.".into());
        }
        wrong
    }

    fn price_problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.prices.first().is_none_or(|band| band.from_points != 1) || self.prices.len() > 12 {
            problems.push("Say what the first point is worth, and at most 12 prices.".into());
        }
        if self.prices.windows(2).any(|pair| pair[0].from_points >= pair[1].from_points) {
            problems.push("Each price begins at more points than the one before.".into());
        }
        if self.prices.iter().any(|band| !(0..=DEAREST_POINT).contains(&band.pence_per_point)) {
            problems.push("The price of a point is from £0 to £1,000 a week.".into());
        }
        problems
    }

    fn adjustment_problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut keys = BTreeSet::new();
        if self.adjustments.len() > 40 {
            problems.push("There may be at most 40 adjustments.".into());
        }
        for each in &self.adjustments {
            let known = self
                .question(&each.question)
                .is_some_and(|question| question.options.iter().any(|option| option.key == each.answer));
            if !known {
                problems.push(format!("\u{201c}{}\u{201d} follows an answer that there is not.", each.label));
            }
            if !is_key(&each.key) || !keys.insert(each.key.as_str()) || !within(&each.label, 1, 200) {
                problems.push(format!("Give \u{201c}{}\u{201d} a short name of its own, and words.", each.label));
            }
            if !(-100..=100).contains(&each.percent) || !(-100_000..=100_000).contains(&each.weekly_pence) {
                problems.push(format!(
                    "\u{201c}{}\u{201d} changes the amount by at most 100 percent and £1,000 a week.",
                    each.label
                ));
            }
        }
        problems
    }
}

impl Question {
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if !within(&self.text, 1, 300) || self.help.chars().count() > 600 || self.topic.chars().count() > 80 {
            problems.push("a question has up to 300 letters, its help 600, its topic 80.".into());
        }
        let chosen = matches!(self.kind, QuestionKind::OneOf | QuestionKind::SomeOf);
        let least = if self.kind == QuestionKind::OneOf { 2 } else { 1 };
        if chosen && !(least..=MOST_OPTIONS).contains(&self.options.len()) {
            problems.push(format!("offer between {least} and {MOST_OPTIONS} answers."));
        }
        if !chosen && !self.options.is_empty() {
            problems.push("a number or own words have no answers to choose from.".into());
        }
        let mut keys = BTreeSet::new();
        for option in &self.options {
            if !is_key(&option.key) || !keys.insert(option.key.as_str()) || !within(&option.label, 1, 200) {
                problems.push("give each answer words and a short name of its own.".into());
            }
            if !(0..=MOST_POINTS).contains(&option.points) {
                problems.push(format!("points are from 0 to {MOST_POINTS}, never below nought."));
            }
        }
        if self.kind == QuestionKind::Number && !(1..=MOST_POINTS).contains(&self.most) {
            problems.push(format!("say what the largest number is, from 1 to {MOST_POINTS}."));
        }
        if !(0..=MOST_POINTS).contains(&self.points_each) {
            problems.push(format!("points are from 0 to {MOST_POINTS}, never below nought."));
        }
        problems
    }
}

fn within(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.trim().chars().count())
}

/// A short name: small letters, digits and dashes.
pub(super) fn is_key(key: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    (1..=40).contains(&key.len()) && key.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::standard;

    fn wrong(change: impl FnOnce(&mut Questionnaire)) -> Vec<String> {
        let mut content = standard();
        change(&mut content);
        content.problems().into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn the_standard_questionnaire_is_sound() {
        assert_eq!(standard().problems(), []);
    }

    #[test]
    fn points_below_nought_are_refused() {
        let said = wrong(|content| content.questions[1].options[1].points = -1);
        assert!(said[0].contains("never below nought"), "{said:?}");
        let said = wrong(|content| content.questions[4].points_each = -3);
        assert!(said[0].contains("never below nought"), "{said:?}");
    }

    #[test]
    fn prices_begin_at_the_first_point_and_go_up_in_order() {
        assert_eq!(wrong(|content| content.prices[0].from_points = 2).len(), 1);
        assert_eq!(wrong(|content| content.prices.swap(1, 2)).len(), 1);
        assert_eq!(wrong(|content| content.prices[1].pence_per_point = -1).len(), 1);
        assert_eq!(wrong(|content| content.prices.clear()).len(), 1);
    }

    #[test]
    fn an_adjustment_follows_an_answer_that_there_is() {
        assert_eq!(wrong(|content| content.adjustments[0].answer = "nobody".into()).len(), 1);
        assert_eq!(wrong(|content| content.adjustments[0].percent = -101).len(), 1);
        assert_eq!(wrong(|content| content.round_to_pence = 7).len(), 1);
        assert!(!wrong(|content| content.questions[1].key = "Washing".into()).is_empty());
        assert!(!wrong(|content| content.questions[1].options.truncate(1)).is_empty());
    }
}
