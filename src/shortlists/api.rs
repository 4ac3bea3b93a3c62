//! Shortlists and comparisons over `/api/v1`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, ServiceConfig, delete, get, post, put};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::catalogue::api::ServiceDocument;
use crate::catalogue::{Paper, Rate, Unit};
use crate::clock::{UtcTime, rfc3339};
use crate::error::{AppError, FieldError};
use crate::identity::{Anyone, SignedIn};
use crate::ids::{ServiceId, random_token};
use crate::money::Money;
use crate::web::form::{Ask, Json as Sent};
use crate::web::render::Problem;

use super::compare::{self, Compared};
use super::keeper::ListKeeper;
use super::pages::{ToCompare, read_compared};
use super::shortlist::Entry;
use super::{keep, let_go, share, store, withdraw, write_note};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/shortlist", get().to(get_shortlist))
        .route("/shortlist/services/{service_id}", put().to(put_entry))
        .route("/shortlist/services/{service_id}", delete().to(delete_entry))
        .route("/shortlist/link", post().to(post_link))
        .route("/shortlist/link", delete().to(delete_link))
        .route("/shared-shortlists/{token}", get().to(get_shared))
        .route("/comparison", get().to(get_comparison));
}

/// What somebody wants to look at again.
#[derive(Serialize, ToSchema)]
pub struct ShortlistDocument {
    /// In the order that it was put there.
    pub entries: Vec<EntryDocument>,
    /// The link that shows it to whoever has it; none when it is not shared.
    pub link: Option<String>,
}

/// One service on a list.
#[derive(Serialize, ToSchema)]
pub struct EntryDocument {
    /// Which service.
    #[schema(value_type = String)]
    pub service_id: ServiceId,
    /// What its keeper wrote about it.
    pub note: String,
    /// When it was put there.
    #[serde(serialize_with = "rfc3339::serialize")]
    #[schema(value_type = String)]
    pub added_at: UtcTime,
}

/// A note to oneself.
#[derive(Deserialize, ToSchema)]
pub struct NewEntry {
    /// At most 500 letters.
    #[serde(default)]
    pub note: Option<String>,
}

/// The link that shows a list.
#[derive(Serialize, ToSchema)]
pub struct LinkDocument {
    /// Its address.
    pub link: String,
}

/// A list that was shared.
#[derive(Serialize, ToSchema)]
pub struct SharedDocument {
    /// The services, without notes.
    pub services: Vec<ServiceDocument>,
}

fn service_id(id: &Path<String>) -> Result<ServiceId, AppError> {
    id.parse().map_err(|_not_an_id| AppError::NotFound)
}

/// The caller's shortlist.
#[utoipa::path(get, path = "/api/v1/shortlist", tag = "shortlists", security(("bearer" = [])),
    responses((status = 200, body = ShortlistDocument), (status = 401, body = Problem)))]
pub async fn get_shortlist(who: SignedIn, app: Data<App>) -> Result<Json<ShortlistDocument>, AppError> {
    let (list, entries) = app
        .db
        .read(move |conn| {
            let Some(list) = store::list_of(conn, &ListKeeper::of(&who))? else { return Ok((None, Vec::new())) };
            let entries = store::entries(conn, list.id)?;
            Ok::<_, AppError>((Some(list), entries))
        })
        .await?;
    let entry =
        |entry: Entry| EntryDocument { service_id: entry.service_id, note: entry.note, added_at: entry.added_at };
    let link = list.and_then(|list| list.share_token).map(|token| format!("{}/shared/{token}", app.post.public_url));
    Ok(Json(ShortlistDocument { entries: entries.into_iter().map(entry).collect(), link }))
}

/// Puts a service on the caller's shortlist, with a note where one is sent. Doing it again changes only the note.
#[utoipa::path(put, path = "/api/v1/shortlist/services/{service_id}", tag = "shortlists", security(("bearer" = [])),
    params(("service_id" = String, Path)), request_body = NewEntry,
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn put_entry(
    who: SignedIn,
    id: Path<String>,
    Sent(sent): Sent<NewEntry>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (service, now) = (service_id(&id)?, app.clock.now());
    let put = move |tx: &mut crate::db::Conn| {
        keep(tx, &ListKeeper::of(&who), service, now)?;
        match &sent.note {
            Some(note) => write_note(tx, &who, service, note),
            None => Ok(()),
        }
    };
    app.db.write(put).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes a service off the caller's shortlist.
#[utoipa::path(delete, path = "/api/v1/shortlist/services/{service_id}", tag = "shortlists", security(("bearer" = [])),
    params(("service_id" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub async fn delete_entry(who: SignedIn, id: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let service = service_id(&id)?;
    app.db.write(move |tx| let_go(tx, &ListKeeper::of(&who), service)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Makes a link that shows the caller's shortlist, without notes, to whoever has it; one that there is stays.
#[utoipa::path(post, path = "/api/v1/shortlist/link", tag = "shortlists", security(("bearer" = [])),
    responses((status = 201, body = LinkDocument)))]
pub async fn post_link(who: SignedIn, app: Data<App>) -> Result<HttpResponse, AppError> {
    let (now, token) = (app.clock.now(), random_token());
    let token = app.db.write(move |tx| share(tx, &ListKeeper::of(&who), &token, now)).await?;
    let link = format!("{}/shared/{token}", app.post.public_url);
    Ok(HttpResponse::Created().json(LinkDocument { link }))
}

/// Withdraws the link: it shows nothing any more.
#[utoipa::path(delete, path = "/api/v1/shortlist/link", tag = "shortlists", security(("bearer" = [])),
    responses((status = 204)))]
pub async fn delete_link(who: SignedIn, app: Data<App>) -> Result<HttpResponse, AppError> {
    app.db.write(move |tx| withdraw(tx, &ListKeeper::of(&who))).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A shortlist that somebody shared, by the end of its link.
#[utoipa::path(get, path = "/api/v1/shared-shortlists/{token}", tag = "shortlists", params(("token" = String, Path)),
    responses((status = 200, body = SharedDocument), (status = 404, body = Problem)))]
pub async fn get_shared(_: Anyone, token: Path<String>, app: Data<App>) -> Result<Json<SharedDocument>, AppError> {
    let (token, today) = (token.into_inner(), app.clock.now().date());
    let services = app
        .db
        .read(move |conn| {
            let list = store::shared(conn, &token)?.ok_or(AppError::NotFound)?;
            let ids: Vec<ServiceId> = store::entries(conn, list.id)?.iter().map(|entry| entry.service_id).collect();
            Ok::<_, AppError>(crate::catalogue::store::whole_services(conn, &ids, today)?)
        })
        .await?;
    let services = services.into_iter().map(|whole| ServiceDocument::of(whole, None)).collect();
    Ok(Json(SharedDocument { services }))
}

/// Services side by side.
#[derive(Serialize, ToSchema)]
pub struct ComparisonDocument {
    /// In the order that was asked for; what is not offered is left out.
    pub services: Vec<ComparedDocument>,
}

/// What a comparison says of one service.
#[derive(Serialize, ToSchema)]
pub struct ComparedDocument {
    /// Which.
    #[schema(value_type = String)]
    pub service_id: ServiceId,
    /// Its name.
    pub name: String,
    /// Who offers it.
    pub provider: String,
    /// The lowest price for each unit and time of the week.
    pub prices: Vec<ComparedPrice>,
    /// Metres from the place that was asked for, or from the middle of the caller's ward.
    pub distance_metres: Option<u32>,
    /// How many rated it.
    pub ratings: i64,
    /// The Bayesian average in tenths of a star; none before anybody rated it.
    pub rating_tenths: Option<u32>,
    /// What the regulator says.
    pub regulator_rating: Option<String>,
    /// How many places are free; none if not told.
    pub places_free: Option<i32>,
    /// How long people wait, in days; none if not told.
    pub waiting_days: Option<i32>,
    /// Features of the place, by id.
    pub accessibility: Vec<String>,
    /// Papers of its provider that were checked and hold today.
    pub checks: Vec<Paper>,
    /// When its details were last checked.
    pub assured_on: NaiveDate,
    /// What it means for the caller's budget, in short.
    pub means_for_budget: Option<String>,
}

/// The lowest price of a unit at a time of the week.
#[derive(Serialize, ToSchema)]
pub struct ComparedPrice {
    /// What is counted.
    pub unit: Unit,
    /// When it applies.
    pub rate: Rate,
    /// The price of one.
    pub amount_pence: Money,
}

/// Compares up to four services.
#[utoipa::path(get, path = "/api/v1/comparison", tag = "shortlists",
    params(("service" = Vec<String>, Query, description = "Ids, two to four"),
           ("near" = Option<String>, Query, description = "From where distances count")),
    responses((status = 200, body = ComparisonDocument), (status = 422, body = Problem)))]
pub async fn get_comparison(
    anyone: Anyone,
    Ask(asked): Ask<ToCompare>,
    app: Data<App>,
) -> Result<Json<ComparisonDocument>, AppError> {
    if asked.service.is_empty() || asked.service.len() > compare::MOST {
        let sentence = format!("Send the ids of one to {} services.", compare::MOST);
        return Err(AppError::invalid(vec![FieldError::new("service", sentence)]));
    }
    let read = read_compared(&app, anyone.visitor().cloned(), &asked).await?;
    if let Some(problem) = read.near_problem {
        return Err(AppError::invalid(vec![FieldError::new("near", problem)]));
    }
    let today = app.clock.now().date();
    let is_access = |id: &&String| app.taxonomy.term(id).is_some_and(|term| term.taxonomy == "accessibility");
    let document = |each: &Compared| {
        let service = &each.whole.service;
        let ratings = each.whole.rating.ratings();
        ComparedDocument {
            service_id: service.id,
            name: service.name.clone(),
            provider: each.whole.provider.clone(),
            prices: prices(each),
            distance_metres: compare::metres(each, read.near).map(whole_metres),
            ratings,
            rating_tenths: (ratings > 0).then(|| each.whole.rating.tenths()),
            regulator_rating: service.regulator_rating.clone(),
            places_free: service.places_free,
            waiting_days: service.waiting_days,
            accessibility: each.whole.attributes.iter().filter(is_access).cloned().collect(),
            checks: each.details.verifications.iter().filter(|c| c.holds_on(today)).map(|c| c.paper).collect(),
            assured_on: service.assured_on,
            means_for_budget: each.means.clone(),
        }
    };
    Ok(Json(ComparisonDocument { services: read.compared.iter().map(document).collect() }))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "metres on this planet, never below nought"
)]
fn whole_metres(metres: f64) -> u32 {
    metres as u32
}

fn prices(each: &Compared) -> Vec<ComparedPrice> {
    let mut prices: Vec<ComparedPrice> = Vec::new();
    for option in each.whole.options.iter().filter(|option| option.amount_pence > Money::ZERO) {
        match prices.iter_mut().find(|price| price.unit == option.unit && price.rate == option.rate) {
            Some(price) => price.amount_pence = price.amount_pence.min(option.amount_pence),
            None => {
                prices.push(ComparedPrice { unit: option.unit, rate: option.rate, amount_pence: option.amount_pence });
            }
        }
    }
    prices
}
