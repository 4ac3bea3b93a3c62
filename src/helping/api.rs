//! Acting for somebody, over `/api/v1`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json as JsonAnswer, Path, ServiceConfig, get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit;
use crate::clock::{UtcTime, day};
use crate::error::AppError;
use crate::identity::{Practitioner, SignedIn};
use crate::ids::RepresentativeId;
use crate::web::form::{Ask, Json};
use crate::web::paging;
use crate::web::render::Problem;

use super::council_pages::{self, KINDS, recorded};
use super::pages::id;
use super::representative::{RepresentativeKind, Scopes, Wanted};
use super::store::{self, Row};
use super::{accept, decline, end_as_council, end_as_helper, end_as_person, invite};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/me/helpers", get().to(get_helpers))
        .route("/me/helpers", post().to(post_helper))
        .route("/me/helpers/{representative_id}/end", post().to(post_helper_end))
        .route("/me/helping", get().to(get_helping))
        .route("/me/helping", post().to(post_answer))
        .route("/me/helping/{representative_id}/end", post().to(post_helping_end))
        .route("/authority/representatives", get().to(get_representatives))
        .route("/authority/representatives", post().to(post_representative))
        .route("/authority/representatives/{representative_id}/end", post().to(post_representative_end));
}

/// Somebody who acts for somebody, or is asked to.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
pub struct RepresentativeDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RepresentativeId,
    /// For whom, where that is not the caller.
    pub person: Option<String>,
    /// Who, by name; none until it is taken up, and where it is the caller.
    pub helper: Option<String>,
    /// Where the invitation went.
    pub email: Option<String>,
    /// On which ground.
    pub kind: RepresentativeKind,
    /// Whether they may plan.
    pub may_plan: bool,
    /// Whether they may buy.
    pub may_buy: bool,
    /// Whether they may manage money.
    pub may_manage_money: bool,
    /// The legal ground that a council has recorded.
    pub evidence: String,
    /// Whether a council recorded it.
    pub recorded_by_council: bool,
    /// Whether it holds at this moment.
    pub holds: bool,
    /// When it was granted.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub granted_at: UtcTime,
    /// When it ends by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ends_at: Option<String>,
}

/// Those who act for somebody.
#[derive(Serialize, ToSchema)]
pub struct RepresentativesDocument {
    /// Newest first.
    pub representatives: Vec<RepresentativeDocument>,
}

fn document(row: Row, person: Option<String>, helper: Option<String>, now: UtcTime) -> RepresentativeDocument {
    let scopes = row.scopes();
    let time = |time: UtcTime| time.and_utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    RepresentativeDocument {
        id: row.id,
        person,
        helper,
        holds: row.is_open(now) && row.helper_id.is_some(),
        kind: row.kind,
        may_plan: scopes.plan,
        may_buy: scopes.buy,
        may_manage_money: scopes.money,
        recorded_by_council: row.authority_id.is_some(),
        granted_at: row.granted_at,
        ends_at: row.ends_at.map(time),
        email: row.email,
        evidence: row.evidence,
    }
}

/// Who is to act for somebody.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRepresentative {
    /// Where the invitation goes; the care manager's address; nothing for a helper on the phone.
    #[serde(default)]
    pub email: String,
    /// For a council: the address of the person's account.
    #[serde(default)]
    pub person: String,
    /// On which ground.
    pub kind: RepresentativeKind,
    /// Whether they may plan.
    #[serde(default)]
    pub may_plan: bool,
    /// Whether they may buy.
    #[serde(default)]
    pub may_buy: bool,
    /// Whether they may manage money.
    #[serde(default)]
    pub may_manage_money: bool,
    /// The last day.
    #[serde(default)]
    pub until: Option<NaiveDate>,
    /// For a council: the legal ground.
    #[serde(default)]
    pub evidence: String,
}

impl NewRepresentative {
    fn checked(self, kinds: &[RepresentativeKind], today: NaiveDate) -> Result<(String, Wanted), AppError> {
        let scopes = Scopes { plan: self.may_plan, buy: self.may_buy, money: self.may_manage_money };
        let Self { email, person, kind, until, evidence, .. } = self;
        Ok((person, Wanted { email, kind, scopes, until, evidence }.checked(kinds, today)?))
    }
}

/// What was made.
#[derive(Serialize, ToSchema)]
pub struct MadeDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RepresentativeId,
}

/// Who may act for the caller, who was asked to, and who did.
#[utoipa::path(get, path = "/api/v1/me/helpers", tag = "helping", security(("bearer" = [])),
    responses((status = 200, body = RepresentativesDocument), (status = 401, body = Problem)))]
pub async fn get_helpers(who: SignedIn, app: Data<App>) -> Result<JsonAnswer<RepresentativesDocument>, AppError> {
    let now = app.clock.now();
    let rows = app.db.read(move |conn| store::helpers_of(conn, &who)).await.map_err(AppError::from)?;
    let representatives = rows.into_iter().map(|(row, helper)| document(row, None, helper, now)).collect();
    Ok(JsonAnswer(RepresentativesDocument { representatives }))
}

/// Asks somebody to act for the caller: they get a letter.
#[utoipa::path(post, path = "/api/v1/me/helpers", tag = "helping", security(("bearer" = [])),
    request_body = NewRepresentative,
    responses((status = 201, body = MadeDocument), (status = 401, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub async fn post_helper(
    who: SignedIn,
    Json(new): Json<NewRepresentative>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (now, office) = (app.clock.now(), app.post.clone());
    let (_, wanted) = new.checked(&RepresentativeKind::BY_THE_PERSON, day(now))?;
    let id = app.db.write(move |tx| invite(tx, &office, &who, &wanted, now)).await?;
    Ok(HttpResponse::Created().json(MadeDocument { id }))
}

/// Takes back what the caller granted: from then on the helper finds nothing of theirs.
#[utoipa::path(post, path = "/api/v1/me/helpers/{representative_id}/end", tag = "helping", security(("bearer" = [])),
    params(("representative_id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn post_helper_end(who: SignedIn, path: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let (id, now, office) = (id(&path)?, app.clock.now(), app.post.clone());
    app.db.write(move |tx| end_as_person(tx, &office, &who, id, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// For whom the caller acts, and did.
#[utoipa::path(get, path = "/api/v1/me/helping", tag = "helping", security(("bearer" = [])),
    responses((status = 200, body = RepresentativesDocument), (status = 401, body = Problem)))]
pub async fn get_helping(who: SignedIn, app: Data<App>) -> Result<JsonAnswer<RepresentativesDocument>, AppError> {
    let now = app.clock.now();
    let rows = app.db.read(move |conn| store::helped_by(conn, &who)).await.map_err(AppError::from)?;
    let representatives = rows.into_iter().map(|(row, person)| document(row, Some(person), None, now)).collect();
    Ok(JsonAnswer(RepresentativesDocument { representatives }))
}

/// An answer to an invitation.
#[derive(Deserialize, ToSchema)]
#[schema(as = InvitationAnswer)]
#[serde(deny_unknown_fields)]
pub struct AnswerDocument {
    /// The token from the link of the letter.
    pub token: String,
    /// Yes or no.
    pub accept: bool,
}

/// Takes up an invitation, or says no to it.
#[utoipa::path(post, path = "/api/v1/me/helping", tag = "helping", security(("bearer" = [])),
    request_body = AnswerDocument,
    responses((status = 204), (status = 401, body = Problem), (status = 409, body = Problem), (status = 410, body = Problem),
        (status = 422, body = Problem)))]
pub async fn post_answer(
    who: SignedIn,
    Json(answer): Json<AnswerDocument>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let write = move |tx: &mut crate::db::Conn| {
        if answer.accept {
            accept(tx, &who, &answer.token, now).map(drop)
        } else {
            decline(tx, &who, &answer.token, now)
        }
    };
    app.db.write(write).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Stops acting for somebody.
#[utoipa::path(post, path = "/api/v1/me/helping/{representative_id}/end", tag = "helping", security(("bearer" = [])),
    params(("representative_id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn post_helping_end(who: SignedIn, path: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let (id, now) = (id(&path)?, app.clock.now());
    app.db.write(move |tx| end_as_helper(tx, &who, id, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Which page.
#[derive(Deserialize)]
pub struct Shown {
    page: Option<String>,
}

/// What the caller's authority has recorded about who acts for whom, 100 on a page.
#[utoipa::path(get, path = "/api/v1/authority/representatives", tag = "helping", security(("bearer" = [])),
    params(("page" = Option<u32>, Query)),
    responses((status = 200, body = RepresentativesDocument), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn get_representatives(
    practitioner: Practitioner,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
) -> Result<JsonAnswer<RepresentativesDocument>, AppError> {
    let now = app.clock.now();
    let page = i64::from(paging::number(shown.page.as_deref()));
    let asked = practitioner.clone();
    let read = move |conn: &mut crate::db::Conn| store::recorded_by(conn, &asked, page, 100);
    let rows = app.db.read(read).await.map_err(AppError::from)?;
    audit::looks(&app.db, council_pages::looks(&practitioner, &rows, now)).await?;
    let representatives =
        rows.into_iter().map(|(row, person, helper)| document(row, Some(person), helper, now)).collect();
    Ok(JsonAnswer(RepresentativesDocument { representatives }))
}

/// Records who acts for somebody of the caller's authority.
#[utoipa::path(post, path = "/api/v1/authority/representatives", tag = "helping", security(("bearer" = [])),
    request_body = NewRepresentative,
    responses((status = 201, body = MadeDocument), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn post_representative(
    practitioner: Practitioner,
    Json(new): Json<NewRepresentative>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (person, wanted) = new.checked(&KINDS, day(app.clock.now()))?;
    let id = recorded(&app, practitioner, person, wanted).await?;
    Ok(HttpResponse::Created().json(MadeDocument { id }))
}

/// Ends what the caller's authority has recorded.
#[utoipa::path(post, path = "/api/v1/authority/representatives/{representative_id}/end", tag = "helping",
    security(("bearer" = [])), params(("representative_id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn post_representative_end(
    practitioner: Practitioner,
    path: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (id, now, office) = (id(&path)?, app.clock.now(), app.post.clone());
    app.db.write(move |tx| end_as_council(tx, &office, &practitioner, id, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}
