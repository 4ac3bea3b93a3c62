//! The pages of an authority administrator: what their authority has set, and changing it.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::clock::{long_date, long_time};
use crate::error::{AppError, FieldError};
use crate::identity::AuthorityAdministrator;
use crate::web::form::{Ask, Form};
use crate::web::page::{Errors, Link, Page, html, html_with, see_other};

use super::settings::{self, Change, Measure, Setting};
use super::store;
use super::views::{AuthorityPage, ChangeShown, SettingPage, SettingShown};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/authority", get().to(get_authority))
        .route("/authority/settings/{setting}", get().to(get_setting))
        .route("/authority/settings/{setting}", post().to(post_setting));
}

/// What was just done.
#[derive(Deserialize)]
pub struct Done {
    done: Option<String>,
}

/// The other pages of an administrator, each with a sentence about it.
const WAYS: &[(&str, &str, &str)] = &[
    ("People and roles", "/authority/people", "Who works here, as what, and since when: invite, give and end roles."),
    (
        "Who acts for whom",
        "/authority/representatives",
        "Attorneys, deputies, suitable persons, care managers and helpers on the phone.",
    ),
];

/// `GET /authority`: what holds for the authority, in plain words.
pub async fn get_authority(
    administrator: AuthorityAdministrator,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (authority, values, changes) = app
        .db
        .read(move |conn| {
            let id = administrator.authority();
            let authority = store::authority_name(conn, id)?;
            let mut values = Vec::new();
            for which in Setting::ALL {
                values.push((*which, settings::setting(conn, id, *which)?));
            }
            Ok::<_, AppError>((authority, values, settings::changes(conn, id)?))
        })
        .await?;
    let notice = match done.done.as_deref() {
        Some("set") => Some("That is changed. It holds from now on."),
        _ => None,
    };
    html(&AuthorityPage {
        page: Page::of(&request, authority.clone()).with_notice(notice),
        authority,
        ways: WAYS
            .iter()
            .map(|(label, href, about)| (Link { label: (*label).into(), href: (*href).into() }, (*about).to_owned()))
            .collect(),
        settings: values.into_iter().map(|(which, value)| setting_shown(which, value, &changes)).collect(),
        changes: changes.iter().take(20).filter_map(change_shown).collect(),
    })
}

fn setting_shown(which: Setting, value: i64, changes: &[Change]) -> SettingShown {
    let usual = which.shown(which.default_value());
    let last = changes.iter().find(|change| change.setting == which.as_str());
    SettingShown {
        label: which.label().into(),
        about: which.about().into(),
        value: which.shown(value),
        since: match last {
            None if value == which.default_value() => "This is the default.".into(),
            None => format!("The default is {usual}."),
            Some(change) => {
                format!("Changed by {} on {}. The default is {usual}.", change.by, long_date(change.at.date()))
            }
        },
        change_href: format!("/authority/settings/{}", which.slug()),
    }
}

/// None for a change of something that can no longer be set.
fn change_shown(change: &Change) -> Option<ChangeShown> {
    let which: Setting = change.setting.parse().ok()?;
    Some(ChangeShown {
        when: long_time(change.at),
        who: change.by.clone(),
        what: format!("{}: from {} to {}", which.label(), which.shown(change.before), which.shown(change.after)),
    })
}

/// `GET /authority/settings/{setting}`: one question.
pub async fn get_setting(
    administrator: AuthorityAdministrator,
    slug: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let which = Setting::by_slug(&slug).ok_or(AppError::NotFound)?;
    let value = app.db.read(move |conn| settings::setting(conn, administrator.authority(), which)).await;
    html(&setting_page(&request, which, value.map_err(AppError::from)?.to_string(), Vec::new()))
}

/// The form that changes a setting, as it was sent.
#[derive(Clone, Default, Deserialize)]
pub struct SettingForm {
    #[serde(default)]
    value: String,
}

/// `POST /authority/settings/{setting}`
pub async fn post_setting(
    administrator: AuthorityAdministrator,
    slug: Path<String>,
    Form(form): Form<SettingForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let which = Setting::by_slug(&slug).ok_or(AppError::NotFound)?;
    let now = app.clock.now();
    // What is no number is outside every range.
    let value = form.value.trim().parse().unwrap_or(i64::MIN);
    match app.db.write(move |tx| settings::set(tx, &administrator, which, value, now)).await {
        Ok(()) => Ok(see_other("/authority?done=set")),
        Err(error) => match AppError::from(error) {
            AppError::Refused(refusal) => {
                let page = setting_page(&request, which, form.value, refusal.fields);
                html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
            }
            other => Err(other),
        },
    }
}

fn setting_page(request: &HttpRequest, which: Setting, value: String, errors: Vec<FieldError>) -> SettingPage {
    let (least, most) = which.range();
    let usual = which.shown(which.default_value());
    SettingPage {
        page: Page::of(request, which.label()),
        label: which.label().into(),
        about: which.about().into(),
        hint: match which.measure() {
            Measure::YesOrNo => format!("The default is {usual}."),
            Measure::Days | Measure::WorkingDays => {
                format!("A whole number of days, from {least} to {most}. The default is {usual}.")
            }
        },
        action: format!("/authority/settings/{}", which.slug()),
        yes_or_no: which.measure() == Measure::YesOrNo,
        value,
        errors: Errors::from(errors),
    }
}
