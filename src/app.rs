//! [`App`]: what every handler may use; and the one route table.

use std::sync::Arc;

use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpResponse, ResponseError};

use crate::catalogue::Shelf;
use crate::catalogue::open_referral::fetch::Manners;
use crate::catalogue::open_referral::published::to_every_origin;
use crate::catalogue::taxonomy::Taxonomy;
use crate::clock::Clock;
use crate::db::{self, Db};
use crate::error::AppError;
use crate::identity::{Passwords, Providers, SigningKeys, Waiver};
use crate::post::Office;
use crate::providers::statistics::Tally;
use crate::search::{Index, SearchLog};
use crate::spending_rules::RuleBook;
use crate::vault::Vault;
use crate::web::render::{as_page, as_problem_json};
use crate::web::{assets, told};
use crate::{
    allocation, api_docs, api_document, audit, budgets, catalogue, corrections, demand, enquiries, freshness, helping,
    identity, monitoring, my_money, own_data, payments, places, post, programs, providers, purchasing, reviews,
    safeguarding, saved_searches, search, shortlists, spending_rules, statements, support_plans, verification,
};

/// What every handler may use. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub db: Db,
    /// The search index of this node.
    pub index: Index,
    /// What people look for, until it is written.
    pub searches: SearchLog,
    /// The services that were read lately.
    pub shelf: Shelf,
    /// The rules of what budgets may be used for.
    pub rules: RuleBook,
    /// The time.
    pub clock: Clock,
    /// The keys that tokens are signed with.
    pub keys: Arc<SigningKeys>,
    /// Where letters leave from, and where their links lead.
    pub post: Office,
    /// How servers of others are asked.
    pub manners: Manners,
    /// What account numbers, secrets of second factors and signing keys are sealed with.
    pub vault: Vault,
    /// The files of providers' papers.
    pub papers: verification::Papers,
    /// The taxonomies.
    pub taxonomy: Arc<Taxonomy>,
    /// How often services were looked at, until that is written.
    pub tally: Tally,
    /// Whether this is the demo town.
    pub demo: bool,
    /// The queue that passwords are hashed in.
    pub passwords: Passwords,
    /// The identity providers that people may sign in with.
    pub providers: Arc<Providers>,
    /// Who needs no second factor.
    pub waiver: Waiver,
}

/// Every address of the program.
#[expect(clippy::too_many_lines, reason = "a line for each capability, in two scopes")]
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/healthz", web::get().to(get_healthz))
        .route("/readyz", web::get().to(get_readyz))
        .service(
            web::scope("/api/v1")
                .wrap(from_fn(as_problem_json))
                .configure(search::api::routes)
                .configure(catalogue::api::routes)
                .configure(catalogue::open_referral::api::routes)
                .configure(reviews::api::routes)
                .configure(shortlists::api::routes)
                .configure(saved_searches::api::routes)
                .configure(identity::api::routes)
                .configure(identity::account_api::routes)
                .configure(identity::first_factor_api::routes)
                .configure(audit::api::routes)
                .configure(helping::api::routes)
                .configure(own_data::api::routes)
                .configure(programs::api::routes)
                .configure(allocation::api::routes)
                .configure(allocation::questionnaires::api::routes)
                .configure(support_plans::api::routes)
                .configure(budgets::api::routes)
                .configure(budgets::holding::api::routes)
                .configure(budgets::council::api::routes)
                .configure(budgets::funds::api::routes)
                .configure(my_money::api::routes)
                .configure(spending_rules::api::routes)
                .configure(statements::api::routes)
                .configure(purchasing::api::routes)
                .configure(payments::api::routes)
                .configure(payments::account_api::routes)
                .configure(monitoring::api::routes)
                .configure(providers::api::routes)
                .configure(providers::services::api::routes)
                .configure(providers::sheet::api::routes)
                .configure(providers::statistics::api::routes)
                .configure(enquiries::api::routes)
                .configure(demand::api::routes)
                .configure(places::api::routes)
                .configure(freshness::api::routes)
                .configure(corrections::api::routes)
                .configure(verification::api::routes)
                .configure(safeguarding::api::routes)
                .route("/openapi.json", web::get().to(api_document::get_openapi))
                .route("/docs", web::get().to(api_docs::get_docs))
                .default_service(web::to(get_nothing)),
        )
        .service(
            web::scope("/open-referral/v3")
                .wrap(from_fn(as_problem_json))
                .wrap(from_fn(to_every_origin))
                .configure(catalogue::open_referral::published::routes)
                .default_service(web::to(get_nothing)),
        )
        .service(
            web::scope("")
                .wrap(from_fn(as_page))
                .configure(search::pages::routes)
                .configure(catalogue::pages::routes)
                .configure(catalogue::open_referral::pages::routes)
                .configure(reviews::pages::routes)
                .configure(shortlists::pages::routes)
                .configure(saved_searches::pages::routes)
                .configure(reviews::care_pages::routes)
                .configure(identity::pages::routes)
                .configure(identity::register_pages::routes)
                .configure(identity::account_pages::routes)
                .configure(identity::second_factor_pages::routes)
                .configure(identity::people_pages::routes)
                .configure(identity::providers::pages::routes)
                .configure(audit::pages::routes)
                .configure(helping::pages::routes)
                .configure(own_data::pages::routes)
                .configure(programs::pages::routes)
                .configure(helping::council_pages::routes)
                .configure(allocation::pages::routes)
                .configure(allocation::editor_pages::routes)
                .configure(support_plans::overview_pages::routes)
                .configure(support_plans::pages::routes)
                .configure(support_plans::agreement_pages::routes)
                .configure(support_plans::review_pages::routes)
                .configure(support_plans::share_pages::routes)
                .configure(support_plans::desk_pages::routes)
                .configure(support_plans::part_pages::routes)
                .configure(budgets::pages::routes)
                .configure(budgets::holding::pages::routes)
                .configure(budgets::council::pages::routes)
                .configure(budgets::funds::pages::routes)
                .configure(budgets::funds::finance_pages::routes)
                .configure(my_money::pages::routes)
                .configure(spending_rules::pages::routes)
                .configure(spending_rules::challenge_pages::routes)
                .configure(statements::pages::routes)
                .configure(purchasing::pages::routes)
                .configure(purchasing::provider_pages::routes)
                .configure(purchasing::finance_pages::routes)
                .configure(payments::pages::routes)
                .configure(payments::account_pages::routes)
                .configure(monitoring::pages::routes)
                .configure(identity::invitation_pages::routes)
                .configure(providers::pages::routes)
                .configure(enquiries::pages::routes)
                .configure(demand::pages::routes)
                .configure(places::pages::routes)
                .configure(places::authority_pages::routes)
                .configure(safeguarding::pages::routes)
                .configure(freshness::pages::routes)
                .configure(corrections::pages::routes)
                .configure(verification::pages::routes)
                .configure(safeguarding::provider_pages::routes)
                .configure(post::pages::routes)
                .route("/accessibility", web::get().to(told::get_accessibility))
                .route("/privacy", web::get().to(told::get_privacy))
                .route("/static/{path:.*}", web::get().to(assets::get_static))
                .default_service(web::to(get_nothing)),
        );
}

/// Whatever has no address.
async fn get_nothing() -> HttpResponse {
    AppError::NotFound.error_response()
}

/// `GET /healthz`: the program runs.
async fn get_healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// How many events the search index may lag behind before the node takes no more visitors.
const MOST_BEHIND: i64 = 10_000;

/// `GET /readyz`: the database answers, its schema is ours, and the search index is not behind.
async fn get_readyz(app: Data<App>) -> HttpResponse {
    let asked = app.clone();
    let checked = app.db.read(move |conn| {
        let schema = db::migrations_are_done(conn).unwrap_or(false);
        let position = asked.index.position().unwrap_or_default();
        let behind = crate::log::behind(conn, position, search::follow::KINDS)?;
        Ok::<_, diesel::result::Error>((schema, behind))
    });
    let (status, body) = match checked.await {
        _ if !app.db.is_there() => (503, "the database file is not where it was\n".to_owned()),
        Ok((true, behind)) if behind <= MOST_BEHIND && !app.index.needs_rebuild() => (200_u16, "ready\n".into()),
        Ok((true, behind)) => (503, format!("the search index is {behind} events behind\n")),
        Ok((false, _)) => (503, "the database needs its migrations\n".into()),
        Err(_) => (503, "the database does not answer\n".into()),
    };
    let status = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
    HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(body)
}
