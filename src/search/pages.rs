//! The pages that find: home, results, and how results are ordered.

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::catalogue::{self, Kind, WholeService, card};
use crate::db::off_the_async_threads;
use crate::error::AppError;
use crate::identity::Anyone;
use crate::money::thousands;
use crate::places::{Place, miles_text};
use crate::web::form::Ask;
use crate::web::page::{Choice, Link, Page, Tile, html};
use crate::web::paging;

use super::asked::{Asked, Understood};
use super::map::{Pin, draw};
use super::ranking::Ranking;
use super::views::{
    AboutSearchPage, Filters, HomePage, KindChoice, KindTile, RankingRow, ResultsPage, SearchedInstead,
};
use super::{Counts, Found, Search, explain_order};

/// Results on one page.
const PER_PAGE: u32 = 20;

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/", get().to(get_home))
        .route("/search", get().to(get_search))
        .route("/about-search", get().to(get_about_search));
}

/// `GET /`: the front door.
pub async fn get_home(_: Anyone, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let all = app.index.find(&Search { per_page: 1, page: 1, ..Search::default() }).map_err(AppError::unexpected)?;
    let kind = |kind: &Kind| {
        let count = all.counts.kinds.get(kind.as_str()).copied().unwrap_or(0);
        KindTile {
            label: kind.to_string(),
            slug: kind.slug(),
            about: catalogue::pages::about(*kind).into(),
            count: counted(count, "service"),
            href: format!("/search?kind={}", kind.as_str().replace(' ', "+")),
        }
    };
    let figure = |value: usize, label: &str| Tile { value: number(value), label: label.into(), note: None };
    let example = |label: &str, href: &str| Link { label: label.into(), href: href.into() };
    html(&HomePage {
        page: Page::of(&request, "Find support that suits you"),
        kinds: Kind::ALL.iter().map(kind).collect(),
        examples: vec![
            example("someone to sit with mum", "/search?q=someone+to+sit+with+mum"),
            example("library near M33 7", "/search?q=library+near+M33+7"),
            example("lunch club", "/search?q=lunch+club"),
            example("help with the hoovering", "/search?q=hoover"),
        ],
        figures: vec![
            figure(all.total, "services to choose from"),
            figure(all.counts.free, "of them free to everyone"),
            figure(all.counts.registered, "registered and checked"),
        ],
    })
}

/// `GET /search`: what was found, in an order that the page explains.
pub async fn get_search(
    anyone: Anyone,
    Ask(asked): Ask<Asked>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    drop(anyone); // open on purpose; who is asking changes nothing about what is found
    let understood = asked.understood(PER_PAGE)?;
    let (found, services) = find(&app, understood.search.clone()).await?;
    html(&results_page(Page::of(&request, "Find support"), &app, &asked, &understood, &found, &services))
}

/// Searches off the async threads, and takes what was found from the shelf.
pub(super) async fn find(app: &Data<App>, search: Search) -> Result<(Found, Vec<Arc<WholeService>>), AppError> {
    let today = app.clock.now().date();
    let (index, shelf) = (app.index.clone(), app.shelf.clone());
    let _turn = app.index.turn().await;
    off_the_async_threads(move || {
        let found = index.find(&search).map_err(AppError::unexpected)?;
        let ids: Vec<_> = found.hits.iter().map(|hit| hit.id).collect();
        let services = shelf.services(&ids, today)?;
        Ok((found, services))
    })
    .await
}

fn results_page(
    page: Page,
    app: &App,
    asked: &Asked,
    understood: &Understood,
    found: &Found,
    services: &[Arc<WholeService>],
) -> ResultsPage {
    let search = &understood.search;
    let before = (search.page - 1) * PER_PAGE;
    let mut results = Vec::with_capacity(services.len());
    for (whole, pin) in services.iter().zip(before + 1..) {
        let hit = found.hits.iter().find(|hit| hit.id == whole.service.id);
        let distance =
            hit.and_then(|hit| hit.distance_metres).map(|metres| format!("{} away", miles_text(f64::from(metres))));
        results.push(card::card(whole, distance, Some(pin)));
    }
    let heading = heading(understood, found.total);
    let last = u64::from(before) + services.len() as u64;
    ResultsPage {
        q: asked.q.clone(),
        near: asked.near.clone(),
        place: understood.place.as_ref().map(|place| place.label.clone()),
        place_problem: understood.place_problem.clone(),
        did_you_mean: None,
        searched_instead: searched_instead(asked, understood, found),
        range: match services.len() {
            0 => String::new(),
            _ => format!("Showing {} to {last} of {}", before + 1, number(found.total)),
        },
        sorts: sorts(asked, understood.place.is_some()),
        filters: filters(app, asked, understood, &found.counts),
        chosen: chosen(app, asked),
        clear_href: Asked { q: asked.q.clone(), near: asked.near.clone(), ..Asked::default() }.address(1),
        order_sentence: explain_order(search).into_iter().next().unwrap_or_default(),
        near_misses: Vec::new(),
        near_misses_reason: String::new(),
        map: map(found, &results, understood.place.as_ref()),
        pagination: paging::pagination(found.total as u64, search.page, PER_PAGE, |number| asked.address(number)),
        page: Page { title: heading.clone(), ..page },
        heading,
        results,
    }
}

fn number(count: usize) -> String {
    thousands(count as u64)
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{} {what}s", number(count)) }
}

fn heading(understood: &Understood, total: usize) -> String {
    let near = understood.place.as_ref().map(|place| format!(" near {}", place.label)).unwrap_or_default();
    let words = understood.words.trim();
    match (words.is_empty(), total) {
        (true, _) if near.is_empty() => format!("Everything on Waymark: {}", counted(total, "service")),
        (true, _) => format!("{}{near}", counted(total, "service")),
        (false, 0) => format!("Nothing found for “{words}”{near}"),
        (false, _) => format!("{} for “{words}”{near}", counted(total, "result")),
    }
}

fn searched_instead(asked: &Asked, understood: &Understood, found: &Found) -> Option<SearchedInstead> {
    let used = found.corrected.clone()?;
    let exact = Asked { q: format!("\"{}\"", understood.words), ..asked.clone() };
    Some(SearchedInstead { used, typed: understood.words.clone(), exact_href: exact.address(1) })
}

fn sorts(asked: &Asked, placed: bool) -> Vec<Choice> {
    [("", "Best match"), ("distance", "Nearest first"), ("rating", "Best rated first"), ("price", "Lowest price first")]
        .into_iter()
        .filter(|(value, _)| placed || *value != "distance")
        .map(|(value, label)| Choice {
            value: value.into(),
            label: label.into(),
            count: None,
            chosen: asked.sort == value,
        })
        .collect()
}

fn filters(app: &App, asked: &Asked, understood: &Understood, counts: &Counts) -> Filters {
    let kinds = Kind::ALL.iter().filter_map(|kind| {
        let chosen = asked.kind.iter().any(|value| value == kind.as_str());
        let count = counts.kinds.get(kind.as_str()).copied().unwrap_or(0);
        (chosen || count > 0).then(|| KindChoice {
            slug: kind.slug(),
            choice: Choice { value: kind.to_string(), label: kind.to_string(), count: Some(number(count)), chosen },
        })
    });
    let mut categories: Vec<(usize, Choice)> = app
        .taxonomy
        .all("category")
        .into_iter()
        .filter(|term| term.parent_id.is_some())
        .filter_map(|term| {
            let chosen = asked.category.contains(&term.id);
            let count = counts.categories.get(&term.id).copied().unwrap_or(0);
            let choice =
                Choice { value: term.id.clone(), label: term.name.clone(), count: Some(number(count)), chosen };
            (chosen || count > 0).then_some((if chosen { usize::MAX } else { count }, choice))
        })
        .collect();
    categories.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.label.cmp(&b.1.label)));
    categories.truncate(12);
    let rating = |value: &str, label: &str, count: Option<usize>| Choice {
        value: value.into(),
        label: label.into(),
        count: count.map(number),
        chosen: asked.min_rating == value,
    };
    let on = chosen(app, asked).len();
    Filters {
        kinds: kinds.collect(),
        categories: categories.into_iter().map(|(_, choice)| choice).collect(),
        ratings: vec![
            rating("", "Any", None),
            rating("3", "3 stars and up", Some(counts.three_stars)),
            rating("4", "4 stars and up", Some(counts.four_stars)),
        ],
        max_price: asked.max_price.clone(),
        max_price_problem: understood.price_problem.clone(),
        on: if on == 0 { String::new() } else { format!("{} on", counted(on, "filter")) },
    }
}

/// The filters that are on, each with the address without it.
fn chosen(app: &App, asked: &Asked) -> Vec<Link> {
    let mut links = Vec::new();
    for kind in asked.kind.iter().filter(|kind| !kind.is_empty()) {
        let without = asked.kind.iter().filter(|other| *other != kind).cloned().collect();
        links.push(Link { label: kind.clone(), href: Asked { kind: without, ..asked.clone() }.address(1) });
    }
    for category in asked.category.iter().filter(|category| !category.is_empty()) {
        let without = asked.category.iter().filter(|other| *other != category).cloned().collect();
        let label = app.taxonomy.name(category).to_owned();
        links.push(Link { label, href: Asked { category: without, ..asked.clone() }.address(1) });
    }
    if !asked.min_rating.is_empty() {
        let href = Asked { min_rating: String::new(), ..asked.clone() }.address(1);
        links.push(Link { label: format!("{} stars and up", asked.min_rating), href });
    }
    if !asked.max_price.is_empty() {
        let href = Asked { max_price: String::new(), ..asked.clone() }.address(1);
        links.push(Link { label: format!("up to £{}", asked.max_price.trim_start_matches('£')), href });
    }
    links
}

fn map(found: &Found, results: &[crate::catalogue::views::ServiceCard], place: Option<&Place>) -> Option<String> {
    let pins: Vec<Pin<'_>> = results
        .iter()
        .zip(&found.hits)
        .filter_map(|(card, hit)| {
            let at = (hit.latitude?, hit.longitude?);
            let near = hit.distance_metres.is_none_or(|metres| metres < 30_000);
            near.then_some(Pin {
                number: card.pin?,
                href: &card.href,
                name: &card.name,
                kind_slug: &card.kind_slug,
                at,
            })
        })
        .collect();
    draw(&pins, place.map(|place| ((place.latitude, place.longitude), place.label.as_str())))
}

/// `GET /about-search`: how results are ordered, with the weights in force.
pub async fn get_about_search(_: Anyone, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let rows = Ranking::shared().told();
    let most = rows.iter().map(|(_, weight, _)| *weight).fold(0.1, f32::max);
    let row = |(what, weight, why): &(&str, f32, &str)| RankingRow {
        what: (*what).into(),
        weight: format!("{weight:.1}"),
        percent: percent(*weight, most),
        why: (*why).into(),
    };
    html(&AboutSearchPage {
        page: Page::of(&request, "How results are ordered"),
        weights: rows.iter().map(row).collect(),
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the length of a bar, 0 to 100")]
fn percent(weight: f32, most: f32) -> u32 {
    (weight / most * 100.0).clamp(0.0, 100.0) as u32
}
