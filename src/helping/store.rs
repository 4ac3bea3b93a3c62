//! All SQL of acting for somebody.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::db::schema::{citizens, memberships, people, representatives};
use crate::identity::{Practitioner, RoleName, SignedIn};
use crate::ids::{AuthorityId, PersonId, RepresentativeId};

use super::representative::{RepresentativeKind, Scopes};

/// One row, as the verbs need it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = representatives)]
pub struct Row {
    /// Which.
    pub id: RepresentativeId,
    /// For whom.
    pub person_id: PersonId,
    /// Who; none until it is taken up.
    pub helper_id: Option<PersonId>,
    /// Where the invitation went.
    pub email: Option<String>,
    /// On which ground.
    pub kind: RepresentativeKind,
    may_plan: bool,
    may_buy: bool,
    may_manage_money: bool,
    /// The council that recorded it.
    pub authority_id: Option<AuthorityId>,
    /// Its legal ground.
    pub evidence: String,
    /// When.
    pub granted_at: UtcTime,
    /// When it ends by itself.
    pub ends_at: Option<UtcTime>,
    /// When it was ended.
    pub ended_at: Option<UtcTime>,
}

impl Row {
    /// What the helper may do.
    #[must_use]
    pub fn scopes(&self) -> Scopes {
        let plan = self.may_plan || self.kind.plans();
        Scopes { plan, buy: self.may_buy, money: self.may_manage_money }
    }

    /// Whether it holds, or could still be taken up.
    #[must_use]
    pub fn is_open(&self, now: UtcTime) -> bool {
        self.ended_at.is_none() && self.ends_at.is_none_or(|end| end > now)
    }
}

/// A row on its way into the table.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = representatives, treat_none_as_default_value = false)]
pub(super) struct NewRow {
    pub(super) id: RepresentativeId,
    pub(super) person_id: PersonId,
    pub(super) helper_id: Option<PersonId>,
    pub(super) email: Option<String>,
    pub(super) kind: RepresentativeKind,
    pub(super) may_plan: bool,
    pub(super) may_buy: bool,
    pub(super) may_manage_money: bool,
    pub(super) authority_id: Option<AuthorityId>,
    pub(super) evidence: String,
    pub(super) granted_by: PersonId,
    pub(super) granted_at: UtcTime,
    pub(super) token_hash: Option<String>,
    pub(super) accepted_at: Option<UtcTime>,
    pub(super) ends_at: Option<UtcTime>,
}

pub(super) fn insert(tx: &mut Conn, new: &NewRow) -> QueryResult<()> {
    diesel::insert_into(representatives::table).values(new).execute(tx).map(drop)
}

/// Writes that somebody acts for somebody, as if both had agreed: for the demo town.
pub fn insert_agreed(
    tx: &mut Conn,
    person: PersonId,
    helper: PersonId,
    kind: RepresentativeKind,
    scopes: Scopes,
    at: UtcTime,
) -> QueryResult<()> {
    let new = NewRow {
        id: RepresentativeId::new(),
        person_id: person,
        helper_id: Some(helper),
        email: None,
        kind,
        may_plan: scopes.plan,
        may_buy: scopes.buy,
        may_manage_money: scopes.money,
        authority_id: None,
        evidence: String::new(),
        granted_by: person,
        granted_at: at,
        token_hash: None,
        accepted_at: Some(at),
        ends_at: None,
    };
    insert(tx, &new)
}

/// Writes that a council has assigned a care manager to somebody: for the demo town.
pub fn insert_assigned(
    tx: &mut Conn,
    authority: AuthorityId,
    (person, manager): (PersonId, PersonId),
    at: UtcTime,
) -> QueryResult<()> {
    let new = NewRow {
        id: RepresentativeId::new(),
        person_id: person,
        helper_id: Some(manager),
        email: None,
        kind: RepresentativeKind::CareManager,
        may_plan: true,
        may_buy: false,
        may_manage_money: false,
        authority_id: Some(authority),
        evidence: String::new(),
        granted_by: manager,
        granted_at: at,
        token_hash: None,
        accepted_at: Some(at),
        ends_at: None,
    };
    insert(tx, &new)
}

/// Somebody whom one acts for, and what one may do for them.
#[derive(Clone, Debug)]
pub struct Helped {
    /// Whom.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// What one may do for them.
    pub scopes: Scopes,
    /// Whether the council has assigned them to one.
    pub assigned: bool,
    /// On which grounds.
    pub kinds: Vec<RepresentativeKind>,
}

/// Everybody whom this person may act for at this moment: nobody before they have proven who they are with two factors.
pub fn people_helped(conn: &mut Conn, helper: &SignedIn) -> QueryResult<Vec<Helped>> {
    if helper.may_see_others() { people_they_act_for(conn, helper) } else { Ok(Vec::new()) }
}

/// Whether this person acts for `person`, or could once they have a second factor.
pub fn acts_for(conn: &mut Conn, helper: &SignedIn, person: PersonId) -> QueryResult<bool> {
    Ok(people_they_act_for(conn, helper)?.iter().any(|helped| helped.person == person))
}

/// Whether this person acts for somebody, or could once they have a second factor.
pub fn acts_for_anybody(conn: &mut Conn, helper: &SignedIn) -> QueryResult<bool> {
    Ok(!people_they_act_for(conn, helper)?.is_empty())
}

fn people_they_act_for(conn: &mut Conn, helper: &SignedIn) -> QueryResult<Vec<Helped>> {
    let rows: Vec<(Row, String)> = representatives::table
        .inner_join(people::table.on(people::id.eq(representatives::person_id)))
        .filter(representatives::helper_id.eq(helper.person()).and(representatives::ended_at.is_null()))
        .filter(representatives::ends_at.is_null().or(representatives::ends_at.gt(helper.asked_at())))
        .order((people::display_name, representatives::person_id))
        .select((Row::as_select(), people::display_name))
        .load(conn)?;
    let mut all: Vec<Helped> = Vec::new();
    for (row, name) in rows.into_iter().filter(|(row, _)| still_in_office(helper, row)) {
        let assigned = row.kind == RepresentativeKind::CareManager;
        if let Some(helped) = all.last_mut().filter(|helped| helped.person == row.person_id) {
            helped.scopes = helped.scopes.with(row.scopes());
            helped.assigned |= assigned;
            helped.kinds.push(row.kind);
        } else {
            let (scopes, kinds) = (row.scopes(), vec![row.kind]);
            all.push(Helped { person: row.person_id, name, scopes, assigned, kinds });
        }
    }
    Ok(all)
}

/// What this person may do for `person` at this moment; none if nothing, not even look.
pub fn rights(conn: &mut Conn, helper: &SignedIn, person: PersonId) -> QueryResult<Option<Helped>> {
    Ok(people_helped(conn, helper)?.into_iter().find(|helped| helped.person == person))
}

/// What a council gave somebody because of their office ends with the office.
fn still_in_office(helper: &SignedIn, row: &Row) -> bool {
    let holds = |role| row.authority_id.is_some_and(|authority| helper.works_as(role, authority));
    match row.kind {
        RepresentativeKind::CareManager => holds(RoleName::CareManager),
        RepresentativeKind::Phone => holds(RoleName::CareManager) || holds(RoleName::AuthorityAdministrator),
        _ => true,
    }
}

/// Whoever has an account with this address.
pub(super) fn person_with(conn: &mut Conn, email: &str) -> QueryResult<Option<PersonId>> {
    people::table.filter(people::email.eq(email)).select(people::id).first(conn).optional()
}

/// The address of one's own account.
pub(super) fn address_of(conn: &mut Conn, who: &SignedIn) -> QueryResult<Option<String>> {
    people::table.find(who.person()).select(people::email).first(conn)
}

/// The name of somebody.
pub(super) fn name_of(conn: &mut Conn, person: PersonId) -> QueryResult<String> {
    people::table.find(person).select(people::display_name).first(conn)
}

/// A citizen of the practitioner's authority by the address of their account: who, their name, their address.
pub(super) fn citizen_with(
    conn: &mut Conn,
    practitioner: &Practitioner,
    email: &str,
) -> QueryResult<Option<(PersonId, String, String)>> {
    people::table
        .inner_join(citizens::table)
        .filter(people::email.eq(email.trim().to_lowercase()))
        .filter(citizens::authority_id.eq(practitioner.authority()))
        .select((people::id, people::display_name, people::email.assume_not_null()))
        .first(conn)
        .optional()
}

/// Somebody who has this role for the practitioner's authority, by the address of their account.
pub(super) fn colleague_with(
    conn: &mut Conn,
    practitioner: &Practitioner,
    email: &str,
    role: RoleName,
) -> QueryResult<Option<PersonId>> {
    people::table
        .inner_join(memberships::table)
        .filter(people::email.eq(email))
        .filter(memberships::role.eq(role).and(memberships::authority_id.eq(practitioner.authority())))
        .select(people::id)
        .first(conn)
        .optional()
}

/// How many may act for somebody, or are asked to.
pub(super) fn open_ones(conn: &mut Conn, person: PersonId, now: UtcTime) -> QueryResult<usize> {
    let open: i64 = representatives::table
        .filter(representatives::person_id.eq(person).and(representatives::ended_at.is_null()))
        .filter(representatives::ends_at.is_null().or(representatives::ends_at.gt(now)))
        .count()
        .get_result(conn)?;
    Ok(usize::try_from(open).unwrap_or(usize::MAX))
}

/// An invitation that can still be taken up, with the name of whom it is about.
pub(super) fn invitation(
    conn: &mut Conn,
    token_hash: &str,
    since: UtcTime,
    now: UtcTime,
) -> QueryResult<Option<(Row, String)>> {
    representatives::table
        .inner_join(people::table.on(people::id.eq(representatives::person_id)))
        .filter(representatives::token_hash.eq(token_hash).and(representatives::helper_id.is_null()))
        .filter(representatives::granted_at.gt(since).and(representatives::ended_at.is_null()))
        .filter(representatives::ends_at.is_null().or(representatives::ends_at.gt(now)))
        .select((Row::as_select(), people::display_name))
        .first(conn)
        .optional()
}

/// Takes an invitation up; whether nobody has done so before.
pub(super) fn take_up(tx: &mut Conn, id: RepresentativeId, who: &SignedIn, now: UtcTime) -> QueryResult<bool> {
    let free = representatives::table.find(id).filter(representatives::helper_id.is_null());
    let taken = diesel::update(free.filter(representatives::ended_at.is_null()))
        .set((representatives::helper_id.eq(who.person()), representatives::accepted_at.eq(now)))
        .execute(tx)?;
    Ok(taken == 1)
}

/// Ends one; whether it had not ended before.
pub(super) fn end(tx: &mut Conn, id: RepresentativeId, who: &SignedIn, now: UtcTime) -> QueryResult<bool> {
    let open = representatives::table.find(id).filter(representatives::ended_at.is_null());
    let ended = diesel::update(open)
        .set((representatives::ended_at.eq(now), representatives::ended_by.eq(who.person())))
        .execute(tx)?;
    Ok(ended == 1)
}

/// One of those who act for this person.
pub(super) fn of_person(conn: &mut Conn, who: &SignedIn, id: RepresentativeId) -> QueryResult<Option<Row>> {
    representatives::table
        .find(id)
        .filter(representatives::person_id.eq(who.person()))
        .select(Row::as_select())
        .first(conn)
        .optional()
}

/// One of those whom this person acts for.
pub(super) fn of_helper(conn: &mut Conn, who: &SignedIn, id: RepresentativeId) -> QueryResult<Option<Row>> {
    representatives::table
        .find(id)
        .filter(representatives::helper_id.eq(who.person()))
        .select(Row::as_select())
        .first(conn)
        .optional()
}

/// One of those that the practitioner's authority has recorded.
pub(super) fn of_authority(
    conn: &mut Conn,
    practitioner: &Practitioner,
    id: RepresentativeId,
) -> QueryResult<Option<Row>> {
    representatives::table
        .find(id)
        .filter(representatives::authority_id.eq(practitioner.authority()))
        .select(Row::as_select())
        .first(conn)
        .optional()
}

/// Everybody who acts for this person, is asked to, or did, newest first, with their names.
pub(super) fn helpers_of(conn: &mut Conn, who: &SignedIn) -> QueryResult<Vec<(Row, Option<String>)>> {
    representatives::table
        .left_join(people::table.on(people::id.nullable().eq(representatives::helper_id)))
        .filter(representatives::person_id.eq(who.person()))
        .order((representatives::granted_at.desc(), representatives::id.desc()))
        .select((Row::as_select(), people::display_name.nullable()))
        .limit(100)
        .load(conn)
}

/// Everybody whom this person acts for or did, newest first, with their names.
pub(super) fn helped_by(conn: &mut Conn, who: &SignedIn) -> QueryResult<Vec<(Row, String)>> {
    representatives::table
        .inner_join(people::table.on(people::id.eq(representatives::person_id)))
        .filter(representatives::helper_id.eq(who.person()))
        .order((representatives::granted_at.desc(), representatives::id.desc()))
        .select((Row::as_select(), people::display_name))
        .limit(100)
        .load(conn)
}

/// What the practitioner's authority has recorded, newest first: with the names of the people and of their helpers.
pub(super) fn recorded_by(
    conn: &mut Conn,
    practitioner: &Practitioner,
    page: i64,
    per_page: i64,
) -> QueryResult<Vec<(Row, String, Option<String>)>> {
    let helpers = diesel::alias!(people as helpers);
    representatives::table
        .inner_join(people::table.on(people::id.eq(representatives::person_id)))
        .left_join(helpers.on(helpers.field(people::id).nullable().eq(representatives::helper_id)))
        .filter(representatives::authority_id.eq(practitioner.authority()))
        .order((representatives::granted_at.desc(), representatives::id.desc()))
        .select((Row::as_select(), people::display_name, helpers.field(people::display_name).nullable()))
        .limit(per_page)
        .offset((page - 1) * per_page)
        .load(conn)
}

/// How many the practitioner's authority has recorded.
pub(super) fn count_recorded_by(conn: &mut Conn, practitioner: &Practitioner) -> QueryResult<i64> {
    representatives::table.filter(representatives::authority_id.eq(practitioner.authority())).count().get_result(conn)
}

/// The addresses of the care managers who are assigned to somebody now.
pub fn care_managers_of(conn: &mut Conn, person: PersonId, now: UtcTime) -> QueryResult<Vec<String>> {
    let rows: Vec<Option<String>> = representatives::table
        .inner_join(people::table.on(people::id.nullable().eq(representatives::helper_id)))
        .filter(representatives::person_id.eq(person).and(representatives::kind.eq(RepresentativeKind::CareManager)))
        .filter(representatives::accepted_at.is_not_null().and(representatives::ended_at.is_null()))
        .filter(representatives::ends_at.is_null().or(representatives::ends_at.gt(now)))
        .order(people::id)
        .select(people::email)
        .load(conn)?;
    Ok(rows.into_iter().flatten().collect())
}
