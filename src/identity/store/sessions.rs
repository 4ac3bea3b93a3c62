//! SQL of sessions and of the browsers that are known.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{
    authorities, budgets, known_devices, memberships, organizations, people, second_factors, sessions,
};
use crate::db::{Conn, both};
use crate::ids::{MembershipId, PersonId, SessionId};

use crate::identity::arriving::{Arrival, Granted, Proven};
use crate::identity::person::Membership;

/// One line of the answer: the session and its person again for each role.
#[derive(Queryable)]
struct Line {
    session: SessionId,
    proven: Proven,
    chosen: Option<MembershipId>,
    for_oneself: bool,
    last_seen_at: UtcTime,
    person: PersonId,
    name: String,
    second_factor: Option<UtcTime>,
    has_budget: bool,
    membership: Option<Membership>,
    authority: Option<String>,
    organization: Option<String>,
}

/// The question that each page of somebody signed in asks, once: session, person, second factor and roles together.
macro_rules! by_token {
    ($token_hash:expr, $now:expr, $idle_since:expr) => {
        sessions::table
            .inner_join(people::table.on(people::id.eq(sessions::person_id)))
            .left_join(second_factors::table.on(second_factors::person_id.eq(people::id)))
            .left_join(memberships::table.on(memberships::person_id.eq(people::id)))
            .left_join(authorities::table.on(memberships::authority_id.eq(authorities::id.nullable())))
            .left_join(organizations::table.on(memberships::organization_id.eq(organizations::id.nullable())))
            .filter(sessions::token_hash.eq($token_hash))
            .filter(sessions::ends_at.gt($now).and(sessions::last_seen_at.gt($idle_since)))
            .order((memberships::granted_at, memberships::id))
            .select((
                sessions::id,
                sessions::proven,
                sessions::membership_id,
                sessions::for_oneself,
                sessions::last_seen_at,
                people::id,
                people::display_name,
                second_factors::confirmed_at.nullable(),
                exists(budgets::table.filter(budgets::person_id.eq(people::id))),
                Option::<Membership>::as_select(),
                authorities::name.nullable(),
                organizations::name.nullable(),
            ))
    };
}

/// The session of this token, if it still holds, with everything that decides what it may do.
pub(in crate::identity) fn session(
    conn: &mut Conn,
    token_hash: &str,
    now: UtcTime,
    idle_since: UtcTime,
) -> QueryResult<Option<(Arrival, UtcTime)>> {
    let lines: Vec<Line> = by_token!(token_hash, now, idle_since).load(conn)?;
    let mut found: Option<(Arrival, UtcTime)> = None;
    for line in lines {
        let (arrival, _) = found.get_or_insert_with(|| {
            let arrival = Arrival {
                session: Some(line.session),
                person: line.person,
                name: line.name,
                proven: line.proven,
                has_second_factor: line.second_factor.is_some(),
                has_budget: line.has_budget,
                chosen: line.chosen,
                for_oneself: line.for_oneself,
                granted: Vec::new(),
            };
            (arrival, line.last_seen_at)
        });
        if let Some(membership) = line.membership {
            let body = line.organization.or(line.authority).unwrap_or_default();
            arrival.granted.push(Granted { membership, body });
        }
    }
    Ok(found)
}

/// The roles of somebody, and whether they have a budget: for tokens, commands and tests.
pub(in crate::identity) fn granted(conn: &mut Conn, person: PersonId) -> QueryResult<Vec<Granted>> {
    let lines: Vec<(Membership, Option<String>, Option<String>)> = memberships::table
        .left_join(authorities::table.on(memberships::authority_id.eq(authorities::id.nullable())))
        .left_join(organizations::table.on(memberships::organization_id.eq(organizations::id.nullable())))
        .filter(memberships::person_id.eq(person))
        .order((memberships::granted_at, memberships::id))
        .select((Membership::as_select(), authorities::name.nullable(), organizations::name.nullable()))
        .load(conn)?;
    let granted = |(membership, authority, organization): (Membership, Option<String>, Option<String>)| Granted {
        membership,
        body: organization.or(authority).unwrap_or_default(),
    };
    Ok(lines.into_iter().map(granted).collect())
}

/// Whether somebody has a personal budget.
pub(in crate::identity) fn has_budget(conn: &mut Conn, person: PersonId) -> QueryResult<bool> {
    diesel::select(exists(budgets::table.filter(budgets::person_id.eq(person)))).get_result(conn)
}

/// A session on its way into the table.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub(in crate::identity) struct NewSession {
    pub(in crate::identity) token_hash: String,
    pub(in crate::identity) id: SessionId,
    pub(in crate::identity) person_id: PersonId,
    pub(in crate::identity) proven: Proven,
    pub(in crate::identity) membership_id: Option<MembershipId>,
    pub(in crate::identity) for_oneself: bool,
    pub(in crate::identity) acting_for: Option<PersonId>,
    pub(in crate::identity) device: String,
    pub(in crate::identity) created_at: UtcTime,
    pub(in crate::identity) last_seen_at: UtcTime,
    pub(in crate::identity) ends_at: UtcTime,
}

/// Opens a session, and clears away those that have ended.
pub(in crate::identity) fn open_session(tx: &mut Conn, new: &NewSession) -> QueryResult<()> {
    diesel::delete(sessions::table.filter(sessions::ends_at.lt(new.created_at))).execute(tx)?;
    diesel::insert_into(sessions::table).values(new).execute(tx).map(drop)
}

/// Notes that the session was used.
pub(in crate::identity) fn touch_session(tx: &mut Conn, token_hash: &str, now: UtcTime) -> QueryResult<()> {
    diesel::update(sessions::table.find(token_hash)).set(sessions::last_seen_at.eq(now)).execute(tx).map(drop)
}

/// What changes in a session when its token does.
pub(in crate::identity) enum Change {
    /// Another proof of who it is.
    Proven(Proven),
    /// Another role, or none for being here for oneself.
    Acting(Option<MembershipId>),
    /// Nothing else.
    Nothing,
}

/// Gives a session another token; whoever had the old one has nothing. Whether there was such a session.
pub(in crate::identity) fn rotate(tx: &mut Conn, old_hash: &str, new_hash: &str, change: &Change) -> QueryResult<bool> {
    match change {
        Change::Nothing => {}
        Change::Proven(proven) => {
            diesel::update(sessions::table.find(old_hash)).set(sessions::proven.eq(proven)).execute(tx)?;
        }
        Change::Acting(membership) => {
            diesel::update(sessions::table.find(old_hash))
                .set((sessions::membership_id.eq(membership), sessions::for_oneself.eq(membership.is_none())))
                .execute(tx)?;
        }
    }
    let changed = diesel::update(sessions::table.find(old_hash)).set(sessions::token_hash.eq(new_hash)).execute(tx)?;
    Ok(changed == 1)
}

/// Ends a session.
pub(in crate::identity) fn end_session(tx: &mut Conn, token_hash: &str) -> QueryResult<()> {
    diesel::delete(sessions::table.find(token_hash)).execute(tx).map(drop)
}

/// Ends all sessions of somebody, but for one that may stay.
pub(in crate::identity) fn end_sessions(tx: &mut Conn, person: PersonId, but: Option<&str>) -> QueryResult<()> {
    let theirs = sessions::table.filter(sessions::person_id.eq(person));
    match but {
        Some(token_hash) => diesel::delete(theirs.filter(sessions::token_hash.ne(token_hash))).execute(tx),
        None => diesel::delete(theirs).execute(tx),
    }
    .map(drop)
}

/// Ends every token that was given to somebody until now.
pub(in crate::identity) fn end_tokens(tx: &mut Conn, person: PersonId, now: UtcTime) -> QueryResult<()> {
    diesel::update(people::table.find(person)).set(people::tokens_end_at.eq(now)).execute(tx).map(drop)
}

/// Whether a token that somebody was given at this moment has not been ended since. Tokens count in whole seconds.
pub(in crate::identity) fn token_holds(conn: &mut Conn, person: PersonId, given_at: i64) -> QueryResult<bool> {
    let ended: Option<UtcTime> = people::table.find(person).select(people::tokens_end_at).first(conn)?;
    Ok(ended.is_none_or(|ended| given_at >= ended.and_utc().timestamp()))
}

/// Signs somebody out everywhere: sessions and tokens end, and each browser has to prove itself again.
pub(in crate::identity) fn end_everything(tx: &mut Conn, person: PersonId, now: UtcTime) -> QueryResult<()> {
    end_sessions(tx, person, None)?;
    end_tokens(tx, person, now)?;
    forget_devices(tx, person)
}

/// Ends one session of somebody; whether there was such a one.
pub(in crate::identity) fn end_one(tx: &mut Conn, person: PersonId, session: SessionId) -> QueryResult<bool> {
    let theirs = sessions::table.filter(sessions::person_id.eq(person).and(sessions::id.eq(session)));
    Ok(diesel::delete(theirs).execute(tx)? == 1)
}

/// One session in the list that its owner sees.
#[derive(Clone, Debug, Queryable)]
pub(in crate::identity) struct Listed {
    pub(in crate::identity) id: SessionId,
    pub(in crate::identity) device: String,
    pub(in crate::identity) created_at: UtcTime,
    pub(in crate::identity) last_seen_at: UtcTime,
}

/// The sessions of somebody that still hold, the newest first.
pub(in crate::identity) fn sessions_of(
    conn: &mut Conn,
    person: PersonId,
    now: UtcTime,
    idle_since: UtcTime,
) -> QueryResult<Vec<Listed>> {
    sessions::table
        .filter(sessions::person_id.eq(person))
        .filter(sessions::ends_at.gt(now).and(sessions::last_seen_at.gt(idle_since)))
        .order((sessions::last_seen_at.desc(), sessions::id.desc()))
        .select((sessions::id, sessions::device, sessions::created_at, sessions::last_seen_at))
        .limit(50)
        .load(conn)
}

/// Whether the owner of this e-mail address has signed in from this browser before.
pub(in crate::identity) fn knows_device(conn: &mut Conn, token_hash: &str, email: &str) -> QueryResult<bool> {
    let theirs = known_devices::table
        .inner_join(people::table.on(people::id.eq(known_devices::person_id)))
        .filter(known_devices::token_hash.eq(token_hash))
        .filter(people::email.eq(email));
    diesel::select(exists(theirs)).get_result(conn)
}

/// Whether this browser is known as somebody's.
pub(in crate::identity) fn device_of(conn: &mut Conn, token_hash: &str, person: PersonId) -> QueryResult<bool> {
    let theirs = known_devices::table.find(token_hash).filter(known_devices::person_id.eq(person));
    diesel::select(exists(theirs)).get_result(conn)
}

/// Remembers a browser that somebody has come all the way in from.
pub(in crate::identity) fn remember_device(
    tx: &mut Conn,
    person: PersonId,
    token_hash: &str,
    now: UtcTime,
) -> QueryResult<()> {
    let new = (
        known_devices::token_hash.eq(token_hash),
        known_devices::person_id.eq(person),
        known_devices::created_at.eq(now),
        known_devices::last_used_at.eq(now),
    );
    both(diesel::insert_into(known_devices::table).values(new).on_conflict_do_nothing()).execute(tx)?;
    let theirs = known_devices::table.find(token_hash).filter(known_devices::person_id.eq(person));
    diesel::update(theirs).set(known_devices::last_used_at.eq(now)).execute(tx).map(drop)
}

/// Forgets every browser of somebody: after a new password, each has to prove itself again.
pub(in crate::identity) fn forget_devices(tx: &mut Conn, person: PersonId) -> QueryResult<()> {
    diesel::delete(known_devices::table.filter(known_devices::person_id.eq(person))).execute(tx).map(drop)
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;
    use diesel::sqlite::Sqlite;

    use crate::db::{DatabaseUrl, migrate};

    use super::*;

    #[derive(diesel::QueryableByName)]
    struct Step {
        #[diesel(sql_type = diesel::sql_types::Text)]
        detail: String,
    }

    #[test]
    fn who_somebody_is_costs_one_read_along_indexes() {
        let folder = tempfile::TempDir::new().unwrap();
        let url = DatabaseUrl::Sqlite(folder.path().join("plan.sqlite").to_string_lossy().into_owned());
        let mut conn = url.connect().unwrap();
        migrate(&mut conn).unwrap();
        conn.batch_execute("ANALYZE").unwrap();
        let now = UtcTime::default();
        let asked = diesel::debug_query::<Sqlite, _>(&by_token!("0", now, now)).to_string();
        let sql = asked.split(" -- binds").next().unwrap().to_owned();
        let Conn::Sqlite(lite) = &mut conn else { panic!("another database") };
        let plan: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(lite).unwrap();
        let plan: Vec<String> = plan.into_iter().map(|step| step.detail).collect();
        assert!(!plan.is_empty());
        assert!(plan.iter().all(|step| !step.starts_with("SCAN") || step.contains("CONSTANT")), "{plan:#?}");
        assert!(plan[0].contains("sessions") && plan[0].contains("token_hash=?"), "{plan:#?}");
    }
}
