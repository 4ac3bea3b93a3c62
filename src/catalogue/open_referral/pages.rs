//! Feeds, for whoever looks after an authority: enter, look, take in, read the report.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::clock::long_time;
use crate::db::Conn;
use crate::error::AppError;
use crate::identity::AuthorityAdministrator;
use crate::ids::{FeedId, FeedRunId};
use crate::places;
use crate::web::form::{Ask, Form};
use crate::web::page::{Choice, Errors, Link, Page, Row, Tile, html, html_with, see_other};

use super::enter::{FeedRequest, approve, ask_for, change, enter};
use super::feed::{Feed, FeedState, Finding, Outcome, Run, RunState, Wanted};
use super::store;
use super::views::{FeedForm, FeedLine, FeedPage, FeedsPage, FilterLink, ReportPage, ReportRow, RunLine};

/// Rows of a report on one page.
const ROWS: i64 = 50;

/// How often a feed may be read: hours, and what people read.
const EVERY: [(i32, &str); 5] =
    [(24, "Every day"), (168, "Every week"), (6, "Every six hours"), (720, "Every month"), (0, "Only when I ask")];

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/authority/feeds", get().to(get_feeds))
        .route("/authority/feeds", post().to(post_feed))
        .route("/authority/feeds/{feed_id}", get().to(get_feed))
        .route("/authority/feeds/{feed_id}", post().to(post_change))
        .route("/authority/feeds/{feed_id}/readings", post().to(post_reading))
        .route("/authority/feeds/{feed_id}/readings/{run_id}", get().to(get_report))
        .route("/authority/feeds/{feed_id}/readings/{run_id}/report.csv", get().to(get_csv))
        .route("/authority/feeds/{feed_id}/readings/{run_id}/application", post().to(post_application));
}

/// A feed's form as it arrives.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct SentFeed {
    #[serde(default)]
    name: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    licence: String,
    #[serde(default)]
    attribution: String,
    #[serde(default)]
    every_hours: String,
    #[serde(default)]
    accepts_checks: String,
    #[serde(default)]
    paused: String,
}

impl SentFeed {
    fn request(&self) -> FeedRequest {
        FeedRequest {
            name: self.name.clone(),
            url: self.url.clone(),
            licence: self.licence.clone(),
            attribution: self.attribution.clone(),
            every_hours: self.every_hours.parse().unwrap_or(-1),
            accepts_checks: !self.accepts_checks.is_empty(),
            paused: !self.paused.is_empty(),
        }
    }

    fn form(&self, action: String, is_there: bool) -> FeedForm {
        FeedForm {
            action,
            button: if is_there { "Save".into() } else { "Add this feed".into() },
            name: self.name.clone(),
            url: self.url.clone(),
            licence: self.licence.clone(),
            attribution: self.attribution.clone(),
            every: choices(self.every_hours.parse().unwrap_or(24)),
            accepts_checks: !self.accepts_checks.is_empty(),
            paused: !self.paused.is_empty(),
            is_there,
        }
    }

    fn of(feed: &Feed) -> Self {
        let yes = |set: bool| if set { "yes".to_owned() } else { String::new() };
        Self {
            name: feed.name.clone(),
            url: feed.url.clone().unwrap_or_default(),
            licence: feed.licence.clone(),
            attribution: feed.attribution.clone(),
            every_hours: feed.every_hours.to_string(),
            accepts_checks: yes(feed.accepts_checks),
            paused: yes(feed.state == FeedState::Paused),
        }
    }
}

fn choices(chosen: i32) -> Vec<Choice> {
    let known = EVERY.iter().any(|(hours, _)| *hours == chosen);
    let mut all: Vec<Choice> = EVERY
        .iter()
        .map(|(hours, label)| Choice {
            value: hours.to_string(),
            label: (*label).into(),
            count: None,
            chosen: *hours == chosen,
        })
        .collect();
    if !known && chosen > 0 {
        let label = format!("Every {chosen} hours");
        all.insert(0, Choice { value: chosen.to_string(), label, count: None, chosen: true });
    }
    all
}

fn feed_path(id: FeedId) -> String {
    format!("/authority/feeds/{id}")
}

fn parse<T: std::str::FromStr>(id: &str) -> Result<T, AppError> {
    id.parse().map_err(|_not_an_id| AppError::NotFound)
}

/// `GET /authority/feeds`
pub async fn get_feeds(
    administrator: AuthorityAdministrator,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let form = SentFeed { every_hours: "24".into(), ..SentFeed::default() };
    feeds_page(&administrator, &app, &request, &form, Errors::default()).await
}

async fn feeds_page(
    administrator: &AuthorityAdministrator,
    app: &App,
    request: &HttpRequest,
    sent: &SentFeed,
    errors: Errors,
) -> Result<HttpResponse, AppError> {
    let authority = administrator.authority();
    let read = app.db.read(move |conn| {
        let name = places::store::authority(conn, authority)?.map(|authority| authority.name).unwrap_or_default();
        let mut feeds = Vec::new();
        for feed in store::feeds_of(conn, authority)? {
            let last = store::runs_of(conn, feed.id, 1)?.pop();
            feeds.push((feed, last));
        }
        Ok::<_, diesel::result::Error>((name, feeds))
    });
    let (name, feeds) = read.await?;
    let line = |(feed, last): &(Feed, Option<Run>)| {
        let (state, state_class) = feed_state(feed, last.as_ref());
        FeedLine {
            name: feed.name.clone(),
            href: feed_path(feed.id),
            when: when(feed),
            last: last.as_ref().map_or_else(
                || "Not read yet".into(),
                |run| format!("Last read {}: {}", long_time(run.started_at), counts(run).join(", ")),
            ),
            state,
            state_class,
        }
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = FeedsPage {
        page: Page::of(request, "Feeds"),
        authority: name,
        feeds: feeds.iter().map(line).collect(),
        form: sent.form("/authority/feeds".into(), false),
        errors,
    };
    html_with(status, &page)
}

fn feed_state(feed: &Feed, last: Option<&Run>) -> (String, String) {
    let (word, class) = match last {
        _ if feed.wanted != Wanted::Nothing => ("about to be read", "requested"),
        Some(run) if run.is_held() => ("needs you", "disputed"),
        Some(run) if run.state == RunState::Reading && run.problem.is_none() => ("being read", "requested"),
        Some(run) if run.problem.is_some() => ("not read to its end", "disputed"),
        Some(run) if run.waits_to_be_taken_in() => ("looked at", "requested"),
        _ if feed.state == FeedState::Paused => ("paused", "cancelled"),
        Some(_) => ("up to date", "agreed"),
        None => ("new", "requested"),
    };
    (word.into(), class.into())
}

fn when(feed: &Feed) -> String {
    if feed.url.is_none() {
        return "Comes as a file".into();
    }
    let every = EVERY.iter().find(|(hours, _)| *hours == feed.every_hours).map_or("Now and then", |(_, label)| label);
    match feed.next_run_at.filter(|_| feed.state == FeedState::Active && feed.every_hours > 0) {
        Some(next) => format!("{every}, next {}", long_time(next)),
        None => every.to_owned(),
    }
}

fn counts(run: &Run) -> Vec<String> {
    let all = [
        (run.added, "added"),
        (run.changed, "changed"),
        (run.unchanged, "unchanged"),
        (run.refused, "refused"),
        (run.vanished, "vanished"),
    ];
    let told: Vec<String> = all
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", crate::money::thousands(u64::try_from(*count).unwrap_or(0))))
        .collect();
    if told.is_empty() { vec!["no services".into()] } else { told }
}

/// `POST /authority/feeds`
pub async fn post_feed(
    administrator: AuthorityAdministrator,
    Form(sent): Form<SentFeed>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (id, now, who) = (FeedId::new(), app.clock.now(), administrator.clone());
    let entered = match sent.request().checked() {
        Ok(asked) => app.db.write(move |tx: &mut Conn| enter(tx, &who, id, &asked, now)).await,
        Err(wrong) => Err(wrong),
    };
    match entered {
        Ok(feed) => Ok(see_other(&feed_path(feed.id))),
        Err(AppError::Refused(refusal)) if !refusal.fields.is_empty() => {
            feeds_page(&administrator, &app, &request, &sent, refusal.fields.into()).await
        }
        Err(other) => Err(other),
    }
}

/// `GET /authority/feeds/{feed_id}`
pub async fn get_feed(
    administrator: AuthorityAdministrator,
    id: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    feed_page(&administrator, &app, &request, parse(&id)?, None, Errors::default()).await
}

async fn feed_page(
    administrator: &AuthorityAdministrator,
    app: &App,
    request: &HttpRequest,
    id: FeedId,
    sent: Option<SentFeed>,
    errors: Errors,
) -> Result<HttpResponse, AppError> {
    let authority = administrator.authority();
    let read = app.db.read(move |conn| {
        let feed = store::feed_of(conn, authority, id)?.ok_or(AppError::NotFound)?;
        let runs = store::runs_of(conn, id, 10)?;
        Ok::<_, AppError>((feed, runs))
    });
    let (feed, runs) = read.await?;
    let fact = |label: &str, value: String| Row { label: label.into(), value };
    let mut facts = vec![
        fact("Address", feed.url.clone().unwrap_or_else(|| "Comes as a file".into())),
        fact("Licence", feed.licence.clone()),
        fact("Read", when(&feed)),
    ];
    if !feed.attribution.is_empty() {
        facts.insert(2, fact("Attribution", feed.attribution.clone()));
    }
    let reading = feed.lease_until.is_some_and(|until| until > app.clock.now());
    let now = match (feed.wanted, reading) {
        (_, true) => {
            Some("The feed is being read at the moment. Load this page again to see how far it has come.".into())
        }
        (Wanted::Nothing, false) => None,
        (_, false) => Some("The feed will be read in a moment. Load this page again to see what was found.".into()),
    };
    let waiting = runs.first().filter(|run| run.is_held() || run.waits_to_be_taken_in()).map(|run| Link {
        label: if run.is_held() {
            "Too much is gone from this feed: somebody has to look".into()
        } else {
            "Read the report, and take it in".into()
        },
        href: format!("{}/readings/{}", feed_path(id), run.id),
    });
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = FeedPage {
        page: Page::of(request, feed.name.clone()),
        name: feed.name.clone(),
        facts,
        now,
        look_path: format!("{}/readings", feed_path(id)),
        can_read: feed.url.is_some() && feed.wanted == Wanted::Nothing && !reading,
        waiting,
        runs: runs.iter().map(|run| run_line(id, run)).collect(),
        form: sent.unwrap_or_else(|| SentFeed::of(&feed)).form(feed_path(id), true),
        errors,
    };
    html_with(status, &page)
}

fn run_state(run: &Run) -> (String, String) {
    let (word, class) = match run.state {
        _ if run.is_held() => ("needs you", "disputed"),
        RunState::Reading => ("being read", "requested"),
        RunState::Staged => ("looked at", "requested"),
        RunState::Applying => ("being taken in", "requested"),
        RunState::Applied if run.complete => ("taken in", "agreed"),
        RunState::Applied => ("taken in as far as read", "disputed"),
        RunState::GivenUp if run.problem.is_some() => ("could not be read", "disputed"),
        RunState::GivenUp => ("only looked at", "cancelled"),
    };
    (word.into(), class.into())
}

fn run_line(feed: FeedId, run: &Run) -> RunLine {
    let (state, state_class) = run_state(run);
    RunLine {
        href: format!("{}/readings/{}", feed_path(feed), run.id),
        when: long_time(run.started_at),
        state,
        state_class,
        counts: counts(run),
        problem: run.problem.clone(),
    }
}

/// `POST /authority/feeds/{feed_id}`
pub async fn post_change(
    administrator: AuthorityAdministrator,
    id: Path<String>,
    Form(sent): Form<SentFeed>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id: FeedId = parse(&id)?;
    let (now, who) = (app.clock.now(), administrator.clone());
    let changed = match sent.request().checked() {
        Ok(asked) => app.db.write(move |tx: &mut Conn| change(tx, &who, id, &asked, now)).await,
        Err(wrong) => Err(wrong),
    };
    match changed {
        Ok(_) => Ok(see_other(&feed_path(id))),
        Err(AppError::Refused(refusal)) if !refusal.fields.is_empty() => {
            feed_page(&administrator, &app, &request, id, Some(sent), refusal.fields.into()).await
        }
        Err(other) => Err(other),
    }
}

/// What to do with a feed now.
#[derive(Deserialize)]
pub struct SentReading {
    #[serde(default)]
    what: String,
}

/// `POST /authority/feeds/{feed_id}/readings`
pub async fn post_reading(
    administrator: AuthorityAdministrator,
    id: Path<String>,
    Form(sent): Form<SentReading>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let id: FeedId = parse(&id)?;
    let wanted = if sent.what == "import" { Wanted::Import } else { Wanted::Look };
    let now = app.clock.now();
    app.db.write(move |tx: &mut Conn| ask_for(tx, &administrator, id, wanted, now)).await?;
    Ok(see_other(&feed_path(id)))
}

/// Which rows of a report.
#[derive(Deserialize)]
pub struct Shown {
    outcome: Option<String>,
    after: Option<String>,
}

/// `GET /authority/feeds/{feed_id}/readings/{run_id}`
pub async fn get_report(
    administrator: AuthorityAdministrator,
    ids: Path<(String, String)>,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (feed, run) = ids.into_inner();
    let (feed, run): (FeedId, FeedRunId) = (parse(&feed)?, parse(&run)?);
    let outcome: Option<Outcome> = shown.outcome.as_deref().and_then(|word| word.parse().ok());
    let after = shown.after.as_deref().and_then(|text| text.parse().ok()).unwrap_or(0);
    let authority = administrator.authority();
    let read = app.db.read(move |conn| {
        let feed = store::feed_of(conn, authority, feed)?.ok_or(AppError::NotFound)?;
        let last = store::runs_of(conn, feed.id, 1)?.first().map(|last| last.id);
        let run = store::run_of(conn, feed.id, run)?.ok_or(AppError::NotFound)?;
        let rows = store::findings(conn, run.id, outcome, after, ROWS)?;
        Ok::<_, AppError>((feed, last == Some(run.id), run, rows))
    });
    let (feed, is_last, run, rows) = read.await?;
    html(&report_page(Page::of(&request, format!("{}: report", feed.name)), &feed, &run, is_last, &rows, outcome))
}

fn report_page(
    page: Page,
    feed: &Feed,
    run: &Run,
    is_last: bool,
    rows: &[Finding],
    outcome: Option<Outcome>,
) -> ReportPage {
    let path = format!("{}/readings/{}", feed_path(feed.id), run.id);
    let (state, state_class) = run_state(run);
    let tile = |count: i32, label: &str| Tile {
        value: crate::money::thousands(u64::try_from(count).unwrap_or(0)),
        label: label.into(),
        note: None,
    };
    let filter = |label: &str, which: Option<Outcome>| FilterLink {
        label: label.into(),
        href: which.map_or_else(|| path.clone(), |which| format!("{path}?outcome={which}")),
        current: outcome == which,
    };
    let more = i64::try_from(rows.len()).unwrap_or(0) == ROWS;
    let next = rows.last().filter(|_| more).map(|last| match outcome {
        Some(outcome) => format!("{path}?outcome={outcome}&after={}", last.position),
        None => format!("{path}?after={}", last.position),
    });
    let may_apply = is_last
        && (run.is_held() || run.waits_to_be_taken_in())
        && feed.wanted == Wanted::Nothing
        && feed.url.is_some();
    ReportPage {
        page,
        feed: Link { label: feed.name.clone(), href: feed_path(feed.id) },
        state,
        state_class,
        tiles: vec![
            tile(run.added, "new"),
            tile(run.changed, "changed"),
            tile(run.unchanged, "as before"),
            tile(run.refused, "refused"),
            tile(run.vanished, "gone"),
            tile(run.applied, "taken in"),
        ],
        problem: run.problem.clone(),
        approve_path: may_apply.then(|| format!("{path}/application")),
        approve_label: if run.is_held() {
            "It is right: take this in and close what is gone".into()
        } else {
            "Take this in".into()
        },
        csv_href: format!("{path}/report.csv"),
        filters: vec![
            filter("All", None),
            filter("New", Some(Outcome::Added)),
            filter("Changed", Some(Outcome::Changed)),
            filter("Refused", Some(Outcome::Refused)),
            filter("Gone", Some(Outcome::Vanished)),
        ],
        rows: rows.iter().map(report_row).collect(),
        next,
    }
}

fn report_row(found: &Finding) -> ReportRow {
    let here = found.applied && found.outcome != Outcome::Vanished;
    ReportRow {
        position: found.position.to_string(),
        outcome: found.outcome.to_string(),
        name: if found.name.is_empty() { "(no name)".into() } else { found.name.clone() },
        source_id: found.source_id.clone(),
        href: found.service_id.as_ref().filter(|_| here).map(|id| format!("/services/{id}")),
        notes: found.notes.lines().map(str::to_owned).collect(),
    }
}

/// `GET /authority/feeds/{feed_id}/readings/{run_id}/report.csv`
pub async fn get_csv(
    administrator: AuthorityAdministrator,
    ids: Path<(String, String)>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (feed, run) = ids.into_inner();
    let (feed, run): (FeedId, FeedRunId) = (parse(&feed)?, parse(&run)?);
    let authority = administrator.authority();
    let run = app
        .db
        .read(move |conn| {
            store::feed_of(conn, authority, feed)?.ok_or(AppError::NotFound)?;
            store::run_of(conn, feed, run)?.ok_or(AppError::NotFound)
        })
        .await?;
    let from = app.clone();
    let written = tokio::task::spawn_blocking(move || {
        let mut body = Vec::new();
        super::report::write_csv(&from, run.id, &mut body).map(|()| body)
    });
    let body = written.await.map_err(AppError::unexpected)?.map_err(AppError::unexpected)?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("Content-Disposition", "attachment; filename=\"feed-report.csv\""))
        .body(body))
}

/// `POST /authority/feeds/{feed_id}/readings/{run_id}/application`
pub async fn post_application(
    administrator: AuthorityAdministrator,
    ids: Path<(String, String)>,
    Form(_): Form<SentReading>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (feed, run) = ids.into_inner();
    let (feed, run): (FeedId, FeedRunId) = (parse(&feed)?, parse(&run)?);
    let now = app.clock.now();
    app.db.write(move |tx: &mut Conn| approve(tx, &administrator, feed, run, now)).await?;
    Ok(see_other(&feed_path(feed)))
}
