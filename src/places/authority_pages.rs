//! The pages of an authority administrator: what their authority has set, and changing it.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::clock::{long_date, long_time};
use crate::error::{AppError, FieldError};
use crate::identity::{AuthorityAdministrator, AuthorityReader};
use crate::web::form::{Ask, Form};
use crate::web::page::{Errors, Link, Page, html, html_with, see_other};

use super::settings::{self, Change, Measure, Setting};
use super::store::{self, Contact};
use super::views::{AuthorityPage, ChangeShown, ContactPage, SettingPage, SettingShown};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/authority", get().to(get_authority))
        .route("/authority/settings/{setting}", get().to(get_setting))
        .route("/authority/settings/{setting}", post().to(post_setting))
        .route("/authority/contact", get().to(get_contact))
        .route("/authority/contact", post().to(post_contact));
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
    (
        "How budgets are worked out",
        "/authority/questionnaires",
        "The questions of the self-assessment, what answers are worth, and trying a new version out.",
    ),
    (
        "What budgets may be used for",
        "/authority/rules",
        "The public rules: set and end them, each with its ground and its day.",
    ),
    (
        "Challenges to our rules",
        "/authority/challenges",
        "People whom a rule stopped: each gets an answer with a reason, by a day.",
    ),
    (
        "Feeds",
        "/authority/feeds",
        "Services of other directories, taken in and kept up to date by the national standard.",
    ),
    (
        "Whom to ring about somebody\u{2019}s safety",
        "/authority/contact",
        "The numbers that people see when they report a concern.",
    ),
];

/// What an auditor reads besides.
const AUDITED: &[(&str, &str, &str)] = &[
    (
        "Money",
        "/finance",
        "Invoices that wait, budgets, payment runs, returns, and how direct payments are looked after.",
    ),
    ("Moderation", "/moderation", "Reviews, reports, papers of providers, and changes of what they offer."),
    ("Demand", "/demand", "What people buy, want and cannot find."),
];

/// `GET /authority`, for administrators and auditors: what holds for the authority, in plain words.
pub async fn get_authority(
    reader: AuthorityReader,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let may_change = AuthorityAdministrator::find(reader.who()).is_some();
    let (authority, values, changes) = app
        .db
        .read(move |conn| {
            let id = reader.authority();
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
        Some("contact") => Some("The numbers are changed. People see them from now on."),
        _ => None,
    };
    html(&AuthorityPage {
        page: Page::of(&request, authority.clone()).with_notice(notice),
        authority,
        may_change,
        ways: WAYS
            .iter()
            .chain(AUDITED.iter().filter(|_| !may_change))
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
            Measure::Days | Measure::Weeks | Measure::WorkingDays => {
                format!("A whole number of days, from {least} to {most}. The default is {usual}.")
            }
            Measure::Months => format!("A whole number of months, from {least} to {most}. The default is {usual}."),
            Measure::Percent => format!("A whole number of percent, from {least} to {most}. The default is {usual}."),
            Measure::Pence => format!("A whole number of pence, from {least} to {most}. The default is {usual}."),
        },
        action: format!("/authority/settings/{}", which.slug()),
        yes_or_no: which.measure() == Measure::YesOrNo,
        value,
        errors: Errors::from(errors),
    }
}

/// The form that changes whom to ring, as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ContactForm {
    adult_care: String,
    out_of_hours: String,
    children: String,
    website: String,
}

/// Checks whom to ring.
pub(super) fn checked_contact(contact: &Contact) -> Result<Contact, AppError> {
    let mut wrong = Vec::new();
    let phone = |text: &str| {
        let text = text.trim();
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let plain = text.chars().all(|letter| letter.is_ascii_digit() || " +()-".contains(letter));
        (text.is_empty() || (plain && (3..=15).contains(&digits))).then(|| text.to_owned())
    };
    let mut number = |field: &str, text: &str| {
        phone(text).unwrap_or_else(|| {
            wrong.push(FieldError::new(field, "Enter a telephone number such as 0161 496 0000, or leave it empty."));
            String::new()
        })
    };
    let adult_care = number("adult_care", &contact.adult_care);
    let out_of_hours = number("out_of_hours", &contact.out_of_hours);
    let children = number("children", &contact.children);
    let website = contact.website.trim().to_owned();
    let is_site = url::Url::parse(&website).is_ok_and(|url| url.scheme() == "https" && url.host().is_some());
    if !website.is_empty() && (!is_site || website.len() > 500) {
        wrong.push(FieldError::new("website", "Enter an address that begins with https://, or leave it empty."));
    }
    if wrong.is_empty() {
        Ok(Contact { adult_care, out_of_hours, children, website })
    } else {
        Err(AppError::invalid(wrong))
    }
}

/// `GET /authority/contact`
pub async fn get_contact(
    administrator: AuthorityAdministrator,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (authority, contact) = app
        .db
        .read(move |conn| {
            let authority = store::authority_name(conn, administrator.authority())?;
            Ok::<_, AppError>((authority, store::contact(conn, administrator.authority())?.unwrap_or_default()))
        })
        .await?;
    html(&contact_page(&request, authority, contact, Vec::new()))
}

fn contact_page(request: &HttpRequest, authority: String, contact: Contact, errors: Vec<FieldError>) -> ContactPage {
    ContactPage {
        page: Page::of(request, "Whom to ring"),
        authority,
        adult_care: contact.adult_care,
        out_of_hours: contact.out_of_hours,
        children: contact.children,
        website: contact.website,
        errors: Errors::from(errors),
    }
}

/// `POST /authority/contact`
pub async fn post_contact(
    administrator: AuthorityAdministrator,
    Form(form): Form<ContactForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let ContactForm { adult_care, out_of_hours, children, website } = form;
    let typed = Contact { adult_care, out_of_hours, children, website };
    let now = app.clock.now();
    match checked_contact(&typed) {
        Ok(contact) => {
            app.db.write(move |tx| store::save_contact(tx, &administrator, &contact, now)).await?;
            Ok(see_other("/authority?done=contact"))
        }
        Err(AppError::Refused(refusal)) => {
            let authority = app.db.read(move |conn| store::authority_name(conn, administrator.authority())).await?;
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &contact_page(&request, authority, typed, refusal.fields))
        }
        Err(other) => Err(other),
    }
}
