//! The verb: imports what was staged, all of it in one transaction.

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::ProviderManager;
use crate::ids::UploadId;

use super::super::services::Entry;
use super::super::services::draft::{begin, to_write, write_staged};
use super::super::services::publish::hand_in;
use super::super::services::store as versions;
use super::store::{self, Outcome};

/// Imports a staged file: new services begin, changed ones change, by the same way as on the pages. With refused rows
/// nothing happens, unless only the good ones are wanted. Importing again changes nothing.
#[tracing::instrument(skip_all, fields(upload.id = %id))]
pub fn import(
    tx: &mut Conn,
    manager: &ProviderManager,
    id: UploadId,
    only_good: bool,
    now: UtcTime,
) -> Result<(), AppError> {
    versions::provider_to_change(tx, manager.organization())?;
    let upload = store::upload(tx, manager, id)?.ok_or(AppError::NotFound)?;
    if upload.state == "imported" {
        return Ok(());
    }
    let rows = store::rows(tx, manager, id)?;
    let refused = rows.iter().filter(|row| row.outcome == Outcome::Refused).count();
    if refused > 0 && !only_good {
        let why = format!(
            "{refused} rows are refused, so nothing was imported. Mend them and send the file again, or import the good ones."
        );
        return Err(AppError::refused("rows-refused", why));
    }
    for row in rows.iter().filter(|row| matches!(row.outcome, Outcome::New | Outcome::Changed)) {
        let entry: Entry = serde_json::from_str(&row.document).map_err(AppError::unexpected)?;
        // What was staged is looked at again: somebody may have been faster, or sent the same file twice.
        let service = match row.service_id.or(store::service_of(tx, manager.organization(), &row.reference)?) {
            Some(service) => {
                let (draft, _) = to_write(tx, manager, service, now).map_err(|why| about(row.line, why.into()))?;
                write_staged(tx, manager, &draft, &entry, now)?;
                service
            }
            None => begin(tx, manager, &entry, now)?.service_id,
        };
        hand_in(tx, manager, service, now).map_err(|why| about(row.line, why.into()))?;
        store::note_reference(tx, manager, &row.reference, service)?;
    }
    Ok(store::note_imported(tx, manager, id, now)?)
}

/// A refusal that says which line it is about.
fn about(line: i32, error: AppError) -> AppError {
    match error {
        AppError::Refused(refusal) => {
            let why = format!("Line {line}: {} Nothing was imported.", refusal.sentence);
            AppError::invalid(vec![FieldError::new("file", why)])
        }
        other => other,
    }
}
