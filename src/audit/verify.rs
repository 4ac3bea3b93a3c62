//! The proof: every chain is whole.

use diesel::QueryResult;

use crate::db::Conn;
use crate::ids::PersonId;

use super::store;

/// Chains, and entries of one chain, that are in memory at once.
const AT_ONCE: i64 = 500;

/// The first broken link of the first chains that are broken; nothing where every chain is whole.
pub fn broken_links(conn: &mut Conn) -> QueryResult<Vec<String>> {
    let mut wrong = Vec::new();
    if let Some(person) = store::without_head(conn)? {
        wrong.push(format!("the chain about person {person} has lost its end"));
    }
    let mut after: Option<PersonId> = None;
    loop {
        let heads = store::heads_after(conn, after, AT_ONCE)?;
        for (person, length, hash) in &heads {
            wrong.extend(first_broken(conn, *person, *length, hash)?);
        }
        after = heads.last().map(|(person, ..)| *person);
        if after.is_none() || wrong.len() > 20 {
            wrong.truncate(20);
            return Ok(wrong);
        }
    }
}

fn first_broken(conn: &mut Conn, person: PersonId, length: i64, last: &str) -> QueryResult<Option<String>> {
    let (mut position, mut hash) = (0, String::new());
    loop {
        let rows = store::entries_after(conn, person, position, AT_ONCE)?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            if row.position != position + 1 {
                return Ok(Some(format!("entry {} about person {person} is missing", position + 1)));
            }
            if row.hash != row.entry().hash_after(&hash, row.position) {
                return Ok(Some(format!(
                    "entry {} about person {person} is not what was written, or does not follow from the one before",
                    row.position
                )));
            }
            (position, hash) = (row.position, row.hash);
        }
    }
    let whole = position == length && hash == last;
    let missing = format!("the chain about person {person} ends at entry {position} instead of {length}");
    Ok((!whole).then_some(missing))
}
