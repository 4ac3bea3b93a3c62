//! Who somebody is, and what they may do.
//!
//! - A *session* (pages) or a short-lived *token* (programs) says who is asking; both end in the same roles.
//! - A *role* is a value that only `roles` can build. To hold it is to be allowed: handlers ask for it as an
//!   argument, stores take it and filter by it, so that a forgotten permission does not compile.
//! - What one may not see answers 404: nobody learns from us that it exists.
//!
//! Who: [`Anyone`], [`SignedIn`], [`BudgetHolder`], [`ProviderMember`], [`Commissioner`], [`FinanceOfficer`].

pub mod account_api;
pub mod account_pages;
mod address;
pub mod api;
mod arriving;
pub mod attempts;
pub mod first_factor_api;
mod granting;
pub mod invitation;
pub mod invitation_pages;
pub mod invitation_store;
mod letters;
mod link;
pub mod pages;
mod password;
pub mod people_pages;
mod person;
pub mod providers;
mod register;
pub mod register_pages;
mod reset;
mod roles;
mod scope;
pub mod second_factor;
pub mod second_factor_pages;
mod sign_in;
pub mod store;
mod tokens;
pub mod views;

pub use arriving::{Granted, Proven, Stage, Waiver, Way};
pub use granting::grant_by_command;
pub(crate) use letters::Said;
pub use password::{Passwords, hash, may_be_taken};
pub use person::{Membership, NeedGroup, RoleName, Standing};
pub use providers::Providers;
pub use roles::{
    Anyone, Arriving, AssignedCareManager, AuthorityAdministrator, AuthorityReader, BudgetHolder, BudgetReader,
    CareDesk, Commissioner, FinanceOfficer, Moderator, PlanReader, PlanSigner, Planner, Practitioner, ProviderManager,
    ProviderMember, ProviderOwner, PurchaseBuyer, PurchaseOwner, PurchaseParty, PurchaseReader, SignedIn,
};
pub use scope::{Allowed, Scope, read_scopes, write_scopes};
pub use second_factor::start_afresh_by_command;
pub use sign_in::{SignInError, Whence, sign_in, sign_in_as_demo_person, sign_out};
pub use tokens::SigningKeys;
