//! The verb: answers a question, once.

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::ProviderMember;
use crate::ids::EnquiryId;
use crate::post;
use crate::providers::letters::letter;
use crate::providers::typed;
use crate::web::page::Link;

use super::store;

/// Why a question was not answered.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// Not a question to this provider.
    #[error("there is no such question")]
    NotTheirs,
    /// Nothing, or too much.
    #[error("write an answer, in up to 4,000 letters")]
    NoAnswer,
    /// Somebody was faster.
    #[error("this question is answered already")]
    AnsweredAlready,
    /// A letter could not be written.
    #[error("a letter could not be written")]
    Letter(AppError),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<AnswerError> for AppError {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::NotTheirs => Self::NotFound,
            AnswerError::NoAnswer => {
                Self::invalid(vec![FieldError::new("answer", "Write an answer, in up to 4,000 letters.")])
            }
            AnswerError::AnsweredAlready => Self::refused("answered-already", error),
            AnswerError::Letter(cause) => cause,
            AnswerError::Database(cause) => cause.into(),
        }
    }
}

/// Answers: a letter goes to who asked.
#[tracing::instrument(skip_all, fields(enquiry.id = %id))]
pub fn answer(
    tx: &mut Conn,
    member: &ProviderMember,
    id: EnquiryId,
    words: &str,
    public_url: &str,
    now: UtcTime,
) -> Result<(), AnswerError> {
    let words = typed::lines(words, 4_000, "The answer").map_err(|_too_long| AnswerError::NoAnswer)?;
    if words.is_empty() {
        return Err(AnswerError::NoAnswer);
    }
    let asked = store::to_answer(tx, member, id)?.ok_or(AnswerError::NotTheirs)?;
    if asked.is_answered {
        return Err(AnswerError::AnsweredAlready);
    }
    store::note_answer(tx, member, id, &words, now)?;
    let heading = format!("{} answers your question", asked.provider);
    let told =
        [format!("You asked about {}:", asked.service), asked.question, format!("{} answers:", asked.provider), words];
    let link =
        Link { label: "The page of the service".into(), href: format!("{public_url}/services/{}", asked.service_id) };
    let letter =
        letter("question answered", &asked.email, &heading, &told, Some(&link)).map_err(AnswerError::Letter)?;
    post::queue(tx, &letter, now)?;
    Ok(())
}
