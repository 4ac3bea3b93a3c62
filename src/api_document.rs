//! The OpenAPI document of `/api/v1`. The page that shows it to people is `api_docs.rs`.

use actix_web::web::Json;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, ContentBuilder, Ref, RefOr};
use utoipa::{Modify, OpenApi};

use crate::api_examples::Examples;
use crate::identity::Anyone;
use crate::{
    allocation, audit, budgets, catalogue, corrections, demand, enquiries, freshness, helping, identity, monitoring,
    my_money, own_data, payments, places, programs, providers, purchasing, reviews, safeguarding, saved_searches,
    search, shortlists, spending_rules, statements, support_plans, verification,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Waymark",
        description = "Everything that pages do, for programs. Amounts are whole pence, distances metres, times UTC (RFC 3339). \
                       Failures are `application/problem+json` (RFC 9457). Get a token from `POST /api/v1/tokens` and send it as \
                       `Authorization: Bearer …`. Requests that move money carry an `Idempotency-Key`."
    ),
    paths(
        search::api::get_services,
        search::api::get_suggestions,
        search::api::post_wanted_support,
        catalogue::api::get_service,
        catalogue::open_referral::api::get_feeds,
        catalogue::open_referral::api::post_feed,
        catalogue::open_referral::api::get_feed,
        catalogue::open_referral::api::put_feed,
        catalogue::open_referral::api::post_reading,
        catalogue::open_referral::api::get_reading,
        catalogue::open_referral::api::get_findings,
        catalogue::open_referral::api::post_application,
        reviews::api::get_reviews,
        reviews::api::put_review,
        shortlists::api::get_shortlist,
        shortlists::api::put_entry,
        shortlists::api::delete_entry,
        shortlists::api::post_link,
        shortlists::api::delete_link,
        shortlists::api::get_shared,
        shortlists::api::get_comparison,
        saved_searches::api::get_saved_searches,
        saved_searches::api::post_saved_search,
        saved_searches::api::put_saved_search,
        saved_searches::api::delete_saved_search,
        saved_searches::api::post_seen,
        saved_searches::api::post_stop,
        reviews::api::get_removals,
        reviews::api::post_report,
        reviews::api::post_reply,
        reviews::api::get_queue,
        reviews::api::post_decision,
        identity::api::post_token,
        identity::api::get_me,
        identity::api::get_sessions,
        identity::api::post_session_ending,
        identity::api::post_leaving,
        identity::api::get_people,
        identity::api::post_role,
        identity::api::post_invitation,
        identity::api::post_role_ending,
        identity::account_api::post_registration,
        identity::account_api::post_registration_confirmation,
        identity::account_api::post_reset,
        identity::account_api::post_reset_confirmation,
        identity::account_api::post_email_confirmation,
        identity::account_api::put_name,
        identity::account_api::post_email_change,
        identity::account_api::put_password,
        identity::account_api::get_second_factor,
        identity::account_api::post_second_factor,
        identity::account_api::post_second_factor_confirmation,
        identity::account_api::post_paper,
        identity::account_api::post_recovery_codes,
        identity::account_api::post_second_factor_removal,
        identity::account_api::post_sessions_ending,
        identity::account_api::get_identity_providers,
        identity::account_api::delete_identity_provider,
        identity::first_factor_api::post_second_factor,
        identity::first_factor_api::post_confirmation,
        identity::account_api::post_joining,
        identity::account_api::post_joining_account,
        identity::account_api::post_provider_joining,
        identity::api::post_invitation_withdrawal,
        identity::api::post_new_phone,
        audit::api::get_looks,
        programs::api::post_token,
        programs::api::get_programs,
        programs::api::post_program,
        programs::api::post_revocation,
        own_data::api::get_data,
        own_data::api::post_data,
        own_data::api::get_copy,
        own_data::api::post_closing,
        helping::api::get_helpers,
        helping::api::post_helper,
        helping::api::post_helper_end,
        helping::api::get_helping,
        helping::api::post_answer,
        helping::api::post_helping_end,
        helping::api::get_representatives,
        helping::api::post_representative,
        helping::api::post_representative_end,
        allocation::api::get_questionnaire,
        allocation::api::get_assessments,
        allocation::api::post_assessment,
        allocation::api::get_assessment,
        allocation::api::put_answer,
        allocation::api::post_completion,
        allocation::questionnaires::api::get_questionnaires,
        allocation::questionnaires::api::post_questionnaire,
        allocation::questionnaires::api::put_questionnaire,
        allocation::questionnaires::api::delete_questionnaire,
        allocation::questionnaires::api::post_publication,
        allocation::questionnaires::api::get_simulation,
        support_plans::api::get_plan,
        support_plans::api::post_plan,
        support_plans::api::put_plan,
        support_plans::api::post_handing_over,
        support_plans::api::post_reopening,
        support_plans::api::post_comment,
        support_plans::api::post_settling,
        support_plans::api::get_versions,
        support_plans::api::get_version,
        support_plans::api::post_agreement,
        support_plans::api::post_sending_back,
        support_plans::api::post_signature,
        support_plans::api::post_signature_refusal,
        support_plans::api::get_reviews,
        support_plans::api::post_holding,
        support_plans::api::put_sharing,
        support_plans::api::delete_sharing,
        support_plans::api::get_shared_plans,
        budgets::api::get_budgets,
        budgets::api::get_budget,
        budgets::api::get_meaning,
        budgets::holding::api::get_terms,
        budgets::holding::api::get_requests,
        budgets::holding::api::post_request,
        budgets::holding::api::post_withdrawal,
        budgets::council::api::get_budgets,
        budgets::council::api::post_budget,
        budgets::council::api::get_budget,
        budgets::council::api::post_change,
        budgets::council::api::post_uprating,
        budgets::council::api::post_uprating_of_all,
        budgets::council::api::get_holding_requests,
        budgets::council::api::post_answer,
        budgets::council::api::post_withdrawal,
        budgets::council::api::post_closing,
        budgets::council::api::get_moves,
        budgets::council::api::post_move,
        budgets::council::api::post_reversal,
        budgets::council::api::get_due,
        budgets::funds::api::get_funds,
        budgets::funds::api::post_return,
        budgets::funds::api::get_returns,
        budgets::funds::api::post_decision,
        my_money::api::get_my_money,
        my_money::api::get_what_if,
        statements::api::get_statement,
        payments::api::get_runs,
        payments::api::post_run,
        payments::api::get_run,
        payments::api::get_payments,
        payments::api::post_approval,
        payments::api::post_withdrawal,
        payments::api::post_answers,
        payments::api::get_pain,
        payments::api::get_csv,
        payments::account_api::get_provider_account,
        payments::account_api::put_provider_account,
        payments::account_api::get_council_account,
        payments::account_api::put_council_account,
        payments::account_api::get_own_account,
        payments::account_api::put_own_account,
        payments::account_api::get_holder_account,
        payments::account_api::put_holder_account,
        monitoring::api::get_spending,
        monitoring::api::post_spending,
        monitoring::api::post_answer,
        monitoring::api::post_appeal,
        monitoring::api::get_monitoring,
        monitoring::api::post_asking,
        monitoring::api::post_closing,
        monitoring::api::post_notice,
        monitoring::api::post_decision,
        monitoring::api::post_carrying_out,
        spending_rules::api::get_rules,
        spending_rules::api::post_rule,
        spending_rules::api::post_ending,
        spending_rules::api::post_challenge,
        spending_rules::api::get_challenges,
        spending_rules::api::get_queue,
        spending_rules::api::post_answer,
        purchasing::api::post_purchase,
        purchasing::api::get_purchases,
        purchasing::api::get_purchase,
        purchasing::api::post_cancellation,
        purchasing::api::post_confirmation,
        purchasing::api::post_dispute,
        purchasing::api::get_provider_purchases,
        purchasing::api::get_provider_purchase,
        purchasing::api::post_agreement,
        purchasing::api::post_refusal,
        purchasing::api::post_delivery,
        purchasing::api::post_invoice,
        purchasing::api::get_invoices,
        purchasing::api::post_settlement,
        purchasing::api::post_payment,
        purchasing::api::post_receipt,
        demand::api::get_demand,
        providers::api::get_organisation,
        providers::api::put_organisation,
        providers::api::get_members,
        providers::api::put_member,
        providers::api::delete_member,
        providers::api::delete_membership,
        providers::api::get_invitations,
        providers::api::post_invitation,
        providers::api::delete_invitation,
        providers::services::api::post_start,
        providers::services::api::get_services,
        providers::services::api::post_service,
        providers::services::api::get_service,
        providers::services::api::put_draft,
        providers::services::api::delete_draft,
        providers::services::api::post_publication,
        providers::services::api::delete_publication,
        providers::services::api::post_withdrawal,
        providers::services::api::post_closure,
        providers::services::api::post_reopening,
        providers::services::api::put_availability,
        providers::services::api::get_changes,
        providers::services::api::get_change,
        providers::services::api::post_approval,
        providers::services::api::post_sending_back,
        providers::sheet::api::get_export,
        providers::sheet::api::post_upload,
        providers::sheet::api::get_upload,
        providers::sheet::api::post_import,
        enquiries::api::post_enquiry,
        enquiries::api::get_enquiries,
        enquiries::api::post_answer,
        providers::statistics::api::get_statistics,
        places::api::get_nearest,
        places::api::get_settings,
        places::api::put_setting,
        places::api::get_contact,
        places::api::put_contact,
        freshness::api::get_questions,
        freshness::api::post_answer,
        freshness::api::get_provider_entries,
        freshness::api::post_provider_check,
        freshness::api::get_moderator_entries,
        freshness::api::post_moderator_check,
        corrections::api::post_report,
        corrections::api::get_provider_reports,
        corrections::api::post_provider_answer,
        corrections::api::get_moderator_reports,
        corrections::api::post_moderator_answer,
        verification::api::get_own_papers,
        verification::api::post_paper,
        verification::api::get_own_file,
        verification::api::get_file,
        verification::api::get_queue,
        verification::api::post_check,
        verification::api::post_refusal,
        verification::api::post_withdrawal,
        safeguarding::api::get_queues,
        safeguarding::api::get_provider,
        safeguarding::api::post_suspension,
        safeguarding::api::post_lifting,
    ),
    modifiers(&Bearer, &Failures, &Examples)
)]
struct Document;

/// Tokens are sent as `Authorization: Bearer …`.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        document.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// What every request may be told when it fails: each kind of failure once, with an example, and each operation points there.
struct Failures;

/// A kind of failure: its status and name, what it means, and an example of its code and sentence.
const FAILURES: [(&str, &str, &str, &str, &str); 12] = [
    ("400", "Unreadable", "It cannot be read.", "bad-json", "This document cannot be read: EOF while parsing a value."),
    (
        "401",
        "SignInFirst",
        "Get a token first: there is none, or it does not hold any more.",
        "sign-in-first",
        "Sign in first.",
    ),
    (
        "403",
        "NotThatFar",
        "The token's scopes do not reach that far, or something else has to come first.",
        "scope-missing",
        "This token lacks the scope \"buy\": to buy, and to say what was delivered.",
    ),
    (
        "404",
        "NotThere",
        "There is no such thing, or it is somebody else's.",
        "not-found",
        "There is nothing here, or it is not for you.",
    ),
    (
        "409",
        "NotNow",
        "A rule says no, or it was done already.",
        "not-enough-money",
        "This costs £48.00 and the budget has £31.50 left.",
    ),
    (
        "410",
        "Gone",
        "It was used already, or its time is over.",
        "link-used-up",
        "This link has been used, or its time is over. Ask for another one.",
    ),
    ("413", "TooLarge", "It is more than can be taken at once.", "too-large", "That is more than we can take at once."),
    (
        "415",
        "WrongType",
        "It is of a type that is not taken here.",
        "wrong-content-type",
        "This address takes application/json.",
    ),
    (
        "422",
        "AnotherLook",
        "Some of it needs another look: `errors` names the fields.",
        "invalid-input",
        "Enter an e-mail address such as name@example.org.",
    ),
    (
        "429",
        "TooOften",
        "Too many tries: `Retry-After` says when to come back.",
        "too-many-tries",
        "That was tried too often. Wait 40 seconds and try again.",
    ),
    ("500", "Ours", "Something went wrong on our side.", "unexpected", "Something went wrong on our side."),
    (
        "503",
        "Busy",
        "Too much is going on just now: `Retry-After` says when to come back.",
        "busy",
        "Many people are signing in just now. Try again in a few seconds: nothing was lost.",
    ),
];

impl Failures {
    /// Each kind of failure as an answer that operations point to.
    fn named() -> impl Iterator<Item = (String, RefOr<Response>)> {
        FAILURES.into_iter().map(|(status, name, why, code, title)| {
            let mut example = serde_json::json!({
                "type": format!("/api/v1/problems/{code}"),
                "title": title,
                "status": status.parse::<u16>().unwrap_or_default(),
                "code": code,
            });
            if status == "422" {
                example["errors"] = serde_json::json!([{ "field": "email", "message": title }]);
            }
            if status == "500" {
                example["reference"] = serde_json::json!("0197f0c2");
            }
            let problem = Ref::from_schema_name("Problem");
            let problem = ContentBuilder::new().schema(Some(problem)).example(Some(example)).build();
            let response = ResponseBuilder::new().description(why).content("application/problem+json", problem).build();
            (name.to_owned(), RefOr::T(response))
        })
    }

    /// The name of the failure with this status.
    fn name_of(status: &str) -> Option<&'static str> {
        FAILURES.iter().find(|(one, ..)| *one == status).map(|(_, name, ..)| *name)
    }
}

impl Modify for Failures {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        document.components.get_or_insert_default().responses.extend(Self::named());
        for (path, item) in &mut document.paths.paths {
            let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.delete, &mut item.patch];
            for operation in operations.into_iter().flatten() {
                let signed_in = operation.security.is_some();
                let mut usual = vec!["400", "503"];
                if signed_in {
                    usual.extend(["401", "403"]);
                }
                if signed_in || path.contains('{') {
                    usual.push("404");
                }
                if operation.request_body.is_some() {
                    usual.extend(["413", "415", "422"]);
                }
                let responses = &mut operation.responses.responses;
                for status in usual {
                    let response = ResponseBuilder::new().build();
                    responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(response));
                }
                for (status, response) in responses.iter_mut() {
                    let in_its_own_form = |response: &Response| response.content.values().any(is_token_error);
                    if let RefOr::T(told) = response
                        && !in_its_own_form(told)
                        && let Some(name) = Self::name_of(status)
                    {
                        *response = RefOr::Ref(Ref::from_response_name(name));
                    }
                }
            }
        }
    }
}

/// Whether a failure is told in the words of OAuth, which programs that ask for tokens expect.
fn is_token_error(content: &RefOr<Content>) -> bool {
    let RefOr::T(content) = content else { return false };
    matches!(&content.schema, Some(RefOr::Ref(reference)) if reference.ref_location.ends_with("/TokenError"))
}

/// The OpenAPI document.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// `GET /api/v1/openapi.json`
pub async fn get_openapi(_: Anyone) -> Json<utoipa::openapi::OpenApi> {
    Json(document())
}
