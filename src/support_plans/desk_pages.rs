//! The desk of a care manager: plans that wait for the council, and reviews that are due, of their own people only.

use std::collections::HashMap;

use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;

use crate::app::App;
use crate::audit::{self, Deed, Entry, What, Why};
use crate::catalogue::card::tag;
use crate::clock::{day, long_date};
use crate::error::AppError;
use crate::helping::RepresentativeKind;
use crate::identity::CareDesk;
use crate::ids::PersonId;
use crate::web::page::{Link, Page, html};
use crate::{helping, places};

use super::plan::PlanState;
use super::views::{DeskLine, DeskPage};
use super::{review_store, store};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/care", get().to(get_care));
}

/// `GET /care`
pub async fn get_care(desk: CareDesk, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let asked = desk.clone();
    let (authority, people, states, reviews) = app
        .db
        .read(move |conn| {
            let helped = helping::store::people_helped(conn, asked.who())?;
            let people: HashMap<PersonId, String> = helped
                .into_iter()
                .filter(|helped| helped.kinds.contains(&RepresentativeKind::CareManager))
                .map(|helped| (helped.person, helped.name))
                .collect();
            let ids: Vec<PersonId> = people.keys().copied().collect();
            let states = store::states_of(conn, &ids)?;
            let reviews = review_store::due_of(conn, &ids)?;
            let authority = places::store::authority_name(conn, asked.authority())?;
            Ok::<_, AppError>((authority, people, states, reviews))
        })
        .await?;
    let looks = people.keys().map(|person| {
        let about = (What::SupportPlan, person.as_str());
        Entry::new(&desk, (Deed::LookedAt, Why::ToSeeWhatWaits), *person, about, now)
    });
    audit::looks(&app.db, looks.collect()).await?;
    let today = day(now);
    let name = |person: &PersonId| people.get(person).cloned().unwrap_or_default();
    let mut waiting = Vec::new();
    for (person, state, since) in states.iter().filter(|(_, state, _)| *state == PlanState::WithCouncil) {
        let href = format!("/support/{person}/plan/agreement");
        waiting.push((
            *since,
            DeskLine {
                href: format!("/support/{person}"),
                person: name(person),
                about: format!("handed over on {}", long_date(since.date())),
                tag: tag(state.as_str()),
                action: Link { label: "Check and agree".into(), href },
            },
        ));
    }
    waiting.sort_by_key(|(since, _)| *since);
    let review = |review: &review_store::Review| DeskLine {
        href: format!("/support/{}", review.person_id),
        person: name(&review.person_id),
        about: format!("{} risk, {}", super::shown::capital(review.risk.as_str()), due(review.due_on, today)),
        tag: tag(if review.due_on < today { "overdue" } else { "planned" }),
        action: Link {
            label: "Hold the review".into(),
            href: format!("/support/{}/reviews/{}", review.person_id, review.id),
        },
    };
    let state = |person: &PersonId| states.iter().find(|(each, ..)| each == person).map(|(_, state, _)| *state);
    let mut others: Vec<DeskLine> = people
        .iter()
        .filter(|(person, _)| state(person) != Some(PlanState::WithCouncil))
        .map(|(person, name)| DeskLine {
            href: format!("/support/{person}"),
            person: name.clone(),
            about: String::new(),
            tag: tag(state(person).map_or("no plan yet", PlanState::as_str)),
            action: Link::default(),
        })
        .collect();
    others.sort_by(|one, two| one.person.cmp(&two.person));
    html(&DeskPage {
        page: Page::of(&request, "Plans and reviews"),
        authority,
        waiting: waiting.into_iter().map(|(_, line)| line).collect(),
        reviews: reviews.iter().map(review).collect(),
        others,
    })
}

/// "due on 3 June 2026", "due since 3 May 2026"
fn due(on: NaiveDate, today: NaiveDate) -> String {
    if on < today { format!("due since {}", long_date(on)) } else { format!("due on {}", long_date(on)) }
}
