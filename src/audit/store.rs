//! All SQL of the chains.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{audit_entries, audit_heads, authorities, organizations, people};
use crate::db::{Conn, among, both, locked};
use crate::identity::{RoleName, SignedIn, Way};
use crate::ids::{AuthorityId, OrganizationId, PersonId};

use super::entry::{Deed, Entry, What, Why};

/// Rows of one INSERT.
const BATCH: usize = 400;

/// An entry as its row is.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_entries, treat_none_as_default_value = false)]
pub(super) struct Row {
    pub(super) person_id: PersonId,
    pub(super) position: i64,
    pub(super) actor_id: Option<PersonId>,
    pub(super) role: Option<RoleName>,
    pub(super) organization_id: Option<OrganizationId>,
    pub(super) authority_id: Option<AuthorityId>,
    pub(super) acting_for: Option<PersonId>,
    pub(super) deed: Deed,
    pub(super) what: What,
    pub(super) subject_id: String,
    pub(super) why: Why,
    pub(super) way: Way,
    pub(super) recorded_at: UtcTime,
    pub(super) hash: String,
}

impl Row {
    fn of(entry: &Entry, before: &str, position: i64) -> Self {
        Self {
            person_id: entry.person,
            position,
            actor_id: entry.actor,
            role: entry.role,
            organization_id: entry.organization,
            authority_id: entry.authority,
            acting_for: entry.acting_for,
            deed: entry.deed,
            what: entry.what,
            subject_id: entry.subject.clone(),
            why: entry.why,
            way: entry.way,
            recorded_at: entry.at,
            hash: entry.hash_after(before, position),
        }
    }

    pub(super) fn entry(&self) -> Entry {
        Entry {
            person: self.person_id,
            actor: self.actor_id,
            role: self.role,
            organization: self.organization_id,
            authority: self.authority_id,
            acting_for: self.acting_for,
            deed: self.deed,
            what: self.what,
            subject: self.subject_id.clone(),
            why: self.why,
            way: self.way,
            at: self.recorded_at,
        }
    }
}

/// The end of a chain: whose it is, how long, and the hash of its last entry.
pub(super) type Head = (PersonId, i64, String);

/// Adds entries to the chains of the people whose records they are about, in the order of the people: so that two
/// transactions never wait for each other.
pub(super) fn append(tx: &mut Conn, entries: &[Entry]) -> QueryResult<()> {
    let mut by_person: BTreeMap<PersonId, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        by_person.entry(entry.person).or_default().push(entry);
    }
    if by_person.is_empty() {
        return Ok(());
    }
    let mut heads = lock_heads(tx, by_person.keys())?;
    let new: Vec<PersonId> = by_person.keys().filter(|person| !heads.contains_key(person)).copied().collect();
    for person in &new {
        let empty = (audit_heads::person_id.eq(person), audit_heads::length.eq(0), audit_heads::hash.eq(""));
        both(diesel::insert_into(audit_heads::table).values(empty).on_conflict_do_nothing()).execute(tx)?;
    }
    if !new.is_empty() {
        heads.extend(lock_heads(tx, new.iter())?);
    }
    let mut rows = Vec::with_capacity(entries.len());
    for (person, entries) in by_person {
        let (length, hash) = heads.entry(person).or_default();
        for entry in entries {
            let row = Row::of(entry, hash, *length + 1);
            (*length, *hash) = (row.position, row.hash.clone());
            rows.push(row);
        }
        diesel::update(audit_heads::table.find(person))
            .set((audit_heads::length.eq(*length), audit_heads::hash.eq(hash.as_str())))
            .execute(tx)?;
    }
    for rows in rows.chunks(BATCH) {
        crate::both!(tx, c => diesel::insert_into(audit_entries::table).values(rows).execute(c))?;
    }
    Ok(())
}

fn lock_heads<'a>(
    tx: &mut Conn,
    of: impl Iterator<Item = &'a PersonId>,
) -> QueryResult<BTreeMap<PersonId, (i64, String)>> {
    let rows: Vec<Head> =
        locked(audit_heads::table.filter(among(audit_heads::person_id, of)).order(audit_heads::person_id).select((
            audit_heads::person_id,
            audit_heads::length,
            audit_heads::hash,
        )))
        .load(tx)?;
    Ok(rows.into_iter().map(|(person, length, hash)| (person, (length, hash))).collect())
}

/// What somebody has looked at since then.
pub(super) fn looks_since(
    conn: &mut Conn,
    actor: Option<PersonId>,
    since: UtcTime,
) -> QueryResult<Vec<(PersonId, What, String, UtcTime)>> {
    audit_entries::table
        .filter(audit_entries::actor_id.eq(actor).and(audit_entries::recorded_at.gt(since)))
        .filter(audit_entries::deed.eq(Deed::LookedAt))
        .select((audit_entries::person_id, audit_entries::what, audit_entries::subject_id, audit_entries::recorded_at))
        .load(conn)
}

/// One line of somebody's own chain, with the names that it has now.
#[derive(Clone, Debug, Queryable)]
pub struct Line {
    /// Who.
    pub actor: Option<PersonId>,
    /// Their name.
    pub name: Option<String>,
    /// In which role.
    pub role: Option<RoleName>,
    /// For which provider.
    pub organization: Option<String>,
    /// For which authority.
    pub authority: Option<String>,
    /// In whose name.
    pub acting_for: Option<PersonId>,
    /// What was done.
    pub deed: Deed,
    /// To what.
    pub what: What,
    /// To which.
    pub subject: String,
    /// Why.
    pub why: Why,
    /// Over what.
    pub way: Way,
    /// When.
    pub at: UtcTime,
}

/// The chain about the person who asks, newest first: what others did, and with `own` what they did themselves too.
pub fn about(conn: &mut Conn, who: &SignedIn, own: bool, page: i64, per_page: i64) -> QueryResult<Vec<Line>> {
    let mut lines = audit_entries::table
        .left_join(people::table.on(people::id.nullable().eq(audit_entries::actor_id)))
        .left_join(organizations::table.on(organizations::id.nullable().eq(audit_entries::organization_id)))
        .left_join(authorities::table.on(authorities::id.nullable().eq(audit_entries::authority_id)))
        .filter(audit_entries::person_id.eq(who.person()))
        .order(audit_entries::position.desc())
        .select((
            audit_entries::actor_id,
            people::display_name.nullable(),
            audit_entries::role,
            organizations::name.nullable(),
            authorities::name.nullable(),
            audit_entries::acting_for,
            audit_entries::deed,
            audit_entries::what,
            audit_entries::subject_id,
            audit_entries::why,
            audit_entries::way,
            audit_entries::recorded_at,
        ))
        .limit(per_page)
        .offset((page - 1) * per_page)
        .into_boxed();
    if !own {
        lines = lines.filter(audit_entries::actor_id.is_null().or(audit_entries::actor_id.ne(who.person())));
    }
    lines.load(conn)
}

/// How many lines [`about`] has in all.
pub fn count_about(conn: &mut Conn, who: &SignedIn, own: bool) -> QueryResult<i64> {
    let mut lines = audit_entries::table.filter(audit_entries::person_id.eq(who.person())).into_boxed();
    if !own {
        lines = lines.filter(audit_entries::actor_id.is_null().or(audit_entries::actor_id.ne(who.person())));
    }
    lines.count().get_result(conn)
}

/// The ends of the next chains after somebody's, in the order of their people.
pub(super) fn heads_after(conn: &mut Conn, after: Option<PersonId>, at_most: i64) -> QueryResult<Vec<Head>> {
    let mut heads = audit_heads::table
        .order(audit_heads::person_id)
        .select((audit_heads::person_id, audit_heads::length, audit_heads::hash))
        .limit(at_most)
        .into_boxed();
    if let Some(after) = after {
        heads = heads.filter(audit_heads::person_id.gt(after));
    }
    heads.load(conn)
}

/// The next entries of somebody's chain.
pub(super) fn entries_after(conn: &mut Conn, person: PersonId, after: i64, at_most: i64) -> QueryResult<Vec<Row>> {
    audit_entries::table
        .filter(audit_entries::person_id.eq(person).and(audit_entries::position.gt(after)))
        .order(audit_entries::position)
        .select(Row::as_select())
        .limit(at_most)
        .load(conn)
}

/// Somebody with entries whose chain has no end: the row that says so is gone.
pub(super) fn without_head(conn: &mut Conn) -> QueryResult<Option<PersonId>> {
    audit_entries::table
        .left_join(audit_heads::table.on(audit_heads::person_id.eq(audit_entries::person_id)))
        .filter(audit_entries::position.eq(1).and(audit_heads::person_id.nullable().is_null()))
        .select(audit_entries::person_id)
        .first(conn)
        .optional()
}
