//! What every page shares: the frame, choices, links, errors, numbered pages.

use std::rc::Rc;

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentType};
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use askama::Template;

use crate::error::{AppError, FieldError};
use crate::ids::random_token;

use super::client::Network;
use super::csrf;
use super::session::{form_token, visit_cookie};

/// What pages need to know of the installation.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// Hash of the static files.
    pub version: String,
    /// Whether this is the demo town.
    pub demo: bool,
    /// Whether cookies travel over https only.
    pub secure_cookies: bool,
    /// Proxies that may say from where a request came.
    pub trusted_proxies: Vec<Network>,
}

/// The frame around every page: who is looking, where, and what was just done.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The words of the browser's title before "– Waymark"; usually the heading.
    pub title: String,
    /// Who is signed in, if anybody is.
    pub signed_in: Option<Visitor>,
    /// The token that every POST form carries.
    pub csrf: String,
    /// Hash of the static files, so that browsers may keep them for ever.
    pub version: String,
    /// The address of this page with its query, for coming back after signing in.
    pub path: String,
    /// Whether this is the demo town (shows the strip at the top).
    pub demo: bool,
    /// One sentence about what was just done, shown once.
    pub notice: Option<String>,
}

impl Page {
    /// Whether the visitor reads this page as an auditor: its forms are not for them.
    #[must_use]
    pub fn reads_only(&self) -> bool {
        self.signed_in.as_ref().is_some_and(|visitor| visitor.reads_only)
    }

    /// Whether the navigation entry `prefix` is where the visitor is.
    #[must_use]
    pub fn is_at(&self, prefix: &str) -> bool {
        self.path == prefix
            || self.path.starts_with(&format!("{prefix}/"))
            || self.path.starts_with(&format!("{prefix}?"))
    }
}

/// The signed-in person, as the top of each page shows them.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// The person's name.
    pub name: String,
    /// What they are here: "Budget holder", "Commissioner, Trafford".
    pub role_label: String,
    /// The page that is theirs: `/budgets`, `/provider`, `/demand`, `/finance`.
    pub home_path: String,
    /// Its name in the navigation: "My budget", "Provider desk", "Demand", "Invoices".
    pub home_label: String,
    /// For whom a representative is acting.
    pub acting_for: Option<String>,
    /// The way to support plans: one's own, or those that one agrees.
    pub plan: Option<Link>,
    /// Whether there is another role to change to.
    pub may_switch: bool,
    /// Whether the navigation leads to "My money".
    pub has_money: bool,
    /// Whether they see this page as an auditor, who changes nothing.
    pub reads_only: bool,
}

/// Everything that is wrong with a form, in the order of its fields.
#[derive(Clone, Debug, Default)]
pub struct Errors {
    pub list: Vec<FieldError>,
}

impl Errors {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What is wrong with `field`, if anything.
    #[must_use]
    pub fn on(&self, field: &str) -> Option<&str> {
        self.list.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }
}

/// Words that lead somewhere.
#[derive(Clone, Debug, Default)]
pub struct Link {
    /// The words.
    pub label: String,
    /// The address.
    pub href: String,
}

/// One option of a list: in a select, radios, checkboxes or a filter.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What a person reads.
    pub label: String,
    /// How many results it would leave, where that is known.
    pub count: Option<String>,
    /// Whether it is chosen now.
    pub chosen: bool,
}

/// A label with a value beside it.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// What the value is.
    pub label: String,
    /// The value.
    pub value: String,
}

/// A figure that stands out.
#[derive(Clone, Debug, Default)]
pub struct Tile {
    /// The figure: "1,240", "£48,300", "fewer than 5".
    pub value: String,
    /// What it counts.
    pub label: String,
    /// A short remark below it: "12% more than the six months before".
    pub note: Option<String>,
}

/// Steps through a long list.
#[derive(Clone, Debug, Default)]
pub struct Pagination {
    /// Address of the page before, if there is one.
    pub previous: Option<String>,
    /// Address of the page after, if there is one.
    pub next: Option<String>,
    /// The numbered pages to show.
    pub pages: Vec<PageNumber>,
}

/// One numbered page, or a gap between numbers.
#[derive(Clone, Debug, Default)]
pub struct PageNumber {
    /// The number; empty for a gap.
    pub number: String,
    /// Its address.
    pub href: String,
    /// Whether it is the page shown.
    pub current: bool,
}

impl Page {
    /// The frame of the page that answers this request.
    #[must_use]
    pub fn of(request: &HttpRequest, title: impl Into<String>) -> Self {
        let site = request.app_data::<Data<Site>>().map(|site| (***site).clone()).unwrap_or_default();
        let signed_in = request.extensions().get::<Rc<Visitor>>().map(|visitor| (**visitor).clone());
        Self {
            title: title.into(),
            signed_in,
            csrf: csrf::token(request),
            version: site.version,
            path: request.uri().path_and_query().map(ToString::to_string).unwrap_or_default(),
            demo: site.demo,
            notice: None,
        }
    }

    /// The frame of a page with forms, for people who may not have signed in: their forms are tied to a cookie, which is
    /// made here where there is none yet and has to be put onto the answer.
    pub fn tied(request: &HttpRequest, title: impl Into<String>) -> (Self, Tie) {
        let page = Self::of(request, title);
        if form_token(request).is_some() {
            return (page, Tie(None));
        }
        let secret = random_token();
        (Self { csrf: csrf::token_for(&secret), ..page }, Tie(Some(visit_cookie(request, secret))))
    }

    /// The same frame with a sentence about what was just done.
    #[must_use]
    pub fn with_notice(self, notice: Option<&str>) -> Self {
        Self { notice: notice.map(str::to_owned), ..self }
    }
}

/// What ties the forms of a page to a browser.
#[must_use]
pub struct Tie(Option<Cookie<'static>>);

impl Tie {
    /// Puts the cookie onto the answer, where it is new.
    pub fn onto(self, mut answer: HttpResponse) -> Result<HttpResponse, AppError> {
        if let Some(cookie) = self.0 {
            answer.add_cookie(&cookie).map_err(AppError::unexpected)?;
        }
        Ok(answer)
    }
}

impl From<Vec<FieldError>> for Errors {
    fn from(list: Vec<FieldError>) -> Self {
        Self { list }
    }
}

/// A page as an answer.
pub fn html(page: &impl Template) -> Result<HttpResponse, AppError> {
    html_with(StatusCode::OK, page)
}

/// A page as an answer with a status of its own: 422 for a form that comes back.
pub fn html_with(status: StatusCode, page: &impl Template) -> Result<HttpResponse, AppError> {
    let body = page.render().map_err(AppError::unexpected)?;
    Ok(HttpResponse::build(status).content_type(ContentType::html()).body(body))
}

/// Go on to another page, so that loading it again sends nothing twice.
#[must_use]
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}

/// A path within this site, or the home page: nobody is sent elsewhere by an address they were given.
///
/// Browsers read `\` as `/`, drop tabs and line ends, and take `//` for another site; so only plain letters of one
/// path pass, and what a browser makes of it must still be here.
#[must_use]
pub fn local_path(path: &str) -> &str {
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let inside = path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/.");
    let read = url::Url::parse("http://here.invalid").and_then(|here| here.join(path));
    let stays = read.is_ok_and(|url| {
        url.host_str() == Some("here.invalid") && url.scheme() == "http" && !url.path().starts_with("//")
    });
    if plain && inside && stays && path.len() <= 2_000 { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_off_this_site() {
        for path in
            ["/", "/budgets", "/search?q=tea&near=M33%207ZF", "/services/1#reviews", "/a/b//c", "/%2F%2Fevil.example"]
        {
            assert_eq!(local_path(path), path);
        }
        for path in [
            "",
            "budgets",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "https://evil.example",
            "https:/evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "//evil.example@here",
            "/.//evil.example",
            "/..//evil.example",
            "/a/..//evil.example",
            "/\u{2f}/evil.example",
            "/budgets\r\nSet-Cookie: a=b",
            "/\u{3000}",
            "@evil.example",
            "//%65vil.example",
            "/./\\evil.example",
            "/%09/\\evil.example",
            "http://here.invalid/budgets",
        ] {
            assert_eq!(local_path(path), "/", "{path:?}");
        }
    }
}
