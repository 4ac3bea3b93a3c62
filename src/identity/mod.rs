//! Who somebody is, and what they may do.
//!
//! - A *session* (pages) or a short-lived *token* (programs) says who is asking; both end in the same roles.
//! - A *role* is a value that only `roles.rs` can build. To hold it is to be allowed: handlers ask for it as an
//!   argument, stores take it and filter by it, so that a forgotten permission does not compile.
//! - What one may not see answers 404: nobody learns from us that it exists.
//!
//! Who: [`Anyone`], [`SignedIn`], [`BudgetHolder`], [`ProviderMember`], [`Commissioner`], [`FinanceOfficer`].

pub mod api;
pub mod invitation;
pub mod invitation_pages;
pub mod invitation_store;
pub mod pages;
mod password;
mod person;
mod roles;
mod sign_in;
pub mod store;
mod tokens;
pub mod views;

pub use password::hash;
pub use person::{Membership, NeedGroup, RoleName, Standing};
pub use roles::{
    Anyone, AuthorityAdministrator, BudgetHolder, Commissioner, FinanceOfficer, Moderator, ProviderManager,
    ProviderMember, ProviderOwner, PurchaseParty, SignedIn,
};
pub use sign_in::{SignInError, sign_in, sign_in_as_demo_person, sign_out};
pub use tokens::SigningKeys;
