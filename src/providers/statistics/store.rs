//! All SQL of counting.

use std::collections::{BTreeMap, HashMap};

use chrono::{NaiveDate, NaiveTime};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::db::schema::{enquiries, purchases, service_days, services};
use crate::db::{Conn, among, both, sum_i64};
use crate::identity::ProviderMember;
use crate::ids::{OrganizationId, PersonId, ServiceId};

use super::figures::{Counted, LEAST_PEOPLE, Period};

/// Other services of a category that are looked at for what is usual.
const MOST_OTHERS: i64 = 2_000;

/// A service and a day, with looks and appearances.
pub type DayCount = ((ServiceId, NaiveDate), (i64, i64));

/// Adds counts to the days of services. Services that are gone are left out; rows are taken in one order everywhere.
pub fn add_counts(tx: &mut Conn, counts: &[DayCount]) -> QueryResult<()> {
    let ids: Vec<ServiceId> = counts.iter().map(|((service, _), _)| *service).collect();
    let there: Vec<ServiceId> = services::table.filter(among(services::id, ids)).select(services::id).load(tx)?;
    let there: std::collections::BTreeSet<ServiceId> = there.into_iter().collect();
    for ((service, day), (looks, appearances)) in counts.iter().filter(|((service, _), _)| there.contains(service)) {
        both(
            diesel::insert_into(service_days::table)
                .values((
                    service_days::service_id.eq(service),
                    service_days::day.eq(day),
                    service_days::views.eq(looks),
                    service_days::appearances.eq(appearances),
                ))
                .on_conflict((service_days::service_id, service_days::day))
                .do_update()
                .set((
                    service_days::views.eq(service_days::views + excluded(service_days::views)),
                    service_days::appearances.eq(service_days::appearances + excluded(service_days::appearances)),
                )),
        )
        .execute(tx)?;
    }
    Ok(())
}

/// The services that were invented for the demo town.
pub fn invented(conn: &mut Conn) -> QueryResult<Vec<ServiceId>> {
    services::table
        .filter(services::origin.eq(crate::catalogue::Origin::Invented))
        .order(services::id)
        .select(services::id)
        .load(conn)
}

/// The services of the member's provider: id, name, category.
pub fn own_services(conn: &mut Conn, member: &ProviderMember) -> QueryResult<Vec<(ServiceId, String, String)>> {
    services::table
        .filter(services::organization_id.eq(member.organization()).and(services::status.ne("defunct")))
        .order((services::name, services::id))
        .limit(500)
        .select((services::id, services::name, services::category_id))
        .load(conn)
}

/// What was counted for services in a period.
pub fn counted(
    conn: &mut Conn,
    ids: &[ServiceId],
    organizations: &[OrganizationId],
    period: Period,
) -> QueryResult<HashMap<ServiceId, Counted>> {
    let mut all: HashMap<ServiceId, Counted> = HashMap::new();
    let days: Vec<(ServiceId, i64, i64)> = service_days::table
        .filter(among(service_days::service_id, ids))
        .filter(service_days::day.ge(period.from).and(service_days::day.lt(period.until)))
        .group_by(service_days::service_id)
        .select((service_days::service_id, sum_i64(service_days::views), sum_i64(service_days::appearances)))
        .load(conn)?;
    for (id, looks, appearances) in days {
        let one = all.entry(id).or_default();
        (one.looks, one.appearances) = (looks, appearances);
    }
    let (from, until) = (period.from.and_time(NaiveTime::MIN), period.until.and_time(NaiveTime::MIN));
    let asked: Vec<(ServiceId, i64)> = enquiries::table
        .filter(among(enquiries::organization_id, organizations))
        .filter(enquiries::asked_at.ge(from).and(enquiries::asked_at.lt(until)))
        .group_by(enquiries::service_id)
        .select((enquiries::service_id, count_star()))
        .load(conn)?;
    let bought: Vec<(ServiceId, i64)> = purchases::table
        .filter(among(purchases::organization_id, organizations))
        .filter(purchases::requested_at.ge(from).and(purchases::requested_at.lt(until)))
        .group_by(purchases::service_id)
        .select((purchases::service_id, count_star()))
        .load(conn)?;
    for (id, questions) in asked {
        all.entry(id).or_default().questions = questions;
    }
    for (id, count) in bought {
        all.entry(id).or_default().purchases = count;
    }
    Ok(all)
}

/// Looks and appearances of services on each day of a period.
pub fn by_day(conn: &mut Conn, ids: &[ServiceId], period: Period) -> QueryResult<Vec<(NaiveDate, i64, i64)>> {
    service_days::table
        .filter(among(service_days::service_id, ids))
        .filter(service_days::day.ge(period.from).and(service_days::day.lt(period.until)))
        .group_by(service_days::day)
        .order(service_days::day)
        .select((service_days::day, sum_i64(service_days::views), sum_i64(service_days::appearances)))
        .load(conn)
}

/// What other providers of a category have on average for each of their services, and how many people (up to the least
/// that is needed) stand behind their purchases. Only sums of a provider leave here, and only for the median.
pub(super) fn others(
    conn: &mut Conn,
    member: &ProviderMember,
    category: &str,
    period: Period,
) -> QueryResult<(Vec<Counted>, usize)> {
    let rows: Vec<(ServiceId, OrganizationId)> = services::table
        .filter(services::category_id.eq(category).and(services::status.eq("active")))
        .filter(services::organization_id.ne(member.organization()))
        .order(services::id)
        .limit(MOST_OTHERS)
        .select((services::id, services::organization_id))
        .load(conn)?;
    let ids: Vec<ServiceId> = rows.iter().map(|(id, _)| *id).collect();
    let mut organizations: Vec<OrganizationId> = rows.iter().map(|(_, organization)| *organization).collect();
    organizations.sort_unstable();
    organizations.dedup();
    let all = counted(conn, &ids, &organizations, period)?;
    let mut sums: BTreeMap<OrganizationId, (Counted, i64)> = BTreeMap::new();
    for (id, organization) in &rows {
        let sum = sums.entry(*organization).or_default();
        sum.0 = sum.0.and(all.get(id).copied().unwrap_or_default());
        sum.1 += 1;
    }
    let (from, until) = (period.from.and_time(NaiveTime::MIN), period.until.and_time(NaiveTime::MIN));
    let people: Vec<PersonId> = purchases::table
        .filter(among(purchases::organization_id, organizations))
        .filter(purchases::category_id.eq(category))
        .filter(purchases::requested_at.ge(from).and(purchases::requested_at.lt(until)))
        .select(purchases::person_id)
        .distinct()
        .limit(i64::try_from(LEAST_PEOPLE).unwrap_or(i64::MAX))
        .load(conn)?;
    Ok((sums.into_values().map(|(sum, services)| sum.each_of(services)).collect(), people.len()))
}
