//! All SQL of reports that entries are wrong.

use chrono::NaiveDate;
use diesel::dsl::{count_star, min};
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{services, wrong_reports};
use crate::db::{Conn, MultiBackend};
use crate::identity::Moderator;
use crate::ids::{ReportId, ServiceId};

use super::answer::Answering;
use super::report::{Report, ReportState};

/// Writes a report.
pub(super) fn insert(tx: &mut Conn, report: &Report) -> QueryResult<()> {
    diesel::insert_into(wrong_reports::table).values(report).execute(tx).map(drop)
}

/// How many reports came from this browser, or from this network, since then.
pub(super) fn count_since(
    conn: &mut Conn,
    visit: Option<&str>,
    network: Option<&str>,
    since: UtcTime,
) -> QueryResult<i64> {
    let recent = wrong_reports::table.filter(wrong_reports::reported_at.gt(since));
    match (visit, network) {
        (Some(visit), _) => recent.filter(wrong_reports::visit_hash.eq(visit)).count().get_result(conn),
        (None, Some(network)) => recent.filter(wrong_reports::network_hash.eq(network)).count().get_result(conn),
        (None, None) => Ok(0),
    }
}

/// Whether somebody has reported this entry since then, and nobody answered.
pub(super) fn was_reported_since(conn: &mut Conn, service: ServiceId, since: UtcTime) -> QueryResult<bool> {
    let count: i64 = wrong_reports::table
        .filter(wrong_reports::service_id.eq(service).and(wrong_reports::state.eq(ReportState::Open)))
        .filter(wrong_reports::reported_at.gt(since))
        .count()
        .get_result(conn)?;
    Ok(count > 0)
}

type Mine = Box<
    dyn BoxableExpression<
            wrong_reports::table,
            MultiBackend,
            SqlType = diesel::sql_types::Nullable<diesel::sql_types::Bool>,
        >,
>;

/// What is for whoever answers.
fn mine(by: &Answering) -> Mine {
    match by {
        Answering::Provider(member) => Box::new(wrong_reports::organization_id.eq(member.organization()).nullable()),
        Answering::Moderator(moderator) => Box::new(wrong_reports::authority_id.eq(moderator.authority())),
    }
}

/// Takes a report until the transaction ends.
pub(super) fn lock(tx: &mut Conn, by: &Answering, id: ReportId) -> QueryResult<Report> {
    let _: ReportId = crate::db::locked(wrong_reports::table.find(id).select(wrong_reports::id)).get_result(tx)?;
    one(tx, by, id)
}

/// One report.
pub fn one(conn: &mut Conn, by: &Answering, id: ReportId) -> QueryResult<Report> {
    wrong_reports::table.find(id).filter(mine(by)).select(Report::as_select()).first(conn)
}

/// The open reports, those due first on top, with the name of the entry.
pub fn open(conn: &mut Conn, by: &Answering, page: i64, per_page: i64) -> QueryResult<Vec<(Report, String)>> {
    let rows: Vec<Report> = wrong_reports::table
        .filter(mine(by))
        .filter(wrong_reports::state.eq(ReportState::Open))
        .order((wrong_reports::due_on, wrong_reports::id))
        .limit(per_page)
        .offset((page - 1) * per_page)
        .select(Report::as_select())
        .load(conn)?;
    with_names(conn, rows)
}

/// The reports that were answered last, with the name of the entry.
pub fn answered(conn: &mut Conn, by: &Answering, at_most: i64) -> QueryResult<Vec<(Report, String)>> {
    let rows: Vec<Report> = wrong_reports::table
        .filter(mine(by))
        .filter(wrong_reports::state.ne(ReportState::Open))
        .order((wrong_reports::answered_at.desc(), wrong_reports::id))
        .limit(at_most)
        .select(Report::as_select())
        .load(conn)?;
    with_names(conn, rows)
}

fn with_names(conn: &mut Conn, rows: Vec<Report>) -> QueryResult<Vec<(Report, String)>> {
    let ids: Vec<ServiceId> = rows.iter().map(|report| report.service_id).collect();
    let names: Vec<(ServiceId, String)> = services::table
        .filter(crate::db::among(services::id, &ids))
        .select((services::id, services::name))
        .load(conn)?;
    let name = |id: ServiceId| names.iter().find(|(each, _)| *each == id).map(|(_, name)| name.clone());
    Ok(rows
        .into_iter()
        .map(|report| {
            let name = name(report.service_id).unwrap_or_default();
            (report, name)
        })
        .collect())
}

/// How many reports are open for whoever answers.
pub fn count_open(conn: &mut Conn, by: &Answering) -> QueryResult<i64> {
    wrong_reports::table
        .filter(mine(by))
        .filter(wrong_reports::state.eq(ReportState::Open))
        .select(count_star())
        .get_result(conn)
}

/// How many reports wait for a moderator, how many of them too long, and the day of the first.
pub fn waiting(conn: &mut Conn, moderator: &Moderator, today: NaiveDate) -> QueryResult<(i64, i64, Option<NaiveDate>)> {
    let open = || {
        wrong_reports::table
            .filter(wrong_reports::authority_id.eq(moderator.authority()))
            .filter(wrong_reports::state.eq(ReportState::Open))
    };
    let (count, first): (i64, Option<NaiveDate>) =
        open().select((count_star(), min(wrong_reports::due_on))).get_result(conn)?;
    let overdue: i64 = open().filter(wrong_reports::due_on.lt(today)).count().get_result(conn)?;
    Ok((count, overdue, first))
}

/// How many reports about an entry nobody answered by their day: the public page says so.
pub fn overdue_about(conn: &mut Conn, service: ServiceId, today: NaiveDate) -> QueryResult<i64> {
    wrong_reports::table
        .filter(wrong_reports::service_id.eq(service).and(wrong_reports::state.eq(ReportState::Open)))
        .filter(wrong_reports::due_on.lt(today))
        .count()
        .get_result(conn)
}

/// Writes what came of a report, and forgets the address.
pub(super) fn save_answer(tx: &mut Conn, report: &Report) -> QueryResult<()> {
    diesel::update(wrong_reports::table.find(report.id))
        .set((
            wrong_reports::state.eq(report.state),
            wrong_reports::address.eq(None::<String>),
            wrong_reports::visit_hash.eq(None::<String>),
            wrong_reports::network_hash.eq(None::<String>),
            wrong_reports::answered_at.eq(report.answered_at),
            wrong_reports::answered_by.eq(report.answered_by),
            wrong_reports::answered_as.eq(&report.answered_as),
            wrong_reports::reason.eq(&report.reason),
        ))
        .execute(tx)
        .map(drop)
}

/// Forgets where reports came from, once a day has passed.
pub fn forget_where_from(tx: &mut Conn, before: UtcTime) -> QueryResult<()> {
    diesel::update(wrong_reports::table.filter(wrong_reports::reported_at.lt(before)))
        .filter(wrong_reports::network_hash.is_not_null().or(wrong_reports::visit_hash.is_not_null()))
        .set((wrong_reports::visit_hash.eq(None::<String>), wrong_reports::network_hash.eq(None::<String>)))
        .execute(tx)
        .map(drop)
}

/// Writes reports of the demo town.
pub fn insert_all(tx: &mut Conn, new: &[Report]) -> QueryResult<()> {
    new.iter().try_for_each(|report| insert(tx, report))
}
