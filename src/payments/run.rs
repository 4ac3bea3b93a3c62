//! The nouns: a run and its lines.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::budgets::FundingRoute;
use crate::clock::UtcTime;
use crate::db::schema::{payment_lines, payment_runs};
use crate::db::text_enum;
use crate::ids::{AuthorityId, BudgetId, InvoiceId, OrganizationId, PayeeAccountId, PaymentRunId, PersonId};
use crate::money::Money;

text_enum! {
    /// Where a run stands.
    #[schema(as = PaymentRunState)]
    pub enum RunState {
        /// Listed; waits for a second person.
        Made = "made",
        /// Approved; its lines are being settled.
        Approved = "approved",
        /// Every line is settled: it can be sent to the bank.
        Settled = "settled",
        /// It was taken back before anybody approved it.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// Where a line stands.
    pub enum LineState {
        /// Listed, and not settled yet.
        Waiting = "waiting",
        /// Settled in the ledger; the bank has not answered.
        Sent = "sent",
        /// The bank says that it is paid.
        Paid = "paid",
        /// The bank says that it is not: the money was turned back, and is due again.
        Failed = "failed",
        /// It is not part of the run any more.
        Dropped = "dropped",
    }
}

/// One run as its row is.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = payment_runs)]
pub struct Run {
    /// Which.
    pub id: PaymentRunId,
    /// Whose.
    pub authority_id: AuthorityId,
    /// Counted up for each authority.
    pub number: i32,
    /// Of one deployment option; none for all.
    pub funding_route: Option<FundingRoute>,
    /// The day on which the bank should pay.
    pub pay_on: NaiveDate,
    /// Where it stands.
    pub state: RunState,
    /// How many lines.
    pub line_count: i64,
    /// What they add up to.
    pub total_pence: Money,
    /// How many payments that are due were left out, because nobody knows where to pay.
    pub left_out: i64,
    /// Who made it.
    pub made_by: PersonId,
    /// When.
    pub made_at: UtcTime,
    /// Who approved it: somebody else.
    pub approved_by: Option<PersonId>,
    /// When.
    pub approved_at: Option<UtcTime>,
    /// When its last line was settled.
    pub settled_at: Option<UtcTime>,
    /// When it was first taken to the bank.
    pub exported_at: Option<UtcTime>,
}

/// One line as its row is.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = payment_lines)]
pub struct Line {
    /// Of which run.
    pub run_id: PaymentRunId,
    /// In which order: from 1.
    pub number: i64,
    /// Which invoice it pays, where it pays one.
    pub invoice_id: Option<InvoiceId>,
    /// To which provider, where it is one.
    pub organization_id: Option<OrganizationId>,
    /// To which account.
    pub account_id: PayeeAccountId,
    /// How much.
    pub amount_pence: Money,
    /// Where it stands.
    pub state: LineState,
    /// What the bank said, or why it is not part of the run any more.
    pub reason: Option<String>,
    /// Of which budget it pays the holder, where it does.
    pub budget_id: Option<BudgetId>,
    /// In which way they hold it.
    pub funding_route: Option<FundingRoute>,
}

/// What a line pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pays {
    /// What a provider invoiced.
    Invoice(InvoiceId),
    /// What is due to whoever holds a budget in one way.
    Holder(BudgetId, FundingRoute),
}

impl Line {
    /// What it pays: the database keeps that it is one of both.
    #[must_use]
    pub fn pays(&self) -> Option<Pays> {
        match (self.invoice_id, self.budget_id, self.funding_route) {
            (Some(invoice), None, None) => Some(Pays::Invoice(invoice)),
            (None, Some(budget), Some(route)) => Some(Pays::Holder(budget, route)),
            _ => None,
        }
    }
}

/// What the bank is told a payment is called, and what it answers with: "WM-12-345".
#[must_use]
pub fn reference(run_number: i32, line: i64) -> String {
    format!("WM-{run_number}-{line}")
}

/// The run and the line that a reference names.
#[must_use]
pub(super) fn of_reference(text: &str) -> Option<(i32, i64)> {
    let mut parts = text.trim().strip_prefix("WM-")?.split('-');
    let (run, line) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let whole = parts.next().is_none() && reference(run, line) == text.trim();
    whole.then_some((run, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_read_back_and_nothing_else_is() {
        assert_eq!(of_reference(&reference(12, 345)), Some((12, 345)));
        for other in ["", "WM", "WM-1", "WM-1-2-3", "WM-01-2", "WM-1--2", "wm-1-2", "WM-1-2x", "XX-1-2"] {
            assert_eq!(of_reference(other), None, "{other}");
        }
    }
}
