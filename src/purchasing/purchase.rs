//! The noun: a purchase with its deliveries and invoices, and every step it can take. Pure: it changes itself and the
//! budget in memory and writes what happened into a [`Journal`]; the verbs lock and remember.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::budgets::{Budget, FundingRoute, NotEnoughMoney, Transfer};
use crate::catalogue::{Offer, Unit};
use crate::clock::{UtcTime, month_number};
use crate::db::schema::{deliveries, invoices, purchase_steps, purchases};
use crate::ids::{
    AuthorityId, BudgetId, CostOptionId, DeliveryId, InvoiceId, OrganizationId, PersonId, PurchaseId, ServiceId,
    SubmissionKey,
};
use crate::log::{EventKind, NewEvent};
use crate::money::Money;

use super::fact::PurchaseFact;
use super::state::{DeliveryState, IllegalStep, InvoiceState, PaidBy, PurchaseEvent, PurchaseState};

/// One purchase as its row is.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = purchases, treat_none_as_default_value = false)]
pub struct Purchase {
    /// Which.
    pub id: PurchaseId,
    /// Whose money.
    pub authority_id: AuthorityId,
    /// Which budget.
    pub budget_id: BudgetId,
    /// Who it is for.
    pub person_id: PersonId,
    /// From whom.
    pub organization_id: OrganizationId,
    /// Which service.
    pub service_id: ServiceId,
    /// Which of its prices.
    pub cost_option_id: CostOptionId,
    /// What is counted.
    pub unit: Unit,
    /// The price on offer when it was bought.
    pub unit_price_pence: Money,
    /// How many units.
    pub quantity: i32,
    /// Price × quantity.
    pub total_pence: Money,
    /// How the budget was held.
    pub funding_route: FundingRoute,
    /// Where the person lived.
    pub ward_code: String,
    /// What the service was.
    pub category_id: String,
    /// Where it stands.
    pub state: PurchaseState,
    /// What the holder wrote to the provider.
    pub note: String,
    /// From when on.
    pub starts_on: NaiveDate,
    /// The form that it came from.
    pub submission_key: SubmissionKey,
    /// When.
    pub requested_at: UtcTime,
}

/// One delivery as its row is.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = deliveries, treat_none_as_default_value = false)]
pub struct Delivery {
    /// Which.
    pub id: DeliveryId,
    /// Whose money.
    pub authority_id: AuthorityId,
    /// Of which purchase.
    pub purchase_id: PurchaseId,
    /// How many units.
    pub quantity: i32,
    /// Their price.
    pub amount_pence: Money,
    /// The day.
    pub delivered_on: NaiveDate,
    /// Where it stands.
    pub state: DeliveryState,
    /// What the provider noted.
    pub note: String,
    /// What the holder says was wrong.
    pub dispute: Option<String>,
    /// Who recorded it.
    pub recorded_by: Option<PersonId>,
    /// When.
    pub recorded_at: UtcTime,
    /// When the holder answered.
    pub answered_at: Option<UtcTime>,
    /// The invoice that asks for it.
    pub invoice_id: Option<InvoiceId>,
    /// The form that it came from.
    pub submission_key: SubmissionKey,
}

/// One invoice as its row is.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = invoices, treat_none_as_default_value = false)]
pub struct Invoice {
    /// Which.
    pub id: InvoiceId,
    /// Who pays.
    pub authority_id: AuthorityId,
    /// Who is paid.
    pub organization_id: OrganizationId,
    /// For which purchase.
    pub purchase_id: PurchaseId,
    /// How much.
    pub amount_pence: Money,
    /// Where it stands.
    pub state: InvoiceState,
    /// When it arose.
    pub issued_at: UtcTime,
    /// When it was paid.
    pub settled_at: Option<UtcTime>,
    /// In which way the money is held that it is to be paid from.
    pub funding_route: FundingRoute,
    /// Who paid it.
    pub paid_by: Option<PaidBy>,
}

/// One step of a purchase: who, when and why.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = purchase_steps, treat_none_as_default_value = false)]
pub struct Step {
    /// Of which purchase.
    pub purchase_id: PurchaseId,
    /// In which order.
    pub position: i32,
    /// What.
    pub event: PurchaseEvent,
    /// Who; none for the program itself.
    pub person_id: Option<PersonId>,
    /// Why.
    pub reason: Option<String>,
    /// When.
    pub taken_at: UtcTime,
}

/// Where the person lived when buying: what the demand figures are shown by.
#[derive(Clone, Debug)]
pub struct Home {
    /// The ward.
    pub ward_code: String,
}

/// What happened, on its way into the tables that only grow.
#[derive(Debug, Default)]
pub struct Journal {
    /// Steps of purchases.
    pub steps: Vec<Step>,
    /// Movements of money.
    pub transfers: Vec<Transfer>,
    /// What the council itself paid out of a budget, in pence; below zero what came back.
    pub council_paid: Vec<(BudgetId, i64)>,
    /// Events for the followers.
    pub events: Vec<NewEvent>,
}

/// A request that was checked: what the holder asks for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// How many units.
    pub quantity: i32,
    /// From when on.
    pub starts_on: NaiveDate,
    /// A note for the provider.
    pub note: String,
    /// The form that it came from.
    pub key: SubmissionKey,
    /// From which part of the budget.
    pub funding_route: FundingRoute,
    /// Who asks: the person it is for, or who acts for them.
    pub by: PersonId,
}

impl Purchase {
    /// Asks for a service: commits the money.
    pub fn request(
        budget: &mut Budget,
        home: &Home,
        offer: &Offer,
        asked: Asked,
        now: UtcTime,
        journal: &mut Journal,
    ) -> Result<Self, NotEnoughMoney> {
        let too_much = NotEnoughMoney { cost: Money::pence(i64::MAX), available: budget.available.balance };
        let total = offer.price.times(asked.quantity).ok_or(too_much)?;
        let id = PurchaseId::new();
        journal.transfers.push(budget.commit(total, id.as_str(), Some(asked.by), now)?);
        let purchase = Self {
            id,
            authority_id: budget.authority,
            budget_id: budget.id,
            person_id: budget.person,
            organization_id: offer.organization,
            service_id: offer.service,
            cost_option_id: offer.cost_option,
            unit: offer.unit,
            unit_price_pence: offer.price,
            quantity: asked.quantity,
            total_pence: total,
            funding_route: asked.funding_route,
            ward_code: home.ward_code.clone(),
            category_id: offer.category_id.clone(),
            state: PurchaseState::Requested,
            note: asked.note,
            starts_on: asked.starts_on,
            submission_key: asked.key,
            requested_at: now,
        };
        purchase.note_step(PurchaseEvent::HolderRequests, Some(asked.by), None, now, journal);
        purchase.tell(EventKind::PurchaseRequested, now.date(), purchase.quantity, total, now, journal);
        Ok(purchase)
    }

    /// The provider says yes.
    pub fn agree(&mut self, by: Option<PersonId>, now: UtcTime, journal: &mut Journal) -> Result<(), IllegalStep> {
        self.take(PurchaseEvent::ProviderAgrees, by, None, now, journal)?;
        let event = NewEvent::plain(Some(self.authority_id), EventKind::PurchaseAgreed, &self.id, now);
        journal.events.push(event);
        Ok(())
    }

    /// The provider says no: the money comes back.
    pub fn decline(
        &mut self,
        budget: &mut Budget,
        by: Option<PersonId>,
        reason: String,
        now: UtcTime,
        journal: &mut Journal,
    ) -> Result<(), IllegalStep> {
        self.take(PurchaseEvent::ProviderDeclines, by, Some(reason), now, journal)?;
        journal.transfers.extend(budget.release(self.total_pence, self.id.as_str(), by, now));
        self.tell(EventKind::PurchaseDeclined, self.requested_at.date(), self.quantity, self.total_pence, now, journal);
        Ok(())
    }

    /// The holder calls it off: what the provider has not delivered comes back.
    pub fn cancel(
        &mut self,
        budget: &mut Budget,
        deliveries: &[Delivery],
        (by, reason): (PersonId, Option<String>),
        now: UtcTime,
        journal: &mut Journal,
    ) -> Result<(), IllegalStep> {
        let by = Some(by);
        self.take(PurchaseEvent::HolderCancels, by, reason, now, journal)?;
        let back = self.unit_price_pence.times(self.quantity - counted(deliveries)).unwrap_or_default();
        journal.transfers.extend(budget.release(back, self.id.as_str(), by, now));
        journal.events.push(NewEvent::plain(Some(self.authority_id), EventKind::PurchaseCancelled, &self.id, now));
        Ok(())
    }

    /// How many units are still to be delivered.
    #[must_use]
    pub fn still_to_deliver(&self, deliveries: &[Delivery]) -> i32 {
        if self.state == PurchaseState::Agreed { self.quantity - counted(deliveries) } else { 0 }
    }

    /// Takes one step of the diagram and notes it.
    pub(super) fn take(
        &mut self,
        event: PurchaseEvent,
        by: Option<PersonId>,
        reason: Option<String>,
        now: UtcTime,
        journal: &mut Journal,
    ) -> Result<(), IllegalStep> {
        self.state = self.state.after(event)?;
        self.note_step(event, by, reason, now, journal);
        Ok(())
    }

    /// A purchase takes each event at most once, so the event's place in the diagram orders its steps.
    fn note_step(
        &self,
        event: PurchaseEvent,
        person_id: Option<PersonId>,
        reason: Option<String>,
        taken_at: UtcTime,
        journal: &mut Journal,
    ) {
        let position = PurchaseEvent::ALL.iter().position(|each| *each == event).unwrap_or_default();
        let position = i32::try_from(position).unwrap_or_default();
        journal.steps.push(Step { purchase_id: self.id, position, event, person_id, reason, taken_at });
    }

    /// Tells the followers, with what the demand figures need.
    fn tell(&self, kind: EventKind, day: NaiveDate, quantity: i32, amount: Money, now: UtcTime, journal: &mut Journal) {
        let fact = self.fact(day, quantity, amount);
        journal.events.push(NewEvent::plain(Some(self.authority_id), kind, &self.id, now).with(&fact));
    }

    fn fact(&self, day: NaiveDate, quantity: i32, amount: Money) -> PurchaseFact {
        PurchaseFact {
            authority: self.authority_id,
            ward_code: self.ward_code.clone(),
            category_id: self.category_id.clone(),
            funding_route: self.funding_route.to_string(),
            person: self.person_id,
            organization: self.organization_id,
            month: month_number(day),
            quantity: i64::from(quantity),
            amount_pence: amount.as_pence(),
        }
    }
}

/// How many units are confirmed or wait for an answer.
fn counted(deliveries: &[Delivery]) -> i32 {
    deliveries.iter().filter(|d| d.state != DeliveryState::Disputed).map(|d| d.quantity).sum()
}

impl Delivery {
    /// The provider says that so many units were delivered.
    #[expect(clippy::too_many_arguments, reason = "one recorded delivery, told whole")]
    pub fn record(
        purchase: &Purchase,
        quantity: i32,
        delivered_on: NaiveDate,
        note: String,
        key: SubmissionKey,
        by: Option<PersonId>,
        now: UtcTime,
        journal: &mut Journal,
    ) -> Option<Self> {
        let delivery = Self {
            id: DeliveryId::new(),
            authority_id: purchase.authority_id,
            purchase_id: purchase.id,
            quantity,
            amount_pence: purchase.unit_price_pence.times(quantity)?,
            delivered_on,
            state: DeliveryState::Recorded,
            note,
            dispute: None,
            recorded_by: by,
            recorded_at: now,
            answered_at: None,
            invoice_id: None,
            submission_key: key,
        };
        journal.events.push(NewEvent::plain(
            Some(delivery.authority_id),
            EventKind::DeliveryRecorded,
            &delivery.id,
            now,
        ));
        Some(delivery)
    }

    /// The holder says that it happened: the money is owed. `None` unless it waits for an answer.
    pub fn confirm(
        &mut self,
        purchase: &Purchase,
        budget: &mut Budget,
        by: PersonId,
        now: UtcTime,
        journal: &mut Journal,
    ) -> Option<()> {
        (self.state == DeliveryState::Recorded).then_some(())?;
        journal.transfers.push(budget.owe(self.amount_pence, self.id.as_str(), Some(by), now)?);
        self.state = DeliveryState::Confirmed;
        self.answered_at = Some(now);
        let fact = purchase.fact(self.delivered_on, self.quantity, self.amount_pence);
        let event = NewEvent::plain(Some(self.authority_id), EventKind::DeliveryConfirmed, &self.id, now);
        journal.events.push(event.with(&fact));
        Some(())
    }

    /// The holder says otherwise: nothing is paid. Of a cancelled purchase the money comes back at once.
    pub fn dispute(
        &mut self,
        purchase: &Purchase,
        budget: &mut Budget,
        (by, why): (PersonId, String),
        now: UtcTime,
        journal: &mut Journal,
    ) -> Option<()> {
        (self.state == DeliveryState::Recorded).then_some(())?;
        if purchase.state == PurchaseState::Cancelled {
            journal.transfers.push(budget.release(self.amount_pence, self.id.as_str(), Some(by), now)?);
        }
        self.state = DeliveryState::Disputed;
        self.dispute = Some(why);
        self.answered_at = Some(now);
        journal.events.push(NewEvent::plain(Some(self.authority_id), EventKind::DeliveryDisputed, &self.id, now));
        Some(())
    }
}

impl Invoice {
    /// Asks for every confirmed delivery that no invoice asks for yet, to be paid from money that is held in one way; none if
    /// there is nothing to ask for.
    pub fn issue(
        purchase: &Purchase,
        deliveries: &mut [Delivery],
        funding_route: FundingRoute,
        now: UtcTime,
        journal: &mut Journal,
    ) -> Option<Self> {
        let id = InvoiceId::new();
        let mut amount = Money::ZERO;
        for delivery in deliveries.iter_mut() {
            if delivery.state == DeliveryState::Confirmed && delivery.invoice_id.is_none() {
                amount = amount.plus(delivery.amount_pence)?;
                delivery.invoice_id = Some(id);
            }
        }
        (amount > Money::ZERO).then_some(())?;
        journal.events.push(NewEvent::plain(Some(purchase.authority_id), EventKind::InvoiceIssued, &id, now));
        Some(Self {
            id,
            authority_id: purchase.authority_id,
            organization_id: purchase.organization_id,
            purchase_id: purchase.id,
            amount_pence: amount,
            state: InvoiceState::Issued,
            issued_at: now,
            settled_at: None,
            funding_route,
            paid_by: None,
        })
    }

    /// Pays it: owed → paid. `None` if it is paid already.
    pub fn settle(
        &mut self,
        budget: &mut Budget,
        (paid_by, by): (PaidBy, Option<PersonId>),
        now: UtcTime,
        journal: &mut Journal,
    ) -> Option<()> {
        (self.state == InvoiceState::Issued).then_some(())?;
        journal.transfers.push(budget.settle(self.amount_pence, self.id.as_str(), by, now)?);
        self.state = InvoiceState::Settled;
        self.settled_at = Some(now);
        self.paid_by = Some(paid_by);
        note_council(budget, paid_by, self.amount_pence, journal);
        journal.events.push(NewEvent::plain(Some(self.authority_id), EventKind::InvoiceSettled, &self.id, now));
        Some(())
    }
}

/// Keeps what the council paid out of a budget, where it was the council.
fn note_council(budget: &mut Budget, paid_by: PaidBy, amount: Money, journal: &mut Journal) {
    if paid_by == PaidBy::Council {
        budget.paid_by_council = budget.paid_by_council.plus(amount).unwrap_or(budget.paid_by_council);
        journal.council_paid.push((budget.id, amount.as_pence()));
    }
}

impl Purchase {
    /// A payment failed: what was settled waits to be paid again.
    pub fn payment_failed(&mut self, now: UtcTime, journal: &mut Journal) -> Result<(), IllegalStep> {
        if self.state == PurchaseState::Settled {
            self.take(PurchaseEvent::PaymentFailed, None, None, now, journal)?;
        }
        Ok(())
    }
}

impl Invoice {
    /// Turns its payment back: paid → owed. `None` unless it is paid.
    pub fn unsettle(
        &mut self,
        budget: &mut Budget,
        by: Option<PersonId>,
        now: UtcTime,
        journal: &mut Journal,
    ) -> Option<()> {
        (self.state == InvoiceState::Settled).then_some(())?;
        journal.transfers.push(budget.unsettle(self.amount_pence, self.id.as_str(), by, now)?);
        self.state = InvoiceState::Issued;
        self.settled_at = None;
        if let Some(paid_by) = self.paid_by.take() {
            note_council(budget, paid_by, self.amount_pence.negated(), journal);
        }
        journal.events.push(NewEvent::plain(Some(self.authority_id), EventKind::InvoiceReturned, &self.id, now));
        Some(())
    }
}

/// Moves the purchase on when its last unit is confirmed or its last invoice paid.
pub fn move_on(
    purchase: &mut Purchase,
    deliveries: &[Delivery],
    invoices: &[Invoice],
    now: UtcTime,
    journal: &mut Journal,
) -> Result<(), IllegalStep> {
    let confirmed: i32 =
        deliveries.iter().filter(|d| d.state == DeliveryState::Confirmed).map(|delivery| delivery.quantity).sum();
    if purchase.state == PurchaseState::Agreed && confirmed >= purchase.quantity {
        purchase.take(PurchaseEvent::AllConfirmed, None, None, now, journal)?;
    }
    let all_asked = deliveries.iter().all(|d| d.state != DeliveryState::Confirmed || d.invoice_id.is_some());
    let all_paid = !invoices.is_empty() && invoices.iter().all(|invoice| invoice.state == InvoiceState::Settled);
    if purchase.state == PurchaseState::Delivered && all_asked && all_paid {
        purchase.take(PurchaseEvent::AllPaid, None, None, now, journal)?;
    }
    Ok(())
}
