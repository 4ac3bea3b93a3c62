//! Tokens for programs over `/api/v1`.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Json as JsonAnswer, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::ids::{MembershipId, PersonId, RoleInvitationId, SessionId};
use crate::web::form::Json;

use super::attempts::Tried;
use super::granting::RoleChange;

use super::sign_in::{IDLE, check_password};
use super::store::{roles, sessions};
use super::{
    Anyone, AuthorityAdministrator, RoleName, SignedIn, Whence, granting, people_pages, register, second_factor, tokens,
};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/tokens", post().to(post_token))
        .route("/me", get().to(get_me))
        .route("/me/sessions", get().to(get_sessions))
        .route("/me/sessions/{session_id}/ending", post().to(post_session_ending))
        .route("/me/roles/{role_id}/leaving", post().to(post_leaving))
        .route("/authority/people", get().to(get_people))
        .route("/authority/people/{person_id}/roles", post().to(post_role))
        .route("/authority/people/{person_id}/new-phone", post().to(post_new_phone))
        .route("/authority/invitations", post().to(post_invitation))
        .route("/authority/invitations/{invitation_id}/withdrawal", post().to(post_invitation_withdrawal))
        .route("/authority/roles/{role_id}/ending", post().to(post_role_ending));
}

/// Who asks for a token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The e-mail address of the account.
    pub email: String,
    /// Its password.
    pub password: String,
    /// The code of the second factor, where the account has one.
    #[serde(default)]
    pub code: Option<String>,
    /// A recovery code instead, where the phone is gone. Each works once.
    #[serde(default)]
    pub recovery_code: Option<String>,
    /// The role to act in, as `GET /api/v1/me` names it, where roles conflict.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub role_id: Option<MembershipId>,
}

/// A short-lived token.
#[derive(Serialize, ToSchema)]
pub struct TokenDocument {
    /// Send it as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds.
    pub expires_in: i64,
}

/// Gives a token for an e-mail address and a password.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "identity", request_body = Credentials,
    responses((status = 200, body = TokenDocument), (status = 403, body = crate::web::render::Problem),
        (status = 409, body = crate::web::render::Problem), (status = 422, body = crate::web::render::Problem),
        (status = 429, body = crate::web::render::Problem), (status = 503, body = crate::web::render::Problem)))]
pub async fn post_token(
    _: Anyone,
    Json(given): Json<Credentials>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<JsonAnswer<TokenDocument>, AppError> {
    let whence = Whence::of(&request);
    let person = check_password(&app, Tried::Token, &given.email, &given.password, &whence).await?;
    let chosen = given.role_id;
    let who = app.db.read(move |conn| SignedIn::known_as(conn, person, chosen)).await?.ok_or(AppError::NotFound)?;
    let now = app.clock.now();
    if who.has_second_factor() {
        if let Some(recovery) = given.recovery_code {
            let recover = async {
                let hash = second_factor::recovery_hash(&app, person, &recovery).await?;
                app.db.write(move |tx| second_factor::recover(tx, person, &hash, now)).await
            };
            second_factor::counted(&app, person, &whence, recover).await?;
        } else {
            let code = given.code.unwrap_or_default();
            let vault = app.vault.clone();
            let check = app.db.write(move |tx| second_factor::check(tx, &vault, person, &code, now));
            second_factor::counted(&app, person, &whence, check).await?;
        }
    } else if who.needs_second_factor(app.waiver) {
        let why = "this account's roles need a second factor. Sign in on the pages and set it up first";
        return Err(AppError::refused_as(StatusCode::FORBIDDEN, "second-factor-first", why));
    }
    if who.granted().iter().any(|granted| Some(granted.membership.id) == chosen) != chosen.is_some() {
        return Err(AppError::invalid(vec![FieldError::new("role_id", "This is no role of yours.")]));
    }
    if chosen.is_none() && who.role().is_none() && !who.granted().is_empty() {
        let why = "these roles cannot be held together: say which one in role_id";
        return Err(AppError::refused("choose-a-role", why));
    }
    let access_token = app.keys.issue(person, chosen, now).map_err(AppError::unexpected)?;
    Ok(JsonAnswer(TokenDocument { access_token, token_type: "Bearer".into(), expires_in: tokens::LASTS.num_seconds() }))
}

/// Who the token is for.
#[derive(Serialize, ToSchema)]
pub struct MeDocument {
    /// The person.
    #[schema(value_type = String)]
    pub id: PersonId,
    /// The name that pages show.
    pub name: String,
    /// The first role that is held now; none for a citizen.
    pub role: Option<RoleName>,
    /// Every role that was granted.
    pub roles: Vec<RoleDocument>,
}

/// A role that was granted.
#[derive(Serialize, ToSchema)]
pub struct RoleDocument {
    /// For `role_id` when asking for a token.
    #[schema(value_type = String)]
    pub id: MembershipId,
    /// Which role.
    pub role: RoleName,
    /// Whom it is held for.
    pub held_for: String,
    /// Whether it is held now: where roles conflict, only the one that was chosen is.
    pub held_now: bool,
}

/// Who is asking.
#[utoipa::path(get, path = "/api/v1/me", tag = "identity", security(("bearer" = [])),
    responses((status = 200, body = MeDocument), (status = 401, body = crate::web::render::Problem)))]
pub async fn get_me(who: SignedIn) -> JsonAnswer<MeDocument> {
    let role = |granted: &super::Granted| RoleDocument {
        id: granted.membership.id,
        role: granted.membership.role,
        held_for: granted.body.clone(),
        held_now: who.holds(granted.membership.id),
    };
    JsonAnswer(MeDocument {
        id: who.person(),
        name: who.name().to_owned(),
        role: who.role(),
        roles: who.granted().iter().map(role).collect(),
    })
}

/// A device that somebody is signed in on.
#[derive(Serialize, ToSchema)]
pub struct SessionDocument {
    /// For ending it.
    #[schema(value_type = String)]
    pub id: SessionId,
    /// "Firefox on Windows"
    pub device: String,
    /// Since when.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String)]
    pub since: UtcTime,
    /// Last used.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String)]
    pub last_used: UtcTime,
}

/// Where somebody is signed in.
#[derive(Serialize, ToSchema)]
pub struct SessionsDocument {
    /// The newest first.
    pub sessions: Vec<SessionDocument>,
}

/// Where the person is signed in on pages.
#[utoipa::path(get, path = "/api/v1/me/sessions", tag = "identity", security(("bearer" = [])),
    responses((status = 200, body = SessionsDocument), (status = 401, body = crate::web::render::Problem)))]
pub async fn get_sessions(who: SignedIn, app: Data<App>) -> Result<JsonAnswer<SessionsDocument>, AppError> {
    let (person, now) = (who.person(), app.clock.now());
    let listed = app.db.read(move |conn| sessions::sessions_of(conn, person, now, now - IDLE)).await?;
    let document = |listed: sessions::Listed| SessionDocument {
        id: listed.id,
        device: listed.device,
        since: listed.created_at,
        last_used: listed.last_seen_at,
    };
    Ok(JsonAnswer(SessionsDocument { sessions: listed.into_iter().map(document).collect() }))
}

/// Signs the person out on one device.
#[utoipa::path(post, path = "/api/v1/me/sessions/{session_id}/ending", tag = "identity", security(("bearer" = [])),
    params(("session_id" = String, Path, description = "As the list of sessions names it")),
    responses((status = 204), (status = 401, body = crate::web::render::Problem), (status = 404, body = crate::web::render::Problem)))]
pub async fn post_session_ending(who: SignedIn, path: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let session: SessionId = path.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let person = who.person();
    let ended = app.db.write(move |tx| sessions::end_one(tx, person, session)).await?;
    if ended { Ok(HttpResponse::NoContent().finish()) } else { Err(AppError::NotFound) }
}

/// Gives a role of one's own back.
#[utoipa::path(post, path = "/api/v1/me/roles/{role_id}/leaving", tag = "identity", security(("bearer" = [])),
    params(("role_id" = String, Path, description = "As `GET /api/v1/me` names it")),
    responses((status = 204), (status = 401, body = crate::web::render::Problem), (status = 404, body = crate::web::render::Problem), (status = 409, body = crate::web::render::Problem)))]
pub async fn post_leaving(who: SignedIn, path: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let role: MembershipId = path.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    app.db.write(move |tx| granting::leave(tx, &who, role, now)).await.map_err(AppError::from)?;
    Ok(HttpResponse::NoContent().finish())
}

/// Somebody's role for the authority.
#[derive(Serialize, ToSchema)]
pub struct HolderDocument {
    /// The person.
    #[schema(value_type = String)]
    pub person_id: PersonId,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: Option<String>,
    /// The role's id, for ending it.
    #[schema(value_type = String)]
    pub role_id: MembershipId,
    /// Which role.
    pub role: RoleName,
    /// Since when.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String)]
    pub since: UtcTime,
    /// Whether signing in takes a code from their phone.
    pub has_second_factor: bool,
}

/// An offer of a role that nobody has taken up yet.
#[derive(Serialize, ToSchema)]
pub struct OfferDocument {
    /// For taking it back.
    #[schema(value_type = String)]
    pub id: RoleInvitationId,
    /// Where the letter went.
    pub email: String,
    /// Which role.
    pub role: RoleName,
    /// Until when.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub ends_at: UtcTime,
}

/// A role that was given or has ended.
#[derive(Serialize, ToSchema)]
pub struct RoleChangeDocument {
    /// Whose.
    pub name: String,
    /// What happened.
    pub change: RoleChange,
    /// Which role.
    pub role: RoleName,
    /// Why.
    pub reason: String,
    /// By whom; none for a command on the machine.
    pub by: Option<String>,
    /// When.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub at: UtcTime,
}

/// A letter that could not be sent so far: it is tried again.
#[derive(Serialize, ToSchema)]
pub struct TroubledLetter {
    /// What it is about.
    pub kind: String,
    /// How often it was tried.
    pub tries: i32,
    /// What the mail server said.
    pub problem: String,
}

/// Who holds roles for the authority.
#[derive(Serialize, ToSchema)]
pub struct PeopleDocument {
    /// One line for each role, by name.
    pub people: Vec<HolderDocument>,
    /// Offers that wait.
    pub invitations: Vec<OfferDocument>,
    /// What changed, newest first.
    pub changes: Vec<RoleChangeDocument>,
    /// Letters that could not be sent.
    pub letters_in_trouble: Vec<TroubledLetter>,
}

/// The people and roles of the administrator's authority.
#[utoipa::path(get, path = "/api/v1/authority/people", tag = "identity", security(("bearer" = [])),
    responses((status = 200, body = PeopleDocument), (status = 401, body = crate::web::render::Problem), (status = 404, body = crate::web::render::Problem)))]
pub async fn get_people(
    administrator: AuthorityAdministrator,
    app: Data<App>,
) -> Result<JsonAnswer<PeopleDocument>, AppError> {
    let (asked, now) = (administrator.clone(), app.clock.now());
    let (holders, offers, history, troubled) =
        app.db.read(move |conn| people_pages::everybody(conn, &asked, now)).await?;
    audit::looks(&app.db, people_pages::looks(&administrator, &holders, now)).await?;
    let document = |holder: roles::Holder| HolderDocument {
        person_id: holder.person,
        name: holder.name,
        email: holder.email,
        role_id: holder.membership,
        role: holder.role,
        since: holder.granted_at,
        has_second_factor: holder.second_factor.is_some(),
    };
    let offer = |offer: roles::Offer| OfferDocument {
        id: offer.id,
        email: offer.email,
        role: offer.role,
        ends_at: offer.ends_at,
    };
    let change = |line: roles::Line| RoleChangeDocument {
        name: line.name,
        change: line.change,
        role: line.role,
        reason: line.reason,
        by: line.by,
        at: line.at,
    };
    let letter = |(kind, tries, problem): (String, i32, String)| TroubledLetter { kind, tries, problem };
    Ok(JsonAnswer(PeopleDocument {
        people: holders.into_iter().map(document).collect(),
        invitations: offers.into_iter().map(offer).collect(),
        changes: history.into_iter().map(change).collect(),
        letters_in_trouble: troubled.into_iter().map(letter).collect(),
    }))
}

/// Who is invited, as what, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// Where the letter goes.
    pub email: String,
    /// Which role.
    pub role: RoleName,
    /// Why: it is kept with the role.
    pub reason: String,
}

/// Offers a role by letter.
#[utoipa::path(post, path = "/api/v1/authority/invitations", tag = "identity", security(("bearer" = [])), request_body = Invitation,
    responses((status = 202), (status = 401, body = crate::web::render::Problem), (status = 404, body = crate::web::render::Problem),
        (status = 409, body = crate::web::render::Problem), (status = 422, body = crate::web::render::Problem)))]
pub async fn post_invitation(
    administrator: AuthorityAdministrator,
    Json(given): Json<Invitation>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let email = register::email(&given.email).map_err(|wrong| AppError::invalid(vec![wrong]))?;
    let (of_app, now) = (app.get_ref().clone(), app.clock.now());
    let invite =
        move |tx: &mut Conn| granting::invite(tx, &of_app, &administrator, (&email, given.role, &given.reason), now);
    app.db.write(invite).await.map_err(AppError::from)?;
    Ok(HttpResponse::Accepted().finish())
}

/// A role for somebody who works for the authority already.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Which role.
    pub role: RoleName,
    /// Why: it is kept with the role.
    pub reason: String,
}

/// Gives another role to somebody who works for the authority already.
#[utoipa::path(post, path = "/api/v1/authority/people/{person_id}/roles", tag = "identity", security(("bearer" = [])), request_body = Grant,
    params(("person_id" = String, Path, description = "As the list of people names them")),
    responses((status = 204), (status = 401, body = crate::web::render::Problem), (status = 404, body = crate::web::render::Problem),
        (status = 409, body = crate::web::render::Problem), (status = 422, body = crate::web::render::Problem)))]
pub async fn post_role(
    administrator: AuthorityAdministrator,
    path: Path<String>,
    Json(given): Json<Grant>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let person: PersonId = path.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (of_app, now) = (app.get_ref().clone(), app.clock.now());
    let give =
        move |tx: &mut Conn| granting::grant(tx, &of_app, &administrator, (person, given.role, &given.reason), now);
    app.db.write(give).await.map_err(AppError::from)?;
    Ok(HttpResponse::NoContent().finish())
}

/// Why a role ends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// It is kept.
    pub reason: String,
}

/// Ends a role of somebody who works for the authority.
#[utoipa::path(post, path = "/api/v1/authority/roles/{role_id}/ending", tag = "identity", security(("bearer" = [])), request_body = Ending,
    params(("role_id" = String, Path, description = "As the list of people names it")),
    responses((status = 204), (status = 401, body = crate::web::render::Problem), (status = 404, body = crate::web::render::Problem),
        (status = 409, body = crate::web::render::Problem), (status = 422, body = crate::web::render::Problem)))]
pub async fn post_role_ending(
    administrator: AuthorityAdministrator,
    path: Path<String>,
    Json(given): Json<Ending>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let role: MembershipId = path.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (of_app, now) = (app.get_ref().clone(), app.clock.now());
    let end = move |tx: &mut Conn| granting::end(tx, &of_app, &administrator, (role, &given.reason), now);
    app.db.write(end).await.map_err(AppError::from)?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes an offer of a role back.
#[utoipa::path(post, path = "/api/v1/authority/invitations/{invitation_id}/withdrawal", tag = "identity", security(("bearer" = [])),
    params(("invitation_id" = String, Path, description = "As the list of people names it")),
    responses((status = 204), (status = 401, body = crate::web::render::Problem), (status = 404, body = crate::web::render::Problem)))]
pub async fn post_invitation_withdrawal(
    administrator: AuthorityAdministrator,
    path: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let offer: RoleInvitationId = path.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    let withdrawn = app.db.write(move |tx| roles::withdraw_offer(tx, &administrator, offer, now)).await?;
    if withdrawn { Ok(HttpResponse::NoContent().finish()) } else { Err(AppError::NotFound) }
}

/// Lets somebody who has lost phone and recovery codes set up a new phone: every session and token of theirs ends, and they
/// still need their password.
#[utoipa::path(post, path = "/api/v1/authority/people/{person_id}/new-phone", tag = "identity", security(("bearer" = [])),
    params(("person_id" = String, Path, description = "As the list of people names them")),
    responses((status = 204), (status = 401, body = crate::web::render::Problem), (status = 404, body = crate::web::render::Problem),
        (status = 409, body = crate::web::render::Problem)))]
pub async fn post_new_phone(
    administrator: AuthorityAdministrator,
    path: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let person: PersonId = path.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (of_app, now) = (app.get_ref().clone(), app.clock.now());
    let start = move |tx: &mut Conn| granting::start_afresh(tx, &of_app, &administrator, person, now);
    app.db.write(start).await.map_err(AppError::from)?;
    Ok(HttpResponse::NoContent().finish())
}
