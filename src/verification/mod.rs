//! Verification: the papers that providers show, and that somebody checks.
//!
//! - A provider sends a *paper* (registration, insurance, safeguarding policy; a personal assistant: identity, right to
//!   work, criminal record check, references), with a number or level, an end, and perhaps a file.
//! - The moderator of the authority that looks after the provider checks it, or refuses it with a reason. What was checked
//!   can be withdrawn. Each step is kept for ever: who, when, until when, why.
//! - A checked paper is a *badge* on the provider's pages through its last day, and gone on the next. The provider is
//!   reminded before that, once for each step.
//! - A registration that was checked is what lets a regulated service be published. One that is refused or withdrawn takes
//!   the services that stand on it out of the searches.
//! - Files are looked at by the provider and the moderator only, and only as downloads. Whoever sent a paper of their own
//!   (identity, right to work, criminal record, references) reads which moderator looked at it.
//!
//! Who: [`crate::identity::ProviderMember`] (owners and managers) sends; [`crate::identity::Moderator`] decides.

pub mod api;
mod decide;
mod files;
mod looks;
pub mod pages;
mod paper;
mod remind;
mod send;
pub mod store;
pub mod views;

pub use decide::{DecideError, check, refuse, withdraw};
pub use files::{FileKind, Papers};
pub(crate) use looks::look_at;
pub use paper::{about, asked_of, badge, badges, label, reminder_step};
pub use remind::{JOB, remind_some};
pub use send::{SendError, Sent, send};
