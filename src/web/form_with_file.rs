//! A form with a file (`multipart/form-data`): its fields and the file, within bounds.

use std::collections::BTreeMap;

use actix_multipart::Multipart;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Payload;
use futures_util::StreamExt;

use crate::error::AppError;

use super::csrf;

/// The most fields of one form.
const FIELDS: usize = 20;

/// The most bytes of one field that is no file.
const FIELD: usize = 8 * 1024;

/// A form with a file.
#[derive(Debug, Default)]
pub struct Upload {
    fields: BTreeMap<String, String>,
    /// The bytes of the file; none when nobody chose one.
    pub file: Option<Vec<u8>>,
    /// Whether the file was larger than allowed: then its bytes are not here.
    pub too_large: bool,
}

impl Upload {
    /// Reads a form whose file may have so many bytes, and checks that it is one of ours. What is sent beyond is read over
    /// for a while, so that a page can say what was wrong.
    pub async fn read(request: &HttpRequest, payload: Payload, largest: usize) -> Result<Self, AppError> {
        let mut form = Multipart::new(request.headers(), payload);
        let mut upload = Self::default();
        let mut read = 0;
        while let Some(field) = form.next().await {
            let mut field = field.map_err(|_cause| unreadable())?;
            let name = field.name().unwrap_or_default().to_owned();
            let is_file = field.content_disposition().is_some_and(|told| told.get_filename().is_some());
            let most = if is_file { largest } else { FIELD };
            let mut bytes = Vec::new();
            let mut over = false;
            while let Some(chunk) = field.next().await {
                let chunk = chunk.map_err(|_cause| unreadable())?;
                read += chunk.len();
                if read > 4 * largest + FIELDS * FIELD {
                    return Err(too_large());
                }
                over = over || bytes.len() + chunk.len() > most;
                if !over {
                    bytes.extend_from_slice(&chunk);
                }
            }
            match (is_file, over) {
                (true, true) => upload.too_large = true,
                (true, false) => upload.file = Some(bytes).filter(|bytes| !bytes.is_empty()),
                (false, true) => return Err(too_large()),
                (false, false) => {
                    let text = String::from_utf8(bytes).map_err(|_not_utf8| unreadable())?;
                    if text.contains('\0') || upload.fields.len() >= FIELDS {
                        return Err(unreadable());
                    }
                    upload.fields.insert(name, text);
                }
            }
        }
        if csrf::is_ours(request, upload.field("csrf")) {
            return Ok(upload);
        }
        Err(AppError::refused_as(
            StatusCode::FORBIDDEN,
            "stale-form",
            "this form is out of date. Go back, load the page again and send it once more: nothing was done",
        ))
    }

    /// What a field says; empty when it was not sent.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

fn unreadable() -> AppError {
    AppError::refused_as(StatusCode::BAD_REQUEST, "bad-request", "we could not read what was sent")
}

fn too_large() -> AppError {
    AppError::refused_as(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "that is more than we can take at once")
}
