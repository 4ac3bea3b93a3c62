//! All SQL of identity.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{citizens, memberships, people, sessions, signing_keys};
use crate::db::{Conn, both};
use crate::ids::{AuthorityId, MembershipId, OrganizationId, PersonId};

use super::{Membership, NeedGroup, RoleName, Standing};

/// Rows of one INSERT.
const BATCH: usize = 500;

/// A session as it is found by its token.
#[derive(Queryable)]
pub(super) struct SessionRow {
    pub(super) person: PersonId,
    pub(super) name: String,
    pub(super) last_seen_at: UtcTime,
}

/// The session of this token, if it still holds.
pub(super) fn session(
    conn: &mut Conn,
    token_hash: &str,
    now: UtcTime,
    idle_since: UtcTime,
) -> QueryResult<Option<SessionRow>> {
    sessions::table
        .inner_join(people::table)
        .filter(sessions::token_hash.eq(token_hash))
        .filter(sessions::ends_at.gt(now).and(sessions::last_seen_at.gt(idle_since)))
        .select((people::id, people::display_name, sessions::last_seen_at))
        .first(conn)
        .optional()
}

/// Opens a session, and clears away those that have ended.
pub(super) fn open_session(
    tx: &mut Conn,
    person: PersonId,
    token_hash: &str,
    now: UtcTime,
    ends_at: UtcTime,
) -> QueryResult<()> {
    diesel::delete(sessions::table.filter(sessions::ends_at.lt(now))).execute(tx)?;
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_hash.eq(token_hash),
            sessions::person_id.eq(person),
            sessions::created_at.eq(now),
            sessions::last_seen_at.eq(now),
            sessions::ends_at.eq(ends_at),
        ))
        .execute(tx)
        .map(drop)
}

/// Notes that the session was used.
pub(super) fn touch_session(tx: &mut Conn, token_hash: &str, now: UtcTime) -> QueryResult<()> {
    diesel::update(sessions::table.find(token_hash)).set(sessions::last_seen_at.eq(now)).execute(tx).map(drop)
}

/// Ends a session.
pub(super) fn end_session(tx: &mut Conn, token_hash: &str) -> QueryResult<()> {
    diesel::delete(sessions::table.find(token_hash)).execute(tx).map(drop)
}

/// The account behind an e-mail address, with the password kept for it.
pub(super) fn account(conn: &mut Conn, email: &str) -> QueryResult<Option<(PersonId, Option<String>)>> {
    people::table.filter(people::email.eq(email)).select((people::id, people::password_hash)).first(conn).optional()
}

/// A person's e-mail address.
pub fn email(conn: &mut Conn, person: PersonId) -> QueryResult<Option<String>> {
    let found: Option<Option<String>> = people::table.find(person).select(people::email).first(conn).optional()?;
    Ok(found.flatten())
}

/// A person's name.
pub fn name(conn: &mut Conn, person: PersonId) -> QueryResult<Option<String>> {
    people::table.find(person).select(people::display_name).first(conn).optional()
}

/// Every role granted to a person.
pub fn memberships(conn: &mut Conn, person: PersonId) -> QueryResult<Vec<Membership>> {
    memberships::table
        .filter(memberships::person_id.eq(person))
        .order(memberships::granted_at)
        .select(Membership::as_select())
        .load(conn)
}

/// A person on their way into the table.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = people, treat_none_as_default_value = false)]
pub struct NewPerson {
    /// Who.
    pub id: PersonId,
    /// The name that pages show.
    pub display_name: String,
    /// For signing in.
    pub email: Option<String>,
    /// As [`super::hash`] makes it.
    pub password_hash: Option<String>,
    /// When.
    pub created_at: UtcTime,
}

/// What the demand figures need to know of a citizen.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = citizens, treat_none_as_default_value = false)]
pub struct NewCitizen {
    /// Who.
    pub person_id: PersonId,
    /// Whose citizen.
    pub authority_id: AuthorityId,
    /// Where they live.
    pub ward_code: String,
    /// When they were born.
    pub birth_year: i32,
    /// What their support is mostly about.
    pub need_group: NeedGroup,
}

/// Writes people.
pub fn insert_people(tx: &mut Conn, new: &[NewPerson]) -> QueryResult<()> {
    for rows in new.chunks(BATCH) {
        crate::both!(tx, c => diesel::insert_into(people::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// Makes an account, or gives the one with this e-mail address another name and password; says whose it is.
pub fn save_account(
    tx: &mut Conn,
    person: PersonId,
    name: &str,
    email: &str,
    password_hash: &str,
    now: UtcTime,
) -> QueryResult<PersonId> {
    let said = (people::display_name.eq(name), people::password_hash.eq(password_hash));
    both(
        diesel::insert_into(people::table)
            .values((people::id.eq(person), people::email.eq(email), people::created_at.eq(now), said))
            .on_conflict(people::email)
            .do_update()
            .set(said),
    )
    .execute(tx)?;
    people::table.filter(people::email.eq(email)).select(people::id).first(tx)
}

/// Writes citizens.
pub fn insert_citizens(tx: &mut Conn, new: &[NewCitizen]) -> QueryResult<()> {
    for rows in new.chunks(BATCH) {
        crate::both!(tx, c => diesel::insert_into(citizens::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// Grants a role; granting it again changes nothing. Who works for a provider is an owner until they are given less.
pub fn grant(
    tx: &mut Conn,
    person: PersonId,
    role: RoleName,
    authority: Option<AuthorityId>,
    organization: Option<OrganizationId>,
    now: UtcTime,
) -> QueryResult<()> {
    both(
        diesel::insert_into(memberships::table)
            .values((
                memberships::id.eq(MembershipId::new()),
                memberships::person_id.eq(person),
                memberships::role.eq(role),
                memberships::authority_id.eq(authority),
                memberships::organization_id.eq(organization),
                memberships::standing.eq(organization.map(|_| Standing::Owner)),
                memberships::granted_at.eq(now),
            ))
            .on_conflict_do_nothing(),
    )
    .execute(tx)
    .map(drop)
}

/// People with an e-mail address and their roles: the table that the demo prints.
pub fn people_with_accounts(conn: &mut Conn) -> QueryResult<Vec<(PersonId, String, String)>> {
    people::table
        .filter(people::email.is_not_null())
        .order(people::id)
        .select((people::id, people::display_name, people::email.assume_not_null()))
        .limit(100)
        .load(conn)
}

/// The ward and authority of a citizen.
pub fn home_of(conn: &mut Conn, person: PersonId) -> QueryResult<Option<(AuthorityId, String)>> {
    citizens::table.find(person).select((citizens::authority_id, citizens::ward_code)).first(conn).optional()
}

/// The keys that tokens are signed with, newest first: kid, private and public PEM.
pub(super) fn signing_keys(conn: &mut Conn) -> QueryResult<Vec<(String, String, String)>> {
    signing_keys::table
        .order(signing_keys::created_at.desc())
        .select((signing_keys::kid, signing_keys::private_pem, signing_keys::public_pem))
        .load(conn)
}

/// Keeps a new signing key.
pub(super) fn insert_signing_key(
    tx: &mut Conn,
    kid: &str,
    private: &str,
    public: &str,
    now: UtcTime,
) -> QueryResult<()> {
    diesel::insert_into(signing_keys::table)
        .values((
            signing_keys::kid.eq(kid),
            signing_keys::private_pem.eq(private),
            signing_keys::public_pem.eq(public),
            signing_keys::created_at.eq(now),
        ))
        .execute(tx)
        .map(drop)
}
