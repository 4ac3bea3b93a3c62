//! Where somebody is, and what an authority has set, over `/api/v1`.

use actix_web::web::{Data, Json as JsonAnswer, Path, ServiceConfig, get, put};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::clock::UtcTime;
use crate::error::{AppError, FieldError};
use crate::identity::{Anyone, AuthorityAdministrator, AuthorityReader};
use crate::web::form::{Ask, Json};

use super::Gazetteer;
use super::authority_pages::checked_contact;
use super::settings::{self, Change, Setting};
use super::store::{self, Contact};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/places/nearest", get().to(get_nearest))
        .route("/authority/settings", get().to(get_settings))
        .route("/authority/settings/{setting}", put().to(put_setting))
        .route("/authority/contact", get().to(get_contact))
        .route("/authority/contact", put().to(put_contact));
}

/// A point on the map, in degrees; two digits after the point are exact enough.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PointAsked {
    /// Degrees north.
    #[param(example = 53.42)]
    latitude: f64,
    /// Degrees east.
    #[param(example = -2.32)]
    longitude: f64,
}

/// What to search near.
#[derive(Serialize, ToSchema)]
pub struct NearestDocument {
    /// The first part of a postcode and a digit: "M33 7".
    pub near: String,
}

/// The neighbourhood that a point lies in, for "where I am": by choice only, and kept nowhere.
#[utoipa::path(get, path = "/api/v1/places/nearest", tag = "search", params(PointAsked),
    responses((status = 200, body = NearestDocument), (status = 422, body = crate::web::render::Problem)))]
pub async fn get_nearest(_: Anyone, Ask(at): Ask<PointAsked>) -> Result<JsonAnswer<NearestDocument>, AppError> {
    let on_earth = (-90.0..=90.0).contains(&at.latitude) && (-180.0..=180.0).contains(&at.longitude);
    let near = on_earth.then(|| Gazetteer::shared().nearest_sector((at.latitude, at.longitude))).flatten();
    let wrong = || {
        let message = "We know places in Great Britain only. Type a postcode or a town instead.";
        AppError::invalid(vec![FieldError::new("latitude", message)])
    };
    Ok(JsonAnswer(NearestDocument { near: near.ok_or_else(wrong)?.to_owned() }))
}

/// One thing that an authority may set.
#[derive(Serialize, ToSchema)]
pub struct SettingDocument {
    /// Its name in the address: words with dashes.
    pub setting: String,
    /// What it does, in plain words.
    pub about: String,
    /// What holds now: days, or 1 for yes and 0 for no.
    pub value: i64,
    /// What holds until somebody changes it.
    pub default_value: i64,
    /// The smallest that can be set.
    pub least: i64,
    /// The largest that can be set.
    pub most: i64,
    /// When it was changed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_change: Option<ChangeDocument>,
}

/// One change.
#[derive(Serialize, ToSchema)]
#[schema(as = SettingChange)]
pub struct ChangeDocument {
    /// By whom.
    pub changed_by: String,
    /// When.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: UtcTime,
    /// What held before.
    pub before: i64,
}

/// Everything that an authority may set.
#[derive(Serialize, ToSchema)]
pub struct SettingsDocument {
    /// In the order of the page.
    pub settings: Vec<SettingDocument>,
}

fn document(which: Setting, value: i64, changes: &[Change]) -> SettingDocument {
    let (least, most) = which.range();
    let last = changes.iter().find(|change| change.setting == which.as_str());
    SettingDocument {
        setting: which.slug(),
        about: which.about().into(),
        value,
        default_value: which.default_value(),
        least,
        most,
        last_change: last.map(|change| ChangeDocument {
            changed_by: change.by.clone(),
            changed_at: change.at,
            before: change.before,
        }),
    }
}

/// What holds for one's own authority: for administrators and auditors.
#[utoipa::path(get, path = "/api/v1/authority/settings", tag = "authority", security(("bearer" = [])),
    responses((status = 200, body = SettingsDocument), (status = 404, body = crate::web::render::Problem)))]
pub async fn get_settings(reader: AuthorityReader, app: Data<App>) -> Result<JsonAnswer<SettingsDocument>, AppError> {
    let read = app.db.read(move |conn| {
        let changes = settings::changes(conn, reader.authority())?;
        let mut all = Vec::new();
        for which in Setting::ALL {
            let value = settings::setting(conn, reader.authority(), *which)?;
            all.push(document(*which, value, &changes));
        }
        Ok::<_, AppError>(all)
    });
    Ok(JsonAnswer(SettingsDocument { settings: read.await? }))
}

/// A value on its way in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSetting {
    /// Days, or 1 for yes and 0 for no.
    pub value: i64,
}

/// Changes one thing for the administrator's authority.
#[utoipa::path(put, path = "/api/v1/authority/settings/{setting}", tag = "authority", security(("bearer" = [])),
    params(("setting" = String, Path)), request_body = NewSetting,
    responses((status = 200, body = SettingDocument), (status = 422, body = crate::web::render::Problem)))]
pub async fn put_setting(
    administrator: AuthorityAdministrator,
    slug: Path<String>,
    Json(new): Json<NewSetting>,
    app: Data<App>,
) -> Result<JsonAnswer<SettingDocument>, AppError> {
    let which = Setting::by_slug(&slug).ok_or(AppError::NotFound)?;
    let now = app.clock.now();
    let changed = app.db.write(move |tx| {
        settings::set(tx, &administrator, which, new.value, now)?;
        let changes = settings::changes(tx, administrator.authority())?;
        Ok::<_, settings::SettingError>(document(which, new.value, &changes))
    });
    Ok(JsonAnswer(changed.await?))
}

/// Whom to ring about somebody's safety; what is not known is empty.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = SafetyContact)]
#[serde(deny_unknown_fields, default)]
pub struct ContactDocument {
    /// Adult social care, in office hours.
    pub adult_care: String,
    /// Nights and weekends.
    pub out_of_hours: String,
    /// About a child.
    pub children: String,
    /// The page that tells more.
    pub website: String,
}

impl From<Contact> for ContactDocument {
    fn from(contact: Contact) -> Self {
        let Contact { adult_care, out_of_hours, children, website } = contact;
        Self { adult_care, out_of_hours, children, website }
    }
}

impl Default for ContactDocument {
    fn default() -> Self {
        Contact::default().into()
    }
}

/// Whom people are told to ring when they report a concern.
#[utoipa::path(get, path = "/api/v1/authority/contact", tag = "authority", security(("bearer" = [])),
    responses((status = 200, body = ContactDocument), (status = 404, body = crate::web::render::Problem)))]
pub async fn get_contact(
    administrator: AuthorityAdministrator,
    app: Data<App>,
) -> Result<JsonAnswer<ContactDocument>, AppError> {
    let read = app.db.read(move |conn| store::contact(conn, administrator.authority())).await;
    Ok(JsonAnswer(read.map_err(AppError::from)?.unwrap_or_default().into()))
}

/// Changes whom people are told to ring.
#[utoipa::path(put, path = "/api/v1/authority/contact", tag = "authority", security(("bearer" = [])),
    request_body = ContactDocument,
    responses((status = 200, body = ContactDocument), (status = 422, body = crate::web::render::Problem)))]
pub async fn put_contact(
    administrator: AuthorityAdministrator,
    Json(new): Json<ContactDocument>,
    app: Data<App>,
) -> Result<JsonAnswer<ContactDocument>, AppError> {
    let ContactDocument { adult_care, out_of_hours, children, website } = new;
    let contact = checked_contact(&Contact { adult_care, out_of_hours, children, website })?;
    let (saved, now) = (contact.clone(), app.clock.now());
    app.db.write(move |tx| store::save_contact(tx, &administrator, &saved, now)).await?;
    Ok(JsonAnswer(contact.into()))
}
