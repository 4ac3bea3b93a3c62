//! The noun: what papers are called, who is asked for which, when they are a badge, when they are reminded of. Pure.

use chrono::NaiveDate;

use crate::catalogue::views::CheckShown;
use crate::catalogue::{Paper, ProviderType, Verification};
use crate::clock::long_date;

/// Days before its end when a paper is reminded of for the second time.
const VERY_SOON: i64 = 7;

/// Days after its end when nobody is told any more.
const LONG_AGO: i64 = 30;

/// What a paper is called on pages.
#[must_use]
pub const fn label(paper: Paper) -> &'static str {
    match paper {
        Paper::Registration => "Registration with the regulator",
        Paper::Insurance => "Insurance",
        Paper::Safeguarding => "Safeguarding policy",
        Paper::Identity => "Identity",
        Paper::RightToWork => "Right to work",
        Paper::CriminalRecord => "Criminal record check",
        Paper::References => "References",
    }
}

/// What to write about a paper: its number or level.
#[must_use]
pub const fn about(paper: Paper) -> &'static str {
    match paper {
        Paper::Registration => "The registration number, such as 1-123456789.",
        Paper::Insurance => "What it covers, and up to how much: Public liability, £5 million.",
        Paper::Safeguarding => "The version or date of the policy.",
        Paper::Identity => "Which document it is: passport, driving licence.",
        Paper::RightToWork => "The share code, or which document it is.",
        Paper::CriminalRecord => {
            "The level (basic, standard, enhanced, enhanced with barred lists) and the certificate’s number."
        }
        Paper::References => "How many, and from whom: two, from people I worked for.",
    }
}

/// Which papers this kind of provider is asked for.
#[must_use]
pub const fn asked_of(provider: ProviderType) -> &'static [Paper] {
    match provider {
        ProviderType::PersonalAssistant => {
            &[Paper::Identity, Paper::RightToWork, Paper::CriminalRecord, Paper::References, Paper::Insurance]
        }
        _ => &[Paper::Registration, Paper::Insurance, Paper::Safeguarding, Paper::CriminalRecord],
    }
}

/// Whether a paper has to say when it ends.
#[must_use]
pub(super) const fn has_an_end(paper: Paper) -> bool {
    matches!(paper, Paper::Insurance)
}

/// The badge of a paper; none on a day on which it does not hold.
#[must_use]
pub fn badge(paper: &Verification, today: NaiveDate) -> Option<CheckShown> {
    if !paper.holds_on(today) {
        return None;
    }
    let by = paper.checked_by.as_deref().map(|who| format!(" by {who}")).unwrap_or_default();
    let on = paper.checked_on.map(|on| format!("Checked{by} on {}", long_date(on))).unwrap_or_default();
    let until = paper.expires_on.map(|last| format!(", holds until {}", long_date(last))).unwrap_or_default();
    // Numbers of people's own papers are nobody's business; the level of a check is.
    let detail = match paper.paper {
        Paper::CriminalRecord => level(&paper.detail).unwrap_or_default().to_owned(),
        Paper::Insurance | Paper::Registration | Paper::References => paper.detail.clone(),
        Paper::Identity | Paper::RightToWork | Paper::Safeguarding => String::new(),
    };
    Some(CheckShown { label: label(paper.paper).into(), detail, when: format!("{on}{until}") })
}

/// The badges of these papers on that day: of each kind the one that holds longest.
#[must_use]
pub fn badges(papers: &[Verification], today: NaiveDate) -> Vec<CheckShown> {
    let mut holding: Vec<&Verification> = papers.iter().filter(|paper| paper.holds_on(today)).collect();
    holding.sort_by_key(|paper| (paper.paper, std::cmp::Reverse(paper.expires_on.unwrap_or(NaiveDate::MAX))));
    holding.dedup_by_key(|paper| paper.paper);
    holding.into_iter().filter_map(|paper| badge(paper, today)).collect()
}

/// The level of a criminal record check, where its detail names one.
fn level(detail: &str) -> Option<&'static str> {
    let detail = detail.to_lowercase();
    let named = |words: &str| detail.contains(words);
    match () {
        () if named("enhanced") && named("barred") => Some("Enhanced, with barred lists"),
        () if named("enhanced") => Some("Enhanced"),
        () if named("standard") => Some("Standard"),
        () if named("basic") => Some("Basic"),
        () if named("pvg") => Some("PVG scheme"),
        () => None,
    }
}

/// Which reminder a paper is due on that day: that it ends soon (1), very soon (2), or has ended (3).
#[must_use]
pub fn reminder_step(today: NaiveDate, last_day: NaiveDate, remind_days: i64) -> Option<i32> {
    match (last_day - today).num_days() {
        left if left < -LONG_AGO => None,
        left if left < 0 => Some(3),
        left if left <= VERY_SOON => Some(2),
        left if left <= remind_days => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CheckState;
    use crate::clock::UtcTime;
    use crate::ids::{OrganizationId, VerificationId};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn checked(expires_on: Option<&str>) -> Verification {
        Verification {
            id: VerificationId::new(),
            organization_id: OrganizationId::new(),
            paper: Paper::CriminalRecord,
            detail: "enhanced DBS 001234".into(),
            state: CheckState::Checked,
            sent_at: UtcTime::default(),
            checked_by: Some("Trafford".into()),
            checked_on: Some(day("2027-03-01")),
            expires_on: expires_on.map(day),
            reminded_on: None,
        }
    }

    #[test]
    fn a_badge_holds_through_its_last_day_and_is_gone_on_the_next() {
        let paper = checked(Some("2028-02-29"));
        let told = badge(&paper, day("2028-02-29")).unwrap();
        assert_eq!(told.detail, "Enhanced", "and not its number");
        assert_eq!(told.when, "Checked by Trafford on 1 March 2027, holds until 29 February 2028");
        assert!(badge(&paper, day("2028-03-01")).is_none());
        assert!(badge(&checked(None), day("2099-01-01")).is_some());
        for state in [CheckState::Waiting, CheckState::Refused] {
            assert!(badge(&Verification { state, ..checked(None) }, day("2028-01-01")).is_none());
        }
    }

    #[test]
    fn reminders_come_in_steps() {
        let last = day("2028-02-29");
        let steps = [
            ("2028-01-29", None),
            ("2028-01-30", Some(1)),
            ("2028-02-21", Some(1)),
            ("2028-02-22", Some(2)),
            ("2028-02-29", Some(2)),
            ("2028-03-01", Some(3)),
            ("2028-03-30", Some(3)),
            ("2028-03-31", None),
        ];
        for (today, step) in steps {
            assert_eq!(reminder_step(day(today), last, 30), step, "{today}");
        }
        assert_eq!(reminder_step(day("2028-02-27"), last, 1), Some(2), "a week is the least");
    }
}
