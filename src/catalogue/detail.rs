//! The rest of what a service tells: when it is on, where it comes to, which money it takes, what was checked.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::budgets::FundingRoute;
use crate::clock::UtcTime;
use crate::db::schema::{schedules, verifications};
use crate::db::text_enum;
use crate::ids::{OrganizationId, ScheduleId, ServiceId, VerificationId};

text_enum! {
    /// How a schedule repeats (Open Referral UK: freq).
    pub enum Freq {
        /// On days of the week.
        Weekly = "WEEKLY",
        /// On days of the month: `2MO` is the second Monday.
        Monthly = "MONTHLY",
    }
}

text_enum! {
    /// When a price applies.
    pub enum Rate {
        /// Always.
        AnyTime = "any time",
        /// On weekdays by day.
        Weekday = "weekday",
        /// On weekday evenings.
        Evening = "evening",
        /// On Saturday and Sunday.
        Weekend = "weekend",
        /// On bank holidays.
        BankHoliday = "bank holiday",
    }
}

text_enum! {
    /// What kind of area a service comes to as a whole.
    pub enum AreaKind {
        /// The first half of postcodes: M33.
        District = "postcode district",
        /// A council's area; the code is the authority's id.
        Authority = "authority",
    }
}

text_enum! {
    /// A paper that a provider shows (PRODUCT §3).
    pub enum Paper {
        /// With the regulator.
        Registration = "registration",
        /// Public liability and the like.
        Insurance = "insurance",
        /// How people are kept safe.
        Safeguarding = "safeguarding policy",
        /// Of a personal assistant.
        Identity = "identity",
        /// Of a personal assistant.
        RightToWork = "right to work",
        /// DBS or PVG; the level is in the detail.
        CriminalRecord = "criminal record check",
        /// Of a personal assistant.
        References = "references",
    }
}

text_enum! {
    /// How far the checking of a paper has come.
    pub enum CheckState {
        /// Nobody looked yet.
        Waiting = "waiting",
        /// It is right.
        Checked = "checked",
        /// It is not.
        Refused = "refused",
    }
}

/// One rule of the week or the month.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = schedules, treat_none_as_default_value = false)]
pub struct Schedule {
    /// Which.
    pub id: ScheduleId,
    /// Of which service.
    pub service_id: ServiceId,
    /// How it repeats.
    pub freq: Freq,
    /// Every so many weeks or months.
    pub every: i32,
    /// The days, as in iCalendar: "MO,TU", "2MO".
    pub byday: String,
    /// From when the weeks are counted.
    pub starts_on: Option<NaiveDate>,
    /// "09:30".
    pub opens_at: Option<String>,
    /// "17:00".
    pub closes_at: Option<String>,
    /// Its first day.
    pub valid_from: Option<NaiveDate>,
    /// Its last day.
    pub valid_to: Option<NaiveDate>,
    /// What else is to be known.
    pub description: String,
}

/// What was checked of an organisation, by whom, until when.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = verifications, treat_none_as_default_value = false)]
pub struct Verification {
    /// Which.
    pub id: VerificationId,
    /// Of whom.
    pub organization_id: OrganizationId,
    /// What paper.
    pub paper: Paper,
    /// Its number or level.
    pub detail: String,
    /// How far it has come.
    pub state: CheckState,
    /// When the provider sent it.
    pub sent_at: UtcTime,
    /// Who looked: an authority's name, or a register.
    pub checked_by: Option<String>,
    /// When.
    pub checked_on: Option<NaiveDate>,
    /// Its last day.
    pub expires_on: Option<NaiveDate>,
    /// When the provider was reminded that it ends.
    pub reminded_on: Option<NaiveDate>,
}

impl Verification {
    /// Whether it counts on that day: checked, and not over.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.state == CheckState::Checked && self.expires_on.is_none_or(|last| day <= last)
    }
}

/// The rest of what a service tells.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// When it is on.
    pub schedules: Vec<Schedule>,
    /// Postcode districts and authorities that it comes to as a whole.
    pub areas: Vec<(AreaKind, String)>,
    /// Which money it takes; none means all.
    pub funding: Vec<FundingRoute>,
    /// What was checked of its provider.
    pub verifications: Vec<Verification>,
}

impl Details {
    /// Whether money held in this way is taken; where nothing is said, all is.
    #[must_use]
    pub fn takes(&self, route: FundingRoute) -> bool {
        self.funding.is_empty() || self.funding.contains(&route)
    }
}
