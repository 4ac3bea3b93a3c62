//! The verb: asks a question about a service.

use chrono::TimeDelta;

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::SignedIn;
use crate::ids::{EnquiryId, ServiceId, SubmissionKey};
use crate::post;
use crate::providers::letters::letter;
use crate::providers::store::{has_members, letter_addresses};
use crate::providers::typed;
use crate::web::page::Link;

use super::store;

/// Questions that one address asks in a day.
const MOST_OF_ONE: i64 = 5;

/// Questions that one service takes in a day.
const MOST_ABOUT_ONE: i64 = 40;

/// A question on its way.
#[derive(Clone, Debug)]
pub struct Question {
    /// About which service.
    pub service: ServiceId,
    /// Who asks.
    pub name: String,
    /// Where the answer goes.
    pub email: String,
    /// The question.
    pub question: String,
    /// The hidden key of the form: sending it again asks once.
    pub key: SubmissionKey,
}

/// Why a question was not passed on.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// No such service.
    #[error("there is no such service")]
    NotThere,
    /// Fields that cannot stay.
    #[error("some answers need another look")]
    Invalid(Vec<FieldError>),
    /// Nobody would read it.
    #[error(
        "this provider does not answer questions here yet. Their telephone or website is on the page of the service"
    )]
    NobodyToAsk,
    /// Enough for a day.
    #[error("that is enough questions for today. Try again tomorrow, or telephone")]
    TooMany,
    /// A letter could not be written.
    #[error("a letter could not be written")]
    Letter(AppError),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<AskError> for AppError {
    fn from(error: AskError) -> Self {
        match error {
            AskError::NotThere => Self::NotFound,
            AskError::Invalid(fields) => Self::invalid(fields),
            AskError::NobodyToAsk => Self::refused("nobody-to-ask", error),
            AskError::TooMany => {
                Self::refused_as(actix_web::http::StatusCode::TOO_MANY_REQUESTS, "too-many-questions", error)
            }
            AskError::Letter(cause) => cause,
            AskError::Database(cause) => cause.into(),
        }
    }
}

/// Asks: the provider and who asks get letters. Sending the same form again asks once.
#[tracing::instrument(skip_all, fields(service.id = %question.service))]
pub fn ask(
    tx: &mut Conn,
    who: Option<&SignedIn>,
    question: &Question,
    public_url: &str,
    now: UtcTime,
) -> Result<EnquiryId, AskError> {
    let (organization, service) = store::open_service(tx, question.service)?.ok_or(AskError::NotThere)?;
    let tidy = checked(question)?;
    if let Some(earlier) = store::by_key(tx, question.key)? {
        return Ok(earlier);
    }
    let providers = letter_addresses(tx, organization)?;
    if providers.is_empty() || !has_members(tx, organization)? {
        return Err(AskError::NobodyToAsk);
    }
    let since = now - TimeDelta::days(1);
    if store::asked_by(tx, &tidy.email, since)? >= MOST_OF_ONE
        || store::asked_about(tx, question.service, since)? >= MOST_ABOUT_ONE
    {
        return Err(AskError::TooMany);
    }
    let id = EnquiryId::new();
    store::insert(tx, id, organization, who.map(SignedIn::person), &tidy, now)?;
    let first = tidy.name.split_whitespace().next().unwrap_or_default();
    let told = [
        format!("{first} asks about {service}:"),
        tidy.question.clone(),
        "Your answer goes to them by letter. Their address stays with us.".into(),
    ];
    let link = Link { label: "Answer".into(), href: format!("{public_url}/provider/enquiries#enquiry-{id}") };
    let heading = format!("A question about {service}");
    for address in providers {
        let letter = letter("question asked", &address, &heading, &told, Some(&link)).map_err(AskError::Letter)?;
        post::queue(tx, &letter, now)?;
    }
    let told = [
        format!("We have passed on your question about {service}. The answer comes by letter like this one."),
        tidy.question.clone(),
        "If you did not ask this, somebody typed your address by mistake. You need not do anything.".to_owned(),
    ];
    let link =
        Link { label: "The page of the service".into(), href: format!("{public_url}/services/{}", question.service) };
    let heading = format!("Your question about {service}");
    let letter = letter("question passed on", &tidy.email, &heading, &told, Some(&link)).map_err(AskError::Letter)?;
    post::queue(tx, &letter, now)?;
    Ok(id)
}

fn checked(question: &Question) -> Result<Question, AskError> {
    let mut wrong = Vec::new();
    let name = typed::line(&question.name, 80, "Your name").unwrap_or_default();
    if name.is_empty() {
        wrong.push(FieldError::new("name", "Enter your name, in up to 80 letters. A first name is enough."));
    }
    let email = typed::email(&question.email).ok().flatten().unwrap_or_default().to_lowercase();
    if email.is_empty() {
        wrong.push(FieldError::new("email", "Enter your e-mail address: the answer goes there."));
    }
    let words = match typed::lines(&question.question, 2_000, "Your question") {
        Ok(words) if words.chars().count() < 5 => {
            wrong.push(FieldError::new("question", "Write your question."));
            String::new()
        }
        Ok(words) => words,
        Err(why) => {
            wrong.push(FieldError::new("question", why));
            String::new()
        }
    };
    if wrong.is_empty() {
        Ok(Question { name, email, question: words, ..question.clone() })
    } else {
        Err(AskError::Invalid(wrong))
    }
}
