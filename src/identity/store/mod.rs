//! All SQL of identity.

pub(super) mod attempts;
pub(super) mod external;
pub(super) mod factors;
pub(super) mod links;
pub(super) mod roles;
pub(super) mod sessions;

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{citizens, memberships, people, signing_keys};
use crate::db::{Conn, both};
use crate::ids::{AuthorityId, MembershipId, OrganizationId, PersonId};

use super::{NeedGroup, RoleName, Standing};

/// Rows of one INSERT.
const BATCH: usize = 500;

/// The account behind an e-mail address, with the password kept for it.
pub(super) fn account(conn: &mut Conn, email: &str) -> QueryResult<Option<(PersonId, Option<String>)>> {
    people::table.filter(people::email.eq(email)).select((people::id, people::password_hash)).first(conn).optional()
}

/// A person's e-mail address.
pub fn email(conn: &mut Conn, person: PersonId) -> QueryResult<Option<String>> {
    let found: Option<Option<String>> = people::table.find(person).select(people::email).first(conn).optional()?;
    Ok(found.flatten())
}

/// What a person's own page shows of their account.
#[derive(Clone, Debug, Queryable)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) email: Option<String>,
    pub(super) has_password: bool,
}

/// Somebody's own account.
pub(super) fn own_account(conn: &mut Conn, person: PersonId) -> QueryResult<Account> {
    people::table
        .find(person)
        .select((people::display_name, people::email, people::password_hash.is_not_null()))
        .first(conn)
}

/// The password that is kept for somebody.
pub(super) fn password_of(conn: &mut Conn, person: PersonId) -> QueryResult<Option<String>> {
    people::table.find(person).select(people::password_hash).first(conn)
}

/// Whether somebody signs in with a password.
pub fn has_password(conn: &mut Conn, person: PersonId) -> QueryResult<bool> {
    people::table.find(person).select(people::password_hash.is_not_null()).first(conn)
}

/// Gives somebody another name.
pub(super) fn rename(tx: &mut Conn, person: PersonId, name: &str) -> QueryResult<()> {
    diesel::update(people::table.find(person)).set(people::display_name.eq(name)).execute(tx).map(drop)
}

/// Gives somebody another password.
pub(super) fn set_password(tx: &mut Conn, person: PersonId, hash: &str) -> QueryResult<()> {
    diesel::update(people::table.find(person)).set(people::password_hash.eq(hash)).execute(tx).map(drop)
}

/// Gives somebody another e-mail address, which they have confirmed; whether nobody else has it.
pub(super) fn set_email(tx: &mut Conn, person: PersonId, email: &str, now: UtcTime) -> QueryResult<bool> {
    let taken: Option<PersonId> =
        people::table.filter(people::email.eq(email)).select(people::id).first(tx).optional()?;
    if taken.is_some_and(|other| other != person) {
        return Ok(false);
    }
    diesel::update(people::table.find(person))
        .set((people::email.eq(email), people::email_confirmed_at.eq(now)))
        .execute(tx)?;
    Ok(true)
}

/// Makes an account whose e-mail address is confirmed; none where somebody has the address already.
pub(super) fn new_account(
    tx: &mut Conn,
    name: &str,
    email: Option<&str>,
    password_hash: Option<&str>,
    now: UtcTime,
) -> QueryResult<Option<PersonId>> {
    let id = PersonId::new();
    let made = both(
        diesel::insert_into(people::table)
            .values((
                people::id.eq(id),
                people::display_name.eq(name),
                people::email.eq(email),
                people::password_hash.eq(password_hash),
                people::created_at.eq(now),
                people::email_confirmed_at.eq(email.map(|_| now)),
            ))
            .on_conflict_do_nothing(),
    )
    .execute(tx)?;
    Ok((made == 1).then_some(id))
}

/// The name of somebody whose account is open.
pub(super) fn open_name(conn: &mut Conn, person: PersonId) -> QueryResult<Option<String>> {
    people::table.find(person).filter(people::closed_at.is_null()).select(people::display_name).first(conn).optional()
}

/// A person's name.
pub fn name(conn: &mut Conn, person: PersonId) -> QueryResult<Option<String>> {
    people::table.find(person).select(people::display_name).first(conn).optional()
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
            .values((
                people::id.eq(person),
                people::email.eq(email),
                people::created_at.eq(now),
                people::email_confirmed_at.eq(now),
                said,
            ))
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

/// The names of people.
pub fn names_of(conn: &mut Conn, people: &[PersonId]) -> QueryResult<std::collections::HashMap<PersonId, String>> {
    let rows: Vec<(PersonId, String)> = people::table
        .filter(crate::db::among(people::id, people))
        .select((people::id, people::display_name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// What somebody's support is mostly about, and when they were born.
pub fn need_of(conn: &mut Conn, person: PersonId) -> QueryResult<Option<(NeedGroup, i32)>> {
    citizens::table.find(person).select((citizens::need_group, citizens::birth_year)).first(conn).optional()
}

/// The ward and authority of a citizen.
pub fn home_of(conn: &mut Conn, person: PersonId) -> QueryResult<Option<(AuthorityId, String)>> {
    citizens::table.find(person).select((citizens::authority_id, citizens::ward_code)).first(conn).optional()
}

/// A key that tokens are signed with.
#[derive(Queryable)]
pub(super) struct KeptKey {
    pub(super) kid: String,
    /// Sealed.
    pub(super) private_key: String,
    pub(super) public_pem: String,
    pub(super) created_at: UtcTime,
}

/// The keys that tokens are signed with, newest first.
pub(super) fn signing_keys(conn: &mut Conn) -> QueryResult<Vec<KeptKey>> {
    signing_keys::table
        .order((signing_keys::created_at.desc(), signing_keys::kid))
        .select((signing_keys::kid, signing_keys::private_pem, signing_keys::public_pem, signing_keys::created_at))
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
