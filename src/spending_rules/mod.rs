//! What a budget may be used for: public rules of the authority that explain themselves.
//!
//! A *rule* says of a category, of a kind of service or of everything: allowed (perhaps up to a limit), needs a question,
//! or not allowed. It has a ground, a day from which on it holds, and somebody who set it; everybody may read it.
//!
//! - No rule, no refusal. The rule that speaks most closely of something decides; limits hold besides.
//! - A refusal shows the rule: which, who set it, since when, on what ground; and opens a *challenge*, which a person of
//!   the authority answers by a day, with a reason. What is overdue is seen by everybody.
//! - A rule that needs a question asks the person that one question, and goes on.
//! - Moving money between outcomes and between lines of a plan, within the rules, needs nobody's leave.
//! - A rule is never changed: it ends, and another begins.
//!
//! Who: everybody reads; [`crate::identity::AuthorityAdministrator`] sets rules; [`crate::identity::Practitioner`] answers
//! challenges, care managers those of their own people. Care Act 2014 s.25, s.31; PRODUCT §5 ("no hidden blanket bans").

pub mod api;
mod book;
mod challenge;
pub mod challenge_pages;
mod judge;
pub mod letters;
pub mod pages;
mod rule;
mod set;
pub mod store;
pub mod views;

pub use book::RuleBook;
pub use challenge::{Challenge, ChallengeError, ChallengeState, answer, raise};
pub use judge::{Judged, judge};
pub use rule::{LimitPer, Purchasing, Rules, Says, SpendingRule, Verdict};
pub use set::{CheckedRule, NewRule, SetError, end, set};
