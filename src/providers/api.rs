//! A provider's profile and members over `/api/v1`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json as JsonAnswer, Path, ServiceConfig, delete, get, post, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::catalogue::ProviderType;
use crate::clock::UtcTime;
use crate::error::AppError;
use crate::identity::{ProviderManager, ProviderMember, ProviderOwner, Standing};
use crate::ids::{InvitationId, MembershipId, OrganizationId};
use crate::web::form::Json;
use crate::web::render::Problem;

use super::members::{change_standing, invite, leave, remove};
use super::organisation::{Organisation, Typed, change};
use super::store;

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/provider/organisation", get().to(get_organisation))
        .route("/provider/organisation", put().to(put_organisation))
        .route("/provider/members", get().to(get_members))
        .route("/provider/members/{member_id}", put().to(put_member))
        .route("/provider/members/{member_id}", delete().to(delete_member))
        .route("/provider/membership", delete().to(delete_membership))
        .route("/provider/invitations", get().to(get_invitations))
        .route("/provider/invitations", post().to(post_invitation))
        .route("/provider/invitations/{invitation_id}", delete().to(delete_invitation));
}

/// A provider's profile.
#[derive(Serialize, ToSchema)]
pub struct OrganisationDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// What it says of itself.
    pub about: String,
    /// What it is.
    pub provider_type: ProviderType,
    /// active or suspended.
    pub status: String,
    /// Its web address.
    pub website: Option<String>,
    /// Its e-mail address.
    pub email: Option<String>,
    /// Its telephone.
    pub phone: Option<String>,
    /// Its number as a charity.
    pub charity_number: Option<String>,
    /// Its number as a company.
    pub company_number: Option<String>,
    /// What the caller may do.
    pub standing: Standing,
}

fn document(organisation: Organisation, standing: Standing) -> OrganisationDocument {
    OrganisationDocument {
        id: organisation.id,
        name: organisation.name,
        about: organisation.description,
        provider_type: organisation.provider_type,
        status: organisation.status,
        website: organisation.website,
        email: organisation.email,
        phone: organisation.phone,
        charity_number: organisation.charity_number,
        company_number: organisation.company_number,
        standing,
    }
}

/// The caller's provider.
#[utoipa::path(get, path = "/api/v1/provider/organisation", tag = "provider", security(("bearer" = [])),
    responses((status = 200, body = OrganisationDocument), (status = 404, body = Problem)))]
pub async fn get_organisation(
    member: ProviderMember,
    app: Data<App>,
) -> Result<JsonAnswer<OrganisationDocument>, AppError> {
    let standing = member.standing();
    let found = app.db.read(move |conn| store::organisation(conn, &member)).await.map_err(AppError::from)?;
    Ok(JsonAnswer(document(found, standing)))
}

/// A profile to be kept, whole.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrganisation {
    /// Its name.
    pub name: String,
    /// What it says of itself.
    #[serde(default)]
    pub about: String,
    /// What it is.
    pub provider_type: ProviderType,
    /// Its web address.
    pub website: Option<String>,
    /// Its e-mail address.
    pub email: Option<String>,
    /// Its telephone.
    pub phone: Option<String>,
    /// Its number as a charity.
    pub charity_number: Option<String>,
    /// Its number as a company.
    pub company_number: Option<String>,
}

/// Changes the profile (managers and owners).
#[utoipa::path(put, path = "/api/v1/provider/organisation", tag = "provider", security(("bearer" = [])),
    request_body = NewOrganisation, responses((status = 200, body = OrganisationDocument), (status = 422, body = Problem)))]
pub async fn put_organisation(
    manager: ProviderManager,
    Json(new): Json<NewOrganisation>,
    app: Data<App>,
) -> Result<JsonAnswer<OrganisationDocument>, AppError> {
    let typed = Typed {
        name: new.name,
        about: new.about,
        provider_type: new.provider_type.to_string(),
        website: new.website.unwrap_or_default(),
        email: new.email.unwrap_or_default(),
        phone: new.phone.unwrap_or_default(),
        charity_number: new.charity_number.unwrap_or_default(),
        company_number: new.company_number.unwrap_or_default(),
    };
    let (standing, now) = (manager.member().standing(), app.clock.now());
    let changed = app.db.write(move |tx| change(tx, &manager, &typed, now)).await?;
    Ok(JsonAnswer(document(changed, standing)))
}

/// One member.
#[derive(Serialize, ToSchema)]
pub struct MemberDocument {
    /// The id of the membership.
    #[schema(value_type = String)]
    pub id: MembershipId,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: Option<String>,
    /// What they may do.
    pub standing: Option<Standing>,
}

/// Members.
#[derive(Serialize, ToSchema)]
pub struct MembersDocument {
    /// In the order in which they came.
    pub members: Vec<MemberDocument>,
}

/// The members of the caller's provider (owners).
#[utoipa::path(get, path = "/api/v1/provider/members", tag = "provider", security(("bearer" = [])),
    responses((status = 200, body = MembersDocument), (status = 404, body = Problem)))]
pub async fn get_members(owner: ProviderOwner, app: Data<App>) -> Result<JsonAnswer<MembersDocument>, AppError> {
    let all = app.db.read(move |conn| store::members(conn, &owner)).await.map_err(AppError::from)?;
    let member = |one: super::members::Member| MemberDocument {
        id: one.id,
        name: one.name,
        email: one.email,
        standing: one.standing,
    };
    Ok(JsonAnswer(MembersDocument { members: all.into_iter().map(member).collect() }))
}

/// What a member may do.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StandingDocument {
    /// owner, manager or staff.
    pub standing: Standing,
}

/// Gives a member another standing (owners).
#[utoipa::path(put, path = "/api/v1/provider/members/{member_id}", tag = "provider", security(("bearer" = [])),
    params(("member_id" = String, Path)), request_body = StandingDocument,
    responses((status = 204), (status = 409, body = Problem)))]
pub async fn put_member(
    owner: ProviderOwner,
    id: Path<String>,
    Json(new): Json<StandingDocument>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id: MembershipId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    app.db.write(move |tx| change_standing(tx, &owner, id, new.standing)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Removes a member (owners).
#[utoipa::path(delete, path = "/api/v1/provider/members/{member_id}", tag = "provider", security(("bearer" = [])),
    params(("member_id" = String, Path)), responses((status = 204), (status = 409, body = Problem)))]
pub async fn delete_member(owner: ProviderOwner, id: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let id: MembershipId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    app.db.write(move |tx| remove(tx, &owner, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Leaves the provider; its last owner cannot.
#[utoipa::path(delete, path = "/api/v1/provider/membership", tag = "provider", security(("bearer" = [])),
    responses((status = 204), (status = 409, body = Problem)))]
pub async fn delete_membership(member: ProviderMember, app: Data<App>) -> Result<HttpResponse, AppError> {
    app.db.write(move |tx| leave(tx, &member)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// An open invitation.
#[derive(Serialize, ToSchema)]
pub struct InvitationDocument {
    /// Its id.
    #[schema(value_type = String)]
    pub id: InvitationId,
    /// Who is invited.
    pub email: String,
    /// As what.
    pub standing: Option<Standing>,
    /// Until when.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: UtcTime,
}

/// Open invitations.
#[derive(Serialize, ToSchema)]
pub struct InvitationsDocument {
    /// Newest first.
    pub invitations: Vec<InvitationDocument>,
}

/// The open invitations of the caller's provider (owners).
#[utoipa::path(get, path = "/api/v1/provider/invitations", tag = "provider", security(("bearer" = [])),
    responses((status = 200, body = InvitationsDocument), (status = 404, body = Problem)))]
pub async fn get_invitations(
    owner: ProviderOwner,
    app: Data<App>,
) -> Result<JsonAnswer<InvitationsDocument>, AppError> {
    let now = app.clock.now();
    let open = app.db.read(move |conn| store::open_invitations(conn, &owner, now)).await.map_err(AppError::from)?;
    let invitation = |one: crate::identity::invitation::Invitation| InvitationDocument {
        id: one.id,
        email: one.email,
        standing: one.standing,
        expires_at: one.expires_at,
    };
    Ok(JsonAnswer(InvitationsDocument { invitations: open.into_iter().map(invitation).collect() }))
}

/// Whom to invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    /// Their e-mail address.
    pub email: String,
    /// What they may do.
    pub standing: Standing,
}

/// The invitation that was made.
#[derive(Serialize, ToSchema)]
pub struct InvitedDocument {
    /// Its id. The link is in the letter alone.
    #[schema(value_type = String)]
    pub id: InvitationId,
}

/// Invites somebody by e-mail (owners).
#[utoipa::path(post, path = "/api/v1/provider/invitations", tag = "provider", security(("bearer" = [])),
    request_body = NewInvitation, responses((status = 201, body = InvitedDocument), (status = 422, body = Problem)))]
pub async fn post_invitation(
    owner: ProviderOwner,
    Json(new): Json<NewInvitation>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (now, url) = (app.clock.now(), app.post.public_url.clone());
    let id = app.db.write(move |tx| invite(tx, &owner, &new.email, new.standing, &url, now)).await?;
    Ok(HttpResponse::Created().json(InvitedDocument { id }))
}

/// Takes an invitation back (owners).
#[utoipa::path(delete, path = "/api/v1/provider/invitations/{invitation_id}", tag = "provider", security(("bearer" = [])),
    params(("invitation_id" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub async fn delete_invitation(
    owner: ProviderOwner,
    id: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id: InvitationId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    let was_open =
        app.db.write(move |tx| store::withdraw_invitation(tx, &owner, id, now)).await.map_err(AppError::from)?;
    if was_open { Ok(HttpResponse::NoContent().finish()) } else { Err(AppError::NotFound) }
}
