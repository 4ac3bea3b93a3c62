//! The structs behind the templates: questions, answers, and how a budget was worked out.
use crate::web::page::{Choice, Errors, Page};
use askama::Template;

/// Where somebody's self-assessment stands, and the way into it.
#[derive(Template)]
#[template(path = "allocation/start.html")]
pub struct StartPage {
    pub page: Page,
    /// The way back to the seven steps.
    pub back: String,
    /// Whose it is, where that is somebody else than who looks.
    pub person: Option<String>,
    /// The council that asks.
    pub authority: String,
    /// What is asked, where anything is.
    pub name: String,
    pub introduction: String,
    pub questions: usize,
    /// Where to begin; none where the council asks nothing.
    pub action: Option<String>,
    /// Where to go on: the address, and "Question 3 of 11 is next".
    pub going_on: Option<(String, String)>,
    pub may_write: bool,
    /// What was finished before.
    pub finished: Vec<FinishedLine>,
}

/// One finished assessment.
#[derive(Clone, Debug, Default)]
pub struct FinishedLine {
    pub href: String,
    /// "20 May 2026"
    pub when: String,
    /// "by your care manager with you"
    pub how: String,
    /// "£132 a week"
    pub amount: String,
}

/// One question.
#[derive(Template)]
#[template(path = "allocation/question.html")]
pub struct QuestionPage {
    pub page: Page,
    pub action: String,
    /// The question before, or the start.
    pub back: String,
    /// "Question 3 of 11"
    pub step: String,
    pub number: usize,
    pub of: usize,
    pub topic: String,
    pub question: String,
    pub help: String,
    /// "one of", "some of", "number" or "own words".
    pub kind: String,
    pub choices: Vec<Choice>,
    /// What was typed: a number or words.
    pub value: String,
    pub most: i32,
    pub required: bool,
    /// "You told us on behalf of Amira"
    pub given: Option<String>,
    pub errors: Errors,
    /// Whether this is only shown to whoever writes the questionnaire.
    pub preview: bool,
    /// The question after, in a preview.
    pub next: Option<String>,
}

/// All answers, before they are finished.
#[derive(Template)]
#[template(path = "allocation/answers.html")]
pub struct AnswersPage {
    pub page: Page,
    pub back: String,
    pub person: Option<String>,
    pub rows: Vec<AnswerRow>,
    /// How many need an answer yet.
    pub missing: usize,
    pub action: String,
    pub may_write: bool,
}

/// One answer.
#[derive(Clone, Debug, Default)]
pub struct AnswerRow {
    pub topic: String,
    pub question: String,
    pub answer: String,
    /// "answered by Cate Example, care manager"
    pub by: String,
    pub change: String,
    pub is_missing: bool,
}

/// What the answers came to, line by line.
#[derive(Template)]
#[template(path = "allocation/result.html")]
pub struct ResultPage {
    pub page: Page,
    pub back: String,
    pub person: Option<String>,
    pub authority: String,
    /// "£132"
    pub weekly: String,
    /// "£6,882.86"
    pub yearly: String,
    /// "20 May 2026, by Amira Khan"
    pub finished: String,
    pub version: String,
    pub points: Vec<ShownLine>,
    pub total_points: String,
    pub money: Vec<ShownLine>,
    pub answers: Vec<AnswerRow>,
    /// Where planning goes on.
    pub plan_href: String,
    pub may_write: bool,
    /// Whether what was answered was wiped.
    pub is_erased: bool,
}

/// One line of the working.
#[derive(Clone, Debug, Default)]
pub struct ShownLine {
    pub about: String,
    pub detail: String,
    /// "10 points" or "£84"
    pub value: String,
}
