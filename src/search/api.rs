//! Searching over `/api/v1`.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web::{Data, Json, ServiceConfig, get};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::catalogue::WholeService;
use crate::catalogue::api::ServiceDocument;
use crate::error::{AppError, FieldError};
use crate::identity::Anyone;
use crate::web::form::Ask;
use crate::web::render::Problem;

use super::asked::Asked;
use super::explain_order;
use super::pages::find;

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/services", get().to(get_services)).route("/suggestions", get().to(get_suggestions));
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
    /// Free of charge.
    pub free: usize,
    /// Rated four stars or more.
    pub four_stars: usize,
}

/// Searches the catalogue. An unknown place is refused here; the page shows results without it.
#[utoipa::path(get, path = "/api/v1/services", tag = "catalogue",
    params(("q" = Option<String>, Query, description = "Words; may hold a place: \"library near M33 7\""),
           ("near" = Option<String>, Query, description = "Postcode, its first part, a ward or a council"),
           ("kind" = Option<Vec<String>>, Query), ("category" = Option<Vec<String>>, Query),
           ("max_price" = Option<String>, Query, description = "In pounds"),
           ("min_rating" = Option<u32>, Query, description = "Stars, 1 to 5"),
           ("sort" = Option<String>, Query, description = "relevance (default), distance, rating, price"),
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
    let understood = asked.understood(per_page)?;
    if let Some(problem) = understood.place_problem {
        wrong.push(FieldError::new("near", problem));
    }
    if let Some(problem) = understood.price_problem {
        wrong.push(FieldError::new("max_price", problem));
    }
    if !wrong.is_empty() {
        return Err(AppError::invalid(wrong));
    }
    let search = understood.search;
    let (found, services) = find(&app, search.clone()).await?;
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
        includes_near_misses: found.relaxed,
        order: explain_order(&search),
        counts: CountsDocument {
            kinds: found.counts.kinds,
            categories: found.counts.categories,
            provider_types: found.counts.provider_types,
            free: found.counts.free,
            four_stars: found.counts.four_stars,
        },
        services: services.iter().map(document).collect(),
    }))
}

/// What was typed so far.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Typed {
    q: String,
}

/// Words that complete what is typed.
#[derive(Serialize, ToSchema)]
pub struct SuggestionsDocument {
    /// Best first.
    pub suggestions: Vec<String>,
}

/// Suggests how the typed words may go on.
#[utoipa::path(get, path = "/api/v1/suggestions", tag = "catalogue", params(("q" = String, Query)),
    responses((status = 200, body = SuggestionsDocument)))]
pub async fn get_suggestions(_: Anyone, Ask(typed): Ask<Typed>, app: Data<App>) -> Json<SuggestionsDocument> {
    let typed: String = typed.q.chars().take(100).collect();
    Json(SuggestionsDocument { suggestions: app.index.suggest(&typed, 8) })
}
