//! How purchases, deliveries and invoices are shown: the same for holders, providers and finance officers.

use std::collections::HashMap;

use diesel::QueryResult;

use crate::audit::{Actor, Deed, Entry, What, Why};
use crate::budgets::FundingRoute;
use crate::budgets::picture::picture;
use crate::budgets::views::MoneyPicture;
use crate::catalogue::card::tag;
use crate::catalogue::{self, Kind};
use crate::clock::{UtcTime, long_date, long_time};
use crate::db::Conn;
use crate::identity::ProviderMember;
use crate::ids::{InvoiceId, OrganizationId, PersonId, ServiceId, SubmissionKey};
use crate::money::Money;
use crate::web::page::Link;

use super::purchase::{Delivery, Invoice, Purchase, Step};
use super::state::{DeliveryState, InvoiceState, PaidBy, PurchaseEvent, PurchaseState};
use super::store::WholePurchase;
use super::views::{DeliveryShown, InvoiceShown, PurchaseRow, Step as StepShown};

/// The names of services and providers, for lists.
#[derive(Default)]
pub struct Names {
    services: HashMap<ServiceId, (String, Kind)>,
    providers: HashMap<OrganizationId, String>,
}

impl Names {
    /// The names that these purchases need.
    pub fn of(conn: &mut Conn, purchases: &[&Purchase]) -> QueryResult<Self> {
        let mut services: Vec<ServiceId> = purchases.iter().map(|purchase| purchase.service_id).collect();
        services.sort_unstable();
        services.dedup();
        let mut providers: Vec<OrganizationId> = purchases.iter().map(|purchase| purchase.organization_id).collect();
        providers.sort_unstable();
        providers.dedup();
        Ok(Self {
            services: catalogue::store::service_names(conn, &services)?,
            providers: catalogue::store::provider_names(conn, &providers)?,
        })
    }

    /// The name of the service of a purchase.
    #[must_use]
    pub fn service(&self, purchase: &Purchase) -> &str {
        self.services.get(&purchase.service_id).map_or("a service", |(name, _)| name)
    }

    /// The mark and colour of the service of a purchase.
    #[must_use]
    pub fn kind_slug(&self, purchase: &Purchase) -> String {
        self.services.get(&purchase.service_id).map(|(_, kind)| kind.slug()).unwrap_or_default()
    }

    /// The name of the provider of a purchase.
    #[must_use]
    pub fn provider(&self, purchase: &Purchase) -> &str {
        self.providers.get(&purchase.organization_id).map_or("a provider", String::as_str)
    }

    /// "4 hours of Companion visits"
    #[must_use]
    pub fn heading(&self, purchase: &Purchase) -> String {
        format!("{} of {}", quantity(purchase), self.service(purchase))
    }

    /// A purchase in a list: for the holder, or for the provider with the person's name.
    #[must_use]
    pub fn row(&self, purchase: &Purchase, person: Option<&str>) -> PurchaseRow {
        let (href, with) = match person {
            None => (format!("/purchases/{}", purchase.id), self.provider(purchase).to_owned()),
            Some(person) => (format!("/provider/purchases/{}", purchase.id), first_name(person)),
        };
        PurchaseRow {
            href,
            service: self.service(purchase).to_owned(),
            with,
            kind_slug: self.kind_slug(purchase),
            quantity: quantity(purchase),
            total: purchase.total_pence.to_string(),
            state: tag(purchase.state.as_str()),
            when: format!("Asked for on {}", long_date(purchase.requested_at.date())),
        }
    }

    /// An invoice in a list.
    #[must_use]
    pub fn invoice(&self, invoice: &Invoice, purchase: &Purchase, href: &str) -> InvoiceShown {
        InvoiceShown {
            number: number(invoice),
            purchase: Link { label: self.heading(purchase), href: href.to_owned() },
            provider: self.provider(purchase).to_owned(),
            amount: invoice.amount_pence.to_string(),
            issued: long_date(invoice.issued_at.date()),
            settled: invoice.settled_at.map(|at| format!("paid {}", long_date(at.date()))),
            state: tag(invoice.state.as_str()),
            payer: payer(invoice),
            settle_path: None,
            settle_label: format!("Pay {}", invoice.amount_pence),
            submission_key: SubmissionKey::new().to_string(),
        }
    }

    /// An invoice that waits, with a button for who may say that it is paid from the money that a holder has.
    #[must_use]
    pub(super) fn invoice_to_answer(
        &self,
        invoice: &Invoice,
        purchase: &Purchase,
        (may, path, label): (bool, &str, &str),
    ) -> InvoiceShown {
        let waits = invoice.state == InvoiceState::Issued && !invoice.funding_route.is_paid_by_the_council();
        InvoiceShown {
            settle_path: (waits && may).then(|| format!("{path}/invoices/{}/payment", invoice.id)),
            settle_label: label.to_owned(),
            ..self.invoice(invoice, purchase, "")
        }
    }
}

/// Who is to pay an invoice, or who did, as the line about it says.
fn payer(invoice: &Invoice) -> String {
    let holder = match invoice.funding_route {
        FundingRoute::CouncilManaged => "the council".to_owned(),
        FundingRoute::DirectPayment => "the person, from the direct payment".to_owned(),
        FundingRoute::OwnMoney => "the person, from their own money".to_owned(),
        FundingRoute::ServiceFund => "the provider that holds the individual service fund".to_owned(),
        route => format!("the {route} that holds the budget"),
    };
    match invoice.paid_by {
        None => format!("to be paid by {holder}"),
        Some(PaidBy::Council) => "paid by the council".into(),
        Some(PaidBy::Holder) => format!("paid by {holder}"),
    }
}

/// "4 hours"
#[must_use]
pub(super) fn quantity(purchase: &Purchase) -> String {
    purchase.unit.counted(i64::from(purchase.quantity))
}

/// As much of a name as a provider needs.
#[must_use]
pub(super) fn first_name(name: &str) -> String {
    name.split_whitespace().next().unwrap_or(name).to_owned()
}

/// "INV-" and the last eight letters of the id: short enough to say on the telephone.
#[must_use]
pub(super) fn number(invoice: &Invoice) -> String {
    invoice_number(invoice.id)
}

/// The same of an id.
#[must_use]
pub fn invoice_number(invoice: InvoiceId) -> String {
    format!("INV-{}", tail(invoice.as_str()))
}

/// "WM-" and the last eight letters of the id.
#[must_use]
pub(super) fn reference(purchase: &Purchase) -> String {
    format!("WM-{}", tail(purchase.id.as_str()))
}

fn tail(id: &str) -> String {
    let tail = id.get(28..).unwrap_or(id).to_uppercase();
    format!("{}-{}", tail.get(..4).unwrap_or(""), tail.get(4..).unwrap_or(""))
}

/// What the state means and what comes next.
#[must_use]
pub(super) fn state_sentence(whole: &WholePurchase, provider: &str, for_provider: bool) -> String {
    let waits = whole.deliveries.iter().any(|delivery| delivery.state == DeliveryState::Recorded);
    let mut open = whole.invoices.iter().filter(|invoice| invoice.state == InvoiceState::Issued);
    let held = open.any(|invoice| !invoice.funding_route.is_paid_by_the_council());
    match (whole.purchase.state, for_provider) {
        (PurchaseState::Requested, false) => {
            format!("{provider} has been asked. The money is set aside until they answer.")
        }
        (PurchaseState::Requested, true) => {
            "Somebody is waiting for your answer. The money is set aside for you.".into()
        }
        (PurchaseState::Agreed, false) if waits => {
            "A delivery was recorded. Did it happen? Nothing is paid until you say so.".into()
        }
        (PurchaseState::Agreed, false) => {
            format!("{provider} has said yes. You will see each delivery here, and confirm it.")
        }
        (PurchaseState::Agreed, true) if waits => "Waiting for the person to confirm what you delivered.".into(),
        (PurchaseState::Agreed, true) => "You have said yes. Record each delivery here.".into(),
        (PurchaseState::Declined, false) => {
            "The provider could not do this. All the money is back in your budget.".into()
        }
        (PurchaseState::Declined, true) => "You declined this request. The money went back.".into(),
        (PurchaseState::Cancelled, false) => {
            "You cancelled this. What was not delivered is back in your budget.".into()
        }
        (PurchaseState::Cancelled, true) => "The person cancelled this. What they confirmed is still paid.".into(),
        (PurchaseState::Delivered, false) if held => {
            "Everything was delivered and you confirmed it. Pay the invoice from the money that you hold, and say so here.".into()
        }
        (PurchaseState::Delivered, false) => {
            "Everything was delivered and you confirmed it. The council pays it next.".into()
        }
        (PurchaseState::Delivered, true) if held => {
            "Everything was confirmed. Whoever holds the money pays the invoice; say so here when it has come.".into()
        }
        (PurchaseState::Delivered, true) => "Everything was confirmed. The council pays the invoice next.".into(),
        (PurchaseState::Settled, _) => "Everything was delivered, confirmed and paid.".into(),
    }
}

/// Where the money of one purchase is.
#[must_use]
pub(super) fn money(whole: &WholePurchase) -> MoneyPicture {
    let confirmed: i64 = sum(&whole.deliveries, DeliveryState::Confirmed);
    let paid: i64 = whole
        .invoices
        .iter()
        .filter(|invoice| invoice.state == InvoiceState::Settled)
        .map(|invoice| invoice.amount_pence.as_pence())
        .sum();
    let rest = whole.purchase.total_pence.as_pence() - confirmed;
    let (set_aside, back) = match whole.purchase.state {
        PurchaseState::Declined => (0, rest),
        PurchaseState::Cancelled => {
            let waiting = sum(&whole.deliveries, DeliveryState::Recorded);
            (waiting, rest - waiting)
        }
        _ => (rest, 0),
    };
    picture(
        "for this purchase",
        &[
            ("committed", "Committed", "set aside", Money::pence(set_aside)),
            ("owed", "Owed", "delivered and confirmed", Money::pence(confirmed - paid)),
            ("paid", "Paid", "paid to the provider", Money::pence(paid)),
            ("available", "Given back", "available again", Money::pence(back)),
        ],
    )
}

fn sum(deliveries: &[Delivery], state: DeliveryState) -> i64 {
    deliveries.iter().filter(|delivery| delivery.state == state).map(|delivery| delivery.amount_pence.as_pence()).sum()
}

/// The steps that were taken, and those that are still to come. `holder` says who took a step on the holder's side: the person
/// themselves, or who acted for them.
#[must_use]
pub(super) fn steps(
    purchase: &Purchase,
    taken: &[Step],
    holder: impl Fn(Option<PersonId>) -> String,
    provider: &str,
) -> Vec<StepShown> {
    let mut shown: Vec<StepShown> = taken
        .iter()
        .map(|step| {
            let (label, who) = match step.event {
                PurchaseEvent::HolderRequests => ("Asked for", Some(holder(step.person_id))),
                PurchaseEvent::ProviderAgrees => ("Agreed", Some(provider.to_owned())),
                PurchaseEvent::ProviderDeclines => ("Declined", Some(provider.to_owned())),
                PurchaseEvent::HolderCancels => ("Cancelled", Some(holder(step.person_id))),
                PurchaseEvent::AllConfirmed => ("Delivered", None),
                PurchaseEvent::AllPaid => ("Settled", None),
                PurchaseEvent::PaymentFailed => ("The payment did not arrive; it is tried again", None),
            };
            StepShown {
                label: label.into(),
                when: Some(long_time(step.taken_at)),
                who: who.map(|who| format!("by {who}")),
                why: step.reason.clone(),
                done: true,
                current: step.event.as_str() == purchase.state.as_str(),
            }
        })
        .collect();
    let to_come: &[&str] = match purchase.state {
        PurchaseState::Requested => &["Agreed", "Delivered", "Settled"],
        PurchaseState::Agreed => &["Delivered", "Settled"],
        PurchaseState::Delivered => &["Settled"],
        _ => &[],
    };
    shown.extend(to_come.iter().map(|label| StepShown { label: (*label).into(), ..StepShown::default() }));
    shown
}

/// One delivery; `answer` gives the holder its two forms while an answer is awaited.
#[must_use]
pub(super) fn delivery(purchase: &Purchase, delivery: &Delivery, answer: bool) -> DeliveryShown {
    let path = |what: &str| {
        let waits = answer && delivery.state == DeliveryState::Recorded;
        waits.then(|| format!("/purchases/{}/deliveries/{}/{what}", purchase.id, delivery.id))
    };
    DeliveryShown {
        id: delivery.id.to_string(),
        on: long_date(delivery.delivered_on),
        quantity: purchase.unit.counted(i64::from(delivery.quantity)),
        amount: delivery.amount_pence.to_string(),
        note: (!delivery.note.is_empty()).then(|| delivery.note.clone()),
        state: tag(delivery.state.as_str()),
        disputed_because: delivery.dispute.clone(),
        confirm_path: path("confirmation"),
        dispute_path: path("dispute"),
        submission_key: SubmissionKey::new().to_string(),
        reason: String::new(),
        reason_problem: None,
    }
}

/// A provider's look at one purchase: to answer it, or to deliver it.
pub(super) fn look(member: &ProviderMember, purchase: &Purchase, now: UtcTime) -> Entry {
    let waits = purchase.state == PurchaseState::Requested;
    let why = if waits { Why::ToAnswerIt } else { Why::ToDeliverIt };
    let subject = (What::Purchase, purchase.id.as_str());
    Entry::new(member, (Deed::LookedAt, why), purchase.person_id, subject, now)
}

/// Looks at a list: one for each person whose purchase is in it.
pub(super) fn looks_in_a_list<'a>(
    actor: impl Into<Actor>,
    why: Why,
    seen: impl Iterator<Item = &'a Purchase>,
    now: UtcTime,
) -> Vec<Entry> {
    let actor: Actor = actor.into();
    let look = |purchase: &Purchase| {
        Entry::new(actor.clone(), (Deed::LookedAt, why), purchase.person_id, (What::Purchases, ""), now)
    };
    seen.map(look).collect()
}
