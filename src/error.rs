//! What can go wrong, and how it is said.
//!
//! A *refusal* is a rule that said no: a stable code, a sentence that a citizen can act on, 4xx. A *failure* is ours:
//! logged once with its cause, shown as a calm page with a reference, 5xx. Handlers never choose a format: pages and
//! `/api/v1` are two scopes, and each has its renderer in `web/`.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::db::Overloaded;
use crate::ids::Reference;

/// One field of a form or document that cannot stay as it is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// The name of the field.
    pub field: String,
    /// What to do about it.
    pub message: String,
}

impl FieldError {
    /// Says what to do about one field.
    pub fn new(field: &str, message: impl Into<String>) -> Self {
        Self { field: field.to_owned(), message: message.into() }
    }
}

/// Everything that a handler may fail with.
#[derive(Debug)]
pub enum AppError {
    /// A rule said no.
    Refused(Refusal),
    /// It is not there, or not for you.
    NotFound,
    /// Sign in first.
    SignInFirst,
    /// Not now, but later: 429 for who tried too often, 503 where too many wait.
    Later {
        /// 429 or 503.
        status: StatusCode,
        /// A stable name for programs.
        code: &'static str,
        /// A sentence for people.
        sentence: String,
        /// After how many seconds.
        seconds: i64,
    },
    /// Ours.
    Unexpected {
        /// What the person can quote.
        reference: Reference,
        /// 500, or 503 when trying again may help.
        status: StatusCode,
    },
}

/// A rule that said no.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The status, 4xx.
    pub status: StatusCode,
    /// A stable name for programs.
    pub code: &'static str,
    /// A sentence for people.
    pub sentence: String,
    /// The fields it is about.
    pub fields: Vec<FieldError>,
}

impl AppError {
    /// A rule said no: 409.
    pub fn refused(code: &'static str, why: impl fmt::Display) -> Self {
        Self::refused_as(StatusCode::CONFLICT, code, why)
    }

    /// A rule said no, with a status of its own.
    pub fn refused_as(status: StatusCode, code: &'static str, why: impl fmt::Display) -> Self {
        let mut sentence = why.to_string();
        if let Some(first) = sentence.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        if !sentence.ends_with(['.', '?', '!']) {
            sentence.push('.');
        }
        Self::Refused(Refusal { status, code, sentence, fields: Vec::new() })
    }

    /// What was sent cannot be used as it is: 422, with the fields.
    #[must_use]
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        let sentence = match fields.as_slice() {
            [only] => only.message.clone(),
            _ => "Some answers need another look.".to_owned(),
        };
        Self::Refused(Refusal { status: StatusCode::UNPROCESSABLE_ENTITY, code: "invalid-input", sentence, fields })
    }

    /// Not now, but after so many seconds.
    pub fn later(status: StatusCode, code: &'static str, seconds: i64, why: impl fmt::Display) -> Self {
        match Self::refused_as(status, code, why) {
            Self::Refused(said) => Self::Later { status, code, sentence: said.sentence, seconds: seconds.max(1) },
            other => other,
        }
    }

    /// Ours: logged here, once, with its cause.
    pub fn unexpected(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let cause = cause.into();
        let reference = Reference::new();
        let busy = cause.downcast_ref::<DieselError>().is_some_and(is_about_load);
        let status = if busy { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::INTERNAL_SERVER_ERROR };
        tracing::error!(%reference, error = %cause, "a request failed");
        Self::Unexpected { reference, status }
    }
}

/// What databases say when trying again later may help.
const BUSY_SIGNS: [&str; 8] = [
    "database is locked",
    "is full",
    "No space left",
    "unable to open",
    "disk I/O",
    "connection",
    "shutting down",
    "did not take the work",
];

/// Whether trying again later may help: no connection was free, or the file is locked or full.
fn is_about_load(error: &DieselError) -> bool {
    match error {
        DieselError::QueryBuilderError(cause) => cause.downcast_ref::<Overloaded>().is_some(),
        DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, _) => true,
        DieselError::DatabaseError(_, told) => {
            let told = told.message();
            BUSY_SIGNS.iter().any(|sign| told.contains(sign))
        }
        DieselError::BrokenTransactionManager => true,
        _ => false,
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => f.write_str(&refusal.sentence),
            Self::NotFound => f.write_str("We cannot find that."),
            Self::SignInFirst => f.write_str("Sign in first."),
            Self::Later { sentence, .. } => f.write_str(sentence),
            Self::Unexpected { reference, .. } => write!(f, "Something went wrong. Reference: {reference}"),
        }
    }
}

impl std::error::Error for AppError {}

impl From<DieselError> for AppError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            other => Self::unexpected(other),
        }
    }
}

impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Refused(refusal) => refusal.status,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::SignInFirst => StatusCode::UNAUTHORIZED,
            Self::Later { status, .. } => *status,
            Self::Unexpected { status, .. } => *status,
        }
    }

    /// An empty answer that carries what is to be said; the scope's renderer says it.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        response.extensions_mut().insert(Said::of(self));
        response
    }
}

/// What a failed answer has to say, until the renderer of its scope says it.
#[derive(Clone, Debug)]
pub struct Said {
    /// A stable name for programs.
    pub code: &'static str,
    /// A sentence for people.
    pub sentence: String,
    /// The fields it is about.
    pub fields: Vec<FieldError>,
    /// What to quote when it was ours.
    pub reference: Option<Reference>,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<i64>,
}

impl Said {
    fn of(error: &AppError) -> Self {
        let (code, fields, reference) = match error {
            AppError::Refused(refusal) => (refusal.code, refusal.fields.clone(), None),
            AppError::NotFound => ("not-found", Vec::new(), None),
            AppError::SignInFirst => ("sign-in-first", Vec::new(), None),
            AppError::Unexpected { reference, status: StatusCode::SERVICE_UNAVAILABLE } => {
                ("try-again-later", Vec::new(), Some(*reference))
            }
            AppError::Later { code, .. } => (*code, Vec::new(), None),
            AppError::Unexpected { reference, .. } => ("unexpected", Vec::new(), Some(*reference)),
        };
        let sentence = match error {
            AppError::Unexpected { status: StatusCode::SERVICE_UNAVAILABLE, .. } => {
                "We cannot reach or write our records just now. Nothing you sent was half done.".into()
            }
            AppError::Unexpected { .. } => "Something went wrong on our side. Nothing you sent was half done.".into(),
            other => other.to_string(),
        };
        let retry_after = match error {
            AppError::Later { seconds, .. } => Some(*seconds),
            AppError::Unexpected { status: StatusCode::SERVICE_UNAVAILABLE, .. } => Some(10),
            _ => None,
        };
        Self { code, sentence, fields, reference, retry_after }
    }

    /// What to say of an error that actix-web itself answered with.
    #[must_use]
    pub fn by_status(status: StatusCode) -> Self {
        let (code, sentence) = match status {
            StatusCode::NOT_FOUND => ("not-found", "We cannot find that."),
            StatusCode::METHOD_NOT_ALLOWED => ("method-not-allowed", "This address does not take that method."),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ("wrong-content-type", "This address takes another content type."),
            StatusCode::PAYLOAD_TOO_LARGE | StatusCode::URI_TOO_LONG => {
                ("too-large", "That is more than we can take at once.")
            }
            StatusCode::UNAUTHORIZED => ("sign-in-first", "Sign in first."),
            status if status.is_server_error() => ("unexpected", "Something went wrong on our side."),
            _ => ("bad-request", "We could not read what was sent."),
        };
        Self { code, sentence: sentence.into(), fields: Vec::new(), reference: None, retry_after: None }
    }
}
