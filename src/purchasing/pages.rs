//! The pages of a budget holder: buying, and what becomes of it.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::app::App;
use crate::audit;
use crate::budgets::holding::pages::plain;
use crate::budgets::picture::{of_budget, picture};
use crate::budgets::shares::percent;
use crate::budgets::terms::{self, Terms};
use crate::budgets::{self, Budget, FundingRoute};
use crate::catalogue::{self, CostOption, WholeService};
use crate::clock::long_date;
use crate::error::{AppError, FieldError};
use crate::identity::{BudgetHolder, BudgetReader, PurchaseBuyer, PurchaseParty, PurchaseReader, SignedIn};
use crate::ids::{BudgetId, CostOptionId, DeliveryId, InvoiceId, PersonId, ServiceId, SubmissionKey};
use crate::money::Money;
use crate::places::settings::{self, Setting};
use crate::reviews;
use crate::spending_rules::{self, views::RuleOnTheWay};
use crate::web::form::{Ask, Form};
use crate::web::page::{Errors, Link, Page, html, html_with, see_other};

use super::shown;
pub use super::shown::Names;
use super::state::{DeliveryState, PurchaseState};
use super::views::{BuyOption, BuyPage, Check, Part, PurchasePage};
use super::{Request, buy, cancel, confirm, dispute, say_paid, store};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/services/{service_id}/buy", get().to(get_buy))
        .route("/budgets/{budget_id}/purchases", post().to(post_purchase))
        .route("/purchases/{purchase_id}", get().to(get_purchase))
        .route("/purchases/{purchase_id}/cancellation", post().to(post_cancellation))
        .route("/purchases/{purchase_id}/deliveries/{delivery_id}/confirmation", post().to(post_confirmation))
        .route("/purchases/{purchase_id}/deliveries/{delivery_id}/dispute", post().to(post_dispute))
        .route("/purchases/{purchase_id}/invoices/{invoice_id}/payment", post().to(post_payment));
}

/// Which budget pays.
#[derive(Deserialize)]
pub struct Pays {
    budget: Option<String>,
}

/// `GET /services/{service_id}/buy`: the form that buys.
pub async fn get_buy(
    who: SignedIn,
    id: Path<String>,
    Ask(pays): Ask<Pays>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let service: ServiceId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let wanted: Option<BudgetId> = pays.budget.and_then(|text| text.parse().ok());
    let today = app.clock.now().date();
    let person = who.clone();
    let budget = app
        .db
        .read(move |conn| {
            let budgets = budgets::store::budgets_to_buy_from(conn, &person)?;
            let open = budgets.iter().find(|(budget, _)| budget.starts_on <= today && today < budget.ends_on);
            let chosen = budgets.iter().find(|(budget, _)| Some(budget.id) == wanted).or(open).or(budgets.first());
            Ok::<_, AppError>(chosen.map(|(_, holder)| holder.clone()))
        })
        .await?;
    let Some(holder) = budget else {
        return Err(AppError::refused(
            "no-budget",
            "you have no budget to buy from yet. Ask your council about a personal budget",
        ));
    };
    holder.announce(&request);
    audit::looks(&app.db, vec![audit::at_a_budget(&holder, app.clock.now())]).await?;
    let typed = PurchaseForm {
        service: service.to_string(),
        option: String::new(),
        quantity: "1".into(),
        start_on: (today + chrono::Days::new(1)).to_string(),
        note: String::new(),
        part: String::new(),
        answer: String::new(),
        step: None,
        submission_key: SubmissionKey::new().to_string(),
    };
    let page = buy_page(&app, &request, holder, typed, Errors::default(), None).await?;
    html(&page)
}

/// The form that buys, as it was sent.
#[derive(Clone, Deserialize)]
pub struct PurchaseForm {
    #[serde(default)]
    service: String,
    #[serde(default)]
    option: String,
    #[serde(default)]
    quantity: String,
    #[serde(default)]
    start_on: String,
    #[serde(default)]
    note: String,
    /// From which part of a budget that is held in several ways.
    #[serde(default)]
    part: String,
    #[serde(default)]
    answer: String,
    step: Option<String>,
    #[serde(default)]
    submission_key: String,
}

impl PurchaseForm {
    /// The request that the form makes, or what is wrong with its fields.
    fn checked(&self, today: NaiveDate) -> Result<Request, AppError> {
        let mut wrong = Vec::new();
        let service: ServiceId = self.service.parse().map_err(|_not_an_id| AppError::NotFound)?;
        let key: SubmissionKey = self.submission_key.parse().map_err(|_not_an_id| {
            AppError::refused_as(StatusCode::BAD_REQUEST, "bad-request", "this form is broken. Open the service again")
        })?;
        let option: Option<CostOptionId> = self.option.parse().ok();
        if option.is_none() {
            wrong.push(FieldError::new("option", "Choose one of the prices."));
        }
        let quantity: Option<i32> = self.quantity.trim().parse().ok();
        if quantity.is_none() {
            wrong.push(FieldError::new(
                "quantity",
                format!("Choose how many: a whole number from 1 to {}.", Request::MOST),
            ));
        }
        let starts_on: Option<NaiveDate> = self.start_on.trim().parse().ok();
        if starts_on.is_none() {
            wrong.push(FieldError::new("start_on", "Enter a start date, such as 31/3/2027."));
        }
        let part = Some(self.part.trim()).filter(|part| !part.is_empty());
        let funding_route = part.map(str::parse::<FundingRoute>).transpose();
        if funding_route.is_err() {
            wrong.push(FieldError::new("part", "Choose one of the parts of your budget."));
        }
        let (Some(cost_option), Some(quantity), Some(starts_on), Ok(funding_route)) =
            (option, quantity, starts_on, funding_route)
        else {
            return Err(AppError::invalid(wrong));
        };
        let note = self.note.trim().to_owned();
        let answer = self.answer.trim().to_owned();
        Request { service, cost_option, quantity, starts_on, note, funding_route, answer, key }.checked(today)
    }
}

/// `POST /budgets/{budget_id}/purchases`: works out the cost, or buys.
pub async fn post_purchase(
    holder: BudgetHolder,
    Form(form): Form<PurchaseForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let wanted = match form.checked(now.date()) {
        Ok(wanted) => wanted,
        Err(AppError::Refused(refusal)) if !refusal.fields.is_empty() => {
            let fields = refusal.fields.into_iter().map(|error| match error.field.as_str() {
                "starts_on" => FieldError { field: "start_on".into(), ..error },
                _ => error,
            });
            let errors: Vec<FieldError> = fields.collect();
            let page = buy_page(&app, &request, holder, form, errors.into(), None).await?;
            return html_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
        Err(other) => return Err(other),
    };
    if form.step.as_deref() == Some("check") {
        let page = buy_page(&app, &request, holder, form, Errors::default(), Some(wanted.quantity)).await?;
        return html(&page);
    }
    let buyer = holder.clone();
    let rules = app.rules.rules(holder.authority()).await?;
    match app.db.write(move |tx| buy(tx, &buyer, &wanted, &rules, now)).await {
        Ok(purchase) => Ok(see_other(&format!("/purchases/{}?done=bought", purchase.id))),
        Err(super::BuyError::Database(cause)) => Err(cause.into()),
        Err(super::BuyError::AgainstARule(rule)) => {
            let on_the_way = RuleOnTheWay { rule: spending_rules::pages::shown(&rule), ..RuleOnTheWay::default() };
            let quantity = form.quantity.trim().parse().ok();
            let page = buy_page(&app, &request, holder, form, Errors::default(), quantity).await?;
            html_with(StatusCode::CONFLICT, &BuyPage { on_the_way: Some(page.on_the_way_of(on_the_way)), ..page })
        }
        Err(super::BuyError::QuestionFirst(rule)) => {
            let question = rule.question.clone();
            let on_the_way =
                RuleOnTheWay { rule: spending_rules::pages::shown(&rule), question, ..RuleOnTheWay::default() };
            let quantity = form.quantity.trim().parse().ok();
            let page = buy_page(&app, &request, holder, form, Errors::default(), quantity).await?;
            html_with(StatusCode::CONFLICT, &BuyPage { on_the_way: Some(page.on_the_way_of(on_the_way)), ..page })
        }
        Err(refused) => {
            let field = match refused {
                super::BuyError::NotEnoughMoney(_) => "quantity",
                super::BuyError::BudgetNotOpen(_) => "start_on",
                super::BuyError::NoSuchPart(_) => "part",
                _ => "option",
            };
            let AppError::Refused(refusal) = AppError::from(refused) else { return Err(AppError::NotFound) };
            let quantity = form.quantity.trim().parse().ok();
            let errors = vec![FieldError::new(field, refusal.sentence)];
            let page = buy_page(&app, &request, holder, form, errors.into(), quantity).await?;
            html_with(refusal.status, &page)
        }
    }
}

/// The form with what was typed, what is wrong with it, and what it would cost.
async fn buy_page(
    app: &App,
    request: &HttpRequest,
    holder: BudgetHolder,
    typed: PurchaseForm,
    errors: Errors,
    check: Option<i32>,
) -> Result<BuyPage, AppError> {
    let service: ServiceId = typed.service.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let today = app.clock.now().date();
    let (whole, summary, budget, others, held, within) = app
        .db
        .read(move |conn| {
            let whole = catalogue::store::whole_service(conn, service, today)?.ok_or(AppError::NotFound)?;
            let within = settings::setting(conn, holder.authority(), Setting::AnswerChallengesWithinDays)?;
            let within = Setting::AnswerChallengesWithinDays.shown(within);
            let summary = budgets::store::summary(conn, &holder)?;
            let budget = budgets::store::read(conn, &holder)?;
            let others = budgets::store::budgets_to_buy_from(conn, holder.who())?;
            let held = budgets::store::terms(conn, budget.authority, budget.id)?;
            let held = terms::on(&held, today.clamp(budget.starts_on, budget.ends_on)).cloned();
            Ok::<_, AppError>((whole, summary, budget, others, held, within))
        })
        .await?;
    let payable: Vec<&CostOption> = whole.options.iter().filter(|option| option.amount_pence > Money::ZERO).collect();
    let first =
        payable.first().ok_or_else(|| AppError::refused("not-on-offer", "this service cannot be bought here"))?;
    let chosen = payable.iter().find(|option| option.id.as_str() == typed.option).unwrap_or(first);
    let other_budgets =
        others.iter().filter(|(other, _)| other.id != budget.id && other.ends_on > today).map(|(other, holder)| Link {
            label: whose(&other.name, holder),
            href: format!("/services/{service}/buy?budget={}", other.id),
        });
    Ok(BuyPage {
        page: Page::of(request, format!("Buy {}", whole.service.name)),
        service: whole.service.name.clone(),
        service_id: service.to_string(),
        service_href: format!("/services/{service}"),
        kind_slug: whole.service.kind.slug(),
        provider: whole.provider.clone(),
        budget_id: budget.id.to_string(),
        budget_name: summary.name,
        available: budget.available.balance.to_string(),
        available_pence: budget.available.balance.as_pence(),
        other_budgets: other_budgets.collect(),
        picture: of_budget(&budget),
        options: payable.iter().map(|option| buy_option(option, &budget, chosen.id)).collect(),
        parts: held.map(|held| parts(&held, &budget, &typed.part)).unwrap_or_default(),
        quantity: typed.quantity,
        start_on: typed.start_on,
        earliest: today.to_string(),
        note: typed.note,
        submission_key: typed.submission_key,
        answer: typed.answer,
        rules_href: format!("/rules/{}", budget.authority),
        within,
        on_the_way: None,
        errors,
        check: check.and_then(|quantity| what_it_means(chosen, quantity, &budget, &whole)),
    })
}

/// The parts of a budget that is held in several ways, to choose one that pays; none where there is nothing to choose.
fn parts(held: &Terms, budget: &Budget, typed: &str) -> Vec<Part> {
    let all = held.holders.parts();
    if all.len() < 2 {
        return Vec::new();
    }
    let chosen = typed.parse().unwrap_or(budget.funding_route);
    let part = |(holder, share): &(terms::Holder, i32)| {
        let (label, about) = plain(holder.route);
        Part {
            value: holder.route.to_string(),
            label: if holder.name.is_empty() { label.to_owned() } else { format!("{label}: {}", holder.name) },
            about: format!("{about} {} % of your budget.", percent(i64::from(*share))),
            chosen: holder.route == chosen,
        }
    };
    all.iter().map(part).collect()
}

/// "Personal budget 2026 to 2027", with whose it is where that is somebody else.
fn whose(name: &str, reader: &BudgetReader) -> String {
    reader.acting_for().map_or_else(|| name.to_owned(), |person| format!("{name} of {person}"))
}

fn buy_option(option: &CostOption, budget: &Budget, chosen: CostOptionId) -> BuyOption {
    let (unit, units) = catalogue::pages::unit_words(option.unit);
    let covers = budget.available.balance.as_pence() / option.amount_pence.as_pence().max(1);
    BuyOption {
        value: option.id.to_string(),
        label: capitalised(&option.label),
        price: catalogue::card::price(option, false),
        price_pence: option.amount_pence.as_pence(),
        unit,
        units,
        covers: match covers {
            0 => "More than is available".into(),
            covers => format!("Your budget covers up to {}", option.unit.counted(covers)),
        },
        chosen: option.id == chosen,
    }
}

fn what_it_means(option: &CostOption, quantity: i32, budget: &Budget, whole: &WholeService) -> Option<Check> {
    let cost = option.amount_pence.times(quantity).filter(|cost| *cost > Money::ZERO)?;
    let available = budget.available.balance;
    let counted = option.unit.counted(i64::from(quantity));
    let sentence =
        format!("{counted} of {} at {} cost {cost}.", whole.service.name, catalogue::card::price(option, false));
    let left = available.less(cost);
    let (consequence, slices) = if let Some(left) = left {
        (
            format!("{left} of {available} would be left."),
            vec![
                ("this", "This purchase", "would be set aside", cost),
                ("available", "Left", "still yours to spend", left),
            ],
        )
    } else {
        let missing = cost.less(available).unwrap_or_default();
        (
            format!("That is {missing} more than is available."),
            vec![
                ("this", "Available", "what you have", available),
                ("short", "Missing", "more than you have", missing),
            ],
        )
    };
    let label = if left.is_some() { "available now" } else { "needed" };
    Some(Check { sentence, consequence, enough: left.is_some(), picture: picture(label, &slices) })
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What was just done.
#[derive(Deserialize)]
pub struct Done {
    pub(super) done: Option<String>,
}

/// `GET /purchases/{purchase_id}`: the receipt, and everything that became of it.
pub async fn get_purchase(
    party: PurchaseReader,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let notice = match done.done.as_deref() {
        Some("bought") => Some("You have asked for this, and the money is set aside."),
        Some("cancelled") => Some("This is cancelled."),
        Some("confirmed") => Some("Thank you. The delivery is confirmed."),
        Some("disputed") => Some("Thank you for saying so. Nothing is paid for this delivery."),
        Some("paid") => Some("Thank you. The invoice is noted as paid."),
        Some("rated") => Some("Thank you. Your rating is published."),
        _ => None,
    };
    let page = purchase_page(&app, &request, party, Errors::default(), None).await?;
    html(&PurchasePage { page: page.page.with_notice(notice), ..page })
}

/// A refused reason: which delivery it was for (none for a cancellation), what was typed, what is wrong.
struct RefusedReason {
    delivery: DeliveryId,
    typed: String,
    problem: String,
}

async fn purchase_page(
    app: &App,
    request: &HttpRequest,
    party: PurchaseReader,
    errors: Errors,
    refused: Option<RefusedReason>,
) -> Result<PurchasePage, AppError> {
    let asked = party.clone();
    let (whole, taken, names, summary, option, review, acted) = app
        .db
        .read(move |conn| {
            let whole = store::whole_for_party(conn, &asked)?;
            let taken = store::steps(conn, &whole.purchase)?;
            let names = Names::of(conn, &[&whole.purchase])?;
            let summary = budgets::store::summary(conn, asked.holder())?;
            let option = catalogue::store::option_label(conn, whole.purchase.cost_option_id)?;
            let review = reviews::store::review_by(conn, whole.purchase.service_id, whole.purchase.person_id)?;
            let acted = store::actors(conn, &whole.purchase, &taken)?;
            Ok::<_, AppError>((whole, taken, names, summary, option, review, acted))
        })
        .await?;
    let purchase = &whole.purchase;
    let confirmed = whole.deliveries.iter().any(|delivery| delivery.state == DeliveryState::Confirmed);
    let (holder, scopes) = (party.holder(), party.holder().scopes());
    let me = holder.who().person();
    let holders_side =
        |by: Option<PersonId>| match (acted.iter().find(|(each, _)| Some(*each) == by), holder.acting_for()) {
            (None, None) => "you".to_owned(),
            (None, Some(person)) => person.to_owned(),
            (Some((each, _)), Some(person)) if *each == me => format!("you for {person}"),
            (Some((_, name)), Some(person)) => format!("{name} for {person}"),
            (Some((_, name)), None) => format!("{name} for you"),
        };
    let own_path = format!("/purchases/{}", purchase.id);
    let says_paid = (scopes.buy || scopes.money, own_path.as_str(), "It is paid");
    let may_cancel = scopes.buy && matches!(purchase.state, PurchaseState::Requested | PurchaseState::Agreed);
    let deliveries = whole.deliveries.iter().map(|delivery| {
        let shown = shown::delivery(purchase, delivery, scopes.buy || scopes.money);
        match &refused {
            Some(refused) if refused.delivery == delivery.id => super::views::DeliveryShown {
                reason: refused.typed.clone(),
                reason_problem: Some(refused.problem.clone()),
                ..shown
            },
            _ => shown,
        }
    });
    Ok(PurchasePage {
        page: Page::of(request, names.heading(purchase)),
        id: purchase.id.to_string(),
        heading: names.heading(purchase),
        service: names.service(purchase).to_owned(),
        service_href: format!("/services/{}", purchase.service_id),
        kind_slug: names.kind_slug(purchase),
        provider: names.provider(purchase).to_owned(),
        state: catalogue::card::tag(purchase.state.as_str()),
        state_sentence: shown::state_sentence(&whole, names.provider(purchase), false),
        budget: Link { label: summary.name, href: format!("/budgets/{}", purchase.budget_id) },
        quantity: shown::quantity(purchase),
        unit_price: format!("{} {}", purchase.unit_price_pence, purchase.unit.each()),
        total: purchase.total_pence.to_string(),
        option: capitalised(&option),
        starts: Some(long_date(purchase.starts_on)),
        note: (!purchase.note.is_empty()).then(|| purchase.note.clone()),
        reference: shown::reference(purchase),
        picture: shown::money(&whole),
        steps: shown::steps(purchase, &taken, holders_side, names.provider(purchase)),
        deliveries: deliveries.collect(),
        invoices: whole.invoices.iter().map(|invoice| names.invoice_to_answer(invoice, purchase, says_paid)).collect(),
        cancel_path: may_cancel.then(|| format!("/purchases/{}/cancellation", purchase.id)),
        cancel_reason: String::new(),
        review_path: (confirmed && holder.acting_for().is_none()).then(|| format!("/purchases/{}/review", purchase.id)),
        stars_given: review.map_or(0, |review| u32::try_from(review.stars).unwrap_or(0)),
        submission_key: SubmissionKey::new().to_string(),
        errors,
    })
}

/// A reason that was typed.
#[derive(Deserialize)]
pub struct ReasonForm {
    #[serde(default)]
    pub(super) reason: String,
}

/// `POST /purchases/{purchase_id}/cancellation`
pub async fn post_cancellation(
    party: PurchaseBuyer,
    Form(form): Form<ReasonForm>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let purchase = app.db.write(move |tx| cancel(tx, &party, &form.reason, now)).await?;
    Ok(see_other(&format!("/purchases/{}?done=cancelled", purchase.id)))
}

/// Nothing but the button.
#[derive(Deserialize)]
pub struct Pressed {}

/// `POST /purchases/{purchase_id}/deliveries/{delivery_id}/confirmation`
pub async fn post_confirmation(
    party: PurchaseParty,
    path: Path<(String, String)>,
    _: Form<Pressed>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let delivery = path.1.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    let purchase = party.purchase();
    app.db.write(move |tx| confirm(tx, &party, delivery, now)).await?;
    Ok(see_other(&format!("/purchases/{purchase}?done=confirmed")))
}

/// `POST /purchases/{purchase_id}/deliveries/{delivery_id}/dispute`
pub async fn post_dispute(
    party: PurchaseParty,
    path: Path<(String, String)>,
    Form(form): Form<ReasonForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let delivery: DeliveryId = path.1.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    let (asking, why) = (party.clone(), form.reason.clone());
    match app.db.write(move |tx| dispute(tx, &asking, delivery, &why, now)).await {
        Ok(()) => Ok(see_other(&format!("/purchases/{}?done=disputed", party.purchase()))),
        Err(refused @ super::DeliverError::NoReason) => {
            let problem = AppError::from(refused).to_string();
            let errors = vec![FieldError::new(&format!("reason-{delivery}"), problem.clone())];
            let refused = RefusedReason { delivery, typed: form.reason, problem };
            let page = purchase_page(&app, &request, (*party).clone(), errors.into(), Some(refused)).await?;
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /purchases/{purchase_id}/invoices/{invoice_id}/payment`: whoever holds the money has paid.
pub async fn post_payment(
    party: PurchaseParty,
    path: Path<(String, String)>,
    _: Form<Pressed>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let invoice: InvoiceId = path.1.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (now, purchase) = (app.clock.now(), party.purchase());
    app.db.write(move |tx| say_paid(tx, &party, invoice, now)).await?;
    Ok(see_other(&format!("/purchases/{purchase}?done=paid")))
}
