//! The verbs: writing down a change, and a look.

use chrono::TimeDelta;
use diesel::QueryResult;

use crate::db::{Conn, Db};

use super::entry::Entry;
use super::store;

/// The same look is not written again for so long.
const AGAIN: TimeDelta = TimeDelta::hours(1);

/// Writes down what is being done, in the transaction that does it. Last in it: from here on, whoever changes something of
/// the same person waits.
pub fn record(tx: &mut Conn, entries: &[Entry]) -> QueryResult<()> {
    store::append(tx, entries)
}

/// Writes down looks, before what was asked for is shown. Looks at one's own records are nobody's business.
pub async fn looks(db: &Db, mut looks: Vec<Entry>) -> QueryResult<()> {
    looks.retain(|look| look.actor.is_some_and(|actor| actor != look.person));
    looks.sort_by(|one, two| (one.person, one.what, &one.subject).cmp(&(two.person, two.what, &two.subject)));
    looks.dedup_by(|one, two| (one.person, one.what, &one.subject) == (two.person, two.what, &two.subject));
    let Some(first) = looks.first() else { return Ok(()) };
    let (actor, since) = (first.actor, first.at - AGAIN);
    let written = db.read(move |conn| store::looks_since(conn, actor, since)).await?;
    looks.retain(|look| {
        !written
            .iter()
            .any(|(person, what, subject, _)| (*person, *what, subject) == (look.person, look.what, &look.subject))
    });
    if looks.is_empty() { Ok(()) } else { db.write(move |tx| store::append(tx, &looks)).await }
}
