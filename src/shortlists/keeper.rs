//! Whose list it is: to hold the value is to be allowed. Only this file builds it, from a session or the list's cookie.

use std::future::Future;
use std::pin::Pin;

use actix_web::cookie::{Cookie, time};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use sha2::{Digest, Sha256};

use crate::error::AppError;
use crate::identity::{Anyone, SignedIn};
use crate::ids::{PersonId, random_token};
use crate::web::session::{Name, long_cookie, token_in};

use super::shortlist::KEPT_DAYS;

/// The cookie that a browser's list hangs on.
const COOKIE: Name = Name { open: "waymark_shortlist", secure: "__Host-waymark_shortlist" };

/// Whoever may see and change one list.
#[derive(Clone, Debug)]
pub struct ListKeeper {
    whose: Whose,
    signed_in: Option<SignedIn>,
}

/// Whose list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// A person's.
    Person(PersonId),
    /// A browser's: the hash of its cookie.
    Browser(String),
    /// There is none yet.
    Nobody,
}

impl ListKeeper {
    /// The keeper of a person's list.
    #[must_use]
    pub fn of(who: &SignedIn) -> Self {
        Self { whose: Whose::Person(who.person()), signed_in: Some(who.clone()) }
    }

    /// Whose list it is.
    #[must_use]
    pub fn whose(&self) -> &Whose {
        &self.whose
    }

    /// Who it is, where they have signed in.
    #[must_use]
    pub fn signed_in(&self) -> Option<&SignedIn> {
        self.signed_in.as_ref()
    }

    /// The same keeper, with a list of this browser's where there was none: and the cookie to set for it.
    #[must_use]
    pub fn with_a_list(self, request: &HttpRequest) -> (Self, Option<Cookie<'static>>) {
        if self.whose != Whose::Nobody {
            return (self, None);
        }
        let token = random_token();
        let whose = Whose::Browser(hash_of(&token));
        (Self { whose, ..self }, Some(long_cookie(request, COOKIE, token, time::Duration::days(KEPT_DAYS))))
    }

    /// The browser's list that came with a request, signed in or not: for bringing it along at sign-in.
    #[must_use]
    pub fn browsers(request: &HttpRequest) -> Option<String> {
        token_in(request, COOKIE).map(|token| hash_of(&token))
    }
}

/// The cookie that takes the browser's list away.
#[must_use]
pub fn no_list_cookie(request: &HttpRequest) -> Cookie<'static> {
    long_cookie(request, COOKIE, String::new(), time::Duration::ZERO)
}

fn hash_of(token: &str) -> String {
    hex::encode(Sha256::digest(format!("shortlist:{token}")))
}

impl FromRequest for ListKeeper {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let anyone = Anyone::from_request(&request, payload);
        Box::pin(async move {
            let signed_in = anyone.await?.visitor().cloned();
            let whose = match (&signed_in, Self::browsers(&request)) {
                (Some(who), _) => Whose::Person(who.person()),
                (None, Some(hash)) => Whose::Browser(hash),
                (None, None) => Whose::Nobody,
            };
            Ok(Self { whose, signed_in })
        })
    }
}
