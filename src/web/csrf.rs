//! Each form carries a token that only pages of ours can know: a hash of the browser's own secret cookie.

use actix_web::HttpRequest;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::session::form_token;

/// The token for forms on the page that answers this request; empty without a cookie to tie it to.
#[must_use]
pub fn token(request: &HttpRequest) -> String {
    form_token(request).map(|secret| token_for(&secret)).unwrap_or_default()
}

/// The token for forms tied to this cookie.
#[must_use]
pub fn token_for(secret: &str) -> String {
    hex::encode(Sha256::digest(format!("form:{secret}")))
}

/// Whether a form that came with this request is one of ours.
#[must_use]
pub fn is_ours(request: &HttpRequest, sent: &str) -> bool {
    let expected = token(request);
    !expected.is_empty() && bool::from(expected.as_bytes().ct_eq(sent.as_bytes()))
}
