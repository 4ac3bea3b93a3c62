//! What the post brings about a plan: that it waits for the council, that it came back, that it is to be signed.

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::helping;
use crate::identity::{self, PlanReader};
use crate::post::{self, Told};
use crate::web::page::Link;

use super::write::PlanError;

/// Tells the care managers of a person that their plan waits.
pub(super) fn it_waits(tx: &mut Conn, reader: &PlanReader, public_url: &str, now: UtcTime) -> Result<(), PlanError> {
    let told = Told {
        heading: "A support plan waits for you".into(),
        paragraphs: vec![format!("{} has handed a support plan over.", reader.person_name())],
        action: Some(Link { label: "Plans and reviews".into(), href: format!("{public_url}/care") }),
        ..Told::default()
    };
    for address in helping::store::care_managers_of(tx, reader.person(), now)? {
        post::queue(tx, &told.letter("plan waits", &address)?, now)?;
    }
    Ok(())
}

/// Tells the person that the council asks for changes.
pub(super) fn it_came_back(
    tx: &mut Conn,
    reader: &PlanReader,
    public_url: &str,
    now: UtcTime,
) -> Result<(), PlanError> {
    let said = "Your care manager has looked at your support plan and asks for some changes before it can be agreed.";
    tell(tx, reader, ("Your support plan came back with questions", said), ("Read them", "plan"), public_url, now)
}

/// Tells the person that the council has signed.
pub(super) fn it_is_to_be_signed(
    tx: &mut Conn,
    reader: &PlanReader,
    public_url: &str,
    now: UtcTime,
) -> Result<(), PlanError> {
    let said =
        "The council has agreed your support plan and signed it. It holds once you have signed it too. You need not.";
    tell(tx, reader, ("Your support plan is to be signed", said), ("Read and sign", "plan/signing"), public_url, now)
}

fn tell(
    tx: &mut Conn,
    reader: &PlanReader,
    (heading, said): (&str, &str),
    (label, path): (&str, &str),
    public_url: &str,
    now: UtcTime,
) -> Result<(), PlanError> {
    let Some(address) = identity::store::email(tx, reader.person())? else { return Ok(()) };
    let told = Told {
        heading: heading.into(),
        paragraphs: vec![format!("Hello {},", reader.person_name()), said.into()],
        action: Some(Link { label: label.into(), href: format!("{public_url}/support/{}/{path}", reader.person()) }),
        ..Told::default()
    };
    post::queue(tx, &told.letter("plan", &address)?, now)?;
    Ok(())
}
