//! The pages of the agreement: what the council checks and agrees, and what the person signs.

use actix_web::http::StatusCode;
use actix_web::web::{Data, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::allocation;
use crate::app::App;
use crate::budgets::terms::Holder;
use crate::budgets::{self, FundingRoute};
use crate::clock::long_date;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::{AssignedCareManager, PlanReader, PlanSigner};
use crate::places::settings::{self, Setting};
use crate::providers::typed;
use crate::web::form::Form;
use crate::web::page::{Choice, Errors, Page, html_with, see_other};

use super::agree::{Decision, agree, check, decline, send_back, sign};
use super::costing::{Year, cost};
use super::pages::agreed_rows;
use super::part_pages::fields;
use super::plan::{Check, PlanState};
use super::shown::{Whereabouts, checks_shown, money, plain};
use super::store::{self, Agreed, Checked, PlanVersion};
use super::views::{AgreementPage, SigningPage};
use super::write::PlanError;
use super::{funding, told};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/support/{person_id}/plan/agreement", get().to(get_agreement))
        .route("/support/{person_id}/plan/agreement", post().to(post_agreement))
        .route("/support/{person_id}/plan/signing", get().to(get_signing))
        .route("/support/{person_id}/plan/signing", post().to(post_signing))
        .route("/support/{person_id}/plan/signing/decline", post().to(post_decline));
}

/// The checks and the decision as the form sends them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AgreementForm {
    healthy: String,
    #[serde(rename = "healthy-note")]
    healthy_note: String,
    outcomes: String,
    #[serde(rename = "outcomes-note")]
    outcomes_note: String,
    risk: String,
    #[serde(rename = "risk-note")]
    risk_note: String,
    affordable: String,
    #[serde(rename = "affordable-note")]
    affordable_note: String,
    weekly: String,
    reason: String,
    from: String,
    bridge_weeks: String,
    words: String,
    then: String,
}

impl AgreementForm {
    /// The checks that were answered.
    fn checks(&self) -> Vec<(Check, bool, String)> {
        let all = [
            (Check::Healthy, &self.healthy, &self.healthy_note),
            (Check::Outcomes, &self.outcomes, &self.outcomes_note),
            (Check::Risk, &self.risk, &self.risk_note),
            (Check::Affordable, &self.affordable, &self.affordable_note),
        ];
        let answered = all.into_iter().filter(|(_, answer, _)| matches!(answer.as_str(), "yes" | "no"));
        answered.map(|(check, answer, note)| (check, answer == "yes", note.trim().to_owned())).collect()
    }

    fn decision(&self) -> Result<Decision, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let weekly = match self.weekly.trim() {
            "" => None,
            text => typed::pounds(text).map_err(|message| wrong.push(FieldError::new("weekly", message))).ok(),
        };
        let from = match self.from.trim() {
            "" => None,
            text => text
                .parse()
                .map_err(|_no_day| wrong.push(FieldError::new("from", "Enter the first day, such as 1/6/2026.")))
                .ok(),
        };
        let weeks = self.bridge_weeks.trim();
        let bridge_weeks = if weeks.is_empty() { Ok(0) } else { weeks.parse() };
        let bridge_weeks = bridge_weeks.unwrap_or(-1);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let weekly = weekly.map(crate::money::Money::pence);
        Ok(Decision { checks: self.checks(), weekly, reason: self.reason.trim().into(), from, bridge_weeks })
    }
}

struct Lies {
    version: PlanVersion,
    checks: Vec<Checked>,
    indicative: Option<crate::money::Money>,
    before: Option<Agreed>,
    bridging_days: i64,
}

fn lies_with(conn: &mut Conn, manager: &AssignedCareManager) -> Result<Lies, PlanError> {
    let plan = store::plan_of(conn, manager)?.ok_or(PlanError::NotHere)?;
    if plan.state != PlanState::WithCouncil {
        return Err(PlanError::NotOpen(plan.state));
    }
    let version = store::version(conn, &plan, plan.version)?.ok_or(PlanError::NotHere)?;
    let assessed = allocation::store::newest_finished(conn, manager)?;
    Ok(Lies {
        checks: store::checks(conn, version.id)?,
        indicative: assessed.and_then(|each| each.working).map(|working| working.weekly_pence),
        before: store::agreed_budgets_of(conn, manager)?.into_iter().next(),
        bridging_days: settings::setting_of(conn, plan.authority, Setting::BridgingDays)?,
        version,
    })
}

/// `GET /support/{person_id}/plan/agreement`
pub async fn get_agreement(
    manager: AssignedCareManager,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let asked = manager.clone();
    match app.db.read(move |conn| lies_with(conn, &asked)).await {
        Ok(lies) => agreement_page(&request, &manager, &lies, None, Vec::new()),
        Err(PlanError::NotOpen(_)) => Ok(see_other(&format!("/support/{}/plan", manager.person()))),
        Err(other) => Err(other.into()),
    }
}

fn agreement_page(
    request: &HttpRequest,
    manager: &AssignedCareManager,
    lies: &Lies,
    form: Option<&AgreementForm>,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let base = format!("/support/{}", manager.person());
    let content = &lies.version.content;
    let weekly = lies.indicative.or(lies.version.budget_weekly);
    let year = Year::from(content.starts_on.unwrap_or_else(|| lies.version.at.date()));
    let costing = cost(content, year, weekly);
    let at = Whereabouts { base: base.clone(), may_write: false, may_comment: false };
    let mut checks = checks_shown(&lies.checks);
    if let Some(form) = form {
        for shown in &mut checks {
            let (answer, note) = match shown.slug.as_str() {
                "healthy" => (&form.healthy, &form.healthy_note),
                "outcomes" => (&form.outcomes, &form.outcomes_note),
                "risk" => (&form.risk, &form.risk_note),
                _ => (&form.affordable, &form.affordable_note),
            };
            (shown.yes, shown.no, shown.note) = (answer == "yes", answer == "no", note.clone());
        }
    }
    let usual = AgreementForm {
        weekly: weekly.map(|weekly| typed::as_pounds(weekly.as_pence())).unwrap_or_default(),
        from: year.from.to_string(),
        bridge_weeks: if lies.before.is_some() { (lies.bridging_days / 7).to_string() } else { String::new() },
        ..AgreementForm::default()
    };
    let form = form.unwrap_or(&usual).clone();
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html_with(
        status,
        &AgreementPage {
            page: Page::of(request, format!("Agree the plan of {}", manager.person_name())),
            back: format!("{base}/plan"),
            person: manager.person_name().to_owned(),
            action: format!("{base}/plan/agreement"),
            version: format!("Version {}, handed over on {}", lies.version.number, long_date(lies.version.at.date())),
            checks,
            money: money(content, &costing, false),
            indicative: lies.indicative.map(allocation::pages::a_week),
            before: lies.before.as_ref().map(|before| {
                format!("{} since {}", allocation::pages::a_week(before.weekly_pence), long_date(before.starts_on))
            }),
            weekly: form.weekly,
            reason: form.reason,
            from: form.from,
            bridge_weeks: form.bridge_weeks,
            words: form.words,
            outcomes: plain(content, &costing, &[], &at).outcomes,
            errors: Errors::from(wrong),
        },
    )
}

/// `POST /support/{person_id}/plan/agreement`: keep the checks, send the plan back, or agree it.
pub async fn post_agreement(
    manager: AssignedCareManager,
    Form(form): Form<AgreementForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let base = format!("/support/{}", manager.person());
    let (by, sent, url) = (manager.clone(), form.clone(), app.post.public_url.clone());
    let done = app
        .db
        .write(move |tx| match sent.then.as_str() {
            "agree" => {
                let decision = sent.decision().map_err(PlanError::Wrong)?;
                agree(tx, &by, &decision, now)?;
                told::it_is_to_be_signed(tx, &by, &url, now)?;
                Ok("agreed")
            }
            "back" => {
                send_back(tx, &by, (&sent.checks(), &sent.words), now)?;
                told::it_came_back(tx, &by, &url, now)?;
                Ok("back")
            }
            _ => check(tx, &by, &sent.checks(), now).map(|()| "kept"),
        })
        .await;
    match done {
        Ok("kept") => Ok(see_other(&format!("{base}/plan?done=kept"))),
        Ok(done) => Ok(see_other(&format!("{base}?done={done}"))),
        Err(error) => {
            let wrong = fields(error)?;
            let asked = manager.clone();
            let lies = app.db.read(move |conn| lies_with(conn, &asked)).await?;
            agreement_page(&request, &manager, &lies, Some(&form), wrong)
        }
    }
}

struct ToSign {
    authority: String,
    agreed: Agreed,
    checks: Vec<Checked>,
}

fn to_sign(conn: &mut Conn, reader: &PlanReader) -> Result<ToSign, PlanError> {
    let plan = store::plan_of(conn, reader)?.ok_or(PlanError::NotHere)?;
    if plan.state != PlanState::ToSign {
        return Err(PlanError::NotOpen(plan.state));
    }
    let version = store::version(conn, &plan, plan.version)?.ok_or(PlanError::NotHere)?;
    Ok(ToSign {
        authority: allocation::pages::council_of(conn, reader)?,
        agreed: store::agreed_of(conn, version.id)?.ok_or(PlanError::NotHere)?,
        checks: store::checks(conn, version.id)?,
    })
}

/// What is held how, in plain words.
const ROUTES: [(FundingRoute, &str); 6] = [
    (FundingRoute::CouncilManaged, "The council keeps it for me, and I say what it is for"),
    (FundingRoute::DirectPayment, "It is paid to me (direct payment)"),
    (FundingRoute::ThirdParty, "It is paid to somebody whom I name"),
    (FundingRoute::ServiceFund, "A provider holds it for me (individual service fund)"),
    (FundingRoute::Trust, "A trust holds it for me"),
    (FundingRoute::Broker, "A broker holds it for me"),
];

/// A budget that runs goes on being held as it is.
const AS_IT_IS: &str = "as it is";

/// Who is to hold the money, as it was typed: a provider by its name.
fn who_is_to_hold_it(tx: &mut Conn, route: FundingRoute, name: &str) -> Result<Holder, PlanError> {
    let named = matches!(route, FundingRoute::ThirdParty | FundingRoute::Trust | FundingRoute::Broker);
    Ok(match route {
        FundingRoute::ServiceFund => {
            let organization = budgets::council::store::provider_named(tx, name)?;
            if organization.is_none() && !name.is_empty() {
                let sentence = "We do not know a provider of this name. Write it as it stands in the catalogue.";
                return Err(PlanError::Wrong(vec![FieldError::new("holder", sentence)]));
            }
            Holder { organization, ..Holder::of(route) }
        }
        _ if named => Holder { name: name.to_owned(), ..Holder::of(route) },
        _ => Holder::of(route),
    })
}

/// The form that signs, or that does not.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SigningForm {
    route: String,
    /// Who holds it: a name, or that of a provider.
    holder: String,
    words: String,
}

/// `GET /support/{person_id}/plan/signing`
pub async fn get_signing(reader: PlanReader, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    signing_page(&app, &request, &reader, &SigningForm::default(), Vec::new()).await
}

async fn signing_page(
    app: &Data<App>,
    request: &HttpRequest,
    reader: &PlanReader,
    form: &SigningForm,
    wrong: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let base = format!("/support/{}", reader.person());
    let asked = reader.clone();
    let found = match app.db.read(move |conn| to_sign(conn, &asked)).await {
        Ok(found) => found,
        Err(PlanError::NotOpen(_)) => return Ok(see_other(&format!("{base}/plan"))),
        Err(other) => return Err(other.into()),
    };
    let agreed = &found.agreed;
    let choice = |(route, label): &(FundingRoute, &str)| Choice {
        value: route.to_string(),
        label: (*label).into(),
        count: None,
        chosen: form.route == route.as_str(),
    };
    let as_it_is = agreed.changes_budget_id.map(|_| Choice {
        value: AS_IT_IS.into(),
        label: "As it is held now".into(),
        count: None,
        chosen: form.route == AS_IT_IS,
    });
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html_with(
        status,
        &SigningPage {
            page: Page::of(request, "Read and sign"),
            back: base.clone(),
            person: reader.acting_for().map(str::to_owned),
            authority: found.authority,
            weekly: agreed.weekly_pence.to_string(),
            rows: agreed_rows(agreed),
            differs: agreed.indicative_weekly_pence.is_some_and(|indicative| indicative != agreed.weekly_pence),
            reason: agreed.reason.clone(),
            action: format!("{base}/plan/signing"),
            decline: format!("{base}/plan/signing/decline"),
            may_sign: reader.may_sign(),
            routes: as_it_is.into_iter().chain(ROUTES.iter().map(choice)).collect(),
            holder: form.holder.clone(),
            checks: checks_shown(&found.checks),
            words: form.words.clone(),
            errors: Errors::from(wrong),
        },
    )
}

/// `POST /support/{person_id}/plan/signing`
pub async fn post_signing(
    signer: PlanSigner,
    Form(form): Form<SigningForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let base = format!("/support/{}", signer.person());
    let (by, route, name) = (signer.clone(), form.route.parse::<FundingRoute>().ok(), form.holder.trim().to_owned());
    let as_it_is = form.route == AS_IT_IS;
    let write = move |tx: &mut Conn| {
        let holder = match route {
            Some(route) => Some(who_is_to_hold_it(tx, route, &name)?),
            None if as_it_is => None,
            None => return Err(funding::not_chosen()),
        };
        sign(tx, &by, holder.as_ref(), now)
    };
    match app.db.write(write).await {
        Ok(_) => Ok(see_other(&format!("{base}?done=signed"))),
        Err(error) => signing_page(&app, &request, &signer, &form, fields(error)?).await,
    }
}

/// `POST /support/{person_id}/plan/signing/decline`
pub async fn post_decline(
    signer: PlanSigner,
    Form(form): Form<SigningForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let base = format!("/support/{}", signer.person());
    let (by, words) = (signer.clone(), form.words.clone());
    match app.db.write(move |tx| decline(tx, &by, &words, now)).await {
        Ok(()) => Ok(see_other(&format!("{base}?done=declined"))),
        Err(error) => signing_page(&app, &request, &signer, &form, fields(error)?).await,
    }
}
