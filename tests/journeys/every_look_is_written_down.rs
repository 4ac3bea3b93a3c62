//! Every page and every document that shows somebody what is another person's leaves a line that the person reads.
//!
//! Each `GET` of the program is in one of two lists: it shows something of another person, and then it is opened here by
//! somebody who has never looked before and has to leave a line; or it does not, and the list says why.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde_json::{Value, json};
use waymark::db::Conn;
use waymark::identity::RoleName;
use waymark::identity::store::grant;
use waymark::ids::{OrganizationId, PersonId};
use waymark::places::reference::authority_id;

use super::council_money::sets_up;
use super::planning::{asks, home};
use crate::support::routes::every_route;
use crate::support::{Api, TRAFFORD, Town, add_person, email, option_id, service_id};

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// Somebody who acts for them and may do everything.
    Helper,
    /// The care manager to whom they are assigned.
    CareManager,
    Finance,
    Administrator,
    Moderator,
    /// A member of Sale Neighbours.
    Provider,
}

/// What shows something of another person: the route, who looks there, and whose it is.
const SHOWS: &[(&str, By, &str)] = &[
    ("/budgets", By::Helper, "Amira"),
    ("/budgets/{budget_id}", By::Helper, "Amira"),
    ("/budgets/{budget_id}/account", By::Helper, "Amira"),
    ("/budgets/{budget_id}/holding", By::Helper, "Amira"),
    ("/budgets/{budget_id}/spending", By::Helper, "Amira"),
    ("/budgets/{budget_id}/statement", By::Helper, "Amira"),
    ("/budgets/{budget_id}/statement.csv", By::Helper, "Amira"),
    ("/my-money?person={person_id}", By::Helper, "Amira"),
    ("/my-money/what-if?person={person_id}", By::Helper, "Amira"),
    ("/purchases/{purchase_id}", By::Helper, "Amira"),
    ("/services/{service_id}", By::Helper, "Amira"),
    ("/services/{service_id}/buy", By::Helper, "Amira"),
    ("/challenges/{challenge_id}", By::Helper, "Amira"),
    ("/support/{person_id}", By::CareManager, "Amira"),
    ("/support/{person_id}/assessment", By::CareManager, "Amira"),
    ("/support/{person_id}/assessment/{assessment_id}", By::CareManager, "Amira"),
    ("/support/{person_id}/assessment/{open_assessment_id}/questions/{question}", By::CareManager, "Amira"),
    ("/support/{person_id}/plan", By::CareManager, "Amira"),
    ("/support/{person_id}/plan/agreement", By::CareManager, "Noor"),
    ("/support/{person_id}/plan/find", By::CareManager, "Amira"),
    ("/support/{person_id}/plan/matters", By::CareManager, "Amira"),
    ("/support/{person_id}/plan/money", By::CareManager, "Amira"),
    ("/support/{person_id}/plan/signing", By::CareManager, "Noor"),
    ("/support/{person_id}/plan/versions/{version}", By::CareManager, "Amira"),
    ("/support/{person_id}/plan/{plan_part}/{entry}", By::CareManager, "Amira"),
    ("/support/{person_id}/reviews/{plan_review_id}", By::CareManager, "Amira"),
    ("/support/{person_id}/shared-plans", By::CareManager, "Amira"),
    ("/care", By::CareManager, "Amira"),
    ("/authority/challenges", By::Administrator, "Amira"),
    ("/authority/challenges/{challenge_id}", By::Administrator, "Amira"),
    ("/authority/people", By::Administrator, "Carol"),
    ("/authority/people/{person_id}", By::Administrator, "Carol"),
    ("/authority/representatives", By::Administrator, "Amira"),
    ("/finance", By::Finance, "Amira"),
    ("/finance/budgets", By::Finance, "Amira"),
    ("/finance/budgets/{budget_id}", By::Finance, "Amira"),
    ("/finance/budgets/{budget_id}/account?way=direct+payment", By::Finance, "Amira"),
    ("/finance/budgets/{budget_id}/change", By::Finance, "Amira"),
    ("/finance/runs", By::Finance, "Amira"),
    ("/finance/runs/{run_id}", By::Finance, "Noor"),
    ("/finance/monitoring", By::Finance, "Noor"),
    ("/finance/returns", By::Finance, "Amira"),
    ("/moderation/papers", By::Moderator, "Pat"),
    ("/moderation/papers/{paper_id}", By::Moderator, "Pat"),
    ("/moderation/papers/{paper_id}/file", By::Moderator, "Pat"),
    ("/moderation/providers/{organization_id}", By::Moderator, "Pat"),
    ("/moderation/reviews", By::Moderator, "Amira"),
    ("/moderation/reviews/{review_id}", By::Moderator, "Amira"),
    ("/provider", By::Provider, "Amira"),
    ("/provider/enquiries", By::Provider, "Amira"),
    ("/provider/purchases/{purchase_id}", By::Provider, "Amira"),
    ("/provider/funds", By::Provider, "Amira"),
    ("/provider/funds/{fund_id}", By::Provider, "Amira"),
    ("/provider/funds/returns/{return_id}", By::Provider, "Amira"),
    ("/api/v1/budgets", By::Helper, "Amira"),
    ("/api/v1/budgets/{budget_id}", By::Helper, "Amira"),
    ("/api/v1/budgets/{budget_id}/bank-account", By::Helper, "Amira"),
    ("/api/v1/budgets/{budget_id}/holding-requests", By::Helper, "Amira"),
    ("/api/v1/budgets/{budget_id}/meaning?service_id={service_id}", By::Helper, "Amira"),
    ("/api/v1/budgets/{budget_id}/purchases", By::Helper, "Amira"),
    ("/api/v1/budgets/{budget_id}/spending", By::Helper, "Amira"),
    ("/api/v1/budgets/{budget_id}/statement", By::Helper, "Amira"),
    ("/api/v1/budgets/{budget_id}/terms", By::Helper, "Amira"),
    ("/api/v1/budgets/{budget_id}/what-if?amount_pence=100", By::Helper, "Amira"),
    ("/api/v1/my-money?person={person_id}", By::Helper, "Amira"),
    ("/api/v1/purchases/{purchase_id}", By::Helper, "Amira"),
    ("/api/v1/support/{person_id}/assessments", By::CareManager, "Amira"),
    ("/api/v1/support/{person_id}/assessments/{assessment_id}", By::CareManager, "Amira"),
    ("/api/v1/support/{person_id}/plan", By::CareManager, "Amira"),
    ("/api/v1/support/{person_id}/plan/versions", By::CareManager, "Amira"),
    ("/api/v1/support/{person_id}/plan/versions/{version}", By::CareManager, "Amira"),
    ("/api/v1/support/{person_id}/questionnaire", By::CareManager, "Amira"),
    ("/api/v1/support/{person_id}/reviews", By::CareManager, "Amira"),
    ("/api/v1/support/{person_id}/shared-plans", By::CareManager, "Amira"),
    ("/api/v1/authority/challenges", By::Administrator, "Amira"),
    ("/api/v1/authority/people", By::Administrator, "Carol"),
    ("/api/v1/authority/representatives", By::Administrator, "Amira"),
    ("/api/v1/finance/budgets", By::Finance, "Amira"),
    ("/api/v1/finance/budgets/{budget_id}", By::Finance, "Amira"),
    ("/api/v1/finance/budgets/{budget_id}/holding-requests", By::Finance, "Amira"),
    ("/api/v1/finance/budgets/{budget_id}/moves", By::Finance, "Amira"),
    ("/api/v1/finance/budgets/{budget_id}/bank-accounts/{funding_route}", By::Finance, "Amira"),
    ("/api/v1/finance/due", By::Finance, "Amira"),
    ("/api/v1/finance/payment-runs/{run_id}/payments", By::Finance, "Noor"),
    ("/api/v1/finance/invoices", By::Finance, "Amira"),
    ("/api/v1/finance/monitoring", By::Finance, "Noor"),
    ("/api/v1/finance/returns", By::Finance, "Amira"),
    ("/api/v1/moderation/papers", By::Moderator, "Pat"),
    ("/api/v1/moderation/papers/{paper_id}/file", By::Moderator, "Pat"),
    ("/api/v1/moderation/reviews", By::Moderator, "Amira"),
    ("/api/v1/provider/enquiries", By::Provider, "Amira"),
    ("/api/v1/provider/funds", By::Provider, "Amira"),
    ("/api/v1/provider/purchases?state=delivered", By::Provider, "Amira"),
    ("/api/v1/provider/purchases/{purchase_id}", By::Provider, "Amira"),
];

/// What shows nothing of another person, and why. What ends in `*` stands for everything that begins so.
const SHOWS_NOTHING: &[(&str, &[&str])] = &[
    (
        "everybody may read it, with an account or without",
        &[
            "/",
            "/.well-known/jwks.json",
            "/about-search",
            "/accessibility",
            "/privacy",
            "/healthz",
            "/readyz",
            "/search",
            "/compare",
            "/closed",
            "/concern",
            "/credits",
            "/help",
            "/static/*",
            "/open-referral/*",
            "/rules",
            "/rules/{authority_id}",
            "/reviews/removed",
            "/reviews/{review_id}/report",
            "/services/{service_id}/*",
            "/wanted",
            "/wanted/thanks",
            "/api/v1/authorities/{authority_id}/spending-rules",
            "/api/v1/comparison",
            "/api/v1/docs",
            "/api/v1/openapi.json",
            "/api/v1/places/nearest",
            "/api/v1/reviews/removals",
            "/api/v1/services",
            "/api/v1/services/*",
            "/api/v1/suggestions",
        ],
    ),
    (
        "the way in: it shows nothing before somebody has signed in",
        &[
            "/forgotten",
            "/forgotten/sent",
            "/register*",
            "/reset",
            "/sign-in*",
            "/second-factor*",
            "/join",
            "/invitations/{token}",
            "/helping/invitation",
        ],
    ),
    (
        "one's own, found by who asks",
        &[
            "/account*",
            "/saved-searches",
            "/shortlist",
            "/challenges",
            "/support",
            "/support/add",
            "/purchases/{purchase_id}/review",
            "/api/v1/me",
            "/api/v1/me/*",
            "/api/v1/saved-searches",
            "/api/v1/shortlist",
            "/api/v1/challenges",
        ],
    ),
    ("who lets them act for them, which both have agreed", &["/helping"]),
    (
        "whoever has the link was given it for that by whose it is",
        &[
            "/shared/{token}",
            "/still-right/{token}*",
            "/stop-letters/{token}",
            "/api/v1/shared-shortlists/{token}",
            "/api/v1/still-right/{token}",
        ],
    ),
    (
        "plans that were shared without a name, by whoever shared them",
        &["/support/{person_id}/shared-plans/{shared_plan_id}"],
    ),
    (
        "only who signs for the person shares, and the plan's own page is before it",
        &["/support/{person_id}/plan/sharing"],
    ),
    (
        "what an authority has set, or its questions to everybody",
        &[
            "/authority",
            "/authority/contact",
            "/authority/feeds*",
            "/authority/people/invite",
            "/authority/questionnaires*",
            "/authority/rules*",
            "/authority/settings/{setting}",
            "/api/v1/authority/contact",
            "/api/v1/authority/feeds*",
            "/api/v1/authority/questionnaires*",
            "/api/v1/authority/settings",
        ],
    ),
    ("figures that nobody can be found in", &["/demand", "/demand.csv", "/api/v1/demand"]),
    (
        "sums of runs, and the council's own account",
        &[
            "/finance/account",
            "/api/v1/finance/bank-account",
            "/api/v1/finance/payment-runs",
            "/api/v1/finance/payment-runs/{run_id}",
        ],
    ),
    (
        "files for the bank: that somebody is paid is written down when it happens, and the run keeps who took each file",
        &[
            "/finance/runs/{run_id}/payments.csv",
            "/finance/runs/{run_id}/payments.xml",
            "/api/v1/finance/payment-runs/{run_id}/pain-001",
            "/api/v1/finance/payment-runs/{run_id}/payments.csv",
        ],
    ),
    ("an empty form", &["/finance/budgets/new", "/finance/uprating"]),
    (
        "how much waits, the catalogue, or what somebody says of an entry of it: their address is not shown",
        &[
            "/moderation",
            "/moderation/changes*",
            "/moderation/freshness",
            "/moderation/providers",
            "/moderation/reports*",
            "/api/v1/moderation/changes*",
            "/api/v1/moderation/freshness",
            "/api/v1/moderation/providers/{organization_id}",
            "/api/v1/moderation/queues",
            "/api/v1/moderation/reports",
        ],
    ),
    (
        "a provider's own: its services, papers, files, figures, and the colleagues who work its account with one",
        &[
            "/provider/bank-account",
            "/provider/freshness",
            "/provider/leave",
            "/provider/members*",
            "/provider/organisation",
            "/provider/papers*",
            "/provider/reports*",
            "/provider/services*",
            "/provider/sheet*",
            "/provider/start*",
            "/provider/statistics*",
            "/api/v1/provider/freshness",
            "/api/v1/provider/invitations",
            "/api/v1/provider/members",
            "/api/v1/provider/organisation",
            "/api/v1/provider/bank-account",
            "/api/v1/provider/papers*",
            "/api/v1/provider/reports",
            "/api/v1/provider/services*",
            "/api/v1/provider/statistics",
            "/api/v1/provider/uploads/{upload_id}",
        ],
    ),
    ("reviews as everybody reads them", &["/provider/reviews"]),
    ("only the demo town has it", &["/demo", "/demo/post"]),
];

/// A route of the first list as the program names it.
fn as_routed(path: &str) -> String {
    let path = path.split('?').next().unwrap();
    path.replace("{fund_id}", "{budget_id}").replace("{open_assessment_id}", "{assessment_id}")
}

#[test]
fn every_get_is_known_to_show_somebody_something_of_another_or_not() {
    let shows: BTreeSet<String> = SHOWS.iter().map(|(path, ..)| as_routed(path)).collect();
    let listed = |path: &str| {
        SHOWS_NOTHING.iter().flat_map(|(_, paths)| *paths).any(|listed| match listed.strip_suffix('*') {
            Some(begins) => path.starts_with(begins),
            None => path == *listed,
        })
    };
    let gets: BTreeSet<String> =
        every_route().into_iter().filter(|(method, _)| method == "GET").map(|(_, path)| path).collect();
    let forgotten: Vec<&String> = gets.iter().filter(|path| !shows.contains(*path) && !listed(path)).collect();
    assert!(forgotten.is_empty(), "say in this file whether these show something of another person: {forgotten:#?}");
    let gone: Vec<&String> = shows.iter().filter(|path| !gets.contains(*path)).collect();
    assert!(gone.is_empty(), "there is no such route any more: {gone:#?}");
}

/// Everything that there is to see.
struct Seen {
    ids: BTreeMap<&'static str, String>,
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

fn assess(api: &Api, base: &str) -> String {
    let made = id(&api.post(&format!("{base}/assessments"), &Value::Null).expect(201));
    let path = format!("{base}/assessments/{made}");
    for (question, answer) in [
        ("washing", json!({ "choices": ["daily"] })),
        ("eating", json!({ "choices": ["daily"] })),
        ("nights", json!({ "number": 2 })),
        ("people", json!({ "choices": ["none"] })),
        ("children", json!({ "choices": ["no"] })),
        ("safe", json!({ "choices": ["hours"] })),
        ("carer", json!({ "choices": ["little"] })),
        ("travel", json!({ "choices": ["no"] })),
    ] {
        assert_eq!(api.put(&format!("{path}/answers/{question}"), &answer).status, 204);
    }
    api.post(&format!("{path}/completion"), &Value::Null).expect(200);
    made
}

/// A plan that is handed over to the council.
fn plan(api: &Api, base: &str) {
    let plan = api.post(&format!("{base}/plan"), &json!({ "template": "staying-at-home" })).expect(201);
    let mut content = plan["content"].clone();
    content["starts_on"] = json!("2026-06-01");
    content["lines"][1]["price_pence"] = json!(850);
    let sent = json!({ "revision": plan["revision"], "content": content });
    api.put(&format!("{base}/plan"), &sent).expect(200);
    api.post(&format!("{base}/plan/handing-over"), &Value::Null).expect(200);
}

/// A plan of Amira's from the first question to the first review, with a version that she is writing again.
fn planned(town: &Town, ids: &mut BTreeMap<&'static str, String>) {
    asks(town);
    town.acts_for("Cate", "Amira", "care manager", false);
    let (amira, noor, cate) = (town.api_of("Amira"), town.api_of("Noor"), town.api_of("Cate"));
    let base = home("Amira");
    ids.insert("{assessment_id}", assess(&amira, &base));
    plan(&amira, &base);
    assess(&noor, &home("Noor"));
    plan(&noor, &home("Noor"));
    let check = |name: &str| json!({ "check": name, "passed": true });
    let agreed = json!({
        "checks": [check("healthy, safe and well"), check("outcomes"), check("risk"), check("affordable")],
        "weekly_pence": 13_200,
    });
    cate.post(&format!("{base}/plan/agreement"), &agreed).expect(200);
    let sign = json!({ "funding_route": "direct payment" });
    amira.post(&format!("{base}/plan/signature"), &sign).expect(201);
    let reviews = amira.get(&format!("{base}/reviews")).expect(200);
    ids.insert("{plan_review_id}", id(&reviews["reviews"][0]));
    ids.insert("{open_assessment_id}", id(&amira.post(&format!("{base}/assessments"), &Value::Null).expect(201)));
    amira.post(&format!("{base}/plan/reopening"), &Value::Null).expect(200);
}

/// A lunch that Amira has bought, got and rated, and a review that somebody has reported.
fn bought(town: &Town, ids: &mut BTreeMap<&'static str, String>) {
    let (amira, pat) = (town.api_of("Amira"), town.api_of("Pat"));
    let wanted = json!({
        "service_id": service_id("Lunch club").to_string(), "cost_option_id": option_id("Lunch club").to_string(),
        "quantity": 1, "starts_on": town.today().to_string(),
    });
    let path = format!("/budgets/{}/purchases", town.budget_of("Amira"));
    let purchase = id(&amira.post_once(&path, "one", &wanted).expect(201));
    pat.post(&format!("/provider/purchases/{purchase}/agreement"), &Value::Null).expect(200);
    let delivered = json!({ "quantity": 1, "delivered_on": town.today().to_string() });
    let delivery =
        id(&pat.post_once(&format!("/provider/purchases/{purchase}/deliveries"), "d", &delivered).expect(201));
    let confirmed = amira.post(&format!("/purchases/{purchase}/deliveries/{delivery}/confirmation"), &Value::Null);
    assert_eq!(confirmed.status, 204);
    let said = json!({ "stars": 1, "words": "Mr Jones of number 4 is a fool." });
    assert_eq!(amira.put(&format!("/purchases/{purchase}/review"), &said).status, 204);
    let reviews = town.api().get(&format!("/services/{}/reviews", service_id("Lunch club"))).expect(200);
    let review = id(&reviews["reviews"][0]);
    let reported = town.api().post(&format!("/reviews/{review}/reports"), &json!({ "what": "names somebody" }));
    assert!(reported.status < 300, "{}", reported.body);
    ids.insert("{purchase_id}", purchase);
    ids.insert("{review_id}", review);
    let question = json!({ "name": "Amira", "email": email("Amira"), "question": "Is there a ramp?" });
    let lunch = service_id("Lunch club");
    amira.post(&format!("/services/{lunch}/enquiries"), &question).expect(201);
}

/// A rule that stops Amira, and her question about it.
fn challenged(town: &Town, ids: &mut BTreeMap<&'static str, String>) {
    let rule = json!({
        "category_id": "lunch-clubs", "says": "not allowed", "words": "A budget does not pay for lunch.",
        "ground": "Everybody has to eat.",
    });
    let rule = id(&town.api_of("Ada").post("/authority/spending-rules", &rule).expect(201));
    let challenge = json!({
        "rule_id": rule, "service_id": service_id("Lunch club").to_string(), "words": "It is the only time that I see people.",
    });
    let path = format!("/budgets/{}/challenges", town.budget_of("Amira"));
    ids.insert("{challenge_id}", id(&town.api_of("Amira").post(&path, &challenge).expect(201)));
}

/// A paper about Pat, with a file.
fn paper(town: &Town, ids: &mut BTreeMap<&'static str, String>) {
    let pat = town.person("Pat");
    let csrf = pat.open("/provider/papers/new").hidden("csrf");
    let body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--x\r\nContent-Disposition: form-data; \
         name=\"paper\"\r\n\r\nidentity\r\n--x\r\nContent-Disposition: form-data; name=\"detail\"\r\n\r\npassport\r\n--x\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\n\
         % of the tests\n\r\n--x--\r\n"
    );
    let kind = [("Content-Type", "multipart/form-data; boundary=x")];
    assert_eq!(pat.send("POST", "/provider/papers", &kind, Some(body.as_bytes())).status, 303);
    let papers = town.api_of("Pat").get("/provider/papers").expect(200);
    ids.insert("{paper_id}", id(&papers["papers"][0]));
}

fn everything(town: &Town) -> Seen {
    let mut ids = BTreeMap::new();
    town.acts_for("Carol", "Amira", "attorney", false);
    ids.insert("{budget_id}", town.budget_of("Amira").to_string());
    bought(town, &mut ids);
    challenged(town, &mut ids);
    paper(town, &mut ids);
    planned(town, &mut ids);
    let fund = sets_up(
        town,
        "Amira",
        &[
            ("council-managed", ""),
            ("individual-service-fund", "100"),
            ("period", "month"),
            ("rate", "70"),
            ("provider", "Sale Neighbours"),
        ],
    );
    // By then a return is due, and so much of a direct payment is unspent that it is flagged.
    town.pass(TimeDelta::days(70));
    for _ in 0..4 {
        town.work_of_the_day();
    }
    // A run that pays Noor; nobody knows where to pay Amira.
    let account = json!({ "name": "Noor", "sort_code": "200000", "number": "12345678" });
    let noors = format!("/budgets/{}/bank-account", town.budget_of("Noor"));
    assert_eq!(town.api_of("Noor").put(&noors, &account).status, 204);
    let run = json!({ "pay_on": town.today().to_string(), "funding_route": "direct payment" });
    ids.insert("{run_id}", id(&town.api_of("Fay").post_once("/finance/payment-runs", "run", &run).expect(201)));
    ids.insert("{funding_route}", "direct%20payment".into());
    let returns = town.api_of("Fay").get("/finance/returns").expect(200);
    ids.insert("{return_id}", id(&returns["returns"][0]));
    ids.insert("{fund_id}", fund.to_string());
    ids.insert("{service_id}", service_id("Lunch club").to_string());
    ids.insert("{organization_id}", OrganizationId::named("Sale Neighbours").to_string());
    ids.extend([("{version}", "1".into()), ("{question}", "1".into())]);
    ids.extend([("{plan_part}", "outcomes".into()), ("{entry}", "new".into())]);
    Seen { ids }
}

/// Somebody who has never looked at anything, in a role from which they may.
fn newcomer(town: &Town, by: By, whose: &str, number: usize) -> String {
    let name = format!("Newcomer{number}");
    let (new, now) = (name.clone(), town.app.clock.now());
    let role = match by {
        By::Helper => None,
        By::CareManager => Some(RoleName::CareManager),
        By::Finance => Some(RoleName::FinanceOfficer),
        By::Administrator => Some(RoleName::AuthorityAdministrator),
        By::Moderator => Some(RoleName::Moderator),
        By::Provider => Some(RoleName::ProviderMember),
    };
    let add = move |tx: &mut Conn| {
        let person = add_person(tx, &new, now);
        match role {
            None => Ok(()),
            Some(RoleName::ProviderMember) => {
                let organization = OrganizationId::named("Sale Neighbours");
                grant(tx, person, RoleName::ProviderMember, None, Some(organization), now)
            }
            Some(role) => grant(tx, person, role, Some(authority_id(TRAFFORD)), None, now),
        }
    };
    town.app.db.write_now(add).unwrap();
    if matches!(by, By::Helper | By::CareManager) {
        let kind = if by == By::Helper { "family or friend" } else { "care manager" };
        town.acts_for(&name, whose, kind, true);
        town.connect()
            .batch_execute(&format!(
                "UPDATE representatives SET may_plan = TRUE, may_manage_money = TRUE WHERE id = '{}'",
                PersonId::named(&format!("{name} for {whose}"))
            ))
            .unwrap();
    }
    name
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    lines: i64,
}

fn lines(town: &Town, actor: &str, whose: &str) -> i64 {
    let sql = format!(
        "SELECT COUNT(*) AS lines FROM audit_entries WHERE actor_id = '{}' AND person_id = '{}' AND deed = 'looked at'",
        PersonId::named(actor),
        PersonId::named(whose)
    );
    let row: Count = match &mut town.connect() {
        Conn::Sqlite(lite) => diesel::sql_query(sql).get_result(lite).unwrap(),
        Conn::Postgres(pg) => diesel::sql_query(sql).get_result(pg).unwrap(),
    };
    row.lines
}

#[test]
fn whoever_sees_what_is_another_persons_leaves_a_line() {
    let town = Town::open();
    let seen = everything(&town);
    let mut silent = Vec::new();
    for (number, (route, by, whose)) in SHOWS.iter().enumerate() {
        let name = newcomer(&town, *by, whose, number);
        let mut path = (*route).to_owned();
        for (placeholder, id) in &seen.ids {
            path = path.replace(placeholder, id);
        }
        path = path.replace("{person_id}", PersonId::named(whose).as_str());
        let (status, said) = match path.strip_prefix("/api/v1") {
            Some(path) => {
                let told = town.api_of(&name).get(path);
                (told.status, told.body.to_string())
            }
            None => (town.person(&name).send("GET", &path, &[], None).status, String::new()),
        };
        let written = lines(&town, &name, whose);
        if written == 0 || ![200, 303].contains(&status) {
            silent.push(format!("{path} ({by:?}, {status}): {written} lines about {whose} {said}"));
        }
        // One's own look is nobody's business, and nobody else's chain grows.
        assert_eq!(lines(&town, &name, "Olu"), 0);
    }
    assert!(silent.is_empty(), "{silent:#?}");
    town.holds_together();
}
