//! Demand over `/api/v1`: the same protected figures as on the page.

use actix_web::web::{Data, Json, ServiceConfig, get};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::clock::month_start;
use crate::error::AppError;
use crate::identity::Commissioner;
use crate::web::form::Ask;
use crate::web::render::Problem;

use super::asked::Asked;
use super::{Figure, Heading, Measure, Released, Rules, release};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/demand", get().to(get_demand));
}

/// Demand by ward and category; every figure went through disclosure control, and totals need not add up.
#[derive(Serialize, ToSchema)]
pub struct DemandDocument {
    /// What is counted; spend is in pence.
    pub measure: Measure,
    /// The first month, `2026-03`.
    pub from_month: String,
    /// The last month.
    pub to_month: String,
    /// The categories.
    pub columns: Vec<HeadingDocument>,
    /// The wards.
    pub rows: Vec<RowDocument>,
    /// All together; null if withheld.
    pub total: Option<i64>,
}

/// A category.
#[derive(Serialize, ToSchema)]
pub struct HeadingDocument {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// All wards together; null if withheld.
    pub total: Option<i64>,
}

/// A ward.
#[derive(Serialize, ToSchema)]
pub struct RowDocument {
    /// Its code.
    pub id: String,
    /// Its name.
    pub name: String,
    /// One figure for each column; null if withheld.
    pub figures: Vec<Option<i64>>,
    /// All categories together; null if withheld.
    pub total: Option<i64>,
}

/// What people of the caller's authority buy, by ward and category.
#[utoipa::path(get, path = "/api/v1/demand", tag = "demand", security(("bearer" = [])),
    params(("measure" = Option<Measure>, Query), ("months" = Option<u32>, Query, description = "1, 3, 6, 12 or 24"),
           ("to" = Option<String>, Query, description = "The last month, 2026-03"), ("ward" = Option<String>, Query),
           ("category" = Option<String>, Query), ("route" = Option<String>, Query)),
    responses((status = 200, body = DemandDocument), (status = 422, body = Problem)))]
pub async fn get_demand(
    commissioner: Commissioner,
    Ask(asked): Ask<Asked>,
    app: Data<App>,
) -> Result<Json<DemandDocument>, AppError> {
    let now = app.clock.now();
    let wanted = asked.understood()?;
    let released = app
        .db
        .read(move |conn| {
            let released = release(conn, commissioner.authority(), &wanted.table(now), &Rules::default(), now)?;
            Ok::<_, AppError>(released)
        })
        .await?;
    Ok(Json(document(&released)))
}

fn document(released: &Released) -> DemandDocument {
    let month = |number| month_start(number).format("%Y-%m").to_string();
    let column = |(heading, total): (&Heading, &Figure)| HeadingDocument {
        id: heading.id.clone(),
        name: heading.name.clone(),
        total: total.released(),
    };
    let row = |(index, (heading, total)): (usize, (&Heading, &Figure))| RowDocument {
        id: heading.id.clone(),
        name: heading.name.clone(),
        figures: released.row(index).iter().map(|figure| figure.released()).collect(),
        total: total.released(),
    };
    DemandDocument {
        measure: released.query.measure,
        from_month: month(released.query.from_month),
        to_month: month(released.query.to_month),
        columns: released.columns.iter().zip(&released.column_totals).map(column).collect(),
        rows: released.rows.iter().zip(&released.row_totals).enumerate().map(row).collect(),
        total: released.total.released(),
    }
}
