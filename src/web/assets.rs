//! The files of `static/`, embedded in the binary and served compressed.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{OnceLock, PoisonError, RwLock};

use actix_web::http::header;
use actix_web::web::{Bytes, Path};
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::error::AppError;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

/// A hash of all static files: part of their addresses, so that browsers may keep them for ever.
#[must_use]
pub fn version() -> String {
    let mut all = Sha256::new();
    for path in Files::iter() {
        all.update(path.as_bytes());
        if let Some(file) = Files::get(&path) {
            all.update(file.metadata.sha256_hash());
        }
    }
    hex::encode(all.finalize()).chars().take(12).collect()
}

/// `GET /static/{path}`: open to anyone.
pub async fn get_static(path: Path<String>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let file = Files::get(&path).ok_or(AppError::NotFound)?;
    let kind = content_type(&path);
    let accepts = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    let mut answer = HttpResponse::Ok();
    answer.content_type(kind);
    answer.insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"));
    answer.insert_header((header::VARY, "Accept-Encoding"));
    if accepts.contains("br") && !kind.starts_with("font/") && !kind.starts_with("image/png") {
        answer.insert_header((header::CONTENT_ENCODING, "br"));
        return Ok(answer.body(compressed(&path, &file.data)));
    }
    Ok(match file.data {
        Cow::Borrowed(bytes) => answer.body(bytes),
        Cow::Owned(bytes) => answer.body(bytes),
    })
}

/// Compressed once, then kept.
fn compressed(path: &str, data: &[u8]) -> Bytes {
    static KEPT: OnceLock<RwLock<HashMap<String, Bytes>>> = OnceLock::new();
    let kept = KEPT.get_or_init(RwLock::default);
    if let Some(bytes) = kept.read().unwrap_or_else(PoisonError::into_inner).get(path) {
        return bytes.clone();
    }
    let mut small = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 9, ..Default::default() };
    let bytes = match brotli::BrotliCompress(&mut &*data, &mut small, &params) {
        Ok(_) => Bytes::from(small),
        Err(_cannot_happen_in_memory) => Bytes::copy_from_slice(data),
    };
    kept.write().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), bytes.clone());
    bytes
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("json") => "application/json",
        _ => "text/plain; charset=utf-8",
    }
}
