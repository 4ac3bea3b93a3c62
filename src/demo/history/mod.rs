//! The history of the town, month by month, through the same rules as live traffic.
//!
//! Everything that is going to happen waits in one queue in the order of time; each thing is done by the noun that does
//! it for people ([`Purchase::request`], [`Delivery::confirm`], …) with the budgets kept in memory. What the rules
//! refuse does not happen. At the end of each month all that happened is written in one transaction.

mod asking;
mod going;
mod staging;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use chrono::{NaiveDate, TimeDelta};
use rand::RngExt;
use rand_chacha::ChaCha12Rng;

use crate::budgets::Budget;
use crate::clock::{UtcTime, month_start};
use crate::ids::{AuthorityId, OrganizationId, PersonId};
use crate::money::Money;
use crate::places::store::Ward;
use crate::purchasing::store::WholePurchase;
use crate::purchasing::{Delivery, Invoice, Journal, Purchase, Step};
use crate::reviews::Review;

use crate::demo::holders::{AUTHORITIES, Holder};
use crate::demo::market::{Market, Wanted};
use crate::demo::plan::Plan;
use crate::demo::scenes::SCENES;
use crate::demo::words::Words;

/// How many people are tried until one can pay for what somebody wants.
const TRIES: usize = 14;

/// Something that is going to happen, in the order of time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: UtcTime,
    order: u64,
    what: Doing,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Doing {
    /// Somebody of this authority wants something of this category.
    Ask { wanted: usize, authority: usize },
    /// A purchase that is always there.
    Play(usize),
    /// The next step of a purchase.
    Go(u32, Then),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Then {
    Agree,
    Decline,
    Cancel,
    /// Records the planned delivery of this number.
    Deliver(usize),
    /// Answers the delivery with the answer planned for that number.
    Answer {
        delivery: usize,
        planned: usize,
    },
    /// Asks for what is confirmed.
    Invoice,
    /// Pays the invoice of this number.
    Settle(usize),
    Rate,
}

/// A budget, and how much was put into it.
struct Purse {
    budget: Budget,
    amount: Money,
}

/// A purchase that is not over yet.
struct Bought {
    whole: WholePurchase,
    plan: Plan,
    holder: usize,
    purse: usize,
    sale: usize,
    steps: Vec<Step>,
    /// How many steps of it wait in the queue.
    waiting: u32,
}

/// What is written together.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) purchases: Vec<Purchase>,
    pub(super) invoices: Vec<Invoice>,
    pub(super) deliveries: Vec<Delivery>,
    pub(super) journal: Journal,
}

/// Who acts for whom in the history.
#[derive(Default)]
pub(super) struct Staff {
    pub(super) members: BTreeMap<OrganizationId, PersonId>,
    pub(super) officers: BTreeMap<AuthorityId, PersonId>,
}

/// The town while its history runs.
pub(super) struct History {
    holders: Vec<Holder>,
    wards: Vec<Ward>,
    wanted: Vec<Wanted>,
    market: Market,
    words: Words,
    staff: Staff,
    now: UtcTime,
    rng: ChaCha12Rng,
    purses: Vec<Purse>,
    purses_of: Vec<Vec<usize>>,
    /// For each authority and category: who wants it, with running sums.
    wanting: Vec<Vec<Vec<(usize, f64)>>>,
    /// Where somebody usually buys something of a category.
    usual: BTreeMap<(usize, usize), usize>,
    rated: BTreeSet<(usize, usize)>,
    queue: BinaryHeap<Reverse<Due>>,
    order: u64,
    open: BTreeMap<u32, Bought>,
    next: u32,
    journal: Journal,
    reviews: Vec<Review>,
    /// Wishes that nobody served or could pay.
    pub(super) unmet: u64,
}

impl History {
    /// A town in which nothing has happened yet.
    #[expect(clippy::too_many_arguments, reason = "everything that a town is made of")]
    pub(super) fn new(
        holders: Vec<Holder>,
        wards: Vec<Ward>,
        wanted: Vec<Wanted>,
        market: Market,
        words: Words,
        staff: Staff,
        now: UtcTime,
        mut rng: ChaCha12Rng,
    ) -> Self {
        let mut wanting = Vec::new();
        for authority in 0..AUTHORITIES.len() {
            let people: Vec<usize> =
                (0..holders.len()).filter(|holder| holders[*holder].authority == authority).collect();
            wanting.push(
                wanted.iter().map(|wanted| running_sums(&people, &holders, &wanted.category, &mut rng)).collect(),
            );
        }
        let mut history = Self {
            purses_of: vec![Vec::new(); holders.len()],
            holders,
            wards,
            wanted,
            market,
            words,
            staff,
            now,
            rng,
            purses: Vec::new(),
            wanting,
            usual: BTreeMap::new(),
            rated: BTreeSet::new(),
            queue: BinaryHeap::new(),
            order: 0,
            open: BTreeMap::new(),
            next: 0,
            journal: Journal::default(),
            reviews: Vec::new(),
            unmet: 0,
        };
        history.announce_scenes();
        history
    }

    /// The budget holders.
    pub(super) fn holders(&self) -> &[Holder] {
        &self.holders
    }

    /// Gives a holder a budget that was opened.
    pub(super) fn give(&mut self, holder: usize, budget: Budget) {
        let amount = budget.available.balance;
        self.purses_of[holder].push(self.purses.len());
        self.purses.push(Purse { budget, amount });
    }

    /// Lets people want things in a month: `lines` for each unit of demand, until now at most.
    pub(super) fn want(&mut self, month: i32, first_month: i32, lines: f64) {
        let (start, end) = month_span(month, self.now);
        let year_month = u32::try_from(month.rem_euclid(12)).unwrap_or(0);
        for authority in 0..AUTHORITIES.len() {
            for wanted in 0..self.wanted.len() {
                let demand = self.demand(authority, wanted, year_month, month - first_month);
                let expected = demand * lines * share_of_month(month, self.now);
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundreds")]
                let count = (expected + self.rng.random_range(0.0..1.0)) as u64;
                for _ in 0..count {
                    let at = a_moment(start, end, &mut self.rng);
                    self.push(at, Doing::Ask { wanted, authority });
                }
            }
        }
    }

    /// All demand of a month together, in the same units as [`Self::want`].
    pub(super) fn demand_of(&self, month: i32, first_month: i32) -> f64 {
        let year_month = u32::try_from(month.rem_euclid(12)).unwrap_or(0);
        let mut sum = 0.0;
        for authority in 0..AUTHORITIES.len() {
            for wanted in 0..self.wanted.len() {
                sum += self.demand(authority, wanted, year_month, month - first_month);
            }
        }
        sum * share_of_month(month, self.now)
    }

    #[expect(clippy::cast_precision_loss, reason = "some thousands of people")]
    fn demand(&self, authority: usize, wanted: usize, year_month: u32, months: i32) -> f64 {
        let (code, share) = AUTHORITIES[authority];
        self.wanted[wanted].demand(code, year_month, f64::from(months) / 12.0) * share as f64
    }

    /// Lets everything happen that is due before this moment.
    pub(super) fn run_until(&mut self, end: UtcTime) {
        while let Some(Reverse(due)) = self.queue.peek().copied().filter(|Reverse(due)| due.at < end) {
            self.queue.pop();
            match due.what {
                Doing::Ask { wanted, authority } => self.somebody_asks(wanted, authority, due.at),
                Doing::Play(scene) => self.play(&SCENES[scene], due.at),
                Doing::Go(number, then) => self.go(number, then, due.at),
            }
        }
    }

    /// Takes out what happened; purchases only when they are over, or all of them at the end.
    pub(super) fn take_batch(&mut self, all: bool) -> Batch {
        let mut batch = Batch { journal: std::mem::take(&mut self.journal), ..Batch::default() };
        let over: Vec<u32> =
            self.open.iter().filter(|(_, bought)| all || bought.waiting == 0).map(|(number, _)| *number).collect();
        for bought in over.iter().filter_map(|number| self.open.remove(number)) {
            batch.purchases.push(bought.whole.purchase);
            batch.invoices.extend(bought.whole.invoices);
            batch.deliveries.extend(bought.whole.deliveries);
            batch.journal.steps.extend(bought.steps);
        }
        batch
    }

    /// Takes out the reviews; they stand on purchases that must be written first.
    pub(super) fn take_reviews(&mut self) -> Vec<Review> {
        std::mem::take(&mut self.reviews)
    }

    fn push(&mut self, at: UtcTime, what: Doing) {
        self.order += 1;
        self.queue.push(Reverse(Due { at, order: self.order, what }));
    }

    fn next_step(&mut self, bought: &mut Bought, number: u32, at: UtcTime, then: Then) {
        bought.waiting += 1;
        self.push(at, Doing::Go(number, then));
    }
}

/// Who wants something of this category, with running sums: some people like it much more than others.
fn running_sums(people: &[usize], holders: &[Holder], category: &str, rng: &mut ChaCha12Rng) -> Vec<(usize, f64)> {
    let mut sum = 0.0;
    people
        .iter()
        .map(|holder| {
            let likes = if rng.random_bool(0.3) { 3.0 } else { 0.6 };
            sum += holders[*holder].affinity(category) * holders[*holder].pace * likes;
            (*holder, sum)
        })
        .collect()
}

/// A month from its first moment to its last, or to now.
fn month_span(month: i32, now: UtcTime) -> (UtcTime, UtcTime) {
    let start = UtcTime::from(month_start(month));
    (start, UtcTime::from(month_start(month + 1)).min(now).max(start))
}

#[expect(clippy::cast_precision_loss, reason = "the seconds of a month")]
fn share_of_month(month: i32, now: UtcTime) -> f64 {
    let (start, end) = month_span(month, now);
    let whole = UtcTime::from(month_start(month + 1)) - start;
    (end - start).num_seconds() as f64 / whole.num_seconds().max(1) as f64
}

/// Some moment when people are up, at weekends less often.
fn a_moment(start: UtcTime, end: UtcTime, rng: &mut ChaCha12Rng) -> UtcTime {
    use chrono::{Datelike, Timelike};
    let mut at = start;
    for _ in 0..20 {
        at = start + TimeDelta::seconds(rng.random_range(0..(end - start).num_seconds().max(1)));
        let weekend = at.weekday().number_from_monday() > 5;
        if (7..22).contains(&at.hour()) && (!weekend || rng.random_bool(0.4)) {
            break;
        }
    }
    at
}

#[expect(clippy::cast_precision_loss, reason = "the amounts of personal budgets")]
fn pence(amount: Money) -> f64 {
    amount.as_pence() as f64
}

#[expect(clippy::cast_precision_loss, reason = "a few years")]
fn days_between(from: NaiveDate, to: NaiveDate) -> f64 {
    (to - from).num_days() as f64
}
