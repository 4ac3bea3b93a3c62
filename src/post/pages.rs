//! The demo town's letters on a page: `/demo/post`, only in the demo.

use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};
use chrono::DateTime;

use crate::app::App;
use crate::clock::long_time;
use crate::error::AppError;
use crate::identity::Anyone;
use crate::web::page::{Page, html};

use super::postbox::{Received, received};
use super::views::{DemoPostPage, LetterLine, LetterShown};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/demo/post", get().to(get_demo_post));
}

/// `GET /demo/post`: the letters that the demo town sent, instead of a mailbox.
pub async fn get_demo_post(_: Anyone, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    if !app.demo {
        return Err(AppError::NotFound);
    }
    let letters = received(&app.post.folder).iter().map(|letter| shown(letter, &app.post.public_url)).collect();
    html(&DemoPostPage { page: Page::of(&request, "Letters of the demo town"), letters })
}

fn shown(letter: &Received, public_url: &str) -> LetterShown {
    let when = DateTime::parse_from_rfc3339(&letter.at).map(|at| long_time(at.naive_utc())).unwrap_or_default();
    let line = |line: &str| {
        let path = line.trim().strip_prefix(public_url).filter(|path| path.starts_with('/'));
        LetterLine { words: line.to_owned(), href: path.map(str::to_owned) }
    };
    LetterShown {
        to: letter.to.clone(),
        subject: letter.subject.clone(),
        when,
        lines: letter.words.lines().map(line).collect(),
    }
}
