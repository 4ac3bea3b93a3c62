//! The page that rates a purchase.

use actix_web::http::StatusCode;
use actix_web::web::{Data, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::error::{AppError, FieldError};
use crate::identity::PurchaseOwner;
use crate::purchasing;
use crate::web::form::Form;
use crate::web::page::{Errors, Page, html, html_with, see_other};

use super::review::Stars;
use super::views::{AspectAsked, ReviewPage};
use super::{Written, store, write};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/purchases/{purchase_id}/review", get().to(get_review))
        .route("/purchases/{purchase_id}/review", post().to(post_review));
}

/// The form that rates, as it was sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReviewForm {
    stars: String,
    reliability: String,
    kindness: String,
    communication: String,
    value: String,
    outcome: String,
    words: String,
    anonymous: Option<String>,
}

impl ReviewForm {
    fn checked(&self) -> Result<Written, AppError> {
        let aspect = |text: &str| text.parse::<i32>().ok();
        Written {
            stars: Stars {
                stars: self.stars.parse().unwrap_or(0),
                reliability: aspect(&self.reliability),
                kindness: aspect(&self.kindness),
                communication: aspect(&self.communication),
                value: aspect(&self.value),
                outcome: aspect(&self.outcome),
            },
            words: self.words.clone(),
            anonymous: self.anonymous.is_some(),
        }
        .checked()
    }
}

/// `GET /purchases/{purchase_id}/review`: the form, with what was said before.
pub async fn get_review(party: PurchaseOwner, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    html(&review_page(&app, &request, party, None, Vec::new()).await?)
}

/// `POST /purchases/{purchase_id}/review`
pub async fn post_review(
    party: PurchaseOwner,
    Form(form): Form<ReviewForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let written = match form.checked() {
        Ok(written) => written,
        Err(AppError::Refused(refusal)) => {
            let page = review_page(&app, &request, party, Some(form), refusal.fields).await?;
            return html_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
        Err(other) => return Err(other),
    };
    let now = app.clock.now();
    let purchase = party.purchase();
    app.db.write(move |tx| write(tx, &party, &written, now)).await?;
    Ok(see_other(&format!("/purchases/{purchase}?done=rated")))
}

async fn review_page(
    app: &App,
    request: &HttpRequest,
    party: PurchaseOwner,
    typed: Option<ReviewForm>,
    errors: Vec<FieldError>,
) -> Result<ReviewPage, AppError> {
    let purchase = party.purchase();
    let (service, provider, earlier) = app
        .db
        .read(move |conn| {
            let whole = purchasing::store::whole_for_party(conn, &party)?;
            let names = purchasing::pages::Names::of(conn, &[&whole.purchase])?;
            let earlier = store::review_by(conn, whole.purchase.service_id, whole.purchase.person_id)?;
            let (service, provider) =
                (names.service(&whole.purchase).to_owned(), names.provider(&whole.purchase).to_owned());
            Ok::<_, AppError>((service, provider, earlier))
        })
        .await?;
    let changing = earlier.is_some();
    let said = typed.unwrap_or_else(|| {
        earlier
            .map(|review| {
                let aspect = |given: Option<i32>| given.map(|stars| stars.to_string()).unwrap_or_default();
                ReviewForm {
                    stars: review.stars.to_string(),
                    reliability: aspect(review.reliability),
                    kindness: aspect(review.kindness),
                    communication: aspect(review.communication),
                    value: aspect(review.value),
                    outcome: aspect(review.outcome),
                    words: review.words,
                    anonymous: review.anonymous.then(|| "yes".into()),
                }
            })
            .unwrap_or_default()
    });
    let aspect = |name: &str, label: &str, given: &str| AspectAsked {
        name: name.into(),
        label: label.into(),
        stars: given.parse().unwrap_or(0),
    };
    Ok(ReviewPage {
        page: Page::of(request, format!("Rate {service}")),
        action: format!("/purchases/{purchase}/review"),
        back_href: format!("/purchases/{purchase}"),
        service,
        provider,
        stars: said.stars.parse().unwrap_or(0),
        aspects: vec![
            aspect("reliability", "Reliability: did they come, and on time?", &said.reliability),
            aspect("kindness", "Kindness", &said.kindness),
            aspect("communication", "Communication: did they tell you what you needed to know?", &said.communication),
            aspect("value", "Value for money", &said.value),
            aspect("outcome", "Did it help with what matters to you?", &said.outcome),
        ],
        words: said.words,
        anonymous: said.anonymous.is_some(),
        changing,
        errors: Errors::from(errors),
    })
}
