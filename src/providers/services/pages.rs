//! The pages of writing a service: the list, the task list, preview, history, and what is done with a service.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::catalogue::{self, card};
use crate::clock::{long_date, long_time};
use crate::error::{AppError, FieldError};
use crate::identity::{ProviderManager, ProviderMember};
use crate::ids::ServiceId;
use crate::money::Money;
use crate::web::form::{Ask, Form};
use crate::web::page::{Errors, Page, html, html_with, see_other};

use super::super::pages::{Done, Pressed, fields_of};
use super::super::typed;
use super::super::views::desk_nav;
use super::difference::price_told;
use super::draft::{WriteError, discard, take_back};
use super::entry::{Entry, PlaceMode};
use super::loaded::load;
use super::part::{Known, Part};
use super::publish::{as_new, hand_in};
use super::status::{self, Step};
use super::version::{Version, VersionState};
use super::views::{HistoryPage, PastPrice, ServiceRow, ServiceTasksPage, ServicesPage, Task, VersionRow};
use super::{availability, preview, store};

pub(super) const HERE: &str = "/provider/services";

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/provider/services", get().to(get_services))
        .route("/provider/services/{own_service_id}", get().to(get_service))
        .route("/provider/services/{own_service_id}/preview", get().to(get_preview))
        .route("/provider/services/{own_service_id}/history", get().to(get_history))
        .route("/provider/services/{own_service_id}/publication", post().to(post_publication))
        .route("/provider/services/{own_service_id}/taking-back", post().to(post_taking_back))
        .route("/provider/services/{own_service_id}/discarding", post().to(post_discarding))
        .route("/provider/services/{own_service_id}/withdrawal", post().to(post_withdrawal))
        .route("/provider/services/{own_service_id}/closure", post().to(post_closure))
        .route("/provider/services/{own_service_id}/reopening", post().to(post_reopening))
        .route("/provider/services/{own_service_id}/availability", post().to(post_availability));
}

/// `GET /provider/services`
pub async fn get_services(
    member: ProviderMember,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let notice = match done.done.as_deref() {
        Some("available") => Some("Saved. Everybody can see it."),
        Some("discarded") => Some("The draft is gone."),
        Some("published") => Some("It is published. It is in the results within a few seconds."),
        Some("waiting") => Some("It is with the council now. You get a letter."),
        _ => None,
    };
    let page = services_page(&app, &request, member, Errors::default()).await?;
    html(&ServicesPage { page: page.page.with_notice(notice), ..page })
}

async fn services_page(
    app: &App,
    request: &HttpRequest,
    member: ProviderMember,
    errors: Errors,
) -> Result<ServicesPage, AppError> {
    let nav = desk_nav(&member, HERE);
    let may_write = ProviderManager::of(member.clone()).is_some();
    let (listed, open) = app
        .db
        .read(move |conn| Ok::<_, AppError>((store::listed(conn, &member)?, store::open_versions(conn, &member)?)))
        .await?;
    let open_of = |id: ServiceId| {
        // Newest first, so that a draft that goes on from what was sent back is the one that counts.
        open.iter().find(|version| version.service_id == id)
    };
    let number = |number: Option<i32>| number.map(|number| number.to_string()).unwrap_or_default();
    let mut rows: Vec<ServiceRow> = listed
        .iter()
        .map(|service| ServiceRow {
            id: service.id.to_string(),
            name: service.name.clone(),
            kind_slug: service.kind.slug(),
            tags: std::iter::once(card::tag(status_word(&service.status)))
                .chain(open_of(service.id).map(|version| card::tag(version_word(version.state))))
                .collect(),
            is_public: service.status == "active",
            is_listed: true,
            places_free: number(service.places_free),
            waiting_days: number(service.waiting_days),
            availability: card::places(service.places_free, service.waiting_days).unwrap_or_default(),
            checked: long_date(service.assured_on),
        })
        .collect();
    let mut seen: Vec<ServiceId> = listed.iter().map(|service| service.id).collect();
    for version in &open {
        if !seen.contains(&version.service_id) {
            seen.push(version.service_id);
            let entry = version.entry()?;
            rows.push(ServiceRow {
                id: version.service_id.to_string(),
                name: if entry.name.is_empty() { "A service without a name".into() } else { entry.name },
                kind_slug: entry.kind.slug(),
                tags: vec![card::tag(version_word(version.state))],
                ..ServiceRow::default()
            });
        }
    }
    Ok(ServicesPage { page: Page::of(request, "Your services"), nav, services: rows, may_write, errors })
}

fn status_word(status: &str) -> &str {
    match status {
        "active" => "public",
        "inactive" => "withdrawn",
        other => other,
    }
}

fn version_word(state: VersionState) -> &'static str {
    match state {
        VersionState::Draft => "draft",
        VersionState::Waiting => "waiting for approval",
        VersionState::SentBack => "sent back",
        VersionState::Approved => "approved",
        VersionState::Superseded => "superseded",
    }
}

/// `GET /provider/services/{own_service_id}`: the task list.
pub async fn get_service(
    manager: ProviderManager,
    id: Path<String>,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let notice = match done.done.as_deref() {
        Some("published") => Some("It is published. It is in the results within a few seconds."),
        Some("waiting") => Some("It is with the council now. You get a letter."),
        Some("back") => Some("You can go on writing."),
        Some("inactive") => Some("It is withdrawn: nobody finds it any more."),
        Some("closed") => Some("It is closed for a while: nobody finds it until you open it again."),
        Some("active") => Some("It is open again."),
        Some("saved") => Some("Saved. The public page changes when you publish."),
        _ => None,
    };
    let page = tasks_page(&app, &request, manager, parse(&id)?, Errors::default()).await?;
    html(&ServiceTasksPage { page: page.page.with_notice(notice), ..page })
}

pub(super) async fn tasks_page(
    app: &App,
    request: &HttpRequest,
    manager: ProviderManager,
    id: ServiceId,
    errors: Errors,
) -> Result<ServiceTasksPage, AppError> {
    let nav = desk_nav(manager.member(), HERE);
    let today = app.clock.now().date();
    let loaded = app.db.read(move |conn| load(conn, &manager, id, today)).await?;
    let (entry, known) = (&loaded.entry, loaded.known(app));
    let missing = entry.missing(loaded.provider.provider_type);
    let task = |part: &Part| {
        let state = match (part.missing(entry, loaded.provider.provider_type), part.is_begun(entry)) {
            (Some(_), _) => "to do",
            (None, true) => "done",
            (None, false) => "optional",
        };
        Task {
            title: part.title().into(),
            href: format!("{HERE}/{id}/parts/{part}"),
            hint: hint(*part, entry, &known),
            state: card::tag(state),
        }
    };
    let tasks: Vec<Task> = Part::ALL.iter().map(task).collect();
    let status = loaded.kept.as_ref().map(|kept| kept.service.status.clone());
    let is_public = status.as_deref() == Some("active");
    let tags = status
        .iter()
        .map(|status| card::tag(status_word(status)))
        .chain(loaded.state().map(|state| card::tag(version_word(state))));
    let sentence = match (loaded.state(), is_public) {
        (Some(VersionState::Waiting), true) => {
            "Your changes are with the council. The version before them stays public."
        }
        (Some(VersionState::Waiting), false) => "It is with the council. It is public once it is approved.",
        (Some(VersionState::Draft), true) => {
            "You have changes that are not public yet. The version before them stays public."
        }
        (Some(_), false) => "This is a draft. Only you and your colleagues see it.",
        (Some(_), true) => "Something is to be changed before the council publishes it.",
        (None, true) => "This is public. Open a part to change it.",
        (None, false) => "This is not public at the moment.",
    };
    Ok(ServiceTasksPage {
        page: Page::of(request, if entry.name.is_empty() { "A new service" } else { &entry.name }),
        nav,
        id: id.to_string(),
        name: if entry.name.is_empty() { "A new service".into() } else { entry.name.clone() },
        tags: tags.collect(),
        sentence: sentence.into(),
        sent_back: loaded.version.as_ref().and_then(|version| version.reason.clone()),
        done: tasks.iter().filter(|task| task.state.label == "done").count(),
        tasks,
        may_publish: missing.is_empty(),
        publish_label: loaded.publish_label().into(),
        is_waiting: loaded.state() == Some(VersionState::Waiting),
        has_draft: matches!(loaded.state(), Some(VersionState::Draft | VersionState::Waiting)),
        is_public,
        is_closed: loaded.kept.is_some() && !is_public,
        errors,
    })
}

/// What was said in a part, shortly.
fn hint(part: Part, entry: &Entry, known: &Known<'_>) -> String {
    let names = |ids: &[String]| ids.iter().map(|id| known.taxonomy.name(id)).collect::<Vec<_>>().join(", ");
    let text = match part {
        Part::What => card::first_sentences(&entry.description, 90),
        Part::Who => names(&entry.needs),
        Part::Where => where_told(entry),
        Part::When => entry.opening_hours().lines().take(2).collect::<Vec<_>>().join(" · "),
        Part::Prices if entry.free => "Free".into(),
        Part::Prices => entry.prices.first().map(price_told).unwrap_or_default(),
        Part::Places => card::places(entry.places_free, entry.waiting_days).unwrap_or_default(),
        Part::Access => {
            let terms = names(&entry.accessibility);
            [terms, entry.languages.clone()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ")
        }
        Part::Contact => {
            let ways = [&entry.phone, &entry.email, &entry.website];
            ways.into_iter().filter(|way| !way.is_empty()).cloned().collect::<Vec<_>>().join(" · ")
        }
        Part::Registration if entry.is_regulated(known.provider_type) => "Has to be registered".into(),
        Part::Registration => "Needs none".into(),
    };
    card::first_sentences(&text, 120)
}

fn where_told(entry: &Entry) -> String {
    match entry.place {
        PlaceMode::Remote => "By telephone or online".into(),
        PlaceMode::TheyCome => [entry.address.as_str(), entry.postcode.as_str()]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(", "),
        PlaceMode::ItComes => match entry.miles {
            Some(miles) => format!("Comes to homes within {miles} miles of {}", entry.postcode),
            None => format!("Comes to homes in {}", entry.districts.join(", ")),
        },
    }
}

/// `GET /provider/services/{own_service_id}/preview`: the public page, from what is written.
pub async fn get_preview(
    manager: ProviderManager,
    id: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = parse(&id)?;
    let now = app.clock.now();
    let today = now.date();
    let (loaded, registration) = app
        .db
        .read(move |conn| {
            let loaded = load(conn, &manager, id, today)?;
            let checked = super::publish::registration(conn, &loaded.provider, id, &loaded.entry, today);
            Ok::<_, WriteError>((loaded, checked.ok().flatten()))
        })
        .await?;
    let new = as_new(&loaded.entry, id, &loaded.provider, loaded.kept.as_ref(), registration.as_ref(), now);
    let details = new.details.clone();
    let whole = preview::as_whole(new, &loaded.provider, loaded.about.clone(), today);
    let notice = "A preview: this is how people will see it. Nothing here is public yet.";
    let page = Page::of(&request, format!("Preview of {}", whole.service.name)).with_notice(Some(notice));
    html(&catalogue::pages::preview(page, whole, details, &app.taxonomy, format!("{HERE}/{id}"), app.clock.now()))
}

/// `GET /provider/services/{own_service_id}/history`
pub async fn get_history(
    manager: ProviderManager,
    id: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = parse(&id)?;
    let nav = desk_nav(manager.member(), HERE);
    let today = app.clock.now().date();
    let (loaded, versions, prices) = app
        .db
        .read(move |conn| {
            let loaded = load(conn, &manager, id, today)?;
            let versions = store::versions(conn, manager.member(), id)?;
            Ok::<_, WriteError>((loaded, versions, catalogue::rewrite::price_history(conn, id)?))
        })
        .await?;
    let by = |who: &Option<String>| who.as_ref().map(|name| format!(" by {name}")).unwrap_or_default();
    let version = |(version, writer, decider): &(Version, Option<String>, Option<String>)| VersionRow {
        number: version.number,
        state: card::tag(version_word(version.state)),
        written: format!("written {}{}", long_time(version.written_at), by(writer)),
        decided: version.decided_at.map(|at| format!("decided {}{}", long_time(at), by(decider))),
        reason: version.reason.clone(),
    };
    html(&HistoryPage {
        page: Page::of(&request, format!("What happened to {}", loaded.entry.name)),
        nav,
        back_href: format!("{HERE}/{id}"),
        name: loaded.entry.name.clone(),
        versions: versions.iter().map(version).collect(),
        prices: prices
            .iter()
            .filter(|price| price.valid_to.is_none_or(|to| to >= price.valid_from))
            .map(|price| PastPrice {
                label: format!("{}, {}", price.label, price.unit.each()),
                amount: if price.amount_pence == Money::ZERO { "free".into() } else { price.amount_pence.to_string() },
                from: long_date(price.valid_from),
                to: price.valid_to.map_or_else(|| "open".into(), long_date),
            })
            .collect(),
    })
}

/// `POST /provider/services/{own_service_id}/publication`
pub async fn post_publication(
    manager: ProviderManager,
    id: Path<String>,
    _: Form<Pressed>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = parse(&id)?;
    let (who, now) = (manager.clone(), app.clock.now());
    match app.db.write(move |tx| hand_in(tx, &who, id, now)).await {
        Ok(VersionState::Waiting) => Ok(see_other(&format!("{HERE}/{id}?done=waiting"))),
        Ok(_) => Ok(see_other(&format!("{HERE}/{id}?done=published"))),
        Err(WriteError::Missing(parts)) => {
            let told = |(part, why): &(Part, &'static str)| FieldError::new("", format!("{}: {why}", part.title()));
            let errors: Vec<FieldError> = parts.iter().map(told).collect();
            let page = tasks_page(&app, &request, manager, id, errors.into()).await?;
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(why @ (WriteError::RegistrationNotChecked | WriteError::Suspended)) => {
            let errors = vec![FieldError::new("", AppError::from(why).to_string())];
            html_with(StatusCode::CONFLICT, &tasks_page(&app, &request, manager, id, errors.into()).await?)
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /provider/services/{own_service_id}/taking-back`
pub async fn post_taking_back(
    manager: ProviderManager,
    id: Path<String>,
    _: Form<Pressed>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id = parse(&id)?;
    app.db.write(move |tx| take_back(tx, &manager, id)).await?;
    Ok(see_other(&format!("{HERE}/{id}?done=back")))
}

/// `POST /provider/services/{own_service_id}/discarding`
pub async fn post_discarding(
    manager: ProviderManager,
    id: Path<String>,
    _: Form<Pressed>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id = parse(&id)?;
    app.db.write(move |tx| discard(tx, &manager, id)).await?;
    Ok(see_other(&format!("{HERE}?done=discarded")))
}

/// `POST /provider/services/{own_service_id}/withdrawal`
pub async fn post_withdrawal(
    manager: ProviderManager,
    id: Path<String>,
    _: Form<Pressed>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    take_step(&app, manager, &id, Step::Withdraw, "inactive").await
}

/// `POST /provider/services/{own_service_id}/closure`
pub async fn post_closure(
    manager: ProviderManager,
    id: Path<String>,
    _: Form<Pressed>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    take_step(&app, manager, &id, Step::Close, "closed").await
}

/// `POST /provider/services/{own_service_id}/reopening`
pub async fn post_reopening(
    manager: ProviderManager,
    id: Path<String>,
    _: Form<Pressed>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    take_step(&app, manager, &id, Step::Reopen, "active").await
}

async fn take_step(
    app: &App,
    manager: ProviderManager,
    id: &str,
    step: Step,
    done: &str,
) -> Result<HttpResponse, AppError> {
    let (id, now) = (parse(id)?, app.clock.now());
    app.db.write(move |tx| status::take(tx, &manager, id, step, now)).await?;
    Ok(see_other(&format!("{HERE}/{id}?done={done}")))
}

/// How many places are free, as it was sent; `press` is one of the quick buttons.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct AvailabilityForm {
    places_free: String,
    waiting_days: String,
    press: String,
}

/// `POST /provider/services/{own_service_id}/availability`
pub async fn post_availability(
    member: ProviderMember,
    id: Path<String>,
    Form(sent): Form<AvailabilityForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (id, now) = (parse(&id)?, app.clock.now());
    let places = typed::whole(&sent.places_free, 9_999, "The number of free places");
    let waiting = typed::whole(&sent.waiting_days, 1_000, "The waiting time in days");
    let done = match (places, waiting) {
        (Ok(places), Ok(waiting)) => {
            let places = match sent.press.as_str() {
                "more" => Some(places.unwrap_or(0).saturating_add(1).min(9_999)),
                "fewer" => Some(places.unwrap_or(0).saturating_sub(1).max(0)),
                "full" => Some(0),
                _ => places,
            };
            let who = member.clone();
            let told = app.db.write(move |tx| availability::tell(tx, &who, id, places, waiting, now)).await;
            told.map_err(AppError::from)
        }
        (Err(why), _) | (_, Err(why)) => Err(AppError::invalid(vec![FieldError::new("", why)])),
    };
    match done {
        Ok(()) => Ok(see_other(&format!("{HERE}?done=available"))),
        Err(refused) => {
            let errors = fields_of(refused)?.into();
            let page = services_page(&app, &request, member, errors).await?;
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

pub(super) fn parse(id: &str) -> Result<ServiceId, AppError> {
    id.parse().map_err(|_not_an_id| AppError::NotFound)
}
