//! The feed: `GET` below `/open-referral/v3`, open to anyone and to every origin.

use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data, Path, ServiceConfig, get};
use actix_web::{Error, HttpResponse};
use futures_util::stream;
use serde_json::{Value, json};

use crate::app::App;
use crate::error::AppError;
use crate::identity::Anyone;
use crate::ids::{OrganizationId, ServiceId};
use crate::web::form::Ask;

use super::asked::{Asked, Parameters};
use super::document::{
    at_location_full, at_location_row, organization_full, organization_row, service_at_location_id, service_full,
    service_row,
};
use super::store::{self, After};
use super::terms::{TAXONOMIES, Terms, find_taxonomy, taxonomy_id, taxonomy_row, term_row};

/// Services read at once for a stream.
const AT_ONCE: i64 = 200;

/// Services told of one organisation.
const OF_ONE: i64 = 2_000;

/// The routes of the feed, within its scope.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("", get().to(get_about))
        .route("/", get().to(get_about))
        .route("/services", get().to(get_services))
        .route("/services/", get().to(get_services))
        .route("/services/{id}", get().to(get_service))
        .route("/taxonomies", get().to(get_taxonomies))
        .route("/taxonomies/{id}", get().to(get_taxonomy))
        .route("/taxonomy_terms", get().to(get_terms))
        .route("/taxonomy_terms/{id}", get().to(get_term))
        .route("/service_at_locations", get().to(get_at_locations))
        .route("/service_at_locations/{id}", get().to(get_at_location))
        .route("/organizations", get().to(get_organizations))
        .route("/organizations/{id}", get().to(get_organization));
}

/// Lets programs on every page read every answer, refusals included.
pub async fn to_every_origin(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut answer = next.call(request).await?.map_into_boxed_body();
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
    Ok(answer)
}

/// `GET /`: which version of the standard this is.
async fn get_about(_: Anyone) -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "version": "HSDS-UK-3.0",
        "profile": "https://github.com/OpenReferralUK/uk-profile/blob/main/docs/index.md",
        "openapi_url": "https://docs.openreferraluk.org/en/latest/openapi30.json",
        "x_waymark": {
            "publisher": "Waymark",
            "licence": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        },
    }))
}

/// One page in the standard's envelope.
fn page(asked: &Asked, total: i64, contents: Vec<Value>) -> HttpResponse {
    let pages = (total + asked.per_page - 1) / asked.per_page;
    HttpResponse::Ok().json(json!({
        "total_items": total,
        "total_pages": pages,
        "page_number": asked.page,
        "size": contents.len(),
        "first_page": asked.page == 1,
        "last_page": asked.page >= pages,
        "empty": contents.is_empty(),
        "contents": contents,
    }))
}

/// One document on each line.
fn lines(contents: &[Value]) -> HttpResponse {
    let mut body = String::new();
    for each in contents {
        body.push_str(&each.to_string());
        body.push('\n');
    }
    HttpResponse::Ok().content_type("application/x-ndjson").body(body)
}

/// A page, or its rows as lines.
fn listed(asked: &Asked, total: i64, contents: Vec<Value>) -> HttpResponse {
    if asked.lines { lines(&contents) } else { page(asked, total, contents) }
}

/// `GET /services`
async fn get_services(_: Anyone, Ask(sent): Ask<Parameters>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let terms = Terms::of(&app.taxonomy);
    let asked = sent.checked(&app.taxonomy, &terms)?;
    if asked.minimal || (asked.lines && !asked.paged) {
        return every_service(app, asked, terms).await;
    }
    let (taxonomy, today, question) = (Arc::clone(&app.taxonomy), app.clock.now().date(), asked.clone());
    let read = app.db.read(move |conn| {
        let total = store::services_counted(conn, &question)?;
        let ids = store::ids_on_page(conn, &question, question.skip(), question.per_page)?;
        Ok::<_, diesel::result::Error>((total, store::told(conn, &ids, &taxonomy, today)?))
    });
    let (total, told) = read.await?;
    let row = |told| if asked.full { service_full(told, &terms) } else { service_row(told) };
    Ok(listed(&asked, total, told.iter().map(row).collect()))
}

/// Every service that is asked for, in one answer that is never whole in memory.
async fn every_service(app: Data<App>, asked: Asked, terms: Terms) -> Result<HttpResponse, AppError> {
    let question = asked.clone();
    let total = app.db.read(move |conn| store::services_counted(conn, &question)).await?;
    let kind = if asked.lines { "application/x-ndjson" } else { "application/json" };
    let beginning = if asked.lines {
        String::new()
    } else {
        format!(
            "{{\"total_items\":{total},\"total_pages\":1,\"page_number\":1,\"size\":{total},\"first_page\":true,\"last_page\":true,\
             \"empty\":{},\"contents\":[",
            total == 0
        )
    };
    let (asked, terms) = (Arc::new(asked), Arc::new(terms));
    let state = (Some(After::default()), beginning);
    let parts = stream::unfold(state, move |(after, beginning)| {
        let (app, asked, terms) = (app.clone(), Arc::clone(&asked), Arc::clone(&terms));
        async move {
            let after = after?;
            let first = after.0.is_none();
            match next_part(&app, asked, terms, after).await {
                Ok((rows, next)) => {
                    let mut text = beginning;
                    if next.is_none() && text.is_empty() && rows.text.is_empty() && rows.lines {
                        return None;
                    }
                    if !first && !rows.lines && !rows.text.is_empty() {
                        text.push(',');
                    }
                    text.push_str(&rows.text);
                    if next.is_none() && !rows.lines {
                        text.push_str("]}");
                    }
                    Some((Ok(Bytes::from(text)), (next, String::new())))
                }
                // The answer has begun, so breaking it off is the only way left to say that it is not whole.
                Err(failure) => Some((Err(Error::from(failure)), (None, String::new()))),
            }
        }
    });
    Ok(HttpResponse::Ok().content_type(kind).streaming(Box::pin(parts)))
}

struct Rows {
    text: String,
    lines: bool,
}

async fn next_part(
    app: &App,
    asked: Arc<Asked>,
    terms: Arc<Terms>,
    after: After,
) -> Result<(Rows, Option<After>), AppError> {
    let (taxonomy, today, question) = (Arc::clone(&app.taxonomy), app.clock.now().date(), Arc::clone(&asked));
    if asked.minimal {
        let many = AT_ONCE * 25;
        let rows = app.db.read(move |conn| store::minimal_after(conn, &question, &after, many)).await?;
        let next = (i64::try_from(rows.len()).unwrap_or(0) == many).then(|| rows.last()).flatten();
        let next = next.map(|(id, name, _)| After(Some((name.clone(), *id))));
        let row = |(id, _, changed): &(ServiceId, String, crate::clock::UtcTime)| {
            let changed = changed.and_utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
            format!("{{\"id\":\"{id}\",\"last_modified\":\"{changed}\"}}")
        };
        let rows: Vec<String> = rows.iter().map(row).collect();
        return Ok((Rows { text: joined(&rows, asked.lines), lines: asked.lines }, next));
    }
    let read = app.db.read(move |conn| {
        let found = store::ids_after(conn, &question, &after, AT_ONCE)?;
        let ids: Vec<ServiceId> = found.iter().map(|(id, _)| *id).collect();
        let next = (i64::try_from(found.len()).unwrap_or(0) == AT_ONCE).then(|| found.last().cloned()).flatten();
        Ok::<_, diesel::result::Error>((next, store::told(conn, &ids, &taxonomy, today)?))
    });
    let (next, told) = read.await?;
    let row = |told| if asked.full { service_full(told, &terms) } else { service_row(told) };
    let rows: Vec<String> = told.iter().map(|told| row(told).to_string()).collect();
    let next = next.map(|(id, name)| After(Some((name, id))));
    Ok((Rows { text: joined(&rows, asked.lines), lines: asked.lines }, next))
}

fn joined(rows: &[String], lines: bool) -> String {
    if lines { rows.iter().flat_map(|row| [row.as_str(), "\n"]).collect() } else { rows.join(",") }
}

/// `GET /services/{id}`
async fn get_service(_: Anyone, id: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let id: ServiceId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (taxonomy, today) = (Arc::clone(&app.taxonomy), app.clock.now().date());
    let told = app.db.read(move |conn| store::told(conn, &[id], &taxonomy, today)).await?;
    let told = told.first().ok_or(AppError::NotFound)?;
    Ok(HttpResponse::Ok().json(service_full(told, &Terms::of(&app.taxonomy))))
}

fn some_of(asked: &Asked, rows: Vec<Value>) -> HttpResponse {
    let total = i64::try_from(rows.len()).unwrap_or(0);
    let skip = usize::try_from(asked.skip()).unwrap_or(usize::MAX);
    let most = usize::try_from(asked.per_page).unwrap_or(0);
    listed(asked, total, rows.into_iter().skip(skip).take(most).collect())
}

fn says(text: &str, words: &[String]) -> bool {
    let text = text.to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}

/// `GET /taxonomies`
async fn get_taxonomies(_: Anyone, Ask(sent): Ask<Parameters>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let asked = sent.checked(&app.taxonomy, &Terms::of(&app.taxonomy))?;
    let found = TAXONOMIES.iter().filter(|(_, name, about, _)| says(&format!("{name} {about}"), &asked.words));
    Ok(some_of(&asked, found.map(taxonomy_row).collect()))
}

/// `GET /taxonomies/{id}`
async fn get_taxonomy(_: Anyone, id: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let found = find_taxonomy(&id).ok_or(AppError::NotFound)?;
    let terms = Terms::of(&app.taxonomy);
    let mut row = taxonomy_row(found);
    row["taxonomy_terms"] = terms.all().into_iter().filter(|term| term.taxonomy == found.0).map(term_row).collect();
    Ok(HttpResponse::Ok().json(row))
}

/// `GET /taxonomy_terms`
async fn get_terms(_: Anyone, Ask(sent): Ask<Parameters>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let terms = Terms::of(&app.taxonomy);
    let asked = sent.checked(&app.taxonomy, &terms)?;
    let within = asked.taxonomy_id.as_deref().map(|id| find_taxonomy(id).map(|(key, ..)| *key));
    let parent = asked.parent_id.as_deref().map(|id| terms.find(id).map(|term| term.id.clone()));
    let found = terms.all().into_iter().filter(|term| {
        says(&format!("{} {} {}", term.name, term.description, term.term), &asked.words)
            && (!asked.top_only || term.parent.is_none())
            && within.is_none_or(|key| key == Some(term.taxonomy))
            && parent.as_ref().is_none_or(|parent| parent.is_some() && *parent == term.parent)
    });
    Ok(some_of(&asked, found.map(term_row).collect()))
}

/// `GET /taxonomy_terms/{id}`
async fn get_term(_: Anyone, id: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let terms = Terms::of(&app.taxonomy);
    let term = terms.find(&id).ok_or(AppError::NotFound)?;
    let mut row = term_row(term);
    if let Some((.., uri)) = find_taxonomy(term.taxonomy) {
        row["taxonomy_id"] = taxonomy_id(uri).into();
    }
    Ok(HttpResponse::Ok().json(row))
}

/// `GET /service_at_locations`
async fn get_at_locations(_: Anyone, Ask(sent): Ask<Parameters>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let terms = Terms::of(&app.taxonomy);
    let asked = sent.checked(&app.taxonomy, &terms)?;
    let (taxonomy, today, question) = (Arc::clone(&app.taxonomy), app.clock.now().date(), asked.clone());
    let read = app.db.read(move |conn| {
        let total = store::at_locations_counted(conn, &question)?;
        let found = store::at_locations(conn, &question, question.skip(), question.per_page)?;
        let mut ids: Vec<ServiceId> = found.iter().map(|(service, _)| *service).collect();
        ids.dedup();
        Ok::<_, diesel::result::Error>((total, found, store::told(conn, &ids, &taxonomy, today)?))
    });
    let (total, found, told) = read.await?;
    let row = |(service, location)| {
        let told = told.iter().find(|told| told.whole.service.id == service)?;
        let at = told.whole.locations.iter().find(|at| at.id == location)?;
        Some(if asked.full { at_location_full(told, at, &terms) } else { at_location_row(told, at) })
    };
    Ok(listed(&asked, total, found.into_iter().filter_map(row).collect()))
}

/// `GET /service_at_locations/{id}`
async fn get_at_location(_: Anyone, id: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let id: ServiceId = id.parse().map_err(|_not_an_id| AppError::NotFound)?; // only to know that it is a UUID
    let (taxonomy, today) = (Arc::clone(&app.taxonomy), app.clock.now().date());
    let read = app.db.read(move |conn| {
        for service in store::services_like(conn, id.as_str().get(..18).unwrap_or_default())? {
            for location in store::location_ids_of(conn, service)? {
                if service_at_location_id(service, location) == id.as_str() {
                    return Ok(store::told(conn, &[service], &taxonomy, today)?.pop().map(|told| (told, location)));
                }
            }
        }
        Ok::<_, diesel::result::Error>(None)
    });
    let (told, location) = read.await?.ok_or(AppError::NotFound)?;
    let at = told.whole.locations.iter().find(|at| at.id == location).ok_or(AppError::NotFound)?;
    Ok(HttpResponse::Ok().json(at_location_full(&told, at, &Terms::of(&app.taxonomy))))
}

/// `GET /organizations`
async fn get_organizations(_: Anyone, Ask(sent): Ask<Parameters>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let terms = Terms::of(&app.taxonomy);
    let asked = sent.checked(&app.taxonomy, &terms)?;
    let (taxonomy, today, question) = (Arc::clone(&app.taxonomy), app.clock.now().date(), asked.clone());
    let read = app.db.read(move |conn| {
        let total = store::organizations_counted(conn, &question.words)?;
        let rows = store::organizations_on_page(conn, &question.words, question.skip(), question.per_page)?;
        let mut services = Vec::new();
        if question.full {
            for row in &rows {
                let ids = store::organization_service_ids(conn, row.id, OF_ONE)?;
                services.push(store::told(conn, &ids, &taxonomy, today)?);
            }
        }
        Ok::<_, diesel::result::Error>((total, rows, services))
    });
    let (total, rows, services) = read.await?;
    let contents = if asked.full {
        let full = |(row, told): (&store::Organization, &Vec<store::Told>)| {
            organization_full(row, told.iter().map(|told| service_full(told, &terms)).collect())
        };
        rows.iter().zip(&services).map(full).collect()
    } else {
        rows.iter().map(organization_row).collect()
    };
    Ok(listed(&asked, total, contents))
}

/// `GET /organizations/{id}`
async fn get_organization(_: Anyone, id: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let id: OrganizationId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (taxonomy, today) = (Arc::clone(&app.taxonomy), app.clock.now().date());
    let read = app.db.read(move |conn| {
        let Some(row) = store::organization(conn, id)? else { return Ok(None) };
        let ids = store::organization_service_ids(conn, id, OF_ONE)?;
        Ok::<_, diesel::result::Error>(Some((row, store::told(conn, &ids, &taxonomy, today)?)))
    });
    let (row, told) = read.await?.ok_or(AppError::NotFound)?;
    let terms = Terms::of(&app.taxonomy);
    Ok(HttpResponse::Ok().json(organization_full(&row, told.iter().map(|told| service_full(told, &terms)).collect())))
}
