//! All SQL of what finance officers see of budgets: always of their own authority.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::db::schema::{budget_periods, budget_terms, budgets, citizens, holding_requests, organizations, people};
use crate::identity::{BudgetReader, FinanceOfficer};
use crate::ids::{BudgetId, HoldingRequestId, OrganizationId, PersonId};

use super::super::FundingRoute;
use super::super::shares::Shares;
use super::super::store::BudgetSummary;
use super::super::terms::{Holder, Terms, TermsKind};

crate::db::text_enum! {
    /// How far a wish to have a budget held in another way has come.
    pub enum RequestState {
        /// Nobody has answered.
        Asked = "asked",
        /// It is held that way now, or will be.
        Done = "done",
        /// The council said no, with a reason.
        Declined = "declined",
        /// The person changed their mind.
        TakenBack = "taken back",
    }
}

/// Somebody would like their budget to be held in another way.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = holding_requests, treat_none_as_default_value = false)]
pub struct HoldingRequest {
    /// Which.
    pub id: HoldingRequestId,
    /// Whose money.
    pub authority_id: crate::ids::AuthorityId,
    /// Of which budget.
    pub budget_id: BudgetId,
    /// In which way.
    pub funding_route: FundingRoute,
    /// From when on.
    pub starts_on: NaiveDate,
    /// In their words.
    pub words: String,
    /// How far it has come.
    pub state: RequestState,
    /// What the council said.
    pub answer: String,
    /// Who asked.
    pub asked_by: PersonId,
    /// When.
    pub asked_at: UtcTime,
    /// Who answered.
    pub answered_by: Option<PersonId>,
    /// When.
    pub answered_at: Option<UtcTime>,
}

/// Whether somebody is a citizen of the officer's authority.
pub(super) fn is_citizen(conn: &mut Conn, officer: &FinanceOfficer, person: PersonId) -> QueryResult<bool> {
    let found = citizens::table.find(person).filter(citizens::authority_id.eq(officer.authority()));
    diesel::select(diesel::dsl::exists(found)).get_result(conn)
}

/// The citizen of the officer's authority with this e-mail address: who, and their name.
pub(super) fn citizen_at(
    conn: &mut Conn,
    officer: &FinanceOfficer,
    email: &str,
) -> QueryResult<Option<(PersonId, String)>> {
    people::table
        .inner_join(citizens::table)
        .filter(people::email.eq(email).and(citizens::authority_id.eq(officer.authority())))
        .select((people::id, people::display_name))
        .first(conn)
        .optional()
}

/// The provider with this name, or this id.
pub(crate) fn provider_named(conn: &mut Conn, typed: &str) -> QueryResult<Option<OrganizationId>> {
    if let Ok(id) = typed.parse::<OrganizationId>() {
        return Ok(Some(id));
    }
    organizations::table
        .filter(organizations::name.eq(typed))
        .order(organizations::id)
        .select(organizations::id)
        .first(conn)
        .optional()
}

/// The name of a provider.
pub(crate) fn provider_name(conn: &mut Conn, provider: OrganizationId) -> QueryResult<String> {
    organizations::table.find(provider).select(organizations::name).first(conn)
}

/// A holder with the name of the provider, where one holds it: for showing.
pub(crate) fn with_name(conn: &mut Conn, holder: &Holder) -> QueryResult<Holder> {
    let name = match holder.organization {
        Some(provider) => provider_name(conn, provider)?,
        None => holder.name.clone(),
    };
    Ok(Holder { name, ..holder.clone() })
}

/// Terms with the names of providers: for showing.
pub(crate) fn with_names(conn: &mut Conn, mut all: Vec<Terms>) -> QueryResult<Vec<Terms>> {
    for terms in &mut all {
        let mut parts = Vec::with_capacity(terms.holders.parts().len());
        for (holder, share) in terms.holders.parts() {
            parts.push((with_name(conn, holder)?, *share));
        }
        terms.holders = Shares::stored(parts);
    }
    Ok(all)
}

/// One budget of the officer's authority, with the name of the person it is for.
pub(super) fn budget(
    conn: &mut Conn,
    officer: &FinanceOfficer,
    budget: BudgetId,
) -> QueryResult<(BudgetSummary, String)> {
    budgets::table
        .inner_join(people::table)
        .filter(budgets::id.eq(budget).and(budgets::authority_id.eq(officer.authority())))
        .select((BudgetSummary::as_select(), people::display_name))
        .first(conn)
}

/// Which budgets of a long list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// Those that run today.
    Running,
    /// Those with a period that is over and not closed.
    ToClose,
    /// Those whose person would like something to be otherwise.
    Asked,
}

/// Budgets of the officer's authority, by the name of the person; with those whose name contains something only.
pub(super) fn budgets(
    conn: &mut Conn,
    officer: &FinanceOfficer,
    (which, named, today): (Which, &str, NaiveDate),
    (page, per_page): (i64, i64),
) -> QueryResult<(Vec<(BudgetSummary, String)>, i64)> {
    let wanted = || {
        let mut query =
            budgets::table.inner_join(people::table).filter(budgets::authority_id.eq(officer.authority())).into_boxed();
        if !named.is_empty() {
            let pattern = format!("%{}%", named.replace(['%', '_'], " ").to_lowercase());
            query = query.filter(
                diesel::dsl::sql::<diesel::sql_types::Bool>("lower(people.display_name) LIKE ")
                    .bind::<diesel::sql_types::Text, _>(pattern),
            );
        }
        match which {
            Which::Running => query.filter(budgets::starts_on.le(today).and(budgets::ends_on.gt(today))),
            Which::ToClose => {
                let over = budget_periods::table
                    .filter(budget_periods::closed_at.is_null().and(budget_periods::ends_on.le(today)))
                    .select(budget_periods::budget_id);
                query.filter(budgets::id.eq_any(over))
            }
            Which::Asked => {
                let asked = holding_requests::table
                    .filter(holding_requests::state.eq(RequestState::Asked))
                    .select(holding_requests::budget_id);
                query.filter(budgets::id.eq_any(asked))
            }
        }
    };
    let total: i64 = wanted().count().get_result(conn)?;
    let rows = wanted()
        .order((people::display_name, budgets::starts_on.desc(), budgets::id))
        .select((BudgetSummary::as_select(), people::display_name))
        .offset((page - 1) * per_page)
        .limit(per_page)
        .load(conn)?;
    Ok((rows, total))
}

/// The next budgets that a rate rise from a date on has not reached yet, in the order of their ids.
pub(super) fn budgets_to_uprate(
    conn: &mut Conn,
    officer: &FinanceOfficer,
    from: NaiveDate,
    after: Option<BudgetId>,
    at_most: i64,
) -> QueryResult<Vec<BudgetId>> {
    let raised = budget_terms::table
        .filter(budget_terms::starts_on.eq(from).and(budget_terms::kind.eq(TermsKind::Uprated)))
        .filter(budget_terms::withdrawn_at.is_null())
        .select(budget_terms::budget_id);
    // A rate of a week or a year rises with prices; an amount that was given for a whole budget was given as it is.
    let by_rate = budget_terms::table
        .filter(budget_terms::rate_per.ne("whole").and(budget_terms::authority_id.eq(officer.authority())))
        .select(budget_terms::budget_id);
    budgets::table
        .filter(budgets::authority_id.eq(officer.authority()))
        .filter(budgets::starts_on.le(from).and(budgets::ends_on.gt(from).or(budgets::renews.eq(true))))
        .filter(budgets::id.gt(after.map(|id| id.to_string()).unwrap_or_default()))
        .filter(budgets::funding_route.ne(FundingRoute::OwnMoney))
        .filter(budgets::id.eq_any(by_rate).and(diesel::dsl::not(budgets::id.eq_any(raised))))
        .order(budgets::id)
        .select(budgets::id)
        .limit(at_most)
        .load(conn)
}

/// Writes a wish.
pub(crate) fn insert_request(tx: &mut Conn, asked: &HoldingRequest) -> QueryResult<()> {
    crate::both!(tx, c => diesel::insert_into(holding_requests::table).values(asked).execute(c)).map(drop)
}

/// What a budget's person asked for, newest first.
pub(crate) fn requests_of(conn: &mut Conn, budget: BudgetId) -> QueryResult<Vec<HoldingRequest>> {
    holding_requests::table
        .filter(holding_requests::budget_id.eq(budget))
        .order((holding_requests::asked_at.desc(), holding_requests::id.desc()))
        .select(HoldingRequest::as_select())
        .limit(50)
        .load(conn)
}

/// Answers a wish of a budget of the officer's authority; whether it waited for that.
pub(crate) fn answer_request(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    (budget, request): (BudgetId, HoldingRequestId),
    (state, answer): (RequestState, &str),
    now: UtcTime,
) -> QueryResult<bool> {
    let waiting = holding_requests::table
        .filter(holding_requests::id.eq(request).and(holding_requests::budget_id.eq(budget)))
        .filter(holding_requests::authority_id.eq(officer.authority()))
        .filter(holding_requests::state.eq(RequestState::Asked));
    let answered = (
        holding_requests::state.eq(state),
        holding_requests::answer.eq(answer),
        holding_requests::answered_by.eq(officer.who().person()),
        holding_requests::answered_at.eq(now),
    );
    Ok(diesel::update(waiting).set(answered).execute(tx)? == 1)
}

/// Takes a wish back, by whoever may manage the budget; whether it waited.
pub(crate) fn take_back_request(
    tx: &mut Conn,
    reader: &BudgetReader,
    request: HoldingRequestId,
    now: UtcTime,
) -> QueryResult<bool> {
    let waiting = holding_requests::table
        .filter(holding_requests::id.eq(request).and(holding_requests::budget_id.eq(reader.budget())))
        .filter(holding_requests::state.eq(RequestState::Asked));
    let answered = (
        holding_requests::state.eq(RequestState::TakenBack),
        holding_requests::answered_by.eq(reader.who().person()),
        holding_requests::answered_at.eq(now),
    );
    Ok(diesel::update(waiting).set(answered).execute(tx)? == 1)
}

/// How many budgets of the officer's authority run, wait to be closed, and have a wish that waits.
pub(super) fn counts(conn: &mut Conn, officer: &FinanceOfficer, today: NaiveDate) -> QueryResult<[i64; 3]> {
    let mut count = |which| budgets(conn, officer, (which, "", today), (1, 1)).map(|(_, total)| total);
    Ok([count(Which::Running)?, count(Which::ToClose)?, count(Which::Asked)?])
}
