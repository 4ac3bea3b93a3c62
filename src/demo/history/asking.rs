//! Somebody wants something, finds who offers it, and asks for it.

use chrono::{Days, NaiveDate};
use rand::RngExt;

use crate::catalogue::{Offer, Unit};
use crate::clock::UtcTime;
use crate::demo::holders::AUTHORITIES;
use crate::demo::market::{Wanted, drawn};
use crate::demo::plan::{self, Plan};
use crate::demo::words;
use crate::ids::SubmissionKey;
use crate::money::Money;
use crate::purchasing::store::WholePurchase;
use crate::purchasing::{Asked, Home, Purchase};

use super::{Bought, History, Purse, TRIES, Then, days_between, pence};

impl History {
    /// Finds somebody who wants this and can pay, and asks for it.
    pub(super) fn somebody_asks(&mut self, wanted: usize, authority: usize, at: UtcTime) {
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
    pub(super) fn request(
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
        let asked = Asked {
            quantity,
            starts_on,
            note,
            key: SubmissionKey::new(),
            by: budget.person,
            funding_route: budget.funding_route,
        };
        let purchase = Purchase::request(budget, &home, &offer, asked, at, &mut self.journal).ok()?;
        let whole = WholePurchase { purchase, deliveries: Vec::new(), invoices: Vec::new() };
        let steps = std::mem::take(&mut self.journal.steps);
        self.next += 1;
        Some((self.next, Bought { whole, plan: Plan::default(), holder, purse, sale, steps, waiting: 0 }))
    }

    /// Queues what is planned for a purchase.
    pub(super) fn begin(&mut self, number: u32, mut bought: Bought) {
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
}
