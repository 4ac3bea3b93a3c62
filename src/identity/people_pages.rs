//! The pages for an authority's people and roles, and for who is asked to join.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::audit::{self, Deed, Entry, What, Why};
use crate::clock::{UtcTime, day, long_date, long_time};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::ids::{MembershipId, PersonId, RoleInvitationId};
use crate::post;
use crate::web::form::{Ask, Form};
use crate::web::page::{Choice, Errors, Page, html, html_with, see_other};

use super::account_pages::Press;
use super::arriving::Proven;
use super::granting::{self, GrantError};
use super::pages::{Next, enter, tied_to_the_visit};
use super::register::{self, LinkError};
use super::sign_in::hash_of;
use super::store;
use super::store::roles::{self, Holder, Offer};
use super::views::{
    ChangeLine, InvitePage, JoinPage, OfferLine, PeoplePage, PersonLine, PersonPage, PersonRole, TroubleLine,
};
use super::{Anyone, AuthorityAdministrator, RoleName, SignedIn};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/authority/people", get().to(get_people))
        .route("/authority/people/invite", get().to(get_invite))
        .route("/authority/people/invite", post().to(post_invite))
        .route("/authority/people/invitations/{invitation_id}/withdrawal", post().to(post_withdrawal))
        .route("/authority/people/{person_id}", get().to(get_person))
        .route("/authority/people/{person_id}/grant", post().to(post_grant))
        .route("/authority/people/{person_id}/new-phone", post().to(post_new_phone))
        .route("/authority/roles/{membership_id}/end", post().to(post_end))
        .route("/account/roles/{membership_id}/leave", post().to(post_leave))
        .route("/join", get().to(get_join))
        .route("/join", post().to(post_join))
        .route("/join/account", post().to(post_join_account));
}

/// The id in an address; what is no id is not found.
fn id<T: std::str::FromStr>(path: &str) -> Result<T, AppError> {
    path.parse().map_err(|_not_an_id| AppError::NotFound)
}

fn notice(done: Option<&str>) -> Option<&'static str> {
    match done? {
        "invited" => Some("The invitation is on its way."),
        "withdrawn" => Some("The invitation is taken back."),
        "granted" => Some("The role is given."),
        "ended" => Some("The role has ended."),
        "new-phone" => Some("They can set up a new phone the next time they sign in."),
        _ => None,
    }
}

/// `GET /authority/people`
pub async fn get_people(
    administrator: AuthorityAdministrator,
    Ask(next): Ask<Next>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let asked = administrator.clone();
    let (holders, offers, history, troubled) = app.db.read(move |conn| everybody(conn, &asked, now)).await?;
    audit::looks(&app.db, looks(&administrator, &holders, now)).await?;
    let offer = |offer: Offer| OfferLine {
        id: offer.id.to_string(),
        email: offer.email,
        role: offer.role.label().into(),
        until: long_date(day(offer.ends_at)),
    };
    let change = |line: roles::Line| ChangeLine {
        words: format!("{}: {}, {}", line.name, line.role.label(), line.change),
        reason: line.reason,
        by: line.by.unwrap_or_else(|| "a command on the machine".into()),
        when: long_time(line.at),
    };
    let trouble = |(kind, tries, problem): (String, i32, String)| TroubleLine { kind, tries, problem };
    html(&PeoplePage {
        page: Page::of(&request, "People and roles").with_notice(notice(next.done.as_deref())),
        body: administrator.who().body().to_owned(),
        people: by_person(holders),
        offers: offers.into_iter().map(offer).collect(),
        history: history.into_iter().map(change).collect(),
        troubled: troubled.into_iter().map(trouble).collect(),
    })
}

type Everybody = (Vec<Holder>, Vec<Offer>, Vec<roles::Line>, Vec<(String, i32, String)>);

/// Who holds roles for an authority, who is asked to, what changed, and which letters could not be sent.
pub(super) fn everybody(
    conn: &mut Conn,
    administrator: &AuthorityAdministrator,
    now: UtcTime,
) -> diesel::QueryResult<Everybody> {
    let holders = roles::holders(conn, administrator)?;
    let offers = roles::open_offers(conn, administrator, now)?;
    let history = roles::history(conn, administrator)?;
    Ok((holders, offers, history, post::store::troubled(conn, 20)?))
}

/// What an administrator's look at these people writes down.
pub(super) fn looks(administrator: &AuthorityAdministrator, seen: &[Holder], now: UtcTime) -> Vec<Entry> {
    let looked = (Deed::LookedAt, Why::ToLookAfterRoles);
    seen.iter().map(|holder| Entry::new(administrator, looked, holder.person, (What::Account, ""), now)).collect()
}

/// The holders of roles, with all roles of one person together.
fn by_person(holders: Vec<Holder>) -> Vec<PersonLine> {
    let mut people: Vec<PersonLine> = Vec::new();
    for holder in holders {
        let id = holder.person.to_string();
        let role = PersonRole {
            membership: holder.membership.to_string(),
            field: format!("reason-{}", holder.membership),
            role: holder.role.label().into(),
            since: long_date(day(holder.granted_at)),
        };
        match people.last_mut().filter(|person| person.id == id) {
            Some(person) => person.roles.push(role),
            None => people.push(PersonLine {
                id,
                name: holder.name,
                email: holder.email.unwrap_or_default(),
                has_second_factor: holder.second_factor.is_some(),
                roles: vec![role],
            }),
        }
    }
    people
}

fn choices(chosen: Option<RoleName>) -> Vec<Choice> {
    let choice = |role: RoleName| Choice {
        value: role.to_string(),
        label: format!("{}: {}", role.label(), role.about()),
        count: None,
        chosen: Some(role) == chosen,
    };
    granting::roles_of_an_authority().into_iter().map(choice).collect()
}

/// `GET /authority/people/invite`
pub async fn get_invite(_: AuthorityAdministrator, request: HttpRequest) -> Result<HttpResponse, AppError> {
    invite_page(&request, RoleForm::default(), StatusCode::OK, Vec::new())
}

/// Who is to have which role, and why.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct RoleForm {
    email: String,
    role: String,
    reason: String,
}

fn invite_page(
    request: &HttpRequest,
    form: RoleForm,
    status: StatusCode,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let page = Page::of(request, "Invite somebody");
    let roles = choices(form.role.parse().ok());
    html_with(status, &InvitePage { page, email: form.email, reason: form.reason, roles, errors: Errors::from(wrong) })
}

/// `POST /authority/people/invite`
pub async fn post_invite(
    administrator: AuthorityAdministrator,
    Form(form): Form<RoleForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let mut wrong = Vec::new();
    let email = register::email(&form.email).map_err(|error| wrong.push(error)).unwrap_or_default();
    let role: Option<RoleName> = form.role.parse().ok();
    if role.is_none() {
        wrong.push(FieldError::new("role", "Choose a role."));
    }
    let Some(role) = role.filter(|_| wrong.is_empty()) else {
        return invite_page(&request, form, StatusCode::UNPROCESSABLE_ENTITY, wrong);
    };
    let (of_app, now, why) = (app.get_ref().clone(), app.clock.now(), form.reason.clone());
    let done = app.db.write(move |tx| granting::invite(tx, &of_app, &administrator, (&email, role, &why), now)).await;
    match done {
        Ok(()) => Ok(see_other("/authority/people?done=invited")),
        Err(refused @ (GrantError::Reason | GrantError::HasIt | GrantError::ToYourself | GrantError::NotOurs)) => {
            let field = if matches!(refused, GrantError::Reason) { "reason" } else { "email" };
            let wrong = vec![FieldError::new(field, AppError::from(refused).to_string())];
            invite_page(&request, form, StatusCode::UNPROCESSABLE_ENTITY, wrong)
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /authority/people/invitations/{invitation_id}/withdrawal`
pub async fn post_withdrawal(
    administrator: AuthorityAdministrator,
    path: Path<String>,
    Form(Press {}): Form<Press>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (offer, now) = (id::<RoleInvitationId>(&path)?, app.clock.now());
    let withdrawn = app.db.write(move |tx| roles::withdraw_offer(tx, &administrator, offer, now)).await?;
    if withdrawn { Ok(see_other("/authority/people?done=withdrawn")) } else { Err(AppError::NotFound) }
}

/// `GET /authority/people/{person_id}`
pub async fn get_person(
    administrator: AuthorityAdministrator,
    path: Path<String>,
    Ask(next): Ask<Next>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let person: PersonId = id(&path)?;
    let page = Page::of(&request, "").with_notice(notice(next.done.as_deref()));
    person_page(&app, page, &administrator, person, StatusCode::OK, Vec::new()).await
}

async fn person_page(
    app: &App,
    page: Page,
    administrator: &AuthorityAdministrator,
    person: PersonId,
    status: StatusCode,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let asked = administrator.clone();
    let holders = app.db.read(move |conn| roles::holders(conn, &asked)).await?;
    let id = person.to_string();
    let holders: Vec<Holder> = holders.into_iter().filter(|holder| holder.person == person).collect();
    audit::looks(&app.db, looks(administrator, &holders, app.clock.now())).await?;
    let line = by_person(holders).into_iter().find(|line| line.id == id).ok_or(AppError::NotFound)?;
    let oneself = administrator.who().person() == person;
    let page = Page { title: line.name.clone(), ..page };
    html_with(status, &PersonPage { page, person: line, oneself, choices: choices(None), errors: Errors::from(wrong) })
}

/// What a form about somebody's role says.
async fn said_again(
    app: &App,
    request: &HttpRequest,
    administrator: &AuthorityAdministrator,
    person: PersonId,
    refused: GrantError,
    field: &str,
) -> Result<HttpResponse, AppError> {
    if !matches!(
        refused,
        GrantError::Reason | GrantError::HasIt | GrantError::LastAdministrator | GrantError::ToYourself
    ) {
        return Err(refused.into());
    }
    let wrong = vec![FieldError::new(field, AppError::from(refused).to_string())];
    person_page(app, Page::of(request, ""), administrator, person, StatusCode::UNPROCESSABLE_ENTITY, wrong).await
}

/// `POST /authority/people/{person_id}/grant`
pub async fn post_grant(
    administrator: AuthorityAdministrator,
    path: Path<String>,
    Form(form): Form<RoleForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let person: PersonId = id(&path)?;
    let Ok(role) = form.role.parse::<RoleName>() else {
        let wrong = vec![FieldError::new("role", "Choose a role.")];
        let page = Page::of(&request, "");
        return person_page(&app, page, &administrator, person, StatusCode::UNPROCESSABLE_ENTITY, wrong).await;
    };
    let (of_app, now, asked) = (app.get_ref().clone(), app.clock.now(), administrator.clone());
    let give = move |tx: &mut Conn| granting::grant(tx, &of_app, &asked, (person, role, &form.reason), now);
    match app.db.write(give).await {
        Ok(()) => Ok(see_other(&format!("/authority/people/{person}?done=granted"))),
        Err(refused) => said_again(&app, &request, &administrator, person, refused, "reason").await,
    }
}

/// `POST /authority/people/{person_id}/new-phone`
pub async fn post_new_phone(
    administrator: AuthorityAdministrator,
    path: Path<String>,
    Form(Press {}): Form<Press>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (person, of_app, now) = (id::<PersonId>(&path)?, app.get_ref().clone(), app.clock.now());
    let start = move |tx: &mut Conn| granting::start_afresh(tx, &of_app, &administrator, person, now);
    app.db.write(start).await.map_err(AppError::from)?;
    Ok(see_other(&format!("/authority/people/{person}?done=new-phone")))
}

/// `POST /authority/roles/{membership_id}/end`
pub async fn post_end(
    administrator: AuthorityAdministrator,
    path: Path<String>,
    Form(form): Form<RoleForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let membership: MembershipId = id(&path)?;
    let (of_app, now, asked) = (app.get_ref().clone(), app.clock.now(), administrator.clone());
    let end = move |tx: &mut Conn| granting::end(tx, &of_app, &asked, (membership, &form.reason), now);
    match app.db.write(end).await {
        Ok(person) if person == administrator.who().person() => Ok(see_other("/account?done=left")),
        Ok(_) => Ok(see_other("/authority/people?done=ended")),
        Err(refused) => {
            let asked = administrator.clone();
            let held = app.db.read(move |conn| roles::held_here(conn, &asked, membership)).await?;
            let (person, _) = held.ok_or(AppError::NotFound)?;
            said_again(&app, &request, &administrator, person, refused, &format!("reason-{membership}")).await
        }
    }
}

/// `POST /account/roles/{membership_id}/leave`
pub async fn post_leave(
    who: SignedIn,
    path: Path<String>,
    Form(Press {}): Form<Press>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (membership, now) = (id::<MembershipId>(&path)?, app.clock.now());
    app.db.write(move |tx| granting::leave(tx, &who, membership, now)).await.map_err(AppError::from)?;
    Ok(see_other("/account?done=left"))
}

/// What the link in an invitation carries.
#[derive(Deserialize)]
pub struct Token {
    #[serde(default)]
    token: String,
}

async fn offer(app: &App, token: &str) -> Result<(Offer, bool), AppError> {
    let (hash, now) = (hash_of(token), app.clock.now());
    let found = app.db.read(move |conn| {
        let Some(offer) = roles::offer(conn, &hash, now)? else { return Ok(None) };
        let has_account = store::account(conn, &offer.email)?.is_some();
        Ok::<_, diesel::result::Error>(Some((offer, has_account)))
    });
    found.await?.ok_or_else(|| LinkError::Worthless.into())
}

/// `GET /join`: what is offered; looking uses nothing up.
pub async fn get_join(
    visitor: Anyone,
    Ask(link): Ask<Token>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (offer, has_account) = offer(&app, &link.token).await?;
    join_page(
        &app,
        &request,
        &visitor,
        JoinForm { token: link.token, ..JoinForm::default() },
        (offer, has_account),
        Vec::new(),
    )
    .await
}

/// Who takes an invitation up with a new account.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct JoinForm {
    token: String,
    name: String,
    password: String,
}

async fn join_page(
    app: &App,
    request: &HttpRequest,
    visitor: &Anyone,
    form: JoinForm,
    (offer, has_account): (Offer, bool),
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let mine = match visitor.visitor() {
        Some(who) => {
            let person = who.person();
            app.db.read(move |conn| store::own_account(conn, person)).await?.email == Some(offer.email.clone())
        }
        None => false,
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let make = |page: Page| JoinPage {
        page,
        token: form.token,
        body: offer.authority_name,
        role: offer.role.label().into(),
        about: offer.role.about().into(),
        reason: offer.reason,
        email: offer.email,
        mine,
        has_account,
        name: form.name,
        errors: Errors::from(wrong),
    };
    tied_to_the_visit(request, "You are asked to join", status, make)
}

/// `POST /join`: by who is signed in with the address that the letter went to.
pub async fn post_join(who: SignedIn, Form(form): Form<Token>, app: Data<App>) -> Result<HttpResponse, AppError> {
    join(&app, who, form.token).await?;
    Ok(see_other("/sign-in/role"))
}

/// Takes an offer up, by whoever has the mailbox that it went to.
pub(super) async fn join(app: &App, who: SignedIn, token: String) -> Result<(), AppError> {
    let (now, person) = (app.clock.now(), who.person());
    app.db.write(move |tx| granting::take_up(tx, &token, person, now)).await.map(drop).map_err(AppError::from)
}

/// The mailbox that an offer went to, where nobody has an account with it yet.
pub(super) async fn offered_to(app: &App, token: &str) -> Result<String, AppError> {
    let (offer, has_account) = offer(app, token).await?;
    if has_account { Err(LinkError::Taken.into()) } else { Ok(offer.email) }
}

/// Makes an account for the mailbox that an offer went to, and takes the offer up with it.
pub(super) async fn join_with_account(
    app: &App,
    token: String,
    email: String,
    name: String,
    hash: String,
) -> Result<PersonId, AppError> {
    let now = app.clock.now();
    let join = move |tx: &mut Conn| {
        let made = store::new_account(tx, &name, Some(&email), Some(&hash), now)?;
        let person = made.ok_or(LinkError::Taken)?;
        granting::take_up(tx, &token, person, now)?;
        Ok::<_, GrantError>(person)
    };
    app.db.write(join).await.map_err(AppError::from)
}

/// `POST /join/account`: makes an account for the mailbox that the letter went to, and takes the role up with it.
pub async fn post_join_account(
    visitor: Anyone,
    Form(form): Form<JoinForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (offer, has_account) = offer(&app, &form.token).await?;
    if has_account {
        return Err(LinkError::Taken.into());
    }
    let mut wrong = Vec::new();
    let name = register::name(&form.name).map_err(|error| wrong.push(error)).unwrap_or_default();
    let mut hash = String::new();
    match register::chosen_password(&app, &form.password, &[&name, &offer.email]).await? {
        Ok(made) => hash = made,
        Err(error) => wrong.push(error),
    }
    if !wrong.is_empty() {
        return join_page(&app, &request, &visitor, form, (offer, has_account), wrong).await;
    }
    let person = join_with_account(&app, form.token, offer.email, name, hash).await?;
    enter(&app, &request, person, Proven::Password, "").await
}
