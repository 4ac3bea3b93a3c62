//! All SQL of spending rules and challenges.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::catalogue::Kind;
use crate::clock::UtcTime;
use crate::db::schema::{
    authorities, memberships, people, spending_answers, spending_challenges, spending_rules, taxonomy_terms,
};
use crate::db::{Conn, locked};
use crate::helping;
use crate::identity::{Practitioner, RoleName, SignedIn};
use crate::ids::{AuthorityId, BudgetId, PersonId, PurchaseId, ServiceId, SpendingChallengeId, SpendingRuleId};
use crate::money::Money;

use super::challenge::{Challenge, ChallengeState};
use super::rule::{LimitPer, Says, SpendingRule};
use super::set::CheckedRule;

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = spending_rules)]
struct RuleRow {
    id: SpendingRuleId,
    authority_id: AuthorityId,
    category_id: Option<String>,
    kind: Option<Kind>,
    says: Says,
    question: Option<String>,
    limit_pence: Option<Money>,
    limit_per: Option<LimitPer>,
    words: String,
    ground: String,
    from_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    set_at: UtcTime,
}

type Row = (RuleRow, String, String);

fn whole(conn: &mut Conn, rows: Vec<Row>) -> QueryResult<Vec<SpendingRule>> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut below: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let ids: Vec<&String> = rows.iter().filter_map(|(row, ..)| row.category_id.as_ref()).collect();
    if !ids.is_empty() {
        let terms: Vec<(String, Option<String>, String)> = taxonomy_terms::table
            .filter(taxonomy_terms::taxonomy.eq("category"))
            .select((taxonomy_terms::id, taxonomy_terms::parent_id, taxonomy_terms::name))
            .load(conn)?;
        for (id, parent, name) in terms {
            below.entry(id.clone()).or_default().insert(id.clone());
            if let Some(parent) = parent {
                below.entry(parent).or_default().insert(id.clone());
            }
            names.insert(id, name);
        }
    }
    Ok(rows
        .into_iter()
        .map(|(row, authority_name, set_by)| SpendingRule {
            id: row.id,
            authority: row.authority_id,
            authority_name,
            category_name: row.category_id.as_ref().map(|id| names.get(id).unwrap_or(id).clone()),
            covers: row.category_id.as_ref().and_then(|id| below.get(id).cloned()).unwrap_or_default(),
            category: row.category_id,
            kind: row.kind,
            says: row.says,
            question: row.question,
            limit: row.limit_pence.zip(row.limit_per),
            words: row.words,
            ground: row.ground,
            from_on: row.from_on,
            ends_on: row.ends_on,
            set_by,
            set_at: row.set_at,
        })
        .collect())
}

/// Every rule of an authority, ended ones too: newest first.
pub fn rules_of(conn: &mut Conn, authority: AuthorityId) -> QueryResult<Vec<SpendingRule>> {
    let rows: Vec<Row> = spending_rules::table
        .inner_join(authorities::table)
        .inner_join(people::table.on(people::id.eq(spending_rules::set_by)))
        .filter(spending_rules::authority_id.eq(authority))
        .order((spending_rules::from_on.desc(), spending_rules::id.desc()))
        .limit(1_000)
        .select((RuleRow::as_select(), authorities::name, people::display_name))
        .load(conn)?;
    whole(conn, rows)
}

/// One rule.
pub fn rule(conn: &mut Conn, id: SpendingRuleId) -> QueryResult<Option<SpendingRule>> {
    let rows: Vec<Row> = spending_rules::table
        .inner_join(authorities::table)
        .inner_join(people::table.on(people::id.eq(spending_rules::set_by)))
        .filter(spending_rules::id.eq(id))
        .select((RuleRow::as_select(), authorities::name, people::display_name))
        .load(conn)?;
    Ok(whole(conn, rows)?.pop())
}

/// The authorities that have set rules, by name.
pub fn authorities_with_rules(conn: &mut Conn) -> QueryResult<Vec<(AuthorityId, String)>> {
    spending_rules::table
        .inner_join(authorities::table)
        .select((authorities::id, authorities::name))
        .distinct()
        .order(authorities::name)
        .load(conn)
}

/// Writes a rule.
pub fn insert(
    tx: &mut Conn,
    authority: AuthorityId,
    by: PersonId,
    rule: &CheckedRule,
    now: UtcTime,
) -> QueryResult<SpendingRuleId> {
    let id = SpendingRuleId::new();
    let (limit, per) = rule.limit.unzip();
    diesel::insert_into(spending_rules::table)
        .values((
            spending_rules::id.eq(id),
            spending_rules::authority_id.eq(authority),
            spending_rules::category_id.eq(&rule.category),
            spending_rules::kind.eq(rule.kind),
            spending_rules::says.eq(rule.says),
            spending_rules::question.eq(&rule.question),
            spending_rules::limit_pence.eq(limit),
            spending_rules::limit_per.eq(per),
            spending_rules::words.eq(&rule.words),
            spending_rules::ground.eq(&rule.ground),
            spending_rules::from_on.eq(rule.from_on),
            spending_rules::set_by.eq(by),
            spending_rules::set_at.eq(now),
        ))
        .execute(tx)?;
    Ok(id)
}

/// Takes a rule until the transaction ends: its first day, and whether it has ended.
pub(super) fn lock_rule(tx: &mut Conn, authority: AuthorityId, id: SpendingRuleId) -> QueryResult<(NaiveDate, bool)> {
    let (from_on, ends_on): (NaiveDate, Option<NaiveDate>) = locked(
        spending_rules::table
            .find(id)
            .filter(spending_rules::authority_id.eq(authority))
            .select((spending_rules::from_on, spending_rules::ends_on)),
    )
    .get_result(tx)?;
    Ok((from_on, ends_on.is_some()))
}

/// Gives a rule its last day.
pub(super) fn end(
    tx: &mut Conn,
    id: SpendingRuleId,
    last_day: NaiveDate,
    by: PersonId,
    now: UtcTime,
) -> QueryResult<()> {
    diesel::update(spending_rules::table.find(id))
        .set((
            spending_rules::ends_on.eq(Some(last_day)),
            spending_rules::ended_by.eq(Some(by)),
            spending_rules::ended_at.eq(Some(now)),
        ))
        .execute(tx)
        .map(drop)
}

/// Keeps what somebody answered to the question of a rule.
pub fn keep_answer(
    tx: &mut Conn,
    purchase: PurchaseId,
    rule: SpendingRuleId,
    answer: &str,
    now: UtcTime,
) -> QueryResult<()> {
    diesel::insert_into(spending_answers::table)
        .values((
            spending_answers::purchase_id.eq(purchase),
            spending_answers::rule_id.eq(rule),
            spending_answers::answer.eq(answer),
            spending_answers::answered_at.eq(now),
        ))
        .execute(tx)
        .map(drop)
}

/// Whether the council has said that this may be bought from this budget, whatever the rule says.
pub fn is_granted(conn: &mut Conn, budget: BudgetId, service: ServiceId, rule: SpendingRuleId) -> QueryResult<bool> {
    let last: Option<ChallengeState> = spending_challenges::table
        .filter(spending_challenges::budget_id.eq(budget).and(spending_challenges::service_id.eq(service)))
        .filter(spending_challenges::rule_id.eq(rule).and(spending_challenges::state.ne(ChallengeState::Open)))
        .order(spending_challenges::answered_at.desc())
        .select(spending_challenges::state)
        .first(conn)
        .optional()?;
    Ok(last == Some(ChallengeState::Allowed))
}

/// The challenge of the same thing that still waits.
pub fn open_challenge(
    conn: &mut Conn,
    budget: BudgetId,
    service: ServiceId,
    rule: SpendingRuleId,
) -> QueryResult<Option<Challenge>> {
    spending_challenges::table
        .filter(spending_challenges::budget_id.eq(budget).and(spending_challenges::service_id.eq(service)))
        .filter(spending_challenges::rule_id.eq(rule).and(spending_challenges::state.eq(ChallengeState::Open)))
        .select(Challenge::as_select())
        .first(conn)
        .optional()
}

/// Writes a challenge.
pub fn insert_challenge(tx: &mut Conn, challenge: &Challenge) -> QueryResult<()> {
    diesel::insert_into(spending_challenges::table).values(challenge).execute(tx).map(drop)
}

/// A challenge that somebody may read: the person it is for, or who acts for them.
pub fn challenge_for(conn: &mut Conn, who: &SignedIn, id: SpendingChallengeId) -> QueryResult<Option<Challenge>> {
    let found: Option<Challenge> =
        spending_challenges::table.find(id).select(Challenge::as_select()).first(conn).optional()?;
    let Some(challenge) = found else { return Ok(None) };
    let theirs =
        challenge.person_id == who.person() || helping::store::rights(conn, who, challenge.person_id)?.is_some();
    Ok(theirs.then_some(challenge))
}

/// The challenges of somebody, newest first.
pub fn challenges_of(conn: &mut Conn, who: &SignedIn) -> QueryResult<Vec<Challenge>> {
    spending_challenges::table
        .filter(spending_challenges::person_id.eq(who.person()))
        .order((spending_challenges::raised_at.desc(), spending_challenges::id.desc()))
        .limit(50)
        .select(Challenge::as_select())
        .load(conn)
}

/// Whether this practitioner answers for this person: an administrator for everybody, as an auditor reads, and a care
/// manager for their own people.
fn may_answer(conn: &mut Conn, practitioner: &Practitioner, person: PersonId) -> QueryResult<bool> {
    match practitioner.role() {
        RoleName::AuthorityAdministrator | RoleName::Auditor => Ok(true),
        _ => Ok(helping::store::rights(conn, practitioner.who(), person)?.is_some()),
    }
}

/// A challenge that this practitioner answers.
pub fn challenge(
    conn: &mut Conn,
    practitioner: &Practitioner,
    id: SpendingChallengeId,
) -> QueryResult<Option<Challenge>> {
    let found: Option<Challenge> = spending_challenges::table
        .find(id)
        .filter(spending_challenges::authority_id.eq(practitioner.authority()))
        .select(Challenge::as_select())
        .first(conn)
        .optional()?;
    let Some(challenge) = found else { return Ok(None) };
    Ok(may_answer(conn, practitioner, challenge.person_id)?.then_some(challenge))
}

/// Takes a challenge that this practitioner answers until the transaction ends.
pub(super) fn lock_challenge(
    tx: &mut Conn,
    practitioner: &Practitioner,
    id: SpendingChallengeId,
) -> QueryResult<Challenge> {
    let _: SpendingChallengeId =
        locked(spending_challenges::table.find(id).select(spending_challenges::id)).get_result(tx)?;
    challenge(tx, practitioner, id)?.ok_or(diesel::result::Error::NotFound)
}

/// Writes the answer.
pub(super) fn save_answer(tx: &mut Conn, challenge: &Challenge) -> QueryResult<()> {
    diesel::update(spending_challenges::table.find(challenge.id))
        .set((
            spending_challenges::state.eq(challenge.state),
            spending_challenges::answered_by.eq(challenge.answered_by),
            spending_challenges::answered_at.eq(challenge.answered_at),
            spending_challenges::reason.eq(&challenge.reason),
        ))
        .execute(tx)
        .map(drop)
}

/// The challenges that this practitioner answers: those that wait, due first on top; or those answered last.
pub fn queue(conn: &mut Conn, practitioner: &Practitioner, open: bool) -> QueryResult<Vec<(Challenge, String)>> {
    let rows = spending_challenges::table
        .inner_join(people::table.on(people::id.eq(spending_challenges::person_id)))
        .filter(spending_challenges::authority_id.eq(practitioner.authority()))
        .select((Challenge::as_select(), people::display_name));
    let all: Vec<(Challenge, String)> = if open {
        rows.filter(spending_challenges::state.eq(ChallengeState::Open))
            .order((spending_challenges::due_on, spending_challenges::id))
            .limit(200)
            .load(conn)?
    } else {
        rows.filter(spending_challenges::state.ne(ChallengeState::Open))
            .order((spending_challenges::answered_at.desc(), spending_challenges::id))
            .limit(20)
            .load(conn)?
    };
    if practitioner.role() != RoleName::CareManager {
        return Ok(all);
    }
    let own: BTreeSet<PersonId> =
        helping::store::people_helped(conn, practitioner.who())?.into_iter().map(|helped| helped.person).collect();
    Ok(all.into_iter().filter(|(challenge, _)| own.contains(&challenge.person_id)).collect())
}

/// How many challenges of an authority wait, how many of them too long, and how many were answered so far.
pub fn counts(conn: &mut Conn, authority: AuthorityId, today: NaiveDate) -> QueryResult<(i64, i64, i64)> {
    let all = || spending_challenges::table.filter(spending_challenges::authority_id.eq(authority));
    let open = || all().filter(spending_challenges::state.eq(ChallengeState::Open));
    let waiting: i64 = open().select(count_star()).first(conn)?;
    let late: i64 = open().filter(spending_challenges::due_on.lt(today)).select(count_star()).first(conn)?;
    let answered: i64 =
        all().filter(spending_challenges::state.ne(ChallengeState::Open)).select(count_star()).first(conn)?;
    Ok((waiting, late, answered))
}

/// Authorities after one with challenges that wait too long, and how many.
pub(super) fn late_authorities(
    conn: &mut Conn,
    after: &str,
    today: NaiveDate,
    at_most: i64,
) -> QueryResult<Vec<(AuthorityId, i64)>> {
    spending_challenges::table
        .filter(spending_challenges::state.eq(ChallengeState::Open).and(spending_challenges::due_on.lt(today)))
        .filter(spending_challenges::authority_id.gt(after))
        .group_by(spending_challenges::authority_id)
        .order(spending_challenges::authority_id)
        .limit(at_most)
        .select((spending_challenges::authority_id, count_star()))
        .load(conn)
}

/// The addresses of the administrators of an authority.
pub(super) fn administrators(conn: &mut Conn, authority: AuthorityId) -> QueryResult<Vec<String>> {
    let rows: Vec<Option<String>> = memberships::table
        .inner_join(people::table.on(people::id.eq(memberships::person_id)))
        .filter(memberships::authority_id.eq(authority))
        .filter(memberships::role.eq(RoleName::AuthorityAdministrator))
        .order(people::id)
        .select(people::email)
        .load(conn)?;
    Ok(rows.into_iter().flatten().collect())
}

/// The addresses of those who may answer for somebody: the administrators of the authority, and the person's care managers.
pub(super) fn who_answers(
    conn: &mut Conn,
    authority: AuthorityId,
    person: PersonId,
    now: UtcTime,
) -> QueryResult<Vec<String>> {
    let mut addresses = administrators(conn, authority)?;
    for address in helping::store::care_managers_of(conn, person, now)? {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    Ok(addresses)
}

/// Some service with a price in a category: for the demo town.
pub fn some_service_of(conn: &mut Conn, category: &str) -> QueryResult<Option<ServiceId>> {
    use crate::db::schema::{cost_options, services};
    services::table
        .inner_join(cost_options::table)
        .filter(services::category_id.eq(category).and(services::status.eq("active")))
        .filter(cost_options::amount_pence.gt(Money::ZERO))
        .order(services::id)
        .select(services::id)
        .first(conn)
        .optional()
}
