//! Services over `/api/v1`: one by its id. Searching is `search::api`.

use actix_web::web::{Data, Json, Path, ServiceConfig, get};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::AppError;
use crate::identity::Anyone;
use crate::ids::{CostOptionId, ServiceId};
use crate::money::Money;

use super::detail::Rate;
use super::detail_api::ServiceInFull;
use super::prices::over_time;
use super::store;
use super::{CostOption, Kind, Origin, ProviderType, Unit, WholeService};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/services/{service_id}", get().to(get_service));
}

/// One service of the catalogue.
#[derive(Serialize, ToSchema)]
pub struct ServiceDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ServiceId,
    /// Its name.
    pub name: String,
    /// What it is, in plain words.
    pub description: String,
    /// What kind of thing it is.
    pub kind: Kind,
    /// Its category.
    pub category_id: String,
    /// Who offers it.
    pub provider: String,
    /// What the provider is.
    pub provider_type: ProviderType,
    /// Its prices in force.
    pub cost_options: Vec<CostOptionDocument>,
    /// Where it is used.
    pub locations: Vec<LocationDocument>,
    /// How far it comes out to people, in metres; none if people come to it.
    pub area_radius_metres: Option<i32>,
    /// Metres from the place that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance_metres: Option<u32>,
    /// How many rated it.
    pub ratings: i64,
    /// The Bayesian average in tenths of a star; none before anybody rated it.
    pub rating_tenths: Option<u32>,
    /// The registration with the regulator that was checked.
    pub registration_number: Option<String>,
    /// How many places are free; none if not told.
    pub places_free: Option<i32>,
    /// How long people wait, in days; none if not told.
    pub waiting_days: Option<i32>,
    /// Where the record comes from.
    pub origin: Origin,
    /// The name of the source.
    pub source: Option<String>,
    /// When it was last checked.
    pub assured_on: NaiveDate,
}

/// One way to pay.
#[derive(Serialize, ToSchema)]
pub struct CostOptionDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: CostOptionId,
    /// What it is called.
    pub label: String,
    /// What is counted.
    pub unit: Unit,
    /// The price of one.
    pub amount_pence: Money,
    /// When it applies.
    pub rate: Rate,
}

/// One place.
#[derive(Serialize, ToSchema)]
pub struct LocationDocument {
    /// In one line; none where only the area is told.
    pub address: Option<String>,
    /// Postcode, sector or outward code.
    pub postal_code: String,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

impl ServiceDocument {
    /// The document of one service.
    #[must_use]
    pub fn of(whole: WholeService, distance_metres: Option<u32>) -> Self {
        let ratings = whole.rating.ratings();
        let option = |option: CostOption| CostOptionDocument {
            id: option.id,
            label: option.label,
            unit: option.unit,
            amount_pence: option.amount_pence,
            rate: option.rate,
        };
        let location = |at: super::Location| LocationDocument {
            address: at.address,
            postal_code: at.postal_code,
            latitude: at.latitude,
            longitude: at.longitude,
        };
        let service = whole.service;
        Self {
            id: service.id,
            name: service.name,
            description: service.description,
            kind: service.kind,
            category_id: service.category_id,
            provider: whole.provider,
            provider_type: whole.provider_type,
            cost_options: whole.options.into_iter().map(option).collect(),
            locations: whole.locations.into_iter().map(location).collect(),
            area_radius_metres: whole.radius_metres,
            distance_metres,
            ratings,
            rating_tenths: (ratings > 0).then(|| whole.rating.tenths()),
            registration_number: service.registration_number,
            places_free: service.places_free,
            waiting_days: service.waiting_days,
            origin: service.origin,
            source: service.source,
            assured_on: service.assured_on,
        }
    }
}

/// One service with everything it tells.
#[utoipa::path(get, path = "/api/v1/services/{service_id}", tag = "catalogue", params(("service_id" = String, Path)),
    responses((status = 200, body = ServiceInFull), (status = 404, body = crate::web::render::Problem)))]
pub async fn get_service(_: Anyone, id: Path<String>, app: Data<App>) -> Result<Json<ServiceInFull>, AppError> {
    let id: ServiceId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    let (whole, details, prices) = app
        .db
        .read(move |conn| {
            let whole = store::whole_service(conn, id, now.date())?.ok_or(AppError::NotFound)?;
            let details = store::details(conn, id, whole.service.organization_id)?;
            Ok::<_, AppError>((whole, details, store::prices(conn, id)?))
        })
        .await?;
    Ok(Json(ServiceInFull::of(whole, details, &over_time(prices, now.date()), &app.taxonomy, now)))
}
