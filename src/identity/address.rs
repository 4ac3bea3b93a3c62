//! The verb: another e-mail address. Both mailboxes agree: the new one, that it is there and one's own; the old one, that
//! whoever sits at the account is its owner.

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
use super::{Way, letters, store};

/// How far a change has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Changed {
    /// The other mailbox has still to agree.
    HalfWay,
    /// Done.
    Done,
}

/// Sends a letter to each of the two mailboxes.
pub(super) async fn begin(app: &App, person: PersonId, email: &str, whence: &Whence) -> Result<(), AppError> {
    attempts::take(app, &Trying::to_send_letters(Tried::Register, email, &whence.address)).await?;
    let now = app.clock.now();
    let (office, email) = (app.post.clone(), email.to_owned());
    let queue = move |tx: &mut Conn| {
        let account = store::own_account(tx, person)?;
        for purpose in [Purpose::OldAddress, Purpose::NewAddress] {
            links::close_links(tx, person, purpose)?;
        }
        let link = Link { person: Some(person), email: email.clone(), name: None };
        let keep = |tx: &mut Conn, purpose: Purpose| {
            let token = random_token();
            links::insert_link(tx, &hash_of(&token), purpose, &link, now, now + purpose.lasts()).map(|()| token)
        };
        if let Some(old) = &account.email {
            let token = keep(tx, Purpose::OldAddress)?;
            post::queue(tx, &letters::old_address(&office, old, &email, &account.name, &token)?, now)?;
        }
        let token = keep(tx, Purpose::NewAddress)?;
        post::queue(tx, &letters::new_address(&office, &email, &account.name, &token)?, now)?;
        Ok::<_, LinkError>(())
    };
    app.db.write(queue).await.map_err(AppError::from)
}

/// One mailbox agrees; when both have, the address changes.
pub(super) fn agree(tx: &mut Conn, way: Way, token: &str, now: UtcTime) -> Result<Changed, LinkError> {
    const EITHER: [Purpose; 2] = [Purpose::OldAddress, Purpose::NewAddress];
    let (purpose, link) = links::use_link(tx, &hash_of(token), &EITHER, now)?.ok_or(LinkError::Worthless)?;
    let person = link.person.ok_or(LinkError::Worthless)?;
    let other = if purpose == Purpose::OldAddress { Purpose::NewAddress } else { Purpose::OldAddress };
    // Who has had no address so far has no other mailbox.
    let alone = purpose == Purpose::NewAddress && store::own_account(tx, person)?.email.is_none();
    if !alone && !links::other_side_agreed(tx, person, other, &link.email, now)? {
        return Ok(Changed::HalfWay);
    }
    if !store::set_email(tx, person, &link.email, now)? {
        return Err(LinkError::Taken);
    }
    let changed = (Deed::Changed, Why::ForOneself);
    let oneself = Actor::oneself(person, way);
    audit::record(tx, &[Entry::new(oneself, changed, person, (What::Address, ""), now)])?;
    Ok(Changed::Done)
}
