//! A provider's figures over `/api/v1`.

use actix_web::web::{Data, Json as JsonAnswer, ServiceConfig, get};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::AppError;
use crate::identity::ProviderMember;
use crate::ids::ServiceId;
use crate::web::form::Ask;
use crate::web::render::Problem;

use super::pages::{Asked, figures};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/provider/statistics", get().to(get_statistics));
}

/// Figures of one service, or what is usual; nothing where too few stand behind it.
#[derive(Serialize, ToSchema)]
pub struct CountedDocument {
    /// How often it was shown in results.
    pub appearances: Option<i64>,
    /// How often its page was opened.
    pub looks: Option<i64>,
    /// How many questions were asked.
    pub questions: Option<i64>,
    /// How many purchases were requested.
    pub purchases: Option<i64>,
    /// Purchases for a hundred looks.
    pub purchases_per_100_looks: Option<i64>,
}

/// One service beside the market.
#[derive(Serialize, ToSchema)]
pub struct ServiceFiguresDocument {
    /// Which service.
    #[schema(value_type = String)]
    pub service_id: ServiceId,
    /// Its name.
    pub name: String,
    /// Its category.
    pub category_id: String,
    /// Its own figures.
    pub own: CountedDocument,
    /// The median of at least three other providers of the category, rounded.
    pub usual: CountedDocument,
}

/// The figures of a provider.
#[derive(Serialize, ToSchema)]
pub struct FiguresDocument {
    /// The Monday of the first week.
    pub from: NaiveDate,
    /// The Monday after the last.
    pub until: NaiveDate,
    /// Each service.
    pub services: Vec<ServiceFiguresDocument>,
}

/// The figures of the caller's provider over the last 4, 13 or 52 whole weeks (every member).
#[utoipa::path(get, path = "/api/v1/provider/statistics", tag = "provider", security(("bearer" = [])),
    params(("weeks" = Option<u32>, Query)), responses((status = 200, body = FiguresDocument), (status = 404, body = Problem)))]
pub async fn get_statistics(
    member: ProviderMember,
    Ask(asked): Ask<Asked>,
    app: Data<App>,
) -> Result<JsonAnswer<FiguresDocument>, AppError> {
    let found = figures(&app, member, &asked).await?;
    let services =
        found.services.into_iter().map(|(service_id, name, category_id, own, usual)| ServiceFiguresDocument {
            service_id,
            name,
            category_id,
            own: CountedDocument {
                appearances: Some(own.appearances),
                looks: Some(own.looks),
                questions: Some(own.questions),
                purchases: Some(own.purchases),
                purchases_per_100_looks: own.conversion(),
            },
            usual: CountedDocument {
                appearances: usual.appearances,
                looks: usual.looks,
                questions: usual.questions,
                purchases: usual.purchases,
                purchases_per_100_looks: usual.conversion,
            },
        });
    Ok(JsonAnswer(FiguresDocument { from: found.period.from, until: found.period.until, services: services.collect() }))
}
