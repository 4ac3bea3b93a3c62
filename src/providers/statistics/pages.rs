//! The page of figures, and the same as CSV.

use std::collections::HashMap;

use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{Days, NaiveDate};
use serde::Deserialize;

use crate::app::App;
use crate::clock::long_date;
use crate::error::AppError;
use crate::identity::ProviderMember;
use crate::ids::ServiceId;
use crate::money::thousands;
use crate::web::cell::harmless;
use crate::web::form::Ask;
use crate::web::page::{Choice, Page, Tile, html};

use super::super::sheet::pages::csv_file;
use super::super::views::desk_nav;
use super::figures::{Counted, Period, Usual, usual};
use super::views::{FigureShown, FiguresRow, StatisticsPage, WeekRow};
use super::{chart, store};

const HERE: &str = "/provider/statistics";

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/provider/statistics", get().to(get_statistics))
        .route("/provider/statistics.csv", get().to(get_statistics_csv));
}

/// Which period.
#[derive(Deserialize)]
pub struct Asked {
    pub(super) weeks: Option<String>,
}

/// The figures of a provider.
pub(super) struct Figures {
    pub(super) period: Period,
    /// Each service: id, name, category, its own figures, what is usual.
    pub(super) services: Vec<(ServiceId, String, String, Counted, Usual)>,
    days: Vec<(NaiveDate, i64, i64)>,
}

/// Reads the figures of the member's provider.
pub(super) async fn figures(app: &App, member: ProviderMember, asked: &Asked) -> Result<Figures, AppError> {
    let period = Period::before(app.clock.now().date(), asked.weeks.as_deref());
    app.db
        .read(move |conn| {
            let own = store::own_services(conn, &member)?;
            let ids: Vec<ServiceId> = own.iter().map(|(id, ..)| *id).collect();
            let counted = store::counted(conn, &ids, &[member.organization()], period)?;
            let mut of_category: HashMap<String, Usual> = HashMap::new();
            let mut services = Vec::new();
            for (id, name, category) in own {
                if !of_category.contains_key(&category) {
                    let (others, people) = store::others(conn, &member, &category, period)?;
                    of_category.insert(category.clone(), usual(&others, people));
                }
                let usual = of_category.get(&category).copied().unwrap_or_default();
                services.push((id, name, category, counted.get(&id).copied().unwrap_or_default(), usual));
            }
            Ok(Figures { period, services, days: store::by_day(conn, &ids, period)? })
        })
        .await
}

fn number(number: i64) -> String {
    thousands(number.unsigned_abs())
}

fn about(figure: Option<i64>, unit: &str) -> String {
    match figure {
        Some(0) => "hardly any".into(),
        Some(figure) => format!("about {}{unit}", number(figure)),
        None => "too few to say".into(),
    }
}

/// `GET /provider/statistics`
pub async fn get_statistics(
    member: ProviderMember,
    Ask(asked): Ask<Asked>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let nav = desk_nav(&member, HERE);
    let figures = figures(&app, member, &asked).await?;
    let all = figures.services.iter().fold(Counted::default(), |sum, (.., counted, _)| sum.and(*counted));
    let weekly: Vec<(NaiveDate, i64, i64)> = figures
        .period
        .mondays()
        .into_iter()
        .map(|monday| {
            let week = figures.days.iter().filter(|(day, ..)| (monday..monday + Days::new(7)).contains(day));
            week.fold((monday, 0, 0), |sum, (_, looks, shown)| (sum.0, sum.1 + looks, sum.2 + shown))
        })
        .collect();
    let looks: Vec<(NaiveDate, i64)> = weekly.iter().map(|(monday, looks, _)| (*monday, *looks)).collect();
    let tile = |value: String, label: &str| Tile { value, label: label.into(), note: None };
    let period = |weeks: u32, label: &str| Choice {
        value: weeks.to_string(),
        label: label.into(),
        count: None,
        chosen: figures.period.weeks == weeks,
    };
    let service = |(id, name, category, mine, usual): &(ServiceId, String, String, Counted, Usual)| {
        let figure = |label: &str, mine: String, usual: String| FigureShown { label: label.into(), mine, usual };
        FiguresRow {
            name: name.clone(),
            href: format!("/services/{id}"),
            category: app.taxonomy.name(category).to_owned(),
            figures: vec![
                figure("Shown in results", number(mine.appearances), about(usual.appearances, "")),
                figure("Page opened", number(mine.looks), about(usual.looks, "")),
                figure("Questions", number(mine.questions), about(usual.questions, "")),
                figure("Purchases", number(mine.purchases), about(usual.purchases, "")),
                figure(
                    "Purchases for 100 looks",
                    mine.conversion().map_or_else(|| "too few looks".into(), number),
                    about(usual.conversion, ""),
                ),
            ],
        }
    };
    html(&StatisticsPage {
        page: Page::of(&request, "Figures"),
        nav,
        periods: vec![period(4, "4 weeks"), period(13, "3 months"), period(52, "a year")],
        period: format!("{} to {}", long_date(figures.period.from), long_date(figures.period.until - Days::new(1))),
        weeks: figures.period.weeks,
        tiles: vec![
            tile(number(all.appearances), "times shown in results"),
            tile(number(all.looks), "times opened"),
            tile(number(all.questions), "questions"),
            tile(number(all.purchases), "purchases"),
        ],
        chart: chart::bars(&looks, "How often your pages were opened, by week"),
        weekly: weekly
            .iter()
            .map(|(monday, looks, shown)| WeekRow {
                week: long_date(*monday),
                looks: number(*looks),
                appearances: number(*shown),
            })
            .collect(),
        services: figures.services.iter().map(service).collect(),
    })
}

/// `GET /provider/statistics.csv`
pub async fn get_statistics_csv(
    member: ProviderMember,
    Ask(asked): Ask<Asked>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let figures = figures(&app, member, &asked).await?;
    let names = [
        "service",
        "category",
        "from",
        "until",
        "appearances",
        "looks",
        "questions",
        "purchases",
        "purchases_per_100_looks",
        "usual_appearances",
        "usual_looks",
        "usual_questions",
        "usual_purchases",
        "usual_purchases_per_100_looks",
    ];
    let mut rows = vec![names.map(str::to_owned).to_vec()];
    let told = |figure: Option<i64>| figure.map(|figure| figure.to_string()).unwrap_or_default();
    for (_, name, category, mine, usual) in &figures.services {
        rows.push(vec![
            harmless(name),
            harmless(app.taxonomy.name(category)),
            figures.period.from.to_string(),
            figures.period.until.to_string(),
            mine.appearances.to_string(),
            mine.looks.to_string(),
            mine.questions.to_string(),
            mine.purchases.to_string(),
            told(mine.conversion()),
            told(usual.appearances),
            told(usual.looks),
            told(usual.questions),
            told(usual.purchases),
            told(usual.conversion),
        ]);
    }
    csv_file("figures.csv", &rows)
}
