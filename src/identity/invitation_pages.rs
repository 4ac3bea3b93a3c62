//! The page behind the link of an invitation.

use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::catalogue;
use crate::clock::{day, long_date};
use crate::error::AppError;
use crate::places;
use crate::web::form::Form;
use crate::web::page::{Page, html, see_other};

use super::invitation::InviteError;
use super::invitation::{accept, behind};
use super::{Anyone, SignedIn, Standing, store};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/invitations/{token}", get().to(get_invitation))
        .route("/invitations/{token}/acceptance", post().to(post_acceptance));
}

/// What somebody is invited to.
#[derive(Template)]
#[template(path = "identity/invitation.html")]
struct InvitationPage {
    page: Page,
    /// The provider or authority.
    place: String,
    /// "a manager: …"
    as_what: String,
    by: String,
    email: String,
    until: String,
    /// Whether somebody is signed in.
    signed_in: bool,
    /// Whether it is the invited person.
    is_theirs: bool,
    accept_path: String,
    sign_in_href: String,
    register_href: String,
}

/// What a standing allows, in words.
#[must_use]
pub fn standing_words(standing: Standing) -> &'static str {
    match standing {
        Standing::Owner => "an owner: everything, and who the members are",
        Standing::Manager => "a manager: services, prices, and the daily work",
        Standing::Staff => "staff: requests, deliveries, availability and questions",
    }
}

/// `GET /invitations/{token}`
pub async fn get_invitation(
    anyone: Anyone,
    token: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let token = token.into_inner();
    let (looked, now) = (token.clone(), app.clock.now());
    let person = anyone.visitor().map(SignedIn::person);
    let (invitation, place, by, address) = app
        .db
        .read(move |conn| {
            let found = behind(conn, &looked)?.filter(|one| one.is_open(now)).ok_or(InviteError::Over)?;
            let place = match (found.organization_id, found.authority_id) {
                (Some(provider), _) => catalogue::store::provider_name(conn, provider)?,
                (None, Some(authority)) => places::store::authority_name(conn, authority)?,
                (None, None) => String::new(),
            };
            let by = store::name(conn, found.invited_by)?.unwrap_or_default();
            let address = match person {
                Some(person) => store::email(conn, person)?,
                None => None,
            };
            Ok::<_, AppError>((found, place, by, address))
        })
        .await?;
    let path = format!("/invitations/{token}");
    let next = percent_encoding::utf8_percent_encode(&path, percent_encoding::NON_ALPHANUMERIC).to_string();
    html(&InvitationPage {
        page: Page::of(&request, format!("Join {place}")),
        as_what: match invitation.standing {
            Some(standing) => standing_words(standing).into(),
            None => invitation.role.to_string(),
        },
        place,
        by,
        until: long_date(day(invitation.expires_at)),
        signed_in: person.is_some(),
        is_theirs: address.is_some_and(|address| address.eq_ignore_ascii_case(&invitation.email)),
        email: invitation.email,
        accept_path: format!("{path}/acceptance"),
        sign_in_href: format!("/sign-in?next={next}"),
        register_href: format!("/register?next={next}"),
    })
}

/// A form with nothing but its button.
#[derive(Deserialize)]
pub struct Pressed {}

/// `POST /invitations/{token}/acceptance`
pub async fn post_acceptance(
    who: SignedIn,
    token: Path<String>,
    _: Form<Pressed>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (token, now) = (token.into_inner(), app.clock.now());
    let invitation = app.db.write(move |tx| accept(tx, &who, &token, now)).await?;
    Ok(see_other(if invitation.organization_id.is_some() { "/provider?done=joined" } else { "/account" }))
}
