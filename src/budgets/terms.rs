//! The noun: what holds for a budget from a date on, and how much that is for some days. Pure.
//!
//! - *Terms* say the rate (a week, a year, or the whole time of the budget), the sources and their shares, who holds the
//!   money, what the person pays towards it, and what is paid beside it for a while (bridging).
//! - On each day those terms hold that began last; of two that began on the same day, the one that was set later.
//! - What is due for some days is counted from the day the terms began on: so the parts of a year add up to the year, to
//!   the penny, and a leap day is a day like any other.
//! - An authority rounds to so many pence (one, unless it says otherwise), half a step up.

use std::collections::BTreeMap;

use chrono::{Days, Months, NaiveDate};

use crate::clock::UtcTime;
use crate::db::text_enum;
use crate::ids::{OrganizationId, PersonId, TermsId};
use crate::money::Money;

use super::FundingRoute;
use super::ledger::Source;
use super::shares::Shares;

text_enum! {
    /// What a rate is for.
    pub enum RatePer {
        /// Each week.
        Week = "week",
        /// Each year of the budget.
        Year = "year",
        /// The budget's whole time.
        Whole = "whole",
    }
}

text_enum! {
    /// How terms came about.
    pub enum TermsKind {
        /// The budget was agreed.
        Agreed = "agreed",
        /// It was changed.
        Changed = "changed",
        /// Its rate was raised with prices.
        Uprated = "uprated",
    }
}

text_enum! {
    /// How long the periods are that a budget is funded for.
    pub enum PeriodLength {
        /// The budget's whole time.
        Whole = "whole",
        /// Twelve months.
        Year = "year",
        /// Three months.
        Quarter = "quarter",
        /// A month.
        Month = "month",
        /// Four weeks.
        FourWeeks = "four weeks",
    }
}

impl PeriodLength {
    /// The first day of a period, counted from nought, of a budget that begins on `first`. A month that has no such day
    /// begins on its last: from 31 January on 28 February and 31 March.
    #[must_use]
    pub fn start(self, first: NaiveDate, number: u32) -> Option<NaiveDate> {
        match self {
            Self::Whole => (number == 0).then_some(first),
            Self::Year => first.checked_add_months(Months::new(number.checked_mul(12)?)),
            Self::Quarter => first.checked_add_months(Months::new(number.checked_mul(3)?)),
            Self::Month => first.checked_add_months(Months::new(number)),
            Self::FourWeeks => first.checked_add_days(Days::new(u64::from(number) * 28)),
        }
    }

    /// The period, counted from nought, of a budget's time.
    #[must_use]
    pub fn period(self, (first, end): (NaiveDate, NaiveDate), number: u32) -> Option<(NaiveDate, NaiveDate)> {
        let starts_on = self.start(first, number).filter(|day| *day < end)?;
        let ends_on = self.start(first, number + 1).map_or(end, |next| next.min(end));
        Some((starts_on, ends_on))
    }
}

/// Who holds a part of a budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// In which way.
    pub route: FundingRoute,
    /// Who, in words: a third party, a trust, a broker; empty where that is plain.
    pub name: String,
    /// The provider that holds a service fund.
    pub organization: Option<OrganizationId>,
}

impl Holder {
    /// Somebody who needs no name.
    #[must_use]
    pub fn of(route: FundingRoute) -> Self {
        Self { route, name: String::new(), organization: None }
    }
}

/// Money beside the rate for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bridging {
    /// How much a week.
    pub weekly: Money,
    /// The first day without it.
    pub until: NaiveDate,
}

/// What holds for a budget from a date on.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Which.
    pub id: TermsId,
    /// In which order they were set.
    pub number: i32,
    /// From when on.
    pub starts_on: NaiveDate,
    /// How they came about.
    pub kind: TermsKind,
    /// How much.
    pub rate: Money,
    /// For how long.
    pub per: RatePer,
    /// What the person pays of it each week.
    pub contribution: Money,
    /// What is paid beside it for a while.
    pub bridging: Option<Bridging>,
    /// Where the money comes from.
    pub sources: Shares<Source>,
    /// Who holds it.
    pub holders: Shares<Holder>,
    /// Why.
    pub reason: String,
    /// Who set them.
    pub set_by: Option<PersonId>,
    /// When.
    pub set_at: UtcTime,
}

/// The time of a budget, and how its authority rounds.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Its first day.
    pub starts_on: NaiveDate,
    /// The day after its last.
    pub ends_on: NaiveDate,
    /// Amounts are whole multiples of so many pence.
    pub round_to: i64,
}

/// What a budget is due for some days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// The rate without the person's part, by source.
    pub rate: BTreeMap<Source, Money>,
    /// What bridges, by source.
    pub bridging: BTreeMap<Source, Money>,
    /// The person's part.
    pub contribution: Money,
}

impl Due {
    /// What the council puts in.
    #[must_use]
    pub fn of_the_council(&self) -> Money {
        let sum: i64 = self.rate.values().chain(self.bridging.values()).map(|amount| amount.as_pence()).sum();
        Money::pence(sum)
    }
}

/// The terms that hold on a day.
#[must_use]
pub fn on(terms: &[Terms], day: NaiveDate) -> Option<&Terms> {
    terms.iter().filter(|terms| terms.starts_on <= day).max_by_key(|terms| (terms.starts_on, terms.number))
}

/// What is due for the days from `from` until before `until`.
#[must_use]
pub fn due(terms: &[Terms], frame: &Frame, (from, until): (NaiveDate, NaiveDate)) -> Due {
    let mut changes: Vec<NaiveDate> = terms.iter().map(|terms| terms.starts_on).filter(|day| *day > from).collect();
    changes.extend([from, until]);
    changes.sort();
    changes.dedup();
    changes.retain(|day| *day <= until);
    let mut due = Due::default();
    for days in changes.windows(2) {
        let [first, end] = *days else { continue };
        let Some(terms) = on(terms, first) else { continue };
        let rate = terms.for_days(frame, (first, end));
        let weekly = |amount: Money, until: NaiveDate| {
            let end = end.min(until);
            if end <= first { Money::ZERO } else { terms.weekly_for_days(frame, amount, (first, end)) }
        };
        let contribution = weekly(terms.contribution, end).min(rate);
        due.contribution = due.contribution.plus(contribution).unwrap_or(due.contribution);
        let of_the_council = rate.less(contribution).unwrap_or_default();
        let bridging = terms.bridging.map_or(Money::ZERO, |bridging| weekly(bridging.weekly, bridging.until));
        for (amounts, amount) in [(&mut due.rate, of_the_council), (&mut due.bridging, bridging)] {
            for (source, amount) in terms.sources.split(amount) {
                let sum = amounts.entry(*source).or_insert(Money::ZERO);
                *sum = sum.plus(amount).unwrap_or(*sum);
            }
        }
    }
    due
}

impl Terms {
    /// What the rate is for some days within their time.
    fn for_days(&self, frame: &Frame, (from, until): (NaiveDate, NaiveDate)) -> Money {
        match self.per {
            RatePer::Week => self.weekly_for_days(frame, self.rate, (from, until)),
            RatePer::Year => difference(from, until, |day| {
                let (years, days, of) = years_since(frame.starts_on, day);
                rounded(self.rate, i128::from(years * of + days), i128::from(of), frame.round_to)
            }),
            RatePer::Whole => {
                let whole = (frame.ends_on - frame.starts_on).num_days();
                difference(from, until, |day| {
                    let days = (day - frame.starts_on).num_days();
                    rounded(self.rate, i128::from(days), i128::from(whole), frame.round_to)
                })
            }
        }
    }

    fn weekly_for_days(&self, frame: &Frame, weekly: Money, (from, until): (NaiveDate, NaiveDate)) -> Money {
        let since = self.starts_on.max(frame.starts_on);
        difference(from, until, |day| rounded(weekly, i128::from((day - since).num_days()), 7, frame.round_to))
    }

    /// What it comes to in a week.
    #[must_use]
    pub fn a_week(&self, frame: &Frame) -> Money {
        let days = match self.per {
            RatePer::Week => 7,
            RatePer::Year => 365,
            RatePer::Whole => (frame.ends_on - frame.starts_on).num_days(),
        };
        rounded(self.rate, 7, i128::from(days), 1)
    }

    /// Whether a part of it is held in this way.
    #[must_use]
    pub fn is_held(&self, route: FundingRoute) -> bool {
        self.holders.parts().iter().any(|(holder, _)| holder.route == route)
    }

    /// The one who holds most of it.
    #[must_use]
    pub fn main_route(&self) -> FundingRoute {
        let most = self.holders.parts().iter().rev().max_by_key(|(_, share)| *share);
        most.map_or(FundingRoute::CouncilManaged, |(holder, _)| holder.route)
    }
}

/// What came about between two days, of something that only grows.
fn difference(from: NaiveDate, until: NaiveDate, upto: impl Fn(NaiveDate) -> Money) -> Money {
    upto(until).less(upto(from)).unwrap_or_default()
}

/// Whole years since a day, the days beyond, and how many days that year has.
fn years_since(first: NaiveDate, day: NaiveDate) -> (i64, i64, i64) {
    let anniversary = |years: i64| first.checked_add_months(Months::new(u32::try_from(years * 12).ok()?));
    let mut years = (day - first).num_days() / 366;
    loop {
        let (Some(this), Some(next)) = (anniversary(years), anniversary(years + 1)) else { return (0, 0, 1) };
        if day < next {
            return (years, (day - this).num_days(), (next - this).num_days());
        }
        years += 1;
    }
}

/// So much of an amount, in whole steps of so many pence; half a step goes up.
#[must_use]
pub fn rounded(amount: Money, times: i128, of: i128, step: i64) -> Money {
    let step = i128::from(step.max(1));
    let of = of.max(1) * step;
    let exact = i128::from(amount.as_pence()) * times;
    let steps = (exact * 2 + of).div_euclid(of * 2);
    Money::pence(i64::try_from(steps * step).unwrap_or(i64::MAX))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(in crate::budgets) fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    pub(in crate::budgets) fn terms(number: i32, starts_on: &str, pence: i64, per: RatePer) -> Terms {
        Terms {
            id: TermsId::new(),
            number,
            starts_on: day(starts_on),
            kind: TermsKind::Agreed,
            rate: Money::pence(pence),
            per,
            contribution: Money::ZERO,
            bridging: None,
            sources: Shares::all(Source::SocialCare),
            holders: Shares::all(Holder::of(FundingRoute::DirectPayment)),
            reason: String::new(),
            set_by: None,
            set_at: UtcTime::default(),
        }
    }

    fn frame(starts_on: &str, ends_on: &str) -> Frame {
        Frame { starts_on: day(starts_on), ends_on: day(ends_on), round_to: 1 }
    }

    fn pence(terms: &[Terms], frame: &Frame, from: &str, until: &str) -> i64 {
        due(terms, frame, (day(from), day(until))).of_the_council().as_pence()
    }

    #[test]
    fn a_weekly_rate_is_paid_by_the_day() {
        let year = frame("2026-04-06", "2027-04-06");
        let agreed = [terms(1, "2026-04-06", 20_000, RatePer::Week)];
        // 7 days are £200; a day is £28.571…, so £28.57; the whole year of 365 days is 52 weeks and a day.
        assert_eq!(pence(&agreed, &year, "2026-04-06", "2026-04-13"), 20_000);
        assert_eq!(pence(&agreed, &year, "2026-04-06", "2026-04-07"), 2_857);
        assert_eq!(pence(&agreed, &year, "2026-04-06", "2027-04-06"), 52 * 20_000 + 2_857);
    }

    #[test]
    fn a_leap_day_is_a_day_like_any_other() {
        let leap = frame("2027-04-06", "2028-04-06");
        let weekly = [terms(1, "2027-04-06", 20_000, RatePer::Week)];
        // 366 days: 52 weeks and two days, 5,714.28… pence.
        assert_eq!(pence(&weekly, &leap, "2027-04-06", "2028-04-06"), 52 * 20_000 + 5_714);
        let yearly = [terms(1, "2027-04-06", 1_200_000, RatePer::Year)];
        // A yearly budget is the same in a leap year; its days are a 366th of it.
        assert_eq!(pence(&yearly, &leap, "2027-04-06", "2028-04-06"), 1_200_000);
        assert_eq!(
            pence(&yearly, &leap, "2027-04-06", "2028-02-29") + pence(&yearly, &leap, "2028-02-29", "2028-04-06"),
            1_200_000
        );
        // 37 days of 366, from 29 February until 5 April: 121,311.47… pence.
        assert_eq!(pence(&yearly, &leap, "2028-02-29", "2028-04-06"), 121_311);
        assert_eq!(PeriodLength::Year.start(day("2028-02-29"), 1), Some(day("2029-02-28")));
        assert_eq!(PeriodLength::Year.start(day("2028-02-29"), 4), Some(day("2032-02-29")));
        assert_eq!(PeriodLength::Month.start(day("2028-01-31"), 1), Some(day("2028-02-29")));
        assert_eq!(PeriodLength::Month.start(day("2028-01-31"), 2), Some(day("2028-03-31")));
    }

    #[test]
    fn a_change_holds_from_its_day_on_and_a_planned_one_still_comes() {
        let year = frame("2026-04-06", "2027-04-06");
        let all = [
            terms(1, "2026-04-06", 7_000, RatePer::Week),
            terms(2, "2026-07-06", 14_000, RatePer::Week), // planned first
            terms(3, "2026-06-29", 10_500, RatePer::Week), // set later, for a week before
        ];
        assert_eq!(on(&all, day("2026-06-28")).unwrap().number, 1);
        assert_eq!(on(&all, day("2026-06-29")).unwrap().number, 3);
        assert_eq!(on(&all, day("2026-07-06")).unwrap().number, 2);
        assert!(on(&all, day("2026-04-05")).is_none());
        // 12 weeks at £70, one at £105, one at £140.
        assert_eq!(pence(&all, &year, "2026-04-06", "2026-07-13"), 12 * 7_000 + 10_500 + 14_000);
    }

    #[test]
    fn the_person_pays_their_part_and_bridging_stands_beside_the_rate() {
        let year = frame("2026-04-06", "2027-04-06");
        let sources = vec![(Source::SocialCare, 5_800), (Source::HousingSupport, 1_700), (Source::Health, 2_500)];
        let agreed = Terms {
            contribution: Money::pence(3_000),
            bridging: Some(Bridging { weekly: Money::pence(1_000), until: day("2026-04-13") }),
            sources: Shares::new(sources).unwrap(),
            ..terms(1, "2026-04-06", 13_000, RatePer::Week)
        };
        let two_weeks = due(&[agreed], &year, (day("2026-04-06"), day("2026-04-20")));
        // Two weeks: £260, of which the person pays £60; £200 in shares of 58, 17 and 25 percent; £10 for the one week.
        let amounts = |of: &BTreeMap<Source, Money>| of.values().map(|amount| amount.as_pence()).collect::<Vec<_>>();
        assert_eq!(amounts(&two_weeks.rate), [11_600, 5_000, 3_400]); // social care, health, housing support
        assert_eq!(amounts(&two_weeks.bridging), [580, 250, 170]);
        assert_eq!(two_weeks.contribution, Money::pounds(60));
        assert_eq!(two_weeks.of_the_council(), Money::pounds(210));
    }

    #[test]
    fn an_authority_rounds_as_it_says() {
        // £28.571… a day: to the penny £28.57, to ten pence £28.60, to the pound £29.
        for (step, expected) in [(1, 2_857), (10, 2_860), (100, 2_900)] {
            assert_eq!(rounded(Money::pounds(200), 1, 7, step), Money::pence(expected));
        }
        assert_eq!(rounded(Money::pence(5), 1, 2, 1), Money::pence(3), "half a penny goes up");
        // However it rounds, the weeks of a year add up to the year.
        let year = Frame { round_to: 100, ..frame("2026-04-06", "2027-04-06") };
        let yearly = [terms(1, "2026-04-06", 1_000_000, RatePer::Year)];
        let four_weeks =
            (0..14).filter_map(|number| PeriodLength::FourWeeks.period((year.starts_on, year.ends_on), number));
        let amounts: Vec<i64> = four_weeks.map(|days| due(&yearly, &year, days).of_the_council().as_pence()).collect();
        assert_eq!((amounts.len(), amounts.iter().sum::<i64>()), (14, 1_000_000));
        assert!(amounts.iter().all(|amount| amount % 100 == 0));
    }

    proptest! {
        #[test]
        fn the_parts_of_a_year_add_up_to_it(
            rate in 0..5_000_000_i64, cuts in prop::collection::btree_set(1..365_u64, 0..6), per in 0..3_usize,
        ) {
            let year = frame("2027-04-06", "2028-04-05");
            let agreed = [terms(1, "2027-04-06", rate, RatePer::ALL[per])];
            let whole = due(&agreed, &year, (year.starts_on, year.ends_on)).of_the_council().as_pence();
            let mut days = vec![year.starts_on];
            days.extend(cuts.iter().map(|day| year.starts_on + Days::new(*day)));
            days.push(year.ends_on);
            let parts: i64 = days.windows(2)
                .map(|part| due(&agreed, &year, (part[0], part[1])).of_the_council().as_pence())
                .sum();
            prop_assert_eq!(parts, whole);
        }
    }
}
