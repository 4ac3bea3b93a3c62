//! What will become of a purchase: drawn when it is asked for, so that everything happens in the order of time.

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta, Timelike};
use rand::RngExt;
use rand_chacha::ChaCha12Rng;

use crate::catalogue::Unit;
use crate::clock::UtcTime;

use super::words::{CANCEL_REASONS, Words, delivery_note};

/// What will become of one purchase, if it is not stopped by the end of the history.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// When the provider says yes.
    pub(super) agreed: Option<UtcTime>,
    /// When and why the provider says no.
    pub(super) declined: Option<(UtcTime, String)>,
    /// When and why the holder calls it off.
    pub(super) cancelled: Option<(UtcTime, String)>,
    /// What is delivered.
    pub(super) deliveries: Vec<Planned>,
    /// How long the council takes to pay; none: not within this history.
    pub(super) paid_after: Option<TimeDelta>,
    /// How long after the last delivery it is rated.
    pub(super) rated_after: Option<TimeDelta>,
}

/// One delivery to come.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    /// When it is recorded.
    pub(super) at: UtcTime,
    /// The day it happens.
    pub(super) on: NaiveDate,
    /// How many units.
    pub(super) quantity: i32,
    /// What the provider notes.
    pub(super) note: String,
    /// When the holder answers, and what was wrong, if anything; none: not within this history.
    pub(super) answer: Option<(UtcTime, Option<String>)>,
}

/// What a plan is drawn for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) at: UtcTime,
    pub(super) starts_on: NaiveDate,
    pub(super) quantity: i32,
    pub(super) unit: Unit,
    pub(super) decline_chance: f64,
}

impl Plan {
    /// Draws what becomes of a purchase.
    pub(super) fn drawn(asked: Asked, words: &Words, rng: &mut ChaCha12Rng) -> Self {
        let wait = if rng.random_bool(0.04) { rng.random_range(5.0..9.0) } else { waiting(0.7, 4.0, rng) };
        let answered = in_the_day(asked.at + days(wait) + TimeDelta::minutes(20), rng);
        if rng.random_bool(asked.decline_chance) {
            return Self { declined: Some((answered, words.decline(rng))), ..Self::default() };
        }
        let mut plan = Self { agreed: Some(answered), ..Self::default() };
        let first = asked.starts_on.max(answered.date() + Days::new(1));
        let mut given_up = None;
        for (on, quantity) in split(first, asked.quantity, asked.unit, rng) {
            let dispute = rng.random_bool(0.013).then(|| words.dispute(rng));
            let disputed = dispute.is_some();
            let delivery = Planned::drawn(on, quantity, dispute, rng);
            let answered = delivery.answer.as_ref().map_or(delivery.at, |(at, _)| *at);
            plan.deliveries.push(delivery);
            if disputed && rng.random_bool(0.7) {
                let again = answered.date() + Days::new(rng.random_range(2..7));
                plan.deliveries.push(Planned::drawn(again, quantity, None, rng));
            } else if disputed {
                let at = answered + days(rng.random_range(4.0..15.0));
                given_up = Some((in_the_day(at, rng), "We could not agree on what was delivered.".to_owned()));
            }
        }
        plan.cancelled = plan.called_off(asked.at, rng).or(given_up);
        plan.paid_after = Some(days(rng.random_range(4.0..17.0)));
        plan.rated_after = rng.random_bool(RATED).then(|| days(rng.random_range(0.5..9.0)));
        plan
    }

    /// Some purchases are called off: most of those before anything was delivered.
    fn called_off(&self, asked_at: UtcTime, rng: &mut ChaCha12Rng) -> Option<(UtcTime, String)> {
        let (first, last) = (self.deliveries.first()?.at, self.deliveries.last()?.at);
        let (from, upto) = match rng.random_range(0..1_000) {
            0..32 => (asked_at, first),
            32..44 => (first, last),
            _ => return None,
        };
        let minutes = (upto - from).num_minutes();
        let at = from + TimeDelta::minutes(rng.random_range(0..minutes.max(1)));
        Some((in_the_day(at, rng), CANCEL_REASONS[rng.random_range(0..CANCEL_REASONS.len())].to_owned()))
    }
}

/// How many of the purchases that were delivered lead to a rating, where the person has not rated the service before.
const RATED: f64 = 0.24;

impl Planned {
    fn drawn(on: NaiveDate, quantity: i32, dispute: Option<String>, rng: &mut ChaCha12Rng) -> Self {
        let evening =
            NaiveTime::from_hms_opt(rng.random_range(15..20), rng.random_range(0..60), rng.random_range(0..60));
        let late = u64::from(rng.random_bool(0.25));
        let at = (on + Days::new(late)).and_time(evening.unwrap_or_default());
        let wait = if rng.random_bool(0.03) { rng.random_range(6.0..24.0) } else { waiting(1.4, 6.0, rng) };
        let answer = Some((in_the_day(at + days(wait) + TimeDelta::minutes(30), rng), dispute));
        Self { at, on, quantity, note: delivery_note(rng), answer }
    }
}

/// The days of one to three deliveries, with the units of each.
fn split(first: NaiveDate, quantity: i32, unit: Unit, rng: &mut ChaCha12Rng) -> Vec<(NaiveDate, i32)> {
    let parts = rng.random_range(1..=3.min(quantity.max(1)));
    let weeks = unit == Unit::Week; // those are over when they are delivered
    let gap = if weeks { 7 * u64::from((quantity / parts).unsigned_abs()) } else { rng.random_range(4..9) };
    let mut left = quantity;
    let mut on = first + Days::new(if weeks { gap } else { rng.random_range(0..5) });
    let mut all = Vec::new();
    for part in 0..parts {
        let units = if part == parts - 1 { left } else { (quantity / parts).max(1) };
        all.push((on, units));
        left -= units;
        on = on + Days::new(gap);
    }
    all
}

/// So many days.
pub(super) fn days(days: f64) -> TimeDelta {
    #[expect(clippy::cast_possible_truncation, reason = "at most a few years")]
    TimeDelta::seconds((days * 86_400.0) as i64)
}

/// How long something takes: mostly little, sometimes long, never longer than `most` days.
fn waiting(mean: f64, most: f64, rng: &mut ChaCha12Rng) -> f64 {
    (-rng.random_range(0.0001..1.0_f64).ln() * mean).min(most)
}

/// The same moment, or the next morning if people sleep then.
fn in_the_day(at: UtcTime, rng: &mut ChaCha12Rng) -> UtcTime {
    let morning = |date: NaiveDate, rng: &mut ChaCha12Rng| {
        date.and_time(NaiveTime::MIN) + TimeDelta::minutes(rng.random_range(485..620))
    };
    match at.hour() {
        0..8 => morning(at.date(), rng),
        21..24 => morning(at.date() + Days::new(1), rng),
        _ => at,
    }
}
