//! All SQL of search: the log of searches, and what people wanted and did not find.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::{searches, wanted_support};
use crate::ids::{SearchId, SubmissionKey, WantedId};

use super::log::{Searched, Through};
use super::wanted::Wanted;

/// Rows of one INSERT.
const BATCH: usize = 400;

/// Writes what was searched for, and how often.
pub(super) fn insert_searches(tx: &mut Conn, all: &[(Searched, i64)]) -> QueryResult<()> {
    for batch in all.chunks(BATCH) {
        let row = |(searched, times): &(Searched, i64)| {
            (
                searches::id.eq(SearchId::new()),
                searches::authority_id.eq(searched.authority),
                searches::day.eq(searched.day),
                searches::district.eq(searched.district.clone()),
                searches::words.eq(searched.words.clone()),
                searches::filters.eq(searched.filters.clone()),
                searches::through.eq(searched.through),
                searches::found.eq(searched.found),
                searches::times.eq(*times),
            )
        };
        let rows: Vec<_> = batch.iter().map(row).collect();
        crate::both!(tx, c => diesel::insert_into(searches::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// What was searched for on a day: for the demand figures, which protect it before anybody sees it.
pub fn searches_of(conn: &mut Conn, day: NaiveDate) -> QueryResult<Vec<(Searched, i64)>> {
    type Row = (Option<crate::ids::AuthorityId>, Option<String>, String, String, Through, i64, i64);
    let rows: Vec<Row> = searches::table
        .filter(searches::day.eq(day))
        .order(searches::id)
        .select((
            searches::authority_id,
            searches::district,
            searches::words,
            searches::filters,
            searches::through,
            searches::found,
            searches::times,
        ))
        .load(conn)?;
    let searched = |(authority, district, words, filters, through, found, times)| {
        (Searched { day, authority, district, words, filters, through, found }, times)
    };
    Ok(rows.into_iter().map(searched).collect())
}

/// The wish of a form that was sent before.
pub(super) fn wanted_by_submission(conn: &mut Conn, key: SubmissionKey) -> QueryResult<Option<WantedId>> {
    wanted_support::table
        .filter(wanted_support::submission_key.eq(key))
        .select(wanted_support::id)
        .first(conn)
        .optional()
}

/// Writes a wish.
pub(super) fn insert_wanted(tx: &mut Conn, id: WantedId, wanted: &Wanted, asked_on: NaiveDate) -> QueryResult<()> {
    diesel::insert_into(wanted_support::table)
        .values((
            wanted_support::id.eq(id),
            wanted_support::authority_id.eq(wanted.authority),
            wanted_support::asked_on.eq(asked_on),
            wanted_support::ward_code.eq(wanted.ward_code.as_deref()),
            wanted_support::district.eq(wanted.district.as_deref()),
            wanted_support::category_id.eq(wanted.category_id.as_deref()),
            wanted_support::words.eq(&wanted.words),
            wanted_support::submission_key.eq(wanted.key),
        ))
        .execute(tx)?;
    Ok(())
}
