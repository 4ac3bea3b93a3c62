//! The structs behind the templates: Signing in.

use crate::web::page::{Choice, Errors, Page};
use askama::Template;

use super::second_factor::Setting;

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
    /// Other ways to sign in: key and name of each identity provider.
    pub providers: Vec<Choice>,
}

/// On the way to an identity provider.
#[derive(Template)]
#[template(path = "identity/on_to_provider.html")]
pub struct OnToProviderPage {
    pub page: Page,
    pub name: String,
    /// Where it is.
    pub address: String,
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

/// Making an account: name and address. Posts to `/register`.
#[derive(Template)]
#[template(path = "identity/register.html")]
pub struct RegisterPage {
    pub page: Page,
    pub name: String,
    pub email: String,
    pub errors: Errors,
}

/// A letter is on its way; the same whether there is such an account or not.
#[derive(Template)]
#[template(path = "identity/sent.html")]
pub struct SentPage {
    pub page: Page,
    /// Where to try another address.
    pub again: String,
    /// Whether it is about a new password.
    pub about_password: bool,
}

/// Choosing a password after a link in a letter.
#[derive(Template)]
#[template(path = "identity/choose_password.html")]
pub struct ChoosePasswordPage {
    pub page: Page,
    pub token: String,
    pub email: String,
    /// Where it posts to.
    pub action: String,
    pub errors: Errors,
}

/// Asking for a new password. Posts to `/forgotten`.
#[derive(Template)]
#[template(path = "identity/forgotten.html")]
pub struct ForgottenPage {
    pub page: Page,
    pub email: String,
    pub errors: Errors,
}

/// Agreeing to another address at one of the two mailboxes.
#[derive(Template)]
#[template(path = "identity/confirm_address.html")]
pub struct ConfirmAddressPage {
    pub page: Page,
    pub token: String,
    /// The address to be.
    pub email: String,
    /// Whether this is the mailbox so far.
    pub at_the_old: bool,
    /// What came of it; empty before.
    pub done: String,
}

/// The code of the second factor, at sign-in.
#[derive(Template)]
#[template(path = "identity/code.html")]
pub struct CodePage {
    pub page: Page,
    pub next: String,
    /// Whether there are codes on paper and no app.
    pub on_paper: bool,
    pub errors: Errors,
}

/// Whom somebody is here for. Each button posts `role` to `/sign-in/role`.
#[derive(Template)]
#[template(path = "identity/role.html")]
pub struct RolePage {
    pub page: Page,
    pub next: String,
    pub roles: Vec<RoleChoice>,
    /// Whether they are here for themselves now.
    pub for_oneself: bool,
}

/// One role to choose.
#[derive(Clone, Debug, Default)]
pub struct RoleChoice {
    pub membership: String,
    /// "Commissioner"
    pub role: String,
    /// "Trafford"
    pub body: String,
    /// Whether it is held now.
    pub now: bool,
}

/// One's own account.
#[derive(Template)]
#[template(path = "identity/account.html")]
pub struct AccountPage {
    pub page: Page,
    pub name: String,
    pub email: Option<String>,
    pub has_password: bool,
    pub has_second_factor: bool,
    /// Whether a role asks for it.
    pub needs_second_factor: bool,
    pub codes_left: i64,
    /// Identity providers: chosen means that this account is linked there.
    pub providers: Vec<Choice>,
    pub sessions: Vec<SessionLine>,
    pub roles: Vec<RoleLine>,
}

/// One device that is signed in.
#[derive(Clone, Debug, Default)]
pub struct SessionLine {
    pub id: String,
    /// "Firefox on Windows"
    pub device: String,
    pub since: String,
    pub seen: String,
    /// Whether it is this one.
    pub here: bool,
}

/// One role of one's own.
#[derive(Clone, Debug, Default)]
pub struct RoleLine {
    pub membership: String,
    /// "Commissioner, Trafford"
    pub words: String,
    /// Whether it is held now.
    pub now: bool,
}

/// Another name.
#[derive(Template)]
#[template(path = "identity/name.html")]
pub struct NamePage {
    pub page: Page,
    pub name: String,
    pub errors: Errors,
}

/// Another e-mail address.
#[derive(Template)]
#[template(path = "identity/email.html")]
pub struct EmailPage {
    pub page: Page,
    /// The address so far.
    pub now: Option<String>,
    pub email: String,
    pub has_password: bool,
    pub errors: Errors,
}

/// Another password.
#[derive(Template)]
#[template(path = "identity/password.html")]
pub struct PasswordPage {
    pub page: Page,
    /// For the browser's own list of passwords.
    pub email: String,
    pub has_password: bool,
    pub errors: Errors,
}

/// Why a second factor; or how it is looked after.
#[derive(Template)]
#[template(path = "identity/second_factor.html")]
pub struct SecondFactorPage {
    pub page: Page,
    /// Whether it is set up.
    pub on: bool,
    /// Why it is needed: `role`, or `helps` for who acts for somebody; empty where it is only wise.
    pub why: String,
    /// Whether to ask for the password first.
    pub ask_password: bool,
    pub codes_left: i64,
    pub next: String,
    pub errors: Errors,
}

/// Setting it up: a picture for the camera, letters for typing, and the first code.
#[derive(Template)]
#[template(path = "identity/set_up.html")]
pub struct SetUpPage {
    pub page: Page,
    pub setting: Setting,
    pub next: String,
    pub errors: Errors,
}

/// The recovery codes, shown once.
#[derive(Template)]
#[template(path = "identity/recovery_codes.html")]
pub struct RecoveryCodesPage {
    pub page: Page,
    pub codes: Vec<String>,
    /// Where to go on to, encoded for an address.
    pub next: String,
}

/// The people of an authority, their roles, and what became of them.
#[derive(Template)]
#[template(path = "identity/people.html")]
pub struct PeoplePage {
    pub page: Page,
    /// "Trafford"
    pub body: String,
    pub people: Vec<PersonLine>,
    pub offers: Vec<OfferLine>,
    pub history: Vec<ChangeLine>,
    /// Letters of this installation that do not go out.
    pub troubled: Vec<TroubleLine>,
}

/// Somebody who works for the authority.
#[derive(Clone, Debug, Default)]
pub struct PersonLine {
    pub id: String,
    pub name: String,
    pub email: String,
    pub has_second_factor: bool,
    pub roles: Vec<PersonRole>,
}

/// One of their roles.
#[derive(Clone, Debug, Default)]
pub struct PersonRole {
    pub membership: String,
    /// The field that asks why it ends.
    pub field: String,
    pub role: String,
    pub since: String,
}

/// A role that is offered.
#[derive(Clone, Debug, Default)]
pub struct OfferLine {
    pub id: String,
    pub email: String,
    pub role: String,
    pub until: String,
}

/// One thing that became of a role.
#[derive(Clone, Debug, Default)]
pub struct ChangeLine {
    pub words: String,
    pub reason: String,
    pub by: String,
    pub when: String,
}

/// A letter that does not go out.
#[derive(Clone, Debug, Default)]
pub struct TroubleLine {
    pub kind: String,
    pub tries: i32,
    pub problem: String,
}

/// Offering a role by letter. Posts to `/authority/people/invite`.
#[derive(Template)]
#[template(path = "identity/invite.html")]
pub struct InvitePage {
    pub page: Page,
    pub email: String,
    pub reason: String,
    pub roles: Vec<Choice>,
    pub errors: Errors,
}

/// Somebody who works for the authority, and what their administrator may do.
#[derive(Template)]
#[template(path = "identity/person.html")]
pub struct PersonPage {
    pub page: Page,
    pub person: PersonLine,
    /// Whether it is the administrator.
    pub oneself: bool,
    pub choices: Vec<Choice>,
    pub errors: Errors,
}

/// What somebody is asked to join as.
#[derive(Template)]
#[template(path = "identity/join.html")]
pub struct JoinPage {
    pub page: Page,
    pub token: String,
    /// "Trafford"
    pub body: String,
    /// "Commissioner"
    pub role: String,
    pub about: String,
    pub reason: String,
    /// Where the letter went.
    pub email: String,
    /// Whether the one who looks is signed in with this address.
    pub mine: bool,
    /// Whether there is an account with this address.
    pub has_account: bool,
    pub name: String,
    pub errors: Errors,
}
