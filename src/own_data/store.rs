//! All SQL of what belongs to a person.

use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::{Map, Value};

use crate::audit::{self, Deed, Entry, What, Why};
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::db::schema::{data_copies, people, purchases};
use crate::identity::SignedIn;
use crate::ids::{DataCopyId, PersonId};
use crate::purchasing::PurchaseState;

use super::copy::CopyState;
use super::sections::Section;

/// The name of whoever has closed their account.
pub const CLOSED: &str = "closed account";

/// A copy as pages list it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = data_copies)]
pub struct Row {
    /// Which.
    pub id: DataCopyId,
    /// How far it has come.
    pub state: CopyState,
    /// When it was asked for.
    pub asked_at: UtcTime,
    /// When it is wiped.
    pub ends_at: Option<UtcTime>,
}

/// The copies of somebody, newest first.
pub fn copies_of(conn: &mut Conn, who: &SignedIn) -> QueryResult<Vec<Row>> {
    data_copies::table
        .filter(data_copies::person_id.eq(who.person()))
        .order((data_copies::asked_at.desc(), data_copies::id.desc()))
        .select(Row::as_select())
        .limit(20)
        .load(conn)
}

/// One's own copy, while it is there.
pub(super) fn content(conn: &mut Conn, who: &SignedIn, id: DataCopyId, now: UtcTime) -> QueryResult<Option<Vec<u8>>> {
    let content = data_copies::table
        .find(id)
        .filter(data_copies::person_id.eq(who.person()).and(data_copies::ends_at.gt(now)))
        .select(data_copies::content)
        .first::<Option<Vec<u8>>>(conn)
        .optional()?;
    Ok(content.flatten())
}

pub(super) fn insert(tx: &mut Conn, who: &SignedIn, now: UtcTime) -> QueryResult<Row> {
    let id = DataCopyId::new();
    diesel::insert_into(data_copies::table)
        .values((
            data_copies::id.eq(id),
            data_copies::person_id.eq(who.person()),
            data_copies::state.eq(CopyState::Asked),
            data_copies::asked_at.eq(now),
        ))
        .execute(tx)?;
    Ok(Row { id, state: CopyState::Asked, asked_at: now, ends_at: None })
}

/// The copy that has waited longest.
pub(super) fn next_asked(conn: &mut Conn) -> QueryResult<Option<(DataCopyId, PersonId)>> {
    data_copies::table
        .filter(data_copies::state.eq(CopyState::Asked))
        .order((data_copies::asked_at, data_copies::id))
        .select((data_copies::id, data_copies::person_id))
        .first(conn)
        .optional()
}

/// Keeps a copy; whether it was still waited for.
pub(super) fn note_ready(
    tx: &mut Conn,
    id: DataCopyId,
    content: &[u8],
    now: UtcTime,
    ends_at: UtcTime,
) -> QueryResult<bool> {
    let waiting = data_copies::table.find(id).filter(data_copies::state.eq(CopyState::Asked));
    let noted = diesel::update(waiting)
        .set((
            data_copies::state.eq(CopyState::Ready),
            data_copies::content.eq(content),
            data_copies::ready_at.eq(now),
            data_copies::ends_at.eq(ends_at),
        ))
        .execute(tx)?;
    Ok(noted == 1)
}

/// Whether a copy is old.
pub(super) fn any_old(conn: &mut Conn, now: UtcTime) -> QueryResult<bool> {
    let old: Option<DataCopyId> = data_copies::table
        .filter(data_copies::state.eq(CopyState::Ready).and(data_copies::ends_at.le(now)))
        .select(data_copies::id)
        .first(conn)
        .optional()?;
    Ok(old.is_some())
}

/// Wipes old copies.
pub(super) fn wipe_old(tx: &mut Conn, now: UtcTime) -> QueryResult<()> {
    let old = data_copies::table.filter(data_copies::state.eq(CopyState::Ready).and(data_copies::ends_at.le(now)));
    diesel::update(old)
        .set((data_copies::state.eq(CopyState::Gone), data_copies::content.eq(None::<Vec<u8>>)))
        .execute(tx)
        .map(drop)
}

/// Where a letter to somebody goes.
pub(super) fn name_and_address(conn: &mut Conn, person: PersonId) -> QueryResult<Option<(String, String)>> {
    let found: Option<(String, Option<String>)> =
        people::table.find(person).select((people::display_name, people::email)).first(conn).optional()?;
    Ok(found.and_then(|(name, email)| Some((name, email?))))
}

#[derive(QueryableByName)]
struct OneRow {
    #[diesel(sql_type = Text)]
    row: String,
}

/// The rows of one section about somebody.
pub(super) fn rows(conn: &mut Conn, section: &Section, person: PersonId) -> QueryResult<Vec<Map<String, Value>>> {
    let (build, cast) = match conn {
        Conn::Postgres(_) => ("json_build_object", "::TEXT"),
        Conn::Sqlite(_) => ("json_object", ""),
    };
    let columns: Vec<String> = section.columns.iter().map(|(name, from)| format!("'{name}', {from}")).collect();
    // An id is 36 letters of our own, never what somebody typed.
    let from = section.from.replace("{me}", &format!("'{person}'"));
    let sql = format!("SELECT {build}({}){cast} AS \"row\" FROM {from}", columns.join(", "));
    let rows: Vec<OneRow> = crate::both!(conn, c => diesel::sql_query(sql).load(c))?;
    let read = |row: OneRow| serde_json::from_str(&row.row);
    rows.into_iter()
        .map(read)
        .collect::<Result<_, _>>()
        .map_err(|cause| diesel::result::Error::DeserializationError(Box::new(cause)))
}

/// How many purchases of somebody are neither paid nor over.
pub(super) fn open_purchases(conn: &mut Conn, who: &SignedIn) -> QueryResult<i64> {
    use crate::db::schema::budgets;
    let own = budgets::table.filter(budgets::person_id.eq(who.person())).select(budgets::id);
    let open = [PurchaseState::Requested, PurchaseState::Agreed, PurchaseState::Delivered];
    purchases::table
        .filter(purchases::budget_id.eq_any(own).and(purchases::state.eq_any(open)))
        .count()
        .get_result(conn)
}

/// Erases who somebody was. What the law wants kept stays, of [`CLOSED`].
pub(super) fn erase(tx: &mut Conn, who: &SignedIn, now: UtcTime) -> QueryResult<()> {
    use crate::db::schema::{
        account_links, budgets, citizens, deliveries, enquiries, external_identities, holding_requests, known_devices,
        letters, programs, provider_visits, recovery_codes, representatives, reviews, saved_search_matches,
        saved_searches, second_factors, sessions, shortlist_entries, shortlists,
    };
    let me = who.person();
    let address: Option<String> = people::table.find(me).select(people::email).first(tx)?;
    if let Some(address) = &address {
        diesel::delete(letters::table.filter(letters::address.eq(address))).execute(tx)?;
        diesel::update(representatives::table.filter(representatives::email.eq(address)))
            .set(representatives::email.eq(None::<String>))
            .execute(tx)?;
    }
    diesel::delete(sessions::table.filter(sessions::person_id.eq(me))).execute(tx)?;
    diesel::delete(second_factors::table.filter(second_factors::person_id.eq(me))).execute(tx)?;
    diesel::delete(recovery_codes::table.filter(recovery_codes::person_id.eq(me))).execute(tx)?;
    diesel::delete(known_devices::table.filter(known_devices::person_id.eq(me))).execute(tx)?;
    diesel::delete(account_links::table.filter(account_links::person_id.eq(me))).execute(tx)?;
    diesel::delete(external_identities::table.filter(external_identities::person_id.eq(me))).execute(tx)?;
    diesel::delete(provider_visits::table.filter(provider_visits::person_id.eq(me))).execute(tx)?;
    diesel::delete(programs::table.filter(programs::person_id.eq(me))).execute(tx)?;
    diesel::delete(data_copies::table.filter(data_copies::person_id.eq(me))).execute(tx)?;
    let lists = shortlists::table.filter(shortlists::person_id.eq(me)).select(shortlists::id);
    diesel::delete(shortlist_entries::table.filter(shortlist_entries::shortlist_id.eq_any(lists))).execute(tx)?;
    diesel::delete(shortlists::table.filter(shortlists::person_id.eq(me))).execute(tx)?;
    let searches = saved_searches::table.filter(saved_searches::person_id.eq(me)).select(saved_searches::id);
    let found = saved_search_matches::table.filter(saved_search_matches::saved_search_id.eq_any(searches));
    diesel::delete(found).execute(tx)?;
    diesel::delete(saved_searches::table.filter(saved_searches::person_id.eq(me))).execute(tx)?;
    diesel::update(enquiries::table.filter(enquiries::person_id.eq(me)))
        .set((enquiries::name.eq(CLOSED), enquiries::email.eq(CLOSED)))
        .execute(tx)?;
    crate::allocation::erase_words(tx, me)?;
    crate::support_plans::store::erase_words(tx, me)?;
    crate::support_plans::share_store::erase(tx, me)?;
    crate::support_plans::review_store::erase_words(tx, me)?;
    diesel::delete(citizens::table.filter(citizens::person_id.eq(me))).execute(tx)?;
    let either = representatives::person_id.eq(me).or(representatives::helper_id.eq(me));
    diesel::update(representatives::table.filter(either).filter(representatives::ended_at.is_null()))
        .set((representatives::ended_at.eq(now), representatives::ended_by.eq(me)))
        .execute(tx)?;
    diesel::update(representatives::table.filter(representatives::person_id.eq(me)))
        .set(representatives::email.eq(None::<String>))
        .execute(tx)?;
    diesel::update(reviews::table.filter(reviews::person_id.eq(me))).set(reviews::anonymous.eq(true)).execute(tx)?;
    let own = purchases::table.filter(purchases::person_id.eq(me));
    diesel::update(own).set(purchases::note.eq("")).execute(tx)?;
    let own = budgets::table.filter(budgets::person_id.eq(me)).select(budgets::id);
    diesel::update(holding_requests::table.filter(holding_requests::budget_id.eq_any(own)))
        .set(holding_requests::words.eq(""))
        .execute(tx)?;
    let bought = purchases::table.filter(purchases::person_id.eq(me)).select(purchases::id);
    diesel::update(deliveries::table.filter(deliveries::purchase_id.eq_any(bought)))
        .set(deliveries::note.eq(""))
        .execute(tx)?;
    diesel::update(people::table.find(me))
        .set((
            people::display_name.eq(CLOSED),
            people::email.eq(None::<String>),
            people::email_confirmed_at.eq(None::<UtcTime>),
            people::password_hash.eq(None::<String>),
            people::closed_at.eq(now),
        ))
        .execute(tx)?;
    audit::record(tx, &[Entry::new(who, (Deed::Closed, Why::ForOneself), me, (What::Account, ""), now)])
}
