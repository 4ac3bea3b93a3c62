//! Acting for somebody: by their own wish, or on a legal ground that their council has recorded.
//!
//! - A *representative* may look at somebody's budgets and purchases, and plan, buy or manage money where that was granted.
//! - The person grants it by letter and takes it back whenever they like; the next request of the helper finds nothing more,
//!   also in the middle of a session. The helper can give it back too.
//! - A council records attorneys, deputies and suitable persons (Care Act 2014 s.32) for people who lack capacity, with the
//!   document that says so; it assigns care managers; and it notes a helper on the phone, for two hours. What a council has
//!   recorded, the council ends.
//! - Planners and brokers help for a period, never without an end.
//! - Everything that is done in somebody's name says who did it, and for whom (`audit`). A rating is the person's own: nobody
//!   else gives one for them.
//!
//! Who: [`crate::identity::SignedIn`] grants and helps; [`crate::identity::Practitioner`] records for a council. Decision 0015.

pub mod api;
pub mod council_pages;
mod letters;
pub mod pages;
mod represent;
mod representative;
pub mod store;
pub mod views;

pub use represent::{HelpError, accept, assign, decline, end_as_council, end_as_helper, end_as_person, invite, record};
pub use representative::{RepresentativeKind, Scopes, Wanted};
