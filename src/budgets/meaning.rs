//! What a service means for a budget: how much a week, how many weeks, and what is left at the review. Pure.
//!
//! The sum goes day by day through the time that the budget has left. Hours of weekdays are spread over Monday to
//! Friday, hours of the weekend over Saturday and Sunday, everything else over the whole week; a bank holiday within the
//! time is paid at the holiday's rate, a price that is going to change at the new price from its first day. So that no
//! penny is lost, a day is counted in seventieths of a penny, and rounded only at the end (against the budget).

use chrono::{Datelike, Days, NaiveDate, Weekday};

use crate::catalogue::{CostOption, Rate, Unit, bank_holiday, same_price};
use crate::ids::{BudgetId, CostOptionId};
use crate::money::Money;

use super::FundingRoute;

/// The most units of one kind in a week: every hour of it.
pub const MOST_A_WEEK: i32 = 168;

/// The most miles a week.
pub const MOST_MILES: i32 = 2_000;

/// Parts of a penny: every share of a week is a whole number of them.
const PARTS: i128 = 70;

/// Nobody plans further ahead than this.
const FURTHEST: u64 = 366 * 5;

/// What somebody has to spend, and until when.
#[derive(Clone, Debug)]
pub struct Purse {
    /// Of which budget.
    pub budget: BudgetId,
    /// What pages call it.
    pub name: String,
    /// How it is held.
    pub route: FundingRoute,
    /// What is free to spend.
    pub available: Money,
    /// The first day that can be paid from it: today, or its first.
    pub from: NaiveDate,
    /// The day after its last.
    pub ends_on: NaiveDate,
    /// When it is looked at together.
    pub review_on: NaiveDate,
    /// Where the person lives, about: the middle of their ward.
    pub home: Option<(f64, f64)>,
}

/// What somebody typed; what is missing is chosen for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AWeek {
    /// Which price, where there are several that can be had at any time.
    pub option: Option<CostOptionId>,
    /// So many units at any time.
    pub units: Option<i32>,
    /// So many units on weekdays by day.
    pub weekday: Option<i32>,
    /// So many units on weekday evenings.
    pub evening: Option<i32>,
    /// So many units at the weekend.
    pub weekend: Option<i32>,
    /// So many miles.
    pub miles: Option<i32>,
}

/// One price, and how many of it are wanted each week.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The price.
    pub option: CostOption,
    /// How many a week.
    pub units: i32,
}

/// Support as it would be bought, week by week or once.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// Every price of the service, now and to come.
    options: &'a [CostOption],
    /// What is wanted each week.
    pub wanted: Vec<Wanted>,
    /// Other prices that could be wanted instead of the one that is.
    pub instead: Vec<CostOption>,
    /// So many miles a week, where the service asks a price for them.
    pub miles: Option<i32>,
    /// What is paid once, at the start.
    pub fees: Vec<CostOption>,
    /// Whether it is bought once rather than week by week.
    pub once: bool,
}

/// What it means for the budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// What is had each week: "4 hours"; nothing where the price is that of a week.
    pub for_what: String,
    /// What an ordinary week costs; nothing for what is bought once.
    pub a_week: Money,
    /// What is paid once.
    pub once: Money,
    /// How many bank holidays lie within the time that is paid for.
    pub bank_holidays: u32,
    /// What they cost beyond ordinary days.
    pub holidays_cost: Money,
    /// How many whole weeks the money lasts, at most until the budget ends.
    pub weeks: i64,
    /// The day that cannot be paid for any more; none if the money lasts until the budget ends.
    pub runs_out_on: Option<NaiveDate>,
    /// What is left on the day of the review; none if that is over, or after the budget ends.
    pub left_at_review: Option<Money>,
    /// What is left when the budget ends.
    pub left_at_end: Money,
    /// What the whole time until the budget ends would cost.
    pub until_end: Money,
    /// Price changes within the time: from when, and what the same week costs then.
    pub changes: Vec<(NaiveDate, Money)>,
}

impl<'a> Plan<'a> {
    /// The plan that somebody asks for; none where the service has no price that can be planned with. `way_miles` is how
    /// far it is there and back, for services that ask a price for each mile.
    #[must_use]
    pub fn of(options: &'a [CostOption], asked: &AWeek, today: NaiveDate, way_miles: Option<u32>) -> Option<Self> {
        let now: Vec<&CostOption> =
            options.iter().filter(|option| in_force(option, today) && option.amount_pence > Money::ZERO).collect();
        let has_miles = now.iter().any(|option| option.unit == Unit::Mile);
        // A trip is paid once and wanted every week.
        let repeats = |option: &&&CostOption| match option.unit {
            Unit::Hour | Unit::Visit | Unit::Session | Unit::Night | Unit::Week => true,
            Unit::OneOff => has_miles,
            Unit::Item | Unit::Mile => false,
        };
        let Some(first) = now.iter().find(repeats).copied() else {
            return Self::bought_once(options, &now, asked, has_miles);
        };
        let same_unit = now.iter().copied().filter(|option| option.unit == first.unit).collect::<Vec<_>>();
        let rated = [(Rate::Weekday, asked.weekday), (Rate::Evening, asked.evening), (Rate::Weekend, asked.weekend)];
        let mut wanted: Vec<Wanted> = rated
            .iter()
            .filter_map(|(rate, units)| {
                let option = same_unit.iter().find(|option| option.rate == *rate)?;
                Some(Wanted { option: (*option).clone(), units: within(units.unwrap_or(0), MOST_A_WEEK) })
            })
            .collect();
        let any_time: Vec<&CostOption> =
            same_unit.iter().copied().filter(|option| option.rate == Rate::AnyTime).collect();
        let chosen = any_time.iter().find(|option| Some(option.id) == asked.option).or(any_time.first()).copied();
        if let Some(option) = chosen {
            let units = asked.units.map(|units| within(units, MOST_A_WEEK));
            let default = if wanted.is_empty() { usual(option.unit) } else { 0 };
            wanted.insert(0, Wanted { option: option.clone(), units: units.unwrap_or(default) });
        }
        if wanted.iter().all(|wanted| wanted.units == 0) {
            let first = wanted.first_mut()?;
            first.units = usual(first.option.unit);
        }
        let times: i32 = wanted.iter().map(|wanted| wanted.units).sum();
        let each_way = way_miles.map_or(5, |miles| i32::try_from(miles).unwrap_or(MOST_MILES)).max(1);
        let miles = asked.miles.unwrap_or_else(|| each_way.saturating_mul(times.min(7)));
        let fee = |option: &&&CostOption| option.unit == Unit::OneOff && first.unit == Unit::Week;
        Some(Self {
            options,
            instead: any_time.into_iter().filter(|_| chosen.is_some()).cloned().collect(),
            miles: has_miles.then(|| within(miles, MOST_MILES)),
            fees: now.iter().filter(fee).map(|option| (*option).clone()).collect(),
            wanted,
            once: false,
        })
    }

    /// Something that is bought once: the chosen price, or the first.
    fn bought_once(options: &'a [CostOption], now: &[&CostOption], asked: &AWeek, miles: bool) -> Option<Self> {
        let things: Vec<&CostOption> = now.iter().copied().filter(|option| option.unit != Unit::Mile).collect();
        if things.is_empty() && miles {
            // Only miles have a price: a volunteer's car.
            let wanted = within(asked.miles.unwrap_or(10), MOST_MILES);
            let (wanted_now, instead, fees) = (Vec::new(), Vec::new(), Vec::new());
            return Some(Self { options, wanted: wanted_now, instead, miles: Some(wanted), fees, once: false });
        }
        let chosen = things.iter().find(|option| Some(option.id) == asked.option).or(things.first())?;
        let units = within(asked.units.unwrap_or(1), MOST_A_WEEK).max(1);
        Some(Self {
            options,
            wanted: vec![Wanted { option: (*chosen).clone(), units }],
            instead: things.into_iter().cloned().collect(),
            miles: None,
            fees: Vec::new(),
            once: true,
        })
    }

    /// The price of one on a day: of the same option in its version of that day.
    fn price(&self, option: &CostOption, day: NaiveDate) -> Money {
        let versions = || self.options.iter().filter(|each| same_price(each, option));
        let on_the_day = versions().find(|each| in_force(each, day));
        on_the_day.map_or(option.amount_pence, |each| each.amount_pence)
    }

    /// "4 hours", "2 visits".
    fn for_what(&self) -> String {
        let units: i64 = self.wanted.iter().map(|wanted| i64::from(wanted.units)).sum();
        match self.wanted.first().map(|wanted| wanted.option.unit) {
            None | Some(Unit::Week) => String::new(),
            Some(Unit::OneOff) if units == 1 => "1 trip".into(),
            Some(Unit::OneOff) => format!("{units} trips"),
            Some(unit) => unit.counted(units),
        }
    }

    fn mile(&self, day: NaiveDate) -> Money {
        let price = self.options.iter().find(|each| each.unit == Unit::Mile && in_force(each, day));
        price.map_or(Money::ZERO, |each| each.amount_pence)
    }

    fn holiday(&self, unit: Unit, day: NaiveDate) -> Option<Money> {
        let price = |each: &&CostOption| each.unit == unit && each.rate == Rate::BankHoliday && in_force(each, day);
        self.options.iter().find(price).map(|each| each.amount_pence)
    }

    /// What an ordinary week costs at the prices of that day, exactly.
    fn ordinary_week(&self, day: NaiveDate) -> i128 {
        let support = self
            .wanted
            .iter()
            .map(|wanted| i128::from(self.price(&wanted.option, day).as_pence()) * i128::from(wanted.units));
        let miles = i128::from(self.miles.unwrap_or(0)) * i128::from(self.mile(day).as_pence());
        support.sum::<i128>() + miles
    }

    /// What a day costs in parts of a penny; on a bank holiday at its rate, and how much of that is for the holiday.
    fn day(&self, day: NaiveDate) -> (i128, i128) {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        let is_holiday = bank_holiday(day).is_some();
        let (mut cost, mut extra) = (0, 0);
        for wanted in &self.wanted {
            let share = match (wanted.option.rate, weekend) {
                (Rate::Weekday | Rate::Evening, false) => 14,
                (Rate::Weekday | Rate::Evening, true) => 0,
                (Rate::Weekend, true) => 35,
                (Rate::Weekend, false) => 0,
                (Rate::AnyTime | Rate::BankHoliday, _) => 10,
            } * i128::from(wanted.units);
            let ordinary = i128::from(self.price(&wanted.option, day).as_pence()) * share;
            let holiday = if is_holiday { self.holiday(wanted.option.unit, day) } else { None };
            let paid = holiday.map_or(ordinary, |price| i128::from(price.as_pence()) * share);
            cost += paid;
            extra += paid - ordinary;
        }
        let miles = i128::from(self.miles.unwrap_or(0)) * i128::from(self.mile(day).as_pence()) * 10;
        (cost + miles, extra)
    }

    /// What the plan means for a purse.
    #[must_use]
    pub fn meaning(&self, purse: &Purse) -> Meaning {
        let available = i128::from(purse.available.as_pence()) * PARTS;
        let once: i128 = if self.once {
            self.ordinary_week(purse.from)
        } else {
            self.fees.iter().map(|fee| i128::from(fee.amount_pence.as_pence())).sum()
        };
        let mut spent = once * PARTS;
        let (mut paid_days, mut runs_out_on, mut left_at_review) = (0_i64, None, None);
        let (mut holidays, mut holidays_cost) = (0_u32, 0_i128);
        let mut changes: Vec<(NaiveDate, Money)> = Vec::new();
        let mut week = self.ordinary_week(purse.from);
        let left = |spent: i128| pounds((available - spent).max(0).div_euclid(PARTS));
        if spent > available {
            runs_out_on = Some(purse.from);
        }
        let review_is_ahead = purse.from <= purse.review_on && purse.review_on <= purse.ends_on;
        for day in days(purse.from, purse.ends_on) {
            if review_is_ahead && day == purse.review_on {
                left_at_review = Some(if runs_out_on.is_some() { Money::ZERO } else { left(spent) });
            }
            if self.once {
                continue;
            }
            let (cost, extra) = self.day(day);
            spent += cost;
            if spent > available {
                runs_out_on = runs_out_on.or(Some(day));
            }
            if runs_out_on.is_none() {
                paid_days += 1;
                if bank_holiday(day).is_some() && extra != 0 {
                    holidays += 1;
                    holidays_cost += extra;
                }
                let new_week = self.ordinary_week(day);
                if new_week != week {
                    week = new_week;
                    changes.push((day, pounds(week)));
                }
            }
        }
        if review_is_ahead && purse.review_on == purse.ends_on {
            left_at_review = Some(if runs_out_on.is_some() { Money::ZERO } else { left(spent) });
        }
        Meaning {
            for_what: self.for_what(),
            a_week: if self.once { Money::ZERO } else { pounds(self.ordinary_week(purse.from)) },
            once: pounds(once),
            bank_holidays: holidays,
            holidays_cost: pounds(up(holidays_cost)),
            weeks: paid_days / 7,
            runs_out_on,
            left_at_review,
            left_at_end: if runs_out_on.is_some() { Money::ZERO } else { left(spent) },
            until_end: pounds(up(spent)),
            changes,
        }
    }
}

impl Meaning {
    /// In a few words, for a card: "£84 a week, lasts 31 weeks, £1,020 left at your review".
    #[must_use]
    pub fn in_short(&self, purse: &Purse) -> String {
        if self.a_week == Money::ZERO {
            return match self.runs_out_on {
                Some(_) => format!("{}, more than your budget has left", self.once),
                None => format!("{}, leaves {} in your budget", self.once, left_of(purse, self.once)),
            };
        }
        let weeks = match self.weeks {
            0 => "lasts less than a week".to_owned(),
            1 => "lasts 1 week".to_owned(),
            weeks => format!("lasts {weeks} weeks"),
        };
        let ending = match (self.runs_out_on, self.left_at_review) {
            (Some(day), Some(_)) if day < purse.review_on => ", runs out before your review".to_owned(),
            (_, Some(left)) => format!(", {left} left at your review"),
            (None, None) => format!(", {} left when it ends", self.left_at_end),
            (Some(_), None) => String::new(),
        };
        let what = if self.for_what.is_empty() { String::new() } else { format!(" for {}", self.for_what) };
        format!("{} a week{what}, {weeks}{ending}", self.a_week)
    }
}

/// What a purse holds after something is paid from it.
#[must_use]
pub fn left_of(purse: &Purse, paid: Money) -> Money {
    purse.available.less(paid).unwrap_or_default()
}

fn in_force(option: &CostOption, day: NaiveDate) -> bool {
    option.valid_from <= day && option.valid_to.is_none_or(|last| day <= last)
}

/// How much people start to think with.
fn usual(unit: Unit) -> i32 {
    if unit == Unit::Hour { 4 } else { 1 }
}

fn within(units: i32, most: i32) -> i32 {
    units.clamp(0, most)
}

fn days(from: NaiveDate, until: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    let until = until.min(from.checked_add_days(Days::new(FURTHEST)).unwrap_or(until));
    from.iter_days().take_while(move |day| *day < until)
}

/// Parts of a penny as whole pence, rounded up.
fn up(parts: i128) -> i128 {
    (parts + PARTS - 1).div_euclid(PARTS)
}

fn pounds(pence: i128) -> Money {
    Money::pence(i64::try_from(pence).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ServiceId;
    use proptest::prelude::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    fn price(label: &str, unit: Unit, rate: Rate, pence: i64) -> CostOption {
        CostOption {
            id: CostOptionId::named(&format!("{label}{unit}{rate}{pence}")),
            service_id: ServiceId::named("x"),
            label: label.into(),
            unit,
            amount_pence: Money::pence(pence),
            valid_from: day(2020, 1, 1),
            valid_to: None,
            position: 0,
            rate,
            includes: String::new(),
            direct_pence: None,
            management_pence: None,
            overhead_pence: None,
        }
    }

    fn hourly(pence: i64) -> CostOption {
        price("Standard", Unit::Hour, Rate::AnyTime, pence)
    }

    fn purse(pounds: i32) -> Purse {
        Purse {
            budget: BudgetId::named("x"),
            name: "Personal budget".into(),
            route: FundingRoute::DirectPayment,
            available: Money::pounds(pounds),
            from: day(2026, 5, 20),
            ends_on: day(2027, 4, 6),
            review_on: day(2027, 2, 1),
            home: None,
        }
    }

    fn meaning(options: &[CostOption], asked: AWeek, purse: &Purse) -> Meaning {
        Plan::of(options, &asked, purse.from, None).unwrap().meaning(purse)
    }

    #[test]
    fn four_hours_a_week_last_until_the_money_is_spent() {
        let purse = purse(840);
        let told = meaning(&[hourly(2_100)], AWeek { units: Some(4), ..AWeek::default() }, &purse);
        assert_eq!(told.a_week, Money::pounds(84));
        assert_eq!((told.weeks, told.runs_out_on), (10, Some(day(2026, 7, 29))));
        assert_eq!((told.left_at_review, told.left_at_end), (Some(Money::ZERO), Money::ZERO));
        assert_eq!(told.in_short(&purse), "£84 a week for 4 hours, lasts 10 weeks, runs out before your review");
    }

    #[test]
    fn what_is_left_at_the_review_is_what_the_weeks_until_then_leave() {
        let purse = purse(5_000);
        let told = meaning(&[hourly(2_100)], AWeek::default(), &purse);
        // 257 days at £12 a day until the review; 321 until the end.
        assert_eq!(told.left_at_review, Some(Money::pounds(5_000 - 257 * 12)));
        assert_eq!(told.left_at_end, Money::pounds(5_000 - 321 * 12));
        assert_eq!(told.in_short(&purse), "£84 a week for 4 hours, lasts 45 weeks, £1,916 left at your review");
    }

    #[test]
    fn bank_holidays_within_the_time_are_paid_at_their_rate() {
        let options = [
            price("Weekday", Unit::Hour, Rate::Weekday, 2_000),
            price("Holiday", Unit::Hour, Rate::BankHoliday, 3_000),
        ];
        let purse = Purse { ends_on: day(2026, 6, 3), review_on: day(2027, 1, 1), ..purse(1_000) };
        let told = meaning(&options, AWeek { weekday: Some(5), ..AWeek::default() }, &purse);
        // Two weeks of five hours, and the hour of the Spring bank holiday costs £10 more.
        assert_eq!((told.bank_holidays, told.holidays_cost), (1, Money::pounds(10)));
        assert_eq!(told.left_at_end, Money::pounds(1_000 - 2 * 100 - 10));
        assert_eq!(told.left_at_review, None);
        assert_eq!(told.in_short(&purse), "£100 a week for 5 hours, lasts 2 weeks, £790 left when it ends");
    }

    #[test]
    fn a_coming_price_counts_from_its_first_day() {
        let now = CostOption { valid_to: Some(day(2026, 5, 26)), ..hourly(1_000) };
        let coming = CostOption { valid_from: day(2026, 5, 27), ..hourly(1_400) };
        let purse = Purse { ends_on: day(2026, 6, 3), review_on: day(2026, 5, 27), ..purse(200) };
        let told = meaning(&[now, coming], AWeek { units: Some(7), ..AWeek::default() }, &purse);
        assert_eq!(told.changes, [(day(2026, 5, 27), Money::pounds(98))]);
        assert_eq!(told.left_at_review, Some(Money::pounds(130)));
        assert_eq!(told.left_at_end, Money::pounds(200 - 70 - 98));
    }

    #[test]
    fn fees_and_miles_are_in_the_sum() {
        let hire =
            [price("Hire", Unit::Week, Rate::AnyTime, 500), price("Fitting", Unit::OneOff, Rate::AnyTime, 3_000)];
        let one_week = Purse { ends_on: day(2026, 5, 27), ..purse(100) };
        let told = meaning(&hire, AWeek::default(), &one_week);
        assert_eq!(
            (told.a_week, told.once, told.left_at_end),
            (Money::pounds(5), Money::pounds(30), Money::pounds(65))
        );
        let rides = [
            price("Short trip", Unit::OneOff, Rate::AnyTime, 1_000),
            price("Each mile", Unit::Mile, Rate::AnyTime, 50),
        ];
        let told = meaning(&rides, AWeek { units: Some(2), miles: Some(20), ..AWeek::default() }, &one_week);
        assert_eq!((told.a_week, told.once), (Money::pounds(30), Money::ZERO));
    }

    #[test]
    fn a_thing_is_bought_once() {
        let told = meaning(&[price("Buy", Unit::Item, Rate::AnyTime, 18_000)], AWeek::default(), &purse(500));
        assert_eq!((told.once, told.a_week, told.runs_out_on), (Money::pounds(180), Money::ZERO, None));
        assert_eq!(told.in_short(&purse(500)), "£180, leaves £320 in your budget");
        let told = meaning(&[price("Buy", Unit::Item, Rate::AnyTime, 18_000)], AWeek::default(), &purse(100));
        assert_eq!(told.in_short(&purse(100)), "£180, more than your budget has left");
    }

    #[test]
    fn what_has_no_price_has_no_meaning() {
        assert!(Plan::of(&[], &AWeek::default(), day(2026, 5, 20), None).is_none());
        assert!(Plan::of(&[hourly(0)], &AWeek::default(), day(2026, 5, 20), None).is_none());
    }

    proptest! {
        /// Whatever the prices, amounts and dates: nothing below zero, a week is a week, more money lasts no shorter.
        #[test]
        fn the_sum_holds(
            prices in prop::array::uniform4(1_i64..60_000),
            units in prop::array::uniform4(0_i32..=168),
            miles in 0_i32..2_000,
            available in 0_i32..40_000,
            start in 0_u64..900,
            length in 1_u64..900,
            review in 0_u64..1_000,
        ) {
            let options = [
                price("Weekday", Unit::Hour, Rate::Weekday, prices[0]),
                price("Evening", Unit::Hour, Rate::Evening, prices[1]),
                price("Weekend", Unit::Hour, Rate::Weekend, prices[2]),
                price("Holiday", Unit::Hour, Rate::BankHoliday, prices[3]),
                price("Mile", Unit::Mile, Rate::AnyTime, 45),
            ];
            let from = day(2026, 1, 1) + Days::new(start);
            let purse = Purse {
                from, ends_on: from + Days::new(length), review_on: from + Days::new(review), ..purse(available)
            };
            let asked = AWeek {
                weekday: Some(units[0]), evening: Some(units[1]), weekend: Some(units[2]), miles: Some(miles),
                ..AWeek::default()
            };
            let plan = Plan::of(&options, &asked, from, None).unwrap();
            let told = plan.meaning(&purse);
            prop_assert!(told.left_at_end >= Money::ZERO && told.left_at_end <= purse.available);
            prop_assert!(told.left_at_review.is_none_or(|left| left >= told.left_at_end && left <= purse.available));
            prop_assert_eq!(told.left_at_review.is_some(), review <= length);
            // What is paid and what is left are what there was; nothing is left only if it runs out.
            match told.runs_out_on {
                None => prop_assert_eq!(told.left_at_end.plus(told.until_end), Some(purse.available)),
                Some(out) => {
                    prop_assert!(told.until_end > purse.available);
                    prop_assert_eq!(told.weeks, (out - from).num_days() / 7);
                    let until_then = Purse { ends_on: out, ..purse.clone() };
                    prop_assert!(out == from || plan.meaning(&until_then).runs_out_on.is_none());
                }
            }
            // Seven days without a holiday cost a week.
            let quiet = day(2026, 2, 2) + Days::new(start % 7);
            let seven: i128 = (0..7).map(|step| plan.day(quiet + Days::new(step)).0).sum();
            prop_assert_eq!(seven, plan.ordinary_week(quiet) * PARTS);
            // More money lasts no shorter.
            let more = Purse { available: Money::pounds(available + 500), ..purse.clone() };
            prop_assert!(plan.meaning(&more).weeks >= told.weeks);
        }
    }
}
