//! All SQL of purchasing.
//!
//! Whoever changes a purchase first takes its budget's row, so that two people never change one purchase at once and
//! locks are always taken in the same order.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;

use crate::budgets::{self, Reason};
use crate::db::Conn;
use crate::db::schema::{deliveries, invoices, purchase_steps, purchases};
use crate::identity::{BudgetHolder, BudgetReader, FinanceOfficer, ProviderMember, PurchaseReader, SignedIn};
use crate::ids::{AuthorityId, BudgetId, DeliveryId, InvoiceId, PersonId, PurchaseId, ServiceId, SubmissionKey};

use super::purchase::{Delivery, Invoice, Journal, Purchase, Step};
use super::state::{DeliveryState, InvoiceState, PurchaseEvent, PurchaseState};

/// Rows of one INSERT.
const BATCH: usize = 400;

/// A purchase with its deliveries and invoices.
#[derive(Clone, Debug)]
pub struct WholePurchase {
    /// Itself.
    pub purchase: Purchase,
    /// In the order in which they were recorded.
    pub deliveries: Vec<Delivery>,
    /// In the order in which they arose.
    pub invoices: Vec<Invoice>,
}

impl WholePurchase {
    /// Whether something is confirmed that no invoice asks for.
    #[must_use]
    pub fn has_something_to_invoice(&self) -> bool {
        self.deliveries.iter().any(|each| each.state == DeliveryState::Confirmed && each.invoice_id.is_none())
    }
}

/// The purchase that came from this form, if it was sent before.
pub fn by_submission(tx: &mut Conn, holder: &BudgetHolder, key: SubmissionKey) -> QueryResult<Option<Purchase>> {
    purchases::table
        .filter(purchases::budget_id.eq(holder.budget()).and(purchases::submission_key.eq(key)))
        .select(Purchase::as_select())
        .first(tx)
        .optional()
}

/// The budget that a purchase was paid from: who may look at the one may look at the other.
pub fn budget_of(conn: &mut Conn, purchase: PurchaseId) -> QueryResult<Option<BudgetId>> {
    purchases::table.find(purchase).select(purchases::budget_id).first(conn).optional()
}

/// Takes a purchase of the holder until the transaction ends.
pub fn lock_for_party(tx: &mut Conn, party: &PurchaseReader) -> QueryResult<WholePurchase> {
    budgets::store::lock(tx, party.holder())?;
    whole_for_party(tx, party)
}

/// A purchase of the holder.
pub fn whole_for_party(conn: &mut Conn, party: &PurchaseReader) -> QueryResult<WholePurchase> {
    let purchase = purchases::table
        .find(party.purchase())
        .filter(purchases::budget_id.eq(party.holder().budget()))
        .select(Purchase::as_select())
        .first(conn)?;
    with_parts(conn, purchase)
}

/// Takes a purchase made from the member's organisation until the transaction ends.
pub fn lock_for_member(tx: &mut Conn, member: &ProviderMember, id: PurchaseId) -> QueryResult<WholePurchase> {
    let (authority, budget): (AuthorityId, BudgetId) = purchases::table
        .find(id)
        .filter(purchases::organization_id.eq(member.organization()))
        .select((purchases::authority_id, purchases::budget_id))
        .first(tx)?;
    budgets::store::lock_of(tx, authority, budget)?;
    whole_for_member(tx, member, id)
}

/// A purchase made from the member's organisation.
pub fn whole_for_member(conn: &mut Conn, member: &ProviderMember, id: PurchaseId) -> QueryResult<WholePurchase> {
    let purchase = purchases::table
        .find(id)
        .filter(purchases::organization_id.eq(member.organization()))
        .select(Purchase::as_select())
        .first(conn)?;
    with_parts(conn, purchase)
}

/// Takes the purchase behind an invoice to an authority until the transaction ends.
pub(super) fn lock_for_payment(
    tx: &mut Conn,
    authority: AuthorityId,
    invoice: InvoiceId,
) -> QueryResult<WholePurchase> {
    let (id, budget): (PurchaseId, BudgetId) = invoices::table
        .inner_join(purchases::table)
        .filter(invoices::id.eq(invoice).and(invoices::authority_id.eq(authority)))
        .select((purchases::id, purchases::budget_id))
        .first(tx)?;
    budgets::store::lock_of(tx, authority, budget)?;
    let purchase = purchases::table.find(id).select(Purchase::as_select()).first(tx)?;
    with_parts(tx, purchase)
}

fn with_parts(conn: &mut Conn, purchase: Purchase) -> QueryResult<WholePurchase> {
    let deliveries = deliveries::table
        .filter(deliveries::purchase_id.eq(purchase.id))
        .order(deliveries::id)
        .select(Delivery::as_select())
        .load(conn)?;
    let invoices = invoices::table
        .filter(invoices::purchase_id.eq(purchase.id))
        .order(invoices::id)
        .select(Invoice::as_select())
        .load(conn)?;
    Ok(WholePurchase { purchase, deliveries, invoices })
}

/// The steps that a purchase took, in order.
pub fn steps(conn: &mut Conn, purchase: &Purchase) -> QueryResult<Vec<Step>> {
    purchase_steps::table
        .filter(purchase_steps::purchase_id.eq(purchase.id))
        .order((purchase_steps::taken_at, purchase_steps::position))
        .select(Step::as_select())
        .load(conn)
}

/// Writes new purchases.
pub fn insert(tx: &mut Conn, new: &[Purchase]) -> QueryResult<()> {
    for rows in new.chunks(BATCH) {
        crate::insert_rows!(tx, purchases::table, rows)?;
    }
    Ok(())
}

/// Writes new deliveries.
pub fn insert_deliveries(tx: &mut Conn, new: &[Delivery]) -> QueryResult<()> {
    for rows in new.chunks(BATCH) {
        crate::insert_rows!(tx, deliveries::table, rows)?;
    }
    Ok(())
}

/// Writes new invoices.
pub fn insert_invoices(tx: &mut Conn, new: &[Invoice]) -> QueryResult<()> {
    for rows in new.chunks(BATCH) {
        crate::insert_rows!(tx, invoices::table, rows)?;
    }
    Ok(())
}

/// Writes what only grows: steps, transfers with their balances, events; and what the council paid of each budget.
pub fn record(tx: &mut Conn, journal: &Journal) -> QueryResult<()> {
    for rows in journal.steps.chunks(BATCH) {
        crate::insert_rows!(tx, purchase_steps::table, rows)?;
    }
    budgets::store::record(tx, &journal.transfers)?;
    let mut paid: BTreeMap<BudgetId, i64> = BTreeMap::new();
    for (budget, pence) in &journal.council_paid {
        *paid.entry(*budget).or_default() += pence;
    }
    for (budget, pence) in paid.into_iter().filter(|(_, pence)| *pence != 0) {
        budgets::store::note_council_paid(tx, budget, pence)?;
    }
    crate::log::append(tx, &journal.events)
}

/// A payment that failed may be tried again: its steps and transfers come after those that were taken before.
pub(super) fn again(tx: &mut Conn, purchase: &Purchase, journal: &mut Journal) -> QueryResult<()> {
    use diesel::dsl::max;
    if !journal.steps.is_empty() {
        let last: Option<i32> = purchase_steps::table
            .filter(purchase_steps::purchase_id.eq(purchase.id))
            .select(max(purchase_steps::position))
            .first(tx)?;
        for step in &mut journal.steps {
            step.position = step.position.max(last.unwrap_or(-1) + 1);
        }
    }
    for transfer in &mut journal.transfers {
        let turned_back = budgets::store::times(tx, &transfer.cause, Reason::Reversal)?;
        if turned_back > 0 {
            transfer.key = format!("{}:{turned_back}", transfer.key);
        }
    }
    Ok(())
}

/// Writes where a purchase stands now.
pub fn update_state(tx: &mut Conn, purchase: &Purchase) -> QueryResult<()> {
    diesel::update(purchases::table.find(purchase.id)).set(purchases::state.eq(purchase.state)).execute(tx).map(drop)
}

/// Writes what was answered to deliveries, and which invoice asks for them.
pub fn update_deliveries(tx: &mut Conn, changed: &[Delivery]) -> QueryResult<()> {
    for delivery in changed {
        diesel::update(deliveries::table.find(delivery.id))
            .set((
                deliveries::state.eq(delivery.state),
                deliveries::dispute.eq(&delivery.dispute),
                deliveries::answered_at.eq(delivery.answered_at),
                deliveries::invoice_id.eq(delivery.invoice_id),
            ))
            .execute(tx)?;
    }
    Ok(())
}

/// Writes that an invoice was settled.
pub fn update_invoice(tx: &mut Conn, invoice: &Invoice) -> QueryResult<()> {
    diesel::update(invoices::table.find(invoice.id))
        .set((
            invoices::state.eq(invoice.state),
            invoices::settled_at.eq(invoice.settled_at),
            invoices::paid_by.eq(invoice.paid_by),
        ))
        .execute(tx)
        .map(drop)
}

/// The purchases from one budget, newest first.
pub fn purchases_from(conn: &mut Conn, holder: &BudgetReader, page: i64, per_page: i64) -> QueryResult<Vec<Purchase>> {
    purchases::table
        .filter(purchases::budget_id.eq(holder.budget()))
        .order((purchases::requested_at.desc(), purchases::id.desc()))
        .select(Purchase::as_select())
        .limit(per_page)
        .offset((page - 1) * per_page)
        .load(conn)
}

/// How many purchases were made from one budget.
pub fn count_from(conn: &mut Conn, holder: &BudgetReader) -> QueryResult<i64> {
    purchases::table.filter(purchases::budget_id.eq(holder.budget())).count().get_result(conn)
}

/// Deliveries on one budget that wait for the holder's answer, oldest first.
pub fn deliveries_awaiting_answer(conn: &mut Conn, holder: &BudgetReader) -> QueryResult<Vec<(Delivery, Purchase)>> {
    deliveries::table
        .inner_join(purchases::table)
        .filter(purchases::budget_id.eq(holder.budget()).and(deliveries::state.eq(DeliveryState::Recorded)))
        .order(deliveries::recorded_at)
        .select((Delivery::as_select(), Purchase::as_select()))
        .limit(20)
        .load(conn)
}

/// The purchases made from the member's organisation that stand at `state`, longest waiting first, with the
/// holders' names.
pub fn purchases_at(
    conn: &mut Conn,
    member: &ProviderMember,
    state: PurchaseState,
    at_most: i64,
) -> QueryResult<Vec<(Purchase, String)>> {
    use crate::db::schema::people;
    purchases::table
        .inner_join(people::table)
        .filter(purchases::organization_id.eq(member.organization()).and(purchases::state.eq(state)))
        .order((purchases::requested_at, purchases::id))
        .select((Purchase::as_select(), people::display_name))
        .limit(at_most)
        .load(conn)
}

/// Deliveries of the member's organisation that wait for an answer or are disputed, newest first, with the purchases
/// and the holders' names.
pub fn deliveries_open(
    conn: &mut Conn,
    member: &ProviderMember,
    at_most: i64,
) -> QueryResult<Vec<(Delivery, Purchase, String)>> {
    use crate::db::schema::people;
    deliveries::table
        .inner_join(purchases::table.inner_join(people::table))
        .filter(purchases::organization_id.eq(member.organization()))
        .filter(deliveries::state.ne(DeliveryState::Confirmed))
        .order((deliveries::recorded_at.desc(), deliveries::id.desc()))
        .select((Delivery::as_select(), Purchase::as_select(), people::display_name))
        .limit(at_most)
        .load(conn)
}

/// How many purchases of the member's organisation stand at each state.
pub fn counts_by_state(conn: &mut Conn, member: &ProviderMember) -> QueryResult<Vec<(PurchaseState, i64)>> {
    purchases::table
        .filter(purchases::organization_id.eq(member.organization()))
        .group_by(purchases::state)
        .select((purchases::state, diesel::dsl::count_star()))
        .load(conn)
}

/// Invoices of the member's organisation, newest first, with the purchases.
pub fn invoices_of(conn: &mut Conn, member: &ProviderMember, at_most: i64) -> QueryResult<Vec<(Invoice, Purchase)>> {
    invoices::table
        .inner_join(purchases::table)
        .filter(invoices::organization_id.eq(member.organization()))
        .order((invoices::issued_at.desc(), invoices::id.desc()))
        .select((Invoice::as_select(), Purchase::as_select()))
        .limit(at_most)
        .load(conn)
}

/// Invoices to the officer's authority that stand at `state`, longest waiting first, with the purchases.
pub fn invoices_to(
    conn: &mut Conn,
    officer: &FinanceOfficer,
    state: InvoiceState,
    page: i64,
    per_page: i64,
) -> QueryResult<Vec<(Invoice, Purchase)>> {
    invoices::table
        .inner_join(purchases::table)
        .filter(invoices::authority_id.eq(officer.authority()).and(invoices::state.eq(state)))
        .order((invoices::issued_at, invoices::id))
        .select((Invoice::as_select(), Purchase::as_select()))
        .limit(per_page)
        .offset((page - 1) * per_page)
        .load(conn)
}

/// The invoices of the officer's authority that were settled last.
pub fn invoices_just_settled(
    conn: &mut Conn,
    officer: &FinanceOfficer,
    at_most: i64,
) -> QueryResult<Vec<(Invoice, Purchase)>> {
    invoices::table
        .inner_join(purchases::table)
        .filter(invoices::authority_id.eq(officer.authority()).and(invoices::state.eq(InvoiceState::Settled)))
        .order((invoices::settled_at.desc(), invoices::id.desc()))
        .select((Invoice::as_select(), Purchase::as_select()))
        .limit(at_most)
        .load(conn)
}

/// How many invoices to the officer's authority stand at `state`, and what they add up to.
pub fn invoices_sum(conn: &mut Conn, officer: &FinanceOfficer, state: InvoiceState) -> QueryResult<(i64, i64)> {
    invoices::table
        .filter(invoices::authority_id.eq(officer.authority()).and(invoices::state.eq(state)))
        .select((diesel::dsl::count_star(), crate::db::sum_i64(invoices::amount_pence)))
        .first(conn)
}

/// A purchase of this person and service with a confirmed delivery: what a review stands on.
pub fn delivered_purchase(conn: &mut Conn, person: PersonId, service: ServiceId) -> QueryResult<Option<PurchaseId>> {
    deliveries::table
        .inner_join(purchases::table)
        .filter(purchases::person_id.eq(person).and(purchases::service_id.eq(service)))
        .filter(deliveries::state.eq(DeliveryState::Confirmed))
        .order(deliveries::answered_at.desc())
        .select(purchases::id)
        .first(conn)
        .optional()
}

/// What the person's own purchases are called, for those of these ids that are theirs: "4 hours of Companion visits".
pub fn own_headings(conn: &mut Conn, who: &SignedIn, ids: &[PurchaseId]) -> QueryResult<HashMap<PurchaseId, String>> {
    let own: Vec<Purchase> = purchases::table
        .filter(crate::db::among(purchases::id, ids).and(purchases::person_id.eq(who.person())))
        .select(Purchase::as_select())
        .load(conn)?;
    let names = super::shown::Names::of(conn, &own.iter().collect::<Vec<_>>())?;
    Ok(own.iter().map(|purchase| (purchase.id, names.heading(purchase))).collect())
}

/// The names of those who took steps of a purchase in the name of the person it is for.
pub fn actors(conn: &mut Conn, purchase: &Purchase, taken: &[Step]) -> QueryResult<Vec<(PersonId, String)>> {
    use crate::db::schema::people;
    let holders = |step: &&Step| matches!(step.event, PurchaseEvent::HolderRequests | PurchaseEvent::HolderCancels);
    let by = taken.iter().filter(holders).filter_map(|step| step.person_id);
    let others: Vec<PersonId> = by.filter(|by| *by != purchase.person_id).collect();
    if others.is_empty() {
        return Ok(Vec::new());
    }
    people::table.filter(crate::db::among(people::id, &others)).select((people::id, people::display_name)).load(conn)
}

/// The purchases from one budget that movements of money were caused by: by the id of a purchase, delivery or invoice.
pub fn purchases_behind(
    conn: &mut Conn,
    holder: &BudgetReader,
    causes: &[&str],
) -> QueryResult<HashMap<String, Purchase>> {
    use crate::db::among;
    let mut behind: HashMap<String, PurchaseId> =
        causes.iter().filter_map(|cause| Some(((*cause).to_owned(), cause.parse().ok()?))).collect();
    for some in causes.chunks(BATCH * 10) {
        let of_deliveries: Vec<(DeliveryId, PurchaseId)> = deliveries::table
            .filter(among(deliveries::id, some))
            .select((deliveries::id, deliveries::purchase_id))
            .load(conn)?;
        behind.extend(of_deliveries.into_iter().map(|(delivery, purchase)| (delivery.to_string(), purchase)));
        let of_invoices: Vec<(InvoiceId, PurchaseId)> = invoices::table
            .filter(among(invoices::id, some))
            .select((invoices::id, invoices::purchase_id))
            .load(conn)?;
        behind.extend(of_invoices.into_iter().map(|(invoice, purchase)| (invoice.to_string(), purchase)));
    }
    let mut ids: Vec<PurchaseId> = behind.values().copied().collect();
    ids.sort_unstable();
    ids.dedup();
    let mut found: HashMap<PurchaseId, Purchase> = HashMap::new();
    for some in ids.chunks(BATCH * 10) {
        let rows: Vec<Purchase> = purchases::table
            .filter(among(purchases::id, some).and(purchases::budget_id.eq(holder.budget())))
            .select(Purchase::as_select())
            .load(conn)?;
        found.extend(rows.into_iter().map(|purchase| (purchase.id, purchase)));
    }
    Ok(behind.into_iter().filter_map(|(cause, id)| Some((cause, found.get(&id)?.clone()))).collect())
}

/// What was bought from a budget and neither declined nor cancelled: of some categories, of a kind or of all, in a time or
/// at all.
pub fn bought_so_far(
    conn: &mut Conn,
    budget: BudgetId,
    (categories, kind): (Option<&std::collections::BTreeSet<String>>, Option<crate::catalogue::Kind>),
    within: Option<(chrono::NaiveDate, chrono::NaiveDate)>,
) -> QueryResult<crate::money::Money> {
    let mut asked = purchases::table
        .filter(purchases::budget_id.eq(budget))
        .filter(purchases::state.ne(PurchaseState::Declined).and(purchases::state.ne(PurchaseState::Cancelled)))
        .select(crate::db::sum_i64(purchases::total_pence))
        .into_boxed();
    if let Some(categories) = categories {
        asked = asked.filter(crate::db::among(purchases::category_id, categories));
    }
    if let Some(kind) = kind {
        use crate::db::schema::services;
        let of_kind = services::table.filter(services::kind.eq(kind)).select(services::id);
        asked = asked.filter(purchases::service_id.eq_any(of_kind));
    }
    if let Some((from, to)) = within {
        asked = asked.filter(purchases::starts_on.ge(from).and(purchases::starts_on.le(to)));
    }
    asked.first::<i64>(conn).map(crate::money::Money::pence)
}
