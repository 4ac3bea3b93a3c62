//! The purchases that are always there, for the people whom the demo lists.

use chrono::{Days, NaiveDate};
use rand::RngExt;

use crate::clock::UtcTime;
use crate::demo::people::{self, DemoPerson};
use crate::demo::plan;
use crate::demo::scenes;
use crate::demo::scenes::{HowMuch, SCENES, Scene, Story, Who};
use crate::money::Money;
use crate::purchasing;

use super::{Doing, History};

impl History {
    /// Queues the scenes; what they leave to be rated is not rated before.
    pub(super) fn announce_scenes(&mut self) {
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
        let person = people::PEOPLE.iter().find(|person| person.key == key).map(DemoPerson::id)?;
        self.holders.iter().position(|holder| holder.person == person)
    }

    /// Asks for what a scene tells, with what becomes of it.
    pub(super) fn play(&mut self, scene: &Scene, at: UtcTime) {
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
                let demo_people = people::PEOPLE.len();
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
