//! The verbs: a person says what the money went on; a finance officer asks, the person answers, the officer closes.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::audit::{self, Deed, Entry, What, Why};
use crate::clock::{UtcTime, day};
use crate::db::schema::{balance_questions, spending_declarations};
use crate::db::{Conn, text_enum};
use crate::identity::{self, BudgetReader, FinanceOfficer};
use crate::ids::{AuthorityId, BalanceQuestionId, BudgetId, DeclarationId, PersonId, SubmissionKey};
use crate::money::Money;
use crate::post::{self, Told};
use crate::web::page::Link;

use super::{MonitoringError, store, words};

/// What somebody says that the money went on, as its row is.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = spending_declarations, treat_none_as_default_value = false)]
pub struct Declaration {
    /// Which.
    pub id: DeclarationId,
    /// Whose money.
    pub authority_id: AuthorityId,
    /// Of which budget.
    pub budget_id: BudgetId,
    /// Whose budget.
    pub person_id: PersonId,
    /// The first day.
    pub from_on: NaiveDate,
    /// The last day.
    pub to_on: NaiveDate,
    /// How much was spent.
    pub spent_pence: Money,
    /// How much was left in the account on the last day.
    pub left_pence: Money,
    /// On what, in their own words.
    pub words: String,
    /// Who said it: the person, or who manages money for them.
    pub declared_by: PersonId,
    /// When.
    pub declared_at: UtcTime,
    /// The form that it came from.
    pub submission_key: SubmissionKey,
}

text_enum! {
    /// Where a question about unspent money stands.
    pub enum QuestionState {
        /// Only finance officers see it.
        Flagged = "flagged",
        /// The person was asked.
        Asked = "asked",
        /// The person has answered.
        Answered = "answered",
        /// It is done.
        Closed = "closed",
    }
}

/// A question about unspent money, as its row is.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = balance_questions)]
pub struct Question {
    /// Which.
    pub id: BalanceQuestionId,
    /// Whose money.
    pub authority_id: AuthorityId,
    /// About which budget.
    pub budget_id: BudgetId,
    /// Whose budget.
    pub person_id: PersonId,
    /// What stood unspent.
    pub left_pence: Money,
    /// For so many weeks.
    pub weeks: i32,
    /// Where it stands.
    pub state: QuestionState,
    /// When it was flagged.
    pub flagged_at: UtcTime,
    /// What the officer asked.
    pub asked_words: Option<String>,
    /// What the person answered.
    pub answer: Option<String>,
    /// How it was closed.
    pub note: Option<String>,
}

/// What somebody says, checked.
#[derive(Clone, Debug)]
pub struct Said {
    /// The first day.
    pub from_on: NaiveDate,
    /// The last day.
    pub to_on: NaiveDate,
    /// How much was spent.
    pub spent: Money,
    /// How much was left.
    pub left: Money,
    /// On what.
    pub words: String,
    /// The form that it came from.
    pub key: SubmissionKey,
}

/// Keeps what somebody says that the money went on. The same form again changes nothing.
#[tracing::instrument(skip_all, fields(budget.id = %reader.budget()))]
pub fn declare(
    tx: &mut Conn,
    reader: &BudgetReader,
    said: &Said,
    now: UtcTime,
) -> Result<Declaration, MonitoringError> {
    if let Some(before) = store::declaration_by_key(tx, reader, said.key)? {
        let same = (before.from_on, before.to_on, before.spent_pence, before.left_pence, before.words.as_str())
            == (said.from_on, said.to_on, said.spent, said.left, said.words.trim());
        return if same { Ok(before) } else { Err(MonitoringError::KeyUsedDifferently) };
    }
    if said.from_on > said.to_on {
        return Err(MonitoringError::field("to_on", "Choose a last day that is not before the first."));
    }
    if said.to_on > day(now) {
        return Err(MonitoringError::field("to_on", "Choose a last day that is not after today."));
    }
    let declaration = Declaration {
        id: DeclarationId::new(),
        authority_id: reader.authority(),
        budget_id: reader.budget(),
        person_id: reader.person(),
        from_on: said.from_on,
        to_on: said.to_on,
        spent_pence: said.spent,
        left_pence: said.left,
        words: words("words", &said.words, "Say in a few words what it went on.")?,
        declared_by: reader.who().person(),
        declared_at: now,
        submission_key: said.key,
    };
    store::insert_declaration(tx, &declaration)?;
    let subject = (What::Budget, declaration.budget_id.as_str());
    audit::record(tx, &[Entry::new(reader, (Deed::Declared, Why::ForOneself), reader.person(), subject, now)])?;
    Ok(declaration)
}

/// Asks the person about money that stands unspent: before anything else is thought of.
#[tracing::instrument(skip_all, fields(question.id = %id))]
pub fn ask(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    id: BalanceQuestionId,
    text: &str,
    public_url: &str,
    now: UtcTime,
) -> Result<Question, MonitoringError> {
    let text = words("words", text, "Write what you would like to know.")?;
    let question = store::lock_question(tx, officer.authority(), id)?;
    if question.state != QuestionState::Flagged {
        return Err(MonitoringError::NotNow);
    }
    store::set_asked(tx, &question, &text, officer.who().person(), now)?;
    let subject = (What::Budget, question.budget_id.as_str());
    audit::record(
        tx,
        &[Entry::new(officer, (Deed::AskedAbout, Why::ToLookAfterMoney), question.person_id, subject, now)],
    )?;
    if let Some(address) = identity::store::email(tx, question.person_id)? {
        let told = Told {
            heading: "A question about your budget".into(),
            paragraphs: vec![
                "Somebody at your council has a question about your direct payment. Nothing is blocked, and nothing is taken away."
                    .into(),
                format!("They ask: {text}"),
            ],
            action: Some(Link {
                label: "Answer".into(),
                href: format!("{public_url}/budgets/{}/spending", question.budget_id),
            }),
            ..Told::default()
        };
        let letter = told.letter("balance question", &address).map_err(MonitoringError::Letter)?;
        post::queue(tx, &letter, now)?;
    }
    Ok(Question { state: QuestionState::Asked, asked_words: Some(text), ..question })
}

/// The person answers.
#[tracing::instrument(skip_all, fields(question.id = %id))]
pub fn answer(
    tx: &mut Conn,
    reader: &BudgetReader,
    id: BalanceQuestionId,
    text: &str,
    now: UtcTime,
) -> Result<Question, MonitoringError> {
    let text = words("answer", text, "Write your answer in your own words.")?;
    let question = store::lock_question(tx, reader.authority(), id)?;
    if question.budget_id != reader.budget() {
        return Err(diesel::result::Error::NotFound.into());
    }
    if question.state != QuestionState::Asked {
        return Err(MonitoringError::NotNow);
    }
    store::set_answered(tx, &question, &text, now)?;
    let subject = (What::Budget, question.budget_id.as_str());
    audit::record(tx, &[Entry::new(reader, (Deed::Answered, Why::ForOneself), question.person_id, subject, now)])?;
    Ok(Question { state: QuestionState::Answered, answer: Some(text), ..question })
}

/// The officer closes a question, with a note that the person can read.
#[tracing::instrument(skip_all, fields(question.id = %id))]
pub fn close(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    id: BalanceQuestionId,
    note: &str,
    now: UtcTime,
) -> Result<Question, MonitoringError> {
    let note = words("note", note, "Say how it ended: the person can read it.")?;
    let question = store::lock_question(tx, officer.authority(), id)?;
    if question.state == QuestionState::Closed {
        return Err(MonitoringError::NotNow);
    }
    store::set_closed(tx, &question, &note, officer.who().person(), now)?;
    Ok(Question { state: QuestionState::Closed, note: Some(note), ..question })
}
