//! The noun: one person's answers, and who gave each. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::UtcTime;
use crate::db::text_enum;
use crate::error::FieldError;
use crate::ids::{AssessmentId, AuthorityId, PersonId, QuestionnaireId};

use super::questionnaire::{Question, QuestionKind, Questionnaire};
use super::working::Working;

/// The longest answer in own words.
const MOST_WORDS: usize = 4_000;

text_enum! {
    /// As what somebody answered.
    pub enum AnsweredAs {
        /// The person.
        Themselves = "themselves",
        /// Somebody who acts for them.
        Representative = "representative",
        /// A planner or broker, by consent.
        Planner = "planner",
        /// Their care manager.
        CareManager = "care manager",
    }
}

text_enum! {
    /// How far an assessment has come.
    pub enum AssessmentState {
        /// Still being answered.
        Open = "open",
        /// Finished: it stays as it is.
        Finished = "finished",
    }
}

/// One answer, with who gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What was chosen.
    #[serde(default)]
    pub choices: Vec<String>,
    /// A number.
    #[serde(default)]
    pub number: Option<i32>,
    /// Own words.
    #[serde(default)]
    pub words: String,
    /// Who gave it.
    pub given_by: PersonId,
    /// As what.
    pub given_as: AnsweredAs,
}

/// Answers by the names of their questions.
pub type Answers = BTreeMap<String, Answer>;

/// One person's answers to one version.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// Which.
    pub id: AssessmentId,
    /// Of whose council.
    pub authority: AuthorityId,
    /// Whose.
    pub person: PersonId,
    /// To which version.
    pub questionnaire: QuestionnaireId,
    /// How far it has come.
    pub state: AssessmentState,
    /// The answers.
    pub answers: Answers,
    /// What it came to, once finished.
    pub working: Option<Working>,
    /// When it began.
    pub started_at: UtcTime,
    /// When something was last answered.
    pub changed_at: UtcTime,
    /// When it was finished.
    pub finished_at: Option<UtcTime>,
    /// As what it was finished.
    pub finished_as: Option<AnsweredAs>,
}

/// What was typed or chosen, before it is checked.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// What was chosen.
    pub choices: Vec<String>,
    /// A number as it was typed.
    pub number: String,
    /// Own words.
    pub words: String,
}

/// Checks an answer against its question; the field of a problem is `answer`.
pub(super) fn checked(
    question: &Question,
    given: &Given,
    by: PersonId,
    as_what: AnsweredAs,
) -> Result<Answer, FieldError> {
    let wrong = |message: String| FieldError::new("answer", message);
    let mut answer =
        Answer { choices: Vec::new(), number: None, words: String::new(), given_by: by, given_as: as_what };
    match question.kind {
        QuestionKind::OneOf | QuestionKind::SomeOf => {
            let known = |key: &&String| question.options.iter().any(|option| option.key == **key);
            if given.choices.iter().any(|key| !known(&key)) {
                return Err(wrong("Choose one of the answers on this page.".into()));
            }
            if question.kind == QuestionKind::OneOf && given.choices.len() > 1 {
                return Err(wrong("Choose one answer only.".into()));
            }
            if given.choices.is_empty() && question.required {
                return Err(wrong("Choose the answer that is nearest. You can change it later.".into()));
            }
            answer.choices.clone_from(&given.choices);
            answer.choices.sort();
            answer.choices.dedup();
        }
        QuestionKind::Number => {
            let typed = given.number.trim();
            if typed.is_empty() && !question.required {
                return Ok(answer);
            }
            let number = typed.parse::<i32>().ok().filter(|number| (0..=question.most).contains(number));
            let most = question.most;
            answer.number = Some(number.ok_or_else(|| wrong(format!("Enter a whole number from 0 to {most}.")))?);
        }
        QuestionKind::Words => {
            let words = given.words.replace("\r\n", "\n");
            let words = words.trim();
            if words.is_empty() && question.required {
                return Err(wrong("Write a few words.".into()));
            }
            if words.chars().count() > MOST_WORDS {
                return Err(wrong("Shorten this to 4,000 letters or fewer.".into()));
            }
            words.clone_into(&mut answer.words);
        }
    }
    Ok(answer)
}

impl Assessment {
    /// The number of the first question that still needs an answer, from 1 on; none when all that need one have it.
    #[must_use]
    pub fn first_unanswered(&self, questionnaire: &Questionnaire) -> Option<usize> {
        let open = |question: &Question| question.required && !self.answers.contains_key(&question.key);
        questionnaire.questions.iter().position(open).map(|index| index + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::standard;

    fn check(key: &str, given: &Given) -> Result<Answer, String> {
        let content = standard();
        let question = content.question(key).unwrap();
        checked(question, given, PersonId::named("Amira"), AnsweredAs::Themselves).map_err(|wrong| wrong.message)
    }

    #[test]
    fn answers_fit_their_questions() {
        let chose =
            |keys: &[&str]| Given { choices: keys.iter().map(|key| (*key).into()).collect(), ..Given::default() };
        assert_eq!(check("washing", &chose(&["daily"])).unwrap().choices, ["daily"]);
        assert!(check("washing", &chose(&[])).is_err());
        assert!(check("washing", &chose(&["daily", "some"])).is_err());
        assert!(check("washing", &chose(&["everything"])).is_err());
        assert_eq!(check("home", &chose(&["money", "cleaning", "money"])).unwrap().choices, ["cleaning", "money"]);
        assert!(check("home", &chose(&[])).unwrap().choices.is_empty());
        for (typed, number) in [("3", Some(3)), ("0", Some(0)), ("8", None), ("-1", None), ("two", None), ("", None)] {
            let given = Given { number: typed.into(), ..Given::default() };
            assert_eq!(check("nights", &given).ok().and_then(|answer| answer.number), number, "{typed}");
        }
        assert!(check("matters", &Given { words: "x".repeat(4_001), ..Given::default() }).is_err());
        assert!(check("matters", &Given::default()).is_ok());
    }
}
