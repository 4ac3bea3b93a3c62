//! The moderator's hub.

use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};

use serde::Deserialize;

use crate::app::App;
use crate::catalogue::upkeep;
use crate::clock::{day, long_date};
use crate::error::AppError;
use crate::identity::{Anyone, Moderator};
use crate::ids::ServiceId;
use crate::places;
use crate::web::form::Ask;
use crate::web::page::{Link, Page, Row, Tile, html};

use super::views::{ConcernPage, ModerationPage, QueueShown};
use super::{Waiting, waiting};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/moderation", get().to(get_moderation)).route("/concern", get().to(get_concern));
}

/// About which service.
#[derive(Deserialize)]
pub struct About {
    service: Option<String>,
}

/// `GET /concern`: whom to ring; nothing is sent from here.
pub async fn get_concern(
    _: Anyone,
    Ask(about): Ask<About>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let service: Option<ServiceId> = about.service.and_then(|id| id.parse().ok());
    let (entry, regulated, authority) = app
        .db
        .read(move |conn| {
            let Some(service) = service else { return Ok((None, false, None)) };
            let Some(entry) = upkeep::entry(conn, service)? else { return Ok((None, false, None)) };
            let regulated = upkeep::is_regulated(conn, service)?;
            let whose = match (entry.authority, upkeep::point_of(conn, service)?) {
                (None, Some((latitude, longitude))) => places::store::nearest_authority(conn, latitude, longitude)?,
                (authority, _) => authority,
            };
            let told = match whose {
                Some(id) => Some((
                    places::store::authority_name(conn, id)?,
                    places::store::contact(conn, id)?.unwrap_or_default(),
                )),
                None => None,
            };
            Ok::<_, AppError>((Some(entry), regulated, told))
        })
        .await?;
    let (authority, contact) = authority.unzip();
    let contact = contact.unwrap_or_default();
    let phone = |label: &str, number: &str| {
        (!number.is_empty()).then(|| Row { label: label.to_owned(), value: number.to_owned() })
    };
    html(&ConcernPage {
        page: Page::of(&request, "Report a concern"),
        about: entry.map(|entry| Link { label: entry.name, href: format!("/services/{}", entry.id) }),
        authority,
        phones: [
            phone("About an adult", &contact.adult_care),
            phone("At night and on weekends", &contact.out_of_hours),
            phone("About a child", &contact.children),
        ]
        .into_iter()
        .flatten()
        .collect(),
        website: (!contact.website.is_empty()).then_some(contact.website),
        regulated,
    })
}

/// `GET /moderation`: what waits, how much of it, and until when.
pub async fn get_moderation(
    moderator: Moderator,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let today = day(app.clock.now());
    let (authority, queues) = app
        .db
        .read(move |conn| {
            let authority = places::store::authority_name(conn, moderator.authority())?;
            Ok::<_, AppError>((authority, waiting(conn, &moderator, today)?))
        })
        .await?;
    let sum = |of: fn(&Waiting) -> i64| queues.iter().map(of).sum::<i64>().to_string();
    html(&ModerationPage {
        page: Page::of(&request, "Moderation"),
        authority,
        tiles: vec![
            Tile { value: sum(|queue| queue.count), label: "waiting for a decision".into(), note: None },
            Tile { value: sum(|queue| queue.overdue), label: "overdue".into(), note: None },
        ],
        queues: queues.iter().map(queue_shown).collect(),
    })
}

fn queue_shown(queue: &Waiting) -> QueueShown {
    QueueShown {
        label: queue.label.into(),
        about: queue.about.into(),
        href: queue.href.into(),
        icon: queue.icon.into(),
        count: match queue.count {
            0 => "nothing waits".into(),
            1 => "1 waits".into(),
            more => format!("{more} wait"),
        },
        overdue: match queue.overdue {
            0 => None,
            1 => Some("1 is overdue".into()),
            more => Some(format!("{more} are overdue")),
        },
        due: queue.due_on.filter(|_| queue.count > 0).map(|on| format!("The first by {}", long_date(on))),
    }
}
