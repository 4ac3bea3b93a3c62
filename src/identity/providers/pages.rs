//! The pages that lead to an identity provider and back.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::audit::{self, Deed, Entry, What, Why};
use crate::db::Conn;
use crate::error::AppError;
use crate::ids::PersonId;
use crate::web::form::{Ask, Form};
use crate::web::page::{Page, html_with, local_path, see_other};
use crate::web::session::form_token;

use super::settings::Provider;
use super::visit::{self, Told, VisitError};
use crate::identity::account_pages::Press;
use crate::identity::arriving::Proven;
use crate::identity::pages::enter;
use crate::identity::store::{self, external};
use crate::identity::views::OnToProviderPage;
use crate::identity::{Anyone, SignedIn, register};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/sign-in/with/{provider}", post().to(post_with))
        .route("/sign-in/from/{provider}", get().to(get_from))
        .route("/account/providers/{provider}/link", post().to(post_link))
        .route("/account/providers/{provider}/unlink", post().to(post_unlink));
}

/// Why an identity was not taken.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// There is an account with the address; its owner links it.
    #[error(
        "there is an account with your e-mail address already. Sign in with its password, and add this way of signing in on the page of your account"
    )]
    HasAccount,
    /// It belongs to somebody else here.
    #[error("that identity belongs to another account here, or this account has another one there")]
    Taken,
    /// Accounts are made another way.
    #[error("there is no account for you here yet. Ask whoever looks after people at your organisation to invite you")]
    NoAccount,
    /// Without a password nobody could sign in any more.
    #[error("this is your only way to sign in. Choose a password first")]
    OnlyWay,
    /// Not linked.
    #[error("we cannot find that")]
    NotLinked,
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<IdentityError> for AppError {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::HasAccount => Self::refused("has-account", error),
            IdentityError::Taken => Self::refused("identity-taken", error),
            IdentityError::NoAccount => Self::refused_as(StatusCode::FORBIDDEN, "no-account", error),
            IdentityError::OnlyWay => Self::refused("only-way", error),
            IdentityError::NotLinked => Self::NotFound,
            IdentityError::Database(cause) => cause.into(),
        }
    }
}

fn provider<'a>(app: &'a App, key: &str) -> Result<&'a Provider, AppError> {
    app.providers.find(key).ok_or(AppError::NotFound)
}

/// Where to go on to after coming back.
#[derive(Deserialize)]
pub struct WithForm {
    #[serde(default)]
    next: String,
}

/// `POST /sign-in/with/{provider}`
pub async fn post_with(
    _: Anyone,
    path: Path<String>,
    Form(form): Form<WithForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    set_out(&app, &request, provider(&app, &path)?, None, &form.next).await
}

/// `POST /account/providers/{provider}/link`
pub async fn post_link(
    who: SignedIn,
    path: Path<String>,
    Form(Press {}): Form<Press>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    set_out(&app, &request, provider(&app, &path)?, Some(who.person()), "").await
}

/// A page that leads on by itself: a form must not, for the content policy lets forms send to this site only.
async fn set_out(
    app: &App,
    request: &HttpRequest,
    provider: &Provider,
    person: Option<PersonId>,
    next: &str,
) -> Result<HttpResponse, AppError> {
    let browser = form_token(request).ok_or(VisitError::NotBegunHere)?;
    let next = if next.is_empty() { "" } else { local_path(next) };
    let address = visit::begin(app, provider, &browser, person, next).await?;
    let page = Page::of(request, format!("On to {}", provider.name));
    html_with(StatusCode::OK, &OnToProviderPage { page, name: provider.name.clone(), address })
}

/// What a provider sends people back with.
#[derive(Deserialize)]
pub struct Back {
    #[serde(default)]
    state: String,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// `GET /sign-in/from/{provider}`
pub async fn get_from(
    visitor: Anyone,
    path: Path<String>,
    Ask(back): Ask<Back>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let provider = provider(&app, &path)?;
    let browser = form_token(&request).ok_or(VisitError::NotBegunHere)?;
    let visit = visit::end(&app, provider, &back.state, &browser).await?;
    // RFC 9207: whoever answers must be whom we asked.
    if back.iss.is_some_and(|iss| iss != provider.issuer) {
        return Err(VisitError::NotBegunHere.into());
    }
    let (None, Some(code)) = (back.error, back.code) else {
        return Err(VisitError::TurnedAway(provider.name.clone()).into());
    };
    let told = visit::exchange(&app, provider, &visit, &code).await?;
    let now = app.clock.now();
    let issuer = provider.issuer.clone();
    if let Some(person) = visit.person_id {
        if visitor.visitor().map(SignedIn::person) != Some(person) {
            return Err(VisitError::NotBegunHere.into());
        }
        let linked = app.db.write(move |tx| external::link(tx, &issuer, &told.subject, person, now)).await?;
        return if linked { Ok(see_other("/account?done=linked")) } else { Err(IdentityError::Taken.into()) };
    }
    let proven = if told.strong { Proven::IdentityProvider } else { Proven::Password };
    let makes_accounts = provider.makes_accounts;
    let find = move |tx: &mut Conn| account_of(tx, &issuer, &told, makes_accounts, now);
    let person = app.db.write(find).await.map_err(AppError::from)?;
    enter(&app, &request, person, proven, &visit.next).await
}

/// The account of an identity, made where there is none yet and the provider may make some.
fn account_of(
    tx: &mut Conn,
    issuer: &str,
    told: &Told,
    makes_accounts: bool,
    now: crate::clock::UtcTime,
) -> Result<PersonId, IdentityError> {
    if let Some(person) = external::person_of(tx, issuer, &told.subject)? {
        return Ok(person);
    }
    let email = told.email.as_deref().and_then(|email| register::email(email).ok());
    if let Some(email) = &email
        && store::account(tx, email)?.is_some()
    {
        return Err(IdentityError::HasAccount);
    }
    if !makes_accounts {
        return Err(IdentityError::NoAccount);
    }
    let name = told.name.as_deref().and_then(|name| register::name(name).ok()).unwrap_or_else(|| "Somebody new".into());
    let person = store::new_account(tx, &name, email.as_deref(), None, now)?.ok_or(IdentityError::HasAccount)?;
    if !external::link(tx, issuer, &told.subject, person, now)? {
        return Err(IdentityError::Taken);
    }
    Ok(person)
}

/// `POST /account/providers/{provider}/unlink`
pub async fn post_unlink(
    who: SignedIn,
    path: Path<String>,
    Form(Press {}): Form<Press>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    unlink(&app, who, &path).await?;
    Ok(see_other("/account?done=unlinked"))
}

/// Takes a way of signing in away from somebody, unless it is their only one.
pub(in crate::identity) async fn unlink(app: &App, who: SignedIn, key: &str) -> Result<(), AppError> {
    let issuer = provider(app, key)?.issuer.clone();
    let (person, now) = (who.person(), app.clock.now());
    let unlink = move |tx: &mut Conn| {
        let others = external::linked(tx, person)?.iter().any(|linked| *linked != issuer);
        if store::password_of(tx, person)?.is_none() && !others {
            return Err(IdentityError::OnlyWay);
        }
        if !external::unlink(tx, &issuer, person)? {
            return Err(IdentityError::NotLinked);
        }
        let changed = (Deed::Changed, Why::ForOneself);
        Ok(audit::record(tx, &[Entry::new(&who, changed, person, (What::Account, ""), now)])?)
    };
    app.db.write(unlink).await.map_err(AppError::from)
}
