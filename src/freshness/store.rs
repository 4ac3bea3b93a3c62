//! All SQL of freshness.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::catalogue::upkeep;
use crate::clock::UtcTime;
use crate::db::schema::{service_checks, still_right_letters, still_right_questions};
use crate::db::{Conn, among, text_enum};
use crate::ids::{OrganizationId, PersonId, ServiceCheckId, ServiceId, StillRightLetterId};

use super::schedule::Asked;

text_enum! {
    /// What a provider answers.
    pub enum Answer {
        /// Nothing has changed.
        StillRight = "still right",
        /// Something has.
        Changed = "changed",
        /// Closed for a while.
        TemporarilyClosed = "temporarily closed",
        /// It is no more.
        ClosedForGood = "closed for good",
    }
}

text_enum! {
    /// How an entry was found right.
    pub enum How {
        /// By the link in a letter.
        Link = "link in a letter",
        /// By somebody of the provider who was signed in.
        Member = "provider member",
        /// By a moderator, who asked.
        Moderator = "moderator",
        /// When somebody had said that it was wrong.
        Report = "answer to a report",
    }
}

/// A letter that asked, as its link finds it.
#[derive(Clone, Debug, Queryable)]
pub struct LetterRow {
    /// Which.
    pub id: StillRightLetterId,
    /// Whom it asked.
    pub organization: OrganizationId,
    /// Until when its link works.
    pub expires_at: UtcTime,
}

/// One question of a letter.
#[derive(Clone, Debug, Queryable)]
pub struct QuestionRow {
    /// About which entry.
    pub service: ServiceId,
    /// What was answered.
    pub answer: Option<Answer>,
    /// When.
    pub answered_at: Option<UtcTime>,
}

/// The letter behind a link.
pub(super) fn letter(conn: &mut Conn, token_hash: &str) -> QueryResult<Option<LetterRow>> {
    still_right_letters::table
        .filter(still_right_letters::token_hash.eq(token_hash))
        .select((still_right_letters::id, still_right_letters::organization_id, still_right_letters::expires_at))
        .first(conn)
        .optional()
}

/// Takes the letter behind a link until the transaction ends.
pub(super) fn lock_letter(tx: &mut Conn, token_hash: &str) -> QueryResult<Option<LetterRow>> {
    crate::db::locked(
        still_right_letters::table.filter(still_right_letters::token_hash.eq(token_hash.to_owned())).select((
            still_right_letters::id,
            still_right_letters::organization_id,
            still_right_letters::expires_at,
        )),
    )
    .get_result(tx)
    .optional()
}

/// The questions of a letter.
pub(super) fn questions(conn: &mut Conn, letter: StillRightLetterId) -> QueryResult<Vec<QuestionRow>> {
    still_right_questions::table
        .filter(still_right_questions::letter_id.eq(letter))
        .order(still_right_questions::service_id)
        .select((still_right_questions::service_id, still_right_questions::answer, still_right_questions::answered_at))
        .load(conn)
}

/// Writes an answer to questions of a letter that have none yet; how many that were.
pub(super) fn answer(
    tx: &mut Conn,
    letter: StillRightLetterId,
    services: &[ServiceId],
    answer: Answer,
    now: UtcTime,
) -> QueryResult<usize> {
    diesel::update(
        still_right_questions::table
            .filter(still_right_questions::letter_id.eq(letter))
            .filter(still_right_questions::answer.is_null())
            .filter(among(still_right_questions::service_id, services)),
    )
    .set((still_right_questions::answer.eq(answer), still_right_questions::answered_at.eq(now)))
    .execute(tx)
}

/// When the last letter went to an organisation.
pub(super) fn last_letter(conn: &mut Conn, organization: OrganizationId) -> QueryResult<Option<NaiveDate>> {
    still_right_letters::table
        .filter(still_right_letters::organization_id.eq(organization))
        .order(still_right_letters::sent_on.desc())
        .select(still_right_letters::sent_on)
        .first(conn)
        .optional()
}

/// How far an organisation was asked about each of its entries, newest letters first.
pub fn asked(conn: &mut Conn, organization: OrganizationId) -> QueryResult<Vec<(ServiceId, Asked)>> {
    let rows: Vec<(ServiceId, i32, NaiveDate)> = still_right_questions::table
        .inner_join(still_right_letters::table)
        .filter(still_right_letters::organization_id.eq(organization))
        .order(still_right_letters::sent_on.desc())
        .limit(2_000)
        .select((still_right_questions::service_id, still_right_questions::step, still_right_letters::sent_on))
        .load(conn)?;
    Ok(rows.into_iter().map(|(service, step, on)| (service, Asked { step, on })).collect())
}

/// Notes a letter with its questions.
pub(super) fn insert_letter(
    tx: &mut Conn,
    organization: OrganizationId,
    token_hash: &str,
    questions: &[(ServiceId, i32)],
    sent_on: NaiveDate,
    expires_at: UtcTime,
) -> QueryResult<()> {
    let id = StillRightLetterId::new();
    diesel::insert_into(still_right_letters::table)
        .values((
            still_right_letters::id.eq(id),
            still_right_letters::organization_id.eq(organization),
            still_right_letters::token_hash.eq(token_hash),
            still_right_letters::sent_on.eq(sent_on),
            still_right_letters::expires_at.eq(expires_at),
        ))
        .execute(tx)?;
    let rows: Vec<_> = questions
        .iter()
        .map(|(service, step)| {
            (
                still_right_questions::letter_id.eq(id),
                still_right_questions::service_id.eq(*service),
                still_right_questions::step.eq(*step),
            )
        })
        .collect();
    crate::both!(tx, c => diesel::insert_into(still_right_questions::table).values(rows).execute(c))?;
    Ok(())
}

/// Notes that entries were found right today, and by whom.
pub fn note_checks(
    tx: &mut Conn,
    services: &[ServiceId],
    how: How,
    person: Option<PersonId>,
    now: UtcTime,
) -> QueryResult<()> {
    let today = crate::clock::day(now);
    let rows: Vec<_> = services
        .iter()
        .map(|service| {
            (
                service_checks::id.eq(ServiceCheckId::new()),
                service_checks::service_id.eq(*service),
                service_checks::checked_on.eq(today),
                service_checks::checked_at.eq(now),
                service_checks::how.eq(how),
                service_checks::person_id.eq(person),
            )
        })
        .collect();
    crate::both!(tx, c => diesel::insert_into(service_checks::table).values(rows).execute(c))?;
    upkeep::assure(tx, services, today, now)
}

/// How an entry was found right the last time: on which day, and how.
pub fn last_check(conn: &mut Conn, service: ServiceId) -> QueryResult<Option<(NaiveDate, How)>> {
    service_checks::table
        .filter(service_checks::service_id.eq(service))
        .order(service_checks::checked_at.desc())
        .select((service_checks::checked_on, service_checks::how))
        .first(conn)
        .optional()
}
