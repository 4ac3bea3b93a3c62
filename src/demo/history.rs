//! The history of the town, month by month, through the same rules as live traffic.
//!
//! Everything that is going to happen waits in one queue in the order of time; each thing is done by the noun that does
//! it for people ([`Purchase::request`], [`Delivery::confirm`], …) with the budgets kept in memory. What the rules
//! refuse does not happen. At the end of each month all that happened is written in one transaction.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use chrono::{Days, NaiveDate, TimeDelta};
use rand::RngExt;
use rand_chacha::ChaCha12Rng;

use crate::budgets::Budget;
use crate::catalogue::{Offer, Unit};
use crate::clock::{UtcTime, month_start};
use crate::ids::{AuthorityId, OrganizationId, PersonId, ReviewId, SubmissionKey};
use crate::log::{EventKind, NewEvent};
use crate::money::Money;
use crate::places::store::Ward;
use crate::purchasing::store::WholePurchase;
use crate::purchasing::{
    self, Asked, Delivery, DeliveryState, Home, Invoice, Journal, Purchase, PurchaseState, Step, move_on,
};
use crate::reviews::Review;

use super::holders::{AUTHORITIES, Holder};
use super::market::{Market, Wanted, drawn};
use super::people::DemoPerson;
use super::plan::{self, Plan};
use super::scenes::{self, HowMuch, SCENES, Scene, Story, Who};
use super::words::{self, Words};

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

    /// Finds somebody who wants this and can pay, and asks for it.
    fn somebody_asks(&mut self, wanted: usize, authority: usize, at: UtcTime) {
        for _ in 0..TRIES {
            let Some(holder) = drawn(&self.wanting[authority][wanted], &mut self.rng) else { break };
            let Some(sale) = self.service_for(holder, wanted, at.date()) else { continue };
            if self.ask(holder, wanted, sale, at).is_some() {
                return;
            }
        }
        self.unmet += 1;
    }

    /// Where this person buys this: usually where they did before.
    fn service_for(&mut self, holder: usize, wanted: usize, on: NaiveDate) -> Option<usize> {
        if let Some(sale) = self.usual.get(&(holder, wanted))
            && self.rng.random_bool(0.8)
        {
            return Some(*sale);
        }
        let someone = &self.holders[holder];
        let ward = &self.wards[someone.ward];
        let category = &self.wanted[wanted].category;
        let sale = self.market.choose((someone.ward, (ward.latitude, ward.longitude)), category, &mut self.rng)?;
        let offered = &self.market.on_sale[sale];
        let fits = (offered.ages.0..=offered.ages.1).contains(&someone.age_on(on));
        let for_one_need = offered.needs.len() == 1;
        let meant = offered.needs.is_empty()
            || offered.needs.contains(&someone.need_term())
            || self.rng.random_bool(if for_one_need { 0.06 } else { 0.35 });
        (fits && meant).then_some(sale)
    }

    /// Asks for as much as is usual and the person can spare.
    fn ask(&mut self, holder: usize, wanted: usize, sale: usize, at: UtcTime) -> Option<()> {
        let starts_on = at.date() + Days::new(self.rng.random_range(2..12));
        let offered = &self.market.on_sale[sale];
        let usual = self.rng.random_bool(0.78) || offered.options.len() == 1;
        let option = if usual { 0 } else { self.rng.random_range(0..offered.options.len()) };
        let (unit, price) = (offered.options[option].unit, offered.options[option].amount_pence);
        let purse = *self.purses_of[holder].iter().find(|purse| {
            let budget = &self.purses[**purse].budget;
            budget.is_open_on(starts_on)
                && (offered.routes.is_empty() || offered.routes.contains(&budget.funding_route))
        })?;
        let wanted_units = self.usual_quantity(holder, wanted, unit, price);
        let can_spare = self.can_spare(holder, purse, starts_on).as_pence() / price.as_pence().max(1);
        let quantity = i64::from(wanted_units).min(can_spare);
        let quantity = i32::try_from(quantity).ok().filter(|units| *units > 0)?;
        let note = words::note(&mut self.rng);
        let (number, mut bought) = self.request(holder, purse, (sale, option), (quantity, starts_on, note), at)?;
        let decline_chance = {
            let someone = &self.holders[holder];
            self.wanted[wanted].decline_chance(AUTHORITIES[someone.authority].0, &self.wards[someone.ward].code)
        };
        let asked = plan::Asked { at, starts_on, quantity, unit, decline_chance };
        bought.plan = Plan::drawn(asked, &self.words, &mut self.rng);
        if bought.plan.declined.is_none() {
            self.usual.insert((holder, wanted), sale);
        }
        self.begin(number, bought);
        Some(())
    }

    /// How many units this person buys at once: more where the budget is large.
    fn usual_quantity(&mut self, holder: usize, wanted: usize, unit: Unit, price: Money) -> i32 {
        let Wanted { quantity: (least, most), unit: usual, .. } = self.wanted[wanted];
        if unit != usual {
            return 1;
        }
        let units = self.rng.random_range(least..=most);
        if most <= 2 || unit == Unit::Week {
            return units;
        }
        let someone = &self.holders[holder];
        let yearly: i32 = someone.budgets.iter().map(|(_, pounds)| *pounds).sum();
        let each_time = f64::from(yearly) * 100.0 / (12.0 * someone.pace);
        let times = each_time / (f64::from(units) * pence(price).max(1.0));
        #[expect(clippy::cast_possible_truncation, reason = "at most seven times as much")]
        let many = (f64::from(units) * times.clamp(0.6, 7.0)).round() as i32;
        many.clamp(1, 200)
    }

    /// What may be spent by now so that the budget lasts to its end.
    fn can_spare(&self, holder: usize, purse: usize, on: NaiveDate) -> Money {
        let Purse { budget, amount } = &self.purses[purse];
        let (ahead, most) = self.holders[holder].thrift;
        let whole = days_between(budget.starts_on, budget.ends_on);
        let gone = days_between(budget.starts_on, on);
        let part = (gone / whole.max(1.0) + ahead).min(1.0) * most;
        let spent = amount.less(budget.available.balance).unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, reason = "less than the budget")]
        let allowed = Money::pence((pence(*amount) * part) as i64);
        allowed.less(spent).unwrap_or_default()
    }

    /// Asks, by the same rule as live traffic; none if it is refused.
    fn request(
        &mut self,
        holder: usize,
        purse: usize,
        (sale, option): (usize, usize),
        (quantity, starts_on, note): (i32, NaiveDate, String),
        at: UtcTime,
    ) -> Option<(u32, Bought)> {
        let offered = &self.market.on_sale[sale];
        let price = offered.options.get(option)?;
        let offer = Offer {
            service: offered.service,
            organization: offered.organization,
            category_id: offered.category.clone(),
            cost_option: price.id,
            unit: price.unit,
            price: price.amount_pence,
        };
        let home = Home { ward_code: self.wards[self.holders[holder].ward].code.clone() };
        let budget = &mut self.purses[purse].budget;
        let asked = Asked { quantity, starts_on, note, key: SubmissionKey::new(), by: budget.person };
        let purchase = Purchase::request(budget, &home, &offer, asked, at, &mut self.journal).ok()?;
        let whole = WholePurchase { purchase, deliveries: Vec::new(), invoices: Vec::new() };
        let steps = std::mem::take(&mut self.journal.steps);
        self.next += 1;
        Some((self.next, Bought { whole, plan: Plan::default(), holder, purse, sale, steps, waiting: 0 }))
    }

    /// Queues what is planned for a purchase.
    fn begin(&mut self, number: u32, mut bought: Bought) {
        let plan = std::mem::take(&mut bought.plan);
        if let Some(at) = plan.agreed {
            self.next_step(&mut bought, number, at, Then::Agree);
        }
        if let Some((at, _)) = &plan.declined {
            self.next_step(&mut bought, number, *at, Then::Decline);
        }
        for (planned, delivery) in plan.deliveries.iter().enumerate() {
            self.next_step(&mut bought, number, delivery.at, Then::Deliver(planned));
        }
        if let Some((at, _)) = &plan.cancelled {
            self.next_step(&mut bought, number, *at, Then::Cancel);
        }
        bought.plan = plan;
        self.open.insert(number, bought);
    }

    fn go(&mut self, number: u32, then: Then, at: UtcTime) {
        let Some(mut bought) = self.open.remove(&number) else { return };
        bought.waiting -= 1;
        self.take_step(&mut bought, number, then, at);
        bought.steps.append(&mut self.journal.steps);
        self.open.insert(number, bought);
    }

    /// Takes one step as the verb of live traffic does; none if the rules refuse it.
    fn take_step(&mut self, bought: &mut Bought, number: u32, then: Then, at: UtcTime) -> Option<()> {
        let member = self.staff.members.get(&bought.whole.purchase.organization_id).copied();
        let budget = &mut self.purses[bought.purse].budget;
        let holder = budget.person;
        let (purchase, journal) = (&mut bought.whole.purchase, &mut self.journal);
        match then {
            Then::Agree => purchase.agree(member, at, journal).ok(),
            Then::Decline => {
                let (_, why) = bought.plan.declined.clone()?;
                purchase.decline(budget, member, why, at, journal).ok()
            }
            Then::Cancel => {
                let (_, why) = bought.plan.cancelled.clone()?;
                purchase.cancel(budget, &bought.whole.deliveries, (holder, Some(why)), at, journal).ok()?;
                self.next_step(bought, number, at + TimeDelta::hours(26), Then::Invoice);
                Some(())
            }
            Then::Deliver(planned) => self.deliver(bought, number, planned, member, at),
            Then::Answer { delivery, planned } => self.answer(bought, number, delivery, planned, at),
            Then::Invoice => self.invoice(bought, number, at),
            Then::Settle(invoice) => {
                let officer = self.staff.officers.get(&purchase.authority_id).copied();
                bought.whole.invoices.get_mut(invoice)?.settle(budget, officer, at, journal)?;
                move_on(purchase, &bought.whole.deliveries, &bought.whole.invoices, at, journal).ok()
            }
            Then::Rate => self.rate(bought, at),
        }
    }

    fn deliver(
        &mut self,
        bought: &mut Bought,
        number: u32,
        planned: usize,
        by: Option<PersonId>,
        at: UtcTime,
    ) -> Option<()> {
        let plan = bought.plan.deliveries.get(planned)?;
        let (quantity, on, note) = (plan.quantity, plan.on, plan.note.clone());
        let answer_at = plan.answer.as_ref().map(|(at, _)| *at);
        let left = bought.whole.purchase.still_to_deliver(&bought.whole.deliveries);
        (1..=left).contains(&quantity).then_some(())?;
        let key = SubmissionKey::new();
        let delivery = Delivery::record(&bought.whole.purchase, quantity, on, note, key, by, at, &mut self.journal)?;
        bought.whole.deliveries.push(delivery);
        if let Some(answer_at) = answer_at {
            let delivery = bought.whole.deliveries.len() - 1;
            self.next_step(bought, number, answer_at, Then::Answer { delivery, planned });
        }
        Some(())
    }

    fn answer(&mut self, bought: &mut Bought, number: u32, delivery: usize, planned: usize, at: UtcTime) -> Option<()> {
        let wrong = bought.plan.deliveries.get(planned)?.answer.as_ref().and_then(|(_, wrong)| wrong.clone());
        let budget = &mut self.purses[bought.purse].budget;
        let holder = budget.person;
        let this = bought.whole.deliveries.get_mut(delivery)?;
        match wrong {
            Some(why) => this.dispute(&bought.whole.purchase, budget, (holder, why), at, &mut self.journal)?,
            None => this.confirm(&bought.whole.purchase, budget, holder, at, &mut self.journal)?,
        }
        let WholePurchase { purchase, deliveries, invoices } = &mut bought.whole;
        if this_was_confirmed(deliveries, delivery) {
            move_on(purchase, deliveries, invoices, at, &mut self.journal).ok()?;
        }
        if purchase.state == PurchaseState::Delivered
            && let Some(after) = bought.plan.rated_after
            && self.rated.insert((bought.holder, bought.sale))
        {
            self.next_step(bought, number, at + after, Then::Rate);
        }
        if purchasing::nothing_is_open(&bought.whole) {
            self.invoice(bought, number, at)?;
        }
        Some(())
    }

    fn invoice(&mut self, bought: &mut Bought, number: u32, at: UtcTime) -> Option<()> {
        let WholePurchase { purchase, deliveries, invoices } = &mut bought.whole;
        invoices.push(Invoice::issue(purchase, deliveries, at, &mut self.journal)?);
        let nth = invoices.len() - 1;
        if let Some(after) = bought.plan.paid_after {
            self.next_step(bought, number, at + after, Then::Settle(nth));
        }
        Some(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "a step of the history like the others")]
    fn rate(&mut self, bought: &mut Bought, at: UtcTime) -> Option<()> {
        let disputed = bought.whole.deliveries.iter().any(|delivery| delivery.state == DeliveryState::Disputed);
        let stars = words::stars(self.market.quality(bought.sale), disputed, &mut self.rng);
        let purchase = &bought.whole.purchase;
        let words = self.words.review(bought.sale, &purchase.category_id, stars.stars, &mut self.rng);
        self.journal.events.push(NewEvent::plain(None, EventKind::ReviewWritten, &purchase.service_id, at));
        self.reviews.push(Review {
            id: ReviewId::new(),
            service_id: purchase.service_id,
            person_id: purchase.person_id,
            purchase_id: purchase.id,
            stars: stars.stars,
            reliability: stars.reliability,
            kindness: stars.kindness,
            communication: stars.communication,
            value: stars.value,
            outcome: stars.outcome,
            words,
            anonymous: self.rng.random_bool(0.12),
            written_at: at,
        });
        Some(())
    }

    /// Queues the scenes; what they leave to be rated is not rated before.
    fn announce_scenes(&mut self) {
        for (number, scene) in SCENES.iter().enumerate() {
            self.push(scenes::ago(scene.asked, self.now), Doing::Play(number));
            if let Who::Person(key, _) = scene.who
                && let (Some(holder), Some(sale)) =
                    (self.demo_holder(key), self.market.find(scene.provider, scene.service))
            {
                self.rated.insert((holder, sale));
            }
        }
    }

    fn demo_holder(&self, key: &str) -> Option<usize> {
        let person = super::people::PEOPLE.iter().find(|person| person.key == key).map(DemoPerson::id)?;
        self.holders.iter().position(|holder| holder.person == person)
    }

    /// Asks for what a scene tells, with what becomes of it.
    fn play(&mut self, scene: &Scene, at: UtcTime) {
        if self.played(scene, at).is_none() {
            tracing::warn!(scene.provider, scene.service, "a scene of the demo town could not be played");
        }
    }

    fn played(&mut self, scene: &Scene, at: UtcTime) -> Option<()> {
        let sale = self.market.find(scene.provider, scene.service)?;
        let price = self.market.on_sale[sale].options.first()?.amount_pence;
        let starts_on = match scene.story {
            Story::Waits | Story::Agreed(_) | Story::Declined(..) | Story::CalledOff(..) => {
                (at.date() + Days::new(6)).max(self.now.date() + Days::new(2))
            }
            Story::Delivering(_, whens, _) | Story::Delivered(_, whens) => {
                (self.now - plan::days(*whens.first()?)).date()
            }
            Story::Disputed(_, when, ..) => (self.now - plan::days(when)).date(),
        };
        let (holder, purse) = self.who(scene, starts_on, price)?;
        let available = self.purses[purse].budget.available.balance;
        let quantity = match scene.how_much {
            HowMuch::Units(units) => units,
            HowMuch::AllBut(pence) => {
                let to_spend = available.less(Money::pence(pence)).unwrap_or_default().as_pence();
                i32::try_from(to_spend / price.as_pence().max(1)).ok()?.clamp(1, purchasing::Request::MOST)
            }
        };
        let request = (quantity, starts_on, scene.note.to_owned());
        let (number, mut bought) = self.request(holder, purse, (sale, 0), request, at)?;
        bought.plan = scene.story.plan(quantity, self.now);
        self.begin(number, bought);
        Some(())
    }

    /// Who asks in a scene, and from which of their budgets.
    fn who(&mut self, scene: &Scene, starts_on: NaiveDate, price: Money) -> Option<(usize, usize)> {
        let open = |history: &Self, purse: &usize| history.purses[*purse].budget.is_open_on(starts_on);
        match scene.who {
            Who::Person(key, route) => {
                let holder = self.demo_holder(key)?;
                let of_route = |purse: &&usize| self.purses[**purse].budget.funding_route == route && open(self, purse);
                Some((holder, *self.purses_of[holder].iter().find(of_route)?))
            }
            Who::Somebody => {
                let HowMuch::Units(units) = scene.how_much else { return None };
                let cost = price.times(units)?;
                let demo_people = super::people::PEOPLE.len();
                for _ in 0..200 {
                    let holder = self.rng.random_range(0..self.holders.len());
                    let in_trafford = self.holders[holder].authority == 0 && holder >= demo_people;
                    let purse = self.purses_of[holder].iter().find(|purse| open(self, purse)).copied();
                    if let Some(purse) =
                        purse.filter(|purse| in_trafford && self.purses[*purse].budget.available.balance > cost)
                    {
                        return Some((holder, purse));
                    }
                }
                None
            }
        }
    }
}

fn this_was_confirmed(deliveries: &[Delivery], place: usize) -> bool {
    deliveries.get(place).is_some_and(|delivery| delivery.state == DeliveryState::Confirmed)
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

#[expect(clippy::cast_precision_loss, reason = "the amounts of personal budgets")]
fn pence(amount: Money) -> f64 {
    amount.as_pence() as f64
}

#[expect(clippy::cast_precision_loss, reason = "a few years")]
fn days_between(from: NaiveDate, to: NaiveDate) -> f64 {
    (to - from).num_days() as f64
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
