//! The moderator's hub.

use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::clock::{day, long_date};
use crate::error::AppError;
use crate::identity::Moderator;
use crate::places;
use crate::web::page::{Page, Tile, html};

use super::views::{ModerationPage, QueueShown};
use super::{Waiting, waiting};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/moderation", get().to(get_moderation));
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
