//! What arrives: forms, queries and JSON documents. Whatever cannot be read is refused with a sentence and a 4xx.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;

use crate::error::AppError;

use super::csrf;

/// A form of one of our pages: `application/x-www-form-urlencoded` with the token that ties it to the browser.
pub struct Form<T>(pub T);

/// The query of the address.
pub struct Ask<T>(pub T);

/// A JSON document.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let body = web::Bytes::from_request(&request, payload);
        Box::pin(async move {
            is_of_type(&request, "application/x-www-form-urlencoded")?;
            let body = body.await.map_err(|cause| unreadable(cause.as_response_error().status_code()))?;
            let pairs: Vec<(String, String)> = parse(&body)?;
            let sent = pairs.iter().find(|(name, _)| name == "csrf").map_or("", |(_, token)| token);
            if !csrf::is_ours(&request, sent) {
                return Err(AppError::refused_as(
                    StatusCode::FORBIDDEN,
                    "stale-form",
                    "this form is out of date. Go back, load the page again and send it once more: nothing was done",
                ));
            }
            Ok(Self(parse(&body)?))
        })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Ask<T> {
    type Error = AppError;
    type Future = std::future::Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(parse(request.query_string().as_bytes()).map(Self))
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let body = web::Bytes::from_request(&request, payload);
        Box::pin(async move {
            is_of_type(&request, "application/json")?;
            let body = body.await.map_err(|cause| unreadable(cause.as_response_error().status_code()))?;
            let document = serde_json::from_slice(&body).map_err(|cause| {
                AppError::refused_as(
                    StatusCode::BAD_REQUEST,
                    "bad-json",
                    format!("this document cannot be read: {cause}"),
                )
            })?;
            Ok(Self(document))
        })
    }
}

fn is_of_type(request: &HttpRequest, wanted: &str) -> Result<(), AppError> {
    let sent = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    if sent.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(wanted)) {
        return Ok(());
    }
    let why = format!("this address takes {wanted}");
    Err(AppError::refused_as(StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong-content-type", why))
}

fn unreadable(status: StatusCode) -> AppError {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => {
            AppError::refused_as(status, "too-large", "that is more than we can take at once")
        }
        _ => AppError::refused_as(StatusCode::BAD_REQUEST, "bad-request", "we could not read what was sent"),
    }
}

/// Reads name-value pairs; bytes that are no UTF-8 are refused rather than guessed at.
fn parse<T: DeserializeOwned>(encoded: &[u8]) -> Result<T, AppError> {
    let mut decoded = percent_encoding::percent_decode(encoded);
    if decoded.clone().decode_utf8().is_err() || decoded.any(|byte| byte == 0) {
        let why = "some letters in that address or form cannot be read. Type them again";
        return Err(AppError::refused_as(StatusCode::BAD_REQUEST, "bad-letters", why));
    }
    serde_html_form::from_bytes(encoded).map_err(|cause| {
        AppError::refused_as(
            StatusCode::BAD_REQUEST,
            "bad-request",
            format!("we could not read what was sent: {cause}"),
        )
    })
}
