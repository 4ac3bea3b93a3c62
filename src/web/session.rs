//! Cookies and bearer tokens, as they arrive. What they mean is `identity`'s to say.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::header;
use actix_web::web::Data;

use super::page::Site;

/// Programs come in below this path, with bearer tokens; cookies count for nothing there.
pub const API_PREFIX: &str = "/api/";

/// The cookie that holds the session's token.
const SESSION: Name = Name { open: "waymark_session", secure: "__Host-waymark_session" };

/// The cookie that forms of people who have not signed in are tied to.
const VISIT: Name = Name { open: "waymark_visit", secure: "__Host-waymark_visit" };

/// The cookie of a browser that somebody has signed in from before.
const DEVICE: Name = Name { open: "waymark_device", secure: "__Host-waymark_device" };

/// A browser is remembered for so long.
const DEVICE_LASTS: time::Duration = time::Duration::days(365);

/// What a cookie is called: over https its name begins so that no other site, not even a subdomain, can set it.
#[derive(Clone, Copy)]
pub struct Name {
    /// Over http.
    pub open: &'static str,
    /// Over https.
    pub secure: &'static str,
}

impl Name {
    fn here(self, request: &HttpRequest) -> &'static str {
        if is_secure(request) { self.secure } else { self.open }
    }
}

fn is_secure(request: &HttpRequest) -> bool {
    request.app_data::<Data<Site>>().is_some_and(|site| site.secure_cookies)
}

/// The session's token, if one was sent.
#[must_use]
pub fn session_token(request: &HttpRequest) -> Option<String> {
    token_in(request, SESSION)
}

/// The token that forms are tied to: of the session, or else of the visit.
#[must_use]
pub fn form_token(request: &HttpRequest) -> Option<String> {
    token_in(request, SESSION).or_else(|| token_in(request, VISIT))
}

/// The token of the browser that somebody has signed in from before.
#[must_use]
pub fn device_token(request: &HttpRequest) -> Option<String> {
    token_in(request, DEVICE)
}

/// A token of ours in a cookie of this name, if one was sent.
#[must_use]
pub fn token_in(request: &HttpRequest, name: Name) -> Option<String> {
    let value = request.cookie(name.here(request))?.value().to_owned();
    (value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(value)
}

/// The bearer token, if one was sent.
#[must_use]
pub fn bearer_token(request: &HttpRequest) -> Option<&str> {
    request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// The cookie that carries a session.
#[must_use]
pub fn session_cookie(request: &HttpRequest, token: String) -> Cookie<'static> {
    cookie(request, SESSION, token)
}

/// The cookie that ends a session in the browser.
#[must_use]
pub fn no_session_cookie(request: &HttpRequest) -> Cookie<'static> {
    let mut cookie = cookie(request, SESSION, String::new());
    cookie.set_max_age(time::Duration::ZERO);
    cookie
}

/// The cookie that ties a visitor's forms to their browser.
#[must_use]
pub fn visit_cookie(request: &HttpRequest, token: String) -> Cookie<'static> {
    cookie(request, VISIT, token)
}

/// The cookie by which a browser is known again when somebody signs in.
#[must_use]
pub fn device_cookie(request: &HttpRequest, token: String) -> Cookie<'static> {
    long_cookie(request, DEVICE, token, DEVICE_LASTS)
}

/// A cookie of ours that outlives the browser's window.
#[must_use]
pub fn long_cookie(request: &HttpRequest, name: Name, value: String, lasts: time::Duration) -> Cookie<'static> {
    let mut cookie = cookie(request, name, value);
    cookie.set_max_age(lasts);
    cookie
}

fn cookie(request: &HttpRequest, name: Name, value: String) -> Cookie<'static> {
    let build = Cookie::build(name.here(request), value).path("/").http_only(true).same_site(SameSite::Lax);
    build.secure(is_secure(request)).finish()
}
