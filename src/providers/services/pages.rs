//! The pages of writing a service: the list, the task list, one small page for each part, preview, history.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::catalogue::{self, card};
use crate::clock::{long_date, long_time};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::{ProviderManager, ProviderMember};
use crate::ids::ServiceId;
use crate::money::Money;
use crate::places::settings::{self, Setting};
use crate::web::form::{Ask, Form};
use crate::web::page::{Errors, Page, html, html_with, see_other};

use super::super::pages::{Done, Pressed, fields_of};
use super::super::store as providers;
use super::super::typed;
use super::super::views::desk_nav;
use super::difference::price_told;
use super::draft::{self, Change, WriteError, begin, discard, edit, take_back};
use super::entry::{Entry, PlaceMode, Price};
use super::form::{form, price_form};
use super::part::{Known, MOST_PRICES, Part, read_one_price, show_one_price};
use super::publish::{as_new, hand_in};
use super::status::{self, Step};
use super::store::{self, Provider};
use super::version::{Version, VersionState};
use super::views::{
    HistoryPage, PartPage, PastPrice, PriceRow, ServiceRow, ServiceTasksPage, ServicesPage, Task, Theirs, VersionRow,
};
use super::{Fields, availability, preview};

pub(super) const HERE: &str = "/provider/services";

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/provider/services", get().to(get_services))
        .route("/provider/services", post().to(post_service))
        .route("/provider/services/new", get().to(get_new))
        .route("/provider/services/{own_service_id}", get().to(get_service))
        .route("/provider/services/{own_service_id}/parts/{part}", get().to(get_part))
        .route("/provider/services/{own_service_id}/parts/{part}", post().to(post_part))
        .route("/provider/services/{own_service_id}/prices/{price}", get().to(get_price))
        .route("/provider/services/{own_service_id}/prices/{price}", post().to(post_price))
        .route("/provider/services/{own_service_id}/prices/{price}/removal", post().to(post_price_removal))
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

/// Everything that pages about one service need.
pub(super) struct Loaded {
    pub(super) provider: Provider,
    pub(super) about: String,
    pub(super) version: Option<Version>,
    pub(super) entry: Entry,
    pub(super) kept: Option<catalogue::store::NewService>,
    pub(super) authorities: Vec<(String, String)>,
    pub(super) approves: bool,
}

/// Reads a service of the manager's provider with what is being written on it.
pub(super) fn load(
    conn: &mut Conn,
    manager: &ProviderManager,
    id: ServiceId,
    today: chrono::NaiveDate,
) -> Result<Loaded, WriteError> {
    let (version, entry) = draft::current(conn, manager.member(), id, today)?;
    let provider = store::provider(conn, manager.organization())?;
    let about = providers::organisation(conn, manager.member())?.description;
    let approves = match provider.authority_id {
        Some(authority) => settings::setting(conn, authority, Setting::ApproveServices)? == 1,
        None => false,
    };
    let kept = catalogue::rewrite::kept(conn, id, today)?;
    Ok(Loaded { provider, about, version, entry, kept, authorities: store::authority_names(conn)?, approves })
}

impl Loaded {
    pub(super) fn known<'a>(&'a self, app: &'a App) -> Known<'a> {
        Known {
            taxonomy: &app.taxonomy,
            authorities: &self.authorities,
            provider_type: self.provider.provider_type,
            today: app.clock.now().date(),
        }
    }

    fn state(&self) -> Option<VersionState> {
        self.version.as_ref().map(|version| version.state)
    }

    pub(super) fn publish_label(&self) -> &'static str {
        match (self.approves, self.kept.is_some()) {
            (true, _) => "Send for approval",
            (false, true) => "Publish the changes",
            (false, false) => "Publish",
        }
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

/// `GET /provider/services/new`: the first part of a service that is not there yet.
pub async fn get_new(manager: ProviderManager, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let page = new_page(&app, &request, manager, None, Errors::default()).await?;
    html(&page)
}

async fn new_page(
    app: &App,
    request: &HttpRequest,
    manager: ProviderManager,
    typed: Option<Fields>,
    errors: Errors,
) -> Result<PartPage, AppError> {
    let nav = desk_nav(manager.member(), HERE);
    let authorities = app.db.read(store::authority_names).await.map_err(AppError::from)?;
    let known = Known {
        taxonomy: &app.taxonomy,
        authorities: &authorities,
        provider_type: catalogue::ProviderType::Micro,
        today: app.clock.now().date(),
    };
    let fields = typed.unwrap_or_else(|| Part::What.show(&Entry::default(), &known));
    Ok(PartPage {
        page: Page::of(request, "A new service"),
        nav,
        back_href: HERE.into(),
        heading: "A new service".into(),
        about: "First, what is it? Everything else comes after, one small page at a time.".into(),
        action: HERE.into(),
        button: "Save and go on".into(),
        seen: String::new(),
        fields: form(Part::What, &fields, &known),
        folded_label: String::new(),
        prices: Vec::new(),
        add_price_href: None,
        theirs: Vec::new(),
        preview_href: None,
        step: None,
        errors,
    })
}

/// The fields of a form as they were sent.
pub type Sent = Vec<(String, String)>;

/// `POST /provider/services`: begins a draft.
pub async fn post_service(
    manager: ProviderManager,
    Form(sent): Form<Sent>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let fields = Fields::from(sent);
    let (who, typed, taxonomy, now) = (manager.clone(), fields.clone(), app.taxonomy.clone(), app.clock.now());
    let begun = app
        .db
        .write(move |tx| {
            let provider = providers::organisation(tx, who.member())?;
            let authorities = store::authority_names(tx)?;
            let known = Known {
                taxonomy: &taxonomy,
                authorities: &authorities,
                provider_type: provider.provider_type,
                today: now.date(),
            };
            let mut entry = Entry {
                phone: provider.phone.unwrap_or_default(),
                email: provider.email.unwrap_or_default(),
                website: provider.website.unwrap_or_default(),
                ..Entry::default()
            };
            Part::What.read(&typed, &known, &mut entry).map_err(WriteError::Invalid)?;
            begin(tx, &who, &entry, now)
        })
        .await;
    match begun {
        Ok(version) => Ok(see_other(&format!("{HERE}/{}", version.service_id))),
        Err(WriteError::Invalid(wrong)) => {
            let page = new_page(&app, &request, manager, Some(fields), wrong.into()).await?;
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other.into()),
    }
}

/// `GET /provider/services/{own_service_id}/parts/{part}`
pub async fn get_part(
    manager: ProviderManager,
    path: Path<(String, String)>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (id, part) = parse_part(&path)?;
    let page = part_page(&app, &request, manager, id, part, Typed::default()).await?;
    html(&page)
}

/// What was typed, what is wrong with it, and whether somebody else was faster.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) fields: Option<Fields>,
    pub(super) errors: Errors,
    pub(super) was_changed: bool,
}

pub(super) async fn part_page(
    app: &App,
    request: &HttpRequest,
    manager: ProviderManager,
    id: ServiceId,
    part: Part,
    typed: Typed,
) -> Result<PartPage, AppError> {
    let nav = desk_nav(manager.member(), HERE);
    let today = app.clock.now().date();
    let loaded = app.db.read(move |conn| load(conn, &manager, id, today)).await?;
    let known = loaded.known(app);
    let kept = part.show(&loaded.entry, &known);
    let shown = typed.fields.as_ref().unwrap_or(&kept);
    let prices = if part == Part::Prices { price_rows(&loaded.entry, id) } else { Vec::new() };
    let room = part == Part::Prices && loaded.entry.prices.len() < MOST_PRICES;
    Ok(PartPage {
        page: Page::of(request, part.title()),
        nav,
        back_href: format!("{HERE}/{id}"),
        heading: part.title().into(),
        about: String::new(),
        action: format!("{HERE}/{id}/parts/{part}"),
        button: "Save".into(),
        seen: kept.mark(),
        fields: form(part, shown, &known),
        folded_label: String::new(),
        prices,
        add_price_href: room.then(|| format!("{HERE}/{id}/prices/new")),
        theirs: if typed.was_changed { theirs(part, &kept, &known) } else { Vec::new() },
        preview_href: Some(format!("{HERE}/{id}/preview")),
        step: None,
        errors: typed.errors,
    })
}

fn price_rows(entry: &Entry, id: ServiceId) -> Vec<PriceRow> {
    let row = |(price, nth): (&Price, usize)| PriceRow {
        words: price_told(price),
        href: format!("{HERE}/{id}/prices/{nth}"),
        remove_path: format!("{HERE}/{id}/prices/{nth}/removal"),
    };
    entry.prices.iter().zip(1..).map(row).collect()
}

/// What is kept now, in the words of the form.
fn theirs(part: Part, kept: &Fields, known: &Known<'_>) -> Vec<Theirs> {
    let value = |field: &super::form::Field| match field.kind {
        "week" => {
            let day = |day: &super::form::WeekDay| format!("{} {}–{}", day.day, day.opens.1, day.closes.1);
            field.week.iter().filter(|each| !each.opens.1.is_empty()).map(day).collect::<Vec<_>>().join(", ")
        }
        "radios" | "checks" | "select" => field
            .choices
            .iter()
            .filter(|choice| choice.chosen)
            .map(|choice| choice.label.clone())
            .collect::<Vec<_>>()
            .join(", "),
        _ => field.value.clone(),
    };
    form(part, kept, known).iter().map(|field| Theirs { label: field.label.clone(), value: value(field) }).collect()
}

/// `POST /provider/services/{own_service_id}/parts/{part}`
pub async fn post_part(
    manager: ProviderManager,
    path: Path<(String, String)>,
    Form(sent): Form<Sent>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (id, part) = parse_part(&path)?;
    let fields = Fields::from(sent);
    match save_part(&app, manager.clone(), id, part, fields.clone()).await {
        Ok(_) => Ok(see_other(&format!("{HERE}/{id}?done=saved"))),
        Err(error) => {
            let (status, typed) = again(error, fields)?;
            html_with(status, &part_page(&app, &request, manager, id, part, typed).await?)
        }
    }
}

/// Turns what can be put right into the same form once more.
pub(super) fn again(error: WriteError, fields: Fields) -> Result<(StatusCode, Typed), AppError> {
    match error {
        WriteError::Invalid(wrong) => {
            let typed = Typed { fields: Some(fields), errors: wrong.into(), was_changed: false };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, typed))
        }
        WriteError::ChangedMeanwhile => {
            Ok((StatusCode::CONFLICT, Typed { fields: Some(fields), errors: Errors::default(), was_changed: true }))
        }
        other => Err(other.into()),
    }
}

pub(super) async fn save_part(
    app: &App,
    manager: ProviderManager,
    id: ServiceId,
    part: Part,
    fields: Fields,
) -> Result<Version, WriteError> {
    let (taxonomy, now) = (app.taxonomy.clone(), app.clock.now());
    app.db
        .write(move |tx| {
            let change = Change { service: id, part, seen: Some(fields.one("seen")) };
            edit(tx, &manager, &change, &taxonomy, now, |entry, known| {
                // The page of prices decides about free and about money taken; each price has a page of its own.
                if part == Part::Prices {
                    let mut whole = Part::Prices.show(entry, known);
                    whole = whole.replacing("free", &fields).replacing("funding", &fields);
                    return part.read(&whole, known, entry);
                }
                part.read(&fields, known, entry)
            })
        })
        .await
}

/// `GET /provider/services/{own_service_id}/prices/{price}`: one price, or a new one.
pub async fn get_price(
    manager: ProviderManager,
    path: Path<(String, String)>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = parse(&path.0)?;
    html(&price_page(&app, &request, manager, id, &path.1, Typed::default()).await?)
}

async fn price_page(
    app: &App,
    request: &HttpRequest,
    manager: ProviderManager,
    id: ServiceId,
    which: &str,
    typed: Typed,
) -> Result<PartPage, AppError> {
    let nav = desk_nav(manager.member(), HERE);
    let today = app.clock.now().date();
    let loaded = app.db.read(move |conn| load(conn, &manager, id, today)).await?;
    let known = loaded.known(app);
    let price = match which {
        "new" => None,
        nth => Some(nth_price(&loaded.entry, nth).ok_or(AppError::NotFound)?),
    };
    let shown = match (&typed.fields, price) {
        (Some(fields), _) => fields.clone(),
        (None, Some(price)) => show_one_price(price),
        (None, None) => Fields::default().with("rate", "any time").with("unit", "hour"),
    };
    let is_public = price.is_some_and(|price| price.id.is_some());
    let kept = Part::Prices.show(&loaded.entry, &known);
    Ok(PartPage {
        page: Page::of(request, if price.is_some() { "Change a price" } else { "Add a price" }),
        nav,
        back_href: format!("{HERE}/{id}/parts/prices"),
        heading: if price.is_some() { "Change a price" } else { "Add a price" }.into(),
        about: "Everybody sees the same price. What is in it belongs to it.".into(),
        action: format!("{HERE}/{id}/prices/{which}"),
        button: "Save the price".into(),
        seen: kept.mark(),
        fields: price_form(&shown, is_public),
        folded_label: "How the price is made up (optional)".into(),
        prices: Vec::new(),
        add_price_href: None,
        theirs: if typed.was_changed {
            loaded.entry.prices.iter().map(|price| Theirs { label: "Price".into(), value: price_told(price) }).collect()
        } else {
            Vec::new()
        },
        preview_href: None,
        step: None,
        errors: typed.errors,
    })
}

fn nth_price<'a>(entry: &'a Entry, nth: &str) -> Option<&'a Price> {
    let nth: usize = nth.parse().ok()?;
    entry.prices.get(nth.checked_sub(1)?)
}

/// `POST /provider/services/{own_service_id}/prices/{price}`
pub async fn post_price(
    manager: ProviderManager,
    path: Path<(String, String)>,
    Form(sent): Form<Sent>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (id, which) = (parse(&path.0)?, path.1.clone());
    let fields = Fields::from(sent);
    let (who, typed, nth, taxonomy, now) =
        (manager.clone(), fields.clone(), which.clone(), app.taxonomy.clone(), app.clock.now());
    let saved = app
        .db
        .write(move |tx| {
            let change = Change { service: id, part: Part::Prices, seen: Some(typed.one("seen")) };
            edit(tx, &who, &change, &taxonomy, now, |entry, known| {
                let mut price = read_one_price(&typed, known)?;
                match nth.parse::<usize>() {
                    Ok(nth) if (1..=entry.prices.len()).contains(&nth) => {
                        price.id = entry.prices[nth - 1].id;
                        entry.prices[nth - 1] = price;
                    }
                    _ if entry.prices.len() >= MOST_PRICES => {
                        let why = format!("A service has at most {MOST_PRICES} prices.");
                        return Err(vec![FieldError::new("label", why)]);
                    }
                    _ => entry.prices.push(Price { id: None, ..price }),
                }
                entry.free = false;
                Ok(())
            })
        })
        .await;
    match saved {
        Ok(_) => Ok(see_other(&format!("{HERE}/{id}/parts/prices"))),
        Err(error) => {
            let (status, typed) = again(error, fields)?;
            html_with(status, &price_page(&app, &request, manager, id, &which, typed).await?)
        }
    }
}

/// `POST /provider/services/{own_service_id}/prices/{price}/removal`
pub async fn post_price_removal(
    manager: ProviderManager,
    path: Path<(String, String)>,
    _: Form<Pressed>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id = parse(&path.0)?;
    let nth: usize = path.1.parse().map_err(|_no_number| AppError::NotFound)?;
    let (taxonomy, now) = (app.taxonomy.clone(), app.clock.now());
    app.db
        .write(move |tx| {
            let change = Change { service: id, part: Part::Prices, seen: None };
            edit(tx, &manager, &change, &taxonomy, now, |entry, _| {
                if (1..=entry.prices.len()).contains(&nth) {
                    entry.prices.remove(nth - 1);
                }
                Ok(())
            })
        })
        .await?;
    Ok(see_other(&format!("{HERE}/{id}/parts/prices")))
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

fn parse_part(path: &(String, String)) -> Result<(ServiceId, Part), AppError> {
    Ok((parse(&path.0)?, path.1.parse().map_err(|_no_part| AppError::NotFound)?))
}
