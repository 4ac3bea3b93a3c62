//! What the post brings to whoever helps, and to whom they help.

use crate::error::AppError;
use crate::identity::Said;
use crate::post::{Letter, Office};

use super::representative::{RepresentativeKind, Scopes};

/// Asks somebody to act for somebody.
pub(super) fn asked(
    office: &Office,
    address: &str,
    name: &str,
    scopes: Scopes,
    token: &str,
) -> Result<Letter, AppError> {
    let said = Said {
        subject: format!("{name} would like you to help on Waymark"),
        hello: "Hello,".into(),
        before: vec![
            format!(
                "You are asked to act for {name} on Waymark, where people find care and support and buy it from their budget."
            ),
            format!(
                "You would be able to {}. Whatever you do there says that you did it, and for whom.",
                scopes.words()
            ),
        ],
        link: Some(("Read more, and answer".into(), format!("{}/helping/invitation?token={token}", office.public_url))),
        after: vec![
            "You need an account with this e-mail address; making one is free. The link holds for 14 days.".into(),
            "If you do not know what this is about, you need not do anything.".into(),
        ],
    };
    said.to("asked to help", address)
}

/// Tells somebody what their council has recorded.
pub(super) fn recorded(
    office: &Office,
    address: &str,
    name: &str,
    council: &str,
    kind: RepresentativeKind,
    scopes: Scopes,
) -> Result<Letter, AppError> {
    let said = Said {
        subject: "Somebody may act for you on Waymark".into(),
        hello: format!("Hello {name},"),
        before: vec![
            format!("{council} has recorded that somebody may act for you: {}.", kind.label()),
            format!("They can {}. You can read who it is and everything that they do.", scopes.words()),
        ],
        link: Some(("Who may act for you".into(), format!("{}/account/helpers", office.public_url))),
        after: vec!["If you think that this is wrong, tell the council.".into()],
    };
    said.to("helper recorded", address)
}

/// Tells a helper that it is over.
pub(super) fn ended(office: &Office, address: &str, name: &str) -> Result<Letter, AppError> {
    let said = Said {
        subject: format!("You no longer act for {name} on Waymark"),
        hello: "Hello,".into(),
        before: vec![format!(
            "From now on you cannot see or do anything in the name of {name}. Thank you for your help."
        )],
        link: Some(("For whom you act".into(), format!("{}/helping", office.public_url))),
        after: Vec::new(),
    };
    said.to("help ended", address)
}
