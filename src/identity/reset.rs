//! The verbs: a new password, for who knows the old one and for who has forgotten it.

use crate::app::App;
use crate::audit::{self, Actor, Deed, Entry, What, Why};
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::AppError;
use crate::ids::{PersonId, random_token};
use crate::post;

use super::attempts::{self, Tried, Trying};
use super::link::Purpose;
use super::register::LinkError;
use super::sign_in::{Whence, hash_of};
use super::store::links::{self, Link};
use super::store::sessions;
use super::{Way, letters, store};

/// Sends a letter with a link to choose a new password; to a mailbox without an account, a letter that says so.
pub(super) async fn begin(app: &App, email: &str, whence: &Whence) -> Result<(), AppError> {
    attempts::take(app, &Trying::to_send_letters(Tried::Reset, email, &whence.address)).await?;
    let now = app.clock.now();
    let (office, email) = (app.post.clone(), email.to_owned());
    let queue = move |tx: &mut Conn| {
        let token = random_token();
        let letter = match store::account(tx, &email)? {
            Some((person, _)) => {
                links::close_links(tx, person, Purpose::Reset)?;
                let link = Link { person: Some(person), email: email.clone(), name: None };
                links::insert_link(tx, &hash_of(&token), Purpose::Reset, &link, now, now + Purpose::Reset.lasts())?;
                let name = store::name(tx, person)?.unwrap_or_default();
                letters::reset(&office, &email, &name, &token)?
            }
            None => letters::no_account(&office, &email)?,
        };
        post::queue(tx, &letter, now)?;
        Ok::<_, LinkError>(())
    };
    app.db.write(queue).await.map_err(AppError::from)
}

/// Sets the password that somebody chose after forgetting the old one: once, and every session ends.
pub(super) fn finish(
    tx: &mut Conn,
    app: &App,
    way: Way,
    (token, password_hash): (&str, &str),
    now: UtcTime,
) -> Result<PersonId, LinkError> {
    let (_, link) = links::use_link(tx, &hash_of(token), &[Purpose::Reset], now)?.ok_or(LinkError::Worthless)?;
    let person = link.person.ok_or(LinkError::Worthless)?;
    replace(tx, app, Actor::oneself(person, way), (person, password_hash), None, now)?;
    Ok(person)
}

/// Gives somebody another password. Every session ends but the one at `stays`, and every token; every other browser is
/// forgotten, open reset links are worthless, and a letter tells the owner.
pub(super) fn replace(
    tx: &mut Conn,
    app: &App,
    actor: Actor,
    (person, password_hash): (PersonId, &str),
    stays: Option<&str>,
    now: UtcTime,
) -> Result<(), LinkError> {
    store::set_password(tx, person, password_hash)?;
    sessions::end_sessions(tx, person, stays.map(hash_of).as_deref())?;
    sessions::end_tokens(tx, person, now)?;
    sessions::forget_devices(tx, person)?;
    links::close_links(tx, person, Purpose::Reset)?;
    let account = store::own_account(tx, person)?;
    if let Some(email) = account.email {
        post::queue(tx, &letters::password_changed(&app.post, &email, &account.name)?, now)?;
    }
    let changed = (Deed::Changed, Why::ForOneself);
    Ok(audit::record(tx, &[Entry::new(actor, changed, person, (What::Password, ""), now)])?)
}
