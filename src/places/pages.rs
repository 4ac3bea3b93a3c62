//! The page that credits whose data and work this is made of.

use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::catalogue::open_referral;
use crate::error::AppError;
use crate::identity::Anyone;
use crate::web::page::{Link, Page, html};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/credits", get().to(get_credits));
}

/// Whose data and work this is made of.
#[derive(Template)]
#[template(path = "places/credits.html")]
pub struct CreditsPage {
    pub page: Page,
    pub data: Vec<Credit>,
    pub software: Vec<Credit>,
}

/// One source.
#[derive(Clone, Debug, Default)]
pub struct Credit {
    pub name: String,
    /// Who made it.
    pub by: String,
    /// What it is used for here.
    pub used_for: String,
    pub licence: Link,
    pub href: Option<String>,
    /// The words that its licence asks for.
    pub notice: Option<String>,
}

/// One source as `data/credits.json` tells it.
#[derive(Deserialize)]
struct Told {
    name: String,
    what: String,
    licence: String,
    licence_url: String,
    attribution: String,
    source_url: String,
    changes: String,
    #[serde(default)]
    software: bool,
}

/// `GET /credits`: the notices that the licences ask for.
pub async fn get_credits(_: Anyone, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let told: Vec<Told> =
        serde_json::from_str(include_str!("../../data/credits.json")).map_err(AppError::unexpected)?;
    let credit = |told: &Told| Credit {
        name: told.name.clone(),
        by: String::new(),
        used_for: told.what.clone(),
        licence: Link { label: told.licence.clone(), href: told.licence_url.clone() },
        href: Some(told.source_url.clone()),
        notice: Some(format!("{} {}", told.attribution, told.changes)),
    };
    let of = |software: bool| told.iter().filter(move |each| each.software == software).map(credit);
    let feeds = app.db.read(open_referral::store::attributions).await?;
    let feed = |(name, url, licence, attribution): (String, Option<String>, String, String)| Credit {
        name,
        by: String::new(),
        used_for: "Services of this directory, as it published them".into(),
        licence: Link { label: licence, href: String::new() },
        href: url,
        notice: (!attribution.is_empty()).then_some(attribution),
    };
    let data = of(false).chain(feeds.into_iter().map(feed)).collect();
    html(&CreditsPage { page: Page::of(&request, "Credits"), data, software: of(true).collect() })
}
