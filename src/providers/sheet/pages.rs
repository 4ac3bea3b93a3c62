//! The pages of sending many services at once.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::catalogue::{self, card};
use crate::clock::long_time;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::ProviderManager;
use crate::ids::UploadId;
use crate::places::settings::{self, Setting};
use crate::web::cell::harmless;
use crate::web::form::{Ask, Form};
use crate::web::page::{Errors, Page, Tile, html, html_with, see_other};
use crate::web::upload::FileForm;

use super::super::pages::{Done, fields_of};
use super::super::services::{Entry, Known, store as versions};
use super::super::views::desk_nav;
use super::columns::{cell, columns};
use super::read::MOST_ROWS;
use super::store::{self, Outcome, StagedRow, Upload};
use super::views::{ColumnRow, ReportRow, SheetPage, UploadPage, UploadRow};
use super::{import, stage};

const HERE: &str = "/provider/sheet";

/// Rows that the page of a report shows.
const SHOWN: usize = 200;

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/provider/sheet", get().to(get_sheet))
        .route("/provider/sheet", post().to(post_sheet))
        .route("/provider/sheet/template.csv", get().to(get_template))
        .route("/provider/sheet/services.csv", get().to(get_export))
        .route("/provider/sheet/{upload_id}", get().to(get_upload))
        .route("/provider/sheet/{upload_id}/report.csv", get().to(get_report))
        .route("/provider/sheet/{upload_id}/import", post().to(post_import));
}

/// `GET /provider/sheet`
pub async fn get_sheet(
    manager: ProviderManager,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    html(&sheet_page(&app, &request, manager, Errors::default()).await?)
}

async fn sheet_page(
    app: &App,
    request: &HttpRequest,
    manager: ProviderManager,
    errors: Errors,
) -> Result<SheetPage, AppError> {
    let nav = desk_nav(manager.member(), HERE);
    let uploads = app.db.read(move |conn| store::uploads(conn, &manager)).await.map_err(AppError::from)?;
    let column = |column: super::columns::Column| ColumnRow {
        name: column.name,
        about: column.about.into(),
        example: column.example.into(),
    };
    let upload = |upload: Upload| UploadRow {
        href: format!("{HERE}/{}", upload.id),
        name: if upload.file_name.is_empty() { "a file".into() } else { upload.file_name },
        when: long_time(upload.uploaded_at),
        state: card::tag(if upload.state == "staged" { "to be looked at" } else { "imported" }),
    };
    // The columns of the second price and those after it say the same as those of the first.
    let shown = |column: &super::columns::Column| {
        !["price_2", "price_3", "price_4"].iter().any(|nth| column.name.starts_with(nth))
    };
    Ok(SheetPage {
        page: Page::of(request, "Many services at once"),
        nav,
        columns: columns().into_iter().filter(shown).map(column).collect(),
        most_rows: MOST_ROWS,
        uploads: uploads.into_iter().map(upload).collect(),
        errors,
    })
}

/// `POST /provider/sheet`: stages a file and shows what it would do.
pub async fn post_sheet(
    manager: ProviderManager,
    file: Result<FileForm, AppError>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let staged = match file {
        Ok(file) => {
            let (who, taxonomy, now) = (manager.clone(), app.taxonomy.clone(), app.clock.now());
            app.db.write(move |tx| stage(tx, &who, &file.name, &file.bytes, &taxonomy, now)).await
        }
        Err(refused) => Err(refused),
    };
    match staged {
        Ok(upload) => Ok(see_other(&format!("{HERE}/{upload}"))),
        Err(refused) => {
            let errors = fields_of(refused)?.into();
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &sheet_page(&app, &request, manager, errors).await?)
        }
    }
}

/// `GET /provider/sheet/template.csv`: the names of the columns, and one example.
pub async fn get_template(_: ProviderManager) -> Result<HttpResponse, AppError> {
    let columns = columns();
    let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let example: Vec<String> = columns.iter().map(|column| column.example.to_owned()).collect();
    csv_file("waymark-template.csv", &[names, example])
}

/// `GET /provider/sheet/services.csv`: one's own services in the same form.
pub async fn get_export(manager: ProviderManager, app: Data<App>) -> Result<HttpResponse, AppError> {
    csv_file("my-services.csv", &export(&app, manager).await?)
}

/// The services of a provider that are in the catalogue, as rows of the file.
pub(super) async fn export(app: &App, manager: ProviderManager) -> Result<Vec<Vec<String>>, AppError> {
    let today = app.clock.now().date();
    let (entries, provider_type, authorities) = app
        .db
        .read(move |conn: &mut Conn| {
            let references = store::references(conn, manager.member())?;
            let mut entries: Vec<(String, Entry)> = Vec::new();
            for service in versions::listed(conn, manager.member())? {
                let Some(kept) = catalogue::rewrite::kept(conn, service.id, today)? else { continue };
                let named = references.iter().find(|(id, _)| *id == service.id);
                let reference = named.map_or_else(|| service.id.to_string(), |(_, reference)| reference.clone());
                entries.push((reference, Entry::of_catalogue(&kept, today)));
            }
            let provider = versions::provider(conn, manager.organization())?;
            Ok::<_, AppError>((entries, provider.provider_type, versions::authority_names(conn)?))
        })
        .await?;
    let known = Known { taxonomy: &app.taxonomy, authorities: &authorities, provider_type, today };
    let columns = columns();
    let mut rows = vec![columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>()];
    for (reference, entry) in &entries {
        let value = |column: &super::columns::Column| match column.part {
            None => harmless(reference),
            Some(_) => harmless(&cell(column, entry, &known)),
        };
        rows.push(columns.iter().map(value).collect());
    }
    Ok(rows)
}

/// Rows as a CSV file that spreadsheets open with the right letters.
pub(in crate::providers) fn csv_file(name: &str, rows: &[Vec<String>]) -> Result<HttpResponse, AppError> {
    let mut out = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    for row in rows {
        out.write_record(row).map_err(AppError::unexpected)?;
    }
    let body = out.into_inner().map_err(|cause| AppError::unexpected(cause.to_string()))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(body))
}

/// `GET /provider/sheet/{upload_id}`: what each row would do.
pub async fn get_upload(
    manager: ProviderManager,
    id: Path<String>,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let notice = match done.done.as_deref() {
        Some("imported") => Some("The file is imported."),
        _ => None,
    };
    let page = upload_page(&app, &request, manager, parse(&id)?, Errors::default()).await?;
    html(&UploadPage { page: page.page.with_notice(notice), ..page })
}

async fn upload_page(
    app: &App,
    request: &HttpRequest,
    manager: ProviderManager,
    id: UploadId,
    errors: Errors,
) -> Result<UploadPage, AppError> {
    let nav = desk_nav(manager.member(), HERE);
    let (upload, mut rows, approves) = app
        .db
        .read(move |conn| {
            let upload = store::upload(conn, &manager, id)?.ok_or(AppError::NotFound)?;
            let provider = versions::provider(conn, manager.organization())?;
            let approves = match provider.authority_id {
                Some(authority) => settings::setting(conn, authority, Setting::ApproveServices)? == 1,
                None => false,
            };
            Ok::<_, AppError>((upload, store::rows(conn, &manager, id)?, approves))
        })
        .await?;
    let count = |outcome| rows.iter().filter(|row| row.outcome == outcome).count();
    let (new, changed, unchanged, refused) =
        (count(Outcome::New), count(Outcome::Changed), count(Outcome::Unchanged), count(Outcome::Refused));
    let tile = |count: usize, label: &str| Tile { value: count.to_string(), label: label.into(), note: None };
    let more = rows.len().saturating_sub(SHOWN);
    rows.sort_by_key(|row| (row.outcome != Outcome::Refused, row.line)); // what needs a look comes first
    rows.truncate(SHOWN);
    Ok(UploadPage {
        page: Page::of(request, "What the file would do"),
        nav,
        id: id.to_string(),
        file_name: upload.file_name,
        tiles: vec![tile(new, "new"), tile(changed, "changed"), tile(unchanged, "as before"), tile(refused, "refused")],
        rows: rows.iter().map(report_row).collect::<Result<_, _>>()?,
        more,
        is_imported: upload.state == "imported",
        good: new + changed,
        refused,
        approves,
        errors,
    })
}

fn report_row(row: &StagedRow) -> Result<ReportRow, AppError> {
    Ok(ReportRow {
        line: row.line,
        reference: row.reference.clone(),
        name: row.name.clone(),
        outcome: card::tag(row.outcome.as_str()),
        problems: problems(row)?.into_iter().map(|error| format!("{}: {}", error.field, error.message)).collect(),
    })
}

pub(super) fn problems(row: &StagedRow) -> Result<Vec<FieldError>, AppError> {
    #[derive(Deserialize)]
    struct Kept {
        field: String,
        message: String,
    }
    let kept: Vec<Kept> = serde_json::from_str(&row.problems).map_err(AppError::unexpected)?;
    Ok(kept.into_iter().map(|kept| FieldError { field: kept.field, message: kept.message }).collect())
}

/// `GET /provider/sheet/{upload_id}/report.csv`: the same, for a spreadsheet.
pub async fn get_report(manager: ProviderManager, id: Path<String>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let id = parse(&id)?;
    let rows = app
        .db
        .read(move |conn| {
            store::upload(conn, &manager, id)?.ok_or(AppError::NotFound)?;
            Ok::<_, AppError>(store::rows(conn, &manager, id)?)
        })
        .await?;
    let mut all = vec![["line", "reference", "name", "outcome", "problems"].map(str::to_owned).to_vec()];
    for row in &rows {
        let shown = report_row(row)?;
        all.push(vec![
            shown.line.to_string(),
            harmless(&shown.reference),
            harmless(&shown.name),
            shown.outcome.label,
            harmless(&shown.problems.join(" ")),
        ]);
    }
    csv_file("report.csv", &all)
}

/// Whether only the good rows are wanted.
#[derive(Deserialize)]
pub struct ImportForm {
    #[serde(default)]
    only_good: String,
}

/// `POST /provider/sheet/{upload_id}/import`
pub async fn post_import(
    manager: ProviderManager,
    id: Path<String>,
    Form(form): Form<ImportForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = parse(&id)?;
    let (who, only_good, now) = (manager.clone(), form.only_good == "yes", app.clock.now());
    match app.db.write(move |tx| import(tx, &who, id, only_good, now)).await {
        Ok(()) => Ok(see_other(&format!("{HERE}/{id}?done=imported"))),
        Err(AppError::Refused(refusal)) => {
            let errors = vec![FieldError::new("", refusal.sentence)];
            html_with(refusal.status, &upload_page(&app, &request, manager, id, errors.into()).await?)
        }
        Err(other) => Err(other),
    }
}

pub(super) fn parse(id: &str) -> Result<UploadId, AppError> {
    id.parse().map_err(|_not_an_id| AppError::NotFound)
}
