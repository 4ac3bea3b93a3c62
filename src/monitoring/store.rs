//! All SQL of looking after direct payments.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::budgets::{AccountKind, FundingRoute};
use crate::clock::UtcTime;
use crate::db::schema::{accounts, balance_questions, budgets, people, spending_declarations, take_back_notices};
use crate::db::{Conn, among, both, locked, sum_i64};
use crate::identity::{BudgetReader, FinanceOfficer};
use crate::ids::{AuthorityId, BalanceQuestionId, BudgetId, PersonId, SubmissionKey, TakeBackNoticeId};
use crate::money::Money;

use super::notice::{Notice, NoticeState};
use super::say::{Declaration, Question, QuestionState};

/// A direct payment as the work of the day looks at it.
#[derive(Clone, Debug)]
pub(super) struct DirectPayment {
    pub(super) id: BudgetId,
    pub(super) authority: AuthorityId,
    pub(super) person: PersonId,
    pub(super) starts_on: NaiveDate,
    pub(super) ends_on: NaiveDate,
    /// What was put into it.
    pub(super) put_in: Money,
    /// What is free to spend.
    pub(super) left: Money,
}

type BudgetRow = (BudgetId, AuthorityId, PersonId, NaiveDate, NaiveDate);

/// Direct payments that run today, after one of them.
pub(super) fn direct_payments_after(
    conn: &mut Conn,
    after: &str,
    today: NaiveDate,
    at_most: i64,
) -> QueryResult<Vec<DirectPayment>> {
    let rows: Vec<BudgetRow> = budgets::table
        .filter(budgets::funding_route.eq(FundingRoute::DirectPayment).and(budgets::id.gt(after)))
        .filter(budgets::starts_on.le(today).and(budgets::ends_on.gt(today)))
        .order(budgets::id)
        .limit(at_most)
        .select((budgets::id, budgets::authority_id, budgets::person_id, budgets::starts_on, budgets::ends_on))
        .load(conn)?;
    let ids: Vec<BudgetId> = rows.iter().map(|row| row.0).collect();
    let balances: Vec<(String, AccountKind, i64)> = accounts::table
        .filter(among(accounts::owner_id, &ids))
        .group_by((accounts::owner_id, accounts::kind))
        .select((accounts::owner_id, accounts::kind, sum_i64(accounts::balance_pence)))
        .load(conn)?;
    let mut sums: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for (owner, kind, pence) in balances {
        let (put_in, left) = sums.entry(owner).or_default();
        match kind {
            AccountKind::Available => {
                *put_in += pence;
                *left += pence;
            }
            AccountKind::Committed | AccountKind::Owed | AccountKind::Paid => *put_in += pence,
            _ => {}
        }
    }
    let budget = |(id, authority, person, starts_on, ends_on): BudgetRow| {
        let (put_in, left) = sums.get(id.as_str()).copied().unwrap_or_default();
        let (put_in, left) = (Money::pence(put_in), Money::pence(left));
        DirectPayment { id, authority, person, starts_on, ends_on, put_in, left }
    };
    Ok(rows.into_iter().map(budget).collect())
}

/// Flags a direct payment, unless a question about it is open or was closed within the last quarter.
pub(super) fn flag(tx: &mut Conn, budget: &DirectPayment, weeks: i64, now: UtcTime) -> QueryResult<()> {
    let lately: i64 = balance_questions::table
        .filter(balance_questions::budget_id.eq(budget.id))
        .filter(
            balance_questions::closed_at
                .is_null()
                .or(balance_questions::closed_at.gt(now - chrono::TimeDelta::days(91))),
        )
        .count()
        .get_result(tx)?;
    if lately > 0 {
        return Ok(());
    }
    both(
        diesel::insert_into(balance_questions::table)
            .values((
                balance_questions::id.eq(BalanceQuestionId::new()),
                balance_questions::authority_id.eq(budget.authority),
                balance_questions::budget_id.eq(budget.id),
                balance_questions::person_id.eq(budget.person),
                balance_questions::left_pence.eq(budget.left),
                balance_questions::weeks.eq(i32::try_from(weeks).unwrap_or(i32::MAX)),
                balance_questions::state.eq(QuestionState::Flagged),
                balance_questions::flagged_at.eq(now),
            ))
            .on_conflict_do_nothing(),
    )
    .execute(tx)
    .map(drop)
}

/// What came from this form, if it was sent before.
pub(super) fn declaration_by_key(
    conn: &mut Conn,
    reader: &BudgetReader,
    key: SubmissionKey,
) -> QueryResult<Option<Declaration>> {
    spending_declarations::table
        .filter(spending_declarations::budget_id.eq(reader.budget()).and(spending_declarations::submission_key.eq(key)))
        .select(Declaration::as_select())
        .first(conn)
        .optional()
}

/// Writes what somebody says.
pub(super) fn insert_declaration(tx: &mut Conn, declaration: &Declaration) -> QueryResult<()> {
    diesel::insert_into(spending_declarations::table).values(declaration).execute(tx).map(drop)
}

/// What was said of a budget, newest first.
pub fn declarations_of(conn: &mut Conn, reader: &BudgetReader) -> QueryResult<Vec<Declaration>> {
    spending_declarations::table
        .filter(spending_declarations::budget_id.eq(reader.budget()))
        .order((spending_declarations::to_on.desc(), spending_declarations::id.desc()))
        .limit(50)
        .select(Declaration::as_select())
        .load(conn)
}

/// What was said of the budgets of an authority lately, with the names.
pub fn declarations_to(conn: &mut Conn, officer: &FinanceOfficer) -> QueryResult<Vec<(Declaration, String)>> {
    spending_declarations::table
        .inner_join(people::table.on(people::id.eq(spending_declarations::person_id)))
        .filter(spending_declarations::authority_id.eq(officer.authority()))
        .order((spending_declarations::declared_at.desc(), spending_declarations::id.desc()))
        .limit(20)
        .select((Declaration::as_select(), people::display_name))
        .load(conn)
}

/// The questions about a budget that the person was asked, newest first.
pub fn questions_of(conn: &mut Conn, reader: &BudgetReader) -> QueryResult<Vec<Question>> {
    balance_questions::table
        .filter(balance_questions::budget_id.eq(reader.budget()).and(balance_questions::asked_words.is_not_null()))
        .order((balance_questions::flagged_at.desc(), balance_questions::id.desc()))
        .limit(20)
        .select(Question::as_select())
        .load(conn)
}

/// Open questions on one page.
pub(super) const QUESTIONS: u32 = 20;

/// A page of the open questions of an authority, with the names: those that somebody answered first, then those that nobody
/// asked yet; and how many there are.
pub fn open_questions(
    conn: &mut Conn,
    officer: &FinanceOfficer,
    page: u32,
) -> QueryResult<(Vec<(Question, String)>, u64)> {
    let open =
        balance_questions::authority_id.eq(officer.authority()).and(balance_questions::state.ne(QuestionState::Closed));
    let total: i64 = balance_questions::table.filter(open).count().get_result(conn)?;
    let rows = balance_questions::table
        .inner_join(people::table.on(people::id.eq(balance_questions::person_id)))
        .filter(open)
        .order((
            balance_questions::state.eq(QuestionState::Answered).desc(),
            balance_questions::state.eq(QuestionState::Asked),
            balance_questions::weeks.desc(),
            balance_questions::id,
        ))
        .offset(i64::from(page.saturating_sub(1)) * i64::from(QUESTIONS))
        .limit(i64::from(QUESTIONS))
        .select((Question::as_select(), people::display_name))
        .load(conn)?;
    Ok((rows, u64::try_from(total).unwrap_or(0)))
}

/// One question of an authority.
pub fn question(conn: &mut Conn, authority: AuthorityId, id: BalanceQuestionId) -> QueryResult<Question> {
    balance_questions::table
        .find(id)
        .filter(balance_questions::authority_id.eq(authority))
        .select(Question::as_select())
        .first(conn)
}

/// Takes a question until the transaction ends.
pub(super) fn lock_question(tx: &mut Conn, authority: AuthorityId, id: BalanceQuestionId) -> QueryResult<Question> {
    let _: BalanceQuestionId =
        locked(balance_questions::table.find(id).select(balance_questions::id)).get_result(tx)?;
    question(tx, authority, id)
}

/// Notes that the person was asked.
pub(super) fn set_asked(
    tx: &mut Conn,
    question: &Question,
    words: &str,
    by: PersonId,
    now: UtcTime,
) -> QueryResult<()> {
    diesel::update(balance_questions::table.find(question.id))
        .set((
            balance_questions::state.eq(QuestionState::Asked),
            balance_questions::asked_words.eq(Some(words)),
            balance_questions::asked_by.eq(Some(by)),
            balance_questions::asked_at.eq(Some(now)),
        ))
        .execute(tx)
        .map(drop)
}

/// Notes what the person answered.
pub(super) fn set_answered(tx: &mut Conn, question: &Question, words: &str, now: UtcTime) -> QueryResult<()> {
    diesel::update(balance_questions::table.find(question.id))
        .set((
            balance_questions::state.eq(QuestionState::Answered),
            balance_questions::answer.eq(Some(words)),
            balance_questions::answered_at.eq(Some(now)),
        ))
        .execute(tx)
        .map(drop)
}

/// Notes how a question ended.
pub(super) fn set_closed(
    tx: &mut Conn,
    question: &Question,
    note: &str,
    by: PersonId,
    now: UtcTime,
) -> QueryResult<()> {
    diesel::update(balance_questions::table.find(question.id))
        .set((
            balance_questions::state.eq(QuestionState::Closed),
            balance_questions::note.eq(Some(note)),
            balance_questions::closed_by.eq(Some(by)),
            balance_questions::closed_at.eq(Some(now)),
        ))
        .execute(tx)
        .map(drop)
}

/// Writes a notice.
pub(super) fn insert_notice(tx: &mut Conn, notice: &Notice) -> QueryResult<()> {
    diesel::insert_into(take_back_notices::table).values(notice).execute(tx).map(drop)
}

/// Takes a notice until the transaction ends.
pub(super) fn lock_notice(tx: &mut Conn, authority: AuthorityId, id: TakeBackNoticeId) -> QueryResult<Notice> {
    let _: TakeBackNoticeId = locked(take_back_notices::table.find(id).select(take_back_notices::id)).get_result(tx)?;
    take_back_notices::table
        .find(id)
        .filter(take_back_notices::authority_id.eq(authority))
        .select(Notice::as_select())
        .first(tx)
}

/// Writes where a notice stands.
pub(super) fn save_notice(tx: &mut Conn, notice: &Notice) -> QueryResult<()> {
    diesel::update(take_back_notices::table.find(notice.id))
        .set((
            take_back_notices::state.eq(notice.state),
            take_back_notices::appeal.eq(&notice.appeal),
            take_back_notices::appealed_at.eq(notice.appealed_at),
            take_back_notices::decided_by.eq(notice.decided_by),
            take_back_notices::decided_at.eq(notice.decided_at),
            take_back_notices::decision.eq(&notice.decision),
            take_back_notices::carried_out_on.eq(notice.carried_out_on),
            take_back_notices::carried_out_by.eq(notice.carried_out_by),
            take_back_notices::carried_out_key.eq(notice.carried_out_key),
            take_back_notices::taken_pence.eq(notice.taken_pence),
        ))
        .execute(tx)
        .map(drop)
}

/// The notices about a budget, newest first.
pub fn notices_of(conn: &mut Conn, reader: &BudgetReader) -> QueryResult<Vec<Notice>> {
    take_back_notices::table
        .filter(take_back_notices::budget_id.eq(reader.budget()))
        .order((take_back_notices::given_at.desc(), take_back_notices::id.desc()))
        .limit(20)
        .select(Notice::as_select())
        .load(conn)
}

/// The notices of an authority, appeals first, with the names.
pub fn notices_to(conn: &mut Conn, officer: &FinanceOfficer) -> QueryResult<Vec<(Notice, String)>> {
    let mut rows: Vec<(Notice, String)> = take_back_notices::table
        .inner_join(people::table.on(people::id.eq(take_back_notices::person_id)))
        .filter(take_back_notices::authority_id.eq(officer.authority()))
        .order((take_back_notices::given_at.desc(), take_back_notices::id.desc()))
        .limit(100)
        .select((Notice::as_select(), people::display_name))
        .load(conn)?;
    rows.sort_by_key(|(notice, _)| notice.state != NoticeState::Appealed);
    Ok(rows)
}
