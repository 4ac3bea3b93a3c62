//! The steps that a purchase takes afterwards.

use chrono::TimeDelta;
use rand::RngExt;

use crate::clock::UtcTime;
use crate::demo::words;
use crate::ids::{PersonId, ReviewId, SubmissionKey};
use crate::log::{EventKind, NewEvent};
use crate::purchasing;
use crate::purchasing::store::WholePurchase;
use crate::purchasing::{Delivery, DeliveryState, Invoice, PaidBy, PurchaseState, move_on};
use crate::reviews::Review;

use super::{Bought, History, Then};

impl History {
    pub(super) fn go(&mut self, number: u32, then: Then, at: UtcTime) {
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
                let who = if budget.funding_route.is_paid_by_the_council() {
                    (PaidBy::Council, self.staff.officers.get(&purchase.authority_id).copied())
                } else {
                    (PaidBy::Holder, Some(holder))
                };
                bought.whole.invoices.get_mut(invoice)?.settle(budget, who, at, journal)?;
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
        let held = self.purses[bought.purse].budget.funding_route;
        invoices.push(Invoice::issue(purchase, deliveries, held, at, &mut self.journal)?);
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
}

fn this_was_confirmed(deliveries: &[Delivery], place: usize) -> bool {
    deliveries.get(place).is_some_and(|delivery| delivery.state == DeliveryState::Confirmed)
}
