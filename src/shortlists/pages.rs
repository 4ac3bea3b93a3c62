//! The pages of shortlists: the list, its link, and services side by side.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::app::App;
use crate::budgets::purse;
use crate::catalogue::{self, Details, WholeService, card, in_words};
use crate::clock::{UtcTime, long_date};
use crate::db::Conn;
use crate::error::AppError;
use crate::identity::{Anyone, SignedIn};
use crate::ids::{ServiceId, random_token};
use crate::places::Gazetteer;
use crate::web::form::{Ask, Form};
use crate::web::page::{Link, Page, html, html_with, local_path, see_other};

use super::compare::{self, Compared};
use super::keep::KeepError;
use super::keeper::{ListKeeper, Whose};
use super::shortlist::Entry;
use super::views::{Column, ComparePage, Item, SharedPage, ShortlistPage};
use super::{keep, let_go, share, store, withdraw, write_note};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/shortlist", get().to(get_shortlist))
        .route("/shortlist/link", post().to(post_link))
        .route("/shortlist/link/withdrawal", post().to(post_withdrawal))
        .route("/shortlist/services/{service_id}", post().to(post_entry))
        .route("/shortlist/services/{service_id}/removal", post().to(post_removal))
        .route("/shortlist/services/{service_id}/note", post().to(post_note))
        .route("/shared/{token}", get().to(get_shared))
        .route("/compare", get().to(get_compare));
}

/// Where to go on to.
#[derive(Deserialize)]
pub struct Onward {
    #[serde(default)]
    next: String,
}

impl Onward {
    fn path(&self) -> &str {
        if self.next.is_empty() { "/shortlist" } else { local_path(&self.next) }
    }
}

/// A list as it is read: each entry with its service, where that is still offered.
type ReadList = Vec<(Entry, Option<(WholeService, Details)>)>;

fn read_list(conn: &mut Conn, entries: Vec<Entry>, today: NaiveDate) -> diesel::QueryResult<ReadList> {
    let ids: Vec<ServiceId> = entries.iter().map(|entry| entry.service_id).collect();
    let services = catalogue::store::whole_services(conn, &ids, today)?;
    let mut found: HashMap<ServiceId, (WholeService, Details)> = HashMap::new();
    for whole in services {
        let details = catalogue::store::details(conn, whole.service.id, whole.service.organization_id)?;
        found.insert(whole.service.id, (whole, details));
    }
    Ok(entries
        .into_iter()
        .map(|entry| {
            let service = found.remove(&entry.service_id);
            (entry, service)
        })
        .collect())
}

/// `GET /shortlist`: what the visitor wants to look at again.
pub async fn get_shortlist(keeper: ListKeeper, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    shortlist_page(keeper, &app, &request, StatusCode::OK, None).await
}

async fn shortlist_page(
    keeper: ListKeeper,
    app: &Data<App>,
    request: &HttpRequest,
    status: StatusCode,
    problem: Option<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let who = keeper.signed_in().cloned();
    let (list, entries, means) = app
        .db
        .read(move |conn| {
            let Some(list) = store::list_of(conn, &keeper)? else { return Ok((None, Vec::new(), HashMap::new())) };
            let entries = store::entries(conn, list.id)?;
            let entries = read_list(conn, entries, now.date())?;
            let services: Vec<&WholeService> =
                entries.iter().filter_map(|(_, service)| service.as_ref()).map(|(whole, _)| whole).collect();
            let means = match keeper.signed_in() {
                Some(who) => purse::in_short(conn, who, &services, now.date())?,
                None => HashMap::new(),
            };
            Ok::<_, AppError>((Some(list), entries, means))
        })
        .await?;
    let link = list.and_then(|list| list.share_token).map(|token| format!("{}/shared/{token}", app.post.public_url));
    let items = entries.iter().map(|(entry, service)| item(entry, service.as_ref(), &means, now)).collect();
    let (page, tie) = Page::tied(request, "My shortlist");
    let sign_in_href = who.is_none().then(|| "/sign-in?next=%2Fshortlist".to_owned());
    let shown =
        ShortlistPage { page, items, notes: who.is_some(), sign_in_href, link, problem, today: long_date(now.date()) };
    tie.onto(html_with(status, &shown)?)
}

fn item(
    entry: &Entry,
    service: Option<&(WholeService, Details)>,
    means: &HashMap<ServiceId, String>,
    now: UtcTime,
) -> Item {
    let id = entry.service_id.to_string();
    let Some((whole, details)) = service else {
        let name = "A service that is not offered any more".into();
        return Item { id, name, note: entry.note.clone(), gone: true, ..Item::default() };
    };
    let card = card::card(whole, None, None);
    let times = in_words(&details.schedules, now.date());
    let times: Vec<String> = if times.is_empty() {
        whole.service.opening_hours.lines().map(str::to_owned).collect()
    } else {
        times.into_iter().map(|line| format!("{}: {}", line.days, line.hours)).collect()
    };
    Item {
        id,
        href: card.href,
        name: card.name,
        kind: card.kind,
        kind_slug: card.kind_slug,
        provider: card.provider,
        price: if card.free { "Free".into() } else { card.price.unwrap_or_else(|| "Ask for the price".into()) },
        means: means.get(&entry.service_id).cloned(),
        place: card.place,
        phone: whole.service.phone.clone(),
        website: whole.service.url.clone(),
        next_on: catalogue::next(&details.schedules, now).map(|next| catalogue::next_in_words(&next, now)),
        times,
        places: card.places,
        note: entry.note.clone(),
        gone: false,
    }
}

/// `POST /shortlist/services/{service_id}`: keep it. Needs no account.
pub async fn post_entry(
    keeper: ListKeeper,
    id: Path<String>,
    Form(form): Form<Onward>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let service: ServiceId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    let (keeper, cookie) = keeper.with_a_list(&request);
    app.db.write(move |tx| keep(tx, &keeper, service, now)).await?;
    let mut answer = see_other(form.path());
    if let Some(cookie) = cookie {
        answer.add_cookie(&cookie).map_err(AppError::unexpected)?;
    }
    Ok(answer)
}

/// `POST /shortlist/services/{service_id}/removal`: take it off.
pub async fn post_removal(
    keeper: ListKeeper,
    id: Path<String>,
    Form(form): Form<Onward>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let service: ServiceId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    app.db.write(move |tx| let_go(tx, &keeper, service)).await?;
    Ok(see_other(form.path()))
}

/// A note to oneself.
#[derive(Deserialize)]
pub struct NoteForm {
    #[serde(default)]
    note: String,
}

/// `POST /shortlist/services/{service_id}/note`: write a note to oneself.
pub async fn post_note(
    who: SignedIn,
    id: Path<String>,
    Form(form): Form<NoteForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let service: ServiceId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let keeper = ListKeeper::of(&who);
    match app.db.write(move |tx| write_note(tx, &who, service, &form.note)).await {
        Ok(()) => Ok(see_other(&format!("/shortlist#service-{service}"))),
        Err(long @ KeepError::LongNote) => {
            let problem = Some((service.to_string(), AppError::from(long).to_string()));
            shortlist_page(keeper, &app, &request, StatusCode::UNPROCESSABLE_ENTITY, problem).await
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /shortlist/link`: make a link that shows the list to whoever has it.
pub async fn post_link(keeper: ListKeeper, _: Form<Onward>, app: Data<App>) -> Result<HttpResponse, AppError> {
    if *keeper.whose() == Whose::Nobody {
        return Err(AppError::refused(
            "shortlist-empty",
            "there is nothing on this list yet. Put something on it first",
        ));
    }
    let (now, token) = (app.clock.now(), random_token());
    app.db.write(move |tx| share(tx, &keeper, &token, now)).await?;
    Ok(see_other("/shortlist#link"))
}

/// `POST /shortlist/link/withdrawal`: the link shows nothing any more.
pub async fn post_withdrawal(keeper: ListKeeper, _: Form<Onward>, app: Data<App>) -> Result<HttpResponse, AppError> {
    app.db.write(move |tx| withdraw(tx, &keeper)).await?;
    Ok(see_other("/shortlist#link"))
}

/// `GET /shared/{token}`: a list that was shared, to read.
pub async fn get_shared(
    _: Anyone,
    token: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let token = token.into_inner();
    let entries = app
        .db
        .read(move |conn| {
            let list = store::shared(conn, &token)?.ok_or(AppError::NotFound)?;
            let entries = store::entries(conn, list.id)?;
            Ok::<_, AppError>(read_list(conn, entries, now.date())?)
        })
        .await?;
    let here: Vec<_> = entries.iter().filter(|(_, service)| service.is_some()).collect();
    let items: Vec<Item> = here
        .iter()
        .map(|(entry, service)| Item { note: String::new(), ..item(entry, service.as_ref(), &HashMap::new(), now) })
        .collect();
    let fits = (2..=compare::MOST).contains(&items.len());
    let compare_href = fits.then(|| compare_path(items.iter().map(|item| item.id.as_str()), ""));
    let page = Page::of(&request, "A shortlist that somebody shared");
    let mut answer = html(&SharedPage { page, items, compare_href, today: long_date(now.date()) })?;
    // Whoever has the link may read it; search engines and other sites are not to have it.
    let headers = answer.headers_mut();
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    Ok(answer)
}

fn compare_path<'a>(ids: impl Iterator<Item = &'a str>, near: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for id in ids {
        query.append_pair("service", id);
    }
    if !near.is_empty() {
        query.append_pair("near", near);
    }
    format!("/compare?{}", query.finish())
}

/// What is to be compared, and from where distances count.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ToCompare {
    /// Ids of services.
    pub service: Vec<String>,
    /// A place.
    pub near: String,
}

/// What is compared, as it was read.
pub(super) struct Read {
    pub(super) compared: Vec<Compared>,
    pub(super) near: Option<(f64, f64)>,
    pub(super) near_problem: Option<String>,
}

/// Reads what is to be compared; what is not offered (any more) is left out.
pub(super) async fn read_compared(app: &Data<App>, who: Option<SignedIn>, asked: &ToCompare) -> Result<Read, AppError> {
    let mut ids: Vec<ServiceId> = Vec::new();
    for id in asked.service.iter().filter_map(|id| id.parse().ok()) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids.truncate(compare::MOST);
    let typed: String = asked.near.chars().take(100).collect();
    let (near, near_problem) = match typed.trim() {
        "" => (None, None),
        text => match Gazetteer::shared().find(text) {
            Ok(place) => (Some((place.latitude, place.longitude)), None),
            Err(unknown) => (None, Some(unknown.to_string())),
        },
    };
    let today = app.clock.now().date();
    let (compared, home) = app
        .db
        .read(move |conn| {
            let services = catalogue::store::whole_services(conn, &ids, today)?;
            let mut means = HashMap::new();
            let mut home = None;
            if let Some(who) = &who {
                means = purse::in_short(conn, who, &services.iter().collect::<Vec<_>>(), today)?;
                home = purse::own_purse(conn, who, today)?.and_then(|purse| purse.home);
            }
            let mut compared = Vec::with_capacity(services.len());
            for whole in services {
                let id = whole.service.id;
                let details = catalogue::store::details(conn, id, whole.service.organization_id)?;
                compared.push(Compared { details, means: means.remove(&id), whole });
            }
            Ok::<_, AppError>((compared, home))
        })
        .await?;
    Ok(Read { compared, near: near.or(home), near_problem })
}

/// `GET /compare?service=…&service=…`: up to four services side by side.
pub async fn get_compare(
    anyone: Anyone,
    Ask(asked): Ask<ToCompare>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let read = read_compared(&app, anyone.visitor().cloned(), &asked).await?;
    let ids: Vec<String> = read.compared.iter().map(|each| each.whole.service.id.to_string()).collect();
    let column = |each: &Compared| {
        let id = each.whole.service.id.to_string();
        let others = || ids.iter().filter(|other| **other != id).map(String::as_str);
        Column {
            link: Link { label: each.whole.service.name.clone(), href: format!("/services/{id}") },
            kind_slug: each.whole.service.kind.slug(),
            without: (ids.len() > 1).then(|| compare_path(others(), &asked.near)),
            id,
        }
    };
    let mut lines = if read.compared.is_empty() { Vec::new() } else { compare::lines(&read.compared, read.near, now) };
    if !read.compared.is_empty() {
        let access = compare::access(&read.compared, |id| {
            app.taxonomy.term(id).filter(|term| term.taxonomy == "accessibility").map(|term| term.name.clone())
        });
        let before_phone = lines.iter().position(|line| line.label == "Languages" || line.label == "Phone");
        lines.insert(before_phone.unwrap_or(lines.len()), access);
    }
    let mut remarks = Vec::new();
    if asked.service.len() > compare::MOST {
        remarks.push(format!("{} services fit side by side. The others are left out.", compare::MOST));
    } else if asked.service.iter().filter(|id| !id.is_empty()).count() > read.compared.len() {
        remarks.push("What is not offered any more, or stands twice, is left out.".into());
    }
    html(&ComparePage {
        page: Page::of(&request, "Side by side"),
        columns: read.compared.iter().map(column).collect(),
        lines,
        near: asked.near.clone(),
        near_problem: read.near_problem,
        remarks,
        today: long_date(now.date()),
    })
}
