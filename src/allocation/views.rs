//! The structs behind the templates: questions, answers, and how a budget was worked out.
use crate::error::FieldError;
use crate::providers::services::form::Field;
use crate::purchasing::views::StateTag;
use crate::web::page::{Choice, Errors, Page, Row, Tile};
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

/// Every version of an authority's questionnaire.
#[derive(Template)]
#[template(path = "allocation/versions.html")]
pub struct QuestionnairesPage {
    pub page: Page,
    pub authority: String,
    pub may_change: bool,
    pub has_draft: bool,
    pub versions: Vec<VersionLine>,
}

/// One version in that list.
#[derive(Clone, Debug, Default)]
pub struct VersionLine {
    pub href: String,
    pub name: String,
    pub about: String,
    pub tag: StateTag,
}

/// One version, and the ways to change it.
#[derive(Template)]
#[template(path = "allocation/editor.html")]
pub struct EditorPage {
    pub page: Page,
    pub base: String,
    pub name: String,
    pub number: i32,
    pub holds: String,
    pub is_draft: bool,
    pub may_change: bool,
    pub introduction: String,
    pub rounding: String,
    pub questions: Vec<QuestionLine>,
    pub prices: Vec<Row>,
    pub adjustments: Vec<QuestionLine>,
    pub problems: Vec<FieldError>,
    pub from: String,
    pub until: String,
    pub errors: Errors,
}

/// One question or adjustment in a version.
#[derive(Clone, Debug, Default)]
pub struct QuestionLine {
    pub key: String,
    pub topic: String,
    pub text: String,
    pub href: String,
    pub move_path: String,
    /// "Help with most meals: 8 points"
    pub answers: Vec<String>,
}

/// Writing one question or one adjustment.
#[derive(Template)]
#[template(path = "allocation/edit.html")]
pub struct QuestionEditPage {
    pub page: Page,
    pub heading: String,
    pub back: String,
    pub action: String,
    pub fields: Vec<Field>,
    pub options: Vec<OptionRow>,
    pub removable: bool,
    pub errors: Errors,
}

/// One answer to choose, as the form shows it.
#[derive(Clone, Debug, Default)]
pub struct OptionRow {
    pub number: usize,
    pub key: String,
    pub label: String,
    pub points: String,
}

/// What a point is worth.
#[derive(Template)]
#[template(path = "allocation/prices.html")]
pub struct PricesPage {
    pub page: Page,
    pub back: String,
    pub action: String,
    pub rows: Vec<PriceRow>,
    pub errors: Errors,
}

/// One price, as the form shows it.
#[derive(Clone, Debug, Default)]
pub struct PriceRow {
    pub number: usize,
    pub from: String,
    pub price: String,
}

/// What a version would come to.
#[derive(Template)]
#[template(path = "allocation/simulation.html")]
pub struct SimulationPage {
    pub page: Page,
    pub back: String,
    pub action: String,
    pub refusal: Option<String>,
    pub percent: String,
    pub tiles: Vec<Tile>,
    pub bands: Vec<BandRow>,
    pub errors: Errors,
}

/// How many would get so much more or less.
#[derive(Clone, Debug, Default)]
pub struct BandRow {
    pub label: String,
    pub people: String,
    /// Thousandths of the longest bar.
    pub width: u32,
}
