//! The verbs: notice of money to be taken back, the appeal against it, the decision by somebody else, and what comes of it.

use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use crate::audit::{self, Deed, Entry, What, Why};
use crate::budgets::{self, Move};
use crate::clock::{UtcTime, day, long_date};
use crate::db::schema::take_back_notices;
use crate::db::{Conn, text_enum};
use crate::identity::{self, BudgetReader, FinanceOfficer};
use crate::ids::{AuthorityId, BalanceQuestionId, BudgetId, PersonId, SubmissionKey, TakeBackNoticeId};
use crate::money::Money;
use crate::post::{self, Told};
use crate::web::page::Link;

use super::say::QuestionState;
use super::{MonitoringError, store, words};

/// Nothing is taken back earlier than so many days after the notice.
const NOTICE_DAYS: u64 = 28;

text_enum! {
    /// Where a notice stands.
    pub enum NoticeState {
        /// The person was told.
        Given = "given",
        /// The person appeals: nothing happens until somebody else has decided.
        Appealed = "appealed",
        /// Somebody else has decided that it stands.
        Stands = "stands",
        /// It is taken back.
        Withdrawn = "withdrawn",
        /// The money was taken back.
        CarriedOut = "carried out",
    }
}

/// One notice, as its row is.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = take_back_notices, treat_none_as_default_value = false)]
pub struct Notice {
    /// Which.
    pub id: TakeBackNoticeId,
    /// Whose money.
    pub authority_id: AuthorityId,
    /// Of which budget.
    pub budget_id: BudgetId,
    /// Whose budget.
    pub person_id: PersonId,
    /// How much.
    pub amount_pence: Money,
    /// Why.
    pub reason: String,
    /// Who gave it.
    pub given_by: PersonId,
    /// When.
    pub given_at: UtcTime,
    /// Not before this day.
    pub not_before: NaiveDate,
    /// Where it stands.
    pub state: NoticeState,
    /// What the person says against it.
    pub appeal: Option<String>,
    /// When.
    pub appealed_at: Option<UtcTime>,
    /// Who decided: somebody else than who gave it.
    pub decided_by: Option<PersonId>,
    /// When.
    pub decided_at: Option<UtcTime>,
    /// Why so.
    pub decision: Option<String>,
    /// When the money was taken back.
    pub carried_out_on: Option<NaiveDate>,
    /// By whom.
    pub carried_out_by: Option<PersonId>,
    /// The form that it came in.
    pub carried_out_key: Option<SubmissionKey>,
    /// How much was still there to be taken.
    pub taken_pence: Option<Money>,
}

/// A notice whose day has come, with no appeal open: what the verb that takes money back asks for. Only [`Notice::ripe`]
/// makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ripe {
    budget: BudgetId,
    at_most: Money,
}

impl Ripe {
    /// Out of which budget.
    #[must_use]
    pub fn budget(&self) -> BudgetId {
        self.budget
    }

    /// No more than the person was told.
    #[must_use]
    pub fn at_most(&self) -> Money {
        self.at_most
    }
}

/// Why nothing is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRipe {
    /// The day has not come.
    #[error("nothing is taken back before {}: until then the person can appeal", long_date(*.0))]
    NotBefore(NaiveDate),
    /// Somebody else decides about the appeal first.
    #[error("there is an appeal, so nothing is taken back before somebody else has decided about it")]
    Appealed,
    /// It was taken back.
    #[error("this notice was taken back")]
    Withdrawn,
    /// The money is taken back already.
    #[error("this was done already")]
    CarriedOut,
}

impl Notice {
    /// Proof that money may be taken back on a day: the day has come, and no appeal is open.
    pub fn ripe(&self, today: NaiveDate) -> Result<Ripe, NotRipe> {
        match self.state {
            NoticeState::Appealed => Err(NotRipe::Appealed),
            NoticeState::Withdrawn => Err(NotRipe::Withdrawn),
            NoticeState::CarriedOut => Err(NotRipe::CarriedOut),
            NoticeState::Given | NoticeState::Stands if today < self.not_before => {
                Err(NotRipe::NotBefore(self.not_before))
            }
            NoticeState::Given | NoticeState::Stands => Ok(Ripe { budget: self.budget_id, at_most: self.amount_pence }),
        }
    }
}

/// Gives notice of money to be taken back. Only of what the person was asked about, and has answered or let pass.
#[tracing::instrument(skip_all, fields(question.id = %about))]
pub fn give_notice(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    about: BalanceQuestionId,
    (amount, reason): (Money, &str),
    public_url: &str,
    now: UtcTime,
) -> Result<Notice, MonitoringError> {
    let reason = words("reason", reason, "Say why: the person reads it.")?;
    let question = store::lock_question(tx, officer.authority(), about)?;
    if !matches!(question.state, QuestionState::Asked | QuestionState::Answered) {
        return Err(MonitoringError::NotNow);
    }
    if amount <= Money::ZERO || amount > question.left_pence {
        let most = format!("Enter an amount above nothing, and no more than stood unspent: {}.", question.left_pence);
        return Err(MonitoringError::field("amount", &most));
    }
    let notice = Notice {
        id: TakeBackNoticeId::new(),
        authority_id: question.authority_id,
        budget_id: question.budget_id,
        person_id: question.person_id,
        amount_pence: amount,
        reason: reason.clone(),
        given_by: officer.who().person(),
        given_at: now,
        not_before: day(now) + Days::new(NOTICE_DAYS),
        state: NoticeState::Given,
        appeal: None,
        appealed_at: None,
        decided_by: None,
        decided_at: None,
        decision: None,
        carried_out_on: None,
        carried_out_by: None,
        carried_out_key: None,
        taken_pence: None,
    };
    store::insert_notice(tx, &notice)?;
    store::set_closed(tx, &question, "Notice was given: see below.", officer.who().person(), now)?;
    let subject = (What::Budget, notice.budget_id.as_str());
    let done = (Deed::GaveNoticeAbout, Why::ToLookAfterMoney);
    audit::record(tx, &[Entry::new(officer, done, notice.person_id, subject, now)])?;
    tell(
        tx,
        &notice,
        public_url,
        now,
        vec![
            format!(
                "The council would like {amount} of your direct payment back, not before {}.",
                long_date(notice.not_before)
            ),
            format!("The reason: {reason}"),
            "You can appeal. Then nothing happens until somebody else has looked at it.".into(),
        ],
    )?;
    Ok(notice)
}

/// The person appeals: nothing happens until somebody else has decided.
#[tracing::instrument(skip_all, fields(notice.id = %id))]
pub fn appeal(
    tx: &mut Conn,
    reader: &BudgetReader,
    id: TakeBackNoticeId,
    text: &str,
    now: UtcTime,
) -> Result<Notice, MonitoringError> {
    let text = words("appeal", text, "Say in your own words why this is wrong.")?;
    let notice = store::lock_notice(tx, reader.authority(), id)?;
    if notice.budget_id != reader.budget() {
        return Err(diesel::result::Error::NotFound.into());
    }
    if notice.state != NoticeState::Given {
        return Err(MonitoringError::NotNow);
    }
    let appealed = Notice { state: NoticeState::Appealed, appeal: Some(text), appealed_at: Some(now), ..notice };
    store::save_notice(tx, &appealed)?;
    let subject = (What::Budget, appealed.budget_id.as_str());
    audit::record(tx, &[Entry::new(reader, (Deed::AppealedAbout, Why::ForOneself), reader.person(), subject, now)])?;
    Ok(appealed)
}

/// Somebody else decides about an appeal; whoever gave a notice may take it back at any time.
#[tracing::instrument(skip_all, fields(notice.id = %id))]
pub fn decide(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    id: TakeBackNoticeId,
    (stands, text): (bool, &str),
    public_url: &str,
    now: UtcTime,
) -> Result<Notice, MonitoringError> {
    let text = words("decision", text, "Say why: the person reads it.")?;
    let notice = store::lock_notice(tx, officer.authority(), id)?;
    let open = matches!(notice.state, NoticeState::Given | NoticeState::Appealed);
    if !open || (stands && notice.state != NoticeState::Appealed) {
        return Err(MonitoringError::NotNow);
    }
    if stands && notice.given_by == officer.who().person() {
        return Err(MonitoringError::SamePerson);
    }
    let decided = Notice {
        state: if stands { NoticeState::Stands } else { NoticeState::Withdrawn },
        decided_by: Some(officer.who().person()),
        decided_at: Some(now),
        decision: Some(text.clone()),
        ..notice
    };
    store::save_notice(tx, &decided)?;
    let subject = (What::Budget, decided.budget_id.as_str());
    let done = (Deed::DecidedAbout, Why::ToLookAfterMoney);
    audit::record(tx, &[Entry::new(officer, done, decided.person_id, subject, now)])?;
    let first = if stands {
        format!("Somebody else has looked at your appeal: the notice of {} stands.", decided.amount_pence)
    } else {
        format!("The notice of {} is taken back. Your money stays where it is.", decided.amount_pence)
    };
    let mut paragraphs = vec![first, format!("The reason: {text}")];
    if stands {
        paragraphs.push(
            "If you think that this is wrong, you can complain to the council, and after that to the Local Government and Social \
             Care Ombudsman (www.lgo.org.uk, 0300 061 0614)."
                .into(),
        );
    }
    tell(tx, &decided, public_url, now, paragraphs)?;
    Ok(decided)
}

/// Takes back what a notice speaks of, once its day has come and no appeal is open: as much of it as is still free, and
/// no more. Doing it again changes nothing.
#[tracing::instrument(skip_all, fields(notice.id = %id))]
pub fn carry_out(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    (id, key): (TakeBackNoticeId, SubmissionKey),
    public_url: &str,
    now: UtcTime,
) -> Result<Notice, MonitoringError> {
    let notice = store::lock_notice(tx, officer.authority(), id)?;
    if notice.state == NoticeState::CarriedOut {
        return Ok(notice);
    }
    let ripe = notice.ripe(day(now))?;
    let budget = budgets::store::lock_of(tx, notice.authority_id, notice.budget_id)?;
    let amount = budget.free_of_the_council().min(notice.amount_pence);
    if amount <= Money::ZERO {
        return Err(MonitoringError::NothingLeft);
    }
    let by = officer.who().person();
    let done = Notice {
        state: NoticeState::CarriedOut,
        carried_out_on: Some(day(now)),
        carried_out_by: Some(by),
        carried_out_key: Some(key),
        taken_pence: Some(amount),
        ..notice
    };
    // First the notice: the database takes no such transfer without it.
    store::save_notice(tx, &done)?;
    let asked = Move { what: budgets::What::Clawback(ripe), amount, note: done.reason.clone(), key };
    budgets::move_money(tx, (done.authority_id, done.budget_id), Some(by), &asked, now)?;
    let subject = (What::Budget, done.budget_id.as_str());
    audit::record(tx, &[Entry::new(officer, (Deed::Changed, Why::ToLookAfterMoney), done.person_id, subject, now)])?;
    let told = vec![
        format!("{amount} of your direct payment went back to the council today, as the notice said."),
        format!("The reason: {}", done.reason),
        "It is taken off the next payments. If you think that this is wrong, you can complain to the council, and after that to \
         the Local Government and Social Care Ombudsman (www.lgo.org.uk, 0300 061 0614)."
            .into(),
    ];
    tell(tx, &done, public_url, now, told)?;
    Ok(done)
}

fn tell(
    tx: &mut Conn,
    notice: &Notice,
    public_url: &str,
    now: UtcTime,
    paragraphs: Vec<String>,
) -> Result<(), MonitoringError> {
    let Some(address) = identity::store::email(tx, notice.person_id)? else { return Ok(()) };
    let told = Told {
        heading: "About your direct payment".into(),
        paragraphs,
        action: Some(Link {
            label: "Read it, and appeal".into(),
            href: format!("{public_url}/budgets/{}/spending", notice.budget_id),
        }),
        ..Told::default()
    };
    let letter = told.letter("take-back notice", &address).map_err(MonitoringError::Letter)?;
    post::queue(tx, &letter, now)?;
    Ok(())
}
