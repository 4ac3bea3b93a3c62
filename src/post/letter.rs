//! The noun: one letter.

use askama::Template;
use chrono::TimeDelta;

use crate::clock::UtcTime;
use crate::db::text_enum;
use crate::error::AppError;

text_enum! {
    /// How far a letter has come.
    pub enum LetterState {
        /// To be sent, now or later.
        Waiting = "waiting",
        /// Handed to the mail server.
        Sent = "sent",
        /// Tried for days in vain.
        GivenUp = "given up",
    }
}

/// After so many tries a letter is given up; by then three days have passed.
const MOST_TRIES: i32 = 14;

/// A letter to one address, in words and as HTML.
#[derive(Clone, Debug)]
pub struct Letter {
    /// What kind of letter: a stable word for logs and tests ("still right").
    pub kind: &'static str,
    /// To whom: an e-mail address.
    pub address: String,
    /// The subject.
    pub subject: String,
    /// As plain text.
    pub words: String,
    /// As HTML.
    pub html: String,
}

impl Letter {
    /// A letter made of its two templates (`templates/letters/<kind>.txt` and `.html`).
    pub fn of(
        kind: &'static str,
        address: &str,
        subject: impl Into<String>,
        words: &impl Template,
        html: &impl Template,
    ) -> Result<Self, AppError> {
        let words = words.render().map_err(AppError::unexpected)?;
        let html = html.render().map_err(AppError::unexpected)?;
        Ok(Self { kind, address: address.to_owned(), subject: subject.into(), words, html })
    }
}

/// When to try again after so many tries in vain; none when it is time to give up.
pub(super) fn next_try(tries: i32, now: UtcTime) -> Option<UtcTime> {
    let minutes = 1_i64 << tries.clamp(0, 9); // 1, 2, 4 … 512 minutes
    (tries < MOST_TRIES).then(|| now + TimeDelta::minutes(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_waits_longer_each_time_and_is_given_up_after_days() {
        let start = UtcTime::default();
        let mut now = start;
        let mut tries = 1;
        while let Some(next) = next_try(tries, now) {
            assert!(next > now);
            (now, tries) = (next, tries + 1);
        }
        let days = (now - start).num_days();
        assert!((1..=4).contains(&days), "{days}");
    }
}
