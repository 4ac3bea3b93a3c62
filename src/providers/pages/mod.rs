//! The pages of a provider, one file for each part of the desk.

pub mod members;
pub mod organisation;

use actix_web::web::ServiceConfig;
use serde::Deserialize;

use crate::error::{AppError, FieldError};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    organisation::routes(config);
    members::routes(config);
    super::services::part_pages::routes(config);
    super::services::pages::routes(config);
    super::services::approval_pages::routes(config);
    super::services::start_pages::routes(config);
    super::sheet::pages::routes(config);
    super::statistics::pages::routes(config);
}

/// What was just done, in the address of the page that comes next.
#[derive(Deserialize)]
pub struct Done {
    pub(in super::super) done: Option<String>,
}

/// A form with nothing but its button.
#[derive(Deserialize)]
pub struct Pressed {}

/// The fields of a refusal, to be shown beside their form; anything else travels up.
pub(in super::super) fn fields_of(error: AppError) -> Result<Vec<FieldError>, AppError> {
    match error {
        AppError::Refused(refusal) if !refusal.fields.is_empty() => Ok(refusal.fields),
        other => Err(other),
    }
}
