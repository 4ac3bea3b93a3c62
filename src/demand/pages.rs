//! The page of a commissioner: demand as pictures, with the same figures as tables and as CSV.

use actix_web::http::header;
use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};
use chrono::Datelike;

use crate::app::App;
use crate::budgets::FundingRoute;
use crate::clock::{UtcTime, month_name, month_number, month_start};
use crate::error::AppError;
use crate::identity::Commissioner;
use crate::places::{self, store::Ward};
use crate::web::form::Ask;
use crate::web::page::{Choice, Page, Tile as TileShown, html};

use super::asked::Asked;
use super::view::{Change, Request, Tile, View, view};
use super::views::{Bar, DemandFilters, DemandPage, GateNote, HeatCell, HeatRow, HeatTable, LegendStep};
use super::{Figure, Measure, Released, Rules, charts, export, release};

/// How many months back the page offers.
const MONTHS_BACK: i32 = 18;

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/demand", get().to(get_demand)).route("/demand.csv", get().to(get_csv));
}

/// `GET /demand`: what people of the commissioner's authority buy.
pub async fn get_demand(
    commissioner: Commissioner,
    Ask(asked): Ask<Asked>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    // A question that cannot be answered is shown beside the answer to the usual one.
    let (wanted, problem) = match asked.understood() {
        Ok(wanted) => (wanted, None),
        Err(refused) => (Request::default(), Some(refused.to_string())),
    };
    let (authority, wards, view, problem) = app
        .db
        .read(move |conn| {
            let authority = places::store::authority_name(conn, commissioner.authority())?;
            let wards = places::store::wards_of(conn, commissioner.authority())?;
            let (view, problem) = match view(conn, commissioner.authority(), &wanted, now).map_err(AppError::from) {
                Ok(view) => (view, problem),
                Err(AppError::Refused(refusal)) => {
                    (view(conn, commissioner.authority(), &Request::default(), now)?, Some(refusal.sentence))
                }
                Err(other) => return Err(other),
            };
            Ok((authority, wards, view, problem))
        })
        .await?;
    let page = Page::of(&request, format!("What people in {authority} buy"));
    let filters = DemandFilters { problem, ..filters(&app, &asked, &wards, &view, now) };
    html(&demand_page(page, authority, &asked, filters, &view))
}

fn demand_page(page: Page, authority: String, asked: &Asked, filters: DemandFilters, view: &View) -> DemandPage {
    let rules = Rules::default();
    let measure = view.table.query.measure;
    let routes = by_route(&view.routes);
    DemandPage {
        page,
        authority,
        sentence: sentence(&filters, &view.table),
        filters,
        tiles: view.tiles.iter().map(tile).collect(),
        heat: heat(view),
        month_chart: charts::line(&view.months, &format!("{} by month", capital(measure))),
        months: bars(&view.months),
        route_chart: charts::stacked(&view.routes, &format!("{} by month and funding route", capital(measure))),
        routes,
        multiples: charts::small_multiples(
            &view.categories,
            &format!("{} of each category by month", capital(measure)),
        ),
        map: Some(charts::ward_map(&view.table, &format!("{} by ward", capital(measure)))),
        measure: capital(measure),
        csv_href: format!("/demand.csv?{}", asked.query()),
        gate: GateNote {
            fewest_people: rules.people.to_string(),
            fewest_providers: rules.providers.to_string(),
            rounding: format!("the nearest {}, spend to the nearest £{}", rules.round_count, rules.round_pence / 100),
        },
    }
}

fn capital(measure: Measure) -> String {
    let word = measure.as_str();
    format!("{}{}", word.get(..1).unwrap_or_default().to_uppercase(), word.get(1..).unwrap_or_default())
}

/// "Spend on Help at home in Sale Moor, April 2025 to March 2026"
fn sentence(filters: &DemandFilters, table: &Released) -> String {
    let chosen = |choices: &[Choice]| {
        choices.iter().find(|choice| choice.chosen && !choice.value.is_empty()).map(|c| c.label.clone())
    };
    let what = match table.query.measure {
        Measure::People => "People who asked to buy",
        Measure::Purchases => "Purchases asked for",
        Measure::Units => "Hours, visits, items and other units asked for",
        Measure::Spend => "Spend on what was delivered and confirmed",
        Measure::Declined => "Purchases that providers declined",
    };
    let category = chosen(&filters.categories).map(|name| format!(": {name}")).unwrap_or_default();
    let ward = chosen(&filters.wards).map(|name| format!(" in {name}")).unwrap_or_default();
    let route = chosen(&filters.routes).map(|name| format!(", {name}")).unwrap_or_default();
    let (from, to) = (month_start(table.query.from_month), month_start(table.query.to_month));
    let period = if from == to { month_name(from) } else { format!("{} to {}", month_name(from), month_name(to)) };
    format!("{what}{category}{ward}{route}, {period}.")
}

fn tile(tile: &Tile) -> TileShown {
    let label = match tile.measure {
        Measure::People => "people asked to buy",
        Measure::Purchases => "purchases asked for",
        Measure::Units => "units asked for",
        Measure::Spend => "spent on what was delivered",
        Measure::Declined => "purchases declined by providers",
    };
    let note = match tile.change {
        Change::Unknown => None,
        Change::AboutTheSame => Some("about the same as the period before".to_owned()),
        Change::Up(percent) => Some(format!("up {percent}% on the period before")),
        Change::Down(percent) => Some(format!("down {percent}% on the period before")),
    };
    TileShown { value: tile.measure.say(tile.figure), label: label.into(), note }
}

fn bars(released: &Released) -> Vec<Bar> {
    let bar = |(heading, figure): (&super::Heading, &Figure)| Bar {
        label: heading.name.clone(),
        value: released.query.measure.say(*figure),
        suppressed: *figure == Figure::Suppressed,
    };
    released.rows.iter().zip(&released.row_totals).map(bar).collect()
}

/// The totals of the columns, which are the funding routes.
fn by_route(released: &Released) -> Vec<Bar> {
    let bar = |(heading, figure): (&super::Heading, &Figure)| Bar {
        label: heading.name.clone(),
        value: released.query.measure.say(*figure),
        suppressed: *figure == Figure::Suppressed,
    };
    released.columns.iter().zip(&released.column_totals).map(bar).collect()
}

fn heat(view: &View) -> HeatTable {
    let table = &view.table;
    let measure = table.query.measure;
    let shown = view.shown_columns();
    let width = table.columns.len();
    let cell = |figure: &Figure, class: &str| HeatCell {
        text: measure.say(*figure),
        shade: class.strip_prefix("heat-").and_then(|shade| shade.parse().ok()).unwrap_or(0),
        suppressed: *figure == Figure::Suppressed,
    };
    let rows = table.rows.iter().zip(&table.row_totals).enumerate().map(|(index, (heading, total))| HeatRow {
        label: heading.name.clone(),
        cells: shown
            .iter()
            .filter_map(|(column, _)| {
                let at = index * width + column;
                Some(cell(table.cells.get(at)?, view.heat.get(at)?))
            })
            .collect(),
        total: cell(total, ""),
    });
    let mut lowest: [Option<i64>; 7] = [None; 7];
    for (figure, class) in table.cells.iter().zip(&view.heat) {
        let shade: Option<usize> = class.strip_prefix("heat-").and_then(|shade| shade.parse().ok());
        if let (Some(number), Some(slot)) = (figure.released(), shade.and_then(|shade| lowest.get_mut(shade))) {
            *slot = Some(slot.map_or(number, |least| least.min(number)));
        }
    }
    let legend = (0_u32..).zip(lowest).filter_map(|(shade, least)| {
        Some(LegendStep { shade, label: format!("from {}", measure.say(Figure::Released(least?))) })
    });
    HeatTable {
        row_heading: "Ward".into(),
        columns: shown.iter().map(|(_, heading)| heading.name.clone()).collect(),
        rows: rows.collect(),
        legend: legend.collect(),
    }
}

fn filters(app: &App, asked: &Asked, wards: &[Ward], view: &View, now: UtcTime) -> DemandFilters {
    let query = &view.table.query;
    let choice = |value: &str, label: &str, chosen: bool| Choice {
        value: value.into(),
        label: label.into(),
        count: None,
        chosen,
    };
    let last = month_number(now.date()) - 1;
    let months_shown = query.to_month - query.from_month + 1;
    let to = (last - MONTHS_BACK + 1..=last).rev().map(|number| {
        let day = month_start(number);
        choice(&format!("{}-{:02}", day.year(), day.month()), &month_name(day), number == query.to_month)
    });
    let all = |label: &str| choice("", label, false);
    let ward = |ward: &Ward| choice(&ward.code, &ward.name, asked.ward == ward.code);
    let top = app.taxonomy.all("category");
    let mut categories = vec![all("All categories")];
    for parent in top.iter().filter(|term| term.parent_id.is_none()) {
        categories.push(choice(&parent.id, &parent.name, asked.category == parent.id));
        for leaf in top.iter().filter(|term| term.parent_id.as_deref() == Some(&parent.id)) {
            categories.push(choice(&leaf.id, &format!("– {}", leaf.name), asked.category == leaf.id));
        }
    }
    DemandFilters {
        months: [(1, "1 month"), (3, "3 months"), (6, "6 months"), (12, "12 months"), (24, "24 months")]
            .map(|(months, label)| choice(&months.to_string(), label, months == months_shown))
            .to_vec(),
        to: to.collect(),
        wards: std::iter::once(all("All wards")).chain(wards.iter().map(ward)).collect(),
        categories,
        routes: std::iter::once(all("All funding routes"))
            .chain(
                FundingRoute::ALL
                    .iter()
                    .map(|route| choice(route.as_str(), route.as_str(), asked.route == route.as_str())),
            )
            .collect(),
        measures: Measure::ALL
            .iter()
            .map(|measure| choice(measure.as_str(), &capital(*measure), *measure == query.measure))
            .collect(),
        problem: None,
    }
}

/// `GET /demand.csv`: the ward × category table as the page shows it.
pub async fn get_csv(
    commissioner: Commissioner,
    Ask(asked): Ask<Asked>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let wanted = asked.understood()?;
    let released = app
        .db
        .read(move |conn| {
            let released = release(conn, commissioner.authority(), &wanted.table(now), &Rules::default(), now)?;
            Ok::<_, AppError>(released)
        })
        .await?;
    let body = export::csv(&released).map_err(AppError::unexpected)?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"demand.csv\""))
        .body(body))
}
