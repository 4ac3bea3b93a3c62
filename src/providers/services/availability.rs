//! The verb: tells how many places are free and how long people wait, in one press. Public at once.

use crate::catalogue;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::FieldError;
use crate::identity::ProviderMember;
use crate::ids::ServiceId;

use super::draft::WriteError;
use super::store;
use super::version::document;

/// Tells it, to the public and to whatever is being written, so that publishing later does not turn it back.
#[tracing::instrument(skip_all, fields(service.id = %service))]
pub fn tell(
    tx: &mut Conn,
    member: &ProviderMember,
    service: ServiceId,
    places_free: Option<i32>,
    waiting_days: Option<i32>,
    now: UtcTime,
) -> Result<(), WriteError> {
    let fits = |number: Option<i32>, most| number.is_none_or(|number| (0..=most).contains(&number));
    if !fits(places_free, 9_999) || !fits(waiting_days, 1_000) {
        let why = "Enter whole numbers: places from 0 to 9,999, days from 0 to 1,000.";
        return Err(WriteError::Invalid(vec![FieldError::new("places_free", why)]));
    }
    let organization = member.organization();
    store::provider_to_change(tx, organization)?;
    if !catalogue::rewrite::set_availability(tx, organization, service, places_free, waiting_days, now)? {
        return Err(WriteError::NotTheirs);
    }
    if let Some(version) = store::open_version(tx, organization, service)? {
        let mut entry = version.entry()?;
        (entry.places_free, entry.waiting_days) = (places_free, waiting_days);
        store::save_document(tx, &version, &document(&entry)?, member.who().person(), now)?;
    }
    Ok(())
}
