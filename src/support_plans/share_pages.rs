//! The pages on which somebody shares their plan without names, and reads those of others.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::{NeedGroup, PlanReader, PlanSigner, Planner};
use crate::ids::SharedPlanId;
use crate::web::form::Form;
use crate::web::page::{Errors, Page, html, html_with, see_other};

use super::costing::{Year, cost};
use super::part_pages::fields;
use super::share::{AgeBand, SharedPlan, preview, share, similar, withdraw};
use super::shown::{Whereabouts, plain};
use super::views::{PlainPlan, SharedCard, SharedPage, SharedPlansPage, SharingPage};
use super::write::{PlanError, begin, change};
use super::{PlanContent, share_store, store};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/support/{person_id}/plan/sharing", get().to(get_sharing))
        .route("/support/{person_id}/plan/sharing", post().to(post_sharing))
        .route("/support/{person_id}/plan/sharing/withdraw", post().to(post_withdraw))
        .route("/support/{person_id}/shared-plans", get().to(get_shared_plans))
        .route("/support/{person_id}/shared-plans/{shared_plan_id}", get().to(get_shared_plan))
        .route("/support/{person_id}/shared-plans/{shared_plan_id}/take", post().to(post_take));
}

/// "Somebody with a learning disability, 18 to 64"
fn somebody(need: NeedGroup, age: AgeBand) -> String {
    let who = match need {
        NeedGroup::Older => "An older person",
        NeedGroup::Physical => "Somebody with a physical disability",
        NeedGroup::Learning => "Somebody with a learning disability",
        NeedGroup::Mental => "Somebody who looks after their mental health",
        NeedGroup::Sensory => "Somebody who sees or hears little",
        NeedGroup::Autism => "An autistic person",
        NeedGroup::Carers => "Somebody who cares for somebody",
    };
    format!("{who}, {age}")
}

fn shown(content: &PlanContent, today: chrono::NaiveDate) -> PlainPlan {
    let costing = cost(content, Year::from(today), None);
    let at = Whereabouts { base: String::new(), may_write: false, may_comment: false };
    let mut shown = plain(content, &costing, &[], &at);
    shown.money.sentence = format!("Such a plan comes to {} in a year.", costing.total_pence);
    shown.money.picture.parts.retain(|part| part.class != "available");
    shown
}

/// `GET /support/{person_id}/plan/sharing`
pub async fn get_sharing(signer: PlanSigner, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    sharing_page(&app, &request, &signer, Vec::new()).await
}

async fn sharing_page(
    app: &Data<App>,
    request: &HttpRequest,
    signer: &PlanSigner,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let asked = signer.clone();
    let ((content, worked), own) =
        app.db.read(move |conn| Ok::<_, PlanError>((preview(conn, &asked)?, share_store::own(conn, &asked)?))).await?;
    let base = format!("/support/{}/plan", signer.person());
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html_with(
        status,
        &SharingPage {
            page: Page::of(request, "Share the plan"),
            back: base.clone(),
            action: format!("{base}/sharing"),
            withdraw: format!("{base}/sharing/withdraw"),
            is_shared: own.is_some(),
            worked,
            stood: shown(&content, app.clock.now().date()),
            errors: Errors::from(wrong),
        },
    )
}

/// Whether its owner has read it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SharingForm {
    has_read: String,
}

/// `POST /support/{person_id}/plan/sharing`
pub async fn post_sharing(
    signer: PlanSigner,
    Form(form): Form<SharingForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (now, by, has_read) = (app.clock.now(), signer.clone(), form.has_read == "yes");
    match app.db.write(move |tx| share(tx, &by, has_read, now)).await {
        Ok(_) => Ok(see_other(&format!("/support/{}/plan?done=shared", signer.person()))),
        Err(error) => sharing_page(&app, &request, &signer, fields(error)?).await,
    }
}

/// Nothing but the button.
#[derive(Deserialize)]
pub struct Press {}

/// `POST /support/{person_id}/plan/sharing/withdraw`
pub async fn post_withdraw(
    signer: PlanSigner,
    Form(Press {}): Form<Press>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let (now, base) = (app.clock.now(), format!("/support/{}/plan", signer.person()));
    app.db.write(move |tx| withdraw(tx, &signer, now)).await?;
    Ok(see_other(&format!("{base}?done=withdrawn")))
}

/// `GET /support/{person_id}/shared-plans`: plans of others, the likest first.
pub async fn get_shared_plans(
    reader: PlanReader,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (asked, now) = (reader.clone(), app.clock.now());
    let found = app.db.read(move |conn| similar(conn, &asked, now)).await?;
    let base = format!("/support/{}", reader.person());
    let card = |each: &SharedPlan| SharedCard {
        href: format!("{base}/shared-plans/{}", each.id),
        who: somebody(each.need, each.age),
        matters: each.content.matters.chars().take(220).collect(),
        outcomes: each.content.outcomes.iter().take(3).map(|outcome| outcome.words.clone()).collect(),
    };
    html(&SharedPlansPage {
        page: Page::of(&request, "Plans of others"),
        back: format!("{base}/plan"),
        found: found.iter().map(card).collect(),
    })
}

async fn one(app: &App, path: &(String, String)) -> Result<SharedPlan, AppError> {
    let id: SharedPlanId = path.1.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let found = app.db.read(move |conn| share_store::shared(conn, id)).await.map_err(AppError::from)?;
    found.ok_or(AppError::NotFound)
}

/// `GET /support/{person_id}/shared-plans/{shared_plan_id}`
pub async fn get_shared_plan(
    reader: PlanReader,
    path: Path<(String, String)>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let found = one(&app, &path).await?;
    let base = format!("/support/{}/shared-plans", reader.person());
    html(&SharedPage {
        page: Page::of(&request, "A plan that somebody shares"),
        back: base.clone(),
        who: somebody(found.need, found.age),
        worked: found.worked,
        action: reader.may_write().then(|| format!("{base}/{}/take", found.id)),
        stood: shown(&found.content, app.clock.now().date()),
    })
}

/// What is taken over: one entry, or all of it for a new plan.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TakeForm {
    entry: String,
}

/// `POST /support/{person_id}/shared-plans/{shared_plan_id}/take`
pub async fn post_take(
    writer: Planner,
    path: Path<(String, String)>,
    Form(form): Form<TakeForm>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let found = one(&app, &path).await?;
    let (now, base) = (app.clock.now(), format!("/support/{}/plan", writer.person()));
    let content = found.content;
    let write = move |tx: &mut Conn| {
        if store::plan_of(tx, &writer)?.is_none() {
            // The circle of somebody else is nobody's.
            let begun = PlanContent { circle: Vec::new(), matters: String::new(), ..content.clone() };
            return begin(tx, &writer, &begun, now).map(drop);
        }
        change(tx, &writer, now, |mine| {
            if let Some(outcome) = content.outcomes.iter().find(|each| each.key == form.entry) {
                let key = mine.fresh_key("outcome");
                mine.outcomes.push(super::Outcome { key, ..outcome.clone() });
            } else if let Some(risk) = content.risks.iter().find(|each| each.key == form.entry) {
                let key = mine.fresh_key("risk");
                mine.risks.push(super::Risk { key, ..risk.clone() });
            } else if let Some(line) = content.lines.iter().find(|each| each.key == form.entry) {
                let key = mine.fresh_key("line");
                mine.lines.push(super::Line { key, outcome: String::new(), ..line.clone() });
            } else {
                return Err(PlanError::NotHere);
            }
            Ok(())
        })
    };
    app.db.write(write).await?;
    Ok(see_other(&format!("{base}?done=kept")))
}
