//! All SQL of suspending providers.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{organization_steps, people, purchases, services};
use crate::db::{Conn, text_enum};
use crate::ids::{OrganizationId, PersonId, PurchaseId, StepId};
use crate::purchasing::PurchaseState;

text_enum! {
    /// What became of a provider.
    pub enum OrganizationStep {
        /// Nobody new can buy from it.
        Suspended = "suspended",
        /// That is over.
        Lifted = "lifted",
    }
}

/// One step, with the name of who took it.
#[derive(Clone, Debug, Queryable)]
pub struct StepRow {
    /// Which.
    pub step: OrganizationStep,
    /// When.
    pub at: UtcTime,
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// A purchase that runs with a provider, and whom to tell.
#[derive(Clone, Debug, Queryable)]
pub(super) struct Running {
    pub(super) purchase: PurchaseId,
    pub(super) service: String,
    pub(super) state: PurchaseState,
    pub(super) address: String,
}

/// Notes a step.
pub(super) fn note(
    tx: &mut Conn,
    organization: OrganizationId,
    step: OrganizationStep,
    by: PersonId,
    reason: &str,
    now: UtcTime,
) -> QueryResult<()> {
    diesel::insert_into(organization_steps::table)
        .values((
            organization_steps::id.eq(StepId::new()),
            organization_steps::organization_id.eq(organization),
            organization_steps::step.eq(step),
            organization_steps::taken_at.eq(now),
            organization_steps::taken_by.eq(by),
            organization_steps::reason.eq(reason),
        ))
        .execute(tx)
        .map(drop)
}

/// What became of a provider, in order.
pub fn steps(conn: &mut Conn, organization: OrganizationId) -> QueryResult<Vec<StepRow>> {
    organization_steps::table
        .inner_join(people::table)
        .filter(organization_steps::organization_id.eq(organization))
        .order((organization_steps::taken_at, organization_steps::id))
        .select((
            organization_steps::step,
            organization_steps::taken_at,
            people::display_name,
            organization_steps::reason,
        ))
        .load(conn)
}

/// What runs with a provider, of people who have an address.
pub(super) fn running_with(conn: &mut Conn, organization: OrganizationId) -> QueryResult<Vec<Running>> {
    purchases::table
        .inner_join(people::table)
        .inner_join(services::table)
        .filter(purchases::organization_id.eq(organization))
        .filter(purchases::state.eq_any([PurchaseState::Requested, PurchaseState::Agreed]))
        .filter(people::email.is_not_null())
        .order(purchases::id)
        .select((purchases::id, services::name, purchases::state, people::email.assume_not_null()))
        .load(conn)
}

/// How many purchases run with a provider.
pub fn count_running(conn: &mut Conn, organization: OrganizationId) -> QueryResult<i64> {
    purchases::table
        .filter(purchases::organization_id.eq(organization))
        .filter(purchases::state.eq_any([PurchaseState::Requested, PurchaseState::Agreed]))
        .count()
        .get_result(conn)
}
