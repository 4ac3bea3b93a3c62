//! What an authority may set for itself: whole numbers, each with a default that holds until somebody changes it.
//!
//! Each change keeps who made it and when. Money is in pence, time in days, shares in percent, yes is 1 and no is 0.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::authority_settings;
use crate::db::{Conn, both, text_enum};
use crate::ids::AuthorityId;

use crate::identity::AuthorityAdministrator;

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
            Self::RemindPapersDays => 30,
        }
    }

    /// The smallest and the largest value that make sense.
    #[must_use]
    pub const fn range(self) -> (i64, i64) {
        match self {
            Self::ApproveServices => (0, 1),
            Self::AnswerWrongWithinDays => (1, 60),
            Self::RemindPapersDays => (1, 180),
            Self::CheckAfterDays | Self::SinkAfterDays | Self::LeaveAfterDays => (7, 1_825),
        }
    }
}

/// A value that makes no sense.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// Outside the range.
    #[error("{setting} must be from {least} to {most}")]
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

/// What holds for an authority.
pub fn setting(conn: &mut Conn, authority: AuthorityId, which: Setting) -> QueryResult<i64> {
    let set: Option<i64> =
        authority_settings::table.find((authority, which)).select(authority_settings::value).first(conn).optional()?;
    Ok(set.unwrap_or(which.default_value()))
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
