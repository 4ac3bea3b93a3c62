//! A file that arrives with a form (`multipart/form-data`), or as the whole body of a request.

use std::future::Future;
use std::pin::Pin;

use actix_multipart::Multipart;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt;

use crate::error::{AppError, FieldError};

use super::csrf;

/// The most bytes of one file.
pub const LARGEST_FILE: usize = 2 * 1024 * 1024;

/// The most bytes of any other field beside it.
const LARGEST_FIELD: usize = 4 * 1024;

/// A file from a form of ours, with the token that ties the form to the browser.
pub struct FileForm {
    /// What the file is called where it comes from.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// A file as the whole body.
pub struct FileBody(pub Vec<u8>);

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, AppError>>>>;

impl FromRequest for FileForm {
    type Error = AppError;
    type Future = Answer<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let fields = Multipart::from_request(&request, payload);
        Box::pin(async move {
            let mut fields = fields.await.map_err(|_no_form| unreadable())?;
            let (mut token, mut file) = (Vec::new(), None);
            while let Some(field) = fields.next().await {
                let mut field = field.map_err(|_broken| unreadable())?;
                let name = field.name().unwrap_or_default().to_owned();
                let told = field.content_disposition().and_then(|told| told.get_filename()).map(str::to_owned);
                let most = if name == "file" { LARGEST_FILE } else { LARGEST_FIELD };
                let mut bytes = Vec::new();
                while let Some(chunk) = field.next().await {
                    let chunk = chunk.map_err(|_broken| unreadable())?;
                    if bytes.len() + chunk.len() > most {
                        return Err(too_large());
                    }
                    bytes.extend_from_slice(&chunk);
                }
                match name.as_str() {
                    "csrf" => token = bytes,
                    "file" => file = Some((told.unwrap_or_default(), bytes)),
                    _ => {}
                }
            }
            if !csrf::is_ours(&request, &String::from_utf8_lossy(&token)) {
                let why =
                    "this form is out of date. Go back, load the page again and send it once more: nothing was done";
                return Err(AppError::refused_as(StatusCode::FORBIDDEN, "stale-form", why));
            }
            match file.filter(|(_, bytes)| !bytes.is_empty()) {
                Some((name, bytes)) => Ok(Self { name: short_name(&name), bytes }),
                None => Err(AppError::invalid(vec![FieldError::new("file", "Choose a file first.")])),
            }
        })
    }
}

impl FromRequest for FileBody {
    type Error = AppError;
    type Future = Answer<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = web::Payload::from_request(request, payload);
        Box::pin(async move {
            let mut body = body.await.map_err(|_no_body| unreadable())?;
            let mut bytes = Vec::new();
            while let Some(chunk) = body.next().await {
                let chunk = chunk.map_err(|_broken| unreadable())?;
                if bytes.len() + chunk.len() > LARGEST_FILE {
                    return Err(too_large());
                }
                bytes.extend_from_slice(&chunk);
            }
            Ok(Self(bytes))
        })
    }
}

/// The last part of a file's name, without anything that could be a path.
fn short_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(120).collect()
}

fn unreadable() -> AppError {
    AppError::refused_as(StatusCode::BAD_REQUEST, "bad-request", "we could not read what was sent")
}

fn too_large() -> AppError {
    let why = format!("that file is larger than {} MB. Split it into several", LARGEST_FILE / 1024 / 1024);
    AppError::refused_as(StatusCode::PAYLOAD_TOO_LARGE, "too-large", why)
}
