//! The page of a review: held by the care manager together with the person, read by both.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::catalogue::card::tag;
use crate::clock::long_date;
use crate::error::{AppError, FieldError};
use crate::identity::{AssignedCareManager, PlanReader};
use crate::ids::PlanReviewId;
use crate::web::form::Form;
use crate::web::page::{Choice, Errors, Page, html_with, see_other};

use super::content::RiskLevel;
use super::part_pages::fields;
use super::review::{Came, OutcomeReviewed, ReviewContent, ReviewState, hold};
use super::review_store::{self, Review};
use super::shown::capital;
use super::store::{self, PlanVersion};
use super::views::{OutcomeShown, ReviewPage};
use super::write::PlanError;

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/support/{person_id}/reviews/{plan_review_id}", get().to(get_review))
        .route("/support/{person_id}/reviews/{plan_review_id}", post().to(post_review));
}

fn id(text: &str) -> Result<PlanReviewId, AppError> {
    text.parse().map_err(|_not_an_id| AppError::NotFound)
}

async fn found(app: &App, reader: &PlanReader, id: PlanReviewId) -> Result<(Review, PlanVersion), AppError> {
    let asked = reader.clone();
    let found = app.db.read(move |conn| {
        let plan = store::plan_of(conn, &asked)?.ok_or(PlanError::NotHere)?;
        let review = review_store::review(conn, &asked, id)?.ok_or(PlanError::NotHere)?;
        let version = review_store::version_of(conn, &plan, review.version_id)?.ok_or(PlanError::NotHere)?;
        Ok::<_, PlanError>((review, version))
    });
    Ok(found.await?)
}

/// `GET /support/{person_id}/reviews/{plan_review_id}`
pub async fn get_review(
    reader: PlanReader,
    path: Path<(String, String)>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (review, version) = found(&app, &reader, id(&path.1)?).await?;
    let content = review
        .content()
        .map_err(AppError::from)?
        .unwrap_or_else(|| ReviewContent { risk: review.risk, ..ReviewContent::default() });
    page(&request, &reader, (&review, &version), &content, Vec::new())
}

fn page(
    request: &HttpRequest,
    reader: &PlanReader,
    (review, version): (&Review, &PlanVersion),
    content: &ReviewContent,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let base = format!("/support/{}", reader.person());
    let is_due = review.state == ReviewState::Due;
    let holds = is_due && reader.is_care_manager();
    let outcome = |each: &super::Outcome| {
        let said = content.outcomes.iter().find(|said| said.key == each.key);
        let choice = |came: &Came| Choice {
            value: came.to_string(),
            label: capital(came.as_str()),
            count: None,
            chosen: said.is_some_and(|said| said.came == *came),
        };
        let came = said.map(|said| said.came.to_string()).unwrap_or_default();
        OutcomeShown {
            key: each.key.clone(),
            words: each.words.clone(),
            sign: each.sign.clone(),
            choices: Came::ALL.iter().map(choice).collect(),
            tag: tag(&came),
            came,
            said: said.map(|said| said.words.clone()).unwrap_or_default(),
        }
    };
    let risk = |level: &RiskLevel| Choice {
        value: level.to_string(),
        label: capital(level.as_str()),
        count: None,
        chosen: content.risk == *level,
    };
    let about = match (is_due, review.held_on) {
        (true, _) => format!("On or about {}, about version {} of the plan.", long_date(review.due_on), version.number),
        (false, Some(on)) => format!("Held on {}, about version {} of the plan.", long_date(on), version.number),
        (false, None) => "Another version was signed before it was held.".into(),
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html_with(
        status,
        &ReviewPage {
            page: Page::of(request, "Looking back together"),
            back: base.clone(),
            person: reader.acting_for().map(str::to_owned),
            heading: if is_due { "The next review".into() } else { "What came of the plan".into() },
            about,
            action: holds.then(|| format!("{base}/reviews/{}", review.id)),
            outcomes: version.content.outcomes.iter().map(outcome).collect(),
            worked: content.worked.clone(),
            did_not: content.did_not.clone(),
            next: content.next.clone(),
            risks: RiskLevel::ALL.iter().map(risk).collect(),
            change: content.change,
            errors: Errors::from(wrong),
        },
    )
}

/// `POST /support/{person_id}/reviews/{plan_review_id}`
pub async fn post_review(
    manager: AssignedCareManager,
    path: Path<(String, String)>,
    Form(pairs): Form<BTreeMap<String, String>>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = id(&path.1)?;
    let (review, version) = found(&app, &manager, id).await?;
    let one = |name: &str| pairs.get(name).map(|text| text.replace("\r\n", "\n").trim().to_owned()).unwrap_or_default();
    let said = version.content.outcomes.iter().filter_map(|outcome| {
        let came: Came = one(&outcome.key).parse().ok()?;
        Some(OutcomeReviewed { key: outcome.key.clone(), came, words: one(&format!("{}-words", outcome.key)) })
    });
    let content = ReviewContent {
        outcomes: said.collect(),
        worked: one("worked"),
        did_not: one("did_not"),
        next: one("next"),
        risk: one("risk").parse().unwrap_or(review.risk),
        change: one("change") == "yes",
    };
    let (by, sent, now) = (manager.clone(), content.clone(), app.clock.now());
    match app.db.write(move |tx| hold(tx, &by, id, &sent, now)).await {
        Ok(()) => Ok(see_other(&format!("/support/{}/reviews/{id}", manager.person()))),
        Err(error) => page(&request, &manager, (&review, &version), &content, fields(error)?),
    }
}
