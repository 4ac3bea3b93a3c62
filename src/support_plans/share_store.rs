//! All SQL of shared plans. Nothing here gives away whose one is.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::db::schema::shared_plans;
use crate::identity::{NeedGroup, PlanReader, PlanSigner};
use crate::ids::{PersonId, SharedPlanId};

use super::share::{AgeBand, SharedPlan};
use super::store::{read, written};

/// The most that are looked through for one search.
const LOOKED_THROUGH: i64 = 400;

type Row = (SharedPlanId, NeedGroup, AgeBand, String, String, UtcTime);

macro_rules! columns {
    () => {
        (
            shared_plans::id,
            shared_plans::need_group,
            shared_plans::age_band,
            shared_plans::content,
            shared_plans::worked,
            shared_plans::shared_at,
        )
    };
}

fn of_row((id, need, age, content, worked, at): Row) -> QueryResult<SharedPlan> {
    Ok(SharedPlan { id, need, age, content: read(&content)?, worked, at })
}

/// What others have shared: those with the same need first, newest first.
pub(super) fn others(conn: &mut Conn, reader: &PlanReader, need: Option<NeedGroup>) -> QueryResult<Vec<SharedPlan>> {
    let open = || {
        shared_plans::table
            .filter(shared_plans::withdrawn_at.is_null().and(shared_plans::person_id.ne(reader.person())))
            .order((shared_plans::shared_at.desc(), shared_plans::id))
            .limit(LOOKED_THROUGH)
            .select(columns!())
    };
    let mut rows: Vec<Row> = match need {
        Some(need) => open().filter(shared_plans::need_group.eq(need)).load(conn)?,
        None => Vec::new(),
    };
    let further: Vec<Row> = match need {
        Some(need) => open().filter(shared_plans::need_group.ne(need)).load(conn)?,
        None => open().load(conn)?,
    };
    rows.extend(further);
    rows.into_iter().map(of_row).collect()
}

/// One plan that somebody shares.
pub(super) fn shared(conn: &mut Conn, id: SharedPlanId) -> QueryResult<Option<SharedPlan>> {
    let row: Option<Row> = shared_plans::table
        .find(id)
        .filter(shared_plans::withdrawn_at.is_null())
        .select(columns!())
        .first(conn)
        .optional()?;
    row.map(of_row).transpose()
}

/// What this person shares at the moment.
pub(super) fn own(conn: &mut Conn, reader: &PlanReader) -> QueryResult<Option<SharedPlan>> {
    let row: Option<Row> = shared_plans::table
        .filter(shared_plans::person_id.eq(reader.person()).and(shared_plans::withdrawn_at.is_null()))
        .select(columns!())
        .first(conn)
        .optional()?;
    row.map(of_row).transpose()
}

pub(super) fn insert(tx: &mut Conn, signer: &PlanSigner, new: &SharedPlan) -> QueryResult<()> {
    diesel::insert_into(shared_plans::table)
        .values((
            shared_plans::id.eq(new.id),
            shared_plans::person_id.eq(signer.person()),
            shared_plans::need_group.eq(new.need),
            shared_plans::age_band.eq(new.age),
            shared_plans::content.eq(written(&new.content)?),
            shared_plans::worked.eq(new.worked.clone()),
            shared_plans::shared_by.eq(signer.who().person()),
            shared_plans::shared_at.eq(new.at),
        ))
        .execute(tx)
        .map(drop)
}

pub(super) fn withdraw(tx: &mut Conn, signer: &PlanSigner, now: UtcTime) -> QueryResult<()> {
    let open = shared_plans::table
        .filter(shared_plans::person_id.eq(signer.person()).and(shared_plans::withdrawn_at.is_null()));
    diesel::update(open).set((shared_plans::withdrawn_at.eq(now), shared_plans::content.eq("{}"))).execute(tx).map(drop)
}

/// Takes away what somebody has shared: when they close their account.
pub fn erase(tx: &mut Conn, person: PersonId) -> QueryResult<()> {
    diesel::delete(shared_plans::table.filter(shared_plans::person_id.eq(person))).execute(tx).map(drop)
}
