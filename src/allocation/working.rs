//! The noun: from answers to money, line by line. Pure.
//!
//! Points are added up. Each point has the price of its own band (as with income tax, nobody loses by one point more).
//! Adjustments by percent are all of what the points are worth, so that their order does not matter; then come those in
//! pounds. The amount is never below nought, and is rounded by the authority's own rule, half upwards.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::text_enum;
use crate::money::Money;

use super::assessment::{Answer, Answers};
use super::questionnaire::{Question, QuestionKind, Questionnaire};

text_enum! {
    /// What a line of the working does.
    pub enum LineKind {
        /// Points for an answer.
        Points = "points",
        /// Points at their price.
        Price = "price",
        /// More or less for another reason.
        Adjustment = "adjustment",
        /// The rounding.
        Rounding = "rounding",
    }
}

/// One line of the working.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkingLine {
    /// What it does.
    pub kind: LineKind,
    /// What it is about.
    pub about: String,
    /// The answer, or how the line was reckoned.
    pub detail: String,
    /// Its points.
    pub points: i64,
    /// Its pence a week; below nought for less.
    pub pence: i64,
}

/// How an indicative budget was worked out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Working {
    /// In order.
    pub lines: Vec<WorkingLine>,
    /// All points.
    pub points: i64,
    /// The indicative budget a week.
    pub weekly_pence: Money,
}

/// What so much a week comes to in a year of so many days: a leap year has a day more.
#[must_use]
pub fn a_year_of(weekly: Money, days: i64) -> Money {
    Money::pence(part(weekly.as_pence(), days, 7))
}

/// `amount × numerator ÷ denominator`, rounded half away from nought.
pub(crate) fn part(amount: i64, numerator: i64, denominator: i64) -> i64 {
    let (product, denominator) = (i128::from(amount) * i128::from(numerator), i128::from(denominator.max(1)));
    let half = if product < 0 { -denominator / 2 } else { denominator / 2 };
    i64::try_from((product + half) / denominator).unwrap_or(i64::MAX)
}

/// Works out the indicative budget of one set of answers.
#[must_use]
pub fn work_out(questionnaire: &Questionnaire, answers: &Answers) -> Working {
    let mut lines = Vec::new();
    let mut points = 0;
    for question in &questionnaire.questions {
        let Some(answer) = answers.get(&question.key) else { continue };
        let worth = points_of(question, answer);
        if question.kind != QuestionKind::Words {
            points += worth;
            lines.push(line(LineKind::Points, question.text.clone(), told(question, answer), worth, 0));
        }
    }
    let mut worth = 0;
    for (index, band) in questionnaire.prices.iter().enumerate() {
        let first = i64::from(band.from_points);
        let next = questionnaire.prices.get(index + 1).map_or(i64::MAX, |next| i64::from(next.from_points));
        let here = points.min(next - 1) - (first - 1);
        if here > 0 {
            let pence = here.saturating_mul(band.pence_per_point);
            worth += pence;
            let price = Money::pence(band.pence_per_point);
            let about = match (here, first) {
                (1, _) => format!("Point {first}"),
                _ => format!("Points {first} to {}", first + here - 1),
            };
            lines.push(line(LineKind::Price, about, format!("{here} × {price} a week"), here, pence));
        }
    }
    let mut weekly = worth;
    for each in &questionnaire.adjustments {
        if !answers.get(&each.question).is_some_and(|answer| answer.choices.contains(&each.answer)) {
            continue;
        }
        let pence = part(worth, i64::from(each.percent), 100) + each.weekly_pence;
        let detail = match (each.percent, each.weekly_pence) {
            (0, _) => "a week".to_owned(),
            (percent, _) => format!("{} of {}", signed(percent), Money::pence(worth)),
        };
        weekly += pence;
        lines.push(line(LineKind::Adjustment, each.label.clone(), detail, 0, pence));
    }
    let kept = weekly.max(0);
    let step = questionnaire.round_to_pence.max(1);
    let rounded = (kept + step / 2) / step * step;
    if rounded != weekly {
        let detail = format!("to the nearest {}, and never below nought", Money::pence(step));
        lines.push(line(LineKind::Rounding, "Rounding".into(), detail, 0, rounded - weekly));
    }
    Working { lines, points, weekly_pence: Money::pence(rounded) }
}

fn signed(percent: i32) -> String {
    if percent < 0 { format!("−{}%", -percent) } else { format!("+{percent}%") }
}

fn line(kind: LineKind, about: String, detail: String, points: i64, pence: i64) -> WorkingLine {
    WorkingLine { kind, about, detail, points, pence }
}

fn points_of(question: &Question, answer: &Answer) -> i64 {
    match question.kind {
        QuestionKind::Words => 0,
        QuestionKind::Number => i64::from(answer.number.unwrap_or(0)) * i64::from(question.points_each),
        QuestionKind::OneOf | QuestionKind::SomeOf => question
            .options
            .iter()
            .filter(|option| answer.choices.contains(&option.key))
            .map(|option| i64::from(option.points))
            .sum(),
    }
}

/// An answer in words.
#[must_use]
pub(super) fn told(question: &Question, answer: &Answer) -> String {
    match question.kind {
        QuestionKind::Words => answer.words.clone(),
        QuestionKind::Number => answer.number.map(|number| number.to_string()).unwrap_or_default(),
        QuestionKind::OneOf | QuestionKind::SomeOf => {
            let chosen = question.options.iter().filter(|option| answer.choices.contains(&option.key));
            let labels: Vec<&str> = chosen.map(|option| option.label.as_str()).collect();
            if labels.is_empty() { "None of these".into() } else { labels.join("; ") }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::{AnsweredAs, standard};
    use crate::ids::PersonId;
    use proptest::prelude::*;

    fn chose(key: &str) -> Answer {
        Answer { choices: vec![key.into()], ..nothing() }
    }

    fn nothing() -> Answer {
        Answer {
            choices: Vec::new(),
            number: None,
            words: String::new(),
            given_by: PersonId::named("Amira"),
            given_as: AnsweredAs::Themselves,
        }
    }

    fn answers(list: &[(&str, Answer)]) -> Answers {
        list.iter().map(|(key, answer)| ((*key).to_owned(), answer.clone())).collect()
    }

    /// By hand: washing 10 + eating 8 + two nights 6 + safe 4 = 28 points. 20 × £4.20 = £84, 8 × £6.10 = £48.80: £132.80.
    /// A little from family −10 % = −£13.28; no bus +£12: £131.52, rounded to £132.
    #[test]
    fn a_week_worked_by_hand() {
        let working = work_out(
            &standard(),
            &answers(&[
                ("washing", chose("daily")),
                ("eating", chose("daily")),
                ("nights", Answer { number: Some(2), ..nothing() }),
                ("safe", chose("hours")),
                ("carer", chose("little")),
                ("travel", chose("no")),
            ]),
        );
        assert_eq!(working.points, 28);
        let pence: Vec<i64> = working.lines.iter().map(|line| line.pence).filter(|pence| *pence != 0).collect();
        assert_eq!(pence, [8_400, 4_880, -1_328, 1_200, 48]);
        assert_eq!(working.weekly_pence, Money::pounds(132));
        assert_eq!(a_year_of(working.weekly_pence, 365), Money::pence(688_286)); // 13,200 × 365 ÷ 7 = 688,285.7
        assert_eq!(a_year_of(working.weekly_pence, 366), Money::pence(690_171)); // a leap year has £18.85 more
    }

    #[test]
    fn each_rounding_rule_rounds_half_upwards() {
        for (step, expected) in [(1, 250), (10, 250), (100, 300), (500, 500), (1_000, 0)] {
            let mut content = standard();
            content.round_to_pence = step;
            content.prices = vec![crate::allocation::PriceBand { from_points: 1, pence_per_point: 25 }];
            let working = work_out(&content, &answers(&[("washing", chose("daily"))]));
            assert_eq!(working.weekly_pence, Money::pence(expected), "rounded to {step}");
        }
    }

    #[test]
    fn nobody_falls_below_nought() {
        let mut content = standard();
        content.adjustments[0].weekly_pence = -50_000;
        let working = work_out(&content, &answers(&[("carer", chose("little"))]));
        assert_eq!(working.weekly_pence, Money::ZERO);
        assert_eq!(working.lines.iter().map(|line| line.pence).sum::<i64>(), 0);
    }

    proptest! {
        /// Whatever is answered: the lines add up to the amount, and one point more never gives less.
        #[test]
        fn lines_add_up_and_more_points_never_give_less(
            picks in prop::collection::vec(0..4_usize, 10),
            nights in 0..8_i32,
            step in prop::sample::select(vec![1_i64, 10, 100, 500, 1_000]),
        ) {
            let mut content = standard();
            content.round_to_pence = step;
            let mut given = Answers::new();
            for (question, pick) in content.questions.iter().zip(&picks) {
                if let Some(option) = question.options.get(*pick) {
                    given.insert(question.key.clone(), chose(&option.key));
                }
            }
            given.insert("nights".into(), Answer { number: Some(nights), ..nothing() });
            let working = work_out(&content, &given);
            prop_assert_eq!(
                working.lines.iter().map(|line| line.pence).sum::<i64>(), working.weekly_pence.as_pence());
            prop_assert_eq!(
                working.lines.iter().filter(|line| line.kind == LineKind::Points).map(|line| line.points).sum::<i64>(),
                working.points);
            prop_assert_eq!(working.weekly_pence.as_pence() % step, 0);
            given.insert("nights".into(), Answer { number: Some(nights + 1), ..nothing() });
            prop_assert!(work_out(&content, &given).weekly_pence >= working.weekly_pence);
        }
    }
}
