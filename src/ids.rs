//! Ids that cannot be mixed up, and the only source of randomness.
//!
//! Each id is a UUID (version 7 when made here, so that new rows land at the end of their index) kept and stored as
//! its 36 letters. Whatever arrives from outside is parsed first; what is not a UUID is no id.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

/// Text that is no id.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("that is not an id")]
pub struct NotAnId;

/// Makes one type for each id: UUID text in the database, in JSON and on the screen.
macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident,)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub struct $name([u8; 36]);

        #[allow(clippy::new_without_default, dead_code, reason = "not every id is made in every way")]
        impl $name {
            /// A new id, later in order than all before it.
            #[must_use]
            pub fn new() -> Self {
                Self::of(uuid::Uuid::now_v7())
            }

            /// The id that always stands for `name`: for open data and the demo town.
            #[must_use]
            pub fn named(name: &str) -> Self {
                Self::of(uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, name.as_bytes()))
            }

            fn of(uuid: uuid::Uuid) -> Self {
                let mut text = [0; 36];
                uuid.hyphenated().encode_lower(&mut text);
                Self(text)
            }

            /// The 36 letters.
            #[must_use]
            pub fn as_str(&self) -> &str {
                std::str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::ids::NotAnId;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                uuid::Uuid::try_parse(text).map(Self::of).map_err(|_not_a_uuid| $crate::ids::NotAnId)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $name
        where
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                <str as diesel::serialize::ToSql<diesel::sql_types::Text, DB>>::to_sql(self.as_str(), out)
            }
        }

        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $name
        where
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let text = <String as diesel::deserialize::FromSql<diesel::sql_types::Text, DB>>::from_sql(bytes)?;
                Ok(text.parse()?)
            }
        }
    )+};
}

typed_ids! {
    /// One council, or a group of them that commissions jointly: the tenant.
    AuthorityId,
    /// One person with an account.
    PersonId,
    /// One role that one person holds.
    MembershipId,
    /// One organisation that provides services.
    OrganizationId,
    /// One service of the catalogue.
    ServiceId,
    /// One place where services are used.
    LocationId,
    /// One rule of when a service is on.
    ScheduleId,
    /// One paper of a provider that was checked.
    VerificationId,
    /// One way to pay for a service.
    CostOptionId,
    /// One person's personal budget.
    BudgetId,
    /// One account of the ledger.
    AccountId,
    /// One movement of money.
    TransferId,
    /// What holds for a budget from a date on.
    TermsId,
    /// One period that a budget is funded for.
    PeriodId,
    /// One amount that somebody moved by hand.
    MoneyMoveId,
    /// One wish to have a budget held in another way.
    HoldingRequestId,
    /// One return of a provider about somebody's individual service fund.
    FundReturnId,
    /// One purchase.
    PurchaseId,
    /// One delivery that a provider recorded.
    DeliveryId,
    /// One invoice.
    InvoiceId,
    /// One review.
    ReviewId,
    /// One shortlist.
    ShortlistId,
    /// One saved search.
    SavedSearchId,
    /// One feed of services that an authority takes in.
    FeedId,
    /// One reading of a feed.
    FeedRunId,
    /// One letter on its way.
    LetterId,
    /// One version of a service, as its provider wrote it.
    VersionId,
    /// One file of services that a provider sent.
    UploadId,
    /// One question about a service.
    EnquiryId,
    /// One invitation to work for a provider or an authority.
    InvitationId,
    /// One session, as pages call it: not its token.
    SessionId,
    /// One change of somebody's roles.
    RoleChangeId,
    /// One role that was offered by letter.
    RoleInvitationId,
    /// Somebody who acts for somebody.
    RepresentativeId,
    /// One copy of everything about a person.
    DataCopyId,
    /// One program that acts for somebody.
    ProgramId,
    /// One kind of search of one day.
    SearchId,
    /// One wish for support that was not found.
    WantedId,
    /// One change of what an authority set.
    SettingChangeId,
    /// One letter that asks whether entries are still right.
    StillRightLetterId,
    /// One time that somebody said an entry is right.
    ServiceCheckId,
    /// One time that somebody said an entry is wrong.
    ReportId,
    /// One rule of what budgets may be used for.
    SpendingRuleId,
    /// One time that somebody challenged a rule.
    SpendingChallengeId,
    /// One step of a paper, or of an organisation.
    StepId,
    /// One version of an authority's questionnaire.
    QuestionnaireId,
    /// One person's self-assessment.
    AssessmentId,
    /// One support plan.
    SupportPlanId,
    /// One version of a support plan, as it was handed over.
    PlanVersionId,
    /// One comment on a support plan.
    PlanCommentId,
    /// One agreed budget.
    AllocationId,
    /// One review of a support plan.
    PlanReviewId,
    /// One plan that somebody shares without their name.
    SharedPlanId,
    /// The hidden key of one submitted form, or the `Idempotency-Key` of one request: sending it again changes nothing.
    SubmissionKey,
    /// The reference that a person can quote when something went wrong.
    Reference,
}

/// A random token of 32 bytes as hexadecimal text: for sessions and CSRF.
#[must_use]
pub fn random_token() -> String {
    hex::encode(random_bytes::<32>())
}

/// Random bytes: for secrets of second factors.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place where randomness comes from")]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0_u8; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// A random number, for the noise of the demand figures and for jitter.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place where randomness comes from")]
pub fn random_key() -> i64 {
    rand::rng().random()
}

/// Random numbers that are the same on every run.
pub type Random = ChaCha12Rng;

/// Randomness that is the same on every run: for the demo town and the bench.
#[must_use]
pub fn seeded(seed: u64) -> Random {
    ChaCha12Rng::seed_from_u64(seed)
}
