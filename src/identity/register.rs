//! The verb: making an account of one's own. The mailbox comes first, the password after it: so nobody can wait behind a
//! stranger's address with a password of their own.

use lettre::Address;

use crate::app::App;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::ids::{PersonId, random_token};
use crate::post;

use super::attempts::{self, Tried, Trying};
use super::link::Purpose;
use super::sign_in::{Whence, hash_of, tidy_email};
use super::store::links::{self, Link};
use super::{letters, password, store};

/// The most letters of a name.
const LONGEST_NAME: usize = 100;

/// A link that does not work.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Used, ended or never sent.
    #[error("this link does not work any more. It may have been used already, or it is too old. Ask for a new one")]
    Worthless,
    /// Somebody made an account with the address meanwhile.
    #[error("there is an account with this e-mail address already. Sign in with it, or choose a new password for it")]
    Taken,
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
    /// Ours.
    #[error(transparent)]
    Other(#[from] AppError),
}

impl From<LinkError> for AppError {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Worthless => Self::refused_as(actix_web::http::StatusCode::GONE, "link-used-up", error),
            LinkError::Taken => Self::refused("address-taken", error),
            LinkError::Database(cause) => cause.into(),
            LinkError::Other(other) => other,
        }
    }
}

/// A name as somebody typed it, or what to do about it.
pub(super) fn name(typed: &str) -> Result<String, FieldError> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let letters = name.chars().count();
    match letters {
        0 => Err(FieldError::new("name", "Enter your name, as you would like to be greeted.")),
        _ if letters > LONGEST_NAME => Err(FieldError::new("name", "Use at most 100 letters for your name.")),
        _ if name.chars().any(char::is_control) || name.contains("://") => {
            Err(FieldError::new("name", "Enter a name, without addresses or signs that cannot be printed."))
        }
        _ => Ok(name),
    }
}

/// An e-mail address as somebody typed it, or what to do about it.
pub(super) fn email(typed: &str) -> Result<String, FieldError> {
    let email = tidy_email(typed);
    let wrong = |message: &str| Err(FieldError::new("email", message));
    if email.is_empty() {
        return wrong("Enter your e-mail address.");
    }
    let has_dot = email.rsplit('@').next().is_some_and(|domain| domain.contains('.'));
    if email.len() > 254 || !has_dot || email.parse::<Address>().is_err() {
        return wrong("Enter an e-mail address such as name@example.org.");
    }
    Ok(email)
}

/// Sends a letter that leads on. Where there is an account already, the letter says so; the page looks the same.
pub(super) async fn begin(app: &App, name: &str, email: &str, whence: &Whence) -> Result<(), AppError> {
    attempts::take(app, &Trying::to_send_letters(Tried::Register, email, &whence.address)).await?;
    let now = app.clock.now();
    let token = random_token();
    let there = letters::has_account(&app.post, email, name)?;
    let new = letters::register(&app.post, email, name, &token)?;
    let (name, email, hash) = (name.to_owned(), email.to_owned(), hash_of(&token));
    let queue = move |tx: &mut Conn| {
        let account = store::account(tx, &email)?;
        let link = Link { person: None, email: email.clone(), name: Some(name.clone()) };
        // Kept in either case, so that both take as long; without its letter it opens nothing.
        links::insert_link(tx, &hash, Purpose::Register, &link, now, now + Purpose::Register.lasts())?;
        post::queue(tx, if account.is_some() { &there } else { &new }, now)
    };
    app.db.write(queue).await?;
    Ok(())
}

/// Makes the account that the link is for: once.
pub(super) fn finish(tx: &mut Conn, token: &str, password_hash: &str, now: UtcTime) -> Result<PersonId, LinkError> {
    let (_, link) = links::use_link(tx, &hash_of(token), &[Purpose::Register], now)?.ok_or(LinkError::Worthless)?;
    let name = link.name.unwrap_or_default();
    store::new_account(tx, &name, Some(&link.email), Some(password_hash), now)?.ok_or(LinkError::Taken)
}

/// What a link is for, without using it up.
pub(super) async fn look(app: &App, token: &str, purposes: &'static [Purpose]) -> Result<(Purpose, Link), LinkError> {
    let (hash, now) = (hash_of(token), app.clock.now());
    let found = app.db.read(move |conn| links::open_link(conn, &hash, purposes, now)).await?;
    found.ok_or(LinkError::Worthless)
}

/// The password that a form chose, hashed; or what to do about it.
pub(super) async fn chosen_password(
    app: &App,
    typed: &str,
    theirs: &[&str],
) -> Result<Result<String, FieldError>, AppError> {
    match password::may_be_taken(typed, theirs) {
        Ok(()) => Ok(Ok(app.passwords.hash(typed.to_owned()).await?)),
        Err(refused) => Ok(Err(FieldError::new("password", refused.to_string()))),
    }
}
