//! Payment runs: what is due is listed, approved by a second person, sent to the bank, and read back.
//!
//! - A *run* lists the invoices that are due, of one deployment option or of all, each to a payee whose bank account is
//!   known; who has none is named, and left for a later run. A run started twice is the same run.
//! - One finance officer makes it, another approves it: never the same person, which the database says again.
//! - Approved, each line settles its invoice through the verb that settles any invoice ([`crate::purchasing`]).
//! - It is exported for the bank: CSV, or ISO 20022 pain.001. Account numbers are kept sealed, shown masked, and leave only
//!   in these files.
//! - What the bank says comes back as CSV or pain.002: paid, or failed. One row that cannot be placed refuses the whole file,
//!   by row, and nothing is half done. What failed is turned back by a transfer, and is due again.
//!
//! Who: [`crate::identity::FinanceOfficer`]; a provider's owner says where it is paid ([`crate::identity::ProviderOwner`]).

mod account;
pub mod account_api;
pub mod account_pages;
pub mod api;
mod approve;
mod export;
mod make;
pub mod pages;
mod pain;
mod read_back;
mod run;
pub mod store;
mod vault;
pub mod views;

pub use account::{BankAccount, Payee, give_account};
pub use approve::{ApproveError, approve, settle_some};
pub use export::{Format, stream};
pub use make::{MakeError, Wanted, make, withdraw};
pub use read_back::{Answer, ReadBackError, apply, read};
pub use run::{Line, LineState, Run, RunState, reference};
pub use vault::Vault;

/// So many lines of a run are settled in one transaction.
pub const AT_ONCE: i64 = 100;
