//! Direct payments, looked after with a light touch.
//!
//! - Whoever holds a direct payment *says* now and then what it went on: a time, a sum, what is left, in their own words.
//!   Nothing is attached, and nothing depends on it.
//! - Where more stands unspent than so many weeks need (a setting), it is flagged to a finance officer, who *asks* the person
//!   before anything else; the person answers; the officer closes it with a note.
//! - Nothing is ever blocked. Money is taken back only after a *notice* with an amount, a reason, a day at least four weeks
//!   ahead and a way to appeal; an appeal stops it until somebody else has decided. The transfer of the ledger asks for a
//!   notice whose day has come ([`Ripe`]), and so does the database.
//!
//! Who: the person, and who may manage money for them ([`crate::identity::BudgetReader`] with that scope);
//! [`crate::identity::FinanceOfficer`]. Care and Support (Direct Payments) Regulations 2014.

pub mod api;
mod flag;
mod notice;
pub mod pages;
mod say;
pub mod store;
pub mod views;

pub use flag::{JOB, flag_some, weeks_unspent};
pub use notice::{NotRipe, Notice, NoticeState, Ripe, appeal, carry_out, decide, give_notice};
pub use say::{Declaration, Question, QuestionState, Said, answer, ask, close, declare};

use crate::budgets::MoneyError;
use crate::error::{AppError, FieldError};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum MonitoringError {
    /// Fields that need another look.
    #[error("some answers need another look")]
    Fields(Vec<FieldError>),
    /// It is not at that point.
    #[error("that was done already, or is not to be done now")]
    NotNow,
    /// One person alone does not decide about their own proposal.
    #[error("you gave this notice, so somebody else decides about the appeal")]
    SamePerson,
    /// The same key came with something else.
    #[error("this form was already used for something else. Open the page again")]
    KeyUsedDifferently,
    /// Its day has not come, or there is an appeal.
    #[error(transparent)]
    NotRipe(#[from] NotRipe),
    /// Everything was spent meanwhile.
    #[error("nothing of it is free any more: what is promised or spent is not taken back")]
    NothingLeft,
    /// The money could not be moved.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A letter could not be written.
    #[error("a letter could not be written")]
    Letter(#[source] AppError),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl MonitoringError {
    /// One field that needs another look.
    fn field(field: &str, message: &str) -> Self {
        Self::Fields(vec![FieldError::new(field, message)])
    }
}

impl From<MonitoringError> for AppError {
    fn from(error: MonitoringError) -> Self {
        match error {
            MonitoringError::Database(cause) => cause.into(),
            MonitoringError::Letter(cause) => cause,
            MonitoringError::Fields(fields) => Self::invalid(fields),
            MonitoringError::Money(cause) => cause.into(),
            MonitoringError::NotNow | MonitoringError::NotRipe(_) => Self::refused("not-now", error),
            MonitoringError::KeyUsedDifferently => Self::refused("key-used-differently", error),
            MonitoringError::NothingLeft => Self::refused("nothing-left", error),
            MonitoringError::SamePerson => Self::refused("second-person", error),
        }
    }
}

/// Words of one to a thousand letters.
fn words(field: &str, text: &str, missing: &str) -> Result<String, MonitoringError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(MonitoringError::field(field, missing));
    }
    if text.chars().count() > 1_000 {
        return Err(MonitoringError::field(field, "Shorten this to 1,000 letters or fewer."));
    }
    Ok(text.to_owned())
}
