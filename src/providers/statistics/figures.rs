//! The sums: periods of whole weeks, own figures, and the median that protects whom it is made of.

use chrono::{Datelike, Days, NaiveDate};

/// Other providers that have to stand behind a figure of the market.
pub const LEAST_PROVIDERS: usize = 3;

/// People that have to stand behind a figure about purchases.
pub const LEAST_PEOPLE: usize = 5;

/// Looks below which a share of purchases says nothing.
const LEAST_LOOKS: i64 = 20;

/// Whole weeks that are over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// How many.
    pub weeks: u32,
    /// The Monday of the first.
    pub from: NaiveDate,
    /// The Monday after the last.
    pub until: NaiveDate,
}

impl Period {
    /// The last 4, 13 or 52 weeks before the week of that day; 13 for any other number.
    #[must_use]
    pub fn before(today: NaiveDate, weeks: Option<&str>) -> Self {
        let weeks = weeks.and_then(|text| text.parse().ok()).filter(|weeks| [4, 13, 52].contains(weeks)).unwrap_or(13);
        let until = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
        Self { weeks, from: until - Days::new(u64::from(weeks) * 7), until }
    }

    /// The Mondays of its weeks.
    #[must_use]
    pub fn mondays(&self) -> Vec<NaiveDate> {
        (0..self.weeks).map(|week| self.from + Days::new(u64::from(week) * 7)).collect()
    }
}

/// What was counted for one service, or for one provider on average.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// How often its page was opened.
    pub looks: i64,
    /// How often it was shown in results.
    pub appearances: i64,
    /// How many questions were asked.
    pub questions: i64,
    /// How many purchases were requested.
    pub purchases: i64,
}

impl Counted {
    /// Purchases for a hundred looks; none where there are too few looks to say.
    #[must_use]
    pub fn conversion(&self) -> Option<i64> {
        (self.looks >= LEAST_LOOKS).then(|| (self.purchases * 100 + self.looks / 2) / self.looks)
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            looks: self.looks + other.looks,
            appearances: self.appearances + other.appearances,
            questions: self.questions + other.questions,
            purchases: self.purchases + other.purchases,
        }
    }

    /// The average of so many services.
    #[must_use]
    pub fn each_of(self, services: i64) -> Self {
        let share = |sum: i64| (sum + services / 2) / services.max(1);
        Self {
            looks: share(self.looks),
            appearances: share(self.appearances),
            questions: share(self.questions),
            purchases: share(self.purchases),
        }
    }
}

/// What is usual in the market; none where too few stand behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usual {
    /// How often a page is opened.
    pub looks: Option<i64>,
    /// How often a service is shown in results.
    pub appearances: Option<i64>,
    /// How many questions are asked.
    pub questions: Option<i64>,
    /// How many purchases are requested.
    pub purchases: Option<i64>,
    /// Purchases for a hundred looks.
    pub conversion: Option<i64>,
}

/// The usual figures of other providers. `people` is how many people stand behind their purchases.
#[must_use]
pub fn usual(others: &[Counted], people: usize) -> Usual {
    let of = |value: fn(&Counted) -> i64| protected(others.iter().map(value).collect());
    let enough = people >= LEAST_PEOPLE;
    Usual {
        looks: of(|counted| counted.looks),
        appearances: of(|counted| counted.appearances),
        questions: of(|counted| counted.questions),
        purchases: of(|counted| counted.purchases).filter(|_| enough),
        conversion: protected(others.iter().filter_map(Counted::conversion).collect()).filter(|_| enough),
    }
}

/// The median, where at least three stand behind it, rounded so that no single provider's figure comes out of it: to
/// fives, and from a hundred on to two figures.
fn protected(mut values: Vec<i64>) -> Option<i64> {
    if values.len() < LEAST_PROVIDERS {
        return None;
    }
    values.sort_unstable();
    let middle = values.len() / 2;
    let median = if values.len() % 2 == 1 { values[middle] } else { i64::midpoint(values[middle - 1], values[middle]) };
    let step = if median < 100 { 5 } else { 10_i64.pow(median.ilog10() - 1) };
    Some((median + step / 2) / step * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_whole_weeks_that_are_over() {
        let wednesday = NaiveDate::from_ymd_opt(2026, 5, 20).unwrap();
        let period = Period::before(wednesday, Some("4"));
        assert_eq!((period.from.to_string(), period.until.to_string()), ("2026-04-20".into(), "2026-05-18".into()));
        assert_eq!(period.mondays().len(), 4);
        assert_eq!(Period::before(wednesday, Some("1")).weeks, 13, "no period of one's own making");
    }

    #[test]
    fn two_providers_are_not_enough_and_a_median_is_rounded() {
        let one = |looks| Counted { looks, ..Counted::default() };
        assert_eq!(usual(&[one(10), one(90)], 100).looks, None);
        assert_eq!(usual(&[one(11), one(48), one(900)], 100).looks, Some(50));
        assert_eq!(usual(&[one(11), one(2_443), one(9_000)], 100).looks, Some(2_400));
        assert_eq!(usual(&[one(11), one(143), one(9_000)], 100).looks, Some(140));
        let bought = |purchases| Counted { looks: 100, purchases, ..Counted::default() };
        let three = [bought(10), bought(11), bought(12)];
        assert_eq!(usual(&three, 4).purchases, None);
        assert_eq!((usual(&three, 5).purchases, usual(&three, 5).conversion), (Some(10), Some(10)));
    }
}
