//! The page of one service.

use actix_web::web::{Data, Path, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::app::App;
use crate::clock::{long_date, month_name};
use crate::error::AppError;
use crate::identity::Anyone;
use crate::ids::ServiceId;
use crate::reviews::store::Aspects;
use crate::reviews::views::{AspectScore, RatingsSummary, ReviewShown, SpreadRow};
use crate::reviews::{self, Review};
use crate::web::form::Ask;
use crate::web::page::{Link, Page, Row, html};
use crate::web::paging;

use super::card;
use super::service::{Kind, Origin, Service, Unit, WholeService};
use super::taxonomy::Taxonomy;
use super::views::{BuyBox, Origin as OriginShown, PriceOption, ProviderBox, Regulation, ServicePage};

/// Reviews on one page.
const REVIEWS: i64 = 5;

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/services/{service_id}", get().to(get_service));
}

/// Which reviews.
#[derive(Deserialize)]
pub struct Shown {
    reviews: Option<String>,
}

/// `GET /services/{service_id}`: everything that a service tells.
pub async fn get_service(
    anyone: Anyone,
    id: Path<String>,
    Ask(shown): Ask<Shown>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id: ServiceId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let today = app.clock.now().date();
    let page = paging::number(shown.reviews.as_deref());
    let whole = app.shelf.find(id, today).await?.ok_or(AppError::NotFound)?;
    let (reviews, aspects) = if whole.rating.ratings() == 0 {
        (Vec::new(), Aspects::default())
    } else {
        let read = app.db.read(move |conn| {
            let reviews = reviews::store::reviews_of(conn, id, i64::from(page), REVIEWS)?;
            Ok::<_, AppError>((reviews, reviews::store::aspects_of(conn, id)?))
        });
        read.await?
    };
    let holder = match anyone.visitor().cloned() {
        Some(who) => {
            let budgets = app.db.read(move |conn| crate::budgets::store::budgets_to_buy_from(conn, &who)).await;
            !budgets.map_err(AppError::from)?.is_empty()
        }
        None => false,
    };
    let more = (i64::from(page) * REVIEWS < whole.rating.ratings()).then(|| Link {
        label: format!("More reviews of {}", whole.rating.ratings()),
        href: format!("/services/{id}?reviews={}", page + 1),
    });
    html(&service_page(
        Page::of(&request, whole.service.name.clone()),
        &whole,
        &app.taxonomy,
        &Given {
            buy: buy_box(&whole, anyone.visitor().is_some(), holder),
            reviews: reviews.iter().map(|(review, name)| review_shown(review, name, whole.service.origin)).collect(),
            more,
            aspects,
            today,
        },
    ))
}

/// What the page shows besides the service itself.
struct Given {
    buy: BuyBox,
    reviews: Vec<ReviewShown>,
    more: Option<Link>,
    aspects: Aspects,
    today: NaiveDate,
}

fn service_page(page: Page, whole: &WholeService, taxonomy: &Taxonomy, given: &Given) -> ServicePage {
    let service = &whole.service;
    let named = |wanted: &str| -> Vec<String> {
        let terms = whole.attributes.iter().filter_map(|id| taxonomy.term(id));
        terms.filter(|term| term.taxonomy == wanted).map(|term| term.name.clone()).collect()
    };
    ServicePage {
        page,
        back_href: "/search".into(),
        name: service.name.clone(),
        kind: service.kind.to_string(),
        kind_slug: service.kind.slug(),
        provider: ProviderBox {
            name: whole.provider.clone(),
            provider_type: whole.provider_type.to_string(),
            about: (!whole.provider_about.is_empty()).then(|| whole.provider_about.clone()),
            registration: None,
            on_list: None,
        },
        description: service.description.split("\n\n").map(str::to_owned).collect(),
        needs: named("need"),
        ages: ages(service),
        categories: categories(service, taxonomy),
        address: match (whole.radius_metres, whole.locations.first()) {
            (None, Some(at)) => card::address(at),
            _ => Vec::new(),
        },
        area_served: whole.radius_metres.map(|_| card::card(whole, None, None).place),
        distance: None,
        opening: opening(&service.opening_hours),
        phone: service.phone.clone(),
        email: service.email.clone(),
        website: service.url.clone(),
        map: None,
        free: card::is_free(whole),
        prices: prices(whole),
        price_includes: Vec::new(),
        price_made_of: None,
        buy: given.buy.clone(),
        places: service.places_free.and_then(|free| card::places(Some(free), None)),
        waiting: service
            .waiting_days
            .filter(|days| *days > 0)
            .map(|days| format!("People wait about {}", card::days_in_words(days))),
        accessibility: named("accessibility"),
        regulation: regulation(service, given.today),
        ratings: ratings(whole, &given.aspects),
        reviews: given.reviews.clone(),
        more_reviews: given.more.clone(),
        origin: origin(service),
        similar: Vec::new(),
    }
}

fn ages(service: &Service) -> Option<String> {
    match (service.minimum_age, service.maximum_age) {
        (None | Some(0), None) => None,
        (Some(from), None) => Some(format!("{from} and over")),
        (None | Some(0), Some(to)) => Some(format!("up to {to}")),
        (Some(from), Some(to)) => Some(format!("{from} to {to}")),
    }
}

fn categories(service: &Service, taxonomy: &Taxonomy) -> Vec<Link> {
    let Some(term) = taxonomy.term(&service.category_id) else { return Vec::new() };
    let parent = term.parent_id.as_deref().and_then(|id| taxonomy.term(id));
    let link =
        |term: &super::taxonomy::Term| Link { label: term.name.clone(), href: format!("/search?category={}", term.id) };
    parent.into_iter().chain([term]).map(link).collect()
}

/// Lines of "day: hours", or one sentence.
fn opening(hours: &str) -> Vec<Row> {
    let line = |line: &str| match line.split_once(": ") {
        Some((day, hours)) => Row { label: day.into(), value: hours.into() },
        None => Row { label: "When".into(), value: line.into() },
    };
    hours.lines().filter(|text| !text.trim().is_empty()).map(line).collect()
}

fn prices(whole: &WholeService) -> Vec<PriceOption> {
    let option = |option: &super::CostOption| PriceOption {
        label: option.label.clone(),
        amount: option.amount_pence.to_string(),
        unit: option.unit.to_string(),
        when: String::new(),
        since: Some(format!("since {}", long_date(option.valid_from))),
    };
    whole.options.iter().map(option).collect()
}

fn buy_box(whole: &WholeService, signed_in: bool, holder: bool) -> BuyBox {
    let path = format!("/services/{}/buy", whole.service.id);
    if whole.cheapest().is_none() {
        return BuyBox::default();
    }
    match (signed_in, holder) {
        (true, true) => BuyBox { buy_href: Some(path), ..BuyBox::default() },
        (true, false) => {
            BuyBox { why_not: Some("Sign in as a budget holder to buy this.".into()), ..BuyBox::default() }
        }
        (false, _) => {
            let next = percent_encoding::utf8_percent_encode(&path, percent_encoding::NON_ALPHANUMERIC);
            BuyBox { sign_in_href: Some(format!("/sign-in?next={next}")), ..BuyBox::default() }
        }
    }
}

fn regulation(service: &Service, today: NaiveDate) -> Option<Regulation> {
    let number = service.registration_number.clone().filter(|_| service.regulated)?;
    let source = service.registration_source.clone().unwrap_or_default();
    let inspected = service.regulator_inspected_on.map(|on| {
        let years = (today - on).num_days() / 365;
        let age = match years {
            0 => "less than a year ago".to_owned(),
            1 => "a year ago".to_owned(),
            years => format!("{years} years ago"),
        };
        format!("Inspected {}, {age}", long_date(on))
    });
    let real = service.origin == Origin::OpenData;
    Some(Regulation {
        regulator: "Care Quality Commission".into(),
        href: real.then(|| format!("https://www.cqc.org.uk/location/{number}")),
        number,
        rating: service.regulator_rating.clone(),
        inspected,
        source,
        checked: service.registration_checked_on.map(|on| format!("Checked {}", long_date(on))).unwrap_or_default(),
    })
}

fn ratings(whole: &WholeService, aspects: &Aspects) -> Option<RatingsSummary> {
    let rating = card::rating(whole.rating)?;
    let all = whole.rating.ratings().max(1);
    let spread = (1..=5_usize).rev().map(|stars| {
        let count = i64::from(whole.rating.counts[stars - 1]);
        SpreadRow {
            label: if stars == 1 { "1 star".into() } else { format!("{stars} stars") },
            count: count.to_string(),
            percent: u32::try_from((count * 100 + all / 2) / all).unwrap_or(0),
        }
    });
    let names = ["Reliability", "Kindness", "Communication", "Value", "Helps with what matters"];
    let aspect = |(label, (sum, count)): (&str, (i64, i64))| {
        let tenths = (sum * 10 + count / 2) / count.max(1);
        AspectScore {
            label: label.into(),
            score: format!("{}.{}", tenths / 10, tenths % 10),
            half_stars: u32::try_from((tenths + 2) / 5).unwrap_or(0),
        }
    };
    let aspects = names.into_iter().zip(aspects.sums).filter(|(_, (_, count))| *count > 0).map(aspect);
    Some(RatingsSummary { rating, spread: spread.collect(), aspects: aspects.collect() })
}

/// "Amira Khan" → "Amira K."
#[must_use]
pub fn short_name(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().unwrap_or_default();
    match words.next_back().and_then(|last| last.chars().next()) {
        Some(initial) => format!("{first} {initial}."),
        None => first.to_owned(),
    }
}

fn review_shown(review: &Review, name: &str, origin: Origin) -> ReviewShown {
    ReviewShown {
        who: if review.anonymous { "Somebody who bought this".into() } else { short_name(name) },
        half_stars: u32::try_from(review.stars * 2).unwrap_or(0),
        stars: format!("{} out of 5", review.stars),
        when: month_name(review.written_at.date()),
        words: review.words.split("\n\n").filter(|words| !words.is_empty()).map(str::to_owned).collect(),
        verified: true,
        invented: origin == Origin::Invented,
        reply: None,
    }
}

fn origin(service: &Service) -> OriginShown {
    let open = service.origin == Origin::OpenData;
    OriginShown {
        invented: service.origin == Origin::Invented,
        source: service.source.clone().unwrap_or_default(),
        source_href: open.then(|| "/credits".into()),
        licence: open.then(|| "Open Government Licence v3.0".into()),
        last_checked: long_date(service.assured_on),
    }
}

/// "hour" and "hours", for forms.
#[must_use]
pub fn unit_words(unit: Unit) -> (String, String) {
    let one = if unit == Unit::OneOff { "time".into() } else { unit.to_string() };
    let many = format!("{one}s");
    (one, many)
}

/// What a kind of service is about, for the home page.
#[must_use]
pub fn about(kind: Kind) -> &'static str {
    match kind {
        Kind::Support => "Help at home, company, a break for carers",
        Kind::PersonalAssistant => "One person who works for you",
        Kind::Equipment => "Things that make daily life easier",
        Kind::Accommodation => "Care homes and supported living",
        Kind::Money => "Payroll and managed accounts",
        Kind::Planning => "Someone on your side",
        Kind::Universal => "Libraries, pharmacies, food banks",
        Kind::Community => "Clubs, groups, good company",
        Kind::Information => "Know your rights and choices",
    }
}
