//! The verbs: a service is withdrawn, closed for a while, opened again. Nobody has to approve that.

use crate::catalogue;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::db::text_enum;
use crate::identity::ProviderManager;
use crate::ids::ServiceId;

use super::draft::WriteError;
use super::entry::Entry;
use super::publish::registration;
use super::store;

text_enum! {
    /// What a provider does with a service that is in the catalogue.
    #[schema(as = ServiceStep)]
    pub enum Step {
        /// Takes it out.
        Withdraw = "withdrawal",
        /// Closes it for a while.
        Close = "closure",
        /// Opens it again.
        Reopen = "reopening",
    }
}

/// Takes the step. Taking it again changes nothing.
#[tracing::instrument(skip_all, fields(service.id = %service))]
pub fn take(
    tx: &mut Conn,
    manager: &ProviderManager,
    service: ServiceId,
    step: Step,
    now: UtcTime,
) -> Result<(), WriteError> {
    let provider = store::provider_to_change(tx, manager.organization())?;
    let kept = catalogue::rewrite::kept(tx, service, now.date())?
        .filter(|kept| kept.service.organization_id == provider.id && kept.service.status != "defunct")
        .ok_or(WriteError::NotTheirs)?;
    let status = match step {
        Step::Withdraw => "inactive",
        Step::Close => "temporarily closed",
        Step::Reopen => "active",
    };
    if kept.service.status == status {
        return Ok(());
    }
    if step == Step::Reopen {
        if provider.status != "active" {
            return Err(WriteError::Suspended);
        }
        if kept.service.regulated {
            registration(tx, &provider, service, &Entry::of_catalogue(&kept, now.date()), now.date())?;
        }
    }
    catalogue::rewrite::set_status(tx, provider.id, service, status, now)?;
    Ok(())
}
