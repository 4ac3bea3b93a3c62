//! "This is wrong": anybody may say that an entry is wrong, without an account, and somebody answers by a day.
//!
//! - A *report* says what is wrong, in a choice and in words, and perhaps where to send the answer.
//! - It is due after so many working days as the authority has set. The provider's members and the moderator of the
//!   authority see it at once; the page says that it may be out of date only when nobody answered by the day.
//! - An answer is: put right, right as it is (with a reason), or closed. The reason is kept, and goes to whoever asked.
//! - The address is forgotten as soon as the answer is on its way.
//! - This is not for harm: concerns about people go to the council's adult social care (`/concern`).
//!
//! Who: [`crate::identity::Anyone`] reports; [`crate::identity::ProviderMember`] answers for their own organisation;
//! [`crate::identity::Moderator`] for those of their authority.

mod answer;
pub mod api;
pub mod pages;
mod report;
mod say;
pub mod store;
pub mod views;

pub use answer::{AnswerReportError, Answering, Resolution, answer};
pub use report::{Report, ReportState, WhatIsWrong};
pub use say::{Said, SayError, WhereFrom, from_provider, say};
