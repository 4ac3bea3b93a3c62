//! What an authority may set for itself: whole numbers, each with a default that holds until somebody changes it.
//!
//! Each change keeps who made it and when, for ever. Money is in pence, time in days, shares in percent, yes is 1 and
//! no is 0. To add one: a variant here, a line in each `match`, and it is on the page and in the API.

use actix_web::http::StatusCode;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{authority_settings, people, setting_changes};
use crate::db::{Conn, both, text_enum};
use crate::error::{AppError, FieldError, Refusal};
use crate::identity::AuthorityAdministrator;
use crate::ids::{AuthorityId, SettingChangeId};

text_enum! {
    /// One thing that an authority may set.
    pub enum Setting {
        /// Whether changes to services wait for approval: 0 or 1.
        ApproveServices = "approve services",
        /// After so many days without a check, the owner of a service gets a "still right" link.
        CheckAfterDays = "check after days",
        /// After so many days without a check, a service sinks in the results.
        SinkAfterDays = "sink after days",
        /// After so many days without a check, a service leaves the results.
        LeaveAfterDays = "leave after days",
        /// "This is wrong" is to be answered within so many days.
        AnswerWrongWithinDays = "answer wrong within days",
        /// A provider is reminded so many days before a paper ends.
        RemindPapersDays = "remind papers days",
        /// Amounts of budgets are whole multiples of so many pence.
        RoundToPence = "round to pence",
        /// Whether periods of budgets close by themselves: 0 or 1.
        ClosePeriods = "close periods",
        /// What of a council-managed budget goes on to the next period: so many percent of a week's money.
        CarryOverPercent = "carry over percent",
        /// The same of an individual service fund.
        FundCarryOverPercent = "fund carry over percent",
        /// Money is handed to who holds a budget every so many days.
        PayHoldersEveryDays = "pay holders every days",
        /// Money is handed to the provider of an individual service fund every so many days.
        PayFundsEveryDays = "pay funds every days",
        /// A return about an individual service fund covers so many months.
        FundReturnMonths = "fund return months",
        /// It is due so many days after its last.
        FundReturnDueDays = "fund return due days",
        /// A late one is asked for again every so many days.
        ChaseReturnsEveryDays = "chase returns every days",
        /// The first review of a support plan comes so many days after it begins.
        FirstReviewDays = "first review days",
        /// Further reviews come after so many days where the risk is low,
        ReviewLowRiskDays = "review low risk days",
        /// where it is medium,
        ReviewMediumRiskDays = "review medium risk days",
        /// and where it is high.
        ReviewHighRiskDays = "review high risk days",
        /// So many days before a review, people are told that it comes.
        RemindReviewDays = "remind review days",
        /// Where an allocation falls, the difference is paid for so many days more.
        BridgingDays = "bridging days",
        /// A challenge to a rule of spending is to be answered within so many working days.
        AnswerChallengesWithinDays = "answer challenges within days",
        /// Whoever holds a direct payment is asked when more than so many weeks of it stand unspent.
        AskAboveWeeks = "ask above weeks",
    }
}

impl Setting {
    /// What holds until the authority says otherwise.
    #[must_use]
    pub const fn default_value(self) -> i64 {
        match self {
            Self::ApproveServices => 0,
            Self::CheckAfterDays => 90,
            Self::SinkAfterDays => 180,
            Self::LeaveAfterDays => 365,
            Self::AnswerWrongWithinDays => 5,
            Self::RemindPapersDays | Self::FundReturnDueDays => 30,
            Self::RoundToPence | Self::ClosePeriods => 1,
            Self::CarryOverPercent => 800,
            Self::FundCarryOverPercent => 25,
            Self::PayHoldersEveryDays => 28,
            Self::PayFundsEveryDays | Self::ChaseReturnsEveryDays => 14,
            Self::FundReturnMonths => 3,
            Self::FirstReviewDays => 56,
            Self::ReviewLowRiskDays => 365,
            Self::ReviewMediumRiskDays => 183,
            Self::ReviewHighRiskDays => 91,
            Self::RemindReviewDays => 28,
            Self::BridgingDays => 84,
            Self::AnswerChallengesWithinDays => 5,
            Self::AskAboveWeeks => 12,
        }
    }

    /// The smallest and the largest value that make sense.
    #[must_use]
    pub const fn range(self) -> (i64, i64) {
        match self {
            Self::ApproveServices | Self::ClosePeriods => (0, 1),
            Self::RoundToPence => (1, 1_000),
            Self::CarryOverPercent | Self::FundCarryOverPercent => (0, 5_200),
            Self::PayHoldersEveryDays | Self::PayFundsEveryDays => (7, 92),
            Self::FundReturnMonths => (1, 12),
            Self::FundReturnDueDays | Self::ChaseReturnsEveryDays => (1, 92),
            Self::AnswerWrongWithinDays | Self::AnswerChallengesWithinDays => (1, 60),
            Self::AskAboveWeeks => (4, 52),
            Self::RemindPapersDays => (1, 180),
            Self::FirstReviewDays => (14, 182),
            // A review at least once a year is expected (statutory guidance to the Care Act 2014, chapter 13).
            Self::ReviewLowRiskDays | Self::ReviewMediumRiskDays | Self::ReviewHighRiskDays => (14, 366),
            Self::RemindReviewDays => (1, 90),
            Self::BridgingDays => (0, 364),
            Self::CheckAfterDays | Self::SinkAfterDays | Self::LeaveAfterDays => (7, 1_825),
        }
    }

    /// What is counted.
    #[must_use]
    pub const fn measure(self) -> Measure {
        match self {
            Self::ApproveServices | Self::ClosePeriods => Measure::YesOrNo,
            Self::RoundToPence => Measure::Pence,
            Self::CarryOverPercent | Self::FundCarryOverPercent => Measure::Percent,
            Self::FundReturnMonths => Measure::Months,
            Self::PayHoldersEveryDays
            | Self::PayFundsEveryDays
            | Self::FundReturnDueDays
            | Self::ChaseReturnsEveryDays => Measure::Days,
            Self::AnswerWrongWithinDays | Self::AnswerChallengesWithinDays => Measure::WorkingDays,
            Self::AskAboveWeeks => Measure::Weeks,
            Self::CheckAfterDays | Self::SinkAfterDays | Self::LeaveAfterDays | Self::RemindPapersDays => Measure::Days,
            Self::FirstReviewDays
            | Self::ReviewLowRiskDays
            | Self::ReviewMediumRiskDays
            | Self::ReviewHighRiskDays
            | Self::RemindReviewDays
            | Self::BridgingDays => Measure::Days,
        }
    }

    /// What it is called on the page.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::ApproveServices => "Changes wait for approval",
            Self::CheckAfterDays => "Ask whether an entry is still right",
            Self::SinkAfterDays => "Old entries sink in the results",
            Self::LeaveAfterDays => "Old entries leave the results",
            Self::AnswerWrongWithinDays => "Answer \u{201c}This is wrong\u{201d}",
            Self::RemindPapersDays => "Remind providers of papers that end",
            Self::RoundToPence => "Round amounts of budgets",
            Self::ClosePeriods => "Periods of budgets close by themselves",
            Self::CarryOverPercent => "Carry over from council-managed budgets",
            Self::FundCarryOverPercent => "Carry over from individual service funds",
            Self::PayHoldersEveryDays => "Pay direct payments and other holders",
            Self::PayFundsEveryDays => "Pay individual service funds",
            Self::FundReturnMonths => "Returns about individual service funds",
            Self::FundReturnDueDays => "When returns are due",
            Self::ChaseReturnsEveryDays => "Ask again for late returns",
            Self::FirstReviewDays => "First review of a support plan",
            Self::ReviewLowRiskDays => "Review plans of low risk",
            Self::ReviewMediumRiskDays => "Review plans of medium risk",
            Self::ReviewHighRiskDays => "Review plans of high risk",
            Self::RemindReviewDays => "Tell people that a review comes",
            Self::BridgingDays => "Bridge a budget that falls",
            Self::AnswerChallengesWithinDays => "Answer challenges to rules",
            Self::AskAboveWeeks => "Ask about money that stands unspent",
        }
    }

    /// What it does, in plain words.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::ApproveServices => {
                "When a provider changes an entry, a moderator looks before everybody sees the change. Until then the last \
                 approved version stays public."
            }
            Self::CheckAfterDays => {
                "When nobody has checked an entry for so long, its provider gets a letter with a link to say that it is still \
                 right, without signing in."
            }
            Self::SinkAfterDays => "When nobody has checked an entry for so long, it stands lower in the results.",
            Self::LeaveAfterDays => {
                "When nobody has checked an entry for so long, searches no longer find it. Its page says how old it is."
            }
            Self::AnswerWrongWithinDays => {
                "When somebody says that an entry is wrong, it should be put right or answered within so many working days. \
                 Weekends and bank holidays do not count. After that the public page says that it may be out of date."
            }
            Self::FirstReviewDays => {
                "So long after a support plan begins, the person and their care manager look for the first time whether it \
                 works: a light review, to put small things right."
            }
            Self::ReviewLowRiskDays => "So long after a review comes the next one, where the risk in the plan is low.",
            Self::ReviewMediumRiskDays => {
                "So long after a review comes the next one, where the risk in the plan is medium."
            }
            Self::ReviewHighRiskDays => {
                "So long after a review comes the next one, where the risk in the plan is high."
            }
            Self::RemindReviewDays => {
                "So long before a review, the person and their care manager get a letter, so that both can get ready."
            }
            Self::BridgingDays => {
                "Where somebody\u{2019}s budget falls after a review, the difference is paid for so long, so that nobody has to \
                 change their life from one day to the next. A care manager can choose a longer or a shorter time."
            }
            Self::RemindPapersDays => {
                "So long before a checked paper ends (insurance, registration, DBS check\u{2026}) its provider gets a reminder. \
                 On the day after its last, the badge disappears."
            }
            Self::RoundToPence => {
                "What a budget is due for a period is rounded to a whole multiple of so many pence, half a step up. 1 is to the \
                 penny, 100 to the pound."
            }
            Self::ClosePeriods => {
                "When a period of a budget is over, it closes by itself: unspent money goes on to the next period as far as the \
                 rule says. Otherwise a finance officer closes each. Money that is with the person is never taken back in this \
                 way: somebody asks first."
            }
            Self::CarryOverPercent => {
                "How much unspent money of a council-managed budget goes on to the next period, as a percentage of what the \
                 budget is for one week: 800 is eight weeks. The rest goes back to the council."
            }
            Self::FundCarryOverPercent => {
                "How much unspent money of an individual service fund goes on to the next period as a contingency, as a \
                 percentage of what the fund is for one week. The rest goes back to the council."
            }
            Self::PayHoldersEveryDays => {
                "How often money is paid to people with direct payments, and to third parties, trusts and brokers, in advance."
            }
            Self::PayFundsEveryDays => {
                "How often money is paid to the providers that hold individual service funds, in advance."
            }
            Self::FundReturnMonths => {
                "A provider that holds individual service funds accounts for each person by a return. It covers so many months."
            }
            Self::FundReturnDueDays => "A return is due so long after the last day that it covers.",
            Self::ChaseReturnsEveryDays => {
                "When a return is late, its provider gets a letter, and another one every so many days until it is there."
            }
            Self::AnswerChallengesWithinDays => {
                "When somebody challenges a rule of what budgets may be used for, a person answers within so many working days. \
                 The public page of the rules says how many wait too long."
            }
            Self::AskAboveWeeks => {
                "When more money of a direct payment stands unspent than so many weeks need, somebody asks the person about it \
                 first. Nothing is blocked, and nothing is taken back without notice, a reason and a way to appeal."
            }
        }
    }

    /// A value in words: "90 days", "yes".
    #[must_use]
    pub fn shown(self, value: i64) -> String {
        match (self.measure(), value) {
            (Measure::YesOrNo, 0) => "no".into(),
            (Measure::YesOrNo, _) => "yes".into(),
            (Measure::Days, 1) => "1 day".into(),
            (Measure::Days, days) => format!("{days} days"),
            (Measure::Weeks, 1) => "1 week".into(),
            (Measure::Weeks, weeks) => format!("{weeks} weeks"),
            (Measure::WorkingDays, 1) => "1 working day".into(),
            (Measure::WorkingDays, days) => format!("{days} working days"),
            (Measure::Months, 1) => "1 month".into(),
            (Measure::Months, months) => format!("{months} months"),
            (Measure::Percent, percent) => format!("{percent} %"),
            (Measure::Pence, 1) => "to the penny".into(),
            (Measure::Pence, pence) => format!("to {}", crate::money::Money::pence(pence)),
        }
    }

    /// Its name in addresses: "check-after-days".
    #[must_use]
    pub fn slug(self) -> String {
        self.as_str().replace(' ', "-")
    }

    /// The one with this name in addresses.
    #[must_use]
    pub fn by_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|each| each.slug() == slug)
    }
}

/// What a setting counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// 1 or 0.
    YesOrNo,
    /// Days of the calendar.
    Days,
    /// Weeks.
    Weeks,
    /// Days that are no weekend and no bank holiday.
    WorkingDays,
    /// Months of the calendar.
    Months,
    /// Hundredths.
    Percent,
    /// Pence.
    Pence,
}

/// A value that makes no sense.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// Outside the range.
    #[error("enter a whole number from {least} to {most}")]
    OutOfRange {
        /// Which.
        setting: Setting,
        /// The smallest.
        least: i64,
        /// The largest.
        most: i64,
    },
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<SettingError> for AppError {
    fn from(error: SettingError) -> Self {
        match error {
            SettingError::Database(cause) => cause.into(),
            SettingError::OutOfRange { least, most, .. } => Self::Refused(Refusal {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                code: "out-of-range",
                sentence: format!("Enter a whole number from {least} to {most}."),
                fields: vec![FieldError::new("value", format!("Enter a whole number from {least} to {most}."))],
            }),
        }
    }
}

/// What holds for an authority.
pub fn setting(conn: &mut Conn, authority: AuthorityId, which: Setting) -> QueryResult<i64> {
    let set: Option<i64> =
        authority_settings::table.find((authority, which)).select(authority_settings::value).first(conn).optional()?;
    Ok(set.unwrap_or(which.default_value()))
}

/// What holds for what an authority looks after; the default where none does.
pub fn setting_of(conn: &mut Conn, authority: Option<AuthorityId>, which: Setting) -> QueryResult<i64> {
    match authority {
        Some(authority) => setting(conn, authority, which),
        None => Ok(which.default_value()),
    }
}

/// One change of a setting.
#[derive(Clone, Debug, Queryable)]
pub struct Change {
    /// Of what.
    pub setting: String,
    /// From.
    pub before: i64,
    /// To.
    pub after: i64,
    /// When.
    pub at: UtcTime,
    /// By whom.
    pub by: String,
}

/// What was changed for an authority, newest first.
pub fn changes(conn: &mut Conn, authority: AuthorityId) -> QueryResult<Vec<Change>> {
    setting_changes::table
        .inner_join(people::table)
        .filter(setting_changes::authority_id.eq(authority))
        .order((setting_changes::changed_at.desc(), setting_changes::id.desc()))
        .limit(500)
        .select((
            setting_changes::setting,
            setting_changes::before,
            setting_changes::after,
            setting_changes::changed_at,
            people::display_name,
        ))
        .load(conn)
}

/// What authorities have set differently from the default.
pub fn changed(conn: &mut Conn, which: Setting) -> QueryResult<Vec<(AuthorityId, i64)>> {
    authority_settings::table
        .filter(authority_settings::setting.eq(which))
        .select((authority_settings::authority_id, authority_settings::value))
        .load(conn)
}

/// Sets one thing for the administrator's authority.
pub fn set(
    tx: &mut Conn,
    administrator: &AuthorityAdministrator,
    which: Setting,
    value: i64,
    now: UtcTime,
) -> Result<(), SettingError> {
    let (least, most) = which.range();
    if !(least..=most).contains(&value) {
        return Err(SettingError::OutOfRange { setting: which, least, most });
    }
    let before = setting(tx, administrator.authority(), which)?;
    if before == value {
        return Ok(());
    }
    diesel::insert_into(setting_changes::table)
        .values((
            setting_changes::id.eq(SettingChangeId::new()),
            setting_changes::authority_id.eq(administrator.authority()),
            setting_changes::setting.eq(which),
            setting_changes::before.eq(before),
            setting_changes::after.eq(value),
            setting_changes::changed_at.eq(now),
            setting_changes::changed_by.eq(administrator.who().person()),
        ))
        .execute(tx)?;
    let said = (
        authority_settings::value.eq(value),
        authority_settings::changed_at.eq(now),
        authority_settings::changed_by.eq(administrator.who().person()),
    );
    let key = (authority_settings::authority_id.eq(administrator.authority()), authority_settings::setting.eq(which));
    both(
        diesel::insert_into(authority_settings::table)
            .values((key, said))
            .on_conflict((authority_settings::authority_id, authority_settings::setting))
            .do_update()
            .set(said),
    )
    .execute(tx)?;
    Ok(())
}
