//! The noun: a link in a letter. It works once and not for long; what is kept of it opens nothing.

use chrono::TimeDelta;

use crate::db::text_enum;

text_enum! {
    /// What a link is for.
    pub enum Purpose {
        /// Making an account with this address.
        Register = "register",
        /// Choosing a new password.
        Reset = "reset password",
        /// Agreeing, at the mailbox so far, that an account gets another address.
        OldAddress = "old address",
        /// Showing that the new mailbox is one's own.
        NewAddress = "new address",
    }
}

impl Purpose {
    /// How long a link works.
    #[must_use]
    pub const fn lasts(self) -> TimeDelta {
        match self {
            Self::Register | Self::OldAddress | Self::NewAddress => TimeDelta::hours(24),
            Self::Reset => TimeDelta::hours(1),
        }
    }
}
