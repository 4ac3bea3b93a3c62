//! Payment runs: what is due is listed, approved by a second person, sent to the bank, and read back.
//!
//! - A *run* lists what is due, of one deployment option or of all. To whoever holds a budget (the person, a third party, a
//!   trust, a broker, the provider of a service fund) their next step in advance ([`crate::budgets::due`]); to providers what
//!   they invoiced, where the council holds the money and pays itself. Each goes to a bank account that is known; who has
//!   none is named, and left for a later run. A run started twice is the same run.
//! - Money that was handed over is not paid again: an invoice that is to be paid from it is in no run
//!   ([`crate::purchasing::say_paid`]).
//! - One finance officer makes it, another approves it: never the same person, which the database says again.
//! - Approved, each line settles its invoice through the verb that settles any invoice ([`crate::purchasing`]), or hands
//!   money to the holder ([`crate::budgets::hand_over`]): some at a time, and never more than is due then.
//! - It is exported for the bank: CSV, or ISO 20022 pain.001. Account numbers are kept sealed, shown masked, and leave only
//!   in these files.
//! - What the bank says comes back as CSV or pain.002: paid, or failed. One row that cannot be placed refuses the whole file,
//!   by row, and nothing is half done. What failed is turned back by a transfer, and is due again.
//!
//! Who: [`crate::identity::FinanceOfficer`]; a provider's owner says where it is paid ([`crate::identity::ProviderOwner`]),
//! and a person where their direct payment goes ([`crate::identity::BudgetReader`] who may manage money).

mod account;
pub mod account_api;
pub mod account_pages;
pub mod api;
mod approve;
mod due;
mod export;
mod give_account;
mod make;
pub mod pages;
mod pain;
mod read_back;
mod run;
pub mod store;
pub mod verify;
pub mod views;

pub use account::{BankAccount, Payee, PayeeKey, PayeeKind, give_account};
pub use approve::{ApproveError, SettleError, approve, settle_some};
pub use due::{Due, HolderDue, holders_due, sum_up};
pub use export::{Format, stream};
pub use make::{MakeError, Wanted, make, withdraw};
pub use read_back::{Answer, ReadBackError, apply, read};
pub use run::{Line, LineState, Pays, Run, RunState, reference};

/// So many lines of a run are settled in one transaction.
pub const AT_ONCE: i64 = 100;
