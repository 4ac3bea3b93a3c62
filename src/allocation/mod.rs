//! Setting a personal budget: what an authority asks, what somebody answers, and what that comes to.
//!
//! A *questionnaire* belongs to an authority and has versions, each with the days on which it holds: questions in plain
//! words, points for each answer, a price for each point and adjustments, above all for what family and friends are able
//! and willing to do. A *self-assessment* is one person's answers to one version, alone or with somebody's help, and
//! every answer keeps who gave it. Its end is an *indicative budget*, shown at once with each line of how it was worked
//! out (seeds/002, step 1: early awareness of the allocation comes before everything else; Care Act 2014 s.9 and s.26).
//!
//! - The same answers give the same money to everybody: there is no line that is not shown.
//! - More points never give less money: each further point has its own price, so that nobody falls off a step.
//! - A published version is never changed, and two never hold on the same day; whoever has begun with one finishes with it.
//! - The indicative budget is a beginning, no promise: what is agreed may differ, with a reason (`support_plans`).
//!
//! Who: [`crate::identity::PlanReader`] reads, [`crate::identity::Planner`] answers;
//! [`crate::identity::AuthorityAdministrator`] writes and publishes questionnaires. Decision 0042.

pub mod api;
mod assess;
mod assessment;
pub mod editor_pages;
pub mod pages;
mod publish;
mod questionnaire;
pub mod questionnaires;
pub mod simulate;
pub mod store;
pub mod views;
mod working;

pub use assess::{AssessError, answer, erase_words, finish, put_finished, start};
pub use assessment::{Answer, AnsweredAs, Answers, Assessment, AssessmentState, Given};
pub use publish::{PublishError, begin, discard, publish, put, standard, write};
pub use questionnaire::{
    Adjustment, AnswerOption, PriceBand, Question, QuestionKind, Questionnaire, QuestionnaireState, Version,
};
pub(crate) use working::part;
pub use working::{LineKind, Working, WorkingLine, a_year_of, work_out};
