//! Members: who works the account, inviting, changing, leaving.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::clock::long_date;
use crate::error::{AppError, FieldError};
use crate::identity::invitation_pages::standing_words;
use crate::identity::{ProviderMember, ProviderOwner, Standing};
use crate::ids::{InvitationId, MembershipId};
use crate::web::form::{Ask, Form};
use crate::web::page::{Choice, Errors, Page, html, html_with, see_other};

use super::super::members::{change_standing, invite, leave, remove};
use super::super::store;
use super::super::views::{InvitedRow, MemberRow, MembersPage, RemoveMemberPage, StandingChoice, desk_nav};
use super::{Done, Pressed, fields_of};

const HERE: &str = "/provider/members";

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/provider/members", get().to(get_members))
        .route("/provider/members", post().to(post_invitation))
        .route("/provider/members/{member_id}/standing", post().to(post_standing))
        .route("/provider/members/{member_id}/removal", get().to(get_removal))
        .route("/provider/members/{member_id}/removal", post().to(post_removal))
        .route("/provider/leave", get().to(get_leave))
        .route("/provider/leave", post().to(post_leave))
        .route("/provider/invitations/{invitation_id}/withdrawal", post().to(post_withdrawal));
}

/// `GET /provider/members`
pub async fn get_members(
    owner: ProviderOwner,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let notice = match done.done.as_deref() {
        Some("invited") => Some("The invitation is on its way."),
        Some("changed") => Some("Changed."),
        Some("removed") => Some("Removed."),
        Some("withdrawn") => Some("The invitation is taken back: its link opens nothing any more."),
        _ => None,
    };
    let page = members_page(&app, &request, owner, InviteForm::default(), Errors::default()).await?;
    html(&MembersPage { page: page.page.with_notice(notice), ..page })
}

/// An invitation as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct InviteForm {
    email: String,
    standing: String,
}

async fn members_page(
    app: &App,
    request: &HttpRequest,
    owner: ProviderOwner,
    typed: InviteForm,
    errors: Errors,
) -> Result<MembersPage, AppError> {
    let nav = desk_nav(owner.member(), HERE);
    let (now, you) = (app.clock.now(), owner.who().person());
    let (provider, members, invited) = app
        .db
        .read(move |conn| {
            let provider = store::organisation(conn, owner.member())?.name;
            let members = store::members(conn, &owner)?;
            Ok::<_, AppError>((provider, members, store::open_invitations(conn, &owner, now)?))
        })
        .await?;
    let name = |standing: Option<Standing>| standing.map(|standing| standing.to_string()).unwrap_or_default();
    let member = |one: super::super::members::Member| MemberRow {
        id: one.id.to_string(),
        name: one.name,
        email: one.email.unwrap_or_default(),
        standing: name(one.standing),
        since: long_date(one.granted_at.date()),
        is_you: one.person_id == you,
        choices: Standing::ALL
            .iter()
            .map(|each| Choice {
                value: each.to_string(),
                label: each.to_string(),
                count: None,
                chosen: one.standing == Some(*each),
            })
            .collect(),
    };
    let chosen = typed.standing.parse().unwrap_or(Standing::Staff);
    let standing = |each: &Standing| StandingChoice {
        value: each.to_string(),
        label: each.to_string(),
        about: standing_words(*each).split_once(": ").map_or("", |(_, words)| words).to_owned(),
        chosen: *each == chosen,
    };
    Ok(MembersPage {
        page: Page::of(request, "Members"),
        nav,
        provider,
        members: members.into_iter().map(member).collect(),
        invited: invited
            .into_iter()
            .map(|one| InvitedRow {
                id: one.id.to_string(),
                standing: name(one.standing),
                email: one.email,
                until: long_date(one.expires_at.date()),
            })
            .collect(),
        email: typed.email,
        standings: Standing::ALL.iter().rev().map(standing).collect(),
        errors,
    })
}

/// `POST /provider/members`: invites.
pub async fn post_invitation(
    owner: ProviderOwner,
    Form(form): Form<InviteForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let done = match form.standing.parse::<Standing>() {
        Err(_) => Err(AppError::invalid(vec![FieldError::new("invite-1", "Choose what they may do.")])),
        Ok(standing) => {
            let (who, email, now) = (owner.clone(), form.email.clone(), app.clock.now());
            let url = app.post.public_url.clone();
            app.db.write(move |tx| invite(tx, &who, &email, standing, &url, now)).await.map_err(AppError::from)
        }
    };
    match done {
        Ok(_) => Ok(see_other("/provider/members?done=invited")),
        Err(refused) => {
            let errors = fields_of(refused)?.into();
            let page = members_page(&app, &request, owner, form, errors).await?;
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// A standing as it was sent.
#[derive(Deserialize)]
pub struct StandingForm {
    #[serde(default)]
    standing: String,
}

/// `POST /provider/members/{member_id}/standing`
pub async fn post_standing(
    owner: ProviderOwner,
    id: Path<String>,
    Form(form): Form<StandingForm>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id = parse(&id)?;
    let standing = form
        .standing
        .parse()
        .map_err(|_no_standing| AppError::invalid(vec![FieldError::new("standing", "Choose what they may do.")]))?;
    app.db.write(move |tx| change_standing(tx, &owner, id, standing)).await?;
    Ok(see_other("/provider/members?done=changed"))
}

/// `GET /provider/members/{member_id}/removal`: asks once more.
pub async fn get_removal(
    owner: ProviderOwner,
    id: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = parse(&id)?;
    let (nav, you) = (desk_nav(owner.member(), HERE), owner.who().person());
    let (provider, members) = app
        .db
        .read(move |conn| {
            let provider = store::organisation(conn, owner.member())?.name;
            Ok::<_, AppError>((provider, store::members(conn, &owner)?))
        })
        .await?;
    let member = members.into_iter().find(|one| one.id == id).ok_or(AppError::NotFound)?;
    html(&RemoveMemberPage {
        page: Page::of(&request, "Remove a member"),
        nav,
        is_you: member.person_id == you,
        name: member.name,
        provider,
        back_href: HERE.into(),
        path: format!("/provider/members/{id}/removal"),
    })
}

/// `GET /provider/leave`: any member may leave; asks once more.
pub async fn get_leave(member: ProviderMember, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let (nav, name) = (desk_nav(&member, ""), member.who().name().to_owned());
    let provider = app.db.read(move |conn| store::organisation(conn, &member)).await.map_err(AppError::from)?.name;
    html(&RemoveMemberPage {
        page: Page::of(&request, format!("Leave {provider}")),
        nav,
        is_you: true,
        name,
        provider,
        back_href: "/provider".into(),
        path: "/provider/leave".into(),
    })
}

/// `POST /provider/leave`
pub async fn post_leave(member: ProviderMember, _: Form<Pressed>, app: Data<App>) -> Result<HttpResponse, AppError> {
    app.db.write(move |tx| leave(tx, &member)).await?;
    Ok(see_other("/"))
}

/// `POST /provider/members/{member_id}/removal`
pub async fn post_removal(
    owner: ProviderOwner,
    id: Path<String>,
    _: Form<Pressed>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id = parse(&id)?;
    let leaver = owner.clone();
    let own = app.db.read(move |conn| store::membership_of(conn, leaver.member())).await.map_err(AppError::from)?;
    app.db.write(move |tx| remove(tx, &owner, id)).await?;
    Ok(see_other(if own == Some(id) { "/" } else { "/provider/members?done=removed" }))
}

/// `POST /provider/invitations/{invitation_id}/withdrawal`
pub async fn post_withdrawal(
    owner: ProviderOwner,
    id: Path<String>,
    _: Form<Pressed>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id: InvitationId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    let was_open =
        app.db.write(move |tx| store::withdraw_invitation(tx, &owner, id, now)).await.map_err(AppError::from)?;
    if was_open { Ok(see_other("/provider/members?done=withdrawn")) } else { Err(AppError::NotFound) }
}

fn parse(id: &str) -> Result<MembershipId, AppError> {
    id.parse().map_err(|_not_an_id| AppError::NotFound)
}
