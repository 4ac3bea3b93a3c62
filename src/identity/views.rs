//! The structs behind the templates: Signing in.
use crate::web::page::{Errors, Page};
use askama::Template;

/// Sign in with e-mail and password, or in the demo by one press. Posts to `/sign-in`.
#[derive(Template)]
#[template(path = "identity/sign_in.html")]
pub struct SignInPage {
    pub page: Page,
    /// The address to go on to.
    pub next: String,
    /// The e-mail typed before.
    pub email: String,
    pub errors: Errors,
    /// A few people of the demo town; empty outside the demo.
    pub people: Vec<DemoPerson>,
}

/// The demo town's people by role; each button posts `person` to `/demo/sign-in`.
#[derive(Template)]
#[template(path = "identity/demo_people.html")]
pub struct DemoPeoplePage {
    pub page: Page,
    pub groups: Vec<DemoGroup>,
    /// The password that all of them share.
    pub password: String,
}

/// People of one role.
#[derive(Clone, Debug, Default)]
pub struct DemoGroup {
    /// "Budget holders".
    pub role: String,
    /// What they can do here.
    pub about: String,
    pub people: Vec<DemoPerson>,
}

/// Somebody to sign in as.
#[derive(Clone, Debug, Default)]
pub struct DemoPerson {
    pub id: String,
    pub name: String,
    /// "Budget holder, Trafford".
    pub role_label: String,
    /// One sentence about them: "Has £4,200 a year as a direct payment, lives in Sale."
    pub story: String,
    pub email: String,
    /// Two letters for the round badge: "AK".
    pub initials: String,
    /// Where signing in leads: "/budgets".
    pub next: String,
}
