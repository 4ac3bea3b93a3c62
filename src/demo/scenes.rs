//! The newest purchases of the people that a visitor can sign in as: something to answer, to confirm, to settle, to rate.

use chrono::{NaiveTime, TimeDelta};

use super::plan::{Plan, Planned, days};
use crate::budgets::FundingRoute;
use crate::clock::UtcTime;

/// Who asks in a scene.
#[derive(Clone, Copy, Debug)]
pub(super) enum Who {
    /// One of the demo's people, from the budget that is held so.
    Person(&'static str, FundingRoute),
    /// Anybody in Trafford who has the money.
    Somebody,
}

/// How much is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum HowMuch {
    /// So many units.
    Units(i32),
    /// As many units as leave at least so many pence.
    AllBut(i64),
}

/// What becomes of it; times are days before now.
#[derive(Clone, Copy, Debug)]
pub(super) enum Story {
    /// Waits for the provider.
    Waits,
    /// The provider said yes.
    Agreed(f64),
    /// The provider said no.
    Declined(f64, &'static str),
    /// The provider said yes; the holder called it off.
    CalledOff(f64, f64, &'static str),
    /// The provider said yes and delivered; the last delivery, of so many, waits for an answer.
    Delivering(f64, &'static [f64], i32),
    /// The provider said yes and delivered the whole in so many parts, all confirmed; the invoice waits to be settled.
    Delivered(f64, &'static [f64]),
    /// The provider said yes and delivered one part, which the holder disputes.
    Disputed(f64, f64, i32, &'static str),
}

/// One purchase that is always there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene {
    pub(super) who: Who,
    pub(super) provider: &'static str,
    pub(super) service: &'static str,
    pub(super) how_much: HowMuch,
    /// Days before now.
    pub(super) asked: f64,
    pub(super) note: &'static str,
    pub(super) story: Story,
}

use FundingRoute::{CouncilManaged, DirectPayment, ServiceFund};
use HowMuch::{AllBut, Units};
use Story::{Agreed, CalledOff, Declined, Delivered, Delivering, Disputed, Waits};
use Who::{Person, Somebody};

const fn scene(
    who: Who,
    (provider, service): (&'static str, &'static str),
    how_much: HowMuch,
    asked: f64,
    note: &'static str,
    story: Story,
) -> Scene {
    Scene { who, provider, service, how_much, asked, note, story }
}

const CARE: (&str, &str) = ("Wrenmoor Care at Home", "Care at home");
const BEDTIME: (&str, &str) = ("Wrenmoor Care at Home", "Morning and bedtime visits");
const SITTING: (&str, &str) = ("Wrenmoor Care at Home", "Someone to sit with mum or dad");
const BISI: (&str, &str) = ("Bisi A.", "Bisi A., personal assistant");
const SOUP: (&str, &str) = ("Soup Spoon Society", "Soup and a song");
const TABLE: (&str, &str) = ("Soup Spoon Society", "Community table");

/// All of them.
pub(super) const SCENES: [Scene; 26] = [
    scene(
        Person("amira", CouncilManaged),
        CARE,
        Units(12),
        24.3,
        "Mornings, please, before nine.",
        Delivering(23.1, &[16.4, 9.2, 0.9], 12),
    ),
    scene(
        Person("amira", DirectPayment),
        BISI,
        Units(6),
        17.2,
        "To the shops and the library on Tuesdays.",
        Delivered(16.9, &[9.3, 4.2]),
    ),
    scene(Person("amira", CouncilManaged), SOUP, Units(4), 1.3, "My friend Doreen comes too.", Waits),
    scene(
        Person("amira", CouncilManaged),
        ("Thread and Thimble Collective", "Textiles and memory"),
        Units(3),
        8.6,
        "",
        Declined(6.8, "The group is at its largest safe size."),
    ),
    scene(
        Person("amira", CouncilManaged),
        ("Beechnut House Day Centre", "Day centre with transport and lunch"),
        Units(4),
        5.4,
        "I use a wheelchair.",
        Agreed(4.1),
    ),
    scene(
        Person("george", DirectPayment),
        ("Sundrift Care at Home", "Fifteen minutes is never enough: one-hour visits"),
        AllBut(1_500),
        12.2,
        "",
        Delivering(11.4, &[3.2], 1),
    ),
    scene(
        Person("leon", ServiceFund),
        ("Wide Stage Theatre Makers", "Drama company"),
        Units(6),
        29.5,
        "I want to be the villain.",
        Delivered(28.7, &[20.3, 13.3, 6.3]),
    ),
    scene(
        Person("leon", ServiceFund),
        ("Open Latch Day Opportunities", "Day opportunities out in the town"),
        Units(5),
        15.4,
        "",
        Disputed(14.6, 4.4, 1, "Nobody came."),
    ),
    scene(
        Person("leon", ServiceFund),
        ("Open Latch Day Opportunities", "Gym sessions with a buddy"),
        Units(4),
        10.1,
        "",
        CalledOff(9.3, 3.6, "I have changed my mind."),
    ),
    scene(
        Person("leon", ServiceFund),
        ("Open Latch Day Opportunities", "Cooking for one"),
        Units(3),
        0.8,
        "Please not on Fridays.",
        Waits,
    ),
    scene(Somebody, CARE, Units(10), 1.1, "Mum comes home from hospital on Friday.", Waits),
    scene(Somebody, CARE, Units(8), 0.4, "", Waits),
    scene(Somebody, BEDTIME, Units(14), 2.2, "Two people are needed in the evening.", Waits),
    scene(Somebody, SITTING, Units(4), 0.7, "So that my wife can go to her choir.", Waits),
    scene(Somebody, CARE, Units(9), 9.2, "", Delivering(8.6, &[5.1, 1.2], 6)),
    scene(Somebody, SITTING, Units(6), 13.7, "", Delivered(12.9, &[8.2, 5.6])),
    scene(Somebody, BEDTIME, Units(7), 4.8, "", Agreed(3.9)),
    scene(Somebody, BISI, Units(5), 1.6, "I would like to go swimming again.", Waits),
    scene(Somebody, BISI, Units(8), 0.6, "", Waits),
    scene(Somebody, BISI, Units(6), 7.3, "Help with a move.", Delivering(6.8, &[1.8], 3)),
    scene(Somebody, SOUP, Units(2), 2.4, "", Waits),
    scene(Somebody, TABLE, Units(3), 0.5, "No fish, please.", Waits),
    scene(Somebody, SOUP, Units(4), 11.2, "", Delivered(10.5, &[7.3])),
    scene(Somebody, SOUP, Units(4), 9.8, "", Delivering(9.1, &[2.3], 2)),
    scene(Somebody, TABLE, Units(4), 14.4, "", Delivered(13.8, &[10.2, 3.3])),
    scene(Somebody, SOUP, Units(3), 6.1, "", Agreed(5.5)),
];

/// So many days before now, when people are up.
pub(super) fn ago(when: f64, now: UtcTime) -> UtcTime {
    let at = now - days(when);
    let midnight = at.date().and_time(NaiveTime::MIN);
    let awake = midnight + TimeDelta::hours(8) + TimeDelta::seconds((at - midnight).num_seconds() / 2); // 24 hours of the day become 8 to 20 o'clock
    awake.min(now - days(when / 100.0))
}

impl Story {
    /// The same as a plan; `total` units were asked for.
    pub(super) fn plan(self, total: i32, now: UtcTime) -> Plan {
        let ago = |when: f64| ago(when, now);
        let one = |when: f64, quantity: i32, answer: Option<Option<&str>>| Planned {
            at: ago(when),
            on: ago(when).date(),
            quantity,
            note: String::new(),
            answer: answer.map(|wrong| (ago(when * 0.72), wrong.map(str::to_owned))),
        };
        let agreed = |when: f64| Plan { agreed: Some(ago(when)), ..Plan::default() };
        match self {
            Waits => Plan::default(),
            Agreed(when) => agreed(when),
            Declined(when, why) => Plan { declined: Some((ago(when), why.to_owned())), ..Plan::default() },
            CalledOff(yes, off, why) => Plan { cancelled: Some((ago(off), why.to_owned())), ..agreed(yes) },
            Delivering(yes, whens, units) => {
                let parts = parts(units.min(total), whens);
                let last = parts.len().saturating_sub(1);
                let delivery =
                    |(place, (when, units)): (usize, (f64, i32))| one(when, units, (place < last).then_some(None));
                Plan { deliveries: parts.into_iter().enumerate().map(delivery).collect(), ..agreed(yes) }
            }
            Delivered(yes, whens) => {
                let delivery = |(when, units)| one(when, units, Some(None));
                Plan { deliveries: parts(total, whens).into_iter().map(delivery).collect(), ..agreed(yes) }
            }
            Disputed(yes, when, units, why) => {
                Plan { deliveries: vec![one(when, units.min(total), Some(Some(why)))], ..agreed(yes) }
            }
        }
    }
}

/// So many units in as many parts as there are times.
fn parts(units: i32, whens: &[f64]) -> Vec<(f64, i32)> {
    let count = i32::try_from(whens.len()).unwrap_or(1).clamp(1, units.max(1));
    let mut left = units;
    let mut all = Vec::new();
    for (place, when) in (1..=count).zip(whens) {
        let part = if place == count { left } else { units / count };
        left -= part;
        all.push((*when, part));
    }
    all
}
