//! All SQL of papers.

use chrono::NaiveDate;
use diesel::dsl::{count_star, min};
use diesel::prelude::*;

use crate::catalogue::{CheckState, Paper, ProviderType, Verification};
use crate::clock::UtcTime;
use crate::db::schema::{organizations, paper_files, paper_reminders, paper_steps, people, services, verifications};
use crate::db::{Conn, among, text_enum};
use crate::identity::{Moderator, ProviderMember};
use crate::ids::{AuthorityId, OrganizationId, PersonId, ServiceId, StepId, VerificationId};

use super::files::FileKind;

text_enum! {
    /// What became of a paper.
    pub enum PaperStep {
        /// The provider sent it.
        Sent = "sent",
        /// A moderator found it right.
        Checked = "checked",
        /// A moderator found it wrong.
        Refused = "refused",
        /// What was right is no longer.
        Withdrawn = "withdrawn",
    }
}

/// What else is known of a paper.
#[derive(Clone, Debug, Queryable)]
pub struct FileRow {
    /// When it was issued.
    pub issued_on: Option<NaiveDate>,
    /// The name of its file.
    pub key: Option<String>,
    /// What the file is.
    pub kind: Option<FileKind>,
}

/// One step of a paper, with the name of who took it.
#[derive(Clone, Debug, Queryable)]
pub struct StepRow {
    /// Which.
    pub step: PaperStep,
    /// When.
    pub at: UtcTime,
    /// By whom.
    pub by: String,
    /// Until when it holds.
    pub expires_on: Option<NaiveDate>,
    /// Why.
    pub reason: Option<String>,
}

/// Everything about one paper.
#[derive(Clone, Debug)]
pub struct WholePaper {
    /// Itself.
    pub paper: Verification,
    /// The provider's name.
    pub provider: String,
    /// Its file.
    pub file: Option<FileRow>,
    /// What became of it.
    pub steps: Vec<StepRow>,
}

/// The papers of an organisation, newest first.
pub fn papers_of(conn: &mut Conn, organization: OrganizationId) -> QueryResult<Vec<Verification>> {
    verifications::table
        .filter(verifications::organization_id.eq(organization))
        .order((verifications::sent_at.desc(), verifications::id.desc()))
        .limit(200)
        .select(Verification::as_select())
        .load(conn)
}

/// What a provider is, and which authority looks after it.
pub fn provider(
    conn: &mut Conn,
    organization: OrganizationId,
) -> QueryResult<(String, ProviderType, Option<AuthorityId>)> {
    organizations::table
        .find(organization)
        .select((organizations::name, organizations::provider_type, organizations::authority_id))
        .first(conn)
}

fn whole(conn: &mut Conn, paper: Verification, provider: String) -> QueryResult<WholePaper> {
    let file = paper_files::table
        .find(paper.id)
        .select((paper_files::issued_on, paper_files::file_key, paper_files::file_kind))
        .first(conn)
        .optional()?;
    let steps = paper_steps::table
        .inner_join(people::table)
        .filter(paper_steps::verification_id.eq(paper.id))
        .order((paper_steps::taken_at, paper_steps::id))
        .select((
            paper_steps::step,
            paper_steps::taken_at,
            people::display_name,
            paper_steps::expires_on,
            paper_steps::reason,
        ))
        .load(conn)?;
    Ok(WholePaper { paper, provider, file, steps })
}

/// One paper of the member's organisation.
pub fn paper_of_member(conn: &mut Conn, member: &ProviderMember, id: VerificationId) -> QueryResult<WholePaper> {
    let (paper, provider) = verifications::table
        .inner_join(organizations::table)
        .filter(verifications::id.eq(id).and(verifications::organization_id.eq(member.organization())))
        .select((Verification::as_select(), organizations::name))
        .first(conn)?;
    whole(conn, paper, provider)
}

/// One paper of a provider that the moderator's authority looks after.
pub fn paper_of_moderator(conn: &mut Conn, moderator: &Moderator, id: VerificationId) -> QueryResult<WholePaper> {
    let (paper, provider) = verifications::table
        .inner_join(organizations::table)
        .filter(verifications::id.eq(id).and(organizations::authority_id.eq(moderator.authority())))
        .select((Verification::as_select(), organizations::name))
        .first(conn)?;
    whole(conn, paper, provider)
}

/// Who sent each of these papers.
pub(super) fn senders_of(conn: &mut Conn, papers: &[VerificationId]) -> QueryResult<Vec<(VerificationId, PersonId)>> {
    paper_steps::table
        .filter(among(paper_steps::verification_id, papers).and(paper_steps::step.eq(PaperStep::Sent)))
        .order(paper_steps::id)
        .select((paper_steps::verification_id, paper_steps::taken_by))
        .load(conn)
}

/// Takes a paper until the transaction ends.
pub(super) fn lock(tx: &mut Conn, moderator: &Moderator, id: VerificationId) -> QueryResult<Verification> {
    let _: VerificationId =
        crate::db::locked(verifications::table.find(id).select(verifications::id)).get_result(tx)?;
    Ok(paper_of_moderator(tx, moderator, id)?.paper)
}

/// Papers that wait for the moderator, longest first, with the provider's name.
pub fn waiting(
    conn: &mut Conn,
    moderator: &Moderator,
    page: i64,
    per_page: i64,
) -> QueryResult<Vec<(Verification, String)>> {
    verifications::table
        .inner_join(organizations::table)
        .filter(organizations::authority_id.eq(moderator.authority()))
        .filter(verifications::state.eq(CheckState::Waiting))
        .order((verifications::sent_at, verifications::id))
        .limit(per_page)
        .offset((page - 1) * per_page)
        .select((Verification::as_select(), organizations::name))
        .load(conn)
}

/// How many papers wait for the moderator, how many of them since before that moment, and since when the first.
pub fn count_waiting(
    conn: &mut Conn,
    moderator: &Moderator,
    before: UtcTime,
) -> QueryResult<(i64, i64, Option<UtcTime>)> {
    let waiting = || {
        verifications::table
            .inner_join(organizations::table)
            .filter(organizations::authority_id.eq(moderator.authority()))
            .filter(verifications::state.eq(CheckState::Waiting))
    };
    let (count, first): (i64, Option<UtcTime>) =
        waiting().select((count_star(), min(verifications::sent_at))).get_result(conn)?;
    let late: i64 = waiting().filter(verifications::sent_at.lt(before)).count().get_result(conn)?;
    Ok((count, late, first))
}

/// Checked papers of the moderator's providers that end first, with the provider's name.
pub fn ending(
    conn: &mut Conn,
    moderator: &Moderator,
    from: NaiveDate,
    until: NaiveDate,
) -> QueryResult<Vec<(Verification, String)>> {
    verifications::table
        .inner_join(organizations::table)
        .filter(organizations::authority_id.eq(moderator.authority()))
        .filter(verifications::state.eq(CheckState::Checked))
        .filter(verifications::expires_on.ge(from).and(verifications::expires_on.le(until)))
        .order((verifications::expires_on, verifications::id))
        .limit(30)
        .select((Verification::as_select(), organizations::name))
        .load(conn)
}

/// Writes a paper that was sent.
pub(super) fn insert(
    tx: &mut Conn,
    paper: &Verification,
    sent_by: PersonId,
    issued_on: Option<NaiveDate>,
    file: Option<&(String, FileKind)>,
) -> QueryResult<()> {
    diesel::insert_into(verifications::table).values(paper).execute(tx)?;
    diesel::insert_into(paper_files::table)
        .values((
            paper_files::verification_id.eq(paper.id),
            paper_files::sent_by.eq(sent_by),
            paper_files::issued_on.eq(issued_on),
            paper_files::file_key.eq(file.map(|(key, _)| key.clone())),
            paper_files::file_kind.eq(file.map(|(_, kind)| *kind)),
        ))
        .execute(tx)?;
    step(tx, paper, PaperStep::Sent, sent_by, None, paper.sent_at)
}

/// Writes what became of a paper.
pub(super) fn save(
    tx: &mut Conn,
    paper: &Verification,
    taken: PaperStep,
    by: PersonId,
    reason: Option<&str>,
    now: UtcTime,
) -> QueryResult<()> {
    diesel::update(verifications::table.find(paper.id))
        .set((
            verifications::state.eq(paper.state),
            verifications::detail.eq(&paper.detail),
            verifications::checked_by.eq(&paper.checked_by),
            verifications::checked_on.eq(paper.checked_on),
            verifications::expires_on.eq(paper.expires_on),
        ))
        .execute(tx)?;
    step(tx, paper, taken, by, reason, now)
}

fn step(
    tx: &mut Conn,
    paper: &Verification,
    taken: PaperStep,
    by: PersonId,
    reason: Option<&str>,
    now: UtcTime,
) -> QueryResult<()> {
    diesel::insert_into(paper_steps::table)
        .values((
            paper_steps::id.eq(StepId::new()),
            paper_steps::verification_id.eq(paper.id),
            paper_steps::step.eq(taken),
            paper_steps::taken_at.eq(now),
            paper_steps::taken_by.eq(by),
            paper_steps::expires_on.eq(paper.expires_on),
            paper_steps::reason.eq(reason),
        ))
        .execute(tx)
        .map(drop)
}

/// The registration of an organisation that was checked and holds on that day: what a regulated service stands on.
pub fn checked_registration(
    conn: &mut Conn,
    organization: OrganizationId,
    day: NaiveDate,
) -> QueryResult<Option<Verification>> {
    let all: Vec<Verification> = verifications::table
        .filter(verifications::organization_id.eq(organization))
        .filter(verifications::paper.eq(Paper::Registration).and(verifications::state.eq(CheckState::Checked)))
        .order(verifications::checked_on.desc())
        .select(Verification::as_select())
        .load(conn)?;
    Ok(all.into_iter().find(|paper| paper.holds_on(day)))
}

/// Regulated services of an organisation that stand on this registration and are published: id and name.
pub(super) fn standing_on(
    conn: &mut Conn,
    organization: OrganizationId,
    number: &str,
) -> QueryResult<Vec<(ServiceId, String)>> {
    services::table
        .filter(services::organization_id.eq(organization).and(services::regulated.eq(true)))
        .filter(services::status.eq("active").and(services::registration_number.eq(number)))
        .select((services::id, services::name))
        .load(conn)
}

/// Papers that are checked and end by that day, of active organisations, after `after`.
pub(super) fn ending_by(
    conn: &mut Conn,
    from: NaiveDate,
    until: NaiveDate,
    after: &str,
    at_most: i64,
) -> QueryResult<Vec<(Verification, Option<AuthorityId>)>> {
    verifications::table
        .inner_join(organizations::table)
        .filter(verifications::state.eq(CheckState::Checked).and(organizations::status.eq("active")))
        .filter(verifications::expires_on.ge(from).and(verifications::expires_on.le(until)))
        .filter(verifications::id.gt(after.to_owned()))
        .order(verifications::id)
        .limit(at_most)
        .select((Verification::as_select(), organizations::authority_id))
        .load(conn)
}

/// Whether a later paper of the same kind waits or holds: then nobody need be reminded of this one.
pub(super) fn is_renewed(conn: &mut Conn, paper: &Verification) -> QueryResult<bool> {
    let others: Vec<Verification> = verifications::table
        .filter(verifications::organization_id.eq(paper.organization_id).and(verifications::paper.eq(paper.paper)))
        .filter(verifications::id.ne(paper.id).and(verifications::state.ne(CheckState::Refused)))
        .select(Verification::as_select())
        .load(conn)?;
    let later = |other: &Verification| match other.state {
        CheckState::Waiting => other.sent_at > paper.sent_at,
        _ => other.expires_on.is_none() || other.expires_on > paper.expires_on,
    };
    Ok(others.iter().any(later))
}

/// The furthest reminder that was sent of a paper.
pub(super) fn reminded(conn: &mut Conn, paper: VerificationId) -> QueryResult<i32> {
    let step: Option<i32> = paper_reminders::table
        .filter(paper_reminders::verification_id.eq(paper))
        .order(paper_reminders::step.desc())
        .select(paper_reminders::step)
        .first(conn)
        .optional()?;
    Ok(step.unwrap_or(0))
}

/// Notes a reminder.
pub(super) fn note_reminder(tx: &mut Conn, paper: VerificationId, step: i32, on: NaiveDate) -> QueryResult<()> {
    diesel::insert_into(paper_reminders::table)
        .values((
            paper_reminders::verification_id.eq(paper),
            paper_reminders::step.eq(step),
            paper_reminders::reminded_on.eq(on),
        ))
        .execute(tx)?;
    diesel::update(verifications::table.find(paper)).set(verifications::reminded_on.eq(on)).execute(tx).map(drop)
}

/// Papers of the demo town, with who sent and who checked them.
pub fn insert_all(tx: &mut Conn, new: &[(Verification, PersonId, Option<PersonId>)]) -> QueryResult<()> {
    for (paper, sent_by, checked_by) in new {
        insert(tx, paper, *sent_by, None, None)?;
        if let (Some(by), Some(on)) = (checked_by, paper.checked_on) {
            let taken = if paper.state == CheckState::Refused { PaperStep::Refused } else { PaperStep::Checked };
            let reason = (taken == PaperStep::Refused).then_some("The certificate is somebody else\u{2019}s.");
            step(tx, paper, taken, *by, reason, on.and_hms_opt(11, 0, 0).unwrap_or(paper.sent_at))?;
        }
    }
    Ok(())
}
