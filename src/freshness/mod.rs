//! Freshness: national directories died of stale entries, so each entry shows when it was last checked, and its provider
//! is asked before that day grows old.
//!
//! - Once a day, a provider whose entries nobody has checked for long gets one letter that lists them all, with a link
//!   that needs no signing in: at first, after 14 days again, and once more before they leave the results.
//! - Opening the link changes nothing (programs that look for harm in letters open every link); pressing the button does.
//! - Each question of a letter is answered once, and the link ends after a while. It can say "still right", "it has
//!   changed" and "we have closed", and nothing else: whoever finds it cannot write anything.
//! - No provider gets more than one such letter in a week.
//! - What comes from open data is checked where it comes from.
//!
//! All times are settings of the authority that looks after the organisation ([`crate::places::settings`]).
//!
//! Who: [`crate::identity::Anyone`] with the link; [`crate::identity::ProviderMember`] for their own entries;
//! [`crate::identity::Moderator`] for those of their authority.

mod answer;
pub mod api;
mod ask;
pub mod pages;
mod schedule;
pub mod store;
pub mod views;

pub use answer::{AnswerError, Letter, Which, changed, check_as_member, check_as_moderator, close, confirm, open};
pub use ask::{AskError, JOB, ask_some};
pub use schedule::{Asked, Limits, due};
pub use store::{Answer, How};
