//! SQL of the links in letters.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::account_links;
use crate::db::{Conn, locked};
use crate::ids::PersonId;

use crate::identity::link::Purpose;

/// A link as it is found by its token.
#[derive(Clone, Debug, Queryable)]
pub(in crate::identity) struct Link {
    pub(in crate::identity) person: Option<PersonId>,
    pub(in crate::identity) email: String,
    pub(in crate::identity) name: Option<String>,
}

/// Keeps a link, and clears away those that ended long ago.
pub(in crate::identity) fn insert_link(
    tx: &mut Conn,
    token_hash: &str,
    purpose: Purpose,
    link: &Link,
    now: UtcTime,
    ends_at: UtcTime,
) -> QueryResult<()> {
    diesel::delete(account_links::table.filter(account_links::ends_at.lt(now - chrono::TimeDelta::days(7))))
        .execute(tx)?;
    diesel::insert_into(account_links::table)
        .values((
            account_links::token_hash.eq(token_hash),
            account_links::purpose.eq(purpose),
            account_links::person_id.eq(link.person),
            account_links::email.eq(&link.email),
            account_links::name.eq(&link.name),
            account_links::created_at.eq(now),
            account_links::ends_at.eq(ends_at),
        ))
        .execute(tx)
        .map(drop)
}

/// The link of this token, if it has not been used and has not ended.
pub(in crate::identity) fn open_link(
    conn: &mut Conn,
    token_hash: &str,
    purposes: &[Purpose],
    now: UtcTime,
) -> QueryResult<Option<(Purpose, Link)>> {
    let found: Option<(Purpose, Link)> = account_links::table
        .find(token_hash)
        .filter(account_links::used_at.is_null().and(account_links::ends_at.gt(now)))
        .select((account_links::purpose, (account_links::person_id, account_links::email, account_links::name)))
        .first(conn)
        .optional()?;
    Ok(found.filter(|(purpose, _)| purposes.contains(purpose)))
}

/// Uses up the link of this token: the second who comes with it finds nothing.
pub(in crate::identity) fn use_link(
    tx: &mut Conn,
    token_hash: &str,
    purposes: &[Purpose],
    now: UtcTime,
) -> QueryResult<Option<(Purpose, Link)>> {
    let waiting: Option<String> =
        locked(account_links::table.find(token_hash.to_owned()).select(account_links::token_hash))
            .get_result(tx)
            .optional()?;
    if waiting.is_none() {
        return Ok(None);
    }
    let found = open_link(tx, token_hash, purposes, now)?;
    if found.is_some() {
        diesel::update(account_links::table.find(token_hash)).set(account_links::used_at.eq(now)).execute(tx)?;
    }
    Ok(found)
}

/// Makes every open link of somebody for this purpose worthless.
pub(in crate::identity) fn close_links(tx: &mut Conn, person: PersonId, purpose: Purpose) -> QueryResult<()> {
    let theirs =
        account_links::table.filter(account_links::person_id.eq(person).and(account_links::purpose.eq(purpose)));
    diesel::delete(theirs).execute(tx).map(drop)
}

/// Whether the other mailbox has agreed to a change to this address.
pub(in crate::identity) fn other_side_agreed(
    tx: &mut Conn,
    person: PersonId,
    other: Purpose,
    email: &str,
    now: UtcTime,
) -> QueryResult<bool> {
    let agreed: Option<String> = account_links::table
        .filter(account_links::person_id.eq(person).and(account_links::purpose.eq(other)))
        .filter(account_links::email.eq(email).and(account_links::ends_at.gt(now)))
        .filter(account_links::used_at.is_not_null())
        .select(account_links::token_hash)
        .first(tx)
        .optional()?;
    Ok(agreed.is_some())
}
