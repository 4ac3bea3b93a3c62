//! The page on which a council records who acts for its people.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::audit::{self, Deed, Entry, What, Why};
use crate::clock::{UtcTime, day};
use crate::error::{AppError, FieldError};
use crate::identity::Practitioner;
use crate::web::form::{Ask, Form};
use crate::web::page::{Errors, Page, html_with, see_other};
use crate::web::paging;

use super::pages::{Done, HelperForm, Press, fields, id, kind_choices, line, scope_choices};
use super::representative::{RepresentativeKind, Wanted};
use super::store;
use super::views::{CouncilHelpersPage, CouncilLine};
use super::{assign, end_as_council, record};

/// Lines on one page.
const PER_PAGE: u32 = 30;

/// What a council records.
pub(super) const KINDS: [RepresentativeKind; 5] = [
    RepresentativeKind::Attorney,
    RepresentativeKind::Deputy,
    RepresentativeKind::SuitablePerson,
    RepresentativeKind::CareManager,
    RepresentativeKind::Phone,
];

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/authority/representatives", get().to(get_representatives))
        .route("/authority/representatives", post().to(post_representative))
        .route("/authority/representatives/{representative_id}/end", post().to(post_end));
}

/// `GET /authority/representatives`
pub async fn get_representatives(
    practitioner: Practitioner,
    Ask(shown): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    page(&app, &request, practitioner, (HelperForm::default(), Vec::new()), &shown).await
}

async fn page(
    app: &App,
    request: &HttpRequest,
    practitioner: Practitioner,
    (form, wrong): (HelperForm, Vec<FieldError>),
    shown: &Done,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let number = paging::number(shown.page.as_deref());
    let notice = match shown.done.as_deref() {
        Some("recorded") => Some("That is recorded, and both are told."),
        Some("ended") => Some("That is over, and they are told."),
        _ => None,
    };
    let authority = practitioner.who().body().to_owned();
    let asked = practitioner.clone();
    let (rows, total) = app
        .db
        .read(move |conn| {
            let rows = store::recorded_by(conn, &asked, i64::from(number), i64::from(PER_PAGE))?;
            Ok::<_, AppError>((rows, store::count_recorded_by(conn, &asked)?))
        })
        .await?;
    audit::looks(&app.db, looks(&practitioner, &rows, now)).await?;
    let told = |(row, person, helper): (store::Row, String, Option<String>)| {
        let state = match (row.is_open(now), row.helper_id) {
            (false, _) => "ended",
            (true, None) => "asked",
            (true, Some(_)) => "now",
        };
        let name = helper.or_else(|| row.email.clone()).unwrap_or_default();
        let end_path = Some(format!("/authority/representatives/{}/end", row.id));
        CouncilLine { person, helper: line(&row, name, now, end_path), state: state.into() }
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html_with(
        status,
        &CouncilHelpersPage {
            page: Page::of(request, "Who acts for whom").with_notice(notice),
            authority,
            lines: rows.into_iter().map(told).collect(),
            pagination: paging::pagination(u64::try_from(total).unwrap_or(0), number, PER_PAGE, |number| {
                format!("/authority/representatives?page={number}")
            }),
            kinds: kind_choices(&KINDS, &form.kind),
            scopes: scope_choices(&form.scopes),
            person: form.person,
            email: form.email,
            evidence: form.evidence,
            until: form.until,
            today: day(now).to_string(),
            errors: Errors::from(wrong),
        },
    )
}

/// What a practitioner's look at these lines writes down about the people who are helped.
pub(super) fn looks(
    practitioner: &Practitioner,
    seen: &[(store::Row, String, Option<String>)],
    now: UtcTime,
) -> Vec<Entry> {
    let looked = (Deed::LookedAt, Why::ToHelp);
    let look = |(row, ..): &(store::Row, String, Option<String>)| {
        Entry::new(practitioner, looked, row.person_id, (What::Helpers, ""), now)
    };
    seen.iter().map(look).collect()
}

/// Records it: by a letter to the representative, or at once for somebody of the council.
pub(super) async fn recorded(
    app: &App,
    practitioner: Practitioner,
    person: String,
    wanted: Wanted,
) -> Result<crate::ids::RepresentativeId, AppError> {
    let (office, now) = (app.post.clone(), app.clock.now());
    let by_letter = RepresentativeKind::BY_LAW.contains(&wanted.kind);
    let write = move |tx: &mut crate::db::Conn| {
        let asked = (person.as_str(), &wanted);
        if by_letter {
            record(tx, &office, &practitioner, asked, now)
        } else {
            assign(tx, &office, &practitioner, asked, now)
        }
    };
    Ok(app.db.write(write).await?)
}

/// `POST /authority/representatives`
pub async fn post_representative(
    practitioner: Practitioner,
    Form(form): Form<HelperForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let today = day(app.clock.now());
    let done = match form.checked(&KINDS, today) {
        Ok(wanted) => recorded(&app, practitioner.clone(), form.person.clone(), wanted).await,
        Err(wrong) => Err(wrong),
    };
    match done {
        Ok(_) => Ok(see_other("/authority/representatives?done=recorded")),
        Err(error) => {
            let wrong = fields(error)?;
            page(&app, &request, practitioner, (form, wrong), &Done { done: None, page: None }).await
        }
    }
}

/// `POST /authority/representatives/{representative_id}/end`
pub async fn post_end(
    practitioner: Practitioner,
    path: Path<String>,
    Form(Press {}): Form<Press>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (id, now, office) = (id(&path)?, app.clock.now(), app.post.clone());
    app.db.write(move |tx| end_as_council(tx, &office, &practitioner, id, now)).await?;
    Ok(see_other("/authority/representatives?done=ended"))
}
