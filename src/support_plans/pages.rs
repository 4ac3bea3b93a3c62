//! The plan as a page: everything that stands in it, what it costs, what was said of it, its versions.

use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::catalogue::card::tag;
use crate::clock::{day, long_date};
use crate::error::AppError;
use crate::identity::{PlanReader, Planner};
use crate::ids::PlanCommentId;
use crate::web::form::{Ask, Form};
use crate::web::page::{Page, Row, html, see_other};

use super::content::PlanContent;
use super::costing::{Year, cost};
use super::difference::difference;
use super::plan::{PlanState, SupportPlan};
use super::shown::{Whereabouts, checks_shown, comment_shown, money, plain};
use super::store::{self, Comment, PlanVersion};
use super::views::{BeginPage, PlanPage, VersionLine, VersionPage};
use super::write::{PlanError, comment, hand_over, reopen, settle, weekly_budget};
use super::{begin, templates, told};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/support/{person_id}/plan", get().to(get_plan))
        .route("/support/{person_id}/plan", post().to(post_plan))
        .route("/support/{person_id}/plan/hand-over", post().to(post_hand_over))
        .route("/support/{person_id}/plan/reopen", post().to(post_reopen))
        .route("/support/{person_id}/plan/comments", post().to(post_comment))
        .route("/support/{person_id}/plan/comments/{comment_id}/settle", post().to(post_settle))
        .route("/support/{person_id}/plan/versions/{version}", get().to(get_version));
}

/// What was just done.
#[derive(Deserialize)]
pub struct Done {
    done: Option<String>,
}

/// `GET /support/{person_id}/plan`
pub async fn get_plan(
    reader: PlanReader,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let asked = reader.clone();
    let (plan, budget, comments, versions) = app
        .db
        .read(move |conn| {
            let plan = store::plan_of(conn, &asked)?;
            let budget = weekly_budget(conn, &asked)?;
            let (comments, versions) = match &plan {
                Some(plan) => (store::comments(conn, plan)?, store::versions(conn, plan)?),
                None => (Vec::new(), Vec::new()),
            };
            Ok::<_, AppError>((plan, budget, comments, versions))
        })
        .await?;
    let notice = match done.done.as_deref() {
        Some("handed-over") => Some("The plan is handed over. You see here what the council says."),
        Some("reopened") => Some("You can change the plan now. What was agreed goes on holding until both sign anew."),
        Some("comment") => Some("Your comment is kept. Both sides read it."),
        Some("kept") => Some("That is kept."),
        Some("shared") => Some("You share the plan now, without your name. Thank you."),
        Some("withdrawn") => Some("The plan is no longer shared."),
        _ => None,
    };
    let Some(plan) = plan else { return begin_page(&request, &reader, budget.map(|(weekly, _)| weekly)) };
    let year = Year::from(plan.content.starts_on.unwrap_or_else(|| day(now)));
    let costing = cost(&plan.content, year, budget.map(|(weekly, _)| weekly));
    let mut page = plan_page(&request, &reader, &plan, &comments, &versions, &costing);
    page.money = money(&plan.content, &costing, budget.is_some_and(|(_, is_agreed)| is_agreed));
    page.page = page.page.with_notice(notice);
    html(&page)
}

fn begin_page(
    request: &HttpRequest,
    reader: &PlanReader,
    budget: Option<crate::money::Money>,
) -> Result<HttpResponse, AppError> {
    let base = format!("/support/{}", reader.person());
    html(&BeginPage {
        page: Page::of(request, "Begin the plan"),
        back: base.clone(),
        person: reader.acting_for().map(str::to_owned),
        action: format!("{base}/plan"),
        may_write: reader.may_write(),
        budget: budget.map(crate::allocation::pages::a_week),
        templates: templates::shown(),
        shared_href: format!("{base}/shared-plans"),
    })
}

fn plan_page(
    request: &HttpRequest,
    reader: &PlanReader,
    plan: &SupportPlan,
    comments: &[Comment],
    versions: &[PlanVersion],
    costing: &super::Costing,
) -> PlanPage {
    let base = format!("/support/{}", reader.person());
    let writes = reader.may_write();
    let at = Whereabouts { base: base.clone(), may_write: writes && plan.state.is_open(), may_comment: writes };
    let shown = plain(&plan.content, costing, comments, &at);
    let missing: Vec<String> = plan.content.missing().into_iter().map(str::to_owned).collect();
    let of_the_whole =
        comments.iter().filter(|each| each.about.is_empty() || plan.content.entry(&each.about).is_none());
    let heading = match reader.acting_for() {
        Some(name) => format!("Support plan of {name}"),
        None => "My support plan".into(),
    };
    let may_reopen = writes && (plan.state == PlanState::Agreed || plan.state == PlanState::WithCouncil);
    PlanPage {
        page: Page::of(request, heading),
        back: base.clone(),
        person: reader.acting_for().map(str::to_owned),
        tag: tag(plan.state.as_str()),
        sentence: sentence(plan.state, reader).into(),
        may_write: at.may_write,
        may_comment: at.may_comment,
        may_hand_over: at.may_write && missing.is_empty(),
        missing: if at.may_write { missing } else { Vec::new() },
        reopen_label: may_reopen.then(|| match plan.state {
            PlanState::Agreed => "Change the plan".into(),
            _ => "Take it back".into(),
        }),
        sign_href: (plan.state == PlanState::ToSign).then(|| format!("{base}/plan/signing")),
        agree_href: (plan.state == PlanState::WithCouncil && reader.is_care_manager())
            .then(|| format!("{base}/plan/agreement")),
        matters: shown.matters,
        outcomes: shown.outcomes,
        risks: shown.risks,
        circle: shown.circle,
        lines: shown.lines,
        money: shown.money,
        begins: plan.content.starts_on.map(long_date),
        comments: of_the_whole.map(|each| comment_shown(each, &at)).collect(),
        versions: versions.iter().map(|version| version_line(&base, version)).collect(),
        shared_href: format!("{base}/shared-plans"),
        share_href: (plan.version > 0 && reader.may_sign()).then(|| format!("{base}/plan/sharing")),
        base,
    }
}

fn sentence(state: PlanState, reader: &PlanReader) -> &'static str {
    match state {
        PlanState::Writing if reader.may_write() => {
            "Write it in any order. Everything that you save is kept. When it is ready, hand it over."
        }
        PlanState::Writing => "It is being written.",
        PlanState::WithCouncil if reader.is_care_manager() => {
            "It lies with you. Comment on what is not clear; then agree it or send it back."
        }
        PlanState::WithCouncil => "The council is looking at it. You can comment, or take it back to change it.",
        PlanState::SentBack => {
            "The council asks for changes. Its words are below; change the plan and hand it over again."
        }
        PlanState::ToSign => "The council has agreed it and signed. It holds once the person has signed too.",
        PlanState::Agreed => "Both have signed. It holds until both sign another version.",
    }
}

fn version_line(base: &str, version: &PlanVersion) -> VersionLine {
    VersionLine {
        href: format!("{base}/plan/versions/{}", version.number),
        name: format!("Version {}", version.number),
        about: format!("handed over on {} by {}", long_date(version.at.date()), version.by),
    }
}

/// With what a plan begins.
#[derive(Deserialize)]
pub struct BeginForm {
    #[serde(default)]
    template: String,
}

/// `POST /support/{person_id}/plan`
pub async fn post_plan(writer: Planner, Form(form): Form<BeginForm>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let (now, base) = (app.clock.now(), format!("/support/{}", writer.person()));
    let content = match form.template.as_str() {
        "" => PlanContent::default(),
        key => templates::content(key).ok_or(AppError::NotFound)?,
    };
    app.db.write(move |tx| begin(tx, &writer, &content, now)).await?;
    Ok(see_other(&format!("{base}/plan")))
}

/// Nothing but the button.
#[derive(Deserialize)]
pub struct Press {}

/// `POST /support/{person_id}/plan/hand-over`
pub async fn post_hand_over(
    writer: Planner,
    Form(Press {}): Form<Press>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (now, base) = (app.clock.now(), format!("/support/{}", writer.person()));
    let url = app.post.public_url.clone();
    let write = move |tx: &mut crate::db::Conn| {
        hand_over(tx, &writer, now)?;
        told::it_waits(tx, &writer, &url, now)
    };
    app.db.write(write).await?;
    Ok(see_other(&format!("{base}/plan?done=handed-over")))
}

/// `POST /support/{person_id}/plan/reopen`
pub async fn post_reopen(
    writer: Planner,
    Form(Press {}): Form<Press>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (now, base) = (app.clock.now(), format!("/support/{}", writer.person()));
    app.db.write(move |tx| reopen(tx, &writer, now)).await?;
    Ok(see_other(&format!("{base}/plan?done=reopened")))
}

/// A comment as its form sends it.
#[derive(Deserialize)]
pub struct CommentForm {
    #[serde(default)]
    about: String,
    #[serde(default)]
    words: String,
}

/// `POST /support/{person_id}/plan/comments`
pub async fn post_comment(
    writer: Planner,
    Form(form): Form<CommentForm>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (now, base) = (app.clock.now(), format!("/support/{}", writer.person()));
    app.db.write(move |tx| comment(tx, &writer, (&form.about, &form.words), now)).await?;
    Ok(see_other(&format!("{base}/plan?done=comment#comments")))
}

/// `POST /support/{person_id}/plan/comments/{comment_id}/settle`
pub async fn post_settle(
    writer: Planner,
    path: Path<(String, String)>,
    Form(Press {}): Form<Press>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (now, base) = (app.clock.now(), format!("/support/{}", writer.person()));
    let id: PlanCommentId = path.1.parse().map_err(|_not_an_id| AppError::NotFound)?;
    app.db.write(move |tx| settle(tx, &writer, id, now)).await?;
    Ok(see_other(&format!("{base}/plan?done=kept#comments")))
}

/// `GET /support/{person_id}/plan/versions/{version}`: a version as it was handed over, and what changed.
pub async fn get_version(
    reader: PlanReader,
    path: Path<(String, String)>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let number: i32 = path.1.parse().map_err(|_no_number| AppError::NotFound)?;
    let asked = reader.clone();
    let (version, before, checks, signatures, agreed) = app
        .db
        .read(move |conn| {
            let plan = store::plan_of(conn, &asked)?.ok_or(PlanError::NotHere)?;
            let version = store::version(conn, &plan, number)?.ok_or(PlanError::NotHere)?;
            let before = store::version(conn, &plan, number - 1)?;
            let checks = store::checks(conn, version.id)?;
            let signatures = store::signatures(conn, version.id)?;
            let agreed = store::agreed_of(conn, version.id)?;
            Ok::<_, PlanError>((version, before, checks, signatures, agreed))
        })
        .await?;
    let base = format!("/support/{}", reader.person());
    let year = Year::from(version.content.starts_on.unwrap_or_else(|| version.at.date()));
    let costing = cost(&version.content, year, version.budget_weekly);
    let at = Whereabouts { base: base.clone(), may_write: false, may_comment: false };
    let line = version_line(&base, &version);
    html(&VersionPage {
        page: Page::of(&request, line.name.clone()),
        back: format!("{base}/plan"),
        name: line.name,
        about: line.about,
        before: before.as_ref().map(|before| format!("version {}", before.number)),
        changed: before.map(|before| difference(&before.content, &version.content)).unwrap_or_default(),
        stood: plain(&version.content, &costing, &[], &at),
        checks: if checks.is_empty() { Vec::new() } else { checks_shown(&checks) },
        agreed: agreed.as_ref().map(agreed_rows).unwrap_or_default(),
        signatures: signatures
            .iter()
            .map(|each| {
                let side = if each.side == "council" { "For the council" } else { "For the person" };
                format!("{side}: {}, {} on {}", each.by, each.by_as, long_date(each.at.date()))
            })
            .collect(),
    })
}

/// What was agreed, with its figures.
pub(super) fn agreed_rows(agreed: &store::Agreed) -> Vec<Row> {
    let row = |label: &str, value: String| Row { label: label.into(), value };
    let last = agreed.ends_on.pred_opt().unwrap_or(agreed.ends_on);
    let mut rows = vec![row("Agreed", format!("{} a week", agreed.weekly_pence))];
    if let Some(indicative) = agreed.indicative_weekly_pence {
        rows.push(row("Indicative, shown up front", format!("{indicative} a week")));
    }
    if !agreed.reason.is_empty() {
        rows.push(row("Why", agreed.reason.clone()));
    }
    rows.push(row("For", format!("{} to {}", long_date(agreed.starts_on), long_date(last))));
    if agreed.bridge_weeks > 0 {
        let weeks = if agreed.bridge_weeks == 1 { "week" } else { "weeks" };
        let bridge = format!("{} a week more for {} {weeks}", agreed.bridge_weekly_pence, agreed.bridge_weeks);
        rows.push(row("Bridging payment", bridge));
    }
    rows.push(row("All together", super::funding::total(agreed).to_string()));
    rows
}
