//! Prices over time. A change of price is a new row with a first day; the row before it gets a last day. So a page can
//! say what was asked before, what is asked now and what will be asked, and what was bought keeps its price: a purchase
//! copies it.

use chrono::NaiveDate;

use super::detail::Rate;
use super::service::{CostOption, Unit};

/// One price and how it changed: the same name, the same unit, the same times of the week.
#[derive(Clone, Debug, Default)]
pub struct PriceOverTime {
    /// What is asked today; none where it begins later.
    pub now: Option<CostOption>,
    /// What will be asked, soonest first.
    pub coming: Vec<CostOption>,
    /// What was asked, latest first.
    pub past: Vec<CostOption>,
}

impl PriceOverTime {
    /// What is asked today, or else first.
    #[must_use]
    pub fn shown(&self) -> Option<&CostOption> {
        self.now.as_ref().or(self.coming.first())
    }
}

/// Whether two rows are the same price at different times.
#[must_use]
pub fn same_price(one: &CostOption, other: &CostOption) -> bool {
    let key = |option: &CostOption| -> (Unit, Rate) { (option.unit, option.rate) };
    key(one) == key(other) && one.label.eq_ignore_ascii_case(&other.label)
}

/// Every price with its changes, in the order that options are shown in; what is only past is left out.
#[must_use]
pub fn over_time(mut rows: Vec<CostOption>, today: NaiveDate) -> Vec<PriceOverTime> {
    rows.sort_by_key(|row| (row.position, row.valid_from));
    let mut all: Vec<PriceOverTime> = Vec::new();
    for row in rows {
        let known = |price: &PriceOverTime| {
            let any = price.now.iter().chain(&price.coming).chain(&price.past).next();
            any.is_some_and(|any| same_price(any, &row))
        };
        let at = all.iter().position(known).unwrap_or_else(|| {
            all.push(PriceOverTime::default());
            all.len() - 1
        });
        let Some(price) = all.get_mut(at) else { continue };
        if row.valid_from > today {
            price.coming.push(row);
        } else if row.valid_to.is_some_and(|last| last < today) {
            price.past.push(row);
        } else {
            price.now = Some(row);
        }
    }
    for price in &mut all {
        price.coming.sort_by_key(|row| row.valid_from);
        price.past.sort_by_key(|row| std::cmp::Reverse(row.valid_from));
    }
    all.retain(|price| price.shown().is_some());
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{CostOptionId, ServiceId};
    use crate::money::Money;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    fn price(label: &str, pence: i64, from: NaiveDate, to: Option<NaiveDate>) -> CostOption {
        CostOption {
            id: CostOptionId::new(),
            service_id: ServiceId::named("x"),
            label: label.into(),
            unit: Unit::Hour,
            amount_pence: Money::pence(pence),
            valid_from: from,
            valid_to: to,
            position: 0,
            rate: Rate::Weekday,
            includes: String::new(),
            direct_pence: None,
            management_pence: None,
            overhead_pence: None,
        }
    }

    #[test]
    fn a_change_is_past_now_or_to_come() {
        let rows = vec![
            price("Weekday", 1_940, day(2027, 4, 1), None),
            price("Weekday", 1_800, day(2025, 4, 1), Some(day(2026, 3, 31))),
            price("weekday", 1_850, day(2026, 4, 1), Some(day(2027, 3, 31))),
            price("Old", 900, day(2020, 1, 1), Some(day(2021, 1, 1))),
        ];
        let all = over_time(rows.clone(), day(2026, 11, 24));
        let [weekday] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!(weekday.now.as_ref().unwrap().amount_pence, Money::pence(1_850));
        assert_eq!(weekday.coming[0].amount_pence, Money::pence(1_940));
        assert_eq!(weekday.past[0].amount_pence, Money::pence(1_800));
        // On the day of the change the new price is the price.
        let all = over_time(rows, day(2027, 4, 1));
        assert_eq!(all[0].now.as_ref().unwrap().amount_pence, Money::pence(1_940));
        assert_eq!(all[0].past.len(), 2);
    }
}
