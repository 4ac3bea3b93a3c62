//! Searching over `/api/v1`.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web::{Data, Json, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::catalogue::WholeService;
use crate::catalogue::api::ServiceDocument;
use crate::error::{AppError, FieldError};
use crate::identity::Anyone;
use crate::identity::attempts::{self, Tried};
use crate::ids::SubmissionKey;
use crate::web::form::{Ask, Json as Sent};
use crate::web::render::Problem;

use super::asked::Asked;
use super::pages::find;
use super::suggest::{Suggestion, SuggestionKind, suggestions};
use super::wanted::{Wanted, want};
use super::{Counts, Through, explain_order};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/services", get().to(get_services))
        .route("/suggestions", get().to(get_suggestions))
        .route("/wanted-support", post().to(post_wanted_support));
}

/// What a search found.
#[derive(Serialize, ToSchema)]
pub struct ServicesDocument {
    /// How many services were found, on all pages.
    pub total: usize,
    /// This page, from 1.
    pub page: u32,
    /// Rows of a page.
    pub per_page: u32,
    /// The place as it was understood.
    pub place: Option<String>,
    /// The words as they were put right, if they were.
    pub corrected: Option<String>,
    /// Words in quotation marks that are nowhere, as they would be put right.
    pub did_you_mean: Option<String>,
    /// Whether some results meet only part of the question.
    pub includes_near_misses: bool,
    /// Why the results stand in this order.
    pub order: Vec<String>,
    /// How many results each filter would leave.
    pub counts: CountsDocument,
    /// The services.
    pub services: Vec<ServiceDocument>,
}

/// How many results each filter would leave; a filter's own choice is left out of its own counts.
#[derive(Serialize, ToSchema)]
pub struct CountsDocument {
    /// By kind.
    pub kinds: BTreeMap<String, usize>,
    /// By category.
    pub categories: BTreeMap<String, usize>,
    /// By type of provider.
    pub provider_types: BTreeMap<String, usize>,
    /// By need.
    pub needs: BTreeMap<String, usize>,
    /// By feature of accessibility: how many have that feature too.
    pub accessibility: BTreeMap<String, usize>,
    /// By language besides English.
    pub languages: BTreeMap<String, usize>,
    /// By way of holding a budget that is taken.
    pub funding: BTreeMap<String, usize>,
    /// By band of ages.
    pub ages: BTreeMap<String, usize>,
    /// By day of the week.
    pub days: BTreeMap<String, usize>,
    /// By part of the day.
    pub times: BTreeMap<String, usize>,
    /// Within so many miles, where a place was given.
    pub within_miles: BTreeMap<String, usize>,
    /// Free of charge.
    pub free: usize,
    /// With a price.
    pub priced: usize,
    /// Rated four stars or more.
    pub four_stars: usize,
    /// Rated three stars or more.
    pub three_stars: usize,
    /// Registered with a regulator.
    pub registered: usize,
    /// With places free.
    pub has_places: usize,
    /// Coming to the place, where one was given.
    pub serves_home: usize,
}

impl From<Counts> for CountsDocument {
    fn from(counts: Counts) -> Self {
        Self {
            kinds: counts.kinds,
            categories: counts.categories,
            provider_types: counts.provider_types,
            needs: counts.needs,
            accessibility: counts.accessibility,
            languages: counts.languages,
            funding: counts.funding,
            ages: counts.ages,
            days: counts.days,
            times: counts.parts,
            within_miles: counts.within_miles.into_iter().map(|(miles, count)| (miles.to_string(), count)).collect(),
            free: counts.free,
            priced: counts.priced,
            four_stars: counts.four_stars,
            three_stars: counts.three_stars,
            registered: counts.registered,
            has_places: counts.has_places,
            serves_home: counts.serves_home,
        }
    }
}

/// Searches the catalogue. What is not known is refused here; the page shows results without it.
#[utoipa::path(get, path = "/api/v1/services", tag = "catalogue",
    params(("q" = Option<String>, Query, description = "Words; may hold a place: \"library near M33 7\". In quotation marks: exactly these words"),
           ("near" = Option<String>, Query, description = "Postcode, its first part, a ward or a council"),
           ("kind" = Option<Vec<String>>, Query, description = "Any of these kinds"),
           ("category" = Option<Vec<String>>, Query, description = "Any of these categories, by id, or those below them; of a category and one below it, the one below counts"),
           ("need" = Option<Vec<String>>, Query, description = "For any of these needs, by id"),
           ("age" = Option<String>, Query, description = "An age in years, or a band: 0-7, 8-12, 13-17, 18-64, 65+"),
           ("max_price" = Option<String>, Query, description = "In pounds; free is always within it"),
           ("free" = Option<String>, Query, description = "1: only what is free"),
           ("min_rating" = Option<u32>, Query, description = "Stars, 1 to 5"),
           ("accessibility" = Option<Vec<String>>, Query, description = "All of these features, by id"),
           ("funding" = Option<Vec<String>>, Query, description = "Taking any of these ways of holding a budget"),
           ("registered" = Option<String>, Query, description = "1: only what is registered with a regulator"),
           ("has_places" = Option<String>, Query, description = "1: only what has places free"),
           ("provider_type" = Option<Vec<String>>, Query, description = "Any of these types of provider"),
           ("language" = Option<Vec<String>>, Query, description = "Any of these languages, besides English"),
           ("day" = Option<Vec<String>>, Query, description = "On at any of these days: monday to sunday"),
           ("time" = Option<Vec<String>>, Query, description = "On at any of these times: morning, afternoon, evening"),
           ("within" = Option<u32>, Query, description = "Miles from `near`, 1 to 500; what comes to that place counts as within"),
           ("serves_home" = Option<String>, Query, description = "1: only what comes to `near`, or needs no place"),
           ("sort" = Option<String>, Query, description = "relevance (default), distance, rating, price, checked (last checked first)"),
           ("page" = Option<u32>, Query), ("per_page" = Option<u32>, Query, description = "1 to 100, 20 by default")),
    responses((status = 200, body = ServicesDocument), (status = 400, body = Problem), (status = 422, body = Problem)))]
pub async fn get_services(
    _: Anyone,
    Ask(asked): Ask<Asked>,
    app: Data<App>,
) -> Result<Json<ServicesDocument>, AppError> {
    let mut wrong = Vec::new();
    let numbered = |field: &str, text: &str, most: u32, wrong: &mut Vec<FieldError>| {
        let number = text.trim().parse::<u32>().ok().filter(|number| (1..=most).contains(number));
        if number.is_none() && !text.trim().is_empty() {
            wrong.push(FieldError::new(field, format!("Send a whole number from 1 to {most}.")));
        }
        number
    };
    let per_page = numbered("per_page", &asked.per_page, 100, &mut wrong).unwrap_or(20);
    numbered("page", &asked.page, crate::web::paging::LAST_PAGE, &mut wrong);
    let understood = asked.understood(&app, per_page)?;
    wrong.extend(understood.notes.iter().cloned());
    if !wrong.is_empty() {
        return Err(AppError::invalid(wrong));
    }
    let search = understood.search.clone();
    let (found, services) = find(&app, search.clone()).await?;
    app.searches.note(&app.index, &asked, &understood, &found, (Through::Program, app.clock.now().date()));
    let distances: BTreeMap<_, _> = found.hits.iter().map(|hit| (hit.id, hit.distance_metres)).collect();
    let document = |whole: &Arc<WholeService>| {
        let distance = distances.get(&whole.service.id).copied().flatten();
        ServiceDocument::of(WholeService::clone(whole), distance)
    };
    Ok(Json(ServicesDocument {
        total: found.total,
        page: search.page,
        per_page,
        place: understood.place.map(|place| place.label),
        corrected: found.corrected,
        did_you_mean: found.did_you_mean,
        includes_near_misses: found.relaxed,
        order: explain_order(&search),
        counts: found.counts.into(),
        services: services.iter().map(document).collect(),
    }))
}

/// What somebody was looking for and did not find. Nobody is named in it.
#[derive(Deserialize, ToSchema)]
pub struct WantedDocument {
    /// In their words; numbers and addresses in them are left out.
    words: String,
    /// Postcode, its first part, a ward or a council; only ward, first part and council are kept.
    #[serde(default)]
    near: String,
    /// The id of a category.
    #[serde(default)]
    category_id: String,
    /// A UUID of your own: sending the same one twice counts once.
    #[schema(value_type = Option<String>)]
    submission_key: Option<SubmissionKey>,
}

/// Says that support is missing: counted as unmet need, without a person.
#[utoipa::path(post, path = "/api/v1/wanted-support", tag = "catalogue", request_body = WantedDocument,
    responses((status = 204, description = "It is counted"), (status = 400, body = Problem), (status = 422, body = Problem)))]
pub async fn post_wanted_support(
    anyone: Anyone,
    Sent(document): Sent<WantedDocument>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    attempts::limit(&app, &request, &anyone, Tried::Wanted).await?;
    let key = document.submission_key.unwrap_or_else(SubmissionKey::new);
    let wanted = Wanted::checked(&document.words, &document.near, &document.category_id, key, &app.taxonomy)?;
    let now = app.clock.now();
    app.db.write(move |tx| want(tx, &wanted, now).map_err(AppError::from)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What was typed so far.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Typed {
    q: String,
    kind: String,
}

/// Ways in which what is typed may go on.
#[derive(Serialize, ToSchema)]
pub struct SuggestionsDocument {
    /// Best first.
    pub suggestions: Vec<SuggestionDocument>,
}

/// One way to go on.
#[derive(Serialize, ToSchema)]
pub struct SuggestionDocument {
    /// What it is.
    pub kind: SuggestionKind,
    /// What to type for it, as it is written.
    pub text: String,
    /// A few words about it.
    pub detail: Option<String>,
    /// The page that it leads to.
    pub path: String,
}

/// Suggests how the typed words may go on: names of services, categories, places, words; and what may have been meant.
#[utoipa::path(get, path = "/api/v1/suggestions", tag = "catalogue",
    params(("q" = String, Query, description = "What is typed so far"),
           ("kind" = Option<String>, Query, description = "Only this kind: category, service, place, words, did you mean")),
    responses((status = 200, body = SuggestionsDocument), (status = 422, body = Problem)))]
pub async fn get_suggestions(
    _: Anyone,
    Ask(typed): Ask<Typed>,
    app: Data<App>,
) -> Result<Json<SuggestionsDocument>, AppError> {
    let only: Option<SuggestionKind> = match typed.kind.as_str() {
        "" => None,
        word => Some(word.parse().map_err(|why: String| AppError::invalid(vec![FieldError::new("kind", why)]))?),
    };
    let text: String = typed.q.chars().take(100).collect();
    let suggestions = suggestions(&app.index, &app.taxonomy, &text, only);
    let document = |s: Suggestion| SuggestionDocument { kind: s.kind, text: s.text, detail: s.detail, path: s.path };
    Ok(Json(SuggestionsDocument { suggestions: suggestions.into_iter().map(document).collect() }))
}
