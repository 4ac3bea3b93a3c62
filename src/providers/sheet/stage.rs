//! The verb: looks at a file row by row, and keeps what each row would do. Nothing is imported.

use std::collections::BTreeSet;

use crate::catalogue::{self, taxonomy::Taxonomy};
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::ProviderManager;
use crate::ids::{ServiceId, UploadId};

use super::super::services::draft::WriteError;
use super::super::services::publish::registration;
use super::super::services::store::{self as versions, Provider};
use super::super::services::version::document;
use super::super::services::{Entry, Known, Part, VersionState};
use super::columns::{fields, says_the_same};
use super::read::{Row, rows};
use super::store::{self, Outcome, StagedRow, Upload};

/// Stages a file.
#[tracing::instrument(skip_all, fields(organization.id = %manager.organization()))]
pub fn stage(
    tx: &mut Conn,
    manager: &ProviderManager,
    file_name: &str,
    bytes: &[u8],
    taxonomy: &Taxonomy,
    now: UtcTime,
) -> Result<UploadId, AppError> {
    let read = rows(bytes)?;
    let provider = versions::provider(tx, manager.organization())?;
    let authorities = versions::authority_names(tx)?;
    let known = Known { taxonomy, authorities: &authorities, provider_type: provider.provider_type, today: now.date() };
    let upload = Upload {
        id: UploadId::new(),
        organization_id: provider.id,
        uploaded_by: manager.who().person(),
        uploaded_at: now,
        file_name: file_name.to_owned(),
        state: "staged".into(),
        imported_at: None,
    };
    let mut staged = Vec::new();
    let mut seen = BTreeSet::new();
    for row in &read {
        staged.push(looked_at(tx, &provider, upload.id, row, &mut seen, &known)?);
    }
    store::insert(tx, &upload, &staged)?;
    Ok(upload.id)
}

fn looked_at(
    tx: &mut Conn,
    provider: &Provider,
    upload: UploadId,
    row: &Row,
    seen: &mut BTreeSet<String>,
    known: &Known<'_>,
) -> Result<StagedRow, AppError> {
    let reference: String = row.cell("reference").trim().chars().take(100).collect();
    let mut problems = row.problems.clone();
    if reference.is_empty() {
        problems.push(FieldError::new("reference", "Give each service a reference of your own."));
    } else if !seen.insert(reference.clone()) {
        problems.push(FieldError::new("reference", "The same reference is there twice in this file."));
    }
    let service = store::service_of(tx, provider.id, &reference)?;
    let before = match service {
        Some(id) => catalogue::rewrite::kept(tx, id, known.today)?.map(|kept| Entry::of_catalogue(&kept, known.today)),
        None => None,
    };
    if let Some(id) = service
        && let Some(open) = versions::open_version(tx, provider.id, id)?
    {
        let why = match open.state {
            VersionState::Waiting => "An earlier change of this service is still with the council.",
            _ => "Somebody is writing on this service. Publish that draft or throw it away first.",
        };
        problems.push(FieldError::new("reference", why));
    }
    let mut entry = before.clone().unwrap_or_default();
    for part in Part::ALL {
        apply(*part, row, before.as_ref(), &mut entry, known, &mut problems);
    }
    if problems.is_empty() {
        problems.extend(
            entry.missing(known.provider_type).into_iter().map(|(part, why)| FieldError::new(part.as_str(), why)),
        );
        let wanted = service.unwrap_or_else(ServiceId::new);
        match registration(tx, provider, wanted, &entry, known.today) {
            Ok(_) => {}
            Err(WriteError::RegistrationNotChecked) => {
                problems.push(FieldError::new("registration_number", "This registration has not been checked yet."));
            }
            Err(other) => return Err(other.into()),
        }
    }
    let outcome = match (&before, problems.is_empty()) {
        (_, false) => Outcome::Refused,
        (None, true) => Outcome::New,
        (Some(before), true) if *before == entry => Outcome::Unchanged,
        (Some(_), true) => Outcome::Changed,
    };
    let name = if entry.name.is_empty() { row.cell("name").chars().take(120).collect() } else { entry.name.clone() };
    Ok(StagedRow {
        upload_id: upload,
        line: row.line,
        reference,
        name,
        outcome,
        service_id: service,
        document: if outcome == Outcome::Refused { String::new() } else { document(&entry)? },
        problems: serde_json::to_string(&problems).map_err(AppError::unexpected)?,
    })
}

/// Reads one part of a row into the entry; a part that says what is public already is left as it is.
fn apply(
    part: Part,
    row: &Row,
    before: Option<&Entry>,
    entry: &mut Entry,
    known: &Known<'_>,
    problems: &mut Vec<FieldError>,
) {
    if before.is_some_and(|before| says_the_same(part, &row.cells, before, known)) {
        return;
    }
    let Some(fields) = fields(part, &row.cells, entry, known) else { return };
    if let Err(wrong) = part.read(&fields, known, entry) {
        problems.extend(wrong);
        return;
    }
    // A price keeps its place in the books by its name.
    if let (Part::Prices, Some(before)) = (part, before) {
        for price in &mut entry.prices {
            price.id = before.prices.iter().find(|old| old.label == price.label).and_then(|old| old.id);
        }
    }
}
