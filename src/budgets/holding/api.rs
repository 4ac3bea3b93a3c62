//! What holds for a budget over time, and how it is held, over `/api/v1`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json as Answer, Path, ServiceConfig, get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::db::Conn;
use crate::error::AppError;
use crate::identity::BudgetReader;
use crate::ids::{AuthorityId, BudgetId, HoldingRequestId, OrganizationId, PeriodId, TermsId};
use crate::money::Money;
use crate::web::form::Json;
use crate::web::render::Problem;

use super::super::FundingRoute;
use super::super::council::store::{HoldingRequest, RequestState, requests_of};
use super::super::ledger::{AccountKind, Source};
use super::super::store;
use super::super::terms::{RatePer, TermsKind};
use super::{self as holding, Wish};

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/budgets/{budget_id}/terms", get().to(get_terms))
        .route("/budgets/{budget_id}/holding-requests", get().to(get_requests))
        .route("/budgets/{budget_id}/holding-requests", post().to(post_request))
        .route("/budgets/{budget_id}/holding-requests/{request_id}/withdrawal", post().to(post_withdrawal));
}

/// A source of money and its share.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceDocument {
    /// Which.
    pub source: Source,
    /// In hundredths of a percent: 5800 for 58 %.
    pub share: i32,
}

/// Who holds a part of a budget.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BudgetHolding)]
pub struct HolderDocument {
    /// In which way.
    pub funding_route: FundingRoute,
    /// In hundredths of a percent: 5800 for 58 %.
    pub share: i32,
    /// Who: a third party, a trust, a broker.
    #[serde(default)]
    pub name: String,
    /// The provider that holds a service fund.
    #[schema(value_type = Option<String>)]
    pub organization_id: Option<OrganizationId>,
}

/// What holds for a budget from a date on.
#[derive(Serialize, ToSchema)]
pub struct TermsDocument {
    /// Which.
    #[schema(value_type = String)]
    pub id: TermsId,
    /// From when on.
    pub starts_on: NaiveDate,
    /// How they came about.
    pub kind: TermsKind,
    /// How much.
    pub rate_pence: Money,
    /// For what.
    pub per: RatePer,
    /// What the person pays of it each week.
    pub contribution_pence: Money,
    /// What is paid beside it each week for a while.
    pub bridging_pence: Money,
    /// The first day without that.
    pub bridging_until: Option<NaiveDate>,
    /// Where the money comes from.
    pub sources: Vec<SourceDocument>,
    /// Who holds it.
    pub holders: Vec<HolderDocument>,
    /// Why.
    pub reason: String,
}

/// One period.
#[derive(Serialize, ToSchema)]
pub struct PeriodDocument {
    /// Which.
    #[schema(value_type = String)]
    pub id: PeriodId,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// The day after its last.
    pub ends_on: NaiveDate,
    /// What the council put in for it.
    pub funded_pence: Money,
    /// Whether it is closed.
    pub closed: bool,
    /// How it ended, source by source.
    pub ended: Vec<PeriodEndDocument>,
}

/// How a period ended, of one source.
#[derive(Serialize, ToSchema)]
pub struct PeriodEndDocument {
    /// Of which source.
    pub source: Source,
    /// What was unspent.
    pub left_pence: Money,
    /// What of it went on.
    pub carried_pence: Money,
    /// What of it went back.
    pub returned_pence: Money,
}

/// What stands there from one source.
#[derive(Serialize, ToSchema)]
pub struct SourceBalances {
    /// Which.
    pub source: Source,
    /// Free to spend.
    pub available_pence: Money,
    /// Promised.
    pub committed_pence: Money,
    /// Delivered and confirmed.
    pub owed_pence: Money,
    /// Paid.
    pub paid_pence: Money,
}

/// Everything that holds for a budget.
#[derive(Serialize, ToSchema)]
pub struct BudgetInFull {
    /// Its id.
    #[schema(value_type = String)]
    pub id: BudgetId,
    /// Who it is for.
    pub person: String,
    /// What holds and will hold, in the order it was set.
    pub terms: Vec<TermsDocument>,
    /// Its periods, the first one first.
    pub periods: Vec<PeriodDocument>,
    /// What stands there, source by source.
    pub sources: Vec<SourceBalances>,
    /// What the person is still to pay towards it.
    pub contribution_due_pence: Money,
    /// What is with those who hold it.
    pub handed_over_pence: Money,
}

/// Reads everything that holds for a budget.
pub(in super::super) fn in_full(
    conn: &mut Conn,
    authority: AuthorityId,
    budget: BudgetId,
    person: String,
) -> Result<BudgetInFull, AppError> {
    let all = store::balances(conn, authority, budget)?;
    let periods = store::periods(conn, authority, budget)?;
    let ids: Vec<PeriodId> = periods.iter().map(|period| period.id).collect();
    let ended = store::period_balances(conn, &ids)?;
    let terms = store::terms(conn, authority, budget)?.into_iter().map(|terms| TermsDocument {
        id: terms.id,
        starts_on: terms.starts_on,
        kind: terms.kind,
        rate_pence: terms.rate,
        per: terms.per,
        contribution_pence: terms.contribution,
        bridging_pence: terms.bridging.map_or(Money::ZERO, |bridging| bridging.weekly),
        bridging_until: terms.bridging.map(|bridging| bridging.until),
        sources: terms
            .sources
            .parts()
            .iter()
            .map(|(source, share)| SourceDocument { source: *source, share: *share })
            .collect(),
        holders: terms
            .holders
            .parts()
            .iter()
            .map(|(holder, share)| HolderDocument {
                funding_route: holder.route,
                share: *share,
                name: holder.name.clone(),
                organization_id: holder.organization,
            })
            .collect(),
        reason: terms.reason,
    });
    let terms = terms.collect();
    let of_period = |id: PeriodId| {
        let of_this = ended.iter().filter(move |each| each.period_id == id);
        of_this
            .map(|each| PeriodEndDocument {
                source: each.source,
                left_pence: each.left_pence,
                carried_pence: each.carried_pence,
                returned_pence: each.returned_pence,
            })
            .collect()
    };
    let sources = all.sources().into_iter().map(|source| SourceBalances {
        source,
        available_pence: all.of(AccountKind::Available, source),
        committed_pence: all.of(AccountKind::Committed, source),
        owed_pence: all.of(AccountKind::Owed, source),
        paid_pence: all.of(AccountKind::Paid, source),
    });
    Ok(BudgetInFull {
        id: budget,
        person,
        terms,
        periods: periods
            .iter()
            .map(|period| PeriodDocument {
                id: period.id,
                starts_on: period.starts_on,
                ends_on: period.ends_on,
                funded_pence: period.funded_pence,
                closed: period.closed_at.is_some(),
                ended: of_period(period.id),
            })
            .collect(),
        sources: sources.collect(),
        contribution_due_pence: all.all_of(AccountKind::ContributionDue).negated(),
        handed_over_pence: all.all_of(AccountKind::HandedOver).negated(),
    })
}

/// What holds for a budget: its rate, sources, holders and periods, and what stands there source by source.
#[utoipa::path(get, path = "/api/v1/budgets/{budget_id}/terms", tag = "budgets", security(("bearer" = [])),
    params(("budget_id" = String, Path)), responses((status = 200, body = BudgetInFull), (status = 404, body = Problem)))]
pub async fn get_terms(reader: BudgetReader, app: Data<App>) -> Result<Answer<BudgetInFull>, AppError> {
    let read =
        move |conn: &mut Conn| in_full(conn, reader.authority(), reader.budget(), reader.person_name().to_owned());
    Ok(Answer(app.db.read(read).await?))
}

/// A wish to have a budget held in another way.
#[derive(Serialize, ToSchema)]
pub struct HoldingRequestDocument {
    /// Which.
    #[schema(value_type = String)]
    pub id: HoldingRequestId,
    /// In which way.
    pub funding_route: FundingRoute,
    /// From when on.
    pub from: NaiveDate,
    /// In the person's words.
    pub words: String,
    /// How far it has come.
    pub state: RequestState,
    /// What the council said.
    pub answer: String,
}

impl From<HoldingRequest> for HoldingRequestDocument {
    fn from(row: HoldingRequest) -> Self {
        Self {
            id: row.id,
            funding_route: row.funding_route,
            from: row.starts_on,
            words: row.words,
            state: row.state,
            answer: row.answer,
        }
    }
}

/// Wishes to have a budget held in another way.
#[derive(Serialize, ToSchema)]
pub struct HoldingRequestsDocument {
    /// Newest first.
    pub holding_requests: Vec<HoldingRequestDocument>,
}

/// How the person asked for the budget to be held.
#[utoipa::path(get, path = "/api/v1/budgets/{budget_id}/holding-requests", tag = "budgets", security(("bearer" = [])),
    params(("budget_id" = String, Path)), responses((status = 200, body = HoldingRequestsDocument)))]
pub async fn get_requests(reader: BudgetReader, app: Data<App>) -> Result<Answer<HoldingRequestsDocument>, AppError> {
    let rows = app.db.read(move |conn| requests_of(conn, reader.budget())).await.map_err(AppError::from)?;
    Ok(Answer(HoldingRequestsDocument { holding_requests: rows.into_iter().map(Into::into).collect() }))
}

/// What is wished for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHoldingRequest {
    /// In which way.
    pub funding_route: FundingRoute,
    /// From when on.
    pub from: NaiveDate,
    /// Who should hold it, and why.
    #[serde(default)]
    pub words: String,
}

/// Asks for the budget to be held in another way.
#[utoipa::path(post, path = "/api/v1/budgets/{budget_id}/holding-requests", tag = "budgets", security(("bearer" = [])),
    params(("budget_id" = String, Path)), request_body = NewHoldingRequest,
    responses((status = 201, body = HoldingRequestDocument), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn post_request(
    reader: BudgetReader,
    Json(sent): Json<NewHoldingRequest>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let wish = Wish { route: sent.funding_route, from: sent.from, words: sent.words };
    let row = app.db.write(move |tx| holding::ask(tx, &reader, &wish, now)).await?;
    Ok(HttpResponse::Created().json(HoldingRequestDocument::from(row)))
}

/// Takes a request back that nobody has answered.
#[utoipa::path(post, path = "/api/v1/budgets/{budget_id}/holding-requests/{request_id}/withdrawal", tag = "budgets",
    security(("bearer" = [])), params(("budget_id" = String, Path), ("request_id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn post_withdrawal(
    reader: BudgetReader,
    path: Path<(String, String)>,
    app: Data<App>,
) -> Result<HttpResponse, AppError> {
    let request = path.1.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let now = app.clock.now();
    app.db.write(move |tx| holding::take_back(tx, &reader, request, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}
