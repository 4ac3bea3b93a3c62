//! Headers that every answer carries, and one line in the log for each request, without a word about the person.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::page::Site;

/// Only our own files, no inline anything, no frames.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; object-src 'none'; img-src 'self' data:; font-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What a page may ask of the device: nothing.
const PERMISSIONS: &str = "camera=(), display-capture=(), geolocation=(self), microphone=(), payment=(), usb=()";

/// Puts the security headers on every answer and notes the request.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let method = request.method().clone();
    let secure = request.app_data::<Data<Site>>().is_some_and(|site| site.secure_cookies);
    let mut answer = next.call(request).await?;
    let route = answer.request().match_pattern().unwrap_or_else(|| "-".into());
    let status = answer.status();
    if status.is_server_error() {
        tracing::warn!(http.method = %method, http.route = route, http.status = status.as_u16(), "answered");
    } else {
        tracing::debug!(http.method = %method, http.route = route, http.status = status.as_u16(), "answered");
    }
    let headers = answer.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("x-permitted-cross-domain-policies"), "none"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if secure {
        headers
            .insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    Ok(answer)
}
