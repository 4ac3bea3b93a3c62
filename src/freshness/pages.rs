//! The pages: what the link in a letter opens, and lists of entries by the age of their last check.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{NaiveDate, TimeDelta};
use serde::Deserialize;

use crate::app::App;
use crate::catalogue::upkeep::{self, Entry};
use crate::catalogue::views::Upkeep;
use crate::catalogue::{self, Origin, Service, WholeService};
use crate::clock::{day, long_date};
use crate::corrections;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::{Anyone, Moderator, ProviderMember};
use crate::ids::ServiceId;
use crate::places::settings::{self, Setting};
use crate::web::form::{Ask, Form};
use crate::web::page::{Choice, Errors, Page, Row, html, see_other};
use crate::web::paging;
use crate::web::visit::html_for_anyone;

use super::answer::{self, AnswerError, Letter, Which};
use super::ask::{AllLimits, asked_since};
use super::schedule::Asked;
use super::store::{self, Answer, How};
use super::views::{ChangedPage, ClosedPage, EntriesPage, EntryAsked, EntryRow, StillRightPage};

/// Entries on one page of the moderator's list.
const PER_PAGE: u32 = 30;

/// Entries on a provider's page.
const MOST: i64 = 200;

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/still-right/{token}", get().to(get_still_right))
        .route("/still-right/{token}", post().to(post_still_right))
        .route("/still-right/{token}/services/{service_id}/changed", get().to(get_changed))
        .route("/still-right/{token}/services/{service_id}/changed", post().to(post_changed))
        .route("/still-right/{token}/services/{service_id}/closed", get().to(get_closed))
        .route("/still-right/{token}/services/{service_id}/closed", post().to(post_closed))
        .route("/provider/freshness", get().to(get_provider_entries))
        .route("/provider/freshness", post().to(post_provider_check))
        .route("/moderation/freshness", get().to(get_moderator_entries))
        .route("/moderation/freshness", post().to(post_moderator_check));
}

/// What was just done.
#[derive(Deserialize)]
pub struct Done {
    done: Option<String>,
    page: Option<String>,
    how: Option<String>,
}

/// `GET /still-right/{token}`: what people read now, and the question. Changes nothing.
pub async fn get_still_right(
    _: Anyone,
    token: Path<String>,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let opened = token.clone();
    let (letter, provider, wholes) = app
        .db
        .read(move |conn| {
            let letter = answer::open(conn, &opened, now)?;
            let provider = catalogue::store::provider_name(conn, letter.organization)?;
            let ids: Vec<ServiceId> = letter.questions.iter().map(|(entry, _)| entry.id).collect();
            let wholes = catalogue::store::whole_services(conn, &ids, day(now))?;
            Ok::<_, AppError>((letter, provider, wholes))
        })
        .await?;
    let notice = match done.done.as_deref() {
        Some("right") => Some("Thank you. Everybody can see that it was checked today."),
        Some("changed") => Some("Thank you. The moderator reads what you wrote and puts it right, or asks you."),
        Some("closed") => Some("Thank you. It is no longer shown."),
        _ => None,
    };
    let waiting = letter.waiting().count();
    html_for_anyone(&request, "Is this still right?", StatusCode::OK, |page| StillRightPage {
        page: page.with_notice(notice),
        provider,
        action: format!("/still-right/{token}"),
        ends: long_date(letter.ends_on),
        entries: entries_asked(&letter, &wholes, &token),
        all_label: (waiting > 1).then(|| format!("Yes, all {waiting} are still right")),
        all_done: waiting == 0,
    })
}

fn entries_asked(letter: &Letter, wholes: &[WholeService], token: &str) -> Vec<EntryAsked> {
    let asked = |(entry, answered): &(Entry, Option<(Answer, crate::clock::UtcTime)>)| {
        let whole = wholes.iter().find(|whole| whole.service.id == entry.id);
        let path = format!("/still-right/{token}/services/{}", entry.id);
        EntryAsked {
            id: entry.id.to_string(),
            name: entry.name.clone(),
            kind: entry.kind.to_string(),
            kind_slug: entry.kind.slug(),
            href: format!("/services/{}", entry.id),
            last_checked: long_date(entry.assured_on),
            description: whole.map(|whole| paragraphs(&whole.service.description)).unwrap_or_default(),
            facts: whole.map(facts).unwrap_or_default(),
            answered: answered.map(|(answer, at)| format!("Answered on {}: {answer}.", long_date(day(at)))),
            shown: whole.is_some(),
            changed_href: format!("{path}/changed"),
            closed_href: format!("{path}/closed"),
        }
    };
    letter.questions.iter().map(asked).collect()
}

fn paragraphs(text: &str) -> Vec<String> {
    text.split("\n\n").filter(|part| !part.trim().is_empty()).map(str::to_owned).collect()
}

/// What people read of an entry, as label and value.
fn facts(whole: &WholeService) -> Vec<Row> {
    let service = &whole.service;
    let card = catalogue::card::card(whole, None, None);
    let price = |option: &catalogue::CostOption| {
        let each = option.unit.each();
        let gap = if each.is_empty() { "" } else { " " };
        Row { label: "Price".into(), value: format!("{}: {}{gap}{each}", option.label, option.amount_pence) }
    };
    let mut rows: Vec<Row> = whole.options.iter().map(price).collect();
    let mut tell = |label: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            rows.push(Row { label: label.into(), value });
        }
    };
    tell("Where", Some(card.place));
    tell("Address", whole.locations.first().and_then(|at| at.address.clone()));
    tell("When", Some(service.opening_hours.replace('\n', "; ")));
    tell("Telephone", service.phone.clone());
    tell("E-mail", service.email.clone());
    tell("Website", service.url.clone());
    tell("Places", card.places);
    rows
}

/// The form that confirms: one entry by its id, or all.
#[derive(Deserialize)]
pub struct ConfirmForm {
    #[serde(default)]
    service: String,
}

/// `POST /still-right/{token}`: yes, still right.
pub async fn post_still_right(
    _: Anyone,
    token: Path<String>,
    Form(form): Form<ConfirmForm>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let which = match form.service.as_str() {
        "all" => Which::All,
        id => Which::One(id.parse().map_err(|_not_an_id| AppError::NotFound)?),
    };
    let (now, used) = (app.clock.now(), token.clone());
    app.db.write(move |tx| answer::confirm(tx, &used, which, now)).await?;
    Ok(see_other(&format!("/still-right/{token}?done=right")))
}

/// The entry of a link that waits for an answer.
async fn asked_entry(app: &App, token: &str, service: &str) -> Result<Entry, AppError> {
    let service: ServiceId = service.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (token, now) = (token.to_owned(), app.clock.now());
    let read = app.db.read(move |conn| {
        let letter = answer::open(conn, &token, now)?;
        letter.question(service).cloned()
    });
    Ok(read.await?)
}

/// `GET /still-right/{token}/services/{service_id}/changed`
pub async fn get_changed(
    _: Anyone,
    path: Path<(String, String)>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (token, service) = path.into_inner();
    let entry = asked_entry(&app, &token, &service).await?;
    changed_page(&request, StatusCode::OK, &token, &entry, String::new(), Vec::new())
}

fn changed_page(
    request: &HttpRequest,
    status: StatusCode,
    token: &str,
    entry: &Entry,
    words: String,
    errors: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let edit = format!("/provider/services/{}", entry.id);
    let next = percent_encoding::utf8_percent_encode(&edit, percent_encoding::NON_ALPHANUMERIC);
    html_for_anyone(request, "What has changed?", status, |page| ChangedPage {
        page,
        name: entry.name.clone(),
        action: format!("/still-right/{token}/services/{}/changed", entry.id),
        back_href: format!("/still-right/{token}"),
        sign_in_href: format!("/sign-in?next={next}"),
        words,
        errors: Errors::from(errors),
    })
}

/// The form that says what has changed.
#[derive(Deserialize)]
pub struct ChangedForm {
    #[serde(default)]
    words: String,
}

/// `POST /still-right/{token}/services/{service_id}/changed`
pub async fn post_changed(
    _: Anyone,
    path: Path<(String, String)>,
    Form(form): Form<ChangedForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (token, service) = path.into_inner();
    let entry = asked_entry(&app, &token, &service).await?;
    let (now, used, id, words) = (app.clock.now(), token.clone(), entry.id, form.words.clone());
    match app.db.write(move |tx| answer::changed(tx, &used, id, &words, now)).await {
        Ok(()) => Ok(see_other(&format!("/still-right/{token}?done=changed"))),
        Err(AnswerError::NoWords) => {
            let errors = vec![FieldError::new("words", "Say what has changed, in up to 2,000 letters.")];
            changed_page(&request, StatusCode::UNPROCESSABLE_ENTITY, &token, &entry, form.words, errors)
        }
        Err(other) => Err(other.into()),
    }
}

/// `GET /still-right/{token}/services/{service_id}/closed`: for a while or for good; then asks once more.
pub async fn get_closed(
    _: Anyone,
    path: Path<(String, String)>,
    Ask(asked): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (token, service) = path.into_inner();
    let entry = asked_entry(&app, &token, &service).await?;
    let sure = match asked.how.as_deref() {
        Some("while") => Some(Choice { value: "while".into(), label: "for a while".into(), ..Choice::default() }),
        Some("good") => Some(Choice { value: "good".into(), label: "for good".into(), ..Choice::default() }),
        _ => None,
    };
    html_for_anyone(&request, "Have you closed?", StatusCode::OK, |page| ClosedPage {
        page,
        name: entry.name.clone(),
        action: format!("/still-right/{token}/services/{}/closed", entry.id),
        back_href: format!("/still-right/{token}"),
        sure,
        errors: Errors::default(),
    })
}

/// The second press.
#[derive(Deserialize)]
pub struct ClosedForm {
    #[serde(default)]
    how: String,
}

/// `POST /still-right/{token}/services/{service_id}/closed`
pub async fn post_closed(
    _: Anyone,
    path: Path<(String, String)>,
    Form(form): Form<ClosedForm>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (token, service) = path.into_inner();
    let service: ServiceId = service.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let for_good = match form.how.as_str() {
        "while" => false,
        "good" => true,
        _ => return Err(AppError::invalid(vec![FieldError::new("how", "Choose for a while or for good.")])),
    };
    let (now, used) = (app.clock.now(), token.clone());
    app.db.write(move |tx| answer::close(tx, &used, service, for_good, now)).await?;
    Ok(see_other(&format!("/still-right/{token}?done=closed")))
}

/// How true an entry is kept: what the foot of its page says.
pub fn upkeep(conn: &mut Conn, service: &Service, today: NaiveDate) -> diesel::QueryResult<Upkeep> {
    let checked = store::last_check(conn, service.id)?.filter(|(on, _)| *on == service.assured_on);
    let doubts = corrections::store::overdue_about(conn, service.id, today)?;
    Ok(Upkeep {
        doubt: match doubts {
            0 => None,
            1 => Some("Somebody says that this may be out of date.".into()),
            more => Some(format!("{more} people say that this may be out of date.")),
        },
        checked_how: checked.map(|(_, how)| match how {
            How::Link | How::Member => "by its provider".to_owned(),
            How::Moderator => "by the council".to_owned(),
            How::Report => "after somebody asked".to_owned(),
        }),
        wrong_href: format!("/services/{}/wrong", service.id),
        concern_href: format!("/concern?service={}", service.id),
    })
}

/// `GET /provider/freshness`: the provider's entries, those that nobody has checked for longest first.
pub async fn get_provider_entries(
    member: ProviderMember,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let today = day(app.clock.now());
    let entries = app
        .db
        .read(move |conn| {
            let entries = upkeep::entries_of(conn, member.organization(), MOST)?;
            let asked = store::asked(conn, member.organization())?;
            let mut limits = AllLimits::default();
            let mut rows = Vec::new();
            for entry in &entries {
                let limits = limits.of(conn, entry.authority)?;
                rows.push(row(entry, asked_since(entry, &asked), (limits.check_after, limits.leave_after), today));
            }
            Ok::<_, AppError>(rows)
        })
        .await?;
    html(&EntriesPage {
        page: Page::of(&request, "Keep your entries true").with_notice(checked_notice(&done)),
        title: "Keep your entries true".into(),
        lead: "Each entry shows people when it was last checked. Look at what it says, and press the button if it is still \
               right."
            .into(),
        button: "Still right".into(),
        action: "/provider/freshness".into(),
        empty: "You have no entries that people can find.".into(),
        entries,
        pagination: paging::pagination(0, 1, PER_PAGE, |_| String::new()),
    })
}

fn checked_notice(done: &Done) -> Option<&'static str> {
    done.done.as_deref().map(|_| "Thank you. Everybody can see that it was checked today.")
}

fn row(entry: &Entry, asked: Option<Asked>, limits: (i64, i64), today: NaiveDate) -> EntryRow {
    let (check_after, leave_after) = limits;
    let age = (today - entry.assured_on).num_days();
    let old = age >= check_after;
    let leaves = entry.assured_on + TimeDelta::days(leave_after);
    let shown = if leaves <= today {
        "Searches no longer show it.".to_owned()
    } else {
        format!("Searches stop showing it on {}.", long_date(leaves))
    };
    let next = match asked {
        Some(asked) => format!("We asked on {}. {shown}", long_date(asked.on)),
        None if entry.origin == Origin::OpenData => "It comes from open data and is checked there.".to_owned(),
        None => shown,
    };
    EntryRow {
        id: entry.id.to_string(),
        name: entry.name.clone(),
        provider: None,
        kind_slug: entry.kind.slug(),
        href: format!("/services/{}", entry.id),
        checked: match age {
            ..=0 => "Checked today".into(),
            1 => "Last checked yesterday".into(),
            age => format!("Last checked {}, {age} days ago", long_date(entry.assured_on)),
        },
        what_next: old.then_some(next),
        old,
    }
}

/// `POST /provider/freshness`: still right, by somebody who is signed in.
pub async fn post_provider_check(
    member: ProviderMember,
    Form(form): Form<ConfirmForm>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let service: ServiceId = form.service.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    app.db.write(move |tx| answer::check_as_member(tx, &member, service, now)).await?;
    Ok(see_other("/provider/freshness?done=right"))
}

/// `GET /moderation/freshness`: entries of the authority's providers that have sunk in the results for want of a check.
pub async fn get_moderator_entries(
    moderator: Moderator,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let today = day(app.clock.now());
    let page = paging::number(done.page.as_deref());
    let (entries, total) = app
        .db
        .read(move |conn| {
            let authority = moderator.authority();
            let sink = settings::setting(conn, authority, Setting::SinkAfterDays)?;
            let since = today - TimeDelta::days(sink);
            let total = upkeep::count_unchecked_since(conn, authority, since)?;
            let entries = upkeep::unchecked_since(conn, authority, since, i64::from(page), i64::from(PER_PAGE))?;
            let limits = AllLimits::default().of(conn, Some(authority))?;
            let mut rows = Vec::new();
            for entry in &entries {
                let asked = asked_since(entry, &store::asked(conn, entry.organization)?);
                let row = row(entry, asked, (limits.check_after, limits.leave_after), today);
                rows.push(EntryRow { provider: Some(entry.provider.clone()), ..row });
            }
            Ok::<_, AppError>((rows, total))
        })
        .await?;
    html(&EntriesPage {
        page: Page::of(&request, "Entries that nobody checks").with_notice(checked_notice(&done)),
        title: "Entries that nobody checks".into(),
        lead:
            "These have sunk in the results, because their providers did not answer. Ring them. When they say that the \
               entry is right, press the button; otherwise ask them to sign in, or say what is wrong on its page."
                .into(),
        button: "They say it is right".into(),
        action: "/moderation/freshness".into(),
        empty: "Every entry has been checked in time.".into(),
        entries,
        pagination: paging::pagination(u64::try_from(total).unwrap_or(0), page, PER_PAGE, |number| {
            format!("/moderation/freshness?page={number}")
        }),
    })
}

/// `POST /moderation/freshness`
pub async fn post_moderator_check(
    moderator: Moderator,
    Form(form): Form<ConfirmForm>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let service: ServiceId = form.service.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    app.db.write(move |tx| answer::check_as_moderator(tx, &moderator, service, now)).await?;
    Ok(see_other("/moderation/freshness?done=right"))
}
