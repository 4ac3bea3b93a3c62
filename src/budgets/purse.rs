//! What somebody has to spend today, read for the sums of [`super::meaning`]; and what they typed about their week.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::QueryResult;
use serde::Deserialize;

use crate::catalogue::{self, WholeService};
use crate::db::Conn;
use crate::error::FieldError;
use crate::identity::{self, BudgetHolder, BudgetReader, SignedIn};
use crate::ids::ServiceId;
use crate::places;
use crate::places::distance_metres;

use super::meaning::{AWeek, MOST_A_WEEK, MOST_MILES, Plan, Purse};
use super::store;

/// Metres of a mile.
const MILE: f64 = 1609.344;

/// The budgets that somebody may spend from today: their own, then those of whom they buy for, each newest first. Whoever is
/// shown what is in one that is somebody else's is written down.
pub fn purses_of(conn: &mut Conn, who: &SignedIn, today: NaiveDate) -> QueryResult<Vec<(BudgetHolder, Purse)>> {
    let mut purses = Vec::new();
    for (summary, holder) in store::budgets_to_buy_from(conn, who)? {
        if summary.ends_on <= today || summary.starts_on > today {
            continue;
        }
        let purse = purse_of(conn, &holder, today)?;
        let name = match holder.acting_for() {
            Some(person) => format!("{} of {person}", purse.name),
            None => purse.name.clone(),
        };
        purses.push((holder, Purse { name, ..purse }));
    }
    Ok(purses)
}

/// The newest budget of one's own that runs today.
pub fn own_purse(conn: &mut Conn, who: &SignedIn, today: NaiveDate) -> QueryResult<Option<Purse>> {
    for (summary, holder) in store::budgets_to_buy_from(conn, who)? {
        if holder.acting_for().is_none() && summary.starts_on <= today && today < summary.ends_on {
            return purse_of(conn, &holder, today).map(Some);
        }
    }
    Ok(None)
}

/// What one budget has to spend, from today or from its first day on.
pub fn purse_of(conn: &mut Conn, holder: &BudgetReader, today: NaiveDate) -> QueryResult<Purse> {
    let summary = store::summary(conn, holder)?;
    let budget = store::read(conn, holder)?;
    let ward = identity::store::home_of(conn, budget.person)?.map(|(_, ward)| ward);
    let home = match ward {
        Some(ward) => places::store::ward_point(conn, &ward)?,
        None => None,
    };
    Ok(Purse {
        budget: summary.id,
        name: summary.name,
        route: summary.funding_route,
        available: budget.available.balance,
        from: today.max(summary.starts_on),
        ends_on: summary.ends_on,
        review_on: summary.review_on,
        home,
    })
}

/// What each of these services would mean for somebody's own newest budget, in a few words: for cards and lists.
pub fn in_short(
    conn: &mut Conn,
    who: &SignedIn,
    services: &[&WholeService],
    today: NaiveDate,
) -> QueryResult<HashMap<ServiceId, String>> {
    let priced: Vec<ServiceId> =
        services.iter().filter(|whole| whole.cheapest().is_some()).map(|whole| whole.service.id).collect();
    if priced.is_empty() {
        return Ok(HashMap::new());
    }
    let Some(purse) = own_purse(conn, who, today)? else { return Ok(HashMap::new()) };
    let purse = &purse;
    let options = catalogue::store::prices_ahead(conn, &priced, today)?;
    let told = services.iter().filter_map(|whole| {
        let place = whole.locations.first().map(|at| (at.latitude, at.longitude));
        let way = miles_there_and_back(purse, place);
        let plan = Plan::of(options.get(&whole.service.id)?, &AWeek::default(), today, way)?;
        Some((whole.service.id, plan.meaning(purse).in_short(purse)))
    });
    Ok(told.collect())
}

/// How many miles it is there and back, rounded up; none where either place is unknown.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "miles on this planet, never below nought")]
pub fn miles_there_and_back(purse: &Purse, place: Option<(f64, f64)>) -> Option<u32> {
    let metres = distance_metres(purse.home?, place?);
    metres.is_finite().then(|| (2.0 * metres / MILE).ceil() as u32)
}

/// A week's support as an address says it: the same for the page and for `/api/v1`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Week {
    /// Which budget, where there are several.
    pub budget: String,
    /// Which price.
    pub option: String,
    /// Units at any time.
    pub units: String,
    /// Units on weekdays by day.
    pub weekday: String,
    /// Units on weekday evenings.
    pub evening: String,
    /// Units at the weekend.
    pub weekend: String,
    /// Miles.
    pub miles: String,
}

impl Week {
    /// What was typed as numbers; what cannot be read is told and left out.
    #[must_use]
    pub fn read(&self) -> (AWeek, Vec<FieldError>) {
        let mut wrong = Vec::new();
        let mut number = |field: &str, typed: &str, most: i32| {
            let typed = typed.trim();
            let read = typed.parse::<i32>().ok().filter(|number| (0..=most).contains(number));
            if read.is_none() && !typed.is_empty() {
                wrong.push(FieldError::new(field, format!("Enter a whole number from 0 to {most}.")));
            }
            read
        };
        let week = AWeek {
            option: self.option.parse().ok(),
            units: number("units", &self.units, MOST_A_WEEK),
            weekday: number("weekday", &self.weekday, MOST_A_WEEK),
            evening: number("evening", &self.evening, MOST_A_WEEK),
            weekend: number("weekend", &self.weekend, MOST_A_WEEK),
            miles: number("miles", &self.miles, MOST_MILES),
        };
        (week, wrong)
    }
}
