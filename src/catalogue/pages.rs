//! The page of one service.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use actix_web::web::{Data, Path, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::app::App;
use crate::audit;
use crate::budgets;
use crate::budgets::meaning::{Plan, Purse};
use crate::budgets::meaning_shown::{self, MeaningShown};
use crate::budgets::purse::Week;
use crate::clock::{UtcTime, long_date, month_name};
use crate::db::{Conn, off_the_async_threads};
use crate::error::AppError;
use crate::identity::{Anyone, BudgetHolder, ProviderMember, SignedIn};
use crate::ids::{BudgetId, ServiceId};
use crate::reviews::care::ReplyRow;
use crate::reviews::store::Aspects;
use crate::reviews::views::{AspectScore, RatingsSummary, ReviewShown, SpreadRow};
use crate::reviews::{self, Review};
use crate::shortlists::{self, ListKeeper, Whose};
use crate::web::form::Ask;
use crate::web::page::{Link, Page, html};
use crate::web::paging;

use super::card;
use super::detail::Details;
use super::prices::over_time;
use super::service::{Kind, Origin, Service, Unit, WholeService};
use super::story::{self, Opened, REVIEWS, Said, Story, Taken};
use super::taxonomy::Taxonomy;
use super::told;
use super::views::{BuyBox, Origin as OriginShown, ProviderBox, Regulation, ServicePage, Upkeep};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/services/{service_id}", get().to(get_service));
}

/// Which reviews.
#[derive(Deserialize)]
pub struct Shown {
    reviews: Option<String>,
}

/// `GET /services/{service_id}`: everything that a service tells, and what it means for the visitor's budget.
pub async fn get_service(
    anyone: Anyone,
    keeper: ListKeeper,
    id: Path<String>,
    Ask(shown): Ask<Shown>,
    Ask(week): Ask<Week>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id: ServiceId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    let today = crate::clock::day(now);
    let page = paging::number(shown.reviews.as_deref());
    let opened = if let Some(opened) = app.shelf.story_at_hand(id, today) {
        opened
    } else {
        let with = app.clone();
        off_the_async_threads(move || open(&with, id, today)).await?.ok_or(AppError::NotFound)?
    };
    let read = read_for(&app, opened, page, anyone.visitor().cloned(), keeper).await?;
    let mine = anyone.visitor().and_then(ProviderMember::find);
    if mine.is_none_or(|member| member.organization() != read.story.whole.service.organization_id) {
        app.tally.looked_at(id, today);
    }
    // Whoever may buy from a budget, their own or that of somebody they act for.
    let holder = !read.purses.is_empty();
    let chosen = chosen_purse(&read, &week);
    audit::looks(&app.db, chosen.iter().map(|(holder, _)| audit::at_a_budget(holder, now)).collect()).await?;
    let meaning = chosen.and_then(|(_, purse)| means(&read, purse, &week, today));
    let more = (i64::from(page) * REVIEWS < read.story.whole.rating.ratings()).then(|| Link {
        label: format!("More reviews of {}", read.story.whole.rating.ratings()),
        href: format!("/services/{id}?reviews={}", page + 1),
    });
    let buy = BuyBox {
        means_for_budget: meaning.as_ref().map(|meaning| meaning.short.clone()),
        ..buy_box(&read.story.whole, anyone.visitor().is_some(), holder)
    };
    let (page, tie) = Page::tied(&request, read.story.whole.service.name.clone());
    tie.onto(html(&service_page(page, &read, &app.taxonomy, Given { buy, more, meaning, now }))?)
}

/// What the page is made of: what it tells everybody, and what is for this visitor alone.
struct Read {
    story: Arc<Story>,
    similar: Vec<Arc<WholeService>>,
    /// Older reviews, where these were asked for.
    older: Option<Said>,
    /// What the visitor may spend from, their own or of whom they buy for.
    purses: Vec<(BudgetHolder, Purse)>,
    kept: HashSet<ServiceId>,
}

/// Takes it from the shelf, which has connections of its own: whoever holds one meanwhile may wait for ever.
fn open(app: &App, id: ServiceId, today: NaiveDate) -> Result<Option<Opened>, AppError> {
    app.shelf.story(id, today, |whole| app.db.read_now(|conn| Story::read(conn, &app.index, whole, today)))
}

/// Adds what is for this visitor alone; for most there is nothing to read.
async fn read_for(
    app: &App,
    opened: Opened,
    page: u32,
    visitor: Option<SignedIn>,
    keeper: ListKeeper,
) -> Result<Read, AppError> {
    let Opened { story, similar } = opened;
    if page == 1 && *keeper.whose() == Whose::Nobody {
        return Ok(Read { story, similar, older: None, purses: Vec::new(), kept: HashSet::new() });
    }
    let today = crate::clock::day(app.clock.now());
    let read = move |conn: &mut Conn| {
        Ok::<_, AppError>(Read {
            older: (page > 1).then(|| Said::read(conn, story.whole.service.id, page)).transpose()?,
            purses: match &visitor {
                Some(who) if story.whole.cheapest().is_some() => budgets::purse::purses_of(conn, who, today)?,
                _ => Vec::new(),
            },
            kept: shortlists::store::kept(conn, &keeper)?,
            story,
            similar,
        })
    };
    app.db.read(read).await
}

/// What the page shows besides.
struct Given {
    buy: BuyBox,
    more: Option<Link>,
    meaning: Option<MeaningShown>,
    now: UtcTime,
}

/// Where its street is shown to whoever wants to go there; nothing for those who come to people.
fn street_map(whole: &WholeService) -> Option<String> {
    let at = whole.locations.first().filter(|at| whole.radius_metres.is_none() && at.address.is_some())?;
    let (north, east) = (at.latitude, at.longitude);
    Some(format!("https://www.openstreetmap.org/?mlat={north:.5}&mlon={east:.5}#map=16/{north:.5}/{east:.5}"))
}

/// The budget that was chosen, or the newest of one's own, or of whom one buys for.
fn chosen_purse<'a>(read: &'a Read, week: &Week) -> Option<&'a (BudgetHolder, Purse)> {
    let chosen = week.budget.parse::<BudgetId>().ok();
    read.purses.iter().find(|(_, purse)| Some(purse.budget) == chosen).or(read.purses.first())
}

/// What the service means for a budget.
fn means(read: &Read, purse: &Purse, week: &Week, today: NaiveDate) -> Option<MeaningShown> {
    let (asked, wrong) = week.read();
    let story = &read.story;
    let place = story.whole.locations.first().map(|at| (at.latitude, at.longitude));
    let way = budgets::purse::miles_there_and_back(purse, place);
    let plan = Plan::of(&story.prices, &asked, today, way)?;
    let told = plan.meaning(purse);
    let accepted = story.details.takes(purse.route);
    let action = format!("/services/{}#meaning", story.whole.service.id);
    let all: Vec<&Purse> = read.purses.iter().map(|(_, purse)| purse).collect();
    Some(meaning_shown::shown((&plan, &told), purse, &all, accepted, action, &wrong))
}

fn service_page(page: Page, read: &Read, taxonomy: &Taxonomy, given: Given) -> ServicePage {
    let story = &read.story;
    let (whole, details, said) = (&story.whole, &story.details, read.older.as_ref().unwrap_or(&story.said));
    let service = &whole.service;
    let today = crate::clock::day(given.now);
    let over_time = over_time(story.prices.clone(), today);
    let council = |code: &str| story.councils.get(&code.parse().ok()?).cloned();
    let named = |wanted: &str| -> Vec<String> {
        let terms = whole.attributes.iter().filter_map(|id| taxonomy.term(id));
        terms.filter(|term| term.taxonomy == wanted).map(|term| term.name.clone()).collect()
    };
    let keep = card::keep_button(service.id, &read.kept, &page.path);
    let plans =
        page.signed_in.as_ref().and_then(|visitor| visitor.plan.as_ref()).is_some_and(|plan| plan.href == "/support");
    ServicePage {
        plan_href: plans.then(|| format!("/support/add?service={}", service.id)),
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
        ages: told::ages(service),
        categories: categories(service, taxonomy),
        address: match (whole.radius_metres, whole.locations.first()) {
            (None, Some(at)) => card::address(at),
            _ => Vec::new(),
        },
        area_served: told::area(whole, details, council),
        distance: None,
        opening: told::opening(service, details, today),
        next_on: told::next_on(details, given.now),
        languages: (!service.languages.is_empty()).then(|| format!("English, {}", service.languages)),
        funding: whole.cheapest().map(|_| told::funding(details)),
        checks: told::checks(details, today),
        meaning: given.meaning,
        keep,
        phone: service.phone.clone(),
        email: service.email.clone(),
        website: service.url.clone(),
        map: story.map.as_deref().map(str::to_owned),
        street_map_href: street_map(whole),
        free: card::is_free(whole),
        has_past: over_time.iter().any(|price| !price.past.is_empty()),
        prices: told::prices(&over_time),
        price_made_of: told::made_of(&over_time),
        buy: given.buy,
        ask_href: Some(format!("/services/{}/questions", service.id)),
        places: service.places_free.and_then(|free| card::places(Some(free), None)),
        waiting: service
            .waiting_days
            .filter(|days| *days > 0)
            .map(|days| format!("People wait about {}", card::days_in_words(days))),
        accessibility: named("accessibility"),
        regulation: regulation(service, today),
        ratings: ratings(whole, &story.aspects),
        reviews: said
            .reviews
            .iter()
            .map(|(review, name)| review_shown(review, name, said.replies.get(&review.id), service.origin))
            .collect(),
        more_reviews: given.more,
        origin: origin(service, story.from.as_ref()),
        upkeep: story.upkeep.clone(),
        similar: read.similar.iter().map(|other| card::card(other, None, None)).collect(),
    }
}

/// The page as it would be, of a service that is not in the catalogue like this: for its provider.
#[must_use]
pub fn preview(
    page: Page,
    whole: WholeService,
    details: Details,
    taxonomy: &Taxonomy,
    back_href: String,
    now: UtcTime,
) -> ServicePage {
    let buy = BuyBox { why_not: Some("Here people buy it, or ask.".into()), ..BuyBox::default() };
    let story = Story {
        map: story::map(&whole),
        prices: whole.options.clone(),
        whole: Arc::new(whole),
        details,
        councils: HashMap::new(),
        said: Said::default(),
        aspects: Aspects::default(),
        upkeep: Upkeep::default(),
        from: None,
        similar: Vec::new(),
    };
    let read =
        Read { story: Arc::new(story), similar: Vec::new(), older: None, purses: Vec::new(), kept: HashSet::new() };
    let given = Given { buy, more: None, meaning: None, now };
    ServicePage { back_href, ask_href: None, ..service_page(page, &read, taxonomy, given) }
}

fn categories(service: &Service, taxonomy: &Taxonomy) -> Vec<Link> {
    let Some(term) = taxonomy.term(&service.category_id) else { return Vec::new() };
    let parent = term.parent_id.as_deref().and_then(|id| taxonomy.term(id));
    let link =
        |term: &super::taxonomy::Term| Link { label: term.name.clone(), href: format!("/search?category={}", term.id) };
    parent.into_iter().chain([term]).map(link).collect()
}

fn buy_box(whole: &WholeService, signed_in: bool, holder: bool) -> BuyBox {
    let path = format!("/services/{}/buy", whole.service.id);
    if whole.cheapest().is_none() {
        return BuyBox::default();
    }
    if whole.service.origin == Origin::OpenData {
        let why = "This entry comes from another directory, so it cannot be bought here. Ask the provider directly.";
        return BuyBox { why_not: Some(why.into()), ..BuyBox::default() };
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
    let real = service.origin != Origin::Invented;
    Some(Regulation {
        regulator: "Care Quality Commission".into(),
        href: real.then(|| format!("https://www.cqc.org.uk/location/{number}")),
        number,
        rating: service.regulator_rating.clone(),
        inherited: service.rating_inherited,
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

fn review_shown(review: &Review, name: &str, reply: Option<&ReplyRow>, origin: Origin) -> ReviewShown {
    ReviewShown {
        who: if review.anonymous { "Somebody who bought this".into() } else { short_name(name) },
        half_stars: u32::try_from(review.stars * 2).unwrap_or(0),
        stars: format!("{} out of 5", review.stars),
        when: month_name(review.written_at.date()),
        words: review.words.split("\n\n").filter(|words| !words.is_empty()).map(str::to_owned).collect(),
        verified: true,
        invented: origin == Origin::Invented,
        reply: reply.map(reviews::care_pages::reply_shown),
        report_href: format!("/reviews/{}/report", review.id),
    }
}

fn origin(service: &Service, from: Option<&Taken>) -> OriginShown {
    if let Some((feed, href, licence, attribution)) = from {
        let source =
            service.source.clone().filter(|source| source != feed).map(|source| format!("{source}, through {feed}"));
        let words = if attribution.is_empty() { licence.clone() } else { format!("{licence}. {attribution}") };
        return OriginShown {
            invented: service.origin == Origin::Invented,
            source: source.unwrap_or_else(|| feed.clone()),
            source_href: href.clone(),
            licence: Some(words),
            last_checked: long_date(service.assured_on),
        };
    }
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
