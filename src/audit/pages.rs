//! The page on which everybody reads who looked at their records.

use std::collections::HashMap;

use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::clock::wall_clock;
use crate::error::AppError;
use crate::identity::SignedIn;
use crate::ids::PurchaseId;
use crate::purchasing;
use crate::web::form::Ask;
use crate::web::page::{Page, html};
use crate::web::paging;

use super::entry::{Deed, What, Why};
use super::store::{self, Line};
use super::views::{LookedLine, LookedPage};

/// Lines on one page.
const PER_PAGE: u32 = 25;

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/account/looked", get().to(get_looked));
}

/// Which page, and whether with one's own deeds.
#[derive(Deserialize)]
pub struct Shown {
    page: Option<String>,
    own: Option<String>,
}

/// `GET /account/looked`
pub async fn get_looked(
    who: SignedIn,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = paging::number(shown.page.as_deref());
    let own = shown.own.is_some();
    let asked = who.clone();
    let (lines, total, purchases) = app
        .db
        .read(move |conn| {
            let lines = store::about(conn, &asked, own, i64::from(page), i64::from(PER_PAGE))?;
            let total = store::count_about(conn, &asked, own)?;
            let ids: Vec<PurchaseId> = lines.iter().filter_map(|line| line.subject.parse().ok()).collect();
            let purchases = purchasing::store::own_headings(conn, &asked, &ids)?;
            Ok::<_, AppError>((lines, total, purchases))
        })
        .await?;
    let address = if own { "/account/looked?own=yes&page=" } else { "/account/looked?page=" };
    html(&LookedPage {
        page: Page::of(&request, "Who looked at your records"),
        lines: lines.iter().map(|line| told(line, &who, &purchases)).collect(),
        own,
        pagination: paging::pagination(u64::try_from(total).unwrap_or(0), page, PER_PAGE, |number| {
            format!("{address}{number}")
        }),
    })
}

/// One line in plain words.
fn told(line: &Line, who: &SignedIn, purchases: &HashMap<PurchaseId, String>) -> LookedLine {
    let name = line.name.as_deref().unwrap_or("Somebody");
    let is_own = line.actor == Some(who.person());
    let body = line.organization.as_deref().or(line.authority.as_deref());
    let subject = match (line.actor, body) {
        (None, _) => "Waymark itself".to_owned(),
        (Some(_), _) if is_own => "You".to_owned(),
        (Some(_), Some(body)) => format!("{name} of {body}"),
        (Some(_), None) => name.to_owned(),
    };
    let in_your_name = if line.acting_for == Some(who.person()) && !is_own { " for you" } else { "" };
    let what = match line.what {
        What::Purchase => {
            let heading = line.subject.parse().ok().and_then(|id: PurchaseId| purchases.get(&id));
            heading.map_or_else(|| "a purchase of yours".to_owned(), |heading| format!("your purchase of {heading}"))
        }
        What::Purchases => "your purchases, in a list".to_owned(),
        What::Budget => "your budget".to_owned(),
        What::Helpers => "who may act for you".to_owned(),
        What::Account => "your account".to_owned(),
        What::Password => "your password".to_owned(),
        What::Address => "your e-mail address".to_owned(),
        What::SecondFactor => "the codes that signing in takes".to_owned(),
        What::Question => "a question that you asked".to_owned(),
        What::Review => "a review that you wrote".to_owned(),
        What::Assessment => "your answers about your needs".to_owned(),
        What::SupportPlan => "your support plan".to_owned(),
        What::Challenge => "your question to the council about a rule".to_owned(),
        What::Paper => "a paper that you sent to be checked".to_owned(),
    };
    let plain = is_own || line.why == Why::ForOneself;
    let why = if plain { String::new() } else { format!(", {}", line.why) };
    LookedLine {
        who: subject,
        did: format!("{} {what}{in_your_name}{why}.", line.deed),
        when: wall_clock(line.at).format("%-d %B %Y at %H:%M").to_string(),
        look: line.deed == Deed::LookedAt,
    }
}
