//! The pages of writing: beginning a service, each of its parts, each of its prices.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::catalogue;
use crate::error::{AppError, FieldError};
use crate::identity::ProviderManager;
use crate::ids::ServiceId;
use crate::web::form::Form;
use crate::web::page::{Errors, Page, html, html_with, see_other};

use super::super::pages::Pressed;
use super::super::store as providers;
use super::super::views::desk_nav;
use super::difference::price_told;
use super::draft::{Change, WriteError, begin, edit};
use super::entry::{Entry, Price};
use super::form::{form, price_form};
use super::loaded::load;
use super::pages::{HERE, parse};
use super::part::{Known, MOST_PRICES, Part, read_one_price, show_one_price};
use super::version::Version;
use super::views::{PartPage, PriceRow, Theirs};
use super::{Fields, store};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/provider/services", post().to(post_service))
        .route("/provider/services/new", get().to(get_new))
        .route("/provider/services/{own_service_id}/parts/{part}", get().to(get_part))
        .route("/provider/services/{own_service_id}/parts/{part}", post().to(post_part))
        .route("/provider/services/{own_service_id}/prices/{price}", get().to(get_price))
        .route("/provider/services/{own_service_id}/prices/{price}", post().to(post_price))
        .route("/provider/services/{own_service_id}/prices/{price}/removal", post().to(post_price_removal));
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

fn parse_part(path: &(String, String)) -> Result<(ServiceId, Part), AppError> {
    Ok((parse(&path.0)?, path.1.parse().map_err(|_no_part| AppError::NotFound)?))
}
