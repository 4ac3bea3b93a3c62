//! Support plans: what matters to somebody, what they want to buy or arrange, what it costs, and that it was agreed.
//!
//! A *support plan* is one living document for each person (Care Act 2014 s.25; seeds/002, steps 2, 3 and 7): what
//! matters, outcomes, risks and how they are handled, the circle of people around them, and costed *lines*, free and
//! universal ones included. Handing it over makes a *version* that stays as it is. The council makes its four checks
//! (healthy, safe and well; outcomes; risk; affordable), agrees a budget, with a reason where it differs from the
//! indicative one, and signs; the person signs, or who stands in for them by law; that opens or changes the personal
//! budget (s.26). The agreed version goes on holding while the next one is written.
//!
//! - A line has a price, or says that it is free. Sums are whole pence, for the days of the plan's own year.
//! - Comments by line belong to both sides. Nothing is agreed by silence.
//! - Planners, friends and care managers help to write; none of them signs for the person.
//!
//! Who: [`crate::identity::PlanReader`] reads, [`crate::identity::Planner`] writes and hands over,
//! [`crate::identity::AssignedCareManager`] checks, agrees and sends back, [`crate::identity::PlanSigner`] signs. Decision 0043.

pub mod agree;
pub mod agreement_pages;
pub mod api;
mod content;
mod costing;
pub mod desk_pages;
mod difference;
mod funding;
pub mod overview_pages;
pub mod pages;
pub mod part_pages;
mod plan;
pub mod review;
pub mod review_pages;
pub mod review_store;
pub mod share;
pub mod share_pages;
pub mod share_store;
mod shown;
pub mod store;
mod templates;
mod told;
pub mod views;
pub mod write;

pub use content::{CirclePerson, Line, Outcome, Part, PlanContent, Risk, RiskLevel};
pub use costing::{Costing, LineCost, Rhythm, Year, in_year};
pub use difference::{Changed, Piece, difference};
pub use plan::{Check, PlanEvent, PlanState, SupportPlan};
pub use write::{PlanError, begin, hand_over};
