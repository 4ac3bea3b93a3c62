//! The verbs: sending somebody to a provider, and reading what it says when they come back.

use std::sync::PoisonError;

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Header, encode};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdTokenClaims, CoreJwsSigningAlgorithm, CoreProviderMetadata,
    CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AuthenticationContextClass, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest,
    HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    TokenResponse,
};
use serde::Serialize;

use crate::app::App;
use crate::clock::UtcTime;
use crate::error::AppError;
use crate::ids::{PersonId, random_token};

use super::settings::{Proof, Provider};
use crate::identity::sign_in::hash_of;
use crate::identity::store::external::{self, Visit};

/// Somebody who went to a provider comes back within this.
const LASTS: TimeDelta = TimeDelta::minutes(10);

/// What a provider tells of itself is believed for so long.
const KNOWN: TimeDelta = TimeDelta::minutes(5);

/// Clocks may differ by so much.
const LEEWAY: TimeDelta = TimeDelta::minutes(2);

/// The most bytes of an answer that we read.
const MOST: usize = 1_000_000;

/// Why a visit led to nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum VisitError {
    /// The provider does not answer, or not as it should.
    #[error("{0} does not answer as it should just now. Try again in a moment, or sign in another way")]
    Provider(String),
    /// Not begun here, not by this browser, too long ago, or come back twice.
    #[error("this way of signing in was begun elsewhere or too long ago. Begin once more")]
    NotBegunHere,
    /// The person said no there, or was not let in.
    #[error("you were not signed in at {0}. Nothing has changed")]
    TurnedAway(String),
    /// Ours.
    #[error(transparent)]
    Other(#[from] AppError),
}

impl From<VisitError> for AppError {
    fn from(error: VisitError) -> Self {
        use actix_web::http::StatusCode;
        match error {
            VisitError::Provider(_) => Self::later(StatusCode::SERVICE_UNAVAILABLE, "provider-down", 30, error),
            VisitError::NotBegunHere => Self::refused_as(StatusCode::GONE, "not-begun-here", error),
            VisitError::TurnedAway(_) => Self::refused_as(StatusCode::FORBIDDEN, "turned-away", error),
            VisitError::Other(other) => other,
        }
    }
}

/// What a provider says of somebody, checked.
pub(super) struct Told {
    pub(super) subject: String,
    pub(super) name: Option<String>,
    /// Only where the provider has confirmed it.
    pub(super) email: Option<String>,
    /// Whether what the provider asked for counts as two factors.
    pub(super) strong: bool,
}

/// An answer that could not be had.
#[derive(Debug, thiserror::Error)]
enum Asked {
    #[error("no answer: {0}")]
    Client(#[from] reqwest::Error),
    #[error("an answer that is too long")]
    TooLong,
    #[error("an answer that cannot be read: {0}")]
    Unreadable(#[from] openidconnect::http::Error),
}

async fn ask(client: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, Asked> {
    let mut answer = client.execute(reqwest::Request::try_from(request)?).await?;
    let mut read = openidconnect::http::Response::builder().status(answer.status());
    if let Some(kind) = answer.headers().get("content-type") {
        read = read.header("content-type", kind);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > MOST {
            return Err(Asked::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(read.body(body)?)
}

impl Provider {
    fn failed(&self, step: &str, cause: &dyn std::fmt::Display) -> VisitError {
        tracing::warn!(provider.key = self.key, step, cause = %cause, "an identity provider did not answer as it should");
        VisitError::Provider(self.name.clone())
    }

    /// Where the provider sends people back to.
    fn back_to(&self, app: &App) -> String {
        format!("{}/sign-in/from/{}", app.post.public_url, self.key)
    }

    /// What the provider tells of itself; asked anew after a few minutes, so that nobody makes us ask it without end.
    async fn metadata(&self, app: &App) -> Result<CoreProviderMetadata, VisitError> {
        let now = app.clock.now();
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((asked_at, metadata)) = known
            && (TimeDelta::zero()..KNOWN).contains(&(now - asked_at))
        {
            return Ok(metadata);
        }
        let metadata = self.fresh_metadata(app).await?;
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some((now, metadata.clone()));
        Ok(metadata)
    }

    async fn fresh_metadata(&self, app: &App) -> Result<CoreProviderMetadata, VisitError> {
        let client = app.providers.client.clone();
        let http = move |request| ask(client.clone(), request);
        let issuer = IssuerUrl::new(self.issuer.clone()).map_err(|cause| self.failed("issuer", &cause))?;
        CoreProviderMetadata::discover_async(issuer, &http).await.map_err(|cause| self.failed("discovery", &cause))
    }
}

/// Sends somebody to a provider: gives the address to go to, and remembers which browser set out.
pub(super) async fn begin(
    app: &App,
    provider: &Provider,
    browser: &str,
    person: Option<PersonId>,
    next: &str,
) -> Result<String, VisitError> {
    let metadata = provider.metadata(app).await?;
    let redirect = RedirectUrl::new(provider.back_to(app)).map_err(|cause| provider.failed("redirect", &cause))?;
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(provider.client_id.clone()), None)
        .set_redirect_uri(redirect);
    let (state, nonce, verifier) = (random_token(), random_token(), random_token());
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.clone()));
    let (said_state, said_nonce) = (state.clone(), nonce.clone());
    let mut asking = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(said_state),
            move || Nonce::new(said_nonce),
        )
        .set_pkce_challenge(challenge);
    for scope in &provider.scopes {
        asking = asking.add_scope(Scope::new(scope.clone()));
    }
    for value in &provider.acr_values {
        asking = asking.add_auth_context_value(AuthenticationContextClass::new(value.clone()));
    }
    let (address, ..) = asking.url();
    let now = app.clock.now();
    let visit = Visit {
        state_hash: hash_of(&state),
        issuer: provider.issuer.clone(),
        browser_hash: hash_of(browser),
        nonce,
        code_verifier: verifier,
        person_id: person,
        next: next.to_owned(),
        ends_at: now + LASTS,
    };
    app.db.write(move |tx| external::insert_visit(tx, &visit, now)).await.map_err(AppError::from)?;
    Ok(address.to_string())
}

/// Ends a visit: once, for the browser that began it.
pub(super) async fn end(app: &App, provider: &Provider, state: &str, browser: &str) -> Result<Visit, VisitError> {
    let (state_hash, browser_hash, now) = (hash_of(state), hash_of(browser), app.clock.now());
    let taken = app.db.write(move |tx| external::take_visit(tx, &state_hash, &browser_hash, now)).await;
    let visit = taken.map_err(AppError::from)?.filter(|visit| visit.issuer == provider.issuer);
    visit.ok_or(VisitError::NotBegunHere)
}

/// Exchanges the code for what the provider says of the person, and checks every word of it.
pub(super) async fn exchange(app: &App, provider: &Provider, visit: &Visit, code: &str) -> Result<Told, VisitError> {
    // Its keys may have changed meanwhile.
    let metadata = provider.fresh_metadata(app).await?;
    let token_endpoint = metadata.token_endpoint().map(|url| url.as_str().to_owned()).unwrap_or_default();
    let redirect = RedirectUrl::new(provider.back_to(app)).map_err(|cause| provider.failed("redirect", &cause))?;
    let secret = match &provider.proof {
        Proof::Secret(secret) => Some(ClientSecret::new(secret.clone())),
        Proof::Key { .. } => None,
    };
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(provider.client_id.clone()), secret)
        .set_redirect_uri(redirect);
    let now = app.clock.now();
    let mut asking = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .map_err(|cause| provider.failed("token endpoint", &cause))?
        .set_pkce_verifier(PkceCodeVerifier::new(visit.code_verifier.clone()));
    if let Some(assertion) = assertion(provider, &token_endpoint, now)? {
        asking = asking
            .add_extra_param("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            .add_extra_param("client_assertion", assertion);
    }
    let http_client = app.providers.client.clone();
    let http = move |request| ask(http_client.clone(), request);
    let answer = asking.request_async(&http).await.map_err(|cause| provider.failed("code", &cause))?;
    let id_token = answer.id_token().ok_or_else(|| provider.failed("id token", &"there is none"))?;
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs([
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            CoreJwsSigningAlgorithm::RsaSsaPssSha256,
            CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            CoreJwsSigningAlgorithm::EcdsaP384Sha384,
            CoreJwsSigningAlgorithm::EdDsa,
        ])
        .set_time_fn(move || (now - LEEWAY).and_utc())
        .set_issue_time_verifier_fn(move |issued: DateTime<Utc>| {
            let early = issued > (now + LEEWAY).and_utc();
            if early { Err("it is from the future".into()) } else { Ok(()) }
        });
    let claims = id_token
        .claims(&verifier, &Nonce::new(visit.nonce.clone()))
        .map_err(|cause| provider.failed("id token", &cause))?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = id_token.signing_alg().map_err(|cause| provider.failed("algorithm", &cause))?;
        let key = id_token.signing_key(&verifier).map_err(|cause| provider.failed("key", &cause))?;
        let actual = AccessTokenHash::from_token(answer.access_token(), algorithm, key)
            .map_err(|cause| provider.failed("access token", &cause))?;
        if actual != *expected {
            return Err(provider.failed("access token", &"it is another one"));
        }
    }
    // Most providers tell names and addresses only when asked with the access token.
    let info: Option<CoreUserInfoClaims> = match client
        .user_info(answer.access_token().clone(), Some(claims.subject().clone()))
    {
        Ok(asking) => Some(asking.request_async(&http).await.map_err(|cause| provider.failed("user info", &cause))?),
        Err(_no_such_address) => None,
    };
    Ok(told(provider, claims, info.as_ref()))
}

fn told(provider: &Provider, claims: &CoreIdTokenClaims, info: Option<&CoreUserInfoClaims>) -> Told {
    let amr = claims.auth_method_refs().is_some_and(|used| {
        used.iter().any(|method| provider.second_factor_amr.iter().any(|enough| enough == method.as_str()))
    });
    let acr = claims
        .auth_context_ref()
        .is_some_and(|class| provider.second_factor_acr.iter().any(|enough| enough == class.as_str()));
    let in_token = claims.email().filter(|_| claims.email_verified() == Some(true));
    let in_info = info.and_then(|info| info.email().filter(|_| info.email_verified() == Some(true)));
    let names = claims.name().or_else(|| info.and_then(|info| info.name()));
    let name = names.and_then(|names| names.get(None)).map(|name| name.as_str().to_owned());
    let short = claims.preferred_username().or_else(|| info.and_then(|info| info.preferred_username()));
    Told {
        subject: claims.subject().as_str().to_owned(),
        name: name.or_else(|| short.map(|name| name.as_str().to_owned())),
        email: in_token.or(in_info).map(|email| email.as_str().to_owned()),
        strong: amr || acr,
    }
}

#[derive(Serialize)]
struct Assertion<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    jti: String,
    iat: i64,
    exp: i64,
}

/// The signature by which we show who we are, where a key does so (RFC 7523).
fn assertion(provider: &Provider, audience: &str, now: UtcTime) -> Result<Option<String>, AppError> {
    let Proof::Key { key, id, algorithm } = &provider.proof else { return Ok(None) };
    let now = now.and_utc().timestamp();
    let client = provider.client_id.as_str();
    let claims = Assertion { iss: client, sub: client, aud: audience, jti: random_token(), iat: now, exp: now + 120 };
    let header = Header { kid: id.clone(), ..Header::new(*algorithm) };
    encode(&header, &claims, key).map(Some).map_err(AppError::unexpected)
}
