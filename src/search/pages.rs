//! The pages that find: home, results, and how results are ordered.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{Data, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::app::App;
use crate::budgets::purse;
use crate::catalogue::views::ServiceCard;
use crate::catalogue::{self, Kind, Shelf, WholeService, card};
use crate::db::{Conn, off_the_async_threads};
use crate::error::AppError;
use crate::identity::Anyone;
use crate::identity::attempts::{self, Tried};
use crate::identity::pages::tied_to_the_visit;
use crate::ids::SubmissionKey;
use crate::money::thousands;
use crate::places::{Place, miles_text};
use crate::shortlists::{self, ListKeeper, Whose};
use crate::web::form::{Ask, Form};
use crate::web::page::{Choice, Errors, Link, Page, Row, Tile, html, html_with, see_other};
use crate::web::paging;

use super::asked::{Asked, Understood, days};
use super::map::{Pin, Size, draw};
use super::ranking::Ranking;
use super::views::{
    AboutSearchPage, HomePage, KindTile, RankingRow, ResultsPage, SearchedInstead, WantedForm, WantedPage,
    WantedThanksPage,
};
use super::wanted::{Wanted, want};
use super::{Found, Search, Through, close, explain_order, panel};

/// Results on one page.
const PER_PAGE: u32 = 20;

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/", get().to(get_home))
        .route("/search", get().to(get_search))
        .route("/about-search", get().to(get_about_search))
        .route("/wanted", get().to(get_wanted))
        .route("/wanted", post().to(post_wanted))
        .route("/wanted/thanks", get().to(get_wanted_thanks));
}

/// `GET /`: the front door.
pub async fn get_home(_: Anyone, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let (index, today) = (app.index.clone(), days(app.clock.now().date()));
    let counting = off_the_async_threads(move || index.whole_catalogue(today).map_err(AppError::unexpected));
    let all = counting.await?;
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
    keeper: ListKeeper,
    Ask(asked): Ask<Asked>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    // Open on purpose; who is asking changes nothing about what is found.
    let understood = asked.understood(&app, PER_PAGE)?;
    let (search, from, with) = (understood.search.clone(), asked.clone(), app.clone());
    let today = app.clock.now().date();
    let turn = app.index.turn().await;
    let (found, services, close, closest) = off_the_async_threads(move || {
        let found = with.index.find(&search).map_err(AppError::unexpected)?;
        let services = whole(&with.shelf, &found, today)?;
        let close = close::close_to(&with, &from, &found)?;
        // With a few results, the links will do.
        let closest = close.first().filter(|_| found.total == 0);
        let closest = closest.map(|close| whole(&with.shelf, &close.found, today)).transpose()?.unwrap_or_default();
        Ok::<_, AppError>((found, services, close, closest))
    })
    .await?;
    drop(turn);
    app.searches.note(&app.index, &asked, &understood, &found, (Through::Page, today));
    let ids: Vec<_> = found.hits.iter().map(|hit| hit.id).collect();
    app.tally.appeared(&ids, today);
    let (page, tie) = Page::tied(&request, "Find support");
    let path = page.path.clone();
    let mut results = results_page(page, &app, &asked, &understood, &found, &services);
    if let Some(first) = close.first() {
        results.near_misses_reason.clone_from(&first.reason);
        results.near_misses = closest.iter().map(|whole| card::card(whole, away(&first.found, whole), None)).collect();
    }
    results.close = close.iter().map(|close| close.link(counted(close.found.total, "result"))).collect();
    for_the_visitor(&app, keeper, &services, &path, &mut results.results).await?;
    tie.onto(html(&results)?)
}

/// Puts onto the cards what is the visitor's alone: what a service means for their budget, and the button that keeps it.
async fn for_the_visitor(
    app: &Data<App>,
    keeper: ListKeeper,
    services: &[Arc<WholeService>],
    path: &str,
    cards: &mut [ServiceCard],
) -> Result<(), AppError> {
    if *keeper.whose() == Whose::Nobody {
        // A visitor with nothing yet: there is nothing to read.
        for (card, whole) in cards.iter_mut().zip(services) {
            card.keep = Some(card::keep_button(whole.service.id, &HashSet::new(), path));
        }
        return Ok(());
    }
    let (today, services) = (app.clock.now().date(), services.to_vec());
    let read = move |conn: &mut Conn| {
        let means = match keeper.signed_in() {
            Some(who) => purse::in_short(conn, who, &services.iter().map(|whole| &**whole).collect::<Vec<_>>(), today)?,
            None => HashMap::new(),
        };
        let ids: Vec<_> = services.iter().map(|whole| whole.service.id).collect();
        Ok::<_, AppError>((ids, means, shortlists::store::kept(conn, &keeper)?))
    };
    let (ids, mut means, kept) = app.db.read(read).await?;
    for (card, id) in cards.iter_mut().zip(ids) {
        card.means_for_budget = means.remove(&id);
        card.keep = Some(card::keep_button(id, &kept, path));
    }
    Ok(())
}

/// Searches off the async threads, and takes what was found from the shelf.
pub(crate) async fn find(app: &Data<App>, search: Search) -> Result<(Found, Vec<Arc<WholeService>>), AppError> {
    let today = app.clock.now().date();
    let (index, shelf, tally) = (app.index.clone(), app.shelf.clone(), app.tally.clone());
    let _turn = app.index.turn().await;
    off_the_async_threads(move || {
        let found = index.find(&search).map_err(AppError::unexpected)?;
        let services = whole(&shelf, &found, today)?;
        tally.appeared(&services.iter().map(|whole| whole.service.id).collect::<Vec<_>>(), today);
        Ok((found, services))
    })
    .await
}

fn whole(shelf: &Shelf, found: &Found, today: NaiveDate) -> Result<Vec<Arc<WholeService>>, AppError> {
    let ids: Vec<_> = found.hits.iter().map(|hit| hit.id).collect();
    Ok(shelf.services(&ids, today)?)
}

/// "0.4 miles away"; none where no place was given.
fn away(found: &Found, whole: &WholeService) -> Option<String> {
    let hit = found.hits.iter().find(|hit| hit.id == whole.service.id)?;
    hit.distance_metres.map(|metres| format!("{} away", miles_text(f64::from(metres))))
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
    let results: Vec<ServiceCard> = services
        .iter()
        .zip(before + 1..)
        .map(|(whole, pin)| card::card(whole, away(found, whole), Some(pin)))
        .collect();
    let heading = heading(understood, found.total);
    let last = u64::from(before) + services.len() as u64;
    let as_map = asked.view == "map";
    let shown_as = |view: &str| Asked { view: view.into(), ..asked.clone() }.address(search.page);
    ResultsPage {
        q: asked.q.clone(),
        near: asked.near.clone(),
        place: understood.place.as_ref().map(|place| place.label.clone()),
        notes: understood.notes.iter().filter(|note| note.field != "max_price").map(|n| n.message.clone()).collect(),
        did_you_mean: found.did_you_mean.as_ref().map(|words| Link {
            label: words.clone(),
            href: Asked { q: words.clone(), page: String::new(), ..asked.clone() }.address(1),
        }),
        searched_instead: searched_instead(asked, understood, found),
        range: match services.len() {
            0 => String::new(),
            _ => format!("Showing {} to {last} of {}", before + 1, number(found.total)),
        },
        sorts: sorts(asked, understood.place.is_some()),
        no_errors: Errors::default(),
        wanted: (found.total == 0)
            .then(|| wanted_form(app, &understood.words, &asked.near_or(understood), chosen_category(asked))),
        wanted_href: wanted_href(asked, understood),
        filters: panel::filters(app, asked, understood, &found.counts),
        chosen: panel::chosen(app, asked),
        clear_href: asked.without_filters().address(1),
        order: explain_order(search),
        also: found.understood.clone(),
        relaxed: relaxed(found),
        close: Vec::new(),
        save_address: asked.address(1),
        near_misses: Vec::new(),
        near_misses_reason: String::new(),
        list_href: as_map.then(|| shown_as("")),
        map_href: (!as_map).then(|| shown_as("map")),
        map: map(found, &results, understood.place.as_ref(), as_map),
        pagination: paging::pagination(found.total as u64, search.page, PER_PAGE, |number| asked.address(number)),
        page: Page { title: heading.clone(), ..page },
        heading,
        results,
    }
}

/// How many of the results meet the whole question, if not all do.
fn relaxed(found: &Found) -> Option<String> {
    let all = match found.whole {
        _ if !found.relaxed => return None,
        0 => "Nothing has all of your words.".to_owned(),
        1 => "One service has all of your words.".to_owned(),
        many => format!("{} services have all of your words.", number(many)),
    };
    Some(format!("{all} The {} have some of them.", if found.whole == 0 { "results below" } else { "others" }))
}

pub(super) fn number(count: usize) -> String {
    thousands(count as u64)
}

pub(super) fn counted(count: usize, what: &str) -> String {
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
    let all = [
        ("", "Best match"),
        ("distance", "Nearest first"),
        ("rating", "Best rated first"),
        ("price", "Lowest price first"),
        ("checked", "Last checked first"),
    ];
    all.into_iter()
        .filter(|(value, _)| placed || *value != "distance")
        .map(|(value, label)| Choice {
            value: value.into(),
            label: label.into(),
            count: None,
            chosen: asked.sort == value,
        })
        .collect()
}

fn map(found: &Found, results: &[ServiceCard], place: Option<&Place>, large: bool) -> Option<String> {
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
    let size = if large { Size::LARGE } else { Size::SMALL };
    draw(&pins, place.map(|place| ((place.latitude, place.longitude), place.label.as_str())), size)
}

/// What was typed into "I was looking for…".
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct WantedTyped {
    words: String,
    near: String,
    category: String,
    submission_key: String,
}

/// `GET /wanted`: "I was looking for…".
pub async fn get_wanted(
    _: Anyone,
    Ask(typed): Ask<WantedTyped>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let form = wanted_form(&app, &typed.words, &typed.near, &typed.category);
    let make = |page: Page| WantedPage { page, errors: Errors::default(), form };
    tied_to_the_visit(&request, "Tell us what is missing", StatusCode::OK, make)
}

/// `POST /wanted`: keeps the wish, without whoever made it.
pub async fn post_wanted(
    anyone: Anyone,
    Form(typed): Form<WantedTyped>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    attempts::limit(&app, &request, &anyone, Tried::Wanted).await?;
    let key: SubmissionKey = typed.submission_key.parse().unwrap_or_else(|_not_an_id| SubmissionKey::new());
    match Wanted::checked(&typed.words, &typed.near, &typed.category, key, &app.taxonomy) {
        Ok(wanted) => {
            let now = app.clock.now();
            app.db.write(move |tx| want(tx, &wanted, now).map_err(AppError::from)).await?;
            Ok(see_other("/wanted/thanks"))
        }
        Err(AppError::Refused(refusal)) => {
            let form = wanted_form(&app, &typed.words, &typed.near, &typed.category);
            let page = Page::of(&request, "Tell us what is missing");
            let mut fields = refusal.fields;
            for wrong in fields.iter_mut().filter(|wrong| wrong.field != "words") {
                wrong.field = format!("wanted-{}", wrong.field); // what the fields are called on the page
            }
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &WantedPage { page, errors: fields.into(), form })
        }
        Err(other) => Err(other),
    }
}

/// `GET /wanted/thanks`
pub async fn get_wanted_thanks(_: Anyone, request: HttpRequest) -> Result<HttpResponse, AppError> {
    html(&WantedThanksPage { page: Page::of(&request, "Thank you") })
}

fn wanted_form(app: &App, words: &str, near: &str, category: &str) -> WantedForm {
    let mut categories: Vec<Choice> = vec![Choice { label: "I am not sure".into(), ..Choice::default() }];
    categories.extend(app.taxonomy.all("category").into_iter().filter(|term| term.parent_id.is_some()).map(|term| {
        Choice { value: term.id.clone(), label: term.name.clone(), count: None, chosen: term.id == category }
    }));
    WantedForm {
        words: words.chars().take(200).collect(),
        near: near.chars().take(80).collect(),
        categories,
        submission_key: SubmissionKey::new().to_string(),
    }
}

/// Where to say what is missing, with what is known already.
fn wanted_href(asked: &Asked, understood: &Understood) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let near = asked.near_or(understood);
    let known = [("words", understood.words.trim()), ("near", near.as_str()), ("category", chosen_category(asked))];
    query.extend_pairs(known.iter().filter(|(_, value)| !value.is_empty()));
    match query.finish() {
        query if query.is_empty() => "/wanted".into(),
        query => format!("/wanted?{query}"),
    }
}

/// The one category that was chosen, if it is one.
fn chosen_category(asked: &Asked) -> &str {
    match asked.category.as_slice() {
        [only] => only,
        _ => "",
    }
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
        factors: Ranking::shared()
            .factors_told()
            .into_iter()
            .map(|(what, how)| Row { label: what.into(), value: how })
            .collect(),
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the length of a bar, 0 to 100")]
fn percent(weight: f32, most: f32) -> u32 {
    (weight / most * 100.0).clamp(0.0, 100.0) as u32
}
