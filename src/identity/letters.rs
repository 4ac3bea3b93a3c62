//! What the post brings about somebody's account.

use askama::Template;

use crate::error::AppError;
use crate::post::{Letter, Office};

use super::RoleName;

/// A letter as plain text.
#[derive(Template)]
#[template(path = "letters/account.txt")]
struct Words<'a> {
    said: &'a Said,
}

/// The same as HTML.
#[derive(Template)]
#[template(path = "letters/account.html")]
struct Html<'a> {
    said: &'a Said,
}

/// What a letter says.
pub(crate) struct Said {
    pub(crate) subject: String,
    pub(crate) hello: String,
    pub(crate) before: Vec<String>,
    /// Words and address of the one thing to press.
    pub(crate) link: Option<(String, String)>,
    pub(crate) after: Vec<String>,
}

impl Said {
    pub(crate) fn to(&self, kind: &'static str, address: &str) -> Result<Letter, AppError> {
        Letter::of(kind, address, self.subject.clone(), &Words { said: self }, &Html { said: self })
    }
}

const NOT_YOU: &str = "If this was not you, you need not do anything: without the link nothing happens.";

fn hello(name: &str) -> String {
    if name.is_empty() { "Hello,".into() } else { format!("Hello {name},") }
}

/// To a mailbox without an account: make one.
pub(super) fn register(office: &Office, address: &str, name: &str, token: &str) -> Result<Letter, AppError> {
    let said = Said {
        subject: "Confirm your e-mail address for Waymark".into(),
        hello: hello(name),
        before: vec![
            "You are about to make an account on Waymark. One step is left: open this page and choose a password."
                .into(),
        ],
        link: Some(("Choose a password".into(), format!("{}/register/confirm?token={token}", office.public_url))),
        after: vec!["The link works once, for 24 hours.".into(), NOT_YOU.into()],
    };
    said.to("register", address)
}

/// To a mailbox that has an account already.
pub(super) fn has_account(office: &Office, address: &str, name: &str) -> Result<Letter, AppError> {
    let said = Said {
        subject: "You have an account on Waymark already".into(),
        hello: hello(name),
        before: vec![
            "Somebody asked for a new account with this e-mail address. There is one already, so nothing has changed."
                .into(),
            "You can sign in here. If you have forgotten the password, the same page helps you to choose a new one."
                .into(),
        ],
        link: Some(("Sign in".into(), format!("{}/sign-in", office.public_url))),
        after: vec!["If this was not you, you need not do anything.".into()],
    };
    said.to("has account", address)
}

/// The link to a new password.
pub(super) fn reset(office: &Office, address: &str, name: &str, token: &str) -> Result<Letter, AppError> {
    let said = Said {
        subject: "Choose a new password for Waymark".into(),
        hello: hello(name),
        before: vec!["Open this page to choose a new password.".into()],
        link: Some(("Choose a new password".into(), format!("{}/reset?token={token}", office.public_url))),
        after: vec!["The link works once, for one hour.".into(), NOT_YOU.into()],
    };
    said.to("reset password", address)
}

/// To a mailbox without an account, when somebody asked for a new password there.
pub(super) fn no_account(office: &Office, address: &str) -> Result<Letter, AppError> {
    let said = Said {
        subject: "There is no account with this address on Waymark".into(),
        hello: hello(""),
        before: vec![
            "Somebody asked for a new password for this e-mail address. There is no account with it.".into(),
            "Perhaps you used another address. Or you can make an account here.".into(),
        ],
        link: Some(("Make an account".into(), format!("{}/register", office.public_url))),
        after: vec!["If this was not you, you need not do anything.".into()],
    };
    said.to("no account", address)
}

/// The password was changed.
pub(super) fn password_changed(office: &Office, address: &str, name: &str) -> Result<Letter, AppError> {
    let said = Said {
        subject: "Your password for Waymark was changed".into(),
        hello: hello(name),
        before: vec![
            "Your password was changed, and every other device was signed out.".into(),
            "If this was not you, choose a new password at once.".into(),
        ],
        link: Some(("I did not do this".into(), format!("{}/forgotten", office.public_url))),
        after: Vec::new(),
    };
    said.to("password changed", address)
}

/// To the mailbox so far: agree that the account gets another address.
pub(super) fn old_address(office: &Office, from: &str, to: &str, name: &str, token: &str) -> Result<Letter, AppError> {
    let said = Said {
        subject: "Is your e-mail address for Waymark to change?".into(),
        hello: hello(name),
        before: vec![
            format!("Somebody signed in to your account asked us to use {to} instead of this address."),
            "If that is right, say so here. The new mailbox has to confirm it too.".into(),
        ],
        link: Some(("Yes, change it".into(), format!("{}/account/email/confirm?token={token}", office.public_url))),
        after: vec![
            "The link works once, for 24 hours.".into(),
            "If this was not you, do not press it, and choose a new password: somebody may know yours.".into(),
        ],
    };
    said.to("old address", from)
}

/// To the mailbox to be: show that it is one's own.
pub(super) fn new_address(office: &Office, to: &str, name: &str, token: &str) -> Result<Letter, AppError> {
    let said = Said {
        subject: "Confirm your new e-mail address for Waymark".into(),
        hello: hello(name),
        before: vec!["Press this to use this address for your account.".into()],
        link: Some((
            "Confirm this address".into(),
            format!("{}/account/email/confirm?token={token}", office.public_url),
        )),
        after: vec!["The link works once, for 24 hours.".into(), NOT_YOU.into()],
    };
    said.to("new address", to)
}

/// The second factor was set up or taken away.
pub(super) fn second_factor(office: &Office, address: &str, name: &str, on: bool) -> Result<Letter, AppError> {
    let (subject, what) = if on {
        ("Signing in to Waymark now takes a code", "Signing in to your account now takes a code from your phone.")
    } else {
        (
            "Signing in to Waymark no longer takes a code",
            "Signing in to your account no longer takes a code from your phone.",
        )
    };
    let said = Said {
        subject: subject.into(),
        hello: hello(name),
        before: vec![what.into(), "If this was not you, choose a new password at once.".into()],
        link: Some(("I did not do this".into(), format!("{}/forgotten", office.public_url))),
        after: Vec::new(),
    };
    said.to("second factor", address)
}

/// A role is offered.
pub(super) fn invited(
    office: &Office,
    address: &str,
    by: &str,
    body: &str,
    role: RoleName,
    token: &str,
) -> Result<Letter, AppError> {
    let said = Said {
        subject: format!("{body} asks you to join on Waymark"),
        hello: hello(""),
        before: vec![
            format!("{by} asks you to work with {body} on Waymark, as {}.", role.with_article()),
            "Open this page to see what that means, and to say yes.".into(),
        ],
        link: Some(("See the invitation".into(), format!("{}/join?token={token}", office.public_url))),
        after: vec![
            "The link works once, for seven days. If you do not know about this, you need not do anything.".into(),
        ],
    };
    said.to("role offered", address)
}

/// What an administrator did to somebody's account.
pub(super) struct News {
    subject: String,
    words: String,
}

/// A role was given.
pub(super) fn role_given(role: RoleName) -> News {
    News { subject: "You have a new role on Waymark".into(), words: format!("made you {}", role.with_article()) }
}

/// A role was ended.
pub(super) fn role_ended(role: RoleName) -> News {
    News { subject: "A role of yours on Waymark has ended".into(), words: format!("ended your role as {role}") }
}

/// The second factor was taken away, so that a new phone can be set up.
pub(super) fn starts_afresh() -> News {
    let words =
        "took the code from your phone off your account, so that you can set up a new phone at your next sign-in";
    News { subject: "You can set up a new phone for Waymark".into(), words: words.into() }
}

/// Tells somebody what an administrator did.
pub(super) fn news(
    office: &Office,
    address: &str,
    name: &str,
    by: &str,
    body: &str,
    news: &News,
) -> Result<Letter, AppError> {
    let said = Said {
        subject: news.subject.clone(),
        hello: hello(name),
        before: vec![format!("{by} ({body}) {}.", news.words), "If this surprises you, ask them.".into()],
        link: Some(("Your account".into(), format!("{}/account", office.public_url))),
        after: Vec::new(),
    };
    said.to("role changed", address)
}
