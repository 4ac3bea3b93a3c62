//! All SQL of questions.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{enquiries, organizations, services};
use crate::db::{Conn, locked};
use crate::identity::ProviderMember;
use crate::ids::{EnquiryId, OrganizationId, PersonId, ServiceId, SubmissionKey};

use super::{Enquiry, Question};

/// An active service of an active provider: whose it is, and what it is called.
pub(super) fn open_service(conn: &mut Conn, id: ServiceId) -> QueryResult<Option<(OrganizationId, String)>> {
    services::table
        .inner_join(organizations::table)
        .filter(services::id.eq(id))
        .filter(services::status.eq("active").and(organizations::status.eq("active")))
        .select((organizations::id, services::name))
        .first(conn)
        .optional()
}

/// The question that a form asked before.
pub(super) fn by_key(conn: &mut Conn, key: SubmissionKey) -> QueryResult<Option<EnquiryId>> {
    enquiries::table.filter(enquiries::submission_key.eq(key)).select(enquiries::id).first(conn).optional()
}

/// How many questions an address asked since then.
pub(super) fn asked_by(conn: &mut Conn, email: &str, since: UtcTime) -> QueryResult<i64> {
    enquiries::table.filter(enquiries::email.eq(email).and(enquiries::asked_at.gt(since))).count().get_result(conn)
}

/// How many questions were asked about a service since then.
pub(super) fn asked_about(conn: &mut Conn, service: ServiceId, since: UtcTime) -> QueryResult<i64> {
    enquiries::table
        .filter(enquiries::service_id.eq(service).and(enquiries::asked_at.gt(since)))
        .count()
        .get_result(conn)
}

/// Keeps a question.
pub(super) fn insert(
    tx: &mut Conn,
    id: EnquiryId,
    organization: OrganizationId,
    person: Option<PersonId>,
    new: &Question,
    now: UtcTime,
) -> QueryResult<()> {
    diesel::insert_into(enquiries::table)
        .values((
            enquiries::id.eq(id),
            enquiries::organization_id.eq(organization),
            enquiries::service_id.eq(new.service),
            enquiries::person_id.eq(person),
            enquiries::name.eq(&new.name),
            enquiries::email.eq(&new.email),
            enquiries::question.eq(&new.question),
            enquiries::submission_key.eq(new.key),
            enquiries::asked_at.eq(now),
        ))
        .execute(tx)
        .map(drop)
}

/// A question as answering needs it. The address stays in here.
pub(super) struct ToAnswer {
    pub(super) service_id: ServiceId,
    pub(super) service: String,
    pub(super) provider: String,
    pub(super) email: String,
    pub(super) question: String,
    pub(super) is_answered: bool,
}

/// A question to the member's provider; its row is ours until the transaction ends.
pub(super) fn to_answer(tx: &mut Conn, member: &ProviderMember, id: EnquiryId) -> QueryResult<Option<ToAnswer>> {
    let mine = enquiries::table
        .filter(enquiries::id.eq(id).and(enquiries::organization_id.eq(member.organization())))
        .select((enquiries::service_id, enquiries::email, enquiries::question, enquiries::answered_at));
    let row: Option<(ServiceId, String, String, Option<UtcTime>)> = locked(mine).get_result(tx).optional()?;
    let Some((service_id, email, question, answered_at)) = row else { return Ok(None) };
    let (service, provider) = services::table
        .inner_join(organizations::table)
        .filter(services::id.eq(service_id))
        .select((services::name, organizations::name))
        .first(tx)?;
    Ok(Some(ToAnswer { service_id, service, provider, email, question, is_answered: answered_at.is_some() }))
}

/// Keeps an answer.
pub(super) fn note_answer(
    tx: &mut Conn,
    member: &ProviderMember,
    id: EnquiryId,
    words: &str,
    now: UtcTime,
) -> QueryResult<()> {
    diesel::update(enquiries::table.find(id))
        .set((
            enquiries::answer.eq(words),
            enquiries::answered_by.eq(member.who().person()),
            enquiries::answered_at.eq(now),
        ))
        .execute(tx)
        .map(drop)
}

/// The questions to the member's provider with the names of their services: those that wait first, then the newest.
pub fn of_provider(conn: &mut Conn, member: &ProviderMember) -> QueryResult<Vec<(Enquiry, String)>> {
    let all = enquiries::table.inner_join(services::table).filter(enquiries::organization_id.eq(member.organization()));
    let mut waiting: Vec<(Enquiry, String)> = all
        .filter(enquiries::answered_at.is_null())
        .order((enquiries::asked_at, enquiries::id))
        .limit(100)
        .select((Enquiry::as_select(), services::name))
        .load(conn)?;
    let answered: Vec<(Enquiry, String)> = all
        .filter(enquiries::answered_at.is_not_null())
        .order((enquiries::answered_at.desc(), enquiries::id))
        .limit(50)
        .select((Enquiry::as_select(), services::name))
        .load(conn)?;
    waiting.extend(answered);
    Ok(waiting)
}

/// How many questions wait for the member's provider.
pub fn count_waiting(conn: &mut Conn, member: &ProviderMember) -> QueryResult<i64> {
    enquiries::table
        .filter(enquiries::organization_id.eq(member.organization()).and(enquiries::answered_at.is_null()))
        .count()
        .get_result(conn)
}
