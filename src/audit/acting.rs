//! Looks of whoever acts for somebody. The roles themselves write them down (`identity::roles`), so that no page and no
//! program goes round it.

use crate::clock::UtcTime;
use crate::identity::{BudgetReader, PlanReader, PurchaseReader};

use super::entry::{Deed, Entry, What, Why};

/// At a budget.
#[must_use]
pub fn at_a_budget(reader: &BudgetReader, now: UtcTime) -> Entry {
    Entry::new(reader, (Deed::LookedAt, Why::ToHelp), reader.person(), (What::Budget, reader.budget().as_str()), now)
}

/// At a purchase.
#[must_use]
pub fn at_a_purchase(reader: &PurchaseReader, now: UtcTime) -> Entry {
    let (holder, subject) = (reader.holder(), reader.purchase());
    Entry::new(holder, (Deed::LookedAt, Why::ToHelp), holder.person(), (What::Purchase, subject.as_str()), now)
}

/// At a support plan, its agreement or its reviews.
#[must_use]
pub fn at_a_plan(reader: &PlanReader, now: UtcTime) -> Entry {
    let why = if reader.is_care_manager() { Why::ToAgreeIt } else { Why::ToHelp };
    let person = reader.person();
    Entry::new(reader, (Deed::LookedAt, why), person, (What::SupportPlan, person.as_str()), now)
}
