//! All SQL of places.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{authorities, authority_contacts, wards};
use crate::db::{Conn, both};
use crate::identity::AuthorityAdministrator;
use crate::ids::AuthorityId;

/// Rows of one INSERT.
const BATCH: usize = 400;

/// A council as its row is.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = authorities, treat_none_as_default_value = false)]
pub struct Authority {
    /// Which.
    pub id: AuthorityId,
    /// Its code in official statistics.
    pub gss_code: String,
    /// "Trafford".
    pub name: String,
    /// "trafford".
    pub slug: String,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

/// A ward as its row is.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = wards, treat_none_as_default_value = false)]
pub struct Ward {
    /// Its code in official statistics.
    pub code: String,
    /// Whose.
    pub authority_id: AuthorityId,
    /// "Sale Moor".
    pub name: String,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

/// One council.
pub fn authority(conn: &mut Conn, id: AuthorityId) -> QueryResult<Option<Authority>> {
    authorities::table.find(id).select(Authority::as_select()).first(conn).optional()
}

/// The council with this code.
pub fn authority_by_gss(conn: &mut Conn, gss_code: &str) -> QueryResult<Option<Authority>> {
    authorities::table.filter(authorities::gss_code.eq(gss_code)).select(Authority::as_select()).first(conn).optional()
}

/// The wards of a council, by name.
pub fn wards_of(conn: &mut Conn, authority: AuthorityId) -> QueryResult<Vec<Ward>> {
    wards::table.filter(wards::authority_id.eq(authority)).order(wards::name).select(Ward::as_select()).load(conn)
}

/// The name of each ward of a council, by code.
pub fn ward_names(conn: &mut Conn, authority: AuthorityId) -> QueryResult<BTreeMap<String, String>> {
    let rows: Vec<(String, String)> =
        wards::table.filter(wards::authority_id.eq(authority)).select((wards::code, wards::name)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The names of all councils.
pub fn authority_names(conn: &mut Conn) -> QueryResult<HashMap<AuthorityId, String>> {
    let rows: Vec<(AuthorityId, String)> =
        authorities::table.select((authorities::id, authorities::name)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The middle of a ward, about.
pub fn ward_point(conn: &mut Conn, code: &str) -> QueryResult<Option<(f64, f64)>> {
    wards::table.find(code).select((wards::latitude, wards::longitude)).first(conn).optional()
}

/// Writes councils that are not there yet.
pub fn insert_authorities(tx: &mut Conn, new: &[Authority]) -> QueryResult<()> {
    for rows in new.chunks(BATCH) {
        crate::both!(tx, c => diesel::insert_into(authorities::table).values(rows).on_conflict_do_nothing().execute(c))?;
    }
    Ok(())
}

/// Writes wards that are not there yet.
pub fn insert_wards(tx: &mut Conn, new: &[Ward]) -> QueryResult<()> {
    for rows in new.chunks(BATCH) {
        crate::both!(tx, c => diesel::insert_into(wards::table).values(rows).on_conflict_do_nothing().execute(c))?;
    }
    Ok(())
}

/// The council whose ward is nearest to a point; none where no ward is within 15 miles or so.
pub fn nearest_authority(conn: &mut Conn, latitude: f64, longitude: f64) -> QueryResult<Option<AuthorityId>> {
    let near: Vec<(AuthorityId, f64, f64)> = wards::table
        .filter(wards::latitude.between(latitude - 0.22, latitude + 0.22))
        .filter(wards::longitude.between(longitude - 0.36, longitude + 0.36))
        .select((wards::authority_id, wards::latitude, wards::longitude))
        .load(conn)?;
    let far =
        |(_, north, east): &(AuthorityId, f64, f64)| super::distance_metres((latitude, longitude), (*north, *east));
    Ok(near.into_iter().min_by(|a, b| far(a).total_cmp(&far(b))).map(|(authority, ..)| authority))
}

/// Whom to ring in a council when somebody may be in danger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Queryable, Selectable, AsChangeset, Insertable)]
#[diesel(table_name = authority_contacts, treat_none_as_default_value = false)]
pub struct Contact {
    /// Adult social care, in office hours.
    pub adult_care: String,
    /// Nights and weekends.
    pub out_of_hours: String,
    /// About a child.
    pub children: String,
    /// The page that tells more.
    pub website: String,
}

/// Whom to ring in a council, where it has told.
pub fn contact(conn: &mut Conn, authority: AuthorityId) -> QueryResult<Option<Contact>> {
    authority_contacts::table.find(authority).select(Contact::as_select()).first(conn).optional()
}

/// Changes whom to ring.
pub fn save_contact(
    tx: &mut Conn,
    administrator: &AuthorityAdministrator,
    contact: &Contact,
    now: UtcTime,
) -> QueryResult<()> {
    let said = (
        contact,
        authority_contacts::changed_at.eq(now),
        authority_contacts::changed_by.eq(administrator.who().person()),
    );
    both(
        diesel::insert_into(authority_contacts::table)
            .values((authority_contacts::authority_id.eq(administrator.authority()), said))
            .on_conflict(authority_contacts::authority_id)
            .do_update()
            .set(said),
    )
    .execute(tx)
    .map(drop)
}

/// The name of a council.
pub fn authority_name(conn: &mut Conn, id: AuthorityId) -> QueryResult<String> {
    authorities::table.find(id).select(authorities::name).first(conn)
}
