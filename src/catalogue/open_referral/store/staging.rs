//! What a reading finds: compared with what was taken in before, a few hundred records at a time.

use std::collections::{HashMap, HashSet};

use diesel::dsl::{exists, max, not};
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{
    feed_documents, feed_findings, feed_runs, locations, organizations, service_at_locations, services, source_records,
};
use crate::db::{Conn, among};
use crate::ids::{FeedId, FeedRunId, ServiceId};

use super::super::feed::{Finding, Outcome};

/// Rows of one INSERT.
const BATCH: usize = 400;

/// A record that was read and understood, or not.
#[derive(Clone, Debug)]
pub struct Staged {
    /// Its id in the feed.
    pub source_id: String,
    /// Its name.
    pub name: String,
    /// What was cleaned, or why it is refused.
    pub notes: Vec<String>,
    /// Whether it cannot be taken in.
    pub refused: bool,
    /// Of the document.
    pub fingerprint: String,
    /// As it came.
    pub document: String,
    /// The provider's name and the postcodes, for finding the same service elsewhere.
    pub provider: String,
    /// See `provider`.
    pub postcodes: Vec<String>,
}

/// What was taken in before.
struct Known {
    service: ServiceId,
    fingerprint: String,
    vanished: bool,
    edited_here: bool,
}

/// Writes what was found of the next records, and counts.
pub fn stage(tx: &mut Conn, feed: FeedId, run: FeedRunId, rows: &[Staged], next_page: i32) -> QueryResult<()> {
    let last: Option<i32> = feed_findings::table
        .filter(feed_findings::run_id.eq(run))
        .select(max(feed_findings::position))
        .get_result(tx)?;
    let known = known(tx, feed, rows)?;
    let seen: Vec<String> = feed_findings::table
        .filter(feed_findings::run_id.eq(run))
        .filter(among(feed_findings::source_id, rows.iter().map(|row| &row.source_id)))
        .select(feed_findings::source_id)
        .load(tx)?;
    let mut seen: HashSet<String> = seen.into_iter().filter(|id| !id.is_empty()).collect();
    let elsewhere = elsewhere(tx, feed, rows.iter().filter(|row| !row.refused && !known.contains_key(&row.source_id)))?;
    let mut findings = Vec::with_capacity(rows.len());
    let mut documents = Vec::new();
    let mut counts = [0_i32; 4];
    for (position, row) in (last.unwrap_or(0) + 1..).zip(rows) {
        let mut notes = row.notes.clone();
        let before = known.get(&row.source_id);
        let outcome = if row.refused {
            Outcome::Refused
        } else if !seen.insert(row.source_id.clone()) {
            notes = vec!["this id came before in the same feed; the first one counts".into()];
            Outcome::Refused
        } else if let Some(where_from) = elsewhere.get(&key(&row.name, &row.provider)).filter(|(postcodes, _)| {
            row.postcodes.is_empty() && postcodes.is_empty()
                || row.postcodes.iter().any(|code| postcodes.contains(code))
        }) {
            notes = vec![format!("the same service of the same provider is here already, {}", where_from.1)];
            Outcome::Refused
        } else {
            match before {
                None => Outcome::Added,
                Some(before) if before.fingerprint == row.fingerprint && !before.vanished => Outcome::Unchanged,
                Some(before) if before.edited_here => {
                    notes = vec!["it was edited here since it was taken in; what stands here stays".into()];
                    Outcome::Refused
                }
                Some(_) => Outcome::Changed,
            }
        };
        match outcome {
            Outcome::Added => counts[0] += 1,
            Outcome::Changed => counts[1] += 1,
            Outcome::Unchanged => counts[2] += 1,
            Outcome::Refused | Outcome::Vanished => counts[3] += 1,
        }
        if matches!(outcome, Outcome::Added | Outcome::Changed) {
            documents.push((
                feed_documents::run_id.eq(run),
                feed_documents::position.eq(position),
                feed_documents::document.eq(row.document.clone()),
            ));
        }
        findings.push(Finding {
            run_id: run,
            position,
            source_id: row.source_id.clone(),
            outcome,
            name: row.name.clone(),
            notes: if outcome == Outcome::Unchanged { String::new() } else { notes.join("\n") },
            service_id: before.map(|before| before.service.to_string()),
            applied: false,
        });
    }
    for rows in findings.chunks(BATCH) {
        crate::both!(tx, c => diesel::insert_into(feed_findings::table).values(rows).execute(c))?;
    }
    crate::both!(tx, c => diesel::insert_into(feed_documents::table).values(documents).execute(c))?;
    let read = i32::try_from(rows.len()).unwrap_or(0);
    diesel::update(feed_runs::table.find(run))
        .set((
            feed_runs::next_page.eq(next_page),
            feed_runs::read.eq(feed_runs::read + read),
            feed_runs::added.eq(feed_runs::added + counts[0]),
            feed_runs::changed.eq(feed_runs::changed + counts[1]),
            feed_runs::unchanged.eq(feed_runs::unchanged + counts[2]),
            feed_runs::refused.eq(feed_runs::refused + counts[3]),
        ))
        .execute(tx)
        .map(drop)
}

fn known(tx: &mut Conn, feed: FeedId, rows: &[Staged]) -> QueryResult<HashMap<String, Known>> {
    let ids = rows.iter().map(|row| &row.source_id);
    let found: Vec<(String, ServiceId, String, Option<chrono::NaiveDate>, UtcTime, UtcTime)> = source_records::table
        .inner_join(services::table)
        .filter(source_records::feed_id.eq(feed))
        .filter(among(source_records::source_id, ids))
        .select((
            source_records::source_id,
            source_records::service_id,
            source_records::fingerprint,
            source_records::vanished_on,
            source_records::written_at,
            services::last_modified,
        ))
        .load(tx)?;
    let known = |(id, service, fingerprint, vanished_on, written_at, last_modified): (_, _, _, Option<_>, _, _)| {
        let edited_here = written_at != last_modified;
        (id, Known { service, fingerprint, vanished: vanished_on.is_some(), edited_here })
    };
    Ok(found.into_iter().map(known).collect())
}

fn key(name: &str, provider: &str) -> (String, String) {
    (name.to_lowercase(), provider.to_lowercase())
}

type Elsewhere = HashMap<(String, String), (Vec<String>, String)>;

/// Services of other sources with the same name and provider, with their postcodes and where they are from.
fn elsewhere<'a>(tx: &mut Conn, feed: FeedId, rows: impl Iterator<Item = &'a Staged>) -> QueryResult<Elsewhere> {
    let names: HashSet<&str> = rows.map(|row| row.name.as_str()).collect();
    if names.is_empty() {
        return Ok(Elsewhere::new());
    }
    let ours = source_records::table
        .filter(source_records::service_id.eq(services::id))
        .filter(source_records::feed_id.eq(feed));
    let found: Vec<(ServiceId, String, String, Option<String>)> = services::table
        .inner_join(organizations::table)
        .filter(among(services::name, &names))
        .filter(not(exists(ours)))
        .select((services::id, services::name, organizations::name, services::source))
        .load(tx)?;
    let ids: Vec<ServiceId> = found.iter().map(|(id, ..)| *id).collect();
    let places: Vec<(ServiceId, String)> = service_at_locations::table
        .inner_join(locations::table)
        .filter(among(service_at_locations::service_id, &ids))
        .select((service_at_locations::service_id, locations::postal_code))
        .load(tx)?;
    let mut all = Elsewhere::new();
    for (id, name, provider, source) in found {
        let from = source.map_or_else(|| "entered here".to_owned(), |source| format!("from {source}"));
        let entry = all.entry(key(&name, &provider)).or_insert_with(|| (Vec::new(), from));
        entry.0.extend(places.iter().filter(|(service, _)| *service == id).map(|(_, code)| code.clone()));
    }
    Ok(all)
}

/// After a complete reading: notes what was taken in before and is not in the feed any more. Says how many of how many.
pub fn note_vanished(tx: &mut Conn, feed: FeedId, run: FeedRunId) -> QueryResult<(i32, i64)> {
    let still_there = feed_findings::table
        .filter(feed_findings::run_id.eq(run))
        .filter(feed_findings::source_id.eq(source_records::source_id));
    let before: i64 = source_records::table
        .filter(source_records::feed_id.eq(feed).and(source_records::vanished_on.is_null()))
        .count()
        .get_result(tx)?;
    let gone: Vec<(String, ServiceId, String)> = source_records::table
        .inner_join(services::table)
        .filter(source_records::feed_id.eq(feed).and(source_records::vanished_on.is_null()))
        .filter(not(exists(still_there)))
        .order(source_records::source_id)
        .select((source_records::source_id, source_records::service_id, services::name))
        .load(tx)?;
    let last: Option<i32> = feed_findings::table
        .filter(feed_findings::run_id.eq(run))
        .select(max(feed_findings::position))
        .get_result(tx)?;
    let found: Vec<Finding> = (last.unwrap_or(0) + 1..)
        .zip(gone)
        .map(|(position, (source_id, service, name))| Finding {
            run_id: run,
            position,
            source_id,
            outcome: Outcome::Vanished,
            name,
            notes: "it is not in the feed any more; it is closed here for now, not deleted".into(),
            service_id: Some(service.to_string()),
            applied: false,
        })
        .collect();
    for rows in found.chunks(BATCH) {
        crate::both!(tx, c => diesel::insert_into(feed_findings::table).values(rows).execute(c))?;
    }
    let vanished = i32::try_from(found.len()).unwrap_or(i32::MAX);
    diesel::update(feed_runs::table.find(run)).set(feed_runs::vanished.eq(vanished)).execute(tx)?;
    Ok((vanished, before))
}

/// The fingerprint and the document of a record that was taken in.
pub fn taken_before(conn: &mut Conn, feed: FeedId, ids: &[String]) -> QueryResult<HashMap<String, String>> {
    let rows: Vec<(String, String)> = source_records::table
        .filter(source_records::feed_id.eq(feed).and(source_records::vanished_on.is_null()))
        .filter(among(source_records::source_id, ids))
        .select((source_records::source_id, source_records::document))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Forgets the records that stand as before: the report counts them.
pub fn forget_unchanged(tx: &mut Conn, run: FeedRunId) -> QueryResult<()> {
    let those = feed_findings::run_id.eq(run).and(feed_findings::outcome.eq(Outcome::Unchanged));
    diesel::delete(feed_findings::table.filter(those)).execute(tx).map(drop)
}
