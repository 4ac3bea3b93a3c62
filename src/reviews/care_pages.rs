//! The pages of looking after reviews: a provider's answers, reports, the moderator's queue, and the public log of removals.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::audit;
use crate::catalogue::pages::short_name;
use crate::clock::{day, long_date, month_name};
use crate::corrections::WhereFrom;
use crate::error::{AppError, FieldError};
use crate::identity::attempts::{self, Tried};
use crate::identity::{Anyone, Moderator, ProviderMember};
use crate::ids::ReviewId;
use crate::verification::views::StepShown;
use crate::web::client;
use crate::web::form::{Ask, Form};
use crate::web::page::{Choice, Errors, Page, html, html_with, see_other};
use crate::web::paging;
use crate::web::session::form_token;
use crate::web::visit::html_for_anyone;

use super::care::{self, Decision, Objection, ReviewState, WholeReview};
use super::moderate::{decide, object, reply};
use super::review::Review;
use super::views::{
    DecidePage, OwnReview, OwnReviewsPage, RemovalShown, RemovalsPage, Reply, ReportReviewPage, ReviewQueuePage,
    ReviewRow,
};

/// Reviews on one page.
const PER_PAGE: u32 = 20;

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/reviews/removed", get().to(get_removals))
        .route("/reviews/{review_id}/report", get().to(get_report))
        .route("/reviews/{review_id}/report", post().to(post_report))
        .route("/provider/reviews", get().to(get_own_reviews))
        .route("/provider/reviews/{review_id}/reply", post().to(post_reply))
        .route("/moderation/reviews", get().to(get_queue))
        .route("/moderation/reviews/{review_id}", get().to(get_review))
        .route("/moderation/reviews/{review_id}/decision", post().to(post_decision));
}

/// Which page, and what was just done.
#[derive(Deserialize)]
pub struct Shown {
    page: Option<String>,
    done: Option<String>,
}

fn id_of(id: &str) -> Result<ReviewId, AppError> {
    id.parse().map_err(|_not_an_id| AppError::NotFound)
}

fn paragraphs(words: &str) -> Vec<String> {
    words.split("\n\n").filter(|part| !part.trim().is_empty()).map(str::to_owned).collect()
}

/// An answer as pages show it.
#[must_use]
pub fn reply_shown(reply: &care::ReplyRow) -> Reply {
    Reply { provider: reply.provider.clone(), when: long_date(day(reply.at)), words: reply.words.clone() }
}

/// `GET /reviews/removed`: every review that was removed, and why.
pub async fn get_removals(
    _: Anyone,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = paging::number(shown.page.as_deref());
    let (rows, total) = app
        .db
        .read(move |conn| {
            let rows = care::removals(conn, i64::from(page), i64::from(PER_PAGE))?;
            Ok::<_, AppError>((rows, care::count_removals(conn)?))
        })
        .await?;
    html(&RemovalsPage {
        page: Page::of(&request, "Removed reviews"),
        removals: rows
            .into_iter()
            .map(|care::RemovalRow { name, stars, reason, at, .. }| RemovalShown {
                service: name,
                stars: if stars == 1 { "1 star".into() } else { format!("{stars} stars") },
                when: long_date(day(at)),
                reason,
            })
            .collect(),
        pagination: paging::pagination(u64::try_from(total).unwrap_or(0), page, PER_PAGE, |number| {
            format!("/reviews/removed?page={number}")
        }),
    })
}

/// The form that reports a review, as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReportForm {
    what: String,
    words: String,
}

/// `GET /reviews/{review_id}/report`
pub async fn get_report(
    _: Anyone,
    id: Path<String>,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let thanked = shown.done.is_some();
    report_page(&app, &request, StatusCode::OK, id_of(&id)?, &ReportForm::default(), Vec::new(), thanked).await
}

async fn report_page(
    app: &App,
    request: &HttpRequest,
    status: StatusCode,
    id: ReviewId,
    typed: &ReportForm,
    errors: Vec<FieldError>,
    thanked: bool,
) -> Result<HttpResponse, AppError> {
    let found = app.db.read(move |conn| care::published(conn, id)).await.map_err(AppError::from)?;
    let whole = found.ok_or(AppError::NotFound)?;
    let choice = |what: &Objection| Choice {
        value: what.to_string(),
        label: what.label().into(),
        count: None,
        chosen: typed.what == what.as_str(),
    };
    html_for_anyone(request, "Report a review", status, |page| ReportReviewPage {
        page,
        action: format!("/reviews/{id}/report"),
        back_href: format!("/services/{}#reviews", whole.review.service_id),
        service: whole.service,
        words_of_review: paragraphs(&whole.review.words),
        stars: format!("{} out of 5", whole.review.stars),
        choices: Objection::ALL.iter().map(choice).collect(),
        words: typed.words.clone(),
        thanked,
        errors: Errors::from(errors),
    })
}

/// `POST /reviews/{review_id}/report`
pub async fn post_report(
    anyone: Anyone,
    id: Path<String>,
    Form(form): Form<ReportForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    attempts::limit(&app, &request, &anyone, Tried::Report).await?;
    let id = id_of(&id)?;
    let fields = match form.what.parse::<Objection>() {
        Err(_not_chosen) => vec![FieldError::new("what", "Choose what is wrong with it.")],
        Ok(what) => {
            let now = app.clock.now();
            let network = client::household(client::address(&request));
            let from = WhereFrom::of(form_token(&request).as_deref(), &network, now);
            let words = form.words.clone();
            let done = app.db.write(move |tx| object(tx, id, what, &words, &from, now)).await;
            match done.map_err(AppError::from) {
                Ok(()) => return Ok(see_other(&format!("/reviews/{id}/report?done=told"))),
                Err(AppError::Refused(refusal)) if !refusal.fields.is_empty() => refusal.fields,
                Err(other) => return Err(other),
            }
        }
    };
    report_page(&app, &request, StatusCode::UNPROCESSABLE_ENTITY, id, &form, fields, false).await
}

/// `GET /provider/reviews`
pub async fn get_own_reviews(
    member: ProviderMember,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let notice = shown.done.is_some().then_some("Your answer is published beside the review.");
    let page = paging::number(shown.page.as_deref());
    let page = own_reviews(&app, &request, member, page, None).await?;
    html(&OwnReviewsPage { page: page.page.with_notice(notice), ..page })
}

async fn own_reviews(
    app: &App,
    request: &HttpRequest,
    member: ProviderMember,
    page: u32,
    typed: Option<(ReviewId, String, Vec<FieldError>)>,
) -> Result<OwnReviewsPage, AppError> {
    let (rows, total, replies) = app
        .db
        .read(move |conn| {
            let rows = care::of_provider(conn, &member, i64::from(page), i64::from(PER_PAGE))?;
            let ids: Vec<ReviewId> = rows.iter().map(|(review, ..)| review.id).collect();
            Ok::<_, AppError>((rows, care::count_of_provider(conn, &member)?, care::replies(conn, &ids)?))
        })
        .await?;
    let own = |(review, service, writer): &(Review, String, String)| {
        let reply = replies.get(&review.id);
        let typed_here = typed.as_ref().filter(|(id, ..)| *id == review.id);
        OwnReview {
            id: review.id.to_string(),
            service: service.clone(),
            who: if review.anonymous { "Somebody who bought this".into() } else { short_name(writer) },
            half_stars: u32::try_from(review.stars * 2).unwrap_or(0),
            stars: format!("{} out of 5", review.stars),
            when: month_name(review.written_at.date()),
            words: paragraphs(&review.words),
            reply: reply.map(reply_shown),
            reply_path: reply.is_none().then(|| format!("/provider/reviews/{}/reply", review.id)),
            typed: typed_here.map(|(_, words, _)| words.clone()).unwrap_or_default(),
            problem: typed_here.and_then(|(.., errors)| errors.first()).map(|error| error.message.clone()),
        }
    };
    let errors = typed.as_ref().map(|(id, _, errors)| {
        errors.iter().map(|error| FieldError::new(&format!("words-{id}"), error.message.clone())).collect::<Vec<_>>()
    });
    Ok(OwnReviewsPage {
        page: Page::of(request, "What people say"),
        reviews: rows.iter().map(own).collect(),
        pagination: paging::pagination(u64::try_from(total).unwrap_or(0), page, PER_PAGE, |number| {
            format!("/provider/reviews?page={number}")
        }),
        errors: Errors::from(errors.unwrap_or_default()),
    })
}

/// The answer of a provider, as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReplyForm {
    words: String,
}

/// `POST /provider/reviews/{review_id}/reply`
pub async fn post_reply(
    member: ProviderMember,
    id: Path<String>,
    Form(form): Form<ReplyForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let (now, asking, words) = (app.clock.now(), member.clone(), form.words.clone());
    match app.db.write(move |tx| reply(tx, &asking, id, &words, now)).await.map_err(AppError::from) {
        Ok(()) => Ok(see_other("/provider/reviews?done=replied")),
        Err(AppError::Refused(refusal)) if !refusal.fields.is_empty() => {
            let page = own_reviews(&app, &request, member, 1, Some((id, form.words, refusal.fields))).await?;
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other),
    }
}

/// `GET /moderation/reviews`
pub async fn get_queue(
    moderator: Moderator,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let asked = moderator.clone();
    let waiting = app.db.read(move |conn| care::waiting(conn, &asked, 50)).await.map_err(AppError::from)?;
    audit::looks(&app.db, care::looks(&moderator, &waiting, app.clock.now())).await?;
    let notice = shown.done.is_some().then_some("That is decided. Your reason is kept.");
    let row = |whole: &WholeReview| {
        let short: String = whole.review.words.chars().take(160).collect();
        ReviewRow {
            href: format!("/moderation/reviews/{}", whole.review.id),
            service: whole.service.clone(),
            provider: whole.provider.clone(),
            words: if short.is_empty() { format!("{} out of 5, without words", whole.review.stars) } else { short },
            why: match whole.state {
                ReviewState::Waiting => "Not published: it may tell of harm".into(),
                _ => "Somebody says that it should not stand".into(),
            },
            state: crate::catalogue::card::tag(whole.state.as_str()),
        }
    };
    html(&ReviewQueuePage {
        page: Page::of(&request, "Reviews to look at").with_notice(notice),
        waiting: waiting.iter().map(row).collect(),
    })
}

/// `GET /moderation/reviews/{review_id}`
pub async fn get_review(
    moderator: Moderator,
    id: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = decide_page(&app, &request, moderator, id_of(&id)?, &DecisionForm::default(), Vec::new()).await?;
    html(&page)
}

/// The form that decides, as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct DecisionForm {
    decision: String,
    reason: String,
}

async fn decide_page(
    app: &App,
    request: &HttpRequest,
    moderator: Moderator,
    id: ReviewId,
    typed: &DecisionForm,
    errors: Vec<FieldError>,
) -> Result<DecidePage, AppError> {
    let asked = moderator.clone();
    let (whole, objections, decisions) = app
        .db
        .read(move |conn| {
            let whole = care::of_moderator(conn, &asked, id)?;
            Ok::<_, AppError>((whole, care::objections(conn, id)?, care::decisions(conn, id)?))
        })
        .await?;
    audit::looks(&app.db, care::looks(&moderator, std::slice::from_ref(&whole), app.clock.now())).await?;
    let may: &[(Decision, &str)] = match whole.state {
        ReviewState::Waiting => &[
            (Decision::Published, "Publish it"),
            (Decision::Removed, "Remove it: people see that it was removed, and why"),
        ],
        ReviewState::Published => &[
            (Decision::Left, "Leave it as it is"),
            (Decision::Removed, "Remove it: people see that it was removed, and why"),
        ],
        ReviewState::Removed => &[(Decision::Published, "Publish it again")],
    };
    let choice = |(decision, label): &(Decision, &str)| Choice {
        value: decision.to_string(),
        label: (*label).to_owned(),
        count: None,
        chosen: typed.decision == decision.as_str(),
    };
    let step = |row: &care::DecisionRow| {
        let mut word = row.decision.as_str().to_owned();
        if let Some(first) = word.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let by = row.by.clone().unwrap_or_else(|| "the filter".into());
        StepShown {
            what: format!("{word} on {} by {by}", long_date(day(row.at))),
            until: None,
            why: Some(row.reason.clone()),
        }
    };
    let said = |row: &care::ObjectionRow| {
        let words = if row.words.is_empty() { String::new() } else { format!(": {}", row.words) };
        format!("{}{words} ({})", row.what.label(), long_date(day(row.at)))
    };
    Ok(DecidePage {
        page: Page::of(request, format!("A review of {}", whole.service)),
        service: whole.service.clone(),
        service_href: format!("/services/{}", whole.review.service_id),
        provider: whole.provider.clone(),
        who: whole.writer.clone(),
        stars: format!("{} out of 5", whole.review.stars),
        half_stars: u32::try_from(whole.review.stars * 2).unwrap_or(0),
        when: long_date(day(whole.review.written_at)),
        words: paragraphs(&whole.review.words),
        state: crate::catalogue::card::tag(whole.state.as_str()),
        danger: whole.state == ReviewState::Waiting || objections.iter().any(|row| row.what == Objection::Danger),
        objections: objections.iter().map(said).collect(),
        decisions: decisions.iter().map(step).collect(),
        action: format!("/moderation/reviews/{id}/decision"),
        choices: may.iter().map(choice).collect(),
        reason: typed.reason.clone(),
        errors: Errors::from(errors),
    })
}

/// `POST /moderation/reviews/{review_id}/decision`
pub async fn post_decision(
    moderator: Moderator,
    id: Path<String>,
    Form(form): Form<DecisionForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let fields = match form.decision.parse::<Decision>() {
        Err(_not_chosen) => vec![FieldError::new("decision", "Choose what is to be done.")],
        Ok(decision) => {
            let (now, asking, reason) = (app.clock.now(), moderator.clone(), form.reason.clone());
            let done = app.db.write(move |tx| decide(tx, &asking, id, decision, &reason, now)).await;
            match done.map_err(AppError::from) {
                Ok(()) => return Ok(see_other("/moderation/reviews?done=decided")),
                Err(AppError::Refused(refusal)) if !refusal.fields.is_empty() => refusal.fields,
                Err(other) => return Err(other),
            }
        }
    };
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &decide_page(&app, &request, moderator, id, &form, fields).await?)
}
